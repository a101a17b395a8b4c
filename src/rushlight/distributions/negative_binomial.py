"""The negative binomial distribution."""
from ..core.modes import no_grad
from ..core.op import OPS
from ..nn import functional as F
from . import constraints
from .distribution import Distribution
from .gamma import Gamma
from .parameters import Binary
from .utils import broadcast_all, lazy_property, one_of

__all__ = ["NegativeBinomial"]


class NegativeBinomial(Binary, Distribution):
    """The number of successes before `total_count` failures.

    Args:
        total_count: a number or a tensor, not negative, not necessarily whole.
        probs, logits: the probability of a success, of [0, 1), or its log odds.
    """

    arg_constraints = {"total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0),
                       "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, total_count, probs=None, logits=None, validate_args=None):
        one_of(probs, logits)
        if probs is None:
            self.total_count, self.logits = broadcast_all(total_count, logits)
            self._param = self.logits
        else:
            self.total_count, self.probs = broadcast_all(total_count, probs)
            self._param = self.probs
        self.total_count = self.total_count.type_as(self._param)
        super().__init__(self._param.size(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._keep_param(self._expanded(NegativeBinomial, batch_shape, _instance, "total_count", "probs", "logits"))

    @property
    def mean(self):
        return self.total_count * OPS.exp(self.logits)

    @property
    def mode(self):
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self):
        return self.mean / OPS.sigmoid(-self.logits)

    @lazy_property
    def _gamma(self):
        """The distribution of the rates of which draws are Poisson numbers."""
        return Gamma(concentration=self.total_count, rate=OPS.exp(-self.logits), validate_args=False)

    def sample(self, sample_shape=()):
        with no_grad():
            return OPS.poisson(self._gamma.sample(sample_shape=sample_shape))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        n = self.total_count
        unnormalized = n * F.logsigmoid(-self.logits) + value * F.logsigmoid(self.logits)
        normalizer = -OPS.lgamma(n + value) + OPS.lgamma(1.0 + value) + OPS.lgamma(n)
        return unnormalized - normalizer.masked_fill(n + value == 0.0, 0.0)
