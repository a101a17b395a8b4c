"""The functions of `torch.linalg`. Written by tools/make_stubs.py."""

from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Iterator, Sequence
from typing import Any

from . import Size, Tensor, dtype as _dtype

class LinAlgError:
    """Raised when a matrix does not allow what is asked of it: singular, not positive-definite, no convergence."""
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: _str) -> Any: ...
def cholesky(A: Any, *, upper: _bool = ..., out: Any = ...) -> Tensor:
    """Return L, lower triangular, with A = L L^H (upper: U with A = U^H U). Only that triangle of A is read."""
def cholesky_ex(A: Any, *, upper: _bool = ..., check_errors: _bool = ..., out: Any = ...) -> Any:
    """Return (L, info) of positive-definite matrices; info is the order of a minor that is not."""
def cond(A: Any, p: Any = ..., *, out: Any = ...) -> Any:
    """Return condition numbers: ||A|| ||A^-1|| in the norm p (see `linalg.matrix_norm`; default 2). Singular: inf."""
def cross(input: Any, other: Any, *, dim: Any = ..., out: Any = ..., axis: Any = ...) -> Tensor:
    """Return the cross products of the vectors of length 3 along a dimension; the others broadcast."""
def det(A: Any, *, out: Any = ...) -> Tensor:
    """Return the determinants of square matrices (..., n, n)."""
def diagonal(A: Any, *, offset: Any = ..., dim1: Any = ..., dim2: Any = ...) -> Tensor:
    """Return `torch.diagonal(A, offset, dim1, dim2)`, by default of the last two dimensions."""
def eig(A: Any, *, out: Any = ...) -> Any:
    """Return (eigenvalues, eigenvectors) of square matrices, complex also for real ones."""
def eigh(A: Any, UPLO: Any = ..., *, out: Any = ...) -> Any:
    """Return (eigenvalues, eigenvectors) of Hermitian matrices; only one triangle ("L" or "U") is read."""
def eigvals(A: Any, *, out: Any = ...) -> Tensor:
    """Return the eigenvalues of square matrices, complex also for real ones."""
def eigvalsh(A: Any, UPLO: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the eigenvalues of Hermitian matrices, ascending."""
def householder_product(A: Any, tau: Any, *, out: Any = ...) -> Tensor:
    """Return the first m columns of H_1 H_2 ... H_k, H_i = I - tau[i] v_i v_i^H with v_i below the diagonal of A (n, m)."""
def inv(A: Any, *, out: Any = ...) -> Tensor:
    """Return the inverses of square matrices (..., n, n)."""
def inv_ex(A: Any, *, check_errors: _bool = ..., out: Any = ...) -> Any:
    """Return (inverse, info) of square matrices; a singular one is reported by a nonzero info."""
def ldl_factor(A: Any, *, hermitian: _bool = ..., out: Any = ...) -> Any:
    """Return (LD, pivots) of a symmetric matrix (hermitian: of a Hermitian one); see `ldl_factor_ex`."""
def ldl_factor_ex(A: Any, *, hermitian: _bool = ..., check_errors: _bool = ..., out: Any = ...) -> Any:
    """Return (LD, pivots, info): L and D of A = P L D L^T P^T in one matrix, LAPACK's pivots, the place of a zero block."""
def ldl_solve(LD: Any, pivots: Any, B: Any, *, hermitian: _bool = ..., out: Any = ...) -> Tensor:
    """Return X with A X = B, given A's `ldl_factor`."""
def lstsq(input: Tensor, B: Any, rcond: Any = ..., *, driver: Any = ..., out: Any = ...) -> Any:
    """Return (solution, residuals, rank, singular_values) of the least-squares problem min ||input X - B||."""
def lu(A: Any, *, pivot: _bool = ..., out: Any = ...) -> Any:
    """Return (P, L, U) with A = P L U: a permutation, a unit lower and an upper triangular matrix."""
def lu_factor(A: Any, *, pivot: _bool = ..., out: Any = ...) -> Any:
    """Return (LU, pivots) of A = P L U."""
def lu_factor_ex(A: Any, *, pivot: _bool = ..., check_errors: _bool = ..., out: Any = ...) -> Any:
    """Return (LU, pivots, info) of A = P L U: both factors in one matrix, row exchanges counted from 1."""
def lu_solve(LU: Any, pivots: Any, B: Any, *, left: _bool = ..., adjoint: _bool = ..., out: Any = ...) -> Tensor:
    """Return X with A X = B (left=False: X A = B; adjoint: A^H for A), given A's LU factors."""
def matmul(input: Tensor, other: Tensor, *, out: Any = ...) -> Tensor:
    """Return the matrix product of two tensors, broadcast over leading dimensions."""
def matrix_exp(A: Any) -> Tensor:
    """Return the matrix exponentials of square matrices."""
def matrix_norm(A: Any, ord: Any = ..., dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ...) -> Tensor:
    """Return norms of matrices."""
def matrix_power(input: Tensor, n: Any, *, out: Any = ...) -> Tensor:
    """Return the n-th power of square matrices, by repeated squaring; negative powers invert first."""
def matrix_rank(A: Any, tol: Any = ..., *, atol: Any = ..., rtol: Any = ..., hermitian: _bool = ..., out: Any = ...) -> Tensor:
    """Return the numbers of singular values above max(atol, rtol * largest); see `linalg.pinv` for the defaults."""
def multi_dot(tensors: Any, *, out: Any = ...) -> Tensor:
    """Return the product of two or more matrices in the cheapest order; the first and last may be vectors."""
def norm(A: Any, ord: Any = ..., dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ...) -> Tensor:
    """Return vector or matrix norms."""
def pinv(A: Any, rcond: Any = ..., *, atol: Any = ..., rtol: Any = ..., hermitian: _bool = ..., out: Any = ...) -> Tensor:
    """Return the pseudo-inverses (..., m, n) of matrices (..., n, m)."""
def qr(A: Any, mode: Any = ..., *, out: Any = ...) -> Any:
    """Return (Q, R) with A = Q R, Q with orthonormal columns, R upper triangular."""
def slogdet(A: Any, *, out: Any = ...) -> Any:
    """Return (sign, logabsdet) of the determinants of square matrices; a singular one gives (0, -inf)."""
def solve(A: Any, B: Any, *, left: _bool = ..., out: Any = ...) -> Tensor:
    """Return X with A X = B (or, with left=False, X A = B)."""
def solve_ex(A: Any, B: Any, *, left: _bool = ..., check_errors: _bool = ..., out: Any = ...) -> Any:
    """Return (X, info) of A X = B; a singular A is reported by a nonzero info."""
def solve_triangular(A: Any, B: Any, *, upper: Any, left: _bool = ..., unitriangular: _bool = ..., out: Any = ...) -> Tensor:
    """Return X with A X = B for triangular A (left=False: X A = B); a zero on the diagonal gives inf or nan."""
def svd(A: Any, full_matrices: _bool = ..., *, driver: Any = ..., out: Any = ...) -> Any:
    """Return (U, S, Vh) with A = U diag(S) Vh: S descends, U and Vh have orthonormal columns and rows."""
def svdvals(A: Any, *, driver: Any = ..., out: Any = ...) -> Tensor:
    """Return the singular values, descending."""
def tensorinv(A: Any, ind: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the inverse of `A` as a map from its last dimensions to its first `ind` ones."""
def tensorsolve(A: Any, B: Any, dims: Any = ..., *, out: Any = ...) -> Tensor:
    """Return X with `tensordot(A, X, X.ndim) = B`; `dims` of A are moved to its end first."""
def vander(x: Any, N: Any = ...) -> Any:
    """Return the Vandermonde matrices of vectors: the powers 0 ... N - 1 of each element along a new last dimension."""
def vecdot(x: Any, y: Any, *, dim: Any = ..., out: Any = ...) -> Tensor:
    """Return the sums of conj(x) * y over one dimension; the others broadcast."""
def vector_norm(input: Tensor, ord: Any = ..., dim: Any = ..., keepdim: _bool = ..., *, dtype: Any = ..., out: Any = ..., axis: Any = ..., keepdims: Any = ...) -> Tensor:
    """Return (sum(|input|**ord))**(1/ord), the norm of the elements over `dim` as one vector."""
def __getattr__(name: _str) -> Any: ...
