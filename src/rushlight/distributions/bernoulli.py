"""The Bernoulli distribution."""
from ..core.modes import no_grad
from ..core.op import OPS
from ..nn import functional as F
from . import constraints
from .exp_family import ExponentialFamily
from .parameters import Binary
from .utils import broadcast_all, one_of, size_of, support_of

__all__ = ["Bernoulli"]

_bce = F.binary_cross_entropy_with_logits


class Bernoulli(Binary, ExponentialFamily):
    """1 with probability `probs`, else 0.

    Args:
        probs, logits: the probability, or its log odds.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True
    _mean_carrier_measure = 0

    def __init__(self, probs=None, logits=None, validate_args=None):
        one_of(probs, logits)
        given = logits if probs is None else probs
        self._param, = broadcast_all(given)
        setattr(self, "logits" if probs is None else "probs", self._param)
        super().__init__(size_of(self._param, given), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._keep_param(self._expanded(Bernoulli, batch_shape, _instance, "probs", "logits"))

    @property
    def mean(self):
        return self.probs

    @property
    def mode(self):
        """1 or 0, whichever is more likely; nan where they are equally so."""
        mode = (self.probs >= 0.5).to(self.probs)
        mode[self.probs == 0.5] = float("nan")
        return mode

    @property
    def variance(self):
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        with no_grad():
            return OPS.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -_bce(logits, value, reduction="none")

    def entropy(self):
        return _bce(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        values = OPS.arange(2, dtype=self._param.dtype, device=self._param.device)
        return support_of(values, self._batch_shape, expand)

    @property
    def _natural_params(self):
        return (OPS.logit(self.probs),)

    def _log_normalizer(self, x):
        return OPS.log(1 + OPS.exp(x))
