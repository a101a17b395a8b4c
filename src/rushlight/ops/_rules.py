"""Small helpers that bodies and gradient rules of several families share."""
import functools

from .. import dtypes
from ..backend import base as backends
from ..core.modes import state
from ..core.op import T, op
from ..core.tensor import OPS, TensorBase
from ._dims import unique_dims, wrap_dim

__all__ = [
    "axes", "c_name", "chebyshev", "cj", "in_double", "kept_shape", "minus", "no_derivative", "not_for", "nothing",
    "numpy_names", "over", "packed", "plus", "polynomial", "some", "times", "wide",
]

_F32, _F64 = dtypes.float32, dtypes.float64


# ------------------------------------------------------------------ gradient rules

def cj(x):
    """Return the complex conjugate; real tensors, arrays and numbers come back as they are."""
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        return x.conjugate() if isinstance(x, complex) else x
    if getattr(dtype, "kind", "c") not in "cW":
        return x
    from .pointwise_complex import conj
    return conj(x)


# Operators of plain arrays, which a rule mostly gets, are NumPy's, on one thread; ops have kernels. Rules of
# what programs call most are written with these.

def plus(a, b):
    """Return a + b by the op."""
    return OPS.add(a, b)


def minus(a, b):
    """Return a - b by the op."""
    return OPS.sub(a, b)


def times(a, b):
    """Return a * b by the op."""
    return OPS.mul(a, b)


def over(a, b):
    """Return a / b by the op."""
    return OPS.div(a, b)


@op(ns=())
def zeros_as(B, input: T):
    """Return zeros of the shape and dtype of `input`."""
    return B.zeros(input.shape, dtype=input.dtype)


zeros_as.vjp(input=lambda g: zeros_as(g))


def nothing(g):
    """Return the gradient of a step function: zeros, even where `g` is inf or nan."""
    return zeros_as(g)


def some(mask):
    """Whether any element of a mask, a tensor or an array inside a rule, holds (of any sample where it stands for a batch)."""
    array = mask._array if isinstance(mask, TensorBase) else mask
    backend = backends.of_array(array)
    return bool(array) if backend is None else bool(backend.any(array))         # a comparison of a 0-d array gives a scalar


def no_derivative(name):
    """Return a gradient rule that raises as torch does for an op without one."""

    def rule(g):
        raise RuntimeError(f"derivative for aten::{name} is not implemented")
    return rule


def refuse_gradient(function, **tensors):
    """Raise as torch does when an argument without a derivative requires grad."""
    for name, t in tensors.items():
        if t is not None and t.requires_grad and state.grad:
            raise RuntimeError(f"The function '{function}' is not differentiable with respect to argument '{name}'. "
                               "This input cannot have requires_grad True.")


# ------------------------------------------------------------------ dtypes

def not_for(B, x, kinds, kernel):
    """Raise torch's NotImplementedError when the category letter of the array is among `kinds`."""
    if B.kind(x) in kinds:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{B.torch_dtype(x).short}'")


_C_NAMES = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int", "int16": "short int",
            "int8": "signed char", "uint8": "unsigned char", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
            "complex64": "c10::complex<float>", "complex128": "c10::complex<double>"}


def c_name(dtype):
    """Return the C++ name of a dtype, which some of torch's messages show."""
    return _C_NAMES.get(dtype.name, dtype.name)


def wide(B, x):
    """Return float16 and bfloat16 arrays in float32, where torch computes with them; others as they are."""
    return B.cast(x, B.dt(_F32)) if x.dtype.itemsize == 2 and B.kind(x) == "f" else x


def packed(B, x):
    """Return an array in C order, itself when it is: where torch's result is contiguous whatever the input."""
    return x if B.is_contiguous(x) else B.copy(x)


def in_double(B, formula, x, *rest):
    """Return formula(B, x, *rest) computed in float64, in the dtype of `x`."""
    double = B.dt(_F64)
    return B.cast(formula(B, B.cast(x, double), *[B.cast(r, double) for r in rest]), x.dtype)


# ------------------------------------------------------------------ reductions

def axes(dim, ndim):
    """Return a reduction's `dim` (None, an int or a sequence) as the array library takes it.

    None, and an empty sequence, mean all dimensions. A 0-d array has the dimensions -1 and 0.
    """
    if dim is None:
        return None
    if isinstance(dim, int):
        dim = wrap_dim(dim, ndim)
        return dim if ndim else None
    if not isinstance(dim, (tuple, list)):
        dim = _index_of(dim)
        return axes(dim, ndim)
    dims = unique_dims(dim, ndim)
    return dims if dims and ndim else None


def _index_of(dim):
    """Return a NumPy integer or a 0-d tensor as an int; TypeError for anything else."""
    try:
        return dim.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"argument 'dim' must be tuple of ints, not {type(dim).__name__}") from None


def kept_shape(shape, axis):
    """Return a shape with the reduced dimensions kept as 1."""
    if axis is None:
        return (1,) * len(shape)
    if type(axis) is int:
        return shape[:axis] + (1,) + shape[axis + 1:]
    return tuple([1 if i in axis else n for i, n in enumerate(shape)])


def numpy_names(function):
    """Let a composite take NumPy's `axis` and `keepdims` for `dim` and `keepdim`, as torch does."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        if "axis" in kwargs:
            kwargs["dim"] = kwargs.pop("axis")
        if "keepdims" in kwargs:
            kwargs["keepdim"] = kwargs.pop("keepdims")
        return function(*args, **kwargs)
    return call


# ------------------------------------------------------------------ formulas

def polynomial(x, coefficients):
    """Return a polynomial's value by Horner's rule, the highest power's coefficient first."""
    total = x * coefficients[0]
    total += coefficients[1]
    for c in coefficients[2:]:
        total *= x
        total += c
    return total


def chebyshev(x, coefficients):
    """Return sum of c[k] * T_k(x) for x in [-1, 1], by Clenshaw's recurrence."""
    twice = x + x
    b1 = x * 0.0
    b2 = b1
    for c in coefficients[:0:-1]:
        b1, b2 = twice * b1 - b2 + c, b1
    return x * b1 - b2 + coefficients[0]
