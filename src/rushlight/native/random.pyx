"""Fills of random numbers: each function steps a state array and fills a flat array.

`state` is uint32[625] (624 words and a position), as `backend/mt19937.py` makes it. A state or an array of
another type or layout raises ValueError. Callers hold the source's lock.
"""

cimport numpy as cnp
from libc.math cimport NAN, isnan
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
