"""`torch.ops`: ops by namespace, those of `torch.library` and, under `aten`, this library's own."""
import sys
import types

from .core.op import Registry as _Registry
from .library import _OPS

loaded_libraries = set()


class _Overloads:
    """An op of `aten`: called as it is, and under the name of any overload."""

    def __init__(self, name, function):
        self._name, self._function = name, function
        self.__name__ = name

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)

    def __getattr__(self, overload):
        if overload.startswith("_"):
            raise AttributeError(overload)
        return _Overloads(f"{self._name}.{overload}", self._function)

    def __repr__(self):
        return f"aten.{self._name}"

    def __eq__(self, other):            # overloads are one function
        return isinstance(other, _Overloads) and self._name.partition(".")[0] == other._name.partition(".")[0]

    def __hash__(self):
        return hash(self._name.partition(".")[0])


class _OpNamespace(types.ModuleType):
    def __getattr__(self, name):
        space = self.__name__.rpartition(".")[2]
        found = _OPS.get(f"{space}::{name}")
        if found is None and space == "aten":
            function = _Registry.namespaces["torch"].get(name) or _Registry.namespaces["nn.functional"].get(name)
            found = None if function is None else _Overloads(name, function)
        if found is None:
            raise AttributeError(f"'_OpNamespace' '{space}' object has no attribute '{name}'")
        return found


def load_library(path):
    """Load a shared library of compiled ops: OSError, since PyTorch's binary interface is not here."""
    raise OSError(f"Could not load this library: {path}: it is compiled against PyTorch's C++ interface, which Rushlight "
                  "does not have")


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    made = _OpNamespace(f"torch.ops.{name}")
    setattr(sys.modules[__name__], name, made)
    return made
