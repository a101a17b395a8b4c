"""Resizing of images and other grids: `interpolate` and its old names.

Every mode but "area" is separable: each output is a sum of a few inputs along one dimension after
the other. The gradient is the product with the transposed matrix of these weights.
"""
import math
import warnings

from ..core.op import T, composite, op
from ._rules import wide
from ._taps import along, contiguous
from .pool import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d

FUNCTIONAL = "nn.functional"
_NAMES = {"nearest": "UpsampleNearest", "nearest-exact": "UpsampleNearestExact", "linear": "UpsampleLinear",
          "bilinear": "UpsampleBilinear", "bicubic": "UpsampleBicubic", "trilinear": "UpsampleTrilinear"}
_ALIGNABLE = ("linear", "bilinear", "bicubic", "trilinear")
_MODES = "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact"
_DIMS = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}


# ------------------------------------------------------------------ the weights along one dimension

def _step(size, out, scale, align):
    """Return how far apart in the input two neighbouring outputs are."""
    if align:
        return (size - 1) / (out - 1) if out > 1 else 0.0
    return 1.0 / scale if scale else size / out


def _sources(B, out, step, mode, align, dt):
    """Return where in the input the centre of each output lies, in the arithmetic of torch's kernels."""
    at = B.astype(B.arange(out, dtype=B.int64), dt)
    step = B.asarray(step, dtype=dt)
    if mode == "nearest" or align:
        return at * step
    if mode == "nearest-exact":
        return (at + 0.5) * step
    return (at + 0.5) * step - 0.5


def _cubic_weights(t, a):
    """Return the weights of the four neighbours for a position t in [0, 1) between the middle two."""
    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _taps(B, size, out, scale, mode, align, dt):
    """Return [(indices, weights or None), ...]: each output is the sum of weights * input[indices]."""
    source = _sources(B, out, _step(size, out, scale, align), mode, align, dt)
    if mode.startswith("nearest"):
        return [(B.minimum(B.astype(B.floor(source), B.int64), size - 1), None)]
    if mode == "bicubic":
        low = B.floor(source)
        weights = _cubic_weights(source - low, -0.75)
        low = B.astype(low, B.int64)
        return [(B.minimum(B.maximum(low + k - 1, 0), size - 1), w) for k, w in enumerate(weights)]
    source = B.maximum(source, 0.0)
    low = B.minimum(B.astype(B.floor(source), B.int64), size - 1)
    part = source - B.astype(low, dt)
    return [(low, 1.0 - part), (B.minimum(low + 1, size - 1), part)]


def _filtered(B, size, out, scale, mode, align, dt):
    """Return the (out, size) matrix of the weights with antialiasing: a triangle or a cubic as wide as the step."""
    step = _step(size, out, scale, align)
    reach = 2.0 if mode == "bicubic" else 1.0
    support = reach * max(step, 1.0)
    rows = []
    for i in range(out):
        centre = step * (i + 0.5)
        first = max(int(centre - support + 0.5), 0)
        last = min(int(centre + support + 0.5), size)
        weights = [_filter((j - centre + 0.5) / max(step, 1.0), mode) for j in range(first, last)]
        total = sum(weights) or 1.0
        rows.append([0.0] * first + [w / total for w in weights] + [0.0] * (size - last))
    return B.astype(B.asarray(rows, dtype=B.float64), dt)


def _filter(x, mode):
    x = abs(x)
    if mode != "bicubic":
        return max(1.0 - x, 0.0)
    a = -0.5
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0


def _matrix(B, size, out, scale, mode, align, antialias, dt):
    """Return the (out, size) matrix of the weights."""
    if antialias:
        return _filtered(B, size, out, scale, mode, align, dt)
    columns = B.reshape(B.arange(size, dtype=B.int64), (1, size))
    total = B.zeros((out, size), dtype=dt)
    for indices, weights in _taps(B, size, out, scale, mode, align, dt):
        hit = B.astype(B.reshape(indices, (out, 1)) == columns, dt)
        total = total + (hit if weights is None else hit * B.reshape(weights, (out, 1)))
    return total


# ------------------------------------------------------------------ the op

def _coordinate_type(B, x):
    return B.float64 if x.dtype.itemsize == 8 else B.float32


@op(ns=(), grad_name=lambda args: f"{_NAMES[args[3]]}{len(args[1])}D{'Aa' if args[5] else ''}Backward0")
def resize_forward(B, input: T, out_size, scales, mode, align, antialias):
    """Return the input with its last dimensions resized to `out_size`."""
    kind = B.kind(input)
    if kind != "f" and not (kind == "u" and input.dtype.itemsize == 1):
        raise NotImplementedError(f"\"compute_indices_weights_{_NAMES[mode][8:].lower()}\" not implemented for "
                                  f"'{B.torch_dtype(input).short}'")
    exact = mode.startswith("nearest")
    x = input if exact else wide(B, input) if kind == "f" else B.astype(input, B.float32)
    dt = _coordinate_type(B, input)
    for k, (out, scale) in enumerate(zip(out_size, scales)):
        axis = x.ndim - len(out_size) + k
        size = x.shape[axis]
        if antialias:
            x = along(B, x, _matrix(B, size, out, scale, mode, align, True, x.dtype), axis)
            continue
        total = None
        for indices, weights in _taps(B, size, out, scale, mode, align, dt):
            part = B.take(x, indices, axis=axis)
            if weights is not None:
                part = part * B.reshape(B.astype(weights, x.dtype), (out,) + (1,) * (x.ndim - axis - 1))
            total = part if total is None else total + part
        x = total
    if kind == "u" and not exact:
        x = B.minimum(B.maximum(B.round(x), 0.0), 255.0)
    return contiguous(B, B.cast(x, input.dtype))


@op(ns=())
def resize_backward(B, grad: T, size, scales, mode, align, antialias):
    """Return the gradient of `resize_forward`'s input, of size `size` in the last dimensions."""
    x = wide(B, grad)
    for k, (s, scale) in enumerate(zip(size, scales)):
        axis = x.ndim - len(size) + k
        matrix = _matrix(B, s, x.shape[axis], scale, mode, align, antialias, x.dtype)
        x = along(B, x, B.matrix_transpose(matrix), axis)
    return contiguous(B, B.cast(x, grad.dtype))


resize_forward.vjp(input=lambda g, input_shape, scales, mode, align, antialias:
                   resize_backward(g, input_shape[len(input_shape) - len(scales):], scales, mode, align, antialias))
resize_backward.vjp(grad=lambda g, grad_shape, scales, mode, align, antialias:
                    resize_forward(g, grad_shape[len(grad_shape) - len(scales):], scales, mode, align, antialias))


# ------------------------------------------------------------------ interpolate

def _sizes(input, size, scale_factor, recompute):
    """Return (output sizes, scales to compute with: None where the sizes give them)."""
    n = input.ndim - 2
    spatial = list(input.shape[2:])
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        if isinstance(size, (list, tuple)):
            if len(size) != n:
                raise ValueError("Input and output must have the same number of spatial dimensions, but got input with "
                                 f"spatial dimensions of {spatial} and output size of {size}. Please provide input tensor "
                                 "in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.")
            return tuple([int(s) for s in size]), (None,) * n
        return (int(size),) * n, (None,) * n
    if scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if isinstance(scale_factor, (list, tuple)):
        if len(scale_factor) != n:
            raise ValueError("Input and scale_factor must have the same number of spatial dimensions, but got input with "
                             f"spatial dimensions of {spatial} and scale_factor of shape {scale_factor}. Please provide "
                             "input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format.")
        scales = tuple([float(s) for s in scale_factor])
    else:
        scales = (float(scale_factor),) * n
    out = tuple([math.floor(s * f) for s, f in zip(spatial, scales)])
    return out, (None,) * n if recompute else scales


def _check_mode(input, mode, align_corners, antialias):
    if mode in _ALIGNABLE:
        align_corners = bool(align_corners)
    elif align_corners is not None:
        raise ValueError("align_corners option can only be set with the interpolating modes: "
                         "linear | bilinear | bicubic | trilinear")
    if antialias and not (mode in ("bilinear", "bicubic") and input.ndim == 4):
        raise ValueError("Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D "
                         "tensor as input")
    return bool(align_corners)


def _check_dimensions(input, mode):
    n = input.ndim
    if n not in (3, 4, 5) or mode not in (*_NAMES, "area") or (mode == "bicubic" and n != 4):
        raise NotImplementedError(f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {n}D) for the modes: "
                                  f"{_MODES} (got {mode})")
    if _DIMS.get(mode, n) != n:
        raise NotImplementedError(f"Got {n}D input, but {mode} mode needs {_DIMS[mode]}D input")


@composite(ns=FUNCTIONAL, method=False)
def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None,
                antialias=False):
    """Return the input resized.

    Args:
        input: (N, C, W), (N, C, H, W) or (N, C, D, H, W).
        size: the sizes to get, or
        scale_factor: what to multiply the sizes by; one number or one for each dimension.
        mode: "nearest", "nearest-exact", "linear" (3-d), "bilinear", "bicubic" (4-d), "trilinear" (5-d) or "area".
        align_corners: whether the corner points, rather than the corner edges, coincide.
        recompute_scale_factor: compute with the scale of the rounded sizes.
        antialias: widen the filter when sizes shrink ("bilinear" and "bicubic").

    Source: the cubic has a = -0.75 (-0.5 with antialias), as in torch.
    """
    align = _check_mode(input, mode, align_corners, antialias)
    if input.ndim < 3:
        _check_dimensions(input, mode)
    out, scales = _sizes(input, size, scale_factor, recompute_scale_factor)
    _check_dimensions(input, mode)
    n = len(out)
    if mode == "area":
        return (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)[n - 1](input, out)
    if min(out) < 1 or 0 in input.shape[2:]:
        letters = "DHW"[3 - n:]
        before = ", ".join(f"{k}: {s}" for k, s in zip(letters, input.shape[2:]))
        after = ", ".join(f"{k}: {s}" for k, s in zip(letters, out))
        raise RuntimeError(f"Input and output sizes should be greater than 0, but got input ({before}) output ({after})")
    return resize_forward(input, out, scales, mode, align, bool(antialias))


def _deprecated(name):
    warnings.warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=4)


@composite(ns=FUNCTIONAL, method=False)
def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Old name of `interpolate`."""
    _deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


@composite(ns=FUNCTIONAL, method=False)
def upsample_nearest(input, size=None, scale_factor=None):
    """`interpolate` by the nearest value."""
    _deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


@composite(ns=FUNCTIONAL, method=False)
def upsample_bilinear(input, size=None, scale_factor=None):
    """`interpolate` bilinearly with aligned corners."""
    _deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)
