"""The memory of large arrays: taken again, given back, safe among threads, forks and other allocators' arrays."""
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import rushlight as rl

memory = pytest.importorskip("rushlight.native.memory")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@pytest.fixture
def installed():
    before = memory.installed()
    memory.install()
    rl.memory.empty_cache()
    yield
    rl.memory.empty_cache()
    if not before:
        memory.uninstall()


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@on_linux
def test_freed_memory_goes_back_on_request(installed):
    before = resident()
    x = [rl.ones(5_000_000) for _ in range(5)]
    full = resident()
    assert full - before > 95e6
    del x
    assert resident() - before > 90e6                   # kept ...
    assert rl.memory.empty_cache() >= 100e6
    assert resident() - before < 0.05 * (full - before)  # ... until asked for


def test_blocks_are_used_again(installed):
    x = np.ones(100_000)
    place = x.ctypes.data
    assert place % 64 == 0
    del x
    before = rl.memory.memory_stats()
    x = np.zeros(100_000)
    after = rl.memory.memory_stats()
    assert x.ctypes.data == place and not x.any()       # the block of ones, cleared
    assert after["hits"] == before["hits"] + 1 and after["kept"] < before["kept"]


def test_what_is_kept_is_bounded(installed):
    rl.memory.set_limit(1 << 20)
    try:
        for n in range(20):
            x = np.ones(60_000 + 10_000 * n)
            del x
            assert rl.memory.memory_stats()["kept"] <= 1 << 20
        rl.memory.set_limit(0)
        assert rl.memory.memory_stats()["kept"] == 0
    finally:
        rl.memory.set_limit(1 << 30)
    with pytest.raises(ValueError):
        rl.memory.set_limit(-1)


def test_no_larger_than_the_peak(installed):
    for n in range(1, 12):
        x = np.empty(n << 20)
        del x
        stats = rl.memory.memory_stats()
        assert stats["kept"] <= stats["peak_used"] + (32 << 20)


def test_arrays_of_both_allocators(installed):
    ours = np.arange(50_000.0)
    memory.uninstall()
    assert not memory.installed()
    theirs = np.arange(50_000.0)
    ours = np.resize(ours, 60_000)
    memory.install()
    theirs.resize(80_000, refcheck=False)
    grown = np.arange(10_000.0)
    for n in (100_000, 2_000, 300_000):
        grown.resize(n, refcheck=False)
        assert (grown[:2_000] == np.arange(2_000)).all()
    assert (theirs[:50_000] == np.arange(50_000)).all() and not theirs[50_000:].any()
    del ours, theirs, grown


def test_core():
    """The allocator's functions alone, also where a sanitizer's malloc serves NumPy."""
    assert memory.self_test(1, 4000) == 0
    wrong = []
    threads = [threading.Thread(target=lambda s: wrong.append(memory.self_test(s, 1500)), args=(s,)) for s in (2, 3, 4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == [0, 0, 0]
    rl.memory.empty_cache()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork(installed):
    x = np.arange(200_000.0)
    child = os.fork()
    if child == 0:
        good = memory.self_test(5, 500) == 0 and (x == np.arange(200_000.0)).all()
        del x
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (x == np.arange(200_000.0)).all()


def test_opt_out():
    code = "import rushlight\nfrom rushlight.native import memory\nprint(memory.installed())"
    for value, answer in (("0", "False"), ("1", "True")):
        env = dict(os.environ, RUSHLIGHT_ALLOCATOR=value, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
        run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert run.stdout.strip() == answer
