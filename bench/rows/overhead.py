"""What an op costs beside its arithmetic: ten elements at a time."""

from bench.table import rand, row


def _add(np):
    a, b = rand(10), rand(10, seed=1)
    return lambda: a + b


@row("a + b, 10 elements", numpy=_add)
def add(torch):
    a, b = torch.from_numpy(rand(10)), torch.from_numpy(rand(10, seed=1))
    return lambda: a + b


@row("a + b, 10 elements, with graph")
def add_with_graph(torch):
    a, b = torch.from_numpy(rand(10)).requires_grad_(True), torch.from_numpy(rand(10, seed=1))
    return lambda: a + b


@row("(a * b).sum().backward(), 10 elements")
def three_ops_backward(torch):
    a, b = torch.from_numpy(rand(10)).requires_grad_(True), torch.from_numpy(rand(10, seed=1))

    def step():
        a.grad = None
        (a * b).sum().backward()
        return a.grad
    return step


@row("x[3:7], view of 10 elements")
def view(torch):
    x = torch.from_numpy(rand(10))
    return lambda: x[3:7]


@row("linear + relu, 1x10, no_grad")
def small_linear(torch):
    x, w, b = (torch.from_numpy(rand(*s, seed=i)) for i, s in enumerate([(1, 10), (10, 10), (10,)]))
    linear, relu = torch.nn.functional.linear, torch.relu

    def step():
        with torch.no_grad():
            return relu(linear(x, w, b))
    return step
