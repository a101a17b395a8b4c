"""Names kept for old programs."""

import pytest

import rushlight as torch


@pytest.mark.parametrize("name", ["solve", "lstsq", "symeig", "eig", "matrix_rank"])
def test_removed_functions_explain_themselves(name):
    with pytest.raises(RuntimeError, match="This function was deprecated since version 1.9 and is now removed.") as caught:
        getattr(torch, name)(torch.eye(2))
    assert "torch.linalg." in str(caught.value)


def test_callbacks_write_in_place():
    x = torch.tensor([1.0, 2.0, 3.0])
    assert x.apply_(lambda v: v * 2) is x and x.tolist() == [2, 4, 6]
    assert x.map_(torch.tensor([1.0]), lambda v, w: v + w).tolist() == [3, 5, 7]
    assert x.map2_(x.clone(), torch.ones(3), lambda u, v, w: u + v + w).tolist() == [7, 11, 15]
    with pytest.raises(RuntimeError, match=r"Can't call apply_\(\) on Variable that requires grad"):
        torch.ones(2, requires_grad=True).apply_(abs)
