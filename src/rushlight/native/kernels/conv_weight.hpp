// The gradient of a convolution's weight.
//
// A weight's gradient is the sum over images and outputs of y's gradient times what its tap saw. The staged source
// (see conv_parts.hpp) keeps every tap at a fixed distance, so the sum is a dot product of two runs through the whole
// block, row ends and all: y's gradient is staged with the source's pitch and zeros between its rows. A tile holds
// R output channels times C taps; its lanes are summed at the end of the block, and the blocks' sums are added in
// their order, which the shape alone decides.
#pragma once
#include <cmath>

#include "conv_parts.hpp"

namespace RL_NS {

constexpr int64_t kRun = 2560;          // elements of a run, about: R + a few of them stay in the first cache
constexpr int64_t kStagedRuns = 160 * 1024;
constexpr int kTileOut = RL_REGISTERS == 32 ? 4 : 2, kTileTaps = RL_REGISTERS == 32 ? 6 : 4;

// total[i * E + j] += sum over s, p of g[i * gs + s * length + p] * x[offset[j] + s * image + p].
template <class T, int R, int C>
void weight_tile(int64_t segments, int64_t length, const T* g, int64_t gs, const T* x, const int32_t* offset, int64_t image, T* total, int64_t E) {
    constexpr int W = Lanes<T>::W, groups = (R * C + W - 1) / W;
    Vec<T> acc[groups * W];
    RL_UNROLL for (int i = 0; i < groups * W; ++i) acc[i] = Vec<T>{};
    const T* seen[C];
    RL_UNROLL for (int j = 0; j < C; ++j) seen[j] = x + offset[j];
    for (int64_t s = 0; s < segments; ++s) {
        for (int64_t p = 0; p < length; p += W) {
            Vec<T> each[R];
            RL_UNROLL for (int i = 0; i < R; ++i) each[i] = load(g + i * gs + p);
            RL_UNROLL for (int j = 0; j < C; ++j) {
                const Vec<T> v = load(seen[j] + p);
                RL_UNROLL for (int i = 0; i < R; ++i) acc[i * C + j] += each[i] * v;
            }
        }
        g += length;
        RL_UNROLL for (int j = 0; j < C; ++j) seen[j] += image;
    }
    T out[groups * W];
    RL_UNROLL for (int q = 0; q < groups; ++q) store(out + q * W, sums<T>(acc + q * W));
    for (int i = 0; i < R; ++i)
        for (int j = 0; j < C; ++j) total[i * E + j] += out[i * C + j];
}

template <class T>
using WeightTile = void (*)(int64_t, int64_t, const T*, int64_t, const T*, const int32_t*, int64_t, T*, int64_t);

template <class T, int R, int C = 1>
WeightTile<T> pick_weight_taps(int c) {
    if (c == C) return weight_tile<T, R, C>;
    if constexpr (C < kTileTaps)
        return pick_weight_taps<T, R, C + 1>(c);
    else
        return nullptr;
}
template <class T, int R = 1>
WeightTile<T> pick_weight_tile(int r, int c) {
    if (r == R) return pick_weight_taps<T, R>(c);
    if constexpr (R < kTileOut)
        return pick_weight_tile<T, R + 1>(r, c);
    else
        return nullptr;
}

template <class T>
struct Weigh {
    static constexpr int W = Lanes<T>::W;
    Axis axes[3];
    int64_t batch, groups, in, out, taps, images, high, length;
    const T *grad, *source;
    T* total;
    const int32_t* tap_offset;  // of channel 0
    Stage stage;

    void choose() {
        const int64_t pitch = axes[2].n + axes[2].reach, plane = axes[1].n * pitch;
        high = axes[1].n, images = 1;
        if (plane > kRun)
            high = over(axes[1].n, over(plane, kRun));
        else if (axes[0].n == 1)
            images = most(1, least(batch, kRun / plane));
        stage.set(axes, high, images, W);
        length = over((high - 1) * pitch + axes[2].n, W) * W;
    }

    // Output channels [o0, o1) of the gradient's block, with the source's pitch and zeros between rows.
    void stage_grad(int64_t g, int64_t o0, int64_t o1, int64_t n0, int64_t n1, int64_t z, int64_t y0, int64_t y1, T* to) const {
        const int64_t row = axes[2].n, sheet = row * axes[1].n, volume = sheet * axes[0].n;
        for (int64_t o = o0; o < o1; ++o)
            for (int64_t n = n0; n < n1; ++n, to += length) {
                const T* from = grad + ((n * groups + g) * out + o) * volume + z * sheet + y0 * row;
                T* at = to;
                for (int64_t y = y0; y < y1; ++y, from += row) {
                    for (int64_t x = 0; x < row; ++x) at[x] = from[x];
                    const int64_t gap = least(stage.pitch, to + length - at);
                    for (int64_t x = row; x < gap; ++x) at[x] = T(0);
                    at += gap;
                }
                while (at < to + length) *at++ = T(0);
            }
    }

    void stage_source(int64_t g, int64_t c0, int64_t c1, int64_t n0, int64_t n1, int64_t z, int64_t y0, T* to) const {
        const int64_t volume = axes[0].source * axes[1].source * axes[2].source;
        for (int64_t n = n0; n < n1; ++n)
            stage_image(stage, source + ((n * groups + g) * in + c0) * volume, c1 - c0, z, y0, to + (n - n0) * stage.image);
        for (int64_t c = 0; c < c1 - c0; ++c)  // what lies between channels meets zeros, so it must be finite
            for (int64_t i = (n1 - n0) * stage.image; i < stage.channel; ++i) to[c * stage.channel + i] = T(0);
        for (int64_t i = 0; i < slack(); ++i) to[(c1 - c0) * stage.channel + i] = T(0);
    }
    int64_t slack() const { return length + W; }

    // Outputs [o0, o1) and source channels [c0, c1) of one group.
    void piece(int64_t g, int64_t o0, int64_t o1, int64_t c0, int64_t c1, T* staged_x, T* staged_g, int64_t some_c, int64_t some_o, int32_t* offsets) const {
        const int64_t all = in * taps, blocks_y = over(axes[1].n, high);
        for (int64_t c = 0; c < some_c; ++c)
            for (int64_t t = 0; t < taps; ++t) offsets[c * taps + t] = int32_t(c * stage.channel + tap_offset[t]);
        for (int64_t n = 0; n < batch; n += images)
            for (int64_t z = 0; z < axes[0].n; ++z)
                for (int64_t yb = 0; yb < blocks_y; ++yb) {
                    const int64_t n1 = least(n + images, batch), y0 = yb * high, y1 = least(y0 + high, axes[1].n);
                    if (y0 >= y1) continue;
                    const bool once = o1 - o0 <= some_o;
                    if (once) stage_grad(g, o0, o1, n, n1, z, y0, y1, staged_g);
                    for (int64_t c = c0; c < c1; c += some_c) {
                        const int64_t cn = least(c + some_c, c1);
                        stage_source(g, c, cn, n, n1, z, y0, staged_x);
                        for (int64_t o = o0; o < o1; o += some_o) {
                            const int64_t on = least(o + some_o, o1);
                            if (!once) stage_grad(g, o, on, n, n1, z, y0, y1, staged_g);
                            tiles(n1 - n, on - o, (cn - c) * taps, staged_g, staged_x, offsets, total + (g * out + o) * all + c * taps, all);
                        }
                    }
                }
    }

    void tiles(int64_t segments, int64_t outs, int64_t entries, const T* g, const T* x, const int32_t* offsets, T* to, int64_t all) const {
        const int64_t rows = over(outs, kTileOut), columns = over(entries, kTileTaps), gs = segments * length;
        const int low = int(entries / columns);
        for (int64_t i = 0; i < rows; ++i) {
            const int64_t o = cut(outs, rows, i), r = cut(outs, rows, i + 1) - o;
            const WeightTile<T> tile[2] = {pick_weight_tile<T>(int(r), low), low < kTileTaps ? pick_weight_tile<T>(int(r), low + 1) : nullptr};
            for (int64_t j = 0, e = 0; j < columns; ++j) {
                const int64_t next = cut(entries, columns, j + 1);
                tile[next - e - low](segments, length, g + o * gs, gs, x, offsets + e, stage.image, to + o * all + e, all);
                e = next;
            }
        }
    }

    bool run(const RlPool* pool) {
        choose();
        taps = axes[0].taps * axes[1].taps * axes[2].taps;
        const int64_t some_c = most(1, least(in, kStagedRuns / stage.channel)), some_o = most(kTileOut, least(out, kStagedRuns / (images * length)));
        const int64_t work = batch * groups * out * axes[0].n * axes[1].n * axes[2].n * in * taps / kWorkPerNs;
        const bool share = pool->pays(work);
        int64_t pieces_c = 1, pieces_o = 1;
        const int64_t wanted = share ? 2 * pool->threads() : 1;
        if (groups < wanted) {
            if (in >= wanted)
                pieces_c = over(wanted, groups);
            else
                pieces_o = least(over(out, kTileOut / 2), over(wanted, groups));
        }
        int32_t* at = static_cast<int32_t*>(second_scratch.get(size_t(taps) * sizeof(int32_t)));
        if (!at || (some_c + 1) * stage.channel > INT32_MAX) return false;
        tap_offset = at;
        for (int tz = 0; tz < axes[0].taps; ++tz)
            for (int ty = 0; ty < axes[1].taps; ++ty)
                for (int tx = 0; tx < axes[2].taps; ++tx) *at++ = int32_t(stage.offset(tz, ty, tx));
        const int64_t count = groups * out * in * taps;
        for (int64_t i = 0; i < count; ++i) total[i] = T(0);
        const size_t for_x = size_t(some_c * stage.channel + slack() + 2 * W), for_g = size_t(some_o * images * length + 2 * W);
        const size_t bytes = (for_x + for_g) * sizeof(T) + size_t(some_c * taps) * sizeof(int32_t);
        std::atomic<bool> right{true};
        auto body = [&](int64_t first, int64_t last) {
            T* to = static_cast<T*>(scratch.get(bytes));
            if (!to) right = false;
            for (int64_t i = first; i < last && right; ++i) {
                const int64_t c = i % pieces_c, o = i / pieces_c % pieces_o, g = i / pieces_c / pieces_o;
                piece(g, cut(out, pieces_o, o), cut(out, pieces_o, o + 1), cut(in, pieces_c, c), cut(in, pieces_c, c + 1), to,
                      to + over(int64_t(for_x), W) * W, some_c, some_o, reinterpret_cast<int32_t*>(to + for_x + for_g - W));
            }
        };
        const int64_t pieces = groups * pieces_c * pieces_o;
        if (share)
            rl::parallel_for(pool, pieces, 1, body);
        else
            body(0, pieces);
        for (int64_t i = 0; i < count; ++i)
            if (!std::isfinite(total[i])) return false;
        return right;
    }
};

template <class T>
bool convolve_weight(const RlConv* c, const void* y, const void* x, void* w, const RlPool* pool) {
    Weigh<T> p;
    for (int d = 0; d < 3; ++d) p.axes[d] = forward_axis(*c, d);
    p.batch = c->batch, p.groups = c->groups, p.in = c->in, p.out = c->out;
    p.grad = static_cast<const T*>(y), p.source = static_cast<const T*>(x), p.total = static_cast<T*>(w);
    return p.run(pool);
}

}  // namespace RL_NS
