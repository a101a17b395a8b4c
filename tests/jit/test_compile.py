"""`torch.compile` and `torch.jit`: what they give back works, and looks as PyTorch's does."""
import copy
import io
import warnings

import pytest

import rushlight as torch
from rushlight import nn

pytestmark = pytest.mark.filterwarnings("ignore:torch.* does not compile yet")


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return nn.Linear(2, 2)


def test_compiled_module(layer):
    compiled = torch.compile(layer, backend="eager", mode=None, fullgraph=True, dynamic=False)
    x = torch.ones(1, 2)
    assert torch.equal(compiled(x), layer(x)) and compiled._orig_mod is layer
    assert list(compiled.state_dict()) == ["_orig_mod.weight", "_orig_mod.bias"]
    assert [n for n, _ in compiled.named_parameters()] == ["_orig_mod.weight", "_orig_mod.bias"]
    assert repr(compiled) == "OptimizedModule(\n  (_orig_mod): Linear(in_features=2, out_features=2, bias=True)\n)"
    assert compiled.in_features == 2 and not isinstance(compiled, nn.Linear) and isinstance(compiled, nn.Module)
    compiled.eval()
    assert not layer.training and not compiled.training
    compiled.extra = 3
    assert layer.extra == 3
    compiled.weight = nn.Parameter(torch.zeros(2, 2))
    assert layer.weight.sum() == 0
    again = copy.deepcopy(compiled)
    again.load_state_dict(compiled.state_dict())
    assert type(again) is torch._dynamo.OptimizedModule and again._orig_mod is not layer
    compiled(x).sum().backward()
    assert layer.bias.grad.tolist() == [1, 1]


def test_compiled_function():
    @torch.compile(backend="eager", mode="default")
    def double(x):
        "doc"
        return x * 2

    assert double(torch.ones(1)).item() == 2 and double.__name__ == "double" and double.__doc__ == "doc"
    assert torch.compile(lambda x: x + 1)(torch.ones(1)).item() == 2
    assert torch.compile(double, disable=True) is double
    layer = nn.Linear(2, 2)
    layer.compile(backend="eager")
    assert layer(torch.ones(2)).shape == (2,) and list(layer.state_dict()) == ["weight", "bias"]


def test_errors_of_compile(layer):
    with pytest.raises(RuntimeError, match="Unrecognized mode=x, should be one of: default, lite, reduce-overhead, "):
        torch.compile(layer, mode="x")
    with pytest.raises(RuntimeError, match="Either mode or options can be specified, but both can't"):
        torch.compile(layer, mode="default", options={})
    with pytest.raises(AssertionError, match="A callable function is expected, but <class 'int'> is provided."):
        torch.compile(3)
    with pytest.raises(torch._dynamo.exc.InvalidBackend, match="Invalid backend: 'nope', see `torch._dynamo.list_backends"):
        torch.compile(layer, backend="nope")(torch.ones(2))


def test_it_is_said_once(layer):
    from rushlight._dynamo import eval_frame
    eval_frame._Said.once = False
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        torch.compile(layer)
        torch.compile(layer)
    assert [str(w.message).partition(":")[0] for w in seen] == ["torch.compile"]


def test_controls():
    def f(x):
        return torch.sin(x) + 1

    assert torch.compiler.disable(f) is f and torch.compiler.disable(recursive=False)(f) is f
    assert torch._dynamo.disable(f) is f and torch.compiler.allow_in_graph(f) is f
    assert not torch.compiler.is_compiling() and not torch._dynamo.is_compiling()
    assert torch.compiler.reset() is None and torch._dynamo.reset() is None
    assert torch.compiler.list_backends() == ["cudagraphs", "inductor", "openxla", "tvm"]
    torch._dynamo.config.suppress_errors = True
    with torch._dynamo.config.patch(cache_size_limit=64):
        assert torch._dynamo.config.cache_size_limit == 64
    assert torch._dynamo.config.cache_size_limit == 8
    torch._dynamo.config.suppress_errors = False
    torch._inductor.config.triton.cudagraphs = False
    with torch.compiler.set_stance("force_eager"):
        pass
    found = torch._dynamo.explain(f)(torch.ones(1))
    assert (found.graph_count, found.graph_break_count, found.op_count) == (1, 0, 2)


def test_scripted_module(layer):
    net = nn.Sequential(layer, nn.ReLU())
    s = torch.jit.script(net)
    assert repr(s) == ("RecursiveScriptModule(\n  original_name=Sequential\n  (0): RecursiveScriptModule(original_name=Linear)"
                       "\n  (1): RecursiveScriptModule(original_name=ReLU)\n)")
    x = torch.ones(1, 2)
    assert torch.equal(s(x), net(x)) and list(s.state_dict()) == ["0.weight", "0.bias"]
    assert [n for n, _ in s.named_modules()] == ["", "0", "1"] and s.original_name == "Sequential" and len(s) == 2
    s.eval()
    assert not net.training and not layer.training
    s.double()
    assert layer.weight.dtype == torch.float64 and s(x.double()).dtype == torch.float64
    with torch.no_grad():
        s.get_parameter("0.weight").zero_()
    assert layer.weight.sum() == 0
    assert isinstance(s, torch.jit.ScriptModule) and torch.jit.script(s) is s
    assert torch.jit.freeze(s) is s
    other = copy.deepcopy(s)
    assert other._original is not net and torch.equal(other(x.double()), s(x.double()))


def test_traced(layer):
    x = torch.ones(1, 2)
    t = torch.jit.trace(nn.Sequential(layer), x)
    assert repr(t) == "Sequential(\n  original_name=Sequential\n  (0): Linear(original_name=Linear)\n)"
    assert torch.equal(t(x), layer(x)) and isinstance(t, torch.jit.ScriptModule)

    def add(a, b: int = 2):
        return a + b

    f = torch.jit.trace(add, (x,))
    assert type(f) is torch.jit.ScriptFunction and f(x).sum() == 6 and f.name == "add"
    g = torch.jit.script(add)
    assert g(x, b=1).sum() == 4 and "return a + b" in g.code
    with pytest.raises(RuntimeError, match="example_kwarg_inputs should be a dict"):
        torch.jit.trace(add)


def test_script_files(layer, tmp_path):
    x = torch.ones(1, 2)
    for made in (torch.jit.script(layer), torch.jit.trace(layer, x)):
        file = io.BytesIO()
        torch.jit.save(made, file, _extra_files={"note.txt": "hello"})
        file.seek(0)
        extra = {"note.txt": ""}
        again = torch.jit.load(file, map_location="cpu", _extra_files=extra)
        assert type(again) is type(made) and torch.equal(again(x), layer(x)) and extra["note.txt"] == "hello"
    made.save(tmp_path / "m.pt")
    assert torch.equal(torch.jit.load(tmp_path / "m.pt")(x), layer(x))
    with pytest.raises(ValueError, match="The provided filename nowhere.pt does not exist"):
        torch.jit.load("nowhere.pt")
    import zipfile
    with zipfile.ZipFile(tmp_path / "t.pt", "w") as z:
        z.writestr("m/code/__torch__.py", "")
    with pytest.raises(RuntimeError, match="holds TorchScript code, which Rushlight does not run"):
        torch.jit.load(tmp_path / "t.pt")


def test_decorators():
    @torch.jit.ignore
    def a(x): return x

    @torch.jit.ignore(drop=True)
    def b(x): return x

    @torch.jit.unused
    def c(x): return x

    @torch.jit.export
    def d(x): return x

    @torch.jit.script_if_tracing
    def e(x): return x

    @torch.jit.script
    def f(x: torch.Tensor): return x

    @torch.jit.script
    class Pair:
        def __init__(self, a: int):
            self.a = a

    assert [g(1) for g in (a, b, c, d, e, f)] == [1] * 6 and Pair(3).a == 3
    assert not torch.jit.is_scripting() and not torch.jit.is_tracing()
    assert torch.jit.annotate(int, 3) == 3 and torch.jit.Attribute(3, int).value == 3

    class Net(torch.jit.ScriptModule):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        @torch.jit.script_method
        def forward(self, x):
            return self.layer(x)

    assert Net()(torch.ones(2)).shape == (2,)
    assert torch.jit.wait(torch.jit.fork(lambda x: x + 1, torch.ones(1))).item() == 2
    with pytest.raises(TypeError, match="<class 'int'> is a built-in class"):
        torch.jit.script(3)
    from rushlight.jit import annotations as a
    assert torch.jit.isinstance([1], list[int]) and not torch.jit.isinstance(["a"], a.List[int])
    assert torch.jit.isinstance({"a": 1}, dict[str, int]) and torch.jit.isinstance(None, a.Optional[int])
    unit = torch.jit.CompilationUnit("def relu(x):\n    return torch.relu(x)")
    assert unit.relu(torch.tensor(-1.0)) == 0
