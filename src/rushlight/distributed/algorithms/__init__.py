"""Helpers of distributed training."""
from . import join

__all__ = ["join"]
