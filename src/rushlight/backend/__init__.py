"""Backends: everything that knows arrays and nothing of tensors."""
from . import base


def _cuda():
    from . import cuda
    return cuda.load()


base.register_lazy("cuda", _cuda)
