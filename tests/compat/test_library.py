"""`torch.library` and `torch.ops`: a program's own ops, their gradients, their errors; futures."""
import pytest

import rushlight as torch
from rushlight import library


@pytest.fixture
def scaled_sine():
    @library.custom_op("tests::scaled_sine", mutates_args=())
    def scaled_sine(x: torch.Tensor, a: float = 2.0) -> torch.Tensor:
        return torch.from_numpy(torch.sin(x).numpy() * a)

    yield scaled_sine
    library._OPS.clear()


def test_an_op_with_a_gradient(scaled_sine):
    kept = []

    def setup(ctx, inputs, output):
        kept.append((inputs[1], output.shape))
        ctx.save_for_backward(inputs[0])
        ctx.a = inputs[1]

    def backward(ctx, grad):
        return grad * ctx.saved_tensors[0].cos() * ctx.a, None

    scaled_sine.register_autograd(backward, setup_context=setup)
    x = torch.ones(2, requires_grad=True)
    y = torch.ops.tests.scaled_sine(x, a=3.0)
    assert repr(y.grad_fn).startswith("<GeneratedBackwardFor_tests_scaled_sine_default")
    y.sum().backward()
    assert torch.allclose(x.grad, 3 * torch.cos(torch.ones(2))) and kept == [(3.0, (2,))]
    assert torch.ops.tests.scaled_sine.default(torch.zeros(1)) == 0
    assert scaled_sine._qualname == "tests::scaled_sine" and str(scaled_sine) == "tests.scaled_sine"


def test_errors(scaled_sine):
    y = scaled_sine(torch.ones(2, requires_grad=True))
    with pytest.raises(RuntimeError, match="Trying to backward through tests.scaled_sine.default but no autograd formula"):
        y.sum().backward()
    with pytest.raises(RuntimeError, match="Expected a value of type 'Tensor' for argument 'x' but instead found type 'str'"):
        scaled_sine("a")
    with pytest.raises(AttributeError, match="'_OpNamespace' 'tests' object has no attribute 'nope'"):
        _ = torch.ops.tests.nope
    with pytest.raises(ValueError, match="Parameter x must have a type annotation"):
        library.custom_op("tests::bad", lambda x: x, mutates_args=())
    with pytest.raises(OSError, match="Could not load this library: x.so"):
        torch.ops.load_library("x.so")


def test_an_op_that_writes():
    @library.custom_op("tests::increase", mutates_args={"x"})
    def increase(x: torch.Tensor) -> None:
        x.add_(1)

    x = torch.zeros(2)
    assert increase(x) is None and x.tolist() == [1, 1] and increase._schema == "(Tensor(a0!) x) -> ()"
    with pytest.raises(RuntimeError, match="Cannot register autograd formula for non-functional operator"):
        increase.register_autograd(lambda ctx: None)


def test_libraries():
    lib = library.Library("tests2", "DEF")
    lib.define("times(Tensor x, int n=1) -> Tensor")
    lib.impl("times", lambda x, n=1: x * n, "CPU")
    assert torch.ops.tests2.times(torch.ones(1), 3) == 3 and torch.ops.tests2.times.default(torch.ones(1)) == 1
    with pytest.raises(RuntimeError, match="already a kernel registered from python overriding times's behavior for CPU"):
        lib.impl("times", lambda x, n=1: x, "CPU")
    library.define("tests3::more", "(Tensor x) -> Tensor")

    @library.impl("tests3::more", "default")
    def more(x):
        return x + 1

    @library.register_fake("tests3::more")
    def fake(x):
        return torch.empty_like(x)

    assert torch.ops.tests3.more(torch.ones(1)) == 2
    assert library.opcheck(torch.ops.tests3.more, (torch.ones(1),)) == {"test_schema": "SUCCESS"}
    with pytest.raises(ValueError, match="Unsupported kind: X"):
        library.Library("tests4", "X")


def test_signatures():
    def f(x: torch.Tensor, xs: list[torch.Tensor], n: int | None = None, *, flag: bool = True, s: str = "a") -> torch.Tensor:
        return x

    assert library.infer_schema(f, mutates_args=()) == \
        '(Tensor x, Tensor[] xs, SymInt? n=None, *, bool flag=True, str s="a") -> Tensor'
    assert torch.ops.aten.add.Tensor(torch.ones(1), 1) == 2


def test_futures():
    from rushlight.futures import Future, collect_all, wait_all
    a = Future()
    b = a.then(lambda f: f.value() + 1)
    assert not a.done()
    a.set_result(3)
    assert a.wait() == 3 and b.wait() == 4 and wait_all([a, b]) == [3, 4]
    assert collect_all([a, b]).wait() == [a, b]
    with pytest.raises(RuntimeError, match="already completed"):
        a.set_result(1)
