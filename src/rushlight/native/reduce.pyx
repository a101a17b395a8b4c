"""Shims of the reductions and running reductions: shapes are folded into (outer, mid, inner), then one kernel call.

Accepted: float32/float64 arrays, and int64/int32/bool ones where the result is exact, without gaps, dimensions in any
order as long as the results come out in C order; `dim` is None, an int or a sequence of ints. Everything else is
`NotImplemented`.
"""

cimport cython
cimport numpy as cnp
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.math cimport INFINITY, NAN, sqrt
from libc.stdint cimport int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.elementwise import copy_into, nan_to_num
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "reduce.h":
    struct RlFold:
        const char* x
        char* out
        int64_t* where
        size_t outer, mid, inner, tile
        double divisor
        bint least, centred, root, back, floats
        int truth
    ctypedef void (*RlReduce)(const RlFold*, size_t, size_t) noexcept nogil
    ctypedef double (*RlSum)(const void*, size_t) noexcept nogil
    ctypedef double (*RlSquares)(const void*, size_t, double) noexcept nogil
    ctypedef void (*RlSumRows)(const void*, void*, size_t, size_t, double) noexcept nogil
    ctypedef void (*RlSumColumns)(const void*, void*, size_t, size_t, size_t) noexcept nogil
    struct ReduceTable:
        RlSum* sum
        RlSumRows* sum_rows
        RlSumColumns* sum_columns
        RlSquares* squares
        const RlReduce* spread
        const RlReduce* count
        const RlReduce* nonzero
        const RlReduce* extreme
        const RlReduce* product
        const RlReduce* logsumexp
        const RlReduce* running_sum
        const RlReduce* running_product
        const RlReduce* running_logsumexp
        const RlReduce* running_extreme
    const ReduceTable* reduce_table()
    enum:
        RL_COUNT, RL_ANY, RL_ALL

cdef const ReduceTable* t = reduce_table()

cdef enum:
    MAX_DIMS = 16
    LIMIT = 32768       # elements from which on the pool takes part
    PIECE = 16384       # elements of one piece of work
    RUN = 65536         # elements of a piece of a whole reduction: a power of two
    HALVES = 32768      # longer sums over everything are added as PyTorch's two threads add them, half each
    FEW = 4096          # elements up to which a gradient is repeated in memory; the body's view costs none
    GROUP = 32          # columns: a multiple of those that are summed together
    WIDE = 256          # columns that go down together at most
    SCAN_WIDE = 128     # the same of running reductions
    SCAN_ROWS = 16

# How a shape folds: the reduced elements are everything, the rows, the columns, or columns within an outer
# dimension; MIDDLE keeps a middle range of dimensions and reduces those on both sides of it.
cdef enum:
    WHOLE, ROWS, COLUMNS, OUTER_COLUMNS, MIDDLE

cdef struct Fold:
    int kind
    int64_t outer, mid, inner
    int nd                          # of the result
    npy_intp dims[MAX_DIMS]
    bint permuted                   # the elements lie in another order than that of the dimensions


cdef bint memory_order(object x, int nd, int* order) noexcept:
    """Fill in the dimensions by falling stride; false when the array has gaps, repeats or runs backwards."""
    cdef int d, k
    cdef npy_intp step = cnp.PyArray_ITEMSIZE(<ndarray> x)
    for d in range(nd):
        k = d
        while k and (guard.stride(x, order[k - 1]) < guard.stride(x, d) or guard.dim(x, order[k - 1]) == 1):
            order[k] = order[k - 1]
            k -= 1
        order[k] = d
    for k in range(nd - 1, -1, -1):
        if guard.dim(x, order[k]) != 1:
            if guard.stride(x, order[k]) != step:
                return False
            step *= guard.dim(x, order[k])
    return True


cdef const char* fold(object x, object dim, bint keepdim, Fold* f) noexcept:
    """Work out how reducing `x` over `dim` folds; NULL when the guard refuses or it is none of the kinds."""
    cdef int nd = guard.ndim(x), d, k, runs = 0, last_kept = -1
    cdef unsigned int mask = 0
    cdef bint last = False, reduced
    cdef npy_intp m
    cdef int64_t sizes[MAX_DIMS]
    cdef bint kinds[MAX_DIMS]
    cdef int order[MAX_DIMS]
    cdef const char* p = guard.flat(x, guard.typenum(x))
    f.permuted = p == NULL
    if nd > MAX_DIMS or not read_mask(dim, nd, &mask):
        return NULL
    if p == NULL:
        p = guard.behaved(x)
        if p == NULL or guard.size(x) == 0 or not memory_order(x, nd, order):
            return NULL
    f.nd = 0
    for k in range(nd):
        reduced = (mask >> k) & 1
        if not reduced or keepdim:
            f.dims[f.nd] = 1 if reduced else guard.dim(x, k)
            f.nd += 1
    for k in range(nd):
        d = order[k] if f.permuted else k
        m, reduced = guard.dim(x, d), (mask >> d) & 1
        if m == 1:
            continue
        if not reduced:
            if d < last_kept:
                return NULL         # the results would not come out in order
            last_kept = d
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
        return NULL
    return p


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


# ------------------------------------------------------------------ work for the pool

cdef struct Job:
    RlReduce kernel
    const RlFold* fold


cdef void unit_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    j.kernel(j.fold, <size_t> begin, <size_t> end)


cdef void share(RlReduce kernel, const RlFold* f, int64_t units) noexcept:
    """Make all units of a fold, on the pool when it is a large one."""
    cdef Job j
    cdef int64_t n = f.outer * f.mid * f.inner
    if n <= LIMIT or units < 2:
        kernel(f, 0, <size_t> units)
        return
    j.kernel, j.fold = kernel, f
    with nogil:
        pool().parallel_for(units, PIECE // (n // units + 1) + 1, unit_piece, &j)


cdef void reduce(RlReduce kernel, RlFold* f, int64_t wide) noexcept:
    """Make all results of a fold: row by row, or in tiles of columns, enough of them for several threads."""
    cdef int64_t inner = f.inner, tiles = 1
    if inner > 1:
        while wide > 64 and f.outer * ((inner + wide - 1) // wide) < 8:
            wide //= 2
        tiles = (inner + wide - 1) // wide
        f.tile = <size_t> wide
    share(kernel, f, f.outer * tiles)


cdef inline void start(RlFold* r, const Fold* f, const char* x) noexcept:
    r.x, r.out, r.where = x, <char*> NULL, <int64_t*> NULL
    r.outer, r.mid, r.inner, r.tile = <size_t> f.outer, <size_t> f.mid, <size_t> f.inner, 1
    r.divisor = 1.0
    r.least = r.centred = r.root = r.back = r.floats = False
    r.truth = RL_COUNT


cdef int in_runs(RlReduce kernel, RlReduce last, RlFold* r, npy_intp item, int num, npy_intp run=RUN) except -1:
    """Reduce everything: in runs of so many elements, then what these gave. With places, `r.out` must be there too."""
    cdef npy_intp rest = r.mid % run, runs = r.mid // run + (rest > 0), one = 8 if num == cnp.NPY_INT64 else item
    cdef RlFold part = r[0]
    found, places = guard.new(1, &runs, num), None
    part.out = guard.flat_out(found, num, runs)
    if r.where != NULL:
        places = guard.new(1, &runs, cnp.NPY_INT64)
        part.where = <int64_t*> guard.flat_out(places, cnp.NPY_INT64, runs)
    cdef int64_t* where = part.where
    r.x, r.mid = part.out, <size_t> runs
    part.outer, part.mid = part.mid // run, <size_t> run
    share(kernel, &part, part.outer)
    if rest:
        part.x += part.outer * run * item
        part.out += part.outer * one
        if where != NULL:
            part.where += part.outer
        part.outer, part.mid = 1, <size_t> rest
        kernel(&part, 0, 1)
    last(r, 0, 1)
    if where != NULL:
        r.where[0] = r.where[0] * run + where[r.where[0]]
    return 0


# ------------------------------------------------------------------ sums

cdef struct Sum:
    int dtype
    const char* x
    char* out
    double* parts
    int64_t n, cols, item, piece, groups
    double divisor, shift


cdef void sum_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Sum* j = <Sum*> ctx
    cdef int64_t k, first
    for k in range(begin, end):
        first = k * j.piece
        j.parts[k] = t.sum[j.dtype](j.x + first * j.item, <size_t> (j.n - first if j.n - first < j.piece else j.piece))


cdef void sum_rows_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Sum* j = <Sum*> ctx
    t.sum_rows[j.dtype](j.x + begin * j.cols * j.item, j.out + begin * j.item, <size_t> (end - begin),
                        <size_t> j.cols, j.divisor)


cdef void row_sums_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Sum* j = <Sum*> ctx
    cdef int64_t r
    for r in range(begin, end):
        j.parts[r] = t.sum[j.dtype](j.x + r * j.cols * j.item, <size_t> j.cols)


cdef void sum_columns_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    """Sum groups of columns; those of one outer index follow one another."""
    cdef Sum* j = <Sum*> ctx
    cdef int64_t outer, first, last
    while begin < end:
        outer, first = begin // j.groups, begin % j.groups
        last = first + end - begin if first + end - begin < j.groups else j.groups
        begin += last - first
        first, last = first * GROUP, last * GROUP if last * GROUP < j.cols else j.cols
        t.sum_columns[j.dtype](j.x + (outer * j.n * j.cols + first) * j.item, j.out + (outer * j.cols + first) * j.item,
                               <size_t> j.n, <size_t> (last - first), <size_t> j.cols)


ctypedef void (*Piece)(void*, int64_t, int64_t) noexcept nogil


cdef void in_pieces(Piece piece, Sum* j, int64_t n, int64_t each) noexcept:
    """Run n parts of `each` elements, on the pool when that is much."""
    if n * each <= LIMIT:
        piece(j, 0, n)
        return
    with nogil:
        pool().parallel_for(n, PIECE // (each + 1) + 1, piece, j)


cdef double rounded(int dtype, double value) noexcept nogil:
    return <float> value if dtype == 0 else value


cdef double whole(Sum* j) noexcept:
    """Return the sum of n elements."""
    cdef double parts[2]
    if j.n <= HALVES:
        return t.sum[j.dtype](j.x, <size_t> j.n)
    j.parts, j.piece = parts, (j.n + 1) // 2
    in_pieces(sum_piece, j, 2, j.piece)
    return rounded(j.dtype, parts[0] + parts[1])


cdef inline void put(char* p, int dtype, int64_t i, double value) noexcept nogil:
    if dtype == 0:
        (<float*> p)[i] = <float> value
    else:
        (<double*> p)[i] = value


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


cdef int middle(Sum* j, Fold* f, char* out) except -1:
    """Write the sums over the outer and inner of three dimensions: those over the inner, added one by one."""
    cdef npy_intp runs = f.outer * f.mid
    scratch = guard.new(1, &runs, cnp.NPY_FLOAT64)
    cdef double* sums = <double*> guard.flat_out(scratch, cnp.NPY_FLOAT64, runs)
    cdef int64_t m, o
    cdef double s
    j.cols, j.parts = f.inner, sums
    in_pieces(row_sums_piece, j, runs, j.cols)
    for m in range(f.mid):
        s = 0
        for o in range(f.outer):
            s = rounded(j.dtype, s + sums[o * f.mid + m])
        put(out, j.dtype, m, s)
    divide(out, j.dtype, f.mid, j.divisor)
    return 0


cdef object float_sum(object x, object dim, bint keepdim, bint mean):
    cdef Fold f
    cdef Sum j
    cdef int num = guard.typenum(x)
    j.dtype = float_index(x)
    j.x = fold(x, dim, keepdim, &f)
    if j.x == NULL:
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
        put(out, j.dtype, 0, whole(&j))
        divide(out, j.dtype, 1, j.divisor)
    elif f.kind == ROWS:
        j.cols, j.out = f.mid, out
        in_pieces(sum_rows_piece, &j, f.outer, f.mid)
    elif f.kind == MIDDLE:
        middle(&j, &f, out)
    else:
        j.cols, j.n, j.out, j.groups = f.inner, f.mid, out, (f.inner + GROUP - 1) // GROUP
        in_pieces(sum_columns_piece, &j, f.outer * j.groups, f.mid * (f.inner // j.groups))
        divide(out, j.dtype, size, j.divisor)
    return result


def sum(input, dim=None, keepdim=False, dtype=None):
    """Sum over `dim` (all when None); integers and truth values give int64."""
    cdef int at = index_of(input)
    if dtype is not None or at < 0:
        return NotImplemented
    if at <= 1:
        return float_sum(input, dim, keepdim, False)
    return counts(t.count[at], input, dim, keepdim, RL_COUNT)


cdef inline void fill(char* out, int dtype, int64_t first, int64_t step, int64_t n, double x) noexcept:
    cdef int64_t m
    cdef float single = <float> x
    for m in range(n):
        if dtype == 0:
            (<float*> out)[first + m * step] = single
        else:
            (<double*> out)[first + m * step] = x


cdef object spread_of(object g, tuple shape, object dim):
    """Return g repeated along the reduced dimensions into a small array of `shape`."""
    cdef npy_intp dims[MAX_DIMS]
    cdef Fold f
    cdef int k, num = guard.typenum(g), dtype = float_index(g)
    cdef int64_t o, i, n = 1
    cdef const char* p
    cdef char* out
    cdef double x
    if dtype < 0 or len(shape) > MAX_DIMS:
        return NotImplemented
    for k in range(len(shape)):
        dims[k] = <npy_intp> shape[k]
        n *= dims[k]
        if not 0 < n <= FEW:
            return NotImplemented
    result = guard.new(len(shape), dims, num)
    if fold(result, dim, False, &f) == NULL or f.kind == MIDDLE:
        return NotImplemented
    p, out = guard.flat_n(g, num, f.outer * f.inner), guard.flat_out(result, num, n)
    if p == NULL or f.kind == WHOLE and guard.size(g) != 1:
        return NotImplemented
    for o in range(f.outer):
        for i in range(f.inner):
            x = (<const float*> p)[o * f.inner + i] if dtype == 0 else (<const double*> p)[o * f.inner + i]
            fill(out, dtype, o * f.mid * f.inner + i, f.inner, f.mid, x)
    return result


def spread(*args):
    """A reduction's result repeated over the dimensions it was reduced from, (grad, shape, dim, keepdim)."""
    return spread_of(args[0], args[1], args[2])


def mean(input, dim=None, keepdim=False, dtype=None):
    """Arithmetic mean over `dim` (all when None), of floats."""
    if dtype is not None or float_index(input) < 0:
        return NotImplemented
    return float_sum(input, dim, keepdim, True)


def nansum(input, dim=None, keepdim=False, dtype=None):
    """Sum of floats with nan counted as 0."""
    plain = nan_to_num(input, 0.0, INFINITY, -INFINITY) if dtype is None else NotImplemented
    return NotImplemented if plain is NotImplemented else sum(plain, dim, keepdim)


# ------------------------------------------------------------------ counts and truth

cdef object counts(RlReduce kernel, object x, object dim, bint keepdim, int truth):
    """Sum integers, or count truth values and make of the number what `truth` says."""
    cdef Fold f
    cdef RlFold r
    cdef int64_t total = 0
    cdef int num = cnp.NPY_INT64 if truth == RL_COUNT else cnp.NPY_BOOL
    cdef const char* p = fold(x, dim, keepdim, &f)
    if p == NULL or f.kind == MIDDLE:
        return NotImplemented
    result = guard.new(f.nd, f.dims, num)
    start(&r, &f, p)
    r.out, r.truth, r.floats = guard.flat_out(result, num, f.outer * f.inner), truth, float_index(x) >= 0
    if f.kind == WHOLE and f.mid > LIMIT:
        r.truth, r.out = RL_COUNT, <char*> &total
        in_runs(kernel, t.count[2], &r, cnp.PyArray_ITEMSIZE(<ndarray> x), cnp.NPY_INT64)
        if truth == RL_COUNT:
            (<int64_t*> guard.flat_out(result, num, 1))[0] = total
        else:
            guard.flat_out(result, num, 1)[0] = total > 0 if truth == RL_ANY else total == f.mid
    elif f.outer * f.inner:
        reduce(kernel, &r, WIDE)
    return result


cdef inline bint of_none(object dim) noexcept:
    """Tell whether `dim` is an empty sequence, which for `all` and `any` means no dimension."""
    return (type(dim) is tuple or type(dim) is list) and not dim


# ------------------------------------------------------------------ squares

cdef void squares_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Sum* j = <Sum*> ctx
    cdef int64_t k, first
    for k in range(begin, end):
        first = k * RUN
        j.parts[k] = t.squares[j.dtype](j.x + first * j.item, <size_t> (j.n - first if j.n - first < RUN else RUN), j.shift)


cdef double joined(const double* parts, int64_t n) noexcept nogil:
    """Add up by halves, the larger powers of two first: as one thread does it that takes all."""
    cdef int64_t half = 1
    if n == 1:
        return parts[0]
    while half * 2 < n:
        half *= 2
    return joined(parts, half) + joined(parts + half, n - half)


cdef double whole_squares(Sum* j, bint centred, bint root):
    """Return what `spread` makes of n elements."""
    cdef npy_intp runs = (j.n + RUN - 1) // RUN
    scratch = guard.new(1, &runs, cnp.NPY_FLOAT64)
    j.parts = <double*> guard.flat_out(scratch, cnp.NPY_FLOAT64, runs)
    j.shift = 0
    if centred:
        j.shift = NAN
        in_pieces(squares_piece, j, runs, RUN)
        j.shift = joined(j.parts, runs) / <double> j.n
    in_pieces(squares_piece, j, runs, RUN)
    cdef double s = joined(j.parts, runs) / j.divisor
    return sqrt(s) if root else s


cdef object of_squares(object x, object dim, bint keepdim, bint centred, bint root, double correction):
    """Variance, standard deviation or norm."""
    cdef Fold f
    cdef RlFold r
    cdef Sum j
    cdef int num = guard.typenum(x), dtype = float_index(x)
    cdef const char* p
    if dtype < 0:
        return NotImplemented
    p = fold(x, dim, keepdim, &f)
    if p == NULL or f.kind == MIDDLE:
        return NotImplemented
    start(&r, &f, p)
    r.divisor = f.mid - correction if centred else 1.0
    if not r.divisor > 0:
        return NotImplemented       # too few elements: the body knows what torch answers
    result = guard.new(f.nd, f.dims, num)
    r.out, r.centred, r.root = guard.flat_out(result, num, f.outer * f.inner), centred, root
    if f.kind == WHOLE and f.mid > LIMIT:
        j.x, j.n, j.item, j.dtype, j.divisor = p, f.mid, cnp.PyArray_ITEMSIZE(<ndarray> x), dtype, r.divisor
        put(r.out, dtype, 0, whole_squares(&j, centred, root))
    elif f.outer * f.inner:
        reduce(t.spread[dtype], &r, WIDE)
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


# ------------------------------------------------------------------ extremes, products, log-sum-exp

cdef object reduced(const RlReduce* kernels, int dtype, object x, object dim, bint keepdim, bint least, bint values,
                    bint indices):
    """Return the values, the indices or a tuple of both; an array without elements is refused."""
    cdef Fold f
    cdef RlFold r
    cdef int num = guard.typenum(x)
    cdef const char* p
    found = places = None
    p = fold(x, dim, keepdim, &f)
    if p == NULL or guard.size(x) == 0 or f.kind == MIDDLE or (indices and (f.mid >> 31 or (f.permuted and dim is None))):
        return NotImplemented
    start(&r, &f, p)
    r.least = least
    if values or f.kind == WHOLE:
        found = guard.new(f.nd, f.dims, num)
        r.out = guard.flat_out(found, num, f.outer * f.inner)
    if indices:
        places = guard.new(f.nd, f.dims, cnp.NPY_INT64)
        r.where = <int64_t*> guard.flat_out(places, cnp.NPY_INT64, f.outer * f.inner)
    if f.kind == WHOLE and f.mid > LIMIT:
        in_runs(kernels[dtype], kernels[dtype], &r, cnp.PyArray_ITEMSIZE(<ndarray> x), num,
                (f.mid + 1) // 2 if kernels == t.product else RUN)         # PyTorch's two threads, half each
    else:
        reduce(kernels[dtype], &r, WIDE)
    if values and indices:
        return found, places
    return found if values else places


cdef object extremes(object x, object dim, bint keepdim, bint least, bint values, bint indices):
    cdef int dtype = index_of(x)
    return NotImplemented if dtype < 0 else reduced(t.extreme, dtype, x, dim, keepdim, least, values, indices)


cdef enum:
    AMAX, MAX_ALL, MAX_DIM, ARGMAX


def _extreme(bint least, int op):
    """Make the kernel of amax, max over everything, max along one dimension with places, argmax, or of their twins.

    A nan outdoes all; of equal elements the first has its place given.
    """

    @cython.binding(True)
    def extreme(input, dim=None, keepdim=False):
        if not (op == AMAX or PyLong_CheckExact(dim) or (dim is None and op != MAX_DIM)):
            return NotImplemented
        if op == ARGMAX and guard.typenum(input) == cnp.NPY_BOOL:
            return NotImplemented
        return extremes(input, dim, keepdim, least, op != ARGMAX, op >= MAX_DIM)

    return extreme


# ------------------------------------------------------------------ running reductions

cdef object running(const RlReduce* kernels, int dtype, object x, object dim, bint back, bint places, bint least):
    """Return as many results as elements, and with `places` those too."""
    cdef Fold f
    cdef RlFold r
    cdef int num = guard.typenum(x)
    cdef const char* p
    if not PyLong_CheckExact(dim) or guard.ndim(x) < 1:
        return NotImplemented
    if guard.flat(x, num) == NULL:
        x = copy_into(guard.new_like(x), x)
        if x is NotImplemented:
            return x
    p = fold(x, dim, False, &f)
    if p == NULL:
        return NotImplemented
    result, where = guard.new_like(x), None
    start(&r, &f, p)
    r.out, r.back, r.least = guard.flat_out(result, num, guard.size(x)), back, least
    if places:
        where = guard.new_as(x, cnp.NPY_INT64)
        r.where = <int64_t*> guard.flat_out(where, cnp.NPY_INT64, guard.size(x))
    if guard.size(x) == 0:
        pass
    elif f.inner == 1:
        share(kernels[dtype], &r, (f.outer + SCAN_ROWS - 1) // SCAN_ROWS)
    else:
        reduce(kernels[dtype], &r, SCAN_WIDE)
    return (result, where) if places else result


# ------------------------------------------------------------------ the table

cdef enum:
    ALL, ANY, COUNT_NONZERO, PROD, LOGSUMEXP, CUMSUM, REVERSED_CUMSUM, CUMPROD, LOGCUMSUMEXP, CUMMAX, CUMMIN


def _kernel(int op):
    """Make one of the ops that differ in little more than the kernel that is called."""

    @cython.binding(True)
    def kernel(input, dim=None, option=None, dtype=None):      # `option` is keepdim, but the dtype of running reductions
        cdef int at = index_of(input)
        cdef bint keepdim = False
        if at < 0 or dtype is not None:
            return NotImplemented
        if op >= CUMSUM:
            if option is not None or at > 2:
                return NotImplemented
            if op <= REVERSED_CUMSUM:
                return running(t.running_sum, at, input, dim, op == REVERSED_CUMSUM, False, False)
            if at > 1:
                return NotImplemented
            if op >= CUMMAX:
                return running(t.running_extreme, at, input, dim, False, True, op == CUMMIN)
            return running(t.running_product if op == CUMPROD else t.running_logsumexp, at, input, dim, False, False, False)
        keepdim = option is not None and option
        if op <= COUNT_NONZERO:
            if op != COUNT_NONZERO and of_none(dim):
                return NotImplemented
            return counts(t.nonzero[at], input, dim, keepdim, RL_ALL if op == ALL else RL_ANY if op == ANY else RL_COUNT)
        if at > 1 or not (PyLong_CheckExact(dim) or (dim is None) == (op == PROD)):
            return NotImplemented
        return reduced(t.product if op == PROD else t.logsumexp, at, input, dim, keepdim, False, True, False)

    return kernel


KERNELS = {}
if t != NULL:
    KERNELS.update({"sum": sum, "mean": mean, "nansum": nansum, "var": var, "std": std,
                    "linalg_vector_norm": linalg_vector_norm, "spread": spread})
    for _op, _name in enumerate(("amax", "max_all", "max_dim", "argmax")):
        KERNELS[_name], KERNELS[_name.replace("max", "min")] = _extreme(False, _op), _extreme(True, _op)
    for _op, _name in enumerate(("all", "any", "count_nonzero", "prod", "logsumexp", "cumsum", "reversed_cumsum", "cumprod",
                                 "logcumsumexp", "cummax", "cummin")):
        KERNELS[_name] = _kernel(_op)
