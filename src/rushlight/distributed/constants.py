"""`torch.distributed.constants`: how long a group waits unless told otherwise."""
import datetime

from .distributed_c10d import default_pg_timeout

__all__ = ["default_pg_timeout", "default_pg_nccl_timeout"]

default_pg_nccl_timeout = datetime.timedelta(minutes=10)
