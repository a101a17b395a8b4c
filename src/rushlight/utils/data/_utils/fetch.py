"""Getting the samples of a batch out of a dataset and collating them."""
import weakref

import numpy as np

from ....core.modes import state
from ....core.tensor import Tensor, make, view_requires_grad, wants_grad
from ..dataset import Subset, TensorDataset
from .collate import collate_tensor_fn, default_collate, default_collate_fn_map


class Fetcher:
    """What the kinds of fetchers share: `fetch(indices)` returns a batch, or a sample without auto-collation."""

    def __init__(self, dataset, auto_collation, collate_fn, drop_last):
        self.dataset = dataset
        self.auto_collation = auto_collation
        self.collate_fn = collate_fn
        self.drop_last = drop_last


class MapFetcher(Fetcher):
    """Asks a dataset for samples by their indices."""

    _plan = None

    @property
    def takes_arrays(self):
        """Whether `fetch` is quicker with indices in an array."""
        return self.auto_collation and self.collate_fn is default_collate and _tensors_below(self.dataset) is not None

    def fetch(self, indices):
        """Return the batch of the samples at `indices`."""
        plan = self._plan
        if plan is not None and type(indices) is np.ndarray and plan.holds():
            batch = plan.take(indices)
            if batch is not None:
                return batch
        dataset = self.dataset
        if not self.auto_collation:
            return self.collate_fn(dataset[indices])
        if self.collate_fn is default_collate:
            if type(indices) is np.ndarray:
                self._plan = _plan(dataset)             # for the next batches
            batch = rows(dataset, indices)
            if batch is not None:
                return batch
        if type(indices) is np.ndarray:
            indices = indices.tolist()
        together = getattr(dataset, "__getitems__", None)
        data = together(indices) if together else [dataset[i] for i in indices]
        return self.collate_fn(data)


class IterableFetcher(Fetcher):
    """Takes the next samples of a stream; the indices only say how many."""

    def __init__(self, dataset, auto_collation, collate_fn, drop_last):
        super().__init__(dataset, auto_collation, collate_fn, drop_last)
        self.stream = iter(dataset)
        self.ended = False

    def fetch(self, indices):
        """Return the next batch; raises StopIteration after the last one."""
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return self.collate_fn(next(self.stream))
        data = []
        for _ in indices:
            try:
                data.append(next(self.stream))
            except StopIteration:
                self.ended = True
                break
        if not data or self.drop_last and len(data) < len(indices):
            raise StopIteration
        return self.collate_fn(data)


# ------------------------------------------------------------------ whole batches of rows

#: Subset -> (its list of indices as it was, that as an array): comparing lists is much quicker than reading one
_LISTS = weakref.WeakKeyDictionary()


def rows(dataset, indices):
    """Return what collating the samples of a `TensorDataset` (or of a subset of one) gives, without making them.

    One indexing of each tensor takes the place of one for each sample. None where that might not
    give the same: subclasses with their own samples, tensors in a graph, other rules of collating,
    indices that are not plain numbers inside the dataset (the long way then raises what is due).

    Args:
        indices: a list, or an array of int64 that are not negative.
    """
    if type(indices) is not list and type(indices) is not np.ndarray:
        return None
    if default_collate_fn_map.get(Tensor) is not collate_tensor_fn:
        return None
    tensors = _tensors_below(dataset)
    if not tensors:
        return None
    while type(dataset) is not TensorDataset and _is_subset(type(dataset)):
        try:
            indices = [dataset.indices[i] for i in (indices if type(indices) is list else indices.tolist())]
        except (IndexError, KeyError, TypeError):
            return None
        dataset = dataset.dataset
    return _select(tensors, indices)


class _Plan:
    """Where the rows of plain tensors are; good as long as nothing that it was made of is replaced.

    Args:
        subsets: on the way to the `TensorDataset`, from the outside in.
        base: the `TensorDataset`.
        table: the rows of `base` that are the samples of the outermost subset; None without subsets.
    """

    __slots__ = ("arrays", "base", "links", "pairs", "table", "tensors")

    def __init__(self, subsets, base, table):
        self.links = [(s, s.dataset, s.indices) for s in subsets]
        self.base, self.tensors, self.table = base, base.tensors, table
        self.arrays = [t._array for t in base.tensors]
        self.pairs = list(zip(self.tensors, self.arrays, strict=True))

    def holds(self):
        """Whether the datasets and tensors are what they were."""
        for subset, dataset, indices in self.links:
            if subset.dataset is not dataset or subset.indices is not indices:
                return False
        if self.base.tensors is not self.tensors or state.inference \
                or default_collate_fn_map.get(Tensor) is not collate_tensor_fn:
            return False
        for t, array in self.pairs:
            if t._array is not array or t._req or t._node is not None or t._base is not None and view_requires_grad(t):
                return False
        return True

    def take(self, where):
        """Return the rows, or None for indices outside (the long way then raises what is due)."""
        try:
            if self.table is not None:
                where = self.table.take(where)
            return [make(array.take(where, 0)) for array in self.arrays]
        except IndexError:
            return None


def _plan(dataset):
    """Return the `_Plan` of a dataset whose samples are rows of tensors outside any graph, or None."""
    tensors = _tensors_below(dataset)
    if not tensors or any(type(t) is not Tensor or not t.ndim or type(t._array) is not np.ndarray or wants_grad(t)
                          for t in tensors):
        return None
    subsets, table = [], None
    while type(dataset) is not TensorDataset and _is_subset(type(dataset)):
        inner = _numbers(dataset)
        if inner is None or table is not None and table.max(initial=-1) >= len(inner):
            return None
        subsets.append(dataset)
        table = inner if table is None else inner.take(table)
        dataset = dataset.dataset
    plan = _Plan(subsets, dataset, table)
    return plan if plan.holds() else None


def _numbers(subset):
    """Return the indices of a `Subset` as an array; None for other than plain numbers that are not negative."""
    indices = subset.indices
    if type(indices) is range:
        found = np.arange(indices.start, indices.stop, indices.step)
    elif type(indices) is not list:
        return None
    else:
        known = _LISTS.get(subset) if type(subset) is Subset else None
        if known is not None and known[0] == indices:
            return known[1]
        if set(map(type, indices)) != {int}:
            return None
        found = np.array(indices)
    if found.dtype != np.int64 or found.min(initial=0) < 0:
        return None
    if type(indices) is list and type(subset) is Subset:
        _LISTS[subset] = indices.copy(), found
    return found


def _is_subset(kind):
    return kind.__getitem__ is Subset.__getitem__ and getattr(kind, "__getitems__", None) is Subset.__getitems__


def _tensors_below(dataset):
    """Return the tensors whose rows are the samples of a dataset or of what it is a subset of; None for other datasets."""
    kind = type(dataset)
    while kind is not TensorDataset:
        if getattr(kind, "__getitem__", None) is TensorDataset.__getitem__ and not hasattr(dataset, "__getitems__"):
            break
        if not hasattr(kind, "__getitem__") or not _is_subset(kind):
            return None
        dataset = dataset.dataset
        kind = type(dataset)
    return dataset.tensors


def _select(tensors, indices):
    if type(indices) is list:
        if set(map(type, indices)) != {int}:
            return None
        where = np.array(indices)
        if where.dtype != np.int64 or where.min() < 0:
            return None
    else:
        where = indices
    end = np.maximum.reduce(where)
    plain = not state.inference
    for t in tensors:
        if type(t) is not Tensor or not t.ndim or end >= t.shape[0] or wants_grad(t):
            return None
        plain = plain and type(t._array) is np.ndarray
    if plain:
        return [make(t._array.take(where, 0)) for t in tensors]         # spares the dispatch of an indexing
    where = make(where)
    return [t[where if t.device.type == "cpu" else where.to(t.device)] for t in tensors]
