"""Trees of Python containers: taken apart into leaves and a `TreeSpec`, and put together again.

A node is a dict, OrderedDict, defaultdict, list, tuple, namedtuple, deque, named result, or an instance of a
registered class; anything else, None too, is a leaf. Dicts keep the order of their keys.
"""
import dataclasses
import functools
import json
from collections import OrderedDict, defaultdict, deque
from typing import Any, NamedTuple
from collections.abc import Callable

_MISSING = object()


# ------------------------------------------------------------------ the keys of a path

@dataclasses.dataclass(frozen=True)
class MappingKey:
    """A key of a mapping; prints as `['key']`."""

    key: Any

    def __str__(self):
        return f"[{self.key!r}]"

    def get(self, mapping):
        """Return the child under this key."""
        return mapping[self.key]


@dataclasses.dataclass(frozen=True)
class SequenceKey:
    """A place in a sequence; prints as `[0]`."""

    idx: int

    def __str__(self):
        return f"[{self.idx!r}]"

    def get(self, sequence):
        """Return the child at this place."""
        return sequence[self.idx]


@dataclasses.dataclass(frozen=True)
class GetAttrKey:
    """The name of an attribute; prints as `.name`."""

    name: str

    def __str__(self):
        return f".{self.name}"

    def get(self, obj):
        """Return the child of this name."""
        return getattr(obj, self.name)


def keystr(kp):
    """Return a path as it is written in Python.

    Example:
        >>> keystr((MappingKey("a"), SequenceKey(0)))
        "['a'][0]"
    """
    return "".join([str(k) for k in kp])


def key_get(obj, kp):
    """Return what lies at a path in a tree."""
    for k in kp:
        obj = k.get(obj)
    return obj


# ------------------------------------------------------------------ kinds of nodes

class NodeDef(NamedTuple):
    """How a kind of node is taken apart and put together."""

    type: Any
    flatten_fn: Callable                    # node -> (children, context)
    unflatten_fn: Callable                  # (children, context) -> node
    flatten_with_keys_fn: Callable | None


class _Names(NamedTuple):
    name: str | None                     # of the class in a serialized spec
    dump: Callable | None                # context -> JSON
    load: Callable | None


#: kind of node -> NodeDef
SUPPORTED_NODES = {}
#: classes whose instances are nodes without leaves, held in the spec
CONSTANT_NODES = set()
_NAMES = {}


def is_namedtuple_class(cls):
    """Whether a class is a named tuple's: a tuple with a `_fields` tuple of strings, `_make` and `_asdict`."""
    return (isinstance(cls, type) and issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)
            and callable(getattr(cls, "_make", None)) and callable(getattr(cls, "_asdict", None))
            and all(type(f) is str for f in cls._fields))


def is_namedtuple_instance(obj):
    """Whether an object is an instance of a named tuple class."""
    return is_namedtuple_class(type(obj))


def is_namedtuple(obj):
    """Whether an object is a named tuple, or the class of one."""
    return is_namedtuple_class(obj if isinstance(obj, type) else type(obj))


def is_structseq_class(cls):
    """Whether a class is that of an op's named results, `torch.return_types.max` and the like."""
    return (isinstance(cls, type) and issubclass(cls, tuple) and not is_namedtuple_class(cls)
            and isinstance(getattr(cls, "n_sequence_fields", None), int))


def is_structseq_instance(obj):
    """Whether an object is an op's named results."""
    return is_structseq_class(type(obj))


def is_structseq(obj):
    """Whether an object is an op's named results, or the class of such."""
    return is_structseq_class(obj if isinstance(obj, type) else type(obj))


def _namedtuple():
    """The key of all named tuples in `SUPPORTED_NODES`."""


_namedtuple.__name__ = _namedtuple.__qualname__ = "namedtuple"


def _kind(tree):
    """Return the key of `SUPPORTED_NODES` that an object falls under, or its own class."""
    cls = type(tree)
    if cls in SUPPORTED_NODES:
        return cls
    if is_namedtuple_class(cls):
        return _namedtuple
    if is_structseq_class(cls):
        _register(cls, list, lambda children, _: cls(children), _sequence_keys)
        return cls
    return cls


_get_node_type = _kind


def _register(cls, flatten, unflatten, with_keys=None, name=None, dump=None, load=None):
    SUPPORTED_NODES[cls] = NodeDef(cls, lambda node: (flatten(node), None), unflatten, with_keys)
    _NAMES[cls] = _Names(name or f"{cls.__module__}.{cls.__qualname__}", dump, load)


def _sequence_keys(node):
    return [(SequenceKey(i), child) for i, child in enumerate(node)], None


def _mapping(cls, flatten_context, unflatten, dump=None, load=None):
    def flatten(d):
        return list(d.values()), flatten_context(d)

    def with_keys(d):
        return [(MappingKey(k), v) for k, v in d.items()], flatten_context(d)
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten, unflatten, with_keys)
    _NAMES[cls] = _Names(f"{cls.__module__}.{cls.__qualname__}", dump, load)


def _named(children, cls):
    return cls(*children)


_register(tuple, list, lambda children, _: tuple(children), _sequence_keys)
_register(list, list, lambda children, _: list(children), _sequence_keys)
_mapping(dict, lambda d: list(d), lambda children, keys: dict(zip(keys, children)))
SUPPORTED_NODES[_namedtuple] = NodeDef(
    _namedtuple, lambda node: (list(node), type(node)), _named,
    lambda node: ([(GetAttrKey(f), v) for f, v in zip(node._fields, node)], type(node)))
_NAMES[_namedtuple] = _Names("collections.namedtuple", None, None)
_mapping(OrderedDict, lambda d: list(d), lambda children, keys: OrderedDict(zip(keys, children)))
_mapping(defaultdict, lambda d: [d.default_factory, list(d)],
         lambda children, context: defaultdict(context[0], zip(context[1], children)))
SUPPORTED_NODES[deque] = NodeDef(deque, lambda d: (list(d), d.maxlen), lambda children, n: deque(children, maxlen=n),
                                 lambda d: (_sequence_keys(d)[0], d.maxlen))
_NAMES[deque] = _Names("collections.deque", None, None)


def register_pytree_node(cls, flatten_fn, unflatten_fn, *, serialized_type_name=None, to_dumpable_context=None,
                         from_dumpable_context=None, flatten_with_keys_fn=None):
    """Make the instances of a class nodes.

    Args:
        flatten_fn: node -> (list of children, context); the context is compared when trees are.
        unflatten_fn: (children, context) -> node.
        serialized_type_name, to_dumpable_context, from_dumpable_context: for `treespec_dumps`.
        flatten_with_keys_fn: node -> (list of (key, child), context), for paths.
    Raises: ValueError when the class is registered already.
    """
    if cls in SUPPORTED_NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    if (to_dumpable_context is None) != (from_dumpable_context is None):
        raise ValueError(f"Both to_dumpable_context and from_dumpable_context for {cls} must be None or registered.")
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, flatten_with_keys_fn)
    _NAMES[cls] = _Names(serialized_type_name, to_dumpable_context, from_dumpable_context)


_private_register_pytree_node = register_pytree_node


def _register_pytree_node(cls, flatten_fn, unflatten_fn, to_str_fn=None, maybe_from_str_fn=None, **options):
    """Register a class as programs of 2023 have it; the two functions of strings were dropped by torch itself."""
    if to_str_fn is not None or maybe_from_str_fn is not None:
        import warnings
        warnings.warn("`to_str_fn` and `maybe_from_str_fn` is deprecated. Please use `to_dumpable_context` and "
                      "`from_dumpable_context` instead.", FutureWarning, stacklevel=2)
    register_pytree_node(cls, flatten_fn, unflatten_fn, **options)


def _deregister_pytree_node(cls):
    """Make the instances of a class leaves again."""
    del SUPPORTED_NODES[cls], _NAMES[cls]
    CONSTANT_NODES.discard(cls)


def register_dataclass(cls, *, field_names=None, drop_field_names=None, serialized_type_name=None):
    """Make the instances of a dataclass nodes, whose children are the fields.

    Args:
        field_names: the fields that are children; default: every field that `__init__` takes.
        drop_field_names: fields that the spec forgets; they get their default back.
    """
    if not dataclasses.is_dataclass(cls):
        if field_names is None:
            raise ValueError("field_names must be specified with a list of all fields used to initialize the class, as it "
                             "is not a dataclass.")
    elif field_names is None:
        field_names = [f.name for f in dataclasses.fields(cls) if f.init]
    dropped = set(drop_field_names or ())
    names = [n for n in field_names if n not in dropped]

    def flatten(obj):
        given = [n for n in names if getattr(obj, n) is not None]
        absent = [n for n in names if getattr(obj, n) is None]
        return [getattr(obj, n) for n in given], [given, absent]

    def unflatten(children, context):
        given, absent = context
        return cls(**dict(zip(given, children)), **dict.fromkeys(absent))

    def with_keys(obj):
        children, context = flatten(obj)
        return [(GetAttrKey(n), child) for n, child in zip(context[0], children)], context
    register_pytree_node(cls, flatten, unflatten, serialized_type_name=serialized_type_name,
                         flatten_with_keys_fn=with_keys)


class ConstantNode(NamedTuple):
    """The context of a constant node: the object itself."""

    value: Any


def register_constant(cls):
    """Make the instances of a class nodes without leaves: the spec holds and compares them."""
    if cls.__eq__ is object.__eq__ or cls.__hash__ in (None, object.__hash__):
        raise TypeError(f"register_constant(cls) expects `cls` to have a non-default `__eq__` and `__hash__` "
                        f"implementation, got {cls}.")
    register_pytree_node(cls, lambda x: ([], ConstantNode(x)), lambda _, context: context.value,
                         flatten_with_keys_fn=lambda x: ([], ConstantNode(x)))
    CONSTANT_NODES.add(cls)


def is_constant_class(cls):
    """Whether `register_constant` was called with a class."""
    return cls in CONSTANT_NODES


def tree_is_leaf(tree, is_leaf=None):
    """Whether an object is a leaf."""
    return (is_leaf is not None and is_leaf(tree)) or _kind(tree) not in SUPPORTED_NODES


_is_leaf = tree_is_leaf


# ------------------------------------------------------------------ specs

_INTS = {list, tuple, _namedtuple, deque}


class TreeSpec:
    """The shape of a tree: what its leaves are put into. Two are equal when they put leaves into equal containers.

    Attributes:
        type: the kind of the root, None for a leaf.
        context: what the kind keeps: the keys of a dict, the class of a named tuple, ...
        num_leaves, num_nodes, num_children.
    """

    __slots__ = ("type", "context", "_children", "num_leaves", "num_nodes", "num_children")

    def __init__(self, type, context=None, children_specs=()):
        self.type, self.context, self._children = type, context, list(children_specs)
        self.num_children = len(self._children)
        if type is None:
            self.num_leaves = self.num_nodes = 1
        else:
            self.num_leaves = sum([c.num_leaves for c in self._children])
            self.num_nodes = 1 + sum([c.num_nodes for c in self._children])

    @property
    def children_specs(self):
        """The specs of the children, as a list."""
        return self._children

    def children(self):
        """Return the specs of the children."""
        return list(self._children)

    def child(self, index):
        """Return the spec of one child."""
        return self._children[index]

    def is_leaf(self):
        """Whether this is the spec of a leaf."""
        return self.type is None

    def __eq__(self, other):
        if not isinstance(other, TreeSpec):
            return NotImplemented
        return (self.type is other.type and self.num_leaves == other.num_leaves and self.context == other.context
                and self._children == other._children)

    def __hash__(self):
        kind, context = self.type, self.context
        if kind is defaultdict:
            context = (context[0], tuple(context[1]))
        elif isinstance(context, list):
            context = tuple([tuple(c) if isinstance(c, list) else c for c in context])
        return hash((kind, context, tuple(self._children)))

    def __repr__(self):
        return self._text(0)

    def _text(self, indent):
        if self.type is None:
            return "*"
        first, indent = f"TreeSpec({self.type.__name__}, {self.context}, [", indent + 2
        texts = [c._text(indent) for c in self._children]
        return first + f",\n{' ' * indent}".join(texts) + "])"

    def unflatten(self, leaves):
        """Return the tree with these leaves; ValueError when there are too many or too few."""
        if not isinstance(leaves, (list, tuple)):
            leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(f"treespec.unflatten(leaves): `leaves` has length {len(leaves)} but the spec refers to a "
                             f"pytree that holds {self.num_leaves} items ({self}).")
        return self._put(iter(leaves))

    def _put(self, leaves):
        if self.type is None:
            return next(leaves)
        return SUPPORTED_NODES[self.type].unflatten_fn([c._put(leaves) for c in self._children], self.context)

    def flatten_up_to(self, tree):
        """Return the subtrees of `tree` at the places of this spec's leaves; ValueError where the nodes differ."""
        found = []
        self._collect(tree, found)
        return found

    def _collect(self, tree, found):
        if self.type is None:
            found.append(tree)
            return
        for spec, child in zip(self._children, self._matched(tree)):
            spec._collect(child, found)

    def _matched(self, tree):
        """Return the children of a node that must be like this spec's root, in the spec's order."""
        mine, kind = self.type, _kind(tree)
        mappings = (dict, OrderedDict, defaultdict)
        if kind is not mine and not (kind in mappings and mine in mappings):
            raise ValueError(f"Node type mismatch; expected {mine!r}, but got {kind!r}.")
        children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
        if mine in mappings:
            keys = self.context[1] if mine is defaultdict else self.context
            if set(keys) != set(tree):
                missing, extra = set(keys) - set(tree), set(tree) - set(keys)
                said = f"; missing key(s): {missing}" if missing else ""
                said += f"; extra key(s): {extra}" if extra else ""
                raise ValueError(f"Node keys mismatch{said}.")
            return [tree[k] for k in keys]
        if len(children) != self.num_children:
            raise ValueError(f"Node arity mismatch; expected {self.num_children}, but got {len(children)}.")
        if mine is not deque and context != self.context:
            raise ValueError(f"Node context mismatch for node type {mine!r}: {context} != {self.context}.")
        return children


PyTreeSpec = TreeSpec
_LEAF = TreeSpec(None)


class _LeafMeta(type):
    def __instancecheck__(cls, obj):
        return isinstance(obj, TreeSpec) and obj.type is None


class LeafSpec(TreeSpec, metaclass=_LeafMeta):
    """The spec of a leaf; every spec of one is an instance."""

    __slots__ = ()

    def __new__(cls):
        return TreeSpec.__new__(TreeSpec)._leaf()

    def __init__(self):
        TreeSpec.__init__(self, None)


def _leaf(self):
    TreeSpec.__init__(self, None)
    return self


TreeSpec._leaf = _leaf                      # type: ignore[attr-defined]


def treespec_leaf():
    """Return the spec of a leaf."""
    return _LEAF


def treespec_tuple(iterable=(), /):
    """Return the spec of a tuple of subtrees with these specs."""
    return TreeSpec(tuple, None, list(iterable))


def treespec_dict(mapping=(), /, **kwargs):
    """Return the spec of a dict of subtrees with these specs."""
    found = dict(mapping, **kwargs)
    return TreeSpec(dict, list(found), list(found.values()))


# ------------------------------------------------------------------ flatten and unflatten

def tree_flatten(tree, is_leaf=None):
    """Return (list of leaves, spec) of a tree.

    Args:
        is_leaf: what it holds for is a leaf, whatever its class.
    Example:
        >>> tree_flatten({"a": 1, "b": [2, None]})[0]
        [1, 2, None]
    """
    leaves = []
    return leaves, _flatten(tree, leaves, is_leaf)


def _flatten(tree, leaves, is_leaf):
    kind = _kind(tree)
    node = SUPPORTED_NODES.get(kind)
    if node is None or (is_leaf is not None and is_leaf(tree)):
        leaves.append(tree)
        return _LEAF
    children, context = node.flatten_fn(tree)
    return TreeSpec(kind, context, [_flatten(c, leaves, is_leaf) for c in children])


def tree_unflatten(leaves, treespec):
    """Return the tree of a spec with the given leaves."""
    if not isinstance(treespec, TreeSpec):
        raise TypeError(f"Expected `treespec` to be an instance of PyTreeSpec but got item of type {type(treespec)}.")
    return treespec.unflatten(leaves)


def tree_iter(tree, is_leaf=None):
    """Yield the leaves of a tree."""
    node = SUPPORTED_NODES.get(_kind(tree))
    if node is None or (is_leaf is not None and is_leaf(tree)):
        yield tree
        return
    for child in node.flatten_fn(tree)[0]:
        yield from tree_iter(child, is_leaf)


def tree_leaves(tree, is_leaf=None):
    """Return the list of a tree's leaves."""
    return list(tree_iter(tree, is_leaf))


def arg_tree_leaves(*args, **kwargs):
    """Return the leaves among the arguments of a call."""
    return tree_leaves(args) + tree_leaves(kwargs)


def tree_structure(tree, is_leaf=None):
    """Return the spec of a tree."""
    return tree_flatten(tree, is_leaf)[1]


# ------------------------------------------------------------------ maps

def tree_map(func, tree, *rests, is_leaf=None):
    """Return the tree with `func` applied to every leaf, and to what lies at the leaf's place in `rests`.

    Example:
        >>> tree_map(lambda a, b: a + b, {"x": 1}, {"x": 10})
        {'x': 11}
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    columns = [leaves] + [spec.flatten_up_to(r) for r in rests]
    return spec.unflatten([func(*row) for row in zip(*columns)])


def tree_map_(func, tree, *rests, is_leaf=None):
    """Call `func` as `tree_map` does, and return the tree as it is."""
    leaves, spec = tree_flatten(tree, is_leaf)
    columns = [leaves] + [spec.flatten_up_to(r) for r in rests]
    for row in zip(*columns):
        func(*row)
    return tree


def map_only(type_or_types_or_pred, /):
    """Decorate a function of a leaf so that other leaves than those of a type come back as they are."""
    wanted = _predicate(type_or_types_or_pred)

    def decorate(func):
        @functools.wraps(func)
        def call(x):
            return func(x) if wanted(x) else x
        return call
    return decorate


def _predicate(wanted):
    if isinstance(wanted, (type, tuple)) or type(wanted).__name__ == "UnionType":
        return lambda x: isinstance(x, wanted)
    if callable(wanted):
        return wanted
    raise TypeError("Argument must be a type, a tuple of types, or a callable.")


def tree_map_only(type_or_types_or_pred, /, func, tree, is_leaf=None):
    """Return the tree with `func` applied to the leaves of a type (or those for which a function holds)."""
    return tree_map(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_map_only_(type_or_types_or_pred, /, func, tree, is_leaf=None):
    """Call `func` on the leaves of a type, and return the tree as it is."""
    return tree_map_(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_all(pred, tree, is_leaf=None):
    """Whether `pred` holds for every leaf."""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred, tree, is_leaf=None):
    """Whether `pred` holds for some leaf."""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(type_or_types, /, pred, tree, is_leaf=None):
    """Whether `pred` holds for every leaf of a type."""
    return all(pred(x) for x in tree_iter(tree, is_leaf) if isinstance(x, type_or_types))


def tree_any_only(type_or_types, /, pred, tree, is_leaf=None):
    """Whether `pred` holds for some leaf of a type."""
    return any(pred(x) for x in tree_iter(tree, is_leaf) if isinstance(x, type_or_types))


# ------------------------------------------------------------------ paths

def tree_leaves_with_path(tree, is_leaf=None):
    """Return [(path, leaf), ...]; a path is a tuple of keys."""
    return list(_paths((), tree, is_leaf))


def _paths(path, tree, is_leaf):
    if tree_is_leaf(tree, is_leaf):
        yield path, tree
        return
    node = SUPPORTED_NODES[_kind(tree)]
    if node.flatten_with_keys_fn is None:
        raise ValueError(f"Did not find a flatten_with_keys_fn for type: {node.type}. Please pass a "
                         "flatten_with_keys_fn argument to register_pytree_node.")
    for key, child in node.flatten_with_keys_fn(tree)[0]:
        yield from _paths((*path, key), child, is_leaf)


def tree_flatten_with_path(tree, is_leaf=None):
    """Return ([(path, leaf), ...], spec)."""
    return tree_leaves_with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(func, tree, *rests, is_leaf=None):
    """`tree_map` whose function gets the path first."""
    found, spec = tree_flatten_with_path(tree, is_leaf)
    columns = [[p for p, _ in found], [x for _, x in found]] + [spec.flatten_up_to(r) for r in rests]
    return spec.unflatten([func(*row) for row in zip(*columns)])


def _broadcast_to_and_flatten(tree, treespec, is_leaf=None):
    """Return the leaves of `tree`, each as often as `treespec` has leaves at its place; None where the two do not fit."""
    if tree_is_leaf(tree, is_leaf):
        return [tree] * treespec.num_leaves
    if treespec.type is None or _kind(tree) is not treespec.type:
        return None
    children, context = SUPPORTED_NODES[treespec.type].flatten_fn(tree)
    if len(children) != treespec.num_children or context != treespec.context:
        return None
    found = []
    for child, spec in zip(children, treespec.children_specs):
        part = _broadcast_to_and_flatten(child, spec, is_leaf)
        if part is None:
            return None
        found.extend(part)
    return found


# ------------------------------------------------------------------ specs as text

def treespec_pprint(treespec):
    """Return a spec as the tree it stands for, with `*` for the leaves."""
    class _Star:
        def __repr__(self):
            return "*"
    return repr(treespec.unflatten([_Star()] * treespec.num_leaves))


def treespec_dumps(treespec, protocol=None):
    """Return a spec as a string of JSON.

    Raises: NotImplementedError for a class that was registered without a serialized name.
    """
    if not isinstance(treespec, TreeSpec):
        raise TypeError("treespec_dumps(treespec, protocol): Expected `treespec` to be instance of TreeSpec but got item of "
                        f"type {type(treespec)}.")
    if protocol not in (None, 1):
        raise ValueError(f"Unknown protocol {protocol}. Available protocols: [1]")
    return json.dumps((1, _to_json(treespec)))


def _to_json(spec):
    if spec.type is None:
        return {"type": None, "context": None, "children_spec": []}
    names = _NAMES[spec.type]
    if names.name is None:
        raise NotImplementedError(f"No registered serialization name for {spec.type} found. Please update your "
                                  "_register_pytree_node call with a `serialized_type_name` kwarg.")
    context = spec.context
    if spec.type is _namedtuple:
        context = f"{context.__module__}.{context.__qualname__}"
    elif spec.type is defaultdict:
        factory = context[0]
        context = {"default_factory_module": factory.__module__, "default_factory_name": factory.__qualname__,
                   "dict_context": context[1]}
    context = names.dump(context) if names.dump else json.dumps(context)
    return {"type": names.name, "context": context, "children_spec": [_to_json(c) for c in spec.children_specs]}


def treespec_loads(serialized):
    """Return the spec of a string that `treespec_dumps` made; classes in it must be registered already."""
    protocol, schema = json.loads(serialized)
    if protocol != 1:
        raise ValueError(f"Unknown protocol {protocol}. Available protocols: [1]")
    return _from_json(schema)


def _from_json(schema):
    if schema["type"] is None:
        return _LEAF
    kind = next((k for k, names in _NAMES.items() if names.name == schema["type"]), None)
    if kind is None:
        raise NotImplementedError(f"Unknown serialized type name {schema['type']}: register the class first.")
    load = _NAMES[kind].load
    context = load(schema["context"]) if load else json.loads(schema["context"])
    if kind is _namedtuple or kind is defaultdict:
        raise NotImplementedError(f"A spec with a {kind.__name__} names classes, and loading never imports any.")
    return TreeSpec(kind, context, [_from_json(c) for c in schema["children_spec"]])


#: what a tree is annotated with
PyTree = Any
Context = Any
FlattenFunc = UnflattenFunc = Callable
KeyEntry = Any
KeyPath = tuple
STANDARD_DICT_TYPES = frozenset((dict, OrderedDict, defaultdict))
BUILTIN_TYPES = frozenset((tuple, list, dict, _namedtuple, OrderedDict, defaultdict, deque))
