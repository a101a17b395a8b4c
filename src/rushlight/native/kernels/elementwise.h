// Elementwise kernels: `out[i] = op(a[i], b[i])`, one loop per op, operand form and dtype.
#pragma once
#include <stddef.h>

#include "level.h"

// a and b point to n elements each, or to a single value in the scalar forms; unary loops ignore b or
// take their numbers from it. `out` may be the very memory of a or b.
typedef void (*RlLoop)(const void* a, const void* b, void* out, size_t n);
// out[i] = f(a[i], b[i], the numbers at p)
typedef void (*RlLoop3)(const void* a, const void* b, const void* p, void* out, size_t n);

enum { RL_F32, RL_F64, RL_I64, RL_I32, RL_BOOL, RL_DTYPES };
enum { RL_VV, RL_VS, RL_SV, RL_FORMS };  // vector or scalar operand

enum {
    RL_NEG, RL_ABS, RL_EXP, RL_LOG, RL_SQRT, RL_RSQRT, RL_RECIPROCAL, RL_TANH, RL_SIGMOID, RL_RELU, RL_SQUARE,
    RL_CUBE, RL_SIN, RL_COS, RL_ERF, RL_GELU, RL_GELU_TANH, RL_SILU, RL_NOT,
    RL_POW,         // b: the exponent
    RL_CLAMP,       // b: {min, max}
    RL_LEAKY_RELU,  // b: the slope
    RL_UNARIES
};
enum {
    RL_ADD, RL_SUB, RL_MUL, RL_DIV, RL_MAXIMUM, RL_MINIMUM, RL_EQ, RL_NE, RL_LT, RL_LE, RL_GT, RL_GE, RL_AND, RL_OR,
    RL_XOR, RL_BINARIES
};
// Gradients g * f'(x): a is g, b is the saved input or output, p the op's numbers. RL_AXPY is a + p*b, RL_LERP a + p*(b - a).
enum {
    RL_RELU_BACKWARD, RL_TANH_BACKWARD, RL_SIGMOID_BACKWARD, RL_CLAMP_BACKWARD,
    RL_LEAKY_RELU_BACKWARD, RL_GELU_BACKWARD, RL_GELU_TANH_BACKWARD, RL_SILU_BACKWARD, RL_AXPY, RL_LERP, RL_TERNARIES
};

struct ElementwiseTable {
    RlLoop unary[RL_UNARIES][RL_DTYPES];
    RlLoop binary[RL_BINARIES][RL_FORMS][RL_DTYPES];
    RlLoop3 ternary[RL_TERNARIES][2];  // float and double only
    // where(cond, a, b) for elements of 1, 4 and 8 bytes; [.][1] when b, a or both are a single value:
    // index 0 both arrays, 1 b scalar, 2 a scalar, 3 both scalar. `a` is the condition.
    RlLoop3 where[3][4];
};

RL_FAMILY(ElementwiseTable, elementwise)
