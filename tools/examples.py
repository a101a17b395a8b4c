"""Run the examples of PyTorch's own documentation with PyTorch and with Rushlight and write docs/examples.md.

    python tools/examples.py                      all of them (a few minutes), then the page
    python tools/examples.py --only 'optim|fft'   print what differs among these; write nothing
    python tools/examples.py --reference FILE     keep PyTorch's answers in FILE, or take them from there

The examples are read at run time from the docstrings of the installed PyTorch. Each runs as a program of its own, statement
by statement, as at a prompt: what a statement prints, the value of an expression, the values it
binds to names, its warnings and its exception are compared as text. Each example has a forked process, a fresh main module, an
empty folder, seeded generators and a time limit.

PyTorch runs each twice, with different bytes in fresh memory; a statement that does not print the same both times is left
out (uninitialised memory, clocks), and so is one that fails for want of a name, a file or a package, since then
the text of the documentation is no whole program.
"""

from __future__ import annotations

import argparse
import ast
import codeop
import collections
import contextlib
import difflib
import importlib
import inspect
import io
import json
import linecache
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import textwrap
import types
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "examples.md"
SECONDS = {"torch": 20, "rushlight": 30}     # for one example

MODULES = """torch torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.nn.utils.rnn torch.nn.utils.parametrize
torch.nn.utils.parametrizations torch.nn.utils.prune torch.nn.utils.stateless torch.nn.attention torch.nn.attention.bias
torch.nn.parameter torch.nn.modules.module torch.nn.modules.lazy torch.nn.parallel torch.optim torch.optim.lr_scheduler
torch.optim.swa_utils torch.linalg torch.fft torch.special torch.signal.windows torch.masked torch.distributions
torch.distributions.kl torch.distributions.constraints torch.distributions.transforms torch.distributions.utils
torch.distributions.constraint_registry torch.autograd torch.autograd.functional torch.autograd.forward_ad torch.autograd.graph
torch.autograd.function torch.autograd.grad_mode torch.autograd.profiler torch.func torch.utils torch.utils.data
torch.utils.data.sampler torch.utils.checkpoint torch.utils.benchmark torch.utils.dlpack torch.utils.hooks
torch.utils.cpp_extension torch.utils.model_zoo torch.utils.mobile_optimizer torch.utils.collect_env torch.utils.weak
torch.utils.swap_tensors torch.utils.module_tracker torch.utils.flop_counter torch.utils.backend_registration torch.jit
torch.random torch.overrides torch.library torch.serialization torch.storage torch.futures torch.hub torch.testing torch.amp
torch.amp.autocast_mode torch.amp.grad_scaler torch.profiler torch.monitor torch.multiprocessing torch.package torch.fx
torch.fx.experimental.symbolic_shapes torch.compiler torch.cpu torch.backends torch.cuda torch.sparse torch.ao.quantization
torch.nested torch.export torch.onnx torch.distributed torch.accelerator""".split()

WAITING = re.compile(r"sparse|quant|nested|cuda|distributed|export|onnx|xpu|\bmps\b|nccl|\.to\(.?gpu|inductor|torch\.compile|"
                     r"compiler\.|cpp_extension|hub\.|torch\.fx|symbolic_shapes|jagged|mobile")
"""Examples that may wait: they are about parts of PyTorch that are out of scope, or need hardware or the network."""

UNFIT = ("NameError", "SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError", "FileNotFoundError", "URLError",
         "HTTPError", "ConnectionError", "OSError", "UnboundLocalError")
"""What a statement raises under PyTorch when the documentation leaves a part of the program to its reader."""

PRELUDE = """
import math, os, sys, collections, functools, itertools, warnings
import numpy as np
import torch
from torch import nn, optim, Tensor
import torch.nn.functional as F
import torch.nn.utils.prune as prune
import torch.utils.data
from torch.autograd import Variable, Function
from torch.utils.data import *
from torch.distributions import *
from torch.optim.lr_scheduler import *
"""
"""What the documentation takes as imported."""

FIXTURES = """
torch.manual_seed(0)
model = nn.Linear(10, 2)
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
loss_fn = nn.MSELoss()
criterion = loss_fn
dataset = torch.utils.data.TensorDataset(torch.randn(6, 10), torch.randn(6, 2))
loader = torch.utils.data.DataLoader(dataset, batch_size=3)
data_loader = dataloader = loader
def train(*args): return optimizer.step()
def validate(*args): return 0.5
"""
"""What it takes as there: a model and its training loop."""


# ---- reading the examples ------------------------------------------------------------------------


def complete(text):
    """Whether a prompt would run the text now. What is no Python counts as complete: it fails on its own."""
    try:
        return codeop.compile_command(text, symbol="exec") is not None or not text.strip()
    except (SyntaxError, ValueError, OverflowError):
        return True


def prompted(doc):
    """The statements at the `>>>` prompts of a docstring. Some continue a statement with another `>>>`."""
    found, open_ = [], False
    for line in doc.expandtabs().splitlines():
        match = re.match(r"\s*(>>>|\.\.\.)(?: (.*)|$)", line)
        if match is None:
            if found and open_ and line.strip() and not complete(found[-1] + "\n"):      # inside a bracket
                found[-1] += "\n" + line
            else:
                open_ = False
            continue
        prompt, code = match[1], (match[2] or "")
        joins = prompt == "..." or re.match(r"\s+\S|(else|elif|except|finally)\b|[)\]}]", code) or not complete(found[-1]) \
            if found else False
        if found and joins and (open_ or prompt == "..."):
            found[-1] += "\n" + code
        elif code.strip():
            found.append(textwrap.dedent(code) if prompt == ">>>" else code)
        open_ = True
    return found


def blocks(doc):
    """The statements of a docstring's literal blocks that are Python."""
    found, lines = [], inspect.cleandoc(doc).splitlines()
    k = 0
    while k < len(lines):
        start = re.match(r"(\s*)(?:\.\. (?:testcode|code-block|code|sourcecode)::\s*(\w*)|.*[^:\s]::|::)\s*$", lines[k])
        k += 1
        if start is None or start[2] not in (None, "", "python"):
            continue
        body = []
        while k < len(lines) and (not lines[k].strip() or len(lines[k]) - len(lines[k].lstrip()) > len(start[1])):
            body.append(lines[k])
            k += 1
        while body and re.match(r"\s*:\w+:", body[0]):
            del body[0]
        code = textwrap.dedent("\n".join(body))
        with contextlib.suppress(SyntaxError, ValueError):
            found += [part for node in ast.parse(code).body if (part := source(code, node))]
    return found


def source(code, node):
    lines = code.splitlines()
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return "\n".join(lines[first - 1:node.end_lineno])


def documented():
    """(module, name, docstring) of everything public, each docstring once."""
    seen = set()

    def one(module, name, value):
        doc = getattr(value, "__doc__", None)
        home = getattr(value, "__module__", None)
        if not isinstance(doc, str) or doc in seen or isinstance(home, str) and not home.startswith(("torch", "builtins")):
            return
        seen.add(doc)
        yield module, name, doc

    for module in MODULES:
        try:
            owner = importlib.import_module(module)
        except ImportError:
            continue
        yield from one(module, module, owner)
        for name in sorted(set(dir(owner)), key=lambda n: (n != "Tensor", n)):     # the old names of its methods come after
            value = getattr(owner, name, None)
            if name.startswith("_") or inspect.ismodule(value):
                continue
            yield from one(module, f"{module}.{name}", value)
            if inspect.isclass(value) and (value.__module__ or "").startswith("torch"):
                place = "torch.Tensor" if name == "Tensor" else module
                for member in sorted(set(dir(value)) if name == "Tensor" else vars(value)):
                    if not member.startswith("_"):
                        yield from one(place, f"{module}.{name}.{member}", getattr(value, member, None))


def collect(only=""):
    """The list of examples: {"module", "name", "code": statements, "waits"}."""
    found = []
    for module, name, doc in documented():
        code = prompted(doc) or blocks(doc)
        if code and re.search(only, name):
            text = "\n".join(code)
            found.append({"module": module, "name": name, "code": code, "waits": bool(WAITING.search(name + "\n" + text))})
    return found


# ---- running one example -------------------------------------------------------------------------


def bound(node):
    """The names that a statement binds by assignment."""
    targets = getattr(node, "targets", [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else [])
    return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def execute(node, filename, space):
    """Run a statement as a prompt does, and show what it binds."""
    if isinstance(node, ast.Expr):
        value = eval(compile(ast.Expression(node.value), filename, "eval"), space)
        if value is not None:
            print(repr(value))
        return
    exec(compile(ast.Module([node], []), filename, "exec"), space)
    for name in bound(node):
        if name in space:
            print(f"{name} is {space[name]!r}")


def told(error):
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}".strip()


def answer(text, filename, start, space):
    """What the lines of one entry of the prompt print, as text."""
    out = io.StringIO()
    failed = None
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            for node in ast.increment_lineno(ast.parse(text), start).body:
                execute(node, filename, space)
        except BaseException as error:
            failed = told(error)
    printed = out.getvalue()
    for w in caught:
        if issubclass(w.category, DeprecationWarning) and w.filename != filename:
            continue            # Python hides those of a library's own lines
        lines = str(w.message).splitlines()
        first = re.sub(r" \(Triggered internally at .*", "", lines[0]) if lines else ""
        printed += f"{w.category.__name__}: {first}\n"
    return [settled(printed + (failed or "")), failed.partition(":")[0] if failed else None]


def settled(text):
    """The text without what differs from run to run by its nature."""
    text = re.sub(r"0x[0-9a-f]{6,}", "0x..", text)
    text = re.sub(r"/\S*?/rushlight-example-\w+", "..", text)
    return re.sub(r"[^\s\"']*/(?:torch|rushlight)/\S*\.py\b", "(a file of the library)", text)


def play(example, library):
    """The answers to all statements of an example, in an empty folder."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    space = vars(main)
    folder = tempfile.mkdtemp(prefix="rushlight-example-")
    os.chdir(folder)
    sys.path.insert(0, folder)
    filename = os.path.join(folder, "example.py")
    main.__file__ = filename
    text = "\n".join(example["code"]) + "\n"
    pathlib.Path(filename).write_text(text)
    linecache.checkcache(filename)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(PRELUDE, space)
        home = importlib.import_module(example["module"].removesuffix(".Tensor"))
        space.update({n: getattr(home, n) for n in dir(home) if not n.startswith("_") and not hasattr(space["__builtins__"], n)
                      and n not in space["__builtins__"]})
        exec(FIXTURES, space)
        space["torch"].manual_seed(0)
        space["np"].random.seed(0)
        importlib.import_module("random").seed(0)
    found, line = [], 0
    for code in example["code"]:
        found.append(answer(code, filename, line, space))
        line += code.count("\n") + 1
    return found


def work(library):
    """A child: reads examples, a line of JSON each, forks for each, writes the answers."""
    out = os.fdopen(os.dup(1), "w")
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    if library == "rushlight":
        importlib.import_module("rushlight").install()
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in MODULES:              # what is imported on first use is there before the forks
            with contextlib.suppress(ImportError):
                owner = importlib.import_module(module)
                [getattr(owner, n, None) for n in dir(owner)]
        exec(PRELUDE + FIXTURES, space := {})
        space["train"]()
    space["torch"].set_num_threads(1)
    for line in sys.stdin:
        print(json.dumps(fork(json.loads(line), library)), file=out, flush=True)


def fork(example, library):
    """The answers of a forked process, or the reason why there are none."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.setsid()
        os.close(reader)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin = open(os.devnull)
        try:
            text = json.dumps(play(example, library))
        except BaseException as error:
            text = json.dumps("fails: " + told(error))
        with os.fdopen(writer, "w") as pipe:
            pipe.write(text)
        os._exit(0)
    os.close(writer)
    parts, left = [], SECONDS[library]
    while select.select([reader], [], [], left)[0]:
        part = os.read(reader, 1 << 16)
        if not part:
            break
        parts.append(part)
    else:
        parts = [b'"hangs"']
    os.close(reader)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    code = os.waitpid(pid, 0)[1]
    return json.loads(b"".join(parts)) if parts else f"crashes ({code})"


def perform(examples, library, perturb):
    """The answers of one library to all examples; `perturb` is the byte that fills fresh memory."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "MALLOC_PERTURB_": str(perturb)}
    with subprocess.Popen([sys.executable, __file__, "--work", library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=environment, stderr=subprocess.DEVNULL) as child:
        found = []
        for example in examples:
            print(json.dumps(example), file=child.stdin, flush=True)
            line = child.stdout.readline()
            if not line:
                raise SystemExit(f"{library} could not run {example['name']}")
            found.append(json.loads(line))
        child.stdin.close()
    return found


# ---- judging -------------------------------------------------------------------------------------


def expected(first, second):
    """PyTorch's answers; None where a statement is left out."""
    if isinstance(first, str) or isinstance(second, str):
        return []
    return [None if a != b or a[1] in UNFIT else a[0] for a, b in zip(first, second)]


def present(name):
    """Whether Rushlight has the name."""
    parts = name.split(".")[1:]
    value = importlib.import_module("rushlight")
    for k, part in enumerate(parts):
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = importlib.import_module("rushlight." + ".".join(parts[:k + 1]))
            except ImportError:
                return False
    return True


def judge(example, want, got):
    """(verdict, what differs first): "same", "digits" (numbers agree to four digits), "differs", "missing", or "left out"."""
    chosen = [k for k, text in enumerate(want) if text is not None]
    if not chosen or not any(want[k] for k in chosen):
        return "left out", ""
    wrong, digits = "" if not isinstance(got, str) else got, ""
    for k in chosen if not wrong else []:
        if got[k][0] != want[k]:
            kind = "raises" if got[k][1] and not re.search(rf"^{got[k][1]}\b", want[k], re.M) else "prints"
            if kind == "prints" and without_warnings(got[k][0]) == without_warnings(want[k]):
                kind = "warns"
            elif kind == "prints" and without_digits(got[k][0]) == without_digits(want[k]):
                kind = "numbers"
            if kind == "numbers" and near(got[k][0], want[k]):
                digits = digits or f"digits: {example['code'][k].splitlines()[0]}"
                continue
            wrong = f"{kind}: {example['code'][k].splitlines()[0]}"
            break
    if not wrong:
        return ("digits", digits) if digits else ("same", "")
    return ("differs" if present(example["name"]) else "missing"), wrong


def without_warnings(text):
    return re.sub(r"^\w*Warning: .*\n?", "", text, flags=re.M)


def without_digits(text):
    return re.sub(r"[-+\d.e\s]+", "0", text)


def near(a, b):
    """Whether the numbers in two texts agree to about four digits, or are rounding errors both."""
    a, b = ([float(x) for x in re.findall(r"-?\d+(?:\.\d*)?(?:e[-+]\d+)?", text)] for text in (a, b))
    return len(a) == len(b) and all(abs(x - y) <= 2e-4 * max(abs(x), abs(y)) + 1e-5 for x, y in zip(a, b))


def measure(only="", reference=None, examples=None):
    """[(example, PyTorch's answers, ours, verdict, what differs)]."""
    kept = pathlib.Path(reference) if reference else None
    if kept and kept.exists():
        examples, wants = json.loads(kept.read_text())
    else:
        examples = collect() if examples is None else examples
        runs = [perform(examples, "torch", byte) for byte in (17, 202)]
        wants = [expected(a, b) for a, b in zip(*runs)]
        if kept:
            kept.write_text(json.dumps([examples, wants]))
    chosen = [k for k, e in enumerate(examples) if re.search(only, e["name"])]
    examples, wants = [examples[k] for k in chosen], [wants[k] for k in chosen]
    ours = perform(examples, "rushlight", 17)
    return [(e, w, g, *judge(e, w, g)) for e, w, g in zip(examples, wants, ours)]


# ---- the page ------------------------------------------------------------------------------------


def share(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.1f}%)" if whole else "none"


def table(results):
    lines = ["| module | same | last digits | differs | missing |", "| --- | --- | --- | --- | --- |"]
    counts = collections.defaultdict(collections.Counter)
    for example, _, _, verdict, _ in results:
        counts[example["module"]][verdict] += 1
    for module in sorted(counts):
        c = counts[module]
        if c.total() > c["left out"]:
            lines.append(f"| {module} | {c['same']} | {c['digits']} | {c['differs']} | {c['missing']} |")
    return lines


def different(results):
    lines = ["| example | | why |", "| --- | --- | --- |"]
    for example, _, _, verdict, why in sorted(results, key=lambda r: r[0]["name"]):
        if verdict in ("digits", "differs", "missing"):
            why = why[:90].replace("|", "\\|").replace("`", "'")
            lines.append(f"| {example['name']} | {verdict} | {why.partition(':')[0]}: `{why.partition(':')[2].strip()}` |")
    return lines if len(lines) > 2 else ["None."]


def page(results):
    counted = [r for r in results if r[3] != "left out"]
    near = [r for r in counted if not r[0]["waits"]]
    far = [r for r in counted if r[0]["waits"]]

    def same(group):
        digits = sum(r[3] == "digits" for r in group)
        return f"{share(sum(r[3] == 'same' for r in group), len(group))} | {share(digits, len(group))}"

    return "\n".join([
        "# The examples of PyTorch's documentation", "",
        "Measured by `make examples` (`tools/examples.py`). The examples in the docstrings of PyTorch "
        f"{importlib.import_module('torch').__version__.partition('+')[0]} run, unmodified, as",
        "programs with PyTorch and with Rushlight in its place: all that the statements print, the values they bind to",
        "names, warnings and errors are compared as text. Statements that do not print the same in two runs of PyTorch, or",
        "that fail for want of a name, a file or a package, are left out.", "",
        "| examples | the same text | all but last digits |", "| --- | --- | --- |",
        f"| in scope | {same(near)} |",
        f"| sparse, quantised, nested, CUDA, distributed, export, compilation, network | {same(far)} |",
        f"| nothing to compare | {len(results) - len(counted)} | |", "",
        "## In scope", "", *table(near), "",
        "The examples that differ, and the first statement that does:", "", *different(near), "",
        "## Out of scope", "", *table(far), "", *different(far), ""])


def show(results):
    """Print each first difference, the totals last."""
    for example, want, got, verdict, why in results:
        if verdict not in ("differs", "missing"):
            continue
        print(f"==== {example['name']} {verdict}{' (waits)' if example['waits'] else ''}: {why}")
        for k, text in enumerate(want if not isinstance(got, str) else []):
            if text is not None and got[k][0] != text:
                print("    >>> " + example["code"][k].replace("\n", "\n    ... "))
                diff = list(difflib.unified_diff(text.splitlines(), got[k][0].splitlines(), "torch", "ours", n=1, lineterm=""))
                print("\n".join("        " + d for d in diff[2:16]))
                break
    for waits in (False, True):
        print("waiting:" if waits else "in scope:", dict(collections.Counter(r[3] for r in results if r[0]["waits"] == waits)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="REGEX", default="", help="run examples whose name matches, and print what differs")
    parser.add_argument("--reference", metavar="FILE", help="where PyTorch's answers are kept")
    parser.add_argument("--show", action="store_true", help="print what differs; write nothing")
    parser.add_argument("--work", metavar="LIBRARY", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        work(args.work)
        return
    results = measure(args.only, args.reference)
    show(results)
    if not args.only and not args.show:
        PAGE.write_text(page(results))
        print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
