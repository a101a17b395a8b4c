"""The Mersenne Twister as PyTorch's CPU generator runs it: seeding, words, and the saved state's bytes.

The compiled build keeps the state in an array that the native kernels step; the pure build lets
NumPy's own MT19937 run. Both give the same words.

Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998 (the 2002 seeding).
"""
import math
import os
import struct
import threading
import weakref

import numpy as np

from . import guard

try:
    from ..native import random as native
except ImportError:
    native = None

N = 624
DEFAULT_SEED = 67280421310721
STATE_BYTES = 5056

# What torch saves: seed, left, seeded, next, 624 words of 8 bytes each, three doubles of an older normal
# method (the second is the cached normal), whether it is valid, a cached float normal and its flag.
_HEAD, _TAIL = struct.Struct("<QiiQ"), struct.Struct("<dddi4xfB3x")
_WORDS_END = _HEAD.size + 8 * N


_SOURCES = weakref.WeakSet()


def _new_locks():
    """In a forked process, let go of locks that threads of the parent held."""
    for source in _SOURCES:
        source.lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_locks)


class Source:
    """A stream of 32-bit words with the second half of the last normal pair.

    Attributes:
        seed_value: what the stream was seeded with, 0 to 2**64 - 1.
        normal: the cached normal (a float), or None.
        state: for native kernels, uint32[625]: the words, then the position; None in the pure build.
        lock: held by whoever draws several things that belong together.
    """

    __slots__ = ("__weakref__", "_float_cache", "_numpy", "lock", "normal", "seed_value", "state")

    def __init__(self, seed=DEFAULT_SEED, use_native=True):
        self.lock = threading.RLock()
        _SOURCES.add(self)
        self.state = np.empty(N + 1, np.uint32) if native is not None and use_native else None
        self.seed(seed)

    def seed(self, seed):
        """Start the stream that `seed` gives (its low 32 bits count) and forget the cached normal."""
        with self.lock:
            self.seed_value = seed & 0xFFFFFFFFFFFFFFFF
            self.normal = None
            self._float_cache = (0.0, 0)
            self._numpy = None
            if self.state is not None:
                native.seed(self.state, seed & 0xFFFFFFFF)

    def _stream(self):
        """Return NumPy's generator, made at the first draw: numpy.random takes a while to import."""
        if self._numpy is None:
            self._numpy = np.random.RandomState(self.seed_value & 0xFFFFFFFF)
        return self._numpy

    def words(self, n):
        """Return the next `n` words, a new uint32 array."""
        if self.state is not None:
            out = np.empty(n, np.uint32)
            native.words(self.state, out)
            return out
        return self._stream().randint(0, 1 << 32, n, dtype=np.uint32)

    def words64(self, n):
        """Return `n` numbers of 64 bits, a new uint64 array; each takes two words, the high one first."""
        pairs = self.words(2 * n)
        out = pairs[0::2].astype(np.uint64)
        out <<= np.uint64(32)
        out |= pairs[1::2]
        return out

    # ---- the state

    def position(self):
        """Return (words, index of the next one): a copy of the state."""
        if self.state is not None:
            return self.state[:N].copy(), int(self.state[N])
        _, key, pos = self._stream().get_state()[:3]
        return key, pos

    def move(self, words, pos):
        """Go to a state that `position` gave."""
        if self.state is not None:
            self.state[:N] = words
            self.state[N] = pos
        else:
            self._stream().set_state(("MT19937", words, pos))

    def pack(self):
        """Return the state as torch's 5056 bytes."""
        with self.lock:
            words, pos = self.position()
            # Just seeded, torch says 0 where later it says 624; only then the first word is the seed.
            fresh = pos == N and int(words[0]) == self.seed_value & 0xFFFFFFFF
            cached = self.normal is not None
            return b"".join((
                _HEAD.pack(self.seed_value, 1 if fresh else N + 1 - pos, 1, 0 if fresh else pos),
                words.astype("<u8").tobytes(),
                _TAIL.pack(0.0, self.normal if cached else 0.0, 0.0, cached, *self._float_cache)))

    def unpack(self, data):
        """Go to the state that `pack` (or torch) gave; RuntimeError when the bytes are no state."""
        seed, left, seeded, following = _HEAD.unpack_from(data)
        words = guard.frombuffer(data, np.dtype("<u8"), N, _HEAD.size)
        _, normal, _, cached, float_normal, float_cached = _TAIL.unpack_from(data, _WORDS_END)
        # One left means none: torch counts down before it looks.
        if not seeded or not (left == 1 or (1 < left <= N and following == N + 1 - left)) or following > N:
            raise RuntimeError("Invalid mt19937 state")
        with self.lock:
            self.move(words.astype(np.uint32), N if left == 1 else following)
            self.seed_value = seed
            self.normal = normal if cached else None
            self._float_cache = (float_normal, float_cached)


class Rewindable:
    """Draws one at a time from a source, taking words in blocks and giving back what was not used.

    For rejection methods, whose need is not known before: `with Rewindable(source) as draws`.
    """

    def __init__(self, source, block=256):
        self._source, self._block = source, block

    def __enter__(self):
        self._start = self._source.position()
        self._taken, self._ready = 0, iter(())
        return self

    def uniform(self):
        """Return the next float in [0, 1) with 53 random bits."""
        for value in self._ready:
            self._taken += 1
            return value
        self._ready = iter(((self._source.words64(self._block) & np.uint64(2**53 - 1)) * 2.0**-53).tolist())
        self._block = min(2 * self._block, 1 << 16)
        return self.uniform()

    def normal(self):
        """Return the next standard normal of the scalar method, the cached one first."""
        cached = self._source.normal
        if cached is not None:
            self._source.normal = None
            return cached
        angle = 2 * math.pi * self.uniform()
        radius = math.sqrt(-2 * math.log1p(-self.uniform()))
        self._source.normal = radius * math.sin(angle)
        return radius * math.cos(angle)

    def __exit__(self, *exc):
        self._source.move(*self._start)
        self._source.words(2 * self._taken)


def nondeterministic_seed():
    """Return 64 bits from the operating system."""
    return int.from_bytes(os.urandom(8), "little")
