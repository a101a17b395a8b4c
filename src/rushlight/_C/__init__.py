"""`torch._C`: the names of PyTorch's compiled module that programs and libraries reach for."""
from ..devices import get_default_device
from ..core import overrides as _overrides
from ..core.modes import state as _state
from ..core.generator import Generator
from ..core.overrides import DisableTorchFunction, DisableTorchFunctionSubclass, disabled as _disabled_torch_function_impl
from ..core.tensor import TensorBase, _TensorMeta
from ..ops.linalg import LinAlgError as _LinAlgError
from . import _functorch, _nn
from ..overrides import (_len_torch_function_stack, has_torch_function as _has_torch_function,
                        has_torch_function_unary as _has_torch_function_unary,
                        has_torch_function_variadic as _has_torch_function_variadic)


def _is_torch_function_enabled():
    return not _state.no_overrides


def _is_torch_function_all_disabled():
    return _state.no_overrides == _overrides.ALL


def _is_torch_function_mode_enabled():
    return bool(_state.function_modes) and _state.no_overrides != _overrides.ALL


def _get_tracing_state():
    return None


def _get_default_device():
    return str(get_default_device())


def _current_graph_task_id():
    return -1


def _log_api_usage_once(_event):
    """PyTorch counts the uses of its parts here; nothing is counted."""


def _get_privateuse1_backend_name():
    return "privateuseone"


def _kept_flag(initial):
    """Return a function that keeps a switch of PyTorch's compiler and returns the one before."""
    kept = [initial]

    def switch(on):
        before, kept[0] = kept[0], on
        return before
    return switch


_jit_set_profiling_mode = _kept_flag(True)
_jit_set_profiling_executor = _kept_flag(True)
_jit_set_texpr_fuser_enabled = _kept_flag(True)
_jit_set_nvfuser_enabled = _kept_flag(False)
_jit_override_can_fuse_on_cpu = _kept_flag(False)
_jit_override_can_fuse_on_gpu = _kept_flag(False)


def _jit_can_fuse_on_cpu():
    return False


_jit_can_fuse_on_gpu = _jit_can_fuse_on_cpu
