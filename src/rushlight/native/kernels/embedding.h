// Adding rows where they were read.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "level.h"

struct EmbeddingTable {
    // out[index[r]] += g[r] for rows of `cols` elements, in order; rows whose index is `skip` are left out.
    // Every index is a row of out. [0] float, [1] double.
    void (*add_rows[2])(const void* g, const int64_t* index, int64_t skip, void* out, size_t rows, size_t cols);
};

RL_FAMILY(EmbeddingTable, embedding)
