"""Operations that leave elements out: `torch.masked`."""
from .core.op import Registry as _Registry
from .ops.masked import input_mask as _input_mask, output_mask as _output_mask  # noqa: F401

globals().update(_Registry.namespaces["masked"])
__all__ = sorted(_Registry.namespaces["masked"])
