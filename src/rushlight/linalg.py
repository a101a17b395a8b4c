"""Linear algebra: `torch.linalg`."""
from .core.op import Registry as _Registry

globals().update(_Registry.namespaces["linalg"])
__all__ = sorted(_Registry.namespaces["linalg"])
