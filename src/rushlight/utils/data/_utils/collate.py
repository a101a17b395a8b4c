"""Making one batch of several samples, and tensors of a sample's arrays."""
import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

import numpy as np

from .... import dtypes
from ....core.tensor import Tensor
from ....ops.data import as_tensor, tensor
from ....ops.join import stack
from . import info

_REFUSED = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def collate(batch, *, collate_fn_map=None):
    """Return one batch of a list of samples: mappings and sequences element by element, the rest by the map.

    Args:
        batch: samples of one structure.
        collate_fn_map: from a type (or tuple of types) to `f(batch, *, collate_fn_map)`; an exact type
            goes before one that the samples are instances of.

    Raises: TypeError for a type without a rule, RuntimeError for sequences of different lengths.
    """
    first = batch[0]
    rule = _rule(type(first), first, collate_fn_map)
    if rule is not None:
        return rule(batch, collate_fn_map=collate_fn_map)

    def together(samples):
        return collate(samples, collate_fn_map=collate_fn_map)

    if isinstance(first, Mapping):
        return _like_mapping(first, {key: together([d[key] for d in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*[together(samples) for samples in zip(*batch)])
    if isinstance(first, Sequence):
        samples = [iter(sample) for sample in batch]
        length = len(first)
        if any(len(sample) != length for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [together(column) for column in zip(*samples)]
        return columns if isinstance(first, tuple) else _like_sequence(first, columns)
    raise TypeError(_REFUSED.format(type(first)))


def _rule(kind, first, rules):
    if rules is None:
        return None
    if kind in rules:
        return rules[kind]
    for types, rule in rules.items():
        if isinstance(first, types):
            return rule
    return None


def _like_mapping(first, items):
    """Return a mapping of the class of `first`, or a dict where that cannot be made."""
    try:
        if isinstance(first, MutableMapping):
            made = copy.copy(first)
            made.update(items)
            return made
        return type(first)(items)
    except TypeError:
        return items


def _like_sequence(first, items):
    """Return a sequence of the class of `first`, or a list where that cannot be made."""
    try:
        if isinstance(first, MutableSequence):
            made = copy.copy(first)
            for i, item in enumerate(items):
                made[i] = item
            return made
        return type(first)(items)
    except TypeError:
        return items


# ------------------------------------------------------------------ the rules


def collate_tensor_fn(batch, *, collate_fn_map=None):
    """Return tensors stacked along a new first dimension."""
    del collate_fn_map                          # tensors have no parts
    if info.get_worker_info() is not None and any(getattr(t, "requires_grad", False) for t in batch):
        raise RuntimeError("stack(): functions with out=... arguments don't support automatic differentiation, but one of "
                           "the arguments requires grad.")
    return stack(batch, 0)


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    """Return arrays stacked as tensors; arrays of text and objects are refused."""
    if batch[0].dtype.kind in "SUO":
        raise TypeError(_REFUSED.format(batch[0].dtype))
    return collate([as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None):
    """Return a tensor of NumPy's numbers, of their dtype."""
    del collate_fn_map
    return as_tensor(batch)


def collate_float_fn(batch, *, collate_fn_map=None):
    """Return a float64 tensor of numbers."""
    del collate_fn_map
    return tensor(batch, dtype=dtypes.float64)


def collate_int_fn(batch, *, collate_fn_map=None):
    """Return a tensor of whole numbers or truth values."""
    del collate_fn_map
    return tensor(batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    """Return texts as they are."""
    del collate_fn_map
    return batch


default_collate_fn_map = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


def default_collate(batch):
    """Return one batch of a list of samples: tensors, arrays and numbers become tensors with a new first dimension.

    Tuples and lists give a list with one batch for each position, dicts a dict, named tuples a
    named tuple; texts stay a list. Other types may be added to `default_collate_fn_map`.

    Example:
        >>> default_collate([(1, 2.0), (3, 4.0)])
        [tensor([1, 3]), tensor([2., 4.], dtype=torch.float64)]
        >>> default_collate([{"a": "x"}, {"a": "y"}])
        {'a': ['x', 'y']}
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def default_convert(data):
    """Return a sample with its arrays and NumPy numbers made tensors, inside dicts, lists and tuples too.

    Example:
        >>> default_convert([numpy.zeros(2), 3])
        [tensor([0., 0.], dtype=torch.float64), 3]
    """
    if isinstance(data, Tensor):
        return data
    if isinstance(data, (np.ndarray, np.generic)) and not isinstance(data, (np.str_, np.bytes_)):
        return data if data.dtype.kind in "SUO" else as_tensor(data)
    if isinstance(data, Mapping):
        return _like_mapping(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple):
        items = [default_convert(item) for item in data]
        return type(data)(*items) if hasattr(data, "_fields") else items
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _like_sequence(data, [default_convert(item) for item in data])
    return data
