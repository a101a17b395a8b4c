"""Normalisation: layer, batch, group, instance, RMS and local response norm.

The fused ops compute mean and 1/sqrt(variance + eps) over some axes, in float64 sums, and keep both for a
one-step gradient. A second backward differentiates the plain formula instead (`_through_formula`).
"""
import warnings

from .. import dtypes
from ..backend import base as backends
from ..core.op import T, composite, op
from ..core.tensor import Tensor
from ._dims import prod
from ._rules import c_name, not_for, packed, refuse_gradient
from .pointwise import rsqrt
from .reduce import mean as mean_
from .reduce import sum as sum_
from .shape import reshape

NORM_NS = ("torch", "nn.functional")


# ------------------------------------------------------------------ what they share

def _mean(B, x, axes, n):
    """Return the mean over axes, kept, summed in float64."""
    return B.sum(x, axis=axes, keepdims=True, dtype=B.float64) / n


def _normalised(B, x, axes, eps):
    """Return (x - mean) rstd, mean, biased variance and rstd over `axes`, all but the first kept in small."""
    if not B.is_contiguous(x):
        x = B.copy(x)
    work = B.cast(x, B.float32) if x.dtype.itemsize == 2 else x
    n = prod([x.shape[a] for a in axes]) or 1
    mean = _mean(B, work, axes, n)
    centred = work - B.cast(mean, work.dtype)
    var = _mean(B, centred * centred, axes, n)
    rstd = 1.0 / B.sqrt(var + eps)
    return (centred * B.cast(rstd, work.dtype), B.cast(mean, work.dtype), B.cast(var, work.dtype),
            B.cast(rstd, work.dtype))


def _affine(B, x, weight, bias, shape, dtype):
    """Return x * weight + bias in `dtype`, both in a shape that broadcasts."""
    if weight is not None:
        x = x * B.reshape(B.cast(weight, x.dtype), shape)
    if bias is not None:
        x = x + B.reshape(B.cast(bias, x.dtype), shape)
    return B.cast(x, dtype)


def _backward(B, grad, x, mean, rstd, weight, shape, axes, param_axes, has_bias):
    """Return the gradients of input, weight and bias (None where absent) from what the forward kept."""
    work = mean.dtype
    g = B.cast(grad, work)
    normal = (B.cast(x, work) - mean) * rstd
    n = prod([x.shape[a] for a in axes]) or 1
    of_weight = of_bias = None
    if weight is not None:
        of_weight = B.cast(B.reshape(B.sum(g * normal, axis=param_axes), weight.shape), weight.dtype)
    if has_bias:
        of_bias = B.sum(g, axis=param_axes)
    if weight is not None:
        g = g * B.reshape(B.cast(weight, work), shape)
    a = B.cast(_mean(B, g, axes, n), work)
    b = B.cast(_mean(B, g * normal, axes, n), work)
    return B.cast((g - a - normal * b) * rstd, x.dtype), of_weight, of_bias


def _through_formula(g, x, weight, bias_shape, shape, axes, param_axes, eps):
    """The same gradients in library ops, so that they can be differentiated again."""
    mean = mean_(x, axes, True)
    centred = x - mean
    rstd = rsqrt(mean_(centred * centred, axes, True) + eps)
    normal = centred * rstd
    of_weight = of_bias = None
    if weight is not None:
        of_weight = reshape(_summed(g * normal, param_axes), weight.shape)
    if bias_shape:
        of_bias = reshape(_summed(g, param_axes), bias_shape)
    if weight is not None:
        g = g * reshape(weight, shape)
    of_input = (g - mean_(g, axes, True) - normal * mean_(g * normal, axes, True)) * rstd
    return of_input, of_weight, of_bias


def _summed(x, axes):
    """Return the sum over axes, of which there may be none (where `sum` would take them all)."""
    return sum_(x, axes) if axes else x


def _check_parameters(B, x, *params):
    """Raise torch's error for a weight or bias whose dtype does not go with the input's."""
    for p in params:
        if p is not None and p.dtype != x.dtype and not (x.dtype.itemsize == 2 and p.dtype == B.float32):
            raise RuntimeError(f"mixed dtype (CPU): expect parameter to have scalar type of "
                               f"{'Float' if x.dtype.itemsize == 2 else B.torch_dtype(x).short}")


_OUTPUTS = ("out", "mean", "var", "rstd")
_GRADIENTS = ("of_input", "of_weight", "of_bias")


def _as_arrays(B, found):
    """Return gradients with an empty array in place of an absent one: ops return arrays."""
    return tuple([B.zeros((0,)) if r is None else r for r in found])


def _wanted(found, needs):
    """Return the gradients of (input, weight, bias) that are asked for."""
    return tuple([r if needed else None for r, needed in zip(found, needs)])


# ------------------------------------------------------------------ layer norm

def _rows(shape, normalized_shape):
    """Return (axes, axes of the parameters) of a layer norm over the last dimensions."""
    n = len(shape) - len(normalized_shape)
    return tuple(range(n, len(shape))), tuple(range(n))


def _check_normalized_shape(x, normalized_shape, weight, bias=None, star="*, "):
    size = list(normalized_shape)
    if not size:
        raise RuntimeError("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
                           f"element, but got normalized_shape = {size}")
    for name, p in (("weight", weight), ("bias", bias)):
        if p is not None and list(p.shape) != size:
            raise RuntimeError(f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                               f"{list(p.shape)} and normalized_shape = {size}")
    if list(x.shape[len(x.shape) - len(size):]) != size:
        raise RuntimeError(f"Given normalized_shape={size}, expected input with shape [{star}"
                           f"{', '.join(map(str, size))}], but got input of size{list(x.shape)}")


@op(ns=(), outputs=_OUTPUTS, returns="out", grad_name="NativeLayerNormBackward0")
def layer_norm_forward(B, input: T, normalized_shape, weight: T = None, bias: T = None, eps=1e-5):
    """Return the layer norm and what its gradient needs; statistics keep the normalised axes with size 1."""
    _check_normalized_shape(input, normalized_shape, weight, bias)
    not_for(B, input, "iubc", "LayerNormKernelImpl")
    _check_parameters(B, input, weight, bias)
    axes, _ = _rows(input.shape, normalized_shape)
    if input.dtype.itemsize == 2:
        wider = [None if x is None else B.cast(x, B.float32) for x in (input, weight, bias)]
        found = B.by_kernel("layer_norm_forward", packed(B, wider[0]), normalized_shape, *wider[1:], eps)
        if found is not None:
            return B.cast(found[0], input.dtype), *found[1:]
    out, mean, var, rstd = _normalised(B, input, axes, eps)
    return _affine(B, out, weight, bias, normalized_shape, input.dtype), mean, var, rstd


@op(ns=(), outputs=_GRADIENTS)
def layer_norm_backward(B, grad: T, input: T, mean: T, rstd: T, normalized_shape, weight: T = None, has_bias=True):
    """Return the gradients of `layer_norm_forward` for input, weight and bias."""
    axes, others = _rows(input.shape, normalized_shape)
    return _as_arrays(B, _backward(B, grad, input, mean, rstd, weight, normalized_shape, axes, others, has_bias))


def _layer_norm_rule(g, input, mean, rstd, normalized_shape, weight, bias_shape, eps, needs):
    if isinstance(g, Tensor):
        axes, others = _rows(input.shape, normalized_shape)
        found = _through_formula(g, input, weight, bias_shape, normalized_shape, axes, others, eps)
    else:
        found = layer_norm_backward(g, input, mean, rstd, normalized_shape, weight if needs[1] or needs[0] else None,
                                    needs[2])
    return _wanted(found, needs)


layer_norm_forward.vjp_all(_layer_norm_rule)


@composite(ns="nn.functional", method=False)
def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Return (x - mean) / sqrt(var + eps) * weight + bias over the last dimensions.

    Args:
        normalized_shape: the sizes of those dimensions.
        weight, bias: of that shape.

    Source: Ba et al., Layer Normalization (2016); var is the biased variance.
    """
    if isinstance(normalized_shape, int):
        raise TypeError("layer_norm(): argument 'normalized_shape' (position 2) must be tuple of ints, not int")
    return layer_norm_forward(input, tuple(normalized_shape), weight, bias, eps)


@composite(name="layer_norm", method=False)
def _torch_layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    """`nn.functional.layer_norm` under torch's own name; `cudnn_enable` is for CUDA alone."""
    return layer_norm(input, normalized_shape, weight, bias, eps)


@composite(method=False)
def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """Return (layer norm, mean, 1/sqrt(var + eps)); the statistics have size 1 in the normalised dimensions."""
    out = layer_norm(input, normalized_shape, weight, bias, eps)
    dim = tuple(range(-len(normalized_shape), 0))
    mean = input.mean(dim, keepdim=True)
    return out, mean, rsqrt(input.var(dim, correction=0, keepdim=True) + eps)


# ------------------------------------------------------------------ batch norm

def _channels(shape):
    """Return (axes of the statistics, shape of the parameters) of a batch norm."""
    return (0, *range(2, len(shape))), (1, -1) + (1,) * (len(shape) - 2)


@op(ns=(), outputs=_OUTPUTS, returns=("out", "mean", "var"), grad_name="NativeBatchNormBackward0")
def batch_norm_forward(B, input: T, weight: T = None, bias: T = None, eps=1e-5):
    """Return the batch norm of (N, C, ...) by its own statistics, and these, of shape (1, C, 1, ...)."""
    not_for(B, input, "iubc", "batch_norm")
    axes, shape = _channels(input.shape)
    out, mean, var, rstd = _normalised(B, input, axes, eps)
    return _affine(B, out, weight, bias, shape, input.dtype), mean, var, rstd


@op(ns=(), outputs=_GRADIENTS)
def batch_norm_backward(B, grad: T, input: T, mean: T, rstd: T, weight: T = None, has_bias=True):
    """Return the gradients of `batch_norm_forward` for input, weight and bias."""
    axes, shape = _channels(input.shape)
    return _as_arrays(B, _backward(B, grad, input, mean, rstd, weight, shape, axes, axes, has_bias))


def _batch_norm_rule(g, input, mean, rstd, weight, bias_shape, eps, needs):
    g = g[0]
    if isinstance(g, Tensor):
        axes, shape = _channels(input.shape)
        found = _through_formula(g, input, weight, bias_shape, shape, axes, axes, eps)
    else:
        found = batch_norm_backward(g, input, mean, rstd, weight, needs[2])
    return _wanted(found, needs)


batch_norm_forward.vjp_all(_batch_norm_rule)


@op(ns=(), grad_name="NativeBatchNormBackward0")
def batch_norm_inference(B, input: T, running_mean: T, running_var: T, weight: T = None, bias: T = None, eps=1e-5):
    """Return the batch norm of (N, C, ...) by given statistics."""
    not_for(B, input, "iubc", "batch_norm")
    if not B.is_contiguous(input):
        input = B.copy(input)
    work = B.float32 if input.dtype.itemsize == 2 else input.dtype
    _, shape = _channels(input.shape)
    rstd = 1.0 / B.sqrt(B.cast(running_var, work) + eps)
    scale = rstd if weight is None else rstd * B.cast(weight, work)
    shift = -B.cast(running_mean, work) * scale
    if bias is not None:
        shift = shift + B.cast(bias, work)
    return B.cast(B.cast(input, work) * B.reshape(scale, shape) + B.reshape(shift, shape), input.dtype)


def _inference_rule(g, input, running_mean, running_var, weight, eps, needs):
    axes, shape = _channels(input.shape)
    rstd = rsqrt(running_var + eps)
    of_input = of_weight = of_bias = None
    if needs[0]:
        of_input = g * reshape(rstd if weight is None else rstd * weight, shape)
    if needs[3]:
        of_weight = sum_(g * ((input - reshape(running_mean, shape)) * reshape(rstd, shape)), axes)
    if needs[4]:
        of_bias = sum_(g, axes)
    return of_input, None, None, of_weight, of_bias


batch_norm_inference.vjp_all(_inference_rule)


def _update_running(running, found, momentum, factor=1.0):
    """Move a running statistic towards `factor * found`, in its own memory and, as in torch, unseen by any graph."""
    if running is None:
        return
    old = running._array
    B = backends.of_array(old)
    B.copyto(old, B.reshape(found._array, old.shape) * (momentum * factor) + old * (1.0 - momentum))


def count_batch(counter):
    """Add one to a 0-d counter of batches, in its own memory."""
    B = backends.of_array(counter._array)
    B.copyto(counter._array, counter._array + 1)


def _fits(p, channels, dtype):
    """Whether a parameter is what nearly all programs give: absent, or one number a channel of the input's dtype."""
    return p is None or (p._array.shape == channels and p._array.dtype is dtype)


def _check_batch_norm(input, running_mean, running_var, weight, bias, training):
    x = input._array
    channels, dtype = (x.shape[1] if x.ndim > 1 else 0,), x.dtype
    if running_mean is not None and (running_mean._req or running_var is None or running_var._req):
        refuse_gradient("native_batch_norm", running_mean=running_mean, running_var=running_var)
    if (_fits(running_mean, channels, dtype) and _fits(running_var, channels, dtype) and _fits(weight, channels, dtype)
            and _fits(bias, channels, dtype) and (training or (running_mean is not None and running_var is not None))):
        return
    for name, p in (("running_mean", running_mean), ("running_var", running_var), ("weight", weight), ("bias", bias)):
        if p is None:
            if not training and name.startswith("running"):
                raise RuntimeError(f"{name} must be defined in evaluation mode")
            continue
        if p.numel() != channels[0]:
            raise RuntimeError(f"{name} should contain {channels[0]} elements not {p.numel()}")
        if p.dtype is not input.dtype and not (dtype.itemsize == 2 and p.dtype is dtypes.float32):
            raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of "
                               f"{'Float' if dtype.itemsize == 2 else input.dtype.short}")


def _batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps):
    _check_batch_norm(input, running_mean, running_var, weight, bias, training)
    if not input.numel():
        return input.clone()
    if input.ndim < 2:
        input.size(1)           # raises torch's IndexError
    if not training:
        return batch_norm_inference(input, running_mean, running_var, weight, bias, eps)
    out, mean, var = batch_norm_forward(input, weight, bias, eps)
    if running_mean is not None or running_var is not None:
        n = input.numel() // input.size(1)
        _update_running(running_mean, mean, momentum)
        _update_running(running_var, var, momentum, n / (n - 1) if n > 1 else 1.0)
    return out


@composite(ns="nn.functional", method=False)
def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Return (x - mean) / sqrt(var + eps) * weight + bias for each channel of (N, C, ...).

    Args:
        running_mean, running_var: (C,); used unless `training`, and moved towards the batch's own while training.
        weight, bias: (C,).
        momentum: the weight of the batch in the running statistics.

    Raises: ValueError when training with one value a channel, and for an eps that is too small.

    Source: Ioffe and Szegedy (2015); the biased variance normalises, the unbiased one is kept.
    """
    if not input.ndim:
        input.size(1)           # raises torch's IndexError
    if training and input.ndim > 1 and input.numel() == input.shape[1]:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.size()}")
    if eps <= 0 if training else eps < 0:
        raise ValueError(f"batch_norm eps must be {'positive during training' if training else 'non-negative'}, but got {eps}")
    if not isinstance(momentum, (int, float)):
        raise TypeError("batch_norm(): argument 'momentum' (position 7) must be float, not "
                        + type(momentum).__name__)
    return _batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


@composite(name="batch_norm", method=False)
def _torch_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled):
    """`nn.functional.batch_norm` in the order of torch's own function; `cudnn_enabled` is for CUDA alone."""
    return _batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


# ------------------------------------------------------------------ instance norm

@composite(ns="nn.functional", method=False)
def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
                  momentum=0.1, eps=1e-5):
    """Return (x - mean) / sqrt(var + eps) * weight + bias for each channel of each sample of (N, C, ...).

    Args:
        running_mean, running_var: (C,); used when `use_input_stats` is False, else moved towards the samples' mean.
        weight, bias: (C,).

    Source: Ulyanov et al. (2016).
    """
    size = input.size()
    if use_input_stats:
        values = 1
        for n in size[2:]:
            values *= n
        if values == 1:
            raise ValueError(f"Expected more than 1 spatial element when training, got input size {size}")
    refuse_gradient("native_batch_norm", running_mean=running_mean, running_var=running_var)
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if running_mean is None and not use_input_stats:
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    n, c = size[0], size[1]
    each = [None if p is None else p.repeat(n) for p in (running_mean, running_var, weight, bias)]
    out = _batch_norm(input.reshape(1, n * c, *size[2:]), *each, use_input_stats, momentum, eps)
    if use_input_stats:
        for running, found in ((running_mean, each[0]), (running_var, each[1])):
            if running is not None:
                _update_running(running, found.view(n, c).mean(0), 1.0)
    return out.view(size)


@composite(name="instance_norm", method=False)
def _torch_instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps,
                         cudnn_enabled):
    """`nn.functional.instance_norm` in the order of torch's own function; `cudnn_enabled` is for CUDA alone."""
    return instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


# ------------------------------------------------------------------ group norm

def _grouped(shape, num_groups):
    """Return (N, G, C/G, values of a channel), the shape in which a group norm is computed."""
    return shape[0], num_groups, shape[1] // num_groups, prod(shape[2:])


_GROUP_AXES, _GROUP_OTHERS = (2, 3), (0, 3)


@op(ns=(), outputs=_OUTPUTS, returns="out", grad_name="NativeGroupNormBackward0")
def group_norm_forward(B, input: T, num_groups, weight: T = None, bias: T = None, eps=1e-5):
    """Return the group norm of (N, C, ...) and its statistics, of shape (N, G, 1, 1)."""
    not_for(B, input, "iubc", "GroupNormKernelImpl")
    _check_parameters(B, input, weight, bias)
    grouped = _grouped(input.shape, num_groups)
    out, mean, var, rstd = _normalised(B, B.reshape(input, grouped), _GROUP_AXES, eps)
    out = _affine(B, out, weight, bias, (1, *grouped[1:3], 1), input.dtype)
    return B.reshape(out, input.shape), mean, var, rstd


@op(ns=(), outputs=_GRADIENTS)
def group_norm_backward(B, grad: T, input: T, mean: T, rstd: T, num_groups, weight: T = None, has_bias=True):
    """Return the gradients of `group_norm_forward` for input, weight and bias."""
    grouped = _grouped(input.shape, num_groups)
    of_input, of_weight, of_bias = _backward(
        B, B.reshape(grad, grouped), B.reshape(input, grouped), mean, rstd, weight, (1, *grouped[1:3], 1),
        _GROUP_AXES, _GROUP_OTHERS, has_bias)
    if has_bias:
        of_bias = B.reshape(of_bias, (-1,))
    return _as_arrays(B, (B.reshape(of_input, input.shape), of_weight, of_bias))


def _group_norm_rule(g, input, mean, rstd, num_groups, weight, bias_shape, eps, needs):
    if isinstance(g, Tensor):
        grouped = _grouped(input.shape, num_groups)
        found = _through_formula(reshape(g, grouped), reshape(input, grouped), weight, bias_shape,
                                 (1, *grouped[1:3], 1), _GROUP_AXES, _GROUP_OTHERS, eps)
        found = (reshape(found[0], input.shape), *found[1:])
    else:
        found = group_norm_backward(g, input, mean, rstd, num_groups, weight, needs[2])
    return _wanted(found, needs)


group_norm_forward.vjp_all(_group_norm_rule)


@composite(ns="nn.functional", method=False)
def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Return (x - mean) / sqrt(var + eps) * weight + bias over groups of channels of each sample of (N, C, ...).

    Args:
        num_groups: how many groups, a divisor of C.
        weight, bias: (C,).

    Source: Wu and He (2018).
    """
    size = list(input.shape)
    if len(size) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(size)}")
    values = size[0] * size[1] // num_groups
    for n in size[2:]:
        values *= n
    if values == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")
    if size[1] % num_groups:
        raise RuntimeError("Expected number of channels in input to be divisible by num_groups, but got input of shape "
                           f"{size} and num_groups={num_groups}")
    for name, p in (("weight", weight), ("bias", bias)):
        if p is not None and (p.dim() != 1 or p.numel() != size[1]):
            raise RuntimeError(f"Expected {name} to be a vector of size equal to the number of channels in input, but "
                               f"got {name} of shape {list(p.shape)} and input of shape {size}")
    return group_norm_forward(input, num_groups, weight, bias, eps)


@composite(name="group_norm", method=False)
def _torch_group_norm(input, num_groups, weight=None, bias=None, eps=1e-5, cudnn_enabled=True):
    """`nn.functional.group_norm` under torch's own name; `cudnn_enabled` is for CUDA alone."""
    return group_norm(input, num_groups, weight, bias, eps)


# ------------------------------------------------------------------ RMS norm

@op(ns=(), outputs=("out", "rstd"), returns="out", grad_name="MulBackward0")
def rms_norm_forward(B, input: T, normalized_shape, weight: T = None, eps=1e-5):
    """Return the RMS norm and 1/sqrt(mean(x**2) + eps), which keeps the normalised axes with size 1."""
    axes, _ = _rows(input.shape, normalized_shape)
    if not B.is_contiguous(input):
        input = B.copy(input)
    work = B.cast(input, B.float32) if input.dtype.itemsize == 2 else input
    n = prod(normalized_shape) or 1
    rstd = B.cast(1.0 / B.sqrt(_mean(B, work * work, axes, n) + eps), work.dtype)
    return _affine(B, work * rstd, weight, None, normalized_shape, input.dtype), rstd


@op(ns=(), outputs=("of_input", "of_weight"))
def rms_norm_backward(B, grad: T, input: T, rstd: T, normalized_shape, weight: T = None):
    """Return the gradients of `rms_norm_forward` for input and weight."""
    axes, others = _rows(input.shape, normalized_shape)
    work = rstd.dtype
    g = B.cast(grad, work)
    normal = B.cast(input, work) * rstd
    of_weight = None
    if weight is not None:
        of_weight = B.cast(B.sum(g * normal, axis=others), weight.dtype)
        g = g * B.cast(weight, work)
    b = B.cast(_mean(B, g * normal, axes, prod(normalized_shape) or 1), work)
    return _as_arrays(B, (B.cast((g - normal * b) * rstd, input.dtype), of_weight))


def _rms_norm_rule(g, input, rstd, normalized_shape, weight, eps, needs):
    if isinstance(g, Tensor):
        axes, others = _rows(input.shape, normalized_shape)
        rstd = rsqrt(mean_(input * input, axes, True) + eps)
        normal = input * rstd
        of_weight = None if weight is None else _summed(g * normal, others)
        g = g if weight is None else g * weight
        found = ((g - normal * mean_(g * normal, axes, True)) * rstd, of_weight)
    else:
        found = rms_norm_backward(g, input, rstd, normalized_shape, weight)
    return _wanted(found, needs)


rms_norm_forward.vjp_all(_rms_norm_rule)


@composite(ns=NORM_NS, method=False)
def rms_norm(input, normalized_shape, weight=None, eps=None):
    """Return x / sqrt(mean(x**2) + eps) * weight over the last dimensions.

    Args:
        normalized_shape: the sizes of those dimensions.
        weight: of that shape.
        eps: by default the smallest step of the input's dtype at 1.

    Source: Zhang and Sennrich (2019).
    """
    size = tuple(normalized_shape)
    if not input.ndim:
        raise ValueError("Input tensor must have at least 1 dimensions, but got 0")
    _check_normalized_shape(input, size, weight, star="*")
    if input.dtype.category < dtypes.FLOATING:
        raise NotImplementedError(f"\"rms_norm\" not implemented for '{input.dtype.short}'")
    if eps is None:
        eps = dtypes.finfo(dtypes.float32 if input.dtype.itemsize == 2 else input.dtype).eps
    if weight is not None and weight.dtype is not input.dtype:
        warnings.warn("Mismatch dtype between input and weight: input dtype = "
                      f"{c_name(input.dtype)}, weight dtype = {c_name(weight.dtype)}, Cannot dispatch to fused "
                      "implementation.", stacklevel=2)
        return (rms_norm_forward(input, size, None, eps) * weight).to(input.dtype)
    if input.dtype.is_complex:          # not a norm at all, but what PyTorch computes
        found = input.contiguous() * rsqrt(mean_(input * input, tuple(range(-len(size), 0)), True) + eps)
        return found if weight is None else found * weight
    return rms_norm_forward(input, size, weight, eps)


# ------------------------------------------------------------------ local response norm

@composite(ns="nn.functional", method=False)
def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Return x / (k + alpha/size * sum of x**2 over neighbouring channels)**beta for (N, C, ...).

    Args:
        size: how many channels are neighbours: size//2 before, (size-1)//2 after.

    Source: Krizhevsky et al. (2012); channels beyond the ends count as 0.
    """
    from .pad import pad
    if input.dim() < 3:
        raise ValueError("Expected 3D or higher dimensionality"
                         f"                          input (got {input.dim()} dimensions)")
    if not input.numel():
        return input
    channels = input.size(1)
    around = pad(input * input, (0, 0) * (input.dim() - 2) + (size // 2, (size - 1) // 2))
    total = around.narrow(1, 0, channels)
    for i in range(1, size):
        total = total + around.narrow(1, i, channels)
    return input / (total / size * alpha + k) ** beta
