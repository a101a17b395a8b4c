"""`torch.fx.graph`: a list of nodes, and the Python code that does what they say."""
import copy
import importlib
import re
import typing
from dataclasses import dataclass

from ..core.tensor import Tensor
from ..dtypes import dtype
from ._names import INPLACE, MAGIC, Namespace, base_globals, name_for, qualified_name, torch_name, type_name
from .node import Node, described, map_arg

__all__ = ["CodeGen", "Graph", "PythonCode"]


@dataclass
class PythonCode:
    """The text of a function, and the names it uses."""

    src: str
    globals: dict


class _Nodes:
    """The nodes of a graph in order; they may be changed while one walks along."""

    def __init__(self, graph, backwards=False):
        self.graph, self._backwards = graph, backwards

    def __len__(self):
        return self.graph._len

    def __iter__(self):
        step, root = ("_prev" if self._backwards else "_next"), self.graph._root
        node = getattr(root, step)
        while node is not root:
            if not node._erased:
                yield node
            node = getattr(node, step)

    def __reversed__(self):
        return iter(_Nodes(self.graph, not self._backwards))


class _InsertPoint:
    def __init__(self, graph, insert):
        self.graph = graph
        self.before, graph._insert = graph._insert, insert

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.graph._insert = self.before


class Graph:
    """What a program does, step by step.

    Example:
        >>> graph = torch.fx.Graph()
        >>> x = graph.placeholder("x")
        >>> _ = graph.output(graph.call_function(torch.relu, (x,)))
        >>> print(graph)
        graph():
            %x : [num_users=1] = placeholder[target=x]
            %relu : [num_users=1] = call_function[target=torch.relu](args = (%x,), kwargs = {})
            return relu
    """

    def __init__(self, owning_module=None, tracer_cls=None, tracer_extras=None):
        self._root = Node(self, "", "root", "", (), {})
        self._insert = self._root.prepend
        self._len = 0
        self._names = Namespace()
        self._tracer_cls, self._tracer_extras = tracer_cls, tracer_extras
        self._codegen = CodeGen()
        self.owning_module = owning_module

    @property
    def nodes(self):
        """The nodes in order."""
        return _Nodes(self)

    # ------------------------------------------------------------ making nodes

    def create_node(self, op, target, args=None, kwargs=None, name=None, type_expr=None):
        """Add a node at the point of insertion and return it.

        Args:
            op: "placeholder", "get_attr", "call_function", "call_method", "call_module" or "output".
            target: the function, or the name of the method, module, member or argument.
            name: the node's; by default it is made from the target.
        """
        args, kwargs = args or (), kwargs or {}
        candidate = name if name is not None else name_for(target) if callable(target) or isinstance(target, str) else "node"
        node = Node(self, self._names.create_name(candidate, None), op, target, args, kwargs, type_expr)
        if self.owning_module is not None:
            for hook in getattr(self.owning_module, "_create_node_hooks", ()):
                hook(node)
        self._names.rename(node, node.name)
        self._insert(node)
        self._len += 1
        return node

    def placeholder(self, name, type_expr=None, default_value=...):
        """Add an argument of the function."""
        return self.create_node("placeholder", name, () if default_value is ... else (default_value,), {}, type_expr=type_expr)

    def get_attr(self, qualified_name, type_expr=None):
        """Add the fetching of a member, a parameter say, by its dotted name."""
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_module(self, module_name, args=None, kwargs=None, type_expr=None):
        """Add a call of a module by its dotted name."""
        return self.create_node("call_module", module_name, args, kwargs, type_expr=type_expr)

    def call_method(self, method_name, args=None, kwargs=None, type_expr=None):
        """Add a call of a method of the first argument."""
        return self.create_node("call_method", method_name, args, kwargs, type_expr=type_expr)

    def call_function(self, the_function, args=None, kwargs=None, type_expr=None, name=None):
        """Add a call of a function."""
        return self.create_node("call_function", the_function, args, kwargs, name=name, type_expr=type_expr)

    def output(self, result, type_expr=None):
        """Add the result: a node, or nested lists, tuples and dicts of them."""
        return self.create_node("output", "output", (result,), {}, type_expr=type_expr)

    def output_node(self):
        """Return the node of the result."""
        return next(n for n in reversed(self.nodes) if n.op == "output")

    def find_nodes(self, *, op, target=None, sort=True):
        """Return the nodes of an op, and of a target, in order.

        Args:
            sort: the order is always the graph's.
        """
        found = [n for n in self.nodes if n.op == op and (target is None or n.target == target)]
        return found if sort else list(found)

    def node_copy(self, node, arg_transform=lambda x: x):
        """Add a copy of a node, of another graph mostly.

        Args:
            arg_transform: gives for a node among the arguments the one to use here.
        """
        made = self.create_node(node.op, node.target, map_arg(node.args, arg_transform), map_arg(node.kwargs, arg_transform),
                                node.name, node.type)
        made.meta = copy.copy(node.meta)
        return made

    def graph_copy(self, g, val_map, return_output_node=False):
        """Add copies of all nodes of a graph but its output; returns the argument of that, in terms of the copies.

        Args:
            val_map: node there -> node here; it is filled.
            return_output_node: also return the output's node there.
        """
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == "output":
                found = map_arg(node.args[0], lambda n: val_map[n])
                return (found, node) if return_output_node else found
            val_map[node] = self.node_copy(node, lambda n: val_map[n])
        return None

    def __deepcopy__(self, memo=None):
        made = Graph(tracer_cls=self._tracer_cls, tracer_extras=self._tracer_extras)
        made._codegen = copy.copy(self._codegen)
        copied = {}
        for node in self.nodes:
            copied[node] = made.node_copy(node, lambda n: copied[n])
        return made

    # ------------------------------------------------------------ changing it

    def inserting_before(self, n=None):
        """Add nodes before a node (at the start without one): for good, or inside `with`."""
        return self.inserting_after(self._root) if n is None else self._inserting(n, n.prepend)

    def inserting_after(self, n=None):
        """Add nodes behind a node (at the end without one): for good, or inside `with`."""
        return self.inserting_before(self._root) if n is None else self._inserting(n, n.append)

    def _inserting(self, n, insert):
        if n.graph is not self:
            raise AssertionError("Node to insert before is not in graph.")
        if insert == n.append:
            return _InsertPoint(self, _behind(n))
        return _InsertPoint(self, insert)

    def erase_node(self, to_erase):
        """Take out a node that nobody uses any more.

        Raises: RuntimeError when it is used.
        """
        if to_erase.users:
            raise RuntimeError(f"Tried to erase Node {to_erase} but it still had {len(to_erase.users)} users in the graph: "
                               f"{to_erase.users}!")
        if to_erase.graph is not self:
            raise RuntimeError(f"Attempting to remove {to_erase} from wrong graph!")
        if to_erase._erased:
            return
        to_erase._unlink()
        to_erase._erased = True
        self._names.forget(to_erase.name)
        self._len -= 1
        to_erase._set((), {})

    def eliminate_dead_code(self, is_impure_node=None):
        """Take out nodes without users; whether there were any.

        Args:
            is_impure_node: says which nodes do more than compute their result, and stay.
        """
        self.lint()
        before = self._len
        for node in reversed(self.nodes):
            impure = node.is_impure() if is_impure_node is None else is_impure_node(node)
            if not node.users and not impure:
                self.erase_node(node)
        return self._len < before

    def lint(self):
        """Raise RuntimeError when a node uses one that comes later, or members that are not there."""
        seen, names = set(), set()

        def check(n, user):
            if n.graph is not self:
                raise RuntimeError(f"Argument '{n}' of Node '{user}' does not belong to this Graph, but was used as an argument! "
                                   "If you are copying nodes from another graph, make sure to use ``arg_transform`` on "
                                   "node_copy() "
                                   f"to remap values\n{self}")
            if n not in seen:
                raise RuntimeError(f"Argument '{n}' of Node '{user}' was used before it has been defined! Please check that "
                                   f"Nodes in the graph are topologically ordered\n{self}")

        for node in self.nodes:
            for used in node.all_input_nodes:
                check(used, node)
            if node.name in names:
                raise RuntimeError(f"Node redefined name {node.name}!")
            seen.add(node)
            names.add(node.name)
            if self.owning_module is not None and node.op in ("get_attr", "call_module"):
                self._check_member(node)

    def _check_member(self, node):
        found = self.owning_module
        for atom in node.target.split("."):
            if not hasattr(found, atom):
                raise RuntimeError(f"Node {node} target {node.target} references nonexistent attribute {atom} of "
                                   f"{'.'.join(node.target.split('.')[:node.target.split('.').index(atom)])}")
            found = getattr(found, atom)

    # ------------------------------------------------------------ text

    def __str__(self):
        names, returns = [], [""]
        lines = [line for n in self.nodes if (line := n.format_node(None, returns)) is not None]
        return f"graph({', '.join(names)}){returns[0]}:" + "".join("\n    " + line for line in lines)

    def print_tabular(self):
        """Print a table of the nodes; the package tabulate makes it."""
        tabulate = importlib.import_module("tabulate").tabulate
        print(tabulate([[n.op, n.name, n.target, n.args, n.kwargs] for n in self.nodes],
                       headers=["opcode", "name", "target", "args", "kwargs"]))

    def python_code(self, root_module, *, verbose=False):
        """Return the `PythonCode` of a function that does what the graph says.

        Args:
            root_module: the name of the module that members are fetched from: "self".
            verbose: with what is known of shapes and dtypes as annotations.
        """
        return self._codegen._gen_python_code(self.nodes, root_module, verbose)

    def set_codegen(self, codegen):
        """Use another `CodeGen`."""
        self._codegen = codegen

    def process_inputs(self, *args):
        """Return the placeholders' values for arguments of the function."""
        return self._codegen.process_inputs(*args)

    def process_outputs(self, out):
        """Return what the function gives for the value of the output node."""
        return self._codegen.process_outputs(out)


def _behind(n):
    last = [n]

    def insert(x):
        last[0].append(x)
        last[0] = x

    return insert


class CodeGen:
    """Writes the code of a graph; a subclass may write its first line, or treat arguments and results, otherwise."""

    def gen_fn_def(self, free_vars, maybe_return_annotation):
        """Return the line that starts the function."""
        if not free_vars or free_vars[0] != "self":
            free_vars.insert(0, "self")
        return f"def forward({', '.join(free_vars)}){maybe_return_annotation}:"

    def generate_output(self, output_args):
        """Return the line that ends it."""
        return f"return {output_args!r}"

    def process_inputs(self, *args):
        """Return the placeholders' values for arguments of the function."""
        return args

    def process_outputs(self, outputs):
        """Return what the function gives for the value of the output node."""
        return outputs

    def additional_globals(self):
        """Return (name, object) pairs that the code may use besides."""
        return []

    def _gen_python_code(self, nodes, root_module, verbose=False):
        return _Writer(self, root_module, verbose).write(nodes)


class _Writer:
    def __init__(self, codegen, root_module, verbose):
        self.codegen, self.root_module, self.verbose = codegen, root_module, verbose
        self.names = Namespace()
        self.globals = {}
        self.wrapped = {}
        self.free, self.lines, self.returns = [], [], ""
        for name, value in (*base_globals().items(), *codegen.additional_globals()):
            self.global_name(name, value)

    def global_name(self, hint, value):
        """Return the name in the code of an object from outside."""
        path = torch_name(value) if callable(value) and not isinstance(value, type) else None
        if path is not None and _found(path) is value:
            return path
        if isinstance(value, type) and value.__module__.partition(".")[0] in ("torch", "rushlight"):
            path = type_name(value)
            if _found(path) is value:
                return path
        hint = hint.replace(".", "_")
        if self.globals.get(hint) is value:
            return hint
        name = self.names.create_name(hint, value)
        self.globals[name] = value
        return name

    def type_text(self, kind):
        if kind == () or kind is None and kind != ():
            return "()" if kind == () else self.global_name("NoneType", type(None))
        text = type_name(kind)
        args = getattr(kind, "__args__", None)
        if args:
            origin = typing.get_origin(kind)
            short = text.removeprefix("typing.").partition("[")[0]
            label = f"typing_{short}" if text.startswith("typing.") else type_name(origin)
            shown = kind if text.startswith("typing.") else origin
            if origin is typing.Union:
                label, shown = "typing_Union", typing.Union
            elif text.startswith("typing."):
                shown = getattr(typing, text.removeprefix("typing.").partition("[")[0])
            inner = ["NoneType" if a is type(None) else self.type_text(a) for a in args]
            return f"{self.global_name(label, shown)}[{','.join(inner)}]"
        return self.global_name(text, kind)

    def text(self, arg):
        if isinstance(arg, Node):
            return arg.name
        if isinstance(arg, tuple) and hasattr(arg, "_fields"):
            return f"{self.global_name(type_name(type(arg)), type(arg))}({', '.join(map(self.text, arg))})"
        if isinstance(arg, tuple):
            return f"({', '.join(map(self.text, arg))}{',' if len(arg) == 1 else ''})"
        if isinstance(arg, list):
            return f"[{', '.join(map(self.text, arg))}]"
        if isinstance(arg, slice):
            return f"slice({self.text(arg.start)}, {self.text(arg.stop)}, {self.text(arg.step)})"
        if isinstance(arg, dict):
            return "{" + ", ".join(f"{k!r}: {self.text(v)}" for k, v in arg.items()) + "}"
        if isinstance(arg, (type, Tensor)) or callable(arg) and not isinstance(arg, dtype):
            return self.global_name(type_name(arg) if isinstance(arg, type) else "tensor" if isinstance(arg, Tensor)
                                    else qualified_name(arg), arg)
        return repr(arg)

    def arguments(self, args, kwargs):
        return ", ".join([self.text(a) for a in args] + [f"{k} = {self.text(v)}" for k, v in kwargs.items()])

    def write(self, nodes):
        nodes = list(nodes)
        last_uses, seen = {}, set()
        for node in reversed(nodes):
            for used in node.all_input_nodes:
                if used not in seen:
                    seen.add(used)
                    last_uses.setdefault(node, []).append(used)
        noted = not self.verbose
        for node in nodes:
            if not noted and node.op not in ("placeholder", "output"):
                noted = True
                if not node.stack_trace:
                    self.lines.append("# No stacktrace found for following nodes")
            self.line(node, last_uses.get(node, []))
        body = self.lines or ["pass"]
        wraps = "\n".join(f'torch.fx._symbolic_trace.wrap("{name}")' for name in self.wrapped)
        head = self.codegen.gen_fn_def(self.free, self.returns)
        text = "".join(f"    {line}\n" for line in "\n".join(body).split("\n"))
        return PythonCode(f"\n{wraps}\n\n{head}\n{text}    ", self.globals)

    def line(self, node, unused):
        annotated = node.name if node.type is None else f"{node.name} : {self.type_text(node.type)}"
        if self.verbose and node.type is None and hasattr(meta := node.meta.get("tensor_meta"), "dtype"):
            annotated = f'{node.name}: "{described(meta)}"'
        if node.op == "placeholder":
            default = f" = {self.text(node.args[0])}" if node.args else ""
            self.free.append(f"{node.target}{annotated.removeprefix(node.name)}{default}")
            raw = node.target.replace("*", "")
            if raw != node.name:
                self.lines.append(f"{node.name} = {raw}")
            return
        if node.op == "output":
            if node.type is not None:
                self.returns = f" -> {self.type_text(node.type)}"
            self.lines.append(self.codegen.generate_output(_Raw(self.text(node.args[0]))))
            return
        gone = [*unused, *([] if node.users else [node])]
        drop = f";  {' = '.join(n.name for n in gone)} = None" if gone else ""
        self.lines.append(self.statement(node, annotated) + drop)

    def statement(self, node, left):
        args, kwargs = node.args, node.kwargs
        if node.op == "get_attr":
            return f"{left} = {_member(self.root_module, node.target)}"
        if node.op == "call_module":
            return f"{left} = {_member(self.root_module, node.target)}({self.arguments(args, kwargs)})"
        if node.op == "call_method":
            return f"{left} = {_member(self.text(args[0]), node.target)}({self.arguments(args[1:], kwargs)})"
        target = node.target
        if target in MAGIC and not kwargs:
            return f"{left} = {MAGIC[target].format(*map(self.text, args))}"
        if target in INPLACE and not kwargs:
            return f"{INPLACE[target].format(*map(self.text, args))};  {left} = {self.text(args[0])}"
        if target is getattr and len(args) == 2 and isinstance(args[1], str) and args[1].isidentifier():
            return f"{left} = {_member(self.text(args[0]), args[1])}"
        name = self.global_name(qualified_name(target).removeprefix("builtins."), target)
        if node.meta.get("is_wrapped"):
            self.wrapped.setdefault(name)
        return f"{left} = {name}({self.arguments(args, kwargs)})"


class _Raw:
    """A text that is its own representation."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def _found(path):
    found = base_globals()["torch"]
    for atom in path.split(".")[1:]:
        found = getattr(found, atom, None)
    return found


def _member(base, target):
    for atom in target.split("."):
        base = f"{base}.{atom}" if re.fullmatch(r"[^\W\d]\w*", atom) else f'getattr({base}, "{atom}")'
    return base
