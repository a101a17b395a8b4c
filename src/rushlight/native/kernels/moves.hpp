// Elements moved by index: read, written or added, and chosen by masks. Compiled once: these loops wait for memory.
//
// One side, x, has the shape (outer, n, inner); an index names positions of its middle dimension. The other side, y, is
// dense, (outer, m, inner). The index has m numbers for all, or one for each element of y. What is only moved goes by
// its size, whatever its type.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstring>

#include "pool.h"

namespace rl {

enum MoveWork { kRead, kWrite, kAdd };
enum MoveType { kBytes1, kBytes2, kBytes4, kBytes8, kBytes16, kAddF32, kAddF64, kAddI32, kAddI64 };

struct Move {
    int work, type;
    bool each, wrap;            // each: an index for each element; wrap: negative numbers count from the end
    bool fresh;                 // what is written into may be left half written
    int64_t outer, n, m, inner, y_step;     // y_step 0: one value for all
    const int64_t* index;
    char *x, *y;
};

struct Bytes16 { uint64_t a, b; };

inline int64_t size_of(int type) { return type <= kBytes16 ? int64_t(1) << type : type == kAddF32 || type == kAddI32 ? 4 : 8; }

template <int work, class V>
inline void touch(V* x, V* y) {
    if constexpr (work == kRead) *y = *x;
    else if constexpr (work == kWrite) *x = *y;
    else *x = V(*x + *y);
}

// `count` numbers of an index over single elements. Touches those with low <= place < high (`sure`: all are) and tells
// whether all were so.
template <int work, class V>
inline bool move_singles(const Move& j, V* x, const int64_t* at, int64_t count, V* y, int64_t low, int64_t high, bool sure) {
    const uint64_t span = uint64_t(high - low);
    const int64_t turn = j.wrap ? j.n : 0, step = work == kRead ? 1 : j.y_step;
    bool good = true;
    if (sure) {
        for (int64_t t = 0; t < count; t++) touch<work>(x + at[t], y + t * step);
        return true;
    }
    for (int64_t t = 0; t < count; t++) {
        const int64_t k = at[t] + (at[t] < 0 ? turn : 0);
        const bool in = uint64_t(k) - uint64_t(low) < span;
        if (in) touch<work>(x + k, y + t * step);
        good = good & in;
    }
    return good;
}

// The same where each of `inner` neighbours has a number of its own: columns from <= i < to, whose places stay in the cache.
template <int work, class V>
bool move_across(const Move& j, V* x, const int64_t* at, int64_t count, V* y, int64_t from, int64_t to) {
    const int64_t step = work == kRead ? 1 : j.y_step;
    bool good = true;
    for (int64_t t = 0; t < count; t++)
        for (int64_t i = from; i < to; i++) {
            const int64_t k = at[t * j.inner + i];
            const bool in = uint64_t(k) < uint64_t(j.n);
            if (in) touch<work>(x + k * j.inner + i, y + (t * j.inner + i) * step);
            good = good & in;
        }
    return good;
}

// Vectors by hand: without its vector loops the compiler is smaller, and this is the one that pays.
template <class V>
inline void add_row(V* x, const V* y, int64_t w) {
    int64_t i = 0;
    if constexpr (sizeof(V) <= 8) {
        typedef V Four __attribute__((vector_size(16)));
        constexpr int64_t lanes = 16 / sizeof(V);
        for (; i + lanes <= w; i += lanes) {
            Four a, b;
            std::memcpy(&a, x + i, 16);
            std::memcpy(&b, y + i, 16);
            a += b;
            std::memcpy(x + i, &a, 16);
        }
    }
    for (; i < w; i++) touch<kAdd>(x + i, const_cast<V*>(y) + i);
}

// The same for rows of `inner` elements.
template <int work, class V>
bool move_rows(const Move& j, V* x, const int64_t* at, int64_t count, V* y, int64_t low, int64_t high) {
    const uint64_t span = uint64_t(high - low);
    const int64_t turn = j.wrap ? j.n : 0, w = j.inner;
    bool good = true;
    for (int64_t t = 0; t < count; t++) {
        const int64_t k = at[t] + (at[t] < 0 ? turn : 0);
        const bool in = uint64_t(k) - uint64_t(low) < span;
        good = good & in;
        if (!in) continue;
        V* row = x + k * w;
        if constexpr (work == kRead) std::memcpy(y + t * w, row, size_t(w) * sizeof(V));
        else if constexpr (work == kWrite) {
            if (j.y_step) std::memcpy(row, y + t * w, size_t(w) * sizeof(V));
            else std::fill(row, row + w, *y);
        } else if (j.y_step) {
            add_row(row, y + t * w, w);
        } else {
            for (int64_t i = 0; i < w; i++) touch<work>(row + i, y);
        }
    }
    return good;
}

// Numbers first..last of the index, of outer parts begin..end; low..high are places, or the columns of `move_across`.
template <int work, class V>
bool move_typed(const Move& j, int64_t begin, int64_t end, int64_t first, int64_t last, int64_t low, int64_t high, bool sure) {
    bool good = true;
    for (int64_t o = begin; o < end; o++) {
        V* x = reinterpret_cast<V*>(j.x) + o * j.n * j.inner;
        V* y = reinterpret_cast<V*>(j.y) + (work == kRead || j.y_step ? (o * j.m + first) * j.inner : 0);
        const int64_t* at = j.index + (j.each ? (o * j.m + first) * j.inner : first);
        if (j.inner == 1) good = good & move_singles<work>(j, x, at, last - first, y, low, high, sure);
        else if (j.each) good = good & move_across<work>(j, x, at, last - first, y, low, high);
        else good = good & move_rows<work>(j, x, at, last - first, y, low, high);
    }
    return good;
}

inline bool move_part(const Move& j, int64_t begin, int64_t end, int64_t first, int64_t last, int64_t low, int64_t high,
                      bool sure) {
    switch (j.type) {
#define RL_MOVE(type, V)                                                                        \
    case type: return j.work == kRead ? move_typed<kRead, V>(j, begin, end, first, last, low, high, sure) \
                                      : move_typed<kWrite, V>(j, begin, end, first, last, low, high, sure);
        RL_MOVE(kBytes1, uint8_t)
        RL_MOVE(kBytes2, uint16_t)
        RL_MOVE(kBytes4, uint32_t)
        RL_MOVE(kBytes8, uint64_t)
        RL_MOVE(kBytes16, Bytes16)
#undef RL_MOVE
    case kAddF32: return move_typed<kAdd, float>(j, begin, end, first, last, low, high, sure);
    case kAddF64: return move_typed<kAdd, double>(j, begin, end, first, last, low, high, sure);
    case kAddI32: return move_typed<kAdd, uint32_t>(j, begin, end, first, last, low, high, sure);
    default: return move_typed<kAdd, uint64_t>(j, begin, end, first, last, low, high, sure);
    }
}

// Whether every number lies in [-n, n), or in [0, n) without wrap.
inline bool inside(const int64_t* index, int64_t count, int64_t n, bool wrap, const RlPool* pool) {
    std::atomic<bool> good{true};
    const uint64_t low = wrap ? uint64_t(n) : 0, span = low + uint64_t(n);
    auto some = [&](int64_t begin, int64_t end) {
        bool all = true;
        for (int64_t i = begin; i < end; i++) all = all & (uint64_t(index[i]) + low < span);
        if (!all) good = false;
    };
    if (pool->pays(count / 2)) parallel_for(pool, count, std::max<int64_t>(count / 8, 8192), some);
    else some(0, count);
    return good;
}

// Does it; false where a number is out of range: then nothing was written, but into what is fresh. What is written or
// added goes in the order of the index for each place, however many threads share the places.
inline bool move(const Move& j, const RlPool* pool) {
    const int64_t total = j.outer * j.m * j.inner, numbers = j.each ? total : j.m;
    const bool shared = pool->pays(total * size_of(j.type) / 8 + numbers);
    const bool ask = (j.work != kRead && !j.fresh) || (!j.each && j.outer > 1 && !j.wrap);
    if (ask && !inside(j.index, numbers, j.n, j.wrap, pool)) return false;
    const bool sure = ask && !j.wrap;
    const bool apart = j.work == kRead || j.outer >= 2 * pool->threads();       // parts share no place
    std::atomic<bool> good{true};
    if (j.each && j.inner > 1) {
        const int64_t wide = 64, tiles = (j.inner + wide - 1) / wide, units = j.outer * tiles;
        auto some = [&](int64_t begin, int64_t end) {
            for (int64_t u = begin; u < end; u++) {
                const int64_t o = u / tiles, from = u % tiles * wide;
                if (!move_part(j, o, o + 1, 0, j.m, from, std::min(j.inner, from + wide), sure)) good = false;
            }
        };
        shared ? parallel_for(pool, units, std::max<int64_t>(1, units / 8), some) : some(0, units);
        return good || ask;
    }
    if (!shared || (!apart && j.inner < 16)) return move_part(j, 0, j.outer, 0, j.m, 0, j.n, sure) || ask;
    if (!apart) {
        const int64_t parts = std::min<int64_t>(pool->threads(), 8), each = (j.n + parts - 1) / parts;
        if (!ask && !inside(j.index, numbers, j.n, j.wrap, pool)) return false;
        auto some = [&](int64_t begin, int64_t end) { move_part(j, 0, j.outer, 0, j.m, begin, end, false); };
        parallel_for(pool, j.n, each, some);
        return true;
    }
    const int64_t block = j.work == kRead && j.outer < 16 ? std::max<int64_t>(1, 16384 / j.inner) : j.m;
    const int64_t blocks = (j.m + block - 1) / block;
    auto some = [&](int64_t begin, int64_t end) {
        if (blocks == 1 && !move_part(j, begin, end, 0, j.m, 0, j.n, sure)) good = false;
        for (int64_t t = begin; blocks > 1 && t < end; t++) {
            const int64_t first = t % blocks * block;
            if (!move_part(j, t / blocks, t / blocks + 1, first, std::min(j.m, first + block), 0, j.n, sure)) good = false;
        }
    };
    parallel_for(pool, j.outer * blocks, std::max<int64_t>(1, j.outer * blocks / 8), some);
    return good || ask;
}

// Several indices, one for each of `count` dimensions of these sizes, as one over all of them: false for one out of range.
inline bool join(const int64_t* const* index, const int64_t* sizes, int count, int64_t begin, int64_t end, int64_t* out) {
    bool good = true;
    for (int64_t t = begin; t < end; t++) {
        int64_t place = 0;
        for (int k = 0; k < count; k++) {
            const int64_t i = index[k][t], at = i + (i < 0 ? sizes[k] : 0);
            good = good & (uint64_t(at) < uint64_t(sizes[k]));
            place = place * sizes[k] + at;
        }
        out[t - begin] = place;
    }
    return good;
}

// The same as `move` for several indices, block by block.
inline bool move_joined(const Move& all, const int64_t* const* index, const int64_t* sizes, int count, const RlPool* pool) {
    const int64_t block = 1024;
    std::atomic<bool> good{true};
    auto some = [&](int64_t begin, int64_t end, bool touch, int64_t low, int64_t high) {
        const bool sure = low == 0 && high == all.n;
        int64_t at[block];
        for (int64_t t = begin; t < end; t += block) {
            const int64_t last = std::min(end, t + block);
            if (!join(index, sizes, count, t, last, at)) {
                good = false;
                return;
            }
            if (!touch) continue;
            Move j = all;
            j.index = at, j.m = last - t;
            if (all.work == kRead || all.y_step) j.y = all.y + t * all.inner * size_of(all.type);
            move_part(j, 0, 1, 0, j.m, low, high, sure);
        }
    };
    const bool shared = pool->pays(all.m * (count + all.inner * size_of(all.type) / 8));
    auto pass = [&](bool touch) {
        auto piece = [&](int64_t begin, int64_t end) { some(begin, end, touch, 0, all.n); };
        shared ? parallel_for(pool, all.m, std::max<int64_t>(all.m / 8, 4096), piece) : piece(0, all.m);
    };
    if (all.work == kRead) return pass(true), bool(good);
    pass(false);                // nothing is written before all is known to be in range
    if (!good) return false;
    auto part = [&](int64_t low, int64_t high) { some(0, all.m, true, low, high); };
    const int64_t parts = std::min<int64_t>(pool->threads(), 8);
    shared && all.inner >= 16 ? parallel_for(pool, all.n, (all.n + parts - 1) / parts, part) : part(0, all.n);
    return true;
}

// Rows of zeros with a one each.
inline void one_hot(const int64_t* x, int64_t n, int64_t classes, int64_t* out, const RlPool* pool) {
    auto some = [&](int64_t begin, int64_t end) {
        std::memset(out + begin * classes, 0, size_t((end - begin) * classes) * sizeof(int64_t));
        for (int64_t i = begin; i < end; i++) out[i * classes + x[i]] = 1;
    };
    if (pool->pays(n * classes)) parallel_for(pool, n, std::max<int64_t>(1, n / 8), some);
    else some(0, n);
}

// ---- masks

inline int64_t count_true(const uint8_t* mask, int64_t n) {
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++) found += mask[i] != 0;
    return found;
}

constexpr int64_t MASK_PART = 65536;

// Where the true elements of each part of MASK_PART start among all of them; the last number is how many there are.
inline void count_parts(const uint8_t* mask, int64_t n, int64_t* starts, const RlPool* pool) {
    const int64_t parts = (n + MASK_PART - 1) / MASK_PART;
    auto some = [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; p++)
            starts[p + 1] = count_true(mask + p * MASK_PART, std::min(MASK_PART, n - p * MASK_PART));
    };
    if (pool->pays(n / 4)) parallel_for(pool, parts, 1, some);
    else some(0, parts);
    starts[0] = 0;
    for (int64_t p = 0; p < parts; p++) starts[p + 1] += starts[p];
}

template <class V>
void choose_part(const V* x, const uint8_t* mask, int64_t n, V* y, int64_t count) {
    for (int64_t i = 0, k = 0; k < count && i < n; i++) {       // no branch on the mask, and no store behind the last
        y[k] = x[i];
        k += mask[i] != 0;
    }
}

template <class V>
void place_part(V* x, const uint8_t* mask, int64_t n, const V* y, int64_t count) {
    for (int64_t i = 0, k = 0; k < count && i < n; i++) {
        x[i] = mask[i] ? y[k] : x[i];
        k += mask[i] != 0;
    }
}

// y[k] = x[i] for the k-th true element i of the mask, or (`back`) x[i] = y[k]; starts as `count_parts` gives it.
inline void choose(char* x, const uint8_t* mask, int64_t n, char* y, int size, bool back, const int64_t* starts, const RlPool* pool) {
    auto some = [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; p++) {
            const int64_t at = p * MASK_PART, here = std::min(MASK_PART, n - at), count = starts[p + 1] - starts[p];
            switch (size) {
#define RL_CHOOSE(V)                                                                                              \
    case sizeof(V):                                                                                               \
        back ? place_part(reinterpret_cast<V*>(x) + at, mask + at, here, reinterpret_cast<V*>(y) + starts[p], count) \
             : choose_part(reinterpret_cast<V*>(x) + at, mask + at, here, reinterpret_cast<V*>(y) + starts[p], count); \
        break;
                RL_CHOOSE(uint8_t)
                RL_CHOOSE(uint16_t)
                RL_CHOOSE(uint32_t)
                RL_CHOOSE(uint64_t)
                RL_CHOOSE(Bytes16)
#undef RL_CHOOSE
            }
        }
    };
    const int64_t parts = (n + MASK_PART - 1) / MASK_PART;
    if (pool->pays(n)) parallel_for(pool, parts, 1, some);
    else some(0, parts);
}

// The positions of the true elements of a mask of rows of `width`: the flat ones, then, for more than one dimension, in
// place of them a column for each dimension.
inline void positions(const uint8_t* mask, int64_t n, const int64_t* shape, int nd, int64_t total, int64_t* out,
                      const int64_t* starts, const RlPool* pool) {
    auto some = [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; p++) {
            const int64_t at = p * MASK_PART, here = std::min(MASK_PART, n - at), count = starts[p + 1] - starts[p];
            int64_t* last = out + (nd - 1) * total + starts[p];
            for (int64_t i = 0, k = 0; k < count && i < here; i++) {
                last[k] = at + i;
                k += mask[at + i] != 0;
            }
            if (nd == 1 || !count) continue;
            // Neighbours share their row as a rule: it is divided only where a new one begins.
            const int64_t width = shape[nd - 1];
            for (int64_t k = 0, row = -1, rest = 0; k < count; k++) {
                const int64_t flat = last[k];
                if (flat < rest || flat >= rest + width || row < 0) row = flat / width, rest = row * width;
                last[k] = flat - rest;
                int64_t left = row;
                for (int d = nd - 2; d > 0; d--) {
                    out[d * total + starts[p] + k] = left % shape[d];
                    left /= shape[d];
                }
                out[starts[p] + k] = left;
            }
        }
    };
    const int64_t parts = (n + MASK_PART - 1) / MASK_PART;
    if (pool->pays(n)) parallel_for(pool, parts, 1, some);
    else some(0, parts);
}

}  // namespace rl
