"""`torch.nn.attention`: which way attention may be computed."""

from __future__ import annotations

import contextlib
import enum

from ...ops.attention import Ways

__all__ = ["WARN_FOR_UNFUSED_KERNELS", "SDPBackend", "sdpa_kernel"]

WARN_FOR_UNFUSED_KERNELS = False


class SDPBackend(enum.Enum):
    """The ways torch knows to compute scaled dot product attention; here one op stands for all."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __int__(self):
        return self.value


_NAMES = {
    "math": SDPBackend.MATH,
    "flash": SDPBackend.FLASH_ATTENTION,
    "mem_efficient": SDPBackend.EFFICIENT_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
}


@contextlib.contextmanager
def sdpa_kernel(backends, set_priority=False):
    """Allow, within a block, only these ways of attention.

    Args:
        backends: an SDPBackend or a list of them.
        set_priority: their order is the order of preference (all give the same result).

    Raises: AssertionError for other types; attention itself raises RuntimeError where neither
        MATH nor FLASH_ATTENTION is allowed, as torch's does on the CPU.

    Example:
        >>> q = torch.ones(1, 1, 2, 4)
        >>> with nn.attention.sdpa_kernel(nn.attention.SDPBackend.MATH):
        ...     nn.functional.scaled_dot_product_attention(q, q, q).shape
        torch.Size([1, 1, 2, 4])
    """
    if not isinstance(backends, (list, SDPBackend)):
        raise AssertionError(
            "Backend must be an instance of SDPBackend or a list of SDPBackend instances, got "
            f"{type(backends).__name__}"
        )
    allowed = [backends] if isinstance(backends, SDPBackend) else backends
    before = {name: getattr(Ways, name) for name in (*_NAMES, "order")}
    for name, backend in _NAMES.items():
        setattr(Ways, name, backend in allowed)
    if set_priority:
        Ways.order = tuple(allowed)
    try:
        yield {}
    finally:
        for name, value in before.items():
            setattr(Ways, name, value)


def __getattr__(name):
    """Import `flex_attention` and `bias` on first use."""
    if name not in ("bias", "flex_attention"):
        raise AttributeError(f"module 'torch.nn.attention' has no attribute '{name}'")
    import importlib

    return importlib.import_module(f"{__name__}.{name}")
