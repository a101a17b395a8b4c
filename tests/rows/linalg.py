"""torch.linalg: solving, factors, spectra, norms."""

import numpy

from table import inf, ints, row, s, t

FLOATS = ("float64", "complex64")
X, V = t(3, 4), t(3)
REGULAR = t(3, 3, make=lambda a: a + 3 * numpy.eye(3))
BATCH = t(2, 3, 3, make=lambda a: a + 3 * numpy.eye(3))
SPD = t(3, 3, make=lambda a: a @ a.T + numpy.eye(3))
SINGULAR = t(2, 2, values=[[1.0, 2.0], [2.0, 4.0]])
MADE = {"grad_fn": "made of other elementary steps here"}
LAPACK = {"tol": (1e-4, 1e-4), "tol_reason": "LAPACK's rounding, amplified by the condition of the matrices"}
SYMMETRIC = {"gradcheck": "a finite difference leaves the symmetric matrices", "gradgradcheck": "a finite difference leaves the symmetric matrices"}
HERMITIAN = {**SYMMETRIC, "dtypes": "the complex sample is not Hermitian"}

row("linalg.inv", [s(REGULAR), s(BATCH), s(t(0, 0))], dtypes=FLOATS, **LAPACK, raises=[s(X), s(SINGULAR), s(V), s(ints(2, 2)), s(t(2, 3, 3, make=lambda a: a * 0))])
row("inverse", [s(REGULAR)], dtypes=FLOATS, **LAPACK)
row("linalg.inv_ex", [s(REGULAR), s(BATCH)], dtypes=FLOATS, **LAPACK)
row("linalg.solve", [s(REGULAR, t(3, 2)), s(REGULAR, V), s(BATCH, V), s(BATCH, t(2, 3)), s(BATCH, t(3, 2)), s(REGULAR, t(2, 3), left=False)], dtypes=FLOATS, **LAPACK,
    raises=[s(X, X), s(SINGULAR, t(2)), s(REGULAR, t(4)), s(REGULAR, t(3, 2, dtype="float64"))])
row("linalg.solve_ex", [s(REGULAR, t(3, 2))], dtypes=FLOATS, **LAPACK)
row("linalg.solve_triangular", [s(REGULAR, t(3, 2), upper=True), s(REGULAR, t(3, 2), upper=False), s(REGULAR, t(2, 3), upper=True, left=False),
                                s(REGULAR, t(3, 2), upper=False, unitriangular=True), s(BATCH, t(3, 2), upper=True)], dtypes=FLOATS, **LAPACK,
    raises=[s(X, X, upper=True), s(REGULAR, V, upper=True), s(REGULAR, t(4, 3), upper=True)])
row("triangular_solve", [s(t(3, 2), REGULAR), s(t(3, 2), REGULAR, False, True)], dtypes=FLOATS, skip=MADE, **LAPACK)
row("linalg.det", [s(REGULAR), s(BATCH), s(t(0, 0))], dtypes=FLOATS, **LAPACK, raises=[s(X), s(V), s(ints(2, 2))])
row("linalg.slogdet", [s(REGULAR), s(BATCH)], dtypes=FLOATS, **LAPACK, raises=[s(X)])
row("logdet", [s(SPD)], dtypes=("float64",), **LAPACK)
row("linalg.cholesky", [s(SPD), s(SPD, upper=True)], dtypes=("float64",), **LAPACK, skip=SYMMETRIC,
    raises=[s(t(2, 2, values=[[-1.0, 0.0], [0.0, 1.0]])), s(X), s(t(2, 2, 2, values=[[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, -1.0]]]))])
row("linalg.cholesky_ex", [s(SPD)], dtypes=("float64",), **LAPACK, skip=SYMMETRIC)
row("cholesky_solve", [s(t(3, 2), REGULAR), s(t(3, 2), REGULAR, True)], dtypes=("float64",), **LAPACK,
    skip={"gradcheck": "both triangles get a gradient, as in PyTorch", "gradgradcheck": "both triangles get a gradient, as in PyTorch"})
row("cholesky_inverse", [s(REGULAR)], dtypes=("float64",), **LAPACK,
    skip={"gradcheck": "both triangles get a gradient, as in PyTorch", "gradgradcheck": "both triangles get a gradient, as in PyTorch"})
row("solving with a triangle", [s(t(3, 2), REGULAR)], fn=lambda torch, b, a: torch.cholesky_solve(b, a.tril()) @ torch.cholesky_inverse(a.tril())[:2], dtypes=(), **LAPACK)
row("linalg.lu", [s(REGULAR), s(X), s(t(4, 3)), s(BATCH)], dtypes=FLOATS, **LAPACK, raises=[s(V)])
row("linalg.lu_factor", [s(REGULAR), s(X)], dtypes=FLOATS, **LAPACK, raises=[s(SINGULAR)])
row("solving with LU", [s(REGULAR, t(3, 2))], fn=lambda torch, a, b: torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b), dtypes=FLOATS, **LAPACK,
    skip=MADE)
row("lu_unpack", [s(X)], fn=lambda torch, a: torch.lu_unpack(*torch.linalg.lu_factor(a)), dtypes=FLOATS, **LAPACK, skip=MADE)
row("linalg.qr", [s(X), s(t(4, 3)), s(REGULAR)], dtypes=("float64",), **LAPACK, raises=[s(V), s(X, "foo")])
row("linalg.svdvals", [s(X), s(t(2, 4, 3))], dtypes=FLOATS, **LAPACK)
row("products of singular vectors", [s(X), s(t(4, 3))], fn=lambda torch, a: _projected(torch, a), dtypes=("float64",), **LAPACK, skip=MADE)


def _projected(torch, a):
    u, s_, vh = torch.linalg.svd(a, full_matrices=False)
    return (u * s_.exp()) @ vh


row("linalg.eigvalsh", [s(SPD)], dtypes=("float64",), skip={**SYMMETRIC, "layouts": "only one triangle is read"}, **LAPACK, raises=[s(X), s(REGULAR, "X")])
row("function of a symmetric matrix", [s(REGULAR)], fn=lambda torch, a: _spectral(torch, a), dtypes=("float64",), skip=MADE, **LAPACK)


def _spectral(torch, a):
    values, vectors = torch.linalg.eigh(a + a.mT)
    return (vectors * values.exp()) @ vectors.mT


row("linalg.eigvals", [s(REGULAR)], fn=lambda torch, a: torch.linalg.eigvals(a).abs().sort()[0], dtypes=("float64",), **LAPACK, skip=MADE)
row("linalg.pinv", [s(X), s(t(4, 3)), s(REGULAR)], dtypes=FLOATS, **LAPACK, raises=[s(V)])
row("linalg.lstsq", [s(t(4, 3), t(4, 2))], fn=lambda torch, a, b: torch.linalg.lstsq(a, b).solution, dtypes=("float64",), **LAPACK)
row("linalg.matrix_rank", [s(X), s(SINGULAR), s(X, tol=1.0)], grad=False, dtypes=("float64",), raises=[s(V)])
row("linalg.matrix_norm", [s(X), s(X, "nuc"), s(X, 1), s(X, -1), s(X, inf), s(X, 2), s(t(2, 3, 4), dim=(0, 2)), s(X, 1, keepdim=True)], dtypes=FLOATS, **LAPACK,
    raises=[s(V), s(X, 3), s(X, "foo"), s(X, dim=(0, 0))])
row("linalg.norm", [s(X), s(t(2, 3, 4)), s(V, 3), s(X, "nuc"), s(X, 2), s(t(2, 3, 4), 2, 1)], dtypes=FLOATS, **LAPACK, raises=[s(t(2, 3, 4), 2)])
row("linalg.cond", [s(REGULAR), s(REGULAR, 1), s(REGULAR, "fro"), s(X)], dtypes=("float64",), **LAPACK, raises=[s(X, 1), s(REGULAR, 3)],
    skip={"grad": "PyTorch 2.13 writes over what its own backward needs", "grad_fn": "a product of norms", "layouts": "PyTorch 2.13 writes over what its own backward needs"})
row("matrix_exp", [s(REGULAR), s(BATCH)], dtypes=FLOATS, **LAPACK, raises=[s(X)])
row("linalg.householder_product", [s(t(4, 3), V)], dtypes=("float64",), **LAPACK, skip=MADE)
row("linalg.tensorinv", [s(t(3, 3, 1, make=lambda a: a + 3 * numpy.eye(3)[:, :, None]), ind=1)], dtypes=("float64",), **LAPACK, skip=MADE)
row("linalg.tensorsolve", [s(t(3, 3, 1, make=lambda a: a + 3 * numpy.eye(3)[:, :, None]), V)], dtypes=("float64",), **LAPACK, skip=MADE)
row("linalg.vander", [s(V), s(V, N=5), s(t(2, 3))], dtypes=("float64", "int64"), raises=[s(V, N=1)])
row("vander", [s(V), s(V, 2, True)], method=False, dtypes=("float64",), grad=False)
row("solving with LDL", [s(SPD, t(3, 2)), s(t(2, 5, 5, make=lambda a: a + a.swapaxes(-1, -2)), t(5, 2))],
    fn=lambda torch, a, b: torch.linalg.ldl_solve(*torch.linalg.ldl_factor(a), b), grad=False, dtypes=("float64",), **LAPACK)
