"""Rows of convolutions (`ops/conv.py`)."""

from table import row, s, t

FLOATS = ("float64", "float16", "bfloat16")
TOL = {"bfloat16": (4e-2, 4e-2), "float16": (5e-3, 5e-3), "float32": (2e-5, 2e-5)}
WHY = "the products of a window are summed in another order; torch rounds half precision between the steps"

row(
    "nn.functional.conv1d",
    [
        s(t(2, 3, 8), t(4, 3, 3)),
        s(t(2, 4, 9), t(6, 2, 3), t(6), stride=2, padding=1, dilation=2, groups=2),
        s(t(3, 8), t(4, 3, 1), t(4)),
        s(t(1, 2, 5), t(2, 2, 3), padding="same"),
    ],
    dtypes=FLOATS,
    raises=[s(t(1, 2, 3, 4), t(3, 2, 3)), s(t(1), t(3, 2, 3)), s(t(3, 5), t(4, 2, 3))],
    tol=TOL,
    tol_reason=WHY,
)
row(
    "nn.functional.conv2d",
    [
        s(t(2, 3, 6, 5), t(4, 3, 3, 2)),
        s(t(2, 3, 6, 5), t(4, 3, 3, 3), t(4), stride=(2, 1), padding=(1, 2)),
        s(t(2, 4, 5, 6), t(4, 1, 3, 3), t(4), padding=1, groups=4),
        s(t(2, 2, 7, 7), t(4, 1, 3, 3), dilation=2, groups=2),
        s(t(2, 4, 7, 7), t(6, 2, 3, 3), stride=2, groups=2),
        s(t(3, 4, 5), t(2, 3, 1, 1), t(2)),
        s(t(1, 2, 5, 5), t(3, 2, 3, 3), padding="same", dilation=2),
        s(t(1, 2, 5, 5), t(3, 2, 2, 2), padding="same"),
        s(t(1, 2, 5, 5), t(3, 2, 3, 3), padding="valid"),
        s(t(1, 2, 5, 5), t(3, 2, 3, 3), padding=(1,)),
        s(t(0, 2, 4, 4), t(3, 2, 3, 3)),
    ],
    dtypes=FLOATS,
    raises=[
        s(t(1, 2, 4, 4), t(3, 4, 3, 3)),
        s(t(4, 4), t(3, 2, 3, 3)),
        s(t(1, 1, 1, 4, 4), t(3, 2, 3, 3)),
        s(t(1, 2, 2, 2), t(3, 2, 3, 3)),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3), t(4)),
        s(t(1, 4, 4, 4), t(3, 2, 3, 3), groups=2),
        s(t(1, 4, 4, 4), t(4, 4, 3, 3), groups=2),
        s(t(1, 4, 4, 4), t(4, 4, 3, 3), groups=0),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3), stride=0),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3), padding=-1),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3), dilation=0),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3), padding="same", stride=2),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3), padding="full"),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3), stride=(1, 2, 3)),
        s(t(1, 2, 4, 4), t(3, 2, 3, 3, dtype="float64")),
    ],
    tol=TOL,
    tol_reason=WHY,
)
row(
    "nn.functional.conv3d",
    [
        s(t(1, 2, 4, 5, 4), t(3, 2, 2, 3, 2), t(3)),
        s(t(2, 4, 4, 4, 3), t(4, 2, 2, 2, 2), stride=(1, 2, 1), padding=1, groups=2),
        s(t(2, 3, 3, 3), t(2, 2, 2, 2, 2)),
    ],
    dtypes=("float64",),
    raises=[s(t(1, 1), t(3, 2, 3, 3, 3))],
)
row(
    "nn.functional.conv_transpose1d",
    [
        s(t(2, 3, 5), t(3, 4, 3)),
        s(t(2, 4, 5), t(4, 2, 3), t(4), stride=2, padding=1, output_padding=1, groups=2),
        s(t(3, 5), t(3, 2, 2)),
    ],
    dtypes=FLOATS,
    tol=TOL,
    tol_reason=WHY,
)
row(
    "nn.functional.conv_transpose2d",
    [
        s(t(2, 3, 4, 5), t(3, 2, 3, 3)),
        s(t(2, 3, 4, 5), t(3, 2, 3, 3), t(2), stride=2, padding=1, output_padding=1),
        s(t(1, 4, 4, 4), t(4, 3, 3, 3), groups=2, dilation=2),
        s(t(1, 4, 3, 3), t(4, 1, 2, 2), t(4), stride=2, groups=4),
        s(t(2, 4, 4), t(2, 3, 3, 3)),
    ],
    dtypes=("float64",),
    raises=[
        s(t(1, 2, 4, 4), t(2, 3, 3, 3), output_padding=1),
        s(t(1, 3, 4, 4), t(2, 3, 3, 3)),
        s(t(1, 2, 4, 4), t(2, 3, 3, 3), t(2)),
        s(t(1, 2, 1, 1), t(2, 3, 1, 1), padding=1),
        s(t(4, 4), t(2, 3, 3, 3)),
    ],
)
row(
    "nn.functional.conv_transpose3d",
    [s(t(1, 2, 3, 3, 2), t(2, 3, 2, 2, 2), t(3)), s(t(1, 2, 2, 3, 2), t(2, 1, 2, 2, 3), stride=2, padding=1, groups=2)],
    dtypes=("float64",),
)
