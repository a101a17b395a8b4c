// Pooling over windows, and windows as columns: what the shim and the kernels agree on. [0] float, [1] double.
#pragma once
#include <cstdint>

#include "level.h"

// Planes of `size` seen through windows: tap k of output o is index o * stride - padding + k * dilation. One and two
// dimensions have leading ones.
struct RlWindows {
    int64_t size[3], kernel[3], outer[3], stride[3], padding[3], dilation[3];
    int64_t divisor;   // of means: 0 stands for the number of positions
    bool include_pad;  // whether that counts the padding
};

typedef void (*RlPlanes)(const RlWindows* w, const void* from, void* to, int64_t first, int64_t last);

// Each handles the planes first <= p < last of arrays of planes.
struct WindowsTable {
    void (*max_forward[2])(const RlWindows* w, const void* x, void* y, int32_t* taps, int64_t first, int64_t last);
    void (*max_backward[2])(const RlWindows* w, const void* g, const int32_t* taps, void* x, int64_t first, int64_t last);
    RlPlanes mean_forward[2];
    RlPlanes mean_backward[2];
    // Windows that divide the plane into `outer` nearly equal parts; only size and outer count.
    RlPlanes parts_mean[2];
    RlPlanes parts_mean_backward[2];
    void (*parts_max[2])(const RlWindows* w, const void* x, void* y, int64_t* at, int64_t first, int64_t last);
    // Planes as (taps, outer) and back, where what comes from one place is added up.
    RlPlanes columns[2];
    RlPlanes add_columns[2];
};
RL_FAMILY(WindowsTable, windows)
