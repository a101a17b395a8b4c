"""Filling: with zeros, and repeating a reduction's gradient over the dimensions that were reduced.

Small results are filled, so that the next kernel finds a contiguous array; large ones are left to
the body, whose view costs no memory.
"""

cimport numpy as cnp
from libc.stdint cimport int64_t
from libc.string cimport memset
from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef cnp.npy_intp LIMIT = 4096
cdef cnp.npy_intp CLEAR_LIMIT = 1 << 18        # bytes


cdef object fill32(object grad, int nd, cnp.npy_intp* dims, cnp.npy_intp n):
    cdef const float* p = <const float*> guard.flat_n(grad, cnp.NPY_FLOAT32, 1)
    if p == NULL:
        return NotImplemented
    result = guard.new(nd, dims, cnp.NPY_FLOAT32)
    cdef float* q = <float*> guard.flat_out(result, cnp.NPY_FLOAT32, n)
    cdef float value = p[0]
    cdef cnp.npy_intp i
    for i in range(n):
        q[i] = value
    return result


cdef object fill64(object grad, int nd, cnp.npy_intp* dims, cnp.npy_intp n):
    cdef const double* p = <const double*> guard.flat_n(grad, cnp.NPY_FLOAT64, 1)
    if p == NULL:
        return NotImplemented
    result = guard.new(nd, dims, cnp.NPY_FLOAT64)
    cdef double* q = <double*> guard.flat_out(result, cnp.NPY_FLOAT64, n)
    cdef double value = p[0]
    cdef cnp.npy_intp i
    for i in range(n):
        q[i] = value
    return result


def spread(grad, shape, dim, keepdim):
    """Return `shape` filled with the one element of `grad`; only for whole reductions of few elements."""
    cdef cnp.npy_intp dims[32]
    cdef cnp.npy_intp n = 1
    cdef int i, nd
    if dim is not None or not guard.exact(grad) or guard.size(grad) != 1 or type(shape) is not tuple:
        return NotImplemented
    nd = len(shape)
    if nd > 32:
        return NotImplemented
    for i in range(nd):
        dims[i] = shape[i]
        n *= dims[i]
        if n > LIMIT:
            return NotImplemented
    if guard.typenum(grad) == cnp.NPY_FLOAT32:
        return fill32(grad, nd, dims, n)
    return fill64(grad, nd, dims, n)


cdef void clear_piece(void* p, int64_t begin, int64_t end) noexcept nogil:
    memset(<char*> p + begin, 0, <size_t> (end - begin))


def clear(array):
    """Write zeros into a contiguous array; large ones on the pool, in pages that each thread will want again."""
    cdef cnp.npy_intp n = guard.size(array)
    cdef char* p = guard.flat_out(array, guard.typenum(array), n)
    if p == NULL or guard.typenum(array) == cnp.NPY_OBJECT:     # zero is no Python object
        return NotImplemented
    n *= cnp.PyArray_ITEMSIZE(<cnp.ndarray> array)
    if n <= CLEAR_LIMIT:
        memset(p, 0, <size_t> n)
    else:
        with nogil:
            pool().parallel_for(n, n // 4 // 64 * 64 + 64, clear_piece, p)
    return array


KERNELS = {"spread": spread, "clear": clear}
