"""Dropout layers: random zeros while training, nothing in evaluation."""

from __future__ import annotations

from . import functional as F
from .module import Module

__all__ = [
    "AlphaDropout",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "FeatureAlphaDropout",
]


class _DropoutNd(Module):

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """Zero each element with probability `p` while training, and scale the rest by 1/(1-p).

    Args:
        p: the probability of a zero.
        inplace: change the input itself.
    """

    def forward(self, input):
        """Return the input with elements dropped."""
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """Dropout of whole channels of a (C, L) or (N, C, L) input; arguments as in Dropout."""

    def forward(self, input):
        """Return the input with channels dropped."""
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """Dropout of whole channels of a (C, H, W) or (N, C, H, W) input; arguments as in Dropout."""

    def forward(self, input):
        """Return the input with channels dropped."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """Dropout of whole channels of a (C, D, H, W) or (N, C, D, H, W) input; arguments as in Dropout."""

    def forward(self, input):
        """Return the input with channels dropped."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """Dropout that keeps mean and variance after SELU; arguments as in Dropout.

    Source: Klambauer et al., Self-Normalizing Neural Networks (2017).
    """

    def forward(self, input):
        """Return the input with elements set to SELU's negative limit."""
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """AlphaDropout of whole channels; arguments as in Dropout."""

    def forward(self, input):
        """Return the input with channels set to SELU's negative limit."""
        return F.feature_alpha_dropout(input, self.p, self.training)
