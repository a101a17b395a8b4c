"""Convolution, transposed convolution and the gradient of the weight, in one to three dimensions.

Each function takes the arrays its op's body takes and returns a new array, or `NotImplemented`: for
anything but C-contiguous float32 or float64 arrays of one dtype whose shapes and options fit.
"""

cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport RlPool, pool

cnp.import_array()

cdef extern from "conv.h":
    enum: RL_CONV_TAPS
    struct RlConv:
        int64_t batch, groups
        int64_t inputs "in"
        int64_t outputs "out"
        int64_t size[3]
        int64_t kernel[3]
        int64_t outer[3]
        int64_t stride[3]
        int64_t padding[3]
        int64_t dilation[3]
    struct ConvTable:
        bint (*forward[2])(const RlConv*, const void*, const void*, const void*, void*, const RlPool*) noexcept nogil
        bint (*transposed[2])(const RlConv*, const void*, const void*, const void*, void*, const RlPool*) noexcept nogil
        bint (*weight[2])(const RlConv*, const void*, const void*, void*, const RlPool*) noexcept nogil
    const ConvTable* conv_table()

cdef const ConvTable* t = conv_table()


cdef inline int index(object x) noexcept:
    """Return the row of the kernels' table for the dtype of `x`, or -1."""
    cdef int num = guard.typenum(x)
    return 0 if num == cnp.NPY_FLOAT32 else 1 if num == cnp.NPY_FLOAT64 else -1


cdef inline int typenum(int which) noexcept:
    return cnp.NPY_FLOAT64 if which else cnp.NPY_FLOAT32


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


cdef bint options(RlConv* c, int n, object stride, object padding, object dilation, object groups) noexcept:
    if n < 1 or n > 3 or not PyLong_CheckExact(groups) or not 0 < groups < 1 << 31:
        return False
    c.groups = groups
    return (numbers(stride, n, 1, 1, c.stride) and numbers(padding, n, 0, 0, c.padding)
            and numbers(dilation, n, 1, 1, c.dilation))


cdef void lengths(object x, int n, int64_t* to) noexcept:
    """Read the last n dimensions of x into the last n of three places."""
    cdef int k
    for k in range(3):
        to[k] = 1 if k < 3 - n else guard.dim(x, 2 + k - (3 - n))


cdef bint fits(RlConv* c) noexcept:
    """Tell whether the shapes agree, and are worth a kernel: nothing is empty."""
    cdef int d
    if c.batch < 1 or c.inputs < 1 or c.outputs < 1:
        return False
    for d in range(3):
        if c.kernel[d] < 1 or c.kernel[d] > RL_CONV_TAPS or c.size[d] < 1 or c.outer[d] < 1:
            return False
        if (c.outer[d] - 1) * c.stride[d] + (c.kernel[d] - 1) * c.dilation[d] - c.padding[d] >= c.size[d] + c.padding[d]:
            return False
    return True


cdef bint parameter(object p, int which, npy_intp n, const char** slot) noexcept:
    """Fill in the data of a bias of n elements; NULL for None, false when it is refused."""
    slot[0] = NULL
    if p is None:
        return True
    slot[0] = guard.flat_n(p, typenum(which), n)
    return slot[0] != NULL


def convolution(input, weight, bias=None, stride=(1,), padding=(0,), dilation=(1,), groups=1):
    """Return the convolution of (N, C, *size) with (O, C/groups, *kernel)."""
    cdef RlConv c
    cdef int which = index(input), n = guard.ndim(input) - 2, d
    cdef npy_intp dims[5]
    cdef const char* b
    cdef bint right
    if which < 0 or guard.ndim(weight) != n + 2 or not options(&c, n, stride, padding, dilation, groups):
        return NotImplemented
    cdef const char* x = guard.flat(input, typenum(which))
    cdef const char* w = guard.flat(weight, typenum(which))
    if x == NULL or w == NULL or not parameter(bias, which, guard.dim(weight, 0), &b):
        return NotImplemented
    c.batch, c.inputs, c.outputs = guard.dim(input, 0), guard.dim(weight, 1), guard.dim(weight, 0) // c.groups
    if c.inputs * c.groups != guard.dim(input, 1) or c.outputs * c.groups != guard.dim(weight, 0):
        return NotImplemented
    lengths(input, n, c.size)
    lengths(weight, n, c.kernel)
    dims[0], dims[1] = c.batch, guard.dim(weight, 0)
    for d in range(3):
        c.outer[d] = (c.size[d] + 2 * c.padding[d] - c.dilation[d] * (c.kernel[d] - 1) - 1) // c.stride[d] + 1
        if d >= 3 - n:
            dims[2 + d - (3 - n)] = c.outer[d]
    if not fits(&c):
        return NotImplemented
    out = guard.new(n + 2, dims, typenum(which))
    cdef char* y = guard.flat_out(out, typenum(which), c.batch * c.groups * c.outputs * c.outer[0] * c.outer[1] * c.outer[2])
    with nogil:
        right = t.forward[which](&c, x, w, b, y, pool())
    return out if right else NotImplemented


def convolution_transposed(input, weight, bias=None, size=(1,), stride=(1,), padding=(0,), dilation=(1,), groups=1):
    """Return the transposed convolution (N, C, *size) of (N, O, *out) with (O, C/groups, *kernel)."""
    cdef RlConv c
    cdef int which = index(input), n = guard.ndim(input) - 2, d
    cdef npy_intp dims[5]
    cdef const char* b
    cdef bint right
    if which < 0 or guard.ndim(weight) != n + 2 or not options(&c, n, stride, padding, dilation, groups):
        return NotImplemented
    if not numbers(size, n, 1, 1, c.size):
        return NotImplemented
    cdef const char* y = guard.flat(input, typenum(which))
    cdef const char* w = guard.flat(weight, typenum(which))
    if y == NULL or w == NULL or not parameter(bias, which, guard.dim(weight, 1) * c.groups, &b):
        return NotImplemented
    c.batch, c.inputs, c.outputs = guard.dim(input, 0), guard.dim(weight, 1), guard.dim(weight, 0) // c.groups
    if guard.dim(weight, 0) != guard.dim(input, 1) or c.outputs * c.groups != guard.dim(weight, 0):
        return NotImplemented
    lengths(input, n, c.outer)
    lengths(weight, n, c.kernel)
    dims[0], dims[1] = c.batch, c.inputs * c.groups
    for d in range(n):
        dims[2 + d] = c.size[3 - n + d]
    if not fits(&c):
        return NotImplemented
    out = guard.new(n + 2, dims, typenum(which))
    cdef char* x = guard.flat_out(out, typenum(which), c.batch * c.groups * c.inputs * c.size[0] * c.size[1] * c.size[2])
    with nogil:
        right = t.transposed[which](&c, y, w, b, x, pool())
    return out if right else NotImplemented


def convolution_weight(grad, input, kernel, stride, padding, dilation, groups):
    """Return the gradient of the weight (O, C/groups, *kernel) from (N, O, *out) and the input (N, C, *size)."""
    cdef RlConv c
    cdef int which = index(input), n = guard.ndim(input) - 2, d
    cdef npy_intp dims[5]
    cdef bint right
    if which < 0 or guard.ndim(grad) != n + 2 or not options(&c, n, stride, padding, dilation, groups):
        return NotImplemented
    if not numbers(kernel, n, 1, 1, c.kernel):
        return NotImplemented
    cdef const char* x = guard.flat(input, typenum(which))
    cdef const char* y = guard.flat(grad, typenum(which))
    if x == NULL or y == NULL:
        return NotImplemented
    c.batch, c.inputs, c.outputs = guard.dim(input, 0), guard.dim(input, 1) // c.groups, guard.dim(grad, 1) // c.groups
    if c.inputs * c.groups != guard.dim(input, 1) or c.outputs * c.groups != guard.dim(grad, 1):
        return NotImplemented
    if guard.dim(grad, 0) != c.batch:
        return NotImplemented
    lengths(input, n, c.size)
    lengths(grad, n, c.outer)
    dims[0], dims[1] = guard.dim(grad, 1), c.inputs
    for d in range(n):
        dims[2 + d] = c.kernel[3 - n + d]
    if not fits(&c):
        return NotImplemented
    out = guard.new(n + 2, dims, typenum(which))
    cdef char* w = guard.flat_out(out, typenum(which), c.groups * c.outputs * c.inputs * c.kernel[0] * c.kernel[1] * c.kernel[2])
    with nogil:
        right = t.weight[which](&c, y, x, w, pool())
    return out if right else NotImplemented


KERNELS = {
    "convolution": convolution, "convolution_transposed": convolution_transposed, "convolution_weight": convolution_weight,
} if t != NULL else {}
