"""torch._functorch.functional_call: modules called with other parameters."""
from ..func.state import functional_call, stack_module_state  # noqa: F401
