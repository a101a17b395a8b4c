"""Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict, and nn.utils."""

from collections import OrderedDict

import pytest

import rushlight as torch
from rushlight import nn

R, T = nn.ReLU, nn.Tanh


def kinds(container):
    return [type(m).__name__ for m in container]


def raises(kind, text, function):
    with pytest.raises(kind) as caught:
        function()
    assert str(caught.value.args[0]).split("\n")[0] == text


def test_sequential_is_a_list():
    s = nn.Sequential(R(), T(), nn.Linear(1, 1))
    assert len(s) == 3 and isinstance(s[-1], nn.Linear) and list(s._modules) == ["0", "1", "2"]
    assert list(s[1:]._modules) == ["1", "2"] and kinds(s[::2]) == ["ReLU", "Linear"]
    assert kinds(s + s[:1]) == ["ReLU", "Tanh", "Linear", "ReLU"]
    assert kinds(nn.Sequential(R(), T()) * 2) == kinds(2 * nn.Sequential(R(), T())) == ["ReLU", "Tanh"] * 2
    s[0] = T()
    del s[1]
    assert kinds(s) == ["Tanh", "Linear"] and list(s._modules) == ["0", "1"]
    assert kinds(s.append(R()).insert(1, R()).extend([T()])) == ["Tanh", "ReLU", "Linear", "ReLU", "Tanh"]
    assert isinstance(s.pop(0), T) and len(s) == 4
    s += nn.Sequential(R())
    s *= 2
    assert len(s) == 10
    named = nn.Sequential(OrderedDict(a=R(), b=T()))
    assert repr(named) == "Sequential(\n  (a): ReLU()\n  (b): Tanh()\n)"
    assert list(named[:1]._modules) == ["a"]
    assert nn.Sequential(nn.Flatten(0), R())(torch.ones(2, 2)).shape == (4,)


def test_sequential_refuses():
    s = nn.Sequential(R())
    raises(IndexError, "index 3 is out of range", lambda: s[3])
    raises(ValueError, "add operator supports only objects of Sequential class, but <class 'list'> is given.", lambda: s + [R()])
    raises(IndexError, "Index out of range: 5", lambda: s.insert(5, R()))
    raises(TypeError, "list is not a Module subclass", lambda: nn.Sequential([R()]))
    raises(TypeError, "int is not a Module subclass", lambda: s.append(3))
    with pytest.raises(ValueError, match="^Non-positive multiplication factor 0 for"):
        s * 0


def test_module_list():
    m = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
    m.append(R())
    m.extend([R(), T()])
    m.insert(0, T())
    assert repr(m) == (
        "ModuleList(\n  (0): Tanh()\n  (1-3): 3 x Linear(in_features=2, out_features=2, bias=True)\n"
        "  (4-5): 2 x ReLU()\n  (6): Tanh()\n)"
    )
    del m[1:4]
    assert kinds(m) == ["Tanh", "ReLU", "ReLU", "Tanh"] and list(m._modules) == list("0123")
    assert kinds(m[1:]) == ["ReLU", "ReLU", "Tanh"] and isinstance(m.pop(-1), T)
    assert len(m + [R()]) == 4 and m[0] in m and kinds(reversed(m)) == ["ReLU", "ReLU", "Tanh"]
    assert repr(nn.ModuleList()) == "ModuleList()"
    raises(IndexError, "index 9 is out of range", lambda: m[9])
    raises(TypeError, "ModuleList.extend should be called with an iterable, but got int", lambda: m.extend(3))
    raises(NotImplementedError, 'Module [ModuleList] is missing the required "forward" function', lambda: m(1))


def test_module_dict():
    d = nn.ModuleDict({"a": R(), "b": T()})
    d.update([["c", R()]])
    d["d"] = T()
    assert list(d) == list(d.keys()) == ["a", "b", "c", "d"] and "a" in d and len(d) == 4
    assert kinds(d.values()) == ["ReLU", "Tanh", "ReLU", "Tanh"]
    assert isinstance(d.pop("a"), R) and [k for k, _ in d.items()] == ["b", "c", "d"]
    del d["b"]
    d.clear()
    assert len(d) == 0
    raises(TypeError, "ModuleDict.update should be called with an iterable of key/value pairs, but got int", lambda: d.update(3))
    raises(TypeError, "ModuleDict update sequence element #0 should be Iterable; isint", lambda: d.update([3]))
    raises(ValueError, "ModuleDict update sequence element #0 has length 3; 2 is required", lambda: d.update([(1, 2, 3)]))
    raises(KeyError, "attribute 'keys' already exists", lambda: d.__setitem__("keys", R()))


def test_parameter_list():
    p = nn.ParameterList([nn.Parameter(torch.ones(2)), torch.ones(2, 3), 3])
    assert repr(p) == (
        "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2]\n"
        "    (1): Parameter containing: [torch.float32 of size 2x3]\n    (2): Object of type: int\n)"
    )
    assert [n for n, _ in p.named_parameters()] == ["0", "1"] and isinstance(p[1], nn.Parameter)
    p[0] = torch.zeros(3)
    p.append(torch.ones(1)).extend([torch.ones(1)])
    p += [4]
    assert len(p) == 6 and len(p[:2]) == 2 and p[-1] == 4 and [type(x).__name__ for x in p][2] == "int"
    raises(RuntimeError, "ParameterList should not be called.", lambda: p(1))
    raises(TypeError, "ParameterList.extend should be called with an iterable, but got Tensor", lambda: p.extend(torch.ones(2)))


def test_parameter_dict():
    q = nn.ParameterDict({"b": torch.ones(2), "a": nn.Parameter(torch.ones(2)), "c": 3})
    assert list(q) == ["a", "b", "c"]  # a plain dict is taken in order of its keys
    assert repr(q).split("\n")[1] == "    (a): Parameter containing: [torch.FloatTensor of size 2]"
    assert list(q | {"d": 4}) == ["a", "b", "c", "d"] and list({"z": 1} | q) == ["z", "a", "b", "c"]
    assert q.setdefault("w") is None and q.get("no", 5) == 5 and q.pop("c") == 3
    assert q.popitem()[0] == "w" and list(reversed(q)) == ["b", "a"] and len(q.copy()) == 2
    assert [k for k, _ in q.items()] == list(q.keys()) == ["a", "b"] and len(list(q.values())) == 2
    assert list(q.fromkeys(["x"], torch.ones(1)).parameters())[0].shape == (1,)
    q.clear()
    assert len(q) == 0 and not list(q.parameters())
    raises(RuntimeError, "ParameterDict should not be called.", lambda: q(1))
    with pytest.raises(TypeError, match="^Index given to ParameterDict cannot be used as a key"):
        q[1] = torch.ones(1)


def with_grads(*grads):
    made = []
    for g in grads:
        p = nn.Parameter(torch.zeros(2))
        p.grad = None if g is None else torch.tensor(g)
        made.append(p)
    return made


def test_clip_grad_norm():
    ps = with_grads([3.0, 4.0], None, [0.0, 0.0])
    assert nn.utils.clip_grad_norm_(ps, 1.0).item() == 5
    assert torch.allclose(ps[0].grad, torch.tensor([0.6, 0.8]))
    assert nn.utils.clip_grad_norm_(with_grads([3.0, 4.0])[0], 10).item() == 5
    assert nn.utils.clip_grad_norm_(with_grads([3.0, 4.0], [-7.0, 1.0]), 1, float("inf")).item() == 7
    assert nn.utils.clip_grad_norm_(with_grads([3.0, 4.0]), 1, 1).item() == 7
    assert nn.utils.clip_grad_norm_([], 1).item() == 0 and nn.utils.clip_grad_norm_(with_grads(None), 1).item() == 0
    assert nn.utils.clip_grad_norm_((p for p in with_grads([3.0, 4.0])), 1).item() == 5
    with pytest.raises(RuntimeError, match="^The total norm of order 2.0 for gradients from `parameters` is non-finite"):
        nn.utils.clip_grad_norm_(with_grads([float("nan"), 1.0]), 1, error_if_nonfinite=True)
    with pytest.warns(UserWarning, match="^`parameters` is an empty generator, no gradient clipping will occur.$"):
        nn.utils.clip_grad_norm_((p for p in ()), 1)
    with pytest.warns(FutureWarning, match="`torch.nn.utils.clip_grad_norm` is now deprecated"):
        nn.utils.clip_grad_norm(ps, 1)


def test_clip_grad_value():
    ps = with_grads([3.0, -4.0], None)
    nn.utils.clip_grad_value_(ps, 1)
    assert ps[0].grad.tolist() == [1, -1]


def test_parameters_as_a_vector():
    ps = [nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.zeros(3))]
    flat = nn.utils.parameters_to_vector(ps)
    assert flat.tolist() == [1, 1, 1, 1, 0, 0, 0] and flat.requires_grad
    nn.utils.vector_to_parameters(torch.arange(7.0), ps)
    assert ps[0].tolist() == [[0, 1], [2, 3]] and ps[1].tolist() == [4, 5, 6]
    raises(TypeError, "expected torch.Tensor, but got: list", lambda: nn.utils.vector_to_parameters([1], ps))


def test_data_parallel_passes_everything_on():
    net = nn.DataParallel(nn.Linear(2, 3))
    assert list(net.state_dict()) == ["module.weight", "module.bias"] and net.device_ids == []
    x = torch.ones(4, 2)
    assert net(x).tolist() == net.module(x).tolist() == nn.parallel.data_parallel(net.module, x).tolist()
    assert repr(net) == "DataParallel(\n  (module): Linear(in_features=2, out_features=3, bias=True)\n)"
    state = net.state_dict()
    torch.nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
    assert list(state) == ["weight", "bias"] and list(state._metadata) == [""]
