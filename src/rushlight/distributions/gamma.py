"""The gamma distribution."""
from .. import dtypes
from ..core.op import OPS
from . import constraints
from .exp_family import ExponentialFamily
from .utils import broadcast_all, size_of

__all__ = ["Gamma"]


class Gamma(ExponentialFamily):
    """Positive numbers with density proportional to x**(concentration - 1) * exp(-rate * x)."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, concentration, rate, validate_args=None):
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(size_of(self.rate, concentration, rate), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._expanded(Gamma, batch_shape, _instance, "concentration", "rate")

    @property
    def mean(self):
        return self.concentration / self.rate

    @property
    def mode(self):
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self):
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        value = OPS._standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(min=dtypes.finfo(value.dtype).tiny)       # not part of the graph
        return value

    def log_prob(self, value):
        value = OPS.as_tensor(value, dtype=self.rate.dtype, device=self.rate.device)
        if self._validate_args:
            self._validate_sample(value)
        return (OPS.xlogy(self.concentration, self.rate) + OPS.xlogy(self.concentration - 1, value) - self.rate * value
                - OPS.lgamma(self.concentration))

    def cdf(self, value):
        if self._validate_args:
            self._validate_sample(value)
        return OPS.igamma(self.concentration, self.rate * value)

    def entropy(self):
        return (self.concentration - OPS.log(self.rate) + OPS.lgamma(self.concentration)
                + (1.0 - self.concentration) * OPS.digamma(self.concentration))

    @property
    def _natural_params(self):
        return (self.concentration - 1, -self.rate)

    def _log_normalizer(self, x, y):
        return OPS.lgamma(x + 1) + (x + 1) * OPS.log(-y.reciprocal())
