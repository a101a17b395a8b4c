"""Custom Functions inside vmap: by their own `vmap`, or as their operations run on a batch."""
from typing import NamedTuple

from ..autograd import function as functions
from ..core.tensor import TensorBase
from ..utils import _pytree as pytree
from .levels import Levels
from .links import enter_batch, leave_batch

_MORE = "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"


class VmapInfo(NamedTuple):
    """What a Function's `vmap` is told.

    Attributes:
        batch_size: how many samples; randomness: "error", "different" or "same".
    """

    batch_size: int
    randomness: str


def _levels(x):
    return getattr(x._array, "levels", ()) if isinstance(x, TensorBase) else ()


def apply(cls, args):
    """Return what `cls.apply(*args)` gives inside vmap, or None where no argument is batched or it may run as it is.

    Raises: RuntimeError, as torch does, for a class that says nothing of vmap.
    """
    if cls.setup_context is functions.Function.setup_context:
        raise RuntimeError("In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it "
                           f"must override the setup_context staticmethod. {_MORE}")
    open_levels = [b for b in Levels.open if any(b.level in _levels(x) for x in pytree.tree_leaves(args))]
    if not open_levels:
        return None
    own = cls.vmap is not functions.Function.vmap
    if own and cls.generate_vmap_rule:
        raise RuntimeError(f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden "
                           "vmap staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to "
                           f"avoid ambiguity. {_MORE}")
    if not own and not cls.generate_vmap_rule:
        raise RuntimeError(f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and "
                           f"implement the vmap staticmethod or set generate_vmap_rule=True. {_MORE}")
    return _by_own_rule(cls, args, open_levels[-1]) if own else None


def _by_own_rule(cls, args, batch):
    """Hand the plain tensors of the innermost level to the class's `vmap`."""
    def plain(x):
        return leave_batch(x, 0, batch.level, batch.size) if batch.level in _levels(x) else x

    def place(x):
        return 0 if batch.level in _levels(x) else None
    in_dims = pytree.tree_map(place, args)
    Levels.open.remove(batch)
    try:
        output, out_dims = cls.vmap(VmapInfo(batch.size, batch.randomness), in_dims, *pytree.tree_map(plain, args))
    finally:
        Levels.open.append(batch)
        Levels.open.sort(key=lambda b: b.level)
    leaves, spec = pytree.tree_flatten(output)
    dims = pytree._broadcast_to_and_flatten(out_dims, spec)
    if dims is None:
        raise RuntimeError(f"The output of {cls.__name__}.vmap and its out_dims differ in structure.")
    return spec.unflatten([x if d is None else enter_batch(x, d % x.ndim, batch.level, batch.size)
                           for x, d in zip(leaves, dims)])
