"""Storages: the memory of tensors as flat bytes (`UntypedStorage`) or elements (`TypedStorage`)."""

from .. import devices, dtypes
from ..backend import base as backends
from ..backend import guard, shared
from ..backend.cpu import B as CPU
from ..core.op import composite, method, publish
from ._nested import array_from

_BYTE = dtypes.uint8.np


class _Storage:
    """What storages of bytes and of elements share: `_array` is their 1-d array, of uint8 or of the dtype."""

    def data_ptr(self):
        """Return the address of the first byte."""
        return guard.address(self._array) if self._array.size else 0

    def nbytes(self):
        """Return the number of bytes."""
        return self._array.size * self._array.dtype.itemsize

    def size(self):
        """Return the number of elements."""
        return self._array.size

    def element_size(self):
        """Return the bytes of one element."""
        return self._array.dtype.itemsize

    def __len__(self):
        return self._array.size

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, i):
        if isinstance(i, slice):
            return self._of(self._array[i])
        return self._array[i].item()

    def __setitem__(self, i, value):
        self._array[i] = value

    def tolist(self):
        """Return the elements as a list of Python numbers."""
        return self._array.tolist()

    def fill_(self, value):
        """Write one number into every element, and return the storage."""
        self._array[...] = value
        return self

    def copy_(self, source, non_blocking=None):
        """Write the elements of another storage of the same size, and return this one."""
        if non_blocking not in (None, False, True):
            raise TypeError("copy_(): argument 'non_blocking' must be bool")
        self._array[...] = source._array
        return self

    def clone(self):
        """Return a storage with a copy of the memory."""
        return self._of(backends.of_array(self._array).copy(self._array))

    def cpu(self):
        """Return the storage in the memory of the CPU."""
        return self._of(backends.of_array(self._array).to_numpy(self._array))

    def is_shared(self):
        """Whether the memory is shared between processes."""
        return type(self._array) is CPU.array_type and shared.map_of(self._array) is not None

    def is_pinned(self, device="cuda"):
        """Whether the memory is page-locked for a GPU: never here."""
        devices.device(device)
        return False

    @property
    def device(self):
        """The device of the memory."""
        return devices.CPU if type(self._array) is CPU.array_type else backends.of_array(self._array).device_of(
            self._array)

    @property
    def is_cuda(self):
        """Whether the memory is a GPU's."""
        return self.device.type == "cuda"

    @property
    def filename(self):
        """The file behind the memory: none."""
        return None

    @property
    def _cdata(self):
        return guard.address(self._array)

    def __eq__(self, other):
        return type(self) is type(other) and self._cdata == other._cdata and self.nbytes() == other.nbytes()

    def __hash__(self):
        return hash((self._cdata, self.nbytes()))

    def __deepcopy__(self, memo):
        key = ("storage", self._cdata, self.nbytes())
        if key not in memo:
            memo[key] = self._of(backends.of_array(self._array).copy(self._array))
        return memo[key]

    def __repr__(self):
        values = "\n".join(f" {v}" for v in self.tolist())
        return f"{values}\n[{self._label()} of size {len(self)}]"


class UntypedStorage(_Storage):
    """The bytes of a memory; `UntypedStorage(n)` makes n of them, `UntypedStorage(list)` those."""

    def __init__(self, data=0, *, device=None):
        if isinstance(data, int):
            data = CPU.zeros(data, dtype=_BYTE)
        elif isinstance(data, (list, tuple)):
            data = array_from(data, dtypes.uint8)
        where = devices.resolve(device)
        self._array = data if where.type == "cpu" or device is None else backends.of_device(where).from_numpy(data)

    def _of(self, array):
        return UntypedStorage(array)

    @classmethod
    def from_file(cls, filename, shared=False, nbytes=0):
        """Return a storage that is a file mapped into memory.

        Args:
            shared: writes go to the file, which is made as long as `nbytes`; otherwise they stay here.
            nbytes: how many bytes; 0 for all of them.
        Raises: RuntimeError when the file has fewer.
        """
        import mmap
        import os

        with open(filename, "r+b" if shared else "rb") as f:
            size = os.fstat(f.fileno()).st_size
            if shared and size < nbytes:
                f.truncate(nbytes)
                size = nbytes
            if size < nbytes:
                raise RuntimeError(f"unable to mmap {nbytes} bytes from file <{filename}>: it has {size}")
            if not size:
                return cls(0)
            mapped = mmap.mmap(f.fileno(), nbytes or size, access=mmap.ACCESS_WRITE if shared else mmap.ACCESS_COPY)
        return cls(guard.frombuffer(mapped, _BYTE, -1, 0))

    def untyped(self):
        """Return the storage itself."""
        return self

    def type(self):
        """Return the name of the class."""
        return "torch.storage.UntypedStorage"

    def _label(self):
        return f"torch.storage.UntypedStorage(device={self.device})"

    def __reduce__(self):
        return _untyped_of, (backends.of_array(self._array).to_numpy(self._array),)


def _untyped_of(array):
    return UntypedStorage(array)


class TypedStorage(_Storage):
    """The elements of a memory, all of one dtype.

    Args:
        wrap_storage: an `UntypedStorage` to read, or
        data: the elements, or how many; then `dtype` says of which type (default: float32).
    """

    def __init__(self, data=0, *, wrap_storage=None, dtype=None, device=None, _internal=False):
        self.dtype = dtypes.get_default_dtype() if dtype is None else dtype
        if wrap_storage is None:
            if isinstance(data, int):
                array = CPU.zeros(data, dtype=self.dtype.np)
            else:
                array = array_from(data, self.dtype)
            wrap_storage = UntypedStorage(guard.bytes_of(array), device=device)
        self._untyped_storage = wrap_storage
        self._internal = _internal

    @property
    def _array(self):
        return backends.of_array(self._untyped_storage._array).view_dtype(_whole(self), self.dtype.np)

    def _of(self, array):
        found = backends.of_array(array).torch_dtype(array)
        return TypedStorage(wrap_storage=UntypedStorage(guard.bytes_of(array)), dtype=found)

    def untyped(self):
        """Return the bytes."""
        return self._untyped_storage

    def type(self, dtype=None):
        """Return the name of the old class, such as 'torch.FloatStorage', or the storage as another dtype."""
        return "torch." + self.dtype.short + "Storage" if dtype is None else self._as(dtype)

    def _as(self, dtype):
        return self._of(CPU.cast(self._array, dtype.np)) if dtype is not self.dtype else self

    def pickle_storage_type(self):
        """Return the name the old classes have in checkpoints, such as 'FloatStorage'."""
        return self.dtype.short + "Storage"

    _pickle_storage_type = pickle_storage_type

    def _label(self):
        return f"torch.storage.TypedStorage(dtype={self.dtype!r}, device={self.device})"

    def __reduce__(self):
        return _typed_of, (self._untyped_storage, self.dtype)


def _whole(storage):
    array = storage._untyped_storage._array
    return array[:array.size // storage.dtype.itemsize * storage.dtype.itemsize]


def _typed_of(untyped, dtype):
    return TypedStorage(wrap_storage=untyped, dtype=dtype)


def _conversion(name, dtype):

    def convert(self):
        return self._as(dtype)

    convert.__name__ = name
    convert.__doc__ = f"Return the storage with elements of {dtype!r}."
    setattr(TypedStorage, name, convert)


for _name in ("float", "double", "half", "bfloat16", "int", "long", "short", "bool"):
    _conversion(_name, dtypes.ALIASES.get(_name) or dtypes.BY_NAME[_name])


class _LegacyMeta(type):
    """The class of `torch.FloatStorage` and its kin, which make and recognise typed storages."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, TypedStorage) and instance.dtype is cls.dtype

    def __call__(cls, data=0, *, wrap_storage=None):
        return TypedStorage(data, wrap_storage=wrap_storage, dtype=cls.dtype)


def _legacy(dtype):
    name = dtype.short + "Storage"
    doc = f"The old class of storages of {dtype!r}."
    made = _LegacyMeta(name, (), {"dtype": dtype, "__module__": "torch", "__doc__": doc})
    publish("torch", name, made)
    return made


LEGACY = {d: _legacy(d) for d in (
    dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16, dtypes.int64, dtypes.int32, dtypes.int16,
    dtypes.int8, dtypes.uint8, dtypes.bool, dtypes.complex64, dtypes.complex128)}

for _class in (UntypedStorage, TypedStorage):
    _class.__module__ = "torch.storage"
    publish("torch", _class.__name__, _class)
    publish("storage", _class.__name__, _class)


# ------------------------------------------------------------------ tensors and their storages


@method
def untyped_storage(self):
    """Return the tensor's memory as bytes; tensors that share memory return equal storages."""
    root = self._root if self._root is not None else self._array
    return UntypedStorage(guard.bytes_of(root))


@method(aliases=("_typed_storage",))
def storage(self):
    """Return the tensor's memory as elements of its dtype."""
    return TypedStorage(wrap_storage=untyped_storage(self), dtype=self.dtype)


@method
def storage_type(self):
    """Return the old class of the tensor's storage, such as `torch.FloatStorage`."""
    return LEGACY[self.dtype]


@method
def is_set_to(self, tensor):
    """Whether two tensors look at the same memory with the same sizes and strides."""
    return (self.data_ptr() == tensor.data_ptr() and self._array.shape == tensor._array.shape
            and self._array.strides == tensor._array.strides and self.untyped_storage() == tensor.untyped_storage())


@composite(method=False)
def is_storage(obj):
    """Whether an object is a storage."""
    return isinstance(obj, _Storage)


@method
def share_memory_(self):
    """Move the tensor's memory to where other processes can map it, and return the tensor.

    Sent to a process through `torch.multiprocessing`, or inherited by a fork, it is then the same memory there. Views
    made before keep the old memory. RuntimeError where the system has no such memory.
    """
    array = self._array
    if type(array) is not CPU.array_type or shared.map_of(array) is not None:
        return self
    if not shared.AVAILABLE:
        raise RuntimeError("share_memory_(): this system has no memory that processes can share")
    memory = guard.typed(shared.allocate(array.nbytes)[:array.nbytes], array.dtype)
    moved = _laid_out_as(memory, array)
    moved[...] = array
    self._array, self._root = moved, memory
    return self


def _laid_out_as(memory, array):
    """Return flat memory in the shape of an array, with its dimensions in the same order in memory."""
    order = sorted(range(array.ndim), key=lambda d: -abs(array.strides[d]))
    flat = memory.reshape([array.shape[d] for d in order])
    return flat.transpose([order.index(d) for d in range(array.ndim)])
