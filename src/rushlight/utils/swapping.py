"""Exchanging what two tensors are."""
import weakref

from ..core.tensor import TensorBase, counter, node_of

__all__ = ["set_module", "swap_tensors"]

_PARTS = ("_array", "_base", "_root", "_counter", "_node", "_nr", "_req", "_grad", "_hooks", "_flags", "_acc", "_seen", "_replay")


def swap_tensors(t1, t2):
    """Exchange two tensors in place: memory, graph, class and attributes; every holder of one then holds the other.

    Raises: RuntimeError when one of them is held weakly.
    """
    for name, t in (("t1", t1), ("t2", t2)):
        if weakref.getweakrefs(t):
            raise RuntimeError(f"Cannot swap {name} because it has weakref associated with it")
    for t in (t1, t2):
        if isinstance(t, TensorBase):
            counter(t)
            node_of(t)
    parts = [[getattr(t, part) for part in _PARTS] for t in (t1, t2)]     # in the pure build they are in `__dict__` too
    t1.__class__, t2.__class__ = t2.__class__, t1.__class__
    t1.__dict__, t2.__dict__ = dict(t2.__dict__), dict(t1.__dict__)
    for part, first, second in zip(_PARTS, *parts, strict=True):
        setattr(t1, part, second)
        setattr(t2, part, first)


def set_module(obj, mod):
    """Let an object say that it comes from the module named `mod`."""
    if not isinstance(mod, str):
        raise TypeError("The mod argument should be a string")
    obj.__module__ = mod
