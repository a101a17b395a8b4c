"""The Wishart distribution."""
import math
import warnings

from .. import dtypes
from ..core.op import OPS
from ..core.tensor import Size
from ..ops.linalg import cholesky
from . import constraints
from .chi2 import Chi2
from .exp_family import ExponentialFamily
from .multivariate_normal import log_diagonal, precision_to_scale_tril
from .utils import Number, lazy_property

__all__ = ["Wishart"]


def _mvdigamma(x, p):
    """Return the derivative of log multivariate gamma of order p."""
    order = OPS.arange(p, dtype=x.dtype, device=x.device)
    return OPS.digamma(x.unsqueeze(-1) - order / 2).sum(-1)


def _clamp_above_eps(x):
    return x.clamp(min=dtypes.finfo(x.dtype).eps)


class Wishart(ExponentialFamily):
    """Sums of outer products of `df` normal vectors: positive definite matrices.

    Args:
        df: the degrees of freedom, above n - 1.
        covariance_matrix, precision_matrix, scale_tril: (..., n, n), one of the three: the covariance of the vectors,
            its inverse, or its lower Cholesky factor.

    Source: M. S. Bartlett, "On the theory of statistical regression", 1933, for the draws; S. Sawyer, "Wishart
    distributions and inverse-Wishart sampling", 2007.
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0

    @property
    def arg_constraints(self):
        return {"covariance_matrix": constraints.positive_definite, "precision_matrix": constraints.positive_definite,
                "scale_tril": constraints.lower_cholesky, "df": constraints.greater_than(self._event_shape[-1] - 1)}

    def __init__(self, df, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        given = {"scale_tril": scale_tril, "covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix}
        given = {k: m for k, m in given.items() if m is not None}
        if len(given) != 1:
            raise AssertionError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        (name, matrix), = given.items()
        if matrix.dim() < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        shown = df
        if isinstance(df, Number):
            df = OPS.tensor(df, dtype=matrix.dtype, device=matrix.device)
        batch = OPS.broadcast_shapes(matrix.shape[:-2], df.shape)
        event = matrix.shape[-2:]
        if df.le(event[-1] - 1).any():
            raise ValueError(f"Value of df={shown} expected to be greater than ndim - 1 = {event[-1] - 1}.")
        self.df = df.expand(batch)
        setattr(self, name, matrix.expand(batch + (-1, -1)))
        if self.df.lt(event[-1]).any():
            warnings.warn("Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim.",
                          stacklevel=2)
        super().__init__(batch, event, validate_args=validate_args)
        self._batch_dims = [-(x + 1) for x in range(len(batch))]
        if scale_tril is not None:
            self._unbroadcasted_scale_tril = scale_tril
        elif covariance_matrix is not None:
            self._unbroadcasted_scale_tril = cholesky(covariance_matrix)
        else:
            self._unbroadcasted_scale_tril = precision_to_scale_tril(precision_matrix)
        # The squares of the diagonal of Bartlett's factor.
        self._dist_chi2 = Chi2(df=self.df.unsqueeze(-1) - OPS.arange(event[-1], dtype=matrix.dtype, device=matrix.device)
                               .expand(batch + (-1,)))

    def expand(self, batch_shape, _instance=None):
        new = self._get_checked_instance(Wishart, _instance)
        batch_shape = Size(batch_shape)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril.expand(batch_shape + self._event_shape)
        new.df = self.df.expand(batch_shape)
        new._batch_dims = [-(x + 1) for x in range(len(batch_shape))]
        for name in ("covariance_matrix", "scale_tril", "precision_matrix"):
            if name in self.__dict__:
                setattr(new, name, getattr(self, name).expand(batch_shape + self._event_shape))
        new._dist_chi2 = self._dist_chi2.expand(batch_shape + self._event_shape[-1:])
        return self._finished(new, batch_shape)

    def _broadcast(self, matrix):
        return matrix.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self):
        """The lower Cholesky factor of the covariance of the vectors."""
        return self._broadcast(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self):
        """The covariance of the vectors."""
        return self._broadcast(self._unbroadcasted_scale_tril @ self._unbroadcasted_scale_tril.mT)

    @lazy_property
    def precision_matrix(self):
        """The inverse of the covariance of the vectors."""
        eye = OPS.eye(self._event_shape[-1], dtype=self._unbroadcasted_scale_tril.dtype,
                      device=self._unbroadcasted_scale_tril.device)
        return self._broadcast(OPS.cholesky_solve(eye, self._unbroadcasted_scale_tril))

    @property
    def mean(self):
        return self.df.view(self._batch_shape + (1, 1)) * self.covariance_matrix

    @property
    def mode(self):
        """nan where df is n + 1 or less."""
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor = factor.masked_fill(factor <= 0, float("nan"))
        return factor.view(self._batch_shape + (1, 1)) * self.covariance_matrix

    @property
    def variance(self):
        cov = self.covariance_matrix
        diagonal = cov.diagonal(dim1=-2, dim2=-1)
        return self.df.view(self._batch_shape + (1, 1)) * (cov.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _bartlett_sampling(self, sample_shape=()):
        p = self._event_shape[-1]
        noise = _clamp_above_eps(self._dist_chi2.rsample(sample_shape).sqrt()).diag_embed(dim1=-2, dim2=-1)
        i, j = OPS.tril_indices(p, p, offset=-1)
        noise[..., i, j] = OPS.randn(Size(sample_shape) + self._batch_shape + (p * (p - 1) // 2,), dtype=noise.dtype,
                                     device=noise.device)
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.mT

    def _check(self, sample):
        """Whether the matrices of each draw are positive definite (one of the batch is enough)."""
        found = self.support.check(sample)
        return found.amax(self._batch_dims) if self._batch_shape else found

    def rsample(self, sample_shape=(), max_try_correction=None):
        """Return draws through which gradients flow.

        Args:
            max_try_correction: how often draws are repeated, 10 if left out.

        As PyTorch does, draws that are positive definite are drawn once more, with a warning: the numbers of a seed
        depend on it.
        """
        if max_try_correction is None:
            max_try_correction = 10
        sample_shape = Size(sample_shape)
        sample = self._bartlett_sampling(sample_shape)
        again = self._check(sample)
        if again.any():
            warnings.warn("Singular sample detected.", stacklevel=2)
            for _ in range(max_try_correction):
                new = self._bartlett_sampling(again[again].shape)
                sample[again] = new
                still = ~self.support.check(new)
                if self._batch_shape:
                    still = still.amax(self._batch_dims)
                again[again.clone()] = still
                if not again.any():
                    break
        return sample

    def log_prob(self, value):
        if self._validate_args:
            self._validate_sample(value)
        nu, p, factor = self.df, self._event_shape[-1], self._unbroadcasted_scale_tril
        trace = OPS.cholesky_solve(value, factor).diagonal(dim1=-2, dim2=-1).sum(dim=-1)
        return (-nu * (p * math.log(2) / 2 + log_diagonal(factor)) - OPS.mvlgamma(nu / 2, p=p)
                + (nu - p - 1) / 2 * OPS.slogdet(value)[1] - trace / 2)

    def entropy(self):
        nu, p = self.df, self._event_shape[-1]
        return ((p + 1) * (p * math.log(2) / 2 + log_diagonal(self._unbroadcasted_scale_tril))
                + OPS.mvlgamma(nu / 2, p=p) - (nu - p - 1) / 2 * _mvdigamma(nu / 2, p=p) + nu * p / 2)

    @property
    def _natural_params(self):
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x, y):
        p = self._event_shape[-1]
        half = y + (p + 1) / 2
        return half * (-OPS.slogdet(-2 * x)[1] + math.log(2) * p) + OPS.mvlgamma(half, p=p)
