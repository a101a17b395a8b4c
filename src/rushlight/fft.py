"""Fourier transforms: `torch.fft`."""
from .core.op import Registry as _Registry
from .ops import fft as _ops  # noqa: F401  publishes them

globals().update(_Registry.namespaces["fft"])
__all__ = sorted(_Registry.namespaces["fft"])
