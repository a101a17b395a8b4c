"""Reductions, running reductions, norms."""

from table import bools, dt, inf, ints, nan, row, s, t

FLOATS = ("float64", "float16", "bfloat16")
REAL = (*FLOATS, "int64", "int32", "uint8", "bool")
NO_BOOL = REAL[:-1]
DIMS = [s(t(3, 4)), s(t(3, 4), 1), s(t(3, 4), dim=0), s(t(2, 3, 4), (0, 2)), s(t(2, 3, 4), -2, True), s(t(2, 3), dim=(0, 1), keepdim=True),
        s(t()), s(t(), 0), s(t(0, 3)), s(t(3, 4), ())]
ONE_DIM = [s(t(3, 4)), s(t(3, 4), 1), s(t(2, 3, 4), -2, True), s(t())]
WRONG = [s(t(3, 4), 2), s(t(3, 4), -3)]
TWICE = [*WRONG, s(t(3, 4), (0, 0))]
TIES = t(3, 4, values=[[1.0, 5.0, 5.0, 2.0], [2.0, 2.0, 2.0, 2.0], [-1.0, nan, 3.0, nan]])
HALF_SUM = {"tol": (1e-2, 1e-2), "tol_reason": "half precision: PyTorch rounds sums of another order"}

row("sum", [*DIMS, s(t(0, 3), 0), s(t(3), dtype=dt.float64), s(ints(3, 4), 0), s(bools(3, 4)), s(ints(3), dtype=dt.int32), s(t(3, 4), axis=0, keepdims=True)],
    raises=TWICE)
row("sum of many", [s(t(1000, 7)), s(t(1000, 7), 0), s(t(7, 1000), 1)], torch="sum", dtypes=(), gradgrad=False)
row("mean", [*DIMS, s(t(0, 3), 0), s(ints(3), dtype=dt.float32), s(t(3), dtype=dt.float64)], dtypes=(*FLOATS, "complex64"),
    raises=[*TWICE, s(ints(3)), s(bools(3))])
row("nansum", [*DIMS, s(t(4, values=[1.0, nan, 2.0, nan])), s(ints(3))], dtypes=NO_BOOL, raises=[s(t(3, dtype="complex64"))])
row("nanmean", [s(t(3, 4)), s(t(3, 4), 1), s(t(2, 3, 4), (0, 2), True), s(t(4, values=[1.0, nan, 2.0, nan])), s(t(2, values=[nan, nan]))],
    dtypes=FLOATS, raises=[s(ints(3))], skip={"gradcheck": "finite differences of nan", "gradgradcheck": "finite differences of nan"})
row("prod", [*ONE_DIM, s(t(3, 4), 0, dtype=dt.float64), s(ints(3, 4), 1), s(bools(3)), s(t(0, 3)), s(t(3, 3, values=[[0.0, 2.0, 3.0]] * 3), 1),
             s(t(3, values=[0.0, 2.0, 0.0])), s(t(3, values=[0.0, 2.0, 3.0]))], raises=[*WRONG, s(t(3, 4), (0, 1))],
    tol=(1e-2, 1e-3), tol_reason="half precision products round in another order")
for name in ("var", "std"):
    row(name, [s(t(3, 4)), s(t(3, 4), 1), s(t(2, 3, 4), (0, 2), True), s(t(3, 4), False), s(t(3, 4), 0, False), s(t(3, 4), 0, True, True),
               s(t(3, 4), correction=2), s(t(3, 4), 1, correction=0, keepdim=True), s(t(3, 4), unbiased=False), s(t(3, 4), axis=0)],
        dtypes=(*FLOATS, "complex64"), raises=[s(ints(3)), *WRONG], **HALF_SUM)
    row(name + " of too few", [s(t(1)), s(t()), s(t(0, 3), 0)], torch=name, grad=False, dtypes=())
    row(name + "_mean", [s(t(3, 4)), s(t(3, 4), 1), s(t(3, 4), 0, False, True), s(t(3, 4), correction=0)], dtypes=(*FLOATS, "complex64"),
        method=False, raises=[s(ints(3))], **HALF_SUM)
for name in ("all", "any"):
    row(name, [s(bools(3, 4)), s(bools(3, 4), 1), s(bools(2, 3, 4), (0, 2)), s(bools(3, 4), 0, True), s(ints(3, 4, high=2), 1), s(t(3)), s(bools(0, 3)),
               s(bools(0, 3), 0), s(bools(3, 4), ()), s(ints(4, high=2, dtype="uint8"))], grad=False,
        raises=[s(bools(3, 4), 2), s(bools(3, 4), (0, 0))])
row("count_nonzero", [s(ints(3, 4, high=2)), s(ints(3, 4, high=2), 1), s(ints(2, 3, 4, high=2), (0, 2)), s(t(3)), s(bools(3), dim=-1)], grad=False,
    raises=[s(t(3), 1)])
row("logsumexp", [s(t(3, 4), 1), s(t(2, 3, 4), (0, 2)), s(t(3, 4), 0, True), s(t(), 0), s(t(0, 3), 0), s(ints(3, 4), 1),
                  s(t(3, 2, values=[[1000.0, 1000.0], [-inf, 0.0], [-1000.0, 2.0]]), 1)], dtypes=(*FLOATS, "complex64"), raises=[s(t(3), 1), s(t(3))],
    tol=(1e-2, 1e-2), tol_reason="half precision: PyTorch rounds between the steps",
    skip={"gradcheck": "one sample holds an infinity", "gradgradcheck": "one sample holds an infinity"})

# ---- order

for name in ("max", "min"):
    row(name, [s(t(3, 4)), s(t(3, 4), 1), s(t(2, 3, 4), -2, True), s(t(3, 4), dim=0), s(t(3, 4), t(4)), s(t(), 0), s(t(0, 3), 1),
               s(ints(3, 4), 0), s(bools(3, 4)), s(t(3, 4), axis=1, keepdims=True)], dtypes=REAL,
        raises=[*WRONG, s(t(0, 3)), s(t(0, 3), 0), s(t(3), (0,)), s(t(3, dtype="complex64"))])
    row(name + " of ties", [s(TIES, 1), s(TIES)], torch=name, dtypes=("float64",), gradgrad=False,
        skip={"gradcheck": "ties have no derivative"})
    row("a" + name, [*DIMS[:8], s(t(0, 3), 1), s(bools(3, 4), 1)], dtypes=REAL, raises=[*TWICE, s(t(0, 3)), s(t(0, 3), 0)])
    row("a" + name + " of ties", [s(t(3, 4, values=[[1.0, 5.0, 5.0, 2.0]] * 3), 1), s(t(3, 4, values=[[1.0, 5.0, 5.0, 2.0]] * 3))],
        torch="a" + name, dtypes=("float64",), gradgrad=False, skip={"gradcheck": "ties have no derivative"})
    row("arg" + name, [s(t(3, 4)), s(t(3, 4), 1), s(t(2, 3, 4), -2, True), s(t(3, 4), keepdim=True), s(TIES, 1), s(TIES), s(ints(3, 4), 0), s(t()),
                       s(t(0, 3), 1)], dtypes=NO_BOOL, grad=False,
        raises=[*WRONG, s(bools(3)), s(t(0, 3)), s(t(0, 3), 0), s(t(3, dtype="complex64"))])
row("aminmax", [s(t(3, 4)), s(t(3, 4), dim=1), s(t(2, 3, 4), dim=-2, keepdim=True), s(t(3, 4), keepdim=True)], dtypes=REAL,
    raises=[s(t(0, 3)), s(t(0, 3), dim=0), s(t(3), dim=1)])
for name in ("median", "nanmedian"):
    row(name, [s(t(3, 4)), s(t(3, 5), 1), s(t(2, 3, 4), -2, True), s(t(), 0), s(t(0, 3)), s(t(0, 3), 1)], dtypes=NO_BOOL,
        raises=[*WRONG, s(t(0, 3), 0), s(bools(3))])
    row(name + " with nan", [s(t(2, 3, values=[[1.0, nan, 3.0], [4.0, 2.0, 1.0]]), 1), s(t(3, values=[nan, nan, nan]), 0), s(t(4, values=[1.0, nan, 3.0, 2.0]))],
        torch=name, dtypes=("float64",), skip={"gradcheck": "finite differences of nan", "gradgradcheck": "finite differences of nan"})
row("mode", [s(t(3, 4)), s(ints(3, 9, high=3), 1), s(ints(2, 9, 3, high=3), 1, True), s(t()), s(t(3, values=[2.0, 1.0, 2.0]))], dtypes=("float64", "int64"),
    raises=[*WRONG])
QUANTILES = [s(t(3, 4), 0.3), s(t(3, 4), t(2, values=[0.25, 0.6], requires_grad=False), 1), s(t(3, 5), 0.4, 0, True), s(t(3, 4), 0.4, keepdim=True), s(t(), 0.5),
             s(t(3, 5), t(2, values=[0.25, 0.6], requires_grad=False), dim=0, keepdim=True)]
for name in ("quantile", "nanquantile"):
    row(name, [*QUANTILES, *[s(t(3, 4), 0.3, 1, interpolation=how) for how in ("lower", "higher", "nearest", "midpoint", "linear")]],
        dtypes=("float64",), raises=[s(t(3), 1.5), s(ints(3), 0.5), s(t(3), 0.5, interpolation="x"), s(t(0), 0.5), s(t(3), 0.5, 1)],
        skip={"grad_fn": "PyTorch ends in a squeeze, here the interpolation is last"})
    row(name + " with nan", [s(t(2, 3, values=[[1.0, nan, 3.0], [4.0, 2.0, 1.0]]), 0.5, 1), s(t(3, values=[nan, nan, nan]), 0.5)], torch=name, grad=False,
        dtypes=("float64",))

# ---- running

for name in ("cumsum", "cumprod"):
    row(name, [s(t(3, 4), 1), s(t(3, 4), 0), s(t(2, 3, 4), -2), s(t(), 0), s(t(0, 3), 0), s(ints(3, 4), 1), s(bools(4), 0), s(t(3), 0, dtype=dt.float64),
               s(t(2, 4, values=[[1.0, 0.0, 2.0, 0.0], [3.0, 1.0, 0.0, 2.0]]), 1)], raises=[*WRONG, s(t(3))],
        inplace=False, tol=(1e-2, 1e-2), tol_reason="half precision sums and products round in another order",
        dtypes=("float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool", "complex64"))
for name in ("cummax", "cummin"):
    row(name, [s(t(3, 4), 1), s(t(2, 3, 4), -2), s(t(), 0), s(t(0, 3), 0), s(ints(3, 9, high=4), 1), s(bools(4), 0)], dtypes=REAL, raises=WRONG)
    row(name + " of ties", [s(t(5, values=[1.0, 1.0, 0.0, 5.0, 5.0]), 0), s(t(5, values=[1.0, nan, 0.0, 5.0, nan]), 0)], torch=name, dtypes=("float64",),
        gradgrad=False, skip={"gradcheck": "ties have no derivative"})
row("logcumsumexp", [s(t(3, 4), 1), s(t(3, 4), 0), s(t(), 0), s(t(0, 3), 0), s(t(3, values=[1000.0, 1000.0, -1000.0]), 0)], dtypes=("float64",),
    raises=[*WRONG, s(ints(3), 0)])
row("running sums in place", [s(t(3, 4))], dtypes=(), fn=lambda torch, x: ((x * 1).cumsum_(1), (x * 1).cumprod_(0)))
row("diff", [s(t(3, 5)), s(t(3, 5), 2), s(t(3, 5), dim=0), s(t(3, 5), 1, 0, t(1, 5), t(2, 5)), s(t(3, 5), 9), s(t(3, 5), 0), s(bools(5)), s(ints(4))],
    dtypes=REAL, raises=[s(t()), s(t(3), -1)],
    skip={"grad_fn": "PyTorch copies where the order is 0", "layouts": "PyTorch's result is C-ordered, ours as the input"})

# ---- norms

row("norm", [s(t(3, 4)), s(t(3, 4), 1), s(t(3, 4), 2, 0), s(t(3, 4), 3.0, 1, True), s(t(3, 4), "fro"), s(t(3, 4), p=inf), s(t(3, 4), -inf, 1),
             s(t(3, 4), 0.5), s(t(3, 4), dim=(0, 1)), s(t(3, 4), None, 1), s(t(2, 3, 4), "fro", (0, 2), True), s(t(3), dtype=dt.float64), s(t())],
    dtypes=(*FLOATS, "complex64"), raises=[s(ints(3)), s(t(3), "x"), s(t(3), "nuc"), s(t(3, 4), 2, 3)], **HALF_SUM)
row("linalg.vector_norm", [s(t(3, 4)), s(t(3, 4), 1), s(t(3, 4), 2, 0), s(t(3, 4), 3.0, (0, 1), True), s(t(3, 4), inf, 1), s(t(3, 4), 2.5),
                           s(t(0, 3)), s(t(0, 3), 2, 0), s(t(3), dtype=dt.float64)], dtypes=(*FLOATS, "complex64"),
    raises=[s(ints(3)), s(t(0, 3), inf), s(t(0, 3), -1, 0), s(t(3), 1j), s(t(3), dtype=dt.float16), s(t(3), dtype=dt.complex64)], **HALF_SUM)
row("norm counting", [s(t(3, 4, values=[[0.0, 1.0, 2.0, 0.0]] * 3), 0, 1)], torch="norm", grad=False, dtypes=FLOATS)
row("norm of zeros", [s(t(3, values=[0.0, 0.0, 0.0])), s(t(3, values=[0.0, 0.0, 0.0]), 1), s(t(3, values=[0.0, 0.0, 0.0]), 3), s(t(3, values=[0.0, 0.0, 0.0]), inf)],
    torch="norm", dtypes=("float64",), gradgrad=False, skip={"gradcheck": "a norm has no derivative at zero"})
row("dist", [s(t(3, 4), t(4)), s(t(3), t(3), 1), s(t(3), t(3), inf)], dtypes=FLOATS, skip={"grad_fn": "made of a norm and a difference here"})
row("renorm", [s(t(3, 4), 2, 0, 1.0), s(t(3, 4), 1, 1, 0.5), s(t(2, 3, 4), 3, 1, 1.0)], dtypes=("float64",), raises=[s(t(3), 2, 0, 1.0), s(t(3, 4), -1, 0, 1.0), s(t(3, 4), 2, 0, -1.0)],
    skip={"grad_fn": "made of a norm and a product here", "layouts": "PyTorch's result is C-ordered, ours as the input"})
