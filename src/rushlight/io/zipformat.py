"""PyTorch's zip checkpoints: a pickle that refers to storages, and the storages beside it."""
import hashlib
import io
import mmap
import os
import sys

from .. import dtypes
from ..backend import guard
from ..backend.cpu import B as CPU
from ..ops.storage import TypedStorage, UntypedStorage
from .allowed import Names
from .archive import ArchiveReader, ArchiveWriter, corrupt
from .pickler import Pickler
from .unpickler import Interpreter, UnpicklingError

_STORAGE_COST = 450                     # bytes of the objects around one storage and its tensor
_VERSIONS = range(1, 11)


# ------------------------------------------------------------------ reading

class Storages:
    """The storages that a pickle refers to, read when first asked for, each once.

    Args:
        restore: function (storage, tag) -> storage on its device.
    """

    def __init__(self, restore, budget):
        self.restore = restore
        self.budget = budget
        self.known = {}

    def read(self, key, nbytes, itemsize):
        """Return the bytes of a storage as an array; defined by the subclass."""
        raise AssertionError(f"no storage {key} of {nbytes} bytes, {itemsize} an element")

    def __call__(self, saved_id):
        if type(saved_id) is not tuple or len(saved_id) != 5 or saved_id[0] != "storage":
            raise UnpicklingError("Only persistent_load of storage is allowed")
        _, kind, key, location, numel = saved_id
        dtype = storage_dtype(kind)
        if type(key) is not str or type(location) is not str or type(numel) is not int:
            raise UnpicklingError("a storage is described by a wrong tuple")
        if not 0 <= numel < 1 << 60:
            raise UnpicklingError(f"a storage cannot have {numel} elements")
        if key not in self.known:
            self.budget.take(_STORAGE_COST)
            untyped = UntypedStorage(self.read(key, numel * dtype.itemsize, dtype.itemsize))
            self.known[key] = self.restore(untyped, location), dtype
        storage, first = self.known[key]
        if storage.nbytes() < numel * dtype.itemsize:
            raise UnpicklingError(f"storage {key} is named twice with different sizes")
        if isinstance(storage, TypedStorage):
            storage = storage.untyped()
        return TypedStorage(wrap_storage=storage, dtype=dtype, _internal=first is dtype)


def storage_dtype(kind):
    """Return the dtype of a storage class (bytes for an untyped one)."""
    if kind is UntypedStorage:
        return dtypes.uint8
    found = getattr(kind, "dtype", None)
    if not isinstance(kind, type) or not isinstance(found, dtypes.dtype):
        raise UnpicklingError("a storage is described by a wrong class")
    return found


class ZipStorages(Storages):
    """Storages in an archive.

    Args:
        mapped: the file as a memory map, to look at rather than to read; or None.
        swap: the file's byte order is not this machine's.
        skip: leave the content out (zeros).
    """

    def __init__(self, archive, root, restore, mapped=None, swap=False, skip=False):
        super().__init__(restore, archive.budget)
        self.archive, self.root, self.mapped, self.swap, self.skip = archive, root, mapped, swap, skip

    def read(self, key, nbytes, itemsize):
        """Return the bytes of member `data/<key>`."""
        name = f"{self.root}/data/{key}"
        member = self.archive.find(name)
        if member.size != nbytes:
            raise RuntimeError(f"record size ({member.size} bytes) does not match expected size ({nbytes} bytes = {nbytes} "
                               "elements * 1 bytes/element) for dtype Byte")
        if nbytes == 0:
            return CPU.zeros(0, dtype=dtypes.uint8.np)
        if self.mapped is not None and member.method == 0 and not self.swap:
            found = guard.frombuffer(self.mapped, dtypes.uint8.np, nbytes, self.archive.base + member.start)
            if guard.address(found) % max(itemsize, 1) == 0:
                return found
        self.budget.take(nbytes)
        out = (CPU.zeros if self.skip else CPU.empty)(nbytes, dtype=dtypes.uint8.np)
        if not self.skip:
            self.archive.read_into(name, memoryview(out))
        if self.swap and itemsize > 1:
            out = CPU.copy(CPU.flip(out.reshape(-1, itemsize), axis=1)).reshape(-1)
        return out


def open_archive(file):
    """Return (archive, name of its root folder) of a checkpoint."""
    archive = ArchiveReader(file)
    roots = {name.partition("/")[0] for name in archive.members}
    if len(roots) != 1:
        raise corrupt("reading zip archive: file in archive is not in a subdirectory",
                      "A checkpoint has all its members in one folder.")
    return archive, roots.pop()


def load_zip(file, restore, weights_only, path=None, mapping=None, skip=False, encoding="utf-8", endianness=None):
    """Return the object of a zip checkpoint.

    Args:
        file: open for reading, at the archive's first byte.
        path: of the file, to map it into memory (`mapping` says how); None reads it.
    """
    archive, root = open_archive(file)
    if f"{root}/constants.pkl" in archive.members:
        raise RuntimeError("Cannot use ``weights_only=True`` with TorchScript archives passed to ``torch.load``. Rushlight has "
                           "no TorchScript: save the state_dict in PyTorch and load that.")
    _check_version(archive, root)
    swap = swapped(archive, root, endianness)
    mapped = mapping(path) if mapping is not None else None
    storages = ZipStorages(archive, root, restore, mapped, swap, skip)
    pickle = archive.read(f"{root}/data.pkl")
    return Interpreter(pickle, Names(weights_only), storages, budget=archive.budget, encoding=encoding).run()


def _check_version(archive, root):
    name = f"{root}/version" if f"{root}/version" in archive.members else f"{root}/.data/version"
    raw = archive.read(name) if archive.find(name).size < 32 else b""
    try:
        version = int(raw)
    except ValueError:
        raise corrupt("reading zip archive: the version is no number") from None
    if version not in _VERSIONS:
        raise RuntimeError(f"Attempted to read a PyTorch file with version {version}, but the maximum supported version for "
                           f"reading is {_VERSIONS[-1]}. Your PyTorch installation may be too old.")


def swapped(archive, root, endianness):
    """Whether a checkpoint has the other byte order than this machine; `endianness` is that of one that does not say."""
    return _byteorder(archive, root, endianness) != sys.byteorder


def _byteorder(archive, root, endianness):
    name = f"{root}/byteorder"
    if name not in archive.members:
        return endianness or "little"
    raw = archive.read(name) if archive.find(name).size < 32 else b""
    if raw not in (b"little", b"big"):
        raise ValueError(f"Unknown endianness type: {raw.decode(errors='replace')}")
    return raw.decode()


def private_map(path, shared=False):
    """Return a file mapped into memory: writes stay private to this process, unless `shared`."""
    with open(path, "r+b" if shared else "rb") as f:
        return mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_WRITE if shared else mmap.ACCESS_COPY)


def globals_of(file):
    """Return the paths of all globals that the pickle of a zip checkpoint names, without building anything."""
    import pickletools

    archive, root = open_archive(file)
    found, strings = [], []
    try:
        for op, arg, _ in pickletools.genops(archive.read(f"{root}/data.pkl")):
            if op.name in ("GLOBAL", "INST"):
                found.append(arg.replace(" ", ".", 1))
            elif op.name == "STACK_GLOBAL" and len(strings) > 1:
                found.append(".".join(strings[-2:]))
            elif isinstance(arg, str):
                strings.append(arg)
    except ValueError as e:
        raise UnpicklingError(f"the pickle is damaged: {e}") from None
    return found


# ------------------------------------------------------------------ writing

def save_zip(obj, file, root="archive", protocol=2, alignment=64, crc=True, skip=False, byteorder=True):
    """Write an object as a zip checkpoint to a file that is open for writing."""
    buffer = io.BytesIO()
    pickler = Pickler(buffer, protocol)
    pickler.dump(obj)
    archive = ArchiveWriter(file, alignment)
    archive.add(f"{root}/data.pkl", buffer.getbuffer())
    archive.add(f"{root}/.format_version", b"1")
    archive.add(f"{root}/.storage_alignment", str(alignment).encode())
    if byteorder:
        archive.add(f"{root}/byteorder", sys.byteorder.encode())
    digest = hashlib.sha256(buffer.getbuffer())
    for key, storage in pickler.storages.items():
        memory = host_bytes(storage)
        if skip:
            archive.add_blank(f"{root}/data/{key}", memory.size)
        else:
            archive.add(f"{root}/data/{key}", memory, crc)
        digest.update(str(memory.size).encode())
    archive.add(f"{root}/version", b"3\n")
    archive.add(f"{root}/.data/serialization_id", str(int.from_bytes(digest.digest()[:16], "big")).zfill(40).encode()[:40])
    archive.close()


def host_bytes(storage):
    """Return the bytes of a storage in the CPU's memory."""
    return storage.cpu()._array if storage.device.type != "cpu" else storage._array


def root_name(path):
    """Return the name that the folder in the archive gets: that of the file, without its last suffix."""
    return os.path.splitext(os.path.basename(os.fspath(path)))[0] or "archive"

