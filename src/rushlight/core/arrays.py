"""Facts about arrays that the backward walk asks for at every step.

The compiled build takes all but `like_leaf` from `native/facts.pyx`, which reads the array's header instead of making
tuples.
"""

from ..backend import guard
from ..backend.cpu import B as CPU


def fits(array, shape, dtype):
    """Whether an array of NumPy has this shape and this very dtype object."""
    return array.shape == shape and array.dtype is dtype


def alike(array, other):
    """Whether two arrays of NumPy have one shape and one dtype object."""
    return type(array) is type(other) is CPU.array_type and array.shape == other.shape and array.dtype is other.dtype


def dtype_of(array):
    """Return the dtype of an array."""
    return array.dtype


def sizes_of(array):
    """Return the shape of an array, a tuple."""
    return tuple(array.shape)


def fresh(base, kind):
    """Return a new object of `kind`, which derives from `base`, as `base.__new__` makes it."""
    return base.__new__(kind)


def owned(array):
    """Whether an array of NumPy is a whole, writable, C-ordered memory of its own, fit to become a `.grad`."""
    return array.base is None and array.flags.carray


def like_leaf(x, g):
    """Return a copy of a gradient with the strides of its leaf `x`, None where `x` has gaps or lies in C order."""
    if type(x) is not CPU.array_type or type(g) is not CPU.array_type or x.flags.c_contiguous:
        return None
    low, high = guard.extent(x)
    if high - low != x.size * x.itemsize or 0 in x.strides:
        return None
    out = CPU.empty_like(x)
    CPU.copyto(out, g)
    return out
