"""The half-Cauchy distribution."""
import math

from ..core.op import OPS
from ._half import Half
from .cauchy import Cauchy

__all__ = ["HalfCauchy"]


class HalfCauchy(Half):
    """The absolute value of a Cauchy number around 0."""

    whole = Cauchy

    @property
    def mean(self):
        return OPS.full(self._extended_shape(), math.inf, dtype=self.scale.dtype, device=self.scale.device)

    @property
    def variance(self):
        return self.base_dist.variance

    def log_prob(self, value):
        return super().log_prob(OPS.as_tensor(value, dtype=self.scale.dtype, device=self.scale.device))
