"""Random numbers: filling tensors, permutations, dropout. Each row starts from the same seed: results
are equal bit for bit."""

import functools

from bench.table import row

SIZES = (10, 1000, 1_000_000)


def _row(name, step_of, numpy=None):
    @row(name, numpy=numpy, steps=2, tol=(0, 0))
    def made(torch):
        torch.manual_seed(1)
        return step_of(torch)


for _n in SIZES:
    _row(f"rand {_n}", lambda torch, n=_n: lambda: torch.rand(n))
    _row(f"randn {_n}", lambda torch, n=_n: lambda: torch.randn(n))
    _row(f"randperm {_n}", lambda torch, n=_n: lambda: torch.randperm(n))
    _row(f"randint {_n}", lambda torch, n=_n: lambda: torch.randint(1000, (n,)))


def _dropout(torch, shape):
    x = torch.ones(shape)
    return lambda: torch.nn.functional.dropout(x, 0.5)


for _shape in ((128, 100), (64, 64, 28, 28)):
    _row(f"dropout {'x'.join(map(str, _shape))}", lambda torch, shape=_shape: _dropout(torch, shape))


@row("dropout 128x100, forward and backward", steps=2, tol=(0, 0))
def dropout_backward(torch):
    torch.manual_seed(1)
    x = torch.ones(128, 100, requires_grad=True)

    def step():
        x.grad = None
        torch.nn.functional.dropout(x, 0.5).sum().backward()
        return x.grad
    return step


_row("exponential_ 100000", lambda torch: torch.empty(100000).exponential_)
_row("multinomial of 1000", lambda torch: functools.partial(torch.multinomial, torch.ones(1000), 10))
