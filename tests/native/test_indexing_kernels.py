"""The kernels of indexing and of order against the ops' bodies. Skipped in the pure build."""

import itertools

import numpy as np
import pytest

indexing = pytest.importorskip("rushlight.native.indexing", reason="the pure build has no kernels")

import rushlight as rl
from rushlight.backend.cpu import B
from rushlight.core.op import Registry
from rushlight.native import order, threads

DTYPES = ("f4", "f8", "f2", "i8", "i4", "i2", "i1", "u1", "?", "c16")
RANDOM = np.random.RandomState(0)


@pytest.fixture(autouse=True)
def _threads():
    before = threads.get_num_threads()
    yield
    threads.set_num_threads(before)


def as_tuple(found):
    return found if isinstance(found, tuple) else (found,)


def body(name, *args):
    with np.errstate(all="ignore"):
        kernels, B.kernels = B.kernels, {}
        try:
            return as_tuple(Registry.ops[name].body(B, *args))
        finally:
            B.kernels = kernels


def check(name, *args, close=False):
    """Compare a kernel with its body, with 1, 2 and 4 threads; return its results."""
    table = order.KERNELS if name in order.KERNELS else indexing.KERNELS
    expected = body(name, *args)
    first = None
    for n in (1, 2, 4):
        threads.set_num_threads(n)
        found = table[name](*args)
        assert found is not NotImplemented, (name, args)
        first = first or as_tuple(found)
        for got, same, want in zip(as_tuple(found), first, expected, strict=True):
            want = np.asarray(want)
            assert got.shape == want.shape and got.dtype == want.dtype
            same_bits = np.ascontiguousarray(got).tobytes() == np.ascontiguousarray(same).tobytes()
            assert same_bits
            if close and got.dtype.kind in "fc":
                assert np.allclose(got, want, rtol=1e-5, atol=1e-5, equal_nan=True)
            else:
                assert np.array_equal(got, want, equal_nan=got.dtype.kind in "fc")
    return first


def refused(name, *args):
    table = order.KERNELS if name in order.KERNELS else indexing.KERNELS
    assert table[name](*args) is NotImplemented


def drawn(dtype, *shape, ties=False):
    x = RANDOM.standard_normal(shape) * (3 if ties else 1000)
    if ties:
        x = np.round(x)
    x = (np.abs(x) if dtype[0] in "u?" else x).astype(dtype)
    if dtype[0] == "f" and ties and x.size > 8:
        x.flat[::7], x.flat[3::11], x.flat[2::13], x.flat[5::17] = np.nan, -0.0, np.inf, 0.0
    return x


def layouts(x):
    """The array as it is, transposed, backwards and with gaps."""
    yield x
    if x.ndim > 1:
        yield np.ascontiguousarray(x.T).T
    yield np.ascontiguousarray(x[::-1])[::-1]
    wide = np.repeat(x, 2, -1)
    yield wide[..., ::2]


# ---- order


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i8", "i4", "u1", "?"])
@pytest.mark.parametrize("shape", [(1,), (5,), (100,), (600,), (3000,), (9, 300), (300, 9), (2, 700, 3)])
def test_order(dtype, shape):
    for x in layouts(drawn(dtype, *shape, ties=True)):
        for dim in range(x.ndim):
            for down in (False, True):
                values, indices = check("sort", x, dim, down, True)
                n, lead = x.shape[dim], (slice(None),) * dim
                if dtype == "?":
                    refused("topk", x, 1, dim, down, True)
                    continue
                for k in {1, min(n, 5), max(n // 3, 1), n}:
                    found = order.topk(x, k, dim, down, True)       # the body breaks ties as the sort does
                    assert np.array_equal(found[1], indices[(*lead, slice(0, k))])
                    assert np.array_equal(found[0], values[(*lead, slice(0, k))], equal_nan=dtype[0] == "f")
                    if not down:
                        found = order.kthvalue(x, k, dim, True)
                        assert np.array_equal(found[1], indices[(*lead, slice(k - 1, k))])
            if dtype != "?":
                for name in ("median", "nanmedian"):
                    check(f"{name}_dim", x, dim, False)
                    check(f"{name}_dim", x, dim, True)
        if dtype != "?":
            check("median_all", x)
            check("nanmedian_all", x)


def test_order_of_many_is_the_same_for_any_number_of_threads():
    for dtype in ("f4", "f8", "i8", "u2"):
        x = drawn(dtype, 70_001, ties=True)
        for down in (False, True):
            check("sort", x, 0, down, True)
        expected = np.argsort(x, kind="stable")
        for n in (1, 2, 4):
            threads.set_num_threads(n)
            for k in (10, 100, 30_000):
                assert np.array_equal(order.topk(x, k, 0, False, True)[1], expected[:k])
                assert order.kthvalue(x, k, 0, False)[1] == expected[k - 1]


def test_order_refuses():
    x = drawn("f4", 4, 5)
    for bad in (2, -3, True, None, 1.0):
        refused("sort", x, bad, False, True)
    refused("sort", np.float32(1).reshape(()), 0, False, True)
    refused("sort", np.empty((0, 3), "f4"), 0, False, True)
    refused("sort", x.astype("c8"), 0, False, True)
    refused("topk", x, 6, 1)
    refused("topk", x, -1, 1)
    refused("kthvalue", x, 0, 1)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "i4", "u1", "?"])
def test_distinct(dtype):
    for shape in ((1,), (50,), (7, 90), (2000,)):
        x = drawn(dtype, *shape, ties=True)
        x = np.where(x != x, 1, x).astype(dtype)            # NumPy numbers several nan in no order
        for y in layouts(x):
            check("_unique2", y)
    check("_unique2", np.array([2**62, -2**62, 5, 2**62]))


def test_distinct_nan():
    values, inverse, counts = order.unique(np.array([1, np.nan, -0.0, 0.0, np.nan]))
    assert np.array_equal(values, [0, 1, np.nan, np.nan], equal_nan=True)
    assert inverse.tolist() == [1, 2, 0, 0, 3] and counts.tolist() == [2, 1, 1, 1]


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i8", "i4", "u1"])
def test_searchsorted(dtype):
    x = drawn(dtype, 70, 31, ties=True)
    for m, side, narrow in itertools.product((1, 2, 37, 500), ("left", "right"), (False, True)):
        rows = np.sort(x.reshape(-1)[:m])
        rows = rows[rows == rows]
        for y in layouts(x):
            check("_searchsorted", rows, y, side, narrow)
            check("_searchsorted", np.sort(y, -1), y, side, narrow)
    refused("_searchsorted", x[0].astype("c8"), x.astype("c8"), "left", False)


def test_counting():
    x = RANDOM.randint(0, 50, 3000)
    check("bincount", x)
    check("bincount", x, None, 70)
    refused("bincount", np.array([1, -1]))
    for dtype in ("f4", "f8"):
        for y in layouts(drawn(dtype, 30, 40, ties=True)):
            check("histc", y, 10, -3, 3)
            check("histc", y, 7, -2.5, 40)
    refused("histc", drawn("f4", 5), 10, 0, 0)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_distances(dtype):
    for n, m, k in ((1, 1, 1), (5, 70, 3), (40, 33, 16), (300, 257, 20)):
        for a, b in zip(layouts(drawn(dtype, n, k) / 1000), layouts(drawn(dtype, m, k) / 1000), strict=True):
            for p in (1.0, 2.0, np.inf):
                check("_cdist", a, b, p, False, close=True)
    a[0, 0] = np.nan
    for p in (1.0, 2.0, np.inf):
        assert np.isnan(order.KERNELS["_cdist"](a, b, p, False)[0]).all()
    refused("_cdist", a, b, 3.0, False)
    refused("_cdist", a, b, 2.0, True)
    refused("_cdist", a, b[:, :3], 2.0, False)


# ---- along a dimension


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1,), (300,), (7, 40), (3, 5, 4), (40, 600), (2, 9000)])
def test_along(dtype, shape):
    for x in layouts(drawn(dtype, *shape)):
        for dim in range(x.ndim):
            m = max(1, x.shape[dim] // 2)
            index = RANDOM.randint(0, x.shape[dim], x.shape[:dim] + (m,) + x.shape[dim + 1:])
            found, = check("gather", x, dim, index)
            check("gather", x, dim - x.ndim, np.asfortranarray(index))
            places = RANDOM.randint(0, x.shape[dim], m)
            rows, = check("index_select", x, dim, places)
            check("scatter", x, dim, index, found[::-1])
            check("index_copy", x, dim, places, rows)
            if dtype in ("f4", "f8"):
                check("_scatter_value", x, dim, index, 1.5)
            if dtype in ("f4", "f8", "i8", "i4"):
                check("scatter_add", x, dim, index, found)
                check("_gather_back", found, x.shape, dim, index)
                check("index_add", x, dim, places, rows, close=True)
                check("_index_select_back", rows, x.shape, dim, places, close=True)
            elif dtype != "?":
                refused("scatter_add", x, dim, index, found)


def test_along_out_of_range():
    x = drawn("f4", 6, 7)
    for bad in (-1, 7, 2**62, -2**63):
        index = np.zeros((6, 7), "i8")
        index[3, 2] = bad
        refused("gather", x, 1, index)
        refused("index_select", x, 1, index[3])
        refused("embedding", x.T.copy(), index)
        for name in ("scatter", "scatter_add"):
            out = x.copy()
            assert indexing.KERNELS[name](out, 1, index, x + 1, out) is NotImplemented and np.array_equal(out, x)
        out = x.copy()
        assert indexing.index_add(out, 1, index[3], x + 1, 1, out) is NotImplemented and np.array_equal(out, x)


def test_along_refuses():
    x, index = drawn("f4", 6, 7), np.zeros((6, 7), "i8")
    refused("gather", x, 2, index)
    refused("gather", x, 1, index[:3])
    refused("gather", x, 1, index.astype("i4"))
    refused("gather", x, 1, index[0])
    refused("scatter", x, 1, index, x[:, :3])
    refused("scatter", x, 1, index, x.astype("f8"))
    assert indexing.scatter(x, 1, index, x, x) is NotImplemented                # the source is the target
    assert indexing.scatter(x.T, 1, index.T, x.T + 1, x.T) is NotImplemented    # no layout that is written here


# ---- x[index]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u1", "c16"])
def test_picking(dtype):
    every = slice(None)
    for x in layouts(drawn(dtype, 6, 50, 4)):
        for where in ((RANDOM.randint(-6, 6, 90),), (RANDOM.randint(-6, 6, (3, 2)),), (every, RANDOM.randint(-50, 50, (2, 30))),
                      (RANDOM.randint(-6, 6, 2000), RANDOM.randint(-50, 50, 2000)),
                      (RANDOM.randint(-6, 6, (2, 9)), RANDOM.randint(-50, 50, (2, 9)), RANDOM.randint(-4, 4, (2, 9))),
                      (np.array(3),)):
            found, = check("_index", x, where)
            check("_put", x, where, np.ascontiguousarray(found[::-1]) if found.ndim else found, False)
            check("_put", x, where, np.asarray(x[0, 0, 0]), False)
            if dtype in ("f4", "f8", "i8"):
                check("_put", x, where, found, True, close=True)
                check("_index_back", found, x.shape, where, close=True)


def test_picking_refuses():
    x = drawn("f4", 6, 50)
    for where in ((np.array([6]),), (np.array([-7]),), (np.array([0, 6]), np.array([0, 0])), (np.array([0]), np.array([-51])),
                  (np.array([0, 1]), np.array([0])), (np.array([0], "i4"),), (np.array([True] * 6),), (slice(None),)):
        refused("_index", x, where)
        out = x.copy()
        assert indexing.put(out, where, np.float32(7).reshape(()), False, out) is NotImplemented and np.array_equal(out, x)
    refused("_put", x, (np.array([0]),), drawn("f4", 2, 50), False)


def test_embedding():
    weight, index = drawn("f4", 30, 9), RANDOM.randint(0, 30, (7, 11))
    for w in layouts(weight):
        rows, = check("embedding", w, index)
    check("embedding_backward", rows, index, 30)
    check("embedding_backward", rows, index, 30, 4)
    refused("embedding_backward", rows, index, 29 if index.max() == 29 else 1)
    refused("embedding_backward", rows, index, 30, -1, True)


# ---- masks


@pytest.mark.parametrize("dtype", DTYPES)
def test_masks(dtype):
    for shape in ((1,), (37,), (5, 8, 3), (70, 1000)):
        for share in (0.0, 0.3, 1.0):
            mask = RANDOM.uniform(size=shape) < share
            for x in layouts(drawn(dtype, *shape)):
                found, = check("_masked_select", x, mask)
                if dtype in ("f4", "f8", "i8", "i4"):
                    check("masked_place", found, mask)
            out = drawn(dtype, *shape)
            want = out.copy()
            want[mask] = found
            assert indexing.mask_put(out, mask, found) is out
            assert np.array_equal(out, want, equal_nan=dtype[0] in "fc")
            assert indexing.mask_put(out, mask, np.concatenate([found, found, found[:1], out.reshape(-1)[:1]])) is NotImplemented
            for m in layouts(mask):
                positions, = check("_nonzero", m)
                assert positions.T.flags.c_contiguous


def test_one_hot():
    x = RANDOM.randint(0, 9, (40, 3))
    check("one_hot", x)
    check("one_hot", x, 12)
    refused("one_hot", x, 5)
    refused("one_hot", x - 1, 12)
    refused("one_hot", x - 1, -1)


def test_errors_are_the_bodies():
    x = rl.zeros(3, 4)
    with pytest.raises(RuntimeError, match="index 4 is out of bounds for dimension 1 with size 4"):
        rl.gather(x, 1, rl.full((3, 4), 4))
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 3"):
        x[rl.tensor([0, 5])]
    with pytest.raises(IndexError, match="index 5 is out of bounds for dimension 0 with size 3"):
        x[rl.tensor([0, 5])] = rl.ones(2, 4)
    with pytest.raises(IndexError, match="index out of range in self"):
        rl.index_select(x, 0, rl.tensor([-1]))
    with pytest.raises(RuntimeError, match="Class values must be smaller than num_classes"):
        rl.nn.functional.one_hot(rl.tensor([3]), 3)
    assert x.sum() == 0


def test_setting_by_tensors():
    x, y = rl.zeros(5, 3), rl.zeros(5, 3)
    mask = rl.tensor([[True, False, True]] * 5)
    x[mask] = rl.arange(10.0)
    y[mask.nonzero(as_tuple=True)] = rl.arange(10.0)
    assert x.equal(y) and x._version == 1
    x[rl.tensor([4, 0, 4])] = rl.tensor([[1.0], [2.0], [3.0]]).expand(3, 3)
    assert x[4].tolist() == [3.0] * 3 and x[0].tolist() == [2.0] * 3 and x._version == 2
    x[rl.tensor([1, 2])] = rl.tensor([5.0, 6.0, 7.0])         # broadcast
    assert x[2].tolist() == [5.0, 6.0, 7.0]
    with pytest.raises(RuntimeError, match="shape mismatch"):
        x[mask] = rl.arange(9.0)
    with pytest.raises(RuntimeError, match="Index put requires the source and destination dtypes match"):
        x[rl.tensor([0])] = rl.ones(1, 3, dtype=rl.float64)
