"""Shims of the elementwise kernels: operands and results through the guard, then one loop.

Accepted: C-contiguous float32/float64/int64/int32/bool arrays of one dtype and one shape; an array
with a Python number or a one-element array; an array with a smaller one that repeats along
leading or trailing dimensions (rows, columns, channels). All else is `NotImplemented`.
"""

cimport numpy as cnp
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_AsDouble, PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from libc.math cimport INFINITY, isinf, isnan
from libc.stdint cimport INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int32_t, int64_t
from numpy cimport ndarray, npy_intp

from rushlight.native cimport guard, pointwise
from rushlight.native.threads cimport RlBody, RlPool, pool

cnp.import_array()

cdef extern from "elementwise.h":
    ctypedef void (*RlLoop)(const void*, const void*, void*, size_t) noexcept nogil
    ctypedef void (*RlLoop3)(const void*, const void*, const void*, void*, size_t) noexcept nogil
    enum:
        RL_F32, RL_F64, RL_I64, RL_I32, RL_BOOL
        RL_VV, RL_VS, RL_SV
        RL_NEG, RL_ABS, RL_EXP, RL_LOG, RL_SQRT, RL_RSQRT, RL_RECIPROCAL, RL_TANH, RL_SIGMOID, RL_RELU, RL_SQUARE
        RL_CUBE, RL_SIN, RL_COS, RL_ERF, RL_GELU, RL_GELU_TANH, RL_SILU, RL_NOT, RL_POW, RL_CLAMP, RL_LEAKY_RELU
        RL_ADD, RL_SUB, RL_MUL, RL_DIV, RL_MAXIMUM, RL_MINIMUM, RL_EQ, RL_NE, RL_LT, RL_LE, RL_GT, RL_GE, RL_AND
        RL_OR, RL_XOR
        RL_RELU_BACKWARD, RL_TANH_BACKWARD, RL_SIGMOID_BACKWARD, RL_CLAMP_BACKWARD
        RL_LEAKY_RELU_BACKWARD, RL_GELU_BACKWARD, RL_GELU_TANH_BACKWARD, RL_SILU_BACKWARD, RL_AXPY, RL_LERP
    struct ElementwiseTable:
        RlLoop (*unary)[5]
        RlLoop (*binary)[3][5]
        RlLoop3 (*ternary)[2]
        RlLoop3 (*where)[4]
    const ElementwiseTable* elementwise_table()

cdef extern from "sweep.hpp" namespace "rl":
    void sweep(const RlPool*, int64_t, int64_t, RlBody, void*) noexcept nogil

cdef extern from "broadcast.hpp" namespace "rl":
    struct Broadcast:
        RlLoop rows
        RlLoop columns
        const char* big
        const char* small
        char* out
        int64_t outer, mid, inner, in_size, out_size
        bint swap
    void broadcast_rows(void*, int64_t, int64_t) noexcept nogil
    void broadcast_columns(void*, int64_t, int64_t) noexcept nogil

cdef const ElementwiseTable* t = elementwise_table()
cdef object ONE = 1

# From how many elements on a loop is shared out over threads, and in pieces of how many.
cdef enum:
    CHEAP_LIMIT = 65536     # bound by memory: add, mul, ...
    CHEAP_GRAIN = 16384
    COSTLY_LIMIT = 32768    # bound by arithmetic: exp, tanh, ...
    COSTLY_GRAIN = 16384

cdef union Number:
    float f32
    double f64
    int64_t i64
    int32_t i32


cdef inline int index_of(object x) noexcept:
    """Return the column of an array's dtype in the tables, or -1."""
    cdef int num = guard.typenum(x)
    if num == cnp.NPY_FLOAT32:
        return RL_F32
    if num == cnp.NPY_FLOAT64:
        return RL_F64
    if num == cnp.NPY_INT64:
        return RL_I64
    if num == cnp.NPY_INT32:
        return RL_I32
    if num == cnp.NPY_BOOL:
        return RL_BOOL
    return -1


cdef inline bint load(object x, int dtype, Number* number) noexcept:
    """Store a Python number as the dtype; false when it is none, or the dtype cannot hold it."""
    cdef double d
    cdef int overflow = 0
    cdef int64_t i
    if PyFloat_CheckExact(x):
        d = PyFloat_AS_DOUBLE(x)
    elif PyLong_CheckExact(x):
        if dtype == RL_I64 or dtype == RL_I32:
            i = PyLong_AsLongLongAndOverflow(x, &overflow)
            if overflow or (dtype == RL_I32 and not INT32_MIN <= i <= INT32_MAX):
                return False
            if dtype == RL_I64:
                number.i64 = i
            else:
                number.i32 = <int32_t> i
            return True
        d = as_double(x)
        if d == -1.0 and x != -1:
            return False
    else:
        return False
    if dtype == RL_F32:
        number.f32 = <float> d
        return True
    if dtype == RL_F64:
        number.f64 = d
        return True
    return False


cdef inline double as_double(object x) noexcept:
    """Return an int as a double; -1 when it is too large for one."""
    try:
        return PyLong_AsDouble(x)
    except OverflowError:
        return -1.0


cdef inline object result_for(object out, object like, int num):
    """Return `out` when it can take a result shaped like `like`, a new array when it is None, else None."""
    if out is None:
        return guard.new_as(like, num)
    if guard.flat_out(out, num, guard.size(like)) == NULL or not guard.same_shape(out, like):
        return None
    return out


# ------------------------------------------------------------------ running loops

cdef struct Flat:
    RlLoop loop
    RlLoop3 loop3
    const char* a
    const char* b
    const char* p
    char* out
    npy_intp a_step, b_step, p_step, out_step       # bytes per element, 0 for a single value


cdef void run_piece(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef Flat* j = <Flat*> ctx
    if j.loop3 == NULL:
        j.loop(j.a + begin * j.a_step, j.b + begin * j.b_step, j.out + begin * j.out_step, <size_t> (end - begin))
    else:
        j.loop3(j.a + begin * j.a_step, j.b + begin * j.b_step, j.p + begin * j.p_step,
                j.out + begin * j.out_step, <size_t> (end - begin))


cdef inline void run(Flat* j, npy_intp n, bint costly) noexcept:
    """Do a job of n elements, on the pool when it is a large one."""
    if n <= (COSTLY_LIMIT if costly else CHEAP_LIMIT):
        run_piece(j, 0, n)
        return
    with nogil:
        sweep(pool(), n, COSTLY_GRAIN if costly else CHEAP_GRAIN, run_piece, j)


# ------------------------------------------------------------------ one operand

cdef object unary(int op, object x, object out, bint costly=False, const void* numbers=NULL):
    """Apply a loop of one operand; `numbers` are its parameters, in the array's dtype."""
    cdef int dtype = index_of(x)
    cdef Flat j
    cdef int num = guard.typenum(x)
    if dtype < 0:
        return pointwise.unary(t.unary[op], x, out, costly, numbers) if numbers == NULL else NotImplemented
    j.loop = t.unary[op][dtype]
    j.loop3 = NULL
    j.a = guard.flat(x, num)
    if j.loop == NULL or j.a == NULL:
        return pointwise.unary(t.unary[op], x, out, costly, numbers)
    result = result_for(out, x, num)
    if result is None or (out is not None and guard.overlaps(result, x)):
        return pointwise.unary(t.unary[op], x, out, costly, numbers)
    cdef npy_intp n = guard.size(x)
    j.out = guard.flat_out(result, num, n)
    j.a_step = j.out_step = cnp.PyArray_ITEMSIZE(<ndarray> x)
    j.b = <const char*> numbers
    j.b_step = 0
    run(&j, n, costly)
    return result


def neg(input, out=None):
    """-x (float, int)."""
    return unary(RL_NEG, input, out)


def abs(input, out=None):
    """|x| (float, int)."""
    return unary(RL_ABS, input, out)


def exp(input, out=None):
    """e**x (float)."""
    return unary(RL_EXP, input, out, True)


def log(input, out=None):
    """Natural logarithm (float)."""
    return unary(RL_LOG, input, out, True)


def sqrt(input, out=None):
    """Square root (float)."""
    return unary(RL_SQRT, input, out)


def rsqrt(input, out=None):
    """1 / sqrt(x) (float)."""
    return unary(RL_RSQRT, input, out)


def reciprocal(input, out=None):
    """1 / x (float)."""
    return unary(RL_RECIPROCAL, input, out)


def tanh(input, out=None):
    """Hyperbolic tangent (float)."""
    return unary(RL_TANH, input, out, True)


def sigmoid(input, out=None):
    """1 / (1 + e**-x) (float)."""
    return unary(RL_SIGMOID, input, out, True)


def relu(input, out=None):
    """max(x, 0); nan and -0 stay (float, int)."""
    return unary(RL_RELU, input, out)


def square(input, out=None):
    """x * x (float, int)."""
    return unary(RL_SQUARE, input, out)


def sin(input, out=None):
    """Sine (float)."""
    return unary(RL_SIN, input, out, True)


def cos(input, out=None):
    """Cosine (float)."""
    return unary(RL_COS, input, out, True)


def erf(input, out=None):
    """Error function (float)."""
    return unary(RL_ERF, input, out, True)


def gelu(input, approximate="none", out=None):
    """x Phi(x), or its tanh approximation (float)."""
    if approximate == "none":
        return unary(RL_GELU, input, out, True)
    if approximate == "tanh":
        return unary(RL_GELU_TANH, input, out, True)
    return NotImplemented


def silu(input, out=None):
    """x sigmoid(x) (float)."""
    return unary(RL_SILU, input, out, True)


def logical_not(input, out=None):
    """not x (bool)."""
    return unary(RL_NOT, input, out)


def leaky_relu(input, negative_slope=0.01, out=None):
    """x where x > 0, else negative_slope * x (float)."""
    cdef Number slope
    if not load(negative_slope, index_of(input), &slope):
        return NotImplemented
    return unary(RL_LEAKY_RELU, input, out, False, &slope)


def pow(input, exponent, out=None):
    """x ** exponent for a Python number: any for float arrays, 2 and 3 for int ones."""
    cdef Number p
    cdef double d
    cdef int dtype = index_of(input)
    if PyFloat_CheckExact(exponent):
        d = PyFloat_AS_DOUBLE(exponent)
        if dtype != RL_F32 and dtype != RL_F64:
            return NotImplemented
    elif PyLong_CheckExact(exponent):
        d = as_double(exponent)
        if d == -1.0 and exponent != -1:
            return NotImplemented
    else:
        return NotImplemented
    if d == 2:
        return unary(RL_SQUARE, input, out)
    if d == 3:
        return unary(RL_CUBE, input, out)
    if d == 0.5:
        return unary(RL_SQRT, input, out)
    if d == -1:
        return unary(RL_RECIPROCAL, input, out)
    if d == -0.5:
        return unary(RL_RSQRT, input, out)
    if dtype == RL_F32:
        p.f32 = <float> d
    elif dtype == RL_F64:
        p.f64 = d
    else:
        return NotImplemented
    return unary(RL_POW, input, out, True, &p)


cdef bint limits(object low, object high, int dtype, Number* numbers) noexcept:
    """Store the bounds of a clamp, infinite where None, next to each other in the dtype."""
    cdef Number lo, hi
    cdef bint ints = dtype == RL_I64 or dtype == RL_I32
    if low is None:
        if ints:
            lo.i64 = INT64_MIN
            if dtype == RL_I32:
                lo.i32 = INT32_MIN
        else:
            load(-INFINITY, dtype, &lo)
    elif not load(low, dtype, &lo):
        return False
    if high is None:
        if ints:
            hi.i64 = INT64_MAX
            if dtype == RL_I32:
                hi.i32 = INT32_MAX
        else:
            load(INFINITY, dtype, &hi)
    elif not load(high, dtype, &hi):
        return False
    if dtype == RL_F32:
        (<float*> numbers)[0] = lo.f32
        (<float*> numbers)[1] = hi.f32
        return not isnan(lo.f32) and not isnan(hi.f32)
    if dtype == RL_F64:
        (<double*> numbers)[0] = lo.f64
        (<double*> numbers)[1] = hi.f64
        return not isnan(lo.f64) and not isnan(hi.f64)
    if dtype == RL_I64:
        (<int64_t*> numbers)[0] = lo.i64
        (<int64_t*> numbers)[1] = hi.i64
        return True
    if dtype == RL_I32:
        (<int32_t*> numbers)[0] = lo.i32
        (<int32_t*> numbers)[1] = hi.i32
        return True
    return False


def clamp(input, min=None, max=None, out=None):
    """min(max(x, low), high) for bounds that are Python numbers or None; nan stays (float, int)."""
    cdef Number numbers[2]
    if (min is None and max is None) or not limits(min, max, index_of(input), numbers):
        return NotImplemented
    return unary(RL_CLAMP, input, out, False, numbers)


def clamp_min(input, min, out=None):
    """max(x, min) for a bound that is a Python number; nan stays (float, int)."""
    return NotImplemented if min is None else clamp(input, min, None, out)


def clamp_max(input, max, out=None):
    """min(x, max) for a bound that is a Python number; nan stays (float, int)."""
    return NotImplemented if max is None else clamp(input, None, max, out)


# ------------------------------------------------------------------ two operands

cdef object binary(int op, object a, object b, object out, bint truth=False):
    """Apply a loop of two operands; the result is bool when `truth`."""
    cdef Flat j
    cdef Number number
    cdef int num, form = RL_VV
    cdef bint array_a = guard.exact(a), array_b = guard.exact(b)
    cdef object like = a if array_a else b
    cdef int dtype = index_of(like)
    if dtype < 0 or t.binary[op][RL_VV][dtype] == NULL:
        return pointwise.binary(t.binary[op][RL_VV], a, b, out, truth)
    num = guard.typenum(like)
    j.loop3 = NULL
    j.a_step = j.b_step = cnp.PyArray_ITEMSIZE(<ndarray> like)
    if array_a:
        j.a = guard.flat(a, num)
    else:
        j.a = <const char*> &number if load(a, dtype, &number) else NULL
        form = RL_SV
    if array_b:
        j.b = guard.flat(b, num)
    else:
        j.b = <const char*> &number if load(b, dtype, &number) else NULL
        form = RL_VS
    if j.a == NULL or j.b == NULL:
        return pointwise.binary(t.binary[op][RL_VV], a, b, out, truth)
    if form == RL_VV and not guard.same_shape(a, b):
        if guard.size(b) == 1 and guard.ndim(b) <= guard.ndim(a):
            form = RL_VS
            number = (<Number*> j.b)[0] if j.b_step == 8 else widen(j.b, j.b_step)
            j.b = <const char*> &number
        elif guard.size(a) == 1 and guard.ndim(a) <= guard.ndim(b):
            form = RL_SV
            like = b
            number = (<Number*> j.a)[0] if j.a_step == 8 else widen(j.a, j.a_step)
            j.a = <const char*> &number
        else:
            return repeated(op, a, b, out, truth)
    cdef int result_num = cnp.NPY_BOOL if truth else num
    result = result_for(out, like, result_num)
    if result is None:
        return pointwise.binary(t.binary[op][RL_VV], a, b, out, truth)
    if out is not None and (
            (form != RL_SV and guard.overlaps(out, a)) or (form != RL_VS and guard.overlaps(out, b))):
        return NotImplemented
    cdef npy_intp n = guard.size(like)
    j.out = guard.flat_out(result, result_num, n)
    j.out_step = 1 if truth else j.a_step
    if form == RL_SV:
        j.a_step = 0
    elif form == RL_VS:
        j.b_step = 0
    j.loop = t.binary[op][form][dtype]
    run(&j, n, False)
    return result


cdef inline Number widen(const char* p, npy_intp size) noexcept:
    """Return the one value at p, of 1 or 4 bytes, so that it can be read as its own type again."""
    cdef Number number
    number.i64 = 0
    if size == 4:
        number.i32 = (<const int32_t*> p)[0]
    else:
        (<char*> &number)[0] = p[0]
    return number


cdef bint split(object big, object small, int64_t* outer, int64_t* mid, int64_t* inner) noexcept:
    """Factor the shape of `big` into outer * mid * inner so that `small` has mid elements and repeats."""
    cdef int nd = guard.ndim(big), nd_small = guard.ndim(small), d, stage = 0
    cdef npy_intp m, s
    outer[0] = mid[0] = inner[0] = 1
    if nd_small > nd:
        return False
    for d in range(nd):
        m = guard.dim(big, d)
        s = guard.dim(small, d - (nd - nd_small)) if d >= nd - nd_small else 1
        if m == 1 and s == 1:
            continue
        if s == m:
            if stage == 2:
                return False
            stage = 1
            mid[0] *= m
        elif s == 1:
            if stage == 0:
                outer[0] *= m
            else:
                stage = 2
                inner[0] *= m
        else:
            return False
    return True


cdef object repeated(int op, object a, object b, object out, bint truth):
    """Apply a loop to two checked arrays of which the smaller repeats along the larger."""
    cdef Broadcast j
    cdef int num = guard.typenum(a), dtype = index_of(a)
    j.swap = not split(a, b, &j.outer, &j.mid, &j.inner)
    if j.swap and not split(b, a, &j.outer, &j.mid, &j.inner):
        return pointwise.binary(t.binary[op][RL_VV], a, b, out, truth)
    big, small = (b, a) if j.swap else (a, b)
    cdef int result_num = cnp.NPY_BOOL if truth else num
    result = result_for(out, big, result_num)
    if result is None:
        return pointwise.binary(t.binary[op][RL_VV], a, b, out, truth)
    if out is not None and (guard.overlaps(out, big) or not guard.disjoint(out, small)):
        return NotImplemented
    cdef npy_intp n = guard.size(big)
    if n == 0:
        return result
    j.big = guard.flat(big, num)
    j.small = guard.flat(small, num)
    j.out = guard.flat_out(result, result_num, n)
    j.in_size = cnp.PyArray_ITEMSIZE(<ndarray> a)
    j.out_size = 1 if truth else j.in_size
    j.rows = t.binary[op][RL_VV][dtype]
    j.columns = t.binary[op][RL_SV if j.swap else RL_VS][dtype]
    cdef int64_t runs = j.outer if j.inner == 1 else j.outer * j.mid
    cdef int64_t grain = CHEAP_GRAIN * runs // n + 1
    if n <= CHEAP_LIMIT:
        if j.inner == 1:
            broadcast_rows(&j, 0, runs)
        else:
            broadcast_columns(&j, 0, runs)
    else:
        with nogil:
            pool().parallel_for(runs, grain, broadcast_rows if j.inner == 1 else broadcast_columns, &j)
    return result


def add(input, other, alpha=1, out=None):
    """input + alpha * other (fused, as torch's, when alpha is not 1)."""
    if alpha is ONE or alpha == 1:
        return binary(RL_ADD, input, other, out)
    return axpy(input, other, alpha, False, out)


def sub(input, other, alpha=1, out=None):
    """input - alpha * other."""
    if alpha is ONE or alpha == 1:
        return binary(RL_SUB, input, other, out)
    return axpy(input, other, alpha, True, out)


def rsub(input, other, alpha=1, out=None):
    """other - input."""
    if alpha is ONE or alpha == 1:
        return binary(RL_SUB, other, input, out)
    return NotImplemented


def mul(input, other, out=None):
    """input * other."""
    return binary(RL_MUL, input, other, out)


def div(input, other, rounding_mode=None, out=None):
    """input / other (float)."""
    if rounding_mode is not None:
        return NotImplemented
    return binary(RL_DIV, input, other, out)


def maximum(input, other, out=None):
    """The larger of two values; nan when either is (float, int)."""
    return binary(RL_MAXIMUM, input, other, out)


def minimum(input, other, out=None):
    """The smaller of two values; nan when either is (float, int)."""
    return binary(RL_MINIMUM, input, other, out)


def eq(input, other, out=None):
    """input == other, as bool."""
    return binary(RL_EQ, input, other, out, True)


def ne(input, other, out=None):
    """input != other, as bool."""
    return binary(RL_NE, input, other, out, True)


def lt(input, other, out=None):
    """input < other, as bool."""
    return binary(RL_LT, input, other, out, True)


def le(input, other, out=None):
    """input <= other, as bool."""
    return binary(RL_LE, input, other, out, True)


def gt(input, other, out=None):
    """input > other, as bool."""
    return binary(RL_GT, input, other, out, True)


def ge(input, other, out=None):
    """input >= other, as bool."""
    return binary(RL_GE, input, other, out, True)


cdef object logical(int op, object a, object b, object out):
    if guard.typenum(a) != cnp.NPY_BOOL or guard.typenum(b) != cnp.NPY_BOOL:
        return NotImplemented
    return binary(op, a, b, out)


def logical_and(input, other, out=None):
    """input and other (bool)."""
    return logical(RL_AND, input, other, out)


def logical_or(input, other, out=None):
    """input or other (bool)."""
    return logical(RL_OR, input, other, out)


def logical_xor(input, other, out=None):
    """Whether exactly one of two is true (bool)."""
    return logical(RL_XOR, input, other, out)


def bitwise_not(input, out=None):
    """~x (bool)."""
    return unary(RL_NOT, input, out)


def bitwise_and(input, other, out=None):
    """input & other (bool, int)."""
    return binary(RL_AND, input, other, out)


def bitwise_or(input, other, out=None):
    """input | other (bool, int)."""
    return binary(RL_OR, input, other, out)


def bitwise_xor(input, other, out=None):
    """input ^ other (bool, int)."""
    return binary(RL_XOR, input, other, out)


# ------------------------------------------------------------------ two arrays and numbers

cdef object paired(int op, object a, object b, object out, bint costly=False, const void* numbers=NULL):
    """Apply a loop to two float arrays of one dtype and shape."""
    cdef Flat j
    cdef int dtype = index_of(a)
    if dtype != RL_F32 and dtype != RL_F64:
        return NotImplemented
    cdef int num = guard.typenum(a)
    cdef npy_intp n = guard.size(a)
    j.loop3 = t.ternary[op][dtype]
    j.a = guard.flat(a, num)
    j.b = guard.flat(b, num)
    if j.a == NULL or j.b == NULL or not guard.same_shape(a, b):
        return NotImplemented
    result = result_for(out, a, num)
    if result is None or (out is not None and (guard.overlaps(out, a) or guard.overlaps(out, b))):
        return NotImplemented
    j.out = guard.flat_out(result, num, n)
    j.a_step = j.b_step = j.out_step = cnp.PyArray_ITEMSIZE(<ndarray> a)
    j.p = <const char*> numbers
    j.p_step = 0
    run(&j, n, costly)
    return result


cdef object axpy(object a, object b, object alpha, bint minus, object out):
    cdef Number p
    if not load(alpha, index_of(a), &p):
        return NotImplemented
    if minus:
        if guard.typenum(a) == cnp.NPY_FLOAT32:
            p.f32 = -p.f32
        else:
            p.f64 = -p.f64
    return paired(RL_AXPY, a, b, out, False, &p)


def lerp(input, end, weight, out=None):
    """input + weight * (end - input) for a Python number, from the nearer end as torch does."""
    cdef Number w
    if not load(weight, index_of(input), &w):
        return NotImplemented
    return paired(RL_LERP, input, end, out, False, &w)


def relu_backward(g, result, out=None):
    """0 where result <= 0, else g."""
    return paired(RL_RELU_BACKWARD, g, result, out)


def tanh_backward(g, result, out=None):
    """g * (1 - result**2)."""
    return paired(RL_TANH_BACKWARD, g, result, out)


def sigmoid_backward(g, result, out=None):
    """g * (1 - result) * result."""
    return paired(RL_SIGMOID_BACKWARD, g, result, out)


def clamp_backward(g, input, min=None, max=None, out=None):
    """g where min <= input <= max, else 0."""
    cdef Number numbers[2]
    if not limits(min, max, index_of(g), numbers):
        return NotImplemented
    return paired(RL_CLAMP_BACKWARD, g, input, out, False, numbers)


def leaky_relu_backward(g, input, negative_slope=0.01, out=None):
    """g where input > 0, else negative_slope * g."""
    cdef Number slope
    if not load(negative_slope, index_of(g), &slope):
        return NotImplemented
    return paired(RL_LEAKY_RELU_BACKWARD, g, input, out, False, &slope)


def gelu_backward(g, input, approximate="none", out=None):
    """g times the derivative of gelu at input."""
    if approximate == "none":
        return paired(RL_GELU_BACKWARD, g, input, out, True)
    if approximate == "tanh":
        return paired(RL_GELU_TANH_BACKWARD, g, input, out, True)
    return NotImplemented


def silu_backward(g, input, out=None):
    """g times the derivative of silu at input."""
    return paired(RL_SILU_BACKWARD, g, input, out, True)


# ------------------------------------------------------------------ where

cdef object select(object condition, object a, object b, object out):
    cdef Flat j
    cdef Number na, nb
    cdef object like = a if guard.exact(a) else b
    cdef int dtype = index_of(like), form = 0, row
    cdef npy_intp n = guard.size(condition), step
    if dtype < 0:
        return pointwise.choose(t.where[0], t.where[1], t.where[2], condition, a, b, out)
    cdef int num = guard.typenum(like)
    step = cnp.PyArray_ITEMSIZE(<ndarray> like)
    j.loop = NULL
    j.a = guard.flat(condition, cnp.NPY_BOOL)
    j.a_step, j.b_step, j.p_step, j.out_step = 1, step, step, step
    if not single(a, num, dtype, &na):
        j.b = guard.flat(a, num) if guard.same_shape(a, condition) else NULL
    else:
        j.b, j.b_step, form = <const char*> &na, 0, 2
    if not single(b, num, dtype, &nb):
        j.p = guard.flat(b, num) if guard.same_shape(b, condition) else NULL
    else:
        j.p, j.p_step, form = <const char*> &nb, 0, form + 1
    if j.a == NULL or j.b == NULL or j.p == NULL:
        return pointwise.choose(t.where[0], t.where[1], t.where[2], condition, a, b, out)
    result = result_for(out, condition, num)
    if result is None or (out is not None and not (
            guard.disjoint(out, condition) and apart(out, a) and apart(out, b))):
        return NotImplemented
    j.out = guard.flat_out(result, num, n)
    row = 0 if step == 1 else 1 if step == 4 else 2
    j.loop3 = t.where[row][form]
    run(&j, n, False)
    return result


cdef inline bint apart(object out, object x) noexcept:
    return not guard.exact(x) or guard.same_shape(out, x) and not guard.overlaps(out, x)


cdef inline bint single(object x, int num, int dtype, Number* number) noexcept:
    """Take the value of a number or of a 0-d array of the dtype."""
    cdef char* p
    if not guard.exact(x):
        return load(x, dtype, number)
    p = guard.flat(x, num) if guard.ndim(x) == 0 else NULL
    if p == NULL:
        return False
    number[0] = (<Number*> p)[0] if cnp.PyArray_ITEMSIZE(<ndarray> x) == 8 else widen(
        p, cnp.PyArray_ITEMSIZE(<ndarray> x))
    return True


def where(condition, input, other, out=None):
    """input where condition, else other; all arrays of the condition's shape, or single values."""
    return select(condition, input, other, out)


def masked_fill(input, mask, value, out=None):
    """value, a number or 0-d array, where mask, else input; both of one shape."""
    cdef Number v
    if guard.ndim(value) > 0 or index_of(input) < 0:
        return NotImplemented
    if out is None and (guard.flat(input, guard.typenum(input)) == NULL or guard.flat(mask, cnp.NPY_BOOL) == NULL):
        return NotImplemented           # torch's result is contiguous whatever the input
    if guard.typenum(input) == cnp.NPY_FLOAT32 and PyFloat_CheckExact(value):
        if load(value, RL_F32, &v) and isinf(v.f32) and not isinf(PyFloat_AS_DOUBLE(value)):
            return NotImplemented       # too large for float32: the body raises
    return select(mask, value, input, out)


KERNELS = {
    f.__name__: f for f in (
        neg, abs, exp, log, sqrt, rsqrt, reciprocal, tanh, sigmoid, relu, square, sin, cos, erf, gelu, silu,
        logical_not, leaky_relu, pow, clamp, add, sub, rsub, mul, div, maximum, minimum, eq, ne, lt, le, gt, ge,
        bitwise_and, bitwise_or, bitwise_xor, relu_backward, tanh_backward,
        sigmoid_backward, clamp_backward, leaky_relu_backward, gelu_backward, silu_backward, where,
        masked_fill, clamp_min, clamp_max, logical_and, logical_or, logical_xor, bitwise_not, lerp)
} if t != NULL else {}
