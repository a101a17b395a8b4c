"""The benchmarks compute the same in every library; nothing is timed here."""

import pathlib
import re
import subprocess
import sys

import numpy as np
import oracle
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from bench import table
from bench.__main__ import agree, ratio
from bench.worker import Worker, numbers, receive, send

ROWS = table.load()
LARGE = re.compile(r"000,000|000000")


def result(row, maker, library):
    step = maker(library)
    for _ in range(row.steps):
        last = step()
    return numbers(last)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.make and not LARGE.search(name)])
def test_libraries_agree(rl, name):
    row = ROWS[name]
    rl.manual_seed(0)
    results = {"rushlight": result(row, row.make, rl)}
    if row.numpy:
        results["numpy"] = result(row, row.numpy, np)
    torch = oracle.pytorch()
    if torch is not None:
        torch.manual_seed(0)
        results["torch"] = result(row, row.make, torch)
    assert list(agree(row, results)) == []


def test_a_difference_is_told():
    row = table.Row("x", None)
    assert list(agree(row, {"a": [np.ones(2)], "b": [np.ones(2)], "c": [np.zeros(2)]})) == ["c and a differ"]
    assert list(agree(row, {"a": [np.ones(2)], "b": []})) == ["b returns 0 arrays, a 1"]


def test_the_better_time_of_each_library_counts():
    assert ratio({"rushlight": 2.0, "rushlight 1": 1.0, "torch 1": 3.0, "torch 2": 5.0, "numpy": 0.1}) == 3.0
    assert ratio({"rushlight": 2.0}) is None


def test_worker_measures():
    worker = Worker("numpy", 0)
    name = "a + b, 10 elements"
    assert worker.has(name) and 0 < worker.repeat(name) < 1e-3


def test_worker_speaks_over_pipes():
    process = subprocess.Popen([sys.executable, "-m", "bench.worker", "numpy", "0"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, cwd=pathlib.Path(__file__).parent.parent)
    with process:
        assert receive(process.stdout)[0] == "ready"
        send(process.stdin, ("has", "a + b, 10 elements"))
        assert receive(process.stdout) == ("ok", True)
        send(process.stdin, ("has", "no such row"))
        assert receive(process.stdout)[0] == "failed"
        process.stdin.close()
