"""Fills of random numbers: each function steps a state array and fills a flat array.

`state` is uint32[625] (624 words and a position), as `backend/mt19937.py` makes it. A state or an array of
another type or layout raises ValueError. Callers hold the source's lock.
"""

cimport numpy as cnp
from libc.math cimport INFINITY, M_PI, NAN, cos, exp, fabs, floor, isnan, lgamma, log, log1p, pow, sin, sqrt
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from rushlight.native cimport guard

cnp.import_array()

cdef extern from "random.h":
    struct RandomTable:
        void (*words)(uint32_t*, uint32_t*, size_t) noexcept nogil
        void (*uniform_f32)(uint32_t*, float*, size_t, float, float) noexcept nogil
        void (*uniform_f64)(uint32_t*, double*, size_t, double, double) noexcept nogil
        void (*normal_f32)(uint32_t*, float*, size_t, float, float) noexcept nogil
        void (*normal_f64)(uint32_t*, double*, size_t, double, double) noexcept nogil
        void (*normal_pairs_f32)(uint32_t*, float*, size_t, double, double, double*) noexcept nogil
        void (*normal_pairs_f64)(uint32_t*, double*, size_t, double, double, double*) noexcept nogil
        void (*bernoulli)(uint32_t*, uint8_t*, size_t, double) noexcept nogil
        void (*noise_f32)(uint32_t*, float*, size_t, double, float) noexcept nogil
        void (*noise_f64)(uint32_t*, double*, size_t, double, double) noexcept nogil
        void (*exponential)(uint32_t*, double*, size_t, double) noexcept nogil
        void (*integers)(uint32_t*, int64_t*, size_t, int64_t, uint64_t, bint) noexcept nogil
        void (*permutation)(uint32_t*, int64_t*, size_t) noexcept nogil
    const RandomTable* random_table()

cdef const RandomTable* t = random_table()
if t == NULL:
    raise ImportError("no kernels for this processor")

KERNELS = {}                    # called by backend/draws.py, not by ops

cdef enum:
    LARGE = 4096                # numbers from which the GIL is released


cdef uint32_t* _state(object state) except NULL:
    cdef char* p = guard.flat_out(state, cnp.NPY_UINT32, 625)
    if p == NULL:
        raise ValueError("the state must be a contiguous uint32 array of 625 elements")
    if (<uint32_t*> p)[624] > 624:
        raise ValueError("the state's position must not exceed 624")
    return <uint32_t*> p


cdef char* _out(object out, int num) except NULL:
    cdef char* p = guard.flat_out(out, num, guard.size(out))
    if p == NULL:
        raise ValueError("out must be a contiguous writable array of the right type")
    return p


def seed(state, uint32_t value):
    """Set the state that a seed gives (Matsumoto and Nishimura's initialisation of 2002)."""
    cdef char* raw = guard.flat_out(state, cnp.NPY_UINT32, 625)
    if raw == NULL:
        raise ValueError("the state must be a contiguous uint32 array of 625 elements")
    cdef uint32_t* s = <uint32_t*> raw
    cdef uint32_t i
    s[0] = value
    for i in range(1, 624):
        s[i] = <uint32_t> 1812433253 * (s[i - 1] ^ (s[i - 1] >> 30)) + i
    s[624] = 624


def words(state, out):
    """Fill `out`, uint32, with words."""
    cdef uint32_t* s = _state(state)
    cdef uint32_t* p = <uint32_t*> _out(out, cnp.NPY_UINT32)
    t.words(s, p, guard.size(out))


def uniform_f32(state, out, float low, float high):
    """Fill `out`, float32, with uniform numbers of [low, high)."""
    cdef uint32_t* s = _state(state)
    cdef float* p = <float*> _out(out, cnp.NPY_FLOAT32)
    cdef size_t n = guard.size(out)
    if n < LARGE:
        t.uniform_f32(s, p, n, low, high)
    else:
        with nogil:
            t.uniform_f32(s, p, n, low, high)


def uniform_f64(state, out, double low, double high):
    """Fill `out`, float64, with uniform numbers of [low, high)."""
    cdef uint32_t* s = _state(state)
    cdef double* p = <double*> _out(out, cnp.NPY_FLOAT64)
    cdef size_t n = guard.size(out)
    if n < LARGE:
        t.uniform_f64(s, p, n, low, high)
    else:
        with nogil:
            t.uniform_f64(s, p, n, low, high)


def normal_f32(state, out, float mean, float std):
    """Fill `out`, float32 of 16 elements or more, with normals by blocks of 16."""
    cdef uint32_t* s = _state(state)
    cdef float* p = <float*> _out(out, cnp.NPY_FLOAT32)
    cdef size_t n = guard.size(out)
    if n < 16:
        raise ValueError("out must have 16 elements or more")
    if n < LARGE:
        t.normal_f32(s, p, n, mean, std)
    else:
        with nogil:
            t.normal_f32(s, p, n, mean, std)


def normal_f64(state, out, double mean, double std):
    """Fill `out`, float64 of 16 elements or more, with normals by blocks of 16."""
    cdef uint32_t* s = _state(state)
    cdef double* p = <double*> _out(out, cnp.NPY_FLOAT64)
    cdef size_t n = guard.size(out)
    if n < 16:
        raise ValueError("out must have 16 elements or more")
    with nogil:
        t.normal_f64(s, p, n, mean, std)


def normal_pairs(state, out, double mean, double std, cached):
    """Fill `out`, float32 or float64, with normals one by one; take and return the cached one (or None)."""
    cdef uint32_t* s = _state(state)
    cdef double waiting = NAN if cached is None else cached
    if guard.typenum(out) == cnp.NPY_FLOAT32:
        t.normal_pairs_f32(s, <float*> _out(out, cnp.NPY_FLOAT32), guard.size(out), mean, std, &waiting)
    else:
        t.normal_pairs_f64(s, <double*> _out(out, cnp.NPY_FLOAT64), guard.size(out), mean, std, &waiting)
    return None if isnan(waiting) else waiting


def bernoulli(state, out, double p):
    """Fill `out`, bool, with True where u < p (0 <= p <= 1)."""
    cdef uint32_t* s = _state(state)
    cdef uint8_t* q = <uint8_t*> _out(out, cnp.NPY_BOOL)
    cdef size_t n = guard.size(out)
    if not 0 <= p <= 1:
        raise ValueError("p must be in [0, 1]")
    if n < LARGE:
        t.bernoulli(s, q, n, p)
    else:
        with nogil:
            t.bernoulli(s, q, n, p)


def noise(state, out, double keep, double scale):
    """Fill `out`, float32 or float64, with `scale` where u < keep (0 <= keep <= 1), else 0."""
    cdef uint32_t* s = _state(state)
    cdef size_t n = guard.size(out)
    cdef float* p
    cdef double* q
    if not 0 <= keep <= 1:
        raise ValueError("keep must be in [0, 1]")
    if guard.typenum(out) == cnp.NPY_FLOAT32:
        p = <float*> _out(out, cnp.NPY_FLOAT32)
        if n < LARGE:
            t.noise_f32(s, p, n, keep, <float> scale)
        else:
            with nogil:
                t.noise_f32(s, p, n, keep, <float> scale)
    else:
        q = <double*> _out(out, cnp.NPY_FLOAT64)
        with nogil:
            t.noise_f64(s, q, n, keep, scale)


def exponential(state, out, double rate):
    """Fill `out`, float64, with exponential numbers."""
    cdef uint32_t* s = _state(state)
    cdef double* p = <double*> _out(out, cnp.NPY_FLOAT64)
    cdef size_t n = guard.size(out)
    with nogil:
        t.exponential(s, p, n, rate)


def race(*args):
    """Fill int64 `out` with the place of the largest weight / exponential number of each row: (state, weights, out).

    False, with the state as it was, unless the weights are contiguous floats, none negative, infinite or nan, some above 0
    in every row.
    """
    cdef uint32_t* s = _state(args[0])
    cdef int num = guard.typenum(args[1])
    cdef bint single = num == cnp.NPY_FLOAT32
    cdef const char* w = guard.flat(args[1], num)
    cdef int64_t* found = <int64_t*> _out(args[2], cnp.NPY_INT64)
    cdef cnp.npy_intp n = guard.size(args[1]), rows = guard.size(args[2]), cols, r, k
    cdef double x, best
    if w == NULL or not (single or num == cnp.NPY_FLOAT64) or rows == 0:
        return False
    cols = n // rows
    for r in range(rows):
        best = 0
        for k in range(r * cols, (r + 1) * cols):
            x = (<const float*> w)[k] if single else (<const double*> w)[k]
            if not 0 <= x < INFINITY:
                return False
            if x > best:
                best = x
        if best == 0:
            return False
    scratch = guard.new(1, &n, cnp.NPY_FLOAT64)
    cdef double* q = <double*> guard.flat_out(scratch, cnp.NPY_FLOAT64, n)
    t.exponential(s, q, n, 1.0)
    for r in range(rows):
        best = -1
        for k in range(cols):
            x = q[r * cols + k]
            if single:
                x = <double> (<const float*> w)[r * cols + k] / <double> (<float> x)
                x = <float> x
            else:
                x = (<const double*> w)[r * cols + k] / x
            if isnan(x):
                found[r] = k
                break
            if x > best:
                best, found[r] = x, k
    return True


def integers(state, out, int64_t low, uint64_t count, bint wide):
    """Fill `out`, int64, with low + a word (of 64 bits if `wide`) modulo `count`."""
    cdef uint32_t* s = _state(state)
    cdef int64_t* p = <int64_t*> _out(out, cnp.NPY_INT64)
    cdef size_t n = guard.size(out)
    if count == 0 or (not wide and count >> 32):
        raise ValueError("count must be positive, and below 2**32 for narrow words")
    if n < LARGE:
        t.integers(s, p, n, low, count, wide)
    else:
        with nogil:
            t.integers(s, p, n, low, count, wide)


def permutation(state, out):
    """Fill `out`, int64, with a random permutation of 0 .. n-1."""
    cdef uint32_t* s = _state(state)
    cdef int64_t* p = <int64_t*> _out(out, cnp.NPY_INT64)
    cdef size_t n = guard.size(out)
    if n < LARGE:
        t.permutation(s, p, n)
    else:
        with nogil:
            t.permutation(s, p, n)


# ------------------------------------------------------------------ by rejection

cdef struct Stream:
    uint32_t* words             # the state
    double waiting              # the second normal of a pair, or nan
    bint single                 # whether parameters are rounded as float32 arithmetic rounds them


cdef inline double uniform(Stream* s) noexcept nogil:
    cdef double u
    t.uniform_f64(s.words, &u, 1, 0.0, 1.0)
    return u


cdef inline double normal(Stream* s) noexcept nogil:
    cdef double angle, radius, found = s.waiting
    if not isnan(found):
        s.waiting = NAN
        return found
    angle = 2 * M_PI * uniform(s)
    radius = sqrt(-2 * log1p(-uniform(s)))
    s.waiting = radius * sin(angle)
    return radius * cos(angle)


cdef inline double rounded(Stream* s, double x) noexcept nogil:
    return <double> <float> x if s.single else x


cdef double THIRD = <double> (<float> 1 / <float> 3)        # PyTorch writes the constant in single precision


cdef double gamma_number(Stream* s, double shape) noexcept nogil:
    """G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000."""
    cdef double scale = 1, c, d, x, y, v, u, xx
    if shape < 1:
        if shape == 0:
            return 0
        scale = pow(1 - uniform(s), rounded(s, 1 / shape))
        shape = rounded(s, shape + 1)
    d = rounded(s, shape - THIRD)
    if not d > 0:
        return NAN
    c = 1 / sqrt(9 * d)
    while True:
        y = 0
        while y <= 0:
            x = normal(s)
            y = 1 + c * x
        v = y * y * y
        u = 1 - uniform(s)
        xx = x * x
        if u < 1 - 0.0331 * xx * xx or log(u) < 0.5 * xx + d * (1 - v + log(v)):
            return scale * d * v


cdef double poisson_number(Stream* s, double rate) noexcept nogil:
    """Products of uniforms below 10; above, W. Hormann, Insurance: Mathematics and Economics 12, 1993."""
    cdef double limit, product, count, root, log_rate, a, b, inv_alpha, v_r, u, v, us, k
    if rate < 10:
        if rate == 0:
            return 0
        limit, count, product = exp(-rate), 0, uniform(s)
        while product > limit:
            count += 1
            product *= uniform(s)
        return count
    root, log_rate = sqrt(rate), log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inv_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_r = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform(s) - 0.5
        v = uniform(s)
        us = 0.5 - fabs(u)
        k = floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= v_r:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        if log(v) + log(inv_alpha) - log(a / (us * us) + b) <= -rate + k * log_rate - lgamma(k + 1):
            return k


def gamma(state, shapes, out, bint single, cached):
    """Fill `out` with gamma numbers of the shapes, both float64; take and return the cached normal (or None)."""
    cdef Stream s = Stream(_state(state), NAN if cached is None else cached, single)
    cdef double* p = <double*> _out(out, cnp.NPY_FLOAT64)
    cdef double* a = <double*> guard.flat_n(shapes, cnp.NPY_FLOAT64, guard.size(out))
    cdef cnp.npy_intp i, n = guard.size(out)
    if a == NULL:
        raise ValueError("shapes must be a contiguous float64 array of out's size")
    for i in range(n):
        p[i] = gamma_number(&s, a[i])
    return None if isnan(s.waiting) else s.waiting


def poisson(state, rates, out):
    """Fill `out` with Poisson numbers of the rates, both float64."""
    cdef Stream s = Stream(_state(state), NAN, False)
    cdef double* p = <double*> _out(out, cnp.NPY_FLOAT64)
    cdef double* a = <double*> guard.flat_n(rates, cnp.NPY_FLOAT64, guard.size(out))
    cdef cnp.npy_intp i, n = guard.size(out)
    if a == NULL:
        raise ValueError("rates must be a contiguous float64 array of out's size")
    for i in range(n):
        p[i] = poisson_number(&s, a[i])
