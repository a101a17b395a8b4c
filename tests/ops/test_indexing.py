"""Reading and writing `x[index]`, against NumPy where it agrees with PyTorch."""

import itertools

import numpy as np
import pytest

import rushlight as torch

A = np.arange(24.0).reshape(2, 3, 4)
BASIC = [0, -1, slice(None), slice(1, None), slice(None, None, 2), slice(5, 2), None, Ellipsis]


def same(index, numpy_index=None):
    got, want = torch.tensor(A)[index], A[index if numpy_index is None else numpy_index]
    assert got.shape == np.shape(want)
    assert np.array_equal(got.numpy(), want)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_basic_indices_are_those_of_numpy(n):
    for index in itertools.product(BASIC, repeat=n):
        if sum(item is Ellipsis for item in index) <= 1:
            same(index)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32])
def test_integer_tensors(dtype):
    i, j = torch.tensor([1, 0, 1], dtype=dtype), torch.tensor([[2], [0]], dtype=dtype)
    same(i, i.numpy())
    same((i, j), (i.numpy(), j.numpy()))
    same((slice(None), j), (slice(None), j.numpy()))
    same((i, slice(None), i), (i.numpy(), slice(None), i.numpy()))
    same((..., i), (..., i.numpy()))
    same((i, None), (i.numpy(), None))


def test_an_integer_beside_a_tensor_takes_a_view_first():
    """NumPy counts it as an array, and would put the result's dimension in front."""
    x, i = torch.tensor(A), torch.tensor([0, 2])
    assert torch.equal(x[0, :, i], x[0][:, i])
    assert torch.equal(x[:, i, 0], x[:, :, 0][:, i])


def test_masks():
    x, mask = torch.tensor(A), torch.tensor(A > 10)
    assert np.array_equal(x[mask].numpy(), A[A > 10])
    assert np.array_equal(x[mask[:, :, 0]].numpy(), A[(A > 10)[:, :, 0]])
    assert np.array_equal(x[:, mask[0]].numpy(), A[:, (A > 10)[0]])
    assert x[True].shape == (1, 2, 3, 4) and x[False].shape == (0, 2, 3, 4)
    with pytest.warns(UserWarning, match="indexing with dtype torch.uint8 is now deprecated"):
        assert np.array_equal(x[mask.to(torch.uint8)].numpy(), A[A > 10])


def test_lists_arrays_and_numpy_scalars():
    x = torch.tensor(A)
    assert torch.equal(x[[0, 1]], x) and torch.equal(x[np.array([1])], x[1:])
    assert torch.equal(x[np.int64(1)], x[1]) and torch.equal(x[(0, 1)], x[0, 1])
    assert torch.equal(x[range(1)], x[:1]) and x[[]].shape == (0, 3, 4)
    assert torch.equal(x[torch.tensor(0):torch.tensor(1)], x[:1])
    with pytest.warns(UserWarning, match="non-tuple sequence"):
        assert torch.equal(x[[[0], [1]]], x[[0], [1]])


def test_results_of_advanced_indices_are_contiguous():
    x = torch.tensor(A)
    for index in ([0, 1], (slice(None), [0, 2]), (slice(None), slice(None), [1, 1]), ([0, 1], slice(None), [1, 1])):
        assert x[index].is_contiguous()


def test_views_and_copies():
    x = torch.tensor(A)
    assert np.shares_memory(x[0].numpy(), x.numpy())
    assert not np.shares_memory(x[[0]].numpy(), x.numpy())
    assert not np.shares_memory(x[x > 3].numpy(), x.numpy())


@pytest.mark.parametrize(("index", "value"), [
    (0, 5.0), ((0, 1), np.arange(4.0)), ((Ellipsis, 0), np.arange(6.0).reshape(2, 3)), (([0, 1], [2, 2]), np.arange(4.0)),
    (slice(None, None, 2), 1.5), ((slice(None), [0, 2]), 7.0), (A > 10, -1.0), (A[:, :, 0] > 5, np.arange(4.0)), ((1, None), 3.0)])
def test_writing(index, value):
    x, want = torch.tensor(A), A.copy()
    x[index] = torch.tensor(value) if isinstance(value, np.ndarray) else value
    want[index] = value
    assert np.array_equal(x.numpy(), want)


def test_writing_casts_numbers_and_tensors():
    n = torch.zeros(3, dtype=torch.int64)
    n[0] = 2.9
    n[1] = torch.tensor(-1.7)
    n[2] = True
    assert n.tolist() == [2, -1, 1]
    u = torch.zeros(2, dtype=torch.uint8)
    u[0] = -1
    assert u[0] == 255
    with pytest.raises(RuntimeError, match="value cannot be converted to type uint8_t without overflow"):
        u[0] = 300


def test_writing_with_gradients():
    v = torch.tensor([1.0, 2.0], requires_grad=True)
    x = torch.zeros(3, 2)
    x[1] = v
    x[[0, 2]] = v * 3
    x[x == 6] = 0
    x.sum().backward()
    assert v.grad.tolist() == [7, 1]


def test_gradient_counts_every_reading_of_a_place():
    x = torch.zeros(3, requires_grad=True)
    x[torch.tensor([0, 0, 2])].sum().backward()
    assert x.grad.tolist() == [2, 0, 1]
    x.grad = None
    wide = torch.zeros(3, 4, requires_grad=True)
    wide[torch.tensor([[1, 1], [1, 0]])].sum().backward()
    assert wide.grad[:, 0].tolist() == [1, 3, 0]


def test_an_index_written_to_later_does_not_change_the_gradient():
    x, i = torch.zeros(3, requires_grad=True), torch.tensor([0, 1])
    y = x[i]
    i.fill_(2)
    y.sum().backward()
    assert x.grad.tolist() == [1, 1, 0]


def test_errors_are_those_of_torch():
    x = torch.zeros(3, 4)
    for index, error, text in [
        (5, IndexError, "index 5 is out of bounds for dimension 0 with size 3"),
        ((0, -5), IndexError, "index -5 is out of bounds for dimension 1 with size 4"),
        ((0, 0, 0), IndexError, "too many indices for tensor of dimension 2"),
        (torch.tensor([3]), IndexError, "index 3 is out of bounds for dimension 0 with size 3"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        (torch.zeros(4, dtype=torch.bool), IndexError,
         "The shape of the mask [4] at index 0 does not match the shape of the indexed tensor [3, 4] at index 0"),
        (0.5, IndexError, "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)"),
        (2**70, ValueError, "Overflow when unpacking long long"),
    ]:
        for act in (lambda: x[index], lambda: x.__setitem__(index, 0)):
            with pytest.raises(error) as caught:
                act()
            assert str(caught.value).splitlines()[0] == text
    with pytest.raises(IndexError, match="invalid index of a 0-dim tensor"):
        torch.tensor(1.0)[0]
    with pytest.raises(RuntimeError, match=r"shape mismatch: value tensor of shape \[3\] cannot be broadcast to indexing result of shape \[2, 4\]"):
        x[[0, 1]] = torch.zeros(3)
    assert torch.equal(x, torch.zeros(3, 4))


def test_out_of_range_indices_write_nothing():
    x = torch.zeros(3)
    with pytest.raises(IndexError):
        x[torch.tensor([0, 7])] = 1
    with pytest.raises(RuntimeError):
        x.scatter_(0, torch.tensor([0, 7]), 1.0)
    with pytest.raises(RuntimeError):
        x.index_add_(0, torch.tensor([0, -1]), torch.ones(2))
    with pytest.raises(IndexError):
        torch.nn.functional.embedding(torch.tensor([3]), torch.zeros(3, 2))
    assert x.tolist() == [0, 0, 0]
