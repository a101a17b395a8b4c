"""`torch.testing` against what PyTorch answered to the same calls."""
import json
import re

import close_cases
import pytest

import rushlight as torch

RECORDED = json.loads(close_cases.FILE.read_text(encoding="utf-8"))


def comparable(text):
    """Class names differ in their modules: rushlight.nn... and torch.nn..."""
    return re.sub(r"<class '[\w.]*?(\w+)'>", r"<class '\1'>", text)


@pytest.mark.parametrize("expression", close_cases.CLOSE + close_cases.MAKE)
def test_outcome(expression):
    assert comparable(close_cases.outcome(torch, expression)) == comparable(RECORDED[expression])


def test_default_tolerances():
    from rushlight.testing._comparison import default_tolerances
    assert default_tolerances(torch.float32, torch.float64) == (1.3e-6, 1e-5)
    assert default_tolerances(torch.ones(1, dtype=torch.int64)) == (0.0, 0.0)
    with pytest.raises(TypeError, match=r"Expected a torch.Tensor or a torch.dtype, but got <class 'int'> instead."):
        default_tolerances(1)
