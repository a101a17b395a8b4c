"""The Cauchy distribution."""
import math

from ..core.op import OPS
from . import constraints
from .distribution import Distribution
from .utils import broadcast_all, size_of

__all__ = ["Cauchy"]


class Cauchy(Distribution):
    """The ratio of two normal numbers, scaled and shifted.

    Args:
        loc: the median.
        scale: half the width at half maximum.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(size_of(self.loc, loc, scale), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._expanded(Cauchy, batch_shape, _instance, "loc", "scale")

    def _all(self, number):
        return OPS.full(self._extended_shape(), number, dtype=self.loc.dtype, device=self.loc.device)

    @property
    def mean(self):
        """nan: the mean does not exist."""
        return self._all(math.nan)

    @property
    def mode(self):
        return self.loc

    @property
    def variance(self):
        return self._all(math.inf)

    def rsample(self, sample_shape=()):
        eps = self.loc.new_empty(self._extended_shape(sample_shape)).cauchy_()
        return self.loc + eps * self.scale

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return -math.log(math.pi) - self.scale.log() - (((value - self.loc) / self.scale) ** 2).log1p()

    def cdf(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return OPS.atan((value - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value):
        return OPS.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self):
        return math.log(4 * math.pi) + self.scale.log()
