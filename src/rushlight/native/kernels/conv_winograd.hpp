// 3x3 convolutions with unit steps by Winograd's F(2x2, 3x3): 16 multiplications for 4 outputs instead of 36.
//
// Tiles of 4x4 of the source overlap by two. A tile d becomes B'dB, each kernel g becomes GgG', their products are added up over the
// channels for each of the 16 places apart, a matrix product that `channels_tile` does, and A'mA gives 2x2 outputs
// (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015). The source of a block is staged with even and odd rows and columns apart, so
// that the lanes of its transform run along tiles; those of the others run along output channels. Factors are 1 and 1/2 alone,
// so errors stay near those of the direct sums. A block's transforms stay in the second cache.
//
// An output may meet values outside its own window, which cancel if they are finite: where any output is not, all are computed
// directly instead.
#pragma once
#include "conv.hpp"

namespace RL_NS {

constexpr int64_t kWinogradBlock = 128 * 1024;   // elements of a block's transformed source, about
constexpr int64_t kWinogradPlaces = 28;          // tiles of a block at least, and of a convolution at all
constexpr bool kWinograd = RL_VECTOR_BYTES > 16 || RL_REGISTERS == 32;  // on the oldest processors small code comes first
constexpr int64_t kWinogradChannels = 32;        // with fewer channels the transforms take longer than they save

template <class T>
struct Winograd {
    static constexpr int W = Lanes<T>::W;
    Part<T> part;
    Axis axes[3];                    // of the tiles
    Stage stage;
    int64_t images, high, places, pitch;   // of a block: images, rows of tiles, tiles in all; elements from channel to channel
    int64_t blocks_n, blocks_y, blocks_o;
    T* weights;                      // [panel][place of 16][channel][lane]
    const T* zeros;                  // and the bias behind them
    const T* bias;
    std::atomic<bool> finite{true};

    explicit Winograd(const Part<T>& p) : part(p) {}

    static bool three(const Axis& a) {
        return a.taps == 3 && a.step == 1 && a.dstep == 1 && a.dst0 == 0 && a.shift[1] - a.low == 1 && std::abs(a.shift[2] - a.shift[0]) == 2;
    }
    static bool suits(const Part<T>& p) {
        const Axis &z = p.axes[0], &y = p.axes[1], &x = p.axes[2];
        const bool flat = z.n == 1 && z.source == 1 && z.taps == 1 && z.shift[0] == 0;
        return flat && three(y) && three(x) && p.groups == 1 && p.in >= kWinogradChannels && p.out >= kWinogradChannels &&
               y.n >= 12 && x.n >= 12 && p.batch * over(y.n, 2) * over(x.n, 2) >= kWinogradPlaces;
    }

    static Axis of_tiles(const Axis& a) {
        Axis b = a;
        b.n = over(a.n, 2), b.step = 2, b.taps = 4;
        for (int t = 0; t < 4; ++t) b.shift[t] = a.low + t;
        b.lay_out();
        return b;
    }

    void choose(const RlPool* pool) {
        part.chain = 9 * part.in, part.together = part.in, part.by_channels = true;
        part.width = least(over(part.out, W), 2) * W;
        part.panels = over(part.padded_out(), part.width);
        axes[0] = part.axes[0], axes[1] = of_tiles(part.axes[1]), axes[2] = of_tiles(part.axes[2]);
        const int64_t across = axes[2].n + 1, most_places = most(kWinogradPlaces, kWinogradBlock / (16 * part.in));
        high = most(1, least(axes[1].n, most_places / across));
        images = high == axes[1].n ? most(1, least(part.batch, most_places / (across * high))) : 1;
        const int64_t wanted = pool ? 3 * pool->threads() : 1;
        if (over(part.batch, images) < wanted && images > 1) images = most(1, part.batch / wanted);
        blocks_n = over(part.batch, images);
        blocks_y = over(axes[1].n, high);
        if (blocks_n * blocks_y < wanted) blocks_y = most(blocks_y, least(over(wanted, blocks_n), axes[1].n));
        high = over(axes[1].n, blocks_y);
        blocks_y = over(axes[1].n, high);
        blocks_o = blocks_n * blocks_y >= wanted ? 1 : least(part.panels, over(wanted, blocks_n * blocks_y));
        stage.set(axes, high, 1, W);
        places = images * high * stage.pitch;
        pitch = over(places, W) * W + W;
        if (pitch % 256 == 0) pitch += W;
    }

    // GgG' of a panel's kernels.
    RL_NOINLINE void transform_weights(const T* w, const WeightSteps& steps, int64_t p, T* packed) const {
        int64_t first;
        const int64_t lanes = part.lanes_of(p, &first), in = part.in;
        T* to = weights + first * 16 * in;
        part.pack(w, steps, 0, p, packed);
        const Vec<T> half = splat<T>(T(0.5));
        for (int64_t at = 0; at < in * lanes; at += W) {
            Vec<T> rows[4][3];
            for (int x = 0; x < 3; ++x) {
                Vec<T> g[3];
                for (int y = 0; y < 3; ++y) g[part.axes[1].shift[y] - part.axes[1].low] = load(packed + (y * 3 + x) * in * lanes + at);
                halves(g, half, rows, int(part.axes[2].shift[x] - part.axes[2].low));
            }
            for (int i = 0; i < 4; ++i) {
                Vec<T> found[4][1];
                halves(rows[i], half, found, 0);
                for (int j = 0; j < 4; ++j) store(to + (i * 4 + j) * in * lanes + at, found[j][0]);
            }
        }
    }
    template <int N>
    static RL_INLINE void halves(const Vec<T>* g, const Vec<T>& half, Vec<T> (*to)[N], int at) {
        const Vec<T> ends = half * (g[0] + g[2]), middle = half * g[1];
        to[0][at] = g[0], to[1][at] = ends + middle, to[2][at] = ends - middle, to[3][at] = g[2];
    }

    // B'dB of all channels of a block: to[place of 16][channel][tile].
    RL_NOINLINE void transform_source(int64_t n0, int64_t n1, int64_t y0, T* staged, T* to) const {
        const int64_t plane = axes[1].source * axes[2].source, count = high * stage.pitch;
        int64_t at[4][4];
        for (int i = 0; i < 4; ++i)
            for (int j = 0; j < 4; ++j) at[i][j] = stage.offset(0, i, j);
        for (int64_t c = 0; c < part.in; ++c)
            for (int64_t n = n0; n < n1; ++n) {
                stage_image(stage, part.source + (n * part.in + c) * plane, 1, 0, y0, staged);
                T* here = to + c * pitch + (n - n0) * count;
                for (int64_t t = 0; t < count; t += W) {
                    Vec<T> rows[4][4];
                    RL_UNROLL for (int j = 0; j < 4; ++j) {
                        const Vec<T> d0 = load(staged + at[0][j] + t), d1 = load(staged + at[1][j] + t), d2 = load(staged + at[2][j] + t), d3 = load(staged + at[3][j] + t);
                        rows[0][j] = d0 - d2, rows[1][j] = d1 + d2, rows[2][j] = d2 - d1, rows[3][j] = d1 - d3;
                    }
                    T* place = here + t;
                    const int64_t next = part.in * pitch;
                    RL_UNROLL for (int i = 0; i < 4; ++i, place += 4 * next) {
                        store(place, rows[i][0] - rows[i][2]);
                        store(place + next, rows[i][1] + rows[i][2]);
                        store(place + 2 * next, rows[i][2] - rows[i][1]);
                        store(place + 3 * next, rows[i][1] - rows[i][3]);
                    }
                }
            }
    }

    // A'mA of one tile: two outputs in each of two lines.
    RL_INLINE void outputs(const T* m, int64_t next, const T* b, T* line0, T* line1, int64_t lanes, Vec<T>* sum) const {
        for (int64_t j = 0; j < lanes; j += W) {
            Vec<T> rows[2][4];
            RL_UNROLL for (int x = 0; x < 4; ++x) {
                const T* at = m + x * next + j;
                const Vec<T> m0 = load(at), m1 = load(at + 4 * next), m2 = load(at + 8 * next), m3 = load(at + 12 * next);
                rows[0][x] = m0 + (m1 + m2), rows[1][x] = (m1 - m2) - m3;
            }
            const Vec<T> more = load(b + j);
            RL_UNROLL for (int i = 0; i < 2; ++i) {
                T* line = i ? line1 : line0;
                const Vec<T> left = rows[i][0] + (rows[i][1] + rows[i][2]) + more, right = (rows[i][1] - rows[i][2]) - rows[i][3] + more;
                store(line + j, left), store(line + lanes + j, right);
                *sum = *sum + (left + right) * splat<T>(T(0));
            }
        }
    }

    // Tiles [begin, end) of a block, whose products are m[place of 16][tile][lane].
    RL_NOINLINE void write(const T* m, int64_t next, int64_t begin, int64_t end, int64_t n0, int64_t y0, int64_t p, T* lines, Vec<T>* sum) const {
        int64_t first;
        const int64_t lanes = part.lanes_of(p, &first), here = least(lanes, part.out - first), across = axes[2].n;
        const int64_t apart = 2 * kPixels * lanes;
        for (int64_t t = begin, last; t < end; t = last) {
            const int64_t line = t / stage.pitch, x = t - line * stage.pitch, row_end = line * stage.pitch + across;
            last = t == row_end ? t + 1 : least(row_end, end);  // behind a row's last tile there is one that counts for nothing
            if (t == row_end) continue;
            for (int64_t i = t; i < last; ++i)
                outputs(m + (i - begin) * lanes, next, bias + first, lines + 2 * (i - t) * lanes, lines + 2 * (i - t) * lanes + apart, lanes, sum);
            const int64_t n = n0 + line / high, y = 2 * (y0 + line % high), count = least(2 * (last - t), part.axes[2].n - 2 * x);
            if (y >= part.axes[1].n) continue;
            T* to = part.result + (n * part.out + first) * part.volume + y * part.row + 2 * x;
            turn(lines, lanes, count, here, to, part.volume);
            if (y + 1 < part.axes[1].n) turn(lines + apart, lanes, count, here, to + part.row, part.volume);
        }
    }

    RL_NOINLINE void block(int64_t b, T* memory, const int32_t* offsets) {
        const int64_t o = b % blocks_o, yb = b / blocks_o % blocks_y, nb = b / blocks_o / blocks_y;
        const int64_t n0 = nb * images, n1 = least(n0 + images, part.batch), y0 = yb * high, in = part.in;
        const int64_t rows = least(high, axes[1].n - y0);
        const int64_t count = n1 - n0 > 1 ? (n1 - n0) * high * stage.pitch : rows * stage.pitch;
        T *lines = memory, *m = lines + 4 * kPixels * 2 * W, *staged = m + 16 * 32 * W, *x = staged + staged_size();
        transform_source(n0, n1, y0, staged, x);
        Vec<T> sum{};
        for (int64_t p = cut(part.panels, blocks_o, o); p < cut(part.panels, blocks_o, o + 1); ++p) {
            int64_t first;
            const int64_t lanes = part.lanes_of(p, &first);
            const ChannelsTile<T>& tile = channels_for<T>(int(lanes / W), count, 1);
            const int64_t next = tile.o * lanes;
            for (int64_t at = 0; at < count; at += tile.o) {
                for (int i = 0; i < 16; ++i)
                    tile.run({1, in, in}, x + i * in * pitch + at, 0, offsets, weights + (first * 16 + i * lanes) * in, zeros, m + i * next);
                write(m, next, at, least(at + tile.o, count), n0, y0, p, lines, &sum);
            }
        }
        for (int j = 0; j < W; ++j)
            if (!(sum[j] == T(0))) finite = false;
    }
    int64_t staged_size() const { return over(stage.image + W, W) * W + W; }

    // False when memory lacks, or when an output is not finite.
    bool run(const T* w, const WeightSteps& steps, const RlPool* pool) {
        const int64_t outputs = part.batch * part.out * part.axes[1].n * part.axes[2].n, in = part.in;
        const bool share = pool->pays(time_of(outputs, 4 * in));
        choose(share ? pool : nullptr);
        if (in * pitch > INT32_MAX) return false;
        const int64_t count = part.padded_out() * 16 * in;
        T* at = static_cast<T*>(second_scratch.get(size_t(count + 2 * W + part.padded_out() + kPixels) * sizeof(T) + size_t(in) * sizeof(int32_t)));
        if (!at) return false;
        weights = at, zeros = at + count, bias = zeros + 2 * W;
        for (int64_t i = 0; i < 2 * W; ++i) at[count + i] = T(0);
        part.fill_bias(at + count + 2 * W);
        int32_t* offsets = reinterpret_cast<int32_t*>(at + count + 2 * W + part.padded_out() + kPixels);
        for (int64_t c = 0; c < in; ++c) offsets[c] = int32_t(c * pitch);
        std::atomic<bool> right{true};
        auto weigh = [&](int64_t first, int64_t last) {
            T* packed = static_cast<T*>(copy_scratch.get(size_t(9 * in * part.width) * sizeof(T)));
            if (!packed || !scratch.get(size_t(9 * in * part.width) * sizeof(T))) right = false;
            for (int64_t p = first; p < last && right; ++p) transform_weights(w, steps, p, packed);
        };
        share ? rl::parallel_for(pool, part.panels, 1, weigh) : weigh(0, part.panels);
        const size_t bytes = size_t(4 * kPixels * 2 * W + 16 * 32 * W + staged_size() + 16 * in * pitch + 2 * kPixels) * sizeof(T);
        auto body = [&](int64_t first, int64_t last) {
            T* memory = static_cast<T*>(scratch.get(bytes));
            if (!memory) right = false;
            for (int64_t i = first; i < last && right; ++i) block(i, memory, offsets);
        };
        const int64_t blocks = blocks_n * blocks_y * blocks_o;
        if (right) share ? rl::parallel_for(pool, blocks, 1, body) : body(0, blocks);
        return right && finite;
    }
};

// A part by Winograd where it pays, else directly.
template <class T>
bool convolve_part(Part<T>& p, const T* w, const WeightSteps& steps, const RlPool* pool) {
    if constexpr (sizeof(T) == 4 && kWinograd) {
        if (Winograd<T>::suits(p)) {
            Winograd<T> quick(p);
            if (quick.run(w, steps, pool)) return true;
        }
    }
    return p.run(w, steps, pool);
}

template <class T>
bool convolve(const RlConv* c, const void* x, const void* w, const void* bias, void* y, const RlPool* pool) {
    Part<T> p;
    for (int d = 0; d < 3; ++d) p.axes[d] = forward_axis(*c, d);
    p.batch = c->batch, p.groups = c->groups, p.in = c->in, p.out = c->out;
    p.source = static_cast<const T*>(x), p.bias = static_cast<const T*>(bias), p.result = static_cast<T*>(y);
    p.row = c->outer[2], p.sheet = p.row * c->outer[1], p.volume = p.sheet * c->outer[0];
    const int64_t taps = c->kernel[0] * c->kernel[1] * c->kernel[2];
    return convolve_part<T>(p, static_cast<const T*>(w), {c->in * taps, taps, c->out * c->in * taps, c->kernel[2], c->kernel[1] * c->kernel[2]}, pool);
}

// The outputs of a part that no tap reaches: the bias, or zeros.
template <class T>
void fill(const Part<T>& p) {
    for (int64_t nc = 0; nc < p.batch * p.groups * p.out; ++nc) {
        const T value = p.bias ? p.bias[nc % (p.groups * p.out)] : T(0);
        T* plane = p.result + nc * p.volume;
        for (int64_t z = 0; z < p.axes[0].n; ++z)
            for (int64_t y = 0; y < p.axes[1].n; ++y) {
                T* to = p.place(plane + (p.axes[0].dst0 + z * p.axes[0].dstep) * p.sheet, y, 0);
                for (int64_t x = 0; x < p.axes[2].n; ++x) to[x * p.axes[2].dstep] = value;
            }
    }
}

template <class T>
bool convolve_transposed(const RlConv* c, const void* y, const void* w, const void* bias, void* x, const RlPool* pool) {
    Part<T> p;
    const int64_t taps = c->kernel[0] * c->kernel[1] * c->kernel[2];
    for (int64_t fz = 0; fz < c->stride[0]; ++fz)
        for (int64_t fy = 0; fy < c->stride[1]; ++fy)
            for (int64_t fx = 0; fx < c->stride[2]; ++fx) {
                const int64_t f[3] = {fz, fy, fx};
                for (int d = 0; d < 3; ++d) p.axes[d] = transposed_axis(*c, d, f[d]);
                if (p.axes[0].n * p.axes[1].n * p.axes[2].n == 0) continue;
                p.batch = c->batch, p.groups = c->groups, p.in = c->out, p.out = c->in;
                p.source = static_cast<const T*>(y), p.bias = static_cast<const T*>(bias), p.result = static_cast<T*>(x);
                p.row = c->size[2], p.sheet = p.row * c->size[1], p.volume = p.sheet * c->size[0];
                if (p.axes[0].taps * p.axes[1].taps * p.axes[2].taps == 0) {
                    fill(p);
                    continue;
                }
                const WeightSteps steps = {taps, c->in * taps, c->out * c->in * taps, c->kernel[2], c->kernel[1] * c->kernel[2]};
                if (!convolve_part<T>(p, static_cast<const T*>(w), steps, pool)) return false;
            }
    return true;
}

}  // namespace RL_NS
