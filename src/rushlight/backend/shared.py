"""Memory that processes share: a nameless file, mapped by each of them."""
import mmap
import os

import numpy as np

#: whether such a file can be handed to another process
AVAILABLE = os.name == "posix"


class SharedMap(mmap.mmap):
    """A mapped file that keeps its descriptor, for other processes to map it too."""

    descriptor = -1

    def __del__(self):
        if self.descriptor >= 0:
            os.close(self.descriptor)


def _mapped(descriptor, size):
    made = SharedMap(descriptor, size)
    made.descriptor = descriptor
    return made


def allocate(size):
    """Return an array of `size` bytes, all zero, in memory that other processes can map."""
    size = max(size, 1)
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("tensor")
    else:
        import tempfile                     # an import of 3 ms that Linux has no need of

        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return np.asarray(memoryview(_mapped(descriptor, size)))


def attach(descriptor, size):
    """Return the array of bytes behind a descriptor that came from another process."""
    return np.asarray(memoryview(_mapped(descriptor, max(size, 1))))


def bytes_of(memory):
    """Return a `SharedMap` as an array of bytes."""
    return np.asarray(memoryview(memory))


def map_of(array):
    """Return the `SharedMap` that an array lies in, None when its memory is this process's alone."""
    found = array
    while isinstance(found, (np.ndarray, memoryview)):
        found = found.obj if isinstance(found, memoryview) else found.base
    return found if isinstance(found, SharedMap) else None
