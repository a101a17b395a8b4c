"""`x[index]` and `x[index] = value`: basic indices are views, tensors and masks among them copy.

An index is read in two steps, as torch does. Integers, slices, None and Ellipsis take a view. Tensors,
lists and masks then pick from that view; the dimensions they stand for are replaced by the
shape they broadcast to, in place where they are neighbours, else in front.
"""
import warnings

from .. import dtypes
from ..backend import base as backends
from ..core import tensor as tensors
from ..core import views
from ..core.modes import state
from ..core.op import T, composite, op
from ..core.tensor import OPS, TensorBase, make
from ._dims import broadcast_shape, expand_shape, prod
from .shape import _placed, alias_view, expand, reshape

_KINDS = "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {})"
_ALL = slice(None)
_INDEX_TYPES = (dtypes.int64, dtypes.int32, dtypes.uint8, dtypes.bool)
_NoneType, _Dots = type(None), type(Ellipsis)


# ------------------------------------------------------------------ the ops

def _basic_name(args):
    """The node's name is that of the last step torch would take."""
    index = args[1]
    last = "AliasBackward0"
    for item in index if type(index) is tuple else (index,):
        kind = type(item)
        if kind is int:
            last = "SelectBackward0"
        elif item is None:
            last = "UnsqueezeBackward0"
        elif kind is slice and (item != _ALL or type(index) is slice):
            last = "SliceBackward0"
    return last


@op(view=True, ns=(), name="_basic_index", grad_name=_basic_name)
def basic_index(B, input: T, index):
    """Return the view `input[index]` of an index of integers, slices, None and Ellipsis."""
    return input[_with_dots(index)]


def _with_dots(index):
    """Return a basic index that gives an array also where it names every dimension."""
    if type(index) is not tuple:
        return (index, ...) if index is not Ellipsis else index
    return index if Ellipsis in index else index + (...,)


basic_index.vjp(input=lambda g, input_shape, index: _placed(g, input_shape, _with_dots(index)))


def _picked(B, input, where):
    """Return input[where], C-ordered, for `where` made of slices(None) and index arrays."""
    arrays = [k for k, item in enumerate(where) if item is not _ALL]
    if len(arrays) == 1:
        return B.take_any(input, where[arrays[0]], arrays[0])
    found = input[where]
    return found if B.is_contiguous(found) else B.copy(found)


@op(ns=(), name="_index", grad_name="IndexBackward0")
def pick(B, input: T, where):
    """Return the elements of `input` at `where`, a tuple of slice(None) and index arrays."""
    return _picked(B, input, where)


@op(ns=(), name="_index_back")
def _unpick(B, input: T, shape, where):
    """Return zeros of `shape` with `input` added at `where`: the gradient of `pick`."""
    return B.add_at(B.zeros(shape, dtype=input.dtype), where, input)


pick.vjp(input=lambda g, input_shape, where: _unpick(g, input_shape, where))
_unpick.vjp(input=lambda g, where: pick(g, where))


@op(ns=(), inplace=True, writes=True, name="_put", grad_name="IndexPutBackward0")
def put_at(B, input: T, where, values: T, accumulate):
    """Store (or add) `values` into `input` at `where`; the last of several values for one place stays."""
    try:
        return (B.add_at if accumulate else B.put)(input, where, values)
    except ValueError:
        raise RuntimeError(f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing "
                           f"result of shape {list(_picked(B, input, where).shape)}") from None


def _put_input(g, where, accumulate):
    return g if accumulate else put_at(g, where, _zero(g), False)


@op(ns=(), differentiable=False)
def _zero(B, like: T):
    """Return a 0-d zero of the dtype of `like`."""
    return B.zeros((), dtype=like.dtype)


put_at.vjp(input=_put_input, values=lambda g, where: pick(g, where))


# ------------------------------------------------------------------ reading an index

def _is_tuple_like(index):
    """Whether torch reads a list as a tuple of indices: when it holds sequences, tensors, slices or None."""
    if len(index) >= 32:
        return False
    return any(item is None or item is Ellipsis or isinstance(item, (TensorBase, slice, list, tuple, range))
               for item in index)


def _items(index):
    """Return an index as a list of items."""
    if type(index) is tuple or isinstance(index, tuple):
        return list(index)
    if isinstance(index, list) and _is_tuple_like(index):
        warnings.warn("Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
                      "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
                      "tensor index, x[torch.tensor(seq)], which will result either in an error or a different result",
                      stacklevel=4)
        return list(index)
    return [index]


def _array_of(B, item):
    """Return an index tensor, array, list or range as an array; 0-d integers as an int."""
    if isinstance(item, TensorBase):
        array = _here(B, item._array)
    elif isinstance(item, (list, range, tuple)):
        array = _sequence(B, item)
    else:
        array = B.from_numpy(item)
    d = B.torch_dtype(array)
    if d not in _INDEX_TYPES:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if d is dtypes.uint8:
        warnings.warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
                      stacklevel=5)
        return B.astype(array, bool)
    if array.ndim == 0 and d is not dtypes.bool and not backends.of_array(array).takes_cpu:
        return int(array)
    return array


def _here(B, array):
    """Return an index array on the device of the indexed tensor, where a CPU one is taken too."""
    if isinstance(array, B.array_type):
        return array
    other = backends.of_array(array)
    if other.device_type != "cpu":
        raise RuntimeError(f"indices should be either on cpu or on the same device as the indexed tensor ({B.device_type})")
    return B.from_numpy(array)


def _sequence(B, item):
    """Return a list of numbers as an array: bool, or int64 (floats lose their fraction)."""
    try:
        array = OPS.tensor(list(item))._array
    except (TypeError, ValueError):
        word = next((x for x in item if isinstance(x, str)), None)
        if word is not None:
            raise TypeError("new(): invalid data type 'str'") from None
        raise
    array = B.from_numpy(array)
    return array if B.kind(array) == "b" else B.astype(array, B.int64)


def _normal(B, item):
    """Return an item as int, slice, None, Ellipsis, bool or index array; TypeError or IndexError as torch's."""
    kind = type(item)
    if kind is int or item is None or item is Ellipsis or kind is bool:
        return item
    if kind is slice:
        return _checked_slice(item)
    if isinstance(item, (TensorBase, list, range, tuple)):
        return _array_of(B, item)
    if isinstance(item, str):
        raise TypeError("new(): invalid data type 'str'")
    if hasattr(item, "dtype") and hasattr(item, "shape"):
        if not hasattr(item, "__setitem__"):            # a NumPy scalar
            if item.dtype.kind in "iu":
                return int(item)
            raise IndexError(_KINDS.format("numpy." + kind.__name__))
        return _array_of(B, item)
    if isinstance(item, int):
        return int(item)
    raise IndexError(_KINDS.format(kind.__name__))


def _checked_slice(item):
    for bound in (item.start, item.stop, item.step):
        if bound is not None and not hasattr(bound, "__index__"):
            raise TypeError("slice indices must be integers or None or have an __index__ method")
    parts = [None if b is None else b.__index__() for b in (item.start, item.stop, item.step)]
    if parts[2] is not None and parts[2] <= 0:
        raise ValueError("step must be greater than zero" if parts[2] else "slice step cannot be zero")
    return slice(*parts)


def _width(B, item):
    """Return how many dimensions of the tensor an item stands for."""
    if item is None or item is Ellipsis or item is True or item is False:
        return 0
    return item.ndim if hasattr(item, "dtype") and B.kind(item) == "b" else 1


def read(B, shape, index):
    """Return (basic index or None, where or None, whether `where` is one mask) for a tensor of this shape.

    The basic index takes a view; `where`, a tuple of slice(None) and index arrays, picks from it.
    """
    ndim = len(shape)
    items = [_normal(B, item) for item in _items(index)]
    if not ndim and len(items) == 1:
        if type(items[0]) is int:
            raise IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ "
                             "to convert a 0-dim tensor to a number")
        if type(items[0]) is slice:
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    named = sum([_width(B, item) for item in items])
    if named > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    basic, picks, sizes, rest = [], [], list(shape), ndim - named
    at = 0                                          # which dimension of the tensor the next item is for
    for item in items:
        if type(item) is int:
            n = sizes[at]
            if not -n <= item < n:
                if not -1 << 63 <= item < 1 << 63:
                    raise ValueError("Overflow when unpacking long long")
                raise IndexError(f"index {item} is out of bounds for dimension {len(basic)} with size {n}")
            basic.append(item)
            at += 1
        elif type(item) is slice:
            basic.append(item)
            at += 1
        elif item is None:
            basic.append(None)
        elif item is Ellipsis:
            basic.extend([_ALL] * rest)
            at += rest
            rest = 0
        elif item is True or item is False:
            picks.append((len(basic), B.asarray([0] if item else [], dtype=B.int64)))
            basic.append(None)
        else:
            width = _width(B, item)
            if not width:
                picks.append((len(basic), B.asarray([0] if bool(item) else [], dtype=B.int64)))
                basic.append(None)
                continue
            picks.append((len(basic), item))
            basic.extend([_ALL] * width)
            at += width
    plain = all(item is _ALL or type(item) is slice and item == _ALL for item in basic)
    if not picks:
        return tuple(basic), None, False
    masked = len(picks) == 1 and B.kind(picks[0][1]) == "b"
    return (None if plain else tuple(basic)), _where(B, shape, basic, picks), masked


def _where(B, shape, basic, picks):
    """Return the advanced index of the view that `basic` takes, with masks turned into positions."""
    view = _view_shape(shape, basic)
    place = {}                                      # position in `basic` -> dimension of the view
    for k, item in enumerate(basic):
        if type(item) is not int:
            place[k] = len(place)
    where = [_ALL] * max([place[k] + _width(B, a) for k, a in picks])
    for k, array in picks:
        d = place[k]
        if B.kind(array) == "b":
            for j, n in enumerate(array.shape):
                if view[d + j] != n:
                    raise IndexError(f"The shape of the mask {list(array.shape)} at index {j} does not match the shape of "
                                     f"the indexed tensor {list(view)} at index {d + j}")
            where[d:d + array.ndim] = B.nonzero(array)
        else:
            where[d] = array
    arrays = [w for w in where if w is not _ALL]
    if len(arrays) > 1:
        _check_broadcast(arrays)
    return tuple(where)


def _view_shape(shape, basic):
    """Return the shape that a basic index takes of a shape."""
    out, at = [], 0
    for item in basic:
        if item is None:
            out.append(1)
            continue
        if type(item) is slice:
            out.append(len(range(*item.indices(shape[at]))))
        at += 1
    return tuple(out) + tuple(shape[at:])


def _check_broadcast(arrays):
    try:
        broadcast_shape(*[a.shape for a in arrays])
    except RuntimeError:
        shapes = ", ".join([str(list(a.shape)) for a in arrays])
        raise IndexError("shape mismatch: indexing tensors could not be broadcast together with shapes "
                         f"{shapes}") from None


def check_bounds(B, shape, where):
    """Raise IndexError for the first index array that reaches outside of its dimension."""
    number = 0
    for d, item in enumerate(where):
        if item is _ALL:
            continue
        n = shape[d]
        if prod(item.shape):
            if n == 0:
                raise IndexError("index is out of bounds for dimension with size 0")
            bad = (item < -n) | (item >= n)
            if bool(B.any(bad)):
                worst = int(item[bad][0])
                raise IndexError(f"index {worst} is out of bounds for dimension {number} with size {n}")
        number += 1


# ------------------------------------------------------------------ x[index]

@composite(ns=(), method=False)
def getitem_general(self, index):
    """Return `self[index]` for every index but the plainest (see `core/views.py`); raises torch's errors."""
    array = self._array
    B = backends.of_array(array)
    if B.sparse:
        from . import sparse
        return sparse.getitem(self, index)
    kind = type(index)
    if (kind is tuple or isinstance(index, TensorBase) and type(index._array) is type(array) and index._array.ndim) \
            and not (state.grad and tensors.wants_grad(self)):
        found = (_picked_by_tensors if kind is tuple else _picked_by_tensor)(B, array, index)
        if found is not None:
            return make(found)
    basic, where, _ = read(B, tuple(array.shape), index)
    if where is None:
        return basic_index(self, basic) if basic else alias_view(self)
    source = self if basic is None else basic_index(self, basic)
    return _pick(B, source, where)


def _picked_by_tensors(B, array, index):
    """Return `array[index]` for index tensors alone, if a native kernel takes them; else None."""
    kernel = B.kernels.get("_index")
    if kernel is None or not all([isinstance(i, TensorBase) for i in index]):
        return None
    found = kernel(array, tuple([i._array for i in index]))
    return None if found is NotImplemented else found


def _picked_by_tensor(B, array, index):
    """Return `array[index]` for one index tensor, without a graph; None where the general path must look."""
    index = index._array
    d = B.torch_dtype(index)
    if d is dtypes.bool:
        n = index.ndim
        if n > array.ndim or index.shape != array.shape[:n]:
            return None
        select = B.kernels.get("_masked_select")
        found = NotImplemented if select is None else select(array, index)
        return array[index] if found is NotImplemented else found
    if d is dtypes.int64 and array.ndim:
        try:
            return B.take_any(array, index, 0)
        except IndexError:
            return None
    return None


def _pick(B, source, where):
    where = _own(B, where) if tensors.wants_grad(source) and state.grad else where
    try:
        return pick(source, where)
    except IndexError:
        check_bounds(B, source._array.shape, where)
        raise


def _own(B, where):
    """Return copies of the index arrays, which a later backward will need as they are now."""
    return tuple([w if w is _ALL else B.copy(w) for w in where])


# ------------------------------------------------------------------ x[index] = value

@composite(ns=(), method=False)
def setitem(self, index, value):
    """Do `self[index] = value`."""
    kind = type(value)
    number = kind is float or kind is int
    if not (number or isinstance(value, TensorBase)):
        value = _as_value(self, _value(self, value))
    if state.grad and (tensors.wants_grad(self) or not number and tensors.wants_grad(value)) or \
            self._flags & tensors.INFERENCE:
        return _set_tracked(self, index, value)
    if isinstance(index, TensorBase):
        done = (_set_masked if number else _set_by_tensor)(self._array, index._array, value)
    else:
        done = _is_plain(index) and _set_plain(self, index, value, number)
    if done:
        views.bump(self, "copy_" if number or not isinstance(index, TensorBase) else "index_put_")
        return None
    return _set_tracked(self, index, value)


def _is_plain(index):
    """Whether an index holds only integers, slices that go forward, None and Ellipsis."""
    for item in index if type(index) is tuple else (index,):
        t = type(item)
        if t is slice:
            if item.step is not None and not (type(item.step) is int and item.step > 0):
                return False
        elif t is not int and t is not _NoneType and t is not _Dots:
            return False
    return True


def _set_plain(self, index, value, number):
    """Store without a graph, when shapes and numbers are as simple as they mostly are; else say False."""
    array = self._array
    try:
        if number:
            array[index] = value
            return True
        given = value._array
        if type(given) is not type(array):
            return False
        window = array[index] if type(index) is tuple and Ellipsis in index else array[_with_dots(index)]
        if given.shape != window.shape and given.ndim:
            return False
        backends.of_array(array).copyto(window, given)
        return True
    except (IndexError, ValueError, TypeError, OverflowError):
        return False


def _set_by_tensor(array, index, value):
    """Store a tensor's elements where one index or mask says so by a native kernel, or say False."""
    kernels, value = backends.of_array(array).kernels, value._array
    put, mask_put = kernels.get("_put"), kernels.get("mask_put")
    if put is None or index.dtype != dtypes.bool.np:
        return put is not None and put(array, (index,), value, False, array) is not NotImplemented
    return mask_put(array, index, value) is not NotImplemented


def _set_masked(array, mask, value):
    """Store a number where a mask says so, or say False when that is not what is asked."""
    n = mask.ndim
    if not n or type(mask) is not type(array) or n > array.ndim or mask.shape != array.shape[:n]:
        return False
    if mask.dtype != dtypes.bool.np:
        return False
    kernel = backends.of_array(array).kernels.get("masked_fill")
    if kernel is not None and kernel(array, mask, value, array) is not NotImplemented:
        return True
    if not -128 <= value <= 127:        # some dtype cannot hold it: the general path says so in torch's words
        return False
    try:
        array[mask] = value
        return True
    except (ValueError, OverflowError):
        return False


def _value(self, value):
    """Return a value that is no tensor as a 0-d tensor; TypeError for what torch does not take."""
    if isinstance(value, (bool, int, float, complex)):
        return value
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "shape", None) == () \
            and not hasattr(value, "__setitem__"):
        return value.item()
    raise TypeError(f"can't assign a {_type_name(value)} to a torch.{self.dtype.short}Tensor")


def _type_name(value):
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__


def _as_value(self, value):
    """Return a number as a 0-d tensor of the dtype of `self`, wrapped or truncated as torch does."""
    if isinstance(value, TensorBase):
        return value
    return OPS.full((), value, dtype=self.dtype, device=self.device)


def _set_tracked(self, index, value):
    """The path with a graph, or with tensors and masks in the index; raises torch's errors."""
    B = backends.of_array(self._array)
    if isinstance(index, TensorBase) and index.dtype is dtypes.bool and backends.of_array(index._array).takes_cpu \
            and prod(getattr(value, "shape", ())) == 1:
        OPS.masked_fill_(self, _over(index, self.ndim), value)      # a mask that differs between the samples of a batch
        return None
    basic, where, masked = read(B, tuple(self._array.shape), index)
    value = _as_value(self, value)
    if where is None:
        target = self if all(item is _ALL or item == _ALL for item in basic) else basic_index(self, basic)
        shape = tuple(target._array.shape)
        value = _without_leading_ones(value, len(shape))
        if tuple(value._array.shape) != shape:
            _check_expands(value, shape)
        (OPS.fill_ if shape and not value._array.shape else OPS.copy_)(target, value)
        return None
    target = self if basic is None else basic_index(self, basic)
    check_bounds(B, target._array.shape, where)
    if masked and prod(value._array.shape) == 1 and value._array.dtype != target._array.dtype:
        value = OPS.to(value, target.dtype)
    store(target, where, value, False)
    return None


def _over(mask, ndim):
    """Return a mask of the first dimensions with the others added as 1."""
    return OPS.view(mask, tuple(mask.shape) + (1,) * (ndim - mask.ndim))


def _check_expands(value, shape):
    own = tuple(value._array.shape)
    if len(own) > len(shape):
        expand(value, shape)
    expand_shape(own, shape)


def _without_leading_ones(value, ndim):
    """Return a value with more dimensions than the target without its leading dimensions of size 1."""
    shape = tuple(value._array.shape)
    drop = 0
    while drop < len(shape) and shape[drop] == 1:
        drop += 1
    return reshape(value, shape[drop:]) if drop and len(shape) > ndim else value


def _check_fits(target, where, value):
    """Raise torch's shape mismatch when a value cannot be broadcast to what `where` picks."""
    found = _picked(backends.of_array(target._array), target._array, where).shape
    shape = tuple(value.shape)
    lead = len(shape) - len(found)
    own = shape[lead:] if lead > 0 and all([n == 1 for n in shape[:lead]]) else shape
    if len(own) > len(found) or any([n not in (1, m) for n, m in zip(own[::-1], found[::-1])]):
        raise RuntimeError(f"shape mismatch: value tensor of shape {list(shape)} cannot be broadcast to indexing result of "
                           f"shape {list(found)}")


def store(target, where, value, accumulate):
    """Do `target[where] = value` (or `+=`) on a tensor, after torch's checks of the value; return it."""
    if value._array.dtype != target._array.dtype:
        _check_fits(target, where, value)
        raise RuntimeError("Index put requires the source and destination dtypes match, got "
                           f"{target.dtype.short} for the destination and {value.dtype.short} for the source.")
    tracked = state.grad and (tensors.wants_grad(target) or tensors.wants_grad(value))
    where = _own(backends.of_array(target._array), where) if tracked else where
    return put_at.inplace(target, where, value, accumulate)
