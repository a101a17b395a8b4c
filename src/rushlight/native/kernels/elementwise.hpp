// Loops over elements. Each op is a struct with `run`; the loop templates do the rest, and the compiler vectorises.
#pragma once
#include <stddef.h>

#include "vmath.hpp"

namespace RL_NS {

// ---- ops of one operand

#define RL_OP1(Name, expression)            \
    struct Name {                           \
        template <class T>                  \
        static RL_INLINE T run(T x) {          \
            return expression;              \
        }                                   \
    };

RL_OP1(Neg, -x)
RL_OP1(Sqrt, sqrt_(x))
RL_OP1(Rsqrt, T(1) / sqrt_(x))
RL_OP1(Reciprocal, T(1) / x)
RL_OP1(Tanh, tanh_(x))
RL_OP1(Relu, x < T(0) ? T(0) : x)  // nan and -0 stay, as in torch
RL_OP1(Square, x* x)
RL_OP1(Cube, x* x* x)
RL_OP1(Erf, erf_(x))
RL_OP1(Gelu, T(0.5) * x * (T(1) + erf_(x * T(0.70710678118654752440))))
RL_OP1(Not, !x)

// Ops with a cheaper form for arguments that are `easy`, as nearly all are: see map1_easy.
#define RL_EASY(Name, is_easy, cheap, full)                         \
    struct Name {                                                   \
        template <class T>                                          \
        static RL_INLINE bool easy(T x) { return is_easy; }            \
        template <class T>                                          \
        static RL_INLINE T run_easy(T x) { return cheap; }             \
        template <class T>                                          \
        static RL_INLINE T run(T x) { return full; }                   \
    };

RL_EASY(Exp, abs_(x) <= exp_limit(x), exp_mid(x), exp_(x))
RL_EASY(Log, (x >= least_normal(x)) & (x < T(__builtin_inff())), log_normal(x, T(0)), log_(x))
RL_EASY(Sigmoid, abs_(x) <= exp_limit(x), sigmoid_from(x, exp_mid(-abs_(x))), sigmoid_(x))
RL_EASY(Silu, abs_(x) <= exp_limit(x), x / (T(1) + exp_mid(-x)), x / (T(1) + exp_(-x)))

struct Abs {
    static RL_INLINE float run(float x) { return abs_(x); }
    static RL_INLINE double run(double x) { return abs_(x); }
    template <class T>
    static RL_INLINE T run(T x) {
        return x < 0 ? -x : x;
    }
};

// The inner function of the tanh form of gelu, and its derivative.
template <class T>
inline T gelu_inner(T x) {
    return T(0.79788456080286535588) * (x + T(0.044715) * x * x * x);
}
RL_OP1(GeluTanh, T(0.5) * x * (T(1) + tanh_(gelu_inner(x))))

// ---- ops of one operand and numbers

struct Pow {
    template <class T>
    static RL_INLINE T run(T x, const T* p) {
        return std::pow(x, p[0]);
    }
};
struct Clamp {  // min(max(x, lo), hi); nan stays
    template <class T>
    static RL_INLINE T run(T x, const T* p) {
        T y = x < p[0] ? p[0] : x;
        return y > p[1] ? p[1] : y;
    }
};
struct LeakyRelu {
    template <class T>
    static RL_INLINE T run(T x, const T* p) {
        return x > T(0) ? x : x * p[0];
    }
};

// ---- ops of two operands

#define RL_OP2(Name, expression)            \
    struct Name {                           \
        template <class T>                  \
        static RL_INLINE auto run(T a, T b) {  \
            return expression;              \
        }                                   \
    };

RL_OP2(Add, a + b)
RL_OP2(Sub, a - b)
RL_OP2(Mul, a* b)
RL_OP2(Div, a / b)
RL_OP2(Maximum, (a > b || a != a) ? a : b)  // a nan wins from either side
RL_OP2(Minimum, (a < b || a != a) ? a : b)
RL_OP2(Eq, a == b)
RL_OP2(Ne, a != b)
RL_OP2(Lt, a < b)
RL_OP2(Le, a <= b)
RL_OP2(Gt, a > b)
RL_OP2(Ge, a >= b)
RL_OP2(And, a& b)
RL_OP2(Or, a | b)
RL_OP2(Xor, a ^ b)

// ---- gradients: g, then the saved value, then the op's numbers

#define RL_OP3(Name, expression)                    \
    struct Name {                                   \
        template <class T>                          \
        static RL_INLINE T run(T g, T x, const T* p) { \
            (void)p;                                \
            return expression;                      \
        }                                           \
    };

RL_OP3(ReluBackward, x <= T(0) ? T(0) : g)
RL_OP3(TanhBackward, g*(T(1) - x * x))
RL_OP3(SigmoidBackward, g*(T(1) - x) * x)
RL_OP3(ClampBackward, (x >= p[0]) & (x <= p[1]) ? g : T(0))
RL_OP3(LeakyReluBackward, x > T(0) ? g : g * p[0])
RL_OP3(Axpy, fused(p[0], x, g))  // torch fuses a + alpha*b, and the end of lerp
RL_OP3(Lerp, abs_(p[0]) < T(0.5) ? fused(p[0], x - g, g) : fused(p[0] - T(1), x - g, x))

struct GeluBackward {  // g (Phi(x) + x phi(x))
    template <class T>
    static RL_INLINE T run(T g, T x, const T*) {
        T cdf = T(0.5) * (T(1) + erf_(x * T(0.70710678118654752440)));
        T pdf = exp_(x * x * T(-0.5)) * T(0.39894228040143267794);
        return g * (cdf + x * pdf);
    }
};
struct GeluTanhBackward {
    template <class T>
    static RL_INLINE T run(T g, T x, const T*) {
        T t = tanh_(gelu_inner(x));
        T inner = T(0.79788456080286535588) * (T(1) + T(3 * 0.044715) * x * x);
        return g * (T(0.5) * (T(1) + t) + T(0.5) * x * (T(1) - t * t) * inner);
    }
};
struct SiluBackward {
    template <class T>
    static RL_INLINE T run(T g, T x, const T*) {
        T s = sigmoid_(x);
        return g * s * (T(1) + x * (T(1) - s));
    }
};

// ---- loops

template <class Op, class T>
void map1(const void* a, const void*, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    T* y = static_cast<T*>(out);
#pragma omp simd
    for (size_t i = 0; i < n; i++) y[i] = Op::run(x[i]);
}

// Block by block: the cheap form when all of a block is easy. Both forms give the same bits there.
template <class Op, class T>
void map1_easy(const void* a, const void*, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    T* y = static_cast<T*>(out);
    for (size_t m; n; n -= m, x += m, y += m) {
        m = n < 512 ? n : 512;
        int hard = 0;
#pragma omp simd reduction(| : hard)
        for (size_t i = 0; i < m; i++) hard |= !Op::easy(x[i]);
        if (hard) {
#pragma omp simd
            for (size_t i = 0; i < m; i++) y[i] = Op::run(x[i]);
        } else {
#pragma omp simd
            for (size_t i = 0; i < m; i++) y[i] = Op::run_easy(x[i]);
        }
    }
}

template <class Op, class T, int kNumbers>
void map1p(const void* a, const void* b, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    T* y = static_cast<T*>(out);
    T p[kNumbers];  // a copy: out may alias nothing that the loop reads again
    for (int k = 0; k < kNumbers; k++) p[k] = static_cast<const T*>(b)[k];
#pragma omp simd
    for (size_t i = 0; i < n; i++) y[i] = Op::run(x[i], p);
}

// O is the element type of the result: T, or bool's byte.
template <class Op, class T, class O>
void vv(const void* a, const void* b, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    O* z = static_cast<O*>(out);
#pragma omp simd
    for (size_t i = 0; i < n; i++) z[i] = O(Op::run(x[i], y[i]));
}
template <class Op, class T, class O>
void vs(const void* a, const void* b, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    const T s = *static_cast<const T*>(b);
    O* z = static_cast<O*>(out);
#pragma omp simd
    for (size_t i = 0; i < n; i++) z[i] = O(Op::run(x[i], s));
}
template <class Op, class T, class O>
void sv(const void* a, const void* b, void* out, size_t n) {
    const T s = *static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    O* z = static_cast<O*>(out);
#pragma omp simd
    for (size_t i = 0; i < n; i++) z[i] = O(Op::run(s, y[i]));
}

template <class Op, class T, int kNumbers>
void vvp(const void* a, const void* b, const void* c, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    T* z = static_cast<T*>(out);
    T p[kNumbers + 1];
    for (int k = 0; k < kNumbers; k++) p[k] = static_cast<const T*>(c)[k];
#pragma omp simd
    for (size_t i = 0; i < n; i++) z[i] = Op::run(x[i], y[i], p);
}

// sin (shift 0) and cos (shift 1): blocks without a huge argument take the vector path.
template <class T, class K, int kShift>
void trig(const void* a, const void*, void* out, size_t n) {
    const T* x = static_cast<const T*>(a);
    T* y = static_cast<T*>(out);
    const size_t kBlock = 256;
    for (size_t at = 0; at < n; at += kBlock) {
        const size_t m = n - at < kBlock ? n - at : kBlock;
        const T* p = x + at;
        T* q = y + at;
        int huge = 0;
#pragma omp simd reduction(| : huge)
        for (size_t i = 0; i < m; i++) huge |= !(abs_(p[i]) < trig_max(T(0)));
        if (!huge) {
#pragma omp simd
            for (size_t i = 0; i < m; i++) q[i] = sincos_(p[i], K(kShift));
        } else {
            for (size_t i = 0; i < m; i++) {
                if (abs_(p[i]) < trig_max(T(0)))
                    q[i] = sincos_(p[i], K(kShift));
                else
                    q[i] = kShift ? std::cos(p[i]) : std::sin(p[i]);
            }
        }
    }
}

template <class T, bool kScalarA, bool kScalarB>
void where(const void* c, const void* a, const void* b, void* out, size_t n) {
    const unsigned char* m = static_cast<const unsigned char*>(c);
    const T* x = static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    T* z = static_cast<T*>(out);
    const T sx = kScalarA ? *x : T(), sy = kScalarB ? *y : T();
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const T p = kScalarA ? sx : x[i], q = kScalarB ? sy : y[i];
        z[i] = m[i] ? p : q;
    }
}

}  // namespace RL_NS
