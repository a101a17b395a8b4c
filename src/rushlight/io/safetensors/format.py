"""The safetensors format: 8 bytes with the header's length, a JSON header, the tensors' bytes without a gap.

The reader checks every number of the header, as an exact integer, before anything is allocated.
Source: the format's published description; the errors' texts are those of the safetensors package.
"""
import json
import mmap
import os
import struct

from ... import dtypes
from ...backend import guard
from ...backend.cpu import B as CPU
from ..budget import Budget

_LONGEST_HEADER = 100_000_000
_MOST = (1 << 64) - 1

#: in the order in which the package writes them, last first
_ORDER = ("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "I16", "U16", "F16", "BF16", "I32", "U32",
          "F32", "C64", "F64", "I64", "U64")
_NAMES = {"BOOL": "bool", "U8": "uint8", "I8": "int8", "F8_E5M2": "float8_e5m2", "F8_E4M3": "float8_e4m3fn",
          "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz", "I16": "int16", "U16": "uint16",
          "F16": "float16", "BF16": "bfloat16", "I32": "int32", "U32": "uint32", "F32": "float32", "C64": "complex64",
          "F64": "float64", "I64": "int64", "U64": "uint64"}
DTYPES = {name: dtypes.BY_NAME[ours] for name, ours in _NAMES.items()}
NAMES = {d: name for name, d in DTYPES.items()}


class SafetensorError(Exception):
    """What a safetensors file that is damaged, or a request that cannot be met, raises."""

    __module__ = "safetensors"


def _bad(why):
    return SafetensorError(f"Error while deserializing: {why}")


class Entry:
    """A tensor in a file: its dtype, shape, and where its bytes begin and end."""

    __slots__ = ("dtype", "shape", "start", "end")

    def __init__(self, dtype, shape, start, end):
        self.dtype, self.shape, self.start, self.end = dtype, shape, start, end


# ------------------------------------------------------------------ reading

class Reader:
    """The tensors of a file, by name.

    Args:
        file: seekable, open for reading bytes, at the format's first byte.
    """

    def __init__(self, file):
        self.file = file
        base = file.tell()
        size = file.seek(0, os.SEEK_END) - base
        file.seek(base)
        self.budget = Budget(size)
        head = file.read(8)
        if len(head) < 8:
            raise _bad("header too small")
        length = struct.unpack("<Q", head)[0]
        if length > _LONGEST_HEADER:
            raise _bad("header too large")
        if length > size - 8:
            raise _bad("invalid header length")
        self.start = base + 8 + length
        self.metadata, self.entries = parse_header(file.read(length), size - 8 - length, self.budget)
        self.mapped = None

    def array(self, name):
        """Return a tensor's values as an array of its own."""
        entry = self.entry(name)
        self.budget.left += entry.end - entry.start     # what was read before may be gone by now
        self.budget.take(entry.end - entry.start)
        out = CPU.zeros(entry.end - entry.start, dtype=dtypes.uint8.np)
        self.file.seek(self.start + entry.start)
        view, at = memoryview(out), 0
        while at < len(view):
            piece = self.file.read(min(len(view) - at, 1 << 24))
            if not piece:
                raise _bad("incomplete metadata, file not fully covered")
            view[at:at + len(piece)] = piece
            at += len(piece)
        return guard.typed(out, entry.dtype.np).reshape(entry.shape)

    def look(self, name):
        """Return a read-only array that looks at a tensor in the file (mapped into memory)."""
        entry = self.entry(name)
        n = entry.end - entry.start
        if not n:
            return CPU.zeros(entry.shape, dtype=entry.dtype.np)
        if self.mapped is None:
            self.mapped = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)
        raw = guard.frombuffer(self.mapped, dtypes.uint8.np, n, self.start + entry.start)
        return guard.typed(raw, entry.dtype.np).reshape(entry.shape)

    def entry(self, name):
        """Return where a tensor lies; SafetensorError when there is none of that name."""
        if name not in self.entries:
            raise SafetensorError(f"File does not contain tensor {name}")
        return self.entries[name]


def _without_doubles(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _bad("invalid JSON in header: a key is there twice")
    return made


def parse_header(raw, available, budget):
    """Return (metadata, {name: Entry}) of a header; `available` bytes follow it.

    The tensors' ranges must follow each other without gap or overlap up to the end, each as long as dtype and shape
    say.
    """
    # what the parsed text may take at most: containers, strings, numbers
    budget.take(2 * len(raw) + 72 * raw.count(b"[") + 240 * raw.count(b"{") + 30 * raw.count(b'"') + 40 * raw.count(b","))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise _bad(f"invalid UTF-8 in header: {e}") from None
    try:
        header = json.loads(text, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as e:
        raise _bad(f"invalid JSON in header: {e}") from None
    if type(header) is not dict:
        raise _bad("invalid JSON in header: it is no object")
    metadata = header.pop("__metadata__", None)
    if metadata is not None and (type(metadata) is not dict or any(type(v) is not str for v in metadata.values())):
        raise _bad("invalid JSON in header: __metadata__ must have strings as values")
    entries = {name: _entry(name, fields) for name, fields in header.items()}
    at = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].start, item[1].end)):
        if entry.start != at or entry.end < entry.start:
            raise _bad(f"invalid offset for tensor `{name}`")
        at = entry.end
    if at != available:
        raise _bad("incomplete metadata, file not fully covered")
    return metadata, entries


def _entry(name, fields):
    if type(fields) is not dict or fields.keys() != {"dtype", "shape", "data_offsets"}:
        raise _bad(f"invalid JSON in header: tensor `{name}` needs dtype, shape and data_offsets")
    shape, offsets = fields["shape"], fields["data_offsets"]
    if type(fields["dtype"]) is not str or fields["dtype"] not in DTYPES:
        raise _bad(f"invalid JSON in header: tensor `{name}` has dtype {fields['dtype']!r}, expected one of "
                   f"{', '.join(_ORDER)}")
    for numbers in (shape, offsets):
        if type(numbers) is not list or any(type(n) is not int or not 0 <= n <= _MOST for n in numbers):
            raise _bad(f"invalid JSON in header: shape and data_offsets of tensor `{name}` must be whole numbers")
    if len(offsets) != 2 or len(shape) > 64:
        raise _bad(f"invalid offset for tensor `{name}`")
    dtype = DTYPES[fields["dtype"]]
    nbytes = dtype.itemsize
    for n in shape:
        nbytes *= n
        if nbytes > _MOST:
            raise _bad("overflow computing buffer size from shape and/or element type")
    start, end = offsets
    if end < start:
        raise _bad(f"invalid offset for tensor `{name}`")
    if end - start != nbytes or sum(n.bit_length() for n in shape if n) > 62:
        raise _bad("invalid shape, data type, or offset for tensor")
    return Entry(dtype, tuple(shape), start, end)


# ------------------------------------------------------------------ writing

def layout(arrays, metadata=None):
    """Return (the header's bytes, names in the order of the file).

    Args:
        arrays: {name: (dtype, shape, number of bytes)}.
    """
    if metadata is not None:
        for part in (*metadata.keys(), *metadata.values()):
            if type(part) is not str:
                raise TypeError(f"argument 'metadata': '{type(part).__name__}' object is not an instance of 'str'")
    for name in arrays:
        if type(name) is not str:
            raise TypeError(f"argument 'tensor_dict': '{type(name).__name__}' object is not an instance of 'str'")
    names = sorted(arrays, key=lambda n: (-_ORDER.index(NAMES[arrays[n][0]]), n))
    header, at = {}, 0
    if metadata is not None:
        header["__metadata__"] = dict(sorted(metadata.items()))
    for name in names:
        dtype, shape, nbytes = arrays[name]
        header[name] = {"dtype": NAMES[dtype], "shape": list(shape), "data_offsets": [at, at + nbytes]}
        at += nbytes
    raw = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    raw += b" " * (-len(raw) % 8)
    if len(raw) > _LONGEST_HEADER:
        raise SafetensorError("Error while serializing: header too large")
    return struct.pack("<Q", len(raw)) + raw, names


def write(arrays, file, metadata=None):
    """Write {name: (dtype, contiguous array)} to a file that is open for writing."""
    known = {name: (dtype, a.shape, a.size * dtype.itemsize) for name, (dtype, a) in arrays.items()}
    head, names = layout(known, metadata)
    file.write(head)
    for name in names:
        array = arrays[name][1]
        if array.size:
            file.write(memoryview(guard.bytes_of(array)))
