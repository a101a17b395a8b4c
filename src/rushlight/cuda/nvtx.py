"""torch.cuda.nvtx: named ranges in NVIDIA's profilers."""
import contextlib

from ..backend import cuda as _backend


def _nvtx():
    cupy, count, _ = _backend.find()
    if not count:
        raise RuntimeError("NVTX functions not installed. Are you sure you have a CUDA build?")
    return cupy.cuda.nvtx


def range_push(msg):
    """Open a named range."""
    _nvtx().RangePush(msg)


def range_pop():
    """Close the innermost range."""
    _nvtx().RangePop()


def mark(msg):
    """Mark a moment."""
    _nvtx().Mark(msg)


@contextlib.contextmanager
def range(msg, *args, **kwargs):
    """Context or decorator: a named range; the message is formatted with the arguments."""
    range_push(msg.format(*args, **kwargs))
    try:
        yield
    finally:
        range_pop()
