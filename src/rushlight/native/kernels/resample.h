// Resizing of images: what the shim and the kernels agree on. [0] float, [1] double.
#pragma once
#include <cstdint>

#include "level.h"

enum RlResampleMode { RL_NEAREST, RL_NEAREST_EXACT, RL_LINEAR, RL_CUBIC };

// One dimension: `out` positions read from `size`, each `taps` (1, 2 or 4) neighbours with their weights.
struct RlResample {
    int64_t size, out;
    int taps;
    int64_t* index;  // [out][taps]
    void* weight;    // [out][taps], of the data's type; not read when taps is 1
};

struct ResampleTable {
    // Fills index and weight. `step` is how far apart neighbouring outputs are in the input.
    void (*weigh[2])(const RlResample* axis, RlResampleMode mode, double step, bool align);
    // The planes first <= p < last of (planes, rows.size, columns.size) into (planes, rows.out, columns.out), and the
    // gradient the other way. `line` has room for columns.size values.
    void (*forward[2])(const RlResample* rows, const RlResample* columns, const void* x, void* y, void* line, int64_t first,
                       int64_t last);
    void (*backward[2])(const RlResample* rows, const RlResample* columns, const void* g, void* x, void* line,
                        int64_t first, int64_t last);
};
RL_FAMILY(ResampleTable, resample)
