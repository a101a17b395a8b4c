"""Tensors through `copy.deepcopy` and `pickle`."""
import copy
import copyreg

from ..backend import base as backends
from ..backend import guard
from ..core.op import method
from ..core.tensor import Tensor, attributes, make, make_as, node_of

_ROOT = "rushlight storage"             # in the memo of deepcopy: copies of memories by address


@method(name="__deepcopy__")
def _deepcopy(self, memo):
    """Return a leaf of the same class on a copy of the memory; tensors that shared memory still do."""
    found = memo.get(id(self))
    if found is not None:
        return found
    if node_of(self) is not None:
        raise RuntimeError("Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol "
                           "at the moment.  If you were attempting to deepcopy a module, this may be because of a "
                           "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001")
    array, root = _copied_memory(self, memo)
    out = make(array) if type(self) is Tensor else make_as(type(self), array)
    out._root, out._req = root, self._req
    memo[id(self)] = out
    if self._grad is not None:
        out._grad = copy.deepcopy(self._grad, memo)
    own = attributes(self)
    if own:
        out.__dict__.update(copy.deepcopy(own, memo))
    return out


def _copied_memory(t, memo):
    """Return (array, root) of the tensor's place in a copy of its storage."""
    x = t._array
    B = backends.of_array(x)
    if B.sparse:
        return B.copy(x), None
    root = t._root
    if root is None:
        root = x
    strides = B.strides(x)
    if not x.size or min(strides, default=0) < 0:
        return B.clone(x), None
    low, high = guard.extent(root)
    key = (_ROOT, low, high)
    memory = memo.get(key)
    if memory is None:
        memory = memo[key] = B.clone(root)
    if memory.size * memory.dtype.itemsize != high - low:       # a storage with gaps: this tensor's part alone
        return B.clone(x), None
    if root is x:
        return memory, None
    return B.as_strided(memory, x.shape, strides, (guard.address(x) - low) // x.dtype.itemsize), memory


@method(name="__reduce_ex__")
def _reduce_ex(self, protocol):
    """Return what pickle keeps: class, values, requires_grad and the attributes of the program's own."""
    state = attributes(self) or None
    if backends.of_array(self._array).sparse:
        from . import sparse
        layout, data = sparse.taken_apart(self)
        return _rebuild_sparse, (None if type(self) is Tensor else type(self), layout, data, self.requires_grad, state)
    device = None if self.device.type == "cpu" else str(self.device)
    array = backends.of_array(self._array).to_numpy(self._array)
    return _rebuild, (None if type(self) is Tensor else type(self), array, self.requires_grad, device, state)


def _rebuild(cls, array, requires_grad, device=None, state=None):
    """Make a tensor again from what pickle kept."""
    if not backends.of_array(array).sparse and array.dtype.kind in "fiubc":  # pickle makes a dtype of its own; ours share one
        array = array.view(array.dtype.type)
    out = make(array)
    if device is not None:
        out = out.to(device)
    if cls is not None:
        out = make_as(cls, out._array)
    out._req = requires_grad
    if state:
        out.__dict__.update(state)
    return out


def _rebuild_sparse(cls, layout, data, requires_grad, state=None):
    """Make a sparse tensor again from what pickle kept."""
    from . import sparse
    return _rebuild(cls, sparse.put_together(layout, data)._array, requires_grad, None, state)


# ------------------------------------------------------------------ the class itself


def _tensor_class():
    return Tensor


def _class_reference(cls):
    """Tell pickle how to find a tensor class: `torch.Tensor` by a function, since programs may have another torch."""
    return (_tensor_class, ()) if cls is Tensor else cls.__qualname__


Tensor.__module__ = "torch"
copyreg.pickle(type(Tensor), _class_reference)
