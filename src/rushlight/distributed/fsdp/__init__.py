"""`torch.distributed.fsdp`: parameters divided among processes. None are here; programs ask whether a model is of this kind."""
from .fully_sharded_data_parallel import FullyShardedDataParallel

__all__ = ["FullyShardedDataParallel"]
