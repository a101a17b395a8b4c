"""What samples tell: covariance, integrals and derivatives of sampled functions, low-rank factors."""
from .. import dtypes
from ..core.op import composite
from ..core.tensor import OPS, TensorBase
from ._dims import prod, unique_dims, wrap_dim
from .join import cat
from .linalg_factor import qr
from .linalg_spectral import svd
from .shape import expand, narrow, reshape, select, slice_view, unsqueeze, view

# ------------------------------------------------------------------ covariance


def _check_weights(name, weights, input, count, category, kind):
    if weights.ndim > 1:
        raise RuntimeError(f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.ndim} "
                           "dimensions")
    if weights.dtype.category != category:
        raise RuntimeError(f"cov(): expected {name} to have {kind} dtype but got {name} with {weights.dtype.short} dtype")
    if prod(weights.shape) != count:
        raise RuntimeError(f"cov(): expected {name} to have the same numel as there are observations in the input but got "
                           f"{prod(weights.shape)} != {count}")
    if count and bool(OPS.any(OPS.lt(weights, 0))):
        raise RuntimeError(f"cov(): {name} cannot be negative")


@composite
def cov(input, *, correction=1, fweights=None, aweights=None):
    """Return the covariance matrix of variables (rows) over observations (columns).

    Args:
        input: (n, m), or (m) for one variable.
        correction: what is taken off the number of observations in the divisor.
        fweights: (m) integers, how often each observation counts.  aweights: (m) floats, its relative weight.
    """
    if input.ndim > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions")
    if input.dtype is dtypes.bool:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if input.ndim == 2 else reshape(input, (1, prod(input.shape)))
    count = x.shape[1]
    weights = None
    if fweights is not None:
        _check_weights("fweights", fweights, x, count, dtypes.INTEGRAL, "integral")
        weights = fweights
    if aweights is not None:
        _check_weights("aweights", aweights, x, count, dtypes.FLOATING, "floating point")
        weights = aweights if weights is None else OPS.mul(weights, aweights)
    if weights is None:
        total = count
        mean = OPS.mean(x if x.dtype.category >= dtypes.FLOATING else x.to(dtypes.get_default_dtype()), 1, True)
    else:
        total = OPS.sum(weights)
        if count and not bool(total):
            raise RuntimeError("cov(): weights sum to zero, can't be normalized")
        mean = unsqueeze(OPS.div(OPS.sum(OPS.mul(x, weights), 1), total), 1)
    if weights is not None and aweights is not None and correction:
        shrink = OPS.div(OPS.sum(OPS.mul(weights, aweights)), total)
        norm = OPS.sub(total, OPS.mul(shrink, correction))
    else:
        norm = OPS.sub(total, correction) if isinstance(total, TensorBase) else total - correction
    norm = OPS.clamp(norm, min=0) if isinstance(norm, TensorBase) else max(norm, 0)
    apart = OPS.sub(x, mean)
    other = apart if weights is None else OPS.mul(apart, weights)
    found = OPS.div(OPS.matmul(apart, OPS.conj(other.t())), norm)
    return OPS.squeeze(found)


@composite
def corrcoef(input):
    """Return the Pearson correlation coefficients of variables (rows), clipped to [-1, 1]."""
    if input.ndim > 2:
        raise RuntimeError(f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} "
                           "dimensions")
    c = cov(input)
    if not c.ndim:
        return OPS.div(c, c)
    d = OPS.diag(c)
    root = OPS.sqrt(OPS.real(d) if d.is_complex() else d)
    found = OPS.div(OPS.div(c, view(root, (-1, 1))), view(root, (1, -1)))
    if found.is_complex():
        return OPS.complex(OPS.clamp(OPS.real(found), -1, 1), OPS.clamp(OPS.imag(found), -1, 1))
    return OPS.clamp(found, -1, 1)


# ------------------------------------------------------------------ integrals

def _widths(name, y, x, dim):
    """Return the distances between sample points, shaped to multiply the pieces of y."""
    if x.dtype is dtypes.bool or y.dtype is dtypes.bool:
        raise RuntimeError(f"{name}: received a bool input for `x` or `y`, but bool is not supported")
    if x.ndim == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        shape = [1] * y.ndim
        shape[dim] = x.shape[0]
        x = view(x, tuple(shape))
    else:
        shape = (1,) * (y.ndim - x.ndim) + tuple(x.shape)
        x = reshape(x, shape)
        if x.shape[dim] != y.shape[dim] and x.shape[dim] != 1:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
    n = x.shape[dim]
    return OPS.sub(narrow(x, dim, 1, n - 1), narrow(x, dim, 0, n - 1)) if n else x


def _added(name, y, x, dx, dim, total):
    """Return `total` of the trapezoids' areas; `total` adds along a dimension."""
    if y.dtype is dtypes.bool and x is None:
        raise RuntimeError(f"{name}: received a bool input for `y`, but bool is not supported")
    n = y.shape[dim]
    both = OPS.add(narrow(y, dim, 1, n - 1), narrow(y, dim, 0, n - 1))
    if x is None:
        return OPS.mul(total(both, dim), dx / 2.0)
    return OPS.div(total(OPS.mul(both, _widths(name, y, x, dim)), dim), 2.0)


@composite(method=False, aliases=("trapz",))
def trapezoid(y, x=None, *, dx=1, dim=-1):
    """Return the integral of samples along a dimension by the trapezoidal rule, at points x or `dx` apart."""
    if not y.ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, y.ndim)
    if not y.shape[dim]:
        shape = tuple(y.shape)
        return OPS.zeros(shape[:dim] + shape[dim + 1:], dtype=y.dtype, device=y.device)
    return _added("trapezoid", y, x, dx, dim, OPS.sum)


@composite(method=False)
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """Return the running integrals of samples along a dimension, one fewer than samples."""
    if not y.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, y.ndim)
    return _added("cumulative_trapezoid", y, x, dx, dim, OPS.cumsum)


# ------------------------------------------------------------------ derivatives

def _even(x, dim, h, order):
    """Return the derivative along a dimension of samples `h` apart: central inside, one-sided at the ends."""
    n = x.shape[dim]
    at = lambda k: narrow(x, dim, k if k >= 0 else n + k, 1)     # noqa: E731
    if order == 1:
        first, last = OPS.div(OPS.sub(at(1), at(0)), h), OPS.div(OPS.sub(at(-1), at(-2)), h)
    else:
        first = OPS.div(OPS.sub(OPS.sub(OPS.mul(at(1), 4), OPS.mul(at(0), 3)), at(2)), 2 * h)
        last = OPS.div(OPS.add(OPS.sub(OPS.mul(at(-1), 3), OPS.mul(at(-2), 4)), at(-3)), 2 * h)
    inside = OPS.div(OPS.sub(slice_view(x, dim, 2, n), slice_view(x, dim, 0, n - 2)), 2 * h)
    return cat([first, inside, last], dim)


def _uneven(x, dim, points, order):
    """Return the derivative along a dimension of samples at given points."""
    n = x.shape[dim]
    shape = [1] * x.ndim
    shape[dim] = -1
    h = OPS.sub(slice_view(points, 0, 1), slice_view(points, 0, 0, -1))
    gap = lambda k: select(h, 0, k)                              # noqa: E731
    at = lambda k: narrow(x, dim, k if k >= 0 else n + k, 1)     # noqa: E731
    h1, h2 = view(slice_view(h, 0, 0, -1), tuple(shape)), view(slice_view(h, 0, 1), tuple(shape))
    a = OPS.neg(OPS.div(h2, OPS.mul(h1, OPS.add(h1, h2))))
    c = OPS.div(h1, OPS.mul(h2, OPS.add(h1, h2)))
    b = OPS.div(OPS.sub(h2, h1), OPS.mul(h1, h2))
    inside = OPS.add(OPS.add(OPS.mul(slice_view(x, dim, 0, n - 2), a), OPS.mul(slice_view(x, dim, 1, n - 1), b)),
                     OPS.mul(slice_view(x, dim, 2, n), c))
    if order == 1:
        first = OPS.div(OPS.sub(at(1), at(0)), gap(0))
        last = OPS.div(OPS.sub(at(-1), at(-2)), gap(-1))
    else:
        first = _one_sided(at(0), at(1), at(2), gap(0), gap(1))
        last = OPS.neg(_one_sided(at(-1), at(-2), at(-3), gap(-1), gap(-2)))
    return cat([first, inside, last], dim)


def _one_sided(f0, f1, f2, h1, h2):
    """Return the second-order derivative at f0 of samples h1 and h1 + h2 further on."""
    both = OPS.add(h1, h2)
    a = OPS.neg(OPS.div(OPS.add(OPS.mul(h1, 2), h2), OPS.mul(h1, both)))
    b = OPS.div(both, OPS.mul(h1, h2))
    c = OPS.neg(OPS.div(h1, OPS.mul(h2, both)))
    return OPS.add(OPS.add(OPS.mul(f0, a), OPS.mul(f1, b)), OPS.mul(f2, c))


@composite(method=False)
def gradient(input, *, spacing=None, dim=None, edge_order=1):
    """Return a tuple of derivatives of a sampled function along dimensions, by central differences.

    Args:
        spacing: the distance between samples: a number, one a dimension, or one vector of points a dimension.
        dim: the dimensions; None for all.
        edge_order: 1 or 2, the accuracy of the one-sided differences at the ends.
    """
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    if input.dtype is dtypes.uint8:
        raise RuntimeError("torch.gradient does not support uint8 input.")
    dims = tuple(range(input.ndim)) if dim is None else unique_dims(dim, input.ndim)
    spacing = 1 if spacing is None else spacing
    if isinstance(spacing, (tuple, list)):
        if len(spacing) != len(dims):
            raise RuntimeError("torch.gradient expected spacing to be unspecified, a scalar" + (
                f", or a list of length equal to 'self.dim() = {input.ndim}', since dim argument was not given, but got a list "
                f"of length {len(spacing)}" if dim is None else
                " or it's spacing and dim arguments to have the same length, but got a spacing argument of length "
                f"{len(spacing)} and a dim argument of length {len(dims)}."))
        spacings = list(spacing)
    else:
        spacings = [spacing] * len(dims)
    for d in dims:
        if input.shape[d] < edge_order + 1:
            raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple([_uneven(input, d, h, edge_order) if isinstance(h, TensorBase) and h.ndim else _even(input, d, h, edge_order)
                  for d, h in zip(dims, spacings)])


# ------------------------------------------------------------------ low-rank factors

def _basis(A, q, niter):
    """Return an orthonormal basis that nearly spans A's range, by power iteration from a random start."""
    R = OPS.randn(A.shape[-1], q, dtype=A.dtype, device=A.device)
    Q = qr(OPS.matmul(A, R))[0]
    for _ in range(niter):
        Q = qr(OPS.matmul(A.mH, Q))[0]
        Q = qr(OPS.matmul(A, Q))[0]
    return Q


@composite(method=False)
def svd_lowrank(A, q=6, niter=2, M=None):
    """Return (U, S, V) with U diag(S) V^H close to A - M, of rank q, by randomised subspace iteration.

    Source: Halko, Martinsson and Tropp, "Finding structure with randomness" (2009), algorithms 4.4 and 5.1.
    """
    if M is not None:
        A = OPS.sub(A, expand(M, tuple(A.shape)))
    wide = A.shape[-2] < A.shape[-1]
    A = A.mH if wide else A
    Q = _basis(A, q, niter)
    U, S, Vh = svd(OPS.matmul(Q.mH, A), False)
    U, V = OPS.matmul(Q, U), Vh.mH
    return (V, S, U) if wide else (U, S, V)


@composite(method=False)
def pca_lowrank(A, q=None, center=True, niter=2):
    """Return (U, S, V), the principal components of rows of A: `svd_lowrank` of A without its columns' means."""
    n, m = A.shape[-2:]
    if q is None:
        q = min(6, n, m)
    elif not 0 <= q <= min(n, m):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(n, m)}")
    if not niter >= 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    if not center:
        return svd_lowrank(A, q, niter)
    return svd_lowrank(OPS.sub(A, OPS.mean(A, -2, True)), q, niter)

