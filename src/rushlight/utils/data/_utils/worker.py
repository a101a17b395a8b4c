"""A worker process: takes lists of indices from a queue and sends batches back, until it is told to end."""
import queue
import random
import traceback

import numpy as np

from ....core.generator import manual_seed
from ....settings import set_num_threads
from . import info
from .info import WorkerInfo

ALIVE_CHECK_S = 5.0                     # how often an idle worker looks whether its parent still lives


class KeyErrorMessage(str):
    """A text that a KeyError shows as it is, without quotes and escapes."""

    def __repr__(self):
        return str(self)


class ExceptionWrapper:
    """An exception on its way to another process: its class and its traceback as text.

    Args:
        where: where it happened, for the message.
    """

    def __init__(self, error, where="in background"):
        self.exc_type = type(error)
        self.exc_msg = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        self.where = where

    def reraise(self):
        """Raise an exception of the same class whose text holds the traceback; RuntimeError where that cannot be made."""
        message = f"Caught {self.exc_type.__name__} {self.where}.\nOriginal {self.exc_msg}"
        if self.exc_type is KeyError:
            message = KeyErrorMessage(message)
        try:
            if getattr(self.exc_type, "message", None):
                error = self.exc_type(message=message)
            else:
                error = self.exc_type(message)
        except Exception:
            raise RuntimeError(message) from None
        raise error


class ExhaustedStream:
    """What a worker sends when its copy of an iterable dataset has ended."""

    def __init__(self, worker_id):
        self.worker_id = worker_id


class Restart:
    """Asks a persistent worker to begin anew, and is its answer."""


def generate_state(base_seed, worker_id):
    """Return the four 32-bit words that NumPy's global generator is seeded with in a worker.

    Source: NumPy's SeedSequence of worker and seed; the numbers are torch's.
    """
    words = [worker_id, base_seed & 0xFFFFFFFF, base_seed >> 32]
    return np.random.SeedSequence(words).generate_state(4).tolist()


_generate_state = generate_state


def seed_all(base_seed, worker_id):
    """Seed the generators of a worker, Python's and NumPy's too; return the seed, `base_seed + worker_id`."""
    seed = base_seed + worker_id
    random.seed(seed)
    manual_seed(seed)
    np.random.seed(generate_state(base_seed, worker_id))
    return seed


def worker_loop(make_fetcher, dataset, tasks, results, foreign, base_seed, init_fn, worker_id, num_workers):
    """Run a worker.

    Args:
        make_fetcher: makes the fetcher of `dataset`, again after each restart.
        tasks: a queue of (number, indices), `Restart`, or None for the end.
        results: a connection that takes (number, batch).
        foreign: connections of the parent that a fork copied; closed here, so that theirs see an end.
    """
    try:
        for connection in foreign:
            connection.close()
        set_num_threads(1)
        info.set_worker_info(WorkerInfo(worker_id, num_workers, seed_all(base_seed, worker_id), dataset))
        _serve(make_fetcher, dataset, tasks, results, init_fn, worker_id)
    except (KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        pass            # Ctrl-C goes to all processes and the parent reports it; a broken pipe says it has gone on


def _serve(make_fetcher, dataset, tasks, results, init_fn, worker_id):
    where = f"in DataLoader worker process {worker_id}"
    failed = None
    try:
        if init_fn is not None:
            init_fn(worker_id)
        fetcher = make_fetcher(dataset)
    except Exception as e:
        failed = ExceptionWrapper(e, where)
    exhausted = False
    while (task := _next_task(tasks)) is not None:
        if isinstance(task, Restart):
            exhausted = False
            try:
                fetcher = make_fetcher(dataset)
            except Exception as e:
                failed = ExceptionWrapper(e, where)
            _send(results, task, where)
            continue
        number, indices = task
        if exhausted:
            continue
        if failed is not None:
            data = failed
        else:
            data = _fetch(fetcher, indices, worker_id, where)
            exhausted = isinstance(data, ExhaustedStream)
        _send(results, (number, data), where)
        del data, task                      # not kept while waiting for the next


def _fetch(fetcher, indices, worker_id, where):
    try:
        return fetcher.fetch(indices)
    except StopIteration as e:
        return ExhaustedStream(worker_id) if hasattr(fetcher, "stream") else ExceptionWrapper(e, where)
    except Exception as e:
        return ExceptionWrapper(e, where)


def _next_task(tasks):
    """Return the next task, None for the end or when the parent is gone."""
    from multiprocessing import parent_process

    while True:
        try:
            return tasks.get(timeout=ALIVE_CHECK_S)
        except queue.Empty:
            if not parent_process().is_alive():
                return None
        except EOFError:
            return None


def _send(results, message, where):
    """Send a message; what cannot be pickled is reported in its place."""
    from . import transfer

    try:
        pickled = transfer.dumps(message)
    except Exception as e:
        number, data = message
        if isinstance(data, ExceptionWrapper):          # of a class that no other process knows
            data.exc_type = RuntimeError
        else:
            data = ExceptionWrapper(e, where)
        pickled = transfer.dumps((number, data))
    transfer.send(results, pickled)
