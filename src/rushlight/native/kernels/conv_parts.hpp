// How convolutions are laid out for the kernels: parts, and the staging of their source.
//
// A part is a dense correlation with unit steps. A convolution is one part; a transposed one has a part for
// each remainder of an output's index by the stride, since different taps reach them. The source is copied block
// by block into scratch memory that stays in the cache, with its padding, and with each phase of a strided
// source apart: from there on every tap of every output lies at a fixed distance from the output's own place.
#pragma once
#include "conv.h"
#include "gemm.hpp"

namespace RL_NS {

#if defined(__GNUC__)
#define RL_PREFETCH(p) __builtin_prefetch(p)
#else
#define RL_PREFETCH(p) (void)0
#endif

constexpr int kPixels = 24;  // the most that a tile broadcasts: so much may be read behind what counts

// to[j * to_step + i] = from[i * step + j], rows i, columns j: W rows and columns at most.
template <class T>
RL_NOINLINE void turn_block(const T* from, int64_t step, int rows, int columns, T* to, int64_t to_step, int width) {
    constexpr int W = Lanes<T>::W;
    Vec<T> block[W];
    RL_UNROLL for (int i = 0; i < W; ++i) block[i] = i < rows ? load_edge(from + i * step, columns) : Vec<T>{};
    transpose<T>(block);
    RL_UNROLL for (int j = 0; j < W; ++j) {
        if (j >= columns) break;
        store_edge(to + j * to_step, block[j], width);
    }
}

// The same for any number of them.
template <class T>
void turn(const T* from, int64_t step, int64_t rows, int64_t columns, T* to, int64_t to_step) {
    constexpr int W = Lanes<T>::W;
    for (int64_t j = 0; j < columns; j += W)
        for (int64_t i = 0; i < rows; i += W) {
            const int high = int(least(W, rows - i));
            turn_block(from + i * step + j, step, high, int(least(W, columns - j)), to + j * to_step + i, to_step, high);
        }
}

// The same, with zeros behind the rows: each of the results is `width` long, a multiple of W.
template <class T>
void turn_panel(const T* from, int64_t step, int64_t rows, int64_t columns, T* to, int64_t width) {
    constexpr int W = Lanes<T>::W;
    for (int64_t i = 0; i < width; i += W)
        for (int64_t j = 0; j < columns; j += W)
            turn_block(from + i * step + j, step, int(most(0, least(W, rows - i))), int(least(W, columns - j)), to + j * width + i, width, W);
}

// One dimension of a part: output y of n goes to index dst0 + y * dstep, and tap t of it reads the source's index
// y * step + shift[t].
struct Axis {
    int64_t n, source, step, dst0, dstep;
    int taps;
    int64_t shift[RL_CONV_TAPS];
    int which[RL_CONV_TAPS];  // the tap's index in the kernel
    // Staged: row `at + y` of a phase, which begins at source index low + phase_shift.
    int64_t low, reach;
    int phases;
    int phase[RL_CONV_TAPS];
    int64_t at[RL_CONV_TAPS], phase_shift[RL_CONV_TAPS];

    RL_NOINLINE void lay_out() {
        low = shift[0];
        for (int t = 1; t < taps; ++t) low = least(low, shift[t]);
        reach = phases = 0;
        for (int t = 0; t < taps; ++t) {
            const int64_t far = shift[t] - low, rest = far % step;
            int f = 0;
            while (f < phases && phase_shift[f] != rest) ++f;
            if (f == phases) phase_shift[phases++] = rest;
            phase[t] = f;
            at[t] = far / step;
            reach = most(reach, at[t]);
        }
    }

    // Whether every index that any output reads exists.
    bool inside() const {
        int64_t high = low;
        for (int t = 0; t < taps; ++t) high = most(high, shift[t]);
        return low >= 0 && (n - 1) * step + high < source;
    }
};

// Nanoseconds that a convolution takes one thread, about: short chains are not worth their outputs' handling.
inline int64_t time_of(int64_t outputs, int64_t chain) { return outputs * chain / kWorkPerNs + (chain < 64 ? outputs / 2 : 0); }

RL_NOINLINE inline Axis forward_axis(const RlConv& c, int d) {
    Axis a;
    a.n = c.outer[d], a.source = c.size[d], a.step = c.stride[d], a.dst0 = 0, a.dstep = 1;
    a.taps = int(c.kernel[d]);
    for (int k = 0; k < a.taps; ++k) a.shift[k] = k * c.dilation[d] - c.padding[d], a.which[k] = k;
    a.lay_out();
    return a;
}

// The part of a transposed convolution whose outputs lie at indices i with (i + padding) % stride == f.
RL_NOINLINE inline Axis transposed_axis(const RlConv& c, int d, int64_t f) {
    Axis a;
    const int64_t s = c.stride[d], p = c.padding[d];
    const int64_t first = f >= p % s ? f - p % s : f - p % s + s;  // the least i >= 0
    a.n = first < c.size[d] ? (c.size[d] - 1 - first) / s + 1 : 0;
    a.source = c.outer[d], a.step = 1, a.dst0 = first, a.dstep = s;
    a.taps = 0;
    const int64_t q = (first + p - f) / s;
    for (int64_t k = 0; k < c.kernel[d]; ++k) {
        if (k * c.dilation[d] % s != f) continue;
        a.shift[a.taps] = q - (k * c.dilation[d] - f) / s;
        a.which[a.taps++] = int(k);
    }
    if (a.taps) a.lay_out();
    return a;
}

// A block of a part's source in scratch memory: [channel][image][tap of z][phase of y][phase of x][row][column].
// One z, rows [y0, y1) and all columns of the outputs.
struct Stage {
    const Axis *z, *y, *x;
    int64_t rows, pitch;              // of a phase
    int64_t plane, image, channel;    // steps
    int64_t images;

    void set(const Axis* axes, int64_t outputs, int64_t batch, int64_t vector) {
        z = axes, y = axes + 1, x = axes + 2;
        images = batch;
        rows = outputs + y->reach;
        pitch = x->n + x->reach;
        plane = rows * pitch;
        image = plane * y->phases * x->phases * z->taps;
        // Never a multiple of the distance at which addresses share one set of the first cache.
        channel = (image * images + vector - 1) / vector * vector;
        if (channel % 256 == 0) channel += vector;
    }
    int64_t offset(int tz, int ty, int tx) const {
        const int64_t f = (int64_t(tz) * y->phases + y->phase[ty]) * x->phases + x->phase[tx];
        return f * plane + y->at[ty] * pitch + x->at[tx];
    }
};

// A row of one phase: to[j] = row[first + j * step], zeros outside [0, size).
template <class T>
RL_INLINE void stage_row(const T* row, int64_t size, int64_t first, int64_t step, int64_t n, T* to) {
    int64_t begin = first >= 0 ? 0 : over(-first, step);
    int64_t end = first >= size ? 0 : over(size - first, step);
    begin = least(begin, n), end = most(least(end, n), begin);
    for (int64_t j = 0; j < begin; ++j) to[j] = T(0);
    const T* from = row + first;
    if (step == 1)
        for (int64_t j = begin; j < end; ++j) to[j] = from[j];
    else if (step == 2)
        for (int64_t j = begin; j < end; ++j) to[j] = from[2 * j];
    else if (step == 4)
        for (int64_t j = begin; j < end; ++j) to[j] = from[4 * j];
    else
        for (int64_t j = begin; j < end; ++j) to[j] = from[j * step];
    for (int64_t j = end; j < n; ++j) to[j] = T(0);
}

// Copies `channels` channels of one image, whose planes are size[0] * size[1] * size[2] large.
template <class T>
RL_NOINLINE void stage_image(const Stage& s, const T* source, int64_t channels, int64_t z0, int64_t y0, T* to) {
    const int64_t row = s.x->source, sheet = row * s.y->source, volume = sheet * s.z->source;
    for (int64_t c = 0; c < channels; ++c, to += s.channel, source += volume) {
        T* at = to;
        for (int tz = 0; tz < s.z->taps; ++tz) {
            const int64_t z = z0 * s.z->step + s.z->shift[tz];
            const bool there = z >= 0 && z < s.z->source;
            for (int fy = 0; fy < s.y->phases; ++fy)
                for (int fx = 0; fx < s.x->phases; ++fx)
                    for (int64_t r = 0; r < s.rows; ++r, at += s.pitch) {
                        const int64_t y = (y0 + r) * s.y->step + s.y->low + s.y->phase_shift[fy];
                        if (!there || y < 0 || y >= s.y->source) {
                            for (int64_t j = 0; j < s.pitch; ++j) at[j] = T(0);
                            continue;
                        }
                        stage_row(source + z * sheet + y * row, row, s.x->low + s.x->phase_shift[fx], s.x->step, s.pitch, at);
                    }
        }
    }
}

}  // namespace RL_NS
