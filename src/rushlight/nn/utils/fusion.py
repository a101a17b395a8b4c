"""Batch norm in evaluation is a linear map: folding it into the layer before."""

from __future__ import annotations

import copy

from ...core.tensor import OPS
from ..parameter import Parameter

__all__ = [
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
]


def fuse_conv_bn_eval(conv, bn, transpose=False):
    """Return a copy of a convolution that does what it and the batch norm after it do in evaluation.

    Args:
        transpose: whether the convolution is a transposed one.
    """
    if conv.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose
    )
    return fused


def fuse_conv_bn_weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose=False):
    """Return weight and bias of a convolution with a batch norm folded in.

    w' = w * bn_w / sqrt(bn_rv + eps) for each output channel;  b' = (b - bn_rm) * bn_w / sqrt(bn_rv + eps) + bn_b.
    """
    conv_b = OPS.zeros_like(bn_rm) if conv_b is None else conv_b
    bn_w = OPS.ones_like(bn_rm) if bn_w is None else bn_w
    bn_b = OPS.zeros_like(bn_rm) if bn_b is None else bn_b
    root = OPS.rsqrt(bn_rv + bn_eps)
    shape = [1] * len(conv_w.shape)
    shape[1 if transpose else 0] = -1
    weight = (conv_w * (bn_w * root).reshape(shape)).to(dtype=conv_w.dtype)
    bias = ((conv_b - bn_rm) * root * bn_w + bn_b).to(dtype=conv_b.dtype)
    return Parameter(weight.detach(), conv_w.requires_grad), Parameter(bias.detach(), conv_b.requires_grad)


def fuse_linear_bn_eval(linear, bn):
    """Return a copy of a linear layer that does what it and the batch norm after it do in evaluation."""
    if linear.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = copy.deepcopy(linear)
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, "
            f"got linear.out_features={linear.out_features} and bn.num_features={bn.num_features}"
        )
    fused.weight, fused.bias = fuse_linear_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return fused


def fuse_linear_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b):
    """Return weight and bias of a linear layer with a batch norm folded in, as `fuse_conv_bn_weights`."""
    linear_b = OPS.zeros_like(bn_rm) if linear_b is None else linear_b
    scale = bn_w * OPS.rsqrt(bn_rv + bn_eps)
    weight = (linear_w * scale.unsqueeze(-1)).to(dtype=linear_w.dtype)
    bias = ((linear_b - bn_rm) * scale + bn_b).to(dtype=linear_b.dtype)
    return Parameter(weight.detach(), linear_w.requires_grad), Parameter(bias.detach(), linear_b.requires_grad)
