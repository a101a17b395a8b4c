"""`ShapeProp`: run a graph once and note the shape and dtype of every value."""
from typing import Any, NamedTuple

from ...core.tensor import Tensor
from ...formats import channels_last, channels_last_3d, contiguous_format
from ..interpreter import Interpreter
from ..node import map_aggregate

__all__ = ["ShapeProp", "TensorMetadata"]


class TensorMetadata(NamedTuple):
    """What is noted about a tensor."""

    shape: tuple
    dtype: Any
    requires_grad: bool
    stride: tuple
    memory_format: Any
    is_quantized: bool
    qparams: dict


def _extract_tensor_metadata(result):
    formats = {4: (contiguous_format, channels_last), 5: (contiguous_format, channels_last_3d)}
    found = next((f for f in formats.get(result.ndim, (contiguous_format,)) if result.is_contiguous(memory_format=f)), None)
    return TensorMetadata(result.shape, result.dtype, result.requires_grad, result.stride(), found, False, {})


class ShapeProp(Interpreter):
    """Runs a `GraphModule` and puts `tensor_meta` and `type` into the `meta` of its nodes.

    Args:
        gm: the module; its graph's nodes are marked.
    """

    def __init__(self, gm):
        super().__init__(gm)

    def run_node(self, n):
        """Compute a node and mark it."""
        result = super().run_node(n)
        tensors = []

        def note(x):
            if isinstance(x, Tensor):
                tensors.append(x)
                return _extract_tensor_metadata(x)
            return x

        meta = map_aggregate(result, note)
        if tensors:
            n.meta["tensor_meta"] = meta
        n.meta["type"] = type(result)
        return result

    def propagate(self, *args):
        """Run on the arguments; returns the result."""
        return self.run(*args)
