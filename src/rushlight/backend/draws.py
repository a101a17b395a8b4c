"""Random numbers written into arrays, with PyTorch's choice of algorithm, order and rounding.

Every function takes a `mt19937.Source` first and, where it fills, the NumPy array to fill. An
array whose memory is not in C order is filled in the order of its memory, as PyTorch does.
Arguments are taken as valid: `ops/random.py` has the checks and the messages.
"""
import math

import numpy as np

from . import boxmuller
from .boxmuller import F4, F8, libm, scale64
from .mt19937 import native

_LOW24, _LOW53 = np.uint32(2**24 - 1), np.uint64(2**53 - 1)
_WIDE_RANGE, _MANY = 1 << 28, 0xFFFFFFFF // 20


# ------------------------------------------------------------------ order and storing

def memory_order(out):
    """Return `out` with its axes permuted so that C order is the order of its memory."""
    return out if out.ndim < 2 or out.flags.c_contiguous else out.transpose(_axes_in_memory(out))


def _axes_in_memory(out):
    if out.flags.c_contiguous:
        return tuple(range(out.ndim))
    return tuple(sorted(range(out.ndim), key=lambda d: (-abs(out.strides[d]), d)))


def _is_mirrored(out):
    """Whether only negative strides, which torch does not have, keep an array from being in C order."""
    return min(out.strides, default=0) < 0 and \
        out[tuple([slice(None, None, -1 if s < 0 else 1) for s in out.strides])].flags.c_contiguous


def _store(out, values):
    """Write a flat array into `out` in memory order; halves are rounded from float32, as PyTorch's are."""
    if out.dtype.itemsize == 2 and values.dtype == F8 and out.dtype.kind in "fV":
        values = values.astype(F4)
    ordered = memory_order(out)
    np.copyto(ordered, values.reshape(ordered.shape), casting="unsafe")


def _real_parts(out, fill):
    """Fill a complex array as the array of its real and imaginary parts, one after the other."""
    part = np.float16 if out.dtype.kind == "W" else out.real.dtype
    if out.flags.c_contiguous:
        fill(out.reshape(-1).view(part))
        return
    # With gaps like the original, so that the same path is taken.
    parts = np.empty((2 * out.size, 2), part)[:, 0]
    fill(parts)
    _store(out, np.ascontiguousarray(parts).view(out.dtype))


def _floats24(source, n):
    return (source.words(n) & _LOW24).astype(F4) * F4(2.0**-24)


def _floats53(source, n):
    if source.state is not None:
        out = np.empty(n)
        native.uniform_f64(source.state, out, 0.0, 1.0)
        return out
    return (source.words64(n) & _LOW53) * 2.0**-53


# ------------------------------------------------------------------ uniform and normal

def uniform(source, out, low, high):
    """Fill with uniform numbers of [low, high): 24 random bits for float32 and halves, 53 for float64.

    Formula: u * (high - low) + low with one rounding; a result that rounds up to `high` becomes `low`.
    """
    if source.state is not None and out.dtype.char == "f" and out.flags.c_contiguous:
        native.uniform_f32(source.state, out, low, high)
    elif out.dtype.kind in "cW":
        _real_parts(out, lambda parts: uniform(source, parts, low, high))
    elif out.dtype == F8:
        values = out if out.flags.c_contiguous else np.empty(out.size)
        if source.state is not None:
            native.uniform_f64(source.state, values, low, high)
        else:
            drawn = scale64(_floats53(source, out.size), high - low, low)
            values[...] = np.where(drawn == high, low, drawn).reshape(values.shape)
        if values is not out:
            _store(out, values)
    else:
        values = out if out.dtype == F4 and out.flags.c_contiguous else np.empty(out.size, F4)
        _uniform32(source, values, F4(low), F4(high), out.dtype)
        if values is not out:
            _store(out, values)


def _uniform32(source, values, low, high, dtype):
    if source.state is not None and dtype == F4:
        native.uniform_f32(source.state, values, low, high)
        return
    drawn = _floats24(source, values.size)
    if low != 0:
        drawn = boxmuller.fma32(drawn, high - low, low)
    elif high != 1:
        drawn *= high
    ends = drawn.astype(dtype) == high.astype(dtype)
    values[...] = np.where(ends, low, drawn).reshape(values.shape)


def normal(source, out, mean, std):
    """Fill with normal numbers.

    A C-contiguous array of 16 elements or more: blocks of 16 by Box-Muller (a rest is covered by
    drawing the last 16 elements again). Otherwise: pairs in float64, of which the second may wait in the
    generator for the next call. A complex array has the variance shared between its parts, and `mean` in both.
    """
    if source.state is not None and out.dtype.char == "f" and out.flags.c_contiguous:
        if out.size >= 16:
            native.normal_f32(source.state, out, mean, std)
        else:
            source.normal = native.normal_pairs(source.state, out, mean, std, source.normal)
    elif out.dtype.kind in "cW":
        _real_parts(out, lambda parts: normal(source, parts, mean, std / math.sqrt(2.0)))
    elif out.size >= 16 and out.flags.c_contiguous:
        _normal_blocks(source, out.reshape(-1), mean, std)
    elif out.size >= 16 and _is_mirrored(out):
        values = np.empty(out.shape, out.dtype)
        _normal_blocks(source, values.reshape(-1), mean, std)
        out[...] = values
    elif source.state is not None and out.flags.c_contiguous and out.dtype == F8:
        source.normal = native.normal_pairs(source.state, out, mean, std, source.normal)
    else:
        _store(out, _normal_pairs(source, out.size, mean, std))


def _normal_blocks(source, out, mean, std):
    if out.dtype == F8:
        if source.state is not None:
            native.normal_f64(source.state, out, mean, std)
            return
        draw, turn, values = _floats53, boxmuller.normal64, out
    elif out.dtype == F4:
        draw, turn, values = _floats24, boxmuller.normal32, out
    else:
        draw, turn, values = _floats24, boxmuller.normal_half, np.empty(out.size, F4)
    n, whole = out.size, out.size // 16 * 16
    if values is out:               # PyTorch draws all `n` here, the unused rest too; for halves it does not
        values[:] = draw(source, n)
    else:
        values[:whole] = draw(source, whole)
    turn(values[:whole], mean, std)
    if n % 16:
        values[-16:] = draw(source, 16)
        turn(values[-16:], mean, std)
    if values is not out:
        out[:] = values.astype(out.dtype)


def _normal_pairs(source, n, mean, std):
    """Return `n` float64 normals of the scalar method, starting with a cached one."""
    if source.state is not None:
        values = np.empty(n)
        source.normal = native.normal_pairs(source.state, values, mean, std, source.normal)
        return values
    if n == 0:
        return np.empty(0)
    have = [] if source.normal is None else [source.normal]
    need = n - len(have)
    drawn = boxmuller.standard_pairs(_floats53(source, need + need % 2))
    source.normal = float(drawn[-1]) if need % 2 else None
    return scale64(np.concatenate((have, drawn[:need])), std, mean)


def log_normal(source, out, mean, std):
    """Fill with exp of normal numbers (the scalar method)."""
    _store(out, libm(_exp, _normal_pairs(source, out.size, mean, std)))


def _exp(x):
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


# ------------------------------------------------------------------ integers

def random_bits(source, out, bits, top):
    """Fill with words modulo `top`; `bits` is 32 or 64."""
    values = source.words(out.size).astype(np.uint64) if bits == 32 else source.words64(out.size)
    if top < 1 << 64:
        values %= np.uint64(top)
    _store(out, values)


def integers(source, out, low, count):
    """Fill with whole numbers of low .. low + count - 1: a word modulo `count`, 64 bits from 2**28 on."""
    if count >= 1 << 64:
        values = source.words64(out.size).view(np.int64)
    elif source.state is not None:
        values = out if out.dtype == np.int64 and out.flags.c_contiguous else np.empty(out.size, np.int64)
        native.integers(source.state, values, low, count, count >= _WIDE_RANGE)
        if values is out:
            return
    else:
        drawn = source.words64(out.size) if count >= _WIDE_RANGE else source.words(out.size).astype(np.uint64)
        drawn %= np.uint64(count)
        drawn += np.uint64(low & 0xFFFFFFFFFFFFFFFF)
        values = drawn.view(np.int64)
    _store(out, values.astype(F4) if out.dtype.itemsize == 2 and out.dtype.kind in "fV" else values)


def permutation(source, n):
    """Return a random permutation of 0 .. n-1, int64, by swaps from the front.

    Place i takes the element i + word % (n - i); from 2**32 / 20 elements on, where a word is too short
    for that, each new element i goes to the place (64 bits) % (i + 1) and what was there to the end.
    """
    if source.state is not None:
        out = np.empty(n, np.int64)
        native.permutation(source.state, out)
        return out
    if n >= _MANY:
        return _permutation_of_many(source, n)
    count = max(n - 1, 0)
    out = list(range(n))
    for i, jump in enumerate((source.words(count) % np.arange(n, n - count, -1, dtype=np.uint32)).tolist()):
        out[i], out[i + jump] = out[i + jump], out[i]
    return np.array(out, np.int64)


def _permutation_of_many(source, n):
    out = np.empty(n, np.int64)
    for start in range(0, n, 1 << 20):
        stop = min(start + (1 << 20), n)
        places = source.words64(stop - start) % np.arange(start + 1, stop + 1, dtype=np.uint64)
        for i, place in enumerate(places.tolist(), start):
            out[i] = out[place]
            out[place] = i
    return out


# ------------------------------------------------------------------ other distributions

def bernoulli(source, out, p):
    """Fill with 1 where u < p (53 random bits), else 0."""
    if source.state is not None:
        ones = out if out.flags.c_contiguous and out.dtype == np.bool_ else np.empty(out.size, np.bool_)
        native.bernoulli(source.state, ones, p)
        if ones is not out:
            _store(out, ones)
    else:
        _store(out, _floats53(source, out.size) < p)


def noise(source, out, keep, scale):
    """Fill a floating array with `scale` where u < keep (53 random bits), else 0: what dropout multiplies with."""
    if source.state is not None and out.dtype.char in "fd":
        values = out if out.flags.c_contiguous else np.empty(out.size, out.dtype)
        native.noise(source.state, values, keep, scale)
        if values is not out:
            _store(out, values)
    else:
        _store(out, np.where(_floats53(source, out.size) < keep, F8(scale), 0.0))


def bernoulli_each(source, out, p):
    """Fill with 1 where u < p of the same place: 53 random bits for float64 probabilities, else 24."""
    p = p.transpose(_axes_in_memory(out)).reshape(-1)
    if p.dtype == F8:
        _store(out, _floats53(source, out.size) < p)
    else:
        _store(out, _floats24(source, out.size) < p.astype(F4))


def exponential(source, out, rate):
    """Fill with -log1p(-u) / rate."""
    if source.state is not None:
        values = np.empty(out.size)
        native.exponential(source.state, values, rate)
    else:
        values = libm(math.log1p, -_floats53(source, out.size)) * (-1.0 / rate)
    _store(out, values)


def race(source, weights):
    """Return for each row the first index of the largest weight / exponential number; None for weights that need a check."""
    if source.state is None or not weights.size:
        return None
    found = np.empty(weights.shape[:-1] + (1,), np.int64)
    return found if native.race(source.state, weights, found) else None


def geometric(source, out, p):
    """Fill with ceil(log(u) / log1p(-p))."""
    drawn = np.ceil(libm(_log, _floats53(source, out.size)) / math.log1p(-p))
    _store(out, drawn if out.dtype.kind in "fV" else drawn.astype(np.int64))


def _log(x):
    return math.log(x) if x > 0 else -math.inf


def cauchy(source, out, median, sigma):
    """Fill with median + sigma * tan(pi * (u - 1/2))."""
    _store(out, scale64(libm(math.tan, (_floats53(source, out.size) - 0.5) * math.pi), sigma, median))


def choices(source, weights, count):
    """Return `count` indices a row, with replacement: the first whose running share reaches u.

    `weights` is (rows, categories). The sums run in the weights' own precision (float32 for halves).
    """
    rows = weights.shape[0]
    weights = weights if weights.dtype == F8 else weights.astype(F4)
    share = np.cumsum(weights, axis=1, dtype=weights.dtype)
    share /= share[:, -1:]
    share[:, -1] = 1
    drawn = _floats53(source, rows * count).reshape(rows, count)
    out = np.empty((rows, count), np.int64)
    for row in range(rows):
        out[row] = np.searchsorted(share[row].astype(F8), drawn[row], "left")
    return out
