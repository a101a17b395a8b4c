"""CRC-32 of long arrays, ten times as fast as zlib's where the processor multiplies without carries."""

cimport numpy as cnp
import zlib
from libc.stdint cimport uint32_t
from numpy cimport npy_intp

from rushlight.native cimport guard

cnp.import_array()

cdef extern from "checksum.h" namespace "rl":
    bint crc32_folds() noexcept nogil
    uint32_t crc32_blocks(const unsigned char* p, size_t n, uint32_t state) noexcept nogil

cdef bint folds = crc32_folds()


def crc32(data, uint32_t value=0):
    """Return `zlib.crc32(data, value)` of an array of bytes."""
    cdef const unsigned char* p = <const unsigned char*> guard.flat(data, cnp.NPY_UINT8)
    cdef npy_intp n = guard.size(data) // 16 * 16 if p != NULL else 0
    if not folds or n < 64:
        return zlib.crc32(data, value)
    with nogil:
        value = ~crc32_blocks(p, n, ~value)
    return zlib.crc32(data[n:], value)
