// Elementary functions for float and double, written so that a compiler vectorises the loops that
// call them: no branches, no calls, no tables.
//
// Method: Cody-Waite argument reduction and minimax polynomials (fitted for this file with Lawson's
// reweighted least squares in 50 digits). Every function is right at 0, -0, denormals, inf and nan.
// Largest error found, in ulp, over every 97th float32 and 400 000 random float64 arguments, with and
// without FMA (tests/native/test_kernels.py holds the kernels to these bounds):
//
//              float   double                          float   double
//     exp      1.0     1.0             tanh            2.4     2.4
//     log      0.8     0.9             sigmoid         2.3     2.3
//     sin,cos  1.6     0.8 (|x| < trig_max; libm above)
//     erf      1.2     2.0             erfc            4.2     -
//     pow      1.7     libm            erfinv          3.5     -
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "level.h"

namespace RL_NS {

template <class To, class From>
RL_INLINE To bits(From x) {
    static_assert(sizeof(To) == sizeof(From), "same size");
    To y;
    std::memcpy(&y, &x, sizeof(To));
    return y;
}

// a*b + c: fused where the machine has it, else rounded twice (never a call into libm).
RL_INLINE float fma_(float a, float b, float c) {
#ifdef __FMA__
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}
RL_INLINE double fma_(double a, double b, double c) {
#ifdef __FMA__
    return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

// a*b + c rounded once; for float also without FMA (a double holds the product exactly).
RL_INLINE float fused(float a, float b, float c) {
#ifdef __FMA__
    return fma_(a, b, c);
#else
    return float(double(a) * double(b) + double(c));
#endif
}
RL_INLINE double fused(double a, double b, double c) { return fma_(a, b, c); }

// sum of c[k] x^k by Horner's rule; the recursion is unrolled at compile time.
template <class T>
RL_INLINE T poly(T, T c0) {
    return c0;
}
template <class T, class... C>
RL_INLINE T poly(T x, T c0, C... c) {
    return fma_(poly(x, c...), x, c0);
}

RL_INLINE float abs_(float x) { return bits<float>(bits<uint32_t>(x) & 0x7fffffffu); }
RL_INLINE double abs_(double x) { return bits<double>(bits<uint64_t>(x) & 0x7fffffffffffffffull); }
RL_INLINE float copysign_(float x, float s) {
    return bits<float>((bits<uint32_t>(x) & 0x7fffffffu) | (bits<uint32_t>(s) & 0x80000000u));
}
RL_INLINE double copysign_(double x, double s) {
    return bits<double>((bits<uint64_t>(x) & 0x7fffffffffffffffull) | (bits<uint64_t>(s) & 0x8000000000000000ull));
}
RL_INLINE float sqrt_(float x) { return __builtin_sqrtf(x); }
RL_INLINE double sqrt_(double x) { return __builtin_sqrt(x); }

// ---- exp

// x = n ln2 + r, |r| <= ln2/2 (n rounded by adding 1.5 * 2^mantissa); nan passes the clamps.
// `bits` of n + magic: shifted up, only n is left of it, ready to be added to an exponent.
struct ReducedF { float r; uint32_t bits; };
struct ReducedD { double r; uint64_t bits; };
RL_INLINE ReducedF reduce_ln2(float x) {
    const float magic = 12582912.f;
    float t = x * 1.44269504f + magic;
    float n = t - magic;
    float r = fma_(n, -0.693145752f, x);  // 15 bits: n times it is exact
    r = fma_(n, -1.42860677e-6f, r);
    return {r, bits<uint32_t>(t)};
}
RL_INLINE ReducedD reduce_ln2(double x) {
    const double magic = 6755399441055744.0;
    double t = fma_(x, 1.4426950408889634, magic);
    double n = t - magic;
    double r = fma_(n, -6.93145751953125e-1, x);
    r = fma_(n, -1.42860682030941723212e-6, r);
    return {r, bits<uint64_t>(t)};
}

// 2^n, for n that gives a normal number.
RL_INLINE float two_to(ReducedF a) { return bits<float>((a.bits << 23) + 0x3f800000u); }
RL_INLINE double two_to(ReducedD a) { return bits<double>((a.bits << 52) + 0x3ff0000000000000ull); }

// p 2^n by two factors, so that n may reach past the exponent's ends: the second multiplication overflows to
// inf or rounds to a denormal, once.
RL_INLINE float scale2(float p, ReducedF a) {
    uint32_t u = a.bits - 0x4b400000u + 512u, h = u >> 1;  // both halves positive: shifts are unsigned
    return p * bits<float>((h - 256 + 127) << 23) * bits<float>((u - h - 256 + 127) << 23);
}
RL_INLINE double scale2(double p, ReducedD a) {
    uint64_t u = a.bits - 0x4338000000000000ull + 4096u, h = u >> 1;
    return p * bits<double>((h - 2048 + 1023) << 52) * bits<double>((u - h - 2048 + 1023) << 52);
}

// The coefficients are Sleef's, which PyTorch's softmax uses: with FMA its very bits result.
RL_INLINE float exp_reduced(float r) {
    float q = poly(r, 0.5f, 0.166666672f, 0.0416664854f, 0.00833336078f, 0.00139304355f, 0.000198527618f);
    return fma_(q, r * r, r) + 1.f;
}
RL_INLINE double exp_reduced(double r) {
    double q = poly(r, 0.5000000000000011, 0.166666666666664, 0.04166666666651932, 0.008333333333498533,
                    0.001388888894689711, 0.00019841269506018594, 2.480148937279021e-05, 2.7557579732172066e-06,
                    2.7631678937256906e-07, 2.500437004131946e-08);
    return fma_(q, r * r, r) + 1.;
}

// Where exp_mid is right: its result is a normal number.
RL_INLINE float exp_limit(float) { return 87.f; }
RL_INLINE double exp_limit(double) { return 708.; }

// exp for |x| <= exp_limit or nan: two thirds of the work of exp_.
template <class T>
RL_INLINE T exp_mid(T x) {
    auto a = reduce_ln2(x);
    return exp_reduced(a.r) * two_to(a);
}

RL_INLINE float exp_(float x) {
    x = x > 89.f ? 89.f : x;
    x = x < -104.f ? -104.f : x;
    ReducedF a = reduce_ln2(x);
    return scale2(exp_reduced(a.r), a);
}
RL_INLINE double exp_(double x) {
    x = x > 710. ? 710. : x;
    x = x < -746. ? -746. : x;
    ReducedD a = reduce_ln2(x);
    return scale2(exp_reduced(a.r), a);
}

// ---- log

// log of a positive normal number: x = 2^e m, sqrt(1/2) <= m < sqrt(2), by integer arithmetic on the bits;
// `down` is subtracted from e.
RL_INLINE float log_normal(float y, float down) {
    uint32_t u = bits<uint32_t>(y) - 0x3f3504f3u;
    float e = float(int32_t(u) >> 23) - down;
    float f = bits<float>((u & 0x007fffffu) + 0x3f3504f3u) - 1.f;
    float p = poly(f, 0.3333331f, -0.24999987f, 0.20002216f, -0.16669258f, 0.14218909f, -0.12384454f, 0.11871183f,
                   -0.11788059f, 0.0691703856f);
    float z = f * f;
    float r = f * z * p;
    r = fma_(e, -2.12194440e-4f, r);
    r = fma_(z, -0.5f, r);
    return fma_(e, 0.693359375f, r + f);
}
RL_INLINE double log_normal(double y, double down) {
    uint64_t u = bits<uint64_t>(y) + (0x3ff0000000000000ull - 0x3fe6a09e667f3bcdull);
    // The exponent as a double without an integer conversion (which AVX2 lacks for 64 bits).
    double e = bits<double>((u >> 52) | 0x4330000000000000ull) - 4503599627370496. - 1023. - down;
    double f = bits<double>((u & 0x000fffffffffffffull) + 0x3fe6a09e667f3bcdull) - 1.;
    double s = f / (2. + f), z = s * s, h = 0.5 * f * f;
    double r = z * poly(z, 0.6666666666666734, 0.399999999994171, 0.2857142874193304, 0.22222198613864994,
                        0.18183562451381347, 0.15314093823418987, 0.14795551625723477);
    return e * 6.93147180369123816490e-01 - ((h - fma_(s, h + r, e * 1.90821492927058770002e-10)) - f);
}

RL_INLINE float least_normal(float) { return 1.17549435e-38f; }
RL_INLINE double least_normal(double) { return 2.2250738585072014e-308; }

RL_INLINE float log_(float x) {
    const bool tiny = x < least_normal(x);
    float r = log_normal(tiny ? x * 8388608.f : x, tiny ? 23.f : 0.f);
    r = x < __builtin_inff() ? r : x;  // inf, nan
    r = x == 0.f ? -__builtin_inff() : r;
    return x < 0.f ? __builtin_nanf("") : r;
}
RL_INLINE double log_(double x) {
    const bool tiny = x < least_normal(x);
    double r = log_normal(tiny ? x * 18014398509481984. : x, tiny ? 54. : 0.);
    r = x < __builtin_inf() ? r : x;
    r = x == 0. ? -__builtin_inf() : r;
    return x < 0. ? __builtin_nan("") : r;
}

// log of a normal number >= 0.75 or nan, to the bits of Sleef's float function (and of PyTorch's log_softmax), which
// splits numbers in two floats where this one takes a double; slower than log_.
RL_INLINE float log_of_sum(float x) {
    const uint32_t u = bits<uint32_t>(x), e = (u - 0x3f400000u) >> 23;
    const float m = bits<float>(u - (e << 23));  // 0.75 <= m < 1.5
    const float q = (m - 1.f) * (1.f / (m + 1.f)), z = q * q;
    const float p = z * q * poly(z, 0.666669488f, 0.399610817f, 0.302729487f);
    const double d = double(m), scaled = double(int32_t(e)) * 0.6931471805599454;
    const float r = float(scaled + 2. * ((d - 1.) / (d + 1.)) + double(p));
    return x == x ? r : x;
}
RL_INLINE double log_of_sum(double x) { return log_(x); }

// ---- expm1 for 0 <= x (small enough not to overflow), tanh, sigmoid

RL_INLINE float expm1_pos(float x) {
    ReducedF a = reduce_ln2(x);
    float q = poly(a.r, 0.5f, 0.16666667f, 0.041666344f, 0.008333277f, 0.0013941984f, 0.00019912115f);
    q = fma_(q, a.r * a.r, a.r);
    float two_n = two_to(a);
    return fma_(two_n, q, two_n - 1.f);
}
RL_INLINE double expm1_pos(double x) {
    ReducedD a = reduce_ln2(x);
    double q = poly(a.r, 0.5, 0.16666666666666677, 0.041666666666666706, 0.008333333333320649, 0.0013888888888865674,
                    0.000198412698888924, 2.480158736329659e-05, 2.755724117200341e-06, 2.755724021775658e-07,
                    2.5110174887698556e-08, 2.092526483893219e-09);
    q = fma_(q, a.r * a.r, a.r);
    double two_n = two_to(a);
    return fma_(two_n, q, two_n - 1.);
}

// tanh x = t / (t + 2), t = exp(2|x|) - 1: one path for all x, no cancellation.
RL_INLINE float tanh_(float x) {
    float a = abs_(x);
    a = a > 10.f ? 10.f : a;
    float t = expm1_pos(a + a);
    return copysign_(t / (t + 2.f), x);
}
RL_INLINE double tanh_(double x) {
    double a = abs_(x);
    a = a > 20. ? 20. : a;
    double t = expm1_pos(a + a);
    return copysign_(t / (t + 2.), x);
}

// 1/(1+e^-x), from e^-|x| so that nothing overflows and the left tail keeps its denormals.
template <class T>
RL_INLINE T sigmoid_from(T x, T e) {
    return (x >= T(0) ? T(1) : e) / (T(1) + e);
}
template <class T>
RL_INLINE T sigmoid_(T x) {
    return sigmoid_from(x, exp_(-abs_(x)));
}

template <class T>
RL_INLINE T expm1_(T x) {
    x = x > T(exp_limit(x)) + T(1.7) ? T(exp_limit(x)) + T(1.7) : x;
    x = x < T(-50) ? T(-50) : x;
    return expm1_pos(x);
}

template <class T>
RL_INLINE T log1p_pos(T x) {  // x >= 0
    const T u = T(1) + x;
    return log_(u) + (x - (u - T(1))) / u;
}

template <class T>
RL_INLINE T log1p_(T x) {  // the rounding of 1 + x is made good to first order
    const T u = T(1) + x, r = log_(u), found = r + (x - (u - T(1))) / u;
    return x == T(0) ? x : (u > T(0)) & (u < T(__builtin_inf())) ? found : r;
}

// ---- powers

// x**y of a positive normal number, |y| < 1e4. The logarithm needs the digits of two floats: errors in it come out
// multiplied by the exponent.
#ifdef __FMA__
RL_INLINE float pow_of_positive(float x, float y) {
    const uint32_t u = bits<uint32_t>(x) - 0x3f3504f3u;
    const float e = float(int32_t(u) >> 23), m = bits<float>((u & 0x007fffffu) + 0x3f3504f3u);
    const float f = m - 1.f, d = m + 1.f, part = 1.f / d, s = f * part;     // log m = 2 atanh(f / d)
    const float s_low = (fma_(-s, d, f) - s * (m - (d - 1.f))) * part, z = s * s;
    const float cube = s * z, series = fma_(cube, 0.666666687f, cube * fma_(z, poly(z, 0.400001198f, 0.285509914f, 0.233274758f),
                                                                              -1.98682151e-8f));
    const float two = s + s, start = e * 0.693359375f, sum = start + two;
    const float rest = (two - (sum - start)) + fma_(e, -2.12194440e-4f, fma_(2.f, fma_(s_low, z, s_low), series));
    const float high = sum + rest, low = rest - (high - sum);
    float p = y * high;
    const float p_low = fma_(y, high, -p) + y * low;
    p = p > 89.f ? 89.f : p;
    p = p < -104.f ? -104.f : p;
    const ReducedF a = reduce_ln2(p);
    return scale2(exp_reduced(a.r + p_low), a);
}
#else
RL_INLINE float pow_of_positive(float x, float y) {
    double p = double(y) * log_normal(double(x), 0.);
    p = p > 200. ? 200. : p;
    return float(exp_mid(p < -200. ? -200. : p));
}
#endif

// ---- sin, cos

// Beyond these the argument reduction loses digits, and the caller must take libm.
constexpr float kTrigMaxF = 1048576.f;
constexpr double kTrigMaxD = 524288.;
RL_INLINE float trig_max(float) { return kTrigMaxF; }
RL_INLINE double trig_max(double) { return kTrigMaxD; }

RL_INLINE float sin_poly(float r, float z) {
    return fma_(r * z, poly(z, -0.16666667f, 0.008333329f, -0.00019839263f, 2.7176225e-06f), r);
}
RL_INLINE float cos_poly(float z) {
    return fma_(z * z, poly(z, 0.041666646f, -0.0013887319f, 2.443247e-05f), fma_(z, -0.5f, 1.f));
}

// x = n pi/2 + r in double precision: r is a correctly rounded float even next to a multiple of pi/2.
// `shift` 0 gives sin, 1 cos.
RL_INLINE float sincos_(float x, uint32_t shift) {
#ifdef __FMA__
    // The same in three floats: the first step is exact, and what the others lose is far below r.
    const float magic = 12582912.f, t = fma_(x, 0.636619772f, magic), n = t - magic;
    const float r = fma_(n, 1.71512451e-15f, fma_(n, 4.37113883e-8f, fma_(n, -1.57079637f, x)));
    const uint32_t k = bits<uint32_t>(t) + shift;
#else
    const double magic = 6755399441055744.0;
    double d = double(x);
    double t = d * 0.63661977236758134308 + magic;
    double n = t - magic;
    double rd = (d - n * 1.57079632673412561417) - n * 6.07710050650619224932e-11;
    float r = float(rd);
    uint32_t k = uint32_t(bits<uint64_t>(t)) + shift;
#endif
    float z = r * r;
    float s = sin_poly(r, z), c = cos_poly(z);
    float y = (k & 1u) ? c : s;
    y = bits<float>(bits<uint32_t>(y) ^ ((k & 2u) << 30));
    return (x == 0.f && shift == 0) ? x : y;
}

// The same with a two-word remainder r + w (fdlibm's constants for pi/2, its kernel formulas).
RL_INLINE double sincos_(double x, uint64_t shift) {
    const double magic = 6755399441055744.0;
    double t = x * 0.63661977236758134308 + magic;
    double n = t - magic;
    double a = x - n * 1.57079632673412561417;   // exact: 33 bits times 20
    double b = n * 6.07710050630396597660e-11;   // exact
    double h = a - b;
    double v = a - h;
    double err = (a - (h + v)) + (v - b);        // h + err = a - b exactly
    double low = err - n * 2.02226624879595063154e-21;
    double r = h + low;
    double w = (h - r) + low;
    uint64_t k = bits<uint64_t>(t) + shift;
    double z = r * r;
    double sp = poly(z, 0.008333333333321312, -0.00019841269828880826, 2.7557313358860456e-06, -2.5050704485646246e-08,
                     1.5893612487499515e-10);
    double s = r - ((z * (0.5 * w - z * r * sp) - w) - z * r * -0.16666666666666627);
    double cp = z * z * poly(z, 0.04166666666666659, -0.0013888888888872611, 2.480158728850551e-05,
                         -2.7557314061101127e-07, 2.087568251663568e-09, -1.1357481230481596e-11);
    double hz = 0.5 * z, one = 1. - hz;
    double c = one + (((1. - one) - hz) + (cp - r * w));
    double y = (k & 1u) ? c : s;
    y = bits<double>(bits<uint64_t>(y) ^ ((k & 2u) << 62));
    return (x == 0. && shift == 0) ? x : y;
}

// ---- erf

RL_INLINE float erf_near(float x, float z) {  // |x| < 0.93, z = x^2
    return fma_(x, poly(z, 0.12837917f, -0.37612635f, 0.11283696f, -0.026859371f, 0.0052008871f, -0.00081403332f, 8.3575338e-05f),
                x);
}
RL_INLINE float erf_(float x) {
    float a = abs_(x), z = x * x;
    float t = a > 4.f ? 4.f : a;  // erf(4) rounds to 1; nan stays
    float g = poly(t, 0.12865275f, 0.6351339f, 0.10626573f, -0.023787068f, 0.0036543729f, -0.00032576141f, 1.1530065e-05f);
    float far = 1.f - exp_mid(-fma_(t, g, t));
    return a < 0.927f ? erf_near(x, z) : copysign_(far, x);
}
// Rational forms (Cephes' coefficients, as in ops/_special_data.py): within 2 ulp.
RL_INLINE double erf_(double x) {
    double a = abs_(x);
    const double z = x * x;
    a = a > 6. ? 6. : a;
        const double top = poly(z, 55592.30130103949, 7003.325141128051, 2232.005345946843, 90.02601972038427,
        9.604973739870516);
        const double low = poly(z, 49267.39426086359, 22629.000061389095, 4594.323829709801, 521.3579497801527,
        33.56171416475031, 1.0);
        const double far_top = poly(a, 557.5353353693994, 1027.5518868951572, 934.5285271719576, 526.4451949954773,
        196.5208329560771, 48.63719709856814, 7.463210564422699, 0.5641895648310689, 2.461969814735305e-10);
        const double far_low = poly(a, 557.5353408177277, 1656.6630919416134, 2246.3376081871097, 1823.9091668790973,
        975.7085017432055, 354.9377788878199, 86.70721408859897, 13.228195115474499, 1.0);
    const bool near = a < 1.;
    return near ? x * top / low : copysign_(1. - exp_(-(a * a)) * far_top / far_low, x);
}

// erf within 3e-7 of the right value: half the work, for what is added to 1 anyway.
RL_INLINE float erf_rational(float x) {
    const float a = abs_(x), z = x * x;
    const float top = poly(z, -1.60960333262415e-02f, -2.95459980854025e-03f, -7.34990630326855e-04f, -5.69250639462346e-05f,
                           -2.10102402082508e-06f, 2.77068142495902e-08f, -2.72614225801306e-10f);
    const float low = poly(z, -1.42647390514189e-02f, -7.37332916720468e-03f, -1.68282697438203e-03f, -2.13374055278905e-04f,
                           -1.45660718464996e-05f);
    const float found = x * (top / low);
    return a < 3.9f ? found : a == a ? copysign_(1.f, x) : x;
}
RL_INLINE double erf_rational(double x) { return erf_(x); }

// e**-x^2 times a polynomial for e**x^2 erfc(x); the exponent takes what the square lost.
RL_INLINE float erfc_(float x) {
    float a = abs_(x);
    a = a > 10.1f ? 10.1f : a;
    const float t = (a - 3.f) / (a + 3.f), square = a * a;
    const float q = poly(t, 1.25300801f, -0.135621145f, -0.0475624092f, 0.129646435f, -0.119270794f, 0.068295747f,
                         -0.0237985384f, 0.00256656157f, 0.00200335216f, -0.000775119232f, -0.000267180119f);
    const ReducedF r = reduce_ln2(-square);
    const float found = scale2(exp_reduced(r.r - fused(a, a, -square)) * (q / fma_(2.f, a, 1.f)), r);
    return a < 0.5f ? 1.f - erf_near(x, square) : x < 0.f ? 2.f - found : found;
}

// x times a polynomial in w = -log(1 - x^2), near 1 in its root.
RL_INLINE float erfinv_(float x) {
    const float a = abs_(x), w = -log_((1.f - a) * (1.f + a));
    const float c = w - 2.5f, s = sqrt_(w) - 3.f;
    const float near = poly(c, 1.50140941f, 0.24664028f, -0.00417738687f, -0.0012527419f, 0.000218344445f, -4.96334815e-06f,
                            -3.46270485e-06f, 4.66170718e-07f, 2.3232646e-08f, -8.79105944e-09f);
    const float far = poly(s, 2.83297682f, 1.00167489f, 0.0094445264f, -0.00763528747f, 0.0056933919f, -0.00360677158f,
                           0.00146848673f, -3.85790117e-05f, -0.000296352373f, 0.000102782564f);
    const float found = x * (w < 5.f ? near : far);
    return a < 1.f ? found : a == 1.f ? copysign_(__builtin_inff(), x) : __builtin_nanf("");
}

}  // namespace RL_NS
