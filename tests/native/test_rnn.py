"""The kernels of recurrent layers against the ops' bodies. Skipped in the pure build."""

import numpy as np
import pytest

rnn = pytest.importorskip("rushlight.native.rnn", reason="the pure build has no kernels")

import rushlight  # noqa: F401  (fills the registry)
from rushlight.backend.cpu import B
from rushlight.core.op import Registry
from rushlight.native import threads

TOLERANCE = {np.float32: 2e-5, np.float64: 1e-12}
GATES = {"lstm": 4, "gru": 3, "rnn": 1}


@pytest.fixture(autouse=True)
def _threads():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


def check(name, *args):
    """Compare a kernel with its body, and its bits with 1, 2 and 4 threads; return its results."""
    expected = Registry.ops[name].body(B, *args)
    found = []
    for n in (1, 2, 4):
        threads.set_num_threads(n)
        found.append(getattr(rnn, name)(*args))
        assert found[0] is not NotImplemented
    for got, same, again, want in zip(*found, expected, strict=True):
        if want is None:
            assert got is None
            continue
        assert got.shape == want.shape and got.dtype == want.dtype
        assert np.array_equal(got, same) and np.array_equal(got, again)
        limit = TOLERANCE[got.dtype.type]
        np.testing.assert_allclose(got, want, rtol=limit, atol=limit * max(1, abs(want).max()))
    return found[0]


# steps, sequences, features, size
SHAPES = [(1, 1, 1, 1), (3, 2, 5, 7), (5, 1, 3, 33), (4, 9, 6, 16), (7, 5, 20, 19), (3, 35, 17, 130), (2, 67, 8, 401)]
SIZES = [(1, 1, 1), (6, 6, 4, 1), (9, 5, 5, 2, 1)]


def layer(kind, rng, dtype, steps, n, features, size, sizes=None, step=1):
    def some(*shape):
        return rng.uniform(-0.5, 0.5, shape).astype(dtype)

    gates = GATES[kind] * size
    x = some(steps, n, features) if sizes is None else some(sum(sizes), features)
    if step > 1:
        x = some(n, steps, features * 2).transpose(1, 0, 2)[..., ::2]
    states = [some(n, size) for _ in range(2 if kind == "lstm" else 1)]
    weights = [some(gates, features), some(gates, size), some(gates), some(gates)]
    return x, states, weights


def both_ways(kind, x, states, weights, sizes, reverse, options=(), rng=None):
    extra = (None,) if kind == "lstm" else ()
    results = check(f"{kind}_layer", x, *states, *weights, *extra, sizes, reverse, *options)
    out, lasts, saved = results[0], results[1:1 + len(states)], results[1 + len(states):]
    grads = [rng.uniform(-1, 1, a.shape).astype(a.dtype) for a in (out, *lasts)]
    needs = (True,) * (5 + len(states)) + ((False,) if kind == "lstm" else ())
    tail = (needs, None, sizes, reverse) if kind == "lstm" else (needs, sizes, reverse, *options)
    check(f"{kind}_layer_backward", *grads, x, *states, *weights[:2], out, *saved, *tail)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_layers(kind, dtype):
    rng = np.random.default_rng(1)
    for k, shape in enumerate(SHAPES):
        x, states, weights = layer(kind, rng, dtype, *shape, step=1 + k % 2)
        options = (("tanh", "relu")[k % 2],) if kind == "rnn" else ()
        if k % 3 == 1:
            weights[2] = None
        if k % 3 == 2:
            weights[2] = weights[3] = None
        both_ways(kind, x, states, weights, None, k % 2 == 1, options, rng)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_packed(kind, reverse):
    rng = np.random.default_rng(2)
    for sizes in SIZES:
        x, states, weights = layer(kind, rng, np.float32, len(sizes), sizes[0], 5, 18, sizes)
        both_ways(kind, x, states, weights, sizes, reverse, ("tanh",) if kind == "rnn" else (), rng)


def test_needs():
    rng = np.random.default_rng(3)
    x, (h, c), weights = layer("lstm", rng, np.float32, 4, 3, 5, 6)
    out, last, cell, gates, cells = check("lstm_layer", x, h, c, *weights)
    for k in (0, 3, 4, 5, 6):
        needs = tuple([j == k for j in range(8)])
        check("lstm_layer_backward", out, last, cell, x, h, c, *weights[:2], out, gates, cells, needs)


def test_what_is_left_to_the_body():
    rng = np.random.default_rng(4)
    x, (h, c), weights = layer("lstm", rng, np.float32, 4, 3, 5, 6)
    w_ih, w_hh, b_ih, _ = weights
    for args in [(x[:0], h, c, *weights), (x.astype("float64"), h, c, *weights), (x, h[:2], c, *weights), (x, h, c[:, :4], *weights),
                 (x, h, c, w_ih[:, :4], w_hh), (x, h, c, w_ih, w_hh[:, :5]), (x, h, c, w_ih, w_hh, b_ih[:3]),
                 (x.astype("float16"), h.astype("float16"), c.astype("float16"), *[w.astype("float16") for w in weights]),
                 (x, h, c, *weights, np.ones((2, 6), "float32")), (x.reshape(12, 5), h, c, *weights, None, (2, 3, 3, 4)),
                 (x.reshape(12, 5), h, c, *weights, None, (3, 3, 3))]:
        assert rnn.lstm_layer(*args) is NotImplemented
