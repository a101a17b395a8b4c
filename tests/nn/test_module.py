"""Module: registration, walking, hooks, conversion, state_dict, printing. Texts are PyTorch's."""

import copy
import gc
import pickle
import warnings
from collections import OrderedDict

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn.modules import module as module_file


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 3)
        self.b = nn.Linear(3, 2)

    def forward(self, x):
        return self.b(self.a(x).relu())


# ------------------------------------------------------------------ registration


def test_parameters_buffers_and_modules_are_registered_on_assignment():
    net = Net()
    net.p = nn.Parameter(torch.ones(2))
    net.register_buffer("running", torch.zeros(3))
    net.register_buffer("scratch", torch.zeros(3), persistent=False)
    net.buf = nn.Buffer(torch.ones(1))
    net.plain = torch.ones(4)
    assert [n for n, _ in net.named_parameters()] == ["p", "a.weight", "a.bias", "b.weight", "b.bias"]
    assert [n for n, _ in net.named_buffers()] == ["running", "scratch", "buf"]
    assert list(net.state_dict()) == ["p", "running", "buf", "a.weight", "a.bias", "b.weight", "b.bias"]
    assert "plain" in net.__dict__ and "p" not in net.__dict__
    del net.p
    assert not hasattr(net, "p")
    net.running = None
    assert "running" in net._buffers and net.running is None


def test_assignment_replaces_what_had_the_name():
    net = nn.Module()
    net.x = 3
    net.x = nn.Parameter(torch.ones(1))
    assert "x" not in net.__dict__ and "x" in net._parameters
    net.x = None
    assert net._parameters == {"x": None}
    net.register_buffer("b", torch.ones(1), persistent=False)
    net.b = nn.ReLU()
    assert not net._buffers and not net._non_persistent_buffers_set and "b" in net._modules


class _Early(nn.Module):
    def __init__(self, value):
        self.x = value
        super().__init__()


@pytest.mark.parametrize(
    "value, text",
    [
        (lambda: nn.Linear(1, 1), "cannot assign module before Module.__init__() call"),
        (lambda: nn.Parameter(torch.ones(1)), "cannot assign parameters before Module.__init__() call"),
        (lambda: nn.Buffer(torch.ones(1)), "cannot assign buffer before Module.__init__() call"),
    ],
)
def test_assignment_before_init(value, text):
    with pytest.raises(AttributeError) as caught:
        _Early(value())
    assert str(caught.value).split("\n")[0] == text
    assert _Early(3).x == 3


WRONG = {
    "parameter by tensor": (
        lambda n: setattr(n, "weight", torch.ones(3)),
        TypeError,
        "cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)",
    ),
    "parameter by module": (
        lambda n: setattr(n, "weight", nn.ReLU()),
        TypeError,
        "cannot assign 'torch.nn.modules.activation.ReLU' as parameter 'weight' "
        "(torch.nn.Parameter or None expected)",
    ),
    "child by int": (
        lambda n: setattr(nn.Sequential(n), "0", 3),
        TypeError,
        "cannot assign 'int' as child module '0' (torch.nn.Module or None expected)",
    ),
    "buffer by str": (
        lambda n: setattr(nn.BatchNorm1d(3), "running_mean", "x"),
        TypeError,
        "cannot assign 'str' as buffer 'running_mean' (torch.nn.Buffer, torch.Tensor or None expected)",
    ),
    "module name": (
        lambda n: n.add_module(1, nn.ReLU()),
        TypeError,
        "module name should be a string. Got int",
    ),
    "module name with dot": (
        lambda n: n.add_module("a.b", nn.ReLU()),
        KeyError,
        "module name can't contain \".\", got: a.b",
    ),
    "module name empty": (
        lambda n: n.add_module("", nn.ReLU()),
        KeyError,
        "module name can't be empty string \"\"",
    ),
    "module name taken": (
        lambda n: n.add_module("training", nn.ReLU()),
        KeyError,
        "attribute 'training' already exists",
    ),
    "no module": (lambda n: n.add_module("x", 3), TypeError, "int is not a Module subclass"),
    "parameter name": (
        lambda n: n.register_parameter("a.b", n.bias),
        KeyError,
        "parameter name can't contain \".\"",
    ),
    "no parameter": (
        lambda n: n.register_parameter("x", torch.ones(3)),
        TypeError,
        "cannot assign 'torch.FloatTensor' object to parameter 'x' (torch.nn.Parameter or None required)",
    ),
    "buffer name": (
        lambda n: n.register_buffer("weight", torch.ones(3)),
        KeyError,
        "attribute 'weight' already exists",
    ),
    "no buffer": (
        lambda n: n.register_buffer("x", 3),
        TypeError,
        "cannot assign 'int' object to buffer 'x' (torch Tensor or None required)",
    ),
    "missing": (lambda n: n.foo, AttributeError, "'Linear' object has no attribute 'foo'"),
    "missing on delete": (
        lambda n: delattr(n, "foo"),
        AttributeError,
        "'Linear' object has no attribute 'foo'",
    ),
    "init argument": (
        lambda n: nn.Module(a=1),
        TypeError,
        "Module.__init__() got an unexpected keyword argument 'a'",
    ),
    "init arguments": (
        lambda n: nn.Module(3, 4),
        TypeError,
        "Module.__init__() takes 1 positional argument but 3 were given",
    ),
    "no forward": (
        lambda n: nn.Module()(3),
        NotImplementedError,
        'Module [Module] is missing the required "forward" function',
    ),
    "train": (lambda n: n.train(1), ValueError, "training mode is expected to be boolean"),
    "to int": (
        lambda n: n.to(torch.int32),
        TypeError,
        "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.int32",
    ),
    "submodule": (lambda n: n.get_submodule("a.b"), AttributeError, "Linear has no attribute `a`"),
    "no submodule": (
        lambda n: n.get_submodule("in_features"),
        AttributeError,
        "`in_features` is not an nn.Module",
    ),
    "no such parameter": (
        lambda n: n.get_parameter("in_features"),
        AttributeError,
        "`in_features` is not an nn.Parameter",
    ),
    "no such buffer": (lambda n: n.get_buffer("bias"), AttributeError, "`bias` is not a buffer"),
}


@pytest.mark.parametrize("case", WRONG)
def test_errors(case):
    function, kind, text = WRONG[case]
    with pytest.raises(kind) as caught:
        function(nn.Linear(2, 3))
    said = caught.value.args[0]
    assert said.split("\n")[0] == text


def test_module_that_forgot_super_init_says_what_is_missing():
    class Bad(nn.Module):
        def __init__(self):
            pass

        def forward(self, x):
            return x

    with pytest.raises(AttributeError, match="'Bad' object has no attribute '_backward_hooks'"):
        Bad()(3)
    with pytest.raises(AttributeError, match="'Bad' object has no attribute '_parameters'"):
        list(Bad().parameters())


# ------------------------------------------------------------------ walking


def test_walking_the_tree():
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.Sequential(shared, nn.ReLU()), None)
    assert [n for n, _ in net.named_modules()] == ["", "0", "1", "1.1"]
    assert [n for n, _ in net.named_modules(remove_duplicate=False)] == ["", "0", "1", "1.0", "1.1"]
    assert [n for n, _ in net.named_parameters()] == ["0.weight", "0.bias"]
    assert [n for n, _ in net.named_parameters(prefix="net", remove_duplicate=False)] == [
        "net.0.weight",
        "net.0.bias",
        "net.1.0.weight",
        "net.1.0.bias",
    ]
    assert list(net.parameters(recurse=False)) == []
    assert [n for n, _ in net.named_children()] == ["0", "1"]
    assert len(list(net.modules())) == 4
    assert net.get_submodule("1.1") is net[1][1] and net.get_submodule("") is net
    assert net.get_parameter("1.0.weight") is shared.weight
    net.set_submodule("1.1", nn.Tanh())
    assert isinstance(net[1][1], nn.Tanh)
    order = []
    assert net.apply(lambda m: order.append(type(m).__name__)) is net
    assert order == ["Linear", "Linear", "Tanh", "Sequential", "Sequential"]


def test_dir_and_setattr_do_not_leak_names():
    net = nn.Sequential(nn.ReLU())
    assert "0" not in dir(net) and "forward" in dir(net) and "training" in dir(net)


# ------------------------------------------------------------------ modes and conversion


def test_train_and_eval_reach_every_module():
    net = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout()))
    assert net.eval() is net and not any(m.training for m in net.modules())
    net.train()
    assert all(m.training for m in net.modules())


def test_conversion_keeps_parameters_and_their_gradients():
    net = nn.BatchNorm1d(2)
    net(torch.ones(3, 2)).sum().backward()
    weight, grad = net.weight, net.weight.grad
    assert net.double() is net
    assert net.weight is weight and weight.dtype is torch.float64
    assert weight.grad is grad and grad.dtype is torch.float64
    assert net.running_mean.dtype is torch.float64 and net.num_batches_tracked.dtype is torch.int64
    assert net.to(torch.float16).weight.dtype is torch.float16
    assert net.to("cpu", torch.float32).weight.dtype is torch.float32
    assert net.to(torch.ones(1, dtype=torch.float64)).weight.dtype is torch.float64
    assert net.half().float().type(torch.float64).weight.dtype is torch.float64
    assert net.bfloat16().cpu().weight.dtype is torch.bfloat16
    assert net.to() is net
    with pytest.raises(TypeError, match=r"^to\(\) received an invalid combination of arguments"):
        net.to([1])


def test_to_empty_keeps_shapes():
    assert nn.Linear(2, 3).to_empty(device="cpu").weight.shape == (3, 2)


def test_zero_grad_and_requires_grad_():
    net = nn.Linear(2, 2)
    net(torch.ones(1, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert net.weight.grad.tolist() == [[0, 0], [0, 0]]
    net.zero_grad()
    assert net.weight.grad is None
    assert net.requires_grad_(False) is net and not net.weight.requires_grad


# ------------------------------------------------------------------ hooks


def test_forward_hooks_see_and_change_arguments_and_results():
    net = nn.Linear(1, 1)
    torch.nn.init.ones_(net.weight)
    torch.nn.init.zeros_(net.bias)
    seen = []
    handles = [
        net.register_forward_pre_hook(lambda m, args: args[0] + 1),
        net.register_forward_pre_hook(lambda m, args: (args[0] * 10,), prepend=True),
        net.register_forward_hook(lambda m, args, out: seen.append((args, out))),
        net.register_forward_hook(lambda m, args, out: out * 2),
    ]
    assert net(torch.ones(1, 1)).item() == 22
    assert seen[0][0][0].item() == 11 and seen[0][1].item() == 11
    for handle in handles:
        handle.remove()
        handle.remove()
    assert net(torch.ones(1, 1)).item() == 1


def test_forward_hooks_with_kwargs():
    class Add(nn.Module):
        def forward(self, x, *, y=0):
            return x + y

    net = Add()
    net.register_forward_pre_hook(lambda m, a, k: (a, {"y": k["y"] * 10}), with_kwargs=True)
    net.register_forward_hook(lambda m, a, k, out: out + k["y"], with_kwargs=True)
    assert net(1, y=2) == 41
    net.register_forward_pre_hook(lambda m, a, k: 3, with_kwargs=True)
    with pytest.raises(RuntimeError) as caught:
        net(1, y=2)
    assert (
        str(caught.value).split("\n")[0]
        == "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got 3."
    )


def test_always_call_hooks_run_when_forward_fails():
    net = nn.Linear(2, 2)
    seen = []
    net.register_forward_hook(lambda m, a, out: seen.append(out), always_call=True)
    with pytest.raises(RuntimeError):
        net(torch.ones(3))
    assert seen == [None]

    def bad(m, a, out):
        raise ValueError("bad")

    net.register_forward_hook(bad, always_call=True, prepend=True)
    with warnings.catch_warnings(record=True) as caught, pytest.raises(RuntimeError):
        warnings.simplefilter("always")
        net(torch.ones(3))
    assert (
        str(caught[0].message)
        == "module forward hook with ``always_call=True`` raised an exception that was silenced as "
        "another error was raised in forward: bad"
    )
    with pytest.raises(ValueError, match="bad"):
        net(torch.ones(2))
    assert seen[-1].shape == (2,)


def test_full_backward_hooks():
    net = nn.Linear(2, 2)
    seen = []
    net.register_full_backward_pre_hook(lambda m, grad_out: (grad_out[0] * 2,))
    net.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go)))
    handle = net.register_full_backward_hook(lambda m, gi, go: (gi[0] * 0,))
    x = torch.ones(1, 2, requires_grad=True)
    out = net(x)
    assert repr(out.grad_fn).startswith("<BackwardHookFunctionBackward")
    out.sum().backward()
    (gi,), (go,) = seen[0]
    assert go.tolist() == [[2, 2]] and gi.tolist() == (net.weight * 2).sum(0, keepdim=True).tolist()
    assert x.grad.tolist() == [[0, 0]] and net.bias.grad.tolist() == [2, 2]
    handle.remove()
    net(x).sum().backward()
    assert x.grad.tolist() == gi.tolist()


def test_full_backward_hooks_without_input_gradients_and_with_several_outputs():
    class Two(nn.Module):
        def forward(self, x, y=None, k=None):
            return x * 2, 3, x * 3

    seen = []
    net = Two()
    net.register_full_backward_hook(
        lambda m, gi, go: seen.append(([g is None for g in gi], [g is None for g in go]))
    )
    x = torch.ones(2, requires_grad=True)
    net(x, 5, k=x)[0].sum().backward()
    assert seen == [([False, True], [False, True, True])]

    lin = nn.Linear(2, 2)
    lin.register_full_backward_hook(lambda m, gi, go: seen.append(gi))
    with pytest.warns(UserWarning, match="^Full backward hook is firing when gradients are computed"):
        lin(torch.ones(1, 2)).sum().backward()
    assert seen[-1] == (None,)
    with pytest.raises(RuntimeError) as caught:
        lin.register_backward_hook(lambda *a: None)
    assert str(caught.value) == (
        "Cannot use both regular backward hooks and full backward hooks on a single Module. "
        "Please use only one of them."
    )


def test_backward_hook_that_returns_the_wrong_number():
    net = nn.Linear(2, 2)
    net.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0]))
    with pytest.raises(RuntimeError, match="invalid number of grad_input, got 2, but expected 1"):
        net(torch.ones(1, 2, requires_grad=True)).sum().backward()


def test_global_hooks():
    log = []
    handles = [
        module_file.register_module_forward_pre_hook(lambda m, a: log.append("pre " + m._get_name())),
        module_file.register_module_forward_hook(lambda m, a, o: log.append("post " + m._get_name())),
        module_file.register_module_full_backward_hook(lambda m, gi, go: log.append("back " + m._get_name())),
        module_file.register_module_parameter_registration_hook(lambda m, n, p: log.append("param " + n)),
        module_file.register_module_module_registration_hook(lambda m, n, c: log.append("module " + n)),
    ]
    try:
        net = nn.Sequential(nn.Linear(2, 2, bias=False))
        net(torch.ones(1, 2, requires_grad=True)).sum().backward()
    finally:
        for handle in handles:
            handle.remove()
    assert log == [
        "param weight",
        "param bias",
        "module 0",
        "pre Sequential",
        "pre Linear",
        "post Linear",
        "post Sequential",
        "back Linear",
        "back Sequential",
    ]
    net(torch.ones(1, 2))
    assert len(log) == 9


def test_handles_pickle_and_live_no_longer_than_their_dictionary():
    hooks = OrderedDict()
    handle = torch.utils.hooks.RemovableHandle(hooks)
    again = pickle.loads(pickle.dumps(handle))
    assert again.id == handle.id
    del hooks
    gc.collect()
    handle.remove()
    with torch.utils.hooks.RemovableHandle(OrderedDict()):
        pass


# ------------------------------------------------------------------ state_dict


def test_state_dict_has_metadata_and_shares_memory():
    net = Net()
    state = net.state_dict()
    assert type(state) is OrderedDict
    assert state._metadata == OrderedDict([("", {"version": 1}), ("a", {"version": 1}), ("b", {"version": 1})])
    assert not state["a.weight"].requires_grad
    assert state["a.weight"].data_ptr() == net.a.weight.data_ptr()
    assert net.state_dict(keep_vars=True)["a.weight"] is net.a.weight
    assert list(net.state_dict(prefix="x."))[0] == "x.a.weight"
    with pytest.warns(FutureWarning, match="^Positional args are being deprecated"):
        net.state_dict(OrderedDict(), "x.", True)


def test_load_state_dict_copies_and_reports():
    net, other = Net(), Net()
    weight = net.a.weight
    found = net.load_state_dict(other.state_dict())
    assert repr(found) == "<All keys matched successfully>" and not found.missing_keys
    assert net.a.weight is weight and weight.tolist() == other.a.weight.tolist()
    found = net.load_state_dict({"x": torch.ones(1)}, strict=False)
    assert repr(found) == (
        "_IncompatibleKeys(missing_keys=['a.weight', 'a.bias', 'b.weight', 'b.bias'], unexpected_keys=['x'])"
    )


def test_load_state_dict_lists_everything_wrong():
    with pytest.raises(RuntimeError) as caught:
        Net().load_state_dict({})
    assert str(caught.value).startswith(
        "Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "a.weight", "a.bias", "b.weight", "b.bias". '
    )
    with pytest.raises(RuntimeError) as caught:
        Net().load_state_dict(
            {"a.weight": torch.ones(3, 3), "x": 1, "b.weight": 3, "a.y": 3, "b.bias": torch.ones(2)}
        )
    assert str(caught.value).startswith(
        "Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "a.bias". \n'
        '\tUnexpected key(s) in state_dict: "x", "a.y". \n'
        "\tsize mismatch for a.weight: copying a param with shape torch.Size([3, 3]) from checkpoint, "
        "the shape in current model is torch.Size([3, 2]).\n"
        '\tWhile copying the parameter named "b.weight", expected torch.Tensor or Tensor-like object '
        "from checkpoint but received <class 'int'>"
    )
    with pytest.raises(TypeError, match="^Expected state_dict to be dict-like, got <class 'list'>.$"):
        Net().load_state_dict([])


def test_load_state_dict_assign():
    net = Net()
    net.requires_grad_(False)
    given = {k: v.double() for k, v in Net().state_dict().items()}
    net.load_state_dict(given, assign=True)
    assert net.a.weight.dtype is torch.float64 and isinstance(net.a.weight, nn.Parameter)
    assert not net.a.weight.requires_grad
    assert net.a.weight.data_ptr() == given["a.weight"].data_ptr()


def test_state_dict_hooks():
    net = nn.Linear(2, 2)
    log = []
    net.register_state_dict_pre_hook(lambda m, prefix, keep: log.append(("pre", prefix, keep)))
    net.register_state_dict_post_hook(lambda m, state, prefix, meta: log.append(("post", list(state))))
    net._register_state_dict_hook(lambda m, state, prefix, meta: OrderedDict(z=1))
    net.register_load_state_dict_pre_hook(lambda *a: log.append(("load", len(a), a[0] is net)))
    net.register_load_state_dict_post_hook(lambda m, keys: log.append(("loaded", keys)))
    assert net.state_dict(prefix="q.") == {"z": 1}
    net.load_state_dict(nn.Linear(2, 2).state_dict())
    assert log[:3] == [("pre", "q.", False), ("post", ["q.weight", "q.bias"]), ("load", 8, True)]
    net.register_load_state_dict_post_hook(lambda m, keys: 4)
    with pytest.raises(AssertionError, match="^Hooks registered with ``register_load_state_dict_post_hook``"):
        net.load_state_dict(nn.Linear(2, 2).state_dict())


def test_extra_state():
    class Extra(nn.Module):
        def get_extra_state(self):
            return {"q": 1}

        def set_extra_state(self, state):
            self.got = state

    net = nn.Sequential(Extra())
    assert net.state_dict() == {"0._extra_state": {"q": 1}}
    net.load_state_dict(net.state_dict())
    assert net[0].got == {"q": 1}
    with pytest.raises(RuntimeError, match='Missing key\\(s\\) in state_dict: "0._extra_state"'):
        net.load_state_dict({})
    with pytest.raises(RuntimeError, match='Unexpected key\\(s\\) in state_dict: "0._extra_state"'):
        nn.Sequential(nn.ReLU()).load_state_dict(net.state_dict())


# ------------------------------------------------------------------ printing, copying, errors


def test_repr():
    class Odd(nn.Module):
        def extra_repr(self):
            return "a=1\nb=2"

    assert repr(nn.Sequential(nn.Linear(2, 3), Odd())) == (
        "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): Odd(\n    a=1\n    b=2\n  )\n)"
    )
    assert repr(nn.Module()) == "Module()"


def test_copies_and_pickles():
    net = Net()
    net(torch.ones(1, 2)).sum().backward()
    twin = copy.deepcopy(net)
    assert twin.a.weight is not net.a.weight and twin.a.weight.tolist() == net.a.weight.tolist()
    assert isinstance(twin.a.weight, nn.Parameter) and twin.a.weight.requires_grad
    shared = nn.Sequential(net.a, net.a)
    twins = copy.deepcopy(shared)
    assert twins[0] is twins[1]
    again = pickle.loads(pickle.dumps(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))))
    assert list(again.state_dict()) == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
    ]  # fmt: skip
    assert again(torch.ones(2, 2)).shape == (2, 3)
    old = nn.Linear(1, 1)
    state = old.__dict__.copy()
    del state["_forward_pre_hooks"], state["_state_dict_hooks"]
    new = nn.Linear.__new__(nn.Linear)
    new.__setstate__(state)
    assert new(torch.ones(1, 1)).shape == (1, 1)


def test_an_error_says_which_module_raised_it_below_its_first_line():
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.ReLU(), nn.Sequential(nn.Linear(2, 2))])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    with pytest.raises(RuntimeError) as caught:
        Outer()(torch.ones(1, 3))
    lines = [*str(caught.value).split("\n"), *getattr(caught.value, "__notes__", [])]
    assert lines[0] == "mat1 and mat2 shapes cannot be multiplied (1x3 and 2x2)"
    notes = [line for line in lines if "raised in" in line]
    assert notes == [
        "  raised in Outer.layers.1.0: Linear(in_features=2, out_features=2, bias=True)"
    ]


def test_parameter():
    p = nn.Parameter(torch.ones(2))
    assert repr(p) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"
    assert repr(nn.Parameter()) == "Parameter containing:\ntensor([], requires_grad=True)"
    assert repr(nn.Parameter(torch.ones(1), False)) == "Parameter containing:\ntensor([1.])"
    assert isinstance(p, nn.Parameter) and isinstance(p, torch.Tensor)
    for other in (p.data, p * 2, p.clone(), p.detach()):
        assert type(other) is torch.Tensor and not isinstance(other, nn.Parameter)
    with pytest.raises(RuntimeError, match="^Only Tensors of floating point and complex dtype can require"):
        nn.Parameter(torch.ones(2, dtype=torch.int64))
    p.note = 3
    again = pickle.loads(pickle.dumps(p))
    assert type(again) is nn.Parameter and again.note == 3 and again.requires_grad
    buffer = nn.Buffer(torch.ones(2), persistent=False)
    assert isinstance(buffer, nn.Buffer) and type(buffer) is torch.Tensor and not buffer.persistent
    assert not isinstance(torch.ones(2), nn.Buffer)


def test_uninitialized_parameters_refuse_use():
    p = nn.UninitializedParameter()
    assert repr(p) == "<UninitializedParameter>" and isinstance(p, nn.Parameter)
    with pytest.raises(RuntimeError, match="^Can't access the shape of an uninitialized parameter"):
        p.shape  # noqa: B018
    for use in (lambda: p + 1, lambda: len(p), lambda: p.numel(), lambda: p.zero_()):
        with pytest.raises(ValueError, match="^Attempted to use an uninitialized parameter in"):
            use()
    p.materialize((2, 3))
    assert type(p) is nn.Parameter and p.shape == (2, 3)


def test_lazy_modules_become_ordinary_ones():
    net = nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d())
    assert repr(net[0]) == "LazyLinear(in_features=0, out_features=3, bias=True)"
    assert net(torch.ones(4, 5)).shape == (4, 3)
    assert type(net[0]) is nn.Linear and type(net[1]) is nn.BatchNorm1d
    assert net[0].in_features == 5 and net[1].num_features == 3
    lazy = nn.LazyLinear(3)
    lazy.load_state_dict(nn.Linear(2, 3).state_dict())
    assert lazy.weight.shape == (3, 2)
    assert lazy(torch.ones(1, 2)).shape == (1, 3) and type(lazy) is nn.Linear
