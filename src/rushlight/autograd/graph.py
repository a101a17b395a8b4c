"""torch.autograd.graph: nodes, hooks on what is saved, and gradient edges."""
from typing import NamedTuple

from ..core.engine import Node, accumulator
from ..core.modes import Flags
from ..core.op import Hooks
from ..core.tensor import counter, node_of

__all__ = ["Node", "GradientEdge", "get_gradient_edge", "increment_version", "saved_tensors_hooks", "save_on_cpu",
           "disable_saved_tensors_hooks"]


class GradientEdge(NamedTuple):
    """A node and which of its outputs is meant."""

    node: Node
    output_nr: int


def get_gradient_edge(tensor):
    """Return the edge along which the gradient of a tensor flows."""
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    node = node_of(tensor)
    return GradientEdge(accumulator(tensor) if node is None else node, tensor._nr)


def increment_version(tensor):
    """Count one in-place write to a tensor (or to each of several) that this library did not see."""
    for t in (tensor if isinstance(tensor, (tuple, list)) else (tensor,)):
        counter(t).n += 1


class saved_tensors_hooks:
    """Within it, what ops save passes through `pack_hook`, and through `unpack_hook` when needed."""

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self):
        if Hooks.disabled:
            raise RuntimeError(Hooks.disabled)
        Hooks.stack.append((self.pack_hook, self.unpack_hook))
        Flags.special += 1
        return self

    def __exit__(self, *exc):
        Hooks.stack.pop()
        Flags.special -= 1


class save_on_cpu(saved_tensors_hooks):
    """Keep what ops save in CPU memory, and bring it back to its device for the backward."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        self.pin_memory, self.device_type = pin_memory, device_type
        super().__init__(lambda t: (t.device, t.cpu()), lambda packed: packed[1].to(packed[0]))


class disable_saved_tensors_hooks:
    """Within it, using `saved_tensors_hooks` raises RuntimeError with the given message."""

    def __init__(self, error_message):
        self.error_message = error_message

    def __enter__(self):
        self.before = Hooks.disabled
        Hooks.disabled = self.error_message

    def __exit__(self, *exc):
        Hooks.disabled = self.before
