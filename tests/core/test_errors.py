"""Errors that teach: torch's own first line, then the shapes, the module's path and the cure; in Chinese on request."""
import os
import re
import subprocess
import sys

import pytest

import rushlight as rl
from rushlight import lessons

nn = rl.nn
PACKAGE_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(rl.__file__)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(4, 3))

    def forward(self, x):
        return self.layers(x)


class Forgot(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(2, 2)


def leaf(*shape):
    return rl.ones(*shape, requires_grad=True)


def second_backward():
    y = (leaf(2) * leaf(2)).sum()
    y.backward()
    y.backward()


def write_to_saved():
    y = leaf(2).exp()
    y.add_(1)
    y.sum().backward()


def write_to_leaf():
    x = leaf(2)
    x += 1


def load_wrong_keys():
    nn.Linear(2, 2).load_state_dict({"weight": rl.ones(2, 2), "scale": rl.ones(1)})


#: (name, what to do, exception, torch's first line, what the rest must mention)
CLASSICS = [
    ("matmul shapes", lambda: rl.ones(2, 3) @ rl.ones(4, 5), RuntimeError,
     "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", ["[2, 3]", "[4, 5]", "in_features"]),
    ("shapes inside a model", lambda: Net()(rl.ones(2, 5)), RuntimeError,
     "mat1 and mat2 shapes cannot be multiplied (2x5 and 4x3)", ["[2, 5]"]),
    ("dtype in a loss", lambda: nn.functional.cross_entropy(rl.ones(2, 3), rl.ones(2)), RuntimeError,
     "expected target dtype to be Long or Byte, but got Float", ["long()"]),
    ("class index", lambda: nn.functional.cross_entropy(rl.ones(2, 3), rl.tensor([0, 3])), IndexError,
     "Target 3 is out of bounds.", ["C - 1"]),
    ("scalar outputs", lambda: leaf(2).backward(), RuntimeError,
     "grad can be implicitly created only for scalar outputs", ["loss.mean().backward()"]),
    ("second backward", second_backward, RuntimeError,
     "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
     "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
     "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
     "after calling backward.", ["detach"]),
    ("write to a saved value", write_to_saved, RuntimeError, None, ["add_", "test_errors.py", "ExpBackward0", "clone()"]),
    ("write to a leaf", write_to_leaf, RuntimeError,
     "a leaf Variable that requires grad is being used in an in-place operation.", ["torch.no_grad()"]),
    ("numpy of a tracked tensor", lambda: leaf(2).numpy(), RuntimeError,
     "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.", ["shares the memory"]),
    ("missing super().__init__()", Forgot, AttributeError,
     "cannot assign module before Module.__init__() call", ["super().__init__()"]),
    ("state_dict keys", load_wrong_keys, RuntimeError, "Error(s) in loading state_dict for Linear:",
     ['Missing key(s) in state_dict: "bias".', 'Unexpected key(s) in state_dict: "scale".', "strict=False"]),
    ("embedding index", lambda: nn.Embedding(3, 2)(rl.tensor([3])), IndexError, "index out of range in self",
     ["num_embeddings"]),
    ("view", lambda: rl.ones(2, 3).t().view(6), RuntimeError,
     "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
     "contiguous subspaces). Use .reshape(...) instead.", ["contiguous()"]),
    ("item", lambda: rl.ones(3).item(), RuntimeError, "a Tensor with 3 elements cannot be converted to Scalar",
     ["tolist()"]),
    ("broadcast", lambda: rl.ones(2, 3) + rl.ones(2, 4), RuntimeError,
     "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
     ["[2, 3]", "[2, 4]", "unsqueeze"]),
    ("truth value", lambda: bool(rl.ones(2)), RuntimeError,
     "Boolean value of Tensor with more than one value is ambiguous", ["any()"]),
    ("no gradient at all", lambda: rl.ones(1).sum().backward(), RuntimeError,
     "element 0 of tensors does not require grad and does not have a grad_fn", ["requires_grad=True"]),
]


@pytest.mark.parametrize("do, kind, first, mentions", [c[1:] for c in CLASSICS], ids=[c[0] for c in CLASSICS])
def test_classic(do, kind, first, mentions):
    with pytest.raises(kind) as caught:
        do()
    lines = str(caught.value).split("\n")
    if first is not None:
        assert lines[0] == first
    for text in mentions:
        assert text in "\n".join(lines[1:]), str(caught.value)


@pytest.mark.parametrize("do, kind", [c[1:3] for c in CLASSICS], ids=[c[0] for c in CLASSICS])
def test_first_line_is_torchs(do, kind, torch):
    with pytest.raises(kind) as ours:
        do()
    namespace = {name: value for name, value in globals().items() if not name.startswith("__")}
    theirs = run_under(torch, do, namespace)
    assert type(theirs) is type(ours.value) or isinstance(theirs, kind)
    strip = re.compile(r"0x[0-9a-f]+")
    assert strip.sub("", str(ours.value).split("\n")[0]) == strip.sub("", str(theirs).split("\n")[0])


def run_under(torch, do, namespace):
    """Run a classic with torch in the place of this library and return what it raises."""
    import types
    names = dict(namespace, rl=torch, nn=torch.nn, __builtins__=__builtins__)
    source = dict(Net=Net, Forgot=Forgot)

    def rebuilt(f):
        return types.FunctionType(f.__code__, names, f.__name__, f.__defaults__, f.__closure__)
    for name in ("leaf", "second_backward", "write_to_saved", "write_to_leaf", "load_wrong_keys"):
        names[name] = rebuilt(namespace[name])
    for name, cls in source.items():
        body = {k: rebuilt(v) for k, v in vars(cls).items() if isinstance(v, types.FunctionType)}
        made = type(name, (torch.nn.Module,), body)
        if name == "Net":
            def init(self, made=made):
                torch.nn.Module.__init__(self)
                self.layers = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 3))
            made.__init__ = init
        names[name] = made
    do = names[do.__name__] if do.__name__ in names else rebuilt(do) if isinstance(do, types.FunctionType) else names["Forgot"]
    try:
        do()
    except Exception as e:
        return e
    raise AssertionError("torch raised nothing")


def test_module_path_is_named():
    import traceback
    with pytest.raises(RuntimeError) as caught:
        Net()(rl.ones(2, 5))
    text = "".join(traceback.format_exception(caught.value))
    assert "Net.layers.1: Linear(in_features=4, out_features=3, bias=True)" in text


def test_broadcasting_loss_warns():
    with pytest.warns(UserWarning) as caught:
        nn.functional.mse_loss(rl.ones(4, 1), rl.ones(4))
    text = str(caught[0].message)
    assert text.split("\n")[0] == (
        "Using a target size (torch.Size([4])) that is different to the input size (torch.Size([4, 1])). This will likely "
        "lead to incorrect results due to broadcasting. Please ensure they have the same size.")
    assert "squeeze(1)" in text


def test_wrong_device_is_explained():
    if rl.cuda.is_available():
        with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device"):
            rl.ones(2) + rl.ones(2, device="cuda")
    else:
        with pytest.raises(AssertionError) as caught:
            rl.ones(2, device="cuda")
        lines = str(caught.value).split("\n")
        assert lines[0] == "Torch not compiled with CUDA enabled" and "is_available()" in "".join(lines[1:])


def test_every_lesson_is_in_both_languages():
    for pattern, en, zh in lessons._TABLE:
        assert en and re.search("[\u4e00-\u9fff]", zh), pattern


def test_chinese():
    code = "import rushlight as rl\ntry:\n    rl.ones(2, 3) @ rl.ones(4, 5)\nexcept RuntimeError as e:\n    print(e)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8",
                          env={**os.environ, "RUSHLIGHT_LANG": "zh", "PYTHONPATH": PACKAGE_ROOT, "PYTHONIOENCODING": "utf-8"})
    lines = done.stdout.splitlines()
    assert lines[0] == "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
    assert "形状 [2, 3]" in lines[1] and "列数" in lines[2]
