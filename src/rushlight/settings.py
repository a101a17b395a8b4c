"""Process-wide settings: threads, determinism, precision; and small questions about objects."""
import warnings

from .core.op import publish
from .core.tensor import TensorBase

try:
    from .native import threads as _threads
except ImportError:                     # the pure build: NumPy's BLAS has its own threads
    _threads = None


_PACKAGE = __name__.partition(".")[0]


class _Settings:
    threads = 1
    interop_threads = 1
    deterministic = False
    warn_only = False
    matmul_precision = "highest"
    warn_always = False


def get_num_threads():
    """Return how many threads one operation may use."""
    return _threads.get_num_threads() if _threads else _Settings.threads


def set_num_threads(n):
    """Let one operation use up to `n` threads; RuntimeError unless n is positive."""
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"set_num_threads expects an int, but got {type(n).__name__}")
    if n <= 0:
        raise RuntimeError("set_num_threads expects a positive integer")
    _Settings.threads = n
    if _threads:
        _threads.set_num_threads(n)


def get_num_interop_threads():
    """Return the number set by `set_num_interop_threads`; operations run one after the other here."""
    return _Settings.interop_threads


def set_num_interop_threads(n):
    """Keep a number of inter-operation threads; operations run one after the other here."""
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"set_num_interop_threads expects an int, but got {type(n).__name__}")
    if n <= 0:
        raise RuntimeError("set_num_interop_threads expects a positive integer")
    _Settings.interop_threads = n


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Keep the flag. Every algorithm here is deterministic, for any number of threads."""
    if not isinstance(mode, bool):
        raise TypeError("_set_deterministic_algorithms(): argument 'mode' (position 1) must be bool, not "
                        f"{type(mode).__name__}")
    _Settings.deterministic, _Settings.warn_only = bool(mode), bool(warn_only)


def are_deterministic_algorithms_enabled():
    """Return the flag set by `use_deterministic_algorithms`."""
    return _Settings.deterministic


def is_deterministic_algorithms_warn_only_enabled():
    """Return the `warn_only` flag set by `use_deterministic_algorithms`."""
    return _Settings.warn_only


def set_deterministic_debug_mode(debug_mode):
    """Set determinism by level: 0 or "default", 1 or "warn", 2 or "error"."""
    levels = {"default": 0, "warn": 1, "error": 2}
    level = levels.get(debug_mode, debug_mode)
    if level not in (0, 1, 2):
        if isinstance(debug_mode, str):
            raise RuntimeError(f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}")
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    use_deterministic_algorithms(level > 0, warn_only=level == 1)


def get_deterministic_debug_mode():
    """Return 0, 1 or 2; see `set_deterministic_debug_mode`."""
    return 0 if not _Settings.deterministic else 1 if _Settings.warn_only else 2


def set_float32_matmul_precision(precision):
    """Keep the precision; float32 products are always computed in float32 here."""
    if precision not in ("highest", "high", "medium"):
        raise RuntimeError(f"{precision} is not one of 'highest', 'high', or 'medium'.")
    _Settings.matmul_precision = precision


def get_float32_matmul_precision():
    """Return what `set_float32_matmul_precision` keeps."""
    return _Settings.matmul_precision


def set_warn_always(b):
    """Keep whether warnings given once are given always."""
    _Settings.warn_always = bool(b)


def is_warn_always_enabled():
    """Return the flag set by `set_warn_always`."""
    return _Settings.warn_always


def set_default_tensor_type(t):
    """Set the default dtype by the name of a tensor type, such as `torch.DoubleTensor` (deprecated)."""
    from . import dtypes
    warnings.warn("torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
                  "torch.set_default_dtype() and torch.set_default_device() as alternatives.", stacklevel=2)
    name = t if isinstance(t, str) else getattr(t, "__name__", str(t))
    short = name.rpartition(".")[2].removesuffix("Tensor")
    for d in dtypes.ALL:
        if d.short == short:
            return dtypes.set_default_dtype(d)
    raise TypeError(f"invalid type object: {t}")


def is_tensor(obj):
    """Whether `obj` is a tensor."""
    return isinstance(obj, TensorBase)


def typename(obj):
    """Return the type of an object as torch names it: "torch.FloatTensor", "int", ..."""
    if isinstance(obj, TensorBase):
        return obj.type()
    kind = obj if isinstance(obj, type) or hasattr(obj, "__qualname__") else type(obj)
    module = getattr(kind, "__module__", "") or ""
    name = getattr(kind, "__qualname__", type(obj).__name__)
    if module in ("builtins", "__builtin__", ""):
        return name
    head, dot, rest = module.partition(".")
    return f"{'torch' if head == _PACKAGE else head}{dot}{rest}.{name}"


def compiled_with_cxx11_abi():
    """Whether the native code uses C++'s present string ABI: yes, where there is any."""
    return True


def set_flush_denormal(mode):
    """Say whether the smallest numbers become zero. They are always kept here: returns whether that is what was asked."""
    return not mode


def is_vulkan_available():
    """Whether there is a Vulkan device: never."""
    return False


def get_device_module(device=None):
    """Return the module with a device's functions: `torch.cuda` or `torch.cpu`; without a device, of the accelerator."""
    import importlib

    from . import cuda
    from .devices import device as make
    kind = ("cuda" if cuda.is_available() else "cpu") if device is None else make(device).type
    try:
        return importlib.import_module(f"{_PACKAGE}.{kind}")
    except ModuleNotFoundError:
        raise RuntimeError(f"Device '{kind}' does not have a corresponding module registered as 'torch.{kind}'.") from None


for _f in (set_flush_denormal, is_vulkan_available, get_device_module, get_num_threads, set_num_threads,
           get_num_interop_threads, set_num_interop_threads, is_tensor, typename,
           use_deterministic_algorithms, are_deterministic_algorithms_enabled,
           is_deterministic_algorithms_warn_only_enabled, set_deterministic_debug_mode, get_deterministic_debug_mode,
           set_float32_matmul_precision, get_float32_matmul_precision, set_warn_always, is_warn_always_enabled,
           set_default_tensor_type, compiled_with_cxx11_abi):
    publish("torch", _f.__name__, _f)

