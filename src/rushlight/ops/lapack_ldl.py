"""The Bunch-Kaufman factorisation of symmetric and Hermitian matrices, on arrays (n, n): LAPACK's `sytf2`, `hetf2`, `sytrs`.

Source: Bunch and Kaufman, "Some stable methods for calculating inertia and solving symmetric linear systems" (1977).
"""

ALPHA = (1 + 17 ** 0.5) / 8


def _conj(B, x, hermitian):
    return B.conj(x) if hermitian and B.kind(x) == "c" else x


def _pivot(B, A, k, hermitian):
    """Return (row to exchange, size 1 or 2 of the block) at step k, or (k, 0) where the column is zero."""
    n = A.shape[0]
    size = B.abs(B.real(A)) + B.abs(B.imag(A)) if B.kind(A) == "c" else B.abs(A)     # as LAPACK compares
    here = float(abs(A[k, k].real)) if hermitian else float(size[k, k])
    if k + 1 < n:
        imax = k + 1 + int(B.argmax(size[k + 1:, k]))
        largest = float(size[imax, k])
    else:
        imax, largest = k, 0.0
    if max(here, largest) == 0:
        return k, 0
    if here >= ALPHA * largest:
        return k, 1
    row = float(B.max(size[imax, k:imax]))
    if imax + 1 < n:
        row = max(row, float(B.max(size[imax + 1:, imax])))
    if here >= ALPHA * largest * (largest / row):
        return k, 1
    diagonal = float(abs(A[imax, imax].real)) if hermitian else float(size[imax, imax])
    return (imax, 1) if diagonal >= ALPHA * row else (imax, 2)


def _exchange(B, A, k, kk, kp, hermitian):
    """Exchange rows and columns kk and kp of the lower triangle, from column k on."""
    below = B.copy(A[kp + 1:, kk])
    A[kp + 1:, kk] = A[kp + 1:, kp]
    A[kp + 1:, kp] = below
    between = B.copy(A[kk + 1:kp, kk])
    A[kk + 1:kp, kk] = _conj(B, A[kp, kk + 1:kp], hermitian)
    A[kp, kk + 1:kp] = _conj(B, between, hermitian)
    if hermitian:
        A[kp, kk] = A[kp, kk].conjugate()
    first = A[kk, kk].item()
    A[kk, kk] = A[kp, kp]
    A[kp, kp] = first
    if kk != k:
        first = A[kk, k].item()
        A[kk, k] = A[kp, k]
        A[kp, k] = first


def factor(B, A, hermitian):
    """Return (LD, pivots, info): unit lower L below the blocks of D, LAPACK's pivots, 1 + the first zero block or 0."""
    A = B.copy(B.tril(A))
    hermitian = hermitian and B.kind(A) == "c"
    n = A.shape[0]
    pivots, info, k = [0] * n, 0, 0
    while k < n:
        kp, step = _pivot(B, A, k, hermitian)
        if step == 0:
            info, step = info or k + 1, 1
            pivots[k] = k + 1
            k += 1
            continue
        kk = k + step - 1
        if kp != kk:
            _exchange(B, A, k, kk, kp, hermitian)
        rest = slice(k + step, n)
        if step == 1:
            column = A[rest, k] / A[k, k]
            A[rest, rest] -= B.tril(column[:, None] * _conj(B, A[rest, k], hermitian)[None, :])
            A[rest, k] = column
            pivots[k] = kp + 1
        else:
            D = B.stack([B.stack([A[k, k], _conj(B, A[kk, k], hermitian)]), B.stack([A[kk, k], A[kk, kk]])])
            W = A[rest, k:k + 2]
            X = W @ B.linalg.inv(D)
            A[rest, rest] -= B.tril(X @ _conj(B, W, hermitian).T)
            A[rest, k:k + 2] = X
            pivots[k] = pivots[k + 1] = -(kp + 1)
        k += step
    return A, pivots, info


def _swap(B, X, i, j):
    if i != j:
        row = B.copy(X[i, :])
        X[i, :] = X[j, :]
        X[j, :] = row


def solve(B, A, pivots, X, hermitian):
    """Return the solution for the right side X (n, m), given what `factor` returns."""
    X, n, k = B.copy(X), A.shape[0], 0
    hermitian = hermitian and B.kind(A) == "c"
    while k < n:
        step = 1 if pivots[k] > 0 else 2
        kk = k + step - 1
        _swap(B, X, kk, abs(pivots[k]) - 1)
        X[k + step:, :] -= A[k + step:, k:k + step] @ X[k:k + step, :]
        if step == 1:
            X[k, :] /= A[k, k]
        else:
            D = B.stack([B.stack([A[k, k], _conj(B, A[kk, k], hermitian)]), B.stack([A[kk, k], A[kk, kk]])])
            X[k:k + 2, :] = B.linalg.solve(D, X[k:k + 2, :])
        k += step
    k = n - 1
    while k >= 0:
        step = 1 if pivots[k] > 0 else 2
        first = k - step + 1
        X[first:k + 1, :] -= _conj(B, A[k + 1:, first:k + 1], hermitian).T @ X[k + 1:, :]
        _swap(B, X, k, abs(pivots[k]) - 1)
        k -= step
    return X
