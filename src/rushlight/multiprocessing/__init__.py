"""`torch.multiprocessing`: Python's multiprocessing, where tensors that are sent keep one memory for all processes."""
import multiprocessing as _python
from multiprocessing import *

from . import reductions
from .spawn import (ProcessContext, ProcessExitedException, ProcessRaisedException, SpawnContext, spawn, start_processes)

__all__ = [*_python.__all__, "ProcessContext", "ProcessExitedException", "ProcessRaisedException", "SpawnContext",
           "get_all_sharing_strategies", "get_sharing_strategy", "set_sharing_strategy", "spawn", "start_processes"]


class _Strategy:
    name = "file_descriptor"


def get_all_sharing_strategies():
    """Return the names of the ways to share memory that PyTorch has on this kind of system."""
    return {"file_system"} if reductions.BY_VALUE else {"file_descriptor", "file_system"}


def get_sharing_strategy():
    """Return what `set_sharing_strategy` keeps."""
    return _Strategy.name


def set_sharing_strategy(new_strategy):
    """Keep the name of the way to share memory. There is one here: descriptors of nameless files."""
    assert new_strategy in get_all_sharing_strategies(), (
        f"invalid sharing strategy {new_strategy!r}, expected one of {get_all_sharing_strategies()}")
    _Strategy.name = new_strategy


reductions.init_reductions()
