"""Getting the samples of a batch out of a dataset and collating them."""
import numpy as np

from ....core.modes import state
from ....core.tensor import Tensor, make, wants_grad
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

    @property
    def takes_arrays(self):
        """Whether `fetch` is quicker with indices in an array."""
        return self.auto_collation and self.collate_fn is default_collate and _tensors_below(self.dataset) is not None

    def fetch(self, indices):
        """Return the batch of the samples at `indices`."""
        dataset = self.dataset
        if not self.auto_collation:
            return self.collate_fn(dataset[indices])
        if self.collate_fn is default_collate:
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
