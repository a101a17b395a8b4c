"""In a process where `torch` is Rushlight, classes have PyTorch's names: printed, pickled, imported by them."""
import os
import subprocess
import sys
import textwrap

import rushlight
from rushlight import names

PACKAGE_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(rushlight.__file__)))

PROGRAM = """
    import inspect, pickle
    import rushlight
    rushlight.install()
    import torch
    from torch.nn.modules.linear import Linear
    from torch.nn.modules.utils import _pair
    from torch.autograd.grad_mode import no_grad
    from torch.functional import einsum
    from torch._tensor import Tensor
    assert torch.__name__ == "torch" and not hasattr(torch, "no_such")
    assert Linear is torch.nn.Linear and no_grad is torch.no_grad and Tensor is torch.Tensor
    assert einsum is torch.einsum and _pair(1) == (1, 1)
    for thing in (torch.nn.Linear, torch.nn.Module, torch.nn.Parameter, torch.optim.SGD, torch.no_grad, torch.device,
                  torch.Size, torch.dtype, torch.Tensor, torch.Generator, torch.utils.data.DataLoader,
                  torch.autograd.Function, torch.optim.lr_scheduler.StepLR, torch.finfo, torch.enable_grad,
                  torch.autograd.detect_anomaly):
        again = pickle.dumps(thing)
        assert pickle.loads(again) is thing and b"rushlight" not in again or thing is torch.Tensor, thing
        print(thing)
    assert inspect.getsource(torch.nn.Linear).startswith("class Linear(Module)")
    model = pickle.loads(pickle.dumps(torch.nn.Linear(2, 1)))
    assert type(model) is torch.nn.Linear
    assert pickle.loads(pickle.dumps(torch.nn.functional.relu)) is torch.nn.functional.relu
    from rushlight.compat import uninstall
    uninstall()
    print(torch.nn.Linear, torch.__name__)
"""

PRINTED = """\
<class 'torch.nn.modules.linear.Linear'>
<class 'torch.nn.modules.module.Module'>
<class 'torch.nn.parameter.Parameter'>
<class 'torch.optim.sgd.SGD'>
<class 'torch.autograd.grad_mode.no_grad'>
<class 'torch.device'>
<class 'torch.Size'>
<class 'torch.dtype'>
<class 'torch.Tensor'>
<class 'torch._C.Generator'>
<class 'torch.utils.data.dataloader.DataLoader'>
<class 'torch.autograd.function.Function'>
<class 'torch.optim.lr_scheduler.StepLR'>
<class 'torch.finfo'>
<class 'torch.autograd.grad_mode.enable_grad'>
<class 'torch.autograd.anomaly_mode.detect_anomaly'>
<class 'rushlight.nn.modules.linear.Linear'> rushlight
"""


def test_classes_have_their_names(tmp_path):
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(PROGRAM)], capture_output=True, text=True, timeout=120,
                          cwd=tmp_path, env={**os.environ, "PYTHONPATH": PACKAGE_ROOT})
    assert done.stderr == "" and done.stdout == PRINTED


def test_table_of_modules():
    import importlib
    for path in names.MODULES.values():
        importlib.import_module("rushlight" + ("." + path if path else ""))
    assert names.ours("functional") == "" and names.ours("nn.functional") == "nn.functional"
    assert names.theirs("core.tensor", "Size") == "" and names.theirs("optim.sgd", "SGD") == "optim.sgd"


def test_the_alias_is_an_installed_package():
    program = """
        import importlib.metadata, importlib.util
        import rushlight
        rushlight.install()
        assert importlib.metadata.version("torch") == rushlight.__version__
        assert "torch" in importlib.metadata.packages_distributions()["torch"]
        assert importlib.metadata.version("numpy") and importlib.util.find_spec("torch") is not None
        print("torch" in {d.metadata["Name"] for d in importlib.metadata.distributions()})
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": PACKAGE_ROOT})
    assert done.stdout == "True\n", done.stderr
