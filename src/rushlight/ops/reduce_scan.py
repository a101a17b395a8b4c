"""Running reductions along a dimension: cumulative sums, products, extremes, and differences."""
from .. import dtypes
from ..core.op import T, composite, op
from ..core.tensor import OPS
from ._dims import wrap_dim
from ._rules import cj, not_for, nothing, numpy_names, packed, some, wide
from .pointwise import exp, log
from .pointwise_binary import complex_logaddexp, sub
from .pointwise_logic import choose
from .reduce import product_of_others, sum


def _along(B, function, input, dim, dtype):
    """Apply a cumulative function; integers are accumulated in int64, half precision in float32."""
    if dtype is not None:
        input = B.cast(input, B.dt(dtype))
    if not isinstance(dim, int):
        raise TypeError(f"argument 'dim' must be int, not {type(dim).__name__}")
    dim = wrap_dim(dim, input.ndim)
    if B.kind(input) in "biu":
        x = B.cast(input, B.dt(dtypes.int64)) if dtype is None else input
    else:
        x = wide(B, input)
    found = packed(B, function(x, axis=dim)) if x.ndim else B.copy(x)
    return B.cast(found, input.dtype) if x.dtype.itemsize != input.dtype.itemsize and B.kind(x) == "f" else found


def _check_dim(name, dim):
    if not isinstance(dim, int):
        raise TypeError(f"{name}(): argument 'dim' (position 2) must be int, not {type(dim).__name__}")


@op(inplace=True)
def cumsum(B, input: T, dim, *, dtype=None):
    """Return the running sums along a dimension; of integers as int64.

    Example:
        >>> torch.cumsum(torch.tensor([1., 2., 3.]), 0)
        tensor([1., 3., 6.])
    """
    _check_dim("cumsum", dim)
    return _along(B, B.cumulative_sum, input, dim, dtype)


@op(ns=())
def reversed_cumsum(B, input: T, dim):
    """Return the sums of each element and those after it."""
    if not input.ndim:
        return B.copy(input)
    dim = wrap_dim(dim, input.ndim)
    return B.cast(B.flip(B.cumulative_sum(B.flip(wide(B, input), axis=dim), axis=dim), axis=dim), input.dtype)


cumsum.vjp(input=lambda g, dim: reversed_cumsum(g, dim))
reversed_cumsum.vjp(input=lambda g, dim: cumsum(g, dim))


@op(inplace=True)
def cumprod(B, input: T, dim, *, dtype=None):
    """Return the running products along a dimension; of integers as int64."""
    _check_dim("cumprod", dim)
    return _along(B, B.cumulative_prod, input, dim, dtype)


def _cumprod_rule(g, input, out, input_shape, dim):
    if not input_shape:
        return g
    if not some(input == 0):
        return reversed_cumsum(g * cj(out), dim) / cj(input)
    # Row k of a matrix holds the factors of out[k], and ones after them.
    n = input_shape[dim]
    used = lower_mask(input, n)
    rows = choose(used, OPS.unsqueeze(OPS.movedim(input, dim, -1), -2), 1)
    weights = OPS.unsqueeze(OPS.movedim(g, dim, -1), -1)
    found = sum(choose(used, weights * cj(product_of_others(rows, -1)), 0), -2)
    return OPS.movedim(found, -1, dim)


cumprod.vjp(input=_cumprod_rule)


@op(ns=(), differentiable=False)
def lower_mask(B, input: T, n):
    """Return the n by n boolean matrix that is true on and below the diagonal."""
    places = B.arange(n)
    return places[:, None] >= places[None, :]


@op
def logcumsumexp(B, input: T, dim):
    """Return log(cumsum(exp(input), dim)) without overflow."""
    not_for(B, input, "biu", "logcumsumexp_out_cpu")
    dim = wrap_dim(dim, input.ndim)
    if not input.ndim or not input.size:
        return B.copy(input)
    x = wide(B, input)
    lane = B.moveaxis(x, dim, -1)
    if B.kind(x) == "c":
        parts = [lane[..., 0]]
        for k in range(1, lane.shape[-1]):              # one by one, as the imaginary parts add up past pi
            parts.append(complex_logaddexp(B, parts[-1], lane[..., k]))
        found = B.stack(parts, axis=-1)
    else:
        found = B.logaddexp_accumulate(lane)
    return B.cast(packed(B, B.moveaxis(found, -1, dim)), input.dtype)


def _logcumsumexp_rule(g, input, out, dim):
    if getattr(input.dtype, "kind", "f") == "c":
        size = log(g) - cj(out)
        return exp(OPS.flip(logcumsumexp(OPS.flip(size, (dim,)), dim), (dim,)) + cj(input))
    minus_inf = float("-inf")
    parts = []
    for sign in (1, -1):
        size = log(choose(g * sign > 0, g * sign, 0)) - out
        size = choose(size == size, size, minus_inf)
        parts.append(exp(OPS.flip(logcumsumexp(OPS.flip(size, (dim,)), dim), (dim,)) + input))
    return parts[0] - parts[1]


logcumsumexp.vjp(input=_logcumsumexp_rule)


# ------------------------------------------------------------------ running extremes

def _running(B, input, dim, name, accumulate):
    not_for(B, input, "c", f"{name}_cpu")
    dim = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return B.copy(input), B.zeros((), dtype=B.int64)
    if not input.size:
        return B.copy(input), B.zeros(input.shape, dtype=B.int64)
    x = B.moveaxis(input, dim, -1)
    best = accumulate(x, axis=-1)
    places = B.broadcast_to(B.arange(x.shape[-1], dtype=B.int64), x.shape)
    reached = x == best                                 # of equal elements the last
    if B.kind(x) == "f":
        reached = reached | B.isnan(x)
    at = B.cumulative_max(B.where(reached, places, 0), axis=-1)
    return packed(B, B.moveaxis(best, -1, dim)), packed(B, B.moveaxis(at, -1, dim))


@op(outputs=("values", "indices"), named=True)
def cummax(B, input: T, dim):
    """Return the named tuple (values, indices) of the largest elements so far; of equal ones the last."""
    return _running(B, input, dim, "cummax", B.cumulative_max)


@op(outputs=("values", "indices"), named=True)
def cummin(B, input: T, dim):
    """Return the named tuple (values, indices) of the smallest elements so far; of equal ones the last."""
    return _running(B, input, dim, "cummin", B.cumulative_min)


def _running_rule(g, indices, input_shape, dim):
    return OPS.scatter_add(nothing(g), dim, indices, g) if input_shape else g


cummax.vjp(input=_running_rule)
cummin.vjp(input=_running_rule)


# ------------------------------------------------------------------ differences

@composite
@numpy_names
def diff(input, n=1, dim=-1, prepend=None, append=None, *, out=None):
    """Return the n-th differences of neighbours along a dimension (of booleans the exclusive or).

    Args:
        prepend, append: tensors to join to the input before, along `dim`.

    Example:
        >>> torch.diff(torch.tensor([1., 4., 9.]))
        tensor([3., 5.])
    """
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    parts = [p for p in (prepend, input, append) if p is not None]
    for p in parts:
        if p.ndim != input.ndim:
            raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    dim = wrap_dim(dim, input.ndim)
    x = OPS.cat(parts, dim) if n and len(parts) > 1 else input
    for _ in range(min(n, x.shape[dim])):
        size = x.shape[dim] - 1
        after, before = x.narrow(dim, 1, size), x.narrow(dim, 0, size)
        x = after.logical_xor(before) if x.dtype is dtypes.bool else sub(after, before)
    x = x.clone() if n == 0 else x
    return x if out is None else out.resize_(x.shape).copy_(x)
