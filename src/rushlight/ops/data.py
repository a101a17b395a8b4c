"""Tensors made of data that exists: `tensor`, `as_tensor`, `asarray`, `Tensor(...)` and its typed kin."""
import warnings

from .. import devices, dtypes
from ..backend import base as backends
from ..backend import guard
from ..backend.cpu import B as CPU
from ..core.op import bind_method, composite, method, publish
from ..core.tensor import OPS, Tensor, TensorBase, alias, make, make_as, wants_grad
from . import bridge, convert
from ._factory import as_dtype, backend_for, check_flag, finish, kind_of, new_array
from ._nested import array_from, numbers_to_array

_ndarray = CPU.array_type
_NUMBERS = {float, int, bool, complex}


def _on(device, array):
    """Return a NumPy array as an array of the device asked for (None: the default one)."""
    if device is None:
        device = devices.get_default_device()
    else:
        device = devices.device(device)
    if device.type == "cpu":
        return array
    return backends.of_device(device).from_numpy(array, device.index)


def _copied(array, dtype):
    """Return a copy of a NumPy array in the dtype asked for, its order of memory kept."""
    found = dtypes.from_np(array.dtype)
    if dtype is None or dtype is found:
        return CPU.clone(array)
    return convert.converted(CPU, array, found, dtype)


@composite(method=False)
def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """Return a tensor of a copy of the data.

    Args:
        data: a number, nested sequences of numbers, a NumPy array or scalar, a list of arrays, a tensor.
        dtype: inferred from the data when None: bool, int64, the default dtype for floats, an array's own.
        requires_grad: whether operations on the tensor are recorded.

    Raises: ValueError for nests of uneven length, TypeError or RuntimeError for what is no number.

    Example:
        >>> torch.tensor([[1., 2.], [3., 4.]])
        tensor([[1., 2.],
                [3., 4.]])
    """
    if dtype is not None:
        dtype = as_dtype("tensor", dtype)
    if pin_memory is not False:
        backend_for("tensor", None, None, pin_memory)
    if isinstance(data, TensorBase):
        warnings.warn(_COPY_ADVICE + "torch.tensor(sourceTensor).", stacklevel=2)
        return _of_tensor(data, dtype, device, requires_grad, "tensor")
    kind = type(data)
    if kind is _ndarray:
        array = _copied(data, dtype)
    elif kind in _NUMBERS:
        array = numbers_to_array([data], {kind}, dtype).reshape(())
    else:
        if isinstance(data, (str, bytes)):
            raise TypeError(f"new(): invalid data type '{kind.__name__}'")
        array = _copied(data, dtype) if isinstance(data, _ndarray) else array_from(data, dtype)
    return finish("tensor", _on(device, array), requires_grad)


_COPY_ADVICE = ("To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
                "sourceTensor.detach().clone().requires_grad_(True), rather than ")


def _of_tensor(source, dtype, device, requires_grad, name):
    """Return a leaf with the values of a tensor in a memory of its own."""
    dtype = source.dtype if dtype is None else dtype
    device = source.device if device is None else devices.device(device)
    B = backends.of_array(source._array)
    if device != source.device:
        array = convert.transferred(convert.converted(B, source._array, source.dtype, dtype), device)
    else:
        array = convert.converted(B, source._array, source.dtype, dtype)
    return finish(name, array, requires_grad)


@method
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """Return a copy of the data with this tensor's dtype and device where none is given."""
    dtype = self.dtype if dtype is None else as_dtype("new_tensor", dtype)
    device = self.device if device is None else device
    backend_for("new_tensor", device, layout, pin_memory)
    if isinstance(data, TensorBase):
        warnings.warn(_COPY_ADVICE + "tensor.new_tensor(sourceTensor).", stacklevel=2)
        return _of_tensor(data, dtype, device, requires_grad, "new_tensor")
    return tensor(data, dtype=dtype, device=device, requires_grad=requires_grad)


@composite(method=False)
def as_tensor(data, dtype=None, device=None):
    """Return the data as a tensor, without a copy where dtype and device allow.

    A tensor comes back itself (its graph kept), a NumPy array shares its memory.

    Example:
        >>> a = numpy.ones(2)
        >>> t = torch.as_tensor(a)
        >>> t[0] = 5; a
        array([5., 1.])
    """
    if dtype is not None:
        dtype = as_dtype("as_tensor", dtype)
    if isinstance(data, TensorBase):
        if dtype is None and device is None:
            return data
        return convert.to_dtype_device(data, data.dtype if dtype is None else dtype,
                                       data.device if device is None else devices.device(device))
    if isinstance(data, _ndarray):
        shared = bridge.from_numpy(data)
        if dtype is None and device is None and devices.get_default_device() is devices.CPU:
            return shared
        where = devices.get_default_device() if device is None else devices.device(device)
        return convert.to_dtype_device(shared, shared.dtype if dtype is None else dtype, where)
    return tensor(data, dtype=dtype, device=device)


@composite(method=False)
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=None):
    """Return a tensor of any object: tensor, array, DLPack producer, buffer, number, sequence.

    Args:
        copy: True copies always, False never (ValueError where it must), None where needed.
        requires_grad: taken from a tensor when None; False detaches it.

    Example:
        >>> torch.asarray([1, 2])
        tensor([1, 2])
    """
    if dtype is not None:
        dtype = as_dtype("asarray", dtype)
    if requires_grad is not None:
        check_flag("asarray", "requires_grad", requires_grad)
    source = _aliased(obj, dtype)
    if source is None:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return tensor(obj, dtype=dtype, device=device, requires_grad=bool(requires_grad))
    wanted = source.dtype if dtype is None else dtype
    where = source.device if device is None else devices.device(device)
    if copy is False and wanted is not source.dtype:
        raise ValueError(f"can't alias tensor with dtype '{source.dtype.short}' into dtype '{wanted.short}'.")
    if copy is False and where != source.device:
        raise ValueError(f"can't alias tensor from device '{source.device}' to '{where}'.")
    return _with_grad_mode(source, convert.to_dtype_device(source, wanted, where, copy=bool(copy)), requires_grad)


def _with_grad_mode(source, found, requires_grad):
    """Return `found`, made of `source`, as a leaf or in its graph, as `asarray(requires_grad=)` says."""
    if source.requires_grad and requires_grad is None:
        warnings.warn("torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. "
                      "Pass requires_grad=False explicitly to get the old behavior and silence this warning.",
                      stacklevel=3)
    if not requires_grad:
        return found.detach() if requires_grad is False and found.requires_grad else found
    if not found.requires_grad:
        found = found.detach() if found is source else found
        found.requires_grad_(True)
    return found


def _aliased(obj, dtype):
    """Return a tensor that shares the object's memory; None when it has none to share."""
    if isinstance(obj, TensorBase):
        return obj
    if isinstance(obj, _ndarray):
        return bridge.from_numpy(obj)
    if isinstance(obj, CPU.generic):
        return finish("asarray", CPU.asarray(obj))
    if hasattr(obj, "__dlpack__"):
        return bridge.from_dlpack(obj)
    if guard.is_buffer(obj):
        return bridge.frombuffer(obj, dtype=dtypes.get_default_dtype() if dtype is None else dtype)
    return None


# ------------------------------------------------------------------ Tensor(...), FloatTensor(...)

_NEW_FORMS = """ * (*, torch.device device = None)
      didn't match because some of the arguments have invalid types: ({types})
 * (torch.Storage storage)
 * (Tensor other)
 * (tuple of ints size, *, torch.device device = None)
 * (object data, *, torch.device device = None)
"""


def _construct(cls, *args, **kwargs):
    """Return `Tensor(...)` of class `cls`: of sizes, of data, of a storage or of another tensor."""
    made = _legacy(args, kwargs, None, None)
    if cls is Tensor:
        return made
    out = make_as(cls, made._array)
    out._root, out._counter = made._root, made._counter
    return out


def _legacy(args, kwargs, dtype, device):
    """Make a tensor by the rules of the old constructors; `dtype` None takes any tensor as it is."""
    unknown = set(kwargs) - {"device", "size", "data", "other", "storage"}
    if unknown or len(args) + len(kwargs.keys() - {"device"}) > 1 and kwargs.keys() - {"device"}:
        raise TypeError(_invalid_new(args, kwargs))
    device = kwargs.get("device", device)
    d = dtypes.get_default_dtype() if dtype is None else dtype
    if "size" in kwargs:
        return _sized(d, device, (kwargs["size"],))
    args += tuple([kwargs[k] for k in ("data", "other", "storage") if k in kwargs])
    if not args:
        return _sized(d, device, (0,))
    first = args[0]
    if len(args) > 1 or type(first) is int or _is_size(first):
        if len(args) > 1 and not hasattr(first, "__index__"):
            raise TypeError(_invalid_new(args, kwargs))
        return _sized(d, device, args)
    return _of_object(first, d, dtype, device)


def _of_object(data, d, dtype, device):
    if isinstance(data, TensorBase):
        if dtype is not None and data.dtype is not dtype:
            raise TypeError(f"expected {_options(dtype)} (got {_options(data.dtype)})")
        return alias(data) if not data.requires_grad else OPS.alias(data)
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if isinstance(data, _ndarray) and data.ndim:
        return make(_on(device, _copied(data, d)))
    if hasattr(data, "untyped"):
        return _of_storage(data)
    if not hasattr(data, "__len__") or not hasattr(data, "__getitem__") or isinstance(data, dict):
        raise TypeError(f"new(): data must be a sequence (got {kind_of(data)})")
    return make(_on(device, array_from(data, d)))


def _of_storage(storage):
    """Return a 1-d tensor of a storage's memory; bytes are read in the default dtype."""
    return make(guard.typed(storage.untyped()._array, getattr(storage, "dtype", dtypes.get_default_dtype()).np))


def _is_size(value):
    return type(value).__name__ == "Size" or (hasattr(value, "__index__") and not isinstance(value, (TensorBase, bool))
                                              and not hasattr(value, "__len__"))


def _sized(d, device, args):
    B = backend_for("new", device)
    return finish("new", new_array("new", B.empty, B.dt(d), args))


def _invalid_new(args, kwargs):
    shown = ", ".join([kind_of(a) for a in args] + [f"{k}={kind_of(v)}" for k, v in kwargs.items()])
    types = ", ".join(f"!{kind_of(a)}!" for a in args)
    return (f"new() received an invalid combination of arguments - got ({shown}), but expected one of:\n"
            + _NEW_FORMS.format(types=types))


_C_TYPES = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int", "int16": "short int",
            "int8": "signed char", "uint8": "unsigned char", "bool": "bool", "float16": "c10::Half",
            "bfloat16": "c10::BFloat16"}


def _options(dtype):
    return (f"TensorOptions(dtype={_C_TYPES.get(dtype.name, dtype.name)}, device=cpu, layout=Strided, "
            "requires_grad=false (default), pinned_memory=false (default), memory_format=(nullopt))")


OPS.construct = _construct


@method
def new(self, *args, **kwargs):
    """Return a tensor of this one's dtype by the rules of `Tensor(...)`. Prefer the `new_*` methods."""
    return _legacy(args, kwargs, self.dtype, self.device)


_NO_SUBCLASS = ("Creating a Tensor subclass from a class that does not inherit from Tensor is not possible. Make sure your "
                "class inherits from Tensor.")


def _check_class(cls):
    if not isinstance(cls, type):
        raise TypeError(f"cls must be a type (got {kind_of(cls)})")
    if not issubclass(cls, Tensor):
        raise TypeError(_NO_SUBCLASS)


@method
def as_subclass(self, cls):
    """Return the tensor as an instance of a subclass of Tensor: same memory, same graph."""
    _check_class(cls)
    source = OPS.alias(self) if wants_grad(self) else alias(self)
    out = make_as(cls, source._array)
    out._root, out._counter, out._flags = source._root, source._counter, source._flags
    out._node, out._nr = source._node, source._nr
    out._base, out._replay, out._seen = source._base, source._replay, source._seen
    return out


def _make_subclass(cls, data, require_grad=False):
    """Return a leaf of class `cls` on the memory of a tensor."""
    _check_class(cls)
    out = as_subclass(data.detach(), cls)
    return out.requires_grad_() if require_grad else out


bind_method("_make_subclass", staticmethod(_make_subclass))


class tensortype(type):
    """The class of `torch.FloatTensor` and its kin, for which `isinstance` asks for the dtype."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, TensorBase) and instance.dtype is cls.dtype and instance.device.type == "cpu"

    def __call__(cls, *args, **kwargs):
        return _legacy(args, kwargs, cls.dtype, devices.CPU)


def _typed(name, dtype):
    doc = f"The old constructor of CPU tensors of {dtype}: of sizes, or of data."
    made = tensortype(name, (), {"dtype": dtype, "is_cuda": False, "is_sparse": False, "__module__": "torch",
                                 "__doc__": doc})
    publish("torch", name, made)
    return made


TYPED = {d: _typed(d.short + "Tensor", d) for d in (
    dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16, dtypes.int64, dtypes.int32, dtypes.int16,
    dtypes.int8, dtypes.uint8, dtypes.bool)}
