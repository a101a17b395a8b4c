"""Normal numbers from uniform ones, step by step as PyTorch's CPU kernels round them.

PyTorch fills contiguous float32 tensors with a vectorised Box-Muller whose log, sin and cos are
Cephes' single-precision polynomials with fused multiply-adds; everything else goes through libm
in double precision. NumPy has no fused multiply-add and its own vectorised sin, cos and log differ from libm
in the last digit, so both are spelt out here. The native kernels do the same arithmetic.

Source: Box and Muller, "A note on the generation of random normal deviates", 1958; the constants are
those of the Cephes library's logf, sinf and cosf (S. Moshier).
"""
import math

import numpy as np

F4, F8 = np.float32, np.float64
_CHUNK = 1 << 13


def libm(function, x):
    """Return `function` of math of each element of a float64 array (libm's last digit, not NumPy's)."""
    return np.fromiter(map(function, x.ravel().tolist()), F8, x.size).reshape(x.shape)


# ------------------------------------------------------------------ fused multiply-add

def fma32(a, b, c):
    """Return a*b + c of float32 arrays rounded once.

    The product is exact in float64. The sum is rounded to float64 and then to float32; the second
    rounding errs only where the first one landed on a tie, and there the lost part decides.
    """
    p = np.multiply(a, b, dtype=F8)
    s = p + c
    tie = (s.view(np.uint64) & np.uint64(0x1FFFFFFF)) == np.uint64(0x10000000)
    if tie.any():
        back = s - p
        lost = (p - (s - back)) + (c - back)
        s = np.where(tie & (lost != 0), np.nextafter(s, np.copysign(np.inf, lost)), s)
    return s.astype(F4)


def fma64(a, b, c):
    """Return a*b + c of float64 arrays rounded once.

    Source: Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms
    using rounding to odd", IEEE Trans. Computers 57(4), 2008. No overflow or underflow inside.
    """
    a, b, c = np.broadcast_arrays(np.asarray(a, F8), np.asarray(b, F8), np.asarray(c, F8))
    high, low = _two_product(a, b)
    t, t_low = _two_sum(c, low)
    v, v_low = _two_sum(high, t)
    z, lost = _two_sum(t_low, v_low)
    odd = (z.view(np.uint64) & np.uint64(1)).astype(bool)
    z = np.where((lost != 0) & ~odd, np.nextafter(z, np.copysign(np.inf, lost)), z)
    return v + z


def _two_sum(a, b):
    s = a + b
    back = s - a
    return s, (a - (s - back)) + (b - back)


def _two_product(a, b):
    p = a * b
    a1, a2 = _split(a)
    b1, b2 = _split(b)
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


def _split(a):
    c = a * 134217729.0
    high = c - (c - a)
    return high, a - high


def scale64(x, factor, offset):
    """Return x*factor + offset of a float64 array rounded once."""
    if offset == 0:
        return x * factor + 0.0
    return fma64(x, factor, offset)


# ------------------------------------------------------------------ float32, 16 at a time

_LOG = tuple(map(F4, (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                      -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)))
_LN2_LOW, _LN2_HIGH, _SQRT_HALF = F4(-2.12194440e-4), F4(0.693359375), F4(0.707106781186547524)
_PI_4 = tuple(map(F4, (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)))
_COS = tuple(map(F4, (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)))
_SIN = tuple(map(F4, (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)))
_HALF, _ONE = F4(0.5), F4(1.0)


def _log32(x):
    """Cephes' logf of float32 in (0, 1]."""
    bits = x.view(np.int32)
    e = ((bits >> 23) - 126).astype(F4)
    x = ((bits & 0x7FFFFF) | 0x3F000000).view(F4)
    small = x < _SQRT_HALF
    e -= small
    x = x - _ONE + np.where(small, x, F4(0))
    z = x * x
    y = fma32(_LOG[0], x, _LOG[1])
    for c in _LOG[2:]:
        y = fma32(y, x, c)
    y = fma32(y * x, z, e * _LN2_LOW)
    y -= z * _HALF
    return fma32(e, _LN2_HIGH, x + y)


def _sincos32(x):
    """Cephes' sinf and cosf of float32 in [0, 2 pi)."""
    j = ((x * F4(1.27323954473516)).astype(np.int32) + 1) & ~1
    y = j.astype(F4)
    for part in _PI_4:
        x = fma32(y, part, x)
    z = x * x
    c = fma32(fma32(_COS[0], z, _COS[1]), z, _COS[2])
    c = fma32(c * z, z, z * -_HALF) + _ONE
    s = fma32(fma32(_SIN[0], z, _SIN[1]), z, _SIN[2])
    s = fma32(s * z, x, x)
    swap = (j & 2) != 0
    sin, cos = np.where(swap, c, s), np.where(swap, s, c)
    np.negative(sin, out=sin, where=(j & 4) != 0)
    np.negative(cos, out=cos, where=((j + 2) & 4) != 0)
    return sin, cos


def normal32(u, mean, std):
    """Turn float32 uniforms, a multiple of 16 of them, into normals in place.

    Of each 16 the first 8 give the radii, the other 8 the angles.
    """
    mean, std = F4(mean), F4(std)
    for start in range(0, u.size, _CHUNK):
        pairs = u[start:start + _CHUNK].reshape(-1, 2, 8)
        radius = np.sqrt(_log32(_ONE - pairs[:, 0]) * F4(-2))
        sin, cos = _sincos32(pairs[:, 1] * F4(2 * math.pi))
        pairs[:, 0] = fma32(radius * cos, std, mean)
        pairs[:, 1] = fma32(radius * sin, std, mean)


# ------------------------------------------------------------------ through libm

def normal64(u, mean, std):
    """The same for float64 uniforms, with libm."""
    pairs = u.reshape(-1, 2, 8)
    radius = np.sqrt(libm(math.log, 1.0 - pairs[:, 0]) * -2.0)
    angle = pairs[:, 1] * (2 * math.pi)
    pairs[:, 0] = scale64(radius * libm(math.cos, angle), std, mean)
    pairs[:, 1] = scale64(radius * libm(math.sin, angle), std, mean)


def normal_half(u, mean, std):
    """The same for float32 uniforms that become float16 or bfloat16: float arithmetic, libm's functions."""
    pairs = u.reshape(-1, 2, 8)
    radius = np.sqrt(libm(math.log, (_ONE - pairs[:, 0]).astype(F8)).astype(F4) * F4(-2))
    angle = (pairs[:, 1] * F4(2 * math.pi)).astype(F8)
    pairs[:, 0] = fma32(radius * libm(math.cos, angle).astype(F4), F4(std), F4(mean))
    pairs[:, 1] = fma32(radius * libm(math.sin, angle).astype(F4), F4(std), F4(mean))


def standard_pairs(u):
    """Return as many standard normals as `u` has float64 uniforms: pair by pair, cos first, then sin."""
    radius = np.sqrt(libm(math.log1p, -u[1::2]) * -2.0)
    angle = u[0::2] * (2 * math.pi)
    out = np.empty(u.size)
    out[0::2] = radius * libm(math.cos, angle)
    out[1::2] = radius * libm(math.sin, angle)
    return out
