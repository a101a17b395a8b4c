"""safetensors files: bytes, slices, models, what is refused; and the package's name under the alias."""

import hashlib
import importlib.util
import io
import os
import subprocess
import sys

import pytest

NAMES = ("bool", "uint8", "int8", "int16", "uint16", "float16", "bfloat16", "int32", "uint32", "float32", "complex64", "float64",
         "int64", "uint64", "float8_e4m3fn", "float8_e5m2")


@pytest.fixture
def st():
    from rushlight.io.safetensors import torch

    return torch


def tensors(rl):
    made = {d: rl.arange(3).to(getattr(rl, d)) for d in NAMES}
    return {**made, "scalar": rl.tensor(2.5), "empty": rl.zeros(0, 3), "matrix": rl.arange(6.0).reshape(2, 3)}


def test_bytes_are_those_of_the_package(rl, st):
    """Recorded from safetensors 0.8.0 with PyTorch 2.13."""
    data = st.save({"b": rl.ones(3, dtype=rl.bfloat16), "a": rl.ones(2, 2), "z": rl.ones(1, dtype=rl.int64)}, metadata={"k": "v", "a": "b"})
    assert data[8:data.index(b"}}") + 2] == (
        b'{"__metadata__":{"a":"b","k":"v"},"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2,2],'
        b'"data_offsets":[8,24]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[24,30]}}')
    assert int.from_bytes(data[:8], "little") % 8 == 0
    assert hashlib.sha256(data).hexdigest() == hashlib.sha256(st.save(st.load(data), metadata={"k": "v", "a": "b"})).hexdigest()


def test_every_dtype_there_and_back(rl, st, tmp_path):
    made = tensors(rl)
    st.save_file(made, tmp_path / "x.safetensors")
    found = st.load_file(tmp_path / "x.safetensors")
    assert found.keys() == made.keys()
    for name, t in made.items():
        assert found[name].dtype is t.dtype and found[name].shape == t.shape
        assert bytes(found[name].untyped_storage().tolist()) == bytes(t.untyped_storage().tolist())
    again = st.load(st.save(made))
    assert rl.equal(again["matrix"], made["matrix"])


def test_safe_open(rl, st, tmp_path):
    from rushlight.io.safetensors import SafetensorError, safe_open

    path = tmp_path / "x.safetensors"
    st.save_file(tensors(rl), path, metadata={"format": "pt"})
    with safe_open(path, framework="pt") as f:
        assert f.metadata() == {"format": "pt"} and f.keys() == sorted(tensors(rl)) and f.offset_keys()[0] == "uint64"
        part = f.get_slice("matrix")
        assert (part.get_shape(), part.get_dtype()) == ([2, 3], "F32")
        assert part[:, 1:].tolist() == [[1, 2], [4, 5]] and part[0, 1].item() == 1 and part[...].shape == (2, 3)
        with pytest.raises(IndexError):
            part[5]
        with pytest.raises(SafetensorError, match="File does not contain tensor nothing"):
            f.get_tensor("nothing")
    with safe_open(path, framework="np") as f:
        assert f.get_tensor("matrix").tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(SafetensorError, match="framework xx is invalid"):
        safe_open(path, framework="xx")
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        safe_open(tmp_path / "no", framework="pt")


def test_what_is_refused(rl, st):
    x = rl.arange(6.0).reshape(2, 3)
    with pytest.raises(RuntimeError, match=r"Some tensors share memory.*\n.*use `save_model`"):
        st.save({"a": x, "b": x})
    with pytest.raises(ValueError, match="You are trying to save a non contiguous tensor: `a` which is not allowed."):
        st.save({"a": x.t()})
    with pytest.raises(ValueError, match="Key `a` is invalid, expected torch.Tensor but received <class 'int'>"):
        st.save({"a": 3})
    with pytest.raises(Exception, match="cannot hold torch.complex128"):
        st.save({"a": x.to(rl.complex128)})
    with pytest.raises(TypeError, match="'metadata': 'int' object is not an instance of 'str'"):
        st.save({"a": x}, metadata={"a": 1})
    parts = {"a": x[0], "b": x[1]}                      # parts of one memory that do not overlap
    assert st.load(st.save(parts))["b"].tolist() == [3, 4, 5]


def test_models_with_tied_weights(rl, st, tmp_path):
    def model():
        made = rl.nn.ModuleDict({"a": rl.nn.Linear(2, 2), "b": rl.nn.Linear(2, 2)})
        made["b"].weight = made["a"].weight
        return made

    first, second, path = model(), model(), tmp_path / "m.safetensors"
    st.save_model(first, path)
    from rushlight.io.safetensors import safe_open
    with safe_open(path, framework="pt") as f:
        assert f.metadata() == {"b.weight": "a.weight"}
    assert st.load_model(second, path) == (set(), [])
    assert all(rl.equal(x, y) for x, y in zip(first.state_dict().values(), second.state_dict().values()))
    with pytest.raises(RuntimeError, match=r'Missing key\(s\) in state_dict: "bias", "weight"'):
        st.load_model(rl.nn.Linear(1, 1), path)


def test_numpy(rl, tmp_path):
    import numpy as np
    from rushlight.io.safetensors import numpy as sn

    made = {"a": np.arange(6.0).reshape(2, 3).T, "b": np.array([True]), "c": np.arange(3, dtype=">i4")}
    sn.save_file(made, tmp_path / "x")
    found = sn.load_file(tmp_path / "x")
    assert all((found[k] == made[k]).all() for k in made)
    assert (sn.load(sn.save(made))["a"] == made["a"]).all()


PROGRAM = """
import rushlight; rushlight.install()
import torch, safetensors.torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file, save_model, load_model
save_file({"a": torch.ones(2, 3), "b": torch.ones(2, dtype=torch.bfloat16)}, %r)
with safe_open(%r, framework="pt") as f:
    print(f.get_tensor("b").dtype, f.get_slice("a")[0].tolist())
print(sorted(load_file(%r)))
m = torch.nn.Linear(2, 2)
save_model(m, %r); print(load_model(m, %r))
"""


@pytest.mark.parametrize("where", ["ours", "installed"])
def test_under_the_alias(where, tmp_path):
    if where == "installed" and importlib.util.find_spec("safetensors") is None:
        pytest.skip("the safetensors package is not installed")
    if where == "ours" and importlib.util.find_spec("safetensors") is not None:
        pytest.skip("the installed safetensors package comes first")
    path = str(tmp_path / "x.safetensors")
    run = subprocess.run([sys.executable, "-c", PROGRAM % ((path,) * 5)], capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert run.stdout == "torch.bfloat16 [1.0, 1.0, 1.0]\n['a', 'b']\n(set(), [])\n", run.stderr


def test_serialize_and_deserialize(rl):
    from rushlight.io.safetensors import deserialize, serialize

    data = serialize({"a": {"dtype": "float32", "shape": [2], "data": bytes(8)}})
    assert deserialize(data) == [("a", {"dtype": "F32", "shape": [2], "data": bytearray(8)})]


def test_a_file_object_of_a_zip_is_no_safetensors(rl, st):
    buffer = io.BytesIO()
    rl.save(1, buffer)
    with pytest.raises(Exception, match="Error while deserializing"):
        st.load(buffer.getvalue())
