// Bilinear reading of images at given positions, and its gradients. Compiled once: it waits for scattered memory.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "pool.h"

namespace rl {

struct Grid {
    int64_t images, channels, height, width, places;    // places: positions in an image
    bool border, align;
};

// A position: the four pixels around it (-1: outside) in the order of the weights, and how they change with it.
template <class T>
struct Corners {
    int64_t at[4];
    T weight[4], across[4], down[4];
};

// One coordinate in pixels, moved inside for `border`; `slope` is its derivative.
template <class T>
inline T in_pixels(T x, int64_t size, bool border, bool align, T* slope) {
    const T scale = T(size - 1) / 2;
    x = align ? (x + 1) * scale : ((x + 1) * T(size) - 1) / 2;
    *slope = align ? scale : T(size) / 2;
    if (!border) return x;
    if (!(x >= 0 && x <= T(size - 1))) *slope = 0;
    return x > 0 ? std::min(x, T(size - 1)) : T(0);         // nan is put at 0
}

template <class T>
inline Corners<T> corners(const Grid& j, const T* place) {
    Corners<T> c;
    T turn_x, turn_y;
    const T x = in_pixels(place[0], j.width, j.border, j.align, &turn_x);
    const T y = in_pixels(place[1], j.height, j.border, j.align, &turn_y);
    const T left = std::floor(x), top = std::floor(y), px = x - left, py = y - top;
    for (int k = 0; k < 4; k++) {
        const T u = left + T(k & 1), v = top + T(k >> 1);       // compared as they are: they may be far away, or nan
        const bool in = u >= 0 && u <= T(j.width - 1) && v >= 0 && v <= T(j.height - 1);
        c.at[k] = in ? int64_t(v) * j.width + int64_t(u) : -1;
        const T wx = k & 1 ? px : 1 - px, wy = k >> 1 ? py : 1 - py;
        c.weight[k] = wx * wy;
        c.across[k] = (k & 1 ? wy : -wy) * turn_x;
        c.down[k] = (k >> 1 ? wx : -wx) * turn_y;
    }
    return c;
}

// The value, or 0 where its place is -1.
inline float kept(float x, int64_t at) {
    uint32_t b;
    std::memcpy(&b, &x, 4);
    b &= uint32_t(~(at >> 63));
    std::memcpy(&x, &b, 4);
    return x;
}
inline double kept(double x, int64_t at) {
    uint64_t b;
    std::memcpy(&b, &x, 8);
    b &= uint64_t(~(at >> 63));
    std::memcpy(&x, &b, 8);
    return x;
}

constexpr int64_t GRID_BLOCK = 64;

template <class T>
void grid_forward(const Grid& j, const T* x, const T* grid, T* out, const RlPool* pool) {
    const int64_t blocks = (j.places + GRID_BLOCK - 1) / GRID_BLOCK, plane = j.height * j.width;
    auto some = [&](int64_t begin, int64_t end) {
        Corners<T> c[GRID_BLOCK];
        for (int64_t t = begin; t < end; t++) {
            const int64_t image = t / blocks, first = t % blocks * GRID_BLOCK, count = std::min(GRID_BLOCK, j.places - first);
            for (int64_t i = 0; i < count; i++) c[i] = corners(j, grid + (image * j.places + first + i) * 2);
            for (int64_t k = 0; k < j.channels; k++) {
                const T* p = x + (image * j.channels + k) * plane;
                T* to = out + (image * j.channels + k) * j.places + first;
                for (int64_t i = 0; i < count; i++) {
                    T sum = 0;
                    for (int q = 0; q < 4; q++) {           // read in any case: where the edge comes is not predicted
                        const T value = p[c[i].at[q] & ~(c[i].at[q] >> 63)];
                        sum += kept(value, c[i].at[q]) * c[i].weight[q];
                    }
                    to[i] = sum;
                }
            }
        }
    };
    if (pool->pays(j.images * j.places * (20 + 4 * j.channels)))
        parallel_for(pool, j.images * blocks, std::max<int64_t>(1, j.images * blocks / 8), some);
    else some(0, j.images * blocks);
}

// Adds to gx (zeros before) and writes gg, each of which may be null. An image is one thread's, so sums keep their order.
template <class T>
void grid_backward(const Grid& j, const T* g, const T* x, const T* grid, T* gx, T* gg, const RlPool* pool) {
    const int64_t plane = j.height * j.width;
    auto some = [&](int64_t begin, int64_t end) {
        Corners<T> c[GRID_BLOCK];
        for (int64_t image = begin; image < end; image++)
            for (int64_t first = 0; first < j.places; first += GRID_BLOCK) {
                const int64_t count = std::min(GRID_BLOCK, j.places - first), at = image * j.places + first;
                T across[GRID_BLOCK] = {}, down[GRID_BLOCK] = {};
                for (int64_t i = 0; i < count; i++) c[i] = corners(j, grid + (at + i) * 2);
                for (int64_t k = 0; k < j.channels; k++) {
                    const int64_t number = image * j.channels + k;
                    const T *from = g + number * j.places + first, *p = x + number * plane;
                    for (int64_t i = 0; i < count; i++)
                        for (int q = 0; q < 4; q++) {
                            const int64_t o = c[i].at[q];
                            if (o < 0) continue;
                            if (gx) gx[number * plane + o] += from[i] * c[i].weight[q];
                            across[i] += from[i] * p[o] * c[i].across[q];
                            down[i] += from[i] * p[o] * c[i].down[q];
                        }
                }
                if (gg)
                    for (int64_t i = 0; i < count; i++) gg[(at + i) * 2] = across[i], gg[(at + i) * 2 + 1] = down[i];
            }
    };
    if (pool->pays(j.images * j.places * (20 + 10 * j.channels))) parallel_for(pool, j.images, 1, some);
    else some(0, j.images);
}

}  // namespace rl
