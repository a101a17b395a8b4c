"""Matrix products against NumPy in double precision: odd sizes, every layout, empties, threads, levels."""

import os
import subprocess
import sys

import numpy as np
import pytest

gemm = pytest.importorskip("rushlight.native.gemm", reason="the pure build has no kernels")
if not gemm.KERNELS:
    pytest.skip("no kernel level suits this processor", allow_module_level=True)

from rushlight.native import threads
from rushlight.native.probe import level as current_level

SIZES = (0, 1, 2, 3, 5, 8, 9, 16, 17, 33, 50, 100)
LARGE = current_level() >= 3  # below that level large products are left to BLAS
if LARGE:
    SIZES += (130, 300, 800)
LAYOUTS = ("C", "F", "rows", "steps", "backwards", "expanded")
DTYPES = (np.float32, np.float64)


@pytest.fixture(autouse=True)
def _threads():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


def matrix(rng, rows, columns, dtype, layout):
    x = rng.standard_normal((rows * 2 + 1, columns * 3 + 1)).astype(dtype)
    part = x[:rows, :columns]
    return {
        "C": lambda: np.ascontiguousarray(part),
        "F": lambda: np.asfortranarray(part),
        "rows": lambda: part,
        "steps": lambda: x[: rows * 2 : 2, : columns * 3 : 3],
        "backwards": lambda: part[::-1, ::-1],
        "expanded": lambda: np.broadcast_to(x[:1, :columns], (rows, columns)),
    }[layout]()


def close(got, exact, k, dtype):
    """Equal up to the rounding of a sum of `k` products of numbers around 1."""
    assert got is not NotImplemented
    assert got.dtype == dtype and got.shape == exact.shape and got.flags.c_contiguous
    assert np.all(np.abs(got - exact) <= 16 * np.finfo(dtype).eps * (k + 3))


def wide(x):
    return x.astype(np.float64)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_products_of_every_layout(layout, dtype):
    rng = np.random.default_rng(LAYOUTS.index(layout))
    for _ in range(30):
        m, n, k = (int(v) for v in rng.choice(SIZES, 3))
        threads.set_num_threads(int(rng.integers(1, 4)))
        a = matrix(rng, m, k, dtype, layout)
        b = matrix(rng, k, n, dtype, str(rng.choice(LAYOUTS)))
        exact = wide(a) @ wide(b)
        close(gemm.mm(a, b), exact, k, dtype)
        close(gemm.matmul(a, b), exact, k, dtype)
        bias = rng.standard_normal(n).astype(dtype)
        close(gemm.linear(a, b.T, bias), exact + bias, k, dtype)
        close(gemm.linear(a, b.T), exact, k, dtype)
        if n:
            close(gemm.mv(a, b[:, -1]), exact[:, -1], k, dtype)
        if m and n:
            close(gemm.dot(a[0], b[:, 0]), exact[0, 0], k, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("beta, alpha", [(1, 1), (1, 2.5), (0, 1), (0.5, -1), (2, 0)])
def test_addmm(beta, alpha, dtype):
    rng = np.random.default_rng(1)
    for layout in LAYOUTS:
        for m, n, k in ((1, 1, 1), (7, 20, 5), (33, 4, 100), (64, 100, 10), (3, 0, 2), (2, 3, 0)):
            a, b = matrix(rng, m, k, dtype, layout), matrix(rng, k, n, dtype, layout)
            for shape in ((m, n), (1, n), (m, 1), (n,), (1,), ()):
                c = rng.standard_normal(shape).astype(dtype)
                kept = c.copy()
                exact = beta * wide(c) + alpha * (wide(a) @ wide(b))
                close(gemm.addmm(c, a, b, beta, alpha), exact, 4 * k + 4, dtype)
                assert np.array_equal(c, kept)


def test_addmm_reads_no_input_when_beta_is_zero():
    bad = np.full((2, 2), np.nan, np.float32)
    eye = np.eye(2, dtype=np.float32)
    assert np.array_equal(gemm.addmm(bad, eye, eye, 0, 1), eye)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lead", [(), (1,), (9,), (4, 6), (2, 3, 5), (0,), (3, 0)])
def test_linear_and_its_gradient(lead, dtype):
    rng = np.random.default_rng(2)
    for k, n in ((1, 1), (10, 100), (100, 4), (4, 33), (0, 3), (3, 0)):
        x = rng.standard_normal((*lead, k)).astype(dtype)
        w = rng.standard_normal((n, k)).astype(dtype)
        b = rng.standard_normal(n).astype(dtype)
        g = rng.standard_normal((*lead, n)).astype(dtype)
        rows = int(np.prod(lead))
        close(gemm.linear(x, w, b), wide(x) @ wide(w).T + b, k, dtype)
        gi, gw, gb = gemm.linear_backward(g, x, w, (w.shape[0],), (True, True, True))
        flat_g, flat_x = wide(g).reshape(rows, n), wide(x).reshape(rows, k)
        close(gi, wide(g) @ wide(w), n, dtype)
        close(gw, flat_g.T @ flat_x, rows, dtype)
        close(gb, flat_g.sum(0), rows, dtype)
        assert gemm.linear_backward(g, x, w, (), (False, False, False)) == (None, None, None)


@pytest.mark.parametrize("dtype", DTYPES)
def test_batches(dtype):
    rng = np.random.default_rng(3)
    for _ in range(30):
        outer, inner, m, n, k = (int(v) for v in rng.choice((0, 1, 2, 3, 5, 17), 5))
        threads.set_num_threads(int(rng.integers(1, 4)))
        x = rng.standard_normal((outer, m, inner, k)).astype(dtype).transpose(0, 2, 1, 3)
        y = rng.standard_normal((outer, n, inner, k)).astype(dtype).transpose(0, 2, 3, 1)
        close(gemm.matmul(x, y), wide(x) @ wide(y), k, dtype)
        close(gemm.matmul(x, y[0] if outer else y), wide(x) @ wide(y[0] if outer else y), k, dtype)
        z = rng.standard_normal((k, n)).astype(dtype)
        close(gemm.matmul(x, z), wide(x) @ wide(z), k, dtype)
        if outer:
            close(gemm.bmm(x[0], y[0]), wide(x[0]) @ wide(y[0]), k, dtype)
            close(gemm.matmul(x[0, 0] if inner else x, y), wide(x[0, 0] if inner else x) @ wide(y), k, dtype)


def refused():
    f = np.ones((3, 4), np.float32)
    swapped = f.astype(">f4")
    unaligned = np.frombuffer(bytearray(4 * 12 + 1), np.uint8)[1:].view(np.float32).reshape(3, 4)
    return {
        "sizes that do not fit": (f, f),
        "mixed dtypes": (f, np.ones((4, 3))),
        "integers": (np.ones((3, 4), int), np.ones((4, 3), int)),
        "foreign byte order": (swapped, f.T),
        "unaligned": (unaligned, f.T),
        "a subclass": (f, np.ma.masked_array(f.T)),
        "a list": (f, f.T.tolist()),
        "None": (None, f),
        "0-d": (f, np.float32(1)),
    }


@pytest.mark.parametrize("case", refused())
def test_the_guard_refuses(case):
    a, b = refused()[case]
    for name in ("mm", "matmul", "bmm", "mv", "dot", "linear"):
        if case == "sizes that do not fit" and name == "linear":
            continue  # 3 x 4 times (3 x 4) transposed fits
        args = (a, b.T) if name == "linear" and isinstance(b, np.ndarray) else (a, b)
        assert gemm.KERNELS[name](*args) is NotImplemented, name


def test_a_slice_of_bytes_is_refused():
    pairs = np.zeros((3, 4), [("x", np.float32), ("y", np.int8)])
    odd = pairs["x"]  # its rows lie 5 bytes apart
    assert gemm.mm(odd, np.ones((4, 2), np.float32)) is NotImplemented


@pytest.mark.skipif(not LARGE, reason="BLAS has these on this level")
@pytest.mark.parametrize("shape", [(64, 1000, 100), (1000, 64, 100), (300, 200, 260), (1, 3000, 900), (70, 2500, 90)])
@pytest.mark.parametrize("transposed", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_same_bits_with_any_number_of_threads(shape, transposed):
    m, k, n = shape
    rng = np.random.default_rng(4)
    a = rng.standard_normal((k, m) if transposed[0] else (m, k)).astype(np.float32)
    b = rng.standard_normal((n, k) if transposed[1] else (k, n)).astype(np.float32)
    a, b = (a.T if transposed[0] else a), (b.T if transposed[1] else b)
    results = []
    for count in (1, 2, 3, 7):
        threads.set_num_threads(count)
        results.append(gemm.mm(a, b))
    close(results[0], wide(a) @ wide(b), k, np.float32)
    assert all(np.array_equal(results[0], r) for r in results[1:])


def test_nan_and_inf_reach_only_their_row_and_column():
    a, b = np.ones((20, 40), np.float32), np.ones((40, 37), np.float32)
    a[3, 39] = np.nan
    b[0, 36] = np.inf
    out = gemm.mm(a, b)
    assert np.isnan(out[3]).all()
    assert np.isinf(np.delete(out[:, 36], 3)).all()
    assert np.all(np.delete(out, 3, 0)[:, :36] == 40)


@pytest.mark.parametrize("level", [2, 3, 4])
def test_every_level_passes(level):
    """The tests above once more in a process that runs a lower instruction level."""
    if os.environ.get("RUSHLIGHT_CPU_LEVEL"):
        pytest.skip("already inside such a process")
    if current_level() <= level:
        pytest.skip(f"level {current_level()} is what runs here")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__],
        env={**os.environ, "RUSHLIGHT_CPU_LEVEL": str(level)}, capture_output=True, text=True, timeout=300,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
