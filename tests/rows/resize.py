"""Rows of resizing (`ops/resize.py`) and of sampling at positions (`ops/grid.py`)."""

from table import ints, row, s, t

TOL = {"float32": (2e-5, 2e-5), "float64": (1e-6, 1e-6)}
WHY = "torch computes positions in the order of its own kernels; the last digits of the weights differ"

row(
    "nn.functional.interpolate",
    [
        s(t(2, 3, 4), scale_factor=2),
        s(t(2, 2, 4, 5), size=(7, 3)),
        s(t(1, 2, 2, 3, 2), scale_factor=(2, 1, 1.5)),
        s(t(2, 2, 5), size=8, mode="linear"),
        s(t(1, 2, 4, 5), scale_factor=2, mode="bilinear"),
        s(t(1, 2, 4, 5), size=(3, 7), mode="bilinear", align_corners=True),
        s(t(1, 2, 5, 5), scale_factor=1.7, mode="bilinear"),
        s(t(1, 2, 5, 5), scale_factor=1.7, mode="bilinear", recompute_scale_factor=True),
        s(t(1, 2, 5, 5), scale_factor=0.5, mode="bilinear"),
        s(t(1, 2, 4, 5), size=(7, 4), mode="bicubic"),
        s(t(1, 2, 4, 5), size=(3, 8), mode="bicubic", align_corners=True),
        s(t(1, 2, 2, 3, 2), size=3, mode="trilinear"),
        s(t(1, 2, 4, 5), size=(2, 3), mode="area"),
        s(t(1, 2, 4, 5), size=(3, 7), mode="nearest-exact"),
        s(t(1, 2, 7, 6), size=(3, 4), mode="bilinear", antialias=True),
        s(t(1, 2, 7, 6), size=(9, 4), mode="bicubic", antialias=True),
    ],
    dtypes=("float64",),
    raises=[
        s(t(1, 1, 4, 4)),
        s(t(1, 1, 4, 4), size=2, scale_factor=2),
        s(t(1, 1, 4, 4), size=2, mode="foo"),
        s(t(1, 1, 4, 4), size=2, mode="linear"),
        s(t(1, 1, 4), size=2, mode="bilinear"),
        s(t(1, 1, 4), size=2, mode="bicubic"),
        s(t(4, 4), size=2),
        s(t(1, 1, 4, 4), size=2, align_corners=True),
        s(t(1, 1, 4, 4), size=(1, 2, 3)),
        s(t(1, 1, 4, 4), scale_factor=(1, 2, 3)),
        s(t(1, 1, 4, 4), size=2, recompute_scale_factor=True),
        s(t(1, 1, 4, 4), size=2, antialias=True),
        s(t(1, 1, 4, 4), size=0),
        s(ints(1, 1, 4), size=8),
    ],
    tol=TOL,
    tol_reason=WHY,
)

GRID = dict(low=-1.3, high=1.3)
row(
    "nn.functional.grid_sample",
    [
        s(t(2, 3, 4, 5), t(2, 3, 2, 2, **GRID), align_corners=False),
        s(t(2, 3, 4, 5), t(2, 3, 2, 2, **GRID), align_corners=True),
        s(t(1, 2, 4, 5), t(1, 3, 2, 2, **GRID), padding_mode="border", align_corners=False),
        s(t(1, 2, 4, 5), t(1, 3, 2, 2, **GRID), padding_mode="reflection", align_corners=False),
        s(t(1, 2, 4, 5), t(1, 3, 2, 2, **GRID), padding_mode="reflection", align_corners=True),
        s(t(1, 2, 4, 5), t(1, 3, 2, 2, **GRID), "nearest", align_corners=False),
        s(t(1, 2, 4, 5), t(1, 3, 2, 2, **GRID), "bicubic", align_corners=False),
        s(t(1, 2, 4, 5), t(1, 3, 2, 2, **GRID), "bicubic", "border", True),
        s(t(1, 2, 3, 4, 2), t(1, 2, 2, 2, 3, **GRID), align_corners=False),
    ],
    dtypes=("float64",),
    raises=[
        s(t(1, 2, 4, 4), t(1, 3, 2, 2), mode="x"),
        s(t(1, 2, 4, 4), t(1, 3, 2, 2), padding_mode="x"),
        s(t(1, 2, 4, 4), t(1, 3, 2, 3), align_corners=True),
        s(t(2, 2, 4, 4), t(1, 3, 2, 2), align_corners=True),
        s(t(1, 2, 3, 3, 3), t(1, 2, 2, 2, 3), mode="bicubic", align_corners=True),
        s(t(1, 2, 3, 3, 3), t(1, 2, 2, 3), align_corners=True),
    ],
    tol=TOL,
    tol_reason=WHY,
    skip={"gradgradcheck": "torch has no second derivative of it to compare with, and the cells' edges are kinks"},
)
row(
    "nn.functional.affine_grid",
    [
        s(t(2, 2, 3), (2, 1, 3, 4), align_corners=False),
        s(t(2, 2, 3), (2, 1, 3, 4), align_corners=True),
        s(t(1, 3, 4), (1, 1, 2, 3, 2), align_corners=False),
    ],
    dtypes=("float64",),
    raises=[
        s(t(1, 3, 3), (1, 1, 2, 2), align_corners=True),
        s(t(1, 2, 3), (1, 1, 2), align_corners=True),
        s(ints(1, 2, 3), (1, 1, 2, 2), align_corners=True),
        s(t(1, 2, 3), (1, 1, 0, 2), align_corners=True),
    ],
)
