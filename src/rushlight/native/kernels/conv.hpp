// Convolution and transposed convolution.
//
// Each output is a chain of fused multiply-adds, over (tap of z, y, x, channel), for every 16 source channels; the chains are
// added up, the bias after the first: PyTorch's order, found by experiment. Two tiles do the work:
// `channels_tile` has its lanes along output channels, for which weights are packed, and broadcasts
// elements of the source; `pixels_tile` has its lanes along a row of outputs and broadcasts weights, best for few output
// channels or a short chain. Both give the same bits. Tiles come in few sizes: the next larger one serves
// for those between, and what it computes too much is not stored.
#pragma once
#include "conv_parts.hpp"

namespace RL_NS {

constexpr int64_t kAhead = 16;
constexpr int64_t kStaged = 160 * 1024;   // elements of a staged block, well inside the second cache

// The terms of an output: `groups` chains of `count` each, whose weights and offsets begin `all` terms apart.
struct Chain {
    int64_t groups, count, all;
};

// sums[i][lane] = bias[lane] + sum over k of x[offset[k] + i] * w[k][lane], for O outputs of V vectors of channels; the same
// for the next of H images, whose source lies `apart`.
template <class T, int V, int O, int H>
void channels_tile(Chain k, const T* x, int64_t apart, const int32_t* offset, const T* w, const T* bias, T* sums) {
    constexpr int W = Lanes<T>::W, R = O * H;
    const T* before = bias;
    for (int64_t g = 0, step = 0; g < k.groups; ++g, offset += k.all, w += k.all * V * W, before = sums, step = V * W) {
        Vec<T> acc[R][V];
        RL_UNROLL for (int i = 0; i < R; ++i) RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] = Vec<T>{};
        for (int64_t p = 0; p < k.count; ++p) {
            const T* from = x + offset[p];
            Vec<T> row[V];
            RL_UNROLL for (int j = 0; j < V; ++j) row[j] = load(w + (p * V + j) * W), RL_PREFETCH(w + ((p + kAhead) * V + j) * W);
            RL_UNROLL for (int h = 0; h < H; ++h) RL_UNROLL for (int i = 0; i < O; ++i) {
                const Vec<T> each = splat<T>(from[h * apart + i]);
                RL_UNROLL for (int j = 0; j < V; ++j) acc[h * O + i][j] += each * row[j];
            }
        }
        RL_UNROLL for (int i = 0; i < R; ++i) RL_UNROLL for (int j = 0; j < V; ++j) {
            const int at = (i * V + j) * W;
            store(sums + at, acc[i][j] + load(before + i * step + j * W));
        }
    }
}

// The same for R channels, of which `rows` count and whose weights lie `ws` apart, and V vectors of outputs, `tail` lanes of the
// last; rows of c are `plane` apart.
template <class T, int V, int R>
void pixels_tile(Chain k, const T* x, const int32_t* offset, const T* w, int64_t ws, const T* bias, T* c, int64_t plane, int rows, int tail) {
    constexpr int W = Lanes<T>::W;
    for (int64_t g = 0; g < k.groups; ++g, offset += k.all, w += k.all * ws) {
        Vec<T> acc[R][V];
        RL_UNROLL for (int i = 0; i < R; ++i) RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] = Vec<T>{};
        const T* by = w;
        for (int64_t p = 0; p < k.count; ++p, by += ws) {
            const T* from = x + offset[p];
            Vec<T> row[V];
            RL_UNROLL for (int j = 0; j < V; ++j) row[j] = kMasks && j == V - 1 ? load_part(from + j * W, tail) : load(from + j * W);
            RL_UNROLL for (int i = 0; i < R; ++i) {
                const Vec<T> each = splat<T>(by[i]);
                RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] += each * row[j];
            }
        }
        T* to = c;
        RL_UNROLL for (int i = 0; i < R; ++i, to += plane) {
            if (i >= rows) break;
            RL_UNROLL for (int j = 0; j < V; ++j) {
                const Vec<T> before = g == 0 ? splat<T>(bias[i]) : j == V - 1 ? load_edge(to + j * W, tail) : load(to + j * W);
                j == V - 1 ? store_edge(to + j * W, acc[i][j] + before, tail) : store(to + j * W, acc[i][j] + before);
            }
        }
    }
}

template <class T>
struct ChannelsTile {
    int v, o, h;
    void (*run)(Chain, const T*, int64_t, const int32_t*, const T*, const T*, T*);
};
template <class T>
struct PixelsTile {
    int v, r;
    void (*run)(Chain, const T*, const int32_t*, const T*, int64_t, const T*, T*, int64_t, int, int);
};
template <class T, int V, int O, int H = 1>
constexpr ChannelsTile<T> channels_of{V, O, H, channels_tile<T, V, O, H>};
template <class T, int V, int R>
constexpr PixelsTile<T> pixels_of{V, R, pixels_tile<T, V, R>};

// All tiles there are; of a kind the larger come later.
template <class T>
struct ChannelsTiles {
#if RL_REGISTERS == 32
    static constexpr ChannelsTile<T> all[] = {channels_of<T, 1, 8>, channels_of<T, 1, 24>, channels_of<T, 2, 4>, channels_of<T, 2, 8>, channels_of<T, 2, 14>};
#else
    static constexpr ChannelsTile<T> all[] = {channels_of<T, 1, 4>, channels_of<T, 1, 12>, channels_of<T, 2, 2>, channels_of<T, 2, 4>, channels_of<T, 2, 6>};
#endif
};
template <>
struct ChannelsTiles<float> {
    using T = float;
#if RL_REGISTERS == 32
    static constexpr ChannelsTile<T> all[] = {
        channels_of<T, 1, 8>, channels_of<T, 1, 16>, channels_of<T, 1, 24>, channels_of<T, 1, 8, 2>, channels_of<T, 2, 4>, channels_of<T, 2, 7>,
        channels_of<T, 2, 8>, channels_of<T, 2, 10>, channels_of<T, 2, 12>, channels_of<T, 2, 13>, channels_of<T, 2, 14>,
        channels_of<T, 2, 1, 8>, channels_of<T, 2, 2, 5>, channels_of<T, 2, 4, 3>, channels_of<T, 2, 7, 2>};
#else
    static constexpr ChannelsTile<T> all[] = {
        channels_of<T, 1, 4>, channels_of<T, 1, 8>, channels_of<T, 1, 12>, channels_of<T, 2, 2>, channels_of<T, 2, 4>, channels_of<T, 2, 5>,
        channels_of<T, 2, 6>, channels_of<T, 2, 1, 4>, channels_of<T, 2, 2, 3>, channels_of<T, 2, 3, 2>};
#endif
};
template <class T>
struct PixelsTiles {
#if RL_REGISTERS == 32
    static constexpr PixelsTile<T> all[] = {pixels_of<T, 1, 12>, pixels_of<T, 2, 12>, pixels_of<T, 4, 1>, pixels_of<T, 4, 6>};
#else
    static constexpr PixelsTile<T> all[] = {pixels_of<T, 1, 8>, pixels_of<T, 2, 6>, pixels_of<T, 4, 1>, pixels_of<T, 4, 2>};
#endif
};
template <>
struct PixelsTiles<float> {
    using T = float;
#if RL_REGISTERS == 32
    static constexpr PixelsTile<T> all[] = {pixels_of<T, 1, 4>, pixels_of<T, 1, 12>, pixels_of<T, 2, 4>, pixels_of<T, 2, 8>, pixels_of<T, 2, 12>,
                                            pixels_of<T, 4, 1>, pixels_of<T, 4, 2>, pixels_of<T, 4, 4>, pixels_of<T, 4, 6>};
#else
    static constexpr PixelsTile<T> all[] = {pixels_of<T, 1, 4>, pixels_of<T, 1, 10>, pixels_of<T, 2, 3>, pixels_of<T, 2, 6>,
                                            pixels_of<T, 4, 1>, pixels_of<T, 4, 2>};
#endif
};

// The tile of v vectors that goes over n outputs in the shortest time; for `images` of them at once the one that fits.
template <class T>
const ChannelsTile<T>& channels_for(int v, int64_t n, int64_t images) {
    const ChannelsTile<T>* best = nullptr;
    int64_t time = 0;
    for (const ChannelsTile<T>& t : ChannelsTiles<T>::all) {
        if (t.v != v || t.h > images || (t.h > 1 && n > t.o)) continue;
        const int64_t takes = over(n, t.o) * most(t.o * t.h * v + v, 8) * 64 / t.h;
        if (!best || takes < time) best = &t, time = takes;
    }
    return *best;
}
// The smallest that has r channels.
template <class T>
const PixelsTile<T>& pixels_for(int v, int64_t r) {
    const PixelsTile<T>* best = nullptr;
    for (const PixelsTile<T>& t : PixelsTiles<T>::all)
        if (t.v == v && (!best || best->r < r)) best = &t;
    return *best;
}

// Where the weight of (output channel o, source channel i, kernel index t) of a group lies: o * by_out + i * by_in + t.
struct WeightSteps {
    int64_t by_out, by_in, by_group;
    int64_t kernel_row, kernel_sheet;  // kernel[2], kernel[1] * kernel[2]
};

template <class T>
struct Part {
    static constexpr int W = Lanes<T>::W;
    Axis axes[3];
    int64_t batch, groups, in, out;  // channels of a group
    const T* source;
    const T* bias;
    T* result;
    int64_t row, sheet, volume;      // of the result's planes
    // The plan.
    int64_t chain, together;         // in * taps; source channels whose terms come together
    bool direct, by_channels;
    int64_t panels, width;           // of output channels; the last panel may have less
    int64_t images, high;            // of a staged block: images, rows
    int64_t blocks_n, blocks_y, blocks_o;
    Stage stage;
    const T* packed;
    const int32_t* offsets;
    const T* padded_bias;

    int64_t lanes_of(int64_t p, int64_t* first) const {  // channels of panel p
        *first = p * width;
        return least(width, padded_out() - *first);
    }
    int64_t padded_out() const { return by_channels ? over(out, W) * W : out; }

    // When nothing is out of range, the source can be read where it lies; one row when every output is a pixel's own.
    void flatten() {
        Axis *z = axes, *y = axes + 1, *x = axes + 2;
        direct = z->inside() && y->inside() && x->inside() && x->step == 1;
        const bool points = z->taps * y->taps * x->taps == 1 && z->n == z->source && y->n == y->source && x->n == x->source;
        if (direct && points && z->step == 1 && y->step == 1 && z->dstep == 1 && y->dstep == 1 && x->dstep == 1) {
            x->n = x->source = x->n * y->n * z->n;
            z->n = z->source = y->n = y->source = 1;
            z->low = y->low = x->low = z->shift[0] = y->shift[0] = x->shift[0] = 0;
        }
        const int64_t planes = z->source * y->source * x->source;
        if (!kMasks || x->n < kPixels || (planes * int64_t(sizeof(T)) % 1024 == 0 && in > 8)) direct = false;  // channels that share a set of the cache
    }

    // How many of the vectors that are left of a row a tile takes.
    static int vectors_of(int64_t left) { return left >= 4 ? 4 : left >= 2 ? 2 : 1; }
    // `count` in parts of at most `high`, all but the last a multiple of 4 where that makes no more of them.
    static int64_t most_even(int64_t count, int64_t high) {
        const int64_t even = over(over(count, over(count, high)), 4) * 4;
        return even <= high ? even : high;
    }

    RL_NOINLINE void choose(const RlPool* pool) {
        Axis &z = axes[0], &y = axes[1], &x = axes[2];
        chain = in * z.taps * y.taps * x.taps;
        together = in % 16 || chain == in ? in : 16;
        const int64_t vectors = over(out, W);
        const double k = double(chain);
        by_channels = double(vectors * x.n) * (k / 2 + 7) < double(over(x.n, W) * out) * (k / 2 + 1.5);
        if (by_channels)
            width = least(vectors, 2) * W;
        else
            width = most_even(out, pixels_for<T>(vectors_of(over(x.n, W)), out).r);
        panels = over(padded_out(), width);
        const int64_t threads = pool ? pool->threads() : 1;
        images = 1;
        high = y.n;
        if (!direct) {
            const int64_t per_row = in * z.taps * y.phases * x.phases * (x.n + x.reach);
            high = most(1, least(y.n, kStaged / per_row - y.reach));
            if (high == y.n && groups * z.n == 1) images = most(1, least(batch, kStaged / (per_row * (y.n + y.reach))));
        }
        // Enough blocks for all threads: less images or rows in each, then less channels.
        const int64_t wanted = threads > 1 ? 4 * threads : 1, outer = groups * z.n;
        if (images > 1 && over(batch, images) * outer < wanted) images = most(1, batch * outer / wanted);
        blocks_n = over(batch, images);
        blocks_y = over(y.n, high);
        if (blocks_n * outer * blocks_y < wanted) blocks_y = most(blocks_y, least(over(wanted, blocks_n * outer), most(y.n / 4, 1)));
        high = over(y.n, blocks_y);
        blocks_y = over(y.n, high);
        const int64_t blocks = blocks_n * outer * blocks_y;
        blocks_o = blocks >= wanted ? 1 : least(panels, over(wanted, blocks));
        if (direct) {
            stage.set(axes, y.n, 1, 1);
            stage.pitch = x.source, stage.channel = z.source * y.source * x.source;
        } else {
            stage.set(axes, high, images, W);
        }
    }

    // Calls f(channel, tz, ty, tx) in the order of the chain: group after group of channels, tap by
    // tap in each, and all its channels for a tap.
    template <class F>
    void each_term(F f) const {
        for (int64_t i = 0; i < in; i += together)
            for (int tz = 0; tz < axes[0].taps; ++tz)
                for (int ty = 0; ty < axes[1].taps; ++ty)
                    for (int tx = 0; tx < axes[2].taps; ++tx)
                        for (int64_t c = i; c < least(i + together, in); ++c) f(c, tz, ty, tx);
    }

    void fill_offsets(int32_t* to) const {
        const int64_t row_step = axes[2].source, sheet_step = axes[1].source * row_step;
        each_term([&](int64_t c, int tz, int ty, int tx) {
            const int64_t at = direct ? axes[0].shift[tz] * sheet_step + axes[1].shift[ty] * row_step + axes[2].shift[tx] : stage.offset(tz, ty, tx);
            *to++ = int32_t(c * stage.channel + at);
        });
    }

    T* place_of(T* to, int64_t g, int64_t first) const { return to + (g * padded_out() + first) * chain; }

    // Packs the weights of one panel of one group: [k][lane].
    RL_NOINLINE void pack(const T* w, const WeightSteps& s, int64_t g, int64_t p, T* to) const {
        int64_t first;
        const int64_t lanes = lanes_of(p, &first), here = least(lanes, out - first);
        const T* from = w + g * s.by_group + first * s.by_out;
        const int64_t taps = axes[0].taps * axes[1].taps * axes[2].taps;
        if (by_channels && s.by_in == taps && s.by_out == chain) return pack_whole(from, here, lanes, to);
        each_term([&](int64_t c, int tz, int ty, int tx) {
            const T* at = from + c * s.by_in + axes[0].which[tz] * s.kernel_sheet + axes[1].which[ty] * s.kernel_row + axes[2].which[tx];
            for (int64_t j = 0; j < here; ++j) to[j] = at[j * s.by_out];
            for (int64_t j = here; j < lanes; ++j) to[j] = T(0);
            to += lanes;
        });
    }

    // The same where the weights lie as [lane][channel][tap], all taps in order: transposed as they lie, then sorted by taps.
    void pack_whole(const T* from, int64_t here, int64_t lanes, T* to) const {
        const int64_t taps = chain / in;
        T* lying = static_cast<T*>(scratch.get(size_t(together * taps * lanes) * sizeof(T)));
        for (int64_t c = 0; c < in; c += together, from += together * taps) {
            const int64_t some = least(together, in - c);
            turn_panel(from, chain, here, some * taps, lying, lanes);
            for (int64_t t = 0; t < taps; ++t)
                for (int64_t i = 0; i < some; ++i, to += lanes)
                    for (int64_t j = 0; j < lanes; j += W) store(to + j, load(lying + (i * taps + t) * lanes + j));
        }
    }

    // The terms that matter to row y of the outputs at z: taps of rows that exist. `skip` terms of each group come before.
    Chain terms(int64_t y, int64_t* skip) const {
        const Axis& a = axes[1];
        const int64_t groups = over(in, together), all = chain / groups, of_tap = all / (axes[0].taps * a.taps);
        *skip = 0;
        if (axes[0].taps > 1) return {1, chain, 0};
        int first = 0, last = a.taps;
        while (first + 1 < last && !exists(a, y, first)) ++first;
        while (first + 1 < last && !exists(a, y, last - 1)) --last;
        *skip = first * of_tap;
        return {groups, (last - first) * of_tap, all};
    }
    static bool exists(const Axis& a, int64_t y, int t) {
        const int64_t i = y * a.step + a.shift[t];
        return i >= 0 && i < a.source;
    }

    // Block b: some images, one group, one z, some rows, some panels.
    RL_NOINLINE void block(int64_t b, T* scratch) const {
        const int64_t o = b % blocks_o, yb = b / blocks_o % blocks_y, z = b / blocks_o / blocks_y % axes[0].n;
        const int64_t g = b / blocks_o / blocks_y / axes[0].n % groups, nb = b / blocks_o / blocks_y / axes[0].n / groups;
        const int64_t y0 = yb * high, y1 = least(y0 + high, axes[1].n), n0 = nb * images, n1 = least(n0 + images, batch);
        const int64_t planes = axes[0].source * axes[1].source * axes[2].source;
        if (!direct)
            for (int64_t n = n0; n < n1; ++n)
                stage_image(stage, source + (n * groups + g) * in * planes, in, z, y0, scratch + (n - n0) * stage.image);
        for (int64_t p = cut(panels, blocks_o, o); p < cut(panels, blocks_o, o + 1); ++p)
            for (int64_t n = n0, step_n; n < n1; n += step_n) {
                const int64_t left = n1 - n;
                step_n = by_channels ? images_at_once(p, left) : 1;
                T* out_at = result + (n * groups + g) * out * volume + (axes[0].dst0 + z * axes[0].dstep) * sheet;
                const T* x = direct ? source + (n * groups + g) * in * planes + z * axes[0].step * axes[1].source * axes[2].source
                                    : scratch + (n - n0) * stage.image;
                const int64_t step = direct ? axes[1].step * axes[2].source : stage.pitch;
                by_channels ? rows_by_channels(p, g, y0, y1, x + (direct ? y0 * step : 0), step, out_at, step_n)
                            : rows_by_pixels(p, g, y0, y1, x + (direct ? y0 * step : 0), step, out_at);
            }
    }

    RL_INLINE T* place(T* to, int64_t y, int64_t x) const {
        return to + (axes[1].dst0 + y * axes[1].dstep) * row + axes[2].dst0 + x * axes[2].dstep;
    }

    // Stores r outputs, of which `here` lanes count.
    void write(const T* sums, int64_t r, int64_t lanes, int64_t here, T* c) const {
        const int64_t dstep = axes[2].dstep;
        if (dstep == 1) return turn(sums, lanes, r, here, c, volume);
        for (int64_t j = 0; j < here; ++j)
            for (int64_t i = 0; i < r; ++i) c[j * volume + i * dstep] = sums[i * lanes + j];
    }

    // Rows of outputs of several images share the weights where they are short; of these `left` are left.
    int64_t images_at_once(int64_t p, int64_t left) const {
        int64_t first;
        return channels_for<T>(int(lanes_of(p, &first) / W), axes[2].n, direct ? 1 : left).h;
    }

    void rows_by_channels(int64_t p, int64_t g, int64_t y0, int64_t y1, const T* x, int64_t step, T* to, int64_t at_once) const {
        int64_t first;
        const int64_t lanes = lanes_of(p, &first), here = least(lanes, out - first), n = axes[2].n;
        const T* w = place_of(const_cast<T*>(packed), g, first);
        const T* b = padded_bias + g * padded_out() + first;
        const ChannelsTile<T>& tile = channels_for<T>(int(lanes / W), n, at_once);
        alignas(64) T sums[32 * W];
        to += first * volume;
        for (int64_t y = y0; y < y1; ++y, x += step) {
            int64_t skip;
            const Chain k = terms(y, &skip);
            for (int64_t at = 0; at < n; at += tile.o) {
                const int64_t begin = most(0, least(at, n - tile.o)), count = least(tile.o, n - begin);
                tile.run(k, x + begin, stage.image, offsets + skip, w + skip * lanes, b, sums);
                for (int h = 0; h < tile.h; ++h) write(sums + h * tile.o * lanes, count, lanes, here, place(to, y, begin) + h * groups * out * volume);
            }
        }
    }

    void rows_by_pixels(int64_t p, int64_t g, int64_t y0, int64_t y1, const T* x, int64_t step, T* to) const {
        int64_t first;
        const int64_t r = lanes_of(p, &first), n = axes[2].n, dstep = axes[2].dstep;
        const T* w = place_of(const_cast<T*>(packed), g, first);
        const T* b = padded_bias + g * padded_out() + first;
        alignas(64) T aside[32 * W];
        to += first * volume;
        for (int64_t y = y0; y < y1; ++y, x += step) {
            int64_t skip;
            const Chain k = terms(y, &skip);
            for (int64_t at = 0, v; at < n; at += v * W) {
                v = vectors_of(over(n - at, W));
                while (pixels_for<T>(int(v), r).r < r) v /= 2;
                const int64_t across = v * W, count = least(across, n - at);
                const int tail = int(count - across + W);
                const PixelsTile<T>& tile = pixels_for<T>(int(v), r);
                T* c = place(to, y, at);
                if (dstep == 1) {
                    tile.run(k, x + at, offsets + skip, w + skip * r, r, b, c, volume, int(r), tail);
                    continue;
                }
                tile.run(k, x + at, offsets + skip, w + skip * r, r, b, aside, across, int(r), tail);
                for (int64_t i = 0; i < r; ++i)
                    for (int64_t j = 0; j < count; ++j) c[i * volume + j * dstep] = aside[i * across + j];
            }
        }
    }

    // The bias of all panels, zeros where there is none.
    void fill_bias(T* to) const {
        for (int64_t g = 0; g < groups; ++g)
            for (int64_t j = 0; j < padded_out(); ++j) to[g * padded_out() + j] = bias && j < out ? bias[g * out + j] : T(0);
    }

    RL_NOINLINE bool run(const T* w, const WeightSteps& steps, const RlPool* pool) {
        flatten();
        const int64_t outputs = batch * groups * out * axes[0].n * axes[1].n * axes[2].n;
        const bool share = pool->pays(time_of(outputs, in * axes[0].taps * axes[1].taps * axes[2].taps));
        choose(share ? pool : nullptr);
        if ((in + 1) * stage.channel > INT32_MAX) return false;
        const int64_t weights = groups * padded_out() * chain, biases = groups * padded_out() + kPixels;
        const size_t bytes = size_t(over(weights + kPixels, W) * W + biases) * sizeof(T) + size_t(chain) * sizeof(int32_t);
        T* to = static_cast<T*>(second_scratch.get(bytes));
        if (!to) return false;
        T* bias_at = to + over(weights + kPixels, W) * W;
        fill_bias(bias_at);
        padded_bias = bias_at;
        int32_t* offset_at = reinterpret_cast<int32_t*>(bias_at + biases);
        fill_offsets(offset_at);
        offsets = offset_at;
        packed = to;
        std::atomic<bool> right{true};
        auto pack_some = [&](int64_t first, int64_t last) {
            if (!scratch.get(size_t(together * (chain / in) * 2 * W) * sizeof(T))) right = false;
            for (int64_t i = first; i < last && right; ++i) pack(w, steps, i / panels, i % panels, place_of(to, i / panels, i % panels * width));
        };
        share ? rl::parallel_for(pool, groups * panels, over(65536, chain * width), pack_some) : pack_some(0, groups * panels);
        const size_t staged = direct ? 0 : size_t(in * stage.channel + 8 * W) * sizeof(T);
        auto body = [&](int64_t first, int64_t last) {
            T* at = staged ? static_cast<T*>(scratch.get(staged)) : nullptr;
            if (staged && !at) right = false;
            for (int64_t i = first; i < last && right; ++i) block(i, at);
        };
        const int64_t blocks = blocks_n * groups * axes[0].n * blocks_y * blocks_o;
        const int64_t each = time_of(outputs, chain) / blocks + 1;
        share ? rl::parallel_for(pool, blocks, most(1, least(10000 / each, blocks / 8)), body) : body(0, blocks);
        return right;
    }
};

}  // namespace RL_NS
