"""The cases of test_printing: what is printed, made the same way in PyTorch and in Rushlight.

    python tests/core/printing_cases.py     records PyTorch's texts in tests/data/printing.json.gz
"""

from __future__ import annotations

import contextlib
import gzip
import json
import pathlib
import sys

import numpy as np

RECORD = pathlib.Path(__file__).parent.parent / "data" / "printing.json.gz"
COUNT = 700

DTYPES = ("float32",) * 6 + ("float64", "float16", "bfloat16", "float8_e5m2", "float8_e4m3fn", "int64", "int32", "int16",
                             "int8", "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128")
KINDS = ("normal", "normal", "whole", "mixed", "huge", "tiny", "holes", "infinite", "zeros", "signed zeros", "small", "extreme")
OPTIONS = {"precision": (None, 0, 1, 2, 8), "threshold": (None, 0, 10, 100, float("inf")), "edgeitems": (None, 0, 1, 2, 5),
           "linewidth": (None, 1, 20, 120, 200), "sci_mode": (None, None, True, False),
           "profile": ("default", "default", "short", "full")}


def values(rng, shape, kind):
    """Random numbers of one kind, in float64."""
    x = rng.standard_normal(shape)
    if kind == "whole":
        return np.round(x * 10 ** rng.randint(0, 8))
    if kind == "mixed":
        return x * 10.0 ** rng.randint(-6, 10, shape)
    if kind == "huge":
        return x * 10.0 ** rng.randint(3, 30)
    if kind == "tiny":
        return x * 10.0 ** rng.randint(-30, -2)
    if kind == "holes":
        return np.where(rng.uniform(size=shape) < 0.3, np.nan, np.round(x * 3))
    if kind == "infinite":
        return np.where(rng.uniform(size=shape) < 0.3, np.where(x > 0, np.inf, -np.inf), x)
    if kind == "zeros":
        return np.where(rng.uniform(size=shape) < 0.5, 0.0, x)
    if kind == "signed zeros":
        return np.where(rng.uniform(size=shape) < 0.5, -0.0, np.where(x > 1, np.inf, np.round(x * 100)))
    if kind == "small":
        return np.round(x, 2)
    return x * 10.0 ** rng.randint(-300, 300, shape) if kind == "extreme" else x


def shape_of(rng):
    """A random shape: mostly small, sometimes beyond the threshold or empty."""
    draw = rng.uniform()
    if draw < 0.06:
        return (int(rng.randint(900, 1300)),)
    if draw < 0.1:
        return (2, int(rng.randint(400, 800)))
    if draw < 0.13:
        return (int(rng.randint(8, 14)), int(rng.randint(8, 14)), int(rng.randint(8, 14)))
    if draw < 0.18:
        return ((0,), (0, 3), (2, 0), (1, 0, 4))[rng.randint(4)]
    dims = rng.randint(0, 5)
    return tuple(int(n) for n in rng.randint(1, (2, 30, 9, 6, 5)[dims], dims))


def case(n):
    """Case number n: (dtype name, array in that dtype's family, print options, requires_grad)."""
    rng = np.random.RandomState(n)
    dtype, kind, shape = DTYPES[rng.randint(len(DTYPES))], KINDS[rng.randint(len(KINDS))], shape_of(rng)
    x = values(rng, shape, kind)
    if dtype.startswith("complex"):
        x, real = np.empty(shape, np.complex128), x
        x.real, x.imag = real, values(rng, shape, KINDS[rng.randint(len(KINDS))])
    elif dtype == "bool":
        x = x > 0
    elif "int" in dtype:
        info = np.iinfo(dtype)
        x = np.clip(np.nan_to_num(x, posinf=1e9, neginf=-1e9), max(info.min, -(2.0**62)), min(info.max, 2.0**62))
        x = x.astype(np.int64)
    options = {"profile": "default"}
    if rng.uniform() < 0.4:
        for name in ("precision", "threshold", "edgeitems", "linewidth", "sci_mode", "profile"):
            options[name] = OPTIONS[name][rng.randint(len(OPTIONS[name]))]
    return dtype, np.asarray(x), options, bool(rng.uniform() < 0.15) and ("float" in dtype or "complex" in dtype)


@contextlib.contextmanager
def print_options(torch, options):
    """Print options in force for one case, PyTorch's defaults afterwards."""
    torch.set_printoptions(**options)
    try:
        yield
    finally:
        torch.set_printoptions(profile="default")


def text(torch, n):
    """What library `torch` prints for case n."""
    dtype, x, options, requires_grad = case(n)
    with np.errstate(all="ignore"):
        x = x.astype({"float16": np.float32, "complex64": np.complex64}.get(dtype, x.dtype))
    t = torch.from_numpy(np.array(x)).to(getattr(torch, dtype))
    if requires_grad:
        t.requires_grad_()
    with print_options(torch, options):
        return repr(t)


def recorded() -> list[str]:
    """The recorded texts, by case number."""
    return json.loads(gzip.decompress(RECORD.read_bytes()))


def main() -> int:
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
    import oracle

    torch = oracle.pytorch()
    if torch is None:
        print("recording needs PyTorch: pip install torch", file=sys.stderr)
        return 1
    texts = [text(torch, n) for n in range(COUNT)]
    RECORD.write_bytes(gzip.compress(json.dumps(texts).encode(), 9, mtime=0))
    print(f"{COUNT} cases, {RECORD.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
