"""Dropout: elements or whole channels set to zero at random while training, the rest scaled.

The masks are PyTorch's for the same seed: one Bernoulli number of 53 random bits for each element (or
channel), in the order of the input's memory. Each function is a product (and a sum) of tensors, so
gradients of any order follow.
"""
import warnings
from math import sqrt

from .. import dtypes
from ..backend import base as backends
from ..backend import draws
from ..backend.cpu import B as CPU
from ..core.inplace import check_cast
from ..core.op import OPS, T, composite, op
from ..core.tensor import TensorBase, make
from ..errors import must_be_tensor
from ._rules import nothing, wide
from .pointwise_logic import where
from .random_fill import fill

# torch's constant for SELU's lower limit, with the sign turned
_ALPHA = 1.7580993408473766


# ------------------------------------------------------------------ masks

def _noise(B, out, p):
    """Fill an array with 1/(1-p) where an element stays, 0 elsewhere; the quotient is of the dtype's own precision."""
    keep = 1 - p
    if out.dtype.itemsize == 8:
        scale = 1.0 / keep
    else:
        scale = float(CPU.float32(1) / CPU.float32(keep))
    return fill(B, out, None, draws.noise, keep, scale)


def _ones_kept(B, out, p):
    return fill(B, out, None, draws.bernoulli, 1 - p)


def _mask(input, features, write, p):
    """Return a tensor that `write` filled: of the input's shape, or with one element per channel."""
    x = input._array
    B = backends.of_array(x)
    d = B.torch_dtype(x)
    if d.is_complex:
        raise NotImplementedError(f"\"bernoulli_scalar_cpu_\" not implemented for '{d.short}'")
    if not d.is_floating_point:
        check_cast(dtypes.float32, dtypes.int64 if write is _ones_kept and d is dtypes.bool else d)
    shape = x.shape[:2] + (1,) * (x.ndim - 2)
    return make(write(B, B.empty(shape, dtype=x.dtype) if features else B.empty_like(x), p))


def _idle(name, input, p, train, features):
    """Check the arguments as torch does; return whether there is nothing to drop."""
    if not isinstance(input, TensorBase):
        raise TypeError(must_be_tensor(name, "input", 0, input))
    if not isinstance(train, bool):
        raise TypeError(f"{name}(): argument 'train' (position 3) must be bool, not {type(train).__name__}")
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
    if p == 0 or not train or 0 in input._array.shape:
        return True
    if p < 1 and features and input._array.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return False


def _drop(name, input, p, train, inplace, features=False):
    if _idle(name, input, p, train, features):
        return input
    times = OPS.mul_ if inplace else OPS.mul
    if p == 1:
        B = backends.of_array(input._array)
        return times(input, make(B.zeros((), dtype=input._array.dtype)))
    return times(input, _mask(input, features, _noise, p))


def _alpha_drop(name, input, p, train, inplace, features=False):
    """Where an element goes, SELU's lower limit comes; then scale and shift keep mean and variance."""
    if _idle(name, input, p, train, features):
        return input
    if p == 1:
        return _drop(name, input, p, train, inplace)
    a = 1.0 / sqrt((_ALPHA * _ALPHA * p + 1) * (1 - p))
    mask = _mask(input, features, _ones_kept, p)
    shift = OPS.add_(OPS.mul_(OPS.add(mask, -1), _ALPHA * a), _ALPHA * a * p)
    mask = OPS.mul_(mask, a)
    return OPS.add_(OPS.mul_(input, mask), shift) if inplace else OPS.add(OPS.mul(input, mask), shift)


# ------------------------------------------------------------------ torch.*

def _low_level(name, drop, inplace, features):
    """Publish `torch.name(input, p, train)`."""

    def call(input, p=None, train=None):
        if p is None or train is None:
            missing = [f'"{n}"' for n, given in (("p", p), ("train", train)) if given is None]
            raise TypeError(f"{name}() missing {len(missing)} required positional argument{'s'[len(missing) - 1:]}: "
                            + ", ".join(missing))
        return drop(name, input, p, train, inplace, features)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = (f"Return the input with {'channels' if features else 'elements'} dropped with probability `p` if "
                    f"`train`{', written into it' if inplace else ''}: see `torch.nn.functional`.")
    composite(call, method=False)


for _inplace, _end in ((False, ""), (True, "_")):
    _low_level("dropout" + _end, _drop, _inplace, False)
    _low_level("feature_dropout" + _end, _drop, _inplace, True)
    _low_level("alpha_dropout" + _end, _alpha_drop, _inplace, False)
    _low_level("feature_alpha_dropout" + _end, _alpha_drop, _inplace, True)


@op(ns=(), method=False, outputs=("result", "mask"), name="native_dropout")
def _native_dropout(B, input: T, p, train):
    if not B.torch_dtype(input).is_floating_point:
        check_cast(dtypes.float32, B.torch_dtype(input))
    if 0 in input.shape:
        return B.copy(input), B.empty_like(input)
    mask = B.empty_like(input, dtype=B.dt(dtypes.bool))
    if not train:
        return B.astype(input, input.dtype, copy=True), B.fill(mask, True)
    mask = _ones_kept(B, mask, p)
    kept = input * B.astype(mask, input.dtype)
    return B.cast(wide(B, kept) * _native_scale(p, train), input.dtype), mask


def _native_scale(p, train):
    return 1.0 if not train else 0.0 if p == 1 else 1.0 / (1.0 - p)


def _native_rule(g, mask, p, train):
    if g is None:
        return None
    return where(mask, OPS.mul(g, _native_scale(p, train)), nothing(g))


_native_dropout.vjp(input=_native_rule)


@composite(method=False)
def native_dropout(input, p, train):
    """Return (the input with elements dropped, the mask of those that stayed); train None means True.

    Raises: RuntimeError for a probability outside [0, 1].
    """
    train = train is None or train
    if train and not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={1 - p:g}")
    return _native_dropout(input, p, train)


# ------------------------------------------------------------------ torch.nn.functional

def _check_probability(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input, p=0.5, training=True, inplace=False):
    """Return the input with elements set to zero with probability `p`, the others times 1/(1-p).

    Args:
        p: the probability of a zero.
        training: if False the input itself comes back.
        inplace: write the result into the input.

    Raises: ValueError for a probability outside [0, 1].

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.nn.functional.dropout(torch.ones(4))
        tensor([0., 0., 2., 0.])

    Source: Srivastava et al., "Dropout", JMLR 15, 2014.
    """
    _check_probability(p)
    return _drop("dropout", input, p, training, inplace)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Return the input with elements set to SELU's lower limit with probability `p`; mean and variance stay.

    Source: Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017.
    """
    _check_probability(p)
    return _alpha_drop("alpha_dropout", input, p, training, inplace)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """`alpha_dropout` of whole channels, the second dimension of the input."""
    _check_probability(p)
    return _alpha_drop("feature_alpha_dropout", input, p, training, inplace, features=True)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """Return the input, (C, L) or (N, C, L), with whole channels dropped: see `dropout`.

    Raises: RuntimeError for another number of dimensions.
    """
    _check_probability(p)
    n = input.dim()
    if n not in (2, 3):
        raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {n}D input. Note that dropout1d exists to "
                           "provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an "
                           "optional batch dimension (i.e. 2D or 3D inputs).")
    return _batched("feature_dropout", input, p, training, inplace, n == 3)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Return the input, (N, C, H, W), with whole channels dropped: see `dropout`.

    Three dimensions are taken as (N, C, L), with torch's warning.
    """
    _check_probability(p)
    n = input.dim()
    if n not in (3, 4):
        _warn_odd("dropout2d", n, "2 spatial dimensions", "3D or 4D")
    if n == 3:
        warnings.warn("dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is "
                      "desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will "
                      "change in a future release to interpret the input as one without a batch dimension, i.e. shape "
                      "(C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d "
                      "instead.", stacklevel=2)
    return _drop("feature_dropout", input, p, training, inplace, features=True)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """Return the input, (C, D, H, W) or (N, C, D, H, W), with whole channels dropped: see `dropout`."""
    _check_probability(p)
    n = input.dim()
    if n not in (4, 5):
        _warn_odd("dropout3d", n, "3 spatial dimensions", "4D or 5D")
    return _batched("feature_dropout", input, p, training, inplace, n == 5)


def _warn_odd(name, n, spatial, wanted):
    warnings.warn(f"{name}: Received a {n}-D input to {name}, which is deprecated and will result in an error in a future "
                  "release. To retain the behavior and silence this warning, please use dropout instead. Note that "
                  f"{name} exists to provide channel-wise dropout on inputs with {spatial}, a channel dimension, and an "
                  f"optional batch dimension (i.e. {wanted} inputs).", stacklevel=3)


def _batched(name, input, p, training, inplace, batched):
    """Drop channels, with a batch dimension put in front for the while where there is none."""
    if batched:
        return _drop(name, input, p, training, inplace, features=True)
    out = _drop(name, OPS.unsqueeze(input, 0), p, training, inplace, features=True)
    return input if inplace else OPS.squeeze(out, 0)


for _function in (dropout, alpha_dropout, feature_alpha_dropout, dropout1d, dropout2d, dropout3d):
    composite(_function, ns="nn.functional", method=False)
