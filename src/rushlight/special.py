"""Special functions: `torch.special`."""
from .core.op import Registry as _Registry

globals().update(_Registry.namespaces["special"])
__all__ = sorted(_Registry.namespaces["special"])
