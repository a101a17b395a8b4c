// Elementwise loops over operands of any layout and type, a tile at a time.
//
// Every loop sees contiguous elements of one type. An operand that is so in memory is read where it lies; any other (repeated,
// strided, transposed, of half precision, of another type) is laid out in a tile first, which stays in
// the nearest cache. Where an operand runs across the others, as a transposed one does, tiles are blocks of
// 16 rows, so that each line of it is read once.
#pragma once
#include <type_traits>

#include "elementwise.hpp"
#include "pointwise.h"

#if defined(__F16C__)
#include <immintrin.h>
#endif

namespace RL_NS {

// ---- half precision

struct Half { uint16_t bits; };
struct Brain { uint16_t bits; };

inline float widened(Half h) {
    const uint32_t u = h.bits, sign = (u & 0x8000u) << 16, rest = u & 0x7fffu;
    const float scaled = bits<float>((rest << 13) + 0x38000000u);                       // normal numbers
    const float tiny = bits<float>((rest << 13) + 0x38800000u) - 6.103515625e-05f;     // 0 and denormals
    const uint32_t big = (rest << 13) + 0x70000000u;                                    // inf, nan
    const uint32_t found = rest >= 0x7c00u ? big : rest < 0x400u ? bits<uint32_t>(tiny) : bits<uint32_t>(scaled);
    return bits<float>(found | sign);
}
inline float widened(Brain b) { return bits<float>(uint32_t(b.bits) << 16); }

inline Half to_half(float x) {  // to nearest, ties to even
    const uint32_t u = bits<uint32_t>(x), sign = (u >> 16) & 0x8000u, a = u & 0x7fffffffu;
    const uint32_t normal = (a - 0x38000000u + 0xfffu + ((a >> 13) & 1u)) >> 13;
    const uint32_t tiny = bits<uint32_t>(bits<float>(a) + 0.5f) - 0x3f000000u;
    const uint32_t rest = a > 0x7f800000u ? 0x7e00u : a >= 0x47800000u ? 0x7c00u : a < 0x38800000u ? tiny : normal;
    return {uint16_t(rest | sign)};
}
inline Brain to_brain(float x) {
    const uint32_t u = bits<uint32_t>(x);
    const uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    return {uint16_t((u & 0x7fffffffu) > 0x7f800000u ? ((u >> 16) & 0x8000u) | 0x7fc0u : rounded)};
}

template <class To, class From>
inline To converted(From x) {
    if constexpr (std::is_same<To, From>::value) return x;
    else if constexpr (std::is_same<From, Half>::value || std::is_same<From, Brain>::value) return converted<To>(widened(x));
    else if constexpr (std::is_same<To, Half>::value) return to_half(float(x));
    else if constexpr (std::is_same<To, Brain>::value) return to_brain(float(x));
    else return To(x);
}

struct Truth { uint8_t bits; };  // a bool in memory
template <class From>
inline Truth truth_of(From x) {
    if constexpr (std::is_same<From, Half>::value || std::is_same<From, Brain>::value) return {uint8_t(widened(x) != 0)};
    else return {uint8_t(x != From(0))};
}

#if defined(__F16C__)
inline size_t widen_packed(const Half* x, float* y, size_t n) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(y + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i))));
    return i;
}
inline size_t narrow_packed(const float* x, Half* y, size_t n) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i), _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
    return i;
}
#else
inline size_t widen_packed(const Half*, float*, size_t) { return 0; }
inline size_t narrow_packed(const float*, Half*, size_t) { return 0; }
#endif

template <class S, class C>
void load(const void* from, ptrdiff_t step, void* to, size_t n) {
    C* y = static_cast<C*>(to);
    if (step == ptrdiff_t(sizeof(S))) {
        const S* x = static_cast<const S*>(from);
        size_t i = 0;
        if constexpr (std::is_same<S, Half>::value && std::is_same<C, float>::value) i = widen_packed(x, y, n);
#pragma omp simd
        for (size_t k = i; k < n; k++) y[k] = converted<C>(x[k]);
        return;
    }
    const char* x = static_cast<const char*>(from);
    for (size_t i = 0; i < n; i++, x += step) y[i] = converted<C>(*reinterpret_cast<const S*>(x));
}

template <class C, class S>
void store(const void* from, void* to, ptrdiff_t step, size_t n) {
    const C* x = static_cast<const C*>(from);
    const auto made = [](C v) {
        if constexpr (std::is_same<S, Truth>::value) return truth_of(v);
        else return converted<S>(v);
    };
    if (step == ptrdiff_t(sizeof(S))) {
        S* y = static_cast<S*>(to);
        size_t i = 0;
        if constexpr (std::is_same<S, Half>::value && std::is_same<C, float>::value) i = narrow_packed(x, y, n);
#pragma omp simd
        for (size_t k = i; k < n; k++) y[k] = made(x[k]);
        return;
    }
    char* y = static_cast<char*>(to);
    for (size_t i = 0; i < n; i++, y += step) *reinterpret_cast<S*>(y) = made(x[i]);
}

// ---- ops

template <class T>
inline T expm1_(T x) {
    x = x > T(exp_limit(x)) + T(1.7) ? T(exp_limit(x)) + T(1.7) : x;
    x = x < T(-50) ? T(-50) : x;
    return expm1_pos(x);
}

template <class T>
inline T log1p_pos(T x) {  // x >= 0
    const T u = T(1) + x;
    return log_(u) + (x - (u - T(1))) / u;
}

RL_OP1(Sign, T(x > T(0)) - T(x < T(0)))
RL_OP1(Frac, x - std::trunc(x))
RL_OP1(Copy, x)
RL_OP1(LogSigmoid, (x < T(0) ? x : x != x ? x : T(0)) - log1p_pos(exp_(-abs_(x))))

struct Mish {
    template <class T>
    static RL_INLINE T run(T x) {
        const T e = exp_(x > T(40) ? T(40) : x), n = e * (e + T(2));
        return x * (n / (n + T(2)));
    }
};
template <class T>
inline T limited(T x, T low, T high) {  // nan stays
    x = x < low ? low : x;
    return x > high ? high : x;
}
RL_OP1(Hardswish, limited(x + T(3), T(0), T(6)) * x * T(1. / 6))
RL_OP1(Hardsigmoid, limited(x + T(3), T(0), T(6)) * T(1. / 6))

#define RL_OP1P(Name, expression)              \
    struct Name {                              \
        template <class T>                     \
        static RL_INLINE T run(T x, const T* p) { \
            return expression;                 \
        }                                      \
    };

RL_OP1P(Hardtanh, limited(x, p[0], p[1]))
RL_OP1P(Elu, x <= T(0) ? expm1_(x * p[2]) * p[0] : x * p[1])                                // alpha * scale, scale, input scale
RL_OP1P(Softplus, x * p[0] > p[1] ? x : log1p_pos(exp_(x * p[0] > p[1] ? p[1] : x * p[0])) / p[0])  // beta, threshold
RL_OP1P(Softshrink, x > p[0] ? x - p[0] : x < -p[0] ? x + p[0] : x * T(0))
RL_OP1P(Hardshrink, abs_(x) <= p[0] ? T(0) : x)
RL_OP1P(Threshold, x <= p[0] ? p[1] : x)
RL_OP1P(Finite, x != x ? p[0] : x == T(__builtin_inf()) ? p[1] : x == -T(__builtin_inf()) ? p[2] : x)  // for nan, inf, -inf

template <class T>
inline T remainder_of(T a, T b) {
    T r = std::fmod(a, b);  // a zero has the sign of a
    return r != T(0) && ((r < T(0)) != (b < T(0))) ? r + b : r;
}
template <class T>
inline T floor_quotient(T a, T b) {
    if (b == T(0)) return a / b;
    const T m = std::fmod(a, b);
    T q = (a - m) / b;
    if (m != T(0) && (b < T(0)) != (m < T(0))) q -= T(1);
    if (q == T(0)) return copysign_(T(0), a / b);
    const T f = std::floor(q);
    return q - f > T(0.5) ? f + T(1) : f;
}
// The quotient of two floats of which nothing is lost in double: fmod without its division loop.
inline bool short_quotient(float a, float b) {
    const double q = double(a) / double(b);
    return q < 1048576. && q > -1048576. && abs_(b) >= 1e-30f && abs_(b) < 1e30f && abs_(a) < 1e30f;
}
inline double exact_fmod(float a, float b) { return double(a) - std::trunc(double(a) / double(b)) * double(b); }
inline float quick_fmod(float a, float b) { return copysign_(float(exact_fmod(a, b)), a); }
inline float quick_remainder(float a, float b) {
    const float r = float(exact_fmod(a, b));
    return r != 0.f && ((r < 0.f) != (b < 0.f)) ? r + b : r == 0.f ? copysign_(0.f, a) : r;
}
inline float quick_floor(float a, float b) {
    const float m = float(exact_fmod(a, b));
    float q = (a - m) / b;
    q = m != 0.f && (b < 0.f) != (m < 0.f) ? q - 1.f : q;
    const float f = std::floor(q), found = q - f > 0.5f ? f + 1.f : f;
    return q == 0.f ? copysign_(0.f, a / b) : found;
}

RL_OP2(Remainder, remainder_of(a, b))
RL_OP2(Fmod, std::fmod(a, b))
RL_OP2(FloorDivide, floor_quotient(a, b))
struct QuickRemainder { static RL_INLINE float run(float a, float b) { return quick_remainder(a, b); } };
struct QuickFmod { static RL_INLINE float run(float a, float b) { return quick_fmod(a, b); } };
struct QuickFloor { static RL_INLINE float run(float a, float b) { return quick_floor(a, b); } };

// Blocks whose quotients are all short take the vector path.
template <class Quick, class Full>
void divided(const void* a, const void* b, void* out, size_t n) {
    const float* x = static_cast<const float*>(a);
    const float* y = static_cast<const float*>(b);
    float* z = static_cast<float*>(out);
    for (size_t m; n; n -= m, x += m, y += m, z += m) {
        m = n < 256 ? n : 256;
        int hard = 0;
#pragma omp simd reduction(| : hard)
        for (size_t i = 0; i < m; i++) hard |= !short_quotient(x[i], y[i]);
        if (hard) {
            for (size_t i = 0; i < m; i++) z[i] = Full::run(x[i], y[i]);
        } else {
#pragma omp simd
            for (size_t i = 0; i < m; i++) z[i] = Quick::run(x[i], y[i]);
        }
    }
}

RL_OP2(Copysign, copysign_(a, b))
RL_OP2(Xlogy, b != b ? b : a == T(0) ? T(0) : a * log_(b))
RL_OP2(Prelu, a > T(0) ? a : a * b)
RL_OP2(Rrelu, a <= T(0) ? a * b : a)
RL_OP2(Glu, a * sigmoid_(b))
struct Logaddexp {
    template <class T>
    static RL_INLINE T run(T a, T b) {
        const T d = a - b, high = d > T(0) ? a : b;
        const T found = high + log1p_pos(exp_(-abs_(d)));
        return a == b ? a + T(0.693147180559945309417) : found;
    }
};
struct Hypot {
    static RL_INLINE float run(float a, float b) { return float(sqrt_(double(a) * double(a) + double(b) * double(b))); }
    static RL_INLINE double run(double a, double b) { return std::hypot(a, b); }
};
inline float hypot_inf(float a, float b) { return abs_(a) == __builtin_inff() || abs_(b) == __builtin_inff() ? __builtin_inff() : Hypot::run(a, b); }
struct HypotAll {
    static RL_INLINE float run(float a, float b) { return hypot_inf(a, b); }
    static RL_INLINE double run(double a, double b) { return std::hypot(a, b); }
};

template <class Op, class T>
void vvv(const void* a, const void* b, const void* c, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    const T* w = static_cast<const T*>(c);
    T* z = static_cast<T*>(out);
#pragma omp simd
    for (size_t i = 0; i < n; i++) z[i] = Op::run(x[i], y[i], w[i]);
}
#define RL_OPT3(Name, expression)               \
    struct Name {                               \
        template <class T>                      \
        static RL_INLINE T run(T a, T b, T c) {    \
            return expression;                  \
        }                                       \
    };
RL_OPT3(LerpTensor, c < T(0.5) ? a + c * (b - a) : b - (b - a) * (T(1) - c))
RL_OPT3(ClampTensor, Minimum::run(Maximum::run(a, b), c))
RL_OPT3(Addcmul, a + b * c)
RL_OPT3(Addcdiv, a + b / c)

// ---- tiles

constexpr size_t kTileLength = 1024;

inline void call(const Pointwise& j, char* const* in, char* out, size_t n) {
    if (j.loop) {
        j.loop(in[0], j.inputs > 1 ? in[1] : j.numbers, out, n);
    } else if (j.loop3) {
        j.loop3(in[0], in[1], j.inputs > 2 ? in[2] : j.numbers, out, n);
    } else {
        char* args[RL_MOST_INPUTS + 1];
        ptrdiff_t steps[RL_MOST_INPUTS + 1], count = ptrdiff_t(n);
        for (int k = 0; k < j.inputs; k++) args[k] = in[k], steps[k] = j.in_size[k];
        args[j.inputs] = out, steps[j.inputs] = j.out_size;
        j.ufunc(args, &count, steps, j.data);
    }
}

struct Tiles {
    alignas(64) char in[RL_MOST_INPUTS][kTileLength * 8];
    alignas(64) char out[kTileLength * 8];
};

// Lays out one value all over its tile.
inline void fill_same(const Pointwise& j, Tiles& tiles) {
    for (int k = 0; k < j.inputs; k++)
        if (j.same[k]) j.gather[k](j.in[k], 0, tiles.in[k], kTileLength);
}

inline void run_pointwise(void* job, int64_t begin, int64_t end) {
    const Pointwise& j = *static_cast<Pointwise*>(job);
    bool plain = !j.store;
    for (int k = 0; k < j.inputs; k++) plain &= j.dense[k];
    char* in[RL_MOST_INPUTS] = {nullptr, nullptr, nullptr};
    if (plain) {
        for (int k = 0; k < j.inputs; k++) in[k] = const_cast<char*>(j.in[k]) + begin * j.in_size[k];
        call(j, in, j.out + begin * j.out_size, size_t(end - begin));
        return;
    }
    Tiles tiles;
    fill_same(j, tiles);
    const int last = j.nd - 1;
    const int64_t inner = j.shape[last];
    int64_t at[RL_MOST_DIMS], rest = begin;
    for (int d = last; d >= 0; d--) at[d] = rest % j.shape[d], rest /= j.shape[d];
    ptrdiff_t from[RL_MOST_INPUTS] = {0, 0, 0}, to = 0;  // offsets of the row
    for (int d = 0; d < last; d++) {
        for (int k = 0; k < j.inputs; k++) from[k] += at[d] * j.in_step[k][d];
        to += at[d] * j.out_step[d];
    }
    for (int64_t pos = begin; pos < end;) {
        const int64_t n = end - pos < int64_t(kTileLength) ? end - pos : int64_t(kTileLength);
        const bool in_row = at[last] + n <= inner;
        for (int k = 0; k < j.inputs; k++) {
            if (j.same[k]) in[k] = tiles.in[k];
            else if (j.dense[k]) in[k] = const_cast<char*>(j.in[k]) + pos * j.in_size[k];
            else if (in_row && !j.load[k] && j.in_step[k][last] == j.in_size[k])
                in[k] = const_cast<char*>(j.in[k]) + from[k] + at[last] * j.in_size[k];
            else in[k] = nullptr;
        }
        const bool direct = !j.store;
        // walk the rows of the tile: gather what must be, remember where results go
        int64_t col = at[last], done = 0;
        int64_t walk[RL_MOST_DIMS];
        ptrdiff_t row[RL_MOST_INPUTS], row_out = to;
        for (int k = 0; k < j.inputs; k++) row[k] = from[k];
        for (int d = 0; d < j.nd; d++) walk[d] = at[d];
        const auto advance = [&] {  // to the next row
            for (int d = last - 1; d >= 0; d--) {
                for (int k = 0; k < j.inputs; k++) row[k] += j.in_step[k][d];
                row_out += j.out_step[d];
                if (++walk[d] < j.shape[d]) break;
                for (int k = 0; k < j.inputs; k++) row[k] -= walk[d] * j.in_step[k][d];
                row_out -= walk[d] * j.out_step[d];
                walk[d] = 0;
            }
            col = 0;
        };
        bool gathering = false;
        for (int k = 0; k < j.inputs; k++) gathering |= !in[k];
        const ptrdiff_t first_out = to;
        const int64_t first_col = col;
        if (gathering || !in_row || at[last] + n == inner) {
            while (done < n) {
                const int64_t m = n - done < inner - col ? n - done : inner - col;
                if (gathering)
                    for (int k = 0; k < j.inputs; k++)
                        if (!in[k])
                            j.gather[k](j.in[k] + row[k] + col * j.in_step[k][last], j.in_step[k][last],
                                        tiles.in[k] + done * j.in_size[k], size_t(m));
                done += m, col += m;
                if (col == inner) advance();
            }
        } else {
            col += n;
        }
        for (int k = 0; k < j.inputs; k++)
            if (!in[k]) in[k] = tiles.in[k];
        if (direct) {
            call(j, in, j.out + pos * j.out_size, size_t(n));
        } else {
            call(j, in, tiles.out, size_t(n));
            // the same walk again, to put the results down
            int64_t c = first_col, put = 0, w[RL_MOST_DIMS];
            ptrdiff_t o = first_out;
            for (int d = 0; d < j.nd; d++) w[d] = at[d];
            while (put < n) {
                const int64_t m = n - put < inner - c ? n - put : inner - c;
                j.store(tiles.out + put * j.out_size, j.out + o + c * j.out_step[last], j.out_step[last], size_t(m));
                put += m, c += m;
                if (c < inner) break;
                c = 0;
                for (int d = last - 1; d >= 0; d--) {
                    o += j.out_step[d];
                    if (++w[d] < j.shape[d]) break;
                    o -= w[d] * j.out_step[d];
                    w[d] = 0;
                }
            }
        }
        for (int k = 0; k < j.inputs; k++) from[k] = row[k];
        to = row_out;
        for (int d = 0; d < last; d++) at[d] = walk[d];
        at[last] = col;
        pos += n;
    }
}

constexpr int64_t kRowsAcross = 16, kColsAcross = int64_t(kTileLength) / kRowsAcross;

// Blocks of 16 rows of the last two dimensions; for each, tiles of 16 x 64.
inline void run_across(void* job, int64_t begin, int64_t end) {
    const Pointwise& j = *static_cast<Pointwise*>(job);
    Tiles tiles;
    fill_same(j, tiles);
    const int last = j.nd - 1, mid = j.nd - 2;
    const int64_t groups = (j.shape[mid] + kRowsAcross - 1) / kRowsAcross;
    for (int64_t block = begin; block < end; block++) {
        const int64_t first = block % groups * kRowsAcross;
        const int64_t rows = j.shape[mid] - first < kRowsAcross ? j.shape[mid] - first : kRowsAcross;
        int64_t rest = block / groups;
        ptrdiff_t from[RL_MOST_INPUTS] = {0, 0, 0}, to = first * j.out_step[mid];
        for (int k = 0; k < j.inputs; k++) from[k] = first * j.in_step[k][mid];
        for (int d = mid - 1; d >= 0; d--) {
            const int64_t i = rest % j.shape[d];
            rest /= j.shape[d];
            for (int k = 0; k < j.inputs; k++) from[k] += i * j.in_step[k][d];
            to += i * j.out_step[d];
        }
        for (int64_t c = 0; c < j.shape[last]; c += kColsAcross) {
            const int64_t cols = j.shape[last] - c < kColsAcross ? j.shape[last] - c : kColsAcross;
            char* in[RL_MOST_INPUTS] = {tiles.in[0], tiles.in[1], tiles.in[2]};
            for (int k = 0; k < j.inputs; k++) {
                if (j.same[k]) continue;
                const char* x = j.in[k] + from[k] + c * j.in_step[k][last];
                const ptrdiff_t size = j.in_size[k], across = j.in_step[k][mid], along = j.in_step[k][last];
                if (across == size && along != size && !j.load[k] && (size == 4 || size == 8)) {
                    for (int64_t i = 0; i < cols; i++) {
                        char* t = tiles.in[k] + i * size;
                        const char* p = x + i * along;
                        if (size == 4)
                            for (int64_t r = 0; r < rows; r++)
                                reinterpret_cast<uint32_t*>(t)[r * cols] = reinterpret_cast<const uint32_t*>(p)[r];
                        else
                            for (int64_t r = 0; r < rows; r++)
                                reinterpret_cast<uint64_t*>(t)[r * cols] = reinterpret_cast<const uint64_t*>(p)[r];
                    }
                } else {
                    for (int64_t r = 0; r < rows; r++)
                        j.gather[k](x + r * across, along, tiles.in[k] + r * cols * size, size_t(cols));
                }
            }
            call(j, in, tiles.out, size_t(rows * cols));
            char* o = j.out + to + c * j.out_step[last];
            for (int64_t r = 0; r < rows; r++)
                j.store(tiles.out + r * cols * j.out_size, o + r * j.out_step[mid], j.out_step[last], size_t(cols));
        }
    }
}

}  // namespace RL_NS
