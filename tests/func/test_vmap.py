"""vmap: every case as a loop gives it, its gradients and tangents too; nesting, randomness, errors."""
import numpy as np
import pytest
from op_cases import CASES


@pytest.fixture
def F(rl):
    import rushlight.nn.functional as functional
    return functional


@pytest.fixture
def func(rl):
    import rushlight.func as found
    return found


def batch(rl, shape):
    rl.manual_seed(1)
    return rl.randn(3, *shape, dtype=rl.float64)


def same(a, b):
    a, b = a.detach().numpy(), b.detach().numpy()
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", CASES)
def test_values_gradients_and_tangents_are_those_of_a_loop(rl, F, func, name):
    case, shape = CASES[name]
    x = batch(rl, shape)
    f = lambda a: case(rl, F, a)            # noqa: E731
    rows = [f(row) for row in x]
    same(func.vmap(f)(x), rl.stack(rows))
    same(func.vmap(f, in_dims=-1)(x.movedim(0, -1)), rl.stack(rows))
    if not rows[0].is_floating_point():
        return

    def gradient(row):
        row = row.clone().requires_grad_()
        y = f(row * 1.0).sin().sum()
        return rl.autograd.grad(y, row)[0]
    same(func.vmap(func.grad(lambda a: f(a * 1.0).sin().sum()))(x), rl.stack([gradient(row) for row in x]))
    along = x.flip(0)
    tangents = func.vmap(lambda a, t: func.jvp(f, (a,), (t,))[1])(x, along)
    e = 1e-6
    numeric = (rl.stack([f(row + e * t) for row, t in zip(x, along)]) -
               rl.stack([f(row - e * t) for row, t in zip(x, along)])) / (2 * e)
    np.testing.assert_allclose(tangents.numpy(), numeric.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_against_pytorch(rl, F, func, torch, name):
    case, shape = CASES[name]
    x = batch(rl, shape)
    X = torch.from_numpy(x.numpy().copy())
    want = torch.stack([case(torch, torch.nn.functional, row) for row in X])
    np.testing.assert_allclose(func.vmap(lambda a: case(rl, F, a))(x).numpy(), want.numpy(), rtol=1e-6, atol=1e-8)


# ------------------------------------------------------------------ structure

def test_dimensions_in_and_out(rl, func):
    x, y = rl.arange(6.0).reshape(2, 3), rl.arange(3.0)
    assert func.vmap(lambda a, b: a * b, in_dims=(1, 0))(x, y).shape == (3, 2)
    assert func.vmap(lambda a, b: a * b, in_dims=(1, 0), out_dims=1)(x, y).tolist() == (x * y).tolist()
    assert func.vmap(lambda a: {"a": a, "b": (a, a)}, out_dims={"a": 0, "b": 1})(x)["b"][0].shape == (3, 2)
    assert func.vmap(lambda d: d["x"] + d["y"], in_dims=({"x": 1, "y": 0},))({"x": x, "y": y}).shape == (3, 2)
    a, b = func.vmap(lambda a: (a, rl.ones(2)), out_dims=(0, None))(y)
    assert b.tolist() == [1.0, 1.0] and a.tolist() == y.tolist()
    assert func.vmap(lambda a: a * 2)(rl.ones(0, 3)).shape == (0, 3)
    assert func.vmap(lambda a: rl.zeros(2))(y).shape == (3, 2)
    assert func.vmap(lambda a, b=None: a + b)(y, b=rl.ones(2)).shape == (3, 2)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_chunks(rl, func, chunk):
    x = rl.randn(7, 3)
    assert func.vmap(lambda a: (a.sin(), a.sum()), chunk_size=chunk)(x)[1].tolist() == pytest.approx(x.sum(1).tolist())
    assert func.vmap(lambda a: a * 2, out_dims=1, chunk_size=chunk)(x).shape == (3, 7)


def test_nesting(rl, func):
    x, y = rl.randn(3, dtype=rl.float64), rl.randn(4, dtype=rl.float64)
    same(func.vmap(func.vmap(lambda a, b: a * b, (None, 0)), (0, None))(x, y), rl.outer(x, y))
    m = rl.randn(2, 3, 4, dtype=rl.float64)
    same(func.vmap(lambda a: func.vmap(lambda b: (a @ b).sum() + y)(a), in_dims=0)(m.movedim(0, 0)),
         rl.stack([rl.stack([(a @ b).sum() + y for b in a]) for a in m]))
    same(func.vmap(func.vmap(func.vmap(lambda a: a.sin())))(m), m.sin())


def test_views_and_writes_reach_the_argument(rl, func):
    x = rl.zeros(2, 3)
    func.vmap(lambda a: a.add_(1))(x)
    assert x.tolist() == [[1.0] * 3] * 2
    x = rl.arange(6.0).reshape(2, 3)

    def write(a):
        a[1] = a[0] * 10
        return a
    assert func.vmap(write)(x)[:, 1].tolist() == [0.0, 30.0]


def test_what_a_sample_looks_like(rl, func):
    seen = []

    def look(a):
        seen.append((tuple(a.shape), a.dim(), a.numel(), a.stride(), a.dtype, str(a)))
        return a
    func.vmap(look)(rl.arange(6.0).reshape(2, 3))
    assert seen == [((3,), 1, 3, (1,), rl.float32,
                     "BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[0., 1., 2.],\n            [3., 4., 5.]])\n)")]


# ------------------------------------------------------------------ gradients across the border

def test_gradients_of_what_a_function_closes_over(rl, func):
    x, w = rl.randn(5, 3, dtype=rl.float64), rl.randn(3, dtype=rl.float64, requires_grad=True)
    func.vmap(lambda a: (a * w).sin().sum() + w.sum())(x).sum().backward()
    v = w.detach().requires_grad_()
    ((x * v).sin().sum() + 5 * v.sum()).backward()
    same(w.grad, v.grad)
    u = w.detach().requires_grad_()
    inside = func.vmap(lambda a: a * (u * u))(x)        # u is used before any batch is met
    inside.sum().backward()
    same(u.grad, 2 * u.detach() * x.sum(0))


def test_second_order_through_vmap_of_grad(rl, func):
    x, w = rl.randn(4, 3, dtype=rl.float64), rl.randn(3, dtype=rl.float64)

    def penalty(w):
        each = func.vmap(func.grad(lambda w, a: (w * a).sin().sum()), (None, 0))(w, x)
        return (each ** 2).sum()

    def written_out(w):
        return ((x * (w * x).cos()) ** 2).sum()
    same(func.grad(penalty)(w), func.grad(written_out)(w))
    leaf = w.clone().requires_grad_()
    penalty(leaf).backward()
    same(leaf.grad, func.grad(written_out)(w))
    same(func.hessian(penalty)(w), func.hessian(written_out)(w))


# ------------------------------------------------------------------ random numbers

def test_randomness(rl, func):
    import rushlight.nn.functional as F
    x = rl.ones(4, 100)
    for draw in (lambda a: a + rl.randn(100), lambda a: F.dropout(a), lambda a: a + rl.rand_like(a),
                 lambda a: a * rl.randperm(100), lambda a: a.clone().normal_(), lambda a: rl.empty(100).uniform_() + a
                 if False else a + rl.rand(100)):
        with pytest.raises(RuntimeError, match="vmap: called random operation while in randomness error mode"):
            func.vmap(draw)(x)
        rows = func.vmap(draw, randomness="different")(x)
        assert not (rows[0] == rows[1]).all()
        rows = func.vmap(draw, randomness="same")(x)
        assert (rows[0] == rows[1]).all()
    with pytest.raises(RuntimeError, match="Cannot ask for different inplace randomness on an unbatched tensor"):
        func.vmap(lambda a: rl.empty(3).normal_() + a, randomness="different")(x[:, 0])


# ------------------------------------------------------------------ errors

ERRORS = [
    (lambda rl, v: v(lambda: 1)(), ValueError, "got no inputs"),
    (lambda rl, v: v(lambda a, b: a)(rl.ones(2), rl.ones(3)), ValueError,
     r"Expected all tensors to have the same size in the mapped dimension, got sizes \[2, 3\]"),
    (lambda rl, v: v(lambda a: a, in_dims=None)(rl.ones(2)), ValueError, "expected `in_dims` to be int or a"),
    (lambda rl, v: v(lambda a: a, in_dims=(0, 0))(rl.ones(2)), ValueError, "in_dims is not compatible with the structure"),
    (lambda rl, v: v(lambda a: a)(3), ValueError, "the input is of type <class 'int'>. We cannot vmap over non-Tensor"),
    (lambda rl, v: v(lambda a: a, in_dims=2)(rl.ones(2)), ValueError, "-1 <= in_dim < 1"),
    (lambda rl, v: v(lambda a: 1)(rl.ones(2)), ValueError, "must only return Tensors, got type <class 'int'>"),
    (lambda rl, v: v(lambda a: a, out_dims=3)(rl.ones(2)), IndexError, "Dimension out of range"),
    (lambda rl, v: v(lambda a: a, out_dims=None)(rl.ones(2)), ValueError, "can not return a BatchedTensor when out_dim is None"),
    (lambda rl, v: v(lambda a: a.item())(rl.ones(2)), RuntimeError, r"vmap: It looks like you're calling .item\(\) on a Tensor"),
    (lambda rl, v: v(lambda a: float(a))(rl.ones(2)), RuntimeError, r"calling .item\(\)"),
    (lambda rl, v: v(lambda a: a if a > 0 else -a)(rl.ones(2)), RuntimeError, "data-dependent control flow"),
    (lambda rl, v: v(lambda a: a.nonzero())(rl.ones(2, 3)), RuntimeError, "Attempted to vmap over aten::nonzero"),
    (lambda rl, v: v(lambda a: a[a > 0])(rl.ones(2, 3)), RuntimeError, "indexing with a boolean mask"),
    (lambda rl, v: v(lambda a: rl.masked_select(a, a > 0))(rl.ones(2, 3)), RuntimeError, "vmap over `mask` in torch.masked_select"),
    (lambda rl, v: v(lambda a: rl.ones(2).__setitem__(0, a))(rl.ones(3)), RuntimeError, "vmap: inplace arithmetic"),
    (lambda rl, v: v(lambda a: rl.ones(2).add_(a))(rl.ones(3, 2)), RuntimeError, "vmap: inplace arithmetic"),
    (lambda rl, v: v(lambda a: a, randomness="x"), RuntimeError, "Only allowed values for randomness"),
    (lambda rl, v: v(lambda a: a, chunk_size=0), ValueError, r"chunk_size should be None or greater than 0. \(got 0\)"),
    (lambda rl, v: v(lambda a: a.sum().backward())(rl.ones(2)), RuntimeError, "inside a functorch transform"),
    (lambda rl, v: v(lambda a: a @ rl.ones(5))(rl.ones(2, 3)), RuntimeError, "size"),
]


@pytest.mark.parametrize("call, kind, text", ERRORS)
def test_errors(rl, func, call, kind, text):
    with pytest.raises(kind, match=text):
        call(rl, func.vmap)
    assert rl.ones(2).add_(1).tolist() == [2.0, 2.0]          # no level is left open
    rl.rand(1)
