"""torch.cuda: devices, memory, streams and seeds of NVIDIA GPUs, through CuPy.

Nothing of CuPy is imported until a device is asked for; without a GPU `is_available()` is False and
what needs one raises torch's AssertionError.
"""
import collections

from .. import devices as _devices
from ..backend import base as _base
from ..backend import cuda as _backend
from ..errors import OutOfMemoryError
from . import amp, memory, nvtx, random
from .memory import (empty_cache, max_memory_allocated, max_memory_cached, max_memory_reserved, mem_get_info,
                     memory_allocated, memory_cached, memory_reserved, memory_stats, memory_summary,
                     reset_accumulated_memory_stats, reset_max_memory_allocated, reset_max_memory_cached,
                     reset_peak_memory_stats)
from .random import (get_rng_state, get_rng_state_all, initial_seed, manual_seed, manual_seed_all, seed, seed_all,
                     set_rng_state, set_rng_state_all)
from .streams import Event, ExternalStream, Stream, StreamContext, current_stream, default_stream, set_stream, stream
from .typed import CUDA_TYPED as _CUDA_TYPED

has_half = True
has_magma = False
globals().update(_CUDA_TYPED)


def is_available():
    """Whether CuPy and a usable GPU are there; never raises.

    Returns: bool.
    Example:
        >>> torch.cuda.is_available()
        False
    """
    return _backend.find()[1] > 0


def device_count():
    """Return the number of GPUs, 0 without CuPy."""
    return _backend.find()[1]


def is_initialized():
    """Whether a CUDA device has been used in this process."""
    return "cuda" in _base._BY_DEVICE


def init():
    """Load CuPy now rather than at the first CUDA tensor; AssertionError without a GPU."""
    _base.of_device(_devices.device("cuda"))


def _index(device, optional=True):
    """The ordinal of a device argument; the current device for None."""
    if device is None or isinstance(device, _devices.device) and device.index is None and device.type == "cuda":
        if not optional:
            raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
        return current_device()
    if isinstance(device, bool) or not isinstance(device, int):
        device = _devices.device(device)
        if device.type != "cuda":
            raise ValueError(f"Expected a cuda device, but got: {device}")
        return current_device() if device.index is None else device.index
    return device


def current_device():
    """Return the ordinal of the device on which CUDA tensors are made; AssertionError without a GPU."""
    return _backend.module().cuda.runtime.getDevice()


def set_device(device):
    """Make CUDA tensors on this device from now on (in this thread)."""
    cupy = _backend.module()
    index = _index(device)
    if index >= 0:
        _check(index)
        cupy.cuda.runtime.setDevice(index)


def _check(index):
    if index >= device_count():
        raise RuntimeError("CUDA error: invalid device ordinal")


def get_device_name(device=None):
    """Return the product name of a device."""
    return get_device_properties(device).name


def get_device_capability(device=None):
    """Return the compute capability as (major, minor)."""
    found = get_device_properties(device)
    return found.major, found.minor


_CudaDeviceProperties = collections.namedtuple("_CudaDeviceProperties", (
    "name", "major", "minor", "total_memory", "multi_processor_count", "warp_size", "max_threads_per_multi_processor"))


def get_device_properties(device=None):
    """Return name, compute capability, memory in bytes and number of multiprocessors of a device."""
    runtime = _backend.module().cuda.runtime
    index = _index(device)
    _check(index)
    p = runtime.getDeviceProperties(index)
    return _CudaDeviceProperties(p["name"].decode(), p["major"], p["minor"], p["totalGlobalMem"], p["multiProcessorCount"],
                       p["warpSize"], p["maxThreadsPerMultiProcessor"])


def can_device_access_peer(device, peer_device):
    """Whether one GPU can read another's memory."""
    return bool(_backend.module().cuda.runtime.deviceCanAccessPeer(_index(device), _index(peer_device)))


def synchronize(device=None):
    """Wait until everything queued on a device has run."""
    cupy = _backend.module()
    with cupy.cuda.Device(_index(device)):
        cupy.cuda.runtime.deviceSynchronize()


def is_bf16_supported(including_emulation=True):
    """Whether tensors of bfloat16 can be computed with: natively, or (by default) converted to float32."""
    if not is_available():
        return False
    return including_emulation or get_device_capability()[0] >= 8


def get_arch_list():
    """Return the compute capabilities kernels were built for: none, CuPy builds for the device at hand."""
    return []


def is_current_stream_capturing():
    """Whether a CUDA graph is being captured: never, none are."""
    return False


def ipc_collect():
    """Free memory shared with other processes that is no longer used; CuPy keeps none."""
    _backend.module()


class device:
    """Context: CUDA tensors are made on this device inside; a negative index changes nothing."""

    def __init__(self, device):
        self.idx = _index(device, optional=True) if device is not None else -1
        self.prev_idx = -1

    def __enter__(self):
        if self.idx >= 0:
            if not is_available():
                raise RuntimeError("PyTorch was compiled without CUDA support")
            self.prev_idx = current_device()
            set_device(self.idx)

    def __exit__(self, *exc):
        if self.prev_idx >= 0:
            set_device(self.prev_idx)
        return False


class device_of(device):
    """Context: the device of a tensor, unchanged for a tensor on the CPU."""

    def __init__(self, obj):
        super().__init__(obj.device.index if obj.device.type == "cuda" else -1)
