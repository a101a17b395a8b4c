"""A make-believe GPU: arrays of array-api-strict on its second device, behind the same seam as CuPy.

Op bodies run over it as they do on a GPU. What would fail or be slow there fails here: a NumPy
function given one of these arrays (they cannot be turned into NumPy arrays silently), a host array
mixed with a device array, a name that is neither in the Array API standard nor among the extras of
`backend/base.py`, a mix of dtypes. What CuPy's arrays do allow beyond the standard (NumPy's dtype
objects, `.T`, flags, fancy indexing) is allowed.
"""

from __future__ import annotations

import array_api_strict as xp
import numpy as np

from rushlight import devices
from rushlight.backend import base, guard

DEVICE = xp.Device("device1")
Strict = type(xp.zeros(1))


class StrictArray:
    """An array of array-api-strict that presents itself as CuPy's arrays do."""

    __array_ufunc__ = None
    __slots__ = ("strict", "__weakref__")

    def __init__(self, strict):
        self.strict = strict

    # ---- what it is

    @property
    def host(self):
        """The memory itself: for the extras of the backend only, which stand for the device's own code."""
        return self.strict._array

    dtype = property(lambda self: self.host.dtype)
    shape = property(lambda self: self.host.shape)
    ndim = property(lambda self: self.host.ndim)
    size = property(lambda self: self.host.size)
    nbytes = property(lambda self: self.host.nbytes)
    itemsize = property(lambda self: self.host.itemsize)
    strides = property(lambda self: self.host.strides)
    flags = property(lambda self: self.host.flags)
    T = property(lambda self: wrap(self.host.T))
    mT = property(lambda self: StrictArray(self.strict.mT))
    real = property(lambda self: wrap(self.host.real))
    imag = property(lambda self: wrap(self.host.imag))

    def __repr__(self):
        return f"StrictArray({self.host!r})"

    def __len__(self):
        return len(self.host)

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def __array_function__(self, func, types, args, kwargs):
        raise TypeError(f"numpy.{func.__name__} was called on an array of another device")

    def __bool__(self):
        return bool(self.strict)

    def __int__(self):
        return int(self.strict)

    def __float__(self):
        return float(self.strict)

    def __complex__(self):
        return complex(self.strict)

    def __index__(self):
        return self.strict.__index__()

    def item(self):
        return self.host.item()

    # ---- indexing is the device's own

    def __getitem__(self, index):
        return wrap(self.host[raw_index(index)])

    def __setitem__(self, index, value):
        self.host[raw_index(index)] = raw(value)

    def __iter__(self):
        return (self[i] for i in range(len(self.host)))


def _operator(name):
    def forward(self, other):
        if isinstance(other, np.ndarray):
            raise TypeError(f"Unsupported type {type(other)}: a host array in arithmetic with a device array")
        if isinstance(other, np.generic):
            other = other.item()
        if not isinstance(other, (StrictArray, bool, int, float, complex)):
            return NotImplemented
        result = getattr(self.strict, name)(unwrap(other))
        return result if result is NotImplemented else StrictArray(result)
    forward.__name__ = name
    return forward


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"):
    for _form in (f"__{_name}__", f"__r{_name}__"):
        setattr(StrictArray, _form, _operator(_form))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(StrictArray, f"__{_name}__", _operator(f"__{_name}__"))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(StrictArray, f"__{_name}__", lambda self, _n=f"__{_name}__": StrictArray(getattr(self.strict, _n)()))
StrictArray.__hash__ = None


def wrap(host):
    """A device array over NumPy memory (shared)."""
    return StrictArray(Strict._new(np.asarray(host), device=DEVICE))


def raw(x):
    """The memory of a device array; host arrays are refused, numbers pass."""
    if isinstance(x, StrictArray):
        return x.host
    if isinstance(x, np.ndarray):
        raise TypeError("a host array where a device array is needed")
    return x


def raw_index(index):
    if isinstance(index, tuple):
        return tuple(raw_index(i) for i in index)
    return [raw_index(i) for i in index] if isinstance(index, list) else raw(index)


def unwrap(x):
    """Arguments for array-api-strict: its arrays and dtypes in place of ours and NumPy's."""
    if isinstance(x, StrictArray):
        return x.strict
    if isinstance(x, np.ndarray):
        raise TypeError("a host array was given to a function of the device")
    if isinstance(x, (np.dtype, type)) and not isinstance(x, bool) and _is_dtype(x):
        return getattr(xp, np.dtype(x).name)
    if isinstance(x, np.generic):
        return x.item()
    if type(x) in (list, tuple):
        return type(x)(unwrap(v) for v in x)
    return x


def _is_dtype(x):
    return isinstance(x, np.dtype) or (isinstance(x, type) and issubclass(x, (np.generic, bool, int, float, complex)))


def rewrap(x):
    if isinstance(x, Strict):
        return StrictArray(x)
    if isinstance(x, xp._dtypes.DType):
        return x._np_dtype
    if isinstance(x, tuple):
        return type(x)(*map(rewrap, x)) if hasattr(x, "_fields") else tuple(map(rewrap, x))
    return [rewrap(v) for v in x] if isinstance(x, list) else x


CREATION = ("arange", "asarray", "empty", "eye", "full", "linspace", "ones", "zeros", "empty_like", "full_like", "ones_like",
            "zeros_like")


class Namespace:
    """A module of array-api-strict with arguments and results converted, and device1 as the default."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        found = getattr(self.module, name)
        if not callable(found):
            return Namespace(found) if type(found).__name__ == "module" else found
        if isinstance(found, xp._dtypes.DType):
            return found._np_dtype
        here = {"device": DEVICE} if name in CREATION else {}

        def call(*args, **kwargs):
            given = {k: unwrap(v) for k, v in kwargs.items()}
            return rewrap(found(*map(unwrap, args), **{**here, **given}))
        call.__name__ = name
        setattr(self, name, call)
        return call


class StrictBackend(base.Backend):
    """The standard's names from array-api-strict and the extras of `base.Backend`, each spelled out."""

    device_type = "strict"
    xp = Namespace(xp)
    array_type = StrictArray

    def device_of(self, x):
        return devices.device("strict", 0)

    def copy(self, x):
        return wrap(np.array(x.host, order="C"))

    def as_strided(self, x, shape, strides, offset):
        return wrap(guard.as_strided(x.host, shape, strides, offset))

    def to_numpy(self, x):
        return np.array(x.host)

    def from_numpy(self, a, index=None):
        if index not in (None, 0):
            raise RuntimeError("invalid device ordinal")
        return wrap(np.array(a))

    def add_at(self, x, index, value):
        np.add.at(x.host, raw_index(index), raw(value))
        return x

    def put_along_axis(self, x, indices, values, axis):
        np.put_along_axis(x.host, indices.host, raw(values), axis)
        return x

    def copyto(self, dst, src):
        np.copyto(dst.host, src.host, casting="unsafe")


def register():
    """Make `device("strict")` known to the library; returns its backend."""
    devices.EXTRA_TYPES.add("strict")
    return base.register(StrictBackend())
