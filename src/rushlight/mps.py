"""`torch.mps`: a kind of device that there is never one of here."""
from ._absent import device_count, is_available, is_initialized, manual_seed, manual_seed_all  # noqa: F401


def _refuse(name):
    raise RuntimeError(f"Cannot execute {name}() without MPS backend.")


def synchronize():
    """Wait for the device; RuntimeError, since there is none."""
    _refuse("deviceSynchronize")


def empty_cache():
    """Give cached memory back; RuntimeError, since there is no device."""
    _refuse("emptyCache")


def current_allocated_memory():
    """Return the bytes in use; RuntimeError, since there is no device."""
    _refuse("getCurrentAllocatedMemory")


def driver_allocated_memory():
    """Return the bytes the driver holds; RuntimeError, since there is no device."""
    _refuse("getDriverAllocatedMemory")
