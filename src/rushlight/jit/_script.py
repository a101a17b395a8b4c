"""`torch.jit.script` and the decorators around it. A scripted module or function calls the original."""
import contextlib
import enum
import functools
import inspect
import typing
import warnings
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from ..core.modes import set_grad_enabled, state
from ..nn.module import Module

Final = typing.Final
Attribute = namedtuple("Attribute", ["value", "type"])


class Error(RuntimeError):
    """An error inside compiled code; never raised here, where the error itself arrives."""


class ScriptWarning(Warning):
    """A warning of the script compiler; never issued here."""


class _Said:
    once = False


def say_once():
    """Say, at the first scripting or tracing in a process, that it compiles nothing."""
    if not _Said.once:
        _Said.once = True
        warnings.warn("torch.jit: Rushlight does not compile yet; what was given runs as it is written.", stacklevel=4)


class ScriptFunction:
    """A function that was scripted or traced: it runs as it was written.

    Attributes:
        name: the function's name.
        code: its source text.
    """

    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.name = getattr(function, "__name__", type(function).__name__)

    def __call__(self, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)

    @property
    def code(self):
        return inspect.getsource(self.__wrapped__)

    def save(self, f):
        """Save the function to a file; see `torch.jit.save`."""
        from ._serialization import save
        save(self, f)


class ScriptModule(Module):
    """The base of scripted modules, and of modules that a program writes as such."""

    def save(self, f, _extra_files=None):
        """Save the module to a file; see `torch.jit.save`."""
        from ._serialization import save
        save(self, f, _extra_files)


class RecursiveScriptModule(ScriptModule):
    """A scripted module: it shares parameters, buffers and everything else with the original, and calls it."""

    def __init__(self, original):
        self.__dict__["_original"] = original
        super().__init__()
        own = self.__dict__
        own.pop("training", None)
        for shared in ("_parameters", "_buffers", "_non_persistent_buffers_set"):
            own[shared] = original.__dict__[shared]
        own["_modules"] = {name: None if m is None else self._wrap(m) for name, m in original._modules.items()}

    @classmethod
    def _wrap(cls, original):
        return original if isinstance(original, ScriptModule) else cls(original)

    @property
    def original_name(self):
        """The name of the class that was scripted."""
        return type(self._original).__name__

    @property
    def training(self):
        return self._original.training

    @training.setter
    def training(self, value):
        self._original.training = value

    @property
    def code(self):
        """The source text of `forward`."""
        return inspect.getsource(type(self._original).forward)

    def forward(self, *args, **kwargs):
        """Compute what the original computes."""
        return self._original.forward(*args, **kwargs)

    def __getattr__(self, name):
        if name == "_original":
            raise AttributeError(name)
        modules = self.__dict__.get("_modules", {})
        return modules[name] if name in modules else getattr(self._original, name)

    def __setattr__(self, name, value):
        if name in ("training", "_original") or name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._original, name, value)
            if isinstance(value, Module):
                self._modules[name] = self._wrap(value)

    def __len__(self):
        return len(self._original)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, index):
        if isinstance(index, str):
            return self._modules[index]
        return list(self._modules.values())[index]

    def __contains__(self, item):
        return item in self._original

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        """Return the name of the original's class."""
        return f"original_name={self.original_name}"

    def __deepcopy__(self, memo):
        import copy
        return type(self)(copy.deepcopy(self._original, memo))

    def __reduce__(self):
        return type(self), (self._original,)


def script(obj, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    """Return the object in the form that PyTorch's scripting gives it. It is not compiled yet.

    Args:
        obj: a Module, a function, a class, a list or a dict.
        optimize: deprecated by PyTorch too, and warned about.
        example_inputs: for a module or function, arguments (or a list of them) that it is called with once.

    Returns: a `RecursiveScriptModule`, a `ScriptFunction`; classes and containers come back as they are.
    """
    if optimize is not None:
        warnings.warn("`optimize` is deprecated and has no effect. Use `with torch.jit.optimized_execution()` instead",
                      FutureWarning, stacklevel=2)
    if isinstance(obj, (ScriptModule, ScriptFunction)):
        return obj
    if isinstance(obj, type):
        if obj.__module__ == "builtins":
            raise TypeError(f"{obj} is a built-in class")
        return obj
    if isinstance(obj, (list, dict, enum.Enum)):
        return obj
    if not callable(obj):
        raise TypeError(f"{type(obj)} is a built-in class" if type(obj).__module__ == "builtins"
                        else f"{obj!r} is neither a module nor a function")
    say_once()
    for given in example_inputs if isinstance(example_inputs, list) else ():
        obj(*given)
    return RecursiveScriptModule(obj) if isinstance(obj, Module) else ScriptFunction(obj)


class CompilationUnit:
    """Functions by name, given as Python source text of TorchScript."""

    def __init__(self, lang=None):
        self._functions = {}
        if lang is not None:
            self.define(lang)

    def define(self, lang):
        """Add the functions of a source text."""
        import math
        from textwrap import dedent
        from ..core.op import Registry
        from types import SimpleNamespace
        names = {"torch": SimpleNamespace(**Registry.namespaces["torch"]), "math": math}
        exec(compile(dedent(lang), "<torchscript>", "exec"), names)
        self._functions.update({n: f for n, f in names.items() if inspect.isfunction(f)})

    def __getattr__(self, name):
        found = self.__dict__.get("_functions", {}).get(name)
        if found is None:
            raise AttributeError(f"'CompilationUnit' has no attribute '{name}'")
        return found


# ------------------------------------------------------------------ decorators and questions

def ignore(drop=False, **kwargs):
    """Mark a method that a compiler would leave to Python; it comes back as it is. Also with options."""
    if callable(drop):
        return drop
    if not isinstance(drop, bool):
        raise RuntimeError(f"Argument to @torch.jit.ignore must be a bool or a function but got {drop}")
    if kwargs.keys() - {"drop_on_export"}:
        raise TypeError(f"ignore() got an unexpected keyword argument '{next(iter(kwargs))}'")
    return lambda function: function


def unused(fn):
    """Mark a method that a compiler would leave out; it comes back as it is."""
    return fn


def export(fn):
    """Mark a method that a compiler would compile besides `forward`; it comes back as it is."""
    return fn


def script_method(fn):
    """Mark a method of a `ScriptModule` as compiled; it comes back as it is."""
    return fn


def script_if_tracing(fn):
    """Mark a function that is compiled when it is traced; nothing is, so it comes back as it is."""
    return fn


def interface(obj):
    """Mark a class as an interface of modules; it comes back as it is."""
    if not isinstance(obj, type):
        raise RuntimeError("interface must be applied to a class")
    return obj


def _overload(func):
    """Mark one of several signatures of a function; the last definition is the one that runs."""
    return func


_overload_method = _overload


def annotate(the_type, the_value):
    """Return the value; `the_type` is for the compiler."""
    return the_value


def _isinstance(obj, target_type):
    """Return whether an object is of a type, which may be `List[int]` and the like: then its items are looked at too."""
    if isinstance(target_type, tuple):
        return any(_isinstance(obj, t) for t in target_type)
    origin, args = typing.get_origin(target_type), typing.get_args(target_type)
    if origin is None:
        return isinstance(obj, target_type)
    if origin is typing.Union:
        return any(_isinstance(obj, t) for t in args)
    if not isinstance(obj, origin):
        return False
    if origin is dict:
        return all(_isinstance(k, args[0]) and _isinstance(v, args[1]) for k, v in obj.items())
    if origin is tuple and not (len(args) == 2 and args[1] is ...):
        return len(obj) == len(args) and all(_isinstance(v, t) for v, t in zip(obj, args, strict=True))
    return all(_isinstance(v, args[0]) for v in obj)


def is_scripting():
    """Whether this runs inside compiled code: never."""
    return False


def is_tracing():
    """Whether this runs under the tracer: never."""
    return False


def freeze(mod, preserved_attrs=None, optimize_numerics=True):
    """Return a scripted module in evaluation mode for inference.

    Args:
        mod: what `script` or `trace` gave, in evaluation mode.
        preserved_attrs, optimize_numerics: of the compilation; all attributes stay.

    Raises: RuntimeError for another kind of module, or one in training mode.
    """
    if not isinstance(mod, ScriptModule):
        raise RuntimeError("Freezing expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to "
                           "script your 'nn.Module'.")
    if mod.training:
        raise RuntimeError("Freezing is currently only implemented for modules in eval mode. Please call .eval() on your "
                           "module before freezing.")
    return mod


def optimize_for_inference(mod, other_methods=None):
    """Return the module, frozen; `other_methods` are kept as all are."""
    return mod if not mod.training else freeze(mod)


run_frozen_optimizations = optimize_for_inference


@contextlib.contextmanager
def optimized_execution(should_optimize):
    """A block in which compiled code is optimized, or not; there is none."""
    yield should_optimize


class strict_fusion(contextlib.nullcontext):
    """A block in which all compiled operations must be fused; there are none."""


class _Fusion:
    strategy = [("STATIC", 2), ("DYNAMIC", 10)]
    onednn = False


def set_fusion_strategy(strategy):
    """Keep the strategy of fusion and return the one before."""
    before, _Fusion.strategy = _Fusion.strategy, strategy
    return before


def enable_onednn_fusion(enabled):
    """Keep whether oneDNN may fuse compiled operations."""
    _Fusion.onednn = bool(enabled)


def onednn_fusion_enabled():
    """Return what `enable_onednn_fusion` keeps."""
    return _Fusion.onednn


# ------------------------------------------------------------------ tasks

class Future:
    """The result of `fork`, to be waited for."""

    def __init__(self, task):
        self._task = task

    def wait(self):
        """Return the result, when it is there; an exception of the task is raised here."""
        return self._task.result()

    value = wait

    def done(self):
        """Whether the result is there."""
        return self._task.done()


@functools.cache
def _pool():
    return ThreadPoolExecutor(thread_name_prefix="rushlight-jit")


def fork(func, *args, **kwargs):
    """Start a call in another thread, under this one's grad mode; return its `Future`."""
    grad = state.grad

    def task():
        with set_grad_enabled(grad):
            return func(*args, **kwargs)
    return Future(_pool().submit(task))


def wait(future):
    """Return the result of a `fork`, when it is there."""
    return future.wait()
