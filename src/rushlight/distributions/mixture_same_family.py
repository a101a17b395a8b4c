"""Mixtures of distributions of one family."""
from ..core.modes import no_grad
from ..core.op import OPS
from ..core.tensor import Size
from . import constraints
from .categorical import Categorical
from .distribution import Distribution

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """A mixture whose components lie along the last batch dimension of one distribution.

    Args:
        mixture_distribution: a Categorical that chooses the component.
        component_distribution: the components, batch shape (..., components).
    """

    arg_constraints = {}
    has_rsample = False

    def __init__(self, mixture_distribution, component_distribution, validate_args=None):
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("The Component distribution needs to be an instance of torch.distributions.Distribution")
        mixture_batch = mixture_distribution.batch_shape
        component_batch = component_distribution.batch_shape[:-1]
        for m, n in zip(reversed(mixture_batch), reversed(component_batch)):
            if m != 1 and n != 1 and m != n:
                raise ValueError(f"`mixture_distribution.batch_shape` ({mixture_batch}) is not compatible with "
                                 f"`component_distribution.batch_shape`({component_batch})")
        chosen, there = mixture_distribution.logits.shape[-1], component_distribution.batch_shape[-1]
        if chosen != there:
            raise ValueError(f"`mixture_distribution component` ({chosen}) does not equal "
                             f"`component_distribution.batch_shape[-1]` ({there})")
        self._num_component = chosen
        event_shape = component_distribution.event_shape
        self._event_ndims = len(event_shape)
        super().__init__(component_batch, event_shape, validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(MixtureSameFamily, _instance)
        batch_shape = Size(batch_shape)
        new._component_distribution = self._component_distribution.expand(batch_shape + (self._num_component,))
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        new._num_component = self._num_component
        new._event_ndims = self._event_ndims
        return self._finished(new, batch_shape)

    @constraints.dependent_property
    def support(self):
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self):
        """The distribution of the component."""
        return self._mixture_distribution

    @property
    def component_distribution(self):
        """The components."""
        return self._component_distribution

    def _weighted(self, x):
        return OPS.sum(self._pad_mixture_dimensions(self.mixture_distribution.probs) * x, dim=-1 - self._event_ndims)

    @property
    def mean(self):
        return self._weighted(self.component_distribution.mean)

    @property
    def variance(self):
        """The mean of the components' variances plus the variance of their means."""
        inside = self._weighted(self.component_distribution.variance)
        return inside + self._weighted((self.component_distribution.mean - self._pad(self.mean)).pow(2.0))

    def cdf(self, x):
        found = self.component_distribution.cdf(self._pad(x))
        return OPS.sum(found * self.mixture_distribution.probs, dim=-1)

    def log_prob(self, x):
        if self._validate_args:
            self._validate_sample(x)
        log_prob = self.component_distribution.log_prob(self._pad(x))
        log_mix = OPS.log_softmax(self.mixture_distribution.logits, dim=-1)
        return OPS.logsumexp(log_prob + log_mix, dim=-1)

    def sample(self, sample_shape=()):
        with no_grad():
            chosen = self.mixture_distribution.sample(sample_shape)
            drawn = self.component_distribution.sample(sample_shape)
            dim = chosen.dim()                              # the components' dimension, before the event
            index = chosen.reshape(chosen.shape + (1,) * (self._event_ndims + 1))
            index = index.expand(drawn.shape[:dim] + (1,) + self._event_shape)
            return OPS.gather(drawn, dim, index).squeeze(dim)

    def _pad(self, x):
        return x.unsqueeze(-1 - self._event_ndims)

    def _pad_mixture_dimensions(self, x):
        missing = len(self._batch_shape) - len(self.mixture_distribution.batch_shape)
        cut = 0 if not self.mixture_distribution.batch_shape else missing
        shape = x.shape[:-1] + (1,) * cut + x.shape[-1:] + (1,) * self._event_ndims
        return x.reshape(shape)

    def __repr__(self):
        return f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
