"""The LKJ distribution of correlation matrices."""
import math

from .. import dtypes
from ..core.modes import no_grad
from ..core.op import OPS
from ..core.tensor import Size
from . import constraints
from .beta import Beta
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Lower Cholesky factors of correlation matrices of density proportional to det**(concentration - 1).

    Args:
        dim: the size of the matrices.
        concentration: 1 makes all correlation matrices equally likely; above, the identity is preferred.

    Source: D. Lewandowski, D. Kurowicka and H. Joe, "Generating random correlation matrices based on vines and
    extended onion method", Journal of Multivariate Analysis 100, 2009 (draws by the onion method).
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(self, dim, concentration=1.0, validate_args=None):
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        self.concentration, = broadcast_all(concentration)
        # The squared length of row k below the diagonal is Beta(k / 2, concentration + (dim - 1 - k) / 2).
        order = OPS.arange(self.dim - 1, dtype=self.concentration.dtype, device=self.concentration.device)
        order = OPS.cat([order.new_zeros((1,)), order])
        marginal = (self.concentration + 0.5 * (self.dim - 2)).unsqueeze(-1)
        self._beta = Beta(order + 0.5, marginal - 0.5 * order)
        super().__init__(self.concentration.size(), Size((dim, dim)), validate_args)

    def expand(self, batch_shape, _instance=None):
        new = self._expanded(LKJCholesky, batch_shape, _instance, "concentration")
        new.dim = self.dim
        new._beta = self._beta.expand(new._batch_shape + (self.dim,))
        return new

    def sample(self, sample_shape=()):
        with no_grad():
            squared = self._beta.sample(sample_shape).unsqueeze(-1)
            shape = self._extended_shape(sample_shape)
            direction = OPS.randn(shape, dtype=squared.dtype, device=squared.device).tril(-1)
            direction = direction / direction.norm(dim=-1, keepdim=True)
            direction[..., 0, :].fill_(0.0)             # the first row has nothing below the diagonal
            below = OPS.sqrt(squared) * direction
            tiny = dtypes.finfo(below.dtype).tiny
            return below + OPS.diag_embed(OPS.clamp(1 - OPS.sum(below ** 2, dim=-1), min=tiny).sqrt())

    def log_prob(self, value):
        """Return the log density of factors, the change from matrices to factors included."""
        if self._validate_args:
            self._validate_sample(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = OPS.arange(2, self.dim + 1, device=self.concentration.device)
        exponents = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - order
        unnormalized = OPS.sum(exponents * diagonal.log(), dim=-1)
        last = self.dim - 1
        alpha = self.concentration + 0.5 * last
        normalizer = 0.5 * last * math.log(math.pi) + OPS.mvlgamma(alpha - 0.5, last) - OPS.lgamma(alpha) * last
        return unnormalized - normalizer
