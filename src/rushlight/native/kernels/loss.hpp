// Cross-entropy and squared error, forward and backward, each in one pass over the data.
#pragma once
#include "softmax.hpp"

namespace RL_NS {

// Every target is `ignore` or a column: the caller has seen to it.
template <class T>
void cross_entropy(const void* logits, const int64_t* target, int64_t ignore, void* log_prob, void* nll, size_t rows,
                   size_t cols) {
    log_softmax<T>(logits, log_prob, rows, cols);
    const T* y = static_cast<const T*>(log_prob);
    T* loss = static_cast<T*>(nll);
    for (size_t r = 0; r < rows; r++, y += cols) loss[r] = target[r] == ignore ? T(0) : -y[target[r]];
}

template <class T>
void cross_entropy_backward(const void* log_prob, const int64_t* target, int64_t ignore, const void* scale, void* grad,
                            size_t rows, size_t cols) {
    const T* y = static_cast<const T*>(log_prob);
    const T* w = static_cast<const T*>(scale);
    T* d = static_cast<T*>(grad);
    const size_t chunk = cols < 64 ? 1024 / cols : 1;  // rows at once: a long run for exp
    for (size_t at = 0; at < rows; at += chunk) {
        const size_t m = rows - at < chunk ? rows - at : chunk;
        T* e = d + at * cols;
#pragma omp simd
        for (size_t i = 0; i < m * cols; i++) e[i] = exp_(y[at * cols + i]);
        for (size_t r = at; r < at + m; r++, e += cols) {
            const bool kept = target[r] != ignore;
            const T k = kept ? w[r] : T(0);
            if (kept) e[target[r]] -= T(1);
            for (size_t c = 0; c < cols; c++) e[c] = kept ? e[c] * k : T(0);
        }
    }
}

template <class T>
RL_NOINLINE double squared_error_all(const T* a, const T* b, size_t n) {
    if (n > kBlock) {
        const size_t half = cut(n);
        return squared_error_all(a, b, half) + squared_error_all(a + half, b + half, n - half);
    }
    T d[kBlock];
#pragma omp simd
    for (size_t i = 0; i < n; i++) d[i] = a[i] - b[i];
    return sum_lanes(d, n, [](T v) { return double(v) * double(v); });
}
template <class T>
double squared_error(const void* a, const void* b, size_t n) {
    return squared_error_all(static_cast<const T*>(a), static_cast<const T*>(b), n);
}

template <class T>
void squared_error_backward(const void* x, const void* y, double scale, void* grad, size_t n) {
    const T* a = static_cast<const T*>(x);
    const T* b = static_cast<const T*>(y);
    T* d = static_cast<T*>(grad);
    const T k = T(scale);
#pragma omp simd
    for (size_t i = 0; i < n; i++) d[i] = k * (a[i] - b[i]);
}

}  // namespace RL_NS
