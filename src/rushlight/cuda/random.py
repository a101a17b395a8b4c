"""torch.cuda.random: the seed of the GPU's random numbers.

CUDA tensors are filled from a stream of the host, one for all devices, so that a seed gives the CPU's
numbers there too. Without a GPU seeding does nothing, as in torch.
"""
from ..backend import cuda as _backend
from ..core import generator as _generator


def _default():
    """The generator of CUDA tensors; AssertionError without a GPU."""
    _backend.module()
    _generator.source_of(None, "cuda")
    return _generator._DEFAULTS["cuda"]


def _available():
    return _backend.find()[1] > 0


def manual_seed(seed):
    """Start the stream of a seed; without a GPU nothing happens."""
    seed = int(seed)
    if _available():
        _default().manual_seed(seed)


def manual_seed_all(seed):
    """Start the stream of a seed on all devices."""
    manual_seed(seed)


def seed():
    """Start a stream of the system's choice; without a GPU nothing happens."""
    if _available():
        _default().seed()


def seed_all():
    """Start a stream of the system's choice on all devices."""
    seed()


def initial_seed():
    """Return the seed of the stream; AssertionError without a GPU."""
    return _default().initial_seed()


def get_rng_state(device="cuda"):
    """Return the stream's state as a uint8 tensor; AssertionError without a GPU."""
    _check(device)
    return _default().get_state()


def get_rng_state_all():
    """Return a list with the state for each device, empty without a GPU."""
    return [get_rng_state(i) for i in range(_backend.find()[1])]


def set_rng_state(new_state, device="cuda"):
    """Go to a state that `get_rng_state` gave; without a GPU nothing happens."""
    if _available():
        _check(device)
        _default().set_state(new_state)


def set_rng_state_all(new_states):
    """Go to the states that `get_rng_state_all` gave."""
    for i, state in enumerate(new_states):
        set_rng_state(state, i)


def _check(device):
    from . import _check, _index
    _check(_index(device))
