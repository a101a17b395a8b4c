// Reductions over the last dimension (rows), over the first (columns), or over everything.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "level.h"

enum { RL_R_F32, RL_R_F64, RL_R_I64, RL_R_I32, RL_R_U8, RL_R_DTYPES };

struct ReduceTable {
    // Sum of n floats or doubles, rounded as PyTorch's one thread rounds it.
    double (*sum[2])(const void* x, size_t n);
    // Their mean, in double precision.
    double (*mean[2])(const void* x, size_t n);
    // Sum of (x - shift)**2.
    double (*squares[2])(const void* x, size_t n, double shift);
    // Sum of n integers, modulo 2**64.
    int64_t (*count[RL_R_DTYPES])(const void* x, size_t n);
    // out[r] = sum of row r, divided by `divisor`.
    void (*sum_rows[2])(const void* x, void* out, size_t rows, size_t cols, double divisor);
    // out[c] = sum of column c; rows are `stride` elements apart.
    void (*sum_columns[2])(const void* x, void* out, size_t rows, size_t cols, size_t stride);
    // Greatest [0] or least [1] element of each row and where it stands first; nan outdoes all.
    // `values` or `where` may be null. cols > 0.
    void (*extreme[2][RL_R_DTYPES])(const void* x, void* values, int64_t* where, size_t rows, size_t cols);
    // out[r] = log of the sum of e**x over row r.
    void (*logsumexp[2])(const void* x, void* out, size_t rows, size_t cols);
};

RL_FAMILY(ReduceTable, reduce)
