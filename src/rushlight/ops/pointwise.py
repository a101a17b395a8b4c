"""Elementwise functions of one tensor: exponentials, roots, trigonometry, rounding, signs.

Each takes a tensor of any shape and returns one of that shape. Where the result is not an integer
by nature, integer and boolean inputs become the default float dtype. Complex inputs work where torch takes
them; a gradient is then g times the conjugate of the derivative.
"""
from math import log as _log, pi

from .. import dtypes
from ..core.op import T, composite, method, op
from ._rules import cj, minus, not_for, nothing, over, plus, times, wide
from .pointwise_complex import real_part
from .pointwise_logic import isfinite, where

LN2, LN10 = _log(2.0), _log(10.0)
_RAD, _DEG = pi / 180.0, 180.0 / pi


# ------------------------------------------------------------------ exponentials and logarithms

@op(promote="float", inplace=True)
def exp(B, input: T):
    """Return e**input.

    Example:
        >>> torch.exp(torch.tensor([0., 1.]))
        tensor([1.0000, 2.7183])
    """
    return B.exp(input)


exp.vjp(input=lambda g, out: times(g, cj(out)))


@op(promote="float", inplace=True, ns=("torch", "special"))
def exp2(B, input: T):
    """Return 2**input."""
    return B.exp(input * LN2) if B.kind(input) == "c" else B.exp2(input)


exp2.vjp(input=lambda g, out: times(g, cj(times(out, LN2))))


@op(promote="float", inplace=True, ns=("torch", "special"))
def expm1(B, input: T):
    """Return e**input - 1, accurate near zero."""
    return B.expm1(input)


expm1.vjp(input=lambda g, out: times(g, cj(plus(out, 1))))


@op(promote="float", inplace=True)
def log(B, input: T):
    """Return the natural logarithm; -inf at 0, nan below.

    Example:
        >>> torch.log(torch.tensor([1., 0., -1.]))
        tensor([0., -inf, nan])
    """
    return B.log(input)


log.vjp(input=lambda g, input: over(g, cj(input)))


@op(promote="float", inplace=True)
def log2(B, input: T):
    """Return the logarithm to base 2."""
    return B.log(input) * (1 / LN2) if B.kind(input) == "c" else B.log2(input)


log2.vjp(input=lambda g, input: over(g, cj(times(input, LN2))))


@op(promote="float", inplace=True)
def log10(B, input: T):
    """Return the logarithm to base 10."""
    return B.log10(input)


log10.vjp(input=lambda g, input: over(g, cj(times(input, LN10))))


@op(promote="float", inplace=True, ns=("torch", "special"), grad_name="Log1PBackward0")
def log1p(B, input: T):
    """Return log(1 + input), accurate near zero."""
    return B.log1p(input)


log1p.vjp(input=lambda g, input: over(g, cj(plus(input, 1))))


# ------------------------------------------------------------------ roots and powers

@op(promote="float", inplace=True)
def sqrt(B, input: T):
    """Return the square root; nan below zero. The gradient at 0 is inf."""
    return B.sqrt(input)


sqrt.vjp(input=lambda g, out: over(g, cj(times(out, 2))))


@op(promote="float", inplace=True)
def rsqrt(B, input: T):
    """Return 1 / sqrt(input); inf at 0, nan below."""
    return B.cast(1 / B.sqrt(wide(B, input)), input.dtype)


rsqrt.vjp(input=lambda g, out: times(g, cj(times(times(square(out), out), -0.5))))


@op(inplace=True, grad_name="PowBackward0")
def square(B, input: T):
    """Return input**2; integers stay integers, booleans become int64."""
    if B.kind(input) == "b":
        return B.cast(input, B.dt(dtypes.int64))
    return input * input


square.vjp(input=lambda g, input: times(g, cj(times(input, 2))))


@op(promote="float", inplace=True)
def reciprocal(B, input: T):
    """Return 1 / input; inf at 0."""
    return 1 / input


reciprocal.vjp(input=lambda g, out: times(g, cj(neg(square(out)))))


# ------------------------------------------------------------------ trigonometry

@op(promote="float", inplace=True)
def sin(B, input: T):
    """Return the sine of an angle in radians."""
    return B.sin(input)


sin.vjp(input=lambda g, input: times(g, cj(cos(input))))


@op(promote="float", inplace=True)
def cos(B, input: T):
    """Return the cosine of an angle in radians."""
    return B.cos(input)


cos.vjp(input=lambda g, input: times(g, cj(neg(sin(input)))))


@op(promote="float", inplace=True)
def tan(B, input: T):
    """Return the tangent of an angle in radians."""
    return B.tan(input)


tan.vjp(input=lambda g, out: times(g, cj(plus(square(out), 1))))


@op(promote="float", inplace=True, aliases=("arcsin",))
def asin(B, input: T):
    """Return the angle in [-pi/2, pi/2] whose sine is input; nan outside [-1, 1]."""
    return B.asin(input)


asin.vjp(input=lambda g, input: times(g, cj(rsqrt(minus(1, square(input))))))


@op(promote="float", inplace=True, aliases=("arccos",))
def acos(B, input: T):
    """Return the angle in [0, pi] whose cosine is input; nan outside [-1, 1]."""
    return B.acos(input)


acos.vjp(input=lambda g, input: times(g, cj(neg(rsqrt(minus(1, square(input)))))))


@op(promote="float", inplace=True, aliases=("arctan",))
def atan(B, input: T):
    """Return the angle in (-pi/2, pi/2) whose tangent is input."""
    return B.atan(input)


atan.vjp(input=lambda g, input: over(g, cj(plus(square(input), 1))))


@op(promote="float", inplace=True)
def sinh(B, input: T):
    """Return the hyperbolic sine."""
    return B.sinh(input)


sinh.vjp(input=lambda g, input: times(g, cj(cosh(input))))


@op(promote="float", inplace=True)
def cosh(B, input: T):
    """Return the hyperbolic cosine."""
    return B.cosh(input)


cosh.vjp(input=lambda g, input: times(g, cj(sinh(input))))


@op(promote="float", inplace=True)
def tanh(B, input: T):
    """Return the hyperbolic tangent, in (-1, 1).

    Example:
        >>> torch.tanh(torch.tensor([-1., 0., 20.]))
        tensor([-0.7616,  0.0000,  1.0000])
    """
    return B.tanh(input)


@op(ns=())
def tanh_backward(B, grad: T, result: T):
    """Return grad * (1 - result**2), the gradient of tanh from its result."""
    slope = 1 - result * result
    if B.kind(slope) == "c":
        slope = B.conj(slope)
    slope *= grad
    return slope


tanh.vjp(input=lambda g, out: tanh_backward(g, out))
tanh_backward.vjp(grad=lambda g, result: g * (1 - result * result),
                  result=lambda g, grad, result: cj(g) * grad * cj(result) * -2)


@op(promote="float", inplace=True, aliases=("arcsinh",))
def asinh(B, input: T):
    """Return the inverse hyperbolic sine."""
    return B.asinh(input)


asinh.vjp(input=lambda g, input: times(g, cj(rsqrt(plus(square(input), 1)))))


@op(promote="float", inplace=True, aliases=("arccosh",))
def acosh(B, input: T):
    """Return the inverse hyperbolic cosine; nan below 1."""
    return B.acosh(input)


acosh.vjp(input=lambda g, input: g * cj(rsqrt(input - 1) * rsqrt(input + 1)))


@op(promote="float", inplace=True, aliases=("arctanh",))
def atanh(B, input: T):
    """Return the inverse hyperbolic tangent; inf at 1, nan outside [-1, 1]."""
    return B.atanh(input)


atanh.vjp(input=lambda g, input: over(g, cj(minus(1, square(input)))))


@op(promote="float", inplace=True, ns=("torch", "special"))
def sinc(B, input: T):
    """Return sin(pi x) / (pi x), and 1 at x = 0."""
    x = wide(B, input) * pi
    zero = x == 0
    x = B.where(zero, 1.0, x)
    return B.cast(B.where(zero, 1.0, B.sin(x) / x), input.dtype)


def _sinc_rule(g, input):
    x = input * pi
    zero = x == 0
    safe = where(zero, 1, x)
    return where(zero, 0, g * cj((cos(x) * x - sin(x)) / (safe * safe) * pi))


sinc.vjp(input=_sinc_rule)


@op(promote="float", inplace=True, grad_name="Deg2RadBackward0")
def deg2rad(B, input: T):
    """Return degrees in radians."""
    return input * _RAD


deg2rad.vjp(input=lambda g: times(g, _RAD))


@op(promote="float", inplace=True, grad_name="Rad2DegBackward0")
def rad2deg(B, input: T):
    """Return radians in degrees."""
    return input * _DEG


rad2deg.vjp(input=lambda g: times(g, _DEG))


# ------------------------------------------------------------------ the logistic curve

@op(promote="float", inplace=True)
def sigmoid(B, input: T):
    """Return 1 / (1 + exp(-input)), in (0, 1); also `torch.special.expit`.

    Example:
        >>> torch.sigmoid(torch.tensor([-1., 0., 100.]))
        tensor([0.2689, 0.5000, 1.0000])
    """
    x = B.exp(-wide(B, input))
    x += 1
    return B.cast(1 / x, input.dtype)


@op(ns=())
def sigmoid_backward(B, grad: T, result: T):
    """Return grad * result * (1 - result), the gradient of sigmoid from its result."""
    slope = 1 - result
    slope *= result
    if B.kind(slope) == "c":
        slope = B.conj(slope)
    slope *= grad
    return slope


sigmoid.vjp(input=lambda g, out: sigmoid_backward(g, out))
sigmoid_backward.vjp(grad=lambda g, result: g * (1 - result) * result,
                     result=lambda g, grad, result: cj(g) * grad * cj(1 - result * 2))


@op(promote="float", inplace=True, ns=("torch", "special"))
def logit(B, input: T, eps=None):
    """Return log(x / (1 - x)), the inverse of sigmoid.

    Args:
        eps: x is first clamped to [eps, 1 - eps]; None leaves it, and gives nan outside [0, 1].
    """
    x = input                               # in half precision torch rounds every step, so no `wide` here
    if eps is not None:
        x = B.cast(B.minimum(B.maximum(x, eps), 1 - eps), x.dtype)
    return B.log(x / (1 - x))


def _logit_rule(g, input, eps):
    least, there = (0.0, float("nan")) if eps is None else (eps, 0.0)
    return logit_backward(g, input, least, 1.0 - least, there)


@op(ns=())
def logit_backward(B, grad: T, input: T, least, most, outside):
    """Return grad / (input * (1 - input)) where least <= input <= most, else `outside`: the gradient of logit."""
    slope = input * (1 - input)
    return B.where(B.logical_or(input < least, input > most), B.asarray(outside, dtype=grad.dtype), grad / slope)


logit.vjp(input=_logit_rule)
logit_backward.vjp(
    grad=lambda g, input, least, most: logit_backward(g, input, least, most, 0.0),
    input=lambda g, grad, input, least, most: where(
        (input < least) | (input > most), 0, g * grad * (input * 2 - 1) / (input * (1 - input)) ** 2))


# ------------------------------------------------------------------ signs

@op(name="abs", inplace=True, aliases=("absolute",))
def absolute(B, input: T):
    """Return the absolute value; of a complex number its modulus, a real one.

    The gradient at 0 is 0.

    Example:
        >>> torch.abs(torch.tensor([-1., 2., -0.]))
        tensor([1., 2., 0.])
    """
    not_for(B, input, "b", "abs_cpu")
    return B.abs(input)


@method(name="abs_", aliases=("absolute_",))
def _abs_(input):
    """In-place form of `abs`."""
    if input.dtype.kind == "c":
        raise RuntimeError("In-place abs is not supported for complex tensors.")
    return absolute.inplace(input)


absolute.vjp(input=lambda g, input: times(g, sgn(input)))


@op(inplace=True, aliases=("negative",))
def neg(B, input: T):
    """Return -input; booleans are refused."""
    if B.kind(input) == "b":
        raise RuntimeError("Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
                           "invert a mask, use the `~` or `logical_not()` operator instead.")
    return -input


neg.vjp(input=lambda g: neg(g))


@composite
def positive(input):
    """Return input itself; booleans are refused."""
    if input.dtype is dtypes.bool:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


@op(inplace=True)
def sign(B, input: T):
    """Return -1, 0 or 1, and 0 for nan; booleans stay as they are. The gradient is 0."""
    kind = B.kind(input)
    if kind == "c":
        raise NotImplementedError("Unlike NumPy, torch.sign is not intended to support complex numbers. "
                                  "Please use torch.sgn instead.")
    return _sign(B, input, kind)


def _sign(B, x, kind):
    if kind == "f":
        return B.cast(x > 0, x.dtype) - B.cast(x < 0, x.dtype)
    return B.copy(x) if kind == "b" else B.sign(x)


sign.vjp(input=nothing)


@op(inplace=True)
def sgn(B, input: T):
    """Return input / |input|, and 0 at 0: the sign, or the direction of a complex number."""
    return _sign(B, input, B.kind(input))


def _sgn_rule(g, input, out):
    if getattr(out.dtype, "kind", "c") not in "cW":
        return nothing(g)
    length = absolute(input)
    zero = length == 0
    along = real_part(cj(out) * g)                   # the part of g that only changes the length
    return where(zero, 0, (g - along * out) / where(zero, 1, length))


sgn.vjp(input=_sgn_rule)


@op(differentiable=False)
def signbit(B, input: T):
    """Return whether the sign bit is set, as it is for -0."""
    kind = B.kind(input)
    if kind == "f":
        return B.signbit(input)
    if kind == "c":
        raise NotImplementedError("signbit is not implemented for complex tensors.")
    return input < 0


# ------------------------------------------------------------------ rounding

def _rounded(B, input, function, kernel, name):
    """Round floats; integers are whole already; booleans and complex numbers are refused."""
    kind = B.kind(input)
    if kind == "f":
        return function(input)
    if kind == "c":
        raise NotImplementedError(f"{name} is not supported for complex inputs")
    not_for(B, input, "b", kernel)
    return B.copy(input)


@op(inplace=True)
def floor(B, input: T):
    """Return the largest whole number not above input. The gradient is 0."""
    return _rounded(B, input, B.floor, "floor_vml_cpu", "floor")


floor.vjp(input=nothing)


@op(inplace=True)
def ceil(B, input: T):
    """Return the smallest whole number not below input. The gradient is 0."""
    return _rounded(B, input, B.ceil, "ceil_vml_cpu", "ceil")


ceil.vjp(input=nothing)


@op(inplace=True, aliases=("fix",))
def trunc(B, input: T):
    """Return input without its fraction. The gradient is 0."""
    return _rounded(B, input, B.trunc, "trunc_vml_cpu", "trunc")


trunc.vjp(input=nothing)


@op(name="round", inplace=True, ns=("torch", "special"),
    grad_name=lambda args: "RoundBackward1" if args[1] else "RoundBackward0")
def round_(B, input: T, *, decimals=0):
    """Round to the nearest number of `decimals` decimals, halves to the even one. The gradient is 0.

    Args:
        decimals: digits kept behind the point; negative ones round to tens, hundreds, ...

    Example:
        >>> torch.round(torch.tensor([0.5, 1.5, -2.5]))
        tensor([ 0.,  2., -2.])
    """
    not_for(B, input, "bc" if not decimals else "biuc", "round_vml_cpu" if not decimals else "round_cpu")
    if B.kind(input) != "f":
        return B.copy(input)
    if not decimals:
        return B.round(input)
    x, scale = wide(B, input), 10.0 ** (decimals if decimals > 0 else -decimals)
    x = B.round(x * scale) / scale if decimals > 0 else B.round(x / scale) * scale
    return B.cast(x, input.dtype)


round_.vjp(input=nothing)


@op(inplace=True)
def frac(B, input: T):
    """Return input - trunc(input), which has the sign of input."""
    not_for(B, input, "biuc", "frac_cpu")
    return input - B.trunc(input)


frac.vjp(input=lambda g: g)


# ------------------------------------------------------------------ not a number

@op(inplace=True)
def nan_to_num(B, input: T, nan=None, posinf=None, neginf=None):
    """Replace nan by `nan` (0), inf by `posinf` (the largest finite number), -inf by `neginf` (the smallest)."""
    kind = B.kind(input)
    if kind not in "fc":
        return B.copy(input)
    info = dtypes.finfo(B.torch_dtype(input))
    limits = (0.0 if nan is None else nan, info.max if posinf is None else posinf,
              info.min if neginf is None else neginf)
    if kind == "c":
        return B.make_complex(_finite(B, B.real(input), *limits), _finite(B, B.imag(input), *limits))
    return _finite(B, input, *limits)


def _finite(B, x, nan, posinf, neginf):
    infinite = B.where(x > 0, B.asarray(posinf, dtype=x.dtype), neginf)
    return B.where(B.isnan(x), nan, B.where(B.isinf(x), infinite, x))


nan_to_num.vjp(input=lambda g, input: where(isfinite(input), g, 0))
