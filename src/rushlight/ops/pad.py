"""Padding: `nn.functional.pad` in its four modes."""
from ..core.op import T, composite, op
from ._dims import prod


def _pairs(pad):
    """Return [(dimension counted from the last, before, after), ...] of a pad tuple."""
    return [(-1 - k, pad[2 * k], pad[2 * k + 1]) for k in range(len(pad) // 2)]


# ------------------------------------------------------------------ constant

@op(method=False)
def constant_pad_nd(B, input: T, pad, value=0):
    """Return `input` with `value` around it; negative widths cut.

    Args:
        pad: (before, after) of the last dimension, then of the one before it, and so on.
    """
    pad = tuple(pad)
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(f"Length of pad should be no more than twice the number of dimensions of the input. Pad length "
                           f"is {len(pad)} while the input has {input.ndim} dimensions.")
    shape, source, target = list(input.shape), [slice(None)] * input.ndim, [slice(None)] * input.ndim
    for d, before, after in _pairs(pad):
        n = shape[d]
        if n + before + after < 0 or n + min(before, 0) + min(after, 0) < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
        source[d] = slice(max(-before, 0), n - max(-after, 0))
        target[d] = slice(max(before, 0), n + before + after - max(after, 0))
        shape[d] = n + before + after
    out = B.fill(B.empty(tuple(shape), dtype=input.dtype), value)
    return B.put(out, (*target, ...), input[(*source, ...)])


constant_pad_nd.vjp(input=lambda g, pad: constant_pad_nd(g, tuple([-p for p in pad])))


# ------------------------------------------------------------------ edges repeated

def _source(mode, k, n):
    """Return which of n positions shows at position k outside of [0, n)."""
    if mode == "reflect":
        return -k if k < 0 else 2 * (n - 1) - k
    if mode == "replicate":
        return 0 if k < 0 else n - 1
    return k % n


def _at(d, k):
    return (..., k) + (slice(None),) * (-1 - d)


def _padded(B, x, d, before, after, mode):
    """Return x padded along dimension d (negative) by reading its own elements."""
    n = x.shape[d]
    middle = x[_at(d, slice(max(-before, 0), n - max(-after, 0)))]
    pieces = [middle]
    if before > 0:
        pieces.insert(0, B.stack([x[_at(d, _source(mode, k, n))] for k in range(-before, 0)], axis=d))
    if after > 0:
        pieces.append(B.stack([x[_at(d, _source(mode, k, n))] for k in range(n, n + after)], axis=d))
    return B.concat(pieces, axis=d) if len(pieces) > 1 else middle


def _gathered(B, g, d, n, before, after, mode):
    """Add the gradient of each padded position to the position it showed."""
    shape = list(g.shape)
    shape[d] = n
    out = B.zeros(tuple(shape), dtype=g.dtype)
    first, last = max(before, 0), g.shape[d] - max(after, 0)
    B.put(out, _at(d, slice(max(-before, 0), n - max(-after, 0))), g[_at(d, slice(first, last))])
    for k in [*range(-before, 0), *range(n, n + after)]:
        at = _at(d, _source(mode, k, n))
        B.put(out, at, out[at] + g[_at(d, k + before)])
    return out


_NAMES = {"reflect": "ReflectionPad", "replicate": "ReplicationPad"}


def _edge_name(args):
    _, pad, mode = args
    return f"{_NAMES[mode]}{len(pad) // 2}DBackward0" if mode in _NAMES else "torch::autograd::CopySlices"


@op(ns=(), name="_pad_edges", grad_name=_edge_name)
def _pad_edges(B, input: T, pad, mode):
    """Return `input` padded with its own elements; see `pad`."""
    for d, before, after in _pairs(pad):
        input = _padded(B, input, d, before, after, mode)
    return B.copy(input)


@op(ns=(), name="_pad_edges_back")
def _pad_edges_back(B, input: T, shape, pad, mode):
    """Return the gradient of `_pad_edges`."""
    for d, before, after in reversed(_pairs(pad)):
        input = _gathered(B, input, d, shape[d], before, after, mode)
    return input


_pad_edges.vjp(input=lambda g, input_shape, pad, mode: _pad_edges_back(g, tuple(input_shape), pad, mode))
_pad_edges_back.vjp(input=lambda g, pad, mode: _pad_edges(g, pad, mode))


def _check_edges(input, pad, mode):
    """Raise as torch does for a mode that cannot pad this input by this much."""
    dims, n = len(pad) // 2, input.ndim
    if len(pad) not in (2, 4, 6) or n not in (dims + 1, dims + 2):
        if len(pad) in (2, 4, 6):
            raise NotImplementedError(f"Padding size {len(pad)} is not supported for {n}D input tensor.")
        raise NotImplementedError("Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now")
    for k, (d, before, after) in enumerate(_pairs(pad)):
        size = input.shape[d]
        if mode == "reflect" and (before >= size or after >= size):
            raise RuntimeError(f"Argument #{4 + 2 * k}: Padding size should be less than the corresponding input dimension, "
                               f"but got: padding ({before}, {after}) at dimension {n + d} of input {list(input.shape)}")
        if mode == "circular" and (before > size or after > size):
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if mode == "circular" and size + before + after < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
        if mode != "circular" and size + before + after < 1:
            raise RuntimeError(f"input ({'' if dims > 1 else 'W: '}{size}) is too small")


@composite(ns="nn.functional", method=False)
def pad(input, pad, mode="constant", value=None):
    """Return `input` padded at the ends of its last dimensions.

    Args:
        pad: (before, after) of the last dimension, then of the one before it, and so on.
        mode: "constant" (`value`, default 0; negative widths cut), "reflect" (mirrored without the edge),
            "replicate" (the edge repeated) or "circular". All but the first pad the last one to three dimensions
            of an input that has one or two more.

    Example:
        >>> torch.nn.functional.pad(torch.ones(2), (1, 0))
        tensor([0., 1., 1.])
    """
    pad = tuple(pad)
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError("Padding length should be less than or equal to two times the input dimension but got padding "
                           f"length {len(pad)} and input of dimension {input.ndim}")
    if mode == "constant":
        return constant_pad_nd(input, pad, 0 if value is None else value)
    if value is not None and value != 0:
        raise RuntimeError(f"Padding mode \"{mode}\" doesn't take in value argument")
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    _check_edges(input, pad, mode)
    if not prod(input.shape) and mode != "circular" and 0 in input.shape[1:]:
        raise RuntimeError("Expected input to have non-zero size for non-batch dimensions, but got "
                           f"{list(input.shape)}")
    if mode == "circular" and min(pad) < 0:             # the ends meet after the cut
        input = constant_pad_nd(input, tuple([min(p, 0) for p in pad]))
        pad = tuple([max(p, 0) for p in pad])
    return _pad_edges(input, pad, mode)
