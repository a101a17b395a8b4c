// Running an elementwise loop over any number of elements.
//
// A loop itself does whole blocks of kLanes elements alone, so that it is one straight piece of code. What does not fit is brought
// into that form here, once for all loops: a single value is laid out all over a tile that stands for every block,
// and the last few elements are computed again in a block that ends with them, or in one of their own.
#pragma once
#include <cstdint>
#include <cstring>

#include "elementwise.h"

namespace rl {

struct Job {
    RlLoop loop;
    int inputs;              // operands; the op's numbers come after them
    int single;              // a bit for each operand that is one value
    ptrdiff_t size[3], out_size;  // bytes of an element
};

// Fills a tile with the value at `from`.
inline void fill_tile(char* tile, const char* from, ptrdiff_t size) {
    const auto put = [&](auto value) {
        std::memcpy(&value, from, sizeof value);
        for (int i = 0; i < RL_LANES; i++) std::memcpy(tile + i * sizeof value, &value, sizeof value);
    };
    size == 4 ? put(uint32_t()) : size == 8 ? put(uint64_t()) : put(uint8_t());
}

inline void run_job(const Job& j, const char* const* operands, char* out, int64_t n) {
    alignas(64) char tile[4][RL_LANES * 8];
    const char* in[4] = {operands[0], operands[1], operands[2], operands[3]};
    const int64_t whole = n / RL_LANES * RL_LANES, rest = n - whole;
    for (int k = 0; k < j.inputs; k++)
        if (j.single >> k & 1) {
            fill_tile(tile[k], in[k], j.size[k]);
            in[k] = tile[k];
        }
    if (whole) j.loop(in[0], in[1], in[2], in[3], out, size_t(whole), j.single);
    if (!rest) return;
    bool apart = whole != 0;  // an operand that is not overwritten can be read again
    for (int k = 0; k < j.inputs; k++) apart = apart && in[k] != out;
    if (apart) {
        for (int k = 0; k < j.inputs; k++)
            if (!(j.single >> k & 1)) in[k] += (n - RL_LANES) * j.size[k];
        j.loop(in[0], in[1], in[2], in[3], out + (n - RL_LANES) * j.out_size, RL_LANES, j.single);
        return;
    }
    for (int k = 0; k < j.inputs; k++)
        if (!(j.single >> k & 1)) {
            in[k] += whole * j.size[k];
            fill_tile(tile[k], in[k], j.size[k]);
            std::memcpy(tile[k], in[k], size_t(rest * j.size[k]));
            in[k] = tile[k];
        }
    j.loop(in[0], in[1], in[2], in[3], tile[3], RL_LANES, j.single);
    std::memcpy(out + whole * j.out_size, tile[3], size_t(rest * j.out_size));
}

// A job on operands that lie in memory as the loop wants them.
struct Flat {
    Job job;
    const char* in[4];
    char* out;
};

inline void run_flat(void* ctx, int64_t begin, int64_t end) {
    const Flat& f = *static_cast<Flat*>(ctx);
    const char* in[4] = {f.in[0], f.in[1], f.in[2], f.in[3]};
    for (int k = 0; k < f.job.inputs; k++)
        if (!(f.job.single >> k & 1)) in[k] += begin * f.job.size[k];
    run_job(f.job, in, f.out + begin * f.job.out_size, end - begin);
}

}  // namespace rl
