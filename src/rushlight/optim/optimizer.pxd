# C types of optimizer.py for the compiled build.
cimport cython
from rushlight.core.tensor cimport TensorBase, Version


@cython.locals(p=TensorBase)
cdef _drop_gradients(params)

@cython.locals(p=TensorBase, g=TensorBase, with_grad=list, arrays=list, grads=list)
cdef tuple _with_gradients(params)

@cython.locals(p=TensorBase, c=Version)
cdef _wrote(list params)
