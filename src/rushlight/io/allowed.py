"""What a checkpoint may name: the allow-lists of the interpreter, and what each name does when it is called.

With `weights_only=True` the names are PyTorch's. `weights_only=False` adds the library's own classes
and some containers of the standard library. In neither case is anything of the file's choice imported or
called: a class is made empty and given its attributes. What a program registers with `add_safe_globals` it
vouches for: such a class or function is called as pickle would.
"""
import argparse
import collections
import functools
import re
import sys
import types

from .. import devices, dtypes
from ..core.generator import Generator
from ..core.op import Op, Registry
from ..core.tensor import Size, Tensor
from ..nn.module import Module
from ..nn.parameter import Parameter
from ..ops.storage import LEGACY, TypedStorage, UntypedStorage
from ..optim.lr_scheduler import LRScheduler
from ..optim.optimizer import Optimizer
from . import plain, rebuild
from .names import ours, torch_path
from .unpickler import UnpicklingError

_BLOCKED = frozenset(("sys", "os", "posix", "nt"))
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_OLD_MODULES = {"__builtin__": "builtins", "copy_reg": "copyreg"}       # of Python 2, and of protocol 2 to this day
_OLD_BUILTINS = {"xrange": "range", "unicode": "str", "long": "int"}
_NO_KIND = "Rushlight has no {} tensors: convert them in PyTorch before saving"


def _refuse(kind):
    def made(*_args):
        raise UnpicklingError(_NO_KIND.format(kind))
    return made


def _layout(name):
    return ours("torch", str(name).removeprefix("torch."))


def _from_type(function, cls, args, state):
    if function not in _REBUILDS or not isinstance(cls, type) or not issubclass(cls, Tensor) or type(args) is not tuple:
        raise TypeError("a tensor is made again by one of the library's functions")
    out = rebuild.as_type(function(*args), cls)
    rebuild.set_attributes(out, state)
    return out


#: name in a file -> function that makes the object; what has none of its own is a value
_WEIGHTS = {
    "torch._utils._rebuild_tensor": rebuild.rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": rebuild.rebuild_tensor_v2,
    "torch._utils._rebuild_tensor_v3": rebuild.rebuild_tensor_v3,
    "torch._utils._rebuild_parameter": rebuild.rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": rebuild.rebuild_parameter_with_state,
    "torch._utils._rebuild_sparse_tensor": rebuild.rebuild_sparse_tensor,
    "torch._utils._rebuild_qtensor": _refuse("quantized"),
    "torch._utils._rebuild_nested_tensor": _refuse("nested"),
    "torch._utils._rebuild_meta_tensor_no_storage": _refuse("meta"),
    "torch._tensor._rebuild_from_type_v2": _from_type,
    "torch.serialization._get_layout": _layout,
    "_codecs.encode": plain.encode,
    "collections.OrderedDict": plain.ordered_dict,
    "collections.Counter": plain.counter,
    "builtins.set": plain.make_set,
    "builtins.bytearray": plain.make_bytearray,
    "builtins.complex": plain.make_complex,
    "torch.Size": plain.size,
    "torch.device": plain.place,
}
_REBUILDS = frozenset(v for k, v in _WEIGHTS.items() if k.startswith("torch._utils.") and "_rebuild_" in k)
_VALUES = {
    "torch.Tensor": Tensor, "torch.nn.parameter.Parameter": Parameter, "torch.storage.UntypedStorage": UntypedStorage,
    "torch.storage.TypedStorage": TypedStorage,
    **{f"torch.{d.name}": d for d in dtypes.ALL},
    **{f"torch.{s.__name__}": s for s in LEGACY.values()},
    **{f"torch.cuda.{s.__name__}": s for s in LEGACY.values()},
    **{f"torch.{space}{d.short}Tensor": d for d in LEGACY for space in ("", "cuda.")},      # named in tar files, of no use
}

#: beyond those with weights_only=False: classes whose objects are made by a checked function
_MORE = {
    "torch._C.Generator": plain.generator,
    "collections.defaultdict": plain.default_dict, "collections.deque": plain.deque,
    "builtins.frozenset": plain.make_frozenset, "builtins.bytes": plain.no_bytes, "builtins.slice": plain.make_slice,
    "builtins.range": plain.make_range, "builtins.list": plain.make_list, "builtins.tuple": plain.make_tuple,
    "builtins.dict": plain.make_dict, "builtins.getattr": plain.torch_function,
    "copyreg._reconstructor": plain.reconstructor,
    "datetime.datetime": plain.datetime, "datetime.date": plain.date, "datetime.time": plain.time,
    "datetime.timedelta": plain.timedelta, "decimal.Decimal": plain.decimal, "fractions.Fraction": plain.fraction,
    "functools.partial": plain.partial, "types.SimpleNamespace": plain.namespace,
    **{f"{m}.{c}": maker for m in ("pathlib", "pathlib._local") for c, maker in plain.PATHS.items()},
}
_NUMPY = {
    **{f"numpy.{core}.multiarray.{f}": getattr(plain, "numpy" + f) for core in ("core", "_core")
       for f in ("_reconstruct", "scalar")},
    "numpy.dtype": plain.numpy_dtype,
}
#: and those that are only mentioned: factories of a defaultdict, types as values
_MORE_VALUES = {
    **{f"builtins.{t.__name__}": t for t in (int, float, bool, str, object)},
    "numpy.ndarray": plain.ndarray, "argparse.Namespace": argparse.Namespace, "uuid.UUID": plain.UUID,
    "torch._C._VariableFunctionsClass": plain.TORCH_FUNCTIONS, "builtins.Ellipsis": Ellipsis,
}
#: modules whose functions may be mentioned (an activation kept by a layer), never called
_FUNCTIONS = {"torch": "torch", "torch.nn.functional": "nn.functional", "torch._C._nn": "nn.functional",
              "torch.special": "special", "torch.linalg": "linalg"}
_CLASSES = (Module, Optimizer, LRScheduler, Tensor)


class SafeGlobals:
    """What the program registered: objects, or (object, "module.name") pairs."""

    entries = []

    @classmethod
    def by_path(cls):
        """Return {path in a file: object}."""
        return {path_of(entry): (entry[0] if isinstance(entry, tuple) else entry) for entry in cls.entries}


def path_of(entry):
    """Return the dotted path under which a registered object appears in files."""
    if isinstance(entry, tuple):
        if len(entry) != 2 or not isinstance(entry[1], str):
            raise ValueError(f"Expected a tuple of 2 elements (global, str of callable full path), but got {entry}")
        return entry[1]
    module, name = torch_path(entry)
    return f"{module}.{name}"


class Names:
    """The names that one load knows; made anew for each, since programs register and import in between.

    Args:
        weights_only: keep to PyTorch's list.
    """

    DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)

    def __init__(self, weights_only):
        self.weights_only = weights_only
        self.safe = SafeGlobals.by_path()
        self.makers = {}                # id of what was pushed -> function that makes an object
        self.known = {}                 # path -> what was pushed

    # ------------------------------------------------------------ names

    def find(self, module, name):
        """Return what a name stands for; UnpicklingError when it is not allowed."""
        if module == "__builtin__":
            name = _OLD_BUILTINS.get(name, name)
        module = _OLD_MODULES.get(module, module)
        path = f"{module}.{name}"
        if path not in self.known:
            self.known[path] = self._find(module, name, path)
        return self.known[path]

    def _find(self, module, name, path):
        if path in _WEIGHTS:
            return self._callable(_value_of(path, _WEIGHTS[path]), _WEIGHTS[path])
        if path in _VALUES:
            return _VALUES[path]
        if path in self.safe:
            found = self.safe[path]
            return self._callable(found, _NUMPY.get(path, found))
        if self.weights_only:
            raise refused(module, name)
        for table in (_MORE, _NUMPY):
            if path in table:
                return self._callable(_value_of(path, table[path]), table[path])
        if path in _MORE_VALUES:
            return _MORE_VALUES[path]
        found = self._library(module, name) or self._program(module, name)
        if found is None:
            raise refused_always(path)
        return found

    def _callable(self, value, maker):
        self.makers[id(value)] = maker
        return value

    def _library(self, module, name):
        """Return a class or function of Rushlight that a torch path names."""
        if module.partition(".")[0] != "torch" or not _NAME.match(f"{module}.{name}"):
            return None
        if module in _FUNCTIONS:
            found = Registry.namespaces[_FUNCTIONS[module]].get(name)
            if isinstance(found, (Op, types.FunctionType)):
                return found
        if module == "torch.return_types":
            found = Registry.namespaces["return_types"].get(name)
            return found and self._callable(found, functools.partial(plain.result, found))
        if module.split(".")[1:2] not in (["nn"], ["optim"]):
            return None
        found = ours(module, name)
        return found if isinstance(found, type) and issubclass(found, _CLASSES) or plain.is_initialiser(found) else None

    def _program(self, module, name):
        """Return a module, optimizer or schedule class of the program itself, if it has been imported already."""
        found = sys.modules.get(module)
        for part in name.split("."):
            found = vars(found).get(part) if isinstance(found, (types.ModuleType, type)) else None
        if not isinstance(found, type) or not issubclass(found, _CLASSES):
            return None
        risky = ("__setstate__", "__del__") if issubclass(found, Tensor) else ("__setstate__", "__new__", "__del__")
        own = [f"{c.__name__}.{m}" for c in found.__mro__ for m in risky if m in vars(c) and not _is_library(c)]
        if own:
            raise UnpicklingError(f"{module}.{name} has a method {own[0]} of its own, which making an object would run. "
                                  f"If you trust the file, allow it: torch.serialization.add_safe_globals([{name}])")
        return found

    # ------------------------------------------------------------ objects

    def registered(self, kind):
        """Whether the program vouched for a class."""
        return any(found is kind for found in self.safe.values())

    def hashable(self, key):
        """Whether an object that is no plain value may be a key."""
        return isinstance(key, (Tensor, Module, dtypes.dtype, devices.device, Size, type, Op, types.FunctionType)) \
            or self.registered(type(key))

    def call(self, it, function, args):
        """Return what REDUCE makes."""
        maker = self.makers.get(id(function))
        if maker is None:
            if isinstance(function, type) and issubclass(function, Parameter) and len(args) <= 1:
                return _checked(function, function, args)       # an UninitializedParameter: requires_grad alone
            raise UnpicklingError(f"Trying to call reduce for unrecognized function {_shown(function)}")
        if getattr(maker, "keyed", False):
            args = (it, *args)
        return _checked(function, maker, args)

    def new(self, it, cls, args, options):
        """Return what NEWOBJ makes: an empty object of an allowed class."""
        if isinstance(cls, type) and self.registered(cls) and cls is not plain.ndarray:
            return _checked(cls, cls.__new__, (cls, *args), options)
        if options:
            raise UnpicklingError(f"{_shown(cls)} cannot be made with options")
        if cls is plain.UUID or cls is argparse.Namespace:
            return object.__new__(cls)
        if isinstance(cls, type) and issubclass(cls, _CLASSES) and not issubclass(cls, Tensor) and not args:
            return object.__new__(cls)
        if id(cls) in self.makers:
            return self.call(it, cls, args)
        raise UnpicklingError(f"Trying to create new object for unrecognized class {_shown(cls)}")

    def build(self, it, target, state):
        """Do what BUILD does: give an object its state."""
        kind = type(target)
        if kind is collections.OrderedDict:
            _checked(kind, _update, (target, state))
        elif isinstance(target, Tensor):
            _checked(kind, rebuild.set_attributes, (target, state))
        elif kind is Generator and self._has("torch._C.Generator"):
            _checked(kind, plain.set_generator, (target, state))
        elif kind is plain.ndarray or isinstance(target, plain.dtype):
            _checked(kind, plain.NUMPY_FILL[plain.ndarray if kind is plain.ndarray else plain.dtype], (it, target, state))
        elif kind in plain.FILL:
            _checked(kind, plain.FILL[kind], (target, state))
        elif isinstance(target, _CLASSES) or self.registered(kind):
            _checked(kind, _give_state, (target, state))
        else:
            raise UnpicklingError("Can only build Tensor, Parameter, OrderedDict or types allowlisted via "
                                  f"`add_safe_globals`, but got {kind}")

    def _has(self, path):
        return not self.weights_only or path in self.safe


def _value_of(path, maker):
    """Return the object itself that a name of the tables stands for (a class as a value, say)."""
    return plain.CLASSES.get(path, maker)


def _is_library(cls):
    return cls.__module__.partition(".")[0] in ("rushlight", "torch", "builtins", "typing", "abc")


def _shown(thing):
    return getattr(thing, "__qualname__", None) or repr(type(thing).__name__)


def _checked(what, function, args, options=None):
    """Call a function of the tables; what goes wrong in it is the file's fault and is said so."""
    try:
        return function(*args, **(options or {}))
    except (UnpicklingError, MemoryError, RuntimeError, KeyboardInterrupt):
        raise
    except Exception as e:
        raise UnpicklingError(f"{_shown(what)} cannot be made from what the file says: {type(e).__name__}: {e}") from e


def _update(target, state):
    """Give a dictionary the attributes it had (`_metadata` of a state_dict)."""
    if type(state) is not dict or not all(type(k) is str for k in state):
        raise TypeError("the attributes of an OrderedDict must be a dict")
    target.__dict__.update(state)


def _give_state(target, state):
    """Hand an object its state: by its class's own `__setstate__`, else as attributes."""
    set_state = getattr(type(target), "__setstate__", None)
    if set_state is not None:
        if isinstance(target, _CLASSES) and (type(state) is not dict or not all(type(k) is str for k in state)):
            raise TypeError("the attributes of an object must be a dict with strings as keys")
        set_state(target, state)
        return
    slots = None
    if type(state) is tuple and len(state) == 2:
        state, slots = state
    if state:
        if type(state) is not dict or not all(type(k) is str for k in state):
            raise TypeError("the attributes of an object must be a dict with strings as keys")
        target.__dict__.update(state)
    for name, value in (slots or {}).items():
        object.__setattr__(target, name, value)


def refused(module, name):
    """Return the error for a name that is not on PyTorch's list."""
    if module in _BLOCKED:
        return UnpicklingError(f"Trying to load unsupported GLOBAL {module}.{name} whose module {module} is blocked.")
    path = name if module == "builtins" else f"{module}.{name}"
    return UnpicklingError(
        f"Unsupported global: GLOBAL {path} was not an allowed global by default. Please use "
        f"`torch.serialization.add_safe_globals([{path}])` or the `torch.serialization.safe_globals([{path}])` context "
        "manager to allowlist this global if you trust this class/function.")


def refused_always(path):
    """Return the error for a name that is not on Rushlight's list either."""
    return UnpicklingError(
        f"GLOBAL {path} is refused: Rushlight runs no code from a file, whatever weights_only says. If it is a class of "
        f"yours and you trust the file, import it and allow it: torch.serialization.add_safe_globals([{path}])")
