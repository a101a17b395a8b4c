"""`torch.overrides`: `__torch_function__` for functions that a library writes itself, and modes.

The asking is done by `core/overrides.py`; this file has the names that programs use.
"""
import functools
import importlib

from .core import overrides as _core
from .core.modes import state as _state
from .core.op import Registry as _Registry
from .core.overrides import TorchFunctionMode
from .core.tensor import Tensor as _Tensor

__all__ = ["BaseTorchFunctionMode", "TorchFunctionMode", "get_default_nowrap_functions", "get_ignored_functions",
           "get_overridable_functions", "get_testing_overrides", "handle_torch_function", "has_torch_function",
           "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like", "is_tensor_method_or_property",
           "resolve_name", "wrap_torch_function"]


def has_torch_function(relevant_args):
    """Whether an argument, or a mode in force, is to be asked before the function computes.

    Args:
        relevant_args: the arguments that are tensors or stand for them.
    """
    if _state.no_overrides == _core.ALL:
        return False
    return bool(_state.function_modes) or (not _state.no_overrides and any(map(_core.overrides, relevant_args)))


def has_torch_function_unary(relevant_arg):
    """`has_torch_function` of one argument."""
    return has_torch_function((relevant_arg,))


def has_torch_function_variadic(*relevant_args):
    """`has_torch_function` of the arguments given one by one."""
    return has_torch_function(relevant_args)


def handle_torch_function(public_api, relevant_args, *args, **kwargs):
    """Have modes and arguments answer a call that `has_torch_function` was true for.

    Args:
        public_api: the function as its users know it.
        relevant_args: the arguments that may answer.
        args, kwargs: what it was called with.

    Raises: TypeError when every handler gave NotImplemented.
    """
    answer = _core.answered(public_api, args, kwargs, relevant_args)
    if answer is _core.NOBODY:
        raise TypeError(f"no implementation found for '{public_api.__module__}.{public_api.__name__}' on types that "
                        f"implement __torch_function__: {[type(a) for a in relevant_args]}")
    return answer


def wrap_torch_function(dispatcher):
    """Decorate a function so that it asks the arguments that `dispatcher`, called with all of them, returns."""
    def decorate(func):
        @functools.wraps(func)
        def wrapped(*args, **kwargs):
            relevant = dispatcher(*args, **kwargs)
            if has_torch_function(relevant):
                return handle_torch_function(wrapped, relevant, *args, **kwargs)
            return func(*args, **kwargs)
        return wrapped
    return decorate


def is_tensor_like(inp):
    """Whether a value is a tensor, or has `__torch_function__` and so can stand for one."""
    return type(inp) is _Tensor or hasattr(inp, "__torch_function__")


def is_tensor_method_or_property(func):
    """Whether a function is a method of tensors, or gets or sets one of their properties."""
    return func in _tensor_functions() or func.__name__ == "__get__"


def resolve_name(f):
    """Return the dotted name of a function that can be overridden, such as `torch.add`; None for any other."""
    return _core.public_name(f)


def get_default_nowrap_functions():
    """Return the functions whose results the default `__torch_function__` leaves as they are."""
    return _core.nowrap()


@functools.cache
def _tensor_functions():
    found = []
    for name in dir(_Tensor):
        if name in _core._NEVER or name in _core._FIELDS:
            continue
        member = _core._lookup(name)
        if hasattr(type(member), "__set__"):
            found += [member.__get__, member.__set__]
        elif callable(member):
            found.append(member)
    return found


def get_overridable_functions():
    """Return what `__torch_function__` can be asked for: {namespace: [functions]}."""
    ignored = get_ignored_functions()
    found = {_Tensor: list(_tensor_functions())}
    for space, names in _Registry.namespaces.items():
        if space == "return_types" or space.startswith("_"):
            continue
        try:
            module = importlib.import_module("rushlight" if space == "torch" else "rushlight." + space)
        except ModuleNotFoundError:         # a namespace whose functions are reached in another way
            continue
        found[module] = [f for n, f in names.items() if callable(f) and not n.startswith("_") and f not in ignored
                         and not isinstance(f, type)]
    return found


def get_ignored_functions():
    """Return the public functions that no argument is asked about: they take no tensors, or any object."""
    return {f for names in _Registry.namespaces.values() for n, f in names.items()
            if n in _core._NEVER or n in _core._ANY or n in _MAKERS}


#: functions that make tensors of sizes and numbers
_MAKERS = frozenset("""arange bartlett_window blackman_window empty empty_permuted empty_strided eye full hamming_window
hann_window kaiser_window linspace logspace normal ones rand randint randn randperm range scalar_tensor tril_indices
triu_indices vander zeros fftfreq rfftfreq""".split())


def get_testing_overrides():
    """Return {function: a function of the same parameters that gives -1}, to test a `__torch_function__` with."""
    return {f: lambda *args, **kwargs: -1 for fs in get_overridable_functions().values() for f in fs
            if getattr(f, "__hash__", None)}


class BaseTorchFunctionMode(TorchFunctionMode):
    """The mode that changes nothing: a start for others."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


def _get_overloaded_args(relevant_args):
    return _core.overriding(relevant_args)


def _get_current_function_mode():
    return _state.function_modes[-1] if _state.function_modes else None


def _get_current_function_mode_stack():
    return list(_state.function_modes)


def _len_torch_function_stack():
    return len(_state.function_modes)


