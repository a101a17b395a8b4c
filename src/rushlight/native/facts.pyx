"""What the backward walk asks of arrays at every step, read off the array's header: `core/arrays.py` is the reference."""

cimport numpy as cnp
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard

cdef extern from "numpy/arrayobject.h":
    tuple PyArray_IntTupleFromIntp(int, npy_intp*)

cdef extern from "Python.h":
    bint PyType_IsSubtype(PyTypeObject*, PyTypeObject*) noexcept
    ctypedef struct PyTypeObject:
        object (*tp_new)(PyTypeObject*, tuple, void*)

cdef tuple NO_ARGUMENTS = ()

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


cpdef bint alike(object array, object other) except -1:
    """Tell whether two arrays have one shape and one dtype object."""
    return guard.same_shape(array, other) and <void*> cnp.PyArray_DESCR(<ndarray> array) == <void*> cnp.PyArray_DESCR(<ndarray> other)


cpdef object dtype_of(object array):
    """Return the dtype of an array."""
    return <object> <void*> cnp.PyArray_DESCR(<ndarray> array) if guard.exact(array) else array.dtype


cpdef tuple sizes_of(object array):
    """Return the shape of an array."""
    if not guard.exact(array):
        return tuple(array.shape)
    return PyArray_IntTupleFromIntp(guard.ndim(array), cnp.PyArray_DIMS(<ndarray> array))


cpdef object fresh(object base, object kind):
    """Return a new object of `kind`, which derives from `base`, as `base.__new__` makes it."""
    if not isinstance(base, type) or not isinstance(kind, type) or not PyType_IsSubtype(<PyTypeObject*> kind, <PyTypeObject*> base):
        raise TypeError("no subclass")
    return (<PyTypeObject*> base).tp_new(<PyTypeObject*> kind, NO_ARGUMENTS, NULL)


cpdef bint owned(object array) except -1:
    """Tell whether an array is a whole, writable, C-ordered memory of its own."""
    return guard.exact(array) and cnp.PyArray_BASE(<ndarray> array) == NULL and cnp.PyArray_ISCARRAY(<ndarray> array)
