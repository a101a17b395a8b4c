"""Differentiable relaxations of the one-hot categorical distribution."""
from ..core.op import OPS
from ..core.tensor import Size
from . import constraints
from .categorical import Categorical
from .distribution import Distribution
from .parameters import FromCategorical
from .transformed_distribution import TransformedDistribution
from .transforms import ExpTransform
from .utils import broadcast_all, clamp_probs, standard_uniform

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(FromCategorical, Distribution):
    """The logarithms of relaxed one-hot vectors.

    Args:
        temperature: a positive tensor.
        probs, logits: (..., K), as those of Categorical.

    Source: C. Maddison, A. Mnih and Y. W. Teh, "The concrete distribution", ICLR 2017; E. Jang, S. Gu and B. Poole,
    "Categorical reparameterization with Gumbel-softmax", ICLR 2017.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        super().__init__(self._categorical.batch_shape, self._categorical.param_shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(ExpRelaxedCategorical, _instance)
        batch_shape = Size(batch_shape)
        new.temperature = self.temperature
        new._categorical = self._categorical.expand(batch_shape)
        return self._finished(new, batch_shape)

    def rsample(self, sample_shape=()):
        u = clamp_probs(standard_uniform(self._extended_shape(sample_shape), self.logits))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value):
        n = self._categorical._num_events
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        log_scale = (OPS.full_like(self.temperature, float(n)).lgamma() - self.temperature.log().mul(-(n - 1)))
        score = logits - value.mul(self.temperature)
        return (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + log_scale


class RelaxedOneHotCategorical(TransformedDistribution):
    """Vectors of the simplex that come near one-hot ones as the temperature falls.

    Args:
        temperature: a positive tensor.
        probs, logits: (..., K), as those of Categorical.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return super().expand(batch_shape, _instance=self._get_checked_instance(RelaxedOneHotCategorical, _instance))

    @property
    def temperature(self):
        """The temperature."""
        return self.base_dist.temperature

    @property
    def logits(self):
        """The normalized logarithms of the probabilities."""
        return self.base_dist.logits

    @property
    def probs(self):
        """The normalized probabilities."""
        return self.base_dist.probs
