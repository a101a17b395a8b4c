"""torch.autograd.forward_ad: dual tensors, which carry a tangent through the operations on them.

The tangent of a result is computed when `unpack_dual` asks for it, from the graph between the dual
inputs and the result: see `func/forward.py`. So operations under `no_grad` carry no tangents, and a dual
tensor shows `requires_grad=True`.
"""
from typing import NamedTuple

from ..core.modes import _Context, state
from ..core.tensor import Tensor, TensorBase, make, node_of, wants_grad
from ..func import forward
from ..func.links import Link, reaches_outside

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]


class _Level:
    """The level in force: -1 for none, as torch has it, or 0. Its grad mode outside, and a number of its own."""

    current = -1
    grad = True
    serial = 0


class UnpackedDualTensor(NamedTuple):
    """A tensor's value and its tangent, None where it has none."""

    primal: Tensor
    tangent: Tensor | None


class _Dual(Link):
    """The node of a dual tensor that `make_dual` made."""

    def __init__(self, source, array, tangent):
        Link.__init__(self, source, array)
        self.tangent, self.serial = tangent, _Level.serial


class _Primal(Link):
    """The node of what `unpack_dual` gives back: gradients pass, tangents do not."""


def enter_dual_level():
    """Begin a level, in which `make_dual` may be called, and return its number.

    Raises: RuntimeError when there is one already.
    """
    if _Level.current >= 0:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    _Level.current = 0
    _Level.serial += 1
    _Level.grad, state.grad = state.grad, True
    return 0


def exit_dual_level(*, level=None):
    """End the level: tensors lose their tangents."""
    level = _Level.current if level is None else level
    if level < 0:
        raise RuntimeError("Dual level must be a positive number.")
    if level != _Level.current:
        raise RuntimeError("Trying to exit a forward AD level that was not the last one that was created. This is not supported.")
    _Level.current = -1
    state.grad = _Level.grad


class dual_level(_Context):
    """A context in which tensors can have tangents.

    Example:
        >>> with torch.autograd.forward_ad.dual_level():
        ...     x = torch.autograd.forward_ad.make_dual(torch.tensor(2.), torch.tensor(1.))
        ...     torch.autograd.forward_ad.unpack_dual(x * x).tangent
        tensor(4.)
    """

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *exc):
        exit_dual_level()


def make_dual(tensor, tangent, *, level=None):
    """Return `tensor` with a tangent: the same memory, and gradients flow on to `tensor`.

    Args:
        tangent: a tensor of the same shape, floating or complex.
    """
    level = _Level.current if level is None else level
    if level < 0:
        raise RuntimeError("Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() "
                           "first.")
    for what, x in (("primal", tensor), ("tangent", tangent)):
        if x.dtype.category < 2:
            raise ValueError(f"Expected {what} to be floating point or complex, but got: {x.dtype}")
    forward.check_tangent(tensor, tangent)
    if _duals((tensor,)):
        raise RuntimeError("Making a dual Tensor based on a Tensor that already has a forward gradient at the same level "
                           f"{level} is not supported.")
    out = make(tensor._array)
    out._root = tensor._root if tensor._root is not None else tensor._array
    out._counter = tensor._counter
    out._node = _Dual(tensor if wants_grad(tensor) else None, tensor._array, tangent)
    return out


def unpack_dual(tensor, *, level=None):
    """Return (value, tangent) of a tensor; the tangent is None where no dual tensor went into it."""
    level = _Level.current if level is None else level
    duals = _duals((tensor,)) if level >= 0 else []
    if not duals:
        return UnpackedDualTensor(tensor, None)
    seeds = [d.tangent for d in duals]
    tangent = duals[0].tangent if node_of(tensor) is duals[0] else None
    outside = reaches_outside((tensor,), set(duals))
    if tangent is None:
        linear = forward.Transposed([tensor], duals)
        tangent = linear(seeds, state.grad and (outside or reaches_outside(seeds, ())))[0]
    primal = make(tensor._array)
    primal._root = tensor._root if tensor._root is not None else tensor._array
    if outside:
        primal._node = _Primal(tensor, tensor._array)
    return UnpackedDualTensor(primal, tangent)


def _duals(tensors):
    """Return the nodes of this level's dual tensors that the tensors were made of."""
    stack = [t._node for t in tensors if wants_grad(t) and node_of(t) is not None]
    seen, found = set(), []
    while stack:
        node = stack.pop()
        if node in seen or isinstance(node, _Primal):
            continue
        seen.add(node)
        if isinstance(node, _Dual) and node.serial == _Level.serial and _Level.current >= 0:
            found.append(node)
        stack.extend([e for e in node.edges if e is not None and not isinstance(e, TensorBase)])
    return found
