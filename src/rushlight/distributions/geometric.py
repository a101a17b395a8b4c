"""The geometric distribution."""
from .. import dtypes
from ..core.modes import no_grad
from ..core.op import OPS
from ..nn import functional as F
from . import constraints
from .distribution import Distribution
from .parameters import Binary
from .utils import broadcast_all, one_of, size_of

__all__ = ["Geometric"]


class Geometric(Binary, Distribution):
    """The number of failures before the first success, with a chance of `probs` each time.

    Args:
        probs, logits: the probability of a success, of (0, 1], or its log odds.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs=None, logits=None, validate_args=None):
        one_of(probs, logits)
        given = logits if probs is None else probs
        param, = broadcast_all(given)
        setattr(self, "logits" if probs is None else "probs", param)
        super().__init__(size_of(param, given), validate_args=validate_args)
        if self._validate_args and probs is not None:
            valid = param > 0
            if not valid.all():
                raise ValueError(f"Expected parameter probs ({type(param).__name__} of shape {tuple(param.shape)}) of "
                                 f"distribution {self!r} to be positive but found invalid values:\n{param[~valid]}")

    @property
    def _param(self):
        own = self.__dict__
        return own["probs"] if "probs" in own else own["logits"]

    def expand(self, batch_shape, _instance=None):
        return self._expanded(Geometric, batch_shape, _instance, "probs", "logits")

    @property
    def mean(self):
        return 1.0 / self.probs - 1.0

    @property
    def mode(self):
        return OPS.zeros_like(self.probs)

    @property
    def variance(self):
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        with no_grad():
            u = self.probs.new_empty(shape).uniform_(dtypes.finfo(self.probs.dtype).tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        q = probs.masked_fill((probs == 1) & (value == 0), 0)      # 0 * log(0) is 0 here
        return value * (-q).log1p() + self.probs.log()

    def entropy(self):
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
