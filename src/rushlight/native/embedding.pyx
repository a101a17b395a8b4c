"""Shims of lookups and their gradients: embedding, and gather along the last dimension.

Accepted: C-contiguous float32/float64 arrays (embedding's weights of two dimensions), C-contiguous int64 indices.
"""

cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard

cnp.import_array()

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object, int*) noexcept

cdef extern from "embedding.h":
    ctypedef void (*AddRows)(const void*, const int64_t*, int64_t, void*, size_t, size_t) noexcept nogil
    struct EmbeddingTable:
        AddRows* add_rows
    const EmbeddingTable* embedding_table()

cdef const EmbeddingTable* t = embedding_table()

cdef enum:
    MAX_DIMS = 16


cdef inline bint is_float(int num) noexcept:
    return num == cnp.NPY_FLOAT32 or num == cnp.NPY_FLOAT64


cdef inline bint all_rows(const int64_t* index, npy_intp n, int64_t rows) noexcept nogil:
    """Tell whether every index is a row."""
    cdef npy_intp i
    cdef bint good = True
    for i in range(n):
        good = good and (<size_t> index[i]) < <size_t> rows
    return good


cdef inline int64_t integer(object x, bint* good) noexcept:
    cdef int overflow = 0
    cdef int64_t found = PyLong_AsLongLongAndOverflow(x, &overflow) if PyLong_CheckExact(x) else 0
    good[0] = PyLong_CheckExact(x) and not overflow
    return found


def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """The rows of `weight` that `indices` names; IndexError for one out of range."""
    cdef int num = guard.typenum(weight), k, nd = guard.ndim(indices)
    cdef const char* w = guard.flat(weight, num)
    cdef const int64_t* index = <const int64_t*> guard.flat(indices, cnp.NPY_INT64)
    cdef npy_intp dims[MAX_DIMS]
    if not is_float(num) or w == NULL or index == NULL or guard.ndim(weight) != 2 or nd >= MAX_DIMS:
        return NotImplemented
    cdef npy_intp n = guard.size(indices), i
    if not all_rows(index, n, guard.dim(weight, 0)):
        raise IndexError("index out of range in self")
    for k in range(nd):
        dims[k] = guard.dim(indices, k)
    dims[nd] = guard.dim(weight, 1)
    cdef npy_intp row = dims[nd] * cnp.PyArray_ITEMSIZE(<ndarray> weight)
    result = guard.new(nd + 1, dims, num)
    cdef char* out = guard.flat_out(result, num, n * dims[nd])
    for i in range(n):
        memcpy(out + i * row, w + index[i] * row, row)
    return result


def embedding_backward(grad, indices, num_weights, padding_idx=-1, scale_grad_by_freq=False):
    """The gradient (num_weights, d) of `embedding`: rows of `grad` added, in order, where they were read."""
    cdef int num = guard.typenum(grad), nd = guard.ndim(grad), k
    cdef const char* g = guard.flat(grad, num)
    cdef const int64_t* index = <const int64_t*> guard.flat(indices, cnp.NPY_INT64)
    cdef bint good, good_padding
    cdef npy_intp dims[2]
    dims[0] = integer(num_weights, &good)
    cdef int64_t skip = integer(padding_idx, &good_padding)
    if not is_float(num) or g == NULL or index == NULL or scale_grad_by_freq or not good or not good_padding:
        return NotImplemented
    if nd != guard.ndim(indices) + 1 or dims[0] < 0:
        return NotImplemented
    for k in range(nd - 1):
        if guard.dim(grad, k) != guard.dim(indices, k):
            return NotImplemented
    cdef npy_intp n = guard.size(indices)
    if not all_rows(index, n, dims[0]):
        return NotImplemented
    dims[1] = guard.dim(grad, nd - 1)
    result = guard.new(2, dims, num)
    cdef char* out = guard.flat_out(result, num, dims[0] * dims[1])
    memset(out, 0, dims[0] * dims[1] * cnp.PyArray_ITEMSIZE(<ndarray> grad))
    t.add_rows[0 if num == cnp.NPY_FLOAT32 else 1](g, index, skip if skip >= 0 else -1, out, <size_t> n, <size_t> dims[1])
    return result


cdef bint picks_rows(object index, int nd, object dim) noexcept:
    """Tell whether `index` has `nd` dimensions and `dim` is the last of them."""
    cdef bint good
    cdef int64_t d = integer(dim, &good)
    return good and nd > 0 and guard.ndim(index) == nd and (d == nd - 1 or d == -1)


def gather(input, dim, index, sparse_grad=False):
    """The elements of each row of `input` that the row of `index` names."""
    cdef int num = guard.typenum(input), nd = guard.ndim(input), k
    cdef const char* x = guard.flat(input, num)
    cdef const int64_t* place = <const int64_t*> guard.flat(index, cnp.NPY_INT64)
    cdef npy_intp dims[MAX_DIMS]
    if not is_float(num) or x == NULL or place == NULL or nd > MAX_DIMS or not picks_rows(index, nd, dim):
        return NotImplemented
    for k in range(nd):
        dims[k] = guard.dim(index, k)
        if k < nd - 1 and dims[k] != guard.dim(input, k):
            return NotImplemented
    cdef npy_intp n = guard.size(index), cols = guard.dim(input, nd - 1), picks = dims[nd - 1], i
    if not all_rows(place, n, cols):
        return NotImplemented                   # the body has the message
    result = guard.new(nd, dims, num)
    cdef char* out = guard.flat_out(result, num, n)
    if num == cnp.NPY_FLOAT32:
        for i in range(n):
            (<float*> out)[i] = (<const float*> x)[i // picks * cols + place[i]]
    else:
        for i in range(n):
            (<double*> out)[i] = (<const double*> x)[i // picks * cols + place[i]]
    return result


def _gather_back(input, shape, dim, index):
    """Zeros of `shape` with `input` added, in order, where `index` read."""
    cdef int num = guard.typenum(input), nd = guard.ndim(input), k
    cdef const char* g = guard.flat(input, num)
    cdef const int64_t* place = <const int64_t*> guard.flat(index, cnp.NPY_INT64)
    cdef npy_intp dims[MAX_DIMS]
    cdef bint good
    if not is_float(num) or g == NULL or place == NULL or nd > MAX_DIMS or not picks_rows(index, nd, dim):
        return NotImplemented
    if type(shape) is not tuple or len(shape) != nd or not guard.same_shape(input, index):
        return NotImplemented
    for k in range(nd):
        dims[k] = integer(shape[k], &good)
        if not good or dims[k] < 0 or (k < nd - 1 and dims[k] != guard.dim(index, k)):
            return NotImplemented
    cdef npy_intp n = guard.size(index), cols = dims[nd - 1], picks = guard.dim(index, nd - 1), i
    if not all_rows(place, n, cols):
        return NotImplemented
    result = guard.new(nd, dims, num)
    cdef npy_intp size = guard.size(result)
    cdef char* out = guard.flat_out(result, num, size)
    memset(out, 0, size * cnp.PyArray_ITEMSIZE(<ndarray> input))
    if num == cnp.NPY_FLOAT32:
        for i in range(n):
            (<float*> out)[i // picks * cols + place[i]] += (<const float*> g)[i]
    else:
        for i in range(n):
            (<double*> out)[i // picks * cols + place[i]] += (<const double*> g)[i]
    return result


KERNELS = {"embedding": embedding, "embedding_backward": embedding_backward, "gather": gather,
           "_gather_back": _gather_back} if t != NULL else {}
