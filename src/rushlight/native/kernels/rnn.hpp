// Recurrent layers. Sequences do not meet, so each thread takes some of them through all steps: per step one product of
// the states with weights that were packed once, into the gates' own place, then the gates. A row's numbers
// do not depend on the rows beside it, hence not on the number of threads.
#pragma once
#include <cstring>

#include "rnn.h"
#include "vmath.hpp"

namespace RL_NS {

constexpr int64_t kOpsPerNs = 40;  // multiply-adds a nanosecond, about, for the pool's estimate
constexpr int64_t kFewRows = 4;    // a thread gets at least so many sequences

template <class T>
constexpr int kIndex = sizeof(T) == 8;

// Calls step(first row, count, first sequence, step before or -1) for each step of sequences [r0, r1), in the order of
// computation, or against it.
template <class F>
inline void walk(const RlSteps& s, int64_t r0, int64_t r1, bool against, F step) {
    const bool down = bool(s.reverse) != against;
    for (int64_t i = 0; i < s.steps; ++i) {
        const int64_t t = down ? s.steps - 1 - i : i, before = s.reverse ? (t + 1 < s.steps ? t + 1 : -1) : t - 1;
        const int64_t here = s.at[t + 1] - s.at[t], end = here < r1 ? here : r1;
        if (end > r0) step(s.at[t] + r0, end - r0, r0, before);
    }
}

// The row of sequence i one step earlier.
template <class T>
inline const T* earlier(const RlSteps& s, int64_t before, int64_t i, int64_t size, const T* rows, const T* first) {
    const bool has = before >= 0 && i < s.at[before + 1] - s.at[before];
    return has ? rows + (s.at[before] + i) * size : first + i * size;
}

// Shares the sequences among threads: body(r0, r1).
template <class F>
inline void share(const RlSteps& s, int64_t work, const RlPool* pool, F body) {
    const int64_t most = s.n / kFewRows;
    if (most < 2 || !pool->pays(work / kOpsPerNs)) return body(0, s.n);
    const int64_t parts = most < pool->threads() ? most : pool->threads();
    auto some = [&](int64_t b, int64_t e) {
        for (; b < e; ++b) body(s.n * b / parts, s.n * (b + 1) / parts);
    };
    rl::parallel_for(pool, parts, 1, some);
}

template <class T>
inline RlPanelProduct product(const RlPanels* weight, int64_t rows, const T* a, T* c, const T* init, int64_t irs) {
    return {rows, a, weight->depth, 1, 0, weight->depth, 0, weight->n, c, weight->n, init, irs};
}

// ---- gates ----

// Quotients whose divisions are left to the caller, who makes one of several: a division takes as long as ten products.
// Where one of them is nan, so is the state that is made of all.
template <class T>
struct Quotient {
    T top, bottom;
};

template <class T>
RL_INLINE Quotient<T> sigmoid_parts(T x) {
    const T limit = -exp_limit(T(0)), a = -abs_(x), e = exp_mid(a < limit ? limit : a);
    return {x >= T(0) ? T(1) : e, T(1) + e};
}

template <class T>
RL_INLINE Quotient<T> tanh_parts(T x) {
    const T most = T(sizeof(T) == 4 ? 10 : 20);
    T a = abs_(x);
    a = a > most ? most : a;
    const T t = expm1_pos(a + a);
    return {copysign_(t, x), t + T(2)};
}

// ---- long short-term memory ----

template <class T>
inline void lstm_gates(T* z, const T* c, T* cell, T* out, int64_t n) {
    T *to_f = z + n, *to_g = z + 2 * n, *to_o = z + 3 * n;
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
        const Quotient<T> i = sigmoid_parts(z[j]), f = sigmoid_parts(to_f[j]), g = tanh_parts(to_g[j]), o = sigmoid_parts(to_o[j]);
        const T pair = i.bottom * f.bottom, all = T(1) / (pair * g.bottom), rest = all * g.bottom;
        z[j] = i.top * (rest * f.bottom);
        to_f[j] = f.top * (rest * i.bottom);
        to_g[j] = g.top * (all * pair);
        cell[j] = to_f[j] * c[j] + z[j] * to_g[j];
        const Quotient<T> t = tanh_parts(cell[j]);
        const T both = T(1) / (o.bottom * t.bottom);
        to_o[j] = o.top * (both * t.bottom);
        out[j] = to_o[j] * (t.top * (both * o.bottom));
    }
}

template <class T>
void lstm(const RlSteps* s, int64_t size, const RlPanels* weight, void* gates, void* cells, void* out, void* h, void* c,
          const GemmTable* gemm, const RlPool* pool) {
    T *z = static_cast<T*>(gates), *cell = static_cast<T*>(cells), *y = static_cast<T*>(out), *state = static_cast<T*>(h);
    T* last = static_cast<T*>(c);
    share(*s, s->at[s->steps] * 4 * size * (size + 40), pool, [&](int64_t r0, int64_t r1) {
        walk(*s, r0, r1, false, [&](int64_t row, int64_t count, int64_t i, int64_t) {
            T* here = z + row * 4 * size;
            const auto p = product<T>(weight, count, state + i * size, here, here, 4 * size);
            gemm->multiply[kIndex<T>](weight, &p);
            for (int64_t r = 0; r < count; ++r)
                lstm_gates<T>(here + r * 4 * size, last + (i + r) * size, cell + (row + r) * size, y + (row + r) * size, size);
            std::memcpy(last + i * size, cell + row * size, size_t(count * size) * sizeof(T));
            std::memcpy(state + i * size, y + row * size, size_t(count * size) * sizeof(T));
        });
    });
}

template <class T>
inline void lstm_slopes(const T* z, const T* cell, const T* c, const T* grad, const T* dh, T* dc, T* dz, int64_t n) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
        const T i = z[j], f = z[n + j], g = z[2 * n + j], o = z[3 * n + j], t = tanh_(cell[j]), d = dh[j] + grad[j];
        const T into = dc[j] + d * o * (T(1) - t * t);
        dz[j] = into * g * i * (T(1) - i);
        dz[n + j] = into * c[j] * f * (T(1) - f);
        dz[2 * n + j] = into * i * (T(1) - g * g);
        dz[3 * n + j] = d * t * o * (T(1) - o);
        dc[j] = into * f;
    }
}

template <class T>
void lstm_backward(const RlSteps* s, int64_t size, const RlPanels* weight, const void* grad, const void* gates,
                   const void* cells, const void* c0, void* dz, void* dh, void* dc, const GemmTable* gemm, const RlPool* pool) {
    const T *g = static_cast<const T*>(grad), *z = static_cast<const T*>(gates), *cell = static_cast<const T*>(cells);
    const T* first = static_cast<const T*>(c0);
    T *d = static_cast<T*>(dz), *of_state = static_cast<T*>(dh), *of_cell = static_cast<T*>(dc);
    share(*s, s->at[s->steps] * 4 * size * (size + 20), pool, [&](int64_t r0, int64_t r1) {
        walk(*s, r0, r1, true, [&](int64_t row, int64_t count, int64_t i, int64_t before) {
            for (int64_t r = 0; r < count; ++r)
                lstm_slopes<T>(z + (row + r) * 4 * size, cell + (row + r) * size,
                               earlier<T>(*s, before, i + r, size, cell, first), g + (row + r) * size,
                               of_state + (i + r) * size, of_cell + (i + r) * size, d + (row + r) * 4 * size, size);
            const auto p = product<T>(weight, count, d + row * 4 * size, of_state + i * size, nullptr, 0);
            gemm->multiply[kIndex<T>](weight, &p);
        });
    });
}

// ---- gated recurrent units ----

template <class T>
inline void gru_gates(const T* a, const T* s, T* gates, T* h, T* out, int64_t n) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
        const Quotient<T> to_r = sigmoid_parts(a[j] + s[j]), to_z = sigmoid_parts(a[n + j] + s[n + j]);
        const T both = T(1) / (to_r.bottom * to_z.bottom), of_state = s[2 * n + j];
        const T r = to_r.top * (both * to_z.bottom), z = to_z.top * (both * to_r.bottom);
        const T fresh = tanh_(a[2 * n + j] + r * of_state), state = (h[j] - fresh) * z + fresh;
        gates[j] = r;
        gates[n + j] = z;
        gates[2 * n + j] = fresh;
        gates[3 * n + j] = of_state;
        out[j] = h[j] = state;
    }
}

template <class T>
void gru(const RlSteps* s, int64_t size, const RlPanels* weight, const void* inputs, const void* bias, void* gates, void* out,
         void* h, void* scratch, const GemmTable* gemm, const RlPool* pool) {
    const T *a = static_cast<const T*>(inputs), *b = static_cast<const T*>(bias);
    T *z = static_cast<T*>(gates), *y = static_cast<T*>(out), *state = static_cast<T*>(h), *aside = static_cast<T*>(scratch);
    share(*s, s->at[s->steps] * 3 * size * (size + 40), pool, [&](int64_t r0, int64_t r1) {
        walk(*s, r0, r1, false, [&](int64_t row, int64_t count, int64_t i, int64_t) {
            T* sums = aside + i * 3 * size;
            const auto p = product<T>(weight, count, state + i * size, sums, b, 0);
            gemm->multiply[kIndex<T>](weight, &p);
            for (int64_t r = 0; r < count; ++r)
                gru_gates<T>(a + (row + r) * 3 * size, sums + r * 3 * size, z + (row + r) * 4 * size, state + (i + r) * size,
                             y + (row + r) * size, size);
        });
    });
}

template <class T>
inline void gru_slopes(const T* gates, const T* before, const T* grad, T* dh, T* da, T* ds, int64_t n) {
#pragma omp simd
    for (int64_t j = 0; j < n; ++j) {
        const T r = gates[j], z = gates[n + j], fresh = gates[2 * n + j], s = gates[3 * n + j], d = dh[j] + grad[j];
        const T into = d * (T(1) - z) * (T(1) - fresh * fresh);
        da[j] = ds[j] = into * s * r * (T(1) - r);
        da[n + j] = ds[n + j] = d * (before[j] - fresh) * z * (T(1) - z);
        da[2 * n + j] = into;
        ds[2 * n + j] = into * r;
        dh[j] = d * z;
    }
}

template <class T>
void gru_backward(const RlSteps* s, int64_t size, const RlPanels* weight, const void* grad, const void* gates,
                  const void* before, void* da, void* ds, void* dh, const GemmTable* gemm, const RlPool* pool) {
    const T *g = static_cast<const T*>(grad), *z = static_cast<const T*>(gates), *states = static_cast<const T*>(before);
    T *of_input = static_cast<T*>(da), *of_sums = static_cast<T*>(ds), *of_state = static_cast<T*>(dh);
    share(*s, s->at[s->steps] * 3 * size * (size + 20), pool, [&](int64_t r0, int64_t r1) {
        walk(*s, r0, r1, true, [&](int64_t row, int64_t count, int64_t i, int64_t) {
            T* to = of_state + i * size;
            for (int64_t r = 0; r < count; ++r)
                gru_slopes<T>(z + (row + r) * 4 * size, states + (row + r) * size, g + (row + r) * size, to + r * size,
                              of_input + (row + r) * 3 * size, of_sums + (row + r) * 3 * size, size);
            const auto p = product<T>(weight, count, of_sums + row * 3 * size, to, to, size);
            gemm->multiply[kIndex<T>](weight, &p);
        });
    });
}

// ---- Elman's layer ----

template <class T>
void elman(const RlSteps* s, int64_t size, const RlPanels* weight, int relu, void* out, void* h, const GemmTable* gemm,
           const RlPool* pool) {
    T *y = static_cast<T*>(out), *state = static_cast<T*>(h);
    share(*s, s->at[s->steps] * size * (size + 20), pool, [&](int64_t r0, int64_t r1) {
        walk(*s, r0, r1, false, [&](int64_t row, int64_t count, int64_t i, int64_t) {
            T *here = y + row * size, *to = state + i * size;
            const auto p = product<T>(weight, count, to, here, here, size);
            gemm->multiply[kIndex<T>](weight, &p);
            if (relu)
                for (int64_t j = 0; j < count * size; ++j) to[j] = here[j] = here[j] <= T(0) ? T(0) : here[j];
            else
#pragma omp simd
                for (int64_t j = 0; j < count * size; ++j) to[j] = here[j] = tanh_(here[j]);
        });
    });
}

template <class T>
void elman_backward(const RlSteps* s, int64_t size, const RlPanels* weight, int relu, const void* grad, const void* out,
                    void* dz, void* dh, const GemmTable* gemm, const RlPool* pool) {
    const T *g = static_cast<const T*>(grad), *y = static_cast<const T*>(out);
    T *d = static_cast<T*>(dz), *of_state = static_cast<T*>(dh);
    share(*s, s->at[s->steps] * size * (size + 20), pool, [&](int64_t r0, int64_t r1) {
        walk(*s, r0, r1, true, [&](int64_t row, int64_t count, int64_t i, int64_t) {
            T *to = of_state + i * size, *sums = d + row * size;
            const T *here = y + row * size, *more = g + row * size;
            if (relu)
                for (int64_t j = 0; j < count * size; ++j) sums[j] = (here[j] > T(0) ? T(1) : T(0)) * (to[j] + more[j]);
            else
                for (int64_t j = 0; j < count * size; ++j) sums[j] = (T(1) - here[j] * here[j]) * (to[j] + more[j]);
            const auto p = product<T>(weight, count, sums, to, nullptr, 0);
            gemm->multiply[kIndex<T>](weight, &p);
        });
    });
}

template <class T>
void previous(const RlSteps* s, int64_t size, const void* out, const void* first, void* to) {
    const T *rows = static_cast<const T*>(out), *start = static_cast<const T*>(first);
    T* copy = static_cast<T*>(to);
    walk(*s, 0, s->n, false, [&](int64_t row, int64_t count, int64_t, int64_t before) {
        for (int64_t i = 0; i < count; ++i)
            std::memcpy(copy + (row + i) * size, earlier<T>(*s, before, i, size, rows, start), size_t(size) * sizeof(T));
    });
}

}  // namespace RL_NS
