"""`torch.random`: seeds and states of the default generators."""
import sys

from .core.generator import (
    default_generator,
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)

__all__ = ["default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state",
           "thread_safe_generator"]


def thread_safe_generator():
    """Return the generator of the data loader's worker thread, None outside one (torch's default then counts)."""
    data = sys.modules.get("rushlight.utils.data")      # not loaded: no loader, no worker
    info = data.get_worker_info() if data is not None else None
    if info is None or getattr(info, "worker_method", None) != "thread" or info.rng is None:
        return None
    return info.rng.torch_generator
