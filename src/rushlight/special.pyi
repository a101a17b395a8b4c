"""The functions of `torch.special`. Written by tools/make_stubs.py."""

from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Iterator, Sequence
from typing import Any

from . import Size, Tensor, dtype as _dtype

def airy_ai(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the Airy function Ai. Needs SciPy; has no gradient."""
def bessel_j0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the Bessel function of the first kind of order 0. Needs SciPy; has no gradient."""
def bessel_j1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the Bessel function of the first kind of order 1. Needs SciPy; has no gradient."""
def bessel_y0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the Bessel function of the second kind of order 0. Needs SciPy; has no gradient."""
def bessel_y1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the Bessel function of the second kind of order 1. Needs SciPy; has no gradient."""
def chebyshev_polynomial_t(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the Chebyshev (first kind) polynomial of degree n of input."""
def chebyshev_polynomial_u(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the Chebyshev (second kind) polynomial of degree n of input."""
def chebyshev_polynomial_v(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the Chebyshev (third kind) polynomial of degree n of input."""
def chebyshev_polynomial_w(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the Chebyshev (fourth kind) polynomial of degree n of input."""
def digamma(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the derivative of log(gamma(input)); nan at the negative integers, -inf at 0."""
def entr(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return -input * log(input), 0 at 0 and -inf below: the terms of the entropy."""
def erf(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to input."""
def erfc(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 1 - erf(input), accurate where that is small."""
def erfcx(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return exp(input**2) * erfc(input), which neither overflows nor vanishes for large input."""
def erfinv(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the inverse of erf: inf at 1, nan outside [-1, 1]."""
def exp2(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 2**input."""
def expit(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return 1 / (1 + exp(-input)), in (0, 1); also `torch.special.expit`."""
def expm1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return e**input - 1, accurate near zero."""
def gammainc(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the regularised lower incomplete gamma function P(input, other); needs SciPy."""
def gammaincc(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the regularised upper incomplete gamma function, 1 - igamma(input, other); needs SciPy."""
def gammaln(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return log|gamma(input)|; inf at 0 and the negative integers. Also `torch.special.gammaln`."""
def hermite_polynomial_h(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the physicist's Hermite polynomial of degree n of input."""
def hermite_polynomial_he(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the probabilist's Hermite polynomial of degree n of input."""
def i0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the modified Bessel function of the first kind of order 0."""
def i0e(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return exp(-|input|) * i0(input)."""
def i1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the modified Bessel function of the first kind of order 1."""
def i1e(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return exp(-|input|) * i1(input)."""
def laguerre_polynomial_l(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the Laguerre polynomial of degree n of input."""
def legendre_polynomial_p(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the Legendre polynomial of degree n of input."""
def log1p(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return log(1 + input), accurate near zero."""
def log_ndtr(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return log(ndtr(input)), accurate in the lower tail."""
def log_softmax(input: Tensor, dim: Any = ..., dtype: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return log(softmax(input, dim)) without loss of accuracy."""
def logit(input: Tensor, eps: Any = ..., *, out: Any = ...) -> Tensor:
    """Return log(x / (1 - x)), the inverse of sigmoid."""
def logsumexp(input: Tensor, dim: Any = ..., keepdim: _bool = ..., *, out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return log(sum(exp(input), dim)) without overflow; -inf of no elements."""
def modified_bessel_i0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the modified Bessel function of the first kind of order 0. Needs SciPy; has no gradient."""
def modified_bessel_i1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the modified Bessel function of the first kind of order 1. Needs SciPy; has no gradient."""
def modified_bessel_k0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the modified Bessel function of the second kind of order 0. Needs SciPy; has no gradient."""
def modified_bessel_k1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the modified Bessel function of the second kind of order 1. Needs SciPy; has no gradient."""
def multigammaln(input: Tensor, p: Any, *, out: Any = ...) -> Tensor:
    """Return the log of the multivariate gamma function of dimension p."""
def ndtr(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the distribution function of the standard normal distribution."""
def ndtri(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the quantile function of the standard normal distribution: the inverse of `ndtr`."""
def polygamma(n: Any, input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the n-th derivative of digamma(input), n being an int >= 0."""
def psi(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the derivative of log(gamma(input)); nan at the negative integers, -inf at 0."""
def round(input: Tensor, *, decimals: Any = ..., out: Any = ...) -> Tensor:
    """Round to the nearest number of `decimals` decimals, halves to the even one. The gradient is 0."""
def scaled_modified_bessel_k0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return exp(input) times the modified Bessel function K of order 0. Needs SciPy; has no gradient."""
def scaled_modified_bessel_k1(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return exp(input) times the modified Bessel function K of order 1. Needs SciPy; has no gradient."""
def shifted_chebyshev_polynomial_t(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the shifted Chebyshev (first kind) polynomial of degree n of input."""
def shifted_chebyshev_polynomial_u(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the shifted Chebyshev (second kind) polynomial of degree n of input."""
def shifted_chebyshev_polynomial_v(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the shifted Chebyshev (third kind) polynomial of degree n of input."""
def shifted_chebyshev_polynomial_w(input: Any, n: Any, *, out: Any = ...) -> Tensor:
    """Return the shifted Chebyshev (fourth kind) polynomial of degree n of input."""
def sinc(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return sin(pi x) / (pi x), and 1 at x = 0."""
def softmax(input: Tensor, dim: Any = ..., dtype: Any = ..., *, out: Any = ..., axis: Any = ...) -> Tensor:
    """Return exp(input) / sum(exp(input), dim): positive numbers with sum 1 along `dim`."""
def spherical_bessel_j0(input: Tensor, *, out: Any = ...) -> Tensor:
    """Return the spherical Bessel function of the first kind of order 0, sin(input) / input. Has no gradient."""
def xlog1py(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input * log1p(other), and 0 where input is 0 and other is not nan."""
def xlogy(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return input * log(other), and 0 where input is 0 and other is not nan."""
def zeta(input: Any, other: Any, *, out: Any = ...) -> Tensor:
    """Return the Hurwitz zeta function: the sum of (other + k)**-input for k = 0, 1, ..."""
def __getattr__(name: _str) -> Any: ...
