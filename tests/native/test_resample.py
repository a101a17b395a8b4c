"""The kernels of `interpolate` against the ops' bodies. Skipped in the pure build."""

import itertools

import numpy as np
import pytest

resample = pytest.importorskip("rushlight.native.resample", reason="the pure build has no kernels")

import rushlight  # noqa: F401  (fills the registry)
from rushlight.backend.cpu import B
from rushlight.core.op import Registry
from rushlight.native import threads

CASES = [
    # size, output size, scales
    ((7,), (14,), (2.0,)), ((31,), (9,), (None,)), ((1,), (5,), (None,)), ((16,), (1,), (None,)),
    ((28, 28), (56, 56), (2.0, 2.0)), ((31, 16), (20, 40), (None, None)), ((3, 1), (2, 5), (None, None)),
    ((1, 7), (3, 4), (3.3, 0.7)), ((5, 200), (1, 300), (None, 1.5)),
]
TOLERANCE = {np.float32: 3e-6, np.float64: 1e-13}


@pytest.fixture(autouse=True)
def _threads():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "linear", "bicubic"])
def test_against_bodies(mode, dtype):
    rng = np.random.default_rng(0)
    forward, backward = (Registry.ops[name].body for name in ("resize_forward", "resize_backward"))
    for (size, out, scales), align in itertools.product(CASES, (False, True)):
        if align and mode.startswith("nearest"):
            continue
        x, g = rng.standard_normal((3, 40, *size)).astype(dtype), rng.standard_normal((3, 40, *out)).astype(dtype)
        found = []
        for n in (1, 2, 4):
            threads.set_num_threads(n)
            found.append((resample.resize_forward(x, out, scales, mode, align, False),
                          resample.resize_backward(g, size, scales, mode, align, False)))
        wanted = forward(B, x, out, scales, mode, align, False), backward(B, g, size, scales, mode, align, False)
        for got, want in zip(found[0], wanted):
            assert got.dtype == dtype and got.shape == want.shape
            assert np.abs(got - want).max() <= TOLERANCE[dtype] * max(1, np.abs(want).max())
        for k in (0, 1):
            assert np.array_equal(found[0][k], found[1][k]) and np.array_equal(found[0][k], found[2][k])


def test_what_is_refused():
    x = np.ones((2, 3, 4, 4), np.float32)
    assert resample.resize_forward(x, (8, 8), (None, None), "bilinear", False, False).shape == (2, 3, 8, 8)
    for args in (((8, 8), (None, None), "bilinear", False, True), ((8, 8), (None,), "bilinear", False, False),
                 ((8, 0), (None, None), "bilinear", False, False), ((2, 8, 8), (None,) * 3, "nearest", False, False),
                 ((8, 8), (None, None), "area", False, False), ((8, 8), (1e-300, None), "nearest", False, False)):
        assert resample.resize_forward(x, *args) is NotImplemented
    assert resample.resize_forward(x.astype(np.uint8), (8, 8), (None, None), "nearest", False, False) is NotImplemented
    assert resample.resize_forward(x[..., ::2], (8, 8), (None, None), "nearest", False, False) is NotImplemented


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_grid_sample(dtype):
    random = np.random.RandomState(0)
    for shape, places in (((2, 3, 5, 7), (4, 6)), ((1, 1, 1, 1), (1, 1)), ((3, 2, 9, 4), (30, 20))):
        x = random.standard_normal(shape).astype(dtype)
        grid = random.uniform(-1.4, 1.4, (shape[0], *places, 2)).astype(dtype)
        g = random.standard_normal((*shape[:2], *places)).astype(dtype)
        for border in (False, True):
            for align in (False, True):
                args = x, grid, border, align
                limit = {"rtol": 1e-4, "atol": 1e-4}
                found = resample.grid_sample(*args)
                assert np.allclose(found, Registry.ops["_grid_sample"].body(B, *args), **limit)
                for needs in ((True, True), (True, False), (False, True)):
                    first = None
                    for n in (1, 2, 4):
                        threads.set_num_threads(n)
                        back = resample.grid_sample_back(g, *args, *needs)
                        first = back if first is None else first
                        for got, same in zip(back, first, strict=True):
                            assert (got is None and same is None) or np.array_equal(got, same)
                    for got, want in zip(back, Registry.ops["_grid_sample_back"].body(B, g, *args, *needs), strict=True):
                        assert (got is None) == (want is None) and (got is None or np.allclose(got, want, **limit))
        assert resample.grid_sample(x, grid.transpose(0, 2, 1, 3)[..., ::-1], False, False) is NotImplemented
        assert resample.grid_sample(x[:0], grid[:0], False, False) is NotImplemented


def test_grid_sample_far_away():
    grid = np.array([[[[np.nan, 0], [np.inf, 0], [1e30, 0], [0, -np.inf], [-1e30, 0.5]]]], "f4")
    one = np.ones((1, 1, 3, 3), "f4")
    assert np.array_equal(resample.grid_sample(one, grid, False, False)[0, 0, 0], [np.nan, np.nan, 0, np.nan, 0], equal_nan=True)
    assert resample.grid_sample(one, grid, True, False).tolist() == [[[[1] * 5]]]
    for border in (False, True):
        gx, gg = resample.grid_sample_back(np.ones((1, 1, 1, 5), "f4"), one, grid, border, False, True, True)
        assert gx.shape == one.shape and gg.shape == grid.shape
