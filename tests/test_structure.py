"""The house rules of docs/design.md, read off the source text: levels, sizes, the gate to raw
memory, names that may not appear. Nothing is imported from the library here."""

from __future__ import annotations

import ast
import functools
import io
import pathlib
import re
import tokenize

import pytest

ROOT = pathlib.Path(__file__).parent.parent
SRC = ROOT / "src" / "rushlight"
CAP = 800                                # lines of code a file may have

LEVELS = {
    "native": 0, "version": 0, "torch_version": 0,
    "backend": 1, "dtypes": 1, "devices": 1, "errors": 1, "formats": 1, "lessons": 1, "names": 1,
    "core": 2,
    "ops": 3,
    "vision": 5, "compat": 5, "viz": 5, "__main__": 6,
    "__init__": 6,
}
OTHERS = 4                               # nn, optim, utils, autograd, linalg, cuda, ...

UPWARD = {
    # (file, imported): why this upward import is right
}
HINTS = {                                # arguments that may change how a result is computed, never what it is
    "foreach": "updates are fused wherever they can be", "assume_unique": "no faster algorithm needs it",
    "sparse_grad": "gradients are dense", "sparse": "it decides about the gradient alone",
    "sorted": "results come sorted, which either value allows",
}
IGNORED = {
    # "file: function: argument": why it can make no difference
    "backend/base.py: Backend.cumulative_max: axis": "the scan runs along the last axis, where its op brings the one asked for",
    "backend/base.py: Backend.cumulative_min: axis": "as cumulative_max",
    "backend/cpu.py: CpuBackend.from_numpy: index": "there is one CPU",
    "ops/pointwise_complex.py: is_conj: input": "no tensor is conjugated lazily",
    "ops/pointwise_complex.py: is_neg: input": "as is_conj",
    **{f"optim/{c.lower()}.py: {c}.start: group": "the signature is the base class's, for all optimizers"
       for c in ("Adadelta", "Adamax", "NAdam", "RAdam")},
    **{f"{f}: {a}": "about a compilation, and nothing is compiled" for f, args in {
        "_dynamo/eval_frame.py: compile": "fullgraph dynamic name recompile_limit isolate_recompiles shapes_spec",
        "_dynamo/eval_frame.py: disable": "recursive reason wrapping", "_dynamo/eval_frame.py: graph_break": "msg",
        "compiler/__init__.py: nested_compile_region": "options",
        "compiler/__init__.py: substitute_in_graph": "original_fn can_constant_fold_through skip_signature_check",
        "jit/_script.py: freeze": "preserved_attrs optimize_numerics", "jit/_script.py: annotate": "the_type",
        "jit/_script.py: optimize_for_inference": "other_methods",
        "jit/_trace.py: trace": "optimize check_trace check_tolerance strict",
        "jit/_trace.py: trace_module": "optimize check_trace check_tolerance strict",
    }.items() for a in args.split()},
    **{f"hub.py: {f}: skip_validation": "GitHub validates what is downloaded" for f in ("load", "list", "help")},
    **{f"nn/parallel/distributed.py: DistributedDataParallel.__init__: {a}": "gradients travel as one message" for a in (
        "bucket_cap_mb", "check_reduction", "gradient_as_bucket_view", "static_graph")},
}

PRESCRIBED = {                           # methods that a base class calls: not every subclass looks at each argument
    "compute_mask": {"t", "default_mask"},   # nn.utils.prune.BasePruningMethod
    "log_abs_det_jacobian": {"x", "y"},      # distributions.Transform: either of the two may be enough
    "start": {"p", "group"},             # optim.GroupOptimizer: the state of one parameter
}

PYTHON = sorted(p for p in SRC.rglob("*.py") if "__pycache__" not in p.parts)
CYTHON = sorted(p for p in SRC.rglob("*.p[yx][xd]") if p.suffix in (".pyx", ".pxd"))
CPP = sorted(p for p in SRC.rglob("*") if p.suffix in (".hpp", ".h", ".cpp"))


def name(path):
    return str(path.relative_to(SRC))


def per_file(paths):
    return pytest.mark.parametrize("path", paths, ids=name)


@functools.cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def level(parts):
    """The level of a module given as the parts of its path below the package."""
    return LEVELS.get(parts[0], OTHERS) if parts else LEVELS["__init__"]


def own_imports(path):
    """(line, parts of the module below the package) for each import from the package itself."""
    here = path.relative_to(SRC).with_suffix("").parts
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "rushlight":
                    yield node.lineno, tuple(alias.name.split(".")[1:])
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = here[:len(here) - node.level]
            elif (node.module or "").split(".")[0] == "rushlight":
                base = ()
            else:
                continue
            module = (node.module or "").split(".") if node.module else []
            if not node.level:
                module = module[1:]
            base = base + tuple(module)
            if base:
                yield node.lineno, base
            else:                        # `from . import x` in the package itself
                for alias in node.names:
                    known = (SRC / alias.name).is_dir() or (SRC / f"{alias.name}.py").exists()
                    yield node.lineno, (alias.name,) if known else ()


@per_file(PYTHON)
def test_imports_point_down(path):
    here = level(path.relative_to(SRC).with_suffix("").parts)
    wrong = [f"line {line}: level {here} imports {'.'.join(parts) or 'the package itself'} of level {level(parts)}"
             for line, parts in own_imports(path)
             if level(parts) > here and (name(path), ".".join(parts)) not in UPWARD]
    assert not wrong, f"{name(path)}: " + "; ".join(wrong)


NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def code_lines(path):
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        return sum(bool(line.strip()) and not line.strip().startswith(("#", "//") if path.suffix in (".pyx", ".pxd") else "//")
                   for line in text.splitlines())
    docs = {n for node in ast.walk(tree(path)) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str) for n in range(node.lineno, node.end_lineno + 1)}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docs)


def test_no_file_is_too_long():
    long = {name(p): n for p in PYTHON + CYTHON + CPP if (n := code_lines(p)) > CAP}
    assert not long, f"over {CAP} lines of code: {long}"


def imported_modules(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.lineno, node.module


@per_file(PYTHON)
def test_no_file_imports_torch(path):
    found = [line for line, module in imported_modules(path) if module.split(".")[0] in ("torch", "torchvision")]
    assert not found, f"{name(path)} imports torch in lines {found}"


@per_file([p for p in PYTHON if p.relative_to(SRC).parts[0] == "ops"])
def test_ops_do_not_import_numpy(path):
    """Bodies are generic over their backend, so that they run on every device."""
    found = [line for line, module in imported_modules(path) if module.split(".")[0] in ("numpy", "cupy", "scipy")]
    assert not found, f"{name(path)} imports an array library in lines {found}"


@per_file([p for p in PYTHON if p.relative_to(SRC).parts[0] == "core"])
def test_core_does_not_import_cython(path):
    found = [line for line, module in imported_modules(path) if module.split(".")[0] in ("cython", "Cython")]
    assert not found, f"{name(path)}: types live in the .pxd alone, lines {found}"


@per_file(PYTHON)
def test_no_bare_except(path):
    found = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler) and node.type is None]
    assert not found, f"{name(path)}: bare except in lines {found}"


@per_file(PYTHON)
def test_no_mutable_defaults(path):
    found = [default.lineno for node in ast.walk(tree(path)) if isinstance(node, (ast.FunctionDef, ast.Lambda))
             for default in node.args.defaults + [d for d in node.args.kw_defaults if d]
             if isinstance(default, (ast.List, ast.Dict, ast.Set))]
    assert not found, f"{name(path)}: mutable default in lines {found}"


# ---- raw memory ----------------------------------------------------------------------------------

GATE = {"backend/guard.py", "native/guard.pxd"}
RAW_PYTHON = re.compile(r"__array_interface__|\bctypes\b|stride_tricks(?!\.sliding_window_view)|"
                        r"\b(np|numpy)\.(frombuffer|ndarray\(|memmap)|PyCapsule|memmove|from_buffer\(")
RAW_CYTHON = re.compile(r"PyArray_(DATA|BYTES|GETPTR\w*)|<[^<>]*\*\s*>\s*\w+\.data\b|PyObject_GetBuffer|PyMemoryView|"
                        r"__array_interface__|&\s*\w+\[0\]\s*#?.*memoryview")


def stripped(path):
    """(number, text) of each line without comments and string contents."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'("""|\'\'\').*?\1', lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    for n, line in enumerate(text.splitlines(), 1):
        yield n, re.sub(r'"[^"\n]*"|\'[^\'\n]*\'', '""', line.split("#")[0])


@per_file(PYTHON + CYTHON)
def test_raw_memory_only_through_the_gate(path):
    if name(path) in GATE:
        return
    pattern = RAW_PYTHON if path.suffix == ".py" else RAW_CYTHON
    found = [f"{n}: {line.strip()}" for n, line in stripped(path) if pattern.search(line)]
    assert not found, f"{name(path)} reaches for raw memory outside the gate:\n" + "\n".join(found)


# ---- words ---------------------------------------------------------------------------------------

LEFT_OVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


@per_file(PYTHON + CYTHON + CPP)
def test_no_left_overs(path):
    found = [n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if LEFT_OVERS.search(line)]
    assert not found, f"{name(path)}: unfinished business in lines {found}"


def test_no_compiled_file_in_the_source_tree():
    found = [name(p) for p in SRC.rglob("*") if p.suffix in (".so", ".pyd", ".o", ".c") and "__pycache__" not in p.parts]
    assert not found, f"src/ must stay the pure build: {found}"


def _functions(path):
    """(qualified name, node) of each function that is not nested in another."""
    def walk(body, prefix):
        for node in body:
            if isinstance(node, ast.FunctionDef):
                yield prefix + node.name, node
            elif isinstance(node, ast.ClassDef):
                yield from walk(node.body, f"{prefix}{node.name}.")
    return walk(tree(path).body, "")


def _declares_only(node):
    """Whether a function only raises, or returns the answer of a base class that others override."""
    body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    return isinstance(node.body[-1], ast.Raise) or len(body) == 1 and ast.unparse(body[0]) == "return None"


@per_file(PYTHON)
def test_no_argument_is_ignored(path):
    """Every parameter of a public function is used in it. One that can make no difference is listed above with the
    reason, or (in a signature that a caller prescribes) starts with `_`."""
    found = []
    named = {a.arg for node in ast.walk(tree(path)) if isinstance(node, (ast.Lambda, ast.FunctionDef)) for a in node.args.args
             if isinstance(node, ast.Lambda) or node.name.startswith("_")}
    for title, node in _functions(path):
        if any(part.startswith("_") for part in title.split(".")) or _declares_only(node):
            continue
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | HINTS.keys()
        if any("op" in ast.unparse(d).split("(")[0].split(".") for d in node.decorator_list):
            used |= named                        # an option that the gradient rule asks for
        args = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        found += [f"{name(path)}: {title}: {a.arg}" for a in args
                  if a.arg not in used and a.arg not in ("self", "cls", "ctx", "B") and not a.arg.startswith("_")
                  and a.arg not in PRESCRIBED.get(node.name, ())]
    found = [f for f in found if f not in IGNORED]
    assert not found, "ignored arguments:\n" + "\n".join(found)


def test_exemptions_are_needed():
    """An exemption whose function is gone goes too."""
    functions = {f"{name(path)}: {title}" for path in PYTHON for title, _ in _functions(path)}
    stale = [entry for entry in IGNORED if entry.rsplit(": ", 1)[0] not in functions]
    assert not stale, stale
