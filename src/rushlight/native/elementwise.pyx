"""Elementwise kernels: operands and results through the guard, then one loop over their elements.

There are two ways to a loop. The short one takes C-contiguous arrays of one dtype and one shape, Python numbers, arrays of one
element, and of two operands also a smaller one that repeats along leading or trailing dimensions. All else goes the
long one: aligned native arrays that broadcast together, with strides that are not negative; half precision is
computed in float32. What neither takes is `NotImplemented`. Loops of NumPy's ufuncs stand in where its functions
are as fast as ours would be: they run on the pool here.
"""

cimport cython
cimport numpy as cnp
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_AsDouble, PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from libc.math cimport INFINITY, isinf
from libc.stdint cimport INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int32_t, int64_t
from libc.string cimport memcpy
from numpy cimport ndarray, npy_intp

import numpy as np

from rushlight.native cimport guard
from rushlight.native.threads cimport RlBody, pool

cnp.import_array()
cnp.import_umath()

cdef extern from "numpy/ufuncobject.h":
    ctypedef struct PyUFuncObject:
        int nin, nout, ntypes
        RlUfuncLoop* functions
        void** data
        char* types

cdef const ElementwiseTable* t = elementwise_table()

# From how many elements on a loop is shared out over threads, and in pieces of how many.
cdef enum:
    CHEAP_LIMIT = 65536     # bound by memory: add, mul, ...
    COSTLY_LIMIT = 32768    # bound by arithmetic: exp, tanh, ...
    GRAIN = 16384

cdef ptrdiff_t[10] SIZES = [4, 8, 8, 4, 1, 2, 2, 2, 1, 1]
cdef int[10] NUMS = [cnp.NPY_FLOAT32, cnp.NPY_FLOAT64, cnp.NPY_INT64, cnp.NPY_INT32, cnp.NPY_BOOL, cnp.NPY_FLOAT16, -1,
                     cnp.NPY_INT16, cnp.NPY_INT8, cnp.NPY_UINT8]


def set_bfloat16(dtype):
    """Say which dtype is bfloat16 (it is registered with NumPy by a package)."""
    NUMS[RL_BF16] = (<cnp.dtype?> dtype).num


cdef inline int code_of(object x) noexcept:
    """Return the type of an array's elements as the tables count them, or -1."""
    cdef int num = guard.typenum(x), k
    if num < 0:
        return -1
    for k in range(RL_TYPES):
        if num == NUMS[k]:
            return k
    return -1


cdef inline int computed_in(int code) noexcept:
    """Return the type in which loops compute elements of a type, or -1."""
    return code if code <= RL_BOOL else RL_F32 if code <= RL_BF16 else -1


cdef inline RlLoop loop_of(const Op* op, int type) noexcept:
    """Return an op's loop for a type that is computed in, or NULL."""
    if type < 0:
        return NULL
    return op.loops[(0 if type == RL_BOOL else SIZES[type] >> 2) if op.select else type]


cdef bint load(object x, int dtype, Number* number) noexcept:
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


# ------------------------------------------------------------------ the short way

cdef object apply(const Op* op, object a, object b, object c, object out, const void* numbers=NULL):
    """Apply an op to arrays and numbers; `numbers` are its parameters, in the type that it computes in."""
    cdef Flat j
    cdef Number values[3]
    cdef int k, num, dtype, own, wanted
    cdef ptrdiff_t size
    cdef const char* p
    like = shape = None
    for k in range(op.inputs):
        x = a if k == 0 else b if k == 1 else c
        if guard.exact(x):
            if shape is None or (guard.size(shape) == 1 and guard.ndim(x) >= guard.ndim(shape)):
                shape = x
            if like is None and not (op.select and k == 0):
                like = x
    dtype = code_of(like)
    if dtype < 0:
        return NotImplemented
    j.job.loop = loop_of(op, computed_in(dtype))
    if j.job.loop == NULL or dtype > RL_BOOL:
        return compute(op, a, b, c, out, numbers)
    num, size = NUMS[dtype], SIZES[dtype]
    j.job.inputs, j.job.single = op.inputs, 0
    for k in range(op.inputs):
        x = a if k == 0 else b if k == 1 else c
        own, j.job.size[k], wanted = dtype, size, num
        if op.select and k == 0:
            own, j.job.size[k], wanted = RL_BOOL, 1, cnp.NPY_BOOL
        if guard.exact(x):
            p = guard.flat(x, wanted)
            if p == NULL:
                return compute(op, a, b, c, out, numbers)
            if not guard.same_shape(x, shape):
                if guard.size(x) != 1 or guard.ndim(x) > guard.ndim(shape):
                    if op.inputs == 2:
                        return repeated(op, a, b, out, numbers)
                    return compute(op, a, b, c, out, numbers)
                memcpy(&values[k], p, j.job.size[k])
                p = <const char*> &values[k]
                j.job.single |= 1 << k
        else:
            if not load(x, own, &values[k]):
                return NotImplemented
            p = <const char*> &values[k]
            j.job.single |= 1 << k
        j.in_[k] = p
    j.in_[op.inputs] = <const char*> numbers
    if op.truth:
        num = cnp.NPY_BOOL
    result = result_for(out, shape, num)
    if result is None:
        return compute(op, a, b, c, out, numbers)
    if out is not None:
        for k in range(op.inputs):
            if not j.job.single >> k & 1 and guard.overlaps(out, a if k == 0 else b if k == 1 else c):
                return NotImplemented
    cdef npy_intp n = guard.size(shape)
    j.out = guard.flat_out(result, num, n)
    j.job.out_size = 1 if op.truth else size
    if n <= (COSTLY_LIMIT if op.costly else CHEAP_LIMIT):
        run_flat(&j, 0, n)
    else:
        with nogil:
            sweep(pool(), n, GRAIN, run_flat, &j)
    return result


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


cdef object repeated(const Op* op, object a, object b, object out, const void* numbers):
    """Apply a loop to two contiguous arrays of one dtype of which the smaller repeats along the larger."""
    cdef Broadcast j
    cdef int num = guard.typenum(a), dtype = code_of(a), result_num = cnp.NPY_BOOL if op.truth else num
    j.big, j.small = guard.flat(a, num), guard.flat(b, num)
    if numbers != NULL or j.big == NULL or j.small == NULL:
        return compute(op, a, b, None, out, numbers)
    j.swap = not split(a, b, &j.outer, &j.mid, &j.inner)
    if j.swap and not split(b, a, &j.outer, &j.mid, &j.inner):
        return compute(op, a, b, None, out, numbers)
    big, small = (b, a) if j.swap else (a, b)
    result = result_for(out, big, result_num)
    if result is None:
        return compute(op, a, b, None, out, numbers)
    if out is not None and (guard.overlaps(out, big) or not guard.disjoint(out, small)):
        return NotImplemented
    cdef npy_intp n = guard.size(big)
    if n == 0:
        return result
    j.big, j.small = guard.flat(big, num), guard.flat(small, num)
    j.out = guard.flat_out(result, result_num, n)
    j.job.loop, j.job.inputs, j.job.single = op.loops[dtype], 2, 0
    j.job.size[0] = j.job.size[1] = SIZES[dtype]
    j.job.out_size = 1 if op.truth else SIZES[dtype]
    cdef int64_t runs = j.outer if j.inner == 1 else j.outer * j.mid
    cdef RlBody body = broadcast_columns
    if j.inner == 1:
        body = broadcast_rows
    if n <= CHEAP_LIMIT:
        body(&j, 0, runs)
    else:
        with nogil:
            pool().parallel_for(runs, GRAIN * runs // n + 1, body, &j)
    return result


# ------------------------------------------------------------------ the long way

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
    cdef bint found = True
    for d in range(nd):
        at = d - (nd - own)
        steps[d] = 0 if at < 0 or (guard.dim(x, at) == 1 and shape[d] != 1) else guard.stride(x, at)
        found = found and steps[d] >= 0
    return found


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


cdef object compute(const Op* op, object a, object b, object c, object out, const void* numbers):
    """Apply an op to operands of any layout; half precision in float32, its numbers in float32 as well."""
    cdef Pointwise j
    cdef int types[3]
    cdef int k, code = -1
    for k in range(1 if op.select else 0, op.inputs):
        x = a if k == 0 else b if k == 1 else c
        if guard.exact(x):
            if code >= 0 and code_of(x) != code:
                return NotImplemented
            code = code_of(x)
            if code < 0:
                return NotImplemented
    types[0] = types[1] = types[2] = computed_in(code)
    j.loop = loop_of(op, types[0])
    if code < 0 or j.loop == NULL or (op.select and guard.typenum(a) != cnp.NPY_BOOL):
        return NotImplemented
    if op.select:
        types[0] = RL_BOOL
    j.ufunc = NULL
    j.numbers = numbers
    j.inputs = op.inputs
    if op.truth:
        return lay_out(&j, a, b, c, types, RL_BOOL, RL_BOOL, code, out, op.costly)
    return lay_out(&j, a, b, c, types, types[1], code, code, out, op.costly)


cdef object lay_out(Pointwise* j, object a, object b, object c, int* types, int result_type, int out_type, int given, object out,
                    bint costly):
    """Run a job whose loop is set on one to three operands.

    types: what the loop takes each operand in; result_type: what it makes; out_type: the type of the result in memory; given:
    that of the operands, to which numbers are rounded.
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
            if not load(x, types[i], &numbers[i]):
                return NotImplemented
            if out_type == RL_BOOL and (given == RL_F16 or given == RL_BF16):
                t.store[RL_F32][given](&numbers[i], &numbers[i], 2, 1)
                t.load[given][RL_F32](&numbers[i], 2, &numbers[i], 1)
            codes[i], j.in_[i] = types[i], <const char*> &numbers[i]
            continue
        codes[i], j.in_[i] = code_of(x), guard.behaved(x)
        if codes[i] < 0 or j.in_[i] == NULL or guard.ndim(x) > MOST_DIMS:
            return NotImplemented
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
        elif not read_steps(operands[i], nd, shape, j.in_step[i]) and out is None:
            return NotImplemented       # NumPy would order the result's dimensions otherwise
    # the result, and the order of dimensions
    if out is None:
        sort_dims(j, order)
        step = SIZES[out_type]
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
            if guard.exact(operands[i]) and guard.intersects(out, operands[i]):
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
        j.load[i] = t.load[codes[i]][types[i]]
        if j.load[i] == NULL:
            return NotImplemented
        j.as_is[i] = codes[i] == types[i] or (SIZES[codes[i]] == 1 and types[i] == RL_BOOL)
        j.same[i] = j.inputs > 1
        for d in range(j.nd):
            j.same[i] = j.same[i] and j.in_step[i][d] == 0
        j.dense[i] = j.as_is[i] and not j.same[i] and is_dense(j, j.in_step[i], j.in_size[i])
        if j.nd > 1 and not j.same[i] and j.as_is[i] and j.in_step[i][j.nd - 2] == j.in_size[i] and \
                j.in_step[i][j.nd - 1] != j.in_size[i] and j.in_step[i][j.nd - 1] and j.shape[j.nd - 1] > 3:
            j.across = True
    j.store = t.store[result_type][out_type]
    if j.store == NULL:
        return NotImplemented
    if not j.across and (out_type == result_type or SIZES[out_type] == 1 == SIZES[result_type]) and is_dense(j, j.out_step, j.out_size):
        j.store = NULL
    share(j, n, costly)
    return result


cdef void share(Pointwise* j, npy_intp n, bint costly) noexcept:
    """Run a job, on the pool when it is a large one."""
    cdef int64_t blocks, each, limit = COSTLY_LIMIT if costly else CHEAP_LIMIT
    cdef int d
    if j.across:
        blocks = (j.shape[j.nd - 2] + 15) // 16
        for d in range(j.nd - 2):
            blocks *= j.shape[d]
        each = 1 + GRAIN // (16 * j.shape[j.nd - 1])
        if n <= limit:
            t.run_across(j, 0, blocks)
        else:
            with nogil:
                pool().parallel_for(blocks, each, t.run_across, j)
    elif n <= limit:
        t.run(j, 0, n)
    else:
        with nogil:
            sweep(pool(), n, GRAIN, t.run, j)



# ------------------------------------------------------------------ NumPy's loops

cdef object by_ufunc(object ufunc, int out_num, object a, object b, object out, bint half):
    """Run a ufunc's loop on the pool; half precision in float32 where `half`."""
    cdef Pointwise j
    cdef int types[2]
    cdef int code = code_of(a if guard.exact(a) else b), inputs = 1 if b is None else 2, i, k, num
    cdef PyUFuncObject* u = <PyUFuncObject*> (<void*> ufunc)
    cdef bint fits
    types[0] = types[1] = computed_in(code)
    if types[0] < 0 or (types[0] > RL_F64 if half else code > RL_I32):
        return NotImplemented
    if (guard.exact(a) and code_of(a) != code) or (guard.exact(b) and code_of(b) != code):
        return NotImplemented
    num = NUMS[types[0]]
    j.loop = NULL
    j.ufunc = NULL
    j.numbers = NULL
    j.inputs = inputs
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
        return lay_out(&j, a, b, None, types, types[0], code, code, out, True)
    return lay_out(&j, a, b, None, types, RL_BOOL, RL_BOOL, code, out, True)


def _of_one(ufunc, out_num=-1):
    """Return a kernel made of a ufunc of one operand."""
    @cython.binding(True)
    def kernel(input, out=None):
        return by_ufunc(ufunc, out_num, input, None, out, True)
    return kernel


def _of_two(ufunc, half):
    """Return a kernel made of a ufunc of two operands."""
    @cython.binding(True)
    def kernel(input, other, out=None):
        return by_ufunc(ufunc, -1, input, other, out, half)
    return kernel


def _round(input, decimals=0, out=None):
    """The nearest whole number, halves to the even one (float)."""
    return by_ufunc(np.rint, -1, input, None, out, True) if type(decimals) is int and decimals == 0 else NotImplemented


# ------------------------------------------------------------------ ops by table

cdef Op of_one(int which, bint costly):
    return Op(loops=&t.unary[which][0], inputs=1, truth=False, select=False, costly=costly)


cdef Op of_two(int which, bint costly):
    return Op(loops=&t.binary[which][0], inputs=2, truth=RL_EQ <= which <= RL_LE, select=False, costly=costly)


cdef bint numbers_in(object given, int dtype, Number* numbers) noexcept:
    """Store numbers next to each other in a type; false when one is none, or does not fit."""
    cdef int k = 0
    cdef Number one
    for x in given:
        if not load(x, dtype, &one):
            return False
        memcpy(<char*> numbers + k * SIZES[dtype], &one, SIZES[dtype])
        k += 1
    return True


cdef object with_numbers(const Op* op, object a, object b, object out, tuple given, object c=None):
    """Apply an op with Python numbers as its parameters."""
    cdef Number numbers[4]
    cdef int code = code_of(a), dtype = computed_in(code)
    if code < 0 or dtype < 0 or dtype == RL_BOOL or not numbers_in(given, dtype, numbers):
        return NotImplemented
    return apply(op, a, b, c, out, numbers)


def _unary(int which, bint costly=False):
    """Return a kernel of one operand."""
    cdef Op op = of_one(which, costly)

    @cython.binding(True)
    def kernel(input, out=None):
        return apply(&op, input, None, None, out)
    return kernel


def _unary_given(int which, bint costly=False):
    """Return a kernel of one operand and one number."""
    cdef Op op = of_one(which, costly)

    @cython.binding(True)
    def kernel(input, number, out=None):
        return with_numbers(&op, input, None, out, (number,))
    return kernel


def _binary(int which, bint swap=False, bint costly=False):
    """Return a kernel of two operands, which take each other's place when `swap`."""
    cdef Op op = of_two(which, costly)

    @cython.binding(True)
    def kernel(input, other, out=None):
        return apply(&op, other, input, None, out) if swap else apply(&op, input, other, None, out)
    return kernel


def _backward(int which, bint costly=False):
    """Return a kernel of a gradient and what was saved, with any numbers."""
    cdef Op op = of_two(which, costly)

    @cython.binding(True)
    def kernel(g, saved, *numbers):
        return with_numbers(&op, g, saved, None, numbers)
    return kernel


def _logical(int which):
    """Return a kernel of two arrays of truth values."""
    cdef Op op = of_two(which, False)

    @cython.binding(True)
    def kernel(input, other, out=None):
        if guard.typenum(input) != cnp.NPY_BOOL or guard.typenum(other) != cnp.NPY_BOOL:
            return NotImplemented
        return apply(&op, input, other, None, out)
    return kernel


cdef object one(int which, object x, object out, bint costly=False):
    cdef Op op = of_one(which, costly)
    return apply(&op, x, None, None, out)


cdef object two(int which, object a, object b, object out, bint costly=False):
    cdef Op op = of_two(which, costly)
    return apply(&op, a, b, None, out)


cdef object given_one(int which, object x, object out, tuple given, bint costly=False):
    cdef Op op = of_one(which, costly)
    return with_numbers(&op, x, None, out, given)


cdef object given_two(int which, object a, object b, object out, tuple given, bint costly=False):
    cdef Op op = of_two(which, costly)
    return with_numbers(&op, a, b, out, given)


cdef object three(int which, object a, object b, object c, object out, tuple given=()):
    """Apply a loop of three operands (float)."""
    cdef Op op = Op(loops=&t.ternary[which][0], inputs=3, truth=False, select=False, costly=False)
    if computed_in(code_of(a)) > RL_F64:
        return NotImplemented
    return with_numbers(&op, a, b, out, given, c)


# ------------------------------------------------------------------ ops with options

def gelu(input, approximate="none", out=None):
    """x Phi(x), or its tanh approximation (float)."""
    if approximate != "none" and approximate != "tanh":
        return NotImplemented
    return one(RL_GELU if approximate == "none" else RL_GELU_TANH, input, out, True)


def gelu_backward(g, input, approximate="none", out=None):
    """g times the derivative of gelu at input."""
    if approximate != "none" and approximate != "tanh":
        return NotImplemented
    return two(RL_GELU_BACKWARD if approximate == "none" else RL_GELU_TANH_BACKWARD, g, input, out, True)


cdef dict POWERS = {2.0: RL_SQUARE, 3.0: RL_CUBE, 0.5: RL_SQRT, -1.0: RL_RECIPROCAL, -0.5: RL_RSQRT, -2.0: RL_INVERSE_SQUARE}


def pow(input, exponent, out=None):
    """x ** exponent for a Python number: any for float arrays, 2 and 3 for int ones; or for float arrays."""
    cdef int code = code_of(input)
    if PyFloat_CheckExact(exponent) or PyLong_CheckExact(exponent):
        if code > RL_F64 and PyFloat_CheckExact(exponent) and computed_in(code) > RL_F64:
            return NotImplemented
        which = POWERS.get(exponent)
        if which is not None:
            return one(which, input, out)
    elif not guard.exact(exponent):
        return NotImplemented
    return two(RL_POW, input, exponent, out, True)


cdef tuple BOUNDS = (float, int, type(None))


cdef object limits(object low, object high, int dtype):
    """Return the bounds of a clamp, the extreme ones of the dtype where None; None when one is nan."""
    if dtype == RL_I64 or dtype == RL_I32:
        return (INT64_MIN if dtype == RL_I64 else INT32_MIN) if low is None else low, (
            INT64_MAX if dtype == RL_I64 else INT32_MAX) if high is None else high
    low, high = -INFINITY if low is None else low, INFINITY if high is None else high
    return None if low != low or high != high else (low, high)


def clamp(input, min=None, max=None, out=None):
    """min(max(x, low), high); nan stays (float, int; for bounds that are numbers or None, or two arrays)."""
    if guard.exact(min) and guard.exact(max):
        return three(RL_CLAMP_TENSORS, input, min, max, out)
    if (min is None and max is None) or guard.exact(min) or guard.exact(max):
        return NotImplemented
    bounds = limits(min, max, computed_in(code_of(input)))
    return NotImplemented if bounds is None else given_one(RL_CLAMP, input, out, bounds)


def clamp_backward(g, input, min=None, max=None, out=None):
    """g where min <= input <= max, else 0."""
    if type(min) not in BOUNDS or type(max) not in BOUNDS:
        return NotImplemented
    bounds = limits(min, max, RL_F32)
    if bounds is None or computed_in(code_of(g)) > RL_F64:
        return NotImplemented
    return given_two(RL_CLAMP_BACKWARD, g, input, out, bounds)


def clamp_min(input, min, out=None):
    """max(x, min); nan stays (float, int)."""
    return two(RL_MAXIMUM, input, min, out) if guard.exact(min) else NotImplemented if min is None else clamp(input, min, None, out)


def clamp_max(input, max, out=None):
    """min(x, max); nan stays (float, int)."""
    return two(RL_MINIMUM, input, max, out) if guard.exact(max) else NotImplemented if max is None else clamp(input, None, max, out)


cdef object axpy(object a, object b, object alpha, object out):
    """a + alpha * b, fused as torch's (float32, float64)."""
    if guard.exact(alpha) or code_of(a) > RL_F64 or not guard.exact(b):   # halves are rounded after each step
        return NotImplemented
    return given_two(RL_AXPY, a, b, out, (alpha,))


def add(input, other, alpha=1, out=None):
    """input + alpha * other."""
    return two(RL_ADD, input, other, out) if alpha is ONE or alpha == 1 else axpy(input, other, alpha, out)


def sub(input, other, alpha=1, out=None):
    """input - alpha * other."""
    if alpha is ONE or alpha == 1:
        return two(RL_SUB, input, other, out)
    return axpy(input, other, -alpha, out) if type(alpha) in (int, float) else NotImplemented


def rsub(input, other, alpha=1, out=None):
    """other - input."""
    return two(RL_SUB, other, input, out) if alpha is ONE or alpha == 1 else NotImplemented


def div(input, other, rounding_mode=None, out=None):
    """input / other (float), or rounded down."""
    if rounding_mode == "floor":
        return KERNELS["floor_divide"](input, other, out)
    return two(RL_DIV, input, other, out) if rounding_mode is None else NotImplemented


cdef object ONE = 1


def lerp(input, end, weight, out=None):
    """input + weight * (end - input), from the nearer end as torch does (float32, float64)."""
    if code_of(input) > RL_F64 or not guard.exact(end):
        return NotImplemented
    return three(RL_LERP_TENSOR, input, end, weight, out) if guard.exact(weight) else given_two(RL_LERP, input, end, out, (weight,))


def _fused_product(int which):
    """Return the kernel of input + value * tensor1 * tensor2, or / tensor2 (float)."""
    @cython.binding(True)
    def kernel(input, tensor1, tensor2, value=1, out=None):
        if out is None and guard.flat(input, guard.typenum(input)) == NULL:
            return NotImplemented           # torch's result is contiguous whatever the input
        return three(which, input, tensor1, tensor2, out, (value,))
    return kernel


def elu(input, alpha, scale, input_scale, out=None):
    """scale * x where positive, else scale * alpha * (e**(input_scale * x) - 1) (float)."""
    if type(alpha) not in (int, float):
        return NotImplemented
    return given_one(RL_ELU, input, out, (alpha * scale, scale, input_scale), True)


def elu_backward(g, input, alpha, scale, input_scale):
    """g times the derivative of elu at input (float)."""
    if type(alpha) not in (int, float):
        return NotImplemented
    return given_two(RL_ELU_BACKWARD, g, input, None, (alpha * scale, scale, input_scale), True)


def celu(input, alpha, out=None):
    """x where positive, else alpha * (e**(x / alpha) - 1) (float)."""
    if type(alpha) not in (int, float) or alpha == 0:
        return NotImplemented
    return given_one(RL_ELU, input, out, (alpha, 1.0, 1.0 / alpha), True)


def softplus(input, beta=1.0, threshold=20.0):
    """log(1 + e**(beta x)) / beta (float)."""
    return given_one(RL_SOFTPLUS, input, None, (beta, threshold), True)


def hardtanh(input, min_val, max_val, out=None):
    """min(max(x, min_val), max_val); nan stays (float)."""
    if type(min_val) not in (int, float) or type(max_val) not in (int, float) or not min_val <= max_val:
        return NotImplemented
    return given_one(RL_CLAMP, input, out, (min_val, max_val)) if computed_in(code_of(input)) <= RL_F64 else NotImplemented


def logsigmoid(input):
    """log(sigmoid(x)) (float; a contiguous result)."""
    return one(RL_LOGSIGMOID, input, None, True) if guard.flat(input, guard.typenum(input)) != NULL else NotImplemented


def softshrink(input, lambd=0.5):
    """x moved towards 0 by lambd (float)."""
    if type(lambd) not in (int, float) or not 0 <= lambd <= 3.40282e38:
        return NotImplemented
    return given_one(RL_SOFTSHRINK, input, None, (lambd,))


def threshold(input, threshold, value, out=None):
    """x where x > threshold, else value (float)."""
    return given_one(RL_THRESHOLD, input, out, (threshold, value))


cdef dict LARGEST = {RL_F32: float(np.finfo(np.float32).max), RL_F64: float(np.finfo(np.float64).max)}


def nan_to_num(input, nan=None, posinf=None, neginf=None, out=None):
    """Numbers in place of nan, inf and -inf (float32, float64)."""
    most = LARGEST.get(code_of(input))
    if most is None:
        return NotImplemented
    return given_one(RL_FINITE, input, out, (
        0.0 if nan is None else nan, most if posinf is None else posinf, -most if neginf is None else neginf))


def logit(input, eps=None, out=None):
    """log(x / (1 - x)), x limited to [eps, 1 - eps] (float32, float64)."""
    if code_of(input) > RL_F64 or not (eps is None or type(eps) is float):
        return NotImplemented
    return given_one(RL_LOGIT, input, out, (-INFINITY, INFINITY) if eps is None else (eps, 1.0 - eps), True)


cdef dict QUOTIENTS = {RL_REMAINDER: np.remainder, RL_FMOD: np.fmod, RL_FLOOR_DIVIDE: np.floor_divide, RL_LOGADDEXP: np.logaddexp}


def _quotient(int which):
    """Return the kernel of a division with remainder, or of logaddexp (float32, float64; int64, int32 by a number)."""

    @cython.binding(True)
    def kernel(input, other, out=None):
        if PyLong_CheckExact(other) and other != 0 and code_of(input) in (RL_I64, RL_I32):
            return by_ufunc(QUOTIENTS[which], -1, input, other, out, False)
        return two(which, input, other, out, True) if code_of(input if guard.exact(input) else other) <= RL_F64 else NotImplemented
    return kernel


def where(condition, input, other, out=None):
    """input where condition, else other."""
    cdef Op op = Op(loops=&t.where[0], inputs=3, truth=False, select=True, costly=False)
    return apply(&op, condition, input, other, out)


def masked_fill(input, mask, value, out=None):
    """value, a number or 0-d array, where mask, else input; the mask of one shape with input, or smaller."""
    cdef Number v
    if guard.ndim(value) > 0 or code_of(input) < 0 or guard.ndim(mask) > guard.ndim(input):
        return NotImplemented
    if out is None and guard.flat(input, guard.typenum(input)) == NULL:
        return NotImplemented           # torch's result is contiguous whatever the input
    for d in range(guard.ndim(mask)):
        if guard.dim(mask, d) != 1 and guard.dim(mask, d) != guard.dim(input, d + guard.ndim(input) - guard.ndim(mask)):
            return NotImplemented       # the result would be larger than input
    if guard.typenum(input) == cnp.NPY_FLOAT32 and PyFloat_CheckExact(value):
        if load(value, RL_F32, &v) and isinf(v.f32) and not isinf(PyFloat_AS_DOUBLE(value)):
            return NotImplemented       # too large for float32: the body raises
    return where(mask, value, input, out)


def copy_into(target, source):
    """Write source into target, of one shape, in any layouts; numbers are converted where they differ in type."""
    cdef Pointwise j
    cdef int types[1]
    cdef int code = code_of(source), to = code_of(target), kind
    if code < 0 or to < 0 or not guard.same_shape(target, source):
        return NotImplemented
    kind = computed_in(code)
    if SIZES[code] == 1 == SIZES[to] and (code == to or to != RL_BOOL):
        kind = RL_BOOL                                  # bytes as they are
    elif to == RL_F16 or to == RL_BF16:
        kind = RL_F32
    elif code == RL_BOOL or code > RL_BF16:
        kind = RL_I32
    types[0] = kind
    j.loop = t.unary[RL_COPY][kind]
    j.ufunc = NULL
    j.numbers = NULL
    j.inputs = 1
    return lay_out(&j, source, None, None, types, kind, to, to, target, False)


KERNELS = {f.__name__: f for f in (
    gelu, gelu_backward, pow, clamp, clamp_backward, clamp_min, clamp_max, add, sub, rsub, div, lerp, elu, elu_backward, celu,
    softplus, hardtanh, logsigmoid, softshrink, threshold, nan_to_num, where, masked_fill, copy_into, logit)}
KERNELS.update({name: _unary(which, costly) for name, which, costly in (
    ("neg", RL_NEG, False), ("abs", RL_ABS, False), ("exp", RL_EXP, True), ("log", RL_LOG, True), ("sqrt", RL_SQRT, False),
    ("rsqrt", RL_RSQRT, False), ("reciprocal", RL_RECIPROCAL, False), ("tanh", RL_TANH, True), ("sigmoid", RL_SIGMOID, True),
    ("relu", RL_RELU, False), ("square", RL_SQUARE, False), ("sin", RL_SIN, True), ("cos", RL_COS, True), ("erf", RL_ERF, True),
    ("silu", RL_SILU, True), ("logical_not", RL_NOT, False), ("bitwise_not", RL_NOT, False), ("sign", RL_SIGN, False),
    ("sgn", RL_SIGN, False), ("erfc", RL_ERFC, True), ("erfinv", RL_ERFINV, True), ("log1p", RL_LOG1P, True),
    ("lgamma", RL_LGAMMA, True), ("digamma", RL_DIGAMMA, True),
    ("frac", RL_FRAC, False), ("mish", RL_MISH, True), ("hardswish", RL_HARDSWISH, False),
    ("hardsigmoid", RL_HARDSIGMOID, False))})
KERNELS.update({name: _unary_given(which) for name, which in (("leaky_relu", RL_LEAKY_RELU), ("hardshrink", RL_HARDSHRINK))})
KERNELS.update({name: _binary(which, swap) for name, which, swap in (
    ("mul", RL_MUL, False), ("maximum", RL_MAXIMUM, False), ("minimum", RL_MINIMUM, False), ("eq", RL_EQ, False), ("ne", RL_NE, False),
    ("lt", RL_LT, False), ("le", RL_LE, False), ("gt", RL_LT, True), ("ge", RL_LE, True), ("bitwise_and", RL_AND, False),
    ("bitwise_or", RL_OR, False), ("bitwise_xor", RL_XOR, False), ("copysign", RL_COPYSIGN, False), ("xlogy", RL_XLOGY, False),
    ("prelu", RL_PRELU, False), ("hypot", RL_HYPOT, False))})
KERNELS.update({name: _logical(which) for name, which in (
    ("logical_and", RL_AND), ("logical_or", RL_OR), ("logical_xor", RL_XOR))})
KERNELS.update({name + "_backward": _backward(which, costly) for name, which, costly in (
    ("relu", RL_RELU_BACKWARD, False), ("tanh", RL_TANH_BACKWARD, False), ("sigmoid", RL_SIGMOID_BACKWARD, False),
    ("leaky_relu", RL_LEAKY_RELU_BACKWARD, False), ("silu", RL_SILU_BACKWARD, True), ("softplus", RL_SOFTPLUS_BACKWARD, True),
    ("mish", RL_MISH_BACKWARD, True), ("hardswish", RL_HARDSWISH_BACKWARD, False), ("hardtanh", RL_HARDTANH_BACKWARD, False),
    ("logsigmoid", RL_LOGSIGMOID_BACKWARD, True), ("hardsigmoid", RL_HARDSIGMOID_BACKWARD, False),
    ("shrink", RL_SHRINK_BACKWARD, False), ("logit", RL_LOGIT_BACKWARD, False))})
KERNELS.update({"round": _round, "addcmul": _fused_product(RL_ADDCMUL), "addcdiv": _fused_product(RL_ADDCDIV)})
KERNELS.update({name: _quotient(which) for name, which in (
    ("remainder", RL_REMAINDER), ("fmod", RL_FMOD), ("floor_divide", RL_FLOOR_DIVIDE), ("logaddexp", RL_LOGADDEXP))})
KERNELS.update({name: _of_one(ufunc) for name, ufunc in (
    ("expm1", np.expm1), ("exp2", np.exp2), ("log2", np.log2), ("log10", np.log10), ("tan", np.tan),
    ("asin", np.arcsin), ("acos", np.arccos), ("atan", np.arctan), ("sinh", np.sinh), ("cosh", np.cosh), ("asinh", np.arcsinh),
    ("acosh", np.arccosh), ("atanh", np.arctanh), ("floor", np.floor), ("ceil", np.ceil), ("trunc", np.trunc))})
KERNELS.update({name: _of_one(ufunc, cnp.NPY_BOOL) for name, ufunc in (
    ("isnan", np.isnan), ("isinf", np.isinf), ("isfinite", np.isfinite), ("signbit", np.signbit))})
KERNELS.update({name: _of_two(ufunc, name != "nextafter") for name, ufunc in (
    ("atan2", np.arctan2), ("fmax", np.fmax), ("fmin", np.fmin), ("nextafter", np.nextafter))})
huber = _backward(RL_HUBER)     # of inputs and targets
KERNELS = KERNELS if t != NULL else {}
