"""Norms of vectors: `linalg.vector_norm`, `norm`, `dist`, `renorm`."""
from math import inf

from .. import dtypes
from ..core.op import T, Ts, composite, method, op, publish
from ..core.tensor import OPS
from ._dims import wrap_dim
from ._rules import axes, nothing, numpy_names, wide
from .pointwise import absolute, sgn
from .pointwise_binary import mul, power, sub
from .pointwise_logic import choose
from .reduce import spread, sum

_LINALG = "linalg.vector_norm"


def _check(B, input, ord, dim, dtype):
    """Raise torch's errors for the order, the dtypes and empty inputs."""
    kind = B.kind(input)
    if isinstance(ord, complex):
        raise RuntimeError(f"{_LINALG}: Expected a non-complex scalar as the order of norm.")
    if not isinstance(ord, (int, float)):
        raise TypeError(f"linalg_vector_norm(): argument 'ord' (position 2) must be Number, not {type(ord).__name__}")
    if kind in "biu":
        raise RuntimeError(f"{_LINALG}: Expected a floating point or complex tensor as input. Got "
                           + B.torch_dtype(input).short)
    if dtype is not None:
        own = B.torch_dtype(input)
        if dtype.category < dtypes.FLOATING:
            raise RuntimeError(f"{_LINALG}: dtype should be floating point or complex, but got {dtype.short}")
        if dtype.is_complex != own.is_complex:
            what = "complex for complex" if own.is_complex else "real for real"
            raise RuntimeError(f"{_LINALG}: dtype should be {what} inputs, but got {dtype.short}")
        if dtypes.promote_types(own, dtype) is not dtype:
            raise RuntimeError(f"{_LINALG}: the dtype of the input ({own.short}) should be convertible without "
                               f"narrowing to the specified dtype ({dtype.short})")
    if not input.size and (ord < 0 or ord == inf):
        axis = axes(dim, input.ndim)
        order = f"{ord:g}"
        if axis is None:
            raise RuntimeError(f"{_LINALG} cannot compute the {order} norm on an empty tensor because the operation "
                               "does not have an identity")
        for k in (axis,) if type(axis) is int else axis:
            if not input.shape[k]:
                raise RuntimeError(f"{_LINALG} cannot compute the {order} norm on the dimension {k}because this "
                                   "dimension is empty and the operation does not have an identity")


@op(name="linalg_vector_norm", ns=(), method=False)
def vector_norm(B, input: T, ord=2, dim=None, keepdim=False, *, dtype=None):
    """Return (sum(|input|**ord))**(1/ord), the norm of the elements over `dim` as one vector.

    Args:
        ord: any real number; inf and -inf give the largest and the smallest |element|, 0 counts the nonzero ones.
        dtype: the dtype to compute and return in.

    Returns: a real tensor. The gradient is 0 where the norm is 0; ties of inf share it.
    """
    _check(B, input, ord, dim, dtype)
    x = wide(B, input if dtype is None else B.cast(input, B.dt(dtype)))
    result_type = B.torch_dtype(input) if dtype is None else dtype
    options = dict(axis=axes(dim, x.ndim), keepdims=keepdim)
    if ord == 2 and B.kind(x) == "f":
        found = B.sqrt(B.sum(x * x, **options))
    else:
        found = _norm_of_sizes(B, B.abs(x), ord, options)
    return B.cast(found, B.dt(result_type.to_real()))


def _norm_of_sizes(B, a, ord, options):
    if ord == inf:
        return B.max(a, **options)
    if ord == -inf:
        return B.min(a, **options)
    if ord == 0:
        return B.cast(B.sum(a != 0, dtype=B.int64, **options), a.dtype)
    if ord == 1:
        return B.sum(a, **options)
    if ord == 2:
        return B.sqrt(B.sum(a * a, **options))
    return B.pow(B.sum(B.pow(a, float(ord)), **options), 1.0 / ord)


def _norm_rule(g, input, out, input_shape, ord, dim, keepdim):
    if ord == 0:
        return nothing(input)
    if ord == 1:
        return mul(sgn(input), spread(g, input_shape, dim, keepdim))
    if ord == 2:
        return mul(input, spread(choose(out == 0, 0, g / out), input_shape, dim, keepdim))
    size = absolute(input)
    if ord in (inf, -inf):
        same = size == spread(out, input_shape, dim, keepdim)
        return sgn(input) * spread(g, input_shape, dim, keepdim) * (same / sum(same, dim, True))
    scale = spread(choose(out == 0, 0, g * power(out, 1.0 - ord)), input_shape, dim, keepdim)
    zero = input == 0
    return choose(zero, 0, input * power(choose(zero, 1, size), ord - 2.0) * scale)


vector_norm.vjp(input=_norm_rule)
publish("linalg", "vector_norm", vector_norm)


def _matrix_norm(input, p, dim, keepdim):
    """The norms that are named by a word."""
    dims = None if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if p not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    if dims is not None and (len(dims) > 2 or (p == "nuc" and len(dims) != 2)):
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    if p == "fro":
        return vector_norm(input, 2, dim, keepdim)
    if dims is None:
        dims = (-2, -1) if input.ndim != 2 else (0, 1)
    if input.ndim < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    from .linalg import svdvals
    a, b = [wrap_dim(d, input.ndim) for d in dims]
    found = sum(svdvals(OPS.movedim(input, (a, b), (-2, -1))), -1)
    return OPS.movedim(OPS.unsqueeze(OPS.unsqueeze(found, -1), -1), (-2, -1), (a, b)) if keepdim else found


@composite
@numpy_names
def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """Return the norm of the elements over `dim` (all by default).

    Args:
        p: a number (see `linalg.vector_norm`), "fro" (the same as 2) or "nuc" (the sum of the singular values of
            the matrices in two dimensions).

    Example:
        >>> torch.norm(torch.tensor([3., 4.]))
        tensor(5.)
    """
    if dtype is not None and input.dtype.category >= dtypes.FLOATING and isinstance(p, str):
        input = input.to(dtype)
    if isinstance(p, str):
        found = _matrix_norm(input, p, dim, keepdim)
    else:
        found = vector_norm(input, 2 if p is None else p, dim, keepdim, dtype=dtype)
    return found if out is None else out.resize_(found.shape).copy_(found)


@composite
def dist(input, other, p=2):
    """Return the norm of order p of input - other."""
    return vector_norm(sub(input, other), p)


@composite
def renorm(input, p, dim, maxnorm, *, out=None):
    """Return input with the slices along `dim` whose norm of order p exceeds `maxnorm` scaled down to it."""
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    dim = wrap_dim(dim, input.ndim)
    length = vector_norm(input, p, tuple([k for k in range(input.ndim) if k != dim]), True)
    scale = choose(length > maxnorm, maxnorm / (length + 1e-7), 1.0)
    return mul(input, scale) if out is None else mul(input, scale, out=out)


@method
def renorm_(input, p, dim, maxnorm):
    """In-place form of `renorm`."""
    return input.copy_(renorm(input.clone(), p, dim, maxnorm))


@op(ns=(), method=False, differentiable=False)
def total_norm(B, tensors: Ts, ord=2.0):
    """Return the norm of several tensors as if their elements were one vector, by way of the norm of each."""
    parts = []
    for x in tensors:
        x = wide(B, x)
        if ord == 2 and B.kind(x) == "f":
            flat = B.reshape(x, (-1,))
            parts.append(B.sqrt(B.vecdot(flat, flat)))
        else:
            parts.append(_norm_of_sizes(B, B.abs(x), ord, {}))
    together = B.stack([B.cast(B.asarray(p), parts[0].dtype) for p in parts])
    dt = B.dt(B.torch_dtype(tensors[0]).to_real())
    return B.cast(B.asarray(_norm_of_sizes(B, B.abs(together), ord, {})), dt)


@composite(method=False)
def frobenius_norm(input, dim, keepdim=False):
    """Return the square root of the sum of squares over `dim`."""
    return vector_norm(input, 2, dim, keepdim)


@composite(method=False)
def nuclear_norm(input, dim=None, keepdim=False):
    """Return the sum of the singular values of a matrix, or of the matrices in two dimensions."""
    if isinstance(dim, bool):
        dim, keepdim = None, dim
    return _matrix_norm(input, "nuc", dim, keepdim)
