"""Rows of ops that make tensors, convert them and write to them."""

import numpy as np
from table import bools, dt, inf, ints, lib, nan, row, s, t

NO_DTYPES = {"dtypes": (), "grad": False}
channels_last = lib(lambda torch: torch.channels_last, "channels_last")
contiguous = lib(lambda torch: torch.contiguous_format, "contiguous_format")

# ---- constants

for name in ("zeros", "ones"):
    row(name, [s(2, 3), s((2, 3)), s([4], dtype=dt.int64), s(()), s(0, 3), s(size=(2,)), s(2, dtype=dt.bfloat16),
               s(2, dtype=dt.bool), s(1, dtype=dt.complex64)], **NO_DTYPES,
        raises=[s(2.5), s("a"), s(2, "a"), s(-1), s((2, 3), 4), s([2.5]), s((2, 2.5)), s(2, dtype="a"), s(None), s(True),
                s(2, requires_grad=1), s(2, dtype=dt.int32, requires_grad=True), s(2, layout="a"), s(2, device=3.5)])
    row(name + "_like", [s(t(2, 3)), s(ints(3)), s(t(2, 3), dtype=dt.float64), s(t(0, 2)), s(t())], grad=False)
    row(f"Tensor.new_{name}", [s(t(2), 3), s(t(2), (3, 2)), s(ints(2), 2, dtype=dt.float32)], grad=False, method=False)
row("empty", [s(2, 3), s((4,)), s(0), s((1, 2, 3, 4), memory_format=channels_last)], **NO_DTYPES, values=False,
    raises=[s(-1), s(2, 3, memory_format=channels_last), s(2, memory_format="a")])
row("empty_like", [s(t(2, 3)), s(t(1, 2, 3, 4), memory_format=channels_last)], grad=False, values=False)
row("empty_strided", [s((2, 3), (1, 2)), s((2, 3), (3, 1), dtype=dt.int32)], **NO_DTYPES, values=False,
    raises=[s((2, 3), (1,)), s((2, 3), (-1, 1)), s((-1,), (1,))])
row("full", [s((2, 3), 1), s((2,), 1.5), s((2,), True), s((), 3), s([2], 3, dtype=dt.float64), s((2,), 1j), s((2,), nan),
             s((2,), 1.7, dtype=dt.int64), s((2,), -200, dtype=dt.uint8), s((2,), 5, dtype=dt.bool), s((2,), inf, dtype=dt.float16)],
    **NO_DTYPES, raises=[s(2, 3), s((2,), "a"), s((2,), None), s((2,), 300, dtype=dt.uint8), s((2,), 1e40), s((2,), 2**63),
                         s((2,), 1e10, dtype=dt.float16), s((2,), nan, dtype=dt.int64), s((2,), 1j, dtype=dt.float32)])
row("full_like", [s(t(2, 3), 2.5), s(ints(3), 2.7), s(bools(3), 2.7)], grad=False, dtypes=("float64", "int64", "bool"))
row("Tensor.new_full", [s(t(2), (2, 3), 7.0), s(ints(2), (2,), 5.5)], grad=False, method=False)
row("scalar_tensor", [s(3), s(3.5), s(True), s(3, dtype=dt.int64)], **NO_DTYPES, raises=[s("a")])

# ---- ranges and grids

row("arange", [s(5), s(5.0), s(1, 5), s(1, 2.5, 0.5), s(5, 1, -1), s(0, 1, 0.1), s(3, 0, -0.5), s(0, 40, 0.7), s(-5, 5, dtype=dt.uint8),
               s(5, dtype=dt.float16), s(0, 20, 0.3, dtype=dt.float64), s(0, 20, 0.3, dtype=dt.bfloat16), s(0.5, 5.9, 1.2, dtype=dt.int64),
               s(0, 10, 3.5, dtype=dt.int32), s(-0.5, 5.9, dtype=dt.int64), s(2**62, 2**62 + 3), s(0), s(end=4), s(1, end=4)], **NO_DTYPES,
    raises=[s(1, 5, -1), s(5, 1), s(1, 5, 0), s(0, inf), s(0, nan), s(), s("a"), s(1, None), s(5, step=2), s(3, dtype=dt.bool),
            s(3, dtype=dt.complex64), s(3 + 1j), s(0, 2**63), s(3, requires_grad=True)])
row("linspace", [s(0, 1, 5), s(-2, 3, 20), s(0, 1, 1), s(0, 1, 0), s(0, 10, 5, dtype=dt.int64), s(3, -3, 7, dtype=dt.int32),
                 s(0.1, 0.7, 33, dtype=dt.float64), s(0.1, 0.7, 33, dtype=dt.float16), s(0, 1j, 3), s(start=0, end=1, steps=3)],
    **NO_DTYPES, raises=[s(0, 1, -1), s(0, 1, "a"), s(0, 1, 2.5), s(0, 1, 3, dtype=dt.bool), s(1j, 5, 3, dtype=dt.float32)])
row("logspace", [s(0, 2, 3), s(0, 2, 3, base=2), s(0, 2, 3, dtype=dt.int64), s(-10, 10, steps=5), s(0, 1, 0)], **NO_DTYPES,
    tol=(2e-6, 0), tol_reason="powers of rounded exponents", raises=[s(0, 1, -1)])
row("eye", [s(3), s(2, 3), s(3, dtype=dt.int64), s(0), s(2, dtype=dt.bool)], **NO_DTYPES, raises=[s(-1), s(2, -1), s(2.5), s("a")])
for name in ("tril_indices", "triu_indices"):
    row(name, [s(3, 3), s(3, 4, 1), s(4, 3, -1), s(2, 5, 3), s(4, 3, 5), s(4, 3, -5), s(0, 3), s(3, 3, dtype=dt.int32)], **NO_DTYPES,
        raises=[s(-1, 3), s(3, 3, dtype=dt.float32)])
for name in ("hann", "hamming", "blackman", "bartlett", "kaiser"):
    row(name + "_window", [s(5), s(5, False), s(1), s(0), s(12, periodic=False), s(7, dtype=dt.float64)], **NO_DTYPES,
        tol=(1e-5, 3e-7), tol_reason="cosines and Bessel functions of other libraries", raises=[s(-1), s(4.5), s(4, dtype=dt.int64)])

# ---- data

row("tensor", [s([[1.0, 2.0], [3.0, 4.0]]), s([1, 2, 3]), s([True, False]), s([1, 2.5]), s([True, 1]), s([1, 2.5, 3j]), s(3), s(3.5), s(True),
               s(1 + 2j), s([]), s([[], []]), s([[[1, 2], [3, 4]]]), s((1, 2)), s([(1, 2), (3, 4)]), s(range(3)), s([1.7, -1.7], dtype=dt.int32),
               s([0, 2, -1.5], dtype=dt.bool), s([1e300]), s([2**70], dtype=dt.float64), s([-1], dtype=dt.uint16), s(bytearray(b"ab")),
               s(2**63, dtype=dt.uint64), s([1, 2], dtype=dt.complex64), s([0.1], dtype=dt.float16), s([70000.0], dtype=dt.float16)],
    **NO_DTYPES,
    raises=[s([[1, 2], [3]]), s([[1, 2], [3, 4, 5]]), s([1, [2]]), s([[1], 2]), s(["a"]), s("a"), s(None), s([None]), s([1, None]), s([1, "a"]),
            s({1: 2}), s([1, 2**63]), s(2**63), s(300, dtype=dt.uint8), s([300], dtype=dt.int8), s([1e10], dtype=dt.int32),
            s([nan], dtype=dt.int32), s([1j], dtype=dt.float32), s(1j, dtype=dt.int64), s([1], requires_grad=True), s([[[1, 2], [3, 4]], [[1, 2], [3]]]),
            s([[1, 2], "ab"]), s(b"ab"), s([1.0], dtype="float"), s([1.0], device="foo")])
row("tensor of arrays", [s()], **NO_DTYPES, fn=lambda torch: (
    torch.tensor(np.ones((2, 3)).T), torch.tensor(np.float64(1.5)), torch.tensor(np.float32(1.5)), torch.tensor([np.float32(1.5), 2]),
    torch.tensor([np.int32(1), 2]), torch.tensor([1, np.float64(2)]), torch.tensor(np.array([1 + 2j])), torch.tensor([np.bool_(True), False]),
    torch.tensor([[1, 2], np.array([3.0, 4])]), torch.tensor(np.ones((2, 3)), dtype=torch.float32)))
row("tensor of tensors", [s(t(), ints())], grad=False, dtypes=(), fn=lambda torch, x, n: (
    torch.tensor([x, 2.0]), torch.tensor([n, n]), torch.tensor([[x, n], [n, x]]), torch.tensor([x.reshape(1), x.reshape(1)])))
row("Tensor()", [s()], **NO_DTYPES, fn=lambda torch: (
    torch.Tensor(), torch.Tensor([1, 2]), torch.Tensor((2, 3)), torch.Tensor([[1, 2], [3, 4]]), torch.Tensor(range(3)), torch.Tensor(np.array([1.0, 2])),
    torch.FloatTensor([1, 2]), torch.LongTensor([1.5, 2]), torch.BoolTensor([1, 0]), torch.DoubleTensor([1]), torch.ByteTensor([1, 2]),
    torch.LongTensor(), torch.HalfTensor([0.1]), torch.ones(2).long().new([1.5]), torch.Tensor(size=(0, 2))))
row("Tensor() refuses", [s([1.0])], **NO_DTYPES, fn=lambda torch, *args: torch.Tensor(*args),
    raises=[s(3.5), s("a"), s(None), s([[1, 2], [3]]), s(2, -3), s([1 + 2j]), s({}), s(True), s(2.5, 3)])
row("LongTensor() refuses", [s([1.0])], **NO_DTYPES, fn=lambda torch, *args: torch.LongTensor(*args), raises=[s(t(2)), s([1j])])

# ---- conversions

ROUNDS = {"gradcheck": "finite differences of a rounded function", "gradgradcheck": "finite differences of a rounded function"}
NO_HALF = {"strict": "the standard has no 16-bit floats"}
row("Tensor.to", [s(t(2, 3), dt.float64), s(t(3), "cpu"), s(t(3), "cpu", dt.float64), s(t(2, 3), dt.float64, copy=True),
                  s(t(1, 2, 3, 4), memory_format=channels_last), s(t(2, 3), dtype=dt.complex128)], method=False, dtypes=("float64", "float16", "bfloat16"),
    raises=[s(t(2), "float32"), s(t(2), [1]), s(t(2), dt.float32, "cpu"), s(t(2), dtype="a"), s(t(2), "foo")])
row("Tensor.to lower precision", [s(t(3), dt.float32), s(t(2, 3), dt.float16), s(t(2, 3), dt.bfloat16), s(t(2, 3), dtype=dt.complex64)],
    torch="Tensor.to", method=False, dtypes=("float64",), skip=ROUNDS | NO_HALF)
row("Tensor.to integers", [s(t(3, 4), dt.int64), s(t(5, low=-300, high=300), dt.uint8), s(t(5), dt.bool), s(ints(4), dt.float32),
                           s(ints(4, low=0, high=600), dt.int8)], torch="Tensor.to", grad=False, method=False, dtypes=())
for name in ("float", "double", "half", "bfloat16", "int", "long", "short", "char", "byte", "bool", "cfloat", "cdouble"):
    row("Tensor." + name, [s(t(2, 3, low=0, high=90)), s(t()), s(t(0, 2))], method=False, grad=name in ("float", "double"), dtypes=("float64", "float16", "int64"),
        skip=ROUNDS if name == "float" else NO_HALF if name in ("half", "bfloat16") else None)
row("Tensor.type_as", [s(t(2, 3), ints(2)), s(t(3), t(2))], method=False, grad=False, dtypes=())
row("Tensor.type", [s(t(2), dt.int64), s(t(2), "torch.LongTensor"), s(t(2), dtype=dt.float64)], method=False, grad=False, dtypes=(),
    raises=[s(t(2), "torch.Foo"), s(t(2), "LongTensor")])
extremes = [nan, inf, -inf, 3e9, -3e9, 1e20, -1.0, -1.7, 300.0, 65504.0, 70000.0, 1e-8, 0.1]
for name in ("float16", "bfloat16", "float64", "int32", "int64", "int8", "uint8", "bool", "complex64"):
    row(f"to {name} of extremes", [s(t(values=extremes), getattr(dt, name)), s(t(values=extremes, dtype="float64"), getattr(dt, name))],
        fn=lambda torch, x, d: x.to(d), dtypes=(), grad=False, skip=NO_HALF if "16" in name else None)

# ---- writes

row("Tensor.copy_", [s(t(2, 3), t(2, 3)), s(t(2, 3), t(3)), s(t(2, 3), ints(3)), s(ints(3), t(3))], method=False, grad=False,
    raises=[s(t(3), t(2)), s(t(3), t(2, 3)), s(t(3), "a")])
row("copy_ into a product", [s(t(2, 3), t(3))], fn=lambda torch, x, y: (x * 1).copy_(y * 2), dtypes=())
row("copy_ into a view", [s(t(2, 3), t(3))], fn=lambda torch, x, y: _written(x * 1, lambda z: z[0].copy_(y)), dtypes=())
row("fill", [s(t(2, 3), 2.5), s(t(2, 3), t())], dtypes=("float64",), method=False, raises=[s(t(2), "a"), s(t(2), t(2))])
row("fill_ of a product", [s(t(2, 3), t())], fn=lambda torch, x, y: (x * 1).fill_(y), dtypes=())
row("Tensor.fill_", [s(t(2, 3), 2), s(ints(3), 2.5), s(bools(3), 2)], method=False, grad=False, raises=[s(t(2), "a"), s(t(2), t(2)), s(t(2), 1e40)])
row("Tensor.zero_", [s(t(2, 3)), s(t())], method=False, grad=False)
row("zero_ of a product", [s(t(2, 3))], fn=lambda torch, x: (x * 1).zero_() + x, dtypes=())


def _written(x, write):
    write(x)
    return x


# ---- what tensors say of themselves

row("size, stride and kin", [s(t(2, 3, 4)), s(t()), s(ints(2, 2))], grad=False, dtypes=("float64", "complex64"),
    skip={"layouts": "it reports the layout"}, fn=lambda torch, x: torch.tensor(
    [*x.size(), *x.stride(), x.dim(), x.numel(), x.element_size(), x.nbytes, x.storage_offset(), x.is_contiguous(), x.is_floating_point(), x.is_complex(),
     x.is_signed(), *x[..., None].stride(), *x.transpose(0, -1).stride()]))
row("Tensor.size", [s(t(2, 3), 1), s(t(2, 3), -1)], raises=[s(t(2), 2), s(t(), 0)], method=False, grad=False, dtypes=())
row("Tensor.stride", [s(t(2, 3), 1), s(t(2, 3), -1)], raises=[s(t(2), 2), s(t(), 0)], method=False, grad=False, dtypes=(),
    skip={"layouts": "it reports the layout", "edges": "strides of an empty array mean nothing"})
row("Tensor.item", [s(t()), s(ints(1)), s(bools(1, 1)), s(t(dtype="complex64"))], raises=[s(t(2)), s(t(0))], method=False, grad=False, dtypes=())
row("Tensor.tolist", [s(t(2, 3)), s(t()), s(t(0, 2)), s(t(2, 0))], method=False, grad=False)
for name, call, good, bad in (("bool", bool, t(1, 1), t(2)), ("float", float, t(1, 1), t(2)), ("int", int, t(1), t(values=[nan])), ("index", range, ints(1), t(1)),
                              ("complex", complex, t(), t(3)), ("len", len, t(2, 3), t()), ("iter", list, t(2, 3), t())):
    row(f"{name} of a tensor", [s(good)], raises=[s(bad)], grad=False, dtypes=(), fn=lambda torch, x, call=call: call(x))
row("in", [s(ints(5), 3), s(ints(5), 3.5), s(ints(5), ints())], raises=[s(ints(5), "a"), s(ints(5), [1])], grad=False, dtypes=(), fn=lambda torch, x, y: y in x)
