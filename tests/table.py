"""The table of tests: one row an op.

A file in ``tests/rows/`` writes rows::

    from table import row, s, t, ints, bools, dt, lib

    row("exp", [s(t(3, 4)), s(t()), s(t(0, 2))], special=[0, inf, -inf, nan])
    row("add", [s(t(3, 4), t(4)), s(t(3, 4), 2.5), s(t(2, 3), t(2, 3), alpha=2)])
    row("cat", [s([t(2, 3), t(1, 3)], dim=0)], method=False)
    row("zeros_like", [s(t(2, 3), dtype=dt.float64)], grad=False)
    row("nn.functional.cross_entropy", [s(t(5, 4), ints(5, high=4))])
    row("Tensor.new_full", [s(t(2), (2, 3), 7.0)], grad=False)
    row("linalg.cholesky", [s(t(3, 3, make=lambda a: a @ a.T + numpy.eye(3)))])
    row("stack of views", [s(t(4))], fn=lambda torch, x: torch.stack([x, x[::2].repeat(2)]))

``test_ops.py`` makes the checks of it: value, dtype, shape and contiguity against PyTorch (or the
samples recorded from it), gradients, first and second derivative against finite differences, every
layout, special values, 0-d and empty inputs, in-place and ``out=`` forms, the dtypes, kernel
against body, and the body over the strict backend.

Inputs come from a seed made of the row's name, so a row alone decides its numbers.
"""

from __future__ import annotations

import dataclasses
import importlib
import pathlib
import pkgutil
import re
import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["CHECKS", "ROWS", "Row", "bools", "dt", "inf", "ints", "lib", "nan", "row", "s", "t"]

inf, nan = float("inf"), float("nan")

DTYPES = ("float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool", "complex64")
"""The dtypes of the sweep unless a row names its own (float32 is what samples are made of)."""

CHECKS = ("values", "method", "special", "edges", "raises", "layouts", "inplace", "out", "grad", "grad_fn",
          "gradcheck", "gradgradcheck", "dtypes", "kernel", "strict", "cuda")

ROWS: dict[str, Row] = {}


@dataclasses.dataclass(frozen=True)
class Arg:
    """A tensor argument yet to be made: `make(rng, domain)` gives its array."""

    shape: tuple[int, ...]
    kind: str = "float"                      # "float" (follows the dtype sweep), "int" or "bool"
    low: float | None = None
    high: float | None = None
    dtype: str | None = None                 # fixed dtype, out of the sweep
    values: Any = None
    make: Callable[[np.ndarray], np.ndarray] | None = None
    requires_grad: bool | None = None        # None: every float tensor does

    def array(self, rng: np.random.RandomState, domain: tuple[float, float]) -> np.ndarray:
        """The argument's numbers, in float64, int64 or bool."""
        if self.values is not None:
            kind = {"float": np.float64, "int": np.int64, "bool": np.bool_}[self.kind]
            return np.array(self.values, dtype=np.complex128 if np.iscomplexobj(self.values) else kind)
        if self.kind == "bool":
            found = rng.uniform(size=self.shape) < 0.5
        elif self.kind == "int":
            found = rng.randint(self.low or 0, 10 if self.high is None else self.high, self.shape)
        else:
            low = domain[0] if self.low is None else self.low
            high = domain[1] if self.high is None else self.high
            found = rng.uniform(low, high, self.shape)
            if self.dtype is not None and self.dtype.startswith("complex"):
                found = found + 1j * rng.uniform(low, high, self.shape)
        found = np.asarray(found)
        return np.array(self.make(found), order="C") if self.make else found

    def __repr__(self):
        parts = [str(list(self.shape)).strip("[]")] if self.shape else []
        for f in dataclasses.fields(self):
            if f.name not in ("shape", "make") and getattr(self, f.name) != f.default:
                parts.append(f"{f.name}={getattr(self, f.name)!r}")
        if self.make is not None:
            parts.append("make")
        return f"t({', '.join(parts)})"


@dataclasses.dataclass(frozen=True)
class Lib:
    """A value taken from the library under test: ``lib(lambda torch: torch.strided)``."""

    get: Callable[[Any], Any]
    text: str = "lib"

    def __repr__(self):
        return self.text


class _Dtypes:
    """`dt.float64` is the dtype of that name of the library under test."""

    def __getattr__(self, name: str) -> Lib:
        return Lib(lambda torch: getattr(torch, name), f"dt.{name}")


dt = _Dtypes()


def lib(get: Callable[[Any], Any], text: str = "lib") -> Lib:
    """A non-tensor argument that only the library can give, such as a device or a generator."""
    return Lib(get, text)


def _shape(shape):
    return tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else tuple(shape)


def _dtype_name(dtype):
    return dtype.text.removeprefix("dt.") if isinstance(dtype, Lib) else dtype


def t(*shape, low=None, high=None, dtype=None, values=None, make=None, requires_grad=None) -> Arg:
    """A float tensor, uniform in the row's domain or [low, high); `values` gives its numbers,
    `make` maps the random array to the one wanted; `dtype` (a name) takes it out of the sweep."""
    if values is not None:
        shape = np.shape(values)
    dtype = _dtype_name(dtype)
    kind = "float" if dtype is None or dtype.startswith(("float", "bfloat", "complex")) else "bool" if dtype == "bool" else "int"
    return Arg(_shape(shape), kind, low, high, dtype, values, make, requires_grad)


def ints(*shape, low=0, high=10, dtype="int64", values=None) -> Arg:
    """An integer tensor in [low, high)."""
    if values is not None:
        shape = np.shape(values)
    return Arg(_shape(shape), "int", low, high, _dtype_name(dtype), values)


def bools(*shape, values=None) -> Arg:
    """A boolean tensor, each value true with probability one half."""
    if values is not None:
        shape = np.shape(values)
    return Arg(_shape(shape), "bool", dtype="bool", values=values)


@dataclasses.dataclass(frozen=True)
class Sample:
    """One call of an op; `args` and `kwargs` hold `Arg`s, lists of them, `Lib`s and plain values."""

    args: tuple
    kwargs: dict

    def __repr__(self):
        text = ", ".join([repr(a) for a in self.args] + [f"{k}={v!r}" for k, v in self.kwargs.items()])
        return f"s({re.sub(r' at 0x[0-9a-fA-F]+', '', text)})"


def s(*args, **kwargs) -> Sample:
    """One call of the row's op."""
    return Sample(args, kwargs)


@dataclasses.dataclass(frozen=True)
class Row:
    """An op's samples and what is expected of it; see `row`."""

    name: str
    samples: tuple[Sample, ...]
    domain: tuple[float, float] = (-2, 2)
    special: tuple = ()
    dtypes: tuple[str, ...] = DTYPES
    grad: bool = True
    gradgrad: bool = True
    torch: str | None = None
    tol: tuple[float, float] | dict | None = None
    tol_reason: str | None = None
    method: bool = True
    inplace: bool | None = None
    out: bool | None = None
    fn: Callable | None = None
    raises: tuple[Sample, ...] = ()
    values: bool = True
    skip: dict = dataclasses.field(default_factory=dict)
    id: str = ""
    file: str = ""

    def arrays(self, sample: Sample) -> list[np.ndarray]:
        """The numbers of every tensor argument of `sample`, in the order of `leaves`."""
        rng = np.random.RandomState(zlib.crc32(f"{self.id}:{sample!r}".encode()))
        return [arg.array(rng, self.domain) for arg in leaves(sample)]

    def function(self, torch):
        """The op in library `torch`."""
        if self.fn is not None:
            return lambda *args, **kwargs: self.fn(torch, *args, **kwargs)
        found = torch
        for part in (self.torch or self.name).split("."):
            found = getattr(found, part)
        return found


def row(name: str, samples: Sequence[Sample], *, domain=(-2, 2), special: Sequence = (), dtypes: Sequence[str] = DTYPES,
        grad: bool = True, gradgrad: bool = True, torch: str | None = None, tol=None, tol_reason: str | None = None,
        method: bool = True, inplace: bool | None = None, out: bool | None = None, fn: Callable | None = None,
        raises: Sequence[Sample] = (), values: bool = True, skip: dict | None = None) -> Row:
    """Add an op to the table.

    Args:
        name: the op below the namespace: "exp", "nn.functional.relu", "Tensor.fill_". With `fn`, a free title.
        samples: calls that succeed; the first is also the one of the dtype, special and edge checks.
        domain: where random inputs are drawn, [low, high).
        special: numbers to try besides: 0, ties, inf, nan. Elementwise ops get every combination of them.
        dtypes: the dtypes of the sweep besides float32; () for none.
        grad, gradgrad: whether the op is differentiable, once and twice.
        torch: the op's path when it is not `name`.
        tol: (rtol, atol) instead of the dtype's own, or {dtype: (rtol, atol)}; needs `tol_reason`.
        method: also call it as a method of the first tensor where PyTorch has that method.
        inplace, out: False to leave these forms out although PyTorch has them; None finds out.
        fn: `fn(torch, *args, **kwargs)` in place of the op itself.
        raises: calls that PyTorch refuses: type and first line of the message are compared.
        values: False compares structure, dtype and shape only (uninitialised or unordered results).
        skip: {check: reason} for checks that do not apply to this op; they are counted and capped.
    """
    if tol is not None and not tol_reason:
        raise ValueError(f"row {name!r}: a tolerance of its own needs tol_reason")
    for check in skip or {}:
        if check not in CHECKS:
            raise ValueError(f"row {name!r}: unknown check {check!r} in skip; checks are {', '.join(CHECKS)}")
    file = pathlib.Path(sys._getframe(1).f_code.co_filename).stem
    ident, n = name.replace(" ", "_"), 2
    while ident in ROWS:
        ident, n = f"{name.replace(' ', '_')}~{n}", n + 1
    found = Row(name, tuple(samples), tuple(domain), tuple(special), tuple(_dtype_name(d) for d in dtypes), grad,
                gradgrad and grad, torch, tol, tol_reason, method, inplace, out, fn, tuple(raises), values,
                dict(skip or {}), ident, file)
    ROWS[ident] = found
    return found


def leaves(tree) -> list[Arg]:
    """The `Arg`s in a sample or an argument, left to right."""
    found: list[Arg] = []
    rebuild(tree, lambda arg: found.append(arg))
    return found


def rebuild(tree, leaf, torch=None):
    """A copy of a tree of arguments with `leaf(arg)` in place of each `Arg`, and `Lib`s looked up in `torch`."""
    if isinstance(tree, Sample):
        return rebuild(tree.args, leaf, torch), rebuild(tree.kwargs, leaf, torch)
    if isinstance(tree, Arg):
        return leaf(tree)
    if isinstance(tree, Lib):
        return tree if torch is None else tree.get(torch)
    if isinstance(tree, dict):
        return {k: rebuild(v, leaf, torch) for k, v in tree.items()}
    if type(tree) in (tuple, list):
        return type(tree)(rebuild(v, leaf, torch) for v in tree)
    return tree


def load() -> dict[str, Row]:
    """Import every file of `tests/rows/` and return the table."""
    import rows

    for module in pkgutil.iter_modules(rows.__path__):
        importlib.import_module(f"rows.{module.name}")
    return ROWS
