"""The backend of batched arrays: the names that op bodies ask of `B`, for a whole batch at once.

Bodies run on `BatchedArray`s unchanged. What `Batched` lacks, and a body that branches on values which
differ between samples, is run for one sample after the other.
"""
import itertools
from typing import Any

import numpy as np

from . import base
from .base import NeedsLoop
from .batched_array import (BatchedArray, CONTROL_FLOW, DYNAMIC, IN_PLACE, ITEM, MASK, NO_STORAGE, Running, arrays_in,
    axes_of, filled, is_array, levels_of, mask_of, pointwise, reduced, sizes_of, spread, wrap)
from .batched_index import Picks, is_basic
from .batched_rules import RULES, op_name
from .cpu import B as CPU

#: bodies whose results differ in shape between samples
_DYNAMIC = {
    "_nonzero": DYNAMIC.format("nonzero"), "_unique_all": DYNAMIC.format("_unique2"),
    "_unique_dim": DYNAMIC.format("unique_dim"), "bincount": DYNAMIC.format("bincount"),
    "_masked_select": ("vmap: Attempted to vmap over `mask` in torch.masked_select(self, mask) We cannot support this because "
                       "for each batch this would return a differently shaped Tensor. Please file an issue at "
                       "https://github.com/pytorch/pytorch/issues if you need this feature."),
}


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
            x = wrap(x)
            found = f(x.data, *args, **options)
            if isinstance(found, tuple):
                return type(found)(*[BatchedArray(np.asarray(r), x.levels) for r in found]) if hasattr(found, "_fields") \
                    else tuple([BatchedArray(np.asarray(r), x.levels) for r in found])
            return BatchedArray(np.asarray(found), x.levels)
        return call

    def solve(self, a, b):
        levels = levels_of((a, b))
        if b.ndim == 1:
            return self.solve(a, b[:, None])[..., 0]
        ndim = max(a.ndim, b.ndim)
        return BatchedArray(CPU.linalg.solve(spread(wrap(a), levels, ndim), spread(wrap(b), levels, ndim)), levels)


class _Fft:
    """`B.fft` over named axes, which NumPy's functions take all others as batches of."""

    def __getattr__(self, name):
        f = getattr(CPU.fft, name)

        def call(x, axes, **options):
            return BatchedArray(f(x.data, axes=axes_of(x, axes), **options), x.levels)
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
        levels, sizes = levels_of(values), sizes_of(values)
        rule = RULES.get(op_name(body))
        if rule is not None and levels:
            found = rule(body, values, levels, sizes)
            if found is not NotImplemented:
                return found
        Running.depth += 1
        try:
            return unwrapped(body(Batched(levels, sizes), *[_lifted(v) for v in values]))
        except NeedsLoop:
            pass
        finally:
            Running.depth -= 1
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
        if is_array(value):
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
        like = getattr(Batched(x.levels, sizes_of((x,))), make.__name__) if type(x) is BatchedArray else make
        return like(x.shape, dtype=dtype)

    def copy(self, x):
        x = wrap(x)
        if self.levels is None:
            return unwrapped(BatchedArray(CPU.copy(x.data), x.levels))
        return BatchedArray(CPU.copy(filled(x, self.levels, self.sizes)), self.levels)

    def clone(self, x):
        x = wrap(x)
        return unwrapped(BatchedArray(CPU.clone(x.data), x.levels))

    def asarray(self, x, dtype=None, copy=None):
        if type(x) is BatchedArray:
            x = x if dtype is None else self.cast(x, dtype)
            return self.copy(x) if copy else x
        if isinstance(x, (list, tuple)) and any(True for _ in arrays_in(x)):
            raise NeedsLoop("asarray")
        return CPU.asarray(x, dtype=dtype, copy=copy)

    def from_numpy(self, a, _index=None):
        return a

    def to_numpy(self, x):
        if Running.depth:
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
        return wrap(x).astype(dt, copy=copy)

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
        x = wrap(x)
        found = f(x.data, *args, **options)
        return None if found is None else BatchedArray(found, x.levels)

    def reshape(self, x, shape):
        x = wrap(x)
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
        x = wrap(x)
        return self._moved(x, CPU.view, x.data.shape[:len(x.levels)] + self._known(x, tuple(shape)))

    def view_dtype(self, x, dt):
        return self._moved(x, CPU.view_dtype, dt)

    def permute_dims(self, x, axes):
        x = wrap(x)
        n, ndim = len(x.levels), x.ndim
        return self._moved(x, np.transpose, (*range(n), *[a % ndim + n for a in axes]))

    def moveaxis(self, x, source, destination):
        x = wrap(x)
        return self._moved(x, np.moveaxis, axes_of(x, source), axes_of(x, destination))

    def swapaxes(self, x, a, b):
        x = wrap(x)
        return self._moved(x, np.swapaxes, axes_of(x, a), axes_of(x, b))

    def matrix_transpose(self, x):
        return self._moved(x, np.swapaxes, -1, -2)

    def squeeze(self, x, axis):
        x = wrap(x)
        return self._moved(x, np.squeeze, axes_of(x, axis))

    def expand_dims(self, x, axis=0):
        x = wrap(x)
        many = isinstance(axis, (tuple, list))
        ndim = x.ndim + (len(axis) if many else 1)
        axes = tuple([a % ndim + len(x.levels) for a in (axis if many else (axis,))])
        return self._moved(x, np.expand_dims, axes)

    def broadcast_to(self, x, shape):
        x = wrap(x)
        lead = x.data.shape[:len(x.levels)]
        return BatchedArray(CPU.broadcast_to(spread(x, x.levels, len(shape)), lead + tuple(shape)), x.levels)

    def broadcast_arrays(self, *arrays):
        shape = np.broadcast_shapes(*[x.shape for x in arrays])
        return [self.broadcast_to(x, shape) for x in arrays]

    def diagonal(self, x, offset, axis1, axis2):
        x = wrap(x)
        return self._moved(x, CPU.diagonal, offset, axes_of(x, axis1), axes_of(x, axis2))

    def windows(self, x, axis, size, step):
        x = wrap(x)
        return self._moved(x, CPU.windows, axes_of(x, axis), size, step)

    def flip(self, x, axis=None):
        x = wrap(x)
        return self._moved(x, np.flip, axes_of(x, axis))

    def roll(self, x, shift, axis=None):
        x = wrap(x)
        if axis is None:
            return self.reshape(self.roll(self.reshape(x, (-1,)), shift, 0), x.shape)
        return self._moved(x, np.roll, shift, axes_of(x, axis))

    def tril(self, x, k=0):
        return self._moved(x, np.tril, k)

    def triu(self, x, k=0):
        return self._moved(x, np.triu, k)

    def tile(self, x, reps):
        x = wrap(x)
        reps = (1,) * (x.ndim - len(reps)) + tuple(reps)
        x = BatchedArray(spread(x, x.levels, len(reps)), x.levels)
        return self._moved(x, np.tile, (1,) * len(x.levels) + reps)

    def repeat(self, x, repeats, axis=None):
        x = wrap(x)
        if type(repeats) is BatchedArray and repeats.levels:
            raise NeedsLoop("repeat")
        if axis is None:
            x, axis = self.reshape(x, (-1,)), 0
        return self._moved(x, np.repeat, wrap(repeats).data if is_array(repeats) else repeats, axes_of(x, axis))

    def view_as_real(self, x):
        return self._moved(x, CPU.view_as_real)

    def view_as_complex(self, x):
        return self._moved(x, CPU.view_as_complex)

    def _joined(self, f, arrays, axis, ndim):
        levels, sizes = levels_of(arrays), sizes_of(arrays)
        axis = axis + len(levels) if axis >= 0 else axis
        return BatchedArray(f([filled(x, levels, sizes) for x in arrays], axis=axis), levels)

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
        a, b = wrap(a), wrap(b)
        if a.ndim == 1:
            found = self.matmul(a[None], b)
            return found[..., 0, :] if b.ndim > 1 else found[0]
        if b.ndim == 1:
            return self.matmul(a, b[:, None])[..., 0]
        levels, ndim = levels_of((a, b)), max(a.ndim, b.ndim)
        folded = self._one_product(a, b)
        if folded is not None:
            return folded
        return BatchedArray(CPU.product(spread(a, levels, ndim), spread(b, levels, ndim)), levels)

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
        return x.any() if self.levels is None and axis is None and not keepdims else reduced(CPU.any, x, axis, keepdims=keepdims)

    def all(self, x, axis=None, keepdims=False):
        return x.all() if self.levels is None and axis is None and not keepdims else reduced(CPU.all, x, axis, keepdims=keepdims)

    def all_below(self, x, limit):
        return CPU.all_below(x.data, limit) if type(x) is BatchedArray else CPU.all_below(x, limit)

    def _argument(self, f, x, axis, keepdims):
        x = wrap(x)
        if axis is not None:
            return reduced(f, x, axis, keepdims=keepdims)
        found = reduced(f, self.reshape(x, (-1,)), 0)
        return self.reshape(found, (1,) * x.ndim) if keepdims else found

    def argmax(self, x, axis=None, keepdims=False):
        return self._argument(CPU.argmax, x, axis, keepdims)

    def argmin(self, x, axis=None, keepdims=False):
        return self._argument(CPU.argmin, x, axis, keepdims)

    def column_sums(self, x):
        return self.sum(x, axis=0)

    def sort(self, x, axis=-1, **options):
        return reduced(CPU.sort, x, axis, **options)

    def nonzero(self, x):
        if type(x) is not BatchedArray:
            return CPU.nonzero(x)
        if not x.levels:
            return tuple([BatchedArray(k, ()) for k in CPU.nonzero(x.data)])
        if Running.depth:
            raise NeedsLoop(DYNAMIC.format("nonzero"))
        raise RuntimeError(MASK)

    def argsort(self, x, axis=-1, stable=True, **options):
        return reduced(CPU.argsort, x, axis, stable=stable, **options)

    def ranked(self, x, low, high, axis):
        x = wrap(x)
        return self._moved(x, lambda data: CPU.ranked(data, low, high, axes_of(x, axis)))

    def logaddexp_accumulate(self, x):
        return self._moved(x, CPU.logaddexp_accumulate)

    # ---- elements by index

    def take_any(self, x, indices, axis):
        return self.c_order(wrap(x)[(slice(None),) * axis + (indices,)])

    def take(self, x, indices, axis=0):
        return wrap(x)[(slice(None),) * (axis % max(x.ndim, 1)) + (indices,)]

    def take_along_axis(self, x, indices, axis=-1):
        levels, sizes = levels_of((x, indices)), sizes_of((x, indices))
        axis = axis % x.ndim + len(levels)
        return BatchedArray(np.take_along_axis(filled(x, levels, sizes), filled(indices, levels, sizes), axis), levels)

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
        if type(x) is not BatchedArray and levels_of((index, value)):
            raise RuntimeError(IN_PLACE)
        x[index] = value
        return x

    def _scattered(self, x, index, value, write):
        if type(x) is not BatchedArray:
            if levels_of((index, value)):
                raise RuntimeError(IN_PLACE)
            return write(x, index, value)
        if levels_of((x, index, value)) != x.levels:
            raise NeedsLoop(IN_PLACE) if Running.depth else RuntimeError(IN_PLACE)
        if is_basic(index) or mask_of(index) is not None:
            raise NeedsLoop("add_at")
        Picks(index, x.shape).write(x, value, spread, write)
        return x

    def add_at(self, x, index, value):
        return self._scattered(x, index, value, CPU.add_at)

    def combine_at(self, x, index, value, how):
        return self._scattered(x, index, value, lambda a, i, v: CPU.combine_at(a, i, v, how))

    def put_along_axis(self, x, indices, values, axis):
        if levels_of((x, indices, values)) != wrap(x).levels:
            raise NeedsLoop(IN_PLACE) if Running.depth else RuntimeError(IN_PLACE)
        data = filled(indices, x.levels, sizes_of((x,)))
        values = spread(values, x.levels, x.ndim)
        np.put_along_axis(x.data, data, values, axis % x.ndim + len(x.levels))
        return x

    def copyto(self, dst, src):
        if levels_of((dst, src)) != wrap(dst).levels:
            raise RuntimeError(IN_PLACE)
        dst = wrap(dst)
        np.copyto(dst.data, spread(src, dst.levels, dst.ndim), casting="unsafe")
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
    return lambda self, x, axis=None, **options: reduced(getattr(CPU, name), x, axis, **options)


_give(_POINTWISE, _pointwise_name)
_give(_REDUCTIONS, _reduction_name)


def _cpu():
    from .. import devices
    return devices.CPU


def _lifted(v):
    if isinstance(v, CPU.array_type):
        return BatchedArray(v, ())
    if type(v) is list or (type(v) is tuple and any(is_array(x) for x in v)):
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
    depth, Running.depth = Running.depth, 0
    try:
        found = [_run_one(body, [_sample(v, levels, at) for v in values]) for at in itertools.product(*map(range, lead))]
    finally:
        Running.depth = depth
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
