// Elementwise loops over operands of any layout and type: see pointwise.hpp.
#pragma once
#include "elementwise.h"

// Types of elements in memory. The first five are those that loops compute in.
enum { RL_IN_F32, RL_IN_F64, RL_IN_I64, RL_IN_I32, RL_IN_BOOL, RL_IN_F16, RL_IN_BF16, RL_IN_I16, RL_IN_I8, RL_IN_U8, RL_IN_TYPES };

// n elements, `step` bytes apart, to or from neighbouring ones.
typedef void (*RlLoad)(const void* from, ptrdiff_t step, void* to, size_t n);
typedef void (*RlStore)(const void* from, void* to, ptrdiff_t step, size_t n);
// A loop of NumPy's: pointers, number and steps of inputs, then output.
typedef void (*RlUfuncLoop)(char** args, const ptrdiff_t* n, const ptrdiff_t* steps, void* data);

enum { RL_MOST_DIMS = 16, RL_MOST_INPUTS = 3 };

// Dimensions go from the outermost to the innermost of the output; strides are in bytes.
struct Pointwise {
    RlLoop loop;        // one of the three
    RlLoop3 loop3;
    RlUfuncLoop ufunc;
    void* data;         // of ufunc
    const void* numbers;
    int inputs, nd, across;  // across: some input is contiguous along the last but one dimension only
    int64_t shape[RL_MOST_DIMS];
    const char* in[RL_MOST_INPUTS];
    ptrdiff_t in_step[RL_MOST_INPUTS][RL_MOST_DIMS];
    RlLoad load[RL_MOST_INPUTS];         // null where elements are taken as they are
    RlLoad gather[RL_MOST_INPUTS];
    ptrdiff_t in_size[RL_MOST_INPUTS];   // bytes of an element as the loop wants it
    bool same[RL_MOST_INPUTS];           // one value for all
    bool dense[RL_MOST_INPUTS];          // C-contiguous and of the loop's type
    char* out;
    ptrdiff_t out_step[RL_MOST_DIMS], out_size;
    RlStore store;      // null where results go straight to a dense output
};

struct PointwiseTable {
    RlLoad load[RL_IN_TYPES][5];         // to the types that loops compute in
    RlStore store[5][RL_IN_TYPES];
    void (*run)(void* job, int64_t begin, int64_t end);          // elements begin <= i < end
    void (*run_across)(void* job, int64_t begin, int64_t end);   // blocks of 16 rows
    RlLoop unary[16][2];
    RlLoop binary[16][2];
    RlLoop3 ternary[8][2];
};

enum {
    RL_P_SIGN, RL_P_FRAC, RL_P_ELU, RL_P_SOFTPLUS, RL_P_MISH, RL_P_HARDSWISH, RL_P_HARDSIGMOID, RL_P_HARDTANH, RL_P_LOGSIGMOID,
    RL_P_SOFTSHRINK, RL_P_HARDSHRINK, RL_P_THRESHOLD, RL_P_FINITE, RL_P_COPY
};
enum {
    RL_P_REMAINDER, RL_P_FMOD, RL_P_FLOOR_DIVIDE, RL_P_COPYSIGN, RL_P_XLOGY, RL_P_PRELU, RL_P_RRELU, RL_P_LOGADDEXP, RL_P_GLU, RL_P_HYPOT
};
enum { RL_P_ADDCMUL, RL_P_ADDCDIV, RL_P_LERP, RL_P_CLAMP };

RL_FAMILY(PointwiseTable, pointwise)
