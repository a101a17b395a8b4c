"""Dimensions and shapes as torch reads them: wrapping, inference, broadcasting, with its error texts."""
from math import prod

__all__ = ["broadcast_shape", "expand_shape", "infer_shape", "ints", "prod", "unique_dims", "wrap_dim", "wrap_dims"]


def wrap_dim(dim, ndim):
    """Return `dim` counted from the front; a 0-d tensor has the dimensions -1 and 0."""
    if 0 <= dim < ndim:
        return dim
    n = ndim or 1
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim + n if dim < 0 else dim


def wrap_dims(dims, ndim):
    """Return a tuple of dimensions counted from the front; an int means one of them."""
    if isinstance(dims, int):
        return (wrap_dim(dims, ndim),)
    return tuple([wrap_dim(d, ndim) for d in dims])


def unique_dims(dims, ndim):
    """`wrap_dims` that refuses a dimension named twice."""
    found = wrap_dims(dims, ndim)
    if len(set(found)) != len(found):
        twice = next(d for i, d in enumerate(found) if d in found[:i])
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")
    return found


def ints(sizes):
    """Return sizes given as `f(2, 3)` or `f((2, 3))`, packed by `*sizes`, as one tuple."""
    if len(sizes) == 1 and not hasattr(sizes[0], "__index__"):
        sizes = sizes[0]
    return tuple(sizes)


def infer_shape(shape, numel):
    """Return `shape` with its one -1 filled in so that it holds `numel` elements."""
    shape = tuple(shape)
    unknown = [i for i, n in enumerate(shape) if n < 0]
    for i in unknown:
        if shape[i] != -1:
            raise RuntimeError(f"invalid shape dimension {shape[i]} at index {i} of shape {list(shape)}")
    if len(unknown) > 1:
        raise RuntimeError("only one dimension can be inferred")
    known = prod([n for n in shape if n >= 0])
    if unknown and known and numel % known == 0:
        i = unknown[0]
        return shape[:i] + (numel // known,) + shape[i + 1:]
    if unknown and known == 0 and numel == 0:
        raise RuntimeError(f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified "
                           "dimension size -1 can be any value and is ambiguous")
    if unknown or known != numel:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
    return shape


def broadcast_shape(*shapes):
    """Return the shape that all of `shapes` broadcast to."""
    if not shapes:
        return ()
    out = tuple(shapes[0])
    for other in shapes[1:]:
        other = tuple(other)
        if other == out:
            continue
        n = max(len(out), len(other))
        a, b = (1,) * (n - len(out)) + out, (1,) * (n - len(other)) + other
        for i in reversed(range(n)):
            if a[i] != b[i] and a[i] != 1 and b[i] != 1:
                raise RuntimeError(f"The size of tensor a ({a[i]}) must match the size of tensor b ({b[i]}) at "
                                   f"non-singleton dimension {i}")
        out = tuple([q if p == 1 else p for p, q in zip(a, b)])
    return out


def expand_shape(shape, sizes):
    """Return the sizes that `expand(*sizes)` gives a tensor of this shape (-1 keeps a size)."""
    shape, sizes = tuple(shape), tuple(sizes)
    lead = len(sizes) - len(shape)
    if lead < 0:
        raise RuntimeError(f"expand({list(shape)}, size={list(sizes)}): the number of sizes provided ({len(sizes)}) "
                           f"must be greater or equal to the number of dimensions in the tensor ({len(shape)})")
    out = list(sizes)
    for i in reversed(range(len(out))):
        have = shape[i - lead] if i >= lead else 1
        if out[i] == -1:
            if i < lead:
                raise RuntimeError("The expanded size of the tensor (-1) isn't allowed in a leading, non-existing "
                                   f"dimension {i}")
            out[i] = have
        if out[i] < 0 or (have != out[i] and have != 1):
            raise RuntimeError(f"The expanded size of the tensor ({out[i]}) must match the existing size ({have}) at "
                               f"non-singleton dimension {i}.  Target sizes: {list(sizes)}.  Tensor sizes: {list(shape)}")
    return tuple(out)
