"""The absolute value of a number whose distribution is symmetric about 0."""
import math

from ..core.op import OPS
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform

__all__ = ["Half"]


class Half(TransformedDistribution):
    """The absolute value of a number from `whole(0, scale)`."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    whole: type

    def __init__(self, scale, validate_args=None):
        super().__init__(self.whole(0, scale, validate_args=False), AbsTransform(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        named = next(cls for cls in type(self).__mro__ if "whole" in vars(cls))     # HalfNormal or HalfCauchy
        return super().expand(batch_shape, _instance=self._get_checked_instance(named, _instance))

    @property
    def scale(self):
        """The scale of the symmetric distribution."""
        return self.base_dist.scale

    @property
    def mode(self):
        return OPS.zeros_like(self.scale)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return OPS.where(value >= 0, self.base_dist.log_prob(value) + math.log(2), -math.inf)

    def cdf(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, prob):
        return self.base_dist.icdf((prob + 1) / 2)

    def entropy(self):
        return self.base_dist.entropy() - math.log(2)
