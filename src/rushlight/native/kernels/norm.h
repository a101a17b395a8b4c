// Layer norm over rows and batch norm over channels, and their gradients. [0] float, [1] double.
//
// Arrays of statistics have the data's type, one value a row or channel. weight and bias may be null. Layer norm without
// `mean` (and `var`) is RMS norm.
#pragma once
#include <stddef.h>

#include "level.h"

// Batches of channels: element (n, c, s) of (batch, channels, inner).
struct RlChannels {
    size_t batch, channels, inner;
};

struct NormTable {
    void (*layer_norm[2])(const void* x, const void* weight, const void* bias, double eps, void* out, void* mean,
                          void* var, void* rstd, size_t rows, size_t cols);
    // grad of x
    void (*layer_norm_backward[2])(const void* g, const void* x, const void* mean, const void* rstd, const void* weight,
                                   void* grad, size_t rows, size_t cols);
    // weight_acc[c] += sum of g * normalised x over the rows, bias_acc[c] += sum of g
    void (*layer_norm_parameters[2])(const void* g, const void* x, const void* mean, const void* rstd,
                                     double* weight_acc, double* bias_acc, size_t rows, size_t cols);
    // Channels first <= c < last of an array of the given extents.
    void (*batch_norm[2])(const void* x, const void* weight, const void* bias, double eps, void* out, void* mean,
                          void* var, void* rstd, const RlChannels* extent, size_t first, size_t last);
    // of_weight and of_bias: one value a channel, never null
    void (*batch_norm_backward[2])(const void* g, const void* x, const void* mean, const void* rstd, const void* weight,
                                   void* grad, void* of_weight, void* of_bias, const RlChannels* extent, size_t first,
                                   size_t last);
    // out = x * scale[c] + shift[c]
    void (*scale_shift[2])(const void* x, const void* scale, const void* shift, void* out, const RlChannels* extent,
                           size_t first, size_t last);
    // Rows first <= r < last of the batch * groups rows of neighbouring channels; statistics are one value a row.
    void (*group_norm[2])(const void* x, const void* weight, const void* bias, double eps, void* out, void* mean,
                          void* var, void* rstd, const RlChannels* extent, size_t groups, size_t first, size_t last);
    // of_weight and of_bias: one value for each channel of each element of the batch
    void (*group_norm_backward[2])(const void* g, const void* x, const void* mean, const void* rstd, const void* weight,
                                   void* grad, double* of_weight, double* of_bias, const RlChannels* extent,
                                   size_t groups, size_t first, size_t last);
};

RL_FAMILY(NormTable, norm)
