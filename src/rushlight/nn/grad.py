"""`torch.nn.grad`: the gradients of convolutions with respect to input and weight, as functions."""

from __future__ import annotations

from ..core import autograd
from ..core.modes import enable_grad
from ..core.tensor import OPS

__all__ = [
    "conv1d_input",
    "conv1d_weight",
    "conv2d_input",
    "conv2d_weight",
    "conv3d_input",
    "conv3d_weight",
]


def _of_input(n, input_size, weight, grad_output, options):
    with enable_grad():
        zeros = OPS.zeros(tuple(input_size), dtype=grad_output.dtype, device=grad_output.device)
        input = zeros.requires_grad_()
        out = getattr(OPS, f"conv{n}d")(input, weight.detach(), None, *options)
    return autograd.grad(out, input, grad_output)[0]


def _of_weight(n, input, weight_size, grad_output, options):
    with enable_grad():
        zeros = OPS.zeros(tuple(weight_size), dtype=grad_output.dtype, device=grad_output.device)
        weight = zeros.requires_grad_()
        out = getattr(OPS, f"conv{n}d")(input.detach(), weight, None, *options)
    return autograd.grad(out, weight, grad_output)[0]


def conv1d_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Return the gradient of conv1d with respect to an input of this size, given that of its output."""
    return _of_input(1, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv1d_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Return the gradient of conv1d with respect to a weight of this size, given that of its output."""
    return _of_weight(1, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv2d_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Return the gradient of conv2d with respect to an input of this size; see conv1d_input."""
    return _of_input(2, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv2d_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Return the gradient of conv2d with respect to a weight of this size; see conv1d_weight."""
    return _of_weight(2, input, weight_size, grad_output, (stride, padding, dilation, groups))


def conv3d_input(input_size, weight, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Return the gradient of conv3d with respect to an input of this size; see conv1d_input."""
    return _of_input(3, input_size, weight, grad_output, (stride, padding, dilation, groups))


def conv3d_weight(input, weight_size, grad_output, stride=1, padding=0, dilation=1, groups=1):
    """Return the gradient of conv3d with respect to a weight of this size; see conv1d_weight."""
    return _of_weight(3, input, weight_size, grad_output, (stride, padding, dilation, groups))
