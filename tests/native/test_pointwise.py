"""Elementwise kernels over operands of any layout and type, against NumPy and the ops' bodies."""
import itertools

import numpy as np
import pytest

from rushlight.backend.cpu import B
from rushlight.core.op import Registry

K = B.kernels
threads = pytest.importorskip("rushlight.native.threads")

OPTIONS = {"elu": (1.3, 1.05, 1.0), "celu": (1.3,), "softplus": (2.0, 5.0), "hardtanh": (-1.0, 2.0), "softshrink": (0.5,),
           "hardshrink": (0.5,), "threshold": (0.1, 2.0), "nan_to_num": (1.0, 2.0, 3.0)}
UNARY = ("sign frac expm1 exp2 log1p log2 log10 tan asin acos atan sinh cosh asinh acosh atanh floor ceil trunc round isnan isinf "
         "isfinite signbit neg abs exp sqrt relu square gelu silu elu celu softplus mish hardswish hardsigmoid hardtanh "
         "logsigmoid softshrink hardshrink threshold nan_to_num").split()
BINARY = ("add sub mul div maximum minimum eq lt remainder fmod floor_divide copysign xlogy prelu logaddexp hypot atan2 fmax "
          "fmin nextafter").split()
EPS = {"float16": 2e-3, "float32": 3e-6, "float64": 1e-12}


def layouts(shape, dtype, seed):
    """Arrays of one shape, laid out in the ways that views of tensors are."""
    x = (np.random.default_rng(seed).standard_normal(shape) * 3).astype(dtype)
    if x.size > 8:
        x.reshape(-1)[:7] = 0, np.nan, np.inf, -np.inf, 1, -1, 25
    yield x
    yield np.asfortranarray(x)
    yield np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)
    wide = np.zeros([2 * n for n in shape], dtype)
    wide[tuple([slice(None, None, 2)] * len(shape))] = x
    yield wide[tuple([slice(None, None, 2)] * len(shape))]
    yield np.concatenate([x, x[..., :1]], -1)[..., :-1]


def agree(name, *args):
    found = K[name](*args)
    if found is NotImplemented:
        return False
    op = Registry.ops[name]
    with np.errstate(all="ignore"):
        wanted = np.asarray(op.body(B, *args, *op.defaults[len(args):]))
    assert found.shape == wanted.shape and found.dtype == wanted.dtype, name
    limit = EPS.get(str(args[0].dtype), 0)
    np.testing.assert_allclose(found.astype(float), wanted.astype(float), rtol=limit, atol=limit, err_msg=name)
    return True


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("shape", [(70, 33), (3, 40, 50), (2, 3, 1, 5), (0, 3)], ids=str)
def test_one_operand(shape, dtype):
    for x, name in itertools.product(layouts(shape, dtype, 0), UNARY):
        taken = agree(name, x, *OPTIONS.get(name, ()))
        assert taken or dtype == "float16" or name == "logsigmoid"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(70, 33), (3, 40, 50), (2, 3, 1, 5)], ids=str)
def test_two_operands(shape, dtype):
    others = [*layouts(shape, dtype, 1), *[a[:1] for a in layouts(shape, dtype, 2)], *[a[..., :1] for a in layouts(shape, dtype, 3)]]
    for k, (x, y) in enumerate(itertools.product(layouts(shape, dtype, 0), others)):
        for name in BINARY[k % 3::3]:
            assert agree(name, x, y), name
        assert agree("where", np.asarray(y > 0), x, y)


GRADIENTS = {"hardtanh": (-1.0, 2.0), "elu": (1.3, 1.05, 1.0), "mish": (), "hardswish": (), "softplus": (2.0, 5.0), "logsigmoid": (),
             "leaky_relu": (0.1,), "gelu": ("none",), "silu": (), "relu": (), "tanh": (), "sigmoid": ()}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gradients(dtype):
    for x in layouts((70, 33), dtype, 0):
        x = np.where(np.isfinite(x), x, np.asarray(0.5, dtype))
        for name, numbers in GRADIENTS.items():
            assert agree(name + "_backward", np.ones_like(x), x, *numbers), name


def test_three_operands():
    a, b, c = (np.random.default_rng(k).standard_normal((3, 50)).astype(np.float32) for k in range(3))
    for args in (a, b, c), (a.T, b.T, c.T), (a, b[:1], c[:, :1]):
        x, y, z = (v.astype(np.float64) for v in args)
        for value in (1, -0.5):         # one rounding for the product and the sum
            np.testing.assert_array_equal(K["addcmul"](*args, value, np.empty_like(args[0])), (x + value * y * z).astype(np.float32))
        np.testing.assert_array_equal(K["addcdiv"](*args, 2.0, np.empty_like(args[0])), args[0] + 2 * args[1] / args[2])
        np.testing.assert_array_equal(K["clamp"](*args), np.minimum(np.maximum(*args[:2]), args[2]))
        assert agree("lerp", *args)
    assert K["addcmul"](a, b, c, 1, a) is a


def test_bytes_and_repeated_elements():
    x = np.random.default_rng(0).integers(0, 255, (40, 3, 50)).astype(np.uint8)
    for target in ("f4", "f8", "i8", "i4", "f2", "u1"):
        out = np.empty((40, 50, 3), target)
        assert K["copy_into"](out, x.swapaxes(1, 2)) is out
        np.testing.assert_array_equal(out, x.swapaxes(1, 2).astype(target))
    row = np.broadcast_to(np.float32([[2.0]]), (1, 3000))
    np.testing.assert_array_equal(K["exp"](row), K["exp"](row.copy()))
    np.testing.assert_array_equal(K["mul"](row, row), row * row)


def test_half_precision_is_rounded_once():
    x, y = (a.astype(np.float16) for a in (np.random.default_rng(k).standard_normal(3000) * 50 for k in (0, 1)))
    for name, f in (("add", np.add), ("mul", np.multiply), ("div", np.divide), ("maximum", np.maximum)):
        assert (K[name](x, y) == f(x.astype("f4"), y.astype("f4")).astype("f2")).all()
    every = np.arange(65536, dtype=np.uint16).view(np.float16)
    wide = np.empty(65536, np.float32)
    K["copy_into"](wide, every)
    np.testing.assert_array_equal(wide, every.astype(np.float32))
    steps = np.concatenate([wide, np.nextafter(wide, np.float32(0)), wide * np.float32(1.0003)])
    back = np.empty(steps.size, np.float16)
    K["copy_into"](back, steps)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(back, steps.astype(np.float16))


@pytest.mark.parametrize("types", [("f4", "f8"), ("f8", "f4"), ("i8", "f4"), ("i4", "f8"), ("?", "f4"), ("i8", "i4"), ("f4", "?"), ("i8", "?")])
def test_conversion(types):
    x = (np.random.default_rng(0).standard_normal((50, 60)) * 3).astype(types[0])
    for source, target in itertools.product((x, x.T.copy().T), (np.empty((50, 60), types[1]), np.empty((60, 50), types[1]).T)):
        assert K["copy_into"](target, source) is target
        np.testing.assert_array_equal(target, x.astype(types[1]))


def test_results_in_place():
    x, y = np.random.default_rng(0).standard_normal((2, 60, 70)).astype(np.float32)
    wanted = x.T + y.T
    a = x.T
    assert K["add"](a, y.T, 1, a) is a
    np.testing.assert_array_equal(a, wanted)
    memory = np.arange(30, dtype=np.float32)
    assert K["add"](memory[:-2:2], 1.0, 1, memory[2::2]) is NotImplemented       # reads what it has written
    assert K["floor"](memory[1:], memory[:-1]) is NotImplemented
    assert K["add"](memory[:5], memory[:5, None], 1, np.empty((5, 4), np.float32)) is NotImplemented


def test_refused():
    x = np.ones((3, 4), np.float32)
    for other in (x[::-1], x.astype(">f4"), x.astype(object), x.view(np.matrix), np.ones((2, 4), np.float32)):
        assert K["hypot"](x, other) is NotImplemented
    assert K["elu"](x, "1", 1.0, 1.0) is NotImplemented and K["floor"](x.astype(int)) is NotImplemented


def test_threads_do_not_change_bits():
    x = np.random.default_rng(0).standard_normal((700, 300)).astype(np.float32)
    before, found = threads.get_num_threads(), []
    try:
        for n in (1, 2, 4):
            threads.set_num_threads(n)
            found.append([K["mish"](x), K["add"](x, x.T.copy().T), K["remainder"](x, x[0]), K["expm1"](x.T), K["where"](x > 0, x, x[:, :1])])
    finally:
        threads.set_num_threads(before)
    for one, *others in zip(*found, strict=True):
        assert all(np.array_equal(one, other, equal_nan=True) for other in others)
