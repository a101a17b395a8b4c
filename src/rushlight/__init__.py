"""Rushlight: PyTorch's API without the weight.

    import rushlight as torch

This file holds names only. What ops publish is bound here from the registry; sub-modules that few
programs need are imported on first use.
"""
import importlib as _importlib

from .version import __version__
from . import dtypes as _dtypes
from .dtypes import (dtype, finfo, iinfo, get_default_dtype, set_default_dtype as _set_default_dtype, promote_types,
                     can_cast)
from .devices import device, get_default_device, set_default_device
from .core.tensor import Tensor, Size
from .core.modes import (no_grad, enable_grad, set_grad_enabled, inference_mode, is_grad_enabled,
                         is_inference_mode_enabled, is_anomaly_enabled, is_anomaly_check_nan_enabled)
from .core.op import Registry as _Registry

#: Families of ops: one file each under `ops/`; importing a family publishes its ops.
_FAMILIES = ("pointwise", "comparison", "activation", "reduce", "shape", "index", "sort", "matmul", "linalg", "create", "bridge",
             "random", "dropout", "loss", "norm", "graph")
for _name in _FAMILIES:
    try:
        _importlib.import_module("rushlight.ops." + _name)
    except ImportError as _e:           # while families are still being written
        import sys as _sys
        print("not loaded:", _name, _e, file=_sys.stderr)

globals().update(_dtypes.BY_NAME)
globals().update(_dtypes.ALIASES)
globals().update(_Registry.namespaces.get("torch", {}))
del _name

from . import autograd  # noqa: E402
