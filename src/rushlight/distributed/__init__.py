"""`torch.distributed`: processes that compute together, on the CPU over TCP."""
from .distributed_c10d import *
from .distributed_c10d import (Backend, GroupMember, ProcessGroup, ReduceOp, Work, default_pg_timeout, group)
from . import distributed_c10d

reduce_op = ReduceOp


def __getattr__(name):
    if name in ("_tensor", "algorithms", "constants", "fsdp", "nn", "tensor"):         # imported on first use
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.distributed' has no attribute '{name}'")
