# C types of flags.py for the compiled build.
cimport cython


@cython.final
cdef class _Flags:
    cdef public int special
    cdef public bint anomaly
    cdef public int functions
    cdef public bint check_nan
