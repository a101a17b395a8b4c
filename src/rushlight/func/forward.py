"""Forward mode: tangents through the transpose of the backward walk.

The backward walk takes gradients of the outputs to gradients of the inputs, linearly. Run on gradients that are
themselves variables it leaves a graph, and that graph's own gradient is the transpose: from tangents of the
inputs to tangents of the outputs. Every op that has a rule of the second order has a tangent by this.
"""
from ..backend.cpu import B as CPU
from ..core.modes import state
from ..core.tensor import OPS, make
from .links import gradients, variable, wants_grad


class Transposed:
    """The linear map from tangents at input nodes to tangents of outputs.

    Args:
        outputs: tensors that depend on the nodes.
        nodes: the links of the inputs.
    """

    def __init__(self, outputs, nodes):
        self.outputs = outputs
        before, state.grad = state.grad, True
        state.forward += 1
        try:
            # Ones, not zeros: a rule may take logarithms of what it gets.
            self.starts = [variable(OPS.ones_like(y.detach())) if y.dtype.category >= 2 else None for y in outputs]
            self.nodes = [None if s is None else s._node for s in self.starts]
            self.backward = gradients(outputs, self.starts, nodes, True)
        finally:
            state.grad = before
            state.forward -= 1

    def reached(self):
        """Return for each output whether it depends on any of the inputs."""
        return [wants_grad(y) for y in self.outputs]

    def __call__(self, tangents, create_graph):
        """Return the outputs' tangents, zeros where none flow; a tangent of None is zero."""
        pairs = [(b, _as(t, b)) for b, t in zip(self.backward, tangents) if b is not None and t is not None]
        wanted = [n for n in self.nodes if n is not None]
        found = iter(gradients([b for b, _ in pairs], [t for _, t in pairs], wanted, create_graph))
        made = [None if n is None else next(found) for n in self.nodes]
        return [OPS.zeros_like(y.detach()) if t is None else t for t, y in zip(made, self.outputs)]


def transpose(linear, shapes, grads):
    """Return the gradients of a linear function's inputs from those of its outputs, with a graph.

    Args:
        linear: takes one tensor for each (shape, array dtype) in `shapes`, returns one tensor or a tuple.
    """
    inputs = [variable(make(CPU.zeros(shape, dtype=dtype))) for shape, dtype in shapes]
    nodes = [x._node for x in inputs]
    found = linear(*inputs)
    found = found if isinstance(found, tuple) else (found,)
    pairs = [(y, g) for y, g in zip(found, grads) if y is not None and g is not None]
    return gradients([y for y, _ in pairs], [g for _, g in pairs], nodes, True)


def _as(t, like):
    return t if t.dtype is like.dtype else t.to(like.dtype)


def check_tangent(x, t):
    """Raise as torch does when t cannot be the tangent of x."""
    if t.shape != x.shape:
        raise RuntimeError("Trying to set a forward gradient that has a different size than that of the original Tensor, this "
                           f"is not supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size "
                           f"{list(t.shape)}.")
