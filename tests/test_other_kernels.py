"""Kernels that are no op's, so that no row of the table reaches them: whole optimizer updates and the
accumulation of gradients. With and without them the numbers agree."""

import kernels
import numpy as np
import pytest

from rushlight.backend.cpu import B as CPU

pytestmark = pytest.mark.skipif(not CPU.kernels, reason="the pure build has no kernels")

UPDATES = [
    ("sgd_step", "SGD", {"lr": 0.1}), ("sgd_step", "SGD", {"lr": 0.1, "momentum": 0.9}),
    ("sgd_step", "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}), ("sgd_step", "SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("sgd_step", "SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}), ("sgd_step", "SGD", {"lr": 0.1, "maximize": True}),
    ("adam_step", "Adam", {"lr": 0.1}), ("adam_step", "Adam", {"lr": 0.1, "amsgrad": True}),
    ("adam_step", "Adam", {"lr": 0.1, "weight_decay": 0.1, "betas": (0.8, 0.9), "eps": 1e-3}),
    ("adam_step", "AdamW", {"lr": 0.1, "weight_decay": 0.1}), ("adam_step", "Adam", {"lr": 0.1, "maximize": True}),
    ("rmsprop_step", "RMSprop", {"lr": 0.1}), ("rmsprop_step", "RMSprop", {"lr": 0.1, "momentum": 0.9, "centered": True}),
    ("rmsprop_step", "RMSprop", {"lr": 0.1, "weight_decay": 0.1}),
    ("adagrad_step", "Adagrad", {"lr": 0.1}), ("adagrad_step", "Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1}),
]
SHAPES = [(3, 4), (5,), (), (0, 2), (40, 50)]


def updated(rl, kind, options, dtype, transposed):
    """The parameters after three steps."""
    rng = np.random.RandomState(0)

    def draw(shape):
        x = rl.from_numpy(np.asarray(rng.uniform(-1, 1, shape))).to(getattr(rl, dtype))
        return x.t() if transposed and x.dim() == 2 else x

    parameters = [draw(shape).requires_grad_(True) for shape in SHAPES]
    optimizer = getattr(rl.optim, kind)(parameters, **options)
    for _ in range(3):
        for p in parameters:
            g = draw(tuple(p.shape))
            p.grad = g.reshape(p.shape) if g.shape != p.shape else g
        optimizer.step()
    return [p.detach().numpy() for p in parameters]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("kernel", "kind", "options"), UPDATES)
def test_updates(rl, kernel, kind, options, dtype, transposed):
    switch = kernels.Kernels()
    try:
        switch.off()
        want = updated(rl, kind, options, dtype, transposed)
        switch.restore()
        switch.count()
        got = updated(rl, kind, options, dtype, transposed)
    finally:
        switch.restore()
    assert switch.accepted[kernel] or transposed
    for a, b in zip(got, want):
        np.testing.assert_allclose(a, b, rtol=2e-6 if dtype == "float32" else 1e-12, atol=2e-6 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("transposed", [False, True])
def test_accumulation(rl, dtype, transposed):
    def gradient():
        x = rl.arange(6.0).to(getattr(rl, dtype)).reshape(2, 3)
        x = (x.t() if transposed else x).detach().requires_grad_(True)
        for _ in range(3):
            (x * x).sum().backward()
        return x.grad.float().numpy()

    switch = kernels.Kernels()
    try:
        switch.off()
        want = gradient()
    finally:
        switch.restore()
    np.testing.assert_allclose(gradient(), want)


def test_steps_are_counted_or_none_is():
    """One array that does not fit leaves all of them as they were."""
    count = CPU.kernels["count_steps"]
    steps = [np.zeros((), "float32"), np.full(1, 4.0)]
    assert count(steps) is steps
    assert [float(s.sum()) for s in steps] == [1.0, 5.0]
    for odd in (np.zeros((), "int64"), np.zeros(2, "float32"), np.zeros(0, "float32"), 3.0):
        assert count([steps[0], odd]) is NotImplemented
    assert float(steps[0]) == 1.0
