"""Indexing: `x[index]`, `x[index] = value`, gather, scatter, masks, embedding."""

from table import bools, ints, row, s, t

X, V, B3 = t(3, 4), t(4), t(2, 3, 4)
I2, MASK = ints(values=[0, 2]), bools(values=[True, False, True])
ALL = slice(None)
MADE = {"grad_fn": "made of other elementary steps here"}


def get(torch, x, *index):
    return x[index if len(index) > 1 else index[0]]


def put(torch, x, value, *index):
    y = x * 1
    y[index if len(index) > 1 else index[0]] = value
    return y


row("getitem of integers and slices", [s(X, 1), s(X, 0, 2), s(X, slice(0, 2)), s(X, ALL, 1), s(X, slice(None, None, 2), slice(-2, None)), s(X, ...),
                                       s(X, None), s(B3, ..., 0), s(B3, 0, ..., None), s(X, slice(5, 2)), s(t(), ...), s(X, ())], fn=get,
    raises=[s(X, 5), s(X, -4), s(X, 0, 0, 0), s(X, 0, 5), s(t(), 0), s(t(), ALL), s(X, slice(None, None, -1)), s(X, slice(None, None, 0)),
            s(X, 0.5), s(X, "a"), s(X, None, 5), s(X, {}), s(X, slice(1.0, 2))])
row("getitem of tensors", [s(X, I2), s(X, ALL, I2), s(X, I2, I2), s(X, ints(values=[[0, 1], [2, 2]])), s(X, 0, I2), s(B3, ints(values=[0, 1]), ALL, I2),
                           s(B3, ALL, I2, I2), s(X, [0, 2]), s(X, I2, slice(1, 3)), s(X, None, I2), s(X, ints(values=[-1, 0], dtype="int32")),
                           s(X, ints(values=1)), s(X, []), s(X, [0, 0, 0])], fn=get,
    raises=[s(X, ints(values=[5])), s(X, ALL, ints(values=[5])), s(X, t(2)), s(X, I2, ints(values=[0, 1, 2])), s(X, I2, I2, I2),
            s(X, ints(values=[0], dtype="int16"))])
row("getitem of masks", [s(X, MASK), s(X, ALL, bools(values=[True, False, True, True])), s(B3, bools(2, 3)), s(X, MASK, 1), s(X, True), s(X, False),
                         s(X, [True, False, True]), s(X, MASK, ALL), s(t(), True)], fn=get,
    raises=[s(X, [True, False]), s(X, ALL, MASK), s(X, bools(3, 4, 2)), s(X, bools(2, 4))])
row("setitem of integers and slices", [s(X, 1.5, 1), s(X, V, 0), s(X, t(2, 1), slice(0, 2)), s(X, t(1, 1, 4), 1), s(X, 2, ...), s(X, 3, ALL, None),
                                       s(t(), 2.0, ...), s(X, t(), 0, 1), s(X, ints(4), 0), s(X, True, 0)], fn=put,
    raises=[s(X, t(3), 0), s(X, t(2, 4), 0), s(X, 1, 5), s(X, "a", 0), s(X, [1, 2, 3, 4], 0), s(X, 1j, 0), s(X, 1, slice(None, None, -1))])
row("setitem of tensors and masks", [s(X, 0, MASK), s(X, V, I2), s(X, t(), I2, I2), s(X, t(3), ALL, 1),
                                     s(X, t(2, 4), MASK), s(X, 1.0, [0, 2]), s(B3, t(2, 2), ALL, I2, 0), s(X, 5, True), s(X, 1, I2, slice(0, 2))], fn=put,
    raises=[s(X, t(3, 4), MASK), s(X, t(3, 4), I2), s(X, t(2, 4, dtype="float64"), I2), s(X, 1, ints(values=[5])), s(X, 1, ALL, MASK)])
row("setitem of one place twice", [s(X, t(2, 4), ints(values=[1, 1]))], fn=put,
    skip={"gradcheck": "the first value is overwritten, and gets a gradient in PyTorch too",
          "gradgradcheck": "the first value is overwritten, and gets a gradient in PyTorch too"})
row("setitem through a view", [s(X, t(2))], fn=lambda torch, x, v: _through_view(x, v))


def _through_view(x, v):
    y = x * 2
    y[1][1:3] = v
    return y * y


row("gather", [s(X, 0, ints(2, 4, high=3)), s(X, 1, ints(3, 2, high=4)), s(V, 0, ints(values=1)), s(t(), 0, ints(values=[0, 0])), s(X, 1, ints(2, 2, high=4))],
    raises=[s(X, 0, ints(2)), s(X, 0, ints(values=[[5]])), s(X, 0, ints(values=[[-1]])), s(X, 0, t(1, 1)), s(X, 0, ints(1, 5, high=1))])
row("take_along_dim", [s(X, ints(3, 1, high=4), 1), s(X, ints(5, high=12)), s(X, ints(1, 2, high=4), 1)], raises=[s(X, I2, 0), s(X, t(1, 4), 0)])
row("index_select", [s(X, 0, I2), s(X, 1, ints(values=[3, 3, 0])), s(X, 0, ints(values=1)), s(t(), 0, ints(values=[0]))],
    raises=[s(X, 0, ints(values=[5])), s(X, 0, ints(values=[-1])), s(X, 0, ints(1, 1, high=1)), s(X, 0, t(2)), s(X, 2, I2)])
row("take", [s(X, ints(values=[0, -1, 5])), s(X, ints(2, 2)), s(X, ints(values=3))], raises=[s(X, ints(values=[12])), s(X, t(1))])
row("masked_select", [s(X, bools(3, 4)), s(X, bools(4)), s(X, bools(3, 1)), s(t(), bools(2))], raises=[s(X, X), s(X, bools(3))])
row("nonzero", [s(ints(3, 4, high=2)), s(bools(4)), s(t()), s(ints(3, 4, high=2), as_tuple=True)], grad=False)
row("argwhere", [s(ints(3, 4, high=2))], grad=False)
row("nn.functional.one_hot", [s(ints(4, high=3)), s(ints(2, 2, high=3), 5), s(ints(values=2))], grad=False, dtypes=(),
    raises=[s(t(2)), s(ints(values=[-1])), s(ints(values=[3]), 2)])
row("nn.functional.embedding", [s(ints(5, high=3), X), s(ints(2, 2, high=3), X)], dtypes=("float64", "float16", "bfloat16"),
    raises=[s(ints(values=[5]), X), s(ints(values=[-1]), X), s(t(2), X), s(I2, B3), s(I2, X, 5)],
    skip={"edges": "the row of a 0-d input would be out of range"})
row("nn.functional.embedding with a gradient of its own", [s(ints(5, high=3), X, 1), s(ints(5, high=3), X, -1), s(ints(6, high=3), X, scale_grad_by_freq=True)],
    torch="nn.functional.embedding", dtypes=(), skip={"gradcheck": "padding and frequency change the gradient alone", "edges": "the row of a 0-d input would be out of range",
                                                      "gradgradcheck": "padding and frequency change the gradient alone"})
row("nn.functional.embedding_bag", [s(ints(4, high=3), X, ints(values=[0, 2])), s(ints(2, 3, high=3), X, mode="sum"), s(ints(2, 3, high=3), X, mode="max"),
                                    s(ints(4, high=3), X, ints(values=[0, 2]), mode="sum", per_sample_weights=t(4)),
                                    s(ints(4, high=3), X, ints(values=[0, 2, 4]), include_last_offset=True),
                                    s(ints(4, high=3), X, ints(values=[0, 2]), padding_idx=1)], dtypes=("float64",),
    raises=[s(ints(4, high=3), X), s(ints(2, 3, high=3), X, ints(values=[0]))],
    skip={"grad_fn": "made of other elementary steps here", "edges": "offsets beyond the input"})

# ---- writing

SRC = ints(2, 4, high=3)
row("scatter", [s(X, 0, ints(1, 4, high=3), t(1, 4)), s(X, 1, ints(values=[[0, 2], [1, 3]]), t(2, 2)), s(X, 0, SRC, 2.5), s(X, 0, ints(1, 4, high=3), value=3)],
    raises=[s(X, 0, ints(values=[[7]]), X), s(X, 0, ints(1, 5, high=1), X), s(X, 0, ints(2), 1.0), s(X, 0, t(1, 4), 1.0), s(X, 0, SRC, X, reduce="foo")])
row("scatter_add", [s(X, 0, SRC, t(2, 4)), s(X, 1, ints(3, 2, high=4), t(3, 2))], raises=[s(X, 0, ints(values=[[7]]), X), s(X, 0, SRC, t(3, 4, dtype="float64"))])
for how in ("sum", "prod", "mean", "amax", "amin"):
    row(f"scatter_reduce of {how}", [s(X, 0, SRC, t(2, 4), how), s(X, 0, SRC, t(2, 4), how, include_self=False)], torch="scatter_reduce",
        dtypes=("float64", "int64"), raises=[s(X, 0, SRC, t(2, 4), "foo")],
        gradgrad=how in ("sum", "mean"))
row("index_add", [s(X, 0, I2, t(2, 4)), s(X, 1, ints(values=[1, 1]), t(3, 2), alpha=2), s(t(), 0, ints(values=[0]), t())],
    raises=[s(X, 0, I2, X), s(X, 0, ints(values=[0, 5]), t(2, 4)), s(X, 0, I2, t(2, 3)), s(X, 0, I2, t(2, 4, dtype="float64"))])
row("index_copy", [s(X, 0, I2, t(2, 4)), s(X, 1, ints(values=[1]), t(3, 1))], raises=[s(X, 0, I2, X), s(X, 0, I2, t(2, 3)), s(X, 0, ints(values=[0, 5]), t(2, 4))])
row("index_fill", [s(X, 0, I2, 2.5), s(X, 1, ints(values=[-1]), 1), s(X, 0, I2, t())], raises=[s(X, 0, ints(values=[5]), 1), s(X, 0, I2, V)])
row("index_reduce", [s(X, 0, I2, t(2, 4), "mean"), s(X, 0, I2, t(2, 4), "amax"), s(X, 0, ints(values=[1, 1]), t(2, 4), "prod")], dtypes=("float64",),
    gradgrad=False, raises=[s(X, 0, I2, t(2, 4), "foo")])
row("index_put", [s(X, (I2,), t(2, 4)), s(X, (I2, I2), t(2)), s(X, (MASK,), t()), s(X, (ints(values=[1, 1]),), t(2, 4), True)],
    raises=[s(X, (ints(values=[5]),), V), s(X, (I2,), t(3, 4)), s(X, (I2,), t(2, 4, dtype="float64"))])
row("put", [s(X, ints(values=[0, -1]), t(2)), s(X, ints(values=[3, 3]), t(2), True)], torch="Tensor.put", inplace=False,
    raises=[s(X, ints(values=[0, 15]), t(2)), s(X, I2, V)])
row("masked_scatter", [s(X, bools(3, 4), t(12)), s(X, bools(4), t(12))], raises=[s(X, X, V), s(X, bools(values=[[True] * 4] * 3), V)])
row("Tensor.fill_diagonal_", [s(X, 2.0)], fn=lambda torch, x, v: (x * 1).fill_diagonal_(v), skip=MADE)
row("unravel_index", [s(ints(4, high=12), (3, 4))], grad=False, dtypes=(), method=False, raises=[s(t(2), (3, 4))])
