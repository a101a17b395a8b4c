"""The package `functorch` of old: `torch.func` under its first name, with a warning at each call."""
import functools
import warnings

from .. import func as _func
from . import make_functional as _made
from .make_functional import FunctionalModule, FunctionalModuleWithBuffers  # noqa: F401


def _deprecated(function, name, instead):
    @functools.wraps(function)
    def call(*args, **kwargs):
        warnings.warn(f"We've integrated functorch into PyTorch. As the final step of the integration, `functorch.{name}` is "
                      "deprecated as of PyTorch 2.0 and will be deleted in a future version of PyTorch >= 2.3. Please use "
                      f"`{instead}` instead; see the PyTorch 2.0 release notes and/or the `torch.func` migration guide for more "
                      "details https://pytorch.org/docs/main/func.migrating.html", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)
    return call


for _name in ("functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "vjp", "vmap"):
    globals()[_name] = _deprecated(getattr(_func, _name), _name, f"torch.{'' if _name == 'vmap' else 'func.'}{_name}")
for _name, _instead in (("make_functional", "functional_call"), ("make_functional_with_buffers", "functional_call"),
                        ("combine_state_for_ensemble", "stack_module_state")):
    globals()[_name] = _deprecated(getattr(_made, _name), _name, f"torch.func.{_instead}")
del _name, _instead
