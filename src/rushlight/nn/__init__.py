"""`torch.nn`: modules, parameters and the functions behind them. Names only."""

import importlib as _importlib

from . import functional, init, modules, parallel, parameter, utils
from .modules import *
from .modules import __all__ as _modules_all
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    *_modules_all,
    "Buffer",
    "DataParallel",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "functional",
    "init",
    "modules",
    "parallel",
    "parameter",
    "utils",
]

#: Sub-modules imported on first use.
_LAZY = {"attention", "common_types", "grad"}


def __getattr__(name):
    if name in _LAZY:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.nn' has no attribute '{name}'")
