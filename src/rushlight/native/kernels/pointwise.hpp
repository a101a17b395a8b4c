// Elementwise loops over operands of any layout and type, a tile at a time.
//
// Every loop sees contiguous elements of one type. An operand that is so in memory is read where it lies; any other (repeated,
// strided, transposed, of half precision, of another type) is laid out in a tile first, which stays in
// the nearest cache. Where an operand runs across the others, as a transposed one does, tiles are blocks of
// 16 rows, so that each line of it is read once.
#pragma once
#include <type_traits>

#include "elementwise.h"
#include "elementwise.hpp"
#include "lanes.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace RL_NS {

// ---- half precision

struct Half { uint16_t bits; };
struct Brain { uint16_t bits; };

#if defined(__F16C__)
RL_INLINE float widened(Half h) { return _cvtsh_ss(h.bits); }
RL_INLINE Half to_half(float x) { return {uint16_t(_cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT))}; }
#else
RL_INLINE float widened(Half h) {
    const uint32_t u = h.bits, sign = (u & 0x8000u) << 16, rest = u & 0x7fffu;
    const float scaled = bits<float>((rest << 13) + 0x38000000u);                       // normal numbers
    const float tiny = bits<float>((rest << 13) + 0x38800000u) - 6.103515625e-05f;     // 0 and denormals
    const uint32_t big = (rest << 13) + 0x70000000u;                                    // inf, nan
    const uint32_t found = rest >= 0x7c00u ? big : rest < 0x400u ? bits<uint32_t>(tiny) : bits<uint32_t>(scaled);
    return bits<float>(found | sign);
}
RL_INLINE Half to_half(float x) {  // to nearest, ties to even
    const uint32_t u = bits<uint32_t>(x), sign = (u >> 16) & 0x8000u, a = u & 0x7fffffffu;
    const uint32_t normal = (a - 0x38000000u + 0xfffu + ((a >> 13) & 1u)) >> 13;
    const uint32_t tiny = bits<uint32_t>(bits<float>(a) + 0.5f) - 0x3f000000u;
    const uint32_t rest = a > 0x7f800000u ? 0x7e00u : a >= 0x47800000u ? 0x7c00u : a < 0x38800000u ? tiny : normal;
    return {uint16_t(rest | sign)};
}
#endif
RL_INLINE float widened(Brain b) { return bits<float>(uint32_t(b.bits) << 16); }

RL_INLINE Brain to_brain(float x) {
    const uint32_t u = bits<uint32_t>(x);
    const uint32_t rounded = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    return {uint16_t((u & 0x7fffffffu) > 0x7f800000u ? ((u >> 16) & 0x8000u) | 0x7fc0u : rounded)};
}

template <class To, class From>
RL_INLINE To converted(From x) {
    if constexpr (std::is_same<To, From>::value) return x;
    else if constexpr (std::is_same<From, Half>::value || std::is_same<From, Brain>::value) return converted<To>(widened(x));
    else if constexpr (std::is_same<To, Half>::value) return to_half(x);
    else if constexpr (std::is_same<To, Brain>::value) return to_brain(x);
    else return To(x);
}

struct Truth { uint8_t bits; };  // a bool in memory

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
    if (!step) {
        const C value = converted<C>(*reinterpret_cast<const S*>(x));
        for (size_t i = 0; i < n; i++) y[i] = value;
        return;
    }
    for (size_t i = 0; i < n; i++, x += step) y[i] = converted<C>(*reinterpret_cast<const S*>(x));
}

template <class C, class S>
void store(const void* from, void* to, ptrdiff_t step, size_t n) {
    const C* x = static_cast<const C*>(from);
    const auto made = [](C v) {
        if constexpr (std::is_same<S, Truth>::value) return Truth{uint8_t(v != C(0))};
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

// ---- tiles

constexpr size_t kTileLength = 1024;

// single: a bit for each operand that is one value, also where it is one in this tile only.
inline void call(const Pointwise& j, char* const* in, char* out, size_t n, int single = 0) {
    for (int k = 0; k < j.inputs; k++) single |= int(j.same[k]) << k;
    if (j.loop) {
        const char* operands[RL_MOST_INPUTS + 1] = {in[0], in[1], in[2], nullptr};
        operands[j.inputs] = static_cast<const char*>(j.numbers);
        rl::run_job({j.loop, j.inputs, single, {j.in_size[0], j.in_size[1], j.in_size[2]}, j.out_size}, operands, out, int64_t(n));
    } else {
        char* args[RL_MOST_INPUTS + 1];
        ptrdiff_t steps[RL_MOST_INPUTS + 1], count = ptrdiff_t(n);
        for (int k = 0; k < j.inputs; k++) args[k] = in[k], steps[k] = single >> k & 1 ? 0 : j.in_size[k];
        args[j.inputs] = out, steps[j.inputs] = j.out_size;
        j.ufunc(args, &count, steps, j.data);
    }
}

struct Tiles {
    alignas(64) char in[RL_MOST_INPUTS][kTileLength * 8];
    alignas(64) char out[kTileLength * 8];
};

// Puts single values into their tiles.
inline void fill_same(const Pointwise& j, Tiles& tiles) {
    for (int k = 0; k < j.inputs; k++)
        if (j.same[k]) j.load[k](j.in[k], j.in_size[k], tiles.in[k], 1);
}

RL_SMALL inline void run_pointwise(void* job, int64_t begin, int64_t end) {
    const Pointwise& j = *static_cast<Pointwise*>(job);
    bool plain = !j.store;
    for (int k = 0; k < j.inputs; k++) plain &= j.dense[k] || (j.same[k] && j.as_is[k]);
    char* in[RL_MOST_INPUTS] = {nullptr, nullptr, nullptr};
    if (plain) {
        for (int k = 0; k < j.inputs; k++) in[k] = const_cast<char*>(j.in[k]) + (j.same[k] ? 0 : begin * j.in_size[k]);
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
        int64_t n = end - pos < int64_t(kTileLength) ? end - pos : int64_t(kTileLength);
        const int64_t left = inner - at[last];
        if (left < n && left >= int64_t(kTileLength) / 4) n = left;  // tiles of one row lie where they are more often
        const bool in_row = n <= left;
        int single = 0;
        for (int k = 0; k < j.inputs; k++) {
            if (j.same[k]) in[k] = tiles.in[k];
            else if (j.dense[k]) in[k] = const_cast<char*>(j.in[k]) + pos * j.in_size[k];
            else if (in_row && j.as_is[k] && j.in_step[k][last] == j.in_size[k])
                in[k] = const_cast<char*>(j.in[k]) + from[k] + at[last] * j.in_size[k];
            else if (in_row && j.as_is[k] && !j.in_step[k][last] && j.loop && j.inputs > 1)
                in[k] = const_cast<char*>(j.in[k]) + from[k], single |= 1 << k;
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
                            j.load[k](j.in[k] + row[k] + col * j.in_step[k][last], j.in_step[k][last],
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
            call(j, in, j.out + pos * j.out_size, size_t(n), single);
        } else {
            call(j, in, tiles.out, size_t(n), single);
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

#if defined(__SSE2__)
// Four columns of 16 elements, `along` bytes apart, as 16 rows of four.
inline void turn_four(const char* x, ptrdiff_t along, float* t, int64_t cols) {
    for (int64_t r = 0; r < kRowsAcross; r += 4) {
        __m128 a[4];
        for (int c = 0; c < 4; c++) a[c] = _mm_loadu_ps(reinterpret_cast<const float*>(x + c * along) + r);
        _MM_TRANSPOSE4_PS(a[0], a[1], a[2], a[3]);
        for (int c = 0; c < 4; c++) _mm_storeu_ps(t + (r + c) * cols, a[c]);
    }
}
#endif

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
                if (across == size && along != size && j.as_is[k] && (size == 4 || size == 8)) {
                    int64_t i = 0;
#if defined(__SSE2__)
                    if (size == 4 && rows == kRowsAcross)
                        for (; i + 4 <= cols; i += 4) turn_four(x + i * along, along, reinterpret_cast<float*>(tiles.in[k]) + i, cols);
#endif
                    for (; i < cols; i++) {
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
                        j.load[k](x + r * across, along, tiles.in[k] + r * cols * size, size_t(cols));
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
