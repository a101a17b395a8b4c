"""torch.cuda.memory: what CuPy's memory pool holds and has held."""
import collections
import warnings

from ..backend import cuda as _backend


class _Peaks:
    """The largest figures seen, sampled whenever one is asked for and at each allocation."""

    allocated = reserved = 0
    hook = None


def _pool():
    """CuPy's pool, with a hook that keeps the peaks; None where CUDA was never used."""
    cupy, count, _ = _backend.find()
    if not count:
        return None
    pool = cupy.get_default_memory_pool()
    if _Peaks.hook is None:
        _Peaks.hook = _make_hook(cupy, pool)
        _Peaks.hook.__enter__()
    _sample(pool)
    return pool


def _sample(pool):
    _Peaks.allocated = max(_Peaks.allocated, pool.used_bytes())
    _Peaks.reserved = max(_Peaks.reserved, pool.total_bytes())


def _make_hook(cupy, pool):
    class Peak(cupy.cuda.MemoryHook):
        name = "RushlightPeak"

        def malloc_postprocess(self, **kwargs):
            _sample(pool)
    return Peak()


def _of(device, pool, figure):
    """A figure of the pool on a device (the current one for None); 0 without a GPU."""
    if pool is None:
        return 0
    from . import _index
    with _backend.module().cuda.Device(_index(device)):
        return figure()


def memory_allocated(device=None):
    """Return the bytes in use by tensors on a device, 0 without a GPU."""
    pool = _pool()
    return _of(device, pool, pool and pool.used_bytes)


def memory_reserved(device=None):
    """Return the bytes CuPy's pool holds on a device, in use or free for reuse."""
    pool = _pool()
    return _of(device, pool, pool and pool.total_bytes)


def max_memory_allocated(device=None):
    """Return the largest `memory_allocated` since the start or the last reset."""
    memory_allocated(device)
    return _Peaks.allocated


def max_memory_reserved(device=None):
    """Return the largest `memory_reserved` since the start or the last reset."""
    memory_reserved(device)
    return _Peaks.reserved


def memory_cached(device=None):
    """Return `memory_reserved`; the older name."""
    warnings.warn("`torch.cuda.memory_cached` has been renamed to `torch.cuda.memory_reserved`", FutureWarning, stacklevel=2)
    return memory_reserved(device)


def max_memory_cached(device=None):
    """Return `max_memory_reserved`; the older name."""
    warnings.warn("`torch.cuda.max_memory_cached` has been renamed to `torch.cuda.max_memory_reserved`", FutureWarning,
                  stacklevel=2)
    return max_memory_reserved(device)


def reset_peak_memory_stats(device=None):
    """Let the peaks start again from what is in use now; AssertionError without a GPU."""
    _backend.module()
    _Peaks.allocated = _Peaks.reserved = 0
    memory_allocated(device)


def reset_accumulated_memory_stats(device=None):
    """Reset what `memory_stats` accumulates: the peaks."""
    reset_peak_memory_stats(device)


def reset_max_memory_allocated(device=None):
    """Reset the peaks; the older name."""
    warnings.warn("torch.cuda.reset_max_memory_allocated now calls torch.cuda.reset_peak_memory_stats, which resets /all/ "
                  "peak memory stats.", FutureWarning, stacklevel=2)
    reset_peak_memory_stats(device)


def reset_max_memory_cached(device=None):
    """Reset the peaks; the older name."""
    warnings.warn("torch.cuda.reset_max_memory_cached now calls torch.cuda.reset_peak_memory_stats, which resets /all/ "
                  "peak memory stats.", FutureWarning, stacklevel=2)
    reset_peak_memory_stats(device)


def empty_cache():
    """Give memory that the pool holds and no tensor uses back to the driver."""
    pool = _pool()
    if pool is not None:
        pool.free_all_blocks()


def mem_get_info(device=None):
    """Return (free, total) bytes of a device; AssertionError without a GPU."""
    cupy = _backend.module()
    from . import _index
    with cupy.cuda.Device(_index(device)):
        return cupy.cuda.runtime.memGetInfo()


def memory_stats(device=None):
    """Return the pool's figures by torch's names: allocated and reserved bytes, now and at the peak."""
    if _pool() is None:
        return collections.OrderedDict()
    return collections.OrderedDict([
        ("allocated_bytes.all.current", memory_allocated(device)), ("allocated_bytes.all.peak", _Peaks.allocated),
        ("reserved_bytes.all.current", memory_reserved(device)), ("reserved_bytes.all.peak", _Peaks.reserved)])


def memory_summary(device=None, abbreviated=False):
    """Return the figures of `memory_stats` as a small table; `abbreviated` leaves the peaks out."""
    rows = [f"{name:<32}{value:>16,}" for name, value in memory_stats(device).items()
            if not (abbreviated and name.endswith("peak"))]
    return "\n".join(rows)
