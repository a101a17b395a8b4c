"""The table of benchmarks: one row a workload, in `bench/rows/`.

    from bench.table import row, rand

    def by_hand(np):
        x = rand(64, 1000)
        ...
        return lambda: ...

    @row("softmax 64x1000", numpy=by_hand, traffic=8 * 64000)
    def softmax(torch):
        x = torch.from_numpy(rand(64, 1000))
        return lambda: torch.softmax(x, 1)

The function makes the workload's state and returns the step that is timed; what the step returns
(a tensor, an array, a number or a list of them) is what must be equal in every library. A row
whose step changes its state gives `steps=`: that many steps are taken from fresh state before the
results are compared, and each repeat starts from fresh state too.

`flops` and `traffic` say what a step cannot do without: floating-point operations in products, and bytes read and
written once each. `target` is how many times faster than PyTorch the row is meant to be; `limit` says, where a row
was measured below it, what limits it.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable

import numpy

ROWS = {}


@dataclasses.dataclass(frozen=True)
class Row:
    """A workload: `make(torch)` and `numpy(np)` return its step; see the module's text."""

    name: str
    make: Callable | None
    numpy: Callable | None = None
    steps: int = 1
    tol: tuple[float, float] = (1e-4, 1e-5)
    group: str = ""
    special: Callable | None = None          # measures by itself: special(contender) -> {column: value}
    unit: str = "us"
    flops: float = 0
    traffic: float = 0
    target: float = 1.0
    limit: str = ""


def row(name, *, numpy=None, steps=1, tol=(1e-4, 1e-5), flops=0, traffic=0, target=1.0, limit=""):
    """Add the decorated function to the table."""
    def add(make):
        if name in ROWS:
            raise ValueError(f"two rows are called {name!r}")
        ROWS[name] = Row(name, make, numpy, steps, tol, make.__module__.rsplit(".", 1)[-1], None, "us", flops, traffic, target,
                         limit)
        return make
    return add


def special(name, unit):
    """Add a measurement that is no step in a loop (import time, sizes, memory): `measure(contender)` returns a number."""
    def add(measure):
        ROWS[name] = Row(name, None, group=measure.__module__.rsplit(".", 1)[-1], special=measure, unit=unit)
        return measure
    return add


def rand(*shape, seed=0, low=-1.0, high=1.0, dtype="float32"):
    """Uniform numbers, the same in every library."""
    return numpy.random.RandomState(seed).uniform(low, high, shape).astype(dtype)


def randint(high, *shape, seed=0):
    """Integers in [0, high), the same in every library."""
    return numpy.random.RandomState(seed).randint(0, high, shape)


def load():
    """Import every file of `bench/rows/` and return the table."""
    from bench import rows

    for module in pkgutil.iter_modules(rows.__path__):
        importlib.import_module(f"bench.rows.{module.name}")
    return ROWS
