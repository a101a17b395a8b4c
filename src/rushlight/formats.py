"""`torch.layout` and `torch.memory_format`: how elements may lie in memory."""


class _Named:
    """An immutable singleton that prints as `torch.<name>`."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return "torch." + self.name

    def __reduce__(self):
        return _by_name, (self.name,)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class layout(_Named):
    """How a tensor keeps its elements: all of them (`torch.strided`), or some with their places (`torch.sparse_coo` ...)."""

    __slots__ = ()


class memory_format(_Named):
    """The order of the dimensions in memory that an operation is asked for."""

    __slots__ = ()


layout.__module__ = memory_format.__module__ = "torch"

strided = layout("strided")
sparse_coo = layout("sparse_coo")
sparse_csr = layout("sparse_csr")
sparse_csc = layout("sparse_csc")
sparse_bsr = layout("sparse_bsr")
sparse_bsc = layout("sparse_bsc")
jagged = layout("jagged")

contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")

BY_NAME = {f.name: f for f in (strided, sparse_coo, sparse_csr, sparse_csc, sparse_bsr, sparse_bsc, jagged,
                               contiguous_format, preserve_format, channels_last, channels_last_3d)}

#: dimensions from the outermost to the innermost in memory
_ORDERS = {channels_last: (0, 2, 3, 1), channels_last_3d: (0, 2, 3, 4, 1)}


def _by_name(name):
    return BY_NAME[name]


def order(format, ndim):
    """Return the dimensions in memory order, outermost first; None for plain C order.

    Raises RuntimeError when the format asks for another number of dimensions.
    """
    found = _ORDERS.get(format)
    if found is not None and len(found) != ndim:
        raise RuntimeError(f"required rank {len(found)} tensor to use {format.name} format")
    return found


def rank(format):
    """Return the number of dimensions a format is for; None when any."""
    return len(_ORDERS[format]) if format in _ORDERS else None


def strides(shape, format=contiguous_format):
    """Return the strides, in elements, of a fresh tensor of this shape in a memory format."""
    out, step = [0] * len(shape), 1
    for d in reversed(order(format, len(shape)) or range(len(shape))):
        out[d] = step
        step *= max(shape[d], 1)
    return tuple(out)
