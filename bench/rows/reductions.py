"""Reductions, running sums, the softmax family and norms: over everything, rows, columns and middle dimensions."""

import math

import numpy

from bench.table import rand, randint, row

SIZES = {"10x100": (10, 100), "200x500": (200, 500), "1000x1000": (1000, 1000)}
LARGE = (1000, 1000)
MIDDLE = (16, 250, 250)


def _near_one(shape):
    return lambda: [rand(*shape, low=0.9, high=1.1)]


def _case(title, call, shape, arrays=None, result=None, target=None, by_hand=None, dtype="float32", tol=(1e-4, 1e-5)):
    """A row `call(torch, tensor...)` on arrays of one shape; large ones have the target that large rows have."""
    n, item = math.prod(shape), numpy.dtype(dtype).itemsize
    arrays = arrays or (lambda: [rand(*shape, dtype=dtype)])

    def hand(np):
        xs = arrays()
        return lambda: by_hand(np, *xs)

    @row(title, numpy=hand if by_hand else None, traffic=item * (n + (n if result is None else result)), tol=tol,
         target=target or (1.5 if n >= 10**6 else 1.0))
    def make(torch):
        xs = [torch.from_numpy(x) for x in arrays()]
        return lambda: call(torch, *xs)


def _each(title, call, by_hand=None, results=None, sizes=tuple(SIZES), arrays=None, **options):
    for size in sizes:
        shape = SIZES[size]
        _case(f"{title}, {size}", call, shape, arrays and arrays(shape), results and results(shape), by_hand=by_hand, **options)


_one, _rows, _columns = (lambda s: 1), (lambda s: s[0]), (lambda s: s[-1])

# ------------------------------------------------------------------ reductions

for _name, _call, _hand in (
        ("sum", lambda t, a, *d: a.sum(*d), lambda np, a, *d: a.sum(*d)),
        ("mean", lambda t, a, *d: a.mean(*d), lambda np, a, *d: a.mean(*d)),
        ("var", lambda t, a, *d: a.var(*d), lambda np, a, *d: a.var(*d, ddof=1)),
        ("norm", lambda t, a, *d: t.linalg.vector_norm(a, 2, *d), lambda np, a, *d: np.sqrt(np.square(a).sum(*d))),
        ("max", lambda t, a, *d: a.amax(*d), lambda np, a, *d: a.max(*d)),
        ("argmax", lambda t, a, *d: a.argmax(*d), lambda np, a, *d: a.argmax(*d)),
        ("prod", lambda t, a, *d: a.prod(*d), lambda np, a, *d: a.prod(*d)),
        ("logsumexp", lambda t, a, d: a.logsumexp(d), lambda np, a, d: np.log(np.exp(a).sum(d)))):
    _sizes = tuple(SIZES) if _name in ("sum", "max", "var") else ("10x100", "1000x1000")
    _arrays = _near_one if _name == "prod" else None
    for _where, _dim, _results in (("all", (), _one), ("dim 1", (1,), _rows), ("dim 0", (0,), _columns)):
        if _name == "logsumexp" and not _dim:
            continue
        _each(f"{_name} over {_where}", lambda t, a, f=_call, d=_dim: f(t, a, *d),
              lambda np, a, f=_hand, d=_dim: f(np, a, *d), _results, _sizes if _dim else ("1000x1000",),
              _arrays)
    _case(f"{_name} over dim 1, 16x250x250", lambda t, a, f=_call: f(t, a, 1), MIDDLE, _arrays and _arrays(MIDDLE), 4000,
          by_hand=lambda np, a, f=_hand: f(np, a, 1))

_case("max over dim 0 with places, 1000x1000", lambda t, a: list(a.max(0)), LARGE, result=3000)
_case("std over dim 0, 1000x1000", lambda t, a: a.std(0), LARGE, result=1000, by_hand=lambda np, a: a.std(0, ddof=1))
_case("nansum, 1000x1000", lambda t, a: a.nansum(), LARGE, result=1, by_hand=lambda np, a: np.nansum(a))
_case("sum of float64 over dim 0, 1000x1000", lambda t, a: a.sum(0), LARGE, result=1000, dtype="float64",
      by_hand=lambda np, a: a.sum(0))
_case("mean of bfloat16, 1000x1000", lambda t, a: a.bfloat16().mean().float(), LARGE, result=1, tol=(1e-2, 1e-3))


def _integers():
    return [randint(100, 1000, 1000)]


def _truths():
    return [randint(100, 1000, 1000) > 50]


for _where, _dim, _result in (("all", (), 1), ("dim 1", (1,), 1000), ("dim 0", (0,), 1000)):
    _case(f"sum of int64 over {_where}, 1000x1000", lambda t, a, d=_dim: a.sum(*d), LARGE, _integers, _result,
          by_hand=lambda np, a, d=_dim: a.sum(*d), dtype="int64")
    _case(f"sum of bool over {_where}, 1000x1000", lambda t, a, d=_dim: a.sum(*d), LARGE, _truths, 8 * _result,
          by_hand=lambda np, a, d=_dim: a.sum(*d), dtype="bool")
    _case(f"any of bool over {_where}, 1000x1000", lambda t, a, d=_dim: a.any(*d), LARGE, lambda: [~(_truths()[0] | True)],
          _result, by_hand=lambda np, a, d=_dim: a.any(*d), dtype="bool")
    _case(f"count_nonzero over {_where}, 1000x1000", lambda t, a, d=_dim: a.count_nonzero(*d), LARGE, None, 2 * _result,
          by_hand=lambda np, a, d=_dim: np.count_nonzero(a, *d))
_case("all of float over dim 1, 1000x1000", lambda t, a: a.all(1), LARGE, None, 250, by_hand=lambda np, a: a.all(1))

# ------------------------------------------------------------------ running reductions

for _name, _hand in (("cumsum", lambda np, a, d: a.cumsum(d)), ("cumprod", lambda np, a, d: a.cumprod(d)),
                     ("cummax", None), ("logcumsumexp", lambda np, a, d: np.logaddexp.accumulate(a, d))):
    for _where, _dim in (("dim 1", 1), ("dim 0", 0)):
        def _call(t, a, name=_name, d=_dim):
            found = getattr(t, name)(a, d)
            return list(found) if name == "cummax" else found

        _each(f"{_name} along {_where}", _call, _hand and (lambda np, a, f=_hand, d=_dim: f(np, a, d)),
              sizes=("10x100", "1000x1000"), tol=(1e-4, 1e-3))  # sums of 1000 that pass zero
_case("cumsum of int64, 1000x1000", lambda t, a: a.cumsum(1), LARGE, _integers, by_hand=lambda np, a: a.cumsum(1), dtype="int64")
_case("cumsum of a vector, 1,000,000", lambda t, a: a.cumsum(0), (10**6,), by_hand=lambda np, a: a.cumsum(0), tol=(1e-3, 1e-2))

# ------------------------------------------------------------------ softmax


def _gradients(t, f, *xs):
    """The gradients of f's result, weighed with the last array, to all other ones."""
    *xs, g = xs
    xs = [x.detach().requires_grad_() for x in xs]
    out = f(*xs)
    return list(t.autograd.grad(out, xs, g))


def _pair(shape):
    return lambda: [rand(*shape), rand(*shape, seed=1)]


for _name in ("softmax", "log_softmax"):
    for _where, _dim in (("dim 1", 1), ("dim 0", 0)):
        _each(f"{_name} over {_where}", lambda t, a, name=_name, d=_dim: getattr(t, name)(a, d), sizes=("10x100", "1000x1000"))
        for _size, _shape in SIZES.items():
            _case(f"{_name} over {_where} and its gradient, {_size}",
                  lambda t, a, g, name=_name, d=_dim: _gradients(t, lambda x: getattr(t, name)(x, d), a, g),
                  _shape, _pair(_shape), result=4 * math.prod(_shape))
    _case(f"{_name} over dim 1, 16x250x250", lambda t, a, name=_name: getattr(t, name)(a, 1), MIDDLE)
_case("softmax of float64 over dim 0, 1000x1000", lambda t, a: t.softmax(a, 0), LARGE, dtype="float64")


def _scores():
    return [rand(1000, 1000), randint(1000, 1000)]


_case("cross_entropy and its gradient, 1000x1000", lambda t, a, y: _gradients(
    t, lambda x: t.nn.functional.cross_entropy(x, y), a, t.tensor(1.0)), LARGE, _scores)

# ------------------------------------------------------------------ norms


def _norm(name, call, shapes):
    """Forward, then forward and backward with weight (and bias, where `call` takes one), for shapes (input, weight)."""
    for shape, weight in shapes:
        size = "x".join(map(str, shape))
        bias = name != "rms_norm"

        def arrays(shape=shape, weight=weight, bias=bias):
            return [rand(*shape), rand(*weight, seed=1), *([rand(*weight, seed=2)] if bias else []), rand(*shape, seed=3)]

        _case(f"{name}, {size}", lambda t, *xs: call(t, *xs[:-1]), shape, arrays)
        _case(f"{name} and its gradients, {size}", lambda t, *xs: _gradients(t, lambda *a: call(t, *a), *xs), shape, arrays,
              result=4 * math.prod(shape), tol=(1e-3, 1e-3))


_norm("layer_norm", lambda t, x, w, b: t.nn.functional.layer_norm(x, w.shape, w, b),
      [((10, 100), (100,)), ((200, 500), (500,)), ((1000, 1000), (1000,)), ((8, 512, 256), (256,))])
_norm("rms_norm", lambda t, x, w: t.nn.functional.rms_norm(x, w.shape, w),
      [((10, 100), (100,)), ((200, 500), (500,)), ((1000, 1000), (1000,))])
_norm("batch_norm", lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True),
      [((32, 32), (32,)), ((1000, 1000), (1000,)), ((8, 16, 28, 28), (16,)), ((32, 64, 28, 28), (64,))])
_norm("group_norm", lambda t, x, w, b: t.nn.functional.group_norm(x, 8, w, b),
      [((2, 16, 6, 6), (16,)), ((8, 16, 28, 28), (16,)), ((32, 64, 28, 28), (64,))])
