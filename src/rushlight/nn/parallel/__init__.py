"""`torch.nn.parallel`: DataParallel. Names only."""

from .data_parallel import DataParallel, data_parallel

__all__ = ["DataParallel", "data_parallel"]
