"""`torch._C._functorch`: questions about wrapped tensors."""


def is_batchedtensor(_tensor):
    """Whether a tensor is one that `vmap` hands to its function under PyTorch's own wrapper: never."""
    return False


is_gradtrackingtensor = is_functionaltensor = is_batchedtensor


def get_unwrapped(tensor):
    """Return the tensor inside a wrapper: there are none."""
    return tensor
