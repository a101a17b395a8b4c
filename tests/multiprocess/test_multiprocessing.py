"""`torch.multiprocessing`: tensors keep one memory in all processes; `spawn` reports what went wrong."""
import os
import pickle
import signal
import sys
import time

import pytest

import rushlight as torch
from rushlight import multiprocessing as mp

pytestmark = pytest.mark.skipif(os.name != "posix", reason="memory is shared through descriptors, which POSIX systems have")


def work(index, tensor, layer, out):
    tensor.add_(index + 1)
    with torch.no_grad():
        layer.weight.fill_(7)
    out.put({"a": torch.arange(6).reshape(2, 3).t(), "p": torch.nn.Parameter(torch.ones(2)),
             "b": torch.ones(3, dtype=torch.bfloat16), "empty": torch.empty(0)})
    while tensor[0] < 100:                  # until the parent has what was sent
        time.sleep(0.01)


def fail(index):
    if index == 1:
        raise ValueError("boom")
    time.sleep(60)


def leave(index, code):
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


@pytest.mark.parametrize("how", ["spawn", "fork"])
def test_one_memory(how):
    if how == "fork" and sys.platform == "darwin":
        pytest.skip("forking with threads is unsafe on this system")
    tensor, layer = torch.zeros(2), torch.nn.Linear(2, 2)
    assert not tensor.is_shared()
    assert tensor.share_memory_() is tensor and tensor.is_shared() and tensor.untyped_storage().is_shared()
    layer.share_memory()
    python = mp.get_context(how)
    out = python.SimpleQueue()
    process = python.Process(target=work, args=(1, tensor, layer, out))
    process.start()
    found = out.get()
    assert tensor.tolist() == [2, 2] and layer.weight.tolist() == [[7, 7], [7, 7]]
    assert found["a"].tolist() == [[0, 3], [1, 4], [2, 5]] and found["a"].stride() == (1, 3) and found["a"].is_shared()
    assert type(found["p"]) is torch.nn.Parameter and found["p"].requires_grad
    assert found["b"].dtype == torch.bfloat16 and found["empty"].shape == (0,)
    tensor.fill_(100)
    process.join(20)
    assert process.exitcode == 0


def test_layout_is_kept():
    x = torch.arange(12.0).reshape(3, 4).t()
    before = x.tolist()
    x.share_memory_()
    assert x.tolist() == before and x.stride() == (1, 4)


def test_errors_of_spawn():
    with pytest.raises(mp.ProcessRaisedException, match="^\n\n-- Process 1 terminated with the following error:\nTraceback") as e:
        mp.spawn(fail, nprocs=2)
    assert "ValueError: boom" in str(e.value) and e.value.error_index == 1 and e.value.error_pid
    context = mp.start_processes(leave, args=(3,), nprocs=1, join=False, start_method="fork")
    with pytest.raises(mp.ProcessExitedException, match="^process 0 terminated with exit code 3$") as e:
        context.join()
    assert e.value.exit_code == 3 and e.value.signal_name is None
    with pytest.raises(mp.ProcessExitedException, match="^process 0 terminated with signal SIGKILL$") as e:
        mp.start_processes(leave, args=(-signal.SIGKILL,), nprocs=1, start_method="fork")
    assert type(pickle.loads(pickle.dumps(e.value))) is mp.ProcessExitedException


def test_what_cannot_be_sent():
    from multiprocessing.reduction import ForkingPickler
    with pytest.raises(RuntimeError, match="Cowardly refusing to serialize non-leaf tensor which requires_grad"):
        ForkingPickler.dumps(torch.ones(2, requires_grad=True) * 2)
    with pytest.raises(AssertionError, match="invalid sharing strategy 'x', expected one of"):
        mp.set_sharing_strategy("x")
    assert mp.get_sharing_strategy() in mp.get_all_sharing_strategies()
