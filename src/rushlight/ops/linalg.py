"""`torch.linalg`: inverses, linear systems, determinants, Cholesky. Its other parts are in `linalg_*.py`.

The bodies are NumPy's LAPACK; what it reports as failure becomes torch's `LinAlgError`, and the `_ex` forms
return a number instead. Gradients hold for complex matrices too: `h` is the conjugate transpose.
"""
from .. import dtypes, errors
from ..core.inplace import finish_out
from ..core.op import T, composite, named_result, op, publish
from ..core.tensor import OPS
from . import lapack
from ._dims import broadcast_shape
from ._rules import cj, some, zeros_as
from .products import check_square
from .rearrange import tril, triu
from .shape import unsqueeze


class LinAlgError(RuntimeError):
    """Raised when a matrix does not allow what is asked of it: singular, not positive-definite, no convergence."""


LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"
LinAlgError.__module__ = "torch._C"
publish("linalg", "LinAlgError", LinAlgError)


# ------------------------------------------------------------------ helpers

def h(x):
    """Return the conjugate transpose."""
    return cj(x).mT


def check_matrix(name, A, what="A"):
    """Raise as torch does for a tensor of fewer than two dimensions."""
    if A.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor {what} must have at least 2 dimensions.")


def check_floating(name, A, low_precision=False):
    """Raise as torch does for a matrix of integers, or (by default) of half precision."""
    d = A.dtype
    if d.category < dtypes.FLOATING:
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {d.short}")
    if not low_precision and d.itemsize < 4:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {d.short}")


@op(ns=(), differentiable=False)
def eye_like(B, like: T, n, m):
    """Return the identity matrix (n, m) in the dtype of `like`."""
    return B.eye(n, m, dtype=like.dtype)


def first_failure(info):
    """Return (text for the batch element, number) of the first nonzero info, or None."""
    if not some(info):
        return None
    codes = info.reshape(-1).tolist()
    bad = next((k for k, code in enumerate(codes) if code), None)
    if bad is None:
        return None
    return (f"(Batch element {bad}): " if info.ndim else ""), codes[bad]


# ------------------------------------------------------------------ inverse

@op(ns=(), outputs=("inverse", "info"), named=True)
def linalg_inv_ex(B, A: T):
    """Return (inverse, info): info is 1 + the place of a zero on U's diagonal, 0 for a regular matrix."""
    info = B.zeros(A.shape[:-2], dtype=B.int32)
    try:
        return B.linalg.inv(A), info
    except ValueError:
        pass
    batch = lapack.flat_batch(B, A)
    codes = lapack.lu(B, batch)[2]
    n = A.shape[-1]
    one = B.eye(n, dtype=A.dtype)
    safe = B.where((codes > 0)[:, None, None], one, batch)
    found = B.where((codes > 0)[:, None, None], lapack.solve(B, batch, B.broadcast_to(one, batch.shape)), B.linalg.inv(safe))
    return B.reshape(found, A.shape), B.astype(B.reshape(codes, info.shape), B.int32)


linalg_inv_ex.vjp(A=lambda g, inverse: -(h(inverse) @ (g @ h(inverse))))


def _check_inverse(name, info):
    failure = first_failure(info)
    if failure:
        raise LinAlgError(f"{name}: {failure[0]}The diagonal element {failure[1]} is zero, the inversion could not be completed "
                          "because the input matrix is singular.")


@composite(ns="linalg", method=False)
def inv_ex(A, *, check_errors=False, out=None):
    """Return (inverse, info) of square matrices; a singular one is reported by a nonzero info."""
    check_square("linalg.inv", A)
    check_floating("linalg.inv", A)
    found = linalg_inv_ex(A)
    if check_errors:
        _check_inverse("linalg.inv_ex", found[1])
    return finish_out("inv_ex", found, out)


@composite(ns="linalg", method=False)
def inv(A, *, out=None):
    """Return the inverses of square matrices (..., n, n).

    Raises: LinAlgError for a singular matrix.
    """
    check_square("linalg.inv", A)
    check_floating("linalg.inv", A)
    found = linalg_inv_ex(A)
    _check_inverse("linalg.inv", found[1])
    return finish_out("inv", found[0], out)


@composite
def inverse(input, *, out=None):
    """Return `linalg.inv(input)`."""
    return inv(input, out=out)


OPS.linalg_inv = inv


# ------------------------------------------------------------------ solve

@op(ns=(), outputs=("result", "info"), named=True)
def linalg_solve_ex(B, A: T, right: T, vector, left=True):
    """Return (X, info) with A X = right, or X A = right; `vector`: right holds vectors, not matrices."""
    b = right[..., None] if vector else right
    if not left:
        A, b = A.mT, b.mT
    lead = broadcast_shape(A.shape[:-2], b.shape[:-2])
    info = B.zeros(A.shape[:-2], dtype=B.int32)
    try:
        found = B.linalg.solve(A, B.broadcast_to(b, lead + b.shape[-2:]))
    except ValueError:
        batch = lapack.flat_batch(B, A)
        codes = lapack.lu(B, batch)[2]
        bad = B.reshape(codes > 0, A.shape[:-2])[..., None, None]
        safe = B.where(bad, B.eye(A.shape[-1], dtype=A.dtype), A)
        found = B.linalg.solve(safe, B.broadcast_to(b, lead + b.shape[-2:]))
        found = B.where(bad, B.full((), float("nan"), dtype=A.dtype), found)
        info = B.astype(B.reshape(codes, info.shape), B.int32)
    if vector:
        return found[..., 0], info
    return (found if left else B.c_order(found.mT)), info


def _solve_rule(g, A, right, vector, left, result, needs):
    by_right = linalg_solve_ex(h(A), g, vector, left)[0]
    if not needs[0]:
        return None, by_right
    if not left:
        return -(h(result) @ by_right), by_right
    if vector:
        return -(unsqueeze(by_right, -1) @ unsqueeze(cj(result), -2)), by_right
    return -(by_right @ h(result)), by_right


linalg_solve_ex.vjp_all(_solve_rule)


def _is_vector(A, B):
    return B.ndim == 1 or (A.ndim - 1 == B.ndim and tuple(B.shape) == tuple(A.shape[:-1]))


def _check_systems(name, A, B, left, vector):
    if A.dtype is not B.dtype:
        raise RuntimeError(f"{name}: Expected A and B to have the same dtype, but found A of type {A.dtype.short} and B of type "
                           f"{B.dtype.short} instead")
    rows = tuple(B.shape) + (1,) if vector else tuple(B.shape)
    if A.shape[-2] != rows[-2 if left else -1]:
        raise RuntimeError(f"{name}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
                           f"({A.shape[-2]}x{A.shape[-1]} and {rows[-2]}x{rows[-1]})")


def _solved(A, B, left):
    check_square("linalg.solve", A)
    check_floating("linalg.solve", A)
    vector = left and _is_vector(A, B)
    if not vector:
        check_matrix("linalg.solve", B, "B")
    _check_systems("linalg.solve", A, B, left, vector)
    return linalg_solve_ex(A, B, vector, left)


def _check_solved(name, info):
    failure = first_failure(info)
    if failure:
        raise LinAlgError(f"{name}: {failure[0]}The solver failed because the input matrix is singular.")


@composite(ns="linalg", method=False)
def solve_ex(A, B, *, left=True, check_errors=False, out=None):
    """Return (X, info) of A X = B; a singular A is reported by a nonzero info."""
    found = _solved(A, B, left)
    if check_errors:
        _check_solved("torch.linalg.solve_ex", found[1])
    return finish_out("solve_ex", found, out)


@composite(ns="linalg", method=False)
def solve(A, B, *, left=True, out=None):
    """Return X with A X = B (or, with left=False, X A = B).

    Args:
        A: (..., n, n).  B: (..., n, k), or (..., n) when that is the shape of A without its last dimension.

    Raises: LinAlgError for a singular matrix.
    """
    found = _solved(A, B, left)
    _check_solved("torch.linalg.solve", found[1])
    return finish_out("solve", found[0], out)


# ------------------------------------------------------------------ triangular systems

@op(ns=())
def linalg_solve_triangular(B, A: T, right: T, upper, left, unitriangular):
    """Return X with A X = right (or X A = right) for triangular A; the other triangle is not read."""
    if not left:
        A, right, upper = A.mT, right.mT, not upper
    lead = broadcast_shape(A.shape[:-2], right.shape[:-2])
    full = B.broadcast_to(A, lead + A.shape[-2:])
    b = B.broadcast_to(right, lead + right.shape[-2:])
    found = B.reshape(lapack.substitute(B, lapack.flat_batch(B, full), lapack.flat_batch(B, b), upper, unitriangular), b.shape)
    return found if left else found.mT


def _triangular_rule(g, A, upper, left, unitriangular, out, needs):
    by_right = linalg_solve_triangular(h(A), g, not upper, left, unitriangular)
    if not needs[0]:
        return None, by_right
    by_A = -(by_right @ h(out)) if left else -(h(out) @ by_right)
    keep = 1 if unitriangular else 0
    return (triu(by_A, keep) if upper else tril(by_A, -keep)), by_right


linalg_solve_triangular.vjp_all(_triangular_rule)


@composite(ns="linalg", method=False)
def solve_triangular(A, B, *, upper, left=True, unitriangular=False, out=None):
    """Return X with A X = B for triangular A (left=False: X A = B); a zero on the diagonal gives inf or nan.

    Args:
        unitriangular: take the diagonal as ones, without reading it.
    """
    name = "linalg.solve_triangular"
    check_matrix(name, B, "B")
    check_square(name, A)
    _check_systems(name, A, B, left, False)
    check_floating(name, A)
    return finish_out("solve_triangular", linalg_solve_triangular(A, B, upper, left, unitriangular), out)


_triangular_type = named_result("triangular_solve", ("solution", "cloned_coefficient"))


@composite(name="triangular_solve")
def triangular_solve(input, A, upper=True, transpose=False, unitriangular=False, *, out=None):
    """Return (solution, clone of A) of A X = input for triangular A (deprecated: use `linalg.solve_triangular`)."""
    errors.warn_once("torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangularand will be removed in a "
                     "future PyTorch release.\nX = torch.triangular_solve(B, A).solution\nshould be replaced with\n"
                     "X = torch.linalg.solve_triangular(A, B).")
    n, m = A.shape[-2:]
    if n != m:
        raise RuntimeError(f"A must be batches of square matrices, but they are {n} by {m} matrices")
    found = linalg_solve_triangular(A.mT if transpose else A, input, upper != transpose, True, unitriangular)
    return finish_out("triangular_solve", _triangular_type((found, A.clone())), out)


# ------------------------------------------------------------------ determinants

@op(ns=())
def linalg_det(B, A: T):
    """Return the determinants."""
    return B.linalg.det(A)


def _det_rule(g, A, out):
    g, out = g[..., None, None], out[..., None, None]
    if not some(out == 0):
        return (g * cj(out)) * h(linalg_inv_ex(A)[0])
    U, S, Vh = OPS.linalg_svd(A, False)             # a singular matrix: the cofactors from its singular values
    others = OPS.product_of_others(S, -1)
    turn = (linalg_det(U) * linalg_det(Vh))[..., None, None]
    return g * cj(turn * (U @ (unsqueeze(others, -1) * Vh)))


linalg_det.vjp(A=_det_rule)


@composite(ns="linalg", method=False)
def det(A, *, out=None):
    """Return the determinants of square matrices (..., n, n)."""
    check_square("linalg.det", A)
    check_floating("linalg.det", A, True)
    if A.dtype.itemsize < 4:
        raise NotImplementedError(f"\"lu_cpu\" not implemented for '{A.dtype.short}'")
    return finish_out("det", linalg_det(A), out)


@composite(name="det")
def _torch_det(input):
    """Return `linalg.det(input)`."""
    return det(input)


@op(ns=(), outputs=("sign", "logabsdet"), named=True)
def linalg_slogdet(B, A: T):
    """Return sign and logarithm of the absolute value of the determinants."""
    found = B.linalg.slogdet(A)
    return found[0], found[1]


def _slogdet_rule(g, A, sign):
    by_sign, by_log = g if isinstance(g, (tuple, list)) else (None, g)
    total = None if by_log is None else by_log[..., None, None]
    if by_sign is not None and str(A.dtype).rpartition(".")[2].startswith("complex"):
        turn = (cj(by_sign) * sign)[..., None, None]
        part = (turn - cj(turn)) * -0.5             # -i times the imaginary part
        total = part if total is None else total + part
    return zeros_as(A) if total is None else total * h(linalg_inv_ex(A)[0])


linalg_slogdet.vjp(A=_slogdet_rule)
_slogdet_type = named_result("slogdet", ("sign", "logabsdet"))


@composite(ns="linalg", name="slogdet", method=False)
def slogdet(A, *, out=None):
    """Return (sign, logabsdet) of the determinants of square matrices; a singular one gives (0, -inf)."""
    check_square("linalg.slogdet", A)
    check_floating("linalg.slogdet", A)
    return finish_out("slogdet", linalg_slogdet(A), out)


@composite(name="slogdet")
def _torch_slogdet(input):
    """Return `linalg.slogdet(input)`."""
    return _slogdet_type(tuple(slogdet(input)))


@composite
def logdet(input):
    """Return the logarithm of the determinants: -inf where they are zero, nan where negative."""
    check_square("logdet", input)
    sign, size = slogdet(input)
    if input.dtype.is_complex:
        return OPS.add(size, OPS.log(sign))
    return OPS.where(OPS.eq(sign, -1), float("nan"), size)


# ------------------------------------------------------------------ Cholesky

@op(ns=(), outputs=("L", "info"), named=True)
def linalg_cholesky_ex(B, A: T, upper):
    """Return (L, info) with A = L L^H (upper: the conjugate transpose); reads one triangle of A."""
    A = _adjoint(B, A) if upper else A
    info = B.zeros(A.shape[:-2], dtype=B.int32)
    try:
        L = B.linalg.cholesky(A)
    except ValueError:
        batch = lapack.flat_batch(B, A)
        codes = [lapack.failed_minor(B, batch[k, ...]) for k in range(batch.shape[0])]
        info = B.reshape(B.asarray(codes, dtype=B.int32), info.shape)
        bad = (info > 0)[..., None, None]
        L = B.where(bad, B.tril(A), B.linalg.cholesky(B.where(bad, B.eye(A.shape[-1], dtype=A.dtype), A)))
    return (_adjoint(B, L) if upper else L), info


def _adjoint(B, x):
    return B.conj(x.mT) if B.kind(x) == "c" else x.mT


def _cholesky_rule(g, L, upper):
    if upper:
        g, L = h(g), h(L)
    inner = h(L) @ g
    inner = 0.5 * (tril(inner) + h(tril(inner, -1)))
    inner = linalg_solve_triangular(h(L), inner, True, True, False)
    return linalg_solve_triangular(L, inner, False, False, False)


linalg_cholesky_ex.vjp(A=_cholesky_rule)


def _check_cholesky(name, info):
    failure = first_failure(info)
    if failure:
        raise LinAlgError(f"{name}: {failure[0]}The factorization could not be completed because the input is not "
                          f"positive-definite (the leading minor of order {failure[1]} is not positive-definite).")


@composite(ns="linalg", method=False)
def cholesky_ex(A, *, upper=False, check_errors=False, out=None):
    """Return (L, info) of positive-definite matrices; info is the order of a minor that is not."""
    check_square("linalg.cholesky", A)
    check_floating("linalg.cholesky", A)
    found = linalg_cholesky_ex(A, upper)
    if check_errors:
        _check_cholesky("linalg.cholesky_ex", found[1])
    return finish_out("cholesky_ex", found, out)


@composite(ns="linalg", method=False)
def cholesky(A, *, upper=False, out=None):
    """Return L, lower triangular, with A = L L^H (upper: U with A = U^H U). Only that triangle of A is read.

    Raises: LinAlgError when a matrix is not positive-definite.
    """
    check_square("linalg.cholesky", A)
    check_floating("linalg.cholesky", A)
    found = linalg_cholesky_ex(A, upper)
    _check_cholesky("linalg.cholesky", found[1])
    return finish_out("linalg_cholesky", found[0], out)


@composite(name="cholesky")
def _torch_cholesky(input, upper=False, *, out=None):
    """Return the Cholesky factor (deprecated: use `linalg.cholesky`)."""
    errors.warn_once("torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a future PyTorch "
                     "release.\nL = torch.cholesky(A)\nshould be replaced with\nL = torch.linalg.cholesky(A)")
    check_square("cholesky", input)
    found = linalg_cholesky_ex(input, upper)
    _check_cholesky("cholesky", found[1])
    return finish_out("cholesky", found[0], out)


@op(ns=(), method=False, name="cholesky_solve")
def _by_cholesky(B, input: T, L: T, upper):
    """Return X with A X = input for A = L L^H."""
    L = _adjoint(B, L) if upper else L
    half = linalg_solve_triangular.body(B, L, input, False, True, False)
    return linalg_solve_triangular.body(B, _adjoint(B, L), half, True, True, False)


def _by_cholesky_rule(g, L, upper, out, needs):
    by_input = _by_cholesky(g, L, upper)
    if not needs[1]:
        return by_input, None
    common = by_input @ h(out)
    common = common + h(common)
    return by_input, -(L @ common) if upper else -(common @ L)


_by_cholesky.vjp_all(_by_cholesky_rule)


@op(ns=(), method=False, name="cholesky_inverse")
def _cholesky_inverse(B, L: T, upper):
    """Return the inverse of A = L L^H."""
    return _by_cholesky.body(B, B.broadcast_to(B.eye(L.shape[-1], dtype=L.dtype), L.shape), L, upper)


def _cholesky_inverse_rule(g, L, upper, out):
    common = g + h(g)
    common = out @ (common @ out)
    return -(L @ common) if upper else -(common @ L)


_cholesky_inverse.vjp(L=_cholesky_inverse_rule)


@composite
def cholesky_solve(input, L, upper=False, *, out=None):
    """Return X with A X = input, given A's Cholesky factor."""
    for name, x in (("b", input), ("u", L)):
        if x.ndim < 2:
            raise RuntimeError(f"{name} should have at least 2 dimensions, but has {x.ndim} dimensions instead")
    n, m = L.shape[-2:]
    if n != m:
        raise RuntimeError(f"A must be batches of square matrices, but they are {n} by {m} matrices")
    if n != input.shape[-2]:
        raise RuntimeError(f"Incompatible matrix sizes for cholesky_solve: each A matrix is {n} by {n} but each b matrix is "
                           f"{input.shape[-2]} by {input.shape[-1]}")
    return finish_out("cholesky_solve", _by_cholesky(input, L, upper), out)


@composite(method=True)
def cholesky_inverse(L, upper=False, *, out=None):
    """Return the inverse of A, given its Cholesky factor."""
    check_square("cholesky_inverse", L)
    return finish_out("cholesky_inverse", _cholesky_inverse(L, upper), out)


from . import linalg_factor, linalg_spectral  # noqa: E402, F401  (the rest of the family)
from .linalg_spectral import svdvals  # noqa: E402, F401  (norms take singular values from here)
