"""Sparse tensors: making them, what they hold, and the ops that exist for them alone.

A sparse tensor holds a `SparseArray`; ordinary ops reach it through the sparse backend (`backend/sparse.py`). The ops
here have bodies that take sparse arrays; their names start with `_sparse_`.
"""
import warnings

from .. import devices, dtypes, formats
from ..backend import base as backends
from ..backend import sparse_array as sa
from ..backend.sparse import SPARSE
from ..core import views
from ..core.modes import state
from ..core.op import Registry, T, op
from ..core.tensor import OPS, Size, TensorBase, counter, make, set_requires_grad, wants_grad
from ._factory import as_dtype, check_flag, shown_types

SPARSE.names.update({o.body: o.name for o in Registry.ops.values()})
_LARGEST = (1 << 63) - 1
COO, CSR, CSC = formats.sparse_coo, formats.sparse_csr, formats.sparse_csc


def _as_sparse(x, like):
    """Return an array, plain or sparse, at the places of a sparse one."""
    return like.with_values(sa.picked(x, like))


# ------------------------------------------------------------------ ops

def sparse_op(name, grad_name=None):
    """Make an op whose body takes sparse arrays as they are."""
    def decorate(body):
        made = op(ns=(), method=False, name=name, grad_name=grad_name)(body)
        SPARSE.bodies.add(made.body)
        return made
    return decorate


@sparse_op("_sparse_coo", "SparseCooTensorWithDimsAndTensorsBackward0")
def _coo(B, indices: T, values: T, size, is_coalesced):
    """Return a sparse array of places and values."""
    return sa.SparseArray((indices,), values, size, is_coalesced)


@sparse_op("_sparse_compressed")
def _made_compressed(B, starts: T, others: T, values: T, size, layout):
    """Return a compressed sparse array of its parts."""
    return sa.SparseArray((starts, others), values, size, True, layout)


@sparse_op("_sparse_picked")
def _picked(B, grad: T, like: T):
    """Return the values of a gradient at the places of a sparse array."""
    return sa.picked(grad, like)


@sparse_op("_sparse_filled")
def _filled(B, values: T, like: T):
    """Return a sparse array with the places of another."""
    return like.with_values(values)


_coo.vjp(values=lambda g, indices, size: _picked(g, _coo_like(indices, g, size)))
_made_compressed.vjp(values=lambda g, out: _picked(g, out))
_filled.vjp(values=lambda g, like: _picked(g, like))


@sparse_op("_sparse_places")
def _coo_like(B, indices: T, grad: T, size):
    """Return a sparse array of places alone, to say where values are wanted."""
    values = B.zeros((indices.shape[1],) + tuple(size)[indices.shape[0]:], dtype=grad.dtype)
    return sa.SparseArray((indices,), values, size)


@sparse_op("_sparse_values", "ValuesBackward0")
def _own_values(B, input: T):
    """Return the values of a sparse array, in its memory."""
    return input.values


_own_values.vjp(input=lambda g, input: _filled(g, input))


@sparse_op("_sparse_coalesce", "CoalesceBackward0")
def _coalesce(B, input: T):
    """Return a sparse array with its places in order, each once."""
    return sa.coalesced(input)


_coalesce.vjp(input=lambda g: g)


@sparse_op("_sparse_dense", "ToDenseBackward0")
def _dense(B, input: T, masked):
    """Return all the elements of a sparse array."""
    return sa.to_dense(input)


@sparse_op("_sparse_from", "ToSparseBackward0")
def _from_dense(B, input: T, sparse_dim, layout):
    """Return a plain array's elements that are not zero."""
    found = sa.from_dense(input, sparse_dim)
    return found if layout is COO else sa.compressed(found, layout)


@sparse_op("_sparse_layout", lambda args: f"ToSparse{args[1].name[7:].capitalize()}Backward0")
def _changed(B, input: T, layout):
    """Return a sparse array in another layout."""
    return sa.coordinates(input) if layout is COO else sa.compressed(input, layout)


@sparse_op("_sparse_mask", "SparseMaskBackward0")
def _mask(B, input: T, mask: T):
    """Return the elements of an array, plain or sparse, at the places of a sparse one."""
    return _as_sparse(input, mask)


@sparse_op("_sparse_spread")
def _spread(B, input: T):
    """Return all the elements of an array that may be sparse."""
    return sa.to_dense(input) if isinstance(input, sa.SparseArray) else input


def _dense_rule(g, input, masked):
    return _mask(g, input) if masked else _from_dense(g, len(input.shape), COO)


_dense.vjp(input=_dense_rule)
_from_dense.vjp(input=lambda g: _spread(g))
_changed.vjp(input=lambda g, input: _mask(g, input))
_mask.vjp(input=lambda g: _spread(g))
_spread.vjp(input=lambda g: g)


@sparse_op("_sparse_addmm", "SparseAddmmBackward0")
def _addmm(B, input: T, mat1: T, mat2: T, beta, alpha):
    """Return beta * input + alpha * mat1 @ mat2 with a sparse mat1; its gradient has its places."""
    return SPARSE.call("addmm", input, mat1, mat2, beta, alpha)


@sparse_op("_sparse_sampled")
def _sampled(B, a: T, b: T, like: T):
    """Return a @ b at the places of a sparse array."""
    return like.with_values(sa.sampled_product(a, b, like))


def sampled(mat1, mat2, like):
    """Return mat1 @ mat2 at the places of a sparse matrix."""
    return _sampled(mat1, mat2, like)


def _times(x, factor):
    return x if factor == 1 else x * factor


_addmm.vjp(input=lambda g, beta: _times(g, beta),
           mat1=lambda g, mat1, mat2, alpha: _times(_sampled(g, OPS.t(mat2), mat1), alpha),
           mat2=lambda g, mat1, alpha: _times(OPS.mm(OPS.t(mat1), g), alpha))
_sampled.vjp(a=lambda g, b: OPS.mm(g, OPS.t(b)), b=lambda g, a: OPS.t(OPS.mm(OPS.t(g), a)))


@sparse_op("_sparse_matmul", "SparseSparseMatmulBackward0")
def _matmul(B, input: T, other: T):
    """Return the product of two sparse matrices."""
    return SPARSE.call("mm", input, other)


_matmul.vjp(input=lambda g, input, other: _mask(OPS.mm(g, OPS.t(other)), input),
            other=lambda g, input, other: _mask(OPS.mm(OPS.t(input), g), other))


@sparse_op("_sparse_sum", "SparseSumBackward0")
def _sum(B, input: T, dims):
    """Return the sum over some dimensions, as torch.sparse.sum has it."""
    found = sa.summed(sa.coalesced(input), dims)
    return sa.coalesced(found) if isinstance(found, sa.SparseArray) else found


@sparse_op("_sparse_sum_back")
def _sum_back(B, grad: T, input: T, dims):
    """Return the gradient of a sum at the places of what was summed."""
    x, d = input, input.sparse_dim
    kept = [k for k in range(d) if k not in dims]
    if kept:
        shape = [s for k, s in enumerate(x.shape) if k not in dims]
        where = sa.SparseArray((x.indices[kept],), B.empty((x.nnz,)), shape)
        values = sa.picked(grad, where)
    else:
        values = B.broadcast_to(grad, (x.nnz, *grad.shape))
    for k in sorted(k for k in dims if k >= d):
        values = B.expand_dims(values, axis=k - d + 1)
    return x.with_values(B.copy(B.broadcast_to(values, x.values.shape)))


_sum.vjp(input=lambda g, input, dims: _sum_back(g, input, dims))


@sparse_op("_sparse_softmax", lambda args: "SparseLogSoftmaxBackward0" if args[2] else
    "SparseSoftmaxBackward0")
def _softmax(B, input: T, dim, log):
    """Return the (log-)softmax over a dimension, among the places that are held."""
    x = sa.coalesced(input)
    if dim >= x.sparse_dim:
        axis = dim - x.sparse_dim + 1
        shifted = x.values - B.max(x.values, axis=axis, keepdims=True) if x.nnz else x.values
        total = B.sum(B.exp(shifted), axis=axis, keepdims=True)
        return x.with_values(shifted - B.log(total) if log else B.exp(shifted) / total)
    group, n = sa.grouped(x, dim)
    highest = B.combine_at(B.full((n,) + x.values.shape[1:], -float("inf"), dtype=x.dtype), (group,), x.values, "amax")
    shifted = x.values - highest[group]
    total = B.add_at(B.zeros((n,) + x.values.shape[1:], dtype=x.dtype), (group,), B.exp(shifted))[group]
    return x.with_values(shifted - B.log(total) if log else B.exp(shifted) / total)


@sparse_op("_sparse_softmax_back")
def _softmax_back(B, grad: T, out: T, dim, log):
    """Return the gradient of `_softmax` from its result."""
    g = sa.picked(grad, out)
    y = out.values
    factor = B.exp(y) if log else y
    terms = g if log else g * y
    if dim >= out.sparse_dim:
        total = B.sum(terms, axis=dim - out.sparse_dim + 1, keepdims=True)
    else:
        group, n = sa.grouped(out, dim)
        total = B.add_at(B.zeros((n,) + y.shape[1:], dtype=y.dtype), (group,), terms)[group]
    return out.with_values(g - factor * total if log else terms - factor * total)


_softmax.vjp(input=lambda g, out, dim, log: _softmax_back(g, out, dim, log))


@sparse_op("_sparse_rows")
def sparse_rows(B, grad: T, indices: T, rows, padding_idx):
    """Return the gradient of an embedding as the rows that were read, in the order in which they were."""
    flat = B.astype(B.reshape(indices, (indices.size,)), B.int64)
    values = B.reshape(grad, (flat.shape[0], grad.shape[-1]))
    if padding_idx >= 0:
        kept = flat != padding_idx
        flat, values = flat[kept], values[kept]
    return sa.SparseArray((flat[None],), values, (rows, values.shape[1]))


# ------------------------------------------------------------------ making them

def _tensor(value, dtype=None):
    if isinstance(value, TensorBase):
        return value if dtype is None or value.dtype is dtype else value.to(dtype)
    return OPS.tensor(value, dtype=dtype)


def _combination(name, args, kwargs, forms):
    shown = {k: v for k, v in kwargs.items() if v is not None}
    return TypeError(f"{name}() received an invalid combination of arguments - got ({shown_types(args, shown)}), but expected "
                     f"one of:\n{forms}")


_FORMS = (" * (object indices, object values, *, torch.dtype dtype = None, torch.device device = None, bool requires_grad = "
          "False)\n * (object indices, object values, tuple of ints size, *, torch.dtype dtype = None, torch.device device = "
          "None, bool requires_grad = False)\n * (tuple of ints size, *, torch.dtype dtype = None, torch.device device = None, "
          "bool requires_grad = False)\n")


def _sizes(name, size, position):
    if isinstance(size, int):
        size = (size,)
    if isinstance(size, TensorBase) or not isinstance(size, (tuple, list)):
        raise TypeError(f"{name}(): argument 'size' (position {position}) must be tuple of ints, not "
                        f"{type(size).__name__}")
    size = tuple([s if type(s) is int else s.__index__() for s in size])
    n = 1
    for s in size:
        n *= s
    if any(s < 0 for s in size) or n > _LARGEST:
        raise RuntimeError("numel: integer multiplication overflow")
    return size


def _on_cpu(name, device):
    if device is not None and devices.device(device).type != "cpu":
        raise NotImplementedError(f"{name}(): Rushlight keeps sparse tensors in the memory of the CPU alone, not on {device}")


def coo_tensor(args, named, dtype, device, pin_memory, requires_grad, check_invariants, is_coalesced):
    """Do `torch.sparse_coo_tensor`."""
    name = "sparse_coo_tensor"
    given = dict(zip(("indices", "values", "size"), args)) if len(args) > 1 or "values" in named or "indices" in named else \
        dict(zip(("size",), args))
    if len(args) > 3 or not named.keys() <= {"indices", "values", "size"} or named.keys() & given.keys():
        raise _combination(name, args, {**named, "dtype": dtype}, _FORMS)
    given.update(named)
    if not ("values" in given and "indices" in given or set(given) == {"size"}):
        raise _combination(name, args, {**named, "dtype": dtype}, _FORMS)
    if pin_memory:
        raise RuntimeError("Cannot access accelerator device when none is available.")
    _check_flags(name, requires_grad, check_invariants)
    _on_cpu(name, device)
    d = None if dtype is None else as_dtype(name, dtype)
    if set(given) == {"size"}:
        size = _sizes(name, given["size"], 1)
        return _marked(make(empty(size, d or dtypes.get_default_dtype())), requires_grad)
    values = _tensor(given["values"], d)
    indices = _tensor(given["indices"])
    indices = indices if indices.dtype is dtypes.int64 else indices.to(dtypes.int64)
    size = given.get("size")
    made = build_coo(indices, values, None if size is None else _sizes(name, size, 3), bool(is_coalesced))
    if requires_grad or not (state.grad and wants_grad(values)):
        made = made.detach()
    return _marked(made, requires_grad)


def _check_flags(name, requires_grad, check_invariants):
    """TypeError unless both are bools: the places themselves are checked in any case."""
    check_flag(name, "requires_grad", requires_grad)
    if check_invariants is not None:
        check_flag(name, "check_invariants", check_invariants)


def _marked(t, requires_grad):
    if requires_grad:
        set_requires_grad(t, True)
    return t


def empty(size, dtype):
    """Return a sparse array of a size without places."""
    B = backends.of_device(devices.CPU)
    return sa.SparseArray((B.zeros((len(size), 0), dtype=B.int64),), B.zeros((0,), dtype=B.dt(dtype)), size, True)


def build_coo(indices, values, size, is_coalesced=False):
    """Return a sparse tensor of checked places (an int64 tensor) and values."""
    if indices.ndim != 2:
        raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(indices.shape)}")
    if values.ndim == 0:
        values = values[None]
    sparse_dim, nnz = indices.shape
    places = indices._array
    low = places.min(axis=1) if nnz else None
    if nnz and sparse_dim and low.min() < 0:
        k = int((low < 0).argmax())
        raise RuntimeError(f"found negative index {int(low[k])} for dim {k}")
    if size is None:
        size = tuple([int(n) + 1 for n in places.max(axis=1)] if nnz else [0] * sparse_dim) + tuple(values.shape[1:])
        size = _sizes("sparse_coo_tensor", size, 3)
    if len(size) != sparse_dim + values.ndim - 1:
        raise RuntimeError("'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = "
                           f"{len(size)}, sparse_dim = {sparse_dim}, dense_dim = {values.ndim - 1}")
    if nnz != values.shape[0]:
        raise RuntimeError(f"indices and values must have same nnz, but got nnz from indices: {nnz}, nnz from values: "
                           f"{values.shape[0]}")
    if tuple(values.shape[1:]) != tuple(size[sparse_dim:]):
        raise RuntimeError(f"values has incorrect size, expected {[nnz, *size[sparse_dim:]]}, got {list(values.shape)}")
    if nnz and sparse_dim:
        high = places.max(axis=1)
        for k in range(sparse_dim):
            if high[k] >= size[k]:
                raise RuntimeError(f"size is inconsistent with indices: for dim {k}, size is {size[k]} but found index {high[k]}")
    made = sa.SparseArray((places,), values._array, size)
    if is_coalesced and nnz > 1:
        flat = sa.keys(made)
        if not (flat[1:] > flat[:-1]).all():
            raise RuntimeError("cannot set is_coalesced to true if indices correspond to uncoalesced COO tensor")
    return _coo(indices, values, size, is_coalesced or nnz < 2 and sparse_dim > 0)


def compressed_tensor(name, layout, parts, args, named, dtype, device, pin_memory, requires_grad, check_invariants):
    """Do `torch.sparse_csr_tensor` and `torch.sparse_csc_tensor`."""
    given = dict(zip((*parts, "values", "size"), args))
    if len(args) > 4 or not named.keys() <= {*parts, "values", "size"} or named.keys() & given.keys() or not \
            {*parts, "values"} <= {**given, **named}.keys():
        raise _combination(name, args, {**named, "dtype": dtype}, f" * (object {parts[0]}, object {parts[1]}, object values, "
                           "tuple of ints size, *, torch.dtype dtype = None, torch.device device = None)\n")
    given.update(named)
    if pin_memory:
        raise RuntimeError("Cannot access accelerator device when none is available.")
    _check_flags(name, requires_grad, check_invariants)
    _on_cpu(name, device)
    values = _tensor(given["values"], None if dtype is None else as_dtype(name, dtype))
    starts, others = _tensor(given[parts[0]]), _tensor(given[parts[1]])
    made = build_compressed(layout, parts, starts, others, values, given.get("size"))
    if requires_grad or not (state.grad and wants_grad(values)):
        made = made.detach()
    return _marked(made, requires_grad)


def build_compressed(layout, parts, starts, others, values, size):
    """Return a compressed sparse tensor of checked parts."""
    across = "ncols" if layout is CSR else "nrows"
    for name, t in zip((*parts, "values"), (starts, others, values)):
        if t.ndim != 1:
            raise RuntimeError(f"{name} must be a vector: Rushlight keeps one matrix in a compressed sparse tensor")
    for name, t in zip(parts, (starts, others)):
        if t.dtype not in (dtypes.int64, dtypes.int32):
            raise RuntimeError(f"`{parts[0]}` and `{parts[1]}` must have the dtype torch.int32 or torch.int64, but {name} has "
                               f"{t.dtype}")
    a, b, nnz = starts._array, others._array, others.shape[0]
    if size is None:
        lines, width = len(a) - 1, int(b.max()) + 1 if nnz else 0
        size = (lines, width) if layout is CSR else (width, lines)
    size = _sizes("size", size, 4)
    if len(size) != 2:
        raise RuntimeError(f"size must have 2 dimensions, but got {len(size)}")
    lines, width = size if layout is CSR else size[::-1]
    if len(a) != lines + 1:
        raise RuntimeError(f"{parts[0]}.shape[-1] must be equal to the number of {'rows' if layout is CSR else 'columns'} + 1 = "
                           f"{lines + 1}, but got {len(a)}")
    if values.shape[0] != nnz:
        raise RuntimeError(f"number of {parts[1]} and number of values must be equal, but got {nnz} and {values.shape[0]}")
    if a[0] != 0:
        raise RuntimeError(f"`{parts[0]}[..., 0] == 0` is not satisfied.")
    if a[-1] != nnz:
        raise RuntimeError(f"`{parts[0]}[..., -1] == nnz` is not satisfied.")
    if (a[1:] < a[:-1]).any():
        raise RuntimeError(f"`0 <= {parts[0]}[..., 1:] - {parts[0]}[..., :-1] <= {across}` is not satisfied.")
    if nnz and (b.min() < 0 or b.max() >= width):
        raise RuntimeError(f"`0 <= {parts[1]} < {across}` is not satisfied.")
    return _made_compressed(starts, others, values, size, layout)


# ------------------------------------------------------------------ what they hold

def coalesce(t):
    """Do `Tensor.coalesce`."""
    return t if t._array.coalesced else _coalesce(t)


def indices(t):
    """Do `Tensor.indices`."""
    if not t._array.coalesced:
        raise RuntimeError("Cannot get indices on an uncoalesced tensor, please call .coalesce() first")
    return make(t._array.indices)


def values(t):
    """Do `Tensor.values`."""
    if t.layout is COO and not t._array.coalesced:
        raise RuntimeError("Cannot get values on an uncoalesced tensor, please call .coalesce() first")
    found = _own_values(t)
    found._counter = counter(t)
    return found


def part(t, which):
    """Do `Tensor.crow_indices` and its like."""
    return make(t._array.parts[which])


def raw_part(t, name):
    """Do `Tensor._indices`, `_values` and `_nnz`."""
    x = t._array
    if not isinstance(x, sa.SparseArray):
        raise NotImplementedError(f"Could not run 'aten::{name}' with arguments from the 'CPU' backend. Only sparse tensors have "
                                  "it.")
    if name == "_nnz":
        return x.nnz
    return make(x.indices if name == "_indices" else x.values)


def resize_(t, size, sparse_dim, dense_dim, clear):
    """Do `Tensor.sparse_resize_`: the places must fit where they are kept."""
    x = t._array
    size = _sizes("sparse_resize_", size, 1)
    if len(size) != sparse_dim + dense_dim:
        raise RuntimeError(f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, sparse_dim = "
                           f"{sparse_dim}, dense_dim = {dense_dim}")
    if clear or not x.nnz:
        B = backends.of_device(devices.CPU)
        values = B.zeros((0,) + size[sparse_dim:], dtype=x.dtype)
        x.assign(sa.SparseArray((B.zeros((sparse_dim, 0), dtype=B.int64),), values, size, True))
    elif sparse_dim != x.sparse_dim or dense_dim != x.dense_dim or size[sparse_dim:] != x.shape[sparse_dim:]:
        raise RuntimeError("changing the number of sparse or dense dimensions of a non-empty sparse tensor is not supported")
    elif any(n < old for n, old in zip(size, x.shape)):
        raise RuntimeError("shrinking the size of sparse dimensions on a non-empty sparse tensor is not supported.")
    else:
        x.assign(sa.SparseArray(x.parts, x.values, size, x.coalesced))
    views.bump(t, "sparse_resize_")
    return t


# ------------------------------------------------------------------ from one layout to another

def to_dense(t, dtype, masked_grad):
    """Do `Tensor.to_dense` of a sparse tensor."""
    if dtype is not None:
        raise RuntimeError("dtype argument is not supported by sparse_to_dense")
    return _dense(t, masked_grad is None or masked_grad)


def to_sparse(t, sparse_dim, layout, blocksize, dense_dim):
    """Do `Tensor.to_sparse` and its like."""
    layout = layout or COO
    if layout not in (COO, CSR, CSC) or blocksize is not None or dense_dim:
        raise NotImplementedError(f"to_sparse: Rushlight has no tensors of layout {layout} with blocks or dense dimensions")
    x = t._array
    if isinstance(x, sa.SparseArray):
        if sparse_dim is not None and sparse_dim != x.sparse_dim:
            raise RuntimeError("to_sparse: conversion from Sparse to Sparse with sparse_dim argument !=self.sparse_dim() is not "
                               "supported")
        if x.layout is layout:
            return t
        _check_matrix(t, layout)
        return _changed(t, layout)
    if sparse_dim is None:
        sparse_dim = t.ndim
    elif not 0 <= sparse_dim <= t.ndim:
        raise RuntimeError(f"dense_to_sparse: sparse_dim argument must be in [0,{t.ndim}] range, but {sparse_dim} is given")
    elif sparse_dim == 0 and t.ndim:
        raise RuntimeError("dense_to_sparse: sparse_dim argument must be in >0 when self.dim()>0")
    _on_cpu("to_sparse", t.device)
    _check_matrix(t, layout)
    return _from_dense(t, sparse_dim, layout)


def _check_matrix(t, layout):
    if layout is not COO and t.ndim != 2:
        raise RuntimeError("Only tensors with two dimensions can be converted to the "
                           f"{'SparseCsr' if layout is CSR else 'SparseCsc'} layout but got tensor with {t.ndim} dimensions.")


def sparse_mask(t, mask):
    """Do `Tensor.sparse_mask`."""
    if not isinstance(mask, TensorBase) or not isinstance(mask._array, sa.SparseArray):
        raise RuntimeError("sparse_mask(): the mask must be a sparse tensor")
    if t.shape != mask.shape:
        raise RuntimeError(f"sparse_mask(): operands have incompatible sizes; self has size {list(t.shape)} but mask has size "
                           f"{list(mask.shape)}")
    return _mask(t, mask.detach())


# ------------------------------------------------------------------ in files

def taken_apart(t):
    """Return (layout, parts) of a sparse tensor as torch's files have them."""
    x = t._array
    if x.layout is COO:
        return COO, (make(x.indices), make(x.values), t.shape, x.coalesced)
    return x.layout, (*[make(p) for p in x.parts], make(x.values), t.shape)


def put_together(layout, data):
    """Return the sparse tensor of what `taken_apart` gave; everything is checked."""
    if type(data) is not tuple or len(data) not in (3, 4) or not isinstance(data[-1] if len(data) == 3 or layout is not COO
                                                                           else data[2], tuple):
        raise TypeError("a sparse tensor is made of a tuple of tensors and a size")
    tensors = data[:2] if layout is COO else data[:3]
    if not all(isinstance(t, TensorBase) for t in tensors):
        raise TypeError("a sparse tensor is made of tensors")
    if layout is COO:
        flag = data[3] if len(data) == 4 else False
        if not (flag is None or isinstance(flag, bool)) or tensors[0].dtype is not dtypes.int64:
            raise TypeError("the places of a sparse tensor must be int64, and is_coalesced a bool")
        return build_coo(tensors[0].detach(), tensors[1].detach(), _sizes("sparse_coo_tensor", data[2], 3), bool(flag))
    if layout not in (CSR, CSC) or len(data) != 4:
        raise TypeError(f"a sparse tensor cannot have the layout {layout}")
    names = ("crow_indices", "col_indices") if layout is CSR else ("ccol_indices", "row_indices")
    return build_compressed(layout, names, *[t.detach() for t in tensors], data[3])


# ------------------------------------------------------------------ x[index]

def getitem(t, index):
    """Do `x[index]` with integers, None and whole slices; NotImplementedError for the rest, as torch."""
    items = list(index) if type(index) is tuple else [index]
    if any(isinstance(i, (TensorBase, list)) for i in items):
        raise NotImplementedError("Could not run 'aten::index.Tensor' with arguments from the 'SparseCPU' backend. Rushlight "
                                  "computes it on dense tensors alone: use Tensor.index_select() or to_dense() first.")
    taken = sum(i is not None and i is not Ellipsis for i in items)
    if taken > t.ndim:
        raise IndexError(f"too many indices for tensor of dimension {t.ndim}")
    if Ellipsis in items:
        k = items.index(Ellipsis)
        items[k:k + 1] = [slice(None)] * (t.ndim - taken)
    dim, found, number = 0, t, -1
    for item in items:
        number += item is not None
        if item is None:
            found = OPS.unsqueeze(found, dim)
            dim += 1
        elif isinstance(item, slice):
            if item.indices(found.shape[dim]) != (0, found.shape[dim], 1):
                raise NotImplementedError("Could not run 'aten::as_strided' with arguments from the 'SparseCPU' backend. "
                                          "Rushlight takes slices of dense tensors alone: use Tensor.narrow_copy() or "
                                          "to_dense() first.")
            dim += 1
        else:
            k, n = item.__index__(), found.shape[dim]
            if not -n <= k < n:
                raise IndexError(f"index {k} is out of bounds for dimension {number} with size {n}")
            found = OPS.select(found, dim, k)
    return found


# ------------------------------------------------------------------ torch.sparse

def mm(mat1, mat2, reduce=None):
    """Do `torch.sparse.mm`."""
    if reduce not in (None, "sum"):
        raise NotImplementedError("torch.sparse.mm: Rushlight reduces by sums alone")
    first, second = (isinstance(m._array, sa.SparseArray) for m in (mat1, mat2))
    if first and second:
        return _matmul(mat1, mat2)
    if first:
        return addmm(OPS.zeros((), dtype=mat1.dtype), mat1, mat2, 0, 1)
    return OPS.mm(mat1, mat2)


def addmm(mat, mat1, mat2, beta=1, alpha=1):
    """Do `torch.sparse.addmm`."""
    return _addmm(mat, mat1, mat2, beta, alpha)


def total(input, dim=None, dtype=None):
    """Do `torch.sparse.sum`."""
    if dtype is not None:
        input = input.to(dtype)
    if dim is None:
        return OPS.sum(_own_values(coalesce(input) if input.layout is COO else input))
    coalesce_first = input
    n = input.ndim
    dims = []
    for d in (dim if isinstance(dim, (tuple, list)) else (dim,)):
        if not -n <= d < n:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {d})")
        dims.append(d % n)
    return _sum(coalesce_first, tuple(sorted(set(dims))))


def softmax(input, dim, dtype=None, log=False):
    """Do `torch.sparse.softmax` and `log_softmax`."""
    if not isinstance(input._array, sa.SparseArray):
        raise NotImplementedError("Could not run 'aten::_sparse_softmax' with arguments from the 'CPU' backend. It is for sparse "
                                  "tensors.")
    n = input.ndim
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    input = input if dtype is None else input.to(dtype)
    if input.layout is not COO:
        input = _changed(input, COO)
    return _softmax(input, dim % n, log)


def deprecated(kind, args, dtype, device):
    """Do `torch.sparse.FloatTensor(indices, values, size)` and its like."""
    warnings.warn("torch.sparse.SparseTensor(indices, values, shape, *, device=) is deprecated.  Please use "
                  "torch.sparse_coo_tensor(indices, values, shape, dtype=, device=).", stacklevel=4)
    _on_cpu(kind, device)
    if not args or isinstance(args[0], (int, Size)) or len(args) == 1 and isinstance(args[0], (tuple, list)):
        size = args if args and isinstance(args[0], int) else args[0] if args else (0,)
        return make(empty(_sizes(kind, tuple(size), 1), dtype))
    if len(args) > 3 or len(args) < 2 or not all(isinstance(a, TensorBase) for a in args[:2]):
        raise _combination("new", args, {}, " * (Tensor indices, Tensor values, tuple of ints size, *, "
                           "torch.device device = None)\n")
    if args[1].dtype is not dtype:
        raise TypeError(f"expected {dtype.short}Tensor as values (got torch.{args[1].dtype.short}Tensor)")
    return build_coo(args[0], args[1], None if len(args) < 3 else _sizes(kind, args[2], 3))
