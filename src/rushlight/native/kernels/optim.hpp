// Optimizer updates, rounded where torch's CPU kernels round: a + alpha*b, lerp and addcmul end in one fused
// multiply-add, addcdiv does not.
//
// The work goes block by block through a buffer that stays in the first-level cache, stage by stage: each stage
// is a plain loop, and which stages there are is decided once a block.
#pragma once
#include <stddef.h>

#include "vmath.hpp"

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace RL_NS {

constexpr size_t kOptimBlock = 256;

// a + w (b - a), from the nearer end.
template <class T>
inline T lerp_(T a, T b, T w, bool near) {
    const T d = b - a;
    return near ? fused(w, d, a) : fused(w - T(1), d, b);
}

#define RL_EACH _Pragma("omp simd") for (size_t i = 0; i < n; i++)

// out = sqrt(v), as PyTorch's optimizers have it: on processors with AVX-512 an estimate of 14 bits and one Newton step,
// which round one root in 160 to the second nearest float (0.55 ulp).
template <class T>
inline void roots(const T* v, T* out, size_t n) {
    RL_EACH out[i] = sqrt_(v[i]);
}
#ifdef __AVX512F__
inline void roots(const float* v, float* out, size_t n) {
    const __m512 half = _mm512_set1_ps(0.5f), none = _mm512_setzero_ps(), huge = _mm512_set1_ps(__builtin_inff());
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 here = n - i < 16 ? __mmask16((1u << (n - i)) - 1) : __mmask16(0xffff);
        const __m512 x = _mm512_maskz_loadu_ps(here, v + i), r = _mm512_rsqrt14_ps(x), s = _mm512_mul_ps(x, r);
        const __m512 y = _mm512_fmadd_ps(_mm512_fnmadd_ps(s, s, x), _mm512_mul_ps(r, half), s);
        const __mmask16 itself = _mm512_cmp_ps_mask(x, none, _CMP_EQ_OQ) | _mm512_cmp_ps_mask(x, huge, _CMP_EQ_OQ);
        _mm512_mask_storeu_ps(out + i, here, _mm512_mask_mov_ps(y, itself, x));
    }
}
#endif

// The gradient with its sign and the weight decay; `d` is used only when there is something to change.
template <class T>
inline const T* effective(const T* g, const T* p, T* d, size_t n, T decay, bool negate) {
    if (!negate && decay == T(0)) return g;
    if (negate) {
        RL_EACH d[i] = -g[i];
    } else {
        RL_EACH d[i] = g[i];
    }
    if (decay != T(0)) RL_EACH d[i] = fused(decay, p[i], d[i]);
    return d;
}

template <class T>
void sgd(void* param, const void* grad, void* buffer, size_t all, const RlSgd* h) {
    T* p = static_cast<T*>(param);
    const T* g = static_cast<const T*>(grad);
    T* b = static_cast<T*>(buffer);
    const T step = T(-h->lr), momentum = T(h->momentum), fresh = T(1 - h->dampening), decay = T(h->weight_decay);
    T scratch[kOptimBlock];
    for (size_t n; all; all -= n, p += n, g += n) {
        n = all < kOptimBlock ? all : kOptimBlock;
        const T* d = effective(g, p, scratch, n, decay, h->maximize != 0);
        if (b) {
            RL_EACH b[i] = fused(fresh, d[i], momentum * b[i]);
            if (h->nesterov) {
                RL_EACH scratch[i] = fused(momentum, b[i], d[i]);
                d = scratch;
            } else {
                d = b;
            }
            b += n;
        }
        RL_EACH p[i] = fused(step, d[i], p[i]);
    }
}

template <class T>
void adam(void* param, const void* grad, void* first, void* second, void* largest, size_t all, const RlAdam* h) {
    T* p = static_cast<T*>(param);
    const T* g = static_cast<const T*>(grad);
    T* m = static_cast<T*>(first);
    T* v = static_cast<T*>(second);
    T* top = static_cast<T*>(largest);
    const T w1 = T(1 - h->beta1), b2 = T(h->beta2), w2 = T(1 - h->beta2), eps = T(h->eps), root = T(h->root);
    const T step = T(-h->step_size), shrink = T(h->shrink), decay = T(h->weight_decay);
    const bool near = 1 - h->beta1 < 0.5;
    T scratch[kOptimBlock], divisor[kOptimBlock];
    for (size_t n; all; all -= n, p += n, g += n, m += n, v += n) {
        n = all < kOptimBlock ? all : kOptimBlock;
        if (shrink != T(1)) RL_EACH p[i] *= shrink;
        const T* d = effective(g, p, scratch, n, decay, h->maximize != 0);
        RL_EACH m[i] = lerp_(m[i], d[i], w1, near);
        RL_EACH v[i] = fused(w2 * d[i], d[i], v[i] * b2);
        const T* u = v;
        if (top) {
            RL_EACH top[i] = (v[i] > top[i] || v[i] != v[i]) ? v[i] : top[i];
            u = top;
            top += n;
        }
        roots(u, divisor, n);
        RL_EACH p[i] = p[i] + (step * m[i]) / (divisor[i] / root + eps);
    }
}

template <class T>
void rmsprop(void* param, const void* grad, void* square, void* buffer, void* average, size_t all, const RlRmsprop* h) {
    T* p = static_cast<T*>(param);
    const T* g = static_cast<const T*>(grad);
    T* v = static_cast<T*>(square);
    T* b = static_cast<T*>(buffer);
    T* mean = static_cast<T*>(average);
    const T alpha = T(h->alpha), w = T(1 - h->alpha), eps = T(h->eps), step = T(-h->lr), momentum = T(h->momentum);
    const T decay = T(h->weight_decay);
    const bool near = 1 - h->alpha < 0.5;
    T scratch[kOptimBlock], root[kOptimBlock];
    for (size_t n; all; all -= n, p += n, g += n, v += n) {
        n = all < kOptimBlock ? all : kOptimBlock;
        const T* d = effective(g, p, scratch, n, decay, h->maximize != 0);
        RL_EACH v[i] = fused(w * d[i], d[i], v[i] * alpha);
        if (mean) {
            RL_EACH mean[i] = lerp_(mean[i], d[i], w, near);
            RL_EACH root[i] = fused(-mean[i], mean[i], v[i]);
            roots(root, root, n);
            mean += n;
        } else {
            roots(v, root, n);
        }
        RL_EACH root[i] += eps;
        if (b) {
            RL_EACH b[i] = momentum * b[i] + d[i] / root[i];
            RL_EACH p[i] = fused(step, b[i], p[i]);
            b += n;
        } else {
            RL_EACH p[i] = p[i] + (step * d[i]) / root[i];
        }
    }
}

template <class T>
void adagrad(void* param, const void* grad, void* total, size_t all, const RlAdagrad* h) {
    T* p = static_cast<T*>(param);
    const T* g = static_cast<const T*>(grad);
    T* s = static_cast<T*>(total);
    const T step = T(-h->rate), eps = T(h->eps), decay = T(h->weight_decay);
    T scratch[kOptimBlock], root[kOptimBlock];
    for (size_t n; all; all -= n, p += n, g += n, s += n) {
        n = all < kOptimBlock ? all : kOptimBlock;
        const T* d = effective(g, p, scratch, n, decay, h->maximize != 0);
        RL_EACH s[i] = fused(d[i], d[i], s[i]);
        roots(s, root, n);
        RL_EACH p[i] = p[i] + (step * d[i]) / (root[i] + eps);
    }
}

#undef RL_EACH

}  // namespace RL_NS
