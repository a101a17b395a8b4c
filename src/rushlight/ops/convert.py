"""Dtype and device: `to`, `type`, `float` and their kin, and the writes that convert: `copy_`, `fill_`, `zero_`."""
import warnings

from .. import devices, dtypes, formats
from ..backend import base as backends
from ..backend.cpu import SILENT, hush, unhush
from ..backend.cpu import B as CPU
from ..core import inplace, views
from ..core.modes import Flags, state
from ..core.engine import same
from ..core.op import T, composite, method, op
from ..core.tensor import INFERENCE, OPS, TensorBase, make, wants_grad
from ..errors import broadcast_mismatch
from ._factory import (
    check_flag,
    fill_number,
    is_expanded,
    is_number,
    kind_of,
    plain_number,
    shown_types,
)
from .create import zeros_like

# ------------------------------------------------------------------ arrays to arrays

#: dtypes between which the array library converts as torch does
_EASY = {dtypes.float32, dtypes.float64, dtypes.int64, dtypes.int32, dtypes.bool}


def converted(B, x, source, target):
    """Return a fresh array with the values of `x` (of dtype `source`) in dtype `target`.

    As in PyTorch: half and smaller floats are rounded from single precision; real takes the real part
    of complex, with a warning; float64 reaches uint8 by way of int64; float8_e4m3fn saturates. The order
    of the dimensions in memory is kept.
    """
    if source in _EASY and target in _EASY and source is not target and not is_expanded(x):
        return B.cast(x, B.dt(target))
    if is_expanded(x):                  # stored anew in plain order
        x = B.copy(x)
    if source is target:
        return B.clone(x)
    if source.category == dtypes.COMPLEX:
        if target.category == dtypes.BOOL:
            return B.asarray(B.not_equal(x, 0))
        if target.category != dtypes.COMPLEX:
            _warn_once()
            x, source = B.real(x), source.to_real()
            if source is target:
                return B.clone(x)
    if source.itemsize < 4 and source is not dtypes.float16 and source.category == dtypes.FLOATING or (
            target.itemsize < 4 and target.category == dtypes.FLOATING):
        x = B.cast(x, B.dt(dtypes.float32))
        if target is dtypes.float8_e4m3fn:
            x = B.asarray(B.clip(x, -448.0, 448.0))
        if target is dtypes.float32:
            return x
    elif source is dtypes.float64 and target is dtypes.uint8:
        x = B.cast(x, B.dt(dtypes.int64))
    return B.cast(x, B.dt(target))


class _Warned:
    complex_to_real = False


def _warn_once():
    if not _Warned.complex_to_real:
        _Warned.complex_to_real = True
        warnings.warn("Casting complex values to real discards the imaginary part", stacklevel=5)


def in_format(B, x, format):
    """Return `x` ordered in memory as a memory format asks: itself if it is, a copy otherwise."""
    order = formats.order(format, x.ndim)
    if order is None:
        return x if B.is_contiguous(x) else B.copy(x)
    rows = B.permute_dims(x, order)
    back = tuple([order.index(d) for d in range(x.ndim)])
    return B.permute_dims(rows if B.is_contiguous(rows) else B.copy(rows), back)


def has_format(B, x, format):
    """Whether an array lies in memory as the format asks."""
    order = formats.order(format, x.ndim)
    return B.is_contiguous(x if order is None else B.permute_dims(x, order))


def suggested_format(B, x):
    """Return the memory format an array looks to be in: channels_last where that and not C order holds."""
    if x.ndim in (4, 5) and not B.is_contiguous(x):
        found = formats.channels_last if x.ndim == 4 else formats.channels_last_3d
        if has_format(B, x, found):
            return found
    return formats.contiguous_format


def transferred(x, device):
    """Return an array on another device."""
    target = None if device.type == "cpu" else backends.of_device(device)
    array = backends.of_array(x).to_numpy(x)
    return array if target is None else target.from_numpy(array, device.index)


def _quiet(B, function, *args):
    """Run a conversion with NumPy's floating-point warnings off."""
    if B is not CPU:
        return function(B, *args)
    token = hush(SILENT)
    try:
        return function(B, *args)
    finally:
        unhush(token)


# ------------------------------------------------------------------ the differentiable conversions


@op(ns=(), method=False, name="_to_copy", grad_name="ToCopyBackward0")
def _to_copy(B, input: T, dtype, memory_format):
    """Return a copy in another dtype and order of memory."""
    found = converted(B, input, B.torch_dtype(input), dtype)
    return found if memory_format is formats.preserve_format else in_format(B, found, memory_format)


_to_copy.vjp(input=same)


@op(ns=(), method=False, name="_to_device", grad_name="ToCopyBackward0")
def _to_device(B, input: T, device, home):
    """Return a copy on another device; `home` is the input's own, where the gradient returns."""
    return transferred(input, device)


def _back(g, home):
    if isinstance(g, TensorBase):
        return to_dtype_device(g, g.dtype, home)
    return transferred(g, home)


_to_device.vjp(input=_back)


def _same_device(a, b):
    return a is b or a.type == b.type and (a.index is None or b.index is None or a.index == b.index)


def to_dtype_device(t, dtype, device, copy=False, memory_format=formats.preserve_format):
    """Return the tensor in a dtype and on a device: itself where it is so already and no copy is asked."""
    if not _same_device(device, t.device):
        return _moved(t if dtype is t.dtype else to_dtype_device(t, dtype, t.device), device)
    if dtype is t.dtype and not copy:
        B = backends.of_array(t._array)
        if memory_format is formats.preserve_format or memory_format is suggested_format(B, t._array):
            return t
    if dtype.category >= dtypes.FLOATING and (Flags.special or state.grad and wants_grad(t)):
        return _to_copy(t, dtype, memory_format)
    B = backends.of_array(t._array)
    found = _quiet(B, converted, t._array, t.dtype, dtype)
    out = make(found if memory_format is formats.preserve_format else in_format(B, found, memory_format))
    if state.inference:
        out._flags |= INFERENCE
    return out


def _moved(t, device):
    home = t.device
    found = transferred(t._array, device)
    out = make(found)
    if state.grad and wants_grad(t):
        _to_device.record((t, device, home), [t._array, device, home], found, out)
    return out


_TO_FORMS = """ * (torch.device device = None, torch.dtype dtype = None, bool non_blocking = False, bool copy = \
False, *, torch.memory_format memory_format = None)
 * (torch.dtype dtype, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)
 * (Tensor tensor, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)
"""
_PYTHON_TYPES = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool, complex: dtypes.complex128}


@method
def to(self, *args, **kwargs):
    """Return the tensor with another dtype or on another device; itself when nothing changes.

    Args: `to(dtype)`, `to(device)`, `to(device, dtype)` or `to(other_tensor)`, each followed by
        non_blocking and copy (True: copy in any case); `memory_format` by name.

    Example:
        >>> torch.ones(2).to(torch.int64)
        tensor([1, 1])
    """
    if len(args) == 1 and not kwargs:           # the usual calls
        only = args[0]
        if type(only) is dtypes.dtype:
            return self if only is self.dtype else to_dtype_device(self, only, self.device)
        if type(only) is str or type(only) is devices.device:
            device = devices.device(only)
            return self if device is self.device else to_dtype_device(self, self.dtype, device)
    dtype, device, copy, memory_format = parse_to(self, args, kwargs)
    return to_dtype_device(self, dtype, device, copy, memory_format)


def parse_to(self, args, kwargs):
    """Return (dtype, device, copy, memory_format) of the arguments of `to`."""
    options = dict(kwargs)
    dtype, device = options.pop("dtype", None), options.pop("device", None)
    other = options.pop("tensor", None)
    memory_format = options.pop("memory_format", None) or formats.preserve_format
    rest = list(args)
    if rest and isinstance(rest[0], TensorBase):
        other = rest.pop(0)
    elif rest and _is_dtype(rest[0]) and dtype is None and device is None:
        dtype = rest.pop(0)
    elif rest and _is_device(rest[0]) and device is None:
        device = rest.pop(0)
        if rest and (_is_dtype(rest[0]) or rest[0] is None):
            dtype = rest.pop(0)
    flags = rest + [options.pop(k) for k in ("non_blocking", "copy")[len(rest):] if k in options]
    copy = rest[1] if len(rest) > 1 else kwargs.get("copy", False)
    wrong = (options or len(rest) > 2 or not all(isinstance(f, bool) for f in flags)
             or not (dtype is None or _is_dtype(dtype)) or not (device is None or _is_device(device))
             or other is not None and not isinstance(other, TensorBase)
             or type(memory_format) is not formats.memory_format)
    if wrong:
        raise TypeError(f"to() received an invalid combination of arguments - got ({shown_types(args, kwargs)}), but "
                        f"expected one of:\n{_TO_FORMS}")
    if other is not None:
        dtype, device = other.dtype, other.device
    dtype = self.dtype if dtype is None else _PYTHON_TYPES.get(dtype, dtype)
    device = self.device if device is None else devices.device(device)
    return dtype, device, copy, memory_format


def _is_dtype(value):
    return type(value) is dtypes.dtype or isinstance(value, type) and value in _PYTHON_TYPES


def _is_device(value):
    return value is None or isinstance(value, (devices.device, str)) or (isinstance(value, int)
                                                                         and not isinstance(value, bool))


def _cast_method(name, dtype):

    def cast(self, memory_format=formats.preserve_format):
        if dtype is self.dtype and memory_format is formats.preserve_format:
            return self
        return to_dtype_device(self, dtype, self.device, memory_format=memory_format)

    cast.__name__ = cast.__qualname__ = name
    cast.__doc__ = f"Return the tensor as {dtype!r}: itself if it is so already."
    return method(cast)


for _name in ("float", "double", "half", "bfloat16", "int", "long", "short", "bool", "chalf", "cfloat", "cdouble"):
    _cast_method(_name, dtypes.ALIASES.get(_name) or dtypes.BY_NAME[_name])
_cast_method("char", dtypes.int8)
_cast_method("byte", dtypes.uint8)


@method
def to_dense(self, dtype=None, *, masked_grad=None):
    """Return the tensor with all its elements in memory: itself, unless it is sparse or gets another dtype.

    Args:
        masked_grad: False lets the gradient of a sparse tensor have all elements, not only those it has.
    """
    if masked_grad is not None:         # a question for sparse tensors only
        check_flag("to_dense", "masked_grad", masked_grad)
    if backends.of_array(self._array).sparse:
        from . import sparse
        return sparse.to_dense(self, dtype, masked_grad)
    return self if dtype is None else to(self, dtype)


@method
def type_as(self, other):
    """Return the tensor in the dtype and on the device of another."""
    return to_dtype_device(self, other.dtype, other.device)


@method(name="type")
def type_(self, dtype=None, non_blocking=False):
    """Return the tensor's type name, such as 'torch.FloatTensor', or the tensor converted to a type.

    Args:
        dtype: a dtype, such a name, or a class like `torch.LongTensor`.

    Example:
        >>> torch.ones(2).type()
        'torch.FloatTensor'
    """
    check_flag("type", "non_blocking", non_blocking)
    if dtype is None:
        place = "" if self.device.type == "cpu" else self.device.type + "."
        place += "sparse." if backends.of_array(self._array).sparse else ""
        return f"torch.{place}{self.dtype.short}Tensor"
    found, device = _named_type(dtype, self)
    return to_dtype_device(self, found, device)


def _named_type(value, self):
    """Return (dtype, device) of a dtype, of 'torch.LongTensor' or of the class of that name."""
    if _is_dtype(value) and not isinstance(value, type):
        return value, self.device
    if hasattr(value, "dtype") and isinstance(value, type):
        return value.dtype, devices.CPU
    name = value if isinstance(value, str) else getattr(value, "__name__", str(value))
    parts = name.split(".")
    if len(parts) in (2, 3) and parts[0] == "torch" and parts[-1].endswith("Tensor"):
        found = next((d for d in dtypes.ALL if d.short + "Tensor" == parts[-1]), None)
        if parts[-1] == "Tensor":
            found = dtypes.get_default_dtype()
        if found is not None:
            return found, devices.CPU if len(parts) == 2 else devices.device(parts[1])
    raise ValueError(f"invalid type: '{name}'")


@method
def cpu(self, memory_format=formats.preserve_format):
    """Return the tensor in the memory of the CPU: itself if it is there."""
    return to_dtype_device(self, self.dtype, devices.CPU, memory_format=memory_format)


@method
def cuda(self, device=None, non_blocking=False, memory_format=formats.preserve_format):
    """Return the tensor on a GPU: itself if it is there."""
    check_flag("cuda", "non_blocking", non_blocking)
    where = devices.device("cuda" if device is None else device)
    return to_dtype_device(self, self.dtype, where, memory_format=memory_format)


# ------------------------------------------------------------------ copy_


@op(ns=(), method=False, name="copy", grad_name="torch::autograd::CopyBackwards")
def _copy(B, input: T, other: T):
    """Return `other`, broadcast and converted, in the shape and dtype of the input."""
    _check_fits(input.shape, other.shape)
    if type(other) is not type(input) and backends.of_array(other).sparse:
        raise RuntimeError("copy_() between dense and sparse Tensors is not implemented! Found self type = torch.FloatTensor "
                           "and src type = torch.sparse.FloatTensor")
    found = converted(B, other, B.torch_dtype(other), B.torch_dtype(input))
    return B.broadcast_to(found, input.shape)


_copy.vjp(input=lambda g: zeros_like(g), other=same)


def _check_fits(shape, other):
    """Raise as torch does when `other` does not broadcast to exactly `shape`."""
    if shape == other:
        return
    mismatch = broadcast_mismatch([shape, other])
    if mismatch:
        raise RuntimeError(mismatch)
    n = max(len(shape), len(other))
    full = tuple([max(a, b) if a and b else 0 for a, b in zip((1,) * (n - len(shape)) + tuple(shape),
                                                             (1,) * (n - len(other)) + tuple(other))])
    if full != tuple(shape):
        raise RuntimeError(f"output with shape {list(shape)} doesn't match the broadcast shape {list(full)}")


@method
def copy_(self, other, non_blocking=False):
    """Write another tensor, broadcast and converted, into this one's memory, and return it.

    Args:
        other: a tensor on any device, or a number.
    """
    if not isinstance(other, TensorBase):
        if not is_number(other):
            raise TypeError(f"copy_(): argument 'other' (position 1) must be Tensor, not {kind_of(other)}")
        other = OPS.tensor(other)
    if non_blocking:
        check_flag("copy_", "non_blocking", non_blocking)
    if type(other._array) is not type(self._array) and not _same_device(other.device, self.device):
        other = _moved(other, self.device)
    if state.grad and (wants_grad(self) or wants_grad(other)):
        return inplace.apply(_copy, (self, other))
    _refuse_inference(self)
    target, source = self._array, other._array
    if is_expanded(target):
        raise RuntimeError("unsupported operation: more than one element of the written-to tensor refers to a single memory "
                           "location. Please clone() the tensor before performing the operation.")
    if target.shape != source.shape:
        _check_fits(target.shape, source.shape)
    B = backends.of_array(target)
    if target.dtype is source.dtype:
        B.copyto(target, source)
    else:
        _quiet(B, _store, target, source)
    views.bump(self, "copy_")
    return self


def _store(B, target, source):
    """Store an array, broadcast and converted, in another's memory."""
    if target.dtype != source.dtype:
        a, b = B.torch_dtype(source), B.torch_dtype(target)
        if not (a in _EASY and b in _EASY):
            source = converted(B, source, a, b)
    B.copyto(target, source)


def _refuse_inference(t):
    if t._flags & INFERENCE and not state.inference:
        raise RuntimeError("Inplace update to inference tensor outside InferenceMode is not allowed.You can make a "
                           "clone to get a normal tensor before doing inplace update.See "
                           "https://github.com/pytorch/rfcs/pull/17 for more details.")


# ------------------------------------------------------------------ fill_, zero_


def _number_like(B, input: T, value):
    """Return an array like the input filled with a number that its dtype holds."""
    return B.fill(B.empty_like(input), value)


def _tensor_like(B, input: T, value: T):
    """Return an array like the input filled with a 0-d array."""
    return B.copyto(B.empty_like(input), converted(B, value, B.torch_dtype(value), B.torch_dtype(input)))


def _fill_op(body, name, number):
    made = op(ns=(), method=False, name=name, grad_name=f"FillBackward{number}")(body)
    if body is _tensor_like:
        return made.vjp(input=lambda g: zeros_like(g), value=same)
    return made.vjp(input=lambda g: zeros_like(g))


_fill = _fill_op(_number_like, "_fill_copy", 0)
_fill_tensor = _fill_op(_tensor_like, "_fill_copy_tensor", 1)
_fill_in_place = _fill_op(_number_like, "fill", 2)
_fill_tensor_in_place = _fill_op(_tensor_like, "_fill_tensor", 3)


@op(ns=(), method=False, name="zero", grad_name="ZeroBackward0")
def _zero(B, input: T):
    """Return zeros like the input."""
    return B.fill(B.empty_like(input), 0)


_zero.vjp(input=lambda g: zeros_like(g))

_FILL_FORMS = """ * ({0}Tensor value)
      didn't match because some of the arguments have invalid types: ({1}!{2}!)
 * ({0}Number value)
      didn't match because some of the arguments have invalid types: ({1}!{2}!)
"""


def _fill_value(name, value, input):
    """Return a fill value as a number the input's dtype holds, or as a 0-d tensor on its device."""
    if isinstance(value, TensorBase):
        if value._array.ndim:
            raise RuntimeError(f"fill_ only supports 0-dimension value tensor but got tensor with {value._array.ndim} "
                               "dimensions.")
        return value if _same_device(value.device, input.device) else _moved(value, input.device)
    if not is_number(value):
        named = ("Tensor input, ", "Tensor, ") if name == "fill" else ("", "")
        raise TypeError(f"{name}() received an invalid combination of arguments - got ({named[1]}{kind_of(value)}), "
                        f"but expected one of:\n" + _FILL_FORMS.format(*named, kind_of(value)))
    return fill_number(plain_number(name, "value", 1, value), input.dtype)


@composite(method=False)
def fill(input, value):
    """Return a tensor like the input filled with a number or a 0-d tensor, which gets the gradient."""
    value = _fill_value("fill", value, input)
    return _fill_tensor(input, value) if isinstance(value, TensorBase) else _fill(input, value)


@composite(method=True)
def fill_(input, value):
    """Write a number, or the value of a 0-d tensor, into every element, and return the tensor.

    Raises: RuntimeError when the dtype cannot hold the number.
    """
    value = _fill_value("fill_", value, input)
    tensor = isinstance(value, TensorBase)
    if state.grad and (wants_grad(input) or tensor and wants_grad(value)):
        return inplace.apply(_fill_tensor_in_place if tensor else _fill_in_place, (input, value))
    _refuse_inference(input)
    B = backends.of_array(input._array)
    if tensor:
        _quiet(B, _store, input._array, value._array)
    else:
        B.fill(input._array, value)
    views.bump(input, "fill_")
    return input


@composite(method=True)
def zero_(input):
    """Write zeros into every element, and return the tensor."""
    if state.grad and wants_grad(input):
        return inplace.apply(_zero, (input,))
    _refuse_inference(input)
    backends.of_array(input._array).fill(input._array, 0)
    views.bump(input, "zero_")
    return input
