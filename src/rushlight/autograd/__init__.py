"""torch.autograd: backward, grad, custom functions, gradient checks, anomaly detection."""
from ..core.autograd import backward, grad
from ..core.gradcheck import gradcheck, gradgradcheck
from ..core.modes import (detect_anomaly, enable_grad, inference_mode, no_grad, set_detect_anomaly, set_grad_enabled)
from .function import Function, once_differentiable
from . import function, functional, graph
from ..core.tensor import Tensor as Variable


def __getattr__(name):
    if name in ("forward_ad", "profiler", "profiler_util"):         # imported on first use
        import importlib
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'torch.autograd' has no attribute '{name}'")
