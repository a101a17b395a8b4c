"""Activation functions, softmax and its relatives."""

import numpy as np
from table import bools, dt, inf, ints, nan, row, s, t

SPECIAL = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan]
FLOATS = ("float64", "float16", "bfloat16")
SHAPES = [s(t(3, 4)), s(t()), s(t(0, 2))]
F = "nn.functional."

row("relu", SHAPES, special=SPECIAL, dtypes=(*FLOATS, "int64"), raises=[s(bools(3)), s(t(3, dtype="complex64"))])
row(F + "relu", [s(t(3, 4)), s(t(3), inplace=False)], special=SPECIAL, dtypes=FLOATS)
row(F + "relu6", SHAPES, domain=(-2, 8), special=[0.0, 6.0, 7.0, nan], dtypes=(*FLOATS, "int64"))
row(F + "leaky_relu", [*SHAPES, s(t(3), 0.2)], special=SPECIAL, dtypes=FLOATS, raises=[s(ints(3))])
row(F + "elu", [*SHAPES, s(t(3), alpha=0.5)], special=SPECIAL, dtypes=FLOATS, raises=[s(ints(3))])
row("selu", SHAPES, special=SPECIAL, dtypes=FLOATS)
row("celu", [*SHAPES, s(t(3), alpha=0.5)], special=SPECIAL, dtypes=FLOATS, raises=[s(t(3), alpha=0.0)])
row(F + "gelu", SHAPES, special=[0.0, 1.0, -1.0, nan], dtypes=FLOATS, raises=[s(ints(3)), s(t(3), approximate="no")])
row(F + "gelu tanh", [s(t(3, 4), approximate="tanh")], torch=F + "gelu", special=[0.0, 1.0, nan], dtypes=FLOATS)
row(F + "silu", SHAPES, special=SPECIAL, dtypes=(*FLOATS, "complex64"), raises=[s(ints(3))])
row(F + "mish", SHAPES, special=[0.0, 1.0, -1.0, -inf, nan], dtypes=FLOATS, raises=[s(ints(3))])
row(F + "hardtanh", [*SHAPES, s(t(3), -0.5, 0.7)], special=SPECIAL, dtypes=(*FLOATS, "int64"), raises=[s(t(3), 2, 1)])
row(F + "hardswish", SHAPES, domain=(-5, 5), special=[-3.0, 3.0, 0.0, nan], dtypes=FLOATS, raises=[s(ints(3))])
row(F + "hardsigmoid", SHAPES, domain=(-5, 5), special=[-3.0, 3.0, 0.0, nan], dtypes=FLOATS, raises=[s(ints(3))])
row(F + "softplus", [*SHAPES, s(t(3), 2.0, 1.0), s(t(3), beta=0.5)], special=[0.0, 20.0, 21.0, -200.0, inf, nan], dtypes=FLOATS)
row(F + "logsigmoid", SHAPES, special=[0.0, 200.0, -200.0, nan], dtypes=FLOATS, raises=[s(ints(3))])
row(F + "softsign", SHAPES, special=[0.0, 1.0, -1.0, nan], dtypes=(*FLOATS, "int64"))
row(F + "tanhshrink", SHAPES, special=[0.0, 1.0, nan], dtypes=(*FLOATS, "int64"), tol=(2e-3, 2e-3),
    tol_reason="a difference of nearly equal numbers in half precision")
row(F + "sigmoid", SHAPES, dtypes=FLOATS)
row(F + "tanh", SHAPES, dtypes=FLOATS)
row(F + "softshrink", [*SHAPES, s(t(3), 0.2)], special=[0.0, 0.5, -0.5, 1.0, nan], dtypes=FLOATS, raises=[s(t(3), -1.0), s(ints(3))])
row("hardshrink", [*SHAPES, s(t(3), 0.2)], special=[0.0, 0.5, -0.5, 1.0, nan], dtypes=FLOATS, raises=[s(ints(3))])
row("threshold", [s(t(3, 4), 0.5, 3.0), s(ints(3), 2, 20)], special=[0.0, 0.5, 1.0, nan], dtypes=(*FLOATS, "int64"))
row("prelu", [s(t(3, 4), t(1)), s(t(3, 4), t(4)), s(t(2, 3, 4), t(3)), s(t(5), t())], dtypes=FLOATS,
    raises=[s(t(3, 4), t(3)), s(t(3, 4), t(2, 2)), s(ints(3), t(1)), s(t(), t(2))])
row(F + "rrelu", [s(t(3, 4)), s(t(3), 0.1, 0.2)], dtypes=FLOATS, special=[0.0, 1.0, -1.0], raises=[s(t(3), 2.0, 1.0)])
row(F + "rrelu in training", [s(t(3, 4)), s(t(70))], fn=lambda torch, x: (torch.manual_seed(5), torch.rrelu(x, training=True))[1],
    dtypes=("float64",), skip={"gradcheck": "each call draws anew", "gradgradcheck": "each call draws anew"})
row(F + "glu", [s(t(3, 4)), s(t(4, 3), 0), s(t(2, 4, 3), dim=1)], dtypes=FLOATS, raises=[s(t(3)), s(t()), s(ints(2))])
row(F + "normalize", [s(t(3, 4)), s(t(3, 4), dim=0), s(t(3, 4), 3.0), s(t(2, 3), 1.0, -1), s(t(3, 2), eps=10.0)], dtypes=FLOATS,
    raises=[s(ints(2, 2)), s(t(3))])
row("in place by argument", [s(t(3, 4))], dtypes=(), fn=lambda torch, x: [
    f((x * 1), inplace=True) for f in (
        torch.nn.functional.relu, torch.nn.functional.relu6, torch.nn.functional.silu, torch.nn.functional.mish,
        torch.nn.functional.hardswish, torch.nn.functional.hardsigmoid, torch.nn.functional.selu, torch.nn.functional.celu,
        torch.nn.functional.hardtanh, torch.nn.functional.rrelu)], skip={
            "grad_fn": "PyTorch numbers the in-place nodes of elu and leaky_relu differently"})

# ---- softmax

ROWS = [s(t(3, 4), 1), s(t(3, 4), 0), s(t(2, 3, 4), -2), s(t(4), 0), s(t(), 0), s(t(0, 3), 0), s(t(3, 4), -1)]
EXTREME = t(3, 3, values=[[1000.0, 0.0, -1000.0], [-inf, 0.0, 1.0], [5.0, 5.0, 5.0]])
for name in ("softmax", "log_softmax"):
    row(name, [*ROWS, s(t(3, 4), 1, dtype=dt.float64), s(ints(3, 4), 1, dtype=dt.float32)], dtypes=FLOATS,
        raises=[s(ints(3), 0), s(t(3), 1), s(t(3))], tol=(1.6e-2, 1e-3) if name == "log_softmax" else None,
        tol_reason="PyTorch rounds the logarithm of the sum to half precision")
    row(name + " of extremes", [s(EXTREME, 1)], torch=name, dtypes=("float64",), skip={
        "gradcheck": "no finite differences at infinity", "gradgradcheck": "no finite differences at infinity"})
    row(F + name, [*ROWS, s(t(3, 4), 1, dtype=dt.float64)], dtypes=FLOATS)
row(F + "softmin", ROWS, dtypes=FLOATS)
row("special.log_softmax", [s(t(3, 4), 1)], dtypes=FLOATS)
row("gumbel softmax", [s(t(3, 4)), s(t(2, 3))], dtypes=(), fn=lambda torch, x: (
    torch.manual_seed(3), torch.nn.functional.gumbel_softmax(x, tau=0.7), torch.nn.functional.gumbel_softmax(x, hard=True, dim=0))[1:],
    skip={"gradcheck": "each call draws anew, and one-hot results have no derivative", "gradgradcheck": "each call draws anew"})
row("second order of softmax", [s(t(3, 4, make=lambda a: a * np.float64(2)))], dtypes=(), fn=lambda torch, x: torch.softmax(x, 1).pow(2).sum(0))
assert nan != inf
