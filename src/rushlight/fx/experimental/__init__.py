"""Graph rewriting for inference."""
from . import optimization

__all__ = ["optimization"]
