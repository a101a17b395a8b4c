"""The first `.grad` of a leaf lies in memory as the leaf does, where that has no gaps (strides recorded from PyTorch)."""
import pytest
import rushlight as torch
import rushlight.nn.functional as F


@pytest.mark.parametrize("use", [F.relu, lambda t: F.max_pool2d(t, 2), lambda t: t * torch.ones(2, 4, 6, 8), lambda t: t])
def test_channels_last_leaf(use):
    x = torch.randn(2, 4, 6, 8).to(memory_format=torch.channels_last).requires_grad_()
    use(x).sum().backward()
    assert x.grad.stride() == (192, 1, 32, 4)
    before = x.grad.clone()
    use(x).sum().backward()
    assert x.grad.stride() == (192, 1, 32, 4) and torch.equal(x.grad, 2 * before)


def test_channels_last_weight():
    w = torch.randn(5, 4, 3, 3).to(memory_format=torch.channels_last).requires_grad_()
    F.conv2d(torch.randn(2, 4, 6, 8), w).square().sum().backward()
    assert w.grad.stride() == (36, 1, 12, 4)


def test_transposed_leaf():
    x = torch.arange(6.).reshape(2, 3).t().requires_grad_()
    (x * x).sum().backward()
    assert x.grad.stride() == (1, 3) and torch.equal(x.grad, 2 * x.detach())


def test_leaf_with_gaps():
    x = torch.zeros(4, 6)[:, ::2].requires_grad_()
    (x + 1).sum().backward()
    assert x.grad.stride() == (3, 1)
