"""`safetensors`: files of named tensors that hold nothing else. Under the alias `import safetensors` finds this
package where the original is not installed."""
import importlib as _importlib
import io as _io

from .format import NAMES as _NAMES, Reader as _Reader, SafetensorError, write as _write
from ... import dtypes as _dtypes
from ...backend import guard as _guard
from ...backend.cpu import B as _CPU
from ..atomic import replacing as _replacing

__all__ = ["SafetensorError", "deserialize", "safe_open", "serialize", "serialize_file"]
__version__ = "0.8.0"                   # the release whose behaviour this is


def __getattr__(name):
    if name in ("load", "load_file", "load_model", "save", "save_file", "save_model"):
        return getattr(_importlib.import_module(".torch", __name__), name)
    if name in ("torch", "numpy"):
        return _importlib.import_module("." + name, __name__)
    raise AttributeError(f"module 'safetensors' has no attribute '{name}'")


class safe_open:
    """A file whose tensors are read one by one.

    Args:
        filename: its path.
        framework: "pt" gives tensors, "np" NumPy arrays.
        device: where tensors go.

    Example:
        >>> with safe_open("model.safetensors", framework="pt") as f:
        ...     for name in f.keys():
        ...         tensor = f.get_tensor(name)
    """

    def __init__(self, filename, framework, device="cpu"):
        self._make = _maker(framework, device)
        try:
            self._file = open(filename, "rb")
        except FileNotFoundError:
            raise FileNotFoundError(f"No such file or directory: {filename}") from None
        try:
            self._reader = _Reader(self._file)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._file.close()

    def keys(self):
        """Return the names, sorted."""
        return sorted(self._reader.entries)

    def offset_keys(self):
        """Return the names in the order of the file."""
        entries = self._reader.entries
        return sorted(entries, key=lambda n: (entries[n].start, n))

    def metadata(self):
        """Return the file's own dict of strings, or None."""
        return self._reader.metadata

    def get_tensor(self, name):
        """Return a tensor."""
        return self._make(self._reader.array(name))

    def get_tensors(self, names):
        """Return {name: tensor} of several."""
        return {name: self.get_tensor(name) for name in names}

    def get_slice(self, name):
        """Return something to index: only the part that is asked for is read."""
        self._reader.entry(name)
        return _Slice(self._reader, name, self._make)


class _Slice:
    """A tensor in a file, to be indexed."""

    def __init__(self, reader, name, make):
        self._reader, self._name, self._make = reader, name, make

    def get_shape(self):
        """Return the sizes as a list."""
        return list(self._reader.entry(self._name).shape)

    def get_dtype(self):
        """Return the format's name of the dtype, such as "F32"."""
        return _NAMES[self._reader.entry(self._name).dtype]

    def __getitem__(self, index):
        return self._make(_CPU.copy(self._reader.look(self._name)[index]))


def _maker(framework, device):
    if framework in ("np", "numpy"):
        return _own
    if framework not in ("pt", "torch", "pytorch"):
        raise SafetensorError(f"framework {framework} is invalid")
    from ...core.tensor import make

    def tensor(array):
        found = make(_own(array))
        return found if str(device) == "cpu" else found.to(device)

    return tensor


def _own(array):
    return array


def _fields(tensors):
    """Return {name: (dtype, array)} of {name: {"dtype", "shape", "data"}}."""
    found = {}
    for name, fields in tensors.items():
        dtype = _dtypes.BY_NAME[fields["dtype"]]
        data = bytes(fields["data"])
        flat = _guard.frombuffer(data, _dtypes.uint8.np, -1, 0) if data else _EMPTY
        found[name] = dtype, _guard.typed(flat, dtype.np).reshape(tuple(fields["shape"]))
    return found


_EMPTY = _CPU.zeros(0, dtype=_dtypes.uint8.np)


def serialize(tensor_dict, metadata=None):
    """Return the bytes of a file of {name: {"dtype": "float32", "shape": [...], "data": bytes}}."""
    buffer = _io.BytesIO()
    _write(_fields(tensor_dict), buffer, metadata)
    return buffer.getvalue()


def serialize_file(tensor_dict, filename, metadata=None):
    """Write a file of {name: {"dtype": "float32", "shape": [...], "data": bytes}}, whole or not at all."""
    fields = _fields(tensor_dict)
    with _replacing(filename) as f:
        _write(fields, f, metadata)


def deserialize(bytes):
    """Return [(name, {"dtype", "shape", "data"})] of a file's bytes."""
    reader = _Reader(_io.BytesIO(bytes))
    return [(name, {"dtype": _NAMES[entry.dtype], "shape": list(entry.shape),
                    "data": bytearray(memoryview(_guard.bytes_of(reader.array(name))) if entry.end > entry.start else b"")})
            for name, entry in reader.entries.items()]
