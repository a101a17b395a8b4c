"""Views: who looks at whose memory, and what an in-place write through one does to the graph."""
from .. import errors
from ..backend import base as backends
from . import tensor as tensor_module
from .engine import Node
from .modes import Flags, state
from .tensor import INFERENCE, OPS, VIEW_NO_GRAD, counter, make


def attach(out, source, op, args):
    """Make `out` a view of `source`, taken by `op(*args)` with the source at its first slot."""
    base = source._base if source._base is not None else source
    out._base = base
    out._counter = counter(base)
    source._counter = out._counter
    out._root = source._root if source._root is not None else source._array
    out._replay = (op, args, source._replay)
    out._seen = out._counter.n
    if not state.grad:
        out._flags |= VIEW_NO_GRAD
    out._flags |= source._flags & INFERENCE


def view_of(op, source, args, array):
    """Return the view that `op(*args)` takes of `source`, whose array has been taken already."""
    out = make(array)
    attach(out, source, op, args)
    if (source._req or source._node is not None or
            (source._base is not None and tensor_module.view_requires_grad(source))) and state.grad:
        op.record(args, [source._array, args[1]], array, out)
    if Flags.special and state.inference:
        out._flags |= INFERENCE
    return out


def getitem(self, index):
    """Return `self[index]`: at once for integers, slices, None and Ellipsis, else by `OPS.getitem_general`."""
    kind = type(index)
    where = index
    if kind is tuple:
        dots = False
        for item in index:
            kind = type(item)
            if kind is slice:
                step = item.step
                if step is not None and (type(step) is not int or step <= 0):
                    return OPS.getitem_general(self, index)
            elif kind is _Dots and not dots:
                dots = True
            elif kind is not int and item is not None:
                return OPS.getitem_general(self, index)
        if not dots:
            where = index + (Ellipsis,)
    elif kind is int:
        where = (index, Ellipsis)
    elif kind is not slice:
        return OPS.getitem_general(self, index)
    else:
        step = index.step
        if step is not None and (type(step) is not int or step <= 0):
            return OPS.getitem_general(self, index)
    try:
        array = self._array[where]
    except IndexError:
        return OPS.getitem_general(self, index)
    return view_of(OPS._basic_index, self, (self, index), array)


_Dots = type(Ellipsis)
OPS.getitem = getitem


def attach_all(outs, source, op, args):
    """`attach` for an op that returns several views."""
    for k, out in enumerate(outs):
        attach(out, source, _Piece(op, k), args)


class _Piece:
    """Output k of an op with several views, in the shape that `replay` takes it again."""

    def __init__(self, op, k):
        self.op, self.k, self.slots = op, k, op.slots

    def apply(self, args):
        return self.op.apply(args)[self.k]


def replay(view, x):
    """Take the view again, of `x` instead of the base (a tensor, or an array inside a rule)."""
    chain = []
    link = view._replay
    while link is not None:
        chain.append(link)
        link = link[2]
    for op, args, _ in reversed(chain):
        slot = op.slots[0]
        x = op.apply(args[:slot] + (x,) + args[slot + 1:])
    return x


def refresh(view):
    """Give a view the node it has after its base was written to."""
    base = view._base
    view._seen = view._counter.n
    if base._node is None and not base._req:
        return
    before = state.grad
    state.grad = True
    try:
        fresh = replay(view, base)
    finally:
        state.grad = before
    view._node, view._nr = fresh._node, fresh._nr


OPS.refresh_view = refresh


class CopySlices(Node):
    """The node of a base that was written to through a view: the rest of the base passes through.

    Its first edge is the base's former node; the others are the edges of `inner`, the node of the
    in-place op, but for the one to the view itself.
    """

    def __init__(self, base, view, inner):
        Node.__init__(self)
        self.grad_name = "torch::autograd::CopySlices"
        self.inner = inner
        self.view = (view._replay, view._array.shape)
        self.shadow = _Shadow(view)
        self.out_shape, self.out_dtype = base._array.shape, base._array.dtype
        node = base._node
        self.edges = [node if node is not None else (base if base._req else None)] + list(inner.edges[1:])
        nrs = {k: n for k, n in (inner.nrs or {}).items() if k}
        if node is not None and base._nr:
            nrs[0] = base._nr
        self.nrs = nrs or None

    def run(self, grads, create_graph):
        """Split the base's gradient: the written part goes through the op, the rest as it is."""
        g = grads[0]
        if create_graph:
            rest = OPS.clone(g)
            part = OPS.clone(replay(self.shadow, rest))
        else:
            backend = backends.of_array(g)
            rest = backend.copy(g)
            window = replay(self.shadow, rest)
            part = backend.copy(window)
        found = self.inner.run([part], create_graph)
        mine = found[0]
        if create_graph:
            window = replay(self.shadow, rest)
            with_part = mine if mine is not None else OPS.zeros_like(part)
            OPS.copy_(window, OPS.sum_to(with_part, part._array.shape))
        elif mine is None:
            backend.copyto(window, backend.zeros_like(window))
        else:
            backend.copyto(window, mine)
        return [rest] + list(found[1:])

    def release(self):
        self.inner.release()
        self.freed = True


class _Shadow:
    """What `replay` needs of a view, without keeping its memory alive."""

    def __init__(self, view):
        self._replay = tuple_without_source(view._replay)


def tuple_without_source(link):
    """Return a replay chain whose arguments no longer hold the source tensors."""
    if link is None:
        return None
    op, args, rest = link
    args = list(args)
    args[op.slots[0]] = None
    return (op, tuple(args), tuple_without_source(rest))


def rebase(t, node):
    """Make `node` (the in-place op on `t`, its first edge t's former node) the history of `t`."""
    node.out_shape, node.out_dtype = t._array.shape, t._array.dtype
    base = t._base
    if base is None or t._replay is None:
        t._node, t._nr = node, 0
        t._req = False
        return
    base._node, base._nr = CopySlices(base, t, node), 0
    base._req = False
    refresh(t)
    t._req = False


def check_inplace(t):
    """Raise as torch does when `t` may not be written to while gradients are recorded."""
    if not state.grad:
        return
    if t._req and t._node is None:
        raise RuntimeError(errors.taught("a leaf Variable that requires grad is being used in an in-place operation."))
    base = t._base
    if base is not None:
        if base._req and base._node is None:
            raise RuntimeError(errors.taught("a view of a leaf Variable that requires grad is being used in an in-place "
                                             "operation."))
        if t._flags & VIEW_NO_GRAD and (tensor_module.wants_grad(base)):
            raise RuntimeError("A view was created in no_grad mode and is being modified inplace with grad mode "
                               "enabled. Given that this use case is ambiguous and error-prone, it is forbidden. You "
                               "can clarify your code by moving both the view and the inplace either both inside "
                               "the no_grad block (if you don't want the inplace to be tracked) or both outside (if "
                               "you want the inplace to be tracked).")
        if t._node is not None and t._node.multi is not None:
            name = t._node.name().removesuffix("Backward0")
            raise RuntimeError(f"Output {t._nr} of {name} is a view and is being modified inplace. This view "
                               "is the output of a function that returns multiple views. Such functions do not "
                               "allow the output views to be modified inplace. You should replace the inplace "
                               "operation by an out-of-place one.")


def bump(t, name):
    """Count an in-place write to t's memory; remember where, if a graph saved it."""
    c = t._counter
    if c is None:
        c = counter(t)
    c.n += 1
    if c.saved:
        c.where = (name, errors.user_line())
