// Elementwise kernels: `out[i] = op(a[i], b[i], c[i])`, one loop per op and dtype, and what lays operands out for them.
#pragma once
#include <stddef.h>

#include "level.h"

// n is a multiple of RL_LANES. a, b and c point to n elements each, or to RL_LANES where that operand's bit of `single` is
// set: every block takes those. An op of fewer operands ignores the others, or takes its numbers from the first it does
// not use (`d` after three). `out` may be the very memory of an operand. See lanes.hpp.
enum { RL_LANES = 64 };
typedef void (*RlLoop)(const void* a, const void* b, const void* c, const void* d, void* out, size_t n, int single);

// Types of elements in memory. The first five are those that loops compute in.
enum { RL_F32, RL_F64, RL_I64, RL_I32, RL_BOOL, RL_F16, RL_BF16, RL_I16, RL_I8, RL_U8, RL_TYPES, RL_COMPUTED = RL_F16 };

enum {
    RL_NEG, RL_ABS, RL_EXP, RL_LOG, RL_SQRT, RL_RSQRT, RL_RECIPROCAL, RL_TANH, RL_SIGMOID, RL_RELU, RL_SQUARE, RL_CUBE, RL_SIN,
    RL_COS, RL_ERF, RL_GELU, RL_GELU_TANH, RL_SILU, RL_NOT, RL_SIGN, RL_FRAC, RL_MISH, RL_HARDSWISH, RL_HARDSIGMOID,
    RL_LOGSIGMOID, RL_ERFC, RL_ERFINV, RL_LOG1P, RL_INVERSE_SQUARE, RL_LGAMMA, RL_DIGAMMA, RL_COPY,
    // the numbers of these follow the operand
    RL_CLAMP,        // min, max
    RL_LEAKY_RELU,   // slope
    RL_ELU,          // alpha * scale, scale, input scale
    RL_SOFTPLUS,     // beta, threshold
    RL_SOFTSHRINK, RL_HARDSHRINK,  // lambda
    RL_THRESHOLD,    // threshold, value
    RL_FINITE,       // for nan, inf, -inf
    RL_LOGIT,        // least and greatest argument
    RL_UNARIES
};
enum {
    RL_ADD, RL_SUB, RL_MUL, RL_DIV, RL_MAXIMUM, RL_MINIMUM, RL_EQ, RL_NE, RL_LT, RL_LE, RL_AND, RL_OR, RL_XOR, RL_POW, RL_REMAINDER,
    RL_FMOD, RL_FLOOR_DIVIDE, RL_COPYSIGN, RL_XLOGY, RL_PRELU, RL_LOGADDEXP, RL_HYPOT,
    // gradients g * f'(x): the second operand is the saved input or output, the op's numbers follow
    RL_RELU_BACKWARD, RL_TANH_BACKWARD, RL_SIGMOID_BACKWARD, RL_CLAMP_BACKWARD, RL_LEAKY_RELU_BACKWARD, RL_GELU_BACKWARD,
    RL_GELU_TANH_BACKWARD, RL_SILU_BACKWARD, RL_ELU_BACKWARD, RL_SOFTPLUS_BACKWARD, RL_MISH_BACKWARD, RL_HARDSWISH_BACKWARD,
    RL_HARDTANH_BACKWARD, RL_LOGSIGMOID_BACKWARD,
    RL_HARDSIGMOID_BACKWARD, RL_SHRINK_BACKWARD,
    RL_LOGIT_BACKWARD,  // least and greatest argument, slope outside
    RL_AXPY,         // a + p b
    RL_LERP,         // a + p (b - a)
    RL_HUBER,        // of a - b: where the square ends, factor
    RL_BINARIES
};
enum { RL_LERP_TENSOR, RL_CLAMP_TENSORS, RL_ADDCMUL, RL_ADDCDIV /* the last two: value */, RL_TERNARIES };

// n elements, `step` bytes apart, to or from neighbouring ones.
typedef void (*RlLoad)(const void* from, ptrdiff_t step, void* to, size_t n);
typedef void (*RlStore)(const void* from, void* to, ptrdiff_t step, size_t n);
// A loop of NumPy's: pointers, number and steps of inputs, then output.
typedef void (*RlUfuncLoop)(char** args, const ptrdiff_t* n, const ptrdiff_t* steps, void* data);

enum { RL_MOST_DIMS = 16, RL_MOST_INPUTS = 3 };

// A job on operands of any layout. Dimensions go from the outermost to the innermost of the output; strides are in bytes.
struct Pointwise {
    RlLoop loop;         // one of the two
    RlUfuncLoop ufunc;
    void* data;          // of ufunc
    const void* numbers;
    int inputs, nd, across;  // across: some input is contiguous along the last but one dimension only
    int64_t shape[RL_MOST_DIMS];
    const char* in[RL_MOST_INPUTS];
    ptrdiff_t in_step[RL_MOST_INPUTS][RL_MOST_DIMS];
    RlLoad load[RL_MOST_INPUTS];
    ptrdiff_t in_size[RL_MOST_INPUTS];   // bytes of an element as the loop wants it
    bool as_is[RL_MOST_INPUTS];          // elements in memory are what the loop wants
    bool same[RL_MOST_INPUTS];           // one value for all
    bool dense[RL_MOST_INPUTS];          // C-contiguous, and as the loop wants them
    char* out;
    ptrdiff_t out_step[RL_MOST_DIMS], out_size;
    RlStore store;       // null where results go straight to a dense output
};

struct ElementwiseTable {
    RlLoop unary[RL_UNARIES][RL_COMPUTED];   // null: no loop for this dtype
    RlLoop binary[RL_BINARIES][RL_COMPUTED];
    RlLoop ternary[RL_TERNARIES][2];
    RlLoop where[3];                         // elements of 1, 4 and 8 bytes; the first operand is the condition
    RlLoad load[RL_TYPES][RL_COMPUTED];      // from memory to what loops compute in; null: not converted here
    RlStore store[RL_COMPUTED][RL_TYPES];
    void (*run)(void* job, int64_t begin, int64_t end);          // elements begin <= i < end
    void (*run_across)(void* job, int64_t begin, int64_t end);   // blocks of 16 rows
};

RL_FAMILY(ElementwiseTable, elementwise)
