"""What each family of native kernels is for: one row an op, in cache, and a few beyond it."""

import math

import numpy

from bench.table import rand, randint, row

N = 100_000


def _unary(name, numpy, low=-2.0, high=2.0):
    def by_hand(np):
        x = rand(N, low=low, high=high)
        return lambda: numpy(np, x)

    @row(f"{name}, {N:,}", numpy=by_hand if numpy else None, traffic=8 * N)
    def make(torch):
        x = torch.from_numpy(rand(N, low=low, high=high))
        f = getattr(torch, name, None) or getattr(torch.nn.functional, name)
        return lambda: f(x)


for _name, _numpy, *_domain in (
        ("neg", lambda np, x: -x), ("abs", lambda np, x: np.abs(x)), ("square", lambda np, x: np.square(x)),
        ("sqrt", lambda np, x: np.sqrt(x), 0.0, 4.0), ("rsqrt", lambda np, x: 1 / np.sqrt(x), 0.1, 4.0),
        ("reciprocal", lambda np, x: 1 / x, 0.1, 4.0), ("exp", lambda np, x: np.exp(x)),
        ("log", lambda np, x: np.log(x), 0.1, 4.0),
        ("sin", lambda np, x: np.sin(x)), ("cos", lambda np, x: np.cos(x)), ("tanh", lambda np, x: np.tanh(x)),
        ("sigmoid", lambda np, x: 1 / (1 + np.exp(-x))), ("erf", None), ("relu", lambda np, x: np.maximum(x, 0)),
        ("silu", lambda np, x: x / (1 + np.exp(-x))), ("gelu", None), ("leaky_relu", lambda np, x: np.where(x > 0, x, 0.01 * x))):
    _unary(_name, _numpy, *_domain)


def traffic(shapes, result=None):
    """Bytes of float32 inputs read and of the result written, which has the broadcast shape unless its size is given."""
    return 4 * (sum(map(math.prod, shapes)) + (math.prod(numpy.broadcast_shapes(*shapes)) if result is None else result))


def _binary(title, torch_call, numpy_call, shapes=((N,), (N,)), result=None, target=1.0):
    def arrays():
        return [rand(*s, seed=i, low=0.5, high=2.0) for i, s in enumerate(shapes)]

    def by_hand(np):
        xs = arrays()
        return lambda: numpy_call(np, *xs)

    @row(title, numpy=by_hand if numpy_call else None, traffic=traffic(shapes, result), target=target)
    def make(torch):
        xs = [torch.from_numpy(x) for x in arrays()]
        return lambda: torch_call(torch, *xs)


_binary(f"a + b, {N:,}", lambda t, a, b: a + b, lambda np, a, b: a + b)
_binary(f"a * 2.5, {N:,}", lambda t, a: a * 2.5, lambda np, a: a * np.float32(2.5), ((N,),))
_binary(f"a / b, {N:,}", lambda t, a, b: a / b, lambda np, a, b: a / b)
_binary(f"a ** 3, {N:,}", lambda t, a: a ** 3, lambda np, a: a ** np.float32(3), ((N,),))
_binary(f"maximum, {N:,}", lambda t, a, b: t.maximum(a, b), lambda np, a, b: np.maximum(a, b))
_binary(f"a < b, {N:,}", lambda t, a, b: a < b, lambda np, a, b: a < b)
_binary(f"where, {N:,}", lambda t, a, b: t.where(a < b, a, b), lambda np, a, b: np.where(a < b, a, b))
_binary(f"lerp, {N:,}", lambda t, a, b: t.lerp(a, b, 0.3), lambda np, a, b: a + np.float32(0.3) * (b - a))
_binary(f"clamp, {N:,}", lambda t, a: t.clamp(a, 0.7, 1.5), lambda np, a: np.clip(a, 0.7, 1.5), ((N,),))
_binary("row + column, 300x300", lambda t, a, b: a + b, lambda np, a, b: a + b, ((300, 1), (300,)))
_binary("transposed + contiguous, 300x300", lambda t, a, b: a.t() + b, lambda np, a, b: a.T + b, ((300, 300), (300, 300)))
_binary("a + b into a new tensor, 10,000,000", lambda t, a, b: a + b, lambda np, a, b: a + b, ((10**7,), (10**7,)))
_binary("sum, 100,000", lambda t, a: a.sum(), lambda np, a: a.sum(), ((N,),), 1)
_binary("sum over rows, 300x300", lambda t, a: a.sum(0), lambda np, a: a.sum(0), ((300, 300),), 300)
_binary("sum over columns, 300x300", lambda t, a: a.sum(1), lambda np, a: a.sum(1), ((300, 300),), 300)
_binary("mean, 100,000", lambda t, a: a.mean(), lambda np, a: a.mean(), ((N,),), 1)
_binary("max, 100,000", lambda t, a: a.max(), lambda np, a: a.max(), ((N,),), 1)
_binary("max of each row, 300x300", lambda t, a: a.max(1)[0], lambda np, a: a.max(1), ((300, 300),), 300)
_binary("argmax of each row, 300x300", lambda t, a: a.argmax(1), lambda np, a: a.argmax(1), ((300, 300),), 600)
_binary("logsumexp of each row, 300x300", lambda t, a: a.logsumexp(1), lambda np, a: np.log(np.exp(a).sum(1)), ((300, 300),), 300)
_binary("any, 100,000", lambda t, a: (a < 0).any(), lambda np, a: (a < 0).any(), ((N,),), 1)
_binary("masked_fill, 300x300", lambda t, a: a.masked_fill(a < 1, 0.0),
        lambda np, a: np.where(a < 1, np.float32(0), a), ((300, 300),))


# ---- beyond the cache ----------------------------------------------------------------------------

_LARGE = (1000, 1000)
for _title, _call, _by_hand, _result in (
        ("relu", lambda t, a: t.relu(a), lambda np, a: np.maximum(a, 0), None),
        ("exp", lambda t, a: t.exp(a), lambda np, a: np.exp(a), None),
        ("tanh", lambda t, a: t.tanh(a), lambda np, a: np.tanh(a), None),
        ("gelu", lambda t, a: t.nn.functional.gelu(a), None, None),
        ("a * 2.5", lambda t, a: a * 2.5, lambda np, a: a * np.float32(2.5), None),
        ("float64", lambda t, a: a.double(), lambda np, a: a.astype("float64"), 2 * 10**6),
        ("sum", lambda t, a: a.sum(), lambda np, a: a.sum(), 1),
        ("sum over rows", lambda t, a: a.sum(0), lambda np, a: a.sum(0), 1000),
        ("var", lambda t, a: a.var(), lambda np, a: a.var(ddof=1), 1),
        ("cumsum", lambda t, a: a.cumsum(1), lambda np, a: a.cumsum(1), None),
        ("argmax of each row", lambda t, a: a.argmax(1), lambda np, a: a.argmax(1), 2000),
        ("softmax", lambda t, a: t.softmax(a, 1), None, None),
        ("log_softmax", lambda t, a: t.log_softmax(a, 1), None, None),
        ("layer_norm", lambda t, a: t.nn.functional.layer_norm(a, (1000,)), None, None)):
    _binary(f"{_title}, 1,000,000", _call, _by_hand, (_LARGE,), _result, 1.5)
_binary("a + b, 1,000,000", lambda t, a, b: a + b, lambda np, a, b: a + b, (_LARGE, _LARGE), None, 1.5)


def _softmax(np):
    x = rand(64, 1000)

    def step():
        e = np.exp(x - x.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)
    return step


@row("softmax, 64x1000", numpy=_softmax, traffic=8 * 64000)
def softmax(torch):
    x = torch.from_numpy(rand(64, 1000))
    return lambda: torch.softmax(x, 1)


@row("log_softmax and its gradient, 64x1000", traffic=20 * 64000)
def log_softmax(torch):
    x, g = torch.from_numpy(rand(64, 1000)).requires_grad_(True), torch.from_numpy(rand(64, 1000, seed=1))
    return lambda: torch.autograd.grad(torch.log_softmax(x, 1), x, g)[0]


@row("cross_entropy and its gradient, 64x1000", traffic=8 * 64000)
def cross_entropy(torch):
    x, y = torch.from_numpy(rand(64, 1000)).requires_grad_(True), torch.from_numpy(randint(1000, 64))
    return lambda: torch.autograd.grad(torch.nn.functional.cross_entropy(x, y), x)[0]


@row("mse_loss and its gradient, 64x1000", traffic=20 * 64000)
def mse_loss(torch):
    x, y = torch.from_numpy(rand(64, 1000)).requires_grad_(True), torch.from_numpy(rand(64, 1000, seed=1))
    return lambda: torch.autograd.grad(torch.nn.functional.mse_loss(x, y), x)[0]


@row("gelu and its gradient, 100,000", traffic=20 * N)
def gelu_gradient(torch):
    x, g = torch.from_numpy(rand(N)).requires_grad_(True), torch.from_numpy(rand(N, seed=1))
    return lambda: torch.autograd.grad(torch.nn.functional.gelu(x), x, g)[0]


# ---- products ------------------------------------------------------------------------------------


def _product(title, *shapes, tol=(1e-4, 1e-3), target=1.0):
    def by_hand(np):
        a, b = (rand(*s, seed=i) for i, s in enumerate(shapes))
        return lambda: a @ b

    @row(title, numpy=by_hand, tol=tol, flops=2 * math.prod(shapes[0]) * (shapes[1] + (1,))[len(shapes[1]) - 1 or 1],
         traffic=4 * sum(map(math.prod, shapes)), target=target)
    def make(torch):
        a, b = (torch.from_numpy(rand(*s, seed=i)) for i, s in enumerate(shapes))
        return lambda: torch.matmul(a, b)


_product("matmul 64x1000 by 1000x100", (64, 1000), (1000, 100))
_product("matmul 128x10 by 10x100", (128, 10), (10, 100), target=2.0)
_product("matmul 512x512 by 512x512", (512, 512), (512, 512))
_product("matmul 256x256 by vector", (256, 256), (256,))
_product("batched matmul 32x(64x64)", (32, 64, 64), (32, 64, 64))


def _turned(m, n, k, ways, dtype="float32", target=1.0):
    """A product of two matrices, each as it lies or the transpose of one that lies the other way."""
    def arrays():
        a = rand(*((m, k) if ways[0] == "N" else (k, m))).astype(dtype)
        b = rand(*((k, n) if ways[1] == "N" else (n, k)), seed=1).astype(dtype)
        return a if ways[0] == "N" else a.T, b if ways[1] == "N" else b.T

    def by_hand(np):
        a, b = arrays()
        return lambda: a @ b

    title = f"mm {ways} {m}x{k} by {k}x{n}{', float64' if dtype == 'float64' else ''}"

    @row(title, numpy=by_hand, tol=(1e-4, 1e-3), target=target, flops=0 if dtype == "float64" else 2 * m * n * k)
    def make(torch):
        a, b = map(torch.from_numpy, arrays())
        return lambda: torch.mm(a, b)


for _ways in ("NN", "NT", "TN", "TT"):
    for _size in (8, 32, 64):
        _turned(_size, _size, _size, _ways, target=2.0)
    for _size in (128, 256):
        _turned(_size, _size, _size, _ways)
    _turned(1024, 256, 1024, _ways)
for _m, _n, _k in ((1, 512, 512), (512, 4, 512), (16, 16, 4096), (1000, 3, 10)):
    _turned(_m, _n, _k, "NT")
_turned(64, 64, 64, "NN", "float64", target=2.0)
_turned(512, 512, 512, "NT", "float64")


@row("linear with bias and its gradients, 128x100 to 100", tol=(1e-4, 1e-3), flops=3 * 2 * 128 * 100 * 100)
def linear(torch):
    x, w, b = (torch.from_numpy(rand(*s, seed=i)).requires_grad_(True) for i, s in enumerate([(128, 100), (100, 100), (100,)]))
    g = torch.from_numpy(rand(128, 100, seed=3))
    return lambda: torch.autograd.grad(torch.nn.functional.linear(x, w, b), (x, w, b), g)


# ---- whole updates -------------------------------------------------------------------------------


def _optimizer(title, kind, words, **options):
    """`words` is how many numbers an update reads and writes for each parameter."""
    for size, shapes in (("1,404 parameters", [(100, 10), (100,), (4, 100), (4,)]), ("1,000,000 parameters", [(1000, 1000)])):
        @row(f"{title}, {size}", steps=5, traffic=4 * words * sum(map(math.prod, shapes)))
        def make(torch, shapes=shapes):
            parameters = [torch.from_numpy(rand(*s, seed=i)).requires_grad_(True) for i, s in enumerate(shapes)]
            for i, p in enumerate(parameters):
                p.grad = torch.from_numpy(rand(*p.shape, seed=i + 9))
            optimizer = getattr(torch.optim, kind)(parameters, **options)

            def step():
                optimizer.step()
                return [parameters[0][0, :4]]
            return step


_optimizer("SGD", "SGD", 3, lr=0.01)
_optimizer("SGD with momentum", "SGD", 5, lr=0.01, momentum=0.9)
_optimizer("Adam", "Adam", 7, lr=0.001)
_optimizer("AdamW", "AdamW", 7, lr=0.001)
_optimizer("RMSprop", "RMSprop", 5, lr=0.001)
_optimizer("Adagrad", "Adagrad", 5, lr=0.01)
