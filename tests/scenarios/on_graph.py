"""torch.autograd.graph: hooks on saved tensors and on several gradients, edges, versions."""

import importlib

from seen import scenario


def graph(torch):
    return importlib.import_module(f"{torch.__name__}.autograd.graph")


def leaves(torch):
    return torch.ones(2, requires_grad=True), torch.full((2,), 3.0, requires_grad=True)


@scenario
def multi_grad_hooks(torch, see):
    G, (a, b) = graph(torch), leaves(torch)
    handle = G.register_multi_grad_hook((a, b), lambda gs: see("leaves", gs))
    (a * b).sum().backward()
    (a * 2).sum().backward()
    handle.remove()
    (a * b).sum().backward()
    with G.register_multi_grad_hook((a, b), lambda g: see("any", g), mode="any"):
        (a * b * 3).sum().backward()
        (b * 3).sum().backward()
    c, d = a * b, a + b
    G.register_multi_grad_hook((c, d), lambda gs: see("nodes", gs))
    (c.sum() + d.sum()).backward(retain_graph=True)
    d.sum().backward(retain_graph=True)
    torch.autograd.grad(c.sum() + d.sum(), a)
    see.error(G.register_multi_grad_hook, (a, b), print, mode="x")
    see.error(G.register_multi_grad_hook, (a, torch.ones(2)), print)


@scenario
def mutation(torch, see):
    G = graph(torch)
    with G.allow_mutation_on_saved_tensors():
        x = torch.ones(3, requires_grad=True)
        y = x.clone()
        z = (y**2).sum() + y.sin().sum()
        y.mul_(5)
        y.sin_()
        z.backward()
        see(x.grad)
        x = torch.ones(2, 3, requires_grad=True)
        y = x.clone()
        out = y**2
        y[0].fill_(7.0)
        out.sum().backward()
        see(x.grad)
        see.error(lambda: G.allow_mutation_on_saved_tensors().__enter__())
    with G.allow_mutation_on_saved_tensors():
        z = (x**2).sum()
    see.error(z.backward)


@scenario
def edges(torch, see):
    G, (a, b) = graph(torch), leaves(torch)
    c = a * b
    edge = G.get_gradient_edge(c)
    see(edge._fields, edge.output_nr, edge.node, edge.ownership_token, G.get_gradient_edge(a).node)
    see.error(G.get_gradient_edge, torch.ones(2))
    see(torch.autograd.grad((c.sum(),), (edge, G.get_gradient_edge(a))))
    see(torch.autograd.grad(G.get_gradient_edge(a * b), a, torch.ones(2)))
    see.error(torch.autograd.grad, G.get_gradient_edge(a * b), a)
    (a * b).sum().backward(inputs=[G.get_gradient_edge(b)])
    see(a.grad, b.grad, isinstance(c.grad_fn, G.Node))


@scenario
def saved_hooks(torch, see):
    G, (a, b) = graph(torch), leaves(torch)
    with G.saved_tensors_hooks(lambda x: (see("pack", x), x)[1], lambda x: (see("unpack", x, torch.is_grad_enabled()), x)[1]):
        c = a * b
        c = c.exp()
    c.sum().backward()
    with G.saved_tensors_hooks(lambda x: x.detach().numpy().copy(), torch.from_numpy):
        c = (a * b).sin() * a
    g, = torch.autograd.grad(c.sum(), a, create_graph=True)
    a.grad = b.grad = None
    g.sum().backward()
    see(g, a.grad, b.grad)
    with G.saved_tensors_hooks(lambda x: x, lambda x: 3):
        c = a * b
    see.error(c.sum().backward)
    see.error(G.saved_tensors_hooks, print)
    with G.saved_tensors_hooks(lambda x: x.mul_(2), lambda x: x):
        see.error(lambda: a * b)
    with G.saved_tensors_hooks(lambda x: x, lambda x: x + 1):
        c = a * b
    see(c.grad_fn._saved_self)
    c = a * b
    raw = c.grad_fn._raw_saved_self
    see.error(raw.register_hooks, lambda x: x * 2, lambda x: x * 2)
    see.error(raw.register_hooks, lambda x: x * 2, lambda x: x * 2)
    see(torch.autograd.grad(c.sum(), b))
    see.error(raw.register_hooks, lambda x: x * 2, lambda x: x * 2)
    with G.disable_saved_tensors_hooks("no way"):
        see.error(lambda: G.saved_tensors_hooks(lambda x: x, lambda x: x).__enter__())
    with G.saved_tensors_hooks(lambda x: x, lambda x: x):
        see.error(lambda: G.disable_saved_tensors_hooks("no").__enter__())
    with G.save_on_cpu():
        c = a * b
    see(torch.autograd.grad(c.sum(), (a, b)))

    class Twice(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            return 2 * ctx.saved_tensors[0] * g

    with G.saved_tensors_hooks(lambda x: x * 5, lambda x: x / 5):
        c = Twice.apply(b)
    g, = torch.autograd.grad(c.sum(), b, create_graph=True)
    see(g, torch.autograd.grad(g.sum(), b))


@scenario
def versions(torch, see):
    G, v = graph(torch), torch.ones(2)
    G.increment_version(v)
    see(v._version)
    G.increment_version([v, v])
    see(v._version)
    see.error(G.increment_version, 3)
    with torch.inference_mode():
        q = torch.ones(2)
    see.error(G.increment_version, q)
    see.error(G.set_warn_on_accumulate_grad_stream_mismatch, True)
    see.error(lambda: G.region_activation_memory_budget(0.5).__enter__())
    see.error(lambda: G.region_activation_memory_budget(5).__enter__())
    see(sorted(G.__all__))
