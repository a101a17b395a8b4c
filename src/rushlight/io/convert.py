"""Listing the tensors of a file, and converting files: checkpoints (.pt), .safetensors, .npz."""
import io
import os
import sys
import time
from math import prod

import numpy as np

from .. import dtypes
from ..backend import guard
from ..core.tensor import Tensor, make
from ..nn.module import Module
from . import zipformat
from .allowed import Names
from .archive import ArchiveReader, ArchiveWriter
from .atomic import replacing
from .legacy import load_legacy
from .locations import restorer
from .safetensors import safe_open, torch as safetensors
from .unpickler import UnpicklingError

__all__ = ["convert", "inspect", "read", "tensors_of"]

_CHECKPOINTS = (".pt", ".pth", ".bin", ".ckpt", ".tar")


class _Unknown:
    """Stands for a class or function that is not on the list: nothing of it is run, its parts are shown."""

    def __init__(self, path, parts=()):
        self.path, self.parts = path, list(parts)

    def __repr__(self):
        return f"<{self.path}>"


class _Lenient(Names):
    """Names for looking at a file: what is not allowed becomes a placeholder with the parts it was to be made of."""

    def __init__(self):
        super().__init__(False)

    def _find(self, module, name, path):
        try:
            return super()._find(module, name, path)
        except UnpicklingError:
            return _Unknown(path)

    def call(self, it, function, args):
        """Return an allowed object, or a placeholder."""
        return _Unknown(function.path, args) if isinstance(function, _Unknown) else super().call(it, function, args)

    def new(self, it, cls, args, options):
        """Return an allowed object, or a placeholder."""
        return _Unknown(cls.path, args) if isinstance(cls, _Unknown) else super().new(it, cls, args, options)

    def build(self, it, target, state):
        """Give an object its state; a placeholder keeps it."""
        if isinstance(target, _Unknown):
            target.parts.append(state)
        else:
            super().build(it, target, state)

    def hashable(self, key):
        """Placeholders are keys by identity."""
        return isinstance(key, _Unknown) or super().hashable(key)


# ------------------------------------------------------------------ reading

def kind_of(path):
    """Return "pt", "safetensors" or "npz" by a file's suffix; ValueError for another."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix in _CHECKPOINTS:
        return "pt"
    if suffix in (".safetensors", ".npz"):
        return suffix[1:]
    raise ValueError(f"{path}: the suffix must be .pt, .pth, .bin, .ckpt, .safetensors or .npz")


def read(path):
    """Return {name: tensor} of all tensors in a file, nested ones under dotted names; the file is mapped where it can be."""
    kind = kind_of(path)
    if kind == "safetensors":
        with safe_open(path, framework="pt") as f:
            return f.get_tensors(f.offset_keys())
    return _read_npz(path) if kind == "npz" else tensors_of(_open_checkpoint(path))


def _open_checkpoint(path):
    restore = restorer("cpu")
    with open(path, "rb") as f:
        if f.read(4) != b"PK\3\4":
            f.seek(0)
            return load_legacy(f, restore, False)
        f.seek(0)
        archive, root = zipformat.open_archive(f)
        storages = zipformat.ZipStorages(archive, root, restore, zipformat.private_map(path),
                                         zipformat.swapped(archive, root, None))
        return zipformat.Interpreter(archive.read(f"{root}/data.pkl"), _Lenient(), storages, budget=archive.budget).run()


def tensors_of(obj):
    """Return {dotted name: tensor} of the tensors inside containers, modules and optimizers."""
    found, seen, stack = {}, set(), [("", obj)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, Tensor):
            found[name or "tensor"] = value
            continue
        if id(value) in seen:
            continue
        seen.add(id(value))
        stack += [(f"{name}.{key}" if name else str(key), v) for key, v in reversed(_parts(value))]
    return found


def _parts(value):
    if isinstance(value, Module):
        return list(value.state_dict().items())
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(enumerate(value))
    if isinstance(value, _Unknown):
        only = value.parts[0] if len(value.parts) == 1 else value.parts
        return _parts(only) if isinstance(only, (dict, list, tuple)) else []
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return [("array", make(value))]
    return list(vars(value).items()) if hasattr(value, "__dict__") and not isinstance(value, type) else []


def _read_npz(path):
    with open(path, "rb") as f:
        archive = ArchiveReader(f)
        return {name.removesuffix(".npy"): make(_read_npy(archive, name)) for name in archive.members}


def _read_npy(archive, name):
    data = archive.read(name)
    head = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(head)
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = header(head)
    except ValueError as e:
        raise ValueError(f"{name} is no array: {e}") from None
    if dtype.hasobject:
        raise ValueError(f"{name} holds Python objects, which are not read from a file")
    if prod(shape) * dtype.itemsize != len(data) - head.tell():
        raise ValueError(f"{name}: shape {shape} of {dtype} does not fit {len(data) - head.tell()} bytes")
    dtypes.from_np(dtype.newbyteorder("="))
    if not prod(shape):
        return np.zeros(shape, dtype.newbyteorder("="))
    flat = guard.frombuffer(bytearray(data), dtype, prod(shape), head.tell())
    return flat.reshape(shape, order="F" if fortran else "C").astype(dtype.newbyteorder("="), copy=False)


# ------------------------------------------------------------------ listing

def inspect(path):
    """Return the lines of a table of a file's tensors: name, shape, dtype, bytes, storage, and the sum.

    Tensors with the same number in the last column share memory.
    """
    tensors = read(path)
    storages = {}
    rows = [("name", "shape", "dtype", "bytes", "storage")]
    for name, t in tensors.items():
        storage = t.untyped_storage()
        number = storages.setdefault(storage, len(storages))
        rows.append((name, "x".join(map(str, t.shape)) or "scalar", t.dtype.name, f"{t.numel() * t.dtype.itemsize:,}",
                     str(number)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.rjust(w) if i > 2 else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
             for row in rows]
    elements = sum(t.numel() for t in tensors.values())
    total = sum(storage.nbytes() for storage in storages)
    return [*lines, f"{_count(len(tensors), 'tensor')}, {_count(elements, 'element')}, {_count(len(storages), 'storage')}, "
                    f"{_count(total, 'byte')}"]


def _count(n, what):
    return f"{n:,} {what}" + ("" if n == 1 else "s")


# ------------------------------------------------------------------ converting

class _Progress:
    """Says on a terminal, once a second, how far long work has come."""

    def __init__(self, total, out=None):
        self.out = sys.stderr if out is None else out
        self.total, self.done = total, 0
        self.shown = time.monotonic()
        self.used = False

    def add(self, n):
        """Count bytes."""
        self.done += n
        now = time.monotonic()
        if now - self.shown > 1 and self.out.isatty():
            self.shown, self.used = now, True
            self.out.write(f"\r{self.done / 1e6:,.0f} of {self.total / 1e6:,.0f} MB")
            self.out.flush()

    def end(self):
        """Clear the line."""
        if self.used:
            self.out.write("\r" + " " * 40 + "\r")


class _Counted:
    """A file whose writes are counted."""

    def __init__(self, file, progress):
        self.file, self.progress = file, progress

    def write(self, data):
        """Write, and count."""
        self.file.write(data)
        self.progress.add(len(data))


def convert(source, target):
    """Write the tensors of one file into another, each in the format of its suffix; return how many.

    Nested names become dotted ones. Tensors that share memory share it in a checkpoint; the other formats
    hold each of them whole.

    Raises: ValueError for a dtype that the target's format lacks.
    """
    kind = kind_of(target)
    tensors = read(source)
    progress = _Progress(sum(t.numel() * t.dtype.itemsize for t in tensors.values()))
    with replacing(target) as f:
        out = _Counted(f, progress)
        if kind == "pt":
            zipformat.save_zip({name: t.detach() for name, t in tensors.items()}, out, zipformat.root_name(target))
        elif kind == "safetensors":
            safetensors.write_apart(tensors, out)
        else:
            _write_npz(tensors, out)
    progress.end()
    return len(tensors)


def _write_npz(tensors, out):
    for name, t in tensors.items():
        if t.dtype._source:
            raise ValueError(f"{name}: .npz files cannot hold {t.dtype}; .safetensors and .pt can")
    archive = ArchiveWriter(out)
    for name, t in tensors.items():
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.asarray(t._array, order="C"), allow_pickle=False)
        archive.add(f"{name}.npy", buffer.getbuffer())
    archive.close()
