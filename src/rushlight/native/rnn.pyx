"""Recurrent layers: a whole sequence forward, or backward through time.

Each function takes the arrays its op's body takes and returns new arrays, or `NotImplemented`: for anything but float32
and float64 arrays of one dtype, for empty ones, for projections of the state, and for shapes that do not fit. The
products of all inputs, and of all steps for the weights' gradients, are the gemm family's.
"""

cimport numpy as cnp
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t, uintptr_t
from libc.string cimport memcpy
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.gemm cimport GemmTable, RlMatmul, RlPanels, kernels
from rushlight.native.threads cimport RlPool, pool

cnp.import_array()

cdef extern from "rnn.h":
    struct RlSteps:
        int64_t steps, n
        const int64_t* at
        int reverse
    struct RnnTable:
        void (*lstm[2])(const RlSteps*, int64_t, const RlPanels*, void*, void*, void*, void*, void*, const GemmTable*,
                        const RlPool*) noexcept nogil
        void (*lstm_backward[2])(const RlSteps*, int64_t, const RlPanels*, const void*, const void*, const void*, const void*,
                                 void*, void*, void*, const GemmTable*, const RlPool*) noexcept nogil
        void (*gru[2])(const RlSteps*, int64_t, const RlPanels*, const void*, const void*, void*, void*, void*, void*,
                       const GemmTable*, const RlPool*) noexcept nogil
        void (*gru_backward[2])(const RlSteps*, int64_t, const RlPanels*, const void*, const void*, const void*, void*, void*,
                                void*, const GemmTable*, const RlPool*) noexcept nogil
        void (*elman[2])(const RlSteps*, int64_t, const RlPanels*, int, void*, void*, const GemmTable*,
                         const RlPool*) noexcept nogil
        void (*elman_backward[2])(const RlSteps*, int64_t, const RlPanels*, int, const void*, const void*, void*, void*,
                                  const GemmTable*, const RlPool*) noexcept nogil
        void (*previous[2])(const RlSteps*, int64_t, const void*, const void*, void*) noexcept nogil
    const RnnTable* rnn_table()

cdef const RnnTable* t = rnn_table()
cdef const GemmTable* gemm = kernels()

cdef npy_intp LONGEST = 1 << 31


# ------------------------------------------------------------------ arrays

cdef inline void* raw(ndarray x) noexcept:
    """Return the data of an array made by `plain` or `guard.new`."""
    return <void*> guard.flat(x, guard.typenum(x))


cdef ndarray plain(object x, int num, int nd):
    """Return an array of `nd` dimensions and type `num` in C order, copied where it must be; None when it is another."""
    if guard.typenum(x) != num or guard.ndim(x) != nd or not cnp.PyArray_ISBEHAVED_RO(<ndarray> x) or guard.size(x) == 0:
        return None
    return cnp.PyArray_GETCONTIGUOUS(<ndarray> x)


cdef inline bint shaped(ndarray x, npy_intp rows, npy_intp columns) noexcept:
    return x is not None and guard.dim(x, 0) == rows and guard.dim(x, 1) == columns


cdef ndarray matrix(int num, npy_intp rows, npy_intp columns):
    cdef npy_intp dims[2]
    dims[0], dims[1] = rows, columns
    return guard.new(2, dims, num)


cdef ndarray vector(int num, npy_intp n):
    return guard.new(1, &n, num)


cdef ndarray copy(ndarray x):
    cdef ndarray y = guard.new_like(x)
    memcpy(raw(y), raw(x), <size_t> (guard.size(x) * cnp.PyArray_ITEMSIZE(x)))
    return y


# ------------------------------------------------------------------ what a layer works on

cdef class Layer:
    """Rows, sizes and the dtype of a layer's arrays, checked."""
    cdef int which, num, nd
    cdef RlSteps steps
    cdef npy_intp rows, features, size, gates
    cdef ndarray at, x, w_ih, w_hh, panels
    cdef RlPanels packed

    cdef bint take(self, object input, object w_ih, object w_hh, object sizes, object reverse, npy_intp n, int per):
        """Read the input and the weights of `per` gates; False when they are refused."""
        self.num = guard.typenum(input)
        self.nd = guard.ndim(input)
        if self.num != cnp.NPY_FLOAT32 and self.num != cnp.NPY_FLOAT64 or (self.nd != 2 if sizes is not None else self.nd != 3):
            return False
        self.which = 0 if self.num == cnp.NPY_FLOAT32 else 1
        self.x, self.w_ih, self.w_hh = plain(input, self.num, self.nd), plain(w_ih, self.num, 2), plain(w_hh, self.num, 2)
        if self.x is None or self.w_ih is None or self.w_hh is None:
            return False
        self.features, self.size = guard.dim(input, self.nd - 1), guard.dim(w_hh, 1)
        self.gates = per * self.size
        self.rows = guard.size(input) // self.features
        if not shaped(self.w_ih, self.gates, self.features) or not shaped(self.w_hh, self.gates, self.size):
            return False
        if max(self.rows, self.gates, self.features) >= LONGEST or n < 1:
            return False
        self.steps.n = n
        self.steps.reverse = bool(reverse)
        return self.offsets(sizes, n)

    cdef bint offsets(self, object sizes, npy_intp n):
        cdef npy_intp k, here, last = n, sum = 0, count = guard.dim(self.x, 0) if sizes is None else len(sizes)
        cdef int64_t* at
        if sizes is None and guard.dim(self.x, 1) != n:
            return False
        self.at = vector(cnp.NPY_INT64, count + 1)
        at = <int64_t*> raw(self.at)
        at[0] = 0
        for k in range(count):
            here = n
            if sizes is not None:
                if not PyLong_CheckExact(sizes[k]):
                    return False
                here = sizes[k]
                if here < 1 or here > last:
                    return False
            last = here
            sum += here
            at[k + 1] = sum
        self.steps.steps = count
        self.steps.at = at
        return sum == self.rows

    cdef void pack(self, bint transposed):
        """Pack W_hh, or its transpose, for the products of the steps."""
        cdef npy_intp item = 4 if self.which == 0 else 8
        cdef RlPanels* p = &self.packed
        p.n = self.gates if transposed else self.size
        p.depth = self.size if transposed else self.gates
        p.vectors = gemm.panel_vectors[self.which](self.steps.n, p.n)
        self.panels = vector(self.num, gemm.panels_room[self.which](p.n, p.depth) + 64 // item)
        p.data = <void*> ((<uintptr_t> raw(self.panels) + 63) // 64 * 64)
        gemm.pack[self.which](p, raw(self.w_hh), 1 if transposed else self.size, self.size if transposed else 1)

    cdef bint product(self, ndarray out, ndarray a, bint turned, ndarray b, bint b_turned, object bias):
        """out = a @ b + bias, with a, b or both transposed."""
        cdef RlMatmul g
        cdef npy_intp rows = cnp.PyArray_DIM(a, 0), columns = cnp.PyArray_DIM(a, cnp.PyArray_NDIM(a) - 1)
        cdef npy_intp b_columns = cnp.PyArray_DIM(b, cnp.PyArray_NDIM(b) - 1)
        cdef bint right
        if cnp.PyArray_NDIM(a) == 3:
            rows *= cnp.PyArray_DIM(a, 1)
        if turned:
            g.m, g.k, g.ars, g.acs = columns, rows, 1, columns
        else:
            g.m, g.k, g.ars, g.acs = rows, columns, columns, 1
        g.brs = 1 if b_turned else b_columns
        g.bcs = b_columns if b_turned else 1
        g.n = cnp.PyArray_DIM(b, 0) if b_turned else b_columns
        g.a, g.b, g.c = raw(a), raw(b), raw(out)
        g.init = NULL if bias is None else raw(bias)
        g.irs = 0
        g.alpha = 1.0
        g.batch_dims = 0
        with nogil:
            right = gemm.matmul[self.which](&g, pool())
        return right

    cdef ndarray inputs(self, object bias):
        """Return the products of all inputs, plus bias; None where memory is short."""
        cdef ndarray z = matrix(self.num, self.rows, self.gates)
        return z if self.product(z, self.x, False, self.w_ih, True, bias) else None

    cdef ndarray like_input(self, npy_intp features):
        cdef npy_intp dims[3]
        cdef int d
        for d in range(self.nd - 1):
            dims[d] = guard.dim(self.x, d)
        dims[self.nd - 1] = features
        return guard.new(self.nd, dims, self.num)

    cdef ndarray before(self, ndarray out, ndarray first):
        """Return the state before each row."""
        cdef ndarray states = matrix(self.num, self.rows, self.size)
        t.previous[self.which](&self.steps, self.size, raw(out), raw(first), raw(states))
        return states

    cdef ndarray sums(self, ndarray z):
        cdef ndarray total = vector(self.num, self.gates)
        gemm.colsum[self.which](raw(z), self.rows, self.gates, self.gates, 1, raw(total))
        return total

    cdef list gradients(self, tuple needs, ndarray of_input, ndarray of_state, ndarray out, ndarray h0):
        """Return the gradients of (input, w_ih, w_hh, b_ih, b_hh), None where not needed; None where memory is short."""
        cdef bint right = True
        cdef ndarray dx = None, dw_ih = None, dw_hh = None
        db_ih = db_hh = None
        if needs[0]:
            dx = self.like_input(self.features)
            right = self.product(dx, of_input, False, self.w_ih, False, None)
        if needs[1] and right:
            dw_ih = guard.new_like(self.w_ih)
            right = self.product(dw_ih, of_input, True, self.x, False, None)
        if needs[2] and right:
            dw_hh = guard.new_like(self.w_hh)
            right = self.product(dw_hh, of_state, True, out, False, None)
        if needs[3]:
            db_ih = self.sums(of_input)
        if needs[4]:
            db_hh = copy(db_ih) if db_ih is not None and of_state is of_input else self.sums(of_state)
        return [dx, dw_ih, dw_hh, db_ih, db_hh] if right else None


cdef bint bias_of(object b, Layer layer):
    return b is None or (guard.typenum(b) == layer.num and guard.ndim(b) == 1
                         and guard.flat_n(b, layer.num, layer.gates) != NULL)


cdef object both(object b_ih, object b_hh):
    """Return the sum of two biases, each of which may be missing."""
    return b_hh if b_ih is None else b_ih if b_hh is None else b_ih + b_hh


cdef bint options(object needs, Py_ssize_t n):
    return type(needs) is tuple and len(<tuple> needs) == n


# ------------------------------------------------------------------ long short-term memory

def lstm_layer(input, h0, c0, w_ih, w_hh, b_ih=None, b_hh=None, w_hr=None, sizes=None, reverse=False):
    """Return (states, last state, last cell, gates, cells)."""
    cdef Layer a = Layer()
    cdef ndarray h, c, gates, cells, out
    if w_hr is not None or not a.take(input, w_ih, w_hh, sizes, reverse, guard.dim(h0, 0), 4):
        return NotImplemented
    h, c = plain(h0, a.num, 2), plain(c0, a.num, 2)
    if not shaped(h, a.steps.n, a.size) or not shaped(c, a.steps.n, a.size) or not bias_of(b_ih, a) or not bias_of(b_hh, a):
        return NotImplemented
    gates = a.inputs(both(b_ih, b_hh))
    if gates is None:
        return NotImplemented
    h, c, cells, out = copy(h), copy(c), matrix(a.num, a.rows, a.size), a.like_input(a.size)
    a.pack(True)
    cdef void* gates_data = raw(gates)
    cdef void* cells_data = raw(cells)
    cdef void* out_data = raw(out)
    cdef void* h_data = raw(h)
    cdef void* c_data = raw(c)
    with nogil:
        t.lstm[a.which](&a.steps, a.size, &a.packed, gates_data, cells_data, out_data, h_data, c_data, gemm, pool())
    return out, h, c, gates, cells


def lstm_layer_backward(grad_out, grad_last, grad_cell, input, h0, c0, w_ih, w_hh, out, gates, cells, needs, w_hr=None,
                        sizes=None, reverse=False):
    """Return the gradients of input, h0, c0, w_ih, w_hh, b_ih, b_hh and w_hr."""
    cdef Layer a = Layer()
    cdef ndarray g, dh, dc, h, c, y, z, cell, d, states = None
    cdef list rest
    if w_hr is not None or not options(needs, 8) or not a.take(input, w_ih, w_hh, sizes, reverse, guard.dim(h0, 0), 4):
        return NotImplemented
    g, y, z, cell = plain(grad_out, a.num, a.nd), plain(out, a.num, a.nd), plain(gates, a.num, 2), plain(cells, a.num, 2)
    h, c, dh, dc = plain(h0, a.num, 2), plain(c0, a.num, 2), plain(grad_last, a.num, 2), plain(grad_cell, a.num, 2)
    for state in (h, c, dh, dc):
        if not shaped(state, a.steps.n, a.size):
            return NotImplemented
    if g is None or y is None or guard.size(g) != a.rows * a.size or guard.size(y) != a.rows * a.size:
        return NotImplemented
    if not shaped(z, a.rows, a.gates) or not shaped(cell, a.rows, a.size):
        return NotImplemented
    dh, dc, d = copy(dh), copy(dc), matrix(a.num, a.rows, a.gates)
    a.pack(False)
    cdef void* g_data = raw(g)
    cdef void* z_data = raw(z)
    cdef void* cell_data = raw(cell)
    cdef void* c_data = raw(c)
    cdef void* d_data = raw(d)
    cdef void* dh_data = raw(dh)
    cdef void* dc_data = raw(dc)
    with nogil:
        t.lstm_backward[a.which](&a.steps, a.size, &a.packed, g_data, z_data, cell_data, c_data, d_data, dh_data, dc_data, gemm,
                                 pool())
    if needs[4]:
        states = a.before(y, h)
    rest = a.gradients((needs[0], *needs[3:7]), d, d, states, h)
    return NotImplemented if rest is None else (rest[0], dh, dc, *rest[1:], None)


# ------------------------------------------------------------------ gated recurrent units

def gru_layer(input, h0, w_ih, w_hh, b_ih=None, b_hh=None, sizes=None, reverse=False):
    """Return (states, last state, gates)."""
    cdef Layer a = Layer()
    cdef ndarray h, z, gates, out, scratch
    cdef void* bias = NULL
    if not a.take(input, w_ih, w_hh, sizes, reverse, guard.dim(h0, 0), 3):
        return NotImplemented
    h = plain(h0, a.num, 2)
    if not shaped(h, a.steps.n, a.size) or not bias_of(b_ih, a) or not bias_of(b_hh, a):
        return NotImplemented
    if b_hh is not None:
        bias = raw(b_hh)
    z = a.inputs(b_ih)
    if z is None:
        return NotImplemented
    h, gates, out = copy(h), matrix(a.num, a.rows, 4 * a.size), a.like_input(a.size)
    scratch = matrix(a.num, a.steps.n, a.gates)
    a.pack(True)
    cdef void* z_data = raw(z)
    cdef void* gates_data = raw(gates)
    cdef void* out_data = raw(out)
    cdef void* h_data = raw(h)
    cdef void* scratch_data = raw(scratch)
    with nogil:
        t.gru[a.which](&a.steps, a.size, &a.packed, z_data, bias, gates_data, out_data, h_data, scratch_data, gemm, pool())
    return out, h, gates


def gru_layer_backward(grad_out, grad_last, input, h0, w_ih, w_hh, out, gates, needs, sizes=None, reverse=False):
    """Return the gradients of input, h0, w_ih, w_hh, b_ih and b_hh."""
    cdef Layer a = Layer()
    cdef ndarray g, dh, h, y, z, states, of_input, of_state
    cdef list rest
    if not options(needs, 6) or not a.take(input, w_ih, w_hh, sizes, reverse, guard.dim(h0, 0), 3):
        return NotImplemented
    g, y, z = plain(grad_out, a.num, a.nd), plain(out, a.num, a.nd), plain(gates, a.num, 2)
    h, dh = plain(h0, a.num, 2), plain(grad_last, a.num, 2)
    if not shaped(h, a.steps.n, a.size) or not shaped(dh, a.steps.n, a.size) or not shaped(z, a.rows, 4 * a.size):
        return NotImplemented
    if g is None or y is None or guard.size(g) != a.rows * a.size or guard.size(y) != a.rows * a.size:
        return NotImplemented
    dh, of_input, of_state = copy(dh), matrix(a.num, a.rows, a.gates), matrix(a.num, a.rows, a.gates)
    states = a.before(y, h)
    a.pack(False)
    cdef void* g_data = raw(g)
    cdef void* z_data = raw(z)
    cdef void* states_data = raw(states)
    cdef void* of_input_data = raw(of_input)
    cdef void* of_state_data = raw(of_state)
    cdef void* dh_data = raw(dh)
    with nogil:
        t.gru_backward[a.which](&a.steps, a.size, &a.packed, g_data, z_data, states_data, of_input_data, of_state_data, dh_data,
                                gemm, pool())
    rest = a.gradients((needs[0], *needs[2:]), of_input, of_state, states, h)
    return NotImplemented if rest is None else (rest[0], dh, *rest[1:])


# ------------------------------------------------------------------ Elman's layer

def rnn_layer(input, h0, w_ih, w_hh, b_ih=None, b_hh=None, sizes=None, reverse=False, nonlinearity="tanh"):
    """Return (states, last state)."""
    cdef Layer a = Layer()
    cdef ndarray h, out
    cdef int relu = nonlinearity != "tanh"
    if not a.take(input, w_ih, w_hh, sizes, reverse, guard.dim(h0, 0), 1):
        return NotImplemented
    h = plain(h0, a.num, 2)
    if not shaped(h, a.steps.n, a.size) or not bias_of(b_ih, a) or not bias_of(b_hh, a):
        return NotImplemented
    h, out = copy(h), a.like_input(a.size)
    if not a.product(out, a.x, False, a.w_ih, True, both(b_ih, b_hh)):
        return NotImplemented
    a.pack(True)
    cdef void* out_data = raw(out)
    cdef void* h_data = raw(h)
    with nogil:
        t.elman[a.which](&a.steps, a.size, &a.packed, relu, out_data, h_data, gemm, pool())
    return out, h


def rnn_layer_backward(grad_out, grad_last, input, h0, w_ih, w_hh, out, needs, sizes=None, reverse=False,
                       nonlinearity="tanh"):
    """Return the gradients of input, h0, w_ih, w_hh, b_ih and b_hh."""
    cdef Layer a = Layer()
    cdef ndarray g, dh, h, y, d, states = None
    cdef int relu = nonlinearity != "tanh"
    cdef list rest
    if not options(needs, 6) or not a.take(input, w_ih, w_hh, sizes, reverse, guard.dim(h0, 0), 1):
        return NotImplemented
    g, y, h, dh = plain(grad_out, a.num, a.nd), plain(out, a.num, a.nd), plain(h0, a.num, 2), plain(grad_last, a.num, 2)
    if not shaped(h, a.steps.n, a.size) or not shaped(dh, a.steps.n, a.size):
        return NotImplemented
    if g is None or y is None or guard.size(g) != a.rows * a.size or guard.size(y) != a.rows * a.size:
        return NotImplemented
    dh, d = copy(dh), matrix(a.num, a.rows, a.gates)
    a.pack(False)
    cdef void* g_data = raw(g)
    cdef void* y_data = raw(y)
    cdef void* d_data = raw(d)
    cdef void* dh_data = raw(dh)
    with nogil:
        t.elman_backward[a.which](&a.steps, a.size, &a.packed, relu, g_data, y_data, d_data, dh_data, gemm, pool())
    if needs[3]:
        states = a.before(y, h)
    rest = a.gradients((needs[0], *needs[2:]), d, d, states, h)
    return NotImplemented if rest is None else (rest[0], dh, *rest[1:])


KERNELS = {
    "lstm_layer": lstm_layer, "lstm_layer_backward": lstm_layer_backward, "gru_layer": gru_layer,
    "gru_layer_backward": gru_layer_backward, "rnn_layer": rnn_layer, "rnn_layer_backward": rnn_layer_backward,
} if t != NULL and gemm != NULL else {}
