"""torch._functorch.apis: the public transforms."""
from ..func.apis import grad, grad_and_value  # noqa: F401
from ..func.vmap import vmap  # noqa: F401
