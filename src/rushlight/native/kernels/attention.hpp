// softmax(scale q k^T + mask) v, block by block: keys are taken kKeys at a time, packed once for all rows of the
// queries, and the rows' largest scores and sums are carried along ("online softmax"), so that no more than one block
// of scores ever exists. The gradient makes each block of weights anew from the logarithms of the sums. What
// a causal mask hides is skipped block by block. Blocks depend on the sizes alone, so any number of threads gives the
// same bits.
#pragma once
#include <atomic>

#include "attention.h"
#include "scratch.hpp"
#include "vmath.hpp"

namespace RL_NS {

constexpr int64_t kQueries = 64, kKeys = 256, kGap = 16;  // a gap, so that the rows of a block fall into different sets of the cache
constexpr int64_t kTogether = 16;                         // scores are weighed in groups of so many
constexpr int64_t kAttentionPerNs = 25;                   // multiply-adds a nanosecond, about, for the pool's estimate

static thread_local Scratch attention_scratch;

template <class T>
constexpr T kNothing = -__builtin_inff();

template <class T>
constexpr int kEntry = sizeof(T) == 8;

// One matrix of many.
template <class T>
struct Matrix {
    T* data;
    int64_t row, column;
    T* at(int64_t i) const { return data + i * row; }
};

template <class T>
inline Matrix<T> matrix_of(const RlMatrices& m, const RlAttention& a, int64_t index) {
    T* data = reinterpret_cast<T*>(m.data);
    if (!data) return {nullptr, 0, 0};
    for (int d = a.dims - 1; d >= 0; --d) {
        data += index % a.shape[d] * m.steps[d];
        index /= a.shape[d];
    }
    return {data, m.row, m.column};
}

// exp(x) for x that is hardly above 0; what would be no normal number is 0.
template <class T>
RL_INLINE T exp_low(T x) {
    const T limit = -exp_limit(T(0)), e = exp_mid(x < limit ? limit : x);
    return x < limit ? T(0) : e;
}

inline int64_t lesser(int64_t x, int64_t y) { return x < y ? x : y; }

// How much of a thread's scratch is used so far.
template <class T>
struct Room {
    T* next;
    T* take(int64_t n) {
        T* here = next;
        next += (n + 15) / 16 * 16;
        return here;
    }
    static int64_t of(int64_t n) { return (n + 15) / 16 * 16; }
};

// Packs a matrix (depth x n), or with the strides exchanged its transpose, into memory with room for the widest.
template <class T>
struct Packed {
    RlPanels panels;
    const GemmTable* gemm;
    Packed(const GemmTable* table, int64_t rows, int64_t n, T* to) : panels{table->panel_vectors[kEntry<T>](rows, n), n, 0, to}, gemm(table) {}
    void fill(int64_t n, int64_t depth, const T* b, int64_t brs, int64_t bcs) {
        panels.n = n;
        panels.depth = depth;
        gemm->pack[kEntry<T>](&panels, b, brs, bcs);
    }
    // c = init + a times the first n columns.
    void times(int64_t m, const T* a, int64_t ars, int64_t acs, int64_t depth, int64_t n, T* c, int64_t crs, const T* init) const {
        const RlPanelProduct p = {m, a, ars, acs, 0, depth, 0, n, c, crs, init, crs};
        gemm->multiply[kEntry<T>](&panels, &p);
    }
};

// Which keys of a block a row sees: the first `count`, as far as the mask allows.
template <class T>
struct Sight {
    const RlAttention& a;
    char* mask;
    int64_t row, column;

    Sight(const RlAttention& call, int64_t index) : a(call), mask(nullptr), row(call.mask.row), column(call.mask.column) {
        if (a.mask_kind == RL_BOOL_MASK) mask = reinterpret_cast<char*>(matrix_of<bool>(a.mask, a, index).data);
        if (a.mask_kind == RL_ADDED_MASK) mask = reinterpret_cast<char*>(matrix_of<T>(a.mask, a, index).data);
    }

    // Of the n keys from j on, how many row i may see at most.
    int64_t count(int64_t i, int64_t j, int64_t n) const {
        if (!a.causal) return n;
        return i + 1 <= j ? 0 : lesser(n, i + 1 - j);
    }

    // Adds the mask to the scores of row i against n keys from j on; kTogether numbers of them count, the last -inf.
    int64_t apply(T* s, int64_t i, int64_t j, int64_t n) const {
        if (a.mask_kind == RL_BOOL_MASK) {
            const unsigned char* seen = reinterpret_cast<const unsigned char*>(mask) + i * row + j * column;
            if (column == 1)
                for (int64_t x = 0; x < n; ++x) s[x] = seen[x] ? s[x] : kNothing<T>;
            else
                for (int64_t x = 0; x < n; ++x) s[x] = seen[x * column] ? s[x] : kNothing<T>;
        } else if (a.mask_kind == RL_ADDED_MASK) {
            const T* added = reinterpret_cast<const T*>(mask) + i * row + j * column;
            if (column == 1)
                for (int64_t x = 0; x < n; ++x) s[x] += added[x];
            else
                for (int64_t x = 0; x < n; ++x) s[x] += added[x * column];
        }
        const int64_t all = (n + kTogether - 1) / kTogether * kTogether;
        for (int64_t x = n; x < all; ++x) s[x] = kNothing<T>;
        return all;
    }
};

// The largest of n numbers (whole groups) and `least`; nan only when there is nothing else.
template <class T>
inline T largest(const T* s, int64_t n, T least) {
    constexpr int64_t L = kTogether;
    T b[2 * L];
    for (int64_t l = 0; l < 2 * L; ++l) b[l] = kNothing<T>;
    int64_t x = 0;
    for (; x + 2 * L <= n; x += 2 * L)
        for (int64_t l = 0; l < 2 * L; ++l) b[l] = s[x + l] > b[l] ? s[x + l] : b[l];
    for (; x < n; x += L)
        for (int64_t l = 0; l < L; ++l) b[l] = s[x + l] > b[l] ? s[x + l] : b[l];
    for (int64_t w = L; w; w /= 2)
        for (int64_t l = 0; l < w; ++l) b[l] = b[l + w] > b[l] ? b[l + w] : b[l];
    const T best = b[0] > least ? b[0] : least;
    if (best == kNothing<T>)
        for (int64_t i = 0; i < n; ++i)
            if (s[i] != s[i]) return s[i];
    return best;
}

// The weights of one row from n scores (whole groups), up to the factor that the sum of all will give; the sum and the
// output so far are made to fit a new largest score.
template <class T>
inline void weigh(T* s, int64_t n, T& top, T& sum, T* out, int64_t features) {
    constexpr int64_t L = kTogether;
    const T before = top, now = largest(s, n, before);
    if (now == kNothing<T>) {
        for (int64_t x = 0; x < n; ++x) s[x] = T(0);
        return;
    }
    T total[L] = {};
    for (int64_t x = 0; x < n; x += L)
#pragma omp simd
        for (int64_t l = 0; l < L; ++l) total[l] += s[x + l] = exp_low(s[x + l] - now);
    for (int64_t w = L / 2; w; w /= 2)
        for (int64_t l = 0; l < w; ++l) total[l] += total[l + w];
    top = now;
    if (before != now) {
        const T factor = exp_low(before - now);
        sum *= factor;
        if (out)
            for (int64_t x = 0; x < features; ++x) out[x] *= factor;
    }
    sum += total[0];
}

// Copies rows, times a factor, to rows `gap` apart: those of a head lie far apart, in few sets of the cache.
template <class T>
inline void near(const Matrix<T>& from, int64_t i, int64_t rows, int64_t columns, T factor, T* to, int64_t gap) {
    for (int64_t r = 0; r < rows; ++r) {
        const T* x = from.at(i + r);
        for (int64_t p = 0; p < columns; ++p) to[r * gap + p] = x[p] * factor;
    }
}

// Rows [r0, r1) of one head; r0 begins a block.
template <class T>
bool attend(const RlAttention& a, int64_t index, int64_t r0, int64_t r1, const GemmTable* gemm) {
    const Matrix<T> q = matrix_of<T>(a.query, a, index), k = matrix_of<T>(a.key, a, index), v = matrix_of<T>(a.value, a, index);
    const Matrix<T> out = matrix_of<T>(a.out, a, index);
    T* logs = static_cast<T*>(a.logs) + index * a.rows;
    const Sight<T> sight(a, index);
    const int64_t block = lesser(kKeys, a.keys), gap = block + kGap;
    const int64_t for_keys = gemm->panels_room[kEntry<T>](block, a.features), for_values = gemm->panels_room[kEntry<T>](a.value_features, block);
    const int64_t needed = Room<T>::of(for_keys) + Room<T>::of(for_values) + Room<T>::of(kQueries * gap) + Room<T>::of(r1 - r0) +
                           Room<T>::of(kQueries * (a.features + kGap));
    T* memory = static_cast<T*>(attention_scratch.get(size_t(needed) * sizeof(T)));
    if (!memory) return false;
    Room<T> room = {memory};
    const int64_t few = lesser(kQueries, a.rows);
    Packed<T> keys(gemm, few, block, room.take(for_keys)), values(gemm, few, a.value_features, room.take(for_values));
    T *s = room.take(kQueries * gap), *rows_near = room.take(kQueries * (a.features + kGap)), *sums = room.take(r1 - r0) - r0;
    for (int64_t i = r0; i < r1; ++i) logs[i] = kNothing<T>, sums[i] = T(0);
    const int64_t end = a.causal ? lesser(a.keys, r1) : a.keys;
    for (int64_t j = 0; j < end; j += block) {
        const int64_t all = lesser(block, end - j);
        keys.fill(all, a.features, k.at(j), 1, k.row);
        values.fill(a.value_features, all, v.at(j), v.row, 1);
        for (int64_t i = r0; i < r1; i += kQueries) {
            const int64_t rows = lesser(kQueries, r1 - i), n = a.causal ? lesser(all, i + rows - j) : all;
            if (n <= 0) continue;
            near(q, i, rows, a.features, T(a.scale), rows_near, a.features + kGap);
            keys.times(rows, rows_near, a.features + kGap, 1, a.features, n, s, gap, nullptr);
            for (int64_t r = 0; r < rows; ++r) {
                T* row = s + r * gap;
                const int64_t used = sight.apply(row, i + r, j, sight.count(i + r, j, n));
                weigh(row, used, logs[i + r], sums[i + r], j ? out.at(i + r) : nullptr, a.value_features);
                for (int64_t x = used; x < n; ++x) row[x] = T(0);
            }
            values.times(rows, s, gap, 1, n, a.value_features, out.at(i), out.row, j ? out.at(i) : nullptr);
        }
    }
    for (int64_t i = r0; i < r1; ++i) {
        T* y = out.at(i);
        const bool blind = logs[i] == kNothing<T>;
        const T factor = blind ? T(1) : T(1) / sums[i];
        for (int64_t x = 0; x < a.value_features; ++x) y[x] *= factor;
        logs[i] = blind ? T(0) : logs[i] + log_(sums[i]);
    }
    return true;
}

inline int64_t heads_of(const RlAttention& a) {
    int64_t heads = 1;
    for (int d = 0; d < a.dims; ++d) heads *= a.shape[d];
    return heads;
}

template <class T>
bool attention(const RlAttention* a, const GemmTable* gemm, const RlPool* pool) {
    const int64_t heads = heads_of(*a), blocks = (a->rows + kQueries - 1) / kQueries;
    const int64_t each = a->rows * a->keys * (a->features + a->value_features + 20) / kAttentionPerNs + 200;
    const bool split = pool->pays(each * heads);
    const int64_t threads = split ? pool->threads() : 1, wanted = 4 * threads;
    const int64_t parts = !split || heads >= wanted ? 1 : lesser(blocks, (wanted + heads - 1) / heads);
    std::atomic<bool> right{true};
    auto body = [&](int64_t first, int64_t last) {
        for (int64_t x = first; x < last; ++x) {
            const int64_t p = x % parts, r0 = blocks * p / parts * kQueries, r1 = lesser(a->rows, blocks * (p + 1) / parts * kQueries);
            if (!attend<T>(*a, x / parts, r0, r1, gemm)) right = false;
        }
    };
    if (!split)
        body(0, heads);
    else
        rl::parallel_for(pool, heads * parts, heads * parts > 8 * threads ? heads * parts / (8 * threads) : 1, body);
    return right;
}

// ---- gradients ----

// What a block of one head is computed with.
template <class T>
struct Blocks {
    const RlAttention& a;
    int64_t block, gap;
    Matrix<T> q, k, v, out, g, dq, dk, dv;
    const T* logs;
    Packed<T> keys, values, across, grads, queries;  // k^T, v^T, k, and g and q of a block of rows
    T *weights, *slopes, *dots, *rows_near, *grads_near;

    static int64_t room(const RlAttention& a, const GemmTable* gemm, int64_t block) {
        const auto size = gemm->panels_room[kEntry<T>];
        return Room<T>::of(size(block, a.features)) + Room<T>::of(size(block, a.value_features)) + Room<T>::of(size(a.features, block)) +
               Room<T>::of(size(a.value_features, kQueries)) + Room<T>::of(size(a.features, kQueries)) +
               2 * Room<T>::of(kQueries * (block + kGap)) + Room<T>::of(a.rows) +
               Room<T>::of(kQueries * (a.features + kGap)) + Room<T>::of(kQueries * (a.value_features + kGap));
    }

    Blocks(const RlAttention& call, const RlAttentionGradients& to, int64_t index, const GemmTable* gemm, int64_t keys_at_once, Room<T> room)
        : a(call), block(keys_at_once), gap(block + kGap),
          q(matrix_of<T>(a.query, a, index)), k(matrix_of<T>(a.key, a, index)), v(matrix_of<T>(a.value, a, index)),
          out(matrix_of<T>(a.out, a, index)), g(matrix_of<T>(to.grad, a, index)),
          dq(matrix_of<T>(to.query, a, index)), dk(matrix_of<T>(to.key, a, index)), dv(matrix_of<T>(to.value, a, index)),
          logs(static_cast<const T*>(a.logs) + index * a.rows),
          keys(gemm, lesser(kQueries, a.rows), block, room.take(gemm->panels_room[kEntry<T>](block, a.features))),
          values(gemm, lesser(kQueries, a.rows), block, room.take(gemm->panels_room[kEntry<T>](block, a.value_features))),
          across(gemm, lesser(kQueries, a.rows), a.features, room.take(gemm->panels_room[kEntry<T>](a.features, block))),
          grads(gemm, block, a.value_features, room.take(gemm->panels_room[kEntry<T>](a.value_features, kQueries))),
          queries(gemm, block, a.features, room.take(gemm->panels_room[kEntry<T>](a.features, kQueries))),
          weights(room.take(kQueries * gap)), slopes(room.take(kQueries * gap)), dots(room.take(a.rows)),
          rows_near(room.take(kQueries * (a.features + kGap))), grads_near(room.take(kQueries * (a.value_features + kGap))) {}

    void start() {
        for (int64_t i = 0; i < a.rows; ++i) {
            const T *x = g.at(i), *y = out.at(i);
            T sum = T(0);
#pragma omp simd reduction(+ : sum)
            for (int64_t p = 0; p < a.value_features; ++p) sum += x[p] * y[p];
            dots[i] = sum;
        }
        for (int64_t j = 0; j < a.keys; ++j) {
            if (dk.data)
                for (int64_t p = 0; p < a.features; ++p) dk.at(j)[p] = T(0);
            if (dv.data)
                for (int64_t p = 0; p < a.value_features; ++p) dv.at(j)[p] = T(0);
        }
    }

    void finish() {
        if (dq.data)
            for (int64_t i = 0; i < a.rows; ++i)
                for (int64_t p = 0; p < a.features; ++p) dq.at(i)[p] *= T(a.scale);
    }

    void take_keys(int64_t j, int64_t n) {
        keys.fill(n, a.features, k.at(j), 1, k.row);
        values.fill(n, a.value_features, v.at(j), 1, v.row);
        if (dq.data) across.fill(a.features, n, k.at(j), k.row, 1);
    }

    // Rows [i, i + rows) against the n keys from j on.
    void step(const Sight<T>& sight, int64_t i, int64_t rows, int64_t j, int64_t n) {
        const T scale = T(a.scale);
        const int64_t near_gap = a.features + kGap, grad_gap = a.value_features + kGap;
        near(q, i, rows, a.features, scale, rows_near, near_gap);
        near(g, i, rows, a.value_features, T(1), grads_near, grad_gap);
        keys.times(rows, rows_near, near_gap, 1, a.features, n, weights, gap, nullptr);
        values.times(rows, grads_near, grad_gap, 1, a.value_features, n, slopes, gap, nullptr);
        for (int64_t r = 0; r < rows; ++r) {
            T *w = weights + r * gap, *d = slopes + r * gap;
            const int64_t seen = sight.count(i + r, j, n), used = sight.apply(w, i + r, j, seen);
            const T log = logs[i + r], dot = dots[i + r];
            for (int64_t x = 0; x < used; x += kTogether)
#pragma omp simd
                for (int64_t l = 0; l < kTogether; ++l) {
                    w[x + l] = exp_low(w[x + l] - log);
                    d[x + l] = w[x + l] * (d[x + l] - dot);
                }
            for (int64_t x = seen; x < n; ++x) w[x] = d[x] = T(0);
        }
        if (dv.data) {
            grads.fill(a.value_features, rows, grads_near, grad_gap, 1);
            grads.times(n, weights, 1, gap, rows, a.value_features, dv.at(j), dv.row, dv.at(j));
        }
        if (dq.data) across.times(rows, slopes, gap, 1, n, a.features, dq.at(i), dq.row, j ? dq.at(i) : nullptr);
        if (dk.data) {
            queries.fill(a.features, rows, rows_near, near_gap, 1);
            queries.times(n, slopes, 1, gap, rows, a.features, dk.at(j), dk.row, dk.at(j));
        }
    }
};

template <class T>
bool attend_backward(const RlAttention& a, const RlAttentionGradients& to, int64_t index, const GemmTable* gemm) {
    const int64_t block = lesser(kKeys, a.keys);
    T* memory = static_cast<T*>(attention_scratch.get(size_t(Blocks<T>::room(a, gemm, block)) * sizeof(T)));
    if (!memory) return false;
    Blocks<T> b(a, to, index, gemm, block, Room<T>{memory});
    const Sight<T> sight(a, index);
    b.start();
    for (int64_t j = 0; j < a.keys; j += block) {
        const int64_t all = lesser(block, a.keys - j);
        if (a.causal && j >= a.rows) break;
        b.take_keys(j, all);
        for (int64_t i = a.causal ? j / kQueries * kQueries : 0; i < a.rows; i += kQueries) {
            const int64_t rows = lesser(kQueries, a.rows - i), n = a.causal ? lesser(all, i + rows - j) : all;
            if (n > 0) b.step(sight, i, rows, j, n);
        }
    }
    b.finish();
    return true;
}

template <class T>
bool attention_backward(const RlAttention* a, const RlAttentionGradients* to, const GemmTable* gemm, const RlPool* pool) {
    const int64_t heads = heads_of(*a);
    const int64_t each = a->rows * a->keys * (5 * a->features + 40) / kAttentionPerNs + 400;
    std::atomic<bool> right{true};
    auto body = [&](int64_t first, int64_t last) {
        for (int64_t x = first; x < last; ++x)
            if (!attend_backward<T>(*a, *to, x, gemm)) right = false;
    };
    if (heads < 2 || !pool->pays(each * heads))
        body(0, heads);
    else
        rl::parallel_for(pool, heads, heads > 8 * pool->threads() ? heads / (8 * pool->threads()) : 1, body);
    return right;
}

}  // namespace RL_NS
