"""Window functions: `torch.signal.windows`."""
from ..core.op import Registry as _Registry
from ..ops import signal as _ops  # noqa: F401  publishes them

globals().update(_Registry.namespaces["signal.windows"])
__all__ = sorted(_Registry.namespaces["signal.windows"])
