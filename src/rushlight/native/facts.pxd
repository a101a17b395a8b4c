# C types of facts.pyx, for the compiled core.
cpdef bint fits(object array, tuple shape, object dtype) except -1
cpdef bint owned(object array) except -1
