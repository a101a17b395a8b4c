"""Files: checkpoints in PyTorch's formats, safetensors, training runs that resume exactly. Imported on first use."""
import importlib as _importlib

__all__ = ["checkpoint", "convert", "load_training", "safetensors", "save_training"]


def __getattr__(name):
    if name in ("load_training", "save_training"):
        return getattr(_importlib.import_module(".checkpoint", __name__), name)
    if name in ("checkpoint", "convert", "safetensors"):
        return _importlib.import_module("." + name, __name__)
    raise AttributeError(f"module 'rushlight.io' has no attribute '{name}'")
