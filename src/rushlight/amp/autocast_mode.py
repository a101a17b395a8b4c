"""`torch.autocast`: products in half precision, losses in float32, inside a context."""
import functools
import warnings

from .. import dtypes
from ..backend import cuda as _cuda
from ..core import autocast as _core
from ..core.modes import state
from ..core.tensor import TensorBase
from ..devices import device as _device

_AVAILABLE = ("cpu", "cuda", "xpu", "mps", "hpu", "mtia", "xla", "ipu")


def is_autocast_available(device_type):
    """Whether `autocast` knows a device type."""
    return _device(device_type).type in _AVAILABLE


class autocast:
    """Run products in half precision, and losses in float32, inside a context or decorated function.

    Args:
        device_type: "cpu" or "cuda".
        dtype: bfloat16 or float16; None: bfloat16 on the CPU, float16 on CUDA.
        enabled: False leaves everything as it is (also inside an enabled context).
        cache_enabled: cast each parameter once per outermost context; None: as set globally.
    Example:
        >>> with torch.autocast("cpu"):
        ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
        torch.bfloat16
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if not is_autocast_available(device_type):
            raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
        self.device = device_type
        self.fast_dtype = _core.get_autocast_dtype(device_type) if dtype is None else dtype
        self._enabled = enabled and self._usable()
        self._cache_enabled = _core.is_autocast_cache_enabled() if cache_enabled is None else cache_enabled
        self._before = []

    def _usable(self):
        """Whether the device is there and has the dtype; warns as torch does otherwise."""
        if self.device == "cuda" and not _cuda.find()[1]:
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=3)
            return False
        if self.fast_dtype not in (dtypes.bfloat16, dtypes.float16):
            kind = self.device.upper()
            warnings.warn(f"In {kind} autocast, but the target dtype is not supported. Disabling autocast.\n"
                          f"{kind} Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.", stacklevel=3)
            return False
        return True

    def __enter__(self):
        self._before.append((_core.enter(self.fast_dtype if self._enabled else None), state.autocast_device,
                             _core.is_autocast_cache_enabled()))
        state.autocast_device = self.device
        _core.set_autocast_cache_enabled(self._cache_enabled)
        return self

    def __exit__(self, *exc):
        before, state.autocast_device, cache = self._before.pop()
        _core.leave(before)
        _core.set_autocast_cache_enabled(cache)
        return False

    def __call__(self, func):
        @functools.wraps(func)
        def wrapped(*args, **kwargs):
            with self:
                return func(*args, **kwargs)
        return wrapped


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """Decorate the forward of an `autograd.Function`: it runs in the autocast state of its call.

    Args:
        device_type: "cpu" or "cuda".
        cast_inputs: a dtype; the forward gets its floating tensors in it and runs without autocasting.
    """
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def decorated(ctx, *args, **kwargs):
        ctx._dtype = _core.get_autocast_dtype(device_type)
        ctx._fwd_used_autocast = _core.is_autocast_enabled(device_type)
        if cast_inputs is None or not ctx._fwd_used_autocast:
            return fwd(ctx, *args, **kwargs)
        ctx._fwd_used_autocast = False
        with autocast(device_type, enabled=False):
            return fwd(ctx, *_cast(args, cast_inputs), **_cast(kwargs, cast_inputs))
    return decorated


def custom_bwd(bwd=None, *, device_type):
    """Decorate the backward of an `autograd.Function`: it runs in the autocast state of its forward."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def decorated(ctx, *args, **kwargs):
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *args, **kwargs)
    return decorated


def _cast(value, dtype):
    """Cast the floating tensors in nested containers, but for float64 ones."""
    if isinstance(value, TensorBase):
        eligible = value.is_floating_point() and value.dtype is not dtypes.float64
        return value.to(dtype) if eligible else value
    if isinstance(value, dict):
        return {k: _cast(v, dtype) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(v, dtype) for v in value)
    return value
