"""Reductions and normalisations that leave elements out: `torch.masked`.

A mask is True where an element counts; it is broadcast to the input. What is left out is replaced by the value
that changes nothing, and the ordinary op does the rest.
"""
from math import inf, nan

from .. import dtypes
from ..core.op import publish
from ..core.tensor import OPS
from ._rules import numpy_names
from .pointwise_logic import where
from .reduce_norm import vector_norm

def _published(function):
    """Publish under `torch.masked` alone: the operators of tensors call the ordinary ops of these names."""
    made = numpy_names(function)
    publish("masked", function.__name__, made)
    return made


def _full_mask(input, mask):
    """Return the mask in the shape of the input, or None."""
    if mask is None:
        return None
    if mask.ndim > input.ndim:
        raise IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)")
    if mask.shape != input.shape:
        mask = mask.broadcast_to(input.shape)
    return mask if mask.dtype is dtypes.bool else mask.bool()


def input_mask(input, *args, mask=None, **kwargs):
    """Return the mask of a call's input, in its shape: all True without one."""
    found = _full_mask(input, mask)
    return input.new_ones(input.shape, dtype=dtypes.bool) if found is None else found


def output_mask(op, input, *args, mask=None, **kwargs):
    """Return which elements of the result of op(input, *args, mask=mask, **kwargs) have an element that counts."""
    name = op.__name__
    found = input_mask(input, mask=mask)
    if name not in _REDUCTIONS:
        return found
    args = args[1:] if name == "norm" else args             # after the order of the norm
    dim = args[0] if args else kwargs.get("dim", -1 if name == "median" else None)
    return OPS.any(found, _dims(dim, input.ndim), bool(kwargs.get("keepdim", False)))


_REDUCTIONS = ("sum", "prod", "amax", "amin", "argmax", "argmin", "mean", "median", "norm", "var", "std", "logsumexp")


def _filled(input, mask, value):
    """Return the input with `value` where the mask is False."""
    mask = _full_mask(input, mask)
    return input if mask is None else where(mask, input, input.new_full((), value))


def _cast(input, dtype, sums=False):
    """Return the input in the dtype asked for; sums of small integers are taken in int64."""
    if dtype is None:
        dtype = dtypes.int64 if sums and input.dtype.category < dtypes.FLOATING else input.dtype
    return input if input.dtype is dtype else input.to(dtype)


def _lowest(dtype):
    return -inf if dtype.is_floating_point else False if dtype is dtypes.bool else dtypes.iinfo(dtype).min


def _highest(dtype):
    return inf if dtype.is_floating_point else True if dtype is dtypes.bool else dtypes.iinfo(dtype).max


def _dims(dim, ndim):
    """Return the dimensions of a reduction: None and () mean all."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    return tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)


def _count(input, mask, dim, keepdim):
    """Return how many elements count, in each result's place."""
    mask = _full_mask(input, mask)
    one = input.new_ones(input.shape, dtype=dtypes.int64) if mask is None else mask.to(dtypes.int64)
    return OPS.sum(one, _dims(dim, input.ndim), keepdim)


# ------------------------------------------------------------------ reductions

@_published
def sum(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the sum of the elements that count; 0 where none does."""
    x = _filled(_cast(input, dtype, sums=True), mask, 0)
    return OPS.sum(x, _dims(dim, x.ndim), bool(keepdim))


@_published
def prod(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the product of the elements that count; 1 where none does."""
    x = _filled(_cast(input, dtype, sums=True), mask, 1)
    dims = _dims(dim, x.ndim)
    for d in sorted([d % (x.ndim or 1) for d in dims], reverse=True):
        x = OPS.prod(x, d, bool(keepdim))
    return x


@_published
def cumsum(input, dim, *, dtype=None, mask=None):
    """Return the running sums of the elements that count, in the input's dtype."""
    x = _cast(input, dtype)
    return OPS.cumsum(_filled(x, mask, 0), dim, dtype=x.dtype)


@_published
def cumprod(input, dim, *, dtype=None, mask=None):
    """Return the running products of the elements that count, in the input's dtype."""
    x = _cast(input, dtype)
    return OPS.cumprod(_filled(x, mask, 1), dim, dtype=x.dtype)


@_published
def amax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the largest element that counts; the smallest number of the dtype where none does."""
    x = _cast(input, dtype)
    return OPS.amax(_filled(x, mask, _lowest(x.dtype)), _dims(dim, x.ndim), bool(keepdim))


@_published
def amin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the smallest element that counts; the largest number of the dtype where none does."""
    x = _cast(input, dtype)
    return OPS.amin(_filled(x, mask, _highest(x.dtype)), _dims(dim, x.ndim), bool(keepdim))


@_published
def argmax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the index of the largest element that counts, in the input's dtype."""
    x = _cast(input, dtype)
    return OPS.argmax(_filled(x, mask, _lowest(x.dtype)), dim, bool(keepdim)).to(x.dtype)


@_published
def argmin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the index of the smallest element that counts, in the input's dtype."""
    x = _cast(input, dtype)
    return OPS.argmin(_filled(x, mask, _highest(x.dtype)), dim, bool(keepdim)).to(x.dtype)


@_published
def mean(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the mean of the elements that count; nan where none does."""
    x = _cast(input, dtype)
    if x.dtype.category < dtypes.FLOATING:
        raise ValueError("mean(): Could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
                         f"Got: {x.dtype}")
    return sum(x, dim, keepdim=keepdim, mask=mask) / _count(x, mask, dim, bool(keepdim))


@_published
def median(input, dim=-1, *, keepdim=False, dtype=None, mask=None):
    """Return the median of the elements that count, the lower of two; nan where none does."""
    x = _cast(input, dtype)
    if not x.dtype.is_floating_point:
        if not bool(OPS.all(OPS.any(input_mask(x, mask=mask), dim))):
            raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
        wide = median(x, dim, keepdim=keepdim, dtype=dtypes.float64, mask=mask)
        return wide.to(x.dtype)
    return OPS.nanmedian(_filled(x, mask, nan), dim, bool(keepdim))[0]


@_published
def norm(input, ord=2.0, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return the vector norm of the elements that count."""
    x = _filled(_cast(input, dtype), mask, inf if ord < 0 else 0)
    return vector_norm(x, ord, _dims(dim, x.ndim), bool(keepdim))


def _spread(input, dim, unbiased, correction, keepdim, dtype, mask, root=False):
    if unbiased is not None and correction is not None:
        raise ValueError("Only one of unbiased and correction may be given")
    correction = float(correction if correction is not None else 1 if unbiased is None else unbiased)
    x = _cast(input, dtype)
    if x.dtype.category < dtypes.FLOATING:
        x = x.to(dtypes.float32)
    wide = x.to(dtypes.float32) if x.dtype.itemsize < 4 else x
    centre = sum(wide, dim, keepdim=True, mask=mask) / _count(x, mask, dim, True)
    apart = _filled(wide - centre, mask, 0)
    squares = OPS.real(apart * OPS.conj(apart)) if x.dtype.is_complex else apart * apart
    total = OPS.sum(squares, _dims(dim, x.ndim), bool(keepdim))
    found = total / OPS.clamp(_count(x, mask, dim, bool(keepdim)) - correction, min=0)
    return (OPS.sqrt(found) if root else found).to(x.dtype)


@_published
def var(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """Return the variance of the elements that count, divided by their number less `correction` (default 1)."""
    return _spread(input, dim, unbiased, correction, keepdim, dtype, mask)


@_published
def std(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """Return the standard deviation of the elements that count."""
    return _spread(input, dim, unbiased, correction, keepdim, dtype, mask, root=True)


@_published
def logsumexp(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """Return log(sum(exp(x))) over the elements that count; -inf where none does."""
    x = _cast(input, dtype)
    lowest = -inf if x.dtype.is_complex else _lowest(x.dtype)
    return OPS.logsumexp(_filled(x, mask, lowest), _dims(dim, x.ndim), bool(keepdim)).to(x.dtype)


# ------------------------------------------------------------------ element by element

@_published
def logaddexp(input, other, *, dtype=None, input_mask=None, other_mask=None):
    """Return log(exp(input) + exp(other)); what a mask leaves out adds nothing."""
    return OPS.logaddexp(_filled(_cast(input, dtype), input_mask, -inf), _filled(_cast(other, dtype), other_mask, -inf))


def _exponential(function, x, mask, fill, dim):
    """Return function(x, dim) with `fill` for what the mask leaves out; integers are refused by the function itself."""
    return function(_filled(x, mask, fill) if x.dtype.category >= dtypes.FLOATING else x, dim)


@_published
def softmax(input, dim, *, dtype=None, mask=None):
    """Return the softmax over the elements that count, 0 for the others; nan where none does."""
    return _exponential(OPS.softmax, _cast(input, dtype), mask, -inf, dim)


@_published
def log_softmax(input, dim, *, dtype=None, mask=None):
    """Return the logarithm of the softmax over the elements that count."""
    return _exponential(OPS.log_softmax, _cast(input, dtype), mask, -inf, dim)


@_published
def softmin(input, dim, *, dtype=None, mask=None):
    """Return the softmax of the negated elements that count."""
    return _exponential(lambda x, dim: OPS.softmax(-x, dim), _cast(input, dtype), mask, inf, dim)


@_published
def normalize(input, ord, dim, *, eps=1e-12, dtype=None, mask=None):
    """Return the elements that count, divided by their norm (at least `eps`) along a dimension; 0 for the others."""
    x = _cast(input, dtype)
    return _filled(x, mask, 0) / OPS.clamp(norm(x, ord, dim, keepdim=True, mask=mask), min=eps)
