"""Indices of batched arrays: the batch's own axes join an index of arrays as ranges."""
import numpy as np

from .base import NeedsLoop


def is_basic(index):
    """Whether an index takes a view: integers, slices, None and Ellipsis only."""
    for item in index if type(index) is tuple else (index,):
        if not (item is None or item is Ellipsis or type(item) in (int, slice) or isinstance(item, np.integer)):
            return False
    return True


class Picks:
    """An index with arrays among integers and slices, of one sample of a shape.

    Attributes:
        places: the dimensions that arrays and integers stand for.
        arrays: those arrays.
        slices: the slices of the other dimensions.
        front: where the arrays' own dimensions come in the result.
    """

    def __init__(self, index, shape):
        items = list(index) if type(index) is tuple else [index]
        items = [_array(item) for item in items]
        if any(item is None for item in items):
            raise NeedsLoop("None among index arrays")
        dots = [k for k, item in enumerate(items) if item is Ellipsis]
        if dots:
            k = dots[0]
            items[k:k + 1] = [slice(None)] * (len(shape) - len(items) + 1)
        items += [slice(None)] * (len(shape) - len(items))
        self.places = [k for k, item in enumerate(items) if type(item) is not slice]
        self.arrays = [items[k] for k in self.places]
        self.slices = [item for item in items if type(item) is slice]
        together = self.places[-1] - self.places[0] + 1 == len(self.places)
        self.front = self.places[0] if together else 0
        self.width = max([x.ndim for x in self.arrays])

    def _window(self, x):
        """Return x's data with the picked dimensions right behind the batch's, the others sliced."""
        n = len(x.levels)
        data = np.moveaxis(x.data, [p + n for p in self.places], range(n, n + len(self.places)))
        return data[(slice(None),) * (n + len(self.places)) + tuple(self.slices)]

    def _where(self, levels, sizes):
        """Return the index of the window: ranges of the batches first where an array has a batch."""
        if not any([getattr(x, "levels", ()) for x in self.arrays]):
            return (slice(None),) * len(levels) + tuple([x.data if hasattr(x, "levels") else x
                                                         for x in self.arrays])
        n = len(levels)
        ranges = [np.arange(size).reshape((-1,) + (1,) * (n - 1 - k + self.width)) for k, size in enumerate(sizes)]
        return (*ranges, *[self._aligned(x, levels) for x in self.arrays])

    def _aligned(self, x, levels):
        own = getattr(x, "levels", ())
        data = x.data if hasattr(x, "levels") else x
        sizes = dict(zip(own, data.shape))
        return data.reshape(tuple([sizes.get(k, 1) for k in levels]) + (1,) * (self.width - x.ndim) + data.shape[len(own):])

    def read(self, x):
        """Return the picked elements of a batched array."""
        levels = tuple(sorted(set(x.levels).union(*[getattr(a, "levels", ()) for a in self.arrays])))
        if levels != x.levels:
            x = self._spread_over(x, levels)
        n = len(levels)
        found = self._window(x)[self._where(levels, x.data.shape[:n])]
        return type(x)(np.moveaxis(found, range(n, n + self.width), range(n + self.front, n + self.front + self.width)), levels)

    def _spread_over(self, x, levels):
        """Return x with a batch axis for every level (a view) where its index arrays have more of them than x."""
        sizes = dict(zip(x.levels, x.data.shape))
        for a in self.arrays:
            if hasattr(a, "levels"):
                sizes.update(zip(a.levels, a.data.shape))
        own = tuple([sizes[k] if k in x.levels else 1 for k in levels])
        data = x.data.reshape(own + x.shape)
        return type(x)(np.broadcast_to(data, tuple([sizes[k] for k in levels]) + x.shape), levels)

    def write(self, x, value, spread, store=None):
        """Store a value (batched, plain or a number) in the picked elements, or combine it into them by `store`."""
        n = len(x.levels)
        window, where = self._window(x), self._where(x.levels, x.data.shape[:n])
        if hasattr(value, "ndim"):
            rest = len(self.slices)
            value = spread(value if hasattr(value, "levels") else type(x)(value, ()), x.levels, self.width + rest)
            start = n + self.front
            value = np.moveaxis(value, range(start, start + self.width), range(n, n + self.width))
        if store is None:
            window[where] = value
        else:
            store(window, where, value)


def _array(item):
    if isinstance(item, (int, np.integer)) and not isinstance(item, bool):
        return np.asarray(item)
    if hasattr(item, "dtype") and item.dtype.kind == "b":
        raise NeedsLoop("a mask among other indices")
    return item
