"""The updates in NumPy: the bits of the formula in tensor operations, in pieces too; what they do not take stays as it was.

In the compiled build those operations fuse products with sums, so the last bit may differ there.
"""

import numpy as np
import pytest

from rushlight.backend.cpu import B as CPU
from rushlight.optim import _arrays

OPTIONS = [
    ("SGD", {"lr": 0.1}), ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.8, "dampening": 0.3, "maximize": True}), ("SGD", {"lr": 0.1, "momentum": 0.8, "dampening": 0.3}),
    ("Adam", {"lr": 0.1}), ("Adam", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.1, "betas": (0.3, 0.5), "eps": 1e-3, "weight_decay": 0.1}), ("AdamW", {"lr": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.1, "maximize": True}),
]


def trained(rl, monkeypatch, cls, options, natively):
    """Parameters and state after three steps; with `natively` in NumPy, else in tensor operations."""
    monkeypatch.setattr(cls, "native", _in_numpy(cls) if natively else None)
    rl.manual_seed(0)
    params = [rl.randn(s, dtype=d).requires_grad_() for s in ((3, 5), (), (0,), (_arrays._PIECE + 7,)) for d in (rl.float32, rl.float64)]
    optimizer = cls(params, **options)
    for _ in range(3):
        for p in params:
            p.grad = rl.randn(p.shape, dtype=p.dtype)
        params[0].grad = rl.randn(5, 3).t()
        params[2].grad.fill_(float("nan"))
        optimizer.step()
    return [p.detach().numpy() for p in params] + [v.numpy() for s in optimizer.state.values() for v in s.values() if v is not None]


_KEPT = {}


def _in_numpy(cls):
    """The class's own `native`, without the native kernels."""
    native = _KEPT.setdefault(cls, cls.native)

    def call(self, *args):
        kept = {name: CPU.kernels.pop(name) for name in ("sgd_step", "adam_step") if name in CPU.kernels}
        try:
            return native(self, *args)
        finally:
            CPU.kernels.update(kept)
    return call


@pytest.mark.parametrize("name, options", OPTIONS, ids=str)
def test_bits_of_the_formula(rl, monkeypatch, name, options):
    cls = getattr(rl.optim, name)
    _KEPT.setdefault(cls, cls.native)
    fast, slow = (trained(rl, monkeypatch, cls, options, natively) for natively in (True, False))
    assert len(fast) == len(slow)
    for a, b in zip(fast, slow):
        assert a.dtype == b.dtype
        if CPU.kernels:
            np.testing.assert_allclose(a, b, rtol=1e-4 if a.dtype == np.float32 else 1e-12, atol=1e-6)
        else:
            assert np.array_equal(a, b, equal_nan=True)


def test_what_is_not_taken_stays_as_it_was():
    a, b = np.ones(4, "f"), np.ones(4, "f")
    frozen, half, steps = np.ones(4, "f"), np.ones(4, np.float16), np.ones((4, 2), "f")[:, 0]
    frozen.flags.writeable = False
    for p, g in ((frozen, b), (half, half), (steps, b), (b, np.ones(4)), (b, np.ones(3, "f"))):
        assert _arrays.sgd_step([a, p], [a.copy(), g], None, 0.1, 0, 0, 0, False, False) is NotImplemented
        assert (a == 1).all()
    assert _arrays.sgd_step([a], [b], None, 0.1, 0, 0, 0, False, False) is None and a[0] == np.float32(1 - 0.1)
