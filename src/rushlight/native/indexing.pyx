"""Moving elements by index and by mask: gather, scatter, x[index], embedding, their gradients; and filling.

Each function takes the arrays its op's body takes. Those of ops that write also take `out`, the array to write into
(the first argument itself). An index out of range gives `NotImplemented`, and the body raises; nothing was written then.
"""

cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from cpython.slice cimport PySlice_Check
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport RlPool, pool

cnp.import_array()

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object, int*) noexcept

cdef extern from "moves.hpp" namespace "rl":
    enum MoveWork:
        kRead
        kWrite
        kAdd
    enum MoveType:
        kBytes1
        kBytes2
        kBytes4
        kBytes8
        kBytes16
        kAddF32
        kAddF64
        kAddI32
        kAddI64
    struct Move:
        int work, type
        bint each, wrap, fresh
        int64_t outer, n, m, inner, y_step
        const int64_t* index
        char* x
        char* y
    int64_t MASK_PART
    bint move(const Move&, const RlPool*) noexcept nogil
    bint move_joined(const Move&, const int64_t**, const int64_t*, int, const RlPool*) noexcept nogil
    void one_hot_rows "rl::one_hot"(const int64_t*, int64_t, int64_t, int64_t*, const RlPool*) noexcept nogil
    bint inside(const int64_t*, int64_t, int64_t, bint, const RlPool*) noexcept nogil
    void count_parts(const uint8_t*, int64_t, int64_t*, const RlPool*) noexcept nogil
    void choose(char*, const uint8_t*, int64_t, char*, int, bint, const int64_t*, const RlPool*) noexcept nogil
    void positions(const uint8_t*, int64_t, const int64_t*, int, int64_t, int64_t*, const int64_t*, const RlPool*) noexcept nogil

cdef enum:
    MAX_DIMS = 32
    FEW = 4096              # elements below which the GIL stays
    MOST_INDICES = 8
    CLEAR_LIMIT = 1 << 18   # bytes from which on the pool takes part


# ------------------------------------------------------------------ arguments

cdef inline int64_t integer(object x, bint* good) noexcept:
    cdef int overflow = 0
    cdef int64_t found = PyLong_AsLongLongAndOverflow(x, &overflow) if PyLong_CheckExact(x) else 0
    good[0] = PyLong_CheckExact(x) and not overflow
    return found


cdef inline int axis_of(object dim, int nd) noexcept:
    """Return a dimension counted from the front, or -1."""
    cdef bint good
    cdef int64_t d = integer(dim, &good)
    return -1 if not good or d < -nd or d >= nd else <int> (d if d >= 0 else d + nd)


cdef object dense(object x):
    """Return an array with the elements of `x` in C order: `x` itself where it is."""
    return x if guard.flat(x, guard.typenum(x)) != NULL else cnp.PyArray_GETCONTIGUOUS(<ndarray> x)


cdef int type_of(object x, int work) noexcept:
    """Return how elements are moved (by their size) or added (by their type), or -1."""
    cdef int size, num = guard.typenum(x)
    if num < 0 or num == cnp.NPY_OBJECT or not cnp.PyArray_ISBEHAVED_RO(<ndarray> x):
        return -1
    size = <int> cnp.PyArray_ITEMSIZE(<ndarray> x)
    if work == kAdd:
        if num == cnp.NPY_FLOAT32:
            return kAddF32
        if num == cnp.NPY_FLOAT64:
            return kAddF64
        return kAddI64 if num == cnp.NPY_INT64 else kAddI32 if num == cnp.NPY_INT32 else -1
    return kBytes1 if size == 1 else kBytes2 if size == 2 else kBytes4 if size == 4 else kBytes8 if size == 8 else \
        kBytes16 if size == 16 else -1


cdef int64_t length(object x, int first, int last) noexcept:
    """Return the product of the dimensions first <= d < last."""
    cdef int64_t n = 1
    cdef int d
    for d in range(first, last):
        n *= guard.dim(x, d)
    return n


cdef object zeros_of(object shape, int num):
    """Return new zeros of a shape, a tuple, or None."""
    cdef npy_intp dims[MAX_DIMS]
    cdef bint good
    cdef int k
    if type(shape) is not tuple or len(<tuple> shape) > MAX_DIMS:
        return None
    for k in range(<int> len(<tuple> shape)):
        dims[k] = integer((<tuple> shape)[k], &good)
        if not good or dims[k] < 0:
            return None
    result = guard.new(<int> len(<tuple> shape), dims, num)
    clear(result)
    return result


cdef struct Copy:
    char* to
    const char* source


cdef void copy_piece(void* job, int64_t begin, int64_t end) noexcept nogil:
    memcpy((<Copy*> job).to + begin, (<Copy*> job).source + begin, <size_t> (end - begin))


cdef object target_of(object x, object out):
    """Return where to write: `out`, or a copy of `x` in C order; None for what cannot be written."""
    cdef npy_intp n = guard.size(x) * cnp.PyArray_ITEMSIZE(<ndarray> x)
    cdef Copy job
    if out is None:
        job.source = guard.flat(x, guard.typenum(x))
        if job.source == NULL or n <= CLEAR_LIMIT or guard.typenum(x) == cnp.NPY_OBJECT:
            return <object> cnp.PyArray_NewCopy(<ndarray> x, cnp.NPY_CORDER)
        made = guard.new_of(x, guard.ndim(x), cnp.PyArray_DIMS(<ndarray> x))
        job.to = guard.flat_out(made, guard.typenum(x), guard.size(x))
        with nogil:
            pool().parallel_for(n, n // 4 // 64 * 64 + 64, copy_piece, &job)
        return made
    return out if guard.flat_out(out, guard.typenum(out), guard.size(out)) != NULL else None


cdef object go(Move* j, object result):
    cdef bint good
    if j.outer * j.m * j.inner < FEW:
        good = move(j[0], pool())
    else:
        with nogil:
            good = move(j[0], pool())
    return result if good else NotImplemented


# ------------------------------------------------------------------ along a dimension

cdef bint along(Move* j, object x, int d, object index, bint each, bint wrap, int work) noexcept:
    """Fill in what the shapes say: `index` names positions of dimension `d` of x, for each element or for all."""
    cdef int nd = guard.ndim(x), k
    j.index = <const int64_t*> guard.flat(index, cnp.NPY_INT64)
    j.type, j.work, j.each, j.wrap, j.fresh, j.y_step = type_of(x, work), work, each, wrap, False, 1
    if j.index == NULL or j.type < 0 or d < 0 or nd > MAX_DIMS or guard.size(x) == 0 or guard.size(index) == 0:
        return False
    if each:
        if guard.ndim(index) != nd:
            return False
        for k in range(nd):
            if k != d and guard.dim(index, k) != guard.dim(x, k):
                return False
    j.outer, j.n, j.inner = length(x, 0, d), guard.dim(x, d), length(x, d + 1, nd)
    j.m = guard.dim(index, d) if each else guard.size(index)
    return True


cdef object read(object input, int d, object index, bint each, bint wrap):
    """New array of the elements read: dimension `d` is replaced by the index's shape (`each`: by its own)."""
    cdef Move j
    cdef npy_intp dims[MAX_DIMS]
    cdef int nd = guard.ndim(input), more = 1 if each else guard.ndim(index), k, m = 0
    if not guard.exact(input) or not guard.exact(index):
        return NotImplemented
    places, source = dense(index), dense(input)
    if not along(&j, source, d, places, each, wrap, kRead) or nd + more > MAX_DIMS:
        return NotImplemented
    for k in range(d):
        dims[m] = guard.dim(input, k)
        m += 1
    for k in range(more):
        dims[m] = guard.dim(index, d if each else k)
        m += 1
    for k in range(d + 1, nd):
        dims[m] = guard.dim(input, k)
        m += 1
    result = guard.new_of(input, m, dims)
    j.x = guard.flat(source, guard.typenum(input))
    j.y = guard.flat_out(result, guard.typenum(result), guard.size(result))
    if j.x == NULL or j.y == NULL:
        return NotImplemented
    return go(&j, result)


cdef object write(object target, int d, object index, bint each, bint wrap, int work, object values, bint fresh):
    """Write or add the elements of `values` (of the shape that `read` would give, or one) into `target`; return it."""
    cdef Move j
    cdef int num = guard.typenum(target)
    if target is None or guard.typenum(values) != num or not guard.exact(index):
        return NotImplemented
    places, source = dense(index), dense(values)
    if not along(&j, target, d, places, each, wrap, work):
        return NotImplemented
    if guard.size(values) != j.outer * j.m * j.inner:
        if guard.size(values) != 1:
            return NotImplemented
        j.y_step = 0
    j.fresh = fresh
    j.x = guard.flat_out(target, num, guard.size(target))
    j.y = guard.flat(source, num)
    if j.x == NULL or j.y == NULL or not guard.disjoint(target, source) or not guard.disjoint(target, places):
        return NotImplemented
    return go(&j, target)


cdef object stored(object input, object dim, object index, object values, object out, bint each, int work):
    """The ops that write along a dimension: into `out`, or into a copy of the input once the rest is known to fit."""
    cdef int d = axis_of(dim, guard.ndim(input)), nd = guard.ndim(input), k
    if d < 0 or not guard.exact(index) or guard.ndim(index) != (nd if each else 1) or guard.typenum(values) != guard.typenum(input):
        return NotImplemented
    if guard.size(values) != 1 or guard.ndim(values) > 0:
        if guard.ndim(values) != nd or guard.typenum(index) != cnp.NPY_INT64 or type_of(input, work) < 0:
            return NotImplemented
        for k in range(nd):
            if guard.dim(values, k) != (guard.dim(index, k) if each else guard.size(index) if k == d else guard.dim(input, k)):
                return NotImplemented
    return write(target_of(input, out), d, index, each, False, work, values, out is None)


def all_below(index, limit):
    """Whether every number lies in [0, limit)."""
    cdef bint good
    cdef int64_t n = integer(limit, &good)
    cdef const int64_t* x = <const int64_t*> guard.flat(index, cnp.NPY_INT64)
    return inside(x, guard.size(index), n, False, pool()) if good and n >= 0 and x != NULL else NotImplemented


def gather(input, dim, index, sparse_grad=False):
    """The elements that `index`, of the input's shape apart from `dim`, names along a dimension."""
    return read(input, axis_of(dim, guard.ndim(input)), index, True, False)


def _gather_back(input, shape, dim, index):
    """Zeros of `shape` with `input` added, in order, where `index` read."""
    if not guard.same_shape(input, index) or type_of(input, kAdd) < 0:
        return NotImplemented
    target = zeros_of(shape, guard.typenum(input))
    return write(target, axis_of(dim, guard.ndim(target)), index, True, False, kAdd, input, True)


def reshape(*args):
    """The elements of a contiguous array in another shape, as a view: (input, size)."""
    cdef int64_t s, known = 1
    cdef npy_intp n = guard.size(args[0])
    cdef bint good, open_ = False
    if guard.flat(args[0], guard.typenum(args[0])) == NULL or type(args[1]) is not tuple:
        return NotImplemented
    for size in <tuple> args[1]:
        s = integer(size, &good)
        if not good or s < (0 if open_ else -1) or s > n:
            return NotImplemented
        if s == -1:
            open_ = True
        else:
            known *= s
        if known > n:
            return NotImplemented
    if (known == 0 or n % known) if open_ else known != n:
        return NotImplemented
    return cnp.PyArray_Reshape(<ndarray> args[0], args[1])


def scatter(input, dim, index, src, out=None):
    """The input with the elements of `src` stored where `index` says."""
    return stored(input, dim, index, src, out, True, kWrite)


def _scatter_value(input, dim, index, value, out=None):
    """The input with a number stored where `index` says."""
    if not PyLong_CheckExact(value) and type(value) is not float or type_of(input, kWrite) < 0:
        return NotImplemented
    if (<ndarray> input).descr.kind != c"f":
        return NotImplemented
    number = zeros_of((), guard.typenum(input))
    number[()] = value
    return stored(input, dim, index, number, out, True, kWrite)


def scatter_add(input, dim, index, src, out=None):
    """The input with the elements of `src` added, in order, where `index` says."""
    return stored(input, dim, index, src, out, True, kAdd)


def index_select(input, dim, index):
    """The positions `index`, a vector, of a dimension."""
    return read(input, axis_of(dim, guard.ndim(input)), index, False, False) if guard.ndim(index) == 1 else NotImplemented


def _index_select_back(input, shape, dim, index):
    """Zeros of `shape` with `input` added at the positions `index` of a dimension."""
    if type_of(input, kAdd) < 0 or guard.ndim(index) != 1:
        return NotImplemented
    target = zeros_of(shape, guard.typenum(input))
    return write(target, axis_of(dim, guard.ndim(target)), index, False, False, kAdd, input, True)


def index_add(input, dim, index, source, alpha=1, out=None):
    """The input with the slices of `source` added, in order, at the positions `index` of a dimension."""
    if not PyLong_CheckExact(alpha) or alpha != 1:
        return NotImplemented
    return stored(input, dim, index, source, out, False, kAdd)


def index_copy(input, dim, index, source, out=None):
    """The input with the positions `index` of a dimension replaced by the slices of `source`."""
    return stored(input, dim, index, source, out, False, kWrite)


def take_any(input, axis, index):
    """The positions `index`, of any shape, negative ones from the end, of a dimension."""
    return read(input, axis_of(axis, guard.ndim(input)), index, False, True)


def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """The rows of `weight` that `indices` names."""
    return read(weight, 0, indices, False, False) if guard.ndim(weight) == 2 else NotImplemented


def embedding_backward(grad, indices, num_weights, padding_idx=-1, scale_grad_by_freq=False):
    """The gradient (num_weights, d) of `embedding`: rows of `grad` added, in order, where they were read."""
    cdef bint good
    cdef int nd = guard.ndim(grad)
    cdef int64_t skip = integer(padding_idx, &good)
    if scale_grad_by_freq or not good or type_of(grad, kAdd) < 0 or nd != guard.ndim(indices) + 1:
        return NotImplemented
    target = zeros_of((num_weights, guard.dim(grad, nd - 1)), guard.typenum(grad))
    found = write(target, 0, indices, False, False, kAdd, grad, True)
    if found is not NotImplemented and skip >= 0:
        found[skip] = 0
    return found


# ------------------------------------------------------------------ x[index]

cdef struct Picks:
    int lead, count                     # dimensions before the indices, and how many indices there are
    int nd
    int64_t m
    int64_t sizes[MOST_INDICES]
    const int64_t* index[MOST_INDICES]


cdef bint picks_of(Picks* p, object shape_of, object where, list keep):
    """Read `where`: slices(None), then neighbouring int64 index arrays of one shape."""
    cdef int k
    p.lead = p.count = 0
    if type(where) is not tuple:
        return False
    first = None
    for item in <tuple> where:
        if PySlice_Check(item):
            if p.count:
                return False
            p.lead += 1
            continue
        if p.count == MOST_INDICES or guard.typenum(item) != cnp.NPY_INT64 or guard.size(item) == 0:
            return False
        if first is None:
            first = item
        elif not guard.same_shape(first, item):
            return False
        own = dense(item)
        keep.append(own)
        p.index[p.count] = <const int64_t*> guard.flat(own, cnp.NPY_INT64)
        p.count += 1
    if p.count == 0 or p.lead + p.count > guard.ndim(shape_of):
        return False
    for k in range(p.count):
        p.sizes[k] = guard.dim(shape_of, p.lead + k)
        if p.index[k] == NULL:
            return False
    p.nd, p.m = guard.ndim(first), guard.size(first)
    return True


cdef object joined(Picks* p, object x, object y, int work):
    """Read several indices on the first dimensions of x into y, or write or add y (all elements, or one) there."""
    cdef Move j
    cdef int nd = guard.ndim(x), num = guard.typenum(x)
    cdef const int64_t** index = <const int64_t**> p.index
    cdef bint good
    if p.lead or guard.size(x) == 0 or type_of(x, work) < 0 or guard.typenum(y) != num:
        return NotImplemented
    source = dense(x) if work == kRead else x
    other = y if work == kRead else dense(y)
    j.work, j.type, j.each, j.wrap, j.fresh, j.outer = work, type_of(x, work), False, False, False, 1
    j.n, j.m, j.inner = length(x, 0, p.count), p.m, length(x, p.count, nd)
    j.y_step = 1 if guard.size(y) == j.m * j.inner else 0
    j.x = guard.flat(source, num) if work == kRead else guard.flat_out(source, num, guard.size(x))
    j.y = guard.flat(other, num)
    if j.x == NULL or j.y == NULL or (not j.y_step and (work == kRead or guard.size(y) != 1)):
        return NotImplemented
    if work != kRead and not guard.disjoint(source, other):
        return NotImplemented
    with nogil:
        good = move_joined(j, index, p.sizes, p.count, pool())
    return (y if work == kRead else x) if good else NotImplemented


def pick(input, where):
    """The elements of the input at `where`: slices(None), then index arrays of one shape."""
    cdef Picks p
    cdef npy_intp dims[MAX_DIMS]
    cdef int k, m, nd = guard.ndim(input)
    cdef list keep = []
    if not picks_of(&p, input, where, keep):
        return NotImplemented
    if p.count == 1:
        return read(input, p.lead, (<tuple> where)[p.lead], False, True)
    m = p.nd
    if m + nd - p.count > MAX_DIMS or p.lead:
        return NotImplemented
    for k in range(m):
        dims[k] = guard.dim(keep[0], k)
    for k in range(p.count, nd):
        dims[m + k - p.count] = guard.dim(input, k)
    return joined(&p, input, guard.new_of(input, m + nd - p.count, dims), kRead)


cdef object put_into(object target, object where, object values, int work):
    cdef Picks p
    cdef int k, nd = guard.ndim(target)
    cdef list keep = []
    if target is None or not picks_of(&p, target, where, keep) or type_of(target, work) < 0:
        return NotImplemented
    if guard.ndim(values) != 0:             # one number, or exactly what would be read
        if guard.ndim(values) != nd - p.count + p.nd:
            return NotImplemented
        for k in range(guard.ndim(values)):
            if guard.dim(values, k) != (guard.dim(target, k) if k < p.lead else guard.dim(keep[0], k - p.lead)
                                        if k < p.lead + p.nd else guard.dim(target, k - p.nd + p.count)):
                return NotImplemented
    for own in keep:
        if not guard.disjoint(target, own):
            return NotImplemented
    if p.count == 1:
        return write(target, p.lead, keep[0], False, True, work, values, False)
    return joined(&p, target, values, work)


def put(input, where, values, accumulate, out=None):
    """The input with `values` stored (or added) at `where`; the last of several values for one place stays."""
    if guard.typenum(values) != guard.typenum(input) or not guard.exact(input):
        return NotImplemented
    return put_into(target_of(input, out), where, values, kAdd if accumulate else kWrite)


def pick_back(input, shape, where):
    """Zeros of `shape` with `input` added at `where`, in order."""
    if type_of(input, kAdd) < 0:
        return NotImplemented
    return put_into(zeros_of(shape, guard.typenum(input)), where, input, kAdd)


def add_at(x, where, values):
    """Add `values` to x itself at `where`."""
    return put_into(x, where, values, kAdd) if guard.typenum(values) == guard.typenum(x) else NotImplemented


# ------------------------------------------------------------------ masks

cdef int64_t* starts_of(const uint8_t* mask, npy_intp n) except NULL:
    """Return where the true elements of each part of a mask start; the caller frees it."""
    cdef int64_t* starts = <int64_t*> malloc((n // MASK_PART + 2) * sizeof(int64_t))
    if starts == NULL:
        raise MemoryError
    count_parts(mask, n, starts, pool())
    return starts


cdef inline int64_t true_ones(const int64_t* starts, npy_intp n) noexcept:
    return starts[(n + MASK_PART - 1) // MASK_PART]


def masked_select(input, mask):
    """The elements of the input where the mask, of its shape, is true."""
    cdef npy_intp n = guard.size(input), count
    cdef int64_t* starts
    if not guard.same_shape(input, mask) or guard.typenum(mask) != cnp.NPY_BOOL or type_of(input, kRead) < 0 or n == 0:
        return NotImplemented
    source, own = dense(input), dense(mask)
    cdef char* x = guard.flat(source, guard.typenum(input))
    cdef const uint8_t* m = <const uint8_t*> guard.flat(own, cnp.NPY_BOOL)
    if x == NULL or m == NULL:
        return NotImplemented
    starts = starts_of(m, n)
    try:
        count = true_ones(starts, n)
        result = guard.new_of(input, 1, &count)
        choose(x, m, n, guard.flat_out(result, guard.typenum(result), count), <int> cnp.PyArray_ITEMSIZE(<ndarray> input), False,
               starts, pool())
    finally:
        free(starts)
    return result


cdef object place(object target, object mask, object values):
    """Store `values`, as many as the mask has true elements, where it is true."""
    cdef npy_intp n = guard.size(target)
    cdef int num = guard.typenum(target)
    cdef int64_t* starts
    cdef bint fits
    if not guard.same_shape(target, mask) or guard.typenum(mask) != cnp.NPY_BOOL or type_of(target, kRead) < 0 or n == 0:
        return NotImplemented
    if guard.typenum(values) != num or guard.ndim(values) != 1:
        return NotImplemented
    source, own = dense(values), dense(mask)
    cdef char* x = guard.flat_out(target, num, n)
    cdef char* y = guard.flat(source, num)
    cdef const uint8_t* m = <const uint8_t*> guard.flat(own, cnp.NPY_BOOL)
    if x == NULL or y == NULL or m == NULL or not guard.disjoint(target, source) or not guard.disjoint(target, own):
        return NotImplemented
    starts = starts_of(m, n)
    fits = true_ones(starts, n) == guard.size(source)
    if fits:
        choose(x, m, n, y, <int> cnp.PyArray_ITEMSIZE(<ndarray> target), True, starts, pool())
    free(starts)
    return target if fits else NotImplemented


def mask_put(x, mask, values):
    """Store a vector of values into x itself where a mask of its shape is true."""
    return place(x, mask, values)


def masked_place(input, mask):
    """Zeros of the mask's shape with the elements of `input` where it is true."""
    if type_of(input, kAdd) < 0 or not guard.exact(mask):
        return NotImplemented
    result = guard.new_as(mask, guard.typenum(input))
    clear(result)
    return place(result, mask, input)


def nonzero(input):
    """The positions of the true elements of a mask: a row each, every column in one piece."""
    cdef npy_intp n = guard.size(input)
    cdef npy_intp dims[2]
    cdef int64_t shape[MAX_DIMS]
    cdef int nd = guard.ndim(input), k
    cdef int64_t* starts
    if guard.typenum(input) != cnp.NPY_BOOL or nd < 1 or nd > MAX_DIMS or n == 0:
        return NotImplemented
    own = dense(input)
    cdef const uint8_t* m = <const uint8_t*> guard.flat(own, cnp.NPY_BOOL)
    if m == NULL:
        return NotImplemented
    for k in range(nd):
        shape[k] = guard.dim(input, k)
    starts = starts_of(m, n)
    try:
        dims[0], dims[1] = nd, true_ones(starts, n)
        result = guard.new(2, dims, cnp.NPY_INT64)
        positions(m, n, shape, nd, dims[1], <int64_t*> guard.flat_out(result, cnp.NPY_INT64, nd * dims[1]), starts, pool())
    finally:
        free(starts)
    return result.T


def one_hot(input, num_classes=-1):
    """int64 zeros with a one at the position each class number names."""
    cdef npy_intp n = guard.size(input), i
    cdef npy_intp dims[MAX_DIMS]
    cdef int nd = guard.ndim(input), k
    cdef bint good
    cdef int64_t classes = integer(num_classes, &good), most = 0
    cdef const int64_t* x = <const int64_t*> guard.flat(input, cnp.NPY_INT64)
    if x == NULL or n == 0 or not good or nd >= MAX_DIMS:
        return NotImplemented
    if classes == -1:
        for i in range(n):
            most = x[i] if <size_t> x[i] > <size_t> most else most
        classes = most + 1
    if classes < 1 or classes > (1 << 40) // n or not inside(x, n, classes, False, pool()):
        return NotImplemented
    for k in range(nd):
        dims[k] = guard.dim(input, k)
    dims[nd] = classes
    result = guard.new(nd + 1, dims, cnp.NPY_INT64)
    one_hot_rows(x, n, classes, <int64_t*> guard.flat_out(result, cnp.NPY_INT64, n * classes), pool())
    return result


# ------------------------------------------------------------------ filling

cdef void clear_piece(void* p, int64_t begin, int64_t end) noexcept nogil:
    memset(<char*> p + begin, 0, <size_t> (end - begin))


cpdef object clear(object array):
    """Write zeros into a contiguous array; large ones on the pool, in pages that each thread will want again."""
    cdef npy_intp n = guard.size(array)
    cdef char* p = guard.flat_out(array, guard.typenum(array), n)
    if p == NULL or guard.typenum(array) == cnp.NPY_OBJECT:     # zero is no Python object
        return NotImplemented
    n *= cnp.PyArray_ITEMSIZE(<ndarray> array)
    if n <= CLEAR_LIMIT:
        memset(p, 0, <size_t> n)
    else:
        with nogil:
            pool().parallel_for(n, n // 4 // 64 * 64 + 64, clear_piece, p)
    return array


KERNELS = {
    "_unsafe_view": reshape, "view": reshape, "clear": clear, "gather": gather, "_gather_back": _gather_back, "scatter": scatter,
    "_scatter_value": _scatter_value, "scatter_add": scatter_add, "index_select": index_select,
    "_index_select_back": _index_select_back, "index_add": index_add, "index_copy": index_copy, "take_any": take_any, "all_below": all_below,
    "embedding": embedding, "embedding_backward": embedding_backward, "_index": pick, "_put": put, "_index_back": pick_back,
    "add_at": add_at, "_masked_select": masked_select, "masked_place": masked_place, "mask_put": mask_put,
    "_nonzero": nonzero, "one_hot": one_hot,
}
