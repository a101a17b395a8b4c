"""A weight as a direction times a length, by a hook: the form that `parametrizations.weight_norm` replaces."""

from __future__ import annotations

import warnings

from ..parameter import Parameter

__all__ = ["WeightNorm", "remove_weight_norm", "weight_norm"]


def norm_except_dim(v, dim):
    """Return the 2-norms over all dimensions but `dim`, which keep size 1; over all for dim -1."""
    if dim == -1:
        return v.norm()
    t = v.transpose(0, dim)
    norms = t.reshape(t.size(0), -1).norm(2, 1).view(-1, *[1] * (t.dim() - 1))
    return norms.transpose(0, dim)


def scaled(v, g, dim):
    """Return v with its norms (over all dimensions but `dim`) made `g`."""
    return v * (g / norm_except_dim(v, dim))


class WeightNorm:
    """The hook that computes `name` from `name_g` and `name_v` before each forward."""

    def __init__(self, name, dim):
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module):
        """Return the weight."""
        return scaled(getattr(module, self.name + "_v"), getattr(module, self.name + "_g"), self.dim)

    @staticmethod
    def apply(module, name, dim):
        """Replace a parameter by its length and direction; return the hook."""
        if find(module, WeightNorm, name) is not None:
            raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
        hook = WeightNorm(name, dim)
        weight = getattr(module, name)
        del module._parameters[name]
        module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, hook.dim).data))
        module.register_parameter(name + "_v", Parameter(weight.data))
        setattr(module, name, hook.compute_weight(module))
        module.register_forward_pre_hook(hook)
        return hook

    def remove(self, module):
        """Make the computed weight a parameter again."""
        weight = self.compute_weight(module)
        delattr(module, self.name)
        del module._parameters[self.name + "_g"]
        del module._parameters[self.name + "_v"]
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module))


def find(module, kind, name):
    """Return the key of the forward pre-hook of a kind for one tensor, or None."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, kind) and hook.name == name:
            return key
    return None


def weight_norm(module, name="weight", dim=0):
    """Replace a parameter by `name_g` (its norms) and `name_v` (its direction).

    Args:
        dim: the dimension over whose indices there is one norm each; None for one norm.

    Returns: the module.
    Source: Salimans and Kingma 2016.
    """
    warnings.warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of "
        "`torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    WeightNorm.apply(module, name, dim)
    return module


def remove_weight_norm(module, name="weight"):
    """Undo `weight_norm`: the weight as it is becomes a parameter.

    Raises: ValueError when there is none.
    """
    key = find(module, WeightNorm, name)
    if key is None:
        raise ValueError(f"weight_norm of '{name}' not found in {module}")
    module._forward_pre_hooks.pop(key).remove(module)
    return module
