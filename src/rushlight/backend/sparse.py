"""The backend of sparse arrays: for each op that has a meaning on them, a function of arrays.

Ops, gradient rules and backward walks meet sparse arrays like those of any other backend. What is not in the
table has no meaning on them and raises what PyTorch raises.
"""
import numpy as np

from .. import devices, dtypes
from . import base
from . import sparse_array as sa
from .cpu import B as CPU
from .sparse_array import COO, CSC, CSR, STORAGE, SparseArray, TITLES, coalesced, coordinates

HANDLERS = {}
_BLAND = "{} is unsupported for Sparse tensors"


class Sparse(base.Backend):
    """Ops by name on sparse arrays, alone or beside plain ones."""

    device_type = "cpu"
    takes_cpu = True
    sparse = True
    xp = np
    array_type = SparseArray

    def __init__(self):
        super().__init__()
        self.bodies = set()                 # of ops made for sparse arrays
        self.names = {}                     # body of any other op -> its name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise _unsupported(name)

    def run(self, body, values):
        """Run an op: by the table, or, where it was made for sparse arrays, by its body."""
        if body in self.bodies:
            return body(CPU, *values)
        name = self.name_of(body)
        handler = HANDLERS.get(name)
        if handler is None:
            raise _unsupported(name, next((v for v in values if isinstance(v, SparseArray)), None))
        if name in _ON_VALUES:
            return handler(body, values)
        return handler(*values)

    def name_of(self, body):
        """Return the name of the op that a body belongs to."""
        return self.names.get(body, body.__name__).lstrip("_")

    def call(self, name, *values):
        """Compute an op of the table."""
        return HANDLERS[name](*values)

    # ---- what the core asks

    def layout_of(self, x):
        return x.layout

    def device_of(self, _x):
        return devices.CPU

    def asarray(self, x):
        return x if isinstance(x, (SparseArray, np.ndarray)) else np.asarray(x)

    def cast(self, x, dt):
        """Return a sparse or plain array in another dtype."""
        return CPU.cast(x, dt) if not isinstance(x, SparseArray) else x if x.dtype == dt \
            else x.with_values(CPU.cast(x.values, dt))

    astype = cast

    def copy(self, x):
        return SparseArray(tuple([p.copy() for p in x.parts]), x.values.copy(), x.shape, x.coalesced, x.layout)

    clone = copy

    def strides(self, x):
        return (0,) * x.ndim

    def is_contiguous(self, _x):
        return False

    def as_strided(self, x, shape, strides, offset):
        raise _unsupported("as_strided", x)

    restrided = as_strided

    def view(self, x, shape):
        raise _unsupported("view", x)

    def empty_like(self, x, dtype=None):
        return emptied(x, dtype)

    def fill(self, x, value):
        """Drop all places: no other number can stand everywhere."""
        if value != 0:
            raise _unsupported("fill_.Scalar", x)
        return x.assign(emptied(x))

    def real(self, x):
        return x.with_values(CPU.real(x.values))

    def to_numpy(self, x):
        raise TypeError(f"can't convert {TITLES[x.layout]} layout tensor to numpy. Use Tensor.to_dense() first.")

    def copyto(self, dst, src):
        """Store an array in a sparse one, which takes over its places."""
        if not isinstance(src, SparseArray):
            raise RuntimeError("copy_() between dense and sparse Tensors is not implemented! Found self type = "
                               "torch.sparse.FloatTensor and src type = torch.FloatTensor")
        return dst.assign(self.cast(self.copy(src), dst.dtype))

    def accumulate(self, array, g):
        """Return the sum of a gradient so far and a new one, in the memory of the former where it is plain."""
        if isinstance(array, SparseArray):
            return add(array, g) if isinstance(g, SparseArray) else add(g, array)
        return sa.add_into(array, g)

    def write(self, op, target, values):
        """Do an op on a plain target and sparse others in the target's memory."""
        if op.name in ("add", "sub") and isinstance(values[1], SparseArray) and values[1].shape == target.shape:
            sa.add_into(target, values[1], values[2] if op.name == "add" else -values[2])
            return
        found = self.run(op.body, values)
        np.copyto(target, sa.to_dense(found) if isinstance(found, SparseArray) else found, casting="same_kind")

    def parts_to_show(self, x):
        """Return ([(name, array), ...], suffixes) of what printing shows."""
        if x.layout is COO:
            named = [("indices", x.indices), ("values", x.values)]
        else:
            names = ("crow_indices", "col_indices") if x.layout is CSR else ("ccol_indices", "row_indices")
            named = [*zip(names, x.parts), ("values", x.values)]
        return named, [f"size={x.shape}", f"nnz={x.nnz}"]


def _unsupported(name, x=None):
    if x is not None and x.layout is not COO:
        return RuntimeError(f"unsupported tensor layout: {TITLES[x.layout]}")
    return NotImplementedError(f"Could not run 'aten::{name}' with arguments from the 'SparseCPU' backend. Rushlight computes "
                               "it on dense tensors alone: use Tensor.to_dense() first.")


def handles(*names):
    """Register a function of an op's arrays and options under the op's names."""
    def decorate(f):
        HANDLERS.update(dict.fromkeys(names, f))
        return f
    return decorate


# ------------------------------------------------------------------ each value by itself

_ON_VALUES = {"abs", "sqrt", "sin", "sinh", "tan", "tanh", "asin", "asinh", "atan", "atanh", "expm1", "log1p", "ceil", "floor",
              "round", "trunc", "sign", "sgn", "deg2rad", "rad2deg", "erf", "erfinv", "relu", "isnan", "isinf", "isposinf",
              "isneginf", "signbit", "frac", "nan_to_num", "angle", "neg", "to_copy", "clone", "conj_physical", "conj",
              "positive", "square", "floor_divide", "cast_gradient"}
#: of those, what keeps the places as they are: it may be computed before values of one place are added
_LINEAR = {"neg", "to_copy", "clone", "conj_physical", "conj", "positive", "cast_gradient"}


@handles(*_ON_VALUES)
def on_values(body, values):
    """Compute an op on the values, of a coalesced array unless the op is linear."""
    x = values[0]
    name = SPARSE.name_of(body)
    if not isinstance(x, SparseArray) or any(isinstance(v, SparseArray) for v in values[1:]):
        raise _unsupported(name)
    if x.layout is COO and name not in _LINEAR:
        x = coalesced(x)
    values = [x.values, *values[1:]]
    kernel = CPU.kernels.get(name)
    found = kernel(*values) if kernel is not None else NotImplemented
    found = body(CPU, *values) if found is NotImplemented else found
    found = x.with_values(np.asarray(found))
    if name in ("clone", "to_copy"):
        found.parts = tuple([p.copy() for p in x.parts])
    return found


@handles("pow")
def power(x, exponent):
    """Return the values, coalesced, to the power of a number other than 0."""
    if not isinstance(x, SparseArray) or isinstance(exponent, SparseArray) or getattr(exponent, "shape", ()):
        raise _unsupported("pow.Tensor_Tensor")
    if exponent == 0:
        raise RuntimeError("pow: cannot raise to zeroth power on sparse tensor; it would make the result tensor dense")
    x = coalesced(x) if x.layout is COO else x
    return x.with_values(np.power(x.values, exponent).astype(x.dtype, copy=False))


@handles("relu_backward")
def relu_backward(grad, result):
    if not isinstance(result, SparseArray):
        return coalesced(grad).with_values(np.where(sa.picked(result, coalesced(grad)) > 0, coalesced(grad).values, 0))
    return result.with_values(np.where(result.values > 0, sa.picked(grad, result), 0).astype(grad.dtype, copy=False))


# ------------------------------------------------------------------ arithmetic

def _scaled(x, factor):
    return x if type(factor) is int and factor == 1 else x.with_values((x.values * factor).astype(x.dtype, copy=False))


@handles("add")
def add(input, other, alpha=1):
    """Return input + alpha * other: sparse where both are."""
    if not isinstance(input, SparseArray):
        if getattr(input, "shape", None) is None or len(input.shape) < other.ndim:
            input = np.asarray(input)
            if not input.ndim and other.ndim:
                raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
        return sa.add_into(np.array(np.broadcast_to(input, other.shape)), other, alpha)
    if not isinstance(other, SparseArray):
        if input.layout is not COO and getattr(other, "shape", None) == input.shape:
            return sa.add_into(np.array(other * alpha if alpha != 1 else other), input)
        raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
    if input.shape != other.shape:
        raise RuntimeError("add: expected sizes of 'self' and 'other' to match, but "
                           f"{list(input.shape)} != {list(other.shape)}")
    if input.sparse_dim != other.sparse_dim:
        raise RuntimeError(f"add: expected 'self' and 'other' to have same number of sparse dimensions, but "
                           f"{input.sparse_dim} != {other.sparse_dim}")
    return sa.added(input, _scaled(other, alpha))


@handles("sub")
def sub(input, other, alpha=1):
    return add(input, other, -alpha)


@handles("rsub")
def rsub(input, other, alpha=1):
    return add(other, input, -alpha)


@handles("mul", "mul_conj")
def mul(input, other):
    """Return the product: sparse, zero wherever either is."""
    if not isinstance(input, SparseArray):
        input, other = other, input
    if not isinstance(other, SparseArray):
        if not getattr(other, "shape", ()):
            return _scaled(input, other)
        if len(other.shape) > input.ndim:
            raise RuntimeError(_BLAND.format("expand"))
        other = np.broadcast_to(other, input.shape)
        x = coordinates(input)
        found = x.values * sa.picked(other, x)
        return input.with_values(found)
    if input.shape != other.shape:
        raise RuntimeError(_BLAND.format("expand"))
    if input.layout is not COO and input.layout is other.layout:
        return sa.compressed(mul(coordinates(input), coordinates(other)), input.layout)
    if not other.coalesced:
        input, other = other, input
    have, want = sa.keys(coalesced(other)), sa.keys(input)
    kept = np.isin(want, have)
    part = SparseArray((input.indices[:, kept],), input.values[kept], input.shape, input.coalesced)
    return part.with_values(part.values * sa.picked(other, part))


@handles("div")
def div(input, other, rounding_mode=None):
    if isinstance(other, SparseArray) or getattr(other, "shape", ()):
        raise RuntimeError("Sparse division requires a scalar or zero-dim dense tensor divisor (got shape "
                           f"{list(other.shape)} for divisor)")
    if rounding_mode is not None:
        input = coalesced(input)
    if rounding_mode is None and input.dtype.kind in "biu":
        input = SPARSE.cast(input, dtypes.get_default_dtype().np)
    found = input.values / other
    if rounding_mode is not None:
        found = np.trunc(found) if rounding_mode == "trunc" else np.floor(found)
    return input.with_values(np.asarray(found).astype(input.dtype, copy=False))


# ------------------------------------------------------------------ products of matrices

def _check_product(a, b, of=""):
    if not isinstance(a, SparseArray):          # dense @ sparse
        if a.shape[1] != b.shape[0]:
            raise RuntimeError(f"addmm: Argument #3 (dense): Expected dim 0 size {b.shape[0]}, got {a.shape[1]}")
    elif a.shape[1] != b.shape[0]:
        raise RuntimeError(f"mm: Argument #2: Expected dim 0 size {a.shape[1]}, got {b.shape[0]}" if isinstance(b, SparseArray)
                           else f"addmm: Argument #3 (dense): Expected dim 0 size {a.shape[1]}, got {b.shape[0]}")
    if a.dtype != b.dtype:
        raise RuntimeError(f"addmm: Expected both matrices to be of one dtype, but got {dtypes.from_np(a.dtype).short} and "
                           f"{dtypes.from_np(b.dtype).short}{of}")


@handles("mm")
def mm(a, b):
    """Return a @ b of two matrices: plain unless both are sparse."""
    if a.ndim != 2 or b.ndim != 2:
        which, x = ("self", a) if a.ndim != 2 else ("mat2", b)
        raise RuntimeError(f"mm: Expected {which} to be a matrix, got {x.ndim}-D tensor")
    _check_product(a, b)
    if not isinstance(a, SparseArray):
        return np.ascontiguousarray(sa.times_dense(b.T, a.T).T)
    if not isinstance(b, SparseArray):
        return sa.times_dense(a, b)
    found = sa.times_sparse(a, b)
    return sa.compressed(found, a.layout) if a.layout is not COO and b.layout is a.layout else found


@handles("mv")
def mv(a, b):
    if isinstance(b, SparseArray) and not isinstance(a, SparseArray):
        b = sa.to_dense(b)
        return a @ b
    if a.shape[-1] != b.shape[0]:
        raise RuntimeError("mv: expected self.size(-1) == vec.size(-1)")
    return sa.times_dense(a, sa.to_dense(b) if isinstance(b, SparseArray) else b)


@handles("addmm")
def addmm(input, a, b, beta=1, alpha=1):
    found = mm(a, b)
    if isinstance(found, SparseArray):
        return add(_scaled(input, beta), found, alpha)
    found = found * found.dtype.type(alpha) if alpha != 1 else found
    if beta == 0:
        return found
    if isinstance(input, SparseArray):
        return add(found, input, beta)
    return found + (input * found.dtype.type(beta) if beta != 1 else input)


@handles("bmm")
def bmm(a, b):
    """Return the products of the matrices of a sparse batch with those of a plain one."""
    if not isinstance(a, SparseArray) or isinstance(b, SparseArray):
        raise _unsupported("bmm")
    return np.stack([sa.times_dense(_selected(a, 0, k), b[k]) for k in range(a.shape[0])]) if a.shape[0] \
        else np.zeros((0, a.shape[1], b.shape[2]), dtype=a.dtype)


@handles("matmul")
def matmul(a, b):
    if a.ndim == 2 and b.ndim == 2:
        return mm(a, b)
    if b.ndim == 1 and a.ndim == 2:
        return mv(a, b)
    if a.ndim == 1 and b.ndim == 2:
        return mv(b.T, a)
    if a.ndim == 3 and b.ndim == 3:
        return bmm(a, b)
    raise _unsupported("matmul", a if isinstance(a, SparseArray) else b)


@handles("linear")
def linear(input, weight, bias=None):
    found = matmul(input, weight.T if isinstance(weight, SparseArray) else weight.T)
    return found if bias is None else found + bias


# ------------------------------------------------------------------ shapes

def _axis(x, dim):
    if not -x.ndim <= dim < x.ndim:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-x.ndim}, {x.ndim - 1}], but got {dim})")
    return dim % x.ndim


@handles("t")
def t(x):
    if x.sparse_dim > 2 or x.dense_dim:
        raise RuntimeError(f"t() expects a tensor with <= 2 sparse and 0 dense dimensions, but got {x.sparse_dim} sparse and "
                           f"{x.dense_dim} dense dimensions")
    return x if x.ndim < 2 else sa.permuted(x, (1, 0))


@handles("transpose")
def transpose(x, a, b):
    order = list(range(x.ndim))
    a, b = _axis(x, a), _axis(x, b)
    order[a], order[b] = b, a
    return sa.permuted(x, order)


@handles("permute")
def permute(x, dims):
    dims = [_axis(x, d) for d in dims]
    if len(dims) != x.ndim:
        raise RuntimeError("permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
                           f"desired ordering of dimensions i.e. input.dim() = {x.ndim} is not equal to len(dims) = {len(dims)}")
    return sa.permuted(x, dims)


@handles("unsqueeze")
def unsqueeze(x, dim):
    x = coordinates(x)
    k = dim % (x.ndim + 1)
    shape = (*x.shape[:k], 1, *x.shape[k:])
    if k <= x.sparse_dim:
        row = np.zeros((1, x.nnz), dtype=np.int64)
        return SparseArray((np.concatenate([x.indices[:k], row, x.indices[k:]]),), x.values, shape, x.coalesced)
    return SparseArray(x.parts, np.expand_dims(x.values, k - x.sparse_dim + 1), shape, x.coalesced)


def _selected(x, dim, index):
    """Return x[..., index, ...] as a sparse array, or as a plain one where no sparse dimension is left."""
    x = coordinates(x)
    dim = _axis(x, dim)
    n = x.shape[dim]
    if not -n <= index < n:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(x.shape)} at dimension {dim}")
    index %= n
    shape = x.shape[:dim] + x.shape[dim + 1:]
    if dim >= x.sparse_dim:
        return SparseArray(x.parts, x.values.take(index, axis=dim - x.sparse_dim + 1), shape, x.coalesced)
    kept = x.indices[dim] == index
    values = x.values[kept]
    if x.sparse_dim == 1:
        return np.asarray(values.sum(axis=0, dtype=x.dtype))
    return SparseArray((np.delete(x.indices, dim, 0)[:, kept],), values, shape, x.coalesced)


HANDLERS["select"] = _selected


@handles("slice")
def slice_(x, dim=0, start=None, end=None, step=1):
    """Return a part of a dimension, as a copy."""
    if step != 1:
        raise _unsupported("slice", x)
    start, end, _ = slice(start, end).indices(x.shape[_axis(x, dim)])
    return narrowed(x, dim, start, max(end - start, 0))


@handles("basic_index")
def assign(_x, _index):
    """Refuse `x[index] = value`, which alone takes views of sparse arrays by an index."""
    raise TypeError("Cannot assign to a sparse tensor")


@handles("index_select")
def index_select(x, dim, index):
    """Return the lines that `index` names, in its order, repeated where it repeats them."""
    x = coalesced(x)
    dim = _axis(x, dim)
    n = x.shape[dim]
    if index.size and not (-n <= index.min() and index.max() < n):
        raise IndexError(f"index_select(): index contains {index[(index < -n) | (index >= n)][0]} that is out of range for "
                         f"tensor of size {list(x.shape)} at dimension {dim}")
    index = np.where(index < 0, index + n, index)
    shape = (*x.shape[:dim], len(index), *x.shape[dim + 1:])
    if dim >= x.sparse_dim:
        return SparseArray(x.parts, x.values.take(index, axis=dim - x.sparse_dim + 1), shape, True)
    order = np.argsort(x.indices[dim], kind="stable")
    line = x.indices[dim][order]
    low, high = np.searchsorted(line, index), np.searchsorted(line, index, "right")
    counts = high - low
    to = np.repeat(np.arange(len(index)), counts)
    at = order[np.repeat(low, counts) + np.arange(len(to)) - np.repeat(np.cumsum(counts) - counts, counts)]
    indices = x.indices[:, at]
    indices[dim] = to
    return SparseArray((indices,), x.values[at], shape, dim == 0)


def narrowed(x, dim, start, length):
    """Return the part [start, start + length) of a dimension."""
    x = coordinates(x)
    dim = _axis(x, dim)
    shape = (*x.shape[:dim], length, *x.shape[dim + 1:])
    if dim >= x.sparse_dim:
        return SparseArray(x.parts, x.values.take(range(start, start + length), axis=dim - x.sparse_dim + 1), shape, x.coalesced)
    kept = (x.indices[dim] >= start) & (x.indices[dim] < start + length)
    indices = x.indices[:, kept]
    indices[dim] -= start
    return SparseArray((indices,), x.values[kept], shape, x.coalesced)


@handles("cat")
def cat(arrays, dim=0):
    if not all(isinstance(x, SparseArray) for x in arrays):
        raise RuntimeError("Concatenating sparse tensors, but a dense tensor was found")
    arrays = [coordinates(x) for x in arrays]
    first = arrays[0]
    dim = _axis(first, dim)
    for k, x in enumerate(arrays):
        if x.shape[:dim] + x.shape[dim + 1:] != first.shape[:dim] + first.shape[dim + 1:]:
            raise RuntimeError(f"All tensors must have the same shape: {list(first.shape)} (except in the concatenating "
                               f"dimension), but found shape: {list(x.shape)} (dimension: {dim}) for position {k}")
    shape = (*first.shape[:dim], sum([x.shape[dim] for x in arrays]), *first.shape[dim + 1:])
    if dim >= first.sparse_dim:
        raise _unsupported("cat over a dense dimension")
    start, indices = 0, []
    for x in arrays:
        moved = x.indices.copy()
        moved[dim] += start
        start += x.shape[dim]
        indices.append(moved)
    return SparseArray((np.concatenate(indices, 1),), np.concatenate([x.values for x in arrays]), shape)


@handles("stack")
def stack(arrays, dim=0):
    return cat([unsqueeze(x, dim) for x in arrays], dim)


@handles("unbind")
def unbind(x, dim=0):
    return tuple([_selected(x, dim, k) for k in range(x.shape[_axis(x, dim)])])


@handles("expand", "spread")
def expand(_x, *_size):
    raise RuntimeError(_BLAND.format("expand"))


@handles("reshape", "unsafe_view")
def reshape(_x, *_size):
    raise RuntimeError("reshape is not implemented for sparse tensors")


# ------------------------------------------------------------------ reductions

@handles("sum")
def total(x, dim=None, keepdim=False, dtype=None):
    """Return the sum of all elements as a plain array, or a sparse one over some dimensions."""
    if dtype is not None:
        x = x.with_values(CPU.cast(x.values, dtype.np))
    elif x.dtype.kind in "biu":
        x = x.with_values(x.values.astype(np.int64))
    if dim is None or dim == () or dim == []:
        return np.asarray(x.values.sum(dtype=x.dtype))
    if x.layout is not COO and not keepdim:
        raise RuntimeError("reduction operations on CSR tensors with keepdim=False is unsupported")
    axes = sorted({_axis(x, d) for d in (dim if isinstance(dim, (tuple, list)) else (dim,))})
    found = sa.summed(coalesced(x), axes)
    if isinstance(found, SparseArray):
        found = coalesced(found)
        if keepdim:
            for a in axes:
                found = unsqueeze(found, a)
    elif found.ndim == 0 and x.ndim and not keepdim:
        return found
    elif keepdim:
        found = np.expand_dims(found, tuple(axes))
    return found


@handles("linalg_vector_norm")
def norm(x, ord=2, dim=None, keepdim=False, dtype=None):
    """Return the norm of all elements."""
    if dim is not None or keepdim:
        raise _unsupported("linalg_vector_norm", x)
    values = coalesced(x).values.reshape(-1)
    return np.asarray(np.linalg.norm(values, ord) if values.size else 0, dtype=x.dtype if dtype is None else dtype.np)


@handles("isclose")
def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Compare all elements, as dense arrays."""
    a, b = (sa.to_dense(x) if isinstance(x, SparseArray) else x for x in (input, other))
    return np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan)


@handles("any")
def any_(x, dim=None, keepdim=False):
    if dim is not None or keepdim:
        raise _unsupported("any.dim", x)
    return np.asarray(bool(coalesced(x).values.any()))


@handles("zero")
def zero(x):
    """Return an array without places."""
    return emptied(x)


def emptied(x, dt=None):
    """Return an array of the same shape and layout without places."""
    dt = x.dtype if dt is None else dt
    values = np.zeros((0,) + x.values.shape[1:], dtype=dt)
    if x.layout is not COO:
        starts, others = x.parts
        return SparseArray((np.zeros_like(starts), others[:0]), values, x.shape, True, x.layout)
    return SparseArray((np.zeros((x.sparse_dim, 0), dtype=np.int64),), values, x.shape, True)


@handles("copy")
def copy(input, other):
    return SPARSE.cast(SPARSE.copy(other), input.dtype)


SPARSE = base.register_array(Sparse())
SparseArray.backend = SPARSE

__all__ = ["CSC", "CSR", "COO", "SPARSE", "STORAGE"]
