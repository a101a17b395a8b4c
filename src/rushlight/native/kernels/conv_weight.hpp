// The gradient of a convolution's weight: the sum over images and outputs of y's gradient times what its tap saw.
//
// Three ways. With many source channels both sides are transposed block by block, channels last: a tile's lanes
// run along source channels and y's gradient is broadcast (`WeighChannels`). With few, the lanes run along output channels
// and the source is broadcast (`WeighTaps`). In both each sum is one chain over all outputs, as in PyTorch. With few
// of either, as in depthwise convolutions, the sum is a dot product of two runs through a whole block, row ends and all: y's gradient is staged with the source's
// pitch and zeros between its rows (`Weigh`). There a tile holds R output channels times C taps; its lanes are summed at
// the end of the block, and the blocks' sums are added in their order, which the shape alone decides.
#pragma once
#include <cmath>

#include "conv_parts.hpp"

namespace RL_NS {

constexpr int64_t kRun = 2560;          // elements of a run, about: R + a few of them stay in the first cache
constexpr int64_t kStagedRuns = 160 * 1024;
constexpr int kTileOut = 3;
constexpr int kDots = 24;               // of a tile, at most

// The tile with the least work for r by c, the `size` of a tile being its work.
template <class Tile, int N>
const Tile& least_work(const Tile (&all)[N], int64_t r, int64_t c) {
    const Tile* best = nullptr;
    int64_t work = 0;
    for (const Tile& t : all) {
        const int64_t takes = over(r, t.r) * over(c, t.c) * (t.r * t.c + t.r + t.c);
        if (!best || takes < work) best = &t, work = takes;
    }
    return *best;
}

// dots[i * C + j] = the lanes of the sum over s, p of g[i * gs + s * length + p] * x[offset[j] + s * image + p].
template <class T, int R, int C>
void weight_tile(int64_t segments, int64_t length, const T* g, int64_t gs, const T* x, const int32_t* offset, int64_t image, T* dots) {
    constexpr int W = Lanes<T>::W;
    Vec<T> acc[R * C];
    RL_UNROLL for (int i = 0; i < R * C; ++i) acc[i] = Vec<T>{};
    for (int64_t s = 0; s < segments; ++s) {
        const T* seen[C];
        RL_UNROLL for (int j = 0; j < C; ++j) seen[j] = x + s * image + offset[j];
        for (int64_t p = 0; p < length; p += W) {
            Vec<T> each[R];
            RL_UNROLL for (int i = 0; i < R; ++i) each[i] = load(g + i * gs + p);
            RL_UNROLL for (int j = 0; j < C; ++j) {
                const Vec<T> v = load(seen[j] + p);
                RL_UNROLL for (int i = 0; i < R; ++i) acc[i * C + j] += each[i] * v;
            }
        }
        g += length;
    }
    RL_UNROLL for (int i = 0; i < R * C; ++i) store(dots + i * W, acc[i]);
}

template <class T>
struct WeightTile {
    int r, c;
    void (*run)(int64_t, int64_t, const T*, int64_t, const T*, const int32_t*, int64_t, T*);
};
template <class T>
struct WeightTiles {
    static constexpr WeightTile<T> all[] = {{1, 3, weight_tile<T, 1, 3>}, {1, 9, weight_tile<T, 1, 9>}, {3, 3, weight_tile<T, 3, 3>}};
};

// total[i * E + j] += the sum of the lanes of dot i * C + j.
template <class T>
RL_NOINLINE void add_dots(T* dots, int rows, int columns, int C, T* total, int64_t E) {
    constexpr int W = Lanes<T>::W;
    for (int q = 0; q < rows * C; q += W) {
        Vec<T> some[W];
        RL_UNROLL for (int i = 0; i < W; ++i) some[i] = load(dots + (q + i) * W);
        store(dots + q, sums<T>(some));
    }
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns; ++j) total[i * E + j] += dots[i * C + j];
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
        for (int i = 0; i < kDots; ++i) offsets[some_c * taps + i] = 0;
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
        const WeightTile<T>& tile = least_work(WeightTiles<T>::all, outs, entries);
        const int64_t gs = segments * length;
        T dots[(kDots + W) * W];
        for (int64_t o = 0; o < outs; o += tile.r)
            for (int64_t e = 0; e < entries; e += tile.c) {
                tile.run(segments, length, g + o * gs, gs, x, offsets + e, stage.image, dots);
                add_dots(dots, int(least(tile.r, outs - o)), int(least(tile.c, entries - e)), tile.c, to + o * all + e, all);
            }
    }

    bool run(const RlPool* pool) {
        choose();
        taps = axes[0].taps * axes[1].taps * axes[2].taps;
        const int64_t some_c = most(1, least(in, kStagedRuns / stage.channel)), some_o = most(kTileOut, least(out, kStagedRuns / (images * length)));
        const int64_t work = time_of(batch * groups * out * axes[0].n * axes[1].n * axes[2].n, in * taps);
        const bool share = pool->pays(work);
        int64_t pieces_c = 1, pieces_o = 1;
        const int64_t wanted = share ? 2 * pool->threads() : 1;
        if (groups < wanted) {
            if (in >= wanted)
                pieces_c = over(wanted, groups);
            else
                pieces_o = least(out, over(wanted, groups));
        }
        int32_t* at = static_cast<int32_t*>(second_scratch.get(size_t(taps) * sizeof(int32_t)));
        if (!at || (some_c + 1) * stage.channel > INT32_MAX) return false;
        tap_offset = at;
        for (int tz = 0; tz < axes[0].taps; ++tz)
            for (int ty = 0; ty < axes[1].taps; ++ty)
                for (int tx = 0; tx < axes[2].taps; ++tx) *at++ = int32_t(stage.offset(tz, ty, tx));
        const int64_t count = groups * out * in * taps;
        for (int64_t i = 0; i < count; ++i) total[i] = T(0);
        const size_t for_x = size_t(some_c * stage.channel + slack() + 2 * W), for_g = size_t((some_o + kTileOut) * images * length + 2 * W);
        const size_t bytes = (for_x + for_g) * sizeof(T) + size_t(some_c * taps + kDots) * sizeof(int32_t);
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

// ---- many source channels ----

constexpr int64_t kBlock = 224;  // outputs of a block, about: what a tile reads of them stays in the first cache

// Rows of outputs in a block, and where they lie: `images` times `rows` rows of n.
struct Rows {
    int64_t images, rows, n;
    int64_t x_image, x_row;  // steps of the source, in places
};

// sums[i][lane] += sum over the outputs of g[output][i] * x[its place][lane], R output channels, of which `rows` count, V vectors
// of source channels.
template <class T, int V, int R>
void weight_channels(const Rows& k, const T* g, int64_t gs, const T* x, T* sums, int rows) {
    constexpr int W = Lanes<T>::W;
    Vec<T> acc[R][V];
    RL_UNROLL for (int i = 0; i < R; ++i) RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] = load(sums + (i * V + j) * W);
    for (int64_t m = 0; m < k.images; ++m)
        for (int64_t y = 0; y < k.rows; ++y) {
            const T* at = x + (m * k.x_image + y * k.x_row) * V * W;
            for (int64_t p = 0; p < k.n; ++p, g += gs, at += V * W) {
                Vec<T> seen[V];
                RL_UNROLL for (int j = 0; j < V; ++j) seen[j] = load(at + j * W);
                RL_UNROLL for (int i = 0; i < R; ++i) {
                    const Vec<T> each = splat<T>(g[i]);
                    RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] += each * seen[j];
                }
            }
        }
    RL_UNROLL for (int i = 0; i < R; ++i) {
        if (i >= rows) return;
        RL_UNROLL for (int j = 0; j < V; ++j) store(sums + (i * V + j) * W, acc[i][j]);
    }
}

// sums[i][lane] += sum over the outputs of x[offset[i] + its place] * g[output][lane], R taps and V vectors of output channels;
// rows of sums are `ss` apart, `rows` of them count.
template <class T, int V, int R>
void weight_taps(const Rows& k, const T* x, const int32_t* offset, const T* g, int64_t gs, T* sums, int64_t ss, int rows) {
    constexpr int W = Lanes<T>::W;
    Vec<T> acc[R][V];
    const T* seen[R];
    RL_UNROLL for (int i = 0; i < R; ++i) RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] = i < rows ? load(sums + i * ss + j * W) : Vec<T>{};
    for (int64_t m = 0; m < k.images; ++m)
        for (int64_t y = 0; y < k.rows; ++y) {
            RL_UNROLL for (int i = 0; i < R; ++i) seen[i] = x + m * k.x_image + y * k.x_row + offset[i];
            for (int64_t p = 0; p < k.n; ++p, g += gs) {
                Vec<T> row[V];
                RL_UNROLL for (int j = 0; j < V; ++j) row[j] = load(g + j * W);
                RL_UNROLL for (int i = 0; i < R; ++i) {
                    const Vec<T> each = splat<T>(seen[i][p]);
                    RL_UNROLL for (int j = 0; j < V; ++j) acc[i][j] += each * row[j];
                }
            }
        }
    RL_UNROLL for (int i = 0; i < R; ++i) {
        if (i >= rows) return;
        RL_UNROLL for (int j = 0; j < V; ++j) store(sums + i * ss + j * W, acc[i][j]);
    }
}

// Tiles of v vectors and r rows.
template <class T>
struct RowsOfChannels {
    int v, r;
    void (*run)(const Rows&, const T*, int64_t, const T*, T*, int);
};
template <class T>
struct RowsOfTaps {
    int v, r;
    void (*run)(const Rows&, const T*, const int32_t*, const T*, int64_t, T*, int64_t, int);
};
template <class T>
struct WeightRows {
#if RL_REGISTERS == 32
    static constexpr RowsOfChannels<T> channels[] = {{1, 12, weight_channels<T, 1, 12>}, {2, 4, weight_channels<T, 2, 4>}, {2, 12, weight_channels<T, 2, 12>}};
    static constexpr RowsOfTaps<T> taps[] = {{1, 12, weight_taps<T, 1, 12>}, {2, 4, weight_taps<T, 2, 4>}, {2, 12, weight_taps<T, 2, 12>}};
#else
    static constexpr RowsOfChannels<T> channels[] = {{1, 8, weight_channels<T, 1, 8>}, {2, 2, weight_channels<T, 2, 2>}, {2, 6, weight_channels<T, 2, 6>}};
    static constexpr RowsOfTaps<T> taps[] = {{1, 8, weight_taps<T, 1, 8>}, {2, 2, weight_taps<T, 2, 2>}, {2, 6, weight_taps<T, 2, 6>}};
#endif
};
#if RL_REGISTERS == 32
template <>
struct WeightRows<float> {
    using T = float;
    static constexpr RowsOfChannels<T> channels[] = {{1, 8, weight_channels<T, 1, 8>}, {1, 22, weight_channels<T, 1, 22>}, {2, 4, weight_channels<T, 2, 4>},
                                                     {2, 8, weight_channels<T, 2, 8>}, {2, 11, weight_channels<T, 2, 11>}, {2, 13, weight_channels<T, 2, 13>}};
    static constexpr RowsOfTaps<T> taps[] = {{1, 12, weight_taps<T, 1, 12>}, {1, 22, weight_taps<T, 1, 22>}, {2, 4, weight_taps<T, 2, 4>},
                                             {2, 9, weight_taps<T, 2, 9>}, {2, 13, weight_taps<T, 2, 13>}};
};
#endif

// The tile of v vectors that goes over n rows in the shortest time.
template <class Tile, int N>
const Tile& rows_for(const Tile (&all)[N], int v, int64_t n) {
    const Tile* best = nullptr;
    int64_t time = 0;
    for (const Tile& t : all) {
        const int64_t takes = over(n, t.r) * most(t.r * v + v, 8);
        if (t.v == v && (!best || takes < time)) best = &t, time = takes;
    }
    return *best;
}

// What both have in common: blocks of outputs, y's gradient channels last.
template <class T>
struct WeighBlocks {
    static constexpr int W = Lanes<T>::W;
    Axis axes[3];
    int64_t batch, groups, in, out, taps, images, high;
    const T *grad, *source;
    T *total, *sums;
    Stage stage;

    void choose_blocks() {
        taps = axes[0].taps * axes[1].taps * axes[2].taps;
        const int64_t plane = axes[1].n * axes[2].n;
        high = least(axes[1].n, over(kBlock, axes[2].n));
        high = over(axes[1].n, over(axes[1].n, high));
        images = plane < kBlock && axes[0].n == 1 ? least(batch, kBlock / plane) : 1;
        stage.set(axes, high, images, W);
    }
    int64_t width(int64_t outs) const { return (over(outs, W) | 1) * W; }  // odd, so that places spread over the cache
    int64_t for_grad(int64_t outs) const { return images * high * axes[2].n * width(outs) + kPixels; }
    int64_t source_volume() const { return axes[0].source * axes[1].source * axes[2].source; }

    void stage_channels(int64_t g, int64_t first, int64_t count, int64_t n0, int64_t n1, int64_t z, int64_t y0, T* to) const {
        for (int64_t n = n0; n < n1; ++n)
            stage_image(stage, source + ((n * groups + g) * in + first) * source_volume(), count, z, y0, to + (n - n0) * stage.image);
    }

    // Calls f(n0, n1, z, y0, y1) for each block, with output channels [o0, o1) of the gradient staged.
    template <class F>
    void each_block(int64_t g, int64_t o0, int64_t o1, T* staged_g, F f) const {
        const int64_t volume = axes[0].n * axes[1].n * axes[2].n, sheet = axes[1].n * axes[2].n, gs = width(o1 - o0);
        for (int64_t n = 0; n < batch; n += images)
            for (int64_t z = 0; z < axes[0].n; ++z)
                for (int64_t y = 0; y < axes[1].n; y += high) {
                    const int64_t n1 = least(n + images, batch), y1 = least(y + high, axes[1].n), places = (y1 - y) * axes[2].n;
                    for (int64_t m = n; m < n1; ++m)
                        turn_panel(grad + ((m * groups + g) * out + o0) * volume + z * sheet + y * axes[2].n, volume, o1 - o0, places,
                                   staged_g + (m - n) * places * gs, gs);
                    f(n, n1, z, y, y1);
                }
    }

    // Runs `piece(i, scratch)` for all pieces, on the pool where it pays; false when memory lacks.
    template <class F>
    bool share(const RlPool* pool, bool pays, int64_t pieces, int64_t elements, F piece) const {
        std::atomic<bool> right{true};
        auto body = [&](int64_t first, int64_t last) {
            T* to = static_cast<T*>(scratch.get(size_t(elements) * sizeof(T)));
            if (!to) right = false;
            for (int64_t i = first; i < last && right; ++i) piece(i, to);
        };
        pays ? rl::parallel_for(pool, pieces, 1, body) : body(0, pieces);
        return right;
    }
    bool pays(const RlPool* pool) const {
        return pool->pays(time_of(batch * groups * out * axes[0].n * axes[1].n * axes[2].n, in * taps));
    }
    bool clear_sums(int64_t count) {
        sums = static_cast<T*>(second_scratch.get(size_t(count + kPixels * 2 * W) * sizeof(T)));
        for (int64_t i = 0; sums && i < count; ++i) sums[i] = T(0);
        return sums;
    }
};

template <class T>
struct WeighChannels : WeighBlocks<T> {
    using Base = WeighBlocks<T>;
    using Base::W, Base::axes, Base::in, Base::out, Base::groups, Base::taps, Base::stage, Base::sums, Base::width;
    int64_t panels;

    int64_t first_of(int64_t p) const { return cut(over(in, W), panels, p) * W; }
    int64_t lanes_of(int64_t p) const { return first_of(p + 1) - first_of(p); }
    // Sums lie as [group][panel][tap][output channel][lane].
    T* sums_of(int64_t g, int64_t p, int64_t t, int64_t o) const {
        return sums + (g * over(in, W) * W + first_of(p)) * taps * out + (t * out + o) * lanes_of(p);
    }

    // Output channels [o0, o1) and one panel of source channels, over one block.
    void block(int64_t g, int64_t o0, int64_t o1, int64_t p, int64_t n, int64_t z, int64_t y0, int64_t y1, int64_t n0, T* natural, T* x, const T* staged_g) const {
        const int64_t lanes = lanes_of(p), here = least(lanes, in - first_of(p)), gs = width(o1 - o0);
        const int v = int(lanes / W);
        this->stage_channels(g, first_of(p), here, n0, n, z, y0, natural);
        turn_panel(natural, stage.channel, here, (n - n0) * stage.image, x, lanes);
        const Rows rows = {n - n0, y1 - y0, axes[2].n, stage.image, stage.pitch};
        const RowsOfChannels<T>& tile = rows_for(WeightRows<T>::channels, v, o1 - o0);
        for (int64_t o = o0; o < o1; o += tile.r)
            for (int tz = 0, t = 0; tz < axes[0].taps; ++tz)
                for (int ty = 0; ty < axes[1].taps; ++ty)
                    for (int tx = 0; tx < axes[2].taps; ++tx, ++t)
                        tile.run(rows, staged_g + o - o0, gs, x + stage.offset(tz, ty, tx) * lanes, sums_of(g, p, t, o), int(least(tile.r, o1 - o)));
    }

    void write(int64_t g, int64_t o0, int64_t o1, int64_t p) const {
        const int64_t first = first_of(p), here = least(lanes_of(p), in - first);
        for (int64_t o = o0; o < o1; ++o)
            for (int64_t t = 0; t < taps; ++t) {
                const T* from = sums_of(g, p, t, o);
                T* to = this->total + ((g * out + o) * in + first) * taps + t;
                for (int64_t c = 0; c < here; ++c) to[c * taps] = from[c];
            }
    }

    bool run(const RlPool* pool) {
        this->choose_blocks();
        panels = over(over(in, W), 2);
        if (!this->clear_sums(groups * over(in, W) * W * taps * out)) return false;
        const bool pays = this->pays(pool);
        const int64_t wanted = pays ? over(pool->threads(), groups) : 1, pieces_p = least(panels, wanted);
        const int64_t pieces_o = least(over(out, W), over(wanted, pieces_p)), natural = 2 * W * stage.channel, staged = 2 * W * stage.images * stage.image;
        return this->share(pool, pays, groups * pieces_p * pieces_o, natural + staged + this->for_grad(over(out, pieces_o)), [&](int64_t i, T* to) {
            const int64_t p = i % pieces_p, o = i / pieces_p % pieces_o, g = i / pieces_p / pieces_o, o0 = cut(out, pieces_o, o), o1 = cut(out, pieces_o, o + 1);
            const int64_t p0 = cut(panels, pieces_p, p), p1 = cut(panels, pieces_p, p + 1);
            T* staged_g = to + natural + staged;
            this->each_block(g, o0, o1, staged_g, [&](int64_t n0, int64_t n1, int64_t z, int64_t y0, int64_t y1) {
                for (int64_t q = p0; q < p1; ++q) block(g, o0, o1, q, n1, z, y0, y1, n0, to, to + natural, staged_g);
            });
            for (int64_t q = p0; q < p1; ++q) write(g, o0, o1, q);
        });
    }
};

template <class T>
struct WeighTaps : WeighBlocks<T> {
    using Base = WeighBlocks<T>;
    using Base::W, Base::axes, Base::in, Base::out, Base::groups, Base::taps, Base::stage, Base::sums, Base::width;

    bool run(const RlPool* pool) {
        this->choose_blocks();
        const int64_t entries = in * taps, vectors = over(out, W), panels = over(vectors, 2), across = vectors * W;
        if (!this->clear_sums(groups * entries * across)) return false;
        const bool pays = this->pays(pool);
        const int64_t pieces = least(over(entries, 4), pays ? over(pool->threads(), groups) : 1), natural = over(in * stage.channel, W) * W;
        const int64_t grad = this->for_grad(out);
        return this->share(pool, pays, groups * pieces, natural + grad + entries + kPixels + W, [&](int64_t i, T* to) {
            const int64_t g = i / pieces, e0 = cut(entries, pieces, i % pieces), e1 = cut(entries, pieces, i % pieces + 1);
            const int64_t c0 = e0 / taps, c1 = (e1 - 1) / taps + 1, gs = width(out);
            int32_t* offsets = reinterpret_cast<int32_t*>(to + natural + grad);
            fill_offsets(offsets, c0);
            this->each_block(g, 0, out, to + natural, [&](int64_t n0, int64_t n1, int64_t z, int64_t y0, int64_t y1) {
                this->stage_channels(g, c0, c1 - c0, n0, n1, z, y0, to);
                const Rows rows = {n1 - n0, y1 - y0, axes[2].n, stage.image, stage.pitch};
                for (int64_t p = 0; p < panels; ++p) {
                    const int64_t v0 = cut(vectors, panels, p), v = cut(vectors, panels, p + 1) - v0;
                    const RowsOfTaps<T>& tile = rows_for(WeightRows<T>::taps, int(v), e1 - e0);
                    for (int64_t e = e0; e < e1; e += tile.r)
                        tile.run(rows, to, offsets + e, to + natural + v0 * W, gs, sums + (g * entries + e) * across + v0 * W, across, int(least(tile.r, e1 - e)));
                }
            });
            for (int64_t e = e0; e < e1; ++e)
                for (int64_t o = 0; o < out; ++o) this->total[(g * out + o) * entries + e] = sums[(g * entries + e) * across + o];
        });
    }

    // Where every tap of every channel lies, counted from channel c0.
    void fill_offsets(int32_t* to, int64_t c0) const {
        for (int64_t c = 0; c < in; ++c)
            for (int tz = 0; tz < axes[0].taps; ++tz)
                for (int ty = 0; ty < axes[1].taps; ++ty)
                    for (int tx = 0; tx < axes[2].taps; ++tx) *to++ = int32_t((c - c0) * stage.channel + stage.offset(tz, ty, tx));
        for (int i = 0; i < kPixels; ++i) *to++ = 0;
    }
};

template <class P, class T>
bool weigh(const RlConv* c, const void* y, const void* x, void* w, const RlPool* pool) {
    P p;
    for (int d = 0; d < 3; ++d) p.axes[d] = forward_axis(*c, d);
    p.batch = c->batch, p.groups = c->groups, p.in = c->in, p.out = c->out;
    p.grad = static_cast<const T*>(y), p.source = static_cast<const T*>(x), p.total = static_cast<T*>(w);
    return p.run(pool);
}

template <class T>
bool convolve_weight(const RlConv* c, const void* y, const void* x, void* w, const RlPool* pool) {
    if (4 * c->in >= 3 * Lanes<T>::W) return weigh<WeighChannels<T>, T>(c, y, x, w, pool);
    return c->out >= 4 ? weigh<WeighTaps<T>, T>(c, y, x, w, pool) : weigh<Weigh<T>, T>(c, y, x, w, pool);
}

}  // namespace RL_NS
