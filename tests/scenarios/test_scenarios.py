"""Each scenario sees here what it sees in PyTorch (live, or as recorded)."""

import json

import oracle
import pytest
import seen


@pytest.fixture(scope="module")
def recorded():
    return json.loads(seen.RECORD.read_text())


@pytest.mark.parametrize("name", seen.scenarios())
def test_scenario(rl, recorded, name):
    assert not list(seen.differences(seen.run(name, rl), recorded[name]))


@pytest.mark.parametrize("name", seen.scenarios())
def test_recording(recorded, torch, name):
    """The recording is what PyTorch does."""
    assert not list(seen.differences(recorded[name], seen.run(name, torch)))


def test_recording_is_complete(recorded):
    assert oracle.RECORD.exists() and sorted(recorded) == sorted(seen.scenarios())
