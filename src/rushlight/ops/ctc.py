"""Connectionist temporal classification: the loss of a label sequence that is aligned in every possible way.

Labels are spread with blanks between them; two recursions over time, for the whole batch at once, give for each step
and label the logarithm of the probability of all beginnings (alpha) and of all endings (beta).
"""
from .. import dtypes
from ..backend import base as backends
from ..core.op import OPS, T, composite, op
from ..core.tensor import TensorBase, make
from ..errors import invalid_combination, must_be_tensor
from ._reduction import check_reduction
from ._rules import no_derivative, not_for

_REDUCTIONS = {0: "none", 1: "mean", 2: "sum"}


# ------------------------------------------------------------------ the recursions

def _along(B, log_probs, labels):
    """Return the log-probability of each label at each step: (steps, batch, labels)."""
    spread = B.broadcast_to(B.expand_dims(labels, axis=0), (log_probs.shape[0], *labels.shape))
    return B.take_along_axis(log_probs, spread, axis=2)


def _may_skip(B, labels, blank):
    """Whether a label can follow the one two places before: neither a blank nor the same again."""
    skip = B.zeros(labels.shape, dtype=B.bool)
    if labels.shape[1] > 2:
        B.put(skip, (..., slice(2, None)), (labels[:, 2:] != blank) & (labels[:, 2:] != labels[:, :-2]))
    return skip


def _shifted(B, x, n):
    """Return x moved n places along its last axis, forward or backward, with -inf behind."""
    out = B.full(x.shape, -B.inf, dtype=x.dtype)
    size = x.shape[1]
    if abs(n) < size:
        to, source = (slice(n, None), slice(0, size - n)) if n > 0 else (slice(0, size + n), slice(-n, None))
        B.put(out, (..., to), x[..., source])
    return out


def _alphas(B, seen, skip):
    alphas = B.empty(seen.shape, dtype=seen.dtype)
    begins = B.arange(seen.shape[2]) < 2
    now = B.where(begins, seen[0, :, :], -B.inf)
    B.put(alphas, (0, ...), now)
    for t in range(1, seen.shape[0]):
        two = B.where(skip, _shifted(B, now, 2), -B.inf)
        now = B.logaddexp(B.logaddexp(now, _shifted(B, now, 1)), two) + seen[t, :, :]
        B.put(alphas, (t, ...), now)
    return alphas


def _betas(B, seen, skip, steps, ends):
    """Return beta; `steps` are the lengths of the inputs, `ends` marks where an alignment may end."""
    betas = B.empty(seen.shape, dtype=seen.dtype)
    now = B.full(seen.shape[1:], -B.inf, dtype=seen.dtype)
    before = B.astype(_shifted(B, B.astype(skip, seen.dtype), -2) == 1, B.bool)
    for t in reversed(range(seen.shape[0])):
        two = B.where(before, _shifted(B, now, -2), -B.inf)
        now = B.logaddexp(B.logaddexp(now, _shifted(B, now, -1)), two) + seen[t, :, :]
        last = B.expand_dims(steps == t + 1, axis=1)
        now = B.where(last, B.where(ends, seen[t, :, :], -B.inf), now)
        B.put(betas, (t, ...), now)
    return betas


def _ends(B, labels, lengths):
    """Return where an alignment may end: at the last label or the blank after it."""
    place = B.expand_dims(B.arange(labels.shape[1], dtype=B.int64), axis=0)
    last = B.expand_dims(2 * lengths, axis=1)
    return (place == last) | (place == last - 1)


@op(ns=(), outputs=("loss", "alphas"), returns="loss", grad_name="CtcLossBackward0", name="_ctc_loss")
def ctc_forward(B, log_probs: T, labels: T, input_lengths: T, target_lengths: T, blank, zero_infinity):
    """Return minus the log-likelihood of each sequence; `labels` are spread with blanks, (batch, 2 * longest + 1)."""
    not_for(B, log_probs, "biuc", "ctc_loss_cpu")
    if log_probs.dtype.itemsize == 2:
        not_for(B, log_probs, "f", "ctc_loss_cpu")
    batch = log_probs.shape[1]
    if not log_probs.shape[0]:
        alphas = B.empty((0, *labels.shape), dtype=log_probs.dtype)
        total = B.where(target_lengths == 0, B.zeros((batch,), dtype=log_probs.dtype), -B.inf)
    else:
        alphas = _alphas(B, _along(B, log_probs, labels), _may_skip(B, labels, blank))
        at = B.maximum(input_lengths - 1, B.asarray(0, dtype=B.int64))
        at = B.broadcast_to(B.reshape(at, (1, batch, 1)), (1, batch, labels.shape[1]))
        last = B.squeeze(B.take_along_axis(alphas, at, axis=0), axis=0)
        last = B.where(_ends(B, labels, target_lengths), last, -B.inf)
        total = last[:, 0]
        for k in range(1, last.shape[1]):
            total = B.logaddexp(total, last[:, k])
        none = B.where(target_lengths == 0, B.zeros_like(total), -B.inf)
        total = B.where(input_lengths == 0, none, total)
    loss = -total
    return (B.where(loss == B.inf, B.zeros_like(loss), loss) if zero_infinity else loss), alphas


@op(ns=(), name="_ctc_loss_backward")
def ctc_backward(B, grad: T, log_probs: T, labels: T, input_lengths: T, target_lengths: T, loss: T, alphas: T, blank,
                 zero_infinity):
    """Return exp(log_probs) minus how much of a sequence's probability passes through each class at each step."""
    steps, batch, classes = log_probs.shape
    if not steps:
        return B.zeros_like(log_probs)
    seen = _along(B, log_probs, labels)
    betas = _betas(B, seen, _may_skip(B, labels, blank), input_lengths, _ends(B, labels, target_lengths))
    through = B.exp(alphas + betas + B.reshape(loss, (1, batch, 1)) - seen)
    inside = B.expand_dims(B.arange(steps, dtype=B.int64), axis=1) < B.expand_dims(input_lengths, axis=0)
    inside = B.expand_dims(inside, axis=2)
    through = B.where(inside, through, B.zeros_like(through))
    places = B.reshape(B.arange(steps * batch, dtype=B.int64) * classes, (steps, batch, 1)) + B.expand_dims(labels, axis=0)
    summed = B.add_at(B.zeros((steps * batch * classes,), dtype=through.dtype), (B.reshape(places, (-1,)),),
                      B.reshape(through, (-1,)))
    d = B.exp(log_probs) - B.reshape(summed, log_probs.shape)
    unlikely = B.reshape(loss, (1, batch, 1)) == B.inf
    d = B.where((log_probs == -B.inf) | unlikely, B.asarray(B.nan, dtype=d.dtype), d)
    if zero_infinity:           # the loss of what is impossible was replaced by 0
        inside = inside & (B.max(alphas + betas, axis=(0, 2), keepdims=True) > -B.inf)
    return B.where(inside, d * B.reshape(grad, (1, batch, 1)), B.zeros_like(d))


ctc_backward.vjp(grad=no_derivative("_ctc_loss_backward"), log_probs=no_derivative("_ctc_loss_backward"))
ctc_forward.vjp(log_probs=lambda g, log_probs, labels, input_lengths, target_lengths, loss, alphas, blank, zero_infinity:
                ctc_backward(g[0] if isinstance(g, tuple) else g, log_probs, labels, input_lengths, target_lengths, loss,
                             alphas, blank, zero_infinity))


# ------------------------------------------------------------------ arguments

_CHECKED = "(while checking arguments for ctc_loss_allocate_outputs)"


def _lengths(name, lengths, batch):
    """Return lengths, a tensor or a sequence, as a list of one for each sequence."""
    if isinstance(lengths, TensorBase):
        if lengths.dtype.is_floating_point or lengths.dtype.is_complex:
            raise RuntimeError(f"{name} must be integral")
        lengths = lengths.reshape(-1).tolist()
    lengths = [int(n) for n in lengths]
    if len(lengths) != batch:
        raise RuntimeError(f"{name} must be of size batch_size")
    for n in lengths:
        if n < 0:
            raise RuntimeError(f"Expected {name} to have value at least 0, but got value {n} {_CHECKED}")
    return lengths


def _label_rows(targets, lengths):
    """Return the labels of each sequence, from a padded matrix or from all in one vector."""
    if targets.dim() not in (1, 2):
        raise RuntimeError(f"Expected 1 to 2 dimensions, but got {targets.dim()}-dimensional tensor for argument #2 'targets' "
                           + _CHECKED)
    values = targets.to(dtypes.int64).tolist()
    if targets.dim() == 1:
        if len(values) != sum(lengths):
            raise RuntimeError(f"Expected tensor to have size {sum(lengths)} at dimension 0, but got size {len(values)} for "
                               f"argument #2 'targets' {_CHECKED}")
        ends = [sum(lengths[:k + 1]) for k in range(len(lengths))]
        return [values[end - n:end] for end, n in zip(ends, lengths)]
    if len(values) != len(lengths):
        raise RuntimeError(f"Expected tensor to have size {len(lengths)} at dimension 0, but got size {len(values)} for "
                           f"argument #2 'targets' {_CHECKED}")
    longest = max(lengths, default=0)
    if targets.shape[1] < longest:
        raise RuntimeError(f"Expected tensor to have size at least {longest} at dimension 1, but got size {targets.shape[1]} "
                           f"for argument #2 'targets' {_CHECKED}")
    return [row[:n] for row, n in zip(values, lengths)]


def _spread(rows, blank):
    """Return the labels with blanks between and around them, the rows of equal length."""
    size = 2 * max(map(len, rows), default=0) + 1
    found = [[blank] * size for _ in rows]
    for labels, row in zip(found, rows):
        labels[1:2 * len(row):2] = row
    return found


def _loss(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity):
    """Return the loss of each sequence and the lengths of the targets."""
    if log_probs.dim() != 3:
        raise RuntimeError(f"Expected 3-dimensional tensor, but got {log_probs.dim()}-dimensional tensor for argument #1 "
                           f"'log_probs' {_CHECKED}")
    steps, batch, classes = log_probs.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    inputs = _lengths("input_lengths", input_lengths, batch)
    lengths = _lengths("target_lengths", target_lengths, batch)
    rows = _label_rows(targets, lengths)
    for n in inputs:
        if n > steps:
            raise RuntimeError(f"Expected input_lengths to have value at most {steps}, but got value {n} {_CHECKED}")
    B = backends.of_array(log_probs._array)
    labels, inputs, found = (make(B.asarray(v, dtype=B.int64)) for v in (_spread(rows, blank), inputs, lengths))
    return ctc_forward(log_probs, labels, inputs, found, blank, bool(zero_infinity)), found


def _ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity):
    for position, (name, t) in enumerate((("log_probs", log_probs), ("targets", targets))):
        if not isinstance(t, TensorBase):
            raise TypeError(must_be_tensor("ctc_loss", name, position, t))
    single = log_probs.dim() != 3
    if single:
        log_probs = OPS.unsqueeze(log_probs, 1)
        targets = OPS.unsqueeze(targets, 0) if targets.dim() == 1 else targets
    losses, lengths = _loss(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity)
    if reduction == "none":
        return OPS.squeeze(losses, 0) if single else losses
    if reduction == "sum":
        return OPS.sum(losses)
    return OPS.mean(losses / OPS.clamp(lengths, min=1).to(losses.dtype))


@composite(method=False)
def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction=0, zero_infinity=False):
    """Return the CTC loss; as `nn.functional.ctc_loss`, with the reduction as a number: 0 none, 1 mean, 2 sum."""
    options = (log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity)
    if isinstance(input_lengths, int) or isinstance(target_lengths, int):
        raise TypeError(invalid_combination("ctc_loss", options))
    return _ctc_loss(*options[:5], _REDUCTIONS.get(reduction, "none"), zero_infinity)


@composite(ns="nn.functional", method=False, name="ctc_loss")
def _functional_ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean",
                         zero_infinity=False):
    """Return the loss of label sequences that are aligned with the input in every possible way.

    Args:
        log_probs: (steps, batch, classes), logarithms of probabilities; or without the batch.
        targets: (batch, longest target), or all targets in one vector; no blanks.
        input_lengths, target_lengths: of each sequence, a tensor or a tuple.
        blank: the class that means no label.
        reduction: "none", "mean" (of the losses divided by their target's length) or "sum".
        zero_infinity: losses and gradients of targets that fit no alignment are 0.

    Source: Graves et al., "Connectionist Temporal Classification", ICML 2006. The gradient takes log_probs for
    normalised, as torch's does.
    """
    number = {name: k for k, name in _REDUCTIONS.items()}[check_reduction(reduction)]
    return ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, number, zero_infinity)
