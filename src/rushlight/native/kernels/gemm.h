// Matrix product: what the shim and the kernels agree on.
#pragma once
#include <cstdint>

#include "level.h"
#include "pool.h"

// c[i,j] = init[i,j] + alpha * sum over p of a[i,p] * b[p,j], for i < m, j < n, p < k.
//
// Strides are counted in elements and may be anything, zero and negative included. c is C-contiguous
// (row stride n) and shares no memory with a or b; init may be c itself. init == NULL means zeros;
// init has rows of contiguous elements, `irs` apart (0 for a bias).
// A batch repeats this for every index of batch_shape: a and b move by their steps, c by m*n.
enum { RL_GEMM_DIMS = 16 };

struct RlMatmul {
    int64_t m, n, k;
    const void* a;
    int64_t ars, acs;
    const void* b;
    int64_t brs, bcs;
    void* c;
    const void* init;
    int64_t irs;
    double alpha;
    int batch_dims;
    int64_t batch_shape[RL_GEMM_DIMS], a_steps[RL_GEMM_DIMS], b_steps[RL_GEMM_DIMS];
};

// A matrix b (depth x n) copied for many products: panels of columns, `vectors` vectors wide, one behind the other, each
// [depth][width] with zeros behind the last column. data has room for `panels_room` elements, 64 bytes aligned at best.
struct RlPanels {
    int vectors;
    int64_t n, depth;
    void* data;
};

// c[i,j] = init[i,j] + sum over k0 <= p < k1 of a[i,p - k0] * b[p,j], for i < m, j0 <= j < j1; c and init begin at column j0,
// which begins a panel, and have contiguous rows. init may be c, or NULL.
struct RlPanelProduct {
    int64_t m;
    const void* a;
    int64_t ars, acs;
    int64_t k0, k1, j0, j1;
    void* c;
    int64_t crs;
    const void* init;
    int64_t irs;
};

// Entry 0 is for float, entry 1 for double.
struct GemmTable {
    int level;
    // False when no scratch memory could be had; c is unfinished then.
    bool (*matmul[2])(const RlMatmul* call, const RlPool* pool);
    // out[j] = sum over i of x[i*rs + j*cs], in a fixed order: four rows apart, then the four together.
    void (*colsum[2])(const void* x, int64_t rows, int64_t cols, int64_t rs, int64_t cs, void* out);
    // Columns in a panel of the best width for products of m rows with n columns, counted in vectors; lanes of a vector.
    int (*panel_vectors[2])(int64_t m, int64_t n);
    int lanes[2];
    int64_t (*panels_room[2])(int64_t n, int64_t depth);
    void (*pack[2])(const RlPanels* to, const void* b, int64_t brs, int64_t bcs);
    void (*multiply[2])(const RlPanels* b, const RlPanelProduct* product);
};
RL_FAMILY(GemmTable, gemm)
