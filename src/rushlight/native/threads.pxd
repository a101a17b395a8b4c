"""The thread pool, for the other compiled modules: `from rushlight.native.threads cimport pool`."""

from libc.stdint cimport int64_t

cdef extern from "pool.h":
    ctypedef void (*RlBody)(void* ctx, int64_t begin, int64_t end) noexcept nogil
    struct RlPool:
        void (*parallel_for)(int64_t n, int64_t grain, RlBody body, void* ctx) noexcept nogil
        bint (*pays)(int64_t nanoseconds) noexcept nogil
        int (*threads)() noexcept nogil

cdef const RlPool* pool() noexcept nogil
