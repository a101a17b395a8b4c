"""Elementwise truth: bitwise and logical operations, tests of numbers, choice by a mask."""
from .. import dtypes
from ..core.op import T, composite, method, op
from ..core.tensor import TensorBase
from ._rules import c_name, not_for, packed, zeros_as


# ------------------------------------------------------------------ bits

def _no_bits(B, kernel, input, other):
    """Refuse floating and complex operands, numbers included."""
    for x in (input, other):
        if isinstance(x, (float, complex)):
            raise NotImplementedError(f"\"{kernel}\" not implemented for 'Float'")
        if not isinstance(x, int):
            not_for(B, x, "fc", kernel)


@op(numbers="overload", promote="common", inplace=True, differentiable=False)
def bitwise_and(B, input: T, other: T):
    """Return the bitwise and of integers, the logical and of booleans.

    Example:
        >>> torch.bitwise_and(torch.tensor([6, 3]), 5)
        tensor([4, 1])
    """
    _no_bits(B, "bitwise_and_cpu", input, other)
    return B.bitwise_and(input, other)


@op(numbers="overload", promote="common", inplace=True, differentiable=False)
def bitwise_or(B, input: T, other: T):
    """Return the bitwise or of integers, the logical or of booleans."""
    _no_bits(B, "bitwise_or_cpu", input, other)
    return B.bitwise_or(input, other)


@op(numbers="overload", promote="common", inplace=True, differentiable=False)
def bitwise_xor(B, input: T, other: T):
    """Return the bitwise exclusive or of integers, the logical one of booleans."""
    _no_bits(B, "bitwise_xor_cpu", input, other)
    return B.bitwise_xor(input, other)


@op(inplace=True, differentiable=False)
def bitwise_not(B, input: T):
    """Return the integers with every bit flipped, the booleans negated."""
    not_for(B, input, "fc", "bitwise_not_cpu")
    return B.bitwise_invert(input)


@op(numbers="overload", promote="common", inplace=True, differentiable=False)
def bitwise_left_shift(B, input: T, other: T):
    """Return input * 2**other for integers; 0 where other is negative or as large as the number of bits."""
    _no_bits(B, "lshift_cpu", input, other)
    return B.bitwise_left_shift(input, other)


@op(numbers="overload", promote="common", inplace=True, differentiable=False)
def bitwise_right_shift(B, input: T, other: T):
    """Return input shifted right arithmetically; 0 or -1 where other is negative or exceeds the number of bits."""
    _no_bits(B, "rshift_cpu", input, other)
    return B.bitwise_right_shift(input, other)


# ------------------------------------------------------------------ truth values

def _truth(B, x):
    """Return whether each element is nonzero; nan counts as true."""
    return x if B.kind(x) == "b" else x != 0


@op(inplace=True, differentiable=False)
def logical_and(B, input: T, other: T):
    """Return whether both elements are nonzero."""
    return B.logical_and(_truth(B, input), _truth(B, other))


@op(inplace=True, differentiable=False)
def logical_or(B, input: T, other: T):
    """Return whether at least one of the elements is nonzero."""
    return B.logical_or(_truth(B, input), _truth(B, other))


@op(inplace=True, differentiable=False)
def logical_xor(B, input: T, other: T):
    """Return whether exactly one of the elements is nonzero."""
    return B.logical_xor(_truth(B, input), _truth(B, other))


@op(inplace=True, differentiable=False)
def logical_not(B, input: T):
    """Return whether the element is zero."""
    return ~input if B.kind(input) == "b" else input == 0


# ------------------------------------------------------------------ tests of numbers

@op(differentiable=False)
def isnan(B, input: T):
    """Return whether each element is not a number (for complex ones: a part of it is not).

    Example:
        >>> torch.isnan(torch.tensor([1., float("nan")]))
        tensor([False,  True])
    """
    return B.isnan(input) if B.kind(input) in "fc" else B.zeros(input.shape, dtype=B.bool)


@op(differentiable=False)
def isinf(B, input: T):
    """Return whether each element is inf or -inf (for complex ones: a part of it is)."""
    return B.isinf(input) if B.kind(input) in "fc" else B.zeros(input.shape, dtype=B.bool)


@op(differentiable=False)
def isfinite(B, input: T):
    """Return whether each element is neither infinite nor nan."""
    return B.isfinite(input) if B.kind(input) in "fc" else B.ones(input.shape, dtype=B.bool)


def _signed_inf(B, x, name, sign):
    kind = B.kind(x)
    if kind == "c":
        raise RuntimeError(f"{name} does not support complex inputs.")
    return x == sign * float("inf") if kind == "f" else B.zeros(x.shape, dtype=B.bool)


@op(differentiable=False)
def isposinf(B, input: T):
    """Return whether each element is inf."""
    return _signed_inf(B, input, "isposinf", 1)


@op(differentiable=False)
def isneginf(B, input: T):
    """Return whether each element is -inf."""
    return _signed_inf(B, input, "isneginf", -1)


@op(differentiable=False)
def isreal(B, input: T):
    """Return whether each element has no imaginary part; always true for real dtypes."""
    return B.imag(input) == 0 if B.kind(input) == "c" else B.ones(input.shape, dtype=B.bool)


# ------------------------------------------------------------------ choice by a mask

@method(name="where")
def _where_method(input, condition, other):
    """Return elements of `input` where the condition is true and of `other` elsewhere."""
    return choose(condition, input, other)


@op(name="where", numbers="overload", promote="common", apart=("condition",), ns=(), method=False)
def choose(B, condition: T, input: T, other: T):
    """Return input where the condition is true and other elsewhere: the op behind `torch.where`."""
    kind = B.kind(condition)
    if kind != "b":
        if B.torch_dtype(condition) is not dtypes.uint8:
            raise RuntimeError("where expected condition to be a boolean tensor, but got a tensor with dtype "
                               + B.torch_dtype(condition).short)
        condition = condition != 0
    if not hasattr(input, "dtype") and not hasattr(other, "dtype"):
        input = B.asarray(input, dtype=B.dt(dtypes.of_number(input)))
    return B.where(condition, input, other)


def _choose_rule(g, condition, needs):
    rest = zeros_as(g)
    return (None, choose(condition, g, rest) if needs[1] else None, choose(condition, rest, g) if needs[2] else None)


choose.vjp_all(_choose_rule)


@composite(method=False)
def where(condition, input=None, other=None, *, out=None):
    """Return elements of `input` where the condition is true and of `other` elsewhere.

    Args:
        condition: boolean; the three broadcast together.
        input, other: tensors or numbers; with neither, the indices of the true elements are returned,
            one tensor for each dimension, as `nonzero(as_tuple=True)` does.

    Returns: the broadcast shape in the result type of input and other.

    Example:
        >>> x = torch.tensor([1., -2., 3.])
        >>> torch.where(x > 0, x, 0.)
        tensor([1., 0., 3.])
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    return choose(condition, input, other) if out is None else choose(condition, input, other, out=out)


_C_TYPES = {"float32": "float", "float64": "double", "uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t",
            "int32": "int", "int64": "int64_t", "float16": "c10::Half", "bfloat16": "c10::BFloat16"}


def _fitting(B, x, value):
    """Return a number as the dtype of `x` takes it; RuntimeError where it cannot hold it."""
    kind = B.kind(x)
    if kind == "f" and type(value) in (int, float) and (-448 <= value <= 448 or value - value != 0):
        return float(value)                             # small, infinite or nan: every floating type holds it
    if kind == "b":
        return bool(value)
    dtype = B.torch_dtype(x)
    try:
        if kind == "f":
            value = float(value)
            limit = dtypes.finfo(dtype).max
            if dtype is dtypes.float64 or not limit < abs(value) < float("inf"):
                return value
        elif kind == "c":
            return complex(value)
        else:
            whole, info = int(value), dtypes.iinfo(dtype)
            if kind == "u" and -info.max <= whole < 0:      # torch lets small negative numbers wrap
                return whole % (info.max + 1)
            if info.min <= whole <= info.max:
                return whole
    except (OverflowError, ValueError, TypeError):
        pass
    raise RuntimeError(f"value cannot be converted to type {_C_TYPES.get(dtype.name, dtype.name)} without overflow")


@op(numbers="overload", promote="common", apart=("mask", "value"), inplace=True,
    grad_name=lambda args: f"MaskedFillBackward{int(isinstance(args[2], TensorBase))}")
def masked_fill(B, input: T, mask: T, value: T):
    """Return input with `value` where the mask is true.

    Args:
        mask: boolean, broadcast with input.
        value: a number or a 0-d tensor, taken in input's dtype.

    Example:
        >>> x = torch.arange(3.)
        >>> x.masked_fill(x > 1, -1.)
        tensor([ 0.,  1., -1.])
    """
    if B.kind(mask) != "b":
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype "
                           + c_name(B.torch_dtype(mask)))
    if not hasattr(value, "dtype"):
        value = _fitting(B, input, value)
    elif value.ndim:
        raise RuntimeError("masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                           f"{value.ndim} dimension(s).")
    elif B.kind(value) == "c" and B.kind(input) != "c":
        _fitting(B, input, 1j)
    else:
        value = B.cast(value, input.dtype)
    return packed(B, B.where(mask, value, input))


def _masked_fill_rule(g, mask, needs):
    rest = zeros_as(g)
    return (choose(mask, rest, g) if needs[0] else None, None, choose(mask, g, rest) if needs[2] else None)


masked_fill.vjp_all(_masked_fill_rule)
