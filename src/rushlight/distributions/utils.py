"""What the distributions share: broadcasting of parameters, probabilities and logits, lazy properties."""
import functools
import math

from .. import dtypes
from ..core.modes import enable_grad, is_grad_enabled
from ..core.op import OPS
from ..core.tensor import Size, TensorBase

__all__ = ["broadcast_all", "clamp_probs", "lazy_property", "logits_to_probs", "probs_to_logits", "tril_matrix_to_vec",
           "vec_to_tril_matrix"]

euler_constant = 0.57721566490153286060
Number = (int, float)


def broadcast_all(*values):
    """Return numbers and tensors as tensors of one common shape.

    Numbers take the dtype and device of the first tensor, or the default dtype without one.

    Raises: ValueError for anything else.

    Example:
        >>> torch.distributions.utils.broadcast_all(1, torch.tensor([2., 3.]))
        (tensor([1., 1.]), tensor([2., 3.]))
    """
    first = None
    for v in values:
        if isinstance(v, TensorBase):
            first = v if first is None else first
        elif not isinstance(v, Number) and not hasattr(v, "__torch_function__"):
            raise ValueError("Input arguments must all be instances of Number, torch.Tensor or objects implementing "
                             "__torch_function__.")
    options = {"dtype": dtypes.get_default_dtype()} if first is None else {"dtype": first.dtype, "device": first.device}
    tensors = tuple([OPS.tensor(v, **options) if isinstance(v, Number) else v for v in values])
    shape = tensors[0].shape
    for t in tensors:
        if t.shape != shape:
            return tuple(OPS.broadcast_tensors(*tensors))
    return tensors


def size_of(tensor, *given):
    """Return the batch shape of a distribution: empty when all parameters were numbers."""
    for v in given:
        if not isinstance(v, Number):
            return tensor.size()
    return Size()


def one_of(probs, logits):
    """ValueError unless exactly one of the two is given."""
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


def logits_to_probs(logits, is_binary=False):
    """Return probabilities: the sigmoid of log odds (binary), or the softmax over the last dimension."""
    return OPS.sigmoid(logits) if is_binary else OPS.softmax(logits, -1)


@functools.cache
def _eps(dtype):
    return dtypes.finfo(dtype).eps


def clamp_probs(probs):
    """Return probabilities kept at a distance of eps from 0 and 1, where logarithms are finite."""
    eps = _eps(probs.dtype)
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs, is_binary=False):
    """Return logits: log odds of the clamped probabilities (binary), or their logarithms."""
    clamped = clamp_probs(probs)
    return clamped.log() - (-clamped).log1p() if is_binary else clamped.log()


class lazy_property:
    """A property that is computed on first use and then kept as an attribute."""

    _shown = None

    def __init__(self, wrapped):
        self.wrapped = wrapped
        functools.update_wrapper(self, wrapped)

    def __get__(self, instance, owner=None):
        if instance is None:
            if self._shown is None:
                self._shown = _lazy_property_and_property(self.wrapped)
            return self._shown
        if is_grad_enabled():
            value = self.wrapped(instance)
        else:
            with enable_grad():
                value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


class _lazy_property_and_property(lazy_property, property):
    """What a class shows of its lazy property: documentation tools take it for a property."""

    def __init__(self, wrapped):
        property.__init__(self, wrapped)


def standard_normal(shape, like):
    """Return standard normal numbers in the dtype and on the device of a tensor."""
    return _standard_normal(shape, like.dtype, like.device)


def _standard_normal(shape, dtype, device):
    return OPS.normal(OPS.zeros(shape, dtype=dtype, device=device), OPS.ones(shape, dtype=dtype, device=device))


def standard_uniform(shape, like):
    """Return uniform numbers of [0, 1) in the dtype and on the device of a tensor."""
    return OPS.rand(shape, dtype=like.dtype, device=like.device)


def _sum_rightmost(value, dim):
    """Return the sum over the last `dim` dimensions."""
    return value if dim == 0 else value.reshape(value.shape[:-dim] + (-1,)).sum(-1)


def support_of(values, batch_shape, expand):
    """Return a vector of the values of a support with the batch dimensions behind it."""
    values = values.view((-1,) + (1,) * len(batch_shape))
    return values.expand((-1,) + tuple(batch_shape)) if expand else values


def _triangle(n, diag, device):
    order = OPS.arange(n, device=device)
    return order < order.view(-1, 1) + (diag + 1)


def tril_matrix_to_vec(mat, diag=0):
    """Return the lower triangle of (..., D, D) row by row as (..., elements).

    Args:
        diag: the last diagonal that is taken: 0 the main one, -1 the one below.

    Raises: ValueError for a diagonal outside the matrix.
    """
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    return mat[..., _triangle(n, diag, mat.device)]


def vec_to_tril_matrix(vec, diag=0):
    """Return the matrix (..., D, D) whose lower triangle up to `diag` has the elements of (..., elements).

    Raises: ValueError when no D fits.
    """
    shift = 1 + 2 * diag
    n = (-shift + math.sqrt(shift ** 2 + 8 * vec.shape[-1] + 4 * abs(diag) * (diag + 1))) / 2
    if round(n) - n > dtypes.finfo(vec.dtype).eps:
        raise ValueError(f"The size of last dimension is {vec.shape[-1]} which cannot be expressed as the lower triangular "
                         "part of a square D x D matrix.")
    n = round(n)
    mat = OPS.zeros(tuple(vec.shape[:-1]) + (n, n), dtype=vec.dtype, device=vec.device)
    mat[..., _triangle(n, diag, vec.device)] = vec
    return mat
