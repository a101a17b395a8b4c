"""A few eigenvalues of large symmetric matrices: `torch.lobpcg`."""
from math import sqrt

from .. import dtypes
from ..core.modes import state
from ..core.op import composite
from ..core.tensor import OPS, TensorBase
from .join import cat
from .linalg import cholesky, solve_triangular
from .linalg_spectral import eigh
from .random import randn

_METHODS = ("ortho", "basic")


@composite(method=False)
def lobpcg(A, k=None, B=None, X=None, n=None, iK=None, niter=None, tol=None, largest=None, method=None, tracker=None,
           ortho_iparams=None, ortho_fparams=None, ortho_bparams=None):
    """Return (the k largest or smallest eigenvalues, eigenvectors) of symmetric positive definite matrices.

    Solves A x = lambda B x by improving a block of vectors, with the gradient of Rayleigh's quotient and the last step;
    where a gradient is wanted, by computing all eigenvalues.

    Args:
        A: (..., m, m).  B: (..., m, m) or None for the identity.
        k: how many, default 1 or the columns of X; m must be at least 3 k.
        X: (..., m, n) vectors to start from, default random.  n: how many to work with, default k.
        iK: (..., m, m), an approximate inverse of A, which speeds it up.
        niter: the largest number of steps, default 1000; -1 for no limit.
        tol: stop at a residual of tol times the norms; default the square root of the dtype's eps.
        largest: which end of the spectrum, default the largest.
        method: "ortho" or "basic"; both work on an orthonormal basis here.
        tracker: called after each step with the state (iteration, eigenvalues, vectors, residuals).
        ortho_iparams, ortho_fparams, ortho_bparams: limits of PyTorch's orthogonalisation, which is exact here.

    Source: Knyazev, "Toward the optimal preconditioned eigensolver", 2001.
    """
    for given in (ortho_iparams, ortho_fparams, ortho_bparams):
        if given is not None and not isinstance(given, dict):
            raise TypeError(f"lobpcg(): parameters of the orthogonalisation must be a dict, not {type(given).__name__}")
    if not isinstance(A, TensorBase):
        raise TypeError(f"lobpcg(): argument 'A' (position 1) must be Tensor, not {type(A).__name__}")
    if method is not None and method not in _METHODS:
        raise ValueError(f"lobpcg method '{method}' is not one of {', '.join(_METHODS)}")
    if A.ndim < 2 or A.shape[-1] != A.shape[-2]:
        raise AssertionError(f"A must be square, got shape {A.shape}")
    m = A.shape[-1]
    k = (1 if X is None else X.shape[-1]) if k is None else k
    n = (k if X is None else X.shape[-1]) if n is None else n
    if m < 3 * n:
        raise ValueError(f"LOBPCG algorithm is not applicable when the number of A rows (={m}) is smaller than 3 x the number "
                         f"of requested eigenpairs (={n})")
    if state.grad and any(t is not None and t.requires_grad for t in (A, B)):
        return _whole(A, B, k, largest is not False)
    X = randn((*A.shape[:-2], m, n), dtype=A.dtype, device=A.device) if X is None else X
    if A.ndim > 2:
        return _each(A, k, B, X, n, iK, niter, tol, largest, method, tracker)
    tol = sqrt(dtypes.finfo(A.dtype).eps) if tol is None else tol
    return _solve(A, B, X, iK, k, 1000 if niter is None else niter, tol, largest is not False, tracker)


def _whole(A, B, k, largest):
    """Solve for all eigenvalues: the way with a gradient."""
    if B is None:
        values, X = eigh(A)
    else:                               # C = L^-1 A L^-T with B = L L^T has the same eigenvalues
        L = cholesky(B)
        half = solve_triangular(L, A, upper=False)
        values, V = eigh(solve_triangular(L, half.mT, upper=False))
        X = solve_triangular(L.mT, V, upper=True)
    values, X = (values.flip(-1), X.flip(-1)) if largest else (values, X)
    return values[..., :k], X[..., :k]


def _each(A, k, B, X, n, iK, *rest):
    """Solve a batch one matrix after the other."""
    lead, (m, _) = A.shape[:-2], A.shape[-2:]

    def flat(x):
        return None if x is None else x.expand(*lead, *x.shape[-2:]).reshape(-1, *x.shape[-2:])

    columns = [flat(x) for x in (A, B, X, iK)]
    found = [lobpcg(a, k, None if B is None else columns[1][j], columns[2][j], n, None if iK is None else columns[3][j], *rest)
             for j, a in enumerate(columns[0])]
    values, vectors = (OPS.stack([f[part] for f in found]) for part in (0, 1))
    return values.reshape(*lead, k), vectors.reshape(*lead, m, k)


def _solve(A, B, X, iK, k, niter, tol, largest, tracker):
    n, P, step = X.shape[-1], None, 0
    values, X, _ = _best(A, B, X, n, largest)
    scale = float(A.norm()) + float(values.detach().abs().max()) * (1.0 if B is None else float(B.norm()))
    while True:
        R = A @ X - _times(B, X) * values
        if tracker is not None:
            tracker({"istep": step, "E": values, "X": X, "R": R})
        if float(R.detach().norm(dim=0).max()) <= tol * scale or step == niter:
            return values[..., :k], X[..., :k]
        W = R if iK is None else iK @ R
        before = X
        values, X, P = _best(A, B, cat([X, W] if P is None else [X, W, P], -1), n, largest, before)
        step += 1


def _times(B, X):
    return X if B is None else B @ X


def _best(A, B, S, n, largest, before=None):
    """Return (eigenvalues, vectors, the step away from `before`) of the problem inside of the span of S."""
    Q = _orthonormal(B, S)
    values, C = eigh(Q.mT @ (A @ Q))
    values, C = (values.flip(-1)[..., :n], C.flip(-1)[..., :n]) if largest else (values[..., :n], C[..., :n])
    X = Q @ C
    if before is None:
        return values, X, None
    return values, X, X - before @ (before.mT @ _times(B, X))


def _orthonormal(B, S):
    """Return a basis of the span of S that is orthonormal under B, without directions that are nearly in it already."""
    S = S / S.norm(dim=-2, keepdim=True).clamp(min=dtypes.finfo(S.dtype).tiny)
    for _ in range(2):                  # once more for what rounding left
        values, V = eigh(S.mT @ _times(B, S))
        keep = values.detach() > values.detach().max() * dtypes.finfo(S.dtype).eps * S.shape[-1]
        S = S @ (V[..., keep] / values[keep].sqrt())
    return S
