# C types of facts.pyx, for the compiled core.
cpdef bint fits(object array, tuple shape, object dtype) except -1
cpdef bint alike(object array, object other) except -1
cpdef object dtype_of(object array)
cpdef tuple sizes_of(object array)
cpdef object fresh(object base, object kind)
cpdef bint owned(object array) except -1
