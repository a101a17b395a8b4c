"""`torch.fx`: what a trace records, its code, graphs that are changed, run and rewritten."""
import copy
import pickle

import pytest

import rushlight as torch
from rushlight import fx, nn
from rushlight.fx.experimental.optimization import fuse
from rushlight.fx.passes.shape_prop import ShapeProp
from rushlight.fx.proxy import TraceError


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(4, 5)
        self.p = nn.Parameter(torch.ones(5))
        self.seq = nn.Sequential(nn.Linear(5, 5), nn.ReLU())

    def forward(self, x, y=1.5, *, k=None):
        z = self.lin(x).relu() + self.p * y
        z = torch.cat([z, z])[:, :5]
        b, _ = z.shape
        torch._assert(b == 4, "four")
        return {"a": self.seq(z), "b": (2 ** z, z.view(b, -1))}


CODE = """\
def forward(self, x, y = 1.5, k = None):
    lin = self.lin(x);  x = None
    relu = lin.relu();  lin = None
    p = self.p
    mul = p * y;  p = y = None
    add = relu + mul;  relu = mul = None
    cat = torch.cat([add, add]);  add = None
    getitem = cat[(slice(None, None, None), slice(None, 5, None))];  cat = None
    getattr_1 = getitem.shape
    getitem_1 = getattr_1[0]
    getitem_2 = getattr_1[1];  getattr_1 = getitem_2 = None
    eq = getitem_1 == 4
    _assert = torch._assert(eq, 'four');  eq = _assert = None
    seq_0 = getattr(self.seq, "0")(getitem)
    seq_1 = getattr(self.seq, "1")(seq_0);  seq_0 = None
    pow_1 = 2 ** getitem
    view = getitem.view(getitem_1, -1);  getitem = getitem_1 = None
    return {'a': seq_1, 'b': (pow_1, view)}"""


def test_the_code_of_a_module():
    model, x = Model(), torch.randn(2, 4)
    traced = fx.symbolic_trace(model)
    assert traced.code.strip() == CODE
    for made in (traced, copy.deepcopy(traced), pickle.loads(pickle.dumps(traced))):
        assert torch.equal(made(x)["a"], model(x)["a"]) and made.code.strip() == CODE
    assert torch.equal(fx.Interpreter(traced).run(x)["b"][1], model(x)["b"][1])
    assert str(traced).startswith("Model(\n  (lin): Linear(in_features=4, out_features=5, bias=True)\n  (seq): Module(\n    (0)")


def test_what_cannot_be_traced():
    with pytest.raises(TraceError, match="symbolically traced variables cannot be used as inputs to control flow"):
        fx.symbolic_trace(lambda x: x if x.sum() > 0 else -x)
    with pytest.raises(TraceError, match="Proxy object cannot be iterated"):
        fx.symbolic_trace(lambda x: [a + 1 for a in x])
    with pytest.raises(RuntimeError, match="'len' is not supported in symbolic tracing by default"):
        fx.symbolic_trace(lambda x: len(x))
    assert not fx._symbolic_trace.is_fx_tracing() and nn.Linear(1, 1)(torch.ones(1, 1)).shape == (1, 1)


def test_graphs_are_changed():
    traced = fx.symbolic_trace(lambda x: torch.relu(x) + 1)
    relu, add = (n for n in traced.graph.nodes if n.op == "call_function")
    with pytest.raises(RuntimeError, match=r"Tried to erase Node relu but it still had 1 users in the graph: \{add: None\}!"):
        traced.graph.erase_node(relu)
    with pytest.raises(TypeError, match="'immutable_list' object does not support mutation"):
        traced.graph.call_function(torch.stack, ([relu],)).args[0].append(1)
    with traced.graph.inserting_after(relu):
        neg = traced.graph.call_function(torch.neg, (relu,))
    add.args = (neg, 1)
    traced.graph.eliminate_dead_code()
    traced.graph.lint()
    traced.recompile()
    assert traced(torch.tensor([-1.0, 2.0])).tolist() == [1, -1]
    assert str(traced.graph) == (
        "graph():\n    %x : [num_users=1] = placeholder[target=x]\n"
        "    %relu : [num_users=1] = call_function[target=torch.relu](args = (%x,), kwargs = {})\n"
        "    %neg : [num_users=1] = call_function[target=torch.neg](args = (%relu,), kwargs = {})\n"
        "    %add : [num_users=1] = call_function[target=operator.add](args = (%neg, 1), kwargs = {})\n    return add")


def test_patterns_and_transformers():
    def f(x, y):
        return torch.cat([x, y]).sum() + torch.cat([y, x]).sum()

    traced = fx.symbolic_trace(f)
    found = fx.replace_pattern(traced, lambda a, b: torch.cat([a, b]).sum(), lambda a, b: torch.stack([a, b]).max())
    assert len(found) == 2 and traced(torch.ones(2), torch.full((2,), 3.0)).item() == 6

    class Means(fx.Transformer):
        def call_method(self, target, args, kwargs):
            return super().call_method("min" if target == "max" else target, args, kwargs)

    assert Means(traced).transform()(torch.ones(2), torch.full((2,), 3.0)).item() == 2


def test_arguments_that_are_fixed():
    def f(x, flag):
        return x + 1 if flag else x

    traced = fx.symbolic_trace(f, concrete_args={"flag": True})
    assert traced(torch.ones(1), True).item() == 2
    with pytest.raises(AssertionError, match="flag has been specialized to have value True but got another value"):
        traced(torch.ones(1), False)


def test_shapes_and_folding():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU()).eval()
    model[1].running_mean.fill_(0.5)
    folded, x = fuse(model), torch.randn(1, 1, 5, 5)
    assert torch.allclose(folded(x), model(x), atol=1e-6) and "1" not in dict(folded.named_modules())
    ShapeProp(folded).propagate(x)
    assert [tuple(n.meta["tensor_meta"].shape) for n in folded.graph.nodes] == [(1, 1, 5, 5), (1, 2, 3, 3), (1, 2, 3, 3), (1, 2, 3, 3)]
