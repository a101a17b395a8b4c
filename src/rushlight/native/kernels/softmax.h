// Softmax and its logarithm over rows, and their gradients. [0] float, [1] double.
#pragma once
#include <stddef.h>

#include "level.h"

typedef void (*RlRows)(const void* x, void* out, size_t rows, size_t cols);
typedef void (*RlRows2)(const void* g, const void* out, void* grad, size_t rows, size_t cols);

struct SoftmaxTable {
    RlRows softmax[2];
    RlRows log_softmax[2];
    RlRows2 softmax_backward[2];      // grad = out * (g - sum(g * out)), with out = softmax(x)
    RlRows2 log_softmax_backward[2];  // grad = g - exp(out) * sum(g), with out = log_softmax(x)
};

RL_FAMILY(SoftmaxTable, softmax)
