"""Shims of layer, RMS, batch and group norm, forward and backward.

Accepted: C-contiguous float32/float64 arrays, all of one dtype. Everything else is `NotImplemented`.
"""

cimport numpy as cnp
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.math cimport sqrt
from libc.stdint cimport int64_t
from libc.string cimport memset
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "norm.h":
    struct RlChannels:
        size_t batch, channels, inner
    ctypedef void (*LayerNorm)(const void*, const void*, const void*, double, void*, void*, void*, void*, size_t,
                               size_t) noexcept nogil
    ctypedef void (*LayerNormBackward)(const void*, const void*, const void*, const void*, const void*, void*, size_t,
                                       size_t) noexcept nogil
    ctypedef void (*LayerNormParameters)(const void*, const void*, const void*, const void*, double*, double*, size_t,
                                         size_t) noexcept nogil
    ctypedef void (*BatchNorm)(const void*, const void*, const void*, double, void*, void*, void*, void*,
                               const RlChannels*, size_t, size_t) noexcept nogil
    ctypedef void (*BatchNormBackward)(const void*, const void*, const void*, const void*, const void*, void*, void*,
                                       void*, const RlChannels*, size_t, size_t) noexcept nogil
    ctypedef void (*ScaleShift)(const void*, const void*, const void*, void*, const RlChannels*, size_t,
                                size_t) noexcept nogil
    ctypedef void (*GroupNorm)(const void*, const void*, const void*, double, void*, void*, void*, void*,
                               const RlChannels*, size_t, size_t, size_t) noexcept nogil
    ctypedef void (*GroupNormBackward)(const void*, const void*, const void*, const void*, const void*, void*, double*,
                                       double*, const RlChannels*, size_t, size_t, size_t) noexcept nogil
    struct NormTable:
        LayerNorm* layer_norm
        LayerNormBackward* layer_norm_backward
        LayerNormParameters* layer_norm_parameters
        BatchNorm* batch_norm
        BatchNormBackward* batch_norm_backward
        ScaleShift* scale_shift
        GroupNorm* group_norm
        GroupNormBackward* group_norm_backward
    const NormTable* norm_table()

cdef const NormTable* t = norm_table()

cdef enum:
    MAX_DIMS = 16
    LIMIT = 65536       # elements from which on the pool takes part
    PIECE = 32768

cdef struct Job:
    int dtype, num
    int64_t item, rows, cols
    RlChannels extent
    double eps
    const char* g
    const char* x
    const char* weight
    const char* bias
    const char* mean_in
    const char* rstd_in
    char* out
    char* mean
    char* var
    char* rstd
    char* of_weight
    char* of_bias
    double* weight_acc
    double* bias_acc
    int64_t piece, groups

ctypedef void (*Piece)(void*, int64_t, int64_t) noexcept nogil


cdef bint begin(Job* j, object x) noexcept:
    j.num = guard.typenum(x)
    if j.num != cnp.NPY_FLOAT32 and j.num != cnp.NPY_FLOAT64:
        return False
    j.dtype = 0 if j.num == cnp.NPY_FLOAT32 else 1
    j.item = cnp.PyArray_ITEMSIZE(<ndarray> x)
    j.x = guard.flat(x, j.num)
    return j.x != NULL


cdef inline bint parameter(object p, Job* j, npy_intp n, const char** slot) noexcept:
    """Fill in the data of a parameter of n elements; NULL for None, false when it is refused."""
    slot[0] = NULL
    if p is None:
        return True
    slot[0] = guard.flat_n(p, j.num, n)
    return slot[0] != NULL


cdef inline bint number(object x, double* found) noexcept:
    if not PyFloat_CheckExact(x):
        return False
    found[0] = PyFloat_AS_DOUBLE(x)
    return True


cdef void share(Piece piece, Job* j, int64_t n, int64_t each, int64_t grain=1) noexcept:
    """Run a job of n parts of `each` elements, on the pool when it is a large one; pieces are multiples of `grain` parts."""
    if n * each <= LIMIT:
        piece(j, 0, n)
        return
    with nogil:
        pool().parallel_for(n, (PIECE // each // grain + 1) * grain, piece, j)


cdef inline double element(const char* p, int dtype, int64_t i) noexcept nogil:
    return (<const float*> p)[i] if dtype == 0 else (<const double*> p)[i]


cdef inline void put(char* p, int dtype, int64_t i, double value) noexcept nogil:
    if dtype == 0:
        (<float*> p)[i] = <float> value
    else:
        (<double*> p)[i] = value


cdef object absent():
    """Return the empty array that stands for a gradient that is not there."""
    cdef npy_intp none = 0
    return guard.new(1, &none, cnp.NPY_FLOAT64)


# ------------------------------------------------------------------ layer norm, RMS norm

cdef bint rows_of(object x, object normalized_shape, Job* j, npy_intp* dims) noexcept:
    """Split the shape into rows and columns; `dims` gets the shape of the statistics."""
    cdef int nd = guard.ndim(x), k, n
    if type(normalized_shape) is not tuple or nd > MAX_DIMS:
        return False
    n = <int> len(<tuple> normalized_shape)
    if n == 0 or n > nd:
        return False
    j.rows = j.cols = 1
    for k in range(nd):
        dims[k] = guard.dim(x, k)
        if k < nd - n:
            j.rows *= dims[k]
            continue
        size = (<tuple> normalized_shape)[k - nd + n]
        if not PyLong_CheckExact(size) or size != dims[k]:
            return False
        j.cols *= dims[k]
        dims[k] = 1
    return j.cols > 0


cdef inline const char* after(const char* p, int64_t bytes) noexcept nogil:
    """Return p moved on; NULL, which stands for the means of RMS norm, stays."""
    return p if p == NULL else p + bytes


cdef void layer_norm_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t at = begin * j.cols * j.item, row = begin * j.item
    t.layer_norm[j.dtype](j.x + at, j.weight, j.bias, j.eps, j.out + at, <char*> after(j.mean, row), <char*> after(j.var, row),
                          j.rstd + row, <size_t> (end - begin), <size_t> j.cols)


cdef object over_rows(object input, object normalized_shape, object weight, object bias, object eps, bint centred):
    """Layer norm, or RMS norm where it isn't centred; returns (out, mean, var, rstd)."""
    cdef Job j
    cdef npy_intp dims[MAX_DIMS]
    if not begin(&j, input) or not rows_of(input, normalized_shape, &j, dims) or not number(eps, &j.eps):
        return NotImplemented
    if not parameter(weight, &j, j.cols, &j.weight) or not parameter(bias, &j, j.cols, &j.bias):
        return NotImplemented
    cdef int nd = guard.ndim(input)
    out, rstd, mean, var = guard.new_like(input), guard.new(nd, dims, j.num), None, None
    j.out = guard.flat_out(out, j.num, j.rows * j.cols)
    j.rstd = guard.flat_out(rstd, j.num, j.rows)
    j.mean = j.var = <char*> NULL
    if centred:
        mean, var = guard.new(nd, dims, j.num), guard.new(nd, dims, j.num)
        j.mean = guard.flat_out(mean, j.num, j.rows)
        j.var = guard.flat_out(var, j.num, j.rows)
    share(layer_norm_piece, &j, j.rows, j.cols)
    return out, mean, var, rstd


def layer_norm_forward(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """(x - mean) rstd weight + bias over the last dimensions; returns (out, mean, var, rstd)."""
    return over_rows(input, normalized_shape, weight, bias, eps, True)


def rms_norm_forward(input, normalized_shape, weight=None, eps=1e-5):
    """x rstd weight over the last dimensions, rstd = 1/sqrt(mean(x**2) + eps); returns (out, rstd)."""
    found = over_rows(input, normalized_shape, weight, None, eps, False)
    return found if found is NotImplemented else (found[0], found[3])


cdef void backward_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    """Gradients of the input, and where there are accumulators also of the parameters while the rows are in the cache."""
    cdef Job* j = <Job*> ctx
    cdef int64_t part = begin // j.piece * j.cols, at, row, n = end - begin
    while begin < end:
        if j.weight_acc != NULL:
            n = 8 if end - begin > 8 else end - begin
        at, row = begin * j.cols * j.item, begin * j.item
        t.layer_norm_backward[j.dtype](j.g + at, j.x + at, after(j.mean_in, row), j.rstd_in + row, j.weight, j.out + at,
                                       <size_t> n, <size_t> j.cols)
        if j.weight_acc != NULL:
            t.layer_norm_parameters[j.dtype](j.g + at, j.x + at, after(j.mean_in, row), j.rstd_in + row,
                                             j.weight_acc + part, j.bias_acc + part, <size_t> n, <size_t> j.cols)
        begin += n


cdef object accumulators(Job* j, int64_t* count):
    """Set up sums over the rows in fixed pieces, at most 16 of them; return their memory."""
    cdef npy_intp size
    j.piece = PIECE // j.cols + 1
    if j.piece < (j.rows + 15) // 16:
        j.piece = (j.rows + 15) // 16
    j.piece = (j.piece + 7) // 8 * 8
    count[0] = (j.rows + j.piece - 1) // j.piece
    if count[0] == 0:
        count[0] = 1
    size = 2 * count[0] * j.cols
    scratch = guard.new(1, &size, cnp.NPY_FLOAT64)
    j.weight_acc = <double*> guard.flat_out(scratch, cnp.NPY_FLOAT64, size)
    memset(j.weight_acc, 0, size * sizeof(double))
    j.bias_acc = j.weight_acc + count[0] * j.cols
    return scratch


cdef object total(Job* j, double* acc, int64_t count, object out):
    """Add up what the pieces gave and write it into `out`."""
    cdef int64_t c, p
    for p in range(1, count):
        for c in range(j.cols):
            acc[c] += acc[p * j.cols + c]
    store(guard.flat_out(out, j.num, j.cols), j.dtype, acc, j.cols)
    return out


cdef void store(char* out, int dtype, const double* values, int64_t n) noexcept nogil:
    cdef int64_t i
    for i in range(n):
        put(out, dtype, i, values[i])


cdef object over_rows_backward(object grad, object input, object mean, object rstd, object normalized_shape, object weight,
                               bint has_bias, bint centred):
    cdef Job j
    cdef npy_intp dims[MAX_DIMS]
    cdef npy_intp cols
    cdef int64_t count = 1
    if not begin(&j, input) or not rows_of(input, normalized_shape, &j, dims) or not guard.same_shape(grad, input):
        return NotImplemented
    if has_bias and weight is None and len(normalized_shape) > 1:
        return NotImplemented       # the bias's shape would have to be made up
    j.g = guard.flat(grad, j.num)
    j.mean_in = guard.flat_n(mean, j.num, j.rows) if centred else <char*> NULL
    j.rstd_in = guard.flat_n(rstd, j.num, j.rows)
    if j.g == NULL or (centred and j.mean_in == NULL) or j.rstd_in == NULL or not parameter(weight, &j, j.cols, &j.weight):
        return NotImplemented
    out, of_weight, of_bias, scratch = guard.new_like(input), absent(), absent(), None
    j.out, cols = guard.flat_out(out, j.num, j.rows * j.cols), j.cols
    j.weight_acc, j.piece = <double*> NULL, <int64_t> 1 << 62
    if weight is None and not has_bias:
        share(backward_piece, &j, j.rows, j.cols)
        return out, of_weight, of_bias
    scratch = accumulators(&j, &count)
    if count == 1:
        backward_piece(&j, 0, j.rows)
    else:
        with nogil:
            pool().parallel_for(j.rows, j.piece, backward_piece, &j)
    if weight is not None:
        of_weight = total(&j, j.weight_acc, count, guard.new_like(weight))
    if has_bias:
        of_bias = total(&j, j.bias_acc, count, guard.new(1, &cols, j.num) if weight is None else guard.new_like(weight))
    return out, of_weight, of_bias


def layer_norm_backward(grad, input, mean, rstd, normalized_shape, weight=None, has_bias=True):
    """Gradients of `layer_norm_forward` for input, weight and bias; an empty array for an absent one."""
    return over_rows_backward(grad, input, mean, rstd, normalized_shape, weight, has_bias, True)


def rms_norm_backward(grad, input, rstd, normalized_shape, weight=None):
    """Gradients of `rms_norm_forward` for input and weight; an empty array for an absent one."""
    found = over_rows_backward(grad, input, None, rstd, normalized_shape, weight, False, False)
    return found if found is NotImplemented else found[:2]


# ------------------------------------------------------------------ batch norm

cdef bint channels_of(object x, Job* j, npy_intp* dims) noexcept:
    """Read (N, C, ...) into extents; `dims` gets (1, C, 1, ...)."""
    cdef int nd = guard.ndim(x), k
    if nd < 2 or nd > MAX_DIMS or guard.size(x) == 0:
        return False
    j.extent.batch, j.extent.channels, j.extent.inner = guard.dim(x, 0), guard.dim(x, 1), 1
    for k in range(nd):
        dims[k] = 1
        if k > 1:
            j.extent.inner *= <size_t> guard.dim(x, k)
    dims[1] = guard.dim(x, 1)
    return True


cdef void batch_norm_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.batch_norm[j.dtype](j.x, j.weight, j.bias, j.eps, j.out, j.mean, j.var, j.rstd, &j.extent, <size_t> begin,
                          <size_t> end)


def batch_norm_forward(input, weight=None, bias=None, eps=1e-5):
    """(x - mean) rstd weight + bias for each channel of (N, C, ...); returns (out, mean, var, rstd)."""
    cdef Job j
    cdef npy_intp dims[MAX_DIMS]
    if not begin(&j, input) or not channels_of(input, &j, dims) or not number(eps, &j.eps):
        return NotImplemented
    cdef npy_intp channels = j.extent.channels
    if not parameter(weight, &j, channels, &j.weight) or not parameter(bias, &j, channels, &j.bias):
        return NotImplemented
    cdef int nd = guard.ndim(input)
    out, mean = guard.new_like(input), guard.new(nd, dims, j.num)
    var, rstd = guard.new(nd, dims, j.num), guard.new(nd, dims, j.num)
    j.out = guard.flat_out(out, j.num, guard.size(input))
    j.mean = guard.flat_out(mean, j.num, channels)
    j.var = guard.flat_out(var, j.num, channels)
    j.rstd = guard.flat_out(rstd, j.num, channels)
    share(batch_norm_piece, &j, channels, <int64_t> (j.extent.batch * j.extent.inner), 128 if j.extent.inner == 1 else 1)
    return out, mean, var, rstd


cdef void batch_norm_backward_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.batch_norm_backward[j.dtype](j.g, j.x, j.mean_in, j.rstd_in, j.weight, j.out, j.of_weight, j.of_bias, &j.extent,
                                   <size_t> begin, <size_t> end)


def batch_norm_backward(grad, input, mean, rstd, weight=None, has_bias=True):
    """Gradients of `batch_norm_forward` for input, weight and bias; an empty array for an absent one."""
    cdef Job j
    cdef npy_intp dims[MAX_DIMS]
    if not begin(&j, input) or not channels_of(input, &j, dims) or not guard.same_shape(grad, input):
        return NotImplemented
    cdef npy_intp channels = j.extent.channels
    j.g = guard.flat(grad, j.num)
    j.mean_in = guard.flat_n(mean, j.num, channels)
    j.rstd_in = guard.flat_n(rstd, j.num, channels)
    if j.g == NULL or j.mean_in == NULL or j.rstd_in == NULL or not parameter(weight, &j, channels, &j.weight):
        return NotImplemented
    out = guard.new_like(input)
    of_weight, of_bias = guard.new(1, &channels, j.num), guard.new(1, &channels, j.num)
    j.out = guard.flat_out(out, j.num, guard.size(input))
    j.of_weight = guard.flat_out(of_weight, j.num, channels)
    j.of_bias = guard.flat_out(of_bias, j.num, channels)
    share(batch_norm_backward_piece, &j, channels, <int64_t> (j.extent.batch * j.extent.inner), 128 if j.extent.inner == 1 else 1)
    return out, absent() if weight is None else of_weight, of_bias if has_bias else absent()


cdef void scale_shift_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.scale_shift[j.dtype](j.x, j.mean, j.var, j.out, &j.extent, <size_t> begin, <size_t> end)


def batch_norm_inference(input, running_mean, running_var, weight=None, bias=None, eps=1e-5):
    """(x - running_mean) / sqrt(running_var + eps) weight + bias for each channel of (N, C, ...)."""
    cdef Job j
    cdef npy_intp dims[MAX_DIMS]
    cdef int64_t c
    cdef double scale, shift
    if not begin(&j, input) or not channels_of(input, &j, dims) or not number(eps, &j.eps):
        return NotImplemented
    cdef npy_intp channels = j.extent.channels
    j.mean_in = guard.flat_n(running_mean, j.num, channels)
    j.rstd_in = guard.flat_n(running_var, j.num, channels)
    if j.mean_in == NULL or j.rstd_in == NULL:
        return NotImplemented
    if not parameter(weight, &j, channels, &j.weight) or not parameter(bias, &j, channels, &j.bias):
        return NotImplemented
    scales, shifts = guard.new(1, &channels, j.num), guard.new(1, &channels, j.num)
    j.mean = guard.flat_out(scales, j.num, channels)
    j.var = guard.flat_out(shifts, j.num, channels)
    for c in range(channels):
        scale = 1.0 / sqrt(element(j.rstd_in, j.dtype, c) + j.eps)
        if j.weight != NULL:
            scale = scale * element(j.weight, j.dtype, c)
        shift = 0.0 if j.bias == NULL else element(j.bias, j.dtype, c)
        put(j.mean, j.dtype, c, scale)
        put(j.var, j.dtype, c, shift - element(j.mean_in, j.dtype, c) * scale)
    out = guard.new_like(input)
    j.out = guard.flat_out(out, j.num, guard.size(input))
    share(scale_shift_piece, &j, channels, <int64_t> (j.extent.batch * j.extent.inner), 128 if j.extent.inner == 1 else 1)
    return out


# ------------------------------------------------------------------ group norm

cdef bint groups_of(object x, object num_groups, Job* j) noexcept:
    """Read (N, C, ...) into extents, and the number of groups of neighbouring channels."""
    cdef npy_intp dims[MAX_DIMS]
    if not channels_of(x, j, dims) or not PyLong_CheckExact(num_groups) or not 0 < num_groups <= j.extent.channels:
        return False
    j.groups = num_groups
    return j.extent.channels % <size_t> j.groups == 0


cdef void group_norm_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.group_norm[j.dtype](j.x, j.weight, j.bias, j.eps, j.out, j.mean, j.var, j.rstd, &j.extent, <size_t> j.groups,
                          <size_t> begin, <size_t> end)


def group_norm_forward(input, num_groups, weight=None, bias=None, eps=1e-5):
    """(x - mean) rstd weight + bias over groups of channels of (N, C, ...); returns (out, mean, var, rstd)."""
    cdef Job j
    cdef npy_intp dims[4]
    if not begin(&j, input) or not groups_of(input, num_groups, &j) or not number(eps, &j.eps):
        return NotImplemented
    cdef npy_intp channels = j.extent.channels, rows = j.extent.batch * j.groups
    if not parameter(weight, &j, channels, &j.weight) or not parameter(bias, &j, channels, &j.bias):
        return NotImplemented
    dims[0], dims[1], dims[2], dims[3] = j.extent.batch, j.groups, 1, 1
    out, mean = guard.new_like(input), guard.new(4, dims, j.num)
    var, rstd = guard.new(4, dims, j.num), guard.new(4, dims, j.num)
    j.out = guard.flat_out(out, j.num, guard.size(input))
    j.mean = guard.flat_out(mean, j.num, rows)
    j.var = guard.flat_out(var, j.num, rows)
    j.rstd = guard.flat_out(rstd, j.num, rows)
    share(group_norm_piece, &j, rows, guard.size(input) // rows)
    return out, mean, var, rstd


cdef void group_norm_backward_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    t.group_norm_backward[j.dtype](j.g, j.x, j.mean_in, j.rstd_in, j.weight, j.out, j.weight_acc, j.bias_acc, &j.extent,
                                   <size_t> j.groups, <size_t> begin, <size_t> end)


cdef object summed(Job* j, double* of_each, npy_intp channels):
    """Add up what the elements of the batch gave for each channel."""
    cdef int64_t c, n
    for n in range(1, <int64_t> j.extent.batch):
        for c in range(channels):
            of_each[c] += of_each[n * channels + c]
    out = guard.new(1, &channels, j.num)
    store(guard.flat_out(out, j.num, channels), j.dtype, of_each, channels)
    return out


def group_norm_backward(grad, input, mean, rstd, num_groups, weight=None, has_bias=True):
    """Gradients of `group_norm_forward` for input, weight and bias; an empty array for an absent one."""
    cdef Job j
    if not begin(&j, input) or not groups_of(input, num_groups, &j) or not guard.same_shape(grad, input):
        return NotImplemented
    cdef npy_intp channels = j.extent.channels, rows = j.extent.batch * j.groups, size = 2 * j.extent.batch * channels
    j.g = guard.flat(grad, j.num)
    j.mean_in = guard.flat_n(mean, j.num, rows)
    j.rstd_in = guard.flat_n(rstd, j.num, rows)
    if j.g == NULL or j.mean_in == NULL or j.rstd_in == NULL or not parameter(weight, &j, channels, &j.weight):
        return NotImplemented
    out, scratch = guard.new_like(input), guard.new(1, &size, cnp.NPY_FLOAT64)
    j.out = guard.flat_out(out, j.num, guard.size(input))
    j.weight_acc = <double*> guard.flat_out(scratch, cnp.NPY_FLOAT64, size)
    j.bias_acc = j.weight_acc + size // 2
    share(group_norm_backward_piece, &j, rows, guard.size(input) // rows)
    of_weight = absent() if weight is None else summed(&j, j.weight_acc, channels)
    return out, of_weight, summed(&j, j.bias_acc, channels) if has_bias else absent()


KERNELS = {
    "rms_norm_forward": rms_norm_forward, "rms_norm_backward": rms_norm_backward,
    "layer_norm_forward": layer_norm_forward, "layer_norm_backward": layer_norm_backward,
    "batch_norm_forward": batch_norm_forward, "batch_norm_backward": batch_norm_backward,
    "batch_norm_inference": batch_norm_inference,
    "group_norm_forward": group_norm_forward, "group_norm_backward": group_norm_backward,
} if t != NULL else {}
