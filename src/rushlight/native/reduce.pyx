"""Shims of the reductions: shapes are folded into rows, columns or one run, then one kernel call.

Accepted: C-contiguous float32/float64 arrays, and int64/int32/bool ones where the result is exact; `dim` is
None, an int or a sequence of ints. Everything else is `NotImplemented`.
"""

cimport numpy as cnp
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.math cimport sqrt
from libc.stdint cimport int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "reduce.h":
    ctypedef double (*RlSum)(const void*, size_t) noexcept nogil
    ctypedef double (*RlSquares)(const void*, size_t, double) noexcept nogil
    ctypedef int64_t (*RlCount)(const void*, size_t) noexcept nogil
    ctypedef void (*RlSumRows)(const void*, void*, size_t, size_t, double) noexcept nogil
    ctypedef void (*RlSumColumns)(const void*, void*, size_t, size_t, size_t) noexcept nogil
    ctypedef void (*RlExtreme)(const void*, void*, int64_t*, size_t, size_t) noexcept nogil
    ctypedef void (*RlRows)(const void*, void*, size_t, size_t) noexcept nogil
    struct ReduceTable:
        RlSum* sum
        RlSum* mean
        RlSquares* squares
        RlCount* count
        RlSumRows* sum_rows
        RlSumColumns* sum_columns
        RlExtreme (*extreme)[5]
        RlRows* logsumexp
    const ReduceTable* reduce_table()

cdef const ReduceTable* t = reduce_table()

cdef enum:
    MAX_DIMS = 16
    LIMIT = 131072      # elements from which on the pool takes part
    PIECE = 65536       # elements of one piece
    HALVES = 32768      # longer sums over everything are added as PyTorch's two threads add them, half each
    GROUP = 32          # columns: a multiple of those that are summed together

# How a shape folds: the reduced elements are everything, the rows, the columns, or columns within an outer
# dimension; MIDDLE keeps a middle range of dimensions and reduces those on both sides of it.
cdef enum:
    WHOLE, ROWS, COLUMNS, OUTER_COLUMNS, MIDDLE

cdef struct Fold:
    int kind
    int64_t outer, mid, inner
    int nd                          # of the result
    npy_intp dims[MAX_DIMS]


cdef bint fold(object x, object dim, bint keepdim, Fold* f) noexcept:
    """Work out how reducing `x` over `dim` folds; false when it does not fold into one of the kinds."""
    cdef int nd = guard.ndim(x), d, runs = 0
    cdef unsigned int mask = 0
    cdef bint last = False, reduced
    cdef npy_intp m
    cdef int64_t sizes[MAX_DIMS]
    cdef bint kinds[MAX_DIMS]
    if nd > MAX_DIMS or not read_mask(dim, nd, &mask):
        return False
    f.nd = 0
    for d in range(nd):
        m = guard.dim(x, d)
        reduced = (mask >> d) & 1
        if not reduced or keepdim:
            f.dims[f.nd] = 1 if reduced else m
            f.nd += 1
        if m == 1:
            continue
        if runs and last == reduced:
            sizes[runs - 1] *= m
        else:
            sizes[runs], kinds[runs], last = m, reduced, reduced
            runs += 1
    f.outer = f.mid = f.inner = 1
    if runs == 0 or (runs == 1 and kinds[0]):
        f.kind = WHOLE
        f.mid = guard.size(x)
    elif runs == 1 or (runs == 2 and not kinds[0]):     # no reduced dimension longer than 1, or the last ones
        f.kind, f.outer, f.mid = ROWS, sizes[0], sizes[1] if runs == 2 else 1
    elif runs == 2:
        f.kind, f.mid, f.inner = COLUMNS, sizes[0], sizes[1]
    elif runs == 3:
        f.kind, f.outer, f.mid, f.inner = MIDDLE if kinds[0] else OUTER_COLUMNS, sizes[0], sizes[1], sizes[2]
    else:
        return False
    return True


cdef bint read_mask(object dim, int nd, unsigned int* mask) noexcept:
    """Set a bit for each reduced dimension; false for a dimension that is wrong or repeated."""
    if dim is None or ((type(dim) is tuple or type(dim) is list) and not dim):
        mask[0] = (1u << nd) - 1
        return True
    if PyLong_CheckExact(dim):
        return add_bit(dim, nd, mask)
    if type(dim) is tuple:
        for d in <tuple> dim:
            if not PyLong_CheckExact(d) or not add_bit(d, nd, mask):
                return False
        return True
    if type(dim) is list:
        for d in <list> dim:
            if not PyLong_CheckExact(d) or not add_bit(d, nd, mask):
                return False
        return True
    return False


cdef inline bint add_bit(object dim, int nd, unsigned int* mask) noexcept:
    cdef int overflow = 0
    cdef long d = PyLong_AsLongAndOverflow(dim, &overflow)
    if d < 0:
        d += nd
    if overflow or d < 0 or d >= nd or (mask[0] >> d) & 1:
        return False
    mask[0] |= 1u << d
    return True


cdef extern from "Python.h":
    long PyLong_AsLongAndOverflow(object, int*) noexcept


cdef inline int float_index(object x) noexcept:
    cdef int num = guard.typenum(x)
    return 0 if num == cnp.NPY_FLOAT32 else 1 if num == cnp.NPY_FLOAT64 else -1


cdef inline int index_of(object x) noexcept:
    cdef int num = guard.typenum(x)
    if num == cnp.NPY_FLOAT32:
        return 0
    if num == cnp.NPY_FLOAT64:
        return 1
    if num == cnp.NPY_INT64:
        return 2
    if num == cnp.NPY_INT32:
        return 3
    return 4 if num == cnp.NPY_BOOL else -1


# ------------------------------------------------------------------ pieces of work for the pool

cdef struct Job:
    int dtype
    bint least, root        # least: of an extreme, the smaller one; of squares, about the mean
    const char* x
    char* out
    int64_t* where
    double* parts
    int64_t n, cols, item, piece
    double divisor


cdef void sum_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t k, first
    for k in range(begin, end):
        first = k * j.piece
        j.parts[k] = t.sum[j.dtype](j.x + first * j.item, <size_t> (j.n - first if j.n - first < j.piece else j.piece))


cdef void sum_rows_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.sum_rows[j.dtype](j.x + begin * j.cols * j.item, j.out + begin * j.item, <size_t> (end - begin),
                        <size_t> j.cols, j.divisor)


cdef void row_sums_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t r
    for r in range(begin, end):
        j.parts[r] = t.sum[j.dtype](j.x + r * j.cols * j.item, <size_t> j.cols)


cdef void sum_columns_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t first = begin * GROUP, last = end * GROUP
    if last > j.cols:
        last = j.cols
    t.sum_columns[j.dtype](j.x + first * j.item, j.out + first * j.item, <size_t> j.n, <size_t> (last - first),
                           <size_t> j.cols)


cdef void extreme_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.extreme[j.least][j.dtype](
        j.x + begin * j.cols * j.item, <void*> NULL if j.out == NULL else j.out + begin * j.item,
        <int64_t*> NULL if j.where == NULL else j.where + begin, <size_t> (end - begin), <size_t> j.cols)


cdef void logsumexp_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.logsumexp[j.dtype](j.x + begin * j.cols * j.item, j.out + begin * j.item, <size_t> (end - begin),
                         <size_t> j.cols)


ctypedef void (*Piece)(void*, int64_t, int64_t) noexcept nogil


cdef void by_rows(Piece piece, Job* j, int64_t rows) noexcept:
    """Run a job row by row, on the pool when it is a large one."""
    if rows * j.cols <= LIMIT:
        piece(j, 0, rows)
        return
    with nogil:
        pool().parallel_for(rows, PIECE // j.cols + 1, piece, j)


# ------------------------------------------------------------------ sums

cdef double rounded(int dtype, double value) noexcept nogil:
    return <float> value if dtype == 0 else value


cdef double whole(Job* j) noexcept:
    """Return the sum of n elements."""
    cdef double parts[2]
    if j.n <= HALVES:
        return t.sum[j.dtype](j.x, <size_t> j.n)
    j.parts, j.piece = parts, (j.n + 1) // 2
    if j.n <= LIMIT:
        sum_piece(j, 0, 2)
    else:
        with nogil:
            pool().parallel_for(2, 1, sum_piece, j)
    return rounded(j.dtype, parts[0] + parts[1])


cdef inline void divide(char* out, int dtype, int64_t n, double divisor) noexcept nogil:
    """Divide n sums in place; the divisor is rounded to their dtype first."""
    cdef int64_t i
    if divisor == 1.0:
        return
    for i in range(n):
        if dtype == 0:
            (<float*> out)[i] /= <float> divisor
        else:
            (<double*> out)[i] /= divisor


cdef void columns(Job* j, int64_t rows, char* out) noexcept:
    """Write the column sums of one matrix."""
    j.n, j.out = rows, out
    cdef int64_t groups = (j.cols + GROUP - 1) // GROUP
    if rows * j.cols <= LIMIT:
        sum_columns_piece(j, 0, groups)
    else:
        with nogil:
            pool().parallel_for(groups, PIECE // (rows * GROUP) + 1, sum_columns_piece, j)
    divide(out, j.dtype, j.cols, j.divisor)


cdef int middle(Job* j, Fold* f, char* out) except -1:
    """Write the sums over the outer and inner of three dimensions: those over the inner, added one by one."""
    cdef npy_intp runs = f.outer * f.mid
    scratch = guard.new(1, &runs, cnp.NPY_FLOAT64)
    cdef double* sums = <double*> guard.flat_out(scratch, cnp.NPY_FLOAT64, runs)
    cdef int64_t m, o
    cdef double s
    j.cols, j.parts = f.inner, sums
    by_rows(row_sums_piece, j, runs)
    for m in range(f.mid):
        s = 0
        for o in range(f.outer):
            s = rounded(j.dtype, s + sums[o * f.mid + m])
        if j.dtype == 0:
            (<float*> out)[m] = <float> s
        else:
            (<double*> out)[m] = s
    divide(out, j.dtype, f.mid, j.divisor)
    return 0


cdef object float_sum(object x, object dim, bint keepdim, bint mean):
    cdef Fold f
    cdef Job j
    cdef int64_t o
    cdef double total
    cdef int num = guard.typenum(x)
    j.dtype = float_index(x)
    j.x = guard.flat(x, num)
    if j.x == NULL or not fold(x, dim, keepdim, &f):
        return NotImplemented
    j.item = cnp.PyArray_ITEMSIZE(<ndarray> x)
    j.n = guard.size(x)
    j.divisor = 1.0
    result = guard.new(f.nd, f.dims, num)
    cdef npy_intp size = guard.size(result)
    cdef char* out = guard.flat_out(result, num, size)
    if mean:
        j.divisor = <double> (f.outer * f.inner if f.kind == MIDDLE else f.mid)
    if size == 0:
        return result
    if f.kind == WHOLE:
        total = whole(&j)
        if j.dtype == 0:
            (<float*> out)[0] = <float> total
        else:
            (<double*> out)[0] = total
        divide(out, j.dtype, 1, j.divisor)
    elif f.kind == ROWS:
        j.cols, j.out = f.mid, out
        by_rows(sum_rows_piece, &j, f.outer)
    elif f.kind == MIDDLE:
        middle(&j, &f, out)
    else:
        j.cols = f.inner
        for o in range(f.outer):
            columns(&j, f.mid, out + o * f.inner * j.item)
            j.x += f.mid * f.inner * j.item
    return result


cdef object integer_sum(object x, object dim, bint keepdim, int dtype):
    """Sum integers or truth values into int64; over everything, or over the last dimensions."""
    cdef Fold f
    cdef const char* p = guard.flat(x, guard.typenum(x))
    cdef npy_intp item = cnp.PyArray_ITEMSIZE(<ndarray> x)
    cdef int64_t r
    if p == NULL or not fold(x, dim, keepdim, &f) or f.kind > ROWS:
        return NotImplemented
    result = guard.new(f.nd, f.dims, cnp.NPY_INT64)
    cdef int64_t* out = <int64_t*> guard.flat_out(result, cnp.NPY_INT64, f.outer)
    if out == NULL:
        return NotImplemented
    for r in range(f.outer):
        out[r] = t.count[dtype](p + r * f.mid * item, <size_t> f.mid)
    return result


def sum(input, dim=None, keepdim=False, dtype=None):
    """Sum over `dim` (all when None); integers and truth values give int64."""
    cdef int at = index_of(input)
    if dtype is not None or at < 0:
        return NotImplemented
    if at <= 1:
        return float_sum(input, dim, keepdim, False)
    return integer_sum(input, dim, keepdim, at)


def mean(input, dim=None, keepdim=False, dtype=None):
    """Arithmetic mean over `dim` (all when None), of floats."""
    if dtype is not None or float_index(input) < 0:
        return NotImplemented
    return float_sum(input, dim, keepdim, True)


# ------------------------------------------------------------------ squares

cdef void variance_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    """For each row: sqrt or not of (sum of squares about the mean, or about 0) / divisor."""
    cdef Job* j = <Job*> ctx
    cdef int64_t r
    cdef double mean = 0, s
    cdef const char* row
    for r in range(begin, end):
        row = j.x + r * j.cols * j.item
        if j.least:
            mean = t.mean[j.dtype](row, <size_t> j.cols)
        s = t.squares[j.dtype](row, <size_t> j.cols, mean) / j.divisor
        if j.root:
            s = sqrt(s)
        if j.dtype == 0:
            (<float*> j.out)[r] = <float> s
        else:
            (<double*> j.out)[r] = s


cdef object of_squares(object x, object dim, bint keepdim, bint centred, bint root, double correction):
    """Variance, standard deviation or norm, over everything or the last dimensions."""
    cdef Fold f
    cdef Job j
    cdef int num = guard.typenum(x)
    j.dtype = float_index(x)
    j.x = guard.flat(x, num)
    if j.dtype < 0 or j.x == NULL or not fold(x, dim, keepdim, &f) or f.kind > ROWS:
        return NotImplemented
    j.divisor = f.mid - correction if centred else 1.0
    if not j.divisor > 0:
        return NotImplemented       # too few elements: the body knows what torch answers
    result = guard.new(f.nd, f.dims, num)
    j.out = guard.flat_out(result, num, f.outer)
    j.item, j.cols, j.least, j.root = cnp.PyArray_ITEMSIZE(<ndarray> x), f.mid, centred, root
    by_rows(variance_piece, &j, f.outer)
    return result


cdef inline bint as_number(object x, double* found) noexcept:
    if PyFloat_CheckExact(x):
        found[0] = PyFloat_AS_DOUBLE(x)
        return True
    cdef int overflow = 0
    if not PyLong_CheckExact(x):
        return False
    found[0] = <double> PyLong_AsLongAndOverflow(x, &overflow)
    return not overflow


def var(input, dim, correction, keepdim):
    """Variance: squares about the mean over n - correction."""
    cdef double c
    if not as_number(correction, &c):
        return NotImplemented
    return of_squares(input, dim, keepdim, True, False, c)


def std(input, dim, correction, keepdim):
    """Standard deviation: the root of `var`."""
    cdef double c
    if not as_number(correction, &c):
        return NotImplemented
    return of_squares(input, dim, keepdim, True, True, c)


def linalg_vector_norm(input, ord=2, dim=None, keepdim=False, dtype=None):
    """Root of the sum of squares (ord 2)."""
    cdef double order
    if dtype is not None or not as_number(ord, &order) or order != 2:
        return NotImplemented
    return of_squares(input, dim, keepdim, False, True, 0.0)


# ------------------------------------------------------------------ extremes

cdef object extremes(object x, object dim, bint keepdim, bint least, bint values, bint indices):
    """Return the values, the indices or a tuple of both, over everything or the last dimensions."""
    cdef Fold f
    cdef Job j
    cdef int num = guard.typenum(x)
    found = places = None
    j.dtype = index_of(x)
    if j.dtype < 0:
        return NotImplemented
    j.x = guard.flat(x, num)
    if j.x == NULL or guard.size(x) == 0 or not fold(x, dim, keepdim, &f) or f.kind > ROWS:
        return NotImplemented
    j.item, j.cols, j.least = cnp.PyArray_ITEMSIZE(<ndarray> x), f.mid, least
    j.out, j.where = <char*> NULL, <int64_t*> NULL
    if values:
        found = guard.new(f.nd, f.dims, num)
        j.out = guard.flat_out(found, num, f.outer)
    if indices:
        places = guard.new(f.nd, f.dims, cnp.NPY_INT64)
        j.where = <int64_t*> guard.flat_out(places, cnp.NPY_INT64, f.outer)
    by_rows(extreme_piece, &j, f.outer)
    if values and indices:
        return found, places
    return found if values else places


def amax(input, dim=(), keepdim=False):
    """Greatest element over `dim`; nan when there is one."""
    return extremes(input, dim, keepdim, False, True, False)


def amin(input, dim=(), keepdim=False):
    """Least element over `dim`; nan when there is one."""
    return extremes(input, dim, keepdim, True, True, False)


def max_all(input):
    """Greatest element; nan when there is one."""
    return extremes(input, None, False, False, True, False)


def min_all(input):
    """Least element; nan when there is one."""
    return extremes(input, None, False, True, True, False)


def argmax(input, dim=None, keepdim=False):
    """Index of the first greatest element over one dimension, or in the flattened array (float, int)."""
    if guard.typenum(input) == cnp.NPY_BOOL or not (dim is None or PyLong_CheckExact(dim)):
        return NotImplemented
    return extremes(input, dim, keepdim, False, False, True)


def argmin(input, dim=None, keepdim=False):
    """Index of the first least element over one dimension, or in the flattened array (float, int)."""
    if guard.typenum(input) == cnp.NPY_BOOL or not (dim is None or PyLong_CheckExact(dim)):
        return NotImplemented
    return extremes(input, dim, keepdim, True, False, True)


def max_dim(input, dim, keepdim=False):
    """(greatest elements, indices of the first of them) over one dimension."""
    return extremes(input, dim, keepdim, False, True, True) if PyLong_CheckExact(dim) else NotImplemented


def min_dim(input, dim, keepdim=False):
    """(least elements, indices of the first of them) over one dimension."""
    return extremes(input, dim, keepdim, True, True, True) if PyLong_CheckExact(dim) else NotImplemented


# ------------------------------------------------------------------ truth

cdef object truth(object x, object dim, bint keepdim, bint every):
    cdef Fold f
    cdef const char* p = guard.flat(x, cnp.NPY_BOOL)
    cdef int64_t n
    if p == NULL or not fold(x, dim, keepdim, &f) or f.kind != WHOLE or (dim is not None and not PyLong_CheckExact(dim)):
        return NotImplemented
    n = t.count[4](p, <size_t> f.mid)
    result = guard.new(f.nd, f.dims, cnp.NPY_BOOL)
    guard.flat_out(result, cnp.NPY_BOOL, 1)[0] = n == f.mid if every else n > 0
    return result


def all(input, dim=None, keepdim=False):
    """Whether all truth values are true, over everything (bool)."""
    return truth(input, dim, keepdim, True)


def any(input, dim=None, keepdim=False):
    """Whether some truth value is true, over everything (bool)."""
    return truth(input, dim, keepdim, False)


# ------------------------------------------------------------------ log-sum-exp

def logsumexp(input, dim, keepdim=False):
    """log of the sum of e**x over the last dimensions, without overflow."""
    cdef Fold f
    cdef Job j
    cdef int num = guard.typenum(input)
    j.dtype = float_index(input)
    j.x = guard.flat(input, num)
    if j.dtype < 0 or j.x == NULL or guard.size(input) == 0 or dim is None:
        return NotImplemented
    if not fold(input, dim, keepdim, &f) or f.kind > ROWS:
        return NotImplemented
    result = guard.new(f.nd, f.dims, num)
    j.item, j.cols = cnp.PyArray_ITEMSIZE(<ndarray> input), f.mid
    j.out = guard.flat_out(result, num, f.outer)
    by_rows(logsumexp_piece, &j, f.outer)
    return result


KERNELS = {
    "sum": sum, "mean": mean, "amax": amax, "amin": amin, "argmax": argmax, "argmin": argmin,
    "var": var, "std": std, "linalg_vector_norm": linalg_vector_norm, "max_all": max_all, "min_all": min_all, "max_dim": max_dim, "min_dim": min_dim, "all": all, "any": any,
    "logsumexp": logsumexp,
} if t != NULL else {}
