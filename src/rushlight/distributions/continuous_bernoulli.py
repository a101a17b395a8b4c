"""The continuous Bernoulli distribution."""
import math

from ..core.modes import no_grad
from ..core.op import OPS
from ..nn import functional as F
from . import constraints
from .exp_family import ExponentialFamily
from .parameters import Binary
from .utils import broadcast_all, clamp_probs, one_of, size_of, standard_uniform

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(Binary, ExponentialFamily):
    """Numbers of [0, 1] with density proportional to probs**x * (1 - probs)**(1 - x).

    Args:
        probs, logits: the parameter of (0, 1) (not the mean), or its log odds.
        lims: between these values of probs, where the formulas divide 0 by 0, Taylor series are used.

    Source: G. Loaiza-Ganem and J. P. Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational
    autoencoders", NeurIPS 2019.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    _mean_carrier_measure = 0
    has_rsample = True

    def __init__(self, probs=None, logits=None, lims=(0.499, 0.501), validate_args=None):
        one_of(probs, logits)
        given = logits if probs is None else probs
        self._param, = broadcast_all(given)
        if probs is None:
            self.logits = self._param
        else:
            if validate_args is not None and not constraints.unit_interval.check(self._param).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = self._param = clamp_probs(self._param)
        self._lims = lims
        super().__init__(size_of(self._param, given), validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._keep_param(self._expanded(ContinuousBernoulli, batch_shape, _instance, "probs", "logits"))
        new._lims = self._lims
        return new

    def _outside_unstable_region(self):
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut_probs(self):
        return OPS.where(self._outside_unstable_region(), self.probs, self._lims[0] * OPS.ones_like(self.probs))

    def _or_series(self, stable, series):
        return OPS.where(self._outside_unstable_region(), stable, series)

    def _cont_bern_log_norm(self):
        """Return log(2 artanh(1 - 2 probs) / (1 - 2 probs))."""
        cut = self._cut_probs()
        below = OPS.where(cut <= 0.5, cut, OPS.zeros_like(cut))
        above = OPS.where(cut >= 0.5, cut, OPS.ones_like(cut))
        stable = OPS.log(OPS.abs(OPS.log1p(-cut) - OPS.log(cut))) - OPS.where(
            cut <= 0.5, OPS.log1p(-2.0 * below), OPS.log(2.0 * above - 1.0))
        x = OPS.pow(self.probs - 0.5, 2)
        return self._or_series(stable, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self):
        cut = self._cut_probs()
        stable = cut / (2.0 * cut - 1.0) + 1.0 / (OPS.log1p(-cut) - OPS.log(cut))
        x = self.probs - 0.5
        return self._or_series(stable, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * OPS.pow(x, 2)) * x)

    @property
    def stddev(self):
        return OPS.sqrt(self.variance)

    @property
    def variance(self):
        cut = self._cut_probs()
        stable = cut * (cut - 1.0) / OPS.pow(1.0 - 2.0 * cut, 2) + 1.0 / OPS.pow(OPS.log1p(-cut) - OPS.log(cut), 2)
        x = OPS.pow(self.probs - 0.5, 2)
        return self._or_series(stable, 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    def sample(self, sample_shape=()):
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.icdf(standard_uniform(self._extended_shape(sample_shape), self.probs))

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none") + self._cont_bern_log_norm()

    def cdf(self, value):
        if self._validate_args:
            self._validate_sample(value)
        cut = self._cut_probs()
        stable = (OPS.pow(cut, value) * OPS.pow(1.0 - cut, 1.0 - value) + cut - 1.0) / (2.0 * cut - 1.0)
        inside = self._or_series(stable, value)
        return OPS.where(OPS.le(value, 0.0), OPS.zeros_like(value),
                         OPS.where(OPS.ge(value, 1.0), OPS.ones_like(value), inside))

    def icdf(self, value):
        cut = self._cut_probs()
        return self._or_series((OPS.log1p(-cut + value * (2.0 * cut - 1.0)) - OPS.log1p(-cut))
                               / (OPS.log(cut) - OPS.log1p(-cut)), value)

    def entropy(self):
        log_p0, log_p1 = OPS.log1p(-self.probs), OPS.log(self.probs)
        return self.mean * (log_p0 - log_p1) - self._cont_bern_log_norm() - log_p0

    @property
    def _natural_params(self):
        return (self.logits,)

    def _log_normalizer(self, x):
        """Return log((exp(x) - 1) / x)."""
        outside = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        cut = OPS.where(outside, x, (self._lims[0] - 0.5) * OPS.ones_like(x))
        stable = OPS.log(OPS.abs(OPS.expm1(cut))) - OPS.log(OPS.abs(cut))
        return OPS.where(outside, stable, 0.5 * x + OPS.pow(x, 2) / 24.0 - OPS.pow(x, 4) / 2880.0)
