"""Pooling over windows and over parts, `unfold` and `fold`.

Each function takes the arrays its op's body takes and returns new arrays, or `NotImplemented`: for
anything but C-contiguous float32 or float64 arrays whose shapes and options fit.
"""

cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int32_t, int64_t
from libcpp cimport bool as cbool
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "windows.h":
    struct RlWindows:
        int64_t size[3]
        int64_t kernel[3]
        int64_t outer[3]
        int64_t stride[3]
        int64_t padding[3]
        int64_t dilation[3]
        int64_t divisor
        cbool include_pad
    ctypedef void (*RlPlanes)(const RlWindows*, const void*, void*, int64_t, int64_t) noexcept nogil
    struct WindowsTable:
        void (*max_forward[2])(const RlWindows*, const void*, void*, int32_t*, int64_t, int64_t) noexcept nogil
        void (*max_backward[2])(const RlWindows*, const void*, const int32_t*, void*, int64_t, int64_t) noexcept nogil
        RlPlanes mean_forward[2]
        RlPlanes mean_backward[2]
        RlPlanes parts_mean[2]
        RlPlanes parts_mean_backward[2]
        void (*parts_max[2])(const RlWindows*, const void*, void*, int64_t*, int64_t, int64_t) noexcept nogil
        RlPlanes columns[2]
        RlPlanes add_columns[2]
    const WindowsTable* windows_table()

cdef const WindowsTable* t = windows_table()

cdef enum:
    MAX_DIMS = 16
    LIMIT = 32768       # elements from which on the pool takes part
    PIECE = 16384

cdef struct Job:
    RlWindows w
    int which, num
    npy_intp lead, planes
    npy_intp dims[MAX_DIMS]
    const char* x
    char* y
    int32_t* taps
    int64_t* index
    RlPlanes run

ctypedef void (*Piece)(void*, int64_t, int64_t) noexcept nogil


cdef bint numbers(object values, int n, int64_t fill, int64_t low, int64_t* to) noexcept:
    """Read a tuple of n ints of at least `low` into the last n of three places."""
    cdef int k
    for k in range(3):
        to[k] = fill
    if type(values) is not tuple or len(<tuple> values) != n:
        return False
    for k in range(n):
        value = (<tuple> values)[k]
        if not PyLong_CheckExact(value) or not low <= value < 1 << 31:
            return False
        to[3 - n + k] = value
    return True


cdef bint begin(Job* j, object x, int n) noexcept:
    """Read the planes of x: its dimensions but the last n, and its data."""
    cdef int d, nd = guard.ndim(x)
    j.num = guard.typenum(x)
    if (j.num != cnp.NPY_FLOAT32 and j.num != cnp.NPY_FLOAT64) or n < 1 or n > 3 or nd < n or nd > MAX_DIMS:
        return False
    j.which = 0 if j.num == cnp.NPY_FLOAT32 else 1
    j.x = guard.flat(x, j.num)
    j.lead, j.planes = nd - n, 1
    for d in range(j.lead):
        j.dims[d] = guard.dim(x, d)
        j.planes *= j.dims[d]
    return j.x != NULL and guard.size(x) > 0


cdef void last_of(object x, int n, int64_t* to) noexcept:
    """Read the last n dimensions of x into the last n of three places."""
    cdef int k
    for k in range(3):
        to[k] = 1 if k < 3 - n else guard.dim(x, guard.ndim(x) - 3 + k)


cdef object result(Job* j, int n, const int64_t* size, int num):
    """Return a new array of the planes with these sizes."""
    cdef int k
    for k in range(n):
        j.dims[j.lead + k] = size[3 - n + k]
    return guard.new(<int> j.lead + n, j.dims, num)


cdef bint windows(RlWindows* w, int n, object kernel, object stride, object padding, object dilation) noexcept:
    w.divisor, w.include_pad = 1, True
    return (numbers(kernel, n, 1, 1, w.kernel) and numbers(stride, n, 1, 1, w.stride)
            and numbers(padding, n, 0, 0, w.padding) and numbers(dilation, n, 1, 1, w.dilation))


cdef int64_t product(const int64_t* n) noexcept nogil:
    return n[0] * n[1] * n[2]


cdef void share(Piece piece, Job* j, int64_t each) noexcept:
    """Run the planes, `each` elements of work one, on the pool when there are many."""
    if j.planes * each <= LIMIT:
        piece(j, 0, j.planes)
        return
    with nogil:
        pool().parallel_for(j.planes, PIECE // each + 1, piece, j)


cdef void plain_piece(void* ctx, int64_t first, int64_t last) noexcept nogil:
    cdef Job* j = <Job*> ctx
    j.run(&j.w, j.x, j.y, first, last)


# ------------------------------------------------------------------ maximum

cdef void max_piece(void* ctx, int64_t first, int64_t last) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.max_forward[j.which](&j.w, j.x, j.y, j.taps, first, last)


def max_pool_forward(input, kernel, stride, padding, dilation, out_size):
    """Return the maxima of windows over the last dimensions and the tap of each."""
    cdef Job j
    cdef int n = <int> len(<tuple> kernel) if type(kernel) is tuple else 0
    if not begin(&j, input, n) or not windows(&j.w, n, kernel, stride, padding, dilation):
        return NotImplemented
    if not numbers(out_size, n, 1, 1, j.w.outer) or product(j.w.kernel) > 1 << 30:
        return NotImplemented
    last_of(input, n, j.w.size)
    out, taps = result(&j, n, j.w.outer, j.num), result(&j, n, j.w.outer, cnp.NPY_INT32)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.outer))
    j.taps = <int32_t*> guard.flat_out(taps, cnp.NPY_INT32, j.planes * product(j.w.outer))
    share(max_piece, &j, product(j.w.outer) * product(j.w.kernel))
    return out, taps


cdef void max_backward_piece(void* ctx, int64_t first, int64_t last) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.max_backward[j.which](&j.w, j.x, j.taps, j.y, first, last)


def max_pool_backward(grad, taps, size, kernel, stride, padding, dilation):
    """Return the gradient of `max_pool_forward`'s input, of size `size` in the last dimensions."""
    cdef Job j
    cdef int n = <int> len(<tuple> kernel) if type(kernel) is tuple else 0
    if not begin(&j, grad, n) or not windows(&j.w, n, kernel, stride, padding, dilation):
        return NotImplemented
    j.taps = <int32_t*> guard.flat(taps, cnp.NPY_INT32)
    if j.taps == NULL or not guard.same_shape(grad, taps) or not numbers(size, n, 1, 1, j.w.size):
        return NotImplemented
    last_of(grad, n, j.w.outer)
    out = result(&j, n, j.w.size, j.num)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.size))
    share(max_backward_piece, &j, product(j.w.outer) * 4 + product(j.w.size))
    return out


# ------------------------------------------------------------------ mean

cdef bint divisors(Job* j, object include_pad, object divisor) noexcept:
    """Read how means are divided; a divisor that is the same for all windows is found here."""
    cdef int d
    cdef bint same = True
    j.w.include_pad = bool(include_pad)
    j.w.divisor = 0
    if divisor is not None:
        if not PyLong_CheckExact(divisor) or not 0 < abs(divisor) < 1 << 31:
            return False
        j.w.divisor = divisor
        return True
    for d in range(3):
        if (j.w.outer[d] - 1) * j.w.stride[d] + j.w.kernel[d] > j.w.size[d] + 2 * j.w.padding[d]:
            same = False
        if j.w.padding[d] and not j.w.include_pad:
            same = False
    if same:
        j.w.divisor = product(j.w.kernel)
    return True


cdef tuple ones(int n):
    return (1, 1, 1)[:n] if 0 < n < 4 else ()


def avg_pool_forward(input, kernel, stride, padding, out_size, include_pad, divisor):
    """Return the means of windows over the last dimensions."""
    cdef Job j
    cdef int n = <int> len(<tuple> kernel) if type(kernel) is tuple else 0
    if not begin(&j, input, n) or not windows(&j.w, n, kernel, stride, padding, ones(n)):
        return NotImplemented
    if not numbers(out_size, n, 1, 1, j.w.outer):
        return NotImplemented
    last_of(input, n, j.w.size)
    if not divisors(&j, include_pad, divisor):
        return NotImplemented
    out = result(&j, n, j.w.outer, j.num)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.outer))
    j.run = t.mean_forward[j.which]
    share(plain_piece, &j, product(j.w.outer) * product(j.w.kernel))
    return out


def avg_pool_backward(grad, size, kernel, stride, padding, include_pad, divisor):
    """Return the gradient of `avg_pool_forward`'s input, of size `size` in the last dimensions."""
    cdef Job j
    cdef int n = <int> len(<tuple> kernel) if type(kernel) is tuple else 0
    if not begin(&j, grad, n) or not windows(&j.w, n, kernel, stride, padding, ones(n)):
        return NotImplemented
    if not numbers(size, n, 1, 1, j.w.size):
        return NotImplemented
    last_of(grad, n, j.w.outer)
    if not divisors(&j, include_pad, divisor):
        return NotImplemented
    out = result(&j, n, j.w.size, j.num)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.size))
    j.run = t.mean_backward[j.which]
    share(plain_piece, &j, product(j.w.outer) * product(j.w.kernel) + product(j.w.size))
    return out


# ------------------------------------------------------------------ nearly equal parts

cdef bint parts(Job* j, object x, object size, bint forward) noexcept:
    cdef int n = <int> len(<tuple> size) if type(size) is tuple else 0
    cdef int64_t* given = &j.w.outer[0] if forward else &j.w.size[0]
    cdef int64_t* read = &j.w.size[0] if forward else &j.w.outer[0]
    if not begin(j, x, n) or not numbers(size, n, 1, 1, given):
        return False
    last_of(x, n, read)
    return True


def adaptive_avg_pool(input, out_size):
    """Return the means of the parts of the last dimensions that `out_size` divides them into."""
    cdef Job j
    if not parts(&j, input, out_size, True):
        return NotImplemented
    out = result(&j, <int> len(out_size), j.w.outer, j.num)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.outer))
    j.run = t.parts_mean[j.which]
    share(plain_piece, &j, 2 * product(j.w.size) + product(j.w.outer))
    return out


def adaptive_avg_pool_backward(grad, size):
    """Return the gradient of `adaptive_avg_pool`'s input, of size `size` in the last dimensions."""
    cdef Job j
    if not parts(&j, grad, size, False):
        return NotImplemented
    out = result(&j, <int> len(size), j.w.size, j.num)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.size))
    j.run = t.parts_mean_backward[j.which]
    share(plain_piece, &j, 2 * product(j.w.size) + product(j.w.outer))
    return out


cdef void parts_max_piece(void* ctx, int64_t first, int64_t last) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.parts_max[j.which](&j.w, j.x, j.y, j.index, first, last)


def adaptive_max_pool(input, out_size):
    """Return the maxima of the parts `out_size` divides the last dimensions into, and their flat indices."""
    cdef Job j
    cdef int n = <int> len(<tuple> out_size) if type(out_size) is tuple else 0
    if not parts(&j, input, out_size, True):
        return NotImplemented
    out, index = result(&j, n, j.w.outer, j.num), result(&j, n, j.w.outer, cnp.NPY_INT64)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.outer))
    j.index = <int64_t*> guard.flat_out(index, cnp.NPY_INT64, j.planes * product(j.w.outer))
    share(parts_max_piece, &j, 2 * product(j.w.size) + product(j.w.outer))
    return out, index


# ------------------------------------------------------------------ columns

cdef bint count_windows(RlWindows* w) noexcept:
    """Find how many windows fit into the size; false when there are none."""
    cdef int d
    for d in range(3):
        w.outer[d] = w.size[d] + 2 * w.padding[d] - w.dilation[d] * (w.kernel[d] - 1) - 1
        if w.outer[d] < 0:
            return False
        w.outer[d] = w.outer[d] // w.stride[d] + 1
    return True


def im2col(input, kernel, dilation, padding, stride):
    """Return the windows of (N, C, H, W) as columns (N, C * taps, windows)."""
    cdef Job j
    cdef npy_intp dims[3]
    if guard.ndim(input) != 4 or not begin(&j, input, 2) or not windows(&j.w, 2, kernel, stride, padding, dilation):
        return NotImplemented
    last_of(input, 2, j.w.size)
    if not count_windows(&j.w):
        return NotImplemented
    dims[0], dims[1], dims[2] = j.dims[0], j.dims[1] * product(j.w.kernel), product(j.w.outer)
    out = guard.new(3, dims, j.num)
    j.y = guard.flat_out(out, j.num, dims[0] * dims[1] * dims[2])
    j.run = t.columns[j.which]
    share(plain_piece, &j, product(j.w.outer) * product(j.w.kernel))
    return out


def col2im(input, size, kernel, dilation, padding, stride):
    """Return columns (N, C * taps, windows) added up where they came from: (N, C, *size)."""
    cdef Job j
    cdef int64_t taps
    if guard.ndim(input) != 3 or not begin(&j, input, 1) or not windows(&j.w, 2, kernel, stride, padding, dilation):
        return NotImplemented
    if not numbers(size, 2, 1, 1, j.w.size) or not count_windows(&j.w):
        return NotImplemented
    taps = product(j.w.kernel)
    if guard.dim(input, 1) % taps or guard.dim(input, 2) != product(j.w.outer):
        return NotImplemented
    j.dims[1] //= taps
    j.planes //= taps
    out = result(&j, 2, j.w.size, j.num)
    j.y = guard.flat_out(out, j.num, j.planes * product(j.w.size))
    j.run = t.add_columns[j.which]
    share(plain_piece, &j, product(j.w.outer) * taps + product(j.w.size))
    return out


KERNELS = {
    "max_pool_forward": max_pool_forward, "max_pool_backward": max_pool_backward,
    "avg_pool_forward": avg_pool_forward, "avg_pool_backward": avg_pool_backward,
    "adaptive_avg_pool": adaptive_avg_pool, "adaptive_avg_pool_backward": adaptive_avg_pool_backward,
    "adaptive_max_pool": adaptive_max_pool, "im2col": im2col, "col2im": col2im,
} if t != NULL else {}
