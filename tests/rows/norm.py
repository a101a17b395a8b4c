"""Rows of the norms (`ops/norm.py`) and of distances between vectors (`ops/distance.py`)."""

from table import ints, row, s, t

FLOATS = ("float64", "float16", "bfloat16")
HALF = {"bfloat16": (3e-2, 3e-2), "float16": (4e-3, 4e-3)}
ONCE = "torch rounds its intermediate results to half precision"

row(
    "nn.functional.layer_norm",
    [
        s(t(3, 4), (4,)),
        s(t(3, 4), (4,), t(4), t(4)),
        s(t(3, 4), (3, 4), t(3, 4), eps=1e-3),
        s(t(2, 3, 4), (4,), None, t(4)),
        s(t(4), (4,)),
        s(t(0, 3), (3,)),
    ],
    dtypes=FLOATS,
    raises=[
        s(t(2, 3), (4,)),
        s(t(2, 3), 3),
        s(t(2, 3), ()),
        s(t(2, 3), (3,), t(4)),
        s(t(2, 3), (3,), t(3), t(4)),
        s(t(2, 3), (3,), t(3, dtype="float64")),
        s(ints(2, 3), (3,)),
    ],
    tol=HALF,
    tol_reason=ONCE,
)
row(
    "nn.functional.batch_norm",
    [
        s(t(4, 3), None, None, training=True),
        s(t(4, 3, 2), None, None, t(3), t(3), training=True),
        s(t(2, 3, 2, 2), t(3, requires_grad=False), t(3, low=0.1, high=2, requires_grad=False)),
        s(
            t(4, 3),
            t(3, requires_grad=False),
            t(3, low=0.1, high=2, requires_grad=False),
            t(3),
            t(3),
            eps=1e-3,
        ),
    ],
    dtypes=("float64",),
    raises=[
        s(t(1, 3), None, None, training=True),
        s(t(2, 3), None, None),
        s(t(2, 3), t(4), t(3)),
        s(t(2, 3), t(3), t(3), t(4)),
        s(t(2, 3), None, None, t(3, dtype="float64"), training=True),
        s(t(3), None, None, training=True),
    ],
)
row(
    "nn.functional.group_norm",
    [
        s(t(2, 6, 3), 2),
        s(t(2, 6, 3), 3, t(6), t(6)),
        s(t(2, 6), 2, t(6)),
        s(t(2, 4, 2, 2), 1, t(4), t(4), eps=1e-3),
    ],
    dtypes=("float64",),
    raises=[s(t(2, 6, 3), 4), s(t(2, 6, 3), 2, t(4)), s(t(6), 2), s(t(1, 2), 2)],
)
row(
    "nn.functional.instance_norm",
    [
        s(t(2, 3, 4)),
        s(t(2, 3, 4), None, None, t(3), t(3)),
        s(
            t(2, 3, 2, 2),
            t(3, requires_grad=False),
            t(3, low=0.1, high=2, requires_grad=False),
            use_input_stats=False,
        ),
    ],
    dtypes=("float64",),
    raises=[s(t(2, 3, 1)), s(t(2, 3, 4), None, None, use_input_stats=False), s(t(2, 3, 4), t(3))],
)
row(
    "nn.functional.rms_norm",
    [
        s(t(3, 4), (4,)),
        s(t(3, 4), (4,), t(4)),
        s(t(2, 3, 4), (3, 4), t(3, 4), eps=1e-2),
    ],
    dtypes=FLOATS,
    raises=[s(t(2, 3), (4,)), s(t(2, 3), (3,), t(4)), s(ints(2, 3), (3,))],
    tol=HALF,
    tol_reason=ONCE,
)
row(
    "nn.functional.local_response_norm",
    [s(t(2, 5, 3), 3), s(t(2, 4, 2, 2), 2, 0.1, 0.5, 2.0)],
    dtypes=("float64",),
    raises=[s(t(2, 2), 2)],
    skip={"layouts": "the strides of torch's result follow those of its intermediate pooling"},
)

row(
    "nn.functional.pairwise_distance",
    [s(t(3, 4), t(3, 4)), s(t(3, 4), t(4), p=1), s(t(4), t(4), 3.0, keepdim=True)],
    dtypes=("float64",),
)
row(
    "nn.functional.cosine_similarity",
    [s(t(3, 4), t(3, 4)), s(t(3, 4), t(3, 4), dim=0), s(t(4), t(4), 0), s(t(2, 1, 4), t(3, 4), dim=-1)],
    dtypes=("float64",),
    raises=[s(t(2, 3), t(2, 4)), s(t(3), t(3))],
)
row(
    "nn.functional.pdist",
    [s(t(4, 3)), s(t(4, 3), p=1.0)],
    dtypes=("float64",),
    raises=[s(t(3)), s(ints(3, 3)), s(t(3, 3), -1.0)],
)
