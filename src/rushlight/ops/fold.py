"""Sliding blocks of images as columns, and their sums back in place: `unfold` and `fold`."""
from ..core.op import T, composite, op
from ._dims import prod
from ._reduction import printed_as
from ._taps import columns, expanded, padded, scatter_taps, unpadded
from ._taps import output_size as window_count

FUNCTIONAL = "nn.functional"


@op(ns=(), grad_name="Im2ColBackward0")
def im2col(B, input: T, kernel, dilation, padding, stride):
    """Return the windows of (N, C, H, W) as columns (N, C * taps, windows)."""
    out = window_count(input.shape[2:], kernel, stride, padding, dilation)
    cols = columns(B, padded(B, input, padding), kernel, out, stride, dilation)
    return B.reshape(cols, (input.shape[0], input.shape[1] * prod(kernel), prod(out)))


@op(ns=(), grad_name="Col2ImBackward0")
def col2im(B, input: T, size, kernel, dilation, padding, stride):
    """Return columns (N, C * taps, windows) added up where they came from: (N, C, *size)."""
    out = window_count(size, kernel, stride, padding, dilation)
    batch, taps = input.shape[0], prod(kernel)
    cols = B.reshape(input, (batch, input.shape[1] // taps, taps, *out))
    around = tuple([s + 2 * p for s, p in zip(size, padding)])
    return B.copy(unpadded(scatter_taps(B, cols, around, kernel, out, stride, dilation), padding, size))


im2col.vjp(input=lambda g, input_shape, kernel, dilation, padding, stride:
           col2im(g, input_shape[2:], kernel, dilation, padding, stride))
col2im.vjp(input=lambda g, kernel, dilation, padding, stride: im2col(g, kernel, dilation, padding, stride))


def _pairs(kernel_size, dilation, padding, stride, **more):
    """Return the options as pairs of ints; torch's errors for other lengths and for values that are not positive."""
    found = []
    for name, value in (("kernel_size", kernel_size), ("dilation", dilation), ("padding", padding), ("stride", stride),
                        *more.items()):
        pair = expanded(value, 2)
        if pair is None:
            raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(value)}")
        found.append(pair)
    for what, pair in (("kernel size", found[0]), ("dilation", found[1]), ("stride", found[3])):
        if pair[0] <= 0 or pair[1] <= 0:
            word = what.split()[0]
            raise RuntimeError(f"{what} should be greater than zero, but got {word}_height: {pair[0]} {word}_width: "
                               f"{pair[1]}")
    if min(found[2]) < 0:
        raise RuntimeError(f"padding should be non-negative, but got padding_height: {found[2][0]} padding_width: "
                           f"{found[2][1]}")
    return found


def _shown(pair):
    return f"({pair[0]}, {pair[1]})"


@composite(ns=FUNCTIONAL, method=False)
def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Return the sliding blocks of a (N, C, H, W) or (C, H, W) input as columns.

    Args:
        kernel_size, dilation, padding, stride: of the blocks, as in a convolution.

    Returns: (N, C * block size, number of blocks).
    """
    kernel, dilation, padding, stride = _pairs(kernel_size, dilation, padding, stride)
    if input.ndim < 3:
        input.size(2)               # raises torch's IndexError
    x = input if input.ndim == 4 else input.unsqueeze(0)
    size = tuple(x.shape[2:])
    out = window_count(size, kernel, stride, padding, dilation)
    if min(out) < 1:
        raise RuntimeError(f"Given input with spatial size {_shown(size)}, kernel_size={_shown(kernel)}, "
                           f"dilation={_shown(dilation)}, padding={_shown(padding)}, calculated shape of the array of "
                           f"sliding blocks as {_shown(out)}, but its components must be at least one.")
    cols = im2col(x, kernel, dilation, padding, stride)
    return cols if input.ndim == 4 else printed_as(cols.squeeze(0), "Im2ColBackward0")


@composite(ns=FUNCTIONAL, method=False)
def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Return the sums of sliding blocks in an image of `output_size`: the transpose of `unfold`.

    Args:
        input: (N, C * block size, number of blocks), or without N.
        output_size: (H, W).
        kernel_size, dilation, padding, stride: of the blocks.

    Returns: (N, C, H, W).
    """
    kernel, dilation, padding, stride, size = _pairs(kernel_size, dilation, padding, stride, output_size=output_size)
    if input.ndim not in (2, 3):
        raise RuntimeError("Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero "
                           f"dimensions for input, but got: {list(input.shape)}")
    x = input if input.ndim == 3 else input.unsqueeze(0)
    if x.shape[1] % prod(kernel):
        raise RuntimeError("Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
                           f"input.size(1)={x.shape[1]} and kernel_size={_shown(kernel)}.")
    out = window_count(size, kernel, stride, padding, dilation)
    if prod(out) != x.shape[2]:
        raise RuntimeError(f"Given output_size={_shown(size)}, kernel_size={_shown(kernel)}, dilation={_shown(dilation)}, "
                           f"padding={_shown(padding)}, stride={_shown(stride)}, expected size of input's dimension 2 to "
                           f"match the calculated number of sliding blocks {out[0]} * {out[1]} = {prod(out)}, but got "
                           f"input.size(2)={x.shape[2]}.")
    image = col2im(x, size, kernel, dilation, padding, stride)
    return image if input.ndim == 3 else printed_as(image.squeeze(0), "Col2ImBackward0")
