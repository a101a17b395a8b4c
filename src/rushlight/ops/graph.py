"""What ties a tensor to the graph: backward, detach, hooks, retain_grad, and the engine's own small ops."""
import weakref

from ..core import autograd as _autograd
from ..core import engine
from ..core.modes import state
from ..dtypes import FLOATING
from ..core.op import T, composite, method, op, prop
from ..core.tensor import (INFERENCE, OPS, RETAINS, TensorBase, alias, make, node_of,
                           set_requires_grad, wants_grad)
from ._dims import ints


@method
def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Accumulate the gradients of this tensor into the leaves it was computed from.

    Args:
        gradient: the gradient with respect to this tensor; may be left out for one element.
    """
    if state.transforms:
        raise RuntimeError("backward() called inside a functorch transform. This is not supported, please use functorch.grad or "
                           "functorch.vjp instead or call backward() outside of functorch transforms.")
    if gradient is None and inputs is None and not create_graph:
        if engine.backward_from_scalar(self, bool(retain_graph)):
            return
    _autograd.backward(self, gradient, retain_graph, create_graph, inputs=inputs)


@composite(aliases=())
def detach(input):
    """Return a tensor of the same memory outside the graph; a write to one is seen in the other."""
    return alias(input)


@method
def detach_(self):
    """Take this tensor out of its graph in place."""
    if self._base is not None and self._replay is not None:
        raise RuntimeError("Can't detach views in-place. Use detach() instead. If you are using "
                           "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
                           "True, gradients are views of DDP buckets, and hence detach_() cannot be called on these "
                           "gradients. To fix this error, please refer to the Optimizer.zero_grad() function in "
                           "torch/optim/optimizer.py as a solution.")
    self._node, self._nr, self._req = None, 0, False
    return self


@method
def requires_grad_(self, requires_grad=True):
    """Set whether gradients are recorded for this leaf, and return it."""
    if not isinstance(requires_grad, bool):
        raise TypeError("requires_grad_(): argument 'requires_grad' (position 1) must be bool, not "
                        + type(requires_grad).__name__)
    if state.transforms and requires_grad:
        raise RuntimeError("You are attempting to call Tensor.requires_grad_() (or perhaps using "
                           "torch.autograd.functional.* APIs) inside of a function being transformed by "
                           "a functorch transform. This is unsupported, please attempt "
                           "to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() "
                           "outside of a function being transformed instead.")
    set_requires_grad(self, requires_grad)
    return self


def _data(self):
    out = make(self._array)
    out._root = self._root if self._root is not None else self._array
    return out


def _set_data(self, value):
    if not isinstance(value, TensorBase):
        raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    if self._req and value.dtype.category < FLOATING:
        raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
    self._array = value._array
    self._root = value._root


prop(_data, name="data", setter=_set_data)


@method
def retain_grad(self):
    """Keep the gradient of this non-leaf in `.grad` during backward."""
    if not wants_grad(self):
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    node = node_of(self)
    if node is None or self._flags & RETAINS:
        return
    self._flags |= RETAINS
    if node.retained is None:
        node.retained = {}
    node.retained[self._nr] = weakref.ref(self)


prop(lambda self: bool(self._flags & RETAINS), name="retains_grad")


@method
def register_hook(self, hook):
    """Call `hook(grad)` when the gradient of this tensor is computed; it may return another."""
    if not wants_grad(self):
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    node = node_of(self)
    if node is None:
        if self._hooks is None:
            self._hooks = {}
        return engine.RemovableHandle(self._hooks, hook)
    if node.pre_hooks is None:
        node.pre_hooks = {}
    return engine.RemovableHandle(node.pre_hooks.setdefault(self._nr, {}), hook)


@method
def register_post_accumulate_grad_hook(self, hook):
    """Call `hook(param)` after the gradient of this leaf was accumulated."""
    if not wants_grad(self):
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if node_of(self) is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    hooks = getattr(self, "_post_accumulate_grad_hooks", None)
    if hooks is None:
        hooks = self._post_accumulate_grad_hooks = {}
    engine.accumulator(self)
    return engine.RemovableHandle(hooks, hook)


@method
def _is_view(self):
    """Whether this tensor is a differentiable view of another."""
    return self._base is not None


@composite
def is_inference(input):
    """Whether the tensor was made in inference mode."""
    return bool(input._flags & INFERENCE)


# ------------------------------------------------------------------ the engine's own ops

@op(ns=(), method=False)
def cast_gradient(B, input: T, dt):
    """Cast a gradient to a backend dtype, taking the real part for a real one."""
    if B.kind(input) == "c" and dt.kind != "c":
        input = B.real(input)
    return B.cast(input, dt)


cast_gradient.vjp(input=lambda g: g)


@op(ns=(), method=False)
def sum_to(B, input: T, shape):
    """Sum a gradient to a shape that broadcasts to its own."""
    return engine.sum_to(input, tuple(shape))


sum_to.vjp(input=lambda g, input_shape: expand_gradient(g, input_shape))


@method
def sum_to_size(self, *size):
    """Return the sum over the dimensions in which `size` broadcasts to the shape; the tensor itself where none does.

    Raises: RuntimeError when `size` does not broadcast to the shape.
    """
    size, own = ints(size), tuple(self.shape)
    lead = len(own) - len(size)
    if lead < 0 or any(n not in (1, m) for n, m in zip(size, own[lead:])):
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(own)}}}.")
    if not own:
        return OPS.sum(self)
    if size == own:
        return self
    dims = [*range(lead), *[k + lead for k, n in enumerate(size) if n != own[k + lead]]]
    found = OPS.sum(self, dims, True) if dims else self
    return OPS.view(found, size) if lead else found


@op(ns=(), method=False)
def expand_gradient(B, input: T, shape):
    """Broadcast a gradient up to a shape: the transpose of summing to its own."""
    return B.broadcast_to(input, shape)


expand_gradient.vjp(input=lambda g: g)
