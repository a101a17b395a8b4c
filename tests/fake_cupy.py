"""A module that stands for CuPy where there is no GPU: CuPy's names and parameters over NumPy.

`data/cupy_names.txt` says what CuPy has; a name or a keyword that CuPy lacks fails here as it does
there. What is computed is NumPy's, on arrays NumPy may not touch (`device_array.py`).
"""

from __future__ import annotations

import contextlib
import pathlib
import types

import numpy as np
from device_array import DeviceArray, raw

NAMES = pathlib.Path(__file__).parent / "data" / "cupy_names.txt"
RENAMED = {"newshape": "shape", "tup": "arrays"}             # CuPy's parameter: NumPy's
LEADING = ("a", "x", "arr", "m", "tup", "dst", "condition", "obj", "element", "v", "b")


def _table():
    found = {}
    for line in NAMES.read_text().splitlines()[1:]:
        name, *parameters = line.split()
        found[name] = parameters
    return found


TABLE = _table()


class _Device:
    """Device 0, the only one."""

    def __init__(self, index=None):
        self.id = 0 if index is None else index
        if self.id:
            raise RuntimeError("cudaErrorInvalidDevice: invalid device ordinal")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False


class ndarray(DeviceArray):
    """CuPy's array class."""

    __slots__ = ()

    def __new__(cls, shape, dtype=None, memptr=None, strides=None):
        return object.__new__(cls)

    def __init__(self, shape, dtype=float, memptr=None, strides=None, order="C"):
        if isinstance(shape, (np.ndarray, np.generic)):
            self.host = np.asarray(shape)
        elif memptr is not None:
            memory, offset = memptr
            self.host = np.ndarray(shape, dtype, memory.data, offset, strides)
        else:
            self.host = np.empty(shape, dtype, order)

    device = property(lambda self: _Device())

    @property
    def data(self):
        return _Pointer(self.host.reshape(-1), 0)

    @property
    def shape(self):
        return self.host.shape

    @shape.setter
    def shape(self, shape):
        reshaped = self.host.reshape(shape)
        if reshaped.size and not np.shares_memory(reshaped, self.host):
            raise AttributeError("Incompatible shape")
        self.host = reshaped

    def get(self):
        return np.array(self.host)


class _Pointer(tuple):
    def __new__(cls, memory, offset):
        return tuple.__new__(cls, (memory, offset))

    def __add__(self, offset):
        return _Pointer(self[0], self[1] + offset)


def _method(name):
    def call(self, *args, **kwargs):
        return wrap(getattr(self.host, name)(*map(raw, args), **{k: raw(v) for k, v in kwargs.items()}))
    call.__name__ = name
    return call


for _name in ("all", "any", "argmax", "argmin", "argsort", "astype", "clip", "conj", "copy", "cumprod", "cumsum",
              "diagonal", "dot", "fill", "flatten", "max", "mean", "min", "nonzero", "prod", "ravel", "repeat",
              "reshape", "round", "sort", "squeeze", "std", "sum", "swapaxes", "take", "trace", "transpose", "var", "view"):
    setattr(ndarray, _name, _method(_name))


def wrap(x):
    if isinstance(x, (np.ndarray, np.generic)):
        if isinstance(x, np.ndarray) and isinstance(x.base, np.ndarray) and x.base.flags.writeable:
            x.flags.writeable = True             # CuPy has no read-only views
        return ndarray(x)
    if isinstance(x, tuple):
        return type(x)(*map(wrap, x)) if hasattr(x, "_fields") else tuple(map(wrap, x))
    return [wrap(v) for v in x] if isinstance(x, list) else x


class Function:
    """A function of CuPy: its parameters, NumPy's computation."""

    def __init__(self, name, real, parameters):
        self.name, self.real, self.parameters = name, real, parameters

    def __call__(self, *args, **kwargs):
        free = "ufunc" in self.parameters or "**kwargs" in self.parameters
        unknown = [] if free else [k for k in kwargs if k not in self.parameters]
        if unknown:
            raise TypeError(f"{self.name}() got an unexpected keyword argument '{unknown[0]}'")
        kwargs = {RENAMED.get(k, k): raw(v) for k, v in kwargs.items()}
        return wrap(self.real(*map(raw, args), **kwargs))

    def at(self, a, indices, b=None):
        if a.dtype.kind == "i" and a.dtype.itemsize == 8 or a.dtype.itemsize < 2:
            raise TypeError(f"add.at is not there for {a.dtype}")
        self.real.at(a.host, raw(indices), raw(b))


class _Module(types.ModuleType):
    """A namespace with the names of the table that start with `prefix`."""

    def __init__(self, name, real, prefix=""):
        super().__init__(name)
        self._real, self._prefix = real, prefix

    def __getattr__(self, name):
        parameters = TABLE.get(self._prefix + name)
        if parameters is None:
            raise AttributeError(f"module 'cupy' has no attribute '{self._prefix}{name}'")
        real = getattr(self._real, name)
        found = real if parameters in (["value"], ["class"]) else Function(self._prefix + name, real, parameters)
        setattr(self, name, found)
        return found


class _Pool:
    def used_bytes(self):
        return 1024

    def total_bytes(self):
        return 4096

    def free_all_blocks(self):
        self.freed = True


class _Hook:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False


class _Stream:
    null = None

    def __init__(self, null=False, non_blocking=False, priority=0):
        self.ptr, self.done, self.priority = id(self), True, priority

    def synchronize(self):
        pass

    def wait_event(self, event):
        pass

    def use(self):
        _Stream.current = self


_Stream.null = _Stream.current = _Stream()


class _Event:
    def __init__(self, block=False, disable_timing=False, interprocess=False):
        self.timing, self.done = not disable_timing, True

    def record(self, stream=None):
        pass

    def synchronize(self):
        pass


def _asarray(a, dtype=None, order=None, *, copy=None, blocking=False):
    host = a.host if isinstance(a, ndarray) else a
    found = np.array(host, dtype=dtype, order=order or "K", copy=True if not isinstance(a, ndarray) else copy)
    return a if found is host else ndarray(found)


def make():
    """Return the module."""
    cupy = _Module("cupy", np)
    cupy.ndarray, cupy.__version__ = ndarray, "14.2.0"
    cupy.asarray = cupy.array = _asarray
    cupy.asnumpy = lambda x: x.get()
    cupy.linalg, cupy.fft = _Module("cupy.linalg", np.linalg, "linalg."), _Module("cupy.fft", np.fft, "fft.")
    tricks = types.SimpleNamespace(sliding_window_view=lambda x, shape, axis: wrap(
        np.lib.stride_tricks.sliding_window_view(x.host, shape, axis, writeable=True)))
    cupy.lib = types.SimpleNamespace(stride_tricks=tricks)
    properties = {"name": b"Make-believe GPU", "major": 9, "minor": 0, "totalGlobalMem": 1 << 30, "multiProcessorCount": 4,
                  "warpSize": 32, "maxThreadsPerMultiProcessor": 2048}
    runtime = types.SimpleNamespace(
        getDeviceCount=lambda: 1, getDevice=lambda: 0, setDevice=lambda i: None, deviceSynchronize=lambda: None,
        getDeviceProperties=lambda i: properties, memGetInfo=lambda: (1 << 29, 1 << 30), deviceCanAccessPeer=lambda a, b: 0)
    pool = _Pool()
    cupy.get_default_memory_pool = lambda: pool
    cupy.cuda = types.SimpleNamespace(
        runtime=runtime, Device=_Device, Stream=_Stream, Event=_Event, MemoryHook=_Hook, ExternalStream=lambda ptr: _Stream(),
        get_current_stream=lambda: _Stream.current, get_elapsed_time=lambda a, b: 1.5,
        nvtx=types.SimpleNamespace(RangePush=lambda m: None, RangePop=lambda: None, Mark=lambda m: None))
    cupy.errstate = contextlib.nullcontext
    return cupy
