"""Resizing of images (`interpolate`) in one and two dimensions, and reading at positions (`grid_sample`); with gradients.

Each function takes the arrays its op's body takes and returns a new array, or `NotImplemented`.
"""

cimport numpy as cnp
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t
from libc.string cimport memset
from libcpp cimport bool as cbool
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport RlPool, pool

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

cdef extern from "grid.hpp" namespace "rl":
    struct Grid:
        int64_t images, channels, height, width, places
        cbool border, align
    void grid_forward[T](const Grid&, const T*, const T*, T*, const RlPool*) noexcept nogil
    void grid_backward[T](const Grid&, const T*, const T*, const T*, T*, T*, const RlPool*) noexcept nogil

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


# ------------------------------------------------------------------ at given positions

cdef bint grid_of(Grid* j, object input, object grid, object border, object align) noexcept:
    cdef int num = guard.typenum(input)
    if (num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64) or guard.flat(input, num) == NULL or guard.flat(grid, num) == NULL:
        return False
    if guard.ndim(input) != 4 or guard.ndim(grid) != 4 or guard.dim(grid, 3) != 2 or guard.dim(grid, 0) != guard.dim(input, 0):
        return False
    if guard.size(input) == 0 or type(border) is not bool or type(align) is not bool:
        return False
    j.images, j.channels, j.height, j.width = guard.dim(input, 0), guard.dim(input, 1), guard.dim(input, 2), guard.dim(input, 3)
    j.places = guard.dim(grid, 1) * guard.dim(grid, 2)
    j.border, j.align = border, align
    return True


def grid_sample(input, grid, border, align):
    """The image's values at the positions of `grid`, weighted between four pixels."""
    cdef Grid j
    cdef npy_intp dims[4]
    cdef int num = guard.typenum(input)
    if not grid_of(&j, input, grid, border, align):
        return NotImplemented
    dims[0], dims[1], dims[2], dims[3] = j.images, j.channels, guard.dim(grid, 1), guard.dim(grid, 2)
    out = guard.new(4, dims, num)
    cdef const char* x = guard.flat(input, num)
    cdef const char* at = guard.flat(grid, num)
    cdef char* y = guard.flat_out(out, num, guard.size(out))
    with nogil:
        if num == cnp.NPY_FLOAT32:
            grid_forward(j, <const float*> x, <const float*> at, <float*> y, pool())
        else:
            grid_forward(j, <const double*> x, <const double*> at, <double*> y, pool())
    return out


def grid_sample_back(g, input, grid, border, align, of_input, of_grid):
    """The gradients of `grid_sample`; None for one that is not asked for."""
    cdef Grid j
    cdef int num = guard.typenum(input)
    cdef char* to_x = NULL
    cdef char* to_grid = NULL
    if not grid_of(&j, input, grid, border, align) or guard.flat_n(g, num, j.images * j.channels * j.places) == NULL:
        return NotImplemented
    gx = guard.new_like(input) if of_input else None
    gg = guard.new_like(grid) if of_grid else None
    if of_input:
        to_x = guard.flat_out(gx, num, guard.size(input))
        memset(to_x, 0, <size_t> guard.size(input) * cnp.PyArray_ITEMSIZE(<ndarray> input))
    if of_grid:
        to_grid = guard.flat_out(gg, num, guard.size(grid))
    cdef const char* from_out = guard.flat(g, num)
    cdef const char* x = guard.flat(input, num)
    cdef const char* at = guard.flat(grid, num)
    with nogil:
        if num == cnp.NPY_FLOAT32:
            grid_backward(j, <const float*> from_out, <const float*> x, <const float*> at, <float*> to_x, <float*> to_grid, pool())
        else:
            grid_backward(j, <const double*> from_out, <const double*> x, <const double*> at, <double*> to_x, <double*> to_grid,
                          pool())
    return gx, gg


KERNELS = {"resize_forward": resize_forward, "resize_backward": resize_backward, "_grid_sample": grid_sample,
           "_grid_sample_back": grid_sample_back} if t != NULL else {}
