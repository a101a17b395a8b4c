"""Elementwise arithmetic of two or three tensors, or of a tensor and numbers.

The operands broadcast; the result has torch's result type of the operands (an integer tensor with a
Python float gives the default float dtype, a float32 tensor with a Python number stays float32).
"""
from .. import dtypes
from ..core.engine import same
from ..core.op import T, composite, method, op
from ._rules import c_name, cj, no_derivative, not_for, nothing, wide
from .pointwise import LN2, exp, exp2, log, log1p, neg, square
from .pointwise_complex import real_part
from .pointwise_logic import choose as where, isnan

_INT = "biu"


def _is_number(x):
    return not hasattr(x, "dtype")


def _kind(B, input, other):
    """Return the category letter of the operands, one of which may be a number."""
    return B.kind(input if hasattr(input, "dtype") else other)


# ------------------------------------------------------------------ sums and products

def _scaled(B, x, alpha, like):
    """Return x * alpha in the dtype of `like`, which integers wrap to; a fractional alpha is refused for them."""
    kind = B.kind(like)
    if kind in _INT:
        if isinstance(alpha, float):
            raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
        if kind == "b":
            return x * bool(alpha)
        return _wrapped(B, x, like.dtype) * _wrapped(B, alpha, like.dtype)
    return x * alpha


def _wrapped(B, x, dt):
    """Return a whole number as a 0-d array whose dtype it may exceed; arrays as they are."""
    return B.cast(B.asarray(int(x)), dt) if _is_number(x) else x


@op(promote="common", legacy=True, inplace=True)
def add(B, input: T, other: T, *, alpha=1):
    """Return input + alpha * other.

    Example:
        >>> torch.add(torch.tensor([1., 2.]), torch.tensor([10., 20.]), alpha=0.5)
        tensor([ 6., 12.])
    """
    if alpha != 1:
        other = _scaled(B, other, alpha, other if _is_number(input) else input)
    return B.add(input, other)


add.vjp(input=same, other=lambda g, alpha: g if alpha == 1 else mul(g, cj(alpha)))


_TWO_BOOLS = ("Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
              "operator instead.")
_ONE_BOOL = ("Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
             "use the `~` or `logical_not()` operator instead.")


def _is_bool(x):
    return isinstance(x, bool) or getattr(x, "dtype", None) is dtypes.bool


def _no_bools(args):
    """Refuse to subtract a boolean from something else, or something else from it."""
    if _is_bool(args[0]) or _is_bool(args[1]):
        raise RuntimeError(_TWO_BOOLS if _is_bool(args[0]) and _is_bool(args[1]) else _ONE_BOOL)


@op(promote="common", legacy=True, inplace=True, check=_no_bools, aliases=("subtract",))
def sub(B, input: T, other: T, *, alpha=1):
    """Return input - alpha * other; booleans are refused."""
    if _kind(B, input, other) == "b":
        raise RuntimeError(_TWO_BOOLS)
    if alpha != 1:
        other = _scaled(B, other, alpha, other if _is_number(input) else input)
    return B.subtract(input, other)


sub.vjp(input=same, other=lambda g, alpha: neg(g) if alpha == 1 else mul(g, -cj(alpha)))


@op(numbers="other", promote="common", legacy=True, check=_no_bools,
    grad_name=lambda args: f"RsubBackward{int(_is_number(args[1]))}")
def rsub(B, input: T, other: T, *, alpha=1):
    """Return other - alpha * input."""
    if B.kind(input) == "b":
        raise RuntimeError(_TWO_BOOLS)
    if alpha != 1:
        input = _scaled(B, input, alpha, input)
    return B.subtract(other, input)


rsub.vjp(input=lambda g, alpha: neg(g) if alpha == 1 else mul(g, -cj(alpha)), other=same)


@op(promote="common", inplace=True, aliases=("multiply",))
def mul(B, input: T, other: T):
    """Return input * other.

    Example:
        >>> torch.mul(torch.tensor([1, 2]), 0.5)
        tensor([0.5000, 1.0000])
    """
    return B.multiply(input, other)


@op(promote="common", ns=())
def mul_conj(B, input: T, other: T):
    """Return input * conj(other): one call for the gradient of a product."""
    if _is_number(other):
        other = other.conjugate()
    elif B.kind(other) == "c":
        other = B.conj(other)
    return B.multiply(input, other)


mul.vjp(input=lambda g, other: mul_conj(g, other), other=lambda g, input: mul_conj(g, input))
mul_conj.vjp(input=lambda g, other: mul(g, other), other=lambda g, input: mul_conj(input, g))
mul_conj.kernel = mul.kernel        # kernels are real: there the conjugate is the number itself


# ------------------------------------------------------------------ division

def _no_zero(B, other):
    """Raise for a zero divisor of integers."""
    if (other == 0) if _is_number(other) else B.any(other == 0):
        raise RuntimeError("ZeroDivisionError")


def _floor_quotient(B, input, other):
    kind = _kind(B, input, other)
    if kind == "f":
        return B.floor_divide(input, other)
    not_for(B, input if not _is_number(input) else other, "bc", "div_floor_cpu")
    _no_zero(B, other)
    return B.floor_divide(input, other)


def _trunc_quotient(B, input, other):
    kind = _kind(B, input, other)
    if kind == "f":
        return B.trunc(input / other)
    not_for(B, input if not _is_number(input) else other, "bc", "div_trunc_cpu")
    _no_zero(B, other)
    quotient = B.floor_divide(input, other)
    inexact = (quotient * other != input) & (quotient < 0)
    return quotient + B.cast(inexact, quotient.dtype)


@op(promote="common", inplace=True, aliases=("divide",),
    grad_name=lambda args: "DivBackward0" if args[2] is None else "DivBackward2")
def div(B, input: T, other: T, *, rounding_mode=None):
    """Return input / other, in a float dtype unless rounded.

    Args:
        rounding_mode: None, "trunc" (towards zero, as in C) or "floor" (as Python's //).

    Example:
        >>> torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc")
        tensor([ 3, -3])
    """
    if rounding_mode is None:
        if _kind(B, input, other) in _INT:
            default = B.dt(dtypes.get_default_dtype())
            input = float(input) if _is_number(input) else B.cast(input, default)
            other = float(other) if _is_number(other) else B.cast(other, default)
        return B.divide(input, other)
    if rounding_mode == "floor":
        return _floor_quotient(B, input, other)
    if rounding_mode == "trunc":
        return _trunc_quotient(B, input, other)
    raise RuntimeError("div expected rounding_mode to be one of None, 'trunc', or 'floor' "
                       f"but found '{rounding_mode}'")


div.vjp(input=lambda g, other, rounding_mode: div(g, cj(other)) if rounding_mode is None else nothing(g),
        other=lambda g, input, other, rounding_mode:
        mul(neg(g), cj(div(div(input, other), other))) if rounding_mode is None else nothing(g))


@composite(method=True)
def true_divide(input, other, *, out=None):
    """Return input / other in a float dtype: `div` without rounding."""
    return div(input, other) if out is None else div(input, other, out=out)


@method(name="true_divide_")
def _true_divide_(input, other):
    """In-place form of `true_divide`."""
    return div.inplace(input, other)


@op(promote="common", inplace=True, grad_name="NotImplemented")
def floor_divide(B, input: T, other: T):
    """Return the quotient rounded down; integers raise for a zero divisor."""
    return _floor_quotient(B, input, other)


floor_divide.vjp(input=no_derivative("floor_divide"), other=no_derivative("floor_divide"))


@op(numbers="overload", promote="common", inplace=True, grad_name=lambda args: f"RemainderBackward{int(not _is_number(args[1]))}")
def remainder(B, input: T, other: T):
    """Return input - other * floor(input / other), which has the sign of other (Python's %); a zero has that of input."""
    if _kind(B, input, other) != "f":
        not_for(B, input if not _is_number(input) else other, "bc", "remainder_cpu")
        _no_zero(B, other)
        return B.remainder(input, other)
    found = B.remainder(input, other)
    return B.where(found == 0, B.copysign(found, input), found)


remainder.vjp(input=same, other=lambda g, input, other: mul(neg(g), div(input, other, rounding_mode="floor")))


@op(numbers="other", promote="common", inplace=True, grad_name=lambda args: f"FmodBackward{int(not _is_number(args[1]))}")
def fmod(B, input: T, other: T):
    """Return input - other * trunc(input / other), which has the sign of input (C's fmod)."""
    if _kind(B, input, other) != "f":
        not_for(B, input if not _is_number(input) else other, "bc", "fmod_cpu")
        _no_zero(B, other)
    return B.fmod(input, other)


fmod.vjp(input=same, other=lambda g, input, other: mul(neg(g), div(input, other, rounding_mode="trunc")))


# ------------------------------------------------------------------ powers

def _integer_power(B, input, exponent):
    """Powers of integers: negative exponents leave only 1 and -1, everything else becomes 0."""
    if _kind(B, input, exponent) == "b":
        raise NotImplementedError("\"pow\" not implemented for 'Bool'")
    if _is_number(exponent):
        if exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        return B.pow(input, exponent)
    if _is_number(input):
        input = B.asarray(input, dtype=exponent.dtype)
    negative = exponent < 0
    result = B.pow(input, B.where(negative, 0, exponent))
    odd = (exponent & 1) != 0
    inverse = B.where(input == 1, 1, B.where(input == -1, B.where(odd, -1, 1), 0)) if B.kind(input) != "u" else \
        B.where(input == 1, 1, 0)
    return B.where(negative, B.cast(inverse, result.dtype), result)


def _power(B, input, exponent):
    if _is_number(exponent):
        if exponent == 2:
            return input * input
        if exponent == 0.5:
            return B.sqrt(input)
        if exponent == 3:
            return input * input * input
        if exponent == -1:
            return 1 / input
        if exponent == -0.5:
            return 1 / B.sqrt(input)
        if exponent == -2:
            return 1 / (input * input)
    return B.pow(input, exponent)


@op(name="pow", numbers="overload", promote="common", inplace=True, grad_name=lambda args: (
    "PowBackward0" if _is_number(args[1]) else "PowBackward2" if _is_number(args[0]) else "PowBackward1"))
def power(B, input: T, exponent: T):
    """Return input**exponent.

    Integers stay integers: a negative number as exponent raises, negative elements give 0 unless the
    base is 1 or -1. The gradients are 0 where the exponent is 0, and for the exponent where the base is 0
    and the exponent is not negative.

    Example:
        >>> torch.pow(torch.tensor([1., 2., 3.]), 2)
        tensor([1., 4., 9.])
    """
    if _kind(B, input, exponent) in _INT:
        return _integer_power(B, input, exponent)
    return _power(B, input, exponent)


def _base_rule(g, input, exponent):
    if _is_number(exponent):
        if exponent == 2:
            return mul(mul(g, cj(input)), 2)
        if exponent == 0:
            return nothing(g)
        return mul(g, cj(mul(power(input, exponent - 1), exponent)))
    zero = exponent == 0
    return where(zero, 0, mul(g, cj(mul(exponent, power(input, where(zero, 0, sub(exponent, 1)))))))


def _exponent_rule(g, input, exponent, out):
    if _is_number(input):
        if input == 0:
            return where(exponent >= 0, 0, g * cj(out * float("-inf"))) if not isinstance(input, complex) else nothing(g)
        return mul(g, cj(mul(out, _log_of(input))))
    real_exponent = real_part(exponent)
    still = (input == 0) & (real_exponent >= 0)
    return where(still, 0, mul(g, cj(mul(out, log(input)))))


def _log_of(number):
    """Return the natural logarithm of a number: nan for a negative real one."""
    import cmath
    import math
    if isinstance(number, complex):
        return cmath.log(number)
    return math.log(number) if number > 0 else float("nan")


power.vjp(input=_base_rule, exponent=_exponent_rule)


@op(numbers="overload", promote="common", widens=True, grad_name=power.grad_name)
def float_power(B, input: T, exponent: T):
    """Return input**exponent computed in float64 (complex128 for complex operands)."""
    d = B.dt(dtypes.complex128 if _kind(B, input, exponent) == "c" else dtypes.float64)
    return _power(B, input if _is_number(input) else B.cast(input, d), exponent if _is_number(exponent) else
                  B.cast(exponent, d))


float_power.vjp(input=lambda g, input, exponent: _base_rule(g, _double(input), _double(exponent)),
                exponent=lambda g, input, exponent, out: _exponent_rule(g, _double(input), _double(exponent), out))


@op(ns=())
def _as_double(B, input: T):
    return B.astype(input, B.dt(dtypes.complex128 if B.kind(input) == "c" else dtypes.float64))


_as_double.vjp(input=same)


def _double(x):
    return x if _is_number(x) else _as_double(x)


@method(name="float_power_")
def _float_power_(input, exponent):
    """In-place form of `float_power`, for float64 and complex128."""
    wanted = dtypes.complex128 if input.dtype.is_complex else dtypes.float64
    if input.dtype is not wanted:
        raise RuntimeError(f"the base given to float_power_ has dtype {input.dtype.short} but the operation's result "
                           f"requires dtype {wanted.short}")
    return power.inplace(input, exponent)


@op(promote="float", numbers=False, inplace=True)
def ldexp(B, input: T, other: T):
    """Return input * 2**other."""
    return input * B.exp2(other)


ldexp.vjp(input=lambda g, other: g * exp2(other), other=lambda g, out: g * out * LN2)


@op(outputs=("mantissa", "exponent"), named=True)
def frexp(B, input: T):
    """Split into a mantissa in (-1, -0.5] or [0.5, 1) and an int32 exponent: input = mantissa * 2**exponent."""
    if B.kind(input) != "f":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    return B.frexp(input)


frexp.vjp(input=lambda g, exponent: ldexp(g, -exponent))


# ------------------------------------------------------------------ the larger, the smaller

def _ordered(B, input, name):
    if B.kind(input) == "c":
        raise RuntimeError(f"{name} not implemented for complex tensors.")


def _extremum_rules(function, wins):
    """Give maximum or minimum its rules: the winner takes the gradient, a tie halves it."""

    def rule(g, input, other, needs):
        half = where(input == other, div(g, 2), g)
        return (where(wins(other, input), 0, half) if needs[0] else None,
                where(wins(input, other), 0, half) if needs[1] else None)
    function.vjp_all(rule)


@op(promote="common", numbers=False)
def maximum(B, input: T, other: T):
    """Return the larger of two elements; nan if one is nan. The gradient of a tie is shared equally."""
    _ordered(B, input, "maximum")
    return B.maximum(input, other)


@op(promote="common", numbers=False)
def minimum(B, input: T, other: T):
    """Return the smaller of two elements; nan if one is nan. The gradient of a tie is shared equally."""
    _ordered(B, input, "minimum")
    return B.minimum(input, other)


_extremum_rules(maximum, lambda a, b: a > b)
_extremum_rules(minimum, lambda a, b: a < b)


@op(promote="common", numbers=False)
def fmax(B, input: T, other: T):
    """Return the larger of two elements; the other one where one is nan."""
    _ordered(B, input, "fmax")
    return B.fmax(input, other)


@op(promote="common", numbers=False)
def fmin(B, input: T, other: T):
    """Return the smaller of two elements; the other one where one is nan."""
    _ordered(B, input, "fmin")
    return B.fmin(input, other)


def _first_wins(g, first, needs):
    return where(first, g, 0) if needs[0] else None, where(first, 0, g) if needs[1] else None


fmax.vjp_all(lambda g, input, other, needs: _first_wins(g, (input >= other) | isnan(other), needs))
fmin.vjp_all(lambda g, input, other, needs: _first_wins(g, (input <= other) | isnan(other), needs))


@op(numbers="other", promote="common", inplace=True, aliases=("clip",),
    grad_name=lambda args: "ClampBackward" + str(int(_is_number(args[1]) and _is_number(args[2]))))
def clamp(B, input: T, min: T = None, max: T = None):
    """Return input limited to [min, max]; where min > max, max. nan stays.

    Args:
        min, max: numbers, tensors that broadcast, or None for no limit (not both).

    The gradient passes where min <= input <= max, limits included.

    Example:
        >>> torch.clamp(torch.tensor([-2., 0.5, 3.]), 0, 1)
        tensor([0.0000, 0.5000, 1.0000])
    """
    if B.kind(input) == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    if max is None:
        if min is None:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
        return B.maximum(input, min)
    if min is not None:
        input = B.maximum(input, min)
    return B.minimum(input, max)


@op(ns=())
def clamp_backward(B, grad: T, input: T, min, max):
    """Return grad where min <= input <= max, numbers or None for no limit, else 0."""
    inside = input >= min if min is not None else None
    if max is not None:
        inside = input <= max if inside is None else B.logical_and(inside, input <= max)
    return B.where(inside, grad, 0)


clamp_backward.vjp(grad=lambda g, input, min, max: clamp_backward(g, input, min, max))


def _clamp_input(g, input, min, max):
    if _is_number(min) and _is_number(max):
        return clamp_backward(g, input, min, max)
    inside = input >= min if min is not None else None
    if max is not None:
        below = input <= max
        inside = below if inside is None else inside & below
    return where(inside, g, 0)


def _clamp_low(g, input, min, max):
    return where(input < min if max is None else (input < min) & (min < max), g, 0)


def _clamp_high(g, input, min, max):
    return where(input > max if min is None else (input > max) | (max < min), g, 0)


clamp.vjp(input=_clamp_input, min=_clamp_low, max=_clamp_high)


@op(numbers="other", promote="common", inplace=True, grad_name=lambda args: f"ClampMinBackward{int(not _is_number(args[1]))}")
def clamp_min(B, input: T, min: T):
    """Return the larger of input and min; nan stays."""
    return B.maximum(input, min)


clamp_min.vjp(input=lambda g, input, min: _clamp_input(g, input, min, None),
              min=lambda g, input, min: _clamp_low(g, input, min, None))


@op(numbers="other", promote="common", inplace=True, grad_name=lambda args: f"ClampMaxBackward{int(not _is_number(args[1]))}")
def clamp_max(B, input: T, max: T):
    """Return the smaller of input and max; nan stays."""
    return B.minimum(input, max)


clamp_max.vjp(input=lambda g, input, max: _clamp_input(g, input, None, max),
              max=lambda g, input, max: _clamp_high(g, input, None, max))


# ------------------------------------------------------------------ combinations

def _one_dtype(args):
    """Refuse an `end` of another dtype."""
    input, end = args[:2]
    if getattr(input, "dtype", None) is not getattr(end, "dtype", None):
        raise RuntimeError(f"expected dtype {c_name(input.dtype)} for `end` but got dtype {c_name(end.dtype)}")


@op(numbers="overload", promote="common", inplace=True, apart=("weight",), check=_one_dtype,
    grad_name=lambda args: f"LerpBackward{int(not _is_number(args[2]))}")
def lerp(B, input: T, end: T, weight: T):
    """Return input + weight * (end - input); exact at both ends.

    Args:
        weight: a number or a tensor.
    """
    not_for(B, input, _INT, "lerp_kernel_scalar")
    result_type = input.dtype
    input, end = wide(B, input), wide(B, end)
    distance = end - input
    if _is_number(weight):
        near = real_number(weight) < 0.5
        return B.cast(input + weight * distance if near else end - distance * (1 - weight), result_type)
    if weight.dtype != result_type and weight.ndim:
        raise RuntimeError(f"expected dtype {c_name(B.torch_dtype(input))} for `weight` but got dtype "
                           + c_name(B.torch_dtype(weight)))
    weight = B.cast(weight, input.dtype)
    near = (B.abs(weight) if B.kind(weight) == "c" else weight) < 0.5
    return B.cast(B.where(near, input + weight * distance, end - distance * (1 - weight)), result_type)


def real_number(x):
    """Return the modulus of a complex number, other numbers as they are."""
    return abs(x) if isinstance(x, complex) else x


lerp.vjp(input=lambda g, weight: mul(g, cj(1 - weight)), end=lambda g, weight: mul(g, cj(weight)),
         weight=lambda g, input, end: mul(g, cj(sub(end, input))))


def _with_value(B, term, value):
    if type(value) in (int, float) and value == 1:
        return term
    if B.kind(term) in "iu":
        value = int(value)
    elif isinstance(value, complex) and B.kind(term) != "c":
        raise RuntimeError(f"value cannot be converted to type {c_name(B.torch_dtype(term))} without overflow")
    return term * value


@op(promote="common", legacy=True, inplace=True)
def addcmul(B, input: T, tensor1: T, tensor2: T, *, value=1):
    """Return input + value * tensor1 * tensor2."""
    not_for(B, input, "b", "addcmul_cpu_out")
    term = _with_value(B, wide(B, tensor1) * wide(B, tensor2), value)
    return B.cast(wide(B, input) + term, input.dtype)


def _times_value(x, value):
    return x if value == 1 else mul(x, value)


addcmul.vjp(input=same, tensor1=lambda g, tensor2, value: mul(g, cj(_times_value(tensor2, value))),
            tensor2=lambda g, tensor1, value: mul(g, cj(_times_value(tensor1, value))))


def _no_integer_quotient(args):
    """Refuse two integer tensors as dividend and divisor."""
    if all(getattr(a, "dtype", dtypes.int64).category < dtypes.FLOATING for a in args[1:3]):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + "
            "value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * "
            "tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: "
            "(input + value * tensor1 / tensor2), for all dtypes.")


@op(promote="common", legacy=True, inplace=True, check=_no_integer_quotient)
def addcdiv(B, input: T, tensor1: T, tensor2: T, *, value=1):
    """Return input + value * tensor1 / tensor2; two integer tensors are refused as quotient."""
    if B.kind(input) in _INT:
        _no_integer_quotient((None, None, None))
    term = _with_value(B, wide(B, tensor1), value) / wide(B, tensor2)
    return B.cast(wide(B, input) + term, input.dtype)


addcdiv.vjp(input=same, tensor1=lambda g, tensor2, value: mul(g, cj(div(value, tensor2))),
            tensor2=lambda g, tensor1, tensor2, value: mul(
                neg(g), cj(div(div(_times_value(tensor1, value), tensor2), tensor2))))


# ------------------------------------------------------------------ of two variables

@op(promote="float", numbers=False, inplace=True, aliases=("arctan2",))
def atan2(B, input: T, other: T):
    """Return the angle of the point (other, input) in (-pi, pi]. The gradient at the origin is 0."""
    return B.atan2(input, other)


def _atan2_rule(g, input, other, needs):
    size = add(square(input), square(other))
    zero = size == 0
    scale = where(zero, 0, div(g, where(zero, 1, size)))
    return mul(scale, other) if needs[0] else None, mul(scale, neg(input)) if needs[1] else None


atan2.vjp_all(_atan2_rule)


@op(promote="common", numbers=False, inplace=True)
def hypot(B, input: T, other: T):
    """Return sqrt(input**2 + other**2) without overflow."""
    not_for(B, input, "biuc", "hypot_cpu")
    return B.hypot(input, other)


hypot.vjp(input=lambda g, input, out: mul(g, div(input, out)), other=lambda g, other, out: mul(g, div(other, out)))


@op(promote="common", numbers=False)
def logaddexp(B, input: T, other: T):
    """Return log(exp(input) + exp(other)) without overflow."""
    not_for(B, input, _INT, "logaddexp_cpu")
    return complex_logaddexp(B, input, other) if B.kind(input) == "c" else B.logaddexp(input, other)


def complex_logaddexp(B, x, y):
    """Return log(exp(x) + exp(y)) of complex arrays."""
    ahead = B.real(x) >= B.real(y)
    high, low = B.where(ahead, x, y), B.where(ahead, y, x)
    return B.where(B.real(high) == float("-inf"), high, high + B.log1p(B.exp(low - high)))


logaddexp.vjp(input=lambda g, input, other: div(g, cj(add(exp(sub(other, input)), 1))),
              other=lambda g, input, other: div(g, cj(add(exp(sub(input, other)), 1))))


@op(promote="common", numbers=False)
def logaddexp2(B, input: T, other: T):
    """Return log2(2**input + 2**other) without overflow."""
    not_for(B, input, "biuc", "logaddexp2_cpu")
    return B.cast(B.logaddexp(wide(B, input) * LN2, wide(B, other) * LN2) * (1 / LN2), input.dtype)


logaddexp2.vjp(input=lambda g, input, other: g / (exp2(other - input) + 1),
               other=lambda g, input, other: g / (exp2(input - other) + 1))


def _number_slot(name):
    """Return the `grad_name` of a function whose first or second operand may be a number."""
    return lambda args: name + ("1" if _is_number(args[0]) else "2" if _is_number(args[1]) else "0")


def _as_arrays(B, input, other):
    """Return both operands as arrays of one dtype."""
    dt = (other if _is_number(input) else input).dtype
    return [B.asarray(x, dtype=dt) if _is_number(x) else x for x in (input, other)]


def _times_log(B, input, other, log_of_other):
    return B.where(B.isnan(other), float("nan"), B.where(input == 0, 0.0, input * log_of_other))


@op(numbers="overload", promote="float", inplace=True, ns=("torch", "special"), grad_name=_number_slot("XlogyBackward"))
def xlogy(B, input: T, other: T):
    """Return input * log(other), and 0 where input is 0 and other is not nan."""
    x, y = _as_arrays(B, input, other)
    return B.cast(_times_log(B, x, y, B.log(y)), x.dtype)


xlogy.vjp(input=lambda g, input, other: where((input == 0) & (_tensor_like(other, input) <= 0), 0,
                                              g * log(_tensor_like(other, input))),
          other=lambda g, input, other: div(mul(g, input), other))


@op(numbers="overload", promote="float", ns="special", grad_name=_number_slot("SpecialXlog1PyBackward"))
def xlog1py(B, input: T, other: T):
    """Return input * log1p(other), and 0 where input is 0 and other is not nan."""
    x, y = _as_arrays(B, input, other)
    return B.cast(_times_log(B, x, y, B.log1p(y)), x.dtype)


xlog1py.vjp(input=lambda g, input, other: where((input == 0) & (_tensor_like(other, input) <= -1), 0,
                                                g * log1p(_tensor_like(other, input))),
            other=lambda g, input, other: g * input / (other + 1))


def _tensor_like(x, like):
    """Return a number as zeros of `like` plus it; tensors and arrays as they are."""
    return nothing(like) + x if _is_number(x) else x


# ------------------------------------------------------------------ signs and neighbours

@op(numbers="other", promote="float", inplace=True, grad_name=lambda args: f"CopysignBackward{int(_is_number(args[1]))}")
def copysign(B, input: T, other: T):
    """Return the magnitude of input with the sign of other (-0 counts as negative)."""
    return B.copysign(input, other)


copysign.vjp(input=lambda g, input, out: where(input == 0, 0, mul(g, div(out, input))), other=lambda g: nothing(g))


@op(promote="common", numbers=False, inplace=True)
def nextafter(B, input: T, other: T):
    """Return the next representable number after input towards other."""
    not_for(B, input, "biuc", "nextafter_cpu")
    return B.nextafter(input, other)


nextafter.vjp(input=lambda g, input, other: where(input == other, 0, g), other=nothing)


@op(inplace=True, grad_name="NotImplemented")
def heaviside(B, input: T, values: T):
    """Return 0 where input is negative or nan, 1 where positive, and `values` where it is 0."""
    if input.dtype != values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    if B.kind(input) == "c":
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    return B.where(input == 0, values, B.cast(input > 0, input.dtype))


heaviside.vjp(input=no_derivative("heaviside"), values=no_derivative("heaviside"))


# ------------------------------------------------------------------ divisors

@op(promote="common", numbers=False, inplace=True, differentiable=False)
def gcd(B, input: T, other: T):
    """Return the greatest common divisor, not negative; gcd(0, 0) is 0."""
    not_for(B, input, "bfc", "gcd_cpu")
    return B.gcd(input, other)


@op(promote="common", numbers=False, inplace=True, differentiable=False)
def lcm(B, input: T, other: T):
    """Return the least common multiple, not negative; 0 where one of them is 0."""
    not_for(B, input, "bfc", "lcm_cpu")
    divisor = B.gcd(input, other)
    return B.abs(B.floor_divide(input, B.where(divisor == 0, 1, divisor)) * other)
