"""The type stubs say what the registry says now, and a type checker accepts a program by them."""
import os
import pathlib
import subprocess
import sys

import pytest

import rushlight

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = pathlib.Path(rushlight.__file__).parent


def test_stubs_are_fresh():
    """In a process of its own: other tests import families that are published on first use."""
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "make_stubs.py"), "--check"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, "run `python tools/make_stubs.py`: " + done.stdout + done.stderr


def test_a_program_is_accepted(tmp_path):
    pytest.importorskip("mypy", reason="the type checker is not installed")
    sample = pathlib.Path(__file__).with_name("sample_program.py")
    done = subprocess.run([sys.executable, "-m", "mypy", "--follow-imports=silent", "--cache-dir", str(tmp_path), "--config-file", "",
                           str(sample)], capture_output=True, text=True, timeout=300, cwd=tmp_path,
                          env={**os.environ, "MYPYPATH": str(PACKAGE.parent)})
    assert done.returncode == 0, done.stdout + done.stderr
