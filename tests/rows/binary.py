"""Elementwise arithmetic of two or three operands, comparisons."""

from table import bools, dt, inf, ints, nan, row, s, t

SPECIAL = [0.0, -0.0, 1.0, -2.0, inf, -inf, nan]
FLOATS = ("float64", "float16", "bfloat16")
NO_BOOL = ("float64", "float16", "bfloat16", "int64", "int32", "uint8", "complex64")
REAL = ("float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool")
REAL_NO_BOOL = REAL[:-1]
PAIRS = [s(t(3, 4), t(4)), s(t(2, 1), t(3)), s(t(), t(3)), s(t(0, 2), t(2))]
NUMBERS = [s(t(3, 4), 2.5), s(t(3), 2)]
MIXED = [s(t(3), ints(3, low=1)), s(ints(3, low=1), 2.5), s(ints(3, low=1), t(dtype="float64", low=1, high=2)),
         s(t(3), t(dtype="float64", low=1, high=2))]
TIES = t(4, values=[1.0, 2.0, 2.0, -1.0])
MEMORY = {"layouts": "of operands laid out differently PyTorch follows the first, NumPy C order"}
POSITIVE = {"domain": (0.3, 2)}

row("add", [*PAIRS, *NUMBERS, *MIXED, s(t(2, 3), t(2, 3), alpha=2), s(bools(3), bools(3)), s(2, t(3)), s(bools(3), 1)],
    special=SPECIAL, raises=[s(t(3), t(4)), s(ints(3), ints(3), alpha=0.5), s(t(3), "x"), s(t(2, 3), t(3, 2))])
row("sub", [*PAIRS, *NUMBERS, *MIXED, s(t(2, 3), t(2, 3), alpha=2)], special=SPECIAL, dtypes=NO_BOOL,
    raises=[s(bools(3), bools(3)), s(t(3), bools(3)), s(t(3), t(4))])
row("rsub", [s(t(3, 4), t(4)), s(t(3), 1), s(t(3), t(3), alpha=2)], special=SPECIAL, dtypes=NO_BOOL, raises=[s(bools(3), 1)])
row("mul", [*PAIRS, *NUMBERS, *MIXED, s(bools(3), bools(3)), s(3, t(3))], special=SPECIAL, raises=[s(t(3), None), s(t(3), t(4))])
row("div", [*PAIRS, *NUMBERS, *MIXED, s(ints(3, low=1), ints(3, low=1)), s(bools(3), 2)], special=SPECIAL, **POSITIVE)
row("div rounded down", [s(t(3, 4), t(4), rounding_mode="floor"), s(ints(values=[-7, 7]), 2, rounding_mode="floor")], torch="div",
    special=SPECIAL, dtypes=REAL_NO_BOOL, raises=[s(ints(2), ints(2, high=1), rounding_mode="floor"), s(t(2), t(2), rounding_mode="up")],
    **POSITIVE)
row("div truncated", [s(t(3, 4), t(4), rounding_mode="trunc"), s(ints(values=[-7, 7]), 2, rounding_mode="trunc")], torch="div",
    special=SPECIAL, dtypes=REAL_NO_BOOL, **POSITIVE)
row("true_divide", [s(t(3), t(3)), s(ints(3), 2)], **POSITIVE)
row("floor_divide", [s(t(3, 4), t(4)), s(ints(values=[-7, 7, 0]), 2), s(t(3), 2.0)], special=SPECIAL, dtypes=REAL_NO_BOOL,
    grad=False, raises=[s(ints(3), 0)], **POSITIVE)
for name in ("remainder", "fmod"):
    row(name, [s(t(3, 4), t(4)), s(t(3), 2), s(ints(values=[-7, 7, 0]), 4), s(ints(values=[-7, 7]), ints(values=[3, -3]))],
        special=[0.0, 1.0, -2.0, 5.5, nan], dtypes=REAL_NO_BOOL, raises=[s(ints(3), 0), s(bools(3), bools(3))], **POSITIVE)
row("pow", [s(t(3, 4), t(4)), s(t(3), 2), s(t(3), 0.5), s(t(3), 3), s(t(3), -1), s(t(3), -0.5), s(t(3), -2), s(t(3), 0), s(t(3), 2.5),
            s(2.0, t(3)), s(ints(3), 2), s(ints(3, low=1), ints(values=[-1, 2, 0])), s(ints(3), 0.5), s(ints(3), t(3))],
    special=[0.0, 1.0, -2.0, 2.0, inf, nan], dtypes=NO_BOOL, raises=[s(ints(3), -1), s(t(3), None)], **POSITIVE)
row("float_power", [s(t(3), t(3)), s(ints(3), 2), s(2, t(3))], dtypes=REAL, **POSITIVE)
row("ldexp", [s(t(3), ints(3)), s(t(3), t(3))], dtypes=FLOATS)
row("frexp", [s(t(3, 4)), s(t())], dtypes=FLOATS, special=[0.0, 1.0, -3.0, inf, nan], raises=[s(ints(3))])

row("maximum", [*PAIRS, s(ints(3), t(3))], special=SPECIAL, dtypes=REAL,
    raises=[s(t(3), 1), s(t(3, dtype="complex64"), t(3, dtype="complex64"))])
row("minimum", [*PAIRS], special=SPECIAL, dtypes=REAL)
row("fmax", [*PAIRS], special=SPECIAL, dtypes=REAL)
row("fmin", [*PAIRS], special=SPECIAL, dtypes=REAL)
row("clamp", [s(t(3, 4), -1, 1), s(t(3), min=0), s(t(3), max=0.5), s(t(3, 4), t(4), t(4)), s(t(3), 1, -1),
              s(ints(3), 0.5), s(t(3), max=t(3))], special=SPECIAL, dtypes=REAL_NO_BOOL,
    raises=[s(t(3)), s(t(3, dtype="complex64"), 0, 1)])
row("clamp_min", [s(t(3), 0), s(t(3), t(3))], special=SPECIAL, dtypes=REAL_NO_BOOL)
row("clamp_max", [s(t(3), 0), s(t(3), t(3))], special=SPECIAL, dtypes=REAL_NO_BOOL)

row("lerp", [s(t(3, 4), t(4), 0.3), s(t(3), t(3), t(3)), s(t(3), t(3), 0.8), s(t(3), t(3), t())],
    dtypes=(*FLOATS, "complex64"), raises=[s(t(3), ints(3), 0.5), s(ints(3), ints(3), 0.5)])
row("addcmul", [s(t(3, 4), t(4), t(3, 1)), s(t(3), t(3), t(3), value=2.5), s(ints(3), ints(3), ints(3), value=2)], dtypes=NO_BOOL, skip=MEMORY)
row("addcdiv", [s(t(3, 4), t(4), t(3, 1)), s(t(3), t(3), t(3), value=2.5)], dtypes=(*FLOATS, "complex64"), skip=MEMORY,
    raises=[s(ints(3), ints(3), ints(3))], **POSITIVE)
row("atan2", [*PAIRS], special=SPECIAL, dtypes=REAL, **POSITIVE)
row("hypot", [*PAIRS], special=SPECIAL, dtypes=FLOATS, raises=[s(ints(3), ints(3))])
row("logaddexp", [*PAIRS], special=SPECIAL, dtypes=FLOATS, raises=[s(ints(3), ints(3))])
row("logaddexp2", [*PAIRS], special=SPECIAL, dtypes=FLOATS)
row("xlogy", [*PAIRS, s(t(3), 2.0), s(2.0, t(3))], special=[0.0, 1.0, -1.0, inf, nan], dtypes=REAL, **POSITIVE)
row("special.xlog1py", [*PAIRS, s(t(3), 2.0), s(2.0, t(3))], special=[0.0, 1.0, -1.0, inf, nan], dtypes=REAL, **POSITIVE)
row("copysign", [*PAIRS, s(t(3), -1.0), s(ints(3), -1)], special=SPECIAL, dtypes=REAL)
row("nextafter", [*PAIRS], special=SPECIAL, dtypes=("float64",), gradgrad=False,
    skip={"gradcheck": "finite differences of neighbours in floating point"})
row("heaviside", [s(t(3, 4), t(4)), s(t(3, values=[-1.0, 0.0, 2.0]), t(3))], special=SPECIAL, dtypes=REAL, grad=False,
    raises=[s(t(3), ints(3))])
row("gcd", [s(ints(3, 4), ints(4)), s(ints(values=[-8, 0]), ints(values=[12, 0]))], dtypes=("int32", "uint8"), grad=False,
    raises=[s(t(3), t(3))])
row("lcm", [s(ints(3, 4), ints(4)), s(ints(values=[-8, 0]), ints(values=[12, 0]))], dtypes=("int32", "uint8"), grad=False)

# ---- comparisons

EQUALS = [s(TIES, t(4, values=[1.0, 3.0, 2.0, -1.0])), s(t(3, 4), t(4)), s(t(3), 1.5), s(ints(3), 4), s(ints(3), t(3)), s(bools(3), bools(3))]
for name in ("eq", "ne"):
    row(name, EQUALS, special=SPECIAL, grad=False, raises=[s(t(3), "x"), s(t(3), t(4))])
for name in ("lt", "le", "gt", "ge"):
    row(name, EQUALS, special=SPECIAL, grad=False, dtypes=REAL, raises=[s(t(3, dtype="complex64"), t(3, dtype="complex64"))])
row("isclose", [s(t(3), t(3)), s(TIES, TIES, rtol=0.0, atol=0.0), s(t(3), t(3), 0.5), s(t(3), t(3), equal_nan=True), s(bools(3), bools(3)),
                s(ints(4), ints(4), rtol=0.3)], special=SPECIAL, grad=False, raises=[s(t(3), ints(3)), s(t(3), t(3), -1.0)])
row("allclose", [s(TIES, TIES), s(t(3), t(3)), s(t(3), t(3), 10.0)], grad=False)
row("equal", [s(TIES, TIES), s(t(3), t(3)), s(t(3), t(2)), s(t(3), ints(3))], grad=False)

row("legacy add_", [s(t(3), t(3))], fn=lambda torch, x, y: (x * 1).add_(2, y), dtypes=())
row("number minus tensor", [s(t(3)), s(ints(3))], fn=lambda torch, x: (2 - x, 2 * x, 2 / (x + 3), 2 ** x, 7 // (x + 3), 7 % (x + 3)),
    grad=False, dtypes=("float64", "int32"))
row("wide dtype chosen", [s(t(3), dt.float64)], fn=lambda torch, x, d: torch.float_power(x, 2).to(d), domain=(0.3, 2), dtypes=())
