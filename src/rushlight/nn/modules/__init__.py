"""`torch.nn.modules`: torch's own layout of the layers, as names for the files one level up."""

import importlib as _importlib
import sys as _sys

from ..module import Module

#: torch's files; each is imported from one level up and its public names are bound here.
_FILES = (
    "activation",
    "adaptive",
    "batchnorm",
    "channelshuffle",
    "container",
    "conv",
    "distance",
    "dropout",
    "flatten",
    "fold",
    "instancenorm",
    "lazy",
    "linear",
    "linear_cross_entropy",
    "linear_cross_entropy_options",
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
    "utils",
)
_OURS = {"utils": "tuples"}  # where our file has another name
_PRIVATE = {"module", "lazy", "utils"}  # of these torch.nn shows nothing, or Module alone

__all__ = ["Module"]

_package = __name__.rpartition(".")[0]
for _name in _FILES:
    _path = f"{_package}.{_OURS.get(_name, _name)}"
    _module = _importlib.import_module(_path)
    _sys.modules[f"{__name__}.{_name}"] = _module
    globals()[_name] = _module
    for _member in vars(_module).values():
        if isinstance(_member, type) and _member.__module__ == _module.__name__:
            _member.__module__ = f"{__name__}.{_name}"  # torch's path: it is printed and pickled
    for _public in () if _name in _PRIVATE else _module.__all__:
        globals()[_public] = getattr(_module, _public)
        __all__.append(_public)
del _member, _module, _name, _package, _path, _public
