"""The matrix product for other shims: `from rushlight.native.gemm cimport RlMatmul, kernels`.

Fill an `RlMatmul` (kernels/gemm.h says what its fields mean), then call
`kernels().matmul[0](&g, pool())` for float32, `[1]` for float64. Not for use before `guard` has
accepted every array behind its pointers.
"""

from libc.stdint cimport int64_t

from rushlight.native.threads cimport RlPool

cdef extern from "gemm.h":
    enum: RL_GEMM_DIMS
    struct RlMatmul:
        int64_t m, n, k
        const void* a
        int64_t ars, acs
        const void* b
        int64_t brs, bcs
        void* c
        const void* init
        int64_t irs
        double alpha
        int batch_dims
        int64_t batch_shape[RL_GEMM_DIMS]
        int64_t a_steps[RL_GEMM_DIMS]
        int64_t b_steps[RL_GEMM_DIMS]
    struct RlPanels:
        int vectors
        int64_t n, depth
        void* data
    struct GemmTable:
        int level
        bint (*matmul[2])(const RlMatmul*, const RlPool*) noexcept nogil
        void (*colsum[2])(const void*, int64_t, int64_t, int64_t, int64_t, void*) noexcept nogil
        int (*panel_vectors[2])(int64_t, int64_t) noexcept nogil
        int64_t (*panels_room[2])(int64_t, int64_t) noexcept nogil
        void (*pack[2])(const RlPanels*, const void*, int64_t, int64_t) noexcept nogil

cdef const GemmTable* kernels() noexcept nogil
