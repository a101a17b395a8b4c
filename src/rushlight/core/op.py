"""The op: the way from a call to a kernel and back.

What happens per call is: bind the arguments, unwrap the tensors, promote, run the kernel or the body, wrap, record.
Here is what every call runs, which the compiled build translates; what is rare, or runs once, stays Python:
`plans.py` reads signatures and rules, `arguments.py` treats unusual arguments, `registry.py` publishes.
"""
import types

from .. import dtypes, errors
from ..backend import base as backends
from ..backend.cpu import B as CPU, SILENT, hush, unhush
from . import arguments, autocast, inplace, overrides, plans, tensor as tensor_module, views
from .arrays import dtype_of, sizes_of
from .engine import HIDDEN, Node, RAW
from .kinds import DTYPE, FLOAT, INPUT, LIST, NO_PROMOTION, OPTIONAL, OUTPUT, SHAPE, VALUE
from .modes import Flags, state
from .registry import (Registry, T, Ts, bind_method, composite, method, named_result, op, prop, publish)
from .signature import missing as _missing
from .tensor import OPS, TensorBase, counter, make, node_of, view_requires_grad
from .watch import WATCH

__all__ = ["OPS", "Hooks", "InPlace", "Op", "Registry", "T", "Ts", "bind_method", "composite", "foreign", "mark_saved", "method",
           "named_result", "op", "prop", "publish"]

_ndarray = CPU.array_type
_F32, _F64 = dtypes.float32.np, dtypes.float64.np


class Op:
    """A callable of tensors made from a body; see docs/design.md.

    Attributes:
        name, __name__, __doc__: as published.
        body: the reference, a function of a backend and arrays.
        kernel: the native function that is tried first on the CPU, or None.
    """

    def __init__(self, body, options):
        plans.configure(self, body, options)

    def __repr__(self):
        return f"<op {self.name}>"

    def __reduce__(self):
        return _find, (self.name,)

    def __get__(self, instance, owner):
        return self if instance is None else _bound(self, instance)

    # ------------------------------------------------------------ call

    def __call__(self, *args, **kwargs):
        if walks.depth and self.kernel is not None and not kwargs and type(args[0]) is _ndarray:
            if len(args) != self.n_params:          # inside a rule: straight to the kernel
                args = self.fill(args)
            result = self.kernel(*args)
            if result is not NotImplemented:
                return result if self.returns is None else _pick(result, self.returns)
            return self.apply(args)
        if flags.functions and not walks.depth and foreign(args, kwargs):
            answer = overrides.answered(self, args, kwargs)
            if answer is not NOBODY:
                return answer
        if kwargs:
            bound = self.bound(args, kwargs)
            if bound is None:
                if "out" in kwargs and "out" not in self.params:
                    out = kwargs.pop("out")
                    if out is not None:
                        return self.call_out(arguments.bind(self, args, kwargs), out)
                bound = arguments.bind(self, args, kwargs)
            args = bound
        elif len(args) != self.n_plain:
            args = self.fill(args)
        return self.apply(args)

    def bound(self, args, kwargs):
        """Return the full argument tuple of a call with keywords that was bound before; None when it was not."""
        n = len(args)
        places = self.bindings.get((n, *kwargs))
        if places is None:
            return None
        values = list(args + self.tails[n])
        k = 0
        for value in kwargs.values():
            values[places[k]] = value
            k += 1
        return tuple(values)

    def binary(self, a, b):
        """Compute an operator: two operands, every option at its default."""
        if self.kernel is not None and flags.special == 0 and isinstance(a, TensorBase):
            t = a
            x = t._array
            track = t._req or t._node is not None or (t._base is not None and view_requires_grad(t))
            if isinstance(b, TensorBase):
                u = b
                y = u._array
                track = track or u._req or u._node is not None or (u._base is not None and view_requires_grad(u))
            elif type(b) is float or type(b) is int:
                y = b
            else:
                return self(a, b)
            result = self.kernel(x, y)
            if result is not NotImplemented:
                out = make(result)
                if track and self.differentiable and state.grad:
                    self.record((a, b) + self.defaults[2:], [x, y], result, out)
                return out
        return self(a, b)

    def fill(self, args):
        """Return the full argument tuple of a call with positional arguments only."""
        n = len(args)
        if n > self.n_positional:
            args = arguments.reordered(self, args)
            n = len(args)
        if n < self.enough:
            raise TypeError(_missing(self, n))
        return args + self.tails[n]

    def apply(self, args):
        """Compute the op on a full argument tuple of tensors (or of plain arrays, inside a rule)."""
        special = flags.special
        if special and WATCH.on and not walks.depth and WATCH.takes():
            return WATCH.op(self.name, args, self.apply)
        if special and state.autocast is not None and not walks.depth:
            cast = autocast.prepare(self, args)
            if cast is not None:
                args = cast
        if self.has_list:
            return arguments.apply_general(self, args)
        values = list(args)
        dtype = None
        mixed = number = track = False
        for i in self.slots:
            a = args[i]
            if isinstance(a, TensorBase):
                t = a
                array = t._array
                if type(array) is not _ndarray:
                    return arguments.apply_general(self, args)
                values[i] = array
                if dtype is None:
                    dtype = dtype_of(array)
                elif dtype_of(array) is not dtype:
                    mixed = True
                if not track and (t._req or t._node is not None or
                                  (t._base is not None and view_requires_grad(t))):
                    track = True
            elif a is None:
                if self.kinds[i] != OPTIONAL:
                    return arguments.apply_general(self, args)
            elif type(a) is _ndarray:
                if dtype is None and walks.depth:
                    return self.run_raw(values)
                return arguments.apply_general(self, args)
            else:
                number = True
                if type(a) is not float and type(a) is not int:
                    answer = self.first_asked(args)
                    if answer is not NOBODY:
                        return answer
                if self.numbers == "other" and i == 0:
                    return arguments.apply_general(self, args)
        if dtype is None or (number and not self.numbers):
            return arguments.apply_general(self, args)
        if self.promote != NO_PROMOTION:
            if dtype is _F32 or dtype is _F64:
                if number and not self.plain_numbers(args):
                    arguments.check_arguments(self, args)
                    mixed = True
                if mixed:
                    arguments.promote_values(self, args, values)
            elif mixed or number or self.promote == FLOAT:
                if number and not self.plain_numbers(args):
                    arguments.check_arguments(self, args)
                arguments.promote_values(self, args, values)
        result = self.run(values)
        if dtype is not _F32 and dtype.kind in "VW" and self.promote != NO_PROMOTION:
            result = arguments.narrowed(self, result, values)
        if self.outputs is not None or self.view or special:
            return self.wrap_special(args, values, result, track and self.differentiable and state.grad)
        out = make(result)
        if track and self.differentiable and state.grad:
            self.record(args, values, result, out)
        return out

    def plain_numbers(self, args):
        """Whether every number among the tensor arguments is an int or a float, no bool or other type."""
        for i in self.slots:
            a = args[i]
            if not isinstance(a, TensorBase) and a is not None:
                if type(a) is not float and type(a) is not int:
                    return False
        return True

    def run(self, values):
        """Run kernel or body on CPU arrays; the result is an array or a tuple of them."""
        if self.kernel is not None:
            try:
                result = self.kernel(*values)
            except Exception as e:
                return self.explain(values, e)
            if result is not NotImplemented:
                return result
        if self.view:                               # computes nothing that could warn
            try:
                result = self.body(CPU, *values)
            except Exception as e:
                return self.explain(values, e)
        else:
            token = hush(SILENT)
            try:
                result = self.body(CPU, *values)
            except Exception as e:
                return self.explain(values, e)
            finally:
                unhush(token)
        if self.outputs is not None:
            return tuple([r if type(r) is _ndarray or r is None else arguments.as_array(r) for r in result])
        return result if type(result) is _ndarray else arguments.as_array(result)

    def run_raw(self, values):
        """Run on plain arrays inside a backward walk: nothing is wrapped, nothing recorded."""
        backend = None
        for i in self.slots:
            a = values[i]
            if type(a) is _ndarray:
                backend = CPU               # unless a batch (see backend/batched.py) comes later
            elif type(a) is list or type(a) is tuple:
                backend = backends.of_array(a[0]) if a else CPU
                break
            elif a is not None:
                found = backends.of_array(a)
                if found is not None:
                    backend = found
                    break
        if backend is CPU:
            if self.promote == FLOAT and hasattr(values[self.slots[0]], "dtype") and values[self.slots[0]].dtype.kind in "iub":
                values[self.slots[0]] = CPU.cast(values[self.slots[0]], dtypes.get_default_dtype().np)
            result = self.run(values)
        else:
            result = backend.run(self.body, values)
        return result if self.returns is None else _pick(result, self.returns)

    def raw(self, *args, **kwargs):
        """Compute on plain arrays outside a backward walk (for code of the library itself)."""
        return self.run_raw(list(arguments.bind(self, args, kwargs)))

    def explain(self, values, error):
        """Turn an array library's error into torch's, and say below it what helps.

        A body that met a batch among plain arrays is run again, by the backend that knows batches.
        """
        if isinstance(error, backends.NeedsLoop):
            return error.backend.run(self.body, values)
        errors.explain(self, values, error)
        raise error

    # ------------------------------------------------------------ the general path

    def first_asked(self, args):
        """Let an object that is no tensor take the call over, when such a one comes to an op for the first time."""
        if walks.depth or flags.functions or not foreign(args, None) or not overrides.overriding(args):
            return NOBODY
        overrides.activate()
        n = self.n_params
        while n > self.enough and args[n - 1] is self.defaults[n - 1]:
            n -= 1
        return overrides.answered(self, args[:n], {})

    # ------------------------------------------------------------ results

    def wrap_special(self, args, values, result, track):
        """Wrap one or several results, tie views to their base, record the call."""
        if self.outputs is None:
            out = make(result)
            if self.view and (type(result) is _ndarray or not backends.of_array(result).sparse):
                views.attach(out, args[self.slots[0]], self, args)
            if track:
                self.record(args, values, result, out)
        else:
            shown = self.shown          # the other outputs exist for the gradient rule only
            out = [None if r is None or (shown is not None and k not in shown) else make(r)
                   for k, r in enumerate(result)]
            if self.view and not (result and backends.of_array(result[0]).sparse):
                views.attach_all(out, args[self.slots[0]], self, args)
            if track:
                self.record(args, values, result, out)
            if self.returns is not None:
                out = _pick(out, self.returns)
            elif self.result_type is not None:
                out = self.result_type(out)
            else:
                out = tuple(out)
        if state.inference:
            for t in (out if isinstance(out, tuple) else (out,)):
                if t is not None:
                    t._flags |= tensor_module.INFERENCE
        return out

    def record(self, args, values, result, out):
        """Make the node of this call and tie the outputs to it."""
        node = Node.__new__(Node)
        node.renumber()
        node.op = self
        self.add_edges(node, args)
        plan = node.plan
        if self.outputs is None:
            node.out_shape = sizes_of(result)
            node.out_dtype = dtype_of(result)
            out._node = node
            if self.view and out._base is not None:
                out._seen = out._counter.n
        else:
            node.multi = [((), _F32) if r is None else (sizes_of(r), dtype_of(r)) for r in result]
            for k, t in enumerate(out):
                if t is not None and result[k].dtype.kind in "fcVW":
                    t._node = node
                    t._nr = k
        if plan.saves:
            self.save(node, plan, args, values, result, out)
        if flags.anomaly:
            node.remember_stack()

    def add_edges(self, node, args):
        """Fill in where the gradients of the inputs go, and which plan that needs."""
        edges = []
        mask, bit = 0, 1
        for i in self.slots:
            a = args[i]
            if self.kinds[i] == LIST:
                for a in args[i]:
                    if self.add_edge(node, edges, a):
                        mask |= bit
            elif isinstance(a, TensorBase):
                if self.add_edge(node, edges, a):
                    mask |= bit
            else:
                edges.append(None)
            bit <<= 1
        node.edges = edges
        plan = self.plans.get(mask)
        node.plan = plan if plan is not None else plans.make_plan(self, mask)
        if self.has_list:
            node.lengths = [len(args[i]) if self.kinds[i] == LIST else -1 for i in self.slots]
        node.grad_name = self.grad_name if type(self.grad_name) is str else self.grad_name(args)

    def add_edge(self, node, edges, t):
        """Append the edge to one input; whether a gradient is to flow there."""
        if t._base is not None and t._seen != t._counter.n:
            node_of(t)
            node.renumber()             # the view's new node must be the older one
        if t._node is not None:
            if t._nr:
                if node.nrs is None:
                    node.nrs = {}
                node.nrs[len(edges)] = t._nr
            edges.append(t._node)
            return True
        if t._req:
            edges.append(t)
            return True
        edges.append(None)
        return False

    def save(self, node, plan, args, values, result, out):
        """Keep what the rules asked for; memories with the version they have now."""
        saved, versions = [], []
        for source, i in plan.saves:
            version = -1
            if source == INPUT:
                item = args[i]
                if isinstance(item, TensorBase):
                    version = mark_saved(item)
            elif source == OUTPUT:
                t = out if self.outputs is None else out[i]
                if t is None:               # an output that no caller sees, nor can write to
                    item = result[i]
                    version = HIDDEN
                else:
                    c = counter(t)
                    c.saved += 1
                    item = (t._array, c)
                    version = c.n
            elif source == VALUE:
                item = args[i]
            elif source == SHAPE:
                item = values[i]
                item = sizes_of(item) if type(item) is _ndarray else _shape(item)
            elif source == DTYPE:
                item = args[i].dtype if isinstance(args[i], TensorBase) else None
            else:
                item = self.needs_of_list(node) if self.has_list else plan.needs
            saved.append(item)
            versions.append(version)
        node.saved = saved
        node.versions = versions
        if flags.special and Hooks.stack:
            node.pack(Hooks.stack[-1])

    def needs_of_list(self, node):
        """Which tensor parameters a gradient is asked for; for the list parameter, a tuple of its own."""
        wanted = [e is not None for e in node.edges]
        found, k = [], 0
        for n in node.lengths:
            found.append(wanted[k] if n < 0 else tuple(wanted[k:k + n]))
            k += 1 if n < 0 else n
        return tuple(found)

    # ------------------------------------------------------------ rules

    def vjp(self, **rules):
        """Give the gradient rule of each named input; the rule's parameters say what to save."""
        return plans.vjp(self, rules)

    def vjp_all(self, rule):
        """Give one rule that returns the gradients of all tensor parameters as a tuple."""
        return plans.vjp_all(self, rule)

    def source_of(self, name):
        """Return what a name that a rule may ask for stands for."""
        return plans.source(self, name)

    # ------------------------------------------------------------ in place and out=

    def call_inplace(self, args):
        """Compute into the first argument's memory and return it."""
        if flags.special and WATCH.on and not walks.depth and WATCH.takes():
            return WATCH.op(self.name + "_", args, self.call_inplace)
        return inplace.apply(self, args)

    def call_out(self, args, out):
        """Compute into `out` (resized when its shape differs) and return it."""
        return inplace.into(self, args, out)


class Hooks:
    """The stack of `saved_tensors_hooks` in force."""

    stack = []
    disabled = None


class InPlace:
    """The `name_` form of an op."""

    def __init__(self, op):
        self.op = op
        self.__name__ = self.__qualname__ = op.name + "_"
        self.__doc__ = f"In-place form of `{op.name}`: writes the result into `input` and returns it."
        self.__module__ = "torch"

    def __get__(self, instance, owner):
        return self if instance is None else _bound(self, instance)

    def __call__(self, *args, **kwargs):
        op = self.op
        if flags.functions and foreign(args, kwargs):
            answer = overrides.answered(self, args, kwargs)
            if answer is not NOBODY:
                return answer
        if kwargs:
            args = arguments.bind(op, args, kwargs)
        elif len(args) != op.n_plain:
            args = op.fill(args)
        return op.call_inplace(args)

    def __repr__(self):
        return f"<op {self.__name__}>"


flags = Flags
walks = RAW
_bound = types.MethodType
_PLAIN = overrides.PLAIN
NOBODY = overrides.NOBODY


def foreign(args, kwargs):
    """Whether `__torch_function__` may have to be asked: a mode is on, or an argument is of no well-known type."""
    if state.function_modes:
        return True
    for a in args:
        if type(a) not in _PLAIN:
            if type(a) is not list and type(a) is not tuple:
                return True
            for b in a:
                if type(b) not in _PLAIN:
                    return True
    return bool(kwargs) and foreign(tuple(kwargs.values()), None)


# ------------------------------------------------------------------ small helpers

def _find(name):
    return Registry.ops[name]


def mark_saved(t):
    """Return the version a tensor is saved at; writes to it are placed from now on."""
    c = t._counter
    if c is None:
        if t._flags & tensor_module.INFERENCE:
            raise RuntimeError("Inference tensors cannot be saved for backward. Please do not use Tensors created in "
                               "inference mode in computation tracked by autograd. To work around this, you can make "
                               "a clone to get a normal tensor and use it in autograd, or use `torch.no_grad()` "
                               "instead of `torch.inference_mode()`.")
        c = counter(t)
    c.saved += 1
    return c.n


def _shape(value):
    if isinstance(value, list):
        return [tuple(v.shape) for v in value]
    return tuple(value.shape) if hasattr(value, "shape") else ()


def _pick(items, which):
    return items[which] if type(which) is int else tuple([items[k] for k in which])


Registry.classes = (Op, InPlace)
