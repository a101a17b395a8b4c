"""The gate to raw memory for Python code: every re-reading of a buffer is checked here first.

Nothing outside this module (and `native/guard.pxd` for compiled code) makes an array from a
pointer, strides or a foreign buffer.
"""
import ctypes
import os
import sys

import numpy as np
from numpy.lib.array_utils import byte_bounds


def storage_of(array):
    """Return the outermost ndarray whose memory `array` lies in."""
    while type(array.base) is np.ndarray:
        array = array.base
    return array


def address(array):
    """Return the address of the first element."""
    return array.__array_interface__["data"][0]


def extent(array):
    """Return (lowest address, one past the highest) of an array's elements."""
    return byte_bounds(array)


def _check_extent(shape, strides, offset, size, available):
    """Return how many bytes a strided view reaches over; RuntimeError when more than there are."""
    if len(shape) != len(strides):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(n < 0 for n in shape):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if any(s < 0 for s in strides):
        raise RuntimeError("as_strided: Negative strides are not supported at the moment, got strides: "
                           f"{list(strides)}")
    need = 0 if 0 in shape else (offset + 1 + sum((n - 1) * s for n, s in zip(shape, strides))) * size
    if need > available:
        raise RuntimeError(
            f"setStorage: sizes {list(shape)}, strides {list(strides)}, storage offset {offset}, and itemsize "
            f"{size} requiring a storage size of {need} are out of bounds for storage of size {available}")
    return need


def as_strided(storage, shape, strides, offset, dtype=None):
    """Return a view of `storage`'s memory with strides and offset in elements.

    Raises RuntimeError, as torch does, when an element of it would lie outside.
    """
    dtype = storage.dtype if dtype is None else dtype
    size = dtype.itemsize
    low, high = byte_bounds(storage)
    need = _check_extent(shape, strides, offset, size, 0 if storage.size == 0 else high - low)
    if need == 0:
        return np.empty(shape, dtype)
    flat = bytes_of(storage)
    return np.ndarray(shape, dtype, buffer=flat, offset=offset * size, strides=[s * size for s in strides])


def check_strided(storage, shape, strides, offset, size):
    """Raise as torch does unless a strided view, in elements of `size` bytes, lies inside `storage`'s memory."""
    low, high = byte_bounds(storage)
    _check_extent(shape, strides, offset, size, 0 if storage.size == 0 else high - low)


def restrided(x, shape, strides, offset):
    """Return a view with strides and offset in elements, counted from x's first one, in the memory that x is a part of."""
    if 0 in shape:
        return np.empty(shape, x.dtype)
    root = storage_of(x)
    size = x.dtype.itemsize
    low, high = byte_bounds(root)
    start = address(x) - low + offset * size
    last = start + sum((n - 1) * s for n, s in zip(shape, strides)) * size + size
    if start < 0 or last > high - low or min(strides, default=0) < 0:
        raise RuntimeError(f"setStorage: sizes {list(shape)} and strides {list(strides)} are out of bounds for the storage")
    return np.ndarray(shape, x.dtype, buffer=bytes_of(root), offset=start, strides=[s * size for s in strides])


def writable(view, source):
    """Return a view that NumPy marks read-only as a matter of taste, writable like its source."""
    view.flags.writeable = source.flags.writeable
    return view


def expand(x, shape):
    """Return x broadcast to `shape` without a copy: stride 0 along the new and the size-1 dimensions."""
    shape = tuple(shape)
    lead = len(shape) - x.ndim
    if lead >= 0 and x.flags.c_contiguous and 0 not in shape:
        if x.dtype.kind != "V" and all([n == m or n == 1 for n, m in zip(x.shape, shape[lead:])]):
            strides = (0,) * lead + tuple([s if n == m else 0 for n, m, s in zip(x.shape, shape[lead:], x.strides)])
            out = np.ndarray(shape, x.dtype, x, 0, strides)
            return out if x.flags.writeable else writable(out, x)
    return writable(np.broadcast_to(x, shape), x)


def windows(x, axis, size, step):
    """Return the view of x's windows of `size` every `step` along an axis; the window is the last axis."""
    if x.dtype.kind == "W":             # complex32, which `sliding_window_view` cannot name
        return windows(x.view(np.uint32), axis, size, step).view(x.dtype)
    found = np.lib.stride_tricks.sliding_window_view(x, size, axis, writeable=x.flags.writeable)
    return found[(slice(None),) * axis + (slice(None, None, step),)]


def as_strided_device(xp, storage, shape, strides, offset):
    """`as_strided` for an array of CuPy (`xp`): the same checks against the storage's own extent."""
    size, count = storage.dtype.itemsize, 1
    for n, s in zip(storage.shape, storage.strides):
        count += (n - 1) * s // size
    _check_extent(shape, strides, offset, size, 0 if storage.size == 0 else count * size)
    if 0 in shape:
        return xp.empty(shape, storage.dtype)
    return xp.ndarray(shape, storage.dtype, storage.data + offset * size, [s * size for s in strides])


def bytes_of(storage):
    """Return the memory from the lowest to the highest element of an array, as bytes that share it."""
    low, high = byte_bounds(storage)
    if storage.flags.c_contiguous or storage.flags.f_contiguous:
        return storage.T.reshape(-1).view(np.uint8) if not storage.flags.c_contiguous \
            else storage.reshape(-1).view(np.uint8)
    root = storage_of(storage)
    if not (root.flags.c_contiguous or root.flags.f_contiguous):
        return _interface_bytes(storage, low, high - low)
    start = low - byte_bounds(root)[0]
    return bytes_of(root)[start:start + (high - low)]


def _interface_bytes(owner, low, count):
    """Bytes between the ends of a strided buffer whose owner is not contiguous itself."""

    class Memory:
        keep = owner
        __array_interface__ = {"data": (low, not owner.flags.writeable), "shape": (count,), "typestr": "|u1",
                               "version": 3}

    return np.asarray(Memory())


def frombuffer(buffer, dtype, count, offset):
    """Return a 1-d array over a Python buffer; the errors are torch's."""
    view = memoryview(buffer).cast("B") if not isinstance(buffer, memoryview) else buffer.cast("B")
    length, size = view.nbytes, dtype.itemsize
    if length <= 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) "
                         "minus 1")
    if count == 0:
        raise ValueError(f"both buffer length ({length}) and count (0) must not be 0")
    if count < 0:
        if (length - offset) % size:
            raise ValueError(f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a "
                             f"multiple of element size ({size})")
        count = (length - offset) // size
    if offset + count * size > length:
        raise ValueError(f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must not be "
                         f"greater than actual buffer length ({length} bytes)")
    return np.frombuffer(view, dtype=dtype, count=count, offset=offset)


def is_buffer(value):
    """Whether an object has Python's buffer protocol."""
    try:
        memoryview(value)
    except (TypeError, ValueError):
        return False
    return True


def shared(array):
    """Return a plain array object of the same memory, whose shape the caller may set without harm to `array`."""
    return array.view(np.ndarray)


def typed(memory, dtype):
    """Return a 1-d array of `dtype` over the whole elements of a byte array."""
    return memory[:memory.size // dtype.itemsize * dtype.itemsize].view(dtype)


class _Producer:
    """A DLPack capsule in the form that array libraries ask for."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **_options):
        return self.capsule

    def __dlpack_device__(self):
        return (1, 0)


def from_dlpack(read, producer, device=None, copy=None):
    """Return the array of a DLPack producer, or of a capsule, as the function `read` makes it."""
    if type(producer).__name__ == "PyCapsule":
        producer = _Producer(producer)
    elif not hasattr(producer, "__dlpack__"):
        raise RuntimeError(_NO_CAPSULE)
    try:
        return read(producer, device=device, copy=copy)
    except ValueError as error:
        if "PyCapsule" in str(error):
            raise RuntimeError(_NO_CAPSULE) from None
        raise


_NO_CAPSULE = ("from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
               "might have already constructed a tensor from it once.")


# ------------------------------------------------------------------ freed memory

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3       # from glibc's malloc.h
_LARGEST_KEPT = 32 << 20                            # bytes: glibc's own upper limit
_MOST_KEPT = 64 << 20


def keep_pages():
    """Keep freed memory in the process, so that the next result of the same size finds its pages there.

    Fresh pages are the dearest part of a large result: the kernel zeroes 4 KB at a time on first touch.
    glibc gives blocks above 128 KB back to the system as soon as they are freed, and the top of its
    heap above a similar size; both limits are raised. What a program set by `MALLOC_MMAP_THRESHOLD_` or
    `MALLOC_TRIM_THRESHOLD_` stays; other C libraries are left alone. Returns whether they were raised.
    """
    if not sys.platform.startswith("linux") or "MALLOC_MMAP_THRESHOLD_" in os.environ \
            or "MALLOC_TRIM_THRESHOLD_" in os.environ:
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):               # no glibc
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT) and mallopt(_M_TRIM_THRESHOLD, _MOST_KEPT))
