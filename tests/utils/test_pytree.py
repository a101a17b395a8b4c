"""utils._pytree: taking trees apart, putting them together, comparing and printing their specs."""
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass

import pytest

Pair = namedtuple("Pair", "a b")


@pytest.fixture
def P(rl):
    from rushlight.utils import _pytree
    return _pytree


def tree():
    return {"b": [1, (2, 3)], "a": Pair(4, None), "o": OrderedDict(x=1), "d": defaultdict(list, {"z": 2}),
            "q": deque([1, 2], maxlen=5)}


SPEC = """TreeSpec(dict, ['b', 'a', 'o', 'd', 'q'], [TreeSpec(list, None, [*,
    TreeSpec(tuple, None, [*,
      *])]),
  TreeSpec(namedtuple, {pair}, [*,
    *]),
  TreeSpec(OrderedDict, ['x'], [*]),
  TreeSpec(defaultdict, [<class 'list'>, ['z']], [*]),
  TreeSpec(deque, 5, [*,
    *])])"""


def check(P):
    leaves, spec = P.tree_flatten(tree())
    assert leaves == [1, 2, 3, 4, None, 1, 2, 1, 2] == list(P.tree_iter(tree())) == P.tree_leaves(tree())
    assert str(spec) == SPEC.format(pair=Pair)
    assert (spec.num_leaves, spec.num_nodes, spec.num_children, spec.type) == (9, 16, 5, dict)
    back = P.tree_unflatten(leaves, spec)
    assert back == tree() and type(back["d"]) is defaultdict and back["q"].maxlen == 5 and type(back["a"]) is Pair
    assert spec == P.tree_structure(tree()) and spec != P.tree_structure([1]) and hash(P.tree_structure([1])) is not None
    assert str(P.tree_structure(1)) == "*" and P.tree_structure(1).is_leaf()
    paths = [P.keystr(path) for path, _ in P.tree_flatten_with_path(tree())[0]]
    assert paths == ["['b'][0]", "['b'][1][0]", "['b'][1][1]", "['a'].a", "['a'].b", "['o']['x']", "['d']['z']", "['q'][0]",
                     "['q'][1]"]
    assert P.key_get(tree(), P.tree_flatten_with_path(tree())[0][2][0]) == 3
    assert P.tree_map(lambda a, b: a + b, [1, (2,)], [10, (20,)]) == [11, (22,)]
    assert P.tree_map_only(int, lambda x: -x, [1, "a", (2.0,)]) == [-1, "a", (2.0,)]
    assert P.tree_map_with_path(lambda p, x: P.keystr(p), [1, {"k": 2}]) == ["[0]", {"k": "[1]['k']"}]
    assert P.tree_map(lambda x: x, {"a": [1]}, is_leaf=lambda x: isinstance(x, list)) == {"a": [1]}
    assert P.tree_any(lambda x: x > 3, [1, 4]) and not P.tree_all(lambda x: x > 3, [1, 4])
    assert P.tree_all_only(int, lambda x: x > 0, [1, "a"]) and not P.tree_any_only(str, lambda x: x == "b", [1, "a"])
    assert P._broadcast_to_and_flatten(0, P.tree_structure([1, (2, 3)])) == [0, 0, 0]
    assert P._broadcast_to_and_flatten([0, 1], P.tree_structure([1, (2, 3)])) == [0, 1, 1]
    assert P._broadcast_to_and_flatten((0, 1), P.tree_structure([1, (2, 3)])) is None
    plain = P.tree_structure([1, (2, {"a": 3})])
    assert P.treespec_loads(P.treespec_dumps(plain)) == plain
    assert P.treespec_pprint(plain) == "[*, (*, {'a': *})]"
    for call, text in ((lambda: P.tree_unflatten([1], P.tree_structure([1, 2])),
                        "treespec.unflatten(leaves): `leaves` has length 1 but the spec refers to a pytree that holds 2 items"),
                       (lambda: P.tree_map(lambda a, b: a, [1, 2], [1]), "Node arity mismatch; expected 2, but got 1."),
                       (lambda: P.tree_map(lambda a, b: a, [1], (1,)),
                        "Node type mismatch; expected <class 'list'>, but got <class 'tuple'>."),
                       (lambda: P.tree_map(lambda a, b: a, {"a": 1}, {"b": 2}),
                        "Node keys mismatch; missing key(s): {'a'}; extra key(s): {'b'}."),
                       (lambda: P.register_pytree_node(list, None, None),
                        "<class 'list'> is already registered as pytree node.")):
        with pytest.raises(ValueError) as e:
            call()
        assert str(e.value).startswith(text)


def registered(P):
    @dataclass
    class Point:
        x: int
        y: int

    class Box:
        def __init__(self, content):
            self.content = content

    assert P.tree_leaves(Point(1, 2)) != [1, 2]
    P.register_dataclass(Point)
    P.register_pytree_node(Box, lambda b: ([b.content], None), lambda children, _: Box(*children))
    assert P.tree_leaves([Point(1, 2), Box((3, 4))]) == [1, 2, 3, 4]
    assert P.tree_map(lambda x: x + 1, Point(1, 2)) == Point(2, 3)


def test_here(rl, P):
    check(P)
    registered(P)
    leaves, spec = P.tree_flatten(rl.max(rl.ones(2, 2), 0))
    assert len(leaves) == 2 and str(spec).startswith("TreeSpec(max, None")
    assert type(spec.unflatten(leaves)).__name__ == "max"


def test_in_pytorch(torch):
    import torch.utils._pytree as P
    check(P)
    registered(P)
