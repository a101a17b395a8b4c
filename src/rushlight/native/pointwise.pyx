"""Shims of elementwise kernels over operands of any layout, and of those that have no shorter way.

Accepted: aligned native arrays of float16, bfloat16, float32 or float64 (some also of integers) that
broadcast together, with strides that are not negative, and Python numbers. Half precision is computed in float32. Loops of NumPy's
ufuncs stand in where its functions are as fast as ours would be: they run on the pool here.
"""

cimport cython
cimport numpy as cnp
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_AsDouble, PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from libc.stdint cimport INT32_MAX, INT32_MIN, int32_t, int64_t
from libc.string cimport memcpy
from numpy cimport ndarray, npy_intp

import numpy as np

from rushlight.native cimport guard
from rushlight.native.threads cimport RlBody, RlPool, pool

cnp.import_array()
cnp.import_umath()

cdef extern from "pointwise.h":
    ctypedef void (*RlLoad)(const void*, ptrdiff_t, void*, size_t) noexcept nogil
    ctypedef void (*RlStore)(const void*, void*, ptrdiff_t, size_t) noexcept nogil
    ctypedef void (*RlUfuncLoop)(char**, const ptrdiff_t*, const ptrdiff_t*, void*) noexcept nogil
    enum:
        RL_F32, RL_F64, RL_I64, RL_I32, RL_BOOL
        RL_IN_F16, RL_IN_BF16, RL_IN_I16, RL_IN_I8, RL_IN_U8
        RL_P_SIGN, RL_P_FRAC, RL_P_ELU, RL_P_SOFTPLUS, RL_P_MISH, RL_P_HARDSWISH, RL_P_HARDSIGMOID, RL_P_HARDTANH
        RL_P_LOGSIGMOID, RL_P_SOFTSHRINK, RL_P_HARDSHRINK, RL_P_THRESHOLD, RL_P_FINITE, RL_P_COPY
        RL_P_REMAINDER, RL_P_FMOD, RL_P_FLOOR_DIVIDE, RL_P_COPYSIGN, RL_P_XLOGY, RL_P_PRELU, RL_P_RRELU, RL_P_LOGADDEXP
        RL_P_GLU, RL_P_HYPOT
        RL_P_ADDCMUL, RL_P_ADDCDIV, RL_P_LERP, RL_P_CLAMP
        MOST_DIMS "RL_MOST_DIMS"
    struct Pointwise:
        RlLoop loop
        RlLoop3 loop3
        RlUfuncLoop ufunc
        void* data
        const void* numbers
        int inputs, nd, across
        int64_t shape[16]
        const char* in_ "in"[3]
        ptrdiff_t in_step[3][16]
        RlLoad load[3]
        RlLoad gather[3]
        ptrdiff_t in_size[3]
        bint same[3]
        bint dense[3]
        char* out
        ptrdiff_t out_step[16]
        ptrdiff_t out_size
        RlStore store
    struct PointwiseTable:
        RlLoad (*load)[5]
        RlStore (*store)[10]
        RlBody run
        RlBody run_across
        RlLoop (*unary)[2]
        RlLoop (*binary)[2]
        RlLoop3 (*ternary)[2]
    const PointwiseTable* pointwise_table()

cdef extern from "sweep.hpp" namespace "rl":
    void sweep(const RlPool*, int64_t, int64_t, RlBody, void*) noexcept nogil

cdef extern from "numpy/ufuncobject.h":
    ctypedef struct PyUFuncObject:
        int nin, nout, ntypes
        RlUfuncLoop* functions
        void** data
        char* types

cdef const PointwiseTable* t = pointwise_table()

cdef enum:
    LIMIT = 32768       # elements from which on the pool takes part
    GRAIN = 16384

cdef union Number:
    float f32
    double f64
    int64_t i64
    int32_t i32

cdef ptrdiff_t[5] SIZES = [4, 8, 8, 4, 1]               # of what loops compute in
cdef int[10] NUMS = [cnp.NPY_FLOAT32, cnp.NPY_FLOAT64, cnp.NPY_INT64, cnp.NPY_INT32, cnp.NPY_BOOL, cnp.NPY_FLOAT16, -1,
                     cnp.NPY_INT16, cnp.NPY_INT8, cnp.NPY_UINT8]


cdef int code_of(object x) noexcept:
    """Return the type of an array's elements as the tables count them, or -1."""
    cdef int num = guard.typenum(x), k
    for k in range(10):
        if num == NUMS[k] and num >= 0:
            return k
    if num > cnp.NPY_VOID and cnp.PyArray_ITEMSIZE(<ndarray> x) == 2 and num == BRAIN:
        return RL_IN_BF16
    return -1


cdef int BRAIN = -2


def set_bfloat16(dtype):
    """Say which dtype is bfloat16 (it is registered with NumPy by a package)."""
    global BRAIN
    BRAIN = (<cnp.dtype?> dtype).num


cdef bint load_number(object x, int code, Number* number) noexcept:
    """Store a Python number in the type that a loop computes in; false when it is none or does not fit."""
    cdef int overflow = 0
    cdef int64_t i
    cdef double d
    if PyFloat_CheckExact(x):
        d = PyFloat_AS_DOUBLE(x)
    elif PyLong_CheckExact(x):
        i = PyLong_AsLongLongAndOverflow(x, &overflow)
        if overflow or (code == RL_I32 and not INT32_MIN <= i <= INT32_MAX):
            return False
        if code == RL_I64:
            number.i64 = i
            return True
        if code == RL_I32:
            number.i32 = <int32_t> i
            return True
        d = <double> i
    else:
        return False
    if code == RL_F32:
        number.f32 = <float> d
        return True
    if code == RL_F64:
        number.f64 = d
        return True
    return False


# ------------------------------------------------------------------ layout

cdef bint broadcast(object x, int nd, npy_intp* shape) noexcept:
    """Join an array's shape with one of `nd` dimensions; false when they do not broadcast."""
    cdef int own = guard.ndim(x), d
    cdef npy_intp m
    for d in range(own):
        m = guard.dim(x, d)
        if shape[nd - own + d] == 1:
            shape[nd - own + d] = m
        elif m != 1 and m != shape[nd - own + d]:
            return False
    return True


cdef bint read_steps(object x, int nd, npy_intp* shape, ptrdiff_t* steps) noexcept:
    """Fill an array's strides in the broadcast shape; false when one is negative."""
    cdef int own = guard.ndim(x), d, at
    for d in range(nd):
        at = d - (nd - own)
        steps[d] = 0 if at < 0 or (guard.dim(x, at) == 1 and shape[d] != 1) else guard.stride(x, at)
        if steps[d] < 0:
            return False
    return True


cdef void sort_dims(Pointwise* j, int* order) noexcept:
    """Order dimensions as NumPy orders those of a new result: by the inputs' strides, C order where they disagree."""
    cdef int d, k, i, verdict, place
    cdef ptrdiff_t a, b
    for d in range(j.nd):                       # insertion, outermost first
        k, place = d, d
        while k > 0:
            k -= 1
            verdict = 0
            for i in range(j.inputs):
                a, b = j.in_step[i][order[k]], j.in_step[i][d]
                if a and b and a < b:
                    verdict = 1
                elif a and b:
                    verdict = -1
                    break
            if verdict > 0:
                place = k
            elif verdict < 0:
                break
        for k in range(d, place, -1):
            order[k] = order[k - 1]
        order[place] = d


cdef bint intersects(object out, object x) noexcept:
    """Tell whether two arrays share memory otherwise than element upon element."""
    cdef char* p = guard.behaved(out)
    cdef char* q = guard.behaved(x)
    cdef ptrdiff_t p_end = cnp.PyArray_ITEMSIZE(<ndarray> out), q_end = cnp.PyArray_ITEMSIZE(<ndarray> x)
    cdef int d
    cdef bint twins = p == q and p_end == q_end and guard.same_shape(out, x)
    for d in range(guard.ndim(out)):
        p_end += (guard.dim(out, d) - 1) * guard.stride(out, d)
        twins = twins and (guard.stride(out, d) == guard.stride(x, d) or guard.dim(out, d) == 1)
    for d in range(guard.ndim(x)):
        q_end += (guard.dim(x, d) - 1) * guard.stride(x, d)
    return not twins and p < q + q_end and q < p + p_end


cdef void permute(int nd, int* order, ptrdiff_t* steps) noexcept:
    cdef ptrdiff_t before[16]
    cdef int d
    for d in range(nd):
        before[d] = steps[d]
    for d in range(nd):
        steps[d] = before[order[d]]


cdef void merge(Pointwise* j) noexcept:
    """Drop dimensions of one element and join those that run on in every operand."""
    cdef int d, last = -1, i
    cdef int64_t length
    cdef bint joins
    for d in range(j.nd):
        length = j.shape[d]
        if length == 1:
            continue
        joins = last >= 0 and j.out_step[last] == j.out_step[d] * j.shape[d]
        for i in range(j.inputs):
            joins = joins and j.in_step[i][last] == j.in_step[i][d] * j.shape[d]
        if not joins:
            last += 1
            j.shape[last] = 1
        j.shape[last] *= length
        j.out_step[last] = j.out_step[d]
        for i in range(j.inputs):
            j.in_step[i][last] = j.in_step[i][d]
    if last < 0:
        last = 0
        j.shape[0], j.out_step[0] = 1, j.out_size
        for i in range(j.inputs):
            j.in_step[i][0] = 0
    j.nd = last + 1


cdef bint is_dense(Pointwise* j, ptrdiff_t* steps, ptrdiff_t size) noexcept:
    cdef int d
    for d in range(j.nd - 1, -1, -1):
        if steps[d] != size and j.shape[d] != 1:
            return False
        size *= j.shape[d]
    return True


cdef object compute(Pointwise* j, object a, object b, object c, int* types, int result_type, int out_type, object out, bint costly):
    """Run a job whose loop is set on one to three operands.

    types: what the loop takes each operand in; result_type: what it makes; out_type: the type in memory of the result, that of
    the first operand's code when -1.
    """
    cdef tuple operands = (a, b, c)
    cdef Number numbers[3]
    cdef npy_intp shape[16]
    cdef npy_intp strides[16]
    cdef int codes[3]
    cdef int order[16]
    cdef int i, d, nd = 0, mid
    cdef npy_intp n = 1
    cdef ptrdiff_t step
    like = None
    for i in range(j.inputs):
        x = operands[i]
        j.in_size[i] = SIZES[types[i]]
        if not guard.exact(x):
            if not load_number(x, types[i], &numbers[i]):
                return NotImplemented
            codes[i], j.in_[i] = types[i], <const char*> &numbers[i]
            continue
        codes[i], j.in_[i] = code_of(x), guard.behaved(x)
        if codes[i] < 0 or j.in_[i] == NULL or guard.ndim(x) > MOST_DIMS:
            return NotImplemented
        if like is None or codes[i] == out_type:
            like = x
        if guard.ndim(x) > nd:
            nd = guard.ndim(x)
    if like is None or nd > MOST_DIMS:
        return NotImplemented
    for d in range(nd):
        shape[d] = 1
    for i in range(j.inputs):
        if guard.exact(operands[i]) and not broadcast(operands[i], nd, shape):
            return NotImplemented
    j.nd = nd
    for d in range(nd):
        j.shape[d] = shape[d]
        n *= shape[d]
    for i in range(j.inputs):
        if not guard.exact(operands[i]):
            for d in range(nd):
                j.in_step[i][d] = 0
        elif not read_steps(operands[i], nd, shape, j.in_step[i]):
            return NotImplemented
    # the result, and the order of dimensions
    if out is None:
        sort_dims(j, order)
        step = item_of(out_type)
        for d in range(nd - 1, -1, -1):
            strides[order[d]] = step
            step *= shape[order[d]] if shape[order[d]] > 1 else 1
        result = guard.new_strided(like, NUMS[out_type], nd, shape, strides)
    else:
        result = out
        if not guard.exact(out) or code_of(out) != out_type or guard.ndim(out) != nd:
            return NotImplemented
        for d in range(nd):
            if guard.dim(out, d) != shape[d]:
                return NotImplemented
            strides[d] = guard.stride(out, d)
            if strides[d] < 0 or (strides[d] == 0 and shape[d] > 1):
                return NotImplemented
        for i in range(j.inputs):
            if guard.exact(operands[i]) and intersects(out, operands[i]):
                return NotImplemented
        for d in range(nd):
            order[d] = d
            mid = d
            while mid > 0 and strides[order[mid - 1]] < strides[d]:
                order[mid] = order[mid - 1]
                mid -= 1
            order[mid] = d
    j.out = guard.behaved_out(result)
    if j.out == NULL:
        return NotImplemented
    if n == 0:
        return result
    for d in range(nd):
        j.shape[d] = shape[order[d]]
        j.out_step[d] = strides[order[d]]
    for i in range(j.inputs):
        permute(nd, order, j.in_step[i])
    j.out_size = SIZES[result_type]
    merge(j)
    # what each operand needs
    j.across = False
    for i in range(j.inputs):
        j.gather[i] = t.load[codes[i]][types[i]]
        j.load[i] = j.gather[i]
        if codes[i] == types[i]:
            j.load[i] = NULL
        j.same[i] = True
        for d in range(j.nd):
            j.same[i] = j.same[i] and j.in_step[i][d] == 0
        j.dense[i] = j.load[i] == NULL and not j.same[i] and is_dense(j, j.in_step[i], j.in_size[i])
        if j.nd > 1 and not j.same[i] and j.load[i] == NULL and j.in_step[i][j.nd - 2] == j.in_size[i] and \
                j.in_step[i][j.nd - 1] != j.in_size[i] and j.in_step[i][j.nd - 1] and j.shape[j.nd - 1] > 3:
            j.across = True
    j.store = t.store[result_type][out_type]
    if not j.across and out_type == result_type and is_dense(j, j.out_step, j.out_size):
        j.store = NULL
    share(j, n, costly)
    return result


cdef inline ptrdiff_t item_of(int code) noexcept:
    return SIZES[code] if code <= RL_BOOL else 2 if code <= RL_IN_I16 else 1


cdef void share(Pointwise* j, npy_intp n, bint costly) noexcept:
    """Run a job, on the pool when it is a large one."""
    cdef int64_t blocks, each
    cdef int d
    if j.across:
        blocks = (j.shape[j.nd - 2] + 15) // 16
        for d in range(j.nd - 2):
            blocks *= j.shape[d]
        each = 1 + GRAIN // (16 * j.shape[j.nd - 1])
        if n <= LIMIT:
            t.run_across(j, 0, blocks)
        else:
            with nogil:
                pool().parallel_for(blocks, each, t.run_across, j)
    elif n <= LIMIT:
        t.run(j, 0, n)
    else:
        with nogil:
            sweep(pool(), n, GRAIN, t.run, j)


cdef inline int computed_in(int code) noexcept:
    """Return the type in which loops compute elements of a floating type, or -1."""
    return code if code == RL_F32 or code == RL_F64 else RL_F32 if code == RL_IN_F16 or code == RL_IN_BF16 else -1


cdef inline void clear(Pointwise* j, int inputs, const void* numbers) noexcept:
    j.loop = NULL
    j.loop3 = NULL
    j.ufunc = NULL
    j.numbers = numbers
    j.inputs = inputs


cdef inline int first_code(object a, object b, object c) noexcept:
    return code_of(a if guard.exact(a) else b if guard.exact(b) else c)


cdef inline bint mixed(object x, int code) noexcept:
    return guard.exact(x) and code_of(x) != code


# ------------------------------------------------------------------ for elementwise.pyx

cdef object unary(const RlLoop* loops, object x, object out, bint costly, const void* numbers):
    """Apply a loop of one operand; `numbers` are in the type that it computes in."""
    cdef Pointwise j
    cdef int types[1]
    cdef int code = code_of(x)
    types[0] = code if 0 <= code <= RL_BOOL else computed_in(code)
    if types[0] < 0 or loops[types[0]] == NULL:
        return NotImplemented
    clear(&j, 1, numbers)
    j.loop = loops[types[0]]
    return compute(&j, x, None, None, types, types[0], code, out, costly)


cdef object binary(const RlLoop* loops, object a, object b, object out, bint truth):
    """Apply a loop of two operands; the result is bool when `truth`."""
    cdef Pointwise j
    cdef int types[2]
    cdef int code = first_code(a, b, None)
    types[0] = types[1] = code if 0 <= code <= RL_BOOL else computed_in(code)
    if types[0] < 0 or loops[types[0]] == NULL or mixed(a, code) or mixed(b, code):
        return NotImplemented
    if truth and code > RL_BOOL and not (guard.exact(a) and guard.exact(b)):
        return NotImplemented               # a number is rounded to half precision first
    clear(&j, 2, NULL)
    j.loop = loops[types[0]]
    return compute(&j, a, b, None, types, RL_BOOL if truth else types[0], RL_BOOL if truth else code, out, False)


cdef object choose(const RlLoop3* one, const RlLoop3* four, const RlLoop3* eight, object condition, object a, object b, object out):
    """a where the condition holds, else b."""
    cdef Pointwise j
    cdef int types[3]
    cdef int code = first_code(a, b, None)
    types[0] = RL_BOOL
    types[1] = types[2] = code if 0 <= code <= RL_BOOL else computed_in(code)
    if types[1] < 0 or code_of(condition) != RL_BOOL or mixed(a, code) or mixed(b, code):
        return NotImplemented
    clear(&j, 3, NULL)
    j.loop3 = (one if types[1] == RL_BOOL else four if SIZES[types[1]] == 4 else eight)[0]
    return compute(&j, condition, a, b, types, types[1], code, out, False)


# ------------------------------------------------------------------ ops of one operand

cdef object own_unary(int op, object x, object out, tuple given=()):
    """Apply one of this family's loops to floats; `given` are its numbers."""
    cdef double numbers[3]
    cdef float singles[3]
    cdef int code = code_of(x), i
    cdef Pointwise j
    cdef int types[1]
    types[0] = computed_in(code)
    if types[0] < 0:
        return NotImplemented
    for i in range(len(given)):
        if not (PyFloat_CheckExact(given[i]) or PyLong_CheckExact(given[i])):
            return NotImplemented
        try:
            numbers[i] = given[i]
        except OverflowError:
            return NotImplemented
        singles[i] = <float> numbers[i]
    clear(&j, 1, <const void*> singles if types[0] == RL_F32 else <const void*> numbers)
    j.loop = t.unary[op][types[0]]
    return compute(&j, x, None, None, types, types[0], code, out, True)


def sign(input, out=None):
    """-1, 0 or 1; 0 for nan (float)."""
    return own_unary(RL_P_SIGN, input, out)


def frac(input, out=None):
    """x - trunc(x) (float)."""
    return own_unary(RL_P_FRAC, input, out)


def elu(input, alpha, scale, input_scale, out=None):
    """scale * x where positive, else scale * alpha * (e**(input_scale * x) - 1) (float)."""
    if not (PyFloat_CheckExact(alpha) or PyLong_CheckExact(alpha)):
        return NotImplemented
    return own_unary(RL_P_ELU, input, out, (alpha * scale, scale, input_scale))


def celu(input, alpha, out=None):
    """x where positive, else alpha * (e**(x / alpha) - 1) (float)."""
    if not (PyFloat_CheckExact(alpha) or PyLong_CheckExact(alpha)) or alpha == 0:
        return NotImplemented
    return own_unary(RL_P_ELU, input, out, (alpha, 1.0, 1.0 / alpha))


def softplus(input, beta=1.0, threshold=20.0, out=None):
    """log(1 + e**(beta x)) / beta (float)."""
    return own_unary(RL_P_SOFTPLUS, input, out, (beta, threshold))


def mish(input, out=None):
    """x tanh(softplus(x)) (float)."""
    return own_unary(RL_P_MISH, input, out)


def hardswish(input, out=None):
    """x min(max(x + 3, 0), 6) / 6 (float)."""
    return own_unary(RL_P_HARDSWISH, input, out)


def hardsigmoid(input, out=None):
    """min(max(x + 3, 0), 6) / 6 (float)."""
    return own_unary(RL_P_HARDSIGMOID, input, out)


def hardtanh(input, min_val, max_val, out=None):
    """min(max(x, min_val), max_val); nan stays (float)."""
    if not (PyFloat_CheckExact(min_val) or PyLong_CheckExact(min_val)) or not (
            PyFloat_CheckExact(max_val) or PyLong_CheckExact(max_val)) or not min_val <= max_val:
        return NotImplemented
    return own_unary(RL_P_HARDTANH, input, out, (min_val, max_val))


def logsigmoid(input):
    """log(sigmoid(x)) (float; a contiguous result)."""
    if not guard.exact(input) or not cnp.PyArray_ISCARRAY_RO(<ndarray> input):
        return NotImplemented
    return own_unary(RL_P_LOGSIGMOID, input, None)


def softshrink(input, lambd=0.5):
    """x moved towards 0 by lambd (float)."""
    if not (PyFloat_CheckExact(lambd) or PyLong_CheckExact(lambd)) or not 0 <= lambd <= 3.40282e38:
        return NotImplemented
    return own_unary(RL_P_SOFTSHRINK, input, None, (lambd,))


def hardshrink(input, lambd=0.5):
    """x where |x| > lambd, else 0 (float)."""
    return own_unary(RL_P_HARDSHRINK, input, None, (lambd,))


def threshold(input, threshold, value, out=None):
    """x where x > threshold, else value (float)."""
    return own_unary(RL_P_THRESHOLD, input, out, (threshold, value))


cdef object LARGEST = {RL_F32: float(np.finfo(np.float32).max), RL_F64: float(np.finfo(np.float64).max)}


def nan_to_num(input, nan=None, posinf=None, neginf=None, out=None):
    """Numbers in place of nan, inf and -inf (float32, float64)."""
    most = LARGEST.get(code_of(input))
    if most is None:
        return NotImplemented
    return own_unary(RL_P_FINITE, input, out, (
        0.0 if nan is None else nan, most if posinf is None else posinf, -most if neginf is None else neginf))


# ------------------------------------------------------------------ ops of two and three operands

cdef object own_binary(int op, object a, object b, object out):
    cdef Pointwise j
    cdef int types[2]
    cdef int code = first_code(a, b, None)
    types[0] = types[1] = computed_in(code)
    if types[0] < 0 or mixed(a, code) or mixed(b, code):
        return NotImplemented
    clear(&j, 2, NULL)
    j.loop = t.binary[op][types[0]]
    return compute(&j, a, b, None, types, types[0], code, out, True)


def remainder(input, other, out=None):
    """input - other * floor(input / other) (float32, float64)."""
    if first_code(input, other, None) > RL_F64:
        return NotImplemented
    return own_binary(RL_P_REMAINDER, input, other, out)


def fmod(input, other, out=None):
    """input - other * trunc(input / other) (float32, float64)."""
    if first_code(input, other, None) > RL_F64:
        return NotImplemented
    return own_binary(RL_P_FMOD, input, other, out)


def floor_divide(input, other, out=None):
    """The quotient rounded down (float32, float64)."""
    if first_code(input, other, None) > RL_F64:
        return NotImplemented
    return own_binary(RL_P_FLOOR_DIVIDE, input, other, out)


def copysign(input, other, out=None):
    """|input| with the sign of other (float)."""
    return own_binary(RL_P_COPYSIGN, input, other, out)


def xlogy(input, other, out=None):
    """input * log(other), 0 where input is 0 (float)."""
    return own_binary(RL_P_XLOGY, input, other, out)


def prelu(input, weight):
    """x where positive, else weight * x (float)."""
    return own_binary(RL_P_PRELU, input, weight, None)


def logaddexp(input, other):
    """log(e**input + e**other) (float32, float64)."""
    if first_code(input, other, None) > RL_F64:
        return NotImplemented
    return own_binary(RL_P_LOGADDEXP, input, other, None)


def hypot(input, other, out=None):
    """sqrt(input**2 + other**2) (float)."""
    return own_binary(RL_P_HYPOT, input, other, out)


cdef object own_ternary(int op, object a, object b, object c, object out):
    cdef Pointwise j
    cdef int types[3]
    cdef int code = first_code(a, b, c)
    types[0] = types[1] = types[2] = computed_in(code)
    if types[0] < 0 or mixed(a, code) or mixed(b, code) or mixed(c, code):
        return NotImplemented
    clear(&j, 3, NULL)
    j.loop3 = t.ternary[op][types[0]]
    return compute(&j, a, b, c, types, types[0], code, out, False)


cdef object lerp_tensor(object input, object end, object weight, object out):
    """input + weight * (end - input), from the nearer end (float32, float64)."""
    if first_code(input, end, weight) > RL_F64:
        return NotImplemented
    return own_ternary(RL_P_LERP, input, end, weight, out)


cdef object clamp_tensors(object input, object low, object high, object out):
    """min(max(input, low), high); nan wins (float)."""
    return own_ternary(RL_P_CLAMP, input, low, high, out)


# ------------------------------------------------------------------ NumPy's loops

cdef object by_ufunc(object ufunc, int out_num, object a, object b, object out, bint half):
    """Run a ufunc's loop for floats on the pool; half precision in float32 where `half`."""
    cdef Pointwise j
    cdef int types[2]
    cdef int code = first_code(a, b, None), inputs = 1 if b is None else 2, i, k, num
    cdef PyUFuncObject* u = <PyUFuncObject*> (<void*> ufunc)
    cdef bint fits
    types[0] = types[1] = computed_in(code)
    if types[0] < 0 or (code > RL_F64 and not half) or mixed(a, code) or mixed(b, code):
        return NotImplemented
    num = NUMS[types[0]]
    clear(&j, inputs, NULL)
    for i in range(u.ntypes):
        fits = u.nin == inputs and u.nout == 1 and u.types[i * (inputs + 1) + inputs] == (num if out_num < 0 else out_num)
        for k in range(inputs):
            fits = fits and u.types[i * (inputs + 1) + k] == num
        if fits:
            j.ufunc = u.functions[i]
            j.data = u.data[i] if u.data != NULL else NULL
            break
    if j.ufunc == NULL:
        return NotImplemented
    if out_num < 0:
        return compute(&j, a, b, None, types, types[0], code, out, True)
    return compute(&j, a, b, None, types, RL_BOOL, RL_BOOL, out, True)


def _of_one(ufunc, out_num=-1):
    """Return a kernel made of a ufunc of one operand."""
    @cython.binding(True)  # a closure: only a Python-like function can tell its parameters
    def kernel(input, out=None):
        return by_ufunc(ufunc, out_num, input, None, out, True)
    return kernel


def _of_two(ufunc, half):
    """Return a kernel made of a ufunc of two operands."""
    @cython.binding(True)  # a closure: only a Python-like function can tell its parameters
    def kernel(input, other, out=None):
        return by_ufunc(ufunc, -1, input, other, out, half)
    return kernel


def _round(input, decimals=0, out=None):
    """The nearest whole number, halves to the even one (float)."""
    return by_ufunc(np.rint, -1, input, None, out, True) if type(decimals) is int and decimals == 0 else NotImplemented


def copy_into(target, source):
    """Write source into target, of one shape, in any layouts; floats, int64, int32 and truth values, converted where they differ."""
    cdef Pointwise j
    cdef int types[1]
    cdef int code = code_of(source), to = code_of(target)
    types[0] = code if 0 <= code <= RL_BOOL else computed_in(code)
    if types[0] < 0 or to < 0 or not guard.same_shape(target, source) or (code != to and (to > RL_IN_BF16 or (
            code <= RL_F64 and to not in (RL_F32, RL_F64, RL_IN_F16, RL_IN_BF16, RL_BOOL)))):
        return NotImplemented
    clear(&j, 1, NULL)
    j.loop = COPIES[types[0]]
    return compute(&j, source, None, None, types, types[0], to, target, False)


cdef void copy4(const void* a, const void* b, void* out, size_t n) noexcept nogil:
    memcpy(out, a, 4 * n)


cdef void copy8(const void* a, const void* b, void* out, size_t n) noexcept nogil:
    memcpy(out, a, 8 * n)


cdef void copy1(const void* a, const void* b, void* out, size_t n) noexcept nogil:
    memcpy(out, a, n)


cdef RlLoop[5] COPIES = [copy4, copy8, copy8, copy4, copy1]

KERNELS = {f.__name__: f for f in (
    sign, frac, elu, celu, softplus, mish, hardswish, hardsigmoid, hardtanh, logsigmoid, softshrink, hardshrink, threshold,
    nan_to_num, remainder, fmod, floor_divide, copysign, xlogy, prelu, logaddexp, hypot, copy_into)}
KERNELS["round"] = _round
KERNELS.update({name: _of_one(ufunc) for name, ufunc in (
    ("expm1", np.expm1), ("exp2", np.exp2), ("log1p", np.log1p), ("log2", np.log2), ("log10", np.log10), ("tan", np.tan),
    ("asin", np.arcsin), ("acos", np.arccos), ("atan", np.arctan), ("sinh", np.sinh), ("cosh", np.cosh), ("asinh", np.arcsinh),
    ("acosh", np.arccosh), ("atanh", np.arctanh), ("floor", np.floor), ("ceil", np.ceil), ("trunc", np.trunc))})
KERNELS.update({name: _of_one(ufunc, cnp.NPY_BOOL) for name, ufunc in (
    ("isnan", np.isnan), ("isinf", np.isinf), ("isfinite", np.isfinite), ("signbit", np.signbit))})
KERNELS.update({name: _of_two(ufunc, name != "nextafter") for name, ufunc in (
    ("atan2", np.arctan2), ("fmax", np.fmax), ("fmin", np.fmin), ("nextafter", np.nextafter))})
KERNELS = KERNELS if t != NULL else {}
