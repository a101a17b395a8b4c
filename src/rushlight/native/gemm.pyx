"""Matrix products: `mm`, `bmm`, `mv`, `dot`, `matmul`, `addmm`, `linear` and the gradient of `linear`.

Each function takes the arrays its op's body takes and returns a new array, or `NotImplemented`:
for anything but float32 and float64 arrays of the same dtype, and for shapes that do not fit (the
body raises).
"""

cimport numpy as cnp
from numpy import multiply
from libc.stdint cimport int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport RlPool, pool

cnp.import_array()

cdef extern from "gemm.h":
    const GemmTable* gemm_table()

cdef const GemmTable* table = gemm_table()


cdef const GemmTable* kernels() noexcept nogil:
    """Return the table of this processor's level, for other shims; NULL when there is none."""
    return table


cdef enum:
    MAX_DIMS = 16
cdef double UNLOCK = 1 << 20            # multiply-adds from which the GIL is released


cdef struct Operand:
    char* data
    int nd
    npy_intp shape[MAX_DIMS]
    npy_intp strides[MAX_DIMS]


cdef inline int index(object x) noexcept:
    """Return the row of the kernels' table for the dtype of `x`, or -1."""
    cdef int num = guard.typenum(x)
    return 0 if num == cnp.NPY_FLOAT32 else 1 if num == cnp.NPY_FLOAT64 else -1


cdef inline int typenum(int which) noexcept:
    return cnp.NPY_FLOAT64 if which else cnp.NPY_FLOAT32


cdef inline bint take(object x, int which, Operand* to) noexcept:
    """Fill `to` from an array of the given dtype; False when the guard refuses it."""
    to.nd = guard.ndim(x)
    if to.nd < 0 or to.nd > MAX_DIMS:
        return False
    to.data = guard.strided(x, typenum(which), to.nd, to.shape, to.strides)
    return to.data != NULL


cdef inline bint rows_of(Operand* x) noexcept:
    """Turn all dimensions but the last into one, in place; False when one stride cannot step through them."""
    cdef int d
    cdef npy_intp rows = 1, step = 0
    for d in range(x.nd - 2, -1, -1):
        if x.shape[d] == 1:
            continue
        if rows == 1:
            step = x.strides[d]
        elif x.strides[d] != rows * step:
            return False
        rows *= x.shape[d]
    x.shape[1] = x.shape[x.nd - 1]
    x.strides[1] = x.strides[x.nd - 1]
    x.shape[0] = rows
    x.strides[0] = step
    x.nd = 2
    return True


cdef inline void set_a(RlMatmul* g, Operand* x, int row, int column) noexcept:
    g.a = x.data
    g.m, g.ars = x.shape[row], x.strides[row]
    g.k, g.acs = x.shape[column], x.strides[column]


cdef inline void set_b(RlMatmul* g, Operand* x, int row, int column) noexcept:
    g.b = x.data
    g.brs = x.strides[row]
    g.n, g.bcs = x.shape[column], x.strides[column]


cdef inline void start(RlMatmul* g) noexcept:
    g.init = NULL
    g.irs = 0
    g.alpha = 1.0
    g.batch_dims = 0


cdef inline bint run(RlMatmul* g, int which, double batch=1.0) noexcept:
    cdef bint right
    if <double> g.m * <double> g.n * <double> g.k * batch < UNLOCK:
        return table.matmul[which](g, pool())
    with nogil:
        right = table.matmul[which](g, pool())
    return right


cdef inline bint blas_is_better(RlMatmul* g) noexcept:
    """Tell whether NumPy's BLAS may have this product.

    With AVX2 and AVX-512 these kernels are as fast at every size measured, up to 1536 cubed, and
    keep to the number of threads asked for. On other processors BLAS may know better instructions.
    """
    return table.level < 3 and <double> g.m * <double> g.n * <double> g.k >= 1 << 20


cdef object product(Operand* x, Operand* y, int which):
    """Return the product of two matrices, or None where their shapes do not fit."""
    cdef RlMatmul g
    cdef npy_intp dims[2]
    cdef ndarray out
    if x.nd != 2 or y.nd != 2 or x.shape[1] != y.shape[0]:
        return NotImplemented
    start(&g)
    set_a(&g, x, 0, 1)
    set_b(&g, y, 0, 1)
    if blas_is_better(&g):
        return NotImplemented
    dims[0], dims[1] = g.m, g.n
    out = guard.new(2, dims, typenum(which))
    g.c = guard.flat_out(out, typenum(which), g.m * g.n)
    return out if run(&g, which) else NotImplemented


def mm(input, mat2):
    """Return the product of two matrices."""
    cdef Operand x, y
    cdef int which = index(input)
    if which < 0 or not take(input, which, &x) or not take(mat2, which, &y):
        return NotImplemented
    return product(&x, &y, which)


def mv(input, vec):
    """Return the product of a matrix and a vector."""
    cdef int which = index(input)
    if guard.ndim(input) != 2 or guard.ndim(vec) != 1:
        return NotImplemented
    return with_vector(input, vec, which)


def dot(input, tensor):
    """Return the inner product of two vectors."""
    cdef int which = index(input)
    if guard.ndim(input) != 1 or guard.ndim(tensor) != 1:
        return NotImplemented
    return with_vector(input, tensor, which)


def bmm(input, mat2):
    """Return the products of two equally long stacks of matrices."""
    if guard.ndim(input) != 3 or guard.ndim(mat2) != 3 or guard.dim(input, 0) != guard.dim(mat2, 0):
        return NotImplemented
    return matmul(input, mat2)


cdef object with_vector(object input, object other, int which):
    """Return the product of two arrays of one or two dimensions, at least one a vector."""
    cdef Operand x, y
    cdef RlMatmul g
    cdef npy_intp dims[2]
    cdef ndarray out
    cdef int nd = 0
    if which < 0 or not take(input, which, &x) or not take(other, which, &y):
        return NotImplemented
    if x.nd == 1:
        x.shape[1], x.strides[1] = x.shape[0], x.strides[0]
        x.shape[0] = 1
    else:
        dims[nd] = x.shape[0]
        nd += 1
    if y.nd == 1:
        y.shape[1] = y.strides[1] = 1
    else:
        dims[nd] = y.shape[1]
        nd += 1
    if x.shape[1] != y.shape[0]:
        return NotImplemented
    start(&g)
    set_a(&g, &x, 0, 1)
    set_b(&g, &y, 0, 1)
    out = guard.new(nd, dims, typenum(which))
    g.c = guard.flat_out(out, typenum(which), g.m * g.n)
    return out if run(&g, which) else NotImplemented


def matmul(input, other):
    """Return the matrix product as `torch.matmul` defines it; the batch dimensions broadcast."""
    cdef Operand x, y
    cdef RlMatmul g
    cdef npy_intp dims[MAX_DIMS]
    cdef ndarray out
    cdef int which = index(input), nd, d, i, j
    cdef npy_intp p, q, total = 1
    if which < 0 or not take(input, which, &x) or not take(other, which, &y):
        return NotImplemented
    if x.nd == 2 and y.nd == 2:
        return product(&x, &y, which)
    if x.nd == 0 or y.nd == 0:
        return NotImplemented
    if x.nd <= 2 and y.nd <= 2:
        return with_vector(input, other, which)
    if x.nd < 2 or y.nd < 2 or x.shape[x.nd - 1] != y.shape[y.nd - 2]:
        return NotImplemented
    nd = max(x.nd, y.nd)
    start(&g)
    set_a(&g, &x, x.nd - 2, x.nd - 1)
    set_b(&g, &y, y.nd - 2, y.nd - 1)
    for d in range(nd - 2):
        i, j = d - nd + x.nd, d - nd + y.nd
        p = x.shape[i] if i >= 0 else 1
        q = y.shape[j] if j >= 0 else 1
        if p != q and p != 1 and q != 1:
            return NotImplemented
        dims[d] = q if p == 1 else p
        total *= dims[d]
        g.batch_shape[d] = dims[d]
        g.a_steps[d] = x.strides[i] if i >= 0 and p != 1 else 0
        g.b_steps[d] = y.strides[j] if j >= 0 and q != 1 else 0
    dims[nd - 2], dims[nd - 1] = g.m, g.n
    g.batch_dims = nd - 2
    if y.nd == 2 and rows_of(&x):          # one tall product
        set_a(&g, &x, 0, 1)
        g.batch_dims, total = 0, 1
    if blas_is_better(&g):
        return NotImplemented
    out = guard.new(nd, dims, typenum(which))
    g.c = guard.flat_out(out, typenum(which), total * g.m * g.n)
    if total == 0 or run(&g, which, total):
        return out
    return NotImplemented


def addmm(input, mat1, mat2, beta=1, alpha=1):
    """Return `beta * input + alpha * (mat1 @ mat2)`; `input` broadcasts. With `beta` 0 it is not read."""
    cdef Operand c, x, y
    cdef RlMatmul g
    cdef npy_intp dims[2]
    cdef ndarray out
    cdef int which = index(mat1), d
    cdef double scale
    if which < 0 or not take(mat1, which, &x) or not take(mat2, which, &y) or not take(input, which, &c):
        return NotImplemented
    if x.nd != 2 or y.nd != 2 or x.shape[1] != y.shape[0] or c.nd > 2:
        return NotImplemented
    if type(beta) not in (int, float) or type(alpha) not in (int, float):
        return NotImplemented
    start(&g)
    set_a(&g, &x, 0, 1)
    set_b(&g, &y, 0, 1)
    if blas_is_better(&g):
        return NotImplemented
    dims[0], dims[1] = g.m, g.n
    for d in range(c.nd):
        if c.shape[d] != 1 and c.shape[d] != dims[2 - c.nd + d]:
            return NotImplemented
    scale = beta
    g.alpha = alpha
    out = guard.new(2, dims, typenum(which))
    g.c = guard.flat_out(out, typenum(which), g.m * g.n)
    if scale == 1 and c.nd > 0 and (c.strides[c.nd - 1] == 1 and c.shape[c.nd - 1] == g.n or g.n == 1):
        g.init = c.data
        g.irs = c.strides[0] if c.nd == 2 and c.shape[0] != 1 else 0
    elif scale != 0:
        if scale == 1:
            out[...] = input
        else:
            multiply(input, beta, out)
        g.init = g.c
        g.irs = g.n
    return out if run(&g, which) else NotImplemented


def linear(input, weight, bias=None):
    """Return `input @ weight.T + bias` for an input of any number of leading dimensions."""
    cdef Operand x, w, b
    cdef RlMatmul g
    cdef npy_intp dims[MAX_DIMS]
    cdef ndarray out
    cdef int which = index(input), d, nd
    if which < 0 or not take(input, which, &x) or not take(weight, which, &w):
        return NotImplemented
    if x.nd == 0 or w.nd != 2 or x.shape[x.nd - 1] != w.shape[1]:
        return NotImplemented
    nd = x.nd
    for d in range(nd - 1):
        dims[d] = x.shape[d]
    dims[nd - 1] = w.shape[0]
    if nd == 1:
        x.shape[1], x.strides[1] = x.shape[0], x.strides[0]
        x.shape[0] = 1
    elif nd > 2 and not rows_of(&x):
        input = cnp.PyArray_GETCONTIGUOUS(<ndarray> input)
        if not take(input, which, &x) or not rows_of(&x):
            return NotImplemented
    start(&g)
    set_a(&g, &x, 0, 1)
    set_b(&g, &w, 1, 0)
    if bias is not None:
        if not take(bias, which, &b) or b.nd != 1 or b.shape[0] != g.n or (b.strides[0] != 1 and g.n > 1):
            return NotImplemented
        g.init = b.data
    if blas_is_better(&g):
        return NotImplemented
    out = guard.new(nd, dims, typenum(which))
    g.c = guard.flat_out(out, typenum(which), g.m * g.n)
    return out if run(&g, which) else NotImplemented


def linear_backward(grad, input, weight, bias_shape, tuple wanted):
    """Return the gradients of `linear` with respect to input, weight and bias; None where not wanted."""
    cdef Operand s, x, w
    cdef RlMatmul p
    cdef npy_intp dims[2]
    cdef ndarray gi = None, gw = None, gb = None
    cdef int which = index(grad), num
    cdef bint need_input = wanted[0], need_weight = wanted[1], need_bias = wanted[2]
    if which < 0 or not take(grad, which, &s) or not take(input, which, &x) or not take(weight, which, &w):
        return NotImplemented
    if w.nd != 2 or s.nd == 0 or s.nd != x.nd or s.shape[s.nd - 1] != w.shape[0] or x.shape[x.nd - 1] != w.shape[1]:
        return NotImplemented
    if s.nd == 1:
        s.shape[1], s.strides[1] = s.shape[0], s.strides[0]
        x.shape[1], x.strides[1] = x.shape[0], x.strides[0]
        s.shape[0] = x.shape[0] = 1
    elif s.nd > 2:
        if not rows_of(&s):
            grad = cnp.PyArray_GETCONTIGUOUS(<ndarray> grad)
            if not take(grad, which, &s) or not rows_of(&s):
                return NotImplemented
        if not rows_of(&x):
            input = cnp.PyArray_GETCONTIGUOUS(<ndarray> input)
            if not take(input, which, &x) or not rows_of(&x):
                return NotImplemented
    if s.shape[0] != x.shape[0] or need_bias and (len(bias_shape) != 1 or bias_shape[0] != w.shape[0]):
        return NotImplemented
    num = typenum(which)
    start(&p)
    set_a(&p, &s, 0, 1)
    set_b(&p, &w, 0, 1)
    if blas_is_better(&p):
        return NotImplemented
    if need_input:
        gi = guard.new_like(input)
        p.c = guard.flat_out(gi, num, p.m * p.n)
        if not run(&p, which):
            return NotImplemented
    if need_weight:
        set_a(&p, &s, 1, 0)
        set_b(&p, &x, 0, 1)
        gw = guard.new_like(weight)
        p.c = guard.flat_out(gw, num, p.m * p.n)
        if not run(&p, which):
            return NotImplemented
    if need_bias:
        dims[0] = s.shape[1]
        gb = guard.new(1, dims, num)
        table.colsum[which](s.data, s.shape[0], s.shape[1], s.strides[0], s.strides[1], guard.flat_out(gb, num, dims[0]))
    return gi, gw, gb


KERNELS = {
    "mm": mm, "mv": mv, "dot": dot, "bmm": bmm, "matmul": matmul, "addmm": addmm,
    "linear": linear, "linear_backward": linear_backward,
} if table != NULL else {}
