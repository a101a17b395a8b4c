"""Order: sort, topk, kthvalue, unique, searchsorted, counting and histograms.

nan counts as larger than every number. Equal elements keep their order in sort, argsort and topk.
"""
from .. import dtypes
from ..core.inplace import finish_out
from ..core.op import T, Ts, composite, method, named_result, op
from ..core.tensor import OPS, TensorBase
from ._dims import prod, wrap_dim
from ._rules import c_name, not_for, wide
from .gather import gather
from .shape import reshape, unsqueeze

# ------------------------------------------------------------------ sort


def _order(B, x, dim, descending):
    """Return the stable order of x along a dimension; descending puts nan first."""
    x = wide(B, x)
    if not descending:
        return B.astype(B.argsort(x, axis=dim, stable=True), B.int64)
    back = B.flip(B.argsort(B.flip(x, axis=dim), axis=dim, stable=True), axis=dim)
    return B.astype(x.shape[dim] - 1 - back, B.int64)


@op(ns=())
def _unsort(B, input: T, shape, dim, index: T):
    """Return zeros of `shape` with `input` where `index`, which names no place twice, says."""
    if not shape:
        return B.reshape(input, ())
    return B.put_along_axis(B.zeros(shape, dtype=input.dtype), index, input, axis=dim)


_unsort.vjp(input=lambda g, dim, index: gather(g, dim, index))


def _sort_name(args):
    return "SortBackward0" if args[3] is None else "SortBackward1"


@op(ns=(), method=False, name="sort", outputs=("values", "indices"), named=True, grad_name=_sort_name)
def _sort(B, input: T, dim, descending, stable):
    """Return (values, indices) in order along a dimension."""
    if B.kind(input) == "c":
        raise RuntimeError(" Sort does not support complex dtypes on CPU")
    k = wrap_dim(dim, input.ndim)
    if not input.ndim:
        return B.copy(input), B.zeros((), dtype=B.int64)
    order = _order(B, input, k, descending)
    return B.take_along_axis(input, order, axis=k), order


_sort.vjp(input=lambda g, input_shape, dim, indices: _unsort(g, tuple(input_shape), dim, indices))


@composite
def sort(input, dim=-1, descending=False, *, stable=None, out=None):
    """Return (values, indices) in ascending or descending order along a dimension.

    Example:
        >>> torch.sort(torch.tensor([3, 1, 2]))
        torch.return_types.sort(
        values=tensor([1, 2, 3]),
        indices=tensor([1, 2, 0]))
    """
    if isinstance(dim, bool) or not isinstance(dim, int):
        given = "bool" if isinstance(dim, bool) else f"dim={type(dim).__name__}"
        raise TypeError(f"sort() received an invalid combination of arguments - got (Tensor, {given}), but expected one of:\n"
                        " * (Tensor input, *, bool stable, int dim = -1, bool descending = False, tuple of Tensors out = None)\n"
                        " * (Tensor input, int dim = -1, bool descending = False, *, tuple of Tensors out = None)")
    return finish_out("sort", _sort(input, dim, bool(descending), stable), out, (input,))


@composite
def argsort(input, dim=-1, descending=False, *, stable=False):
    """Return the indices that sort a tensor along a dimension."""
    return _sort(input.detach(), dim, bool(descending), stable)[1]


@composite
def msort(input, *, out=None):
    """Return the values in ascending order along dimension 0."""
    return finish_out("msort", _sort(input, 0, False, None)[0], out, (input,))


# ------------------------------------------------------------------ topk, kthvalue

def _largest(B, x, dim, k, largest):
    """Return the indices of the k first in order; equal elements by position."""
    n = x.shape[dim]
    if n > 1000 and k * 8 < n and x.ndim == 1:          # only what can be among them is sorted
        lowest = B.partition_value(wide(B, x), n - k if largest else k - 1)
        if lowest is not None:
            near = B.nonzero(x >= lowest if largest else x <= lowest)[0]
            if prod(near.shape) >= k:
                return near[_order(B, x[near], 0, largest)[:k]]
    first = (slice(None),) * dim + (slice(0, k),)
    if n >= 64 and k * 4 < n and k:
        w = wide(B, x)
        found = B.sort(B.ranked(w, n - k, n, dim) if largest else B.ranked(w, 0, k, dim), axis=dim)
        ranks = _order(B, B.take_along_axis(w, found, axis=dim), dim, largest)
        return B.take_along_axis(found, ranks, axis=dim)
    return _order(B, x, dim, largest)[first]


@op(outputs=("values", "indices"), named=True)
def topk(B, input: T, k, dim=-1, largest=True, sorted=True):
    """Return (values, indices) of the k largest or smallest elements along a dimension, in order.

    Raises: RuntimeError when k is negative or larger than the dimension.
    """
    d = wrap_dim(dim, input.ndim)
    n = input.shape[d] if input.ndim else 1
    if not 0 <= k <= n:
        raise RuntimeError("selected index k out of range")
    kind = B.kind(input)
    if kind in "bc":
        raise RuntimeError("topk does not support bool dtypes on CPU" if kind == "b" else
                           " topk does not support complex dtypes on CPU")
    if not input.ndim:
        return B.copy(input), B.zeros((), dtype=B.int64)
    order = B.copy(_largest(B, input, d, k, largest))
    return B.take_along_axis(input, order, axis=d), order


topk.vjp(input=lambda g, input_shape, dim, indices: _unsort(g, tuple(input_shape), dim, indices))


@op(outputs=("values", "indices"), named=True)
def kthvalue(B, input: T, k, dim=-1, keepdim=False):
    """Return (value, index) of the k-th smallest element along a dimension; k counts from 1."""
    d = wrap_dim(dim, input.ndim)
    n = input.shape[d] if input.ndim else 1
    if n == 0:
        raise IndexError(f"kthvalue(): Expected reduction dim {d} to have non-zero size.")
    if not 1 <= k <= n:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {d}")
    not_for(B, input, "bc", "kthvalue_cpu")
    if not input.ndim:
        return B.copy(input), B.zeros((), dtype=B.int64)
    if n >= 64:
        order = B.copy(B.ranked(wide(B, input), k - 1, k, d))
    else:
        order = B.copy(_order(B, input, d, False)[(slice(None),) * d + (slice(k - 1, k),)])
    values = B.take_along_axis(input, order, axis=d)
    return (values, order) if keepdim else (B.squeeze(values, axis=d), B.squeeze(order, axis=d))


def _kth_rule(g, input_shape, dim, keepdim, indices):
    if not input_shape:
        return g
    if not keepdim:
        g, indices = unsqueeze(g, dim % len(input_shape)), unsqueeze(indices, dim % len(input_shape))
    return _unsort(g, tuple(input_shape), dim, indices)


kthvalue.vjp(input=_kth_rule)


# ------------------------------------------------------------------ unique

def _underivable(name):
    def rule(g):
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")
    return rule


@op(ns=(), method=False, name="_unique2", outputs=("output", "inverse", "counts"))
def _unique_all(B, input: T):
    """Return the distinct elements in order, where each element went, and how many there are of each."""
    return B.unique_all(input)


@op(ns=(), method=False, name="_unique_dim", outputs=("output", "inverse", "counts"), grad_name="UniqueDimBackward0")
def _unique_dim(B, input: T, dim):
    """Return the distinct slices of a dimension in lexicographic order, with inverse and counts."""
    n = input.shape[dim]
    if 0 in input.shape and n:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    rows = B.reshape(B.moveaxis(input, dim, 0), (n, prod(input.shape[:dim] + input.shape[dim + 1:])))
    order = B.arange(n)
    for column in reversed(range(rows.shape[1])):
        order = order[B.argsort(rows[order, column], stable=True)]
    return _runs(B, input, dim, rows, order)


@op(ns=(), method=False, name="unique_consecutive", outputs=("output", "inverse", "counts"))
def _unique_runs(B, input: T, dim):
    """Return one slice of each run of equal ones along a dimension, with inverse and counts."""
    n = input.shape[dim]
    rows = B.reshape(B.moveaxis(input, dim, 0), (n, prod(input.shape[:dim] + input.shape[dim + 1:])))
    return _runs(B, input, dim, rows, B.arange(n))


def _runs(B, input, dim, rows, order):
    """Return (output, inverse, counts) of slices that are taken in `order`, equal neighbours as one."""
    n = rows.shape[0]
    if not n:
        return B.copy(input), B.zeros((0,), dtype=B.int64), B.zeros((0,), dtype=B.int64)
    rows = rows[order]
    new = B.concat([B.ones((1,), dtype=bool), B.any(rows[1:] != rows[:-1], axis=1)])
    starts = B.nonzero(new)[0]
    inverse = B.put(B.zeros((n,), dtype=B.int64), order, B.cumulative_sum(B.astype(new, B.int64), axis=0) - 1)
    counts = B.concat([starts[1:], B.asarray([n], dtype=starts.dtype)]) - starts
    return B.take(input, order[starts], axis=dim), inverse, counts


_unique_all.vjp(input=_underivable("_unique2"))
_unique_dim.vjp(input=_underivable("unique_dim"))
_unique_runs.vjp(input=_underivable("unique_consecutive"))


def _chosen(found, return_inverse, return_counts):
    wanted = [found[0]] + ([found[1]] if return_inverse else []) + ([found[2]] if return_counts else [])
    return wanted[0] if len(wanted) == 1 else tuple(wanted)


@composite
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """Return the distinct elements (or slices of `dim`) in ascending order.

    Args:
        return_inverse: also return, for each element, its place in the result.
        return_counts: also return how often each occurs.

    Every nan counts as distinct.
    """
    if dim is None:
        found = _unique_all(input)
    else:
        found = _unique_dim(input, wrap_dim(dim, input.ndim))
    return _chosen(found, return_inverse, return_counts)


@composite
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """Return the elements (or slices of `dim`) without repetitions of the one just before."""
    if dim is not None:
        found = _unique_runs(input, wrap_dim(dim, input.ndim))
    else:
        values, inverse, counts = _unique_runs(reshape(input, (prod(input.shape),)), 0)
        found = values, reshape(inverse, tuple(input.shape)), counts
    return _chosen(found, return_inverse, return_counts)


@op(ns=(), method=False, promote="common", differentiable=False, name="_isin")
def _isin(B, elements: T, test_elements: T, invert):
    """Return whether each element is among the others."""
    shape = elements.shape
    flat, pool = B.reshape(elements, (-1,)), B.reshape(test_elements, (-1,))
    if not prod(pool.shape):
        return B.full(shape, invert)
    pool = B.sort(pool)
    at = B.searchsorted(pool, flat)
    at = B.where(at == pool.shape[0], B.zeros((), dtype=at.dtype), at)
    found = B.reshape(pool[at] == flat, shape)
    return ~found if invert else found


@composite(method=False)
def isin(elements, test_elements, *, assume_unique=False, invert=False, out=None):
    """Return a boolean tensor: whether each element equals one of `test_elements`. Either may be a number."""
    tensors = [x for x in (elements, test_elements) if isinstance(x, TensorBase)]
    if not tensors:
        raise TypeError(f"isin() received an invalid combination of arguments - got ({type(elements).__name__}, "
                        f"{type(test_elements).__name__}), but expected one of:\n * (Tensor elements, Tensor test_elements, *, "
                        "bool assume_unique = False, bool invert = False, Tensor out = None)")
    for x in tensors:
        if x.dtype.is_complex or x.dtype is dtypes.bool and len(tensors) == 2:
            raise RuntimeError(f"Unsupported input type encountered for isin(): {x.dtype.short}")
    elements, test_elements = [x if isinstance(x, TensorBase) else OPS.tensor(x) for x in (elements, test_elements)]
    return finish_out("isin", _isin(elements, test_elements, invert), out)


# ------------------------------------------------------------------ searchsorted

def _side(right, side):
    if side is not None:
        if side not in ("left", "right"):
            raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
        if right and side == "left":
            raise RuntimeError("torch.searchsorted(): side and right can't be set to opposites, got side of left while right was "
                               "True")
        return side
    return "right" if right else "left"


@op(ns=(), method=False, differentiable=False, name="_searchsorted")
def _searchsorted(B, sorted_sequence: T, input: T, side, out_int32, sorter: T = None):
    """Return where the values would be inserted in the rows of a sorted sequence."""
    rows = sorted_sequence if sorter is None else B.take_along_axis(sorted_sequence, sorter, axis=-1)
    rows, values = wide(B, rows), wide(B, input)
    if rows.ndim == 1:
        found = B.searchsorted(rows, B.reshape(values, (-1,)), side=side)
    else:
        n, m = rows.shape[-1], values.shape[-1]
        flat = B.reshape(rows, (-1, n)) if n else B.reshape(rows, (prod(rows.shape[:-1]), 0))
        wanted = B.reshape(values, (flat.shape[0], m))
        rows_found = [B.searchsorted(flat[k, :], wanted[k, :], side=side) for k in range(flat.shape[0])]
        found = B.stack(rows_found) if rows_found else B.zeros(wanted.shape, dtype=B.int64)
    found = B.reshape(found, input.shape)
    if B.kind(values) == "f":
        found = B.where(values == values, found, B.asarray(rows.shape[-1], dtype=found.dtype))
    return B.astype(found, B.int32 if out_int32 else B.int64)


def _check_search(sequence, values, sorter, number):
    if sequence.ndim == 0:
        raise RuntimeError("torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension")
    if values.ndim == 0 and sequence.ndim != 1:
        raise RuntimeError("torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we "
                           f"got boundaries tensor dim({sequence.ndim}) and input value's dim(0) numel(1)")
    if sequence.ndim != 1 and tuple(sequence.shape[:-1]) != tuple(values.shape[:-1]):
        raise RuntimeError("torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
                           "boundaries tensor and input value tensor must match, but we got boundaries tensor "
                           f"{list(sequence.shape)} and "
                           f"input value tensor {list(values.shape)}")
    if sorter is not None and tuple(sorter.shape) != tuple(sequence.shape):
        raise RuntimeError("torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
                           f"{list(sequence.shape)}and got sorter tensor {list(sorter.shape)}")


@composite(method=False)
def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None, out=None):
    """Return the positions where values would be inserted into an ascending sequence (or the rows of one).

    Args:
        right, side: whether equal elements come before the position (right) or after it (left, the default).
        sorter: indices that sort `sorted_sequence`.

    Returns: int64 (`out_int32`: int32) of the shape of `input`.
    """
    side = _side(right, side)
    values = input if isinstance(input, TensorBase) else OPS.tensor(input)
    _check_search(sorted_sequence, values, sorter, input)
    return finish_out("searchsorted", _searchsorted(sorted_sequence, values, side, out_int32, sorter), out)


@composite(method=False)
def bucketize(input, boundaries, *, out_int32=False, right=False, out=None):
    """Return which of the intervals between ascending boundaries each value falls into; see `searchsorted`."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    values = input if isinstance(input, TensorBase) else OPS.tensor(input)
    found = _searchsorted(boundaries, values, "right" if right else "left", out_int32)
    return finish_out("bucketize", found, out)


# ------------------------------------------------------------------ counting

@op(differentiable=False)
def bincount(B, input: T, weights: T = None, minlength=0):
    """Return how often each of 0 ... max(input) occurs, or the sum of its weights.

    Args:
        input: a vector of integers, none negative.
        weights: of the same length; float32 weights give float32 sums, all others float64.
        minlength: the least length of the result.
    """
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    not_for(B, input, "fcb", "bincount_cpu")
    if input.ndim != 1 or prod(input.shape) and int(B.min(input)) < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return B.astype(B.bincount(B.astype(input, B.int64), minlength=minlength), B.int64)
    if weights.ndim != 1 or weights.shape[0] != input.shape[0]:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    single = B.torch_dtype(weights) is dtypes.float32
    found = B.bincount(B.astype(input, B.int64), B.astype(weights, B.float64), minlength=minlength)
    return B.astype(found, B.float32 if single else B.float64)


def _range(B, x, low, high, name):
    """Return the (min, max) to divide: as given, or the data's; a single point is widened by one each way."""
    if low == high and prod(x.shape):
        low, high = float(B.min(x)), float(B.max(x))
    if low - low != 0 or high - high != 0:
        raise RuntimeError(f"{name}: range of [{_number(low)}, {_number(high)}] is not finite")
    return (low - 1, high + 1) if low == high else (low, high)


def _number(x):
    return ("-nan" if x != x else f"{x:g}")


@op(differentiable=False)
def histc(B, input: T, bins=100, min=0, max=0):
    """Return the counts of elements in `bins` intervals of equal width between min and max (0, 0: the data's).

    Elements outside are not counted; `max` itself is in the last interval. The result has the dtype of `input`.
    """
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    not_for(B, input, "iubc", "histogram_cpu")
    if min > max:
        raise RuntimeError("torch.histc: max must be larger than min")
    for bound in (min, max):
        if bound - bound != 0:
            raise RuntimeError(f"torch.histc: range of [{_plain(min)}, {_plain(max)}] is not finite")
    low, high = _range(B, input, min, max, "torch.histc")
    x = B.reshape(input, (-1,)) if prod(input.shape) else B.reshape(input, (0,))
    x = x[(x >= low) & (x <= high)]
    at = B.astype((x - low) * bins / (high - low), B.int64)
    at = B.where(at >= bins, B.asarray(bins - 1), at)
    return B.astype(B.bincount(at, minlength=bins), input.dtype)


def _plain(x):
    return "nan" if x != x else f"{x:g}"


def _cells(B, x, edges):
    """Return which interval between edges each element is in, -1 or a number too large outside of all; the last has its end."""
    n = edges.shape[0] - 1
    at = B.searchsorted(edges, x, side="right") - 1
    return B.where(x == edges[n], B.asarray(n - 1), at)


@op(ns=(), method=False, differentiable=False, name="histogram", outputs=("hist", "bin_edges"), named=True)
def _histogram(B, input: T, edges: T, weight: T = None, density=False):
    """Return the (weighted) counts of elements between edges; the last interval includes its end."""
    x = B.reshape(input, (-1,)) if prod(input.shape) else B.reshape(input, (0,))
    n, at = edges.shape[0] - 1, _cells(B, x, edges)
    keep = (at >= 0) & (at < n)
    w = None if weight is None else B.astype(B.reshape(weight, (-1,))[keep], B.float64)
    found = B.bincount(at[keep], minlength=n) if w is None else B.bincount(at[keep], w, minlength=n)
    found = B.astype(found, input.dtype)
    if density:
        found = found / (B.sum(found) * (edges[1:] - edges[:-1]))
    return found, B.copy(edges)


@composite
def histogram(input, bins, *, range=None, weight=None, density=False, out=None):
    """Return (hist, bin_edges): counts between edges, summed weights, or (`density`) a density.

    Args:
        bins: the number of intervals of equal width, or their edges in ascending order.
        range: (min, max) of the intervals; by default those of the data.
    """
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"histogramdd\" not implemented for '{input.dtype.short}'")
    if isinstance(bins, TensorBase):
        edges = bins
        if edges.dtype is not input.dtype:
            raise RuntimeError("torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with "
                               f"dtype {c_name(input.dtype)} and bins for dimension 0 with dtype {c_name(edges.dtype)}")
    else:
        if bins <= 0:
            raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
        edges = _edges(input, bins, range, 0)
    return finish_out("histogram", _histogram(input, edges, weight, density), out)


def _edges(x, bins, given, dim):
    """Return the edges of intervals of equal width over the given range or the data's."""
    if given is None:
        low, high = (float(OPS.amin(x)), float(OPS.amax(x))) if prod(x.shape) else (0.0, 1.0)
        if low - low != 0 or high - high != 0:
            raise RuntimeError(f"torch.histogramdd: dimension {dim}'s range [{_plain(low)}, {_plain(high)}] is not finite")
    else:
        low, high = given
        if low > high:
            raise RuntimeError(f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension "
                               f"{dim}")
    if low == high:
        low, high = low - 0.5, high + 0.5
    return OPS.linspace(low, high, bins + 1, dtype=x.dtype, device=x.device)


@op(ns=(), method=False, differentiable=False, name="_histogramdd")
def _histogramdd(B, edges: Ts, points: T, weight: T = None, density=False):
    """Return the (weighted) counts of points, a row each, in the boxes between edges."""
    sizes = tuple([e.shape[0] - 1 for e in edges])
    flat = B.zeros(points.shape[0], dtype=B.int64)
    keep = B.ones(points.shape[0], dtype=B.bool)
    for k, e in enumerate(edges):
        at = _cells(B, points[:, k], e)
        keep = keep & (at >= 0) & (at < sizes[k])
        flat = flat * sizes[k] + at
    w = None if weight is None else B.astype(B.reshape(weight, (-1,))[keep], B.float64)
    found = B.bincount(flat[keep], w, minlength=prod(sizes)) if w is not None else B.bincount(flat[keep], minlength=prod(sizes))
    found = B.reshape(B.astype(found, points.dtype), sizes)
    if density:
        found = found / B.sum(found)
        for k, e in enumerate(edges):
            found = found / B.reshape(e[1:] - e[:-1], tuple([-1 if j == k else 1 for j in range(len(sizes))]))
    return found


_histogramdd_type = named_result("histogramdd", ("hist", "bin_edges"))


@composite(method=False)
def histogramdd(input, bins, *, range=None, weight=None, density=False, out=None):
    """Return (hist, bin_edges) of points in D dimensions (the last dimension of `input`); see `histogram`.

    Args:
        bins: a number, D numbers, or D vectors of edges.
        range: (min, max) of each dimension in a row.
    """
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"histogramdd\" not implemented for '{input.dtype.short}'")
    if input.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    d = input.shape[-1]
    points = reshape(input, (-1, d))
    each = [bins] * d if isinstance(bins, int) else list(bins)
    if len(each) != d:
        if not any(isinstance(b, TensorBase) for b in each):
            raise RuntimeError("histogramdd: The size of bins must be equal to the innermost dimension of the input.")
        raise RuntimeError(f"torch.histogramdd: expected {d} sequences of bin edges for a {d}-dimensional histogram but got "
                           f"{len(each)}")
    edges = [b if isinstance(b, TensorBase) else _edges(points[:, k], b, None if range is None else range[2 * k:2 * k + 2], k)
             for k, b in enumerate(each)]
    hist = _histogramdd(edges, points.detach(), weight, density)
    return _histogramdd_type((finish_out("histogramdd", hist, out), tuple(edges)))


@method(name="sort")
def _sort_method(self, dim=-1, descending=False, *, stable=None):
    """Return `torch.sort(self, dim, descending)`."""
    return sort(self, dim, descending, stable=stable)
