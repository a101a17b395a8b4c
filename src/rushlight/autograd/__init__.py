"""torch.autograd: backward, grad, custom functions, gradient checks, anomaly detection."""
from ..core.autograd import backward, grad
from ..core.modes import (detect_anomaly, enable_grad, inference_mode, no_grad, set_detect_anomaly, set_grad_enabled)
from .function import Function, once_differentiable
from . import function
from . import variable
from .variable import Variable


def __getattr__(name):
    import importlib

    if name in ("gradcheck", "gradgradcheck"):                      # imported on first use, as are these modules:
        return getattr(importlib.import_module("rushlight.core.gradcheck"), name)
    if name in ("forward_ad", "functional", "graph", "profiler", "profiler_util"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.autograd' has no attribute '{name}'")
