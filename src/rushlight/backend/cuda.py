"""The CUDA backend: CuPy's namespace behind the seam of `base.Backend`.

CuPy is imported when a CUDA device is first asked for, never before. Op bodies run on it unchanged;
this file holds the places where CuPy differs from NumPy or from the Array API standard.
"""
import functools
import importlib

from .. import devices, errors
from . import base, guard
from .cpu import B as CPU

NOT_AVAILABLE = "Torch not compiled with CUDA enabled"


def missing(why):
    """The AssertionError for a CUDA device that cannot be had: torch's line, then how to get one."""
    return AssertionError(f"{errors.taught(NOT_AVAILABLE)}\n  Rushlight computes on a GPU through CuPy: install `cupy-cuda12x` "
                          f"or `cupy-cuda13x`, by the CUDA version that `nvidia-smi` shows. Here: {why}.")


@functools.cache
def find():
    """Return (CuPy or None, number of devices, why there are none); quick, and never raises."""
    from importlib.util import find_spec

    if find_spec("cupy") is None:
        return None, 0, "CuPy is not installed"
    try:
        cupy = importlib.import_module("cupy")
        count = cupy.cuda.runtime.getDeviceCount()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        return None, 0, f"CuPy finds no usable device ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
    return cupy, count, "" if count else "the driver sees no device"


def module():
    """Return CuPy; raises AssertionError where there is no GPU."""
    cupy, count, why = find()
    if not count:
        raise missing(why)
    return cupy


class _Linalg:
    """`linalg` with the standard's functions that CuPy's lacks."""

    def __init__(self, cupy):
        self.cupy = cupy

    def __getattr__(self, name):
        return getattr(self.cupy.linalg, name)

    def diagonal(self, x, /, *, offset=0):
        return self.cupy.diagonal(x, offset, -2, -1)

    def trace(self, x, /, *, offset=0, dtype=None):
        return self.cupy.trace(x, offset, -2, -1, dtype)

    def outer(self, x1, x2, /):
        return self.cupy.outer(x1, x2)

    def tensordot(self, x1, x2, /, *, axes=2):
        return self.cupy.tensordot(x1, x2, axes)

    def vecdot(self, x1, x2, /, *, axis=-1):
        return self.cupy.sum(self.cupy.conj(x1) * x2, axis=axis)

    def svdvals(self, x, /):
        return self.cupy.linalg.svd(x, compute_uv=False)

    def matrix_norm(self, x, /, *, keepdims=False, ord="fro"):
        return self.cupy.linalg.norm(x, ord=ord, axis=(-2, -1), keepdims=keepdims)

    def vector_norm(self, x, /, *, axis=None, keepdims=False, ord=2):
        if axis is None:
            found = self.cupy.linalg.norm(x.ravel(), ord=ord)
            return found.reshape((1,) * x.ndim) if keepdims else found
        if isinstance(axis, tuple) and len(axis) != 1:      # several axes count as one vector
            rest = [k for k in range(x.ndim) if k not in {a % x.ndim for a in axis}]
            flat = self.cupy.transpose(x, [*rest, *axis]).reshape([x.shape[k] for k in rest] + [-1])
            found = self.cupy.linalg.norm(flat, ord=ord, axis=-1)
            return self.cupy.expand_dims(found, tuple(sorted(a % x.ndim for a in axis))) if keepdims else found
        return self.cupy.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims)


class CudaBackend(base.Backend):
    """CuPy's names, and the extras of `base.Backend` in CuPy's terms."""

    device_type = "cuda"

    def __init__(self, cupy):
        super().__init__()
        self.xp = cupy
        self.array_type = cupy.ndarray
        self.linalg = _Linalg(cupy)
        for name in ("exp2", "fmax", "fmin", "fmod", "frexp", "gcd"):   # CuPy's own, before the generic bodies
            setattr(self, name, getattr(cupy, name))

    def device_of(self, x):
        """Return the device of an array."""
        return devices.device("cuda", x.device.id)

    def on(self, index):
        """Return a context in which new arrays are made on the device of that index (None: the current one)."""
        return self.xp.cuda.Device(index)

    def run(self, body, values):
        """Run an op's body with the device of its arrays current; a full memory raises torch's error."""
        try:
            for v in values:
                first = v[0] if type(v) is list and v else v
                if isinstance(first, self.array_type):
                    if first.device.id == self.xp.cuda.runtime.getDevice():
                        break
                    with first.device:
                        return body(self, *values)
            return body(self, *values)
        except MemoryError as error:
            raise errors.OutOfMemoryError(f"CUDA out of memory. {error}") from error

    # ---- memory

    def copy(self, x):
        return x.copy(order="C")

    def clone(self, x):
        return x.copy(order="K")

    def as_strided(self, x, shape, strides, offset):
        return guard.as_strided_device(self.xp, x, shape, strides, offset)

    def to_numpy(self, x):
        return self.xp.asnumpy(x)

    def from_numpy(self, a, index=None):
        if index is not None and index >= self.xp.cuda.runtime.getDeviceCount():
            raise RuntimeError("CUDA error: invalid device ordinal")
        with self.on(index):
            return self.xp.asarray(a)

    def view(self, x, shape):
        found = x.view()
        try:
            found.shape = shape
        except (AttributeError, ValueError):        # CuPy's answer where only a copy has this shape
            return None
        return found

    def swapaxes(self, x, a, b):
        return self.xp.swapaxes(x, a, b)

    def diagonal(self, x, offset, axis1, axis2):
        return self.xp.diagonal(x, offset, axis1, axis2)

    def windows(self, x, axis, size, step):
        found = self.xp.lib.stride_tricks.sliding_window_view(x, size, axis)
        return found[(slice(None),) * (axis % x.ndim) + (slice(None, None, step),)]

    # ---- writing

    def add_at(self, x, index, value):
        """CuPy adds atomically, for the types that CUDA's atomicAdd has; the others go through a wider one."""
        kind, size = x.dtype.kind, x.dtype.itemsize
        if kind == "i" and size == 8:               # two's complement: the sum of the bits is the same
            self._add(x.view("uint64"), index, self._bits(x, value))
        elif kind in "iub" and size < 4:
            wide = x.astype("int32")
            self._add(wide, index, value)
            x[...] = wide.astype(x.dtype)
        else:
            self._add(x, index, value)
        return x

    def _bits(self, x, value):
        value = self.xp.asarray(value, dtype=x.dtype)
        return self.xp.ascontiguousarray(value).view("uint64").reshape(value.shape)

    def _add(self, x, index, value):
        self.xp.add.at(x, index, value)

    def combine_at(self, x, index, value, how):
        """A sum is made on the device; the others go through the host, CUDA has no atomic product."""
        if how == "sum":
            return self.add_at(x, index, value)
        index = tuple([self._host(i) for i in index]) if isinstance(index, tuple) else self._host(index)
        found = CPU.combine_at(self.to_numpy(x), index, self._host(value), how)
        return self.copyto(x, self.from_numpy(found))

    def _host(self, x):
        return self.to_numpy(x) if isinstance(x, self.array_type) else x

    def put_along_axis(self, x, indices, values, axis):
        self.xp.put_along_axis(x, indices, values, axis)
        return x

    def copyto(self, dst, src):
        self.xp.copyto(dst, src, casting="unsafe")
        return dst

    # ---- the standard's names that CuPy has otherwise or not at all

    def sort(self, x, /, *, axis=-1, descending=False, stable=True):
        if descending:
            return self.take_along_axis(x, self.argsort(x, axis=axis, descending=True, stable=stable), axis)
        return self.xp.sort(x, axis=axis, kind="stable" if stable else None)

    def argsort(self, x, /, *, axis=-1, descending=False, stable=True):
        if not descending:
            return self.xp.argsort(x, axis=axis, kind="stable" if stable else None)
        found = self.xp.argsort(self.xp.flip(x, axis), axis=axis, kind="stable" if stable else None)
        return self.xp.flip(x.shape[axis] - 1 - found, axis)

    def clip(self, x, /, min=None, max=None):
        return self.xp.clip(x, min, max)

    def std(self, x, /, *, axis=None, correction=0.0, keepdims=False):
        return self.xp.std(x, axis=axis, ddof=correction, keepdims=keepdims)

    def var(self, x, /, *, axis=None, correction=0.0, keepdims=False):
        return self.xp.var(x, axis=axis, ddof=correction, keepdims=keepdims)

    def vecdot(self, x1, x2, /, *, axis=-1):
        return self.linalg.vecdot(x1, x2, axis=axis)

    def unstack(self, x, /, *, axis=0):
        return tuple(self.xp.moveaxis(x, axis, 0))

    def count_nonzero(self, x, /, *, axis=None, keepdims=False):
        return self.xp.sum(x != 0, axis=axis, keepdims=keepdims)


def load():
    """Register the backend; raises AssertionError, as torch does, where there is no GPU."""
    return base.register(CudaBackend(module()))

