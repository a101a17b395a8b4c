// Sums, extremes and log-sum-exp of rows and columns.
//
// Sums go pairwise over blocks of 1024, each block in 32 lanes; `sum` itself adds floats in double precision. The
// order is a function of the length alone, the same at every instruction level and number of threads.
#pragma once
#include <stddef.h>

#include "vmath.hpp"

namespace RL_NS {

constexpr size_t kLanes = 32;
constexpr size_t kBlock = 1024;

template <class A>
inline double fold_lanes(A* acc) {
    for (size_t w = kLanes / 2; w; w /= 2)
        for (size_t l = 0; l < w; l++) acc[l] += acc[l + w];
    return double(acc[0]);
}

// Sum of f(i) over first <= i < first + n, n <= kBlock, in lanes of the type that f returns.
template <class F>
inline double sum_lanes(size_t first, size_t n, F f) {
    using A = decltype(f(first));
    if (n < 8) {
        double s = 0;
        for (size_t i = 0; i < n; i++) s += double(f(first + i));
        return s;
    }
    A acc[kLanes];
    for (size_t l = 0; l < kLanes; l++) acc[l] = A(0);
    size_t i = first;
    for (; i + kLanes <= first + n; i += kLanes)
        for (size_t l = 0; l < kLanes; l++) acc[l] += f(i + l);
    for (size_t l = 0; i < first + n; i++, l++) acc[l] += f(i);
    return fold_lanes(acc);
}

// The largest kBlock * 2**k below n: where a sum of n > kBlock elements is cut in two.
inline size_t cut(size_t n) {
    size_t half = kBlock;
    while (half * 2 < n) half *= 2;
    return half;
}

template <class F>
RL_NOINLINE double sum_range(size_t first, size_t n, F f) {
    if (n <= kBlock) return sum_lanes(first, n, f);
    const size_t half = cut(n);
    return sum_range(first, half, f) + sum_range(first + half, n - half, f);
}

// Sum of f(x[i]).
template <class T, class F>
inline double sum_all(const T* x, size_t n, F f) {
    return sum_range(0, n, [x, f](size_t i) { return f(x[i]); });
}

template <class T>
inline double sum_of(const T* x, size_t n) {
    return sum_all(x, n, [](T v) { return double(v); });
}
template <class T>
double sum(const void* x, size_t n) {
    return sum_of(static_cast<const T*>(x), n);
}

template <class T>
int64_t count(const void* data, size_t n) {
    const T* x = static_cast<const T*>(data);
    uint64_t s = 0;
#pragma omp simd reduction(+ : s)
    for (size_t i = 0; i < n; i++) s += uint64_t(int64_t(x[i]));
    return int64_t(s);
}

// Bytes that are 0 or 1: blocks short enough for narrow counters.
inline int64_t count_bytes(const void* data, size_t n) {
    const uint8_t* x = static_cast<const uint8_t*>(data);
    int64_t s = 0;
    for (size_t at = 0; at < n; at += 65536) {
        const size_t m = n - at < 65536 ? n - at : 65536;
        uint32_t part = 0;
#pragma omp simd reduction(+ : part)
        for (size_t i = 0; i < m; i++) part += x[at + i] != 0;
        s += part;
    }
    return s;
}

template <class T>
void sum_rows(const void* data, void* out, size_t rows, size_t cols, double divisor) {
    const T* x = static_cast<const T*>(data);
    T* y = static_cast<T*>(out);
    for (size_t r = 0; r < rows; r++, x += cols) y[r] = T(sum<T>(x, cols) / divisor);
}

// Sum of (x - shift)**2.
template <class T>
double squares(const void* data, size_t n, double shift) {
    const T* x = static_cast<const T*>(data);
    return sum_range(0, n, [x, shift](size_t i) { return (double(x[i]) - shift) * (double(x[i]) - shift); });
}

// ---- columns

// kWidth neighbouring columns of a matrix whose rows are `stride` elements apart.
template <class T, size_t kWidth>
inline void column_tile(const T* x, double* acc, size_t rows, size_t stride) {
    double s[kWidth];
    for (size_t c = 0; c < kWidth; c++) s[c] = 0;
    for (size_t r = 0; r < rows; r++, x += stride)
        for (size_t c = 0; c < kWidth; c++) s[c] += double(x[c]);
    for (size_t c = 0; c < kWidth; c++) acc[c] += s[c];
}

// Narrow matrices (cols divides kLanes) as one long row: lane l belongs to column l % cols.
template <class T>
inline void columns_flat(const T* x, double* acc, size_t rows, size_t cols) {
    double s[kLanes];
    for (size_t l = 0; l < kLanes; l++) s[l] = 0;
    const size_t n = rows * cols;
    size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
        for (size_t l = 0; l < kLanes; l++) s[l] += double(x[i + l]);
    for (size_t l = 0; i < n; i++, l++) s[l] += double(x[i]);
    for (size_t l = 0; l < kLanes; l++) acc[l % cols] += s[l];
}

// Blocks of 256 rows: they stay in the cache while the tiles go over them, and rounding errors stay small.
template <class T>
void sum_columns(const void* data, double* acc, size_t rows, size_t cols) {
    const T* x = static_cast<const T*>(data);
    if (cols <= kLanes && kLanes % cols == 0) return columns_flat(x, acc, rows, cols);
    for (size_t n; rows; rows -= n, x += n * cols) {
        n = rows < 256 ? rows : 256;
        size_t c = 0;
        for (; c + 32 <= cols; c += 32) column_tile<T, 32>(x + c, acc + c, n, cols);
        if (c + 16 <= cols) column_tile<T, 16>(x + c, acc + c, n, cols), c += 16;
        if (c + 8 <= cols) column_tile<T, 8>(x + c, acc + c, n, cols), c += 8;
        if (c + 4 <= cols) column_tile<T, 4>(x + c, acc + c, n, cols), c += 4;
        if (c + 2 <= cols) column_tile<T, 2>(x + c, acc + c, n, cols), c += 2;
        if (c < cols) column_tile<T, 1>(x + c, acc + c, n, cols);
    }
}

// ---- extremes

// Whether a outdoes b; a nan outdoes every number.
template <class T, bool kLeast>
inline bool outdoes(T a, T b) {
    return (kLeast ? a < b : a > b) || a != a;
}

template <class T, bool kLeast>
inline T extreme_of(const T* x, size_t n) {
    T best = x[0];
    size_t i = 0;
    if (n >= kLanes) {
        T b[kLanes];
        for (size_t l = 0; l < kLanes; l++) b[l] = x[l];
        for (i = kLanes; i + kLanes <= n; i += kLanes)
            for (size_t l = 0; l < kLanes; l++) b[l] = outdoes<T, kLeast>(x[i + l], b[l]) ? x[i + l] : b[l];
        for (size_t w = kLanes / 2; w; w /= 2)
            for (size_t l = 0; l < w; l++) b[l] = outdoes<T, kLeast>(b[l + w], b[l]) ? b[l + w] : b[l];
        best = b[0];
    }
    for (; i < n; i++) best = outdoes<T, kLeast>(x[i], best) ? x[i] : best;
    return best;
}

template <class T, bool kLeast>
void extreme(const void* data, void* values, int64_t* where, size_t rows, size_t cols) {
    const T* x = static_cast<const T*>(data);
    T* v = static_cast<T*>(values);
    for (size_t r = 0; r < rows; r++, x += cols) {
        const T best = extreme_of<T, kLeast>(x, cols);
        if (v) v[r] = best;
        if (!where) continue;
        size_t i = 0;
        while (i + 1 < cols && !(x[i] == best || x[i] != x[i])) i++;
        where[r] = int64_t(i);
    }
}

// ---- log of the sum of exponentials

template <class T>
void logsumexp(const void* data, void* out, size_t rows, size_t cols) {
    const T* x = static_cast<const T*>(data);
    T* y = static_cast<T*>(out);
    for (size_t r = 0; r < rows; r++, x += cols) {
        const T best = extreme_of<T, false>(x, cols);
        const T shift = abs_(best) < T(__builtin_inf()) ? best : T(0);  // inf - inf would be nan
        const double s = sum_all(x, cols, [shift](T v) { return exp_(v - shift); });
        y[r] = shift + T(std::log(s));
    }
}

}  // namespace RL_NS
