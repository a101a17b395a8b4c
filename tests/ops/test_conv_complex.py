"""Gradients of convolutions of complex numbers, against finite differences."""
import pytest

import rushlight as torch
from rushlight.nn import functional as F


@pytest.mark.parametrize("convolve", [F.conv1d, F.conv_transpose1d])
def test_gradients_take_the_conjugate(convolve):
    torch.manual_seed(0)
    x = torch.randn(2, 2, 5, dtype=torch.complex128, requires_grad=True)
    w = torch.randn(2, 2, 3, dtype=torch.complex128, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: convolve(a, b, padding=1), (x, w))
    assert torch.autograd.gradgradcheck(lambda a, b: convolve(a, b, padding=1), (x, w))


def test_copies_written_to_a_list_are_not_returned():
    x = torch.arange(4.0)
    parts = [torch.empty(2), torch.empty(2)]
    assert torch.split_with_sizes_copy(x, (2, 2), out=parts) is None
    assert parts[1].tolist() == [2.0, 3.0]
