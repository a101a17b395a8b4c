"""The von Mises distribution."""
import math

from .. import dtypes
from ..core.modes import no_grad
from ..core.op import OPS
from ..core.tensor import Size
from . import constraints
from .distribution import Distribution
from .utils import broadcast_all, lazy_property

__all__ = ["VonMises"]


class VonMises(Distribution):
    """Angles in radians with density proportional to exp(concentration * cos(x - loc)).

    Args:
        loc: the mean angle.
        concentration: 0 would be uniform; for large ones the variance is near its reciprocal.
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    has_rsample = False

    def __init__(self, loc, concentration, validate_args=None):
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, Size(), validate_args)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        # log I0(k) = log(i0e(k)) + k, which does not overflow
        return (self.concentration * OPS.cos(value - self.loc) - math.log(2 * math.pi)
                - (OPS.i0e(self.concentration).log() + self.concentration))

    @lazy_property
    def _loc(self):
        return self.loc.to(dtypes.float64)

    @lazy_property
    def _concentration(self):
        return self.concentration.to(dtypes.float64)

    @lazy_property
    def _proposal_r(self):
        """The parameter of the wrapped Cauchy proposal; 1/k + k where its formula would lose all digits."""
        k = self._concentration
        tau = 1 + (1 + 4 * k ** 2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * k)
        return OPS.where(k < 1e-5, 1 / k + k, (1 + rho ** 2) / (2 * rho))

    def sample(self, sample_shape=()):
        """Return draws of [-pi, pi), computed in float64.

        Source: D. J. Best and N. I. Fisher, "Efficient simulation of the von Mises distribution", Applied Statistics
        28, 1979: rejection from a wrapped Cauchy distribution.
        """
        shape = self._extended_shape(sample_shape)
        with no_grad():
            k, r = self._concentration.expand(shape), self._proposal_r.expand(shape)
            x = OPS.empty(shape, dtype=k.dtype, device=k.device)
            done = OPS.zeros(shape, dtype=dtypes.bool, device=k.device)
            while not done.all():
                u1, u2, u3 = OPS.rand((3, *shape), dtype=k.dtype, device=k.device).unbind()
                z = OPS.cos(math.pi * u1)
                f = (1 + r * z) / (r + z)
                c = k * (r - f)
                accept = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
                x = OPS.where(accept, (u3 - 0.5).sign() * f.acos(), x)
                done = done | accept
            return ((x + math.pi + self._loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(VonMises, _instance)
        batch_shape = Size(batch_shape)
        new.loc = self.loc.expand(batch_shape)
        new.concentration = self.concentration.expand(batch_shape)
        return self._finished(new, batch_shape)

    @property
    def mean(self):
        """The mean angle."""
        return self.loc

    @property
    def mode(self):
        return self.loc

    @lazy_property
    def variance(self):
        """The circular variance, 1 - I1(concentration) / I0(concentration)."""
        return 1 - OPS.i1e(self.concentration) / OPS.i0e(self.concentration)
