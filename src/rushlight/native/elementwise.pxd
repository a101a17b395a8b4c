"""What the shims of elementwise kernels see of C++."""

from libc.stdint cimport int32_t, int64_t

from rushlight.native.threads cimport RlBody, RlPool

cdef extern from "elementwise.h":
    ctypedef void (*RlLoop)(const void*, const void*, const void*, const void*, void*, size_t, int) noexcept nogil
    ctypedef void (*RlLoad)(const void*, ptrdiff_t, void*, size_t) noexcept nogil
    ctypedef void (*RlStore)(const void*, void*, ptrdiff_t, size_t) noexcept nogil
    ctypedef void (*RlUfuncLoop)(char**, const ptrdiff_t*, const ptrdiff_t*, void*) noexcept nogil
    enum:
        RL_F32, RL_F64, RL_I64, RL_I32, RL_BOOL, RL_F16, RL_BF16, RL_I16, RL_I8, RL_U8, RL_TYPES
        RL_NEG, RL_ABS, RL_EXP, RL_LOG, RL_SQRT, RL_RSQRT, RL_RECIPROCAL, RL_TANH, RL_SIGMOID, RL_RELU, RL_SQUARE, RL_CUBE
        RL_SIN, RL_COS, RL_ERF, RL_GELU, RL_GELU_TANH, RL_SILU, RL_NOT, RL_SIGN, RL_FRAC, RL_MISH, RL_HARDSWISH
        RL_HARDSIGMOID, RL_LOGSIGMOID, RL_ERFC, RL_ERFINV, RL_LOG1P, RL_INVERSE_SQUARE, RL_LGAMMA, RL_DIGAMMA, RL_COPY, RL_CLAMP
        RL_LEAKY_RELU, RL_ELU, RL_SOFTPLUS, RL_SOFTSHRINK, RL_HARDSHRINK, RL_THRESHOLD, RL_FINITE, RL_LOGIT
        RL_ADD, RL_SUB, RL_MUL, RL_DIV, RL_MAXIMUM, RL_MINIMUM, RL_EQ, RL_NE, RL_LT, RL_LE, RL_AND, RL_OR, RL_XOR, RL_POW
        RL_REMAINDER, RL_FMOD, RL_FLOOR_DIVIDE, RL_COPYSIGN, RL_XLOGY, RL_PRELU, RL_LOGADDEXP, RL_HYPOT
        RL_RELU_BACKWARD, RL_TANH_BACKWARD, RL_SIGMOID_BACKWARD, RL_CLAMP_BACKWARD, RL_LEAKY_RELU_BACKWARD, RL_GELU_BACKWARD
        RL_GELU_TANH_BACKWARD, RL_SILU_BACKWARD, RL_ELU_BACKWARD, RL_SOFTPLUS_BACKWARD, RL_MISH_BACKWARD
        RL_HARDSWISH_BACKWARD, RL_HARDTANH_BACKWARD, RL_LOGSIGMOID_BACKWARD, RL_HARDSIGMOID_BACKWARD
        RL_SHRINK_BACKWARD, RL_LOGIT_BACKWARD, RL_AXPY, RL_LERP, RL_HUBER
        RL_LERP_TENSOR, RL_CLAMP_TENSORS, RL_ADDCMUL, RL_ADDCDIV
        MOST_DIMS "RL_MOST_DIMS"
    struct Pointwise:
        RlLoop loop
        RlUfuncLoop ufunc
        void* data
        const void* numbers
        int inputs, nd, across
        int64_t shape[16]
        const char* in_ "in"[3]
        ptrdiff_t in_step[3][16]
        RlLoad load[3]
        ptrdiff_t in_size[3]
        bint as_is[3]
        bint same[3]
        bint dense[3]
        char* out
        ptrdiff_t out_step[16]
        ptrdiff_t out_size
        RlStore store
    struct ElementwiseTable:
        RlLoop (*unary)[5]
        RlLoop (*binary)[5]
        RlLoop (*ternary)[2]
        RlLoop* where
        RlLoad (*load)[5]
        RlStore (*store)[10]
        RlBody run
        RlBody run_across
    const ElementwiseTable* elementwise_table()

cdef extern from "sweep.hpp" namespace "rl":
    void sweep(const RlPool*, int64_t, int64_t, RlBody, void*) noexcept nogil

cdef extern from "lanes.hpp" namespace "rl":
    struct Job:
        RlLoop loop
        int inputs, single
        ptrdiff_t size[3]
        ptrdiff_t out_size
    struct Flat:
        Job job
        const char* in_ "in"[4]
        char* out
    void run_flat(void*, int64_t, int64_t) noexcept nogil

cdef extern from "broadcast.hpp" namespace "rl":
    struct Broadcast:
        Job job
        const char* big
        const char* small
        char* out
        int64_t outer, mid, inner
        bint swap
    void broadcast_rows(void*, int64_t, int64_t) noexcept nogil
    void broadcast_columns(void*, int64_t, int64_t) noexcept nogil

cdef union Number:
    float f32
    double f64
    int64_t i64
    int32_t i32

# What is the same in every call of an op.
cdef struct Op:
    const RlLoop* loops     # a loop for each type that is computed in
    int inputs
    bint truth              # the result is bool
    bint select             # the first operand is a condition; `loops` are by the size of the others' elements
    bint costly
