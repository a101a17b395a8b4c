"""Scenarios: functions `f(torch, see)` that run on PyTorch and on the library and must see the same.

`see(...)` notes values; `see.error(f, ...)` notes what a call raises and warns of. The notes are plain JSON, so PyTorch's
can be recorded: `python tests/scenarios/seen.py` writes `seen.json`.
"""

import importlib
import json
import pathlib
import re
import warnings

HERE = pathlib.Path(__file__).parent
RECORD = HERE / "seen.json"
FILES = sorted(p.stem for p in HERE.glob("on_*.py"))


class See:
    def __init__(self, torch):
        self.torch, self.notes = torch, []

    def __call__(self, *values):
        self.notes.extend(self.plain(v) for v in values)

    def error(self, function, *args, **kwargs):
        """Note the type and first line of what is raised (or the result), and the warnings."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                self(function(*args, **kwargs))
            except Exception as e:      # whatever PyTorch raises is what is asked for
                self(f"{type(e).__name__}: {text(e.args[0] if e.args else '')}".split("\n")[0])
        self.notes.extend(f"{w.category.__name__}: {text(w.message)}" for w in caught)

    def plain(self, v):
        if isinstance(v, self.torch.Tensor):
            v = v.detach()
            if v.is_complex():
                v = self.torch.view_as_real(v)
            return {"dtype": str(v.dtype), "shape": list(v.shape), "values": v.double().reshape(-1).tolist()}
        if isinstance(v, (list, tuple)):
            return [self.plain(x) for x in v]
        if isinstance(v, dict):
            return {text(k): self.plain(x) for k, x in v.items()}
        return v if isinstance(v, (int, float, type(None))) and v == v else text(v)


def text(v):
    """Printed, without addresses and the name of the library."""
    return re.sub(r"0x[0-9a-f]+", "0x", str(v)).replace("rushlight", "torch")


def scenarios():
    """{name: function} of all files."""
    found = {}
    for file in FILES:
        module = importlib.import_module(file)
        found.update({f"{file[3:]}.{n}": f for n, f in vars(module).items() if callable(f) and getattr(f, "scenario", False)})
    return found


def scenario(function):
    """Mark a function as one."""
    function.scenario = True
    return function


def run(name, torch):
    """The notes of a scenario, as they come out of JSON."""
    see = See(torch)
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scenarios()[name](torch, see)
    return json.loads(json.dumps(see.notes))


def differences(got, want, where=""):
    """Places where two notes differ by more than a few roundings."""
    if isinstance(want, float) or isinstance(got, float):
        if not isinstance(got, (int, float)) or not isinstance(want, (int, float)) or abs(got - want) > 1e-5 + 2e-5 * abs(want):
            yield f"{where}: {got!r}, PyTorch {want!r}"
    elif isinstance(got, list) and isinstance(want, list):
        if len(got) != len(want):
            yield f"{where}: {len(got)} notes, PyTorch {len(want)}"
        for i, (a, b) in enumerate(zip(got, want)):
            yield from differences(a, b, f"{where}[{i}]")
    elif isinstance(got, dict) and isinstance(want, dict):
        if list(got) != list(want):
            yield f"{where}: keys {list(got)}, PyTorch {list(want)}"
        for k in got.keys() & want.keys():
            yield from differences(got[k], want[k], f"{where}.{k}")
    elif got != want:
        yield f"{where}: {got!r}, PyTorch {want!r}"


if __name__ == "__main__":
    import torch

    found = {name: run(name, torch) for name in scenarios()}
    short = json.loads(json.dumps(found), parse_float=lambda s: float(f"{float(s):.7g}"))
    RECORD.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in short.items()) + "\n}\n")
    print(f"{len(found)} scenarios, {RECORD.stat().st_size} bytes")
