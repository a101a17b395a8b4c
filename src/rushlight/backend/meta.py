"""The backend of the device "meta": arrays that have a shape, strides and a dtype, but no values.

Their memory is mapped and never written, so it takes no room. What an op's result looks like is found by running its body on the
zeros that are read there, which takes the time that the real thing takes; the result is then mapped anew.
"""
import mmap
import sys
from typing import Any

import numpy as np

from .. import devices
from . import base
from .batched_rules import op_name
from .cpu import B as CPU, CpuBackend

NO_DATA = "Cannot copy out of meta tensor; no data!"
NO_NUMBER = "Tensor.item() cannot be called on meta tensors"
_SHAPED_BY_VALUES = {"nonzero": "nonzero", "unique_all": "_unique2", "unique_dim": "unique_dim", "bincount": "bincount",
                     "masked_select": "masked_select"}
_RESERVED = getattr(mmap, "MAP_NORESERVE", 0x4000 if sys.platform == "linux" else 0)       # named from Python 3.13 on


class MetaArray(np.ndarray):
    """An array without values."""

    def item(self, *_place):
        raise RuntimeError(NO_NUMBER)

    __bool__ = __int__ = __float__ = __index__ = __complex__ = item


def fresh(shape, dtype, strides=None):
    """Return an array of that shape in memory that nothing is kept in."""
    dtype = np.dtype(dtype)
    size = max(int(np.prod(shape, dtype=object)) * dtype.itemsize, 1)
    flags = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _RESERVED} if hasattr(mmap, "MAP_PRIVATE") else {}
    return MetaArray(shape, dtype, mmap.mmap(-1, size, **flags), 0, strides)


def like(x, dtype=None):
    """Return an array without values in the shape, and the order of memory, of x."""
    dtype = x.dtype if dtype is None else np.dtype(dtype)
    if x.flags.c_contiguous or 0 in x.strides:
        return fresh(x.shape, dtype)
    order = sorted(range(x.ndim), key=lambda k: -abs(x.strides[k]))
    return np.transpose(fresh([x.shape[k] for k in order], dtype), np.argsort(order))


class Meta(CpuBackend):
    """NumPy's names; what is made outside of a body has no values, and what is written goes nowhere."""

    device_type = "meta"
    array_type: Any = MetaArray
    void = True

    def __init__(self):
        super().__init__()
        self.device = devices.device("meta")
        for name in ("zeros", "ones", "empty"):
            setattr(self, name, lambda shape, dtype=np.float64: fresh(shape if isinstance(shape, tuple) else (shape,), dtype))
        for name in ("arange", "linspace", "eye", "tri"):
            setattr(self, name, lambda *args, _name=name, **options: like(getattr(CPU, _name)(*args, **options)))

    def device_of(self, _x):
        """Return the device of an array."""
        return self.device

    def run(self, body, values):
        """Run an op's body on the zeros of the CPU; return what its results look like."""
        name = _SHAPED_BY_VALUES.get(op_name(body))
        if name is not None:
            raise NotImplementedError(f"The register_meta function for torch.{name}() raises unimplemented by default, as a "
                                      "correct data-independent implementation does not exist.")
        given = []
        with np.errstate(all="ignore"):
            found = body(CPU, *[self._plain(v, given) for v in values])
        if isinstance(found, tuple):
            results = [self._result(r, given) for r in found]
            return type(found)(*results) if hasattr(found, "_fields") else tuple(results)
        return self._result(found, given)

    def _plain(self, value, given):
        if isinstance(value, MetaArray):
            given.append(value)
            return value.view(np.ndarray)
        return [self._plain(v, given) for v in value] if type(value) is list else value

    def _result(self, r, given):
        if r is None or isinstance(r, MetaArray):
            return r
        r = np.asarray(r)
        return r.view(MetaArray) if any(np.may_share_memory(r, g) for g in given) else like(r)

    def full(self, shape, _value, dtype=None):
        return fresh(shape if isinstance(shape, tuple) else (shape,), dtype)

    def cast(self, x, dt):
        return x if x.dtype == dt else like(x, dt)

    def astype(self, x, dt, copy=True):
        return x if x.dtype == dt and not copy else like(x, dt)

    def copy(self, x):
        return fresh(x.shape, x.dtype)

    def clone(self, x):
        return like(x)

    def as_strided(self, x, shape, strides, offset):
        return CPU.as_strided(x.view(np.ndarray), shape, strides, offset).view(MetaArray)

    def restrided(self, x, shape, strides, offset):
        return CPU.restrided(x.view(np.ndarray), shape, strides, offset).view(MetaArray)

    def to_numpy(self, _x):
        raise NotImplementedError(NO_DATA)

    def from_numpy(self, a, _index=None):
        return like(a)

    def fill(self, x, _value):
        return x

    def put(self, x, _index, _value):
        return x

    def copyto(self, dst, _src):
        return dst


def load():
    """Register the backend."""
    return base.register(Meta())
