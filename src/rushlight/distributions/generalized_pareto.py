"""The generalized Pareto distribution."""
import math

from ..core.op import OPS
from . import constraints
from .distribution import Distribution
from .utils import broadcast_all, size_of, standard_uniform

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """Excesses over a threshold, with distribution function 1 - (1 + c z)**(-1/c), z = (x - loc) / scale.

    Args:
        loc: the threshold.
        scale: the scale.
        concentration: c; 0 makes it exponential, negative ones bound it above by loc - scale / c.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True

    def __init__(self, loc, scale, concentration, validate_args=None):
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(size_of(self.loc, loc, scale, concentration), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._expanded(GeneralizedPareto, batch_shape, _instance, "loc", "scale", "concentration")

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        upper = OPS.where(self.concentration < 0, self.loc - self.scale / self.concentration, math.inf)
        return constraints.interval(self.loc, upper)

    def _exponential(self):
        return OPS.isclose(self.concentration, OPS.zeros_like(self.concentration))

    def _safe(self, exponential):
        """The concentration, 1 where the exponential formula is taken."""
        return OPS.where(exponential, OPS.ones_like(self.concentration), self.concentration)

    def _z(self, x):
        return (x - self.loc) / self.scale

    def rsample(self, sample_shape=()):
        return self.icdf(standard_uniform(self._extended_shape(sample_shape), self.loc))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        z, exponential = self._z(value), self._exponential()
        c = self._safe(exponential)
        return OPS.where(exponential, -z, -(1 + 1 / c) * OPS.log1p(c * z)) - OPS.log(self.scale)

    def log_survival_function(self, value):
        """Return the logarithm of 1 - cdf."""
        if self._validate_args:
            self._validate_sample(value)
        z, exponential = self._z(value), self._exponential()
        c = self._safe(exponential)
        return OPS.where(exponential, -z, -OPS.log1p(c * z) / c)

    def log_cdf(self, value):
        """Return the logarithm of the cdf."""
        return OPS.log1p(-OPS.exp(self.log_survival_function(value)))

    def cdf(self, value):
        return OPS.exp(self.log_cdf(value))

    def icdf(self, value):
        exponential = self._exponential()
        c, log_left = self._safe(exponential), OPS.log1p(-value)
        return self.loc + self.scale * OPS.where(exponential, -log_left, OPS.expm1(-c * log_left) / c)

    @property
    def mean(self):
        """nan where concentration is 1 or more."""
        found = self.loc + self.scale / (1 - self.concentration)
        return OPS.where(self.concentration < 1, found, math.nan)

    @property
    def variance(self):
        """nan where concentration is 1/2 or more."""
        found = self.scale ** 2 / ((1 - self.concentration) ** 2 * (1 - 2 * self.concentration))
        return OPS.where(self.concentration < 0.5, found, math.nan)

    def entropy(self):
        return (OPS.log(self.scale) + self.concentration + 1).expand(self._batch_shape)

    @property
    def mode(self):
        return self.loc
