"""The binomial distribution."""
from ..core.modes import no_grad
from ..core.op import OPS
from . import constraints
from .distribution import Distribution
from .parameters import Binary
from .utils import broadcast_all, one_of, support_of

__all__ = ["Binomial"]


def _clamp_by_zero(x):
    """Return x.clamp(min=0) with the gradient one half at 0."""
    return (x.clamp(min=0) + x - x.clamp(max=0)) / 2


class Binomial(Binary, Distribution):
    """The number of successes in `total_count` trials.

    Args:
        total_count: a number or a tensor.
        probs, logits: the probability of a success, or its log odds.
    """

    arg_constraints = {"total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval,
                       "logits": constraints.real}
    has_enumerate_support = True

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
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
        return self._keep_param(self._expanded(Binomial, batch_shape, _instance, "total_count", "probs", "logits"))

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self):
        return self.total_count * self.probs

    @property
    def mode(self):
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self):
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return OPS.binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        n = self.total_count
        # n * log(1 + exp(logits)), without overflow
        normalizer = (n * _clamp_by_zero(self.logits) + n * OPS.log1p(OPS.exp(-OPS.abs(self.logits)))
                      - OPS.lgamma(n + 1))
        return value * self.logits - OPS.lgamma(value + 1) - OPS.lgamma(n - value + 1) - normalizer

    def _one_count(self, asked_by):
        total = int(self.total_count.max())
        if self.total_count.min() != total:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{asked_by}`.")
        return total

    def entropy(self):
        self._one_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(OPS.exp(log_prob) * log_prob).sum(0)

    def enumerate_support(self, expand=True):
        values = OPS.arange(1 + self._one_count("enumerate_support"), dtype=self._param.dtype, device=self._param.device)
        return support_of(values, self._batch_shape, expand)
