"""In-place changes of a tensor's sizes and memory: `squeeze_`, `t_`, `resize_`, `set_`, ..."""
import warnings

from .. import formats
from ..backend import base as backends
from ..core import tensor as tensors
from ..core import views
from ..core.modes import state
from ..core.op import composite, method
from ..core.tensor import TensorBase, counter, make
from ._dims import ints, prod
from .shape import _as_strided, squeeze, strided_arguments, swapaxes, t, transpose, unsqueeze


def _become(self, op, *args):
    """Make `self` what the view op gives of it, with the op in its history."""
    before = make(self._array)
    node = tensors.node_of(self)
    before._node, before._nr, before._req = node, self._nr, self._req
    before._root, before._base, before._replay = self._root, self._base, self._replay
    before._counter, before._flags, before._seen = counter(self), self._flags, self._seen
    if state.grad and (node is not None or self._req):
        views.check_inplace(self)
    out = op(before, *args)
    self._array, self._root = out._array, out._root
    if out._node is not None:
        self._node, self._nr, self._req = out._node, out._nr, False
    if self._base is not None:
        self._replay = out._replay
    views.bump(self, op.__name__ + "_")
    self._seen = self._counter.n
    return self


@method
def squeeze_(self, dim=None):
    """In-place form of `squeeze`."""
    return _become(self, squeeze, dim)


@method
def unsqueeze_(self, dim):
    """In-place form of `unsqueeze`."""
    return _become(self, unsqueeze, dim)


@method
def transpose_(self, dim0, dim1):
    """In-place form of `transpose`."""
    return _become(self, transpose, dim0, dim1)


@method(aliases=("swapdims_",))
def swapaxes_(self, axis0, axis1):
    """In-place form of `swapaxes`."""
    return _become(self, swapaxes, axis0, axis1)


@method
def t_(self):
    """In-place form of `t`."""
    return _become(self, t)


@composite
def as_strided_(input, size, stride, storage_offset=None):
    """In-place form of `as_strided`."""
    return _become(input, _as_strided, *strided_arguments(input, size, stride, storage_offset))


# ------------------------------------------------------------------ another size or memory

def _resize(self, size, memory_format):
    if tensors.wants_grad(self):
        raise RuntimeError("cannot resize variables that require grad")
    for n in size:
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {list(size)}")
    array = self._array
    B = backends.of_array(array)
    if tuple(array.shape) == size and memory_format is None:
        return self
    keep = None if memory_format in (None, formats.preserve_format) else memory_format
    strides = formats.strides(size) if keep is None else formats.strides(size, keep)
    need, offset = prod(size), self.storage_offset()
    have = self.untyped_storage().nbytes() // self.element_size()
    root = self._root if self._root is not None else array
    if offset + need <= have:
        self._array, self._root = B.as_strided(root, size, strides, offset), root
    else:
        fresh = B.empty((need,), dtype=array.dtype)
        old = B.as_strided(root, (have - offset,), (1,), offset) if have > offset else fresh[:0]
        fresh[:have - offset] = old
        self._array = B.as_strided(fresh, size, strides, 0)
        self._root = fresh
    views.bump(self, "resize_")
    return self


@method
def resize_(self, *sizes, memory_format=None):
    """Change the sizes in place; elements keep their order in memory, new ones are uninitialised.

    Raises: RuntimeError for a tensor that requires grad, or a negative size.
    """
    return _resize(self, tuple([int(n) for n in ints(sizes)]), memory_format)


@composite
def resize_as_(input, the_template, *, memory_format=None):
    """Change the sizes in place to those of another tensor."""
    return _resize(input, tuple(the_template.shape), memory_format)


@method
def resize(self, *sizes):
    """Return the tensor with other sizes but the same number of elements (deprecated: use `reshape`)."""
    warnings.warn("non-inplace resize is deprecated", stacklevel=2)
    size = ints(sizes)
    if prod(size) != prod(self.shape):
        raise RuntimeError(f"requested resize to {'x'.join(map(str, size))} ({prod(size)} elements in total), but the "
                           f"given tensor has a size of {'x'.join(map(str, self.shape))} ({prod(self.shape)} elements). "
                           "autograd's resize can only change the shape of a given tensor, while preserving the number "
                           "of elements. ")
    return self.contiguous().view(size)


@method
def resize_as(self, tensor):
    """Return `resize` to the sizes of another tensor (deprecated)."""
    return resize(self, tuple(tensor.shape))


@method
def set_(self, source=None, storage_offset=0, size=None, stride=None):
    """Make the tensor share memory, sizes and strides with `source`: a tensor, a storage, or nothing."""
    B = backends.of_array(self._array)
    if tensors.wants_grad(self) and state.grad and self._node is None:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if source is None:
        self._array, self._root = B.empty((0,), dtype=self._array.dtype), None
    elif isinstance(source, TensorBase):
        if source._array.dtype != self._array.dtype:
            raise RuntimeError(f"Could not set tensor of type {_name(source)} to a tensor of type {_name(self)}")
        array = source._array
        if size is not None:
            strides = formats.strides(tuple(size)) if stride is None else tuple(stride)
            array = B.as_strided(array, tuple(size), strides, storage_offset)
        self._array = array
        self._root = source._root if source._root is not None else source._array
    else:
        self._array, self._root = _of_storage(B, self, source, storage_offset, size, stride)
    views.bump(self, "set_")
    return self


def _of_storage(B, self, source, offset, size, stride):
    """Return (array, root) of a tensor over a storage object."""
    memory = source._array if hasattr(source, "_array") else source._untyped_storage._array
    flat = B.view_dtype(memory, self._array.dtype)
    size = (flat.shape[0] - offset,) if size is None else tuple(size)
    strides = formats.strides(size) if stride is None else tuple(stride)
    return B.as_strided(flat, size, strides, offset), flat


def _name(x):
    return x.dtype.name.replace("float32", "float").replace("float64", "double")
