"""Sorting, searching, counting."""

from table import bools, inf, ints, nan, row, s, t

X, V = t(3, 4), t(4)
HALF = ("float64", "int64")

row("sort", [s(X), s(X, 0), s(X, 1, True), s(X, dim=-1, descending=True, stable=True), s(t()), s(t(0, 3))], dtypes=HALF, special=(nan, inf, -1.0, 2.0),
    raises=[s(X, 2), s(t(3, dtype="complex64"))])
row("sort with ties", [s(ints(20, high=4), stable=True), s(ints(4, 9, high=3), stable=True, dim=1, descending=True), s(bools(5), stable=True)], torch="sort",
    grad=False, dtypes=())
row("argsort", [s(X), s(X, 0, True), s(ints(9, high=3), stable=True)], grad=False, dtypes=HALF, raises=[s(X, 2)])
row("msort", [s(X), s(V)], dtypes=HALF)
row("topk", [s(X, 2), s(X, 2, 0, False), s(t(), 1), s(X, 0), s(V, 4)], dtypes=("float64",), raises=[s(X, 5), s(X, -1), s(X, 2, 3)])
row("topk of many", [s(t(3000), 7), s(t(3000), 5, largest=False)], torch="topk", dtypes=(), gradgrad=False)
row("kthvalue", [s(X, 2), s(X, 1, 0), s(X, 4, 1, True), s(t(), 1)], dtypes=("float64", "int64"), raises=[s(X, 0), s(X, 5), s(X, 1, 3)])
row("unique", [s(ints(3, 4, high=4)), s(ints(8, high=3), True, True, True), s(ints(4, 2, high=2), dim=0), s(ints(2, 6, high=2), dim=1, return_inverse=True,
                                                                                                               return_counts=True),
               s(t(4, values=[1.0, nan, 1.0, nan])), s(ints(0))], grad=False, dtypes=())
row("unique_consecutive", [s(ints(12, high=2)), s(ints(12, high=2), True, True), s(ints(4, 2, high=1), dim=0), s(ints(3, 4, high=2), return_inverse=True)],
    grad=False, dtypes=())
row("isin", [s(ints(3, 4), ints(3)), s(ints(5), 3), s(2, ints(5)), s(ints(5), ints(3), invert=True), s(ints(4), ints(0))], grad=False, dtypes=(), method=False,
    raises=[s(1, 2)])
row("searchsorted", [s(t(5, values=[1.0, 2.0, 2.0, 3.0, 5.0]), t(3, 2, low=0, high=6)), s(t(5, values=[1.0, 2.0, 2.0, 3.0, 5.0]), t(3, values=[2.0, nan, 6.0]), right=True),
                     s(t(2, 3, values=[[1.0, 3, 5], [2, 4, 6]]), t(2, 2, low=0, high=6)), s(ints(values=[1, 3, 5]), 3), s(ints(values=[1, 3, 5]), ints(3), side="right", out_int32=True)],
    grad=False, dtypes=("float64",), method=False, raises=[s(X, t(2, 3, 4)), s(V, V, side="foo"), s(V, V, side="left", right=True), s(X, 3)])
row("bucketize", [s(t(3, 4), t(3, values=[-1.0, 0.0, 1.0])), s(2.0, t(3, values=[1.0, 2.0, 3.0]), right=True)], grad=False, dtypes=("float64",), method=False,
    raises=[s(X, X)])
row("bincount", [s(ints(9, high=5)), s(ints(9, high=5), minlength=8), s(ints(4, high=3), t(4)), s(ints(0))], grad=False, dtypes=(),
    raises=[s(t(3)), s(ints(values=[-1])), s(ints(3), t(2)), s(ints(3), minlength=-1), s(ints(2, 2))])
row("histc", [s(t(50), 5), s(t(50), 4, -1, 1), s(t(3, values=[1.0, 1.0, 1.0]), 4), s(t(0), 3)], grad=False, dtypes=("float64",),
    raises=[s(X, 0), s(X, 5, 2, 1), s(ints(3))])
row("histogram", [s(t(50), 5), s(t(50), 4, range=(-1.0, 1.0)), s(t(50), t(4, values=[-2.0, -1.0, 0.5, 2.0]), density=True), s(t(4), 3, weight=t(4, low=0))],
    grad=False, dtypes=("float64",), raises=[s(X, 0), s(ints(3), 4)])
row("histogramdd", [s(t(20, 2), [3, 4]), s(t(20, 2), 3, range=[-1.0, 1.0, -2.0, 2.0], density=True), s(t(9, 2), 2, weight=t(9, low=0))], grad=False, dtypes=("float64",),
    method=False, out=False)
