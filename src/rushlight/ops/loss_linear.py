"""The cross entropy of the scores of a linear layer."""
from .. import dtypes
from ..core.op import OPS, composite


def _check(input, weight, target, bias, factors, ignore_index, options):
    """Raise torch's errors for what does not fit."""
    if options is not None and not hasattr(options, "batch_chunk_size"):
        raise AttributeError(f"'{type(options).__name__}' object has no attribute '_adjust'")
    if weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {weight.dim()}")
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if input.shape[-1] != weight.shape[-1]:
        raise RuntimeError("expected equal input and linear_weight last dimensions (in_features), got "
                           f"{input.shape[-1]} and {weight.shape[-1]}, respectively")
    if input.dim() == 1 and weight.dim() > 2:
        raise RuntimeError(f"K-dimensional loss defined by linear_weight shape {tuple(weight.shape)} requires batched input, "
                           f"(N, {weight.shape[-1]}), got unbatched input with shape {tuple(input.shape)}")
    if bias is not None and bias.shape != weight.shape[:-1]:
        raise RuntimeError(f"expected linear_bias shape {tuple(weight.shape[:-1])}, got {tuple(bias.shape)}")
    if input.dim() == 2 and target.dim() and input.shape[0] != target.shape[0]:
        raise ValueError(f"Expected input batch_size ({input.shape[0]}) to match target batch_size ({target.shape[0]}).")
    if target.dtype.is_floating_point:
        if factors is not None and tuple(factors.shape) != (weight.shape[0],):
            raise RuntimeError(f"expected weight shape to be ({weight.shape[0]},), got {tuple(factors.shape)}")
        if ignore_index is not None:
            raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    elif target.dtype not in (dtypes.int64, dtypes.uint8):
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {target.dtype.short}")


@composite(ns="nn.functional", method=False)
def linear_cross_entropy(input, linear_weight, target, *, linear_bias=None, weight=None, reduction="mean",
                         ignore_index=None, label_smoothing=0.0, options=None):
    """Return `cross_entropy(linear(input, linear_weight, linear_bias), target)`.

    Args:
        input: (N, in_features) or (in_features,).
        linear_weight: (classes, ..., in_features); the dimensions between are those of the target after N.
        target: (N, ...) class numbers, or probabilities of the scores' shape.
        linear_bias: of linear_weight's shape without the last dimension.
        weight, reduction, label_smoothing: as in `cross_entropy`.
        ignore_index: a class number that counts for nothing, -100 by default.
        options: LinearCrossEntropyOptions, all of which this meets.
    """
    _check(input, linear_weight, target, linear_bias, weight, ignore_index, options)
    more = tuple(linear_weight.shape[:-1]) if linear_weight.dim() > 2 else None
    if more is not None:
        linear_weight = linear_weight.reshape(-1, linear_weight.shape[-1])
        linear_bias = None if linear_bias is None else linear_bias.reshape(-1)
    scores = OPS.linear(input, linear_weight, linear_bias)
    if more is not None:
        scores = scores.reshape(input.shape[0], *more)
    ignored = {} if ignore_index is None else {"ignore_index": ignore_index}
    return OPS.cross_entropy(scores, target, weight, reduction=reduction, label_smoothing=label_smoothing, **ignored)
