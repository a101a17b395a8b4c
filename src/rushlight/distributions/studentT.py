"""Student's t distribution."""
import math

from ..core.op import OPS
from . import constraints
from .chi2 import Chi2
from .distribution import Distribution
from .utils import broadcast_all, standard_normal

__all__ = ["StudentT"]


class StudentT(Distribution):
    """A normal number over the root of a chi-squared one divided by its degrees of freedom.

    Args:
        df: the degrees of freedom.
        loc, scale: the result is multiplied by scale and shifted by loc.
    """

    arg_constraints = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, df, loc=0.0, scale=1.0, validate_args=None):
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        super().__init__(self.df.size(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._expanded(StudentT, batch_shape, _instance, "df", "loc", "scale")
        new._chi2 = self._chi2.expand(new._batch_shape)
        return new

    @property
    def mean(self):
        """loc; nan where df is 1 or less."""
        return self.loc.masked_fill(self.df <= 1, math.nan)

    @property
    def mode(self):
        return self.loc

    @property
    def variance(self):
        """inf where df is 2 or less, nan where it is 1 or less."""
        found = self.scale.pow(2) * self.df / (self.df - 2)
        return found.masked_fill(self.df <= 2, math.inf).masked_fill(self.df <= 1, math.nan)

    def rsample(self, sample_shape=()):
        x = standard_normal(self._extended_shape(sample_shape), self.df)
        return self.loc + self.scale * (x * OPS.rsqrt(self._chi2.rsample(sample_shape) / self.df))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        y = (value - self.loc) / self.scale
        normalizer = (self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi) + OPS.lgamma(0.5 * self.df)
                      - OPS.lgamma(0.5 * (self.df + 1.0)))
        return -0.5 * (self.df + 1.0) * OPS.log1p(y ** 2.0 / self.df) - normalizer

    def entropy(self):
        log_beta = OPS.lgamma(0.5 * self.df) + math.log(math.pi) / 2 - OPS.lgamma(0.5 * (self.df + 1))
        return (self.scale.log() + 0.5 * (self.df + 1) * (OPS.digamma(0.5 * (self.df + 1)) - OPS.digamma(0.5 * self.df))
                + 0.5 * self.df.log() + log_beta)
