"""Shims of the fused losses: cross-entropy with class indices, and squared error.

Accepted: C-contiguous float32/float64 arrays of one dtype, int64 targets. Everything else is `NotImplemented`.
"""

cimport numpy as cnp
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport INT64_MIN, int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "loss.h":
    ctypedef void (*RlCrossEntropy)(
        const void*, const int64_t*, int64_t, void*, void*, size_t, size_t) noexcept nogil
    ctypedef void (*RlCrossEntropyBackward)(
        const void*, const int64_t*, int64_t, const void*, void*, size_t, size_t) noexcept nogil
    ctypedef double (*RlSquaredError)(const void*, const void*, size_t) noexcept nogil
    ctypedef void (*RlSquaredErrorBackward)(const void*, const void*, double, void*, size_t) noexcept nogil
    struct LossTable:
        RlCrossEntropy* cross_entropy
        RlCrossEntropyBackward* cross_entropy_backward
        RlSquaredError* squared_error
        RlSquaredErrorBackward* squared_error_backward
    const LossTable* loss_table()

cdef const LossTable* t = loss_table()

cdef enum:
    LIMIT = 32768       # elements from which on the pool takes part
    PIECE = 16384

cdef struct Job:
    int dtype
    const char* x
    const char* y
    const int64_t* target
    int64_t ignore, rows, cols, item
    const char* scale
    char* out
    char* nll
    double factor


cdef inline int float_index(object x) noexcept:
    cdef int num = guard.typenum(x)
    return 0 if num == cnp.NPY_FLOAT32 else 1 if num == cnp.NPY_FLOAT64 else -1


cdef inline double element(const char* p, int dtype, int64_t i) noexcept nogil:
    return (<const float*> p)[i] if dtype == 0 else (<const double*> p)[i]


cdef inline void put(char* p, int dtype, int64_t i, double value) noexcept nogil:
    if dtype == 0:
        (<float*> p)[i] = <float> value
    else:
        (<double*> p)[i] = value


cdef object scalar(int dtype, double value):
    """Return a 0-d array."""
    cdef int num = cnp.NPY_FLOAT32 if dtype == 0 else cnp.NPY_FLOAT64
    result = guard.new(0, NULL, num)
    put(guard.flat_out(result, num, 1), dtype, 0, value)
    return result


# ------------------------------------------------------------------ cross-entropy

cdef void forward_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t at = begin * j.cols * j.item
    t.cross_entropy[j.dtype](j.x + at, j.target + begin, j.ignore, j.out + at, j.nll + begin * j.item,
                             <size_t> (end - begin), <size_t> j.cols)


cdef void backward_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t at = begin * j.cols * j.item
    t.cross_entropy_backward[j.dtype](j.x + at, j.target + begin, j.ignore, j.scale + begin * j.item, j.out + at,
                                      <size_t> (end - begin), <size_t> j.cols)


ctypedef void (*Piece)(void*, int64_t, int64_t) noexcept nogil


cdef inline void by_rows(Piece piece, Job* j) noexcept:
    if j.rows * j.cols <= LIMIT:
        piece(j, 0, j.rows)
        return
    with nogil:
        pool().parallel_for(j.rows, PIECE // j.cols + 1, piece, j)


cdef bint matrix(object x, object target, object ignore_index, Job* j) noexcept:
    """Fill in a job from (rows, cols) floats and `rows` int64 targets; false when the guard refuses."""
    j.dtype = float_index(x)
    j.x = guard.flat(x, guard.typenum(x))
    j.target = <const int64_t*> guard.flat(target, cnp.NPY_INT64)
    if j.dtype < 0 or j.x == NULL or j.target == NULL or guard.ndim(x) != 2 or guard.ndim(target) != 1:
        return False
    if not PyLong_CheckExact(ignore_index):
        return False
    j.rows, j.cols, j.item = guard.dim(x, 0), guard.dim(x, 1), cnp.PyArray_ITEMSIZE(<ndarray> x)
    if guard.dim(target, 0) != j.rows or j.cols == 0:
        return False
    j.ignore = as_int64(ignore_index)
    return True


cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object, int*) noexcept


cdef inline int64_t as_int64(object x) noexcept:
    """Return an int; one that int64 cannot hold becomes its least value, which is no class."""
    cdef int overflow = 0
    cdef int64_t i = PyLong_AsLongLongAndOverflow(x, &overflow)
    return i if not overflow else INT64_MIN


cdef const char* weights(object weight, Job* j) noexcept:
    """Return the class weights, or NULL when they are absent or refused."""
    if weight is None:
        return NULL
    return guard.flat_n(weight, cnp.NPY_FLOAT32 if j.dtype == 0 else cnp.NPY_FLOAT64, j.cols)


cdef int64_t first_bad(const int64_t* target, int64_t n, int64_t cols, int64_t ignore) noexcept nogil:
    """Return the row of the first target that is neither a class nor ignored, or -1 when there is none."""
    cdef int64_t r
    for r in range(n):
        if (<size_t> target[r]) >= <size_t> cols and target[r] != ignore:
            return r
    return -1


def cross_entropy_forward(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """Cross-entropy of (N, C) logits with N class indices.

    Returns (loss, probs, total_weight): the loss, 0-d or (N,) for reduction "none"; softmax(input), which the gradient
    needs; and the sum of the targets' weights, 0-d.

    Raises IndexError for a target that is neither a class nor `ignore_index`.
    """
    cdef Job j
    cdef int64_t r, bad
    cdef double total = 0, loss = 0, w
    cdef const char* class_weight
    if not matrix(input, target, ignore_index, &j) or not (PyFloat_CheckExact(label_smoothing) and label_smoothing == 0):
        return NotImplemented
    class_weight = weights(weight, &j)
    if weight is not None and class_weight == NULL:
        return NotImplemented
    if reduction != "mean" and reduction != "sum" and reduction != "none":
        return NotImplemented
    bad = first_bad(j.target, j.rows, j.cols, j.ignore)
    if bad >= 0:
        raise IndexError(f"Target {j.target[bad]} is out of bounds.")
    probs = guard.new_like(input)
    cdef int num = guard.typenum(input)
    cdef npy_intp rows = j.rows
    nll = guard.new(1, &rows, num)
    j.out = guard.flat_out(probs, num, guard.size(input))
    j.nll = guard.flat_out(nll, num, rows)
    by_rows(forward_piece, &j)
    for r in range(j.rows):
        if j.target[r] == j.ignore:
            continue
        w = 1.0
        if class_weight != NULL:
            w = element(class_weight, j.dtype, j.target[r])
            put(j.nll, j.dtype, r, w * element(j.nll, j.dtype, r))
        total += w
        loss += element(j.nll, j.dtype, r)
    if reduction == "none":
        return nll, probs, scalar(j.dtype, total)
    if reduction == "mean":
        loss = loss / total
    return scalar(j.dtype, loss), probs, scalar(j.dtype, total)


def cross_entropy_backward(g, probs, total_weight, target, weight=None, ignore_index=-100, reduction="mean"):
    """Gradient of `cross_entropy_forward` to its logits: g * w[target] * (probs - one_hot(target)), averaged if asked."""
    cdef Job j
    cdef int64_t r
    cdef double k = 1.0, w
    cdef const char* class_weight
    cdef const char* gp
    cdef const char* total
    if not matrix(probs, target, ignore_index, &j):
        return NotImplemented
    cdef int num = guard.typenum(probs)
    class_weight = weights(weight, &j)
    if weight is not None and class_weight == NULL:
        return NotImplemented
    cdef bint each = reduction == "none"
    gp = guard.flat_n(g, num, j.rows if each else 1)
    total = guard.flat_n(total_weight, num, 1)
    if gp == NULL or total == NULL or (not each and reduction != "mean" and reduction != "sum"):
        return NotImplemented
    if first_bad(j.target, j.rows, j.cols, j.ignore) >= 0:
        return NotImplemented
    cdef npy_intp rows = j.rows
    factors = guard.new(1, &rows, num)
    cdef char* scale = guard.flat_out(factors, num, rows)
    if reduction == "mean":
        k = 1.0 / element(total, j.dtype, 0)
    for r in range(j.rows):
        w = element(gp, j.dtype, r if each else 0) * k
        if class_weight != NULL and j.target[r] != j.ignore:
            w = w * element(class_weight, j.dtype, j.target[r])
        put(scale, j.dtype, r, w)
    result = guard.new_like(probs)
    j.scale = scale
    j.out = guard.flat_out(result, num, guard.size(probs))
    by_rows(backward_piece, &j)
    return result


# ------------------------------------------------------------------ squared error

cdef bint pair(object a, object b, Job* j) noexcept:
    cdef int num = guard.typenum(a)
    j.dtype = float_index(a)
    j.x = guard.flat(a, num)
    j.y = guard.flat(b, num)
    return j.dtype >= 0 and j.x != NULL and j.y != NULL and guard.same_shape(a, b)


def mse_loss(input, target, reduction="mean"):
    """Mean or sum of (input - target)**2."""
    cdef Job j
    cdef double s
    if not pair(input, target, &j) or (reduction != "mean" and reduction != "sum"):
        return NotImplemented
    cdef npy_intp n = guard.size(input)
    s = t.squared_error[j.dtype](j.x, j.y, <size_t> n)
    return scalar(j.dtype, s / <double> n if reduction == "mean" else s)


cdef void squared_error_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.squared_error_backward[j.dtype](j.x + begin * j.item, j.y + begin * j.item, j.factor, j.out + begin * j.item,
                                      <size_t> (end - begin))


def mse_loss_backward(g, input, target, reduction="mean"):
    """Gradient of `mse_loss` to its input: 2 g (input - target), divided by their number for "mean"."""
    cdef Job j
    cdef const char* gp
    if not pair(input, target, &j) or (reduction != "mean" and reduction != "sum"):
        return NotImplemented
    cdef int num = guard.typenum(input)
    cdef npy_intp n = guard.size(input)
    gp = guard.flat_n(g, num, 1)
    if gp == NULL:
        return NotImplemented
    result = guard.new_like(input)
    j.factor = 2.0 * element(gp, j.dtype, 0) / (<double> n if reduction == "mean" else 1.0)
    j.item = cnp.PyArray_ITEMSIZE(<ndarray> input)
    j.out = guard.flat_out(result, num, n)
    if n <= 131072:
        squared_error_piece(&j, 0, n)
    else:
        with nogil:
            pool().parallel_for(n, 65536, squared_error_piece, &j)
    return result


KERNELS = {
    "cross_entropy_forward": cross_entropy_forward, "cross_entropy_backward": cross_entropy_backward,
    "mse_loss": mse_loss, "mse_loss_backward": mse_loss_backward,
} if t != NULL else {}
