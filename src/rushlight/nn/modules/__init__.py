"""`torch.nn.modules`: torch's own layout of the layers, as names for the files one level up."""

import importlib as _importlib
import sys as _sys

from ..module import Module

#: torch's name of a file -> ours; each is imported and its public names are bound here.
_FILES = (
    "activation",
    "batchnorm",
    "container",
    "conv",
    "distance",
    "dropout",
    "flatten",
    "fold",
    "instancenorm",
    "lazy",
    "linear",
    "loss",
    "module",
    "normalization",
    "padding",
    "pixelshuffle",
    "pooling",
    "rnn",
    "sparse",
    "transformer",
    "upsampling",
)

__all__ = ["Module"]

_package = __name__.rpartition(".")[0]
for _name in _FILES:
    if not _importlib.util.find_spec(f"{_package}.{_name}"):
        continue
    _module = _importlib.import_module(f"{_package}.{_name}")
    _sys.modules[f"{__name__}.{_name}"] = _module
    globals()[_name] = _module
    for _member in vars(_module).values():
        if isinstance(_member, type) and _member.__module__ == _module.__name__:
            _member.__module__ = f"{__name__}.{_name}"  # torch's path: it is printed and pickled
    if _name == "module":
        continue  # only Module itself is public there
    for _public in _module.__all__:
        globals()[_public] = getattr(_module, _public)
        __all__.append(_public)
del _member, _module, _name, _package, _public
