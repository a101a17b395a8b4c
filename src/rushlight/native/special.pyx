"""Special functions element by element, in double: log-gamma, digamma, and the slopes of gamma and beta draws.

Accepted: C-contiguous float32/float64 arrays of one shape and type. The first two of float32 are elementwise loops.
"""

cimport numpy as cnp
from libc.math cimport INFINITY, M_PI, NAN, fabs, floor, fmax, isinf, lgamma as log_gamma, log, sqrt, tan

from rushlight.native cimport guard
from rushlight.native.elementwise import KERNELS as LOOPS

cnp.import_array()

cdef enum:
    MOST_TERMS = 10000

ctypedef fused real:
    float
    double


cdef double psi_of(double x) noexcept nogil:
    """The digamma function: reflection below 0, upwards by recurrence to 10, then its asymptotic series."""
    cdef double shift = 0, square
    if x == 0:
        return -1 / x                           # the sign of 0 decides
    if x < 0:
        if isinf(x) or x == floor(x):
            return NAN
        return psi_of(1 - x) - M_PI / tan(M_PI * (x - floor(x + 0.5)))
    if x == INFINITY:
        return x
    while x < 10:
        shift -= 1 / x
        x += 1
    square = 1 / (x * x)
    return shift + log(x) - 0.5 / x - square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (
        1.0 / 240 - square * (1.0 / 132 - square * (691.0 / 32760 - square / 12))))))


cdef double gamma_slope(double a, double x) noexcept nogil:
    cdef double log_x = log(x), psi = psi_of(a), term = x / a, total = 0, added
    cdef long n, most = <long> (fmax(x - a, 0) + 12 * sqrt(x) + 60) if x < 1e15 else 0
    for n in range(most):
        psi += 1 / (a + n)
        added = term * (log_x - psi)
        total -= added
        if n > x - a and fabs(added) <= 1e-18 * fabs(total):
            break
        term *= x / (a + (n + 1))
    return total


cdef double beta_slope(double x, double a, double total) noexcept nogil:
    cdef double b = total - a, left = 1 - x, s, start, psi = psi_of(total) + log(x), other, step, term, found = 0, added
    cdef bint mirrored
    cdef int n
    if x <= 0.5:
        mirrored = x * total > a + 6 * sqrt(a) + 10
    else:
        mirrored = left * total <= b + 6 * sqrt(b) + 10
    s, start, step = (left, b, 0) if mirrored else (x, a, 1)
    other = psi_of(a if mirrored else a + 1)
    term = 1 / start
    for n in range(MOST_TERMS):
        added = term * (psi - other)
        found += added
        if n > 8 and fabs(added) <= 1e-17 * fabs(found):
            break
        psi += 1 / (total + n)
        other += step / (a + (n + 1))
        term *= s * (total + n) / (start + (n + 1))
    return x * found if mirrored else -x * found


cdef void fill_gamma(real* a, real* x, real* out, cnp.npy_intp n) noexcept nogil:
    cdef cnp.npy_intp i
    for i in range(n):
        out[i] = <real> gamma_slope(a[i], x[i])


cdef void fill_beta(real* x, real* a, real* total, real* out, cnp.npy_intp n) noexcept nogil:
    cdef cnp.npy_intp i
    for i in range(n):
        out[i] = <real> beta_slope(x[i], a[i], total[i])


def _standard_gamma_grad(input, output):
    """-(dP/da) / p of gamma numbers `output` of shapes `input`."""
    cdef int num = guard.typenum(input)
    cdef cnp.npy_intp n = guard.size(input)
    cdef char* a = guard.flat(input, num)
    cdef char* x = guard.flat(output, num)
    if (num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64) or a == NULL or x == NULL or not guard.same_shape(input, output):
        return NotImplemented
    result = guard.new_like(input)
    cdef char* out = guard.flat_out(result, num, n)
    with nogil:
        if num == cnp.NPY_FLOAT32:
            fill_gamma(<float*> a, <float*> x, <float*> out, n)
        else:
            fill_gamma(<double*> a, <double*> x, <double*> out, n)
    return result


def _dirichlet_grad(x, alpha, total):
    """-(dI/da) / p / (1 - x) of beta numbers `x` of parameters `alpha` and `total - alpha`."""
    cdef int num = guard.typenum(x)
    cdef cnp.npy_intp n = guard.size(x)
    cdef char* p = guard.flat(x, num)
    cdef char* a = guard.flat(alpha, num)
    cdef char* both = guard.flat(total, num)
    if (num != cnp.NPY_FLOAT32 and num != cnp.NPY_FLOAT64) or p == NULL or a == NULL or both == NULL:
        return NotImplemented
    if not guard.same_shape(x, alpha) or not guard.same_shape(x, total):
        return NotImplemented
    result = guard.new_like(x)
    cdef char* out = guard.flat_out(result, num, n)
    with nogil:
        if num == cnp.NPY_FLOAT32:
            fill_beta(<float*> p, <float*> a, <float*> both, <float*> out, n)
        else:
            fill_beta(<double*> p, <double*> a, <double*> both, <double*> out, n)
    return result


cdef void fill_log_gamma(double* x, double* out, cnp.npy_intp n) noexcept nogil:
    cdef cnp.npy_intp i
    for i in range(n):
        out[i] = log_gamma(x[i])


cdef void fill_psi(double* x, double* out, cnp.npy_intp n) noexcept nogil:
    cdef cnp.npy_intp i
    for i in range(n):
        out[i] = psi_of(x[i])


cdef object pointwise(object input, object out, bint psi):
    cdef cnp.npy_intp n = guard.size(input)
    cdef double* x = <double*> guard.flat(input, cnp.NPY_FLOAT64)
    if x == NULL:
        return LOOPS["digamma" if psi else "lgamma"](input, out) if guard.typenum(input) == cnp.NPY_FLOAT32 else NotImplemented
    result = guard.new_like(input) if out is None else out
    cdef double* y = <double*> guard.flat_out(result, cnp.NPY_FLOAT64, n)
    if y == NULL or guard.overlaps(result, input):
        return NotImplemented
    with nogil:
        if psi:
            fill_psi(x, y, n)
        else:
            fill_log_gamma(x, y, n)
    return result


def lgamma(input, out=None):
    """log|gamma(input)|."""
    return pointwise(input, out, False)


def digamma(input, out=None):
    """The derivative of log(gamma(input))."""
    return pointwise(input, out, True)


KERNELS = {"lgamma": lgamma, "digamma": digamma, "_standard_gamma_grad": _standard_gamma_grad,
           "_dirichlet_grad": _dirichlet_grad}
