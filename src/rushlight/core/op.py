"""The op registry: `@op`, gradient rules, and the way from a call to a kernel and back.

One block of source says everything about an op (see docs/design.md). What happens per call is:
bind the arguments, unwrap the tensors, promote, run the kernel or the body, wrap, record.
"""
import types
from typing import TYPE_CHECKING, Any

from .. import dtypes, errors
from ..backend import base as backends
from ..backend.cpu import B as CPU, SILENT, UFUNCS, hush, unhush
from . import tensor as tensor_module
from .kinds import (COMMON, DTYPE, FLOAT, INPUT, LIST, NEEDS, NO_PROMOTION, OPTION, OPTIONAL, OUTPUT, SHAPE, TENSOR,
                    VALUE)
from .engine import HIDDEN, Node, Plan, RAW
from . import autocast
from .modes import Flags, state
from .watch import WATCH
from .tensor import OPS, Tensor, TensorBase, counter, make, node_of, view_requires_grad
from . import inplace, overrides, views
from .signature import (camel as _camel, defaults as _defaults, missing as _missing, names as _names, positional,
                        positions as _positions)

_PACKAGE = __name__.partition(".")[0]
_PROMOTIONS = {None: NO_PROMOTION, "common": COMMON, "float": FLOAT}

_ndarray = CPU.array_type
_generic = CPU.generic
_F32, _F64 = dtypes.float32.np, dtypes.float64.np
_ALIASES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x1": "input", "a": "input", "x2": "other"}


if TYPE_CHECKING:               # to a type checker the arrays that a body gets are of no type
    T = Any
    Ts = Any
else:
    class T:
        """Annotation of a body's parameter that is a tensor."""

    class Ts:
        """Annotation of a body's parameter that is a sequence of tensors."""


class Op:
    """A callable of tensors made from a body; see docs/design.md.

    Attributes:
        name, __name__, __doc__: as published.
        body: the reference, a function of a backend and arrays.
        kernel: the native function that is tried first on the CPU, or None.
    """

    def __init__(self, body, options):
        self.name = options["name"] or body.__name__
        self.__name__ = self.__qualname__ = self.name
        self.__doc__ = body.__doc__
        self.__module__ = "torch"
        self.body = positional(body)
        self.promote = _PROMOTIONS[options["promote"]]
        self.apart = options["apart"]
        self.legacy = options["legacy"]
        self.numbers = options["numbers"]
        self.check = options["check"]
        self.widens = options["widens"]
        self.view = options["view"]
        self.writer = None
        if options["writes"]:
            self.writer = write = self.body
            self.body = lambda B, target, *rest: write(B, B.copy(target), *rest)
        self.outputs = options["outputs"]
        self.n_outputs = len(self.outputs) if self.outputs else 1
        self.returns = _positions(self.outputs, options["returns"])
        self.shown = None if self.returns is None else (self.returns,) if type(self.returns) is int else self.returns
        self.result_type = None
        self.differentiable = options["differentiable"]
        self.grad_name = options["grad_name"] or _camel(self.name) + "Backward0"
        self.kernel = CPU.kernels.get(self.name)
        self.kernel_writes = self.kernel is not None and "out" in _names(self.kernel)
        self.ufunc = UFUNCS.get(self.name)
        self.rules = {}
        self.rule_all = None
        self.plans = {}
        self._read_signature(body)

    def _read_signature(self, body):
        self.params = _names(body)[1:]
        self.n_params = len(self.params)
        self.n_positional = body.__code__.co_argcount - 1
        given = _defaults(body)
        self.needed = tuple([p not in given for p in self.params])
        self.kinds = tuple([_kind(body.__annotations__.get(p), p in given) for p in self.params])
        self.n_plain = self.n_params if self.n_positional == self.n_params else -1
        self.enough = max([i + 1 for i in range(self.n_params) if self.needed[i]], default=0)
        self.defaults = tuple([given.get(p) for p in self.params])
        self.tails = tuple([self.defaults[i:] for i in range(self.n_params + 1)])
        self.slots = tuple(i for i, k in enumerate(self.kinds) if k != OPTION)
        if self.numbers is None:
            self.numbers = self.promote != NO_PROMOTION and len(self.slots) > 1
        self.promoted = tuple(i for i in self.slots if self.params[i] not in self.apart)
        self.has_list = LIST in self.kinds
        self.keyword_only = tuple([i >= self.n_positional for i in range(self.n_params)])

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
            if "out" in kwargs and "out" not in self.params:
                out = kwargs.pop("out")
                if out is not None:
                    return self.call_out(self.bind(args, kwargs), out)
            args = self.bind(args, kwargs)
        elif len(args) != self.n_plain:
            args = self.fill(args)
        return self.apply(args)

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
            args = self.reordered(args)
            n = len(args)
        if n < self.enough:
            raise TypeError(_missing(self, n))
        return args + self.tails[n]

    def reordered(self, args):
        """Return the arguments of a call as programs of 2018 have it, x.add_(alpha, other); else raise."""
        n = self.n_positional
        if self.legacy and len(args) == n + 1 and not isinstance(args[1], TensorBase):
            return args[:1] + args[2:] + args[1:2]
        raise TypeError(f"{self.name}() takes {n} positional argument{'s' if n != 1 else ''} but {len(args)} "
                        f"{'were' if len(args) != 1 else 'was'} given")

    def bind(self, args, kwargs):
        """Return the full argument tuple of a call with keywords, `axis` and the like understood."""
        n = len(args)
        if n > self.n_positional:
            args = self.reordered(args)
            n = len(args)
        values = list(args + self.defaults[n:])
        given = n
        missing = {self.params[i] for i in range(n, self.n_params) if self.needed[i]}
        for key, value in kwargs.items():
            name = key
            if name not in self.params:
                name = _ALIASES.get(key)
                if name not in self.params:
                    if key == "out":
                        continue
                    raise TypeError(f"{self.name}() got an unexpected keyword argument '{key}'")
            i = self.params.index(name)
            if i < n:
                raise TypeError(f"{self.name}() got multiple values for argument '{key}'")
            values[i] = value
            missing.discard(name)
        if missing:
            raise TypeError(_missing(self, given, missing))
        return tuple(values)

    def apply(self, args):
        """Compute the op on a full argument tuple of tensors (or of plain arrays, inside a rule)."""
        special = Flags.special
        if special and WATCH.on and not RAW.depth and WATCH.takes():
            return WATCH.op(self.name, args, self.apply)
        if special and state.autocast is not None and not RAW.depth:
            cast = autocast.prepare(self, args)
            if cast is not None:
                args = cast
        if self.has_list:
            return self.apply_general(args)
        values = list(args)
        dtype = None
        mixed = number = track = False
        for i in self.slots:
            a = args[i]
            if isinstance(a, TensorBase):
                t = a
                array = t._array
                if type(array) is not _ndarray:
                    return self.apply_general(args)
                values[i] = array
                if dtype is None:
                    dtype = array.dtype
                elif array.dtype is not dtype:
                    mixed = True
                if not track and (t._req or t._node is not None or
                                  (t._base is not None and view_requires_grad(t))):
                    track = True
            elif a is None:
                if self.kinds[i] != OPTIONAL:
                    return self.apply_general(args)
            elif type(a) is _ndarray:
                if dtype is None and RAW.depth:
                    return self.run_raw(values)
                return self.apply_general(args)
            else:
                number = True
                if type(a) is not float and type(a) is not int:
                    answer = self.first_asked(args)
                    if answer is not NOBODY:
                        return answer
                if self.numbers == "other" and i == 0:
                    return self.apply_general(args)
        if dtype is None or (number and not self.numbers):
            return self.apply_general(args)
        if self.promote != NO_PROMOTION:
            if dtype is _F32 or dtype is _F64:
                if number and not self.plain_numbers(args):
                    self.check_arguments(args)
                    mixed = True
                if mixed:
                    self.promote_values(args, values)
            elif mixed or number or self.promote == FLOAT:
                if number and not self.plain_numbers(args):
                    self.check_arguments(args)
                self.promote_values(args, values)
        result = self.run(values)
        if dtype is not _F32 and dtype.kind in "VW" and self.promote != NO_PROMOTION:
            result = self.narrowed(result, values)
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

    def narrowed(self, result, values):
        """Return what NumPy widened, for a bfloat16 or complex32 array with a number, in the array's dtype."""
        expected = next(values[i].dtype for i in self.promoted if hasattr(values[i], "dtype"))
        if expected.kind not in "VW" or self.widens or type(result) is tuple or result.dtype.kind not in "fc":
            return result
        if result.dtype.kind == "f" and expected.kind == "W":           # an absolute value, say
            return result
        return result.astype(expected)

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
            return tuple([r if type(r) is _ndarray or r is None else _as_array(r) for r in result])
        return result if type(result) is _ndarray else _as_array(result)

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
        return self.run_raw(list(self.bind(args, kwargs)))

    def explain(self, values, error):
        """Turn an array library's error into torch's, and say below it what helps.

        A body that met a batch among plain arrays is run again, by the backend that knows batches.
        """
        if isinstance(error, backends.NeedsLoop):
            return error.backend.run(self.body, values)
        errors.explain(self, values, error)
        raise error

    # ------------------------------------------------------------ promotion

    def promote_values(self, args, values):
        """Cast the arrays in `values` to torch's result type of the arguments; numbers stay weak."""
        if self.check is not None:
            self.check(args)
        dimensioned, zero_dim, numbers = [], [], []
        for i in self.promoted:
            a = values[i]
            if a is None:
                continue
            if hasattr(a, "dtype") and hasattr(a, "shape") and isinstance(args[i], TensorBase):
                d = args[i].dtype
                (dimensioned if a.shape else zero_dim).append(d)
            else:
                numbers.append(dtypes.of_number(a))
        result = dtypes.combine(dimensioned, zero_dim, numbers)
        if self.promote == FLOAT and result.category < dtypes.FLOATING:
            result = dtypes.get_default_dtype()
        for i in self.promoted:
            a = values[i]
            if a is None:
                continue
            if isinstance(args[i], TensorBase):
                backend = backends.of_array(a)
                values[i] = backend.cast(a, backend.dt(result))
            else:
                values[i] = _weak(a, result)

    # ------------------------------------------------------------ the general path

    def first_asked(self, args):
        """Let an object that is no tensor take the call over, when such a one comes to an op for the first time."""
        if RAW.depth or flags.functions or not foreign(args, None) or not overrides.overriding(args):
            return NOBODY
        overrides.activate()
        n = self.n_params
        while n > self.enough and args[n - 1] is self.defaults[n - 1]:
            n -= 1
        return overrides.answered(self, args[:n], {})

    def apply_general(self, args):
        """Any backend, lists of tensors, numbers where tensors stand; raises torch's errors."""
        answer = self.first_asked(args)
        if answer is not NOBODY:
            return answer
        if RAW.depth:                           # NumPy's arithmetic turned a 0-d gradient into a scalar
            args = tuple([_as_array(a) if isinstance(a, _generic) else a for a in args])
        args = self.check_arguments(args)
        values = list(args)
        if RAW.depth:
            first = self.first_array(values)
            if first is not None:
                return self.run_raw(values)
        backend, track = None, False
        for i in self.slots:
            a = args[i]
            if isinstance(a, TensorBase):
                values[i] = a._array
                backend = self.same_backend(backend, a)
                track = track or tensor_module.wants_grad(a)
            elif self.kinds[i] == LIST:
                values[i] = [t._array for t in a]
                for t in a:
                    backend = self.same_backend(backend, t)
                    track = track or tensor_module.wants_grad(t)
        if backend is None:
            backend = CPU
        elif backend is not CPU and not backend.takes_cpu:
            self.bring_zero_dim(args, values, backend)
        if self.promote != NO_PROMOTION:
            if self.has_list:
                self.promote_list(args, values, backend)
            else:
                self.promote_values(args, values)
        result = self.run(values) if backend is CPU else _arrays(backend, backend.run(self.body, values))
        return self.wrap_special(args, values, result, track and state.grad and self.differentiable)

    def first_array(self, values):
        """Return a plain array among the tensor arguments, if there is one."""
        for i in self.slots:
            a = values[i]
            if isinstance(a, TensorBase) or a is None:
                continue
            if self.kinds[i] == LIST:
                if a and not isinstance(a[0], TensorBase):
                    return a[0]
            elif backends.of_array(a) is not None:
                return a
        return None

    def check_arguments(self, args):
        """Return the arguments with numbers wrapped where torch takes them; TypeError elsewhere."""
        args = list(args)
        tensors = 0
        for i in self.slots:
            a = args[i]
            if self.kinds[i] != LIST and isinstance(a, TensorBase):
                tensors += 1
                continue
            if self.kinds[i] == LIST:
                args[i] = self.check_list(i, a)
                tensors += 1
            elif a is None and (self.kinds[i] == OPTIONAL):
                continue
            elif RAW.depth and backends.of_array(a) is not None:
                tensors += 1
            elif not self.numbers or not _is_number(a) or (self.numbers == "other" and i == 0):
                if type(self.numbers) is str and (i or self.numbers == "other"):
                    raise TypeError(errors.invalid_combination(called(self.name), args[:self.n_positional]))
                raise TypeError(errors.must_be_tensor(called(self.name), self.params[i], i, a))
        if not tensors and type(self.numbers) is str:
            raise TypeError(errors.invalid_combination(called(self.name), args[:self.n_positional]))
        if not tensors and self.numbers:
            i = self.slots[0]
            args[i] = make(_as_array(args[i]).astype(dtypes.of_number(args[i]).np))
        return tuple(args)

    def check_list(self, i, a):
        if not isinstance(a, (list, tuple)):
            raise TypeError(errors.must_be_tensors(self.name, self.params[i], i, a))
        for k, t in enumerate(a):
            if not isinstance(t, TensorBase) and not (RAW.depth and backends.of_array(t) is not None):
                raise TypeError(errors.element_must_be_tensor(i, k, t))
        return list(a)

    def same_backend(self, backend, t):
        """Return the backend of `t` joined with the one so far; RuntimeError for two devices."""
        found = CPU if type(t._array) is _ndarray else backends.of_array(t._array)
        if backend is None or backend is found:
            return found
        if not t._array.shape and found is CPU:
            return backend
        if backend is CPU and found is not CPU:
            return found
        if backend.takes_cpu:
            return backend
        raise RuntimeError(errors.taught(
            "Expected all tensors to be on the same device, but found at least two devices, "
            f"{backend.device_type} and {t.device}!"))

    def bring_zero_dim(self, args, values, backend):
        """Move 0-d CPU arrays to the device of the others; RuntimeError for larger ones."""
        for i in self.slots:
            a = values[i]
            if type(a) is _ndarray:
                if a.shape:
                    other = next(t for t in args if isinstance(t, TensorBase) and type(t._array) is not _ndarray)
                    raise RuntimeError(errors.taught("Expected all tensors to be on the same device, but found at "
                                                     f"least two devices, {other.device} and cpu!"))
                values[i] = backend.from_numpy(a)

    def promote_list(self, args, values, backend):
        """Cast the arrays of the list parameter to their common type."""
        i = self.kinds.index(LIST)
        arrays = values[i]
        for a in arrays:
            if a.dtype is not arrays[0].dtype:
                break
        else:
            return
        full = [t.dtype for t, a in zip(args[i], arrays) if a.shape]
        zero = [t.dtype for t, a in zip(args[i], arrays) if not a.shape]
        if full or zero:
            result = backend.dt(dtypes.combine(full, zero, []))
            values[i] = [backend.cast(a, result) for a in arrays]

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
            node.out_shape = result.shape
            node.out_dtype = result.dtype
            out._node = node
            if self.view and out._base is not None:
                out._seen = out._counter.n
        else:
            node.multi = [((), _F32) if r is None else (r.shape, r.dtype) for r in result]
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
        node.plan = plan if plan is not None else self.make_plan(mask)
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
                item = _shape(values[i])
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
        for name, rule in rules.items():
            if name not in self.params or self.kinds[self.params.index(name)] == OPTION:
                raise TypeError(f"{self.name}.vjp: '{name}' is no tensor parameter of {self.name}({', '.join(self.params)})")
            self.rules[self.params.index(name)] = (rule, self.sources(rule))
        self.plans.clear()
        return self

    def vjp_all(self, rule):
        """Give one rule that returns the gradients of all tensor parameters as a tuple."""
        self.rule_all = (rule, self.sources(rule))
        self.plans.clear()
        return self

    def sources(self, rule):
        """Resolve the parameter names of a rule after `g`; an unknown one is an error at import."""
        names = _names(rule)
        if names[:1] != ("g",):
            raise TypeError(f"{self.name}: a gradient rule's first parameter is 'g', not {names[:1]}")
        return tuple(self.source(name) for name in names[1:])

    def source(self, name):
        if name in self.params:
            i = self.params.index(name)
            return (INPUT if self.kinds[i] != OPTION else VALUE, i)
        if name == "needs":
            return (NEEDS, 0)
        if self.outputs is None and name == "out":
            return (OUTPUT, 0)
        if self.outputs is not None and name in self.outputs:
            return (OUTPUT, self.outputs.index(name))
        for suffix, source in (("_shape", SHAPE), ("_dtype", DTYPE)):
            if name.endswith(suffix) and name[:-len(suffix)] in self.params:
                return (source, self.params.index(name[:-len(suffix)]))
        raise TypeError(f"{self.name}: the gradient rule asks for '{name}', which is neither a parameter "
                        f"({', '.join(self.params)}), nor an output, a shape or a dtype of one")

    def make_plan(self, mask):
        """Return (and keep) what to save and to run when the inputs in `mask` require grad."""
        saves, rules = [], []

        def positions(sources):
            for s in sources:
                if s not in saves:
                    saves.append(s)
            return tuple(saves.index(s) for s in sources)

        if self.rule_all is not None:
            rule, sources = self.rule_all
            rules.append((-1, rule, positions(sources)))
        else:
            for slot, i in enumerate(self.slots):
                if mask >> slot & 1 and i in self.rules:
                    rule, sources = self.rules[i]
                    rules.append((slot, rule, positions(sources)))
        plan = Plan(tuple(saves), tuple(rules), any(s in (INPUT, OUTPUT) for s, _ in saves),
                    tuple([bool(mask >> slot & 1) for slot in range(len(self.slots))]))
        self.plans[mask] = plan
        return plan

    # ------------------------------------------------------------ in place and out=

    def call_inplace(self, args):
        """Compute into the first argument's memory and return it."""
        if flags.special and WATCH.on and not RAW.depth and WATCH.takes():
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
            args = op.bind(args, kwargs)
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

def called(name):
    """Return what torch calls an op in messages about its arguments: one of `torch.special` alone has a prefix."""
    if name in Registry.namespaces["special"] and name not in Registry.namespaces["torch"]:
        return "special_" + name
    return name

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


def _as_array(value):
    import numpy as np
    try:
        return np.asarray(value)
    except backends.NeedsLoop:
        return value


def _arrays(backend, result):
    """Turn scalars among a body's results into arrays of the backend."""
    if isinstance(result, tuple):
        return tuple([_arrays(backend, r) for r in result])
    return result if isinstance(result, backend.array_type) else backend.asarray(result)


def _pick(items, which):
    return items[which] if type(which) is int else tuple([items[k] for k in which])


def _kind(annotation, optional):
    if annotation is T:
        return OPTIONAL if optional else TENSOR
    return LIST if annotation is Ts else OPTION


def _is_number(a):
    return isinstance(a, (int, float, complex)) or (hasattr(a, "dtype") and getattr(a, "shape", None) == ()
                                                    and hasattr(a, "item"))


def _weak(a, result):
    """Return a number as the Python number that keeps `result` as the array's dtype."""
    if hasattr(a, "item"):
        a = a.item()
    if result.category == dtypes.COMPLEX:
        return complex(a)
    if result.category == dtypes.FLOATING:
        return float(a)
    if result.category == dtypes.BOOL:
        return bool(a)
    if type(a) is bool:
        return int(a)
    bits = result.itemsize * 8
    low = -(1 << (bits - 1)) if result.is_signed else 0
    if not low <= a < low + (1 << bits):        # torch wraps a number that the dtype cannot hold
        a = (int(a) - low) % (1 << bits) + low
    return a


# ------------------------------------------------------------------ the registry

class Registry:
    """Everything published: namespaces (name -> function) and the ops by name."""

    ops = {}
    namespaces = {}
    methods = {}


def _find(name):
    return Registry.ops[name]


def publish(ns, name, function):
    """Put a function into one of torch's namespaces."""
    Registry.namespaces.setdefault(ns, {})[name] = function


def bind_method(name, function):
    """Make a function a method of Tensor (and the operator's op, where one is called so)."""
    setattr(Tensor, name, function)
    Registry.methods[name] = function


def _publish_all(function, name, ns, method, aliases):
    for n in (name,) + tuple(aliases):
        for space in ns:
            publish(space, n, function)
        if method:
            bind_method(n, function)
    if isinstance(function, Op) and name in _BINARY:
        function = function.binary
    setattr(OPS, name, function)


#: operators of two operands: Tensor calls their short form
_BINARY = {"add", "sub", "rsub", "mul", "div", "matmul", "eq", "ne", "lt", "le", "gt", "ge", "maximum", "minimum"}


def _tuple(ns):
    return (ns,) if isinstance(ns, str) else tuple(ns)


def op(body=None, *, promote=None, inplace=False, view=False, ns="torch", method=None, aliases=(), outputs=None,
       named=False, returns=None, grad_name=None, differentiable=True, name=None, writes=False, apart=(),
       numbers=None, legacy=False, check=None, widens=False):
    """Make an op of a body and publish it; see docs/design.md for the options."""
    options = dict(promote=promote, view=view, outputs=outputs, returns=returns, grad_name=grad_name,
                   differentiable=differentiable, name=name, writes=writes, apart=apart,
                   numbers=numbers, legacy=legacy, check=check, widens=widens)

    def decorate(body):
        made = Op(body, options)
        if named:
            made.result_type = named_result(made.name, outputs)
        Registry.ops[made.name] = made
        spaces = _tuple(ns)
        is_method = method if method is not None else ("torch" in spaces and made.params[:1] == ("input",)
                                                       and made.kinds[0] == TENSOR)
        _publish_all(made, made.name, spaces, is_method, aliases)
        if inplace:
            form = InPlace(made)
            made.inplace = form
            _publish_all(form, made.name + "_", tuple(s for s in spaces if s in ("torch", "nn.functional")), is_method,
                         tuple(a + "_" for a in aliases))
        return made

    return decorate if body is None else decorate(body)


def composite(function=None, *, ns="torch", method=None, aliases=(), name=None):
    """Publish an ordinary function of tensors, made of ops, that needs no rule of its own."""

    def decorate(function):
        called = name or function.__name__
        function.__name__ = function.__qualname__ = called
        spaces = _tuple(ns)
        if method is None:
            is_method = "torch" in spaces and _names(function)[:1] == ("input",)
        else:
            is_method = method
        if spaces:            # pickle finds it there
            function.__module__ = _PACKAGE + ("." + spaces[0] if spaces[0] != "torch" else "")
        function = overrides.remember(autocast.casting(function))
        _publish_all(function, called, spaces, is_method, aliases)
        return function

    return decorate if function is None else decorate(function)


def method(function=None, *, name=None, aliases=()):
    """Publish a function as a Tensor method only."""

    def decorate(function):
        called = name or function.__name__
        if type(function) is types.FunctionType:
            function.__name__ = function.__qualname__ = called
        overrides.remember(function)
        for n in (called,) + tuple(aliases):
            bind_method(n, function)
            setattr(OPS, n, function)
        return function

    return decorate if function is None else decorate(function)


def prop(function=None, *, name=None, setter=None):
    """Publish a function as a property of Tensor."""

    def decorate(function):
        bind_method(name or function.__name__, property(function, setter, None, function.__doc__))
        return function

    return decorate if function is None else decorate(function)


def named_result(name, fields):
    """Return the named tuple class of an op with several results: `torch.return_types.<name>`."""
    from .results import make_result_type
    made = make_result_type(name, tuple(fields))
    publish("return_types", name, made)
    return made
