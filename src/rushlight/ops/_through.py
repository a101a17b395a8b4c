"""Second derivatives of ops whose gradient is a loop over arrays: by a differentiable form of the op."""
from ..core import autograd
from ..core.tensor import TensorBase
from .shape import alias_view

__all__ = ["recorded", "through"]


def recorded(g):
    """Whether gradients are tensors: the backward is being recorded (`create_graph`)."""
    return any(isinstance(d, TensorBase) for d in (g if isinstance(g, tuple) else (g,)))


def through(forward, g, tensors, needs):
    """Return the gradients of `forward(*tensors)`'s results, given theirs in `g`, as tensors with a graph of their own.

    Args:
        forward: the op in terms of other ops; returns a tuple.
        g: the gradient of each result, None where nothing flowed.
        tensors, needs: the op's tensor arguments, and which of them need a gradient.
    """
    # Views, so that a tensor given twice, or made of another, gets the gradient of each place apart.
    tensors = [alias_view(t) if need else t for t, need in zip(tensors, needs)]
    wanted = [t for t, need in zip(tensors, needs) if need]
    results = [(r, d) for r, d in zip(forward(*tensors), g) if d is not None and r.requires_grad]
    found = iter(autograd.grad([r for r, _ in results], wanted, [d for _, d in results], create_graph=True,
                               allow_unused=True))
    return tuple([next(found) if need else None for need in needs])
