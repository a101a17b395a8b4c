"""All parameters as one vector, and back."""

from ...core.tensor import OPS, Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def _check_device(param, device):
    """Return the device seen first; TypeError when a parameter is on another one."""
    if device is not None and param.device != device:
        raise TypeError(
            "Found two parameters on different devices, this is currently not supported."
        )
    return param.device


def parameters_to_vector(parameters):
    """Return all parameters, flattened, one after the other in one vector."""
    device, flat = None, []
    for param in parameters:
        device = _check_device(param, device)
        flat.append(param.view(-1))
    return OPS.cat(flat)


def vector_to_parameters(vec, parameters):
    """Let each parameter's data be its slice of `vec`, in order."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    device, start = None, 0
    for param in parameters:
        device = _check_device(param, device)
        n = param.numel()
        param.data = vec[start : start + n].view_as(param).data
        start += n
