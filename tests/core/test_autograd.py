"""The graph: what torch's autograd does, checked by values that follow from the formulas."""
import gc
import weakref

import numpy as np
import pytest

import rushlight as rl


def leaf(*values, dtype=None):
    return rl.tensor(list(values), dtype=dtype or rl.float64, requires_grad=True)


def same(t, expected):
    np.testing.assert_allclose(t.detach().numpy(), expected, rtol=1e-12)


# ------------------------------------------------------------------ backward

def test_accumulates_and_keeps_the_object():
    x = leaf(1., 2.)
    (x * 3).sum().backward()
    first = x.grad
    (x * 4).sum().backward()
    assert x.grad is first
    same(x.grad, [7, 7])


def test_grad_is_not_shared_between_leaves():
    a, b = leaf(1., 2.), leaf(3., 4.)
    (a + b).backward(rl.tensor([1., 1.], dtype=rl.float64))
    a.grad.mul_(5)
    same(b.grad, [1, 1])


def test_gradient_given_is_not_kept():
    x = leaf(1., 2.)
    g = rl.ones(2, dtype=rl.float64)
    x.backward(g)
    g.mul_(7)
    same(x.grad, [1, 1])


def test_broadcast_gradients_are_summed():
    a, b = rl.ones(3, 1, requires_grad=True), rl.ones(4, requires_grad=True)
    (a * b * 2).sum().backward()
    assert a.grad.shape == (3, 1) and b.grad.shape == (4,)
    same(a.grad, np.full((3, 1), 8.0))
    same(b.grad, np.full(4, 6.0))


def test_diamond_and_reuse():
    x = leaf(2.)
    y = x * x
    z = y + y * x
    z.sum().backward()
    same(x.grad, [2 * 2 + 3 * 4])


def test_long_chain_without_recursion():
    x = leaf(1.)
    y = x
    for _ in range(100_000):
        y = y + 0.0
    y.sum().backward()
    same(x.grad, [1])
    del y
    gc.collect()


def test_retain_graph():
    x = leaf(3.)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    same(x.grad, [12])
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_graph_that_saves_nothing_may_run_twice():
    x = leaf(3.)
    y = x + 1
    y.backward(rl.ones(1, dtype=rl.float64))
    y.backward(rl.ones(1, dtype=rl.float64))
    same(x.grad, [2])


def test_create_graph_gives_higher_orders():
    x = leaf(2.)
    y = (x ** 4).sum()
    g, = rl.autograd.grad(y, x, create_graph=True)
    h, = rl.autograd.grad(g.sum(), x, create_graph=True)
    k, = rl.autograd.grad(h.sum(), x)
    same(g, [32]), same(h, [48]), same(k, [48])


def test_inputs_argument():
    a, b = leaf(1.), leaf(2.)
    (a * b).sum().backward(inputs=[a])
    assert b.grad is None
    same(a.grad, [2])


def test_retain_grad_and_non_leaf_warning():
    x = leaf(1., 2.)
    y = x * 2
    y.retain_grad()
    (y * 3).sum().backward()
    same(y.grad, [3, 3])
    z = x * 2
    with pytest.warns(UserWarning, match="not a leaf Tensor"):
        assert z.grad is None


@pytest.mark.parametrize("make, message", [
    (lambda x: x.backward(), "grad can be implicitly created only for scalar outputs"),
    (lambda x: rl.ones(1).backward(), "element 0 of tensors does not require grad and does not have a grad_fn"),
    (lambda x: x.backward(rl.ones(3)), "Mismatch in shape"),
    (lambda x: rl.autograd.grad(x.sum(), rl.ones(2)), "One of the differentiated Tensors does not require grad"),
    (lambda x: rl.autograd.grad(x.sum(), leaf(1.)), "appears to not have been used in the graph"),
    (lambda x: x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation."),
    (lambda x: x[0].add_(1), "a view of a leaf Variable that requires grad is being used in an in-place operation."),
    (lambda x: rl.ones(2, dtype=rl.int64).requires_grad_(), "only Tensors of floating point dtype can require gradients"),
    (lambda x: (x * 2).requires_grad_(False), "you can only change requires_grad flags of leaf variables"),
    (lambda x: x.numpy(), "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."),
])
def test_errors(make, message):
    with pytest.raises(RuntimeError) as caught:
        make(leaf(1., 2.))
    assert message in str(caught.value)


# ------------------------------------------------------------------ grad()

def test_grad_of_intermediate_and_leaf():
    x = leaf(3.)
    y = x * x
    z = (y * 2).sum()
    gx, gy = rl.autograd.grad(z, (x, y))
    same(gx, [12]), same(gy, [2])
    assert x.grad is None


def test_grad_allow_unused_and_materialize():
    x, u = leaf(1.), leaf(1.)
    assert rl.autograd.grad((x * 2).sum(), (x, u), allow_unused=True)[1] is None
    same(rl.autograd.grad((x * 2).sum(), (x, u), materialize_grads=True)[1], [0])


def test_grad_batched():
    x = leaf(1., 2.)
    y = x * x
    got, = rl.autograd.grad(y, x, rl.eye(2, dtype=rl.float64), is_grads_batched=True)
    same(got, [[2, 0], [0, 4]])


# ------------------------------------------------------------------ modes

def test_modes():
    x = leaf(1.)
    with rl.no_grad():
        assert not (x * 2).requires_grad
        with rl.enable_grad():
            assert (x * 2).requires_grad
    assert rl.is_grad_enabled()

    @rl.no_grad()
    def f():
        return (x * 2).requires_grad

    @rl.no_grad
    def g():
        yield rl.is_grad_enabled()
    assert not f()
    for inside in g():
        assert not inside and rl.is_grad_enabled()
    with rl.set_grad_enabled(False):
        assert not rl.is_grad_enabled()
    rl.set_grad_enabled(False)
    assert not rl.is_grad_enabled()
    rl.set_grad_enabled(True)


def test_inference_mode():
    x = leaf(1.)
    with rl.inference_mode():
        y = x * 2
    assert y.is_inference() and not y.requires_grad
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        x * y
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor outside InferenceMode"):
        y.add_(1)


def test_grad_mode_is_per_thread():
    import threading
    seen = []
    with rl.no_grad():
        t = threading.Thread(target=lambda: seen.append(rl.is_grad_enabled()))
        t.start()
        t.join()
    assert seen == [True]


# ------------------------------------------------------------------ in place and versions

def test_inplace_on_saved_value_names_op_and_line():
    x = leaf(1., 2.)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError) as caught:
        y.sum().backward()
    text = str(caught.value)
    assert text.startswith("one of the variables needed for gradient computation has been modified by an inplace "
                           "operation: [torch.DoubleTensor [2]], which is output 0 of Exp, ")
    assert "is at version 1; expected version 0 instead." in text
    assert "add_" in text and "test_autograd.py" in text


def test_inplace_where_nothing_was_saved():
    x = leaf(1., 2.)
    y = x * 2
    y.mul_(3)
    y.add_(x)
    y.sum().backward()
    same(x.grad, [7, 7])


def test_inplace_needs_the_old_value():
    x, w = leaf(2., 3.), leaf(5., 7.)
    y = x * 1
    y.mul_(w)
    y.sum().backward()
    same(x.grad, [5, 7]), same(w.grad, [2, 3])


def test_inplace_through_a_view_reaches_the_base():
    x = leaf(1., 2., 3.)
    y = x * 2
    y[0].mul_(10)
    y[1:].copy_(rl.zeros(2, dtype=rl.float64))
    y.sum().backward()
    same(x.grad, [20, 0, 0])


def test_inplace_on_base_is_seen_by_a_view():
    x = leaf(1., 2., 3.)
    y = x * 2
    v = y[1:]
    y.mul_(5)
    same(v, [20, 30])
    v.sum().backward()
    same(x.grad, [0, 10, 10])


def test_write_of_a_tracked_value_into_a_constant():
    w = leaf(3.)
    buffer = rl.zeros(4, dtype=rl.float64)
    for i in range(4):
        buffer[i] = w[0] * i
    buffer.sum().backward()
    same(w.grad, [6])


def test_setitem_with_a_mask_and_gradient():
    x = leaf(1., -2., 3.)
    y = x * 2
    y[y < 0] = 0
    y.sum().backward()
    same(x.grad, [2, 0, 2])


def test_view_of_a_view_written():
    x = rl.ones(2, 3, dtype=rl.float64, requires_grad=True)
    y = x * 1
    y.t()[0].mul_(4)
    (y * y).sum().backward()
    same(x.grad, [[32, 2, 2], [32, 2, 2]])


def test_detach_shares_and_counts():
    x = leaf(1.)
    y = x.exp()
    y.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace"):
        y.sum().backward()


def test_version_counter():
    x = rl.zeros(3)
    v = x[1:]
    before = x._version
    v.add_(1)
    assert x._version == v._version == before + 1


# ------------------------------------------------------------------ hooks

def test_tensor_hooks():
    x = leaf(1., 2.)
    y = x * 2
    handle = y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: g + 1)
    y.sum().backward()
    same(x.grad, [21, 21])
    handle.remove()
    x.grad = None
    (x * 2).sum().backward()
    same(x.grad, [3, 3])


def test_post_accumulate_hook_and_node_hooks():
    x = leaf(1.)
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    y = x * 3
    y.grad_fn.register_hook(lambda gi, go: seen.append((len(gi), go[0].item())))
    y.grad_fn.register_prehook(lambda go: (go[0] * 2,))
    y.sum().backward()
    assert seen[1] == 6.0 and seen[0][1] == 2.0


def test_grad_fn_names_and_edges():
    x = leaf(1.)
    y = (x * 2 + 1).sum()
    assert repr(y.grad_fn).startswith("<SumBackward0 object at 0x")
    add = y.grad_fn.next_functions[0][0]
    mul = add.next_functions[0][0]
    acc = mul.next_functions[0][0]
    assert [n.name() for n in (add, mul, acc)] == ["AddBackward0", "MulBackward0", "torch::autograd::AccumulateGrad"]
    assert acc.variable is x


def test_saved_tensors_hooks():
    x = leaf(2.)
    packed = []

    def pack(t):
        packed.append(t.shape)
        return t.numpy(force=True).copy()
    with rl.autograd.graph.saved_tensors_hooks(pack, rl.from_numpy):
        y = (x * x).sum()
    y.backward()
    same(x.grad, [4])
    assert packed


# ------------------------------------------------------------------ custom functions

class Cube(rl.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        return scale * x ** 3

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        assert ctx.needs_input_grad == (True, False)
        return 3 * ctx.scale * x ** 2 * g, None


def test_function_and_its_second_order():
    x = leaf(2.)
    y = Cube.apply(x, 5.0)
    assert y.grad_fn.name() == "CubeBackward"
    g, = rl.autograd.grad(y.sum(), x, create_graph=True)
    h, = rl.autograd.grad(g.sum(), x)
    same(g, [60]), same(h, [60])


def test_function_with_setup_context_several_outputs_and_unused():
    class Split(rl.autograd.Function):
        @staticmethod
        def forward(x):
            return x * 2, x * 3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, a, b):
            return 2 * a + 3 * b
    x = leaf(1.)
    a, _ = Split.apply(x)
    a.sum().backward()
    same(x.grad, [2])


def test_function_wrong_count_of_gradients():
    class Bad(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, g):
            return g
    with pytest.raises(RuntimeError,
                       match=r"function BadBackward returned an incorrect number of gradients \(expected 2, got 1\)"):
        Bad.apply(leaf(1.), leaf(1.)).sum().backward()


def test_once_differentiable():
    class Once(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @rl.autograd.function.once_differentiable
        def backward(ctx, g):
            x, = ctx.saved_tensors
            return 2 * x * g
    x = leaf(3.)
    g, = rl.autograd.grad((Once.apply(x) ** 2).sum(), x, create_graph=True)
    same(g, [108])
    with pytest.raises(RuntimeError, match="once_differentiable"):
        g.sum().backward()


def test_function_mark_dirty_and_non_differentiable():
    class Double(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    class Const(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            out = x * 2
            ctx.mark_non_differentiable(out)
            return out

        @staticmethod
        def backward(ctx, g):
            return g
    x = leaf(1.)
    y = x * 1
    z = Double.apply(y)
    assert z is y
    z.sum().backward()
    same(x.grad, [2])
    assert not Const.apply(x).requires_grad


# ------------------------------------------------------------------ anomaly, memory

def test_anomaly_finds_the_nan_and_its_forward():
    x = leaf(0.)
    nan = "Function 'SqrtBackward0' returned nan values in its 0th output."
    with pytest.warns(UserWarning), pytest.raises(RuntimeError, match=nan):
        with rl.autograd.detect_anomaly():
            y = (x.sqrt() * 0).sum()
            y.backward()


def test_graph_is_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        x = leaf(1., 2.)
        y = (x.exp() * x).sum()
        node = weakref.ref(y.grad_fn)
        y.backward()
        del y
        assert node() is None
    finally:
        gc.enable()
