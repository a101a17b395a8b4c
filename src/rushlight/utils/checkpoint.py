"""Activation checkpointing: less memory for more time, by computing parts of the forward again in the backward.

Without reentrance (the form to use) the ops of the function save nothing: a hook notes that a value
was saved, and when the backward asks for the first of them, the function runs again and each value
that it saves goes to the note of the same number. With reentrance the whole function is one node whose
backward runs it again and walks the graph of that.
"""

from __future__ import annotations

import contextlib
import traceback
import warnings
import weakref

from ..amp import autocast
from ..autograd import backward
from ..autograd.function import Function
from ..autograd.graph import saved_tensors_hooks
from ..core.autocast import get_autocast_dtype, is_autocast_cache_enabled, is_autocast_enabled
from ..core.generator import fork_rng, get_rng_state, set_rng_state
from ..core.modes import enable_grad, is_grad_enabled, no_grad
from ..core.tensor import Tensor
from ..core.watch import WALKS
from .selective import CheckpointPolicy, SelectiveCheckpointContext, create_selective_checkpoint_contexts

__all__ = [
    "CheckpointError",
    "CheckpointFunction",
    "CheckpointPolicy",
    "SelectiveCheckpointContext",
    "check_backward_validity",
    "checkpoint",
    "checkpoint_sequential",
    "create_selective_checkpoint_contexts",
    "detach_variable",
    "get_device_states",
    "noop_context_fn",
    "set_checkpoint_debug_enabled",
    "set_checkpoint_early_stop",
    "set_device_states",
]

_debug_enabled = None
_early_stop = None


class CheckpointError(RuntimeError):
    """The function did not save the same when it ran again."""


class _StopRecomputation(Exception):
    """All that the backward can ask for has been computed."""


@contextlib.contextmanager
def set_checkpoint_debug_enabled(enabled):
    """Within it, checkpoints note where each value was saved (or do not), whatever their `debug` says."""
    global _debug_enabled
    before, _debug_enabled = _debug_enabled, enabled
    try:
        yield
    finally:
        _debug_enabled = before


@contextlib.contextmanager
def set_checkpoint_early_stop(enable):
    """Within it, functions checkpointed stop computing again (or do not) when all that was saved is there."""
    global _early_stop
    before, _early_stop = _early_stop, enable
    try:
        yield
    finally:
        _early_stop = before


def noop_context_fn():
    """Return two contexts that do nothing."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def detach_variable(inputs):
    """Return a tuple with its tensors detached; each asks for a gradient as it did."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(
            "Only tuple of tensors is supported. Got Unsupported input type: " + type(inputs).__name__
        )
    return tuple(
        x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs
    )


def check_backward_validity(inputs):
    """Warn when none of the tensors asks for a gradient."""
    if not any(x.requires_grad for x in inputs if isinstance(x, Tensor)):
        warnings.warn(
            "None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2
        )


def _devices(args):
    return sorted({x.device.index for x in args if isinstance(x, Tensor) and x.device.type == "cuda"})


def get_device_states(*args):
    """Return the accelerators that the tensors among `args` are on, and their generators' states."""
    from .. import cuda

    devices = _devices(args)
    return devices, [cuda.get_rng_state(d) for d in devices]


def set_device_states(devices, states, *, device_type="cuda"):
    """Set the generators of accelerators; `device_type` must be the one kind there is, "cuda"."""
    from .. import cuda

    if device_type != "cuda" and devices:
        raise ValueError(f"there are no generators on devices of type {device_type}")
    for device, state in zip(devices, states, strict=True):
        cuda.set_rng_state(state, device)


class _Settings:
    """The generators' states and the autocasting that a function ran under, to run it again under them."""

    def __init__(self, preserve_rng_state, args):
        self.states = None
        if preserve_rng_state:
            self.states = get_rng_state(), get_device_states(*args)
        device = "cuda" if _devices(args) else "cpu"
        self.autocast = {
            "device_type": device,
            "dtype": get_autocast_dtype(device),
            "enabled": is_autocast_enabled(device),
            "cache_enabled": is_autocast_cache_enabled(),
        }

    @contextlib.contextmanager
    def again(self):
        """Within it both are as they were."""
        with contextlib.ExitStack() as stack:
            if self.states is not None:
                cpu, (devices, states) = self.states
                stack.enter_context(fork_rng(devices))
                set_rng_state(cpu)
                set_device_states(devices, states)
            stack.enter_context(autocast(**self.autocast))
            yield


# ------------------------------------------------------------------ with reentrance


class CheckpointFunction(Function):
    """The node of `checkpoint(..., use_reentrant=True)`."""

    @staticmethod
    def forward(ctx, run_function, preserve_rng_state, *args):
        """Run the function; keep its arguments and the settings."""
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.settings = _Settings(preserve_rng_state, args)
        ctx.inputs = [None if isinstance(x, Tensor) else x for x in args]
        ctx.places = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
        ctx.save_for_backward(*[args[i] for i in ctx.places])
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx, *grads):
        """Run the function again with a graph, and walk it."""
        if WALKS.current is not None and WALKS.current[2] is not None:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible"
                " with .grad() or passing an `inputs` parameter to .backward()."
                " To resolve this error, you can either set use_reentrant=False,"
                " or call .backward() without passing the `inputs` argument."
            )
        inputs = list(ctx.inputs)
        for i, x in zip(ctx.places, ctx.saved_tensors, strict=True):
            inputs[i] = x
        inputs = detach_variable(tuple(inputs))
        with ctx.settings.again(), enable_grad():
            outputs = ctx.run_function(*inputs)
        if isinstance(outputs, Tensor):
            outputs = (outputs,)
        pairs = [
            (out, g)
            for out, g in zip(outputs, grads, strict=True)
            if isinstance(out, Tensor) and out.requires_grad
        ]
        if not pairs:
            raise RuntimeError(
                "none of output has requires_grad=True, this checkpoint() is not necessary"
            )
        backward(*map(list, zip(*pairs, strict=True)))
        return None, None, *(x.grad if isinstance(x, Tensor) else None for x in inputs)


# ------------------------------------------------------------------ without reentrance


class _Note:
    """Stands for a saved value: its number in the function."""

    __slots__ = ("__weakref__", "frame", "index")

    def __init__(self, frame, index):
        self.frame, self.index = frame, index


def _metadata(x):
    return {"shape": x.shape, "dtype": x.dtype, "device": x.device}


class _Frame:
    """One call of a checkpointed function: how to run it again, and what came of that."""

    def __init__(self, run, early_stop, check, debug):
        self.run = run
        self.early_stop = early_stop
        self.check = check
        self.notes = []         # weak references: a note that is gone will not be asked for
        self.metadata = []
        self.stacks = [[], []] if debug else None
        self.values = {}
        self.n = 0
        self.log = None         # a list takes note of what is saved

    def save(self, x):
        """The pack hook of the forward."""
        if self.log is not None:
            self.log.append(x)
        note = _Note(self, len(self.notes))
        self.notes.append(weakref.ref(note))
        self.metadata.append(_metadata(x) if self.check else None)
        self._remember_stack(0)
        return note

    def _remember_stack(self, k):
        if self.stacks is not None:
            self.stacks[k].append("".join(traceback.format_stack()[:-2]))

    def save_again(self, x):
        """The pack hook of the second run."""
        index, self.n = self.n, self.n + 1
        self._remember_stack(1)
        if index >= len(self.notes):
            # The second run may go on after the last value that counts, but not past the point to stop at.
            if self.early_stop:
                return x
            raise self.failed(
                "torch.utils.checkpoint: trying to save more tensors during recomputation than during the original forward "
                "pass.\n"
            )
        if self.notes[index]() is not None:
            self.values[index] = x.detach()
        if self.early_stop and self.n == len(self.notes):
            raise _StopRecomputation
        return x

    def fetch(self, note):
        """The unpack hook: return a value, after running the function again when it is not there."""
        if note.index not in self.values:
            self.values.clear()
            self.n = 0
            if self.stacks is not None:
                self.stacks[1].clear()
            with saved_tensors_hooks(self.save_again, _never), enable_grad(), contextlib.suppress(_StopRecomputation):
                self.run()
            self._check_values()
        return self.values.pop(note.index)

    def _check_values(self):
        if self.n != len(self.notes):
            raise self.failed(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self.notes)}\n"
                f"Number of tensors saved during recomputation: {self.n}.\n"
            )
        wrong = [
            f"tensor at position {i}:\nsaved metadata: {self.metadata[i]}\nrecomputed metadata: {_metadata(x)}\n"
            for i, x in sorted(self.values.items())
            if self.check and self.metadata[i] != _metadata(x)
        ]
        if wrong:
            raise self.failed(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than "
                "during the forward pass.\n" + "".join(wrong) + ".\n"
            )

    def failed(self, text):
        """Return the error with that text; in debug mode with the stacks of both runs."""
        if self.stacks is None:
            return CheckpointError(
                text + "\nPass `debug=True` to checkpoint(), or use set_checkpoint_debug_enabled(True), to see where each "
                "value was saved."
            )
        parts = [
            f"\n{i + 1} of {len(stacks)} saved in the {name}:\n{stack}"
            for name, stacks in zip(("original forward", "recomputation"), self.stacks, strict=True)
            for i, stack in enumerate(stacks)
        ]
        return CheckpointError(
            " An error happened while unpacking tensors; dumping logs of latest computation\n" + text + "".join(parts)
        )


def _never(x):
    return x


def _fetch(note):
    return note.frame.fetch(note)


def _without_reentrance(function, preserve_rng_state, context_fn, determinism_check, debug, early_stop, args, kwargs):
    if determinism_check not in ("default", "none"):
        raise ValueError(
            f"determinism_check should be one of ['default', 'none'], but got {determinism_check}"
        )
    forward_context, again_context = context_fn()
    settings = _Settings(preserve_rng_state, (*args, *kwargs.values()))

    def run():
        with settings.again(), again_context:
            function(*args, **kwargs)

    if not is_grad_enabled():
        with forward_context:
            return function(*args, **kwargs)
    frame = _Frame(
        run,
        early_stop if _early_stop is None else _early_stop,
        determinism_check == "default",
        debug if _debug_enabled is None else _debug_enabled,
    )
    with saved_tensors_hooks(frame.save, _fetch), forward_context:
        return function(*args, **kwargs)


def checkpoint(function, *args, use_reentrant=None, context_fn=noop_context_fn, determinism_check="default", debug=False,
               early_stop=True, **kwargs):
    """Call a function now and, for its gradients, again in the backward: what it saves is not kept between.

    Args:
        function, args, kwargs: the call.
        use_reentrant: False for the form built on saved-tensor hooks (any arguments, any backward), True for
            the one that is a single node.
        preserve_rng_state: run again with the generators as they were (default True).
        context_fn: returns two contexts, for the first and for the second run.
        determinism_check: "default" compares shapes, dtypes and devices of what both runs save; "none" does not.
        debug: note where each value was saved, for the error message.
        early_stop: end the second run when all that was saved is there.

    Raises: CheckpointError in the backward when both runs do not save the same.
    Source: Chen et al. 2016.

    Example:
        >>> x = torch.tensor([1.], requires_grad=True)
        >>> torch.utils.checkpoint.checkpoint(torch.exp, x, use_reentrant=False).backward()
        >>> x.grad
        tensor([2.7183])
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
            "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if "
            "you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more "
            "details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if not use_reentrant:
        return _without_reentrance(function, preserve, context_fn, determinism_check, debug, early_stop, args, kwargs)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if context_fn is not noop_context_fn or debug is not False:
        raise ValueError(
            "Passing `context_fn` or `debug` is only supported when use_reentrant=False."
        )
    return CheckpointFunction.apply(function, preserve, *args)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """Run modules in turn, checkpointed in `segments` parts of about the same length; the last part is not.

    Args:
        functions: an `nn.Sequential`, or functions of one argument.
        use_reentrant, preserve_rng_state: as for `checkpoint`.
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In "
            "version 2.9 we will raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, "
            "but if you need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for "
            "more details on the differences between the two variants.",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    functions = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(functions) // segments
    starts = list(range(0, size * (segments - 1), size))

    def part(start, end):
        def run(x):
            for function in functions[start:end]:
                x = function(x)
            return x

        return run

    end = 0
    for start in starts:
        end = start + size
        input = checkpoint(part(start, end), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return part(end, len(functions))(input)
