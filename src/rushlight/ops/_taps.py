"""Sliding windows over the last dimensions, shared by convolution, pooling and fold.

A "tap" is one position inside the window: a window of kernel (3, 3) has nine. `tap_slices` gives, for
each tap, the slices of the padded input that all windows see at it.
"""
from itertools import product

from ._dims import prod

__all__ = [
    "along", "blocks", "columns", "contiguous", "count", "expanded", "output_size", "padded", "pair_text",
    "scatter_taps", "tap_slices", "unpadded",
]

#: columns are made for as many samples at a time as fit into this many elements (about the L2 cache)
BLOCK = 1 << 20


def expanded(value, n):
    """Return an int or a sequence as a tuple of n ints; None when it has another length."""
    if isinstance(value, int):
        return (value,) * n
    value = tuple([int(v) if hasattr(v, "__index__") else v for v in value])
    return value * n if len(value) == 1 else value if len(value) == n else None


def output_size(size, kernel, stride, padding, dilation):
    """Return how many windows fit along each dimension."""
    return tuple([(s + 2 * p - d * (k - 1) - 1) // t + 1
                  for s, k, t, p, d in zip(size, kernel, stride, padding, dilation)])


def padded(B, x, before, after=None, value=0):
    """Return x with `value` around its last dimensions; widths per dimension, `after` like `before` by default."""
    after = before if after is None else after
    if not any(before) and not any(after):
        return x
    lead = x.ndim - len(before)
    shape = x.shape[:lead] + tuple([b + s + a for b, s, a in zip(before, x.shape[lead:], after)])
    out = B.full(shape, value, dtype=x.dtype)
    inside = tuple([slice(b, b + s) for b, s in zip(before, x.shape[lead:])])
    return B.put(out, (..., *inside), x)


def unpadded(x, padding, size):
    """Return the part of x that `padded` put padding around."""
    return x[(..., *[slice(p, p + s) for p, s in zip(padding, size)])]


def tap_slices(kernel, out, stride, dilation):
    """Yield, for each tap in order, the index of the padded input's last dimensions that windows see there."""
    for tap in product(*map(range, kernel)):
        yield (..., *[slice(k * d, k * d + (o - 1) * s + 1, s) for k, d, o, s in zip(tap, dilation, out, stride)])


def columns(B, x, kernel, out, stride, dilation):
    """Return a view (batch, channels, *kernel, *out) of the windows of a padded (batch, channels, *size) array."""
    n = len(kernel)
    for axis, (k, s, d, o) in enumerate(zip(kernel, stride, dilation, out), 2):
        x = B.windows(x, axis, d * (k - 1) + 1, s)
        x = x[(slice(None),) * axis + (slice(0, o),)]
    if any(d > 1 for d in dilation):
        x = x[(..., *[slice(None, None, d) for d in dilation])]
    order = (0, 1, *range(2 + n, 2 + 2 * n), *range(2, 2 + n))
    return B.permute_dims(x, order)


def scatter_taps(B, cols, size, kernel, out, stride, dilation):
    """Add columns (batch, channels, taps, *out) up into a padded (batch, channels, *size) array."""
    x = B.zeros((*cols.shape[:2], *size), dtype=cols.dtype)
    for tap, index in enumerate(tap_slices(kernel, out, stride, dilation)):
        B.put(x, index, x[index] + cols[:, :, tap])
    return x


def blocks(batch, elements):
    """Yield (start, stop) of groups of samples whose columns of so many elements each fit into BLOCK."""
    step = max(1, min(batch, BLOCK // max(elements, 1)))
    for start in range(0, batch, step):
        yield start, min(start + step, batch)


def pair_text(values):
    """Return sizes as torch shows them in some messages: "2 x 3"."""
    return " x ".join(map(str, values))


def along(B, x, matrix, axis):
    """Return the product of a matrix with every line of x along an axis."""
    return B.moveaxis(B.matmul(B.moveaxis(x, axis, -1), B.matrix_transpose(matrix)), -1, axis)


def contiguous(B, x):
    """Return x in C order, itself when it is."""
    return x if B.is_contiguous(x) else B.copy(x)


def count(kernel):
    """Return the number of taps."""
    return prod(kernel)
