"""LinearCrossEntropyLoss: a linear layer and the cross entropy of its scores."""

from __future__ import annotations

import math

from . import functional as F
from .linear import Linear
from .module import Module

__all__ = ["LinearCrossEntropyLoss"]


class LinearCrossEntropyLoss(Module):
    """The cross entropy of `linear(input)` and classes; see functional.linear_cross_entropy.

    Args:
        in_features: features of the input.
        num_classes: how many classes.
        out_features: further dimensions of the target: as many scores for each class.
        bias: whether the linear layer has a bias.
        reduction: "none", "mean" or "sum".
        weight: (num_classes,), a factor for each class.
        ignore_index: a class number that counts for nothing.
        label_smoothing: share of the target given to all classes alike.
        options: LinearCrossEntropyOptions.
    """

    def __init__(
        self,
        in_features,
        num_classes,
        *,
        out_features=(),
        bias=False,
        device=None,
        dtype=None,
        reduction="mean",
        weight=None,
        ignore_index=None,
        label_smoothing=0.0,
        options=None,
    ):
        super().__init__()
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        rows = num_classes * math.prod(out_features)
        self.linear = Linear(in_features, rows, bias=bias, device=device, dtype=dtype)
        self.register_buffer("weight", weight)
        self.num_classes = num_classes
        self.out_features = out_features
        self.reduction = reduction
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.options = options

    def forward(self, input, target):
        """Return the loss of (batch, in_features) and (batch, *out_features) class numbers."""
        weight, bias = self.linear.weight, self.linear.bias
        if self.out_features:
            shape = (self.num_classes, *self.out_features)
            weight = weight.view(*shape, self.linear.in_features)
            bias = None if bias is None else bias.view(shape)
        return F.linear_cross_entropy(
            input,
            weight,
            target,
            linear_bias=bias,
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self):
        first = f"in_features={self.linear.in_features}, num_classes={self.num_classes}"
        bias = self.linear.bias is not None
        names = ("reduction", "ignore_index", "label_smoothing", "options")
        rest = ", ".join(f"{name}={getattr(self, name)}" for name in names)
        return f"{first}, out_features={self.out_features}, bias={bias}, {rest}"
