"""Tensors made of nothing but sizes and numbers: zeros, full, arange, linspace, eye and their relatives."""
import warnings
from math import ceil, isfinite

from .. import dtypes, formats
from ..backend import base as backends
from ..backend.cpu import B as CPU
from ..core.op import composite, method
from ..core.tensor import TensorBase
from ..errors import must_be_tensor
from ._factory import (
    as_dtype,
    backend_for,
    fill_number,
    finish,
    into_out,
    is_expanded,
    is_number,
    kind_of,
    new_array,
    number_dtype,
    plain_number,
    shown_types,
    sizes,
)

_ndarray = CPU.array_type

# ------------------------------------------------------------------ one value everywhere


def _constant(name, builder):
    """Return `name(*size)`, made by the backend's function `builder`."""

    def make(*args, size=None, out=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
        B = backend_for(name, device, layout, pin_memory)
        d = dtypes.get_default_dtype() if dtype is None else as_dtype(name, dtype)
        array = new_array(name, getattr(B, builder), B.dt(d), args, size)
        if out is not None:
            return into_out(name, array, out, dtype)
        return finish(name, array, requires_grad)

    make.__name__ = make.__qualname__ = name
    return make


zeros = _constant("zeros", "zeros")
zeros.__doc__ = """Return a tensor of zeros.

    Args:
        size: ints, or one sequence of them.
        dtype: the default dtype if left out.
        out: a tensor to write to instead; it takes the new shape.

    Example:
        >>> torch.zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
ones = _constant("ones", "ones")
ones.__doc__ = """Return a tensor of ones.

    Args:
        size: ints, or one sequence of them.
        dtype: the default dtype if left out.
        out: a tensor to write to instead; it takes the new shape.

    Example:
        >>> torch.ones(2)
        tensor([1., 1.])
    """
composite(zeros, method=False)
composite(ones, method=False)


@composite(method=False)
def empty(*args, size=None, out=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False,
          memory_format=formats.contiguous_format):
    """Return a tensor whose elements are whatever its memory held.

    Args:
        size: ints, or one sequence of them.
        dtype: the default dtype if left out.
        memory_format: `torch.channels_last` orders the memory of four dimensions as N, H, W, C.

    Example:
        >>> torch.empty(2, 3).shape
        torch.Size([2, 3])
    """
    B = backend_for("empty", device, layout, pin_memory)
    d = dtypes.get_default_dtype() if dtype is None else as_dtype("empty", dtype)
    if memory_format is formats.contiguous_format:
        array = new_array("empty", B.empty, B.dt(d), args, size)
    else:
        array = _empty_in_format(B, sizes("empty", args, size), B.dt(d), _format("empty", memory_format))
    if out is not None:
        return into_out("empty", array, out, dtype)
    return finish("empty", array, requires_grad)


def _format(name, memory_format):
    if type(memory_format) is not formats.memory_format:
        raise TypeError(f"{name}(): argument 'memory_format' must be torch.memory_format, not {kind_of(memory_format)}")
    return memory_format


def _empty_in_format(B, shape, dt, memory_format, name="empty"):
    order = formats.order(memory_format, len(shape))
    if order is None:
        return new_array(name, B.empty, dt, (shape,))
    memory = new_array(name, B.empty, dt, ([shape[d] for d in order],))
    return B.permute_dims(memory, tuple([order.index(d) for d in range(len(order))]))


@composite(method=False)
def empty_strided(size, stride, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """Return an uninitialised tensor with these sizes and strides, in elements.

    Example:
        >>> torch.empty_strided((2, 3), (1, 2)).stride()
        (1, 2)
    """
    B = backend_for("empty_strided", device, layout, pin_memory)
    d = dtypes.get_default_dtype() if dtype is None else as_dtype("empty_strided", dtype)
    size, stride = tuple(size), tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError(f"dimensionality of sizes ({len(size)}) must match dimensionality of strides ({len(stride)})")
    if any(n < 0 for n in size):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {list(size)}")
    if any(n < 0 for n in stride):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    count = 0 if 0 in size else 1 + sum([(n - 1) * s for n, s in zip(size, stride)])
    memory = new_array("empty_strided", B.empty, B.dt(d), (count,))
    return finish("empty_strided", B.as_strided(memory, size, stride, 0), requires_grad)


@composite(method=False)
def full(size, fill_value, *, out=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """Return a tensor filled with one number.

    Args:
        size: a sequence of ints.
        fill_value: a number or a 0-d tensor; it decides the dtype where none is given (int: int64).

    Raises: RuntimeError when the dtype cannot hold the number.

    Example:
        >>> torch.full((2, 2), 7)
        tensor([[7, 7],
                [7, 7]])
    """
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"full(): argument 'size' (position 1) must be tuple of ints, not {kind_of(size)}")
    value = plain_number("full", "fill_value", 2, fill_value)
    if dtype is not None:
        d = as_dtype("full", dtype)
    else:
        d = number_dtype(value) if out is None else out.dtype
    B = backend_for("full", device, layout, pin_memory)
    array = B.fill(new_array("full", B.empty, B.dt(d), (size,)), fill_number(value, d))
    if out is not None:
        return into_out("full", array, out, dtype)
    return finish("full", array, requires_grad)


@composite(method=False)
def scalar_tensor(s, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """Return a 0-d tensor of a number, in the default dtype.

    Example:
        >>> torch.scalar_tensor(3)
        tensor(3.)
    """
    value = plain_number("scalar_tensor", "s", 1, s)
    d = dtypes.get_default_dtype() if dtype is None else as_dtype("scalar_tensor", dtype)
    B = backend_for("scalar_tensor", device, layout, pin_memory)
    return finish("scalar_tensor", B.fill(B.empty((), dtype=B.dt(d)), fill_number(value, d)), requires_grad)


# ------------------------------------------------------------------ like another tensor


def _like(name, input, dtype, layout, device, pin_memory, memory_format):
    """Return (B, dtype, an uninitialised array) for `name(input)`: like input where nothing else is asked."""
    if not isinstance(input, TensorBase):
        raise TypeError(must_be_tensor(name, "input", 0, input))
    x = input._array
    d = input.dtype if dtype is None else as_dtype(name, dtype)
    if device is None and layout is None and not pin_memory:
        B = backends.of_array(x)
    else:
        B = backend_for(name, input.device if device is None else device, layout, pin_memory)
    if memory_format is formats.preserve_format:
        if B is backends.of_array(x) and not is_expanded(x):
            return B, d, B.empty_like(x, dtype=B.dt(d))
        return B, d, B.empty(x.shape, dtype=B.dt(d))
    return B, d, _empty_in_format(B, x.shape, B.dt(d), _format(name, memory_format), name)


def _constant_like(name, value):

    def make(input, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False,
             memory_format=formats.preserve_format):
        if (dtype is None and device is None and layout is None and memory_format is formats.preserve_format
                and isinstance(input, TensorBase) and not pin_memory):          # the usual call
            x = input._array
            if type(x) is _ndarray and x.flags.c_contiguous:
                return finish(name, CPU.fill(CPU.empty_like(x), value), requires_grad)
        if not isinstance(input, TensorBase) and backends.of_array(input) is not None:
            B = backends.of_array(input)            # inside a gradient rule
            return B.fill(B.empty_like(input), value)
        B, _, array = _like(name, input, dtype, layout, device, pin_memory, memory_format)
        return finish(name, B.fill(array, value), requires_grad)

    make.__name__ = make.__qualname__ = name
    return composite(make, method=False)


zeros_like = _constant_like("zeros_like", 0)
zeros_like.__doc__ = """Return zeros of the input's shape, dtype, device and order of memory.

    Example:
        >>> torch.zeros_like(torch.tensor([3, 4]))
        tensor([0, 0])
    """
ones_like = _constant_like("ones_like", 1)
ones_like.__doc__ = """Return ones of the input's shape, dtype, device and order of memory.

    Example:
        >>> torch.ones_like(torch.tensor([3., 4.]))
        tensor([1., 1.])
    """


@composite(method=False)
def empty_like(input, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False,
               memory_format=formats.preserve_format):
    """Return an uninitialised tensor of the input's shape, dtype, device and order of memory."""
    _, _, array = _like("empty_like", input, dtype, layout, device, pin_memory, memory_format)
    return finish("empty_like", array, requires_grad)


@composite(method=False)
def full_like(input, fill_value, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False,
              memory_format=formats.preserve_format):
    """Return a tensor like the input, filled with one number converted to its dtype.

    Example:
        >>> torch.full_like(torch.tensor([1, 2]), 2.7)
        tensor([2, 2])
    """
    B, d, array = _like("full_like", input, dtype, layout, device, pin_memory, memory_format)
    value = fill_number(plain_number("full_like", "fill_value", 2, fill_value), d)
    return finish("full_like", B.fill(array, value), requires_grad)


# ------------------------------------------------------------------ new_* methods


def _new_constant(name, builder):

    def make(self, *args, size=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
        B = backend_for(name, self.device if device is None else device, layout, pin_memory)
        d = self.dtype if dtype is None else as_dtype(name, dtype)
        return finish(name, new_array(name, getattr(B, builder), B.dt(d), args, size), requires_grad)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"Return `torch.{builder}(*size)` with this tensor's dtype and device."
    return method(make)


new_zeros = _new_constant("new_zeros", "zeros")
new_ones = _new_constant("new_ones", "ones")
new_empty = _new_constant("new_empty", "empty")


@method
def new_full(self, size, fill_value, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """Return `torch.full(size, fill_value)` with this tensor's dtype and device."""
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"new_full(): argument 'size' (position 1) must be tuple of ints, not {kind_of(size)}")
    B = backend_for("new_full", self.device if device is None else device, layout, pin_memory)
    d = self.dtype if dtype is None else as_dtype("new_full", dtype)
    value = fill_number(plain_number("new_full", "fill_value", 2, fill_value), d)
    return finish("new_full", B.fill(new_array("new_full", B.empty, B.dt(d), (size,)), value), requires_grad)


@method
def new_empty_strided(self, size, stride, *, dtype=None, layout=None, device=None, pin_memory=False,
                      requires_grad=False):
    """Return `torch.empty_strided(size, stride)` with this tensor's dtype and device."""
    return empty_strided(size, stride, dtype=self.dtype if dtype is None else dtype, layout=layout,
                         device=self.device if device is None else device, pin_memory=pin_memory,
                         requires_grad=requires_grad)


# ------------------------------------------------------------------ arange

_NO_ARANGE = (dtypes.bool, dtypes.uint16, dtypes.uint32, dtypes.uint64, dtypes.complex64, dtypes.complex128)


@composite(method=False)
def arange(*args, start=None, end=None, step=None, out=None, dtype=None, layout=None, device=None, pin_memory=False,
           requires_grad=False):
    """Return start, start + step, ... below end, as a 1-d tensor.

    Args:
        start, end, step: `arange(end)`, `arange(start, end)` or `arange(start, end, step)`; numbers.
        dtype: int64 when all three are ints, the default dtype otherwise.

    Returns: ceil((end - start) / step) elements.

    Raises: RuntimeError for a zero step or one that leads away from `end`.

    Example:
        >>> torch.arange(1, 2.5, 0.5)
        tensor([1.0000, 1.5000, 2.0000])
    """
    if len(args) == 1 and type(args[0]) is int and start is end is step is None:        # the usual call
        start, end, step = 0, args[0], 1
    else:
        start, end, step = _range_arguments(args, start, end, step)
    if dtype is not None:
        d = as_dtype("arange", dtype)
    elif out is not None:
        d = out.dtype
    else:
        ints = type(start) is not float and type(end) is not float and type(step) is not float
        d = dtypes.int64 if ints else dtypes.get_default_dtype()
    if d in _NO_ARANGE:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{d.short}'")
    B = backend_for("arange", device, layout, pin_memory)
    _check_range(start, end, step)
    if d.category == dtypes.INTEGRAL:
        array = _int_range(B, start, end, step, d)
    else:
        array = _float_range(B, start, step, ceil((end - start) / step), d)
    if out is not None:
        return into_out("arange", array, out, dtype)
    return finish("arange", array, requires_grad)


_ARANGE_FORMS = """ * (Number end, *, Tensor out = None, torch.dtype dtype = None, torch.layout layout = None, \
torch.device device = None, bool pin_memory = False, bool requires_grad = False)
 * (Number start, Number end, *, torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, \
bool pin_memory = False, bool requires_grad = False)
 * (Number start, Number end, Number step = 1, *, Tensor out = None, torch.dtype dtype = None, torch.layout layout = \
None, torch.device device = None, bool pin_memory = False, bool requires_grad = False)
"""


def _range_arguments(args, start, end, step):
    """Return (start, end, step) as Python numbers, from positions and names."""
    given = [("start", start), ("end", end), ("step", step)]
    named = [(k, v) for k, v in given if v is not None]
    n = len(args)
    if n == 1 and end is None:
        first, last, by = (0, args[0], None) if start is None else (start, args[0], step)
        if step is not None and start is None:
            last = None
    elif n == 1:
        first, last, by = args[0], end, step
    elif n == 0:
        first, last, by = (0, end, None) if start is None and step is None else (start, end, step)
    elif n == 2 and not named:
        first, last, by = args[0], args[1], None
    elif n == 2 and end is None and start is None:
        first, last, by = args[0], args[1], step
    elif n == 3 and not named:
        first, last, by = args
    else:
        first = last = by = None
    by = 1 if by is None else by
    if n == 1 and not named and not is_number(last):
        raise TypeError(f"arange(): argument 'end' (position 1) must be Number, not {kind_of(last)}")
    for v in (first, last, by):
        if not is_number(v):
            raise TypeError(f"arange() received an invalid combination of arguments - got ({shown_types(args, dict(named))}"
                            f"), but expected one of:\n{_ARANGE_FORMS}")
    return _real(first), _real(last), _real(by)


def _real(value):
    """Return a number as a Python int or float."""
    kind = type(value)
    if kind is int or kind is float:
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    return value if isinstance(value, float) else int(value)


def _check_range(start, end, step):
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (isfinite(start) and isfinite(end)):
        raise RuntimeError(f"unsupported range: {_short(start)} -> {_short(end)}")
    if (end < start) if step > 0 else (end > start):
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")


def _short(value):
    return f"{value:g}"


def _int_range(B, start, end, step, d):
    """The integers of a range: int64 cuts its bounds to integers first, narrower types only the values."""
    if type(start) is int and type(end) is int and type(step) is int:
        count = -(-(end - start) // step)
    elif d is dtypes.int64:
        start, end, step = int(start), int(end), int(step)
        if step == 0:
            raise ValueError("step must be nonzero")
        count = max(0, -(-(end - start) // step))
    else:
        count = ceil((end - start) / step)
        start, step = int(start), int(step)
    if not (-(1 << 63) <= start < 1 << 63 and -(1 << 63) <= end < 1 << 63):
        raise RuntimeError("value cannot be converted to type int64_t without overflow")
    wide = B.dt(dtypes.int64)
    found = B.arange(start, start + count * step, step, dtype=wide) if step else B.full((count,), start, dtype=wide)
    return B.cast(found, B.dt(d))


_LANES = {4: 8, 8: 4, 2: 16}            # elements of a 256-bit register, by element size


def _float_range(B, start, step, count, d):
    """start + i * step as torch rounds it: in steps of a register, whose first lane is rounded first.

    Products and sums are computed in double precision (exactly, for float64), the lanes from the
    rounded first lane; the elements after the last pair of full registers one by one.
    """
    wide = B.dt(dtypes.float64)
    start, step = float(start), float(step)
    if d.itemsize == 2:                 # half precision computes in single
        start, step = _rounded(B, start, dtypes.float32), _rounded(B, step, dtypes.float32)
    if start.is_integer() and step.is_integer() and abs(start) + abs(step) * count < 1 << 24:
        return _narrowed(B, B.arange(count, dtype=wide) * step + start, d)
    lanes = _LANES[d.itemsize]
    paired = count // (2 * lanes) * 2 * lanes
    rest = B.arange(paired, count, dtype=wide)
    rest = _narrowed(B, _multiply_add(B, rest, step, start, d), d)
    if not paired:
        return rest
    first = B.arange(0, paired, lanes, dtype=wide)
    first = B.cast(_narrowed(B, _multiply_add(B, first, step, start, d), d), wide)
    blocks = _multiply_add(B, B.arange(lanes, dtype=wide), step, first[:, None], d)
    return B.concat((B.reshape(_narrowed(B, blocks, d), (paired,)), rest))


def _multiply_add(B, i, step, start, d):
    """i * step + start, rounded once for float64 (the other types have room to spare in a double)."""
    if d is not dtypes.float64:
        return i * step + start
    high, low = _exact_product(i, step)
    total = high + start
    rest = total - high
    error = (high - (total - rest)) + (start - rest)
    return total + (error + low)


def _exact_product(i, step):
    """Return i * step as a rounded product and its error (Dekker's product, with Veltkamp's split)."""
    product = i * step
    big = 134217729.0 * step
    upper = big - (big - step)
    lower = step - upper
    wide = 134217729.0 * i
    iu = wide - (wide - i)
    il = i - iu
    return product, ((iu * upper - product) + iu * lower + il * upper) + il * lower


def _narrowed(B, x, d):
    """Round double values to `d`; to half precision by way of single, as torch does."""
    if d.itemsize < 4:
        x = B.cast(x, B.dt(dtypes.float32))
    return B.cast(x, B.dt(d))


@composite(method=False, name="range")
def range_(start=None, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, pin_memory=False,
          requires_grad=False):
    """Return start, start + step, ... up to and including end. Deprecated: use `arange`.

    Returns: floor((end - start) / step) + 1 elements.
    """
    if end is None:
        raise TypeError("range() missing 1 required positional arguments: \"end\"")
    warnings.warn("torch.range is deprecated and will be removed in a future release because its behavior is "
                  "inconsistent with Python's range builtin. Instead, use torch.arange, which produces values in "
                  "[start, end).", stacklevel=2)
    start, end, step = _real(start), _real(end), _real(step)
    d = dtypes.get_default_dtype() if dtype is None else as_dtype("range", dtype)
    if out is not None and dtype is None:
        d = out.dtype
    _check_range(start, end, step)
    B = backend_for("range", device, layout, pin_memory)
    count = int((end - start) / step + 1)
    if d.category == dtypes.INTEGRAL:
        array = _int_range(B, int(start), int(start) + count * int(step), int(step), d)
    else:
        dt = B.dt(dtypes.float32 if d.itemsize == 2 else dtypes.float64)        # what each type computes in
        i, start, step = B.arange(count, dtype=dt), B.asarray(start, dtype=dt), B.asarray(step, dtype=dt)
        array = _narrowed(B, start + i * step, d)
    if out is not None:
        return into_out("range", array, out, dtype)
    return finish("range", array, requires_grad)


# ------------------------------------------------------------------ linspace, logspace


@composite(method=False)
def linspace(start, end, steps, *, out=None, dtype=None, layout=None, device=None, pin_memory=False,
             requires_grad=False):
    """Return `steps` evenly spaced numbers from start to end, both included.

    The first half is counted up from start, the second down from end, as in PyTorch.

    Args:
        start, end: numbers or 0-d tensors.
        steps: how many; one gives `start`.

    Example:
        >>> torch.linspace(0, 1, 5)
        tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    start, end, steps, d = _spacing("linspace", start, end, steps, dtype, out)
    B = backend_for("linspace", device, layout, pin_memory)
    array = _stored(B, _spaced(B, start, end, steps, d), d)
    if out is not None:
        return into_out("linspace", array, out, dtype)
    return finish("linspace", array, requires_grad)


@composite(method=False)
def logspace(start, end, steps, base=10.0, *, out=None, dtype=None, layout=None, device=None, pin_memory=False,
             requires_grad=False):
    """Return base ** x for `steps` evenly spaced x from start to end.

    Example:
        >>> torch.logspace(0, 2, 3)
        tensor([  1.,  10., 100.])
    """
    start, end, steps, d = _spacing("logspace", start, end, steps, dtype, out)
    B = backend_for("logspace", device, layout, pin_memory)
    exponents = _spaced_wide(B, start, end, steps, d) if d.itemsize == 2 and d.category == dtypes.FLOATING else \
        _spaced(B, start, end, steps, d)
    kind = dtypes.complex128 if d.is_complex or isinstance(base, complex) else dtypes.float64
    array = _stored(B, B.pow(B.asarray(base, dtype=B.dt(kind)), exponents), d)
    if out is not None:
        return into_out("logspace", array, out, dtype)
    return finish("logspace", array, requires_grad)


_SPACE_FORMS = """ * (Tensor start, Tensor end, int steps, {base}*, {options})
 * (Number start, Tensor end, int steps, {base}*, {options})
 * (Tensor start, Number end, int steps, {base}*, {options})
 * (Number start, Number end, int steps, {base}*, {options})
"""
_OPTIONS = ("Tensor out = None, torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, bool "
            "pin_memory = False, bool requires_grad = False")


def _spacing(name, start, end, steps, dtype, out):
    """Return (start, end, steps, dtype) of linspace or logspace after torch's checks."""
    given = [f"{title} with {bound._array.ndim} dimension(s)" for title, bound in (("start", start), ("end", end))
             if isinstance(bound, TensorBase)]
    if any(isinstance(bound, TensorBase) and bound._array.shape for bound in (start, end)):
        raise RuntimeError(f"{name} only supports 0-dimensional start and end tensors, but got {' and '.join(given)}.")
    found = [b.detach().item() if isinstance(b, TensorBase) else b for b in (start, end)]
    if isinstance(steps, TensorBase) and not steps.is_floating_point():
        steps = steps.item()
    if not (is_number(found[0]) and is_number(found[1]) and hasattr(steps, "__index__")):
        forms = _SPACE_FORMS.format(base="float base = 10, " if name == "logspace" else "", options=_OPTIONS)
        shown = ", ".join([kind_of(start), kind_of(end), kind_of(steps)])
        raise TypeError(f"{name}() received an invalid combination of arguments - got ({shown}), but expected one "
                        f"of:\n{forms}")
    start, end = [b.item() if hasattr(b, "item") else b for b in found]
    steps = steps.__index__()
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    is_complex = isinstance(start, complex) or isinstance(end, complex)
    inferred = dtypes.default_complex() if is_complex else dtypes.get_default_dtype()
    d = as_dtype(name, dtype) if dtype is not None else out.dtype if out is not None else inferred
    if is_complex and not d.is_complex:
        raise RuntimeError(f"torch.{name}(): inferred dtype {_COMPLEX_NAMES[inferred]} can't be safely cast to passed "
                           f"dtype {d.short}")
    if d is dtypes.bool:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
    return start, end, steps, d


_COMPLEX_NAMES = {dtypes.complex64: "c10::complex<float>", dtypes.complex128: "c10::complex<double>"}


def _spaced(B, start, end, steps, d):
    """Return the positions of linspace in double precision (complex128 for complex types).

    The bounds and the step are rounded to the type first; start + i * step is then rounded once.
    """
    if steps < 2:
        return B.asarray([start] * steps, dtype=B.dt(dtypes.complex128 if d.is_complex else dtypes.float64))
    if d.category == dtypes.INTEGRAL:
        start, end = int(start), int(end)
        step = (end - start) / (steps - 1)
    else:
        start, end = _rounded(B, start, d), _rounded(B, end, d)
        step = _rounded(B, _rounded(B, end - start, d) / (steps - 1), d)
    if d.itemsize == 2 and d.category == dtypes.FLOATING:       # half precision rounds after each operation
        i, start, end, step, last = [B.asarray(v, dtype=B.dt(d)) for v in (B.arange(steps), start, end, step, steps - 1)]
        return B.where(B.arange(steps) < steps // 2, start + step * i, end - step * (last - i))
    half = steps // 2
    up, down = [B.arange(n, dtype=B.dt(dtypes.float64)) for n in (half, steps - half)]
    return B.concat((_multiply_add(B, up, step, start, _exactness(d)),
                     B.flip(_multiply_add(B, down, -step, end, _exactness(d)))))


def _spaced_wide(B, start, end, steps, d):
    """Return the exponents of logspace in half precision: bounds and their distance are rounded to it, the rest to single."""
    if steps < 2:
        return B.asarray([start] * steps, dtype=B.dt(dtypes.float64))
    start, end = _rounded(B, start, d), _rounded(B, end, d)
    i, start, end, step, last = [B.asarray(v, dtype=B.dt(dtypes.float32)) for v in (
        B.arange(steps), start, end, _rounded(B, end - start, d) / (steps - 1), steps - 1)]
    return B.astype(B.where(B.arange(steps) < steps // 2, start + step * i, end - step * (last - i)), B.dt(dtypes.float64))


def _rounded(B, value, d):
    """Return a Python number rounded to a dtype."""
    if d is dtypes.float64 or d is dtypes.complex128:
        return value
    return (complex if d.is_complex else float)(B.asarray(value, dtype=B.dt(d)))


def _exactness(d):
    return dtypes.float64 if d.category == dtypes.INTEGRAL else d


def _stored(B, x, d):
    """Round double values to `d`; integers are cut towards zero."""
    return _narrowed(B, x, d) if d.category == dtypes.FLOATING else B.cast(x, B.dt(d))


# ------------------------------------------------------------------ matrices and their indices


def _dimension(name, title, position, value):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name}(): argument '{title}' (position {position}) must be int, not {kind_of(value)}")
    return value.__index__()


@composite(method=False)
def eye(n, m=None, *, out=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """Return a matrix with ones on the diagonal and zeros elsewhere.

    Args:
        n, m: rows and columns; as many columns as rows if left out.

    Example:
        >>> torch.eye(2, 3)
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    n = _dimension("eye", "n", 1, n)
    m = n if m is None else _dimension("eye", "m", 2, m)
    for title, value in (("n", n), ("m", m)):
        if value < 0:
            raise RuntimeError(f"{title} must be greater or equal to 0, got {value}")
    d = as_dtype("eye", dtype) if dtype is not None else out.dtype if out is not None else dtypes.get_default_dtype()
    B = backend_for("eye", device, layout, pin_memory)
    array = B.eye(n, m, dtype=B.dt(d))
    if out is not None:
        return into_out("eye", array, out, dtype)
    return finish("eye", array, requires_grad)


def _triangle(name, row, col, offset, dtype, device, layout, pin_memory, keep):
    """Return the (row, column) pairs of the elements for which keep(column - row, offset), in row order."""
    row, col = _dimension(name, "row", 1, row), _dimension(name, "col", 2, col)
    for title, value in (("row", row), ("col", col)):
        if value < 0:
            raise RuntimeError(f"{title} must be non-negative, got{value}")
    d = as_dtype(name, dtype) if dtype is not None else dtypes.int64
    if d not in (dtypes.int64, dtypes.int32):
        raise NotImplementedError(f"\"{name}\" not implemented for '{d.short}'")
    B = backend_for(name, device, layout, pin_memory)
    r, c = B.arange(row), B.arange(col)
    found = B.nonzero(keep(c[None, :] - r[:, None], offset))
    return finish(name, B.cast(B.stack(found), B.dt(d)))


@composite(method=False)
def tril_indices(row, col, offset=0, *, dtype=None, device=None, layout=None, pin_memory=False):
    """Return the indices of the lower triangle of a row x col matrix, as a 2 x N tensor.

    Args:
        offset: the diagonal above which nothing is taken; 1 is the one above the main diagonal.

    Example:
        >>> torch.tril_indices(2, 2)
        tensor([[0, 1, 1],
                [0, 0, 1]])
    """
    return _triangle("tril_indices", row, col, offset, dtype, device, layout, pin_memory, lambda d, k: d <= k)


@composite(method=False)
def triu_indices(row, col, offset=0, *, dtype=None, device=None, layout=None, pin_memory=False):
    """Return the indices of the upper triangle of a row x col matrix, as a 2 x N tensor.

    Args:
        offset: the diagonal below which nothing is taken; -1 is the one below the main diagonal.

    Example:
        >>> torch.triu_indices(2, 2)
        tensor([[0, 0, 1],
                [0, 1, 1]])
    """
    return _triangle("triu_indices", row, col, offset, dtype, device, layout, pin_memory, lambda d, k: d >= k)
