"""The command runs a program as Python would: __main__, argv, exit codes, tracebacks, children."""
import os
import subprocess
import sys
import textwrap

import pytest

import rushlight

PACKAGE_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(rushlight.__file__)))


def run(*args, folder, text=None, env=None):
    """Run the command in a folder; the library is the one this test imported."""
    found = {**os.environ, "PYTHONPATH": PACKAGE_ROOT, **(env or {})}
    return subprocess.run([sys.executable, "-m", "rushlight", *map(str, args)], cwd=folder, capture_output=True,
                          text=True, input=text, env=found, timeout=120)


def script(folder, code, name="prog.py"):
    path = folder / name
    path.write_text(textwrap.dedent(code), encoding="utf-8")
    return path


def test_import_torch_is_rushlight(tmp_path):
    path = script(tmp_path, """
        import sys, torch, torch.nn as nn, torch.nn.functional as F
        from torch.optim import SGD
        print(torch.ones(2) + 1, nn.Linear(2, 1), F.relu(torch.tensor(-1.)).item(), SGD.__name__)
        print(sys.argv[1:], __name__, __file__, sys.modules["__main__"].__file__)
        import helper
        print(helper.where)
    """)
    script(tmp_path, "import torch\nwhere = torch.zeros(1)\n", "helper.py")
    done = run(path, "--lr", "0.1", folder=tmp_path)
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.splitlines() == [
        "tensor([2., 2.]) Linear(in_features=2, out_features=1, bias=True) 0.0 SGD",
        f"['--lr', '0.1'] __main__ {path} {path}", "tensor([0.])"]


@pytest.mark.parametrize("code, status, last", [
    ("raise SystemExit(7)", 7, ""),
    ("import sys; sys.exit('no data')", 1, "no data"),
    ("import sys; sys.exit()", 0, ""),
    ("raise ValueError('bad')", 1, "ValueError: bad"),
    ("x = = 1", 1, "SyntaxError: invalid syntax"),
])
def test_exit_codes(tmp_path, code, status, last):
    done = run(script(tmp_path, code), folder=tmp_path)
    assert done.returncode == status
    assert (done.stderr.strip().splitlines() or [""])[-1] == last


def test_traceback_is_pythons(tmp_path):
    path = script(tmp_path, """
        def f():
            return 1 / 0
        f()
    """)
    plain = subprocess.run([sys.executable, str(path)], capture_output=True, text=True)
    assert run(path, folder=tmp_path).stderr == plain.stderr


def test_missing_file(tmp_path):
    done = run("nowhere.py", folder=tmp_path)
    assert done.returncode == 2 and "nowhere.py" in done.stderr


@pytest.mark.parametrize("code, says", [
    ("import torch\ntorch.no_such_name", "torch.no_such_name"),
    ("import torch.no_such_module", "torch.no_such_module"),
    ("from torch import no_such_name", "no_such_name"),
])
def test_a_missing_name_is_named(tmp_path, code, says):
    done = run(script(tmp_path, code), folder=tmp_path)
    assert done.returncode == 1 and says in done.stderr.strip().splitlines()[-1]


def test_module(tmp_path):
    script(tmp_path, "import torch, sys\nprint(__name__, sys.argv[1:], torch.arange(2))\n", "mod.py")
    done = run("-m", "mod", "a", folder=tmp_path)
    assert done.stdout.split("\n")[0] == "__main__ ['a'] tensor([0, 1])"


def test_code_and_stdin(tmp_path):
    assert run("-c", "import torch; print(torch.ones(1))", folder=tmp_path).stdout == "tensor([1.])\n"
    assert run("-", folder=tmp_path, text="import torch; print(torch.ones(1))").stdout == "tensor([1.])\n"


def test_version_and_usage(tmp_path):
    assert run("--version", folder=tmp_path).stdout.startswith("rushlight ")
    assert run(folder=tmp_path).returncode == 2
    assert run("--nonsense", folder=tmp_path).returncode == 2


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_children_have_the_alias(tmp_path, method):
    path = script(tmp_path, f"""
        import multiprocessing, torch
        def work(n):
            return torch.ones(n).sum().item()
        if __name__ == "__main__":
            with multiprocessing.get_context("{method}").Pool(1) as pool:
                print(pool.map(work, [2, 3]))
    """)
    done = run(path, folder=tmp_path)
    assert done.stdout == "[2.0, 3.0]\n", done.stderr


def test_install_and_uninstall(tmp_path):
    done = run("-c", textwrap.dedent("""
        import sys
        import rushlight
        from rushlight.compat import alias
        import torch, torch.nn.functional
        print(torch is rushlight, torch.nn.functional is rushlight.nn.functional, torch.nn.__spec__.name)
        rushlight.install()
        alias.uninstall()
        print("torch" in sys.modules, alias.installed())
        rushlight.install()
        import torch
        print(torch is rushlight)
    """), folder=tmp_path)
    assert done.stdout.split("\n")[:3] == ["True True rushlight.nn", "False False", "True"], done.stderr


def test_install_refuses_when_torch_is_there(tmp_path):
    code = """
        import sys, types
        sys.modules["torch"] = types.ModuleType("torch"); sys.modules["torch"].__file__ = "elsewhere"
        import rushlight
        try:
            rushlight.install()
        except RuntimeError as e:
            print("refused", "elsewhere" in str(e))
    """
    path = script(tmp_path, code)
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": PACKAGE_ROOT})
    assert done.stdout == "refused True\n", done.stderr
