"""Options of LinearCrossEntropyLoss: how torch splits its computation."""

from __future__ import annotations

import dataclasses
import re

from .. import dtypes

__all__ = ["LinearCrossEntropyOptions"]

_ACC_DTYPES = (None, dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)


@dataclasses.dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """How torch may split the loss of many classes; the loss here is computed at once, which meets them all.

    Args:
        allow_retain_graph: keep what a second backward needs.
        batch_chunk_size: rows at a time, None to choose.
        chunking_method: how to choose: "auto", "aspect_ratio", "aspect_ratio:2" or None.
        acc_policy: precision of sums: "accurate", "balanced", "compact" or "auto".
        acc_dtype: the dtype of sums, None to choose.

    Raises: ValueError for other values.
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: dtypes.dtype | None = None

    def __post_init__(self):
        size = self.batch_chunk_size
        if size is not None and (not isinstance(size, int) or size <= 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size}")
        method = self.chunking_method
        if method not in ("auto", None) and not re.fullmatch(r"aspect_ratio(:\d+)?", str(method)):
            raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        if self.acc_policy not in ("accurate", "balanced", "compact", "auto"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if not any(self.acc_dtype is d for d in _ACC_DTYPES):
            raise ValueError(
                "acc_dtype must be one of {None, torch.float16, torch.bfloat16, torch.float32, torch.float64}, got "
                f"{self.acc_dtype}. Pass acc_dtype=None to let the op pick automatically."
            )
