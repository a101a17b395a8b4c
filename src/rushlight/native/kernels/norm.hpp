// Normalisation. Sums run in lanes, in an order fixed by the lengths, and meet in double precision; the variance
// is taken about the mean in a second pass.
#pragma once
#include <type_traits>

#include "norm.h"
#include "reduce.hpp"

namespace RL_NS {

// Sums of u and of v over first <= i < first + n, f(i, u, v) giving the terms; added to *a and *b.
template <class T, class F>
inline void two_sums(size_t first, size_t n, F f, double* a, double* b) {
    for (size_t m; n; n -= m, first += m) {
        m = n < kBlock ? n : kBlock;
        T u[kLanes], v[kLanes], p, q;
        for (size_t l = 0; l < kLanes; l++) u[l] = v[l] = T(0);
        size_t i = first;
        for (; i + kLanes <= first + m; i += kLanes)
            for (size_t l = 0; l < kLanes; l++) {
                T s, t;
                f(i + l, s, t);
                u[l] += s;
                v[l] += t;
            }
        for (size_t l = 0; i < first + m; i++, l++) f(i, p, q), u[l] += p, v[l] += q;
        *a += fold_lanes(u);
        *b += fold_lanes(v);
    }
}

template <class T>
inline T row_mean(const T* x, size_t n) {
    return T(sum_range(0, n, [x](size_t i) { return x[i]; }) / double(n));
}
// Sum of (x - mean)**2.
template <class T>
inline double squares_about(const T* x, size_t first, size_t n, T mean) {
    return sum_range(first, n, [x, mean](size_t i) { return (x[i] - mean) * (x[i] - mean); });
}

// ---- rows

template <class T>
void layer_norm(const void* data, const void* weight, const void* bias, double eps, void* out, void* means, void* vars,
                void* rstds, size_t rows, size_t cols) {
    const T* x = static_cast<const T*>(data);
    const T* w = static_cast<const T*>(weight);
    const T* b = static_cast<const T*>(bias);
    T* y = static_cast<T*>(out);
    for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
        const T mean = means ? row_mean(x, cols) : T(0);
        const double var = squares_about(x, 0, cols, mean) / double(cols);
        const T rstd = T(1.0 / std::sqrt(var + eps));
        if (means) static_cast<T*>(means)[r] = mean, static_cast<T*>(vars)[r] = T(var);
        static_cast<T*>(rstds)[r] = rstd;
        if (w && b) {
#pragma omp simd
            for (size_t i = 0; i < cols; i++) y[i] = (x[i] - mean) * rstd * w[i] + b[i];
        } else if (w) {
#pragma omp simd
            for (size_t i = 0; i < cols; i++) y[i] = (x[i] - mean) * rstd * w[i];
        } else {
#pragma omp simd
            for (size_t i = 0; i < cols; i++) y[i] = (x[i] - mean) * rstd;
            if (b)
                for (size_t i = 0; i < cols; i++) y[i] += b[i];
        }
    }
}

// dx = (h - mean(h) - n mean(h n)) rstd, h = g w, n = (x - mean) rstd
template <class T>
void layer_norm_backward(const void* grad_out, const void* data, const void* means, const void* rstds,
                         const void* weight, void* grad, size_t rows, size_t cols) {
    const T* g = static_cast<const T*>(grad_out);
    const T* x = static_cast<const T*>(data);
    const T* w = static_cast<const T*>(weight);
    T* d = static_cast<T*>(grad);
    for (size_t r = 0; r < rows; r++, g += cols, x += cols, d += cols) {
        const T mean = means ? static_cast<const T*>(means)[r] : T(0), rstd = static_cast<const T*>(rstds)[r];
        const T* h = g;
        if (w) {
#pragma omp simd
            for (size_t i = 0; i < cols; i++) d[i] = g[i] * w[i];
            h = d;
        }
        double sum_h = 0, sum_hn = 0;
        two_sums<T>(0, cols, [=](size_t i, T& s, T& t) { s = h[i], t = h[i] * ((x[i] - mean) * rstd); }, &sum_h, &sum_hn);
        const T a = means ? T(sum_h / double(cols)) : T(0), b = T(sum_hn / double(cols));
#pragma omp simd
        for (size_t i = 0; i < cols; i++) d[i] = (h[i] - a - (x[i] - mean) * rstd * b) * rstd;
    }
}

template <class T>
void layer_norm_parameters(const void* grad_out, const void* data, const void* means, const void* rstds,
                           double* weight_acc, double* bias_acc, size_t rows, size_t cols) {
    const T* g = static_cast<const T*>(grad_out);
    const T* x = static_cast<const T*>(data);
    const T* rstd = static_cast<const T*>(rstds);
    // Four rows meet in a register before they are added in double precision.
    const auto add = [&](size_t r, auto count) {
        constexpr size_t n = decltype(count)::value;
        T mean[n] = {};
        for (size_t k = 0; means && k < n; k++) mean[k] = static_cast<const T*>(means)[r + k];
        const T *p = g + r * cols, *q = x + r * cols;
#pragma omp simd
        for (size_t i = 0; i < cols; i++) {
            T s = T(0), t = T(0);
#pragma GCC unroll 4
            for (size_t k = 0; k < n; k++) {
                s += p[k * cols + i] * ((q[k * cols + i] - mean[k]) * rstd[r + k]);
                t += p[k * cols + i];
            }
            weight_acc[i] += double(s);
            bias_acc[i] += double(t);
        }
    };
    size_t r = 0;
    for (; r + 4 <= rows; r += 4) add(r, std::integral_constant<size_t, 4>());
    for (; r < rows; r++) add(r, std::integral_constant<size_t, 1>());
}

// ---- channels

// Columns at once when a channel's elements lie one by one (inner = 1).
constexpr size_t kColumns = 128;

// Sum of f(i) over the elements of channel c, run by run.
template <class F>
inline double channel_sum(const RlChannels& e, size_t c, F f) {
    double s = 0;
    for (size_t n = 0; n < e.batch; n++) s += sum_range((n * e.channels + c) * e.inner, e.inner, f);
    return s;
}

// The same for kColumns (or `width`) neighbouring channels of a matrix; f(i, k) with k the place in the tile. Four rows
// meet before they are added in double precision.
template <class F>
inline void column_sums(const RlChannels& e, size_t first, size_t width, double* s, F f) {
    for (size_t k = 0; k < width; k++) s[k] = 0;
    size_t n = 0;
    for (; n + 4 <= e.batch; n += 4) {
        const size_t at = n * e.channels + first;
#pragma omp simd
        for (size_t k = 0; k < width; k++) {
            auto few = f(at + k, k);
#pragma GCC unroll 4
            for (size_t r = 1; r < 4; r++) few += f(at + r * e.channels + k, k);
            s[k] += double(few);
        }
    }
    for (; n < e.batch; n++)
        for (size_t k = 0; k < width; k++) s[k] += double(f(n * e.channels + first + k, k));
}

template <class T>
struct BatchNorm {
    const T *x, *w, *b;
    T *y, *means, *vars, *rstds;
    double eps;
    const RlChannels& e;

    void finish(size_t c, double sum_of_squares) const {
        const double var = sum_of_squares / double(e.batch * e.inner);
        vars[c] = T(var);
        rstds[c] = T(1.0 / std::sqrt(var + eps));
    }
    void channel(size_t c) const {
        const T* p = x;
        const T mean = means[c] = T(channel_sum(e, c, [p](size_t i) { return p[i]; }) / double(e.batch * e.inner));
        finish(c, channel_sum(e, c, [p, mean](size_t i) { return (p[i] - mean) * (p[i] - mean); }));
        const T rstd = rstds[c], weight = w ? w[c] : T(1), bias = b ? b[c] : T(0);
        for (size_t n = 0; n < e.batch; n++) {
            const T* in = x + (n * e.channels + c) * e.inner;
            T* out = y + (n * e.channels + c) * e.inner;
#pragma omp simd
            for (size_t i = 0; i < e.inner; i++) out[i] = (in[i] - mean) * rstd * weight + bias;
        }
    }
    void columns(size_t first, size_t width) const {
        const T* p = x;
        const T* m = means + first;
        double s[kColumns];
        column_sums(e, first, width, s, [p](size_t i, size_t) { return p[i]; });
        for (size_t k = 0; k < width; k++) means[first + k] = T(s[k] / double(e.batch));
        column_sums(e, first, width, s, [p, m](size_t i, size_t k) { return (p[i] - m[k]) * (p[i] - m[k]); });
        T weight[kColumns], bias[kColumns];
        for (size_t k = 0; k < width; k++) {
            finish(first + k, s[k]);
            weight[k] = w ? w[first + k] : T(1);
            bias[k] = b ? b[first + k] : T(0);
        }
        const T* r = rstds + first;
        for (size_t n = 0; n < e.batch; n++) {
            const T* in = x + n * e.channels + first;
            T* out = y + n * e.channels + first;
#pragma omp simd
            for (size_t k = 0; k < width; k++) out[k] = (in[k] - m[k]) * r[k] * weight[k] + bias[k];
        }
    }
};

// Calls job.channel(c) for each channel, or job.columns(first, width) tile by tile for matrices.
template <class Job>
inline void each_channel(const Job& job, size_t inner, size_t first, size_t last) {
    if (inner == 1) {
        for (size_t c = first; c < last; c += kColumns) job.columns(c, last - c < kColumns ? last - c : kColumns);
    } else {
        for (size_t c = first; c < last; c++) job.channel(c);
    }
}

template <class T>
void batch_norm(const void* x, const void* weight, const void* bias, double eps, void* out, void* mean, void* var,
                void* rstd, const RlChannels* extent, size_t first, size_t last) {
    const BatchNorm<T> job{static_cast<const T*>(x), static_cast<const T*>(weight), static_cast<const T*>(bias),
                           static_cast<T*>(out), static_cast<T*>(mean), static_cast<T*>(var), static_cast<T*>(rstd), eps,
                           *extent};
    each_channel(job, extent->inner, first, last);
}

// dx = (g w - mean(g w) - n mean(g w n)) rstd, n = (x - mean) rstd
template <class T>
struct BatchNormBackward {
    const T *g, *x, *means, *rstds, *w;
    T *d, *of_weight, *of_bias;
    const RlChannels& e;

    void channel(size_t c) const {
        const T *p = x, *q = g;
        const T mean = means[c], rstd = rstds[c], weight = w ? w[c] : T(1);
        const double total = double(e.batch * e.inner);
        double sb = 0, sw = 0;
        for (size_t n = 0; n < e.batch; n++)
            two_sums<T>((n * e.channels + c) * e.inner, e.inner,
                        [=](size_t i, T& s, T& t) { s = q[i], t = q[i] * ((p[i] - mean) * rstd); }, &sb, &sw);
        of_bias[c] = T(sb);
        of_weight[c] = T(sw);
        const T a = T(sb * double(weight) / total), b = T(sw * double(weight) / total);
        for (size_t n = 0; n < e.batch; n++) {
            const size_t at = (n * e.channels + c) * e.inner;
#pragma omp simd
            for (size_t i = at; i < at + e.inner; i++) d[i] = (g[i] * weight - a - (x[i] - mean) * rstd * b) * rstd;
        }
    }
    void columns(size_t first, size_t width) const {
        const T *p = x, *q = g, *m = means + first, *r = rstds + first;
        double sb[kColumns], sw[kColumns];
        T a[kColumns], b[kColumns], weight[kColumns];
        column_sums(e, first, width, sb, [q](size_t i, size_t) { return q[i]; });
        column_sums(e, first, width, sw, [=](size_t i, size_t k) { return q[i] * ((p[i] - m[k]) * r[k]); });
        for (size_t k = 0; k < width; k++) {
            of_bias[first + k] = T(sb[k]);
            of_weight[first + k] = T(sw[k]);
            weight[k] = w ? w[first + k] : T(1);
            a[k] = T(sb[k] * double(weight[k]) / double(e.batch));
            b[k] = T(sw[k] * double(weight[k]) / double(e.batch));
        }
        for (size_t n = 0; n < e.batch; n++) {
            const size_t at = n * e.channels + first;
            T* out = d + at;
#pragma omp simd
            for (size_t k = 0; k < width; k++)
                out[k] = (g[at + k] * weight[k] - a[k] - (x[at + k] - m[k]) * r[k] * b[k]) * r[k];
        }
    }
};

template <class T>
void batch_norm_backward(const void* g, const void* x, const void* mean, const void* rstd, const void* weight,
                         void* grad, void* of_weight, void* of_bias, const RlChannels* extent, size_t first,
                         size_t last) {
    const BatchNormBackward<T> job{static_cast<const T*>(g), static_cast<const T*>(x), static_cast<const T*>(mean),
                                   static_cast<const T*>(rstd), static_cast<const T*>(weight), static_cast<T*>(grad),
                                   static_cast<T*>(of_weight), static_cast<T*>(of_bias), *extent};
    each_channel(job, extent->inner, first, last);
}

template <class T>
void scale_shift(const void* data, const void* scale, const void* shift, void* out, const RlChannels* extent,
                 size_t first, size_t last) {
    const RlChannels& e = *extent;
    const T* x = static_cast<const T*>(data);
    const T* k = static_cast<const T*>(scale);
    const T* b = static_cast<const T*>(shift);
    T* y = static_cast<T*>(out);
    for (size_t n = 0; n < e.batch; n++) {
        const size_t row = n * e.channels;
        if (e.inner == 1) {
#pragma omp simd
            for (size_t c = first; c < last; c++) y[row + c] = x[row + c] * k[c] + b[c];
            continue;
        }
        for (size_t c = first; c < last; c++) {
            const size_t at = (row + c) * e.inner;
            const T f = k[c], s = b[c];
#pragma omp simd
            for (size_t i = at; i < at + e.inner; i++) y[i] = x[i] * f + s;
        }
    }
}

// ---- groups of channels

template <class T>
void group_norm(const void* data, const void* weight, const void* bias, double eps, void* out, void* means, void* vars,
                void* rstds, const RlChannels* extent, size_t groups, size_t first, size_t last) {
    const size_t inner = extent->inner, channels = extent->channels / groups, cols = channels * inner;
    const T* w = static_cast<const T*>(weight);
    const T* b = static_cast<const T*>(bias);
    for (size_t r = first; r < last; r++) {
        const T* x = static_cast<const T*>(data) + r * cols;
        T* y = static_cast<T*>(out) + r * cols;
        const T mean = row_mean(x, cols);
        const double var = squares_about(x, 0, cols, mean) / double(cols);
        const T rstd = T(1.0 / std::sqrt(var + eps));
        static_cast<T*>(means)[r] = mean;
        static_cast<T*>(vars)[r] = T(var);
        static_cast<T*>(rstds)[r] = rstd;
        const size_t channel = r % groups * channels;
        for (size_t c = 0; c < channels; c++, x += inner, y += inner) {
            const T scale = w ? w[channel + c] : T(1), shift = b ? b[channel + c] : T(0);
#pragma omp simd
            for (size_t i = 0; i < inner; i++) y[i] = (x[i] - mean) * rstd * scale + shift;
        }
    }
}

template <class T>
void group_norm_backward(const void* grad_out, const void* data, const void* means, const void* rstds,
                         const void* weight, void* grad, double* of_weight, double* of_bias, const RlChannels* extent,
                         size_t groups, size_t first, size_t last) {
    const size_t inner = extent->inner, channels = extent->channels / groups, cols = channels * inner;
    const T* w = static_cast<const T*>(weight);
    for (size_t r = first; r < last; r++) {
        const T* g = static_cast<const T*>(grad_out) + r * cols;
        const T* x = static_cast<const T*>(data) + r * cols;
        T* d = static_cast<T*>(grad) + r * cols;
        const T mean = static_cast<const T*>(means)[r], rstd = static_cast<const T*>(rstds)[r];
        const size_t channel = r % groups * channels;
        double sum = 0, sum_normal = 0;
        for (size_t c = 0; c < channels; c++) {
            double sb = 0, sw = 0;
            two_sums<T>(c * inner, inner, [=](size_t i, T& s, T& t) { s = g[i], t = g[i] * ((x[i] - mean) * rstd); }, &sb, &sw);
            of_bias[r * channels + c] = sb;
            of_weight[r * channels + c] = sw;
            const double scale = w ? double(w[channel + c]) : 1.0;
            sum += sb * scale;
            sum_normal += sw * scale;
        }
        const T a = T(sum / double(cols)), b = T(sum_normal / double(cols));
        for (size_t c = 0; c < channels; c++) {
            const T scale = w ? w[channel + c] : T(1);
#pragma omp simd
            for (size_t i = c * inner; i < (c + 1) * inner; i++) d[i] = (g[i] * scale - a - (x[i] - mean) * rstd * b) * rstd;
        }
    }
}

}  // namespace RL_NS
