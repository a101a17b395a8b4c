"""Shims of softmax and log_softmax along any dimension, and of the fused losses: cross-entropy with class indices, squared error.

Accepted: C-contiguous float32/float64 arrays of one dtype, int64 targets. Everything else is `NotImplemented`.
"""

cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from libc.math cimport isnan
from libc.stdint cimport INT64_MIN, int64_t
from libc.string cimport memset
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.elementwise import huber
from rushlight.native.reduce import mean, sum
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "loss.h":
    ctypedef void (*RlCrossEntropy)(
        const void*, const int64_t*, int64_t, void*, void*, size_t, size_t) noexcept nogil
    ctypedef void (*RlCrossEntropyBackward)(
        const void*, const int64_t*, int64_t, const void*, void*, size_t, size_t) noexcept nogil
    ctypedef double (*RlPairSum)(const void*, const void*, size_t) noexcept nogil
    ctypedef void (*RlSquaredErrorBackward)(const void*, const void*, double, double, void*, size_t) noexcept nogil
    ctypedef void (*RlRows)(const void*, void*, size_t, size_t) noexcept nogil
    ctypedef void (*RlRows2)(const void*, const void*, void*, size_t, size_t) noexcept nogil
    ctypedef void (*RlColumns)(const void*, void*, size_t, size_t, size_t) noexcept nogil
    ctypedef void (*RlColumns2)(const void*, const void*, void*, size_t, size_t, size_t) noexcept nogil
    struct LossTable:
        RlRows (*softmax)[2]
        RlColumns (*softmax_columns)[2]
        RlRows2 (*softmax_backward)[2]
        RlColumns2 (*softmax_columns_backward)[2]
        RlCrossEntropy* cross_entropy
        RlCrossEntropyBackward* cross_entropy_backward
        const RlPairSum* squared_error
        const RlPairSum* binary_cross_entropy
        const RlPairSum* logits_cross_entropy
        RlSquaredErrorBackward* squared_error_backward
    const LossTable* loss_table()

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object, int*) noexcept

cdef const LossTable* t = loss_table()

cdef enum:
    LIMIT = 32768       # elements from which on the pool takes part
    PIECE = 16384

cdef enum:              # reductions
    NONE, MEAN, SUM

cdef struct Job:
    int dtype
    const char* x
    const char* y
    const int64_t* target
    int64_t ignore, rows, cols, item
    const char* weight      # of each class, or NULL
    const char* scale
    char* out
    char* nll
    double factor, of_loss


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


cdef inline double rounded(int dtype, double value) noexcept nogil:
    return <float> value if dtype == 0 else value


cdef object scalar(int dtype, double value):
    """Return a 0-d array."""
    cdef int num = cnp.NPY_FLOAT32 if dtype == 0 else cnp.NPY_FLOAT64
    result = guard.new(0, NULL, num)
    put(guard.flat_out(result, num, 1), dtype, 0, value)
    return result


# ------------------------------------------------------------------ softmax

cdef enum:
    WIDE = 128          # columns that go down together at most

cdef struct Along:
    bint log
    int dtype
    const char* x
    const char* y           # the result, for a gradient; else NULL
    char* out
    int64_t mid, inner, item, wide, tiles


cdef void row_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Along* a = <Along*> ctx
    cdef int64_t at = begin * a.mid * a.item
    cdef size_t rows = <size_t> (end - begin)
    if a.y == NULL:
        t.softmax[a.log][a.dtype](a.x + at, a.out + at, rows, <size_t> a.mid)
    else:
        t.softmax_backward[a.log][a.dtype](a.x + at, a.y + at, a.out + at, rows, <size_t> a.mid)


cdef void column_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Along* a = <Along*> ctx
    cdef int64_t u, first, width, at
    for u in range(begin, end):
        first = u % a.tiles * a.wide
        width = a.inner - first if a.inner - first < a.wide else a.wide
        at = (u // a.tiles * a.mid * a.inner + first) * a.item
        if a.y == NULL:
            t.softmax_columns[a.log][a.dtype](a.x + at, a.out + at, <size_t> a.mid, <size_t> a.inner, <size_t> width)
        else:
            t.softmax_columns_backward[a.log][a.dtype](a.x + at, a.y + at, a.out + at, <size_t> a.mid, <size_t> a.inner,
                                                       <size_t> width)


cdef object along(object x, object y, object dim, bint log):
    """Run softmax over one dimension of x, or its gradient where there is a y."""
    cdef Along a
    cdef int nd = guard.ndim(x), d, k, overflow = 0
    cdef int num = guard.typenum(x)
    cdef int64_t outer = 1, units
    cdef npy_intp n = guard.size(x)
    if not PyLong_CheckExact(dim):
        return NotImplemented
    cdef long long where = PyLong_AsLongLongAndOverflow(dim, &overflow)
    if where < 0:
        where += nd
    if overflow or where < 0 or where >= nd:
        return NotImplemented
    a.dtype, a.log, a.x, a.y = float_index(x), log, guard.flat(x, num), <char*> NULL
    if a.dtype < 0 or a.x == NULL:
        return NotImplemented
    if y is not None:
        a.y = guard.flat(y, num)
        if a.y == NULL or not guard.same_shape(x, y):
            return NotImplemented
    result = guard.new_like(x)
    if n == 0:
        return result
    d = <int> where
    a.mid, a.inner, a.item, a.out = guard.dim(x, d), 1, cnp.PyArray_ITEMSIZE(<ndarray> x), guard.flat_out(result, num, n)
    for k in range(nd):
        if k < d:
            outer *= guard.dim(x, k)
        elif k > d:
            a.inner *= guard.dim(x, k)
    a.wide = WIDE
    while a.wide > 32 and outer * ((a.inner + a.wide - 1) // a.wide) < 8:
        a.wide //= 2
    a.tiles = (a.inner + a.wide - 1) // a.wide
    units = outer * a.tiles
    if n <= LIMIT:
        (row_piece if a.inner == 1 else column_piece)(&a, 0, units)
    else:
        with nogil:
            pool().parallel_for(units, PIECE // (n // units + 1) + 1, row_piece if a.inner == 1 else column_piece, &a)
    return result


def softmax(input, dim, dtype=None):
    """exp(x) / sum(exp(x)) over `dim`."""
    return along(input, None, dim, False) if dtype is None else NotImplemented


def log_softmax(input, dim, dtype=None):
    """x - log(sum(exp(x))) over `dim`."""
    return along(input, None, dim, True) if dtype is None else NotImplemented


def softmax_backward(g, result, dim):
    """result * (g - sum(g * result))."""
    return along(g, result, dim, False)


def log_softmax_backward(g, result, dim):
    """g - exp(result) * sum(g)."""
    return along(g, result, dim, True)


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


cdef bint code(object reduction, int* found) noexcept:
    """Read the name of a reduction."""
    found[0] = MEAN if reduction == "mean" else SUM if reduction == "sum" else NONE
    return found[0] != NONE or reduction == "none"


cdef bint scored(object x, object target, object weight, object ignore_index, Job* j) noexcept:
    """Fill in a job with class weights; false when anything is refused or a target is out of bounds."""
    if not matrix(x, target, ignore_index, j):
        return False
    j.weight = weights(weight, j)
    return weight is None or j.weight != NULL


cdef struct Cascade:    # a running sum of rows in PyTorch's order: every 16**k rows, level k - 1 moves up to level k
    int dtype
    double level[8]


cdef inline void start(Cascade* c, int dtype) noexcept:
    cdef int k
    c.dtype = dtype
    for k in range(8):
        c.level[k] = 0


cdef inline void count(Cascade* c, int64_t row, double value) noexcept:
    cdef int k
    c.level[0] = rounded(c.dtype, c.level[0] + value)
    for k in range(7):
        if row & (<int64_t> 15 << (4 * k)):
            return
        c.level[k + 1] = rounded(c.dtype, c.level[k + 1] + c.level[k])
        c.level[k] = 0


cdef inline double finish(Cascade* c) noexcept:
    cdef int k
    cdef double s = 0
    for k in range(8):
        s = rounded(c.dtype, s + c.level[k])
    return s


cdef double cascade_f32(const float* x, int64_t n) noexcept nogil:
    """Return what `count` and `finish` make of n float32 rows, four times as fast."""
    cdef float level[8]
    cdef float s = 0
    cdef int64_t r = 0, end
    cdef int k
    for k in range(8):
        level[k] = 0
    while r < n:
        end = ((r + 15) & ~<int64_t> 15) + 1        # a level moves up after every row that 16 divides
        if end > n:
            end = n
        for r in range(r, end):
            level[0] += x[r]
        for k in range(7):
            if r & (<int64_t> 15 << (4 * k)):
                break
            level[k + 1] += level[k]
            level[k] = 0
        r += 1
    for k in range(8):
        s += level[k]
    return s


cdef bint all_count(Job* j) noexcept nogil:
    """Tell whether each row counts 1, and their number is a float32: no weights, nothing ignored."""
    cdef int64_t r
    if j.weight != NULL or j.rows > 1 << 24:
        return False
    for r in range(j.rows):
        if j.target[r] == j.ignore:
            return False
    return True


cdef object reduced(Job* j, object nll, int reduction):
    """Weigh the rows' losses; return (loss, total weight)."""
    cdef Cascade losses, weights
    cdef int64_t r
    cdef double w = 1.0, loss, total
    if j.dtype == 0 and reduction != NONE and all_count(j):
        loss, total = cascade_f32(<const float*> j.nll, j.rows), <double> j.rows
        return scalar(0, loss / total if reduction == MEAN else loss), scalar(0, total)
    start(&losses, j.dtype)
    start(&weights, j.dtype)
    for r in range(j.rows):
        if j.target[r] == j.ignore:
            continue
        if j.weight != NULL:
            w = element(j.weight, j.dtype, j.target[r])
            put(j.nll, j.dtype, r, w * element(j.nll, j.dtype, r))
        count(&weights, r, w)
        count(&losses, r, element(j.nll, j.dtype, r))
    loss, total = finish(&losses), finish(&weights)
    if reduction == NONE:
        return nll, scalar(j.dtype, total)
    return scalar(j.dtype, loss / total if reduction == MEAN else loss), scalar(j.dtype, total)


cdef bint row_scales(Job* j, object g, object total_weight, int reduction, char* scale) noexcept:
    """Write each row's factor, g * weight of its class (/ total weight); false when g is refused."""
    cdef int num = cnp.NPY_FLOAT32 if j.dtype == 0 else cnp.NPY_FLOAT64
    cdef bint each = reduction == NONE
    cdef const char* gp = guard.flat_n(g, num, j.rows if each else 1)
    cdef const char* total = guard.flat_n(total_weight, num, 1)
    cdef double w
    cdef int64_t r
    if gp == NULL or total == NULL:
        return False
    if not each and j.weight == NULL:           # one factor for all rows
        w = element(gp, j.dtype, 0)
        w = w / element(total, j.dtype, 0) if reduction == MEAN else w
        if j.dtype == 0:
            for r in range(j.rows):
                (<float*> scale)[r] = <float> w
        else:
            for r in range(j.rows):
                (<double*> scale)[r] = w
        return True
    for r in range(j.rows):
        w = element(gp, j.dtype, r if each else 0)
        if reduction == MEAN:
            w = rounded(j.dtype, w / element(total, j.dtype, 0))
        if j.weight != NULL and j.target[r] != j.ignore:
            w = w * element(j.weight, j.dtype, j.target[r])
        put(scale, j.dtype, r, w)
    return True


cdef int out_of_bounds(Job* j) except -1:
    """Raise torch's error for a target that is neither a class nor ignored."""
    cdef int64_t bad = first_bad(j.target, j.rows, j.cols, j.ignore)
    if bad >= 0:
        raise IndexError(f"Target {j.target[bad]} is out of bounds.")
    return 0


def cross_entropy_forward(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """Cross-entropy of (N, C) scores with N class numbers, and what its gradient needs.

    Returns (loss, probs, total_weight): 0-d, or (N,) without reduction; softmax(input); 0-d.
    Raises IndexError for a target that is neither a class nor `ignore_index`.
    """
    cdef Job j
    cdef int how
    if not scored(input, target, weight, ignore_index, &j) or not code(reduction, &how):
        return NotImplemented
    out_of_bounds(&j)
    cdef int num = guard.typenum(input)
    cdef npy_intp rows = j.rows
    probs = guard.new_like(input)
    nll = guard.new(1, &rows, num)
    j.out = guard.flat_out(probs, num, guard.size(input))
    j.nll = guard.flat_out(nll, num, rows)
    by_rows(forward_piece, &j)
    loss, total = reduced(&j, nll, how)
    return loss, probs, total


def cross_entropy_backward(grad, probs, total_weight, target, weight=None, ignore_index=-100, reduction="mean"):
    """Gradient of `cross_entropy_forward`'s loss to its scores: (softmax - one hot) times each row's factor."""
    cdef Job j
    cdef int how
    if type(grad) is tuple:             # the rule's gradients: of the loss alone
        if (<tuple> grad)[1] is not None:
            return NotImplemented
        grad = (<tuple> grad)[0]
    if not scored(probs, target, weight, ignore_index, &j) or not code(reduction, &how):
        return NotImplemented
    out_of_bounds(&j)
    cdef int num = guard.typenum(probs)
    cdef npy_intp rows = j.rows
    scales = guard.new(1, &rows, num)
    cdef char* scale = guard.flat_out(scales, num, rows)
    if not row_scales(&j, grad, total_weight, how, scale):
        return NotImplemented
    result = guard.new_like(probs)
    j.scale = scale
    j.out = guard.flat_out(result, num, guard.size(probs))
    by_rows(backward_piece, &j)
    return result


def nll_loss_forward(input, target, weight=None, ignore_index=-100, reduction="mean"):
    """Minus the (N, C) log-probabilities at N class numbers: (loss, total_weight), as in `cross_entropy_forward`."""
    cdef Job j
    cdef int how
    cdef int64_t r
    if not scored(input, target, weight, ignore_index, &j) or not code(reduction, &how):
        return NotImplemented
    out_of_bounds(&j)
    cdef int num = guard.typenum(input)
    cdef npy_intp rows = j.rows
    nll = guard.new(1, &rows, num)
    j.nll = guard.flat_out(nll, num, rows)
    for r in range(rows):
        put(j.nll, j.dtype, r, 0.0 if j.target[r] == j.ignore else -element(j.x, j.dtype, r * j.cols + j.target[r]))
    return reduced(&j, nll, how)


def nll_loss_backward(grad, input, target, total_weight, weight=None, ignore_index=-100, reduction="mean"):
    """Gradient of `nll_loss_forward` to its input: minus each row's factor at its target, 0 elsewhere."""
    cdef Job j
    cdef int how
    cdef int64_t r
    if not scored(input, target, weight, ignore_index, &j) or not code(reduction, &how):
        return NotImplemented
    out_of_bounds(&j)
    cdef int num = guard.typenum(input)
    cdef npy_intp rows = j.rows, n = guard.size(input)
    scales = guard.new(1, &rows, num)
    cdef char* scale = guard.flat_out(scales, num, rows)
    if not row_scales(&j, grad, total_weight, how, scale):
        return NotImplemented
    result = guard.new_like(input)
    j.out = guard.flat_out(result, num, n)
    memset(j.out, 0, n * j.item)
    for r in range(rows):
        if j.target[r] != j.ignore:
            put(j.out, j.dtype, r * j.cols + j.target[r], -element(scale, j.dtype, r))
    return result


# ------------------------------------------------------------------ sums over pairs of elements

cdef bint pair(object a, object b, Job* j) noexcept:
    cdef int num = guard.typenum(a)
    j.dtype = float_index(a)
    j.x = guard.flat(a, num)
    j.y = guard.flat(b, num)
    return j.dtype >= 0 and j.x != NULL and j.y != NULL and guard.same_shape(a, b)


cdef object pair_loss(const RlPairSum* sums, object input, object target, object reduction):
    """Return the sum or mean over pairs of elements, as a 0-d array; None when it is nan."""
    cdef Job j
    cdef double s
    cdef int how
    if not pair(input, target, &j) or not code(reduction, &how) or how == NONE:
        return NotImplemented
    cdef npy_intp n = guard.size(input)
    s = sums[j.dtype](j.x, j.y, <size_t> n)
    if isnan(s):
        return None
    return scalar(j.dtype, rounded(j.dtype, s) / rounded(j.dtype, <double> n) if how == MEAN else s)


def mse_loss(input, target, reduction):
    """Mean or sum of (input - target)**2."""
    found = pair_loss(t.squared_error, input, target, reduction)
    return NotImplemented if found is None else found


def binary_cross_entropy(input, target, weight=None, reduction="mean"):
    """Mean or sum of -(target log(input) + (1 - target) log(1 - input)), logs limited to -100."""
    found = NotImplemented if weight is not None else pair_loss(t.binary_cross_entropy, input, target, reduction)
    return NotImplemented if found is None else found       # nan: perhaps out of [0, 1], then the body raises


def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction="mean"):
    """Mean or sum of the binary cross-entropy of sigmoid(input)."""
    if weight is not None or pos_weight is not None:
        return NotImplemented
    found = pair_loss(t.logits_cross_entropy, input, target, reduction)
    return NotImplemented if found is None else found


cdef object robust(object input, object target, object reduction, object limit, object scale):
    """scale d (|e| - d / 2) with e = input - target and d = min(|e|, limit): each, their sum or mean."""
    cdef int num = guard.typenum(input), how
    if (num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64) or not code(reduction, &how) or not guard.same_shape(input, target):
        return NotImplemented
    each = huber(input, target, limit, scale)
    return each if each is NotImplemented or how == NONE else (mean if how == MEAN else sum)(each)


def smooth_l1_loss(input, target, reduction, beta):
    """d**2 / (2 beta) where |d| < beta, else |d| - beta / 2, reduced."""
    return robust(input, target, reduction, beta, 1.0 / beta)


def huber_loss(input, target, reduction, delta):
    """d**2 / 2 where |d| <= delta, else delta (|d| - delta / 2), reduced."""
    return robust(input, target, reduction, delta, 1.0)


cdef void squared_error_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.squared_error_backward[j.dtype](j.x + begin * j.item, j.y + begin * j.item, j.factor, j.of_loss,
                                      j.out + begin * j.item, <size_t> (end - begin))


def mse_loss_backward(grad, input, target, reduction):
    """Gradient of `mse_loss` to its input: 2 grad (input - target), divided by their number for the mean."""
    cdef Job j
    cdef const char* gp
    cdef int how
    if not pair(input, target, &j) or not code(reduction, &how) or how == NONE:
        return NotImplemented
    cdef int num = guard.typenum(input)
    cdef npy_intp n = guard.size(input)
    gp = guard.flat_n(grad, num, 1)
    if gp == NULL:
        return NotImplemented
    result = guard.new_like(input)
    j.factor = 2.0 / <double> n if how == MEAN else 2.0
    j.of_loss = element(gp, j.dtype, 0)
    j.item = cnp.PyArray_ITEMSIZE(<ndarray> input)
    j.out = guard.flat_out(result, num, n)
    if n <= 131072:
        squared_error_piece(&j, 0, n)
    else:
        with nogil:
            pool().parallel_for(n, 65536, squared_error_piece, &j)
    return result


# ------------------------------------------------------------------ absolute errors with a square in the middle

cdef enum:
    FEW = 1024          # elements up to which one simple loop is faster than a vector loop for every step


cdef double slope(int dtype, bint huber, double d, double edge) noexcept nogil:
    """Return one element's derivative."""
    if not huber:
        d, edge = rounded(dtype, d * rounded(dtype, 1.0 / edge)), 1.0
    edge = rounded(dtype, edge)
    return -edge if d < -edge else edge if d > edge else d


cdef object gradient_of_few(bint huber, object g, object input, object target, object reduction, double edge):
    """Return the gradient of the input, for few elements."""
    cdef Job j
    cdef int how, num = guard.typenum(input)
    cdef npy_intp i, n = guard.size(input)
    cdef double d, of_loss
    if not pair(input, target, &j) or not code(reduction, &how) or not 0 < n <= FEW:
        return NotImplemented
    j.scale = guard.flat_n(g, num, n if how == NONE else 1)
    if j.scale == NULL:
        return NotImplemented
    result = guard.new_like(input)
    j.out = guard.flat_out(result, num, n)
    for i in range(n):
        d = rounded(j.dtype, element(j.x, j.dtype, i) - element(j.y, j.dtype, i))
        of_loss = element(j.scale, j.dtype, i if how == NONE else 0)
        if how == MEAN:
            of_loss = rounded(j.dtype, of_loss / <double> n)
        put(j.out, j.dtype, i, slope(j.dtype, huber, d, edge) * of_loss)
    return result


def smooth_l1_rule(g, input, target, reduction, beta):
    """Gradient of `smooth_l1_loss` to its input."""
    return gradient_of_few(False, g, input, target, reduction, beta)


def huber_rule(g, input, target, reduction, delta):
    """Gradient of `huber_loss` to its input."""
    return gradient_of_few(True, g, input, target, reduction, delta)


KERNELS = {
    "softmax": softmax, "log_softmax": log_softmax,
    "softmax_backward": softmax_backward, "log_softmax_backward": log_softmax_backward,
    "nll_loss_forward": nll_loss_forward, "nll_loss_backward": nll_loss_backward,
    "cross_entropy_forward": cross_entropy_forward, "cross_entropy_backward": cross_entropy_backward,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "mse_loss": mse_loss, "mse_loss_backward": mse_loss_backward,
    "smooth_l1_loss": smooth_l1_loss, "huber_loss": huber_loss,
    # gradient rules
    "smooth_l1_loss.input": smooth_l1_rule, "huber_loss.input": huber_rule,
} if t != NULL else {}
