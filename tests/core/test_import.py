"""`import rushlight` is quick: it brings in little beyond NumPy, and leaves the garbage collector as it was."""
import json
import subprocess
import sys

#: modules of the standard library that may come along: each takes less than a millisecond
LIGHT = {"__future__", "bisect", "copy", "dataclasses", "mmap", "threading", "importlib.util", "importlib._abc"}
CODE = """
import json, sys, gc, numpy
before = set(sys.modules)
import rushlight
print(json.dumps([sorted(set(sys.modules) - before), gc.isenabled()]))
"""


def imported():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_what_import_brings_in():
    modules, collects = imported()
    heavy = {m for m in modules if m.partition(".")[0] in sys.stdlib_module_names and not m.startswith("_")} - LIGHT
    assert not heavy, f"import rushlight loads {sorted(heavy)}, which NumPy does not"
    foreign = {m.partition(".")[0] for m in modules} - sys.stdlib_module_names
    assert {m for m in foreign if not m.startswith("_cython")} <= {"rushlight", "cython_runtime"}
    assert collects


def test_rare_parts_wait():
    modules, _ = imported()
    for part in ("cuda", "backends", "distributions", "utils.data", "io", "func", "core.gradcheck", "autograd.graph"):
        assert f"rushlight.{part}" not in modules, part
