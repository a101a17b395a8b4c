"""torch.cuda streams and events over CuPy's."""
from ..backend import cuda as _backend


def _cupy_or(message):
    cupy, count, _ = _backend.find()
    if not count:
        raise RuntimeError(message)
    return cupy


class Stream:
    """A queue of work on a device: work in one stream runs in order, streams run beside each other.

    Raises RuntimeError without a GPU.
    """

    def __init__(self, device=None, priority=0, *, _wrapped=None):
        cupy = _cupy_or("torch.cuda.Stream requires CUDA support")
        from . import _index
        self.device_index = _index(device)
        self._stream = _wrapped
        if _wrapped is None:
            with cupy.cuda.Device(self.device_index):
                self._stream = cupy.cuda.Stream(non_blocking=True, priority=priority)

    @property
    def device(self):
        """The stream's device."""
        from .. import devices
        return devices.device("cuda", self.device_index)

    @property
    def cuda_stream(self):
        """The stream's handle as an integer."""
        return self._stream.ptr

    def query(self):
        """Whether everything queued so far has run."""
        return self._stream.done

    def synchronize(self):
        """Wait until everything queued so far has run."""
        self._stream.synchronize()

    def record_event(self, event=None):
        """Put an event into the queue and return it."""
        event = Event() if event is None else event
        event.record(self)
        return event

    def wait_event(self, event):
        """Let later work wait for an event."""
        self._stream.wait_event(event._event)

    def wait_stream(self, stream):
        """Let later work wait for everything queued in another stream so far."""
        self.wait_event(stream.record_event())

    def __eq__(self, other):
        return isinstance(other, Stream) and self.cuda_stream == other.cuda_stream and self.device_index == other.device_index

    def __hash__(self):
        return hash((self.cuda_stream, self.device_index))

    def __repr__(self):
        return f"<torch.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"


class ExternalStream(Stream):
    """A stream made by other code, given by its handle."""

    def __init__(self, stream_ptr, device=None):
        cupy = _cupy_or("torch.cuda.Stream requires CUDA support")
        super().__init__(device, _wrapped=cupy.cuda.ExternalStream(stream_ptr))


class Event:
    """A mark in a stream: to wait for, or (with `enable_timing`) to measure time between two.

    Raises RuntimeError without a GPU.
    """

    def __init__(self, enable_timing=False, blocking=False, interprocess=False):
        cupy = _cupy_or("Tried to instantiate dummy base class Event")
        self._cupy = cupy
        self._event = cupy.cuda.Event(block=blocking, disable_timing=not enable_timing, interprocess=interprocess)

    def record(self, stream=None):
        """Put the event into a stream (None: the current one)."""
        self._event.record(current_stream()._stream if stream is None else stream._stream)

    def wait(self, stream=None):
        """Let later work in a stream wait for the event."""
        (current_stream() if stream is None else stream).wait_event(self)

    def query(self):
        """Whether the work before the event has run."""
        return self._event.done

    def synchronize(self):
        """Wait for the work before the event."""
        self._event.synchronize()

    def elapsed_time(self, end_event):
        """Return the milliseconds between this event and a later one."""
        return self._cupy.cuda.get_elapsed_time(self._event, end_event._event)


def current_stream(device=None):
    """Return the stream that work of this thread goes to; AssertionError without a GPU."""
    cupy = _backend.module()
    return Stream(device, _wrapped=cupy.cuda.get_current_stream())


def default_stream(device=None):
    """Return the device's default stream; AssertionError without a GPU."""
    cupy = _backend.module()
    return Stream(device, _wrapped=cupy.cuda.Stream.null)


def set_stream(stream):
    """Send the work of this thread to a stream from now on; None changes nothing."""
    if stream is not None:
        stream._stream.use()


class StreamContext:
    """Context: work goes to a stream inside; None changes nothing."""

    def __init__(self, stream):
        self.stream = stream
        self._before = None

    def __enter__(self):
        if self.stream is not None:
            self._before = current_stream()
            set_stream(self.stream)

    def __exit__(self, *exc):
        set_stream(self._before)
        return False


def stream(stream):
    """Return a context that sends work to a stream."""
    return StreamContext(stream)
