"""`backward` and `grad`: argument checks around the walk."""
import warnings

from .. import dtypes, errors
from ..backend import base as backends
from ..backend.cpu import B as CPU
from .engine import backward_walk
from .tensor import TensorBase, make, node_of, wants_grad


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    """Accumulate the gradients of `tensors` into the leaves (or only into `inputs`).

    Args:
        tensors: a tensor or a sequence of them; those without `grad_tensors` hold one element.
        grad_tensors: the gradient with respect to each, in its shape.
        retain_graph: keep what the graph saved (default: `create_graph`).
        create_graph: record the backward itself, for higher orders.
        grad_variables: the former name of `grad_tensors`.
        inputs: the tensors to accumulate into; others stay as they are.
    Raises RuntimeError when a root needs a gradient given or does not require grad.
    """
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError("`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please "
                               "only use `grad_tensors`.")
        grad_tensors = grad_variables
    roots = several(tensors)
    if inputs is not None:
        inputs = several(inputs.values() if isinstance(inputs, dict) else inputs)
        if not inputs:
            raise RuntimeError("`inputs` argument to `backward` cannot be empty.")
    grads = start_gradients(roots, grad_tensors, create_graph)
    retain = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        backward_walk(roots, grads, retain, create_graph)
        return
    found = backward_walk(roots, grads, retain, create_graph, capture_keys(inputs))
    for k, t in enumerate(inputs):
        if k in found:
            g = found[k]
            t._grad = _accumulated(t._grad, g if isinstance(g, TensorBase) else make(_fresh(g)))


def several(tensors):
    """Return a tuple of tensors; a gradient edge is stood in for by a tensor that flows along it."""
    if isinstance(tensors, TensorBase) or hasattr(tensors, "output_nr"):
        tensors = (tensors,)
    return tuple([t if isinstance(t, TensorBase) else _on_edge(*t[:2]) for t in tensors])


def _on_edge(node, nr):
    leaf = getattr(node, "variable", None)
    if leaf is not None:
        return leaf
    shape, dtype = node.shape_of(nr)
    t = make(CPU.broadcast_to(CPU.zeros((), dtype=dtype), shape))       # of no memory: its values count for nothing
    t._node, t._nr = node, nr
    return t


def _accumulated(old, g):
    return g if old is None else old + g


def _fresh(array):
    return backends.of_array(array).copy(array)


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, allow_unused=None,
         is_grads_batched=False, materialize_grads=False):
    """Return the gradients of the outputs with respect to each input, as a tuple; for a dict of inputs, as a dict.

    Args:
        only_inputs: False means nothing any more, and says so.
        allow_unused: give None for an input the outputs do not depend on, rather than raise.
        materialize_grads: give zeros instead of that None.
        is_grads_batched: `grad_outputs` have one more leading dimension; so have the results.
    """
    if not only_inputs:
        warnings.warn("only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for "
                      "other parts of the graph, please use torch.autograd.backward.", FutureWarning, stacklevel=2)
    if isinstance(inputs, dict):
        found = grad(outputs, tuple(inputs.values()), grad_outputs, retain_graph, create_graph, True, allow_unused,
                     is_grads_batched, materialize_grads)
        return dict(zip(inputs, found, strict=True))
    outputs = several(outputs)
    inputs = several(inputs)
    if materialize_grads and allow_unused is False:
        raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
                         "allow_unused=False.")
    if not inputs:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    retain = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        return _batched(outputs, inputs, grad_outputs, retain, create_graph, allow_unused, materialize_grads)
    for t in inputs:
        if not wants_grad(t):
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    grads = start_gradients(outputs, grad_outputs, create_graph)
    found = backward_walk(outputs, grads, retain, create_graph, capture_keys(inputs))
    result, given = [], set()
    for k, t in enumerate(inputs):
        g = found.get(k)
        if g is None:
            if not allow_unused:
                raise RuntimeError(f"The differentiated Tensor at index {k} appears to not have been used in the graph. "
                                   "Set allow_unused=True if this is the desired behavior.")
            if materialize_grads:
                backend = backends.of_array(t._array)
                g = make(backend.zeros_like(t._array))
                g._req = create_graph
        elif not isinstance(g, TensorBase):
            if g.base is not None or not g.flags.writeable or id(g) in given:
                g = _fresh(g)           # what the caller gets shares memory with nothing else
            given.add(id(g))
            g = make(g)
        result.append(g)
    return tuple(result)


def _batched(outputs, inputs, grad_outputs, retain, create_graph, allow_unused, materialize_grads):
    """`grad` for each leading slice of `grad_outputs`, stacked."""
    from .tensor import OPS
    grad_outputs = (grad_outputs,) if isinstance(grad_outputs, TensorBase) else tuple(grad_outputs)
    n = len(grad_outputs[0])
    rows = [grad(outputs, inputs, tuple(g[i] for g in grad_outputs), retain or i + 1 < n, create_graph,
                 allow_unused=allow_unused, materialize_grads=materialize_grads) for i in range(n)]
    return tuple(None if column[0] is None else OPS.stack(list(column)) for column in zip(*rows))


def capture_keys(inputs):
    """Return {id(leaf) or (node, output number): [positions]} for the walk."""
    keys = {}
    for k, t in enumerate(inputs):
        node = node_of(t)
        keys.setdefault(id(t) if node is None else (node, t._nr), []).append(k)
    return keys


def start_gradients(roots, given, create_graph):
    """Return the gradient arrays (tensors for `create_graph`) the walk starts with."""
    if given is None:
        given = (None,) * len(roots)
    elif isinstance(given, TensorBase):
        given = (given,)
    if len(given) != len(roots):
        raise RuntimeError(f"got {len(roots)} tensors and {len(given)} gradients")
    grads = []
    for k, (root, g) in enumerate(zip(roots, given)):
        node_of(root)
        if g is None:
            g = _ones(root)
        else:
            _check(k, root, g)
        grads.append(g if create_graph else g._array)
    for k, root in enumerate(roots):
        if not wants_grad(root):
            raise RuntimeError(errors.taught(f"element {k} of tensors does not require grad and does not have a grad_fn"))
    return grads


def _ones(root):
    array = root._array
    if array.size != 1:
        if wants_grad(root):
            raise RuntimeError(errors.taught("grad can be implicitly created only for scalar outputs"))
        return make(array)
    backend = backends.of_array(array)
    if backend.kind(array) == "c":
        raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {root.dtype}")
    return make(backend.ones(array.shape, dtype=array.dtype))


def _check(k, root, g):
    if not isinstance(g, TensorBase):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
    if g._array.shape != root._array.shape:
        raise RuntimeError(f"Mismatch in shape: grad_output[{k}] has a shape of {g.shape} and output[{k}] has a shape "
                           f"of {root.shape}.")
    if (g.dtype.category == dtypes.COMPLEX) != (root.dtype.category == dtypes.COMPLEX):
        raise RuntimeError("For complex Tensors, both grad_output and output are required to have the same dtype. "
                           f"Mismatch in dtype: grad_output[{k}] has a dtype of {g.dtype} and output[{k}] has a dtype "
                           f"of {root.dtype}.")
