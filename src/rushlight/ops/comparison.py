"""Elementwise comparisons, and whether whole tensors are equal or close."""
from .. import dtypes
from ..core.op import T, composite, op
from ..core.tensor import TensorBase
from ._rules import not_for

_NO_ORDER = "c"


def _ordered(B, kernel, input, other):
    """Refuse complex operands, which have no order."""
    x = input if hasattr(input, "dtype") else other
    not_for(B, x, _NO_ORDER, kernel)


@op(numbers="other", promote="common", inplace=True, differentiable=False)
def eq(B, input: T, other: T):
    """Return whether the elements are equal; nan equals nothing.

    Example:
        >>> torch.eq(torch.tensor([1, 2, 3]), 2)
        tensor([False,  True, False])
    """
    return B.equal(input, other)


@op(numbers="other", promote="common", inplace=True, differentiable=False, aliases=("not_equal",))
def ne(B, input: T, other: T):
    """Return whether the elements differ."""
    return B.not_equal(input, other)


@op(numbers="other", promote="common", inplace=True, differentiable=False, aliases=("less",))
def lt(B, input: T, other: T):
    """Return whether input < other."""
    _ordered(B, "lt_cpu", input, other)
    return B.less(input, other)


@op(numbers="other", promote="common", inplace=True, differentiable=False, aliases=("less_equal",))
def le(B, input: T, other: T):
    """Return whether input <= other."""
    _ordered(B, "le_cpu", input, other)
    return B.less_equal(input, other)


@op(numbers="other", promote="common", inplace=True, differentiable=False, aliases=("greater",))
def gt(B, input: T, other: T):
    """Return whether input > other."""
    _ordered(B, "gt_cpu", input, other)
    return B.greater(input, other)


@op(numbers="other", promote="common", inplace=True, differentiable=False, aliases=("greater_equal",))
def ge(B, input: T, other: T):
    """Return whether input >= other."""
    _ordered(B, "ge_cpu", input, other)
    return B.greater_equal(input, other)


# ------------------------------------------------------------------ closeness

@op(differentiable=False)
def isclose(B, input: T, other: T, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Return whether |input - other| <= atol + rtol * |other|.

    Equal infinities are close; nan is close to nan only with `equal_nan`.

    Raises: RuntimeError when the dtypes differ or a tolerance is negative.
    """
    if input.dtype != other.dtype:
        raise RuntimeError(f"{B.torch_dtype(input).short} did not match {B.torch_dtype(other).short}")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value:g}")
    close = input == other
    kind = B.kind(input)
    if kind in "fc" and equal_nan:
        close = close | (B.isnan(input) & B.isnan(other))
    if rtol == 0 and atol == 0:
        return close
    if kind not in "fc":
        default = B.dt(dtypes.get_default_dtype())
        allowed = B.abs(B.cast(other, default) * rtol) + atol
        if kind == "b":
            return close | (B.cast(input != other, default) <= allowed)
        distance = B.abs(input - other)
        return close | (distance <= allowed)
    distance = B.abs(input - other)
    return close | (B.isfinite(distance) & (distance <= B.abs(other * rtol) + atol))


@composite
def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Return whether all elements are close (see `isclose`), as a bool."""
    from .reduce import all
    return bool(all(isclose(input, other, rtol, atol, equal_nan)))


@composite
def equal(input, other):
    """Return whether two tensors have the same shape and equal elements, as a bool."""
    if not isinstance(other, TensorBase):
        raise TypeError(f"equal(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}")
    if input.shape != other.shape:
        return False
    from .reduce import all
    return bool(all(eq(input, other)))


@composite(method=False)
def is_same_size(input, other):
    """Return whether two tensors have the same shape."""
    return input.shape == other.shape
