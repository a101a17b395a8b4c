"""How tensors travel to other processes: as a descriptor of the memory they lie in, or by value."""
from multiprocessing.reduction import DupFd, ForkingPickler

from ..backend import guard, shared
from ..backend.cpu import B as CPU
from ..core.tensor import Tensor, make, node_of
from ..nn.parameter import Parameter

#: whether tensors are copied, because memory cannot be shared here
BY_VALUE = not shared.AVAILABLE


def reduce_tensor(tensor):
    """Return how to make the tensor again in the process it is sent to; its memory becomes shared.

    Raises: RuntimeError for a tensor that a recorded op made.
    """
    if tensor.requires_grad and node_of(tensor) is not None:
        raise RuntimeError("Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support "
                           "crossing process boundaries.  If you just want to transfer the data, call detach() on the tensor "
                           "before serializing (e.g., putting it on the queue).")
    if BY_VALUE or type(tensor._array) is not CPU.array_type:
        return tensor.__reduce_ex__(2)
    array = tensor.share_memory_()._array
    memory = shared.map_of(array)
    start = guard.address(array) - guard.address(shared.bytes_of(memory))
    return rebuild_tensor, (type(tensor), DupFd(memory.descriptor), len(memory), tensor.dtype, array.shape, array.strides,
                            start, tensor.requires_grad)


def rebuild_tensor(cls, descriptor, size, dtype, shape, strides, start, requires_grad):
    """Make the tensor that another process sent, on the same memory."""
    memory = shared.attach(descriptor.detach(), size)
    dtype = dtype.np
    flat = guard.typed(memory[start % dtype.itemsize:], dtype)
    steps = [s // dtype.itemsize for s in strides]
    out = make(guard.as_strided(flat, shape, steps, start // dtype.itemsize))
    out._root = flat
    if cls is Parameter:
        return Parameter(out, requires_grad)
    out._req = requires_grad
    return out


def init_reductions():
    """Have Python's pickler for other processes treat tensors so."""
    for cls in (Tensor, Parameter):
        ForkingPickler.register(cls, reduce_tensor)


__all__ = ["BY_VALUE", "init_reductions", "rebuild_tensor", "reduce_tensor"]
