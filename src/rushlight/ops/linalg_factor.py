"""`torch.linalg`: LU and QR factors, Householder products, least squares, the matrix exponential, tensor equations."""
from .. import dtypes, errors
from ..core.inplace import finish_out
from ..core.op import T, composite, named_result, op
from ..core.tensor import OPS
from . import lapack
from ._dims import broadcast_shape, prod
from ._rules import cj, wide, zeros_as
from .join import cat
from .linalg import check_floating, check_matrix, eye_like, first_failure, h, inv, linalg_solve_triangular, solve
from .linalg_spectral import linalg_pinv_of, pinv_rule
from .products import check_square, nothing_of
from .rearrange import diag_embed, tril, triu
from .shape import diagonal, expand, movedim, reshape, unsqueeze

# ------------------------------------------------------------------ LU


@op(ns=(), outputs=("LU", "pivots", "info"), named=True)
def linalg_lu_factor_ex(B, A: T):
    """Return (LU, pivots, info); pivots count from 1."""
    found, pivots, info = lapack.lu(B, lapack.flat_batch(B, A))
    lead, r = A.shape[:-2], min(A.shape[-2:])
    return (B.reshape(found, A.shape), B.astype(B.reshape(pivots + 1, lead + (r,)), B.int32),
            B.astype(B.reshape(info, lead), B.int32))


@op(ns=(), differentiable=False, name="_lu_permutation")
def _permutation(B, pivots: T, like: T, m):
    """Return the matrices P of A = P L U."""
    flat = B.astype(B.reshape(pivots, (prod(pivots.shape[:-1]), pivots.shape[-1])), B.int64) - 1
    order = lapack.permutation(B, flat, m)
    P = B.astype(order[:, None, :] == B.arange(m)[None, :, None], like.dtype)
    return B.reshape(P, pivots.shape[:-1] + (m, m))


def _parts(LU):
    """Return the factors (L, U) held in one matrix; tensors or arrays."""
    n, m = LU.shape[-2:]
    k = min(n, m)
    return tril(LU[..., :k], -1) + eye_like(LU, n, k), triu(LU[..., :k, :])


def _lu_rule(g_L, g_U, L, U, P):
    """The gradient of A = P L U from those of L and U; either may be None."""
    n, m = L.shape[-2], U.shape[-1]
    k = min(n, m)
    L1, U1 = L[..., :k, :], U[..., :, :k]
    lower = None if g_L is None else h(L1) @ g_L[..., :k, :]
    over = None if g_U is None else g_U[..., :, :k] @ h(U1)
    if n > k and g_L is not None:
        rest = h(L[..., k:, :]) @ g_L[..., k:, :]
        over = -rest if over is None else over - rest
    if m > k and g_U is not None:
        rest = g_U[..., :, k:] @ h(U[..., :, k:])
        lower = -rest if lower is None else lower - rest
    inner = None
    if lower is not None:
        inner = tril(lower, -1)
    if over is not None:
        inner = triu(over) if inner is None else inner + triu(over)
    inner = linalg_solve_triangular(h(U1), inner, False, False, False)
    found = linalg_solve_triangular(h(L1), inner, True, True, True)
    if n > k:
        below = g_L[..., k:, :] if g_L is not None else zeros_as(L[..., k:, :])
        found = cat([found, linalg_solve_triangular(h(U1), below, False, False, False)], -2)
    if m > k:
        right = g_U[..., :, k:] if g_U is not None else zeros_as(U[..., :, k:])
        found = cat([found, linalg_solve_triangular(h(L1), right, True, True, True)], -1)
    return P @ found


def _lu_factor_rule(g, LU, pivots):
    k = min(LU.shape[-2:])
    L, U = _parts(LU)
    P = _permutation(pivots, LU, LU.shape[-2])
    return _lu_rule(tril(g[..., :k], -1), triu(g[..., :k, :]), L, U, P)


linalg_lu_factor_ex.vjp(A=_lu_factor_rule)


def _check_pivot(name, pivot):
    if not pivot:
        raise RuntimeError(f"{name}: LU without pivoting is not implemented on the CPU")


def _check_lu(name, A):
    if A.ndim < 2:
        raise RuntimeError(f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(A.shape)} instead")
    if A.dtype.category < dtypes.FLOATING or A.dtype.itemsize < 4:
        raise NotImplementedError(f"\"lu_cpu\" not implemented for '{A.dtype.short}'")


@composite(ns="linalg", method=False)
def lu_factor_ex(A, *, pivot=True, check_errors=False, out=None):
    """Return (LU, pivots, info) of A = P L U: both factors in one matrix, row exchanges counted from 1."""
    _check_lu("linalg.lu_factor", A)
    _check_pivot("linalg.lu_factor", pivot)
    found = linalg_lu_factor_ex(A)
    if check_errors:
        _check_regular("torch.linalg.lu_factor_ex", found[2])
    return finish_out("lu_factor_ex", found, out)


def _check_regular(name, info):
    failure = first_failure(info)
    if failure:
        k = failure[1]
        raise RuntimeError(f"{name}: {failure[0]}U[{k},{k}] is zero and using it on lu_solve would result in a division by zero. "
                           "If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
                           "linalg.lu_factor_ex(A, pivot)")


_lu_factor_type = named_result("linalg_lu_factor", ("LU", "pivots"))
_lu_info_type = named_result("_lu_with_info", ("LU", "pivots", "info"))
_lu_plain_type = named_result("lu", ("LU", "pivots"))
_unpack_type = named_result("lu_unpack", ("P", "L", "U"))


@composite(ns="linalg", method=False)
def lu_factor(A, *, pivot=True, out=None):
    """Return (LU, pivots) of A = P L U.

    Raises: RuntimeError when a diagonal element of U is zero.
    """
    found = lu_factor_ex(A, pivot=pivot)
    _check_regular("torch.linalg.lu_factor", found[2])
    return finish_out("lu_factor", _lu_factor_type((found[0], found[1])), out)


@composite(name="lu", method=True)
def _torch_lu(A, pivot=True, get_infos=False, out=None):
    """Return (LU, pivots) or (LU, pivots, info) (deprecated: use `linalg.lu_factor`)."""
    errors.warn_once("torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and will be "
                     "removed in a future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\nshould be replaced "
                     "with\nLU, pivots = torch.linalg.lu_factor(A, compute_pivots)")
    found = lu_factor_ex(A, pivot=pivot)
    return finish_out("lu", _lu_info_type(tuple(found)) if get_infos else _lu_factor_type((found[0], found[1])), out)


@op(ns=(), outputs=("P", "L", "U"), named=True)
def linalg_lu(B, A: T):
    """Return (P, L, U) with A = P L U."""
    found, pivots, _ = lapack.lu(B, lapack.flat_batch(B, A))
    (n, m), lead = A.shape[-2:], A.shape[:-2]
    k = min(n, m)
    order = lapack.permutation(B, pivots, n)
    P = B.astype(order[:, None, :] == B.arange(n)[None, :, None], A.dtype)
    L = B.tril(found[:, :, :k], k=-1) + B.eye(n, k, dtype=A.dtype)
    U = B.triu(found[:, :k, :])
    return B.reshape(P, lead + (n, n)), B.reshape(L, lead + (n, k)), B.reshape(U, lead + (k, m))


linalg_lu.vjp(A=lambda g, P, L, U: _lu_rule(g[1], g[2], L, U, P))


@composite(ns="linalg", name="lu", method=False)
def lu(A, *, pivot=True, out=None):
    """Return (P, L, U) with A = P L U: a permutation, a unit lower and an upper triangular matrix."""
    _check_pivot("linalg.lu_factor", pivot)
    _check_lu("linalg.lu", A)
    P, L, U = linalg_lu(A)
    return finish_out("linalg_lu", linalg_lu.result_type((P.detach(), L, U)), out)


@composite(method=False)
def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True, *, out=None):
    """Return (P, L, U) of what `linalg.lu_factor` returns; a part that is not asked for is empty."""
    empty = OPS.empty(0, dtype=LU_data.dtype, device=LU_data.device)
    P = _permutation(LU_pivots, LU_data, LU_data.shape[-2]) if unpack_pivots else empty
    L, U = _parts(LU_data) if unpack_data else (empty, empty)
    return finish_out("lu_unpack", _unpack_type((P, L, U)), out)


@composite(ns="linalg", method=False)
def lu_solve(LU, pivots, B, *, left=True, adjoint=False, out=None):
    """Return X with A X = B (left=False: X A = B; adjoint: A^H for A), given A's LU factors."""
    if not left:
        return finish_out("lu_solve", h(lu_solve(LU, pivots, h(B), adjoint=not adjoint)), out)
    L, U = _parts(LU)
    P = _permutation(pivots, LU, LU.shape[-2])
    if adjoint:
        half = linalg_solve_triangular(h(U), B, False, True, False)
        found = P @ linalg_solve_triangular(h(L), half, True, True, True)
    else:
        half = linalg_solve_triangular(L, P.mT @ B, False, True, True)
        found = linalg_solve_triangular(U, half, True, True, False)
    return finish_out("lu_solve", found, out)


@composite(name="lu_solve")
def _torch_lu_solve(b, LU_data, LU_pivots, *, out=None):
    """Return `linalg.lu_solve(LU_data, LU_pivots, b)`."""
    errors.warn_once("torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a future PyTorch "
                     "release.\nX = torch.lu_solve(B, LU, pivots)\nshould be replaced with\n"
                     "X = torch.linalg.lu_solve(LU, pivots, B)")
    return lu_solve(LU_data, LU_pivots, b, out=out)


# ------------------------------------------------------------------ QR

@op(ns=(), outputs=("Q", "R"), named=True)
def linalg_qr(B, A: T, mode):
    """Return (Q, R) with A = Q R."""
    if mode == "r":
        return B.zeros((0,), dtype=A.dtype), B.linalg.qr(A, mode="r")
    found = B.linalg.qr(A, mode=mode)
    return found[0], found[1]


def _upper_copied(M):
    """Return the upper triangle mirrored to a Hermitian matrix."""
    above, along = triu(M, 1), diagonal(M, 0, -2, -1)
    return above + h(above) + diag_embed((along + cj(along)) * 0.5)


def _qr_square(g_Q, g_R, Q, R):
    """The gradient of a tall or square A = Q R."""
    M = None
    if g_R is not None:
        M = g_R @ h(R)
    if g_Q is not None:
        M = -(h(Q) @ g_Q) if M is None else M - h(Q) @ g_Q
    found = Q @ _upper_copied(M)
    found = found if g_Q is None else found + g_Q
    return linalg_solve_triangular(h(R), found, False, False, False)


def _qr_rule(g, A_shape, mode, Q, R):
    n, m = A_shape[-2:]
    if mode == "r":
        raise RuntimeError("The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
                           "linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr.")
    if mode == "complete" and n > m:
        raise RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols.")
    g_Q, g_R = g
    if n >= m:
        return _qr_square(g_Q, g_R, Q, R)
    U, V = R[..., :n], R[..., n:]
    if g_R is None:
        left = _qr_square(g_Q, None, Q, U)
        return cat([left, zeros_as(V)], -1)
    g_U, g_V = g_R[..., :n], g_R[..., n:]
    Y = Q @ V
    more = Y @ h(g_V)
    left = _qr_square(more if g_Q is None else g_Q + more, g_U, Q, U)
    return cat([left, Q @ g_V], -1)


linalg_qr.vjp(A=_qr_rule)


@composite(ns="linalg", method=False)
def qr(A, mode="reduced", *, out=None):
    """Return (Q, R) with A = Q R, Q with orthonormal columns, R upper triangular.

    Args:
        mode: "reduced": Q (..., n, k), R (..., k, m), k = min(n, m); "complete": Q (..., n, n); "r": R alone.
    """
    check_matrix("linalg.qr", A)
    check_floating("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'")
    return finish_out("qr", linalg_qr(A, mode), out)


_qr_type = named_result("qr", ("Q", "R"))


@composite(name="qr")
def _torch_qr(input, some=True, *, out=None):
    """Return `linalg.qr` (deprecated), reduced or, with some=False, complete."""
    errors.warn_once("torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\n"
                     "Q, R = torch.qr(A, some)\nshould be replaced with\n"
                     "Q, R = torch.linalg.qr(A, 'reduced' if some else 'complete')")
    return finish_out("qr", _qr_type(tuple(qr(input, "reduced" if some else "complete"))), out)


@op(ns=(), outputs=("a", "tau"), named=True, name="geqrf")
def _geqrf(B, input: T):
    """Return LAPACK's compact form of QR."""
    found, tau = B.linalg.qr(input, mode="raw")
    return found.mT, tau


@composite
def geqrf(input, *, out=None):
    """Return (a, tau): R in the upper triangle of `a`, Householder vectors below; see `linalg.householder_product`."""
    check_matrix("torch.geqrf", input, "input")
    return finish_out("geqrf", _geqrf(input.detach()), out)


def _reflect(a, tau, k, x, conjugate=False):
    """Return (I - tau v v^H) x for the k-th Householder vector of `a`."""
    v = tril(a, -1)[..., k:k + 1] + eye_like(a, a.shape[-2], a.shape[-1])[:, k:k + 1]
    scale = tau[..., k:k + 1, None]
    return x - (OPS.conj(scale) if conjugate else scale) * (v @ (h(v) @ x))


@composite(ns="linalg", method=False)
def householder_product(A, tau, *, out=None):
    """Return the first m columns of H_1 H_2 ... H_k, H_i = I - tau[i] v_i v_i^H with v_i below the diagonal of A (n, m)."""
    name = "torch.linalg.householder_product"
    check_matrix(name, A, "input")
    n, m = A.shape[-2:]
    if n < m:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if tau.shape[-1] > m:
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    found = expand(OPS.eye(n, m, dtype=A.dtype, device=A.device), tuple(A.shape))
    if not tau.shape[-1]:
        return finish_out("householder_product", OPS.add(nothing_of(A), found), out)
    for k in reversed(range(tau.shape[-1])):
        found = _reflect(A, tau, k, found)
    return finish_out("householder_product", found, out)


@composite
def orgqr(input, tau, *, out=None):
    """Return `linalg.householder_product(input, tau)`."""
    return householder_product(input, tau, out=out)


def _check_ormqr(input, tau, other, left):
    for name, x in (("input", input), ("other", other)):
        if x.ndim < 2:
            raise RuntimeError(f"torch.ormqr: {name} must have at least 2 dimensions.")
    if not tau.ndim:
        raise IndexError("Dimension specified as -1 but tensor has no dimensions")
    side = -2 if left else -1
    if other.shape[side] != input.shape[-2]:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if tau.shape[-1] != min(other.shape[side], input.shape[-1]):
        raise RuntimeError(f"torch.ormqr: tau.shape[-1] must be equal to min(other.shape[{side}], input.shape[-1])")
    if input.ndim - tau.ndim != 1:
        raise RuntimeError("torch.ormqr: Expected tau to have one dimension less than input, but got tau.ndim equal to "
                           f"{tau.ndim} and input.ndim is equal to {input.ndim}")
    if input.ndim != other.ndim:
        raise RuntimeError("torch.ormqr: Expected other to have the same number of dimensions as input, but got other.ndim "
                           f"equal to {other.ndim} and input.ndim is equal to {input.ndim}")
    for name, lead in (("tau", tau.shape[:-1]), ("other", other.shape[:-2])):
        if tuple(lead) != tuple(input.shape[:-2]):
            raise RuntimeError(f"torch.ormqr: Expected batch dimensions of {name} to be equal to input.shape[:-2], but got "
                               f"{list(lead)}")
    for name, x in (("tau", tau), ("other", other)):
        if x.dtype is not input.dtype:
            raise RuntimeError(f"torch.ormqr: Expected input and {name} to have the same dtype, but input has dtype"
                               f"{input.dtype.short} and {name} has dtype {x.dtype.short}")
    if input.dtype.category < dtypes.FLOATING:
        raise NotImplementedError(f"\"ormqr_cpu\" not implemented for '{input.dtype.short}'")


@composite
def ormqr(input, tau, other, left=True, transpose=False, *, out=None):
    """Return Q other (left) or other Q, or with Q^H (transpose), for Q given by Householder vectors."""
    _check_ormqr(input, tau, other, left)
    if not left:
        return finish_out("ormqr", h(ormqr(input, tau, h(other), True, not transpose)), out)
    k = tau.shape[-1]
    for j in range(k) if transpose else reversed(range(k)):
        other = _reflect(input, tau, j, other, transpose)
    return finish_out("ormqr", other, out)


# ------------------------------------------------------------------ least squares

@op(ns=(), outputs=("solution", "residuals", "rank", "singular_values"), named=True)
def linalg_lstsq(B, A: T, right: T, rcond, driver):
    """Return the least-squares solution of A X = right of smallest norm, with residuals, rank and singular values."""
    n, m = A.shape[-2:]
    real = B.dt(B.torch_dtype(A).to_real())
    lead, k = A.shape[:-2], right.shape[-1]
    batch, sides = lapack.flat_batch(B, A), lapack.flat_batch(B, right)
    found = [B.lstsq(batch[j, ...], sides[j, ...], rcond) for j in range(batch.shape[0])]
    empty = B.zeros((0,), dtype=real)
    X = B.reshape(B.stack([f[0] for f in found]), lead + (m, k)) if found else B.zeros(lead + (m, k), dtype=A.dtype)
    ranks = B.reshape(B.asarray([f[1] for f in found], dtype=B.int64), lead)
    residuals = singular = empty
    if driver in ("gelsd", "gelss") and found:
        singular = B.reshape(B.stack([f[2] for f in found]), lead + (min(n, m),))
    if n > m and driver != "gelsy" and found and all([f[1] == m for f in found]):
        gap = B.abs(batch @ B.reshape(X, (-1, m, k)) - sides) ** 2
        residuals = B.reshape(B.sum(gap, axis=-2), lead + (k,))
    return X, residuals, ranks, singular


def _lstsq_rule(g, A, right, solution, needs):
    """X = pinv(A) right; the residuals sum |A X - right|^2, where A^H (A X - right) = 0."""
    by_X, by_residuals = g[0], g[1]
    by_A = by_right = None
    if by_X is not None:
        P = linalg_pinv_of(A)
        by_A = pinv_rule(by_X @ h(right), A, P) if needs[0] else None
        by_right = h(P) @ by_X
    if by_residuals is not None and prod(by_residuals.shape) and len(by_residuals.shape):
        gap = (A @ solution - right) * (2 * unsqueeze(by_residuals, -2))
        more = gap @ h(solution)
        by_A = more if by_A is None else by_A + more
        by_right = -gap if by_right is None else by_right - gap
    return by_A, by_right


linalg_lstsq.vjp_all(_lstsq_rule)


@composite(ns="linalg", method=False)
def lstsq(input, B, rcond=None, *, driver=None, out=None):
    """Return (solution, residuals, rank, singular_values) of the least-squares problem min ||input X - B||.

    Args:
        input: (..., n, m).  B: (..., n, k) or (..., n).
        driver: "gels", "gelsy" (default), "gelsd" or "gelss"; the solution is the same, singular values come
            with the last two.
    """
    name = "torch.linalg.lstsq"
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"{name}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    if input.dtype.category < dtypes.FLOATING:
        raise RuntimeError("This function doesn't handle types other than float and double")
    vector = B.ndim == input.ndim - 1 and tuple(B.shape) == tuple(input.shape[:-1])
    if B.ndim < 1 or input.ndim - B.ndim > 1:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.")
    if input.shape[-2] != B.shape[-1 if vector or B.ndim < input.ndim else -2]:
        raise RuntimeError(f"{name}: input.size(-2) should match other.size({-1 if vector or B.ndim < input.ndim else -2})")
    if input.dtype is not B.dtype:
        raise RuntimeError(f"{name}: Expected input and other to have the same dtype, but got input's dtype {input.dtype.short} "
                           f"and other's dtype {B.dtype.short}")
    right = unsqueeze(B, -1) if vector else B
    lead = broadcast_shape(tuple(input.shape[:-2]), tuple(right.shape[:-2]))
    found = linalg_lstsq(expand(input, lead + tuple(input.shape[-2:])), expand(right, lead + tuple(right.shape[-2:])),
                         rcond, driver or "gelsy")
    solution, residuals, rank, singular = found
    singular = singular.detach()
    if driver == "gels":
        rank = OPS.empty(0, dtype=dtypes.int64)
    if vector:
        solution = solution.squeeze(-1)
        residuals = residuals.squeeze(-1) if residuals.numel() else residuals
    return finish_out("lstsq", linalg_lstsq.result_type((solution, residuals, rank, singular)), out)


# ------------------------------------------------------------------ exponential

@op(ns=())
def linalg_matrix_exp(B, A: T):
    """Return the matrix exponentials."""
    return B.cast(B.reshape(lapack.expm(B, lapack.flat_batch(B, wide(B, A))), A.shape), A.dtype)


def _exp_rule(g, A):
    """The derivative in direction g sits in a corner of the exponential of [[A^H, g], [0, A^H]]."""
    n = A.shape[-1]
    a = h(A)
    both = cat([cat([a, g], -1), cat([zeros_as(a), a], -1)], -2)
    return linalg_matrix_exp(both)[..., :n, n:]


linalg_matrix_exp.vjp(A=_exp_rule)


@composite(ns="linalg", name="matrix_exp", method=False)
def matrix_exp(A):
    """Return the matrix exponentials of square matrices."""
    check_square("linalg.matrix_exp", A)
    check_floating("linalg.matrix_exp", A, True)
    return linalg_matrix_exp(A)


@composite(name="matrix_exp")
def _torch_matrix_exp(input):
    """Return `linalg.matrix_exp(input)`."""
    return matrix_exp(input)


# ------------------------------------------------------------------ tensor equations

@composite(ns="linalg", method=False)
def tensorinv(A, ind=2, *, out=None):
    """Return the inverse of `A` as a map from its last dimensions to its first `ind` ones."""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    one, two = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    if prod(one) != prod(two):
        raise RuntimeError("Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
                           f"{prod(two)} != {prod(one)}")
    return finish_out("tensorinv", reshape(inv(reshape(A, (prod(one), prod(two)))), two + one), out)


@composite(ns="linalg", method=False)
def tensorsolve(A, B, dims=None, *, out=None):
    """Return X with `tensordot(A, X, X.ndim) = B`; `dims` of A are moved to its end first."""
    if dims is not None:
        A = movedim(A, tuple(dims), tuple(range(A.ndim - len(dims), A.ndim)))
    n = prod(B.shape)
    shape = tuple(A.shape[B.ndim:])
    if prod(shape) != n or prod(A.shape[:B.ndim]) != n:
        if prod(A.shape) != n * n:
            raise RuntimeError(f"shape '[{n}, {n}]' is invalid for input of size {prod(A.shape)}")
    return finish_out("tensorsolve", reshape(solve(reshape(A, (n, n)), reshape(B, (n,))), shape), out)


@composite(ns="linalg", name="vander", method=False)
def vander(x, N=None):
    """Return the Vandermonde matrices of vectors: the powers 0 ... N - 1 of each element along a new last dimension."""
    x = x if x.ndim else reshape(x, (1,))
    n = x.shape[-1]
    N = n if N is None else N
    if N <= 1:
        raise RuntimeError("N must be greater than 1.")
    if x.dtype.category <= dtypes.INTEGRAL:
        x = x.to(dtypes.int64)
    repeated = expand(unsqueeze(x, -1), tuple(x.shape) + (N - 1,))
    return cat([OPS.ones_like(unsqueeze(x, -1)), OPS.cumprod(repeated, -1)], -1)


@composite(name="vander", method=False)
def _torch_vander(x, N=None, increasing=False):
    """Return the Vandermonde matrix of a vector, by default with the powers falling from N - 1 to 0."""
    if x.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    N = x.shape[0] if N is None else N
    if x.dtype.category <= dtypes.INTEGRAL:
        x = x.to(dtypes.int64)
    if N == 0 or not x.shape[0]:
        return OPS.empty((x.shape[0], N), dtype=x.dtype)
    columns = [OPS.ones_like(x)]
    for _ in range(N - 1):
        columns.append(columns[-1] * x)
    return OPS.stack(columns if increasing else columns[::-1], 1)

