"""Rows of the losses (`ops/loss.py`, `ops/loss_margin.py`)."""

from table import bools, ints, row, s, t  # noqa: F401

FLOATS = ("float64", "float16", "bfloat16")
SIGNS = lambda *shape: ints(*shape, low=0, high=2)

# ---------------------------------------------------------------- squared and absolute errors

for name, options in (
    ("mse_loss", {}),
    ("l1_loss", {}),
    ("smooth_l1_loss", {"beta": 0.7}),
    ("huber_loss", {"delta": 0.6}),
):
    row(
        f"nn.functional.{name}",
        [
            s(t(3, 4), t(3, 4)),
            s(t(3, 4), t(3, 4), reduction="sum"),
            s(t(3, 4), t(3, 4), reduction="none"),
            s(t(4, 1), t(4)),
            s(t(5), t(5), **options),
            s(t(5), t(5), weight=t(5, low=0.1, high=2, requires_grad=False))
            if name != "smooth_l1_loss"
            else s(t(5), t(5), beta=0.0),
            s(t(0, 3), t(0, 3), reduction="sum"),
        ],
        dtypes=FLOATS,
        raises=[
            s(t(3), t(4)),
            s(t(3), t(3), reduction="most"),
            s(ints(3), ints(3)),
            s(t(3), 1.0),
        ],
        tol={"bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)},
        tol_reason="torch rounds the differences to half precision before they are squared",
    )

# ---------------------------------------------------------------- classes

CLASSES = [
    s(t(5, 4), ints(5, high=4)),
    s(t(5, 4), ints(5, high=4), reduction="sum"),
    s(t(5, 4), ints(5, high=4), reduction="none"),
    s(t(5, 4), ints(5, high=4), weight=t(4, low=0.1, high=2, requires_grad=False)),
    s(t(5, 4), ints(5, high=4), t(4, low=0.1, high=2, requires_grad=False), reduction="none"),
    s(t(5, 4), ints(values=[0, 1, -100, 3, 2])),
    s(t(5, 4), ints(values=[0, 1, 2, 1, 2]), ignore_index=1, reduction="sum"),
    s(t(4), ints(values=2)),
    s(t(2, 4, 3), ints(2, 3, high=4)),
    s(t(2, 4, 3, 2), ints(2, 3, 2, high=4), weight=t(4, low=0.1, high=2, requires_grad=False)),
    s(t(2, 4, 3, 2, 2), ints(2, 3, 2, 2, high=4)),
]
BAD_CLASSES = [
    s(t(3, 5), ints(4)),
    s(t(3, 5), ints(values=[0, 1, 7])),
    s(t(3, 5), ints(values=[0, -1, 1])),
    s(t(3, 5), ints(values=[0, 1, 2], dtype="int32")),
    s(t(2, 5, 3), ints(2, 4, high=5)),
    s(t(2, 5, 3, 4), ints(2, 3, 3, high=5)),
    s(t(3, 5), ints(3, high=5), t(4)),
    s(t(3, 5), ints(3, high=5), t(5, dtype="float64")),
    s(t(3, 5), ints(3, high=5), reduction="most"),
    s(t(3, 5), ints(3, 1, high=5)),
]
row("nn.functional.nll_loss", CLASSES, dtypes=FLOATS, raises=BAD_CLASSES)
row(
    "nn.functional.cross_entropy",
    [
        *CLASSES,
        s(t(5, 4), t(5, 4, low=0, high=1)),
        s(t(5, 4), t(5, 4, low=0, high=1), reduction="sum"),
        s(t(2, 4, 3), t(2, 4, 3, low=0, high=1), reduction="none"),
        s(t(5, 4), t(5, 4, low=0, high=1), t(4, low=0.1, high=2, requires_grad=False)),
        s(t(5, 4), t(5, 4, low=0, high=1), label_smoothing=0.2),
        s(t(5, 4), ints(5, high=4), label_smoothing=0.2),
        s(t(5, 4), ints(values=[0, 1, -100, 3, 2]), label_smoothing=0.2, reduction="none"),
        s(
            t(5, 4),
            ints(values=[0, 1, 1, 3, 2]),
            t(4, low=0.1, high=2, requires_grad=False),
            ignore_index=1,
            label_smoothing=0.2,
        ),
    ],
    dtypes=FLOATS,
    raises=[
        *BAD_CLASSES,
        s(ints(3, 5), ints(3, high=5)),
        s(t(3, 5), ints(3, 5)),
        s(t(3, 5), t(3, 5), ignore_index=2),
        s(t(3, 5), ints(3, high=5), label_smoothing=1.5),
        s([1.0], ints(1)),
    ],
    tol={"bfloat16": (2e-2, 2e-2), "float16": (2e-3, 2e-3)},
    tol_reason="torch rounds log-probabilities to half precision before they are picked and summed",
)

# ---------------------------------------------------------------- probabilities

row(
    "nn.functional.binary_cross_entropy",
    [
        s(t(3, 4), t(3, 4)),
        s(t(3, 4), t(3, 4), reduction="sum"),
        s(t(3, 4), t(3, 4), weight=t(4, requires_grad=False)),
        s(t(3, 4), t(3, 4), t(3, 4, requires_grad=False), reduction="none"),
        s(t(values=[0.0, 1.0, 0.0, 1.0]), t(values=[0.0, 1.0, 1.0, 0.0]), reduction="none"),
    ],
    domain=(0.05, 0.95),
    dtypes=("float64",),
    raises=[
        s(t(3, low=2, high=3), t(3)),
        s(t(3), t(3, low=2, high=3)),
        s(t(3, 1), t(3)),
        s(t(3), ints(3)),
        s(t(2, 3), t(2, 3), t(2)),
    ],
    skip={
        "gradcheck": "the last sample lies on the ends of the domain",
        "gradgradcheck": "the last sample lies on the ends of the domain",
    },
)
row(
    "nn.functional.binary_cross_entropy_with_logits",
    [
        s(t(3, 4), t(3, 4, low=0, high=1)),
        s(t(3, 4), t(3, 4, low=0, high=1), reduction="sum"),
        s(t(3, 4), t(3, 4, low=0, high=1), reduction="none"),
        s(t(3, 4), t(3, 4, low=0, high=1), t(4, low=0.1, high=2, requires_grad=False)),
        s(
            t(3, 4),
            t(3, 4, low=0, high=1),
            pos_weight=t(4, low=0.1, high=2, requires_grad=False),
        ),
        s(t(values=[-200.0, 0.0, 200.0]), t(values=[0.0, 0.5, 1.0]), reduction="none"),
    ],
    dtypes=("float64",),
    raises=[s(t(3, 1), t(3)), s(t(3), ints(3)), s(t(3), t(3), pos_weight=t(2))],
)
row(
    "nn.functional.kl_div",
    [
        s(t(3, 4), t(3, 4, low=0.1, high=1), reduction="batchmean"),
        s(t(3, 4), t(3, 4, low=0.1, high=1), reduction="sum"),
        s(t(3, 4), t(3, 4, low=0.1, high=1), reduction="none"),
        s(t(3, 4), t(3, 4), reduction="batchmean", log_target=True),
        s(t(2, 3), t(3, low=0.1, high=1)),
        s(t(3), t(values=[0.0, 0.5, 0.0], requires_grad=False), reduction="none"),
    ],
    dtypes=("float64",),
    raises=[s(t(3), ints(3)), s(t(3), t(4)), s(t(3), t(3), reduction="most")],
)
row(
    "nn.functional.poisson_nll_loss",
    [
        s(t(3, 4), ints(3, 4, high=5)),
        s(t(3, 4), t(3, 4, low=0.2, high=3), full=True),
        s(t(5, low=0.3, high=2), t(5, low=0.2, high=3), log_input=False, reduction="sum"),
        s(t(5), t(5, low=0, high=3), reduction="none"),
    ],
    dtypes=("float64",),
    raises=[s(t(3), t(4)), s(t(3), t(3), reduction="most")],
)
row(
    "nn.functional.gaussian_nll_loss",
    [
        s(t(3, 2), t(3, 2), t(3, 2, low=0.2, high=2)),
        s(t(3, 2), t(3, 2), t(3, 1, low=0.2, high=2), reduction="sum"),
        s(t(3, 2), t(3, 2), t(3, low=0.2, high=2), full=True, reduction="none"),
        s(t(3), t(3), 0.5),
    ],
    dtypes=("float64",),
    raises=[s(t(3, 2), t(3, 2), t(2, low=0.1, high=1)), s(t(3), t(3), -1.0)],
)

# ---------------------------------------------------------------- margins

PLUS_MINUS = lambda *shape: t(*shape, make=lambda a: (a > 0) * 2.0 - 1, requires_grad=False)

row(
    "nn.functional.hinge_embedding_loss",
    [
        s(t(3, 4), PLUS_MINUS(3, 4)),
        s(t(5), PLUS_MINUS(5), margin=0.3, reduction="sum"),
        s(t(3), t(values=[1.0, -1.0, 0.0], requires_grad=False), reduction="none"),
    ],
    dtypes=("float64",),
    raises=[s(t(3), t(4)), s(t(3), t(3), reduction="most")],
)
row(
    "nn.functional.margin_ranking_loss",
    [
        s(t(4), t(4), PLUS_MINUS(4)),
        s(t(4), t(4), PLUS_MINUS(4), margin=0.5, reduction="sum"),
        s(t(4), t(4), PLUS_MINUS(4), reduction="none"),
    ],
    dtypes=("float64",),
    raises=[s(t(3, 1), t(3), t(3)), s(t(3), t(3), t(4))],
)
row(
    "nn.functional.cosine_embedding_loss",
    [
        s(t(4, 3), t(4, 3), PLUS_MINUS(4)),
        s(t(4, 3), t(4, 3), PLUS_MINUS(4), margin=0.2, reduction="sum"),
        s(t(3), t(3), t(values=-1.0, requires_grad=False), reduction="none"),
    ],
    dtypes=("float64",),
    raises=[s(t(3, 2), t(3, 2), t(3, 1)), s(t(3, 2), t(3), t(3)), s(t(3, 2), t(3, 2), t())],
)
row(
    "nn.functional.soft_margin_loss",
    [
        s(t(3, 4), PLUS_MINUS(3, 4)),
        s(t(3, 4), PLUS_MINUS(3, 4), reduction="sum"),
        s(t(3, 4), PLUS_MINUS(3, 4), reduction="none"),
    ],
    dtypes=("float64",),
    raises=[s(t(3), t(4))],
)
row(
    "nn.functional.multilabel_margin_loss",
    [
        s(t(2, 4), ints(values=[[3, 0, -1, 1], [0, -1, 1, 2]])),
        s(t(2, 4), ints(values=[[3, 0, 1, 2], [-1, -1, 1, 2]]), reduction="none"),
        s(t(4), ints(values=[3, 0, -1, 1])),
    ],
    dtypes=("float64",),
    raises=[
        s(t(2, 4), ints(values=[3, 0, -1])),
        s(t(4), ints(values=[3, 0, -1, 7])),
        s(t(4), t(4)),
        s(t(2, 2, 4), ints(2, 2, 4, high=4)),
    ],
)
row(
    "nn.functional.multilabel_soft_margin_loss",
    [
        s(t(2, 4), t(2, 4, low=0, high=1)),
        s(t(2, 4), t(2, 4, low=0, high=1), t(4, requires_grad=False), reduction="none"),
        s(t(2, 4), t(2, 4, low=0, high=1), reduction="sum"),
    ],
    dtypes=("float64",),
    raises=[s(t(2, 4), t(2, 4), reduction="most")],
)
row(
    "nn.functional.multi_margin_loss",
    [
        s(t(3, 4), ints(3, high=4)),
        s(t(3, 4), ints(3, high=4), p=2, margin=0.5, reduction="sum"),
        s(
            t(3, 4),
            ints(3, high=4),
            weight=t(4, low=0.1, high=2, requires_grad=False),
            reduction="none",
        ),
        s(t(4), ints(values=2)),
    ],
    dtypes=("float64",),
    skip={"edges": "torch returns memory that was never written for an empty batch"},
    raises=[
        s(t(2, 4), ints(2, high=4), p=3),
        s(t(2, 4), ints(values=[0, 9])),
        s(t(2, 4), ints(3, high=4)),
        s(t(2, 4), ints(2, high=4), weight=t(3)),
        s(t(2, 4, 2), ints(2, high=4)),
    ],
)
row(
    "nn.functional.triplet_margin_loss",
    [
        s(t(3, 4), t(3, 4), t(3, 4)),
        s(t(3, 4), t(3, 4), t(3, 4), margin=2.0, p=1, reduction="sum"),
        s(t(3, 4), t(3, 4), t(3, 4), swap=True, reduction="none"),
        s(t(4), t(4), t(4)),
    ],
    dtypes=("float64",),
    raises=[s(t(3, 4), t(3, 4), t(4)), s(t(3, 4), t(3, 4), t(3, 4), margin=-1)],
)
row(
    "nn.functional.triplet_margin_with_distance_loss",
    [
        s(t(3, 4), t(3, 4), t(3, 4)),
        s(
            t(3, 4),
            t(3, 4),
            t(3, 4),
            distance_function=lambda a, b: ((a - b) ** 2).sum(-1),
            swap=True,
        ),
    ],
    dtypes=("float64",),
    raises=[s(t(3, 4), t(3, 4), t(4))],
)
