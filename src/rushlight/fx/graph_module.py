"""`torch.fx.GraphModule`: a module whose forward is written from a graph."""
import copy
import itertools
import linecache

from ..core.tensor import Tensor
from ..nn.module import Module
from ..nn.parameter import Parameter
from .graph import Graph
from .node import map_arg

__all__ = ["GraphModule"]

_NUMBERS = itertools.count()


def _compiled(code):
    """Return the function that the code defines; tracebacks show its lines."""
    name = f"<eval_with_key>.{next(_NUMBERS)}"
    linecache.cache[name] = (len(code.src), None, code.src.splitlines(keepends=True), name)
    space = dict(code.globals)
    exec(compile(code.src, name, "exec"), space)
    return space["forward"]


class GraphModule(Module):
    """A module that does what a graph says.

    Args:
        root: a module, or a dict from dotted names, where the graph's members come from.
        graph: what it does; assigning a new one, or calling `recompile` after a change, writes its code anew.
        class_name: what it is called in print.
    """

    def __new__(cls, *args, **kwargs):
        for base in cls.__mro__:
            if base.__qualname__ == "GraphModule.__new__.<locals>.GraphModuleImpl":
                cls = base.__bases__[0]
                break

        class GraphModuleImpl(cls):
            pass

        return super().__new__(GraphModuleImpl)

    def __init__(self, root, graph, class_name="GraphModule"):
        super().__init__()
        type(self).__name__ = class_name
        wanted = dict.fromkeys(n.target for n in graph.nodes if n.op in ("get_attr", "call_module"))
        wanted = sorted(wanted, key=lambda t: t.count("."))
        if isinstance(root, Module):
            if hasattr(root, "training"):
                self.training = root.training
            for target in wanted:
                _copy_member(root, self, target)
        elif isinstance(root, dict):
            for node in graph.nodes:
                if node.op in ("get_attr", "call_module") and node.target not in root:
                    raise RuntimeError(f"Node {node} referenced target {node.target} but that target was not provided in "
                                       "``root``!")
            for target in wanted:
                _assign(root[target], self, target)
        else:
            raise RuntimeError(f"Unsupported type {root} passed for root!")
        self.meta = dict(getattr(root, "meta", {}))
        self._create_node_hooks = []
        self.graph = graph

    @property
    def graph(self):
        """The graph."""
        return self._graph

    @graph.setter
    def graph(self, g):
        if not isinstance(g, Graph):
            raise AssertionError(f"Expected a Graph instance, but got {type(g)}")
        self._graph = g
        g.owning_module = self
        self.recompile()

    @property
    def code(self):
        """The text of the forward."""
        return self._code

    def recompile(self):
        """Write the forward anew from the graph; returns its `PythonCode`."""
        code = self._graph.python_code("self")
        self._code = code.src
        type(self).forward = _compiled(code)
        return code

    def add_submodule(self, target, m):
        """Put a module at a dotted name; whether that could be done."""
        *path, last = target.split(".")
        place = self
        for atom in path:
            found = getattr(place, atom, None)
            if found is None:
                found = Module()
                setattr(place, atom, found)
            if not isinstance(found, Module):
                return False
            place = found
        place.add_module(last, m)
        return True

    def delete_submodule(self, target):
        """Take out the module at a dotted name; whether there was one."""
        path, _, last = target.rpartition(".")
        try:
            place = self.get_submodule(path)
        except AttributeError:
            return False
        if last not in place._modules:
            return False
        delattr(place, last)
        return True

    def delete_all_unused_submodules(self):
        """Take out the modules that the graph doesn't use."""
        used = set()
        for node in self.graph.nodes:
            if node.op in ("call_module", "get_attr"):
                atoms = node.target.split(".")
                used.update(".".join(atoms[:i]) for i in range(1, len(atoms) + 1))
                if node.op == "call_module":
                    used.update(f"{node.target}.{name}" for name, _ in self.get_submodule(node.target).named_modules() if name)
        for name in [n for n, _ in self.named_modules() if n and n not in used]:
            self.delete_submodule(name)

    def print_readable(self, print_output=True):
        """Return the code as a class, with what is known of shapes; by default print it too."""
        code = self._graph.python_code("self", verbose=True).src.lstrip("\n")
        text = f"class {self._get_name()}(torch.nn.Module):\n" + "".join(
            "    " + line + "\n" if line.strip() else "" for line in code.split("\n"))
        if print_output:
            print(text)
        return text

    def __str__(self):
        return "\n".join([super().__str__(), self._code, "# To see more debug info, please use `graph_module.print_readable()`"])

    def __deepcopy__(self, memo):
        members = Module()
        kept = {k: v for k, v in self.__dict__.items() if k not in ("_graph", "_create_node_hooks")}
        members.__dict__ = copy.deepcopy(kept, memo)
        return self._again(members, copy.deepcopy(self._graph))

    def __copy__(self):
        return self._again(self, copy.copy(self._graph))

    def _again(self, members, graph):
        made = GraphModule(members, graph, type(self).__name__)
        made.training, made.meta = self.training, dict(self.meta)
        return made

    def __reduce__(self):
        places = {n: i for i, n in enumerate(self._graph.nodes)}

        def place(n):
            return _Place(places[n])

        nodes = [(n.op, n.name, n.target, map_arg(n.args, place), map_arg(n.kwargs, place), n.type) for n in self._graph.nodes]
        members = {k: v for k, v in self.__dict__.items() if k not in ("_graph", "_code", "_create_node_hooks")}
        return _rebuilt, (members, nodes, type(self).__name__)


class _Place(str):
    """In a pickle, the node of that number."""

    def __new__(cls, number):
        return str.__new__(cls, number)


def _rebuilt(members, nodes, class_name):
    from .node import map_aggregate

    graph, made = Graph(), []
    for op, name, target, args, kwargs, kind in nodes:
        args, kwargs = (map_aggregate(a, lambda x: made[int(x)] if isinstance(x, _Place) else x) for a in (args, kwargs))
        made.append(graph.create_node(op, target, args, kwargs, name, kind))
    root = Module()
    root.__dict__.update(members)
    return GraphModule(root, graph, class_name)


def _copy_member(source, to, target):
    *path, last = target.split(".")
    for atom in path:
        found = getattr(source, atom)
        mine = getattr(to, atom, None)
        if mine is found:
            return                      # the whole module is there already
        if mine is None:
            mine = Module()
            setattr(to, atom, mine)
        source, to = found, mine
    _put(to, last, getattr(source, last))


def _assign(value, to, target):
    *path, last = target.split(".")
    for atom in path:
        if getattr(to, atom, None) is None:
            setattr(to, atom, Module())
        to = getattr(to, atom)
    _put(to, last, value)


def _put(to, name, value):
    if isinstance(value, Tensor) and not isinstance(value, Parameter):
        to.register_buffer(name, value)
    else:
        setattr(to, name, value)
