"""The CPU backend: NumPy, with native kernels where the compiled build has them."""
import importlib
import itertools
import math
import os
from typing import Any

import numpy as np

from .. import dtypes
from . import base, guard

#: Native modules with a KERNELS table; each is absent in the pure build.
NATIVE = ("indexing", "elementwise", "reduce", "gemm", "norm", "optim", "random",
          "special", "loss", "conv", "windows", "resample", "rnn", "attention", "order")


def _in_c_order(x):
    return x if x.ndim < 2 or x.flags.c_contiguous else np.array(x, order="C")


_BITS = {2: np.int16, 4: np.int32, 8: np.int64}
_ROWS_BY_BLAS = 4096            # up to so many rows a product with ones is faster than a sum down the columns


_SHARED = 32768                 # from so many elements on threads copy together
_SPAN = 384                     # so many terms of a float32 product are summed one after the other


def _in_order(a, b):
    """Return a @ b with long sums split as `native/kernels/gemm.hpp` splits them (its `order_of`), PyTorch's way.

    Within a span BLAS libraries add the terms in order, so NumPy's give the same bits there as a rule.
    """
    (m, k), n = a.shape, b.shape[1]
    low, high = min(m, n), max(m, n)
    along = a.strides[1] == a.itemsize and b.strides[0] == b.itemsize
    split_outside = low < (58 if along else 32) and 384 <= high < 800
    even = k <= 2 * _SPAN or split_outside or low * high <= 320
    if even or not (8 * low <= k or 3 * m + n + 242 <= k):
        return _chain(a, b, even)
    half = (k + 1) // 2
    return _chain(a[:, :half], b[:half], False) + _chain(a[:, half:], b[half:], False)


def _chain(a, b, even):
    """Return a @ b summed span after span; an even chain ends with two equal spans."""
    k = left = a.shape[1]
    total = None
    while left:
        size = left if left <= _SPAN else (left + 1) // 2 if left <= 2 * _SPAN and (left == k or even) else _SPAN
        at = k - left
        part = np.matmul(a[:, at:at + size], b[at:at + size])
        total = part if total is None else total + part
        left -= size
    return total


_REAL_OF = {4: np.float16, 8: np.float32, 16: np.float64}       # by the size of the complex number


def _complex_of(real):
    """Return the complex dtype whose parts have a real one (float32 in place of bfloat16)."""
    if real == np.float16:
        return dtypes.complex32.np
    return np.complex128 if real.itemsize == 8 else np.complex64


def _threaded(name, function):
    """Return a method that computes large arrays by the kernel of an op, others, and what that refuses, by NumPy's function."""

    def method(self, *args):
        found = self.by_kernel(name, *args)
        return function(*args) if found is None else found

    return method


class CpuBackend(base.Backend):
    """NumPy's namespace and the extras of `base.Backend` in NumPy's own terms."""

    device_type = "cpu"
    xp = np
    array_type = np.ndarray

    add_at_ufunc = staticmethod(np.add.at)

    # What bodies that no kernel stands in for spend their time in.
    exp, log, sqrt, log1p = (_threaded(f.__name__, f) for f in (np.exp, np.log, np.sqrt, np.log1p))
    isnan, tanh, maximum, minimum = (_threaded(f.__name__, f) for f in (np.isnan, np.tanh, np.maximum, np.minimum))
    abs, divide, multiply = _threaded("abs", np.absolute), _threaded("div", np.divide), _threaded("mul", np.multiply)

    def cast(self, x, dt):
        if x.dtype is dt:
            return x
        if x.size >= _SHARED:
            out = np.empty_like(x, dt, subok=False)
            if self._copied(out, x):
                return out
        return x.astype(dt, copy=False)

    def copy(self, x):
        if x.size >= _SHARED:
            out = np.empty(x.shape, x.dtype)
            if self._copied(out, x):
                return out
        return np.array(x, order="C")

    def clone(self, x):
        if x.size >= _SHARED:
            out = np.empty_like(x, subok=False)
            if self._copied(out, x):
                return out
        return np.array(x, order="K")

    def _copied(self, target, source):
        """Copy by the native kernel, on all threads; False where there is none for these arrays."""
        kernel = self.kernels.get("copy_into")
        return kernel is not None and kernel(target, source) is not NotImplemented

    def by_kernel(self, name, *args):
        kernel = self.kernels.get(name) if type(args[0]) is np.ndarray and args[0].size >= _SHARED else None
        found = NotImplemented if kernel is None else kernel(*args)
        return None if found is NotImplemented else found

    def check_strided(self, storage, shape, strides, offset):
        guard.check_strided(storage, shape, strides, offset, storage.dtype.itemsize)

    def restrided(self, x, shape, strides, offset):
        return guard.restrided(x, shape, strides, offset)

    def as_strided(self, x, shape, strides, offset):
        return guard.as_strided(x, shape, strides, offset)

    def view(self, x, shape):
        if x.flags.c_contiguous:
            try:
                return x.reshape(shape)
            except ValueError:
                return None
        try:
            return x.reshape(shape, copy=False)
        except ValueError:
            return None

    def permute_dims(self, x, axes):
        return x.transpose(axes)

    def swapaxes(self, x, a, b):
        return x.swapaxes(a, b)

    def reshape(self, x, shape):
        return x.reshape(shape)

    def squeeze(self, x, axis):
        return x.squeeze(axis)

    def broadcast_to(self, x, shape):
        return x if x.shape == shape else guard.expand(x, shape)

    def diagonal(self, x, offset, axis1, axis2):
        return guard.writable(x.diagonal(offset, axis1, axis2), x)

    def windows(self, x, axis, size, step):
        return guard.windows(x, axis, size, step)

    def take_any(self, x, indices, axis):
        kernel = self.kernels.get("take_any")
        found = NotImplemented if kernel is None else kernel(x, axis, indices)
        if found is not NotImplemented:
            return found
        if x.flags.c_contiguous:                # `take` would copy all of any other array first
            return x.take(indices, axis)
        return self.c_order(x[(slice(None),) * axis + (indices,)])

    def lstsq(self, a, b, rcond=None):
        x, _, rank, s = np.linalg.lstsq(a, b, rcond)
        return x, int(rank), s

    def ranked(self, x, low, high, axis):
        edges = [k for k in (low, high - 1) if 0 < k < x.shape[axis] - 1] or 0
        return np.argpartition(x, edges, axis)[(slice(None),) * axis + (slice(low, high),)]

    def partition_value(self, x, k):
        found = np.partition(x, k)[k]
        return found if found == found else None

    def bincount(self, x, weights=None, minlength=0):
        return np.bincount(x, weights, minlength)

    def unique_all(self, x):
        values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True, equal_nan=False)
        return values, inverse.reshape(x.shape), counts

    def gemm(self, a, b):
        kernel = self.kernels.get("matmul")
        found = NotImplemented if kernel is None else kernel(a, b)
        return self.product(a, b) if found is NotImplemented else found

    def product(self, a, b):
        if a.dtype.itemsize == 2 and a.dtype.kind in "fV":
            return np.matmul(a.astype(np.float32), b.astype(np.float32)).astype(a.dtype)
        if a.ndim == 2 and b.ndim == 2 and a.shape[1] > _SPAN and a.dtype == np.float32 and a.shape[1] == b.shape[0]:
            return _in_order(a, b)
        return np.matmul(a, b)

    def where(self, condition, x, y):
        found = self.by_kernel("where", condition, x, y)
        if found is not None:
            return found
        # np.where takes a Python float beside an ml_dtypes array for a float64
        if not hasattr(x, "dtype"):
            if hasattr(y, "dtype") and y.dtype.kind in "VW":
                x = np.asarray(x, y.dtype)
        elif not hasattr(y, "dtype") and x.dtype.kind in "VW":
            y = np.asarray(y, x.dtype)
        return np.where(condition, x, y)

    def blank(self, x, drop):
        if (type(x) is not np.ndarray or type(drop) is not np.ndarray or x.shape != drop.shape or x.dtype.kind != "f"
                or not x.shape or not (x.flags.c_contiguous and drop.flags.c_contiguous)):
            return np.where(drop, np.zeros((), x.dtype), x)
        # A mask of random signs costs np.where a mispredicted branch an element; bits know no branches.
        bits = _BITS[x.dtype.itemsize]
        keep = np.subtract(drop.view(np.int8), 1, dtype=np.int8).astype(bits)
        return np.bitwise_and(keep, x.view(bits), out=keep).view(x.dtype)

    def column_sums(self, x):
        if x.dtype.kind == "f" and x.dtype.itemsize >= 4 and x.shape[0] <= _ROWS_BY_BLAS:
            return np.ones(x.shape[0], x.dtype) @ x
        return np.add.reduce(x, 0)

    def all_below(self, x, limit):
        kernel = self.kernels.get("all_below")
        found = NotImplemented if kernel is None else kernel(x, limit)
        if found is not NotImplemented:
            return found
        return x.size == 0 or bool(np.maximum.reduce(x.view(np.uint64), None) < limit) \
            if x.dtype == np.int64 else super().all_below(x, limit)

    def pick_columns(self, x, columns):
        return x[np.arange(x.shape[0]), columns]

    def add_to_columns(self, x, columns, value):
        x[np.arange(x.shape[0]), columns] += value
        return x

    # NumPy's own functions of these names spend more time in Python than small arrays take, and one thread on large ones.
    # Results are in C order, as torch's are, where NumPy keeps the input's.

    def sum(self, x, axis=None, keepdims=False, dtype=None):
        found = self.by_kernel("sum", x, axis, keepdims) if dtype is None or dtype is np.int64 else None
        return _in_c_order(np.add.reduce(x, axis, dtype, None, keepdims)) if found is None else found

    def prod(self, x, axis=None, keepdims=False, dtype=None):
        return _in_c_order(np.multiply.reduce(x, axis, dtype, None, keepdims))

    def _in_float32(self, reduce, x, axis, keepdims):
        """Find an extreme of large half-precision arrays by way of float32, which loses nothing; others as they are."""
        if x.size < _SHARED or x.dtype.itemsize != 2 or x.dtype.kind not in "fV":
            return None
        return self.asarray(reduce(self.cast(x, np.dtype(np.float32)), axis, keepdims)).astype(x.dtype)

    def max(self, x, axis=None, keepdims=False):
        found = self._in_float32(self.max, x, axis, keepdims)
        if found is None:
            found = self.by_kernel("amax", x, axis, keepdims)
        return _in_c_order(np.maximum.reduce(x, axis, None, None, keepdims)) if found is None else found

    def min(self, x, axis=None, keepdims=False):
        found = self._in_float32(self.min, x, axis, keepdims)
        if found is None:
            found = self.by_kernel("amin", x, axis, keepdims)
        return _in_c_order(np.minimum.reduce(x, axis, None, None, keepdims)) if found is None else found

    def any(self, x, axis=None, keepdims=False):
        found = self.by_kernel("any", x, axis, keepdims)
        return _in_c_order(np.logical_or.reduce(x, axis, None, None, keepdims)) if found is None else found

    def all(self, x, axis=None, keepdims=False):
        found = self.by_kernel("all", x, axis, keepdims)
        return _in_c_order(np.logical_and.reduce(x, axis, None, None, keepdims)) if found is None else found

    def argmax(self, x, axis=None, keepdims=False):
        return _in_c_order(x.argmax(axis, keepdims=keepdims) if keepdims else x.argmax(axis))

    def argmin(self, x, axis=None, keepdims=False):
        return _in_c_order(x.argmin(axis, keepdims=keepdims) if keepdims else x.argmin(axis))

    exp2, fmod, fmax, fmin, gcd, frexp = np.exp2, np.fmod, np.fmax, np.fmin, np.gcd, staticmethod(np.frexp)

    def cumulative_max(self, x, axis):
        return np.maximum.accumulate(x, axis)

    def cumulative_min(self, x, axis):
        return np.minimum.accumulate(x, axis)

    def cumulative_sum(self, x, axis):
        return np.add.accumulate(x, axis, x.dtype)

    def cumulative_prod(self, x, axis):
        return np.multiply.accumulate(x, axis, x.dtype)

    def logaddexp_accumulate(self, x):
        return np.logaddexp.accumulate(x, -1)

    def make_complex(self, real, imag):
        dt = _complex_of(real.dtype)
        if real.shape == imag.shape:
            z = np.empty_like(real, dt)
        else:
            z = np.empty(np.broadcast_shapes(real.shape, imag.shape), dt)
        parts = self.view_as_real(z)
        parts[..., 0], parts[..., 1] = real, imag
        return z

    def view_as_real(self, x):
        return x[..., None].view(_REAL_OF[x.dtype.itemsize])

    def view_as_complex(self, x):
        return x.view(_complex_of(x.dtype))[..., 0]

    def real(self, x):
        return x.real if x.dtype.kind != "W" else self.view_as_real(x)[..., 0]

    def imag(self, x):
        return x.imag if x.dtype.kind != "W" else self.view_as_real(x)[..., 1]

    def scipy_special(self, name):
        return base._scipy_special(name)

    def to_numpy(self, x):
        return x

    def from_numpy(self, a, index=None):
        return a

    def ones(self, shape, dtype=None):
        return self.fill(np.empty(shape, dtype), 1)

    def fill(self, x, value):
        clear = self.kernels.get("clear") if type(value) is int and value == 0 else None
        if clear is None or clear(x) is NotImplemented:
            if x.size < _SHARED or not self._copied(x, np.broadcast_to(np.full((), value, x.dtype), x.shape)):
                x.fill(value)
        return x

    def concat(self, arrays, axis=0):
        first = arrays[0]
        if sum([x.size for x in arrays]) < _SHARED or axis is None or any([x.dtype != first.dtype for x in arrays]):
            return np.concatenate(arrays, axis)
        axis %= first.ndim
        ends = list(itertools.accumulate([x.shape[axis] for x in arrays]))
        out = np.empty(first.shape[:axis] + (ends[-1],) + first.shape[axis + 1:], first.dtype)
        lead = (slice(None),) * axis
        for x, end in zip(arrays, ends):
            self.copyto(out[lead + (slice(end - x.shape[axis], end),)], x)
        return out

    def put(self, x, index, value):
        if type(value) is np.ndarray and value.size >= _SHARED and type(index) is tuple:
            target = x[index] if all(type(i) in (slice, int) or i is Ellipsis for i in index) else None
            if target is not None and target.shape == value.shape:
                self.copyto(target, value)
                return x
        x[index] = value
        return x

    def tile(self, x, repeats):
        ends = [n * r for n, r in zip(x.shape, repeats)]
        if math.prod(ends) < _SHARED or len(repeats) != x.ndim:
            return np.tile(x, repeats)
        out = np.empty(ends, x.dtype)
        apart = [k for pair in zip(repeats, x.shape) for k in pair]
        self.copyto(out.reshape(apart), np.broadcast_to(np.expand_dims(x, tuple(range(0, 2 * x.ndim, 2))), apart))
        return out

    def roll(self, x, shift, axis=None):
        if x.size < _SHARED or axis is None:
            return np.roll(x, shift, axis)
        for s, a in zip(np.atleast_1d(shift).tolist(), np.atleast_1d(axis).tolist()):
            lead, s = (slice(None),) * a, s % x.shape[a]
            x = self.concat([x[lead + (slice(x.shape[a] - s, None),)], x[lead + (slice(x.shape[a] - s),)]], a)
        return x

    def tril(self, x, k=0):
        return np.tril(x, k) if x.size < _SHARED else self.where(np.tri(*x.shape[-2:], k, bool), x, np.zeros(1, x.dtype))

    def triu(self, x, k=0):
        return np.triu(x, k) if x.size < _SHARED else self.where(np.tri(*x.shape[-2:], k - 1, bool), np.zeros(1, x.dtype), x)

    def stack(self, arrays, axis=0):
        if arrays[0].size < _SHARED:
            return np.stack(arrays, axis)
        return self.concat([np.expand_dims(x, axis) for x in arrays], axis)

    def add_at(self, x, index, value):
        kernel = self.kernels.get("add_at")
        if kernel is not None and kernel(x, index, value) is not NotImplemented:
            return x
        at = [k for k, item in enumerate(index) if type(item) is np.ndarray] if type(index) is tuple else [0]
        if x.ndim > 1 and len(at) == 1 and type(index) is tuple and index[at[0]].dtype.kind == "i":
            return self._add_rows(x, at[0], index[at[0]], value)
        np.add.at(x, index, value)
        return x

    _COMBINE = {"sum": np.add, "prod": np.multiply, "amax": np.maximum, "amin": np.minimum}

    def combine_at(self, x, index, value, how):
        self._COMBINE[how].at(x, index, value)
        return x

    def _add_rows(self, x, axis, index, value):
        """`add_at` for one index array: equal indices are brought together and summed at once."""
        shape = x.shape[:axis] + index.shape + x.shape[axis + 1:]
        value = np.broadcast_to(value, shape).reshape(x.shape[:axis] + (index.size,) + x.shape[axis + 1:])
        if not index.size:
            return x
        index = index.reshape(-1)
        if index.min() < -x.shape[axis] or index.max() >= x.shape[axis]:
            raise IndexError("index out of range")
        index = np.where(index < 0, index + x.shape[axis], index)
        order = index.argsort(kind="stable")
        index = index[order]
        starts = np.flatnonzero(np.concatenate(([True], index[1:] != index[:-1])))
        lead = (slice(None),) * axis
        x[lead + (index[starts],)] += np.add.reduceat(value[lead + (order,)], starts, axis=axis, dtype=x.dtype)
        return x

    def put_along_axis(self, x, indices, values, axis):
        np.put_along_axis(x, indices, values, axis)
        return x

    def copyto(self, dst, src):
        if dst.size >= _SHARED and type(src) is np.ndarray and self._copied(dst, src):
            return dst
        np.copyto(dst, src, casting="unsafe")
        return dst


#: NumPy ufuncs that compute an op into an existing array, for in-place forms without a kernel.
UFUNCS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide, "neg": np.negative,
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.absolute, "sin": np.sin, "cos": np.cos,
    "tanh": np.tanh, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "square": np.square,
    "maximum": np.maximum, "minimum": np.minimum,
}

B = base.register(CpuBackend())


def _load_kernels():
    for name in NATIVE:
        try:
            module = importlib.import_module("rushlight.native." + name)
        except ImportError:
            continue
        B.kernels.update(module.KERNELS)
    if B.kernels:
        from . import rules
        B.kernels.update(rules.of(B.kernels))


def _keep_memory():
    """Have freed memory of large arrays kept for the next ones; RUSHLIGHT_ALLOCATOR=0 leaves all as it is."""
    if os.environ.get("RUSHLIGHT_ALLOCATOR") == "0":
        return
    try:
        memory = importlib.import_module("rushlight.native.memory")
    except ImportError:
        guard.keep_pages()
    else:
        memory.install()


_load_kernels()
_keep_memory()

#: Whether the compiled core's kernels are in use.
COMPILED = bool(B.kernels)


# ------------------------------------------------------------------ silence
# torch says nothing when a result overflows or a division is by zero; NumPy warns. `np.errstate`
# costs 0.8 us, as much as an op; setting the context variable that it wraps costs 0.1 us.

try:
    from numpy._core.umath import _extobj_contextvar, _make_extobj
    SILENT: Any = _make_extobj(all="ignore")
    hush = _extobj_contextvar.set
    unhush = _extobj_contextvar.reset
except ImportError:             # a NumPy that keeps this elsewhere
    SILENT = None

    def hush(_):
        before = np.seterr(all="ignore")
        return before

    def unhush(before):
        np.seterr(**before)

