"""Padding layers: values around the last one, two or three dimensions."""

from __future__ import annotations

from . import functional as F
from .module import Module

__all__ = [
    f"{kind}{n}d"
    for kind in ("CircularPad", "ConstantPad", "ReflectionPad", "ReplicationPad", "ZeroPad")
    for n in (1, 2, 3)
]


def _both_sides(padding, n):
    """Return the padding of n dimensions as a tuple, two numbers each, the last dimension first."""
    if hasattr(padding, "__iter__"):
        return tuple(padding)
    return (padding,) * (2 * n)


class _Pad(Module):
    """Padding in a given mode; a subclass says over how many dimensions."""

    _mode = "constant"
    _dims = 1

    def __init__(self, padding):
        super().__init__()
        self.padding = _both_sides(padding, self._dims)

    def forward(self, input):
        """Return the padded input."""
        self._check_input_dim(input)
        return F.pad(input, self.padding, self._mode)

    def _check_input_dim(self, input):
        """Raise ValueError when the input has the wrong number of dimensions."""

    def extra_repr(self):
        return f"{self.padding}"


class _CircularPadNd(_Pad):
    _mode = "circular"

    def _check_input_dim(self, input):
        n = self._dims + 1
        if input.dim() not in (n, n + 1):
            raise ValueError(f"expected {n}D or {n + 1}D input (got {input.dim()}D input)")


class _ReflectionPadNd(_Pad):
    _mode = "reflect"


class _ReplicationPadNd(_Pad):
    _mode = "replicate"


class _ConstantPadNd(_Pad):

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        """Return the padded input."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class CircularPad1d(_CircularPadNd):
    """Pad the last dimension with the values of its other end.

    Args:
        padding: (left, right), or one number for both.
    """


class CircularPad2d(_CircularPadNd):
    """Pad the last two dimensions with the values of their other ends.

    Args:
        padding: (left, right, top, bottom), or one number for all.
    """

    _dims = 2


class CircularPad3d(_CircularPadNd):
    """Pad the last three dimensions with the values of their other ends.

    Args:
        padding: (left, right, top, bottom, front, back), or one number for all.
    """

    _dims = 3


class ConstantPad1d(_ConstantPadNd):
    """Pad the last dimension with `value`; padding as in CircularPad1d."""


class ConstantPad2d(_ConstantPadNd):
    """Pad the last two dimensions with `value`; padding as in CircularPad2d."""

    _dims = 2


class ConstantPad3d(_ConstantPadNd):
    """Pad the last three dimensions with `value`; padding as in CircularPad3d."""

    _dims = 3


class ReflectionPad1d(_ReflectionPadNd):
    """Pad the last dimension with its mirror image; padding as in CircularPad1d."""


class ReflectionPad2d(_ReflectionPadNd):
    """Pad the last two dimensions with their mirror images; padding as in CircularPad2d."""

    _dims = 2


class ReflectionPad3d(_ReflectionPadNd):
    """Pad the last three dimensions with their mirror images; padding as in CircularPad3d."""

    _dims = 3


class ReplicationPad1d(_ReplicationPadNd):
    """Pad the last dimension with its outermost values; padding as in CircularPad1d."""


class ReplicationPad2d(_ReplicationPadNd):
    """Pad the last two dimensions with their outermost values; padding as in CircularPad2d."""

    _dims = 2


class ReplicationPad3d(_ReplicationPadNd):
    """Pad the last three dimensions with their outermost values; padding as in CircularPad3d."""

    _dims = 3


class ZeroPad1d(ConstantPad1d):
    """Pad the last dimension with zeros; padding as in CircularPad1d."""

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    """Pad the last two dimensions with zeros; padding as in CircularPad2d."""

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


class ZeroPad3d(ConstantPad3d):
    """Pad the last three dimensions with zeros; padding as in CircularPad3d."""

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"
