"""Kinds of device that PyTorch knows and that there is never one of here: what their modules have in common."""


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


def memory_allocated(_device=None):
    """Return the bytes in use: 0."""
    return 0


max_memory_allocated = memory_allocated


def empty_cache():
    """Give cached memory back: there is none."""


def refusing(label):
    """Return init, synchronize, current_device and get_device_name of a kind of device: each raises AssertionError."""

    def init():
        """Start using the devices; AssertionError, since there are none."""
        raise AssertionError(f"Torch not compiled with {label} enabled")

    def synchronize(_device=None):
        """Wait for a device; AssertionError, since there is none."""
        init()

    def current_device():
        """Return the index of the device in use; AssertionError, since there is none."""
        init()

    def get_device_name(_device=None):
        """Return a device's name; AssertionError, since there is none."""
        init()

    return init, synchronize, current_device, get_device_name
