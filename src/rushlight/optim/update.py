"""What every optimizer step does to its parameters, whatever the formula: translated in the compiled build."""
from .. import errors
from ..backend.cpu import B as CPU

_count_steps = CPU.kernels.get("count_steps")


def update_groups(optimizer):
    """Update every parameter that has a gradient: natively where that is possible, else in tensor operations."""
    native = optimizer.native
    for group in optimizer.param_groups:
        params, arrays, grads = with_gradients(group["params"])
        if not params:
            continue
        if native is None or group["differentiable"]:
            optimizer._by_tensors(group, params)
        elif native(group, params, arrays, grads):
            wrote(params)
        else:                       # one array may have been refused: the others need not wait for it
            one_by_one(optimizer, group, params, arrays, grads)


def one_by_one(optimizer, group, params, arrays, grads):
    """Update the parameters of a group each by itself."""
    for p, a, g in zip(params, arrays, grads):
        if len(params) > 1 and optimizer.native(group, [p], [a], [g]):
            wrote([p])
        else:
            optimizer._by_tensors(group, [p])


def drop_gradients(params):
    """Set every `.grad` to None."""
    for p in params:
        p._grad = None


def with_gradients(params):
    """Return the parameters that have a gradient, their arrays and those of the gradients."""
    with_grad, arrays, grads = [], [], []
    for p in params:
        g = p._grad
        if g is not None:
            with_grad.append(p)
            arrays.append(p._array)
            grads.append(g._array)
    return with_grad, arrays, grads


def wrote(params):
    """Count one in-place write to each parameter."""
    where = None
    for p in params:
        c = p._counter
        if c is not None:
            c.n += 1
            if c.saved:                 # a graph will want to know who wrote
                if where is None:
                    where = ("step", errors.user_line())
                c.where = where


def arrays_of(states, name):
    """Return the array that each state keeps under a name."""
    found = []
    for state in states:
        t = state[name]
        found.append(t._array)
    return found


def next_steps(states):
    """Return for each state the number of the step that comes."""
    found = []
    for state in states:
        t = state["step"]
        found.append(t._array.item() + 1)
    return found


def count(states):
    """Count one step in each state."""
    arrays = arrays_of(states, "step")
    if _count_steps is None or _count_steps(arrays) is NotImplemented:
        for a in arrays:
            a += 1
