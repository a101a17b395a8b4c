"""What the machine can do at most, measured in the same run as the rows.

Arithmetic: chains of fused multiply-adds in registers, in C where a compiler is at hand; else BLAS on a product of 1024,
which reaches less. Memory: `np.add(a, b, out=c)` over as many bytes as the row moves, so that a row that lives in the
cache is held against the cache. Both are measured on one core and on all.
"""

import concurrent.futures
import ctypes
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import numpy as np

SECONDS = 0.02                   # how long one measurement lasts at least
CHAINS, LANES = 12, 16
SOURCE = f"""
typedef float lanes __attribute__((vector_size({4 * LANES})));
float chains(long n, float a, float b) {{
    lanes s[{CHAINS}], m = {{0}}, c = {{0}};
    m += a; c += b;
    for (int i = 0; i < {CHAINS}; i++) s[i] = m + (float)i;
    while (n--)
        for (int i = 0; i < {CHAINS}; i++) s[i] = s[i] * m + c;
    lanes all = s[0];
    for (int i = 1; i < {CHAINS}; i++) all += s[i];
    return all[0];
}}
"""


@functools.cache
def compiled():
    """The chains as a function of the number of rounds, or None."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, library = pathlib.Path(folder) / "chains.c", pathlib.Path(folder) / "chains.so"
        source.write_text(SOURCE)
        built = subprocess.run([compiler, "-O3", "-march=native", "-ffp-contract=fast", "-funroll-loops", "-shared", "-fPIC",
                                "-o", library, source], capture_output=True)
        if built.returncode:
            return None
        function = ctypes.CDLL(str(library)).chains
    function.argtypes, function.restype = (ctypes.c_long, ctypes.c_float, ctypes.c_float), ctypes.c_float
    return lambda n: function(n, 0.999, 0.001)


def rate(work, units):
    """Units a second of `work(n)`, which does n times `units`: the best of 7 measurements."""
    n = 1
    while True:
        start = time.perf_counter()
        work(n)
        took = time.perf_counter() - start
        if took > SECONDS:
            break
        n *= 4
    best = took
    for _ in range(6):
        start = time.perf_counter()
        work(n)
        best = min(best, time.perf_counter() - start)
    return units * n / best


def spread(pool, work, threads):
    """`work` on every one of the threads at once."""
    return lambda n: list(pool.map(work, [n] * threads))


class Limits:
    """`flops(threads)` in operations a second, `bandwidth(size, threads)` in bytes a second."""

    def __init__(self):
        self.cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        self.pool = concurrent.futures.ThreadPoolExecutor(self.cores)
        self.known = {}

    def flops(self, threads):
        key = "flops", threads
        if key not in self.known:
            self.known[key] = self._flops(threads)
        return self.known[key]

    def _flops(self, threads):
        chains = compiled()
        if chains is not None:
            return rate(spread(self.pool, chains, threads), 2.0 * CHAINS * LANES * threads)
        a = np.ones((1024, 1024), "float32")
        share = rate(lambda n: [a @ a for _ in range(n)], 2.0 * 1024**3)
        return share * threads / self.cores               # NumPy's BLAS uses all cores

    def bandwidth(self, size, threads):
        size = 1 << max(12, min(28, int(size).bit_length()))          # a power of two, 4 KB to 256 MB
        key = size, threads
        if key not in self.known:
            one = self._bandwidth(size, 1)
            self.known[key] = one if threads == 1 else max(one, self._bandwidth(size, threads))
        return self.known[key]

    def _bandwidth(self, size, threads):
        parts = [tuple(np.ones(max(1, size // (12 * threads)), "float32") for _ in range(3)) for _ in range(threads)]

        def add(part, n):
            a, b, c = part
            for _ in range(n):
                np.add(a, b, out=c)

        def all_parts(n):
            if threads == 1:
                add(parts[0], n)
            else:
                list(self.pool.map(add, parts, [n] * threads))
        return rate(all_parts, float(sum(a.nbytes for part in parts for a in part)))

    def seconds(self, row, threads):
        """The least time the row's step can take."""
        need = row.flops / self.flops(threads) if row.flops else 0
        return max(need, row.traffic / self.bandwidth(row.traffic, threads) if row.traffic else 0)
