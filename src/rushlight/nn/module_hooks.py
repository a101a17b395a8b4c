"""The hooks of a Module: registration, the process-wide ones, and the call that runs them.

`Module.__call__` takes this file's `call_with_hooks` only when some hook exists.
"""

from __future__ import annotations

import functools
import warnings
import weakref
from collections import OrderedDict

from ..core.tensor import Tensor
from ..utils.hooks import BackwardHook, RemovableHandle

_global_buffer_registration_hooks: dict = OrderedDict()
_global_module_registration_hooks: dict = OrderedDict()
_global_parameter_registration_hooks: dict = OrderedDict()
_global_backward_pre_hooks: dict = OrderedDict()
_global_backward_hooks: dict = OrderedDict()
_global_forward_pre_hooks: dict = OrderedDict()
_global_forward_hooks: dict = OrderedDict()
_global_forward_hooks_always_called: dict = OrderedDict()
_global_forward_hooks_with_kwargs: dict = OrderedDict()

# True when the global backward hooks are full ones, False when they are the old kind.
_global_is_full_backward_hook: bool | None = None


def _register(hooks, hook, *extra_dicts, prepend=False):
    """Put `hook` into the ordered dict `hooks`, first or last, and return its handle."""
    handle = RemovableHandle(hooks, extra_dict=extra_dicts or None)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


# ---------------------------------------------------------------- process-wide hooks


def register_module_buffer_registration_hook(hook):
    """Call `hook(module, name, buffer)` whenever any module registers a buffer."""
    return _register(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook):
    """Call `hook(module, name, submodule)` whenever any module registers a child."""
    return _register(_global_module_registration_hooks, hook)


def register_module_parameter_registration_hook(hook):
    """Call `hook(module, name, parameter)` whenever any module registers a parameter."""
    return _register(_global_parameter_registration_hooks, hook)


def register_module_forward_pre_hook(hook):
    """Call `hook(module, args)` before the forward of every module."""
    return _register(_global_forward_pre_hooks, hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    """Call `hook(module, args, output)` after the forward of every module.

    Args:
        with_kwargs: call `hook(module, args, kwargs, output)` instead.
        always_call: call it, with output None, even when forward raises.
    """
    handle = _register(
        _global_forward_hooks,
        hook,
        _global_forward_hooks_with_kwargs,
        _global_forward_hooks_always_called,
    )
    if with_kwargs:
        _global_forward_hooks_with_kwargs[handle.id] = True
    if always_call:
        _global_forward_hooks_always_called[handle.id] = True
    return handle


def _set_global_backward_kind(full):
    global _global_is_full_backward_hook
    if _global_backward_hooks and _global_is_full_backward_hook is not full:
        raise RuntimeError(
            "Cannot use both regular backward hooks and full backward hooks as a "
            "global Module hook. Please use only one of them."
        )
    _global_is_full_backward_hook = full


def register_module_backward_hook(hook):
    """Register an old-style backward hook on every module; prefer the full one."""
    _set_global_backward_kind(False)
    return _register(_global_backward_hooks, hook)


def register_module_full_backward_pre_hook(hook):
    """Call `hook(module, grad_output)` before the backward of every module."""
    return _register(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook):
    """Call `hook(module, grad_input, grad_output)` after the backward of every module."""
    _set_global_backward_kind(True)
    return _register(_global_backward_hooks, hook)


# ---------------------------------------------------------------- hooks that know their module


class _WrappedHook:
    """A hook that can be pickled, and that is handed its module when `module` is given.

    The module is held weakly: the module owns the hook.
    """

    def __init__(self, hook, module=None):
        self.hook = hook
        functools.update_wrapper(self, hook)
        self.with_module = module is not None
        if module is not None:
            self.module = weakref.ref(module)

    def __call__(self, *args, **kwargs):
        if not self.with_module:
            return self.hook(*args, **kwargs)
        module = self.module()
        if module is None:
            raise RuntimeError("You are trying to call the hook of a dead Module!")
        return self.hook(module, *args, **kwargs)

    def __getstate__(self):
        state = {"hook": self.hook, "with_module": self.with_module}
        if self.with_module:
            state["module"] = self.module()
        return state

    def __setstate__(self, state):
        self.hook = state["hook"]
        self.with_module = state["with_module"]
        if self.with_module:
            if state["module"] is None:
                raise RuntimeError("You are trying to revive the hook of a dead Module!")
            self.module = weakref.ref(state["module"])


# ---------------------------------------------------------------- the call


def call_with_hooks(module, args, kwargs):
    """Run forward with every hook of `module` and every global one, in torch's order."""
    progress = _Progress()
    try:
        return _forward_with_hooks(module, args, kwargs, progress)
    except Exception:
        for scope, hook_id, hook in _always_called(module):
            if hook_id not in progress.called:
                _call_after_failure(scope, hook, module, args, kwargs, progress.result, hook_id)
        raise


class _Progress:
    """How far a call came: its result, if there is one yet, and the `always_call` hooks that ran."""

    def __init__(self):
        self.result = None
        self.called = set()


def _forward_with_hooks(module, args, kwargs, progress):
    full_hooks, old_hooks = module._get_backward_hooks()
    backward_pre_hooks = module._get_backward_pre_hooks()

    args, kwargs = _run_forward_pre_hooks(module, args, kwargs)

    backward_hook = None
    if full_hooks or backward_pre_hooks:
        backward_hook = BackwardHook(module, full_hooks, backward_pre_hooks)
        args = backward_hook.setup_input_hook(args)

    progress.result = module.forward(*args, **kwargs)
    result = _run_forward_hooks(module, args, kwargs, progress)

    if backward_hook is not None:
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple "
                f"of Tensors but received {type(result)}",
                stacklevel=4,
            )
        result = backward_hook.setup_output_hook(result)
    if old_hooks:
        _attach_old_backward_hooks(module, old_hooks, args, result)
    return result


def _run_forward_pre_hooks(module, args, kwargs):
    for hook in tuple(_global_forward_pre_hooks.values()):
        changed = hook(module, args)
        if changed is not None:
            args = changed if isinstance(changed, tuple) else (changed,)
    for hook_id, hook in tuple(module._forward_pre_hooks.items()):
        if hook_id in module._forward_pre_hooks_with_kwargs:
            changed = hook(module, args, kwargs)
            if changed is None:
                continue
            if not (isinstance(changed, tuple) and len(changed) == 2):
                raise RuntimeError(
                    "forward pre-hook must return None or a tuple "
                    f"of (new_args, new_kwargs), but got {changed}."
                )
            args, kwargs = changed
        else:
            changed = hook(module, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
    return args, kwargs


def _run_forward_hooks(module, args, kwargs, progress):
    for hooks, with_kwargs, always in (
        (
            _global_forward_hooks,
            _global_forward_hooks_with_kwargs,
            _global_forward_hooks_always_called,
        ),
        (
            module._forward_hooks,
            module._forward_hooks_with_kwargs,
            module._forward_hooks_always_called,
        ),
    ):
        for hook_id, hook in tuple(hooks.items()):
            if hook_id in always:
                progress.called.add(hook_id)
            if hook_id in with_kwargs:
                changed = hook(module, args, kwargs, progress.result)
            else:
                changed = hook(module, args, progress.result)
            if changed is not None:
                progress.result = changed
    return progress.result


def _always_called(module):
    """The hooks to run after a failed forward, as (scope, id, hook)."""
    found = [
        ("global module", hook_id, hook)
        for hook_id, hook in _global_forward_hooks.items()
        if hook_id in _global_forward_hooks_always_called
    ]
    found += [
        ("module", hook_id, hook)
        for hook_id, hook in module._forward_hooks.items()
        if hook_id in module._forward_hooks_always_called
    ]
    return found


def _call_after_failure(scope, hook, module, args, kwargs, result, hook_id):
    """Call one `always_call` hook while an error is on its way; its own error only warns."""
    with_kwargs = (
        _global_forward_hooks_with_kwargs
        if scope == "global module"
        else module._forward_hooks_with_kwargs
    )
    try:
        if hook_id in with_kwargs:
            hook(module, args, kwargs, result)
        else:
            hook(module, args, result)
    except Exception as exc:
        warnings.warn(
            f"{scope} forward hook with ``always_call=True`` raised an exception "
            f"that was silenced as another error was raised in forward: {exc}",
            stacklevel=4,
        )


def _first_tensor(result):
    while not isinstance(result, Tensor):
        if isinstance(result, dict):
            result = next(v for v in result.values() if isinstance(v, Tensor))
        else:
            result = result[0]
    return result


def _attach_old_backward_hooks(module, hooks, args, result):
    """Old-style backward hooks sit on the last node alone; torch warns where that misleads."""
    grad_fn = _first_tensor(result).grad_fn
    if grad_fn is None:
        return
    for hook in hooks:
        grad_fn.register_hook(_WrappedHook(hook, module))
    module._maybe_warn_non_full_backward_hook(args, result, grad_fn)


def _warn_non_full(text):
    warnings.warn(
        text + " Please use register_full_backward_hook to get the documented behavior.",
        FutureWarning,
        stacklevel=5,
    )


def _is_tensors(value):
    return isinstance(value, Tensor) or (
        isinstance(value, tuple) and all(isinstance(v, Tensor) for v in value)
    )


class ModuleHooks:
    """The part of Module that registers hooks."""

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call `hook(module, args)` before each forward; what it returns replaces the arguments.

        Args:
            hook: returns None, one new argument, or a tuple of all of them; with
                `with_kwargs`, it is `hook(module, args, kwargs)` and returns None or
                `(new_args, new_kwargs)`.
            prepend: put it before the hooks already there.
            with_kwargs: hand the keyword arguments to it as well.

        Returns: a handle whose `remove()` takes the hook off again.
        """
        handle = _register(
            self._forward_pre_hooks, hook, self._forward_pre_hooks_with_kwargs, prepend=prepend
        )
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        return handle

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """Call `hook(module, args, output)` after each forward; a result replaces the output.

        Args:
            hook: with `with_kwargs`, it is `hook(module, args, kwargs, output)`.
            prepend: put it before the hooks already there.
            with_kwargs: hand the keyword arguments to it as well.
            always_call: call it, with output None, even when forward raises.

        Returns: a handle whose `remove()` takes the hook off again.

        Example:
            >>> net = nn.Linear(2, 3)
            >>> handle = net.register_forward_hook(lambda m, args, out: print(out.shape))
            >>> _ = net(torch.ones(4, 2))
            torch.Size([4, 3])
            >>> handle.remove()
        """
        handle = _register(
            self._forward_hooks,
            hook,
            self._forward_hooks_with_kwargs,
            self._forward_hooks_always_called,
            prepend=prepend,
        )
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        return handle

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """Call `hook(module, grad_output)` before gradients pass back through the module.

        A tuple it returns replaces `grad_output`.
        """
        return _register(self._backward_pre_hooks, hook, prepend=prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Call `hook(module, grad_input, grad_output)` once the input gradients are known.

        A tuple it returns replaces `grad_input`. Entries for arguments that are no tensors
        are None.
        """
        self._set_backward_kind(True)
        return _register(self._backward_hooks, hook, prepend=prepend)

    def register_backward_hook(self, hook):
        """Register an old-style backward hook: it sees the module's last graph node only."""
        self._set_backward_kind(False)
        return _register(self._backward_hooks, hook)

    def _set_backward_kind(self, full):
        if self._is_full_backward_hook is (not full):
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a "
                "single Module. Please use only one of them."
            )
        self._is_full_backward_hook = full

    def _get_backward_hooks(self):
        """Return (full hooks, old-style hooks), the global ones first."""
        full, old = [], []
        if _global_is_full_backward_hook is True:
            full += _global_backward_hooks.values()
        if self._is_full_backward_hook is True:
            full += self._backward_hooks.values()
        if _global_is_full_backward_hook is False:
            old += _global_backward_hooks.values()
        if self._is_full_backward_hook is False:
            old += self._backward_hooks.values()
        return full, old

    def _get_backward_pre_hooks(self):
        return [*_global_backward_pre_hooks.values(), *self._backward_pre_hooks.values()]

    def _maybe_warn_non_full_backward_hook(self, inputs, result, grad_fn):
        """Warn where an old-style backward hook gets less than its documentation says."""
        if not _is_tensors(result):
            _warn_non_full(
                "Using non-full backward hooks on a Module that does not return a "
                "single Tensor or a tuple of Tensors is deprecated and will be removed "
                "in future versions. This hook will be missing some of the grad_output."
            )
            return
        if not _is_tensors(inputs):
            _warn_non_full(
                "Using non-full backward hooks on a Module that does not take as input a "
                "single Tensor or a tuple of Tensors is deprecated and will be removed "
                "in future versions. This hook will be missing some of the grad_input."
            )
            return
        results = result if isinstance(result, tuple) else (result,)
        nodes = {r.grad_fn for r in results if r.grad_fn is not None}
        if len(nodes) > 1:
            _warn_non_full(
                "Using a non-full backward hook when outputs are generated by different autograd "
                "Nodes is deprecated and will be removed in future versions. This hook will be "
                "missing some grad_output."
            )
        elif {i.grad_fn for i in inputs if i.grad_fn is not None} != {
            node for node, _ in grad_fn.next_functions
        }:
            _warn_non_full(
                "Using a non-full backward hook when the forward contains multiple autograd Nodes "
                "is deprecated and will be removed in future versions. This hook will be missing "
                "some grad_input."
            )

    # -- state_dict hooks

    def _register_state_dict_hook(self, hook):
        """Call `hook(module, state_dict, prefix, local_metadata)` at the end of state_dict().

        What it returns replaces the dictionary.
        """
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was "
                "previously registered via register_state_dict_post_hook"
            )
        return _register(self._state_dict_hooks, hook)

    def register_state_dict_post_hook(self, hook):
        """Call `hook(module, state_dict, prefix, local_metadata)` at the end of state_dict().

        It may change the dictionary in place and must return None.
        """
        hook._from_public_api = True
        return _register(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self, hook):
        """Call `hook(module, prefix, keep_vars)` at the start of state_dict()."""
        return _register(self._state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        """Call `hook(state_dict, prefix, metadata, strict, missing, unexpected, errors)` first.

        Args:
            with_module: hand this module to it as its first argument.
        """
        wrapped = _WrappedHook(hook, self if with_module else None)
        return _register(self._load_state_dict_pre_hooks, wrapped)

    def register_load_state_dict_pre_hook(self, hook):
        """Like `register_state_dict_pre_hook`, for load_state_dict.

        It is called as `hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)` before this module's values are taken.
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook):
        """Call `hook(module, incompatible_keys)` after load_state_dict has run on this module.

        It may change the lists in `incompatible_keys` in place and must return None.
        """
        return _register(self._load_state_dict_post_hooks, hook)
