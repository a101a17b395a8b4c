"""A sample of the examples of PyTorch's documentation; `make examples` runs all and writes docs/examples.md."""

from __future__ import annotations

import concurrent.futures
import functools
import importlib.util
import pathlib
import re
import warnings

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVERY = 31


@functools.cache
def tool():
    """tools/examples.py as a module."""
    spec = importlib.util.spec_from_file_location("examples_tool", ROOT / "tools" / "examples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known():
    """The examples that docs/examples.md lists as different."""
    return set(re.findall(r"^\| (torch[\w.]*) \| (?:digits|differs|missing) \|", (ROOT / "docs" / "examples.md").read_text(), re.M))


def test_a_sample_of_the_examples():
    """Every 31st example of those that are in scope and the same on the page still is."""
    pytest.importorskip("torch")
    excused = known()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        every = [e for e in tool().collect() if not e["waits"] and e["name"] not in excused and "empty" not in str(e["code"])]
    chosen = every[::EVERY]
    assert len(chosen) > 15
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        theirs, ours = pool.map(lambda library: tool().perform(chosen, library, 17), ("torch", "rushlight"))
    wrong = []
    for example, want, got in zip(chosen, theirs, ours):
        verdict, why = tool().judge(example, tool().expected(want, want), got)
        if verdict in ("differs", "missing"):
            wrong.append(f"{example['name']} {why}")
    assert not wrong, "\n".join(wrong)


def test_statements_are_found_at_prompts():
    """Continued lines, lines under a bracket without a prompt, and blocks whose every line has a prompt."""
    doc = """
        >>> x = torch.tensor([[1, 2],
                              [3, 4]])
        >>> for i in x:
        >>>     print(i)
        tensor([1, 2])
        >>> def f(x):
        ...     return x
        ...
        >>> f(1)
        1
        """
    found = tool().prompted(doc)
    assert [text.split()[0] for text in found] == ["x", "for", "def", "f(1)"] and found[0].endswith("[3, 4]])")


def test_verdicts():
    example = {"name": "torch.add", "code": ["x", "y"], "waits": False}
    assert tool().judge(example, ["1.0000", None], [["1.0000", None], ["2", None]]) == ("same", "")
    assert tool().judge(example, ["1.0000", "2"], [["1.0001", None], ["2", None]]) == ("digits", "digits: x")
    assert tool().judge(example, ["1.0000", "2"], [["1.0000", None], ["E: 2", "E"]]) == ("differs", "raises: y")
    assert tool().judge(example, [None, ""], [["1", None], ["", None]])[0] == "left out"
    assert tool().judge({**example, "name": "torch.no_such_name"}, ["1"], "hangs") == ("missing", "hangs")


def test_the_page_tells_the_figures():
    """The page holds the share of examples in scope that print the same text."""
    page = (ROOT / "docs" / "examples.md").read_text()
    assert float(re.search(r"^\| in scope \| \d+ of \d+ \(([\d.]+)%\)", page, re.M)[1]) > 80
