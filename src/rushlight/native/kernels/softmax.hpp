// Softmax over rows. Short rows go through a tile of 16 rows, transposed, so that the vector
// operations run across rows; long rows run along themselves.
#pragma once
#include "reduce.hpp"

namespace RL_NS {

constexpr size_t kTileRows = 16;
constexpr size_t kTileCols = 32;

// Up to 16 rows of up to 32 columns, column by column; missing rows are 0.
template <class T>
struct Tile {
    T v[kTileCols][kTileRows];

    void load(const T* x, size_t rows, size_t cols) {
        if (rows < kTileRows)
            for (size_t c = 0; c < cols; c++)
                for (size_t r = rows; r < kTileRows; r++) v[c][r] = T(0);
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < cols; c++) v[c][r] = x[r * cols + c];
    }
    void store(T* y, size_t rows, size_t cols) const {
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < cols; c++) y[r * cols + c] = v[c][r];
    }
};

// Subtracts the largest element of each row; then s[r] = sum of exp over the row. `e` gets the exponentials and
// may be the tile itself.
template <class T>
inline void exponentials(Tile<T>& x, Tile<T>& e, T* s, size_t cols) {
    T m[kTileRows];
    for (size_t r = 0; r < kTileRows; r++) m[r] = x.v[0][r], s[r] = T(0);
    for (size_t c = 1; c < cols; c++)
        for (size_t r = 0; r < kTileRows; r++) m[r] = x.v[c][r] > m[r] ? x.v[c][r] : m[r];
    for (size_t c = 0; c < cols; c++) {
#pragma omp simd
        for (size_t r = 0; r < kTileRows; r++) {
            x.v[c][r] -= m[r];
            const T p = exp_(x.v[c][r]);
            e.v[c][r] = p;
            s[r] += p;
        }
    }
}

// The largest (or least) element; where there is a nan, some number or nan, which will do: sums are nan then.
template <class T, bool kLeast>
inline T row_extreme(const T* x, size_t n) {
    T best = x[0];
    size_t i = 0;
    if (n >= kLanes) {
        T b[kLanes];
        for (size_t l = 0; l < kLanes; l++) b[l] = x[l];
        for (i = kLanes; i + kLanes <= n; i += kLanes)
            for (size_t l = 0; l < kLanes; l++) b[l] = (kLeast ? x[i + l] < b[l] : x[i + l] > b[l]) ? x[i + l] : b[l];
        for (size_t w = kLanes / 2; w; w /= 2)
            for (size_t l = 0; l < w; l++) b[l] = (kLeast ? b[l + w] < b[l] : b[l + w] > b[l]) ? b[l + w] : b[l];
        best = b[0];
    }
    for (; i < n; i++) best = (kLeast ? x[i] < best : x[i] > best) ? x[i] : best;
    return best;
}

// The largest element of a row, and whether exp_mid will do for all x - largest.
template <class T>
struct Shift {
    T largest;
    bool easy;
    Shift(const T* x, size_t n) : largest(row_extreme<T, false>(x, n)) {
        easy = largest - row_extreme<T, true>(x, n) <= exp_limit(T(0));
    }
};

// y = exp(x - largest); returns the sum of y.
template <class T>
inline T exponentials(const T* x, T* y, size_t n, Shift<T> s) {
    const T shift = s.largest;
    return T(s.easy ? sum_range(0, n, [=](size_t i) { return y[i] = exp_mid(x[i] - shift); })
                    : sum_range(0, n, [=](size_t i) { return y[i] = exp_(x[i] - shift); }));
}

// The log of the sum of exp(x - largest).
template <class T>
inline T log_sum(const T* x, size_t n, Shift<T> s) {
    const T shift = s.largest;
    return T(std::log(s.easy ? sum_range(0, n, [=](size_t i) { return exp_mid(x[i] - shift); })
                             : sum_range(0, n, [=](size_t i) { return exp_(x[i] - shift); })));
}

template <class T>
void softmax(const void* data, void* out, size_t rows, size_t cols) {
    const T* x = static_cast<const T*>(data);
    T* y = static_cast<T*>(out);
    if (cols <= kTileCols) {
        Tile<T> t;
        T s[kTileRows];
        for (size_t n; rows; rows -= n, x += n * cols, y += n * cols) {
            n = rows < kTileRows ? rows : kTileRows;
            t.load(x, n, cols);
            exponentials(t, t, s, cols);
            for (size_t c = 0; c < cols; c++)
                for (size_t r = 0; r < kTileRows; r++) t.v[c][r] /= s[r];
            t.store(y, n, cols);
        }
        return;
    }
    for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
        const T s = exponentials(x, y, cols, Shift<T>(x, cols));
#pragma omp simd
        for (size_t i = 0; i < cols; i++) y[i] /= s;
    }
}

template <class T>
void log_softmax(const void* data, void* out, size_t rows, size_t cols) {
    const T* x = static_cast<const T*>(data);
    T* y = static_cast<T*>(out);
    if (cols <= kTileCols) {
        Tile<T> t, e;
        T s[kTileRows];
        for (size_t n; rows; rows -= n, x += n * cols, y += n * cols) {
            n = rows < kTileRows ? rows : kTileRows;
            t.load(x, n, cols);
            exponentials(t, e, s, cols);
#pragma omp simd
            for (size_t r = 0; r < kTileRows; r++) s[r] = log_(s[r]);
            for (size_t c = 0; c < cols; c++)
                for (size_t r = 0; r < kTileRows; r++) t.v[c][r] -= s[r];
            t.store(y, n, cols);
        }
        return;
    }
    for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
        const Shift<T> s(x, cols);
        const T shift = s.largest, ls = log_sum(x, cols, s);
#pragma omp simd
        for (size_t i = 0; i < cols; i++) y[i] = (x[i] - shift) - ls;
    }
}

template <class T>
void softmax_backward(const void* grad_out, const void* out, void* grad, size_t rows, size_t cols) {
    const T* g = static_cast<const T*>(grad_out);
    const T* y = static_cast<const T*>(out);
    T* d = static_cast<T*>(grad);
    for (size_t r = 0; r < rows; r++, g += cols, y += cols, d += cols) {
#pragma omp simd
        for (size_t i = 0; i < cols; i++) d[i] = g[i] * y[i];
        const T s = T(sum_all(d, cols, [](T v) { return v; }));
#pragma omp simd
        for (size_t i = 0; i < cols; i++) d[i] = (g[i] - s) * y[i];
    }
}

template <class T>
void log_softmax_backward(const void* grad_out, const void* out, void* grad, size_t rows, size_t cols) {
    const T* g = static_cast<const T*>(grad_out);
    const T* y = static_cast<const T*>(out);
    T* d = static_cast<T*>(grad);
    for (size_t r = 0; r < rows; r++, g += cols, y += cols, d += cols) {
        const T s = T(sum_all(g, cols, [](T v) { return v; }));
#pragma omp simd
        for (size_t i = 0; i < cols; i++) d[i] = g[i] - exp_(y[i]) * s;
    }
}

}  // namespace RL_NS
