"""The native kernels: values against NumPy in higher precision, against the ops' bodies, what the
guard refuses, and the same bits with any number of threads. Skipped in the pure build."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("rushlight.native.elementwise", reason="the pure build has no kernels")

from rushlight.backend.cpu import B
from rushlight.core.op import Registry
from rushlight.native import threads

K = B.kernels
SIZES = (0, 1, 3, 15, 16, 17, 33, 1000, 70001)
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1e-42, -1e-42, 1e-310, 3e38, -3e38)
inf, nan = np.inf, np.nan


@pytest.fixture(autouse=True)
def _quiet():
    with np.errstate(all="ignore"):
        yield


def random(shape, dtype=np.float32, low=-3.0, high=3.0, seed=0):
    values = np.random.default_rng(seed).uniform(low, high, shape)
    return np.asarray(values if np.dtype(dtype).kind == "f" else np.round(values * 20), dtype)


def same(a, b):
    """Equal in bits up to the payload of nan."""
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)


def ulps(got, exact):
    """The largest error in units of the last place of `exact`; inf where nan or inf do not agree."""
    if not got.size:
        return 0.0
    rounded = exact.astype(got.dtype)
    plain = np.isfinite(rounded)
    if not np.array_equal(got[~plain], rounded[~plain], equal_nan=True):
        return inf
    error = np.abs(got[plain].astype(exact.dtype) - exact[plain])
    return float(np.max(error / np.spacing(np.abs(rounded[plain]))).astype(float)) if plain.any() else 0.0


# ------------------------------------------------------------------ accuracy of elementary functions

def _erf(x):
    special = pytest.importorskip("scipy.special")
    return special.erf(np.asarray(x, np.float64)).astype(x.dtype)


def _sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


FUNCTIONS = [
    # name, reference, argument range, largest error in ulp (float32, float64; None: not tested)
    ("exp", np.exp, (-110, 100), 1.0, 1.1),
    ("log", np.log, (-1, 50), 1.0, 1.0),
    ("sqrt", np.sqrt, (-1, 50), 0.51, 0.51),
    ("rsqrt", lambda x: 1 / np.sqrt(x), (-1, 50), 1.51, 1.51),
    ("reciprocal", lambda x: 1 / x, (-50, 50), 0.51, 0.51),
    ("tanh", np.tanh, (-12, 12), 2.5, 2.5),
    ("sigmoid", _sigmoid, (-110, 40), 2.5, 2.5),
    ("sin", np.sin, (-1000, 1000), 1.7, 1.0),
    ("cos", np.cos, (-1000, 1000), 1.7, 1.0),
    ("erf", _erf, (-5, 5), 1.3, None),
    ("relu", lambda x: np.where(x < 0, 0, x), (-5, 5), 0, 0),
    ("neg", np.negative, (-5, 5), 0, 0),
    ("abs", np.abs, (-5, 5), 0, 0),
    ("square", np.square, (-5, 5), 0.51, 0.51),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda r: r[0])
def test_function(row, dtype):
    name, reference, (low, high), limit32, limit64 = row
    limit, wider = (limit32, np.float64) if dtype is np.float32 else (limit64, np.longdouble)
    if limit is None:
        pytest.skip("no reference in more than double precision")
    for n in SIZES:
        x = random(n, dtype, low, high, seed=n)
        special = np.array(SPECIAL, dtype)
        x[: len(special)] = special[: n]
        before = x.copy()
        got = K[name](x)
        assert got.dtype == dtype and got.shape == x.shape and same(x, before)
        assert ulps(got, reference(x.astype(wider))) <= limit
        out = np.empty_like(x)
        assert K[name](x, out) is out and same(out, got)
        K[name](x, x)           # in place
        assert same(x, got)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_huge_angles(dtype):
    x = np.array([1e5, 524287.5, 1048577, 1e10, -1e22, 1.5707963267948966 * 4001, inf, nan] * 20, dtype)
    for name, reference in (("sin", np.sin), ("cos", np.cos)):
        exact = reference(x) if dtype is np.float64 else reference(x.astype(np.float64))
        assert ulps(K[name](x), exact) <= (1.7 if dtype is np.float32 else 2)


@pytest.mark.parametrize("exponent", [2, 3, 0.5, -1, -0.5, 1, 0, 2.5, -3, 1e3, 2.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_pow(exponent, dtype):
    x = random(1000, dtype, -1, 3)
    x[:5] = 0, -0.0, inf, nan, 1
    wide = x.astype(np.longdouble)
    exact = {0.5: np.sqrt(wide), -0.5: 1 / np.sqrt(wide)}.get(exponent, wide**exponent)     # torch's roots at -0
    assert ulps(K["pow"](x, exponent), exact) <= 2.1


# ------------------------------------------------------------------ two operands: every way they broadcast

SHAPES = [
    ((5,), (5,)), ((), ()), ((3, 4), ()), ((), (3, 4)), ((3, 4), (1,)), ((3, 4), (4,)), ((4,), (3, 4)),
    ((128, 100), (100,)), ((128, 4), (4,)), ((128, 4), (128, 1)), ((128, 1), (128, 4)), ((6, 50), (6, 1)),
    ((2, 3, 4, 5), (3, 1, 1)), ((2, 3, 4, 5), (1, 3, 1, 1)), ((2, 3, 40, 5), (3, 1, 1)), ((2, 3, 4), (2, 3, 1)),
    ((2, 3, 4), (2, 1, 1)), ((700, 300), (300,)), ((700, 300), (700, 1)), ((0, 4), (4,)), ((3, 0), (3, 1)),
    ((3, 1), (3, 1)), ((1, 4), (4,)), ((1000, 2), (2,)), ((3, 2000), (2000,)),
]
OTHERS = [((3, 1), (1, 4)), ((2, 3), (4, 3)), ((2, 3, 4), (2, 1, 4))]
ARITHMETIC = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide, "maximum": np.maximum,
    "minimum": np.minimum, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal,
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.int32], ids=lambda d: d.__name__)
@pytest.mark.parametrize("name", ARITHMETIC)
def test_binary(name, dtype):
    ufunc = ARITHMETIC[name]
    for (a, b), numbers in itertools.chain(((s, False) for s in SHAPES), (((n, n), True) for n in SIZES)):
        x, y = random(a, dtype, seed=1), random(b, dtype, seed=2)
        if x.shape and x.size > 4 and dtype in (np.float32, np.float64):
            x.flat[:4] = nan, inf, -0.0, 1
        if name == "div" and np.dtype(dtype).kind == "i":
            assert K[name](x, y) is NotImplemented
            continue
        expected = np.asarray(ufunc(x, y))
        got = K[name](x, y)
        assert same(got, expected), (a, b)
        out = np.empty_like(expected)
        assert (K[name](x, y, 1, out) if name in ("add", "sub") else K[name](x, y, out=out)) is out
        assert same(out, expected)
        if numbers:
            for number in ((2, -3) if np.dtype(dtype).kind == "i" else (2, 0.3)):
                assert same(K[name](x, number), ufunc(x, x.dtype.type(number)))
                assert same(K[name](number, x), ufunc(x.dtype.type(number), x))


@pytest.mark.parametrize("shapes", OTHERS, ids=str)
def test_binary_with_other_broadcasts(shapes):
    a, b = random(shapes[0]), random(shapes[1])
    try:
        assert same(K["add"](a, b), a + b)
    except ValueError:
        assert K["add"](a, b) is NotImplemented


@pytest.mark.parametrize("name", ["eq", "ne", "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or",
                                  "bitwise_xor"])
def test_truth_values(name):
    a, b = random(1001, seed=1) > 0, random(1001, seed=2) > 0
    ufunc = {"eq": np.equal, "ne": np.not_equal}.get(name) or getattr(np, name)
    assert same(K[name](a, b), ufunc(a, b))
    assert same(K["bitwise_not"](a), ~a)
    assert K["logical_and"](random(3), random(3)) is NotImplemented


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.bool_], ids=lambda d: d.__name__)
def test_where(dtype):
    for n in SIZES:
        c, a, b = random(n) > 0, random(n, dtype, seed=1), random(n, dtype, seed=2)
        assert same(K["where"](c, a, b), np.where(c, a, b))
        if n:
            one = b[:1].reshape(())
            assert same(K["where"](c, a, one), np.where(c, a, one))
            assert same(K["where"](c, one, a), np.where(c, one, a))
            assert same(K["masked_fill"](a, c, one), np.where(c, one, a))
        if dtype is not np.bool_:
            assert same(K["where"](c, a, 0), np.where(c, a, dtype(0)))
            assert same(K["where"](c, 1, a), np.where(c, dtype(1), a))
    assert K["masked_fill"](random(3), np.ones(3, bool), 1e300) is NotImplemented


def test_clamp():
    x = np.concatenate([random(1000), np.array([nan, inf, -inf], np.float32)])
    assert same(K["clamp"](x, -1, 1.5), np.clip(x, np.float32(-1), np.float32(1.5)))
    assert same(K["clamp"](x, None, 0.5), np.minimum(x, np.float32(0.5)))
    assert same(K["clamp_min"](x, 1), np.maximum(x, np.float32(1)))
    assert same(K["clamp"](x, 2, -2)[:3], np.float32([-2, -2, -2]))
    assert K["clamp"](x, nan, 1.0) is NotImplemented and K["clamp"](x, x, 1.0) is NotImplemented
    i = random(100, np.int64)
    assert same(K["clamp"](i, -5, None), np.maximum(i, -5)) and same(K["clamp"](i, -5, 7), np.clip(i, -5, 7))
    assert K["clamp"](random(4, np.int32), 0, 2**40) is NotImplemented


def test_add_with_alpha_is_fused():
    a, b = random(1003, seed=1), random(1003, seed=2)
    exact = a.astype(np.float64) + np.float64(np.float32(0.3)) * b
    assert same(K["add"](a, b, 0.3), exact.astype(np.float32))
    assert same(K["sub"](a, b, 0.3), (a - np.float64(np.float32(0.3)) * b).astype(np.float32))


# ------------------------------------------------------------------ reductions

REDUCED = [(), (1,), (7,), (1000,), (300001,), (3, 5), (128, 4), (128, 100), (1000, 33), (70, 3, 5), (4, 6, 5, 7),
           (2, 3, 1, 4), (0, 3), (3, 0), (150, 40, 60), (20000, 20)]


def dims_of(ndim):
    yield None
    yield from range(-ndim, ndim)
    for k in range(2, ndim + 1):
        yield from itertools.combinations(range(ndim), k)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("name", ["sum", "mean", "amax", "amin", "logsumexp", "argmax", "argmin"])
@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_reduction(name, dtype):
    taken = 0
    for shape in REDUCED:
        x = random(shape, dtype, seed=len(shape))
        wide = x.astype(np.longdouble)
        for dim, keepdim in itertools.product(dims_of(len(shape)), (False, True)):
            got = K[name](x, dim, keepdim)
            if got is NotImplemented:
                continue
            taken += 1
            if name == "logsumexp":
                expected = np.log(np.exp(wide).sum(axis=dim, keepdims=keepdim))
            else:
                expected = getattr(np, name)(wide, axis=dim, keepdims=keepdim)
            assert got.shape == np.shape(expected)
            if name.startswith("arg"):
                assert np.array_equal(got, expected) and got.dtype == np.int64
                continue
            scale = np.abs(expected) + 1
            if name in ("sum", "mean"):
                scale = getattr(np, name)(np.abs(wide), axis=dim, keepdims=keepdim)
            limit = 2 * np.finfo(dtype).eps * np.asarray(scale)
            assert got.dtype == dtype
            assert np.all((np.abs(got - expected) <= limit) | (np.isnan(got) & np.isnan(expected)))
    assert taken > 50


def test_sum_is_at_least_as_accurate_as_pairwise():
    x = random(1_000_003, low=0, high=1)
    exact = x.astype(np.longdouble).sum()
    assert abs(K["sum"](x) - exact) <= abs(x.sum() - exact) + np.spacing(np.float32(exact)) / 2
    y = random(1_000_003, np.float64, low=0, high=1)
    exact = y.astype(np.longdouble).sum()
    assert abs(K["sum"](y) - exact) <= 4 * np.spacing(float(exact))


def test_integer_sums():
    for n in SIZES:
        mask, i = random(n) > 0, random(n, np.int64) * 2**40
        assert K["sum"](mask) == mask.sum() and K["sum"](mask).dtype == np.int64
        assert K["sum"](i) == i.sum() and K["sum"](i.astype(np.int32)) == i.astype(np.int32).sum()
        assert K["all"](mask) == mask.all() and K["any"](mask) == mask.any()
    m = random((50, 30)) > 0
    assert same(K["sum"](m, 1), m.sum(1)) and same(K["sum"](m, -1, True), m.sum(1, keepdims=True))


def test_extremes_of_nan_and_ties():
    x = np.array([[1, nan, 3, nan], [2, 5, 5, 0], [-inf, -inf, -inf, -inf]], np.float32)
    values, indices = K["max_dim"](x, 1)
    assert same(values, np.max(x, 1)) and indices.tolist() == [1, 1, 0]
    assert K["argmin"](x, 1).tolist() == [1, 3, 0] and np.isnan(K["amax"](x)) and np.isnan(K["min_all"](x))
    wide = np.zeros(100, np.float32)
    wide[[40, 70]] = 1
    assert K["argmax"](wide) == 40
    wide[90] = nan
    assert K["argmax"](wide) == 90 and np.isnan(K["amax"](wide))
    for empty in ("amax", "argmax", "max_dim", "logsumexp"):
        assert K[empty](np.zeros((0, 3), np.float32), 0) is NotImplemented
    assert K["logsumexp"](np.full((2, 3), -inf, np.float32), 1).tolist() == [-inf, -inf]
    assert K["logsumexp"](np.full(40, inf), 0) == inf


# ------------------------------------------------------------------ each kernel against its op's body

def codes(n, high, seed=0):
    return np.random.default_rng(seed).integers(0, high, n)


def positive(shape, dtype):
    return random(shape, dtype, 0.1, 3, seed=5)


def cases(dtype):
    """(op, its arguments, tolerance in eps) for every kernel that is not tested above."""
    x, g, m = random((37, 5), dtype), random((37, 5), dtype, seed=1), random((9, 100), dtype, seed=2)
    target, weight, total = codes(37, 5), positive(5, dtype), np.array(30, dtype)
    one = np.array(1.5, dtype)
    each = random(37, dtype, seed=3)
    ignored = target.copy()
    ignored[3] = -100
    yield from ((name, (g, x), 8) for name in ("relu_backward", "tanh_backward", "sigmoid_backward"))
    yield "nansum", (np.where(x > 1, np.array(nan, dtype), x), 0), 8
    yield "silu", (x,), 8
    yield "silu_backward", (g, x), 8
    yield "leaky_relu", (x, 0.1), 1
    yield "lerp", (x, g, 0.3), 4
    yield "lerp", (x, g, 0.8), 4
    yield "rsub", (x, g, 1), 0
    for approximate in ("none", "tanh"):
        yield "gelu", (x, approximate), 8
        yield "gelu_backward", (g, x, approximate), 8
    for a in (x, m, random(5, dtype), random((3, 2000), dtype), random((7, 3, 1), dtype)):
        dim = 1 if a.ndim > 1 else 0
        h = random(a.shape, dtype, seed=4)
        for name in ("softmax", "log_softmax"):
            out = B.kernels[name](a, dim)
            yield name, (a, dim, None), 16
            yield name + "_backward", (h, out, dim), 64
    for reduction, w, t in itertools.product(("none", "mean", "sum"), (None, weight), (target, ignored)):
        of_loss = each if reduction == "none" else one
        logs, probs = K["log_softmax"](x, 1), K["softmax"](x, 1)
        yield "cross_entropy_forward", (x, t, w, -100, reduction), 32
        yield "cross_entropy_backward", (of_loss, probs, total, t, w, -100, reduction), 32
        yield "nll_loss_forward", (logs, t, w, -100, reduction), 32
        yield "nll_loss_backward", (of_loss, logs, t, total, w, -100, reduction), 32
    wide, classes = random((40, 33), dtype), codes(40, 33)
    yield "cross_entropy_forward", (wide, classes, None, -100, "mean"), 32
    yield "cross_entropy_backward", (one, K["softmax"](wide, 1), total, classes, None, -100, "mean"), 32
    unit, zero_one = random((37, 5), dtype, 0, 1, seed=3), np.asarray(random((37, 5), seed=4) > 0, dtype)
    unit[0, :4], zero_one[0, :4] = (0, 1, 0, 1), (0, 1, 1, 0)
    far = x * 40
    for reduction in ("mean", "sum"):
        yield "binary_cross_entropy", (unit, zero_one, None, reduction), 32
        yield "binary_cross_entropy_with_logits", (x, unit, None, None, reduction), 32
        yield "binary_cross_entropy_with_logits", (far, zero_one, None, None, reduction), 32
        yield "mse_loss", (x, g, reduction), 32
        yield "smooth_l1_loss", (x, g, reduction, 0.7), 32
        yield "huber_loss", (x, g, reduction, 0.7), 32
        yield "mse_loss_backward", (one, x, g, reduction), 4


    for dim, keepdim in ((None, False), (1, True), ((0, 1), True)):
        for correction in (0, 1, 2.5):
            yield "var", (m, dim, correction, keepdim), 32
            yield "std", (m, dim, correction, keepdim), 32
        yield "linalg_vector_norm", (m, 2, dim, keepdim, None), 32
    yield "lgamma", (random(500, dtype, 0.1, 30),), 40
    yield "digamma", (random(500, dtype, 0.1, 30),), 40
    yield "_standard_gamma_grad", (random(500, dtype, 0.2, 5), random(500, dtype, 0.1, 6, seed=1)), 100
    yield "_dirichlet_grad", (random(500, dtype, 0.01, 0.99), random(500, dtype, 0.2, 3), random(500, dtype, 3.2, 6)), 100
    for shape, tail in (((9, 100), (100,)), ((4, 3, 5), (3, 5)), ((4, 3, 5), (5,)), ((2000, 3), (3,)), ((0, 4), (4,))):
        a, h = random(shape, dtype, seed=6), random(shape, dtype, seed=7)
        for w, b in itertools.product((None, positive(tail, dtype)), (None, random(tail, dtype, seed=8))):
            if b is None:
                yield "rms_norm_forward", (a, tail, w, 1e-5), 64
                yield "rms_norm_backward", (h, a, K["rms_norm_forward"](a, tail, w, 1e-5)[1], tail, w), 4000
            yield "layer_norm_forward", (a, tail, w, b, 1e-5), 64
            _, mean, _, rstd = K["layer_norm_forward"](a, tail, w, b, 1e-5)
            if w is not None or b is None or len(tail) == 1:
                yield "layer_norm_backward", (h, a, mean, rstd, tail, w, b is not None), 4000
    for shape in ((64, 10), (300, 70), (4, 3, 5), (5, 6, 7, 8), (3, 2, 1, 1), (1, 4, 30)):
        a, h, c = random(shape, dtype, seed=6), random(shape, dtype, seed=7), shape[1]
        for w, b in itertools.product((None, positive(c, dtype)), (None, random(c, dtype, seed=8))):
            yield "batch_norm_forward", (a, w, b, 1e-5), 64
            _, mean, _, rstd = K["batch_norm_forward"](a, w, b, 1e-5)
            yield "batch_norm_backward", (h, a, mean, rstd, w, b is not None), 4000
            yield "batch_norm_inference", (a, random(c, dtype, seed=9), positive(c, dtype), w, b, 1e-5), 64
    for shape, groups in (((4, 6, 5), 3), ((2, 8, 9, 7), 2), ((3, 4), 4), ((1, 6, 20, 20), 1)):
        a, h, c = random(shape, dtype, seed=6), random(shape, dtype, seed=7), shape[1]
        for w, b in itertools.product((None, positive(c, dtype)), (None, random(c, dtype, seed=8))):
            yield "group_norm_forward", (a, groups, w, b, 1e-5), 64
            _, mean, _, rstd = K["group_norm_forward"](a, groups, w, b, 1e-5)
            yield "group_norm_backward", (h, a, mean, rstd, groups, w, b is not None), 4000


#: Kernels whose values are tested elsewhere in this file, or which are no op's.
ELSEWHERE = {r[0] for r in FUNCTIONS} | set(ARITHMETIC) | {
    "pow", "where", "masked_fill", "clamp", "clamp_min", "clamp_max", "logical_and", "logical_or", "logical_xor",
    "logical_not", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "sum", "mean", "amax", "amin", "argmax",
    "argmin", "max_all", "min_all", "max_dim", "min_dim", "all", "any", "logsumexp", "sgd_step", "count_steps", "adam_step",
    "count_nonzero", "prod", "cumsum", "reversed_cumsum", "cumprod", "logcumsumexp", "cummax", "cummin",
    "rmsprop_step", "adagrad_step", "clamp_backward", "leaky_relu_backward",
    "spread", "smooth_l1_loss.input", "huber_loss.input"}
FAMILIES = ("reduce", "loss", "optim", "norm")


def as_tuple(found):
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_against_bodies(dtype):
    seen = set()
    for name, args, tolerance in cases(dtype):
        seen.add(name)
        before = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        found = as_tuple(K[name](*args))
        for a, b in zip(args, before, strict=True):
            assert not isinstance(a, np.ndarray) or same(a, b), f"{name} changed an argument"
        expected = as_tuple(Registry.ops[name].body(B, *args))
        assert len(found) == len(expected), name
        for got, want in zip(found, expected, strict=True):
            assert got.shape == np.shape(want) and got.dtype == want.dtype, name
            limit = tolerance * np.finfo(dtype).eps
            np.testing.assert_allclose(got, want, rtol=limit, atol=limit, err_msg=name)
    assert seen >= {n for f in FAMILIES for n in vars(sys.modules[f"rushlight.native.{f}"])["KERNELS"]} - ELSEWHERE


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])
def test_rules_of_few_elements(dtype):
    """Gradients that a kernel gives in place of the op's rule."""
    x, y, g = random((4, 5), dtype), random((4, 5), dtype, seed=1), random((4, 5), dtype, seed=2)
    d = x - y
    near = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(K["smooth_l1_loss.input"](g, x, y, "none", 0.5), g * np.clip(d / 0.5, -1, 1), rtol=near)
    np.testing.assert_allclose(K["huber_loss.input"](g, x, y, "none", 0.5), g * np.clip(d, -0.5, 0.5), rtol=near)
    one = np.array(1.5, dtype)
    np.testing.assert_allclose(K["huber_loss.input"](one, x, y, "mean", 0.5), 1.5 / 20 * np.clip(d, -0.5, 0.5), rtol=near)
    assert K["huber_loss.input"](g[:2].copy(), x, y, "none", 0.5) is NotImplemented
    for dim, keepdim in ((None, False), (0, False), (1, False), (1, True), ((0, 1), True)):
        spread = K["spread"](np.sum(g, dim, keepdims=keepdim, dtype=dtype) if dim is not None else one, (4, 5), dim, keepdim)
        if spread is not NotImplemented:
            whole = np.sum(g, dim, keepdims=True, dtype=dtype) if dim is not None else one
            assert same(spread, np.broadcast_to(whole, (4, 5)).copy())
    assert K["spread"](one, (4, 5), None, False) is not NotImplemented


def test_gradients_at_the_edges():
    x, g = random(1000), random(1000, seed=1)
    x[:4] = 0, nan, 1, inf
    zero = np.float32(0)
    assert same(K["relu_backward"](g, x), np.where(x <= 0, zero, g))
    assert same(K["clamp_backward"](g, x, 0.0, 1.0), np.where((x >= 0) & (x <= 1), g, zero))
    assert same(K["clamp_backward"](g, x, None, 1.0), np.where(x <= 1, g, zero))
    assert same(K["leaky_relu_backward"](g, x, 0.1), np.where(x > 0, g, g * np.float32(0.1)))


def test_softmax_of_special_rows():
    for n in (3, 40):
        x = random((4, n))
        x[0, 1], x[1, :], x[2, 2] = inf, -inf, nan
        got = K["softmax"](x, 1)
        assert np.isnan(got[:3]).all() and abs(got[3].sum() - 1) < 1e-6
        x = np.full((2, n), -inf, np.float32)
        x[:, 1] = 5
        assert K["softmax"](x, 1)[0].tolist() == [0, 1] + [0] * (n - 2)
        assert K["log_softmax"](x, 1)[0].tolist() == [-inf, 0] + [-inf] * (n - 2)


@pytest.mark.parametrize("name", ["cross_entropy_forward", "nll_loss_forward"])
def test_bad_target(name):
    x = random((4, 3))
    for bad in (3, -1, 2**40):
        with pytest.raises(IndexError, match=rf"^Target {bad} is out of bounds\.$"):
            K[name](x, np.array([0, 1, bad, -100]), None, -100, "mean")
    assert K[name](x, np.array([0, 1, 2]), None, -100, "mean") is NotImplemented
    assert K[name](x, np.array([0, 1, 2, 0], np.int32), None, -100, "mean") is NotImplemented
    assert K[name](x, np.array([0, 1, 2, 0]), np.ones(2, np.float32), -100, "mean") is NotImplemented


def test_small_losses_refuse():
    x, half = random(4), np.full(4, 0.5, np.float32)
    assert K["binary_cross_entropy"](x * 9, half) is NotImplemented         # outside [0, 1]: the body raises
    assert K["binary_cross_entropy"](half, x * 9) is NotImplemented
    assert K["var"](random(1), None, 1, False) is NotImplemented
    assert K["linalg_vector_norm"](x, 1) is NotImplemented


# ------------------------------------------------------------------ what the guard refuses

def layouts(x, elementwise=False):
    """Arrays equal to x that are no plain C-contiguous memory of its dtype."""
    padded = np.zeros(tuple(2 * n for n in x.shape), x.dtype)
    strided = padded[tuple(slice(None, None, 2) for _ in x.shape)]
    strided[...] = x
    if not elementwise:
        yield "strided", strided
        yield "fortran", np.asfortranarray(x)
        yield "half", x.astype(np.float16)
    yield "negative", np.ascontiguousarray(x[::-1])[::-1]
    yield "swapped", x.astype(x.dtype.newbyteorder())
    raw = np.zeros(x.nbytes + 1, np.uint8)
    crooked = raw[1:].view(x.dtype).reshape(x.shape)
    crooked[...] = x
    yield "misaligned", crooked
    yield "subclass", x.view(np.matrix) if x.ndim == 2 else x
    yield "object", x.astype(object)
    yield "list", x.tolist()


@pytest.mark.parametrize("name", ["exp", "add", "mul", "sum", "softmax", "amax", "relu", "clamp", "gelu", "mse_loss"])
def test_guard_refuses(name):
    x = random((6, 8))
    rest = {"add": (x,), "mul": (x,), "softmax": (1,), "clamp": (0.0, 1.0), "mse_loss": (x, "sum")}.get(name, ())
    for layout, y in layouts(x, name in ("exp", "add", "mul", "relu", "clamp", "gelu")):
        if layout == "fortran" and name in ("sum", "amax"):
            assert abs(K[name](y) - K[name](x)) < 1e-4
            continue
        assert K[name](y, *rest) is NotImplemented, layout
        if name in ("add", "mul", "mse_loss"):
            assert K[name](x, y, *rest[1:]) is NotImplemented, layout


def test_out_is_checked():
    x = random(20)
    frozen = np.empty(20, np.float32)
    frozen.flags.writeable = False
    memory = random(40)
    refused = [frozen, np.empty(19, np.float32), np.empty((4, 5), np.float32), np.empty(20), np.empty(20, np.float32)[::-1],
               [0.0] * 20]
    for out in refused:
        assert K["exp"](x, out) is NotImplemented
        assert K["add"](x, x, 1, out) is NotImplemented
    assert K["exp"](memory[:20], memory[3:23]) is NotImplemented        # a shifted overlap
    assert K["add"](memory[:20], memory[20:], 1, memory[19:39]) is NotImplemented
    square = memory[:36].reshape(6, 6)
    assert K["add"](square, square[0], 1, square) is NotImplemented     # a row of what is written
    before = square.copy()
    assert same(K["mul"](square, square[0, :1], out=square), before * before[0, 0])
    assert K["gt"](x, x, out=np.empty(20, np.float32)) is NotImplemented


def test_numbers_that_do_not_fit():
    i, f = random(5, np.int32), random(5)
    assert K["add"](i, 2**40) is NotImplemented and K["add"](i, 1.5) is NotImplemented
    assert K["add"](f, True) is NotImplemented and K["add"](f, 10**400) is NotImplemented
    assert K["add"](f, None) is NotImplemented and K["add"](f, "1") is NotImplemented
    assert K["add"](f, np.float64(1)) is NotImplemented and K["add"](f, random(5, np.float64)) is NotImplemented
    assert K["sum"](f, 1) is NotImplemented and K["sum"](f, (0, 0)) is NotImplemented
    assert K["sum"](f, 10**30) is NotImplemented and K["softmax"](f, 1) is NotImplemented


# ------------------------------------------------------------------ optimizers (their numbers: tests/test_other_kernels.py)

def test_optimizer_refuses_as_a_whole():
    p, g = random(10), random(10, seed=1)
    before = p.copy()
    options = (0.1, 0.0, 0.0, 0.0, False, False)
    for bad_p, bad_g in ((random(20)[::2], g), (p, random(9)), (p, random(10, np.float64)), (p, [0.0] * 10)):
        assert K["sgd_step"]([p, bad_p], [g, bad_g], [None, None], *options) is NotImplemented
    assert K["sgd_step"]([p], [g, g], [None], *options) is NotImplemented
    assert K["sgd_step"]([p], [g], [None], 0.1, 0.9, 0.0, 0.0, False, False) is NotImplemented
    assert same(p, before)
    fortran = np.asfortranarray(random((4, 5), seed=3))
    q = random((4, 5), seed=2)
    expected = (q.astype(np.float64) - np.float64(np.float32(0.1)) * fortran).astype(np.float32)
    K["sgd_step"]([q], [fortran], [None], *options)
    assert same(q, expected)


# ------------------------------------------------------------------ threads and instruction levels

def large():
    """Results of kernels on inputs large enough to be shared out."""
    for dtype in (np.float32, np.float64):
        x, y, m = random(400_001, dtype), random(400_001, dtype, seed=1), random((1200, 340), dtype, seed=2)
        yield from (K["add"](x, y), K["exp"](x), K["gt"](x, y), K["sum"](x), K["mean"](m), K["sum"](m, 0), K["sum"](m, 1))
        yield from (K["add"](m, m[0]), K["mul"](m, m[:, :1].copy()), K["softmax"](m, 1), K["amax"](m, 1), K["where"](x > y, x, y))
        yield from (K["sum"](m.reshape(60, 20, 340), (0, 2)), K["silu_backward"](x, y), K["mse_loss"](x, y, "mean"))
        yield K["cross_entropy_forward"](m, codes(1200, 340), None, -100, "mean")[0]
        channels = m[:, :320].copy().reshape(30, 40, 10, 32)
        for forward, a, rest in (("layer_norm", m, ((340,),)), ("batch_norm", m, ()), ("batch_norm", channels, ())):
            w = np.ones(a.shape[1], dtype)
            found = K[forward + "_forward"](a, *rest, w, w, 1e-5)
            yield from found
            yield from K[forward + "_backward"](a * a, a, found[1], found[3], *rest, w, True)
        p, v = x.copy(), np.abs(y)
        K["adam_step"]([p], [y], [y.copy()], [v], None, [3.0], 0.1, 0.9, 0.999, 1e-8, 0.0, False, False)
        yield p


def test_threads_do_not_change_bits():
    before = threads.get_num_threads()
    try:
        found = []
        for n in (1, 2, 4):
            threads.set_num_threads(n)
            found.append(list(large()))
    finally:
        threads.set_num_threads(before)
    for one, two, four in zip(*found, strict=True):
        assert same(one, two) and same(one, four)


LEVEL_PROGRAM = """
import numpy as np
from rushlight.backend.cpu import B
from rushlight.native import probe
K = B.kernels
r = np.random.default_rng(0)
x, y = r.standard_normal(10007).astype('f4'), np.abs(r.standard_normal(10007)).astype('f4')
exact = [K['add'](x, y), K['div'](x, y), K['sqrt'](y), K['relu'](x), K['gt'](x, y), K['sum'](x), K['sum'](x.astype('f8')),
         K['mean'](x[:10000].reshape(100, 100), 0), K['argmax'](x), K['where'](x > 0, x, y), K['add'](x, y, 0.3)]
near = [K[n](y) for n in ('exp', 'log', 'tanh', 'sigmoid', 'sin', 'erf', 'gelu', 'silu')]
near.append(K['softmax'](x[:10000].reshape(-1, 10), 1))
import hashlib
print(probe.level(), hashlib.sha256(b''.join(a.tobytes() for a in exact)).hexdigest(),
      ' '.join(repr(float(a.astype('f8').sum())) for a in near))
"""


@pytest.mark.skipif(os.environ.get("RUSHLIGHT_CPU_LEVEL", "") != "", reason="a level is already chosen")
def test_levels_agree():
    from rushlight.native import probe

    found = []
    for level in range(2, (probe.level() or 0) + 1):
        environment = dict(os.environ, RUSHLIGHT_CPU_LEVEL=str(level), PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
        run = subprocess.run([sys.executable, "-c", LEVEL_PROGRAM], env=environment, capture_output=True, text=True, check=True)
        found.append(run.stdout.split())
        assert found[-1][0] == str(level)
    for line in found[1:]:
        assert line[1] == found[0][1]
        np.testing.assert_allclose(np.array(line[2:], float), np.array(found[0][2:], float), rtol=1e-7)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i8", "c8", "?"])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (3, 7), (300, 1001)])
def test_clear(shape, dtype):
    whole = np.ones(shape, dtype)
    assert K["clear"](whole) is whole and not whole.any()
    if whole.ndim == 2:
        part = np.ones(shape, dtype)
        assert K["clear"](part[:, 1:]) is NotImplemented and part.all()
        B.fill(part[:, 1:], 0)
        assert part[:, 0].all() and not part[:, 1:].any()


def test_clear_refuses():
    objects, fixed = np.array([[1], None], object), np.ones(3)
    fixed.flags.writeable = False
    assert K["clear"](objects) is NotImplemented and K["clear"](fixed) is NotImplemented
    assert K["clear"]([1]) is NotImplemented and fixed.all()


def test_facts_of_arrays():
    from rushlight.core import arrays
    from rushlight.native import facts

    fixed = np.zeros(3)
    fixed.flags.writeable = False
    some = [np.zeros(()), np.zeros(0), np.zeros((2, 3), "f4"), np.zeros((2, 3))[:, 1:], np.zeros((2, 3)).T, fixed]
    for a in some:
        assert facts.owned(a) == arrays.owned(a)
        for b in some:
            assert facts.fits(a, b.shape, b.dtype) == arrays.fits(a, b.shape, b.dtype)
