// Pooling over windows, and windows as columns.
//
// A row of outputs is made tap by tap: the inner loop runs along the row, where the compiler makes vectors of it.
#pragma once
#include <cmath>
#include <cstring>
#include <limits>

#include "windows.h"

namespace RL_NS {

inline int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }

// One row of outputs seen from its taps.
struct Row {
    const RlWindows& w;
    int64_t z, y;
    // The row of the plane that tap (kz, ky) sees, as an offset; false when it lies outside.
    bool row(int64_t kz, int64_t ky, int64_t* at) const {
        const int64_t sz = z * w.stride[0] - w.padding[0] + kz * w.dilation[0], sy = y * w.stride[1] - w.padding[1] + ky * w.dilation[1];
        *at = (sz * w.size[1] + sy) * w.size[2];
        return sz >= 0 && sz < w.size[0] && sy >= 0 && sy < w.size[1];
    }
};

// The outputs [begin, end) of a row whose tap kx lies inside, and the index of output 0's.
struct Span {
    int64_t begin, end, first;
    Span(const RlWindows& w, int64_t kx) {
        const int64_t s = w.stride[2];
        first = kx * w.dilation[2] - w.padding[2];
        begin = first >= 0 ? 0 : (-first + s - 1) / s;
        end = first >= w.size[2] ? 0 : lesser(w.outer[2], (w.size[2] - first + s - 1) / s);
        if (begin > end) begin = end;
    }
};

inline int64_t plane_of(const int64_t* n) { return n[0] * n[1] * n[2]; }

// Calls f(offset of output row, tap, offset of source row, span) for every row and tap inside, row by row; the taps
// of a row in ascending or descending order.
template <bool Descending = false, class F>
inline void each_tap(const RlWindows& w, F f) {
    const int64_t taps = plane_of(w.kernel);
    for (int64_t z = 0; z < w.outer[0]; ++z)
        for (int64_t y = 0; y < w.outer[1]; ++y) {
            const Row row = {w, z, y};
            const int64_t to = (z * w.outer[1] + y) * w.outer[2];
            for (int64_t i = 0; i < taps; ++i) {
                const int64_t k = Descending ? taps - 1 - i : i, kx = k % w.kernel[2], ky = k / w.kernel[2] % w.kernel[1];
                int64_t from;
                if (row.row(k / w.kernel[2] / w.kernel[1], ky, &from)) f(to, k, from, Span(w, kx));
            }
        }
}

// Loops over a span with the usual strides known to the compiler.
template <class F>
inline void along(const Span& s, int64_t stride, F f) {
    if (stride == 1)
        for (int64_t j = s.begin; j < s.end; ++j) f(j, s.first + j);
    else if (stride == 2)
        for (int64_t j = s.begin; j < s.end; ++j) f(j, s.first + 2 * j);
    else
        for (int64_t j = s.begin; j < s.end; ++j) f(j, s.first + j * stride);
}

// ---- maximum ----

// Two by two, side by side: four values each.
template <class T>
void max_of_four(const T* __restrict a, const T* __restrict b, T* __restrict y, int32_t* __restrict taps, int64_t n) {
    for (int64_t j = 0; j < n; ++j) {
        T best = a[2 * j];
        int32_t tap = 0;
        const T v1 = a[2 * j + 1], v2 = b[2 * j], v3 = b[2 * j + 1];
        bool better = (v1 > best) | (v1 != v1);
        best = better ? v1 : best, tap = better ? 1 : tap;
        better = (v2 > best) | (v2 != v2);
        best = better ? v2 : best, tap = better ? 2 : tap;
        better = (v3 > best) | (v3 != v3);
        best = better ? v3 : best, tap = better ? 3 : tap;
        y[j] = best, taps[j] = tap;
    }
}

inline bool two_by_two(const RlWindows& w) {
    return w.kernel[0] == 1 && w.kernel[1] == 2 && w.kernel[2] == 2 && w.stride[1] == 2 && w.stride[2] == 2 && w.stride[0] == 1 &&
           w.padding[0] + w.padding[1] + w.padding[2] == 0 && w.dilation[1] == 1 && w.dilation[2] == 1 &&
           2 * w.outer[1] <= w.size[1] && 2 * w.outer[2] <= w.size[2] && w.outer[0] == w.size[0];
}

template <class T>
void max_forward(const RlWindows* windows, const void* source, void* result, int32_t* taps, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer);
    for (int64_t p = first; p < last; ++p) {
        const T* x = static_cast<const T*>(source) + p * in;
        T* y = static_cast<T*>(result) + p * out;
        int32_t* at = taps + p * out;
        if (two_by_two(w)) {
            for (int64_t r = 0; r < w.outer[0] * w.outer[1]; ++r) {
                const T* row = x + (r / w.outer[1] * w.size[1] + r % w.outer[1] * 2) * w.size[2];
                max_of_four(row, row + w.size[2], y + r * w.outer[2], at + r * w.outer[2], w.outer[2]);
            }
            continue;
        }
        for (int64_t i = 0; i < out; ++i) y[i] = -std::numeric_limits<T>::infinity(), at[i] = 0;
        each_tap(w, [&](int64_t to, int64_t k, int64_t from, const Span& s) {
            T* __restrict best = y + to;
            int32_t* __restrict tap = at + to;
            const T* __restrict seen = x + from;
            const int32_t number = int32_t(k);
            along(s, w.stride[2], [=](int64_t j, int64_t i) {
                const T v = seen[i], b = best[j];
                const bool better = (v > b) | (v != v);  // a nan beats all, a later nan too
                best[j] = better ? v : b;
                tap[j] = better ? number : tap[j];
            });
        });
    }
}

// Where a tap lies in its window.
struct Tap {
    int32_t z, y, x;
};
constexpr int64_t kKnownTaps = 64;

template <class T>
void max_backward(const RlWindows* windows, const void* grad, const int32_t* taps, void* result, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer), count = plane_of(w.kernel), row = w.size[2], sheet = row * w.size[1];
    const auto tap_of = [&w](int64_t k) {
        return Tap{int32_t(k / w.kernel[2] / w.kernel[1] * w.dilation[0]), int32_t(k / w.kernel[2] % w.kernel[1] * w.dilation[1]), int32_t(k % w.kernel[2] * w.dilation[2])};
    };
    Tap known[kKnownTaps];
    int64_t distance[kKnownTaps];
    for (int64_t k = 0; k < lesser(count, kKnownTaps); ++k) {
        known[k] = tap_of(k);
        distance[k] = known[k].z * sheet + known[k].y * row + known[k].x;
    }
    bool inside = count <= kKnownTaps;  // every window lies inside the plane
    for (int d = 0; d < 3; ++d)
        inside = inside && w.padding[d] == 0 && (w.outer[d] - 1) * w.stride[d] + (w.kernel[d] - 1) * w.dilation[d] < w.size[d];
    for (int64_t p = first; p < last; ++p) {
        const T* g = static_cast<const T*>(grad) + p * out;
        T* x = static_cast<T*>(result) + p * in;
        const int32_t* at = taps + p * out;
        std::memset(static_cast<void*>(x), 0, size_t(in) * sizeof(T));
        for (int64_t z = 0; z < w.outer[0]; ++z)
            for (int64_t y = 0; y < w.outer[1]; ++y) {
                const int64_t sx = w.stride[2];
                if (inside) {
                    T* to = x + z * w.stride[0] * sheet + y * w.stride[1] * row;
                    for (int64_t j = 0; j < w.outer[2]; ++j, ++g, ++at, to += sx)
                        if (uint32_t(*at) < uint32_t(count)) to[distance[*at]] += *g;
                    continue;
                }
                for (int64_t j = 0; j < w.outer[2]; ++j, ++g, ++at) {
                    const int64_t k = *at;
                    if (k < 0 || k >= count) continue;
                    const Tap tap = k < kKnownTaps ? known[k] : tap_of(k);
                    const int64_t ix = j * sx - w.padding[2] + tap.x, iy = y * w.stride[1] - w.padding[1] + tap.y, iz = z * w.stride[0] - w.padding[0] + tap.z;
                    if (uint64_t(ix) < uint64_t(row) && uint64_t(iy) < uint64_t(w.size[1]) && uint64_t(iz) < uint64_t(w.size[0]))
                        x[iz * sheet + iy * row + ix] += *g;
                }
            }
    }
}

// ---- mean ----

// How many positions the window of output o has along dimension d.
inline int64_t positions(const RlWindows& w, int d, int64_t o) {
    int64_t begin = o * w.stride[d] - w.padding[d], end = lesser(begin + w.kernel[d], w.size[d] + w.padding[d]);
    if (!w.include_pad) begin = greater(begin, 0), end = lesser(end, w.size[d]);
    return end - begin;
}

// Calls f(offset of output row, what to divide each output of the row by): f(to, x) -> divisor by output.
template <class T, class F>
inline void each_row(const RlWindows& w, F f) {
    for (int64_t z = 0; z < w.outer[0]; ++z)
        for (int64_t y = 0; y < w.outer[1]; ++y) {
            const int64_t before = w.divisor ? 0 : positions(w, 0, z) * positions(w, 1, y);
            const int64_t same = w.divisor;
            f((z * w.outer[1] + y) * w.outer[2], [&w, before, same](int64_t x) { return T(same ? same : before * positions(w, 2, x)); });
        }
}

template <class T>
void mean_forward(const RlWindows* windows, const void* source, void* result, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer);
    for (int64_t p = first; p < last; ++p) {
        const T* x = static_cast<const T*>(source) + p * in;
        T* y = static_cast<T*>(result) + p * out;
        for (int64_t i = 0; i < out; ++i) y[i] = T(0);
        each_tap(w, [&](int64_t to, int64_t, int64_t from, const Span& s) {
            T* __restrict total = y + to;
            const T* __restrict seen = x + from;
            along(s, w.stride[2], [=](int64_t j, int64_t i) { total[j] += seen[i]; });
        });
        if (w.divisor) {
            const T by = T(w.divisor);
            for (int64_t i = 0; i < out; ++i) y[i] /= by;
            continue;
        }
        each_row<T>(w, [&](int64_t to, auto divisor) {
            for (int64_t j = 0; j < w.outer[2]; ++j) y[to + j] /= divisor(j);
        });
    }
}

constexpr int64_t kSome = 512;

template <class T>
void mean_backward(const RlWindows* windows, const void* grad, void* result, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer), taps = plane_of(w.kernel);
    for (int64_t p = first; p < last; ++p) {
        const T* g = static_cast<const T*>(grad) + p * out;
        T* x = static_cast<T*>(result) + p * in;
        std::memset(static_cast<void*>(x), 0, size_t(in) * sizeof(T));
        each_row<T>(w, [&](int64_t to, auto divisor) {
            const Row row = {w, to / w.outer[2] / w.outer[1], to / w.outer[2] % w.outer[1]};
            T each[kSome];
            for (int64_t begin = 0; begin < w.outer[2]; begin += kSome) {
                const int64_t end = lesser(begin + kSome, w.outer[2]);
                for (int64_t j = begin; j < end; ++j) each[j - begin] = g[to + j] / divisor(j);
                for (int64_t k = taps - 1; k >= 0; --k) {  // so that each place is added to in the order of the outputs
                    int64_t from;
                    if (!row.row(k / w.kernel[2] / w.kernel[1], k / w.kernel[2] % w.kernel[1], &from)) continue;
                    Span s(w, k % w.kernel[2]);
                    s.begin = greater(s.begin, begin), s.end = lesser(s.end, end);
                    T* __restrict seen = x + from;
                    const T* __restrict values = each;
                    along(s, w.stride[2], [=](int64_t j, int64_t i) { seen[i] += values[j - begin]; });
                }
            }
        });
    }
}

// ---- nearly equal parts ----

inline int64_t part_begin(const RlWindows& w, int d, int64_t o) { return o * w.size[d] / w.outer[d]; }
inline int64_t part_end(const RlWindows& w, int d, int64_t o) { return ((o + 1) * w.size[d] + w.outer[d] - 1) / w.outer[d]; }

// Calls f(output, its box) for every output of a plane.
struct Box {
    int64_t low[3], high[3];
    // x divided by the number of positions, one dimension after the other as PyTorch does.
    template <class T>
    T share(T x) const {
        return x / T(high[0] - low[0]) / T(high[1] - low[1]) / T(high[2] - low[2]);
    }
};
template <class F>
inline void each_part(const RlWindows& w, F f) {
    int64_t o = 0;
    Box b;
    for (int64_t z = 0; z < w.outer[0]; ++z) {
        b.low[0] = part_begin(w, 0, z), b.high[0] = part_end(w, 0, z);
        for (int64_t y = 0; y < w.outer[1]; ++y) {
            b.low[1] = part_begin(w, 1, y), b.high[1] = part_end(w, 1, y);
            for (int64_t x = 0; x < w.outer[2]; ++x, ++o) {
                b.low[2] = part_begin(w, 2, x), b.high[2] = part_end(w, 2, x);
                f(o, b);
            }
        }
    }
}
// Calls f(offset, number) for every row inside a box.
template <class F>
inline void each_line(const RlWindows& w, const Box& b, F f) {
    for (int64_t z = b.low[0]; z < b.high[0]; ++z)
        for (int64_t y = b.low[1]; y < b.high[1]; ++y) f((z * w.size[1] + y) * w.size[2] + b.low[2], b.high[2] - b.low[2]);
}

template <class T>
void parts_mean(const RlWindows* windows, const void* source, void* result, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer);
    for (int64_t p = first; p < last; ++p) {
        const T* x = static_cast<const T*>(source) + p * in;
        T* y = static_cast<T*>(result) + p * out;
        each_part(w, [&](int64_t o, const Box& b) {
            T total = T(0);
            each_line(w, b, [&](int64_t at, int64_t n) {
                for (int64_t i = 0; i < n; ++i) total += x[at + i];
            });
            y[o] = b.share(total);
        });
    }
}

template <class T>
void parts_mean_backward(const RlWindows* windows, const void* grad, void* result, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer);
    for (int64_t p = first; p < last; ++p) {
        const T* g = static_cast<const T*>(grad) + p * out;
        T* x = static_cast<T*>(result) + p * in;
        std::memset(static_cast<void*>(x), 0, size_t(in) * sizeof(T));
        each_part(w, [&](int64_t o, const Box& b) {
            const T each = b.share(g[o]);
            each_line(w, b, [&](int64_t at, int64_t n) {
                for (int64_t i = 0; i < n; ++i) x[at + i] += each;
            });
        });
    }
}

template <class T>
void parts_max(const RlWindows* windows, const void* source, void* result, int64_t* index, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer);
    for (int64_t p = first; p < last; ++p) {
        const T* x = static_cast<const T*>(source) + p * in;
        each_part(w, [&](int64_t o, const Box& b) {
            int64_t best = (b.low[0] * w.size[1] + b.low[1]) * w.size[2] + b.low[2];
            const T inf = std::numeric_limits<T>::infinity();
            T most = x[best] == x[best] ? x[best] : inf;  // nan counts as the largest; the first of equals
            each_line(w, b, [&](int64_t at, int64_t n) {
                for (int64_t i = at; i < at + n; ++i) {
                    const T v = x[i] == x[i] ? x[i] : inf;
                    if (v > most) most = v, best = i;
                }
            });
            static_cast<T*>(result)[p * out + o] = x[best];
            index[p * out + o] = best;
        });
    }
}

// ---- columns ----

template <class T>
void columns(const RlWindows* windows, const void* source, void* result, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer), taps = plane_of(w.kernel);
    for (int64_t p = first; p < last; ++p) {
        const T* x = static_cast<const T*>(source) + p * in;
        T* y = static_cast<T*>(result) + p * taps * out;
        for (int64_t k = 0; k < taps; ++k) {
            const Span s(w, k % w.kernel[2]);
            for (int64_t r = 0; r < w.outer[0] * w.outer[1]; ++r, y += w.outer[2]) {
                const Row row = {w, r / w.outer[1], r % w.outer[1]};
                int64_t from;
                if (!row.row(k / w.kernel[2] / w.kernel[1], k / w.kernel[2] % w.kernel[1], &from)) {
                    for (int64_t j = 0; j < w.outer[2]; ++j) y[j] = T(0);
                    continue;
                }
                for (int64_t j = 0; j < s.begin; ++j) y[j] = T(0);
                T* __restrict to = y;
                const T* __restrict seen = x + from;
                along(s, w.stride[2], [=](int64_t j, int64_t i) { to[j] = seen[i]; });
                for (int64_t j = s.end; j < w.outer[2]; ++j) y[j] = T(0);
            }
        }
    }
}

template <class T>
void add_columns(const RlWindows* windows, const void* source, void* result, int64_t first, int64_t last) {
    const RlWindows& w = *windows;
    const int64_t in = plane_of(w.size), out = plane_of(w.outer), taps = plane_of(w.kernel);
    for (int64_t p = first; p < last; ++p) {
        const T* y = static_cast<const T*>(source) + p * taps * out;
        T* x = static_cast<T*>(result) + p * in;
        std::memset(static_cast<void*>(x), 0, size_t(in) * sizeof(T));
        for (int64_t k = 0; k < taps; ++k) {
            const Span s(w, k % w.kernel[2]);
            for (int64_t r = 0; r < w.outer[0] * w.outer[1]; ++r, y += w.outer[2]) {
                const Row row = {w, r / w.outer[1], r % w.outer[1]};
                int64_t at;
                if (!row.row(k / w.kernel[2] / w.kernel[1], k / w.kernel[2] % w.kernel[1], &at)) continue;
                T* __restrict seen = x + at;
                const T* __restrict from = y;
                along(s, w.stride[2], [=](int64_t j, int64_t i) { seen[i] += from[j]; });
            }
        }
    }
}

}  // namespace RL_NS
