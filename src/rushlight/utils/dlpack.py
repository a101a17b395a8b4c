"""`torch.utils.dlpack`: tensors and the arrays of other libraries in one memory."""
from ..ops.bridge import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
