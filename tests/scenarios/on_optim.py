"""Adafactor, Muon, the functional forms and torch._foreach_*."""

import importlib

from seen import scenario


def trained(torch, cls, shapes, steps=4, **options):
    parameters = [torch.randn(s).requires_grad_() for s in shapes]
    optimizer = cls(parameters, **options)
    for _ in range(steps):
        for p in parameters:
            p.grad = torch.randn(p.shape)
        optimizer.step()
    return parameters, optimizer


@scenario
def adafactor(torch, see):
    for options in ({}, {"lr": torch.tensor(0.1)}, {"maximize": True, "weight_decay": 0.1}, {"eps": (1e-3, 1e-2), "d": 1.5}, {"foreach": True}):
        parameters, optimizer = trained(torch, torch.optim.Adafactor, [(2, 3), (3,), (), (2, 2, 3)], **options)
        see(parameters, optimizer.state_dict(), repr(optimizer))
    p = [torch.ones(2, requires_grad=True)]
    for options in ({"lr": -1}, {"lr": torch.ones(2)}, {"beta2_decay": 1}, {"eps": (-1, 1)}, {"eps": (None, -1)}, {"d": 0.5},
                    {"weight_decay": -1}, {"lr": "a"}):
        see.error(torch.optim.Adafactor, p, **options)
    see.error(torch.optim.Adafactor([torch.ones(2, dtype=torch.complex64, requires_grad=True)]).step)


@scenario
def muon(torch, see):
    for options in ({"lr": 0.1}, {"adjust_lr_fn": "match_rms_adamw"}, {"nesterov": False, "weight_decay": 0}, {"ns_steps": 0}):
        for shape in ((4, 6), (6, 4), (3, 3)):
            parameters, optimizer = trained(torch, torch.optim.Muon, [shape], 1, **options)
            see([round(x, 2) + 0 for x in parameters[0].reshape(-1).tolist()], optimizer.state_dict(), repr(optimizer))
    p = [torch.ones(2, 3, requires_grad=True)]
    for options in ({"lr": -1}, {"lr": torch.ones(2)}, {"momentum": -1}, {"weight_decay": -1}, {"adjust_lr_fn": "x"}):
        see.error(torch.optim.Muon, p, **options)
    see.error(trained, torch, torch.optim.Muon, [(2,)])
    see.error(trained, torch, torch.optim.Muon, [(2, 2)], ns_steps=100)
    see.error(trained, torch, torch.optim.Muon, [(2, 2)], ns_coefficients=(1, 2))


NUMBERS = {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-6, "weight_decay": 0.1, "amsgrad": True, "maximize": False, "momentum": 0.9,
           "dampening": 0.1, "nesterov": False, "step_size_min": 1e-3, "step_size_max": 2.0, "etaminus": 0.5, "etaplus": 1.2, "lambd": 0.1,
           "t0": 2.0, "alpha": 0.75, "lr_decay": 0.1, "rho": 0.9, "momentum_decay": 0.01, "centered": True, "d": 1.0, "beta2_decay": -0.8,
           "eps1": 1e-6, "eps2": 1e-3}


@scenario
def functional_forms(torch, see):
    import inspect

    for name in ("adadelta", "adagrad", "adam", "adamax", "adamw", "asgd", "nadam", "radam", "rmsprop", "rprop", "sgd", "_adafactor"):
        function = getattr(importlib.import_module(f"{torch.__name__}.optim.{name}"), name.lstrip("_"))
        parameters = inspect.signature(function).parameters
        see(name, {k: (str(p.kind), None if p.default is p.empty else p.default) for k, p in parameters.items()})
        lists = [k for k, p in parameters.items() if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
        options = {k: NUMBERS[k] for k, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
        given = {k: [torch.rand(2, 3), torch.rand(4)] for k in lists}
        if name == "_adafactor":
            given["row_vars"], given["col_vars"], given["variances"] = [torch.rand(2, 1), None], [torch.rand(1, 3), None], [None, torch.rand(4)]
        for k in ("state_steps", "mus", "etas", "mu_products"):
            if k in given:
                given[k] = [torch.tensor(1.0), torch.tensor(1.0)]
        if name == "sgd":
            given["momentum_buffer_list"][1] = None
        see.error(function, *given.values(), **options)
        see(given)
    adam = importlib.import_module(f"{torch.__name__}.optim.adam").adam
    see.error(adam, [torch.ones(1)], [torch.ones(1)], [torch.ones(1)], [torch.ones(1)], [], [3], **{k: NUMBERS[k] for k in (
        "amsgrad", "beta1", "beta2", "lr", "weight_decay", "eps", "maximize")})
    see(sorted(n for n in dir(importlib.import_module(f"{torch.__name__}.optim._functional")) if n.startswith("a")))


@scenario
def foreach(torch, see):
    def each(name, *args, **kwargs):
        see.error(getattr(torch, "_foreach_" + name), *args, **kwargs)

    a, b = [torch.tensor([1.0, 2.0]), torch.tensor([[3.0]])], [torch.tensor([2.0, 0.5]), torch.tensor([[4.0]])]
    i, zero = [torch.tensor([1, 2]), torch.tensor([3])], torch.tensor(3.0)

    def new():
        return [t.clone() for t in a]

    for name in ("abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "erfc", "exp", "expm1", "floor", "frac", "lgamma", "log", "log10",
                 "log1p", "log2", "neg", "reciprocal", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "tan", "tanh", "trunc"):
        each(name, [t / 8 for t in a])
        each(name + "_", [t / 8 for t in a])
    for name in ("add", "sub", "mul", "div", "maximum", "minimum", "clamp_min", "clamp_max", "pow"):
        for other in (b, 2, [1, 2], b[:1], [1]):
            each(name, a, other)
            each(name + "_", new(), other)
    for args, kwargs in (((a, b), {"alpha": 2}), ((a, zero), {}), ((a, zero), {"alpha": 2}), ((a, b[0]), {}), (([], []), {}), ((3, b), {}),
                         ((a, "x"), {}), (([], 3), {})):
        each("add", *args, **kwargs)
    each("mul", a, zero)
    each("div", i, 2)
    each("div", i, i)
    each("div_", i, 2)
    each("mul", i, 2.5)
    each("pow", 2, a)
    for name in ("addcmul", "addcdiv"):
        for args, kwargs in (((a, b), {}), ((a, b), {"value": 2}), ((a, b, [1, 2]), {}), ((a, b, torch.tensor([1.0, 2.0])), {}),
                             ((a, b), {"scalars": [1, 2]}), ((a, b[:1]), {}), ((a, b, [1.0]), {}), ((a, b, 2), {})):
            each(name, a, *args, **kwargs)
            each(name + "_", new(), *args, **kwargs)
    for weight in (0.5, b, [0.1, 0.2]):
        each("lerp", a, b, weight)
        each("lerp_", new(), b, weight)
    for args in ((), (1,), (float("inf"),), (2, torch.float64)):
        each("norm", a, *args)
    each("norm", i)
    each("powsum", a, 2)
    each("max", i)
    each("mm", [torch.ones(2, 3)], [torch.ones(3, 2)])
    each("clone", a)
    each("copy_", new(), b)
    each("zero_", new())
    each("abs", torch.ones(2))
    each("exp", [3])
    each("exp", [])
    x = [torch.ones(2, requires_grad=True)]
    torch._foreach_mul(torch._foreach_exp(x), 3)[0].sum().backward()
    see(x[0].grad)
    see(type(torch._foreach_add_(tuple(new()), 1)).__name__, type(torch._foreach_add(a, 1)).__name__)
