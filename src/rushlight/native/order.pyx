"""Order: sort, topk, kthvalue, medians, distinct elements, search in ordered rows, counting; distances between rows.

Each function takes the arrays its op's body takes and returns new arrays, or `NotImplemented`: for dtypes that are
not NumPy's own, and for arguments that the body refuses.
"""

cimport cython
cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t
from libc.string cimport memset
from libcpp cimport bool as cbool
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport RlPool, pool

cnp.import_array()

cdef extern from "order.hpp" namespace "rl":
    enum OrderWork:
        kSort
        kFirst
        kRank
        kMedian
        kNanMedian
    enum OrderKind:
        kU8
        kI8
        kU16
        kI16
        kU32
        kI32
        kU64
        kI64
        kF16
        kF32
        kF64
    bint order(int, int, int, cbool, int64_t, int64_t, int64_t, int64_t, const char*, char*, int64_t*, const RlPool*) noexcept nogil
    int64_t distinct(int, int, const char*, int64_t, int64_t*, int64_t*, int64_t*) noexcept nogil
    int64_t distinct_counted(const int64_t*, int64_t, int64_t, int64_t, int64_t*, int64_t*, int64_t*) noexcept nogil
    bint search(int, int, const char*, int64_t, int64_t, const char*, int64_t, int64_t, cbool, void*, cbool, const RlPool*) noexcept nogil
    void range_of(const int64_t*, int64_t, int64_t*, int64_t*) noexcept nogil
    void tally(const int64_t*, int64_t, int64_t, int64_t*) noexcept nogil
    void histogram[T](const T*, int64_t, T, T, T, int64_t, int64_t*) noexcept nogil

cdef extern from "distance.hpp" namespace "rl":
    enum DistanceKind:
        kTaxi
        kEuclid
        kLargest
    void distances[T](int, const T*, const T*, int64_t, int64_t, int64_t, T*, const RlPool*) noexcept nogil

cdef enum:
    MAX_DIMS = 32
    NARROW = 1 << 20        # integers in so narrow a range are counted by a table

cdef int64_t FAR = 1 << 40


cdef int kind_of(object x) noexcept:
    """Return the kind of an array's elements, or -1 for those that have no key."""
    if not guard.exact(x):
        return -1
    cdef char kind = (<ndarray> x).descr.kind
    cdef int size = <int> cnp.PyArray_ITEMSIZE(<ndarray> x)
    if kind == c"b":
        return kU8
    if kind == c"u":
        return kU8 if size == 1 else kU16 if size == 2 else kU32 if size == 4 else kU64
    if kind == c"i":
        return kI8 if size == 1 else kI16 if size == 2 else kI32 if size == 4 else kI64
    if kind == c"f" and size <= 8:
        return kF16 if size == 2 else kF32 if size == 4 else kF64
    return -1


cdef object dense(object x):
    """Return an array with the elements of `x` in C order: `x` itself where it is."""
    return x if guard.flat(x, guard.typenum(x)) != NULL else cnp.PyArray_GETCONTIGUOUS(<ndarray> x)


cdef object lanes(object input, object dim, int work, bint down, int64_t k, bint keep):
    """Run along a dimension: (values, indices), of `k` elements, or of one that is kept as a dimension or not."""
    cdef int kind = kind_of(input), nd = guard.ndim(input), d, i, m = 0
    cdef npy_intp dims[MAX_DIMS]
    cdef int64_t n, outer = 1, inner = 1
    cdef bint good
    if kind < 0 or nd < 1 or nd > MAX_DIMS or not PyLong_CheckExact(dim) or not -nd <= dim < nd or guard.size(input) == 0:
        return NotImplemented
    d = dim if dim >= 0 else dim + nd
    n = guard.dim(input, d)
    for i in range(nd):
        if i == d and work >= kRank and not keep:
            continue
        dims[m] = guard.dim(input, i) if i != d else 1 if work >= kRank else k if work == kFirst else n
        m += 1
    for i in range(nd):
        if i < d:
            outer *= guard.dim(input, i)
        elif i > d:
            inner *= guard.dim(input, i)
    return run(input, kind, m, dims, work, down, n, inner, outer * inner, k)


cdef object run(object input, int kind, int nd, npy_intp* dims, int work, bint down, int64_t n, int64_t inner, int64_t count,
                int64_t k):
    cdef int num = guard.typenum(input), size = <int> cnp.PyArray_ITEMSIZE(<ndarray> input)
    cdef bint good
    source = dense(input)
    values = guard.new(nd, dims, num)
    indices = guard.new(nd, dims, cnp.NPY_INT64)
    cdef const char* x = guard.flat(source, num)
    cdef char* v = guard.flat_out(values, num, guard.size(values))
    cdef int64_t* at = <int64_t*> guard.flat_out(indices, cnp.NPY_INT64, guard.size(values))
    if x == NULL or v == NULL or at == NULL:
        return NotImplemented
    if guard.size(source) < 2048:
        good = order(kind, size, work, down, n, inner, count, k, x, v, at, pool())
    else:
        with nogil:
            good = order(kind, size, work, down, n, inner, count, k, x, v, at, pool())
    return (values, indices) if good else NotImplemented


cdef int64_t length(object input, object dim) noexcept:
    cdef int nd = guard.ndim(input)
    if nd < 1 or not PyLong_CheckExact(dim) or not -nd <= dim < nd:
        return -1
    return guard.dim(input, dim if dim >= 0 else dim + nd)


def sort(input, dim, descending, stable):
    """(values, indices) in order along a dimension; equal elements keep theirs."""
    return lanes(input, dim, kSort, descending, 0, True)


def topk(input, k, dim=-1, largest=True, sorted=True):
    """(values, indices) of the first k in order, equal elements by position."""
    if not PyLong_CheckExact(k) or not 0 < k <= length(input, dim) or (<ndarray> input).descr.kind == c"b":
        return NotImplemented
    return lanes(input, dim, kFirst, largest, k, True)


def kthvalue(input, k, dim=-1, keepdim=False):
    """(value, index) of the k-th smallest along a dimension, the k-th in stable order."""
    if not PyLong_CheckExact(k) or not 1 <= k <= length(input, dim) or (<ndarray> input).descr.kind == c"b":
        return NotImplemented
    return lanes(input, dim, kRank, False, k - 1, keepdim)


def _median(int work):
    """Return the kernels of a median: of all elements, and along a dimension."""
    @cython.binding(True)
    def everything(input):
        cdef int kind = kind_of(input)
        if kind < 0 or guard.size(input) == 0 or (<ndarray> input).descr.kind == c"b":
            return NotImplemented
        found = run(input, kind, 0, NULL, work, False, guard.size(input), 1, 1, 0)
        return found if found is NotImplemented else found[0]

    @cython.binding(True)
    def along(input, dim, keepdim=False):
        if length(input, dim) < 1 or (<ndarray> input).descr.kind == c"b":
            return NotImplemented
        return lanes(input, dim, work, False, 0, keepdim)
    return everything, along


def unique(input):
    """(distinct elements in order, each element's number among them, how often each occurs)."""
    cdef int kind = kind_of(input), num = guard.typenum(input)
    cdef npy_intp n = guard.size(input)
    cdef int64_t m, low, high
    cdef bint table = False
    if kind < 0 or n < 1 or n >= 1 << 31:
        return NotImplemented
    source = dense(input)
    inverse = guard.new_as(input, cnp.NPY_INT64)
    first = guard.new(1, &n, cnp.NPY_INT64)
    count = guard.new(1, &n, cnp.NPY_INT64)
    cdef const char* x = guard.flat(source, num)
    cdef int64_t* i = <int64_t*> guard.flat_out(inverse, cnp.NPY_INT64, n)
    cdef int64_t* f = <int64_t*> guard.flat_out(first, cnp.NPY_INT64, n)
    cdef int64_t* c = <int64_t*> guard.flat_out(count, cnp.NPY_INT64, n)
    cdef int size = <int> cnp.PyArray_ITEMSIZE(<ndarray> input)
    if x == NULL:
        return NotImplemented
    with nogil:
        if kind == kI64:
            range_of(<const int64_t*> x, n, &low, &high)
            table = low > -FAR and high < FAR and high - low < NARROW and high - low <= 2 * n + 1024
        if table:
            m = distinct_counted(<const int64_t*> x, n, low, high - low + 1, i, f, c)
        else:
            m = distinct(kind, size, x, n, i, f, c)
    if m < 0:
        return NotImplemented
    found = first[:m].copy() if table else source.reshape(-1).take(first[:m])
    return found, inverse, count[:m].copy()


def _searchsorted(sorted_sequence, input, side, out_int32, sorter=None):
    """Where values belong in ordered rows, `right` of equal elements or left; nan at the end."""
    cdef int kind = kind_of(input), nd = guard.ndim(sorted_sequence), num = guard.typenum(input), d
    cdef npy_intp rows = 1, n
    cdef bint narrow, good, right
    if kind < 0 or sorter is not None or num != guard.typenum(sorted_sequence) or nd < 1 or (nd > 1 and nd != guard.ndim(input)):
        return NotImplemented
    if type(out_int32) is not bool or type(side) is not str:
        return NotImplemented
    narrow, right = out_int32, side == "right"
    for d in range(nd - 1):
        rows *= guard.dim(sorted_sequence, d)
        if guard.dim(sorted_sequence, d) != guard.dim(input, d):
            return NotImplemented
    n = guard.dim(sorted_sequence, nd - 1)
    if guard.size(input) == 0 or narrow and n >= 1 << 31:
        return NotImplemented
    cdef npy_intp per_row = guard.size(input) // rows
    if guard.size(input) * 4 < guard.size(sorted_sequence):       # keys of all rows would cost more than they save
        return NotImplemented
    source, values = dense(sorted_sequence), dense(input)
    result = guard.new_as(input, cnp.NPY_INT32 if narrow else cnp.NPY_INT64)
    cdef const char* r = guard.flat(source, num)
    cdef const char* x = guard.flat(values, num)
    cdef void* out = guard.flat_out(result, cnp.NPY_INT32 if narrow else cnp.NPY_INT64, guard.size(input))
    cdef int size = <int> cnp.PyArray_ITEMSIZE(<ndarray> input)
    cdef npy_intp total = guard.size(input)
    if r == NULL or x == NULL or out == NULL:
        return NotImplemented
    with nogil:
        good = search(kind, size, r, rows, n, x, total, per_row, right, out, narrow, pool())
    return result if good else NotImplemented


def bincount(input, weights=None, minlength=0):
    """How often each number of an int64 vector occurs."""
    cdef npy_intp n = guard.size(input), size
    cdef const int64_t* x = <const int64_t*> guard.flat(input, cnp.NPY_INT64)
    cdef int64_t low, high
    if x == NULL or n < 1 or guard.ndim(input) != 1 or weights is not None or not PyLong_CheckExact(minlength) or minlength < 0:
        return NotImplemented
    range_of(x, n, &low, &high)
    if low < 0 or high >= 1 << 40 or minlength >= 1 << 40:
        return NotImplemented
    size = max(high + 1, <int64_t> minlength)
    result = guard.new(1, &size, cnp.NPY_INT64)
    cdef int64_t* out = <int64_t*> guard.flat_out(result, cnp.NPY_INT64, size)
    memset(out, 0, size * 8)
    with nogil:
        tally(x, n, size, out)
    return result


def histc(input, bins=100, min=0, max=0):
    """Counts of the elements in intervals of equal width between two given numbers."""
    cdef int num = guard.typenum(input)
    cdef npy_intp n = guard.size(input), size, i
    cdef double low, high
    if (num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64) or not PyLong_CheckExact(bins) or not 0 < bins < 1 << 24:
        return NotImplemented
    if type(min) not in (int, float) or type(max) not in (int, float):
        return NotImplemented
    low, high = min, max
    if not (low < high and high - low < 1e30 and low > -1e30 and high < 1e30):
        return NotImplemented
    source = dense(input)
    cdef const char* x = guard.flat(source, num)
    size = bins
    count = guard.new(1, &size, cnp.NPY_INT64)
    result = guard.new(1, &size, num)
    cdef int64_t* c = <int64_t*> guard.flat_out(count, cnp.NPY_INT64, size)
    cdef char* out = guard.flat_out(result, num, size)
    if x == NULL:
        return NotImplemented
    memset(c, 0, size * 8)
    with nogil:
        if num == cnp.NPY_FLOAT32:
            histogram(<const float*> x, n, <float> low, <float> high, <float> (high - low), size, c)
            for i in range(size):
                (<float*> out)[i] = <float> c[i]
        else:
            histogram(<const double*> x, n, low, high, high - low, size, c)
            for i in range(size):
                (<double*> out)[i] = <double> c[i]
    return result


def _cdist(x1, x2, p, by_product):
    """Distances between the rows of two matrices, from their differences, for p = 1, 2 and inf."""
    cdef int num = guard.typenum(x1), kind
    cdef npy_intp dims[2]
    cdef int64_t n, m, k
    if by_product or type(p) is not float or (num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64) or guard.typenum(x2) != num:
        return NotImplemented
    if guard.ndim(x1) != 2 or guard.ndim(x2) != 2 or guard.dim(x1, 1) != guard.dim(x2, 1) or guard.size(x1) * guard.size(x2) == 0:
        return NotImplemented
    if p != 1 and p != 2 and p != float("inf"):
        return NotImplemented
    kind = kTaxi if p == 1 else kEuclid if p == 2 else kLargest
    rows, turned = dense(x1), dense((<ndarray> x2).T)
    dims[0], dims[1], n, m, k = guard.dim(x1, 0), guard.dim(x2, 0), guard.dim(x1, 0), guard.dim(x2, 0), guard.dim(x1, 1)
    result = guard.new(2, dims, num)
    cdef const char* a = guard.flat(rows, num)
    cdef const char* b = guard.flat(turned, num)
    cdef char* out = guard.flat_out(result, num, dims[0] * dims[1])
    if a == NULL or b == NULL:
        return NotImplemented
    with nogil:
        if num == cnp.NPY_FLOAT32:
            distances(kind, <const float*> a, <const float*> b, n, m, k, <float*> out, pool())
        else:
            distances(kind, <const double*> a, <const double*> b, n, m, k, <double*> out, pool())
    return result


KERNELS = {"_cdist": _cdist, "sort": sort, "topk": topk, "kthvalue": kthvalue, "_unique2": unique, "_searchsorted": _searchsorted,
           "bincount": bincount, "histc": histc}
KERNELS["median_all"], KERNELS["median_dim"] = _median(kMedian)
KERNELS["nanmedian_all"], KERNELS["nanmedian_dim"] = _median(kNanMedian)
