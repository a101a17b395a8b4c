"""Loops over operands of any layout, for the other shims: `from rushlight.native cimport pointwise`."""

cdef extern from "elementwise.h":
    ctypedef void (*RlLoop)(const void*, const void*, void*, size_t) noexcept nogil
    ctypedef void (*RlLoop3)(const void*, const void*, const void*, void*, size_t) noexcept nogil

cdef object unary(const RlLoop* loops, object x, object out, bint costly, const void* numbers)
cdef object binary(const RlLoop* loops, object a, object b, object out, bint truth)
cdef object choose(const RlLoop3* one, const RlLoop3* four, const RlLoop3* eight, object condition, object a, object b, object out)
