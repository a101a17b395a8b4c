"""Write the tables of the documentation from a file of `bench/results/`.

    python -m bench.report [FILE]            the newest one by default

`docs/speed.md` is written whole; README.md and README.zh.md between the marks `<!-- speed -->` and `<!-- end -->`.
"""

import json
import pathlib
import sys

from bench import table

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
JAX = RESULTS / "jax.json"

HEAD = """# Speed

Written by `make bench` from `{file}`; do not edit by hand: texts stand in `bench/report.py`, rows in `bench/rows/`.

{machine}

Each library lives in a process of its own; for every row they take turns, and the minimum of {repeats} short repeats counts.
Rows, and the limits, may come from several runs of that day.
Before a row is timed the results are compared. What the columns say:

- **PyTorch**: how many times faster Rushlight at its better number of threads is than PyTorch at its better one;
  then the same with one thread each, and with all.
- **NumPy**: how many times faster than the same by hand in NumPy (without autograd), where someone would write it.
- **limit**: the share of what the machine can do at most. Arithmetic is held against chains of fused multiply-adds in
  registers ({flops}), traffic against `np.add(a, b, out=c)` over as many bytes, in the cache or beyond it
  ({bandwidth}); for the number of threads that was faster. Rows without either do too little of both.
- **memory**: the peak that two steps add to the process, by PyTorch's; not shown below 1 MB.
- `~`: while it was measured something else was running (the quartile of the repeats lies a quarter above the minimum).
"""
COLUMNS = "| | Rushlight | PyTorch | faster | 1 thread | all | NumPy | limit | memory |\n| --- |" + " --- |" * 8

FIRST = ["programs", "course", "overhead", "process"]

# rows shown in the READMEs: (row, in English, in Chinese)
SHOWN = (
    ("FizzBuzz, one step (batch 128, 10-100-4, SGD)", "FizzBuzz, a training step", "FizzBuzz，一步训练"),
    ("two layers: tensors", "two layers (64-1000-100-10): tensors alone", "两层网络（64-1000-100-10）：只用张量"),
    ("two layers: autograd", "... autograd", "……自动求导"),
    ("two layers: nn", "... nn", "……nn"),
    ("two layers: optim (Adam)", "... optim (Adam)", "……optim（Adam）"),
    ("two layers: a Module of one's own, SGD", "... a Module of one's own, SGD", "……自定义 Module，SGD"),
    ("MNIST convnet, a step (batch 64, SGD)", "MNIST convnet, a step", "MNIST 卷积网络，一步"),
    ("LSTM of 2 layers, a step (16 sequences of 50, 128 to 256)", "LSTM of 2 layers, a step", "两层 LSTM，一步"),
    ("small GPT, a step (4 layers of 128, batch 8 of 64, AdamW)", "small GPT, a step", "小型 GPT，一步"),
    ("actor-critic, a step (batch 1, 4-64-2, Adam)", "actor-critic, a step with batch 1", "actor-critic，批大小为 1 的一步"),
    ("a + b, 10 elements", "`a + b`, 10 elements", "`a + b`，10 个元素"),
    ("a + b, 10 elements, with graph", "the same with a graph", "同上，带计算图"),
    ("(a * b).sum().backward(), 10 elements", "`(a * b).sum().backward()`, 10 elements", "`(a * b).sum().backward()`，10 个元素"),
    ("import, beyond `import numpy`", "`import`, beyond `import numpy`", "`import`（不计 `import numpy`）"),
    ("installed size", "installed size", "安装后的大小"),
)
TITLES = {
    "README.md": "| | Rushlight | pure build | PyTorch | NumPy by hand | faster than PyTorch |",
    "README.zh.md": "| | Rushlight | 纯 Python 版 | PyTorch | 手写 NumPy | 比 PyTorch 快 |",
}


def newest():
    return max((p for p in RESULTS.glob("*.json") if p != JAX), key=lambda p: p.stat().st_mtime)


def best(entry, library):
    return min((v for k, v in entry["values"].items() if k.startswith(library)), default=None)


def amount(value, unit):
    """A time or size with two or three digits."""
    if value is None:
        return ""
    if unit == "us" and value >= 1000:
        value, unit = value / 1000, "ms"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}" if value < 10 else f"{value:.1f} {unit}"


def times(value):
    return "" if value is None else f"{value:.1f}x" if value < 100 else f"{value:.0f}x"


def exact(value):
    return "" if value is None else f"{value:.2f}x"


def line(entry):
    share = entry["share"]
    ours, theirs = (amount(best(entry, library), entry["unit"]) for library in ("rushlight", "torch"))
    ratios = (exact(entry[k]) for k in ("ratio", "ratio 1", "ratio all", "numpy"))
    cells = (entry["name"] + (" ~" if entry["disturbed"] else ""), ours, theirs, *ratios,
             "" if share is None else f"{share:.0%}", exact(entry["peak"]))
    return "| " + " | ".join(cells) + " |"


def below(entries):
    """Rows that miss what they are meant to reach, with what limits them; the text stands beside the row."""
    rows = table.load()
    for e in entries:
        if e["ratio"] is not None and e["ratio"] < e["target"] and e["unit"] == "us":
            reason = rows[e["name"]].limit if e["name"] in rows else ""
            yield f"- {e['name']}: {e['ratio']:.2f} of {e['target']:.1f}. {reason}".rstrip()
    for e in entries:
        if e["peak"] is not None and e["peak"] > 1.05:
            yield f"- {e['name']}: peak memory {e['peak']:.2f} times PyTorch's."


def machine(found):
    m = found["machine"]
    versions = found["versions"]
    return (f"Measured on {m['date']}: {m['processor']}, {m['cores']} cores, {m['system']}; Python {m['python']}, "
            f"NumPy {m['numpy']}, PyTorch {versions.get('torch 1', '-')}.")


def known(found, what):
    return ", ".join(f"{v} {k}" for k, v in sorted(found["machine"].items()) if k.startswith(what))


def page(found, file):
    """The text of docs/speed.md."""
    parts = [HEAD.format(file=file, machine=machine(found), repeats=found["repeats"], flops=known(found, "GFLOP/s"),
                         bandwidth=known(found, "GB/s"))]
    groups = dict.fromkeys(e["group"] for e in found["rows"])
    for group in sorted(groups, key=lambda g: FIRST.index(g) if g in FIRST else len(FIRST)):
        lines = "\n".join(line(e) for e in found["rows"] if e["group"] == group)
        parts.append(f"## {group.capitalize()}\n\n{COLUMNS}\n{lines}\n")
    missed = list(below(found["rows"]))
    if missed:
        parts.append("## Below the figure meant\n\n" + "\n".join(missed) + "\n")
    if JAX.exists():
        parts.append(jax(json.loads(JAX.read_text()), found["rows"]))
    return "\n".join(parts)


def jax(measured, entries):
    ours = next((e for e in entries if e["name"].startswith("FizzBuzz, an epoch")), None)
    text = (f"## JAX\n\nThe same epoch of FizzBuzz in JAX {measured['version']}, all seven steps in one jitted function, taken "
            f"once with `python -m bench.jax_epoch`: {amount(measured['epoch_us'], 'us')}, after {measured['compiling_s']} s of "
            "compiling.")
    return text + (f" Rushlight, step by step: {amount(best(ours, 'rushlight'), 'us')}.\n" if ours else "\n")


def short(found, language):
    """The rows of the READMEs."""
    entries = {e["name"]: e for e in found["rows"]}
    rows = [TITLES[language], "| --- |" + " --- |" * 5]
    for name, english, chinese in SHOWN:
        if name in entries:
            e = entries[name]
            columns = [amount(best(e, library), e["unit"]) for library in ("rushlight", "pure", "torch", "numpy")]
            faster = times(e["ratio"])
            cells = (english, *columns, faster) if language == "README.md" else (chinese, *columns, faster.replace("x", " 倍"))
            rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def write(path):
    """Write docs/speed.md and the tables of the READMEs."""
    found = json.loads(path.read_text())
    (ROOT / "docs" / "speed.md").write_text(page(found, path.resolve().relative_to(ROOT)), encoding="utf-8")
    for language in TITLES:
        readme = ROOT / language
        text = readme.read_text(encoding="utf-8")
        before, mark, rest = text.partition("<!-- speed -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        if mark and end:
            readme.write_text(before + mark + short(found, language) + end + after, encoding="utf-8")


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else newest())
