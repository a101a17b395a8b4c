"""Views, joins and rearrangements."""

from table import ints, row, s, t

X, V, B3, SQ = t(3, 4), t(4), t(2, 3, 4), t(3, 3)
PARTS = {"grad_fn": "the pieces' node has one name where PyTorch has two"}

# ---- reshape

row("Tensor.view", [s(X, 4, 3), s(X, (2, -1)), s(X, -1), s(X, size=(12,)), s(t(), 1, 1), s(t(0, 3), 3, 0)],
    raises=[s(X, 5, 3), s(X, -1, 5), s(X, -1, -1), s(X, -2, 6), s(t(0, 2), -1, 0)])
row("view across strides", [s(X)], fn=lambda torch, x: x.t().t().view(2, 6), dtypes=())
row("view that may need a copy", [s(t(1, 4))], raises=[s(X)], fn=lambda torch, x: x.t().view(-1), dtypes=())
row("view as dtype", [s(t(2, 4))], fn=lambda torch, x: x.view(torch.int32), grad=False, dtypes=())
row("view as wider dtype", [s(t(2, 4))], fn=lambda torch, x: x.view(torch.float64), grad=False, dtypes=(),
    raises=[s(t(2, 3)), s(t())], skip={"layouts": "only a last dimension without gaps can be read so"})
row("reshape", [s(X, (4, 3)), s(X, (-1,)), s(t(), (1, 1)), s(t(0, 3), (0, 5))], raises=[s(X, (5, 3)), s(X, (-1, 5))])
row("reshape of a transpose", [s(X)], fn=lambda torch, x: x.t().reshape(2, 6))
row("Tensor.view_as", [s(X, t(4, 3))], raises=[s(X, t(5))])
row("Tensor.reshape_as", [s(X, t(4, 3))], raises=[s(X, t(5))])
row("flatten", [s(B3), s(B3, 1), s(B3, 0, 1), s(t()), s(B3, 1, 1)], raises=[s(B3, 2, 1), s(B3, 3)])
row("ravel", [s(B3), s(t())])
row("unflatten", [s(X, 1, (2, 2)), s(X, -1, (2, -1)), s(X, 0, (3, 1))], raises=[s(X, 1, (3, 2)), s(X, 1, ())])

# ---- order of dimensions

row("permute", [s(B3, (2, 0, 1)), s(B3, (-1, 0, 1)), s(t(), ())], raises=[s(X, (0,)), s(X, (0, 0)), s(X, (0, 2))])
row("transpose", [s(X, 0, 1), s(B3, -1, 0), s(t(), 0, -1)], raises=[s(X, 0, 2)])
row("swapaxes", [s(B3, 0, 2)])
row("swapdims", [s(B3, 0, 2)])
row("t", [s(X), s(V), s(t())], raises=[s(B3)])
row("adjoint", [s(X), s(B3)], raises=[s(V)])
for name in ("T", "H", "mT", "mH"):
    row(f"Tensor.{name}", [s(X)], fn=lambda torch, x, name=name: getattr(x, name))
row("Tensor.H of other than matrices", [s(X)], raises=[s(B3), s(V)], fn=lambda torch, x: x.H, dtypes=())
row("movedim", [s(B3, 0, 1), s(B3, (0, 1), (-1, 0))], raises=[s(B3, 0, 3), s(B3, (0, 1), (0, 0)), s(B3, (0, 1), (0,))])
row("moveaxis", [s(B3, 0, -1)])

# ---- sizes of 1, broadcasting

row("squeeze", [s(t(1, 3, 1)), s(t(1, 3, 1), 0), s(t(1, 3, 1), (0, 2)), s(X, 0), s(t(1, 1))], raises=[s(X, 5), s(B3, (0, 0))])
row("unsqueeze", [s(X, 0), s(X, -1), s(t(), 0)], raises=[s(X, 5)])
row("Tensor.expand", [s(V, 2, 4), s(t(3, 1), -1, 4), s(t(), 2), s(t(3, 1), (2, 3, 4))],
    raises=[s(X, 4), s(V, 3, 5), s(V, -1, 4)])
row("Tensor.expand_as", [s(V, X)], raises=[s(V, t(3))])
row("broadcast_to", [s(V, (2, 4)), s(t(3, 1), (3, 4))], raises=[s(V, (3,))])
row("broadcast_tensors", [s(V, X), s(t(3, 1), t(2, 1, 4))], raises=[s(V, t(3))], method=False)
row("broadcast_shapes", [s((3, 1), (4,)), s((2,), 1, (5, 1))], raises=[s((3,), (4,))], grad=False, dtypes=(), method=False)

# ---- parts

row("narrow", [s(X, 0, 0, 2), s(X, 1, -3, 2), s(X, 0, ints(values=1), 1), s(X, 0, 3, 0)],
    raises=[s(X, 0, 0, 5), s(X, 0, -5, 1), s(X, 0, 0, -1), s(t(), 0, 0, 0)])
row("select", [s(X, 0, 1), s(X, 1, -1)], raises=[s(X, 0, 5), s(X, 2, 0), s(t(), 0, 0)])
row("unbind", [s(X), s(X, 1), s(t(1, 3))], raises=[s(t()), s(X, 2)])
row("split", [s(X, 2), s(X, 3, 1), s(X, [1, 2]), s(t(5), 2), s(t(0, 3), 0)], raises=[s(X, 0), s(X, -1), s(X, [1, 1]), s(t(), 1)])
row("split_with_sizes", [s(X, (1, 2)), s(X, (1, 0, 3), 1)], raises=[s(X, (1, 1)), s(X, (4, -1))])
row("chunk", [s(X, 2), s(X, 3, 1), s(t(5), 4)], raises=[s(X, 0), s(t(), 1)])
row("tensor_split", [s(X, 2), s(X, (1, 2), 1), s(t(7), 3), s(X, ints(values=[1, 3]), dim=1)], raises=[s(X, 0), s(t(), 2)])
row("hsplit", [s(X, 2), s(X, (1,)), s(V, 2)], raises=[s(X, 3), s(t(), 1)])
row("vsplit", [s(X, 3)], raises=[s(X, 2), s(V, 2)])
row("dsplit", [s(B3, 2)], raises=[s(X, 2), s(B3, 3)])
row("gradient through some pieces", [s(X)], fn=lambda torch, x: x.split(1)[1] * x.unbind(1)[2].sum() + x.chunk(2)[1])
row("diagonal", [s(X), s(X, 1), s(X, -1), s(B3, 0, 1, 2), s(X, 5)], raises=[s(V), s(X, 0, 0, 0)])
row("linalg.diagonal", [s(B3), s(B3, offset=1)])
row("Tensor.unfold", [s(X, 1, 2, 1), s(t(7), 0, 3, 2), s(B3, -1, 2, 2), s(t(), 0, 1, 1)],
    raises=[s(X, 0, 4, 1), s(X, 0, 2, 0), s(X, 0, -1, 1)])
row("as_strided", [s(X, (2, 2), (1, 2)), s(X, (3,), (0,)), s(X, (2, 3), (1, 1), 2)], dtypes=("float64", "int64"),
    raises=[s(X, (5, 5), (1, 5)), s(X, (2,), (1, 2)), s(X, (2,), (-1,)), s(X, (2,), (1,), -1)],
    skip={"layouts": "reads the storage, which differs"})

# ---- in-place changes of sizes

for name, args in (("unsqueeze_", (0,)), ("squeeze_", ()), ("transpose_", (0, 1)), ("t_", ()), ("swapaxes_", (0, 1))):
    row(f"Tensor.{name}", [s(t(3, 1))], fn=lambda torch, x, name=name, args=args: getattr(x * 2, name)(*args) * 3)
row("Tensor.resize_", [s(t(6), 2, 3), s(t(6), (2,)), s(t(2, 2), 4)], grad=False, dtypes=("int64",),
    skip={"strict": "the standard has no strides", "cuda": "the stand-in for CuPy has no strides", "layouts": "reads the storage, which differs",
          "edges": "PyTorch cannot grow NumPy's memory"})
row("Tensor.set_", [s(t(3), t(2, 2))], fn=lambda torch, x, y: x.set_(y), grad=False, dtypes=())

# ---- join

row("cat", [s([X, t(1, 4)]), s([X, X], 1), s([t(0), X]), s([X, ints(2, 4)]), s((V, V), dim=-1), s([X, X], axis=1)], method=False,
    raises=[s([]), s([X, V]), s([X, t(3, 3)]), s([t(), t()]), s([X, X], 2), s([X, 3]), s(X)])
row("concat", [s([X, X])], method=False)
row("stack", [s([X, X]), s([V, V], -1), s([t(), t()]), s([X, ints(3, 4)])], method=False, raises=[s([]), s([X, V]), s([X, X], 3), s([X, 1])])
for name in ("hstack", "vstack", "dstack", "column_stack", "row_stack"):
    row(name, [s([V, V]), s([X, X]), s([t(), t()])], method=False, raises=[s([])])
for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    row(name, [s(t()), s(V), s(X), s(B3), s([t(), X])], method=False)
row("block_diag", [s(X, V, t()), s(SQ)], method=False, raises=[s(B3)])
row("meshgrid", [s(V, t(3), indexing="ij"), s(V, t(3), t(2), indexing="xy"), s([t(), V], indexing="ij")], method=False,
    raises=[s(V, V, indexing="ab"), s()])
row("cartesian_prod", [s(V, t(3)), s(V)], method=False, raises=[s(X)])
row("combinations", [s(V), s(V, 3), s(V, with_replacement=True), s(V, 5)], method=False, raises=[s(X), s(V, -1)])

# ---- repetition and order

row("clone", [s(X), s(t())])
row("Tensor.contiguous", [s(X)], fn=lambda torch, x: x.t().contiguous() * 2)
row("channels last", [s(t(2, 3, 4, 5))], fn=lambda torch, x: x.contiguous(memory_format=torch.channels_last).permute(0, 2, 3, 1))
row("Tensor.repeat", [s(X, 2, 1), s(V, (2, 3)), s(t(), 2), s(X, 0, 1)], raises=[s(X, 2), s(X, 2, -1)])
row("tile", [s(X, (2,)), s(X, (2, 1, 2))])
row("repeat_interleave", [s(X, 2), s(X, 2, 0), s(X, ints(values=[1, 0, 2]), 0), s(V, ints(values=[2]))],
    raises=[s(X, -1), s(X, ints(values=[1, 2]), 0), s(X, ints(values=[1, 2, -3]), 0)])
row("flip", [s(X, (0,)), s(X, (0, 1)), s(X, (-1,)), s(t(), (0,))], raises=[s(X, (2,)), s(X, (0, 0))])
row("fliplr", [s(X)], raises=[s(V)])
row("flipud", [s(X), s(V)], raises=[s(t())])
row("roll", [s(X, 1), s(X, 1, 0), s(X, (1, -2), (0, 1)), s(t(0, 3), 1)], raises=[s(X, (1, 2)), s(X, (1, 2), 0), s(X, 1, 2)])
row("rot90", [s(X), s(X, 2), s(X, -1), s(B3, 1, (1, 2)), s(X, 0)], raises=[s(X, 1, (0,)), s(X, 1, (0, 0)), s(X, 1, (0, 2))])
for name in ("tril", "triu"):
    row(name, [s(X), s(X, 1), s(B3, -1), s(t(0, 3))], raises=[s(V)])
row("diag", [s(V), s(V, 1), s(X), s(X, -1)], raises=[s(B3)])
row("diag_embed", [s(V), s(X, 1), s(X, -1, 0, 2), s(X, 0, 2, 0)], raises=[s(V, 0, 0, 0)])
row("diagflat", [s(X), s(V, 1)])
row("nn.functional.pad", [s(X, (1, 2)), s(X, (1, 0, 0, 2), value=3.5), s(X, (-1, 2)), s(B3, (1, 2), "reflect"), s(B3, (1, 2), "replicate"),
                          s(B3, (1, 2), "circular"), s(t(1, 2, 3, 4), (1, 2, 2, 0), "reflect"), s(B3, (-1, 2), "circular")],
    raises=[s(X, (1,)), s(X, (1, 1, 1, 1, 1, 1)), s(X, (1, 1), "foo"), s(X, (1, 1, 1, 1), "reflect"), s(B3, (4, 1), "reflect"),
            s(B3, (5, 1), "circular"), s(t(), (1, 1))], skip={"grad_fn": "circular padding is one step here"})
row("nn.functional.pixel_shuffle", [s(t(1, 8, 2, 3), 2), s(t(4, 2, 2), 2)], raises=[s(X, 2), s(B3, 2), s(B3, 0)])
row("nn.functional.pixel_unshuffle", [s(t(1, 2, 4, 6), 2)], raises=[s(X, 2), s(t(1, 3, 4), 2)])
row("nn.functional.channel_shuffle", [s(t(1, 4, 2, 2), 2)], raises=[s(t(1, 3, 2), 2), s(X, 2)])

# ---- scatters and copies of views

row("select_scatter", [s(X, V, 0, 1), s(X, t(3), 1, -1)], raises=[s(X, V, 0, 5), s(X, X, 0, 0)])
row("slice_scatter", [s(X, t(2, 4), 0, 0, 3, 2), s(X, X)], raises=[s(X, t(2, 4), 0, 0, 1)])
row("diagonal_scatter", [s(X, t(3)), s(X, t(3), 1)], raises=[s(X, V)])
row("view_copy", [s(X, (4, 3))], method=False, skip=PARTS)
row("permute_copy", [s(B3, (2, 0, 1))], method=False, skip=PARTS)
row("narrow_copy", [s(X, 0, 0, 2)], skip=PARTS)
row("unbind_copy", [s(X)], method=False, skip=PARTS, out=False)
