"""torch.func: functions of functions. Gradients, products with Jacobians, and vmap, to be composed at will."""
from .apis import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from .vmap import vmap
