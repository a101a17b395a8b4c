"""`torch.cpu`: the CPU with the names that devices have. It has one stream, and work is done when a call returns."""
import contextlib

from . import amp


class Stream:
    """The order in which work is done; on the CPU there is one."""

    def __init__(self, priority=-1):
        self.priority = priority

    def wait_stream(self, stream):
        """Wait for another stream's work, which is done."""
        stream.synchronize()

    def synchronize(self):
        """Wait for the work, which is done."""

    def record_event(self):
        """Return an `Event` at this point of the work."""
        return Event()

    def wait_event(self, event):
        """Wait for an event, which has happened."""
        event.wait(self)


class Event:
    """A point in a stream's work."""

    def __init__(self, enable_timing=False):
        self.enable_timing = enable_timing

    def query(self):
        """Whether the work up to here is done: always."""
        return True

    def record(self, stream=None):
        """Mark this point of a stream's work."""
        self.stream = stream

    def synchronize(self):
        """Wait for the work, which is done."""

    def wait(self, stream=None):
        """Have a stream wait, which it need not."""
        self.stream = stream


_CURRENT = Stream()


def is_available():
    """Whether there is a CPU."""
    return True


def is_initialized():
    """Whether the CPU may be used."""
    return True


def device_count():
    """Return 1."""
    return 1


def current_device():
    """Return "cpu"."""
    return "cpu"


def set_device(_device):
    """Choose the device: it can be the CPU alone, and this does nothing."""


def synchronize(_device=None):
    """Wait for the work, which is done."""


def current_stream(_device=None):
    """Return the one stream."""
    return _CURRENT


class StreamContext(contextlib.AbstractContextManager):
    """A block of work on a stream."""

    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        return None

    def __exit__(self, *exc):
        return None


def stream(stream):
    """Return a block of work on a stream."""
    return StreamContext(stream)


def get_capabilities():
    """Return the instruction level that the kernels were chosen for, as {"capability": "AVX512"}."""
    from ..backends.cpu import get_cpu_capability
    return {"capability": get_cpu_capability()}
