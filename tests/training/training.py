"""Runs the programs of this folder, which say `import torch`, on PyTorch or on the library.

`python tests/training/training.py` records PyTorch's losses in `losses.json`.
"""

import builtins
import contextlib
import io
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent
RECORD = HERE / "losses.json"
PROGRAMS = {p.stem: p for p in sorted((HERE / "programs").glob("*.py"))}


#: ResNet-18 at a rate at which it learns: its ReLUs amplify any rounding of float32 (PyTorch's own losses change by 0.2
#: when the pictures change by 1e-7), so this one runs in float64.
DOUBLE = {"torch.manual_seed(1)": "torch.set_default_dtype(torch.float64)\ntorch.manual_seed(1)", "lr=3e-5": "lr=0.01",
          "(32, 3, 40, 40)": "(32, 3, 20, 20)"}


def run(name, library, changes=()):
    """Run a program with `library` in the place of torch; return its losses and what it printed.

    Args:
        changes: {text: what stands in its place}.
    """

    def importer(wanted, *args, **kwargs):
        if wanted.partition(".")[0] == "torch":
            wanted = library.__name__ + wanted[len("torch"):]
        return builtins.__import__(wanted, *args, **kwargs)

    path = PROGRAMS[name]
    text = path.read_text()
    for old in changes:
        assert old in text
        text = text.replace(old, changes[old])
    names = {"__name__": "__main__", "__builtins__": {**vars(builtins), "__import__": importer}}
    printed, before = io.StringIO(), (library.get_rng_state(), random.getstate(), library.get_default_dtype())
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(text, str(path), "exec"), names)
    finally:
        library.set_rng_state(before[0])
        random.setstate(before[1])
        library.set_default_dtype(before[2])
    return names["losses"], printed.getvalue()


#: How far losses may lie apart: half a unit of the fourth decimal; where activations are bfloat16 (8 bits), one that
#: lies between two of its numbers goes the other way after a float32 sum in another order.
CLOSE, CLOSE_IN_BFLOAT16 = 5e-5, 1e-3


def differences(got, want, close=CLOSE):
    """Steps whose losses differ by more than `close`."""
    assert len(got) == len(want)
    return [(i, a, b) for i, (a, b) in enumerate(zip(got, want)) if not abs(a - b) < close]


if __name__ == "__main__":
    import torch

    found = {name: run(name, torch)[0] for name in PROGRAMS}
    found["resnet18 in double"] = run("resnet18", torch, DOUBLE)[0]
    found = {name: [float(f"{v:.9g}") for v in losses] for name, losses in found.items()}
    RECORD.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()) + "\n}\n")
    print(f"{len(found)} programs, {RECORD.stat().st_size} bytes")
