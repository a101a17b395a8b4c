# C types of op.py for the compiled build.
cimport cython
from rushlight.core.tensor cimport TensorBase, Version, counter, make, node_of, view_requires_grad
from rushlight.core.engine cimport Node, Plan, _Raw
from rushlight.core.flags cimport _Flags
from rushlight.native.facts cimport dtype_of, sizes_of

cdef _Flags flags
cdef _Raw walks


@cython.locals(c=Version)
cdef long mark_saved(TensorBase t) except -1

cdef object _ndarray, _F32, _F64, NOBODY
cdef int HIDDEN, DTYPE, FLOAT, INPUT, LIST, NO_PROMOTION, OPTIONAL, OUTPUT, SHAPE, VALUE
cdef set _PLAIN

cdef bint foreign(args, kwargs) except -1

cdef _shape(value)

cdef _pick(items, which)


cdef class Op:
    cdef object __weakref__
    cdef dict __dict__
    cdef public str name
    cdef public object body
    cdef public object kernel
    cdef public object ufunc
    cdef public int promote
    cdef public bint view
    cdef public bint differentiable
    cdef public object outputs
    cdef public object returns
    cdef public object result_type
    cdef public object shown
    cdef public object grad_name
    cdef public dict rules
    cdef public object rule_all
    cdef public dict plans
    cdef public tuple params
    cdef public tuple kinds
    cdef public tuple slots
    cdef public tuple defaults
    cdef public tuple needed
    cdef public int n_params
    cdef public int n_positional
    cdef public int n_plain
    cdef public int enough
    cdef public tuple tails
    cdef public dict bindings
    cdef public bint has_list
    cdef public object numbers
    cdef public tuple promoted

    @cython.locals(t=TensorBase, u=TensorBase, track=bint, out=TensorBase)
    cpdef binary(self, a, b)

    cpdef fill(self, tuple args)

    @cython.locals(n=Py_ssize_t, k=Py_ssize_t, places=tuple, values=list)
    cdef tuple bound(self, tuple args, dict kwargs)

    @cython.locals(values=list, mixed=bint, number=bint, track=bint, special=bint, t=TensorBase, out=TensorBase, i=Py_ssize_t)
    cpdef apply(self, tuple args)

    @cython.locals(i=Py_ssize_t)
    cdef bint plain_numbers(self, tuple args) except -1

    cpdef run(self, list values)

    @cython.locals(t=TensorBase, made=list, k=Py_ssize_t)
    cpdef wrap_special(self, tuple args, list values, result, bint track)

    @cython.locals(node=Node, plan=Plan, output=TensorBase)
    cpdef record(self, tuple args, list values, result, out)

    @cython.locals(edges=list, mask=long, bit=long, i=Py_ssize_t)
    cdef add_edges(self, Node node, tuple args)

    cdef bint add_edge(self, Node node, list edges, TensorBase t) except -1

    @cython.locals(saved=list, versions=list, version=long, c=Version, t=TensorBase, i=Py_ssize_t, source=int)
    cdef save(self, Node node, Plan plan, tuple args, list values, result, out)


@cython.final
cdef class InPlace:
    cdef dict __dict__
    cdef public Op op
