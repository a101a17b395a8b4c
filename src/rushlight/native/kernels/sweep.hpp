// Sharing out elementwise work so that each pass begins where the one before it ended.
//
// What a thread wrote last is still in its nearest cache; a pass in the same direction would push it out before it comes
// to it. So large jobs go forwards and backwards in turn, each thread within the half that the pool deals it.
#pragma once
#include "pool.h"

namespace rl {

struct Sweep {
    RlBody body;
    void* ctx;
    int64_t n, grain, chunks, half;  // half: chunks of the calling thread, all where it is alone
    bool back;
};

inline void sweep_chunks(void* ctx, int64_t begin, int64_t end) {
    const Sweep& s = *static_cast<Sweep*>(ctx);
    for (int64_t k = begin; k < end; k++) {
        const int64_t at = !s.back ? k : k < s.half ? s.half - 1 - k : s.chunks - 1 - (k - s.half);
        const int64_t last = (at + 1) * s.grain;
        s.body(s.ctx, at * s.grain, last < s.n ? last : s.n);
    }
}

// Runs body over 0 .. n in chunks of `grain` on the pool; which way round it goes has no part in the results.
inline void sweep(const RlPool* pool, int64_t n, int64_t grain, RlBody body, void* ctx) {
    static bool back = false;  // a race on it changes nothing but the order
    Sweep s = {body, ctx, n, grain, (n + grain - 1) / grain, 0, back};
    s.half = pool->threads() > 1 ? (s.chunks + 1) / 2 : s.chunks;
    back = !back;
    pool->parallel_for(s.chunks, 1, sweep_chunks, &s);
}

}  // namespace rl
