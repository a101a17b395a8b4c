"""torch.autograd.functional: Jacobians, Hessians and their products with vectors, by repeated backward passes.

`torch.func` has the same as functions of functions. Here a function is called on variables made of `inputs`;
with `create_graph` these keep the inputs' own graph.
"""
from ..core.autograd import grad as _autograd_grad
from ..core.modes import enable_grad
from ..core.tensor import OPS, TensorBase, wants_grad

__all__ = ["vjp", "jvp", "jacobian", "hessian", "hvp", "vhp"]

_LINEAR = ("While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is "
           "independent of the input. This is not allowed in strict mode. You should ensure that your function is twice "
           "differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for "
           "example).")
_UNUSED = "The output of the user-provided function is independent of input {}. This is not allowed in strict mode."
_CONSTANT = ("The {} of the user-provided function is independent of input {}. This is not allowed in strict mode when "
             "create_graph=True.")
_NO_GRAPH = ("Output {} of the user-provided function does not require gradients. The outputs must be computed in a "
             "differentiable manner from the input when running in strict mode.")


# ------------------------------------------------------------------ arguments and results

def _as_tuple(x, what, name):
    """Return (tuple of tensors, whether x was one); TypeError as torch's for anything else."""
    if isinstance(x, TensorBase):
        return (x,), False
    subject = f"The {what} given to {name}" if what != "outputs of the user-provided function" else \
        f"The outputs of the user-provided function given to {name}"
    if not isinstance(x, tuple):
        raise TypeError(f"{subject} must be either a Tensor or a tuple of Tensors but the given {what} has type {type(x)}.")
    for k, item in enumerate(x):
        if not isinstance(item, TensorBase):
            raise TypeError(f"{subject} must be either a Tensor or a tuple of Tensors but the value at index {k} has type "
                            f"{type(item)}.")
    return x, True


def _as_given(x, was_tuple):
    return tuple(x) if was_tuple else x[0]


def _variables(inputs, create_graph):
    """Return the inputs as variables: of their own, or with the graph they have where gradients are to be recorded."""
    return tuple([x.view_as(x) if create_graph and wants_grad(x) else x.detach().requires_grad_() for x in inputs])


def _call(func, variables, name):
    return _as_tuple(func(*variables), "outputs of the user-provided function", name)


def _vector(v, like, was_tuple, name):
    """Check the shapes of v and return it as a tuple of tensors outside any graph of the call."""
    v, _ = _as_tuple(v, "v", name)
    if len(v) != len(like):
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}." if was_tuple
                           else "The given v should contain a single Tensor.")
    for k, (a, b) in enumerate(zip(v, like)):
        if a.shape != b.shape:
            which = f"Entry {k} in " if was_tuple else ""
            raise RuntimeError(f"{which}v has invalid size: should be {b.shape} but got {a.shape}.")
    return v


def _only_one(tensors, who):
    if len(tensors) != 1 or tensors[0].numel() != 1:
        raise RuntimeError(f"The vector v can only be None if {who} a single Tensor with a single element.")
    return tuple([OPS.ones_like(t.detach()) for t in tensors])


def _gradients(outputs, inputs, starts=None, create_graph=False):
    """Return the gradient of each input, None where nothing flows; outputs without a graph count for nothing."""
    starts = (None,) * len(outputs) if starts is None else starts
    pairs = [(o, s) for o, s in zip(outputs, starts) if o is not None and wants_grad(o)]
    if not pairs:
        return (None,) * len(inputs)
    return _autograd_grad([o for o, _ in pairs], inputs, [s for _, s in pairs], allow_unused=True,
                          create_graph=create_graph, retain_graph=True)


def _check_outputs(outputs, strict):
    if strict:
        for k, o in enumerate(outputs):
            if not wants_grad(o):
                raise RuntimeError(_NO_GRAPH.format(k))


def _check_jacobian(found, strict):
    """In strict mode, raise for a gradient that is missing or does not depend on the inputs."""
    if strict:
        for k, g in enumerate(found):
            if g is None:
                raise RuntimeError(_UNUSED.format(k))
            if not wants_grad(g):
                raise RuntimeError(_LINEAR.format(k))


def _filled(found, like, strict, create_graph, missing=_UNUSED, constant="jacobian"):
    """Return gradients with zeros for those missing; in strict mode a missing or constant one raises."""
    result = []
    for k, (g, x) in enumerate(zip(found, like)):
        if g is None:
            if strict:
                raise RuntimeError(missing.format(k))
            g = OPS.zeros_like(x.detach())
        elif strict and create_graph and not wants_grad(g):
            raise RuntimeError(_CONSTANT.format(constant, k))
        result.append(g)
    return tuple(result)


def _result(tensors, create_graph):
    return tensors if create_graph else tuple([t.detach() for t in tensors])


def _single(func, name):
    """Return `func` checked to give one tensor of one element."""
    def checked(*args):
        out, was_tuple = _call(func, args, name)
        if was_tuple:
            raise RuntimeError(f"The function given to {name} should return a single Tensor")
        if out[0].numel() != 1:
            raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")
        return out[0].squeeze() if out[0].ndim else out[0]
    return checked


# ------------------------------------------------------------------ products with a Jacobian

def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """Return (func(*inputs), v times the Jacobian).

    Args:
        inputs: a tensor, or a tuple of them.
        v: like func's output; may be left out where that has one element.
        create_graph: record the computation, so that both results can be differentiated.
        strict: raise where an output does not depend on an input, rather than give zeros.
    """
    with enable_grad():
        inputs, many = _as_tuple(inputs, "inputs", "vjp")
        inputs = _variables(inputs, create_graph)
        outputs, many_outputs = _call(func, inputs, "vjp")
        _check_outputs(outputs, strict)
        if v is not None:
            v = _vector(v, outputs, many_outputs, "vjp")
        elif len(outputs) != 1 or outputs[0].numel() != 1:
            raise RuntimeError("The vector v can only be None if the user-provided function returns a single Tensor with a "
                               "single element.")
    found = _filled(_gradients(outputs, inputs, v, create_graph), inputs, strict, create_graph)
    return _as_given(_result(outputs, create_graph), many_outputs), _as_given(_result(found, create_graph), many)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return (func(*inputs), the Jacobian times v), by differentiating the backward pass; see `vjp`.

    Args:
        v: like `inputs`; may be left out where that is one tensor of one element.
    """
    with enable_grad():
        inputs, many = _as_tuple(inputs, "inputs", "jvp")
        given = inputs
        inputs = _variables(inputs, create_graph)
        v = _only_one(given, "the input to the user-provided function is") if v is None else _vector(v, inputs, many, "jvp")
        outputs, many_outputs = _call(func, inputs, "jvp")
        _check_outputs(outputs, strict)
        starts = tuple([OPS.ones_like(o.detach()).requires_grad_() for o in outputs])
        backward = _gradients(outputs, inputs, starts, True)
        if strict:
            for k, g in enumerate(backward):
                if g is None:
                    raise RuntimeError(_UNUSED.format(k))
    found = _filled(_gradients(backward, starts, v, create_graph), outputs, strict, create_graph)
    return (_as_given(_result(outputs, create_graph), many_outputs),
            _as_given(_result(found, create_graph), many_outputs))


# ------------------------------------------------------------------ Jacobian and Hessian

_STRATEGY = 'Expected strategy to be either "forward-mode" or "reverse-mode".'


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """Return the Jacobian of `func`: for each output and each input a tensor of shape output + input.

    Args:
        inputs: a tensor, or a tuple of them.
        create_graph, strict: see `vjp`.
        vectorize: run the rows as one batch.
        strategy: "reverse-mode" or "forward-mode" (with `vectorize`): by rows or by columns.
    Returns: a tensor; a tuple over the inputs where they are one; a tuple of those over several outputs.
    Example:
        >>> torch.autograd.functional.jacobian(lambda x: x ** 2, torch.tensor([1., 2.]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    assert strategy in ("forward-mode", "reverse-mode"), (
        _STRATEGY + ' Hint: If your function has more outputs than inputs, "forward-mode" tends to be more performant. '
        'Otherwise, prefer to use "reverse-mode".')
    if strategy == "forward-mode":
        return _forward_jacobian(func, inputs, create_graph, strict, vectorize)
    with enable_grad():
        inputs, many = _as_tuple(inputs, "inputs", "jacobian")
        inputs = _variables(inputs, create_graph)
        outputs, many_outputs = _call(func, inputs, "jacobian")
        _check_outputs(outputs, strict)
        if vectorize:
            if strict:
                raise RuntimeError("torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported "
                                   "together. Please either set `strict=False` or `vectorize=False`.")
            rows = [_rows_at_once(o, inputs, create_graph) for o in outputs]
        else:
            rows = [_rows(o, k, inputs, create_graph, strict) for k, o in enumerate(outputs)]
    found = [_as_given(_result(r, create_graph), many) for r in rows]
    return _as_given(found, many_outputs)


def _rows(output, number, inputs, create_graph, strict):
    """Return the Jacobians of one output, row by row."""
    columns = [[] for _ in inputs]
    flat = output.reshape(-1)
    missing = f"Output {number} of the user-provided function is independent of input {{}}. This is not allowed in strict mode."
    for j in range(output.numel()):
        found = _gradients((flat[j],), inputs, None, create_graph)
        for column, g in zip(columns, _filled(found, inputs, strict, create_graph, missing)):
            column.append(g)
    return tuple([OPS.stack(c).view(tuple(output.shape) + tuple(x.shape)) for c, x in zip(columns, inputs)])


def _rows_at_once(output, inputs, create_graph):
    from ..func.vmap import vmap
    n = output.numel()
    basis = OPS.eye(n, dtype=output.dtype, device=output.device).reshape((n, *output.shape))

    def row(unit):
        return _filled(_gradients((output,), inputs, (unit,), create_graph), inputs, False, create_graph)
    found = vmap(row)(basis)
    return tuple([j.reshape(tuple(output.shape) + tuple(x.shape)) for j, x in zip(found, inputs)])


def _forward_jacobian(func, inputs, create_graph, strict, vectorize):
    together = "are not supported together (yet). Please either set"
    if strict:
        raise RuntimeError(f'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` {together} '
                           '`strict=False` or `strategy="reverse-mode"`.')
    if not vectorize:
        raise NotImplementedError("Computing Jacobian using forward-AD or forward-over-reverse Hessian is"
                                  "only implemented for `vectorize=True`.")
    if create_graph:
        raise NotImplementedError(f'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` '
                                  f'{together} `create_graph=False` or `strategy="reverse-mode"`.')
    from ..func.apis import jacfwd
    inputs, many = _as_tuple(inputs, "inputs", "jacobian")
    was_tuple = []

    def as_tuple(*args):
        out, is_tuple = _call(func, args, "jacobian")
        was_tuple[:] = [is_tuple]
        return out
    found = jacfwd(as_tuple, tuple(range(len(inputs))))(*inputs)
    rows = [list(row) if many else row[0] for row in found]         # lists, as torch gives here
    return rows if was_tuple[0] else rows[0]


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """Return the Hessian of `func`, which gives one element: the Jacobian of its Jacobian; see `jacobian`.

    Returns: a tensor of shape input + input; of several inputs, a tuple of tuples.
    """
    assert outer_jacobian_strategy in ("forward-mode", "reverse-mode"), _STRATEGY
    inputs, many = _as_tuple(inputs, "inputs", "hessian")
    func = _single(func, "hessian")

    def gradient(*args):
        if outer_jacobian_strategy == "forward-mode":
            args = tuple([x if wants_grad(x) else x.detach().requires_grad_() for x in args])
        found = _strict_gradient(func, args) if strict else jacobian(func, args, create_graph=True)
        _check_jacobian(found, strict)
        return found
    found = jacobian(gradient, inputs, create_graph=create_graph, strict=strict, vectorize=vectorize,
                     strategy=outer_jacobian_strategy)
    return found if many else found[0][0]


def _strict_gradient(func, args):
    """Return the gradients, None where an input is not used: the caller's messages name the Hessian."""
    with enable_grad():
        out = func(*args)
        _check_outputs((out,), True)
        return _gradients((out,), args, None, True)


# ------------------------------------------------------------------ products with a Hessian

def _gradient_of(func, inputs, create_graph, strict, name):
    """Return (variables, whether they were a tuple, the output, its gradients with a graph)."""
    inputs, many = _as_tuple(inputs, "inputs", name)
    inputs = _variables(inputs, create_graph)
    out = _single(func, name)(*inputs)
    _check_outputs((out,), strict)
    found = _gradients((out,), inputs, None, True)
    _check_jacobian(found, strict)
    return inputs, many, out, found


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """Return (func(*inputs), v times the Hessian of `func`, which gives one element); see `vjp`."""
    with enable_grad():
        if v is None:
            v = _only_one(_as_tuple(inputs, "inputs", "vhp")[0], "the input to the user-provided function is")
        given, many = _as_tuple(inputs, "inputs", "vhp")
        v = _vector(v, given, many, "vhp")
        inputs, many, out, first = _gradient_of(func, inputs, create_graph, strict, "vhp")
    found = _filled(_gradients(first, inputs, v, create_graph), inputs, strict, create_graph,
                    constant="hessian")
    return _result((out,), create_graph)[0], _as_given(_result(found, create_graph), many)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """Return (func(*inputs), the Hessian of `func` times v); `vhp` gives the same with one pass fewer."""
    with enable_grad():
        if v is None:
            v = _only_one(_as_tuple(inputs, "inputs", "hvp")[0], "the input to the user-provided function is")
        given, many = _as_tuple(inputs, "inputs", "hvp")
        v = _vector(v, given, many, "hvp")
        inputs, many, out, first = _gradient_of(func, inputs, create_graph, strict, "hvp")
        starts = tuple([OPS.ones_like(x.detach()).requires_grad_() for x in inputs])
        second = _gradients(first, inputs, starts, True)
    found = _filled(_gradients(second, starts, v, create_graph), inputs, strict, False)
    return _result((out,), create_graph)[0], _as_given(_result(found, create_graph), many)
