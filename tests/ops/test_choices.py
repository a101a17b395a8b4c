"""What PyTorch chooses where several answers are right: recorded from it."""
import rushlight as torch

F = torch.nn.functional
INF = float("inf")


def test_maximum_of_a_window_of_minus_infinity():
    out, where = F.max_pool2d(torch.full((1, 1, 4, 4), -INF), 3, 2, 1, return_indices=True)
    assert (out == -INF).all()
    assert where.tolist() == [[[[0, 1], [4, 5]]]]
    _, where = F.max_pool1d(torch.full((1, 1, 4), -INF), 3, 2, 1, return_indices=True)
    assert where.tolist() == [[[0, 1]]]
    F.max_unpool2d(torch.full((1, 1, 2, 2), -INF), torch.tensor([[[[0, 1], [4, 5]]]]), 2)


def test_logspace_in_half_precision_rounds_bounds_only():
    assert torch.logspace(0, 2, 4, dtype=torch.float16).tolist() == [1.0, 4.640625, 21.546875, 100.0]
    assert torch.logspace(0, 4, 4, dtype=torch.bfloat16).tolist() == [1.0, 21.5, 464.0, 9984.0]
    assert torch.logspace(4.3, 0, 1, dtype=torch.float16).tolist() == [19952.0]


def test_generator_knows_its_device():
    assert torch.Generator().device == torch.device("cpu")


def test_lu_is_a_method_too():
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    factors, pivots = x.lu()
    assert pivots.tolist() == [2, 2]
    assert torch.equal(factors, torch.linalg.lu_factor(x)[0])
