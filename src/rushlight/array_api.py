"""The namespace of the Array API standard, 2024.12: `x.__array_namespace__()`. Names of the standard over torch's operations.

Where torch's own semantics differ they stay: no exceptions for mixed kinds of dtypes, and indices as torch has them.
"""
from . import dtypes as _dtypes
from . import fft, linalg
from .core.op import Registry as _Registry
from .core.tensor import OPS as _OPS, Tensor as _Tensor
from .devices import device as _device
from .dtypes import finfo, iinfo

__array_api_version__ = "2024.12"

_SAME = """abs acos acosh add all any arange argmax argmin asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_or
bitwise_right_shift bitwise_xor broadcast_to ceil clip conj copysign cos cosh diff empty empty_like eq exp expm1 eye floor
floor_divide full full_like hypot imag isfinite isinf isnan less less_equal linspace log log10 log1p log2 logaddexp logical_and
logical_not logical_or logical_xor matmul maximum minimum moveaxis multiply nextafter nonzero not_equal ones ones_like positive
real reciprocal remainder reshape round searchsorted sign signbit sin sinh sqrt square stack subtract tan tanh tensordot tile
tril triu trunc zeros zeros_like greater greater_equal divide where isin broadcast_shapes""".split()
_RENAMED = {"bitwise_invert": "bitwise_not", "concat": "cat", "equal": "eq", "negative": "neg", "pow": "pow",
            "count_nonzero": "count_nonzero"}
_torch = _Registry.namespaces["torch"]
for _name in _SAME:
    if _name in _torch:
        globals()[_name] = _torch[_name]
globals().update({_name: _torch[_theirs] for _name, _theirs in _RENAMED.items()})
for _name in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
              "complex64", "complex128"):
    globals()[_name] = _dtypes.BY_NAME[_name]
from math import e, inf, nan, pi

newaxis = None


def _axes(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def asarray(obj, /, *, dtype=None, device=None, copy=None):
    """Return an object as a tensor, without copying memory unless it must be or `copy` asks for it."""
    return _OPS.asarray(obj, dtype=dtype, device=device, copy=copy)


def astype(x, dtype, /, *, copy=True, device=None):
    """Return the tensor in another dtype; without `copy`, the tensor itself where it has it."""
    return x.to(device=device or x.device, dtype=dtype, copy=copy)


def from_dlpack(x, /, *, device=None, copy=None):
    """Return the tensor of an array of any library, on the same memory."""
    found = _OPS.from_dlpack(x)
    found = found if device is None else found.to(device)
    return found.clone() if copy else found


def permute_dims(x, /, axes):
    """Return the tensor with its dimensions in another order."""
    return x.permute(*axes)


def matrix_transpose(x, /):
    """Return the tensor with its last two dimensions exchanged."""
    return x.mT


def vecdot(x1, x2, /, *, axis=-1):
    """Return the products of vectors along a dimension, the first conjugated."""
    return linalg.vecdot(x1, x2, dim=axis)


def expand_dims(x, /, *, axis=0):
    """Return the tensor with a dimension of size 1 at `axis`."""
    return x.unsqueeze(axis)


def squeeze(x, /, axis):
    """Return the tensor without dimensions, which must be of size 1."""
    axes = _axes(x, axis)
    if [a for a in axes if x.shape[a] != 1]:
        raise ValueError("squeezed dimensions must have size 1")
    return x.squeeze(axes)


def flip(x, /, *, axis=None):
    """Return the tensor with the order of elements reversed along dimensions."""
    return x.flip(_axes(x, axis))


def roll(x, /, shift, *, axis=None):
    """Return the tensor with its elements moved along dimensions, those at the end to the beginning."""
    return _OPS.roll(x, shift, axis)


def unstack(x, /, *, axis=0):
    """Return the slices along a dimension, as a tuple."""
    return x.unbind(axis)


def broadcast_arrays(*arrays):
    """Return the tensors broadcast against one another, as a list."""
    return list(_OPS.broadcast_tensors(*arrays))


def meshgrid(*arrays, indexing="xy"):
    """Return the coordinates of a grid, as a list."""
    return list(_OPS.meshgrid(*arrays, indexing=indexing))


def result_type(*arrays_and_dtypes):
    """Return the dtype that an operation on tensors, dtypes and numbers has."""
    full = [a if isinstance(a, _dtypes.dtype) else a.dtype for a in arrays_and_dtypes if isinstance(a, (_dtypes.dtype, _Tensor))]
    numbers = [_dtypes.of_number(a) for a in arrays_and_dtypes if not isinstance(a, (_dtypes.dtype, _Tensor))]
    return _dtypes.combine(full, [], numbers)


def can_cast(from_, to, /):
    """Whether a tensor's dtype, or a dtype, may become another without change of kind."""
    return _dtypes.can_cast(from_.dtype if isinstance(from_, _Tensor) else from_, to)



_KINDS = ("bool", "real floating", "complex floating", "numeric", "integral", "signed integer", "unsigned integer")


def isdtype(dtype, kind):
    """Whether a dtype is of a kind: a dtype, a name such as "real floating" or "integral", or a tuple of them."""
    if isinstance(kind, tuple):
        return True in [isdtype(dtype, k) for k in kind]
    if isinstance(kind, _dtypes.dtype):
        return dtype is kind
    if kind not in _KINDS:
        raise ValueError(f"Unrecognized data type kind: {kind!r}")
    integer = _dtypes.BOOL < dtype.category < _dtypes.FLOATING
    return {"bool": dtype.category == _dtypes.BOOL, "real floating": dtype.category == _dtypes.FLOATING,
            "complex floating": dtype.category == _dtypes.COMPLEX, "integral": integer,
            "signed integer": integer and dtype.is_signed, "unsigned integer": integer and not dtype.is_signed,
            "numeric": dtype.category != _dtypes.BOOL}[kind]


def _reduced(function, x, axis, keepdims, dtype=None):
    if dtype is not None:
        x = x.to(dtype)
    if axis == ():
        return x.clone()
    return function(x, _axes(x, axis), keepdims)


def sum(x, /, *, axis=None, dtype=None, keepdims=False):
    """Return the sum over dimensions."""
    return _reduced(lambda x, d, k: x.sum(d, keepdim=k), x, axis, keepdims, dtype)


def prod(x, /, *, axis=None, dtype=None, keepdims=False):
    """Return the product over dimensions."""
    def each(x, dims, keep):
        for d in sorted((d % x.ndim for d in dims), reverse=True):
            x = x.prod(d, keepdim=keep)
        return x if dims else x.prod()
    return _reduced(each, x, axis, keepdims, dtype)


def mean(x, /, *, axis=None, keepdims=False):
    """Return the mean over dimensions."""
    return _reduced(lambda x, d, k: x.mean(d, keepdim=k), x, axis, keepdims)


def max(x, /, *, axis=None, keepdims=False):
    """Return the greatest element over dimensions."""
    return _reduced(lambda x, d, k: x.amax(d, keepdim=k), x, axis, keepdims)


def min(x, /, *, axis=None, keepdims=False):
    """Return the smallest element over dimensions."""
    return _reduced(lambda x, d, k: x.amin(d, keepdim=k), x, axis, keepdims)


def std(x, /, *, axis=None, correction=0.0, keepdims=False):
    """Return the standard deviation over dimensions; the number of elements less `correction` divides."""
    return _reduced(lambda x, d, k: x.std(d, correction=correction, keepdim=k), x, axis, keepdims)


def var(x, /, *, axis=None, correction=0.0, keepdims=False):
    """Return the variance over dimensions; the number of elements less `correction` divides."""
    return _reduced(lambda x, d, k: x.var(d, correction=correction, keepdim=k), x, axis, keepdims)


def cumulative_sum(x, /, *, axis=None, dtype=None, include_initial=False):
    """Return the running sums along a dimension, with a leading zero on request."""
    return _running(x, axis, lambda x, d: x.cumsum(d, dtype=dtype), 0, include_initial)


def cumulative_prod(x, /, *, axis=None, dtype=None, include_initial=False):
    """Return the running products along a dimension, with a leading one on request."""
    return _running(x, axis, lambda x, d: x.cumprod(d, dtype=dtype), 1, include_initial)


def _running(x, axis, function, first, include_initial):
    if axis is None:
        if x.ndim != 1:
            raise ValueError("axis must be specified for tensors of more or less than one dimension")
        axis = 0
    out = function(x, axis)
    if include_initial:
        shape = list(out.shape)
        shape[axis] = 1
        out = _OPS.cat([_OPS.full(shape, first, dtype=out.dtype, device=out.device), out], axis)
    return out


def sort(x, /, *, axis=-1, descending=False, stable=True):
    """Return the elements in order along a dimension."""
    return _OPS.sort(x, dim=axis, descending=descending, stable=stable)[0]


def argsort(x, /, *, axis=-1, descending=False, stable=True):
    """Return the indices that put the elements in order along a dimension."""
    return _OPS.sort(x, dim=axis, descending=descending, stable=stable)[1]


def take(x, indices, /, *, axis=None):
    """Return the slices at indices along a dimension."""
    return x.index_select(0 if axis is None else axis, indices)


def take_along_axis(x, indices, /, *, axis=-1):
    """Return the elements at indices along a dimension."""
    return _OPS.take_along_dim(x, indices, axis)


def repeat(x, repeats, /, *, axis=None):
    """Return the tensor with its elements repeated along a dimension, or flat."""
    return x.repeat_interleave(repeats, dim=axis)


def unique_values(x, /):
    """Return the distinct elements."""
    return _OPS.unique(x)


def unique_counts(x, /):
    """Return (the distinct elements, how often each occurs)."""
    return _OPS.unique(x, return_counts=True)


def unique_inverse(x, /):
    """Return (the distinct elements, for each element which of them it is)."""
    return _OPS.unique(x, return_inverse=True)


class __array_namespace_info__:
    """What this namespace has: devices, dtypes, capabilities."""

    def capabilities(self):
        """Return what the standard leaves open."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self):
        """Return the CPU."""
        return _device("cpu")

    def devices(self):
        """Return the devices."""
        from .cuda import device_count
        return [_device("cpu"), *[_device("cuda", i) for i in range(device_count())]]

    def default_dtypes(self, *, _device=None):
        """Return the dtypes that functions use when none is given."""
        floating = _dtypes.get_default_dtype()
        wide = floating is _dtypes.float64
        return {"real floating": floating, "complex floating": _dtypes.complex128 if wide else _dtypes.complex64,
                "integral": _dtypes.int64, "indexing": _dtypes.int64}

    def dtypes(self, *, kind=None, _device=None):
        """Return {name: dtype}, of a kind if one is given."""
        every = {n: _dtypes.BY_NAME[n] for n in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                                                 "float32", "float64", "complex64", "complex128")}
        return {n: d for n, d in every.items() if kind is None or isdtype(d, kind)}
