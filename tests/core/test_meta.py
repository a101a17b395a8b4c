"""The device "meta": shapes without values."""
import copy

import pytest

import rushlight as torch
from rushlight import nn


def test_shapes_strides_and_text():
    m = torch.empty(2, 3, device="meta")
    assert m.is_meta and m.t().stride() == (1, 3) and str(m) == "tensor(..., device='meta', size=(2, 3))"
    assert (m @ m.T).shape == (2, 2) and (m > 0).dtype is torch.bool and (m + torch.tensor(1.)).device.type == "meta"
    assert torch.randint(3, (4,), device="meta").dtype is torch.int64
    assert torch.empty(10**6, 10**6, device="meta").numel() == 10**12


def test_there_is_no_value():
    m = torch.ones(1, device="meta")
    with pytest.raises(RuntimeError, match=r"^Tensor.item\(\) cannot be called on meta tensors"):
        m.item()
    with pytest.raises(NotImplementedError, match=r"^Cannot copy out of meta tensor; no data!"):
        m.cpu()
    with pytest.raises(NotImplementedError, match=r"torch.nonzero\(\)"):
        m.nonzero()
    with pytest.raises(RuntimeError, match=r"Expected all tensors to be on the same device"):
        m + torch.ones(1)


def test_initialising_draws_no_numbers_of_the_cpu():
    torch.manual_seed(0)
    first = torch.rand(1)
    torch.manual_seed(0)
    with torch.device("meta"):
        nn.Linear(300, 300)
        torch.rand(3)
    assert torch.equal(torch.rand(1, device="cpu"), first)


def test_modules_are_built_without_values_and_filled_from_a_file():
    with torch.device("meta"):
        net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.TransformerEncoderLayer(4, 2))
    assert {p.device.type for p in net.parameters()} == {"meta"}
    assert net(torch.empty(5, 3, device="meta")).shape == (5, 4)
    with pytest.raises(NotImplementedError, match="to_empty"):
        net.to("cpu")
    given = nn.Linear(3, 4).state_dict()
    with pytest.warns(UserWarning, match="which is a no-op"):
        net[0].load_state_dict(given)
    net[0].load_state_dict(given, assign=True)
    assert torch.equal(net[0].weight, given["weight"])
    assert net[2].to_empty(device="cpu").linear1.weight.device.type == "cpu"


def test_an_ensemble_runs_through_a_skeleton():
    models = [nn.Linear(3, 2) for _ in range(4)]
    params, buffers = torch.func.stack_module_state(models)
    skeleton = copy.deepcopy(models[0]).to("meta")
    x = torch.randn(5, 3)
    found = torch.vmap(lambda p, b: torch.func.functional_call(skeleton, (p, b), (x,)))(params, buffers)
    torch.testing.assert_close(found, torch.stack([m(x) for m in models]))
