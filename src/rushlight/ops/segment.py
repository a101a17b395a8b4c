"""Reductions of consecutive pieces of a dimension: `torch.segment_reduce`."""
from .. import dtypes
from ..core.op import T, composite, op
from ..core.tensor import OPS
from ._dims import wrap_dim
from ._rules import not_for

_NAMES = {"sum": "sum", "mean": "mean", "max": "max", "min": "min", "prod": "prod", "amax": "max", "amin": "min"}
_EMPTY = {"sum": 0.0, "mean": float("nan"), "max": float("-inf"), "min": float("inf"), "prod": 1.0}


def _pieces(bounds):
    """Yield (index of the result, index of the piece, its length) of every segment; `bounds` are nested lists."""
    def walk(rows, lead):
        if rows and isinstance(rows[0], list):
            for k, row in enumerate(rows):
                yield from walk(row, (*lead, k))
            return
        for k in range(len(rows) - 1):
            yield (*lead, k), (*lead, slice(rows[k], rows[k + 1])), rows[k + 1] - rows[k]

    yield from walk(bounds, ())


@op(ns=(), grad_name="SegmentReduceBackward0")
def _segments(B, data: T, reduce, bounds, axis, initial):
    """Return the reductions of the pieces between `bounds` (nested lists, a row for each of the leading dimensions)."""
    not_for(B, data, "biuc", "_segment_reduce_cpu")
    count = bounds
    for _ in range(axis):
        count = count[0] if count else []
    shape = (*data.shape[:axis], max(len(count) - 1, 0), *data.shape[axis + 1:])
    start = _EMPTY[reduce] if initial is None else initial
    out = B.fill(B.empty(shape, dtype=data.dtype), start)
    for to, source, n in _pieces(bounds):
        if n:
            B.put(out, (*to, ...), _reduced(B, data[(*source, ...)], axis - len(to) + 1, reduce, initial))
    return out


def _reduced(B, piece, axis, reduce, initial):
    if reduce in ("sum", "mean"):
        found = B.sum(piece, axis=axis) + (initial or 0)
        return found / piece.shape[axis] if reduce == "mean" else found
    if reduce == "prod":
        return B.prod(piece, axis=axis) * (1 if initial is None else initial)
    found = B.max(piece, axis=axis) if reduce == "max" else B.min(piece, axis=axis)
    if initial is None:
        return found
    return B.maximum(found, B.full_like(found, initial)) if reduce == "max" else B.minimum(found, B.full_like(found, initial))


@op(ns=())
def _segments_back(B, grad: T, data: T, out: T, reduce, bounds, axis, initial):
    """Return the gradient of `_segments`: extremes share it, as in PyTorch among equal elements."""
    found = B.zeros(data.shape, dtype=data.dtype)
    for to, source, n in _pieces(bounds):
        if not n:
            continue
        along = axis - len(to) + 1
        g = B.expand_dims(grad[(*to, ...)], axis=along)
        piece = data[(*source, ...)]
        if reduce == "sum":
            each = g + B.zeros_like(piece)
        elif reduce == "mean":
            each = g / n + B.zeros_like(piece)
        elif reduce == "prod":
            each = g * _others(B, piece, along, initial)
        else:
            hit = B.astype(piece == B.expand_dims(out[(*to, ...)], axis=along), data.dtype)
            each = g * hit / B.maximum(B.sum(hit, axis=along, keepdims=True), B.ones((), dtype=data.dtype))
        B.put(found, (*source, ...), each)
    return found


def _others(B, piece, axis, initial):
    """Return the product of the other elements of the piece, for each of its elements."""
    parts = []
    for k in range(piece.shape[axis]):
        lead = (slice(None),) * axis
        rest = B.concat([piece[(*lead, slice(0, k), ...)], piece[(*lead, slice(k + 1, None), ...)]], axis=axis)
        parts.append(B.prod(rest, axis=axis) * (1 if initial is None else initial))
    return B.stack(parts, axis=axis)


_segments.vjp(data=lambda g, data, out, reduce, bounds, axis, initial:
              _segments_back(g, data, out, reduce, bounds, axis, initial))


@composite(method=False)
def segment_reduce(data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None):
    """Return the sum, mean, max, min or product of consecutive pieces of a dimension.

    Args:
        lengths: of the pieces, (..., pieces), with data's dimensions before `axis` in front.
        offsets: where they start and where the last one ends, in place of `lengths`.
        axis: the dimension, the last of `lengths`.
        unsafe: leave out the check that the lengths fill the dimension.
        initial: what each reduction starts from.

    Example:
        >>> torch.segment_reduce(torch.arange(6.), "sum", lengths=torch.tensor([2, 4]))
        tensor([ 1., 14.])
    """
    if indices is not None:
        raise RuntimeError("segment_reduce(): indices based reduction is not supported yet.")
    if reduce not in _NAMES:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    given = lengths if lengths is not None else offsets
    if given is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    axis = wrap_dim(axis, data.ndim)
    if axis != given.ndim - 1:
        name = "lengths" if lengths is not None else "offsets"
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of {name} but got {axis}.")
    if lengths is not None:
        if not unsafe:
            _check_lengths(lengths, data.shape[axis])
        if lengths.dtype not in (dtypes.int64, dtypes.int32):
            raise NotImplementedError(f"\"_segment_reduce_lengths_cpu_kernel1\" not implemented for '{lengths.dtype.short}'")
        ends = OPS.cumsum(lengths, -1)
        bounds = OPS.cat([OPS.zeros_like(ends[..., :1]), ends], -1).tolist()
    else:
        bounds = offsets.tolist()
    return _segments(data, _NAMES[reduce], bounds, axis, initial)


def _check_lengths(lengths, size):
    if not lengths.numel():
        raise RuntimeError("min(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                           "with the 'dim' argument.")
    if int(lengths.min()) < 0:
        raise RuntimeError("lengths contains negative value!")
    if bool((lengths.sum(-1) != size).any()):
        raise RuntimeError("segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) "
                           "when !unsafe.")
