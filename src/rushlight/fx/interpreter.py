"""`Interpreter` and `Transformer`: graphs run node by node, and rewritten on the way."""
from ..nn.module import Module
from ._symbolic_trace import Tracer
from .graph import Graph
from .graph_module import GraphModule
from .node import map_aggregate, map_arg
from .proxy import Proxy

__all__ = ["Interpreter", "Transformer"]


class Interpreter:
    """Runs a graph node by node; subclasses see, and may change, every step.

    Args:
        module: the `GraphModule`, or where the graph's members are.
        garbage_collect_values: let go of a value after its last use.
        graph: the graph; by default the module's.
    """

    def __init__(self, module, garbage_collect_values=True, graph=None):
        self.module, self.graph = module, module.graph if graph is None else graph
        self.submodules = dict(module.named_modules())
        self.garbage_collect_values = garbage_collect_values
        self.env, self.name = {}, "Interpreter"
        self.user_to_last_uses = {}
        seen = set()
        for node in reversed(self.graph.nodes) if garbage_collect_values else ():
            for used in node.all_input_nodes:
                if used not in seen:
                    seen.add(used)
                    self.user_to_last_uses.setdefault(node, []).append(used)

    def run(self, *args, initial_env=None, enable_io_processing=True):
        """Return what the graph gives for the arguments.

        Args:
            initial_env: node -> value, for nodes that shall not run.
            enable_io_processing: let the graph's `CodeGen` treat arguments and result.
        """
        self.env = {} if initial_env is None else initial_env
        self.args_iter = iter(self.graph.process_inputs(*args) if enable_io_processing else args)
        for node in self.graph.nodes:
            if node in self.env:
                continue
            try:
                self.env[node] = self.run_node(node)
            except Exception as e:
                where = f"While executing {node.format_node()}\nOriginal traceback:\n{node.stack_trace}"
                e.args = (f"{e.args[0]}\n\n{where}" if e.args else where, *e.args[1:])
                raise
            for used in self.user_to_last_uses.get(node, ()):
                del self.env[used]
            if node.op == "output":
                return self.graph.process_outputs(self.env[node]) if enable_io_processing else self.env[node]
        return None

    def boxed_run(self, args_list):
        """Run with the arguments in a list, which is emptied."""
        args = tuple(args_list)
        args_list.clear()
        return self.run(*args)

    def run_node(self, n):
        """Return the value of one node."""
        args, kwargs = self.fetch_args_kwargs_from_env(n)
        return getattr(self, n.op)(n.target, args, kwargs)

    def placeholder(self, target, args, kwargs):
        """Return the next argument; its default when there is none left.

        Args:
            target: the argument's name; "*name" takes all that are left.
            args: the default, if any.
            kwargs: none.
        """
        if target.startswith("*"):
            return list(self.args_iter)
        try:
            return next(self.args_iter)
        except StopIteration:
            if args or kwargs:
                return args[0]
            raise RuntimeError(f"Expected positional argument for parameter {target}, but one was not passed in!") from None

    def get_attr(self, target, args, kwargs):
        """Return a member of the module; there are no arguments."""
        return self.fetch_attr(target, *args, **kwargs)

    def call_function(self, target, args, kwargs):
        """Return the result of a function."""
        return target(*args, **kwargs)

    def call_method(self, target, args, kwargs):
        """Return the result of a method of the first argument."""
        self_obj, *rest = args
        return getattr(self_obj, target)(*rest, **kwargs)

    def call_module(self, target, args, kwargs):
        """Return the result of a module."""
        return self.fetch_attr(target)(*args, **kwargs)

    def output(self, target, args, kwargs):
        """Return the result.

        Args:
            target: "output".
            args: the one value.
            kwargs: none.
        """
        if target != "output" or kwargs:
            raise AssertionError(f"Unexpected output node {target} with {kwargs}")
        return args[0]

    def fetch_attr(self, target):
        """Return the member of a dotted name."""
        found = self.module
        atoms = target.split(".")
        for i, atom in enumerate(atoms):
            if not hasattr(found, atom):
                raise RuntimeError(f"Node referenced nonexistent target {'.'.join(atoms[:i + 1])}")
            found = getattr(found, atom)
        return found

    def fetch_args_kwargs_from_env(self, n):
        """Return a node's arguments with values in place of nodes."""
        return self.map_nodes_to_values(n.args, n), self.map_nodes_to_values(n.kwargs, n)

    def map_nodes_to_values(self, args, n):
        """Return nested arguments of node `n` with values in place of nodes."""
        def value(used):
            if used not in self.env:
                raise RuntimeError(f"Node {n} referenced nonexistent value {used}! Run Graph.lint() to diagnose such issues")
            return self.env[used]

        return _plain(map_arg(args, value))


def _plain(a):
    """Lists and dicts that programs may change, in place of those that refuse."""
    if isinstance(a, list):
        return [_plain(x) for x in a]
    if isinstance(a, dict):
        return {k: _plain(v) for k, v in a.items()}
    if isinstance(a, tuple) and not hasattr(a, "_fields"):
        return tuple([_plain(x) for x in a])
    return a


class _TransformerTracer(Tracer):
    def __init__(self, graph):
        super().__init__()
        self.graph, self.root = graph, Module()
        self._tensor_names = {}

    def is_leaf_module(self, m, module_qualified_name):
        return isinstance(m, Module) and bool(module_qualified_name or True)


class Transformer(Interpreter):
    """Runs a graph on proxies, which gives a new graph; subclasses override a step to change it.

    Args:
        module: the `GraphModule`.
    """

    def __init__(self, module):
        super().__init__(module)
        self.new_graph = Graph()
        self.new_graph.set_codegen(module.graph._codegen)
        self.tracer = _TransformerTracer(self.new_graph)
        self.tracer.root = module

    def placeholder(self, target, args, kwargs):
        """Add an argument of that name (with a default as `args`) to the new graph."""
        return Proxy(self.new_graph.placeholder(target, None, *args, **kwargs), self.tracer)

    def get_attr(self, target, args, kwargs):
        """Add the fetching of a member to the new graph."""
        return self.tracer.create_proxy("get_attr", target, args, kwargs)

    def call_module(self, target, args, kwargs):
        """Add the call of a module to the new graph."""
        return self.tracer.create_proxy("call_module", target, args, kwargs)

    def call_function(self, target, args, kwargs):
        """Add the call of a function to the new graph."""
        return self.tracer.create_proxy("call_function", target, args, kwargs)

    def transform(self):
        """Return the `GraphModule` of the new graph."""
        result = self.run(enable_io_processing=False)
        if result is not None:
            self.new_graph.output(map_aggregate(result, lambda a: a.node if isinstance(a, Proxy) else a))
        return GraphModule(self.module, self.new_graph)
