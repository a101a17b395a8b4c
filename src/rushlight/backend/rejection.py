"""Distributions drawn by rejection, one element after the other, as PyTorch's CPU functions draw them.

Each function takes a `mt19937.Source` and flat contiguous float64 parameters in drawing order, and returns a
flat float64 array. Gamma and Poisson numbers have kernels in the compiled build; the Python here is their reference.
"""
import math

import numpy as np

from .mt19937 import Rewindable, native


def poisson(source, rates):
    """Return a Poisson number for each rate.

    Source: products of uniforms for rates below 10; above, W. Hormann, "The transformed rejection
    method for generating Poisson random variables", Insurance: Mathematics and Economics 12, 1993.
    """
    if source.state is not None:
        out = np.empty(rates.size)
        native.poisson(source.state, rates, out)
        return out
    with Rewindable(source) as draws:
        return np.array([_poisson(draws.uniform, rate) for rate in rates.tolist()], np.float64)


def _poisson(uniform, rate):
    if rate >= 10:
        return _poisson_large(uniform, rate)
    if rate == 0:
        return 0
    limit, count, product = math.exp(-rate), 0, uniform()
    while product > limit:
        count += 1
        product *= uniform()
    return count


def _poisson_large(uniform, rate):
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inv_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= v_r:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        if _log(v) + math.log(inv_alpha) - math.log(a / (us * us) + b) <= -rate + k * log_rate - math.lgamma(k + 1):
            return k


def _log(x):
    return math.log(x) if x > 0 else -math.inf


def binomial(source, counts, probs, number=float):
    """Return a binomial number for each pair of a count and a probability.

    Args:
        number: rounds as the tensors' dtype does (float for float64).

    Source: sums of geometric numbers below an expectation of 10; above, W. Hormann, "The generation
    of binomial random variates", Journal of Statistical Computation and Simulation 46, 1993.
    """
    with Rewindable(source) as draws:
        return np.array([_binomial(draws.uniform, n, p, number) for n, p in zip(counts.tolist(), probs.tolist())],
                        np.float64)


def _binomial(uniform, count, p, number):
    if count <= 0 or p <= 0:
        return 0
    if p >= 1:
        return count
    if math.isnan(p):
        return math.nan
    if p <= 0.5:
        return _binomial_half(uniform, count, p, number)
    return count - _binomial_half(uniform, count, float(number(1.0 - p)), number)


def _binomial_half(uniform, count, p, number):
    if float(number(count * p)) >= 10:
        return _binomial_large(uniform, count, p)
    log_q, total, successes = float(number(math.log1p(-p))), 0.0, 0
    while True:
        total += math.ceil(float(number(_log(uniform()) / log_q)))
        if total > count:
            return successes
        successes += 1


_TAILS = (0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
          0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287)


def _stirling_tail(k):
    """The error of Stirling's approximation of log(k!)."""
    if k <= 9:
        return _TAILS[int(k)]
    square = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)


def _binomial_large(uniform, count, p):
    spread = math.sqrt(count * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = count * p + 0.5
    v_r = 0.92 - 4.2 / b
    r = p / (1 - p)
    alpha = (2.83 + 5.1 / b) * spread
    m = math.floor((count + 1) * p)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + c)
        if us >= 0.07 and v <= v_r:
            return k
        if k < 0 or k > count:
            continue
        v = _log(v * alpha / (a / (us * us) + b))
        upper = ((m + 0.5) * math.log((m + 1) / (r * (count - m + 1)))
                 + (count + 1) * math.log((count - m + 1) / (count - k + 1))
                 + (k + 0.5) * math.log(r * (count - k + 1) / (k + 1))
                 + _stirling_tail(m) + _stirling_tail(count - m) - _stirling_tail(k) - _stirling_tail(count - k))
        if v <= upper:
            return k


def gamma(source, shapes, number=float):
    """Return a gamma number of scale 1 for each shape parameter.

    Args:
        number: rounds as the tensors' dtype does (float for float64).

    Source: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS
    26(3), 2000; shapes below 1 are drawn one higher and scaled by u**(1/shape).
    """
    if source.state is not None:
        out = np.empty(shapes.size)
        source.normal = native.gamma(source.state, shapes, out, number is not float, source.normal)
        return out
    with Rewindable(source) as draws:
        return np.array([_gamma(draws, shape, number) for shape in shapes.tolist()], np.float64)


_THIRD = float(np.float32(1) / np.float32(3))      # PyTorch writes the constant in single precision


def _gamma(draws, shape, number):
    scale = 1.0
    if shape < 1:
        if shape == 0:
            return 0.0
        scale = math.pow(1 - draws.uniform(), float(number(1 / shape)))
        shape = float(number(shape + 1))
    d = float(number(shape - _THIRD))
    if not d > 0:
        return math.nan
    c = 1 / math.sqrt(9 * d)
    while True:
        y = 0
        while y <= 0:
            x = draws.normal()
            y = 1 + c * x
        v = y * y * y
        u = 1 - draws.uniform()
        xx = x * x
        if u < 1 - 0.0331 * xx * xx or math.log(u) < 0.5 * xx + d * (1 - v + math.log(v)):
            return scale * d * v
