"""Measure Rushlight against PyTorch's own operator database and write docs/coverage.md.

    python tools/coverage.py                    the whole sweep (some minutes), then the page
    python tools/coverage.py --only 'fft|stft'  print what fails among these; write nothing
    python tools/coverage.py --dtypes float32 --stages forward

PyTorch ships samples for every operator, and inputs that must be refused (`op_db`). Each sample is rebuilt
in Rushlight from NumPy memory, the function of the same name is called in both libraries after the same seed, and
structure, shape, dtype and values are compared. Operators run in child processes under a time limit, so that a
crash or a hang is a failure of that operator alone. The page holds no times and no machine's name: the same
code gives the same page.
"""

from __future__ import annotations

import argparse
import builtins
import collections
import csv
import functools
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import types
import unittest
import warnings
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "coverage.md"
NAMES = ROOT / "tests" / "data" / "api_names.tsv"
STAGES = ("forward", "grad", "errors")
SECONDS = 60                        # for one operator, dtype and stage
MOST_USED = 300

WAITING = re.compile(r"^(sparse\.|to_sparse|_|torch\.|jiterator)|\.jagged|nested|quantize")
"""Entries that may wait: sparse, quantised and nested tensors, names that are not public."""

TIES = {"sort": 0, "argsort": 0, "topk": 1, "kthvalue": 1, "mode": 0}
"""Ops whose indices are not determined where elements are equal, and which argument is the dimension."""

UNINITIALISED = re.compile(r"(^|[._])(empty|resize_)")
SPACES = ("", "Tensor", "linalg", "fft", "special", "signal.windows", "masked", "nn.functional", "nn", "nn.utils", "autograd")


def database():
    """PyTorch, and its list of operators.

    Its test helpers import `expecttest`, of which the database uses nothing: an empty module stands for it."""
    if "expecttest" not in sys.modules:
        stand_in = types.ModuleType("expecttest")
        stand_in.TestCase = unittest.TestCase
        sys.modules["expecttest"] = stand_in
    import torch
    import torch.nn.utils
    import torch.signal.windows
    from torch.testing._internal.common_methods_invocations import op_db

    torch.set_num_threads(1)
    return torch, op_db


class Difference(Exception):
    """Rushlight's answer is not PyTorch's: `kind` says in what, the text how."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


class TooLong(BaseException):
    """The time limit; no handler of `Exception` may catch it."""


# ---- from one library to the other ---------------------------------------------------------------


def find(library, path):
    """The object at a dotted path of a library; AttributeError where there is none."""
    for part in filter(None, path.split(".")):
        library = getattr(library, part)
    return library


class Translator:
    """Turns PyTorch's objects (arguments, functions, functions of its test helpers) into Rushlight's."""

    def __init__(self, torch, library):
        self.torch, self.library = torch, library
        self.paths = {}
        for space in SPACES:
            for name, value in sorted(vars(find(torch, space)).items() if space else
                                      ((n, getattr(torch, n)) for n in dir(torch))):
                if callable(value):
                    self.paths.setdefault(id(value), ((space + "." if space else "") + name, value))
            if space == "Tensor":
                for name in dir(torch.Tensor):
                    value = getattr(torch.Tensor, name)
                    if callable(value):
                        self.paths.setdefault(id(value), ("Tensor." + name, value))

    def path(self, entry):
        """The public name of an operator, or None."""
        for path in (entry.name, "Tensor." + entry.name, "Tensor." + entry.name + "_"):
            try:
                find(self.torch, path)
                return path
            except AttributeError:
                pass
        return None

    def operator(self, entry):
        """Rushlight's function for an entry."""
        path = self.path(entry)
        if entry.op is find(self.torch, path):
            return find(self.library, path)
        return self.function(entry.op)

    def function(self, value):
        """Rushlight's function or module for one of PyTorch's; others as they are."""
        if value is self.torch:
            return self.library
        known = self.paths.get(id(value))
        if known is not None and known[1] is value:
            return find(self.library, known[0])
        if isinstance(value, types.ModuleType):
            return find(self.library, value.__name__[6:]) if value.__name__.startswith("torch.") else value
        if isinstance(value, functools.partial):
            return functools.partial(self.function(value.func), *map(self.function, value.args),
                                     **{k: self.function(v) for k, v in value.keywords.items()})
        if isinstance(value, types.FunctionType) and value.__module__.startswith("torch.testing"):
            return self.seeded if value.__name__ == "wrapper_set_seed" else self.rewritten(value)
        return self.plain(value)

    def seeded(self, function, *args, **kwargs):
        """What the test helpers call random operators by."""
        self.library.manual_seed(42)
        return function(*args, **kwargs)

    def rewritten(self, function):
        """A function of the test helpers, with what it names taken from Rushlight."""
        names, codes = set(), [function.__code__]
        while codes:
            code = codes.pop()
            names.update(code.co_names)
            codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
        space = {"__builtins__": builtins}
        cells = tuple(types.CellType(self.function(c.cell_contents)) for c in function.__closure__ or ())
        made = types.FunctionType(function.__code__, space, function.__name__, function.__defaults__, cells or None)
        made.__kwdefaults__ = function.__kwdefaults__
        for name in names & function.__globals__.keys():
            space[name] = self.function(function.__globals__[name])
        return made

    def plain(self, value):
        """A dtype, device, layout, memory format or module of Rushlight's for PyTorch's; others as they are."""
        torch, library = self.torch, self.library
        if isinstance(value, torch.nn.Module):
            return getattr(library.nn, type(value).__name__)()
        if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
            return getattr(library, str(value).removeprefix("torch."))
        if isinstance(value, torch.device):
            return library.device(str(value))
        return value

    def arguments(self, value, made=None):
        """A tree of arguments with PyTorch's tensors rebuilt from NumPy memory."""
        torch = self.torch
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, torch.Size):
            return self.library.Size(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self.arguments, value))
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.arguments, value))
        if isinstance(value, dict):
            return {k: self.arguments(v) for k, v in value.items()}
        return self.function(value)

    def tensor(self, t):
        """Rushlight's tensor of the same values, dtype and strides."""
        torch = self.torch
        if t.layout is not torch.strided or t.device.type != "cpu":
            raise Difference("outside", f"a sample with {t.layout} tensors")
        plain = t.detach().resolve_conj().resolve_neg()
        if t.numel():                   # all of the storage, since a view may reach out of the tensor
            size = plain.untyped_storage().nbytes() // plain.itemsize
            flat = plain.as_strided((size,), (1,), 0)
            if flat.dtype in (torch.bfloat16, torch.complex32) or flat.itemsize == 1 and flat.is_floating_point():
                flat = flat.to(torch.complex64 if flat.is_complex() else torch.float32)     # dtypes NumPy has
            made = self.library.from_numpy(flat.clone().numpy()).to(self.plain(t.dtype))
            made = made.as_strided(tuple(t.shape), plain.stride(), plain.storage_offset())
        else:
            made = self.library.empty(tuple(t.shape), dtype=self.plain(t.dtype))
        return made.requires_grad_(True) if t.requires_grad else made


# ---- comparing -----------------------------------------------------------------------------------


class Judge:
    """Compares what both libraries gave for one operator and dtype."""

    def __init__(self, torch, library, entry, dtype):
        from torch.testing._comparison import default_tolerances

        self.torch, self.library = torch, library
        self.values = not UNINITIALISED.search(entry.name)
        self.default = default_tolerances
        self.own = self.overrides(entry, dtype)
        self.by_accuracy = 0

    def overrides(self, entry, dtype):
        """The (rtol, atol) that the database itself gives an operator, at least its dtype's own."""
        rtol, atol = self.default(dtype)
        for found in getattr(entry, "decorators", ()):
            if getattr(found, "device_type", None) not in (None, "cpu"):
                continue
            for decorator in getattr(found, "decorators", None) or [found]:
                given = getattr(decorator, "d", None)
                if isinstance(given, dict) and hasattr(given.get(dtype), "rtol"):
                    rtol, atol = max(rtol, given[dtype].rtol), max(atol, given[dtype].atol)
        return {dtype: (rtol, atol)}

    def compare(self, got, want, where, wide=None):
        """Raise Difference unless `got` is PyTorch's `want`; `wide()` is PyTorch's answer in double precision."""
        torch = self.torch
        if isinstance(want, torch.Tensor):
            self.compare_tensors(got, want, where, wide)
        elif isinstance(want, (list, tuple)):
            if not isinstance(got, (list, tuple)) or len(got) != len(want):
                raise Difference("structure", f"{where} is {type(got).__name__}, not {len(want)} results")
            for k, (a, b) in enumerate(zip(got, want)):
                self.compare(a, b, f"{where}[{k}]", None if wide is None else lambda k=k: wide()[k])
        elif isinstance(want, (torch.dtype, torch.device, torch.layout)):
            if str(got) != str(want):
                raise Difference("value", f"{where} is {got}, not {want}")
        elif isinstance(want, float) or isinstance(want, complex):
            near = got == want or (got != got and want != want) or abs(got - want) <= 1e-5 + 1.3e-6 * abs(want)
            if type(got) is not type(want) or not near:
                raise Difference("value", f"{where} is {got!r}, not {want!r}")
        elif type(got) is not type(want) or got != want:
            raise Difference("value", f"{where} is {got!r}, not {want!r}")

    def compare_tensors(self, got, want, where, wide):
        if not isinstance(got, self.library.Tensor):
            raise Difference("structure", f"{where} is {type(got).__name__}, not a tensor")
        if tuple(got.shape) != tuple(want.shape):
            raise Difference("shape", f"{where} has shape {list(got.shape)}, not {list(want.shape)}")
        if str(got.dtype) != str(want.dtype):
            raise Difference("dtype", f"{where} is {got.dtype}, not {want.dtype}")
        if not self.values:
            return
        a, e = self.widened(got), self.widened_torch(want)
        rtol, atol = self.own.get(want.dtype) or self.default(want.dtype)
        exact = not (e.is_floating_point() or e.is_complex())
        same = a == e if exact else self.torch.isclose(a, e, rtol=rtol, atol=atol, equal_nan=True)
        if bool(same.all()):
            return
        if wide is not None and not exact and self.near(a, e, wide, rtol, atol):
            self.by_accuracy += 1
            return
        at = tuple((~same).nonzero()[0].tolist())
        raise Difference("value", f"{int((~same).sum())} of {e.numel()} elements of {where} differ: "
                                  f"{a[at].item():.6g}, not {e[at].item():.6g}")

    def near(self, a, e, wide, rtol, atol):
        """Whether the answer is as near to the exact one as four times PyTorch's own error."""
        exact = wide()
        if not isinstance(exact, self.torch.Tensor) or exact.shape != e.shape:
            return False
        exact = exact.detach().to(a.dtype)
        finite = exact.isfinite()
        if not (self.torch.equal(a.isfinite(), e.isfinite()) and self.torch.equal(finite, e.isfinite())):
            return False
        ours, theirs = (a - exact).abs()[finite], (e - exact).abs()[finite]
        allowed = (4 * theirs.max() if theirs.numel() else 0) + atol + rtol * exact.abs()[finite]
        return bool((ours <= allowed).all())

    def widened(self, t):
        """A tensor of Rushlight's as PyTorch's, floats in double precision."""
        d = t.detach()
        if d.dtype.is_complex or d.dtype.is_floating_point:
            d = d.to(self.library.complex128 if d.dtype.is_complex else self.library.float64)
        return self.torch.from_numpy(d.resolve_conj().numpy().copy())

    def widened_torch(self, t):
        d = t.detach().resolve_conj().resolve_neg()
        if d.is_complex() or d.is_floating_point():
            return d.to(self.torch.complex128 if d.is_complex() else self.torch.float64)
        return d


# ---- one operator --------------------------------------------------------------------------------


class Sweep:
    """Runs the samples of one operator at a time."""

    def __init__(self, limit=0):
        self.torch, self.database = database()
        import rushlight

        self.library = rushlight
        self.translator = Translator(self.torch, rushlight)
        self.limit = limit

    def describe(self):
        """[index, name, path, dtypes, whether it has gradients and error inputs, whether Rushlight has it] of all entries."""
        found = []
        for index, entry in enumerate(self.database):
            name = entry.full_name
            path = None if WAITING.search(entry.name) else self.translator.path(entry)
            if path is None or path.rpartition(".")[2].startswith("_") and not path.endswith("__"):
                continue
            kinds = sorted(str(d).removeprefix("torch.") for d in entry.supported_dtypes("cpu"))
            try:
                there = callable(self.translator.operator(entry))
            except Exception:
                there = False
            found.append({"index": index, "name": name, "path": path, "dtypes": kinds, "there": there,
                          "grad": bool(entry.supports_autograd) and self.torch.float64 in entry.supported_backward_dtypes("cpu"),
                          "errors": entry.error_inputs_func is not None})
        return found

    def seed(self, text):
        import random

        import numpy as np
        value = zlib.crc32(text.encode())
        self.torch.manual_seed(value)
        np.random.seed(value)
        random.seed(value)

    def samples(self, entry, dtype, grad):
        self.seed(entry.full_name)
        found = entry.sample_inputs("cpu", dtype, requires_grad=grad)
        for k, sample in enumerate(found):
            if self.limit and k >= self.limit:
                break
            yield k, sample

    def run(self, index, dtype, stage):
        """{"n": samples, "ok": how many pass, "kind", "why", "at": the first failure}."""
        entry = self.database[index]
        if stage == "errors":
            return self.run_errors(entry)
        dtype = getattr(self.torch, dtype)
        judge = Judge(self.torch, self.library, entry, dtype)
        found = {"n": 0, "ok": 0}
        for k, sample in self.samples(entry, dtype, stage == "grad"):
            try:
                (self.gradients if stage == "grad" else self.forward)(entry, sample, judge)
            except Difference as difference:
                if difference.kind in ("outside", "none"):
                    continue
                found.setdefault("kind", difference.kind)
                found.setdefault("why", str(difference))
                found.setdefault("at", k)
            else:
                found["ok"] += 1
            found["n"] += 1
        found["accuracy"] = judge.by_accuracy
        return found

    def call(self, library, function, args, kwargs):
        library.manual_seed(1234)
        return function(*args, **kwargs)

    def ours(self, what, run):
        """Run Rushlight; what it raises is a difference."""
        try:
            return run()
        except Difference:
            raise
        except Exception as error:
            raise Difference("raises", f"{what} raises {self.told(error)}") from None

    def forward(self, entry, sample, judge):
        args = self.translator.arguments((sample.input, *sample.args))
        kwargs = self.translator.arguments(sample.kwargs)
        clean = getattr(sample, "output_process_fn_grad", None)
        exact = self.exact(entry, sample, clean)
        want = self.call(self.torch, entry.op, (sample.input, *sample.args), sample.kwargs)
        got = self.ours("the call", lambda: self.call(self.library, self.translator.operator(entry), args, kwargs))
        try:
            judge.compare(got, want, "the result", exact)
        except Difference:
            if entry.name in TIES:
                judge.compare(*self.picked(entry, sample, args[0], got, want), "what the indices name")
            elif clean is not None and entry.name.startswith(("linalg.", "svd", "pca", "qr", "geqrf")):
                unique = self.translator.function(clean)    # factors are unique up to their signs
                judge.compare(self.ours("the call", lambda: unique(got)), clean(want), "the result", exact)
            else:
                raise

    def picked(self, entry, sample, mine, got, want):
        """The elements that the indices of both results name: of equal elements any may be chosen."""
        def take(x, result):
            at = result if entry.name == "argsort" else result[1]
            position = TIES[entry.name]
            dim = sample.kwargs.get("dim", sample.args[position] if len(sample.args) > position else -1)
            if not x.ndim:
                return [x, at]
            found = [x.gather(dim, at if at.ndim == x.ndim else at.unsqueeze(dim))]
            return found if entry.name == "argsort" else [*found, result[0]]

        return take(mine, got), take(sample.input, want)

    def exact(self, entry, sample, clean):
        """A function that gives PyTorch's answer in double precision."""
        torch = self.torch

        def wide(value):
            if isinstance(value, torch.Tensor):
                value = value.detach()
                if value.is_complex():
                    return value.to(torch.complex128)
                return value.double() if value.is_floating_point() else value
            if isinstance(value, torch.dtype) and value.is_floating_point:
                return torch.float64
            if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
                return type(value)(map(wide, value)) if not hasattr(value, "_fields") else type(value)(*map(wide, value))
            return {k: wide(v) for k, v in value.items()} if isinstance(value, dict) else value

        before = [wide((sample.input, *sample.args)), wide(sample.kwargs)]

        @functools.cache
        def found():
            try:
                return self.call(torch, entry.op, *before)
            except Exception:
                return None

        return found

    def gradients(self, entry, sample, judge):
        """Compare the gradients of the results, weighed by fixed random numbers."""
        torch = self.torch
        mine = self.translator.arguments((sample.input, *sample.args)), self.translator.arguments(sample.kwargs)
        theirs = (sample.input, *sample.args), sample.kwargs
        clean = sample.output_process_fn_grad
        inputs = [t for t in self.leaves(theirs, torch.Tensor) if t.requires_grad]
        results = self.leaves(clean(self.call(torch, entry.op, *theirs)), torch.Tensor)
        places = [k for k, t in enumerate(results) if t.requires_grad]
        want_out = [results[k] for k in places]
        if not want_out or not inputs:
            raise Difference("none", "nothing to differentiate")
        weights = [torch.randn(o.shape, generator=torch.Generator().manual_seed(k), dtype=torch.float64).to(o.dtype)
                   for k, o in enumerate(want_out)]
        want = torch.autograd.grad(want_out, inputs, weights, allow_unused=True)

        def run():
            unique = self.translator.function(clean)
            out = self.leaves(unique(self.call(self.library, self.translator.operator(entry), *mine)), self.library.Tensor)
            if len(out) != len(results):
                raise Difference("structure", f"{len(out)} results, not {len(results)}")
            out = [out[k] for k in places]
            leaves = [t for t in self.leaves(mine, self.library.Tensor) if t.requires_grad]
            return self.library.autograd.grad(out, leaves, [self.translator.tensor(w) for w in weights], allow_unused=True)

        got = self.ours("the gradient", run)
        for k, (a, b) in enumerate(zip(got, want)):
            if b is None:
                if a is not None and bool((a != 0).any()):
                    raise Difference("value", f"gradient {k} is not None")
            elif a is None:
                if bool((b != 0).any()):
                    raise Difference("value", f"gradient {k} is None")
            else:
                judge.compare(a, b, f"gradient {k}")

    def leaves(self, tree, kind):
        if isinstance(tree, kind):
            return [tree]
        if isinstance(tree, dict):
            tree = list(tree.values())
        return [t for item in tree for t in self.leaves(item, kind)] if isinstance(tree, (list, tuple)) else []

    def run_errors(self, entry):
        """How many error inputs raise, and with PyTorch's type and first line."""
        found = {"n": 0, "ok": 0, "raised": 0, "message": 0}
        self.seed(entry.full_name)
        for k, error in enumerate(entry.error_inputs("cpu")):
            sample = error.sample_input
            try:
                args = self.translator.arguments((sample.input, *sample.args))
                kwargs = self.translator.arguments(sample.kwargs)
            except Difference:
                continue
            except Exception as refused:
                found["n"] += 1
                found.setdefault("kind", "error")
                found.setdefault("why", f"the input cannot be made: {self.told(refused)}")
                found.setdefault("at", k)
                continue
            want = self.attempt(lambda s=sample: self.call(self.torch, entry.op, (s.input, *s.args), s.kwargs))
            if want is None:
                continue
            found["n"] += 1
            got = self.attempt(lambda a=args, kw=kwargs: self.call(self.library, self.translator.operator(entry), a, kw))
            found["raised"] += got is not None
            same = type(got) is type(want) or {type(got).__name__, type(want).__name__} <= {"LinAlgError", "_LinAlgError"}
            found["ok"] += same
            found["message"] += same and str(got).split("\n")[0] == str(want).split("\n")[0]
            if not same:
                found.setdefault("kind", "error")
                found.setdefault("why", f"{self.told(got)}; PyTorch: {self.told(want)}")
                found.setdefault("at", k)
        return found

    def attempt(self, run):
        try:
            run()
        except Exception as error:
            return error
        return None

    def told(self, error):
        if error is None:
            return "does not raise"
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


# ---- processes -----------------------------------------------------------------------------------


def work():
    """A child: reads [index, dtype, stage] lines, writes a line of JSON for each."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warnings.simplefilter("ignore")
    sweep = Sweep()

    def late(*_):
        raise TooLong

    signal.signal(signal.SIGALRM, late)
    print(json.dumps(sweep.describe()), file=out, flush=True)
    for line in sys.stdin:
        signal.alarm(SECONDS)
        try:
            found = sweep.run(*json.loads(line))
        except TooLong:
            found = {"n": 1, "ok": 0, "kind": "hang", "why": f"more than {SECONDS} seconds"}
        except Exception as error:
            found = {"n": 1, "ok": 0, "kind": "tool", "why": sweep.told(error)}
        finally:
            signal.alarm(0)
        print(json.dumps(found), file=out, flush=True)


class Child:
    """A process that answers one question at a time; a new one when it dies."""

    def __init__(self):
        self.start()

    def start(self):
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self.process = subprocess.Popen([sys.executable, __file__, "--work"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env={**os.environ, **threads})
        self.entries = json.loads(self.process.stdout.readline())

    def ask(self, *question):
        try:
            print(json.dumps(question), file=self.process.stdin, flush=True)
            ready = select.select([self.process.stdout], [], [], 2 * SECONDS)[0]
            line = self.process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if line:
            return json.loads(line)
        self.process.kill()
        code = self.process.wait()
        self.start()
        return {"n": 1, "ok": 0, "kind": "hang" if code == -9 else "crash", "why": f"the process ended with code {code}"}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(only, dtypes, stages):
    """(entries, {(index, dtype, stage): result})."""
    child, found = Child(), {}
    entries = [e for e in child.entries if re.search(only, e["name"])]
    for entry in entries:
        kinds = [d for d in entry["dtypes"] if not dtypes or d in dtypes]
        questions = [(d, "forward") for d in kinds] if "forward" in stages else []
        if "grad" in stages and entry["grad"]:
            questions.append(("float64", "grad"))
        if "errors" in stages and entry["errors"]:
            questions.append(("float32", "errors"))
        for dtype, stage in questions:
            if entry["there"]:
                found[entry["index"], dtype, stage] = child.ask(entry["index"], dtype, stage)
            else:
                found[entry["index"], dtype, stage] = {"n": 1, "ok": 0, "kind": "missing",
                                                       "why": f"no torch.{entry['path']}"}
    child.close()
    return entries, found


# ---- the page ------------------------------------------------------------------------------------


def passes(result):
    return result["ok"] == result["n"] and "kind" not in result


def share(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.1f}%)" if whole else "none"


def family(name):
    parts = name.split(".")
    if parts[0] in ("linalg", "fft", "special", "masked", "signal"):
        return parts[0]
    return "nn.functional" if name.startswith("nn.functional") else "torch and Tensor"


def totals(entries, found):
    """The lines of the four figures and of the dtypes."""
    lines = ["| what | passes |", "| --- | --- |"]

    def of(stage, dtype=None):
        return [r for (_, d, s), r in found.items() if s == stage and (dtype is None or d == dtype) and r["n"]]

    def row(what, results):
        lines.append(f"| {what} | {share(sum(map(passes, results)), len(results))} |")

    row("operators, all samples in float32", of("forward", "float32"))
    every = collections.defaultdict(list)
    for (index, _, stage), r in found.items():
        if stage == "forward" and r["n"]:
            every[index].append(passes(r))
    lines.append(f"| operators, all samples in all dtypes | {share(sum(map(all, every.values())), len(every))} |")
    row("pairs of operator and dtype, all samples", of("forward"))
    row("operators with gradients, all gradients in float64", of("grad"))
    errors = of("errors")
    n = sum(r["n"] for r in errors)
    lines.append(f"| error inputs that raise | {share(sum(r.get('raised', 0) for r in errors), n)} |")
    lines.append(f"| error inputs that raise PyTorch's exception type | {share(sum(r['ok'] for r in errors), n)} |")
    lines.append(f"| error inputs with PyTorch's first line as well | {share(sum(r.get('message', 0) for r in errors), n)} |")
    lines.append(f"| crashes and hangs | {sum(r.get('kind') in ('crash', 'hang') for r in found.values())} |")
    lines += ["", "| dtype | operators | samples | of these by accuracy |", "| --- | --- | --- | --- |"]
    for dtype in sorted({d for _, d, s in found if s == "forward"}):
        results = of("forward", dtype)
        n, ok = sum(r["n"] for r in results), sum(r["ok"] for r in results)
        lines.append(f"| {dtype} | {share(sum(map(passes, results)), len(results))} | {share(ok, n)} | "
                     f"{sum(r.get('accuracy', 0) for r in results)} |")
    return lines


def families(entries, found):
    lines = ["| family | operators | float32 | all dtypes | gradients |", "| --- | --- | --- | --- | --- |"]
    groups = collections.defaultdict(list)
    for entry in entries:
        groups[family(entry["name"])].append(entry["index"])
    for name in sorted(groups):
        chosen = set(groups[name])

        def row(stage, dtype=None, chosen=chosen):
            results = [r for (i, d, s), r in found.items() if i in chosen and s == stage and dtype in (None, d) and r["n"]]
            return share(sum(map(passes, results)), len(results))

        lines.append(f"| {name} | {len(chosen)} | {row('forward', 'float32')} | {row('forward')} | {row('grad')} |")
    return lines


REASONS = [
    (re.compile(r"^special\.(bessel|modified_bessel|scaled_modified|airy)"), "PyTorch's series loses digits that ours keeps"),
    (re.compile(r"^matrix_exp"), "PyTorch's half precision overflows here"),
    (re.compile(r"^as_strided_scatter"), "PyTorch's gradient keeps what was overwritten and drops the rest"),
    (re.compile(r"^polygamma|^special.polygamma"), "a pole, which PyTorch misses for small integers"),
    (re.compile(r"interpolate\.bi|upsample_bilinear"), "PyTorch interpolates uint8 images with 16-bit integer weights"),
]


def failures(entries, found):
    """One line for each operator and stage that fails, the dtypes with the same text together."""
    lines = []
    for entry in sorted(entries, key=lambda e: e["name"]):
        texts = collections.defaultdict(list)
        for (index, dtype, stage), r in sorted(found.items()):
            if index == entry["index"] and not passes(r) and r["n"]:
                texts[stage, r.get("kind", "value")].append((dtype, r))
        for (stage, kind), group in sorted(texts.items()):
            dtype, r = max(group, key=lambda item: item[1]["n"] - item[1]["ok"])
            reason = next((text for pattern, text in REASONS if pattern.search(entry["name"]) and kind != "error"), None)
            why = re.sub(r"0x[0-9a-f]+", "0x..", r.get("why", ""))[:160].replace("|", "\\|").replace("\n", " ")
            kinds = "" if stage == "errors" else " " + ", ".join(sorted(d for d, _ in group))
            lines.append(f"| `{entry['name']}` | {stage}{kinds} | {r['ok']} of {r['n']} | "
                         f"{why}{'. ' + reason if reason else ''} |")
    return ["| operator | what | passes | the first difference |", "| --- | --- | --- | --- |", *lines] if lines else ["Nothing."]


def most_used():
    """The 300 function names that programs use most, the most used first: of `torch`, of Tensor, of `nn.functional`."""
    torch, _ = database()
    found = []
    with NAMES.open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            name = row["name"]
            if not re.match(r"torch\.\w+$|Tensor\.\w+$|torch\.nn\.functional\.\w+$", name):
                continue
            try:
                value = find(torch, name.removeprefix("torch."))
            except AttributeError:
                continue
            if callable(value) and not isinstance(value, type):
                found.append(name)
            if len(found) == MOST_USED:
                break
    return found


def most_used_lines(entries, found):
    import rushlight

    by_name = collections.defaultdict(list)
    for (index, dtype, stage), r in found.items():
        if r["n"] and stage != "errors" and (stage == "grad" or dtype == "float32"):
            by_name[index].append(passes(r))
    verdicts = collections.defaultdict(list)
    for entry in entries:
        last = entry["path"].rpartition(".")[2]
        for path in {entry["path"], "Tensor." + last if "nn." not in entry["path"] else entry["path"]}:
            verdicts[path] += by_name[entry["index"]]
    groups = {"pass": [], "fail": [], "are missing": [], "are there, without samples of their own": []}
    for name in most_used():
        path = name.removeprefix("torch.")
        try:
            find(rushlight, path)
        except AttributeError:
            groups["are missing"].append(name)
            continue
        plain = path.removeprefix("Tensor.")
        own = verdicts.get(path) or verdicts.get(path.rstrip("_")) or verdicts.get(plain) or verdicts.get(plain.rstrip("_"))
        groups["are there, without samples of their own" if not own else "pass" if all(own) else "fail"].append(name)
    lines = []
    for what, names in groups.items():
        listed = ": " + ", ".join(f"`{n}`" for n in names) if names and what != "pass" else ""
        lines.append(f"{len(names)} {what}{listed}.")
        lines.append("")
    return lines


def page(entries, found):
    import torch

    missing = sorted({e["path"] for e in entries if not e["there"]})
    return "\n".join([
        "# How much of PyTorch is here",
        "",
        "Measured by `make parity` (`tools/coverage.py`) against the operator database of PyTorch "
        f"{torch.__version__.split('+')[0]}: its own samples",
        f"for {len(entries)} public operators and variants. Sparse, quantised and nested tensors and names that are not public",
        "are left out.",
        "",
        "A sample passes when structure, shape, dtype and values are PyTorch's, within the tolerance of PyTorch's own tests. A",
        "result outside of it still passes when it is as near to the answer in double precision as four times PyTorch's own",
        "error (counted as \"by accuracy\"). Random numbers are compared too, after the same seed; uninitialised memory is not.",
        "",
        "## Totals",
        "",
        *totals(entries, found),
        "",
        "## Families",
        "",
        *families(entries, found),
        "",
        f"## The {MOST_USED} most used functions",
        "",
        "Of the functions of `torch`, `Tensor` and `nn.functional`, by the number of programs that use them, in float32 and",
        "with their gradients:",
        "",
        *most_used_lines(entries, found),
        "## What is missing",
        "",
        ", ".join(f"`torch.{n}`" for n in missing) + "." if missing else "Nothing.",
        "",
        "## What fails",
        "",
        *failures([e for e in entries if e["there"]], found),
        "",
    ])


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="operators whose name matches; nothing is written")
    parser.add_argument("--dtypes", default="", help="a comma list; nothing is written")
    parser.add_argument("--stages", default=",".join(STAGES), help="a comma list of " + ", ".join(STAGES))
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.work:
        return work()
    dtypes = [d for d in options.dtypes.split(",") if d]
    stages = options.stages.split(",")
    entries, found = measure(options.only, dtypes, stages)
    if options.only or dtypes or set(stages) != set(STAGES):
        print("\n".join(totals(entries, found) + [""] + failures(entries, found)))
    else:
        PAGE.write_text(page(entries, found))
        print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
