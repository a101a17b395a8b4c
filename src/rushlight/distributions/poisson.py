"""The Poisson distribution."""
from ..core.modes import no_grad
from ..core.op import OPS
from . import constraints
from .exp_family import ExponentialFamily
from .utils import broadcast_all, size_of

__all__ = ["Poisson"]


class Poisson(ExponentialFamily):
    """The number of events that come at `rate` in a unit of time."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate, validate_args=None):
        self.rate, = broadcast_all(rate)
        super().__init__(size_of(self.rate, rate), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._expanded(Poisson, batch_shape, _instance, "rate")

    @property
    def mean(self):
        return self.rate

    @property
    def mode(self):
        return self.rate.floor()

    @property
    def variance(self):
        return self.rate

    def sample(self, sample_shape=()):
        with no_grad():
            return OPS.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()

    @property
    def _natural_params(self):
        return (OPS.log(self.rate),)

    def _log_normalizer(self, x):
        return OPS.exp(x)
