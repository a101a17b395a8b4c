"""Sums, means, products, variances and truth over all or some dimensions.

`dim` is an int, a tuple, or None for all dimensions; an empty tuple means all as well. `keepdim` keeps
the reduced dimensions with size 1. Half precision is accumulated in float32.
"""
from .. import dtypes
from ..core.op import T, composite, op
from ..core.tensor import OPS
from ._dims import wrap_dim
from ._rules import axes, cj, kept_shape, nothing, numpy_names, some, wide
from .pointwise import exp
from .pointwise_binary import div, mul, sub
from .pointwise_logic import choose, isnan, logical_not

_builtin_max = max


def _count(shape, dim):
    """Return how many elements each result of a reduction over `dim` takes in."""
    axis = axes(dim, len(shape))
    if axis is None:
        axis = range(len(shape))
    elif type(axis) is int:
        return shape[axis]
    n = 1
    for k in axis:
        n *= shape[k]
    return n


@op(ns=())
def spread(B, grad: T, shape, dim, keepdim):
    """Return a reduction's result repeated over the dimensions it was reduced from."""
    axis = axes(dim, len(shape))
    if not keepdim and axis is not None and len(shape) > 1:
        grad = B.reshape(B.asarray(grad), kept_shape(shape, axis))
    return B.broadcast_to(grad, shape)


spread.vjp(grad=lambda g, dim, keepdim: sum(g, dim, keepdim))


# ------------------------------------------------------------------ sum, mean

def _total(B, x, axis, keepdim):
    """Return the sum of an array: of integers in int64, of half precision by way of float32."""
    kind = B.kind(x)
    if kind == "f" or kind == "c":
        if x.dtype.itemsize == 2:
            return B.cast(B.sum(wide(B, x), axis=axis, keepdims=keepdim), x.dtype)
        return B.sum(x, axis=axis, keepdims=keepdim)
    return B.sum(x, axis=axis, keepdims=keepdim, dtype=B.int64)


@op(grad_name=lambda args: "SumBackward0" if args[1] is None and not args[2] else "SumBackward1")
def sum(B, input: T, dim=None, keepdim=False, *, dtype=None):
    """Return the sum; of integers and booleans as int64.

    Args:
        dtype: the dtype to cast the input to first.

    Example:
        >>> torch.sum(torch.tensor([[1., 2.], [3., 4.]]), dim=0)
        tensor([4., 6.])
    """
    if dtype is not None:
        input = B.cast(input, B.dt(dtype))
        if B.kind(input) in "biu":
            return B.sum(input, axis=axes(dim, input.ndim), keepdims=keepdim, dtype=input.dtype)
    return _total(B, input, axes(dim, input.ndim), keepdim)


sum.vjp(input=lambda g, input_shape, dim, keepdim: spread(g, input_shape, dim, keepdim))


@op(grad_name=lambda args: "MeanBackward0" if args[1] is None and not args[2] else "MeanBackward1")
def mean(B, input: T, dim=None, keepdim=False, *, dtype=None):
    """Return the mean; nan of no elements. Integers need a floating `dtype`.

    Example:
        >>> torch.mean(torch.tensor([1., 2., 6.]))
        tensor(3.)
    """
    if dtype is not None:
        input = B.cast(input, B.dt(dtype))
    if B.kind(input) in "biu":
        what = "could not infer output dtype. Input dtype must be either a floating point or complex dtype." \
            if dtype is None else "could not infer output dtype. Optional dtype must be either a floating point or complex dtype."
        raise RuntimeError(f"mean(): {what} Got: {B.torch_dtype(input).short}")
    total = B.sum(wide(B, input), axis=axes(dim, input.ndim), keepdims=keepdim)
    return B.cast(total / _count(input.shape, dim), input.dtype)


mean.vjp(input=lambda g, input_shape, dim, keepdim: spread(g / _count(input_shape, dim), input_shape, dim, keepdim))


@op
def nansum(B, input: T, dim=None, keepdim=False, *, dtype=None):
    """Return the sum with nan counted as 0."""
    if dtype is not None:
        input = B.cast(input, B.dt(dtype))
    kind = B.kind(input)
    if kind == "c":
        raise RuntimeError("nansum on CPU does not support complex inputs")
    if kind == "f":
        input = B.where(B.isnan(input), 0, input)
    return _total(B, input, axes(dim, input.ndim), keepdim)


nansum.vjp(input=lambda g, input, input_shape, dim, keepdim:
           spread(g, input_shape, dim, keepdim) * logical_not(isnan(input)))


@composite
@numpy_names
def nanmean(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """Return the mean of the elements that are not nan; nan where there are none."""
    if input.dtype.category < dtypes.FLOATING:
        raise RuntimeError("nanmean(): expected input to have floating point or complex dtype but got "
                           + input.dtype.short)
    total = nansum(input, dim, keepdim, dtype=dtype) if not input.dtype.is_complex else sum(
        choose(isnan(input), 0, input), dim, keepdim, dtype=dtype)
    count = sum(logical_not(isnan(input)), dim, keepdim)
    return div(total, count) if out is None else div(total, count, out=out)


# ------------------------------------------------------------------ product

@op(grad_name=lambda args: "ProdBackward0" if args[1] is None else "ProdBackward1")
def prod(B, input: T, dim=None, keepdim=False, *, dtype=None):
    """Return the product, over all elements or along one dimension; of integers as int64."""
    if dim is not None and not isinstance(dim, int):
        raise TypeError(f"prod() received an invalid combination of arguments - got (Tensor, {type(dim).__name__}), but "
                        "expected one of:")
    if dtype is not None:
        input = B.cast(input, B.dt(dtype))
    kind = B.kind(input)
    options = dict(axis=axes(dim, input.ndim), keepdims=keepdim)
    if kind in "biu":
        return B.prod(input, dtype=B.int64 if dtype is None else input.dtype, **options)
    return B.cast(B.prod(wide(B, input), **options), input.dtype)


def _prod_rule(g, input, out, input_shape, dim, keepdim):
    g = spread(g, input_shape, dim, keepdim)
    if some(input == 0):
        return g * cj(product_of_others(input, dim))
    return mul(g, cj(div(spread(out, input_shape, dim, keepdim), input)))


prod.vjp(input=_prod_rule)


@op(ns=())
def product_of_others(B, input: T, dim):
    """Return for each element the product of all others (along `dim`, or of the whole tensor)."""
    if not input.ndim:
        return B.ones(input.shape, dtype=input.dtype)
    x, axis = (B.reshape(input, (-1,)), 0) if dim is None else (input, wrap_dim(dim, input.ndim))
    lead = (slice(None),) * axis
    one = B.ones(kept_shape(x.shape, axis), dtype=x.dtype)
    before = B.concat([one, x[lead + (slice(None, -1),)]], axis=axis)
    after = B.flip(B.concat([x[lead + (slice(1, None),)], one], axis=axis), axis=axis)
    found = B.cumulative_prod(before, axis=axis) * B.flip(B.cumulative_prod(after, axis=axis), axis=axis)
    return B.reshape(found, input.shape)


def _others_rule(g, input, dim, input_shape):
    """d(product of others of i) / d(x_j) = the product of all but i and j: rows of a matrix without its diagonal."""
    if not input_shape:
        return nothing(g)
    n = _count(input_shape, dim)
    if dim is None:
        rows, weights = OPS.reshape(input, (1, n)), OPS.reshape(g, (n, 1))
    else:
        rows = OPS.unsqueeze(OPS.movedim(input, dim, -1), -2)
        weights = OPS.unsqueeze(OPS.movedim(g, dim, -1), -1)
    same = diagonal_mask(input, n)
    others = product_of_others(choose(same, 1, rows), -1)
    found = sum(choose(same, 0, weights * cj(others)), -2)
    return OPS.reshape(found, input_shape) if dim is None else OPS.movedim(found, -1, dim)


@op(ns=(), differentiable=False)
def diagonal_mask(B, input: T, n):
    """Return the n by n boolean matrix that is true on the diagonal."""
    return B.eye(n, dtype=B.bool)


product_of_others.vjp(input=_others_rule)


# ------------------------------------------------------------------ variance

def _variance(B, input, dim, correction, keepdim, name):
    """Return (variance, mean with kept dimensions) in the dtype the computation is done in."""
    if B.kind(input) in "biu":
        raise RuntimeError(f"{name} only support floating point and complex dtypes")
    x, axis = wide(B, input), axes(dim, input.ndim)
    n = _count(x.shape, dim)
    middle = B.sum(x, axis=axis, keepdims=True) / n
    d = x - middle
    d = B.real(d * B.conj(d)) if B.kind(d) == "c" else d * d
    return B.sum(d, axis=axis, keepdims=keepdim) / _builtin_max(n - correction, 0), middle


def _real_type(B, x):
    """Return the array dtype of a real result computed from `x`."""
    return B.dt(B.torch_dtype(x).to_real())


@op(name="var", ns=(), method=False)
def _var(B, input: T, dim, correction, keepdim):
    found, _ = _variance(B, input, dim, correction, keepdim, "std and var")
    return B.cast(found, _real_type(B, input))


@op(name="std", ns=(), method=False)
def _std(B, input: T, dim, correction, keepdim):
    found, _ = _variance(B, input, dim, correction, keepdim, "std and var")
    return B.cast(B.sqrt(found), _real_type(B, input))


def _var_rule(g, input, input_shape, dim, correction, keepdim):
    n = _builtin_max(_count(input_shape, dim) - correction, 0)
    scale = spread(g * (2 / n if n else float("nan")), input_shape, dim, keepdim)
    return mul(sub(input, mean(input, dim, True)), scale)


def _std_rule(g, input, out, input_shape, dim, correction, keepdim):
    g = choose(out == 0, 0, g / (out * 2))
    return _var_rule(g, input, input_shape, dim, correction, keepdim)


_var.vjp(input=_var_rule)
_std.vjp(input=_std_rule)


def _both(B, input, dim, correction, keepdim, name, root):
    found, middle = _variance(B, input, dim, correction, keepdim, name)
    if not keepdim:
        middle = B.reshape(B.asarray(middle), found.shape)
    return B.cast(B.sqrt(found) if root else found, _real_type(B, input)), B.cast(middle, input.dtype)


@op(name="var_mean", ns=(), method=False, outputs=("var", "mean"))
def _var_mean(B, input: T, dim, correction, keepdim):
    return _both(B, input, dim, correction, keepdim, "var_mean", False)


@op(name="std_mean", ns=(), method=False, outputs=("std", "mean"))
def _std_mean(B, input: T, dim, correction, keepdim):
    return _both(B, input, dim, correction, keepdim, "std_mean", True)


def _with_mean(found, g_mean, shape, dim, keepdim):
    """Add the gradient of the mean to that of the variance; either may be missing."""
    if g_mean is None:
        return found
    part = spread(g_mean / _count(shape, dim), shape, dim, keepdim)
    return part if found is None else found + part


def _var_mean_rule(g, input, input_shape, dim, correction, keepdim):
    found = None if g[0] is None else _var_rule(g[0], input, input_shape, dim, correction, keepdim)
    return _with_mean(found, g[1], input_shape, dim, keepdim)


def _std_mean_rule(g, input, std, input_shape, dim, correction, keepdim):
    found = None if g[0] is None else _std_rule(g[0], input, std, input_shape, dim, correction, keepdim)
    return _with_mean(found, g[1], input_shape, dim, keepdim)


_var_mean.vjp(input=_var_mean_rule)
_std_mean.vjp(input=_std_mean_rule)


def _spread_options(dim, unbiased, correction):
    """Return (dim, correction) from torch's three ways to call var and std."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    return dim, correction


@composite
@numpy_names
def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None, out=None):
    """Return the variance: the sum of squared distances from the mean over max(0, n - correction).

    Args:
        unbiased: True is correction 1 (the default), False is correction 0.
        correction: subtracted from the number of elements.

    Example:
        >>> torch.var(torch.tensor([1., 2., 3., 4.]))
        tensor(1.6667)
    """
    dim, correction = _spread_options(dim, unbiased, correction)
    return _var(input, dim, correction, keepdim) if out is None else _var(input, dim, correction, keepdim, out=out)


@composite
@numpy_names
def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None, out=None):
    """Return the standard deviation, the square root of `var`. The gradient is 0 where it is 0."""
    dim, correction = _spread_options(dim, unbiased, correction)
    return _std(input, dim, correction, keepdim) if out is None else _std(input, dim, correction, keepdim, out=out)


@composite(method=False)
@numpy_names
def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Return (variance, mean); see `var`."""
    dim, correction = _spread_options(dim, unbiased, correction)
    return _var_mean(input, dim, correction, keepdim)


@composite(method=False)
@numpy_names
def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Return (standard deviation, mean); see `var`."""
    dim, correction = _spread_options(dim, unbiased, correction)
    return _std_mean(input, dim, correction, keepdim)


# ------------------------------------------------------------------ truth

def _truth(B, function, x, dim, keepdim):
    found = function(x if B.kind(x) == "b" else x != 0, axis=_truth_axes(dim, x.ndim), keepdims=keepdim)
    return B.cast(B.asarray(found), x.dtype) if B.torch_dtype(x) is dtypes.uint8 else found


def _truth_axes(dim, ndim):
    """`axes`, but for an empty tuple, which here reduces nothing."""
    return () if isinstance(dim, (tuple, list)) and not dim else axes(dim, ndim)


@op(differentiable=False)
def all(B, input: T, dim=None, keepdim=False):
    """Return whether all elements are nonzero (nan is); true of none. uint8 in, uint8 out."""
    return _truth(B, B.all, input, dim, keepdim)


@op(differentiable=False)
def any(B, input: T, dim=None, keepdim=False):
    """Return whether some element is nonzero (nan is); false of none. uint8 in, uint8 out."""
    return _truth(B, B.any, input, dim, keepdim)


@op(differentiable=False)
def count_nonzero(B, input: T, dim=None):
    """Return the number of nonzero elements as int64."""
    return B.sum(input if B.kind(input) == "b" else input != 0, axis=axes(dim, input.ndim), dtype=B.int64)


# ------------------------------------------------------------------ log-sum-exp

@op(name="logsumexp", promote="float", ns=("torch", "special"))
def logsumexp(B, input: T, dim, keepdim=False):
    """Return log(sum(exp(input), dim)) without overflow; -inf of no elements.

    Example:
        >>> torch.logsumexp(torch.tensor([1000., 1000.]), 0)
        tensor(1000.6931)
    """
    if dim is None:
        raise TypeError("logsumexp(): argument 'dim' (position 1) must be tuple of ints, not NoneType")
    x, axis = wide(B, input), axes(dim, input.ndim)
    if not x.size:
        return B.log(B.sum(x, axis=axis, keepdims=keepdim))
    top = B.max(B.real(x) if B.kind(x) == "c" else x, axis=axis, keepdims=True)
    top = B.where(B.isfinite(top), top, 0)
    total = B.sum(B.exp(x - top), axis=axis, keepdims=keepdim)
    return B.cast(B.log(total) + (top if keepdim else B.reshape(B.asarray(top), total.shape)), input.dtype)


logsumexp.vjp(input=lambda g, input, out, input_shape, dim, keepdim: mul(
    spread(g, input_shape, dim, keepdim), cj(exp(sub(input, spread(out, input_shape, dim, keepdim))))))
