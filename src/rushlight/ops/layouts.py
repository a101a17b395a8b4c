"""Sparse tensors by name: constructors and methods, whose work `ops/sparse.py` does when it is first asked for."""
from .. import formats
from ..backend import base as backends
from ..core.op import composite, method, publish
from .matmul import mm


def _sparse():
    from . import sparse
    return sparse


def _is(self, *layouts):
    return backends.of_array(self._array).layout_of(self._array) in layouts


@composite(method=False)
def sparse_coo_tensor(*args, dtype=None, device=None, pin_memory=False, requires_grad=False, check_invariants=None,
                      is_coalesced=None, **named):
    """Return a tensor that is zero but at given places; values of one place add up.

    Args: `(indices, values, size=None)` or `(size)`.
        indices: (sparse_dim, nnz) places.  values: (nnz, ...) what is there.
        size: the shape; by default the smallest that holds all places.
        check_invariants: check that the places lie inside of the shape (always done: memory outside is never read).
        is_coalesced: say that the places are in order and occur once.

    Example:
        >>> torch.sparse_coo_tensor([[0, 1], [2, 0]], [3., 4.], (2, 3)).to_dense()
        tensor([[0., 0., 3.],
                [4., 0., 0.]])
    """
    return _sparse().coo_tensor(args, named, dtype, device, pin_memory, requires_grad, check_invariants, is_coalesced)


def _compressed(name, layout, starts, others):

    def make(*args, dtype=None, device=None, pin_memory=False, requires_grad=False, check_invariants=None, **named):
        return _sparse().compressed_tensor(name, layout, (starts, others), args, named, dtype, device, pin_memory, requires_grad,
                                           check_invariants)

    make.__name__ = name
    make.__doc__ = f"""Return a sparse matrix by its {starts}, {others}, values and, where it is not theirs, size.

    Example:
        >>> torch.{name}([0, 1, 2], [1, 0], [5., 6.]).to_dense()
        tensor([[0., {"5" if layout is formats.sparse_csr else "6"}.],
                [{"6" if layout is formats.sparse_csr else "5"}., 0.]])
    """
    return composite(make, method=False)


sparse_csr_tensor = _compressed("sparse_csr_tensor", formats.sparse_csr, "crow_indices", "col_indices")
sparse_csc_tensor = _compressed("sparse_csc_tensor", formats.sparse_csc, "ccol_indices", "row_indices")


@composite(method=False)
def sparse_compressed_tensor(compressed_indices, plain_indices, values, size=None, *, layout=None, **options):
    """Return a sparse matrix of layout `torch.sparse_csr` or `torch.sparse_csc` (see `sparse_csr_tensor`)."""
    makers = {formats.sparse_csr: sparse_csr_tensor, formats.sparse_csc: sparse_csc_tensor}
    if layout not in makers:
        raise RuntimeError(f"sparse_compressed_tensor: tensors of layout {layout} cannot be made: torch.sparse_csr and "
                           "torch.sparse_csc can")
    return makers[layout](compressed_indices, plain_indices, values, *(() if size is None else (size,)), **options)


publish("torch", "spmm", mm)


# ------------------------------------------------------------------ what they hold

_EXPECTED = {
    "crow_indices": ("sparse row compressed", (formats.sparse_csr,), 0),
    "col_indices": ("sparse row compressed", (formats.sparse_csr,), 1),
    "ccol_indices": ("sparse column compressed", (formats.sparse_csc,), 0),
    "row_indices": ("sparse column compressed", (formats.sparse_csc,), 1),
}
_COO, _ANY = (formats.sparse_coo,), (formats.sparse_coo, formats.sparse_csr, formats.sparse_csc)


def _need(self, name, kind, layouts):
    if not _is(self, *layouts):
        raise RuntimeError(f"{name} expected {kind} tensor layout but got {_title(self)}")


def _title(self):
    return {"sparse_coo": "Sparse", "sparse_csr": "SparseCsr", "sparse_csc": "SparseCsc"}.get(self.layout.name, "Strided")


@method
def coalesce(self):
    """Return the sparse tensor with its places in order and the values of one place added up; itself if it is so."""
    _need(self, "coalesce", "sparse coordinate", _COO)
    return _sparse().coalesce(self)


@method
def is_coalesced(self):
    """Whether a sparse tensor's places are known to be in order and to occur once."""
    _need(self, "is_coalesced", "sparse coordinate", _COO)
    return self._array.coalesced


@method
def indices(self):
    """Return the places (sparse_dim, nnz) of a coalesced sparse tensor."""
    _need(self, "indices", "sparse coordinate", _COO)
    return _sparse().indices(self)


@method
def values(self):
    """Return the values of a coalesced sparse tensor; gradients flow through them."""
    _need(self, "values", "sparse", _ANY)
    return _sparse().values(self)


@method
def _indices(self):
    """Return the places of a sparse tensor as they are, coalesced or not."""
    return _sparse().raw_part(self, "_indices")


@method
def _values(self):
    """Return the values of a sparse tensor as they are, in its memory and outside the graph."""
    return _sparse().raw_part(self, "_values")


@method
def _nnz(self):
    """Return how many places a sparse tensor holds."""
    return _sparse().raw_part(self, "_nnz")


@method
def sparse_dim(self):
    """Return how many dimensions are sparse; 0 for a dense tensor."""
    return self._array.sparse_dim if _is(self, *_ANY) else 0


@method
def dense_dim(self):
    """Return how many dimensions are dense."""
    return self._array.dense_dim if _is(self, *_ANY) else self.ndim


def _part(name, kind, layouts, which):

    def part(self):
        _need(self, name, kind, layouts)
        return _sparse().part(self, which)

    part.__name__ = name
    part.__doc__ = f"Return the {name} of a compressed sparse matrix."
    method(part)


for _name, _found in _EXPECTED.items():
    _part(_name, *_found)


# ------------------------------------------------------------------ from one layout to another

@method
def to_sparse(self, sparse_dim=None, *, layout=None, blocksize=None, dense_dim=None):
    """Return the tensor with only the elements that are not zero.

    Args:
        sparse_dim: how many dimensions are sparse; values keep the others. Default: all.
        layout: `torch.sparse_coo` (the default), `torch.sparse_csr` or `torch.sparse_csc`.
    """
    return _sparse().to_sparse(self, sparse_dim, layout, blocksize, dense_dim)


@method
def to_sparse_coo(self):
    """Return the tensor in the layout of coordinates."""
    return _sparse().to_sparse(self, None, formats.sparse_coo, None, None)


@method
def to_sparse_csr(self, dense_dim=None):
    """Return a matrix in the layout of compressed rows."""
    return _sparse().to_sparse(self, None, formats.sparse_csr, None, dense_dim)


@method
def to_sparse_csc(self, dense_dim=None):
    """Return a matrix in the layout of compressed columns."""
    return _sparse().to_sparse(self, None, formats.sparse_csc, None, dense_dim)


@method
def sparse_mask(self, mask):
    """Return the tensor's elements at the places of the sparse tensor `mask`."""
    return _sparse().sparse_mask(self, mask)


@method
def smm(self, mat2):
    """Return the product of two matrices of which this one is sparse."""
    return self.mm(mat2)


@method
def sparse_resize_(self, size, sparse_dim, dense_dim):
    """Give a sparse tensor another size, larger in no other way than its places allow; return it."""
    return _sparse().resize_(self, size, sparse_dim, dense_dim, False)


@method
def sparse_resize_and_clear_(self, size, sparse_dim, dense_dim):
    """Give a sparse tensor another size and no places; return it."""
    return _sparse().resize_(self, size, sparse_dim, dense_dim, True)
