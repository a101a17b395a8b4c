"""Every op, one file a family; and, as PyTorch has it, `torch.ops.<namespace>.<name>`."""
import importlib as _importlib


def __getattr__(name):
    """Find a namespace of ops: of `torch.library`, or `aten`."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(_importlib.import_module(__name__.rpartition(".")[0] + "._ops"), name)
