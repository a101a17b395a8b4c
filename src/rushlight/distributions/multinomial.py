"""The multinomial distribution."""
from ..core.modes import no_grad
from ..core.op import OPS
from ..core.tensor import Size
from . import constraints
from .binomial import Binomial
from .categorical import Categorical
from .distribution import Distribution
from .parameters import FromCategorical
from .utils import broadcast_all

__all__ = ["Multinomial"]


class Multinomial(FromCategorical, Distribution):
    """How often each of K outcomes comes in `total_count` trials.

    Args:
        total_count: an int.
        probs, logits: (..., K), as those of Categorical.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=self.probs)
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(Multinomial, _instance)
        batch_shape = Size(batch_shape)
        new.total_count = self.total_count
        new._categorical = self._categorical.expand(batch_shape)
        new._binomial = self._binomial.expand(batch_shape + self._event_shape)
        return self._finished(new, batch_shape)

    @property
    def mean(self):
        return self.probs * self.total_count

    @property
    def variance(self):
        return self.total_count * self.probs * (1 - self.probs)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self):
        return constraints.multinomial(self.total_count)

    def sample(self, sample_shape=()):
        sample_shape = Size(sample_shape)
        with no_grad():
            drawn = self._categorical.sample(Size((self.total_count,)) + sample_shape)
            drawn = drawn.permute(*range(1, drawn.dim()), 0)        # the trials last
            counts = OPS.zeros(self._extended_shape(sample_shape), dtype=drawn.dtype, device=drawn.device)
            counts.scatter_add_(-1, drawn, OPS.ones_like(drawn))
            return counts.type_as(self.probs)

    def entropy(self):
        n = OPS.tensor(self.total_count)
        support = self._binomial.enumerate_support(expand=False)[1:]
        weighted = OPS.exp(self._binomial.log_prob(support)) * OPS.lgamma(support + 1)
        return n * self._categorical.entropy() - OPS.lgamma(n + 1) + weighted.sum([0, -1])

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.masked_fill((value == 0) & (logits == -float("inf")), 0)      # 0 * log(0) is 0 here
        ways = OPS.lgamma(value.sum(-1) + 1) - OPS.lgamma(value + 1).sum(-1)
        return ways + (logits * value).sum(-1)
