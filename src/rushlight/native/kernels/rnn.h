// Recurrent layers, a whole sequence at a time: what the shim and the kernels agree on.
#pragma once
#include <cstdint>

#include "gemm.h"
#include "level.h"
#include "pool.h"

// Step t has the rows at[t] ... at[t + 1] of an array of rows, one for each sequence that takes part in it: the
// first ones of `n`. `reverse`: computed from the last step to the first.
struct RlSteps {
    int64_t steps, n;
    const int64_t* at;
    int reverse;
};

// Arrays are C-contiguous; `size` is the length of the state. What is named after a state (h, c, dh, dc) has n rows, holds
// the first state and ends as the last (of the gradients the other way round). `weight` has been packed by gemm.h's
// `pack`: W_hh transposed for the forward passes, W_hh itself for the others. [0] float, [1] double.
struct RnnTable {
    // gates (rows, 4 size): on entry the inputs' products, then what comes out of sigmoid and tanh.
    void (*lstm[2])(const RlSteps* s, int64_t size, const RlPanels* weight, void* gates, void* cells, void* out, void* h,
                    void* c, const GemmTable* gemm, const RlPool* pool);
    // dz (rows, 4 size): the gradients of the products.
    void (*lstm_backward[2])(const RlSteps* s, int64_t size, const RlPanels* weight, const void* grad, const void* gates,
                             const void* cells, const void* c0, void* dz, void* dh, void* dc, const GemmTable* gemm,
                             const RlPool* pool);
    // inputs (rows, 3 size): the inputs' products; gates (rows, 4 size): (r, z, n, s_n); scratch (n, 3 size).
    void (*gru[2])(const RlSteps* s, int64_t size, const RlPanels* weight, const void* inputs, const void* bias, void* gates,
                   void* out, void* h, void* scratch, const GemmTable* gemm, const RlPool* pool);
    // before: the state before each row; da, ds (rows, 3 size): gradients of the inputs' products and of the states'.
    void (*gru_backward[2])(const RlSteps* s, int64_t size, const RlPanels* weight, const void* grad, const void* gates,
                            const void* before, void* da, void* ds, void* dh, const GemmTable* gemm, const RlPool* pool);
    // out: on entry the inputs' products.
    void (*elman[2])(const RlSteps* s, int64_t size, const RlPanels* weight, int relu, void* out, void* h,
                     const GemmTable* gemm, const RlPool* pool);
    void (*elman_backward[2])(const RlSteps* s, int64_t size, const RlPanels* weight, int relu, const void* grad,
                              const void* out, void* dz, void* dh, const GemmTable* gemm, const RlPool* pool);
    // to: the rows of `out` one step earlier, those of `first` where there is none.
    void (*previous[2])(const RlSteps* s, int64_t size, const void* out, const void* first, void* to);
};
RL_FAMILY(RnnTable, rnn)
