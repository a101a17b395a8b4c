"""torch._functorch.vmap: what libraries import from there."""
from ..core.tensor import Tensor  # noqa: F401
from ..func.vmap import name_of as _get_name  # noqa: F401
from ..func.vmap import vmap  # noqa: F401
from ..utils._pytree import _broadcast_to_and_flatten, tree_flatten, tree_map_, tree_unflatten  # noqa: F401
