"""What every function that makes tensors shares: its options, its sizes, its numbers."""
from .. import devices, dtypes, formats
from ..backend import base as backends
from ..backend.cpu import B as CPU
from ..core import inplace
from ..core.modes import state
from ..core.tensor import INFERENCE, TensorBase, make

__all__ = ["as_dtype", "backend_for", "check_flag", "fill_number", "finish", "into_out", "is_expanded", "is_number", "kind_of",
           "new_array", "number_dtype", "plain_number", "shown_types",
           "sizes"]

_PYTHON_TYPES = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool, complex: dtypes.complex128}

#: C names of the types in torch's overflow errors
_C_NAMES = {"uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
            "uint16": "uint16_t", "uint32": "uint32_t", "uint64": "uint64_t", "float16": "c10::Half",
            "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double",
            "complex64": "c10::complex<float>", "complex128": "c10::complex<double>"}


# ------------------------------------------------------------------ options

def kind_of(value):
    """Return the name of a value's type as torch's messages write it."""
    kind = type(value)
    return "numpy." + kind.__name__ if kind.__module__ == "numpy" else \
        "torch.dtype" if kind is dtypes.dtype else kind.__name__


def shown_types(args, kwargs):
    """Return the types of a call's arguments as torch lists them in its errors."""
    named = [f"{k}={kind_of(v)}" for k, v in kwargs.items()]
    return ", ".join([kind_of(a) for a in args] + named) + ("" if args or not named else ", ")


def as_dtype(name, dtype):
    """Return the dtype object of a `dtype=` argument: one of ours, or float, int, bool, complex."""
    if type(dtype) is dtypes.dtype:
        return dtype
    found = _PYTHON_TYPES.get(dtype) if isinstance(dtype, type) else None
    if found is None:
        raise TypeError(f"{name}(): argument 'dtype' must be torch.dtype, not {kind_of(dtype)}")
    return found


def check_flag(name, option, value):
    """TypeError unless an on-off option is a bool."""
    if type(value) is not bool:
        raise TypeError(f"{name}(): argument '{option}' must be bool, not {kind_of(value)}")


def backend_for(name, device, layout=None, pin_memory=False):
    """Return the backend on which `name` makes its tensor; the errors of bad options are torch's."""
    if layout is not None and layout is not formats.strided:
        if type(layout) is not formats.layout:
            raise TypeError(f"{name}(): argument 'layout' must be torch.layout, not {kind_of(layout)}")
        raise NotImplementedError(f"{name}(): tensors of layout {layout} cannot be made: only torch.strided can")
    if pin_memory:
        check_flag(name, "pin_memory", pin_memory)
        raise RuntimeError("pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator "
                           "is available on this system.")
    if device is None:
        device = devices.get_default_device()
    elif not isinstance(device, (devices.device, str, int)) or isinstance(device, bool):
        raise TypeError(f"{name}(): argument 'device' must be torch.device, not {kind_of(device)}")
    else:
        device = devices.device(device)
    return CPU if device is devices.CPU or device.type == "cpu" else backends.of_device(device)


def finish(name, array, requires_grad=False):
    """Return a leaf tensor of a fresh array."""
    out = make(array)
    if requires_grad is not False:
        check_flag(name, "requires_grad", requires_grad)
        if out.dtype.category < dtypes.FLOATING:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        out._req = True
    if state.inference:
        out._flags |= INFERENCE
    return out


def into_out(name, array, out, dtype):
    """Store a fresh array in the tensor of `out=`, resized, and return that tensor."""
    if not isinstance(out, TensorBase):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {kind_of(out)}")
    if dtype is not None and as_dtype(name, dtype) is not out.dtype:
        raise RuntimeError(f"dtype {as_dtype(name, dtype).short} does not match dtype of out parameter "
                           f"({out.dtype.short})")
    backend = backends.of_array(out._array)
    if out._array.shape != array.shape:         # torch resizes here without a word
        out._array, out._root = backend.empty(array.shape, dtype=out._array.dtype), None
    return inplace.store_out(name, make(backend.cast(array, backend.dt(out.dtype))), out)


def is_expanded(x):
    """Whether several elements of an array lie in one place."""
    strides = x.strides
    return 0 in strides and x.size > 0 and any([s == 0 and n > 1 for s, n in zip(strides, x.shape)])


# ------------------------------------------------------------------ sizes

def sizes(name, args, size=None):
    """Return the sizes of `name(2, 3)`, `name((2, 3))` or `name(size=(2, 3))` as one tuple.

    Elements other than ints are left for the array library to refuse: `new_array` explains then.
    """
    if size is not None:
        args = (size,)
    if len(args) == 1:
        only = args[0]
        if type(only) is int:
            return args
        if isinstance(only, (tuple, list)):
            return tuple(only)
        if isinstance(only, bool):
            raise _size_error(name, args)
    elif not args:
        raise TypeError(f"{name}() missing 1 required positional arguments: \"size\"")
    return args


def new_array(name, build, dt, args, size=None):
    """Return `build(sizes, dtype=dt)`, with torch's errors for impossible sizes."""
    try:
        return build(sizes(name, args, size), dtype=dt)
    except (TypeError, ValueError, OverflowError) as error:
        raise _size_error(name, args if size is None else (size,)) or error from None
    except MemoryError:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] err == 0. DefaultCPUAllocator: can't allocate memory: you "
                           f"tried to allocate {_count(sizes(name, args, size)) * dt.itemsize} bytes. Error code 12 "
                           "(Cannot allocate memory)") from None


def _count(size):
    n = 1
    for s in size:
        n *= int(s)
    return n


def _size_error(name, args):
    """Return the exception torch raises for these size arguments, or None when they are in order."""
    if not args:
        return TypeError(f"{name}() missing 1 required positional arguments: \"size\"")
    first = args[0]
    listed = isinstance(first, (tuple, list))
    if listed and len(args) > 1:
        return TypeError(f"{name}() takes 1 positional argument but {len(args)} were given")
    size = first if listed else args
    for i, s in enumerate(size):
        try:
            if isinstance(s, bool) and not listed:
                raise TypeError
            s.__index__()
        except (AttributeError, TypeError):
            return TypeError(_not_a_size(name, i, s, listed))
    size = [s.__index__() for s in size]
    if any(s < 0 for s in size):
        if name == "zeros":
            return RuntimeError("zeros: Dimension size must be non-negative.")
        return RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {size}")
    return RuntimeError(f"Storage size calculation overflowed with sizes={size}")


def _not_a_size(name, i, s, listed):
    if i == 0 and listed:
        return (f"{name}(): argument 'size' (position 1) must be tuple of ints, but found element of type {kind_of(s)} "
                "at pos 0")
    if i == 0:
        return f"{name}(): argument 'size' (position 1) must be tuple of ints, not {kind_of(s)}"
    return (f"{name}(): argument 'size' failed to unpack the object at pos {i + 1} with error \"type must be tuple of "
            f"ints,but got {kind_of(s)}\"")


# ------------------------------------------------------------------ numbers

def is_number(value):
    """Whether torch takes a value where a number is expected."""
    return isinstance(value, (int, float, complex, CPU.number, CPU.bool)) or (
        isinstance(value, TensorBase) and not value._array.shape and not value.requires_grad)


def plain_number(name, parameter, position, value):
    """Return a number argument (0-d tensors and NumPy scalars included) as a Python number."""
    kind = type(value)
    if kind is float or kind is int or kind is bool or kind is complex:
        return value
    if not is_number(value):
        raise TypeError(f"{name}(): argument '{parameter}' (position {position}) must be Number, not {kind_of(value)}")
    return value.item() if hasattr(value, "item") else value


def number_dtype(value):
    """Return the dtype a tensor filled with this Python number has."""
    if isinstance(value, bool):
        return dtypes.bool
    if isinstance(value, int):
        return dtypes.int64
    return dtypes.default_complex() if isinstance(value, complex) else dtypes.get_default_dtype()


def fill_number(value, dtype):
    """Return a Python number as one that `dtype` holds; RuntimeError where it overflows.

    Floats are truncated for integer types; a negative number wraps in an unsigned type that holds its
    magnitude; infinities and NaN pass into floating types.
    """
    category = dtype.category
    if category == dtypes.BOOL:
        return bool(value)
    if category == dtypes.COMPLEX:
        value = complex(value)
        _check_float(value.real, dtype)
        _check_float(value.imag, dtype)
        return value
    if type(value) is complex:
        if value.imag != 0:
            raise _overflow(dtype)
        value = value.real
    if category == dtypes.FLOATING:
        if isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
            raise OverflowError("int too big to convert")
        _check_float(float(value), dtype)
        return float(value)
    if isinstance(value, float) and (value != value or value in (_INF, -_INF)):
        raise _overflow(dtype)
    value = int(value)
    bits = dtype.itemsize * 8
    if dtype.is_signed:
        if not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise _overflow(dtype)
    elif not -(1 << bits) < value < 1 << bits:
        raise _overflow(dtype)
    else:
        value %= 1 << bits
    return value


_INF = float("inf")
_LIMITS = {}                    # largest number of each floating dtype


def _check_float(value, dtype):
    limit = _LIMITS.get(dtype)
    if limit is None:
        limit = _LIMITS[dtype] = dtypes.finfo(dtype).max
    if abs(value) > limit and abs(value) != _INF:
        raise _overflow(dtype)


def _overflow(dtype):
    return RuntimeError(f"value cannot be converted to type {_C_NAMES.get(dtype.name, dtype.name)} without overflow")
