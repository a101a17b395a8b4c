"""`torch.nn.functional`: what the ops publish under this name.

Every function here is defined in one place, a file of `ops/`; this file only binds the names.
"""

from ..core.op import Registry

globals().update(Registry.namespaces.get("nn.functional", {}))


def __getattr__(name):
    """Find a function that was published after this file was imported."""
    found = Registry.namespaces.get("nn.functional", {}).get(name)
    if found is None:
        raise AttributeError(f"module 'torch.nn.functional' has no attribute '{name}'")
    globals()[name] = found
    return found
