// What kernels see of the thread pool: a table that native/threads.pyx hands out.
#pragma once
#include <cstdint>

// body(ctx, begin, end) handles the indices begin <= i < end.
typedef void (*RlBody)(void* ctx, int64_t begin, int64_t end);

struct RlPool {
    // Calls body once for each chunk [i*grain, min(n, (i+1)*grain)), on this thread and on the pool's.
    // The chunks do not depend on the number of threads, so a result made chunk by chunk does not
    // either. Runs serially when one chunk or one thread is all there is, or inside another call.
    void (*parallel_for)(int64_t n, int64_t grain, RlBody body, void* ctx);
    // Whether sharing work that takes one thread so many nanoseconds gains time just now: less
    // work is enough while workers are awake than when they must be woken first.
    bool (*pays)(int64_t nanoseconds);
    int (*threads)();
};

namespace rl {

// The same for a callable object: rl::parallel_for(pool, n, grain, [&](int64_t b, int64_t e) {...}).
template <class F>
inline void parallel_for(const RlPool* pool, int64_t n, int64_t grain, F& f) {
    pool->parallel_for(n, grain, [](void* ctx, int64_t b, int64_t e) { (*static_cast<F*>(ctx))(b, e); }, &f);
}

}  // namespace rl
