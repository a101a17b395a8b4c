"""Views share memory, in both directions, and gradients see what is written through them."""

import numpy as np
import pytest

import rushlight as torch

VIEWS = {
    "index": lambda x: x[1],
    "slice": lambda x: x[:, 1:3],
    "mixed": lambda x: x[None, ..., ::2],
    "view": lambda x: x.view(2, 6),
    "view_as": lambda x: x.view_as(torch.empty(4, 3)),
    "reshape": lambda x: x.reshape(-1),
    "flatten": lambda x: x.flatten(),
    "unflatten": lambda x: x.unflatten(1, (2, 2)),
    "t": lambda x: x.t(),
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "transpose": lambda x: x.transpose(0, 1),
    "permute": lambda x: x.permute(1, 0),
    "movedim": lambda x: x.movedim(0, 1),
    "squeeze": lambda x: x.unsqueeze(0).squeeze(),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "narrow": lambda x: x.narrow(0, 1, 2),
    "select": lambda x: x.select(1, 2),
    "unbind": lambda x: x.unbind(1)[3],
    "split": lambda x: x.split(2)[1],
    "split sizes": lambda x: x.split([1, 2])[1],
    "chunk": lambda x: x.chunk(2, 1)[0],
    "tensor_split": lambda x: x.tensor_split(3)[2],
    "diagonal": lambda x: x.diagonal(1),
    "unfold": lambda x: x.unfold(1, 2, 2),
    "as_strided": lambda x: x.as_strided((2, 2), (4, 1), 1),
    "view dtype": lambda x: x.view(torch.int32),
    "detach": lambda x: x.detach(),
    "expand": lambda x: x.expand(1, 3, 4),
    "alias": lambda x: x[...],
}


@pytest.mark.parametrize("name", VIEWS)
def test_view_shares_memory_both_ways(name):
    x = torch.arange(12, dtype=torch.float32).view(3, 4) + 1
    seen = VIEWS[name](x)
    assert np.shares_memory(seen.numpy(), x.numpy())
    version = x._version
    seen.zero_()
    assert (x == 0).any() and x._version > version
    x.fill_(7)
    assert (seen.view(torch.float32) == 7 if name == "view dtype" else seen == 7).all()


@pytest.mark.parametrize("name", [n for n in VIEWS if n not in ("view dtype", "detach", "unbind", "split", "split sizes", "chunk", "alias")])
def test_write_through_a_view_reaches_the_gradient(name):
    """Doubling through the view doubles its share of the base's gradient."""
    x = torch.ones(3, 4, requires_grad=True)
    y = x * 1
    VIEWS[name](y).mul_(2)
    assert "CopySlices" in y.grad_fn.name()
    y.sum().backward()
    count = torch.ones(3, 4)
    VIEWS[name](count).mul_(2)
    assert torch.equal(x.grad, count)


@pytest.mark.parametrize("make", [lambda y: y.unbind()[0], lambda y: y.split(1)[0], lambda y: y.chunk(3)[0]])
def test_pieces_refuse_to_be_written(make):
    y = torch.ones(3, 4, requires_grad=True) * 1
    with pytest.raises(RuntimeError, match="is a view and is being modified inplace. This view is the output of a function that returns multiple"):
        make(y).add_(1)


def test_expanded_memory_refuses_to_be_written():
    x = torch.ones(3).expand(2, 3)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor refers to a single memory location"):
        x.add_(1)
    x[0] = 5                                # one row of it is a plain view
    assert x.tolist() == [[5, 5, 5], [5, 5, 5]]


def test_view_of_a_leaf_refuses_to_be_written():
    x = torch.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad is being used in an in-place operation."):
        x[0] = 1
    with torch.no_grad():
        x[0] = 2
    assert x.tolist() == [2, 1, 1]


def test_view_sees_the_graph_of_a_later_write():
    x, w = torch.ones(3, requires_grad=True), torch.zeros(3)
    part = w[:2]
    assert not part.requires_grad
    w.mul_(x)
    assert part.requires_grad
    w2 = torch.zeros(2, 3)
    row = w2[1]
    w2[1] = x * 3
    (row * row).sum().backward()
    assert x.grad.tolist() == [18, 18, 18]


def test_as_strided_stays_inside():
    x = torch.arange(6)
    for size, stride, offset in (((7,), (1,), 0), ((2, 2), (5, 1), 0), ((1,), (1,), 6), ((2,), (2**62,), 0), ((2**40, 2**40), (1, 1), 0)):
        with pytest.raises(RuntimeError, match="out of bounds for storage"):
            x.as_strided(size, stride, offset)
    assert x[2:].as_strided((2,), (1,)).tolist() == [2, 3]
    assert x[2:].as_strided((2,), (1,), 0).tolist() == [0, 1]


def test_numpy_memory_with_negative_strides():
    a = np.arange(12.0).reshape(3, 4)
    x = torch.from_numpy(a[::-1, ::-1])
    assert x[0, 0] == 11 and x.view(-1)[0] == 11 if x.is_contiguous() else x.reshape(-1)[0] == 11
    x[0, 0] = -1
    assert a[2, 3] == -1
    assert torch.equal(x.flip(0, 1), torch.from_numpy(a))
    assert x.t()[3, 2] == a[0, 0]
    assert torch.cat([x, x]).shape == (6, 4)


def test_shape_changes_in_place_keep_history():
    x = torch.ones(2, 3, requires_grad=True)
    y = (x * 2).unsqueeze_(0).transpose_(1, 2)
    assert y.shape == (1, 3, 2) and y.grad_fn.name() == "TransposeBackward0"
    (y * torch.arange(6.0).view(1, 3, 2)).sum().backward()
    assert torch.equal(x.grad, torch.arange(6.0).view(3, 2).t() * 2)


def test_resize_keeps_the_elements():
    x = torch.arange(6.0)
    assert x.resize_(2, 2).tolist() == [[0, 1], [2, 3]]
    assert x.resize_(6).tolist() == [0, 1, 2, 3, 4, 5]
    grown = x.resize_(3, 4)
    assert grown.view(-1)[:6].tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(RuntimeError, match="cannot resize variables that require grad"):
        torch.ones(2, requires_grad=True).resize_(3)


def test_warnings_of_deprecated_transposes():
    with pytest.warns(UserWarning, match="The use of `x.T` on tensors of dimension other than 2"):
        _ = torch.ones(2, 3, 4).T
    with pytest.warns(UserWarning, match="it will be required to pass the indexing argument"):
        torch.meshgrid(torch.ones(2), torch.ones(3))
