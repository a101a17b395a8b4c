"""Copies in another order or number: clone, repeat, flip, roll, triangles, shuffles of pixels and channels."""
from .. import formats
from ..core.engine import same
from ..core.op import T, composite, method, op
from ..core.tensor import OPS, TensorBase
from ._dims import prod, unique_dims, wrap_dim
from .shape import _inverse, _on_diagonal, _sizes, diagonal, expand, reshape, unsafe_view, view

# ------------------------------------------------------------------ clone


@op(grad_name="CloneBackward0")
def clone(B, input: T, *, memory_format=None):
    """Return a copy; strides without gaps are kept (`memory_format=torch.contiguous_format`: C order)."""
    if memory_format is None or memory_format is formats.preserve_format:
        return B.clone(input)
    order = formats.order(memory_format, input.ndim)
    if order is None:
        return B.copy(input)
    return B.permute_dims(B.copy(B.permute_dims(input, order)), _inverse(order))


clone.vjp(input=same)


@method(name="contiguous")
def contiguous(self, memory_format=formats.contiguous_format):
    """Return the tensor itself if it is contiguous in C order (or the given format), else a copy that is."""
    if self.is_contiguous(memory_format=memory_format):
        return self
    return clone(self, memory_format=memory_format)


# ------------------------------------------------------------------ repetition

def _repeated_shape(shape, repeats):
    lead = len(repeats) - len(shape)
    if lead < 0:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    full = (1,) * lead + tuple(shape)
    out = [n * r for n, r in zip(full, repeats)]
    for r, n in zip(repeats, out):
        if r < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {out}")
    return full


@op(ns=(), name="repeat")
def repeat(B, input: T, repeats):
    """Return the tensor repeated along each dimension."""
    return B.tile(B.reshape(input, _repeated_shape(input.shape, repeats)), tuple(repeats))


def _repeat_rule(g, input_shape, repeats):
    full = (1,) * (len(repeats) - len(input_shape)) + tuple(input_shape)
    split = [k for pair in zip(repeats, full) for k in pair]
    return unsafe_view(OPS.sum(unsafe_view(g, tuple(split)), tuple(range(0, len(split), 2))), tuple(input_shape)) \
        if repeats else g


repeat.vjp(input=_repeat_rule)


@method(name="repeat")
def _repeat_method(self, *repeats, **kwargs):
    """Return the tensor repeated `repeats[k]` times along dimension k; extra counts add leading dimensions.

    Raises: RuntimeError for fewer counts than dimensions, or a negative one.
    """
    return repeat(self, _sizes("repeat", "repeats", repeats, kwargs))


@composite(method=False)
def tile(input, dims):
    """Return the tensor repeated; missing counts are 1, as in `numpy.tile`."""
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    return repeat(input, (1,) * (input.ndim - len(dims)) + dims)


@method(name="tile")
def _tile_method(self, *dims, **kwargs):
    """Return `torch.tile(self, dims)`."""
    return tile(self, _sizes("tile", "dims", dims, kwargs))


@op(ns=(), name="_repeat_each", grad_name="ViewBackward0")
def _repeat_each(B, input: T, repeats, dim):
    """Return each position of a dimension repeated the same number of times."""
    return B.repeat(input, repeats, axis=dim)


def _repeat_each_rule(g, input_shape, repeats, dim):
    shape = tuple(input_shape)
    return OPS.sum(unsafe_view(g, shape[:dim + 1] + (repeats,) + shape[dim + 1:]), dim + 1)


_repeat_each.vjp(input=_repeat_each_rule)


@op(ns=(), name="_repeated_indices", differentiable=False)
def _repeated_indices(B, repeats: T):
    """Return index k repeated `repeats[k]` times."""
    if B.kind(repeats) not in "iu":
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{B.torch_dtype(repeats).short}'")
    if repeats.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if prod(repeats.shape) and int(B.min(repeats)) < 0:
        raise RuntimeError("repeats can not be negative")
    return B.repeat(B.arange(repeats.shape[0], dtype=repeats.dtype), repeats)


@composite
def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Return each element (or each position of `dim`) repeated: `repeats` times, or `repeats[k]` times.

    `repeat_interleave(repeats)` alone returns the indices. Without `dim` the input is flattened.
    """
    if repeats is None:
        return _repeated_indices(input)
    if dim is None:
        input, dim = reshape(input, (-1,) if prod(input.shape) else (0,)), 0
    dim = wrap_dim(dim, input.ndim)
    if not isinstance(repeats, TensorBase):
        if repeats < 0:
            raise RuntimeError("Repeats must be non-negative")
        return _repeat_each(input if input.ndim else view(input, (1,)), repeats, dim)
    if repeats.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    input = input if input.ndim else view(input, (1,))
    n = input.shape[dim]
    if repeats.ndim == 0 or repeats.shape[0] == 1 != n:
        repeats = expand(reshape(repeats, (1,)), (n,))
    elif repeats.shape[0] != n:
        raise RuntimeError("repeats must have the same size as input along dim, but got repeats.size(0) = "
                           f"{repeats.shape[0]} and input.size({dim}) = {n}")
    index = _repeated_indices(repeats)
    if output_size is not None and output_size != index.shape[0]:
        raise RuntimeError("allocated size does not match required size")
    return OPS.index_select(input, dim, index)


# ------------------------------------------------------------------ flips and rolls

@op(method=False)
def flip(B, input: T, dims):
    """Return a copy with the order of the given dimensions reversed."""
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    return B.copy(B.flip(input, axis=unique_dims(dims, input.ndim)) if dims and input.ndim else input)


flip.vjp(input=lambda g, dims: flip(g, dims))


@method(name="flip")
def _flip_method(self, *dims, **kwargs):
    """Return `torch.flip(self, dims)`."""
    return flip(self, _sizes("flip", "dims", dims, kwargs))


@composite
def fliplr(input):
    """Return the tensor with dimension 1 reversed."""
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, (1,))


@composite
def flipud(input):
    """Return the tensor with dimension 0 reversed."""
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, (0,))


def _pair(value):
    return (value,) if isinstance(value, int) or not hasattr(value, "__len__") else tuple(value)


@op
def roll(B, input: T, shifts, dims=()):
    """Return the elements shifted along dimensions, around the end; without `dims`, of the flattened tensor."""
    shifts, dims = _pair(shifts), _pair(dims if dims is not None else ())
    if not shifts:
        raise RuntimeError("`shifts` required")
    if len(shifts) != len(dims) and not (len(shifts) == 1 and not dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if not dims:
        return B.reshape(B.roll(B.reshape(input, (-1,)), shifts[0]), input.shape) if prod(input.shape) else B.copy(input)
    axes = tuple([wrap_dim(d, input.ndim) for d in dims])
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    return B.c_order(B.roll(input, shifts, axis=axes))


roll.vjp(input=lambda g, shifts, dims: roll(g, tuple([-s for s in _pair(shifts)]), dims))


@op
def rot90(B, input: T, k=1, dims=(0, 1)):
    """Return the tensor rotated by k quarter turns in the plane of two dimensions, from the first to the second."""
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    a, b = [wrap_dim(d, input.ndim) for d in dims]
    if a == b:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    k %= 4
    if k == 0:
        return B.copy(input)
    if k == 2:
        return B.copy(B.flip(input, axis=(a, b)))
    return B.copy(B.flip(B.swapaxes(input, a, b), axis=(a,)) if k == 1 else B.swapaxes(B.flip(input, axis=(a,)), a, b))


rot90.vjp(input=lambda g, k, dims: rot90(g, -k, dims))


# ------------------------------------------------------------------ triangles and diagonals

def _check_triangle(name, input):
    if input.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")


@op(inplace=True)
def tril(B, input: T, diagonal=0):
    """Return the lower triangle of matrices, zero above the given diagonal (0: main, positive: above it)."""
    _check_triangle("tril", input)
    return B.c_order(B.tril(input, k=diagonal))


@op(inplace=True)
def triu(B, input: T, diagonal=0):
    """Return the upper triangle of matrices, zero below the given diagonal (0: main, positive: above it)."""
    _check_triangle("triu", input)
    return B.c_order(B.triu(input, k=diagonal))


tril.vjp(input=lambda g, diagonal: tril(g, diagonal))
triu.vjp(input=lambda g, diagonal: triu(g, diagonal))


@op
def diag_embed(B, input: T, offset=0, dim1=-2, dim2=-1):
    """Return tensors that are zero but for a diagonal of dim1 and dim2, which holds the last dimension of `input`."""
    n = input.ndim + 1
    a, b = wrap_dim(dim1, n), wrap_dim(dim2, n)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    length = input.shape[-1]
    size = length + abs(offset)
    out = B.zeros(input.shape[:-1] + (size, size), dtype=input.dtype)
    rows = B.arange(length) + max(-offset, 0)
    B.put(out, (..., rows, rows + offset), input)
    if a > b:
        out = B.swapaxes(out, -2, -1)
    rest = iter(range(n - 2))
    order = [n - 2 if k == min(a, b) else n - 1 if k == max(a, b) else next(rest) for k in range(n)]
    return B.copy(B.permute_dims(out, tuple(order)))


diag_embed.vjp(input=lambda g, offset, dim1, dim2: diagonal(g, offset, dim1, dim2))


@op(ns=(), name="_diagonal_copy", grad_name="DiagonalBackward0_copy")
def _diagonal_copy(B, input: T, offset):
    """Return a copy of a matrix's diagonal."""
    n, m = input.shape
    if not -n < offset < m:
        return B.zeros((0,), dtype=input.dtype)
    return B.copy(B.diagonal(input, offset, 0, 1))


_diagonal_copy.vjp(input=lambda g, input_shape, offset: _on_diagonal(g, input_shape, offset, 0, 1))


@composite
def diag(input, diagonal=0, *, out=None):
    """Return the matrix with a vector on its diagonal, or a copy of a matrix's diagonal."""
    from ..core.inplace import finish_out
    if input.ndim == 1:
        return finish_out("diag", diag_embed(input, diagonal), out)
    if input.ndim == 2:
        return finish_out("diag", _diagonal_copy(input, diagonal), out)
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")


@composite
def diagflat(input, offset=0):
    """Return the matrix with the flattened input on its diagonal."""
    return diag_embed(reshape(input, (-1,) if prod(input.shape) else (0,)), offset)


# ------------------------------------------------------------------ shuffles

@op(ns=("torch", "nn.functional"), method=False)
def pixel_shuffle(B, input: T, upscale_factor):
    """Return (..., C, H r, W r) from (..., C r^2, H, W): channels become pixels."""
    r = upscale_factor
    if input.ndim < 3:
        raise RuntimeError("pixel_shuffle expects input to have at least 3 dimensions, but got input with "
                           f"{input.ndim} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, c, h, w = input.shape
    if c % (r * r):
        raise RuntimeError("pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
                           f"upscale_factor, but input.size(-3)={c} is not divisible by {r * r}")
    n = len(lead)
    split = B.reshape(input, (*lead, c // (r * r), r, r, h, w))
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return B.copy(B.reshape(B.permute_dims(split, order), (*lead, c // (r * r), h * r, w * r)))


@op(ns=("torch", "nn.functional"), method=False)
def pixel_unshuffle(B, input: T, downscale_factor):
    """Return (..., C r^2, H / r, W / r) from (..., C, H, W): the inverse of `pixel_shuffle`."""
    r = downscale_factor
    if input.ndim < 3:
        raise RuntimeError("pixel_unshuffle expects input to have at least 3 dimensions, but got input with "
                           f"{input.ndim} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, c, h, w = input.shape
    for name, size, k in (("height", h, -2), ("width", w, -1)):
        if size % r:
            raise RuntimeError(f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but "
                               f"input.size({k})={size} is not divisible by {r}")
    if not prod(input.shape):
        return B.copy(input)
    n = len(lead)
    split = B.reshape(input, (*lead, c, h // r, r, w // r, r))
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return B.copy(B.reshape(B.permute_dims(split, order), (*lead, c * r * r, h // r, w // r)))


pixel_shuffle.vjp(input=lambda g, upscale_factor: pixel_unshuffle(g, upscale_factor))
pixel_unshuffle.vjp(input=lambda g, downscale_factor: pixel_shuffle(g, downscale_factor))


@op(ns=("torch", "nn.functional"), method=False, aliases=("native_channel_shuffle",))
def channel_shuffle(B, input: T, groups):
    """Return (N, C, ...) with the channels of `groups` groups interleaved."""
    if input.ndim <= 2:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    n, c = input.shape[:2]
    if c % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups.")
    split = B.reshape(input, (n, groups, c // groups) + input.shape[2:])
    return B.copy(B.reshape(B.swapaxes(split, 1, 2), input.shape))


channel_shuffle.vjp(input=lambda g, groups: channel_shuffle(g, g.shape[1] // groups))
