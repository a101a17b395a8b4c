"""What an op body may ask of `B`, and the registry of backends.

`B` is an object with the names of the Array API standard (2024.12) and the extras below. The
extras are the few places where NumPy, CuPy and the standard differ, or where the standard has
nothing. `Backend` implements them in standard terms where that is possible; a backend overrides
what it has better.
"""
from typing import Any

from .. import dtypes, formats


class NeedsLoop(RuntimeError):
    """Raised where a body cannot go on with an array that stands for a batch (see `batched.py`).

    `backend`, where it is set, can run the body.
    """

    backend: Any = None

#: Category letters of the dtypes of ml_dtypes by NumPy's: bfloat16 and float8, complex32.
KINDS = {"V": "f", "W": "c"}


class Backend:
    """The namespace that op bodies compute with.

    Attributes:
        device_type: "cpu", "cuda", ...
        xp: the array module the standard names are taken from.
        array_type: the class of its arrays.
        kernels: op name -> native function, tried before the op's body.
        takes_cpu: whether arrays of the CPU may stand beside this backend's.
        sparse: whether its arrays keep only some of their elements (see `sparse.py`).
        void: whether its arrays have no values (see `meta.py`): what is written into them goes nowhere.
    """

    takes_cpu = False
    void = False
    sparse = False
    device_type: Any = None
    xp: Any = None
    array_type: Any = None

    def __init__(self):
        self.kernels = {}

    def __getattr__(self, name):
        # Only on a miss: the standard's name is looked up once and kept on the instance.
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.xp, name)
        setattr(self, name, found)
        return found

    def layout_of(self, _x):
        """Return the `torch.layout` of an array."""
        return formats.strided

    def run(self, body, values):
        """Run an op's body on arrays of this backend."""
        return body(self, *values)

    # ---- dtypes

    def dt(self, d):
        """Return the backend's dtype object for one of torch's."""
        return d.np

    def torch_dtype(self, x):
        """Return torch's dtype of an array."""
        return dtypes.from_np(x.dtype)

    def kind(self, x):
        """Return the category letter of an array's dtype: 'b', 'i', 'u', 'f' or 'c'."""
        return KINDS.get(x.dtype.kind, x.dtype.kind)

    def cast(self, x, dt):
        """Return `x` in the backend dtype `dt`, itself when it has it already."""
        return x if x.dtype == dt else self.astype(x, dt)

    # ---- memory

    def copy(self, x):
        """Return a fresh C-ordered copy."""
        return self.xp.asarray(x, copy=True)

    def c_order(self, x):
        """Return x, copied if its elements do not lie in C order."""
        return x if self.is_contiguous(x) else self.copy(x)

    def clone(self, x):
        """Return a fresh copy that keeps the order of the dimensions in memory, where there are no gaps."""
        return self.copy(x)

    def strides(self, x):
        """Return the strides in elements."""
        size = x.dtype.itemsize
        return tuple(s // size for s in x.strides)

    def is_contiguous(self, x):
        """Whether the elements lie in C order without gaps."""
        return x.flags.c_contiguous

    def as_strided(self, x, shape, strides, offset):
        """Return a view of x's storage; strides and offset in elements, checked against its bounds."""
        raise NotImplementedError(f"{type(self).__name__} has no as_strided")

    def check_strided(self, storage, shape, strides, offset):
        """Raise RuntimeError unless a strided view lies inside of the storage."""
        self.as_strided(storage, shape, strides, offset)

    def restrided(self, x, shape, strides, offset):
        """`as_strided` with the offset counted from x's first element, in the memory that x is a part of."""
        return self.as_strided(x, shape, strides, offset)

    def to_numpy(self, x):
        """Return a NumPy array of the values (the same memory on the CPU)."""
        raise NotImplementedError(f"{type(self).__name__} has no to_numpy")

    def from_numpy(self, a, index=None):
        """Return an array of this backend with the values of the NumPy array `a`."""
        raise NotImplementedError(f"{type(self).__name__} has no from_numpy")

    # ---- views and products where the standard is slow or silent

    def view(self, x, shape):
        """Return x's memory in another shape, or None where only a copy has it."""
        try:
            return self.xp.reshape(x, shape, copy=None if 0 in x.shape else False)
        except (ValueError, AttributeError):        # array-api-strict raises the latter
            return None

    def swapaxes(self, x, a, b):
        """Return a view with two axes exchanged."""
        axes = list(range(x.ndim))
        axes[a], axes[b] = axes[b], axes[a]
        return self.permute_dims(x, tuple(axes))

    def diagonal(self, x, offset, axis1, axis2):
        """Return a view of a diagonal, as the last axis."""
        rest = [k for k in range(x.ndim) if k not in (axis1, axis2)]
        return self.linalg.diagonal(self.permute_dims(x, (*rest, axis1, axis2)), offset=offset)

    def windows(self, x, axis, size, step):
        """Return a view of the windows along an axis, whose elements become the last axis."""
        starts = range(0, x.shape[axis] - size + 1, step)
        pieces = [self.moveaxis(x[(slice(None),) * axis + (slice(k, k + size), ...)], axis, -1) for k in starts]
        return self.stack(pieces, axis=axis)

    def view_dtype(self, x, dt):
        """Return x's bytes as another dtype; the last axis grows or shrinks with the size."""
        return x.view(dt)

    def take_any(self, x, indices, axis):
        """Return x's elements at indices of any shape along an axis, C-ordered; IndexError outside of it."""
        found = self.take(x, self.reshape(indices, (-1,)), axis=axis)
        return self.reshape(found, x.shape[:axis] + indices.shape + x.shape[axis + 1:])

    def lstsq(self, a, b, rcond=None):
        """Return (solution of smallest norm, rank, singular values) of the least-squares problem |a x - b|."""
        u, s, vh = self.linalg.svd(a, full_matrices=False)
        if rcond is None:
            rcond = self.finfo(s.dtype).eps * max(a.shape)
        keep = s > rcond * (self.max(s) if 0 not in s.shape else 0)
        one = self.ones((), dtype=s.dtype)
        scaled = self.where(keep, one / self.where(keep, s, one), self.zeros((), dtype=s.dtype))
        conj = self.conj if self.kind(a) == "c" else (lambda x: x)
        return conj(vh.mT) @ (self.astype(scaled, a.dtype)[:, None] * (conj(u.mT) @ b)), int(self.count_nonzero(keep)), s

    def argsort(self, x, axis=-1, stable=True):
        """Return the indices that sort x along an axis."""
        return self.xp.argsort(x, axis=axis, stable=stable)

    def ranked(self, x, low, high, axis):
        """Return the indices of the elements that a sort along an axis would put at low ... high - 1, in any order."""
        return self.argsort(x, axis=axis)[(slice(None),) * axis + (slice(low, high),)]

    def partition_value(self, x, k):
        """Return the element of a vector that is at place k in ascending order, or None where that takes a sort."""
        return None

    def bincount(self, x, weights=None, minlength=0):
        """Return how often each of 0 ... max(x) occurs, or the sums of its weights."""
        size = max(minlength, int(self.max(x)) + 1 if 0 not in x.shape else 0)
        weights = self.ones(x.shape, dtype=self.int64) if weights is None else weights
        return self.add_at(self.zeros((size,), dtype=weights.dtype), x, weights)

    def unique_all(self, x):
        """Return (distinct elements in order, place of each element among them, how many of each)."""
        found = self.xp.unique_all(x)
        return found.values, found.inverse_indices, found.counts

    def blank(self, x, drop):
        """Return x with 0 where the mask `drop` holds."""
        return self.where(drop, self.zeros_like(x), x)

    def column_sums(self, x):
        """Return the sums of a matrix's columns."""
        return self.sum(x, axis=0)

    def all_below(self, x, limit):
        """Whether every integer of x lies in [0, limit)."""
        return not self.any(self.logical_or(x < 0, x >= limit))

    def pick_columns(self, x, columns):
        """Return x[i, columns[i]] for each row i of a matrix."""
        return self.squeeze(self.take_along_axis(x, self.expand_dims(columns, axis=1), axis=1), axis=1)

    def add_to_columns(self, x, columns, value):
        """Do x[i, columns[i]] += value for each row i of a matrix; return x."""
        return self.add_at(x, (self.arange(x.shape[0]), columns), value)

    def by_kernel(self, name, *args):
        """Return what the kernel of an op makes of large arrays, None where there is none for them."""
        return None

    def product(self, a, b):
        """Return `matmul(a, b)`, with half precision accumulated in float32."""
        return self.matmul(a, b)

    def gemm(self, a, b):
        """Return `product(a, b)` by a native kernel where there is one: for ops that have none of their own."""
        return self.product(a, b)

    # ---- mathematics that the standard lacks

    def exp2(self, x):
        """Return 2**x; integers become float64."""
        x = x if self.kind(x) in "fc" else self.astype(x, self.float64)
        return self.pow(self.asarray(2, dtype=x.dtype), x)

    def fmod(self, x, y):
        """Return the remainder of x / y with the sign of x."""
        r = self.remainder(self.abs(x), self.abs(y) if hasattr(y, "dtype") else abs(y))
        return self.where(x < 0, -r, r)

    def fmax(self, x, y):
        """Return the larger element, the other one where one is nan."""
        return self.where(self.isnan(y) | (x >= y), x, y)

    def fmin(self, x, y):
        """Return the smaller element, the other one where one is nan."""
        return self.where(self.isnan(y) | (x <= y), x, y)

    def gcd(self, x, y):
        """Return the greatest common divisor of integers."""
        x, y = self.broadcast_arrays(self.abs(x), self.abs(y))
        while self.any(y != 0):
            x, y = self.where(y == 0, x, y), self.where(y == 0, y, self.remainder(x, self.where(y == 0, 1, y)))
        return x

    def frexp(self, x):
        """Return (mantissa in [0.5, 1) with the sign of x, int32 exponent)."""
        plain = self.isfinite(x) & (x != 0)
        e = self.where(plain, self.floor(self.log2(self.abs(self.where(plain, x, 1.0)))) + 1, 0.0)
        m = x * self.exp2(-e)
        low, high = self.abs(m) < 0.5, self.abs(m) >= 1     # log2 rounded across a power of two
        e = e + self.astype(plain & high, x.dtype) - self.astype(plain & low, x.dtype)
        return self.where(plain, x * self.exp2(-e), x), self.astype(e, self.int32)

    def cumulative_sum(self, x, axis):
        """Return the running sums along an axis, in x's own dtype."""
        return self.xp.cumulative_sum(x, axis=axis, dtype=x.dtype)

    def cumulative_prod(self, x, axis):
        """Return the running products along an axis, in x's own dtype."""
        return self.xp.cumulative_prod(x, axis=axis, dtype=x.dtype)

    def cumulative_max(self, x, axis):
        """Return the largest elements so far along the last axis; nan stays from where it is met."""
        return self.stack([self.max(x[..., :k + 1], axis=-1) for k in range(x.shape[-1])], axis=-1)

    def cumulative_min(self, x, axis):
        """Return the smallest elements so far along the last axis; nan stays from where it is met."""
        return self.stack([self.min(x[..., :k + 1], axis=-1) for k in range(x.shape[-1])], axis=-1)

    def logaddexp_accumulate(self, x):
        """Return the running log-sum-exp along the last axis."""
        found = [x[..., 0]]
        for k in range(1, x.shape[-1]):
            found.append(self.logaddexp(found[-1], x[..., k]))
        return self.stack(found, axis=-1)

    def make_complex(self, real, imag):
        """Return the complex array of two real ones of the same dtype."""
        dt = self.complex128 if real.dtype.itemsize == 8 else self.complex64
        return self.astype(real, dt) + self.astype(imag, dt) * 1j

    def view_as_real(self, x):
        """Return the parts of complex numbers in a new last axis (a view where the backend can)."""
        return self.stack([self.real(x), self.imag(x)], axis=-1)

    def view_as_complex(self, x):
        """Return the complex numbers whose parts lie in the last axis (a view where the backend can)."""
        return self.make_complex(x[..., 0], x[..., 1])

    def scipy_special(self, name):
        """Return a function of SciPy's `special` that works on this backend's arrays."""
        function = _scipy_special(name)
        return lambda *arrays: self.from_numpy(function(*[self.to_numpy(a) for a in arrays]))

    # ---- writing (bodies write only into arrays they made)

    def fill(self, x, value):
        """Store one number in every element of x; return x."""
        x[...] = value
        return x

    def put(self, x, index, value):
        """Do `x[index] = value` and return x."""
        x[index] = value
        return x

    def add_at(self, x, index, value):
        """Do `x[index] += value` with repeated indices accumulated; return x."""
        raise NotImplementedError(f"{type(self).__name__} has no add_at")

    def combine_at(self, x, index, value, how):
        """Combine values into `x[index]`, repeated indices too, by "sum", "prod", "amax" or "amin"; return x."""
        raise NotImplementedError(f"{type(self).__name__} has no combine_at")

    def put_along_axis(self, x, indices, values, axis):
        """Write values at the indices along an axis; return x."""
        raise NotImplementedError(f"{type(self).__name__} has no put_along_axis")

    def copyto(self, dst, src):
        """Store src, broadcast and converted, into dst's memory; return dst."""
        dst[...] = self.cast(src, dst.dtype)
        return dst


def _scipy_special(name):
    try:
        from scipy import special
    except ImportError as e:
        raise ImportError(f"torch.special.{name} needs SciPy: pip install rushlight[scipy]") from e
    return getattr(special, name)


# ------------------------------------------------------------------ registry

_BY_ARRAY = {}
_BY_DEVICE = {}
_LOADERS = {}


def register(backend):
    """Make a backend known by its array type and its device type."""
    _BY_ARRAY[backend.array_type] = backend
    _BY_DEVICE[backend.device_type] = backend
    return backend


def register_array(backend):
    """Make a backend known by its array type alone: its device has another one already."""
    _BY_ARRAY[backend.array_type] = backend
    return backend


def register_lazy(device_type, loader):
    """Name the function that imports and registers the backend of a device on first use."""
    _LOADERS[device_type] = loader


def of_array(x):
    """Return the backend of an array, or None when `x` is no array of any loaded backend."""
    found = _BY_ARRAY.get(type(x))
    if found is None:
        for kind, backend in _BY_ARRAY.items():
            if isinstance(x, kind):
                return backend
    return found


def of_device(device):
    """Return the backend of a device; raises as torch does when it cannot be had."""
    found = _BY_DEVICE.get(device.type)
    if found is None:
        loader = _LOADERS.get(device.type)
        if loader is None:
            raise NotImplementedError(f"Could not run on the '{device.type}' device: no backend for it is installed")
        found = loader()
    return found
