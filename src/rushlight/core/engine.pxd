# C types of engine.py for the compiled build.
cimport cython
from rushlight.core.tensor cimport TensorBase, Version, make, node_of
from rushlight.core.flags cimport _Flags
from rushlight.native.facts cimport alike, fits, owned, sizes_of

cdef _Flags flags


@cython.final
cdef class _Raw:
    cdef public int depth


@cython.final
cdef class _Sequence:
    cdef public long n
    cdef public long walks
    cdef public object cross


@cython.final
cdef class Plan:
    cdef public tuple saves
    cdef public tuple rules
    cdef public bint checked
    cdef public tuple needs
    cdef public Py_ssize_t n_slots
    cdef public bint whole


@cython.freelist(64)
cdef class Node:
    cdef object __weakref__
    cdef public object op
    cdef public list edges
    cdef public object nrs
    cdef public Plan plan
    cdef public list saved
    cdef public list versions
    cdef public bint freed
    cdef public long seq
    cdef public long seen
    cdef public object out_shape
    cdef public object out_dtype
    cdef public list multi
    cdef public object lengths
    cdef public object grad_name
    cdef public object pre_hooks
    cdef public object node_hooks
    cdef public object node_pre_hooks
    cdef public object retained
    cdef public object stack
    cdef public object extra

    cpdef renumber(self)

    @cython.locals(version=long, c=Version, t=TensorBase)
    cpdef unpack(self, Py_ssize_t k, bint as_tensor)

    @cython.locals(plan=Plan, saved=list, values=list, n=Py_ssize_t, slot=Py_ssize_t, positions=tuple, k=Py_ssize_t)
    cpdef run(self, grads, bint create_graph)

    @cython.locals(plan=Plan)
    cpdef release(self)

    @cython.locals(c=Version, k=Py_ssize_t, t=TensorBase)
    cpdef unmark(self)


cdef _Sequence SEQUENCE
cdef object SAME

@cython.locals(n=Py_ssize_t)
cdef ask(rule, g, list values, tuple positions)

@cython.locals(node=Node, other=Node, order=list, stack=list, last=long, walk_number=long, i=Py_ssize_t, sorted_already=bint)
cdef list reachable(list start)

@cython.locals(node=Node, target=Node, leaf=TensorBase, shared=bint, own=bint, edges=list, k=Py_ssize_t, nr=Py_ssize_t)
cdef walk(list order, dict pending, dict results, bint retain_graph, bint create_graph, captures, runs)

@cython.locals(grads=list)
cdef put(dict pending, Node node, Py_ssize_t nr, g)

cdef fit(r, tuple shape, dtype, bint create_graph)

@cython.locals(j=Py_ssize_t)
cdef bint appears(found, r, Py_ssize_t k) except -1

@cython.locals(old=TensorBase)
cpdef accumulate_leaf(TensorBase leaf, g, bint own, bint create_graph)

cdef call(Node node, grads, bint create_graph)

@cython.locals(node=Node)
cpdef bint backward_from_scalar(TensorBase root, bint retain_graph) except -1

cdef walk_from(list start, dict pending, dict results, bint retain_graph, bint create_graph, captures)

cdef walk_all(list start, dict pending, dict results, bint retain_graph, bint create_graph, captures)
