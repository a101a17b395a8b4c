"""Reductions by order: max, min, their positions, median, mode, quantiles.

nan counts as larger and as smaller than everything, so that it is found. Of equal elements the first is
taken; reductions to a value alone share the gradient among the equal ones.
"""
from .. import dtypes
from ..core.op import T, composite, named_result, op
from ..core.tensor import OPS, TensorBase
from ..errors import invalid_combination, must_be_tensor
from ._dims import wrap_dim
from ._rules import axes, kept_shape, not_for, numpy_names, packed, some, wide
from .pointwise_binary import lerp, maximum, minimum, mul
from .pointwise_logic import choose, isnan
from .reduce import spread, sum

_builtin_max = max


# ------------------------------------------------------------------ checks and rules

def _check_not_empty(x, name, dim, error=IndexError):
    """Raise for a reduction that has no identity over no elements."""
    if dim is None:
        if not x.size:
            raise RuntimeError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
                               "Specify the reduction dim with the 'dim' argument.")
        return
    for k in (dim,) if isinstance(dim, int) else dim:
        if x.ndim and not x.shape[k]:
            raise IndexError(f"{name}(): Expected reduction dim {wrap_dim(k, x.ndim)} to have non-zero size.")


@op(ns=(), differentiable=False)
def chosen(B, indices: T, shape, dim, keepdim):
    """Return the boolean mask, of the given shape, of the elements that `indices` picks along `dim`."""
    if not shape:
        return B.ones(shape, dtype=B.bool)
    dim = wrap_dim(dim, len(shape))
    if not keepdim:
        indices = B.reshape(B.asarray(indices), kept_shape(shape, dim))
    places = (1,) * dim + (shape[dim],) + (1,) * (len(shape) - dim - 1)
    return B.reshape(B.arange(shape[dim], dtype=B.int64), places) == indices


def _picked_rule(g, indices, input_shape, dim, keepdim):
    """The gradient of values taken at `indices` along `dim`."""
    return choose(chosen(indices, input_shape, dim, keepdim), spread(g, input_shape, dim, keepdim), 0)


def _even_rule(g, input, out):
    """The gradient of the one value of a whole tensor, shared evenly by the elements equal to it."""
    same = input == out
    if some(isnan(out)):
        same = same | isnan(input)
    return choose(same, g / sum(same), 0)


def _shared_rule(g, input, out, input_shape, dim, keepdim):
    """The gradient of values along `dim`, shared evenly by the elements equal to them; nan for nan."""
    same = input == spread(out, input_shape, dim, keepdim)
    kept = kept_shape(input_shape, axes(dim, len(input_shape)))
    return mul(same, spread(g, kept, dim, keepdim) / sum(same, dim, True))


# ------------------------------------------------------------------ max and min

def _extreme_all(name, function, grad_name):
    @op(ns=(), method=False, name=f"{name}_all", grad_name=grad_name)
    def body(B, input: T):
        not_for(B, input, "c", f"{name}_all")
        _check_not_empty(input, name, None)
        return function(B)(input)
    body.vjp(input=_even_rule)
    return body


def _extreme_dim(name, function, position, grad_name):
    @op(ns=(), method=False, name=f"{name}_dim", grad_name=grad_name, outputs=("values", "indices"))
    def body(B, input: T, dim, keepdim=False):
        not_for(B, input, "c", f"{name}_kernel_impl")
        dim = wrap_dim(dim, input.ndim)
        if not input.ndim:
            return B.copy(input), B.zeros((), dtype=B.int64)
        _check_not_empty(input, name, dim)
        return function(B)(input, axis=dim, keepdims=keepdim), position(B)(input, axis=dim, keepdims=keepdim)
    body.result_type = named_result(name, ("values", "indices"))
    body.vjp(input=_picked_rule)
    return body


max_all = _extreme_all("max", lambda B: B.max, "MaxBackward1")
min_all = _extreme_all("min", lambda B: B.min, "MinBackward1")
max_dim = _extreme_dim("max", lambda B: B.max, lambda B: B.argmax, "MaxBackward0")
min_dim = _extreme_dim("min", lambda B: B.min, lambda B: B.argmin, "MinBackward0")


def _overloads(name, everything, along, pair):
    """Return the function behind torch's three meanings of max and min."""

    def call(input, dim=None, keepdim=False, *, other=None, out=None):
        if isinstance(input, (int, float, complex, str, list, tuple)):
            raise TypeError(must_be_tensor(name, "input", 0, input) if dim is None and other is None else
                            invalid_combination(name, (input, other if dim is None else dim)))
        if isinstance(dim, TensorBase):
            dim, other = None, dim
        if other is not None:
            return pair(input, other) if out is None else pair(input, other, out=out)
        if dim is None:
            return everything(input) if out is None else everything(input, out=out)
        if not isinstance(dim, int) or isinstance(dim, bool):
            raise TypeError(f"{name}() received an invalid combination of arguments - got (Tensor, "
                            f"{type(dim).__name__}), but expected one of:\n * (Tensor input, *, Tensor out = None)\n"
                            " * (Tensor input, Tensor other, *, Tensor out = None)\n"
                            " * (Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)")
        return along(input, dim, keepdim) if out is None else along(input, dim, keepdim, out=out)

    call.__name__ = name
    return call


_max = _overloads("max", max_all, max_dim, maximum)
_min = _overloads("min", min_all, min_dim, minimum)


@composite
@numpy_names
def max(input, dim=None, keepdim=False, *, other=None, out=None):
    """Return the largest element, the largest along a dimension, or the larger of two.

    `max(x)` gives a 0-d tensor; `max(x, dim, keepdim)` the named tuple (values, indices), of equal
    elements the first; `max(x, other)` is `maximum`. nan is found as the largest.

    Example:
        >>> torch.max(torch.tensor([[1., 5.], [7., 3.]]), dim=1)
        torch.return_types.max(
        values=tensor([5., 7.]),
        indices=tensor([1, 0]))
    """
    return _max(input, dim, keepdim, other=other, out=out)


@composite
@numpy_names
def min(input, dim=None, keepdim=False, *, other=None, out=None):
    """Return the smallest element, the smallest along a dimension, or the smaller of two; see `max`."""
    return _min(input, dim, keepdim, other=other, out=out)


def _amax_body(B, function, name, input, dim, keepdim):
    not_for(B, input, "c", f"{name[1:]}_values_cpu")
    axis = axes(dim, input.ndim)
    _check_not_empty(input, name, axis)
    return function(input, axis=axis, keepdims=keepdim)


@op
def amax(B, input: T, dim=(), keepdim=False):
    """Return the largest elements over one or several dimensions; ties share the gradient."""
    return _amax_body(B, B.max, "amax", input, dim, keepdim)


@op
def amin(B, input: T, dim=(), keepdim=False):
    """Return the smallest elements over one or several dimensions; ties share the gradient."""
    return _amax_body(B, B.min, "amin", input, dim, keepdim)


amax.vjp(input=_shared_rule)
amin.vjp(input=_shared_rule)


@op(outputs=("min", "max"), named=True)
def aminmax(B, input: T, *, dim=None, keepdim=False):
    """Return the named tuple (min, max) over one dimension or all."""
    not_for(B, input, "c", "aminmax_cpu")
    if dim is None and not input.size:
        raise RuntimeError("aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.")
    axis = axes(dim, input.ndim)
    if axis is not None and not input.shape[axis]:
        raise IndexError(f"aminmax: Expected reduction dim {axis} to have non-zero size.")
    return B.min(input, axis=axis, keepdims=keepdim), B.max(input, axis=axis, keepdims=keepdim)


def _aminmax_rule(g, input, min, max, input_shape, dim, keepdim):
    parts = [_shared_rule(part, input, out, input_shape, dim, keepdim)
             for part, out in ((g[0], min), (g[1], max)) if part is not None]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


aminmax.vjp(input=_aminmax_rule)


def _position(B, function, name, input, dim, keepdim):
    kind = B.kind(input)
    if kind in "bc":
        raise RuntimeError(f"{name}(): does not support {'bool' if kind == 'b' else 'complex'} input")
    if dim is not None and not isinstance(dim, int):
        raise TypeError(f"{name}(): argument 'dim' (position 2) must be int, not {type(dim).__name__}")
    if dim is None and not input.size:
        raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
    axis = axes(dim, input.ndim)
    if axis is not None:
        _check_not_empty(input, name, axis)
    return function(input, axis=axis, keepdims=keepdim)


@op(differentiable=False)
def argmax(B, input: T, dim=None, keepdim=False):
    """Return the position of the (first) largest element, in the flattened tensor when `dim` is None.

    Example:
        >>> torch.argmax(torch.tensor([[1., 5.], [7., 3.]]), dim=1)
        tensor([1, 0])
    """
    return _position(B, B.argmax, "argmax", input, dim, keepdim)


@op(differentiable=False)
def argmin(B, input: T, dim=None, keepdim=False):
    """Return the position of the (first) smallest element, in the flattened tensor when `dim` is None."""
    return _position(B, B.argmin, "argmin", input, dim, keepdim)


# ------------------------------------------------------------------ median, mode

def _lane_last(B, x, dim):
    return B.moveaxis(x, dim, -1) if x.ndim > 1 else x


def _median_positions(B, x, skip_nan):
    """Return the positions of the lower medians along the last dimension."""
    x = wide(B, x)                      # bfloat16 puts nan anywhere
    order = B.argsort(x, axis=-1, stable=True)
    n = x.shape[-1]
    if B.kind(x) != "f":
        return order[..., (n - 1) // 2]
    missing = B.isnan(x)
    count = n - B.sum(missing, axis=-1, dtype=B.int64)
    middle = B.where(count > 0, (count - 1) // 2, 0)
    found = B.take_along_axis(order, B.asarray(middle)[..., None], axis=-1)[..., 0]
    return found if skip_nan else B.where(count < n, B.argmax(missing, axis=-1), found)


def _median_dim(B, input, dim, keepdim, name, skip_nan):
    not_for(B, input, "bc", "median_cpu")
    dim = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return B.copy(input), B.zeros((), dtype=B.int64)
    _check_not_empty(input, name, dim)
    x = _lane_last(B, input, dim)
    at = B.asarray(_median_positions(B, x, skip_nan))[..., None]
    values = B.take_along_axis(x, at, axis=-1)
    if keepdim:
        return packed(B, B.moveaxis(values, -1, dim)), packed(B, B.moveaxis(at, -1, dim))
    return values[..., 0], at[..., 0]


def _median_all(B, input, skip_nan):
    not_for(B, input, "bc", "median_cpu")
    if not input.size:
        return B.asarray(float("nan") if B.kind(input) == "f" else dtypes.iinfo(B.torch_dtype(input)).min, dtype=input.dtype)
    x = B.reshape(input, (-1,))
    return x[int(_median_positions(B, x, skip_nan))]


def _median_ops(name, skip_nan):
    title = name.capitalize()

    @op(ns=(), method=False, name=f"{name}_all", grad_name=f"{title}Backward0")
    def everything(B, input: T):
        return _median_all(B, input, skip_nan)

    @op(ns=(), method=False, name=f"{name}_dim", grad_name=f"{title}Backward1", outputs=("values", "indices"))
    def along(B, input: T, dim, keepdim=False):
        return _median_dim(B, input, dim, keepdim, "median", skip_nan)

    everything.vjp(input=_even_rule)
    along.result_type = named_result(name, ("values", "indices"))
    along.vjp(input=_picked_rule)
    return everything, along


_median = _median_ops("median", False)
_nanmedian = _median_ops("nanmedian", True)


@composite
@numpy_names
def median(input, dim=None, keepdim=False, *, out=None):
    """Return the median, the lower one of two; nan if there is one.

    `median(x)` gives a 0-d tensor, `median(x, dim, keepdim)` the named tuple (values, indices).
    """
    args = (input,) if dim is None else (input, dim, keepdim)
    return _median[dim is not None](*args) if out is None else _median[dim is not None](*args, out=out)


@composite
@numpy_names
def nanmedian(input, dim=None, keepdim=False, *, out=None):
    """Return the median of the elements that are not nan; see `median`."""
    args = (input,) if dim is None else (input, dim, keepdim)
    return _nanmedian[dim is not None](*args) if out is None else _nanmedian[dim is not None](*args, out=out)


@op(outputs=("values", "indices"), named=True)
def mode(B, input: T, dim=-1, keepdim=False):
    """Return the named tuple (values, indices) of the most frequent elements along a dimension.

    Of several the smallest is taken, and the last of its positions.
    """
    not_for(B, input, "c", "mode_cpu")
    dim = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return B.copy(input), B.zeros((), dtype=B.int64)
    if not input.shape[dim] and not input.size:
        _check_not_empty(input, "mode", dim)
    x = _lane_last(B, input, dim)
    key = B.where(B.isnan(x), float("-inf"), x) if B.kind(x) == "f" else x         # nan comes first
    order = B.argsort(key, axis=-1, stable=True)
    ordered = B.take_along_axis(x, order, axis=-1)
    n = x.shape[-1]
    places = B.broadcast_to(B.arange(n, dtype=B.int64), x.shape)
    starts = B.concat([B.ones(x.shape[:-1] + (1,), dtype=B.bool), ordered[..., 1:] != ordered[..., :-1]], axis=-1)
    run = places - B.cumulative_max(B.where(starts, places, 0), axis=-1)
    end = B.asarray(B.argmax(run, axis=-1))[..., None]
    values = B.take_along_axis(ordered, end, axis=-1)
    at = B.take_along_axis(order, end, axis=-1)
    if keepdim:
        return packed(B, B.moveaxis(values, -1, dim)), packed(B, B.moveaxis(at, -1, dim))
    return values[..., 0], at[..., 0]


mode.vjp(input=_picked_rule)


# ------------------------------------------------------------------ quantiles

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _quantile_check(name, input, q, interpolation):
    """Return q as a tensor of input's dtype after torch's checks."""
    if not input.numel():
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
    if isinstance(q, TensorBase):
        if q.ndim > 1:
            raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
        if q.dtype is not input.dtype:
            raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
        if q.numel() and some(~((q >= 0) & (q <= 1))):
            raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    else:
        if not isinstance(q, (int, float)):
            raise TypeError(f"{name}() received an invalid combination of arguments - got ({type(q).__name__}), but "
                            "expected one of:")
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q:g}")
        q = OPS.full((), q, dtype=input.dtype, device=input.device)
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, "
                           f"but got {interpolation}")
    return q


def _quantile(name, input, q, dim, keepdim, interpolation, skip_nan):
    q = _quantile_check(name, input, q, interpolation)
    lanes = input.flatten() if dim is None else OPS.movedim(input, wrap_dim(dim, input.ndim), -1) if input.ndim else \
        input.flatten()
    ordered = lanes.sort(-1)[0]
    missing = isnan(lanes)
    n = lanes.shape[-1]
    last = (sum(missing.logical_not(), -1, True) - 1).clamp_min(0) if skip_nan else n - 1
    ranks = mul(q.reshape(-1), last)
    if not skip_nan:                                # nan is sorted last: a lane with one answers nan
        ranks = choose(missing.any(-1, True), n - 1, ranks)
    ranks = ranks.expand(*lanes.shape[:-1], q.numel()) if lanes.ndim > 1 else ranks.reshape(-1)
    if interpolation != "linear" and interpolation != "midpoint":
        ranks = {"lower": OPS.floor, "higher": OPS.ceil, "nearest": OPS.round}[interpolation](ranks)
    below = OPS.floor(ranks)
    values = ordered.gather(-1, below.long())
    if interpolation in ("linear", "midpoint"):
        weights = ranks - below if interpolation == "linear" else OPS.full_like(ranks, 0.5)
        values = lerp(values, ordered.gather(-1, OPS.ceil(ranks).long()), weights)
    if q.ndim:
        values = OPS.movedim(values, -1, 0)
    else:
        values = values.squeeze(-1)
    if keepdim:
        shape = (1,) * input.ndim if dim is None else kept_shape(input.shape, axes(dim, input.ndim)) if input.ndim else ()
        values = values.reshape(tuple(q.shape) + tuple(shape))
    elif not input.ndim and dim is not None:
        values = values.reshape(tuple(q.shape))
    return values


@composite
@numpy_names
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear", out=None):
    """Return the quantiles of the elements, over all or along a dimension; nan where there is a nan.

    Args:
        q: a number in [0, 1] or a 1-d tensor of them, which adds a first dimension to the result.
        interpolation: "linear", "lower", "higher", "midpoint" or "nearest", between two elements.

    Example:
        >>> torch.quantile(torch.tensor([1., 2., 3., 4.]), 0.25)
        tensor(1.7500)
    """
    found = _quantile("quantile", input, q, dim, keepdim, interpolation, False)
    return found if out is None else out.resize_(found.shape).copy_(found)


@composite
@numpy_names
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear", out=None):
    """Return the quantiles of the elements that are not nan; see `quantile`."""
    found = _quantile("quantile", input, q, dim, keepdim, interpolation, True)
    return found if out is None else out.resize_(found.shape).copy_(found)
