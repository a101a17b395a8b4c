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

    def fetch(self, indices):
        """Return the batch of the samples at `indices`."""
        dataset = self.dataset
        if not self.auto_collation:
            return self.collate_fn(dataset[indices])
        if self.collate_fn is default_collate:
            batch = rows(dataset, indices)
            if batch is not None:
                return batch
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
    """
    if type(indices) is not list:
        return None
    kind = type(dataset)
    while kind.__getitem__ is Subset.__getitem__ and getattr(kind, "__getitems__", None) is Subset.__getitems__:
        try:
            indices = [dataset.indices[i] for i in indices]
        except (IndexError, KeyError, TypeError):
            return None
        dataset = dataset.dataset
        kind = type(dataset)
    if getattr(kind, "__getitem__", None) is not TensorDataset.__getitem__ or hasattr(dataset, "__getitems__"):
        return None
    if default_collate_fn_map.get(Tensor) is not collate_tensor_fn:
        return None
    return _select(dataset.tensors, indices)


def _select(tensors, indices):
    if not tensors or set(map(type, indices)) != {int}:
        return None
    where = np.array(indices)
    if where.dtype != np.int64 or where.min() < 0:
        return None
    end = where.max()
    for t in tensors:
        if type(t) is not Tensor or not t.ndim or end >= t.shape[0] or wants_grad(t):
            return None
    if all([type(t._array) is np.ndarray for t in tensors]) and not state.inference:
        return [make(np.take(t._array, where, axis=0)) for t in tensors]        # spares the dispatch of an indexing
    where = make(where)
    return [t[where if t.device.type == "cpu" else where.to(t.device)] for t in tensors]
