"""A measurement, what was measured, and units."""
from __future__ import annotations

import contextlib
import dataclasses
import math
import statistics
import textwrap

from ....settings import get_num_threads, set_num_threads

__all__ = ["Measurement", "TaskSpec", "ordered_unique", "select_unit", "set_torch_threads", "trim_sigfig", "unit_to_english"]

_SHORTEST = 25e-9           # s; an interval of confidence is never taken to be narrower
_WARN, _WARN_LOUDLY = 0.1, 0.25     # share of the median that the interquartile range may have


@dataclasses.dataclass(init=True, repr=False, eq=True, frozen=True)
class TaskSpec:
    """What was measured: the statement, its setup, how it is called in tables."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self):
        """The label, or a short statement, and the second label."""
        if self.label is not None:
            return self.label + (f": {self.sub_label}" if self.sub_label else "")
        if "\n" not in self.stmt:
            return self.stmt + (f": {self.sub_label}" if self.sub_label else "")
        return f"stmt:{f' ({self.sub_label})' if self.sub_label else ''}\n{textwrap.indent(self.stmt, '  ')}"

    def setup_str(self):
        """Return the setup as text, empty where it does nothing."""
        if self.setup == "pass" or not self.setup:
            return ""
        return f"setup:\n{textwrap.indent(self.setup, '  ')}" if "\n" in self.setup else f"setup: {self.setup}"

    def summarize(self):
        """Return title, description and setup, line by line."""
        parts = [self.title, self.description or "", self.setup_str()]
        return "\n".join(f"{p}\n" if "\n" in p else p for p in parts if p)


class Measurement:
    """Times of a statement.

    Args:
        number_per_run: how often it ran for each time.
        raw_times: the times, in s.
        task_spec: what was measured.
        metadata: further notes.
    """

    def __init__(self, number_per_run, raw_times, task_spec, metadata=None):
        self.number_per_run = number_per_run
        self.raw_times = raw_times
        self.task_spec = task_spec
        self.metadata = metadata

    def __getattr__(self, name):
        if name == "task_spec" or name.startswith("__") or not hasattr(self.task_spec, name):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return getattr(self.task_spec, name)

    def _sorted(self):
        if not self.raw_times:
            raise ValueError("a measurement without times has no statistics")
        return sorted(self.times)

    @property
    def times(self):
        """Seconds of one run of the statement, for each time."""
        return [t / self.number_per_run for t in self.raw_times]

    @property
    def median(self):
        """The median time."""
        return statistics.median(self._sorted())

    @property
    def mean(self):
        """The mean time."""
        return statistics.mean(self._sorted())

    def _quartiles(self):
        times = self._sorted()

        def at(share):
            place = share * (len(times) - 1)
            low = int(place)
            high = min(low + 1, len(times) - 1)
            return times[low] + (times[high] - times[low]) * (place - low)
        return at(0.25), at(0.75)

    @property
    def iqr(self):
        """The interquartile range."""
        low, high = self._quartiles()
        return high - low

    @property
    def significant_figures(self):
        """How many digits of the median mean something, from the spread of the middle half of the times."""
        times = self._sorted()
        n = len(times)
        middle = times[n // 4:math.ceil(3 * n / 4)]
        spread = statistics.stdev(middle) if len(middle) > 1 else 0.0
        interval = max(1.645 * spread / math.sqrt(len(middle)), _SHORTEST)
        return max(math.floor(-math.log10(interval / self.median)), 1)

    @property
    def has_warnings(self):
        """Whether the times differ by much."""
        return self.iqr / self.median > _WARN

    def meets_confidence(self, threshold=_WARN):
        """Return whether the interquartile range is below that share of the median."""
        return self.iqr / self.median < threshold

    @property
    def title(self):
        """The title of what was measured."""
        return self.task_spec.title

    @property
    def env(self):
        """The environment's name."""
        return self.task_spec.env

    @property
    def as_row_name(self):
        """How a table calls its row."""
        return self.sub_label or self.stmt or "[Unknown]"

    def __repr__(self):
        unit, scale = select_unit(self.median)
        n = len(self.raw_times)
        head = f"{object.__repr__(self)}\n{self.task_spec.summarize()}\n"
        runs = f"  {n} measurement{'s' if n > 1 else ''}, {self.number_per_run} runs {'per measurement' if n > 1 else ''}, " \
               f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        if n == 1:
            return f"{head}  {self.median / scale:.2f} {unit}\n{runs}"
        lines = [f"{head}  Median: {self.median / scale:.2f} {unit}"]
        if n >= 4:
            low, high = self._quartiles()
            lines.append(f"  IQR:    {self.iqr / scale:.2f} {unit} ({low / scale:.2f} to {high / scale:.2f})")
        lines.append(runs)
        if self.has_warnings:
            share = self.iqr / self.median
            lines += [f"  WARNING: Interquartile range is {share * 100:.1f}% of the median measurement.",
                      "           This suggests significant environmental influence." if share > _WARN_LOUDLY else
                      "           This could indicate system fluctuation."]
        return "\n".join(lines)

    @staticmethod
    def merge(measurements):
        """Return one measurement for all those of the same task."""
        groups = {}
        for m in measurements:
            groups.setdefault(m.task_spec, []).append(m)

        return [Measurement(1, [t for m in group for t in m.times], spec) for spec, group in groups.items()]


def select_unit(t):
    """Return (unit, seconds in it) for a time of `t` seconds."""
    scale = {-3: "ns", -2: "us", -1: "ms"}.get(int(math.log10(t) // 3), "s")
    return scale, {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[scale]


def unit_to_english(u):
    """Return a unit's name."""
    return {"ns": "nanosecond", "us": "microsecond", "ms": "millisecond", "s": "second"}[u]


def trim_sigfig(x, n):
    """Return x rounded to n significant digits."""
    if n != int(n):
        raise ValueError(f"the number of digits must be an integer, not {n}")
    scale = 10 ** (math.ceil(math.log10(abs(x))) - int(n)) if x else 1
    return float(round(x / scale) * scale)


def ordered_unique(elements):
    """Return the distinct elements in order of first appearance."""
    return list(dict.fromkeys(elements))


@contextlib.contextmanager
def set_torch_threads(n):
    """Within it, ops run on n threads."""
    before = get_num_threads()
    try:
        set_num_threads(n)
        yield
    finally:
        set_num_threads(before)
