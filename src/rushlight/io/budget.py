"""How much memory reading one file may take: the file's size and an allowance, counted before it is taken."""

_MIB = 1 << 20


class _Allowance:
    bytes = 16 * _MIB


def get_memory_allowance():
    """Return how many bytes beyond its own size a file may take while it is read."""
    return _Allowance.bytes


def set_memory_allowance(nbytes):
    """Set how many bytes beyond its own size a file may take while it is read (16 MiB at first).

    A checkpoint of very many small Python objects (a million dictionary entries) may need more.

    Example:
        >>> torch.serialization.set_memory_allowance(64 << 20)
    """
    if not isinstance(nbytes, int) or isinstance(nbytes, bool) or nbytes < 0:
        raise ValueError(f"the memory allowance must be a number of bytes, 0 or more, not {nbytes!r}")
    _Allowance.bytes = nbytes


class Budget:
    """What is left of a file's memory: its size and the allowance, less what was taken.

    Args:
        file_size: bytes of the file.
    """

    #: what interpreter, buffers and fixed tables take beside what is counted
    RESERVE = 2 * _MIB

    def __init__(self, file_size):
        self.total = file_size + _Allowance.bytes
        self.left = self.total - min(self.RESERVE, _Allowance.bytes // 4)

    def take(self, nbytes):
        """Count `nbytes`; MemoryError when the file may not have them."""
        self.left -= nbytes
        if self.left < 0:
            raise MemoryError(
                f"this file asks for more memory than its size and {_Allowance.bytes / _MIB:g} MiB: it was not made by "
                "saving tensors, or has very many small objects in it. If you trust it, raise the allowance with "
                "torch.serialization.set_memory_allowance(bytes)")
