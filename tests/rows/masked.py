"""Window functions of `torch.signal`, and operations that leave elements out."""

from table import bools, dt, row, s, t

MASK = bools(3, 4, values=[[True, False, True, True], [False, True, True, False], [True, True, False, True]])
ROW = bools(4, values=[True, False, True, True])
MASKED = {"dtypes": ("float64", "int64"), "out": False}

for name in ("sum", "prod", "amax", "amin", "mean", "var", "std", "logsumexp"):
    row("masked." + name, [s(t(3, 4), mask=MASK), s(t(3, 4), 1), s(t(3, 4), dim=(0, 1), mask=ROW), s(t(2, 3, 4), -1, keepdim=True, mask=ROW)],
        **MASKED, raises=[s(t(4), mask=MASK)])
for name in ("argmax", "argmin"):
    row("masked." + name, [s(t(3, 4), mask=MASK), s(t(3, 4), 1, mask=ROW)], grad=False, **MASKED)
for name in ("cumsum", "cumprod", "softmax", "softmin"):
    row("masked." + name, [s(t(3, 4), 1, mask=MASK), s(t(3, 4), dim=0), s(t(3, 4), 1, mask=ROW)], dtypes=("float64",), out=False)
row("masked.log_softmax", [s(t(3, 4), 1, mask=MASK), s(t(3, 4), dim=0), s(t(3, 4), 1, mask=ROW)], dtypes=("float64",), out=False,
    fn=lambda torch, *args, **kwargs: torch.masked.log_softmax(*args, **kwargs).nan_to_num(neginf=1.0))
row("masked.median", [s(t(3, 4), 1, mask=MASK), s(t(3, 4), mask=ROW, keepdim=True)], dtypes=("float64",), out=False, gradgrad=False)
row("masked.norm", [s(t(3, 4), 2.0, 1, mask=MASK), s(t(3, 4), 3.0, (0, 1)), s(t(3, 4), float("inf"), 0, mask=ROW)], dtypes=("float64",), out=False)
row("masked.normalize", [s(t(3, 4), 2.0, 1, mask=MASK), s(t(3, 4), 1.0, 0)], domain=(0.2, 2), dtypes=("float64",), out=False)
row("masked.logaddexp", [s(t(3, 4), t(3, 4)), s(t(3, 4), t(3, 4), input_mask=MASK)], dtypes=("float64",), out=False,
    gradgrad=False)                     # PyTorch's second derivative is nan at -inf as well

for name in ("bartlett", "blackman", "cosine", "exponential", "gaussian", "general_hamming", "hamming", "hann", "kaiser", "nuttall"):
    row("signal.windows." + name, [s(5), s(6, sym=False), s(0), s(1), s(7, dtype=dt.float64)], grad=False, dtypes=(),
        raises=[s(-1), s(5, dtype=dt.int64), s(5, dtype=dt.float16)])
row("signal.windows.general_cosine", [s(5, a=[0.5, 0.3, 0.2]), s(6, a=[1.0], sym=False), s(1, a=[1.0, 2.0])], grad=False, dtypes=(),
    raises=[s(5, a=[]), s(5, a=3), s(5, a=["a"]), s(-1, a=[1.0])])
row("signal windows with options", [s(5)], grad=False, dtypes=(), method=False,
    fn=lambda torch, n: [torch.signal.windows.exponential(n, tau=2.5), torch.signal.windows.exponential(n, center=1, sym=False),
                         torch.signal.windows.gaussian(n, std=2.0), torch.signal.windows.kaiser(n, beta=3.0),
                         torch.signal.windows.general_hamming(n, alpha=0.3)])
