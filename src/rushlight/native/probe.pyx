"""Which instruction level of the native kernels runs on this processor."""

cdef extern from "probe.h":
    struct ProbeTable:
        int level
    const ProbeTable* probe_table()


def level():
    """Return the level in use: 2, 3 or 4 (x86-64-v2 to -v4), 0 (the only one), or None (no kernels)."""
    cdef const ProbeTable* table = probe_table()
    return table.level if table != NULL else None
