"""Whole programs, trained here and in PyTorch from the same seed, print the same losses to four digits."""

import json
import os
import subprocess
import sys

import pytest
import training

@pytest.fixture(scope="module")
def recorded():
    return json.loads(training.RECORD.read_text())


@pytest.mark.parametrize("name", training.PROGRAMS)
def test_losses_as_recorded(rl, recorded, name):
    losses, printed = training.run(name, rl)
    close = training.CLOSE_IN_BFLOAT16 if name == "mixed_precision" else training.CLOSE
    assert not training.differences(losses, recorded[name], close)
    assert printed.count("\n") >= 4


def test_resnet18_in_double_precision(rl, recorded):
    losses, _ = training.run("resnet18", rl, training.DOUBLE)
    assert not training.differences(losses, recorded["resnet18 in double"])
    assert losses[0] - losses[-2] > 0.5


@pytest.mark.parametrize("name", training.PROGRAMS)
def test_recording(torch, recorded, name):
    """The recorded losses are what PyTorch gives."""
    assert not training.differences(training.run(name, torch)[0], recorded[name])


def test_recording_is_complete(recorded):
    assert set(recorded) == {*training.PROGRAMS, "resnet18 in double"}
    assert all(len(losses) >= 10 for losses in recorded.values())


def test_differences_are_seen():
    assert training.differences([1.0, 2.0001], [1.0, 2.0]) and not training.differences([1.00001], [1.0])
    assert training.differences([float("nan")], [1.0])


def test_as_a_script(recorded):
    """Unchanged, by the command that runs programs."""
    done = subprocess.run([sys.executable, "-m", "rushlight", str(training.PROGRAMS["text_classifier"])], capture_output=True,
                          text=True, timeout=60, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    assert done.returncode == 0, done.stderr
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith(f"epoch 3 loss {recorded['text_classifier'][-1]:.4f} right ")
