"""The training loops of a first course: a two-layer network fitted six ways, and FizzBuzz.

64 examples, 1000 inputs, 100 hidden units, 10 outputs, squared error, as introductions to PyTorch
have it; every way starts from the same numbers, so all must end at the same loss.
"""

from bench.table import rand, row

N, D_IN, H, D_OUT = 64, 1000, 100, 10
FLOPS = 2 * N * (2 * D_IN * H + 3 * H * D_OUT)


def _data():
    return rand(N, D_IN), rand(N, D_OUT, seed=1), rand(D_IN, H, seed=2), rand(H, D_OUT, seed=3)


def _by_hand(np):
    x, y, w1, w2 = _data()
    rate = 1e-6

    def step():
        nonlocal w1, w2
        h = x @ w1
        hidden = np.maximum(h, 0)
        error = hidden @ w2 - y
        loss = np.square(error).sum()
        g = 2 * error
        g_hidden = g @ w2.T
        g_hidden[h < 0] = 0
        w2 -= rate * (hidden.T @ g)
        w1 -= rate * (x.T @ g_hidden)
        return loss
    return step


@row("two layers: tensors", numpy=_by_hand, steps=20, flops=FLOPS)
def tensors(torch):
    x, y, w1, w2 = map(torch.from_numpy, _data())
    rate = 1e-6

    def step():
        nonlocal w1, w2
        h = x.mm(w1)
        hidden = h.clamp(min=0)
        error = hidden.mm(w2) - y
        loss = error.pow(2).sum().item()
        g = 2.0 * error
        g_hidden = g.mm(w2.t()).clone()
        g_hidden[h < 0] = 0
        g_w2 = hidden.t().mm(g)
        w1 -= rate * x.t().mm(g_hidden)
        w2 -= rate * g_w2
        return loss
    return step


@row("two layers: autograd", numpy=_by_hand, steps=20, flops=FLOPS)
def autograd(torch):
    x, y, w1, w2 = map(torch.from_numpy, _data())
    w1.requires_grad_(True)
    w2.requires_grad_(True)
    rate = 1e-6

    def step():
        nonlocal w1, w2
        loss = (x.mm(w1).clamp(min=0).mm(w2) - y).pow(2).sum()
        loss.backward()
        with torch.no_grad():
            w1 -= rate * w1.grad
            w2 -= rate * w2.grad
            w1.grad.zero_()
            w2.grad.zero_()
        return loss.item()
    return step


def _layers(seed=4):
    """Weights and biases of the two linear layers, in the (out, in) order of `nn.Linear`."""
    return (rand(H, D_IN, seed=seed, low=-0.03, high=0.03), rand(H, seed=seed + 1, low=-0.03, high=0.03),
            rand(D_OUT, H, seed=seed + 2, low=-0.1, high=0.1), rand(D_OUT, seed=seed + 3, low=-0.1, high=0.1))


def _fill(torch, parameters):
    with torch.no_grad():
        for p, values in zip(parameters, _layers()):
            p.copy_(torch.from_numpy(values))


def _layers_by_hand(update):
    """The same network with biases in NumPy; `update(np, weights)` returns what changes them by their gradients."""
    def make(np):
        x, y, *_ = _data()
        weights = w1, b1, w2, b2 = _layers()
        change = update(np, weights)

        def step():
            h = x @ w1.T + b1
            hidden = np.maximum(h, 0)
            error = hidden @ w2.T + b2 - y
            loss = np.square(error).sum()
            g = 2 * error
            g_hidden = g @ w2
            g_hidden[h <= 0] = 0
            change((g_hidden.T @ x, g_hidden.sum(0), g.T @ hidden, g.sum(0)))
            return loss
        return step
    return make


def _sgd(np, weights, rate=1e-4):
    def change(gradients):
        for w, g in zip(weights, gradients):
            w -= rate * g
    return change


def _adam(np, weights, rate=1e-4):
    means, squares, count = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights], 0

    def change(gradients):
        nonlocal count
        count += 1
        size = rate / (1 - 0.9**count)
        root = (1 - 0.999**count) ** 0.5
        for w, g, m, v in zip(weights, gradients, means, squares):
            m += 0.1 * (g - m)
            v *= 0.999
            v += 0.001 * g * g
            w -= size * m / (np.sqrt(v) / root + 1e-8)
    return change


@row("two layers: nn", numpy=_layers_by_hand(_sgd), steps=20, flops=FLOPS, target=2.5)
def nn(torch):
    x, y = map(torch.from_numpy, _data()[:2])
    model = torch.nn.Sequential(torch.nn.Linear(D_IN, H), torch.nn.ReLU(), torch.nn.Linear(H, D_OUT))
    _fill(torch, model.parameters())
    loss_of = torch.nn.MSELoss(reduction="sum")

    def step():
        loss = loss_of(model(x), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 1e-4 * p.grad
        return loss.item()
    return step


@row("two layers: optim (Adam)", numpy=_layers_by_hand(_adam), steps=20, flops=FLOPS, target=2.5)
def optim(torch):
    x, y = map(torch.from_numpy, _data()[:2])
    model = torch.nn.Sequential(torch.nn.Linear(D_IN, H), torch.nn.ReLU(), torch.nn.Linear(H, D_OUT))
    _fill(torch, model.parameters())
    loss_of = torch.nn.MSELoss(reduction="sum")
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def step():
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()
    return step


@row("two layers: a Module of one's own, SGD", numpy=_layers_by_hand(_sgd), steps=20, flops=FLOPS, target=2.5)
def module(torch):
    class TwoLayers(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = torch.nn.Linear(D_IN, H)
            self.second = torch.nn.Linear(H, D_OUT)

        def forward(self, x):
            return self.second(self.first(x).clamp(min=0))

    x, y = map(torch.from_numpy, _data()[:2])
    model = TwoLayers()
    _fill(torch, model.parameters())
    loss_of = torch.nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)

    def step():
        loss = loss_of(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()
    return step


# ---- FizzBuzz: 10 binary digits in, 4 classes out, batches of 128 ---------------------------------


def fizzbuzz_data():
    import numpy

    n = numpy.arange(101, 1024)
    digits = (n[:, None] >> numpy.arange(10) & 1).astype("float32")
    classes = numpy.where(n % 15 == 0, 3, numpy.where(n % 5 == 0, 2, numpy.where(n % 3 == 0, 1, 0)))
    weights = (rand(100, 10, seed=1, low=-0.3, high=0.3), rand(100, seed=2, low=-0.3, high=0.3),
               rand(4, 100, seed=3, low=-0.1, high=0.1), rand(4, seed=4, low=-0.1, high=0.1))
    return digits, classes, weights


def fizzbuzz_by_hand(np):
    x, y, (w1, b1, w2, b2) = fizzbuzz_data()
    start = 0

    def step():
        nonlocal start, w1, b1, w2, b2
        xs, ys = x[start:start + 128], y[start:start + 128]
        start = (start + 128) % 896
        hidden = np.maximum(xs @ w1.T + b1, 0)
        out = hidden @ w2.T + b2
        out -= out.max(1, keepdims=True)
        e = np.exp(out)
        p = e / e.sum(1, keepdims=True)
        rows = np.arange(len(ys))
        loss = -np.log(p[rows, ys]).mean()
        p[rows, ys] -= 1
        p /= len(ys)
        g_hidden = p @ w2
        g_hidden[hidden <= 0] = 0
        w2 -= 0.05 * (p.T @ hidden)
        b2 -= 0.05 * p.sum(0)
        w1 -= 0.05 * (g_hidden.T @ xs)
        b1 -= 0.05 * g_hidden.sum(0)
        return loss
    return step


def fizzbuzz_model(torch):
    digits, classes, weights = fizzbuzz_data()
    x, y = torch.from_numpy(digits), torch.from_numpy(classes)
    model = torch.nn.Sequential(torch.nn.Linear(10, 100), torch.nn.ReLU(), torch.nn.Linear(100, 4))
    with torch.no_grad():
        for p, values in zip(model.parameters(), weights):
            p.copy_(torch.from_numpy(values))
    return x, y, model, torch.nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.05)


@row("FizzBuzz, one step (batch 128, 10-100-4, SGD)", numpy=fizzbuzz_by_hand, steps=20, target=8.0,
     flops=128 * 2 * (2 * 10 * 100 + 3 * 100 * 4))
def fizzbuzz(torch):
    x, y, model, loss_of, optimizer = fizzbuzz_model(torch)
    start = 0

    def step():
        nonlocal start
        loss = loss_of(model(x[start:start + 128]), y[start:start + 128])
        start = (start + 128) % 896
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss
    return step
