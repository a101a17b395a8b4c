"""`torch._utils`: the functions that checkpoints and plain pickles of PyTorch name, and a few that programs use."""
from .core.op import Registry
from .dtypes import dtype
from .io.rebuild import (rebuild_parameter, rebuild_parameter_with_state, rebuild_tensor, rebuild_tensor_v2,
                         rebuild_tensor_v3)
from .utils.data._utils.worker import ExceptionWrapper

__all__ = ["ExceptionWrapper"]

_rebuild_tensor = rebuild_tensor
_rebuild_tensor_v2 = rebuild_tensor_v2
_rebuild_tensor_v3 = rebuild_tensor_v3
_rebuild_parameter = rebuild_parameter
_rebuild_parameter_with_state = rebuild_parameter_with_state


def _flatten_dense_tensors(tensors):
    """Return one vector of the elements of all tensors, one after the other."""
    return Registry.namespaces["torch"]["cat"]([t.reshape(-1) for t in tensors])


def _unflatten_dense_tensors(flat, tensors):
    """Return views of a vector in the shapes of the tensors that it was made of."""
    out, at = [], 0
    for t in tensors:
        out.append(flat[at:at + t.numel()].view(t.shape))
        at += t.numel()
    return tuple(out)


def _element_size(dtype_):
    """Return the bytes of one element of a dtype."""
    if not isinstance(dtype_, dtype):
        raise RuntimeError(f"expected torch.dtype, but got {type(dtype_)}")
    return dtype_.itemsize
