"""`torch.distributed`: processes that compute together, on the CPU over TCP."""
from .distributed_c10d import *
from .distributed_c10d import (Backend, GroupMember, ProcessGroup, ReduceOp, Work, default_pg_timeout, group)
from . import distributed_c10d

reduce_op = ReduceOp
