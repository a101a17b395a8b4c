// Softmax and its logarithm; losses: cross-entropy with class indices, negative log-likelihood, squared error.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "level.h"

typedef double (*RlPairSum)(const void* a, const void* b, size_t n);

typedef void (*RlRows)(const void* x, void* out, size_t rows, size_t cols);
typedef void (*RlRows2)(const void* g, const void* out, void* grad, size_t rows, size_t cols);
// The same for `width` columns side by side, rows `stride` elements apart.
typedef void (*RlColumns)(const void* x, void* out, size_t rows, size_t stride, size_t width);
typedef void (*RlColumns2)(const void* g, const void* out, void* grad, size_t rows, size_t stride, size_t width);

struct LossTable {
    // softmax(x) [0] or log_softmax(x) [1]; [0] float, [1] double.
    RlRows softmax[2][2];
    RlColumns softmax_columns[2][2];
    // grad = out * (g - sum(g * out)), with out = softmax(x); grad = g - exp(out) * sum(g), with out = log_softmax(x).
    RlRows2 softmax_backward[2][2];
    RlColumns2 softmax_columns_backward[2][2];
    // For each row: probs = softmax(logits) and nll[r] = -log of the target's probability (0 where ignored).
    // Targets lie in [0, cols) or are `ignore`. [0] float, [1] double.
    void (*cross_entropy[2])(const void* logits, const int64_t* target, int64_t ignore, void* probs, void* nll,
                             size_t rows, size_t cols);
    // grad = (probs - one_hot(target)) * scale[r]; 0 in ignored rows.
    void (*cross_entropy_backward[2])(const void* probs, const int64_t* target, int64_t ignore, const void* scale,
                                      void* grad, size_t rows, size_t cols);
    // Sum of (a - b)**2.
    RlPairSum squared_error[2];
    // Sum of the binary cross-entropies of probabilities a; nan when an a or a target b is outside [0, 1].
    RlPairSum binary_cross_entropy[2];
    // Sum of the binary cross-entropies of sigmoid(a).
    RlPairSum logits_cross_entropy[2];
    // grad = scale * (a - b) * of_loss
    void (*squared_error_backward[2])(const void* a, const void* b, double scale, double of_loss, void* grad, size_t n);
};

RL_FAMILY(LossTable, loss)
