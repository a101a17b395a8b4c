// Cross-entropy and squared error, forward and backward, each in one pass over the data.
#pragma once
#include "softmax.hpp"

namespace RL_NS {

// Every target is `ignore` or a column: the caller has seen to it. The probabilities are the exponentials of
// log_softmax, which PyTorch's gradient takes.
template <class T>
void cross_entropy(const void* logits, const int64_t* target, int64_t ignore, void* probs, void* nll, size_t rows,
                   size_t cols) {
    const T* x = static_cast<const T*>(logits);
    T* p = static_cast<T*>(probs);
    T* loss = static_cast<T*>(nll);
    for (size_t n; rows; rows -= n, x += n * cols, p += n * cols, target += n, loss += n) {
        n = cols > kTileCols ? 1 : rows < kTileRows ? rows : kTileRows;
        softmax<T, true>(x, p, n, cols);
        for (size_t r = 0; r < n; r++) loss[r] = target[r] == ignore ? T(0) : -p[r * cols + size_t(target[r])];
#pragma omp simd
        for (size_t i = 0; i < n * cols; i++) p[i] = exp_(p[i]);
    }
}

template <class T>
void cross_entropy_backward(const void* probs, const int64_t* target, int64_t ignore, const void* scale, void* grad,
                            size_t rows, size_t cols) {
    const T* p = static_cast<const T*>(probs);
    const T* w = static_cast<const T*>(scale);
    T* d = static_cast<T*>(grad);
    for (size_t r = 0; r < rows; r++, p += cols, d += cols) {
        const bool kept = target[r] != ignore;
        const T k = w[r];
        for (size_t c = 0; c < cols; c++) d[c] = kept ? p[c] * k : T(0);
        if (kept) d[target[r]] = fused(p[target[r]], k, -k);
    }
}

// Sum of -(t log x + (1 - t) log(1 - x)), logs no less than -100; nan when an x or t is outside [0, 1].
template <class T>
double binary_cross_entropy(const void* input, const void* target, size_t n) {
    const T* x = static_cast<const T*>(input);
    const T* y = static_cast<const T*>(target);
    return sum_blocks(0, n, [x, y](size_t i) {
        const T p = x[i], t = y[i];
        const T no = log1p_(-p), yes = log_(p);
        const T each = (t - T(1)) * (no < T(-100) ? T(-100) : no) - t * (yes < T(-100) ? T(-100) : yes);
        return double((p >= T(0)) & (p <= T(1)) & (t >= T(0)) & (t <= T(1)) ? each : T(__builtin_nanf("")));
    });
}

// Sum of (1 - t) x - log sigmoid(x).
template <class T>
double logits_cross_entropy(const void* input, const void* target, size_t n) {
    const T* x = static_cast<const T*>(input);
    const T* y = static_cast<const T*>(target);
    return sum_blocks(0, n, [x, y](size_t i) {
        const T log_sigmoid = (x[i] < T(0) ? x[i] : T(0)) - log1p_(exp_(-abs_(x[i])));
        return double((T(1) - y[i]) * x[i] - log_sigmoid);
    });
}

template <class T>
double squared_error(const void* x, const void* y, size_t n) {
    const T* a = static_cast<const T*>(x);
    const T* b = static_cast<const T*>(y);
    return double(sum_whole<T>(n, [a, b](size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); }));
}

template <class T>
void squared_error_backward(const void* x, const void* y, double scale, double of_loss, void* grad, size_t n) {
    const T* a = static_cast<const T*>(x);
    const T* b = static_cast<const T*>(y);
    T* d = static_cast<T*>(grad);
    const T k = T(scale), g = T(of_loss);
#pragma omp simd
    for (size_t i = 0; i < n; i++) d[i] = k * (a[i] - b[i]) * g;
}

}  // namespace RL_NS
