"""`torch.distributed`: a group of one, and groups of processes on this machine."""
import os
import subprocess
import sys
import textwrap

import pytest

import rushlight as torch
from rushlight import distributed as dist
from rushlight.nn.parallel import DistributedDataParallel

PACKAGE_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(torch.__file__)))


@pytest.fixture
def alone(tmp_path):
    dist.init_process_group("gloo", init_method=f"file://{tmp_path / 'meet'}", rank=0, world_size=1)
    yield
    if dist.is_initialized():
        dist.destroy_process_group()


def test_before_it_begins(monkeypatch):
    assert dist.is_available() and not dist.is_initialized()
    for call in (dist.get_rank, dist.get_world_size, dist.barrier, lambda: dist.all_reduce(torch.ones(1))):
        with pytest.raises(ValueError, match="Default process group has not been initialized, please make sure to call init"):
            call()
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(ValueError, match="rendezvous: environment variable RANK expected, but not set"):
        dist.init_process_group("gloo")
    with pytest.raises(RuntimeError, match="Distributed package doesn't have NCCL built in"):
        dist.init_process_group("nccl")
    with pytest.raises(AssertionError, match="Unknown backend type nope"):
        dist.init_process_group("nope")


def test_a_group_of_one(alone):
    with pytest.raises(ValueError, match="trying to initialize the default process group twice!"):
        dist.init_process_group("gloo")
    assert (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (0, 1, "gloo")
    x = torch.arange(3.0)
    assert dist.all_reduce(x) is None and x.tolist() == [0, 1, 2]
    assert dist.all_reduce(x, op=dist.ReduceOp.MAX, async_op=True).wait() is True
    found, objects = [torch.zeros(3)], [None]
    dist.all_gather(found, x)
    dist.all_gather_object(objects, {"a": 1})
    assert found[0].tolist() == [0, 1, 2] and objects == [{"a": 1}]
    dist.broadcast(x, 0)
    dist.scatter(x, [torch.ones(3)])
    y = torch.zeros(3)
    dist.reduce_scatter(y, [x])
    dist.barrier()
    assert y.tolist() == [1, 1, 1] and dist.get_rank(dist.new_group([0])) == 0
    with pytest.raises(RuntimeError, match="ProcessGroupGloo::broadcast: invalid root rank: 1"):
        dist.broadcast(x, 1)
    with pytest.raises(TypeError, match="Expected parameter `tensor` of type torch.Tensor"):
        dist.all_reduce(3)
    with pytest.raises(RuntimeError, match=r"invalid output tensor list at index 0 \(expected length 1, got 0\)"):
        dist.all_gather([], x)
    with pytest.raises(ValueError, match="destination rank should not be the same as the rank of the current process"):
        dist.send(x, 0)


def test_the_wrapper_alone(alone):
    layer = torch.nn.Linear(2, 2)
    model = DistributedDataParallel(layer)
    assert list(model.state_dict()) == ["module.weight", "module.bias"] and model.module is layer
    with model.no_sync():
        model(torch.ones(2)).sum().backward()
    assert layer.weight.grad.tolist() == [[1, 1], [1, 1]]
    with pytest.raises(RuntimeError, match="DistributedDataParallel is not needed when a module doesn't have any parameter"):
        DistributedDataParallel(torch.nn.ReLU())


PROGRAM = """
    import sys, rushlight as torch, rushlight.distributed as dist
    from rushlight.nn.parallel import DistributedDataParallel as DDP
    from rushlight.utils.data.distributed import DistributedSampler
    rank, size = int(sys.argv[1]), 3
    dist.init_process_group("gloo", init_method="file://" + sys.argv[2], rank=rank, world_size=size)
    x = torch.full((2, 2), float(rank + 1)).t()
    work = dist.all_reduce(x, async_op=True)
    work.wait()
    assert x.tolist() == [[6, 6], [6, 6]]
    m = torch.tensor([rank]); dist.all_reduce(m, dist.ReduceOp.MAX); assert m.item() == 2
    r = torch.tensor([rank + 1]); dist.reduce(r, 1); assert r.item() == (6 if rank == 1 else rank + 1)
    b = torch.tensor([rank]); dist.broadcast(b, 2); assert b.item() == 2
    g = [torch.zeros(1) for _ in range(size)]; dist.all_gather(g, torch.tensor([float(rank)])); assert [v.item() for v in g] == [0, 1, 2]
    whole = torch.zeros(3, 1); dist.all_gather_into_tensor(whole, torch.ones(1, 1) * rank); assert whole.tolist() == [[0], [1], [2]]
    g = [torch.zeros(1) for _ in range(size)] if rank == 0 else None
    dist.gather(torch.tensor([float(rank)]), g, 0)
    assert rank or [v.item() for v in g] == [0, 1, 2]
    s = torch.zeros(1); dist.scatter(s, [torch.tensor([i * 10.]) for i in range(size)] if rank == 0 else None, 0); assert s.item() == rank * 10
    out = list(torch.zeros(3, 1).unbind(0)); dist.all_to_all(out, [torch.tensor([rank * 10. + i]) for i in range(size)])
    assert [v.item() for v in out] == [rank, 10 + rank, 20 + rank]
    p = torch.zeros(1); dist.reduce_scatter(p, [torch.tensor([float(i + rank)]) for i in range(size)]); assert p.item() == 3 * rank + 3
    objects = [None] * size; dist.all_gather_object(objects, {"rank": rank}); assert [o["rank"] for o in objects] == [0, 1, 2]
    named = [rank] if rank == 1 else [None]; dist.broadcast_object_list(named, 1); assert named == [1]
    if rank == 0: dist.send(torch.ones(2), 1)
    if rank == 1:
        t = torch.zeros(2); assert dist.recv(t, 0) == 0 and t.tolist() == [1, 1]
    pair = dist.new_group([0, 2])
    if rank != 1:
        v = torch.ones(1); dist.all_reduce(v, group=pair); assert v.item() == 2 and dist.get_group_rank(pair, 2) == 1
    torch.manual_seed(rank)
    model = DDP(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 1)))
    sampler = DistributedSampler(range(12), shuffle=False)
    assert list(sampler) == list(range(rank, 12, 3))
    data = torch.arange(24.).reshape(12, 2) / 24
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        opt.zero_grad()
        model(data[list(sampler)]).pow(2).mean().backward()
        opt.step()
    w = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
    every = [torch.zeros_like(w) for _ in range(size)]; dist.all_gather(every, w)
    assert all(torch.equal(e, w) for e in every)
    dist.destroy_process_group()
    print("done", rank)
"""


def test_three_processes(tmp_path):
    runs = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(PROGRAM), str(rank), str(tmp_path / "meet")],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
                             env={**os.environ, "PYTHONPATH": PACKAGE_ROOT}) for rank in range(3)]
    try:
        outcomes = [run.communicate(timeout=60) for run in runs]
    finally:
        for run in runs:
            run.kill()
    assert outcomes == [(f"done {rank}\n", "") for rank in range(3)]


def test_collectives_with_gradients(alone):
    from rushlight.distributed import nn as dist_nn

    x = torch.arange(3.0, requires_grad=True)
    for got in (dist_nn.all_reduce(x), dist_nn.broadcast(x, 0), dist_nn.reduce(x, 0), dist_nn.all_gather(x)[0],
                dist_nn.gather(x)[0], dist_nn.scatter([x]), dist_nn.reduce_scatter(torch.zeros(3), [x]),
                dist_nn.all_to_all([torch.zeros(3)], [x])[0], dist_nn.all_to_all_single(torch.zeros(3), x)):
        x.grad = None
        (got * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
        assert got.tolist() == [0, 1, 2] and x.grad.tolist() == [1, 2, 3]
    assert dist.constants.default_pg_timeout == dist.default_pg_timeout
