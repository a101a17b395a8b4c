# C types of update.py for the compiled build.
cimport cython
from rushlight.core.tensor cimport TensorBase, Version


@cython.locals(params=list, arrays=list, grads=list)
cpdef update_groups(optimizer)

@cython.locals(p=TensorBase)
cpdef drop_gradients(list params)

@cython.locals(p=TensorBase, g=TensorBase, with_grad=list, arrays=list, grads=list)
cdef tuple with_gradients(list params)

@cython.locals(p=TensorBase, c=Version)
cpdef wrote(list params)

@cython.locals(t=TensorBase)
cpdef list arrays_of(list states, str name)

@cython.locals(t=TensorBase)
cpdef list next_steps(list states)

@cython.locals(arrays=list)
cpdef count(list states)
