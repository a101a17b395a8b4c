// Reductions of rows and columns.
//
// Sums of the elements themselves are added in PyTorch's order (cascade.hpp), sums inside other kernels pairwise
// over blocks of 1024, each block in 32 lanes. Either order is a function of the shape alone, the same at every
// instruction level and number of threads.
#pragma once
#include <stddef.h>

#include "cascade.hpp"
#include "reduce.h"
#include "vmath.hpp"

namespace RL_NS {

constexpr size_t kLanes = 32;
constexpr size_t kBlock = 1024;

template <class A>
inline double fold_lanes(A* acc) {
    for (size_t w = kLanes / 2; w; w /= 2)
        for (size_t l = 0; l < w; l++) acc[l] += acc[l + w];
    return double(acc[0]);
}

// Sum of f(i) over first <= i < first + n, n <= kBlock, in lanes of the type that f returns.
template <class F>
inline double sum_lanes(size_t first, size_t n, F f) {
    using A = decltype(f(first));
    if (n < 8) {
        double s = 0;
        for (size_t i = 0; i < n; i++) s += double(f(first + i));
        return s;
    }
    A acc[kLanes];
    for (size_t l = 0; l < kLanes; l++) acc[l] = A(0);
    size_t i = first;
    for (; i + kLanes <= first + n; i += kLanes)
        for (size_t l = 0; l < kLanes; l++) acc[l] += f(i + l);
    for (size_t l = 0; i < first + n; i++, l++) acc[l] += f(i);
    return fold_lanes(acc);
}

// The largest kBlock * 2**k below n: where a sum of n > kBlock elements is cut in two.
inline size_t cut(size_t n) {
    size_t half = kBlock;
    while (half * 2 < n) half *= 2;
    return half;
}

template <class F>
RL_NOINLINE double sum_range(size_t first, size_t n, F f) {
    if (n <= kBlock) return sum_lanes(first, n, f);
    const size_t half = cut(n);
    return sum_range(first, half, f) + sum_range(first + half, n - half, f);
}

// The same for an f that is long: it is computed block by block, in one loop.
template <class F>
RL_NOINLINE double sum_blocks(size_t first, size_t n, F f) {
    if (n > kBlock) {
        const size_t half = cut(n);
        return sum_blocks(first, half, f) + sum_blocks(first + half, n - half, f);
    }
    decltype(f(first)) terms[kBlock];
#pragma omp simd
    for (size_t i = 0; i < n; i++) terms[i] = f(first + i);
    return sum_lanes(0, n, [&terms](size_t i) { return terms[i]; });
}

// ---- sums

constexpr size_t kHalves = 32768;  // longer sums over everything are those of two threads, half each

// Sum of f(i) over all i < n.
template <class T, class F>
inline T sum_whole(size_t n, F f) {
    if (n <= kHalves) return sum_run<T>(0, n, f);
    const size_t half = (n + 1) / 2;
    T parts[2];
    for (size_t k = 0; k < 2; k++) parts[k] = sum_run<T>(k * half, k ? n - half : half, f);
    return parts[0] + parts[1];
}

template <class T>
double sum(const void* data, size_t n) {
    const T* x = static_cast<const T*>(data);
    return double(sum_run<T>(0, n, [x](size_t i) { return x[i]; }));
}

template <class T>
void sum_rows(const void* data, void* out, size_t rows, size_t cols, double divisor) {
    const T* x = static_cast<const T*>(data);
    T* y = static_cast<T*>(out);
    for (size_t r = 0; r < rows; r++, x += cols) y[r] = T(sum<T>(x, cols)) / T(divisor);
}

// stride is the whole matrix's; only from it follows which columns are summed together.
template <class T>
void sum_columns(const void* data, void* out, size_t rows, size_t cols, size_t stride) {
    add_columns(static_cast<const T*>(data), static_cast<T*>(out), rows, cols, stride, stride < kVector<T>);
}

// ---- what the others share

constexpr size_t kWide = 256;  // columns that go down together at most

// Calls row(x, r) for each row or columns(x, at, width) for each tile: x points to the first element, r and `at` are the
// places of the results.
template <class T, class Row, class Columns>
inline void each(const RlFold& f, size_t first, size_t last, Row row, Columns columns) {
    const T* x = reinterpret_cast<const T*>(f.x);
    if (f.inner == 1) {
        for (size_t r = first; r < last; r++) row(x + r * f.mid, r);
        return;
    }
    const size_t tiles = (f.inner + f.tile - 1) / f.tile;
    for (size_t u = first; u < last; u++) {
        const size_t o = u / tiles, c = u % tiles * f.tile;
        columns(x + o * f.mid * f.inner + c, o * f.inner + c, f.inner - c < f.tile ? f.inner - c : f.tile);
    }
}

template <size_t kBytes>
struct Bits;
template <>
struct Bits<1> { using Type = uint8_t; };
template <>
struct Bits<2> { using Type = uint16_t; };
template <>
struct Bits<4> { using Type = uint32_t; };
template <>
struct Bits<8> { using Type = uint64_t; };
template <class T>
using BitsOf = typename Bits<sizeof(T)>::Type;

// s[l] = sum of f(r, l) over r, for columns side by side, in blocks of rows.
template <class F>
inline void sum_down(size_t rows, size_t width, double* s, F f) {
    constexpr size_t kRows = 128;
    double part[kWide];
    for (size_t l = 0; l < width; l++) s[l] = 0;
    for (size_t r = 0, last; r < rows; r = last) {
        last = rows - r < kRows ? rows : r + kRows;
        for (size_t l = 0; l < width; l++) part[l] = 0;
        for (size_t k = r; k < last; k++)
#pragma omp simd
            for (size_t l = 0; l < width; l++) part[l] += f(k, l);
        for (size_t l = 0; l < width; l++) s[l] += part[l];
    }
}

// ---- squares

template <class T>
double squares(const void* data, size_t n, double shift) {
    const T* x = static_cast<const T*>(data);
    if (shift != shift) return sum_range(0, n, [x](size_t i) { return double(x[i]); });
    return sum_range(0, n, [x, shift](size_t i) { return (double(x[i]) - shift) * (double(x[i]) - shift); });
}

template <class T>
void spread(const RlFold* fold, size_t first, size_t last) {
    const RlFold& f = *fold;
    T* y = reinterpret_cast<T*>(f.out);
    const auto store = [&](size_t at, double s) {
        s /= f.divisor;
        y[at] = T(f.root ? std::sqrt(s) : s);
    };
    each<T>(f, first, last,
        [&](const T* x, size_t r) {
            store(r, squares<T>(x, f.mid, f.centred ? squares<T>(x, f.mid, __builtin_nan("")) / double(f.mid) : 0));
        },
        [&](const T* x, size_t at, size_t width) {
            double mean[kWide] = {}, s[kWide];
            if (f.centred) {
                sum_down(f.mid, width, mean, [&](size_t r, size_t l) { return double(x[r * f.inner + l]); });
                for (size_t l = 0; l < width; l++) mean[l] /= double(f.mid);
            }
            sum_down(f.mid, width, s, [&](size_t r, size_t l) {
                const double d = double(x[r * f.inner + l]) - mean[l];
                return d * d;
            });
            for (size_t l = 0; l < width; l++) store(at + l, s[l]);
        });
}

// ---- counts

inline void store_count(const RlFold& f, size_t at, int64_t n) {
    if (f.truth == RL_COUNT)
        reinterpret_cast<int64_t*>(f.out)[at] = n;
    else
        f.out[at] = f.truth == RL_ANY ? n > 0 : size_t(n) == f.mid;
}

template <class T>
void count(const RlFold* fold, size_t first, size_t last) {
    const RlFold& f = *fold;
    each<T>(f, first, last,
        [&](const T* x, size_t r) {
            uint64_t s = 0;
#pragma omp simd reduction(+ : s)
            for (size_t i = 0; i < f.mid; i++) s += uint64_t(int64_t(x[i]));
            store_count(f, r, int64_t(s));
        },
        [&](const T* x, size_t at, size_t width) {
            uint64_t s[kWide];
            for (size_t l = 0; l < width; l++) s[l] = 0;
            for (size_t r = 0; r < f.mid; r++)
#pragma omp simd
                for (size_t l = 0; l < width; l++) s[l] += uint64_t(int64_t(x[r * f.inner + l]));
            for (size_t l = 0; l < width; l++) store_count(f, at + l, int64_t(s[l]));
        });
}

// Counters are as narrow as the elements and emptied in time.
template <class U>
void nonzero(const RlFold* fold, size_t first, size_t last) {
    constexpr size_t kTurns = 255, kSide = 64;
    const RlFold& f = *fold;
    const U mask = f.floats ? U(U(-1) >> 1) : U(-1);  // -0 is 0
    const auto down = [mask](const U* x, size_t rows, size_t step, size_t width, int64_t* total) {
        U few[kWide];
        for (size_t n; rows; rows -= n, x += n * step) {
            n = rows < kTurns ? rows : kTurns;
            for (size_t l = 0; l < width; l++) few[l] = 0;
            for (size_t r = 0; r < n; r++)
#pragma omp simd
                for (size_t l = 0; l < width; l++) few[l] = U(few[l] + U((x[r * step + l] & mask) != 0));
            for (size_t l = 0; l < width; l++) total[l] += int64_t(few[l]);
        }
    };
    each<U>(f, first, last,
        [&](const U* x, size_t r) {
            int64_t total[kSide] = {}, s = 0;
            size_t i = f.mid / kSide * kSide;
            down(x, f.mid / kSide, kSide, kSide, total);
            for (size_t l = 0; l < kSide; l++) s += total[l];
            for (; i < f.mid; i++) s += (x[i] & mask) != 0;
            store_count(f, r, s);
        },
        [&](const U* x, size_t at, size_t width) {
            int64_t total[kWide];
            for (size_t l = 0; l < width; l++) total[l] = 0;
            down(x, f.mid, f.inner, width, total);
            for (size_t l = 0; l < width; l++) store_count(f, at + l, total[l]);
        });
}

// ---- extremes

// Turns the order round where `mask` says so: bits of the sign of floats, all bits of integers.
template <class T>
inline T flip(T x, BitsOf<T> mask) {
    return bits<T>(BitsOf<T>(bits<BitsOf<T>>(x) ^ mask));
}
template <class T>
inline BitsOf<T> flip_mask(bool least) {
    const BitsOf<T> all = BitsOf<T>(-1);
    return !least ? BitsOf<T>(0) : T(0.5) == T(0) ? all : BitsOf<T>(~BitsOf<T>(all >> 1));
}

// Whether a outdoes b; a nan outdoes every number.
template <class T>
inline bool outdoes(T a, T b) {
    return (a > b) | (a != a);
}

// The greatest element, or with a mask the turned least one.
template <class T>
inline T extreme_of(const T* x, size_t n, BitsOf<T> mask) {
    T best = flip(x[0], mask);
    size_t i = 0;
    if (n >= kLanes) {
        T b[kLanes];
        for (size_t l = 0; l < kLanes; l++) b[l] = flip(x[l], mask);
        for (i = kLanes; i + kLanes <= n; i += kLanes)
            for (size_t l = 0; l < kLanes; l++) {
                const T v = flip(x[i + l], mask);
                b[l] = outdoes(v, b[l]) ? v : b[l];
            }
        for (size_t w = kLanes / 2; w; w /= 2)
            for (size_t l = 0; l < w; l++) b[l] = outdoes(b[l + w], b[l]) ? b[l + w] : b[l];
        best = b[0];
    }
    for (; i < n; i++) {
        const T v = flip(x[i], mask);
        best = outdoes(v, best) ? v : best;
    }
    return best;
}

// Where `best`, or a nan, stands first.
template <class T>
inline size_t place_of(const T* x, size_t n, T best) {
    constexpr size_t kSide = 64;
    size_t i = 0;
    for (; i + kSide <= n; i += kSide) {
        BitsOf<T> found = 0;
        for (size_t l = 0; l < kSide; l++) found |= BitsOf<T>((x[i + l] == best) | (x[i + l] != x[i + l]));
        if (found) break;
    }
    while (i + 1 < n && !(x[i] == best || x[i] != x[i])) i++;
    return i;
}

template <class T>
void extreme(const RlFold* fold, size_t first, size_t last) {
    const RlFold& f = *fold;
    const BitsOf<T> mask = flip_mask<T>(f.least);
    T* y = reinterpret_cast<T*>(f.out);
    each<T>(f, first, last,
        [&](const T* x, size_t r) {
            const T best = flip(extreme_of<T>(x, f.mid, mask), mask);
            if (y) y[r] = best;
            if (f.where) f.where[r] = int64_t(place_of(x, f.mid, best));
        },
        [&](const T* x, size_t at, size_t width) {
            T best[kWide];
            int32_t place[kWide];
            for (size_t l = 0; l < width; l++) best[l] = flip(x[l], mask), place[l] = 0;
            for (size_t r = 1; r < f.mid; r++) {
                const T* row = x + r * f.inner;
                if (T(0.5) == T(0) || f.where) {  // one loop will do for integers
#pragma omp simd
                    for (size_t l = 0; l < width; l++) {
                        const T v = flip(row[l], mask);
                        const bool better = (v > best[l]) | ((v != v) & (best[l] == best[l]));
                        best[l] = better ? v : best[l];
                        place[l] = better ? int32_t(r) : place[l];
                    }
                } else {
#pragma omp simd
                    for (size_t l = 0; l < width; l++) {
                        const T v = flip(row[l], mask);
                        best[l] = outdoes(v, best[l]) ? v : best[l];
                    }
                }
            }
            if (y)
                for (size_t l = 0; l < width; l++) y[at + l] = flip(best[l], mask);
            if (f.where)
                for (size_t l = 0; l < width; l++) f.where[at + l] = place[l];
        });
}

// ---- products

template <class T>
void product(const RlFold* fold, size_t first, size_t last) {
    const RlFold& f = *fold;
    T* y = reinterpret_cast<T*>(f.out);
    each<T>(f, first, last,
        [&](const T* x, size_t r) {
            constexpr size_t V = kVector<T>, W = 4 * V;  // PyTorch's order: four vectors side by side, their lanes in turn
            T lanes[W], s = T(1);
            size_t i = 0;
            if (f.mid >= W) {
                for (size_t l = 0; l < W; l++) lanes[l] = x[l];
                for (i = W; i + W <= f.mid; i += W)
                    for (size_t l = 0; l < W; l++) lanes[l] *= x[i + l];
                for (size_t l = 0; l < V; l++) s *= (lanes[l] * lanes[V + l]) * (lanes[2 * V + l] * lanes[3 * V + l]);
            }
            for (; i < f.mid; i++) s *= x[i];
            y[r] = s;
        },
        [&](const T* x, size_t at, size_t width) {
            T s[kWide];
            for (size_t l = 0; l < width; l++) s[l] = T(1);
            for (size_t r = 0; r < f.mid; r++)
#pragma omp simd
                for (size_t l = 0; l < width; l++) s[l] *= x[r * f.inner + l];
            for (size_t l = 0; l < width; l++) y[at + l] = s[l];
        });
}

// ---- log of the sum of exponentials

// What is subtracted before exp: inf - inf would be nan.
template <class T>
inline T shift_for(T best) {
    return abs_(best) < T(__builtin_inf()) ? best : T(0);
}

template <class T>
void logsumexp(const RlFold* fold, size_t first, size_t last) {
    const RlFold& f = *fold;
    T* y = reinterpret_cast<T*>(f.out);
    each<T>(f, first, last,
        [&](const T* x, size_t r) {
            const T shift = shift_for(extreme_of<T>(x, f.mid, 0));
            const double s = sum_blocks(0, f.mid, [x, shift](size_t i) { return exp_(x[i] - shift); });
            y[r] = shift + T(std::log(s));
        },
        [&](const T* x, size_t at, size_t width) {
            T shift[kWide];
            double s[kWide];
            for (size_t l = 0; l < width; l++) shift[l] = x[l];
            for (size_t r = 1; r < f.mid; r++)
#pragma omp simd
                for (size_t l = 0; l < width; l++) {
                    const T v = x[r * f.inner + l];
                    shift[l] = outdoes(v, shift[l]) ? v : shift[l];
                }
            for (size_t l = 0; l < width; l++) shift[l] = shift_for(shift[l]);
            sum_down(f.mid, width, s, [&](size_t r, size_t l) { return double(exp_(x[r * f.inner + l] - shift[l])); });
            for (size_t l = 0; l < width; l++) y[at + l] = shift[l] + T(std::log(s[l]));
        });
}

}  // namespace RL_NS
