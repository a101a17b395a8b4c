"""Custom differentiable functions: `Function` with its context, and `once_differentiable`."""
import functools

from ..backend import base as backends
from ..core import engine, views
from ..core.engine import FREED, Node, RAW
from ..core.modes import Flags, state
from ..core.tensor import TensorBase, alias, make, node_of, wants_grad


class FunctionCtx(Node):
    """What `forward` leaves for `backward`; it is also the node of the call in the graph."""

    saved_in_order = None

    def __init__(self, function, args):
        Node.__init__(self)
        self._function = function
        self.grad_name = function.__name__ + "Backward"
        self.needs_input_grad = tuple(isinstance(a, TensorBase) and wants_grad(a) for a in args)
        self.materialize_grads = True
        self.to_save = ()
        self._dirty = ()
        self._constant = ()
        self._is_tensor = tuple(isinstance(a, TensorBase) for a in args)

    def save_for_backward(self, *tensors):
        """Keep tensors (inputs, outputs or others) for `backward`, with their versions."""
        self.to_save = tensors

    def save_for_forward(self, *tensors):
        """Keep tensors for `jvp`."""
        self.saved_for_forward = tensors

    def mark_dirty(self, *tensors):
        """Say which inputs `forward` wrote to in place."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors):
        """Say through which outputs no gradient flows."""
        self._constant = tensors

    def set_materialize_grads(self, value):
        """Whether `backward` gets zeros (the default) or None where no gradient flowed."""
        self.materialize_grads = value

    @property
    def saved_tensors(self):
        """The tensors given to `save_for_backward`; RuntimeError when they were freed or written to."""
        if self.saved_in_order is not None:         # inside `jvp`
            return tuple(self.saved_in_order)
        if self.freed and self.versions:
            raise RuntimeError(FREED)
        if self.saved is None:
            return tuple(self.to_save)
        return tuple(self._saved(k) for k in range(len(self.saved)))

    def _saved(self, k):
        item, version = self.saved[k], self.versions[k]
        if version == -1:
            return item
        if version == -2:
            return engine.unpacked(item, self, RAW.depth == 0)
        t, nr = item
        if t._counter is not None and t._counter.n != version:
            self.saved[k] = t
            self.complain(k, t._array, t._counter, version)
        if nr is None:
            return t
        again = alias(t)                       # an output: it may not hold its own node alive
        again._node, again._nr = self, nr
        return again

    @property
    def next_functions(self):
        every = Node.next_functions.__get__(self)
        return tuple(e for e, is_tensor in zip(every, self._is_tensor) if is_tensor)

    def seal(self, outputs):
        """Turn what was given to `save_for_backward` into checked, cycle-free references."""
        saved, versions = [], []
        for t in self.to_save:
            if t is None:
                saved.append(None)
                versions.append(-1)
                continue
            if not isinstance(t, TensorBase):
                raise TypeError(f"save_for_backward can only save variables, but argument {len(saved)} is of type "
                                f"{type(t).__name__}")
            nr = next((k for k, o in enumerate(outputs) if o is t and o._node is self), None)
            kept = t if nr is None else alias(t)
            c = t._counter
            if c is not None:
                c.saved += 1
            saved.append((kept, nr))
            versions.append(0 if c is None else c.n)
        self.saved, self.versions = saved, versions
        self.to_save = ()
        hooks = saved_hooks()
        if hooks:
            self.pack_with(hooks)

    def pack_with(self, hooks):
        for k, version in enumerate(self.versions):
            if version >= 0:
                self.saved[k], self.versions[k] = engine.packed(self._saved(k), self, hooks), -2

    def run(self, grads, create_graph):
        """Call the user's `backward` with tensors; return arrays (tensors for `create_graph`)."""
        tensors = [self._incoming(k, g) for k, g in enumerate(grads)]
        if state.forward:
            return self._transposed(tensors)
        depth, before = RAW.depth, state.grad
        RAW.depth, state.grad = 0, create_graph
        try:
            found = self._function.backward(self, *tensors)
        finally:
            RAW.depth, state.grad = depth, before
        return self._checked(found, create_graph)

    def _transposed(self, grads):
        """Return the gradients by transposing the user's `jvp`: forward mode transposes them again."""
        from ..func.forward import transpose
        places = [k for k, e in enumerate(self.edges) if e is not None]
        shapes = [(e._array.shape, e._array.dtype) if isinstance(e, TensorBase) else
                  e.shape_of(0 if self.nrs is None else self.nrs.get(k, 0)) for k, e in enumerate(self.edges)
                  if e is not None]

        def tangents(*given):
            full = [None] * len(self.edges)
            for k, t in zip(places, given):
                full[k] = t
            saved, self.saved_in_order = self.saved_in_order, getattr(self, "saved_for_forward", None)
            try:
                return self._function.jvp(self, *full)
            finally:
                self.saved_in_order = saved
        found = [None] * len(self.edges)
        for k, g in zip(places, transpose(tangents, shapes, grads)):
            found[k] = g
        return found

    def _incoming(self, k, g):
        if g is not None:
            return engine.as_tensor(g)
        if not self.materialize_grads:
            return None
        shape, dtype, array_type = self._zeros[k]
        return make(backends._BY_ARRAY[array_type].zeros(shape, dtype=dtype))

    def _checked(self, found, create_graph):
        found = list(found) if isinstance(found, (tuple, list)) else [found]
        n = len(self.edges)
        if len(found) > n and all(r is None for r in found[n:]):
            found = found[:n]
        if len(found) != n:
            raise RuntimeError(f"function {self.grad_name} returned an incorrect number of gradients (expected {n}, got "
                               f"{len(found)})")
        for k, r in enumerate(found):
            if r is None:
                continue
            if not isinstance(r, TensorBase):
                raise TypeError(f"function {self.grad_name} returned a gradient of type {type(r).__name__} at position "
                                f"{k}, expected a Tensor or None")
            if not self._is_tensor[k]:
                raise RuntimeError(f"function {self.grad_name} returned a gradient different than None at position "
                                   f"{k + 1}, but the corresponding forward input was not a Variable")
            if not create_graph:
                # The user may keep this tensor; a copy makes sure no leaf's .grad shares its memory.
                array = r._array
                found[k] = backends.of_array(array).copy(array) if isinstance(self.edges[k], TensorBase) else array
        return found


def saved_hooks():
    from ..core.op import Hooks
    return Hooks.stack[-1] if Hooks.stack else None


class _FunctionMeta(type):
    def __init__(cls, name, bases, space):
        super().__init__(name, bases, space)
        cls._node_class = type(name + "Backward", (FunctionCtx,), {"__doc__": f"The node of a call of `{name}`."})


class Function(metaclass=_FunctionMeta):
    """A differentiable function with its own gradient.

        class Square(Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            def backward(ctx, grad):
                x, = ctx.saved_tensors
                return 2 * x * grad

    Call it as `Square.apply(x)`. With a `setup_context(ctx, inputs, output)` method, `forward` takes
    no `ctx`.
    """

    def __init__(self, *args, **kwargs):
        raise RuntimeError(f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so "
                           "you should invoke them on the class itself. Instantiating an autograd function will raise "
                           "an error in a future version of PyTorch.")

    @staticmethod
    def forward(*args, **kwargs):
        """Compute the outputs; defined by the subclass."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keep what `backward` needs, where `forward` takes no `ctx`."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Return one gradient (or None) for each input of `forward`; defined by the subclass."""
        raise NotImplementedError("You must implement either the backward or vjp method for your custom "
                                  "autograd.Function to use it with backward mode AD.")

    vjp = backward

    #: run the operations of `forward` and `backward` on batches inside vmap
    generate_vmap_rule = False

    @staticmethod
    def jvp(ctx, *grad_inputs):
        """Return the tangents of the outputs from those of the inputs; defined by the subclass."""
        raise NotImplementedError("You must implement the jvp function for custom autograd.Function to use it with forward mode "
                                  "AD.")

    @staticmethod
    def vmap(info, in_dims, *args):
        """Return (outputs, their batch dimensions) for batched arguments; defined by the subclass."""
        raise NotImplementedError("To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
                                  "generate_vmap_rule=True.")

    @classmethod
    def apply(cls, *args):
        """Run `forward` outside any graph and record the call as one node."""
        if state.transforms:
            from ..func import custom
            found = custom.apply(cls, args)
            if found is not None:
                return found
        ctx = cls._node_class(cls, args)
        if cls.backward is Function.backward and cls.vjp is not Function.vjp:
            ctx._function = _VjpAsBackward(cls)
        track = state.grad and any(ctx.needs_input_grad)
        before = state.grad
        depth = RAW.depth
        RAW.depth, state.grad = 0, False
        try:
            if cls.setup_context is not Function.setup_context:
                result = cls.forward(*args)
                cls.setup_context(ctx, args, result)
            else:
                result = cls.forward(ctx, *args)
        finally:
            RAW.depth, state.grad = depth, before
        return _finish(ctx, args, result, track)


class _VjpAsBackward:
    """Lets a Function that defines `vjp` instead of `backward` run."""

    def __init__(self, cls):
        self.backward, self.jvp = cls.vjp, cls.jvp
        self.__name__ = cls.__name__


def _finish(ctx, args, result, track):
    """Tie the outputs of a forward to its node."""
    single = not isinstance(result, tuple)
    outputs = [result] if single else list(result)
    if track:
        ctx.edges, nrs = [], {}
        for a in args:
            fn = node_of(a) if isinstance(a, TensorBase) else None
            if fn is not None and a._nr:
                nrs[len(ctx.edges)] = a._nr
            ctx.edges.append(fn if fn is not None else (a if isinstance(a, TensorBase) and a._req else None))
        ctx.nrs = nrs or None
        ctx.renumber()
        if Flags.anomaly:
            ctx.remember_stack()
    for t in ctx._dirty:
        views.bump(t, ctx.grad_name)
    outputs = [_tie(ctx, args, o, k, track) for k, o in enumerate(outputs)]
    tensors = [o for o in outputs if isinstance(o, TensorBase)]
    ctx.multi = [(o._array.shape, o._array.dtype) if isinstance(o, TensorBase) else ((), None) for o in outputs]
    ctx._zeros = [(o._array.shape, o._array.dtype, type(o._array)) if isinstance(o, TensorBase) else None
                  for o in outputs]
    if track:
        ctx.seal(tensors)
    return outputs[0] if single else tuple(outputs)


def _tie(ctx, args, out, k, track):
    """Return output k as the tensor the caller gets."""
    if not isinstance(out, TensorBase):
        return out
    constant = any(out is t for t in ctx._constant)
    is_input = any(out is a for a in args)
    dirty = any(out is t for t in ctx._dirty)
    if is_input and not dirty:
        out = alias(out)
    if not track or constant or out.dtype.category < 2:
        return out
    if dirty:
        views.check_inplace(out)
        if out._base is not None:
            raise RuntimeError("A view returned dirty from a custom Function cannot be rebased: clone it first")
        out._req = False
    elif out._node is not None or out._req:
        out = alias(out)
    out._node, out._nr = ctx, k
    return out


def once_differentiable(fn):
    """Decorate a `backward` whose result cannot be differentiated again; trying to raises."""

    @functools.wraps(fn)
    def wrapper(ctx, *grads):
        before = state.grad
        state.grad = False
        try:
            found = fn(ctx, *grads)
        finally:
            state.grad = before
        if not before or not any(isinstance(g, TensorBase) and wants_grad(g) for g in grads):
            return found
        single = not isinstance(found, tuple)
        found = (found,) if single else found
        blocked = tuple(_blocked(r) if isinstance(r, TensorBase) else r for r in found)
        return blocked[0] if single else blocked

    return wrapper


class _Once(Node):
    """The node behind the result of a once-differentiable backward: running it raises."""

    def __init__(self, array):
        Node.__init__(self)
        self.grad_name = "DelayedError"
        self.edges = []
        self.out_shape, self.out_dtype = array.shape, array.dtype

    def run(self, grads, create_graph):
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def _blocked(t):
    out = alias(t)
    out._node = _Once(t._array)
    return out


FunctionMeta = _FunctionMeta
BackwardCFunction = FunctionCtx
