"""Activation functions: the rectifier family, smooth gates, shrinkage, softmax.

All are elementwise but for `softmax` and its relatives, `glu` and `normalize`. `inplace=True` writes the
result into the input. Half precision is computed in float32.
"""
import warnings
from math import pi, sqrt as _sqrt

from .. import dtypes
from ..core.modes import no_grad
from ..core.op import T, composite, op
from ..core.tensor import OPS
from ._dims import wrap_dim
from ._rules import not_for, packed, wide
from .pointwise import exp, log, sigmoid, tanh
from .pointwise_binary import clamp, div, sub
from .pointwise_logic import choose as where
from .special import erf_of

FUNCTIONAL = "nn.functional"
_NOT_FLOAT = "biuc"


def _either(function, input, inplace, *options):
    """Apply an op, or its in-place form."""
    return function.inplace(input, *options) if inplace else function(input, *options)


# ------------------------------------------------------------------ rectifiers

@op(inplace=True)
def relu(B, input: T):
    """Return max(input, 0); nan stays. The gradient at 0 is 0.

    Example:
        >>> torch.relu(torch.tensor([-1., 0., 2.]))
        tensor([0., 0., 2.])
    """
    kind = B.kind(input)
    if kind in "bc":
        if kind == "b":
            raise RuntimeError("Boolean inputs not supported for relu")
        raise NotImplementedError("clamp is not supported for complex types")
    return B.maximum(input, 0)


@op(ns=())
def relu_backward(B, grad: T, result: T):
    """Return grad where result > 0 (or is nan), else 0: the gradient of relu from its result."""
    return B.blank(grad, result <= 0)


relu.vjp(input=lambda g, out: relu_backward(g, out))
relu_backward.vjp(grad=lambda g, result: relu_backward(g, result))


@composite(ns=FUNCTIONAL, name="relu", method=False)
def _functional_relu(input, inplace=False):
    """Return max(input, 0); see `torch.relu`."""
    return relu.inplace(input) if inplace else relu(input)


@composite(ns=FUNCTIONAL, name="relu_")
def _functional_relu_(input):
    """Write max(input, 0) into input; see `torch.relu`."""
    return relu.inplace(input)


@op(ns=(), name="threshold", inplace=True)
def _threshold(B, input: T, threshold, value):
    not_for(B, input, "bc", "threshold_cpu")
    return B.where(input <= threshold, B.asarray(value, dtype=input.dtype), input)


_threshold.vjp(input=lambda g, input, threshold: where(input <= threshold, 0, g))


@composite(ns=("torch", FUNCTIONAL), method=False)
def threshold(input, threshold, value, inplace=False, *, out=None):
    """Return input where it exceeds `threshold` (or is nan), else `value`."""
    if out is not None:
        return _threshold(input, threshold, value, out=out)
    return _either(_threshold, input, inplace, threshold, value)


@composite(ns=("torch", FUNCTIONAL), method=False)
def threshold_(input, threshold, value):
    """Write `threshold(input, ...)` into input."""
    return _threshold.inplace(input, threshold, value)


@op(ns=(), name="hardtanh", inplace=True)
def _hardtanh(B, input: T, min_val, max_val):
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if B.kind(input) == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if B.kind(input) in "iu":
        min_val, max_val = int(min_val), int(max_val)
    return B.cast(B.minimum(B.maximum(input, min_val), max_val), input.dtype)


@op(ns=())
def hardtanh_backward(B, grad: T, input: T, min_val, max_val):
    """Return grad where min_val < input < max_val (or is nan), else 0: the gradient of hardtanh."""
    return B.where(B.logical_or(input <= min_val, input >= max_val), B.zeros_like(grad), grad)


_hardtanh.vjp(input=lambda g, input, min_val, max_val: hardtanh_backward(g, input, min_val, max_val))
hardtanh_backward.vjp(grad=lambda g, input, min_val, max_val: hardtanh_backward(g, input, min_val, max_val))


@composite(ns=FUNCTIONAL, method=False)
def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """Return input limited to [min_val, max_val]; the gradient at the limits is 0."""
    return _either(_hardtanh, input, inplace, min_val, max_val)


@composite(ns=FUNCTIONAL, method=False)
def hardtanh_(input, min_val=-1.0, max_val=1.0):
    """Write `hardtanh(input, ...)` into input."""
    return _hardtanh.inplace(input, min_val, max_val)


@composite(ns=FUNCTIONAL, method=False)
def relu6(input, inplace=False):
    """Return min(max(input, 0), 6)."""
    return _either(_hardtanh, input, inplace, 0.0, 6.0)


@op(ns=(), name="leaky_relu", inplace=True)
def _leaky_relu(B, input: T, negative_slope):
    not_for(B, input, _NOT_FLOAT, "leaky_relu_cpu")
    return B.where(input > 0, input, B.cast(input * negative_slope, input.dtype))


@op(ns=())
def leaky_relu_backward(B, grad: T, input: T, negative_slope):
    """Return grad where input > 0, else negative_slope * grad: the gradient of leaky_relu."""
    return B.where(input > 0, grad, B.cast(grad * negative_slope, grad.dtype))


_leaky_relu.vjp(input=lambda g, input, negative_slope: leaky_relu_backward(g, input, negative_slope))
leaky_relu_backward.vjp(grad=lambda g, input, negative_slope: leaky_relu_backward(g, input, negative_slope))


@composite(ns=FUNCTIONAL, method=False)
def leaky_relu(input, negative_slope=0.01, inplace=False):
    """Return input where positive, else negative_slope * input."""
    return _either(_leaky_relu, input, inplace, negative_slope)


@composite(ns=FUNCTIONAL, method=False)
def leaky_relu_(input, negative_slope=0.01):
    """Write `leaky_relu(input, ...)` into input."""
    return _leaky_relu.inplace(input, negative_slope)


@op(ns=(), name="prelu", grad_name="PreluKernelBackward0")
def _prelu(B, input: T, weight: T):
    not_for(B, input, _NOT_FLOAT, "prelu_cpu")
    return B.where(input > 0, input, input * weight)


_prelu.vjp(input=lambda g, input, weight: where(input > 0, g, g * weight),
           weight=lambda g, input: where(input > 0, 0, g * input))


@composite(ns=("torch", FUNCTIONAL))
def prelu(input, weight):
    """Return input where positive, else weight * input, with a learnable weight.

    Args:
        input: (n, c, ...); weight: one number, or one for each channel c.
    """
    if input.dtype is not weight.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {input.dtype.short} and {weight.dtype.short}")
    if weight.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")
    if weight.numel() != 1:
        if not input.ndim:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = input.shape[1] if input.ndim > 1 else 1
        if channels != weight.numel():
            raise RuntimeError("Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                               f"{weight.numel()} and channel size = {channels}.")
        weight = weight.reshape([1, channels] + [1] * (input.ndim - 2))
    elif weight.ndim:
        weight = weight.reshape([1] * input.ndim)
    return _prelu(input, weight)


@op(ns=(), name="rrelu_with_noise", promote="common", inplace=True)
def _rrelu(B, input: T, noise: T):
    not_for(B, input, _NOT_FLOAT, "rrelu_cpu")
    return packed(B, B.where(input <= 0, input * noise, input))


_rrelu.vjp(input=lambda g, input, noise: where(input <= 0, g * noise, g))


def _slopes(input, lower, upper):
    """Draw a slope for each element that is not positive, in order; 1 elsewhere."""
    with no_grad():
        slopes, negative = OPS.ones_like(input), input <= 0
        drawn = OPS.empty((int(negative.sum()),), dtype=dtypes.float64, device=input.device).uniform_(lower, upper)
        slopes[negative] = drawn.to(input.dtype)
    return slopes


@composite(ns=("torch", FUNCTIONAL), method=False)
def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    """Return input where positive, else a * input; in training a is drawn from U(lower, upper) for each element.

    Outside of training a = (lower + upper) / 2.
    """
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    return _either(_rrelu, input, inplace, _slopes(input, lower, upper) if training else (lower + upper) / 2)


@composite(ns=("torch", FUNCTIONAL), method=False)
def rrelu_(input, lower=1 / 8, upper=1 / 3, training=False):
    """Write `rrelu(input, ...)` into input."""
    return rrelu(input, lower, upper, training, True)


# ------------------------------------------------------------------ exponential units

@op(ns=(), name="elu", inplace=True)
def _elu(B, input: T, alpha, scale, input_scale):
    not_for(B, input, _NOT_FLOAT, "elu_cpu")
    x = wide(B, input)
    low = B.expm1(B.minimum(x, 0) * input_scale) * (alpha * scale)
    return B.cast(B.where(x <= 0, low, x * scale if scale != 1 else x), input.dtype)


@op(ns=())
def elu_backward(B, grad: T, input: T, alpha, scale, input_scale):
    """Return grad times the derivative of elu at input."""
    g, x = wide(B, grad), wide(B, input)
    low = B.exp(B.minimum(x, 0) * input_scale) * g * (alpha * scale * input_scale)
    return B.cast(B.where(x <= 0, low, g * scale), grad.dtype)


_elu.vjp(input=lambda g, input, alpha, scale, input_scale: elu_backward(g, input, alpha, scale, input_scale))
elu_backward.vjp(
    grad=lambda g, input, alpha, scale, input_scale: elu_backward(g, input, alpha, scale, input_scale),
    input=lambda g, grad, input, alpha, scale, input_scale: where(
        input <= 0, g * grad * exp(clamp(input, max=0) * input_scale) * (alpha * scale * input_scale * input_scale), 0))


@composite(ns=FUNCTIONAL, method=False)
def elu(input, alpha=1.0, inplace=False):
    """Return input where positive, else alpha * (exp(input) - 1)."""
    return _either(_elu, input, inplace, alpha, 1.0, 1.0)


@composite(ns=FUNCTIONAL, method=False)
def elu_(input, alpha=1.0):
    """Write `elu(input, alpha)` into input."""
    return _elu.inplace(input, alpha, 1.0, 1.0)


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


@composite(ns=("torch", FUNCTIONAL), method=False)
def selu(input, inplace=False):
    """Return scale * (max(input, 0) + min(alpha * (exp(input) - 1), 0)) with the self-normalising constants.

    Source: Klambauer et al., Self-Normalizing Neural Networks, 2017 (alpha = 1.67326..., scale = 1.05070...).
    """
    return _either(_elu, input, inplace, _SELU_ALPHA, _SELU_SCALE, 1.0)


@composite(ns=("torch", FUNCTIONAL), method=False)
def selu_(input):
    """Write `selu(input)` into input."""
    return _elu.inplace(input, _SELU_ALPHA, _SELU_SCALE, 1.0)


@op(ns=(), name="celu", inplace=True)
def _celu(B, input: T, alpha):
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    not_for(B, input, _NOT_FLOAT, "elu_cpu")
    x = wide(B, input)
    return B.cast(B.where(x <= 0, B.expm1(x / alpha) * alpha, x), input.dtype)


_celu.vjp(input=lambda g, input, alpha: elu_backward(g, input, alpha, 1.0, 1.0 / alpha))


@composite(ns=("torch", FUNCTIONAL), method=False)
def celu(input, alpha=1.0, inplace=False):
    """Return max(input, 0) + min(alpha * (exp(input / alpha) - 1), 0)."""
    return _either(_celu, input, inplace, alpha)


@composite(ns=("torch", FUNCTIONAL), method=False)
def celu_(input, alpha=1.0):
    """Write `celu(input, alpha)` into input."""
    return _celu.inplace(input, alpha)


# ------------------------------------------------------------------ smooth gates

_ROOT_HALF, _GELU_OUTER, _GELU_INNER = _sqrt(0.5), _sqrt(2 / pi), 0.044715


@op(ns=FUNCTIONAL, method=False)
def gelu(B, input: T, *, approximate="none"):
    """Return input * Phi(input), Phi being the distribution function of the standard normal.

    Args:
        approximate: "none" for the exact form (by erf) or "tanh" for
            0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x**3))).

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    """
    not_for(B, input, _NOT_FLOAT, "GeluKernelImpl")
    x = wide(B, input)
    if approximate == "none":
        half = erf_of(B, x * _ROOT_HALF)
    elif approximate == "tanh":
        half = B.tanh((x * x * _GELU_INNER + 1) * x * _GELU_OUTER)
    else:
        raise RuntimeError("approximate argument must be either none or tanh.")
    half += 1
    half *= 0.5
    half *= x
    return B.cast(half, input.dtype)


@op(ns=())
def gelu_backward(B, grad: T, input: T, approximate):
    """Return grad times the derivative of gelu."""
    x = wide(B, input)
    square = x * x
    if approximate == "none":
        slope = erf_of(B, x * _ROOT_HALF)
        slope += 1
        slope *= 0.5
        slope += B.exp(square * -0.5) * x * (_GELU_OUTER * 0.5)
    else:
        t = B.tanh((square * _GELU_INNER + 1) * x * _GELU_OUTER)
        slope = (1 - t * t) * x * (square * (3 * _GELU_INNER * _GELU_OUTER) + _GELU_OUTER)
        slope += t
        slope += 1
        slope *= 0.5
    slope *= grad
    return B.cast(slope, input.dtype)


def _gelu_curvature(x, approximate):
    """Return the second derivative of gelu."""
    if approximate == "none":
        return exp(x * x * -0.5) * (2 - x * x) * (_GELU_OUTER * 0.5)
    t = tanh((x * x * _GELU_INNER + 1) * x * _GELU_OUTER)
    inner = x * x * (3 * _GELU_INNER * _GELU_OUTER) + _GELU_OUTER
    return (1 - t * t) * (inner + x * x * (3 * _GELU_INNER * _GELU_OUTER) - t * x * inner * inner)


gelu.vjp(input=lambda g, input, approximate: gelu_backward(g, input, approximate))
gelu_backward.vjp(grad=lambda g, input, approximate: gelu_backward(g, input, approximate),
                  input=lambda g, grad, input, approximate: g * grad * _gelu_curvature(input, approximate))


@op(ns=(), name="silu", inplace=True)
def _silu(B, input: T):
    not_for(B, input, "biu", "silu_cpu")
    x = wide(B, input)
    y = B.exp(-x)
    y += 1
    return B.cast(x / y, input.dtype)


@op(ns=())
def silu_backward(B, grad: T, input: T):
    """Return grad * s * (1 + x * (1 - s)) with s = sigmoid(x), the gradient of silu."""
    x = wide(B, input)
    s = B.exp(-x)
    s += 1
    s = 1 / s
    slope = 1 - s
    slope *= x
    slope += 1
    slope *= s
    if B.kind(slope) == "c":
        slope = B.conj(slope)
    slope *= grad
    return B.cast(slope, input.dtype)


def _silu_curvature(x):
    s = sigmoid(x)
    return s * (1 - s) * (x * (1 - s * 2) + 2)


_silu.vjp(input=lambda g, input: silu_backward(g, input))
silu_backward.vjp(grad=lambda g, input: silu_backward(g, input),
                  input=lambda g, grad, input: g * grad * _silu_curvature(input))


@composite(ns=FUNCTIONAL, method=False)
def silu(input, inplace=False):
    """Return input * sigmoid(input), also called swish."""
    return _either(_silu, input, inplace)


@op(ns=(), name="mish", inplace=True)
def _mish(B, input: T):
    not_for(B, input, _NOT_FLOAT, "mish_cpu")
    x = wide(B, input)
    return B.cast(x * B.tanh(B.logaddexp(x, B.zeros_like(x))), input.dtype)


@op(ns=())
def mish_backward(B, grad: T, input: T):
    """Return grad times the derivative of mish at input."""
    x = wide(B, input)
    t = B.tanh(B.logaddexp(x, B.zeros_like(x)))
    slope = x / (B.exp(-x) + 1) * (1 - t * t)
    slope += t
    slope *= grad
    return B.cast(slope, grad.dtype)


def _mish_curvature(x):
    s, t = sigmoid(x), tanh(softplus(x))
    return s * (1 - t * t) * (x * (1 - s * (t * 2 + 1)) + 2)


_mish.vjp(input=lambda g, input: mish_backward(g, input))
mish_backward.vjp(grad=lambda g, input: mish_backward(g, input),
                  input=lambda g, grad, input: g * grad * _mish_curvature(input))


@composite(ns=FUNCTIONAL, method=False)
def mish(input, inplace=False):
    """Return input * tanh(softplus(input))."""
    return _either(_mish, input, inplace)


@op(ns=(), name="hardswish", inplace=True)
def _hardswish(B, input: T):
    not_for(B, input, _NOT_FLOAT, "hardswish_cpu")
    x = wide(B, input)
    y = B.minimum(B.maximum(x + 3, 0), 6)
    y *= x
    y *= 1 / 6
    return B.cast(y, input.dtype)


@op(ns=())
def hardswish_backward(B, grad: T, input: T):
    """Return grad times the derivative of hardswish at input."""
    g, x = wide(B, grad), wide(B, input)
    return B.cast(B.where(x <= -3, B.zeros_like(g), B.where(x < 3, g * (x / 3 + 0.5), g)), grad.dtype)


_hardswish.vjp(input=lambda g, input: hardswish_backward(g, input))
hardswish_backward.vjp(grad=lambda g, input: hardswish_backward(g, input),
                       input=lambda g, grad, input: where((input > -3) & (input < 3), g * grad / 3, 0))


@composite(ns=FUNCTIONAL, method=False)
def hardswish(input, inplace=False):
    """Return input * min(max(input + 3, 0), 6) / 6."""
    return _either(_hardswish, input, inplace)


@op(ns=(), name="hardsigmoid", inplace=True)
def _hardsigmoid(B, input: T):
    not_for(B, input, _NOT_FLOAT, "hardsigmoid_cpu")
    y = B.minimum(B.maximum(wide(B, input) + 3, 0), 6)
    y *= 1 / 6
    return B.cast(y, input.dtype)


@op(ns=())
def hardsigmoid_backward(B, grad: T, input: T):
    """Return grad / 6 where -3 < input < 3, else 0: the gradient of hardsigmoid."""
    return B.where(B.logical_and(input > -3, input < 3), B.cast(wide(B, grad) / 6, grad.dtype), B.zeros_like(grad))


_hardsigmoid.vjp(input=lambda g, input: hardsigmoid_backward(g, input))
hardsigmoid_backward.vjp(grad=lambda g, input: hardsigmoid_backward(g, input))


@composite(ns=FUNCTIONAL, method=False)
def hardsigmoid(input, inplace=False):
    """Return min(max(input + 3, 0), 6) / 6."""
    return _either(_hardsigmoid, input, inplace)


@composite(ns=FUNCTIONAL, name="sigmoid", method=False)
def _functional_sigmoid(input):
    """Return 1 / (1 + exp(-input)); see `torch.sigmoid`."""
    return sigmoid(input)


@composite(ns=FUNCTIONAL, name="tanh", method=False)
def _functional_tanh(input):
    """Return the hyperbolic tangent; see `torch.tanh`."""
    return tanh(input)


@op(ns=FUNCTIONAL, method=False)
def softplus(B, input: T, beta=1.0, threshold=20.0):
    """Return log(1 + exp(beta * input)) / beta, a smooth relu; input itself where beta * input > threshold."""
    not_for(B, input, _NOT_FLOAT, "softplus_cpu")
    x = wide(B, input)
    scaled = x * beta if beta != 1 else x
    y = B.log1p(B.exp(B.minimum(scaled, threshold)))
    if beta != 1:
        y = y / beta
    return B.cast(B.where(scaled > threshold, x, y), input.dtype)


@op(ns=())
def softplus_backward(B, grad: T, input: T, beta, threshold):
    """Return grad times the derivative of softplus at input."""
    g, scaled = wide(B, grad), wide(B, input) * beta
    return B.cast(B.where(scaled > threshold, g, g / (B.exp(-scaled) + 1)), grad.dtype)


def _softplus_curvature(input, beta, threshold):
    s = sigmoid(input * beta)
    return where(input * beta > threshold, 0, s * (1 - s) * beta)


softplus.vjp(input=lambda g, input, beta, threshold: softplus_backward(g, input, beta, threshold))
softplus_backward.vjp(grad=lambda g, input, beta, threshold: softplus_backward(g, input, beta, threshold),
                      input=lambda g, grad, input, beta, threshold: g * grad * _softplus_curvature(input, beta, threshold))


@op(ns=FUNCTIONAL, method=False, grad_name="LogSigmoidBackward0")
def logsigmoid(B, input: T):
    """Return log(sigmoid(input)) without overflow."""
    not_for(B, input, _NOT_FLOAT, "log_sigmoid_cpu")
    x = packed(B, wide(B, input))
    return B.cast(B.minimum(x, 0) - B.log1p(B.exp(-B.abs(x))), input.dtype)


@op(ns=())
def logsigmoid_backward(B, grad: T, input: T):
    """Return grad * sigmoid(-input), the gradient of logsigmoid."""
    return B.cast(wide(B, grad) / (B.exp(wide(B, input)) + 1), grad.dtype)


logsigmoid.vjp(input=lambda g, input: logsigmoid_backward(g, input))
logsigmoid_backward.vjp(grad=lambda g, input: logsigmoid_backward(g, input),
                        input=lambda g, grad, input: -g * grad * sigmoid(input) * sigmoid(-input))


@composite(ns=FUNCTIONAL, method=False)
def softsign(input):
    """Return input / (1 + |input|)."""
    return div(input, input.abs() + 1)


@composite(ns=FUNCTIONAL, method=False)
def tanhshrink(input):
    """Return input - tanh(input)."""
    return sub(input, tanh(input))


# ------------------------------------------------------------------ shrinkage

@op(ns=FUNCTIONAL, method=False)
def softshrink(B, input: T, lambd=0.5):
    """Return input moved towards 0 by `lambd`, and 0 within; nan stays."""
    not_for(B, input, _NOT_FLOAT, "softshrink_check")
    if not 0 <= lambd <= 3.40282e38:
        raise RuntimeError(f"lambda must be in range [0, 3.40282e+38] for input dtype {B.torch_dtype(input).short}, "
                           f"but found {lambd:g}")
    x = wide(B, input)
    return B.cast(B.where(x > lambd, x - lambd, B.where(x < -lambd, x + lambd, x * 0)), input.dtype)


@op(ns=())
def shrink_backward(B, grad: T, input: T, lambd):
    """Return grad where |input| > lambd (or nan), else 0: the gradient of softshrink and hardshrink."""
    return B.where(B.logical_and(input >= -lambd, input <= lambd), B.zeros_like(grad), grad)


softshrink.vjp(input=lambda g, input, lambd: shrink_backward(g, input, lambd))
shrink_backward.vjp(grad=lambda g, input, lambd: shrink_backward(g, input, lambd))


@op(ns=("torch", FUNCTIONAL))
def hardshrink(B, input: T, lambd=0.5):
    """Return input where |input| > lambd (or nan), else 0."""
    not_for(B, input, _NOT_FLOAT, "hardshrink_cpu")
    return B.where((input >= -lambd) & (input <= lambd), 0, input)


hardshrink.vjp(input=lambda g, input, lambd: shrink_backward(g, input, lambd))


# ------------------------------------------------------------------ softmax

def _softmax_check(B, input, dtype, kernel):
    """Return the input in the wanted dtype; dtypes without a kernel are refused."""
    if dtype is not None:
        input = B.cast(input, B.dt(dtype))
    not_for(B, input, "biuc", kernel)
    return input


def _shifted(B, x, dim):
    """Return x minus its maximum along `dim`, which keeps exp from overflowing."""
    return x - B.max(x, axis=dim, keepdims=True) if x.size else B.copy(x)


@op(name="softmax", ns=("torch", "special"))
def _softmax(B, input: T, dim, dtype=None):
    """Return exp(input) / sum(exp(input), dim): positive numbers with sum 1 along `dim`."""
    x = _softmax_check(B, input, dtype, "softmax_lastdim_kernel_impl")
    dim = wrap_dim(dim, x.ndim)
    if not x.ndim:
        return B.exp(x - x)
    y = packed(B, wide(B, x))
    found = B.by_kernel("softmax", y, dim)
    if found is None:
        found = B.exp(_shifted(B, y, dim))
        found /= B.sum(found, axis=dim, keepdims=True)
    return B.cast(found, x.dtype)


@op(ns=())
def softmax_backward(B, grad: T, result: T, dim):
    """Return result * (grad - sum(grad * result, dim)), the gradient of softmax from its result."""
    if not result.ndim:
        return grad * 0
    along = grad * result
    total = B.sum(along, axis=wrap_dim(dim, result.ndim), keepdims=True)
    along -= result * total
    return along


def _softmax_twice(g, grad, result, dim):
    from .reduce import sum
    return g * grad - sum(grad * result, dim, True) * g - sum(g * result, dim, True) * grad


_softmax.vjp(input=lambda g, out, dim: softmax_backward(g, out, dim))
softmax_backward.vjp(grad=lambda g, result, dim: softmax_backward(g, result, dim), result=_softmax_twice)


@op(name="log_softmax", ns=("torch", "special"))
def _log_softmax(B, input: T, dim, dtype=None):
    """Return log(softmax(input, dim)) without loss of accuracy."""
    x = _softmax_check(B, input, dtype, "log_softmax_lastdim_kernel_impl")
    dim = wrap_dim(dim, x.ndim)
    if not x.ndim:
        return x - x
    y = _shifted(B, packed(B, wide(B, x)), dim)
    total = B.sum(B.exp(y), axis=dim, keepdims=True)
    if x.dtype.itemsize == 2 and dim == x.ndim - 1:         # PyTorch keeps the sums of rows in half precision
        total = B.cast(B.cast(total, x.dtype), y.dtype)
        y -= B.cast(B.cast(B.log(total), x.dtype), y.dtype)
    else:
        y -= B.log(total)
    return B.cast(y, x.dtype)


@op(ns=())
def log_softmax_backward(B, grad: T, result: T, dim):
    """Return grad - exp(result) * sum(grad, dim), the gradient of log_softmax from its result."""
    if not result.ndim:
        return grad * 0
    y = B.exp(result)
    y *= -B.sum(grad, axis=wrap_dim(dim, result.ndim), keepdims=True)
    y += grad
    return y


def _log_softmax_grad_rule(g, result, dim):
    from .reduce import sum
    return g - sum(g * exp(result), dim, True)


def _log_softmax_result_rule(g, grad, result, dim):
    from .reduce import sum
    return -(g * exp(result) * sum(grad, dim, True))


_log_softmax.vjp(input=lambda g, out, dim: log_softmax_backward(g, out, dim))
log_softmax_backward.vjp(grad=_log_softmax_grad_rule, result=_log_softmax_result_rule)


def _implicit_dim(name, ndim, stacklevel):
    import warnings
    warnings.warn(f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an "
                  "argument.", stacklevel=stacklevel + 1)
    return 0 if ndim in (0, 1, 3) else 1


@composite(ns=FUNCTIONAL, name="softmax", method=False)
def _functional_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Return exp(input) / sum(exp(input), dim): positive numbers with sum 1 along `dim`.

    Args:
        dtype: the dtype to cast the input to first.

    Example:
        >>> torch.nn.functional.softmax(torch.tensor([0., 0.]), dim=0)
        tensor([0.5000, 0.5000])
    """
    if dim is None:
        dim = _implicit_dim("softmax", input.ndim, _stacklevel)
    return _softmax(input, dim, dtype)


@composite(ns=FUNCTIONAL, method=False)
def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """Return softmax(-input, dim)."""
    if dim is None:
        dim = _implicit_dim("softmin", input.ndim, _stacklevel)
    return _softmax(-input, dim, dtype)


@composite(ns=FUNCTIONAL, name="log_softmax", method=False)
def _functional_log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Return log(softmax(input, dim)) without loss of accuracy."""
    if dim is None:
        dim = _implicit_dim("log_softmax", input.ndim, _stacklevel)
    return _log_softmax(input, dim, dtype)


@composite(ns=FUNCTIONAL, method=False)
def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """Return a sample of the relaxed categorical distribution with the given logits.

    Args:
        tau: the temperature; smaller is closer to one-hot.
        hard: return one-hot samples, whose gradient is that of the soft ones.

    Source: Jang et al., Categorical Reparameterization with Gumbel-Softmax, 2016.
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    noise = -log(OPS.empty(logits.shape, dtype=logits.dtype, device=logits.device).exponential_())
    soft = _softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    return OPS.zeros_like(logits).scatter_(dim, index, 1.0) - soft.detach() + soft


# ------------------------------------------------------------------ of several elements

@op(ns=FUNCTIONAL, method=False)
def glu(B, input: T, dim=-1):
    """Return a * sigmoid(b), a and b being the halves of input along `dim`."""
    not_for(B, input, _NOT_FLOAT, "glu_cpu")
    if not input.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    a, b = _halves(input, dim)
    x = B.exp(-wide(B, b))
    x += 1
    return B.cast(a / x, input.dtype)


def _halves(x, dim):
    dim = wrap_dim(dim, x.ndim)
    n = x.shape[dim]
    if n % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {n}")
    lead = (slice(None),) * dim
    return x[lead + (slice(0, n // 2),)], x[lead + (slice(n // 2, n),)]


def _glu_rule(g, input, dim):
    a, b = _halves(input, dim)
    s = sigmoid(b)
    return _join_two(g * s, g * a * s * (1 - s), dim)


@op(ns=())
def _join_two(B, first: T, second: T, dim):
    return B.concat([first, second], axis=wrap_dim(dim, first.ndim))


_join_two.vjp(first=lambda g, dim: _halves(g, dim)[0], second=lambda g, dim: _halves(g, dim)[1])


glu.vjp(input=_glu_rule)


@composite(ns=FUNCTIONAL, method=False)
def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """Return input / max(norm(input, p, dim), eps): vectors of length 1 along `dim`.

    Args:
        p: the order of the norm; dim: an int or a tuple; eps: keeps a zero vector from dividing by zero.

    Example:
        >>> torch.nn.functional.normalize(torch.tensor([[3., 4.]]))
        tensor([[0.6000, 0.8000]])
    """
    from .reduce_norm import norm
    length = norm(input, p, dim, keepdim=True).clamp_min(eps)
    return div(input, length) if out is None else div(input, length, out=out)
