"""Facts about arrays that the backward walk asks for at every step.

The compiled build takes `fits` and `owned` from `native/facts.pyx`, which read the array's header instead of making
tuples.
"""

from ..backend import guard
from ..backend.cpu import B as CPU


def fits(array, shape, dtype):
    """Whether an array of NumPy has this shape and this very dtype object."""
    return array.shape == shape and array.dtype is dtype


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
