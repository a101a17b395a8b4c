"""Convolutions, forward and backward, in the shapes of common networks."""

import math

from bench.table import rand, row


def _flops(size, weight, stride=1, padding=0, groups=1):
    outputs = [(n + 2 * padding - k) // stride + 1 for n, k in zip(size[2:], weight[2:])]
    return 2 * size[0] * math.prod(outputs) * math.prod(weight)


def _conv(title, size, weight, **options):
    dims = len(size) - 2
    flops = _flops(size, weight, **options)

    def call(torch, *tensors):
        return getattr(torch.nn.functional, f"conv{dims}d")(*tensors, **options)

    @row(f"conv{dims}d {title}", flops=flops, target=1.2)
    def forward(torch):
        x, w = torch.from_numpy(rand(*size)), torch.from_numpy(rand(*weight, seed=1, low=-0.1, high=0.1))
        return lambda: call(torch, x, w)

    @row(f"conv{dims}d {title}, both gradients", tol=(1e-3, 1e-3), flops=2 * flops, target=1.2)
    def backward(torch):
        x, w = torch.from_numpy(rand(*size)), torch.from_numpy(rand(*weight, seed=1, low=-0.1, high=0.1))
        y = call(torch, x.requires_grad_(), w.requires_grad_())
        g = torch.ones_like(y)
        return lambda: list(torch.autograd.grad(y, (x, w), g, retain_graph=True))


_conv("MNIST 64x1x28x28, 32 of 3x3", (64, 1, 28, 28), (32, 1, 3, 3))
_conv("MNIST 64x32x26x26, 64 of 3x3", (64, 32, 26, 26), (64, 32, 3, 3))
_conv("ResNet 4x64x56x56, 64 of 3x3", (4, 64, 56, 56), (64, 64, 3, 3), padding=1)
_conv("ResNet 4x64x56x56, 128 of 3x3 stride 2", (4, 64, 56, 56), (128, 64, 3, 3), padding=1, stride=2)
_conv("ResNet 4x256x14x14, 256 of 1x1", (4, 256, 14, 14), (256, 256, 1, 1))
_conv("CIFAR 32x3x32x32, 32 of 5x5", (32, 3, 32, 32), (32, 3, 5, 5))
_conv("LeNet 64x6x12x12, 16 of 5x5", (64, 6, 12, 12), (16, 6, 5, 5))
_conv("Atari 32x4x84x84, 32 of 8x8 stride 4", (32, 4, 84, 84), (32, 4, 8, 8), stride=4)
_conv("depthwise 4x64x56x56, 3x3", (4, 64, 56, 56), (64, 1, 3, 3), padding=1, groups=64)
_conv("16x64x1000, 64 of 5", (16, 64, 1000), (64, 64, 5), padding=2)
