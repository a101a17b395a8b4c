"""What an op body may ask of `B`, and the registry of backends.

`B` is an object with the names of the Array API standard (2024.12) and the extras below. The
extras are the few places where NumPy, CuPy and the standard differ, or where the standard has
nothing. `Backend` implements them in standard terms where that is possible; a backend overrides
what it has better.
"""
from .. import dtypes


class Backend:
    """The namespace that op bodies compute with.

    Attributes:
        device_type: "cpu", "cuda", ...
        xp: the array module the standard names are taken from.
        array_type: the class of its arrays.
        kernels: op name -> native function, tried before the op's body.
    """

    device_type = None
    xp = None
    array_type = None

    def __init__(self):
        self.kernels = {}

    def __getattr__(self, name):
        # Only on a miss: the standard's name is looked up once and kept on the instance.
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.xp, name)
        setattr(self, name, found)
        return found

    # ---- dtypes

    def dt(self, d):
        """Return the backend's dtype object for one of torch's."""
        return d.np

    def torch_dtype(self, x):
        """Return torch's dtype of an array."""
        return dtypes.from_np(x.dtype)

    def kind(self, x):
        """Return the category letter of an array's dtype: 'b', 'i', 'u', 'f' or 'c'."""
        kind = x.dtype.kind
        return "f" if kind == "V" else kind

    def cast(self, x, dt):
        """Return `x` in the backend dtype `dt`, itself when it has it already."""
        return x if x.dtype == dt else self.astype(x, dt)

    # ---- memory

    def copy(self, x):
        """Return a fresh C-ordered copy."""
        return self.xp.asarray(x, copy=True)

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

    def to_numpy(self, x):
        """Return a NumPy array of the values (the same memory on the CPU)."""
        raise NotImplementedError(f"{type(self).__name__} has no to_numpy")

    def from_numpy(self, a, index=None):
        """Return an array of this backend with the values of the NumPy array `a`."""
        raise NotImplementedError(f"{type(self).__name__} has no from_numpy")

    # ---- writing (bodies write only into arrays they made)

    def put(self, x, index, value):
        """Do `x[index] = value` and return x."""
        x[index] = value
        return x

    def add_at(self, x, index, value):
        """Do `x[index] += value` with repeated indices accumulated; return x."""
        raise NotImplementedError(f"{type(self).__name__} has no add_at")

    def put_along_axis(self, x, indices, values, axis):
        """Write values at the indices along an axis; return x."""
        raise NotImplementedError(f"{type(self).__name__} has no put_along_axis")

    def copyto(self, dst, src):
        """Store src, broadcast and converted, into dst's memory."""
        dst[...] = self.cast(src, dst.dtype)


# ------------------------------------------------------------------ registry

_BY_ARRAY = {}
_BY_DEVICE = {}
_LOADERS = {}


def register(backend):
    """Make a backend known by its array type and its device type."""
    _BY_ARRAY[backend.array_type] = backend
    _BY_DEVICE[backend.device_type] = backend
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
