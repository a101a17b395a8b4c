"""Messages with arrays from a worker to its parent.

A pipe holds little: a worker that wrote a batch into it would wait until the parent takes it, and
make no batch ahead. So large arrays go into a nameless file in memory, which is handed over, is
gone when both have closed it, and leaves nothing behind whoever dies.
"""
import copyreg
import io
import os
import pickle
from multiprocessing.reduction import ForkingPickler, recv_handle, send_handle

import numpy as np

from ....core.tensor import TensorBase

LARGE = 1 << 15                         # bytes from which an array goes into the file
MANY = 512                              # arrays that one call of the system writes or reads
_HAS_FILES = hasattr(os, "memfd_create") and hasattr(os, "writev")


class _Pickler(ForkingPickler):
    """Pickles tensors with their elements: what `multiprocessing` shares of them would die with the worker."""

    def __init__(self, *args):
        super().__init__(*args)
        shared = {kind for kind in self._extra_reducers if issubclass(kind, TensorBase)}
        table = {kind: reduce for kind, reduce in self.dispatch_table.items() if kind not in shared}
        self.dispatch_table = {**{k: copyreg.dispatch_table[k] for k in shared & copyreg.dispatch_table.keys()}, **table}


def dumps(message):
    """Return (bytes, buffers): the pickled message and the memory of its large arrays."""
    large = []

    def keep_inside(buffer):
        view = buffer.raw()
        if view.nbytes < LARGE:
            return True
        large.append(view)
        return False

    file = io.BytesIO()
    _Pickler(file, 5, True, keep_inside if _HAS_FILES else None).dump(message)
    return file.getbuffer(), large


def send(connection, pickled):
    """Send what `dumps` gave."""
    payload, large = pickled
    connection.send_bytes(pickle.dumps([view.nbytes for view in large]))
    connection.send_bytes(payload)
    if large:
        file = os.memfd_create("batch")
        try:
            _all(os.writev, file, large)
            send_handle(connection, file, os.getppid())
        finally:
            os.close(file)


def receive(connection):
    """Return the next message, its arrays in memory of their own."""
    sizes = pickle.loads(connection.recv_bytes())
    payload = connection.recv_bytes()
    if not sizes:
        return pickle.loads(payload)
    arrays = [np.empty(n, np.uint8) for n in sizes]
    file = recv_handle(connection)
    try:
        os.lseek(file, 0, os.SEEK_SET)
        _all(os.readv, file, [memoryview(a) for a in arrays])
    finally:
        os.close(file)
    return pickle.loads(payload, buffers=arrays)


def _all(transfer, file, views):
    """Write or read whole views; one call of the system may stop short."""
    views = list(views)
    while views:
        n = transfer(file, views[:MANY])
        if n <= 0:
            raise EOFError("a batch ended too early")
        while views and n >= views[0].nbytes:
            n -= views.pop(0).nbytes
        if n:
            views[0] = views[0][n:]
