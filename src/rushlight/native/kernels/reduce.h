// Reductions and running reductions of one dimension of an array (outer, mid, inner): rows where inner = 1.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "level.h"

enum { RL_R_F32, RL_R_F64, RL_R_I64, RL_R_I32, RL_R_U8, RL_R_DTYPES };
enum { RL_COUNT, RL_ANY, RL_ALL };  // what is made of a count: int64, or whether it is more than 0, or `mid`

// Results are made in units: rows where inner = 1, else tiles of `tile` columns, the tiles of one outer index after
// another. A running reduction takes 16 rows for a unit.
struct RlFold {
    const char* x;
    char* out;       // may be null where there is `where`
    int64_t* where;  // places, or null
    size_t outer, mid, inner, tile;
    double divisor;
    // The least of extremes; squares about the mean; their root; from the end on; elements are floats.
    bool least, centred, root, back, floats;
    int truth;
};

typedef void (*RlReduce)(const RlFold* fold, size_t first, size_t last);

struct ReduceTable {
    // Sum of n floats or doubles, rounded as PyTorch's one thread rounds it.
    double (*sum[2])(const void* x, size_t n);
    // out[r] = sum of row r, divided by `divisor`.
    void (*sum_rows[2])(const void* x, void* out, size_t rows, size_t cols, double divisor);
    // out[c] = sum of column c; rows are `stride` elements apart.
    void (*sum_columns[2])(const void* x, void* out, size_t rows, size_t cols, size_t stride);
    // Sum of (x - shift)**2, or of x itself where shift is nan.
    double (*squares[2])(const void* x, size_t n, double shift);
    // sqrt or not of (sum of squares about the mean, or about 0) / divisor.
    RlReduce spread[2];
    // Sums of integers, modulo 2**64 (float32 and float64: null).
    RlReduce count[RL_R_DTYPES];
    // Numbers of nonzero elements, by dtype.
    RlReduce nonzero[RL_R_DTYPES];
    // Greatest or least element and where it stands first; nan outdoes all. mid > 0.
    RlReduce extreme[RL_R_DTYPES];
    RlReduce product[2];
    // log of the sum of e**x. mid > 0.
    RlReduce logsumexp[2];
    // Running reductions: as many results as elements.
    RlReduce running_sum[3], running_product[2], running_logsumexp[2];
    // Greatest or least so far and where it stands last; nan outdoes all.
    RlReduce running_extreme[2];
};

RL_FAMILY(ReduceTable, reduce)
