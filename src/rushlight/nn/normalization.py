"""Normalisation over the features of each sample: layer, group, RMS and local response norm."""

from __future__ import annotations

from ..core.tensor import OPS
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["CrossMapLRN2d", "GroupNorm", "LayerNorm", "LocalResponseNorm", "RMSNorm"]


def _parameter(module, name, wanted, size, device, dtype):
    """Register a parameter of this size, or its absence."""
    if wanted:
        setattr(module, name, Parameter(OPS.empty(size, device=device, dtype=dtype)))
    else:
        module.register_parameter(name, None)


def _ones_and_zeros(module):
    """Scale by one, shift by zero."""
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)


class LocalResponseNorm(Module):
    """Each value divided by a power of the squares of its neighbours in other channels.

    b = x / (k + alpha/size * sum of x^2 over `size` channels)^beta

    Args:
        size: how many channels are neighbours.
        alpha, beta, k: as in the formula.
    """

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input):
        """Return the normalised (N, C, ...) input."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(Module):
    """LocalResponseNorm of a (N, C, H, W) input as Lua Torch had it; arguments as there.

    Source: torch's sums, whose window leaves out no channel before it has passed two.
    """

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1):
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input):
        """Return the normalised input."""
        if input.dim() != 4:
            raise ValueError(
                f"CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead."
            )
        taken = OPS.tensor(self._neighbours(input.size(1)), dtype=input.dtype, device=input.device)
        squares = OPS.matmul(taken, (input * input).flatten(2)).view(input.shape)
        return input * (self.k + self.alpha / self.size * squares) ** -self.beta

    def _neighbours(self, channels):
        """Return which squares each channel's sum has: a running sum, in which torch keeps the first channel."""
        ahead = int((self.size - 1) / 2 + 1)
        row = [float(c < ahead) for c in range(channels)]
        rows = [row]
        for c in range(1, channels):
            row = list(row)
            if c + ahead - 1 < channels:
                row[c + ahead - 1] += 1.0
            if c > ahead:
                row[c - ahead] -= 1.0
            rows.append(row)
        return rows

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class LayerNorm(Module):
    """(x - mean) / sqrt(var + eps) * weight + bias, over the last dimensions.

    Args:
        normalized_shape: the sizes of those dimensions, an int for one.
        eps: keeps the root from zero.
        elementwise_affine: whether weight and bias are there.
        bias: whether bias is.

    Attributes:
        weight, bias: of normalized_shape, ones and zeros at the start.

    Source: Ba et al., Layer Normalization (2016); the variance is the biased one.
    """

    def __init__(
        self,
        normalized_shape,
        eps=1e-5,
        elementwise_affine=True,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        size = self.normalized_shape
        _parameter(self, "weight", elementwise_affine, size, device, dtype)
        _parameter(self, "bias", elementwise_affine and bias, size, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Set weight to ones and bias to zeros."""
        _ones_and_zeros(self)

    def forward(self, input):
        """Return the normalised input."""
        own = self._parameters
        if "weight" in own and "bias" in own:
            return F.layer_norm(
                input, self.normalized_shape, own["weight"], own["bias"], self.eps
            )
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class GroupNorm(Module):
    """LayerNorm over groups of channels, with weight and bias for each channel.

    Args:
        num_groups: how many groups.
        num_channels: C of the (N, C, ...) input, a multiple of num_groups.
        eps, affine, bias: as eps, elementwise_affine, bias of LayerNorm.

    Source: Wu and He, Group Normalization (2018).
    """

    def __init__(
        self,
        num_groups,
        num_channels,
        eps=1e-5,
        affine=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(
                f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        _parameter(self, "weight", affine, num_channels, device, dtype)
        _parameter(self, "bias", affine and bias, num_channels, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Set weight to ones and bias to zeros."""
        _ones_and_zeros(self)

    def forward(self, input):
        """Return the normalised input."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """x / sqrt(mean(x^2) + eps) * weight, over the last dimensions.

    Args:
        normalized_shape: the sizes of those dimensions, an int for one.
        eps: None for the smallest step of the input's dtype at 1.
        elementwise_affine: whether weight is there.

    Source: Zhang and Sennrich, Root Mean Square Layer Normalization (2019).
    """

    def __init__(
        self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None
    ):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        _parameter(self, "weight", elementwise_affine, self.normalized_shape, device, dtype)
        self.reset_parameters()

    def reset_parameters(self):
        """Set weight to ones."""
        if self.elementwise_affine:
            init.ones_(self.weight)

    def forward(self, input):
        """Return the normalised input."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}"
        )
