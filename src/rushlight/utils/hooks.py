"""Handles of registered hooks, and the two graph nodes behind a Module's backward hooks."""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict

from ..autograd.function import Function
from ..core.modes import enable_grad
from ..core.tensor import Tensor

__all__ = ["BackwardHook", "RemovableHandle", "unserializable_hook", "warn_if_has_hooks"]


class RemovableHandle:
    """What registering a hook returns: `remove()` takes it off again, and so does leaving `with`.

    Args:
        hooks_dict: the ordered dict (held weakly) that has the hook under `self.id`.
        extra_dict: a further dict, or several, with options of the hook under the same id.
    """

    next_id: int = 0

    def __init__(self, hooks_dict, *, extra_dict=None):
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        if isinstance(extra_dict, dict):
            extra_dict = (extra_dict,)
        self.extra_dict_ref = tuple(weakref.ref(d) for d in extra_dict or ())

    def remove(self):
        """Take the hook off; a second call does nothing."""
        for ref in (self.hooks_dict_ref, *self.extra_dict_ref):
            found = ref()
            if found is not None:
                found.pop(self.id, None)

    def __getstate__(self):
        state = (self.hooks_dict_ref(), self.id)
        if self.extra_dict_ref:
            return (*state, tuple(ref() for ref in self.extra_dict_ref))
        return (*state, ())

    def __setstate__(self, state):
        # A dictionary that is gone is stood in for by one that dies at once.
        self.hooks_dict_ref = weakref.ref(OrderedDict() if state[0] is None else state[0])
        self.id = state[1]
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)
        extra = state[2] if len(state) > 2 and state[2] is not None else ()
        self.extra_dict_ref = tuple(weakref.ref(OrderedDict() if d is None else d) for d in extra)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


def unserializable_hook(function):
    """Mark a tensor hook as one that saving may drop without a warning."""
    function.__torch_unserializable__ = True
    return function


def warn_if_has_hooks(tensor):
    """Warn about each hook of a tensor that saving it will drop."""
    for hook in (getattr(tensor, "_backward_hooks", None) or {}).values():
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, "
                "you can decorate the function with @torch.utils.hooks.unserializable_hook "
                "to suppress this warning",
                stacklevel=2,
            )


class BackwardHookFunction(Function):
    """The identity of several tensors at once: one node through which all their gradients pass."""

    @staticmethod
    def forward(ctx, *tensors):
        """Return the tensors."""
        ctx.mark_non_differentiable(*[t for t in tensors if not t.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx, *grads):
        """Return the gradients."""
        return grads


class BackwardHook:
    """Puts an identity node before and one after a module's forward, and hooks onto both.

    The node after the forward sees all gradients of the outputs at once, the one before it all
    gradients of the inputs.

    Args:
        module: handed to the hooks.
        user_hooks: called as `hook(module, grad_input, grad_output)`.
        user_pre_hooks: called as `hook(module, grad_output)`.
    """

    def __init__(self, module, user_hooks, user_pre_hooks):
        self.module = module
        self.user_hooks = user_hooks
        self.user_pre_hooks = user_pre_hooks
        self.grad_outputs = None
        self.n_outputs = -1
        self.output_tensors_index = None
        self.n_inputs = -1
        self.input_tensors_index = None

    def setup_input_hook(self, args):
        """Pass the tensors among `args` through the first node; return the new arguments."""
        args, self.input_tensors_index = _through_identity(self._hook_inputs, args)
        self.n_inputs = len(args)
        return args

    def setup_output_hook(self, result):
        """Pass the tensors of the result through the second node; return the new result."""
        is_tuple = isinstance(result, tuple)
        outputs = result if is_tuple else (result,)
        outputs, self.output_tensors_index = _through_identity(self._hook_outputs, outputs)
        self.n_outputs = len(outputs)
        return outputs if is_tuple else outputs[0]

    def _spread(self, grads, indices, n):
        """Put the gradients of the tensors at their places, None elsewhere."""
        spread = [None] * n
        for i, grad in zip(indices, grads, strict=True):
            spread[i] = grad
        return tuple(spread)

    def _hook_inputs(self, node):
        def run(grad_inputs, _):
            if self.grad_outputs is None:
                return None  # the output does not depend on anything here
            grads = self._spread(grad_inputs, self.input_tensors_index, self.n_inputs)
            grads = self._run(self.user_hooks, grads)
            self.grad_outputs = None
            return tuple(grads[i] for i in self.input_tensors_index)

        node.register_hook(run)

    def _run(self, hooks, grads):
        for hook in hooks:
            changed = hook(self.module, grads, self.grad_outputs)
            if changed is None:
                continue
            if len(changed) != len(grads):
                raise RuntimeError(
                    "Backward hook returned an invalid number of grad_input, "
                    f"got {len(changed)}, but expected {len(grads)}"
                )
            grads = changed
        return grads

    def _hook_outputs(self, node):
        def run(grad_outputs):
            grads = self._spread(grad_outputs, self.output_tensors_index, self.n_outputs)
            grads = self._run_pre_hooks(grads)
            self.grad_outputs = grads
            if self.input_tensors_index is None:
                self._run_without_inputs()
            return tuple(grads[i] for i in self.output_tensors_index)

        node.register_prehook(run)

    def _run_pre_hooks(self, grads):
        for hook in self.user_pre_hooks:
            changed = hook(self.module, grads)
            if changed is None:
                continue
            if len(changed) != len(grads):
                raise RuntimeError(
                    "Backward pre hook returned an invalid number of grad_output, "
                    f"got {len(changed)}, but expected {len(grads)}"
                )
            grads = changed
        return grads

    def _run_without_inputs(self):
        """No input needs a gradient: the hooks fire as soon as those of the outputs are known."""
        if self.user_hooks:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module "
                "outputs since no inputs require gradients. See "
                "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#"
                "torch.nn.Module.register_full_backward_hook for more details.",
                stacklevel=5,
            )
        nothing = (None,) * self.n_inputs
        for hook in self.user_hooks:
            changed = hook(self.module, nothing, self.grad_outputs)
            if changed is not None and not all(c is None for c in changed):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires "
                    "gradient should always return None or None for all gradients."
                )
        self.grad_outputs = None


def _through_identity(attach, values):
    """Send the tensors among `values` through one identity node, given to `attach(node)`.

    Returns: the values with those tensors replaced, and their indices; `(values, None)` when no
        tensor requires grad.
    """
    indices = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
    if not any(values[i].requires_grad for i in indices):
        return values, None
    with enable_grad():
        tensors = BackwardHookFunction.apply(*(values[i] for i in indices))
    if not isinstance(tensors, tuple):
        tensors = (tensors,)
    attach(next(t.grad_fn for t in tensors if t.grad_fn is not None))
    replaced = list(values)
    for i, t in zip(indices, tensors, strict=True):
        replaced[i] = t
    return tuple(replaced), indices
