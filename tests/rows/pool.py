"""Rows of pooling (`ops/pool.py`) and of sliding blocks (`ops/fold.py`)."""

from table import ints, row, s, t

for n in (1, 2, 3):
    size = (6, 5, 4)[:n]
    row(
        f"nn.functional.max_pool{n}d",
        [
            s(t(2, 3, *size), 2),
            s(t(2, 3, *size), 3, stride=2, padding=1),
            s(t(3, *size), 2, 1),
            s(t(2, 2, *size), 3, 2, 1, ceil_mode=True),
            s(t(1, 2, *size), 2, dilation=2, stride=1),
            s(t(2, 3, *size), 2, return_indices=True),
            s(t(1, 2, *size), 2, 2, 1, ceil_mode=True, return_indices=True),
        ],
        dtypes=("float64", "float16", "int64"),
        raises=[
            s(t(1, 2, *size), 9),
            s(t(1, 2, *size), 2, padding=2),
            s(t(1, 2, *size), 2, 0),
            s(t(5), 2),
        ],
    )
    row(
        f"nn.functional.avg_pool{n}d",
        [
            s(t(2, 3, *size), 2),
            s(t(2, 3, *size), 3, stride=2, padding=1),
            s(t(2, 3, *size), 3, stride=2, padding=1, count_include_pad=False),
            s(t(2, 2, *size), 3, 2, 1, ceil_mode=True),
            s(t(2, 2, *size), 2, 2, 1, True, False),
            s(t(3, *size), 2, 1),
            *([s(t(2, 2, *size), 2, divisor_override=3)] if n > 1 else []),
        ],
        dtypes=("float64",),
        out=False,
        raises=[s(t(1, 2, *size), 9), s(t(1, 2, *size), 2, padding=2)],
    )
    row(
        f"nn.functional.adaptive_avg_pool{n}d",
        [s(t(2, 3, *size), 2), s(t(2, 3, *size), 3), s(t(3, *size), 4), s(t(2, 2, *size), 1), s(t(2, 2, *size), 7)],
        dtypes=("float64",),
        out=False,
        raises=[s(t(5), 2), *([s(t(1, 2, *size), -1), s(ints(1, 2, *size), 2)] if n == 2 else [])],
    )
    row(
        f"nn.functional.adaptive_max_pool{n}d",
        [s(t(2, 3, *size), 2), s(t(2, 3, *size), 3), s(t(3, *size), 4), s(t(2, 2, *size), 3, return_indices=True)],
        dtypes=("float64",),
    )
    row(
        f"nn.functional.lp_pool{n}d",
        [s(t(2, 3, *size), 2, 2), s(t(2, 3, *size), 3, 2, stride=1)],
        domain=(0.1, 2),
        dtypes=("float64",),
    )

row("adaptive pooling that keeps a size", [s(t(2, 3, 6, 5))], fn=lambda torch, x: torch.nn.functional.adaptive_avg_pool2d(x, (None, 2)))
row(
    "unpooled maxima",
    [s(t(2, 3, 6, 4)), s(t(2, 6, 4), output_size=(7, 5))],
    fn=lambda torch, x, **kw: torch.nn.functional.max_unpool2d(
        *torch.nn.functional.max_pool2d(x, 2, return_indices=True), 2, **kw
    ),
    dtypes=("float64",),
)
row(
    "unpooled maxima of a line",
    [s(t(2, 3, 6))],
    fn=lambda torch, x: torch.nn.functional.max_unpool1d(*torch.nn.functional.max_pool1d(x, 2, return_indices=True), 2),
    dtypes=("float64",),
)
row(
    "nn.functional.unfold",
    [s(t(2, 3, 5, 4), 2), s(t(2, 3, 6, 5), (2, 3), 2, 1, (2, 1)), s(t(2, 4, 4), 3, padding=1)],
    dtypes=("float64",),
    raises=[s(t(4, 4), 2), s(t(1, 2, 4, 4), 5), s(t(1, 2, 4, 4), (2, 2, 2)), s(t(1, 2, 4, 4), 0)],
)
row(
    "nn.functional.fold",
    [s(t(2, 8, 9), (4, 4), 2), s(t(2, 12, 6), (6, 5), (2, 3), 2, 1, (2, 2)), s(t(8, 9), (4, 4), 2)],
    dtypes=("float64",),
    raises=[
        s(t(1, 7, 9), (4, 4), 2),
        s(t(1, 8, 8), (4, 4), 2),
        s(t(1, 1, 8, 9), (4, 4), 2),
    ],
)
