"""Moving elements by index, order and counting: in the small (1,000 elements), in cache, and beyond it."""

import numpy

from bench.table import rand, randint, row

SIZES = (1000, 100_000, 1_000_000)


def _each(title, make, sizes=SIZES, tol=(0, 0), target=1.0, **options):
    """Add a row for each size; `make(torch, n)` returns the step."""
    for n in sizes:
        row(f"{title}, {n:,}", tol=tol, target=target, **options)(lambda torch, n=n: make(torch, n))


def _vector(torch, n, seed=0):
    return torch.from_numpy(rand(n, seed=seed))


def _matrix(torch, n, columns=100):
    return torch.from_numpy(rand(n // columns, columns))


def _index(torch, high, *shape, seed=1):
    return torch.from_numpy(randint(high, *shape, seed=seed).astype(numpy.int64))


def _of_vector(call):
    def make(torch, n):
        x = _vector(torch, n)
        return lambda: call(torch, x)
    return make


def _of_matrix(call):
    def make(torch, n):
        x = _matrix(torch, n)
        return lambda: call(torch, x)
    return make


# ---- order

_each("sort", _of_vector(lambda t, x: t.sort(x)[0]))           # PyTorch's order of equal elements is another
_each("argsort, descending", _of_vector(lambda t, x: t.argsort(x, descending=True, stable=True)))
_each("sort each row of 100", _of_matrix(lambda t, x: t.sort(x, 1)[0]))
_each("sort each column", _of_matrix(lambda t, x: t.sort(x, 0)[0]))
_each("topk 10", _of_vector(lambda t, x: t.topk(x, 10)))
_each("topk 5 of each row of 100", _of_matrix(lambda t, x: t.topk(x, 5, 1)))
_each("kthvalue", _of_vector(lambda t, x: t.kthvalue(x, x.shape[0] // 3)[0]))
_each("median", _of_vector(lambda t, x: t.median(x)))
_each("median of each row of 100", _of_matrix(lambda t, x: t.median(x, 1)[0]))


def _sort_integers(torch, n):
    x = _index(torch, 1 << 30, n)
    return lambda: torch.sort(x)[0]


def _unique(torch, n):
    x = _index(torch, 500, n)
    return lambda: torch.unique(x, return_inverse=True, return_counts=True)


def _searchsorted(torch, n):
    edges, x = torch.sort(_vector(torch, 1000))[0], _vector(torch, n, 1)
    return lambda: torch.searchsorted(edges, x)


def _bincount(torch, n):
    x = _index(torch, 500, n)
    return lambda: torch.bincount(x)


_each("sort int64", _sort_integers)
_each("unique with inverse and counts", _unique)
_each("searchsorted in 1000", _searchsorted)
_each("bincount", _bincount)
_each("histc", _of_vector(lambda t, x: t.histc(x, 50, -1, 1)))

# ---- reading


def _gather(torch, n, dim=1):
    x = _matrix(torch, n)
    at = _index(torch, x.shape[dim], *x.shape)
    return lambda: torch.gather(x, dim, at)


def _classes(torch, n):
    x, at = _matrix(torch, n), _index(torch, 100, n // 100, 1)
    return lambda: x.gather(1, at)


def _index_select(torch, n, dim=0):
    x = _matrix(torch, n)
    at = _index(torch, x.shape[dim], x.shape[dim])
    return lambda: torch.index_select(x, dim, at)


def _take_rows(torch, n):
    x, at = _matrix(torch, n), _index(torch, n // 100, n // 100)
    return lambda: x[at]


def _take_elements(torch, n):
    x, at = _vector(torch, n), _index(torch, n, n)
    return lambda: x[at]


def _take_pairs(torch, n):
    x, i, j = _matrix(torch, n), _index(torch, n // 100, n), _index(torch, 100, n, seed=2)
    return lambda: x[i, j]


def _take_masked(torch, n):
    x = _vector(torch, n)
    mask = _vector(torch, n, 1) > 0
    return lambda: x[mask]


def _masked_select(torch, n):
    x = _vector(torch, n)
    mask = _vector(torch, n, 1) > 0
    return lambda: torch.masked_select(x, mask)


def _nonzero(torch, n):
    mask = _matrix(torch, n) > 0
    return lambda: mask.nonzero()


def _one_hot(torch, n):
    x = _index(torch, 10, n // 10)
    return lambda: torch.nn.functional.one_hot(x, 10)


def _take_along_dim(torch, n):
    x = _matrix(torch, n)
    at = x.argsort(dim=1, stable=True)
    return lambda: torch.take_along_dim(x, at, 1)


def _embedding(torch, n):
    x, at = _matrix(torch, n), _index(torch, n // 100, n // 100)
    return lambda: torch.nn.functional.embedding(at, x)


_each("gather along rows", _gather)
_each("gather along columns", lambda torch, n: _gather(torch, n, 0))
_each("gather one of each row of 100", _classes)
_each("index_select rows of 100", _index_select)
_each("index_select columns", lambda torch, n: _index_select(torch, n, 1))
_each("x[rows]", _take_rows)
_each("x[places]", _take_elements)
_each("x[i, j]", _take_pairs)
_each("x[mask]", _take_masked)
_each("masked_select", _masked_select)
_each("nonzero", _nonzero)
_each("one_hot of 10", _one_hot)
_each("take_along_dim", _take_along_dim)
_each("embedding rows of 100", _embedding)

# ---- writing


def _scatter(torch, n, name="scatter"):
    x = _matrix(torch, n)
    at = torch.argsort(x, dim=1, stable=True) if name == "scatter" else _index(torch, 100, *x.shape)
    zeros = torch.zeros(x.shape)
    return lambda: getattr(torch, name)(zeros, 1, at, x)


def _scatter_add_vector(torch, n):
    x, at, zeros = _vector(torch, n), _index(torch, n // 10, n), torch.zeros(n // 10)
    return lambda: zeros.scatter_add(0, at, x)


def _index_add(torch, n):
    x, at = _matrix(torch, n), _index(torch, n // 200, n // 100)
    zeros = torch.zeros(n // 200, 100)
    return lambda: zeros.index_add(0, at, x)


def _index_copy(torch, n):
    x = _matrix(torch, n)
    at = torch.argsort(x[:, 0], stable=True)
    return lambda: torch.zeros(x.shape).index_copy_(0, at, x)


def _masked_fill(torch, n):
    x = _vector(torch, n)
    mask = _vector(torch, n, 1) > 0
    return lambda: x.masked_fill(mask, 0.5)


def _put_rows(torch, n):
    x, out = _matrix(torch, n), torch.zeros(n // 100, 100)
    at = torch.argsort(x[:, 0], stable=True)

    def step():
        out[at] = x
        return out
    return step


def _put_elements(torch, n):
    x, out = _vector(torch, n), torch.zeros(n)
    at = torch.argsort(x, stable=True)

    def step():
        out[at] = x
        return out
    return step


def _put_masked(torch, n):
    out, mask = _vector(torch, n), _vector(torch, n, 1) > 0
    x = torch.from_numpy(rand(int(mask.sum())))

    def step():
        out[mask] = x
        return out
    return step


def _gradient(call):
    def make(torch, n):
        y, x = call(torch, n)
        g = torch.from_numpy(rand(*y.shape, seed=9))
        return lambda: torch.autograd.grad(y, x, g, retain_graph=True)[0]
    return make


def _rows_of(torch, n):
    x, at = _matrix(torch, n).requires_grad_(), _index(torch, n // 100, n // 100)
    return x[at], x


def _embedded(torch, n):
    x, at = _matrix(torch, n).requires_grad_(), _index(torch, n // 100, n // 100)
    return torch.nn.functional.embedding(at, x), x


def _gathered(torch, n):
    x, at = _matrix(torch, n).requires_grad_(), _index(torch, 100, n // 100, 100)
    return x.gather(1, at), x


def _bag(torch, n):
    weight, at = _matrix(torch, n), _index(torch, n // 100, n // 1000, 10)
    return lambda: torch.nn.functional.embedding_bag(at, weight, mode="sum")


def _bagged(torch, n):
    weight, at = _matrix(torch, n).requires_grad_(), _index(torch, n // 100, n // 1000, 10)
    return torch.nn.functional.embedding_bag(at, weight), weight


SUMS = (1e-5, 1e-5)                 # where PyTorch adds in another order
_each("scatter", _scatter)
_each("scatter_add along rows", lambda torch, n: _scatter(torch, n, "scatter_add"), tol=SUMS)
_each("scatter_add into a tenth", _scatter_add_vector, tol=SUMS)
_each("index_add rows of 100", _index_add, tol=SUMS)
_each("index_copy rows of 100", _index_copy)
_each("masked_fill", _masked_fill, target=1.5)
_each("x[rows] = y", _put_rows)
_each("x[places] = y", _put_elements)
_each("x[mask] = y", _put_masked)
_each("x[rows], gradient", _gradient(_rows_of), tol=SUMS)
_each("embedding rows of 100, gradient", _gradient(_embedded), tol=SUMS)
_each("gather along rows, gradient", _gradient(_gathered), tol=SUMS)
_each("embedding_bag 10 rows of 100", _bag, tol=SUMS)
_each("embedding_bag 10 rows of 100, gradient", _gradient(_bagged), tol=SUMS)

# ---- distances, pooling to one, sampling at places of a grid


def _cdist(torch, n):
    side = int((n // 10) ** 0.5) * 3
    x, y = torch.from_numpy(rand(side, 16)), torch.from_numpy(rand(side, 16, seed=1))
    return lambda: torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def _cdist_products(torch, n):
    side = int((n // 10) ** 0.5) * 3
    x, y = torch.from_numpy(rand(side, 16)), torch.from_numpy(rand(side, 16, seed=1))
    return lambda: torch.cdist(x, y)


def _images(torch, n):
    return torch.from_numpy(rand(n // 1000, 10, 10, 10))


def _pool_to_one(torch, n):
    x = _images(torch, n)
    return lambda: torch.nn.functional.adaptive_avg_pool2d(x, 1)


def _pooled_to_one(torch, n):
    x = _images(torch, n).requires_grad_()
    return torch.nn.functional.adaptive_avg_pool2d(x, 1), x


def _places(torch, n):
    return torch.from_numpy(rand(n // 1000, 10, 10, 2, seed=3, low=-1.1, high=1.1))


def _grid_sample(torch, n):
    x, grid = _images(torch, n), _places(torch, n)
    return lambda: torch.nn.functional.grid_sample(x, grid, align_corners=False)


def _grid_sampled(torch, n):
    x, grid = _images(torch, n).requires_grad_(), _places(torch, n)
    return torch.nn.functional.grid_sample(x, grid, align_corners=False), x


_each("cdist, differences", _cdist, tol=(1e-5, 1e-5))
_each("cdist", _cdist_products, tol=(1e-3, 1e-3))
_each("adaptive_avg_pool2d to 1", _pool_to_one, tol=SUMS)
_each("adaptive_avg_pool2d to 1, gradient", _gradient(_pooled_to_one), tol=SUMS)
_each("grid_sample", _grid_sample, tol=SUMS)
_each("grid_sample, gradient", _gradient(_grid_sampled), tol=SUMS)
