"""The Kullback-Leibler divergence and its table of formulas by pairs of distributions."""
import functools
import math
import warnings

from ..core import autograd
from ..core.op import OPS
from ..nn import functional as F
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .categorical import Categorical
from .cauchy import Cauchy
from .continuous_bernoulli import ContinuousBernoulli
from .dirichlet import Dirichlet
from .exp_family import ExponentialFamily
from .exponential import Exponential
from .gamma import Gamma
from .geometric import Geometric
from .gumbel import Gumbel
from .half_normal import HalfNormal
from .independent import Independent
from .laplace import Laplace
from .lowrank_multivariate_normal import LowRankMultivariateNormal, lowrank_logdet, lowrank_mahalanobis
from .multivariate_normal import MultivariateNormal, batch_mahalanobis, log_diagonal
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .pareto import Pareto
from .poisson import Poisson
from .transformed_distribution import TransformedDistribution
from .uniform import Uniform
from .utils import _sum_rightmost
from .utils import euler_constant as _euler_gamma

__all__ = ["kl_divergence", "register_kl"]

_KL_REGISTRY = {}
_KL_MEMOIZE = {}
_inf = math.inf


# ------------------------------------------------------------------ the table

def register_kl(type_p, type_q):
    """Return a decorator that registers f(p, q) as the divergence of a pair of classes and their subclasses.

    Example:
        >>> class Mine(torch.distributions.Normal): pass
        >>> @torch.distributions.register_kl(Mine, Mine)
        ... def kl(p, q): return p.loc - q.loc
    """
    for kind in (type_p, type_q):
        if not isinstance(kind, type):
            raise TypeError("issubclass() arg 1 must be a class")

    def decorate(function):
        _KL_REGISTRY[type_p, type_q] = function
        _KL_MEMOIZE.clear()
        return function
    return decorate


def _dispatch_kl(type_p, type_q):
    """Return the function registered for the nearest base classes, or NotImplemented."""
    found = [m for m in _KL_REGISTRY if issubclass(type_p, m[0]) and issubclass(type_q, m[1])]
    if not found:
        return NotImplemented
    order_p, order_q = type_p.__mro__.index, type_q.__mro__.index
    left = min(found, key=lambda m: (order_p(m[0]), order_q(m[1])))
    right = min(found, key=lambda m: (order_q(m[1]), order_p(m[0])))
    if _KL_REGISTRY[left] is not _KL_REGISTRY[right]:
        warnings.warn(f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). Please register_kl("
                      f"{left[0].__name__}, {right[1].__name__})", RuntimeWarning, stacklevel=3)
    return _KL_REGISTRY[left]


def kl_divergence(p, q):
    """Return KL(p || q), the mean under p of log p(x) - log q(x), in the batch shape.

    Raises: NotImplementedError for a pair without a registered formula.

    Example:
        >>> torch.distributions.kl_divergence(torch.distributions.Normal(0., 1.), torch.distributions.Normal(1., 1.))
        tensor(0.5000)
    """
    pair = type(p), type(q)
    function = _KL_MEMOIZE.get(pair)
    if function is None:
        function = _KL_MEMOIZE[pair] = _dispatch_kl(*pair)
    if function is NotImplemented:
        raise NotImplementedError(f"No KL(p || q) is implemented for p type {type(p).__name__} and q type "
                                  f"{type(q).__name__}")
    return function(p, q)


def _register(*pairs):
    """Register one function for several pairs."""
    def decorate(function):
        for pair in pairs:
            _KL_REGISTRY[pair] = function
        return function
    return decorate


def _infinite(p, _q, of):
    return OPS.full_like(getattr(p, of), _inf)


# Where q gives no probability to values that p takes, the divergence is infinite.
_BOUNDED = (Beta, ContinuousBernoulli, Pareto, Uniform)
_ONE_SIDED = (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)
for _p, _qs, _of in ((Beta, (Pareto,), "concentration1"), (ContinuousBernoulli, (Pareto,), "probs"),
                     (Exponential, _BOUNDED, "rate"), (Gamma, _BOUNDED, "concentration"),
                     (Gumbel, _ONE_SIDED, "loc"), (Laplace, _ONE_SIDED, "loc"), (Normal, _ONE_SIDED, "loc"),
                     (Pareto, (Beta, ContinuousBernoulli, Uniform), "scale"), (Poisson, (Bernoulli, Binomial), "rate")):
    for _q in _qs:
        _KL_REGISTRY[_p, _q] = functools.partial(_infinite, of=_of)


def _x_log_x(x):
    return OPS.xlogy(x, x)


# ------------------------------------------------------------------ of one family

@_register((Bernoulli, Bernoulli))
def _kl_bernoulli(p, q):
    yes = p.probs * (F.softplus(-q.logits) - F.softplus(-p.logits))
    yes = yes.masked_fill(q.probs == 0, _inf).masked_fill(p.probs == 0, 0)
    no = (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))
    return yes + no.masked_fill(q.probs == 1, _inf).masked_fill(p.probs == 1, 0)


@_register((Beta, Beta))
def _kl_beta(p, q):
    sum_p, sum_q = p.concentration1 + p.concentration0, q.concentration1 + q.concentration0
    return (q.concentration1.lgamma() + q.concentration0.lgamma() + sum_p.lgamma()
            - (p.concentration1.lgamma() + p.concentration0.lgamma() + sum_q.lgamma())
            + (p.concentration1 - q.concentration1) * OPS.digamma(p.concentration1)
            + (p.concentration0 - q.concentration0) * OPS.digamma(p.concentration0)
            + (sum_q - sum_p) * OPS.digamma(sum_p))


@_register((Binomial, Binomial))
def _kl_binomial(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    found = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return found.masked_fill(p.total_count > q.total_count, _inf)


@_register((Categorical, Categorical))
def _kl_categorical(p, q):
    terms = p.probs * (p.logits - q.logits)
    return terms.masked_fill(q.probs == 0, _inf).masked_fill(p.probs == 0, 0).sum(-1)


@_register((ContinuousBernoulli, ContinuousBernoulli))
def _kl_continuous_bernoulli(p, q):
    return (p.mean * (p.logits - q.logits) + (p._cont_bern_log_norm() + OPS.log1p(-p.probs))
            + (-q._cont_bern_log_norm() - OPS.log1p(-q.probs)))


@_register((Dirichlet, Dirichlet))
def _kl_dirichlet(p, q):
    sum_p, sum_q = p.concentration.sum(-1), q.concentration.sum(-1)
    difference = p.concentration - q.concentration
    mean_log = p.concentration.digamma() - sum_p.digamma().unsqueeze(-1)
    return (sum_p.lgamma() - sum_q.lgamma() - (p.concentration.lgamma() - q.concentration.lgamma()).sum(-1)
            + (difference * mean_log).sum(-1))


@_register((Exponential, Exponential))
def _kl_exponential(p, q):
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@_register((ExponentialFamily, ExponentialFamily))
def _kl_exponential_family(p, q):
    """The Bregman divergence of the log normalizer."""
    if type(p) is not type(q):
        raise NotImplementedError("The cross KL-divergence between different exponential families cannot"
                                  + " " * 29 + "be computed using Bregman divergences")
    natural = [n.detach().requires_grad_() for n in p._natural_params]
    normalizer = p._log_normalizer(*natural)
    gradients = autograd.grad(normalizer.sum(), natural, create_graph=True)
    result = q._log_normalizer(*q._natural_params) - normalizer
    for a, b, g in zip(natural, q._natural_params, gradients):
        result = result - _sum_rightmost((b - a) * g, len(q.event_shape))
    return result


@_register((Gamma, Gamma))
def _kl_gamma(p, q):
    return (q.concentration * (p.rate / q.rate).log() + (OPS.lgamma(q.concentration) - OPS.lgamma(p.concentration))
            + (p.concentration - q.concentration) * OPS.digamma(p.concentration)
            + (q.rate - p.rate) * (p.concentration / p.rate))


@_register((Gumbel, Gumbel))
def _kl_gumbel(p, q):
    ratio, place_q, place_p = p.scale / q.scale, q.loc / q.scale, p.loc / q.scale
    return (-ratio.log() - place_q + place_p + ratio * _euler_gamma
            + OPS.exp(place_q + (1 + ratio).lgamma() - place_p) - (1 + _euler_gamma))


@_register((Geometric, Geometric))
def _kl_geometric(p, q):
    return -p.entropy() - OPS.log1p(-q.probs) / p.probs - q.logits


@_register((HalfNormal, HalfNormal))
def _kl_half_normal(p, q):
    return _kl_normal(p.base_dist, q.base_dist)


@_register((Laplace, Laplace))
def _kl_laplace(p, q):
    ratio, distance = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + distance / q.scale + ratio * OPS.exp(-distance / p.scale) - 1


@_register((Normal, Normal))
def _kl_normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@_register((OneHotCategorical, OneHotCategorical))
def _kl_one_hot_categorical(p, q):
    return _kl_categorical(p._categorical, q._categorical)


@_register((Pareto, Pareto))
def _kl_pareto(p, q):
    ratio = q.alpha / p.alpha
    found = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return found.masked_fill(p.scale < q.scale, _inf)


@_register((Poisson, Poisson))
def _kl_poisson(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@_register((Uniform, Uniform))
def _kl_uniform(p, q):
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return found.masked_fill((q.low > p.low) | (q.high < p.high), _inf)


@_register((Cauchy, Cauchy))
def _kl_cauchy(p, q):
    """F. Chyzak and F. Nielsen, "A closed-form formula for the KL divergence between Cauchy distributions", 2019."""
    return ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log() - (4 * p.scale * q.scale).log()


# ------------------------------------------------------------------ of vectors and of transformed ones

def _same_event(p, q, names):
    if p.event_shape != q.event_shape:
        raise ValueError(f"KL-divergence between {names} with" + " " * 26 + "different event shapes cannot be computed")


def _squares(x):
    return x.pow(2).sum((-2, -1))


def _solve(factor, x):
    return OPS.solve_triangular(factor, x, upper=False)


@_register((MultivariateNormal, MultivariateNormal))
def _kl_multivariate_normal(p, q):
    _same_event(p, q, "two Multivariate Normals")
    factor_p, factor_q = p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril
    trace = _squares(_solve(factor_q, factor_p))
    distance = batch_mahalanobis(factor_q, q.loc - p.loc)
    return log_diagonal(factor_q) - log_diagonal(factor_p) + 0.5 * (trace + distance - p.event_shape[0])


def _logdet(d):
    return lowrank_logdet(d._unbroadcasted_cov_diag, d._capacitance_tril)


def _lowrank_distance(p, q):
    return lowrank_mahalanobis(q._unbroadcasted_cov_factor, q._unbroadcasted_cov_diag, q.loc - p.loc, q._capacitance_tril)


def _scaled_solve(q):
    """Return A with (W W^T + D)^-1 = D^-1 - A^T A, and D."""
    diagonal = q._unbroadcasted_cov_diag
    return _solve(q._capacitance_tril, q._unbroadcasted_cov_factor.mT / diagonal.unsqueeze(-2)), diagonal


@_register((LowRankMultivariateNormal, LowRankMultivariateNormal))
def _kl_lowrank(p, q):
    _same_event(p, q, "two Low Rank Multivariate Normals")
    a, diagonal = _scaled_solve(q)
    trace = ((p._unbroadcasted_cov_diag / diagonal).sum(-1)
             + _squares(p._unbroadcasted_cov_factor * diagonal.rsqrt().unsqueeze(-1))
             - _squares(a * p._unbroadcasted_cov_diag.sqrt().unsqueeze(-2))
             - _squares(a.matmul(p._unbroadcasted_cov_factor)))
    return 0.5 * (_logdet(q) - _logdet(p) + trace + _lowrank_distance(p, q) - p.event_shape[0])


@_register((MultivariateNormal, LowRankMultivariateNormal))
def _kl_multivariate_normal_lowrank(p, q):
    _same_event(p, q, "two (Low Rank) Multivariate Normals")
    a, diagonal = _scaled_solve(q)
    factor = p._unbroadcasted_scale_tril
    trace = _squares(factor * diagonal.rsqrt().unsqueeze(-1)) - _squares(a.matmul(factor))
    return 0.5 * (_logdet(q) - 2 * log_diagonal(factor) + trace + _lowrank_distance(p, q) - p.event_shape[0])


@_register((LowRankMultivariateNormal, MultivariateNormal))
def _kl_lowrank_multivariate_normal(p, q):
    _same_event(p, q, "two (Low Rank) Multivariate Normals")
    factor = q._unbroadcasted_scale_tril
    trace = (_squares(_solve(factor, p._unbroadcasted_cov_factor))
             + _squares(_solve(factor, OPS.diag_embed(p._unbroadcasted_cov_diag.sqrt()))))
    distance = batch_mahalanobis(factor, q.loc - p.loc)
    return 0.5 * (2 * log_diagonal(factor) - _logdet(p) + trace + distance - p.event_shape[0])


@_register((TransformedDistribution, TransformedDistribution))
def _kl_transformed(p, q):
    """A bijection changes nothing."""
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@_register((Independent, Independent))
def _kl_independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


# ------------------------------------------------------------------ of two families

@_register((Bernoulli, Poisson))
def _kl_bernoulli_poisson(p, q):
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


@_register((Beta, ContinuousBernoulli))
def _kl_beta_continuous_bernoulli(p, q):
    return -p.entropy() - p.mean * q.logits - OPS.log1p(-q.probs) - q._cont_bern_log_norm()


@_register((Beta, Exponential))
def _kl_beta_exponential(p, q):
    return -p.entropy() - q.rate.log() + q.rate * p.mean


@_register((Beta, Gamma))
def _kl_beta_gamma(p, q):
    mean_log = p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    return (-p.entropy() + (q.concentration.lgamma() - q.concentration * q.rate.log())
            - (q.concentration - 1) * mean_log + q.rate * p.mean)


def _cross_normal(mean, variance, q):
    """Return -E log q(x) of a normal q for x of a mean and a variance."""
    square = q.scale.pow(2)
    return 0.5 * (2 * math.pi * square).log() + 0.5 * (variance + (mean - q.loc).pow(2)) / square


@_register((Beta, Normal), (ContinuousBernoulli, Normal))
def _kl_bounded_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, p.variance, q)


@_register((Beta, Uniform), (ContinuousBernoulli, Uniform))
def _kl_unit_uniform(p, q):
    found = -p.entropy() + (q.high - q.low).log()
    return found.masked_fill((q.low > 0) | (q.high < 1), _inf)


@_register((ContinuousBernoulli, Exponential), (Gamma, Exponential))
def _kl_mean_exponential(p, q):
    return -p.entropy() - q.rate.log() + q.rate * p.mean


@_register((Exponential, Gamma))
def _kl_exponential_gamma(p, q):
    ratio = q.rate / p.rate
    return (-q.concentration * ratio.log() + ratio + q.concentration.lgamma() + q.concentration * _euler_gamma
            - (1 + _euler_gamma))


@_register((Exponential, Gumbel))
def _kl_exponential_gumbel(p, q):
    product, place = p.rate * q.scale, q.loc / q.scale
    return product.log() - 1 - place + OPS.exp(place) * product / (product + 1) + product.reciprocal()


@_register((Exponential, Normal))
def _kl_exponential_normal(p, q):
    return p.rate.log() - 1 + _cross_normal(p.rate.reciprocal(), p.rate.pow(-2), q)


@_register((Gamma, Gumbel))
def _kl_gamma_gumbel(p, q):
    product, place, a = p.rate * q.scale, q.loc / q.scale, p.concentration
    return ((a - 1) * a.digamma() - a.lgamma() - a + product.log() + a / product
            + OPS.exp(place) * (1 + product.reciprocal()).pow(-a) - place)


@_register((Gamma, Normal))
def _kl_gamma_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, p.variance, q)


@_register((Gumbel, Normal))
def _kl_gumbel_normal(p, q):
    ratio = p.scale / q.scale
    return (-(ratio / math.sqrt(2 * math.pi)).log() + (math.pi * ratio * 0.5).pow(2) / 3
            + ((p.loc + p.scale * _euler_gamma - q.loc) / q.scale).pow(2) * 0.5 - (_euler_gamma + 1))


@_register((Laplace, Normal))
def _kl_laplace_normal(p, q):
    return -p.entropy() + _cross_normal(p.loc, 2 * p.scale.pow(2), q)


@_register((Normal, Gumbel))
def _kl_normal_gumbel(p, q):
    mean, ratio, place = p.loc / q.scale, (p.scale / q.scale).pow(2), q.loc / q.scale
    return (-ratio.log() * 0.5 + mean - place + OPS.exp(-mean + 0.5 * ratio + place)
            - 0.5 * (1 + math.log(2 * math.pi)))


@_register((Normal, Laplace))
def _kl_normal_laplace(p, q):
    distance = p.loc - q.loc
    place = distance / p.scale
    mean_distance = (math.sqrt(2 / math.pi) * p.scale * OPS.exp(-0.5 * place.pow(2))
                     + distance * OPS.erf(math.sqrt(0.5) * place))
    return -(p.scale / q.scale).log() + mean_distance / q.scale - 0.5 * (1 + math.log(0.5 * math.pi))


@_register((Pareto, Exponential))
def _kl_pareto_exponential(p, q):
    product = p.scale * q.rate
    found = (p.alpha / product).log() - p.alpha.reciprocal() + p.alpha * product / (p.alpha - 1) - 1
    return found.masked_fill(p.alpha <= 1, _inf)


@_register((Pareto, Gamma))
def _kl_pareto_gamma(p, q):
    mean_log = p.scale.log() + p.alpha.reciprocal()
    found = (p.alpha.log() - mean_log + (q.concentration.lgamma() - q.concentration * q.rate.log())
             + (1 - q.concentration) * mean_log + q.rate * p.alpha * p.scale / (p.alpha - 1) - 1)
    return found.masked_fill(p.alpha <= 1, _inf)


@_register((Pareto, Normal))
def _kl_pareto_normal(p, q):
    common = p.scale / (p.alpha - 1)
    found = ((math.sqrt(2 * math.pi) * q.scale * p.alpha / p.scale).log() - p.alpha.reciprocal()
             + (p.alpha * common.pow(2) / (p.alpha - 2) + (p.alpha * common - q.loc).pow(2)) / (2 * q.scale.pow(2)) - 1)
    return found.masked_fill(p.alpha <= 2, _inf)


def _mean_log(low, high):
    """Return the mean of log(x) over [low, high]."""
    return (_x_log_x(high) - _x_log_x(low) - (high - low)) / (high - low)


@_register((Uniform, Beta))
def _kl_uniform_beta(p, q):
    width = p.high - p.low
    normalizer = q.concentration1.lgamma() + q.concentration0.lgamma() - (q.concentration1 + q.concentration0).lgamma()
    found = (normalizer - width.log() - (q.concentration1 - 1) * _mean_log(p.low, p.high)
             - (q.concentration0 - 1) * _mean_log(1 - p.high, 1 - p.low))
    return found.masked_fill((p.high > 1) | (p.low < 0), _inf)


@_register((Uniform, ContinuousBernoulli))
def _kl_uniform_continuous_bernoulli(p, q):
    found = -p.entropy() - p.mean * q.logits - OPS.log1p(-q.probs) - q._cont_bern_log_norm()
    return found.masked_fill((p.high > 1) | (p.low < 0), _inf)


@_register((Uniform, Exponential))
def _kl_uniform_exponential(p, q):
    found = q.rate * (p.high + p.low) / 2 - ((p.high - p.low) * q.rate).log()
    return found.masked_fill(p.low < 0, _inf)


@_register((Uniform, Gamma))
def _kl_uniform_gamma(p, q):
    found = (-(p.high - p.low).log() + (q.concentration.lgamma() - q.concentration * q.rate.log())
             + (1 - q.concentration) * _mean_log(p.low, p.high) + q.rate * (p.high + p.low) / 2)
    return found.masked_fill(p.low < 0, _inf)


@_register((Uniform, Gumbel))
def _kl_uniform_gumbel(p, q):
    common = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return common.log() + 0.5 * (high + low) - common * (OPS.exp(-high) - OPS.exp(-low))


@_register((Uniform, Normal))
def _kl_uniform_normal(p, q):
    return -p.entropy() + _cross_normal(p.mean, p.variance, q)


@_register((Uniform, Pareto))
def _kl_uniform_pareto(p, q):
    found = _mean_log(p.low, p.high) * (q.alpha + 1) - (q.alpha * q.scale.pow(q.alpha) * (p.high - p.low)).log()
    return found.masked_fill(p.low < q.scale, _inf)
