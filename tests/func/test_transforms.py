"""grad, vjp, jvp, Jacobians, linearize; models as functions; custom Functions; forward mode."""
import numpy as np
import pytest


@pytest.fixture
def func(rl):
    import rushlight.func as found
    return found


def same(a, b, tol=1e-9):
    a, b = a.detach().numpy(), b.detach().numpy()
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=tol, atol=tol)


def f(a):
    return (a.sin() * a.sum()).exp()


def vector(rl, n=4, seed=0):
    rl.manual_seed(seed)
    return rl.randn(n, dtype=rl.float64) * 0.5


def test_grad(rl, func):
    x, y = vector(rl), vector(rl, seed=1)
    same(func.grad(lambda a: (a ** 3).sum())(x), 3 * x * x)
    same(func.grad(lambda a, b: (a * b).sum(), argnums=1)(x, y), x)
    ga, gb = func.grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(x, y)
    same(ga, y)
    same(gb, x)
    same(func.grad(lambda d: (d["p"] * d["q"][0]).sum())({"p": x, "q": [y]})["q"][0], x)
    g, (value, aux) = func.grad_and_value(lambda a: ((a * a).sum(), a + 1), has_aux=True)(x)
    same(g, 2 * x)
    assert value.item() == pytest.approx((x * x).sum().item()) and not aux.requires_grad and not value.requires_grad
    assert func.grad(lambda a, k=1: (k * a).sum())(x, k=3).tolist() == [3.0] * 4
    assert func.grad(lambda a: rl.zeros(()))(x).tolist() == [0.0] * 4


def test_levels_of_grad(rl, func):
    x = vector(rl)
    g = func.grad
    same(g(lambda a: g(lambda b: (b ** 3).sum())(a).sum())(x), 6 * x)
    same(g(lambda a: g(lambda b: (a * b).sum() * b.sum())(a).sum())(x), _twice(rl, x))
    leaf = x.clone().requires_grad_()
    out = g(lambda a: (a ** 3).sum())(leaf)
    assert out.requires_grad
    out.sum().backward()
    same(leaf.grad, 6 * x)
    with rl.no_grad():
        assert not g(lambda a: (a ** 3).sum())(leaf).requires_grad
    assert not g(lambda a: (a ** 3).sum())(x).requires_grad
    w = x.clone().requires_grad_()
    assert g(lambda a: (a * w).sum())(x).requires_grad         # what it closes over counts
    same(g(lambda a: (a.detach() * a).sum())(x), x)

    def partly(a):
        with rl.no_grad():
            fixed = a * a
        return (fixed * a).sum()
    same(g(partly)(x), x * x)


def _twice(rl, x):
    a = x.clone().requires_grad_()
    b = x.clone().requires_grad_()
    inner, = rl.autograd.grad((a * b).sum() * b.sum(), b, create_graph=True)
    ga, gb = rl.autograd.grad(inner.sum(), (a, b))
    return ga + gb


def test_in_place_operations_inside(rl, func):
    x = vector(rl)

    def h(a):
        b = a * 1.0
        b.mul_(a)
        b[0] = b[1] * 2
        return b.sum()
    same(func.grad(h)(x), func.grad(lambda a: (a * a)[1:].sum() + 2 * a[1] ** 2)(x))
    same(func.grad(lambda a: a.sin_().sum())(x.clone()), x.cos())


def test_products_agree_with_the_jacobian(rl, func):
    x, v = vector(rl), vector(rl, seed=3)
    J = func.jacrev(f)(x)
    y, t = func.jvp(f, (x,), (v,))
    same(y, f(x))
    same(t, J @ v)
    y, pull = func.vjp(f, x)
    same(pull(v)[0], v @ J)
    same(pull(v)[0], v @ J)                                    # the graph stays
    y, push = func.linearize(f, x)
    same(push(v), J @ v)
    same(func.jacfwd(f)(x), J)
    same(func.jacrev(f, chunk_size=3)(x), J)
    same(rl.stack([rl.autograd.functional.jvp(f, x, e)[1] for e in rl.eye(4, dtype=rl.float64)], 1), J)
    (_, total), pull = func.vjp(lambda p, q: (p * q, p.sum()), x, v)
    gp, gq = pull((v, rl.tensor(2.0, dtype=rl.float64)))
    same(total, x.sum())
    same(gp, v * v + 2)
    same(gq, x * v)


@pytest.mark.parametrize("outer", ["jacrev", "jacfwd"])
@pytest.mark.parametrize("inner", ["jacrev", "jacfwd"])
def test_hessians(rl, func, outer, inner):
    x = vector(rl)
    scalar = lambda a: f(a).sum()               # noqa: E731
    want = rl.autograd.functional.hessian(scalar, x)
    same(getattr(func, outer)(getattr(func, inner)(scalar))(x), want)
    same(func.hessian(scalar)(x), want)
    batch = rl.stack([x, x * 2])
    same(func.vmap(getattr(func, outer)(getattr(func, inner)(scalar)))(batch)[0], want)


def test_trees_of_jacobians(rl, func):
    x, y = vector(rl, 3), vector(rl, 2)

    def h(a, b):
        return {"p": a.outer(b), "q": (a * 2,)}
    for jac in (func.jacrev, func.jacfwd):
        J = jac(h, argnums=(0, 1))(x, y)
        assert [tuple(j.shape) for j in J["p"]] == [(3, 2, 3), (3, 2, 2)]
        assert [tuple(j.shape) for j in J["q"][0]] == [(3, 3), (3, 2)]
        same(J["p"][0], rl.einsum("ik,j->ijk", rl.eye(3, dtype=rl.float64), y))
        j, aux = jac(lambda a: (a * 2, a + 1), has_aux=True)(x)
        same(j, 2 * rl.eye(3, dtype=rl.float64))
        same(aux, x + 1)


def test_complex_products(rl, func):
    rl.manual_seed(0)
    z, v = rl.randn(3, dtype=rl.complex128), rl.randn(3, dtype=rl.complex128)
    for g, tangent in ((lambda a: a * a, 2 * z * v), (lambda a: a.conj(), v.conj()),
                       (lambda a: a.abs(), ((z.conj() * v).real / z.abs())), (lambda a: a.real, v.real)):
        same(func.jvp(g, (z,), (v,))[1], tangent)


def test_against_pytorch(rl, func, torch):
    x = vector(rl)
    X = torch.from_numpy(x.numpy().copy())
    for name in ("jacrev", "jacfwd", "hessian"):
        same(getattr(func, name)(lambda a: f(a)[0])(x), getattr(torch.func, name)(lambda a: f(a)[0])(X))
    tangents = func.jvp(f, (x,), (x.flip(0),))[1]
    same(tangents, torch.func.jvp(f, (X,), (X.flip(0),))[1])
    same(func.vmap(func.jacrev(f))(rl.stack([x, -x])), torch.func.vmap(torch.func.jacrev(f))(torch.stack([X, -X])))


ERRORS = [
    (lambda rl, m, x: m.grad(lambda a: a)(x), "Expected f(*args) to return a scalar Tensor, got tensor with 1 dims."),
    (lambda rl, m, x: m.grad(lambda a: 3)(x), "Expected f(*args) to return a Tensor, got <class 'int'>"),
    (lambda rl, m, x: m.grad(lambda a: a.sum(), argnums=1)(x), "Got argnum=1, but only 1 positional inputs"),
    (lambda rl, m, x: m.grad(lambda a: a.sum(), argnums=(0, 0))(x), "argnums elements must be unique, got (0, 0)"),
    (lambda rl, m, x: m.grad(lambda a: a.sum(), argnums=())(x), "argnums must be non-empty"),
    (lambda rl, m, x: m.grad(lambda a: a.sum(), has_aux=True)(x), "should be a tuple: (output, aux) if has_aux is True"),
    (lambda rl, m, x: m.grad(lambda a: a.sum())(rl.arange(3)), "only Tensors of floating point dtype can require gradients"),
    (lambda rl, m, x: m.vjp(lambda a: 3, x), "vjp(f, *primals): expected f(*primals) to return only tensors"),
    (lambda rl, m, x: m.vjp(lambda a: (a, a), x)[1](x), "cotangents: *, primal output: (*, *)"),
    (lambda rl, m, x: m.vjp(lambda a: a, x)[1](x[:2]), "Mismatch in shape: grad_output[0] has a shape of torch.Size([2])"),
    (lambda rl, m, x: m.jvp(lambda a: a, x, x), "Expected primals to be a tuple."),
    (lambda rl, m, x: m.jvp(lambda a: a, (x,), (x, x)), "Expected primals and tangents to have the same python structure."),
    (lambda rl, m, x: m.jvp(lambda a: a, (x,), (x[:2],)), "Trying to set a forward gradient that has a different size"),
    (lambda rl, m, x: m.linearize(lambda a: a, x)[1](x[:2]), "tangent:0 with shape torch.Size([2]) in flattened pytree"),
    (lambda rl, m, x: m.grad(lambda a: (a.sum().backward(), a.sum())[1])(x), "backward() called inside a functorch transform."),
    (lambda rl, m, x: m.grad(lambda a: a.requires_grad_().sum())(x), "You are attempting to call Tensor.requires_grad_()"),
]


@pytest.mark.parametrize("call, text", ERRORS)
def test_errors(rl, func, call, text):
    with pytest.raises((RuntimeError, ValueError)) as e:
        call(rl, func, vector(rl))
    assert text in str(e.value)
    rl.ones(1, requires_grad=True).sum().backward()            # nothing is left switched on


# ------------------------------------------------------------------ models

def models(rl):
    nn = rl.nn
    rl.manual_seed(0)
    mlp = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.LayerNorm(8), nn.Linear(8, 3))
    conv = nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 3))
    return (mlp, rl.randn(5, 6)), (conv, rl.randn(5, 1, 8, 8))


@pytest.mark.parametrize("which", [0, 1], ids=["mlp", "convnet"])
def test_gradients_of_each_sample(rl, func, which):
    model, x = models(rl)[which]
    y = rl.tensor([0, 1, 2, 0, 1])
    loss = rl.nn.functional.cross_entropy
    params = {k: v.detach() for k, v in model.named_parameters()}

    def one(params, x, y):
        return loss(func.functional_call(model, params, (x.unsqueeze(0),)), y.unsqueeze(0))
    found = func.vmap(func.grad(one), in_dims=(None, 0, 0))(params, x, y)
    rows = [rl.autograd.grad(loss(model(x[i:i + 1]), y[i:i + 1]), list(model.parameters())) for i in range(5)]
    for (name, g), want in zip(found.items(), zip(*rows)):
        same(g, rl.stack(want), 1e-5)
    assert all(p.grad is None for p in model.parameters())


def test_ensemble(rl, func):
    made = [models(rl)[0][0] for _ in range(3)]
    for k, m in enumerate(made):
        rl.manual_seed(k)
        for p in m.parameters():
            rl.nn.init.normal_(p)
    params, buffers = func.stack_module_state(made)
    assert params["0.weight"].shape == (3, 8, 6) and params["0.weight"].is_leaf and params["0.weight"].requires_grad
    x = rl.randn(5, 6)
    out = func.vmap(lambda p, b, x: func.functional_call(made[0], (p, b), (x,)), (0, 0, None))(params, buffers, x)
    same(out, rl.stack([m(x) for m in made]), 1e-5)
    out.sum().backward()
    made[1](x).sum().backward()
    same(params["3.weight"].grad[1], made[1][3].weight.grad, 1e-5)
    with pytest.raises(RuntimeError, match="Expected at least one model, got 0"):
        func.stack_module_state([])
    bn = func.replace_all_batch_norm_modules_(rl.nn.Sequential(rl.nn.BatchNorm1d(3)))
    assert bn[0].running_mean is None and not bn[0].track_running_stats
    same(func.functionalize(lambda a: a.add_(1))(rl.ones(2)), rl.ones(2) * 2)


# ------------------------------------------------------------------ custom Functions

def functions(rl):
    class Cube(rl.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x):
            return x ** 3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(inputs[0])
            ctx.save_for_forward(inputs[0])

        @staticmethod
        def backward(ctx, g):
            x, = ctx.saved_tensors
            return 3 * x * x * g

        @staticmethod
        def jvp(ctx, t):
            x, = ctx.saved_tensors
            Cube.calls += 1
            return 3 * x * x * t
    Cube.calls = 0

    class Own(rl.autograd.Function):
        @staticmethod
        def forward(x):
            return rl.from_numpy(np.sin(x.detach().numpy()))

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0].cos()

        @staticmethod
        def vmap(info, in_dims, x):
            assert info.batch_size == 3 and info.randomness == "error" and in_dims == (0,)
            return Own.apply(x), 0
    return Cube, Own


def test_custom_functions(rl, func):
    Cube, Own = functions(rl)
    x = rl.randn(3, 4, dtype=rl.float64)
    same(func.vmap(Cube.apply)(x), x ** 3)
    same(func.vmap(func.grad(lambda a: Cube.apply(a).sum()))(x), 3 * x * x)
    same(func.jvp(Cube.apply, (x,), (x,))[1], 3 * x ** 3)
    assert Cube.calls
    same(func.vmap(Own.apply)(x), x.sin())
    leaf = x.clone().requires_grad_()
    func.vmap(Own.apply)(leaf).sum().backward()
    same(leaf.grad, x.cos())
    with pytest.raises(NotImplementedError, match="You must implement the jvp function"):
        func.jvp(Own.apply, (x,), (x,))

    class Bare(Own):
        vmap = rl.autograd.Function.vmap
    with pytest.raises(RuntimeError, match="You tried to vmap over Bare, but it does not have vmap support"):
        func.vmap(Bare.apply)(x)


# ------------------------------------------------------------------ forward mode

def test_dual_tensors(rl, func):
    import rushlight.autograd.forward_ad as fw
    x, v = vector(rl), vector(rl, seed=2)
    with fw.dual_level():
        y = f(fw.make_dual(x, v))
        primal, tangent = fw.unpack_dual(y)
        same(primal, f(x))
        same(tangent, func.jacrev(f)(x) @ v)
        assert not primal.requires_grad and not tangent.requires_grad
        assert fw.unpack_dual(x).tangent is None and fw.unpack_dual(y.detach()).tangent is None
        with pytest.raises(RuntimeError, match="Nested forward mode AD is not supported"):
            fw.enter_dual_level()
        with pytest.raises(RuntimeError, match="that already has a forward gradient at the same level 0"):
            fw.make_dual(fw.make_dual(x, v), v)
        with pytest.raises(ValueError, match="Expected primal to be floating point or complex, but got: torch.int64"):
            fw.make_dual(rl.arange(4), v)
        leaf = x.clone().requires_grad_()                      # forward over reverse, and reverse over forward
        dual = fw.make_dual(leaf, v)
        g, = rl.autograd.grad(f(dual).sum(), dual, create_graph=True)
        H = rl.autograd.functional.hessian(lambda a: f(a).sum(), x)
        same(fw.unpack_dual(g).tangent, H @ v)
        fw.unpack_dual(f(dual)).tangent.sum().backward()
        same(leaf.grad, H @ v)
    with pytest.raises(RuntimeError, match="no level exists"):
        fw.make_dual(x, v)
    with pytest.raises(RuntimeError, match="Dual level must be a positive number"):
        fw.exit_dual_level()
    assert fw.unpack_dual(y).tangent is None


def test_gradcheck_of_forward_mode(rl):
    x = vector(rl, 3).requires_grad_()
    assert rl.autograd.gradcheck(f, (x,), check_forward_ad=True)
    assert rl.autograd.gradgradcheck(f, (x,), check_fwd_over_rev=True)


def test_names_of_old(rl):
    from rushlight._functorch import package as functorch
    model = rl.nn.Linear(2, 1)
    x = rl.ones(3, 2)
    with pytest.warns(FutureWarning, match="`functorch.make_functional` is deprecated as of PyTorch 2.0"):
        call, params = functorch.make_functional(model)
    same(call(params, x), model(x))
    assert functorch.vmap.__wrapped__ is rl.func.vmap is rl.vmap
    with pytest.warns(FutureWarning), pytest.raises(RuntimeError, match="`model` has buffers"):
        functorch.make_functional(rl.nn.BatchNorm1d(2))
    with pytest.warns(FutureWarning):
        call, params, buffers = functorch.combine_state_for_ensemble([model, rl.nn.Linear(2, 1)])
    same(rl.vmap(call, in_dims=(0, 0, None))(params, buffers, x)[0], model(x), 1e-6)


def test_results_of_nested_transforms_have_no_graph(rl, func):
    """A gradient of a gradient ends outside of both; a tensor from outside that requires grad keeps its graph."""
    x, y = rl.tensor(0.5), rl.tensor(2., requires_grad=True)
    assert not func.grad(func.grad(rl.sin))(x).requires_grad
    assert not func.jacrev(func.jacrev(lambda v: (v ** 3).sum()))(rl.ones(2)).requires_grad
    assert func.grad(func.grad(lambda v: rl.sin(v) * y))(x).requires_grad
    (found,) = rl.autograd.grad(func.grad(func.grad(lambda v: v ** 4))(y), y)
    assert found.item() == 48
