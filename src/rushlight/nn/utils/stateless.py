"""Calling a module with other parameters than its own."""

from __future__ import annotations

import contextlib
import warnings

from ...core.tensor import Tensor

__all__ = ["functional_call"]


def _owner(module, path):
    """Return the sub-module that holds the tensor of a dotted name, and the name there."""
    prefix, _, name = path.rpartition(".")
    if name == "":
        raise KeyError('tensor name can\'t be empty string ""')
    return module.get_submodule(prefix), name


_MISSING = object()


def _swap(owner, name, value):
    """Put a tensor into the place of a name, whatever kind of place that is; return what was there."""
    for place in (owner._parameters, owner._buffers):
        if name in place:
            old, place[name] = place[name], value
            return old
    old = owner.__dict__.get(name, _MISSING)
    if value is _MISSING:
        owner.__dict__.pop(name, None)
    else:
        owner.__dict__[name] = value
    return old


def _named_tensors(module):
    yield from module.named_parameters(remove_duplicate=False)
    yield from module.named_buffers(remove_duplicate=False)


def _tied(module):
    """Return {name: all names of the same tensor} for the tensors that have several."""
    names = {}
    for name, tensor in _named_tensors(module):
        names.setdefault(id(tensor), []).append(name)
    return {name: group for group in names.values() if len(group) > 1 for name in group}


def _untied(module, given):
    """Return the given tensors under all names that are tied to theirs."""
    found = dict(given)
    for name, group in _tied(module).items():
        if name not in given:
            continue
        together = [n for n in group if n in given]
        if any(given[n] is not given[name] for n in together):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(together)}, which are tied. "
                "Consider using tie_weights=False"
            )
        for n in group:
            found[n] = given[name]
    return found


def _check_complete(module, given):
    """Raise RuntimeError unless exactly the module's parameters and buffers are given."""
    known = {name for name, _ in _named_tensors(module)}
    unexpected, missing = sorted(given.keys() - known), sorted(known - given.keys())
    lines = [
        f"{kind} key(s): " + ", ".join(f"'{k}'" for k in keys) + "."
        for kind, keys in (("Unexpected", unexpected), ("Missing", missing))
        if keys
    ]
    if lines:
        raise RuntimeError(
            "Error(s) in reparametrizing for {}:\n\t{}".format(module._get_name(), "\n\t".join(lines))
        )


@contextlib.contextmanager
def _reparametrize_module(module, parameters_and_buffers, tie_weights=False, strict=False):
    """Within it the module has the given tensors; what it puts in their place goes into the dict."""
    given = _untied(module, parameters_and_buffers) if tie_weights else parameters_and_buffers
    if strict:
        _check_complete(module, given)
    undo = []
    try:
        for path, tensor in given.items():
            owner, name = _owner(module, path)
            if not isinstance(tensor, Tensor):
                raise TypeError(f"{tensor} is not an instance of torch.Tensor")
            undo.append((path, owner, name, _swap(owner, name, tensor)))
        yield
    finally:
        # A name that is tied is met twice: backwards, the first tensor comes back last.
        new = {path: _swap(owner, name, old) for path, owner, name, old in reversed(undo)}
        parameters_and_buffers.update({k: new[k] for k in parameters_and_buffers if k in new})


def functional_call(module, parameters_and_buffers, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Call a module with some of its parameters and buffers replaced, as `torch.func.functional_call` does."""
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated as of PyTorch 2.0 and will be removed "
        "in a future version of PyTorch. Please use `torch.func.functional_call` instead which is a "
        "drop-in replacement.",
        FutureWarning,
        stacklevel=2,
    )
    return _functional_call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)


def _functional_call(module, parameters_and_buffers, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Call a module with some of its parameters and buffers replaced.

    Args:
        parameters_and_buffers: {dotted name: tensor}; buffers that the call assigns anew are put here.
        args: a tuple of positional arguments, or the only one.
        tie_weights: a tensor given under one name stands for all names of the same parameter.
        strict: raise RuntimeError unless all parameters and buffers are given, and nothing else.

    Returns: the module's result.
    """
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _reparametrize_module(module, parameters_and_buffers, tie_weights, strict):
        return module(*args, **({} if kwargs is None else kwargs))


def functional_call_of_dicts(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Call a module with other parameters: `torch.func.functional_call`.

    Args:
        parameter_and_buffer_dicts: {dotted name: tensor}, or a sequence of such dicts without common keys.
        args, kwargs, tie_weights, strict: as in `_functional_call`.

    Example:
        >>> layer = nn.Linear(2, 1)
        >>> torch.func.functional_call(layer, {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}, torch.tensor([1., 2.]))
        tensor([3.])
    """
    if isinstance(parameter_and_buffer_dicts, dict):
        given = parameter_and_buffer_dicts
    elif isinstance(parameter_and_buffer_dicts, (list, tuple)):
        if not all(isinstance(d, dict) for d in parameter_and_buffer_dicts):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        keys = [k for d in parameter_and_buffer_dicts for k in d]
        repeated = [k for k in dict.fromkeys(keys) if keys.count(k) > 1]
        if repeated:
            raise ValueError(
                f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous"
            )
        given = {k: v for d in parameter_and_buffer_dicts for k, v in d.items()}
    else:
        raise ValueError(
            "Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, "
            f"but got {type(parameter_and_buffer_dicts)}"
        )
    return _functional_call(module, given, args, kwargs, tie_weights=tie_weights, strict=strict)
