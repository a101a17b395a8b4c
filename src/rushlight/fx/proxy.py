"""`torch.fx.proxy`: stand-ins for tensors that note what is done with them."""
import dis
import inspect
import operator
import sys

from ..core import overrides
from ..core.tensor import Tensor
from ..devices import device
from ..dtypes import dtype
from ..formats import layout, memory_format
from ._names import in_python, public_name
from .node import Node, base_types, map_aggregate

__all__ = ["Attribute", "GraphAppendingTracer", "ParameterProxy", "Proxy", "TraceError", "TracerBase"]

_PLAIN = (*base_types, type(None), type(...), Tensor, dtype, device, memory_format, layout, type)


class TraceError(ValueError):
    """A program does with a proxy what can't be recorded."""


class TracerBase:
    """Makes nodes for what happens to proxies."""

    trace_asserts = False

    def create_node(self, kind, target, args, kwargs, name=None, type_expr=None):
        """Add a node to the graph; its arguments are nodes already."""
        return self.graph.create_node(kind, target, args, kwargs, name, type_expr)

    def proxy(self, node):
        """Return the proxy of a node."""
        return Proxy(node, self)

    def create_proxy(self, kind, target, args, kwargs, name=None, type_expr=None, proxy_factory_fn=None):
        """Add a node whose arguments may be proxies; returns its proxy.

        Args:
            proxy_factory_fn: makes the proxy of the node; by default `self.proxy`.
        """
        node = self.create_node(kind, target, self.create_arg(tuple(args)), self.create_arg(dict(kwargs)), name, type_expr)
        return (proxy_factory_fn or self.proxy)(node)

    def create_arg(self, a):
        """Return an argument with nodes in place of proxies.

        Raises: NotImplementedError for a value that can't stand in a graph.
        """
        if isinstance(a, Proxy):
            return a.node
        if isinstance(a, tuple):
            parts = [self.create_arg(x) for x in a]
            return type(a)(*parts) if hasattr(a, "_fields") else tuple(parts)
        if isinstance(a, list):
            return [self.create_arg(x) for x in a]
        if isinstance(a, dict):
            for key in a:
                if isinstance(key, Proxy):
                    raise RuntimeError(f"Keys for dictionaries used as an argument cannot contain a Node. Got key: {key}")
            return {k: self.create_arg(v) for k, v in a.items()}
        if isinstance(a, slice):
            return slice(*[self.create_arg(x) for x in (a.start, a.stop, a.step)])
        if isinstance(a, range):
            return range(*[self.create_arg(x) for x in (a.start, a.stop, a.step)])
        if isinstance(a, (*_PLAIN, Node)) or callable(a):
            return a
        raise NotImplementedError(f"argument of type: {type(a)}")

    def to_bool(self, obj):
        """Called for a proxy in a condition; a tracer may decide here."""
        raise TraceError("symbolically traced variables cannot be used as inputs to control flow")

    def iter(self, obj):
        """Called for a proxy in a loop. Unpacking into names works: they say how many there are."""
        frame = sys._getframe(2)
        for instruction in dis.get_instructions(frame.f_code):
            if instruction.offset == frame.f_lasti and instruction.opname == "UNPACK_SEQUENCE":
                return (obj[i] for i in range(instruction.argval))
        raise TraceError("Proxy object cannot be iterated. This can be attempted when the Proxy is used in a loop or as a *args "
                         "or **kwargs function argument. See the torch.fx docs on pytorch.org for a more detailed explanation of "
                         "what types of control flow can be traced, and check out the Proxy docstring for help troubleshooting "
                         "Proxy iteration errors")

    def keys(self, obj):
        """Called for `keys()` of a proxy, as `**proxy` does."""
        return Attribute(obj, "keys")()


class GraphAppendingTracer(TracerBase):
    """Adds what happens to proxies to a graph.

    Args:
        graph: where nodes are added, at its point of insertion.
    """

    def __init__(self, graph):
        self.graph = graph


class Proxy:
    """Stands for a node's value: what is done with it becomes nodes.

    Args:
        node: the node.
        tracer: adds nodes; by default one that adds to the node's graph.
    """

    def __init__(self, node, tracer=None):
        overrides.activate()            # functions that have met no such object yet don't look for them
        self.tracer = GraphAppendingTracer(node.graph) if tracer is None else tracer
        self.node = node

    def __repr__(self):
        return f"Proxy({self.node.name})"

    def __getattr__(self, k):
        if k in ("node", "tracer") or k.startswith("__") and k.endswith("__") and k != "__getitem__":
            if k not in _CALLED_BY_NAME:
                raise AttributeError(k)
        return Attribute(self, k)

    def __getstate__(self):
        return self.__dict__

    def __setstate__(self, state):
        self.__dict__ = state

    def __deepcopy__(self, memo):
        import copy

        made = type(self).__new__(type(self))
        made.__dict__ = {k: copy.deepcopy(v, memo) for k, v in self.__dict__.items()}
        return made

    def __call__(self, *args, **kwargs):
        return self.tracer.create_proxy("call_method", "__call__", (self, *args), kwargs)

    def __iter__(self):
        return self.tracer.iter(self)

    def __abs__(self):
        return self.tracer.create_proxy("call_function", operator.abs, (self,), {})

    def __bool__(self):
        return self.tracer.to_bool(self)

    def __len__(self):
        raise RuntimeError("'len' is not supported in symbolic tracing by default. If you want this call to be recorded, please "
                           "call torch.fx.wrap('len') at module scope")

    def keys(self):
        """For `**proxy`: what the tracer makes of it."""
        return self.tracer.keys(self)

    @classmethod
    def __torch_function__(cls, orig_method, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        found = []
        map_aggregate((args, dict(kwargs)), lambda a: found.append(a.tracer) if isinstance(a, Proxy) else None)
        tracer = found[0]
        if any(t is not tracer for t in found):
            raise RuntimeError(f"Found multiple different tracers {list(dict.fromkeys(found))} while trying to trace operations "
                               f"{orig_method}")
        if (public_name(orig_method) or "").startswith("torch.Tensor."):
            return tracer.create_proxy("call_method", orig_method.__name__, args, kwargs)
        if len(args) == 2 and not kwargs and not isinstance(args[0], Proxy) and (public_name(orig_method) in _OPERATORS):
            return tracer.create_proxy("call_function", _OPERATORS[public_name(orig_method)], args, kwargs)
        args, kwargs = _as_torch_records(orig_method, args, kwargs)
        return tracer.create_proxy("call_function", orig_method, args, kwargs)


#: what `parameter * proxy` and the like arrive as
_OPERATORS = {"torch.add": operator.add, "torch.sub": operator.sub, "torch.mul": operator.mul, "torch.div": operator.truediv,
              "torch.matmul": operator.matmul, "torch.pow": operator.pow}

#: methods of tensors that programs call by their double-underscored names
_CALLED_BY_NAME = {"__setitem__", "__index__", "__contains__"}


def _as_torch_records(func, args, kwargs):
    """Return the arguments as PyTorch's own functions in Python record them: those without a default by
    position, all others by name."""
    if not in_python(func):
        return args, kwargs
    try:
        signature = inspect.signature(func)
        bound = signature.bind(*args, **kwargs)
    except (TypeError, ValueError):
        return args, kwargs
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in signature.parameters.values()):
        return args, kwargs
    bound.apply_defaults()
    required = [n for n, p in signature.parameters.items() if p.default is p.empty and p.kind is not p.KEYWORD_ONLY]
    return (tuple(bound.arguments[n] for n in required),
            {n: v for n, v in bound.arguments.items() if n not in required})


class Attribute(Proxy):
    """A member of a proxy: called, it is a method; used otherwise, it is fetched."""

    def __init__(self, root, attr):
        self.root, self.attr, self.tracer = root, attr, root.tracer
        self._node = None

    @property
    def node(self):
        """The node that fetches the member, made when first asked for."""
        if self._node is None:
            self._node = self.tracer.create_proxy("call_function", getattr, (self.root, self.attr), {}).node
        return self._node

    def __call__(self, *args, **kwargs):
        return self.tracer.create_proxy("call_method", self.attr, (self.root, *args), kwargs)


class ParameterProxy(Proxy):
    """A parameter in a trace where shapes of parameters are known: `shape`, `size()`, `dim()`, `ndim`, `numel()` are its own."""

    def __init__(self, tracer, node, name, param):
        super().__init__(node, tracer)
        self.param, self.name = param, name

    def __repr__(self):
        return f"ParameterProxy({self.name})"

    @property
    def shape(self):
        """The parameter's shape."""
        return self.param.shape

    @property
    def ndim(self):
        """How many dimensions it has."""
        return self.param.ndim

    def size(self):
        """Return its shape."""
        return self.param.size()

    def dim(self):
        """Return how many dimensions it has."""
        return self.param.dim()

    def numel(self):
        """Return how many elements it has."""
        return self.param.numel()

    def nelement(self):
        """Return how many elements it has."""
        return self.param.nelement()


def _operator(function, method, reflected=False):
    def call(*args, **kwargs):
        return args[0].tracer.create_proxy("call_function", function, args, kwargs)

    def reflect(self, rhs):
        return self.tracer.create_proxy("call_function", function, (rhs, self), {})

    setattr(Proxy, method, reflect if reflected else call)


for _name in ("add", "sub", "mul", "floordiv", "truediv", "mod", "lshift", "rshift", "and_", "or_", "xor", "pow", "matmul"):
    _operator(getattr(operator, _name), f"__{_name.rstrip('_')}__")
    _operator(getattr(operator, _name), f"__r{_name.rstrip('_')}__", reflected=True)
for _name in ("eq", "ne", "lt", "gt", "le", "ge", "pos", "neg", "invert", "getitem"):
    _operator(getattr(operator, _name), f"__{_name}__")
Proxy.__hash__ = object.__hash__  # type: ignore[method-assign]     # `==` is recorded, and would take it away
del _name
