"""Writing at computed places: scatter, index_add, index_put, put, masked_scatter and the scatters of views.

The bodies write into their first argument: the dispatcher hands the in-place forms the tensor's own
memory and the others a copy.
"""
import warnings

from .. import dtypes, errors, formats
from ..backend import base as backends
from ..core.inplace import finish_out
from ..core.op import T, composite, method, op
from ..core.tensor import OPS, TensorBase
from ._dims import broadcast_shape, prod, wrap_dim
from ._factory import fill_number
from ._rules import no_derivative, zeros_as
from .gather import at_least_1d, check_index, check_take, corner, first_outside, flat_places, gather, index_select
from .index import check_bounds, read, store
from .shape import (_placed, _restrided, diagonal, diagonal_last, expand, reshape, select, slice_view, unsafe_view, zeros_of)

_INTEGERS = (dtypes.int64, dtypes.int32)


# ------------------------------------------------------------------ scatter

def _check_scatter(B, input, dim, index, src=None):
    if B.torch_dtype(index) not in _INTEGERS:
        raise RuntimeError("scatter(): Expected dtype int32/int64 for index")
    if src is not None and src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if not prod(index.shape):
        return
    for name, x in (("self", input), ("src", src)):
        if x is not None and max(x.ndim, 1) != max(index.ndim, 1):
            raise RuntimeError(f"Index tensor must have the same number of dimensions as {name} tensor")
    fits = all([k == dim or n <= m for k, (n, m) in enumerate(zip(index.shape, input.shape))])
    small = src is None or all([n <= m for n, m in zip(index.shape, src.shape)])
    if not (fits and small):
        text = f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension {dim}"
        raise RuntimeError(text + (f" and to be no larger size than src {list(src.shape)}" if src is not None else ""))
    check_index(B, index, dim, input.shape[dim] if input.ndim else 1)


def _write(B, input, dim, index, values):
    """Store values (an array of index's shape or a number) along a dimension; the last one for a place stays."""
    if not prod(index.shape):
        return input
    index = B.cast(index, B.int64)
    if not input.ndim or not index.ndim:
        values = B.reshape(values, (-1,))[-1] if hasattr(values, "shape") else values
        return B.put(input, int(at_least_1d(B, index)[-1]) if input.ndim else (), values)
    window = input[corner(index.shape, dim)] if index.shape != input.shape else input
    B.put_along_axis(window, index, values, axis=dim)
    return input


def _gathered(g, dim, index, src_shape):
    """The gradient of a scattered `src`: what was read back, zeros where `src` is larger than the index."""
    found = gather(g, dim, index)
    src_shape = tuple(src_shape)
    return found if tuple(found.shape) == src_shape else _placed(found, src_shape, corner(found.shape))


def _src(src, index):
    return src[corner(index.shape)] if src.shape != index.shape and index.ndim else src


@op(ns=(), method=False, inplace=True, writes=True, name="scatter", grad_name="ScatterBackward0")
def _scatter_src(B, input: T, dim, index: T, src: T):
    """Store the elements of `src` where `index` names a place along a dimension."""
    dim = wrap_dim(dim, input.ndim)
    _check_scatter(B, input, dim, index, src)
    return _write(B, input, dim, index, _src(src, index))


@op(ns=(), method=False, inplace=True, writes=True, name="_scatter_value", grad_name="ScatterBackward1")
def _scatter_value(B, input: T, dim, index: T, value):
    """Store a number where `index` names a place along a dimension."""
    dim = wrap_dim(dim, input.ndim)
    _check_scatter(B, input, dim, index)
    return _write(B, input, dim, index, B.asarray(value, dtype=input.dtype))


_scatter_src.vjp(input=lambda g, dim, index: _scatter_value(g, dim, index, 0),
                 src=lambda g, dim, index, src_shape: _gathered(g, dim, index, src_shape))
_scatter_value.vjp(input=lambda g, dim, index: _scatter_value(g, dim, index, 0))


@op(ns=(), method=False, inplace=True, writes=True, name="_scatter_with", grad_name="NotImplemented")
def _scatter_with(B, input: T, dim, index: T, src: T, reduce):
    """Add or multiply the elements of `src` into the places that `index` names."""
    dim = wrap_dim(dim, input.ndim)
    _check_scatter(B, input, dim, index, src)
    return _combine(B, input, dim, index, _src(src, index), reduce)


_scatter_with.vjp(input=no_derivative("scatter_reduce"))


def _scatter(input, dim, index, src, value, reduce, inplace):
    if src is None:
        src = value
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        if not isinstance(src, TensorBase):
            src = expand(OPS.full((), src, dtype=input.dtype), tuple(index.shape))
        else:
            warnings.warn("The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future "
                          "PyTorch release. Use torch.scatter_reduce instead for more reduction options.", stacklevel=3)
        form = _scatter_with.inplace if inplace else _scatter_with
        return form(input, dim, index, src, {"add": "sum", "multiply": "prod"}[reduce])
    if isinstance(src, TensorBase):
        return (_scatter_src.inplace if inplace else _scatter_src)(input, dim, index, src)
    return (_scatter_value.inplace if inplace else _scatter_value)(input, dim, index, fill_number(src, input.dtype))


@composite
def scatter(input, dim, index, src=None, *, value=None, reduce=None, out=None):
    """Return a copy with elements of `src` (or a number) stored where `index` says: out[index[i][j]][j] = src[i][j] for dim 0.

    Args:
        index: int64 or int32, not larger than `src`, nor than `input` apart from `dim`.
        reduce: "add" or "multiply" combines with what is there.

    Of several values for one place the last stays.
    """
    return finish_out("scatter", _scatter(input, dim, index, src, value, reduce, False), out)


@method
def scatter_(self, dim, index, src=None, *, value=None, reduce=None):
    """In-place form of `scatter`."""
    return _scatter(self, dim, index, src, value, reduce, True)


def _combine(B, input, dim, index, values, how):
    """Combine values into the places along a dimension by "sum", "prod", "amax" or "amin"."""
    if not prod(index.shape):
        return input
    if not input.ndim or not index.ndim:
        where = (B.reshape(B.zeros((), dtype=B.int64), ()),) if not input.ndim else (B.reshape(index, (-1,)),)
        flat = at_least_1d(B, input)
        places = B.zeros((prod(index.shape),), dtype=B.int64) if not input.ndim else where[0]
        B.combine_at(flat, (places,), B.reshape(values, (-1,)), how)
        return input if input.ndim else B.put(input, (), flat[0])
    if B.is_contiguous(input):
        flat = B.reshape(input, (-1,))
        places = B.reshape(flat_places(B, input.shape, dim, index), (-1,))
        B.combine_at(flat, (places,), B.reshape(values, (-1,)), how)
        return input
    grid = [index if k == dim else B.reshape(B.arange(n), (-1,) + (1,) * (index.ndim - 1 - k))
            for k, n in enumerate(index.shape)]
    return B.combine_at(input, tuple(grid), values, how)


@op(inplace=True, writes=True)
def scatter_add(B, input: T, dim, index: T, src: T):
    """Return `input` with the elements of `src` added where `index` says; see `scatter`."""
    dim = wrap_dim(dim, input.ndim)
    _check_scatter(B, input, dim, index, src)
    return _combine(B, input, dim, index, _src(src, index), "sum")


scatter_add.vjp(input=lambda g: g, src=lambda g, dim, index, src_shape: _gathered(g, dim, index, src_shape))

_REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


def _neutral(B, input, how):
    """Return the number that a reduction starts from."""
    if how in ("sum", "mean"):
        return 0
    if how == "prod":
        return 1
    d = B.torch_dtype(input)
    if d.is_floating_point:
        return float("-inf") if how == "amax" else float("inf")
    if d is dtypes.bool:
        return how == "amin"
    limits = dtypes.iinfo(d)
    return limits.min if how == "amax" else limits.max


def _mean_of(B, total, count):
    if B.kind(total) in "iu":
        return total // B.astype(count, total.dtype)
    return total / B.astype(count, total.dtype)


@op(inplace=True, writes=True)
def scatter_reduce(B, input: T, dim, index: T, src: T, reduce, *, include_self=True):
    """Return `input` with the elements of `src` combined where `index` says; see `scatter`.

    Args:
        reduce: "sum", "prod", "mean", "amax" or "amin".
        include_self: whether the element that is there takes part.
    """
    if reduce not in _REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    dim = wrap_dim(dim, input.ndim)
    _check_scatter(B, input, dim, index, src)
    if not include_self:
        _write(B, input, dim, index, B.asarray(_neutral(B, input, reduce), dtype=input.dtype))
    _combine(B, input, dim, index, _src(src, index), "sum" if reduce == "mean" else reduce)
    if reduce == "mean":
        count = B.zeros(input.shape, dtype=B.int64)
        _combine(B, count, dim, index, B.ones(index.shape, dtype=B.int64), "sum")
        count = count + 1 if include_self else B.where(count == 0, B.ones((), dtype=B.int64), count)
        B.put(input, ..., _mean_of(B, input, count))
    return input


@op(ns=(), differentiable=False)
def _as_numbers(B, input: T, like: T):
    """Return booleans as zeros and ones in the dtype of `like`."""
    return B.astype(input, like.dtype)


def _scatter_reduce_rule(g, input, dim, index, src, reduce, include_self, out):
    """Return the gradients; ties of amax and amin share theirs equally."""
    if reduce == "sum":
        mine, theirs = g, gather(g, dim, index)
    elif reduce == "mean":
        count = zeros_as(g) + 1 if include_self else zeros_as(g)
        count = scatter_add(count, dim, index, zeros_as(gather(g, dim, index)) + 1)
        mine = g / OPS.masked_fill(count, OPS.eq(count, 0), 1)
        theirs = gather(mine, dim, index)
    elif reduce == "prod":
        mine, theirs = _product_rule(g, input, dim, index, src, include_self, out)
    else:
        is_out, was_out = OPS.eq(input, out), OPS.eq(src, gather(out, dim, index))
        shares = _as_numbers(is_out, g) if include_self else zeros_as(g)
        shares = scatter_add(shares, dim, index, _as_numbers(was_out, g))
        each = g / OPS.masked_fill(shares, OPS.eq(shares, 0), 1)
        mine, theirs = each * is_out, was_out * gather(each, dim, index)
    return (mine if include_self else _scatter_value(mine, dim, index, 0)), None, theirs


def _product_rule(g, input, dim, index, src, include_self, out):
    """The gradient of a product where factors may be zero: a single zero gets the product of the others."""
    safe = OPS.masked_fill(input, OPS.eq(input, 0), 1)
    mine = g * scatter_reduce(safe, dim, index, src, "prod", include_self=include_self) / safe
    zero = OPS.eq(src, 0)
    zeros = gather(scatter_add(zeros_as(input), dim, index, _as_numbers(zero, src)), dim, index)
    single = OPS.logical_and(zero, OPS.eq(zeros, 1))
    others = scatter_reduce(input, dim, index, OPS.masked_fill(src, single, 1), "prod", include_self=include_self)
    usual = gather(g * out, dim, index) / OPS.masked_fill(src, zero, 1)
    return mine, OPS.where(single, gather(g * others, dim, index), usual)


scatter_reduce.vjp_all(_scatter_reduce_rule)


# ------------------------------------------------------------------ index_add, index_copy, index_fill

def _check_vector(B, name, index, kinds, text):
    d = B.torch_dtype(index)
    if index.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector, but got dim: {index.ndim} with type: {d.short} and "
                         f"size: {list(index.shape)}")
    if d not in kinds:
        raise RuntimeError(f"{name}(): {text} {d.short}")


def _check_slices(B, input, dim, index, source):
    """Raise as torch's index_add_ does for shapes that do not fit."""
    n = prod(index.shape)
    given = source.shape[dim] if source.ndim > dim else 1
    if source.ndim == 0 and n != 1:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    if n != given:
        raise RuntimeError(f"index_add_(): Number of indices ({n}) should be equal to source.size(dim): ({given}), for dim: "
                           f"{dim}")
    one, two = list(input.shape), list(source.shape)
    if one[:dim] + one[dim + 1:] != two[:dim] + two[dim + 1:] or len(one) != len(two):
        raise RuntimeError("source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape "
                           f"= {one} source.shape = {two}")


@op(inplace=True, writes=True)
def index_add(B, input: T, dim, index: T, source: T, *, alpha=1):
    """Return `input` with the slices of `alpha * source` added at the positions `index` of a dimension."""
    k = wrap_dim(dim, input.ndim)
    _check_vector(B, "index_add_", index, _INTEGERS, "Expected dtype int32/int64 for index but got:")
    if source.dtype != input.dtype:
        raise RuntimeError(f"index_add_(): self ({B.torch_dtype(input).short}) and source ({B.torch_dtype(source).short}) must "
                           "have the same scalar type")
    _check_slices(B, input, k, index, source)
    check_index(B, index, k, input.shape[k] if input.ndim else 1)
    if B.kind(input) not in "fc":
        alpha = int(alpha) % (1 << 8 * input.dtype.itemsize) if B.kind(input) == "u" else int(alpha)
    source = source if alpha == 1 else B.cast(source * alpha, input.dtype)
    if not input.ndim:
        return B.put(input, (), input + B.reshape(source, ()) * prod(index.shape))
    return B.add_at(input, (slice(None),) * k + (at_least_1d(B, index),), source)


def _alpha(g, alpha):
    return g if alpha == 1 else g * alpha


index_add.vjp(input=lambda g: g, source=lambda g, dim, index, source_shape, alpha: _alpha(
    unsafe_view(index_select(g, dim, index), tuple(source_shape)), alpha))


@op(inplace=True, writes=True)
def index_copy(B, input: T, dim, index: T, source: T):
    """Return `input` with the positions `index` of a dimension replaced by the slices of `source`."""
    k = wrap_dim(dim, input.ndim)
    n = prod(index.shape)
    if index.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {index.ndim})")
    if source.ndim == 0 and n != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {n})")
    if source.ndim != input.ndim and source.ndim and input.ndim:
        raise IndexError("index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
                         f"dimensionality ({source.ndim}), destination dimensionality ({input.ndim})")
    d = B.torch_dtype(index)
    if d is not dtypes.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {d.short}")
    if source.dtype != input.dtype:
        raise RuntimeError("index_copy_(): self and source expected to have the same dtype, but got (self) "
                           f"{B.torch_dtype(input).short} and (source) {B.torch_dtype(source).short}")
    one, two = input.shape[:k] + input.shape[k + 1:], source.shape[:k] + source.shape[k + 1:]
    if source.ndim and one != two:
        raise RuntimeError("index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
                           f"{' '.join(map(str, one))} at dimension {k} and source slice shape: {' '.join(map(str, two))} at "
                           "dimension 0.")
    if source.ndim and n != source.shape[k]:
        raise IndexError(f"index_copy_(): Number of indices ({n}) should be equal to source.size(dim) ({source.shape[k]})")
    check_index(B, index, k, input.shape[k] if input.ndim else 1, IndexError, "index_copy_(): ")
    if not input.ndim:
        return B.put(input, (), B.reshape(source, (-1,))[-1])
    return B.put(input, (slice(None),) * k + (at_least_1d(B, index),), source)


index_copy.vjp(input=lambda g, dim, index: _fill_at(g, dim, index, 0),
               source=lambda g, dim, index, source_shape: unsafe_view(index_select(g, dim, index), tuple(source_shape)))


@op(ns=(), method=False, inplace=True, writes=True, name="index_fill", grad_name="IndexFillBackward0")
def _fill_at(B, input: T, dim, index: T, value):
    """Store a number at the positions `index` of a dimension."""
    k = wrap_dim(dim, input.ndim)
    if B.torch_dtype(index) is not dtypes.int64:
        raise IndexError("index_fill_(): Expected dtype int64 for index.")
    if index.ndim > 1:
        raise IndexError("index_fill_(): Index has to be a vector/scalar")
    n = input.shape[k] if input.ndim else 1
    bad = first_outside(B, index, n, -n)
    if bad is not None:
        raise IndexError(f"index {bad} is out of bounds for dimension {k} with size {n}")
    value = B.asarray(value, dtype=input.dtype)
    if not input.ndim:
        return B.put(input, (), value) if prod(index.shape) else input
    return B.put(input, (slice(None),) * k + (index,), value)


@op(ns=(), method=False, inplace=True, writes=True, name="_index_fill_by", grad_name="IndexFillBackward1")
def _fill_by(B, input: T, dim, index: T, value: T):
    """Store a 0-d tensor at the positions `index` of a dimension."""
    return _fill_at.writer(B, input, dim, index, value)


@op(ns=(), differentiable=False)
def _distinct(B, index: T):
    """Return the positions named, each once."""
    return B.unique_all(at_least_1d(B, index))[0]


_fill_at.vjp(input=lambda g, dim, index: _fill_at(g, dim, index, 0))
_fill_by.vjp(input=lambda g, dim, index: _fill_at(g, dim, index, 0),
             value=lambda g, dim, index: OPS.sum(index_select(g, dim, _distinct(index))))


def _index_fill(input, dim, index, value, inplace):
    if isinstance(value, TensorBase):
        if value.ndim:
            raise RuntimeError("index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                               f"{value.ndim} dimension(s).")
        return (_fill_by.inplace if inplace else _fill_by)(input, dim, index, value)
    if isinstance(value, complex) and not input.dtype.is_complex:
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    return (_fill_at.inplace if inplace else _fill_at)(input, dim, index, fill_number(value, input.dtype))


@composite
def index_fill(input, dim, index, value, *, out=None):
    """Return `input` with a number (or a 0-d tensor) at the positions `index` of a dimension."""
    return finish_out("index_fill", _index_fill(input, dim, index, value, False), out)


@method
def index_fill_(self, dim, index, value):
    """In-place form of `index_fill`."""
    return _index_fill(self, dim, index, value, True)


def _index_shape(input, source, dim):
    """Return the shape in which a vector of indices broadcasts along the other dimensions of `source`."""
    return tuple([-1 if k == dim else 1 for k in range(len(source.shape))]) if len(input.shape) else source.shape


@op(inplace=True, writes=True)
def index_reduce(B, input: T, dim, index: T, source: T, reduce, *, include_self=True):
    """Return `input` with the slices of `source` combined at the positions `index` of a dimension.

    Args:
        reduce: "prod", "mean", "amax" or "amin".
    """
    errors.warn_once("index_reduce() is in beta and the API may change at any time.", stacklevel=4)
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    k = wrap_dim(dim, input.ndim)
    full = B.broadcast_to(B.reshape(index, _index_shape(input, source, k)), source.shape)
    return scatter_reduce.writer(B, input, k, full, source, reduce, include_self)


def _index_reduce_rule(g, input, dim, index, source, reduce, include_self, out):
    k = dim % max(len(input.shape), 1)
    full = expand(unsafe_view(index, _index_shape(input, source, k)), tuple(source.shape))
    return _scatter_reduce_rule(g, input, k, full, source, reduce, include_self, out)


index_reduce.vjp_all(_index_reduce_rule)


# ------------------------------------------------------------------ index_put, put

def _index_put(input, indices, values, accumulate, inplace):
    if not isinstance(indices, (tuple, list)):
        raise TypeError(f"index_put(): argument 'indices' (position 1) must be tuple of Tensors, not {type(indices).__name__}")
    for k, item in enumerate(indices):
        if not isinstance(item, TensorBase):
            raise TypeError(f"expected Tensor as element {k} in argument 0, but got {type(item).__name__}")
    if len(indices) > input.ndim and not any(x.dtype is dtypes.bool for x in indices):
        raise IndexError(f"too many indices for tensor of dimension {input.ndim} (got {len(indices)})")
    B = backends.of_array(input._array)
    _, where, masked = read(B, tuple(input.shape), tuple([_kept_1d(x) for x in indices]))
    if where is None:
        where = ()
    if masked and prod(values.shape) == 1 and values.dtype is not input.dtype:
        values = OPS.to(values, input.dtype)
    target = input if inplace else input.clone()
    check_bounds(B, target._array.shape, where)
    return store(target, where, values, accumulate)


def _kept_1d(x):
    """A 0-d index tensor picks here like one of one element; in `x[i]` it would take a view."""
    return reshape(x, (1,)) if not x.ndim and x.dtype is not dtypes.bool else x


@composite
def index_put(input, indices, values, accumulate=False):
    """Return `input` with `values` stored (or added, without loss of repeated places) at `indices`, a tuple of tensors."""
    return _index_put(input, indices, values, accumulate, False)


@composite
def index_put_(input, indices, values, accumulate=False):
    """In-place form of `index_put`."""
    return _index_put(input, indices, values, accumulate, True)


@op(inplace=True, writes=True)
def put(B, input: T, index: T, source: T, accumulate=False):
    """Return `input` with `source` stored (or added) at flat positions; negative ones count from the end."""
    if source.dtype != input.dtype:
        raise RuntimeError("put_(): self and source expected to have the same dtype, but got self.dtype = "
                           f"{B.torch_dtype(input).short} and source.dtype = {B.torch_dtype(source).short}")
    if prod(index.shape) != prod(source.shape):
        raise IndexError("put_(): Expected source and index to have the same number of elements, but got source.numel() = "
                         f"{prod(source.shape)}, index.numel() = {prod(index.shape)}")
    check_take(B, "put_", input, index)
    if not prod(index.shape):
        return input
    places, values = B.reshape(index, (-1,)), B.reshape(source, (-1,))
    flat = B.view(input, (prod(input.shape),))
    if flat is None:
        flat = B.reshape(input, (-1,))
        return B.put(input, ..., B.reshape(_put_flat(B, flat, places, values, accumulate), input.shape))
    _put_flat(B, flat, places, values, accumulate)
    return input


def _put_flat(B, flat, places, values, accumulate):
    return B.add_at(flat, places, values) if accumulate else B.put(flat, places, values)


def _put_input(g, index, accumulate):
    return g if accumulate else put(g, index, zeros_as(OPS.take(g, index)), False)


put.vjp(input=_put_input, source=lambda g, index, source_shape: unsafe_view(OPS.take(g, index), tuple(source_shape)))


@op(ns=(), method=False, inplace=True, writes=True, name="_masked_scatter", grad_name="MaskedScatterBackward0")
def _masked_scatter(B, input: T, mask: T, source: T):
    """Store the elements of `source`, in order, where the mask is true."""
    count = int(B.count_nonzero(mask))
    if prod(source.shape) < count:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    return B.put(input, mask, B.reshape(source, (-1,))[:count])


def _masked_source(g, mask, source_shape):
    found = OPS._masked_select(g, mask)
    n = prod(source_shape)
    return unsafe_view(_placed(found, (n,), (slice(0, found.shape[0]),)), tuple(source_shape))


_masked_scatter.vjp(input=lambda g, mask: OPS.masked_fill(g, mask, 0),
                    source=lambda g, mask, source_shape: _masked_source(g, mask, source_shape))


def _check_masked_scatter(input, mask, source):
    if mask.dtype is not dtypes.bool:
        raise RuntimeError(f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype.short}")
    if input.dtype is not source.dtype:
        raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got{input.dtype.short} and "
                           f"{source.dtype.short}")


@composite
def masked_scatter(input, mask, source):
    """Return `input` with the elements of `source`, in order, where a boolean mask is true; the first two broadcast."""
    _check_masked_scatter(input, mask, source)
    shape = broadcast_shape(tuple(input.shape), tuple(mask.shape))
    return _masked_scatter(expand(input, shape), expand(mask, shape), source)


@method
def masked_scatter_(self, mask, source):
    """In-place form of `masked_scatter`."""
    _check_masked_scatter(self, mask, source)
    return _masked_scatter.inplace(self, expand(mask, tuple(self.shape)), source)


# ------------------------------------------------------------------ scatters of views

def _view_scatter(name, take, grad_name):
    """Make the op that replaces what the view op `take` sees."""

    @op(ns=(), method=False, name="_" + name, grad_name=grad_name)
    def replaced(B, input: T, src: T, args):
        out = B.copy(input)
        seen = take.body(B, out, *args)
        if seen.shape != src.shape:
            raise RuntimeError(f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice "
                               f"size = {list(seen.shape)}")
        if src.dtype != input.dtype:
            src = B.astype(src, input.dtype)
        B.put(seen, ..., src)
        return out

    replaced.vjp(input=lambda g, src_shape, args: replaced(g, _zeros(g, src_shape), args),
                 src=lambda g, args: take(g, *args))
    return replaced


def _zeros(g, shape):
    return zeros_of(g, tuple(shape))


_select_scatter = _view_scatter("select_scatter", select, "SelectScatterBackward0")
_slice_scatter = _view_scatter("slice_scatter", slice_view, "SliceScatterBackward0")


@op(ns=(), method=False, name="_diagonal_scatter", grad_name="DiagonalScatterBackward0")
def _diagonal_scatter(B, input: T, src: T, args):
    """Store `src` on a diagonal."""
    offset, dim1, dim2 = args
    order, back = diagonal_last(input.ndim, dim1, dim2)
    out = B.copy(B.permute_dims(input, order))
    n, m = out.shape[-2:]
    length = max(0, min(n + min(offset, 0), m - max(offset, 0)))
    if out.shape[:-2] + (length,) != src.shape:
        raise RuntimeError(f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
                           f"{list(out.shape[:-2]) + [length]}")
    rows = B.arange(length) + max(-offset, 0)
    B.put(out, (..., rows, rows + offset), B.cast(src, input.dtype))
    return B.copy(B.permute_dims(out, back))


_diagonal_scatter.vjp(input=lambda g, src_shape, args: _diagonal_scatter(g, _zeros(g, src_shape), args),
                      src=lambda g, args: diagonal(g, *args))


@composite
def select_scatter(input, src, dim, index, *, out=None):
    """Return a copy with position `index` of a dimension replaced by `src`."""
    return finish_out("select_scatter", _select_scatter(input, src, (dim, index)), out)


@composite
def slice_scatter(input, src, dim=0, start=None, end=None, step=1, *, out=None):
    """Return a copy with `input[start:end:step]` along a dimension replaced by `src`."""
    return finish_out("slice_scatter", _slice_scatter(input, src, (dim, start, end, step)), out)


@composite
def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1, *, out=None):
    """Return a copy with a diagonal replaced by `src`."""
    return finish_out("diagonal_scatter", _diagonal_scatter(input, src, (offset, dim1, dim2)), out)


@op(ns=(), method=False, name="_as_strided_scatter", grad_name="AsStridedScatterBackward0")
def _as_strided_scatter(B, input: T, src: T, geometry):
    """Store `src` where `as_strided` would look."""
    out = B.copy(input)
    B.put(B.as_strided(out, *geometry), ..., src)
    return out


def _plain_geometry(shape):
    return tuple(shape), formats.strides(tuple(shape)), 0


_as_strided_scatter.vjp(
    input=lambda g, src_shape, geometry: _as_strided_scatter(g, _zeros(g, src_shape), geometry),
    src=lambda g, input_shape, geometry: _restrided(g, _plain_geometry(input_shape), geometry, "source"))


@composite
def as_strided_scatter(input, src, size, stride, storage_offset=None):
    """Return a copy with what `as_strided(size, stride, storage_offset)` sees replaced by `src`."""
    return _as_strided_scatter(input, src, (tuple(size), tuple(stride), storage_offset or 0))


# ------------------------------------------------------------------ fill_diagonal_

@op(ns=(), method=False, inplace=True, writes=True, name="fill_diagonal")
def _fill_diagonal(B, input: T, fill_value, wrap):
    """Store a number on the main diagonal."""
    if input.ndim < 2:
        raise RuntimeError("dimensions must larger than 1")
    if input.ndim > 2 and len(set(input.shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    n, m = min(input.shape), input.shape[-1]
    if input.ndim == 2:
        k = B.arange(n)
        B.put(input, (k, k), fill_value)
        if wrap and input.shape[0] > m + 1:
            rows = B.arange(m + 1, input.shape[0])
            rows = rows[rows % (m + 1) < m]
            B.put(input, (rows, rows % (m + 1)), fill_value)
        return input
    return B.put(input, (B.arange(n),) * input.ndim, fill_value)


_fill_diagonal.vjp(input=lambda g, wrap: _fill_diagonal(g, 0, wrap))


@method
def fill_diagonal_(self, fill_value, wrap=False):
    """Store a number on the main diagonal in place; `wrap` goes on below a tall matrix's last column."""
    return _fill_diagonal.inplace(self, fill_number(fill_value, self.dtype), wrap)

