"""Selective checkpointing: which results of a checkpointed function are kept, and which are computed again.

Functions are looked at as programs call them. In the first run the result of one that is to be kept is stored,
with a note of what its node saved; in the second run the result comes from the store, and what the node
saved is handed to the checkpoint: arguments of the second run, the stored result, or else the value itself.
"""
import enum
from typing import Any, NamedTuple

from .._ops import _Overloads
from ..core.op import Hooks, Registry
from ..core.overrides import TorchFunctionMode, public_name
from ..core.tensor import Tensor
from ._pytree import tree_flatten, tree_unflatten

__all__ = ["CheckpointPolicy", "SelectiveCheckpointContext", "create_selective_checkpoint_contexts"]

_NAMES = {"scaled_dot_product_attention": "_scaled_dot_product_flash_attention_for_cpu", "layer_norm": "native_layer_norm",
          **{f"conv{n}d": "convolution" for n in "123"}, **{f"conv_transpose{n}d": "convolution" for n in "123"}}
_known = {}                             # function -> its name in `torch.ops.aten`, None for what is no op


class CheckpointPolicy(enum.Enum):
    """What becomes of a result: it is kept, or computed again. Without a compiler MUST and PREFER are one."""

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5


_KEPT = (True, CheckpointPolicy.MUST_SAVE, CheckpointPolicy.PREFER_SAVE, CheckpointPolicy.MUST_CPU_OFFLOAD,
         CheckpointPolicy.PREFER_CPU_OFFLOAD)


class SelectiveCheckpointContext:
    """What a policy is told besides the op: whether this is the second run, and what the op returned if it has run."""

    def __init__(self, *, is_recompute, op_output=None):
        self.is_recompute, self.op_output = is_recompute, op_output


class _Entry(NamedTuple):
    """A stored result: its tensors (with their versions and whether they want gradients) and what its node saved."""

    tensors: list
    versions: list
    wants: list
    structure: Any
    saved: list                         # ("argument", its number), ("result", its number) or ("value", a tensor)


class _Mode(TorchFunctionMode):
    """One of the two runs; both share a store of lists by op."""

    def __init__(self, policy, store, allow_mutation, again):
        self.policy, self.store, self.allow_mutation, self.again = policy, store, allow_mutation, again

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        pack = Hooks.stack[-1][0] if Hooks.stack else None
        frame = getattr(pack, "__self__", None)
        name = _name(func, args, kwargs)
        if name is None or not hasattr(frame, "log"):
            return func(*args, **kwargs)
        op = _Overloads(f"{name}.default", func)
        if self.policy(SelectiveCheckpointContext(is_recompute=self.again), op, *args, **kwargs) not in _KEPT:
            return func(*args, **kwargs)
        given = [x for x in tree_flatten((args, kwargs))[0] if isinstance(x, Tensor)]
        if not self.again:
            return self._store(op, frame, given, lambda: func(*args, **kwargs))
        if not self.store.get(op):
            raise RuntimeError("Trying to backward an extra time. You are only allowed to backward once on any region "
                               "computed under selective activation checkpoint.")
        entry = self.store[op].pop(0)
        return func(*args, **kwargs) if entry is None else self._stored(entry, frame, given)

    def _store(self, op, frame, given, call):
        frame.log = []
        try:
            result = call()
            saved = frame.log
        finally:
            frame.log = None
        leaves, structure = tree_flatten(result)
        entry = None                    # views and writes cost nothing, and other results nothing is known of
        if leaves and all(isinstance(x, Tensor) and all(_storage(x) is not _storage(a) for a in given) for x in leaves):
            tensors = [x.detach() for x in leaves]
            entry = _Entry(tensors, [x._version for x in tensors], [x.requires_grad for x in leaves], structure,
                           [_whence(x, given, leaves) for x in saved])
        self.store.setdefault(op, []).append(entry)
        return result

    def _stored(self, entry, frame, given):
        if not self.allow_mutation and [x._version for x in entry.tensors] != entry.versions:
            raise RuntimeError("Tensor cached during selective activation checkpoint has been mutated")
        found = [x.detach().requires_grad_(wants) for x, wants in zip(entry.tensors, entry.wants, strict=True)]
        for kind, which in entry.saved:
            frame.save_again(which if kind == "value" else (given if kind == "argument" else found)[which])
        return tree_unflatten(found, entry.structure)

    def __exit__(self, *exc):
        super().__exit__(*exc)
        if self.again:
            self.store.clear()


def _storage(x):
    return x._array if x._root is None else x._root


def _whence(x, given, results):
    """Return where the second run finds a saved value."""
    for kind, several in (("argument", given), ("result", results)):
        for i, y in enumerate(several):
            if x is y or x._array is y._array:
                return kind, i
    return "value", x.detach()


def _name(func, args, kwargs):
    """Return the name in `torch.ops.aten` of the op that a call comes down to; None for what is no op or writes in place."""
    if func not in _known:
        name = (public_name(func) or "").rpartition(".")[2]
        if name.startswith("__"):
            name = name.strip("_")
            name = {"radd": "add", "rsub": "rsub", "rmul": "mul", "truediv": "div", "rmatmul": "matmul"}.get(name, name)
        is_op = name in Registry.namespaces["torch"] or name in Registry.namespaces["nn.functional"]
        _known[func] = _NAMES.get(name, name) if is_op and not name.endswith("_") else None
    name = _known[func]
    if name == "matmul":
        a, b = (*args, *kwargs.values())[:2]
        return {(2, 2): "mm", (2, 1): "mv", (1, 1): "dot"}.get((a.ndim, b.ndim), "bmm")
    if name == "linear":
        return "mm" if (args[2] if len(args) > 2 else kwargs.get("bias")) is None else "addmm"
    return name


def create_selective_checkpoint_contexts(policy_fn_or_list, allow_cache_entry_mutation=False):
    """Return the two contexts that `checkpoint(..., context_fn=...)` needs to keep some results and not others.

    Args:
        policy_fn_or_list: `f(context, op, *args, **kwargs)` that returns a `CheckpointPolicy`, or the ops to
            keep the results of, such as `[torch.ops.aten.mm.default]`. A matrix product is `mm` or `bmm`, a linear
            layer `addmm`; overloads of one op are the same op here.
        allow_cache_entry_mutation: let the function write to a result that was kept.

    Raises: ValueError for something else in the list; RuntimeError in the backward when a result that
        was kept was written to, or for a second backward.

    Example:
        >>> from functools import partial
        >>> x = torch.ones(2, 2, requires_grad=True)
        >>> keep = partial(torch.utils.checkpoint.create_selective_checkpoint_contexts, [torch.ops.aten.mm.default])
        >>> torch.utils.checkpoint.checkpoint(lambda x: (x @ x).exp(), x, use_reentrant=False, context_fn=keep).sum().backward()
        >>> x.grad
        tensor([[29.5562, 29.5562],
                [29.5562, 29.5562]])
    """
    policy = policy_fn_or_list
    if isinstance(policy_fn_or_list, list):
        for op in policy_fn_or_list:
            if not isinstance(op, _Overloads):
                raise ValueError(f"Expected op in `op_list` to be an OpOverload but got: {op} of type {type(op)}. ")

        def policy(_context, op, *_args, **_kwargs):
            return op in policy_fn_or_list
    elif not callable(policy_fn_or_list):
        raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
    store = {}
    return tuple([_Mode(policy, store, allow_cache_entry_mutation, again) for again in (False, True)])
