"""Every op, one file a family; and, as PyTorch has it, `torch.ops.<namespace>.<name>`."""
import importlib as _importlib


def __getattr__(name):
    """Find a namespace of ops: of `torch.library`, or `aten`."""
    from importlib.util import find_spec

    if name.startswith("__") or find_spec(f"{__name__}.{name}") is not None:
        raise AttributeError(name)              # a family: `from . import shape` goes on and imports it
    return getattr(_importlib.import_module(__name__.rpartition(".")[0] + "._ops"), name)
