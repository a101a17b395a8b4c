// Vectors as wide as the level allows: load, store, broadcast, and the interleaving network behind
// transposes and sums. GCC and Clang get vector extensions; other compilers plain loops (and any, with
// RL_PLAIN defined).
#pragma once
#include <cstdint>
#include <cstring>
#include <utility>

#include "level.h"

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define RL_VECTOR_BYTES 64
#define RL_REGISTERS 32
#elif defined(__AVX2__)
#define RL_VECTOR_BYTES 32
#define RL_REGISTERS 16
#elif defined(__aarch64__)
#define RL_VECTOR_BYTES 16
#define RL_REGISTERS 32
#else
#define RL_VECTOR_BYTES 16
#define RL_REGISTERS 16
#endif

#if defined(__GNUC__) && !defined(RL_PLAIN)
#define RL_UNROLL _Pragma("GCC unroll 16")
#else
#define RL_UNROLL
#endif

namespace RL_NS {

template <class T>
struct Lanes {
    static constexpr int W = RL_VECTOR_BYTES / sizeof(T);
};

#if defined(__GNUC__) && !defined(RL_PLAIN)

template <class T>
struct VecOf {
    typedef T type __attribute__((vector_size(RL_VECTOR_BYTES)));
};
template <class T>
using Vec = typename VecOf<T>::type;

template <class T>
RL_INLINE Vec<T> splat(T x) {
    return x - Vec<T>{};  // x - 0 is x, -0 included
}

#else

template <class T>
struct Vec {
    T lane[Lanes<T>::W];
    T& operator[](int i) { return lane[i]; }
    const T& operator[](int i) const { return lane[i]; }
    friend Vec operator+(Vec x, const Vec& y) {
        for (int i = 0; i < Lanes<T>::W; ++i) x.lane[i] += y.lane[i];
        return x;
    }
    friend Vec operator-(Vec x, const Vec& y) {
        for (int i = 0; i < Lanes<T>::W; ++i) x.lane[i] -= y.lane[i];
        return x;
    }
    friend Vec operator*(Vec x, const Vec& y) {
        for (int i = 0; i < Lanes<T>::W; ++i) x.lane[i] *= y.lane[i];
        return x;
    }
    Vec& operator+=(const Vec& y) { return *this = *this + y; }
};

template <class T>
RL_INLINE Vec<T> splat(T x) {
    Vec<T> v;
    for (int i = 0; i < Lanes<T>::W; ++i) v.lane[i] = x;
    return v;
}

#endif

template <class T>
RL_INLINE Vec<T> load(const T* p) {
    Vec<T> v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

template <class T>
RL_INLINE void store(T* p, const Vec<T>& v) {
    std::memcpy(p, &v, sizeof v);
}

// The first n lanes (0 <= n <= W) from memory, zeros behind; nothing past them is read.
#if defined(__AVX512F__)
RL_INLINE Vec<float> load_part(const float* p, int n) {
    return (Vec<float>)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
RL_INLINE Vec<double> load_part(const double* p, int n) {
    return (Vec<double>)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p);
}
RL_INLINE void store_part(float* p, const Vec<float>& v, int n) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
}
RL_INLINE void store_part(double* p, const Vec<double>& v, int n) {
    _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)v);
}
#elif defined(__AVX2__)
RL_INLINE __m256i lane_mask(int n, float) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
RL_INLINE __m256i lane_mask(int n, double) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}
RL_INLINE Vec<float> load_part(const float* p, int n) {
    return (Vec<float>)_mm256_maskload_ps(p, lane_mask(n, 0.f));
}
RL_INLINE Vec<double> load_part(const double* p, int n) {
    return (Vec<double>)_mm256_maskload_pd(p, lane_mask(n, 0.0));
}
RL_INLINE void store_part(float* p, const Vec<float>& v, int n) {
    _mm256_maskstore_ps(p, lane_mask(n, 0.f), (__m256)v);
}
RL_INLINE void store_part(double* p, const Vec<double>& v, int n) {
    _mm256_maskstore_pd(p, lane_mask(n, 0.0), (__m256d)v);
}
#else
template <class T>
RL_INLINE Vec<T> load_part(const T* p, int n) {
    T lane[Lanes<T>::W] = {};
    for (int i = 0; i < n; ++i) lane[i] = p[i];
    return load(lane);
}
template <class T>
RL_INLINE void store_part(T* p, const Vec<T>& v, int n) {
    for (int i = 0; i < n; ++i) p[i] = v[i];
}
#endif

// Interleave: low is x0 y0 x1 y1 ... from the first halves of x and y, high the same from the second.
#if defined(__GNUC__) && !defined(RL_PLAIN)
template <class T, int... I>
RL_INLINE Vec<T> low_of(const Vec<T>& x, const Vec<T>& y, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(x, y, (I / 2 + (I % 2) * Lanes<T>::W)...);
}
template <class T, int... I>
RL_INLINE Vec<T> high_of(const Vec<T>& x, const Vec<T>& y, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(x, y, (I / 2 + Lanes<T>::W / 2 + (I % 2) * Lanes<T>::W)...);
}
template <class T>
RL_INLINE Vec<T> low(const Vec<T>& x, const Vec<T>& y) {
    return low_of<T>(x, y, std::make_integer_sequence<int, Lanes<T>::W>());
}
template <class T>
RL_INLINE Vec<T> high(const Vec<T>& x, const Vec<T>& y) {
    return high_of<T>(x, y, std::make_integer_sequence<int, Lanes<T>::W>());
}
#else
template <class T>
RL_INLINE Vec<T> low(const Vec<T>& x, const Vec<T>& y) {
    Vec<T> v;
    for (int i = 0; i < Lanes<T>::W; ++i) v[i] = i % 2 ? y[i / 2] : x[i / 2];
    return v;
}
template <class T>
RL_INLINE Vec<T> high(const Vec<T>& x, const Vec<T>& y) {
    Vec<T> v;
    for (int i = 0; i < Lanes<T>::W; ++i) v[i] = i % 2 ? y[(i + Lanes<T>::W) / 2] : x[(i + Lanes<T>::W) / 2];
    return v;
}
#endif

// A vector of which the first n lanes count: masks cost nothing on AVX-512, elsewhere a branch does less.
template <class T>
RL_INLINE Vec<T> load_edge(const T* p, int n) {
    return RL_VECTOR_BYTES < 64 && n == Lanes<T>::W ? load(p) : load_part(p, n);
}
template <class T>
RL_INLINE void store_edge(T* p, const Vec<T>& v, int n) {
    RL_VECTOR_BYTES < 64 && n == Lanes<T>::W ? store(p, v) : store_part(p, v, n);
}

// Lanes [first, first + n) alone: lane i comes from, or goes to, p[i].
#if defined(__AVX512F__)
RL_INLINE Vec<float> load_lanes(const float* p, int first, int n) {
    return (Vec<float>)_mm512_maskz_loadu_ps((__mmask16)(((1u << n) - 1) << first), p);
}
RL_INLINE Vec<double> load_lanes(const double* p, int first, int n) {
    return (Vec<double>)_mm512_maskz_loadu_pd((__mmask8)(((1u << n) - 1) << first), p);
}
RL_INLINE void store_lanes(float* p, const Vec<float>& v, int first, int n) {
    _mm512_mask_storeu_ps(p, (__mmask16)(((1u << n) - 1) << first), (__m512)v);
}
RL_INLINE void store_lanes(double* p, const Vec<double>& v, int first, int n) {
    _mm512_mask_storeu_pd(p, (__mmask8)(((1u << n) - 1) << first), (__m512d)v);
}
#else
template <class T>
RL_INLINE Vec<T> load_lanes(const T* p, int first, int n) {
    Vec<T> v{};
    for (int i = first; i < first + n; ++i) v[i] = p[i];
    return v;
}
template <class T>
RL_INLINE void store_lanes(T* p, const Vec<T>& v, int first, int n) {
    T lane[Lanes<T>::W];
    store(lane, v);
    for (int i = first; i < first + n; ++i) p[i] = lane[i];
}
#endif

// Transposes P vectors (P <= W, a power of two) by log2(P) rounds of a perfect shuffle: v[0] then holds
// lane 0 of each of them, lane 1 of each, ... and the last one ends with lane W - 1 of each.
template <class T, int P = Lanes<T>::W, int Round = 1>
RL_INLINE void transpose(Vec<T>* v) {
    if constexpr (Round < P) {
        Vec<T> t[P];
        RL_UNROLL for (int i = 0; i < P / 2; ++i) {
            t[2 * i] = low<T>(v[i], v[i + P / 2]);
            t[2 * i + 1] = high<T>(v[i], v[i + P / 2]);
        }
        RL_UNROLL for (int i = 0; i < P; ++i) v[i] = t[i];
        transpose<T, P, Round * 2>(v);
    }
}

// Returns the vector whose lane i is the sum of the lanes of v[i], for W vectors; v is used up.
template <class T, int N = Lanes<T>::W>
RL_INLINE Vec<T> sums(Vec<T>* v) {
    if constexpr (N > 1) {
        RL_UNROLL for (int i = 0; i < N / 2; ++i) v[i] = low<T>(v[i], v[i + N / 2]) + high<T>(v[i], v[i + N / 2]);
        return sums<T, N / 2>(v);
    } else {
        return v[0];
    }
}

}  // namespace RL_NS
