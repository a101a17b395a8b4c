"""What PyTorch does: asked live where it is installed, otherwise looked up among recorded samples.

This is the one place in the tests that imports PyTorch. `RUSHLIGHT_ORACLE=recorded` asks for the
recording although PyTorch is there.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import json
import os
import pathlib
import zlib

import numpy as np
import pytest
from observe import digest, observe

RECORD = pathlib.Path(__file__).parent / "data" / "ops.npz"


@functools.cache
def pytorch():
    """The real PyTorch on one thread, or None."""
    if os.environ.get("RUSHLIGHT_ORACLE") == "recorded" or importlib.util.find_spec("torch") is None:
        return None
    import torch

    if not hasattr(torch, "_C"):                 # an alias of Rushlight, not the oracle
        return None
    torch.set_num_threads(1)
    return torch


def need_pytorch():
    """The real PyTorch; skips the test where it is not installed."""
    found = pytorch()
    if found is None:
        pytest.skip("PyTorch is not installed")
    return found


def expected(row, check) -> dict:
    """{case: outcome} of PyTorch for one check of a row."""
    torch = pytorch()
    if torch is not None:
        return observe(torch, row, check)
    found = recorded().get(f"{row.id}/{check}")
    if found is None or recorded().get(f"{row.id}/digest") != digest(row):
        pytest.fail("the recorded samples are older than this row: run tests/record_samples.py where PyTorch is installed")
    return unpack(found)


# ---- the file of recorded samples ----------------------------------------------------------------


@functools.cache
def recorded() -> dict:
    """The recording: {"row/check": packed outcomes, "row/digest": number}."""
    return read(RECORD)[0] if RECORD.exists() else {}


@functools.cache
def _blob() -> bytes:
    return read(RECORD)[1]


def read(path):
    with np.load(path) as file:
        return json.loads(file["index"].tobytes()), file["blob"].tobytes()


def unpack(tree):
    """Outcomes with their arrays, from the recording's index."""
    if isinstance(tree, dict):
        if "@" in tree:
            start, dtype, shape = tree["@"]
            count = int(np.prod(shape, dtype=np.int64))
            return np.frombuffer(_blob(), dtype, count, start).reshape(shape)
        return {k: unpack(v) for k, v in tree.items()}
    return [unpack(v) for v in tree] if isinstance(tree, list) else tree


class Writer:
    """Packs outcomes: equal arrays are stored once, the index is JSON."""

    def __init__(self):
        self.index, self.blob, self.seen = {}, io.BytesIO(), {}

    def add(self, key: str, tree) -> None:
        self.index[key] = self.pack(tree)

    def pack(self, tree):
        if isinstance(tree, np.ndarray):
            data, dtype = tree.tobytes(), tree.dtype.str
            key = (data, dtype)
            if key not in self.seen:
                self.seen[key] = self.blob.tell()
                self.blob.write(data)
            return {"@": [self.seen[key], dtype, list(tree.shape)]}
        if isinstance(tree, dict):
            return {k: self.pack(v) for k, v in tree.items()}
        return [self.pack(v) for v in tree] if isinstance(tree, (list, tuple)) else tree

    def save(self, path) -> int:
        """Write the file and return its size in bytes."""
        path.parent.mkdir(exist_ok=True)
        index = json.dumps(self.index, separators=(",", ":"), sort_keys=True).encode()
        with open(path, "wb") as file:
            np.savez_compressed(file, index=np.frombuffer(index, np.uint8), blob=np.frombuffer(self.blob.getvalue(), np.uint8))
        return path.stat().st_size


def fingerprint(path=RECORD) -> int:
    """A number that changes with the recording."""
    return zlib.crc32(path.read_bytes())
