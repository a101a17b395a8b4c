"""Differentiable relaxations of the Bernoulli distribution."""
from . import constraints
from .distribution import Distribution
from .parameters import Binary
from .transformed_distribution import TransformedDistribution
from .transforms import SigmoidTransform
from .utils import broadcast_all, clamp_probs, one_of, size_of, standard_uniform

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(Binary, Distribution):
    """The log odds of relaxed Bernoulli numbers.

    Args:
        temperature: a positive tensor.
        probs, logits: the probability of the Bernoulli distribution, or its log odds.

    Source: C. Maddison, A. Mnih and Y. W. Teh, "The concrete distribution", ICLR 2017.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self.temperature = temperature
        one_of(probs, logits)
        given = logits if probs is None else probs
        self._param, = broadcast_all(given)
        setattr(self, "logits" if probs is None else "probs", self._param)
        super().__init__(size_of(self._param, given), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._keep_param(self._expanded(LogitRelaxedBernoulli, batch_shape, _instance, "probs", "logits"))
        new.temperature = self.temperature
        return new

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(standard_uniform(shape, probs))
        return (u.log() - (-u).log1p() + probs.log() - (-probs).log1p()) / self.temperature

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        diff = logits - value.mul(self.temperature)
        return self.temperature.log() + diff - 2 * diff.exp().log1p()


class RelaxedBernoulli(TransformedDistribution):
    """Numbers of (0, 1) that come near Bernoulli numbers as the temperature falls.

    Args:
        temperature: a positive tensor.
        probs, logits: the probability of the Bernoulli distribution, or its log odds.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        super().__init__(LogitRelaxedBernoulli(temperature, probs, logits), SigmoidTransform(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return super().expand(batch_shape, _instance=self._get_checked_instance(RelaxedBernoulli, _instance))

    @property
    def temperature(self):
        """The temperature."""
        return self.base_dist.temperature

    @property
    def logits(self):
        """The log odds."""
        return self.base_dist.logits

    @property
    def probs(self):
        """The probability."""
        return self.base_dist.probs
