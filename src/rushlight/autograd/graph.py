"""torch.autograd.graph: nodes, hooks on what is saved, and gradient edges."""
import contextlib
import threading
from typing import NamedTuple

from ..core.engine import Node, accumulator
from ..core.modes import Flags
from ..core.op import Hooks
from ..core.tensor import INFERENCE, TensorBase, counter, node_of
from ..core.watch import WALKS

__all__ = ["saved_tensors_hooks", "save_on_cpu", "disable_saved_tensors_hooks", "register_multi_grad_hook",
           "allow_mutation_on_saved_tensors", "region_activation_memory_budget", "Node", "GradientEdge", "get_gradient_edge",
           "increment_version", "set_warn_on_accumulate_grad_stream_mismatch", "set_override_stale_capture_stream"]


class GradientEdge(NamedTuple):
    """A node and which of its outputs is meant."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None


def get_gradient_edge(tensor):
    """Return the edge along which the gradient of a tensor flows."""
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients")
    node = node_of(tensor)
    return GradientEdge(accumulator(tensor) if node is None else node, tensor._nr)


def increment_version(tensor):
    """Count one in-place write to a tensor (or to each of several) that this library did not see."""
    several = [tensor] if isinstance(tensor, TensorBase) else tensor
    if not isinstance(several, (list, tuple)) or not all(isinstance(t, TensorBase) for t in several):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for t in several:
        if not t._flags & INFERENCE:
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

    def __exit__(self, *exc):
        Hooks.stack.pop()
        Flags.special -= 1


class save_on_cpu(saved_tensors_hooks):
    """Keep what ops save in CPU memory, and bring it back to its device for the backward."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        self.pin_memory, self.device_type = pin_memory, device_type
        super().__init__(lambda t: (t.device, t.cpu()), lambda packed: packed[1].to(packed[0]))


class disable_saved_tensors_hooks(contextlib.ContextDecorator):
    """Within it, using `saved_tensors_hooks` raises RuntimeError with the given message."""

    def __init__(self, error_message):
        self.error_message = error_message
        self.before = []

    def __enter__(self):
        if Hooks.stack:
            raise RuntimeError(self.error_message)
        self.before.append(Hooks.disabled)
        Hooks.disabled = self.error_message

    def __exit__(self, *exc):
        Hooks.disabled = self.before.pop()


# ------------------------------------------------------------------ hooks of several tensors


def _node(t):
    """Return what stands for a tensor in a walk: its node, or the leaf itself."""
    if not t.requires_grad:
        raise AssertionError("Expected gradient function to be set")
    node = node_of(t)
    return t if node is None else node


def _reached(places):
    """Return how many of the nodes and leaves the walk that runs now reaches."""
    order, runs, captures = WALKS.current
    nodes = {id(node) for node in order}
    leaves = {id(e) for node in order for e in node.edges} if runs is None else {key for key in captures if isinstance(key, int)}
    return sum(id(p) in (leaves if isinstance(p, TensorBase) else nodes) for p in places)


class _MultiHandle:
    """Takes off the hooks of several tensors."""

    def __init__(self, handles):
        self.handles = handles

    def remove(self):
        """Take them off."""
        for handle in self.handles:
            handle.remove()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.remove()


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """Call `fn` once in each backward that reaches some of the tensors.

    Args:
        tensors: tensors that require grad.
        mode: "all": `fn(gradients)`, None for those that this backward does not reach, when the last is computed;
            "any": `fn(gradient)` of the first.

    Returns: a handle whose `remove()` takes the hook off.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    tensors = tuple(tensors)
    places = [_node(t) for t in tensors]
    lock = threading.Lock()
    seen = {}           # what was gathered in each walk that runs

    def gather(i):
        def hook(grad):
            walk = WALKS.current
            with lock:
                entry = seen.get(id(walk))
                if entry is None:
                    entry = seen[id(walk)] = [walk, [None] * len(tensors), _reached(places)]
                entry[1][i] = grad
                entry[2] -= 1
                done = entry[2] == 0
                if done:
                    del seen[id(walk)]
            if done:
                fn(entry[1])
        return hook

    last = [None]

    def first(grad):
        with lock:
            new = last[0] is not WALKS.current
            last[0] = WALKS.current
        if new:
            fn(grad)

    return _MultiHandle(tuple(t.register_hook(gather(i) if mode == "all" else first) for i, t in enumerate(tensors)))


# ------------------------------------------------------------------ in-place writes to what is saved


class _Mutation:
    """The `allow_mutation_on_saved_tensors` in force, if any."""

    current = None


class _AllowMutationOnSavedContext:
    """One use of `allow_mutation_on_saved_tensors`."""


@contextlib.contextmanager
def allow_mutation_on_saved_tensors():
    """Within it, tensors may be written to after ops saved them: the ops keep copies.

    The backward must run inside it too.
    """
    if _Mutation.current is not None:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    context = _AllowMutationOnSavedContext()

    def unpack(kept):
        if _Mutation.current is not context:
            raise AssertionError("Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin which the "
                                 "graph was originally recorded.")
        return kept

    with saved_tensors_hooks(lambda t: t.detach().clone(), unpack):
        _Mutation.current = context
        try:
            yield context
        finally:
            _Mutation.current = None


# ------------------------------------------------------------------ settings of accelerators and of the compiler


def set_warn_on_accumulate_grad_stream_mismatch(_enabled):
    """Accepted: there is one stream on which gradients accumulate, so nothing can mismatch."""


def set_override_stale_capture_stream(_enabled):
    """Accepted: no graph of an accelerator is captured here."""


def region_activation_memory_budget(budget):
    """Raise as torch does outside `torch.compile`, which alone has a use for it."""
    if not 0 <= budget <= 1:
        raise ValueError(f"torch.autograd.graph.region_activation_memory_budget: must be in [0, 1], got {budget}")
    raise RuntimeError("torch.autograd.graph.region_activation_memory_budget can only be used inside a torch.compile "
                       "region; it has no effect in eager mode.")
