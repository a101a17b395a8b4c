"""The Kumaraswamy distribution."""
from ..core.op import OPS
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform
from .uniform import Uniform
from .utils import broadcast_all, euler_constant

__all__ = ["Kumaraswamy"]


def _moment(a, b, n):
    """Return E x**n = b * B(1 + n / a, b)."""
    first = 1 + n / a
    return b * OPS.exp(OPS.lgamma(first) + OPS.lgamma(b) - OPS.lgamma(first + b))


class Kumaraswamy(TransformedDistribution):
    """Numbers of (0, 1) with distribution function 1 - (1 - x**concentration1)**concentration0."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        base = Uniform(OPS.full_like(self.concentration0, 0), OPS.full_like(self.concentration0, 1),
                       validate_args=validate_args)
        transforms = [PowerTransform(exponent=self.concentration0.reciprocal()), AffineTransform(loc=1.0, scale=-1.0),
                      PowerTransform(exponent=self.concentration1.reciprocal())]
        super().__init__(base, transforms, validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(Kumaraswamy, _instance)
        new.concentration1 = self.concentration1.expand(batch_shape)
        new.concentration0 = self.concentration0.expand(batch_shape)
        return super().expand(batch_shape, _instance=new)

    @property
    def mean(self):
        return _moment(self.concentration1, self.concentration0, 1)

    @property
    def mode(self):
        """nan, for all parameters: the formula PyTorch takes has the logarithm of a negative number in it."""
        return OPS.full_like(self.concentration0, float("nan"))

    @property
    def variance(self):
        return _moment(self.concentration1, self.concentration0, 2) - OPS.pow(self.mean, 2)

    def entropy(self):
        a, b = self.concentration1, self.concentration0
        harmonic = OPS.digamma(b + 1) + euler_constant
        return (1 - b.reciprocal()) + (1 - a.reciprocal()) * harmonic - OPS.log(a) - OPS.log(b)
