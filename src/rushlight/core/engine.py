"""The backward walk: iterative, in descending order of node age; accumulation, hooks, version checks.

A consumer is always younger than its producer, so the reachable nodes sorted by sequence number,
youngest first, are in topological order. Gradients between nodes are plain arrays; with
`create_graph` they are tensors, and the very same rules run on them.
"""

from .. import dtypes, errors
from ..backend import base as backends
from ..backend.cpu import B as CPU, SILENT, hush, unhush
from .arrays import alike, fits, like_leaf, owned, sizes_of
from .handles import RemovableHandle
from .modes import Flags, state
from .tensor import OPS, TensorBase, counter, make, node_of
from .watch import WALKS, WATCH

flags = Flags
_ndarray = CPU.array_type
_KERNELS = CPU.kernels


class _Raw:
    """How many backward walks are running rules on plain arrays right now."""

    def __init__(self):
        self.depth = 0


RAW = _Raw()


#: "versions" of saved values that are no memory a program could write to (-1 any value, -2 packed by a hook)
HIDDEN = -3


class _Sequence:
    def __init__(self):
        self.n = 0
        self.walks = 0
        self.cross = None           # vmap's function of (node, gradient, edge): sums where a gradient leaves the batch


SEQUENCE = _Sequence()


def sequence():
    """Return the counter of nodes, which the compiled build keeps out of Python's sight."""
    return SEQUENCE


class Plan:
    """What to save and which rules to run when a given set of inputs requires grad."""

    def __init__(self, saves, rules, checked, needs):
        self.saves = saves          # ((source, index), ...)
        self.rules = rules          # ((slot, function, positions in saves, kernel or None), ...); slot -1: vjp_all
        self.checked = checked      # whether any saved value is a memory with a version
        self.needs = needs          # for each tensor parameter, whether it wants a gradient
        self.n_slots = len(needs)
        self.whole = len(rules) == 1 and rules[0][0] < 0 and rules[0][2] == tuple(range(len(saves)))    # one rule takes all


class Node:
    """One recorded call: the op, the edges to its inputs, what its rules saved, its age.

    Attributes (typed in the `.pxd`):
        op: the op (or, in subclasses, None).
        edges: for each tensor input a Node, a leaf Tensor (which accumulates), or None.
        nrs: {edge number: output number} where that is not 0.
        saved, versions: what the plan asked for; None once freed.
        seq: the age; larger is younger.  seen: the number of the last walk that met the node.
        pre_hooks: {output number: {id: hook}} from tensors; node_hooks and node_pre_hooks from nodes.
        retained: {output number: weak reference to the tensor that wants its gradient}.
        lengths: for ops with a list parameter, its length at its place, -1 elsewhere.
        stack: the forward call's Python stack, in anomaly mode; extra: the user's metadata.
        out_shape, out_dtype: of the single output; `multi` lists them for several.
    """

    def __init__(self):
        SEQUENCE.n += 1
        self.seq = SEQUENCE.n

    def renumber(self):
        """Become the youngest node: called when an input's node was made after this one."""
        SEQUENCE.n += 1
        self.seq = SEQUENCE.n

    # ---- what users see

    def name(self):
        """Return the name that torch prints, such as "AddBackward0"."""
        return self.grad_name

    def __repr__(self):
        return f"<{self.name().rpartition('::')[2]} object at {hex(id(self))}>"

    @property
    def next_functions(self):
        """((node, output number), ...) of the inputs; leaves appear as AccumulateGrad."""
        found = []
        for k, e in enumerate(self.edges or ()):
            if isinstance(e, TensorBase):
                found.append((accumulator(e), 0))
            else:
                found.append((e, 0 if self.nrs is None else self.nrs.get(k, 0)))
        return tuple(found)

    @property
    def metadata(self):
        """A dictionary for the user's own notes on this node."""
        if self.extra is None:
            self.extra = {}
        return self.extra

    def register_hook(self, fn):
        """Call `fn(grad_inputs, grad_outputs)` after this node ran; it may return new grad_inputs."""
        if self.node_hooks is None:
            self.node_hooks = {}
        return RemovableHandle(self.node_hooks, fn)

    def register_prehook(self, fn):
        """Call `fn(grad_outputs)` before this node runs; it may return new grad_outputs."""
        if self.node_pre_hooks is None:
            self.node_pre_hooks = {}
        return RemovableHandle(self.node_pre_hooks, fn)

    def _sequence_nr(self):
        return self.seq

    def __getattr__(self, name):
        if name.startswith("_saved_") and self.op is not None:
            return self.saved_by_name(name[7:])
        if name.startswith("_raw_saved_") and self.op is not None:
            self.saved_by_name(name[11:])               # raises where there is none
            return SavedTensor(self, self.place_of(name[11:]))
        raise AttributeError(f"'{self.name()}' object has no attribute '{name}'")

    def saved_by_name(self, name):
        place = self.place_of(name)
        if self.freed:
            raise RuntimeError(FREED)
        return self.unpack(place, True)

    def place_of(self, name):
        """Return the place of a value among those saved, by torch's name of it."""
        op = self.op
        source = op.source_of({"self": op.params[0], "result": "out"}.get(name, name))
        if source not in self.plan.saves:
            raise AttributeError(f"'{self.name()}' object has no attribute '_saved_{name}'")
        return self.plan.saves.index(source)

    # ---- how it runs

    def unpack(self, k, as_tensor):
        """Return saved value k, checked against its version, as an array or a tensor."""
        item = self.saved[k]
        version = self.versions[k]
        if version == -2:
            found = unpacked(item, self, as_tensor)
            return found if as_tensor else found._array
        if version == HIDDEN and as_tensor:
            t = make(item)
            t._node = self
            t._nr = self.plan.saves[k][1]
            return t
        if version < 0:
            return item
        if isinstance(item, TensorBase):
            t = item
            c = t._counter
            if c is not None and c.n != version:
                self.complain(k, t._array, c, version)
            return t if as_tensor else t._array
        array, c = item
        if c.n != version:
            self.complain(k, array, c, version)
        if not as_tensor:
            return array
        t = make(array)
        t._counter = c
        if array.dtype.kind not in "fcV":       # the indices beside the values of max, say
            return t
        t._node = self
        t._nr = self.plan.saves[k][1]
        return t

    def pack(self, hooks):
        """Hand the saved memories to `saved_tensors_hooks` instead of keeping them."""
        for k, version in enumerate(self.versions):
            if version >= 0 or version == HIDDEN and self.saved[k] is not None:
                self.saved[k] = packed(self.unpack(k, True), self, hooks)
                self.versions[k] = -2

    def complain(self, k, array, c, version):
        """Raise torch's error for a saved value that was written to since."""
        raise RuntimeError(errors.modified_in_place(self, k, array, c, version))

    def run(self, grads, create_graph):
        """Return the gradients of the inputs (one for each edge) from those of the outputs."""
        plan = self.plan
        if self.freed and plan.checked:
            raise RuntimeError(FREED)
        g = grads[0] if self.multi is None else self.join(grads)
        saved = self.saved
        values = None
        if saved is not None:
            values = [self.unpack(k, create_graph) for k in range(len(saved))]
        if plan.whole and saved is not None:
            values.insert(0, g)
            rule, kernel = plan.rules[0][1], plan.rules[0][3]
            found = NotImplemented if create_graph or kernel is None else kernel(*values)
            if found is NotImplemented:
                found = rule(*values)
            return found if self.lengths is None else self.flatten(found)
        found = [None] * plan.n_slots
        for slot, rule, positions, kernel in plan.rules:
            r = NotImplemented if create_graph or kernel is None else ask(kernel, g, values, positions)
            if r is NotImplemented:
                r = ask(rule, g, values, positions)
            if slot >= 0:
                found[slot] = r
            else:
                found = r
        if self.lengths is not None:
            found = self.flatten(found)
        return found

    def flatten(self, found):
        """Spread the entry of a list parameter over its edges."""
        flat = []
        for r, n in zip(found, self.lengths):
            if n < 0:
                flat.append(r)
            else:
                flat.extend([None] * n if r is None else r)
        return flat

    def join(self, grads):
        """Return what a rule of an op with several outputs gets as `g`."""
        if self.op.returns is not None and type(self.op.returns) is int:
            return grads[self.op.returns]
        floating = [k for k in range(len(grads)) if self.multi[k][1].kind in "fcVW"]
        if len(floating) == 1:
            return grads[floating[0]]
        return tuple(grads) if len(floating) == len(grads) else tuple([grads[k] for k in floating])

    def release(self):
        """Free the memories that were saved, after a backward that does not retain the graph."""
        plan = self.plan
        if plan is None or plan.checked:
            if plan is not None:
                self.unmark()
            self.saved = None
            self.freed = True

    def unmark(self):
        """Tell the memories that were saved that this node needs them no more."""
        for k in range(len(self.saved)):
            if self.versions[k] >= 0:
                item = self.saved[k]
                if isinstance(item, TensorBase):
                    t = item
                    c = t._counter
                else:
                    c = item[1]
                c.saved -= 1

    def remember_stack(self):
        """Keep the Python stack of the forward call (anomaly mode)."""
        import traceback

        self.stack = traceback.format_stack()[:-1]

    def n_outputs(self):
        return 1 if self.multi is None else len(self.multi)

    def shape_of(self, nr):
        """(shape, array dtype) of an output."""
        return (self.out_shape, self.out_dtype) if self.multi is None else self.multi[nr]


_DEFAULTS = dict.fromkeys(("op", "edges", "nrs", "plan", "saved", "versions", "out_shape", "out_dtype", "multi", "lengths",
                           "grad_name", "pre_hooks", "node_hooks", "node_pre_hooks", "retained", "stack", "extra"))
_DEFAULTS.update(freed=False, seen=0)
for _name, _value in _DEFAULTS.items():         # the pure build: fields start as class attributes
    if not hasattr(Node, _name):
        setattr(Node, _name, _value)

FREED = errors.taught("Trying to backward through the graph a second time (or directly access saved tensors after they have "
         "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
         "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
         "if you need to access saved tensors after calling backward.")


def same(g):
    """The rule of a sum's input: the gradient as it is."""
    return g


def ask(rule, g, values, positions):
    """Return what a rule, or its kernel, makes of a gradient and the saved values at these positions."""
    n = len(positions)
    if n == 0:
        return g if rule is SAME else rule(g)
    if n == 1:
        return rule(g, values[positions[0]])
    if n == 2:
        return rule(g, values[positions[0]], values[positions[1]])
    return rule(g, *[values[p] for p in positions])


SAME = same


class AccumulateGrad(Node):
    """The node that stands for a leaf: `variable` is the leaf."""

    def __init__(self, variable):
        Node.__init__(self)
        self.variable = variable
        self.edges = []
        self.grad_name = "torch::autograd::AccumulateGrad"


def accumulator(leaf):
    """Return the AccumulateGrad node of a leaf, always the same one."""
    if leaf._acc is None:
        leaf._acc = AccumulateGrad(leaf)
    return leaf._acc


class SavedTensor:
    """A value that a node saved, as `node._raw_saved_<name>` gives it: for hooks on it alone."""

    def __init__(self, node, place):
        self.node, self.place = node, place

    def register_hooks(self, pack_hook, unpack_hook):
        """Replace the value by what `pack_hook` makes of it, and that by what `unpack_hook` brings back."""
        node, k = self.node, self.place
        if node.freed:
            raise RuntimeError("Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of "
                               "the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True "
                               "if you need to backward through the graph a second time or if you need to access saved "
                               "variables after calling backward.")
        if node.versions[k] == -2:
            raise RuntimeError("Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one "
                               "pair of hooks is allowed at a time.")
        node.saved[k] = packed(node.unpack(k, True), node, (pack_hook, unpack_hook))
        node.versions[k] = -2


def packed(t, node, hooks):
    """Return what `pack_hook` makes of a tensor that `node` saves, how to get it back, and its place in the graph."""
    pack, unpack = hooks
    place = node_of(t)
    place = t._nr if place is node else (place, t._nr) if place is not None else t if t._req else None
    before, recording = counter(t).n, state.grad
    state.grad = False
    try:
        made = pack(t)
    finally:
        state.grad = recording
    if counter(t).n != before:
        raise RuntimeError("A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
                           "cannot be modified by in-place operations as this can lead to unexpected side-effects. Please "
                           "open an issue if you need to perform in-place operations on the input to a pack hook.")
    return made, unpack, place


def unpacked(item, node, linked):
    """Return the tensor that `unpack_hook` brings back, at its old place in the graph when `linked`."""
    made, unpack, place = item
    if RAW.depth:
        with UserCode(False):
            found = unpack(made)
    else:
        found = unpack(made)
    if not isinstance(found, TensorBase):
        raise TypeError("Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                        + type(found).__name__)
    if not linked or place is None or found is place:
        return found
    if isinstance(place, TensorBase):           # a leaf: what came back stands for it
        if found._array is place._array:
            return place
        linked = OPS.clone(place)
        linked._array = found._array
        return linked
    linked = make(found._array)
    linked._node, linked._nr = (node, place) if type(place) is int else place
    return linked


# ------------------------------------------------------------------ the walk

def backward_walk(roots, grads, retain_graph, create_graph, captures=None):
    """Run the graph backwards from `roots` (tensors) with the gradients `grads` (arrays or tensors).

    captures: {id(leaf) or (node, nr): position} of what `grad()` asks for, or None to
    accumulate into every leaf. Returns {position: gradient}.
    """
    pending = {}
    results = {}
    start = []
    for root, g in zip(roots, grads):
        node = root._node
        if node is None:
            if captures is None:
                accumulate_leaf(root, g, False, create_graph)
            elif id(root) in captures:
                deliver(results, captures, id(root), run_tensor_hooks(root._hooks, g, create_graph))
            continue
        start.append(node)
        put(pending, node, root._nr, g)
    if not start:
        return results
    walk_from(start, pending, results, retain_graph, create_graph, captures)
    return results


_AT_THE_END: list = []          # callbacks for the end of the outermost backward pass in progress


def queue_callback(callback):
    """Call a function at the end of the backward pass in progress; RuntimeError outside one."""
    if WALKS.current is None:
        raise RuntimeError("Final callbacks can only be installed during backward pass.")
    _AT_THE_END.append(callback)


def _call_queued():
    callbacks = _AT_THE_END[:]
    _AT_THE_END.clear()
    for callback in callbacks:
        callback()


def backward_from_scalar(root, retain_graph):
    """Run `root.backward()` of a real 0-d CPU tensor; False when it is not one with a graph."""
    node = node_of(root)
    array = root._array
    if node is None or type(array) is not _ndarray:
        return False
    one = _ONES.get(array.dtype)
    if one is None or array.shape != ():
        return False
    pending = {}
    put(pending, node, root._nr, one)
    walk_from([node], pending, {}, retain_graph, False, None)
    return True


def _one(dtype):
    one = CPU.ones((), dtype=dtype)
    one.flags.writeable = False             # shared by all backward passes, so no leaf may keep it
    return one


_ONES = {d: _one(d) for d in (dtypes.float32.np, dtypes.float64.np)}


def walk_from(start, pending, results, retain_graph, create_graph, captures):
    """Walk everything reachable from the nodes `start`, on plain arrays unless a graph is to be made."""
    outer = WALKS.current
    try:
        walk_all(start, pending, results, retain_graph, create_graph, captures)
    finally:
        WALKS.current = outer
    if _AT_THE_END and outer is None:
        _call_queued()


def walk_all(start, pending, results, retain_graph, create_graph, captures):
    """Find the nodes and walk them; see `walk_from`."""
    order = reachable(start)
    runs = None
    if captures is not None:
        wanted, runs = needed(order, captures)
        order = [n for n in order if n in wanted]
    WALKS.current = (order, runs, captures)
    if create_graph:
        before = state.no_overrides
        state.no_overrides = 2              # rules are the library's own: nobody takes their ops over
        try:
            walk(order, pending, results, retain_graph, True, captures, runs)
        finally:
            state.no_overrides = before
        return
    token = hush(SILENT)
    RAW.depth += 1
    try:
        walk(order, pending, results, retain_graph, False, captures, runs)
    finally:
        RAW.depth -= 1
        unhush(token)


def reachable(start):
    """Return every node reachable from `start`, youngest first."""
    order = []
    stack = list(start)
    SEQUENCE.walks += 1
    walk_number = SEQUENCE.walks
    last = SEQUENCE.n + 1
    sorted_already = True               # a chain is met in order
    while stack:
        node = stack.pop()
        if node.seen == walk_number:
            continue
        node.seen = walk_number
        i = len(order)
        order.append(node)
        if node.seq < last:
            last = node.seq
        elif i > _FEW:
            sorted_already = False
        else:
            while i > 0:
                other = order[i - 1]
                if other.seq > node.seq:
                    break
                order[i] = other
                i -= 1
            order[i] = node
        for e in node.edges:
            if e is not None and not isinstance(e, TensorBase):
                other = e
                if other.seen != walk_number:
                    stack.append(e)
    if not sorted_already:
        order.sort(key=_age, reverse=True)
    return order


_FEW = 64               # nodes up to which each is put in its place at once


def _age(node):
    return node.seq


def needed(order, captures):
    """Return (nodes to visit, those of them to run) to reach what is asked for."""
    wanted, runs = set(), set()
    nodes = {key[0] for key in captures if isinstance(key, tuple)}
    for node in reversed(order):
        for e in node.edges:
            if e is not None and ((id(e) in captures) if isinstance(e, TensorBase) else (e in wanted)):
                runs.add(node)
                wanted.add(node)
                break
        if node in nodes:
            wanted.add(node)
    return wanted, runs


def walk(order, pending, results, retain_graph, create_graph, captures, runs):
    """Run the nodes in order; see `backward_walk`."""
    for node in order:
        grads = pending.pop(node, None)
        if grads is None:
            continue
        shared = create_graph
        if node.pre_hooks is not None or node.retained is not None or node.node_pre_hooks is not None:
            grads = before_node(node, grads, create_graph)
            shared = True
        if captures is not None:
            if capture_outputs(node, grads, captures, results):
                shared = True
            if node not in runs:
                continue
        found = call(node, grads, create_graph)
        if node.node_hooks:
            found = after_node(node, found, grads, create_graph)
            shared = True
        if not retain_graph:
            node.release()
        edges = node.edges
        nrs = node.nrs
        incoming = grads[0]
        for k in range(len(edges)):
            e = edges[k]
            if e is None:
                continue
            r = found[k]
            if r is None:
                continue
            if SEQUENCE.cross is not None:
                r = SEQUENCE.cross(node, r, e)
            if isinstance(e, TensorBase):
                leaf = e
                if create_graph or not alike(r, leaf._array):
                    r = fit(r, sizes_of(leaf._array), leaf._array.dtype, create_graph)
                if captures is None:
                    own = not shared and r is not incoming and not appears(found, r, k)
                    accumulate_leaf(leaf, r, own, create_graph)
                elif id(leaf) in captures:
                    r = run_tensor_hooks(leaf._hooks, r, create_graph)
                    deliver(results, captures, id(leaf), r)
            else:
                target = e
                nr = 0 if nrs is None else nrs.get(k, 0)
                if target.multi is None:
                    r = fit(r, target.out_shape, target.out_dtype, create_graph)
                else:
                    shape, dtype = target.multi[nr]
                    r = fit(r, shape, dtype, create_graph)
                put(pending, target, nr, r)


def call(node, grads, create_graph):
    """Run a node's rules; in anomaly mode say which forward call failed and look for NaN."""
    if not flags.anomaly:
        if flags.special and WATCH.on:
            return WATCH.node(node, grads, create_graph)
        return node.run(grads, create_graph)
    try:
        found = node.run(grads, create_graph)
    except Exception:
        warn_stack(node)
        raise
    if Flags.check_nan:
        for k, r in enumerate(found):
            if r is not None and node.edges[k] is not None and has_nan(r):
                warn_stack(node)
                raise RuntimeError(f"Function '{node.name()}' returned nan values in its {k}th output.")
    return found


def has_nan(r):
    array = r._array if isinstance(r, TensorBase) else r
    return bool((array != array).any())


def warn_stack(node):
    import warnings
    trace = "".join(node.stack) if node.stack else "  (recorded before anomaly mode was on)\n"
    warnings.warn(f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{trace}",
                  stacklevel=2)


def appears(found, r, k):
    """Whether gradient k is the same object as another edge's, so that neither may keep it."""
    for j in range(len(found)):
        if j != k and found[j] is r:
            return True
    return False


def put(pending, node, nr, g):
    """Add a gradient to what waits for a node's output."""
    grads = pending.get(node)
    if grads is None:
        if node.multi is None:
            pending[node] = [g]
        else:
            grads = [None] * len(node.multi)
            grads[nr] = g
            pending[node] = grads
    elif grads[nr] is None:
        grads[nr] = g
    elif type(g) is _ndarray and type(grads[nr]) is not _ndarray:
        grads[nr] = OPS.add(g, grads[nr])           # a sparse array can be added to a plain one, not the other way round
    else:
        grads[nr] = OPS.add(grads[nr], g)


def fit(r, shape, dtype, create_graph):
    """Return a gradient summed to a broadcast input's shape and cast to its dtype."""
    if create_graph:
        if not isinstance(r, TensorBase):
            r = make(r)
        array = r._array
        if array.shape != shape:
            r = OPS.sum_to(r, shape)
        if array.dtype != dtype:
            r = OPS.cast_gradient(r, dtype)
        return r
    if type(r) is _ndarray:
        if fits(r, shape, dtype):
            return r
    else:
        if isinstance(r, TensorBase):
            r = r._array
        if type(r) is not _ndarray and backends.of_array(r) is None:
            r = CPU.asarray(r)
    if r.shape != shape:
        r = sum_to(r, shape)
    if r.dtype is not dtype and r.dtype != dtype:
        backend = backends.of_array(r)
        if backend.kind(r) == "c" and dtype.kind not in "cW":
            r = backend.real(r)
        r = backend.cast(r, dtype)
    return r


def sum_to(r, shape):
    """Sum an array down to a shape it was broadcast from."""
    backend = backends.of_array(r)
    extra = len(r.shape) - len(shape)
    if extra < 0:
        return backend.broadcast_to(r, shape)
    axes = tuple(range(extra)) + tuple([i + extra for i, n in enumerate(shape) if n == 1 and r.shape[i + extra] != 1])
    if axes:
        reduce = _KERNELS.get("sum") if backend is CPU else None
        out = reduce(r, axes, False, None) if reduce is not None else NotImplemented
        if out is NotImplemented:
            kind = r.dtype
            half = kind.itemsize == 2 and kind.kind in "fV"         # summed in float32
            out = backend.sum(r, axis=axes, dtype=dtypes.float32.np if half else kind)
            out = backend.cast(out, kind) if half else out
        r = out
        if type(r) is not backend.array_type:
            r = backend.asarray(r)
    if r.shape == shape:
        return r
    try:
        return backend.reshape(r, shape)
    except ValueError:
        raise RuntimeError(f"the size of tensor a gradient of shape {list(r.shape)} cannot be reduced to "
                           f"{list(shape)}") from None


def accumulate_leaf(leaf, g, own, create_graph):
    """Add a gradient to a leaf's `.grad`, running the leaf's hooks first."""
    if not leaf._req:
        return
    if leaf._hooks is not None:
        g = run_tensor_hooks(leaf._hooks, g, create_graph)
        own = False
    old = leaf._grad
    if create_graph:
        if not isinstance(g, TensorBase):
            g = make(g)
        leaf._grad = g if old is None else OPS.add(old, g)
    elif old is None:
        if not owned(leaf._array) and (found := like_leaf(leaf._array, g)) is not None:
            leaf._grad = make(found)
        else:
            leaf._grad = make(g if own and type(g) is _ndarray and owned(g) else backends.of_array(g).copy(g))
    elif old._node is not None or old._req:
        with UserCode(False):
            leaf._grad = OPS.add(old, make(g))
    else:
        add_into(old, g)
    if leaf._acc is not None:
        run_post_hooks(leaf)


def add_into(old, g):
    """Do `old += g` in old's memory."""
    array = old._array
    kernel = _KERNELS.get("add") if type(array) is _ndarray else None
    if kernel is None or kernel(array, g, 1, array) is NotImplemented:
        if backends.of_array(g).sparse or backends.of_array(array).sparse:
            old._array = backends.of_array(g if type(array) is _ndarray else array).accumulate(array, g)
        elif type(array) is _ndarray:
            CPU.add(array, g, out=array)
        else:
            array += g
    if old._counter is not None:
        old._counter.n += 1


def run_post_hooks(leaf):
    hooks = getattr(leaf, "_post_accumulate_grad_hooks", None)
    if hooks:
        with UserCode(False):
            for fn in list(hooks.values()):
                fn(leaf)


# ------------------------------------------------------------------ hooks

class UserCode:
    """Within it tensors may be used during a walk: hooks and the like; gradients as `create_graph` says."""

    def __init__(self, create_graph):
        self.create_graph = create_graph

    def __enter__(self):
        self.depth, self.grad = RAW.depth, state.grad
        RAW.depth, state.grad = 0, bool(self.create_graph)

    def __exit__(self, *exc):
        RAW.depth, state.grad = self.depth, self.grad


def as_tensor(g):
    return g if g is None or isinstance(g, TensorBase) else make(g)


def run_tensor_hooks(hooks, g, create_graph):
    """Run tensor hooks on a gradient (they get tensors) and return what it became."""
    if not hooks:
        return g
    t = as_tensor(g)
    with UserCode(create_graph):
        for fn in list(hooks.values()):
            new = fn(t)
            if new is not None:
                if not isinstance(new, TensorBase):
                    raise TypeError(f"hook '{getattr(fn, '__name__', fn)}' has returned an incorrect value: expected a "
                                    f"Tensor or None, got {type(new).__name__}")
                if new._array.shape != t._array.shape:
                    raise RuntimeError(f"hook '{getattr(fn, '__name__', fn)}' has changed the size of value")
                t = new
    return t if create_graph else t._array


def before_node(node, grads, create_graph):
    """Run tensor pre-hooks, retain gradients, run node pre-hooks; return the gradients."""
    grads = list(grads)
    if node.pre_hooks is not None:
        for nr, hooks in node.pre_hooks.items():
            if grads[nr] is not None:
                grads[nr] = run_tensor_hooks(hooks, grads[nr], create_graph)
    if node.node_pre_hooks:
        tensors = tuple([as_tensor(g) for g in grads])
        with UserCode(create_graph):
            for fn in list(node.node_pre_hooks.values()):
                new = fn(tensors)
                if new is not None:
                    tensors = tuple(new)
        grads = [t if create_graph or t is None else t._array for t in tensors]
    if node.retained is not None:
        for nr, ref in node.retained.items():
            t = ref()
            if t is not None and grads[nr] is not None:
                retain(t, grads[nr], create_graph)
    return grads


def retain(t, g, create_graph):
    """Store the gradient of a non-leaf that asked for it."""
    if t._grad is not None:
        t._grad = OPS.add(t._grad, as_tensor(g))
    else:
        t._grad = as_tensor(g) if create_graph else make(backends.of_array(g).copy(g))


def after_node(node, found, grads, create_graph):
    """Run the hooks registered on a node with its input and output gradients."""
    with UserCode(create_graph):
        inputs = tuple([as_tensor(r) for r in found])
        outputs = tuple([as_tensor(g) for g in grads])
        for fn in list(node.node_hooks.values()):
            new = fn(inputs, outputs)
            if new is not None:
                inputs = tuple(new) if isinstance(new, (tuple, list)) else (new,)
    return [t if create_graph or t is None else t._array for t in inputs]


def capture_outputs(node, grads, captures, results):
    """Hand out the gradients of a node's outputs that were asked for; whether there were any."""
    hit = False
    for nr, g in enumerate(grads):
        if g is not None and (node, nr) in captures:
            deliver(results, captures, (node, nr), g)
            hit = True
    return hit


def deliver(results, captures, key, g):
    """Add a gradient to the result for a captured input."""
    for position in captures[key]:
        if position in results:
            results[position] = OPS.add(results[position], g)
        else:
            results[position] = g
