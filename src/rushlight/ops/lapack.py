"""Factorisations that NumPy does not offer, on arrays: LU with pivots, triangular systems, matrix exponential.

Blocks of columns keep most of the work in matrix products; batches are worked on together.
"""
from ._dims import prod

BLOCK = 32


def flat_batch(B, A):
    """Return A of shape (..., n, m) as (batch, n, m)."""
    return B.reshape(A, (prod(A.shape[:-2]),) + A.shape[-2:])


def lu(B, A):
    """Return (LU, pivots, info) of a batch (b, m, n) with partial pivoting.

    LU holds U and, below the diagonal, L; pivots[k] is the row exchanged with row k; info is 1 + the first
    k with U[k, k] = 0, or 0. Of equal candidates the first row is the pivot; complex ones are compared
    by |re| + |im|, as LAPACK does.
    """
    A = B.copy(A)
    b, m, n = A.shape
    rows, r = B.arange(b), min(m, n)
    pivots = B.zeros((b, r), dtype=B.int64)
    for start in range(0, r, BLOCK):
        end = min(start + BLOCK, r)
        _factor_panel(B, A, pivots, rows, start, end)
        if end < n:
            for i in range(start + 1, end):
                A[:, i:i + 1, end:] -= A[:, i:i + 1, start:i] @ A[:, start:i, end:]
            A[:, end:, end:] -= A[:, end:, start:end] @ A[:, start:end, end:]
    zero = B.stack([A[:, k, k] == 0 for k in range(r)], axis=1) if r else B.zeros((b, 0), dtype=bool)
    info = B.where(B.any(zero, axis=1), B.argmax(zero, axis=1) + 1, B.asarray(0)) if r else B.zeros((b,), dtype=B.int64)
    return A, pivots, info


def _factor_panel(B, A, pivots, rows, start, end):
    for k in range(start, end):
        column = A[:, k:, k]
        size = B.abs(B.real(column)) + B.abs(B.imag(column)) if B.kind(A) == "c" else B.abs(column)
        p = B.argmax(size, axis=1) + k
        pivots[:, k] = p
        kept = A[rows, p]
        A[rows, p] = A[:, k]
        A[:, k] = kept
        head = A[:, k, k]
        A[:, k + 1:, k] /= B.where(head == 0, B.ones((), dtype=A.dtype), head)[:, None]
        A[:, k + 1:, k + 1:end] -= A[:, k + 1:, k:k + 1] * A[:, k:k + 1, k + 1:end]


def permutation(B, pivots, m):
    """Return the rows' order after the exchanges of `lu`: P^T A has row order[i] of A at i; shape (b, m)."""
    b, r = pivots.shape
    rows = B.arange(b)
    order = B.copy(B.broadcast_to(B.arange(m), (b, m)))
    for k in range(r):
        p = pivots[:, k]
        kept = B.copy(order[rows, p])
        order[rows, p] = order[:, k]
        order[:, k] = kept
    return order


def substitute(B, A, X, upper, unit):
    """Return the solution of A X = right side for triangular A of shape (b, n, n); X, (b, n, k), starts as that side."""
    X = B.copy(X)
    n = A.shape[-1]
    starts = range(0, n, BLOCK)
    for start in reversed(starts) if upper else starts:
        end = min(start + BLOCK, n)
        for i in reversed(range(start, end)) if upper else range(start, end):
            done = slice(i + 1, end) if upper else slice(start, i)
            X[:, i:i + 1] -= A[:, i:i + 1, done] @ X[:, done]
            if not unit:
                X[:, i:i + 1] /= A[:, i:i + 1, i:i + 1]
        rest = slice(0, start) if upper else slice(end, n)
        X[:, rest] -= A[:, rest, start:end] @ X[:, start:end]
    return X


def solve(B, A, right):
    """Return A^-1 right of a batch by LU and substitution; a singular matrix gives inf and nan, and no error."""
    LU, pivots, _ = lu(B, A)
    rows = B.arange(A.shape[0])[:, None]
    moved = right[rows, permutation(B, pivots, A.shape[-1])]
    return substitute(B, LU, substitute(B, LU, moved, False, True), True, False)


def failed_minor(B, A):
    """Return 1 + the first k for which Cholesky's pivot of A (n, n) is not positive, or 0; reads the lower triangle."""
    L = B.copy(B.tril(A))
    for k in range(L.shape[0]):
        d = B.real(L[k, k]) if B.kind(L) == "c" else L[k, k]
        if not d > 0:
            return k + 1
        L[k:, k] /= B.sqrt(d)
        column = L[k + 1:, k]
        other = B.conj(column) if B.kind(L) == "c" else column
        L[k + 1:, k + 1:] -= column[:, None] * other[None, :]
    return 0


_PADE = (64764752532480000., 32382376266240000., 7771770303897600., 1187353796428800., 129060195264000., 10559470521600.,
         670442572800., 33522128640., 1323241920., 40840800., 960960., 16380., 182., 1.)


def expm(B, A):
    """Return the exponentials of a batch (b, n, n).

    Scaling and squaring with the [13/13] Pade approximant. Source: Higham, "The scaling and squaring method for the
    matrix exponential revisited" (2005).
    """
    b, n, _ = A.shape
    norm = B.max(B.sum(B.abs(A), axis=1), axis=1) if n else B.zeros((b,), dtype=B.float64)
    scale = B.astype(norm, B.float64) / 5.371920351148152
    steps = B.ceil(B.log2(B.where(scale > 1, scale, B.ones((), dtype=B.float64))))
    steps = B.where(B.isfinite(steps), steps, B.zeros((), dtype=B.float64))
    A = A / B.astype(2.0 ** steps, norm.dtype)[:, None, None]
    one = B.broadcast_to(B.eye(n, dtype=A.dtype), A.shape)
    A2 = A @ A
    A4 = A2 @ A2
    A6 = A4 @ A2
    c = _PADE
    U = A @ (A6 @ (c[13] * A6 + c[11] * A4 + c[9] * A2) + c[7] * A6 + c[5] * A4 + c[3] * A2 + c[1] * one)
    V = A6 @ (c[12] * A6 + c[10] * A4 + c[8] * A2) + c[6] * A6 + c[4] * A4 + c[2] * A2 + c[0] * one
    X = B.linalg.solve(V - U, V + U) if n else one
    for k in range(int(B.max(steps)) if b else 0):
        X = B.where((steps > k)[:, None, None], X @ X, X)
    return X
