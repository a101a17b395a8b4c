"""Worker processes: order, seeds, errors, deaths, and that nothing stays behind."""

import os
import pickle
import random
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

import rushlight as rl
from rushlight.utils import data as D

forked = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers hold functions of the test, which only fork hands over")


class Map(D.Dataset):
    """f(i) for each i < n; of this module, so that it can be sent to a process."""

    def __init__(self, f, n=6):
        self.f, self.n = f, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return self.f(i)


class Stream(D.IterableDataset):
    """The numbers that f gives."""

    def __init__(self, f):
        self.f = f

    def __iter__(self):
        return iter(self.f())


def workers(dataset, **options):
    return D.DataLoader(dataset, **{"num_workers": 2, "multiprocessing_context": "fork", **options})


def square(i):
    return rl.full((120, 120), float(i)), i * i, str(i)


@pytest.mark.parametrize("method", [m for m in ("fork", "spawn") if hasattr(os, "fork") or m == "spawn"])
def test_batches_as_without_workers(method):
    """Large arrays, numbers and texts arrive whole, in order, and can be written to."""
    dataset = Map(square)
    there = list(workers(dataset, batch_size=2, multiprocessing_context=method))
    here = list(D.DataLoader(dataset, 2))
    assert len(there) == len(here) == 3
    for (x, n, s), (x2, n2, s2) in zip(there, here):
        assert rl.equal(x, x2) and rl.equal(n, n2) and s == s2
        x.add_(1)


def seeds(_):
    found = D.get_worker_info()
    return (found.id, found.num_workers, found.seed, rl.initial_seed(), random.random(), np.random.rand(), rl.rand(1).item())


def drawn(library, data, f, **options):
    library.manual_seed(7)
    loader = data.DataLoader(Map(f, 7), num_workers=2, multiprocessing_context="fork", **options)
    return [(list(loader), library.rand(1).item()) for _ in range(3)]


@forked
@pytest.mark.parametrize("options", [{"batch_size": None}, {"batch_size": None, "shuffle": True, "persistent_workers": True},
                                     {"batch_size": 2, "shuffle": True}], ids=str)
def test_seeds_as_pytorch(torch, options):
    """Base seed, seeds of all generators in each worker, order of shuffles, and the main generator afterwards."""
    def theirs(_):
        found = torch.utils.data.get_worker_info()
        return (found.id, found.num_workers, found.seed, torch.initial_seed(), random.random(), np.random.rand(),
                torch.rand(1).item())

    def plain(found):
        return repr([([[v.tolist() if hasattr(v, "tolist") else v for v in batch] for batch in epoch], after)
                     for epoch, after in found])

    assert plain(drawn(rl, D, seeds, **options)) == plain(drawn(torch, torch.utils.data, theirs, **options))


def test_seeds_recorded():
    """The state that NumPy's generator is seeded with, as PyTorch gives it."""
    from rushlight.utils.data._utils.worker import generate_state

    assert generate_state(4095051218741643470, 0) == [2179775211, 1084446337, 3932410000, 3256643703]
    assert generate_state(2**63 - 1, 17) == [3800880543, 317924268, 1915668647, 1232968305]


def share():
    me = D.get_worker_info().id
    return range(me * 10, me * 10 + (7, 2)[me])


@forked
@pytest.mark.parametrize("options, expected", [
    ({"batch_size": 2}, [[0, 1], [10, 11], [2, 3], [4, 5], [6]]),
    ({"batch_size": 2, "drop_last": True}, [[0, 1], [10, 11], [2, 3], [4, 5]]),
    ({"batch_size": None}, [0, 10, 1, 11, 2, 3, 4, 5, 6]),
], ids=str)
def test_streams_in_turn(options, expected):
    """A worker whose part has ended is passed over, in a second epoch of the same workers too."""
    for persistent in (False, True):
        loader = workers(Stream(share), persistent_workers=persistent, **options)
        for _ in range(2):
            assert [b.tolist() if hasattr(b, "tolist") else b for b in loader] == expected


@forked
def test_any_order():
    def slow_first(i):
        time.sleep(0.3 if i == 0 else 0)
        return i

    found = list(workers(Map(slow_first, 5), batch_size=None, in_order=False))
    assert sorted(found) == [0, 1, 2, 3, 4] and found[0] != 0


class Odd(Exception):
    def __init__(self, a, b):
        super().__init__(a, b)


def failing(error):
    def f(i):
        if i == 1:
            raise error
        return i
    return f


@forked
@pytest.mark.parametrize("error, kind", [(ValueError("x"), ValueError), (KeyError("k"), KeyError), (Odd(1, 2), RuntimeError),
                                         (FileNotFoundError(2, "no"), FileNotFoundError)], ids=repr)
def test_errors_come_with_the_traceback(error, kind):
    """The class is kept where it can be; the next batch comes all the same."""
    batches = iter(workers(Map(failing(error), 4)))
    assert next(batches).tolist() == [0]
    with pytest.raises(kind) as caught:
        next(batches)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"Caught {type(error).__name__} in DataLoader worker process 1."
    assert lines[1] == "Original Traceback (most recent call last):"
    assert lines[-1].endswith(f"{type(error).__name__}: {error}")
    assert [b.tolist() for b in batches] == [[2], [3]]


@forked
@pytest.mark.parametrize("options, text", [
    (dict(dataset=Map(lambda i: lambda: i)), "pickle"),
    (dict(dataset=Map(abs), worker_init_fn=failing(ValueError("init"))), "ValueError: init"),
    (dict(dataset=Map(lambda i: rl.ones(1, requires_grad=True))), "stack(): functions with out=... arguments don't support"),
], ids=["unpicklable", "init", "grad"])
def test_other_errors_in_workers(options, text):
    with pytest.raises(Exception) as caught:
        list(workers(**options, batch_size=1 if "init" in text or "stack" in text else None))
    assert text in str(caught.value) and "in DataLoader worker process" in str(caught.value)


@forked
@pytest.mark.parametrize("how, cause", [
    (lambda: os._exit(3), "exited unexpectedly with exit code 3"),
    (lambda: os.kill(os.getpid(), signal.SIGKILL), "is killed by signal: Killed"),
    (lambda: failing(KeyboardInterrupt())(1), "exited unexpectedly with exit code 0"),
], ids=["exit", "kill", "interrupt"])
def test_a_dead_worker_is_reported(how, cause):
    def die(i):
        return how() if i == 3 else i

    with pytest.raises(RuntimeError, match=r"^DataLoader worker \(pid\(s\) \d+\) exited unexpectedly$") as caught:
        list(workers(Map(die)))
    assert cause in str(caught.value.__cause__)


@forked
def test_tensors_travel_whole():
    """Also once multiprocessing shares tensors: those it shares are lost with a worker that dies early."""
    import rushlight.multiprocessing

    from rushlight.utils.data._utils import transfer

    small = rushlight.arange(4.)
    payload, large = transfer.dumps([small, rushlight.nn.Parameter(small)])
    assert not large and b"reductions" not in bytes(payload) and b"descriptor" not in bytes(payload)
    found = pickle.loads(payload)
    assert found[0].tolist() == [0, 1, 2, 3] and found[1].requires_grad


@forked
def test_time_is_up():
    def slow(i):
        time.sleep(i * 1.3)
        return i

    with pytest.raises(RuntimeError, match="^DataLoader timed out after 1 seconds$"):
        list(workers(Map(slow, 2), timeout=1))


@forked
def test_leaving_early_ends_the_workers():
    """Also while they wait to hand over what nobody will take."""
    batches = iter(workers(Map(lambda i: "x" * 500_000, 100), batch_size=None))
    assert len(next(batches)) == 500_000
    processes = list(batches._pool.processes)
    began = time.monotonic()
    del batches
    assert time.monotonic() - began < 4
    assert not any(p.is_alive() for p in processes)


@forked
def test_long_lists_of_indices():
    """Longer than a pipe holds, while the workers have more to say than a pipe holds."""
    n = 40_000
    loader = workers(range(n), batch_size=n // 4, collate_fn=lambda batch: ("x" * 400_000, len(batch)))
    assert [size for _, size in loader] == [n // 4] * 4


@forked
def test_two_loaders_at_once():
    a, b = workers(Map(square), batch_size=3), workers(Map(square), batch_size=3)
    assert [(x[1] + y[1]).tolist() for x, y in zip(a, b)] == [[0, 2, 8], [18, 32, 50]]


def prepared(worker):
    D.get_worker_info().dataset.f = (worker * 100).__add__


@pytest.mark.parametrize("method", [m for m in ("fork", "spawn") if hasattr(os, "fork") or m == "spawn"])
def test_init_prepares_each_copy(method):
    """`worker_init_fn` may change the worker's own copy of the dataset; this process's stays as it is."""
    dataset = Map(abs)
    loader = workers(dataset, batch_size=None, worker_init_fn=prepared, multiprocessing_context=method, timeout=60)
    assert list(loader) == [0, 101, 2, 103, 4, 105] and dataset.f is abs


def test_a_stream_by_spawn_with_pinning():
    """Also where workers start anew; without a GPU, pinning is a warning and nothing more."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        loader = workers(Stream(share), batch_size=2, multiprocessing_context="spawn", timeout=60, pin_memory=True)
        assert [b.tolist() for b in loader] == [[0, 1], [10, 11], [2, 3], [4, 5], [6]]
    assert any("no accelerator is found" in str(w.message) for w in told) != rl.cuda.is_available()


@forked
@pytest.mark.parametrize("factor", [1, 3])
def test_so_many_are_made_ahead(factor):
    """Two workers ask the sampler for `factor` batches each before the first is handed out, and for one more each time."""
    asked = []

    def sampler():
        for i in range(20):
            asked.append(i)
            yield i

    batches = iter(workers(Map(abs, 20), batch_size=None, sampler=sampler(), prefetch_factor=factor, timeout=60))
    assert len(asked) == 2 * factor
    next(batches)
    assert len(asked) == 2 * factor + 1


SCRIPT = """
import os, signal, sys, threading, time
import rushlight as rl
from rushlight.utils.data import DataLoader, Dataset

class Slow(Dataset):
    def __len__(self): return 100
    def __getitem__(self, i): time.sleep(0.1); return i

batches = iter(DataLoader(Slow(), num_workers=2, persistent_workers=True, multiprocessing_context="fork"))
next(batches)
"""
ENDS = {
    "end": ("", 0, ""),
    "exit": ("sys.exit(4)", 4, ""),
    "error": ("raise ValueError('here')", 1, "ValueError: here"),
    "ctrl-c": ("threading.Timer(0.2, lambda: os.killpg(0, signal.SIGINT)).start()\nlist(batches)", -signal.SIGINT,
               "KeyboardInterrupt"),
}


@forked
@pytest.mark.parametrize("name", ENDS)
def test_a_program_ends_with_its_workers(name):
    code, status, text = ENDS[name]
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", SCRIPT + code], capture_output=True, text=True, timeout=30,
                          start_new_session=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    assert done.returncode == status
    assert time.monotonic() - began < 8
    errors = done.stderr.strip().splitlines()
    assert (errors[-1] if errors else "") == text
    assert done.stderr.count("Traceback") == (1 if text else 0)
