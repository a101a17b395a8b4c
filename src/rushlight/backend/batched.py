"""Arrays with hidden leading axes: what a tensor inside `torch.vmap` holds, and the backend that computes with them.

A `BatchedArray` looks like one sample. Behind it lies an array whose first axes are those of the
vmaps that are open, one a level, outermost first; an array that a level does not touch lacks its axis. Op
bodies run on it unchanged, once for the whole batch: `Batched` has the names they ask of `B`. What it lacks, and a body that
branches on values which differ between samples, is run for one sample after the other.
"""
import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import base
from .base import NeedsLoop
from .batched_index import Picks, is_basic
from .batched_rules import RULES, op_name
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
#: bodies whose results differ in shape between samples
_DYNAMIC = {
    "_nonzero": DYNAMIC.format("nonzero"), "_unique_all": DYNAMIC.format("_unique2"),
    "_unique_dim": DYNAMIC.format("unique_dim"), "bincount": DYNAMIC.format("bincount"),
    "_masked_select": ("vmap: Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support this because for "
                       "each batch this would return a differently shaped Tensor. Please file an issue at "
                       "https://github.com/pytorch/pytorch/issues if you need this feature."),
}


class _Running:
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
        return _wrap(BATCHED.permute_dims(self, tuple(range(self.ndim))[::-1]))

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
        if not _Running.depth:
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
            if not _Running.depth and ufunc in (np.logical_or, np.logical_and):
                return ufunc.reduce(self.data, axis=None)           # a check of all samples
            return _reduced(ufunc.reduce, inputs[0], *inputs[1:2], **options)
        return pointwise(ufunc, *inputs, **options) if ufunc is not np.matmul else BATCHED.matmul(*inputs)

    def __getitem__(self, index):
        if is_basic(index):
            index = index if type(index) is tuple else (index,)
            return BatchedArray(self.data[(slice(None),) * len(self.levels) + index], self.levels)
        if _mask_of(index) is not None:
            return _masked(self, index)
        return Picks(index, self.shape).read(self, _wrap)

    def __setitem__(self, index, value):
        levels = _levels((self, index if isinstance(index, tuple) else (index,), value))
        if levels != self.levels:
            raise NeedsLoop(IN_PLACE) if _Running.depth else RuntimeError(IN_PLACE)
        n = len(levels)
        if is_basic(index):
            index = index if type(index) is tuple else (index,)
            target = self.data[(slice(None),) * n + index]
            target[...] = _spread(value, levels, target.ndim - n)
        elif _mask_of(index) is not None:
            _store_masked(self, index, value)
        else:
            Picks(index, self.shape).write(self, value, _spread)


def _operator(name, ufunc):
    def forward(self, other):
        return _take(ufunc, self, other)

    def backward(self, other):
        return _take(ufunc, other, self)

    def inplace(self, other):
        if _levels((self, other)) == self.levels and getattr(other, "ndim", 0) <= self.ndim:
            x = _spread(other, self.levels, self.ndim)
            ufunc(self.data, x, out=self.data, casting="same_kind")
            return self
        return _take(ufunc, self, other)
    for prefix, function in (("", forward), ("r", backward), ("i", inplace)):
        function.__name__ = f"__{prefix}{name}__"
        setattr(BatchedArray, function.__name__, function)


def _take(ufunc, a, b):
    if not (_is_array(a) and _is_array(b)) and not isinstance(a if _is_array(b) else b, (int, float, complex, np.generic)):
        return NotImplemented
    return BATCHED.matmul(a, b) if ufunc is np.matmul else pointwise(ufunc, a, b)


for _name, _ufunc in (("add", np.add), ("sub", np.subtract), ("mul", np.multiply), ("truediv", np.true_divide),
                      ("floordiv", np.floor_divide), ("mod", np.remainder), ("pow", np.power), ("and", np.bitwise_and),
                      ("or", np.bitwise_or), ("xor", np.bitwise_xor), ("lshift", np.left_shift),
                      ("rshift", np.right_shift), ("matmul", np.matmul)):
    _operator(_name, _ufunc)
for _name, _ufunc in (("eq", np.equal), ("ne", np.not_equal), ("lt", np.less), ("le", np.less_equal),
                      ("gt", np.greater), ("ge", np.greater_equal)):
    setattr(BatchedArray, f"__{_name}__", lambda self, other, f=_ufunc: _take(f, self, other))
for _name, _ufunc in (("neg", np.negative), ("pos", np.positive), ("abs", np.absolute), ("invert", np.invert)):
    setattr(BatchedArray, f"__{_name}__", lambda self, f=_ufunc: BatchedArray(f(self.data), self.levels))
BatchedArray.__hash__ = None                # type: ignore[assignment]


# ------------------------------------------------------------------ levels

def _is_array(x):
    return type(x) is BatchedArray or isinstance(x, CPU.array_type)


def _wrap(x):
    """Return an array as a BatchedArray; one that no level touches has no levels."""
    return x if type(x) is BatchedArray else BatchedArray(x, ())


def _parts(values):
    for v in values:
        if type(v) is BatchedArray:
            yield v
        elif type(v) in (list, tuple):
            yield from _parts(v)


def _levels(values):
    """Return the levels of all arrays in a nest of lists and tuples, ascending."""
    found: set = set()
    for x in _parts(values):
        found.update(x.levels)
    return tuple(sorted(found))


def _sizes(values):
    return {level: n for x in _parts(values) for level, n in zip(x.levels, x.data.shape)}


def _spread(x, levels, ndim):
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


def _full(x, levels, sizes):
    """Return x's data with every level's axis at its full size."""
    x = _wrap(x)
    data = _spread(x, levels, x.ndim)
    shape = tuple([sizes[level] for level in levels]) + x.shape
    return data if data.shape == shape else CPU.broadcast_to(data.reshape((1,) * len(levels) + x.shape)
                                                            if data.ndim != len(shape) else data, shape)


def pointwise(f, *args, **options):
    """Return f(*args) of arrays that broadcast against each other, as one sample's do."""
    levels = _levels(args)
    ndim = max([x.ndim for x in args if hasattr(x, "ndim")])
    found = f(*[_spread(x, levels, ndim) for x in args], **options)
    if type(found) is tuple:
        return tuple([BatchedArray(r, levels) for r in found])
    return BatchedArray(found if isinstance(found, CPU.array_type) else np.asarray(found), levels)


def _axes(x, axis):
    """Return an axis argument of one sample as that of the whole array."""
    n = len(x.levels)
    if axis is None:
        return tuple(range(n, x.data.ndim))
    if isinstance(axis, (tuple, list)):
        return tuple([a + n if a >= 0 else a for a in axis])
    return axis + n if axis >= 0 else axis


def _reduced(f, x, axis=None, **options):
    x = _wrap(x)
    return BatchedArray(np.asarray(f(x.data, axis=_axes(x, axis), **options)), x.levels)


def _mask_of(index):
    """Return the one boolean mask that an index consists of, or None."""
    if type(index) is tuple:
        if len(index) != 1:
            return None
        index = index[0]
    return index if _is_array(index) and index.dtype.kind == "b" else None


def _masked(x, index):
    mask = _mask_of(index)
    if type(mask) is BatchedArray and mask.levels:
        raise NeedsLoop(MASK) if _Running.depth else RuntimeError(MASK)
    return BatchedArray(x.data[(slice(None),) * len(x.levels) + (_wrap(mask).data,)], x.levels)


def _store_masked(x, index, value):
    mask = _wrap(_mask_of(index))
    if _is_array(value) and value.ndim:
        raise NeedsLoop(CONTROL_FLOW)
    n = len(x.levels)
    where = _spread(mask, x.levels, mask.ndim)
    where = where.reshape(where.shape + (1,) * (x.ndim - mask.ndim))
    np.copyto(x.data, _spread(value, x.levels, x.data.ndim - n), where=where, casting="unsafe")


# ------------------------------------------------------------------ entering and leaving a level

def enter(array, axis, level):
    """Return `array` with one of its axes hidden as the batch of a level."""
    x = _wrap(array)
    levels = tuple(sorted((*x.levels, level)))
    axis = axis + len(x.levels) if axis >= 0 else axis + x.data.ndim
    return BatchedArray(np.moveaxis(x.data, axis, levels.index(level)), levels)


def leave(array, axis, level, size):
    """Return `array` with the batch of a level as a plain axis; one that the level does not touch is repeated."""
    x = _wrap(array)
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
    x = _wrap(array)
    levels = tuple(sorted({*x.levels, *sizes}))
    return BatchedArray(_full(x, levels, {**sizes, **_sizes((x,))}), levels)


# ------------------------------------------------------------------ the backend

class _Linalg:
    """`B.linalg` on matrices in the last two axes, which NumPy's functions take batches of."""

    ONE = {"cholesky", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "pinv", "qr", "slogdet", "svd", "svdvals",
           "matrix_power", "trace", "diagonal", "matrix_transpose"}

    def __getattr__(self, name):
        if name not in self.ONE:
            raise NeedsLoop(name)
        f = getattr(CPU.linalg, name)

        def call(x, *args, **options):
            x = _wrap(x)
            found = f(x.data, *args, **options)
            if isinstance(found, tuple):
                return type(found)(*[BatchedArray(np.asarray(r), x.levels) for r in found]) if hasattr(found, "_fields") \
                    else tuple([BatchedArray(np.asarray(r), x.levels) for r in found])
            return BatchedArray(np.asarray(found), x.levels)
        return call

    def solve(self, a, b):
        levels = _levels((a, b))
        if b.ndim == 1:
            return self.solve(a, b[:, None])[..., 0]
        ndim = max(a.ndim, b.ndim)
        return BatchedArray(CPU.linalg.solve(_spread(_wrap(a), levels, ndim), _spread(_wrap(b), levels, ndim)), levels)


class _Fft:
    """`B.fft` over named axes, which NumPy's functions take all others as batches of."""

    def __getattr__(self, name):
        f = getattr(CPU.fft, name)

        def call(x, axes, **options):
            return BatchedArray(f(x.data, axes=_axes(x, axes), **options), x.levels)
        return call


class Batched(base.Backend):
    """The names that bodies ask of `B`, for batched arrays.

    Attributes:
        levels, sizes: inside `run`, the levels of the arguments: new arrays have them too, so that a body may
            write into what it made. Outside, none.
    """

    device_type = "cpu"
    takes_cpu = True
    xp = np
    array_type = BatchedArray

    def __init__(self, levels=None, sizes=None):
        super().__init__()
        self.levels, self.sizes = levels, sizes or {}
        self.linalg, self.fft = _Linalg(), _Fft()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in _PLAIN:
            return getattr(CPU, name)
        raise NeedsLoop(name)

    def run(self, body, values):
        """Run a body once for the whole batch, or, where it cannot, once a sample."""
        levels, sizes = _levels(values), _sizes(values)
        rule = RULES.get(op_name(body))
        if rule is not None and levels:
            found = rule(body, values, levels, sizes)
            if found is not NotImplemented:
                return found
        _Running.depth += 1
        try:
            return unwrapped(body(Batched(levels, sizes), *[_lifted(v) for v in values]))
        except NeedsLoop:
            pass
        finally:
            _Running.depth -= 1
        return looped(body, values, levels, sizes)

    # ---- made anew: with every level's axis, so that the body may write into it

    def _made(self, f, shape, *args, dtype=None):
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        if self.levels is None:
            return f(shape, *args, dtype=dtype)
        lead = tuple([self.sizes[level] for level in self.levels])
        return BatchedArray(f(lead + shape, *args, dtype=dtype), self.levels)

    def zeros(self, shape, dtype=None):
        return self._made(CPU.zeros, shape, dtype=dtype)

    def ones(self, shape, dtype=None):
        return self._made(CPU.ones, shape, dtype=dtype)

    def empty(self, shape, dtype=None):
        return self._made(CPU.empty, shape, dtype=dtype)

    def full(self, shape, value, dtype=None):
        if _is_array(value):
            return self.copy(self.broadcast_to(self.cast(value, dtype or value.dtype), tuple(shape)))
        return self._made(CPU.full, shape, value, dtype=dtype)

    def zeros_like(self, x, dtype=None):
        return self._like(x, self.zeros, dtype)

    def ones_like(self, x, dtype=None):
        return self._like(x, self.ones, dtype)

    def empty_like(self, x, dtype=None):
        return self._like(x, self.empty, dtype)

    def _like(self, x, make, dtype):
        dtype = x.dtype if dtype is None else dtype
        if self.levels is not None:
            return make(x.shape, dtype=dtype)
        like = getattr(Batched(x.levels, _sizes((x,))), make.__name__) if type(x) is BatchedArray else make
        return like(x.shape, dtype=dtype)

    def copy(self, x):
        x = _wrap(x)
        if self.levels is None:
            return unwrapped(BatchedArray(CPU.copy(x.data), x.levels))
        return BatchedArray(CPU.copy(_full(x, self.levels, self.sizes)), self.levels)

    def clone(self, x):
        x = _wrap(x)
        return unwrapped(BatchedArray(CPU.clone(x.data), x.levels))

    def asarray(self, x, dtype=None, copy=None):
        if type(x) is BatchedArray:
            x = x if dtype is None else self.cast(x, dtype)
            return self.copy(x) if copy else x
        if isinstance(x, (list, tuple)) and any(True for _ in _parts(x)):
            raise NeedsLoop("asarray")
        return CPU.asarray(x, dtype=dtype, copy=copy)

    def from_numpy(self, a, index=None):
        return a

    def to_numpy(self, x):
        if _Running.depth:
            raise NeedsLoop(CONTROL_FLOW)
        raise RuntimeError(ITEM if x.size == 1 else NO_STORAGE)

    def device_of(self, x):
        return base.of_array(x.data).device_of(x.data) if not isinstance(x.data, np.ndarray) else _cpu()

    def text(self, x, shown):
        """Return how torch prints a tensor inside vmap; `shown` gives the text of an array."""
        inner = BatchedArray(x.data, x.levels[:-1]) if len(x.levels) > 1 else x.data
        lines = shown(inner).splitlines()
        return f"BatchedTensor(lvl={len(x.levels)}, bdim=0, value=\n" + "".join([f"    {line}\n" for line in lines]) + ")"

    # ---- dtypes and memory

    def cast(self, x, dt):
        return BatchedArray(CPU.cast(x.data, dt), x.levels) if type(x) is BatchedArray else CPU.cast(x, dt)

    def astype(self, x, dt, copy=True):
        return _wrap(x).astype(dt, copy=copy)

    def is_contiguous(self, x):
        return x.flags.c_contiguous

    def c_order(self, x):
        return x if self.is_contiguous(x) else self.copy(x)

    def as_strided(self, x, shape, strides, offset):
        n = len(x.levels)
        lead = tuple([s // x.itemsize for s in x.data.strides[:n]])
        return BatchedArray(CPU.restrided(x.data, x.data.shape[:n] + tuple(shape), lead + tuple(strides), offset), x.levels)

    restrided = as_strided

    def check_strided(self, storage, shape, strides, offset):
        self.as_strided(storage, shape, strides, offset)

    # ---- shapes

    def _moved(self, x, f, *args, **options):
        x = _wrap(x)
        found = f(x.data, *args, **options)
        return None if found is None else BatchedArray(found, x.levels)

    def reshape(self, x, shape, copy=None):
        x = _wrap(x)
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        return BatchedArray(x.data.reshape(x.data.shape[:len(x.levels)] + self._known(x, shape)), x.levels)

    def _known(self, x, shape):
        """Return a shape with its -1 filled in: an empty batch could not tell it."""
        if -1 not in shape:
            return shape
        rest = 1
        for n in shape:
            rest *= n if n != -1 else 1
        return tuple([x.size // max(rest, 1) if n == -1 else n for n in shape])

    def view(self, x, shape):
        x = _wrap(x)
        return self._moved(x, CPU.view, x.data.shape[:len(x.levels)] + self._known(x, tuple(shape)))

    def view_dtype(self, x, dt):
        return self._moved(x, CPU.view_dtype, dt)

    def permute_dims(self, x, axes):
        x = _wrap(x)
        n, ndim = len(x.levels), x.ndim
        return self._moved(x, np.transpose, (*range(n), *[a % ndim + n for a in axes]))

    def moveaxis(self, x, source, destination):
        x = _wrap(x)
        return self._moved(x, np.moveaxis, _axes(x, source), _axes(x, destination))

    def swapaxes(self, x, a, b):
        x = _wrap(x)
        return self._moved(x, np.swapaxes, _axes(x, a), _axes(x, b))

    def matrix_transpose(self, x):
        return self._moved(x, np.swapaxes, -1, -2)

    def squeeze(self, x, axis):
        x = _wrap(x)
        return self._moved(x, np.squeeze, _axes(x, axis))

    def expand_dims(self, x, axis=0):
        x = _wrap(x)
        many = isinstance(axis, (tuple, list))
        ndim = x.ndim + (len(axis) if many else 1)
        axes = tuple([a % ndim + len(x.levels) for a in (axis if many else (axis,))])
        return self._moved(x, np.expand_dims, axes)

    def broadcast_to(self, x, shape):
        x = _wrap(x)
        lead = x.data.shape[:len(x.levels)]
        return BatchedArray(CPU.broadcast_to(_spread(x, x.levels, len(shape)), lead + tuple(shape)), x.levels)

    def broadcast_arrays(self, *arrays):
        shape = np.broadcast_shapes(*[x.shape for x in arrays])
        return [self.broadcast_to(x, shape) for x in arrays]

    def diagonal(self, x, offset, axis1, axis2):
        x = _wrap(x)
        return self._moved(x, CPU.diagonal, offset, _axes(x, axis1), _axes(x, axis2))

    def windows(self, x, axis, size, step):
        x = _wrap(x)
        return self._moved(x, CPU.windows, _axes(x, axis), size, step)

    def flip(self, x, axis=None):
        x = _wrap(x)
        return self._moved(x, np.flip, _axes(x, axis))

    def roll(self, x, shift, axis=None):
        x = _wrap(x)
        if axis is None:
            return self.reshape(self.roll(self.reshape(x, (-1,)), shift, 0), x.shape)
        return self._moved(x, np.roll, shift, _axes(x, axis))

    def tril(self, x, k=0):
        return self._moved(x, np.tril, k)

    def triu(self, x, k=0):
        return self._moved(x, np.triu, k)

    def tile(self, x, reps):
        x = _wrap(x)
        reps = (1,) * (x.ndim - len(reps)) + tuple(reps)
        x = BatchedArray(_spread(x, x.levels, len(reps)), x.levels)
        return self._moved(x, np.tile, (1,) * len(x.levels) + reps)

    def repeat(self, x, repeats, axis=None):
        x = _wrap(x)
        if type(repeats) is BatchedArray and repeats.levels:
            raise NeedsLoop("repeat")
        if axis is None:
            x, axis = self.reshape(x, (-1,)), 0
        return self._moved(x, np.repeat, _wrap(repeats).data if _is_array(repeats) else repeats, _axes(x, axis))

    def view_as_real(self, x):
        return self._moved(x, CPU.view_as_real)

    def view_as_complex(self, x):
        return self._moved(x, CPU.view_as_complex)

    def _joined(self, f, arrays, axis, ndim):
        levels, sizes = _levels(arrays), _sizes(arrays)
        axis = axis + len(levels) if axis >= 0 else axis
        return BatchedArray(f([_full(x, levels, sizes) for x in arrays], axis=axis), levels)

    def stack(self, arrays, axis=0):
        return self._joined(np.stack, list(arrays), axis, 1)

    def concat(self, arrays, axis=0):
        arrays = list(arrays)
        if axis is None:
            arrays, axis = [self.reshape(x, (-1,)) for x in arrays], 0
        return self._joined(np.concat, arrays, axis, 0)

    def unstack(self, x, axis=0):
        x = self.moveaxis(x, axis, 0)
        return tuple([x[k] for k in range(x.shape[0])])

    # ---- products

    def matmul(self, a, b):
        a, b = _wrap(a), _wrap(b)
        if a.ndim == 1:
            found = self.matmul(a[None], b)
            return found[..., 0, :] if b.ndim > 1 else found[0]
        if b.ndim == 1:
            return self.matmul(a, b[:, None])[..., 0]
        levels, ndim = _levels((a, b)), max(a.ndim, b.ndim)
        folded = self._one_product(a, b)
        if folded is not None:
            return folded
        return BatchedArray(CPU.product(_spread(a, levels, ndim), _spread(b, levels, ndim)), levels)

    def _one_product(self, a, b):
        """Return rows of a batch times one matrix as a single product, or None."""
        if b.levels or b.ndim != 2 or not a.levels or not a.data.flags.c_contiguous:
            return None
        rows = a.data.reshape(-1, a.data.shape[-1]) if a.data.size else None
        if rows is None:
            return None
        return BatchedArray(CPU.product(rows, b.data).reshape(a.data.shape[:-1] + b.data.shape[-1:]), a.levels)

    product = gemm = matmul

    def vecdot(self, a, b, axis=-1):
        return self.sum(self.conj(a) * b, axis=axis) if self.kind(a) == "c" else self.sum(a * b, axis=axis)

    # ---- reductions with something of their own

    def any(self, x, axis=None, keepdims=False):
        return x.any() if self.levels is None and axis is None and not keepdims else _reduced(CPU.any, x, axis, keepdims=keepdims)

    def all(self, x, axis=None, keepdims=False):
        return x.all() if self.levels is None and axis is None and not keepdims else _reduced(CPU.all, x, axis, keepdims=keepdims)

    def all_below(self, x, limit):
        return CPU.all_below(x.data, limit) if type(x) is BatchedArray else CPU.all_below(x, limit)

    def _argument(self, f, x, axis, keepdims):
        x = _wrap(x)
        if axis is not None:
            return _reduced(f, x, axis, keepdims=keepdims)
        found = _reduced(f, self.reshape(x, (-1,)), 0)
        return self.reshape(found, (1,) * x.ndim) if keepdims else found

    def argmax(self, x, axis=None, keepdims=False):
        return self._argument(CPU.argmax, x, axis, keepdims)

    def argmin(self, x, axis=None, keepdims=False):
        return self._argument(CPU.argmin, x, axis, keepdims)

    def column_sums(self, x):
        return self.sum(x, axis=0)

    def sort(self, x, axis=-1, **options):
        return _reduced(CPU.sort, x, axis, **options)

    def nonzero(self, x):
        if type(x) is not BatchedArray:
            return CPU.nonzero(x)
        if not x.levels:
            return tuple([BatchedArray(k, ()) for k in CPU.nonzero(x.data)])
        if _Running.depth:
            raise NeedsLoop(DYNAMIC.format("nonzero"))
        raise RuntimeError(MASK)

    def argsort(self, x, axis=-1, stable=True, **options):
        return _reduced(CPU.argsort, x, axis, stable=stable, **options)

    def ranked(self, x, low, high, axis):
        x = _wrap(x)
        return self._moved(x, lambda data: CPU.ranked(data, low, high, _axes(x, axis)))

    def logaddexp_accumulate(self, x):
        return self._moved(x, CPU.logaddexp_accumulate)

    # ---- elements by index

    def take_any(self, x, indices, axis):
        return self.c_order(_wrap(x)[(slice(None),) * axis + (indices,)])

    def take(self, x, indices, axis=0):
        return _wrap(x)[(slice(None),) * (axis % max(x.ndim, 1)) + (indices,)]

    def take_along_axis(self, x, indices, axis=-1):
        levels, sizes = _levels((x, indices)), _sizes((x, indices))
        axis = axis % x.ndim + len(levels)
        return BatchedArray(np.take_along_axis(_full(x, levels, sizes), _full(indices, levels, sizes), axis), levels)

    def pick_columns(self, x, columns):
        return base.Backend.pick_columns(self, x, columns)

    def blank(self, x, drop):
        return base.Backend.blank(self, x, drop)

    # ---- writing

    def fill(self, x, value):
        if type(x) is not BatchedArray:
            return CPU.fill(x, value)
        x[...] = value
        return x

    def put(self, x, index, value):
        if type(x) is not BatchedArray and _levels((index, value)):
            raise RuntimeError(IN_PLACE)
        x[index] = value
        return x

    def _scattered(self, x, index, value, write):
        if type(x) is not BatchedArray:
            if _levels((index, value)):
                raise RuntimeError(IN_PLACE)
            return write(x, index, value)
        if _levels((x, index, value)) != x.levels:
            raise NeedsLoop(IN_PLACE) if _Running.depth else RuntimeError(IN_PLACE)
        if is_basic(index) or _mask_of(index) is not None:
            raise NeedsLoop("add_at")
        Picks(index, x.shape).write(x, value, _spread, write)
        return x

    def add_at(self, x, index, value):
        return self._scattered(x, index, value, CPU.add_at)

    def combine_at(self, x, index, value, how):
        return self._scattered(x, index, value, lambda a, i, v: CPU.combine_at(a, i, v, how))

    def put_along_axis(self, x, indices, values, axis):
        if _levels((x, indices, values)) != _wrap(x).levels:
            raise NeedsLoop(IN_PLACE) if _Running.depth else RuntimeError(IN_PLACE)
        data = _full(indices, x.levels, _sizes((x,)))
        values = _spread(values, x.levels, x.ndim)
        np.put_along_axis(x.data, data, values, axis % x.ndim + len(x.levels))
        return x

    def copyto(self, dst, src):
        if _levels((dst, src)) != _wrap(dst).levels:
            raise RuntimeError(IN_PLACE)
        dst = _wrap(dst)
        np.copyto(dst.data, _spread(src, dst.levels, dst.ndim), casting="unsafe")
        return dst


_POINTWISE = frozenset("""
    abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift
    bitwise_xor ceil clip conj copysign cos cosh divide equal exp exp2 expm1 floor floor_divide fmax fmin fmod frexp gcd greater
    greater_equal hypot imag isfinite isinf isnan less less_equal log log10 log1p log2 logaddexp logical_and logical_not
    logical_or logical_xor make_complex maximum minimum multiply negative nextafter not_equal positive pow real reciprocal
    remainder round sign signbit sin sinh sqrt square subtract tan tanh trunc where isin ldexp rint""".split())
_REDUCTIONS = frozenset("""
    sum prod max min mean std var count_nonzero cumulative_max cumulative_min cumulative_sum cumulative_prod""".split())
_PLAIN = frozenset("""
    bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128 pi inf nan e
    arange eye linspace finfo iinfo result_type dtype ndim shape device_type""".split())



def _give(names, how):
    for name in names:
        setattr(Batched, name, how(name))


def _pointwise_name(name):
    return lambda self, *args, **options: pointwise(getattr(CPU, name), *args, **options)


def _reduction_name(name):
    return lambda self, x, axis=None, **options: _reduced(getattr(CPU, name), x, axis, **options)


_give(_POINTWISE, _pointwise_name)
_give(_REDUCTIONS, _reduction_name)


def _cpu():
    from .. import devices
    return devices.CPU


def _lifted(v):
    if isinstance(v, CPU.array_type):
        return BatchedArray(v, ())
    if type(v) is list or (type(v) is tuple and any(_is_array(x) for x in v)):
        return type(v)([_lifted(x) for x in v])
    return v


def unwrapped(found):
    """Return results with those that no level touches as plain arrays."""
    if type(found) is tuple or type(found) is list:
        return tuple([unwrapped(r) for r in found])
    return found.data if type(found) is BatchedArray and not found.levels else found


# ------------------------------------------------------------------ one sample after the other

def _sample(v, levels, at):
    """Return one sample of every array in a nest of lists and tuples."""
    if type(v) is BatchedArray:
        return v.data[tuple([at[levels.index(level)] for level in v.levels])]
    if type(v) is list or type(v) is tuple:
        return type(v)([_sample(x, levels, at) for x in v])
    return v


def looped(body, values, levels, sizes):
    """Run a body for one sample after the other, and stack the results."""
    lead = tuple([sizes[level] for level in levels])
    if body.__name__ in _DYNAMIC:
        raise RuntimeError(_DYNAMIC[body.__name__])
    if 0 in lead:
        raise RuntimeError(CONTROL_FLOW)
    depth, _Running.depth = _Running.depth, 0
    try:
        found = [_run_one(body, [_sample(v, levels, at) for v in values]) for at in itertools.product(*map(range, lead))]
    finally:
        _Running.depth = depth
    if type(found[0]) is tuple:
        return tuple([_stacked([row[k] for row in found], lead, levels) for k in range(len(found[0]))])
    return _stacked(found, lead, levels)


def _run_one(body, values):
    kernel = CPU.kernels.get(op_name(body))
    found = NotImplemented if kernel is None else kernel(*values)
    return CPU.run(body, values) if found is NotImplemented else found


def _stacked(rows, lead, levels):
    if rows[0] is None:
        return None
    rows = [np.asarray(r) for r in rows]
    if any(r.shape != rows[0].shape for r in rows):
        raise RuntimeError(DYNAMIC.format("nonzero"))
    return BatchedArray(np.stack(rows).reshape(lead + rows[0].shape), levels)


BATCHED: Any = Batched()
NeedsLoop.backend = BATCHED
base._BY_ARRAY[BatchedArray] = BATCHED
