"""Float32 sums, softmax, losses and optimizers: the very bits of PyTorch on a processor with AVX-512."""

import numpy as np
import pytest

pytest.importorskip("rushlight.native.reduce", reason="the pure build adds in NumPy's order")

import rushlight as rl
from rushlight.backend.cpu import B
from rushlight.native.probe import level

SIZES = (1, 3, 4, 7, 8, 15, 31, 33, 100, 511, 512, 640, 1000, 8200, 32768)
MATRICES = ((1, 3), (2, 3), (5, 4), (20, 5), (20, 7), (10, 8), (17, 9), (64, 10), (128, 4), (923, 4), (27, 100), (300, 1),
            (300, 40), (1000, 33), (40, 24), (3, 4000))
ROWS = ((1, 2), (5, 3), (128, 4), (64, 10), (64, 15), (64, 16), (64, 17), (64, 31), (64, 32), (64, 33), (50, 100), (7, 1000))

# The functions below call exp or sqrt, whose last digit is another one without FMA or AVX-512, in PyTorch too.
exp_alike = pytest.mark.skipif(level() < 3, reason="exp without FMA has other last digits")
sqrt_alike = pytest.mark.skipif(level() < 4, reason="PyTorch's sqrt differs between processors")


@pytest.fixture
def torch(torch):
    if torch.backends.cpu.get_cpu_capability() != "AVX512":
        pytest.skip("the bits are those of PyTorch's kernels for AVX-512")
    threads = torch.get_num_threads()
    torch.set_num_threads(2)            # on one thread PyTorch sums long arrays and some tails of rows differently
    torch.manual_seed(0)
    yield torch
    torch.set_num_threads(threads)


def ours(x):
    return rl.from_numpy(x.detach().numpy().copy())


def assert_same(expected, got):
    np.testing.assert_array_equal(got.detach().numpy(), expected.detach().numpy(), strict=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_whole(torch, dtype):
    for n in SIZES:
        x, y = torch.randn(2, n, dtype=getattr(torch, dtype))
        for name in ("sum", "mean"):
            assert_same(getattr(x, name)(), getattr(ours(x), name)())
            assert_same(torch.nn.functional.mse_loss(x, y, reduction=name),
                        rl.nn.functional.mse_loss(ours(x), ours(y), reduction=name))


def test_long_sums_are_those_of_two_threads(torch):
    if torch.get_num_threads() != 2:
        pytest.skip("this PyTorch runs on one thread")
    for n in (32769, 65537, 100000, 300001):
        x = torch.randn(n)
        assert_same(x.sum(), ours(x).sum())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dimensions(torch, dtype):
    for shape in MATRICES:
        x = torch.randn(shape, dtype=getattr(torch, dtype))
        for dim in (0, 1):
            assert_same(x.sum(dim), ours(x).sum(dim))
            assert_same(x.mean(dim), ours(x).mean(dim))
    for shape in ((3, 4, 5), (8, 6, 49), (10, 16, 100), (5, 3, 7)):
        x = torch.randn(shape, dtype=getattr(torch, dtype))
        for dim in ((0, 2), 1, (0, 1), (1, 2)):
            assert_same(x.sum(dim), ours(x).sum(dim))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_running_and_products(torch, dtype):
    for shape in ((1, 3), (20, 7), (64, 33), (300, 40), (3, 4000)):
        x = torch.rand(shape, dtype=getattr(torch, dtype)) * 0.5 + 0.75
        for dim in (0, 1):
            for name in ("cumsum", "cumprod", "prod", *(["logcumsumexp"] if dtype == "float32" and level() >= 3 else [])):
                assert_same(getattr(x, name)(dim), getattr(ours(x), name)(dim))
            for name in ("sum", "mean"):
                assert_same(getattr(x.t(), name)(dim), getattr(ours(x).t(), name)(dim))
        assert_same(x.prod(), ours(x).prod())
    x = torch.rand(70001, dtype=getattr(torch, dtype)) * 0.2 + 0.9
    if torch.get_num_threads() == 2:
        assert_same(x.prod(), ours(x).prod())


@exp_alike
def test_softmax_gradient_down_columns(torch):
    for shape in ((20, 5), (7, 64), (300, 40)):
        x, g = torch.randn(shape), torch.randn(shape)
        a = x.requires_grad_()
        y = torch.softmax(a, 0)
        y.backward(g)
        got = B.kernels["softmax_backward"](g.numpy(), y.detach().numpy(), 0)
        np.testing.assert_array_equal(got, a.grad.numpy())


def test_bias_gradient(torch):
    for rows, columns in ((64, 10), (128, 4), (27, 100), (20, 3), (5, 300)):
        layer, g, x = torch.nn.Linear(6, columns), torch.randn(rows, columns), torch.randn(rows, 6)
        layer(x).backward(g)
        weight, bias = (ours(p).requires_grad_() for p in layer.parameters())
        rl.nn.functional.linear(ours(x), weight, bias).backward(ours(g))
        assert_same(layer.bias.grad, bias.grad)


@exp_alike
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax(torch, name):
    for shape in ROWS:
        x, g = 3 * torch.randn(shape), torch.randn(shape)
        a, b = x.requires_grad_(), ours(x).requires_grad_()
        expected, got = getattr(torch, name)(a, 1), getattr(rl, name)(b, 1)
        assert_same(expected, got)
        expected.backward(g)
        got.backward(ours(g))
        assert_same(a.grad, b.grad)


@exp_alike
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_cross_entropy(torch, reduction):
    for rows, classes in ROWS:
        x, target, weight = torch.randn(rows, classes), torch.randint(0, classes, (rows,)), torch.rand(classes) + 0.1
        target[rows // 2] = -100 if rows > 1 else 0
        for w in (None, weight):
            a, b = x.clone().requires_grad_(), ours(x).requires_grad_()
            expected = torch.nn.functional.cross_entropy(a, target, w, reduction=reduction)
            got = rl.nn.functional.cross_entropy(b, ours(target), None if w is None else ours(w), reduction=reduction)
            assert_same(expected, got)
            (expected.sum() * 0.3).backward()
            (got.sum() * 0.3).backward()
            assert_same(a.grad, b.grad)


@sqrt_alike
@pytest.mark.parametrize("name", ["Adam", "AdamW", "RMSprop", "Adagrad", "SGD"])
def test_optimizers(torch, name):
    torch.sqrt(torch.ones(1))
    start, g = torch.randn(5000), 10 * torch.randn(5000)
    g[:4] = torch.tensor([0.0, -0.0, 1e-22, 1e18])
    a, b = start.clone().requires_grad_(), ours(start).requires_grad_()
    theirs, mine = getattr(torch.optim, name)([a], lr=0.01), getattr(rl.optim, name)([b], lr=0.01)
    for k in range(3):
        a.grad, b.grad = g * (k + 1), ours(g * (k + 1))
        theirs.step()
        mine.step()
    assert_same(a, b)


CONVOLUTIONS = (
    # x, weight, stride, padding
    ((16, 1, 28, 28), (32, 1, 3, 3), 1, 0), ((8, 32, 26, 26), (64, 32, 3, 3), 1, 0), ((2, 64, 28, 28), (64, 64, 3, 3), 1, 1),
    ((2, 128, 14, 14), (128, 128, 3, 3), 1, 1), ((2, 64, 28, 28), (128, 64, 3, 3), 2, 1), ((8, 3, 32, 32), (32, 3, 5, 5), 1, 0),
    ((8, 32, 14, 14), (64, 32, 5, 5), 1, 0), ((8, 6, 12, 12), (16, 6, 5, 5), 1, 0), ((4, 64, 200), (64, 64, 5), 1, 2),
)

# Those by Winograd's method, whose last digits are others.
WINOGRAD = tuple([c for c in CONVOLUTIONS if c[1][2:] == (3, 3) and c[2] == 1 and min(c[1][:2]) >= 32])


@exp_alike
@pytest.mark.parametrize("case", [c for c in CONVOLUTIONS if c not in WINOGRAD], ids=lambda c: "x".join(map(str, c[0])))
def test_convolutions(torch, case):
    size, kernel, stride, padding = case
    x, w, b = torch.randn(size), torch.randn(kernel), torch.randn(kernel[0])
    name = f"conv{len(size) - 2}d"
    expected = getattr(torch, name)(x.requires_grad_(), w, b, stride, padding)
    y = ours(x).requires_grad_()
    got = getattr(rl, name)(y, ours(w), ours(b), stride, padding)
    assert_same(expected, got)
    if stride == 1:
        g = torch.randn_like(expected)
        expected.backward(g)
        got.backward(ours(g))
        assert_same(x.grad, y.grad)


@exp_alike
@pytest.mark.parametrize("case", WINOGRAD, ids=lambda c: "x".join(map(str, c[0])))
def test_convolutions_by_winograd(torch, case):
    """The error stays within four times PyTorch's own, both against sums in float64."""
    size, kernel, stride, padding = case
    x, w = torch.randn(size), torch.randn(kernel)
    exact = torch.conv2d(x.double(), w.double(), None, stride, padding)
    got = torch.from_numpy(rl.conv2d(ours(x), ours(w), None, stride, padding).numpy())
    errors = [(y - exact).square().mean().sqrt() for y in (got, torch.conv2d(x, w, None, stride, padding))]
    assert errors[0] < 4 * errors[1]


@exp_alike
@pytest.mark.parametrize("case", CONVOLUTIONS, ids=lambda c: "x".join(map(str, c[0])))
def test_gradients_of_convolution_weights(torch, case):
    size, kernel, stride, padding = case
    torch.set_num_threads(1)            # on two PyTorch halves the images of some shapes
    x, w = torch.randn(size), torch.randn(kernel).requires_grad_()
    name = f"conv{len(size) - 2}d"
    v = ours(w).requires_grad_()
    expected, got = getattr(torch, name)(x, w, None, stride, padding), getattr(rl, name)(ours(x), v, None, stride, padding)
    g = torch.randn_like(expected)
    expected.backward(g)
    got.backward(ours(g))
    assert_same(w.grad, v.grad)
