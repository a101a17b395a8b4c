"""Every op, one file a family; and, as PyTorch has it, `torch.ops.<namespace>.<name>`."""
import importlib as _importlib
import importlib.util as _util


def __getattr__(name):
    """Find a namespace of ops: of `torch.library`, or `aten`."""
    if name.startswith("__") or _util.find_spec(f"{__name__}.{name}") is not None:
        raise AttributeError(name)              # a family: `from . import shape` goes on and imports it
    return getattr(_importlib.import_module(__name__.rpartition(".")[0] + "._ops"), name)
