"""Kernels of reductions, running reductions and softmax against the ops' bodies: layouts, ties, nan, infinities, thread counts."""

import itertools

import numpy as np
import pytest

pytest.importorskip("rushlight.native.reduce", reason="the pure build has no kernels")

from rushlight.backend.cpu import B
from rushlight.core.op import Registry
from rushlight.native import threads

K = B.kernels
nan, inf = np.nan, np.inf
SHAPES = [(1,), (7,), (1000,), (70001,), (3, 5), (1, 40), (40, 1), (17, 33), (300, 100), (2000, 3), (5, 2000), (3, 4, 5), (6, 130, 7),
          (2, 3, 400), (0, 3), (3, 0), (40, 30, 50)]


@pytest.fixture(autouse=True)
def _quiet():
    with np.errstate(all="ignore"):
        yield


def numbers(shape, dtype, seed=0):
    """Numbers with ties, zeros of both signs, infinities and nan here and there."""
    r = np.random.default_rng(seed)
    if np.dtype(dtype).kind in "bi":
        return r.integers(0, 2 if dtype == "?" else 100, shape).astype(dtype)
    x = np.round(r.uniform(-2, 2, shape) * 50) / 50
    flat = x.reshape(-1)
    if flat.size > 300:
        flat[r.integers(0, flat.size, 5)] = (nan, inf, -inf, -0.0, nan)
    return x.astype(dtype)


def layouts(x):
    """The array, then the same numbers transposed in memory, and with gaps."""
    yield x
    if x.ndim > 1:
        yield np.asfortranarray(x)
    if x.ndim > 2:
        yield np.ascontiguousarray(np.moveaxis(x, 1, 0)).swapaxes(0, 1)
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    yield wide[..., ::2]


def dims_of(ndim):
    yield None
    yield from range(-ndim, ndim)
    for k in range(2, ndim + 1):
        yield from itertools.combinations(range(ndim), k)


def compare(name, args, tolerance):
    """Hold a kernel against its op's body; tell whether the kernel took the arguments."""
    found = K[name](*args)
    if found is NotImplemented:
        return 0
    expected = Registry.ops[name].body(B, *args)
    for got, want in zip(*((f if isinstance(f, tuple) else (f,)) for f in (found, expected)), strict=True):
        want = np.asarray(want)
        assert got.shape == want.shape and got.dtype == want.dtype, (name, args[1:])
        limit = tolerance * np.finfo(want.dtype).eps if want.dtype.kind == "f" else 0
        np.testing.assert_allclose(got, want, rtol=limit, atol=limit, err_msg=f"{name} {args[0].shape} {args[1:]}")
    return 1


REDUCED = [(name, dtype) for name in ("amax", "amin", "all", "any", "count_nonzero") for dtype in ("f4", "f8", "i8", "i4", "?")]
REDUCED += [("sum", "i8"), ("sum", "i4"), ("sum", "?")]
REDUCED += [(name, dtype) for name in ("argmax", "argmin", "max_dim", "min_dim") for dtype in ("f4", "f8", "i8", "i4")]


@pytest.mark.parametrize(("name", "dtype"), REDUCED)
def test_exact(name, dtype):
    taken = 0
    for shape in SHAPES:
        for x in layouts(numbers(shape, dtype, len(shape))):
            for dim in dims_of(x.ndim):
                if dim is None and name.endswith("dim") or isinstance(dim, tuple) and name[:3] in ("arg", "max", "min"):
                    continue
                if not x.size and name[0] in "am" and name not in ("all", "any"):
                    assert K[name](x, dim) is NotImplemented
                    continue
                options = ((),) if name == "count_nonzero" else ((False,), (True,))
                taken += sum(compare(name, (x, dim, *o), 0) for o in options)
    assert taken > 100


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_near(dtype):
    taken = dict.fromkeys(("prod", "logsumexp", "var", "std", "linalg_vector_norm"), 0)
    for shape in SHAPES:
        plain = np.random.default_rng(1).uniform(0.98, 1.02, shape).astype(dtype)
        for x in (*layouts(numbers(shape, dtype, 3)), *layouts(plain)):
            if not x.size:
                continue
            n = 8 * x.size ** 0.5 + 50                  # errors of the bodies' own sums and products
            for dim, keep in itertools.product(dims_of(x.ndim), (False, True)):
                if not isinstance(dim, tuple) and x.base is not plain:
                    taken["prod"] += compare("prod", (plain if x is plain else x, dim, keep), 40 * n)
                if dim is not None:
                    taken["logsumexp"] += compare("logsumexp", (x, dim, keep), n)
                taken["var"] += compare("var", (x, dim, 0, keep), 4 * n)
                taken["std"] += compare("std", (x, dim, 1, keep), 40 * n)
                taken["linalg_vector_norm"] += compare("linalg_vector_norm", (x, 2, dim, keep), n)
    assert min(taken.values()) > 80, taken


def test_extremes_down_columns():
    x = np.array([[1, nan, -0.0, inf, -inf], [2, 5, 0.0, inf, -inf], [2, nan, -0.0, 1, -inf]], "f4")
    for a in (x, np.tile(x, (1, 60))):
        values, places = K["max_dim"](a, 0)
        assert places[:5].tolist() == [1, 1 - 1, 0, 0, 0] and np.isnan(values[1]) and values[3] == inf and values[4] == -inf
        assert K["argmin"](a, 0)[:5].tolist() == [0, 0, 0, 2, 0]


RUNNING = ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin", "reversed_cumsum")


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8"])
@pytest.mark.parametrize("name", RUNNING)
def test_running(name, dtype):
    """In double precision, one after the other, to the bit."""
    taken = 0
    for shape in SHAPES:
        x = numbers(shape, dtype, 5)
        for dim in range(-x.ndim, x.ndim):
            options = (None,) if name in ("cumsum", "cumprod") else ()
            found = K[name](x, dim, *options)
            if found is NotImplemented:
                continue
            taken += 1
            if name.startswith("cumm"):
                compare(name, (x, dim), 0)
                continue
            wide = x.astype("f8") if x.dtype.kind == "f" else x
            if name == "reversed_cumsum":
                expected = np.flip(np.cumsum(np.flip(wide, dim), dim), dim)
            else:
                expected = {"cumsum": np.cumsum, "cumprod": np.cumprod, "logcumsumexp": np.logaddexp.accumulate}[name](wide, dim)
            near = 0 if name != "logcumsumexp" else 1e-7 if dtype == "f4" else 1e-12
            assert found.dtype == x.dtype and found.shape == x.shape
            np.testing.assert_allclose(found, expected.astype(dtype), rtol=near, atol=near)
            apart = K[name](x[..., ::2], dim, *options)
            if apart is not NotImplemented:
                np.testing.assert_array_equal(apart, K[name](x[..., ::2].copy(), dim, *options))
    assert taken > 20 or (dtype == "i8" and name not in ("cumsum", "reversed_cumsum"))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_softmax_along_any_dimension(dtype):
    for shape in SHAPES:
        x, g = 3 * numbers(shape, dtype, 6), np.random.default_rng(2).standard_normal(shape).astype(dtype)
        for dim in range(-len(shape), len(shape)):
            for name in ("softmax", "log_softmax"):
                assert compare(name, (x, dim, None), 60)
                if np.isfinite(x).all():
                    assert compare(name + "_backward", (g, K[name](x, dim), dim), 400 + 4 * x.size ** 0.5)
    far = np.array([[1000, -inf, 0], [-1000, -inf, nan], [0, -inf, 0]], dtype)
    assert compare("softmax", (far, 0, None), 16) and compare("log_softmax", (far, 0, None), 16)


def results(dtype):
    x, y = numbers((400_001,), dtype), numbers((300, 40, 50), dtype, 1)
    m = np.random.default_rng(0).standard_normal((700, 341)).astype(dtype)
    for name in ("amax", "argmin", "prod", "count_nonzero", "any", "all"):
        yield from (K[name](a, dim) for a, dim in ((x, None), (m, 0), (m, 1), (y, 1)))
    for dim in (None, 0, 1):
        yield from (K["var"](m, dim, 1, False), K["linalg_vector_norm"](m, 2, dim, False), K["sum"](m, dim), K["mean"](m, dim))
    for dim in (0, 1):
        yield from (K["logsumexp"](m, dim), *K["cummax"](m, dim), *K["max_dim"](m, dim))
        yield from (K[name](m, dim) for name in ("cumsum", "cumprod", "logcumsumexp", "reversed_cumsum"))
        yield from (K[name](m, dim) for name in ("softmax", "log_softmax"))
        yield from (K[name](m, m, dim) for name in ("softmax_backward", "log_softmax_backward"))
    yield from (K["sum"](y, 1), K["mean"](y, (0, 2)), K["softmax"](y, 1), K["cumsum"](x, 0))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_threads_do_not_change_bits(dtype):
    before = threads.get_num_threads()
    try:
        found = []
        for n in (1, 2, 4):
            threads.set_num_threads(n)
            found.append([np.ascontiguousarray(a) for a in results(dtype)])
    finally:
        threads.set_num_threads(before)
    for a, *others in zip(*found, strict=True):
        for b in others:
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
