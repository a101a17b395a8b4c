// Elementwise loops over a big operand and a small one that repeats along it.
//
// The big operand has outer * mid * inner elements, the small one mid, and element (o, m, i) meets
// small[m]. inner = 1 is the row form (a bias added to each row), outer = 1 the column form. Short
// repeats are first laid out in a tile on the stack, so that the loop below always gets a long run.
#pragma once
#include <cstdint>
#include <cstring>

#include "lanes.hpp"

namespace rl {

struct Broadcast {
    Job job;                    // its operands in the order that `swap` says
    const char* big;
    const char* small;
    char* out;
    int64_t outer, mid, inner;
    bool swap;                  // the small operand comes first

    void call(const char* b, const char* s, char* o, int64_t n, bool single) const {
        Job one = job;
        one.single = single ? (swap ? 1 : 2) : 0;
        const char* operands[4] = {swap ? s : b, swap ? b : s, nullptr, nullptr};
        run_job(one, operands, o, n);
    }
};

const int64_t kTile = 4096;  // bytes

// Rows begin <= r < end of the outer dimension, with inner = 1.
inline void broadcast_rows(void* ctx, int64_t begin, int64_t end) {
    const Broadcast& j = *static_cast<Broadcast*>(ctx);
    const int64_t row = j.mid * j.job.size[0];
    const char* b = j.big + begin * row;
    char* o = j.out + begin * j.mid * j.job.out_size;
    int64_t rows = end - begin;
    const int64_t repeats = row >= kTile / 8 ? 1 : (kTile / row < rows ? kTile / row : rows);
    alignas(64) char tile[kTile];
    const char* s = j.small;
    if (repeats > 1) {
        std::memcpy(tile, j.small, size_t(row));
        for (int64_t have = row, all = repeats * row, more; have < all; have += more) {
            more = have < all - have ? have : all - have;
            std::memcpy(tile + have, tile, size_t(more));
        }
        s = tile;
    }
    for (; rows > 0; rows -= repeats, b += repeats * row, o += repeats * j.mid * j.job.out_size)
        j.call(b, s, o, j.mid * (rows < repeats ? rows : repeats), false);
}

template <class T>
inline void repeat_each(char* tile, const char* small, int64_t values, int64_t inner) {
    T* t = reinterpret_cast<T*>(tile);
    for (int64_t k = 0; k < values; k++) {
        T v;
        std::memcpy(&v, small + k * int64_t(sizeof(T)), sizeof(T));
        for (int64_t i = 0; i < inner; i++) *t++ = v;
    }
}

// Runs begin <= r < end of the outer * mid runs of `inner` elements that share a value.
inline void broadcast_columns(void* ctx, int64_t begin, int64_t end) {
    const Broadcast& j = *static_cast<Broadcast*>(ctx);
    const int64_t run = j.inner * j.job.size[0], run_out = j.inner * j.job.out_size;
    if (j.inner >= 32) {
        for (int64_t r = begin; r < end; r++)
            j.call(j.big + r * run, j.small + (r % j.mid) * j.job.size[0], j.out + r * run_out, j.inner, true);
        return;
    }
    alignas(64) char tile[kTile];
    for (int64_t r = begin, n; r < end; r += n) {
        n = kTile / run;
        const int64_t m = r % j.mid;
        if (n > end - r) n = end - r;
        if (n > j.mid - m) n = j.mid - m;
        const char* s = j.small + m * j.job.size[0];
        if (j.job.size[0] == 4)
            repeat_each<uint32_t>(tile, s, n, j.inner);
        else if (j.job.size[0] == 8)
            repeat_each<uint64_t>(tile, s, n, j.inner);
        else
            repeat_each<uint8_t>(tile, s, n, j.inner);
        j.call(j.big + r * run, tile, j.out + r * run_out, n * j.inner, false);
    }
}

}  // namespace rl
