"""Joining tensors: cat, stack and their relatives, grids and products of sequences."""
import itertools
import warnings

from .. import dtypes
from ..core.op import Ts, composite, op
from ..core.tensor import OPS, TensorBase
from ._dims import prod, wrap_dim
from .shape import expand, reshape, select, slice_view, unsafe_view, unsqueeze, view, zeros_of

# ------------------------------------------------------------------ cat and stack


def _is_legacy_empty(x):
    """Whether `cat` skips the tensor: an empty vector joins with any shape."""
    return tuple(x.shape) == (0,)


def _plain(tensors, dim):
    """Whether all tensors have one shape, not that of an empty vector, and `dim` is one of its dimensions: nothing to check."""
    shape = tensors[0].shape if tensors else ()
    if shape == (0,) or not -len(shape) <= dim < len(shape):
        return False
    for x in tensors:
        if x.shape != shape:
            return False
    return True


def _check_cat(tensors, dim):
    """Return the dimension to join along, and the shape the tensors must share but for it."""
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for k, x in enumerate(tensors):
        if not x.ndim:
            raise RuntimeError(f"zero-dimensional tensor (at position {k}) cannot be concatenated")
    first = next((x for x in tensors if not _is_legacy_empty(x)), tensors[0])
    dim = wrap_dim(dim, first.ndim)
    for k, x in enumerate(tensors):
        if _is_legacy_empty(x):
            continue
        if x.ndim != first.ndim:
            raise RuntimeError(f"Tensors must have same number of dimensions: got {first.ndim} and {x.ndim}")
        for j, (a, b) in enumerate(zip(first.shape, x.shape)):
            if a != b and j != dim:
                raise RuntimeError(f"Sizes of tensors must match except in dimension {dim}. Expected size {a} but got "
                                   f"size {b} for tensor number {k} in the list.")
    return dim


@op(promote="common", aliases=("concat", "concatenate"))
def cat(B, tensors: Ts, dim=0):
    """Return the tensors joined along an existing dimension, in their common dtype.

    Args:
        tensors: shapes agree but for `dim`; empty vectors are skipped.

    Raises: ValueError for an empty list, RuntimeError when shapes do not fit.

    Example:
        >>> torch.cat([torch.zeros(1, 2), torch.ones(1, 2)])
        tensor([[0., 0.],
                [1., 1.]])
    """
    if not _plain(tensors, dim):
        dim = _check_cat(tensors, dim)
        tensors = [x for x in tensors if not _is_legacy_empty(x)] or tensors[:1]
    return B.c_order(B.concat(tensors, axis=dim))


def _cat_rule(g, tensors_shape, dim):
    found, start = [], 0
    dim %= len(g.shape)
    for shape in tensors_shape:
        if shape == (0,) and len(g.shape) != 1:
            found.append(zeros_of(g, shape))
        else:
            found.append(slice_view(g, dim, start, start + shape[dim]))
            start += shape[dim]
    return found


cat.vjp(tensors=_cat_rule)


@op(promote="common")
def stack(B, tensors: Ts, dim=0):
    """Return the tensors joined along a new dimension; all have the same shape.

    Raises: RuntimeError for an empty list or shapes that differ.
    """
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = tensors[0].shape
    dim = wrap_dim(dim, len(shape) + 1)
    for k, x in enumerate(tensors):
        if x.shape != shape:
            raise RuntimeError(f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                               f"{list(x.shape)} at entry {k}")
    return B.c_order(B.stack(tensors, axis=dim))


stack.vjp(tensors=lambda g, tensors_shape, dim: [select(g, dim, k) for k in range(len(tensors_shape))])


def _listed(tensors, name):
    """Return a call's tensors as a list; they come as a sequence or one by one."""
    if not isinstance(tensors, (list, tuple)):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not "
                        f"{type(tensors).__name__}")
    for k, x in enumerate(tensors):
        if not isinstance(x, TensorBase):
            raise TypeError(f"expected Tensor as element {k} in argument 0, but got {type(x).__name__}")
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return list(tensors)


def _with_out(result, out, tensors):
    from ..core.inplace import finish_out
    return finish_out("cat", result, out, tensors)


@composite(method=False)
def hstack(tensors, *, out=None):
    """Return the tensors joined along dimension 1, or 0 where they are vectors."""
    full = atleast_1d(_listed(tensors, "hstack"))
    return _with_out(cat(full, 0 if full[0].ndim == 1 else 1), out, tensors)


@composite(method=False, aliases=("row_stack",))
def vstack(tensors, *, out=None):
    """Return the tensors joined along dimension 0; vectors are rows."""
    return _with_out(cat(atleast_2d(_listed(tensors, "vstack")), 0), out, tensors)


@composite(method=False)
def dstack(tensors, *, out=None):
    """Return the tensors joined along dimension 2, after `atleast_3d`."""
    return _with_out(cat(atleast_3d(_listed(tensors, "dstack")), 2), out, tensors)


@composite(method=False)
def column_stack(tensors, *, out=None):
    """Return the tensors joined along dimension 1; vectors are columns."""
    columns = [x if x.ndim > 1 else reshape(x, (prod(x.shape), 1)) for x in _listed(tensors, "column_stack")]
    return _with_out(cat(columns, 1), out, tensors)


def _each(function, tensors):
    """Apply a function of one tensor to one, to several, or to a sequence of tensors."""
    if len(tensors) == 1:
        one = tensors[0]
        if isinstance(one, (list, tuple)):
            return tuple([function(x) for x in one])
        if not isinstance(one, TensorBase):
            raise TypeError(f"{function.__name__.strip('_')}() received an invalid combination of arguments - got "
                            f"({type(one).__name__}), but expected one of:\n * (Tensor input)\n * (tuple of Tensors "
                            "tensors)")
        return function(one)
    return tuple([function(x) for x in tensors])


def _atleast_1d(x):
    return view(x, (1,)) if x.ndim == 0 else x


def _atleast_2d(x):
    return view(x, (1, 1)) if x.ndim == 0 else unsqueeze(x, 0) if x.ndim == 1 else x


def _atleast_3d(x):
    n = x.ndim
    if n == 0:
        return view(x, (1, 1, 1))
    return unsqueeze(unsqueeze(x, 0), -1) if n == 1 else unsqueeze(x, -1) if n == 2 else x


@composite(method=False)
def atleast_1d(*tensors):
    """Return each tensor with at least one dimension."""
    return _each(_atleast_1d, tensors)


@composite(method=False)
def atleast_2d(*tensors):
    """Return each tensor with at least two dimensions; a vector becomes a row."""
    return _each(_atleast_2d, tensors)


@composite(method=False)
def atleast_3d(*tensors):
    """Return each tensor with at least three dimensions: (n) becomes (1, n, 1), (n, m) becomes (n, m, 1)."""
    return _each(_atleast_3d, tensors)


@op(promote="common", ns=(), name="_block_diag", grad_name="BlockDiagBackward0")
def _block_diag(B, tensors: Ts):
    """Return the block-diagonal matrix of the tensors."""
    for k, x in enumerate(tensors):
        if x.ndim > 2:
            raise RuntimeError("torch.block_diag: Input tensors must have 2 or fewer dimensions. "
                               f"Input {k} has {x.ndim} dimensions")
    shapes = [_as_matrix(x.shape) for x in tensors]
    out = B.zeros((sum([n for n, _ in shapes]), sum([m for _, m in shapes])), dtype=tensors[0].dtype)
    for x, (rows, columns) in zip(tensors, _corners(shapes)):
        B.put(out, (rows, columns), B.reshape(x, (rows.stop - rows.start, columns.stop - columns.start)))
    return out


def _as_matrix(shape):
    return (1,) * (2 - len(shape)) + tuple(shape)


def _corners(shapes):
    """Return the (rows, columns) slices of the blocks."""
    found, i, j = [], 0, 0
    for n, m in shapes:
        found.append((slice(i, i + n), slice(j, j + m)))
        i, j = i + n, j + m
    return found


def _block_diag_rule(g, tensors_shape):
    found = []
    for shape, (rows, columns) in zip(tensors_shape, _corners([_as_matrix(s) for s in tensors_shape])):
        block = slice_view(slice_view(g, 0, rows.start, rows.stop), 1, columns.start, columns.stop)
        found.append(unsafe_view(block, shape))
    return found


_block_diag.vjp(tensors=_block_diag_rule)


@composite(method=False)
def block_diag(*tensors):
    """Return the matrix with the given matrices (vectors are rows) along its diagonal, zeros elsewhere."""
    if not tensors:
        return OPS.empty((1, 0))
    for k, x in enumerate(tensors):
        if not isinstance(x, TensorBase):
            raise TypeError(f"expected Tensor as element {k} in argument 0, but got {type(x).__name__}")
    return _block_diag(list(tensors))


# ------------------------------------------------------------------ grids and products

def _spread(tensors):
    """Return the tensors of a call `f(a, b)` or `f([a, b])`."""
    return list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)


@composite(method=False)
def meshgrid(*tensors, indexing=None):
    """Return the coordinate grids of vectors, as views.

    Args:
        indexing: "ij" (the default, with a warning when not given): grid k varies along dimension k.
            "xy": the first two dimensions are exchanged, as in NumPy's default.
    """
    tensors = _spread(tensors)
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if indexing is None:
        warnings.warn("torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
                      stacklevel=2)
    elif indexing not in ("ij", "xy"):
        raise RuntimeError(f"torch.meshgrid: indexing must be one of \"xy\" or \"ij\", but received: {indexing}")
    for x in tensors:
        if x.ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {x}")
        if x.dtype is not tensors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    n = len(tensors)
    places = list(range(n))
    if indexing == "xy" and n > 1:
        places[:2] = 1, 0
    sizes = [0] * n
    for x, p in zip(tensors, places):
        sizes[p] = prod(x.shape)
    return tuple([expand(view(x, tuple([-1 if k == p else 1 for k in range(n)])) if sizes[p] else
                         reshape(x, tuple([0 if k == p else 1 for k in range(n)])), tuple(sizes))
                  for x, p in zip(tensors, places)])


def _check_vector(x):
    if x.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.shape)}")


@composite(method=False)
def cartesian_prod(*tensors):
    """Return all combinations of one element from each vector, as rows (a single vector as it is)."""
    tensors = _spread(tensors)
    for x in tensors:
        _check_vector(x)
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshape(x, (-1,)) for x in meshgrid(*tensors, indexing="ij")], 1)


@composite
def combinations(input, r=2, with_replacement=False):
    """Return the combinations of r elements of a vector, as rows in `itertools.combinations`' order."""
    _check_vector(input)
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return slice_view(input, 0, 0, 0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = list(choose(range(input.shape[0]), r))
    columns = zip(*rows) if rows else [()] * r
    return stack([OPS.index_select(input, 0, OPS.tensor(list(column), dtype=dtypes.int64, device=input.device))
                  for column in columns], 1)
