"""`torch.jit.trace`: runs the example once, and returns what runs as it was written."""
from ..nn.module import Module
from ._script import Error, RecursiveScriptModule, ScriptFunction, ScriptModule, say_once


class TracerWarning(Warning):
    """A warning that a trace may not hold for other inputs; never issued here."""


class TracingCheckError(Exception):
    """Says that a trace gave other results than the function; never raised here."""


class TracedModule(RecursiveScriptModule):
    """A part of a traced module."""

    @classmethod
    def _wrap(cls, original):
        return original if isinstance(original, ScriptModule) else TracedModule(original)

    def _get_name(self):
        return self.original_name


class TopLevelTracedModule(TracedModule):
    """A traced module: it shares parameters and buffers with the original, and calls it."""


def trace(func, example_inputs=None, optimize=None, check_trace=True, check_inputs=None, check_tolerance=1e-5, strict=True,
          _force_outplace=False, _module_class=None, _compilation_unit=None, example_kwarg_inputs=None, _store_inputs=True):
    """Call the module or function once, and return it in the form that PyTorch's tracing gives it.

    It is not compiled, so it holds for any input, also where control flow depends on values.

    Args:
        func: a Module or a function.
        example_inputs: its arguments, a tuple, or one tensor.
        example_kwarg_inputs: the same by name.
        check_inputs: further tuples of arguments to call it with.
        optimize, check_trace, check_tolerance, strict: of the compilation, which there is none of.

    Returns: a `TopLevelTracedModule` or a `ScriptFunction`.

    Raises: RuntimeError without example inputs.
    """
    if isinstance(func, ScriptModule):
        return func
    if example_inputs is None and example_kwarg_inputs is None:
        raise RuntimeError("example_kwarg_inputs should be a dict")
    say_once()
    for args in [() if example_inputs is None else example_inputs, *(check_inputs or ())]:
        func(*(args if isinstance(args, (tuple, list)) else (args,)), **(example_kwarg_inputs or {}))
    return TopLevelTracedModule(func) if isinstance(func, Module) else ScriptFunction(func)


def trace_module(mod, inputs, optimize=None, check_trace=True, check_inputs=None, check_tolerance=1e-5, strict=True,
                 _force_outplace=False, _module_class=None, _compilation_unit=None):
    """Call several methods of a module once, and return it as `trace` does.

    Args:
        mod: the module.
        inputs: {method name: its arguments, a tuple or one tensor}.
        check_inputs: further such dicts.
        optimize, check_trace, check_tolerance, strict: of the compilation, which there is none of.
    """
    if not isinstance(mod, Module):
        raise AttributeError("expected torch.nn.Module as the first argument")
    if not isinstance(inputs, dict):
        raise AttributeError("expected a dictionary of (method_name, input) pairs")
    say_once()
    for given in [inputs, *(check_inputs or ())]:
        for name, args in given.items():
            getattr(mod, name)(*(args if isinstance(args, (tuple, list)) else (args,)))
    return TopLevelTracedModule(mod)


__all__ = ["Error", "TopLevelTracedModule", "TracedModule", "TracerWarning", "TracingCheckError", "trace", "trace_module"]
