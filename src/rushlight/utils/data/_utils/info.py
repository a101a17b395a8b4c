"""What a worker process knows of itself."""
import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Which worker this process is.

    Fields:
        id: from 0 to num_workers - 1.
        seed: what the generators of this worker were seeded with.
        dataset: the copy of the dataset in this process.
        rng: always None; for workers that share a process.
        worker_method: how the worker runs.
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str = "multiprocessing"


class _Here:
    """The worker that this process is, if it is one."""

    worker = None


def get_worker_info():
    """Return the `WorkerInfo` of this worker process; None in the main process.

    Example:
        >>> get_worker_info() is None
        True
    """
    return _Here.worker


def set_worker_info(worker):
    """Say which worker this process is."""
    _Here.worker = worker
