"""The formats before the zip one: a row of pickles with the storages behind them (to PyTorch 1.5), and tar (to 0.1)."""
import io
import mmap
import struct
import sys

from .. import dtypes
from ..backend import base as backends
from ..backend import guard
from ..backend.cpu import B as CPU
from ..ops.storage import TypedStorage, UntypedStorage
from . import rebuild
from .allowed import Names
from .budget import Budget
from .pickler import Pickler
from .unpickler import Interpreter, UnpicklingError
from .zipformat import Storages, host_bytes, storage_dtype

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_BLOCK = 512                            # bytes of a block of a tar file


class _Plain:
    """The names of pickles that hold plain values: none."""

    DICTS = (dict,)

    def find(self, module, name):
        """Refuse a name."""
        raise UnpicklingError(f"GLOBAL {module}.{name} in the head of a checkpoint")

    def registered(self, _kind):
        """No class is."""
        return False

    def hashable(self, _key):
        """Plain values are keys already."""
        return False


def whole(file):
    """Return what lies in a file from its position on, as something to index and slice, mapped where it can be."""
    start = file.tell()
    if isinstance(file, io.BytesIO):
        return file.getvalue(), start
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), start
    except (AttributeError, OSError, ValueError):
        return file.read(), 0


class _Later(Storages):
    """Storages whose bytes follow the pickle: given their size at once, filled by `fill`."""

    def __init__(self, restore, budget, available):
        super().__init__(restore, budget)
        self.available = available
        self.memory = {}                # key -> array on the CPU that is filled
        self.views = {}

    def read(self, key, nbytes, itemsize):
        """Return zeros of the size that is announced, when the file can have that many bytes."""
        if nbytes > self.available:
            raise EOFError(f"Ran out of input: storage {key} would have {nbytes} bytes, {self.available} are left")
        self.available -= nbytes
        self.budget.take(nbytes)
        self.memory[key] = CPU.zeros(nbytes, dtype=dtypes.uint8.np)
        return self.memory[key]

    def __call__(self, saved_id):
        if type(saved_id) is tuple and len(saved_id) == 4 and saved_id[0] == "module":
            return saved_id[1]          # a class, with its file and text, which nobody needs
        if type(saved_id) is not tuple or len(saved_id) != 6:
            raise UnpicklingError("Only persistent_load of storage is allowed")
        found = super().__call__(saved_id[:5])
        view = saved_id[5]
        return found if view is None else self._view(found, view)

    def _view(self, storage, view):
        if type(view) is not tuple or len(view) != 3 or type(view[0]) is not str \
                or any(type(n) is not int or n < 0 for n in view[1:]):
            raise UnpicklingError("a view of a storage is described by a wrong tuple")
        key, offset, count = view
        item = storage.dtype.itemsize
        if (offset + count) * item > storage.nbytes():
            raise UnpicklingError("a view of a storage reaches outside it")
        if key not in self.views:
            part = storage.untyped()._array[offset * item:(offset + count) * item]
            self.views[key] = TypedStorage(wrap_storage=UntypedStorage(part), dtype=storage.dtype)
        return self.views[key]


def load_legacy(file, restore, weights_only, encoding="utf-8"):
    """Return the object of a checkpoint of the old format; the file is then behind it."""
    data, start = whole(file)
    size = len(data) - start
    if size >= _BLOCK and data[start + 257:start + 262] == b"ustar":
        if weights_only:
            raise RuntimeError("Cannot use ``weights_only=True`` with files saved in the legacy .tar format. In PyTorch 2.6, we "
                               "changed the default value of the `weights_only` argument in `torch.load` from `False` to "
                               "`True`. Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it "
                               "can result in arbitrary code execution. Do it only if you got the file from a trusted "
                               "source.")
        return load_tar(data, start, restore, encoding)
    if not size:
        raise EOFError("Ran out of input")
    budget = Budget(size)
    at, head = start, []
    for _ in range(3):
        reader = Interpreter(data, _Plain(), _no_storage, at, budget, encoding)
        head.append(reader.run())
        at = reader.at
        if len(head) == 1 and head[0] != _MAGIC:
            raise RuntimeError("Invalid magic number; corrupt file?")
        if len(head) == 2 and head[1] != _PROTOCOL:
            raise RuntimeError(f"Invalid protocol version: {head[1]!r}")
    little = head[2].get("little_endian", True) if type(head[2]) is dict else True
    storages = _Later(restore, budget, len(data) - at)
    reader = Interpreter(data, Names(weights_only), storages, at, budget, encoding)
    result = reader.run()
    keys = Interpreter(data, _Plain(), _no_storage, reader.at, budget, encoding)
    order = keys.run()
    if type(order) is not list or sorted(map(str, order)) != sorted(storages.known):
        raise UnpicklingError("the storages behind the pickle are not those that it names")
    end = _fill(data, keys.at, order, storages, little != (sys.byteorder == "little"))
    if isinstance(data, mmap.mmap):
        data.close()
    file.seek(end)
    return result


def _no_storage(saved_id):
    raise UnpicklingError("a storage in the head of a checkpoint")


def _fill(data, at, order, storages, swap):
    """Copy the bytes of the storages into their places; return where they end."""
    for key in order:
        if type(key) is not str:
            raise UnpicklingError("the key of a storage is no string")
        storage, dtype = storages.known[key]
        out = storages.memory[key]
        if at + 8 > len(data):
            raise EOFError("Ran out of input: a storage has no size")
        count = struct.unpack("<q", data[at:at + 8])[0]
        if count * dtype.itemsize != out.size:
            raise UnpicklingError(f"storage {key} has {count} elements where the pickle says {out.size // dtype.itemsize}")
        at += 8
        _copy(data, at, out)
        if swap and dtype.itemsize > 1:
            CPU.copyto(out, CPU.flip(out.reshape(-1, dtype.itemsize), axis=1).reshape(-1))
        if storage._array is not out:   # it lives on another device
            storage._array[...] = backends.of_array(storage._array).from_numpy(out)
        at += out.size
    return at


def _copy(data, at, out):
    if at + out.size > len(data):
        raise EOFError(f"Ran out of input: {out.size} bytes of a storage, {len(data) - at} are left")
    step = 1 << 20
    for i in range(0, out.size, step):
        piece = data[at + i:at + min(i + step, out.size)]
        CPU.copyto(out[i:i + len(piece)], guard.frombuffer(piece, dtypes.uint8.np, -1, 0))


def save_legacy(obj, file, protocol=2):
    """Write an object in the old format to a file that is open for writing."""
    def dump(value):
        pickler = Pickler(file, protocol, legacy=True)
        pickler.dump(value)
        return pickler

    dump(_MAGIC)
    dump(_PROTOCOL)
    dump({"protocol_version": _PROTOCOL, "little_endian": sys.byteorder == "little",
          "type_sizes": {"short": 2, "int": 4, "long": 4}})
    pickler = dump(obj)
    keys = sorted(pickler.storages)
    dump(keys)
    for key in keys:
        memory = host_bytes(pickler.storages[key])
        size = storage_dtype(pickler.types[key]).itemsize
        file.write(struct.pack("<q", memory.size // size))
        file.write(memoryview(memory))


# ------------------------------------------------------------------ tar


def _tar_members(data, at):
    """Return {name: (start, end)} of the files in a tar archive."""
    members = {}
    while at + _BLOCK <= len(data):
        head = data[at:at + _BLOCK]
        if not head.strip(b"\0"):
            break
        try:
            name = head[:100].rstrip(b"\0").decode()
            size = int(head[124:136].strip(b"\0 ") or b"0", 8)
        except ValueError:
            raise UnpicklingError("a header of the tar archive is damaged") from None
        at += _BLOCK
        if at + size > len(data):
            raise EOFError(f"Ran out of input: member {name} of the tar archive has {size} bytes")
        if head[156:157] in (b"0", b"\0"):
            if name in members:
                raise UnpicklingError(f"member {name} of the tar archive is there twice")
            members[name] = at, at + size
        at += -(-size // _BLOCK) * _BLOCK
    return members


class _TarReader:
    """The pickles and numbers of one member, one after the other."""

    def __init__(self, data, span, budget, names, encoding):
        self.data, (self.at, end) = data, span
        self.data = data[self.at:end]
        self.at = 0
        self.budget, self.names, self.encoding = budget, names, encoding
        budget.take(len(self.data))

    def pickle(self, persistent=_no_storage):
        """Return the next object."""
        reader = Interpreter(self.data, self.names, persistent, self.at, self.budget, self.encoding)
        found = reader.run()
        self.at = reader.at
        return found

    def count(self):
        """Return the next object, which has to be a number of things there can be."""
        found = self.pickle()
        if type(found) is not int or not 0 <= found <= len(self.data):
            raise UnpicklingError("a count in the tar archive is wrong")
        return found

    def numbers(self, n):
        """Return the next n 64-bit numbers."""
        if n < 0 or self.at + 8 * n > len(self.data):
            raise EOFError("Ran out of input: a tensor's description ends too early")
        found = struct.unpack_from(f"<{n}q", self.data, self.at)
        self.at += 8 * n
        return found

    def memory(self, nbytes):
        """Return the next bytes as an array of its own."""
        if nbytes < 0 or self.at + nbytes > len(self.data):
            raise EOFError(f"Ran out of input: {nbytes} bytes of a storage")
        self.budget.take(nbytes)
        out = CPU.zeros(nbytes, dtype=dtypes.uint8.np)
        _copy(self.data[self.at:self.at + nbytes], 0, out)
        self.at += nbytes
        return out


def load_tar(data, start, restore, encoding):
    """Return the object of a checkpoint of the first format, with members `storages`, `tensors` and `pickle`."""
    members = _tar_members(data, start)
    for name in ("storages", "tensors", "pickle"):
        if name not in members:
            raise RuntimeError(f"a checkpoint in a tar archive has no member '{name}'")
    budget, names = Budget(len(data) - start), Names(False)
    storages = _tar_storages(_TarReader(data, members["storages"], budget, names, encoding), restore)
    tensors = _tar_tensors(_TarReader(data, members["tensors"], budget, names, encoding), storages)

    def persistent(saved_id):
        if type(saved_id) is tuple and len(saved_id) == 4 and saved_id[0] == "module":
            return saved_id[1]
        found = tensors if type(saved_id) is int else storages
        if type(saved_id) not in (int, str) or saved_id not in found:
            raise UnpicklingError("the pickle names a tensor that is not there")
        return found[saved_id]

    return _TarReader(data, members["pickle"], budget, names, encoding).pickle(persistent)


def _tar_storages(reader, restore):
    found = {}
    for _ in range(reader.count()):
        args = reader.pickle()
        if type(args) is not tuple or len(args) != 3 or type(args[0]) not in (str, int) or type(args[1]) is not str:
            raise UnpicklingError("a storage is described by a wrong tuple")
        key, location, kind = args
        dtype = storage_dtype(kind)
        count = reader.numbers(1)[0]
        untyped = restore(UntypedStorage(reader.memory(count * dtype.itemsize)), location)
        found[key] = TypedStorage(wrap_storage=untyped, dtype=dtype)
    views = reader.pickle()
    if type(views) is not list:
        raise UnpicklingError("the views of storages are no list")
    for view in views:
        if type(view) is not tuple or len(view) != 4 or view[1] not in found \
                or any(type(n) is not int or n < 0 for n in view[2:]):
            raise UnpicklingError("a view of a storage is described by a wrong tuple")
        key, root, offset, count = view
        item = found[root].dtype.itemsize
        if (offset + count) * item > found[root].nbytes():
            raise UnpicklingError("a view of a storage reaches outside it")
        part = found[root].untyped()._array[offset * item:(offset + count) * item]
        found[key] = TypedStorage(wrap_storage=UntypedStorage(part), dtype=found[root].dtype)
    return found


def _tar_tensors(reader, storages):
    found = {}
    for _ in range(reader.count()):
        args = reader.pickle()
        if type(args) is not tuple or len(args) != 3 or type(args[0]) not in (str, int) \
                or type(args[1]) not in (str, int) or args[1] not in storages:
            raise UnpicklingError("a tensor is described by a wrong tuple")
        key, storage, _ = args
        if reader.at + 8 > len(reader.data):
            raise EOFError("Ran out of input: a tensor's description ends too early")
        ndim = struct.unpack_from("<i", reader.data, reader.at)[0]
        reader.at += 8
        size, stride = reader.numbers(ndim), reader.numbers(ndim)
        found[key] = rebuild.rebuild_tensor(storages[storage], reader.numbers(1)[0], size, stride)
    return found
