"""Modules made without initial values."""

from __future__ import annotations

import inspect

from ...random import fork_rng
from ..module import Module

__all__ = ["skip_init"]


def skip_init(module_cls, *args, **kwargs):
    """Make a module whose parameters hold no particular values, leaving the random generators alone.

    Args:
        module_cls: a class whose constructor takes `device`.
        args, kwargs: for the constructor.

    Raises: RuntimeError when it is no such class.
    """
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    with fork_rng():
        return module_cls(*args, **kwargs)
