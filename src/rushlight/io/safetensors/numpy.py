"""`safetensors.numpy`: dictionaries of NumPy arrays in safetensors files."""
import io

import numpy as np

from ... import dtypes
from ..atomic import replacing
from .format import NAMES, Reader, SafetensorError, write

__all__ = ["load", "load_file", "save", "save_file"]


def _typed(tensors):
    found = {}
    for name, a in tensors.items():
        a = np.asarray(a)
        dtype = dtypes.from_np(a.dtype.newbyteorder("="))
        if dtype not in NAMES:
            raise SafetensorError(f"Key `{name}`: safetensors files cannot hold {a.dtype}")
        found[name] = dtype, np.asarray(a, dtype=a.dtype.newbyteorder("="), order="C")
    return found


def save(tensor_dict, metadata=None):
    """Return the bytes of a safetensors file of {name: array}."""
    buffer = io.BytesIO()
    write(_typed(tensor_dict), buffer, metadata)
    return buffer.getvalue()


def save_file(tensor_dict, filename, metadata=None):
    """Write {name: array} to a file, which is replaced whole or not at all."""
    arrays = _typed(tensor_dict)
    with replacing(filename) as f:
        write(arrays, f, metadata)


def load(data):
    """Return {name: array} of a file's bytes."""
    reader = Reader(io.BytesIO(data))
    return {name: reader.array(name) for name in sorted(reader.entries)}


def load_file(filename):
    """Return {name: array} of a file."""
    with open(filename, "rb") as f:
        reader = Reader(f)
        return {name: reader.array(name) for name in sorted(reader.entries)}
