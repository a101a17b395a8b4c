"""The kernels of attention against the ops' bodies. Skipped in the pure build."""

import numpy as np
import pytest

native = pytest.importorskip("rushlight.native.attention", reason="the pure build has no kernels")

import rushlight  # noqa: F401  (fills the registry)
from rushlight.backend.cpu import B
from rushlight.core.op import Registry
from rushlight.native import threads

TOLERANCE = {np.float32: 2e-5, np.float64: 1e-12}


@pytest.fixture(autouse=True)
def _threads():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


def check(name, *args):
    """Compare a kernel with its body, and its bits with 1, 2 and 4 threads; return its results."""
    with np.errstate(all="ignore"):
        expected = Registry.ops[name].body(B, *args)
    found = []
    for n in (1, 2, 4):
        threads.set_num_threads(n)
        found.append(getattr(native, name)(*args))
        assert found[0] is not NotImplemented
    for got, same, again, want in zip(*found, expected, strict=True):
        if want is None:
            assert got is None
            continue
        assert got.shape == want.shape and got.dtype == want.dtype
        assert np.array_equal(got, same, equal_nan=True) and np.array_equal(got, again, equal_nan=True)
        limit = TOLERANCE[got.dtype.type]
        np.testing.assert_allclose(got, want, rtol=limit, atol=limit * max(1, np.nan_to_num(abs(want)).max()))
    return found[0]


def both_ways(q, k, v, mask=None, causal=False, scale=0.3, needs=(True, True, True, False)):
    out, logs = check("attention", q, k, v, mask, None, causal, scale)
    grad = np.cos(np.arange(out.size)).reshape(out.shape).astype(out.dtype)
    check("attention_backward", grad, q, k, v, mask, None, out, logs, causal, scale, needs)
    return out


# leading dimensions, queries, keys, features, features of values
SHAPES = [((), 1, 1, 1, 1), ((3,), 5, 4, 3, 2), ((2, 3), 17, 33, 8, 5), ((1, 2), 64, 64, 16, 16), ((2,), 65, 300, 33, 20),
          ((1, 3), 130, 70, 64, 80), ((), 70, 513, 32, 32), ((2, 1, 2), 1, 40, 24, 24), ((5, 2), 90, 91, 4, 4)]


def arrays(rng, dtype, shape, how):
    lead, rows, keys, features, values = shape
    sizes = (*lead, rows, features), (*lead, keys, features), (*lead, keys, values)
    if how == "by head" and len(lead) == 2:
        return [rng.standard_normal((s[0], s[2], s[1], s[3])).astype(dtype).transpose(0, 2, 1, 3) for s in sizes]
    if how == "spread":
        return [rng.standard_normal((*s[:-1], s[-1] * 2)).astype(dtype)[..., ::2] for s in sizes]
    return [rng.standard_normal(s).astype(dtype) for s in sizes]


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("causal", [False, True])
def test_shapes(dtype, causal):
    rng = np.random.default_rng(1)
    for k, shape in enumerate(SHAPES):
        both_ways(*arrays(rng, dtype, shape, ("plain", "by head", "spread")[k % 3]), causal=causal)


@pytest.mark.parametrize("kind", ["bool", "added"])
def test_masks(kind):
    rng = np.random.default_rng(2)
    for shape in SHAPES:
        lead, rows, keys, *_ = shape
        given = arrays(rng, np.float32, shape, "by head")
        for size in [(rows, keys), (1, keys), (rows, 1), (*[1] * len(lead), 1, keys), (*lead, rows, keys), (*lead[:1], *[1] * (len(lead) - 1), rows, keys)]:
            seen = rng.uniform(size=size) < 0.7
            mask = seen if kind == "bool" else np.where(seen, rng.standard_normal(size), -np.inf).astype("float32")
            both_ways(*given, mask)
        both_ways(*given, np.asfortranarray(rng.uniform(size=(rows, keys)) < 0.5))


def test_rows_that_see_nothing():
    rng = np.random.default_rng(3)
    q, k, v = (rng.standard_normal((2, 300, 8)).astype("float32") for _ in range(3))
    seen = np.ones((300, 300), bool)
    seen[5] = seen[:, 7] = False
    seen[70, :260] = False
    assert not both_ways(q, k, v, seen)[:, 5].any()


def test_values_that_are_not_finite():
    rng = np.random.default_rng(4)
    q, k, v = (rng.standard_normal((2, 70, 8)).astype("float32") for _ in range(3))
    q[0, 3] = np.nan
    q[1, 4] *= 1e4
    k[1, 9, 0] = np.inf
    check("attention", q, k, v, None, None, False, 0.3)
    check("attention", q, k, v, None, None, True, 0.3)


def test_needs():
    rng = np.random.default_rng(5)
    given = [rng.standard_normal((2, 70, 8)).astype("float32") for _ in range(3)]
    for k in range(3):
        both_ways(*given, needs=tuple([j == k for j in range(4)]))


def test_layout_is_that_of_the_query():
    rng = np.random.default_rng(6)
    q, k, v = arrays(rng, np.float32, ((2, 3), 5, 6, 4, 8), "by head")
    out, _ = check("attention", q, k, v)
    assert out.transpose(0, 2, 1, 3).flags.c_contiguous


def test_what_is_left_to_the_body():
    rng = np.random.default_rng(7)
    q = rng.standard_normal((2, 3, 4)).astype("float32")
    noise = np.ones((2, 3, 3), "float32")
    for args in [(q[:0], q[:0], q[:0]), (q, q.astype("float64"), q), (q[:1], q, q), (q, q, q[:, :2]), (q, q, q, None, noise),
                 (q, q, q, np.ones((5, 2, 3, 3), bool)), (q, q, q, np.ones((3, 3), "float64")), (q, q, q, np.ones((2, 3), bool)),
                 (q[0, 0], q, q), [q.astype("float16")] * 3]:
        assert native.attention(*args) is NotImplemented
    out, logs = native.attention(q, q, q)
    assert native.attention_backward(q, q, q, q, None, None, out, logs, False, 1.0, (True,) * 4) is NotImplemented
    assert native.attention_backward(q, q, q, q, None, None, out, logs[0], False, 1.0, (True, True, True, False)) is NotImplemented
