"""Pooling: maxima, means and p-norms over sliding windows, and pooling to a given output size.

Windows are walked tap by tap (see `_taps.py`): one pass over the whole batch for each position in
the window, with no copies of the windows. The maximum remembers at which tap it was found, so its
gradient goes back the same way.
"""
from itertools import product

from .. import dtypes
from ..core.op import T, composite, op
from ._dims import prod
from ._reduction import printed_as
from ._rules import not_for, some, wide
from ._taps import along, contiguous, count, expanded, padded, tap_slices, unpadded

FUNCTIONAL = "nn.functional"
_WORDS = {1: "one int", 2: "two ints", 3: "three ints"}


# ------------------------------------------------------------------ arguments

def _window_option(name, what, value, n):
    found = expanded(value, n)
    if found is None:
        raise RuntimeError(f"{name}: {what} must either be a single int, or a tuple of {_WORDS[n]}")
    return found


def _check_steps(kernel, stride, padding, dilation):
    if any(s == 0 for s in stride):
        raise RuntimeError("stride should not be zero")
    if any(d <= 0 for d in dilation):
        sizes = " ".join(f"dilation{axis}: {d}" for axis, d in zip("THW"[-len(dilation):], dilation))
        raise RuntimeError(f"dilation should be greater than zero, but got {sizes}")
    for p, k, d in zip(padding, kernel, dilation):
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > (d * (k - 1) + 1) // 2:
            raise RuntimeError(f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and "
                               f"dilation={d}")


def _out_size(size, kernel, stride, padding, dilation, ceil_mode):
    """Return the number of windows a dimension; with `ceil_mode` the last may reach over the end."""
    out = []
    for s, k, t, p, d in zip(size, kernel, stride, padding, dilation):
        free = s + 2 * p - d * (k - 1) - 1
        n = (free + (t - 1 if ceil_mode else 0)) // t + 1
        if ceil_mode and (n - 1) * t >= s + p:      # a window has to begin inside the input or its left padding
            n -= 1
        out.append(n)
    return tuple(out)


def _check_window(name, input, kernel, stride, padding, dilation, out):
    n = len(kernel)
    channels = input.shape[-n - 1]
    _check_steps(kernel, stride, padding, dilation)
    if name == "avg_pool3d" and any(s < k for s, k in zip(input.shape[-3:], kernel)):
        image = " ".join(f"{d}: {s}" for d, s in zip("THW", input.shape[-3:]))
        raise RuntimeError(f"input image ({image}) smaller than kernel size "
                           f"({' '.join(f'k{d}: {k}' for d, k in zip('THW', kernel))})")
    if any(o < 1 for o in out):
        between = (1,) if n == 1 else ()        # torch's lines are images of one row
        before = "x".join(map(str, (channels, *between, *input.shape[-n:])))
        after = "x".join(map(str, (channels, *between, *out)))
        raise RuntimeError(f"Given input size: ({before}). Calculated output size: ({after}). Output size is too small")


def _right_padding(size, kernel, stride, padding, dilation, out):
    """Return the padding after the input that the last windows need; `ceil_mode` may ask for more than before it."""
    return tuple([max(p, (o - 1) * t + d * (k - 1) + 1 - s - p)
                  for s, k, t, p, d, o in zip(size, kernel, stride, padding, dilation, out)])


# ------------------------------------------------------------------ maximum

def _lowest(B, x):
    """Return what loses against every value of this dtype."""
    if B.kind(x) == "f":
        return -B.inf
    return B.iinfo(x.dtype).min


@op(ns=(), outputs=("out", "taps"), grad_name=lambda args: f"MaxPool{len(args[1])}DWithIndicesBackward0")
def max_pool_forward(B, input: T, kernel, stride, padding, dilation, out_size):
    """Return the maxima of windows over the last dimensions and the tap of each; nan wins, then the first."""
    not_for(B, input, "bc", f"max_pool{len(kernel)}d")
    size = input.shape[input.ndim - len(kernel):]
    after = _right_padding(size, kernel, stride, padding, dilation, out_size)
    x = padded(B, input, padding, after, _lowest(B, input))
    best = taps = None
    for k, index in enumerate(tap_slices(kernel, out_size, stride, dilation)):
        seen = x[index]
        if best is None:
            best = B.copy(seen)
            taps = B.zeros(best.shape, dtype=B.int32)
            continue
        # A position in the padding has not beaten anything; a nan beats all but a later nan beats it too, as in torch.
        better = B.logical_or(seen > best, seen != seen)
        best = B.where(better, seen, best)
        taps = B.where(better, B.asarray(k, dtype=B.int32), taps)
    return contiguous(B, best), contiguous(B, taps)


def _by_tap(x, taps, k):
    """Return x where the maximum was at tap k, else 0."""
    return x * (taps == k)


@op(ns=())
def max_pool_backward(B, grad: T, taps: T, size, kernel, stride, padding, dilation):
    """Return the gradient of `max_pool_forward`'s input, of size `size` in the last dimensions."""
    n = len(kernel)
    out = taps.shape[taps.ndim - n:]
    after = _right_padding(size, kernel, stride, padding, dilation, out)
    around = tuple([p + s + a for p, s, a in zip(padding, size, after)])
    x = B.zeros((*taps.shape[:taps.ndim - n], *around), dtype=grad.dtype)
    for k, index in enumerate(tap_slices(kernel, out, stride, dilation)):
        B.put(x, index, x[index] + _by_tap(grad, taps, k))
    return B.copy(unpadded(x, padding, size))


@op(ns=())
def max_pool_pick(B, input: T, taps: T, kernel, stride, padding, dilation):
    """Return the values of `input` at the taps that `max_pool_forward` chose."""
    n = len(kernel)
    out = taps.shape[taps.ndim - n:]
    after = _right_padding(input.shape[input.ndim - n:], kernel, stride, padding, dilation, out)
    x = padded(B, input, padding, after)
    found = B.zeros(taps.shape, dtype=input.dtype)
    for k, index in enumerate(tap_slices(kernel, out, stride, dilation)):
        found = found + _by_tap(x[index], taps, k)
    return found


max_pool_forward.vjp(input=lambda g, taps, input_shape, kernel, stride, padding, dilation:
                     max_pool_backward(g, taps, input_shape[len(input_shape) - len(kernel):], kernel, stride, padding,
                                       dilation))
max_pool_backward.vjp(grad=lambda g, taps, kernel, stride, padding, dilation:
                      max_pool_pick(g, taps, kernel, stride, padding, dilation))
max_pool_pick.vjp(input=lambda g, taps, input_shape, kernel, stride, padding, dilation:
                  max_pool_backward(g, taps, input_shape[len(input_shape) - len(kernel):], kernel, stride, padding,
                                    dilation))


@op(ns=(), differentiable=False)
def tap_positions(B, taps: T, size, kernel, stride, padding, dilation):
    """Return the flat index in the input's last dimensions of each window's chosen tap."""
    n = len(kernel)
    out = taps.shape[taps.ndim - n:]
    rest = B.astype(taps, B.int64)
    flat = B.zeros(taps.shape, dtype=B.int64)
    scale = 1
    for axis in reversed(range(n)):
        tap = rest % kernel[axis]
        rest = rest // kernel[axis]
        start = B.arange(out[axis], dtype=B.int64) * stride[axis] - padding[axis]
        start = B.reshape(start, (out[axis],) + (1,) * (n - 1 - axis))
        place = start + tap * dilation[axis]
        if padding[axis]:                       # a window of -inf alone has its maximum at its first element, not in the padding
            place = B.where(place < 0, start + -(start // dilation[axis]) * dilation[axis], place)
        flat = flat + place * scale
        scale *= size[axis]
    return flat


def _max_pool(name, n, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, check):
    kernel = _window_option(name, "kernel_size", kernel_size, n)
    # An empty list is torch's own default for the stride.
    stride = kernel if stride is None or stride == [] or stride == () else _window_option(name, "stride", stride, n)
    padding = _window_option(name, "padding", padding, n)
    dilation = _window_option(name, "dilation", dilation, n)
    plain = n == 1 and not return_indices       # of which torch speaks in words of its own
    if not plain:
        _check_steps(kernel, stride, padding, dilation)
    size = check(input)
    if plain:
        for what, value in (("kernel_size", kernel[0]), ("stride", stride[0]), ("dilation", dilation[0])):
            if value <= 0:
                raise RuntimeError(f"max_pool1d() {what} must be greater than zero, but got {value}")
        if padding[0] < 0:
            raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding[0]}")
    out_size = _out_size(size, kernel, stride, padding, dilation, ceil_mode) if all(stride) else (0,) * n
    if plain:
        _check_pool1d(kernel, padding, out_size)
    _check_window(name, input, kernel, stride, padding, dilation, out_size)
    out, taps = max_pool_forward(input, kernel, stride, padding, dilation, out_size)
    if n == 1:
        printed_as(out, "SqueezeBackward1")     # torch computes it in two dimensions
    return (out, tap_positions(taps, size, kernel, stride, padding, dilation)) if return_indices else out


def _check_pool1d(kernel, padding, out):
    if padding[0] > kernel[0] // 2:
        raise RuntimeError("max_pool1d() padding should be at most half of kernel size, but got "
                           f"padding={padding[0]} and kernel_size={kernel[0]}")
    if out[0] < 1:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {out[0]}")


def _size_1d(input):
    if input.ndim not in (2, 3) or 0 in input.shape[-2:]:
        raise RuntimeError("max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
                           f"got:{list(input.shape)}")
    return tuple(input.shape[-1:])


def _size_nd(n):
    def check(input):
        if input.ndim not in (n + 1, n + 2):
            raise RuntimeError(f"non-empty {n + 1}D or {n + 2}D (batch mode) tensor expected for input")
        empty = 0 in input.shape[-n - 1:]
        if empty and n == 3:
            raise RuntimeError("max_pool3d_with_indices_out_cpu_template(): Expected input's non-batch dimensions to have "
                               f"positive length, but input has a shape of {list(input.shape)} and non-batch dimension 0 has "
                               "length zero!")
        if empty:
            raise RuntimeError(f"Expected {n + 1}D or {n + 2}D (batch mode) tensor with optional 0 dim batch size for input, "
                               f"but got:{list(input.shape)}")
        return tuple(input.shape[-n:])
    return check


_size_2d, _size_3d = _size_nd(2), _size_nd(3)


@composite(ns=FUNCTIONAL, method=False)
def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Return the maxima of windows of a (N, C, L) or (C, L) input.

    Args:
        kernel_size: the size of a window.
        stride: from window to window; kernel_size by default.
        padding: positions of -inf on both sides.
        dilation: from tap to tap inside a window.
        ceil_mode: let the last window reach over the end.
        return_indices: also return where in the input each maximum was.

    Source: the first of equal values gets the gradient; nan wins.
    """
    return _max_pool("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, _size_1d)


@composite(ns=FUNCTIONAL, method=False)
def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Return the maxima of windows of a (N, C, H, W) or (C, H, W) input; arguments as in `max_pool1d`.

    Example:
        >>> torch.nn.functional.max_pool2d(torch.arange(16.).view(1, 1, 4, 4), 2)
        tensor([[[[ 5.,  7.],
                  [13., 15.]]]])
    """
    return _max_pool("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, _size_2d)


@composite(ns=FUNCTIONAL, method=False)
def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Return the maxima of windows of a (N, C, D, H, W) input; arguments as in `max_pool1d`."""
    return _max_pool("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, _size_3d)


def _publish_with_indices(n, plain):
    """Publish `max_pool<n>d_with_indices`, and torch's own functions in their order of arguments."""

    def with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        return plain(input, kernel_size, stride, padding, dilation, ceil_mode, True)

    with_indices.__doc__ = f"Return `max_pool{n}d` and the indices of its maxima, whatever `return_indices` says."
    composite(with_indices, ns=(FUNCTIONAL, "torch") if n == 1 else FUNCTIONAL, name=f"max_pool{n}d_with_indices",
              method=False)

    def without(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        return plain(input, kernel_size, stride, padding, dilation, ceil_mode)

    without.__doc__ = f"Return `nn.functional.max_pool{n}d`."
    composite(without, name=f"max_pool{n}d", method=False)


for _n, _plain in ((1, max_pool1d), (2, max_pool2d), (3, max_pool3d)):
    _publish_with_indices(_n, _plain)


# ------------------------------------------------------------------ mean

def _divisors(B, size, kernel, stride, padding, out, include_pad, dtype):
    """Return how many positions each window's mean is over, in a shape that broadcasts with the output."""
    n = len(kernel)
    total = None
    for axis in range(n):
        start = B.arange(out[axis], dtype=B.int64) * stride[axis] - padding[axis]
        end = B.minimum(start + kernel[axis], size[axis] + padding[axis])
        if not include_pad:
            start, end = B.maximum(start, 0), B.minimum(end, size[axis])
        each = B.reshape(end - start, (out[axis],) + (1,) * (n - 1 - axis))
        total = each if total is None else total * each
    return B.astype(total, dtype)


def _whole(kernel, stride, padding, out, size, include_pad, divisor):
    """Return the one divisor of all windows, or None when they differ."""
    if divisor is not None:
        return divisor
    over = any((o - 1) * t + k > s + 2 * p for o, t, k, s, p in zip(out, stride, kernel, size, padding))
    return None if over or (any(padding) and not include_pad) else count(kernel)


def _avg_name(args):
    return f"AvgPool{len(args[1])}DBackward0"


@op(ns=(), grad_name=_avg_name)
def avg_pool_forward(B, input: T, kernel, stride, padding, out_size, include_pad, divisor):
    """Return the means of windows over the last dimensions."""
    not_for(B, input, "bc", f"avg_pool{len(kernel)}d")
    size = input.shape[input.ndim - len(kernel):]
    ones = (1,) * len(kernel)
    x = padded(B, wide(B, input), padding, _right_padding(size, kernel, stride, padding, ones, out_size))
    total = None
    for index in tap_slices(kernel, out_size, stride, ones):
        total = x[index] if total is None else total + x[index]
    by = _whole(kernel, stride, padding, out_size, size, include_pad, divisor)
    if by is None:
        by = _divisors(B, size, kernel, stride, padding, out_size, include_pad, total.dtype)
    if B.kind(input) == "f":
        return contiguous(B, B.cast(total / by, input.dtype))
    towards_zero = B.sign(total) * (B.abs(total) // abs(by)) * (1 if hasattr(by, "dtype") or by > 0 else -1)
    return contiguous(B, B.cast(towards_zero, input.dtype))


@op(ns=())
def avg_pool_backward(B, grad: T, size, kernel, stride, padding, include_pad, divisor):
    """Return the gradient of `avg_pool_forward`'s input, of size `size` in the last dimensions."""
    n = len(kernel)
    out = grad.shape[grad.ndim - n:]
    ones = (1,) * n
    by = _whole(kernel, stride, padding, out, size, include_pad, divisor)
    if by is None:
        by = _divisors(B, size, kernel, stride, padding, out, include_pad, grad.dtype)
    each = grad / by
    after = _right_padding(size, kernel, stride, padding, ones, out)
    around = tuple([p + s + a for p, s, a in zip(padding, size, after)])
    x = B.zeros((*grad.shape[:grad.ndim - n], *around), dtype=grad.dtype)
    for index in tap_slices(kernel, out, stride, ones):
        B.put(x, index, x[index] + each)
    return B.copy(unpadded(x, padding, size))


avg_pool_forward.vjp(
    input=lambda g, input_shape, kernel, stride, padding, include_pad, divisor:
        avg_pool_backward(g, input_shape[len(input_shape) - len(kernel):], kernel, stride, padding, include_pad, divisor))
avg_pool_backward.vjp(
    grad=lambda g, grad_shape, kernel, stride, padding, include_pad, divisor:
        avg_pool_forward(g, kernel, stride, padding, grad_shape[len(grad_shape) - len(kernel):], include_pad, divisor))


def _avg_pool(name, n, input, kernel_size, stride, padding, ceil_mode, include_pad, divisor):
    kernel = _window_option(name, "kernel_size", kernel_size, n)
    stride = kernel if stride is None or stride == [] or stride == () else _window_option(name, "stride", stride, n)
    padding = _window_option(name, "padding", padding, n)
    if n == 1 and input.ndim not in (2, 3):
        raise RuntimeError(f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 'self' "
                           "(while checking arguments for avg_pool1d)")
    if n == 3 and input.ndim not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    if input.ndim < n + 1:
        input.size(-n - 1)              # raises torch's IndexError
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    size, ones = tuple(input.shape[-n:]), (1,) * n
    out_size = _out_size(size, kernel, stride, padding, ones, ceil_mode) if all(stride) else (0,) * n
    _check_window(name, input, kernel, stride, padding, ones, out_size)
    out = avg_pool_forward(input, kernel, stride, padding, out_size, include_pad, divisor)
    return printed_as(out, "SqueezeBackward1") if n == 1 else out


@composite(ns=("torch", FUNCTIONAL), method=False)
def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Return the means of windows of a (N, C, L) or (C, L) input.

    Args:
        kernel_size: the size of a window.
        stride: from window to window; kernel_size by default.
        padding: zeros on both sides.
        ceil_mode: let the last window reach over the end.
        count_include_pad: count the zeros of the padding in the means.
    """
    return _avg_pool("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


@composite(ns=FUNCTIONAL, method=False)
def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):
    """Return the means of windows of a (N, C, H, W) or (C, H, W) input; arguments as in `avg_pool1d`.

    Args:
        divisor_override: divide the sums by this instead.
    """
    return _avg_pool("avg_pool2d", 2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


@composite(ns=FUNCTIONAL, method=False)
def avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):
    """Return the means of windows of a (N, C, D, H, W) input; arguments as in `avg_pool2d`."""
    return _avg_pool("avg_pool3d", 3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


# ------------------------------------------------------------------ p-norm

def _lp_pool(n, pool, input, norm_type, kernel_size, stride, ceil_mode):
    kernel = expanded(kernel_size, n)
    mean = pool(input.pow(norm_type), kernel, stride, 0, ceil_mode)
    return (mean.sign() * mean.abs().relu()).mul(prod(kernel)).pow(1.0 / norm_type)


@composite(ns=FUNCTIONAL, method=False)
def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Return (sum of x**p over a window)**(1/p) of a (N, C, L) or (C, L) input; the rest as in `avg_pool1d`."""
    return _lp_pool(1, avg_pool1d, input, norm_type, kernel_size, stride, ceil_mode)


@composite(ns=FUNCTIONAL, method=False)
def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Return (sum of x**p over a window)**(1/p) of a (N, C, H, W) input; the rest as in `avg_pool2d`."""
    return _lp_pool(2, avg_pool2d, input, norm_type, kernel_size, stride, ceil_mode)


@composite(ns=FUNCTIONAL, method=False)
def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """Return (sum of x**p over a window)**(1/p) of a (N, C, D, H, W) input; the rest as in `avg_pool3d`."""
    return _lp_pool(3, avg_pool3d, input, norm_type, kernel_size, stride, ceil_mode)


# ------------------------------------------------------------------ to a given output size

def _ranges(size, out):
    """Return [(start, end), ...] of the part of a dimension that each output is taken from."""
    return [(i * size // out, -(-(i + 1) * size // out)) for i in range(out)]


def _refuse_negative(name, input, wanted, maximum):
    lead = list(input.shape[:-len(wanted)])
    if len(wanted) == 1:                        # torch's lines are images of one row
        wanted = (1, *wanted)
    if maximum:
        first = next(w for w in wanted if w < 0)
        raise RuntimeError(f"Trying to create tensor with negative dimension {first}: {lead + list(wanted)}")
    shown = ", ".join(map(str, wanted)) if len(wanted) == 2 else "{}, {},{}".format(*wanted)
    raise RuntimeError(f"adaptive_avg_pool{len(wanted)}d: elements of output_size must be greater than or equal to 0 but "
                       "received {" + shown + "}")


def _adaptive_size(name, input, output_size, n, colon=""):
    """Return the output size with None replaced by the input's, after torch's checks."""
    one = isinstance(output_size, int) or output_size is None
    wanted = (output_size,) * n if one else tuple(output_size)
    if n > 1 and not one and len(wanted) >= input.ndim:
        raise ValueError(f"Input dimension should be at least {len(wanted) + 1}")
    if input.ndim not in (n + 1, n + 2):
        if n == 1:
            raise RuntimeError(f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 "
                               f"'self' (while checking arguments for {name})")
        raise RuntimeError(f"{name}(): Expected {n + 1}D or {n + 2}D tensor, but got{colon} {list(input.shape)}")
    size = tuple(input.shape[-n:])
    if len(wanted) != n:
        if n == 1:
            raise RuntimeError(f"{name}() argument 'output_size' should contain one int (got {len(wanted)})")
        raise RuntimeError(f"{name}(): internal error: output_size.size() must be {n}" if colon else
                           f"{name}: output_size must be {n}")
    wanted = tuple([s if w is None else w for w, s in zip(wanted, size)])
    for k, s in enumerate(size):
        if not s:
            raise RuntimeError(f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has "
                               f"sizes {list(input.shape)} with dimension {k + input.ndim - n} being empty")
    if any(w < 0 for w in wanted):
        _refuse_negative(name, input, wanted, bool(colon))
    return size, wanted


def _averaging(B, size, out, dtype):
    """Return the (out, size) matrix whose product with a vector gives its adaptive means."""
    starts = B.reshape(B.arange(out, dtype=B.int64) * size // out if out else B.zeros((0,), dtype=B.int64), (out, 1))
    ends = -(-(B.reshape(B.arange(1, out + 1, dtype=B.int64), (out, 1)) * size) // out) if out else starts
    at = B.reshape(B.arange(size, dtype=B.int64), (1, size))
    inside = B.astype(B.logical_and(at >= starts, at < ends), dtype)
    return inside / B.astype(ends - starts, dtype)


@op(ns=(), grad_name=lambda args: f"AdaptiveAvgPool{len(args[1])}DBackward0")
def adaptive_avg_pool(B, input: T, out_size):
    """Return the means of the parts of the last dimensions that `out_size` divides them into."""
    n = len(out_size)
    not_for(B, input, "iubc", f"adaptive_avg_pool{n}d")
    x = wide(B, input)
    for k, out in enumerate(out_size):
        axis = x.ndim - n + k
        x = along(B, x, _averaging(B, x.shape[axis], out, x.dtype), axis)
    return B.cast(B.copy(x), input.dtype)


@op(ns=())
def adaptive_avg_pool_backward(B, grad: T, size):
    """Return the gradient of `adaptive_avg_pool`'s input, of size `size` in the last dimensions."""
    n = len(size)
    x = grad
    for k, s in enumerate(size):
        axis = x.ndim - n + k
        x = along(B, x, B.matrix_transpose(_averaging(B, s, x.shape[axis], x.dtype)), axis)
    return B.copy(x)


adaptive_avg_pool.vjp(input=lambda g, input_shape, out_size:
                      adaptive_avg_pool_backward(g, input_shape[len(input_shape) - len(out_size):]))
adaptive_avg_pool_backward.vjp(grad=lambda g, grad_shape, size:
                               adaptive_avg_pool(g, grad_shape[len(grad_shape) - len(size):]))


def _adaptive_avg(name, n, input, output_size):
    _, wanted = _adaptive_size(name, input, output_size, n)
    if n > 1 and all(w == 1 for w in wanted) and input.dtype.is_floating_point:
        return input.mean(tuple(range(-n, 0)), keepdim=True)
    out = adaptive_avg_pool(input, wanted)
    return printed_as(out, "SqueezeBackward1") if n == 1 else out


@composite(ns=("torch", FUNCTIONAL), method=False)
def adaptive_avg_pool1d(input, output_size):
    """Return the means of `output_size` nearly equal parts of a (N, C, L) or (C, L) input's last dimension."""
    return _adaptive_avg("adaptive_avg_pool1d", 1, input, output_size)


@composite(ns=FUNCTIONAL, method=False)
def adaptive_avg_pool2d(input, output_size):
    """Return the means of nearly equal parts of a (N, C, H, W) or (C, H, W) input.

    Args:
        output_size: the sizes to get: one int for both, None to keep a size.
    """
    return _adaptive_avg("adaptive_avg_pool2d", 2, input, output_size)


@composite(ns=FUNCTIONAL, method=False)
def adaptive_avg_pool3d(input, output_size):
    """Return the means of nearly equal parts of a (N, C, D, H, W) input; see `adaptive_avg_pool2d`."""
    return _adaptive_avg("adaptive_avg_pool3d", 3, input, output_size)


@op(ns=(), outputs=("out", "indices"), grad_name=lambda args: f"AdaptiveMaxPool{len(args[1])}DBackward0")
def adaptive_max_pool(B, input: T, out_size):
    """Return the maxima of the parts `out_size` divides the last dimensions into, and their flat indices."""
    n = len(out_size)
    lead, size = input.shape[:input.ndim - n], input.shape[input.ndim - n:]
    out = B.empty((*lead, *out_size), dtype=input.dtype)
    indices = B.zeros((*lead, *out_size), dtype=B.int64)
    positions = B.reshape(B.arange(prod(size), dtype=B.int64), size)
    for place, part in _parts(size, out_size):
        inside = tuple([slice(a, b) for a, b in part])
        x = B.reshape(input[(..., *inside)], (*lead, prod([b - a for a, b in part])))
        # nan counts as the largest; argmax finds the first of equals.
        at = B.argmax(B.where(x != x, B.asarray(_highest(B, x), dtype=x.dtype), x), axis=-1)
        chosen = B.expand_dims(at, axis=-1)
        B.put(out, (..., *place), B.take_along_axis(x, chosen, axis=-1)[..., 0])
        chosen = B.take(B.reshape(positions[inside], (-1,)), B.reshape(at, (-1,)), axis=0)
        B.put(indices, (..., *place), B.reshape(chosen, lead))
    return out, indices


def _highest(B, x):
    return B.inf if B.kind(x) == "f" else B.iinfo(x.dtype).max


def _parts(size, out_size):
    """Yield (output position, its ranges of the input) for every output."""
    ranges = [_ranges(s, o) for s, o in zip(size, out_size)]
    for place in product(*[range(o) for o in out_size]):
        yield place, [r[i] for r, i in zip(ranges, place)]


@op(ns=())
def put_positions(B, input: T, indices: T, size, add=True):
    """Return zeros of size `size` in the last dimensions, with the input at flat indices of them.

    Several elements at one place are added, or the last of them counts.
    """
    n = len(size)
    lead = input.shape[:input.ndim - n]
    x = B.zeros((prod(lead), prod(size)), dtype=input.dtype)
    rows = B.reshape(B.arange(prod(lead), dtype=B.int64), (prod(lead), 1))
    flat = (prod(lead), prod(input.shape[input.ndim - n:]))
    at = (B.broadcast_to(rows, flat), B.reshape(indices, flat))
    x = B.add_at(x, at, B.reshape(input, flat)) if add else B.put(x, at, B.reshape(input, flat))
    return B.reshape(x, (*lead, *size))


def _taken(B, x, indices, n):
    lead = x.shape[:x.ndim - n]
    rows = prod(lead)
    places = B.reshape(indices, (rows, prod(indices.shape[indices.ndim - n:])))
    found = B.take_along_axis(B.reshape(x, (rows, prod(x.shape[x.ndim - n:]))), places, axis=1)
    return B.reshape(found, indices.shape)


@op(ns=())
def gather_positions(B, input: T, indices: T, dims):
    """Return the input at flat indices of its last `dims` dimensions."""
    return _taken(B, input, indices, dims)


adaptive_max_pool.vjp(input=lambda g, indices, input_shape, out_size:
                      put_positions(g, indices, input_shape[len(input_shape) - len(out_size):]))
put_positions.vjp(input=lambda g, indices, size: gather_positions(g, indices, len(size)))
gather_positions.vjp(input=lambda g, input_shape, indices, dims:
                     put_positions(g, indices, input_shape[len(input_shape) - dims:]))


def _adaptive_max(name, n, input, output_size, return_indices):
    _, wanted = _adaptive_size(name, input, output_size, n, ":")
    out, indices = adaptive_max_pool(input, wanted)
    if n == 1:
        printed_as(out, "SqueezeBackward1")
    return (out, indices) if return_indices else out


@composite(ns=FUNCTIONAL, method=False)
def adaptive_max_pool1d(input, output_size, return_indices=False):
    """Return the maxima of `output_size` nearly equal parts of a (N, C, L) or (C, L) input's last dimension.

    Args:
        return_indices: also return where in the input each maximum was.
    """
    return _adaptive_max("adaptive_max_pool1d", 1, input, output_size, return_indices)


@composite(ns=FUNCTIONAL, method=False)
def adaptive_max_pool2d(input, output_size, return_indices=False):
    """Return the maxima of nearly equal parts of a (N, C, H, W) input; see `adaptive_max_pool1d`."""
    return _adaptive_max("adaptive_max_pool2d", 2, input, output_size, return_indices)


@composite(ns=FUNCTIONAL, method=False)
def adaptive_max_pool3d(input, output_size, return_indices=False):
    """Return the maxima of nearly equal parts of a (N, C, D, H, W) input; see `adaptive_max_pool1d`."""
    return _adaptive_max("adaptive_max_pool3d", 3, input, output_size, return_indices)


def _publish_adaptive_with_indices(n, plain):

    def with_indices(input, output_size, return_indices=False):
        return plain(input, output_size, True)

    with_indices.__doc__ = f"Return `adaptive_max_pool{n}d` and its indices, whatever `return_indices` says."
    composite(with_indices, ns=FUNCTIONAL, name=f"adaptive_max_pool{n}d_with_indices", method=False)


for _n, _plain in ((1, adaptive_max_pool1d), (2, adaptive_max_pool2d), (3, adaptive_max_pool3d)):
    _publish_adaptive_with_indices(_n, _plain)


# ------------------------------------------------------------------ back to where the maxima were

def _unpool_size(input, kernel, stride, padding, output_size):
    n = len(kernel)
    size = tuple(input.shape[-n:])
    default = [(s - 1) * t + k - 2 * p for s, k, t, p in zip(size, kernel, stride, padding)]
    if output_size is None:
        return tuple(default)
    wanted = tuple(output_size)
    if len(wanted) == n + 2:
        wanted = wanted[2:]
    if len(wanted) != n:
        raise ValueError("output_size should be a sequence containing "
                         f"{n} or {n + 2} elements, but it has a length of '{len(wanted)}'")
    for d in range(n):
        low, high = default[d] - stride[d], default[d] + stride[d]
        if not low < wanted[d] < high:
            raise ValueError(f'invalid output_size "{wanted}" (dim {d} must be between {low} and {high})')
    return wanted


def _max_unpool(n, input, indices, kernel_size, stride, padding, output_size):
    kernel = expanded(kernel_size, n)
    stride = kernel if stride is None else expanded(stride, n)
    size = _unpool_size(input, kernel, stride, expanded(padding, n), output_size)
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {indices.dtype.short}")
    if indices.shape != input.shape:
        shapes = [[*x.shape, 1] if n == 1 else list(x.shape) for x in (input, indices)]
        raise RuntimeError(f"Expected shape of indices to be same as that of the input tensor ({shapes[0]}) but got indices "
                           f"tensor with shape: {shapes[1]}")
    wrong = (indices < 0) | (indices >= prod(size))
    if some(wrong):
        raise RuntimeError(f"Found an invalid max index: {indices[wrong][0].item()} (output volumes are of size "
                           f"{'x'.join(map(str, size))})")
    name = "SqueezeBackward1" if n == 1 else f"MaxUnpool{n}DBackward0"
    return printed_as(put_positions(input, indices, size, False), name)


@composite(ns=FUNCTIONAL, method=False)
def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Return zeros with the values of `max_pool1d` put back to the places its indices name.

    Args:
        kernel_size, stride, padding: those of the pooling.
        output_size: the size to get, where several fit.
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


@composite(ns=FUNCTIONAL, method=False)
def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Return zeros with the values of `max_pool2d` put back; arguments as in `max_unpool1d`."""
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


@composite(ns=FUNCTIONAL, method=False)
def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Return zeros with the values of `max_pool3d` put back; arguments as in `max_unpool1d`."""
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)
