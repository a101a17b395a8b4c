"""Rushlight: PyTorch's API without the weight.

    import rushlight as torch

This file holds names only. What ops publish is bound here from the registry; sub-modules that few
programs need are imported on first use.
"""
import gc as _gc
import importlib as _importlib

_collects = _gc.isenabled()
_gc.disable()                       # thousands of objects are made that all stay: looking through them takes 10% of the time

from .torch_version import __version__
from . import dtypes as _dtypes
from .dtypes import (dtype, finfo, iinfo, get_default_dtype, set_default_dtype, promote_types,
                     can_cast)
from .devices import device, get_default_device, set_default_device
from .core.tensor import Tensor, Size
from .core.modes import (no_grad, enable_grad, set_grad_enabled, inference_mode, is_grad_enabled,
                         is_inference_mode_enabled, is_anomaly_enabled, is_anomaly_check_nan_enabled)
from .core.op import Registry as _Registry

#: Families of ops: one file each under `ops/`; importing a family publishes its ops.
_FAMILIES = (
    "pointwise", "pointwise_binary", "special", "comparison", "activation", "reduce", "reduce_order",
    "reduce_scan", "reduce_norm", "sampled", "shape", "join", "rearrange", "pad", "metadata", "index", "gather",
    "scatter", "sort", "matmul", "layouts", "products", "einsum", "distance", "linalg", "linalg_ldl",
    "view_copies", "legacy", "create", "convert",
    "data", "bridge", "inspect", "storage", "copying", "windows", "stft", "random", "dropout", "loss", "norm", "conv",
    "pool", "fold", "resize", "grid", "graph", "functions", "segment", "lobpcg", "rnn", "rnn_stack", "packing",
    "attention", "ctc", "pool_fractional", "loss_linear",
    "names",
)
for _name in _FAMILIES:
    _importlib.import_module("rushlight.ops." + _name)
del _name

from math import e, inf, nan, pi

from . import formats as _formats
from . import settings as _settings
from . import symbols as _symbols
from .compat import install
from .formats import layout, memory_format
from .names import MODULES as _MODULES

newaxis = None
globals().update(_dtypes.BY_NAME)
globals().update(_dtypes.ALIASES)
globals().update({_n: _v for _n, _v in vars(_formats).items() if isinstance(_v, (layout, memory_format))})
globals().update(_Registry.namespaces["torch"])

from . import autograd, nn, optim, random
from .amp import GradScaler, autocast
from .core.autocast import (clear_autocast_cache, get_autocast_dtype, is_autocast_cache_enabled,
                            is_autocast_cpu_enabled, is_autocast_enabled, set_autocast_cache_enabled, set_autocast_dtype)
from .core.generator import Generator, default_generator
from .errors import OutOfMemoryError

if _collects:
    _gc.enable()

#: Sub-modules imported on first use.
_LAZY = {"amp", "backends", "cuda", "linalg", "fft", "special", "signal", "masked", "utils", "jit", "hub", "testing",
         "distributions", "return_types", "version", "__config__", "onnx", "profiler", "multiprocessing",
         "distributed", "sparse", "func", "compiler", "io", "viz", "vision", "_C", "_dynamo", "_functorch",
         "_inductor", "_utils", "accelerator", "cpu", "futures", "fx", "library", "memory", "mps", "mtia", "ops",
         "overrides", "serialization", "storage", "torch_version", "types", "xpu"}
#: functions of sub-modules imported on first use
_LAZY_FUNCTIONS = {"PyTorchFileReader": "io.reader", "ScriptModule": "jit", "ScriptFunction": "jit", "load": "serialization",
                   "save": "serialization", "compile": "_dynamo.eval_frame", "vmap": "func"}


def __getattr__(name):
    if name in _LAZY_FUNCTIONS:
        return getattr(_importlib.import_module(f"{__name__}.{_LAZY_FUNCTIONS[name]}"), name)
    path = _MODULES.get(name, name)
    if path in _LAZY or path != name:
        path = __name__ + ("." + path if path else "")
        try:
            return _importlib.import_module(path)
        except ModuleNotFoundError as e:
            if e.name != path:
                raise
    if name.startswith("_foreach_"):
        found = _importlib.import_module("rushlight.ops.foreach").FUNCTIONS.get(name)
        if found is not None:
            return found
    raise AttributeError(f"module 'torch' has no attribute '{name}': Rushlight does not have torch.{name}.")
