"""Nested Python data read into an array: sizes, dtype, numbers, with torch's rules and errors.

A level of the nest is looked at as a whole (`set(map(type, level))`), so that lists of Python
numbers never cost a Python step per element.
"""
from itertools import chain

from .. import dtypes
from ..backend.cpu import SILENT, hush, unhush
from ..backend.cpu import B as CPU
from ..core.tensor import TensorBase
from ._factory import kind_of, number_dtype

__all__ = ["array_from", "numbers_to_array"]

_LISTS = {list, tuple}
_NUMBERS = {float, int, bool, complex}
_ndarray = CPU.array_type
_scalar = CPU.generic
_EMPTY = object()


def array_from(data, dtype=None):
    """Return a fresh NumPy array of nested sequences, of a number or of arrays.

    Args:
        data: numbers, sequences, NumPy scalars and arrays, tensors of one element, in any nest.
        dtype: one of ours; inferred from all elements when None.

    Raises: ValueError for ragged nests and numbers too large, TypeError or RuntimeError for elements
        that are no numbers, all as `torch.tensor` does.
    """
    kind = type(data)
    if kind is list and data:               # the usual nest is one list of numbers
        kinds = set(map(type, data))
        if kinds <= _NUMBERS:
            return numbers_to_array(data, kinds, dtype)
    if kind in _NUMBERS:
        return numbers_to_array([data], {kind}, dtype).reshape(())
    if not _is_sequence(data):
        _leaf_dtype(data)               # raises for what is no number
        return _leaves_to_array([data], dtype).reshape(())
    level = data if type(data) in _LISTS else [data[i] for i in range(len(data))]
    shape = [len(level)]
    while level:
        kinds = set(map(type, level))
        if kinds <= _NUMBERS:
            break
        if not kinds <= _LISTS:
            if kinds == {_ndarray} and level[0].ndim:
                return _stack(level, shape, dtype)
            if not _descends(level, shape, dtype):
                return _leaves_to_array(level, dtype).reshape(shape)
            level = [item if type(item) in _LISTS else [item[i] for i in range(len(item))] for item in level]
        level = _open(level, shape)
    if not level:
        return CPU.empty(shape, dtype=_or_default(dtype).np)
    return numbers_to_array(level, kinds, dtype).reshape(shape)


def _or_default(dtype):
    return dtypes.get_default_dtype() if dtype is None else dtype


def _open(level, shape):
    """Return the elements of all sequences of a level, and add their common length to `shape`."""
    length = len(level[0])
    if len(set(map(len, level))) > 1:
        other = next(len(item) for item in level if len(item) != length)
        raise ValueError(f"expected sequence of length {length} at dim {len(shape)} (got {other})")
    if len(shape) > 64:
        raise ValueError(f"too many dimensions '{type(level[0]).__name__}'")
    shape.append(length)
    return list(chain.from_iterable(level))


def _is_sequence(item):
    """Whether torch looks for elements inside: anything indexable that is no tensor, scalar or mapping."""
    return (hasattr(item, "__len__") and hasattr(item, "__getitem__")
            and not isinstance(item, (str, bytes, dict, TensorBase, _scalar)))


def _descends(level, shape, dtype):
    """Whether a level that is not all lists and tuples holds sequences only; raises for a mixture."""
    first = level[0]
    if isinstance(first, str):
        raise ValueError(f"too many dimensions '{type(first).__name__}'")
    nested = [_is_sequence(item) for item in level]
    if all(nested):
        return True
    inferred = dtype if dtype is not None else _infer(level)
    if not any(nested):
        return False
    if nested[0]:
        raise TypeError("not a sequence")
    odd = type(level[nested.index(True)]).__name__
    if inferred.category >= dtypes.FLOATING:
        raise TypeError(f"must be real number, not {odd}")
    raise TypeError(f"'{odd}' object cannot be interpreted as an integer")


# ------------------------------------------------------------------ arrays in a list


def _stack(arrays, shape, dtype):
    """Return the arrays of a list as one: the fast path of `torch.tensor([array, array])`."""
    length = arrays[0].shape
    for a in arrays:
        if a.shape != length:
            _raise_ragged(arrays, len(shape))
    if dtype is None:
        dtype = _infer(arrays)
    found = CPU.empty((len(arrays),) + length, dtype=dtype.np)
    for i, a in enumerate(arrays):
        dtypes.from_np(a.dtype)         # raises for strings, objects, ...
        CPU.copyto(found[i], a)
    return found.reshape(tuple(shape) + length)


def _raise_ragged(arrays, dim):
    """Raise torch's ValueError for arrays of different shapes."""
    for d in range(max(a.ndim for a in arrays)):
        sizes = [a.shape[d] if d < a.ndim else None for a in arrays]
        other = next((s for s in sizes if s != sizes[0]), _EMPTY)
        if other is None or sizes[0] is None:
            raise TypeError("not a sequence")
        if other is not _EMPTY:
            raise ValueError(f"expected sequence of length {sizes[0]} at dim {dim + d} (got {other})")


# ------------------------------------------------------------------ elements that are not Python's own numbers


def _infer(level):
    """Return the dtype that torch infers for all elements of a level."""
    found = None
    for d in {_leaf_dtype(item) for item in level}:
        found = d if found is None else dtypes.promote_types(found, d)
    return found


def _leaf_dtype(item):
    """Return the dtype of one element; raises torch's error when it is no number."""
    if isinstance(item, TensorBase):
        return item.dtype
    if isinstance(item, (_ndarray, _scalar)):
        return dtypes.from_np(item.dtype)
    if isinstance(item, (int, float, complex)):
        return number_dtype(item)
    if isinstance(item, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(item).__name__}'")
    if _is_sequence(item) and len(item):
        return _infer(item)
    raise RuntimeError(f"Could not infer dtype of {kind_of(item)}")


def _leaves_to_array(level, dtype):
    """Return a 1-d array of elements among which are tensors, NumPy scalars or numbers of odd types."""
    wanted = dtype if dtype is not None else _infer(level)
    numbers = [_number(item, wanted) for item in level]
    return numbers_to_array(numbers, set(map(type, numbers)), wanted)


def _number(item, dtype):
    if isinstance(item, TensorBase):
        if item.numel() != 1:
            if dtype.category >= dtypes.FLOATING:
                raise ValueError("only one element tensors can be converted to Python scalars")
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return item.detach().item()
    _leaf_dtype(item)
    if isinstance(item, _scalar):
        item = item.item()
        return item if type(item) in _NUMBERS else float(item)      # the extension floats stay scalars
    for kind in (bool, int, float, complex):
        if isinstance(item, kind):
            return kind(item)
    return item


# ------------------------------------------------------------------ Python numbers


def numbers_to_array(numbers, kinds, dtype=None):
    """Return a 1-d NumPy array of Python numbers.

    Args:
        numbers: a list of bool, int, float and complex objects.
        kinds: the set of their types.
        dtype: one of ours; when None the highest of the numbers' own kinds.
    """
    if dtype is None:
        dtype = (dtypes.default_complex() if complex in kinds else dtypes.get_default_dtype() if float in kinds
                 else dtypes.int64 if int in kinds else dtypes.bool)
    category = dtype.category
    if complex in kinds and category in (dtypes.INTEGRAL, dtypes.FLOATING):
        if category == dtypes.FLOATING:
            raise TypeError("must be real number, not complex")
        raise TypeError("'complex' object cannot be interpreted as an integer")
    token = hush(SILENT)
    try:
        if category == dtypes.INTEGRAL:
            return _integers(numbers, kinds, dtype)
        if category == dtypes.FLOATING and dtype.itemsize < 4:      # halves are rounded from single precision
            return CPU.asarray(numbers, dtype=dtypes.float32.np).astype(dtype.np)
        return CPU.asarray(numbers, dtype=dtype.np)
    except OverflowError:
        raise RuntimeError("Overflow when unpacking double") from None
    finally:
        unhush(token)


def _integers(numbers, kinds, dtype):
    """Return an integer array; floats are cut towards zero, what the dtype cannot hold is an error."""
    if float in kinds:
        if any(x != x or x in (_INF, -_INF) for x in numbers if type(x) is float):
            raise _overflow(dtype)
        numbers = [int(x) for x in numbers]
    wide = dtypes.int64.np
    try:
        array = CPU.asarray(numbers, dtype=wide)
    except OverflowError:
        if dtype is dtypes.uint64:
            return _unsigned_64(numbers)
        raise ValueError("Overflow when unpacking long long") from None
    if dtype is dtypes.int64:
        return array
    bits = dtype.itemsize * 8
    if bits < 64 and array.size:
        high = (1 << bits - 1) - 1 if dtype.is_signed else (1 << bits) - 1
        low = -high - 1 if dtype.is_signed else -high
        if int(array.min()) < low or int(array.max()) > high:
            raise _overflow(dtype)
    return array.astype(dtype.np)


def _unsigned_64(numbers):
    if not all(-(1 << 64) < x < 1 << 64 for x in numbers):
        raise ValueError("Overflow when unpacking long long")
    return CPU.asarray([x % (1 << 64) for x in numbers], dtype=dtypes.uint64.np)


def _overflow(dtype):
    return RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")


_INF = float("inf")
