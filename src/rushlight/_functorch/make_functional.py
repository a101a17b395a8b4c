"""Modules without state of their own, as programs of 2022 have them: parameters are a tuple and the first argument."""
import copy

from ..core.tensor import OPS
from ..nn.module import Module
from ..nn.parameter import Parameter
from ..nn.utils.stateless import _functional_call

__all__ = ["FunctionalModule", "FunctionalModuleWithBuffers", "combine_state_for_ensemble", "make_functional",
           "make_functional_with_buffers"]


class FunctionalModule(Module):
    """A module that takes its parameters as the first argument."""

    def __init__(self, stateless_model, param_names):
        super().__init__()
        self.stateless_model = stateless_model
        self.param_names = param_names

    def forward(self, params, *args, **kwargs):
        """Return the module's result with these parameters."""
        return _functional_call(self.stateless_model, dict(zip(self.param_names, params)), args, kwargs)


class FunctionalModuleWithBuffers(Module):
    """A module that takes its parameters and its buffers as the first two arguments."""

    def __init__(self, stateless_model, param_names, buffer_names):
        super().__init__()
        self.stateless_model = stateless_model
        self.param_names, self.buffer_names = param_names, buffer_names

    def forward(self, params, buffers, *args, **kwargs):
        """Return the module's result with these parameters and buffers."""
        given = {**dict(zip(self.param_names, params)), **dict(zip(self.buffer_names, buffers))}
        return _functional_call(self.stateless_model, given, args, kwargs)


def _params(model, disable_autograd_tracking):
    names, values = zip(*model.named_parameters()) if any(True for _ in model.parameters()) else ((), ())
    return names, tuple([Parameter(p.detach().clone(), requires_grad=not disable_autograd_tracking and p.requires_grad)
                         for p in values])


def make_functional(model, disable_autograd_tracking=False):
    """Return (a `FunctionalModule`, its parameters as a tuple).

    Args:
        disable_autograd_tracking: the parameters do not require grad.
    Raises: RuntimeError for a module with buffers.
    """
    if any(True for _ in model.buffers()):
        raise RuntimeError("make_functional(model): `model` has buffers. Please use make_functional_with_buffers(model) instead.")
    names, values = _params(model, disable_autograd_tracking)
    return FunctionalModule(copy.deepcopy(model), names), values


def make_functional_with_buffers(model, disable_autograd_tracking=False):
    """Return (a `FunctionalModuleWithBuffers`, its parameters, its buffers)."""
    names, values = _params(model, disable_autograd_tracking)
    buffers = dict(model.named_buffers())
    made = FunctionalModuleWithBuffers(copy.deepcopy(model), names, tuple(buffers))
    return made, values, tuple([b.detach().clone() for b in buffers.values()])


def combine_state_for_ensemble(models):
    """Return (one functional module, its parameters stacked over the models, its buffers stacked)."""
    if not models:
        raise RuntimeError("combine_state_for_ensemble: Expected at least one model, got 0.")
    parts = [make_functional_with_buffers(m) for m in models]
    params = tuple([OPS.stack([p.detach() for p in column]).requires_grad_() for column in zip(*[p[1] for p in parts])])
    return parts[0][0], params, tuple([OPS.stack(list(column)) for column in zip(*[p[2] for p in parts])])
