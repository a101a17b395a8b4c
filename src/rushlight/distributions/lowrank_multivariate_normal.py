"""Multivariate normal distributions with a covariance of low rank plus a diagonal."""
import math

from ..core.op import OPS
from ..core.tensor import Size
from ..ops.linalg import cholesky
from . import constraints
from .distribution import Distribution
from .multivariate_normal import batch_mahalanobis, batch_mv, log_diagonal
from .utils import lazy_property, standard_normal

__all__ = ["LowRankMultivariateNormal"]


def capacitance_tril(factor, diagonal):
    """Return the Cholesky factor of I + W^T D^-1 W for W (..., n, m) and D (..., n)."""
    inner = OPS.matmul(factor.mT / diagonal.unsqueeze(-2), factor)
    return cholesky(inner + OPS.eye(factor.size(-1), dtype=factor.dtype, device=factor.device))


def lowrank_logdet(diagonal, tril):
    """Return log det(W W^T + D) by the matrix determinant lemma."""
    return 2 * log_diagonal(tril) + diagonal.log().sum(-1)


def lowrank_mahalanobis(factor, diagonal, x, tril):
    """Return x^T (W W^T + D)^-1 x by Woodbury's identity."""
    projected = batch_mv(factor.mT / diagonal.unsqueeze(-2), x)
    return (x.pow(2) / diagonal).sum(-1) - batch_mahalanobis(tril, projected)


class LowRankMultivariateNormal(Distribution):
    """Normal vectors of covariance W W^T + D; only m x m matrices are factored.

    Args:
        loc: (..., n), the mean.
        cov_factor: W, (..., n, m).
        cov_diag: the diagonal D, (..., n), positive.
    """

    arg_constraints = {"loc": constraints.real_vector, "cov_factor": constraints.independent(constraints.real, 2),
                       "cov_diag": constraints.independent(constraints.positive, 1)}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc, cov_factor, cov_diag, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event_shape = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if cov_factor.shape[-2:-1] != event_shape:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event_shape[0]} x m")
        if cov_diag.shape[-1:] != event_shape:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event_shape}")
        column = loc.unsqueeze(-1)
        try:
            column, self.cov_factor, diagonal = OPS.broadcast_tensors(
                *_alike(column, cov_factor, cov_diag.unsqueeze(-1)))
        except RuntimeError as e:
            raise ValueError(f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, "
                             f"cov_diag {cov_diag.shape}") from e
        self.loc, self.cov_diag = column[..., 0], diagonal[..., 0]
        self._unbroadcasted_cov_factor = cov_factor
        self._unbroadcasted_cov_diag = cov_diag
        self._capacitance_tril = capacitance_tril(cov_factor, cov_diag)
        super().__init__(self.loc.shape[:-1], event_shape, validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(LowRankMultivariateNormal, _instance)
        batch_shape = Size(batch_shape)
        shape = batch_shape + self._event_shape
        new.loc = self.loc.expand(shape)
        new.cov_diag = self.cov_diag.expand(shape)
        new.cov_factor = self.cov_factor.expand(shape + self.cov_factor.shape[-1:])
        for name in ("_unbroadcasted_cov_factor", "_unbroadcasted_cov_diag", "_capacitance_tril"):
            setattr(new, name, getattr(self, name))
        return self._finished(new, batch_shape)

    @property
    def mean(self):
        return self.loc

    @property
    def mode(self):
        return self.loc

    @lazy_property
    def variance(self):
        found = self._unbroadcasted_cov_factor.pow(2).sum(-1) + self._unbroadcasted_cov_diag
        return found.expand(self._batch_shape + self._event_shape)

    def _broadcast(self, matrix):
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def scale_tril(self):
        """The lower Cholesky factor of the covariance: D^1/2 times that of I + D^-1/2 W W^T D^-1/2."""
        root = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
        scaled = self._unbroadcasted_cov_factor / root
        inner = OPS.matmul(scaled, scaled.mT)
        eye = OPS.eye(self._event_shape[0], dtype=inner.dtype, device=inner.device)
        return self._broadcast(root * cholesky(inner + eye))

    @lazy_property
    def covariance_matrix(self):
        """The covariance."""
        factor = self._unbroadcasted_cov_factor
        return self._broadcast(OPS.matmul(factor, factor.mT) + OPS.diag_embed(self._unbroadcasted_cov_diag))

    @lazy_property
    def precision_matrix(self):
        """The inverse of the covariance, by Woodbury's identity."""
        scaled = self._unbroadcasted_cov_factor.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)
        a = OPS.solve_triangular(self._capacitance_tril, scaled, upper=False)
        return self._broadcast(OPS.diag_embed(self._unbroadcasted_cov_diag.reciprocal()) - OPS.matmul(a.mT, a))

    def rsample(self, sample_shape=()):
        shape = self._extended_shape(sample_shape)
        eps_factor = standard_normal(shape[:-1] + self.cov_factor.shape[-1:], self.loc)
        eps_diag = standard_normal(shape, self.loc)
        return (self.loc + batch_mv(self._unbroadcasted_cov_factor, eps_factor)
                + self._unbroadcasted_cov_diag.sqrt() * eps_diag)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        square = lowrank_mahalanobis(self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag, value - self.loc,
                                     self._capacitance_tril)
        logdet = lowrank_logdet(self._unbroadcasted_cov_diag, self._capacitance_tril)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + logdet + square)

    def entropy(self):
        logdet = lowrank_logdet(self._unbroadcasted_cov_diag, self._capacitance_tril)
        found = 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + logdet)
        return found.expand(self._batch_shape) if self._batch_shape else found


def _alike(column, factor, diagonal):
    """Return the three with the columns of `factor`, so that only their batches broadcast."""
    m = factor.shape[-1]
    return column.expand(column.shape[:-1] + (m,)), factor, diagonal.expand(diagonal.shape[:-1] + (m,))
