"""The library's one thread pool: owns it, sizes it, hands it to the other compiled modules."""

from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free

cdef extern from "pool.hpp" namespace "rl":
    const RlPool* pool_table() noexcept nogil
    void pool_init()
    int get_threads()
    void set_threads(int n)

pool_init()


cdef const RlPool* pool() noexcept nogil:
    return pool_table()


def get_num_threads():
    """Return the number of threads that one call may use, the calling thread included."""
    return get_threads()


def set_num_threads(int n):
    """Let one call use up to `n` threads (at least 1, at most 1024)."""
    set_threads(n)


cdef struct Square:
    int64_t* out

cdef void square(void* ctx, int64_t begin, int64_t end) noexcept nogil:
    cdef int64_t i
    for i in range(begin, end):
        (<Square*> ctx).out[i] += i * i


def self_test(int64_t n, int64_t grain, int repeats=1):
    """Return whether `repeats` jobs on the pool touched each of `n` indices exactly once a job."""
    cdef Square job
    cdef int64_t i
    cdef int r
    cdef bint right = True
    if n < 0 or n > 1 << 24:
        raise ValueError("n must lie between 0 and 2**24")
    job.out = <int64_t*> calloc(n + 1, sizeof(int64_t))
    if job.out == NULL:
        raise MemoryError
    with nogil:
        for r in range(repeats):
            pool_table().parallel_for(n, grain, square, &job)
        for i in range(n):
            right = right and job.out[i] == i * i * repeats
    free(job.out)
    return right
