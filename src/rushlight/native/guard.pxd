"""The only gate to raw memory for the compiled shims.

A shim never touches an array's data, strides or dtype by itself: it asks a function of this file,
which answers with a pointer, or with NULL when the object is not an exact `numpy.ndarray`, or not
of the wanted dtype, byte order, alignment, layout or writability. On NULL the shim returns
`NotImplemented` and the op's own body runs.

How to add a family X of kernels
--------------------------------
1. `kernels/X.hpp`  templates on pointers and sizes, all inside `namespace RL_NS` (kernels/level.h):
                    no Python, no allocation, no std containers, no global state.
2. `kernels/X.h`    a plain struct of function pointers and `RL_FAMILY(XTable, x)`; both C++ sides see it.
3. `kernels/X.cpp`  includes both and fills the table: `RL_TABLE(XTable, x) = {...};`.
                    setup.py compiles it once per instruction level, by its name alone.
4. `X.pyx`          one thin function per op, with the parameters of the op's body without `B`:

        cimport numpy as cnp
        from rushlight.native cimport guard
        from rushlight.native.threads cimport pool        # only where threads pay
        cnp.import_array()

        cdef extern from "X.h":
            struct XTable:
                void (*exp_f32)(const float*, float*, size_t) noexcept nogil
            const XTable* x_table()
        cdef const XTable* t = x_table()

        def exp(input, out=None):
            cdef const float* p = <const float*> guard.flat(input, cnp.NPY_FLOAT32)
            if p == NULL:
                return NotImplemented
            result = guard.new_like(input) if out is None else out
            cdef float* q = <float*> guard.flat_out(result, cnp.NPY_FLOAT32, guard.size(input))
            if q == NULL or guard.overlaps(result, input):
                return NotImplemented
            t.exp_f32(p, q, guard.size(input))
            return result

        KERNELS = {"exp": exp} if t != NULL else {}

Release the GIL (`with nogil:`) only around work of 20 us or more: giving it up and taking it back
costs about 0.1 us alone, and far more when another thread wants it.
"""

cimport numpy as cnp
from cpython.object cimport PyTypeObject
from cpython.ref cimport Py_INCREF
from numpy cimport ndarray, npy_intp

cdef extern from "numpy/arrayobject.h":
    object PyArray_NewFromDescr(PyTypeObject*, cnp.dtype, int, npy_intp*, npy_intp*, void*, int, object)


cdef inline bint exact(object x) noexcept:
    """Tell whether `x` is a `numpy.ndarray` itself, not a subclass."""
    return cnp.PyArray_CheckExact(x)


cdef inline int typenum(object x) noexcept:
    """Return the NumPy type number of an exact ndarray, or -1 for any other object."""
    return cnp.PyArray_TYPE(<ndarray> x) if cnp.PyArray_CheckExact(x) else -1


cdef inline char* flat(object x, int num) noexcept:
    """Return the data of a readable C-contiguous array of type `num`, or NULL."""
    if not cnp.PyArray_CheckExact(x) or cnp.PyArray_TYPE(<ndarray> x) != num:
        return NULL
    if not cnp.PyArray_ISCARRAY_RO(<ndarray> x):
        return NULL
    return <char*> cnp.PyArray_DATA(<ndarray> x)


cdef inline char* flat_n(object x, int num, npy_intp n) noexcept:
    """Return the data as `flat` does, and only when the array has exactly `n` elements."""
    return flat(x, num) if cnp.PyArray_CheckExact(x) and cnp.PyArray_SIZE(<ndarray> x) == n else NULL


cdef inline char* flat_out(object x, int num, npy_intp n) noexcept:
    """Return the data of a writable C-contiguous array of type `num` with `n` elements, or NULL."""
    if not cnp.PyArray_CheckExact(x) or cnp.PyArray_TYPE(<ndarray> x) != num:
        return NULL
    if not cnp.PyArray_ISCARRAY(<ndarray> x) or cnp.PyArray_SIZE(<ndarray> x) != n:
        return NULL
    return <char*> cnp.PyArray_DATA(<ndarray> x)


cdef inline char* strided(object x, int num, int ndim, npy_intp* shape, npy_intp* strides) noexcept:
    """Return the data of an aligned native array of `ndim` dims, or NULL.

    Fills `shape`, and `strides` counted in elements (negative ones included); refuses an array
    whose strides are not whole elements. Every element lies at `data + sum(i * stride)`.
    """
    cdef int d
    cdef npy_intp item, step
    if not cnp.PyArray_CheckExact(x) or cnp.PyArray_TYPE(<ndarray> x) != num:
        return NULL
    if cnp.PyArray_NDIM(<ndarray> x) != ndim or not cnp.PyArray_ISBEHAVED_RO(<ndarray> x):
        return NULL
    item = cnp.PyArray_ITEMSIZE(<ndarray> x)
    for d in range(ndim):
        step = cnp.PyArray_STRIDE(<ndarray> x, d)
        if step % item != 0:
            return NULL
        shape[d] = cnp.PyArray_DIM(<ndarray> x, d)
        strides[d] = step // item
    return <char*> cnp.PyArray_DATA(<ndarray> x)


cdef inline npy_intp size(object x) noexcept:
    """Return the number of elements of an exact ndarray, or -1."""
    return cnp.PyArray_SIZE(<ndarray> x) if cnp.PyArray_CheckExact(x) else -1


cdef inline int ndim(object x) noexcept:
    """Return the number of dimensions of an exact ndarray, or -1."""
    return cnp.PyArray_NDIM(<ndarray> x) if cnp.PyArray_CheckExact(x) else -1


cdef inline npy_intp dim(object x, int d) noexcept:
    """Return the length of dimension `d` (0 <= d < ndim) of an exact ndarray, or -1."""
    if not cnp.PyArray_CheckExact(x) or d < 0 or d >= cnp.PyArray_NDIM(<ndarray> x):
        return -1
    return cnp.PyArray_DIM(<ndarray> x, d)


cdef inline bint same_shape(object x, object y) noexcept:
    """Tell whether two exact ndarrays have the same shape."""
    return (cnp.PyArray_CheckExact(x) and cnp.PyArray_CheckExact(y)
            and cnp.PyArray_SAMESHAPE(<ndarray> x, <ndarray> y))


cdef inline bint overlaps(object out, object x) noexcept:
    """Tell whether two C-contiguous arrays share memory otherwise than element upon element.

    An output may be the very same memory as an input of an elementwise kernel; a shifted overlap
    would have the kernel read what it has already written.
    """
    cdef char* p
    cdef char* q
    if not cnp.PyArray_CheckExact(out) or not cnp.PyArray_CheckExact(x):
        return True
    p = <char*> cnp.PyArray_DATA(<ndarray> out)
    q = <char*> cnp.PyArray_DATA(<ndarray> x)
    if p == q and cnp.PyArray_ITEMSIZE(<ndarray> out) == cnp.PyArray_ITEMSIZE(<ndarray> x):
        return False
    return p < q + cnp.PyArray_NBYTES(<ndarray> x) and q < p + cnp.PyArray_NBYTES(<ndarray> out)


cdef inline bint disjoint(object out, object x) noexcept:
    """Tell whether two C-contiguous arrays share no byte at all (needed where elements of x repeat)."""
    if not cnp.PyArray_CheckExact(out) or not cnp.PyArray_CheckExact(x):
        return False
    cdef char* p = <char*> cnp.PyArray_DATA(<ndarray> out)
    cdef char* q = <char*> cnp.PyArray_DATA(<ndarray> x)
    return p >= q + cnp.PyArray_NBYTES(<ndarray> x) or q >= p + cnp.PyArray_NBYTES(<ndarray> out)


cdef inline ndarray new(int nd, npy_intp* dims, int num):
    """Return a new uninitialised C-contiguous array of type `num`."""
    return <ndarray> cnp.PyArray_EMPTY(nd, dims, num, 0)


cdef inline ndarray new_like(object x):
    """Return a new uninitialised C-contiguous array of the shape and dtype of the ndarray `x`."""
    if not cnp.PyArray_CheckExact(x):
        raise TypeError("expected a numpy.ndarray")
    return <ndarray> cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(<ndarray> x), cnp.PyArray_DIMS(<ndarray> x), cnp.PyArray_TYPE(<ndarray> x), 0)


cdef inline ndarray new_as(object x, int num):
    """Return a new uninitialised C-contiguous array of the shape of the ndarray `x` and of type `num`."""
    if not cnp.PyArray_CheckExact(x):
        raise TypeError("expected a numpy.ndarray")
    return <ndarray> cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(<ndarray> x), cnp.PyArray_DIMS(<ndarray> x), num, 0)


cdef inline ndarray new_of(object x, int nd, npy_intp* dims):
    """Return a new uninitialised C-contiguous array of the dtype of the ndarray `x`, whatever it is."""
    if not cnp.PyArray_CheckExact(x):
        raise TypeError("expected a numpy.ndarray")
    cdef cnp.dtype dtype = <cnp.dtype> cnp.PyArray_DESCR(<ndarray> x)
    Py_INCREF(dtype)
    return <ndarray> PyArray_NewFromDescr(<PyTypeObject*> cnp.ndarray, dtype, nd, dims, NULL, NULL, 0, None)


cdef inline char* behaved(object x) noexcept:
    """Return the data of a readable aligned native array of any layout and type, or NULL; see `stride`."""
    if not cnp.PyArray_CheckExact(x) or not cnp.PyArray_ISBEHAVED_RO(<ndarray> x):
        return NULL
    return <char*> cnp.PyArray_DATA(<ndarray> x)


cdef inline char* behaved_out(object x) noexcept:
    """Return the data of a writable aligned native array of any layout and type, or NULL."""
    if not cnp.PyArray_CheckExact(x) or not cnp.PyArray_ISBEHAVED(<ndarray> x):
        return NULL
    return <char*> cnp.PyArray_DATA(<ndarray> x)


cdef inline npy_intp stride(object x, int d) noexcept:
    """Return the bytes between elements along dimension `d` (0 <= d < ndim) of an exact ndarray, or 0."""
    if not cnp.PyArray_CheckExact(x) or d < 0 or d >= cnp.PyArray_NDIM(<ndarray> x):
        return 0
    return cnp.PyArray_STRIDE(<ndarray> x, d)


cdef inline ndarray new_strided(object like, int num, int nd, npy_intp* dims, npy_intp* strides):
    """Return a new array of type `num`, or of the dtype of `like` when that is -1, with these strides in bytes.

    They must be the strides of an array without gaps, its dimensions in any order; anything else raises.
    """
    cdef cnp.dtype dtype
    cdef npy_intp step
    cdef int d, k
    if num >= 0:
        dtype = cnp.PyArray_DescrFromType(num)
    elif cnp.PyArray_CheckExact(like):
        dtype = <cnp.dtype> cnp.PyArray_DESCR(<ndarray> like)
    else:
        raise TypeError("expected a numpy.ndarray")
    for d in range(nd):                 # each stride is the product of the lengths of those with smaller ones
        step = dtype.itemsize
        for k in range(nd):
            if strides[k] < strides[d]:
                step *= dims[k] if dims[k] > 1 else 1
            elif k != d and strides[k] == strides[d] and dims[k] > 1 and dims[d] > 1:
                raise ValueError("two dimensions with one stride")
        if strides[d] != step and dims[d] > 1:
            raise ValueError("not the strides of an array without gaps")
    Py_INCREF(dtype)
    return <ndarray> PyArray_NewFromDescr(<PyTypeObject*> cnp.ndarray, dtype, nd, dims, strides, NULL, 0, None)


cdef inline bint intersects(object out, object x) noexcept:
    """Tell whether two arrays share memory otherwise than element upon element."""
    cdef char* p = behaved(out)
    cdef char* q = behaved(x)
    cdef char* p_end = p + cnp.PyArray_ITEMSIZE(<ndarray> out)
    cdef char* q_end = q + cnp.PyArray_ITEMSIZE(<ndarray> x)
    cdef int d
    cdef bint twins = p == q and p_end - p == q_end - q and same_shape(out, x)
    for d in range(ndim(out)):
        twins = twins and (stride(out, d) == stride(x, d) or dim(out, d) == 1)
        reach(&p, &p_end, (dim(out, d) - 1) * stride(out, d))
    for d in range(ndim(x)):
        reach(&q, &q_end, (dim(x, d) - 1) * stride(x, d))
    return not twins and p < q_end and q < p_end


cdef inline void reach(char** begin, char** end, npy_intp far) noexcept:
    """Widen a range of memory by a dimension whose last element lies `far` bytes from its first."""
    if far < 0:
        begin[0] += far
    else:
        end[0] += far
