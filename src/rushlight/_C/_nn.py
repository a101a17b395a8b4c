"""`torch._C._nn`: functions of `nn.functional`, and how `.to(...)` reads its arguments."""
from .. import dtypes
from ..devices import device as _device
from ..nn import functional as _functional


def __getattr__(name):
    return getattr(_functional, name)


def _parse_to(*args, device=None, dtype=None, non_blocking=False, _copy=False, memory_format=None):
    """Return (device, dtype, non_blocking, memory_format) as the arguments of `.to` say."""
    args = list(args)
    if args and isinstance(args[0], dtypes.dtype):
        dtype = args.pop(0)
    elif args and hasattr(args[0], "dtype"):
        other = args.pop(0)
        device, dtype = other.device, other.dtype
    elif args:
        device = args.pop(0)
        if args and (args[0] is None or isinstance(args[0], dtypes.dtype)):
            dtype = args.pop(0)
    if args:
        non_blocking = args.pop(0)
    return None if device is None else _device(device), dtype, bool(non_blocking), memory_format
