"""A process that holds one library and runs rows when told to.

    python -m bench.worker rushlight|torch|numpy THREADS

Each contender lives in a process of its own, so that none sees another's thread pool, allocator or
BLAS; the parent gives them turns, and stops those whose turn it is not.
"""

import ctypes
import gc
import pathlib
import pickle
import struct
import sys
import time

import numpy as np

from bench import table

REPEAT = 0.05                     # seconds a timed repeat lasts at least


def library(name, threads):
    """Import the library and set its number of threads (0: its own default)."""
    if name == "numpy":
        return np
    module = __import__(name)
    if threads:
        module.set_num_threads(threads)
    return module


def numbers(result):
    """A step's result as a list of NumPy arrays."""
    if isinstance(result, (list, tuple)):
        return [a for r in result for a in numbers(r)]
    if hasattr(result, "detach"):
        return [result.detach().numpy().copy()]
    return [np.array(result)]


class Worker:
    """Runs rows on one library."""

    def __init__(self, name, threads):
        self.name, self.torch = name, library(name, threads)
        self.rows = table.load()
        self.loops = {}

    def make(self, row):
        row = self.rows[row]
        maker = row.numpy if self.name == "numpy" else row.make
        if self.name != "numpy":
            self.torch.manual_seed(0)
        return maker(self.torch)

    def has(self, row):
        row = self.rows[row]
        return (row.numpy if self.name == "numpy" else row.make) is not None

    def result(self, row):
        """What the row's step returns after the row's number of steps from fresh state."""
        step = self.make(row)
        for _ in range(self.rows[row].steps):
            last = step()
        return numbers(last)

    def repeat(self, row):
        """Seconds a step took in one repeat from fresh state."""
        step = self.make(row)
        step()
        step()
        n = self.loops.get(row) or self.calibrate(row, step)
        gc.collect()
        start = time.perf_counter()
        for _ in range(n):
            step()
        return (time.perf_counter() - start) / n

    def memory(self, row):
        """Bytes by which two steps from fresh state raise the process's own memory at most; None where it cannot be told."""
        step = self.make(row)                      # what the first call loads and keeps is not the row's
        step()
        del step
        before = released()
        if before is None:
            return None
        step = self.make(row)
        step()
        step()
        held = status()
        return max(0, held["VmHWM"] - held["RssFile"] - held["RssShmem"] - before)

    def calibrate(self, row, step):
        n = 1
        while True:
            start = time.perf_counter()
            for _ in range(n):
                step()
            took = time.perf_counter() - start
            if took > REPEAT / 4:
                self.loops[row] = max(1, round(n * REPEAT / took))
                return self.loops[row]
            n *= 4


def status():
    """What the system says of this process's memory, in bytes."""
    with open("/proc/self/status") as f:
        pairs = (line.split() for line in f)
        return {p[0].rstrip(":"): int(p[1]) * 1024 for p in pairs if len(p) == 3 and p[2] == "kB"}


def released():
    """Give freed memory back to the system, forget the high-water mark, and return the bytes of memory still held."""
    if not pathlib.Path("/proc/self/clear_refs").exists():
        return None
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    return status()["RssAnon"]


def send(pipe, value):
    data = pickle.dumps(value)
    pipe.write(struct.pack("<q", len(data)) + data)
    pipe.flush()


def receive(pipe):
    head = pipe.read(8)
    if len(head) < 8:
        return None
    return pickle.loads(pipe.read(struct.unpack("<q", head)[0]))


def main():
    out = sys.stdout.buffer
    sys.stdout = sys.stderr                     # what a library prints must not end up in the pipe
    try:
        worker = Worker(sys.argv[1], int(sys.argv[2]))
        send(out, ("ready", str(getattr(worker.torch, "__version__", ""))))
    except ImportError as error:
        send(out, ("missing", str(error)))
        return
    while (job := receive(sys.stdin.buffer)) is not None:
        method, row = job
        try:
            send(out, ("ok", getattr(worker, method)(row)))
        except Exception as error:
            send(out, ("failed", f"{type(error).__name__}: {error}"))


if __name__ == "__main__":
    main()
