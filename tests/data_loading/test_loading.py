"""Loaders, samplers, datasets and collating, against PyTorch line by line: values, order, texts of errors, warnings."""

import collections
import gzip
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
from loader_cases import COLLATING, CONSTRUCTION, ORDERS, Pair, Plain, streams

RECORD = pathlib.Path(__file__).parent / "loading.json.gz"
CASES = [line for text in (CONSTRUCTION, COLLATING, ORDERS) for line in text.strip().splitlines()]


def outcome(library, case):
    """What a line of a case gives in a library: [printed value or error, warnings]."""
    D = importlib.import_module(library.__name__ + ".utils.data")
    Five, Sized = streams(D)

    def epochs(loader):
        """Two epochs, and where the generator stands while and after each."""
        found = []
        for _ in range(2):
            batches = iter(loader)
            found += [library.rand(1).item(), next(batches), library.rand(1).item(), list(batches), library.rand(1).item()]
        return found

    library.manual_seed(5)
    names = dict(t=library, D=D, L=D.DataLoader, np=np, c=collections, Five=Five, Sized=Sized, Plain=Plain, Pair=Pair,
                 ds=D.TensorDataset(library.arange(10)), g=library.Generator().manual_seed(3), epochs=epochs,
                 lengths=lambda *args: [len(part) for part in D.random_split(*args)])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            found = repr(eval(case, names))
        except Exception as e:
            found = f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"
    clean = [re.sub(r"0x[0-9a-f]+|system is \d+", "...", text) for text in (found, *(str(w.message) for w in told))]
    return [clean[0].replace("rushlight.", "torch."), clean[1:]]


def recorded():
    """What PyTorch gave for each line when the file was written."""
    with gzip.open(RECORD, "rt", encoding="utf-8") as file:
        return json.load(file)


@pytest.mark.parametrize("case", CASES)
def test_as_pytorch(rl, case):
    import oracle

    torch = oracle.pytorch()
    expected = outcome(torch, case) if torch is not None else recorded()[case]
    assert outcome(rl, case) == expected


def test_record_is_complete():
    """Written by `python test_loading.py` where PyTorch is installed."""
    assert set(recorded()) == set(CASES)


# ---- the quick way for rows of tensors -----------------------------------------------------------


def test_rows_come_without_samples(rl):
    """With the default collate function a batch of a TensorDataset is one indexing of each tensor."""
    from rushlight.utils.data import DataLoader, Subset, TensorDataset

    x, y = rl.arange(12.).reshape(6, 2), rl.arange(6)
    slow = list(DataLoader(TensorDataset(x, y), 4, collate_fn=lambda b: rl.utils.data.default_collate(b)))
    subset = Subset(Subset(TensorDataset(x, y), [5, 4, 3, 0]), [3, 1])
    fast = list(DataLoader(TensorDataset(x, y), 4))
    assert [[a.tolist() for a in b] for b in fast] == [[a.tolist() for a in b] for b in slow]
    assert [a.tolist() for a in next(iter(DataLoader(subset, 2)))] == [[[0., 1.], [8., 9.]], [0, 4]]
    fast[0][0].zero_()                                       # a batch is a copy
    assert x.sum() == 66


def test_rows_leave_other_datasets_alone(rl):
    """Subclasses with samples of their own, tensors in a graph and other rules go sample by sample."""
    from rushlight.utils.data import DataLoader, TensorDataset, _utils

    class Negated(TensorDataset):
        def __getitem__(self, i):
            return -super().__getitem__(i)[0]

    x = rl.arange(4.)
    assert next(iter(DataLoader(Negated(x), 2))).tolist() == [0, -1]
    found, = next(iter(DataLoader(TensorDataset(x.clone().requires_grad_()), 2)))
    assert "Stack" in type(found.grad_fn).__name__ or "Stack" in repr(found.grad_fn)
    rules = _utils.collate.default_collate_fn_map
    kept = rules[rl.Tensor]
    try:
        rules[rl.Tensor] = lambda batch, *, collate_fn_map=None: "mine"
        assert next(iter(DataLoader(TensorDataset(x), 2))) == ["mine"]
    finally:
        rules[rl.Tensor] = kept
    with pytest.raises(IndexError, match="index 9 is out of bounds for dimension 0 with size 4"):
        list(DataLoader(TensorDataset(x), sampler=[9]))


@pytest.mark.parametrize("options", [
    {}, {"drop_last": True}, {"batch_size": 5}, {"shuffle": True}, {"shuffle": True, "own": True}, {"shuffle": True, "batch_size": 100},
    {"num_samples": 23}, {"num_samples": 40, "drop_last": True, "own": True}, {"num_samples": 20, "own": True},
    {"num_samples": 70, "replacement": True}, {"num_samples": 64, "replacement": True, "own": True, "batch_size": 32}], ids=str)
def test_rows_come_in_the_same_order(rl, options):
    """And every generator stands, after each batch and at the end, where it stands when samples are made one by one."""
    from rushlight.utils.data import DataLoader, RandomSampler, Subset, TensorDataset

    def drawn(collate_fn, subset):
        rl.manual_seed(3)
        rest = dict(options)
        g = rl.Generator().manual_seed(4) if rest.pop("own", False) else None
        data = TensorDataset(rl.arange(20), rl.rand(20, 2))
        data = Subset(data, range(19, 2, -1)) if subset else data
        sampler = {name: rest.pop(name) for name in ("num_samples", "replacement") if name in rest}
        if sampler:
            rest["sampler"] = RandomSampler(data, generator=g, **sampler)
        loader = DataLoader(data, **{"batch_size": 3, **rest}, generator=g, collate_fn=collate_fn)
        found = []
        for _ in range(2):
            for x, y in loader:
                found.append([x.tolist(), y.tolist(), rl.rand(1).item(), g and g.get_state().tolist()])
            found.append([rl.rand(1).item(), g and g.get_state().tolist()])
        return found

    for subset in (False, True):
        assert drawn(None, subset) == drawn(lambda samples: rl.utils.data.default_collate(samples), subset)


@pytest.mark.parametrize("subset, size", [(False, 64), (True, 16)])
def test_rows_are_quick(rl, subset, size):
    """Measured: at least 20 times quicker than sample by sample, in both builds; a noisy machine gets some room."""
    import time

    from rushlight.utils.data import DataLoader, Subset, TensorDataset, default_collate

    data = TensorDataset(rl.zeros(6400, 4), rl.arange(6400))
    if subset:
        data = Subset(data, list(range(0, 6400, 2)))

    def seconds(**options):
        began = time.perf_counter()
        for _ in DataLoader(data, size, **options):
            pass
        return time.perf_counter() - began

    quick = min(seconds() for _ in range(10))
    assert min(seconds(collate_fn=lambda samples: default_collate(samples)) for _ in range(2)) > 11 * quick


def test_replaced_data_are_seen(rl):
    """Rows come from what the datasets hold when a batch is made, also within an epoch."""
    from rushlight.utils.data import DataLoader, Subset, TensorDataset

    data = TensorDataset(rl.arange(8))
    subset = Subset(data, [7, 6, 5, 4, 3, 2])
    batches = iter(DataLoader(subset, 2))
    assert next(batches)[0].tolist() == [7, 6]
    data.tensors = (rl.arange(8) * 10,)
    assert next(batches)[0].tolist() == [50, 40]
    subset.indices = [0, 0, 0, 0, 1, 8]
    with pytest.raises(IndexError):
        next(batches)
    subset.indices[5] = 2
    assert list(DataLoader(subset, 6))[0][0].tolist() == [0, 0, 0, 0, 10, 20]
    subset.indices[5] = 3               # the same list, changed between epochs
    assert list(DataLoader(subset, 6))[0][0].tolist() == [0, 0, 0, 0, 10, 30]
    outer = Subset(subset, range(5, 3, -1))
    assert list(DataLoader(outer, 2))[0][0].tolist() == [30, 10]
    data.tensors[0].mul_(2)
    assert list(DataLoader(outer, 2))[0][0].tolist() == [60, 20]


def test_set_epoch_changes_the_order(rl):
    from rushlight.utils.data import DistributedSampler

    sampler = DistributedSampler(range(50), 2, 0)
    first = list(sampler)
    assert first == list(sampler)
    sampler.set_epoch(1)
    assert first != list(sampler)


def test_import_is_cheap():
    """Nothing of multiprocessing is imported before a loader has workers."""
    code = ("import sys, rushlight.utils.data as D; list(D.DataLoader([1, 2])); "
            "assert 'multiprocessing' not in sys.modules, 'imported'")
    subprocess.run([sys.executable, "-c", code], check=True, env=_environment())


def _environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


if __name__ == "__main__":
    sys.path.insert(0, str(RECORD.parent.parent))
    import oracle

    with gzip.GzipFile(RECORD, "wb", mtime=0) as out:
        out.write(json.dumps({case: outcome(oracle.pytorch(), case) for case in CASES}, indent=0).encode())
