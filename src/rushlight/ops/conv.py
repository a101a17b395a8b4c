"""Convolution and transposed convolution in one, two and three dimensions.

Windows become columns and a matrix product does the rest; a convolution with one input channel a
group adds up its taps instead. Three ops are closed under differentiation: the convolution, its
transpose (also the gradient of the input) and the gradient of the weight; the rule of each is
written with the other two.
"""
import warnings

from .. import errors
from ..core.op import T, composite, op
from ..core.tensor import Tensor
from ._dims import prod
from ._rules import c_name, cj, wide
from ._taps import blocks, columns, expanded, output_size, padded, pair_text, scatter_taps, tap_slices, unpadded
from .reduce import sum as sum_

NS = ("torch", "nn.functional")
_WIDE = 1024            # from so many outputs a sample on, each sample is a matrix product of its own


def _grouped(w, groups):
    """Return a weight as (groups, outputs of a group, inputs of a group * taps)."""
    return groups, w.shape[0] // groups, w.shape[1] * prod(w.shape[2:])


def _is_depthwise(w, groups):
    return groups > 1 and w.shape[1] == 1


def _sample_columns(B, x, kernel, out, stride, dilation, groups):
    """Return (batch, groups, inputs of a group * taps, outputs) of a padded array."""
    if prod(kernel) == 1 and all(s == 1 for s in stride):
        return B.reshape(x, (x.shape[0], groups, x.shape[1] // groups, prod(out)))
    cols = columns(B, x, kernel, out, stride, dilation)
    return B.reshape(cols, (x.shape[0], groups, x.shape[1] // groups * prod(kernel), prod(out)))


def _joint_columns(B, x, kernel, out, stride, dilation):
    """Return (inputs * taps, batch * outputs) of a padded array: one matrix for all samples."""
    cols = columns(B, x, kernel, out, stride, dilation)
    n = len(kernel)
    cols = B.permute_dims(cols, (1, *range(2, 2 + n), 0, *range(2 + n, 2 + 2 * n)))
    return B.reshape(cols, (x.shape[1] * prod(kernel), x.shape[0] * prod(out)))


def _convolve(B, x, w, stride, padding, dilation, groups):
    """Return the convolution of (N, C, *size) with (O, C/groups, *kernel)."""
    kernel = w.shape[2:]
    out = output_size(x.shape[2:], kernel, stride, padding, dilation)
    x = padded(B, x, padding)
    batch, outputs = x.shape[0], prod(out)
    if _is_depthwise(w, groups):
        return _add_taps(B, x, w, out, stride, dilation)
    matrix = B.reshape(w, _grouped(w, groups))
    result = B.empty((batch, w.shape[0], *out), dtype=x.dtype)
    joint = groups == 1 and outputs < _WIDE
    for i, j in blocks(batch, x.shape[1] * prod(kernel) * outputs):
        if joint:
            product = B.matmul(matrix[0], _joint_columns(B, x[i:j], kernel, out, stride, dilation))
            product = B.permute_dims(B.reshape(product, (w.shape[0], j - i, outputs)), (1, 0, 2))
        else:
            product = B.matmul(matrix, _sample_columns(B, x[i:j], kernel, out, stride, dilation, groups))
        B.put(result, slice(i, j), B.reshape(product, (j - i, w.shape[0], *out)))
    return result


def _add_taps(B, x, w, out, stride, dilation):
    """Convolve with one input channel a group: a sum over the taps."""
    times = w.shape[0] // x.shape[1]
    taps = B.reshape(w, (x.shape[1], times, prod(w.shape[2:]), *[1] * len(out)))
    result = B.zeros((x.shape[0], x.shape[1], times, *out), dtype=x.dtype)
    x = B.expand_dims(x, axis=2)
    for k, index in enumerate(tap_slices(w.shape[2:], out, stride, dilation)):
        result += x[index] * taps[:, :, k]
    return B.reshape(result, (x.shape[0], w.shape[0], *out))


def _spread(B, g, w, size, stride, padding, dilation, groups):
    """Return the transposed convolution of (N, O, *out) with (O, C/groups, *kernel): (N, C, *size)."""
    kernel, out = w.shape[2:], g.shape[2:]
    batch, channels = g.shape[0], w.shape[1] * groups
    around = tuple([max(s + 2 * p, d * (k - 1) + (o - 1) * t + 1)
                    for s, p, k, o, t, d in zip(size, padding, kernel, out, stride, dilation)])
    result = B.empty((batch, channels, *size), dtype=g.dtype)
    g = B.reshape(g, (batch, groups, g.shape[1] // groups, prod(out)))
    matrix = B.matrix_transpose(B.reshape(w, _grouped(w, groups)))
    for i, j in blocks(batch, channels * prod(kernel) * prod(out)):
        if groups == 1 and prod(out) < _WIDE:
            rows = B.reshape(B.permute_dims(g[i:j, 0], (1, 0, 2)), (g.shape[2], (j - i) * prod(out)))
            cols = B.reshape(B.matmul(matrix[0], rows), (channels, prod(kernel), j - i, *out))
            cols = B.permute_dims(cols, (2, 0, 1, *range(3, 3 + len(out))))
        else:
            cols = B.reshape(B.matmul(matrix, g[i:j]), (j - i, channels, prod(kernel), *out))
        full = scatter_taps(B, cols, around, kernel, out, stride, dilation)
        B.put(result, slice(i, j), unpadded(full, padding, size))
    return result


def _weigh(B, g, x, kernel, stride, padding, dilation, groups):
    """Return the gradient of a convolution's weight from that of its output and its input."""
    out = g.shape[2:]
    x = padded(B, x, padding)
    outputs, channels = g.shape[1], x.shape[1] // groups
    shape = (outputs, channels, *kernel)
    if groups > 1 and channels == 1:
        axes = (0, *range(3, 3 + len(out)))
        g = B.reshape(g, (g.shape[0], x.shape[1], outputs // x.shape[1], *out))
        x = B.expand_dims(x, axis=2)
        taps = [B.sum(g * x[index], axis=axes) for index in tap_slices(kernel, out, stride, dilation)]
        return B.reshape(B.stack(taps, axis=2), shape)
    total = B.zeros((groups, outputs // groups, channels * prod(kernel)), dtype=g.dtype)
    g = B.reshape(g, (g.shape[0], groups, outputs // groups, prod(out)))
    for i, j in blocks(g.shape[0], x.shape[1] * prod(kernel) * prod(out)):
        if groups == 1:
            rows = B.reshape(B.permute_dims(g[i:j, 0], (1, 0, 2)), (outputs, (j - i) * prod(out)))
            cols = _joint_columns(B, x[i:j], kernel, out, stride, dilation)
            total += B.matmul(rows, B.matrix_transpose(cols))
        else:
            cols = _sample_columns(B, x[i:j], kernel, out, stride, dilation, groups)
            total += B.sum(B.matmul(g[i:j], B.matrix_transpose(cols)), axis=0)
    return B.reshape(total, shape)


def _with_bias(B, x, bias, dtype):
    if bias is not None:
        x = x + B.reshape(B.cast(bias, x.dtype), (1, -1) + (1,) * (x.ndim - 2))
    return B.cast(x, dtype)


# ------------------------------------------------------------------ the three ops

@op(ns=(), grad_name="ConvolutionBackward0")
def convolution(B, input: T, weight: T, bias: T = None, stride=(1,), padding=(0,), dilation=(1,), groups=1):
    """Return the convolution of (N, C, *size) with (O, C/groups, *kernel); options are tuples of ints."""
    found = _convolve(B, wide(B, input), wide(B, weight), stride, padding, dilation, groups)
    return _with_bias(B, found, bias, input.dtype)


@op(ns=(), grad_name="ConvolutionBackward0")
def convolution_transposed(B, input: T, weight: T, bias: T = None, size=(1,), stride=(1,), padding=(0,), dilation=(1,),
                           groups=1):
    """Return the transposed convolution (N, C, *size) of (N, O, *out) with (O, C/groups, *kernel)."""
    found = _spread(B, wide(B, input), wide(B, weight), size, stride, padding, dilation, groups)
    return _with_bias(B, found, bias, input.dtype)


@op(ns=())
def convolution_weight(B, grad: T, input: T, kernel, stride, padding, dilation, groups):
    """Return the gradient of the weight (O, C/groups, *kernel) from (N, O, *out) and the input (N, C, *size)."""
    found = _weigh(B, wide(B, grad), wide(B, input), kernel, stride, padding, dilation, groups)
    return B.cast(found, input.dtype)


def _first(x, shape):
    """Return the first elements: output padding of a stride or more makes room for more of them than there were."""
    return x if tuple(x.shape) == tuple(shape) else x[tuple([slice(0, n) for n in shape])]


def _bias_rule(g):
    return sum_(g, (0, *range(2, len(g.shape))))


convolution.vjp(
    input=lambda g, input_shape, weight, stride, padding, dilation, groups:
        convolution_transposed(g, cj(weight), None, input_shape[2:], stride, padding, dilation, groups),
    weight=lambda g, input, weight_shape, stride, padding, dilation, groups:
        convolution_weight(g, cj(input), weight_shape[2:], stride, padding, dilation, groups),
    bias=_bias_rule)
convolution_transposed.vjp(
    input=lambda g, input_shape, weight, stride, padding, dilation, groups:
        _first(convolution(g, cj(weight), None, stride, padding, dilation, groups), input_shape),
    weight=lambda g, input, weight_shape, stride, padding, dilation, groups:
        convolution_weight(cj(input), g, weight_shape[2:], stride, padding, dilation, groups),
    bias=_bias_rule)
convolution_weight.vjp(
    grad=lambda g, grad_shape, input, stride, padding, dilation, groups:
        _first(convolution(cj(input), g, None, stride, padding, dilation, groups), grad_shape),
    input=lambda g, grad, input_shape, stride, padding, dilation, groups:
        convolution_transposed(cj(grad), g, None, input_shape[2:], stride, padding, dilation, groups))


# ------------------------------------------------------------------ checks

def _option(name, value, n):
    if not isinstance(value, int) and not hasattr(value, "__iter__"):
        raise TypeError(f"conv{n}d(): argument '{name}' must be tuple of ints, not {type(value).__name__}")
    found = expanded(value, n)
    if found is None:
        raise RuntimeError(f"expected {name} to be a single integer value or a list of {n} values to match the "
                           f"convolution dimensions, but got {name}={list(value)}")
    return found


def _check_tensors(name, input, weight, bias):
    for k, (what, value) in enumerate((("input", input), ("weight", weight), ("bias", bias))):
        if not isinstance(value, Tensor) and (what != "bias" or value is not None):
            raise TypeError(errors.must_be_tensor(name, what, k, value))


def _batched(name, input, n):
    """Return (input with a batch dimension, whether it had one)."""
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, but got input of "
                           f"size: {list(input.shape)}")
    return (input, True) if input.ndim == n + 2 else (input.unsqueeze(0), False)


def _check_options(stride, padding, dilation, groups):
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if any(p < 0 for p in padding):
        raise RuntimeError("negative padding is not supported")
    if any(s <= 0 for s in stride):
        raise RuntimeError("non-positive stride is not supported")
    if any(d < 0 for d in dilation):
        raise RuntimeError("dilation should be greater than zero")


def _check_no_zero(dilation):
    if 0 in dilation:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")


def _check_types(input, weight, bias):
    if weight.dtype is not input.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype.short} but found {weight.dtype.short}")
    if bias is not None and bias.dtype is not input.dtype:
        raise RuntimeError(f"Input type ({c_name(input.dtype)}) and bias type ({c_name(bias.dtype)}) should be the same")


def _check_bias(weight, bias, outputs, transposed=""):
    if bias is not None and (bias.ndim != 1 or bias.shape[0] != outputs):
        raise RuntimeError(f"Given {transposed}weight of size {list(weight.shape)}, expected bias to be 1-dimensional "
                           f"with {outputs} elements, but got bias of size {list(bias.shape)} instead")


def _check_weight_dims(shape, size, stride):
    n = len(size) - 2
    if n < 1:
        raise RuntimeError("weight should have at least three dimensions")
    if len(stride) > 1:
        raise RuntimeError(f"expected stride to be a single integer value or a list of {n} values to match the convolution "
                           f"dimensions, but got stride={list(stride)}")
    raise RuntimeError(f"Expected {n + 2}-dimensional input for {n + 2}-dimensional weight {size}, but got "
                       f"{len(shape)}-dimensional input of size {shape} instead")


def _check_convolution(input, weight, bias, stride, padding, dilation, groups):
    shape, size = list(input.shape), list(weight.shape)
    if len(size) != len(shape):
        _check_weight_dims(shape, size, stride)
    _check_options(stride, padding, dilation, groups)
    if size[0] < groups:
        raise RuntimeError(f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of "
                           f"size {size} instead")
    if size[0] % groups:
        raise RuntimeError(f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got "
                           f"weight of size [{size}] instead")
    if shape[1] != size[1] * groups:
        raise RuntimeError(f"Given groups={groups}, weight of size {size}, expected input{shape} to have "
                           f"{size[1] * groups} channels, but got {shape[1]} channels instead")
    _check_bias(weight, bias, size[0])
    _check_no_zero(dilation)
    around = [s + 2 * p for s, p in zip(shape[2:], padding)]
    reach = [d * (k - 1) + 1 for k, d in zip(size[2:], dilation)]
    if any(a < r for a, r in zip(around, reach)):
        raise RuntimeError(f"Calculated padded input size per channel: ({pair_text(around)}). Kernel size: "
                           f"({pair_text(reach)}). Kernel size can't be greater than actual input size")
    _check_types(input, weight, bias)


def _named_padding(padding, input, weight, stride, dilation):
    """Return (input, numbers) for padding="same" or "valid"; uneven widths are put around the input."""
    n = len(stride)
    if padding == "valid":
        return input, (0,) * n
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    total = [d * (k - 1) for k, d in zip(weight.shape[2:], dilation)]
    if any(t % 2 for t in total):
        from .pad import pad
        warnings.warn("Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of "
                      "the input be created", stacklevel=4)
        input = pad(input, [w for t in reversed(total) for w in (0, t % 2)])
    return input, tuple([t // 2 for t in total])


def _conv(name, n, input, weight, bias, stride, padding, dilation, groups):
    _check_tensors(name, input, weight, bias)
    x, batched = _batched(name, input, n)
    stride, dilation = _option("stride", stride, n), _option("dilation", dilation, n)
    if isinstance(padding, str):
        x, padding = _named_padding(padding, x, weight, stride, dilation)
    else:
        padding = _option("padding", padding, n)
    _check_convolution(x, weight, bias, stride, padding, dilation, groups)
    out = convolution(x, weight, bias, stride, padding, dilation, groups)
    return out if batched else out.squeeze(0)


def _conv_transpose(name, n, input, weight, bias, stride, padding, output_padding, groups, dilation):
    _check_tensors(name, input, weight, bias)
    x, batched = _batched(name, input, n)
    stride, padding, dilation = (_option(k, v, n) for k, v in
                                 (("stride", stride), ("padding", padding), ("dilation", dilation)))
    extra = _option("output_padding", output_padding, n)
    _check_options(stride, padding, dilation, groups)
    _check_no_zero(dilation)
    size = list(weight.shape)
    if x.shape[1] != size[0]:
        raise RuntimeError(f"Given transposed=1, weight of size {size}, expected input{list(x.shape)} to have {size[0]} "
                           f"channels, but got {x.shape[1]} channels instead")
    _check_bias(weight, bias, size[1] * groups, "transposed=1, ")
    if any(e >= s and e >= d for e, s, d in zip(extra, stride, dilation)):
        dims = ("depth", "height", "width")[3 - n:]
        said = " ".join(f"{what}_{d}: {v}" for what, values in
                        (("output_padding", extra), ("stride", stride), ("dilation", dilation))
                        for d, v in zip(dims, values))
        raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {said}")
    out = tuple([(s - 1) * t - 2 * p + d * (k - 1) + e + 1
                 for s, t, p, d, k, e in zip(x.shape[2:], stride, padding, dilation, size[2:], extra)])
    if any(o < 1 for o in out):
        raise RuntimeError(f"Given input size per channel: ({pair_text(x.shape[2:])}). Calculated output size per "
                           f"channel: ({pair_text(out)}). Output size is too small")
    _check_types(x, weight, bias)
    found = convolution_transposed(x, weight, bias, out, stride, padding, dilation, groups)
    return found if batched else found.squeeze(0)


# ------------------------------------------------------------------ the public functions

@composite(ns=NS, method=False)
def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Return the convolution (cross-correlation) of a (N, C, L) or (C, L) input.

    Args:
        weight: (O, C/groups, k).
        bias: (O,).
        stride, padding, dilation: an int or a tuple of one; padding also "valid" or "same".
        groups: how many groups of channels are convolved apart.

    Returns: (N, O, L'), L' = (L + 2 padding - dilation (k - 1) - 1) // stride + 1.
    """
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


@composite(ns=NS, method=False)
def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Return the convolution of a (N, C, H, W) or (C, H, W) input; arguments as in `conv1d`.

    Example:
        >>> torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2))
        tensor([[[[4., 4.],
                  [4., 4.]]]])
    """
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


@composite(ns=NS, method=False)
def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Return the convolution of a (N, C, D, H, W) or (C, D, H, W) input; arguments as in `conv1d`."""
    return _conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


@composite(ns=NS, method=False)
def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Return the transposed convolution of a (N, C, L) or (C, L) input: the gradient of `conv1d`'s input.

    Args:
        weight: (C, O/groups, k).
        bias: (O,).
        stride, padding, dilation, groups: those of the convolution it transposes.
        output_padding: added to one side of the output's size.

    Returns: (N, O, L'), L' = (L - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1.
    """
    return _conv_transpose("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation)


@composite(ns=NS, method=False)
def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Return the transposed convolution of a (N, C, H, W) input; arguments as in `conv_transpose1d`."""
    return _conv_transpose("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation)


@composite(ns=NS, method=False)
def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Return the transposed convolution of a (N, C, D, H, W) input; arguments as in `conv_transpose1d`."""
    return _conv_transpose("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation)
