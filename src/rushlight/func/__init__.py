"""torch.func: functions of functions. Gradients, products with Jacobians, and vmap, to be composed at will."""
from .apis import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from .rearrange import rearrange
from .state import debug_unwrap, functional_call, functionalize, replace_all_batch_norm_modules_, stack_module_state
from .vmap import vmap

__all__ = ["debug_unwrap", "functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp",
           "linearize", "rearrange", "replace_all_batch_norm_modules_", "stack_module_state", "vjp", "vmap"]
