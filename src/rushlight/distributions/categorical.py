"""The categorical distribution."""
from .. import dtypes
from ..core.op import OPS
from ..core.tensor import Size
from . import constraints
from .distribution import Distribution
from .utils import lazy_property, logits_to_probs, one_of, probs_to_logits, support_of

__all__ = ["Categorical"]


class Categorical(Distribution):
    """Indices 0 .. K-1 with given probabilities.

    Args:
        probs: (..., K), not negative; they are normalized to sum to 1.
        logits: (..., K), logarithms of probabilities up to a constant.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> d = torch.distributions.Categorical(logits=torch.zeros(3))
        >>> d.log_prob(d.sample())
        tensor(-1.0986)
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        one_of(probs, logits)
        if probs is not None:
            if probs.dim() < 1:
                raise ValueError("`probs` parameter must be at least one-dimensional.")
            self.probs = self._param = probs / probs.sum(-1, keepdim=True)
        else:
            if logits.dim() < 1:
                raise ValueError("`logits` parameter must be at least one-dimensional.")
            self.logits = logits - logits.logsumexp(dim=-1, keepdim=True)
            self._param = logits
        shape = self._param.size()
        self._num_events = shape[-1]
        super().__init__(shape[:-1], validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._expanded(Categorical, batch_shape, _instance, "probs", "logits", "_param", event=(self._num_events,))
        new._num_events = self._num_events
        return new

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self._num_events - 1)

    @lazy_property
    def logits(self):
        """The normalized logarithms of the probabilities."""
        return probs_to_logits(self.probs)

    @lazy_property
    def probs(self):
        """The normalized probabilities."""
        return logits_to_probs(self.logits)

    @property
    def param_shape(self):
        """The shape of the probabilities."""
        return self._param.size()

    def _all(self, number):
        return OPS.full(self._batch_shape, number, dtype=self.probs.dtype, device=self.probs.device)

    @property
    def mean(self):
        """nan: indices have no mean."""
        return self._all(float("nan"))

    @property
    def mode(self):
        return self.probs.argmax(dim=-1)

    @property
    def variance(self):
        """nan: indices have no variance."""
        return self._all(float("nan"))

    def sample(self, sample_shape=()):
        probs = self.probs
        if probs.dim() > 2:
            probs = probs.reshape(-1, self._num_events)
        if sample_shape == ():
            return OPS.multinomial(probs, 1, True).reshape(self._batch_shape)
        shape = self._extended_shape(sample_shape)
        drawn = OPS.multinomial(probs, Size(sample_shape).numel() if sample_shape else 1, True)
        return (drawn.T if sample_shape and probs.dim() > 1 else drawn).reshape(shape)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        logits, value = self.logits, value.long()
        if value.shape != self._batch_shape:
            value, logits = OPS.broadcast_tensors(value.unsqueeze(-1), logits)
            return logits.gather(-1, value[..., :1]).squeeze(-1)
        return logits.gather(-1, value.unsqueeze(-1)).squeeze(-1)

    def entropy(self):
        logits = OPS.clamp(self.logits, min=dtypes.finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        return support_of(OPS.arange(self._num_events, dtype=dtypes.int64, device=self._param.device), self._batch_shape,
                          expand)
