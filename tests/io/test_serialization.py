"""`torch.load` and `torch.serialization`: what is allowed, where tensors go, how plain pickle behaves."""

import copy
import io
import pickle
import subprocess
import sys

import pytest


class Point:
    """A class of the program, unknown to the library."""

    def __init__(self, x):
        self.x = x


class Called:
    """A class whose `__setstate__` would run."""

    def __setstate__(self, state):
        self.state = state


def saved(rl, obj, **options):
    buffer = io.BytesIO()
    rl.save(obj, buffer, **options)
    buffer.seek(0)
    return buffer


@pytest.fixture(autouse=True)
def _no_safe_globals(rl):
    rl.serialization.clear_safe_globals()
    yield
    rl.serialization.clear_safe_globals()


# ------------------------------------------------------------------ what is allowed


def test_a_class_of_the_program_needs_leave(rl):
    file, s = saved(rl, Point(rl.ones(2))), rl.serialization
    with pytest.raises(pickle.UnpicklingError) as e:
        rl.load(file)
    first = str(e.value).splitlines()[0]
    assert first == ("Weights only load failed. This file can still be loaded, to do so you have two options, \033[1mdo those steps "
                     "only if you trust the source of the checkpoint\033[0m. ")
    assert f"Please use `torch.serialization.add_safe_globals([{__name__}.Point])`" in str(e.value)
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError, match="runs no code from a file, whatever weights_only says"):
        rl.load(file, weights_only=False)
    for allow in ([Point], [(Point, f"{__name__}.Point")]):
        with s.safe_globals(allow):
            file.seek(0)
            assert rl.load(file).x.tolist() == [1, 1]
        assert s.get_safe_globals() == []
    s.add_safe_globals([Point])
    assert s.get_safe_globals() == [Point]
    file.seek(0)
    assert rl.load(file, weights_only=False).x.tolist() == [1, 1]


def test_get_unsafe_globals(rl):
    file = saved(rl, {"p": Point(1), "x": rl.ones(2), "m": rl.nn.ReLU()})
    assert rl.serialization.get_unsafe_globals_in_checkpoint(file) == [f"{__name__}.Point", "torch.nn.modules.activation.ReLU"]


def test_blocked_modules_are_named(rl):
    import hostile

    file = io.BytesIO(hostile.archive(hostile.P + hostile.call("os", "system", hostile.text("true")) + b"."))
    with pytest.raises(pickle.UnpicklingError) as e:
        rl.load(file)
    assert str(e.value).startswith("Weights only load failed. In PyTorch 2.6, we changed the default value of the `weights_only` argument")
    assert "Trying to load unsupported GLOBAL os.system whose module os is blocked." in str(e.value)


def net_class(rl, **extra):
    def init(self):
        rl.nn.Module.__init__(self)
        self.lin = rl.nn.Linear(2, 3)
        self.act = rl.nn.functional.relu

    cls = type("Net", (rl.nn.Module,), {"__init__": init, "forward": lambda self, x: self.act(self.lin(x)), "__module__": __name__,
                                        "__qualname__": "Net", **extra})
    globals()["Net"] = cls
    return cls


def test_modules_of_the_program(rl):
    net = net_class(rl)()
    file = saved(rl, net)
    found = rl.load(file, weights_only=False)
    x = rl.ones(1, 2)
    assert type(found) is type(net) and rl.equal(found(x), net(x))
    del globals()["Net"]
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError, match=f"GLOBAL {__name__}.Net is refused"):
        rl.load(file, weights_only=False)


@pytest.mark.parametrize("method", ["__setstate__", "__new__", "__del__"])
def test_modules_whose_methods_would_run_need_leave(method, rl):
    def run(self, *args):
        return object.__new__(self) if method == "__new__" else None

    file = saved(rl, net_class(rl, **{method: run})())
    with pytest.raises(pickle.UnpicklingError, match=f"has a method Net.{method} of its own"):
        rl.load(file, weights_only=False)
    with rl.serialization.safe_globals([globals()["Net"], rl.nn.Linear, rl.nn.functional.relu]):
        file.seek(0)
        rl.load(file, weights_only=False)


def test_tensor_classes_of_the_program(rl):
    globals()["MyTensor"] = cls = type("MyTensor", (rl.Tensor,), {"__module__": __name__, "__qualname__": "MyTensor"})
    x = rl.arange(3.0).as_subclass(cls)
    x.tag = "t"
    file = saved(rl, x)
    found = rl.load(file, weights_only=False)
    assert type(found) is cls and found.tag == "t" and found.tolist() == [0, 1, 2]


def test_a_method_that_would_run_is_not_run_unasked(rl):
    file = saved(rl, Called())
    with pytest.raises(pickle.UnpicklingError):
        rl.load(file, weights_only=False)


def test_numpy_needs_the_names_that_pytorch_needs(rl):
    import numpy as np

    file = saved(rl, {"a": np.arange(3.0)})
    with pytest.raises(pickle.UnpicklingError, match=r"numpy\._core\.multiarray\._reconstruct"):
        rl.load(file)
    with rl.serialization.safe_globals([np._core.multiarray._reconstruct, np.ndarray, np.dtype, type(np.dtype("f8"))]):
        file.seek(0)
        assert rl.load(file)["a"].tolist() == [0, 1, 2]


# ------------------------------------------------------------------ arguments of load


def test_map_location(rl):
    file, seen = saved(rl, rl.ones(2)), []

    def where(storage, location):
        seen.append((type(storage).__name__, storage.nbytes(), location))
        return storage

    for how in ("cpu", rl.device("cpu"), {"cpu": "cpu"}, where, lambda storage, location: None, None):
        file.seek(0)
        assert rl.load(file, map_location=how).tolist() == [1, 1]
    assert seen == [("UntypedStorage", 8, "cpu")]
    file.seek(0)
    with pytest.raises(RuntimeError, match=r"don't know how to restore data location of torch.storage.UntypedStorage \(tagged with mars\)"):
        rl.load(file, map_location={"cpu": "mars"})


def test_cuda_without_a_gpu(rl):
    if rl.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(RuntimeError, match=r"Attempting to deserialize object on a CUDA device but torch.cuda.is_available\(\) is False"):
        rl.load(saved(rl, rl.ones(2)), map_location="cuda")


def test_registered_packages(rl):
    from rushlight.io import locations

    before = list(locations._PACKAGES)
    try:
        rl.serialization.register_package(5, lambda storage: "mine", lambda storage, tag: storage if tag == "mine" else None)
        file = saved(rl, rl.ones(2))
        assert rl.serialization.location_tag(rl.ones(1).untyped_storage()) == "mine" and rl.load(file).tolist() == [1, 1]
    finally:
        locations._PACKAGES[:] = before
    file.seek(0)
    with pytest.raises(RuntimeError, match="tagged with mine"):
        rl.load(file)


def test_mapped_memory_is_private_unless_asked(rl, tmp_path):
    path = tmp_path / "x.pt"
    rl.save({"x": rl.ones(4), "y": rl.zeros(2)}, path)
    before = path.read_bytes()
    found = rl.load(path, mmap=True)
    found["x"].fill_(7)
    assert path.read_bytes() == before and rl.load(path)["x"].tolist() == [1] * 4
    with rl.serialization.set_default_mmap_options(rl.serialization.MAP_SHARED):
        rl.load(path, mmap=True)["x"].fill_(7)
    assert path.read_bytes() != before and rl.serialization.get_default_mmap_options() == rl.serialization.MAP_PRIVATE
    with pytest.raises(ValueError, match="f must be a file path in order to use the mmap argument"):
        rl.load(io.BytesIO(before), mmap=True)
    rl.save(1, path, _use_new_zipfile_serialization=False)
    with pytest.raises(RuntimeError, match="mmap can only be used with files saved with"):
        rl.load(path, mmap=True)


def test_what_load_refuses(rl, tmp_path):
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        rl.load(tmp_path / "no.pt")
    with pytest.raises(AttributeError, match="'int' object has no attribute 'seek'. You can only torch.load from a file that is seekable"):
        rl.load(5)
    with pytest.raises(RuntimeError, match="Can not safely load weights when explicit pickle_module is specified"):
        rl.load(io.BytesIO(), pickle_module=pickle, weights_only=True)
    with pytest.raises(EOFError):
        rl.load(io.BytesIO())
    with pytest.raises(RuntimeError, match="PytorchStreamReader failed reading zip archive: failed finding central directory"):
        rl.load(io.BytesIO(saved(rl, rl.ones(3)).getvalue()[:-30]))
    with pytest.raises(TypeError, match="invalid keyword"):
        rl.load(saved(rl, 1), nonsense=1)


def test_big_endian_files(rl):
    import hostile

    data = {"0": b"".join(reversed_floats())}
    file = io.BytesIO(hostile.archive(hostile.GOOD, data).replace(b"little", b"big\0\0\0"))
    with pytest.raises((ValueError, RuntimeError)):
        rl.load(file)                                   # the checksum of the patched name is wrong
    file = hostile._zip({"archive/data.pkl": hostile.GOOD, "archive/data/0": data["0"], "archive/version": b"3", "archive/byteorder": b"big"})
    assert rl.load(io.BytesIO(file)).tolist() == [1, 2, 3, 4]
    s = rl.serialization
    bare = hostile._zip({"archive/data.pkl": hostile.GOOD, "archive/data/0": data["0"], "archive/version": b"3"})
    s.set_default_load_endianness(s.LoadEndianness.BIG)
    try:
        assert rl.load(io.BytesIO(bare)).tolist() == [1, 2, 3, 4]
    finally:
        s.set_default_load_endianness(None)


def reversed_floats():
    import struct

    return [struct.pack(">f", x) for x in (1, 2, 3, 4)]


def test_strings_of_python_2(rl):
    import hostile

    file = hostile.archive(b"\x80\x02U\x03a\xe9b.")
    assert rl.load(io.BytesIO(file), encoding="latin1") == "aéb" and rl.load(io.BytesIO(file), encoding="bytes") == b"a\xe9b"
    with pytest.raises(pickle.UnpicklingError):
        rl.load(io.BytesIO(file))


# ------------------------------------------------------------------ plain pickle and copies


def test_plain_pickle_and_copies(rl):
    p = rl.nn.Parameter(rl.ones(2))
    model = rl.nn.Sequential(rl.nn.Linear(2, 2), rl.nn.BatchNorm1d(2))
    x = rl.arange(6.0).reshape(2, 3)
    for obj in (x, x.t(), p, x.bool()):
        for other in (pickle.loads(pickle.dumps(obj)), copy.deepcopy(obj), copy.copy(obj)):
            assert type(other) is type(obj) and rl.equal(other, obj) and other.requires_grad == obj.requires_grad
    found = pickle.loads(pickle.dumps(model))
    assert all(rl.equal(a, b) for a, b in zip(found.state_dict().values(), model.state_dict().values()))
    loaded = rl.load(saved(rl, [x, x[1]]))
    both = copy.deepcopy(loaded)
    both[0][1, 0] = 9
    assert both[1][0] == 9 and loaded[1][0] == 3
    loaded[0][1, 0] = 8
    assert loaded[1][0] == 8


def test_pytorchs_plain_pickles_under_the_alias(torch, tmp_path):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"x": torch.arange(3.0), "p": torch.nn.Parameter(torch.ones(2)), "d": torch.float16}))
    code = (f"import rushlight; rushlight.install(); import pickle; d = pickle.load(open({str(tmp_path / 'x.pkl')!r}, 'rb'));"
            "print(d['x'].tolist(), type(d['p']).__name__, d['d'])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_env())
    assert run.stdout == "[0.0, 1.0, 2.0] Parameter torch.float16\n", run.stderr


def test_files_under_the_alias_are_the_same(rl, tmp_path):
    code = ("import rushlight; rushlight.install(); import torch; torch.manual_seed(0)\n"
            f"m = torch.nn.Sequential(torch.nn.Linear(2, 2)); o = torch.optim.SGD(m.parameters(), lr=.1); torch.save([m, o], {str(tmp_path / 'm.pt')!r})\n"
            f"print(torch.load({str(tmp_path / 'm.pt')!r}, weights_only=False)[0])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_env())
    assert run.stdout.startswith("Sequential("), run.stderr
    found = rl.load(tmp_path / "m.pt", weights_only=False)
    assert type(found[0][0]) is rl.nn.Linear and type(found[1]) is rl.optim.SGD
    assert found[1].param_groups[0]["params"][0] is found[0][0].weight


def _env():
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
