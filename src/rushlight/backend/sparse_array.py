"""Arrays that keep only some of their elements: what a tensor of layout `torch.sparse_coo` or `torch.sparse_csr` holds.

Coordinates (COO): `indices` (sparse_dim, nnz) and `values` (nnz, dense sizes ...); a place may occur several times,
and then its values add up. Compressed (CSR, CSC): of a matrix, where each row (column) starts, and the other index.
"""
import numpy as np

from .. import formats
from .base import NeedsLoop
from .cpu import B as CPU

COO, CSR, CSC = formats.sparse_coo, formats.sparse_csr, formats.sparse_csc

#: layout -> how torch calls it in messages
TITLES = {formats.strided: "Strided", COO: "Sparse", CSR: "SparseCsr", CSC: "SparseCsc"}
STORAGE = "Cannot access data pointer of Tensor that doesn't have storage"
#: NumPy's operators that a plain array on the left calls -> ops
_UFUNCS = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "div"}


class SparseArray:
    """An array of `shape`, zero but for `values`.

    Attributes:
        parts: (indices,) of coordinates; (starts, others) where compressed.
        values: one element, or one block of the dense dimensions, a place.
        shape: the sizes as a dense array has them.
        coalesced: whether places are in order and occur once.
        layout: `torch.sparse_coo`, `torch.sparse_csr` or `torch.sparse_csc`.
    """

    __slots__ = ("parts", "values", "shape", "coalesced", "layout")
    __array_priority__ = 2000
    backend = None                          # set by sparse.py

    def __init__(self, parts, values, shape, coalesced=False, layout=COO):
        self.parts, self.values, self.shape = parts, values, tuple(shape)
        self.coalesced, self.layout = coalesced, layout

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise self.refusal(name)

    def refusal(self, name):
        """Return the error that has a body, which takes this for a plain array, run by the sparse backend."""
        error = NeedsLoop(name)
        error.backend = self.backend
        return error

    def __array__(self, dtype=None, copy=None):
        raise self.refusal("__array__")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        name = _UFUNCS.get(ufunc.__name__)
        if name is None or method != "__call__" or options:
            raise self.refusal(ufunc.__name__)
        return self.backend.call(name, *inputs)

    # ---- gradient rules are written with operators

    def __add__(self, other):
        return self.backend.call("add", self, other)

    def __sub__(self, other):
        return self.backend.call("sub", self, other)

    def __mul__(self, other):
        return self.backend.call("mul", self, other)

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other):
        return self.backend.call("div", self, other)

    def __neg__(self):
        return self.with_values(-self.values)

    def __pow__(self, other):
        return self.backend.call("pow", self, other)

    def __getitem__(self, index):
        raise IndexError("a sparse array is indexed by its own functions")

    def __repr__(self):
        return f"SparseArray({self.parts!r}, {self.values!r}, {self.shape}, {self.layout})"

    # ---- what it is

    @property
    def indices(self):
        """The coordinates (sparse_dim, nnz), whatever the layout."""
        if self.layout is COO:
            return self.parts[0]
        starts, others = self.parts
        lines = np.repeat(np.arange(len(starts) - 1, dtype=np.int64), np.diff(starts))
        rows = [lines, others] if self.layout is CSR else [others, lines]
        return np.array(rows, dtype=np.int64).reshape(2, len(others))

    @property
    def sparse_dim(self):
        return self.parts[0].shape[0] if self.layout is COO else 2

    @property
    def dense_dim(self):
        return len(self.shape) - self.sparse_dim

    @property
    def nnz(self):
        return self.values.shape[0]

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        n = 1
        for s in self.shape:
            n *= s
        return n

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def itemsize(self):
        return self.values.itemsize

    @property
    def strides(self):
        return ()

    @property
    def base(self):
        return self.values                  # never the only holder of its memory

    @property
    def T(self):
        return permuted(self, tuple(range(self.ndim))[::-1])

    @property
    def mT(self):
        return permuted(self, (*range(self.ndim - 2), self.ndim - 1, self.ndim - 2))

    # ---- the same places

    def with_values(self, values):
        """Return an array with the same places and other values."""
        return SparseArray(self.parts, values, self.shape, self.coalesced, self.layout)

    def assign(self, other):
        """Become what `other` is; who holds this array sees it."""
        self.parts, self.values, self.shape = other.parts, other.values, other.shape
        self.coalesced, self.layout = other.coalesced, other.layout
        return self


SparseArray.__module__ = "rushlight"


# ------------------------------------------------------------------ places

def keys(x):
    """Return the flat position of each place among the sparse dimensions."""
    flat = np.zeros(x.nnz, dtype=np.int64)
    for row, n in zip(x.indices, x.shape):
        flat *= n
        flat += row
    return flat


def unkeyed(flat, shape):
    """Return the coordinates of flat positions."""
    rows = np.empty((len(shape), len(flat)), dtype=np.int64)
    rest = flat
    for k in reversed(range(len(shape))):
        rows[k] = rest % shape[k] if shape[k] else 0
        rest = rest // shape[k] if shape[k] else rest
    return rows


def coalesced(x):
    """Return the array with its places in order, each once, the values of one place added."""
    x = coordinates(x)
    if x.coalesced:
        return x
    flat = keys(x)
    order = np.argsort(flat, kind="stable")
    flat = flat[order]
    first = np.ones(len(flat), dtype=bool)
    first[1:] = flat[1:] != flat[:-1]
    starts = np.flatnonzero(first)
    values = x.values[order]
    if len(starts) != len(flat):
        values = np.logical_or.reduceat(values, starts) if values.dtype == bool else _segment_sums(values, starts)
    return SparseArray((x.indices[:, order[starts]],), values, x.shape, True)


def _segment_sums(values, starts):
    """Add the rows of each segment one after the other, as a loop over them does (narrow floats in float32)."""
    if not len(starts):
        return values[:0]
    wide = values.astype(np.float32) if values.dtype.itemsize < 4 and values.dtype.kind in "fV" else values
    flat = wide.reshape(len(wide), -1)
    ends = np.append(starts[1:], len(wide))
    found = flat[starts].copy()
    lengths = ends - starts
    for k in range(1, int(lengths.max()) if lengths.max() <= 64 else 1):
        more = np.flatnonzero(lengths > k)
        found[more] += flat[starts[more] + k]
    if lengths.max() > 64:
        found = np.add.reduceat(flat, starts, axis=0)
    return found.reshape((len(starts),) + values.shape[1:]).astype(values.dtype)


def coordinates(x):
    """Return the array in the layout of coordinates."""
    return x if x.layout is COO else SparseArray((x.indices,), x.values, x.shape, x.layout is CSR)


def compressed(x, layout):
    """Return a matrix in the layout CSR or CSC."""
    if x.layout is layout:
        return x
    x = coalesced(permuted(coordinates(x), (1, 0))) if layout is CSC else coalesced(x)
    n = x.shape[0]
    starts = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(x.indices[0], minlength=n), out=starts[1:])
    shape = x.shape[::-1] if layout is CSC else x.shape
    return SparseArray((starts, x.indices[1].copy()), x.values, shape, True, layout)


def permuted(x, axes):
    """Return the array with its dimensions in another order; sparse and dense ones stay apart."""
    if x.layout is not COO:
        if tuple(axes) == tuple(range(x.ndim)):
            return x
        return SparseArray(x.parts, x.values, x.shape[::-1], True, CSC if x.layout is CSR else CSR)
    d = x.sparse_dim
    if sorted(axes[:d]) != list(range(d)):
        raise RuntimeError("transpose: can only transpose sparse tensors' sparse dimensions among each other")
    order = list(axes[:d])
    values = x.values.transpose((0, *[a - d + 1 for a in axes[d:]])) if x.dense_dim else x.values
    return SparseArray((x.indices[order],), values, [x.shape[a] for a in axes], x.coalesced and order == sorted(order))


# ------------------------------------------------------------------ to and from dense arrays

def to_dense(x):
    """Return a plain array of all elements."""
    out = np.zeros(x.shape, dtype=x.dtype)
    return add_into(out, x)


def add_into(out, x, factor=1):
    """Do `out += factor * x` in the memory of a plain array; return it."""
    x = coalesced(x)
    if not x.sparse_dim:
        if x.nnz:
            out += x.values[0] * factor if factor != 1 else x.values[0]
        return out
    if x.nnz:
        where = tuple(x.indices)
        values = x.values if factor == 1 and type(factor) is not float else x.values * out.dtype.type(factor)
        if out.dtype == bool:
            out[where] |= values
        else:
            out[where] += values
    return out


def from_dense(a, sparse_dim):
    """Return the places of a plain array where anything is not zero."""
    if not a.ndim:
        kept = int(bool(a != 0))
        return SparseArray((np.zeros((0, kept), dtype=np.int64),), a.reshape(1)[:kept].copy(), (), True)
    held = (a != 0).any(axis=tuple(range(sparse_dim, a.ndim))) if sparse_dim < a.ndim else a != 0
    where = np.nonzero(held)
    indices = np.array(where, dtype=np.int64).reshape(sparse_dim, -1)
    return SparseArray((indices,), a[where], a.shape, True)


def picked(source, like):
    """Return the values of `source`, plain or sparse, at the places of `like`."""
    if not isinstance(source, SparseArray):
        return source[tuple(like.indices)] if like.sparse_dim else source[None].repeat(like.nnz, 0)
    if source.parts[0] is like.parts[0] and source.layout is like.layout and source.nnz == like.nnz:
        return source.values
    source = coalesced(source)
    have, want = keys(source), keys(like)
    out = np.zeros((like.nnz,) + source.values.shape[1:], dtype=source.dtype)
    if len(have):
        at = np.minimum(np.searchsorted(have, want), len(have) - 1)
        hit = have[at] == want
        out[hit] = source.values[at[hit]]
    return out


# ------------------------------------------------------------------ sums and products

def added(a, b):
    """Return a + b of two sparse arrays of one dtype: their places merged as torch merges them."""
    if a.layout is not COO or b.layout is not COO:
        found = coalesced(added(coordinates(a), coordinates(b)))
        return compressed(found, a.layout) if a.layout is b.layout else found
    if a.nnz == b.nnz and (a.parts[0] is b.parts[0] or np.array_equal(a.indices, b.indices)):
        return a.with_values(a.values + b.values)
    if a.coalesced and b.coalesced:
        both = SparseArray((np.concatenate([a.indices, b.indices], 1),), np.concatenate([a.values, b.values]), a.shape)
        return coalesced(both)
    return _merged(a, b)


def _merged(a, b):
    """Merge places that may be unordered: of the two heads the smaller goes first, equal ones add up."""
    left, right = keys(a).tolist(), keys(b).tolist()
    n, m = len(left), len(right)
    first, second, i, j = [], [], 0, 0          # the place in a and in b of each result; -1 for none
    while i < n and j < m:
        p, q = left[i], right[j]
        first.append(i if p <= q else -1)
        second.append(j if q <= p else -1)
        i += p <= q
        j += q <= p
    first += [*range(i, n), *[-1] * (m - j)]
    second += [*[-1] * (n - i), *range(j, m)]
    at_a, at_b = np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)
    in_a, in_b = at_a >= 0, at_b >= 0
    values = np.zeros((len(first),) + a.values.shape[1:], dtype=a.dtype)
    indices = np.empty((a.sparse_dim, len(first)), dtype=np.int64)
    indices[:, in_b] = b.indices[:, at_b[in_b]]
    indices[:, in_a] = a.indices[:, at_a[in_a]]
    values[in_a] = a.values[at_a[in_a]]
    values[in_b] += b.values[at_b[in_b]]
    return SparseArray((indices,), values, a.shape)


def by_rows(x, n):
    """Return a matrix of n rows with its places in the order of the rows."""
    if x.coalesced or x.nnz < 2:
        return x
    rows = x.indices[0]
    order = np.argsort(rows.astype(np.uint16) if n <= 1 << 16 else rows, kind="stable")     # 16 bits are sorted by digits
    return SparseArray((x.indices[:, order],), x.values[order], x.shape)


def times_dense(x, dense):
    """Return the plain product of a sparse matrix (n, k) and a plain (k, m) or (k,) array."""
    n = x.shape[0]
    x = by_rows(coordinates(x), n)
    out = np.zeros((n,) + dense.shape[1:], dtype=x.dtype)
    if not x.nnz or not out.size:
        return out
    rows, columns = x.indices
    starts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    step = max(1, (1 << 22) // max(1, out.size // n))       # places at a time: what they pick stays small
    if x.nnz <= step:
        terms = x.values.reshape((-1,) + (1,) * (dense.ndim - 1)) * dense[columns]
        out[rows[starts]] += _segment_sums(terms, starts)
        return out
    bounds = np.append(starts, x.nnz)
    low = 0
    while low < len(starts):
        high = max(low + 1, int(np.searchsorted(bounds, bounds[low] + step, "right")) - 1)
        part = slice(bounds[low], bounds[high])
        terms = x.values[part].reshape((-1,) + (1,) * (dense.ndim - 1)) * dense[columns[part]]
        out[rows[starts[low:high]]] += _segment_sums(terms, starts[low:high] - bounds[low])
        low = high
    return out


def times_sparse(a, b):
    """Return the sparse product of two sparse matrices, coalesced."""
    a, b = coalesced(a), compressed(b, CSR)
    starts, others = b.parts
    rows, middle = a.indices
    counts = (starts[1:] - starts[:-1])[middle]
    at = np.repeat(np.arange(a.nnz), counts)
    within = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    places = starts[middle][at] + within
    indices = np.array([rows[at], others[places]], dtype=np.int64).reshape(2, len(at))
    return coalesced(SparseArray((indices,), a.values[at] * b.values[places] + a.dtype.type(0), (a.shape[0], b.shape[1])))


def sampled_product(a, b, like):
    """Return the values of the plain product a @ b at the places of the sparse matrix `like`."""
    rows, columns = like.indices
    return CPU.asarray(np.einsum("ij,ij->i", a[rows], b.T[columns]).astype(a.dtype, copy=False))


def summed(x, axes):
    """Return the sum over some dimensions: a sparse array, or a plain one where no sparse dimension is left."""
    d = x.sparse_dim
    dense_axes = tuple([a - d + 1 for a in axes if a >= d])
    values = x.values.sum(axis=dense_axes, dtype=x.dtype) if dense_axes else x.values
    kept = [k for k in range(d) if k not in axes]
    if not kept:
        return np.asarray(values.sum(axis=0, dtype=x.dtype))
    shape = [s for k, s in enumerate(x.shape) if k not in axes]
    return SparseArray((x.indices[kept],), values, shape, x.coalesced and len(kept) == d)


def grouped(x, axis):
    """Return (group of each place, number of groups): places that differ in one sparse dimension alone are a group."""
    rest = [k for k in range(x.sparse_dim) if k != axis]
    lines = SparseArray((x.indices[rest],), x.values, [x.shape[k] for k in rest] + list(x.shape[x.sparse_dim:]))
    found, group = np.unique(keys(lines), return_inverse=True)
    return group.reshape(-1), len(found)
