// Running reductions. Columns go down side by side; rows of sums and products run four by four, so that one addition need
// not wait for the one before; others go through a tile of 16 rows, transposed, so that they go down like columns. Each
// result is made from the one before it, as PyTorch makes it: sums and products of floats in double precision.
#pragma once
#include "reduce.hpp"

namespace RL_NS {

constexpr size_t kScanRows = 16;
constexpr size_t kScanCols = 32;
constexpr size_t kScanWide = 128;

// ---- what runs: step() takes n lanes on by one element each

template <class Value, class State, class F, bool kByLine = true>
struct Running {
    using T = Value;
    using A = State;
    static constexpr bool kPlaces = false, kLines = kByLine;
    A so_far[kScanWide];
    explicit Running(const RlFold&) {}
    void reset(size_t n) {
        for (size_t l = 0; l < n; l++) so_far[l] = F::start();
    }
    void step(const T* x, T* y, int64_t*, size_t n, size_t) {
#pragma omp simd
        for (size_t l = 0; l < n; l++) {
            so_far[l] = F::next(so_far[l], A(x[l]));
            y[l] = T(so_far[l]);
        }
    }
    // Takes kRows rows, `apart` elements from one another, n elements on, `by` elements each time.
    template <size_t kRows>
    static void lines(const T* x, T* y, size_t apart, size_t n, ptrdiff_t by) {
        A now[kRows];
        for (size_t k = 0; k < kRows; k++) now[k] = F::start();
        for (; n; n--, x += by, y += by) {
#pragma GCC unroll 4
            for (size_t k = 0; k < kRows; k++) {
                now[k] = F::next(now[k], A(x[k * apart]));
                y[k * apart] = T(now[k]);
            }
        }
    }
};

struct Plus {
    static double start() { return 0; }
    template <class A>
    static A next(A a, A b) { return a + b; }
};
struct Times {
    static double start() { return 1; }
    template <class A>
    static A next(A a, A b) { return a * b; }
};
struct LogPlus {
    static double start() { return -__builtin_inf(); }
    static double next(double a, double b) {
        const bool first = (a > b) | (a != a);
        const double high = first ? a : b, low = first ? b : a;
        const double e = exp_(low == high ? 0. : low - high), u = 1. + e;  // inf - inf would be nan
        return high + (log_normal(u, 0.) + (e - (u - 1.)) / u);
    }
};

template <class Value>
struct RunningExtreme {
    using T = Value;
    static constexpr bool kPlaces = true, kLines = false;
    const BitsOf<T> mask;
    T best[kScanWide];
    int64_t at[kScanWide];
    explicit RunningExtreme(const RlFold& f) : mask(flip_mask<T>(f.least)) {}
    void reset(size_t n) {
        const T lowest = T(0.5) == T(0) ? T(BitsOf<T>(1) << (8 * sizeof(T) - 1)) : T(-__builtin_inf());
        for (size_t l = 0; l < n; l++) best[l] = lowest, at[l] = 0;
    }
    void step(const T* x, T* y, int64_t* where, size_t n, size_t r) {
#pragma omp simd
        for (size_t l = 0; l < n; l++) {
            const T v = flip(x[l], mask);
            const bool reached = (v >= best[l]) | (v != v);
            best[l] = reached ? v : best[l];
            at[l] = reached ? int64_t(r) : at[l];
            y[l] = flip(best[l], mask);
            where[l] = at[l];
        }
    }
};

// ---- rows and columns

// A tile of rows that begin `apart` elements from one another, `cols` of each; s holds the lanes' state.
template <class S>
inline void scan_rows(S& s, const RlFold& f, size_t start, size_t rows, size_t apart, size_t cols) {
    using T = typename S::T;
    const T* x = reinterpret_cast<const T*>(f.x) + start;
    T* y = reinterpret_cast<T*>(f.out) + start;
    T tile[kScanCols][kScanRows] = {};
    int64_t places[S::kPlaces ? kScanCols : 1][kScanRows];
    for (size_t c = 0, n; c < cols; c += n) {
        n = cols - c < kScanCols ? cols - c : kScanCols;
        const ptrdiff_t step = f.back ? -1 : 1, from = f.back ? ptrdiff_t(cols - 1 - c) : ptrdiff_t(c);
        for (size_t r = 0; r < rows; r++)
            for (size_t k = 0; k < n; k++) tile[k][r] = x[ptrdiff_t(r * apart) + from + ptrdiff_t(k) * step];
        for (size_t k = 0; k < n; k++) s.step(tile[k], tile[k], places[S::kPlaces ? k : 0], kScanRows, c + k);
        for (size_t r = 0; r < rows; r++)
            for (size_t k = 0; k < n; k++) y[ptrdiff_t(r * apart) + from + ptrdiff_t(k) * step] = tile[k][r];
        if (S::kPlaces)
            for (size_t r = 0; r < rows; r++)
                for (size_t k = 0; k < n; k++) f.where[start + r * apart + c + k] = places[k][r];
    }
}

template <class S>
void scan(const RlFold* fold, size_t first, size_t last) {
    using T = typename S::T;
    const RlFold& f = *fold;
    S s(f);
    if (f.inner == 1) {
        for (size_t u = first; u < last; u++) {
            size_t r = u * kScanRows;
            if constexpr (S::kLines) {
                const size_t end = f.outer - r < kScanRows ? f.outer : r + kScanRows;
                const T* x = reinterpret_cast<const T*>(f.x) + (f.back ? f.mid - 1 : 0);
                T* y = reinterpret_cast<T*>(f.out) + (f.back ? f.mid - 1 : 0);
                const ptrdiff_t by = f.back ? -1 : 1;
                for (; r + 4 <= end; r += 4) S::template lines<4>(x + r * f.mid, y + r * f.mid, f.mid, f.mid, by);
                for (; r < end; r++) S::template lines<1>(x + r * f.mid, y + r * f.mid, f.mid, f.mid, by);
                continue;
            }
            s.reset(kScanRows);
            scan_rows(s, f, r * f.mid, f.outer - r < kScanRows ? f.outer - r : kScanRows, f.mid, f.mid);
        }
        return;
    }
    each<T>(f, first, last, [](const T*, size_t) {}, [&](const T* x, size_t, size_t width) {
        const size_t at = size_t(x - reinterpret_cast<const T*>(f.x));
        s.reset(width);
        for (size_t r = 0; r < f.mid; r++) {
            const size_t from = at + (f.back ? f.mid - 1 - r : r) * f.inner;
            s.step(reinterpret_cast<const T*>(f.x) + from, reinterpret_cast<T*>(f.out) + from,
                   S::kPlaces ? f.where + from : nullptr, width, r);
        }
    });
}

}  // namespace RL_NS
