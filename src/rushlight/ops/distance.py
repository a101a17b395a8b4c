"""Distances and similarities between vectors: pairwise_distance, cosine_similarity, pdist."""
from ..core.op import composite
from ._dims import broadcast_shape, wrap_dim
from ._reduction import printed_as
from .pointwise_binary import clamp_min
from .reduce_norm import norm

FUNCTIONAL = "nn.functional"


@composite(ns=("torch", FUNCTIONAL), method=False)
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """Return the p-norm of x1 - x2 + eps over the last dimension.

    Args:
        p: the order of the norm.
        eps: keeps the gradient finite where the vectors are equal.
        keepdim: keep the last dimension, with size 1.

    Example:
        >>> torch.pairwise_distance(torch.tensor([[3., 4.]]), torch.zeros(1, 2))
        tensor([5.0000])
    """
    return printed_as(norm(x1 - x2 + eps, p, -1, keepdim), "NormBackward1")


@composite(ns=("torch", FUNCTIONAL), method=False)
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """Return x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along `dim`, broadcast.

    Example:
        >>> torch.cosine_similarity(torch.tensor([[3., 4.]]), torch.tensor([[4., 3.]]))
        tensor([0.9600])
    """
    shape = broadcast_shape(x1.shape, x2.shape)
    dim = wrap_dim(dim, len(shape))
    x1, x2 = x1.expand(shape), x2.expand(shape)
    return (_of_length_one(x1, dim, eps) * _of_length_one(x2, dim, eps)).sum(dim)


def _of_length_one(x, dim, eps):
    """Return x / max(|x|, eps), where the limit changes the value but (as in torch) not the gradient."""
    length = norm(x, 2, dim, True)
    fixed = length.detach()
    return x / (length + (clamp_min(fixed, eps) - fixed))


@composite(ns=("torch", FUNCTIONAL), method=False)
def pdist(input, p=2.0):
    """Return the p-norm distance of every pair of rows i < j, as one vector.

    Args:
        input: (N, D).

    Example:
        >>> torch.pdist(torch.tensor([[0., 0.], [3., 4.], [0., 1.]]))
        tensor([5.0000, 1.0000, 4.2426])
    """
    from .create import triu_indices
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if not input.dtype.is_floating_point:
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    first, second = triu_indices(input.size(0), input.size(0), 1, device=input.device)
    return printed_as(norm(input[first] - input[second], p, -1), "PdistBackward0")
