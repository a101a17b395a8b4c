"""Arrays with hidden leading axes: what a tensor inside `torch.vmap` holds.

A `BatchedArray` looks like one sample. Behind it lies an array whose first axes are those of the vmaps
that are open, one a level, outermost first; an array that a level does not touch lacks its axis.
"""
from types import SimpleNamespace

import numpy as np

from . import base
from .base import NeedsLoop
from .batched_index import Picks, is_basic
from .cpu import B as CPU

ITEM = ("vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, "
        "please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch "
        "internals, please file a bug report.")
CONTROL_FLOW = ("vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support "
                "that yet, please file an issue at https://github.com/pytorch/pytorch/issues .")
NO_STORAGE = "Cannot access data pointer of Tensor that doesn't have storage"
IN_PLACE = ("vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args "
            "that has more elements than `self`. This happened due to `other` being vmapped over but `self` not being "
            "vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. If said operator "
            "is being called inside the PyTorch framework, please file a bug report instead.")
DYNAMIC = ("vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::{}. Please "
           "file an issue at https://github.com/pytorch/pytorch/issues if you need this feature.")

MASK = ("vmap: We do not support batching operators that can support dynamic shape. Attempting to batch over indexing with a "
        "boolean mask.")


class Running:
    """How many bodies are being run on batched arrays right now."""

    depth = 0


class BatchedArray:
    """One sample to look at, a batch in truth.

    Attributes:
        data: the array; its first `len(levels)` axes are batches.
        levels: the numbers of the vmaps those belong to, ascending.
    """

    __slots__ = ("data", "levels")
    __array_priority__ = 2000

    def __init__(self, data, levels):
        self.data, self.levels = data, levels

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "nonzero" and not Running.depth:
            raise RuntimeError(MASK)
        raise NeedsLoop(name)                   # a plain array's method, in a body that expects one

    # ---- what it is: as one sample has it

    @property
    def shape(self):
        return self.data.shape[len(self.levels):]

    @property
    def ndim(self):
        return self.data.ndim - len(self.levels)

    @property
    def dtype(self):
        return self.data.dtype

    @property
    def size(self):
        n = 1
        for s in self.shape:
            n *= s
        return n

    @property
    def itemsize(self):
        return self.data.itemsize

    @property
    def strides(self):
        return self.data.strides[len(self.levels):]

    @property
    def base(self):
        return self.data            # never the only holder of its memory

    @property
    def flags(self):
        found = self.sample().flags
        return SimpleNamespace(c_contiguous=found.c_contiguous, carray=False, f_contiguous=found.f_contiguous,
                               writeable=self.data.flags.writeable)

    @property
    def device(self):
        return self.data.device

    @property
    def T(self):
        n = len(self.levels)
        return BatchedArray(np.transpose(self.data, (*range(n), *range(n, self.data.ndim)[::-1])), self.levels)

    @property
    def mT(self):
        return BatchedArray(np.swapaxes(self.data, -1, -2), self.levels)

    @property
    def real(self):
        return BatchedArray(self.data.real, self.levels)

    @property
    def imag(self):
        return BatchedArray(self.data.imag, self.levels)

    def sample(self):
        """Return the first sample (of an empty batch, an array of its shape)."""
        n = len(self.levels)
        if 0 in self.data.shape[:n]:
            return np.empty(self.shape, self.dtype)
        return self.data[(0,) * n]

    def astype(self, dtype, copy=True):
        return BatchedArray(self.data.astype(dtype, copy=copy), self.levels)

    def any(self):
        return self.data.any()

    def all(self):
        return self.data.all()

    def __len__(self):
        return self.shape[0]

    def __repr__(self):
        return f"BatchedArray(levels={self.levels}, {self.data!r})"

    # ---- values: those all samples share may steer a body

    def _value(self):
        if not Running.depth:
            raise RuntimeError(CONTROL_FLOW)
        flat = self.data.reshape(-1)
        if self.size == 1 and flat.size and (flat == flat[0]).all():
            return flat[0]
        raise NeedsLoop(CONTROL_FLOW)

    def __bool__(self):
        return bool(self._value())

    def __int__(self):
        return int(self._value())

    def __index__(self):
        return self._value().__index__()

    def __float__(self):
        return float(self._value())

    def __complex__(self):
        return complex(self._value())

    def item(self):
        return self._value().item()

    def __array__(self, *args, **kwargs):
        raise NeedsLoop(IN_PLACE)               # a plain array's memory was to take a batch

    # ---- arithmetic

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if out is not None or method not in ("__call__", "reduce"):
            raise NeedsLoop(IN_PLACE)
        if method == "reduce":
            if not Running.depth and ufunc in (np.logical_or, np.logical_and):
                return ufunc.reduce(self.data, axis=None)           # a check of all samples
            return reduced(ufunc.reduce, inputs[0], *inputs[1:2], **options)
        return pointwise(ufunc, *inputs, **options) if ufunc is not np.matmul else base.of_array(self).matmul(*inputs)

    def __getitem__(self, index):
        if is_basic(index):
            index = index if type(index) is tuple else (index,)
            return BatchedArray(self.data[(slice(None),) * len(self.levels) + index], self.levels)
        if mask_of(index) is not None:
            return masked(self, index)
        return Picks(index, self.shape).read(self)

    def __setitem__(self, index, value):
        levels = levels_of((self, index if isinstance(index, tuple) else (index,), value))
        if levels != self.levels:
            raise NeedsLoop(IN_PLACE) if Running.depth else RuntimeError(IN_PLACE)
        n = len(levels)
        if is_basic(index):
            index = index if type(index) is tuple else (index,)
            target = self.data[(slice(None),) * n + index]
            target[...] = spread(value, levels, target.ndim - n)
        elif mask_of(index) is not None:
            store_masked(self, index, value)
        else:
            Picks(index, self.shape).write(self, value, spread)


def _operator(name, ufunc):
    def forward(self, other):
        return _take(ufunc, self, other)

    def backward(self, other):
        return _take(ufunc, other, self)

    def inplace(self, other):
        if levels_of((self, other)) == self.levels and getattr(other, "ndim", 0) <= self.ndim:
            x = spread(other, self.levels, self.ndim)
            ufunc(self.data, x, out=self.data, casting="same_kind")
            return self
        return _take(ufunc, self, other)
    for prefix, function in (("", forward), ("r", backward), ("i", inplace)):
        function.__name__ = f"__{prefix}{name}__"
        setattr(BatchedArray, function.__name__, function)


def _take(ufunc, a, b):
    if not (is_array(a) and is_array(b)) and not isinstance(a if is_array(b) else b, (int, float, complex, np.generic)):
        return NotImplemented
    if ufunc is np.matmul:
        return base.of_array(a if type(a) is BatchedArray else b).matmul(a, b)
    return pointwise(ufunc, a, b)


for _name, _ufunc in (("add", np.add), ("sub", np.subtract), ("mul", np.multiply), ("truediv", np.true_divide),
                      ("floordiv", np.floor_divide), ("mod", np.remainder), ("pow", np.power), ("and", np.bitwise_and),
                      ("or", np.bitwise_or), ("xor", np.bitwise_xor), ("lshift", np.left_shift),
                      ("rshift", np.right_shift), ("matmul", np.matmul)):
    _operator(_name, _ufunc)
for _name, _order in (("eq", np.equal), ("ne", np.not_equal), ("lt", np.less), ("le", np.less_equal),
                      ("gt", np.greater), ("ge", np.greater_equal)):
    setattr(BatchedArray, f"__{_name}__", lambda self, other, f=_order: _take(f, self, other))
for _name, _unary in (("neg", np.negative), ("pos", np.positive), ("abs", np.absolute), ("invert", np.invert)):
    setattr(BatchedArray, f"__{_name}__", lambda self, f=_unary: BatchedArray(f(self.data), self.levels))
BatchedArray.__hash__ = None                # type: ignore[assignment]


# ------------------------------------------------------------------ levels

def is_array(x):
    return type(x) is BatchedArray or isinstance(x, CPU.array_type)


def wrap(x):
    """Return an array as a BatchedArray; one that no level touches has no levels."""
    return x if type(x) is BatchedArray else BatchedArray(x, ())


def arrays_in(values):
    for v in values:
        if type(v) is BatchedArray:
            yield v
        elif type(v) in (list, tuple):
            yield from arrays_in(v)


def levels_of(values):
    """Return the levels of all arrays in a nest of lists and tuples, ascending."""
    found: set = set()
    for x in arrays_in(values):
        found.update(x.levels)
    return tuple(sorted(found))


def sizes_of(values):
    return {level: n for x in arrays_in(values) for level, n in zip(x.levels, x.data.shape)}


def spread(x, levels, ndim):
    """Return x's data with an axis for each level (of size 1 where x lacks it) and its own, brought to `ndim`."""
    if not hasattr(x, "ndim"):
        return x
    if type(x) is not BatchedArray:
        return x if x.ndim <= ndim else x.reshape((1,) * len(levels) + x.shape)
    if x.levels == levels and x.ndim == ndim:
        return x.data
    sizes = dict(zip(x.levels, x.data.shape))
    lead = tuple([sizes.get(level, 1) for level in levels])
    return x.data.reshape(lead + (1,) * (ndim - x.ndim) + x.shape)


def filled(x, levels, sizes):
    """Return x's data with every level's axis at its full size."""
    x = wrap(x)
    data = spread(x, levels, x.ndim)
    shape = tuple([sizes[level] for level in levels]) + x.shape
    return data if data.shape == shape else CPU.broadcast_to(data.reshape((1,) * len(levels) + x.shape)
                                                            if data.ndim != len(shape) else data, shape)


def pointwise(f, *args, **options):
    """Return f(*args) of arrays that broadcast against each other, as one sample's do."""
    levels = levels_of(args)
    ndim = max([x.ndim for x in args if hasattr(x, "ndim")])
    found = f(*[spread(x, levels, ndim) for x in args], **options)
    if type(found) is tuple:
        return tuple([BatchedArray(r, levels) for r in found])
    return BatchedArray(found if isinstance(found, CPU.array_type) else np.asarray(found), levels)


def axes_of(x, axis):
    """Return an axis argument of one sample as that of the whole array."""
    n = len(x.levels)
    if axis is None:
        return tuple(range(n, x.data.ndim))
    if isinstance(axis, (tuple, list)):
        return tuple([a + n if a >= 0 else a for a in axis])
    return axis + n if axis >= 0 else axis


def reduced(f, x, axis=None, **options):
    x = wrap(x)
    return BatchedArray(np.asarray(f(x.data, axis=axes_of(x, axis), **options)), x.levels)


def mask_of(index):
    """Return the one boolean mask that an index consists of, or None."""
    if type(index) is tuple:
        if len(index) != 1:
            return None
        index = index[0]
    return index if is_array(index) and index.dtype.kind == "b" else None


def masked(x, index):
    mask = mask_of(index)
    if type(mask) is BatchedArray and mask.levels:
        raise NeedsLoop(MASK) if Running.depth else RuntimeError(MASK)
    return BatchedArray(x.data[(slice(None),) * len(x.levels) + (wrap(mask).data,)], x.levels)


def store_masked(x, index, value):
    mask = wrap(mask_of(index))
    if is_array(value) and value.ndim:
        raise NeedsLoop(CONTROL_FLOW)
    n = len(x.levels)
    where = spread(mask, x.levels, mask.ndim)
    where = where.reshape(where.shape + (1,) * (x.ndim - mask.ndim))
    np.copyto(x.data, spread(value, x.levels, x.data.ndim - n), where=where, casting="unsafe")


# ------------------------------------------------------------------ entering and leaving a level

def enter(array, axis, level):
    """Return `array` with one of its axes hidden as the batch of a level."""
    x = wrap(array)
    levels = tuple(sorted((*x.levels, level)))
    axis = axis + len(x.levels) if axis >= 0 else axis + x.data.ndim
    return BatchedArray(np.moveaxis(x.data, axis, levels.index(level)), levels)


def leave(array, axis, level, size):
    """Return `array` with the batch of a level as a plain axis; one that the level does not touch is repeated."""
    x = wrap(array)
    rest = tuple([k for k in x.levels if k != level])
    if level in x.levels:
        data, at = x.data, x.levels.index(level)
    else:
        data, at = CPU.broadcast_to(x.data[None], (size, *x.data.shape)), 0
    data = np.moveaxis(data, at, axis + len(rest) if axis >= 0 else axis)
    return BatchedArray(data, rest) if rest else data


def total(array, levels):
    """Return the sum over the batches of some levels."""
    axes = tuple([k for k, level in enumerate(array.levels) if level in levels])
    rest = tuple([level for level in array.levels if level not in levels])
    data = CPU.sum(array.data, axis=axes)
    data = data if isinstance(data, CPU.array_type) else np.asarray(data)
    return BatchedArray(data, rest) if rest else data


def repeated(array, sizes):
    """Return `array` with a batch at each of the levels {level: size}, the same for every sample."""
    x = wrap(array)
    levels = tuple(sorted({*x.levels, *sizes}))
    return BatchedArray(filled(x, levels, {**sizes, **sizes_of((x,))}), levels)
