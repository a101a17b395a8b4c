"""Limiting the size of gradients between backward and the optimizer's step."""

import types
import warnings

from ...core.modes import no_grad
from ...core.tensor import OPS, Tensor
from ...ops.reduce_norm import total_norm

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
]


def _listed(parameters):
    """Return the parameters as a list; a tensor stands for itself, an empty generator is warned about."""
    if isinstance(parameters, Tensor):
        return [parameters]
    is_generator = isinstance(parameters, types.GeneratorType)
    parameters = list(parameters)
    if is_generator and not parameters:
        warnings.warn(
            "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3
        )
    return parameters


@no_grad()
def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Return the norm of all tensors as if they were one vector.

    Args:
        tensors: an iterable of tensors, or one.
        norm_type: the order, `inf` for the largest absolute value.
        error_if_nonfinite: raise RuntimeError when the norm is nan or inf.
        foreach: torch's choice between two equal implementations; there is one here.

    Returns: a 0-d tensor.
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return OPS.tensor(0.0)
    total = total_norm(tensors, norm_type)
    if error_if_nonfinite and not bool(OPS.isfinite(total)):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from "
            "`parameters` is non-finite, so it cannot be clipped. To disable "
            "this error and scale the gradients by the non-finite norm anyway, "
            "set `error_if_nonfinite=False`"
        )
    return total


@no_grad()
def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Scale the gradients by max_norm / total_norm where that is less than 1, in place.

    Args:
        parameters: an iterable of parameters, or one.
        max_norm: the norm to stay within.
        total_norm: the norm of all gradients together.
        foreach: as in `get_total_norm`.
    """
    grads = [p.grad for p in _listed(parameters) if p.grad is not None]
    if not grads:
        return
    if total_norm.device.type == "cpu" and float(total_norm) + 1e-6 <= max_norm:
        return
    # On a device, a multiplication by 1 spares the wait for the value.
    factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for grad in grads:
        grad.mul_(factor.to(grad.device))


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scale all gradients in place so that their common norm is at most `max_norm`.

    Args:
        parameters: an iterable of parameters, or one.
        max_norm: the largest norm.
        norm_type: its order, `inf` for the largest absolute value.
        error_if_nonfinite: raise RuntimeError when the norm is nan or inf.
        foreach: as in `get_total_norm`.

    Returns: the norm before, a 0-d tensor.

    Example:
        >>> p = nn.Parameter(torch.zeros(2))
        >>> p.grad = torch.tensor([3., 4.])
        >>> nn.utils.clip_grad_norm_([p], 1.0)
        tensor(5.)
        >>> p.grad
        tensor([0.6000, 0.8000])
    """
    parameters = _listed(parameters)
    grads = [p.grad for p in parameters if p.grad is not None]
    total = get_total_norm(grads, norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(parameters, max_norm, total, foreach)
    return total


def clip_grad_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Old name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


@no_grad()
def clip_grad_value_(parameters, clip_value, foreach=None):
    """Limit every gradient element to [-clip_value, clip_value], in place.

    Args:
        parameters: an iterable of parameters, or one.
        clip_value: the limit.
        foreach: as in `get_total_norm`.
    """
    clip_value = float(clip_value)
    for p in _listed(parameters):
        if p.grad is not None:
            p.grad.clamp_(-clip_value, clip_value)
