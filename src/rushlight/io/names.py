"""Our classes and functions under the names that PyTorch gives them in files, and back."""
import importlib
import sys

from .. import devices, dtypes, formats, names
from ..core.generator import Generator
from ..core.op import Op, Registry
from ..core.tensor import Size, Tensor

_OWN = "rushlight"
_FIXED = {Size: ("torch", "Size"), dtypes.dtype: ("torch", "dtype"), devices.device: ("torch", "device"),
          Generator: ("torch._C", "Generator"), Tensor: ("torch", "Tensor")}
_BY_NAME = {name: thing for thing, (_, name) in _FIXED.items()}


def torch_path(thing):
    """Return (module, name) under which PyTorch knows a class or function; others keep their own."""
    if isinstance(thing, type) and thing in _FIXED:
        return _FIXED[thing]
    name = getattr(thing, "__qualname__", None) or thing.__name__
    for space in ("nn.functional", "torch", "special", "linalg"):
        if isinstance(thing, Op) or thing.__module__ and thing.__module__.startswith(_OWN + ".ops."):
            if Registry.namespaces[space].get(name) is thing:
                return "torch" + ("." + space if space != "torch" else ""), name
    module = thing.__module__
    if module is None:
        raise AttributeError(f"{thing!r} has no module")
    if module == _OWN or module.startswith(_OWN + "."):
        path = names.theirs(module.partition(".")[2], name)
        module = "torch" + ("." + path if path else "")
    return module, name


def ours(module, name):
    """Return the object that PyTorch calls `module.name`; None where Rushlight has none of it.

    Only modules of this package are imported.
    """
    if module == "torch" and name in _BY_NAME:
        return _BY_NAME[name]
    if module == "torch" and name in dtypes.BY_NAME:
        return dtypes.BY_NAME[name]
    if module == "torch" and name in formats.BY_NAME:
        return formats.BY_NAME[name]
    path = names.ours(module.partition(".")[2])
    full = _OWN + ("." + path if path else "")
    found = sys.modules.get(full)
    if found is None:
        try:
            found = importlib.import_module(full)
        except ImportError:
            return None
    for part in name.split("."):
        found = vars(found).get(part) if hasattr(found, "__dict__") else None
    return found
