"""Writing pickles of tensors that PyTorch reads: its names for our classes, storages by persistent id."""
import copyreg
import pickle
import types
from collections import OrderedDict

from ..backend import base as backends
from ..backend import guard
from ..core.generator import Generator
from ..core.op import Op
from ..core.tensor import Size, Tensor, attributes
from ..devices import device
from ..dtypes import BY_NAME, dtype, uint8, uint16, uint32, uint64
from ..formats import layout, memory_format, strides as contiguous
from ..nn.parameter import Parameter, is_lazy
from ..ops.storage import LEGACY, TypedStorage, UntypedStorage
from .locations import location_tag
from .names import torch_path

_OLD_NAMES = {"builtins": "__builtin__", "copyreg": "copy_reg"}


class Global:
    """A name to be written as it is, where we have another object or none."""

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __call__(self, *args):
        raise AssertionError(f"{self.module}.{self.name} is a name in a file, not to be called with {args!r}")


_REBUILD_V2 = Global("torch._utils", "_rebuild_tensor_v2")
_REBUILD_V3 = Global("torch._utils", "_rebuild_tensor_v3")
_REBUILD_SPARSE = Global("torch._utils", "_rebuild_sparse_tensor")
_REBUILD_PARAMETER = Global("torch._utils", "_rebuild_parameter")
_REBUILD_PARAMETER_STATE = Global("torch._utils", "_rebuild_parameter_with_state")
_REBUILD_TYPE = Global("torch._tensor", "_rebuild_from_type_v2")
_LAYOUT = Global("torch.serialization", "_get_layout")
_WIDE = frozenset([uint16, uint32, uint64] + [d for d in BY_NAME.values() if d.name.startswith("float8")])


class Pickler(pickle._Pickler):
    """Pickles with PyTorch's names.

    Args:
        file: gets the pickle.
        protocol: 2 to 5.
        legacy: persistent ids as in the format before the zip one.

    After `dump`, `storages` has each storage by its key.
    """

    def __init__(self, file, protocol=2, legacy=False):
        super().__init__(file, protocol)
        self.dispatch_table = {k: v for k, v in copyreg.dispatch_table.items() if not issubclass(k, type)}
        self.legacy = legacy
        self.storages = {}              # key -> UntypedStorage
        self.keys = {}                  # (address, bytes) -> key
        self.types = {}                 # key -> storage class it was written with
        self.kept = []                  # objects made on the way: their ids stand in the memo

    # ------------------------------------------------------------ storages

    def persistent_id(self, obj):
        """Return the id of a storage, None for anything else."""
        if not isinstance(obj, (TypedStorage, UntypedStorage)):
            return None
        typed = isinstance(obj, TypedStorage) and obj.dtype in LEGACY and not getattr(obj, "as_bytes", False)
        kind = LEGACY[obj.dtype] if typed else UntypedStorage
        untyped = obj.untyped()
        if untyped.nbytes() and untyped.device.type == "cpu":
            where = (untyped._cdata, untyped.nbytes())
        else:                           # empty memories have no address; those of devices were copied for this
            where = (id(obj), 0)
        key = self.keys.get(where)
        if key is None:
            key = self.keys[where] = str(len(self.keys))
            self.storages[key] = untyped
            self.types[key] = kind
            self.kept.append(obj)
        elif self.types[key] is not kind:
            raise RuntimeError("Cannot save multiple tensors or storages that view the same data as different types")
        numel = untyped.nbytes() // (obj.dtype.itemsize if typed else 1)
        tail = (None,) if self.legacy else ()
        return ("storage", kind, key, location_tag(untyped), numel, *tail)

    # ------------------------------------------------------------ objects

    def reducer_override(self, obj):
        """Say how the library's own objects are written; NotImplemented leaves it to the object."""
        if isinstance(obj, Tensor):
            return self._tensor(obj)
        if isinstance(obj, Global):
            return obj.name
        if isinstance(obj, (type, types.FunctionType, types.BuiltinFunctionType, Op)):
            return torch_path(obj)[1]
        if isinstance(obj, dtype):
            return obj.name
        if isinstance(obj, Size):
            return Size, (tuple(obj),)
        if isinstance(obj, device):
            return device, ((obj.type,) if obj.index is None else (obj.type, obj.index))
        if isinstance(obj, layout):
            return _LAYOUT, (repr(obj),)
        if isinstance(obj, memory_format):
            raise TypeError("cannot pickle 'module' object")
        if isinstance(obj, Generator):
            return Generator, (obj.device,), (obj.initial_seed(), None, obj.get_state())
        if type(obj).__module__ == "torch.return_types":
            return type(obj), (tuple(obj), {})
        return NotImplemented

    def _tensor(self, t):
        if is_lazy(t):
            return type(t), (t.requires_grad,)
        own = {k: v for k, v in attributes(t).items() if k not in ("_backward_hooks", "_post_accumulate_grad_hooks")}
        if isinstance(t, Parameter):
            data = self._keep(t.detach())
            if type(t) is not Parameter:
                return _REBUILD_TYPE, (_REBUILD_V2, type(t), self._parts(t)[1], own or None)
            if own:
                return _REBUILD_PARAMETER_STATE, (data, t.requires_grad, _no_hooks(), own)
            return _REBUILD_PARAMETER, (data, t.requires_grad, _no_hooks())
        function, args = self._parts(t)
        if type(t) is not Tensor or own:
            return _REBUILD_TYPE, (function, type(t), args, own or None)
        return function, args

    def _keep(self, obj):
        self.kept.append(obj)
        return obj

    def _parts(self, t):
        """Return (function, arguments) that make the tensor again."""
        if backends.of_array(t._array).sparse:
            return _REBUILD_SPARSE, sparse_parts(t)
        storage, offset, size, stride = memory_of(t)
        self._keep(storage)
        if t.dtype in _WIDE:
            storage.as_bytes = True
            return _REBUILD_V3, (storage, offset, size, stride, t.requires_grad, _no_hooks(), t.dtype)
        return _REBUILD_V2, (storage, offset, size, stride, t.requires_grad, _no_hooks())

    def save_global(self, obj, name=None):
        """Write the name of a class or function, as PyTorch has it."""
        if isinstance(obj, Global):
            module = obj.module
        elif isinstance(obj, dtype):
            module = "torch"
        else:
            module, name = torch_path(obj)
            if "<" in name:
                raise pickle.PicklingError(f"Can't pickle {obj!r}: attribute lookup {name} on {module} failed")
        if self.proto < 3:
            module = _OLD_NAMES.get(module, module)
        if self.proto >= 4:
            self.save(module)
            self.save(name)
            self.write(pickle.STACK_GLOBAL)
        else:
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
        self.memoize(obj)


def _no_hooks():
    return OrderedDict()


def sparse_parts(t):
    """Return (layout, parts) of a sparse tensor."""
    from ..ops.sparse import taken_apart
    return taken_apart(t)


def memory_of(t):
    """Return (typed storage, offset, sizes, strides) of a tensor, in elements.

    A tensor whose strides PyTorch could not have (negative, or no multiple of the element) is copied, and
    so is one on another device.
    """
    x, root = t._array, t._root
    B = backends.of_array(x)
    if t.device.type != "cpu":
        flat = B.reshape(B.copy(x), (-1,))
        memory, offset, strides = B.view_dtype(flat, uint8.np), 0, contiguous(x.shape)
    else:
        root = x if root is None else root
        item = x.dtype.itemsize
        low, high = guard.extent(root)
        start, end = guard.extent(x)
        if min(x.strides, default=0) < 0 or any(s % item for s in x.strides) or (start - low) % item \
                or x.size and not low <= start <= end <= high:
            root, x = (B.clone(x),) * 2
            start = low = guard.address(x)
        memory, offset = guard.bytes_of(root), (start - low) // item if x.size else 0
        strides = B.strides(x) if x.size else contiguous(x.shape)
    return TypedStorage(wrap_storage=UntypedStorage(memory), dtype=t.dtype), offset, tuple(x.shape), tuple(strides)
