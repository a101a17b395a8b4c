"""Where a loader stands in its epoch, so that a later run goes on from there with the same batches.

What is kept: the states of the generators when the epoch began, and how many batches were handed out.
To resume, the generators go back to the beginning, the sampler is asked anew for what had been handed out,
and the generators return to where they were.
"""
import contextlib
import random

import numpy as np

from ....core.generator import default_generator
from ....core.tensor import make
from ..dataset import ConcatDataset, IterableDataset, Subset, TensorDataset
from ..distributed import DistributedSampler
from ..sampler import BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler
from .collate import default_collate


class Progress:
    """How far an epoch has come: the states at its beginning, batches handed out, whether it ended."""

    __slots__ = ("start", "yielded", "finished")

    def __init__(self, start=None):
        self.start, self.yielded, self.finished = start, 0, start is None


def rng_states(others=True):
    """Return the states of the default generators of Rushlight and, with `others`, of `random` and NumPy."""
    states = {"torch": default_generator.get_state()}
    if others:
        kind, keys, *rest = np.random.get_state()
        states |= {"python": random.getstate(), "numpy": (kind, make(keys.copy()), *rest)}
    return states


def set_rng_states(states):
    """Go to states that `rng_states` gave."""
    default_generator.set_state(states["torch"])
    if "numpy" not in states:
        return
    version, keys, gauss = states["python"]
    random.setstate((version, tuple(keys), gauss))
    kind, keys, *rest = states["numpy"]
    np.random.set_state((kind, keys._array, *rest))


def generators(loader):
    """Return the loader's own generators by name: those that its samplers draw from."""
    found = {"loader": loader.generator, "sampler": getattr(loader.sampler, "generator", None),
             "batch_sampler": getattr(loader.batch_sampler, "generator", None)}
    return {name: g for name, g in found.items() if hasattr(g, "get_state")}


def capture(loader):
    """Return the states of everything that decides an epoch's order."""
    states = {"rng": rng_states(others=not _draws_from_torch_alone(loader)),
              "generators": {name: g.get_state() for name, g in generators(loader).items()}}
    for name in ("sampler", "batch_sampler"):
        part = getattr(loader, name)
        if hasattr(part, "state_dict"):
            states[name] = part.state_dict()
        elif isinstance(getattr(part, "epoch", None), int):
            states[name] = {"epoch": part.epoch}
    return states


def put_back(loader, states):
    """Go to states that `capture` gave."""
    set_rng_states(states["rng"])
    for name, g in generators(loader).items():
        if name not in states["generators"]:
            raise ValueError(f"the saved position has no state of the generator of the {name}: it is another loader's")
        g.set_state(states["generators"][name])
    for name in ("sampler", "batch_sampler"):
        part = getattr(loader, name)
        if name in states and hasattr(part, "load_state_dict"):
            part.load_state_dict(states[name])
        elif name in states:
            part.set_epoch(states[name]["epoch"])


_OWN_SAMPLERS = (SequentialSampler, RandomSampler, SubsetRandomSampler, WeightedRandomSampler, DistributedSampler)


def _draws_from_torch_alone(loader):
    """Whether the order of an epoch cannot depend on `random` or NumPy: the library's samplers over a map."""
    return type(loader.sampler) in _OWN_SAMPLERS and type(loader.batch_sampler) in (BatchSampler, type(None)) \
        and not isinstance(loader.dataset, IterableDataset)


@contextlib.contextmanager
def at_the_start(loader, states):
    """Inside, the generators are where they were when an epoch began; afterwards where they are now."""
    now = capture(loader)
    put_back(loader, states)
    try:
        yield
    finally:
        put_back(loader, now)


def is_pure(loader):
    """Whether making a batch draws no random numbers and changes nothing: only then may one be left out."""
    return loader.collate_fn is default_collate and _pure(loader.dataset)


def _pure(dataset):
    if type(dataset) is TensorDataset:
        return True
    if type(dataset) is Subset:
        return _pure(dataset.dataset)
    return type(dataset) is ConcatDataset and all(map(_pure, dataset.datasets))
