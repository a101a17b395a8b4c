// Loops over elements. Each op is a struct with `run`; the loop templates do the rest, and the compiler vectorises.
#pragma once
#include <stddef.h>

#include <cstring>

#include "vmath.hpp"

namespace RL_NS {

// ---- ops of one operand

#define RL_OP1(Name, expression)               \
    struct Name {                              \
        template <class T>                     \
        static RL_INLINE T run(T x, const T* p) { \
            (void)p;                           \
            return expression;                 \
        }                                      \
    };

template <class T>
RL_INLINE T limited(T x, T low, T high) {  // min(max(x, low), high); nan stays
    x = x < low ? low : x;
    return x > high ? high : x;
}
template <class T>
RL_INLINE T logit_(T x) {
    return log_(x / (T(1) - x));
}
// The inner function of the tanh form of gelu, and its derivative.
template <class T>
RL_INLINE T gelu_inner(T x) {
    return T(0.79788456080286535588) * (x + T(0.044715) * x * x * x);
}

RL_OP1(Neg, -x)
RL_OP1(Sqrt, sqrt_(x))
RL_OP1(Rsqrt, T(1) / sqrt_(x))
RL_OP1(Reciprocal, T(1) / x)
RL_OP1(Tanh, tanh_(x))
RL_OP1(Relu, x < T(0) ? T(0) : x)  // nan and -0 stay, as in torch
RL_OP1(Square, x* x)
RL_OP1(Cube, x* x* x)
RL_OP1(Erf, erf_(x))
RL_OP1(Gelu, T(0.5) * x * (T(1) + erf_rational(x * T(0.70710678118654752440))))
RL_OP1(GeluTanh, T(0.5) * x * (T(1) + tanh_(gelu_inner(x))))
RL_OP1(Not, !x)
RL_OP1(Sign, T(x > T(0)) - T(x < T(0)))
RL_OP1(Frac, x - std::trunc(x))
RL_OP1(Copy, x)
RL_OP1(LogSigmoid, (x < T(0) ? x : x != x ? x : T(0)) - log1p_pos(exp_(-abs_(x))))
RL_OP1(Hardswish, limited(x + T(3), T(0), T(6)) * x * T(1. / 6))
RL_OP1(Hardsigmoid, limited(x + T(3), T(0), T(6)) * T(1. / 6))
RL_OP1(Clamp, limited(x, p[0], p[1]))
RL_OP1(LeakyRelu, x > T(0) ? x : x * p[0])
RL_OP1(Elu, x <= T(0) ? expm1_(x * p[2]) * p[0] : x * p[1])
RL_OP1(Softplus, x * p[0] > p[1] ? x : log1p_pos(exp_(x * p[0] > p[1] ? p[1] : x * p[0])) / p[0])
RL_OP1(Softshrink, x > p[0] ? x - p[0] : x < -p[0] ? x + p[0] : x * T(0))
RL_OP1(Hardshrink, abs_(x) <= p[0] ? T(0) : x)
RL_OP1(Threshold, x <= p[0] ? p[1] : x)
RL_OP1(Erfc, erfc_(x))
RL_OP1(Erfinv, erfinv_(x))
RL_OP1(Log1p, log1p_(x))
RL_OP1(InverseSquare, T(1) / (x * x))
RL_OP1(Logit, logit_(limited(x, p[0], p[1])))
RL_OP1(Finite, x != x ? p[0] : x == T(__builtin_inf()) ? p[1] : x == -T(__builtin_inf()) ? p[2] : x)

struct Abs {
    static RL_INLINE float run(float x, const float*) { return abs_(x); }
    static RL_INLINE double run(double x, const double*) { return abs_(x); }
    template <class T>
    static RL_INLINE T run(T x, const T*) {
        return x < 0 ? -x : x;
    }
};
template <class T>
RL_INLINE T tanh_softplus(T x) {
    const T e = exp_(x > T(40) ? T(40) : x), n = e * (e + T(2));
    return n / (n + T(2));
}
RL_OP1(Mish, x * tanh_softplus(x))

// Ops with a cheaper form for arguments that are `easy`, as nearly all are: see map_easy.
#define RL_EASY(Name, is_easy, cheap, full)                            \
    struct Name {                                                      \
        template <class T>                                             \
        static RL_INLINE bool easy(T x) { return is_easy; }            \
        template <class T>                                             \
        static RL_INLINE T run_easy(T x) { return cheap; }             \
        template <class T>                                             \
        static RL_INLINE T run(T x) { return full; }                   \
    };

RL_EASY(Exp, abs_(x) <= exp_limit(x), exp_mid(x), exp_(x))
RL_EASY(Log, (x >= least_normal(x)) & (x < T(__builtin_inff())), log_normal(x, T(0)), log_(x))
RL_EASY(Sigmoid, abs_(x) <= exp_limit(x), sigmoid_from(x, exp_mid(-abs_(x))), sigmoid_(x))
RL_EASY(Silu, abs_(x) <= exp_limit(x), x / (T(1) + exp_mid(-x)), x / (T(1) + exp_(-x)))

// The gamma family of positive numbers, in double: the argument goes up by 7, where the asymptotic series holds.
struct Shifted {
    bool far;
    double y, product, slope;  // x (x + 1) ... (x + 6), and its derivative
    explicit RL_INLINE Shifted(double x) : far(x > 8.), y(far ? x : x + 7.), product(far ? 1. : x), slope(1.) {
        const double first = product;
        for (int k = 1; k < 7; k++) slope = slope * (first + k) + product, product *= first + k;
    }
};
RL_INLINE double digamma_positive(double x) {
    const Shifted s(x);
    const double z = 1. / (s.y * s.y);
    const double series = z * poly(z, 1. / 12, -1. / 120, 1. / 252, -1. / 240, 1. / 132, -691. / 32760);
    return log_normal(s.y, 0.) - 0.5 / s.y - series - (s.far ? 0. : s.slope / s.product);
}
struct Lgamma {
    static RL_INLINE bool easy(float x) { return (x > 1e-30f) & (x < 1e30f); }
    static RL_INLINE float run_easy(float x) {
        const Shifted s(x);
        const double r = 1. / s.y, tail = r * poly(r * r, 1. / 12, -1. / 360, 1. / 1260, -1. / 1680, 1. / 1188, -691. / 360360);
        const double found = (s.y - 0.5) * log_normal(s.y, 0.) - s.y + 0.91893853320467274178 + tail;
        const double near = found - log_normal(s.product, 0.);
        return float(s.far ? found : abs_(near) < 1e-12 ? 0. : near);
    }
    static float run(float x) { return float(std::lgamma(double(x))); }
};
struct Digamma {
    static RL_INLINE bool easy(float x) { return Lgamma::easy(x); }
    static RL_INLINE float run_easy(float x) { return float(digamma_positive(x)); }
    static float run(float x) {
        const double pi = 3.14159265358979323846, d = x;
        if (x == 0.f) return copysign_(__builtin_inff(), -x);
        if (x > 1e30f) return x < __builtin_inff() ? float(std::log(d)) : x;
        const double found = digamma_positive(x < 0.f ? 1. - d : d);
        if (!(x < 0.f)) return float(found);
        return x == std::floor(x) ? __builtin_nanf("") : float(found - pi / std::tan(pi * (d - std::floor(d + 0.5))));
    }
};

// ---- ops of two operands and numbers

#define RL_OP2(Name, expression)                    \
    struct Name {                                   \
        template <class T>                          \
        static RL_INLINE auto run(T a, T b, const T* p) { \
            (void)p;                                \
            return expression;                      \
        }                                           \
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
RL_OP2(And, a& b)
RL_OP2(Or, a | b)
RL_OP2(Xor, a ^ b)
RL_OP2(Copysign, copysign_(a, b))
RL_OP2(Xlogy, b != b ? b : a == T(0) ? T(0) : a * log_(b))
RL_OP2(Prelu, a > T(0) ? a : a * b)
struct Logaddexp {
    template <class T>
    static RL_INLINE T run(T a, T b, const T*) {
        const T d = a - b, high = d > T(0) ? a : b;
        const T found = high + log1p_pos(exp_(-abs_(d)));
        return a == b ? a + T(0.693147180559945309417) : found;
    }
};
struct Hypot {
    static RL_INLINE float run(float a, float b, const float*) {
        const float inf = __builtin_inff(), found = float(sqrt_(double(a) * double(a) + double(b) * double(b)));
        return abs_(a) == inf || abs_(b) == inf ? inf : found;
    }
    static inline double run(double a, double b, const double*) { return std::hypot(a, b); }
};

// Gradients: a is g, b what was saved.
RL_OP2(ReluBackward, b <= T(0) ? T(0) : a)
RL_OP2(TanhBackward, a*(T(1) - b * b))
RL_OP2(SigmoidBackward, a*(T(1) - b) * b)
RL_OP2(ClampBackward, (b >= p[0]) & (b <= p[1]) ? a : T(0))
RL_OP2(HardtanhBackward, (b <= p[0]) | (b >= p[1]) ? T(0) : a)
RL_OP2(LeakyReluBackward, b > T(0) ? a : a * p[0])
RL_OP2(HardsigmoidBackward, (b > T(-3)) & (b < T(3)) ? a / T(6) : T(0))
RL_OP2(ShrinkBackward, (b >= -p[0]) & (b <= p[0]) ? T(0) : a)
RL_OP2(LogitBackward, (b < p[0]) | (b > p[1]) ? p[2] : a / (b * (T(1) - b)))
struct EluBackward {
    template <class T>
    static RL_INLINE T run(T g, T x, const T* p) {
        const T low = g * exp_((x < T(0) ? x : T(0)) * p[2]) * (p[0] * p[2]), high = g * p[1];
        return x <= T(0) ? low : high;
    }
};
RL_OP2(SoftplusBackward, b * p[0] > p[1] ? a : a * sigmoid_(b * p[0]))
RL_OP2(LogsigmoidBackward, a * sigmoid_(-b))
RL_OP2(HardswishBackward, b <= T(-3) ? T(0) : b < T(3) ? a * (b / T(3) + T(0.5)) : a)
RL_OP2(Axpy, fused(p[0], b, a))  // torch fuses a + alpha*b, and the end of lerp
RL_OP2(Lerp, abs_(p[0]) < T(0.5) ? fused(p[0], b - a, a) : fused(p[0] - T(1), b - a, b))

struct Huber {
    template <class T>
    static RL_INLINE T run(T a, T b, const T* p) {
        const T size = abs_(a - b), square = size > p[0] ? p[0] : size;
        return p[1] * square * (size - T(0.5) * square);
    }
};
struct GeluBackward {  // g (Phi(x) + x phi(x))
    template <class T>
    static RL_INLINE T run(T g, T x, const T*) {
        T cdf = T(0.5) * (T(1) + erf_rational(x * T(0.70710678118654752440)));
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
struct MishBackward {
    template <class T>
    static RL_INLINE T run(T g, T x, const T*) {
        const T t = tanh_softplus(x);
        return g * (t + x * sigmoid_(x) * (T(1) - t * t));
    }
};

// ---- ops of three operands

#define RL_OP3(Name, expression)                  \
    struct Name {                                 \
        template <class T>                        \
        static RL_INLINE T run(T a, T b, T c, const T* p) { \
            (void)p;                              \
            return expression;                    \
        }                                         \
    };
RL_OP3(LerpTensor, c < T(0.5) ? a + c * (b - a) : b - (b - a) * (T(1) - c))
RL_OP3(ClampTensors, Minimum::run(Maximum::run(a, b, &a), c, &a))
RL_OP3(Addcmul, fused(p[0] * b, c, a))
RL_OP3(Addcdiv, a + p[0] * b / c)
struct Where {
    template <class T>
    static RL_INLINE T run(uint8_t condition, T a, T b, const T*) {
        return condition ? a : b;
    }
};

// ---- loops

constexpr int kLanes = RL_LANES;

template <class T, int kNumbers>
struct Numbers {
    T p[kNumbers + 1];  // a copy: out may alias nothing that the loop reads again
    explicit RL_INLINE Numbers(const void* from) {
        for (int k = 0; k < kNumbers; k++) p[k] = static_cast<const T*>(from)[k];
    }
};

template <class Op, class T, int kNumbers = 0>
void map(const void* a, const void* b, const void*, const void*, void* out, size_t n, int) {
    const Numbers<T, kNumbers> numbers(b);
    const T* x = static_cast<const T*>(a);
    T* z = static_cast<T*>(out);
    for (; n; n -= kLanes, x += kLanes, z += kLanes) {
#pragma omp simd
        for (int i = 0; i < kLanes; i++) z[i] = Op::run(x[i], numbers.p);
    }
}

// The cheap form when all of a block is easy. Both forms give the same bits there.
template <class Op, class T>
void map_easy(const void* a, const void*, const void*, const void*, void* out, size_t n, int) {
    const T* x = static_cast<const T*>(a);
    T* z = static_cast<T*>(out);
    for (; n; n -= kLanes, x += kLanes, z += kLanes) {
        int hard = 0;
#pragma omp simd reduction(| : hard)
        for (int i = 0; i < kLanes; i++) hard |= !Op::easy(x[i]);
        if (hard) {
#pragma omp simd
            for (int i = 0; i < kLanes; i++) z[i] = Op::run(x[i]);
        } else {
#pragma omp simd
            for (int i = 0; i < kLanes; i++) z[i] = Op::run_easy(x[i]);
        }
    }
}

// O is the element type of the result: T, or bool's byte.
template <class Op, class T, class O = T, int kNumbers = 0>
void pair(const void* a, const void* b, const void* c, const void*, void* out, size_t n, int single) {
    const Numbers<T, kNumbers> numbers(c);
    const T* x = static_cast<const T*>(a);
    const T* y = static_cast<const T*>(b);
    O* z = static_cast<O*>(out);
    const int dx = single & 1 ? 0 : kLanes, dy = single & 2 ? 0 : kLanes;
    for (; n; n -= kLanes, x += dx, y += dy, z += kLanes) {
#pragma omp simd
        for (int i = 0; i < kLanes; i++) z[i] = O(Op::run(x[i], y[i], numbers.p));
    }
}

// A is the element type of the first operand: T, or the byte of a condition.
template <class Op, class T, class A = T, int kNumbers = 0>
void triple(const void* a, const void* b, const void* c, const void* d, void* out, size_t n, int single) {
    const Numbers<T, kNumbers> numbers(d);
    const A* x = static_cast<const A*>(a);
    const T* y = static_cast<const T*>(b);
    const T* w = static_cast<const T*>(c);
    T* z = static_cast<T*>(out);
    const int dx = single & 1 ? 0 : kLanes, dy = single & 2 ? 0 : kLanes, dw = single & 4 ? 0 : kLanes;
    for (; n; n -= kLanes, x += dx, y += dy, w += dw, z += kLanes) {
#pragma omp simd
        for (int i = 0; i < kLanes; i++) z[i] = Op::run(x[i], y[i], w[i], numbers.p);
    }
}

// sin (shift 0) and cos (shift 1): libm takes huge arguments.
template <class T, int kShift>
RL_NOINLINE T any_sincos(T x) {
    return kShift ? std::cos(x) : std::sin(x);
}
template <class T, class K, int kShift>
void trig(const void* a, const void*, const void*, const void*, void* out, size_t n, int) {
    const T* x = static_cast<const T*>(a);
    T* z = static_cast<T*>(out);
    for (; n; n -= kLanes, x += kLanes, z += kLanes) {
        int huge = 0;
        T made[kLanes];  // x may be z
#pragma omp simd reduction(| : huge)
        for (int i = 0; i < kLanes; i++) huge |= !(abs_(x[i]) < trig_max(T(0)));
#pragma omp simd
        for (int i = 0; i < kLanes; i++) made[i] = sincos_(x[i], K(kShift));
        if (huge)
            for (int i = 0; i < kLanes; i++)
                if (!(abs_(x[i]) < trig_max(T(0)))) made[i] = any_sincos<T, kShift>(x[i]);
        std::memcpy(z, made, sizeof made);
    }
}

// ---- powers and quotients: those that take libm for some arguments

// A power of a positive normal float, or of a negative one where the exponent is whole.
struct Pow {
    static RL_INLINE bool quick(float a, float b) {
        const float size = abs_(a);
        return (size >= least_normal(a)) & (size < __builtin_inff()) & (abs_(b) < 1e4f) & ((a > 0.f) | (std::trunc(b) == b));
    }
    static RL_INLINE float run_quick(float a, float b) {
        const float found = pow_of_positive(abs_(a), b);
        return a < 0.f && (int32_t(b) & 1) ? -found : found;
    }
    template <class T>
    static T run(T a, T b, const T* = nullptr) { return std::pow(a, b); }
};

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
RL_INLINE bool short_quotient(float a, float b) {
    const double q = double(a) / double(b);
    return (q < 1048576.) & (q > -1048576.) & (abs_(b) >= 1e-30f) & (abs_(b) < 1e30f) & (abs_(a) < 1e30f);
}
RL_INLINE float exact_fmod(float a, float b) { return float(double(a) - std::trunc(double(a) / double(b)) * double(b)); }

struct Fmod {
    static RL_INLINE bool quick(float a, float b) { return short_quotient(a, b); }
    static RL_INLINE float run_quick(float a, float b) { return copysign_(exact_fmod(a, b), a); }
    template <class T>
    static T run(T a, T b, const T* = nullptr) { return std::fmod(a, b); }
};
struct Remainder {
    static RL_INLINE bool quick(float a, float b) { return short_quotient(a, b); }
    static RL_INLINE float run_quick(float a, float b) {
        const float r = exact_fmod(a, b);
        return r != 0.f && ((r < 0.f) != (b < 0.f)) ? r + b : r == 0.f ? copysign_(0.f, a) : r;
    }
    template <class T>
    static T run(T a, T b, const T* = nullptr) { return remainder_of(a, b); }
};
struct FloorDivide {
    static RL_INLINE bool quick(float a, float b) { return short_quotient(a, b); }
    static RL_INLINE float run_quick(float a, float b) {
        const float m = exact_fmod(a, b);
        float q = (a - m) / b;
        q = m != 0.f && (b < 0.f) != (m < 0.f) ? q - 1.f : q;
        const float f = std::floor(q), found = q - f > 0.5f ? f + 1.f : f;
        return q == 0.f ? copysign_(0.f, a / b) : found;
    }
    template <class T>
    static T run(T a, T b, const T* = nullptr) { return floor_quotient(a, b); }
};

template <class Op>
RL_NOINLINE float full(float a, float b) {
    return Op::run(a, b);
}
// Elements that are not quick take libm.
template <class Op>
void quickly(const void* a, const void* b, const void*, const void*, void* out, size_t n, int single) {
    const float* x = static_cast<const float*>(a);
    const float* y = static_cast<const float*>(b);
    float* z = static_cast<float*>(out);
    const int dx = single & 1 ? 0 : kLanes, dy = single & 2 ? 0 : kLanes;
    for (; n; n -= kLanes, x += dx, y += dy, z += kLanes) {
        int hard = 0;
        float made[kLanes];  // x or y may be z
#pragma omp simd reduction(| : hard)
        for (int i = 0; i < kLanes; i++) hard |= !Op::quick(x[i], y[i]);
#pragma omp simd
        for (int i = 0; i < kLanes; i++) made[i] = Op::run_quick(x[i], y[i]);
        if (hard)
            for (int i = 0; i < kLanes; i++)
                if (!Op::quick(x[i], y[i])) made[i] = full<Op>(x[i], y[i]);
        std::memcpy(z, made, sizeof made);
    }
}

}  // namespace RL_NS
