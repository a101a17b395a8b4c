"""The convolution kernels: against the ops' bodies in float64, on any number of threads, at any instruction level.

The bodies run in double precision on the same values, so the tolerance is that of one float32 sum. Skipped in the
pure build."""

import itertools
import random

import numpy as np
import pytest

conv = pytest.importorskip("rushlight.native.conv", reason="the pure build has no kernels")

from rushlight.backend.cpu import B
from rushlight.native import threads
from rushlight.ops import conv as bodies

TOLERANCE = {np.float32: (3e-6, 3e-6, 2e-5), np.float64: (1e-14, 1e-14, 1e-13)}     # of the largest value; the gradient of a weight is a long chain
SHAPES = [
    # x, outputs, kernel, stride, padding, dilation, groups
    ((3, 1, 28, 28), 32, (3, 3), (1, 1), (0, 0), (1, 1), 1),
    ((3, 32, 26, 26), 64, (3, 3), (1, 1), (0, 0), (1, 1), 1),
    ((1, 64, 56, 56), 64, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((1, 64, 56, 56), 128, (3, 3), (2, 2), (1, 1), (1, 1), 1),
    ((2, 64, 56, 56), 32, (1, 1), (2, 2), (0, 0), (1, 1), 1),
    ((2, 64, 32, 32), 40, (1, 1), (1, 1), (0, 0), (1, 1), 1),
    ((9, 64, 7, 7), 130, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((2, 64, 30, 30), 64, (3, 3), (1, 1), (1, 1), (1, 1), 64),
    ((3, 8, 20, 84), 16, (8, 8), (4, 4), (0, 0), (1, 1), 1),
    ((4, 64, 300), 64, (5,), (1,), (2,), (1,), 1),
    ((2, 5, 9, 10, 11), 17, (3, 3, 2), (1, 2, 1), (1, 0, 1), (1, 1, 2), 1),
    ((3, 33, 13, 17), 47, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((2, 40, 12, 15), 65, (3, 3), (1, 1), (2, 0), (1, 1), 1),
    ((9, 32, 12, 12), 32, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    ((5, 512, 3, 3), 512, (3, 3), (1, 1), (1, 1), (1, 1), 1),
]


def drawn(seed):
    """Yield shapes of all sorts."""
    draw = random.Random(seed)
    for _ in range(40):
        n, groups = draw.choice((1, 2, 2, 2, 3)), draw.choice((1, 1, 1, 2, 3))

        def some(*values, n=n):
            return tuple([draw.choice(values) for _ in range(n)])

        inputs, outputs = groups * draw.choice((1, 2, 3, 5, 16)), groups * draw.choice((1, 2, 5, 6, 16, 17, 33, 70))
        kernel, stride, padding, dilation = some(1, 2, 3, 3, 5), some(1, 1, 2, 3), some(0, 1, 2, 3), some(1, 1, 2, 3)
        size = some(1, 4, 5, 7, 12, 19, 33) if n > 1 else some(1, 7, 40, 200)
        if all(s + 2 * p > d * (k - 1) for s, p, d, k in zip(size, padding, dilation, kernel)):
            yield (draw.choice((1, 2, 5)), inputs, *size), outputs, kernel, stride, padding, dilation, groups


@pytest.fixture(autouse=True)
def _threads():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


def exact(x, w, g, b, c, stride, padding, dilation, groups):
    """Return output, its transpose applied to g, and the gradient of w, by the bodies in float64."""
    x, w, g = (a.astype(np.float64) for a in (x, w, g))
    y = bodies._with_bias(B, bodies._convolve(B, x, w, stride, padding, dilation, groups), b, np.float64)
    gx = bodies._with_bias(B, bodies._spread(B, g, w, x.shape[2:], stride, padding, dilation, groups), c, np.float64)
    return y, gx, bodies._weigh(B, g, x, w.shape[2:], stride, padding, dilation, groups)


def by_kernels(x, w, g, b, c, stride, padding, dilation, groups):
    return (conv.convolution(x, w, b, stride, padding, dilation, groups),
            conv.convolution_transposed(g, w, c, x.shape[2:], stride, padding, dilation, groups),
            conv.convolution_weight(g, x, w.shape[2:], stride, padding, dilation, groups))


def check(shape, dtype):
    size, outputs, kernel, stride, padding, dilation, groups = shape
    rng = np.random.default_rng(0)

    def normal(*shape):
        return rng.standard_normal(shape).astype(dtype)

    x, w = normal(*size), normal(outputs, size[1] // groups, *kernel)
    b, c = (normal(outputs), normal(size[1])) if outputs % 2 == 0 else (None, None)
    outer = [(s + 2 * p - d * (k - 1) - 1) // t + 1 for s, p, d, k, t in zip(size[2:], padding, dilation, kernel, stride)]
    case = (x, w, normal(size[0], outputs, *outer), b, c, stride, padding, dilation, groups)
    found = {}
    for n in (1, 2, 4):
        threads.set_num_threads(n)
        found[n] = by_kernels(*case)
    for got, want, limit in zip(found[1], exact(*case), TOLERANCE[dtype]):
        assert got.dtype == dtype and got.shape == want.shape
        assert np.abs(got - want).max() <= limit * np.abs(want).max()
    for one, two, four in zip(*found.values()):
        assert np.array_equal(one, two) and np.array_equal(one, four)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "x".join(map(str, s[0])))
def test_shapes_that_matter(shape):
    check(shape, np.float32)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("seed", range(3))
def test_drawn_shapes(seed, dtype):
    for shape in drawn(seed):
        check(shape, dtype)


def test_what_is_not_finite_stays_where_it_is():
    """The zeros that fill up the runs of the weight's gradient must not meet inf; the body takes over."""
    x, g = np.ones((1, 2, 6, 6), np.float32), np.ones((1, 3, 6, 6), np.float32)
    x[0, 1, 0, 5] = np.inf
    assert conv.convolution_weight(g, x, (3, 3), (1, 1), (1, 1), (1, 1), 1) is NotImplemented
    x[0, 1, 0, 5] = np.nan
    y = conv.convolution(x, np.ones((4, 2, 3, 3), np.float32), None, (1, 1), (1, 1), (1, 1), 1)
    assert np.argwhere(np.isnan(y[0, 0])).tolist() == [[0, 4], [0, 5], [1, 4], [1, 5]]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_winograd_leaves_what_is_not_finite_to_direct_sums(value):
    """A tile would spread it to outputs that do not see it, and turn inf into nan."""
    x, w = np.ones((1, 32, 14, 14), np.float32), np.ones((32, 32, 3, 3), np.float32)
    x[0, 3, 4, 5] = value
    for y in (conv.convolution(x, w, None, (1, 1), (1, 1), (1, 1), 1),
              conv.convolution_transposed(x, w, None, (14, 14), (1, 1), (1, 1), (1, 1), 1)):
        seen = np.zeros((14, 14), bool)
        seen[3:6, 4:7] = True
        assert np.array_equal(y[0, 0][seen], np.full(9, np.float32(value)), equal_nan=True)
        assert np.isfinite(y[0, :, ~seen]).all() and y[0, 0, 10, 10] == 288


def test_what_is_refused():
    x, w = np.ones((2, 4, 6, 6), np.float32), np.ones((8, 4, 3, 3), np.float32)
    options = ((1, 1), (0, 0), (1, 1), 1)
    assert conv.convolution(x, w, None, *options) is not NotImplemented
    for a, b, c in ((x[:, :, ::2], w, None), (x.astype(np.float64), w, None), (x, w[:, :2], None), (x, w, np.ones(7, np.float32)),
                    (x[:0], w, None), (x, np.ones((8, 4, 9, 9), np.float32), None), (x[0], w, None), (x, w, np.ones(8))):
        assert conv.convolution(a, b, c, *options) is NotImplemented
    for wrong in (((0, 1), (0, 0), (1, 1), 1), ((1,), (0, 0), (1, 1), 1), ((1, 1), (0, -1), (1, 1), 1),
                  ((1, 1), (0, 0), (1, 1), 0), ((1, 1), (0, 0), (1, 1), 3), ((1, 1), (0, 0), (1.0, 1), 1)):
        assert conv.convolution(x, w, None, *wrong) is NotImplemented
    g = np.ones((2, 8, 4, 4), np.float32)
    for size in itertools.product((5, 6, 7), repeat=2):
        found = conv.convolution_transposed(g, w, None, size, *options)
        assert (found is NotImplemented) == (min(size) < 6)
    assert conv.convolution_weight(g[:1], x, (3, 3), *options) is NotImplemented
    assert conv.convolution_weight(g, x, (5, 3), *options) is NotImplemented
