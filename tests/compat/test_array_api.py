"""The names of the Array API standard are there, and do on samples what the standard's strict library does."""
import numpy as np
import pytest

import rushlight as torch

X = np.array([[3.0, 1.0, 2.0], [0.5, 4.0, -1.0]], dtype=np.float32)
SAMPLES = {
    "sum": dict(axis=0), "prod": dict(axis=(0, 1)), "mean": dict(axis=1, keepdims=True), "max": {}, "min": dict(axis=0),
    "std": dict(axis=0), "var": dict(correction=1.0), "cumulative_sum": dict(axis=1, include_initial=True),
    "sort": dict(axis=0, descending=True), "argsort": dict(axis=1), "expand_dims": dict(axis=1), "matrix_transpose": {},
    "repeat": None, "flip": dict(axis=0), "roll": None, "argmax": dict(axis=1), "abs": {}, "exp": {}, "sqrt": None,
    "unique_values": {}, "cumulative_prod": dict(axis=0), "negative": {}, "square": {}, "sign": {}, "isnan": {},
}


def test_names_of_the_standard():
    strict = pytest.importorskip("array_api_strict")
    space = torch.ones(1).__array_namespace__(api_version="2024.12")
    own = {"ArrayAPIStrictFlags", "set_array_api_strict_flags", "get_array_api_strict_flags", "reset_array_api_strict_flags", "Device",
           "ALL_DEVICES", "unique_all", "Array"}
    missing = [n for n in strict.__all__ if not n.startswith("__array_api_strict") and not hasattr(space, n) and n not in own
               and n != "__version__"]
    assert missing == []


@pytest.mark.parametrize("name", [n for n, options in SAMPLES.items() if options is not None])
def test_values(name):
    strict = pytest.importorskip("array_api_strict")
    options = SAMPLES[name]
    expected = np.asarray(getattr(strict, name)(strict.asarray(X), **options))
    x = torch.from_numpy(X)
    found = getattr(x.__array_namespace__(), name)(x, **options)
    assert found.shape == expected.shape and np.allclose(found.numpy(), expected, rtol=1e-5)


def test_questions():
    space = torch.ones(1).__array_namespace__()
    assert space.isdtype(torch.int32, "integral") and not space.isdtype(torch.float32, ("bool", "signed integer"))
    assert space.result_type(torch.ones(1, dtype=torch.int32), 1.0) == torch.float32
    assert torch.result_type(torch.ones(2, dtype=torch.int8), torch.tensor(3.0)) == torch.float32
    assert space.astype(torch.ones(1), space.int64).dtype == torch.int64
    assert "float32" in space.__array_namespace_info__().dtypes(kind="real floating")
    with pytest.raises(ValueError, match="size 1"):
        space.squeeze(torch.ones(2), axis=0)
    with pytest.raises(ValueError, match="Unrecognized array API version"):
        torch.ones(1).__array_namespace__(api_version="1999")


def test_second_names():
    assert torch.ones(2, 3).t().dim_order() == (1, 0)
    x = torch.ones(2, requires_grad=True) * 2
    assert not torch.detach_(x).requires_grad and torch.get_device(torch.ones(1)) == -1
