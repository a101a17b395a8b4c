"""Freed memory of large arrays, kept so that the next result of that size finds its pages in place.

NumPy arrays made after `import rushlight`, tensors' or not, get blocks of 32 KB and more from here. What is kept never
makes the process larger than it was at its peak (by more than 32 MB), nor exceeds a limit. The environment variable
RUSHLIGHT_ALLOCATOR=0 leaves NumPy's memory alone; the pure build has glibc keep what is below 32 MB instead.
"""
try:
    from .native import memory as _native
except ImportError:
    _native = None


def empty_cache():
    """Give the freed blocks back to the system; return how many bytes these were.

    Example:
        >>> rushlight.memory.empty_cache() >= 0
        True
    """
    return _native.empty() if _native is not None else 0


def memory_stats():
    """Return counts and bytes of large blocks as a dict; an empty one in the pure build.

    Returns: `used`, `kept`, `peak_used` and `limit` in bytes; `blocks` in use, `waiting` ones; how many requests were `hits`
    among the waiting blocks or `misses`, and how many blocks were `returned` to the system.
    """
    return _native.stats() if _native is not None else {}


def set_limit(bytes):
    """Keep at most so many bytes of freed blocks (1 GiB unless told); 0 keeps none.

    Raises: ValueError for a negative number.
    """
    if bytes < 0:
        raise ValueError(f"the limit must not be negative, got {bytes}")
    if _native is not None:
        _native.set_limit(bytes)
