"""Reading at computed places: gather, index_select, take, masked_select, nonzero, one_hot, embedding."""
from .. import dtypes
from ..backend import base as backends
from ..backend.cpu import B as CPU
from ..core.inplace import finish_out
from ..core.modes import no_grad
from ..core.op import T, composite, op, publish
from ..core.tensor import OPS
from ._dims import broadcast_shape, prod, wrap_dim
from ._factory import kind_of
from .shape import expand, reshape, view

_INTEGERS = (dtypes.int64, dtypes.int32)


# ------------------------------------------------------------------ helpers of gather and scatter

def first_outside(B, index, n, low=0):
    """Return the first index below `low` or not below n, or None."""
    if not prod(index.shape) or (not low and B.all_below(index, n)):
        return None
    if int(B.min(index)) >= low and int(B.max(index)) < n:
        return None
    return int(index[(index < low) | (index >= n)][0])


def check_index(B, index, dim, n, error=RuntimeError, name=""):
    """Raise torch's out-of-bounds error unless every index is in [0, n)."""
    bad = first_outside(B, index, n)
    if bad is not None:
        raise error(f"{name}index {bad} is out of bounds for dimension {dim} with size {n}")


def corner(shape, skip=None):
    """Return the index of the first `shape` elements of each dimension, all of dimension `skip`."""
    return tuple([slice(None) if k == skip else slice(0, n) for k, n in enumerate(shape)])


def at_least_1d(B, x):
    return B.reshape(x, (1,)) if x.ndim == 0 else x


def flat_places(B, shape, dim, index):
    """Return where x[..., index, ...] lies in the flattened x of `shape`, for an index of as many dimensions."""
    n, stride, places = len(shape), 1, None
    for k in reversed(range(n)):
        if k == dim:
            part = index * stride
        else:
            part = B.reshape(B.arange(index.shape[k]), (-1,) + (1,) * (n - 1 - k)) * stride
        places = part if places is None else places + part
        stride *= shape[k]
    return places


# ------------------------------------------------------------------ gather

def _check_gather(B, input, dim, index):
    if not prod(index.shape):
        return
    if B.torch_dtype(index) not in _INTEGERS:
        raise RuntimeError("gather(): Expected dtype int32/int64 for index")
    if max(index.ndim, 1) != max(input.ndim, 1):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    for k, (n, m) in enumerate(zip(index.shape, input.shape)):
        if k != dim and n > m:
            raise RuntimeError(f"Size does not match at dimension {k} expected index {list(index.shape)} to be no larger than "
                               f"self {list(input.shape)} apart from dimension {dim}")
    check_index(B, index, dim, input.shape[dim] if input.ndim else 1)


@op
def gather(B, input: T, dim, index: T, *, sparse_grad=False):
    """Return the elements of `input` that `index` names along a dimension: out[i][j] = input[index[i][j]][j] for dim 0.

    Args:
        index: int64 or int32, of as many dimensions, not larger than `input` apart from `dim`.
        sparse_grad: taken for torch's sake; the gradient is dense.

    Returns: a tensor of the shape of `index`.

    Raises: RuntimeError for shapes that do not fit or an index out of bounds; negative ones are.
    """
    dim = wrap_dim(dim, input.ndim)
    _check_gather(B, input, dim, index)
    if not prod(index.shape):
        return B.zeros(index.shape, dtype=input.dtype)
    if not input.ndim or not index.ndim:
        return B.reshape(B.take_any(at_least_1d(B, input), at_least_1d(B, index), 0), index.shape)
    source = input[corner(index.shape, dim)] if index.shape != input.shape else input
    return B.c_order(B.take_along_axis(source, B.cast(index, B.int64), axis=dim))


@op(ns=())
def _gather_back(B, input: T, shape, dim, index: T):
    """Add `input` into zeros of `shape` where `index` read: the gradient of `gather`."""
    out = B.zeros((prod(shape),), dtype=input.dtype)
    if prod(index.shape):
        places = index if not shape or not index.ndim else flat_places(B, shape, dim % len(shape), index)
        B.add_at(out, B.reshape(places, (-1,)), B.reshape(input, (-1,)))
    return B.reshape(out, shape)


gather.vjp(input=lambda g, input_shape, dim, index: _gather_back(g, tuple(input_shape), dim, index))
_gather_back.vjp(input=lambda g, dim, index: gather(g, dim, index))


@composite
def take_along_dim(input, indices, dim=None, *, out=None):
    """Return `gather` of tensors that broadcast but for `dim`; without `dim`, of the flattened tensors."""
    if indices.dtype is not dtypes.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.short}")
    if dim is None:
        input, indices, dim = view(input, (prod(input.shape),)), view(indices, (prod(indices.shape),)), 0
    elif input.ndim != indices.ndim:
        raise RuntimeError("torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
                           f"{input.ndim} dimensions for input, and {indices.ndim} dimensions for indices")
    dim = wrap_dim(dim, input.ndim)
    a, b = tuple(input.shape), tuple(indices.shape)
    rest = broadcast_shape(a[:dim] + (1,) + a[dim + 1:], b[:dim] + (1,) + b[dim + 1:])
    input = expand(input, rest[:dim] + (a[dim],) + rest[dim + 1:])
    indices = expand(indices, rest[:dim] + (b[dim],) + rest[dim + 1:])
    n = a[dim]
    inside = backends.of_array(indices._array) is CPU and not input.requires_grad and CPU.all_below(indices._array, n)
    if n and not inside:
        indices = OPS.remainder(indices, n)
    return finish_out("take_along_dim", gather(input, dim, indices), out, (input, indices))


# ------------------------------------------------------------------ index_select, take

@op
def index_select(B, input: T, dim, index: T):
    """Return the positions `index` (a vector, or one number) of a dimension, in that order.

    Raises: IndexError for an index out of range; negative ones are.
    """
    k = wrap_dim(dim, input.ndim)
    if index.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if B.torch_dtype(index) not in _INTEGERS:
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    index = at_least_1d(B, index)
    if not input.ndim and index.shape[0] != 1:
        raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {index.shape[0]} value(s)")
    if first_outside(B, index, input.shape[k] if input.ndim else 1) is not None:
        raise IndexError("index out of range in self")
    return B.take_any(input, index, k) if input.ndim else B.copy(input)


@op(ns=())
def _index_select_back(B, input: T, shape, dim, index: T):
    """Add `input` into zeros of `shape` at the positions `index` of a dimension."""
    if not shape:
        return B.copy(input)
    k = dim % len(shape)
    where = (slice(None),) * k + (at_least_1d(B, index),)
    return B.add_at(B.zeros(shape, dtype=input.dtype), where, input)


index_select.vjp(input=lambda g, input_shape, dim, index: _index_select_back(g, tuple(input_shape), dim, index))
_index_select_back.vjp(input=lambda g, dim, index: index_select(g, dim, index))


def check_take(B, name, input, index):
    """Raise as torch's take() and put_() do for an index they do not accept."""
    d = B.torch_dtype(index)
    if d is not dtypes.int64:
        raise RuntimeError(f"{name}(): Expected a long tensor for index, but got {d.short}")
    n = prod(input.shape)
    if not n and prod(index.shape):
        raise IndexError(f"{name}(): tried to {'take from' if name == 'take' else 'put elements into'} an empty tensor")
    bad = first_outside(B, index, n, -n)
    if bad is not None:
        raise IndexError(f"out of range: tried to access index {bad} on a tensor of {n} elements.")


@op
def take(B, input: T, index: T):
    """Return the elements of the flattened tensor at `index`, in the shape of `index`; negative ones count from the end."""
    check_take(B, "take", input, index)
    return B.take_any(B.reshape(input, (-1,)) if prod(input.shape) else B.reshape(input, (0,)), index, 0)


@op(ns=())
def _take_back(B, input: T, shape, index: T):
    """Add `input` into zeros of `shape` at flat positions."""
    out = B.zeros((prod(shape),), dtype=input.dtype)
    B.add_at(out, B.reshape(index, (-1,)), B.reshape(input, (-1,)))
    return B.reshape(out, shape)


take.vjp(input=lambda g, input_shape, index: _take_back(g, tuple(input_shape), index))
_take_back.vjp(input=lambda g, index: take(g, index))


# ------------------------------------------------------------------ masks

@op(ns=(), name="_masked_select", grad_name="MaskedSelectBackward0")
def _masked_select(B, input: T, mask: T):
    """Return the elements where the mask, of the same shape, is true."""
    return input[mask]


@op(ns=())
def masked_place(B, input: T, mask: T):
    """Return zeros of the mask's shape with the elements of `input` where it is true: the gradient of `masked_select`."""
    return B.put(B.zeros(mask.shape, dtype=input.dtype), mask, input)


_masked_select.vjp(input=lambda g, mask: masked_place(g, mask))
masked_place.vjp(input=lambda g, mask: _masked_select(g, mask))


@composite
def masked_select(input, mask, *, out=None):
    """Return the elements where a boolean mask is true, in one dimension; the two broadcast."""
    if mask.dtype is not dtypes.bool:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shape(tuple(mask.shape), tuple(input.shape))
    input = input if tuple(input.shape) == shape else expand(input, shape)
    mask = mask if tuple(mask.shape) == shape else expand(mask, shape)
    if not shape:
        input, mask = reshape(input, (1,)), reshape(mask, (1,))
    return finish_out("masked_select", _masked_select(input, mask), out, (input, mask))


@op(ns=(), name="_nonzero", differentiable=False)
def _nonzero(B, input: T):
    """Return the positions of the elements that are not zero, one row each."""
    if not input.ndim:
        return B.zeros((int(bool(input)), 0), dtype=B.int64)
    return B.permute_dims(B.stack(B.nonzero(input)), (1, 0))       # each column in one piece, as torch has it


@composite
def nonzero(input, *, out=None, as_tuple=False):
    """Return the positions of the elements that are not zero: one row each, or (`as_tuple`) a vector a dimension.

    Example:
        >>> torch.nonzero(torch.tensor([0, 3, 0, 4]))
        tensor([[1],
                [3]])
    """
    if not isinstance(as_tuple, bool):
        raise TypeError(f"nonzero(): argument 'as_tuple' must be bool, not {kind_of(as_tuple)}")
    if not as_tuple:
        return finish_out("nonzero", _nonzero(input), out)
    return OPS.unbind(_nonzero(reshape(input, (1,)) if not input.ndim else input), 1)


@composite
def argwhere(input):
    """Return `nonzero(input)`."""
    return _nonzero(input)


@composite
def nonzero_static(input, *, size, fill_value=-1):
    """Return the first `size` rows of `nonzero`, with rows of `fill_value` where there are fewer."""
    found = _nonzero(input)
    rows = min(size, found.shape[0])
    out = OPS.full((size, input.ndim), fill_value, dtype=dtypes.int64)
    out[:rows] = found[:rows]
    return out


@op(ns="nn.functional", differentiable=False)
def one_hot(B, input: T, num_classes=-1):
    """Return int64 zeros with a one at the position each class number names, in a new last dimension.

    Args:
        input: int64 class numbers, none negative.
        num_classes: the size of that dimension; -1: one more than the largest.
    """
    if B.torch_dtype(input) is not dtypes.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not prod(input.shape):
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        return B.zeros(input.shape + (num_classes,), dtype=B.int64)
    if int(B.min(input)) < 0:
        raise RuntimeError("Class values must be non-negative.")
    most = int(B.max(input))
    if num_classes == -1:
        num_classes = most + 1
    elif most >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return B.c_order(B.astype(input[..., None] == B.arange(num_classes), B.int64))


# ------------------------------------------------------------------ embedding

@op(ns=(), method=False)
def embedding(B, weight: T, indices: T, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """Return the rows of `weight` (n, d) that `indices` names: a tensor of shape indices.shape + (d,).

    Args:
        padding_idx: the row that gets no gradient.
        scale_grad_by_freq: divide a row's gradient by how often it is named.
        sparse: the gradient is a sparse tensor of the rows that were read.

    Raises: IndexError for an index out of range; negative ones are.
    """
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    d = B.torch_dtype(indices)
    if d not in _INTEGERS:
        raise RuntimeError("Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but "
                           f"got torch.{d.short}Tensor instead (while checking arguments for embedding)")
    if first_outside(B, indices, weight.shape[0]) is not None:
        raise IndexError("index out of range in self")
    return B.take_any(weight, indices, 0)


@op(ns=(), method=False)
def embedding_backward(B, grad: T, indices: T, num_weights, padding_idx=-1, scale_grad_by_freq=False):
    """Return the gradient (num_weights, d) of `embedding`: rows of `grad` added where they were read."""
    d = grad.shape[-1]
    flat = B.reshape(indices, (-1,)) if prod(indices.shape) else B.reshape(indices, (0,))
    grad = B.reshape(grad, (flat.shape[0], d))
    if scale_grad_by_freq:
        grad = grad / B.astype(B.bincount(flat, minlength=num_weights)[flat][:, None], grad.dtype)
    out = B.add_at(B.zeros((num_weights, d), dtype=grad.dtype), (flat,), grad)
    return B.put(out, padding_idx, 0) if padding_idx >= 0 else out


def _embedding_rule(g, weight_shape, indices, padding_idx, scale_grad_by_freq, sparse):
    if sparse:
        if scale_grad_by_freq:
            raise RuntimeError("embedding_backward: scale_grad_by_freq not supported with sparse gradients")
        from .sparse import sparse_rows
        return sparse_rows(g, indices, weight_shape[0], padding_idx)
    return embedding_backward(g, indices, weight_shape[0], padding_idx, scale_grad_by_freq)


def _embedding_second(g, indices, padding_idx):
    found = embedding(g, indices, padding_idx)
    if padding_idx < 0:
        return found
    return OPS.masked_fill(found, OPS.eq(indices, padding_idx)[..., None], 0)


embedding.vjp(weight=_embedding_rule)
embedding_backward.vjp(grad=_embedding_second)
publish("torch", "embedding", embedding)


@composite(ns="nn.functional", name="embedding", method=False)
def embedding_lookup(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """Return the rows of `weight` that `input` names.

    Args:
        input: int64 or int32, any shape.  weight: (n, d).
        padding_idx: the row that gets no gradient; negative ones count from the end.
        max_norm: rows read whose `norm_type` norm is larger are scaled down to it, in place.

    Returns: a tensor of shape input.shape + (d,).

    Raises: IndexError "index out of range in self".
    """
    if padding_idx is not None:
        n = weight.shape[0]
        assert -n <= padding_idx < n, "Padding_idx must be within num_embeddings"
        padding_idx %= n
    if max_norm is not None:
        renorm_rows(weight, input, max_norm, norm_type)
    return embedding(weight, input, -1 if padding_idx is None else padding_idx, scale_grad_by_freq, sparse)


OPS.embedding = embedding               # rules and modules look the op up by this name


def renorm_rows(weight, indices, max_norm, norm_type):
    """Scale the rows of `weight` that `indices` names down to `max_norm`, in place and outside the graph."""
    with no_grad():
        rows = OPS.unique(reshape(indices, (-1,)))
        found = index_select(weight, 0, rows)
        norms = OPS.norm(found, norm_type, 1, True)
        scaled = OPS.where(OPS.gt(norms, max_norm), OPS.mul(found, OPS.div(max_norm, OPS.add(norms, 1e-7))), found)
        OPS.index_copy_(weight.detach() if weight.requires_grad else weight, 0, rows, scaled)


@composite(ns="nn.functional", method=False)
def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
                  per_sample_weights=None, include_last_offset=False, padding_idx=None):
    """Return the sums, means or maxima of bags of rows of `weight`.

    Args:
        input: (b, n), a bag a row; or (n) with `offsets` (b), where each bag starts.
        weight: (m, d).
        per_sample_weights: of the shape of `input`; factors of the rows, for mode "sum".
        include_last_offset: the last offset is the end of the last bag.
        padding_idx: rows of this number are left out of the bags.

    Returns: (b, d); an empty bag gives zeros.
    """
    _check_bags(input, weight, offsets, mode, per_sample_weights, include_last_offset)
    if sparse and (mode == "max" or scale_grad_by_freq):
        raise ValueError(f"{'max mode' if mode == 'max' else 'scale_grad_by_freq'} does not support sparse weights")
    if input.ndim == 2:
        b, n = input.shape
        bag = OPS.repeat_interleave(OPS.arange(b, device=weight.device), n)
        flat = reshape(input, (b * n,))
        if per_sample_weights is not None:
            per_sample_weights = reshape(per_sample_weights, (b * n,))
    else:
        flat, starts = input, offsets.tolist()
        if include_last_offset:
            starts = starts[:-1]
        b, ends = len(starts), starts[1:] + [input.shape[0]]
        sizes = OPS.tensor([e - s for s, e in zip(starts, ends)], dtype=dtypes.int64, device=weight.device)
        bag = OPS.repeat_interleave(OPS.arange(b, device=weight.device), sizes)
    if padding_idx is not None:
        keep = OPS.ne(flat, padding_idx % weight.shape[0])
        flat, bag = flat[keep], bag[keep]
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights[keep]
    rows = embedding_lookup(flat, weight, None, max_norm, norm_type, scale_grad_by_freq, sparse)
    if per_sample_weights is not None:
        rows = OPS.mul(rows, per_sample_weights[:, None])
    zeros = OPS.zeros((b, weight.shape[1]), dtype=weight.dtype, device=weight.device)
    if mode == "max":
        index = expand(bag[:, None], tuple(rows.shape))
        return OPS.scatter_reduce(zeros, 0, index, rows, "amax", include_self=False)
    found = OPS.index_add(zeros, 0, bag, rows)
    if mode == "mean":
        count = OPS.bincount(bag, minlength=b).clamp(min=1).to(weight.dtype)
        found = OPS.div(found, count[:, None])
    return found


def _check_bags(input, weight, offsets, mode, per_sample_weights, include_last_offset):
    if per_sample_weights is not None:
        if input.shape != per_sample_weights.shape:
            raise ValueError(f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it "
                             f"must have the same shape as the input ({input.shape})")
        if mode != "sum":
            raise NotImplementedError("embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for "
                                      f"mode='sum' (got mode='{mode}'). Please open a feature request on GitHub.")
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError("if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                             f"sequences. However, found offsets of type {type(offsets)}")
    elif input.ndim == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.ndim != 1:
            raise ValueError("offsets has to be a 1D Tensor")
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")


# ------------------------------------------------------------------ flat positions

@composite(method=False)
def unravel_index(indices, shape):
    """Return the coordinates, one tensor a dimension, of flat positions in an array of `shape`."""
    if indices.dtype.category != dtypes.INTEGRAL:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = (shape,) if isinstance(shape, int) else tuple([int(n) for n in shape])
    found, rest = [], indices.to(dtypes.int64)
    for n in reversed(sizes):
        found.append(OPS.remainder(rest, n))
        rest = OPS.floor_divide(rest, n)
    return tuple(reversed(found))

