"""CUDA: how its absence is told, and the backend's logic on a module that stands for CuPy."""

import importlib.util
import subprocess
import sys
import warnings

import fake_cupy
import numpy as np
import pytest

from rushlight import devices
from rushlight.backend import base
from rushlight.backend import cuda as backend

NOT_COMPILED = "Torch not compiled with CUDA enabled"


def first_line(call, library):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Exception) as caught:
            call(library)
    return type(caught.value).__name__, str(caught.value).split("\n")[0]


ABSENT = {
    "current_device": (lambda t: t.cuda.current_device(), "AssertionError", NOT_COMPILED),
    "init": (lambda t: t.cuda.init(), "AssertionError", NOT_COMPILED),
    "get_device_name": (lambda t: t.cuda.get_device_name(), "AssertionError", NOT_COMPILED),
    "get_device_capability": (lambda t: t.cuda.get_device_capability(), "AssertionError", NOT_COMPILED),
    "get_device_properties": (lambda t: t.cuda.get_device_properties(0), "AssertionError", NOT_COMPILED),
    "synchronize": (lambda t: t.cuda.synchronize(), "AssertionError", NOT_COMPILED),
    "current_stream": (lambda t: t.cuda.current_stream(), "AssertionError", NOT_COMPILED),
    "default_stream": (lambda t: t.cuda.default_stream(), "AssertionError", NOT_COMPILED),
    "mem_get_info": (lambda t: t.cuda.mem_get_info(), "AssertionError", NOT_COMPILED),
    "initial_seed": (lambda t: t.cuda.initial_seed(), "AssertionError", NOT_COMPILED),
    "get_rng_state": (lambda t: t.cuda.get_rng_state(), "AssertionError", NOT_COMPILED),
    "ipc_collect": (lambda t: t.cuda.ipc_collect(), "AssertionError", NOT_COMPILED),
    "Stream": (lambda t: t.cuda.Stream(), "RuntimeError", "torch.cuda.Stream requires CUDA support"),
    "Event": (lambda t: t.cuda.Event(), "RuntimeError", "Tried to instantiate dummy base class Event"),
    "nvtx": (lambda t: t.cuda.nvtx.range_push("a"), "RuntimeError",
             "NVTX functions not installed. Are you sure you have a CUDA build?"),
    "FloatTensor": (lambda t: t.cuda.FloatTensor(2), "TypeError",
                    "type torch.cuda.FloatTensor not available. Torch not compiled with CUDA enabled."),
    "zeros": (lambda t: t.zeros(2, device="cuda"), "AssertionError", NOT_COMPILED),
    "tensor": (lambda t: t.tensor(2, device="cuda"), "AssertionError", NOT_COMPILED),
    "Tensor.cuda": (lambda t: t.zeros(2).cuda(), "AssertionError", NOT_COMPILED),
    "Tensor.to": (lambda t: t.zeros(2).to("cuda"), "AssertionError", NOT_COMPILED),
    "Tensor.to the second": (lambda t: t.zeros(2).to("cuda:1"), "AssertionError", NOT_COMPILED),
    "Module.cuda": (lambda t: t.nn.Linear(1, 1).cuda(), "AssertionError", NOT_COMPILED),
    "Module.to": (lambda t: t.nn.Linear(1, 1).to("cuda"), "AssertionError", NOT_COMPILED),
    "with device": (lambda t: t.cuda.device(0).__enter__(), "RuntimeError", "PyTorch was compiled without CUDA support"),
}

ANSWERS = {
    "is_available": (lambda c: c.is_available(), False), "device_count": (lambda c: c.device_count(), 0),
    "is_initialized": (lambda c: c.is_initialized(), False), "empty_cache": (lambda c: c.empty_cache(), None),
    "memory_allocated": (lambda c: c.memory_allocated(), 0), "max_memory_allocated": (lambda c: c.max_memory_allocated(), 0),
    "memory_reserved": (lambda c: c.memory_reserved(), 0), "max_memory_reserved": (lambda c: c.max_memory_reserved(), 0),
    "memory_stats": (lambda c: dict(c.memory_stats()), {}), "get_rng_state_all": (lambda c: c.get_rng_state_all(), []),
    "manual_seed": (lambda c: c.manual_seed(3), None), "manual_seed_all": (lambda c: c.manual_seed_all(3), None),
    "seed": (lambda c: c.seed(), None), "seed_all": (lambda c: c.seed_all(), None),
    "is_bf16_supported": (lambda c: c.is_bf16_supported(), False), "get_arch_list": (lambda c: c.get_arch_list(), []),
    "stream(None)": (lambda c: c.stream(None).__enter__(), None), "device(-1)": (lambda c: c.device(-1).__enter__(), None),
}

absent = pytest.mark.skipif(backend.find()[1] > 0, reason="there is a GPU")


@absent
@pytest.mark.parametrize("case", ABSENT)
def test_refused_without_a_gpu(rl, case):
    call, *said = ABSENT[case]
    assert first_line(call, rl) == tuple(said)


@absent
@pytest.mark.parametrize("case", ABSENT)
def test_refused_as_torch_does(torch, case):
    call, *said = ABSENT[case]
    if torch.version.cuda is None:
        assert first_line(call, torch) == tuple(said)


@absent
@pytest.mark.parametrize("case", ANSWERS)
def test_answers_without_a_gpu(rl, case):
    call, answer = ANSWERS[case]
    assert call(rl.cuda) == answer


@absent
def test_the_message_says_what_to_install(rl):
    with pytest.raises(AssertionError, match="cupy-cuda12x"):
        rl.zeros(2, device="cuda")


@absent
def test_seeding_cuda_leaves_the_cpu_stream_alone(rl):
    rl.manual_seed(1)
    one = rl.rand(3)
    rl.manual_seed(1)
    rl.cuda.manual_seed_all(7)
    assert one.tolist() == rl.rand(3).tolist()


def test_importing_imports_no_cupy():
    text = "import sys, rushlight as rl; rl.cuda.is_available; assert 'cupy' not in sys.modules"
    subprocess.run([sys.executable, "-c", text], check=True, env=_environment())


def _environment():
    import os

    import rushlight
    root = importlib.util.find_spec("rushlight").submodule_search_locations[0]
    assert rushlight
    return {**os.environ, "PYTHONPATH": os.path.dirname(root)}


# ---- the backend on a stand-in for CuPy ------------------------------------------------------------


@pytest.fixture
def gpu(monkeypatch):
    """One make-believe GPU; everything learnt about it is forgotten afterwards."""
    cupy = fake_cupy.make()
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: cupy if name == "cupy" else real(name, *a))
    backend.find.cache_clear()
    yield cupy
    backend.find.cache_clear()
    base._BY_DEVICE.pop("cuda", None)
    base._BY_ARRAY.pop(fake_cupy.ndarray, None)


@pytest.fixture
def B(gpu):
    return base.of_device(devices.device("cuda"))


def host(x):
    return x.get().tolist()


def test_seam(B):
    x = B.from_numpy(np.arange(12.0).reshape(3, 4))
    assert base.of_array(x) is B and str(B.device_of(x)) == "cuda:0"
    assert host(B.sum(x, axis=1)) == [6, 22, 38]
    assert B.view(x, (4, 3)).shape == (4, 3) and B.view(x.T, (12,)) is None
    assert host(B.diagonal(x, 1, 0, 1)) == [1, 6, 11]
    assert B.windows(x, 1, 2, 2).shape == (3, 2, 2)
    assert host(B.swapaxes(x, 0, 1)[1]) == [1, 5, 9]
    copied = B.copy(x.T)
    assert copied.flags.c_contiguous and copied.shape == (4, 3)
    B.copyto(x, B.from_numpy(np.zeros((3, 4), "int64")))
    assert host(B.max(x)) == 0


def test_standard_names_cupy_lacks(B):
    x = B.from_numpy(np.array([[3.0, 1.0, 1.0], [0.0, 2.0, 5.0]]))
    assert host(B.sort(x, axis=1, descending=True)) == [[3, 1, 1], [5, 2, 0]]
    assert host(B.argsort(x, axis=1, descending=True, stable=True)) == [[0, 1, 2], [2, 1, 0]]
    assert host(B.clip(x, min=1, max=2)) == [[2, 1, 1], [1, 2, 2]]
    assert [u.shape for u in B.unstack(x, axis=1)] == [(2,)] * 3
    assert host(B.vecdot(x, x)) == [11, 29] and host(B.count_nonzero(x, axis=1)) == [3, 2]
    assert host(B.var(x, axis=1, correction=1)) == pytest.approx([4 / 3, 19 / 3])
    norms = B.linalg.vector_norm(x, axis=(0, 1), keepdims=True)
    assert norms.shape == (1, 1) and host(norms)[0][0] == pytest.approx(40**0.5)
    assert host(B.linalg.vector_norm(x, ord=1)) == 12
    assert host(B.linalg.trace(x[:, :2])) == 5 and host(B.linalg.diagonal(x, offset=1)) == [1, 5]


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8", "float32", "float64"])
def test_add_at(B, dtype):
    x = B.from_numpy(np.zeros(3, dtype))
    B.add_at(x, B.from_numpy(np.array([0, 0, 2])), B.from_numpy(np.array([1, 2, 5], dtype)))
    assert host(x) == [3, 0, 5]


def test_add_at_negative_int64(B):
    x = B.from_numpy(np.array([1, -5]))
    B.add_at(x, B.from_numpy(np.array([0, 1, 1])), B.from_numpy(np.array([-2, 3, -4])))
    assert host(x) == [-1, -6]


@pytest.mark.parametrize("how, want", [("sum", [6, 2]), ("prod", [6, 2]), ("amax", [3, 2]), ("amin", [1, 2])])
def test_combine_at(B, how, want):
    x = B.from_numpy(np.array([1.0, 2.0]))
    assert host(B.combine_at(x, B.from_numpy(np.array([0, 0])), B.from_numpy(np.array([2.0, 3.0])), how)) == want


def test_as_strided_checks_the_extent(B):
    x = B.from_numpy(np.arange(12.0).reshape(3, 4))
    assert host(B.as_strided(x, (2, 2), (4, 1), 1)) == [[1, 2], [5, 6]]
    with pytest.raises(RuntimeError, match="are out of bounds for storage of size 96"):
        B.as_strided(x, (2, 9), (4, 1), 0)


def test_host_and_device_do_not_mix(B):
    x = B.from_numpy(np.ones(2))
    with pytest.raises(TypeError):
        x + np.ones(2)
    with pytest.raises(TypeError):
        np.sum(x)


def test_unknown_ordinal(B, rl):
    with pytest.raises(RuntimeError, match="CUDA error: invalid device ordinal"):
        B.from_numpy(np.ones(2), 3)
    with pytest.raises(RuntimeError, match="CUDA error: invalid device ordinal"):
        rl.cuda.set_device(3)


def test_namespace(gpu, rl):
    assert rl.cuda.is_available() and rl.cuda.device_count() == 1 and rl.cuda.current_device() == 0
    assert rl.cuda.get_device_name("cuda:0") == "Make-believe GPU" and rl.cuda.get_device_capability() == (9, 0)
    assert rl.cuda.memory_allocated() == 1024 and rl.cuda.max_memory_reserved() == 4096
    assert rl.cuda.memory_stats()["allocated_bytes.all.peak"] == 1024 and "allocated" in rl.cuda.memory_summary()
    assert rl.cuda.mem_get_info() == (1 << 29, 1 << 30)
    rl.cuda.empty_cache()
    rl.cuda.synchronize()
    rl.cuda.reset_peak_memory_stats()
    with rl.cuda.device(0), rl.cuda.stream(rl.cuda.Stream()) as _:
        assert rl.cuda.current_stream() != rl.cuda.default_stream()
    assert rl.cuda.current_stream() == rl.cuda.default_stream()
    begin, end = rl.cuda.Event(enable_timing=True), rl.cuda.Event(enable_timing=True)
    begin.record()
    end.record()
    end.synchronize()
    assert begin.elapsed_time(end) == 1.5 and end.query()
    with pytest.raises(ValueError, match="Expected a cuda device, but got: cpu"):
        rl.cuda.get_device_name("cpu")


def test_seeds(gpu, rl):
    rl.cuda.manual_seed(5)
    state = rl.cuda.get_rng_state()
    assert rl.cuda.initial_seed() == 5 and len(rl.cuda.get_rng_state_all()) == 1
    rl.cuda.manual_seed_all(6)
    rl.cuda.set_rng_state(state)
    assert rl.cuda.get_rng_state().tolist() == state.tolist()


def test_tensors(gpu, rl):
    x = rl.arange(6.0).reshape(2, 3)
    y = x.cuda()
    assert y.is_cuda and str(y.device) == "cuda:0" and y.cpu().tolist() == x.tolist()
    assert (y * 2 + 1).sum().item() == 36
    assert repr(rl.ones(2, device="cuda")) == "tensor([1., 1.], device='cuda:0')"
    with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device"):
        x + y
    with pytest.raises(TypeError, match="can't convert cuda:0 device type tensor to numpy"):
        y.numpy()


def test_old_constructors(gpu, rl):
    x = rl.cuda.FloatTensor([1, 2])
    assert isinstance(x, rl.cuda.FloatTensor) and not isinstance(x, rl.cuda.LongTensor) and not isinstance(x, rl.FloatTensor)
    assert x.cpu().tolist() == [1, 2] and not isinstance(x.cpu(), rl.cuda.FloatTensor)


def test_backward(gpu, rl):
    x = rl.arange(3.0, device="cuda", requires_grad=True)
    (x.exp() * x).sum().backward()
    want = rl.arange(3.0)
    want = want.exp() * (1 + want)
    assert x.grad.is_cuda and rl.allclose(x.grad.cpu(), want)


def test_training_step(gpu, rl):
    """A model moved to the GPU trains to the CPU's numbers."""
    rl.manual_seed(0)
    model = rl.nn.Sequential(rl.nn.Linear(4, 8), rl.nn.ReLU(), rl.nn.Linear(8, 3))
    x, y = rl.randn(16, 4), rl.randint(0, 3, (16,))
    losses = []
    for device in ("cpu", "cuda"):
        import copy
        net = copy.deepcopy(model).to(device)
        optimizer = rl.optim.Adam(net.parameters(), lr=0.1)
        found = []
        for _ in range(3):
            loss = rl.nn.functional.cross_entropy(net(x.to(device)), y.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        losses.append(found)
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize("new", [True, False])
def test_checkpoints(gpu, rl, new):
    import io

    buffer = io.BytesIO()
    x = rl.arange(6.0).reshape(2, 3)
    rl.save({"there": x.to("cuda"), "here": x, "p": rl.nn.Parameter(x.to("cuda"))}, buffer, _use_new_zipfile_serialization=new)
    for where, expected in ((None, ("cuda:0", "cpu", "cuda:0")), ("cpu", ("cpu",) * 3), ("cuda:0", ("cuda:0",) * 3)):
        buffer.seek(0)
        found = rl.load(buffer, map_location=where)
        assert tuple(str(t.device) for t in found.values()) == expected
        assert all(t.tolist() == x.tolist() for t in found.values())
