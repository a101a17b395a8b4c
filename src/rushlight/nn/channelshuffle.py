"""A layer that interleaves groups of channels."""

from __future__ import annotations

from . import functional as F
from .module import Module

__all__ = ["ChannelShuffle"]


class ChannelShuffle(Module):
    """Interleave the channels of (N, C, ...) that belong to different groups.

    Args:
        groups: how many groups, a divisor of C.
    """

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, input):
        """Return the rearranged input."""
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self):
        return f"groups={self.groups}"
