"""Ready-made parametrizations: orthogonal, of norm 1 in its largest singular value, length times direction."""

from __future__ import annotations

from enum import Enum, auto

from ... import dtypes
from ...core.modes import no_grad
from ...core.tensor import OPS, Tensor
from ...linalg import householder_product, solve
from .. import functional as F
from ..module import Module
from . import parametrize
from .spectral_norm import as_matrix, check_iterations, output_dim
from .weight_norm import norm_except_dim, scaled

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


def _is_orthogonal(q, eps=None):
    """Whether the columns are orthonormal up to rounding."""
    n, k = q.size(-2), q.size(-1)
    identity = OPS.eye(k, dtype=q.dtype, device=q.device)
    eps = 10.0 * n * dtypes.finfo(q.dtype).eps if eps is None else eps
    return OPS.allclose(q.mH @ q, identity, atol=eps)


def _make_orthogonal(a):
    """Return the orthogonal factor of a QR decomposition whose diagonal of R is positive."""
    x, tau = OPS.geqrf(a)
    q = householder_product(x, tau)
    q *= x.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)
    return q


class _OrthMaps(Enum):
    matrix_exp = auto()
    cayley = auto()
    householder = auto()


class _Orthogonal(Module):
    base: Tensor

    def __init__(self, weight, orthogonal_map, *, use_trivialization=True):
        super().__init__()
        if weight.is_complex() and orthogonal_map is _OrthMaps.householder:
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X):
        """Return the orthogonal matrix (or rows of one) that X stands for."""
        wide = X.size(-2) < X.size(-1)
        if wide:
            X = X.mT
        n, k = X.size(-2), X.size(-1)
        q = self._reflections(X) if self.orthogonal_map is _OrthMaps.householder else self._rotation(X, n, k)
        if hasattr(self, "base"):
            q = self.base @ q
        return q.mT if wide else q

    @staticmethod
    def _reflections(x):
        a = x.tril(diagonal=-1)
        tau = 2.0 / (1.0 + (a * a).sum(dim=-2))
        q = householder_product(a, tau)
        # The diagonal holds signs: they have no gradient.
        return q * x.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)

    def _rotation(self, x, n, k):
        x = x.tril()
        if n != k:
            x = OPS.cat([x, x.new_zeros(n, n - k).expand(*x.shape[:-2], -1, -1)], dim=-1)
        skew = x - x.mH
        if self.orthogonal_map is _OrthMaps.matrix_exp:
            q = OPS.matrix_exp(skew)
        else:
            identity = OPS.eye(n, dtype=skew.dtype, device=skew.device)
            q = solve(identity.add(skew, alpha=-0.5), identity.add(skew, alpha=0.5))
        return q[..., :k] if n != k else q

    @no_grad()
    def right_inverse(self, Q):
        """Return what forward maps to Q; with trivialization Q becomes the new base."""
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        start = Q
        wide = Q.size(-2) < Q.size(-1)
        if wide:
            Q = Q.mT
        n, k = Q.size(-2), Q.size(-1)
        if not hasattr(self, "base"):
            return self._reflectors(Q, wide)
        if n == k:
            q = Q.clone() if _is_orthogonal(Q) else _make_orthogonal(Q)
        else:
            noise = OPS.randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype, device=Q.device)
            q = _make_orthogonal(OPS.cat([Q, noise], dim=-1))
        self.base = q
        # Minus the identity stands for no rotation in each of the three maps.
        negative = OPS.zeros_like(start)
        negative.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return negative

    def _reflectors(self, q, wide):
        if self.orthogonal_map is not _OrthMaps.householder:
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential "
                "or the Cayley parametrizations when use_trivialization=False."
            )
        a, tau = OPS.geqrf(q)
        diagonal = a.diagonal(dim1=-2, dim2=-1)
        diagonal.copy_(OPS.where(tau == 0.0, -diagonal.sign(), diagonal.sign()))
        return a.mT if wide else a


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """Keep a matrix (or batch of matrices) of a module orthogonal.

    Args:
        orthogonal_map: "matrix_exp", "cayley" or "householder"; by default the first for square and
            complex matrices, the last for others.
        use_trivialization: multiply by a fixed orthogonal `base`, which makes assignment possible.

    Returns: the module.
    Source: Lezcano-Casado 2019 (trivializations).

    Example:
        >>> layer = nn.utils.parametrizations.orthogonal(nn.Linear(4, 4))
        >>> torch.dist(layer.weight.T @ layer.weight, torch.eye(4)) < 1e-5
        tensor(True)
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(
            f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions."
        )
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1) or weight.is_complex()
        orthogonal_map = "matrix_exp" if square else "householder"
    kind = getattr(_OrthMaps, orthogonal_map, None)
    if kind is None:
        raise ValueError(
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
            f"Got: {orthogonal_map}"
        )
    steps = _Orthogonal(weight, kind, use_trivialization=use_trivialization)
    parametrize.register_parametrization(module, name, steps, unsafe=True)
    return module


class _WeightNorm(Module):
    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        """Return the direction `weight_v` with the norms `weight_g`."""
        return scaled(weight_v, weight_g, self.dim)

    def right_inverse(self, weight):
        """Return the norms, and the weight itself as direction."""
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module, name="weight", dim=0):
    """Compute a weight from its norms (`original0`) and its direction (`original1`).

    Args:
        dim: the dimension over whose indices there is one norm each; None for one norm.

    Returns: the module. State dicts of the older `nn.utils.weight_norm` load.
    Source: Salimans and Kingma 2016.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict, prefix, *_):
        """Give the entries of the older form their new names."""
        old = [f"{prefix}{name}_g", f"{prefix}{name}_v"]
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(rename)
    return module


class _SpectralNorm(Module):
    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        ndim = weight.ndim
        if dim >= ndim or dim < -ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})"
            )
        check_iterations(n_power_iterations)
        self.dim = dim if dim >= 0 else dim + ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight, self.dim)
            h, w = matrix.size()
            u, v = matrix.new_empty(h).normal_(0, 1), matrix.new_empty(w).normal_(0, 1)
            self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
            self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
            self._power_method(matrix, 15)

    @no_grad()
    def _power_method(self, matrix, n):
        for _ in range(n):
            self._u.copy_(F.normalize(OPS.mv(matrix, self._v), dim=0, eps=self.eps))
            self._v.copy_(F.normalize(OPS.mv(matrix.mH, self._u), dim=0, eps=self.eps))

    def forward(self, weight):
        """Return the weight divided by its largest singular value."""
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        # The graph keeps copies: the buffers move on.
        u, v = self._u.clone(), self._v.clone()
        return weight / OPS.vdot(u, OPS.mv(matrix, v))

    def right_inverse(self, value):
        """Return the value itself: the next forward divides it."""
        return value


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Divide a weight by its largest singular value, estimated by power iteration.

    Args:
        n_power_iterations: iterations at each use in training.
        eps: what norms are at least, as divisors.
        dim: the dimension that counts outputs; 1 for transposed convolutions, else 0.

    Returns: the module.
    Source: Miyato et al. 2018; 15 iterations at the start, as in torch.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    dim = output_dim(module) if dim is None else dim
    steps = _SpectralNorm(weight, n_power_iterations, dim, eps)
    parametrize.register_parametrization(module, name, steps)
    return module
