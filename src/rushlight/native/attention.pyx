"""Scaled dot product attention and its gradients, block by block.

Each function takes the arrays its op's body takes and returns new arrays, or `NotImplemented`: for anything but float32 and
float64 arrays of one dtype, for empty ones, for leading dimensions that differ (but the mask's), and where dropout
or a gradient of the mask is asked for.
"""

cimport numpy as cnp
from libc.stdint cimport int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.gemm cimport GemmTable, kernels
from rushlight.native.threads cimport RlPool, pool

cnp.import_array()

cdef extern from "attention.h":
    enum: RL_ATTENTION_DIMS
    enum: RL_NO_MASK
    enum: RL_BOOL_MASK
    enum: RL_ADDED_MASK
    struct RlMatrices:
        char* data
        int64_t row, column
        int64_t steps[RL_ATTENTION_DIMS]
    struct RlAttention:
        int dims, causal, mask_kind
        int64_t shape[RL_ATTENTION_DIMS]
        int64_t rows, keys, features, value_features
        double scale
        RlMatrices query, key, value, mask, out
        void* logs
    struct RlAttentionGradients:
        RlMatrices grad, query, key, value
    struct AttentionTable:
        bint (*forward[2])(const RlAttention*, const GemmTable*, const RlPool*) noexcept nogil
        bint (*backward[2])(const RlAttention*, const RlAttentionGradients*, const GemmTable*, const RlPool*) noexcept nogil
    const AttentionTable* attention_table()

cdef const AttentionTable* t = attention_table()
cdef const GemmTable* gemm = kernels()

cdef enum:
    MAX_DIMS = RL_ATTENTION_DIMS + 2


cdef object straight(object x, int num):
    """Return x, or a copy where its rows are not contiguous; None when it is another dtype or empty."""
    cdef int last = guard.ndim(x) - 1
    if guard.typenum(x) != num or last < 1 or last >= MAX_DIMS or guard.size(x) == 0:
        return None
    if not cnp.PyArray_ISBEHAVED_RO(<ndarray> x):
        return None
    if cnp.PyArray_STRIDE(<ndarray> x, last) == cnp.PyArray_ITEMSIZE(<ndarray> x):
        return x
    return cnp.PyArray_NewCopy(<ndarray> x, cnp.NPY_CORDER)


cdef bint matrices(object x, int num, RlAttention* a, int64_t rows, int64_t columns, RlMatrices* to) noexcept:
    """Read the matrices of an array whose leading dimensions are the call's."""
    cdef npy_intp shape[MAX_DIMS]
    cdef npy_intp strides[MAX_DIMS]
    cdef int d
    if x is None or guard.ndim(x) != a.dims + 2:
        return False
    to.data = guard.strided(x, num, a.dims + 2, shape, strides)
    if to.data == NULL or shape[a.dims] != rows or shape[a.dims + 1] != columns:
        return False
    if columns > 1 and strides[a.dims + 1] != 1:
        return False
    to.row, to.column = strides[a.dims], 1
    for d in range(a.dims):
        if shape[d] != a.shape[d]:
            return False
        to.steps[d] = strides[d]
    return True


cdef bint mask_of(object x, int num, RlAttention* a) noexcept:
    """Read a mask, repeated along dimensions of length 1 and those it lacks."""
    cdef npy_intp shape[MAX_DIMS]
    cdef npy_intp strides[MAX_DIMS]
    cdef int64_t step, wanted
    cdef int nd = guard.ndim(x), d, missing = a.dims + 2 - nd
    cdef int kind = guard.typenum(x)
    if missing < 0 or (kind != cnp.NPY_BOOL and kind != num):
        return False
    a.mask_kind = RL_BOOL_MASK if kind == cnp.NPY_BOOL else RL_ADDED_MASK
    a.mask.data = guard.strided(x, kind, nd, shape, strides)
    if a.mask.data == NULL:
        return False
    a.mask.row = a.mask.column = 0
    for d in range(a.dims + 2):
        step = 0
        if d >= missing:
            wanted = a.rows if d == a.dims else a.keys if d == a.dims + 1 else a.shape[d]
            if shape[d - missing] != 1:
                if shape[d - missing] != wanted:
                    return False
                step = strides[d - missing]
        if d == a.dims:
            a.mask.row = step
        elif d == a.dims + 1:
            a.mask.column = step
        else:
            a.mask.steps[d] = step
    return True


cdef bint call_of(RlAttention* a, object query, object key, object value, object mask, object causal, object scale, int num):
    """Fill in all but the output; False when something is refused."""
    cdef int d
    if query is None or key is None or value is None or type(scale) is not float:
        return False
    a.dims = guard.ndim(query) - 2
    if guard.ndim(key) != a.dims + 2 or guard.ndim(value) != a.dims + 2:
        return False
    for d in range(a.dims):
        a.shape[d] = guard.dim(query, d)
    a.rows, a.features = guard.dim(query, a.dims), guard.dim(query, a.dims + 1)
    a.keys, a.value_features = guard.dim(key, a.dims), guard.dim(value, a.dims + 1)
    a.scale, a.causal, a.mask_kind = scale, bool(causal), RL_NO_MASK
    if not matrices(query, num, a, a.rows, a.features, &a.query) or not matrices(key, num, a, a.keys, a.features, &a.key):
        return False
    return matrices(value, num, a, a.keys, a.value_features, &a.value) and (mask is None or mask_of(mask, num, a))


cdef ndarray laid_like(object x, int num, npy_intp columns):
    """Return a new array of the shape of x, but for its columns, with dimensions in memory in the order of those of x."""
    cdef int nd = guard.ndim(x), d, e
    cdef npy_intp dims[MAX_DIMS]
    cdef int order[MAX_DIMS]
    cdef bint plain = True
    for d in range(nd):
        e = d
        while d < nd - 1 and e > 0 and cnp.PyArray_STRIDE(<ndarray> x, order[e - 1]) < cnp.PyArray_STRIDE(<ndarray> x, d):
            order[e] = order[e - 1]
            e -= 1
            plain = False
        order[e] = d
    for d in range(nd):
        dims[d] = columns if order[d] == nd - 1 else guard.dim(x, order[d])
    cdef ndarray found = guard.new(nd, dims, num)
    if plain:
        return found
    back = [0] * nd
    for d in range(nd):
        back[order[d]] = d
    return found.transpose(back)


def attention(query, key, value, mask=None, noise=None, causal=False, scale=1.0):
    """Return (softmax(scale query key^T + mask) value, the logarithms of the sums)."""
    cdef RlAttention a
    cdef int num = guard.typenum(query), which = 0 if num == cnp.NPY_FLOAT32 else 1
    cdef npy_intp dims[MAX_DIMS]
    cdef int d
    cdef bint right
    if noise is not None or num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64:
        return NotImplemented
    query, key, value = straight(query, num), straight(key, num), straight(value, num)
    if not call_of(&a, query, key, value, mask, causal, scale, num):
        return NotImplemented
    out = laid_like(query, num, a.value_features)
    if not matrices(out, num, &a, a.rows, a.value_features, &a.out):
        return NotImplemented
    for d in range(a.dims):
        dims[d] = a.shape[d]
    dims[a.dims] = a.rows
    logs = guard.new(a.dims + 1, dims, num)
    a.logs = guard.flat(logs, num)
    with nogil:
        right = t.forward[which](&a, gemm, pool())
    return (out, logs) if right else NotImplemented


def attention_backward(grad, query, key, value, mask, noise, out, logs, causal=False, scale=1.0, needs=()):
    """Return the gradients of query, key, value and mask."""
    cdef RlAttention a
    cdef RlAttentionGradients to
    cdef int num = guard.typenum(query), which = 0 if num == cnp.NPY_FLOAT32 else 1
    cdef bint right
    if noise is not None or num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64 or len(needs) < 4 or needs[3]:
        return NotImplemented
    query, key, value = straight(query, num), straight(key, num), straight(value, num)
    grad, out = straight(grad, num), straight(out, num)
    if not call_of(&a, query, key, value, mask, causal, scale, num):
        return NotImplemented
    if not matrices(out, num, &a, a.rows, a.value_features, &a.out) or not matrices(grad, num, &a, a.rows, a.value_features, &to.grad):
        return NotImplemented
    a.logs = guard.flat_n(logs, num, guard.size(query) // a.features)
    if a.logs == NULL:
        return NotImplemented
    dq = laid_like(query, num, a.features) if needs[0] else None
    dk = laid_like(key, num, a.features) if needs[1] else None
    dv = laid_like(value, num, a.value_features) if needs[2] else None
    to.query.data = to.key.data = to.value.data = NULL
    if dq is not None and not matrices(dq, num, &a, a.rows, a.features, &to.query):
        return NotImplemented
    if dk is not None and not matrices(dk, num, &a, a.keys, a.features, &to.key):
        return NotImplemented
    if dv is not None and not matrices(dv, num, &a, a.keys, a.value_features, &to.value):
        return NotImplemented
    with nogil:
        right = t.backward[which](&a, &to, gemm, pool())
    return (dq, dk, dv, None) if right else NotImplemented


KERNELS = {"attention": attention, "attention_backward": attention_backward} if t != NULL and gemm != NULL else {}
