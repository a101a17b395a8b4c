"""`torch.nn.attention.bias`: causal masks for queries and keys of different lengths."""

from __future__ import annotations

from ... import dtypes
from ...core.tensor import OPS

__all__ = ["causal_lower_right", "causal_upper_left"]


def causal_upper_left(*size):
    """Return the boolean mask (length of query, length of key) in which query i sees keys 0 ... i.

    Example:
        >>> from torch.nn.attention.bias import causal_upper_left
        >>> causal_upper_left(2, 3)
        tensor([[ True, False, False],
                [ True,  True, False]])
    """
    return _triangle(size, 0)


def causal_lower_right(*size):
    """Return the boolean mask (length of query, length of key) in which the last query sees all keys.

    Example:
        >>> from torch.nn.attention.bias import causal_lower_right
        >>> causal_lower_right(2, 3)
        tensor([[ True,  True, False],
                [ True,  True,  True]])
    """
    return _triangle(size, size[-1] - size[0])


def _triangle(size, diagonal):
    if len(size) != 2:
        raise AssertionError("causal_upper_left only supports 2D tensors")
    return OPS.tril(OPS.ones(size, dtype=dtypes.bool), diagonal)
