"""Shims of the optimizer updates: one call updates a whole list of parameters in place.

Lists of arrays run parallel to `params`: for each parameter its gradient and its state, of the parameter's dtype
(float32 or float64) and size. Parameters and state are C-contiguous and writable; a gradient in another
order is copied first. When anything is refused nothing has been changed and `NotImplemented` comes back.
The arithmetic is rounded as torch's CPU kernels round; numbers are Python floats, computed with in double
precision and rounded to the parameter's dtype where they meet it.
"""

cimport numpy as cnp
from libc.math cimport pow, sqrt
from libc.stdint cimport int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "optim.h":
    struct RlSgd:
        double lr, momentum, dampening, weight_decay
        int nesterov, maximize
    struct RlAdam:
        double shrink, weight_decay, beta1, beta2, eps, step_size, root
        int maximize
    struct RlRmsprop:
        double lr, alpha, eps, weight_decay, momentum
        int maximize
    struct RlAdagrad:
        double rate, eps, weight_decay
        int maximize
    ctypedef void (*SgdLoop)(void*, const void*, void*, size_t, const RlSgd*) noexcept nogil
    ctypedef void (*AdamLoop)(void*, const void*, void*, void*, void*, size_t, const RlAdam*) noexcept nogil
    ctypedef void (*RmspropLoop)(void*, const void*, void*, void*, void*, size_t, const RlRmsprop*) noexcept nogil
    ctypedef void (*AdagradLoop)(void*, const void*, void*, size_t, const RlAdagrad*) noexcept nogil
    struct OptimTable:
        SgdLoop* sgd
        AdamLoop* adam
        RmspropLoop* rmsprop
        AdagradLoop* adagrad
    const OptimTable* optim_table()

cdef const OptimTable* t = optim_table()

cdef enum:
    LIMIT = 65536       # elements from which on the pool takes part
    PIECE = 16384
    STATES = 3

# One parameter with its gradient and up to three arrays of state; absent ones are NULL.
cdef struct Job:
    int dtype
    npy_intp n, item
    char* p
    const char* g
    char* s[STATES]
    const void* options


cdef inline char* moved(char* p, int64_t bytes) noexcept nogil:
    return p + bytes if p != NULL else p


cdef bint gather(Job* j, object p, object g, object s0, object s1, object s2) noexcept:
    """Fill in the pointers of a job; false when an array is refused."""
    cdef int num = guard.typenum(p)
    if num == cnp.NPY_FLOAT32:
        j.dtype, j.item = 0, 4
    elif num == cnp.NPY_FLOAT64:
        j.dtype, j.item = 1, 8
    else:
        return False
    j.n = guard.size(p)
    j.p = guard.flat_out(p, num, j.n)
    j.g = guard.flat_n(g, num, j.n)
    if j.p == NULL or j.g == NULL:
        return False
    return (state_at(&j.s[0], s0, num, j.n) and state_at(&j.s[1], s1, num, j.n)
            and state_at(&j.s[2], s2, num, j.n))


cdef inline bint state_at(char** slot, object s, int num, npy_intp n) noexcept:
    if s is None:
        slot[0] = NULL
        return True
    slot[0] = guard.flat_out(s, num, n)
    return slot[0] != NULL


cdef inline object entry(object states, Py_ssize_t i):
    return None if states is None else (<list> states)[i]


cdef bint full(object states) noexcept:
    """Tell whether a list of states is one and has no None in it."""
    if type(states) is not list:
        return False
    for s in <list> states:
        if s is None:
            return False
    return True


cdef list checked(object params, object grads, object s0, object s1, object s2):
    """Return the gradients, contiguous, when every array passes the guard; None otherwise."""
    cdef Py_ssize_t i, n
    cdef Job j
    if type(params) is not list or type(grads) is not list:
        return None
    n = len(<list> params)
    for states in (grads, s0, s1, s2):
        if states is not None and (type(states) is not list or len(<list> states) != n):
            return None
    cdef list found = <list> grads
    for i in range(n):
        p, g = (<list> params)[i], found[i]
        if guard.typenum(g) != guard.typenum(p):
            return None
        if guard.flat(g, guard.typenum(g)) == NULL:
            if found is grads:
                found = list(grads)
            found[i] = g = cnp.PyArray_GETCONTIGUOUS(<ndarray> g)
        if not gather(&j, p, g, entry(s0, i), entry(s1, i), entry(s2, i)):
            return None
    return found


ctypedef void (*Piece)(void*, int64_t, int64_t) noexcept nogil


cdef int update(Piece piece, Job* j, object p, object g, object s0, object s1, object s2) except -1:
    """Update one parameter, on the pool when it is a large one."""
    if not gather(j, p, g, s0, s1, s2):
        raise RuntimeError("an array changed its shape or dtype during the optimizer's step")
    if j.n <= LIMIT:
        piece(j, 0, j.n)
    else:
        with nogil:
            pool().parallel_for(j.n, PIECE, piece, j)
    return 0


# ------------------------------------------------------------------ SGD

cdef void sgd_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t at = begin * j.item
    t.sgd[j.dtype](j.p + at, j.g + at, moved(j.s[0], at), <size_t> (end - begin), <const RlSgd*> j.options)


def sgd_step(params, grads, bufs, double lr, double momentum, double dampening, double weight_decay, bint nesterov,
             bint maximize):
    """d = +-g + weight_decay p;  b = momentum b + (1 - dampening) d;  p -= lr (d + momentum b | b).

    Without momentum `bufs` may be None or hold Nones, and d takes the place of b.
    """
    cdef RlSgd h
    cdef Job j
    cdef Py_ssize_t i
    if momentum == 0:
        bufs = None
    elif not full(bufs):
        return NotImplemented
    cdef list g = checked(params, grads, bufs, None, None)
    if g is None:
        return NotImplemented
    h.lr, h.momentum, h.dampening, h.weight_decay = lr, momentum, dampening, weight_decay
    h.nesterov, h.maximize = nesterov, maximize
    j.options = &h
    for i in range(len(g)):
        update(sgd_piece, &j, (<list> params)[i], g[i], entry(bufs, i), None, None)
    return params


# ------------------------------------------------------------------ Adam

cdef void adam_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t at = begin * j.item
    t.adam[j.dtype](j.p + at, j.g + at, j.s[0] + at, j.s[1] + at, moved(j.s[2], at), <size_t> (end - begin),
                    <const RlAdam*> j.options)


def adam_step(params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps, double lr, double beta1, double beta2,
              double eps, double weight_decay, bint decoupled, bint maximize):
    """m = lerp(m, g, 1 - beta1);  v = beta2 v + (1 - beta2) g^2;  p -= lr / c1 * m / (sqrt(v) / sqrt(c2) + eps).

    c1 = 1 - beta1**t and c2 = 1 - beta2**t with t from `steps`, counted from 1. `max_exp_avg_sqs` None or a list
    (amsgrad). `decoupled`: p *= 1 - lr weight_decay first, instead of weight_decay p in the gradient.
    """
    cdef RlAdam h
    cdef Job j
    cdef Py_ssize_t i
    cdef double step, before = 0
    if not full(exp_avgs) or not full(exp_avg_sqs) or not full(steps) or len(<list> steps) != len(params):
        return NotImplemented
    if max_exp_avg_sqs is not None and not full(max_exp_avg_sqs):
        return NotImplemented
    cdef list g = checked(params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs)
    if g is None:
        return NotImplemented
    for i in range(len(g)):
        step = (<list> steps)[i]
        if not step >= 1:
            return NotImplemented
    h.shrink = 1 - lr * weight_decay if decoupled else 1.0
    h.weight_decay = 0.0 if decoupled else weight_decay
    h.beta1, h.beta2, h.eps, h.maximize = beta1, beta2, eps, maximize
    j.options = &h
    for i in range(len(g)):
        step = (<list> steps)[i]
        if step != before:              # most often all parameters are at the same one
            h.step_size = lr / (1 - pow(beta1, step))
            h.root = sqrt(1 - pow(beta2, step))
            before = step
        update(adam_piece, &j, (<list> params)[i], g[i], (<list> exp_avgs)[i], (<list> exp_avg_sqs)[i],
               entry(max_exp_avg_sqs, i))
    return params


def count_steps(steps):
    """Add 1 to each of a list of one-element arrays."""
    cdef int num
    if not full(steps):
        return NotImplemented
    for a in <list> steps:
        num = guard.typenum(a)
        if (num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64) or guard.flat_out(a, num, 1) == NULL:
            return NotImplemented
    for a in <list> steps:
        num = guard.typenum(a)
        if num == cnp.NPY_FLOAT32:
            (<float*> guard.flat_out(a, num, 1))[0] += 1
        else:
            (<double*> guard.flat_out(a, num, 1))[0] += 1
    return steps


# ------------------------------------------------------------------ RMSprop

cdef void rmsprop_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t at = begin * j.item
    t.rmsprop[j.dtype](j.p + at, j.g + at, j.s[0] + at, moved(j.s[1], at), moved(j.s[2], at), <size_t> (end - begin),
                       <const RlRmsprop*> j.options)


def rmsprop_step(params, grads, square_avgs, bufs, means, double lr, double alpha, double eps, double weight_decay,
                 double momentum, bint centered, bint maximize):
    """v = alpha v + (1 - alpha) g^2;  a = sqrt(v | v - mean^2) + eps;  p -= lr (g / a | b = momentum b + g / a).

    `bufs` is a list with momentum > 0, `means` one when centered; otherwise None.
    """
    cdef RlRmsprop h
    cdef Job j
    cdef Py_ssize_t i
    if not full(square_avgs) or full(bufs) != (momentum > 0) or full(means) != centered:
        return NotImplemented
    cdef list g = checked(params, grads, square_avgs, bufs, means)
    if g is None:
        return NotImplemented
    h.lr, h.alpha, h.eps, h.weight_decay, h.momentum, h.maximize = lr, alpha, eps, weight_decay, momentum, maximize
    j.options = &h
    for i in range(len(g)):
        update(rmsprop_piece, &j, (<list> params)[i], g[i], (<list> square_avgs)[i], entry(bufs, i), entry(means, i))
    return params


# ------------------------------------------------------------------ Adagrad

cdef void adagrad_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Job* j = <Job*> ctx
    cdef int64_t at = begin * j.item
    t.adagrad[j.dtype](j.p + at, j.g + at, j.s[0] + at, <size_t> (end - begin), <const RlAdagrad*> j.options)


def adagrad_step(params, grads, sums, steps, double lr, double lr_decay, double eps, double weight_decay,
                 bint maximize):
    """s += g^2;  p -= lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps), with t from `steps`, counted from 1."""
    cdef RlAdagrad h
    cdef Job j
    cdef Py_ssize_t i
    cdef double step
    if not full(sums) or not full(steps) or len(<list> steps) != len(params):
        return NotImplemented
    cdef list g = checked(params, grads, sums, None, None)
    if g is None:
        return NotImplemented
    for i in range(len(g)):
        step = (<list> steps)[i]        # raises here, before anything is changed, when it is no number
    h.eps, h.weight_decay, h.maximize = eps, weight_decay, maximize
    j.options = &h
    for i in range(len(g)):
        step = (<list> steps)[i]
        h.rate = lr / (1 + (step - 1) * lr_decay)
        update(adagrad_piece, &j, (<list> params)[i], g[i], (<list> sums)[i], None, None)
    return params


KERNELS = {
    "count_steps": count_steps, "sgd_step": sgd_step, "adam_step": adam_step, "rmsprop_step": rmsprop_step, "adagrad_step": adagrad_step,
} if t != NULL else {}
