# C types of views.py for the compiled build.
cimport cython
from rushlight.core.tensor cimport TensorBase


@cython.locals(base=TensorBase)
cpdef attach(TensorBase out, TensorBase source, op, tuple args)

@cython.locals(out=TensorBase)
cpdef view_of(op, TensorBase source, tuple args, array)

@cython.locals(dots=bint)
cpdef getitem(TensorBase self, index)
