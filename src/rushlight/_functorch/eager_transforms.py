"""torch._functorch.eager_transforms: gradients and products as functions of functions."""
from ..func.apis import (grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp)  # noqa: F401
from ..func.state import functionalize  # noqa: F401
