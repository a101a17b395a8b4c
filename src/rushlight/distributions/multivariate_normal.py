"""The multivariate normal distribution."""
import math

from ..core.op import OPS
from ..core.tensor import Size
from ..ops.linalg import cholesky
from . import constraints
from .distribution import Distribution
from .utils import lazy_property, standard_normal

__all__ = ["MultivariateNormal"]


def batch_mv(matrix, vector):
    """Return the products of matrices (..., n, n) and vectors (..., n)."""
    return OPS.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1)


def batch_mahalanobis(factor, x):
    """Return x^T (L L^T)^-1 x for lower triangular L (..., n, n) and x (..., n), whose batch may be longer."""
    if factor.dim() == 2:                       # one factor: all vectors are columns of one right-hand side
        n = x.shape[-1]
        solved = OPS.solve_triangular(factor, x.reshape(-1, n).mT, upper=False)
        return solved.pow(2).sum(0).reshape(x.shape[:-1])
    return OPS.solve_triangular(factor, x.unsqueeze(-1), upper=False).squeeze(-1).pow(2).sum(-1)


def log_diagonal(factor):
    """Return the sum of the logarithms of the diagonal of (..., n, n)."""
    return factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def precision_to_scale_tril(precision):
    """Return the lower Cholesky factor of the inverse of a positive definite matrix, without inverting it.

    Formula: with J the exchange matrix and J P J = F F^T, the factor is the inverse of (J F J)^T.
    """
    flipped = cholesky(OPS.flip(precision, (-2, -1)))
    inverse = OPS.flip(flipped, (-2, -1)).mT
    eye = OPS.eye(precision.shape[-1], dtype=precision.dtype, device=precision.device)
    return OPS.solve_triangular(inverse, eye, upper=False)


class MultivariateNormal(Distribution):
    """Normal vectors.

    Args:
        loc: (..., n), the mean.
        covariance_matrix, precision_matrix, scale_tril: (..., n, n), one of the three: the covariance, its inverse,
            or its lower Cholesky factor, which is the cheapest.

    Example:
        >>> d = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))
        >>> d.log_prob(torch.zeros(2))
        tensor(-1.8379)
    """

    arg_constraints = {"loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
                       "precision_matrix": constraints.positive_definite, "scale_tril": constraints.lower_cholesky}
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        given = {"covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix, "scale_tril": scale_tril}
        given = {k: m for k, m in given.items() if m is not None}
        if len(given) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        (name, matrix), = given.items()
        if matrix.dim() < 2:
            name = name + " matrix" if name == "scale_tril" else name
            raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")
        batch = OPS.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        setattr(self, name, matrix.expand(batch + (-1, -1)))
        self.loc = loc.expand(batch + (-1,))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        if scale_tril is not None:
            self._unbroadcasted_scale_tril = scale_tril
        elif covariance_matrix is not None:
            self._unbroadcasted_scale_tril = cholesky(covariance_matrix)
        else:
            self._unbroadcasted_scale_tril = precision_to_scale_tril(precision_matrix)

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(MultivariateNormal, _instance)
        batch_shape = Size(batch_shape)
        new.loc = self.loc.expand(batch_shape + self._event_shape)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                setattr(new, name, getattr(self, name).expand(batch_shape + self._event_shape + self._event_shape))
        return self._finished(new, batch_shape)

    def _broadcast(self, matrix):
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

    @lazy_property
    def scale_tril(self):
        """The lower Cholesky factor of the covariance."""
        return self._broadcast(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self):
        """The covariance."""
        return self._broadcast(OPS.matmul(self._unbroadcasted_scale_tril, self._unbroadcasted_scale_tril.mT))

    @lazy_property
    def precision_matrix(self):
        """The inverse of the covariance."""
        return self._broadcast(OPS.cholesky_inverse(self._unbroadcasted_scale_tril))

    @property
    def mean(self):
        return self.loc

    @property
    def mode(self):
        return self.loc

    @property
    def variance(self):
        return self._unbroadcasted_scale_tril.pow(2).sum(-1).expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape=()):
        eps = standard_normal(self._extended_shape(sample_shape), self.loc)
        return self.loc + batch_mv(self._unbroadcasted_scale_tril, eps)

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        factor = self._unbroadcasted_scale_tril
        square = batch_mahalanobis(factor, value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + square) - log_diagonal(factor)

    def entropy(self):
        found = (0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi))
                 + log_diagonal(self._unbroadcasted_scale_tril))
        return found.expand(self._batch_shape) if self._batch_shape else found
