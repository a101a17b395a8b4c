# C types of tensor.py for the compiled build.
cimport cython
from rushlight.native.facts cimport fresh


@cython.final
@cython.freelist(64)
cdef class Version:
    cdef public long n
    cdef public long saved
    cdef public object where


@cython.final
cdef class OpTable:
    cdef dict __dict__
    cdef public object add, sub, rsub, mul, div, neg, matmul, pow, getitem, eq, ne, lt, le, gt, ge
    cdef public object add_, sub_, mul_, div_


cdef class TensorBase:
    cdef public object _array
    cdef public object _root
    cdef public object _grad
    cdef public bint _req
    cdef public object _node
    cdef public int _nr
    cdef public Version _counter
    cdef public object _base
    cdef public object _replay
    cdef public long _seen
    cdef public object _hooks
    cdef public int _flags
    cdef public object _acc


@cython.locals(t=TensorBase)
cpdef make(object array)

@cython.locals(t=TensorBase)
cpdef make_as(object cls, object array)

cpdef Version counter(TensorBase t)

@cython.locals(out=TensorBase)
cpdef alias(TensorBase t)

cpdef bint wants_grad(TensorBase t) except -1

cpdef bint view_requires_grad(TensorBase t) except -1

cpdef node_of(TensorBase t)
