"""`torch.fx.node`: one step of a graph, and what holds for its arguments."""
import builtins
import operator

from ..symbols import _assert
from ._names import qualified_name, torch_name, type_name
from .immutable_collections import immutable_dict, immutable_list

__all__ = ["Node", "map_arg", "map_aggregate", "has_side_effect"]

Target = object
Argument = object
_legal_ops = dict.fromkeys(["call_function", "call_method", "get_attr", "call_module", "placeholder", "output", "root"])
_side_effectful_functions = {_assert, builtins.print, builtins.setattr, operator.setitem}
base_types = (str, int, float, bool, complex)


def has_side_effect(fn):
    """Have calls of a function kept though nobody uses their result; returns it."""
    _side_effectful_functions.add(fn)
    return fn


def map_aggregate(a, fn):
    """Return nested tuples, lists, dicts and slices with `fn` of each leaf in its place."""
    if isinstance(a, tuple):
        parts = [map_aggregate(x, fn) for x in a]
        return type(a)(*parts) if hasattr(a, "_fields") else tuple(parts)
    if isinstance(a, list):
        return immutable_list([map_aggregate(x, fn) for x in a])
    if isinstance(a, dict):
        return immutable_dict([(k, map_aggregate(v, fn)) for k, v in a.items()])
    if isinstance(a, slice):
        return slice(*[map_aggregate(x, fn) for x in (a.start, a.stop, a.step)])
    return fn(a)


def map_arg(a, fn):
    """Return nested arguments with `fn(node)` in place of each node."""
    return map_aggregate(a, lambda x: fn(x) if isinstance(x, Node) else x)


_get_qualified_name = qualified_name
_type_repr = type_name


class Node:
    """A step of a graph: a call, an argument (placeholder), a member that is fetched, or the result (output).

    Attributes: `op`, `name`, `target`, `args`, `kwargs`, `type`, `users` (the nodes that use it), `meta` (the program's notes).
    """

    def __init__(self, graph, name, op, target, args, kwargs, return_type=None):
        if op not in _legal_ops:
            raise AssertionError(f"op '{op}' is not in _legal_ops")
        if op == "call_function":
            if not callable(target):
                raise ValueError(f"Node [graph = {graph}, name = '{name}'] target {target} has type {type(target).__name__} but "
                                 "a Callable is expected")
        elif not isinstance(target, str):
            raise AssertionError(f"Expected target to be str, got {type(target)}")
        self.graph, self.name, self.op, self.target = graph, name, op, target
        self.type = return_type
        self.users = {}
        self.meta = {}
        self._input_nodes = {}
        self._prev = self._next = self
        self._erased = False
        self._set(args, kwargs)

    def _set(self, args, kwargs):
        for old in self._input_nodes:
            old.users.pop(self, None)
        self._input_nodes = {}

        def use(n):
            self._input_nodes.setdefault(n)
            n.users.setdefault(self)
            return n

        self._args, self._kwargs = map_arg(tuple(args), use), map_arg(dict(kwargs), use)

    @property
    def args(self):
        """The positional arguments; assign a new tuple to change them."""
        return self._args

    @args.setter
    def args(self, new):
        self._set(new, self._kwargs)

    @property
    def kwargs(self):
        """The keyword arguments; assign a new dict to change them."""
        return self._kwargs

    @kwargs.setter
    def kwargs(self, new):
        self._set(self._args, new)

    @property
    def next(self):
        """The node after this one."""
        return self._next

    @property
    def prev(self):
        """The node before this one."""
        return self._prev

    @property
    def all_input_nodes(self):
        """The nodes among the arguments, each once."""
        return list(self._input_nodes)

    @property
    def stack_trace(self):
        """Where in the program the call stands, when that was recorded in `meta`."""
        return self.meta.get("stack_trace")

    @stack_trace.setter
    def stack_trace(self, trace):
        self.meta["stack_trace"] = trace

    def prepend(self, x):
        """Move node `x` before this one."""
        if self.graph is not x.graph:
            raise AssertionError("Attempting to move a Node into a different Graph")
        if x is not self:
            x._unlink()
            before = self._prev
            before._next, x._prev = x, before
            x._next, self._prev = self, x

    def append(self, x):
        """Move node `x` behind this one."""
        self._next.prepend(x)

    def _unlink(self):
        self._prev._next, self._next._prev = self._next, self._prev

    def update_arg(self, idx, arg):
        """Replace the positional argument at a place."""
        args = list(self.args)
        args[idx] = arg
        self.args = tuple(args)

    def insert_arg(self, idx, arg):
        """Put a positional argument before the one at a place."""
        if not 0 <= idx <= len(self.args):
            raise AssertionError("insert_args index must be between 0 and len(self.args)")
        self.args = (*self.args[:idx], arg, *self.args[idx:])

    def update_kwarg(self, key, arg):
        """Replace a keyword argument."""
        self.kwargs = {**self.kwargs, key: arg}

    def replace_input_with(self, old_input, new_input):
        """Use another node wherever this one uses `old_input`."""
        def swap(n):
            return new_input if n is old_input else n

        self._set(map_arg(self.args, swap), map_arg(self.kwargs, swap))

    def replace_all_uses_with(self, replace_with, delete_user_cb=lambda user: True, *, propagate_meta=False):
        """Have the users of this node use another one; returns those that changed.

        Args:
            delete_user_cb: says of a user whether it shall change.
            propagate_meta: also hand over `meta`, to a node that has none.
        """
        if propagate_meta:
            if replace_with.meta:
                raise AssertionError("Called node.replace_all_uses_with(replace_with, propagate_meta=True), but replace_with "
                                     "already has .meta keys")
            replace_with.meta.update(self.meta)
        changed = [user for user in self.users if delete_user_cb(user)]
        for user in changed:
            user.replace_input_with(self, replace_with)
        return changed

    def is_impure(self, impure_random=True):
        """Whether the node does something besides computing its result.

        Args:
            impure_random: whether drawing random numbers counts.
        """
        if self.op in ("placeholder", "output"):
            return True
        if self.op == "call_function":
            return self.target in _side_effectful_functions or impure_random and torch_name(self.target) in _RANDOM
        if self.op == "call_module":
            if self.graph.owning_module is None:
                raise AssertionError("self.graph.owning_module not set for purity check")
            return getattr(self.graph.owning_module.get_submodule(self.target), "_is_impure", False)
        return False

    def __repr__(self):
        return self.name

    def _pretty_print_target(self, target):
        if not callable(target) or isinstance(target, str):
            return str(target)
        return qualified_name(target)

    def format_node(self, placeholder_names=None, maybe_return_typename=None, *, include_tensor_metadata=False):
        """Return the line that the graph prints for the node.

        Args:
            placeholder_names, maybe_return_typename: lists; when given, an argument's name is put into the first and no line
                comes back, the result's type is put into the second.
            include_tensor_metadata: also say the shape and dtype that `meta` knows.
        """
        kind = "" if self.type is None else f"{type_name(self.type)} "
        if include_tensor_metadata and self.meta.get("tensor_meta") is not None:
            kind += f'"{described(self.meta["tensor_meta"])}" '
        start = f"%{self.name} : {kind}[num_users={len(self.users)}] = {self.op}[target={self._pretty_print_target(self.target)}]"
        if self.op == "placeholder":
            if placeholder_names is not None:
                placeholder_names.append(f"{self.target}{': ' + type_name(self.type) if self.type else ''}")
                return None
            return start + (f"(default={self.args[0]})" if self.args else "")
        if self.op == "get_attr":
            return start
        if self.op == "output":
            if self.type and maybe_return_typename is not None:
                maybe_return_typename[0] = f" -> {type_name(self.type)}"
            return f"return {self.args[0]}"
        return f"{start}(args = {_format(self.args)}, kwargs = {_format(self.kwargs)})"


_RANDOM = {"torch." + name for name in ("bernoulli", "multinomial", "normal", "rand", "rand_like", "randint", "randint_like",
                                        "randn",
                                        "randn_like", "randperm", "dropout")} | {"torch.nn.functional.dropout"}
_SHORT = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16", "complex64": "c64", "complex128": "c128",
          "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "bool": "b8"}


def described(meta):
    """Return "f32[2, 3]" for what is known about a tensor."""
    return f"{_SHORT.get(str(meta.dtype).removeprefix('torch.'), str(meta.dtype))}{list(meta.shape)}"


def _format(arg):
    if isinstance(arg, list):
        return f"[{', '.join(map(_format, arg))}]"
    if isinstance(arg, tuple):
        return f"({', '.join(map(_format, arg))}{',' if len(arg) == 1 else ''})"
    if isinstance(arg, dict):
        return "{" + ", ".join(f"{k}: {_format(v)}" for k, v in arg.items()) + "}"
    return "%" + arg.name if isinstance(arg, Node) else str(arg)
