"""`__torch_function__`: what is asked, with which arguments, and what comes back."""
import copy
import pickle

import pytest

import rushlight as torch
from rushlight import overrides
from rushlight import _C
from rushlight.nn import functional as F

CALLS = []


class Logged(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        CALLS.append((func, types, args, kwargs))
        return super().__torch_function__(func, types, args, kwargs or {})


class Plain(torch.Tensor):
    pass


class Other(Plain):
    pass


class Refusing(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return NotImplemented


class Foreign:
    """No tensor, but it answers for itself."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return func, types, args, kwargs


@pytest.fixture
def x():
    made = torch.tensor([1.0, 2.0, 3.0]).as_subclass(Logged)
    CALLS.clear()
    return made


CASES = {                                # call: (the function asked about, by name, and whether the class is kept)
    "torch.add(x, 1)": (lambda x: torch.add(x, 1), torch.add),
    "x.add": (lambda x: x.add(1, alpha=2), torch.Tensor.add),
    "x + 1": (lambda x: x + 1, torch.Tensor.add),
    "1 + x": (lambda x: 1 + x, torch.Tensor.add),
    "plain + x": (lambda x: torch.ones(3) + x, torch.Tensor.add),
    "torch.add(plain, x)": (lambda x: torch.add(torch.ones(3), x), torch.add),
    "2 - x": (lambda x: 2 - x, torch.Tensor.__rsub__),
    "-x": (lambda x: -x, torch.Tensor.neg),
    "x == 1": (lambda x: x == 1, torch.Tensor.__eq__),
    "x[0]": (lambda x: x[0], torch.Tensor.__getitem__),
    "plain[x]": (lambda x: torch.cat([torch.ones(1), x]), torch.cat),
    "cat": (lambda x: torch.cat([x, x]), torch.cat),
    "stack": (lambda x: torch.stack((x, x), dim=0), torch.stack),
    "sum": (lambda x: x.sum(dim=0), torch.Tensor.sum),
    "relu": (lambda x: F.relu(x), F.relu),
    "linear": (lambda x: F.linear(x, torch.ones(2, 3)), F.linear),
    "view": (lambda x: x.view(3, 1), torch.Tensor.view),
    "data": (lambda x: x.data, torch.Tensor.data.__get__),
    "einsum": (lambda x: torch.einsum("i,i", x, x), torch.einsum),
    "new_zeros": (lambda x: x.new_zeros(2), torch.Tensor.new_zeros),
    "zeros_like": (lambda x: torch.zeros_like(x), torch.zeros_like),
    "to": (lambda x: x.to(torch.float64), torch.Tensor.to),
    "detach": (lambda x: x.detach(), torch.Tensor.detach),
    "add_": (lambda x: x.add_(1), torch.Tensor.add_),
    "linalg": (lambda x: torch.linalg.norm(x), torch.linalg.norm),
}


@pytest.mark.parametrize("case", CASES)
def test_function_and_class(x, case):
    call, expected = CASES[case]
    result = call(x)
    func, types, _, _ = CALLS[0]
    assert func is expected or func == expected
    assert types == (Logged,)
    assert type(result) is Logged
    assert len(CALLS) == 1               # what the function itself calls is not asked about


def test_arguments_come_as_they_were_given(x):
    torch.sum(x, 0, keepdim=True)
    _, _, args, kwargs = CALLS[0]
    assert args[0] is x and args[1:] == (0,) and kwargs == {"keepdim": True}


@pytest.mark.parametrize("name", ["shape", "dtype", "device", "grad", "requires_grad", "is_leaf", "ndim", "T", "grad_fn"])
def test_properties_are_asked_about(x, name):
    if name == "T":
        x = x.view(3, 1)
        CALLS.clear()
    getattr(x, name)
    assert CALLS[0][0] == getattr(torch.Tensor, name).__get__
    assert overrides.resolve_name(CALLS[0][0]) == f"torch.Tensor.{name}.__get__"


def test_values_through_a_program():
    w = torch.ones(3).as_subclass(Plain).requires_grad_()
    y = (w * torch.arange(3.0)).sum()
    assert type(y) is Plain and repr(y) == "Plain(3., grad_fn=<AliasBackward0>)"
    y.backward()
    assert type(w.grad) is torch.Tensor and w.grad.tolist() == [0, 1, 2]
    assert type(w.max(0).values) is Plain
    assert all(type(part) is Plain for part in w.split(1))
    assert w.shape == (3,) and type(w.shape) is torch.Size and w.tolist() == [1, 1, 1]


def test_the_more_derived_class_is_asked_first():
    a, b = torch.ones(2).as_subclass(Plain), torch.ones(2).as_subclass(Other)
    assert type(a + b) is Other and type(torch.add(b, a)) is Other
    with pytest.raises(TypeError):
        torch.add(a, torch.ones(2).as_subclass(Logged))        # neither is a base of the other


def test_refusals():
    r = torch.ones(2).as_subclass(Refusing)
    with pytest.raises(TypeError, match="Multiple dispatch failed for 'torch.add'; all __torch_function__ handlers "
                                        "returned NotImplemented:\n\n  - tensor subclass <class '.*Refusing'>\n\n"):
        torch.add(r, 1)
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \+: 'Refusing' and 'int'"):
        r + 1
    with pytest.raises(TypeError, match="no implementation found for 'torch.nn.functional.relu' on types that implement "
                                        r"__torch_function__: \[<class '.*Refusing'>\]"):
        F.relu(r)


def test_objects_that_are_no_tensors():
    f = Foreign()
    assert torch.mean(f) == (torch.mean, (Foreign,), (f,), {})
    assert torch.add(torch.ones(1), f)[0] is torch.add
    assert (torch.ones(1) + f)[1] == (Foreign,)
    assert torch.cat([torch.ones(1), f], dim=0)[3] == {"dim": 0}
    assert torch.split(f, 2) == (torch.split, (Foreign,), (f, 2), {})
    with pytest.raises(TypeError):
        torch.add(torch.ones(1), object())


def test_parameters_are_plain():
    p = torch.nn.Parameter(torch.ones(2))
    assert type(p + 1) is torch.Tensor and type(p.data) is torch.Tensor

    class Mine(torch.nn.Parameter):
        pass

    assert type(Mine(torch.ones(2)) * 2) is torch.Tensor
    kept = torch.nn.Parameter(torch.ones(2).as_subclass(Plain))
    assert type(kept) is Plain and isinstance(kept, torch.nn.Parameter)
    assert repr(kept) == "Parameter(Plain([1., 1.], requires_grad=True))"
    layer = torch.nn.Linear(2, 1)
    layer.weight = kept
    assert [type(p) for p in layer.parameters()] == [Plain, torch.nn.Parameter]


def test_switched_off(x):
    with _C.DisableTorchFunctionSubclass():
        assert type(x + 1) is torch.Tensor and not _C._is_torch_function_enabled()
        assert not overrides.has_torch_function((x,))
    assert not CALLS and overrides.has_torch_function((x,))

    class Off(torch.Tensor):
        __torch_function__ = _C._disabled_torch_function_impl

    assert type(torch.ones(2).as_subclass(Off) + 1) is torch.Tensor
    assert not overrides.has_torch_function_unary(torch.ones(2).as_subclass(Off))


class Counting(overrides.TorchFunctionMode):
    def __init__(self):
        self.seen = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.seen.append(overrides.resolve_name(func))
        return func(*args, **(kwargs or {}))


def test_modes():
    with Counting() as outer:
        with Counting() as inner:
            y = torch.zeros(2) + 1
            F.relu(y)
            y.split(1)
            torch.tensor([1.0])
            assert overrides._len_torch_function_stack() == 2
        assert overrides._get_current_function_mode() is outer
        with _C.DisableTorchFunction():
            torch.ones(3)
    torch.ones(3)
    assert inner.seen == ["torch.zeros", "torch.add", "torch.nn.functional.relu", "torch.Tensor.split", "torch.tensor"]
    assert outer.seen == inner.seen
    with pytest.raises(NotImplementedError), overrides.TorchFunctionMode():
        torch.ones(2)
    with Counting() as mode:
        w = torch.ones(2, requires_grad=True)
        torch.autograd.grad((w ** 3).sum(), w, create_graph=True)
    assert mode.seen[:3] == ["torch.ones", "torch.pow", "torch.sum"]


def test_functions_of_a_library():
    def scaled(a, by=2):
        if overrides.has_torch_function_variadic(a):
            return overrides.handle_torch_function(scaled, (a,), a, by=by)
        return a * by

    f = Foreign()
    assert scaled(f, by=3) == (scaled, (Foreign,), (f,), {"by": 3}) and scaled(2) == 4
    assert type(scaled(torch.ones(1).as_subclass(Plain))) is Plain

    @overrides.wrap_torch_function(lambda a: (a,))
    def wrapped(a):
        return a

    assert wrapped(f)[0] is wrapped and wrapped(3) == 3
    assert overrides.is_tensor_like(f) and overrides.is_tensor_like(torch.ones(1)) and not overrides.is_tensor_like(1)


def test_tables_of_functions():
    found = overrides.get_overridable_functions()
    assert torch.add in found[torch] and torch.Tensor.add in found[torch.Tensor]
    assert F.relu in found[F] and torch.zeros not in found[torch]
    assert torch.tensor in overrides.get_ignored_functions()
    assert overrides.is_tensor_method_or_property(torch.Tensor.shape.__get__)
    assert overrides.get_testing_overrides()[torch.add]() == -1
    assert overrides.resolve_name(torch.linalg.norm) == "torch.linalg.norm" and overrides.resolve_name(len) is None


def test_copies_keep_class_and_attributes():
    z = torch.ones(2).as_subclass(Plain)
    z.label = "mine"
    for again in (copy.deepcopy(z), pickle.loads(pickle.dumps(z)), copy.copy(z)):
        assert type(again) is Plain and again.label == "mine" and again.tolist() == [1, 1]
    assert type(z.numpy()).__name__ == "ndarray" and isinstance(hash(z), int)
    assert type(torch.as_tensor(z)) is Plain and type(torch.tensor(z.tolist())) is torch.Tensor
    assert type(Plain([1.0])) is Plain and Plain(2, 3).shape == (2, 3)


def test_signatures_survive():
    import inspect
    torch.ones(1).as_subclass(Plain)
    assert list(inspect.signature(torch.split).parameters)[-1] == "dim"
