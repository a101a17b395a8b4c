"""Parameters divided among processes. None are here; programs ask whether a model is of this kind."""
from ...nn.module import Module

__all__ = ["FullyShardedDataParallel"]


class FullyShardedDataParallel(Module):
    """A module whose parameters are divided among processes; no object is one.

    Raises: RuntimeError. `DistributedDataParallel` trains the same numbers, with all parameters in each process.
    """

    def __init__(self, module, **options):
        raise RuntimeError(f"Rushlight does not divide the parameters of {type(module).__name__} among processes (asked with "
                           f"{options}); DistributedDataParallel gives the same numbers.")
