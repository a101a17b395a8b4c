"""NumPy's memory is our memory: from_numpy, numpy(), __array__, buffers and DLPack, in both directions."""
import warnings

from .. import devices, dtypes, errors
from ..backend import base as backends
from ..backend import guard
from ..backend.cpu import B as CPU
from ..core.modes import state
from ..core.op import composite, method, publish
from ..core.tensor import TensorBase, make, wants_grad
from ._factory import as_dtype, check_flag, finish, kind_of

_ndarray = CPU.array_type


# ------------------------------------------------------------------ NumPy to tensor


@composite(method=False)
def from_numpy(ndarray):
    """Return a tensor that shares the array's memory, whatever its strides, negative ones included.

    Raises: TypeError for dtypes that torch has not.

    Example:
        >>> a = numpy.arange(3)
        >>> t = torch.from_numpy(a[::-1])
        >>> a[0] = 7; t
        tensor([2, 1, 7])
    """
    if not isinstance(ndarray, _ndarray):
        raise TypeError(f"expected np.ndarray (got {kind_of(ndarray)})")
    if ndarray.dtype not in dtypes.FROM_NP:
        dtypes.from_np(ndarray.dtype)
    if not ndarray.flags.writeable:
        _warn_read_only("NumPy array", "array")
    return make(guard.shared(ndarray))


class _Warned:
    """What was warned of already: these warnings come once a program."""

    read_only = False


def _warn_read_only(what, short):
    if _Warned.read_only:
        return
    _Warned.read_only = True
    warnings.warn(f"The given {what} is not writable, and PyTorch does not support non-writable tensors. This means "
                  "writing to this tensor will result in undefined behavior. You may want to copy the "
                  f"{short} to protect its data or make it writable before converting it to a tensor. This type of "
                  "warning will be suppressed for the rest of this program.", stacklevel=3)


@composite(method=False)
def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """Return a 1-d tensor over the memory of a Python buffer, which it shares.

    Args:
        buffer: an object with the buffer protocol: bytearray, array, mmap, bytes (read-only), ...
        count: how many elements; -1 takes all.
        offset: bytes to leave out in front.

    Raises: ValueError when the elements asked for do not lie inside the buffer.

    Example:
        >>> torch.frombuffer(bytearray([1, 0, 2, 0]), dtype=torch.int16)
        tensor([1, 2], dtype=torch.int16)
    """
    d = as_dtype("frombuffer", dtype)
    if not guard.is_buffer(buffer):
        raise ValueError("object does not implement Python buffer protocol.")
    array = guard.frombuffer(buffer, d.np, count, offset)
    if not array.flags.writeable:
        _warn_read_only("buffer", "buffer")
    return finish("frombuffer", array, requires_grad)


# ------------------------------------------------------------------ tensor to NumPy


@method
def numpy(self, *, force=False):
    """Return a NumPy array that shares the tensor's memory.

    Args:
        force: also for tensors that require grad or live on a GPU; those of a GPU are copied.

    Raises: RuntimeError for a tensor that requires grad (outside of no_grad), TypeError for one on a GPU or of a dtype NumPy
        has not (bfloat16, float8), unless forced.
    """
    if force:
        check_flag("numpy", "force", force)
    elif state.grad and wants_grad(self):
        raise RuntimeError(errors.taught(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."))
    array = self._array
    if type(array) is not _ndarray:
        if not force and not backends.of_array(array).takes_cpu:
            raise TypeError(f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the "
                            "tensor to host memory first.")
        array = backends.of_array(array).to_numpy(array)
    if array.dtype not in _NATIVE:
        raise TypeError(f"Got unsupported ScalarType {self.dtype.short}")
    return guard.shared(array)


_NATIVE = frozenset(dtypes.FROM_NP)         # the dtypes NumPy has itself


@method(name="__array__")
def _array(self, dtype=None, copy=None):
    """Return the tensor as a NumPy array, for `numpy.asarray` and the like."""
    array = numpy(self)
    if dtype is None:
        return CPU.clone(array) if copy else array
    return CPU.asarray(array, dtype=dtype, copy=copy)


@method(name="__array_wrap__")
def _array_wrap(self, array, context=None, return_scalar=False):
    """Turn the result of a NumPy function on tensors into a tensor, as PyTorch does (bool to uint8)."""
    if not isinstance(array, _ndarray) or not array.flags.writeable:
        array = CPU.copy(CPU.asarray(array))
    if array.dtype == dtypes.bool.np:
        array = CPU.cast(array, dtypes.uint8.np)
    return make(array)


# ------------------------------------------------------------------ DLPack


@method(name="__dlpack__")
def _dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    """Return a DLPack capsule of the tensor's memory."""
    if wants_grad(self):
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if stream == -1 and type(self._array) is _ndarray:
        stream = None               # "no synchronisation", which the CPU never needs
    return self._array.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)


@method(name="__dlpack_device__")
def _dlpack_device(self):
    """Return (kind, number) of the tensor's device in DLPack's terms."""
    return self._array.__dlpack_device__()


@composite(method=False)
def from_dlpack(ext_tensor, *, device=None, copy=None):
    """Return a tensor that shares the memory of another library's array, through DLPack.

    Args:
        ext_tensor: an object with `__dlpack__`, or a capsule.
        copy: True copies always, False never.

    Raises: RuntimeError for a capsule that is none or was used already, BufferError where the
        producer refuses.
    """
    if isinstance(ext_tensor, TensorBase):
        found = make(ext_tensor._array)
        found._root, found._counter = ext_tensor._root, ext_tensor._counter
        return found.clone() if copy else found
    if device is not None:
        device = str(device).split(":")[0]
    kind = ext_tensor.__dlpack_device__()[0] if hasattr(ext_tensor, "__dlpack_device__") else 1
    B = CPU if int(kind) == 1 else backends.of_device(devices.device("cuda"))
    array = guard.from_dlpack(B.from_dlpack, ext_tensor, device=device, copy=copy)
    B.torch_dtype(array)                # raises for a dtype torch has not
    return make(array)


def to_dlpack(tensor):
    """Return a DLPack capsule of the tensor's memory, which one consumer may take."""
    return tensor.__dlpack__(max_version=(1, 0))


publish("utils.dlpack", "to_dlpack", to_dlpack)
publish("utils.dlpack", "from_dlpack", from_dlpack)
publish("torch", "to_dlpack", to_dlpack)
