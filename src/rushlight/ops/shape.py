"""Views and shapes: reshape, transpose, squeeze, expand, slices and splits that share memory.

A view op returns a window on its input's memory; autograd replays it on other arrays, so each is a
pure function of its array and options. What copies lives in `join.py`.
"""
import warnings

from .. import dtypes
from ..backend import base as backends
from ..core.engine import same
from ..core.op import T, composite, method, op, prop
from ..errors import invalid_combination
from ._dims import expand_shape, infer_shape, ints, prod, unique_dims, wrap_dim, wrap_dims
from ._rules import cj

_COPY_NEEDED = ("view size is not compatible with input tensor's size and stride (at least one dimension spans across "
                "two contiguous subspaces). Use .reshape(...) instead.")


# ------------------------------------------------------------------ reshape

@op(ns="torch", method=False, name="_unsafe_view", grad_name="UnsafeViewBackward0")
def unsafe_view(B, input: T, size):
    """Return the elements in another shape: a copy where needed. For results nobody else holds."""
    return B.reshape(input, size)


unsafe_view.vjp(input=lambda g, input_shape: unsafe_view(g, input_shape))


@op(view=True, ns=(), method=False, grad_name="ViewBackward0")
def view(B, input: T, size):
    """Return a view in another shape; one size may be -1.

    Raises: RuntimeError where only a copy has that shape, and for a wrong number of elements.
    """
    found = B.view(input, size)
    if found is None or found.shape != size and min(size) < -1:
        infer_shape(size, prod(input.shape))
        raise RuntimeError(_COPY_NEEDED)
    return found


view.vjp(input=lambda g, input_shape: unsafe_view(g, input_shape))


@op(view=True, ns=(), method=False, differentiable=False)
def view_dtype(B, input: T, dtype):
    """Return a view of the bytes as another dtype; the last dimension grows or shrinks with its size."""
    old = B.torch_dtype(input)
    big, small = dtype.itemsize, old.itemsize
    if big != small:
        what = f"to view {old.short} as {dtype.short} (different element sizes)"
        if input.ndim == 0:
            raise RuntimeError(f"self.dim() cannot be 0 {what}")
        strides = B.strides(input)
        if big > small:
            n = big // small
            if input.shape[-1] % n:
                raise RuntimeError(f"self.size(-1) must be divisible by {n} {what}, but got {input.shape[-1]}")
            for k, s in enumerate(strides[:-1]):
                if s % n and input.shape[k] > 1:
                    raise RuntimeError(f"self.stride({k}) must be divisible by {n} {what}, but got {s}")
        if strides[-1] != 1 and input.shape[-1] > 1:
            raise RuntimeError(f"self.stride(-1) must be 1 {what}, but got {strides[-1]}")
    return B.view_dtype(input, B.dt(dtype))


@method(name="view")
def _view_method(self, *shape, size=None, dtype=None):
    """Return a view with another shape (`x.view(2, -1)`) or another dtype (`x.view(torch.int32)`).

    Raises: RuntimeError where only a copy has that shape; use `reshape` there.
    """
    if len(shape) == 1:
        size = shape[0]
        if type(size) is tuple or type(size) is int:
            return view(self, size if type(size) is tuple else (size,))
        if isinstance(size, dtypes.dtype):
            return view_dtype(self, size)
        return view(self, tuple(size) if hasattr(size, "__iter__") and not hasattr(size, "__index__") else shape)
    if shape:
        return view(self, shape)
    if dtype is not None:
        return view_dtype(self, dtype)
    if size is None:
        raise TypeError("view() received an invalid combination of arguments - got (), but expected one of:\n"
                        " * (torch.dtype dtype)\n * (tuple of ints size)")
    return view(self, tuple(size))


@composite(method=False)
def reshape(input, shape):
    """Return the elements in another shape: a view where one exists, else a copy; one size may be -1.

    Example:
        >>> torch.reshape(torch.arange(4), (2, -1))
        tensor([[0, 1],
                [2, 3]])
    """
    shape = tuple(shape) if type(shape) is not int else (shape,)
    try:
        return view(input, shape)
    except RuntimeError as e:
        if not str(e.args[0]).startswith(_COPY_NEEDED):
            raise
    return unsafe_view(input, infer_shape(shape, prod(input.shape)))


@method(name="reshape")
def _reshape_method(self, *shape, **kwargs):
    """Return `torch.reshape(self, shape)`."""
    return reshape(self, _sizes("reshape", "shape", shape, kwargs))


def _sizes(name, param, args, kwargs):
    """Return the sizes of a call `f(2, 3)`, `f((2, 3))` or `f(param=(2, 3))`."""
    if kwargs:
        args = (kwargs.pop(param, ()),) if param in kwargs else args
        if kwargs:
            raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(kwargs))}'")
    elif not args:
        raise TypeError(f'{name}() missing 1 required positional arguments: "{param}"')
    return ints(args)


@composite(ns=(), method=True)
def view_as(input, other):
    """Return `input.view(other.size())`."""
    return view(input, tuple(other.shape))


@composite(ns=(), method=True)
def reshape_as(input, other):
    """Return `input.reshape(other.shape)`."""
    return reshape(input, tuple(other.shape))


@composite
def flatten(input, start_dim=0, end_dim=-1):
    """Return the dimensions start_dim to end_dim as one; a view where one exists. 0-d becomes 1-d."""
    shape = tuple(input.shape)
    n = len(shape)
    first, last = wrap_dim(start_dim, n), wrap_dim(end_dim, n)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if n == 0:
        return view(input, (1,))
    if first == last:
        return input
    return reshape(input, shape[:first] + (prod(shape[first:last + 1]),) + shape[last + 1:])


@composite
def ravel(input):
    """Return the elements in one dimension, a view where one exists."""
    return reshape(input, (prod(input.shape),))


@composite
def unflatten(input, dim, sizes):
    """Return `dim` split into several dimensions; one size may be -1."""
    if not hasattr(sizes, "__iter__"):
        raise TypeError(f"unflatten(): argument 'sizes' (position 2) must be tuple of ints, not {type(sizes).__name__}")
    shape, sizes = tuple(input.shape), tuple(sizes)
    dim = wrap_dim(dim, len(shape))
    if not shape:
        raise RuntimeError("unflatten got an unexpected error:\nDimension specified as 0 but tensor has no dimensions")
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    known = prod([s for s in sizes if s != -1])
    if sizes.count(-1) > 1:
        raise RuntimeError("unflatten got an unexpected error:\nonly one dimension can be inferred")
    if shape[dim] != known and not (-1 in sizes and known and shape[dim] % known == 0):
        raise RuntimeError(f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} "
                           f"({shape[dim]}) in the input tensor")
    sizes = tuple([shape[dim] // known if s == -1 else s for s in sizes])
    return view(input, shape[:dim] + sizes + shape[dim + 1:])


@op(view=True, grad_name="AliasBackward0", name="alias", method=False)
def alias_view(B, input: T):
    """Return a view of all of the tensor."""
    return input[...]


alias_view.vjp(input=same)


# ------------------------------------------------------------------ order of dimensions

@op(view=True, method=False)
def permute(B, input: T, dims):
    """Return a view with the dimensions in another order."""
    try:
        return B.permute_dims(input, dims)
    except (ValueError, IndexError):                # the order is wrong, or that of a 0-d tensor
        pass
    n = input.ndim
    if len(dims) != n:
        raise RuntimeError("permute(sparse_coo): number of dimensions in the tensor input does not match the length of "
                           f"the desired ordering of dimensions i.e. input.dim() = {n} is not equal to len(dims) = "
                           f"{len(dims)}")
    order = wrap_dims(dims, n)
    if len(set(order)) != n:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return B.permute_dims(input, order)


def _inverse(dims):
    n = len(dims)
    order = [0] * n
    for k, d in enumerate(dims):
        order[d % n] = k
    return tuple(order)


permute.vjp(input=lambda g, dims: permute(g, _inverse(dims)))


@method(name="permute")
def _permute_method(self, *dims, **kwargs):
    """Return `torch.permute(self, dims)`."""
    return permute(self, _sizes("permute", "dims", dims, kwargs))


@op(view=True)
def transpose(B, input: T, dim0, dim1):
    """Return a view with two dimensions exchanged."""
    try:
        return B.swapaxes(input, dim0, dim1)
    except (ValueError, IndexError):
        wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
        return input[...]                           # a 0-d tensor has the dimensions -1 and 0


transpose.vjp(input=lambda g, dim0, dim1: transpose(g, dim0, dim1))


@composite
def swapaxes(input, axis0, axis1):
    """Return `transpose(input, axis0, axis1)`."""
    return transpose(input, axis0, axis1)


@composite
def swapdims(input, dim0, dim1):
    """Return `transpose(input, dim0, dim1)`."""
    return transpose(input, dim0, dim1)


@op(view=True, grad_name="TBackward0")
def t(B, input: T):
    """Return the transpose of a matrix; tensors of fewer dimensions come back as they are."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return input.T if input.ndim == 2 else input[...]


t.vjp(input=lambda g: t(g))


@prop(name="T")
def _T(self):
    """The tensor with its dimensions reversed."""
    n = self.ndim
    if n == 2:
        return permute(self, (1, 0))
    if n == 0:
        warnings.warn("Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.",
                      stacklevel=2)
    else:
        warnings.warn("The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it "
                      "will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or "
                      "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
                      stacklevel=2)
    return permute(self, tuple(range(n))[::-1])


def _matrix(self, name):
    n = self.ndim
    if n == 1:
        raise RuntimeError(f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if n == 0:
        advice = "This function is the identity in these cases." if name == "mT" else "Consider using x.conj()."
        warnings.warn(f"Tensor.{name} is deprecated on 0-D tensors. {advice}", stacklevel=3)
        return self
    return transpose(self, -2, -1)


@prop(name="mT")
def _mT(self):
    """The tensor with its last two dimensions exchanged."""
    return _matrix(self, "mT")


@prop(name="mH")
def _mH(self):
    """`mT`, conjugated."""
    return cj(_matrix(self, "mH"))


@composite(name="adjoint")
def _adjoint(input):
    """Return the tensor with its last two dimensions exchanged and its values conjugated."""
    return cj(_matrix(input, "adjoint()"))


@prop(name="H")
def _H(self):
    """The conjugate transpose of a matrix."""
    n = self.ndim
    if n == 0:
        warnings.warn("Tensor.H is deprecated on 0-D tensors. Consider using x.conj().", stacklevel=2)
        return cj(self)
    if n != 2:
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {n}-D tensor."
                           + (" For batches of matrices, consider using tensor.mH" if n > 2 else ""))
    return cj(transpose(self, 0, 1))


@composite(aliases=("moveaxis",))
def movedim(input, source, destination):
    """Return a view with dimension(s) `source` moved to the position(s) `destination`; the rest keep their order."""
    n = input.ndim
    one = (source,) if isinstance(source, int) else tuple(source)
    two = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(one) != len(two):
        raise RuntimeError(f"movedim: Invalid source or destination dims: source ({list(one)} dims) should contain the "
                           f"same number of dims as destination ({list(two)} dims)")
    src, dst = wrap_dims(one, n), wrap_dims(two, n)
    for name, dims, given in (("source", src, one), ("destination", dst, two)):
        if len(set(dims)) != len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    if n == 0:
        return alias_view(input)
    order = [None] * n
    for s, d in zip(src, dst):
        order[d] = s
    rest = iter([k for k in range(n) if k not in src])
    return permute(input, tuple([next(rest) if s is None else s for s in order]))


# ------------------------------------------------------------------ size-1 dimensions, broadcasting

def _squeeze_name(args):
    dim = args[1]
    return "SqueezeBackward0" if dim is None else "SqueezeBackward1" if isinstance(dim, int) else "SqueezeBackward2"


@op(view=True, grad_name=_squeeze_name)
def squeeze(B, input: T, dim=None):
    """Return a view without dimensions of size 1: all of them, or `dim` (an int or a tuple) where it is one."""
    shape = input.shape
    if dim is None:
        drop = tuple([k for k, s in enumerate(shape) if s == 1])
    elif isinstance(dim, int):
        k = wrap_dim(dim, len(shape))
        drop = (k,) if shape and shape[k] == 1 else ()
    else:
        drop = tuple([k for k in unique_dims(dim, len(shape)) if shape and shape[k] == 1])
    return B.squeeze(input, axis=drop) if drop else input[...]


squeeze.vjp(input=lambda g, input_shape: unsafe_view(g, input_shape))


@op(view=True)
def unsqueeze(B, input: T, dim):
    """Return a view with a dimension of size 1 inserted at `dim`."""
    shape = input.shape
    k = wrap_dim(dim, len(shape) + 1)
    return B.view(input, shape[:k] + (1,) + shape[k:])


unsqueeze.vjp(input=lambda g, input_shape: unsafe_view(g, input_shape))


def check_rank(B, input, size):
    """Raise as torch's `expand` does for fewer sizes than dimensions."""
    if len(size) < input.ndim:
        short = B.torch_dtype(input).short
        kind = f"torch.{short}Tensor" if short in _OLD_NAMES else f"CPU{short}Type"
        raise RuntimeError(f"expand({kind}{{{list(input.shape)}}}, size={list(size)}): the number of sizes provided "
                           f"({len(size)}) must be greater or equal to the number of dimensions in the tensor "
                           f"({input.ndim})")


@op(view=True, ns=(), method=False)
def expand(B, input: T, size):
    """Return a view broadcast to `size`, where -1 keeps a dimension's size."""
    check_rank(B, input, size)
    if -1 not in size:
        try:
            return B.broadcast_to(input, size)
        except ValueError:
            pass
    return B.broadcast_to(input, expand_shape(input.shape, size))


_OLD_NAMES = ("Float", "Double", "Half", "Long", "Int", "Short", "Char", "Byte")
expand.vjp(input=same)           # the engine sums it down


@method(name="expand")
def _expand_method(self, *size, implicit=False, **kwargs):
    """Return a view broadcast to the given sizes; -1 keeps a size, new dimensions come first.

    Raises: RuntimeError when a size other than 1 would change.
    """
    return expand(self, _sizes("expand", "size", size, kwargs))


@composite(ns=(), method=True)
def expand_as(input, other):
    """Return `input.expand(other.size())`."""
    return expand(input, tuple(other.shape))


@composite
def broadcast_to(input, size):
    """Return `input.expand(size)`."""
    return expand(input, tuple(size))


@composite(method=False)
def broadcast_tensors(*tensors):
    """Return views of the tensors, all broadcast to their common shape."""
    from ._dims import broadcast_shape
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    shape = broadcast_shape(*[x.shape for x in tensors])
    return tuple([x if tuple(x.shape) == shape else expand(x, shape) for x in tensors])


@composite(method=False)
def broadcast_shapes(*shapes):
    """Return the `torch.Size` that shapes (tuples or ints) broadcast to.

    Raises: RuntimeError when they do not.
    """
    from ..core.tensor import Size
    result = []
    for shape in [(s,) if isinstance(s, int) else tuple(s) for s in shapes]:
        for k in range(-1, -1 - len(shape), -1):
            if shape[k] < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({shape[k]}): ({shape[k]})")
            if -k > len(result):
                result.insert(0, shape[k])
            elif shape[k] != 1 and shape[k] != result[k]:
                if result[k] != 1:
                    index = [s if not isinstance(s, int) else (s,) for s in shapes].index(shape)
                    raise RuntimeError(f"Attempting to broadcast a dimension of length {shape[k]} at {k}! Mismatching "
                                       f"argument at index {index} had {shapes[index]}; but expected shape should be "
                                       f"broadcastable to {result}")
                result[k] = shape[k]
    return Size(result)


# ------------------------------------------------------------------ parts

def _at(dim, item):
    """Return the index that applies `item` to dimension `dim`."""
    return (slice(None),) * dim + (item, ...)


@op(ns=(), differentiable=True)
def _placed(B, input: T, shape, index):
    """Return zeros of `shape` with `input` at `index`: the gradient of a basic index."""
    return B.put(B.zeros(shape, dtype=input.dtype), index, input)


@op(ns=())
def _part(B, input: T, index):
    """Return a copy of `input[index]` for a basic index, where no view is wanted: in gradients."""
    return B.copy(input[index])


_placed.vjp(input=lambda g, index: _part(g, index))
_part.vjp(input=lambda g, input_shape, index: _placed(g, input_shape, index))


@op(view=True)
def select(B, input: T, dim, index):
    """Return the view of position `index` of dimension `dim`, without that dimension."""
    shape = input.shape
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    k = wrap_dim(dim, len(shape))
    if not -shape[k] <= index < shape[k]:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(shape)} at dimension {k}")
    return input[_at(k, index)]


select.vjp(input=lambda g, input_shape, dim, index: _placed(g, input_shape, _at(dim % len(input_shape), index)))


@op(view=True, name="slice", ns=(), method=False, grad_name="SliceBackward0")
def slice_view(B, input: T, dim=0, start=None, end=None, step=1):
    """Return the view `input[start:end:step]` along a dimension."""
    return input[_at(wrap_dim(dim, input.ndim), slice(start, end, step))]


slice_view.vjp(input=lambda g, input_shape, dim, start, end, step: _placed(
    g, input_shape, _at(dim % len(input_shape), slice(start, end, step))))


@composite
def narrow(input, dim, start, length):
    """Return the view of `length` positions of a dimension from `start` (an int or a 0-d tensor)."""
    shape = input.shape
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    k = wrap_dim(dim, len(shape))
    if hasattr(start, "dtype") and (start.ndim or start.dtype.category != dtypes.INTEGRAL):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    n, start = shape[k], int(start)
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start += n if start < 0 else 0
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice_view(input, k, start, start + length)


def _gradients(g, count):
    """Return the gradients of an op's pieces as a list, None where nothing flowed."""
    return [g] if count == 1 else list(g)


@op(view=True, outputs=("pieces",))
def unbind(B, input: T, dim=0):
    """Return a tuple of the views along a dimension, without it."""
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    k = wrap_dim(dim, input.ndim)
    return tuple([input[_at(k, j)] for j in range(input.shape[k])])


def _unbind_rule(g, input_shape, dim):
    found = _gradients(g, input_shape[dim])
    some = next(x for x in found if x is not None)
    zero = None
    for k, x in enumerate(found):
        if x is None:
            zero = zeros_of(some, some.shape) if zero is None else zero
            found[k] = zero
    return join.stack(found, dim)


unbind.vjp(input=_unbind_rule)


def _pieces(B, input, sizes, dim):
    found, start = [], 0
    for size in sizes:
        found.append(input[_at(dim, slice(start, start + size))])
        start += size
    return tuple(found)


def _joined(g, input_shape, sizes, dim):
    """The gradient of a split: the pieces' gradients in a row, zeros where nothing flowed."""
    found = _gradients(g, len(sizes))
    some = next(x for x in found if x is not None)
    dim %= len(input_shape)
    for k, x in enumerate(found):
        if x is None:
            found[k] = zeros_of(some, input_shape[:dim] + (sizes[k],) + input_shape[dim + 1:])
    return join.cat(found, dim)


@op(ns=(), differentiable=False)
def zeros_of(B, like: T, shape):
    """Return zeros of a shape, of the dtype and device of `like`."""
    return B.zeros(shape, dtype=like.dtype)


def _split_sizes(n, size):
    if n == 0 or size == 0:
        return [n]
    return [min(size, n - k) for k in range(0, n, size)]


@op(view=True, outputs=("pieces",), ns=(), name="_split", grad_name="SplitBackward0")
def _split(B, input: T, split_size, dim):
    """Return views of equal size along a dimension; the last may be smaller."""
    return _pieces(B, input, _split_sizes(input.shape[dim], split_size), dim)


_split.vjp(input=lambda g, input_shape, split_size, dim: _joined(
    g, input_shape, _split_sizes(input_shape[dim], split_size), dim))


@op(view=True, outputs=("pieces",))
def split_with_sizes(B, input: T, split_sizes, dim=0):
    """Return a tuple of views with the given sizes along a dimension."""
    if not input.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    k = wrap_dim(dim, input.ndim)
    if any(s < 0 for s in split_sizes):
        raise RuntimeError("split_with_sizes expects split_sizes have only non-negative entries, but got "
                           f"split_sizes={list(split_sizes)}")
    if sum(split_sizes) != input.shape[k]:
        raise RuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {input.shape[k]} (input tensor's size "
                           f"at dimension {k}), but got split_sizes={list(split_sizes)}")
    return _pieces(B, input, split_sizes, k)


split_with_sizes.vjp(input=lambda g, input_shape, split_sizes, dim: _joined(g, input_shape, split_sizes, dim))


@composite(method=False)
def split(tensor, split_size_or_sections, dim=0):
    """Return a tuple of views: of one size (the last may be smaller), or of a list of sizes."""
    if not isinstance(split_size_or_sections, int):
        return split_with_sizes(tensor, tuple([int(s) for s in split_size_or_sections]), dim)
    size, shape = split_size_or_sections, tuple(tensor.shape)
    if not shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    k = wrap_dim(dim, len(shape))
    if size == 0 and shape[k]:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {shape[k]}")
    return _split(tensor, size, k)


@method(name="split")
def _split_method(self, split_size, dim=0):
    """Return `torch.split(self, split_size, dim)`."""
    return split(self, split_size, dim)


@composite
def chunk(input, chunks, dim=0):
    """Return a tuple of at most `chunks` views of equal size; the last may be smaller."""
    shape = tuple(input.shape)
    if not shape:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    k = wrap_dim(dim, len(shape))
    size = -(-shape[k] // chunks)
    if size == 0:
        return split_with_sizes(input, (0,) * chunks, k)
    return _split(input, size, k)


@composite
def tensor_split(input, indices_or_sections, dim=0):
    """Return a tuple of views: `sections` nearly equal ones, the first ones larger, or cut at the given indices."""
    shape = tuple(input.shape)
    if not shape:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    k = wrap_dim(dim, len(shape))
    n, cuts = shape[k], indices_or_sections
    if hasattr(cuts, "dtype"):
        if cuts.dtype is not dtypes.int64:
            raise RuntimeError(f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
                               f"{cuts.dtype.short}")
        cuts = cuts.tolist()
    if isinstance(cuts, int):
        if cuts <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {cuts}")
        size, more = divmod(n, cuts)
        cuts = [j * size + min(j, more) for j in range(1, cuts)]
    edges = [0] + list(cuts)
    ends = list(cuts) + [n]
    return tuple([slice_view(input, k, a, b) for a, b in zip(edges, ends)])


def _by_dim(name, smallest, dim):
    """Make hsplit, vsplit or dsplit."""

    def divided(input, indices_or_sections):
        if isinstance(indices_or_sections, (str, float)):
            raise TypeError(invalid_combination(name, (input, indices_or_sections)))
        shape = tuple(input.shape)
        if len(shape) < smallest:
            raise RuntimeError(f"torch.{name} requires a tensor with at least {smallest} dimension, but got a tensor with "
                               f"{len(shape)} dimensions!")
        k = 0 if len(shape) == 1 else dim
        cuts = indices_or_sections
        if isinstance(cuts, int) and (cuts <= 0 or shape[k] % cuts):
            raise RuntimeError(f"torch.{name} attempted to split along dimension {k}, but the size of the dimension "
                               f"{shape[k]} is not divisible by the split_size {cuts}!")
        return tensor_split(input, cuts, k)

    divided.__name__ = divided.__qualname__ = name
    divided.__doc__ = f"Return `tensor_split` along dimension {dim}; a number of sections must divide its size."
    return composite(divided)


hsplit = _by_dim("hsplit", 1, 1)
vsplit = _by_dim("vsplit", 2, 0)
dsplit = _by_dim("dsplit", 3, 2)


# ------------------------------------------------------------------ diagonals and windows

def _diagonal_dims(n, dim1, dim2):
    a, b = wrap_dim(dim1, n), wrap_dim(dim2, n)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return a, b


def diagonal_last(n, dim1, dim2):
    """Return the order that puts two of n dimensions last, and the one that puts them back."""
    a, b = _diagonal_dims(n, dim1, dim2)
    order = (*[k for k in range(n) if k not in (a, b)], a, b)
    return order, _inverse(order)


@op(view=True)
def diagonal(B, input: T, offset=0, dim1=0, dim2=1):
    """Return the view of a diagonal of two dimensions, which becomes the last one."""
    a, b = _diagonal_dims(input.ndim, dim1, dim2)
    n, m = input.shape[a], input.shape[b]
    if not -n < offset < m:
        rest = tuple([s for k, s in enumerate(input.shape) if k not in (a, b)])
        return B.reshape(input[_at(a, slice(0, 0))], rest + (0,))
    return B.diagonal(input, offset, a, b)


@op(ns=())
def _on_diagonal(B, input: T, shape, offset, dim1, dim2):
    """Return zeros of `shape` with `input` on a diagonal: the gradient of `diagonal`."""
    order, back = diagonal_last(len(shape), dim1, dim2)
    out = B.zeros(tuple([shape[k] for k in order]), dtype=input.dtype)
    rows = B.arange(input.shape[-1]) + max(-offset, 0)
    B.put(out, (..., rows, rows + offset), input)
    return B.permute_dims(out, back)


diagonal.vjp(input=lambda g, input_shape, offset, dim1, dim2: _on_diagonal(g, input_shape, offset, dim1, dim2))
_on_diagonal.vjp(input=lambda g, offset, dim1, dim2: diagonal(g, offset, dim1, dim2))


@composite(ns="linalg", name="diagonal", method=False)
def linalg_diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """Return `torch.diagonal(A, offset, dim1, dim2)`, by default of the last two dimensions."""
    return diagonal(A, offset, dim1, dim2)


@method(name="unfold")
def _unfold_method(self, dimension, size, step):
    """Return the view of all windows of `size` along a dimension, every `step`; the window is the last dimension."""
    return unfold_dim(self, dimension, size, step)


@op(view=True, ns=(), name="_unfold", grad_name="UnfoldBackward0")
def unfold_dim(B, input: T, dimension, size, step):
    """Return the view of the windows along a dimension."""
    k = wrap_dim(dimension, input.ndim)
    n = input.shape[k] if input.ndim else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {k} is {n} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not input.ndim:
        return B.reshape(input, (1,))[:size]
    return B.windows(input, k, size, step)


@op(ns=())
def _unfold_back(B, input: T, shape, dimension, size, step):
    """Add windows back to where they were taken."""
    out = B.zeros(shape, dtype=input.dtype)
    if not shape:
        return B.put(out, (), input[0]) if size else out
    k = dimension % len(shape)
    count = input.shape[k]
    for j in range(size):
        at = _at(k, slice(j, j + (count - 1) * step + 1, step))
        B.put(out, at, out[at] + input[..., j])
    return out


unfold_dim.vjp(input=lambda g, input_shape, dimension, size, step: _unfold_back(g, input_shape, dimension, size, step))
_unfold_back.vjp(input=lambda g, dimension, size, step: unfold_dim(g, dimension, size, step))


# ------------------------------------------------------------------ strides

def _positions(B, shape, strides, offset=0):
    """Return the flat storage positions of a strided tensor's elements."""
    found = B.asarray(offset)
    for n, s in zip(shape, strides):
        found = found[..., None] + B.arange(n) * s
    return found


@op(view=True, ns=(), name="_as_strided", grad_name="AsStridedBackward0")
def _as_strided(B, input: T, size, stride, offset, geometry):
    """Return the view of the storage; `geometry` is (shape, strides, offset) of the input in it."""
    return B.restrided(input, size, stride, offset - geometry[2])


@op(ns=())
def _restrided(B, input: T, source, target, share):
    """Add the elements of `input`, laid out as `source`, into a storage and read it as `target`.

    Where the layout `share` ("source" or "target") reads a place k times, each of its elements counts for a k-th.
    """
    at, to = _positions(B, *source), _positions(B, *target)
    size = 1 + max([int(B.max(p)) for p in (at, to) if prod(p.shape)], default=0)
    at, to, values = B.reshape(at, (-1,)), B.reshape(to, (-1,)), B.reshape(input, (-1,))
    flat, count = B.zeros((size,), dtype=input.dtype), B.zeros((size,), dtype=input.dtype)
    shared = at if share == "source" else to
    count = B.add_at(count, shared, B.ones(shared.shape, dtype=input.dtype))
    if share == "source":
        values = values / count[at]
    found = B.add_at(flat, at, values)[to]
    if share == "target":
        found = found / count[to]
    return B.reshape(B.cast(found, input.dtype), tuple(target[0]))


_as_strided.vjp(input=lambda g, size, stride, offset, geometry: _restrided(g, (size, stride, offset), geometry, "target"))
_restrided.vjp(input=lambda g, source, target, share: _restrided(
    g, target, source, "source" if share == "target" else "target"))


@composite
def as_strided(input, size, stride, storage_offset=None):
    """Return the view of the tensor's storage with the given sizes, strides and offset (in elements).

    Raises: RuntimeError when an element of it would lie outside of the storage.
    """
    return _as_strided(input, *strided_arguments(input, size, stride, storage_offset))


def strided_arguments(input, size, stride, storage_offset):
    """Return the checked arguments of `_as_strided` after the input."""
    own, size, stride = input.storage_offset(), tuple(size), tuple(stride)
    offset = own if storage_offset is None else storage_offset
    root = input._root if input._root is not None else input._array
    backends.of_array(root).check_strided(root, size, stride, offset)
    return size, stride, offset, (tuple(input.shape), tuple(input.stride()), own)


from . import join  # noqa: E402  (gradients of splits are joins)
