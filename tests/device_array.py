"""Arrays of a make-believe device: NumPy memory that NumPy itself may not touch.

They look as CuPy's arrays do (NumPy's dtype objects, `.T`, flags, fancy indexing), and refuse what a
GPU's arrays refuse: being turned into NumPy arrays silently, and being mixed with host arrays.
"""

from __future__ import annotations

import numpy as np


class DeviceArray:
    """NumPy memory (`host`) behind the face of a GPU array; subclasses say how operators compute."""

    __array_ufunc__ = None
    __slots__ = ("__weakref__", "host")

    def __init__(self, host):
        self.host = np.asarray(host)

    dtype = property(lambda self: self.host.dtype)
    ndim = property(lambda self: self.host.ndim)
    size = property(lambda self: self.host.size)
    nbytes = property(lambda self: self.host.nbytes)
    itemsize = property(lambda self: self.host.itemsize)
    strides = property(lambda self: self.host.strides)
    flags = property(lambda self: self.host.flags)
    T = property(lambda self: type(self)(self.host.T))
    mT = property(lambda self: type(self)(self.host.mT))
    real = property(lambda self: type(self)(self.host.real))
    imag = property(lambda self: type(self)(self.host.imag))

    @property
    def shape(self):
        return self.host.shape

    @property
    def base(self):
        return None if self.host.base is None else type(self)(self.host.base)

    def operate(self, name, *others):
        """Compute `self.<name>(*others)`; others are of this class or numbers."""
        result = getattr(self.host, name)(*(o.host if isinstance(o, DeviceArray) else o for o in others))
        return result if result is NotImplemented else type(self)(result)

    def __repr__(self):
        return f"{type(self).__name__}({self.host!r})"

    def __len__(self):
        return len(self.host)

    def __array__(self, dtype=None, copy=None):
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array "
                        "explicitly.")

    def __array_function__(self, func, types, args, kwargs):
        raise TypeError(f"numpy.{func.__name__} was called on an array of another device")

    def __bool__(self):
        return bool(self.host)

    def __int__(self):
        return int(self.host)

    def __float__(self):
        return float(self.host)

    def __complex__(self):
        return complex(self.host)

    def __index__(self):
        return self.host.__index__()

    def item(self, *index):
        return self.host.item(*index)

    def tolist(self):
        return self.host.tolist()

    def view(self, dtype=None):
        return type(self)(self.host.view(dtype) if dtype is not None else self.host.view())

    def __getitem__(self, index):
        return type(self)(self.host[raw_index(index)])

    def __setitem__(self, index, value):
        self.host[raw_index(index)] = raw(value)

    def __iter__(self):
        return (self[i] for i in range(len(self.host)))

    __hash__ = None


def _operator(name):
    def forward(self, other):
        if isinstance(other, np.ndarray):
            raise TypeError(f"Unsupported type {type(other)}: a host array in arithmetic with a device array")
        if isinstance(other, np.generic):
            other = other.item()
        if not isinstance(other, (type(self), bool, int, float, complex)):
            return NotImplemented
        return self.operate(name, other)
    forward.__name__ = name
    return forward


def _in_place(name):
    def forward(self, other):
        result = getattr(self, f"__{name}__")(other)
        self.host[...] = result.host
        return self
    return forward


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"):
    setattr(DeviceArray, f"__{_name}__", _operator(f"__{_name}__"))
    setattr(DeviceArray, f"__r{_name}__", _operator(f"__r{_name}__"))
    setattr(DeviceArray, f"__i{_name}__", _in_place(_name))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(DeviceArray, f"__{_name}__", _operator(f"__{_name}__"))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(DeviceArray, f"__{_name}__", lambda self, _n=f"__{_name}__": self.operate(_n))


def raw_index(index):
    """An index with memory in place of device arrays; host arrays in it are moved, as CuPy does."""
    if isinstance(index, tuple):
        return tuple(raw_index(i) for i in index)
    return index.host if isinstance(index, DeviceArray) else index


def raw(x):
    """The memory in place of device arrays; host arrays are refused, numbers and slices pass."""
    if isinstance(x, DeviceArray):
        return x.host
    if isinstance(x, np.ndarray) and x.ndim:
        raise TypeError("a host array where a device array is needed")
    if isinstance(x, tuple):
        return tuple(raw(v) for v in x)
    return [raw(v) for v in x] if isinstance(x, list) else x
