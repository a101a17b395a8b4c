"""`torch.mps`: a kind of device that there is never one of here."""

def is_available():
    """Whether there is such a device: never."""
    return False


def is_initialized():
    """Whether such a device is in use: never."""
    return False


def device_count():
    """Return 0."""
    return 0


def manual_seed(seed):
    """Seed the devices: there are none, so only the seed is checked."""
    int(seed)


manual_seed_all = manual_seed


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
