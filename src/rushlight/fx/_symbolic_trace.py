"""`symbolic_trace`: run a program once on proxies, and keep what it did as a graph."""
import collections
import functools
import inspect
import math
import sys
import types

from ..core.tensor import Tensor
from ..nn.module import Module
from ..nn.parameter import Parameter
from ..symbols import _assert
from .graph import Graph
from .graph_module import GraphModule
from .proxy import ParameterProxy, Proxy, TracerBase

__all__ = ["PH", "ProxyableClassMeta", "Tracer", "is_fx_symbolic_tracing", "is_fx_tracing", "symbolic_trace", "wrap"]


class _Placeholder:
    def __repr__(self):
        return "PH"


#: in `concrete_args`: this argument stays an argument
PH = _Placeholder()

_WRAPPED = {}               # (id of a module's names, name) -> those names: functions that are recorded as one call
_VARIABLE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


class _State:
    tracing = False


def is_fx_tracing():
    """Whether a program is being recorded."""
    return _State.tracing


is_fx_symbolic_tracing = is_fx_tracing


class ProxyableClassMeta(type):
    """The metaclass of classes whose construction is recorded when an argument is a proxy."""

    def __call__(cls, *args, **kwargs):
        tracer = _tracer_among((args, kwargs))
        if tracer is not None:
            return tracer.create_proxy("call_function", cls, args, kwargs)
        return super().__call__(*args, **kwargs)


def _tracer_among(value):
    if isinstance(value, Proxy):
        return value.tracer
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return next((t for t in map(_tracer_among, parts) if t is not None), None)


def wrap(fn_or_name):
    """Have calls of a function of this module recorded as one step instead of what it does.

    Args:
        fn_or_name: a function (so it serves as a decorator) or the name of one, a built-in like "len" too.
    Returns: what was given.
    """
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    name = fn_or_name if isinstance(fn_or_name, str) else fn_or_name.__name__
    frame = sys._getframe(1)
    if frame.f_code.co_name != "<module>":
        raise NotImplementedError("wrap must be called at the top level of a module")
    _WRAPPED[id(frame.f_globals), name] = frame.f_globals
    return fn_or_name


def _recorded(original, name):
    @functools.wraps(original)
    def call(*args, **kwargs):
        tracer = _tracer_among((args, kwargs))
        if tracer is None:
            return original(*args, **kwargs)
        proxy = tracer.create_proxy("call_function", original, args, kwargs)
        proxy.node.meta["is_wrapped"] = name
        return proxy
    return call


class _Patches:
    """Names replaced for the time of a trace."""

    def __init__(self):
        self._undo = []

    def set(self, space, name, value):
        """Replace a name in a dict of names."""
        missing = object()
        before = space.get(name, missing)
        space[name] = value
        self._undo.append(lambda: space.pop(name) if before is missing else space.__setitem__(name, before))

    def set_attribute(self, owner, name, value):
        """Replace a member of a class."""
        before = owner.__dict__[name]
        setattr(owner, name, value)
        self._undo.append(lambda: setattr(owner, name, before))

    def restore(self):
        """Put everything back."""
        while self._undo:
            self._undo.pop()()


class Scope:
    """Where a trace is: in which module.

    Args:
        module_path: its dotted name.
        module_type: its class.
    """

    def __init__(self, module_path, module_type):
        self.module_path, self.module_type = module_path, module_type


class Tracer(TracerBase):
    """Records a module's forward, or a function, as a graph; subclasses decide what is one step.

    Args:
        autowrap_modules: modules whose functions are recorded as they are called.
        autowrap_functions: the same for single functions.
        param_shapes_constant: parameters' shapes are known numbers.
    """

    def __init__(self, autowrap_modules=(math,), autowrap_functions=(), param_shapes_constant=False):
        self._functions = {id(f) for module in autowrap_modules for name, f in vars(module).items()
                           if not name.startswith("_") and callable(f)} | {id(f) for f in autowrap_functions}
        self._searched = [vars(m) for m in autowrap_modules]
        self.param_shapes_constant = param_shapes_constant
        self.root_module_name = ""
        self.submodule_paths = None
        self.root = None
        self.node_name_to_scope = {}
        self.module_stack = collections.OrderedDict()
        self.scope = Scope("", None)

    # ------------------------------------------------------------ what subclasses override

    def is_leaf_module(self, m, module_qualified_name):
        """Whether a module is one step: PyTorch's own modules are, but for `Sequential`.

        Args:
            m: the module.
            module_qualified_name: its dotted name from the root.
        """
        from ..nn.container import Sequential

        return _is_torchs(type(m)) and bool(module_qualified_name) and not isinstance(m, Sequential)

    def call_module(self, m, forward, args, kwargs):
        """Called for every call of a module; `forward` calls it as usual."""
        name = self.path_of_module(m)
        before, self.scope = self.scope, Scope(name, type(m))
        self.module_stack[name] = (name, type(m))
        try:
            if self.is_leaf_module(m, name):
                return self.create_proxy("call_module", name, args, kwargs)
            return forward(*args, **kwargs)
        finally:
            self.scope = before
            del self.module_stack[name]

    def getattr(self, attr, attr_val, parameter_proxy_cache):
        """Called for every parameter that a module's forward fetches; returns what it gets.

        Args:
            attr: its name in the module.
            attr_val: the parameter.
            parameter_proxy_cache: dotted name -> proxy, of this trace.
        """
        if not (self.param_shapes_constant and isinstance(attr_val, Parameter)):
            return attr_val
        for name, p in sorted(self.root.named_parameters(), key=lambda found: not found[0].endswith(attr)):
            if p is attr_val:
                if name not in parameter_proxy_cache:
                    parameter_proxy_cache[name] = self.create_proxy(
                        "get_attr", name, (), {},
                        proxy_factory_fn=lambda node, name=name: ParameterProxy(self, node, name, attr_val))
                return parameter_proxy_cache[name]
        return attr_val

    def path_of_module(self, mod):
        """Return the dotted name of a module from the root.

        Raises: NameError when it isn't part of the root.
        """
        if self.submodule_paths is not None and mod in self.submodule_paths:
            return self.submodule_paths[mod]
        for name, m in self.root.named_modules():
            if m is mod:
                return name
        raise NameError("module is not installed as a submodule")

    def create_node(self, kind, target, args, kwargs, name=None, type_expr=None):
        """Add a node, and note in which module it came about."""
        node = super().create_node(kind, target, args, kwargs, name, type_expr)
        self.node_name_to_scope[node.name] = self.scope.module_path, self.scope.module_type
        if self.module_stack:
            node.meta["nn_module_stack"] = dict(self.module_stack)
        return node

    def get_fresh_qualname(self, prefix):
        """Return a name that the root has no member of: the prefix and a number."""
        i = 0
        while hasattr(self.root, f"{prefix}{i}"):
            i += 1
        return f"{prefix}{i}"

    def create_arg(self, a):
        """Return an argument with nodes in place of proxies; tensors become members of the root that are fetched."""
        if isinstance(a, Parameter):
            for name, p in self.root.named_parameters():
                if p is a:
                    return self.create_node("get_attr", name, (), {})
            raise NameError("parameter is not a member of this module")
        if isinstance(a, Tensor):
            name = self._tensor_names.get(id(a))
            if name is None:
                name = self.get_fresh_qualname("_tensor_constant")
                self._tensor_names[id(a)] = name
                setattr(self.root, name, a)
            return self.create_node("get_attr", name, (), {})
        if isinstance(a, Module):
            return self.create_node("get_attr", self.path_of_module(a), (), {})
        if type(type(a)) is ProxyableClassMeta:
            name = self.get_fresh_qualname(f"_{type(a).__name__}_constant_")
            setattr(self.root, name, a)
            return self.create_node("get_attr", name, (), {})
        return super().create_arg(a)

    # ------------------------------------------------------------ arguments

    def create_args_for_root(self, root_fn, is_module, concrete_args=None):
        """Return (function, its arguments as proxies), adding the placeholders.

        Args:
            root_fn: the function to record; a variable argument of the returned one takes one proxy.
            is_module: its first argument is the root.
            concrete_args: values that are no arguments of the graph.
        """
        plain = inspect.unwrap(root_fn)
        code = plain.__code__
        total = code.co_argcount + code.co_kwonlyargcount
        names = list(code.co_varnames[:total])
        signature = inspect.signature(plain)
        args = [self.root] if is_module else []
        concrete = dict(zip(names[is_module:], concrete_args)) if isinstance(concrete_args, tuple) else concrete_args or {}
        for number, name in enumerate(names[is_module:]):
            args.append(self._argument(name, number, concrete, signature, plain))
        if code.co_flags & _VARIABLE:
            extra = iter(code.co_varnames[total:])
            if code.co_flags & inspect.CO_VARARGS:
                args.append(self._placeholder("*" + next(extra), (), plain))
            if code.co_flags & inspect.CO_VARKEYWORDS:
                args.append(self._placeholder("**" + next(extra), (), plain))
        if code.co_flags & _VARIABLE or code.co_kwonlyargcount:
            root_fn = _with_plain_arguments(plain, len(args))
        return root_fn, args

    def _placeholder(self, name, default, function):
        return self.create_proxy("placeholder", name, default, {}, type_expr=function.__annotations__.get(name.replace("*", "")))

    def _argument(self, name, number, concrete, signature, function):
        parameter = signature.parameters.get(name)
        default = () if parameter is None or parameter.default is parameter.empty else (parameter.default,)
        if name not in concrete or concrete[name] is PH:
            return self._placeholder(name, default, function)
        value = concrete[name]
        made = self.create_proxy("placeholder", f"{name}_{number}", default, {})
        if isinstance(value, (bool, int, float, str)):
            message = f"{name} has been specialized to have value {value} but got another value"
            self.create_proxy("call_function", _assert, (made == value, message), {})
        return value

    # ------------------------------------------------------------ the trace

    def trace(self, root, concrete_args=None):
        """Return the graph of what a module's forward, or a function, does.

        Args:
            root: the module or function.
            concrete_args: name -> value of arguments that are fixed.
        Raises: TraceError when it decides by a proxy's value or loops over one.
        """
        is_module = isinstance(root, Module)
        if is_module:
            self.root, function = root, type(root).forward
            self.root_module_name = type(root).__name__
            self.submodule_paths = {m: name for name, m in root.named_modules()}
        else:
            self.root, function = Module(), root
            self.submodule_paths = {}
        if not isinstance(function, types.FunctionType):
            raise AssertionError(f"Expected FunctionType, got {type(function)}")
        self.graph = Graph(tracer_cls=getattr(self, "__class__", None))
        self._tensor_names = {id(t): f"{prefix}{name}" for prefix, m in _members(self.root) for name, t in _tensors(m)}
        patches, before, _State.tracing = _Patches(), _State.tracing, True
        try:
            self._patch(patches, function)
            called, args = self.create_args_for_root(function, is_module, concrete_args)
            self.create_node("output", "output", (self.create_arg(called(*args)),), {},
                             type_expr=inspect.unwrap(function).__annotations__.get("return"))
        finally:
            patches.restore()
            _State.tracing = before
            self.submodule_paths = None
        return self.graph

    def _patch(self, patches, function):
        call, fetch, cache = Module.__call__, Module.__getattr__, {}

        def module_call(mod, *args, **kwargs):
            return self.call_module(mod, lambda *a, **k: call(mod, *a, **k), args, kwargs)

        def module_getattr(mod, attr):
            return self.getattr(attr, fetch(mod, attr), cache)

        patches.set_attribute(Module, "__call__", module_call)
        patches.set_attribute(Module, "__getattr__", module_getattr)
        import builtins

        for (_, name), space in _WRAPPED.items():
            original = space.get(name, builtins.__dict__.get(name))
            if original is not None:
                patches.set(space, name, _recorded(original, name))
        for space in (*self._searched, inspect.unwrap(function).__globals__):
            for name, value in list(space.items()):
                if not name.startswith("_") and callable(value) and id(value) in self._functions:
                    patches.set(space, name, _recorded(value, name))


def _is_torchs(cls):
    package, _, rest = cls.__module__.partition(".")
    return package in ("torch", "rushlight") and rest.partition(".")[0] == "nn"


def _members(root):
    return [(name + "." if name else "", m) for name, m in root.named_modules()]


def _tensors(module):
    found = [*module._buffers.items(), *vars(module).items()]
    return [(name, t) for name, t in found if isinstance(t, Tensor) and not isinstance(t, Parameter)]


def _with_plain_arguments(function, count):
    """Return a function like it whose variable and keyword-only arguments are ordinary ones."""
    code = function.__code__.replace(co_argcount=count, co_posonlyargcount=0, co_kwonlyargcount=0,
                                     co_flags=function.__code__.co_flags & ~_VARIABLE)
    return types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)


def symbolic_trace(root, concrete_args=None):
    """Return a `GraphModule` that does what a module or function does, recorded in one run on proxies.

    Args:
        root: the module or function.
        concrete_args: name -> value of arguments that are fixed.

    Example:
        >>> print(torch.fx.symbolic_trace(lambda x: torch.relu(x) + 1).code.strip())
        def forward(self, x):
            relu = torch.relu(x);  x = None
            add = relu + 1;  relu = None
            return add
    """
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    return GraphModule(tracer.root, graph, type(root).__name__ if isinstance(root, Module) else root.__name__)
