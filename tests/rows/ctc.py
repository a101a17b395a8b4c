"""Rows of the CTC loss (`ops/ctc.py`), linear cross entropy (`ops/loss_linear.py`) and fractional pooling."""

from table import ints, row, s, t

LABELS = ints(values=[[1, 2], [3, 3]])
TOL = {"float32": (1e-4, 1e-5)}
WHY = "sums of exponentials over all alignments"

SCORES = t(5, 2, 4)


def of_scores(torch, scores, *args, **kwargs):
    """The loss of normalised log-probabilities, which the gradient takes its input for."""
    return torch.nn.functional.ctc_loss(scores.log_softmax(-1), *args, **kwargs)


row(
    "nn.functional.ctc_loss",
    [
        s(SCORES, LABELS, (5, 5), (2, 2), reduction="none"),
        s(SCORES, LABELS, ints(values=[5, 4]), ints(values=[2, 1])),
        s(SCORES, LABELS, (2, 3), (2, 2), zero_infinity=True),
        s(SCORES, LABELS, (5, 5), (0, 2), blank=0),
        s(t(5, 4), ints(values=[[1, 2]]), (5,), (2,)),
    ],
    fn=of_scores,
    dtypes=("float64",),
    gradgrad=False,
    tol=TOL,
    tol_reason=WHY,
    raises=[
        s(SCORES, LABELS, (5, 5), (2, 2), blank=4),
        s(SCORES, LABELS, (6, 5), (2, 2)),
        s(SCORES, LABELS, (5, 5), (3, 2)),
        s(SCORES, LABELS, (5,), (2, 2)),
        s(SCORES, LABELS, (5, 5), (2,)),
        s(SCORES, ints(values=[1, 2, 3]), (5, 5), (2, 2)),
    ],
)
row(
    "ctc_loss of targets in one vector",
    [s(SCORES)],
    fn=lambda torch, x: torch.ctc_loss(x.log_softmax(-1), torch.tensor([1, 2, 3]), (5, 4), (2, 1), 0, 2),
    dtypes=(),
    gradgrad=False,
    tol=TOL,
    tol_reason=WHY,
)
row(
    "nn.functional.linear_cross_entropy",
    [
        s(t(5, 4), t(3, 4), ints(values=[0, 1, 2, 1, 0])),
        s(t(5, 4), t(3, 4), ints(values=[0, 1, 2, -100, 0]), linear_bias=t(3), reduction="sum", label_smoothing=0.1),
        s(t(5, 4), t(3, 2, 4), ints(5, 2, high=3)),
        s(t(5, 4), t(3, 4), t(5, 3, low=0, high=1, requires_grad=False), weight=t(3, low=0, high=1, requires_grad=False)),
    ],
    dtypes=("float64",),
    out=False,
    raises=[
        s(t(2, 5, 4), t(3, 4), ints(5, high=3)),
        s(t(5, 4), t(3, 5), ints(5, high=3)),
        s(t(5, 4), t(3, 4), ints(4, high=3)),
        s(t(5, 4), t(3, 4), ints(5, high=3, dtype="int32")),
    ],
)
for n, size in ((2, (7, 6)), (3, (5, 6, 7))):
    row(
        f"nn.functional.fractional_max_pool{n}d",
        [
            s(t(2, 3, *size), 2, 3, _random_samples=t(2, 3, n, low=0, high=1, requires_grad=False)),
            s(t(2, *size), 2, output_ratio=(0.5,) * n, _random_samples=t(1, 2, n, low=0, high=1, requires_grad=False)),
            s(t(1, 2, *size), (2, 1, 2)[:n], 2, return_indices=True,
              _random_samples=t(1, 2, n, low=0, high=1, requires_grad=False)),
        ],
        dtypes=("float64",),
        out=False,
        raises=[s(t(2, 3, *size), 2), s(t(2, 3, *size), 2, 9), s(t(2, 3, *size), (1, 2, 3, 4), 2)],
    )  # fmt: skip
