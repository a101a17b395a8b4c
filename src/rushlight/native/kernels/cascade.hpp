// Sums of floats or doubles in PyTorch's order, as its results show it.
//
// The tree of additions was found by summing +big, -big and ones: what is left tells which ones met the big
// numbers after these had cancelled.
#pragma once
#include <stddef.h>

#include "level.h"

namespace RL_NS {

template <class T>
constexpr size_t kVector = 32 / sizeof(T);  // PyTorch sums in 256-bit vectors, on newer processors too

// out[q * V + l] = sum of f(r, q, l) over r, for Q * V lanes side by side, vectors of V. Every `step` rows the running sum
// moves up a level, the second level every step**2 rows, the third every step**3; the levels are added last, lowest first.
template <class T, size_t Q, size_t V, class F>
inline void cascade(size_t rows, T* out, F f) {
    constexpr size_t W = Q * V;
    unsigned width = 0;  // of rows, in bits
    while (width < 60 && (size_t(1) << width) < rows) width++;
    const unsigned power = width / 4 > 4 ? width / 4 : 4;
    const size_t step = size_t(1) << power, mask = step - 1;
    T up[3][W];
    for (size_t l = 0; l < W; l++) up[0][l] = up[1][l] = up[2][l] = T(0);
    const auto add = [&f](size_t first, size_t last, T* low) {
        T acc[W];
        for (size_t l = 0; l < W; l++) acc[l] = T(0);
        for (size_t r = first; r < last; r++)
            for (size_t q = 0; q < Q; q++)
#pragma omp simd
                for (size_t l = 0; l < V; l++) acc[q * V + l] += f(r, q, l);
        for (size_t l = 0; l < W; l++) low[l] = acc[l];
    };
    T low[W];
    size_t r = 0;
    while (r + step <= rows) {
        add(r, r + step, low);
        r += step;
        for (size_t l = 0; l < W; l++) up[0][l] += low[l];
        if (r & (mask << power)) continue;
        for (size_t l = 0; l < W; l++) up[1][l] += up[0][l], up[0][l] = T(0);
        if (r & (mask << 2 * power)) continue;
        for (size_t l = 0; l < W; l++) up[2][l] += up[1][l], up[1][l] = T(0);
    }
    add(r, rows, low);
    for (size_t l = 0; l < W; l++) out[l] = ((low[l] + up[0][l]) + up[1][l]) + up[2][l];
}

// out[l] = the sum over four cascades that took the rows in turn; the last rows, f(r, l), join the first one.
template <class T, size_t V, class F>
inline void join(T* four, size_t rows, T* out, F f) {
    for (size_t r = rows / 4 * 4; r < rows; r++)
        for (size_t l = 0; l < V; l++) four[l] += f(r, l);
    for (size_t l = 0; l < V; l++) out[l] = ((four[l] + four[V + l]) + four[2 * V + l]) + four[3 * V + l];
}

// out[l] = sum of f(r, l) over r, in four such cascades.
template <class T, size_t V, class F>
inline void in_turns(size_t rows, T* out, F f) {
    T four[4 * V];
    cascade<T, 4, V>(rows / 4, four, [f](size_t r, size_t q, size_t l) { return f(4 * r + q, l); });
    join<T, V>(four, rows, out, f);
}

// Sum of f(i) over first <= i < first + n, as one thread does it.
template <class T, class F>
inline T sum_run(size_t first, size_t n, F f) {
    constexpr size_t V = kVector<T>;
    T four[4 * V], lanes[V], s = T(0);
    if (n < V) {
        in_turns<T, 1>(n, &s, [f, first](size_t r, size_t) { return f(first + r); });
        return s;
    }
    cascade<T, 1, 4 * V>(n / V / 4, four, [f, first](size_t r, size_t, size_t l) { return f(first + r * 4 * V + l); });
    join<T, V>(four, n / V, lanes, [f, first](size_t r, size_t l) { return f(first + r * V + l); });
    for (size_t i = n / V * V; i < n; i++) s += f(first + i);
    for (size_t l = 0; l < V; l++) s += lanes[l];
    return s;
}

// The sums of `cols` neighbouring columns, rows `stride` elements apart: whole groups of four vectors (of four floats, in a
// matrix narrower than a vector) go down in one cascade each, the columns after them in turns.
template <class T>
inline void add_columns(const T* x, T* y, size_t rows, size_t cols, size_t stride, bool narrow) {
    constexpr size_t V = kVector<T>;
    const auto at = [stride](const T* from) { return [=](size_t r, size_t l) { return from[r * stride + l]; }; };
    const auto down = [stride](const T* from) { return [=](size_t r, size_t, size_t l) { return from[r * stride + l]; }; };
    for (; cols >= 4 * V; cols -= 4 * V, x += 4 * V, y += 4 * V) cascade<T, 1, 4 * V>(rows, y, down(x));
    if (narrow && V == 8 && cols >= 4) cascade<T, 1, 4>(rows, y, down(x)), cols -= 4, x += 4, y += 4;
    for (; cols >= V; cols -= V, x += V, y += V) in_turns<T, V>(rows, y, at(x));
    for (; cols >= 2; cols -= 2, x += 2, y += 2) in_turns<T, 2>(rows, y, at(x));
    if (cols) in_turns<T, 1>(rows, y, at(x));
}

}  // namespace RL_NS
