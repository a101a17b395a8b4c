"""Publishing: `@op`, `@composite`, `@method` and `@prop` put functions into torch's namespaces and on Tensor."""
import types
from typing import TYPE_CHECKING, Any

from . import autocast, overrides
from .kinds import TENSOR
from .signature import names as _names
from .tensor import OPS, Tensor

_PACKAGE = __name__.partition(".")[0]


if TYPE_CHECKING:               # to a type checker the arrays that a body gets are of no type
    T = Any
    Ts = Any
else:
    class T:
        """Annotation of a body's parameter that is a tensor."""

    class Ts:
        """Annotation of a body's parameter that is a sequence of tensors."""


class Registry:
    """Everything published: namespaces (name -> function) and the ops by name."""

    ops = {}
    namespaces = {}
    methods = {}
    classes: tuple = ()         # of ops and of their in-place forms: op.py puts them in


def publish(ns, name, function):
    """Put a function into one of torch's namespaces."""
    Registry.namespaces.setdefault(ns, {})[name] = function


def bind_method(name, function):
    """Make a function a method of Tensor (and the operator's op, where one is called so)."""
    setattr(Tensor, name, function)
    Registry.methods[name] = function


def _publish_all(function, name, ns, method, aliases):
    for n in (name,) + tuple(aliases):
        for space in ns:
            publish(space, n, function)
        if method:
            bind_method(n, function)
    if name in _BINARY and isinstance(function, Registry.classes[0]):
        function = function.binary
    setattr(OPS, name, function)


#: operators of two operands: Tensor calls their short form
_BINARY = {"add", "sub", "rsub", "mul", "div", "matmul", "eq", "ne", "lt", "le", "gt", "ge", "maximum", "minimum"}


def _tuple(ns):
    return (ns,) if isinstance(ns, str) else tuple(ns)


def op(body=None, *, promote=None, inplace=False, view=False, ns="torch", method=None, aliases=(), outputs=None,
       named=False, returns=None, grad_name=None, differentiable=True, name=None, writes=False, apart=(),
       numbers=None, legacy=False, check=None, widens=False):
    """Make an op of a body and publish it; see docs/design.md for the options."""
    options = dict(promote=promote, view=view, outputs=outputs, returns=returns, grad_name=grad_name,
                   differentiable=differentiable, name=name, writes=writes, apart=apart,
                   numbers=numbers, legacy=legacy, check=check, widens=widens)

    def decorate(body):
        kind, in_place = Registry.classes
        made = kind(body, options)
        if named:
            made.result_type = named_result(made.name, outputs)
        Registry.ops[made.name] = made
        spaces = _tuple(ns)
        is_method = method if method is not None else ("torch" in spaces and made.params[:1] == ("input",)
                                                       and made.kinds[0] == TENSOR)
        _publish_all(made, made.name, spaces, is_method, aliases)
        if inplace:
            form = in_place(made)
            made.inplace = form
            _publish_all(form, made.name + "_", tuple(s for s in spaces if s in ("torch", "nn.functional")), is_method,
                         tuple(a + "_" for a in aliases))
        return made

    return decorate if body is None else decorate(body)


def composite(function=None, *, ns="torch", method=None, aliases=(), name=None):
    """Publish an ordinary function of tensors, made of ops, that needs no rule of its own."""

    def decorate(function):
        called = name or function.__name__
        function.__name__ = function.__qualname__ = called
        spaces = _tuple(ns)
        if method is None:
            is_method = "torch" in spaces and _names(function)[:1] == ("input",)
        else:
            is_method = method
        if spaces:            # pickle finds it there
            function.__module__ = _PACKAGE + ("." + spaces[0] if spaces[0] != "torch" else "")
        function = overrides.remember(autocast.casting(function))
        _publish_all(function, called, spaces, is_method, aliases)
        return function

    return decorate if function is None else decorate(function)


def method(function=None, *, name=None, aliases=()):
    """Publish a function as a Tensor method only."""

    def decorate(function):
        called = name or function.__name__
        if type(function) is types.FunctionType:
            function.__name__ = function.__qualname__ = called
        overrides.remember(function)
        for n in (called,) + tuple(aliases):
            bind_method(n, function)
            setattr(OPS, n, function)
        return function

    return decorate if function is None else decorate(function)


def prop(function=None, *, name=None, setter=None):
    """Publish a function as a property of Tensor."""

    def decorate(function):
        bind_method(name or function.__name__, property(function, setter, None, function.__doc__))
        return function

    return decorate if function is None else decorate(function)


def named_result(name, fields):
    """Return the named tuple class of an op with several results: `torch.return_types.<name>`."""
    from .results import make_result_type
    made = make_result_type(name, tuple(fields))
    publish("return_types", name, made)
    return made
