"""How much of PyTorch's API is there, and whether functions take PyTorch's parameters.

`data/api_names.tsv` counts how many of 100 public programs use a name, and how often.

    python tests/test_completeness.py       prints what is missing, the most used first
"""

from __future__ import annotations

import csv
import functools
import inspect
import pathlib
import re
import sys

FLOOR = 0.93                             # raise it when names are added
NAMES = pathlib.Path(__file__).parent / "data" / "api_names.tsv"


def used_names():
    """(name, programs that use it, uses), the most used first."""
    with NAMES.open(newline="") as file:
        return [(r["name"], int(r["repos"]), int(r["uses"])) for r in csv.DictReader(file, delimiter="\t")]


def has(torch, name) -> bool:
    """Whether a dotted name such as "torch.nn.Linear" or "Tensor.sum" is there."""
    parts = name.split(".")
    found = torch.Tensor if parts[0] == "Tensor" else torch
    for part in parts[1:]:
        try:
            found = getattr(found, part)
        except AttributeError:
            return found is torch.Tensor and part in ("grad", "data")
    return True


def coverage(torch, names):
    """(names there, names, share of the uses) and the names that are missing."""
    missing = [row for row in names if not has(torch, row[0])]
    uses = sum(u for *_, u in names)
    return len(names) - len(missing), len(names), 1 - sum(u for *_, u in missing) / uses, missing


def test_most_used_names_are_there(rl, capsys):
    """Prints the share of the names programs use, weighed by their uses; it may only go up."""
    names = used_names()
    there, total, share, missing = coverage(rl, names)
    with capsys.disabled():
        print(f"\n{there} of {total} names, {share:.1%} of their uses; most used of the missing: "
              + ", ".join(name for name, *_ in missing[:12]))
    assert share >= FLOOR


# ---- parameters ----------------------------------------------------------------------------------

UNDOCUMENTED = {"a", "b", "args", "kwargs"}

DIFFERENT = {                            # where the documentation and what PyTorch takes are not the same
    "broadcast_to": "documented as shape, taken as size", "Tensor.broadcast_to": "documented as shape, taken as size",
    "true_divide": "documented as dividend and divisor, taken as input and other",
    "Tensor.swapdims_": "documented as dim0 and dim1, taken as axis0 and axis1",
    "var_mean": "documented with out=, takes none", "std_mean": "documented with out=, takes none",
    "nn.functional.one_hot": "documented as tensor, taken as input", "searchsorted": "documented as values, taken as input",
    "unsafe_split": "documented as tensor, taken as self",
    "Tensor.to_sparse": "documented as sparseDims, taken as sparse_dim",
    "Tensor.copy_": "documented as src, taken as other", "Tensor.resize_as_": "documented as tensor, taken as the_template",
    "Tensor.type_as": "documented as tensor, taken as other",
}


@functools.cache
def documented(function) -> tuple[str, ...] | None:
    """The parameter names of one of PyTorch's functions, from its signature or the head of its documentation."""
    try:
        parameters = inspect.signature(function).parameters.values()
        return tuple(p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))
    except (TypeError, ValueError):
        pass
    heads = re.findall(r"^\s*(?:\w+\.)*" + re.escape(function.__name__) + r"\(([^\n]*)\)\s*->", function.__doc__ or "", re.M)
    if len(heads) != 1 or "*" in heads[0].replace("*, ", "").replace(", *", ""):
        return None
    names = [re.split(r"[=: ]", part.strip())[0] for part in re.split(r",(?![^(\[]*[)\]])", heads[0])]
    return tuple(n for n in names if re.fullmatch(r"[a-z]\w*", n))


def ours(function) -> set[str] | None:
    """The parameter names of one of our functions."""
    if hasattr(function, "params"):
        return {*function.params, "out", "axis", "keepdims"}
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return {p.name for p in parameters}


def pairs(torch, rl):
    """(name, PyTorch's function, ours) of everything both publish as a function."""
    for space in ("", "nn.functional", "linalg", "fft", "special", "nn.init"):
        theirs, mine = torch, rl
        for part in filter(None, space.split(".")):
            theirs, mine = getattr(theirs, part, None), getattr(mine, part, None)
        for name in sorted(vars(mine) if mine is not None else ()):
            other = getattr(theirs, name, None)
            if not name.startswith("_") and callable(other) and not inspect.isclass(other):
                yield f"{space}.{name}".lstrip("."), other, getattr(mine, name)


def test_functions_take_pytorchs_parameters(torch, rl):
    wrong = []
    for name, theirs, mine in pairs(torch, rl):
        wanted, taken = documented(theirs), ours(mine)
        if wanted is None or taken is None or name in DIFFERENT:
            continue
        lacking = [p for p in wanted if p not in taken and p not in UNDOCUMENTED]
        if lacking:
            wrong.append(f"{name} lacks {', '.join(lacking)}")
    assert not wrong, f"{len(wrong)} functions:\n" + "\n".join(wrong)


def test_methods_take_pytorchs_parameters(torch, rl):
    wrong = []
    for name in sorted(vars(rl.Tensor)):
        theirs, mine = getattr(torch.Tensor, name, None), getattr(rl.Tensor, name)
        if name.startswith("_") or not callable(theirs) or not callable(mine):
            continue
        wanted, taken = documented(theirs), ours(mine)
        if wanted is None or taken is None or f"Tensor.{name}" in DIFFERENT or hasattr(torch, name.rstrip("_")):
            continue                             # a method's documentation often names its function's parameters otherwise
        lacking = [p for p in wanted if p not in taken and p not in UNDOCUMENTED and p != "self"]
        if lacking:
            wrong.append(f"Tensor.{name} lacks {', '.join(lacking)}")
    assert not wrong, f"{len(wrong)} methods:\n" + "\n".join(wrong)


# ---- every op has its row and its text -------------------------------------------------------------

WITHOUT_ROW = {
    # op: why no row of the table names it, and what tests it
    "alias": "what x[...] gives: the rows of getitem", "_unsafe_view": "the copy in reshape: its rows",
}


def test_every_op_has_a_row(rl):
    """An op is an entry of the registry that is published; backward ops are reached by their op's gradient."""
    import table

    from rushlight.core.op import Registry
    paths = [(row.torch or row.name).rstrip("_") for row in table.load().values()]
    rows = {path.split(".")[-1] for path in paths} | {path.replace(".", "_") for path in paths}
    spaces = [*Registry.namespaces.values(), Registry.methods]
    published = {id(f) for space in spaces for f in space.values()}
    bare = sorted(name for name, op in Registry.ops.items()
                  if id(op) in published and name not in rows and name.rstrip("_") not in rows and name not in WITHOUT_ROW)
    assert not bare, f"{len(bare)} ops without a row: {', '.join(bare)}"


def test_every_public_function_has_a_text(rl):
    from rushlight.core.op import Registry
    bare = sorted({f"{space}.{name}" for space, members in Registry.namespaces.items() for name, f in members.items()
                   if callable(f) and not getattr(f, "__doc__", None)})
    assert not bare, f"{len(bare)} functions without a docstring: {', '.join(bare)}"


if __name__ == "__main__":
    import rushlight

    there, total, share, missing = coverage(rushlight, used_names())
    print(f"{there} of {total} names, {share:.1%} of their uses")
    for name, repos, uses in missing[:int(sys.argv[1]) if len(sys.argv) > 1 else None]:
        print(f"{repos:4} {uses:6}  {name}")
