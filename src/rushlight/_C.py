"""`torch._C`: the names of PyTorch's compiled module that programs and libraries reach for."""
from .core import overrides as _overrides
from .core.modes import state as _state
from .core.generator import Generator
from .core.overrides import DisableTorchFunction, DisableTorchFunctionSubclass, disabled as _disabled_torch_function_impl
from .core.tensor import TensorBase, _TensorMeta
from .overrides import (_len_torch_function_stack, has_torch_function as _has_torch_function,
                        has_torch_function_unary as _has_torch_function_unary,
                        has_torch_function_variadic as _has_torch_function_variadic)


def _is_torch_function_enabled():
    return not _state.no_overrides


def _is_torch_function_all_disabled():
    return _state.no_overrides == _overrides.ALL


def _is_torch_function_mode_enabled():
    return bool(_state.function_modes) and _state.no_overrides != _overrides.ALL
