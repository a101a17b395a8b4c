"""A sampled sweep of PyTorch's operator database; `make parity` runs the whole of it and writes docs/coverage.md."""

from __future__ import annotations

import functools
import importlib.util
import pathlib
import re
import warnings

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVERY, SAMPLES = 9, 2
DTYPES = ("float32", "int64", "float64", "bool", "complex64")


@functools.cache
def tool():
    """tools/coverage.py as a module."""
    spec = importlib.util.spec_from_file_location("coverage_tool", ROOT / "tools" / "coverage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known():
    """The operators that docs/coverage.md lists as failing or missing."""
    page = (ROOT / "docs" / "coverage.md").read_text()
    return set(re.findall(r"^\| `([^`]+)` \|", page, re.M)) | set(re.findall(r"`torch\.([\w.]+)`", page.split("## What is missing")[1]))


def test_a_sample_of_the_database():
    """Every ninth operator, two samples and one dtype each, gradients of every second of these: only known failures."""
    pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sweep = tool().Sweep(limit=SAMPLES)
        failed, ran, excused = [], 0, known()
        for k, entry in enumerate(sweep.describe()[::EVERY]):
            if entry["name"] in excused or entry["path"] in excused or not entry["dtypes"]:
                continue
            dtype = next((d for d in (DTYPES[k % len(DTYPES)], "float32") if d in entry["dtypes"]), entry["dtypes"][0])
            for stage in ("forward", "grad") if entry["grad"] and not k % 2 else ("forward",):
                result = sweep.run(entry["index"], "float64" if stage == "grad" else dtype, stage)
                ran += 1
                if not tool().passes(result):
                    failed.append(f"{entry['name']} {stage} {dtype}: {result['why']}")
    assert ran > 70
    assert not failed, "\n".join(failed)


def test_the_page_tells_the_figures():
    """The page holds the four totals, and they are what the project promises."""
    page = (ROOT / "docs" / "coverage.md").read_text()
    for what, least in (("operators, all samples in float32", 95), ("operators, all samples in all dtypes", 90),
                        ("operators with gradients, all gradients in float64", 90),
                        ("error inputs that raise PyTorch's exception type", 90), ("crashes and hangs", None)):
        line = next(x for x in page.splitlines() if x.startswith(f"| {what} |"))
        if least is None:
            assert line.endswith("| 0 |"), line
        else:
            assert float(re.search(r"\((\d+\.\d)%\)", line)[1]) >= least, line
