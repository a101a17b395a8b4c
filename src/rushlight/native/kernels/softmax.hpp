// Softmax over rows and columns. Short rows go through a tile of 16 rows, transposed, so that the vector
// operations run across rows; long rows run along themselves. Rows are summed in the order of PyTorch's AVX-512 kernels:
// one by one when there are fewer than kRowLanes elements, else in so many lanes, whose sums are added by halves.
#pragma once
#include "reduce.hpp"

namespace RL_NS {

constexpr size_t kTileRows = 16;
constexpr size_t kTileCols = 32;
constexpr size_t kSoftmaxWide = 128;  // columns that go down together at most

template <class T>
constexpr size_t kRowLanes = 64 / sizeof(T);

// Sum of f(i), i < n.
template <class T, class F>
inline T sum_row(size_t n, F f) {
    constexpr size_t L = kRowLanes<T>;
    T acc[L];
    if (n < L) {
        T s = n ? f(0) : T(0);
        for (size_t i = 1; i < n; i++) s += f(i);
        return s;
    }
    for (size_t l = 0; l < L; l++) acc[l] = f(l);
    size_t i = L;
    for (; i + L <= n; i += L)
        for (size_t l = 0; l < L; l++) acc[l] += f(i + l);
    for (size_t l = 0; i < n; i++, l++) acc[l] += f(i);
    for (size_t w = L / 2; w; w /= 2)
        for (size_t l = 0; l < w; l++) acc[l] += acc[l + w];
    return acc[0];
}

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

// s[r] = sum of row r, in the order of `sum_row`.
template <class T>
inline void sum_tile(const Tile<T>& x, T* s, size_t cols) {
    constexpr size_t L = kRowLanes<T>;
    if (cols < L) {
        for (size_t r = 0; r < kTileRows; r++) s[r] = x.v[0][r];
        for (size_t c = 1; c < cols; c++)
            for (size_t r = 0; r < kTileRows; r++) s[r] += x.v[c][r];
        return;
    }
    T acc[L][kTileRows];
    for (size_t c = 0; c < L; c++)
        for (size_t r = 0; r < kTileRows; r++) acc[c][r] = x.v[c][r];
    for (size_t c = L; c < cols; c++)
        for (size_t r = 0; r < kTileRows; r++) acc[c % L][r] += x.v[c][r];
    for (size_t w = L / 2; w; w /= 2)
        for (size_t c = 0; c < w; c++)
            for (size_t r = 0; r < kTileRows; r++) acc[c][r] += acc[c + w][r];
    for (size_t r = 0; r < kTileRows; r++) s[r] = acc[0][r];
}

// Subtracts the largest element of each row; then s[r] = sum of exp over the row. `e` gets the exponentials and
// may be the tile itself.
template <class T>
inline void exponentials(Tile<T>& x, Tile<T>& e, T* s, size_t cols) {
    T m[kTileRows];
    for (size_t r = 0; r < kTileRows; r++) m[r] = x.v[0][r];
    for (size_t c = 1; c < cols; c++)
        for (size_t r = 0; r < kTileRows; r++) m[r] = x.v[c][r] > m[r] ? x.v[c][r] : m[r];
    for (size_t c = 0; c < cols; c++) {
#pragma omp simd
        for (size_t r = 0; r < kTileRows; r++) {
            x.v[c][r] -= m[r];
            e.v[c][r] = exp_(x.v[c][r]);
        }
    }
    sum_tile(e, s, cols);
}

// x -= log of s, the sum of the exponentials of x.
template <class T>
inline void subtract_log(Tile<T>& x, T* s, size_t cols) {
#pragma omp simd
    for (size_t r = 0; r < kTileRows; r++) s[r] = log_of_sum(s[r]);
    for (size_t c = 0; c < cols; c++)
        for (size_t r = 0; r < kTileRows; r++) x.v[c][r] -= s[r];
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
    if (s.easy) {
#pragma omp simd
        for (size_t i = 0; i < n; i++) y[i] = exp_mid(x[i] - shift);
    } else {
#pragma omp simd
        for (size_t i = 0; i < n; i++) y[i] = exp_(x[i] - shift);
    }
    return sum_row<T>(n, [y](size_t i) { return y[i]; });
}

// Short rows of float, tile by tile.
template <bool kLog>
RL_NOINLINE void softmax_tiles(const float* x, float* y, size_t rows, size_t cols) {
    Tile<float> t, e;
    float s[kTileRows];
    for (size_t n; rows; rows -= n, x += n * cols, y += n * cols) {
        n = rows < kTileRows ? rows : kTileRows;
        t.load(x, n, cols);
        exponentials(t, kLog ? e : t, s, cols);
        if (kLog) {
            subtract_log(t, s, cols);
        } else {
            for (size_t r = 0; r < kTileRows; r++) s[r] = 1.f / s[r];
            for (size_t c = 0; c < cols; c++)
                for (size_t r = 0; r < kTileRows; r++) t.v[c][r] *= s[r];
        }
        t.store(y, n, cols);
    }
}

template <class T, bool kLog>
void softmax(const void* data, void* out, size_t rows, size_t cols) {
    const T* x = static_cast<const T*>(data);
    T* y = static_cast<T*>(out);
    if (sizeof(T) == 4 && cols <= kTileCols)
        return softmax_tiles<kLog>(static_cast<const float*>(data), static_cast<float*>(out), rows, cols);
    for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
        const Shift<T> s(x, cols);
        const T sum = exponentials(x, y, cols, s);
        if (kLog) {
            const T shift = s.largest, ls = log_of_sum(sum);
#pragma omp simd
            for (size_t i = 0; i < cols; i++) y[i] = (x[i] - shift) - ls;
        } else {
            const T k = T(1) / sum;
#pragma omp simd
            for (size_t i = 0; i < cols; i++) y[i] *= k;
        }
    }
}

template <class T, bool kLog>
void softmax_backward(const void* grad_out, const void* out, void* grad, size_t rows, size_t cols) {
    const T* g = static_cast<const T*>(grad_out);
    const T* y = static_cast<const T*>(out);
    T* d = static_cast<T*>(grad);
    for (size_t r = 0; r < rows; r++, g += cols, y += cols, d += cols) {
        if (kLog) {
            const T s = sum_row<T>(cols, [g](size_t i) { return g[i]; });
#pragma omp simd
            for (size_t i = 0; i < cols; i++) d[i] = fma_(-exp_(y[i]), s, g[i]);
            continue;
        }
#pragma omp simd
        for (size_t i = 0; i < cols; i++) d[i] = g[i] * y[i];
        const T s = sum_row<T>(cols, [d](size_t i) { return d[i]; });
#pragma omp simd
        for (size_t i = 0; i < cols; i++) d[i] = (g[i] - s) * y[i];
    }
}

// ---- columns: `width` of them side by side, rows `stride` elements apart, added one by one

template <class T, bool kLog>
void softmax_columns(const void* data, void* out, size_t rows, size_t stride, size_t width) {
    const T* x = static_cast<const T*>(data);
    T* y = static_cast<T*>(out);
    T top[kSoftmaxWide], s[kSoftmaxWide];
    for (size_t l = 0; l < width; l++) top[l] = x[l], s[l] = T(0);
    for (size_t r = 1; r < rows; r++)
#pragma omp simd
        for (size_t l = 0; l < width; l++) top[l] = outdoes(x[r * stride + l], top[l]) ? x[r * stride + l] : top[l];
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t l = 0; l < width; l++) {
            const T e = exp_(x[r * stride + l] - top[l]);
            s[l] += e;
            if (!kLog) y[r * stride + l] = e;
        }
#pragma omp simd
    for (size_t l = 0; l < width; l++) s[l] = kLog ? log_of_sum(s[l]) : s[l];
    for (size_t r = 0; r < rows; r++)
#pragma omp simd
        for (size_t l = 0; l < width; l++)
            y[r * stride + l] = kLog ? (x[r * stride + l] - top[l]) - s[l] : y[r * stride + l] / s[l];
}

template <class T, bool kLog>
void softmax_columns_backward(const void* grad_out, const void* out, void* grad, size_t rows, size_t stride, size_t width) {
    const T* g = static_cast<const T*>(grad_out);
    const T* y = static_cast<const T*>(out);
    T* d = static_cast<T*>(grad);
    T s[kSoftmaxWide];
    for (size_t l = 0; l < width; l++) s[l] = T(0);
    for (size_t at = 0; at < rows * stride; at += stride)
#pragma omp simd
        for (size_t l = 0; l < width; l++) s[l] = kLog ? s[l] + g[at + l] : fma_(g[at + l], y[at + l], s[l]);
    for (size_t at = 0; at < rows * stride; at += stride)
#pragma omp simd
        for (size_t l = 0; l < width; l++)
            d[at + l] = kLog ? fma_(-exp_(y[at + l]), s[l], g[at + l]) : (g[at + l] - s[l]) * y[at + l];
}

}  // namespace RL_NS
