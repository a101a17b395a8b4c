"""Run the benchmarks and print the table.

    python -m bench [EXPRESSION ...] [--repeats N] [--pure DIR] [--json FILE] [--list]

How it is measured: each library lives in a process of its own (`bench/worker.py`); for every row
they take turns, one short repeat each, as many rounds as `--repeats` says, and the minimum counts. A process is
stopped while it is not its turn, since threads of PyTorch's spin for 0.2 s after their work.
PyTorch runs with one thread and with all of them; its better time is the one to beat. Before a row
is timed the libraries' results are compared, and a difference fails the run. A row is marked `~` where the quartile
of its repeats lies more than a quarter above the minimum: something else was running.

The numbers join those of the same day in `bench/results/`; a run of all rows writes the tables of the
documentation from them (`bench/report.py`).
"""

import argparse
import contextlib
import dataclasses
import datetime
import importlib.util
import json
import os
import pathlib
import platform
import re
import signal
import subprocess
import sys
import time

import numpy as np

from bench import report, table
from bench.limits import Limits
from bench.worker import receive, send

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
PAUSE = 0.22                     # seconds before each repeat where processes cannot be stopped
DISTURBED = 1.25                 # quartile by minimum


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
        self.halt()
        return True

    def ask(self, method, row):
        self.go()
        send(self.process.stdin, (method, row))
        answer = receive(self.process.stdout)
        self.halt()
        if answer is None:
            return "failed", "the process ended"
        return answer

    def halt(self):
        if hasattr(signal, "SIGSTOP"):
            self.process.send_signal(signal.SIGSTOP)

    def go(self):
        if hasattr(signal, "SIGCONT"):
            self.process.send_signal(signal.SIGCONT)
        else:
            time.sleep(PAUSE)           # the threads of the one before may still be spinning

    def stop(self):
        self.go()
        self.process.stdin.close()
        self.process.wait()


def contenders(built, pure, stack):
    """Every library that can be imported, started; the stack ends them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = [Contender("rushlight", "rushlight", 0, built), Contender("rushlight 1", "rushlight", 1, built)]
    if pure:
        found.append(Contender("pure", "rushlight", 1, pure))
    found += [Contender("torch 1", "torch", 1), Contender(f"torch {cores}", "torch", cores), Contender("numpy", "numpy", 0)]
    running = []
    for c in found:
        if c.start():
            stack.callback(c.stop)
            running.append(c)
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


@dataclasses.dataclass
class Measured:
    """What was found for a row: {column: value in the row's unit}, complaints, peaks in bytes, disturbed columns."""

    values: dict
    problems: list = dataclasses.field(default_factory=list)
    memory: dict = dataclasses.field(default_factory=dict)
    disturbed: list = dataclasses.field(default_factory=list)


def hopeless(contender, able, times):
    """Whether another number of threads of the same library is three times as fast: this one can be left out."""
    same = [min(times[c.title]) for c in able if c.library == contender.library and times[c.title]]
    return bool(same and times[contender.title]) and min(times[contender.title]) > 3 * min(same)


def measure(row, running, repeats):
    """The row on every contender."""
    if row.special:
        values = {c.title: row.special(c) for c in running}
        return Measured({k: v for k, v in values.items() if v is not None})
    able = [c for c in running if c.ask("has", row.name) == ("ok", True)]
    results, problems, memory = {}, [], {}
    for c in able:
        status, value = c.ask("result", row.name)
        if status == "ok":
            results[c.title] = value
        else:
            problems.append(f"{c.title}: {value}")
    able = [c for c in able if c.title in results]
    problems += agree(row, results)
    for c in able:
        status, value = c.ask("memory", row.name)
        if status == "ok" and value is not None:
            memory[c.title] = value
    times = {c.title: [] for c in able}
    for turn in range(repeats):
        for c in able:
            if turn >= 2 and hopeless(c, able, times):
                continue
            status, value = c.ask("repeat", row.name)
            if status == "ok":
                times[c.title].append(value * 1e6)
            else:
                problems.append(f"{c.title}: {value}")
    times = {k: sorted(v) for k, v in times.items() if v}
    disturbed = [k for k, v in times.items() if v[min(len(v) - 1, max(1, len(v) // 4))] > DISTURBED * v[0]]
    return Measured({k: v[0] for k, v in times.items()}, problems, memory, disturbed)


def ratio(values, ours="rushlight", theirs="torch"):
    """How many times faster than PyTorch at its best Rushlight at its best is."""
    theirs = [v for k, v in values.items() if k.startswith(theirs)]
    ours = [v for k, v in values.items() if k.startswith(ours)]
    return min(theirs) / min(ours) if theirs and ours and min(ours) > 0 else None


def peak_ratio(memory):
    """Peak memory by PyTorch's, each at its lower; None below 1 MB, where pages and caches are all there is."""
    theirs = [v for k, v in memory.items() if k.startswith("torch")]
    ours = [v for k, v in memory.items() if k.startswith("rushlight")]
    return min(ours) / min(theirs) if theirs and ours and min(theirs) >= 1e6 else None


def share(row, values, limits):
    """The part of the machine's limit that the better of Rushlight's columns reaches; its own number of threads counts."""
    ours = {k: v for k, v in values.items() if k in ("rushlight", "rushlight 1")}
    if not ours or not (row.flops or row.traffic):
        return None
    best = min(ours, key=ours.get)
    return limits.seconds(row, 1 if best == "rushlight 1" else limits.cores) * 1e6 / ours[best]


def summary(row, found, cores, limits):
    """The row as it goes into the file."""
    values, all_threads = found.values, f"torch {cores}"
    both = {all_threads, "rushlight"} <= set(values)
    return {"name": row.name, "group": row.group, "unit": row.unit, "values": values, "target": row.target,
            "ratio": ratio(values), "ratio 1": ratio(values, "rushlight 1", "torch 1"),
            "ratio all": values[all_threads] / values["rushlight"] if both else None,
            "numpy": ratio(values, theirs="numpy"), "share": share(row, values, limits), "memory": found.memory,
            "peak": peak_ratio(found.memory), "disturbed": found.disturbed, "problems": found.problems}


def line(entry, columns, width):
    cells = "".join(f"{_number(entry['values'].get(c)):>13}" for c in columns)
    marks = "~" if entry["disturbed"] else " "
    part = entry["share"]
    return (f"{entry['name']:<{width}}{cells}{_times(entry['ratio']):>10}{marks}"
            f"{_times(entry['numpy']):>8}{'' if part is None else f'{part:8.0%}':>8}{_times(entry['peak']):>8}  {entry['unit']}")


def _times(value):
    return "" if value is None else f"{value:.2f}x"


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


def arguments():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="*", help="regular expressions; rows whose name or group matches one are run")
    parser.add_argument("--repeats", type=int, default=11, help="rounds; the minimum counts")
    parser.add_argument("--path", default=where(), help="where to import rushlight from ('' for the installed one)")
    parser.add_argument("--pure", nargs="?", const=str(ROOT / "src"), default="", help="add a column for the pure build")
    parser.add_argument("--json", type=pathlib.Path, help="where the numbers are added (default: the day's in bench/results/)")
    parser.add_argument("--list", action="store_true", help="print the rows and stop")
    return parser.parse_args()


def run(rows, running, repeats, limits, path):
    """Measure, print, store and return the rows."""
    columns, width = [c.title for c in running], max([len(r.name) for r in rows], default=0) + 2
    print(f"{'':<{width}}{''.join(f'{c:>13}' for c in columns)}{'vs torch':>10} {'numpy':>8}{'limit':>8}{'memory':>8}")
    entries, group = [], None
    for row in rows:
        if row.group != group:
            group = row.group
            print(f"-- {group}")
        entry = summary(row, measure(row, running, repeats), limits.cores, limits)
        print(line(entry, columns, width), flush=True)
        for problem in entry["problems"]:
            print(f"   {problem}")
        entries.append(entry)
        store(path, [entry], running, repeats, limits)
    return entries


def store(path, entries, running, repeats, limits):
    """Add the rows to the file; those measured before and not now stay."""
    old = json.loads(path.read_text()) if path.exists() else {"rows": [], "machine": {}}
    before = old["rows"]
    names = {e["name"] for e in entries}
    order = list(table.load())
    rows = [e for e in before if e["name"] not in names] + entries
    rows.sort(key=lambda e: order.index(e["name"]) if e["name"] in order else len(order))
    peaks = {f"GFLOP/s, {n} thread{'s' * (n > 1)}": round(limits.flops(n) / 1e9) for n in {1, limits.cores}}
    peaks |= {f"GB/s in memory, {n} thread{'s' * (n > 1)}": round(limits.bandwidth(2**28, n) / 1e9, 1) for n in {1, limits.cores}}
    peaks = {k: max(v, old["machine"].get(k, 0)) for k, v in peaks.items()}        # what was disturbed lately is no limit
    found = {"machine": machine() | peaks, "versions": {c.title: c.version for c in running}, "repeats": repeats, "rows": rows}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")


def main():
    options = arguments()
    rows = [r for r in table.load().values()
            if not options.rows or any(re.search(e, f"{r.group}: {r.name}") for e in options.rows)]
    if options.list:
        print("\n".join(f"{r.group}: {r.name}" for r in rows))
        return 0
    limits = Limits()
    with contextlib.ExitStack() as stack:
        running = contenders(options.path, options.pure, stack)
        path = options.json or RESULTS / f"{machine()['date']}.json"
        entries = run(rows, running, options.repeats, limits, path)
    print(f"written: {path}")
    if not options.rows and not options.json:
        report.write(path)
    return 1 if any(e["problems"] for e in entries) else 0


if __name__ == "__main__":
    sys.exit(main())
