"""torch.nn.utils: parametrizations, norms of weights, pruning, fusion, functional calls."""

import copy
import importlib
import pickle

from seen import scenario


def sub(torch, name):
    return importlib.import_module(f"{torch.__name__}.nn.utils.{name}")


def step_class(torch):
    class Step(torch.nn.Module):
        def __init__(self, f, back=None):
            super().__init__()
            self.f = f
            if back:
                self.right_inverse = back

        def forward(self, *x):
            return self.f(*x)

    return Step


def state(module):
    return {k: tuple(v.shape) for k, v in module.state_dict().items()}


@scenario
def parametrize_errors(torch, see):
    P, S = sub(torch, "parametrize"), step_class(torch)
    add = P.register_parametrization

    def new():
        return torch.nn.Linear(3, 4)

    def same(x):
        return x

    see.error(add, new(), "foo", S(same))
    for f, back in ((lambda x: x[0], None), (lambda x: x.double(), None), (lambda x: 3, None), (same, lambda x: 3), (same, lambda x: x.double()),
                    (same, lambda x: x[0]), (same, lambda x: (x, 3)), (lambda x, y: x, lambda x: (x, x.double())),
                    (lambda x, y: x[0], lambda x: (x, x)), (same, lambda x: x + 1)):
        see.error(add, new(), "weight", S(f, back))
        see.error(add, new(), "weight", S(f, back), unsafe=True)
    m = add(new(), "weight", S(same))
    for f, back in ((lambda x: x[0], None), (lambda x: x.double(), None), (lambda x: 3, None), (same, lambda x: x[0]),
                    (same, lambda x: x.double()), (same, lambda x: 3), (same, lambda x: (x, x))):
        see.error(add, m, "weight", S(f, back))
    see.error(setattr, m, "weight", torch.ones(4, 3))
    see.error(P.remove_parametrizations, m, "bias")
    see.error(pickle.dumps, m)
    see.error(P.ParametrizationList, [], torch.ones(2))
    m = add(new(), "weight", S(lambda x, y: x + y, lambda x: (x, x * 0)))
    see.error(P.remove_parametrizations, m, "weight", leave_parametrized=False)
    for back in (lambda x: (x,), lambda x: x, lambda x: (x, 3), lambda x: (x, x.double())):
        m.parametrizations.weight[0].right_inverse = back
        see.error(setattr, m, "weight", torch.ones(4, 3))


@scenario
def parametrize(torch, see):
    P, S = sub(torch, "parametrize"), step_class(torch)
    m = torch.nn.Linear(3, 4)
    weight = m.weight
    P.register_parametrization(m, "weight", S(lambda x: x * 2, lambda x: x / 2))
    see(m.weight, m.parametrizations.weight.original is weight, repr(m), state(m), P.is_parametrized(m, "weight"), P.is_parametrized(m, "bias"))
    P.register_parametrization(m, "weight", S(lambda x: x + 1, lambda x: x - 1))
    see(m.weight)
    m.weight = torch.arange(12.0).view(4, 3)
    see(m.weight, m.parametrizations.weight.original)
    m(torch.ones(2, 3)).sum().backward()
    see(m.parametrizations.weight.original.grad)
    copied = copy.deepcopy(m)
    see(type(copied) is type(m), copied.weight)
    with P.cached():
        see(m.weight is m.weight)
    see(m.weight is m.weight, P.type_before_parametrizations(m).__name__, type(m).__name__, type(m).__module__)
    other = P.transfer_parametrizations_and_params(m, torch.nn.Linear(3, 4))
    see(repr(other), other.weight, other.parametrizations.weight.original is weight)
    P.remove_parametrizations(m, "weight")
    see(repr(m), m.weight, m.weight is weight, list(m.state_dict()), type(m).__name__)
    m = P.register_parametrization(torch.nn.Linear(3, 4), "weight", S(lambda x, y: x + y, lambda x: (x, x * 0)))
    see(state(m), [n for n, _ in m.named_parameters()])
    m.weight = torch.ones(4, 3)
    see(m.weight)
    P.remove_parametrizations(m, "weight")
    see(m.weight, state(m))
    norm = P.register_parametrization(torch.nn.BatchNorm1d(3), "running_mean", S(lambda x: x + 1))
    see(state(norm), [n for n, _ in norm.named_buffers()], norm.running_mean)
    P.remove_parametrizations(norm, "running_mean", leave_parametrized=False)
    see(state(norm), norm.running_mean)


@scenario
def weight_norms(torch, see):
    Z, U, nn = sub(torch, "parametrizations"), torch.nn.utils, torch.nn
    for make in (Z.weight_norm, U.weight_norm):
        for layer, dim in ((nn.Linear(3, 4), 0), (nn.Linear(3, 4), 1), (nn.Linear(3, 4), None), (nn.Linear(3, 4), -1),
                           (nn.Conv2d(2, 3, 2), 0), (nn.ConvTranspose2d(2, 3, 2), 0), (nn.Conv2d(2, 3, 2), 2)):
            m = make(layer, dim=dim)
            see(state(m), m.weight, repr(m))
            (m.weight * torch.arange(1.0, m.weight.numel() + 1).view_as(m.weight)).sum().backward()
            see([p.grad for p in m.parameters()])
    old = U.weight_norm(nn.Linear(3, 4))
    with torch.no_grad():
        old.weight_g.mul_(2)
    see(old(torch.ones(3)), type(old.weight) is torch.Tensor)
    new = Z.weight_norm(nn.Linear(3, 4))
    see(str(new.load_state_dict(old.state_dict())), new(torch.ones(3)))
    see.error(U.weight_norm, old)
    see.error(U.weight_norm, nn.Linear(3, 4), "foo")
    see.error(U.remove_weight_norm, old, "bias")
    U.remove_weight_norm(old)
    see(state(old), old(torch.ones(3)), len(old._forward_pre_hooks))
    see.error(U.remove_weight_norm, old)
    see.error(Z.weight_norm, nn.Linear(3, 4), "foo")


@scenario
def spectral_norms(torch, see):
    Z, U, nn = sub(torch, "parametrizations"), torch.nn.utils, torch.nn
    for make in (Z.spectral_norm, U.spectral_norm):
        for layer in (nn.Linear(3, 4), nn.Conv2d(2, 3, 2), nn.ConvTranspose1d(2, 3, 2)):
            m = make(layer, n_power_iterations=2)
            x = torch.ones(1, *((3,) if isinstance(layer, nn.Linear) else (2, 4) if isinstance(layer, nn.ConvTranspose1d) else (2, 4, 4)))
            for _ in range(3):
                y = m(x)
            y.sum().backward()
            see(state(m), m.state_dict(), repr(m), y, [p.grad for p in m.parameters()])
            m.eval()
            see(m(x), m(x))
        see.error(make, nn.Linear(3, 4), n_power_iterations=0)
        see.error(make, nn.Linear(3, 4), "foo")
    see.error(Z.spectral_norm, nn.Linear(3, 4), dim=5)
    m = U.spectral_norm(nn.Linear(3, 4))
    see(m.state_dict()._metadata, str(U.spectral_norm(nn.Linear(3, 4)).load_state_dict(m.state_dict())))
    see.error(U.spectral_norm, m)
    see.error(U.remove_spectral_norm, m, "bias")
    U.remove_spectral_norm(m)
    see(state(m), m.weight)
    see.error(U.remove_spectral_norm, m)
    see(Z.spectral_norm(nn.BatchNorm1d(3)).weight)


@scenario
def orthogonal(torch, see):
    Z, nn = sub(torch, "parametrizations"), torch.nn
    for kind in ("matrix_exp", "cayley", "householder"):
        for trivial in (True, False):
            for shape in ((3, 4), (4, 3), (3, 3)):
                m = Z.orthogonal(nn.Linear(*shape), orthogonal_map=kind, use_trivialization=trivial)
                see(state(m), m.weight)
                m.weight.square().mul(torch.arange(1.0, 13).view(4, 3)[:m.weight.shape[0], :1]).sum().backward()
                see(m.parametrizations.weight.original.grad)
                see.error(setattr, m, "weight", torch.eye(*m.weight.shape))
                see(m.weight + 0)       # no -0
    see(Z.orthogonal(nn.Conv2d(2, 3, 2)).weight)
    see.error(Z.orthogonal, nn.Linear(2, 3), orthogonal_map="x")
    see.error(Z.orthogonal, nn.BatchNorm1d(3))
    see.error(Z.orthogonal, nn.Linear(2, 3), "foo")
    see.error(Z.orthogonal, nn.Linear(2, 3, dtype=torch.complex64), orthogonal_map="householder")


@scenario
def prune(torch, see):
    P, nn = sub(torch, "prune"), torch.nn
    for name, args in (("identity", ()), ("random_unstructured", (0.5,)), ("l1_unstructured", (0.3,)), ("l1_unstructured", (5,)),
                       ("ln_structured", (0.5, 2, 0)), ("ln_structured", (0.5, "fro", 0)), ("ln_structured", (1, float("inf"), 1)),
                       ("random_structured", (1, 1)), ("custom_from_mask", (torch.tensor([[1, 0, 1.0]] * 4),))):
        m, f = nn.Linear(3, 4), getattr(P, name)
        for _ in range(2):
            f(m, "weight", *args)
            see(m.weight_mask, m.weight, list(m.state_dict()), [type(h).__name__ for h in m._forward_pre_hooks.values()], P.is_pruned(m))
        see(m(torch.ones(3)), m.weight.grad_fn.name())
        see.error(f, nn.Linear(3, 4), "foo", *args)
        P.remove(m, "weight")
        see(list(m.state_dict()), m.weight, P.is_pruned(m))
        see.error(P.remove, m, "weight")
    m = nn.Linear(3, 4)
    P.global_unstructured([(m, "weight"), (m, "bias")], P.L1Unstructured, amount=0.5)
    see(m.weight_mask, m.bias_mask)
    P.global_unstructured([(m, "weight")], P.RandomUnstructured, amount=3)
    see(m.weight_mask)
    m = nn.Conv2d(2, 4, 2)
    P.ln_structured(m, "weight", 2, 1, 0)
    P.random_structured(m, "weight", 1, 1)
    P.l1_unstructured(m, "weight", 3)
    see(m.weight_mask, [type(h).__name__ for h in next(iter(m._forward_pre_hooks.values()))])
    p = P.L1Unstructured(0.5)
    see(p.prune(torch.arange(6.0) - 3), p.prune(torch.arange(6.0) - 3, default_mask=torch.tensor([0.0, 0, 0, 1, 1, 1])))


@scenario
def prune_errors(torch, see):
    P, nn = sub(torch, "prune"), torch.nn

    def new():
        return nn.Linear(3, 4)

    for amount in (-1, 1.5, "a", 13, 2.5, -0.1, 1.0, 0):
        see.error(P.l1_unstructured, new(), "weight", amount)
    see.error(P.ln_structured, new(), "weight", 0.5, 2, 5)
    see.error(P.ln_structured, new(), "bias", 0.5, 2, 0)
    see.error(P.ln_structured, new(), "weight", 10, 2, 0)
    see.error(P.random_structured, new(), "weight", 0.1, -3)
    see.error(P.l1_unstructured, new(), "weight", 0.5, importance_scores=torch.ones(3))
    see.error(P.global_unstructured, (new(), "weight"), P.L1Unstructured, amount=0.5)
    see.error(P.global_unstructured, 3, P.L1Unstructured, amount=0.5)
    see.error(P.global_unstructured, [(new(), "weight")], P.LnStructured, amount=0.5, n=2)
    see.error(P.global_unstructured, [(new(), "weight")], P.L1Unstructured, importance_scores=3, amount=0.1)
    p = P.L1Unstructured(0.5)
    see.error(p.prune, torch.ones(3), importance_scores=torch.ones(2))
    p._tensor_name = "weight"
    c, q = P.PruningContainer(p), P.L1Unstructured(2)
    q._tensor_name = "bias"
    see.error(c.add_pruning_method, q)
    see.error(c.add_pruning_method, 3)


@scenario
def fusion(torch, see):
    U, nn = torch.nn.utils, torch.nn
    norm = nn.BatchNorm2d(3)
    norm(torch.randn(4, 3, 5, 5))
    norm.eval()
    see.error(U.fuse_conv_bn_eval, nn.Conv2d(2, 3, 2), norm)
    for conv, transpose in ((nn.Conv2d(2, 3, 2), False), (nn.Conv2d(2, 3, 2, bias=False), False), (nn.ConvTranspose2d(2, 3, 2), True)):
        conv.eval()
        fused, x = U.fuse_conv_bn_eval(conv, norm, transpose), torch.randn(2, 2, 4, 4)
        see(fused(x), fused.weight, bool(torch.allclose(fused(x), norm(conv(x)), atol=1e-5)))
    linear, norm = nn.Linear(2, 3).eval(), nn.BatchNorm1d(3)
    norm(torch.randn(9, 3))
    see.error(U.fuse_linear_bn_eval, linear, norm)
    see(U.fuse_linear_bn_eval(linear, norm.eval())(torch.ones(2)))
    see.error(U.fuse_linear_bn_eval, linear, nn.BatchNorm1d(4).eval())


@scenario
def functional_call(torch, see):
    nn, call = torch.nn, sub(torch, "stateless")._functional_call
    m = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    x = torch.ones(2)
    for given, more in (({"0.weight": torch.zeros(3, 2)}, {}), ({"a": torch.zeros(3, 2)}, {}), ({"0.weight": torch.zeros(3, 2)}, {"strict": True}),
                        ({"a": torch.zeros(3, 2)}, {"strict": True}), ({"0.weight": 3}, {}), ({"5.weight": x}, {}), ({"": x}, {}),
                        ({"0.0.weight": x}, {}), ({}, {})):
        see.error(call, m, given, x, **more)
    see.error(call, m, {}, x, 3)
    see.error(call, m, {})
    see(dict(m.named_parameters()))

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
            self.b.weight = self.a.weight
            self.register_buffer("n", torch.zeros(()))

        def forward(self, x):
            self.n = self.n + 1
            return self.a(x) + 2 * self.b(x)

    m, one = Tied(), torch.eye(2)
    for given, more in (({"a.weight": one}, {}), ({"a.weight": one}, {"tie_weights": False}), ({"b.weight": one}, {}),
                        ({"a.weight": one, "b.weight": torch.zeros(2, 2)}, {}), ({"a.weight": one, "b.weight": one}, {}),
                        ({"a.weight": one, "b.weight": one * 2}, {"tie_weights": False}), ({"b.weight": one}, {"strict": True})):
        see.error(call, m, given, x, **more)
    given = {"n": torch.tensor(5.0)}
    call(m, given, x)
    see(given, m.n, m.a.weight is m.b.weight)
    see.error(sub(torch, "stateless").functional_call, m, {}, x)


@scenario
def others(torch, see):
    U, nn = torch.nn.utils, torch.nn
    see(repr(U.skip_init(nn.Linear, 2, 3)), torch.rand(1))
    see.error(U.skip_init, nn.ReLU)
    see.error(U.skip_init, 3, 2)
    m = nn.Sequential(nn.Conv2d(2, 3, 2), nn.ConvTranspose2d(2, 3, 2), nn.Conv3d(2, 3, 2), nn.Linear(1, 1))
    U.convert_conv2d_weight_memory_format(m, torch.channels_last)
    see([p.stride() for p in m.parameters()])
    U.convert_conv3d_weight_memory_format(m, torch.channels_last_3d)
    see([p.stride() for p in m.parameters()])
    see.error(U.convert_conv2d_weight_memory_format, m, torch.channels_last_3d)
    p = [torch.ones(2), torch.full((3,), 2.0)]
    for t, g in zip(p, (3.0, 4.0)):
        t.requires_grad_()
        t.grad = torch.full_like(t, g)
    total = U.get_total_norm([t.grad for t in p])
    see(total, U.get_total_norm([t.grad for t in p], float("inf")), U.get_total_norm([]))
    U.clip_grads_with_norm_(p, 1.0, total)
    see([t.grad for t in p])
    see(U.parameters_to_vector(p))
    U.vector_to_parameters(torch.arange(5.0), p)
    see(p)
    see.error(U.vector_to_parameters, 3, p)
    p[0].grad[0] = float("nan")
    see.error(U.clip_grad_norm_, p, 1.0, error_if_nonfinite=True)
