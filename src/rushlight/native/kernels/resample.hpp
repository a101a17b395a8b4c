// Resizing of images, separably: for each row of outputs the rows it comes from are mixed into one line, then the
// line's neighbours into outputs. Positions and weights are computed in the arithmetic of the ops' bodies.
#pragma once
#include <cmath>
#include <cstring>

#include "resample.h"

namespace RL_NS {

template <class T>
void cubic(T t, T* weights) {
    const T a = T(-0.75);
    const auto near = [a](T x) { return ((a + T(2)) * x - (a + T(3))) * x * x + T(1); };
    const auto far = [a](T x) { return ((a * x - T(5) * a) * x + T(8) * a) * x - T(4) * a; };
    weights[0] = far(t + T(1)), weights[1] = near(t), weights[2] = near(T(1) - t), weights[3] = far(T(2) - t);
}

template <class T>
void weigh(const RlResample* axis, RlResampleMode mode, double step_of, bool align) {
    const T step = T(step_of);
    const int64_t size = axis->size;
    const auto inside = [size](int64_t i) { return i < 0 ? 0 : i < size ? i : size - 1; };
    int64_t* index = axis->index;
    T* weight = static_cast<T*>(axis->weight);
    for (int64_t i = 0; i < axis->out; ++i, index += axis->taps, weight += axis->taps) {
        T at = T(i);
        at = mode == RL_NEAREST || align ? at * step : mode == RL_NEAREST_EXACT ? (at + T(0.5)) * step : (at + T(0.5)) * step - T(0.5);
        if (mode == RL_NEAREST || mode == RL_NEAREST_EXACT) {
            index[0] = inside(int64_t(std::floor(at)));
        } else if (mode == RL_LINEAR) {
            at = at < T(0) ? T(0) : at;
            index[0] = inside(int64_t(std::floor(at)));
            index[1] = inside(index[0] + 1);
            weight[1] = at - T(index[0]);
            weight[0] = T(1) - weight[1];
        } else {
            const T low = std::floor(at);
            cubic(at - low, weight);
            for (int64_t k = 0; k < 4; ++k) index[k] = inside(int64_t(low) + k - 1);
        }
    }
}

// line = sum over k of weight[k] * x[index[k]], rows of n.
template <class T>
void mix_rows(const T* x, int64_t n, int taps, const int64_t* index, const T* weight, T* __restrict line) {
    const T* __restrict a = x + index[0] * n;
    if (taps == 1) {
        for (int64_t j = 0; j < n; ++j) line[j] = a[j];
        return;
    }
    const T *__restrict b = x + index[1] * n, u = weight[0], v = weight[1];
    for (int64_t j = 0; j < n; ++j) line[j] = a[j] * u + b[j] * v;
    for (int k = 2; k < taps; ++k) {
        const T* __restrict c = x + index[k] * n;
        const T w = weight[k];
        for (int64_t j = 0; j < n; ++j) line[j] = line[j] + c[j] * w;
    }
}

template <class T, int Taps>
void mix_columns(const T* __restrict line, int64_t n, const int64_t* __restrict index, const T* __restrict weight, T* __restrict y) {
    for (int64_t j = 0; j < n; ++j, index += Taps, weight += Taps) {
        T sum = Taps == 1 ? line[index[0]] : line[index[0]] * weight[0];
        for (int k = 1; k < Taps; ++k) sum = sum + line[index[k]] * weight[k];
        y[j] = sum;
    }
}

template <class T>
void resample(const RlResample* rows, const RlResample* columns, const void* source, void* result, void* scratch, int64_t first, int64_t last) {
    T* line = static_cast<T*>(scratch);
    const T* weights = static_cast<const T*>(rows->weight);
    const T* across = static_cast<const T*>(columns->weight);
    const bool same = columns->taps == 1 && columns->size == columns->out;
    for (int64_t p = first; p < last; ++p) {
        const T* x = static_cast<const T*>(source) + p * rows->size * columns->size;
        T* y = static_cast<T*>(result) + p * rows->out * columns->out;
        for (int64_t i = 0; i < rows->out; ++i, y += columns->out) {
            const int64_t* index = rows->index + i * rows->taps;
            if (i && rows->taps == 1 && index[0] == index[-1]) {
                std::memcpy(static_cast<void*>(y), y - columns->out, size_t(columns->out) * sizeof(T));
                continue;
            }
            const T* seen = line;
            if (rows->taps == 1)
                seen = x + index[0] * columns->size;
            else
                mix_rows(x, columns->size, rows->taps, index, weights + i * rows->taps, line);
            if (same)
                std::memcpy(static_cast<void*>(y), seen, size_t(columns->out) * sizeof(T));
            else if (columns->taps == 1)
                mix_columns<T, 1>(seen, columns->out, columns->index, across, y);
            else if (columns->taps == 2)
                mix_columns<T, 2>(seen, columns->out, columns->index, across, y);
            else
                mix_columns<T, 4>(seen, columns->out, columns->index, across, y);
        }
    }
}

template <class T>
void resample_backward(const RlResample* rows, const RlResample* columns, const void* grad, void* result, void* scratch, int64_t first, int64_t last) {
    T* __restrict line = static_cast<T*>(scratch);
    const int64_t n = columns->size;
    const T* across = static_cast<const T*>(columns->weight);
    for (int64_t p = first; p < last; ++p) {
        const T* g = static_cast<const T*>(grad) + p * rows->out * columns->out;
        T* x = static_cast<T*>(result) + p * rows->size * n;
        std::memset(static_cast<void*>(x), 0, size_t(rows->size * n) * sizeof(T));
        for (int64_t i = 0; i < rows->out; ++i, g += columns->out) {
            for (int64_t j = 0; j < n; ++j) line[j] = T(0);
            const int taps = columns->taps;
            if (taps == 1)
                for (int64_t j = 0; j < columns->out; ++j) line[columns->index[j]] += g[j];
            else
                for (int64_t j = 0; j < columns->out; ++j)
                    for (int k = 0; k < taps; ++k) line[columns->index[j * taps + k]] += g[j] * across[j * taps + k];
            for (int k = 0; k < rows->taps; ++k) {
                T* __restrict to = x + rows->index[i * rows->taps + k] * n;
                const T w = rows->taps == 1 ? T(1) : static_cast<const T*>(rows->weight)[i * rows->taps + k];
                for (int64_t j = 0; j < n; ++j) to[j] += line[j] * w;
            }
        }
    }
}

}  // namespace RL_NS
