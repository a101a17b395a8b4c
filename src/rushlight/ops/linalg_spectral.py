"""`torch.linalg`: eigenvalues, singular values, pseudo-inverses, ranks, condition numbers, matrix norms."""
from .. import dtypes
from ..core.inplace import finish_out
from ..core.op import T, composite, named_result, op
from ..core.tensor import OPS, TensorBase
from ._dims import wrap_dims
from ._rules import cj, zeros_as
from .linalg import LinAlgError, check_floating, check_matrix, h, linalg_inv_ex, linalg_solve_ex
from .products import check_square
from .rearrange import diag_embed
from .reduce_norm import vector_norm
from .shape import diagonal, permute, unsqueeze

# ------------------------------------------------------------------ helpers of the gradients


def _gaps(values, fill=1):
    """Return values[j] - values[i] at (i, j), with `fill` on the diagonal."""
    apart = unsqueeze(values, -2) - unsqueeze(values, -1)
    return apart + diag_embed(zeros_as(values) + fill)


def _without_diagonal(x):
    return x - diag_embed(diagonal(x, 0, -2, -1))


# ------------------------------------------------------------------ Hermitian matrices

@op(ns=(), outputs=("eigenvalues", "eigenvectors"), named=True)
def linalg_eigh(B, A: T, UPLO):
    """Return eigenvalues in ascending order and eigenvectors (columns) of Hermitian matrices."""
    try:
        found = B.linalg.eigh(A, UPLO)
    except ValueError:
        raise LinAlgError("linalg.eigh: The algorithm failed to converge because the input matrix is ill-conditioned or has too "
                          f"many repeated eigenvalues (error code: {A.shape[-1] - 1}).") from None
    return found[0], found[1]


def _eigh_rule(g, eigenvalues, eigenvectors):
    by_values, by_vectors = g
    V = eigenvectors
    if by_vectors is None:
        return V @ (unsqueeze(by_values, -1) * h(V))
    inner = h(V) @ by_vectors
    inner = _without_diagonal(0.5 * (inner - h(inner)) / _gaps(eigenvalues))
    if by_values is not None:
        inner = inner + diag_embed(by_values)
    return V @ (inner @ h(V))


linalg_eigh.vjp(A=_eigh_rule)


def _check_eigh(A, UPLO):
    check_square("linalg.eigh", A)
    if UPLO not in ("L", "U", "l", "u"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    if A.dtype.category < dtypes.FLOATING or A.dtype.itemsize < 4:
        raise NotImplementedError(f"\"linalg_eigh_cpu\" not implemented for '{A.dtype.short}'")


@composite(ns="linalg", method=False)
def eigh(A, UPLO="L", *, out=None):
    """Return (eigenvalues, eigenvectors) of Hermitian matrices; only one triangle ("L" or "U") is read.

    Eigenvalues ascend. The gradient of the eigenvectors needs them to be distinct.
    """
    _check_eigh(A, UPLO)
    return finish_out("eigh", linalg_eigh(A, UPLO.upper()), out)


@composite(ns="linalg", method=False)
def eigvalsh(A, UPLO="L", *, out=None):
    """Return the eigenvalues of Hermitian matrices, ascending."""
    _check_eigh(A, UPLO)
    return finish_out("eigvalsh", linalg_eigh(A, UPLO.upper())[0], out)


# ------------------------------------------------------------------ general matrices

@op(ns=(), outputs=("eigenvalues", "eigenvectors"), named=True)
def linalg_eig(B, A: T):
    """Return the complex eigenvalues and eigenvectors (columns of norm 1)."""
    if not bool(B.all(B.isfinite(A))):
        raise RuntimeError("torch.linalg.eig: input tensor should not contain infs or NaNs.")
    values, vectors = B.linalg.eig(A)
    dt = B.dt(B.torch_dtype(A).to_complex())
    return B.cast(values, dt), B.cast(vectors, dt)


def _eig_rule(g, eigenvalues, eigenvectors):
    by_values, by_vectors = g
    V = eigenvectors
    inner = None
    if by_vectors is not None:
        inner = h(V) @ by_vectors
        along = diagonal(inner, 0, -2, -1)
        along = (along + cj(along)) * 0.5               # its real part, still complex
        inner = inner - h(V) @ (V * unsqueeze(along, -2))
        inner = _without_diagonal(inner / cj(_gaps(eigenvalues)))
    if by_values is not None:
        inner = diag_embed(by_values) if inner is None else inner + diag_embed(by_values)
    return linalg_solve_ex(h(V), inner @ h(V), False)[0]


linalg_eig.vjp(A=_eig_rule)


def _check_eig(name, A):
    check_square(name, A)
    if A.dtype.category < dtypes.FLOATING:
        raise RuntimeError(f"Unknown Complex ScalarType for {A.dtype.short}")
    check_floating(name, A)


@composite(ns="linalg", method=False)
def eig(A, *, out=None):
    """Return (eigenvalues, eigenvectors) of square matrices, complex also for real ones."""
    _check_eig("linalg.eig", A)
    return finish_out("eig", linalg_eig(A), out)


@composite(ns="linalg", method=False)
def eigvals(A, *, out=None):
    """Return the eigenvalues of square matrices, complex also for real ones."""
    _check_eig("linalg.eigvals", A)
    return finish_out("eigvals", linalg_eig(A)[0], out)


# ------------------------------------------------------------------ singular values

@op(ns=(), outputs=("U", "S", "Vh"), named=True)
def linalg_svd(B, A: T, full_matrices):
    """Return (U, S, Vh) with A = U diag(S) Vh, S descending."""
    try:
        found = B.linalg.svd(A, full_matrices=full_matrices)
    except ValueError:
        cause = ("input matrix contained non-finite values." if not bool(B.all(B.isfinite(A))) else
                 "input matrix is ill-conditioned or has too many repeated singular values (error code: "
                 f"{min(A.shape[-2:]) - 1}).")
        raise LinAlgError(f"linalg.svd: The algorithm failed to converge because the {cause}") from None
    return found[0], found[1], found[2]


def _skew(x):
    return x - h(x)


def _svd_rule(g, A_shape, U, S, Vh):
    """The gradient from those of U, S and Vh; the singular values must be distinct for the outer two."""
    by_U, by_S, by_V = g
    n, m, k = A_shape[-2], A_shape[-1], S.shape[-1]
    U, Vh = U[..., :k], Vh[..., :k, :]
    by_U = None if by_U is None else by_U[..., :k]
    by_V = None if by_V is None else by_V[..., :k, :]
    if by_U is None and by_V is None:
        return U @ (unsqueeze(by_S, -1) * Vh)
    gaps = _gaps(S * S)
    inner = diag_embed(by_S) if by_S is not None else None
    if by_U is not None:
        turned = _skew(h(U) @ by_U)
        part = (turned / gaps) * unsqueeze(S, -2)
        inner = part if inner is None else inner + part
    if by_V is not None:
        part = unsqueeze(S, -1) * (_skew(Vh @ h(by_V)) / gaps)
        inner = part if inner is None else inner + part
    if by_U is not None and by_V is not None and str(U.dtype).rpartition(".")[2].startswith("complex"):
        inner = inner + diag_embed(diagonal(turned, 0, -2, -1) / (2 * S))
    if n > k and by_U is not None:
        rest = by_U - U @ (h(U) @ by_U)
        return (U @ inner + rest / unsqueeze(S, -2)) @ Vh
    if m > k and by_V is not None:
        rest = by_V - (by_V @ h(Vh)) @ Vh
        return U @ (inner @ Vh + rest / unsqueeze(S, -1))
    return U @ (inner @ Vh)


linalg_svd.vjp(A=_svd_rule)


def _check_svd(A, driver=None):
    check_matrix("linalg.svd", A)
    check_floating("linalg.svd", A)
    if driver is not None:
        raise RuntimeError("torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.")


@composite(ns="linalg", method=False)
def svd(A, full_matrices=True, *, driver=None, out=None):
    """Return (U, S, Vh) with A = U diag(S) Vh: S descends, U and Vh have orthonormal columns and rows.

    Args:
        A: (..., n, m).
        full_matrices: U (..., n, n) and Vh (..., m, m), else their first min(n, m) columns and rows.
    """
    _check_svd(A, driver)
    return finish_out("svd", linalg_svd(A, full_matrices), out)


@composite(ns="linalg", method=False)
def svdvals(A, *, driver=None, out=None):
    """Return the singular values, descending."""
    _check_svd(A, driver)
    return finish_out("svdvals", linalg_svd(A, False)[1], out)


_svd_type = named_result("svd", ("U", "S", "V"))


@composite(name="svd")
def _torch_svd(input, some=True, compute_uv=True, *, out=None):
    """Return (U, S, V) with input = U diag(S) V^H (deprecated: use `linalg.svd`)."""
    check_matrix("linalg.svd", input)
    if not compute_uv:
        n, m = input.shape[-2:]
        lead = tuple(input.shape[:-2])
        return _svd_type((OPS.new_zeros(input, lead + (n, n)), svdvals(input), OPS.new_zeros(input, lead + (m, m))))
    U, S, Vh = svd(input, not some)
    return finish_out("svd", _svd_type((U, S, h(Vh))), out)


# ------------------------------------------------------------------ pseudo-inverse, rank

def _tolerance(values, atol, rtol, shape, default_relative=True):
    """Return the size up to which singular values count as zero, of the shape of one per matrix."""
    d = values.dtype
    largest = OPS.amax(values, -1) if values.shape[-1] else OPS.new_zeros(values, tuple(values.shape[:-1]))
    if rtol is None:
        given = atol is not None and (isinstance(atol, TensorBase) or atol > 0)
        rtol = 0.0 if given else max(shape[-2:]) * dtypes.finfo(d).eps
    relative = OPS.mul(largest, rtol)
    return relative if atol is None else OPS.maximum(relative, OPS.as_tensor(atol, dtype=d))


@op(ns=())
def linalg_pinv_of(B, A: T):
    """Return the pseudo-inverse with the usual tolerance."""
    return B.linalg.pinv(A)


def pinv_rule(g, A, P):
    """Return the gradient of P = pinv(A) for constant rank.

    Source: Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems" (1973).
    """
    Ph, gh = h(P), h(g)
    if A.shape[-2] <= A.shape[-1]:
        K = gh @ P
        KPh = K @ Ph
        return -h(P @ K) + KPh - (A @ P) @ KPh + (Ph @ P) @ (gh - K @ A)
    K = P @ gh
    PhK = Ph @ K
    return -h(K @ P) + (gh - A @ K) @ P @ Ph + PhK - (PhK @ P) @ A


linalg_pinv_of.vjp(A=lambda g, A, out: pinv_rule(g, A, out))


@op(ns=(), grad_name="LinalgPinvBackward0")
def linalg_pinv(B, A: T, tolerance: T, hermitian):
    """Return the pseudo-inverses; singular values up to the tolerance count as zero."""
    if not A.shape[-1] or not A.shape[-2]:
        return B.zeros(A.shape[:-2] + (A.shape[-1], A.shape[-2]), dtype=A.dtype)
    if hermitian:
        S, U = B.linalg.eigh(A)
        Vh = B.conj(U.mT) if B.kind(U) == "c" else U.mT
    else:
        U, S, Vh = B.linalg.svd(A, full_matrices=False)
    small = B.abs(S) <= tolerance[..., None]
    inverse = B.where(small, B.zeros((), dtype=S.dtype), 1 / B.where(small, B.ones((), dtype=S.dtype), S))
    V, Uh = (B.conj(Vh.mT), B.conj(U.mT)) if B.kind(A) == "c" else (Vh.mT, U.mT)
    return (V * B.astype(inverse, A.dtype)[..., None, :]) @ Uh


linalg_pinv.vjp(A=lambda g, A, out: pinv_rule(g, A, out))


@composite(ns="linalg", method=False)
def pinv(A, rcond=None, *, atol=None, rtol=None, hermitian=False, out=None):
    """Return the pseudo-inverses (..., m, n) of matrices (..., n, m).

    Singular values up to max(atol, rtol * largest) count as zero; rtol defaults to max(n, m) * eps, and to 0 where atol
    is given.
    """
    if A.ndim < 2 or A.dtype.category < dtypes.FLOATING:
        raise RuntimeError(f"linalg.pinv({A.dtype.short}{{{list(A.shape)}}}): expected a tensor with 2 or more dimensions of "
                           "float, double, cfloat or cdouble types")
    rtol = rcond if rcond is not None else rtol
    if hermitian:
        check_square("linalg.eigh", A)
    if not A.shape[-1] or not A.shape[-2]:
        return A.mT.clone()
    values = OPS.abs(eigvalsh(A.detach())) if hermitian else svdvals(A.detach())
    tolerance = _tolerance(values, atol, rtol, A.shape)
    return finish_out("pinv", linalg_pinv(A, tolerance, hermitian), out)


@composite
def pinverse(input, rcond=1e-15):
    """Return `linalg.pinv(input, rcond)`."""
    return pinv(input, rcond)


@composite(ns="linalg", method=False)
def matrix_rank(A, tol=None, *, atol=None, rtol=None, hermitian=False, out=None):
    """Return the numbers of singular values above max(atol, rtol * largest); see `linalg.pinv` for the defaults."""
    check_matrix("torch.linalg.matrix_rank", A, "input")
    if A.dtype.category < dtypes.FLOATING:
        raise RuntimeError("This function doesn't handle types other than float and double")
    A = A.detach()
    values = OPS.abs(eigvalsh(A)) if hermitian else svdvals(A)
    if tol is not None:
        atol, rtol = tol, 0.0
    limit = _tolerance(values, atol, rtol, A.shape)
    return finish_out("matrix_rank", OPS.sum(OPS.gt(values, unsqueeze(limit, -1)), -1), out)


# ------------------------------------------------------------------ norms

def _check_dims(A, dim):
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    if len(dims) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    one, two = wrap_dims(dims, A.ndim)
    if one == two:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dims[0]}, {dims[1]})")
    return one, two


def _put_back(x, dims, keepdim):
    """Return a result whose reduced dimensions are gone, or back as 1s in their places."""
    if keepdim:
        for d in sorted(dims):
            x = unsqueeze(x, d)
    return x


@composite(ns="linalg", method=False)
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, out=None):
    """Return norms of matrices.

    Args:
        ord: "fro", "nuc" (sum of singular values), 2, -2 (largest, smallest singular value), 1, -1 (largest, smallest sum
            of a column's sizes), inf, -inf (of a row's).
        dim: the two dimensions of the matrices.
    """
    check_matrix("linalg.matrix_norm", A)
    check_floating("linalg.matrix_norm", A, True)
    rows, columns = dims = _check_dims(A, dim)
    A = A if dtype is None else A.to(dtype)
    if isinstance(ord, str):
        if ord == "fro":
            return finish_out("matrix_norm", vector_norm(A, 2, dims, keepdim), out)
        if ord != "nuc":
            raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
        return finish_out("matrix_norm", _put_back(OPS.sum(_singular(A, dims), -1), dims, keepdim), out)
    size = abs(ord)
    if size not in (1, 2, float("inf")):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord:g} not supported.")
    if size == 2:
        values = _singular(A, dims)
        found = _put_back(_largest(values, -1, False) if ord > 0 else OPS.amin(values, -1), dims, keepdim)
        return finish_out("matrix_norm", found, out)
    inner, outer = (rows, columns) if size == 1 else (columns, rows)
    sums = vector_norm(A, 1, inner, keepdim)
    outer -= not keepdim and outer > inner
    found = _largest(sums, outer, keepdim) if ord > 0 else OPS.amin(sums, outer, keepdim)
    return finish_out("matrix_norm", found, out)


def _largest(x, dim, keepdim):
    """Return the largest of numbers that are not negative: 0 of none."""
    return OPS.amax(x, dim, keepdim) if x.shape[dim] else OPS.sum(x, dim, keepdim)


def _singular(A, dims):
    rest = [k for k in range(A.ndim) if k not in dims]
    order = (*rest, *dims)
    return svdvals(A if order == tuple(range(A.ndim)) else permute(A, order))


@composite(ns="linalg", name="norm", method=False)
def linalg_norm(A, ord=None, dim=None, keepdim=False, *, dtype=None, out=None):
    """Return vector or matrix norms.

    Without `ord` and `dim` it is the 2-norm of all elements. One dimension gives `linalg.vector_norm`, two
    give `linalg.matrix_norm`; without `dim`, `ord` needs a vector or a matrix.
    """
    if dim is not None:
        dims = (dim,) if isinstance(dim, int) else tuple(dim)
        if len(dims) not in (1, 2):
            raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}")
    else:
        dims = None
        if ord is not None and A.ndim not in (1, 2):
            raise RuntimeError(f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.ndim}D.")
    count = A.ndim if dims is None else len(dims)
    if isinstance(ord, str) or ord is not None and count == 2:
        return matrix_norm(A, ord, dims if dims is not None else (-2, -1), keepdim, dtype=dtype, out=out)
    return vector_norm(A, 2 if ord is None else ord, dims, keepdim, dtype=dtype) if out is None else \
        finish_out("norm", vector_norm(A, 2 if ord is None else ord, dims, keepdim, dtype=dtype), out)


@composite(ns="linalg", method=False)
def cond(A, p=None, *, out=None):
    """Return condition numbers: ||A|| ||A^-1|| in the norm p (see `linalg.matrix_norm`; default 2). Singular: inf."""
    if A.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p is None or p in (2, -2):
        values = svdvals(A)
        if not values.shape[-1]:
            return OPS.new_zeros(values, tuple(values.shape[:-1]))
        largest, smallest = values[..., :1], values[..., -1:]
        found = largest / smallest if p != -2 else smallest / largest
        return finish_out("cond", OPS.squeeze(found, -1), out)
    if p not in ("fro", "nuc", 1, -1, float("inf"), -float("inf")):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    check_square(f"linalg.cond(ord={p if isinstance(p, str) else format(p, 'g')})", A)
    if not A.shape[-1]:
        return OPS.new_zeros(A, tuple(A.shape[:-2]))
    inverse = linalg_inv_ex(A)[0]
    found = matrix_norm(A, p) * matrix_norm(inverse, p)
    return finish_out("cond", OPS.nan_to_num(found, nan=float("inf"), posinf=float("inf"), neginf=-float("inf")), out)

