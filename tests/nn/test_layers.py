"""Every layer against PyTorch: text, attributes, initial values, results, gradients, numbers drawn."""

import json
import math
import pathlib
import sys

import pytest

import rushlight

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from layer_specs import SPECS, observe

RECORDED = json.loads(pathlib.Path(__file__).with_name("layers.json").read_text())

#: A layer whose numbers may differ in the last digits of float32: sums in another order.
RTOL, ATOL = 2e-5, 2e-6


def differences(path, found, expected):
    """Return where two trees differ: texts exactly, numbers within the tolerance."""
    if isinstance(expected, dict) and "values" in expected:
        if found["shape"] != expected["shape"] or found["dtype"] != expected["dtype"]:
            return [f"{path}: {found['shape']} {found['dtype']}, expected {expected['shape']} {expected['dtype']}"]
        # Relative to the largest number: a sum's error is that of its terms.
        scale = max([abs(v) for v in expected["values"] if math.isfinite(v)], default=0.0)
        wrong = [
            f"{path}[{i}]: {a}, expected {b}"
            for i, (a, b) in enumerate(zip(found["values"], expected["values"], strict=True))
            if not (a == b or abs(a - b) <= ATOL + RTOL * scale or (a != a and b != b))
        ]
        return wrong[:3]
    if isinstance(expected, dict):
        if found.keys() != expected.keys():
            return [f"{path}: {list(found)}, expected {list(expected)}"]
        return [d for k in expected for d in differences(f"{path}.{k}", found[k], expected[k])]
    if isinstance(expected, list) and expected and isinstance(expected[0], dict):
        return [d for i, pair in enumerate(zip(found, expected, strict=True)) for d in differences(f"{path}[{i}]", *pair)]
    if isinstance(expected, float):
        return [] if math.isclose(found, expected, rel_tol=1e-5) else [f"{path}: {found}, expected {expected}"]
    return [] if found == expected else [f"{path}: {found!r}, expected {expected!r}"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("spec", SPECS)
def test_layer_is_as_recorded(spec):
    found = json.loads(json.dumps(observe(spec, rushlight)))
    assert not differences(spec, found, RECORDED[spec])


@pytest.mark.filterwarnings("ignore")
def test_the_record_is_pytorchs(torch):
    stale = []
    for spec in SPECS:
        seen = json.loads(json.dumps(observe(spec, torch)))
        stale += differences(spec, seen, RECORDED[spec])
    assert not stale, "run tests/nn/record_layers.py"


def test_initial_values_are_exact(torch):
    """Not only close: the very bits, for layers large enough to reach every path of the generator."""
    for spec in ("Linear(37, 53)", "Bilinear(5, 6, 7)", "Embedding(50, 17)", "PReLU(9)", "EmbeddingBag(20, 30)"):
        states = []
        for library in (torch, rushlight):
            library.manual_seed(3)
            layer = eval("library.nn." + spec, {"library": library})
            states.append({n: t.numpy().tobytes() for n, t in layer.state_dict().items()})
        assert states[0] == states[1], spec
