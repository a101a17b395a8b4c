"""The sampler of one process among several that train together."""
import importlib
import math

from ...core.generator import Generator
from ...ops.random import randperm
from .sampler import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler):
    """Every `num_replicas`-th index, from `rank` on, of an order that all processes agree on.

    Args:
        num_replicas, rank: how many processes there are, and which this one is; by default those of
            the process group.
        shuffle: whether the order is random: the `randperm` of `seed + epoch`.
        drop_last: leave out what cannot be shared evenly; otherwise the first indices come again.

    Call `set_epoch` before each epoch, or the order stays the same.

    Raises: ValueError for a rank outside 0 .. num_replicas - 1.

    Example:
        >>> list(DistributedSampler(range(5), num_replicas=2, rank=1, shuffle=False))
        [1, 3, 0]
    """

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        if num_replicas is None:
            num_replicas = _group().get_world_size()
        if rank is None:
            rank = _group().get_rank()
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        n = len(dataset)
        self.num_samples = n // num_replicas if drop_last else math.ceil(n / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self):
        n = len(self.dataset)
        if self.shuffle:
            order = randperm(n, generator=Generator().manual_seed(self.seed + self.epoch)).tolist()
        else:
            order = range(n)
        return iter([order[i % n] for i in range(self.rank, self.total_size, self.num_replicas)])

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        """Say which epoch it is, for another order than the last one's."""
        self.epoch = epoch


def _group():
    """Return the module that knows the process group; only training on several machines needs it."""
    try:
        distributed = importlib.import_module("rushlight.distributed")
    except ModuleNotFoundError:
        distributed = None
    if distributed is None or not distributed.is_available():
        raise RuntimeError("Requires distributed package to be available")
    return distributed
