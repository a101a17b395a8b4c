"""Timing of statements."""
from __future__ import annotations

import enum
import sys
import textwrap
import time
import timeit

from .common import Measurement, TaskSpec, set_torch_threads

__all__ = ["Language", "Timer", "timer"]

timer = timeit.default_timer


class Language(enum.Enum):
    """What statements are written in."""

    PYTHON = 0
    CPP = 1


class Timer:
    """Times a statement.

    Args:
        stmt, setup, global_setup: Python code; the setup runs before each timing, the global one first of all.
        timer: a clock, in s.
        globals: names the code may use.
        label, sub_label, description, env: for tables: title, row, column, and a mark of the row.
        num_threads: how many threads ops get.
        language: Python; other languages are refused.

    Example:
        >>> from torch.utils.benchmark import Timer
        >>> Timer("x + 1", "x = 1").timeit(10).number_per_run
        10
    """

    def __init__(self, stmt="pass", setup="pass", global_setup="", timer=timer, globals=None, label=None, sub_label=None,
                 description=None, env=None, num_threads=1, language=Language.PYTHON):
        if not isinstance(stmt, str):
            raise ValueError("Currently only a `str` stmt is supported.")
        if language not in (Language.PYTHON, "py", "python"):
            raise ValueError(f"Invalid language `{language}`." if language not in (Language.CPP, "cpp", "c++") else
                             "statements in C++ cannot be timed: there is no compiler at run time")
        self._globals = dict(globals or {})
        stmt, setup, global_setup = (_dedent(text) for text in (stmt, setup, global_setup))
        if global_setup:
            exec(compile(global_setup, "<global setup>", "exec"), self._globals)
        self._timer = timeit.Timer(stmt, setup, timer, self._globals_with_torch())
        self._task_spec = TaskSpec(stmt, setup, global_setup, label, sub_label, description, env, num_threads)

    def _globals_with_torch(self):
        self._globals.setdefault("torch", sys.modules[__name__.partition(".")[0]])
        return self._globals

    def _run(self, number):
        with set_torch_threads(self._task_spec.num_threads):
            return max(self._timer.timeit(number), 1e-9)

    def timeit(self, number=1000000):
        """Return one time of `number` runs, after a hundredth as many for warming up."""
        self._run(max(number // 100, 2))
        return Measurement(number, [self._run(number)], self._task_spec)

    def repeat(self, repeat=-1, number=-1):
        """Refuse, as torch does: see `blocked_autorange`."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def autorange(self, callback=None):
        """Refuse, as torch does: see `blocked_autorange`."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    def _estimate_block_size(self, min_run_time):
        """Return how many runs last long enough that the clock does not count."""
        clock = min(self._clock() for _ in range(100))
        number = 1
        while True:
            taken = self._run(number)
            if clock / taken <= 1e-4 and taken >= min_run_time / 1000:
                return number
            if taken > min_run_time:
                return number
            number *= 10

    def _clock(self):
        start = time.perf_counter()
        return max(time.perf_counter() - start, 1e-9)

    def blocked_autorange(self, callback=None, min_run_time=0.2):
        """Return times of blocks of runs, for `min_run_time` seconds in all.

        Args:
            callback: called with (number, seconds) after each block.
        """
        number = self._estimate_block_size(min_run_time)
        times, total = [], 0.0
        while total < min_run_time or not times:
            taken = self._run(number)
            times.append(taken)
            total += taken
            if callback is not None:
                callback(number, taken)
        return Measurement(number, times, self._task_spec)

    def adaptive_autorange(self, threshold=0.1, *, min_run_time=0.01, max_run_time=10.0, callback=None):
        """Return times of blocks until their interquartile range is below a share of the median.

        Args:
            threshold: that share.
            min_run_time: seconds between checks; max_run_time: seconds after which it ends in any case.
            callback: called with (number, seconds) after each block.
        """
        number = self._estimate_block_size(0.05)
        times, total, rounds = [], 0.0, max(1, int(min_run_time / self._run(number)))
        while total < max_run_time:
            for _ in range(rounds):
                taken = self._run(number)
                times.append(taken)
                total += taken
                if callback is not None:
                    callback(number, taken)
            found = Measurement(number, times, self._task_spec)
            if len(times) >= 4 and found.meets_confidence(threshold):
                break
        return found


def _dedent(text):
    lines = textwrap.dedent(text)
    return lines[1:].rstrip() if lines.startswith("\n") else lines.rstrip()
