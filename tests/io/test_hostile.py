"""Files made to do harm are refused: nothing of theirs runs, nothing crashes, memory stays within bounds."""

import io
import os
import pickle
import random
import sys
import time
import tracemalloc

import hostile
import pytest

MIB = 1 << 20
ALLOWANCE = 4 * MIB                      # a quarter of the ordinary one, so that a quarter of the work shows as much
CLEAR = (pickle.UnpicklingError, RuntimeError, EOFError, MemoryError, ValueError, TypeError)
UNCLEAR = (RecursionError, NotImplementedError, UnicodeError)


@pytest.fixture(autouse=True)
def _small_allowance(rl):
    before = rl.serialization.get_memory_allowance()
    rl.serialization.set_memory_allowance(ALLOWANCE)
    yield
    rl.serialization.set_memory_allowance(before)


def attempt(load, data):
    """Return (the error or None, peak of memory, seconds)."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        load(data)
        error = None
    except Exception as e:
        error = e
    seconds = time.perf_counter() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return error, peak, seconds


def problem(name, data, load):
    """Return what is wrong with how a file was refused, or None."""
    from rushlight.io.safetensors import SafetensorError

    error, peak, seconds = attempt(load, data)
    if error is None:
        return f"{name}: accepted"
    if not isinstance(error, (*CLEAR, SafetensorError)) or isinstance(error, UNCLEAR) or not str(error):
        return f"{name}: {type(error).__name__}: {error}"
    if peak > len(data) + ALLOWANCE:
        return f"{name}: {peak / MIB:.1f} MiB for a file of {len(data) / MIB:.1f}"
    if seconds > 20:
        return f"{name}: {seconds:.1f} s"
    return None


def loaders(rl):
    from rushlight.io.safetensors.torch import load

    return {True: load, False: lambda data: rl.load(io.BytesIO(data), weights_only=False)}


def test_the_files_they_are_made_of_are_sound(rl):
    for data in hostile.sound_files():
        found = rl.load(io.BytesIO(data), weights_only=False)
        assert found.shape == (4,)


@pytest.mark.parametrize("kind", ["code", "pickle", "tensor", "zip", "old", "safetensors", "cut"])
def test_all_are_refused(kind, rl):
    how = loaders(rl)
    before = set(sys.modules)
    how[False](hostile.sound_files()[0])
    files = [f for f in hostile.all_files() if f[0].startswith(kind + ":")]
    assert len(files) >= 30
    problems = [p for name, data, safe in files if (p := problem(name, data, how[safe]))]
    assert not problems, f"{len(problems)} of {len(files)}:\n" + "\n".join(problems)
    assert not os.path.exists(hostile.CANARY)
    assert not {"antigravity", "pty", "webbrowser", "pdb"} & (set(sys.modules) - before)


def test_there_are_enough():
    names = [name for name, _, _ in hostile.all_files()]
    assert len(names) == len(set(names)) >= 400


def test_weights_only_refuses_code_too(rl):
    for name, pkl in hostile.code_pickles():
        with pytest.raises((pickle.UnpicklingError, RuntimeError)):
            rl.load(io.BytesIO(hostile.archive(pkl)))
    assert not os.path.exists(hostile.CANARY)


def test_files_with_random_damage_load_or_are_refused(rl):
    """No damage may crash the reader, hang it or make it ask for memory."""
    random_numbers = random.Random(5)
    how = loaders(rl)[False]
    for data in hostile.sound_files():
        for _ in range(150):
            damaged = bytearray(data)
            for _ in range(random_numbers.randrange(1, 4)):
                damaged[random_numbers.randrange(len(damaged))] = random_numbers.randrange(256)
            error, peak, _ = attempt(how, bytes(damaged))
            assert error is None or isinstance(error, CLEAR) and not isinstance(error, UNCLEAR), (bytes(damaged), error)
            assert peak < len(data) + ALLOWANCE


def test_the_allowance_is_16_mib_and_can_be_raised(rl):
    s = rl.serialization
    s.set_memory_allowance(16 * MIB)
    many = {str(i): i + 1000 for i in range(70_000)}
    buffer = io.BytesIO()
    rl.save(many, buffer)
    error, peak, _ = attempt(rl.load, io.BytesIO(buffer.getvalue()))
    assert isinstance(error, MemoryError) and "set_memory_allowance" in str(error)
    assert peak < len(buffer.getvalue()) + 16 * MIB
    s.set_memory_allowance(64 * MIB)
    assert rl.load(io.BytesIO(buffer.getvalue())) == many


def test_that_is_the_ordinary_allowance():
    import subprocess

    code = "import rushlight; print(rushlight.serialization.get_memory_allowance())"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert int(out.stdout) == 16 * MIB
