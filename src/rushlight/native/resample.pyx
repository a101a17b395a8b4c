"""Resizing of images (`interpolate`), forward and backward, for one and two dimensions of float32 and float64.

Each function takes the arrays its op's body takes and returns a new array, or `NotImplemented`.
"""

cimport numpy as cnp
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t
from libcpp cimport bool as cbool
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "resample.h":
    enum RlResampleMode:
        RL_NEAREST
        RL_NEAREST_EXACT
        RL_LINEAR
        RL_CUBIC
    struct RlResample:
        int64_t size, out
        int taps
        int64_t* index
        void* weight
    struct ResampleTable:
        void (*weigh[2])(const RlResample*, RlResampleMode, double, cbool) noexcept nogil
        void (*forward[2])(const RlResample*, const RlResample*, const void*, void*, void*, int64_t, int64_t) noexcept nogil
        void (*backward[2])(const RlResample*, const RlResample*, const void*, void*, void*, int64_t, int64_t) noexcept nogil
    const ResampleTable* resample_table()

cdef const ResampleTable* t = resample_table()

cdef enum:
    MAX_DIMS = 16
    LIMIT = 32768       # elements from which on the pool takes part
    PIECE = 16384

cdef struct Job:
    RlResample rows, columns
    int which, num, mode, nd, lead
    bint backward
    npy_intp dims[MAX_DIMS]
    int64_t planes, grain, item
    const char* x
    char* y
    char* lines


cdef dict MODES = {"nearest": RL_NEAREST, "nearest-exact": RL_NEAREST_EXACT, "linear": RL_LINEAR, "bilinear": RL_LINEAR,
                   "bicubic": RL_CUBIC}


cdef bint axis_of(RlResample* axis, int64_t size, int64_t out, object scale, int which, int mode, bint align, list keep):
    """Fill one dimension in; the arrays behind it are kept alive by `keep`. False for what is refused."""
    cdef npy_intp dims[2]
    cdef double step
    if size < 1 or out < 1 or (scale is not None and not PyFloat_CheckExact(scale)):
        return False
    axis.size, axis.out = size, out
    axis.taps = 4 if mode == RL_CUBIC else 2 if mode == RL_LINEAR else 1
    dims[0], dims[1] = out, axis.taps
    index = guard.new(2, dims, cnp.NPY_INT64)
    weight = guard.new(2, dims, cnp.NPY_FLOAT64 if which else cnp.NPY_FLOAT32)
    keep += [index, weight]
    axis.index = <int64_t*> guard.flat_out(index, cnp.NPY_INT64, out * axis.taps)
    axis.weight = guard.flat_out(weight, cnp.NPY_FLOAT64 if which else cnp.NPY_FLOAT32, out * axis.taps)
    if align:
        step = <double> (size - 1) / <double> (out - 1) if out > 1 else 0.0
    else:
        step = 1.0 / <double> scale if scale else <double> size / <double> out
    if not -1e9 < step < 1e9:
        return False
    t.weigh[which](axis, <RlResampleMode> mode, step, align)
    return True


cdef bint begin(Job* j, object x, object other, object scales, object mode, object align, object antialias, list keep):
    """Read the sizes on both sides; `other` are those that the array does not have."""
    cdef int n, k
    cdef int64_t here, there, size, out
    cdef RlResample* axis
    j.num = guard.typenum(x)
    if (j.num != cnp.NPY_FLOAT32 and j.num != cnp.NPY_FLOAT64) or antialias or mode not in MODES:
        return False
    if type(other) is not tuple or type(scales) is not tuple or len(other) != len(scales):
        return False
    n, j.nd = <int> len(other), guard.ndim(x)
    if not 1 <= n <= 2 or j.nd < n or j.nd > MAX_DIMS:
        return False
    j.which = 0 if j.num == cnp.NPY_FLOAT32 else 1
    j.item = 4 if j.which == 0 else 8
    j.mode, j.lead, j.planes = MODES[mode], j.nd - n, 1
    j.x = guard.flat(x, j.num)
    if j.x == NULL or guard.size(x) == 0:
        return False
    for k in range(j.lead):
        j.dims[k] = guard.dim(x, k)
        j.planes *= j.dims[k]
    for k in range(n):
        value = (<tuple> other)[k]
        if not PyLong_CheckExact(value) or not 0 < value < 1 << 31:
            return False
        here, there = guard.dim(x, j.lead + k), value
        j.dims[j.lead + k] = there
        size, out = (there, here) if j.backward else (here, there)
        axis = &j.columns if k == n - 1 else &j.rows
        if not axis_of(axis, size, out, (<tuple> scales)[k], j.which, j.mode, align, keep):
            return False
    if n == 1:
        axis_of(&j.rows, 1, 1, None, j.which, RL_NEAREST, False, keep)
    return True


cdef void piece(void* ctx, int64_t first, int64_t last) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef char* line = j.lines + first // j.grain * j.columns.size * j.item
    if j.backward:
        t.backward[j.which](&j.rows, &j.columns, j.x, j.y, line, first, last)
    else:
        t.forward[j.which](&j.rows, &j.columns, j.x, j.y, line, first, last)


cdef object run(Job* j):
    cdef npy_intp count
    cdef int64_t each = j.rows.out * j.columns.out + j.rows.size * j.columns.size
    out = guard.new(j.nd, j.dims, j.num)
    j.y = guard.flat_out(out, j.num, guard.size(out))
    j.grain = j.planes if j.planes * each <= LIMIT else PIECE // each + 1
    count = (j.planes + j.grain - 1) // j.grain * j.columns.size
    lines = guard.new(1, &count, j.num)
    j.lines = guard.flat_out(lines, j.num, count)
    if j.grain == j.planes:
        piece(j, 0, j.planes)
    else:
        with nogil:
            pool().parallel_for(j.planes, j.grain, piece, j)
    return out


def resize_forward(input, out_size, scales, mode, align, antialias):
    """Return the input with its last one or two dimensions resized to `out_size`."""
    cdef Job j
    cdef list keep = []
    j.backward = False
    return run(&j) if begin(&j, input, out_size, scales, mode, align, antialias, keep) else NotImplemented


def resize_backward(grad, size, scales, mode, align, antialias):
    """Return the gradient of `resize_forward`'s input, of size `size` in the last one or two dimensions."""
    cdef Job j
    cdef list keep = []
    j.backward = True
    return run(&j) if begin(&j, grad, size, scales, mode, align, antialias, keep) else NotImplemented


KERNELS = {"resize_forward": resize_forward, "resize_backward": resize_backward} if t != NULL else {}
