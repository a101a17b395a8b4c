"""Facts about arrays that the backward walk asks for at every step.

The compiled build takes the functions of the same names from `native/facts.pyx`, which read the array's header
instead of making tuples.
"""


def fits(array, shape, dtype):
    """Whether an array of NumPy has this shape and this very dtype object."""
    return array.shape == shape and array.dtype is dtype


def owned(array):
    """Whether an array of NumPy is a whole, writable, C-ordered memory of its own, fit to become a `.grad`."""
    return array.base is None and array.flags.carray
