"""`replace_pattern`: parts of a graph exchanged for other parts."""
import copy
from typing import NamedTuple

from ._symbolic_trace import symbolic_trace
from .graph import Graph
from .graph_module import GraphModule
from .node import Node

__all__ = ["Match", "replace_pattern"]


class Match(NamedTuple):
    """A place where a pattern was found: its last node, and for each node of the pattern the one there."""

    anchor: Node
    nodes_map: dict


def replace_pattern(gm, pattern, replacement):
    """Replace, in a `GraphModule`, every part that does what `pattern` does by `replacement`; returns the places.

    Parts don't overlap, and nothing else may use what is inside one.

    Args:
        pattern, replacement: functions or graph modules with the same arguments, of which the pattern uses all.
    """
    wanted, other = _graph_of(pattern), _graph_of(replacement)
    inside = [n for n in wanted.nodes if n.op not in ("placeholder", "output")]
    inputs = [n for n in wanted.nodes if n.op == "placeholder"]
    result = wanted.output_node().args[0]
    anchors = [result] if isinstance(result, Node) else list(wanted.output_node().all_input_nodes)
    if len(anchors) != 1 or not isinstance(result, Node):
        raise RuntimeError("replace_pattern: the pattern must have one result")
    found, taken, changed = [], set(), {}
    for node in gm.graph.nodes:
        mapping = {}
        if node.op in ("placeholder", "output") or not _matches(anchors[0], node, mapping):
            continue
        if not _closed(inside, mapping, anchors[0]):
            continue
        theirs = {mapping[n] for n in inside}
        if theirs & taken:
            continue
        taken |= theirs
        found.append(Match(node, mapping))
    for match in found:
        _exchange(gm, other, match, inputs, inside, changed)
    if isinstance(replacement, GraphModule):
        _bring_members(gm, replacement, other)
    gm.recompile()
    return found


def _graph_of(what):
    return what.graph if isinstance(what, GraphModule) else what if isinstance(what, Graph) else symbolic_trace(what).graph


def _matches(wanted, node, mapping):
    if wanted in mapping:
        return mapping[wanted] is node
    if wanted.op == "placeholder":
        mapping[wanted] = node
        return True
    if wanted.op != node.op or wanted.target != node.target:
        return False
    mapping[wanted] = node
    return _same(wanted.args, node.args, mapping) and _same(wanted.kwargs, node.kwargs, mapping)


def _same(wanted, got, mapping):
    if isinstance(wanted, Node):
        return isinstance(got, Node) and _matches(wanted, got, mapping)
    if isinstance(wanted, (list, tuple)):
        return (isinstance(got, (list, tuple)) and len(wanted) == len(got)
                and all(_same(w, g, mapping) for w, g in zip(wanted, got)))
    if isinstance(wanted, dict):
        return isinstance(got, dict) and wanted.keys() == got.keys() and all(_same(w, got[k], mapping) for k, w in wanted.items())
    return type(wanted) is type(got) and wanted == got


def _closed(inside, mapping, anchor):
    """Whether only the result of a part is used outside it."""
    theirs = {mapping[n] for n in inside if n in mapping}
    return len(theirs) == len(inside) and all(set(mapping[n].users) <= theirs for n in inside if n is not anchor)


def _exchange(gm, other, match, inputs, inside, changed):
    given = [n for n in other.nodes if n.op == "placeholder"]
    values = {}
    for theirs, mine in zip(given, inputs):
        used = match.nodes_map[mine]
        while used in changed:
            used = changed[used]
        values[theirs] = used
    with gm.graph.inserting_before(match.anchor):
        result = gm.graph.graph_copy(other, values)
    match.anchor.replace_all_uses_with(result)
    changed[match.anchor] = result
    for node in reversed(inside):
        gm.graph.erase_node(match.nodes_map[node])


def _bring_members(gm, replacement, graph):
    for node in graph.nodes:
        if node.op == "call_module":
            gm.add_submodule(node.target, copy.deepcopy(replacement.get_submodule(node.target)))
        elif node.op == "get_attr":
            owner, _, name = node.target.rpartition(".")
            setattr(gm.get_submodule(owner), name, getattr(replacement.get_submodule(owner), name))


