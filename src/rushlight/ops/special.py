"""Special functions: the error function, gamma functions, Bessel functions, orthogonal polynomials.

Formulas are vectorised rational and Chebyshev approximations, accurate to a few units in the last place of
float64; other dtypes are computed there and rounded, but for `erf` in float32, which has its own. What is
rarely used comes from SciPy, which is imported at the first call.
"""
from math import inf, log as _log, pi, sqrt as _sqrt

from .. import dtypes
from ..core.op import T, composite, method, op
from ._rules import chebyshev, in_double, not_for, packed, polynomial, times, wide
from .pointwise import exp, log, neg, sgn, sigmoid, square
from .pointwise_binary import _number_slot
from .pointwise_logic import choose as where
from ._special_data import (ERF_P, ERF_Q, ERF_R, ERF_S, ERF_T, ERF_U, ERF32_P, ERF32_Q, I0_LARGE, I0_SMALL, I1_LARGE,
                            I1_SMALL, LGAMMA_1_3, NORMAL_CENTRE, NORMAL_FAR, NORMAL_TAIL)

SPECIAL = "special"
BOTH = ("torch", SPECIAL)
_ROOT_PI, _ROOT_2, _LOG_2PI = _sqrt(pi), _sqrt(2.0), _log(2 * pi)


# ------------------------------------------------------------------ error function

def _erf_near(x):
    """erf for |x| < 1."""
    y = x * x
    return x * polynomial(y, ERF_T) / polynomial(y, ERF_U)


def _erfcx_ratio(B, x):
    """exp(x**2) * erfc(x) for x >= 1."""
    m = B.minimum(x, 1e30)
    far = m >= 8
    near_m = B.minimum(m, 8.0)
    near = polynomial(near_m, ERF_P) / polynomial(near_m, ERF_Q)
    return B.where(far, polynomial(m, ERF_R) / polynomial(m, ERF_S) * (m / x), near)


def _erf64(B, x):
    a = B.minimum(B.abs(x), 6.0)
    tail = 1 - B.exp(-a * a) * polynomial(a, ERF_P) / polynomial(a, ERF_Q)
    return B.where(a < 1, _erf_near(x), B.copysign(tail, x))


def _erf32(B, x):
    x = B.minimum(B.maximum(x, -4.0), 4.0)
    y = x * x
    y = polynomial(y, ERF32_P) / polynomial(y, ERF32_Q)
    y *= x
    return B.minimum(B.maximum(y, -1.0), 1.0)


def erf_of(B, x):
    """Return erf of an array, in its dtype."""
    return _erf32(B, x) if x.dtype.itemsize == 4 else in_double(B, _erf64, x)


def _erfc64(B, x):
    a = B.minimum(B.abs(x), 28.0)
    tail = B.exp(-a * a) * _erfcx_ratio(B, B.maximum(a, 1.0))
    tail = B.where(x < 0, 2 - tail, tail)
    return B.where(a < 1, 1 - _erf_near(x), tail)


def _erfcx64(B, x):
    a = B.abs(x)
    tail = _erfcx_ratio(B, B.maximum(a, 1.0))
    squared = B.exp(x * x)
    return B.where(a < 1, squared * (1 - _erf_near(x)), B.where(x < 0, 2 * squared - tail, tail))


@op(promote="float", inplace=True, ns=BOTH)
def erf(B, input: T):
    """Return the error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to input.

    Example:
        >>> torch.erf(torch.tensor([0., 1., -10.]))
        tensor([ 0.0000,  0.8427, -1.0000])
    """
    return erf_of(B, input)


@op(promote="float", inplace=True, ns=BOTH)
def erfc(B, input: T):
    """Return 1 - erf(input), accurate where that is small."""
    return in_double(B, _erfc64, input)


@op(promote="float", ns=SPECIAL, grad_name="SpecialErfcxBackward0")
def erfcx(B, input: T):
    """Return exp(input**2) * erfc(input), which neither overflows nor vanishes for large input."""
    return in_double(B, _erfcx64, input)


erf.vjp(input=lambda g, input: times(times(g, exp(neg(square(input)))), 2 / _ROOT_PI))
erfc.vjp(input=lambda g, input: times(times(g, exp(neg(square(input)))), -2 / _ROOT_PI))
erfcx.vjp(input=lambda g, input, out: g * (input * out * 2 - 2 / _ROOT_PI))


# ------------------------------------------------------------------ normal distribution

def _normal_quantile(B, centre, tail):
    """Return the normal quantile from p - 1/2 and from the smaller of p and 1 - p (algorithm AS 241)."""
    q = 0.180625 - centre * centre
    middle = centre * polynomial(q, NORMAL_CENTRE[0]) / polynomial(q, NORMAL_CENTRE[1])
    r = B.sqrt(-B.log(tail))
    near, far = r - 1.6, B.where(r == inf, 0.0, r - 5)
    outer = B.where(r <= 5, polynomial(near, NORMAL_TAIL[0]) / polynomial(near, NORMAL_TAIL[1]),
                    polynomial(far, NORMAL_FAR[0]) / polynomial(far, NORMAL_FAR[1]))
    outer = B.where(r == inf, inf, outer)
    return B.where(B.abs(centre) <= 0.425, middle, B.copysign(outer, centre))


def _erfinv64(B, x):
    return _normal_quantile(B, x * 0.5, (1 - B.abs(x)) * 0.5) * (1 / _ROOT_2)


def _ndtri64(B, p):
    return _normal_quantile(B, p - 0.5, B.minimum(p, 1 - p))


@op(promote="float", inplace=True, ns=BOTH)
def erfinv(B, input: T):
    """Return the inverse of erf: inf at 1, nan outside [-1, 1]."""
    return in_double(B, _erfinv64, input)


@op(promote="float", ns=SPECIAL, grad_name="SpecialNdtriBackward0")
def ndtri(B, input: T):
    """Return the quantile function of the standard normal distribution: the inverse of `ndtr`."""
    return in_double(B, _ndtri64, input)


@op(promote="float", ns=SPECIAL, grad_name="MulBackward1")
def ndtr(B, input: T):
    """Return the distribution function of the standard normal distribution."""
    return in_double(B, _erfc64, B.cast(input * (-1 / _ROOT_2), input.dtype)) * 0.5


def _log_ndtr64(B, x):
    t = x * (1 / _ROOT_2)
    low = B.log(_erfcx64(B, -B.minimum(t, 0.0)) * 0.5) - t * t
    return B.where(x < -1, low, B.log1p(-_erfc64(B, B.maximum(t, -1.0)) * 0.5))


@op(promote="float", ns=SPECIAL, grad_name="SpecialLogNdtrBackward0")
def log_ndtr(B, input: T):
    """Return log(ndtr(input)), accurate in the lower tail."""
    return in_double(B, _log_ndtr64, input)


erfinv.vjp(input=lambda g, out: times(times(g, exp(square(out))), _ROOT_PI / 2))
ndtri.vjp(input=lambda g, out: g * exp(out * out * 0.5) * _sqrt(2 * pi))
ndtr.vjp(input=lambda g, input: g * exp(input * input * -0.5) * (1 / _sqrt(2 * pi)))
log_ndtr.vjp(input=lambda g, input: g / erfcx(input * (-1 / _ROOT_2)) * _sqrt(2 / pi))


@op(promote="float", ns=SPECIAL, grad_name="SpecialEntrBackward0")
def entr(B, input: T):
    """Return -input * log(input), 0 at 0 and -inf below: the terms of the entropy."""
    positive = input > 0
    safe = B.where(positive, input, 1.0)
    value = B.where(positive, -safe * B.log(safe), B.where(input == 0, 0.0, -inf))
    return B.cast(B.where(B.isnan(input), float("nan"), value), input.dtype)


entr.vjp(input=lambda g, input: g * (-log(input) - 1))


# ------------------------------------------------------------------ gamma functions

def _stirling(B, z):
    """log(gamma(z)) for z >= 8."""
    w = 1 / (z * z)
    series = polynomial(w, (1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)) / z
    return (z - 0.5) * B.log(z) - z + 0.5 * _LOG_2PI + series


def _lgamma_positive(B, x):
    """log(gamma(x)) for x >= 0."""
    # Below 3: (y-1)(y-2) times a smooth function keeps the zeros at 1 and 2 exact; y = x or x + 1.
    small = x < 1
    y = B.where(small, x + 1, B.minimum(x, 3.0))
    factors = B.where(small, x * (x - 1), (y - 1) * (y - 2))
    low = factors * chebyshev(y - 2, LGAMMA_1_3) - B.where(small, B.log(B.where(small, x, 1.0)), 0.0)
    middle = B.minimum(x, 8.0)
    product = middle * (middle + 1) * (middle + 2) * (middle + 3) * (middle + 4)
    large = B.where(x < 8, _stirling(B, B.maximum(middle, 3.0) + 5) - B.log(product), _stirling(B, B.maximum(x, 8.0)))
    return B.where(x < 3, low, B.where(x == inf, inf, large))


def _lgamma64(B, x):
    negative = x < 0
    positive = _lgamma_positive(B, B.where(negative, -x, x))
    distance = B.abs(x - B.round(x))
    reflected = _log(pi) - B.log(B.abs(x) * B.sin(distance * pi)) - positive
    return B.where(B.isinf(x), inf, B.where(negative, B.where(distance == 0, inf, reflected), positive))


@op(promote="float", inplace=True)
def lgamma(B, input: T):
    """Return log|gamma(input)|; inf at 0 and the negative integers. Also `torch.special.gammaln`."""
    return in_double(B, _lgamma64, input)


def _digamma_positive(B, x):
    z = x + 10
    w = 1 / (z * z)
    series = polynomial(w, (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12)) * w
    total = B.log(z) - 0.5 / z - series - 1 / x         # x, not x + 0, which would lose the sign of -0
    for k in range(1, 10):
        total = total - 1 / (x + k)
    return B.where(x == inf, inf, total)


def _digamma64(B, x):
    negative = x < 0
    value = _digamma_positive(B, B.where(negative, 1 - x, x))
    offset = x - B.round(x)
    reflected = value - pi / B.tan(offset * pi)
    reflected = B.where((offset == 0) | B.isinf(x), float("nan"), reflected)
    return B.where(negative, reflected, value)


@op(promote="float", inplace=True)
def digamma(B, input: T):
    """Return the derivative of log(gamma(input)); nan at the negative integers, -inf at 0.

    Also `torch.special.psi` and `torch.special.digamma`.
    """
    return in_double(B, _digamma64, input)


lgamma.vjp(input=lambda g, input: g * digamma(input))
digamma.vjp(input=lambda g, input: g * polygamma_op(input, 1))

#: B(2j) / (2j)! of the Euler-Maclaurin sum, j = 1, 2, ...
_EULER_MACLAURIN = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000,
                    1 / 74724249600, -3617 / 10670622842880000, 43867 / 5109094217170944000,
                    -174611 / 802857662698291200000)


def _zeta_positive(B, s, q):
    """Return the Hurwitz zeta function for s > 1 and q > 0 by Euler-Maclaurin summation."""
    total = q * 0.0
    for k in range(10):
        total = total + B.pow(q + k, -s)
    a = q + 10
    power = B.pow(a, -s)
    total = total + power * a / (s - 1) + power * 0.5
    rising, power = s, power / a
    for j, c in enumerate(_EULER_MACLAURIN):
        total = total + c * rising * power
        rising = rising * (s + (2 * j + 1)) * (s + (2 * j + 2))
        power = power / (a * a)
    return total


def _zeta64(B, s, q):
    negative = q < 0
    whole = q == B.floor(q)
    defined = (s > 1) & ~B.isnan(q)
    exponent = B.where(defined, s, 2.0)
    rest = q - B.floor(q)                               # the first positive of q, q + 1, ...
    start = B.where(negative, B.where(whole, 1.0, rest), B.where(q == 0, 1.0, q))
    value = _zeta_positive(B, exponent, start)
    # the terms before it: |q + k| runs over 1 - rest, 2 - rest, ..., -q
    first = B.where(negative & ~whole, 1 - rest, 1.0)
    before = _zeta_positive(B, exponent, first) - _zeta_positive(B, exponent, B.where(negative, 1 - q, 2.0))
    even = B.remainder(exponent, 2.0) == 0
    value = value + B.where(negative & ~whole, B.where(even, before, -before), 0.0)
    value = B.where(negative & (exponent != B.floor(exponent)), float("nan"), value)
    value = B.where((q <= 0) & whole, inf, value)
    value = B.where((q > 0) & (B.pow(start, -s) == inf), inf, B.where((s == inf) & (q == 1), 1.0, value))
    return B.where(s == 1, inf, B.where(defined, value, float("nan")))


@op(promote="float", numbers="overload", ns=SPECIAL, grad_name=_number_slot("SpecialZetaBackward"))
def zeta(B, input: T, other: T):
    """Return the Hurwitz zeta function: the sum of (other + k)**-input for k = 0, 1, ...

    inf for input = 1, nan below. There is a gradient for `other` alone.
    """
    dt = (input if hasattr(input, "dtype") else other).dtype
    double = B.dt(dtypes.float64)
    s, q = [B.cast(x, double) if hasattr(x, "dtype") else B.asarray(x, dtype=double) for x in (input, other)]
    return B.cast(_zeta64(B, s, q), dt)


def _no_rule(what):
    """Return the rule of an input without a known derivative: it raises."""

    def rule(g):
        raise NotImplementedError(f"the derivative for '{what}' is not implemented.")
    return rule


zeta.vjp(input=_no_rule("zeta"), other=lambda g, input, other: g * -input * zeta(input + 1, other))


def _trigamma64(B, x):
    negative = x < 0.5
    y = B.where(negative, 1 - x, x)
    value = _zeta_positive(B, B.asarray(2.0, dtype=y.dtype), y)
    s = B.sin((x - B.round(x)) * pi)
    return B.where(negative, (pi * pi) / (s * s) - value, B.where(x == inf, 0.0, value))


@op(name="polygamma", promote="float", ns=(), method=False, inplace=True)
def polygamma_op(B, input: T, n):
    """Return the n-th derivative of digamma: (-1)**(n+1) n! zeta(n + 1, input) for n >= 1."""
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    if n == 0:
        return in_double(B, _digamma64, input)
    if n == 1:
        return in_double(B, _trigamma64, input)
    from math import factorial
    scale = float(factorial(n)) * (-1) ** (n + 1)
    return in_double(B, lambda B, x: _zeta64(B, B.asarray(n + 1.0, dtype=x.dtype), x) * scale, input)


polygamma_op.vjp(input=lambda g, input, n: g * polygamma_op(input, n + 1))


@composite(ns=BOTH, method=False)
def polygamma(n, input, *, out=None):
    """Return the n-th derivative of digamma(input), n being an int >= 0."""
    return polygamma_op(input, n) if out is None else polygamma_op(input, n, out=out)


@method(name="polygamma")
def _polygamma_method(input, n):
    """Return the n-th derivative of digamma(input), n being an int >= 0."""
    return polygamma_op(input, n)


@method
def polygamma_(input, n):
    """In-place form of `polygamma`."""
    return polygamma_op.inplace(input, n)


@op(promote="float", inplace=True)
def mvlgamma(B, input: T, p):
    """Return the log of the multivariate gamma function of dimension p.

    log gamma_p(x) = p (p-1) / 4 log(pi) + sum of lgamma(x - i/2) for i = 0 ... p-1.
    Also `torch.special.multigammaln`.
    """
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")

    def formula(B, x):
        total = _lgamma64(B, x) + p * (p - 1) / 4 * _log(pi)
        for i in range(1, p):
            total = total + _lgamma64(B, x - i / 2)
        return total
    return in_double(B, formula, packed(B, input))


def _mvlgamma_rule(g, input, p):
    total = digamma(input)
    for i in range(1, p):
        total = total + digamma(input - i / 2)
    return g * total


mvlgamma.vjp(input=_mvlgamma_rule)


# ------------------------------------------------------------------ incomplete gamma functions

def _from_scipy(B, name, *arrays):
    """Compute by SciPy in float64, in the dtype of the first array."""
    double = B.dt(dtypes.float64)
    result = B.scipy_special(name)(*[B.cast(x, double) for x in arrays])
    return B.cast(result, arrays[0].dtype)


@op(promote="common", numbers=False, inplace=True)
def igamma(B, input: T, other: T):
    """Return the regularised lower incomplete gamma function P(input, other); needs SciPy.

    There is a gradient for `other` alone. Also `torch.special.gammainc`.
    """
    not_for(B, input, "biuc", "igamma_cpu")
    return _at_infinity(B, _from_scipy(B, "gammainc", input, other), input, other, 0.0)


@op(promote="common", numbers=False, inplace=True)
def igammac(B, input: T, other: T):
    """Return the regularised upper incomplete gamma function, 1 - igamma(input, other); needs SciPy."""
    not_for(B, input, "biuc", "igammac_cpu")
    return _at_infinity(B, _from_scipy(B, "gammaincc", input, other), input, other, 1.0)


def _at_infinity(B, found, input, other, value):
    """Give an incomplete gamma function of infinite order its limit, which SciPy leaves as nan."""
    return B.where((input == inf) & (other >= 0) & (other < inf), value, found)


def _gamma_density(input, other):
    return exp(log(other) * (input - 1) - other - lgamma(input))


igamma.vjp(input=_no_rule("igamma: input"), other=lambda g, input, other: g * _gamma_density(input, other))
igammac.vjp(input=_no_rule("igammac: input"), other=lambda g, input, other: -g * _gamma_density(input, other))


# ------------------------------------------------------------------ Bessel functions

def _bessel_scaled(B, a, small, large):
    """exp(-a) times a modified Bessel function for a >= 0, from two Chebyshev series split at 8."""
    near = chebyshev(B.minimum(a, 8.0) / 4 - 1, small)
    b = B.maximum(a, 8.0)
    far = chebyshev(16 / b - 1, large) / B.sqrt(b)
    return near, far, a < 8


def _i0e64(B, x):
    near, far, close = _bessel_scaled(B, B.abs(x), I0_SMALL, I0_LARGE)
    return B.where(close, near, far)


def _i1e64(B, x):
    near, far, close = _bessel_scaled(B, B.abs(x), I1_SMALL, I1_LARGE)
    return B.where(close, near * x, B.copysign(far, x))


@op(promote="float", inplace=True, ns=BOTH)
def i0(B, input: T):
    """Return the modified Bessel function of the first kind of order 0."""
    return in_double(B, lambda B, x: _i0e64(B, x) * B.exp(B.abs(x)), input)


@op(promote="float", ns=SPECIAL, grad_name="SpecialI0EBackward0")
def i0e(B, input: T):
    """Return exp(-|input|) * i0(input)."""
    return in_double(B, _i0e64, input)


@op(promote="float", ns=SPECIAL, grad_name="SpecialI1Backward0")
def i1(B, input: T):
    """Return the modified Bessel function of the first kind of order 1."""
    return in_double(B, lambda B, x: _i1e64(B, x) * B.exp(B.abs(x)), input)


@op(promote="float", ns=SPECIAL, grad_name="SpecialI1EBackward0")
def i1e(B, input: T):
    """Return exp(-|input|) * i1(input)."""
    return in_double(B, _i1e64, input)


def _over(a, x, at_zero):
    """Return a / x, and `at_zero` where x is 0."""
    zero = x == 0
    return where(zero, at_zero, a / where(zero, 1, x))


i0.vjp(input=lambda g, input: g * i1(input))
i0e.vjp(input=lambda g, input, out: g * (i1e(input) - sgn(input) * out))
i1.vjp(input=lambda g, input, out: g * (i0(input) - _over(out, input, 0.5)))
i1e.vjp(input=lambda g, input, out: g * (i0e(input) - sgn(input) * out - _over(out, input, 0.5)))


def _scipy_function(name, scipy_name, doc, formula=None):
    """Publish a function of one variable that SciPy computes and that has no gradient."""
    def body(B, input: T):
        if formula is not None:
            return B.cast(formula(B, B.cast(input, B.dt(dtypes.float64))), input.dtype)
        return _from_scipy(B, scipy_name, input)
    body.__name__, body.__doc__ = name, doc + " Needs SciPy; has no gradient."
    return op(promote="float", ns=SPECIAL, method=False, differentiable=False)(body)


airy_ai = _scipy_function("airy_ai", "airy", "Return the Airy function Ai.",
                          lambda B, x: B.scipy_special("airy")(x)[0])
for _name, _scipy, _text in (
        ("bessel_j0", "j0", "the Bessel function of the first kind of order 0"),
        ("bessel_j1", "j1", "the Bessel function of the first kind of order 1"),
        ("bessel_y0", "y0", "the Bessel function of the second kind of order 0"),
        ("bessel_y1", "y1", "the Bessel function of the second kind of order 1"),
        ("modified_bessel_i0", "i0", "the modified Bessel function of the first kind of order 0"),
        ("modified_bessel_i1", "i1", "the modified Bessel function of the first kind of order 1"),
        ("modified_bessel_k0", "k0", "the modified Bessel function of the second kind of order 0"),
        ("modified_bessel_k1", "k1", "the modified Bessel function of the second kind of order 1"),
        ("scaled_modified_bessel_k0", "k0e", "exp(input) times the modified Bessel function K of order 0"),
        ("scaled_modified_bessel_k1", "k1e", "exp(input) times the modified Bessel function K of order 1")):
    _scipy_function(_name, _scipy, f"Return {_text}.")


@op(promote="float", ns=SPECIAL, method=False, differentiable=False)
def spherical_bessel_j0(B, input: T):
    """Return the spherical Bessel function of the first kind of order 0, sin(input) / input. Has no gradient."""
    zero = input == 0
    x = B.where(zero, 1.0, input)
    return B.cast(B.where(zero, 1.0, B.where(B.isinf(input), 0.0, B.sin(x) / x)), input.dtype)


# ------------------------------------------------------------------ orthogonal polynomials

def _recurrence(B, x, n, second, step, closed):
    """Return the polynomial of degree n (elementwise, truncated to whole numbers) of a three-term recurrence.

    `second` is the polynomial of degree 1 (that of degree 0 is 1), `step(k, x, p, q)` the one of degree
    k + 1 from those of degree k and k - 1; `closed(B, x, n)`, where given, is (where it holds, its
    values) of a closed form. 0 for negative degrees and for those that no int64 holds.
    """
    n = B.where(B.abs(n) < 2.0 ** 63, B.trunc(n), -1.0)
    before, now = x * 0 + 1, second(x)
    result = B.where(n == 0, 1.0, B.where(n == 1, now, 0.0))
    if closed is not None:
        holds, values = closed(B, x, n)
        result = B.where(holds & (n > 1), values, result)
        n = B.where(holds, 0.0, n)
    top = int(B.max(n)) if n.size and result.size else 0
    for k in range(1, top):
        before, now = now, step(k, x, now, before)
        result = B.where(n == k + 1, now, result)
        if k % 64 == 0 and not B.any((n > k) & ~B.isnan(now)):      # all that is left has overflowed
            return B.where(n > k, float("nan"), result)
    return result


def _polynomial(name, second, step, text, closed=None, limit=None):
    def body(B, input: T, n: T):
        dt = (input if hasattr(input, "dtype") else n).dtype
        x, degree = [wide(B, a) if hasattr(a, "dtype") else B.asarray(a, dtype=dt) for a in (input, n)]
        found = _recurrence(B, x, degree, second, step, closed)
        if limit is not None:
            found = B.where((degree > limit[x.dtype.itemsize]) & (degree < 2.0 ** 63), float("nan"), found)
        return B.cast(found, dt)
    body.__name__ = name
    body.__doc__ = (f"Return the {text} polynomial of degree n of input.\n\n    Args:\n        n: the degree, a number or "
                    "a tensor; negative ones give 0.\n\n    Has no gradient.\n    ")
    return op(promote="float", numbers="overload", ns=SPECIAL, method=False, differentiable=False)(body)


def _closed(inside, at_one, at_minus_one):
    """Return the closed form of a Chebyshev polynomial of high degree in [-1, 1], by the angle acos(x)."""

    def form(B, x, n):
        angle = B.acos(x)
        values = B.where(x == 1, at_one(n), B.where(x == -1, at_minus_one(n), inside(B, n, angle)))
        return (B.abs(x) == 1) | ((n > 8) & (B.abs(x) < 1)), values
    return form


def _shifted(closed):
    return lambda B, x, n: closed(B, 2 * x - 1, n)


def _alternating(n):
    """Return 1 for even n and -1 for odd."""
    return 1 - 2 * (n % 2)


_CLOSED_T = _closed(lambda B, n, a: B.cos(n * a), lambda n: n * 0 + 1, _alternating)
_CLOSED_U = _closed(lambda B, n, a: B.sin((n + 1) * a) / B.sin(a), lambda n: n + 1, lambda n: (n + 1) * _alternating(n))
_CLOSED_V = _closed(lambda B, n, a: B.cos((n + 0.5) * a) / B.cos(a / 2), lambda n: n * 0 + 1,
                   lambda n: (2 * n + 1) * _alternating(n))
_CLOSED_W = _closed(lambda B, n, a: B.sin((n + 0.5) * a) / B.sin(a / 2), lambda n: 2 * n + 1, _alternating)
_HERMITE_LIMIT = {4: 128, 8: 512}          # torch gives nan beyond: the values overflow


def _chebyshev_step(k, x, p, q):
    return 2 * x * p - q


def _shifted_step(k, x, p, q):
    return 2 * (2 * x - 1) * p - q


chebyshev_polynomial_t = _polynomial("chebyshev_polynomial_t", lambda x: x, _chebyshev_step, "Chebyshev (first kind)",
                                     _CLOSED_T)
chebyshev_polynomial_u = _polynomial("chebyshev_polynomial_u", lambda x: 2 * x, _chebyshev_step, "Chebyshev (second kind)",
                                     _CLOSED_U)
chebyshev_polynomial_v = _polynomial("chebyshev_polynomial_v", lambda x: 2 * x - 1, _chebyshev_step, "Chebyshev (third kind)",
                                     _CLOSED_V)
chebyshev_polynomial_w = _polynomial("chebyshev_polynomial_w", lambda x: 2 * x + 1, _chebyshev_step, "Chebyshev (fourth kind)",
                                     _CLOSED_W)
shifted_chebyshev_polynomial_t = _polynomial("shifted_chebyshev_polynomial_t", lambda x: 2 * x - 1, _shifted_step,
                                             "shifted Chebyshev (first kind)", _shifted(_CLOSED_T))
shifted_chebyshev_polynomial_u = _polynomial("shifted_chebyshev_polynomial_u", lambda x: 2 * (2 * x - 1), _shifted_step,
                                             "shifted Chebyshev (second kind)", _shifted(_CLOSED_U))
shifted_chebyshev_polynomial_v = _polynomial("shifted_chebyshev_polynomial_v", lambda x: 2 * (2 * x - 1) - 1, _shifted_step,
                                             "shifted Chebyshev (third kind)", _shifted(_CLOSED_V))
shifted_chebyshev_polynomial_w = _polynomial("shifted_chebyshev_polynomial_w", lambda x: 2 * (2 * x - 1) + 1, _shifted_step,
                                             "shifted Chebyshev (fourth kind)", _shifted(_CLOSED_W))
hermite_polynomial_h = _polynomial("hermite_polynomial_h", lambda x: 2 * x, lambda k, x, p, q: 2 * (x * p - k * q),
                                   "physicist's Hermite", limit=_HERMITE_LIMIT)
hermite_polynomial_he = _polynomial("hermite_polynomial_he", lambda x: x, lambda k, x, p, q: x * p - k * q,
                                    "probabilist's Hermite", limit=_HERMITE_LIMIT)
laguerre_polynomial_l = _polynomial("laguerre_polynomial_l", lambda x: 1 - x, lambda k, x, p, q:
                                    ((2 * k + 1 - x) * p - k * q) / (k + 1), "Laguerre")
legendre_polynomial_p = _polynomial("legendre_polynomial_p", lambda x: x, lambda k, x, p, q:
                                    ((2 * k + 1) * x * p - k * q) / (k + 1), "Legendre")


# ------------------------------------------------------------------ other names

def _alias(name, function):
    from ..core.op import publish
    publish(SPECIAL, name, function)


for _name, _function in (("expit", sigmoid), ("gammaln", lgamma), ("psi", digamma), ("digamma", digamma),
                         ("multigammaln", mvlgamma), ("gammainc", igamma), ("gammaincc", igammac)):
    _alias(_name, _function)
