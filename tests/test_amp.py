"""Automatic mixed precision: what is cast, what is not, and the gradient scaler."""

import pickle
import warnings

import pytest

F32, BF16 = "float32", "bfloat16"


def names(torch, *xs):
    return [str(x.dtype).removeprefix("torch.") for x in xs]


def under(torch, call, dtype=F32):
    """The dtype of call(torch, rand) under CPU autocast, rand making tensors of `dtype`."""
    def rand(*shape):
        return torch.rand(*shape).to(getattr(torch, dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with torch.autocast("cpu"):
            return names(torch, call(torch, rand))[0]


CALLS = {
    "mm": lambda t, r: r(2, 2).mm(r(2, 2)), "matmul": lambda t, r: r(2, 2) @ r(2, 2),
    "bmm": lambda t, r: r(1, 2, 2).bmm(r(1, 2, 2)), "addmm": lambda t, r: t.addmm(r(2, 2), r(2, 2), r(2, 2)),
    "dot": lambda t, r: r(2).dot(r(2)), "mv": lambda t, r: r(2, 2).mv(r(2)),
    "linear": lambda t, r: t.nn.functional.linear(r(2, 2), r(2, 2), r(2)),
    "einsum": lambda t, r: t.einsum("ij,jk->ik", r(2, 2), r(2, 2)),
    "conv2d": lambda t, r: t.nn.functional.conv2d(r(1, 1, 3, 3), r(1, 1, 2, 2)), "add": lambda t, r: r(2) + r(2),
    "softmax": lambda t, r: r(2, 2).softmax(1), "sum": lambda t, r: r(2).sum(), "prod": lambda t, r: r(2).prod(),
    "exp": lambda t, r: r(2).exp(), "layer_norm": lambda t, r: t.nn.functional.layer_norm(r(2, 2), (2,)),
    "mse_loss": lambda t, r: t.nn.functional.mse_loss(r(2), r(2)), "l1_loss": lambda t, r: t.nn.functional.l1_loss(r(2), r(2)),
    "cross_entropy": lambda t, r: t.nn.functional.cross_entropy(r(2, 2), t.tensor([0, 1])),
    "bce_with_logits": lambda t, r: t.nn.functional.binary_cross_entropy_with_logits(r(2), r(2)),
    "cat of both": lambda t, r: t.cat([r(2), t.rand(2)]), "stack of both": lambda t, r: t.stack([r(2), t.rand(2).bfloat16()]),
    "add of both": lambda t, r: r(2) + t.rand(2).bfloat16(), "gelu": lambda t, r: t.nn.functional.gelu(r(2)),
}

EXPECTED = {       # dtype of the result for float32 and for bfloat16 inputs, as PyTorch gives it
    **dict.fromkeys(("mm", "matmul", "bmm", "addmm", "linear", "einsum", "conv2d"), (BF16, BF16)),
    **dict.fromkeys(("dot", "mv", "add", "softmax", "sum", "exp", "layer_norm", "gelu", "add of both"), (F32, BF16)),
    **dict.fromkeys(("prod", "mse_loss", "l1_loss", "cross_entropy", "bce_with_logits", "cat of both"), (F32, F32)),
    "stack of both": (F32, BF16),
}


@pytest.mark.parametrize("case", CALLS)
def test_dtypes(rl, case):
    assert (under(rl, CALLS[case]), under(rl, CALLS[case], BF16)) == EXPECTED[case]


@pytest.mark.parametrize("case", CALLS)
def test_torch_agrees(torch, case):
    assert (under(torch, CALLS[case]), under(torch, CALLS[case], BF16)) == EXPECTED[case]


def test_float64_is_left_alone(rl):
    assert under(rl, CALLS["mm"], "float64") == "float64"


def test_float16(rl):
    a = rl.ones(2, 2)
    with rl.autocast("cpu", dtype=rl.float16):
        assert names(rl, a @ a) == ["float16"]


def test_disabled_inside_enabled(rl):
    a = rl.ones(2, 2)
    with rl.autocast("cpu"):
        assert rl.is_autocast_enabled("cpu") and not rl.is_autocast_enabled("cuda")
        with rl.autocast("cpu", enabled=False):
            assert names(rl, a @ a) == [F32] and not rl.is_autocast_enabled("cpu")
        assert names(rl, a @ a) == [BF16]
    assert names(rl, a @ a) == [F32] and not rl.is_autocast_enabled("cpu")


def test_gradients_arrive_in_the_parameters_dtype(rl):
    w = rl.ones(2, 2, requires_grad=True)
    with rl.autocast("cpu"):
        out = (rl.ones(2, 2) @ w).sum()
    out.backward()
    assert names(rl, out, w.grad) == [BF16, F32] and w.grad.tolist() == [[2, 2], [2, 2]]


def test_parameters_are_cast_once(rl):
    w = rl.ones(2, 2, requires_grad=True)
    with rl.autocast("cpu"):
        one, two = rl.ones(2, 2) @ w, rl.zeros(2, 2) @ w
    assert one.grad_fn.next_functions[1][0] is two.grad_fn.next_functions[1][0]


def test_decorator(rl):
    @rl.autocast("cpu")
    def product(a):
        return a @ a
    assert names(rl, product(rl.ones(2, 2))) == [BF16]


def test_layers_of_different_kinds_follow_each_other(rl):
    """A half-precision activation meets float32 weights, and a loss gets it in float32."""
    net = rl.nn.Sequential(rl.nn.Conv2d(1, 2, 3), rl.nn.Conv2d(2, 2, 3), rl.nn.Flatten(), rl.nn.Linear(8, 3))
    with rl.autocast("cpu"):
        out = net(rl.ones(2, 1, 6, 6))
        loss = rl.nn.functional.cross_entropy(out, rl.tensor([0, 1]))
    loss.backward()
    assert names(rl, out, loss, net[0].weight.grad, net[3].bias.grad) == [BF16, F32, F32, F32]


def test_backward_is_not_cast(rl):
    """The rules of a backward inside the context see the dtypes of the forward."""
    w = rl.ones(2, 2, requires_grad=True)
    with rl.autocast("cpu"):
        (rl.ones(2, 2) @ w).float().sum().backward()
    assert names(rl, w.grad) == [F32]


@pytest.mark.parametrize("call, kind, said", [
    (lambda t: t.autocast(3), ValueError, "Expected `device_type` of type `str`, got: `<class 'int'>`"),
    (lambda t: t.amp.GradScaler("cpu", growth_factor=0.5), AssertionError, "The growth factor must be > 1.0."),
    (lambda t: t.amp.GradScaler("cpu", backoff_factor=2.0), AssertionError, "The backoff factor must be < 1.0."),
    (lambda t: t.amp.GradScaler("cpu").update(), AssertionError,
     "Attempted update but _scale is None.  This may indicate your script did not use scaler.scale(loss or outputs) earlier in "
     "the iteration."),
    (lambda t: t.amp.GradScaler("cpu").scale([1]), ValueError, "outputs must be a Tensor or an iterable of Tensors"),
    (lambda t: t.amp.GradScaler("cpu").scale(1), ValueError, "outputs must be a Tensor or an iterable of Tensors"),
])
def test_errors(rl, call, kind, said):
    with pytest.raises(kind) as caught:
        call(rl)
    assert str(caught.value) == said


def test_unsupported_dtype_warns_and_disables(rl):
    with pytest.warns(UserWarning, match="In CPU autocast, but the target dtype is not supported. Disabling autocast."):
        assert not rl.autocast("cpu", dtype=rl.float64)._enabled


def test_without_cuda(rl):
    if rl.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.warns(UserWarning, match="CUDA is not available or torch_xla is imported. Disabling autocast."):
        assert not rl.autocast("cuda")._enabled
    with pytest.warns(UserWarning, match="torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling."):
        scaler = rl.amp.GradScaler("cuda")
    assert (scaler.is_enabled(), scaler.get_scale(), scaler.state_dict(), scaler.scale(3)) == (False, 1.0, {}, 3)


def run_scaler(torch):
    """The scale, growth count and parameter after good and bad steps."""
    p = torch.ones(2, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    seen = []
    for bad in (False, False, False, True, False):
        optimizer.zero_grad()
        scaler.scale((p * (float("inf") if bad else 1)).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        seen.append((scaler.get_scale(), scaler._get_growth_tracker(), [round(v, 4) for v in p.tolist()]))
    return seen, scaler


def test_scaler(rl):
    seen, scaler = run_scaler(rl)
    assert seen == [(8.0, 1, [0.9, 0.9]), (16.0, 0, [0.8, 0.8]), (16.0, 1, [0.7, 0.7]), (8.0, 0, [0.7, 0.7]),
                    (8.0, 1, [0.6, 0.6])]
    assert scaler.state_dict() == {"scale": 8.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 2,
                                   "_growth_tracker": 1}
    assert pickle.loads(pickle.dumps(scaler)).state_dict() == scaler.state_dict()


def test_scaler_as_torch(torch, rl):
    assert run_scaler(torch)[0] == run_scaler(rl)[0]


def test_scaler_refuses_steps_out_of_order(rl):
    p = rl.ones(2, requires_grad=True)
    optimizer, scaler = rl.optim.SGD([p], lr=0.1), rl.amp.GradScaler("cpu")
    scaler.scale(p.sum()).backward()
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) has already been called on this optimizer since the last update\(\)."):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match=r"step\(\) has already been called since the last update\(\)."):
        scaler.step(optimizer)
    with pytest.raises(RuntimeError, match=r"unscale_\(\) is being called after step\(\)."):
        scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match="Closure use is not currently supported if GradScaler is enabled."):
        scaler.step(optimizer, closure=lambda: 1)


def test_unscaled_gradients(rl):
    p = rl.ones(2, requires_grad=True)
    optimizer, scaler = rl.optim.SGD([p], lr=0.1), rl.amp.GradScaler("cpu")
    scaler.scale((p * 3).sum()).backward()
    scaler.unscale_(optimizer)
    assert p.grad.tolist() == [3, 3]
