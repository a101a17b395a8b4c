"""Helpers around tensors: data loading, hooks, checkpointing. Sub-modules are imported on first use."""
import importlib as _importlib

_FUNCTIONS = {"set_module": "swapping", "swap_tensors": "swapping"}


def __getattr__(name):
    if name in _FUNCTIONS:
        return getattr(_importlib.import_module(f"{__name__}.{_FUNCTIONS[name]}"), name)
    if not name.startswith("__"):
        full = f"{__name__}.{name}"
        try:
            return _importlib.import_module(full)
        except ModuleNotFoundError as e:
            if e.name != full:
                raise
    raise AttributeError(f"module 'torch.utils' has no attribute '{name}'")
