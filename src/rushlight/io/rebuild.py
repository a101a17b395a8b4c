"""Tensors and parameters made again from what checkpoints say of them, every number checked first."""
from .. import dtypes
from ..backend import base as backends
from ..core.tensor import OPS, Tensor, _FIELDS, make, make_as, set_requires_grad
from ..nn.parameter import Parameter
from ..ops.storage import TypedStorage

_LARGEST = (1 << 63) - 1


def _whole(value, what):
    """Return a size, stride or offset that is exactly an int in range."""
    if type(value) is not int:
        raise TypeError(f"{what} must be int, not {type(value).__name__}")
    if not -_LARGEST <= value <= _LARGEST:
        raise RuntimeError("numel: integer multiplication overflow")
    return value


def _all_whole(values, what):
    if not isinstance(values, (tuple, list)):
        raise TypeError(f"{what} must be tuple of ints, not {type(values).__name__}")
    return tuple([_whole(v, what) for v in values])


def over_storage(storage, storage_offset, size, stride, dtype=None):
    """Return a tensor that looks at a typed storage with the given sizes and strides, in elements.

    Raises RuntimeError, as torch does, for numbers that reach outside the storage.
    """
    if not isinstance(storage, TypedStorage):
        raise TypeError(f"a tensor needs a storage, not a {type(storage).__name__}")
    offset = _whole(storage_offset, "storage_offset")
    size, stride = _all_whole(size, "size"), _all_whole(stride, "stride")
    if len(size) != len(stride):
        raise RuntimeError(f"unequal size length ({len(size)}) and stride length ({len(stride)})")
    if len(size) > 64:
        raise RuntimeError(f"a tensor of {len(size)} dimensions: there can be 64")
    if min(stride, default=0) < 0:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    count = 1
    for n in size:
        count *= max(n, 1)
    dtype = storage.dtype if dtype is None else dtype
    if count * dtype.itemsize > _LARGEST:
        raise RuntimeError("numel: integer multiplication overflow")
    untyped = storage.untyped()
    flat = storage._array if dtype is storage.dtype else TypedStorage(wrap_storage=untyped, dtype=dtype)._array
    out = make(backends.of_array(flat).as_strided(flat, size, stride, offset))
    out._root = flat
    return out


def finished(tensor, requires_grad, backward_hooks, metadata=None):
    """Return the tensor with what else a checkpoint keeps of it."""
    if not isinstance(requires_grad, bool):
        raise TypeError("requires_grad must be a bool")
    if requires_grad:
        set_requires_grad(tensor, True)
    attach_hooks(tensor, backward_hooks)
    if metadata is not None:
        if not isinstance(metadata, dict) or not metadata.keys() <= {"conj", "neg"}:
            raise TypeError("a tensor's metadata can say 'conj' and 'neg'")
        if metadata.get("conj"):
            tensor = OPS.conj(tensor)
        if metadata.get("neg"):
            tensor = OPS.neg(tensor)
    return tensor


def attach_hooks(tensor, backward_hooks):
    """Take over the hooks of a tensor: a dict of functions, nearly always empty."""
    if backward_hooks is None or isinstance(backward_hooks, dict) and not backward_hooks:
        return
    if not isinstance(backward_hooks, dict) or not all(callable(h) for h in backward_hooks.values()):
        raise TypeError("the hooks of a tensor must be a dict of functions")
    tensor._hooks = backward_hooks


def set_attributes(tensor, state):
    """Give a tensor the attributes that a program had put on it; a tensor's own fields are refused."""
    if state is None:
        return
    if isinstance(state, tuple) and len(state) == 2:        # (dict, slots)
        for part in state:
            set_attributes(tensor, part)
        return
    if not isinstance(state, dict) or not all(type(k) is str for k in state):
        raise TypeError("the attributes of a tensor must be a dict with strings as keys")
    taken = _FIELDS & state.keys() | {k for k in state if hasattr(Tensor, k)}
    if taken:
        raise TypeError(f"a tensor's own field cannot come from a file: {', '.join(sorted(taken))}")
    tensor.__dict__.update(state)


def rebuild_tensor(storage, storage_offset, size, stride):
    """Return a tensor over a storage."""
    return over_storage(storage, storage_offset, size, stride)


def rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata=None):
    """Return a leaf over a typed storage, as checkpoints describe it."""
    return finished(over_storage(storage, storage_offset, size, stride), requires_grad, backward_hooks, metadata)


def rebuild_tensor_v3(storage, storage_offset, size, stride, requires_grad, backward_hooks, dtype, metadata=None):
    """Return a leaf of any dtype over a storage of bytes."""
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(f"dtype must be torch.dtype, not {type(dtype).__name__}")
    return finished(over_storage(storage, storage_offset, size, stride, dtype), requires_grad, backward_hooks, metadata)


def rebuild_parameter(data, requires_grad, backward_hooks):
    """Return a Parameter on the memory of `data`."""
    if not isinstance(data, Tensor):
        raise TypeError(f"a parameter needs a tensor, not a {type(data).__name__}")
    param = Parameter(data, requires_grad)
    attach_hooks(param, backward_hooks)
    return param


def rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    """Return a Parameter that had attributes of its own."""
    param = rebuild_parameter(data, requires_grad, backward_hooks)
    set_attributes(param, state)
    return param


def rebuild_sparse_tensor(layout, data):
    """Return a sparse tensor of its places and values, all of which are checked."""
    from ..ops import sparse
    return sparse.put_together(layout, data)


def as_type(tensor, cls):
    """Return a tensor as an instance of a tensor class on the same memory."""
    if not isinstance(tensor, Tensor) or not issubclass(cls, Tensor):
        raise TypeError("a tensor class is needed to make one again")
    if type(tensor) is cls:
        return tensor
    out = make_as(cls, tensor._array)
    out._root, out._req, out._hooks = tensor._root, tensor._req, tensor._hooks
    return out
