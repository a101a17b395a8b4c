"""Elementwise functions of one tensor, complex numbers, truth values, choice by a mask."""

from table import bools, inf, ints, nan, row, s, t

SPECIAL = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan]
FLOATS = ("float64", "float16", "bfloat16")
UNARY = [s(t(3, 4)), s(t()), s(t(0, 2))]
NO_BOOL = ("float64", "float16", "bfloat16", "int64", "int32", "uint8", "complex64")
REAL = ("float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool")
HALF_ROUNDS = "half precision is rounded once here, in float32; PyTorch's vector code differs by a unit"

for name in ("exp", "exp2", "expm1", "sin", "cos", "sinh", "cosh", "tanh", "atan", "sigmoid"):
    row(name, UNARY, special=SPECIAL)
row("asinh", UNARY, special=SPECIAL, inplace=False)        # PyTorch has no gradient of asinh_, acosh_, atanh_
row("acosh", UNARY, domain=(1.1, 3), special=[1.0, 0.0, inf, nan], inplace=False)
row("atanh", UNARY, domain=(-0.9, 0.9), special=[0.0, 1.0, -1.0, 2.0, nan], inplace=False)
row("tan", UNARY, domain=(-1.4, 1.4), special=SPECIAL)
for name in ("log", "log2", "log10", "sqrt", "rsqrt"):
    row(name, UNARY, domain=(0.1, 3), special=SPECIAL)
row("log1p", UNARY, domain=(-0.9, 3), special=SPECIAL)
row("reciprocal", UNARY, domain=(0.3, 3), special=SPECIAL)
for name in ("asin", "acos"):
    row(name, UNARY, domain=(-0.9, 0.9), special=[0.0, 1.0, -1.0, 2.0, nan])
row("logit", [s(t(3, 4)), s(t(3, 4), 0.2), s(t(), eps=0.1)], domain=(0.1, 0.9), special=[0.0, 1.0, -1.0, 2.0, nan], dtypes=REAL)
row("sinc", UNARY, special=[0.0, 1.0, nan], domain=(0.2, 2))
row("square", UNARY, special=SPECIAL)
row("deg2rad", UNARY, special=SPECIAL, dtypes=REAL)
row("rad2deg", UNARY, special=SPECIAL, dtypes=REAL)
row("abs", UNARY, special=SPECIAL, dtypes=NO_BOOL, raises=[s(bools(3))])
row("neg", UNARY, special=SPECIAL, dtypes=NO_BOOL, raises=[s(bools(3))])
row("positive", UNARY, dtypes=NO_BOOL, raises=[s(bools(3))])
row("sign", UNARY, special=SPECIAL, dtypes=REAL, raises=[s(t(3, dtype="complex64"))])
row("sgn", UNARY, special=SPECIAL, grad=False)              # PyTorch's gradient is a tensor without memory
row("signbit", UNARY, special=SPECIAL, dtypes=REAL, grad=False, raises=[s(t(3, dtype="complex64"))])
for name in ("floor", "ceil", "trunc"):
    row(name, UNARY, special=[*SPECIAL, 0.5, -0.5], dtypes=(*FLOATS, "int64", "int32", "uint8"),
        raises=[s(bools(3)), s(t(3, dtype="complex64"))])
row("round", [*UNARY, s(t(3, 4), decimals=1), s(t(3, low=-200, high=200), decimals=-2)], special=[*SPECIAL, 0.5, 1.5, 2.5, -0.5],
    dtypes=(*FLOATS, "int64", "int32", "uint8"), raises=[s(bools(3)), s(ints(3), decimals=1)])
row("frac", UNARY, special=[0.0, 1.5, -1.5, nan], dtypes=FLOATS, raises=[s(ints(3))])
row("nan_to_num", [*UNARY, s(t(3, 4), 1.0, 2.0, 3.0), s(t(3, 4), posinf=5.0)], special=SPECIAL)

# ---- complex numbers

CZ = t(2, 3, dtype="complex128")
row("real", [s(t(2, 3)), s(CZ)], method=False, out=False, dtypes=REAL)
row("imag", [s(CZ)], method=False, out=False, dtypes=(), raises=[s(t(2))])
row("view_as_real", [s(CZ), s(t(dtype="complex128"))], dtypes=(), raises=[s(t(2))])
row("view_as_complex", [s(t(3, 2)), s(t(2)), s(t(4, 3, 2))], dtypes=("float64",),
    skip={"layouts": "its result depends on the strides by design"},
    raises=[s(t(3)), s(t()), s(ints(3, 2)), s(t(2, 2, dtype="complex64"))])
row("complex", [s(t(2, 3), t(2, 3)), s(t(3), t()), s(t(2, 1), t(3))], dtypes=("float64",), method=False,
    raises=[s(ints(3), ints(3)), s(t(3), t(3, dtype="float64"))])
row("polar", [s(t(2, 3), t(2, 3))], dtypes=("float64",), method=False, domain=(0.1, 2), raises=[s(t(3), ints(3))])
row("angle", UNARY, special=SPECIAL)
row("conj_physical", [s(t(2, 3)), s(CZ)])
row("conj and back", [s(CZ)], fn=lambda torch, x: torch.conj(x).resolve_conj() * 1, dtypes=("float32", "int64"))
row("sgn of complex", [s(CZ)], torch="sgn", dtypes=())
row("abs of complex", [s(CZ)], torch="abs", dtypes=())
row("angle of complex", [s(CZ)], torch="angle", dtypes=(), skip={"layouts": "PyTorch's result is C-ordered, ours as the input"})
for name in ("exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "sigmoid", "reciprocal", "square"):
    row(f"{name} of complex", [s(CZ)], torch=name, dtypes=())

# ---- bits and truth

INTEGERS = ("int32", "uint8", "bool")
for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    row(name, [s(ints(3, 4), ints(4)), s(ints(3), 5), s(6, ints(3)), s(bools(3), bools(3)), s(bools(3), 1), s(ints(3), bools(3))],
        dtypes=INTEGERS, grad=False, raises=[s(t(3), t(3)), s(ints(3), 1.5)])
row("bitwise_not", [s(ints(3, 4)), s(bools(3))], dtypes=INTEGERS, grad=False, raises=[s(t(3))])
for name in ("bitwise_left_shift", "bitwise_right_shift"):
    row(name, [s(ints(3, 4), ints(4, high=5)), s(ints(3), 2), s(ints(values=[-8, 7]), 70), s(1, ints(3))], dtypes=("int32", "uint8"),
        grad=False, raises=[s(t(3), 1)])
for name in ("logical_and", "logical_or", "logical_xor"):
    row(name, [s(t(3, 4, values=[[0, 1, 0, 2]] * 3), t(4, values=[0, 0, 3, 4])), s(bools(3), ints(3, high=2)),
               s(bools(3, 4), bools(3, 4))], grad=False, special=[0.0, 1.0, nan])
row("logical_not", [s(t(4, values=[0, 1, 0, 2])), s(bools(3))], grad=False, special=[0.0, 1.0, nan])
for name in ("isnan", "isinf", "isfinite"):
    row(name, UNARY, special=SPECIAL, grad=False)
for name in ("isposinf", "isneginf"):
    row(name, UNARY, special=SPECIAL, grad=False, dtypes=REAL, raises=[s(t(3, dtype="complex64"))])
row("isreal", [s(t(3)), s(t(2, dtype="complex64", values=[1 + 0j, 1j]))], grad=False)

# ---- choice

row("where", [s(bools(3, 4), t(3, 4), t(4)), s(bools(3), t(3), 2.0), s(bools(3), 1, t(3)), s(bools(2, 3), t(), t(3)),
              s(bools(3), 1.0, 2), s(bools(3), t(3), ints(3))], method=False,
    raises=[s(ints(3), t(3), t(3)), s(t(3), t(3), t(3))])
row("where of one", [s(bools(3, 4))], fn=lambda torch, c: torch.where(c), grad=False, dtypes=())
row("masked_fill", [s(t(3, 4), bools(3, 4), 2.0), s(t(3, 4), bools(4), -1e9), s(t(4), bools(3, 4), t()), s(ints(3), bools(3), 7)],
    raises=[s(t(3), ints(3), 1.0), s(t(3), bools(3), t(3)), s(t(3), bools(3), 1j), s(ints(3), bools(3), nan)])
