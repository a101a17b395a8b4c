"""Margin losses: hinge, ranking, cosine, triplet and their multi-class relatives."""
from ..core.op import T, composite, op
from ._dims import broadcast_shape, prod
from ._reduction import (
    MEAN,
    check_reduction,
    legacy_reduction,
    printed_as,
    reduce_array,
    reduce_tensor,
)
from ._rules import refuse_gradient, some
from .activation import logsigmoid
from .distance import pairwise_distance
from .pointwise import exp, sqrt
from .pointwise_binary import clamp_min
from .pointwise_logic import where

FUNCTIONAL = "nn.functional"


@composite(ns=("torch", FUNCTIONAL), method=False)
def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of input where target is 1, of max(0, margin - input) where it is -1.

    Args:
        input: distances.
        target: 1 for similar pairs, -1 for others.
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    zero = input.new_zeros(())
    apart = where(target != 1, clamp_min(margin - input, 0), zero)
    alike = where(target != -1, input, zero)
    return reduce_tensor(apart + alike, reduction)


@composite(ns=("torch", FUNCTIONAL), method=False)
def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of max(0, -target (input1 - input2) + margin).

    Args:
        target: 1 where input1 should be the larger, -1 where input2 should.
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError("margin_ranking_loss : All input tensors should have same dimension but got sizes: "
                           f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} ")
    return reduce_tensor(clamp_min(-target * (input1 - input2) + margin, 0), reduction)


@composite(ns=("torch", FUNCTIONAL), method=False)
def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of 1 - cos(input1, input2) where target is 1, of max(0, cos - margin) where it is -1.

    Args:
        input1, input2: (N, D), or (D,) with a 0-d target.
        target: 1 or -1, (N,).
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    if target.dim() > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.dim() == 1 and not (input1.dim() == input2.dim() == 2):
        raise RuntimeError(f"1D target tensor expects 2D input tensors, but found inputs with sizes "
                           f"{list(input1.shape)} and {list(input2.shape)}.")
    if target.dim() == 0 and not (input1.dim() == input2.dim() == 1):
        raise RuntimeError(f"0D target tensor expects 1D input tensors, but found inputs with sizes "
                           f"{list(input1.shape)} and {list(input2.shape)}.")
    tiny = 1e-12
    length = ((input1 * input1).sum(-1) + tiny) * ((input2 * input2).sum(-1) + tiny)
    cosine = (input1 * input2).sum(-1) / sqrt(length)
    zero = cosine.new_zeros(())
    alike = where(target == 1, 1 - cosine, zero)
    apart = where(target == -1, clamp_min(cosine - margin, 0), zero)
    return reduce_tensor(alike + apart, reduction)


@op(ns=(), promote="common", name="soft_margin_loss")
def _soft_margin_loss(B, input: T, target: T, reduction=MEAN):
    """Return log(1 + exp(-target input)), reduced."""
    return B.cast(reduce_array(B, B.log1p(B.exp(-target * input)), reduction), input.dtype)


def _soft_margin_rule(g, input, target, reduction):
    z = exp(-target * input)
    slope = -target * z / (z + 1)
    return slope * (g / max(_size(input, target), 1) if reduction == MEAN else g)


def _size(*inputs):
    return prod(broadcast_shape(*[x.shape for x in inputs]))


_soft_margin_loss.vjp(input=_soft_margin_rule)


@composite(ns=FUNCTIONAL, method=False)
def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Return the mean of log(1 + exp(-target input)).

    Args:
        target: 1 or -1, of input's shape.
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    refuse_gradient("soft_margin_loss", target=target)
    return _soft_margin_loss(input, target, check_reduction(reduction))


def _check_vector_or_matrix(input):
    shape = list(input.shape)
    if len(shape) > 2 or (shape and 0 in shape[-1 if len(shape) == 1 else 1:]):
        raise RuntimeError(f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {shape}")


def _check_long(target):
    if target.dtype.name != "int64":
        raise RuntimeError(f"expected scalar type Long but found {target.dtype.short}")


@composite(ns=FUNCTIONAL, method=False)
def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Return the mean over samples of sum max(0, 1 - (x[y] - x[i])) / C, over labels y and non-labels i.

    Args:
        input: scores, (N, C) or (C,).
        target: class numbers of the same shape; those before the first -1 of a row are its labels.
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    _check_vector_or_matrix(input)
    if target.shape != input.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    _check_long(target)
    x = input.reshape(-1, input.size(-1)) if input.dim() else input.reshape(1, 1)
    y = target.reshape(x.shape)
    classes = x.size(1)
    if some((y < -1) | (y >= classes)):
        raise RuntimeError("argument #2 'target' is out of range")
    listed = (y < 0).cumsum(1) == 0                       # the labels before the first -1
    labels = where(listed, y, y.new_zeros(()))
    is_label = x.new_zeros(x.shape).scatter_add(1, labels, listed.to(x.dtype)) > 0
    short = clamp_min(1 - x.gather(1, labels).unsqueeze(2) + x.unsqueeze(1), 0)      # (N, label, class)
    counts = listed.unsqueeze(2) & ~is_label.unsqueeze(1)
    each = (short * counts.to(x.dtype)).sum((1, 2)) / classes
    if input.dim() < 2:
        each = each[0]
    return printed_as(reduce_tensor(each, reduction), "MultilabelMarginLossBackward0")


@composite(ns=FUNCTIONAL, method=False)
def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return the mean binary cross entropy over classes, for targets of zeros and ones.

    Args:
        input: scores, (..., C).
        target: zeros and ones of the same shape.
        weight: (C,), a factor for each class.
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    loss = loss.sum(-1) / input.size(-1)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    return reduce_tensor(loss, reduction)


@composite(ns=FUNCTIONAL, method=False)
def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Return the mean over samples of sum max(0, margin - x[y] + x[i])**p / C, over the classes i other than y.

    Args:
        input: scores, (N, C) or (C,).
        target: class numbers, (N,) or ().
        p: 1 or 2.
        weight: (C,), a factor for each class y.
        reduction: "none", "mean" or "sum".
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    refuse_gradient("multi_margin_loss", weight=weight)
    check_reduction(reduction)
    _check_vector_or_matrix(input)
    x = input.reshape(-1, input.size(-1)) if input.dim() else input.reshape(1, 1)
    n, classes = x.shape
    if target.numel() != n or target.dim() > 1:
        raise RuntimeError("multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
                           f"samples (batch size). Expected target size [{n}], but got {list(target.shape)}. "
                           f"Input has shape {list(input.shape)}.")
    if weight is not None and weight.numel() != classes:
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    _check_long(target)
    y = target.reshape(n, 1)
    if some((y < 0) | (y >= classes)):
        raise RuntimeError("target out of range")
    short = clamp_min(margin - x.gather(1, y) + x, 0)
    if p == 2:
        short = short * short
    if weight is not None:
        short = short * weight[y]
    others = x.new_ones(x.shape).scatter(1, y, 0)
    each = (short * others).sum(1) / classes
    if input.dim() < 2:
        each = each[0]
    return printed_as(reduce_tensor(each, reduction), "MultiMarginLossBackward0")


def _check_triplet(anchor, positive, negative):
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError("The anchor, positive, and negative tensors are expected to have the same number of "
                           f"dimensions, but got: anchor {anchor.dim()}D, positive {positive.dim()}D, and negative "
                           f"{negative.dim()}D inputs")


def _triplet(distance, anchor, positive, negative, margin, swap, reduction):
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = far.minimum(distance(positive, negative))
    return reduce_tensor(clamp_min(margin + near - far, 0), reduction)


@composite(ns=("torch", FUNCTIONAL), method=False)
def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None,
                        reduce=None, reduction="mean"):
    """Return the mean of max(0, d(anchor, positive) - d(anchor, negative) + margin), with the p-norm distance.

    Args:
        anchor, positive, negative: (N, D) or (D,).
        swap: use d(positive, negative) where it is the smaller.
        reduction: "none", "mean" or "sum".

    Source: Balntas et al. (2016) for the swap.
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce)
    check_reduction(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    _check_triplet(anchor, positive, negative)
    return _triplet(lambda a, b: pairwise_distance(a, b, p, eps), anchor, positive, negative, margin, swap, reduction)


@composite(ns=FUNCTIONAL, method=False)
def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
                                      reduction="mean"):
    """Return `triplet_margin_loss` with a distance of one's own (`pairwise_distance` by default)."""
    check_reduction(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    _check_triplet(anchor, positive, negative)
    distance = pairwise_distance if distance_function is None else distance_function
    return _triplet(distance, anchor, positive, negative, margin, swap, reduction)
