"""Generators of random numbers: torch's CPU generator and the default one.

Tensors of other devices draw from a source on the host too, so that a seed gives the same numbers there.
"""
import contextlib

from .. import dtypes
from ..backend import base as backends
from ..backend import guard
from ..backend.mt19937 import DEFAULT_SEED, STATE_BYTES, Source, nondeterministic_seed
from ..devices import device as _device
from .modes import state
from .tensor import TensorBase, make


class Generator:
    """A stream of random numbers that tensors are filled from; seeded with 67280421310721 at first.

    Args:
        device: whose tensors it is for, the CPU by default.

    Source: MT19937 as torch's CPU generator seeds, steps and saves it.
    """

    def __init__(self, device="cpu"):
        device = _device(device)
        if device.type != "cpu":
            _check_device(device)
        self.device = device
        self.source = Source(DEFAULT_SEED)

    def manual_seed(self, seed):
        """Start the stream of a seed, -2**63 to 2**64 - 1 (a negative one counts from 2**64); return self."""
        if isinstance(seed, bool) or not hasattr(seed, "__index__") or isinstance(seed, TensorBase):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        seed = seed.__index__()
        if not -(1 << 63) <= seed < 1 << 64:
            raise ValueError("Overflow when unpacking long long")
        self.source.seed(seed)
        return self

    def seed(self):
        """Start a stream of the system's choice and return its seed, 64 bits."""
        seed = nondeterministic_seed()
        self.source.seed(seed)
        return seed

    def initial_seed(self):
        """Return the seed of the stream."""
        return self.source.seed_value

    def get_state(self):
        """Return the state, a uint8 tensor of 5056 bytes as torch lays them out."""
        return make(guard.frombuffer(bytearray(self.source.pack()), dtypes.uint8.np, -1, 0))

    def set_state(self, new_state):
        """Go to a state that `get_state` gave here or in torch; return self."""
        self.source.unpack(_state_bytes(new_state))
        return self

    def clone_state(self):
        """Return a new generator in the same state."""
        return Generator(self.device).set_state(self.get_state())

    def get_offset(self):
        """Raise RuntimeError: only CUDA's generators count offsets."""
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, _offset):
        """Raise RuntimeError: only CUDA's generators count offsets."""
        raise RuntimeError("CPU Generator does not use offset")

    def graphsafe_get_state(self):
        """Raise NotImplementedError: only CUDA's generators share their state."""
        raise NotImplementedError("graphsafe_get_state is not supported in this Generator")

    def graphsafe_set_state(self, _state):
        """Raise NotImplementedError: only CUDA's generators share their state."""
        raise NotImplementedError("graphsafe_set_state is not supported in this Generator")

    def __reduce__(self):
        return Generator, (self.device,), (self.initial_seed(), None, self.get_state())

    def __setstate__(self, state):
        self.set_state(state[2])

    def __repr__(self):
        return f"<torch._C.Generator object at {id(self):#x}>"


def _check_device(device):
    if device.type == "meta":
        raise RuntimeError("META device type not an accelerator.")
    try:
        backends.of_device(device)
    except (RuntimeError, NotImplementedError, AssertionError, ImportError) as e:
        if device.type != "cuda":
            raise
        raise RuntimeError("Cannot get CUDA generator without ATen_cuda library. PyTorch splits its backend into two "
                           "shared libraries: a CPU library and a CUDA library; this error has occurred because you "
                           "are trying to use some CUDA functionality, but the CUDA library has not been loaded by "
                           "the dynamic linker for some reason.") from e


def _state_bytes(state):
    """Return the bytes of a state tensor; the errors are torch's."""
    if not isinstance(state, TensorBase):
        raise TypeError(f"expected a torch.ByteTensor, but got {type(state).__name__}")
    if state.dtype is not dtypes.uint8:
        raise TypeError("RNG state must be a torch.ByteTensor")
    array = state._array
    if not array.flags.c_contiguous:
        raise RuntimeError("RNG state must be contiguous")
    if array.size != STATE_BYTES:
        raise RuntimeError(f"Expected a CPUGeneratorImplState of size {STATE_BYTES} but found the input RNG state size to "
                           f"be {array.size}")
    return array.tobytes()


# ------------------------------------------------------------------ the default generators

default_generator = Generator()
default_generator.seed()

_DEFAULTS = {"cpu": default_generator}


def source_of(generator, device_type="cpu"):
    """Return the stream of a `generator=` argument (None: the device's default generator)."""
    if state.batch is not None:
        state.batch.check()
    if generator is None:
        found = _DEFAULTS.get(device_type)
        if found is None:
            if device_type == "meta":
                return Generator().source           # of numbers that nobody sees
            found = _DEFAULTS[device_type] = Generator(device_type).manual_seed(default_generator.initial_seed())
        return found.source
    if generator.device.type != device_type:
        raise RuntimeError(f"Expected a '{device_type}' device type for generator but found '{generator.device.type}'")
    return generator.source


def manual_seed(seed):
    """Seed the default generators of all devices with `int(seed)`; return the CPU's.

    A negative seed counts from 2**64. Raises ValueError outside -2**63 .. 2**64 - 1.
    """
    seed = int(seed)
    for generator in _DEFAULTS.values():
        generator.manual_seed(seed)
    return default_generator


def seed():
    """Seed the default generators with a number of the system's choice and return it."""
    chosen = default_generator.seed()
    manual_seed(chosen)
    return chosen


def initial_seed():
    """Return the seed of the default CPU generator."""
    return default_generator.initial_seed()


def get_rng_state():
    """Return the state of the default CPU generator, a uint8 tensor of 5056 bytes."""
    return default_generator.get_state()


def set_rng_state(new_state):
    """Set the state of the default CPU generator."""
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices=None, enabled=True, _caller="fork_rng", _devices_kw="devices", device_type="cuda"):
    """Inside, draw as one likes: on leaving, the default generators are where they were.

    Args:
        devices: indices of devices of `device_type` whose generators are kept too (None: all in use).
        enabled: False makes it do nothing.
    """
    if not enabled:
        yield
        return
    _device(device_type)
    kept = [(default_generator, get_rng_state())]
    other = _DEFAULTS.get(device_type) if devices is None or list(devices) else None
    if other is not None and other is not default_generator:
        kept.append((other, other.get_state()))
    try:
        yield
    finally:
        for generator, state in kept:
            generator.set_state(state)
