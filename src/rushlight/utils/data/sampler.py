"""Samplers: the order in which a loader asks a dataset for its samples. Draws are torch's, number by number."""
import itertools
from typing import Generic, TypeVar

import numpy as np

from ... import dtypes
from ...core.generator import Generator
from ...ops.create import empty
from ...ops.data import as_tensor
from ...ops.random import multinomial, randint, randperm

__all__ = ["BatchSampler", "RandomSampler", "Sampler", "SequentialSampler", "SubsetRandomSampler",
           "WeightedRandomSampler"]

_T = TypeVar("_T", covariant=True)
_CHUNK = 32                             # torch draws so many indices at once with replacement


def draw_seed(generator=None):
    """Return a 63-bit seed drawn from a generator (None: the default one)."""
    return empty((), dtype=dtypes.int64).random_(generator=generator).item()


class Sampler(Generic[_T]):
    """An order of indices (or of lists of them): subclasses write `__iter__`, and `__len__` where it is known.

    Example:
        >>> class Backwards(Sampler):
        ...     def __init__(self, data): self.n = len(data)
        ...     def __iter__(self): return iter(reversed(range(self.n)))
        >>> list(DataLoader("abc", sampler=Backwards("abc")))
        [['c'], ['b'], ['a']]
    """

    def __iter__(self):
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """All indices in order."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def chunks(self):
        """Yield the indices as arrays."""
        yield np.arange(len(self.data_source))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Random indices, all of them once by default.

    Args:
        replacement: draw each index independently.
        num_samples: how many to draw; None for the length of the data. Without replacement, more than
            the data has begin a new permutation.
        generator: draws the indices. None: a new one, seeded by a draw from the default generator when
            the iteration begins.

    Example:
        >>> g = torch.Generator().manual_seed(0)
        >>> list(RandomSampler(range(5), generator=g))
        [4, 0, 1, 3, 2]
    """

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={self.num_samples}")

    @property
    def num_samples(self):
        """How many indices one iteration gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        for chunk in self.chunks():
            yield from chunk.tolist()

    def chunks(self):
        """Yield the indices as arrays, each drawn when it is asked for."""
        n = len(self.data_source)
        generator = self.generator
        if generator is None:
            generator = Generator().manual_seed(draw_seed())
        per_draw = _CHUNK if self.replacement else n
        full, rest = divmod(self.num_samples, per_draw)
        for size in itertools.chain(itertools.repeat(per_draw, full), (rest,)):     # the last one is drawn even for none of it
            if self.replacement:
                yield randint(high=n, size=(size,), dtype=dtypes.int64, generator=generator)._array
            else:
                yield randperm(n, generator=generator)._array[:size]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given indices in random order.

    Args:
        generator: draws one `randperm` an iteration; None for the default one.
    """

    def __init__(self, indices, generator=None):
        self.indices = indices
        self.generator = generator

    def __iter__(self):
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn with the given weights, by `multinomial`.

    Args:
        weights: 1-d, not negative; they need not sum up to 1.
        num_samples: how many to draw.
        replacement: False draws each index at most once.

    Example:
        >>> list(WeightedRandomSampler([0.0, 1.0, 0.0], 3))
        [1, 1, 1]
    """

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        _check_positive("num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        weights = as_tensor(weights, dtype=dtypes.float64)
        if weights.ndim != 1:
            raise ValueError(f"weights should be a 1d sequence but given weights have shape {tuple(weights.shape)}")
        self.weights = weights
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self):
        yield from multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler[list]):
    """Lists of `batch_size` indices of another sampler; the last one may be shorter.

    Args:
        sampler: any iterable of indices.
        drop_last: leave a shorter last list out.

    Example:
        >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler, batch_size, drop_last):
        _check_positive("batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        indices = iter(self.sampler)
        size = self.batch_size
        smallest = size if self.drop_last else 1
        while len(batch := list(itertools.islice(indices, size))) >= smallest:
            yield batch

    def arrays(self):
        """Iterate as `__iter__` does, but over arrays in place of lists; None where the sampler is not one of this file's."""
        if type(self) is BatchSampler and type(self.sampler) in (RandomSampler, SequentialSampler):
            return self._cut(self.sampler)
        return None

    def _cut(self, sampler):
        size, rest = self.batch_size, None
        for chunk in sampler.chunks():
            if rest is not None and len(rest):
                chunk = np.concatenate([rest, chunk])
            full = len(chunk) // size * size
            for i in range(0, full, size):
                yield chunk[i:i + size]
            rest = chunk[full:]
        if len(rest) and not self.drop_last:
            yield rest

    def __len__(self):
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def _check_positive(name, value):
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")
