"""Matrix products and distances."""

from table import bools, ints, row, s, t

X, V, B3, SQ = t(3, 4), t(4), t(2, 3, 4), t(3, 3)
FLOATS = ("float64", "float16", "bfloat16", "int64", "int32", "complex64")
HALF = {"tol": (2e-2, 2e-2), "tol_reason": "half precision is rounded once here, after each step of the sum in PyTorch"}
MADE = {"grad_fn": "made of other elementary steps here"}

row("mm", [s(X, t(4, 2)), s(t(0, 4), t(4, 2)), s(t(3, 0), t(0, 2))], dtypes=FLOATS, **HALF,
    raises=[s(X, X), s(X, V), s(V, X), s(X, t(4, 2, dtype="float64")), s(bools(2, 2), bools(2, 2))])
row("bmm", [s(B3, t(2, 4, 3)), s(t(0, 3, 4), t(0, 4, 2))], dtypes=FLOATS, **HALF, raises=[s(B3, B3), s(X, X), s(B3, t(2, 4, 3, dtype="float64"))])
row("mv", [s(X, V)], dtypes=FLOATS, **HALF, raises=[s(X, t(3)), s(X, X)])
row("dot", [s(V, V), s(t(0), t(0))], dtypes=FLOATS, **HALF, raises=[s(V, t(3)), s(X, V), s(V, t(4, dtype="float64"))])
row("vdot", [s(V, V)], dtypes=("float64", "complex64"))
row("linalg.vecdot", [s(X, X), s(B3, X), s(B3, t(3, 4), dim=0), s(X, X, dim=0)], dtypes=("float64", "complex64"), raises=[s(X, t(3))])
row("matmul", [s(X, t(4, 2)), s(X, V), s(V, t(4, 2)), s(V, V), s(B3, t(4, 2)), s(B3, t(2, 4, 2)), s(V, t(2, 4, 3)), s(B3, V), s(t(5, 1, 3, 4), t(2, 4, 2)),
               s(t(0, 3, 4), t(4, 2))], dtypes=FLOATS, **HALF,
    raises=[s(X, X), s(X, t()), s(X, t(3)), s(B3, X), s(B3, B3), s(V, t(3)), s(t(3, 2, 4), t(2, 4, 3))])
row("inner", [s(X, X), s(V, V), s(B3, X), s(t(), X)], dtypes=("float64", "complex64"), raises=[s(X, t(3))])
row("outer", [s(V, t(3)), s(V, ints(3))], dtypes=("float64", "int64", "bool", "complex64"), raises=[s(X, V)])
row("addmm", [s(SQ, X, t(4, 3)), s(t(3), X, t(4, 3), beta=0.5, alpha=2), s(t(), X, t(4, 3)), s(SQ, X, t(4, 3), beta=0)], dtypes=("float64", "int64", "complex64"),
    raises=[s(V, X, t(4, 3)), s(X, X, X), s(X, X, V), s(SQ, X, t(4, 3, dtype="float64"))])
row("addmv", [s(t(3), X, V), s(t(3), X, V, beta=0.5, alpha=2)], dtypes=("float64", "int64", "complex64"), raises=[s(V, X, V), s(t(3), X, t(2))])
row("addbmm", [s(SQ, B3, t(2, 4, 3)), s(SQ, B3, t(2, 4, 3), beta=0.5, alpha=2)], dtypes=("float64", "complex64"), raises=[s(X, B3, B3)])
row("baddbmm", [s(t(2, 3, 3), B3, t(2, 4, 3)), s(SQ, B3, t(2, 4, 3), beta=0.5, alpha=2)], dtypes=("float64", "complex64"), inplace=False,
    raises=[s(X, B3, t(2, 4, 3)), s(t(2, 3, 3), B3, t(3, 4, 3))])
row("addr", [s(SQ, t(3), t(3)), s(SQ, t(3), t(3), beta=0.5, alpha=2)], dtypes=("float64", "int64", "bool", "complex64"), raises=[s(X, V, V), s(X, X, V)])
row("nn.functional.linear", [s(X, t(2, 4)), s(X, t(2, 4), t(2)), s(B3, t(2, 4)), s(B3, t(2, 4), t(2)), s(V, t(2, 4)), s(V, t(2, 4), t(2)), s(X, V), s(t(0, 4), t(2, 4), t(2)),
                             s(X, t(2, 4), t(3, 2))], dtypes=("float64", "float16", "bfloat16", "complex64"), **HALF,
    raises=[s(X, t(3, 3)), s(X, X, V), s(B3, t(3, 3)), s(V, t(3, 3)), s(X, B3), s(t(), X), s(X, t(2, 4, dtype="float64")), s(t(2, 4, dtype="float64"), t(3, 4), t(3)), s(X, t(3, 4), t(3, dtype="float64"))])
row("nn.functional.linear of many rows", [s(t(40, 30), t(20, 30), t(20)), s(t(4, 10, 30), t(20, 30), t(20))], torch="nn.functional.linear", dtypes=(), gradgrad=False)
row("nn.functional.bilinear", [s(X, t(3, 2), t(5, 4, 2), t(5)), s(B3, B3, t(2, 4, 4))], dtypes=("float64",), skip=MADE, raises=[s(X, X, t(2, 4, 3)), s(X, B3, t(2, 4, 4))])
row("einsum", [s("ij,jk->ik", X, t(4, 2)), s("ij->ji", X), s("ii->i", SQ), s("ii", SQ), s("bij,bjk->bik", B3, t(2, 4, 2)), s("...ij,kj->...ik", B3, X), s("i,j->ij", V, V),
               s("ij,ij->", X, X), s("bij,bij->b", B3, B3), s("ij,jk,kl->il", X, t(4, 3), X), s("ij", X), s("i j, k j -> i k", X, X), s("ij,ij->ij", X, X),
               s("b...->b", B3), s("bij,bjk->ik", B3, t(1, 4, 2))], method=False, dtypes=("float64", "complex64"), skip=MADE,
    raises=[s("ij,jk", X), s("ij,jk", X, X), s("ijk", X), s("ij->k", X), s("ij->ii", X), s("i1", X), s("ii", X), s("...", X, X), s("ij..", X), s(X)])
row("einsum of lists", [s(X, [0, 1], t(4, 2), [1, 2], [0, 2]), s(B3, [..., 0, 1], [..., 1, 0])], torch="einsum", method=False, dtypes=(), skip=MADE, raises=[s(X, [0, 60])])
row("tensordot", [s(X, t(4, 2), 1), s(B3, B3, ([0, 2], [0, 2])), s(X, X, 2), s(V, V, 0)], method=False, dtypes=("float64", "complex64"),
    raises=[s(X, X, 1), s(X, X, 3), s(X, X, ([0], [0, 1])), s(X, X, -1)])
row("kron", [s(X, t(2, 2)), s(V, X), s(t(), X)], dtypes=("float64", "int64", "complex64"),
    skip={"layouts": "PyTorch refuses some column-major inputs"})
row("linalg.cross", [s(SQ, SQ), s(t(3, 4), t(3, 4), dim=0), s(SQ, t(1, 3))], dtypes=("float64", "int64", "complex64"), raises=[s(X, X), s(SQ, t(1, 3, 3))])
row("cross", [s(SQ, SQ), s(X, X, 0)], dtypes=("float64", "complex64"), raises=[s(t(2, 2), t(2, 2))], skip={"grad_fn": "the same node under one name"})
row("trace", [s(X), s(SQ)], dtypes=("float64", "int64", "int32", "complex64"), raises=[s(B3), s(V)])
row("matrix_power", [s(SQ, 3), s(SQ, 1), s(t(2, 3, 3), 2), s(SQ, 0)], dtypes=("float64", "complex64"), raises=[s(X, 2)], skip=MADE)
row("linalg.multi_dot", [s([X, t(4, 3), X]), s([V, t(4, 2), t(2, 3), t(3)])], method=False, dtypes=("float64",), raises=[s([X]), s([X, X]), s([B3, X])])
row("chain_matmul", [s(X, t(4, 3), X)], method=False, dtypes=("float64",), raises=[s(X, X), s()])
for p in (2.0, 1.0, 3.0, float("inf")):
    row(f"cdist of p={p:g}", [s(X, t(5, 4), p), s(B3, t(2, 5, 4), p)], torch="cdist", dtypes=("float64",), method=False, gradgrad=p == 2.0)
row("cdist of many", [s(t(30, 4), t(40, 4))], torch="cdist", dtypes=(), method=False, gradgrad=False, tol=(1e-4, 1e-4),
    tol_reason="|a|^2 + |b|^2 - 2ab cancels in float32", raises=[s(X, V), s(X, SQ), s(X, X, -1), s(X, X, compute_mode="foo")],
    skip={"grad_fn": "one step here"})
