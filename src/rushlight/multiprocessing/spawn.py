"""`spawn`: the same function in several new processes, and what went wrong in them."""
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
import tempfile
import time
import traceback
import warnings


class ProcessException(Exception):
    """A process ended in another way than by returning.

    Attributes:
        msg: the text.
        error_index: which of the processes it was.
        pid: its number in the system.
    """

    def __init__(self, msg, error_index, pid):
        super().__init__(msg)
        self.msg, self.error_index, self.pid = msg, error_index, pid
        self.error_pid = pid

    def __reduce__(self):
        return type(self), (self.msg, self.error_index, self.pid)


class ProcessRaisedException(ProcessException):
    """A process raised an exception; the text holds its traceback."""

    def __init__(self, msg, error_index, error_pid):
        super().__init__(msg, error_index, error_pid)


class ProcessExitedException(ProcessException):
    """A process ended with an exit code, or by a signal."""

    def __init__(self, msg, error_index, error_pid, exit_code, signal_name=None):
        super().__init__(msg, error_index, error_pid)
        self.exit_code, self.signal_name = exit_code, signal_name

    def __reduce__(self):
        return type(self), (self.msg, self.error_index, self.pid, self.exit_code, self.signal_name)


def _run(function, index, args, errors):
    """Call the function in the new process; what it raises is written to a file."""
    try:
        function(index, *args)
    except KeyboardInterrupt:               # the parent was interrupted too, and says so
        return
    except Exception:
        with open(errors, "wb") as file:
            pickle.dump(traceback.format_exc(), file)
        sys.exit(1)


class ProcessContext:
    """The processes of `spawn`; `join` waits for them."""

    def __init__(self, processes, error_files):
        self.processes, self.error_files = processes, error_files
        self.sentinels = {p.sentinel: i for i, p in enumerate(processes)}

    def __del__(self):
        for path in self.error_files:
            if os.path.exists(path):
                os.remove(path)

    def pids(self):
        """Return the processes' numbers in the system."""
        return [p.pid for p in self.processes]

    def join(self, timeout=None, grace_period=None):
        """Wait for some to end; the first that fails has the others ended, and is reported.

        Args:
            timeout: seconds; None waits for all.
            grace_period: seconds that the others have before they are ended; none by default.

        Returns: whether all have ended.

        Raises: ProcessRaisedException, ProcessExitedException.
        """
        if not self.sentinels:
            return True
        failed = None
        for sentinel in multiprocessing.connection.wait(self.sentinels.keys(), timeout=timeout):
            index = self.sentinels.pop(sentinel)
            self.processes[index].join()
            if self.processes[index].exitcode != 0:
                failed = index
                break
        if failed is None:
            return not self.sentinels
        self._end_others(grace_period)
        self._report(failed)

    def _end_others(self, grace_period):
        until = time.monotonic() + (grace_period or 0)
        for p in self.processes:
            if grace_period is not None:
                p.join(max(until - time.monotonic(), 0))
            if p.is_alive():
                p.terminate()
        until = time.monotonic() + 30
        for p in self.processes:
            p.join(max(until - time.monotonic(), 0))
            if p.is_alive():
                p.kill()
                p.join()

    def _report(self, index):
        process = self.processes[index]
        if os.access(self.error_files[index], os.R_OK) and os.path.getsize(self.error_files[index]):
            with open(self.error_files[index], "rb") as file:
                original = pickle.load(file)
            raise ProcessRaisedException(f"\n\n-- Process {index} terminated with the following error:\n{original}\n", index,
                                         process.pid)
        code = process.exitcode
        if code < 0:
            name = signal.Signals(-code).name
            raise ProcessExitedException(f"process {index} terminated with signal {name}", index, process.pid, code, name)
        raise ProcessExitedException(f"process {index} terminated with exit code {code}", index, process.pid, code)


SpawnContext = ProcessContext


def start_processes(fn, args=(), nprocs=1, join=True, daemon=False, start_method="spawn"):
    """Call `fn(i, *args)` in `nprocs` new processes, i from 0 on.

    Args:
        join: wait for all, or return the `ProcessContext`.
        daemon: whether they end with this process.
        start_method: "spawn", "fork" or "forkserver".

    Raises: with `join`, what `ProcessContext.join` raises.
    """
    python = multiprocessing.get_context(start_method)
    processes, files = [], []
    for i in range(nprocs):
        handle, path = tempfile.mkstemp(prefix="rushlight-spawn-")
        os.close(handle)
        process = python.Process(target=_run, args=(fn, i, args, path), daemon=daemon)
        process.start()
        processes.append(process)
        files.append(path)
    context = ProcessContext(processes, files)
    if not join:
        return context
    while not context.join():
        pass
    return None


def spawn(fn, args=(), nprocs=1, join=True, daemon=False, start_method="spawn"):
    """Call `fn(i, *args)` in `nprocs` processes that start as new interpreters; see `start_processes`.

    Example:
        mp.spawn(train, args=(settings,), nprocs=2)
    """
    if start_method != "spawn":
        warnings.warn(f"This method only supports start_method=spawn (got: {start_method}).\n"
                      "To use a different start_method use:\n\t\t torch.multiprocessing.start_processes(...)",
                      FutureWarning, stacklevel=2)
    return start_processes(fn, args, nprocs, join, daemon, start_method="spawn")
