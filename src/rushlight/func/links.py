"""The graph between the inside and the outside of a transform.

A transform's input enters as a `Link`, a node that gradients can be asked of; where the input itself has a
graph, the link passes gradients on to it. A tensor enters and leaves a vmap by a link too, whose rule takes the
batch out of a gradient, or puts it in again.
"""
import math

from ..backend import base as backends
from ..backend import batched_array as batched
from ..backend.batched_array import BatchedArray
from ..core import engine
from ..core.engine import Node, UserCode, sequence
from ..core.modes import state
from ..core.tensor import TensorBase, alias, counter, make, node_of, wants_grad


class Link(Node):
    """A node with one edge (or none) whose rule is a function of tensors.

    Attributes:
        rule: gradient of the output -> gradient of the source; None passes it on.
        boundary: whether a search for graphs outside of a transform counts this as one.
    """

    def __init__(self, source, array, rule=None, name="ViewBackward0"):
        Node.__init__(self)
        self.grad_name, self.rule = name, rule
        self.edges = [] if source is None else [_edge(source)]
        if source is not None and source._node is not None and source._nr:
            self.nrs = {0: source._nr}
        self.out_shape, self.out_dtype = array.shape, array.dtype
        self.boundary = True

    def run(self, grads, create_graph):
        """Hand the gradient through the rule."""
        if not self.edges:
            return []
        if self.rule is None:
            return [grads[0]]
        with UserCode(create_graph):
            found = self.rule(engine.as_tensor(grads[0]))
        return [found if create_graph else found._array]

    def release(self):
        """Keep everything: nothing is saved here."""


def _edge(source):
    node = node_of(source)
    return source if node is None else node


def linked(source, array, rule):
    """Return a tensor of `array` that was made of `source` by a step whose gradient rule is given."""
    out = make(array)
    if state.grad and wants_grad(source):
        out._node = Link(source, array, rule)
        out._node.boundary = False
    return out


def variable(x, graph=True):
    """Return x as a transform's input: the same memory, and a node to ask the gradient of.

    Args:
        graph: whether gradients of this gradient flow on into x's own graph.
    Raises: RuntimeError for a tensor that is not floating or complex.
    """
    if x.dtype.category < 2:
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    out = make(x._array)
    out._root = x._root if x._root is not None else x._array
    out._counter = counter(x)
    out._node = Link(x if graph and wants_grad(x) else None, x._array)
    return out


def reaches_outside(tensors, own):
    """Whether the tensors' graph has a leaf, or another transform's input, beside the nodes `own`."""
    stack = [t._node if t._node is not None else t for t in tensors if wants_grad(t)]
    seen, began = set(), min([node.seq for node in own], default=math.inf)
    while stack:
        node = stack.pop()
        if isinstance(node, TensorBase):
            return True
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, Link) and node.boundary and (node.edges if node in own else node.seq < began):
            return True         # a younger one is the input of a transform inside, which has ended
        stack.extend([e for e in node.edges if e is not None])
    return False


def outside(t, keeps):
    """Return a transform's result as the caller gets it: with its graph, or without."""
    return t if keeps or not isinstance(t, TensorBase) else _cut(t)


def _cut(t):
    return alias(t) if wants_grad(t) else t


def gradients(outputs, starts, nodes, create_graph):
    """Return the gradients (tensors or None) at the input nodes, from those of the outputs; the graph stays."""
    captures = {}
    for k, node in enumerate(nodes):
        captures.setdefault((node, 0), []).append(k)
    pairs = [(o, s) for o, s in zip(outputs, starts) if s is not None and wants_grad(o)]
    for o, _ in pairs:
        node_of(o)
    found = engine.backward_walk([o for o, _ in pairs], [s if create_graph else s._array for _, s in pairs], True,
                                 create_graph, captures)
    result, given = [], set()
    for k in range(len(nodes)):
        g = found.get(k)
        if g is not None and not isinstance(g, TensorBase):
            if g.base is not None or not g.flags.writeable or id(g) in given:
                g = backends.of_array(g).copy(g)        # what the caller gets shares memory with nothing else
            given.add(id(g))
            g = make(g)
        result.append(g)
    return result


# ------------------------------------------------------------------ batches

def enter_batch(x, axis, level, size):
    """Return x with an axis hidden as the batch of a level."""
    array = batched.enter(x._array, axis, level)
    out = linked(x, array, lambda g: leave_batch(g, axis, level, size))
    out._root = array
    out._counter = counter(x)
    return out


def leave_batch(x, axis, level, size):
    """Return x with the batch of a level as a plain axis."""
    array = batched.leave(x._array, axis, level, size)
    return linked(x, array, lambda g: enter_batch(g, axis, level, size))


def _total(x, levels):
    sizes = dict(zip(x._array.levels, x._array.data.shape))
    return linked(x, batched.total(x._array, levels),
                  lambda g: _repeated(g, {k: sizes[k] for k in levels}))


def _repeated(x, sizes):
    array = batched.repeated(x._array, sizes)
    return linked(x, array, lambda g: _total(_repeated(g, sizes), tuple(sizes)))


def cross(node, r, edge):
    """Return a gradient that goes from a node to an edge, summed over the batches that the edge lies outside of.

    That is so where the node was made inside a vmap and the edge before it: every sample used the same value.
    """
    array = r._array if isinstance(r, TensorBase) else r
    if type(array) is not BatchedArray:
        return r
    if isinstance(edge, TensorBase):
        own = getattr(edge._array, "levels", ())
        levels = [k for k in array.levels if node.seq > k and k not in own]
    else:
        levels = [k for k in array.levels if edge.seq < k < node.seq]
    if not levels:
        return r
    if isinstance(r, TensorBase):
        return _total(r, levels)
    return batched.total(array, levels)


def begin_batch():
    """Return the number of a new level: it lies between those of the nodes made before and after."""
    counted = sequence()
    counted.cross = cross
    counted.n += 1
    return counted.n
