"""`torch.accelerator`: the one kind of accelerator in use, CUDA where CuPy finds a GPU, under names for any kind."""
from . import cuda as _cuda
from .devices import device as _device

_NONE = "Cannot access accelerator device when none is available."


def is_available():
    """Whether there is an accelerator."""
    return _cuda.is_available()


def current_accelerator(_check_available=False):
    """Return the kind of accelerator as a device without index, None without one.

    Args:
        _check_available: only an accelerator that is there counts in either case.
    """
    return _device("cuda") if _cuda.is_available() else None


def device_count():
    """Return how many there are."""
    return _cuda.device_count()


def _needed():
    if not is_available():
        raise RuntimeError(_NONE)


def current_device_index():
    """Return the index of the one in use; RuntimeError without one."""
    _needed()
    return _cuda.current_device()


current_device_idx = current_device_index


def set_device_index(device):
    """Choose the one in use; RuntimeError without one."""
    _needed()
    _cuda.set_device(device)


set_device_idx = set_device_index


def current_stream(device=None):
    """Return the stream in use; RuntimeError without a device."""
    _needed()
    return _cuda.current_stream(device)


def set_stream(stream):
    """Choose the stream in use; RuntimeError without a device."""
    _needed()
    _cuda.set_stream(stream)


def synchronize(device=None):
    """Wait for the device's work; RuntimeError without one."""
    _needed()
    _cuda.synchronize(device)


def empty_cache():
    """Give cached memory back."""
    if is_available():
        _cuda.empty_cache()


def memory_allocated(device=None):
    """Return the bytes in use."""
    return _cuda.memory_allocated(device) if is_available() else 0


def max_memory_allocated(device=None):
    """Return the most bytes that were in use."""
    return _cuda.max_memory_allocated(device) if is_available() else 0
