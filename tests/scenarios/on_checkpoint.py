"""torch.utils.checkpoint: both forms, their gradients, random numbers, errors."""

import contextlib
import importlib

from seen import scenario


def setup(torch):
    C = importlib.import_module(f"{torch.__name__}.utils.checkpoint")
    m = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.5), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    return C, m, torch.ones(2, 3, requires_grad=True)


@scenario
def forms(torch, see):
    C, m, x = setup(torch)
    for reentrant in (True, False):
        torch.manual_seed(3)
        y = C.checkpoint(m, x, use_reentrant=reentrant)
        y.sum().backward()
        see(y, x.grad, [p.grad for p in m.parameters()], y.grad_fn.name())
        torch.manual_seed(3)
        y = C.checkpoint_sequential(m, 2, x, use_reentrant=reentrant)
        y.sum().backward()
        see(y, x.grad, y.grad_fn.name(), torch.rand(2))
        see(C.checkpoint(lambda x: (x * 2, 3, None), x, use_reentrant=reentrant))
        with torch.no_grad():
            see(C.checkpoint(m, x, use_reentrant=reentrant).grad_fn)
        with torch.autocast("cpu"):
            y = C.checkpoint(m[3], torch.ones(2, 4, requires_grad=True), use_reentrant=reentrant)
        y.sum().backward()
        see(y.dtype, m[3].weight.grad)
    see(C.checkpoint(lambda x, z, k=1: {"a": x * k}, x, None, k=5, use_reentrant=False))
    y = C.checkpoint(m, x, use_reentrant=False)
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    see.error(y.sum().backward)
    y = C.checkpoint(torch.sin, x, use_reentrant=False)
    see(y.grad_fn._saved_self)
    a, b = C.checkpoint(lambda x: (x.sin(), x.cos()), x, use_reentrant=False)
    x.grad = None
    a.sum().backward()
    b.sum().backward()
    see(x.grad)


@scenario
def higher_order_and_nested(torch, see):
    C, _, x = setup(torch)
    w = torch.full((2, 3), 0.5, requires_grad=True)
    y = C.checkpoint(lambda x: (x * w).sin() * x, x, use_reentrant=False)
    g, = torch.autograd.grad(y.sum(), x, create_graph=True)
    g.sum().backward()
    see(g, x.grad, w.grad)
    x.grad = None
    inner = lambda x: x.sin().cos()         # noqa: E731
    C.checkpoint(lambda x: C.checkpoint(inner, x.exp(), use_reentrant=False).tanh(), x, use_reentrant=False).sum().backward()
    see(x.grad)
    x.grad = None
    C.checkpoint(lambda x: C.checkpoint(inner, x.exp(), use_reentrant=True).tanh(), x, use_reentrant=True).sum().backward()
    see(x.grad)


@scenario
def runs(torch, see):
    C, _, x = setup(torch)
    count = []

    def counted(x):
        count.append("in")
        y = x.sin()
        count.append("out")
        return y

    for early, argument in ((True, True), (False, True), (True, False)):
        with C.set_checkpoint_early_stop(early):
            y = C.checkpoint(counted, x, use_reentrant=False, early_stop=argument)
        y.sum().backward()
        see(count)
        count.clear()

    @contextlib.contextmanager
    def noting(text):
        count.append(text)
        yield

    y = C.checkpoint(counted, x, use_reentrant=False, context_fn=lambda: (noting("first"), noting("second")))
    y.sum().backward()
    see(count)
    torch.manual_seed(0)
    y = C.checkpoint(lambda x: torch.nn.functional.dropout(x.exp(), 0.5).exp(), x, use_reentrant=False, preserve_rng_state=False)
    y.sum().backward()
    see(torch.rand(1))


@scenario
def errors(torch, see):
    C, m, x = setup(torch)
    see.error(C.checkpoint, torch.sin, x)
    see.error(C.checkpoint_sequential, [torch.sin, torch.cos], 2, x)
    see.error(C.checkpoint, torch.sin, x.detach(), use_reentrant=True)
    see.error(C.checkpoint, torch.sin, x, y=2, use_reentrant=True)
    see.error(C.checkpoint, torch.sin, x, use_reentrant=True, debug=True)
    see.error(C.checkpoint, torch.sin, x, use_reentrant=True, context_fn=lambda: 3)
    see.error(C.checkpoint, torch.sin, x, use_reentrant=False, determinism_check="foo")
    see.error(C.checkpoint_sequential, m, 2, x, use_reentrant=False, foo=3)
    see.error(C.checkpoint_sequential, [m], 5, x, use_reentrant=False)
    y = C.checkpoint(m, x, use_reentrant=True)
    see.error(torch.autograd.grad, y.sum(), x)
    see.error(lambda: y.sum().backward(inputs=(x,)))
    see.error(C.detach_variable, x)
    see(C.detach_variable((x, 3)), C.get_device_states(x))
    times = []

    def changing(first, second):
        times.clear()

        def run(x):
            times.append(1)
            return first(x) if len(times) == 1 else second(x)
        return run

    for first, second in ((lambda x: x.sin().sin(), lambda x: x.sin()), (lambda x: x.sin(), lambda x: x.sin().exp().cos()),
                          (lambda x: x.sin(), lambda x: x[0].sin()), (lambda x: (x * x).sum(), lambda x: (x.double() * x.double()).sum())):
        for more in ({}, {"early_stop": False}):
            see.error(C.checkpoint(changing(first, second), x, use_reentrant=False, **more).sum().backward)
