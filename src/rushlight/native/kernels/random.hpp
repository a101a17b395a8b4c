// The Mersenne Twister in blocks, and the fills of PyTorch's CPU generator on top of it.
//
// A state is uint32_t[625]: 624 words, then the index of the next one (624: the block is used up).
// Every product that PyTorch's build fuses with the following sum is an explicit fma here, since
// kernels are compiled without contraction: the digits are the same at every instruction level.
#pragma once
#include <cmath>
#include <cstring>

#include "random.h"

namespace RL_NS {

constexpr size_t N = 624, M = 397;
constexpr size_t BLOCK = 1024;  // words held on the stack
constexpr double TWO_PI = 6.283185307179586476925;

inline uint32_t twist(uint32_t a, uint32_t b) {
    return (((a & 0x80000000u) | (b & 0x7fffffffu)) >> 1) ^ ((0u - (b & 1u)) & 0x9908b0dfu);
}

inline void refill(uint32_t* s) {
    // s[i] looks at s[i + 1] and at a word 227 back or 397 on: chunks of 16 never meet their own results.
#pragma omp simd safelen(16)
    for (size_t i = 0; i < N - M; i++) s[i] = s[i + M] ^ twist(s[i], s[i + 1]);
#pragma omp simd safelen(16)
    for (size_t i = N - M; i < N - 1; i++) s[i] = s[i + M - N] ^ twist(s[i], s[i + 1]);
    s[N - 1] = s[M - 1] ^ twist(s[N - 1], s[0]);
    s[N] = 0;
}

void words(uint32_t* s, uint32_t* out, size_t n) {
    while (n) {
        if (s[N] >= N) refill(s);
        const size_t at = s[N], take = n < N - at ? n : N - at;
        const uint32_t* in = s + at;
#pragma omp simd
        for (size_t i = 0; i < take; i++) {
            uint32_t y = in[i];
            y ^= y >> 11;
            y ^= (y << 7) & 0x9d2c5680u;
            y ^= (y << 15) & 0xefc60000u;
            out[i] = y ^ (y >> 18);
        }
        s[N] = uint32_t(at + take);
        out += take;
        n -= take;
    }
}

// ---- uniform

inline float unit24(uint32_t w) { return float(int32_t(w & 0xffffffu)) * 0x1p-24f; }
inline uint64_t join(const uint32_t* w) { return uint64_t(w[0]) << 32 | w[1]; }
inline int64_t low53(const uint32_t* w) { return int64_t(join(w) & ((uint64_t(1) << 53) - 1)); }
inline double unit53(const uint32_t* w) { return double(low53(w)) * 0x1p-53; }

void uniform_f32(uint32_t* s, float* out, size_t n, float low, float high) {
    uint32_t w[BLOCK];
    const float range = high - low;
    for (size_t done = 0; done < n;) {
        const size_t take = n - done < BLOCK ? n - done : BLOCK;
        words(s, w, take);
        float* o = out + done;
        if (low == 0 && high == 1) {
#pragma omp simd
            for (size_t i = 0; i < take; i++) o[i] = unit24(w[i]);
        } else {
#pragma omp simd
            for (size_t i = 0; i < take; i++) {
                const float x = __builtin_fmaf(unit24(w[i]), range, low);
                o[i] = x == high ? low : x;
            }
        }
        done += take;
    }
}

void uniform_f64(uint32_t* s, double* out, size_t n, double low, double high) {
    uint32_t w[BLOCK];
    const double range = high - low;
    for (size_t done = 0; done < n;) {
        const size_t take = n - done < BLOCK / 2 ? n - done : BLOCK / 2;
        words(s, w, 2 * take);
        double* o = out + done;
        if (low == 0 && high == 1) {
#pragma omp simd
            for (size_t i = 0; i < take; i++) o[i] = unit53(w + 2 * i);
        } else {
#pragma omp simd
            for (size_t i = 0; i < take; i++) {
                const double x = __builtin_fma(unit53(w + 2 * i), range, low);
                o[i] = x == high ? low : x;
            }
        }
        done += take;
    }
}

// ---- normal, float32: Cephes' logf, sinf and cosf with fused multiply-adds

template <class To, class From>
inline To bits(From x) {
    To y;
    std::memcpy(&y, &x, sizeof(To));
    return y;
}

inline float log_cephes(float x) {
    const int32_t b = bits<int32_t>(x);
    float e = float((b >> 23) - 126);
    x = bits<float>((b & 0x7fffff) | 0x3f000000);
    const bool small = x < 0.707106781186547524f;
    e = small ? e - 1.0f : e;
    x = small ? (x - 1.0f) + x : x - 1.0f;
    const float z = x * x;
    float y = 7.0376836292e-2f;
    y = __builtin_fmaf(y, x, -1.1514610310e-1f);
    y = __builtin_fmaf(y, x, 1.1676998740e-1f);
    y = __builtin_fmaf(y, x, -1.2420140846e-1f);
    y = __builtin_fmaf(y, x, 1.4249322787e-1f);
    y = __builtin_fmaf(y, x, -1.6668057665e-1f);
    y = __builtin_fmaf(y, x, 2.0000714765e-1f);
    y = __builtin_fmaf(y, x, -2.4999993993e-1f);
    y = __builtin_fmaf(y, x, 3.3333331174e-1f);
    y = __builtin_fmaf(y * x, z, e * -2.12194440e-4f);
    y = y - z * 0.5f;
    return __builtin_fmaf(e, 0.693359375f, x + y);
}

// Eight radii in u[0..7] and eight angles in u[8..15] become sixteen normals.
inline void turn16(float* u, float mean, float std) {
#pragma omp simd
    for (int i = 0; i < 8; i++) {
        const float radius = __builtin_sqrtf(-2.0f * log_cephes(1.0f - u[i]));
        float x = u[i + 8] * float(TWO_PI);
        const int32_t j = (int32_t(x * 1.27323954473516f) + 1) & ~1;
        const float y = float(j);
        x = __builtin_fmaf(y, -0.78515625f, x);
        x = __builtin_fmaf(y, -2.4187564849853515625e-4f, x);
        x = __builtin_fmaf(y, -3.77489497744594108e-8f, x);
        const float z = x * x;
        float c = __builtin_fmaf(2.443315711809948e-5f, z, -1.388731625493765e-3f);
        c = __builtin_fmaf(c, z, 4.166664568298827e-2f);
        c = __builtin_fmaf(c * z, z, z * -0.5f) + 1.0f;
        float d = __builtin_fmaf(-1.9515295891e-4f, z, 8.3321608736e-3f);
        d = __builtin_fmaf(d, z, -1.6666654611e-1f);
        d = __builtin_fmaf(d * z, x, x);
        const bool swap = j & 2;
        const float sin = swap ? c : d, cos = swap ? d : c;
        const int32_t flip_sin = (j & 4) << 29, flip_cos = ((j + 2) & 4) << 29;
        u[i] = __builtin_fmaf(radius * bits<float>(bits<int32_t>(cos) ^ flip_cos), std, mean);
        u[i + 8] = __builtin_fmaf(radius * bits<float>(bits<int32_t>(sin) ^ flip_sin), std, mean);
    }
}

void normal_f32(uint32_t* s, float* out, size_t n, float mean, float std) {
    const size_t whole = n / 16 * 16;
    size_t done = 0;
    while (done < whole) {  // block by block, while the uniforms are in the cache
        const size_t take = whole - done < BLOCK ? whole - done : BLOCK;
        uniform_f32(s, out + done, take, 0, 1);
        for (size_t i = 0; i < take; i += 16) turn16(out + done + i, mean, std);
        done += take;
    }
    if (n % 16) {
        uint32_t unused[16];
        words(s, unused, n % 16);
        uniform_f32(s, out + n - 16, 16, 0, 1);
        turn16(out + n - 16, mean, std);
    }
}

// ---- normal, float64: libm

inline void turn16(double* u, double mean, double std) {
    for (int i = 0; i < 8; i++) {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - u[i])), angle = TWO_PI * u[i + 8];
        u[i] = __builtin_fma(radius * std::cos(angle), std, mean);
        u[i + 8] = __builtin_fma(radius * std::sin(angle), std, mean);
    }
}

void normal_f64(uint32_t* s, double* out, size_t n, double mean, double std) {
    uniform_f64(s, out, n, 0, 1);
    for (size_t i = 0; i + 16 <= n; i += 16) turn16(out + i, mean, std);
    if (n % 16) {
        uniform_f64(s, out + n - 16, 16, 0, 1);
        turn16(out + n - 16, mean, std);
    }
}

// Normals one by one; `cached` is the second half of a pair, NaN when there is none.
template <class T>
void normal_pairs(uint32_t* s, T* out, size_t n, double mean, double std, double* cached) {
    size_t i = 0;
    if (n && *cached == *cached) {
        out[i++] = T(__builtin_fma(*cached, std, mean));
        *cached = NAN;
    }
    for (; i < n; i += 2) {
        uint32_t w[4];
        words(s, w, 4);
        const double radius = std::sqrt(-2.0 * std::log1p(-unit53(w + 2))), angle = TWO_PI * unit53(w);
        const double second = radius * std::sin(angle);
        out[i] = T(__builtin_fma(radius * std::cos(angle), std, mean));
        if (i + 1 < n) out[i + 1] = T(__builtin_fma(second, std, mean));
        else *cached = second;
    }
}

// ---- others

// Stores `one` where u < p, else `zero`; u < p is decided on the 53-bit whole numbers.
template <class T>
inline void choose(uint32_t* s, T* out, size_t n, double p, T one, T zero) {
    uint32_t w[BLOCK];
    const int64_t below = int64_t(std::ceil(p * 0x1p53));
    for (size_t done = 0; done < n;) {
        const size_t take = n - done < BLOCK / 2 ? n - done : BLOCK / 2;
        words(s, w, 2 * take);
        T* o = out + done;
#pragma omp simd
        for (size_t i = 0; i < take; i++) o[i] = low53(w + 2 * i) < below ? one : zero;
        done += take;
    }
}

void bernoulli(uint32_t* s, uint8_t* out, size_t n, double p) { choose<uint8_t>(s, out, n, p, 1, 0); }

template <class T>
void noise(uint32_t* s, T* out, size_t n, double keep, T scale) {
    choose<T>(s, out, n, keep, scale, 0);
}

void exponential(uint32_t* s, double* out, size_t n, double rate) {
    uniform_f64(s, out, n, 0, 1);
    const double scale = -1.0 / rate;
    for (size_t i = 0; i < n; i++) out[i] = scale * std::log1p(-out[i]);
}

void integers(uint32_t* s, int64_t* out, size_t n, int64_t low, uint64_t count, bool wide) {
    uint32_t w[BLOCK];
    for (size_t done = 0; done < n;) {
        const size_t take = n - done < BLOCK / 2 ? n - done : BLOCK / 2;
        int64_t* o = out + done;
        if (wide) {
            words(s, w, 2 * take);
            for (size_t i = 0; i < take; i++) o[i] = int64_t(join(w + 2 * i) % count + uint64_t(low));
        } else {
            // The quotient of two 32-bit numbers, rounded to 53 bits, never reaches the next whole number.
            words(s, w, take);
            const double d = double(int64_t(count));
#pragma omp simd
            for (size_t i = 0; i < take; i++) {
                const int64_t v = w[i];
                o[i] = v - int64_t(double(v) / d) * int64_t(count) + low;
            }
        }
        done += take;
    }
}

void permutation(uint32_t* s, int64_t* out, size_t n) {
    uint32_t w[BLOCK];
    if (n < 0xffffffffu / 20) {
        for (size_t i = 0; i < n; i++) out[i] = int64_t(i);
        for (size_t i = 0; i + 1 < n;) {
            const size_t left = n - 1 - i, take = left < BLOCK ? left : BLOCK;
            words(s, w, take);
            for (size_t k = 0; k < take; k++, i++) {
                const size_t other = i + w[k] % uint32_t(n - i);
                const int64_t kept = out[i];
                out[i] = out[other];
                out[other] = kept;
            }
        }
        return;
    }
    for (size_t i = 0; i < n;) {
        const size_t take = n - i < BLOCK / 2 ? n - i : BLOCK / 2;
        words(s, w, 2 * take);
        for (size_t k = 0; k < take; k++, i++) {
            const size_t other = size_t(join(w + 2 * k) % (i + 1));
            out[i] = out[other];
            out[other] = int64_t(i);
        }
    }
}

}  // namespace RL_NS
