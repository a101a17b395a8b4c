// Convolution, transposed convolution and the gradient of the weight: what the shim and the kernels agree on.
#pragma once
#include <cstdint>

#include "level.h"
#include "pool.h"

// Arrays are C-contiguous: x (batch, groups * in, size), w (groups * out, in, kernel), y (batch, groups * out, outer),
// where `in` and `out` count the channels of one group, and index i of x meets index o of y at tap k when
// i = o * stride - padding + k * dilation. One and two dimensions have leading ones.
enum { RL_CONV_TAPS = 128 };  // the longest kernel along one dimension

struct RlConv {
    int64_t batch, groups, in, out;
    int64_t size[3], kernel[3], outer[3], stride[3], padding[3], dilation[3];
};

// Entry 0 is for float, entry 1 for double. All return false when no scratch memory could be had.
struct ConvTable {
    // y from x and w; bias (groups * out) may be null.
    bool (*forward[2])(const RlConv* c, const void* x, const void* w, const void* bias, void* y, const RlPool* pool);
    // x from y and w; bias (groups * in) may be null.
    bool (*transposed[2])(const RlConv* c, const void* y, const void* w, const void* bias, void* x, const RlPool* pool);
    // The gradient of w from y's and x; false as well when it is not finite, for zeros of the padding may have met inf.
    bool (*weight[2])(const RlConv* c, const void* y, const void* x, void* w, const RlPool* pool);
};
RL_FAMILY(ConvTable, conv)
