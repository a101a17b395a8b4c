"""A make-believe GPU: arrays of array-api-strict on its second device, behind the same seam as CuPy.

Op bodies run over it as they do on a GPU. What would fail or be slow there fails here: a NumPy
function given one of these arrays, a host array mixed with a device array, a name that is neither
in the Array API standard nor among the extras of `backend/base.py`, a parameter the standard lacks. What CuPy's
arrays do allow beyond the standard is allowed: operators and dtype promotion as NumPy has them, fancy
indexing (`device_array.py`).
"""

from __future__ import annotations

import re

import array_api_strict as xp
import numpy as np
from device_array import DeviceArray, raw

from rushlight import devices
from rushlight.backend import base, guard
from rushlight.backend.cpu import B as CPU

DEVICE = xp.Device("device1")
Strict = type(xp.zeros(1))
DType = type(xp.float32)


class StrictArray(DeviceArray):
    """A device array; functions get it as one of array-api-strict."""

    __slots__ = ()

    @property
    def strict(self):
        return Strict._new(self.host, device=DEVICE)


def unwrap(x):
    """Arguments for array-api-strict: its arrays and dtypes in place of ours and NumPy's."""
    if isinstance(x, StrictArray):
        return x.strict
    if isinstance(x, np.ndarray):
        raise TypeError("a host array was given to a function of the device")
    if isinstance(x, np.dtype) or (isinstance(x, type) and issubclass(x, (np.generic, bool, int, float, complex))):
        return getattr(xp, np.dtype(x).name)
    if isinstance(x, np.generic):
        return x.item()
    return type(x)(map(unwrap, x)) if type(x) in (list, tuple) else x


def rewrap(x):
    if isinstance(x, Strict):
        return StrictArray(x._array)
    if isinstance(x, DType):
        return x._np_dtype
    if isinstance(x, tuple):
        return type(x)(*map(rewrap, x)) if hasattr(x, "_fields") else tuple(map(rewrap, x))
    return [rewrap(v) for v in x] if isinstance(x, list) else x


CREATION = ("arange", "asarray", "empty", "eye", "full", "linspace", "ones", "zeros", "empty_like", "full_like", "ones_like",
            "zeros_like")


CATEGORIES = re.compile(r"cannot be type promoted|dtypes are allowed|Two scalars not allowed|does not support the dtype|"
                        r"Only .* allowed in")


def as_numpy(x):
    """NumPy's result for dtypes that the standard leaves open and CuPy takes as NumPy does."""
    return tuple(map(as_numpy, x)) if isinstance(x, tuple) else StrictArray(x)


class Namespace:
    """A module of array-api-strict with arguments and results converted, and device1 as the default."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        found = getattr(self.module, name)
        if isinstance(found, DType):
            return found._np_dtype
        if not callable(found):
            return Namespace(found) if type(found).__name__ == "module" else found
        here = {"device": DEVICE} if name in CREATION else {}

        def call(*args, **kwargs):
            given = {k: unwrap(v) for k, v in kwargs.items()}
            try:
                return rewrap(found(*map(unwrap, args), **{**here, **given}))
            except TypeError as error:
                if not CATEGORIES.search(str(error)):
                    raise
            return as_numpy(getattr(np, name)(*map(raw, args), **{k: raw(v) for k, v in kwargs.items()}))
        call.__name__ = name
        setattr(self, name, call)
        return call


class Linalg(Namespace):
    """`linalg`, with the one parameter beyond the standard that CuPy has too and an op needs."""

    def eigh(self, x, UPLO="L"):
        return as_numpy(tuple(np.linalg.eigh(x.host, UPLO)))


class StrictBackend(base.Backend):
    """The standard's names from array-api-strict and the extras of `base.Backend`, each spelled out."""

    device_type = "strict"
    linalg = Linalg(xp.linalg)
    xp = Namespace(xp)
    array_type = StrictArray

    def device_of(self, x):
        return devices.device("strict", 0)

    def copy(self, x):
        return StrictArray(np.array(x.host, order="C"))

    def diagonal(self, x, offset, axis1, axis2):
        return StrictArray(guard.writable(x.host.diagonal(offset, axis1, axis2), x.host))

    def as_strided(self, x, shape, strides, offset):
        return StrictArray(guard.as_strided(x.host, shape, strides, offset))

    def to_numpy(self, x):
        return np.array(x.host)

    def from_numpy(self, a, index=None):
        if index not in (None, 0):
            raise RuntimeError("invalid device ordinal")
        return StrictArray(np.array(a))

    def add_at(self, x, index, value):
        np.add.at(x.host, raw(index), raw(value))
        return x

    def combine_at(self, x, index, value, how):
        CPU.combine_at(x.host, raw(index), raw(value), how)
        return x

    def put_along_axis(self, x, indices, values, axis):
        np.put_along_axis(x.host, raw(indices), raw(values), axis)
        return x

    def copyto(self, dst, src):
        np.copyto(dst.host, src.host, casting="unsafe")
        return dst


def register():
    """Make `device("strict")` known to the library; returns its backend."""
    devices.EXTRA_TYPES.add("strict")
    return base.register(StrictBackend())
