"""The optimizers as functions of lists of tensors: `torch.optim.adam.adam(...)` and the like."""
import inspect

from ..core.modes import state as mode
from ..core.tensor import TensorBase

#: pairs of options of a function that are one option of the class
_PAIRS = {"betas": ("beta1", "beta2"), "etas": ("etaminus", "etaplus"), "step_sizes": ("step_size_min", "step_size_max"),
          "eps": ("eps1", "eps2")}


def functional(name, cls, grads, states, options, required, **fixed):
    """Return a function that makes one step of an optimizer on lists it is given.

    Args:
        name: the function's name.
        cls: a GroupOptimizer, whose `update` has the formula.
        grads: the name of the parameter for the gradients.
        states: {parameter: key in the state}, each a list with an entry (or None) for each tensor, or an empty list.
        options: {parameter: default}, after the lists.
        required: names of keyword-only options.
        fixed: options of the class that the function does not have.
    """
    kind = inspect.Parameter
    parameters = [kind(n, kind.POSITIONAL_OR_KEYWORD) for n in ("params", grads, *states)]
    parameters += [kind(n, kind.POSITIONAL_OR_KEYWORD, default=d) for n, d in options.items()]
    parameters += [kind(n, kind.KEYWORD_ONLY) for n in required]
    signature = inspect.Signature(parameters)

    def function(*args, **kwargs):
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as e:
            raise TypeError(f"{name}() {e}") from None
        bound.apply_defaults()
        given = bound.arguments
        if given.get("grad_scale") is not None or given.get("found_inf") is not None:
            raise AssertionError("Expected grad_scale and found_inf to be None")
        _step(cls, given["params"], given[grads], {key: given[n] for n, key in states.items()}, _group({**fixed, **given}))

    function.__name__ = function.__qualname__ = name
    function.__signature__ = signature
    function.__module__ = cls.__module__
    function.__doc__ = f"Make one step of {cls.__name__} on lists of tensors; the state is written into the lists given."
    return function


def _group(given):
    """Return the options as the parameter group that the class's `update` reads."""
    group = {"maximize": False, "differentiable": False, "capturable": False, "amsgrad": False, **given}
    for name, pair in _PAIRS.items():
        if pair[0] in group:
            group[name] = (group.pop(pair[0]), group.pop(pair[1]))
    return group


def _step(cls, params, grads, states, group):
    steps = states.get("step", ())
    if not all(isinstance(t, TensorBase) for t in steps):
        raise RuntimeError("API has changed, `state_steps` argument must contain a list of singleton tensors")
    optimizer = object.__new__(cls)             # for its formula alone: it holds no parameters
    before = mode.grad
    mode.grad = before and bool(group["differentiable"])
    try:
        for i, (p, g) in enumerate(zip(params, grads)):
            state = {key: values[i] for key, values in states.items() if i < len(values)}
            state = {key: value for key, value in state.items() if value is not None}
            if "step" in state:
                state["step"] += 1
            optimizer.update(group, p, -g if group["maximize"] else g, state)
            for key, values in states.items():
                if key in state and i < len(values):
                    values[i] = state[key]
    finally:
        mode.grad = before
