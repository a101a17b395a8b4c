"""The kernels of pooling, unfold and fold against the ops' bodies. Skipped in the pure build."""

import random

import numpy as np
import pytest

windows = pytest.importorskip("rushlight.native.windows", reason="the pure build has no kernels")

import rushlight  # noqa: F401  (fills the registry)
from rushlight.backend.cpu import B
from rushlight.core.op import Registry
from rushlight.native import threads

TOLERANCE = {np.float32: 1e-6, np.float64: 1e-14}       # where sums run in another order than the body's


@pytest.fixture(autouse=True)
def _threads():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


def as_tuple(found):
    return found if isinstance(found, tuple) else (found,)


def check(name, *args, exact=False):
    """Compare a kernel with its body; return its results. Sums of overlapping windows may round differently."""
    with np.errstate(all="ignore"):
        expected = as_tuple(Registry.ops[name].body(B, *args))
    found = []
    for n in (1, 2, 4):
        threads.set_num_threads(n)
        found.append(as_tuple(getattr(windows, name)(*args)))
    for got, same, again, want in zip(*found, expected):
        assert got.shape == want.shape and got.dtype == want.dtype
        assert np.array_equal(got, same, equal_nan=True) and np.array_equal(got, again, equal_nan=True)
        if exact or got.dtype.kind == "i":
            assert np.array_equal(got, want, equal_nan=True)
        else:
            limit = TOLERANCE[got.dtype.type]
            assert np.allclose(got, want, rtol=limit, atol=limit * 10, equal_nan=True)
    return found[0]


def drawn(seed):
    """Yield (size, kernel, stride, padding, dilation, ceil) of all sorts."""
    draw = random.Random(seed)
    for _ in range(25):
        n = draw.choice((1, 2, 2, 2, 3))

        def some(*values, n=n):
            return tuple([draw.choice(values) for _ in range(n)])

        kernel, stride, dilation, size = some(1, 2, 2, 3, 4), some(1, 2, 2, 3), some(1, 1, 2), some(4, 5, 8, 9, 16, 31)
        padding = tuple([draw.randint(0, k // 2) for k in kernel])
        if all(s + 2 * p > d * (k - 1) for s, p, d, k in zip(size, padding, dilation, kernel)):
            yield size, kernel, stride, padding, dilation


def outputs(size, kernel, stride, padding, dilation, ceil):
    return tuple([(s + 2 * p - d * (k - 1) - 1 + (t - 1 if ceil else 0)) // t + 1
                  for s, k, t, p, d in zip(size, kernel, stride, padding, dilation)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("seed", range(3))
def test_pools(seed, dtype):
    rng = np.random.default_rng(seed)
    shapes = [((24, 24), (2, 2), (2, 2), (0, 0), (1, 1)), ((25, 71), (2, 2), (2, 2), (0, 0), (1, 1)), *drawn(seed)]
    for i, (size, kernel, stride, padding, dilation) in enumerate(shapes):
        x = np.round(rng.standard_normal((2, 9, *size)) * 4).astype(dtype) / 3
        if i % 3 == 0:
            x.flat[::7] = np.nan
        if i % 4 == 0:
            x.flat[::5] = -np.inf
        out = outputs(size, kernel, stride, padding, dilation, i % 2)
        y, taps = check("max_pool_forward", x, kernel, stride, padding, dilation, out, exact=True)
        g = rng.standard_normal(y.shape).astype(dtype)
        check("max_pool_backward", g, taps, size, kernel, stride, padding, dilation)
        x = rng.standard_normal(x.shape).astype(dtype)
        out = outputs(size, kernel, stride, padding, (1, 1, 1), i % 2)
        for include, divisor in ((True, None), (False, None), (True, 3)):
            y, = check("avg_pool_forward", x, kernel, stride, padding, out, include, divisor, exact=True)
            check("avg_pool_backward", y, size, kernel, stride, padding, include, divisor)
        if len(size) == 2:
            columns, = check("im2col", x, kernel, dilation, padding, stride, exact=True)
            check("col2im", columns, size, kernel, dilation, padding, stride, exact=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_parts(dtype):
    rng = np.random.default_rng(0)
    for size, out in (((9,), (4,)), ((7, 7), (1, 1)), ((28, 31), (7, 5)), ((3, 4), (6, 4)), ((5, 6, 7), (2, 6, 3))):
        x = rng.standard_normal((3, 5, *size)).astype(dtype)
        y, = check("adaptive_avg_pool", x, out)
        check("adaptive_avg_pool_backward", y, size)
        x.flat[::11] = np.nan
        x.flat[::13] = np.inf
        check("adaptive_max_pool", x, out, exact=True)


def test_what_is_refused():
    x = np.ones((2, 3, 8, 8), np.float32)
    good = ((2, 2), (2, 2), (0, 0), (1, 1), (4, 4))
    assert windows.max_pool_forward(x, *good) is not NotImplemented
    for a in (x.astype(np.int64), x[:0], x[..., ::2], x.tolist()):
        assert windows.max_pool_forward(a, *good) is NotImplemented
    for k, wrong in ((0, (2,)), (1, (0, 2)), (2, (-1, 0)), (3, (1.0, 1)), (4, (4, 0))):
        assert windows.max_pool_forward(x, *good[:k], wrong, *good[k + 1:]) is NotImplemented
    taps = np.full((2, 3, 4, 4), 10**6, np.int32)           # taps that cannot be are passed by
    assert not windows.max_pool_backward(x[:, :, :4, :4].copy(), taps, (8, 8), *good[:4]).any()
    assert windows.max_pool_backward(x[:, :, :4, :4].copy(), taps[:1], (8, 8), *good[:4]) is NotImplemented
    assert windows.col2im(np.ones((1, 5, 9), np.float32), (4, 4), (2, 2), (1, 1), (0, 0), (1, 1)) is NotImplemented
    assert windows.im2col(x, (9, 9), (1, 1), (0, 0), (1, 1)) is NotImplemented
