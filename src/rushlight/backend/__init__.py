"""Backends: everything that knows arrays and nothing of tensors."""
from . import base


def _cuda():
    from . import cuda
    return cuda.load()


def _meta():
    from . import meta
    return meta.load()


base.register_lazy("cuda", _cuda)
base.register_lazy("meta", _meta)
