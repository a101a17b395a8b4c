"""Counting the operations of forward passes; records of a checkpoint one at a time."""
import pytest

import rushlight as torch
from rushlight import nn
from rushlight.utils.flop_counter import FlopCounterMode


def test_operations_by_module():
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5))
    with FlopCounterMode(display=False) as counter:
        model(torch.ones(2, 3))
        nn.Conv2d(2, 3, 3)(torch.ones(1, 2, 5, 5))
    by_module = {name: sum(c.values()) for name, c in counter.get_flop_counts().items()}
    assert counter.get_total_flops() == 128 + 972 and by_module["Sequential.1"] == 80
    assert "Sequential.0" in counter.get_table()


def test_records_of_a_checkpoint(tmp_path):
    torch.save({"a": torch.arange(3.0)}, tmp_path / "a.pt")
    reader = torch.PyTorchFileReader(str(tmp_path / "a.pt"))
    assert {"data.pkl", "data/0", "version"} <= set(reader.get_all_records()) and reader.get_record_size("data/0") == 12
    assert reader.get_storage_from_record("data/0", 3, torch.float32).dtype == torch.float32
    with pytest.raises(RuntimeError, match="PytorchStreamReader failed locating file zz: file not found"):
        reader.get_record("zz")
    with pytest.raises(RuntimeError, match="open file failed because of errno 2 on fopen: No such file or directory"):
        torch.PyTorchFileReader(str(tmp_path / "none"))


def test_terms_of_parallel_plans():
    from rushlight.distributed.fsdp import FullyShardedDataParallel
    from rushlight.distributed.tensor import Partial, Replicate, Shard
    from rushlight.distributed.tensor.parallel import ColwiseParallel, parallelize_module

    assert repr(ColwiseParallel()) == "ColwiseParallel(input_layouts=(Replicate(),), output_layouts=(Shard(dim=-1),), use_local_output=True)"
    assert Shard(0) == Shard(0) and str(Partial()) == "P(sum)" and Replicate().is_replicate() and not Shard(1).is_shard(0)
    for refused in (FullyShardedDataParallel, parallelize_module):
        with pytest.raises(RuntimeError, match="Rushlight does not"):
            refused(nn.Linear(1, 1))
