"""The errors of random functions: type and first line are PyTorch's, live and recorded."""

import json
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
from error_cases import CALLS, outcome

RECORDED = json.loads((HERE / "numbers.json").read_text())["errors"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_recorded_error(rl, name):
    found, wanted = outcome(rl, CALLS[name]), RECORDED[name]
    assert (found and list(found)) == wanted


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_live_error(torch, rl, name):
    assert outcome(rl, CALLS[name]) == outcome(torch, CALLS[name])


def test_an_impossible_state_is_refused(rl):
    state = rl.get_rng_state()
    state[16] = 200                       # an index that does not fit the count of words left
    state[17] = 1
    state[8] = 9
    state[9] = 0
    with pytest.raises(RuntimeError, match="Invalid mt19937 state"):
        rl.set_rng_state(state)
    rl.rand(3)


def test_bernoulli_leaves_no_half_drawn_tensor(rl):
    x = rl.zeros(3)
    with pytest.raises(RuntimeError):
        x.bernoulli_(rl.tensor([0.5, 2.0, 0.5]))
    assert x.tolist() == [0, 0, 0]
