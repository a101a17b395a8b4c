// Matrix product on strided operands.
//
// Two kernels do the work. `outer` keeps a tile of R x V vectors of c in registers and adds, for each p, the
// outer product of a column of a and a row of b: the lanes run along the rows of c, so b's rows
// must be contiguous, as they come or after packing. `dot` runs the lanes along p, for operands both
// contiguous in p, and sums the lanes at the end: no packing, best for few rows. Since
// c^T = b^T a^T, `outer` also serves with the roles exchanged; an estimate of cycles chooses.
//
// Every element of c is summed in an order that depends on the sizes and strides alone, never on
// the number of threads nor on where a tile begins.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdlib>

#include "cascade.hpp"
#include "gemm.h"
#include "gemm_vec.hpp"
#include "scratch.hpp"

namespace RL_NS {

// How the sum over p is split, see `order_of`.
enum class Order : int { chain, even_chain, halves };

// One product on typed pointers. Its c may be strided: ccs == 1, or crs == 1 when the roles are exchanged.
template <class T>
struct Product {
    int64_t m, n, k;
    const T* a;
    int64_t ars, acs;
    const T* b;
    int64_t brs, bcs;
    T* c;
    int64_t crs, ccs;
    const T* init;
    int64_t irs, ics;
    T alpha;
    Order order;
};

// The order of a sum over p is part of the result. It is the one PyTorch's BLAS takes on a machine of two
// cores, as far as it shows in results, so that most float32 products of at least five rows and four columns
// have its very bits: fused multiply-adds one after the other, in spans of kSpan; up to 2 * kSpan two equal
// spans; beyond that two halves summed apart where p is long beside m and n. It depends on sizes and
// strides alone, not on the number of threads nor on the machine.
constexpr int64_t kSpan = 384;
constexpr bool kMasks = RL_VECTOR_BYTES == 64;    // masked loads cost nothing
constexpr int64_t kWhole = 2048;                  // the longest p that one tile goes through at once
constexpr int64_t kRowsAside = 512;               // rows summed aside at a time, beyond kWhole
constexpr int64_t kDotRows = 4, kDotColumns = 3;  // products so low or narrow may sum in the order of dot products
constexpr int64_t kPackRows = 128;                // rows of a from which a copy of b pays even if its rows are contiguous,
constexpr int64_t kPackFar = 2048;                // or half as many, when the rows of b lie this many bytes apart
constexpr int64_t kWorkPerNs = RL_VECTOR_BYTES;  // multiply-adds a nanosecond, about, for the pool's estimate

// `both`: a and b are both contiguous along p. The limits are those observed.
inline Order order_of(int64_t m, int64_t n, int64_t k, bool both) {
    const int64_t low = m < n ? m : n, high = m < n ? n : m;
    const bool shared_out = low < (both ? 58 : 32) && high >= 384 && high < 800;  // n or m is split there, not p
    if (k <= 2 * kSpan || shared_out || low * high <= 320) return Order::even_chain;
    return 8 * low <= k || 3 * m + n + 242 <= k ? Order::halves : Order::chain;
}

// The length of the next span of a chain of `all`, of which `left` are left. An even chain ends with two equal spans.
inline int64_t next_span(int64_t left, int64_t all, Order order) {
    if (left <= kSpan) return left;
    return left <= 2 * kSpan && (left == all || order == Order::even_chain) ? (left + 1) / 2 : kSpan;
}

RL_INLINE int64_t least(int64_t x, int64_t y) { return x < y ? x : y; }
RL_INLINE int64_t most(int64_t x, int64_t y) { return x > y ? x : y; }
RL_INLINE int64_t over(int64_t x, int64_t y) { return (x + y - 1) / y; }

// ---- scratch: buffers of each thread, kept between calls ----

static thread_local Scratch scratch, second_scratch, copy_scratch;

// ---- the outer-product tile ----

// What a tile does with its sums.
template <class T>
struct Finish {
    T* c;
    int64_t crs, ccs;  // ccs == ics == 1, or crs == irs == 1 when the roles are exchanged
    const T* init;
    int64_t irs, ics;
    T alpha;
    Order order;
};

// The ending where the columns of c are contiguous: `rows` rows (at most P), from row r on, transposed.
template <class T, int P>
void finish_columns(const T* sums, int rows, int width, int lanes, const Finish<T>& f, int r) {
    constexpr int W = Lanes<T>::W, share = W / P;  // columns in each vector after the transposition
    const Vec<T> alpha = splat<T>(f.alpha);
    for (int j = 0; j < lanes; j += W) {
        Vec<T> block[P];
        RL_UNROLL for (int i = 0; i < P; ++i) block[i] = i < rows ? load(sums + i * width + j) : Vec<T>{};
        transpose<T, P>(block);
        T* c = f.c + r + j * f.ccs;
        const T* init = f.init ? f.init + r + j * f.ics : nullptr;
        RL_UNROLL for (int i = 0; i < W; ++i) {
            if (j + i >= lanes) return;
            const int first = i % share * P;
            Vec<T> x = alpha * block[i / share];
            if (init) x = x + load_lanes(init + i * f.ics - first, first, rows);
            store_lanes(c + i * f.ccs - first, x, first, rows);
        }
    }
}

// The general ending of a tile: `rows` rows of `width` sums, of which the first `lanes` count.
template <class T>
RL_NOINLINE void finish(const T* sums, int rows, int width, int lanes, const Finish<T>& f) {
    constexpr int W = Lanes<T>::W;
    if (f.ccs == 1 && (!f.init || f.ics == 1)) {
        const Vec<T> alpha = splat<T>(f.alpha);
        for (int i = 0; i < rows; ++i)
            for (int j = 0; j < lanes; j += W) {
                const int here = int(least(W, lanes - j));
                Vec<T> x = alpha * load(sums + i * width + j);
                if (f.init) x = x + load_part(f.init + i * f.irs + j, here);
                store_part(f.c + i * f.crs + j, x, here);
            }
        return;
    }
    constexpr int Few = W < 4 ? W : 4, Some = W < 8 ? W : 8;
    for (int r = 0; r < rows; r += W) {
        const int high = int(least(W, rows - r));
        high <= Few    ? finish_columns<T, Few>(sums + r * width, high, width, lanes, f, r)
        : high <= Some ? finish_columns<T, Some>(sums + r * width, high, width, lanes, f, r)
                       : finish_columns<T, W>(sums + r * width, high, width, lanes, f, r);
    }
}

// Lanes [0, V*W - W + tail) of R rows: c = init + the sums over k. init may be null; both have contiguous rows.
template <class T, int R, int V>
void outer_tile(int64_t k, const T* a, int64_t ars, int64_t acs, const T* b, int64_t brs, T* c, int64_t crs, const T* init, int64_t irs, int tail) {
    constexpr int W = Lanes<T>::W;
    Vec<T> acc[R][V];
    RL_UNROLL for (int i = 0; i < R; ++i) RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] = Vec<T>{};
    for (int64_t p = 0; p < k; ++p) {
        Vec<T> row[V];
        RL_UNROLL for (int j = 0; j < V; ++j) row[j] = kMasks && j == V - 1 ? load_part(b + j * W, tail) : load(b + j * W);
        RL_UNROLL for (int i = 0; i < R; ++i) {
            const Vec<T> x = splat<T>(a[i * ars]);
            RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] += x * row[j];
        }
        a += acs;
        b += brs;
    }
    if (init)
        RL_UNROLL for (int i = 0; i < R; ++i, init += irs) RL_UNROLL for (int j = 0; j < V; ++j)
            acc[i][j] = acc[i][j] + (j == V - 1 ? load_edge(init + j * W, tail) : load(init + j * W));
    RL_UNROLL for (int i = 0; i < R; ++i, c += crs) RL_UNROLL for (int j = 0; j < V; ++j)
        j == V - 1 ? store_edge(c + j * W, acc[i][j], tail) : store(c + j * W, acc[i][j]);
}

template <class T>
using OuterTile = void (*)(int64_t, const T*, int64_t, int64_t, const T*, int64_t, T*, int64_t, const T*, int64_t, int);

constexpr int kMostSums = 24;  // vectors in the largest tile

// The same for any c, init and alpha, and for a k of more than one span. `rows` times `width` vectors.
template <class T>
RL_NOINLINE void general_tile(OuterTile<T> tile, int64_t k, const T* a, int64_t ars, int64_t acs, const T* b, int64_t brs, Finish<T> f, int rows, int width, int tail) {
    constexpr int W = Lanes<T>::W;
    const int64_t across = int64_t(width) * W, size = rows * across, lanes = across - W + tail;
    alignas(64) T halves[2][kMostSums * W], span_sums[kMostSums * W];
    const bool two = k > kSpan && f.order == Order::halves;
    int64_t all = two ? (k + 1) / 2 : k;
    for (int h = 0; h <= int(two); ++h, all = k - all) {
        T* sums = halves[h];
        for (int64_t left = all, span; left > 0 || all == 0; left -= span) {
            span = next_span(left, all, f.order);
            const bool first = left == all;
            tile(span, a, ars, acs, b, brs, first ? sums : span_sums, across, nullptr, 0, tail);
            a += span * acs;
            b += span * brs;
            if (!first)
                for (int64_t i = 0; i < size; i += W) store(sums + i, load(sums + i) + load(span_sums + i));
            if (all == 0) break;
            if (first && h == 0 && left > span && f.init && f.alpha == T(1)) {  // the order of PyTorch's sums
                for (int i = 0; i < rows; ++i) {
                    T* sum = sums + i * across;
                    const T* init = f.init + i * f.irs;
                    if (f.ics == 1)
                        for (int64_t j = 0; j < lanes; ++j) sum[j] += init[j];
                    else
                        for (int64_t j = 0; j < lanes; ++j) sum[j] += init[j * f.ics];
                }
                f.init = nullptr;
            }
        }
    }
    if (two)
        for (int64_t i = 0; i < size; i += W) store(halves[0] + i, load(halves[0] + i) + load(halves[1] + i));
    finish<T>(halves[0], rows, int(across), int(lanes), f);
}

// How many vectors a tile is wide at most, and how many rows it then has at most: as many
// accumulators as the registers hold beside V vectors of b and an element of a.
constexpr int widest(int64_t rows) { return rows == 1 ? 8 : RL_REGISTERS == 32 || rows == 2 ? 4 : 3; }
constexpr int tallest(int v) {
    return RL_REGISTERS == 32 ? (v <= 2 ? 12 : v == 3 ? 8 : v == 4 ? 6 : 1) : (v == 1 ? 8 : v == 2 ? 6 : v == 3 ? 4 : v == 4 ? 2 : 1);
}

template <class T, int V, int R = 1>
OuterTile<T> pick_rows(int r) {
    if (r == R) return outer_tile<T, R, V>;
    if constexpr (R < tallest(V))
        return pick_rows<T, V, R + 1>(r);
    else
        return nullptr;
}

template <class T>
OuterTile<T> pick_tile(int r, int v) {
    switch (v) {
        case 1: return pick_rows<T, 1>(r);
        case 2: return pick_rows<T, 2>(r);
        case 3: return pick_rows<T, 3>(r);
        case 4: return pick_rows<T, 4>(r);
        case 5: return pick_rows<T, 5>(r);
        case 6: return pick_rows<T, 6>(r);
        case 7: return pick_rows<T, 7>(r);
        default: return pick_rows<T, 8>(r);
    }
}

// ---- packing of b: panel after panel, each [k][width], zeros behind the last column ----

// W columns that are contiguous along k, transposed block by block. `Full`: all W exist, else `here` do.
template <class T, bool Full>
void pack_transposed(const T* b, int64_t bcs, int64_t k, int here, T* to, int64_t width) {
    constexpr int W = Lanes<T>::W;
    for (int64_t p = 0; p < k; p += W, b += W, to += W * width) {
        const int depth = int(least(W, k - p));
        Vec<T> block[W];
        RL_UNROLL for (int i = 0; i < W; ++i) block[i] = Full || i < here ? load_edge(b + i * bcs, depth) : Vec<T>{};
        transpose<T>(block);
        if (depth == W) {
            RL_UNROLL for (int i = 0; i < W; ++i) store(to + i * width, block[i]);
            continue;
        }
        RL_UNROLL for (int i = 0; i < W; ++i) {
            if (i >= depth) break;
            store(to + i * width, block[i]);
        }
    }
}

template <class T>
void pack_panel(const T* b, int64_t brs, int64_t bcs, int64_t k, int64_t columns, int vectors, T* to) {
    constexpr int W = Lanes<T>::W;
    const int64_t width = int64_t(vectors) * W;
    if (bcs != 1 && brs == 1) {
        for (int64_t j = 0; j < width; j += W) {
            const int here = int(least(W, columns - j));
            here == W ? pack_transposed<T, true>(b + j * bcs, bcs, k, W, to + j, width)
                      : pack_transposed<T, false>(b + j * bcs, bcs, k, here, to + j, width);
        }
        return;
    }
    for (int64_t p = 0; p < k; ++p, b += brs, to += width) {
        for (int64_t j = 0; j < width; j += W) {
            const int here = int(least(W, columns - j));
            if (bcs == 1) {
                store(to + j, load_edge(b + j, here));
            } else {
                for (int i = 0; i < W; ++i) to[j + i] = i < here ? b[(j + i) * bcs] : T(0);
            }
        }
    }
}

// ---- the outer-product driver ----

constexpr int64_t kCopiedRows = 128, kCopiedLength = 4096;  // rows of a copied at a time; the longest

// Whether the rows of a are read so far apart that a copy pays: each element of a tile from a cache line of its own.
template <class T>
bool far_columns(const Product<T>& g) {
    return g.ars == 1 && g.k >= 192 && g.k <= kCopiedLength && g.m >= 16 && g.n >= 48 && std::abs(g.acs) * int64_t(sizeof(T)) >= 256;
}

// Splits `count` into `parts` runs whose lengths differ by at most one; returns where run i begins.
RL_INLINE int64_t cut(int64_t count, int64_t parts, int64_t i) { return count * i / parts; }

template <class T>
struct Outer {
    static constexpr int W = Lanes<T>::W;
    Product<T> g;
    bool pack;  // copy each panel of b, or read it where it lies
    int64_t vectors, panels;

    // Rows [r0, r1) against panels [p0, p1) of columns.
    void compute(int64_t r0, int64_t r1, int64_t p0, int64_t p1, T* scratch) const {
        if (far_columns(g) && compute_copied(r0, r1, p0, p1, scratch)) return;
        for (int64_t p = p0; p < p1; ++p) {
            const Panel q = panel(p);
            if (g.k > kWhole) {
                by_spans(r0, r1, q, scratch);
                continue;
            }
            run(r1 - r0, g.k, g.a + r0 * g.ars, q, q.b, scratch, lowered(q.f, r0));
        }
    }

    // The same after rows of a, whose elements lie far apart, have been copied, some at a time.
    bool compute_copied(int64_t r0, int64_t r1, int64_t p0, int64_t p1, T* scratch) const {
        const int64_t step = over(g.k, W) * W + W, high = least(kCopiedRows, r1 - r0);
        T* copy = static_cast<T*>(copy_scratch.get(size_t(high * step + W) * sizeof(T)));
        if (!copy) return false;
        for (int64_t r = r0; r < r1; r += high) {
            Outer part = *this;
            part.g.m = least(high, r1 - r);
            for (int64_t p = (g.k - 1) / W * W; p >= 0; p -= W)  // the last first: it writes past the rows' ends
                g.k - p >= W ? pack_transposed<T, true>(g.a + r + p * g.acs, g.acs, part.g.m, W, copy + p, step)
                             : pack_transposed<T, false>(g.a + r + p * g.acs, g.acs, part.g.m, int(g.k - p), copy + p, step);
            part.g.a = copy, part.g.ars = step, part.g.acs = 1;
            part.g.c += r * g.crs;
            if (g.init) part.g.init += r * g.irs;
            part.compute(0, part.g.m, p0, p1, scratch);
        }
        return true;
    }

    struct Panel {
        const T* b;
        int64_t columns;  // from here to the last column of b
        int width, tail;  // in vectors; lanes of the last vector
        Finish<T> f;
    };

    Panel panel(int64_t p) const {
        const int64_t v0 = cut(vectors, panels, p), v1 = cut(vectors, panels, p + 1), j = v0 * W;
        return {g.b + j * g.bcs, g.n - j, int(v1 - v0), int(least(W, g.n - (v1 - 1) * W)),
                {g.c + j * g.ccs, g.crs, g.ccs, g.init ? g.init + j * g.ics : nullptr, g.irs, g.ics, g.alpha, g.order}};
    }

    // A long p: span after span through c, so that what is packed stays near.
    void by_spans(int64_t r0, int64_t r1, const Panel& q, T* packed) const {
        if (g.order != Order::halves) return chain(r0, r1, 0, g.k, q, lowered(q.f, r0), packed);
        const int64_t half = (g.k + 1) / 2;
        T* aside = packed + aside_at(q.width);
        for (int64_t r = r0; r < r1; r += kRowsAside) {
            const int64_t end = least(r + kRowsAside, r1);
            const bool straight = q.f.ccs == 1;
            const Finish<T> apart = {aside, straight ? int64_t(q.width) * W : 1, straight ? 1 : kRowsAside, nullptr, 0, 0, g.alpha, Order::chain};
            const Finish<T> here = lowered(q.f, r);
            chain(r, end, 0, half, q, here, packed);
            chain(r, end, half, g.k, q, apart, packed);
            add(here, apart, end - r, int64_t(q.width - 1) * W + q.tail);
        }
    }

    static Finish<T> lowered(Finish<T> f, int64_t row) {
        f.c += row * f.crs;
        if (f.init) f.init += row * f.irs;
        return f;
    }

    // Where the sums made aside lie behind a packed panel of `width` vectors.
    static int64_t aside_at(int64_t width) { return kSpan * width * W + 64 / int64_t(sizeof(T)); }

    // Bytes of scratch that `compute` needs.
    size_t bytes(int widest_panel) const {
        size_t n = 0;
        if (g.k > kWhole)
            n = size_t(aside_at(widest_panel)) + size_t(2 * kRowsAside) * widest_panel * W;
        else if (pack || (!kMasks && g.n % W))
            n = size_t(g.k) * widest_panel * W;
        return n ? (n + W) * sizeof(T) : 0;
    }

    // Rows [r0, r1) of one panel over [k0, k1), span after span; `f` points at row r0.
    void chain(int64_t r0, int64_t r1, int64_t k0, int64_t k1, const Panel& q, Finish<T> f, T* packed) const {
        for (int64_t k = k0, span; k < k1; k += span) {
            span = next_span(k1 - k, k1 - k0, g.order);
            if (k > k0) f.init = f.c, f.irs = f.crs, f.ics = f.ccs;
            run(r1 - r0, span, g.a + r0 * g.ars + k * g.acs, q, q.b + k * g.brs, packed, f);
        }
    }

    static void add(const Finish<T>& to, const Finish<T>& from, int64_t rows, int64_t columns) {
        if (to.ccs == 1) {
            for (int64_t i = 0; i < rows; ++i)
                for (int64_t j = 0; j < columns; ++j) to.c[i * to.crs + j] += from.c[i * from.crs + j];
            return;
        }
        for (int64_t j = 0; j < columns; ++j)
            for (int64_t i = 0; i < rows; ++i) to.c[i * to.crs + j * to.ccs] += from.c[i + j * from.ccs];
    }

    // The tiles of one panel over k of p; `a` and `b` are where it begins. Their heights differ by at most
    // one: a low last tile would be slow.
    void run(int64_t rows, int64_t k, const T* a, const Panel& q, const T* b, T* packed, Finish<T> f) const {
        int64_t brs = g.brs;
        if (pack || (!kMasks && q.tail != W)) {  // without masks a tile would read past the last column
            pack_panel(b, g.brs, g.bcs, k, q.columns, q.width, packed);
            b = packed;
            brs = int64_t(q.width) * W;
        }
        const int64_t tiles = over(rows, tallest(q.width));
        const int low = int(rows / tiles);
        const OuterTile<T> tile[2] = {pick_tile<T>(low, q.width), low < tallest(q.width) ? pick_tile<T>(low + 1, q.width) : nullptr};
        const bool plain = f.ccs == 1 && f.alpha == T(1) && (!f.init || f.ics == 1) && k <= kSpan;
        for (int64_t t = 0, r = 0; t < tiles; ++t) {
            const int64_t next = cut(rows, tiles, t + 1);
            const int high = int(next - r);
            if (plain)
                tile[high - low](k, a + r * g.ars, g.ars, g.acs, b, brs, f.c, f.crs, f.init, f.irs, q.tail);
            else
                general_tile(tile[high - low], k, a + r * g.ars, g.ars, g.acs, b, brs, f, high, q.width, q.tail);
            f = lowered(f, high);
            r = next;
        }
    }
};

template <class T>
bool packs(const Product<T>& g) {
    return g.bcs != 1 || g.m >= kPackRows || (g.m >= 64 && std::abs(g.brs) * int64_t(sizeof(T)) >= kPackFar);
}

// The two halves of the sum over p on different threads, so that each reads its own half of a and b:
// of matrices that were written by rows, the half that this thread wrote.
template <class T>
bool by_halves(const Product<T>& g, const RlPool* pool) {
    constexpr int W = Lanes<T>::W;
    const int64_t half = (g.k + 1) / 2, parts = most(1, least(pool->threads() / 2, g.m / 16));
    T* aside = static_cast<T*>(second_scratch.get(size_t(g.m) * size_t(g.n) * sizeof(T)));
    if (!aside) return false;
    const int64_t asr = g.ccs == 1 ? g.n : 1, asc = g.ccs == 1 ? 1 : g.m;
    std::atomic<bool> right{true};
    auto body = [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) {
            Outer<T> o;
            o.g = g;
            o.g.order = Order::chain;  // each half in the order of `halves`
            o.g.k = half;
            if (i >= parts) {
                o.g.k = g.k - half;
                o.g.a += half * g.acs, o.g.b += half * g.brs;
                o.g.c = aside, o.g.crs = asr, o.g.ccs = asc, o.g.init = nullptr;
            }
            o.vectors = over(g.n, W);
            o.panels = over(o.vectors, widest(g.m));
            o.pack = packs(o.g);
            const size_t bytes = o.bytes(widest(g.m));
            T* packed = bytes ? static_cast<T*>(scratch.get(bytes)) : nullptr;
            if (bytes && !packed) {
                right = false;
                return;
            }
            o.compute(cut(g.m, parts, i % parts), cut(g.m, parts, i % parts + 1), 0, o.panels, packed);
        }
    };
    rl::parallel_for(pool, 2 * parts, 1, body);
    if (g.ccs == 1) {
        for (int64_t i = 0; i < g.m; ++i)
            for (int64_t j = 0; j < g.n; ++j) g.c[i * g.crs + j] += aside[i * g.n + j];
    } else {
        for (int64_t j = 0; j < g.n; ++j)
            for (int64_t i = 0; i < g.m; ++i) g.c[i * g.crs + j * g.ccs] += aside[i + j * g.m];
    }
    return right;
}

// Chunks of rows and columns where each chunk copies its rows of a (a transposition) and its columns of b: the grid
// that copies least.
template <class T>
void grid_of_copies(const Product<T>& g, int64_t threads, int64_t panels, int64_t& rows, int64_t& columns) {
    double best = 0;
    for (int64_t c = 1; c <= least(panels, 2 * threads); ++c) {
        const int64_t r = over(2 * threads, c);
        if (r * 32 > g.m) continue;
        const double copied = double(g.k) * (2. * double(c * g.m) + double(most(r, g.m / kCopiedRows) * g.n));
        if (best == 0 || copied < best) best = copied, rows = r, columns = c;
    }
}

template <class T>
bool outer(const Product<T>& g, const RlPool* pool) {
    constexpr int W = Lanes<T>::W;
    const int widest_panel = widest(g.m);
    Outer<T> o;
    o.g = g;
    o.vectors = over(g.n, W);
    o.panels = over(o.vectors, widest_panel);
    o.pack = packs(g);
    const size_t bytes = o.bytes(widest_panel);
    if (!pool || !pool->pays(g.m * g.n * g.k / kWorkPerNs)) {
        T* packed = bytes ? static_cast<T*>(scratch.get(bytes)) : nullptr;
        if (bytes && !packed) return false;
        o.compute(0, g.m, 0, o.panels, packed);
        return true;
    }
    if (g.order == Order::halves && g.alpha == T(1)) return by_halves(g, pool);
    // Chunks: four a thread when nothing is packed, else about one and a half. Each packs what it
    // needs itself, since lines that another core has just written are slow to read.
    const int64_t threads = pool->threads();
    if (o.pack && o.panels < threads) o.panels = least(threads, o.vectors);
    int64_t columns = o.pack ? least(o.panels, 16) : g.m < 8 * threads ? o.panels : 1;
    const int64_t wanted = over(o.pack ? 3 * threads / 2 : 4 * threads, columns);
    int64_t rows = most(1, least(g.m / (o.pack ? 48 : 4), wanted));
    if (far_columns(g)) grid_of_copies(g, threads, o.panels, rows, columns);
    std::atomic<bool> right{true};
    auto body = [&](int64_t b, int64_t e) {
        T* packed = bytes ? static_cast<T*>(scratch.get(bytes)) : nullptr;
        if (bytes && !packed) right = false;
        for (int64_t i = b; i < e && right; ++i) {
            const int64_t r = i / columns, q = i % columns;
            o.compute(cut(g.m, rows, r), cut(g.m, rows, r + 1), cut(o.panels, columns, q), cut(o.panels, columns, q + 1), packed);
        }
    };
    rl::parallel_for(pool, rows * columns, 1, body);
    return right;
}

// ---- the dot-product kernel ----

template <class T, int R, int C>
void dot_tile(const Product<T>& g, int64_t i0, int64_t j0) {
    constexpr int W = Lanes<T>::W, groups = (R * C + W - 1) / W;
    const T *a[R], *b[C];
    RL_UNROLL for (int i = 0; i < R; ++i) a[i] = g.a + least(i0 + i, g.m - 1) * g.ars;  // a row too many is a copy
    RL_UNROLL for (int j = 0; j < C; ++j) b[j] = g.b + least(j0 + j, g.n - 1) * g.bcs;
    Vec<T> acc[groups * W];
    RL_UNROLL for (int i = 0; i < groups * W; ++i) acc[i] = Vec<T>{};
    int64_t p = 0;
    for (; p + W <= g.k; p += W) {
        Vec<T> y[C];
        RL_UNROLL for (int j = 0; j < C; ++j) y[j] = load(b[j] + p);
        RL_UNROLL for (int i = 0; i < R; ++i) {
            const Vec<T> x = load(a[i] + p);
            RL_UNROLL for (int j = 0; j < C; ++j) acc[i * C + j] += x * y[j];
        }
    }
    if (p < g.k) {
        const int rest = int(g.k - p);
        Vec<T> y[C];
        RL_UNROLL for (int j = 0; j < C; ++j) y[j] = load_part(b[j] + p, rest);
        RL_UNROLL for (int i = 0; i < R; ++i) {
            const Vec<T> x = load_part(a[i] + p, rest);
            RL_UNROLL for (int j = 0; j < C; ++j) acc[i * C + j] += x * y[j];
        }
    }
    T out[groups * W];
    RL_UNROLL for (int q = 0; q < groups; ++q) store(out + q * W, sums<T>(acc + q * W));
    const int rows = int(least(R, g.m - i0)), columns = int(least(C, g.n - j0));
    T* c = g.c + i0 * g.crs + j0 * g.ccs;
    const T* init = g.init ? g.init + i0 * g.irs + j0 * g.ics : nullptr;
    if (columns == C && g.ccs == 1 && (!init || g.ics == 1)) {
        for (int i = 0; i < rows; ++i, c += g.crs) {
            T x[C];
            for (int j = 0; j < C; ++j) x[j] = g.alpha * out[i * C + j];
            if (init) {
                for (int j = 0; j < C; ++j) x[j] = x[j] + init[j];
                init += g.irs;
            }
            std::memcpy(c, x, sizeof x);
        }
        return;
    }
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns; ++j) {
            T x = g.alpha * out[i * C + j];
            if (init) x = x + init[i * g.irs + j * g.ics];
            c[i * g.crs + j * g.ccs] = x;
        }
}

constexpr int DR = RL_REGISTERS == 32 ? 4 : 2;  // rows of a dot tile, which is four columns wide

template <class T>
void dot_rows(const Product<T>& g, int64_t i0, int64_t i1) {
    while (i0 < i1) {
        if (i1 - i0 == 1) {
            for (int64_t j = 0; j < g.n; j += 8) dot_tile<T, 1, 8>(g, i0, j);
            return;
        }
        for (int64_t j = 0; j < g.n; j += 4) dot_tile<T, DR, 4>(g, i0, j);
        i0 += DR;
    }
}

template <class T>
void dot(const Product<T>& g, const RlPool* pool) {
    auto body = [&](int64_t b, int64_t e) {
        Product<T> part = g;
        if (g.m > 1) return dot_rows(part, b * DR, least(e * DR, g.m));
        part.n = least(e * 8, g.n) - b * 8;  // one row: split along the columns
        part.b += b * 8 * g.bcs;
        part.c += b * 8 * g.ccs;
        if (g.init) part.init += b * 8 * g.ics;
        dot_rows(part, 0, 1);
    };
    const int64_t blocks = g.m > 1 ? over(g.m, DR) : over(g.n, 8);
    if (!pool || !pool->pays(g.m * g.n * g.k / kWorkPerNs)) return body(0, blocks);
    rl::parallel_for(pool, blocks, most(1, blocks / 16), body);
}

// ---- choice ----

template <class T>
Product<T> exchanged(const Product<T>& g) {
    return {g.n, g.m, g.k, g.b, g.bcs, g.brs, g.a, g.acs, g.ars, g.c, g.ccs, g.crs, g.init, g.ics, g.irs, g.alpha, g.order};
}

// Estimated cycles, from measurements on an AVX-512 core; what counts is the comparison.
template <class T>
double outer_cost(const Product<T>& g, bool turned) {
    constexpr int W = Lanes<T>::W;
    const int64_t vectors = over(g.n, W), panels = over(vectors, widest(g.m));
    const double width = double(vectors) / double(panels);
    const int64_t tiles = over(g.m, tallest(int(width)));
    const double sums = double(g.m) / double(tiles) * width;
    const bool far = double(g.k * g.n) * sizeof(T) > 32768;  // b comes from the second cache, 24 bytes a cycle
    const double step = vectors == 1 ? 0.68 * sums : 0.56 * sums;  // one vector: the loads are the limit
    const double least_step = far && 2.7 * width > 4.2 ? 2.7 * width : 4.2;
    double cost = double(panels * tiles) * (double(g.k) * (step > least_step ? step : least_step) + 50);
    if (far_columns(g))
        cost += 0.85 * double(g.m * g.k);  // a is copied
    else if (g.acs != 1 && g.k > 256)
        cost *= 1.05;  // a column of a spreads over more lines than the first cache holds
    if (packs(g))
        cost += double(g.k * vectors * W) * (g.bcs == 1 ? 0.2 : g.brs == 1 ? 0.3 : 1.2);
    else if (far)
        cost *= 1.04;  // loads across cache lines
    if (turned) cost += double(tiles * vectors) * 60;
    return cost;
}

template <class T>
double dot_cost(const Product<T>& g) {
    const double steps = double(over(g.k, Lanes<T>::W));
    if (g.m == 1) return double(over(g.n, 8)) * (steps * 6 + 60);
    const double each = double(g.n * g.k) * sizeof(T) > 32768 ? 0.8 : 0.6;  // b streams past for every few rows
    return double(over(g.m, DR) * over(g.n, 4)) * (steps * each * DR * 4 + 60);
}

enum class Way { straight, turned, dot };

struct Plan {
    Way way;
    double cost;
};

template <class T>
bool dots_allowed(const Product<T>& g) {
    return g.acs == 1 && g.brs == 1 && g.k > 0 && (g.m <= kDotRows || g.n <= kDotColumns);
}

template <class T>
Plan plan(const Product<T>& g, bool dots) {
    Plan best = {Way::straight, outer_cost(g, false)};
    const double turned = outer_cost(exchanged(g), true);
    if (turned < best.cost) best = {Way::turned, turned};
    const double cost = dots ? dot_cost(g) : best.cost;
    return cost < best.cost ? Plan{Way::dot, cost} : best;
}

template <class T>
bool follow(Way way, const Product<T>& g, const RlPool* pool) {
    if (way == Way::dot) return dot(g, pool), true;
    return way == Way::turned ? outer(exchanged(g), pool) : outer(g, pool);
}

template <class T>
Product<T> columns_of(Product<T> g, int64_t first, int64_t last) {
    g.n = last - first;
    g.b += first * g.bcs;
    g.c += first * g.ccs;
    if (g.init) g.init += first * g.ics;
    return g;
}

template <class T>
bool gemm(const Product<T>& g, const RlPool* pool) {
    constexpr int W = Lanes<T>::W;
    if (g.m <= 0 || g.n <= 0) return true;
    if (g.m * g.n * g.k < 1024) return follow(g.bcs != 1 && dots_allowed(g) ? Way::dot : Way::straight, g, pool);
    const bool dots = dots_allowed(g);
    const Plan whole = plan(g, dots);
    const int64_t rest = g.n % W;
    if (rest && rest <= W / 2 && g.n > W && whole.cost > 30000) {  // a last vector mostly empty: do its columns another way?
        const Product<T> left = columns_of(g, 0, g.n - rest), right = columns_of(g, g.n - rest, g.n);
        const Plan first = plan(left, dots), second = plan(right, dots);
        if (first.cost + second.cost + 200 < whole.cost * 0.97)
            return follow(first.way, left, pool) && follow(second.way, right, pool);
    }
    return follow(whole.way, g, pool);
}

template <class T>
bool matmul(const RlMatmul* call, const RlPool* pool) {
    Product<T> g = {
        call->m, call->n, call->k,
        static_cast<const T*>(call->a), call->m == 1 ? 1 : call->ars, call->k == 1 ? 1 : call->acs,
        static_cast<const T*>(call->b), call->k == 1 ? 1 : call->brs, call->n == 1 ? 1 : call->bcs,
        static_cast<T*>(call->c), call->n, 1,
        static_cast<const T*>(call->init), call->irs, 1, T(call->alpha), order_of(call->m, call->n, call->k, call->acs == 1 && call->brs == 1),
    };
    if (call->batch_dims == 0) return gemm(g, pool);
    int64_t batch = 1;
    for (int d = 0; d < call->batch_dims; ++d) batch *= call->batch_shape[d];
    const int64_t each = g.m * g.n * g.k / kWorkPerNs + 50;  // ns
    const bool split = pool && each < 100000 && pool->pays(each * batch);
    std::atomic<bool> right{true};
    auto body = [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) {
            Product<T> one = g;
            int64_t rest = i;
            for (int d = call->batch_dims - 1; d >= 0; --d) {
                const int64_t at = rest % call->batch_shape[d];
                rest /= call->batch_shape[d];
                one.a += at * call->a_steps[d];
                one.b += at * call->b_steps[d];
            }
            one.c += i * g.m * g.n;
            if (!gemm(one, split ? nullptr : pool)) right = false;
        }
    };
    if (split)
        rl::parallel_for(pool, batch, most(1, least(batch / 8, 20000 / each)), body);
    else
        body(0, batch);
    return right;
}

template <class T>
void colsum(const void* from, int64_t rows, int64_t cols, int64_t rs, int64_t cs, void* to) {
    const T* x = static_cast<const T*>(from);
    T* out = static_cast<T*>(to);
    if (cs == 1) return add_columns(x, out, size_t(rows), size_t(cols), size_t(rs), cols < int64_t(kVector<T>));
    for (int64_t j = 0; j < cols; ++j)
        out[j] = sum_run<T>(0, size_t(rows), [=](size_t i) { return x[int64_t(i) * rs + j * cs]; });
}

}  // namespace RL_NS
