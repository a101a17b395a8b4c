// Attention: what the shim and the kernels agree on.
#pragma once
#include <cstdint>

#include "gemm.h"
#include "level.h"
#include "pool.h"

enum { RL_ATTENTION_DIMS = 8 };

// A matrix for each index of the leading dimensions: `row` and `steps` are counted in elements, elements of a row are
// `column` apart (1 for all but the mask).
struct RlMatrices {
    char* data;
    int64_t row, column, steps[RL_ATTENTION_DIMS];
};

enum RlMaskKind { RL_NO_MASK, RL_BOOL_MASK, RL_ADDED_MASK };

struct RlAttention {
    int dims, causal, mask_kind;
    int64_t shape[RL_ATTENTION_DIMS];
    int64_t rows, keys, features, value_features;  // all above 0
    double scale;
    RlMatrices query, key, value, mask, out;
    void* logs;  // (*shape, rows): the logarithm of the sum of what each row's weights are made of; 0 for rows that see nothing
};

// data is NULL for gradients that are not needed.
struct RlAttentionGradients {
    RlMatrices grad, query, key, value;
};

// [0] float, [1] double. False when no scratch memory could be had.
struct AttentionTable {
    bool (*forward[2])(const RlAttention* a, const GemmTable* gemm, const RlPool* pool);
    bool (*backward[2])(const RlAttention* a, const RlAttentionGradients* g, const GemmTable* gemm, const RlPool* pool);
};
RL_FAMILY(AttentionTable, attention)
