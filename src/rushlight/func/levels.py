"""What a vmap that is open knows: its level, its size, and what random numbers are in it."""
import threading

import numpy as np

from ..backend.batched import BATCHED
from ..backend.batched_array import BatchedArray
from ..backend.cpu import B as CPU
from ..core.modes import state

RANDOM = ("vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness "
          "flags on vmap or perform the randomness operation out of vmap")


class _Levels(threading.local):
    """The vmaps that are open in this thread, outermost first."""

    def __init__(self):
        self.open = []


Levels = _Levels()


class Batch:
    """One open vmap.

    Attributes:
        level: its number; size: how many samples; randomness: "error", "different" or "same".
    """

    def __init__(self, level, size, randomness):
        self.level, self.size, self.randomness = level, size, randomness

    def check(self):
        """Raise where random numbers are not allowed."""
        for batch in Levels.open:
            if batch.randomness == "error":
                raise RuntimeError(RANDOM)

    def _different(self):
        """Return {level: size} of the open vmaps whose samples get numbers of their own."""
        self.check()
        return {b.level: b.size for b in Levels.open if b.randomness == "different"}

    def fill(self, fill, out, *args):
        """Let `fill(B, array, *args)` write random numbers into `out`, or into a batch of such arrays, and return that."""
        sizes = self._different()
        plain = CPU.empty((*sizes.values(), *out.shape), dtype=out.dtype)
        before, state.batch = state.batch, None
        try:
            fill(CPU, plain, *args)
        finally:
            state.batch = before
        found = BatchedArray(plain, tuple(sizes)) if sizes else plain
        if type(out) is not BatchedArray and sizes or set(sizes) - set(getattr(out, "levels", ())):
            return found
        return BATCHED.copyto(out, found) if type(out) is BatchedArray else CPU.copyto(out, found)

    def each(self, draw):
        """Return the array that `draw()` gives, drawn anew for each sample that gets numbers of its own."""
        sizes = self._different()
        if not sizes:
            return draw()
        lead = tuple(sizes.values())
        rows = [draw() for _ in range(int(np.prod(lead)))]
        return BatchedArray(np.stack(rows).reshape(lead + rows[0].shape), tuple(sizes))
