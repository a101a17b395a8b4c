"""Write `numbers.json`: what PyTorch gives for each case, its errors, and states of its generator.

    python tests/random/record.py           where PyTorch is installed
"""

import base64
import json
import pathlib
import sys
import zlib

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import error_cases
import number_cases as cases

PATH = pathlib.Path(__file__).parent / "numbers.json"
SHOWN = 12                                # values kept beside the checksum


def numbers(x):
    """A tensor's elements in logical order as a NumPy array (bfloat16 as float32, which holds it)."""
    x = x.detach()
    if str(x.dtype) == "torch.bfloat16":
        x = x.float()
    return np.ascontiguousarray(x.numpy())


def summary(x):
    """What is kept of a result: dtype, shape, order of memory, checksum, the first values."""
    a = numbers(x)
    flat = a.reshape(-1)
    shown = flat.view(flat.real.dtype)[:SHOWN] if flat.dtype.kind == "c" else flat[:SHOWN]
    return {"dtype": str(x.dtype), "shape": list(x.shape), "stride": list(x.stride()), "crc": zlib.crc32(a.tobytes()),
            "values": shown.tolist()}


def state_bytes(torch):
    return torch.get_rng_state().numpy().tobytes()


def observe(torch, function):
    """Run a case; return its summary with a checksum of the generator's state afterwards."""
    torch.manual_seed(cases.SEED)
    found = summary(function(torch))
    found["state"] = zlib.crc32(state_bytes(torch))
    return found


SEEDS = (0, 1, 5, -1, 2**31, 2**32 + 7, 2**63, 2**64 - 1, -2**63)


def states(torch):
    """Checksums of fresh states, and one state in the middle of things with what follows it."""
    fresh = {}
    for seed in SEEDS:
        torch.manual_seed(seed)
        fresh[str(seed)] = zlib.crc32(state_bytes(torch))
    torch.manual_seed(99)
    torch.rand(700)
    torch.randn(3)
    middle = base64.b64encode(zlib.compress(state_bytes(torch), 9)).decode()
    return {"fresh": fresh, "middle": middle, "next": [summary(torch.randn(3)), summary(torch.rand(5))]}


def main():
    import warnings

    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    found = {"version": torch.__version__, "states": states(torch),
             "errors": {name: error_cases.outcome(torch, call) for name, call in error_cases.CALLS.items()},
             "cases": {name: observe(torch, function) for name, (function, _) in cases.CASES.items()}}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.pop("cases").items())
    PATH.write_text(json.dumps(found)[:-1] + ',\n"cases": {\n' + lines + "\n}}\n")
    print(f"{len(cases.CASES)} cases, {PATH.stat().st_size} bytes")


if __name__ == "__main__":
    main()
