"""`torch.linalg.ldl_factor`, `ldl_factor_ex`, `ldl_solve`: factors of symmetric and Hermitian matrices."""
from .. import dtypes
from ..core.inplace import finish_out
from ..core.op import T, composite, named_result, op
from . import lapack, lapack_ldl
from ._dims import broadcast_shape
from .linalg import check_floating, first_failure
from .products import check_square


@op(ns=(), differentiable=False, outputs=("LD", "pivots", "info"), named=True)
def linalg_ldl_factor_ex(B, A: T, hermitian):
    """Return (LD, pivots, info) of symmetric or Hermitian matrices; the lower triangle is read."""
    batch, lead, n = lapack.flat_batch(B, A), A.shape[:-2], A.shape[-1]
    found = [lapack_ldl.factor(B, batch[k, ...], hermitian) for k in range(batch.shape[0])]
    LD = B.reshape(B.stack([f[0] for f in found]), A.shape) if found else B.copy(A)
    pivots = B.reshape(B.asarray([f[1] for f in found], dtype=B.int32), lead + (n,))
    return LD, pivots, B.reshape(B.asarray([f[2] for f in found], dtype=B.int32), lead)


@composite(ns="linalg", method=False)
def ldl_factor_ex(A, *, hermitian=False, check_errors=False, out=None):
    """Return (LD, pivots, info): L and D of A = P L D L^T P^T in one matrix, LAPACK's pivots, the place of a zero block."""
    check_square("torch.linalg.ldl_factor_ex", A)
    check_floating("torch.linalg.ldl_factor_ex", A)
    found = linalg_ldl_factor_ex(A, hermitian)
    if check_errors:
        _check("torch.linalg.ldl_factor_ex", found[2])
    return finish_out("ldl_factor_ex", found, out)


def _check(name, info):
    failure = first_failure(info)
    if failure:
        raise RuntimeError(f"{name}: {failure[0]}The factorization could not be completed because D[{failure[1]},{failure[1]}] "
                           "is exactly zero.")


_factor_type = named_result("linalg_ldl_factor", ("LD", "pivots"))


@composite(ns="linalg", method=False)
def ldl_factor(A, *, hermitian=False, out=None):
    """Return (LD, pivots) of a symmetric matrix (hermitian: of a Hermitian one); see `ldl_factor_ex`."""
    found = ldl_factor_ex(A, hermitian=hermitian)
    return finish_out("ldl_factor", _factor_type((found[0], found[1])), out)


@op(ns=(), differentiable=False)
def linalg_ldl_solve(B, LD: T, pivots: T, right: T, hermitian):
    """Return X with A X = right, given the factors of A."""
    n = right.shape[-2]
    factors, rows = lapack.flat_batch(B, LD), B.to_numpy(B.reshape(pivots, (-1, n))).tolist() if n else []
    sides = lapack.flat_batch(B, right)
    found = [lapack_ldl.solve(B, factors[k, ...], rows[k], sides[k, ...], hermitian) for k in range(sides.shape[0])] if n else []
    return B.reshape(B.stack(found), right.shape) if found else B.copy(right)


@composite(ns="linalg", method=False)
def ldl_solve(LD, pivots, B, *, hermitian=False, out=None):
    """Return X with A X = B, given A's `ldl_factor`."""
    check_square("torch.linalg.ldl_solve", LD)
    if B.ndim < 2:
        raise RuntimeError(f"torch.linalg.ldl_solve: Expected B to have at least 2 dimensions, but it has {B.ndim} dimensions "
                           "instead")
    if pivots.dtype.category != dtypes.INTEGRAL:
        raise RuntimeError(f"torch.linalg.ldl_solve: Expected pivots to be integers. Got {pivots.dtype.short}")
    lead = broadcast_shape(tuple(LD.shape[:-2]), tuple(B.shape[:-2]))
    found = linalg_ldl_solve(LD.expand(lead + tuple(LD.shape[-2:])), pivots.expand(lead + tuple(pivots.shape[-1:])),
                             B.expand(lead + tuple(B.shape[-2:])), hermitian)
    return finish_out("ldl_solve", found, out)
