"""grad, vjp, jvp and Jacobians as functions of functions.

A gradient is one walk from the output to the inputs' links. A Jacobian-vector product is two: the backward
walk is a linear map of the gradient that is fed in, and the gradient of that map is its transpose.
"""
import functools

from ..core.modes import state
from ..core.tensor import OPS, TensorBase
from ..utils import _pytree as pytree
from . import forward
from .links import gradients, outside, reaches_outside, variable
from .vmap import vmap


class _Recording:
    """Within it operations are recorded, whatever the mode outside, which `before` is."""

    def __enter__(self):
        self.before = state.grad
        state.grad = True
        state.transforms += 1
        return self

    def __exit__(self, *exc):
        state.grad = self.before
        state.transforms -= 1


def _require_tensor(x):
    if not isinstance(x, TensorBase):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
    return x


class _Inputs:
    """A tree of tensors that became a transform's inputs.

    Attributes:
        tree: the same tree, of variables; nodes: their links; leaves: the tensors as they came.
    """

    def __init__(self, tree, graph):
        self.leaves, self.spec = pytree.tree_flatten(tree)
        made = [variable(_require_tensor(x), graph) for x in self.leaves]
        self.nodes = [x._node for x in made]
        self.tree = self.spec.unflatten(made)

    def zeros(self, found):
        """Return the gradients as a tree like the inputs, zeros where none flowed."""
        return self.spec.unflatten([OPS.zeros_like(x.detach()) if g is None else g for g, x in zip(found, self.leaves)])


def _argnums(argnums, n):
    """Check `argnums` as torch does and return it as a tuple."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    found = (argnums,) if isinstance(argnums, int) else argnums
    if not found:
        raise RuntimeError("argnums must be non-empty")
    if len(set(found)) != len(found):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    for k in found:
        if not isinstance(k, int):
            raise RuntimeError(f"argnum must be int, got {type(k)}")
        if not -n <= k < n:
            raise RuntimeError(f"Got argnum={k}, but only {n} positional inputs")
    return tuple([k % n for k in found])


def _selected(args, argnums):
    numbers = _argnums(argnums, len(args))
    return args[numbers[0]] if isinstance(argnums, int) else tuple([args[k] for k in numbers])


def _replaced(args, argnums, values):
    numbers = _argnums(argnums, len(args))
    args = list(args)
    for k, v in zip(numbers, (values,) if isinstance(argnums, int) else values):
        args[k] = v
    return args


# ------------------------------------------------------------------ grad

def grad_and_value(func, argnums=0, has_aux=False):
    """Return a function that gives (gradient, value of func), or (gradient, (value, aux)).

    Args:
        argnums: which positional argument, or tuple of them, is differentiated; each may be a tree of tensors.
        has_aux: func returns (value, anything).
    Raises: RuntimeError unless func returns a tensor of no dimensions.
    """
    @functools.wraps(func)
    def call(*args, **kwargs):
        with _Recording() as mode:
            inputs = _Inputs(_selected(args, argnums), mode.before)
            output = func(*_replaced(args, argnums, inputs.tree), **kwargs)
            aux = None
            if has_aux:
                if not (isinstance(output, tuple) and len(output) == 2):
                    raise RuntimeError("grad_and_value(f)(*args): output of function f should be a tuple: (output, aux) if "
                                       "has_aux is True")
                output, aux = output
            _require_scalar(output)
            keeps = mode.before and reaches_outside([output], inputs.nodes)
            found = gradients([output], [OPS.ones_like(output.detach())], inputs.nodes, keeps)
        value = outside(output, keeps)
        if has_aux:
            value = value, _tree_outside(aux, inputs.nodes, mode.before)
        return inputs.zeros([g if g is None else outside(g, keeps) for g in found]), value
    return call


def _require_scalar(output):
    if not isinstance(output, TensorBase):
        raise RuntimeError(f"grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(output)}")
    if output.ndim != 0:
        raise RuntimeError("grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with "
                           f"{output.ndim} dims. Maybe you wanted to use the vjp or jacrev APIs instead?")


def _tree_outside(tree, own, grad_mode):
    def cut(x):
        return outside(x, grad_mode and reaches_outside([x], own))
    return pytree.tree_map_only(TensorBase, cut, tree)


def grad(func, argnums=0, has_aux=False):
    """Return a function that gives the gradient of `func`, which returns a tensor of no dimensions.

    Args:
        argnums: which positional argument, or tuple of them, is differentiated.
        has_aux: func returns (value, aux); the result is then (gradient, aux).
    Example:
        >>> torch.func.grad(torch.sin)(torch.tensor(0.))
        tensor(1.)
    """
    pair = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def call(*args, **kwargs):
        found, value = pair(*args, **kwargs)
        return (found, value[1]) if has_aux else found
    return call


# ------------------------------------------------------------------ vjp

def _output_leaves(output, name):
    leaves, spec = pytree.tree_flatten(output)
    for x in leaves:
        if not isinstance(x, TensorBase):
            raise RuntimeError(f"{name}: expected f(*primals) to return only tensors, got unsupported type {type(x)}")
    return leaves, spec


def _without_aux(output, name):
    if not (isinstance(output, tuple) and len(output) == 2):
        raise RuntimeError(f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return output


def vjp(func, *primals, has_aux=False):
    """Return (func(*primals), a function from cotangents to the vector-Jacobian product).

    Args:
        has_aux: func returns (output, aux), and aux is returned as a third value.
    Returns: the second value takes a tree like the output and gives a tuple with a tree like each primal.
    """
    name = "vjp(f, *primals)"
    with _Recording() as mode:
        inputs = _Inputs(primals, mode.before)
        output = func(*inputs.tree)
        aux = None
        if has_aux:
            output, aux = _without_aux(output, name)
        leaves, spec = _output_leaves(output, name)
        keeps = mode.before and reaches_outside(leaves, inputs.nodes)

    def product(cotangents, _retain_graph=True, create_graph=None):
        """Return the vector-Jacobian product; `create_graph` None records it where the caller's mode does."""
        starts, given = pytree.tree_flatten(cotangents)
        if given != spec:
            raise RuntimeError("Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                               f"function. cotangents: {pytree.treespec_pprint(given)}, primal output: "
                               f"{pytree.treespec_pprint(spec)}")
        for k, (s, y) in enumerate(zip(starts, leaves)):
            if s.shape != y.shape:
                raise RuntimeError(f"Mismatch in shape: grad_output[{k}] has a shape of {s.shape} and output[{k}] has a shape "
                                   f"of {y.shape}.")
        graph = create_graph if create_graph is not None else state.grad and (
            reaches_outside(leaves, inputs.nodes) or reaches_outside(starts, ()))
        return inputs.zeros(gradients(leaves, starts, inputs.nodes, graph))

    result = spec.unflatten([outside(y, keeps) for y in leaves])
    return (result, product, _tree_outside(aux, inputs.nodes, mode.before)) if has_aux else (result, product)


# ------------------------------------------------------------------ jvp

def _check_tangents(primals, tangents, name):
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{name}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    flat, spec = pytree.tree_flatten(primals)
    along, given = pytree.tree_flatten(tangents)
    if spec != given:
        raise RuntimeError(f"{name}: Expected primals and tangents to have the same python structure. For example, if primals "
                           f"is a tuple of 3 tensors, tangents also must be. Got primals with structure {spec} and tangents "
                           f"with structure {given}")
    for what, leaves in (("primals", flat), ("tangents", along)):
        for x in leaves:
            if not isinstance(x, TensorBase):
                raise RuntimeError(f"{name}: Expected {what} to only contain Tensors, got {type(x)}")
        if not leaves:
            raise RuntimeError(f"{name}: Expected {what} to contain at least one Tensor.")
    return along


class _Linear:
    """A function at a point: its value, and the linear map from tangents to tangents there."""

    def __init__(self, func, primals, has_aux, name):
        with _Recording() as self.mode:
            self.inputs = _Inputs(primals, self.mode.before)
            output = func(*self.inputs.tree)
            aux = None
            if has_aux:
                output, aux = _without_aux(output, name)
            self.leaves, self.spec = _output_leaves(output, name)
            self.map = forward.Transposed(self.leaves, self.inputs.nodes)
            self.keeps = self.mode.before and reaches_outside(self.leaves, self.inputs.nodes)
        self.output = self.spec.unflatten([outside(y, self.keeps) for y in self.leaves])
        self.aux = _tree_outside(aux, self.inputs.nodes, self.mode.before)

    def __call__(self, tangents):
        """Return the output's tangents for those of the inputs (None is zero), as a tree."""
        graph = state.grad and (self.keeps or reaches_outside([t for t in tangents if t is not None], ()))
        return self.spec.unflatten(self.map(tangents, graph))


def jvp(func, primals, tangents, *, strict=False, has_aux=False):
    """Return (func(*primals), the Jacobian-vector product along the tangents), and aux.

    Args:
        primals, tangents: tuples of trees of tensors, of the same shapes.
        strict: raise where an output does not depend on any input, rather than give zeros.
        has_aux: func returns (output, aux).
    """
    name = "jvp(f, primals, tangents)"
    along = _check_tangents(primals, tangents, name)
    for x, t in zip(pytree.tree_leaves(primals), along):
        forward.check_tangent(x, t)
    linear = _Linear(func, primals, has_aux, name)
    if strict:
        for reached in linear.map.reached():
            if not reached:
                raise RuntimeError("jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This "
                                   "is not allowed with strict=True.")
    found = linear(along)
    return (linear.output, found, linear.aux) if has_aux else (linear.output, found)


def linearize(func, *primals):
    """Return (func(*primals), the function from tangents to the Jacobian-vector product there).

    `func` is run once; the second value may be called many times.
    """
    flat, spec = pytree.tree_flatten(primals)
    linear = _Linear(func, primals, False, "jvp(f, primals, tangents)")

    def product(*tangents):
        along, given = pytree.tree_flatten(tangents)
        if given != spec:
            raise RuntimeError(f"Expected the tangents {given} to have the same argspec as the primals {spec}")
        for k, (t, x) in enumerate(zip(along, flat)):
            if t.shape != x.shape:
                raise RuntimeError(f"tangent:{k} with shape {t.shape} in flattened pytree doesn't match the shape {x.shape} of "
                                   "the corresponding primal.")
            if t.dtype is not x.dtype:
                raise RuntimeError(f"tangent:{k} with dtype {t.dtype} in flattened pytree doesn't match the dtype {x.dtype} of "
                                   "the corresponding primal.")
        return linear(along)
    return linear.output, product


# ------------------------------------------------------------------ Jacobians

def _basis(x):
    """Return the unit vectors of x's shape, one after the other."""
    n = x.numel()
    return OPS.reshape(OPS.eye(n, dtype=x.dtype, device=x.device), (n, *x.shape))


def jacrev(func, argnums=0, *, has_aux=False, chunk_size=None, _preallocate_and_copy=False):
    """Return a function that gives the Jacobian of `func`, row by row: one backward walk for the batch of output elements.

    Args:
        argnums: which positional argument, or tuple of them, is differentiated.
        has_aux: func returns (output, aux); the result is then (Jacobian, aux).
        chunk_size: how many rows at a time; None for all.
    Returns: for each output (a tree) the Jacobian of shape output + input, for several inputs a tuple of them.
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def call(*args, **kwargs):
        selected = _selected(args, argnums)

        def of_selected(chosen):
            return func(*_replaced(args, argnums, chosen), **kwargs)
        output, product, *aux = vjp(of_selected, selected, has_aux=has_aux)
        leaves, spec = pytree.tree_flatten(output)
        zeros = [OPS.zeros_like(y.detach()) for y in leaves]
        rows = []
        for k, y in enumerate(leaves):
            def row(unit, k=k):
                return product(spec.unflatten(zeros[:k] + [unit] + zeros[k + 1:]))[0]
            found = vmap(row, chunk_size=chunk_size)(_basis(y.detach()))
            rows.append(pytree.tree_map(lambda j, y=y: OPS.reshape(j, (*y.shape, *j.shape[1:])), found))
        result = spec.unflatten(rows)
        return (result, aux[0]) if has_aux else result
    return call


def jacfwd(func, argnums=0, has_aux=False, *, randomness="error"):
    """Return a function that gives the Jacobian of `func`, column by column; see `jacrev`."""
    @functools.wraps(func)
    def call(*args, **kwargs):
        selected = _selected(args, argnums)

        def of_selected(chosen):
            return func(*_replaced(args, argnums, chosen), **kwargs)
        linear = _Linear(of_selected, (selected,), has_aux, "jvp(f, primals, tangents)")
        inputs, spec = pytree.tree_flatten(selected)
        nothing = [None] * len(inputs)
        columns = []
        for k, x in enumerate(inputs):
            def column(unit, k=k):
                return pytree.tree_leaves(linear(nothing[:k] + [unit] + nothing[k + 1:]))
            found = vmap(column, out_dims=-1, randomness=randomness)(_basis(x.detach()))
            columns.append([OPS.reshape(j, (*j.shape[:-1], *x.shape)) for j in found])
        result = linear.spec.unflatten([spec.unflatten(list(row)) for row in zip(*columns)])
        return (result, linear.aux) if has_aux else result
    return call


def hessian(func, argnums=0):
    """Return a function that gives the Hessian of `func`: the forward Jacobian of the backward one."""
    return jacfwd(jacrev(func, argnums), argnums)
