"""What the backward walk asks of arrays at every step, read off the array's header: `core/arrays.py` is the reference."""

cimport numpy as cnp
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard

cnp.import_array()


cpdef bint fits(object array, tuple shape, object dtype) except -1:
    """Tell whether an array has this shape, a tuple of ints, and this very dtype object."""
    cdef int i, n
    if not guard.exact(array):
        return False
    n = guard.ndim(array)
    if <void*> cnp.PyArray_DESCR(<ndarray> array) != <void*> dtype or len(shape) != n:
        return False
    for i in range(n):
        if <npy_intp> shape[i] != guard.dim(array, i):
            return False
    return True


cpdef bint owned(object array) except -1:
    """Tell whether an array is a whole, writable, C-ordered memory of its own."""
    return guard.exact(array) and cnp.PyArray_BASE(<ndarray> array) == NULL and cnp.PyArray_ISCARRAY(<ndarray> array)
