"""Losses of classification and regression: cross entropy, likelihoods, squared and absolute errors.

The margin losses are in `loss_margin.py`. The public functions check their arguments and
call ops whose rules contain the scale of the mean.
"""
import warnings
from math import log as _log
from math import pi

from .. import dtypes, errors
from ..core.op import T, composite, op
from ..core.tensor import TensorBase
from . import loss_margin  # noqa: F401  (publishes its losses)
from ._dims import broadcast_shape
from ._reduction import (
    MEAN,
    NONE,
    SUM,
    check_reduction,
    legacy_reduction,
    printed_as,
    reduce_array,
    reduce_tensor,
)
from ._rules import not_for, refuse_gradient, some, wide
from .activation import _log_softmax, logsigmoid
from .pointwise import exp, log, log1p, sigmoid
from .pointwise_binary import clamp, clamp_min, div, mul, sub, xlogy
from .reduce import sum as sum_

FUNCTIONAL = "nn.functional"


def _check_same_size(input, target):
    """Warn as torch does when the target's size differs, which broadcasting would hide."""
    try:
        same = target.shape == input.shape
    except AttributeError:              # a number: torch's error is about its size()
        same = target.size() == input.size()
    if not same:
        warnings.warn(errors.taught(
            f"Using a target size ({target.size()}) that is different to the input size ({input.size()}). "
            "This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size."), stacklevel=3)


def _weighted(loss, weight, input, reduction):
    """Apply per-element weights and the reduction; the mean divides by the sum of the weights."""
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    loss = loss * weight
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    if reduction == "mean":
        return loss.sum() / weight.sum()
    raise ValueError(f"Invalid reduction mode: {reduction}. Expected one of 'none', 'mean', 'sum'.")


def _scaled(g, reduction, count):
    """Return the gradient of each element's loss from that of the reduced one."""
    return g / count if reduction == MEAN else g


def _count(*shapes):
    """Return how many elements the broadcast of these shapes has."""
    n = max(len(s) for s in shapes)
    sizes = [1] * n
    for shape in shapes:
        for i, size in enumerate(shape, n - len(shape)):
            sizes[i] = size if sizes[i] == 1 else sizes[i]
    count = 1
    for size in sizes:
        count *= size
    return count


# ------------------------------------------------------------------ squared and absolute errors

@op(ns=(), promote="common", name="mse_loss")
def _mse_loss(B, input: T, target: T, reduction):
    """Return (input - target)**2, reduced."""
    not_for(B, input, "iubc", "mse_cpu")
    d = wide(B, input) - wide(B, target)
    return B.cast(reduce_array(B, d * d, reduction), input.dtype)


@op(ns=())
def mse_loss_backward(B, grad: T, input: T, target: T, reduction):
    """Return the gradient of the squared error with respect to its input."""
    d = input - target
    return (grad * (2.0 / d.size if reduction == MEAN and d.size else 2.0)) * d


_mse_loss.vjp(input=lambda g, input, target, reduction: mse_loss_backward(g, input, target, reduction),
              target=lambda g, input, target, reduction: mse_loss_backward(g, target, input, reduction))
mse_loss_backward.vjp(
    grad=lambda g, input, target, reduction: mse_loss_backward(g, input, target, reduction),
    input=lambda g, grad, input_shape, target_shape, reduction:
        g * grad * _twice(input_shape, target_shape, reduction),
    target=lambda g, grad, input_shape, target_shape, reduction:
        g * grad * -_twice(input_shape, target_shape, reduction))


def _twice(input_shape, target_shape, reduction):
    return 2.0 / max(_count(input_shape, target_shape), 1) if reduction == MEAN else 2.0


@composite(ns=FUNCTIONAL, method=False)
def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Return the mean squared error.

    Args:
        reduction: "none", "mean" or "sum".
        weight: a factor for each element; the mean then divides by the sum of the weights.
    """
    _check_same_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if weight is not None:
        return _weighted(_mse_loss(input, target, NONE), weight, input, reduction)
    return _mse_loss(input, target, check_reduction(reduction))


@composite(ns=FUNCTIONAL, method=False)
def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """Return the mean absolute error; arguments as in `mse_loss`."""
    _check_same_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if weight is not None:
        return _weighted((input - target).abs(), weight, input, reduction)
    check_reduction(reduction)
    return reduce_tensor((input - target).abs(), reduction)


@op(ns=(), promote="common", name="smooth_l1_loss")
def _smooth_l1_loss(B, input: T, target: T, reduction, beta):
    """Return d**2/(2 beta) where |d| < beta, |d| - beta/2 elsewhere, reduced."""
    not_for(B, input, "iubc", "smooth_l1_cpu")
    d = B.abs(wide(B, input) - wide(B, target))
    return B.cast(reduce_array(B, B.where(d < beta, d * d * (0.5 / beta), d - 0.5 * beta), reduction), input.dtype)


def _smooth_l1_rule(g, input, target, reduction, beta):
    slope = clamp(mul(sub(input, target), 1.0 / beta), -1.0, 1.0)
    return mul(slope, _scaled(g, reduction, _count(input.shape, target.shape)))


_smooth_l1_loss.vjp(input=_smooth_l1_rule, target=lambda g, input, target, reduction, beta:
                    -_smooth_l1_rule(g, input, target, reduction, beta))


@composite(ns=FUNCTIONAL, method=False)
def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """Return the mean of d**2/(2 beta) where |d| = |input - target| < beta, of |d| - beta/2 elsewhere.

    Args:
        reduction: "none", "mean" or "sum".
        beta: where the square ends; 0 gives `l1_loss`.
    """
    _check_same_size(input, target)
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if beta == 0:
        return reduce_tensor((input - target).abs(), reduction)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    return _smooth_l1_loss(input, target, check_reduction(reduction), float(beta))


@op(ns=(), promote="common", name="huber_loss")
def _huber_loss(B, input: T, target: T, reduction, delta):
    """Return d**2/2 where |d| <= delta, delta (|d| - delta/2) elsewhere, reduced."""
    not_for(B, input, "iubc", "huber_cpu")
    d = B.abs(wide(B, input) - wide(B, target))
    each = B.where(d <= delta, d * d * 0.5, (d - 0.5 * delta) * delta)
    return B.cast(reduce_array(B, each, reduction), input.dtype)


def _huber_rule(g, input, target, reduction, delta):
    slope = clamp(sub(input, target), -delta, delta)
    return mul(slope, _scaled(g, reduction, _count(input.shape, target.shape)))


_huber_loss.vjp(input=_huber_rule, target=lambda g, input, target, reduction, delta:
                -_huber_rule(g, input, target, reduction, delta))


@composite(ns=FUNCTIONAL, method=False)
def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """Return the mean of d**2/2 where |d| = |input - target| <= delta, of delta (|d| - delta/2) elsewhere.

    Args:
        reduction: "none", "mean" or "sum".
        delta: where the square ends.
        weight: a factor for each element; the mean still divides by their number.
    """
    _check_same_size(input, target)
    check_reduction(reduction)
    if not isinstance(delta, (int, float)):
        raise TypeError(f"huber_loss(): argument 'delta' (position 4) must be float, not {type(delta).__name__}")
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if weight is None:
        found = _huber_loss(input, target, reduction, float(delta))
        return found if found.dtype is input.dtype else printed_as(found.to(input.dtype), "HuberLossBackward0")
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")
    return reduce_tensor(_huber_loss(input, target, NONE, float(delta)) * weight, reduction)


# ------------------------------------------------------------------ negative log likelihood

def _check_classes(B, input, target, weight):
    """Raise torch's errors for a target or weight that does not go with the log-probabilities."""
    shape, size = input.shape, target.shape
    n = len(shape)
    if n <= 2 and len(size) > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if n >= 2 and (not size or shape[0] != size[0]):
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size "
                         f"({size[0] if size else 0}).")
    if target.dtype != B.dt(dtypes.int64) and target.dtype != B.dt(dtypes.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {B.torch_dtype(target).short}")
    if n == 4 and len(size) == 3 and shape[2:] != size[1:]:
        raise RuntimeError(f"size mismatch (got input: {list(shape)} , target: {list(size)}")
    if n > 2 and shape[2:] != size[1:]:
        raise RuntimeError(f"Expected target size {[shape[0], *shape[2:]]}, got {list(size)}")
    if weight is not None:
        classes = shape[1] if n > 1 else shape[0]
        if weight.shape != (classes,):
            raise RuntimeError(f"weight tensor should be defined either for all {classes} classes or no classes but "
                               f"got weight tensor of shape: {list(weight.shape)}")
        if weight.dtype != input.dtype:
            raise RuntimeError(f"expected scalar type {B.torch_dtype(input).short} but found "
                               f"{B.torch_dtype(weight).short}")


def _chosen(B, target, classes, ignore_index):
    """Return (class numbers with 0 for ignored ones, mask of those that count); IndexError outside."""
    target = B.cast(target, B.dt(dtypes.int64))
    kept = target != ignore_index
    safe = B.where(kept, target, B.zeros_like(target))
    wrong = B.logical_or(safe < 0, safe >= classes)
    if B.any(wrong):
        at = int(B.argmax(B.astype(B.reshape(wrong, (-1,)), B.int8)))
        raise IndexError(f"Target {int(B.reshape(target, (-1,))[at])} is out of bounds.")
    return safe, kept


def _is_plain(B, shape, target, weight, ignore_index):
    """Whether every sample counts the same: one row a sample, no weights, no class outside or ignored."""
    return (len(shape) == 2 and weight is None and not 0 <= ignore_index < shape[1] and B.kind(target) == "i"
            and B.all_below(target, shape[1]))


def _picked_loss(B, log_prob, target, weight, ignore_index, reduction):
    """Return (loss, total weight) of log-probabilities of shape (N, C, ...) or (C,)."""
    if _is_plain(B, log_prob.shape, target, weight, ignore_index) and reduction != NONE:
        total = B.asarray(log_prob.shape[0], dtype=log_prob.dtype)
        loss = -B.sum(B.pick_columns(log_prob, target))
        return (loss / total if reduction == MEAN else loss), total
    batched = log_prob.ndim > 1
    if not batched:
        log_prob = B.reshape(log_prob, (1, -1))
        target = B.reshape(target, (1,))
    safe, kept = _chosen(B, target, log_prob.shape[1], ignore_index)
    picked = B.squeeze(B.take_along_axis(log_prob, B.expand_dims(safe, axis=1), axis=1), axis=1)
    factor = B.astype(kept, log_prob.dtype)
    if weight is not None:
        factor = factor * B.reshape(B.take(weight, B.reshape(safe, (-1,)), axis=0), safe.shape)
    loss = B.where(kept, -picked * factor, B.zeros_like(picked))
    total = B.sum(factor)
    if reduction == NONE:
        return (loss if batched else B.reshape(loss, ())), total
    summed = B.sum(loss)
    return (summed / total if reduction == MEAN else summed), total


def _picked_gradient(B, grad, shape, target, weight, total_weight, ignore_index, reduction):
    """Return the gradient of `_picked_loss` with respect to log-probabilities of this shape."""
    out = B.zeros(shape if len(shape) > 1 else (1, *shape), dtype=grad.dtype)
    target = target if len(shape) > 1 else B.reshape(target, (1,))
    safe, kept = _chosen(B, target, out.shape[1], ignore_index)
    factor = B.astype(kept, grad.dtype)
    if weight is not None:
        factor = factor * B.reshape(B.take(weight, B.reshape(safe, (-1,)), axis=0), safe.shape)
    each = grad / total_weight if reduction == MEAN else grad
    values = B.where(kept, -factor * each, B.zeros_like(factor))
    out = B.put_along_axis(out, B.expand_dims(safe, axis=1), B.expand_dims(values, axis=1), 1)
    return out if len(shape) > 1 else B.reshape(out, shape)


def _nll_name(args):
    return "NllLossBackward0" if args[0].ndim <= 2 else "NllLoss2DBackward0"


@op(ns=(), outputs=("loss", "total_weight"), returns="loss", grad_name=_nll_name)
def nll_loss_forward(B, input: T, target: T, weight: T = None, ignore_index=-100, reduction=MEAN):
    """Return minus the log-probabilities of the targets, weighted and reduced, and the total weight."""
    _check_classes(B, input, target, weight)
    return _picked_loss(B, input, target, weight, ignore_index, reduction)


@op(ns=())
def nll_loss_backward(B, grad: T, input: T, target: T, total_weight: T, weight: T = None,
                      ignore_index=-100, reduction=MEAN):
    """Return the gradient of `nll_loss_forward` with respect to its input."""
    return _picked_gradient(B, grad, input.shape, target, weight, total_weight, ignore_index, reduction)


nll_loss_forward.vjp(
    input=lambda g, input, target, weight, total_weight, ignore_index, reduction:
        nll_loss_backward(g, input, target, total_weight, weight, ignore_index, reduction))
# The loss is linear in its input, so the gradient of the gradient is the loss itself.
nll_loss_backward.vjp(
    grad=lambda g, target, weight, ignore_index, reduction:
        nll_loss_forward(g, target, weight, ignore_index, reduction))


def _constant_weight(input, weight):
    if weight is not None:
        refuse_gradient("nll_loss_forward" if input.ndim <= 2 else "nll_loss2d_forward", weight=weight)


@composite(ns=FUNCTIONAL, method=False)
def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """Return minus the mean log-probability of the target classes.

    Args:
        input: log-probabilities, (N, C), (C,) or (N, C, d1, ...).
        target: class numbers, (N,), () or (N, d1, ...).
        weight: (C,), a factor for each class; the mean divides by the sum of the targets' factors.
        ignore_index: a target that counts for nothing.
        reduction: "none", "mean" or "sum".

    Raises: IndexError for a target outside 0 .. C-1.
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if input.ndim < 1:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    _constant_weight(input, weight)
    return nll_loss_forward(input, target, weight, ignore_index, check_reduction(reduction))


# ------------------------------------------------------------------ cross entropy

@op(ns=(), outputs=("loss", "probs", "total_weight"), returns=("loss",), grad_name=_nll_name)
def cross_entropy_forward(B, input: T, target: T, weight: T = None, ignore_index=-100, reduction=MEAN):
    """Return the cross entropy of scores and class numbers, softmax(input), and the targets' total weight.

    The probabilities are kept for the gradient. They are differentiable themselves, which makes higher orders right.
    """
    not_for(B, input, "iubc", "log_softmax_lastdim_kernel_impl")
    _check_classes(B, input, target, weight)
    axis = _class_axis(input)
    x = wide(B, input)
    if reduction != NONE and _is_plain(B, x.shape, target, weight, ignore_index) and x.shape[1] <= _FEW_CLASSES:
        return _by_columns(B, x, target, reduction, input.dtype)
    shifted = x - (B.max(x, axis=axis, keepdims=True) if x.size else 0.0)
    powers = B.exp(shifted)
    total_power = B.sum(powers, axis=axis, keepdims=True)
    loss, total = _picked_loss(B, shifted - B.log(total_power), target, _like(B, weight, x), ignore_index, reduction)
    return B.cast(loss, input.dtype), B.cast(powers / total_power, input.dtype), B.cast(total, input.dtype)


_FEW_CLASSES = 64


def _by_columns(B, x, target, reduction, dtype):
    """The same with one class a row: NumPy reduces few long rows far faster than many short ones."""
    columns = B.copy(B.permute_dims(x, (1, 0)))
    shifted = columns - B.max(columns, axis=0)
    powers = B.exp(shifted)
    total_power = B.sum(powers, axis=0)
    loss = B.sum(B.log(total_power) - B.pick_columns(B.permute_dims(shifted, (1, 0)), target))
    total = B.asarray(x.shape[0], dtype=x.dtype)
    probs = B.copy(B.permute_dims(powers / total_power, (1, 0)))
    return B.cast(B.asarray(loss / total if reduction == MEAN else loss), dtype), B.cast(probs, dtype), B.cast(total, dtype)


@op(ns=())
def cross_entropy_backward(B, grad: T, probs: T, total_weight: T, target: T, weight: T = None, ignore_index=-100,
                           reduction=MEAN):
    """Return the gradient of `cross_entropy_forward`'s loss with respect to its scores.

    It is (softmax - one hot of the target) times the factor of each sample.
    """
    if reduction != NONE and _is_plain(B, probs.shape, target, weight, ignore_index):
        each = grad / total_weight if reduction == MEAN else grad
        return B.add_to_columns(probs * each, target, -each)
    picked = _picked_gradient(B, grad, probs.shape, target, weight, total_weight, ignore_index, reduction)
    return picked - probs * B.sum(picked, axis=_class_axis(probs), keepdims=True)


def _class_axis(x):
    return 1 if len(x.shape) > 1 else 0


def _like(B, weight, x):
    return weight if weight is None else B.cast(weight, x.dtype)


def _cross_entropy_rule(g, probs, total_weight, target, weight, ignore_index, reduction):
    of_loss, of_probs, _ = g
    found = None
    if of_loss is not None:
        found = cross_entropy_backward(of_loss, probs, total_weight, target, weight, ignore_index, reduction)
    if of_probs is not None:            # only in a second backward
        through = probs * (of_probs - sum_(of_probs * probs, _class_axis(probs), True))
        found = through if found is None else found + through
    return found


def _cross_entropy_grad_rule(g, probs, target, weight, ignore_index, reduction):
    along = g - sum_(g * probs, _class_axis(probs), True)
    return nll_loss_forward(along, target, weight, ignore_index, reduction)


def _cross_entropy_probs_rule(g, grad, probs, target, total_weight, weight, ignore_index, reduction):
    picked = nll_loss_backward(grad, probs, target, total_weight, weight, ignore_index, reduction)
    return -g * sum_(picked, _class_axis(probs), True)


cross_entropy_forward.vjp(input=_cross_entropy_rule)
cross_entropy_backward.vjp(grad=_cross_entropy_grad_rule, probs=_cross_entropy_probs_rule)


def _class_row(weight, x):
    """Return class weights in a shape that broadcasts with the scores x."""
    shape = [1] * x.ndim
    shape[_class_axis(x)] = -1
    return weight.view(shape)


def _smoothed(input, target, weight, ignore_index, reduction, label_smoothing):
    """Cross entropy with a part of the target spread over all classes."""
    axis = _class_axis(input)
    log_prob = _log_softmax(input, axis)
    exact = nll_loss_forward(log_prob, target, weight, ignore_index, reduction)
    spread = -(log_prob if weight is None else log_prob * _class_row(weight, input)).sum(axis)
    ignored = (target == ignore_index).reshape(spread.shape)
    spread = spread.masked_fill(ignored, 0.0)
    if reduction != NONE:
        spread = spread.sum()
    if reduction == MEAN:
        counted = ~ignored
        spread = spread / (counted.sum() if weight is None else weight[target.reshape(counted.shape)[counted]].sum())
    return exact * (1 - label_smoothing) + spread * (label_smoothing / input.size(axis))


def _with_probabilities(input, target, weight, reduction, label_smoothing):
    """Cross entropy of scores and class probabilities."""
    axis = _class_axis(input)
    log_prob = _log_softmax(input, axis)
    classes = input.size(axis)
    if label_smoothing > 0:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    product = log_prob * target
    if weight is not None:
        product = product * _class_row(weight, input)
    if reduction == NONE:
        return -product.sum(axis).contiguous()
    if reduction == SUM:
        return -product.sum()
    batch = input.numel() // classes if classes else 0
    return printed_as(-product.sum() / batch if batch else -product.sum() * float("nan"), "DivBackward1")


@composite(ns=FUNCTIONAL, method=False)
def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):
    """Return the mean cross entropy between softmax(input) and the target.

    Args:
        input: scores (logits), (N, C), (C,) or (N, C, d1, ...).
        target: class numbers, (N,), () or (N, d1, ...), or probabilities of input's shape.
        weight: (C,), a factor for each class.
        ignore_index: a class number that counts for nothing.
        reduction: "none", "mean" (over the weights of the targets) or "sum".
        label_smoothing: the part of the target, in [0, 1], that is spread over all classes.

    Returns: a 0-d tensor, or the target's shape for "none".

    Raises: IndexError for a class number outside 0 .. C-1.

    Example:
        >>> torch.nn.functional.cross_entropy(torch.zeros(3, 4), torch.tensor([0, 1, 2]))
        tensor(1.3863)
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    _must_be_tensors(input, target)
    if label_smoothing > 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if input._array.shape == target._array.shape:
        if not target.dtype.is_floating_point:
            raise RuntimeError("Expected floating point type for target with class probabilities, got "
                               + target.dtype.short)
        if ignore_index >= 0:
            raise RuntimeError("ignore_index is not supported for floating point target")
        return _with_probabilities(input, target, weight, reduction, label_smoothing)
    if weight is not None:
        _constant_weight(input, weight)
    if label_smoothing > 0:
        return _smoothed(input, target, weight, ignore_index, reduction, label_smoothing)
    return cross_entropy_forward(input, target, weight, ignore_index, reduction)[0]


def _must_be_tensors(input, target):
    if isinstance(input, TensorBase) and isinstance(target, TensorBase):
        return
    for k, (name, value) in enumerate((("input", input), ("target", target))):
        if not isinstance(value, TensorBase):
            raise TypeError(errors.must_be_tensor("cross_entropy_loss", name, k, value))


# ------------------------------------------------------------------ binary cross entropy

def _check_unit(B, x, what):
    if not B.all(B.logical_and(x >= 0, x <= 1)):
        raise RuntimeError(f"all elements of {what} should be between 0 and 1")


@op(ns=(), name="binary_cross_entropy")
def _binary_cross_entropy(B, input: T, target: T, weight: T = None, reduction=MEAN):
    """Return -(target log(input) + (1-target) log(1-input)), weighted and reduced; logs end at -100."""
    if target.dtype != input.dtype:
        raise RuntimeError(f"Found dtype {B.torch_dtype(target).short} but expected {B.torch_dtype(input).short}")
    _check_unit(B, input, "input")
    _check_unit(B, target, "target")
    x, t = wide(B, input), wide(B, target)
    each = (t - 1.0) * B.maximum(B.log1p(-x), -100.0) - t * B.maximum(B.log(x), -100.0)
    if weight is not None:
        each = each * weight
    return B.cast(reduce_array(B, each, reduction), input.dtype)


def _bce_input_rule(g, input, target, weight, reduction):
    slope = div(sub(input, target), clamp_min(mul(sub(1, input), input), 1e-12))
    slope = mul(slope, _scaled(g, reduction, _count(input.shape)))
    return slope if weight is None else mul(slope, weight)


def _bce_target_rule(g, input, weight, reduction):
    slope = (log1p(-input) - log(input)) * _scaled(g, reduction, _count(input.shape))
    return slope if weight is None else slope * weight


_binary_cross_entropy.vjp(input=_bce_input_rule, target=_bce_target_rule)


@composite(ns=FUNCTIONAL, method=False)
def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return the mean binary cross entropy of probabilities.

    Args:
        input: probabilities in [0, 1].
        target: of the same shape, in [0, 1].
        weight: a factor for each element, broadcast.
        reduction: "none", "mean" or "sum".

    Source: as torch, the logarithms are limited from below to -100.
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    if target.shape != input.shape:
        raise ValueError(f"Using a target size ({target.size()}) that is different to the input size "
                         f"({input.size()}) is deprecated. Please ensure they have the same size.")
    if weight is not None:
        refuse_gradient("binary_cross_entropy", weight=weight)
        weight = _fits_weight(weight, target)
    return _binary_cross_entropy(input, target, weight, reduction)


def _fits_weight(weight, target):
    for i in range(1, weight.ndim + 1):
        size = weight.shape[-i]
        if i > target.ndim or size not in (1, target.shape[-i]):
            raise RuntimeError(f"Attempting to broadcast a dimension of length {size} at {-i}! Mismatching argument at "
                               f"index 1 had {weight.size()}; but expected shape should be broadcastable to "
                               f"{list(target.shape)}")
    return weight.expand(target.shape)


@op(ns=(), promote="common", name="binary_cross_entropy_with_logits")
def _bce_with_logits(B, input: T, target: T, weight: T = None, pos_weight: T = None, reduction=MEAN):
    """Return the binary cross entropy of sigmoid(input), weighted and reduced, without overflow."""
    not_for(B, input, "iubc", "log_sigmoid_cpu")
    x, t = wide(B, input), wide(B, target)
    log_sigmoid = B.minimum(x, 0.0) - B.log1p(B.exp(-B.abs(x)))
    positive = 1.0 if pos_weight is None else (pos_weight - 1.0) * t + 1.0
    each = (1.0 - t) * x - positive * log_sigmoid
    if weight is not None:
        each = each * weight
    return B.cast(reduce_array(B, each, reduction), input.dtype)


def _logits_factor(g, input, weight, reduction):
    g = _scaled(g, reduction, _count(input.shape))
    return g if weight is None else g * weight


def _logits_input_rule(g, input, target, weight, pos_weight, reduction):
    g = _logits_factor(g, input, weight, reduction)
    s = sigmoid(input)
    if pos_weight is None:
        return mul(sub(s, target), g)
    return (((pos_weight - 1) * target + 1) * s - pos_weight * target) * g


def _logits_target_rule(g, input, weight, pos_weight, reduction):
    g = _logits_factor(g, input, weight, reduction)
    return -(input if pos_weight is None else input + (pos_weight - 1) * logsigmoid(input)) * g


_bce_with_logits.vjp(input=_logits_input_rule, target=_logits_target_rule)


@composite(ns=FUNCTIONAL, method=False)
def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):
    """Return the mean binary cross entropy of sigmoid(input), computed without overflow.

    Args:
        input: scores (logits).
        target: of the same shape, in [0, 1].
        weight: a factor for each element, broadcast.
        reduction: "none", "mean" or "sum".
        pos_weight: a factor for the positive part, broadcast.
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.size()}) must be the same as input size ({input.size()})")
    if input.dtype.is_floating_point and not target.dtype.is_floating_point:
        raise RuntimeError(f"result type {input.dtype.short} can't be cast to the desired output type "
                           f"{target.dtype.short}")
    if weight is not None or pos_weight is not None:
        refuse_gradient("binary_cross_entropy_with_logits", weight=weight, pos_weight=pos_weight)
        if pos_weight is not None:
            broadcast_shape(pos_weight.shape, target.shape)
    return _bce_with_logits(input, target, weight, pos_weight, reduction)


# ------------------------------------------------------------------ divergences and likelihoods

@composite(ns=FUNCTIONAL, method=False)
def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """Return the mean of target (log(target) - input), the Kullback-Leibler divergence.

    Args:
        input: log-probabilities.
        target: probabilities, or their logarithms with `log_target`.
        reduction: "none", "batchmean" (divide by the batch size, the divergence proper), "mean" (divide by the
            number of elements) or "sum".

    Source: 0 log(0) counts as 0, as in torch.
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    elif reduction == "mean":
        warnings.warn("reduction: 'mean' divides the total loss by both the batch size and the support size."
                      "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
                      "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
                      stacklevel=2)
    by_batch = reduction == "batchmean"
    reduction = "sum" if by_batch else reduction
    check_reduction(reduction)
    if not (input.dtype.is_floating_point or input.dtype.is_complex) or not (
            target.dtype.is_floating_point or target.dtype.is_complex):
        raise RuntimeError("kl_div: Integral inputs not supported.")
    each = exp(target) * (target - input) if log_target else xlogy(target, target) - target * input
    found = reduce_tensor(each, reduction)
    return found / input.size(0) if by_batch and input.dim() else found


@composite(ns=("torch", FUNCTIONAL), method=False)
def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None,
                     reduction="mean"):
    """Return the mean negative log likelihood of Poisson counts.

    Args:
        input: log of the expected count, or the count itself when `log_input` is False.
        target: the counts seen.
        full: add Stirling's approximation of log(target!) where target > 1.
        eps: keeps the logarithm finite when `log_input` is False.
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    each = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * pi * target).log()
        each = each + stirling.masked_fill(target <= 1, 0)
    return reduce_tensor(each, reduction)


@composite(ns=FUNCTIONAL, method=False)
def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """Return the mean negative log likelihood of normal values: (log(var) + (input - target)**2 / var) / 2.

    Args:
        input, target: expectation and value.
        var: the variances: a number, or a tensor of input's shape, of its shape without the last dimension, or with
            one dimension of 1.
        full: add log(2 pi)/2.
        eps: lower limit of var (which takes no part in the gradient).
        reduction: "none", "mean" or "sum".
    """
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = input.new_full(input.size(), var)
    elif some(var < 0):
        raise ValueError("var has negative entry/entries")
    if var.size() != input.size():
        if input.size()[:-1] == var.size():
            var = var.unsqueeze(-1)
        elif input.dim() != var.dim() or [v for n, v in zip(input.shape, var.shape) if n != v] != [1]:
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    # Straight-through: the limit changes the value, not the gradient.
    var = var + (clamp_min(var.detach(), eps) - var.detach())
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * _log(2 * pi)
    return reduce_tensor(loss, reduction)
