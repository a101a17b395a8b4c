"""What a tensor says of itself, and its way to Python's numbers: sizes, strides, item, tolist, bool, len, in."""
import warnings

from .. import devices, dtypes, errors, formats
from ..backend import base as backends
from ..backend import guard, shared
from ..backend.cpu import B as CPU
from ..core import printing
from ..core.modes import state
from ..core.op import composite, method, prop, publish
from ..core.printing import format_tensor, tensor_repr
from ..core.tensor import OPS, TensorBase, wants_grad
from ._dims import wrap_dim
from ._factory import kind_of
from .convert import has_format

_ndarray = CPU.array_type


# ------------------------------------------------------------------ sizes and memory


@method
def size(self, dim=None):
    """Return the sizes as a `torch.Size`, or the size of one dimension."""
    if dim is None:
        return self.shape
    shape = self._array.shape
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return shape[wrap_dim(dim, len(shape))]


@method
def stride(self, dim=None):
    """Return the strides in elements, all or of one dimension."""
    found = strides_of(self._array)
    if dim is None:
        return found
    if not found:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return found[wrap_dim(dim, len(found))]


def strides_of(x):
    """Return an array's strides in elements, with torch's values where they make no difference."""
    if type(x) is _ndarray:
        n = x.dtype.itemsize
        found = tuple([s // n for s in x.strides])
    else:
        found = backends.of_array(x).strides(x)
    return _regular(x.shape, found) if 0 in found else found


def _regular(shape, strides):
    """Replace the zeros that NumPy gives new axes and empty arrays; those of expanded axes stay."""
    if 0 in shape and not any(strides):
        return formats.strides(shape)
    out, step = list(strides), 1
    for d in reversed(range(len(shape))):
        if out[d] == 0 and shape[d] == 1:
            out[d] = step
        step = out[d] * shape[d]
    return tuple(out)


@method(aliases=("ndimension",))
def dim(self):
    """Return the number of dimensions."""
    return len(self._array.shape)


@composite(method=True)
def numel(input):
    """Return the number of elements."""
    return input._array.size


@method
def nelement(self):
    """Return the number of elements."""
    return self._array.size


@method
def element_size(self):
    """Return the bytes of one element."""
    return self._array.dtype.itemsize


prop(lambda self: self._array.dtype.itemsize, name="itemsize")
prop(lambda self: self._array.dtype.itemsize * self._array.size, name="nbytes")
prop(lambda self: backends.of_array(self._array).layout_of(self._array), name="layout")
prop(lambda self: self.layout is formats.sparse_coo, name="is_sparse")
prop(lambda self: self.layout is formats.sparse_csr, name="is_sparse_csr")
prop(lambda self: self.device.type == "cpu", name="is_cpu")
prop(lambda self: self.device.type == "cuda", name="is_cuda")
prop(lambda self: self.device.type == "meta", name="is_meta")
for _name in ("is_quantized", "is_mkldnn", "is_mps", "is_xla", "is_xpu", "is_ipu",
              "is_nested", "is_vulkan", "is_maia", "is_mtia"):
    prop(lambda self: False, name=_name)


@method
def is_contiguous(self, memory_format=formats.contiguous_format):
    """Whether the elements lie in order and without gaps, as the memory format asks."""
    x = self._array
    if memory_format is formats.contiguous_format:
        return x.flags.c_contiguous if type(x) is _ndarray else backends.of_array(x).is_contiguous(x)
    if type(memory_format) is not formats.memory_format:
        raise TypeError(f"is_contiguous(): argument 'memory_format' must be torch.memory_format, not "
                        f"{kind_of(memory_format)}")
    if memory_format is not formats.preserve_format and formats.rank(memory_format) != x.ndim:
        return False
    return has_format(backends.of_array(x), x, memory_format)


@method
def storage_offset(self):
    """Return how many elements lie between the start of the storage and the first element."""
    x, root = self._array, self._root
    if root is None:
        root = x
    if not x.size or root is x and min(x.strides, default=0) >= 0:
        return 0
    return (guard.address(x) - guard.extent(root)[0]) // x.dtype.itemsize


@method
def data_ptr(self):
    """Return the address of the first element (0 when there is none)."""
    x = self._array
    if backends.of_array(x).sparse:
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")
    return guard.address(x) if x.size and not backends.of_array(x).void else 0


@method
def get_device(self):
    """Return the number of the GPU the tensor is on, -1 for the CPU."""
    found = self.device
    return -1 if found.type == "cpu" else found.index or 0


@composite
def is_floating_point(input):
    """Whether the dtype is a floating one."""
    return input.dtype.category == dtypes.FLOATING


@composite
def is_complex(input):
    """Whether the dtype is a complex one."""
    return input.dtype.category == dtypes.COMPLEX


@composite
def is_signed(input):
    """Whether the dtype has negative numbers."""
    return input.dtype.is_signed


@composite
def is_same_size(input, other):
    """Whether two tensors have the same shape."""
    return input._array.shape == other._array.shape


@composite(method=False)
def is_tensor(obj):
    """Whether an object is a tensor."""
    return isinstance(obj, TensorBase)


@method
def is_pinned(self, device=None):
    """Whether the memory is page-locked for a GPU: never here."""
    if device is not None:
        devices.device(device)
    return False


@method
def pin_memory(self, device=None):
    """Return the tensor in page-locked memory; RuntimeError without a GPU."""
    if device is not None:
        devices.device(device)
    backends.of_device(devices.device("cuda"))
    return self


@method
def is_shared(self):
    """Whether the memory is shared between processes: after `share_memory_`, and always on a GPU."""
    return self.device.type == "cuda" or type(self._array) is CPU.array_type and shared.map_of(self._array) is not None


# ------------------------------------------------------------------ to Python's numbers


@method
def item(self):
    """Return the value of a tensor of one element as a Python number.

    Raises: RuntimeError for any other number of elements.
    """
    x = self._array
    if x.size != 1:
        raise RuntimeError(errors.taught(f"a Tensor with {x.size} elements cannot be converted to Scalar"))
    if type(x) is _ndarray and x.dtype.char in "fdlq?":
        return x.item()
    return x.item() if backends.of_array(x).void else _values(x).item()


def _values(x):
    """Return an array on the CPU, in a dtype that Python's numbers come out of."""
    if type(x) is not _ndarray:
        x = backends.of_array(x).to_numpy(x)
    if x.dtype.kind not in "biufc":
        return CPU.cast(x, (dtypes.complex64 if x.dtype.kind == "W" else dtypes.float32).np)
    return x if x.dtype.itemsize > 1 or x.dtype.kind != "f" else CPU.cast(x, dtypes.float32.np)


@method
def tolist(self):
    """Return the values as nested lists of Python numbers; those of a 0-d tensor as a number."""
    return _values(self._array).tolist()


@composite(method=True)
def is_nonzero(input):
    """Whether the only element is not zero; RuntimeError for any other number of elements."""
    x = input._array
    if x.size != 1:
        many = "more than one value" if x.size else "no values"
        raise RuntimeError(errors.taught(f"Boolean value of Tensor with {many} is ambiguous"))
    return bool(x)


def _only(self):
    if self._array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return _values(self._array).item()


class _Warned:
    float_of_leaf = False


def _to_float(self):
    value = _only(self)
    if not _Warned.float_of_leaf and state.grad and wants_grad(self):
        _Warned.float_of_leaf = True
        warnings.warn("Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
                      "Consider using tensor.detach() first.", stacklevel=3)
    if type(value) is complex:
        raise RuntimeError("value cannot be converted to type double without overflow")
    return float(value)


def _to_int(self):
    value = _only(self)
    if type(value) is complex:
        raise RuntimeError("value cannot be converted to type int64_t without overflow")
    return int(value)


def _to_index(self):
    x = self._array
    if x.size != 1 or x.dtype.kind not in "biu":
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(_values(x).item())


OPS.to_float = _to_float
OPS.to_int = _to_int
OPS.to_index = _to_index
OPS.to_complex = lambda self: complex(_only(self))


def _contains(self, element):
    if isinstance(element, (TensorBase, int, float, complex)):
        found = self == element
        return bool(CPU.any(_values(found._array)))
    raise RuntimeError("Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
                       f"{type(element)}.")


def _iterate(self):
    if not self._array.shape:
        raise TypeError("iteration over a 0-d tensor")
    return iter(self.unbind(0))


OPS.contains = _contains
OPS.iterate = _iterate


@method(name="__reversed__")
def _reversed(self):
    """Return the tensor with its first dimension in reverse order."""
    return self.flip(0) if self._array.shape else self


# ------------------------------------------------------------------ to text

method(tensor_repr, name="__repr__")
method(format_tensor, name="__format__")

publish("torch", "set_printoptions", printing.set_printoptions)
for _name in ("set_printoptions", "get_printoptions", "printoptions", "PRINT_OPTS"):
    publish("_tensor_str", _name, getattr(printing, _name))
