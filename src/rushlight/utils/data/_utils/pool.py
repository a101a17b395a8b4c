"""The worker processes of one loader: starting them, talking to them, noticing when one dies, ending them."""
import os
import pickle
import signal
import time
import warnings
import weakref
from multiprocessing import connection, get_context

from . import transfer
from .worker import Restart, worker_loop

END_S = 5.0                             # what workers get to finish the batch they are at when all is over


class WorkerPool:
    """Worker processes, each with a queue of tasks and a pipe for its results.

    Queues send from a thread of their own, so that this process never waits for a worker that is
    itself waiting to send. The workers are daemons: they end with this process at the latest.
    """

    def __init__(self, context, num_workers, make_fetcher, dataset, base_seed, init_fn):
        context = context or get_context()
        self.processes, self.queues, self.results = [], [], []
        self.dismissed = set()
        self.close = weakref.finalize(self, _close, self.processes, self.queues, self.results, os.getpid())
        forks = context.get_start_method() == "fork"
        for worker in range(num_workers):
            tasks = context.Queue()
            tasks.cancel_join_thread()
            reader, writer = context.Pipe()          # a socket, which can hand over files
            self.queues.append(tasks)
            self.results.append(reader)
            process = context.Process(
                target=worker_loop, daemon=True,
                args=(make_fetcher, dataset, tasks, writer, list(self.results) if forks else (), base_seed, init_fn,
                      worker, num_workers))
            self._start(process)
            self.processes.append(process)
            writer.close()              # the worker's end alone is open now, so that its death ends the pipe

    @staticmethod
    def _start(process):
        try:
            process.start()
        except (TypeError, AttributeError, pickle.PicklingError):
            warnings.warn("Got pickle error when attempting to start a worker Process. This might be because the worker "
                          "Process arguments are not picklable. Python 3.14+ changed the multiprocessing start method in "
                          "non-Mac POSIX platforms to 'forkserver', which requires the worker Process arguments to be "
                          "picklable. You can also try multiprocessing.set_start_method('fork').", stacklevel=2)
            raise

    def send(self, worker, task):
        """Give a task to a worker."""
        self.queues[worker].put(task)

    def dismiss(self, worker):
        """Let a worker end, whose stream has."""
        self.dismissed.add(worker)
        self.queues[worker].put(None)

    def receive(self, timeout):
        """Return the next message of any worker.

        Args:
            timeout: seconds to wait at most; 0 for ever.

        Raises: RuntimeError when the time is up or a worker has died.
        """
        working = {self.results[w]: w for w in range(len(self.processes)) if w not in self.dismissed}
        deaths = {self.processes[w].sentinel: w for w in working.values()}
        ready = connection.wait([*working, *deaths], timeout or None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {timeout} seconds")
        for reader in ready:
            if reader in working:
                try:
                    return transfer.receive(reader)
                except (EOFError, ConnectionResetError):
                    self._report({working[reader]})
        self._report({deaths[sentinel] for sentinel in ready})

    def _report(self, dead):
        """Raise the error for workers that have died."""
        worker = min(dead)
        process = self.processes[worker]
        process.join(END_S)
        code = process.exitcode
        if code is not None and code < 0:
            why = f"DataLoader worker (pid {process.pid}) is killed by signal: {signal.strsignal(-code)}. "
        else:
            why = (f"DataLoader worker (pid {process.pid}) exited unexpectedly with exit code {code}. Details are lost due "
                   "to multiprocessing. Rerunning with num_workers=0 may give better error trace.")
        pids = ", ".join(str(self.processes[w].pid) for w in sorted(dead))
        self.close()
        raise RuntimeError(f"DataLoader worker (pid(s) {pids}) exited unexpectedly") from RuntimeError(why)

    def restart(self, timeout):
        """Let all workers begin an epoch anew; what they were still at is thrown away."""
        for tasks in self.queues:
            tasks.put(Restart())
        waiting = len(self.queues)
        while waiting:
            waiting -= isinstance(self.receive(timeout), Restart)


def _close(processes, queues, results, owner):
    """End the workers: at once those that wait, after END_S those that do not come to an end."""
    if os.getpid() != owner:
        return                          # a copy of the pool in a forked child
    for process, tasks in zip(processes, queues):
        if process.is_alive():
            tasks.put(None)
    for reader in results:
        reader.close()                  # whoever is sending is told that nobody listens
    end = time.monotonic() + END_S
    for process in processes:
        process.join(max(end - time.monotonic(), 0))
        if process.is_alive():
            process.terminate()
            process.join()
    for tasks in queues:
        tasks.close()
