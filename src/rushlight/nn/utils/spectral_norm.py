"""A weight divided by its largest singular value, by a hook: the older form of `parametrizations.spectral_norm`."""

from __future__ import annotations

from ...core.modes import no_grad
from ...core.tensor import OPS
from .. import functional as F
from ..parameter import Parameter
from .weight_norm import find

__all__ = [
    "SpectralNorm",
    "SpectralNormLoadStateDictPreHook",
    "SpectralNormStateDictHook",
    "remove_spectral_norm",
    "spectral_norm",
]


def as_matrix(weight, dim):
    """Return the weight with dimension `dim` first and all others as one."""
    if dim:
        weight = weight.permute(dim, *[d for d in range(weight.dim()) if d != dim])
    return weight.reshape(weight.size(0), -1)


def check_iterations(n):
    """Raise ValueError unless there is at least one iteration."""
    if n <= 0:
        raise ValueError(
            f"Expected n_power_iterations to be positive, but got n_power_iterations={n}"
        )


def output_dim(module):
    """Return the dimension of a weight that counts outputs: 1 in transposed convolutions."""
    from ..conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d

    return int(isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)))


class SpectralNorm:
    """The hook that computes `name` from `name_orig` by power iteration before each forward.

    Attributes:
        n_power_iterations: how many iterations each forward in training makes.
        eps: what norms are at least, as divisors.
    """

    _version: int = 1

    def __init__(self, name="weight", n_power_iterations=1, dim=0, eps=1e-12):
        check_iterations(n_power_iterations)
        self.name, self.dim, self.eps = name, dim, eps
        self.n_power_iterations = n_power_iterations

    def reshape_weight_to_matrix(self, weight):
        """Return the weight as a matrix with one row for each output."""
        return as_matrix(weight, self.dim)

    def compute_weight(self, module, do_power_iteration):
        """Return the weight divided by u' W v, after moving u and v on where that is asked for."""
        weight = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = self.reshape_weight_to_matrix(weight)
        if do_power_iteration:
            with no_grad():
                for _ in range(self.n_power_iterations):
                    v.copy_(F.normalize(OPS.mv(matrix.t(), u), dim=0, eps=self.eps))
                    u.copy_(F.normalize(OPS.mv(matrix, v), dim=0, eps=self.eps))
                u, v = u.clone(), v.clone()     # the graph keeps these; the buffers move on
        return weight / OPS.dot(u, OPS.mv(matrix, v))

    def remove(self, module):
        """Make the computed weight a parameter again."""
        with no_grad():
            weight = self.compute_weight(module, do_power_iteration=False)
        delattr(module, self.name)
        for suffix in ("_u", "_v", "_orig"):
            delattr(module, self.name + suffix)
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module, inputs):
        setattr(module, self.name, self.compute_weight(module, do_power_iteration=module.training))

    def _solve_v_and_rescale(self, matrix, u, target_sigma):
        """Return the v for which u' W v is `target_sigma` (of files that kept no v)."""
        v = OPS.mv(matrix.t().mm(matrix).pinverse(), OPS.mv(matrix.t(), u))
        return v.mul_(target_sigma / OPS.dot(u, OPS.mv(matrix, v)))

    @staticmethod
    def apply(module, name, n_power_iterations, dim, eps):
        """Replace a parameter by its `name_orig` and the two singular vectors; return the hook."""
        if find(module, SpectralNorm, name) is not None:
            raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
        hook = SpectralNorm(name, n_power_iterations, dim, eps)
        weight = module._parameters[name]
        if weight is None:
            raise ValueError(
                f"`SpectralNorm` cannot be applied as parameter `{name}` is None"
            )
        with no_grad():
            h, w = hook.reshape_weight_to_matrix(weight).size()
            u = F.normalize(weight.new_empty(h).normal_(0, 1), dim=0, eps=eps)
            v = F.normalize(weight.new_empty(w).normal_(0, 1), dim=0, eps=eps)
        delattr(module, name)
        module.register_parameter(name + "_orig", weight)
        # A plain tensor until the first forward, so that the name exists.
        setattr(module, name, weight.data)
        module.register_buffer(name + "_u", u)
        module.register_buffer(name + "_v", v)
        module.register_forward_pre_hook(hook)
        module._register_state_dict_hook(SpectralNormStateDictHook(hook))
        module._register_load_state_dict_pre_hook(SpectralNormLoadStateDictPreHook(hook))
        return hook


class SpectralNormLoadStateDictPreHook:
    """Computes `name_v` for state dicts of PyTorch before 1.0, which lack it."""

    def __init__(self, fn):
        self.fn = fn

    def __call__(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs):
        fn = self.fn
        version = local_metadata.get("spectral_norm", {}).get(fn.name + ".version")
        if version is not None and version >= 1:
            return
        key = prefix + fn.name
        parts = [key + suffix for suffix in ("_orig", "", "_u")]
        if version is None and all(p in state_dict for p in (*parts, key + "_v")):
            return
        absent = [p for p in parts if p not in state_dict]
        if absent:
            if strict:
                missing_keys.extend(absent)
            return
        with no_grad():
            original, weight, u = (state_dict[p] for p in parts)
            del state_dict[key]
            sigma = float((original / weight).mean())
            state_dict[key + "_v"] = fn._solve_v_and_rescale(fn.reshape_weight_to_matrix(original), u, sigma)


class SpectralNormStateDictHook:
    """Notes the version of the form in a state dict's metadata."""

    def __init__(self, fn):
        self.fn = fn

    def __call__(self, module, state_dict, prefix, local_metadata):
        versions = local_metadata.setdefault("spectral_norm", {})
        key = self.fn.name + ".version"
        if key in versions:
            raise RuntimeError(f"Unexpected key in metadata['spectral_norm']: {key}")
        versions[key] = self.fn._version


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    """Divide a parameter by its largest singular value, estimated by power iteration.

    Args:
        n_power_iterations: iterations at each forward in training.
        eps: what norms are at least, as divisors.
        dim: the dimension that counts outputs; 1 for transposed convolutions, else 0.

    Returns: the module.
    Source: Miyato et al. 2018.
    """
    SpectralNorm.apply(module, name, n_power_iterations, output_dim(module) if dim is None else dim, eps)
    return module


def remove_spectral_norm(module, name="weight"):
    """Undo `spectral_norm`: the weight as it is becomes a parameter.

    Raises: ValueError when there is none.
    """
    key = find(module, SpectralNorm, name)
    if key is None:
        raise ValueError(f"spectral_norm of '{name}' not found in {module}")
    module._forward_pre_hooks.pop(key).remove(module)
    for hooks in (module._state_dict_hooks, module._load_state_dict_pre_hooks):
        for k, hook in list(hooks.items()):
            fn = getattr(getattr(hook, "hook", hook), "fn", None)
            if isinstance(fn, SpectralNorm) and fn.name == name:
                del hooks[k]
    return module
