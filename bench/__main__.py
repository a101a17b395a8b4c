"""Run the benchmarks and print the table.

    python -m bench [EXPRESSION ...] [--repeats N] [--pure DIR] [--json FILE] [--list]

How it is measured: each library lives in a process of its own (`bench/worker.py`); for every row
they take turns, one short repeat each, as many rounds as `--repeats` says, and the minimum counts.
PyTorch runs with one thread and with all of them; its better time is the one to beat. Before a row
is timed the libraries' results are compared, and a difference fails the run.
"""

import argparse
import dataclasses
import datetime
import importlib.util
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

import numpy as np

from bench import table
from bench.worker import receive, send

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
PAUSE = 0.22                     # seconds before each repeat: OpenMP threads spin for 0.2 s after their work


@dataclasses.dataclass
class Contender:
    """A column of the table: a library in a process of its own."""

    title: str
    library: str
    threads: int
    path: str = ""                   # what comes first on PYTHONPATH
    process: subprocess.Popen | None = None
    version: str = ""

    def environment(self):
        env = dict(os.environ)
        env.pop("PYTHONDONTWRITEBYTECODE", None)          # users have compiled modules; the second import counts
        if self.threads:
            env.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(self.threads)))
        paths = [p for p in (self.path, str(ROOT), env.get("PYTHONPATH", "")) if p]
        return {**env, "PYTHONPATH": os.pathsep.join(paths)}

    def start(self):
        """Start the process; False where the library is not installed."""
        self.process = subprocess.Popen([sys.executable, "-m", "bench.worker", self.library, str(self.threads)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment(), cwd=ROOT)
        answer = receive(self.process.stdout)
        if answer is None or answer[0] != "ready":
            self.stop()
            return False
        self.version = answer[1]
        return True

    def ask(self, method, row):
        send(self.process.stdin, (method, row))
        answer = receive(self.process.stdout)
        if answer is None:
            return "failed", "the process ended"
        return answer

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def contenders(built, pure):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = [Contender("rushlight", "rushlight", 0, built), Contender("rushlight 1", "rushlight", 1, built)]
    if pure:
        found.append(Contender("pure", "rushlight", 1, pure))
    found += [Contender("torch 1", "torch", 1), Contender(f"torch {cores}", "torch", cores), Contender("numpy", "numpy", 0)]
    running = [c for c in found if c.start()]
    if not any(c.library == "rushlight" for c in running):
        sys.exit(f"rushlight cannot be imported from {built or 'the environment'}")
    return running


def agree(row, results):
    """Complaints about contenders whose results differ from the first one's."""
    names = list(results)
    reference = results[names[0]]
    for name in names[1:]:
        if len(results[name]) != len(reference):
            yield f"{name} returns {len(results[name])} arrays, {names[0]} {len(reference)}"
            continue
        for mine, other in zip(reference, results[name]):
            if mine.shape != other.shape or not np.allclose(mine, other, *row.tol, equal_nan=True):
                yield f"{name} and {names[0]} differ"
                break


def measure(row, running, repeats):
    """{column: value in the row's unit} and the complaints."""
    if row.special:
        values = {c.title: row.special(c) for c in running}
        return {k: v for k, v in values.items() if v is not None}, []
    able = [c for c in running if c.ask("has", row.name) == ("ok", True)]
    results, problems = {}, []
    for c in able:
        status, value = c.ask("result", row.name)
        if status == "ok":
            results[c.title] = value
        else:
            problems.append(f"{c.title}: {value}")
    able = [c for c in able if c.title in results]
    problems += agree(row, results)
    best = {}
    for _ in range(repeats):
        for c in able:
            time.sleep(PAUSE)           # the threads of the one before may still be spinning
            status, value = c.ask("repeat", row.name)
            if status == "ok":
                best[c.title] = min(value * 1e6, best.get(c.title, np.inf))
            else:
                problems.append(f"{c.title}: {value}")
    return best, problems


def ratio(values):
    """How many times faster than PyTorch at its best Rushlight at its best is."""
    torch = [v for k, v in values.items() if k.startswith("torch")]
    ours = [v for k, v in values.items() if k.startswith("rushlight")]
    return min(torch) / min(ours) if torch and ours and min(ours) > 0 else None


def line(name, values, columns, unit, width):
    cells = "".join(f"{_number(values.get(c)):>13}" for c in columns)
    r = ratio(values)
    return f"{name:<{width}}{cells}{'' if r is None else f'{r:9.2f}x':>10}  {unit}"


def _number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def machine():
    """What the numbers were measured on."""
    name = platform.processor() or platform.machine()
    info = pathlib.Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*:\s*(.*)", info.read_text())
        name = found.group(1) if found else name
    return {"processor": name, "cores": os.cpu_count(), "python": platform.python_version(), "numpy": np.__version__,
            "system": platform.system(), "date": datetime.date.today().isoformat()}


def where():
    """What to put on the path: nothing where rushlight is installed, else the compiled build, else the source tree."""
    if importlib.util.find_spec("rushlight") is not None:
        return ""
    build = ROOT / "build" / "lib"
    return str(build if (build / "rushlight").is_dir() else ROOT / "src")


def main():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="*", help="regular expressions; rows whose name or group matches one are run")
    parser.add_argument("--repeats", type=int, default=15, help="rounds; the minimum counts")
    parser.add_argument("--path", default=where(), help="where to import rushlight from ('' for the installed one)")
    parser.add_argument("--pure", nargs="?", const=str(ROOT / "src"), default="", help="add a column for the pure build")
    parser.add_argument("--json", type=pathlib.Path, help="where to write the numbers (default: bench/results/)")
    parser.add_argument("--list", action="store_true", help="print the rows and stop")
    options = parser.parse_args()
    rows = [r for r in table.load().values()
            if not options.rows or any(re.search(e, f"{r.group}: {r.name}") for e in options.rows)]
    if options.list:
        print("\n".join(f"{r.group}: {r.name}" for r in rows))
        return 0
    running = contenders(options.path, options.pure)
    columns, width = [c.title for c in running], max([len(r.name) for r in rows], default=0) + 2
    print(f"{'':<{width}}{''.join(f'{c:>13}' for c in columns)}{'vs torch':>10}")
    found, failed, group = [], [], None
    for row in rows:
        if row.group != group:
            group = row.group
            print(f"-- {group}")
        values, problems = measure(row, running, options.repeats)
        print(line(row.name, values, columns, row.unit, width), flush=True)
        for problem in problems:
            print(f"   {problem}")
        failed += problems
        found.append({"name": row.name, "group": row.group, "unit": row.unit, "values": values, "ratio": ratio(values),
                      "problems": problems})
    for c in running:
        c.stop()
    report = {"machine": machine(), "versions": {c.title: c.version for c in running}, "repeats": options.repeats, "rows": found}
    path = options.json or (RESULTS / f"{report['machine']['date']}.json" if not options.rows else None)
    if path:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(report, indent=1) + "\n")
        print(f"written: {path}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
