"""NumPy's memory hook: large arrays get blocks of `blocks.hpp`, small ones what NumPy has for them.

The handler travels with each array, so those made before it was set, or in a thread where it is not, are freed by
their own.
"""

cdef extern from *:
    """
    #define NPY_TARGET_VERSION NPY_2_1_API_VERSION
    """

from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from libc.stdint cimport int64_t, uint64_t
from libcpp cimport bool as bool_t
from libc.string cimport memcpy, memset, strcpy

cimport numpy as cnp
from rushlight.native.threads cimport pool

cnp.import_array()

cdef extern from "blocks.hpp" namespace "rl":
    const size_t kLeastBlock
    struct BlockStats:
        size_t used, kept, peak_used, limit
        uint64_t blocks, waiting, hits, misses, returned
    cdef cppclass Blocks:
        void* take(size_t, bool_t*) noexcept nogil
        size_t size(void*) noexcept nogil
        bint drop(void*) noexcept nogil
        size_t empty() noexcept nogil
        void set_limit(size_t) noexcept nogil
        BlockStats stats() noexcept nogil
    Blocks& blocks() noexcept nogil

KERNELS = {}                        # called by rushlight.memory, not by ops

cdef extern from "numpy/ndarraytypes.h":
    ctypedef struct Allocator "PyDataMemAllocator":
        void* ctx
        void* (*malloc)(void* ctx, size_t size) noexcept nogil
        void* (*calloc)(void* ctx, size_t count, size_t each) noexcept nogil
        void* (*realloc)(void* ctx, void* p, size_t size) noexcept nogil
        void (*free)(void* ctx, void* p, size_t size) noexcept nogil
    ctypedef struct Handler "PyDataMem_Handler":
        char* name
        unsigned char version
        Allocator allocator

cdef Handler handler
cdef Handler* before = NULL                     # what small requests go to
cdef object capsule = None
cdef size_t SHARED = 1 << 20                    # bytes from which on threads clear a block together


cdef void clear_piece(void* p, int64_t begin, int64_t end) noexcept nogil:
    memset(<char*> p + begin, 0, <size_t> (end - begin))


cdef void* hook_malloc(void* ctx, size_t size) noexcept nogil:
    cdef bool_t zeroed
    if size < kLeastBlock:
        return before.allocator.malloc(before.allocator.ctx, size)
    return blocks().take(size, &zeroed)


cdef void* hook_calloc(void* ctx, size_t count, size_t each) noexcept nogil:
    cdef size_t size = count * each
    cdef bool_t zeroed
    if each and size // each != count:
        return NULL
    if size < kLeastBlock:
        return before.allocator.calloc(before.allocator.ctx, count, each)
    cdef void* p = blocks().take(size, &zeroed)
    if p == NULL or zeroed:
        return p
    if size < SHARED:
        memset(p, 0, size)
    else:
        pool().parallel_for(<int64_t> size, <int64_t> (size // 4 // 64 * 64 + 64), clear_piece, p)
    return p


cdef void hook_free(void* ctx, void* p, size_t size) noexcept nogil:
    if not blocks().drop(p):
        before.allocator.free(before.allocator.ctx, p, size)


cdef void* hook_realloc(void* ctx, void* p, size_t size) noexcept nogil:
    cdef size_t old = blocks().size(p) if p != NULL else 0
    if old == 0:                                # its length is not known here: it stays where it comes from
        return before.allocator.realloc(before.allocator.ctx, p, size)
    if size <= old and size > old // 2:
        return p
    cdef void* moved = hook_malloc(ctx, size)
    if moved != NULL:
        memcpy(moved, p, size if size < old else old)
        blocks().drop(p)
    return moved


def install():
    """Have NumPy take the memory of large arrays from here, in this thread (context) from now on."""
    global before, capsule
    if capsule is None:
        before = <Handler*> PyCapsule_GetPointer(cnp.PyDataMem_GetHandler(), b"mem_handler")
        strcpy(<char*> handler.name, b"rushlight")
        handler.version = 1
        handler.allocator.ctx = NULL
        handler.allocator.malloc = hook_malloc
        handler.allocator.calloc = hook_calloc
        handler.allocator.realloc = hook_realloc
        handler.allocator.free = hook_free
        capsule = PyCapsule_New(&handler, b"mem_handler", NULL)
    cnp.PyDataMem_SetHandler(capsule)


def installed():
    """Whether this thread's new arrays come from here."""
    return capsule is not None and cnp.PyDataMem_GetHandler() is capsule


def uninstall():
    """Have this thread's new arrays come from where they came before; those that exist stay valid."""
    if installed():
        cnp.PyDataMem_SetHandler(PyCapsule_New(before, b"mem_handler", NULL))


def empty():
    """Give freed blocks back to the system; return the bytes."""
    return blocks().empty()


def set_limit(size_t bytes):
    """Keep at most so many bytes of freed blocks."""
    blocks().set_limit(bytes)


def stats():
    """Return a dict of counts and bytes."""
    return blocks().stats()


def self_test(uint64_t seed, int steps):
    """Take, fill, move and free blocks at random as NumPy would; return how many were found wrong."""
    cdef void* held[16]
    cdef size_t sizes[16]
    cdef size_t n
    cdef uint64_t r = seed | 1
    cdef int i, k, wrong = 0
    cdef unsigned char* p
    for k in range(16):
        held[k], sizes[k] = NULL, 0
    for i in range(steps):
        r ^= r << 13
        r ^= r >> 7
        r ^= r << 17
        k = (r >> 8) & 15
        n = <size_t> ((r >> 16) % (1 << (10 + (r >> 4) % 13))) + 1
        p = <unsigned char*> held[k]
        if p != NULL and (p[0] != k or p[sizes[k] - 1] != k):
            wrong += 1
        if p != NULL and r & 1:
            hook_free(NULL, p, sizes[k])
            held[k] = NULL
            continue
        if p == NULL and r & 2:
            p = <unsigned char*> hook_calloc(NULL, n, 1)
            wrong += p == NULL or p[0] or p[n // 2] or p[n - 1]
        elif p == NULL:
            p = <unsigned char*> hook_malloc(NULL, n)
        else:
            p = <unsigned char*> hook_realloc(NULL, p, n)
            wrong += p == NULL or p[0] != k
        if p == NULL:
            raise MemoryError
        memset(p, k, n)
        held[k], sizes[k] = p, n
    for k in range(16):
        if held[k] != NULL:
            hook_free(NULL, held[k], sizes[k])
    return wrong
