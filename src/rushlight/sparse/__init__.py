"""`torch.sparse`: functions of sparse tensors, and the old names of their types."""
from .. import dtypes, formats
from ..core.tensor import OPS, TensorBase
from ..ops import sparse as _ops
from ..ops.linalg import solve
from .check import check_sparse_tensor_invariants

__all__ = ["addmm", "check_sparse_tensor_invariants", "log_softmax", "mm", "sampled_addmm", "softmax", "spdiags", "spsolve",
           "sum", "as_sparse_gradcheck"]


def mm(mat1, mat2, reduce=None):
    """Return the product of a sparse matrix with a plain or sparse one; its gradient has the places of `mat1`.

    Args:
        reduce: how products of one place are combined; "sum" alone.

    Example:
        >>> a = torch.tensor([[0., 2.], [1., 0.]]).to_sparse()
        >>> torch.sparse.mm(a, torch.ones(2, 2))
        tensor([[2., 2.],
                [1., 1.]])
    """
    return _ops.mm(mat1, mat2, reduce)


def addmm(mat, mat1, mat2, *, beta=1.0, alpha=1.0):
    """Return beta * mat + alpha * (mat1 @ mat2) with a sparse `mat1`, whose gradient has its places."""
    return _ops.addmm(mat, mat1, mat2, beta, alpha)


def sum(input, dim=None, dtype=None):
    """Return the sum of a sparse tensor: a plain one of all elements, a sparse one over some dimensions.

    Unlike with `torch.sum`, the gradient has the places of the input.
    """
    return _ops.total(input, dim, dtype)


def softmax(input, dim, *, dtype=None):
    """Return the softmax over a dimension among the places that are held; others count as minus infinity."""
    return _ops.softmax(input, dim, dtype, False)


def log_softmax(input, dim, *, dtype=None):
    """Return the logarithm of `softmax`."""
    return _ops.softmax(input, dim, dtype, True)


def sampled_addmm(input, mat1, mat2, *, beta=1.0, alpha=1.0):
    """Return beta * input + alpha * (mat1 @ mat2), taken at the places of the sparse matrix `input` alone."""
    product = _ops.sampled(mat1, mat2, input)
    return OPS.add(product * alpha, input * beta)


def spdiags(diagonals, offsets, shape, layout=None):
    """Return a sparse matrix with the rows of `diagonals` on its diagonals.

    Args:
        diagonals: (n, length).  offsets: (n), 0 for the main diagonal, positive above it.
        shape: of the matrix; element j of a row comes into column j.
    """
    rows = diagonals[None] if diagonals.ndim == 1 else diagonals
    wanted = offsets.reshape(-1).tolist()
    if len(wanted) != rows.shape[0]:
        raise RuntimeError(f"Number of diagonals ({rows.shape[0]}) does not match the number of offsets ({len(wanted)})")
    if len(set(wanted)) != len(wanted):
        raise RuntimeError("Offset tensor contains duplicate values")
    places, values = [], []
    for row, offset in zip(rows, wanted):
        low, high = max(0, offset), min(shape[1], row.shape[0], shape[0] + offset)
        columns = OPS.arange(low, max(low, high))
        places.append(OPS.stack([columns - offset, columns]))
        values.append(row[low:max(low, high)])
    made = _ops.build_coo(OPS.cat(places, 1), OPS.cat(values), tuple(shape))
    return made if layout in (None, formats.sparse_coo) else made.to_sparse(layout=layout)


def spsolve(input, other, *, left=True):
    """Return the solution x of input @ x = other (or x @ input = other) with a sparse matrix; it is computed densely."""
    return solve(input.to_dense(), other, left=left)


def as_sparse_gradcheck(gradcheck):
    """Return a `gradcheck` that differentiates by the values of sparse inputs.

    Args:
        gradcheck: `torch.autograd.gradcheck`.
    """
    def checked(func, inputs, **options):
        options.pop("masked", None)
        inputs = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
        kept = [t if isinstance(t, TensorBase) and t.is_sparse else None for t in inputs]
        plain = [t if k is None else k.detach().coalesce().values().clone().requires_grad_(k.requires_grad)
                 for t, k in zip(inputs, kept)]

        def dense(*values):
            made = [v if k is None else _ops.build_coo(k.detach().coalesce().indices(), v, tuple(k.shape), True)
                    for v, k in zip(values, kept)]
            out = func(*made)
            return out.to_dense() if isinstance(out, TensorBase) and out.is_sparse else out

        return gradcheck(dense, tuple(plain), **options)
    return checked


# ------------------------------------------------------------------ the old types

class _SparseType(type):
    """What the old types are: callable, and true for sparse tensors of their dtype."""

    dtype = dtypes.float32

    def __instancecheck__(cls, value):
        return isinstance(value, TensorBase) and value.layout is formats.sparse_coo and value.dtype is cls.dtype

    def __call__(cls, *args, device=None):
        return _ops.deprecated(cls.__name__, args, cls.dtype, device)


def _old_type(dtype):
    name = dtype.short + "Tensor"
    return _SparseType(name, (), {"dtype": dtype, "is_cuda": False, "is_sparse": True, "__module__": "torch.sparse",
                                  "__doc__": f"Deprecated: `torch.sparse_coo_tensor(..., dtype={dtype!r})` is meant."})


for _d in (dtypes.float32, dtypes.float64, dtypes.float16, dtypes.bfloat16, dtypes.int64, dtypes.int32, dtypes.int16, dtypes.int8,
           dtypes.uint8):
    globals()[_d.short + "Tensor"] = _old_type(_d)
del _d
