"""Shims of softmax and log_softmax over the last dimension, and of their gradients.

Accepted: C-contiguous float32/float64 arrays whose dimensions after `dim` have length 1.
"""

cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "Python.h":
    long PyLong_AsLongAndOverflow(object, int*) noexcept

cdef extern from "softmax.h":
    ctypedef void (*RlRows)(const void*, void*, size_t, size_t) noexcept nogil
    ctypedef void (*RlRows2)(const void*, const void*, void*, size_t, size_t) noexcept nogil
    struct SoftmaxTable:
        const RlRows* softmax
        const RlRows* log_softmax
        const RlRows2* softmax_backward
        const RlRows2* log_softmax_backward
    const SoftmaxTable* softmax_table()

cdef const SoftmaxTable* t = softmax_table()

cdef enum:
    LIMIT = 32768       # elements from which on the pool takes part
    PIECE = 16384

cdef struct Job:
    RlRows rows
    RlRows2 rows2
    const char* x
    const char* y
    char* out
    int64_t cols, step      # step: bytes of a row


cdef void piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    if j.rows2 == NULL:
        j.rows(j.x + begin * j.step, j.out + begin * j.step, <size_t> (end - begin), <size_t> j.cols)
    else:
        j.rows2(j.x + begin * j.step, j.y + begin * j.step, j.out + begin * j.step, <size_t> (end - begin),
                <size_t> j.cols)


cdef int64_t row_length(object x, object dim) noexcept:
    """Return the length of dimension `dim` when it is the last one longer than 1, else -1."""
    cdef int nd = guard.ndim(x), d, k, overflow = 0
    if not PyLong_CheckExact(dim):
        return -1
    cdef long at = PyLong_AsLongAndOverflow(dim, &overflow)
    if at < 0:
        at += nd
    if overflow or at < 0 or at >= nd:
        return -1
    d = <int> at
    for k in range(d + 1, nd):
        if guard.dim(x, k) != 1:
            return -1
    return guard.dim(x, d)


cdef object along_rows(object x, object y, object dim, const RlRows* rows, const RlRows2* rows2):
    """Run a kernel over the rows of x (and of y, when there are two operands)."""
    cdef Job j
    cdef int num = guard.typenum(x)
    cdef int dtype = 0 if num == cnp.NPY_FLOAT32 else 1
    cdef npy_intp n = guard.size(x)
    if num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64:
        return NotImplemented
    j.cols = row_length(x, dim)
    j.x = guard.flat(x, num)
    if j.cols < 0 or j.x == NULL:
        return NotImplemented
    if rows2 != NULL:
        j.y = guard.flat(y, num)
        if j.y == NULL or not guard.same_shape(x, y):
            return NotImplemented
    result = guard.new_like(x)
    if n == 0:
        return result
    j.out = guard.flat_out(result, num, n)
    j.rows = NULL
    j.rows2 = NULL
    if rows != NULL:
        j.rows = rows[dtype]
    if rows2 != NULL:
        j.rows2 = rows2[dtype]
    j.step = j.cols * cnp.PyArray_ITEMSIZE(<ndarray> x)
    if n <= LIMIT:
        piece(&j, 0, n // j.cols)
    else:
        with nogil:
            pool().parallel_for(n // j.cols, PIECE // j.cols + 1, piece, &j)
    return result


def softmax(input, dim, dtype=None):
    """exp(x) / sum(exp(x)) over `dim`."""
    if dtype is not None:
        return NotImplemented
    return along_rows(input, None, dim, t.softmax, NULL)


def log_softmax(input, dim, dtype=None):
    """x - log(sum(exp(x))) over `dim`."""
    if dtype is not None:
        return NotImplemented
    return along_rows(input, None, dim, t.log_softmax, NULL)


def softmax_backward(g, result, dim):
    """result * (g - sum(g * result))."""
    return along_rows(g, result, dim, NULL, t.softmax_backward)


def log_softmax_backward(g, result, dim):
    """g - exp(result) * sum(g)."""
    return along_rows(g, result, dim, NULL, t.log_softmax_backward)


KERNELS = {
    "softmax": softmax, "log_softmax": log_softmax,
    "softmax_backward": softmax_backward, "log_softmax_backward": log_softmax_backward,
} if t != NULL else {}
