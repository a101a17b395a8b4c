// Sums, extremes and log-sum-exp of rows and columns.
//
// Sums of the elements themselves are added in PyTorch's order (cascade.hpp), sums inside other kernels pairwise
// over blocks of 1024, each block in 32 lanes. Either order is a function of the shape alone, the same at every
// instruction level and number of threads.
#pragma once
#include <stddef.h>

#include "cascade.hpp"
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
double mean(const void* data, size_t n) {
    return sum_all(static_cast<const T*>(data), n, [](T v) { return double(v); }) / double(n);
}

// ---- sums

constexpr size_t kHalves = 32768;  // longer sums over everything are those of two threads, half each

// Sum of f(i) over all i < n.
template <class T, class F>
inline T sum_whole(size_t n, F f) {
    if (n <= kHalves) return sum_run<T>(0, n, f);
    const size_t half = (n + 1) / 2;
    T parts[2];
    for (size_t k = 0; k < 2; k++) parts[k] = sum_run<T>(k * half, k ? n - half : half, f);
    return parts[0] + parts[1];
}

template <class T>
double sum(const void* data, size_t n) {
    const T* x = static_cast<const T*>(data);
    return double(sum_run<T>(0, n, [x](size_t i) { return x[i]; }));
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
    for (size_t r = 0; r < rows; r++, x += cols) y[r] = T(sum<T>(x, cols)) / T(divisor);
}

// Sum of (x - shift)**2.
template <class T>
double squares(const void* data, size_t n, double shift) {
    const T* x = static_cast<const T*>(data);
    return sum_range(0, n, [x, shift](size_t i) { return (double(x[i]) - shift) * (double(x[i]) - shift); });
}

// ---- columns

// stride is the whole matrix's; only from it follows which columns are summed together.
template <class T>
void sum_columns(const void* data, void* out, size_t rows, size_t cols, size_t stride) {
    add_columns(static_cast<const T*>(data), static_cast<T*>(out), rows, cols, stride, stride < kVector<T>);
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
