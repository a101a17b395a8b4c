"""Window functions as `torch.signal.windows` has them: symmetric by default, made of `linspace`."""
from math import pi, sqrt

from .. import dtypes, formats
from ..core.op import composite
from .create import empty, linspace, ones
from .pointwise import cos, exp, sin
from .special import i0

_NS = "signal.windows"


def _window(name, M, sym, dtype, layout, device, requires_grad, ends, shape):
    """Return shape(k) for M points k from one of ends(intervals) to the other; [] and [1.] for no point and one.

    A window that is not symmetric is one of an interval more, without its last point.
    """
    _check_options(name, M, dtype, layout)
    options = {"dtype": dtype or dtypes.get_default_dtype(), "layout": layout, "device": device, "requires_grad": requires_grad}
    if M == 0:
        return empty((0,), **options)
    if M == 1:
        return ones((1,), **options)
    start, end = ends(M - 1 if sym else M)
    found = shape(linspace(start, end, steps=M, **{**options, "requires_grad": False}))
    return found.requires_grad_(requires_grad)


def _check_options(name, M, dtype, layout):
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not None and layout is not formats.strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    if (dtype or dtypes.get_default_dtype()) not in (dtypes.float32, dtypes.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype or dtypes.get_default_dtype()}")


@composite(ns=_NS, method=False)
def bartlett(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the Bartlett window, a triangle: 1 - |2 i / n - 1|, n = M - 1 (M if not `sym`)."""
    return _window("bartlett", M, sym, dtype, layout, device, requires_grad,
                   lambda n: (-1, -1 + (M - 1) * (2 / n)), lambda k: 1 - abs(k))


@composite(ns=_NS, method=False)
def cosine(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return half a period of a sine: sin(pi (i + 1/2) / (n + 1)), n = M - 1 (M if not `sym`)."""

    def ends(n):
        step = pi / (n + 1)
        return 0.5 * step, (0.5 + (M - 1)) * step

    return _window("cosine", M, sym, dtype, layout, device, requires_grad, ends, sin)


@composite(ns=_NS, method=False)
def exponential(M, *, center=None, tau=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return exp(-|i - center| / tau).

    Args:
        center: the place of the peak, only for `sym=False`; default the middle.
    """
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")

    def ends(n):
        middle = n / 2.0 if center is None else center
        return -middle / tau, (-middle + M - 1) / tau

    return _window("exponential", M, sym, dtype, layout, device, requires_grad, ends, lambda k: exp(-abs(k)))


@composite(ns=_NS, method=False)
def gaussian(M, *, std=1.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return exp(-(i - n / 2)**2 / (2 std**2)), n = M - 1 (M if not `sym`)."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    step = 1 / (std * sqrt(2))
    return _window("gaussian", M, sym, dtype, layout, device, requires_grad,
                   lambda n: (-n / 2.0 * step, (-n / 2.0 + M - 1) * step), lambda k: exp(-k * k))


@composite(ns=_NS, method=False)
def kaiser(M, *, beta=12.0, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the Kaiser window I0(beta sqrt(1 - (2 i / n - 1)**2)) / I0(beta), n = M - 1 (M if not `sym`)."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")

    def shape(k):
        peak = k.new_tensor(float(beta))
        return i0((peak * peak - k * k).clamp(min=0).sqrt()) / i0(peak)

    return _window("kaiser", M, sym, dtype, layout, device, requires_grad,
                   lambda n: (-beta, min(beta, -beta + (M - 1) * (2.0 * beta / n))), shape)


def _cosines(name, M, a, sym, dtype, layout, device, requires_grad):
    def shape(k):
        total = a[0]
        for i, weight in enumerate(a[1:], 1):
            total = total + (-weight if i % 2 else weight) * cos(k * i)
        return total if len(a) > 1 else k * 0 + total

    return _window(name, M, sym, dtype, layout, device, requires_grad, lambda n: (0, (M - 1) * (2 * pi / n)), shape)


@composite(ns=_NS, method=False)
def general_cosine(M, *, a, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return a[0] - a[1] cos(2 pi i / n) + a[2] cos(4 pi i / n) - ..., n = M - 1 (M if not `sym`)."""
    _check_options("general_cosine", M, dtype, layout)
    if M > 1:
        if not hasattr(a, "__iter__"):
            raise TypeError("Coefficients must be a list/tuple")
        if not a:
            raise ValueError("Coefficients cannot be empty")
        if isinstance(a[0], str):
            raise ValueError("too many dimensions 'str'")
        for weight in a:
            if not isinstance(weight, (int, float)):
                raise TypeError(f"must be real number, not {type(weight).__name__}")
    return _cosines("general_cosine", M, a, sym, dtype, layout, device, requires_grad)


@composite(ns=_NS, method=False)
def general_hamming(M, *, alpha=0.54, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return alpha - (1 - alpha) cos(2 pi i / n), n = M - 1 (M if not `sym`)."""
    return _cosines("general_cosine", M, [alpha, 1.0 - alpha], sym, dtype, layout, device, requires_grad)


@composite(ns=_NS, method=False)
def hamming(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the Hamming window 0.54 - 0.46 cos(2 pi i / n), n = M - 1 (M if not `sym`)."""
    return _cosines("general_cosine", M, [0.54, 0.46], sym, dtype, layout, device, requires_grad)


@composite(ns=_NS, method=False)
def hann(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the Hann window 0.5 - 0.5 cos(2 pi i / n), n = M - 1 (M if not `sym`).

    Example:
        >>> torch.signal.windows.hann(5)
        tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    return _cosines("general_cosine", M, [0.5, 0.5], sym, dtype, layout, device, requires_grad)


@composite(ns=_NS, method=False)
def blackman(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the Blackman window 0.42 - 0.5 cos(2 pi i / n) + 0.08 cos(4 pi i / n), n = M - 1 (M if not `sym`)."""
    return _cosines("blackman", M, [0.42, 0.5, 0.08], sym, dtype, layout, device, requires_grad)


@composite(ns=_NS, method=False)
def nuttall(M, *, sym=True, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the minimal 4-term Blackman-Harris window of Nuttall.

    Source: Nuttall, "Some windows with very good sidelobe behavior", 1981, the window with a sidelobe of -98 dB.
    """
    return _cosines("general_cosine", M, [0.3635819, 0.4891775, 0.1365995, 0.0106411], sym, dtype, layout, device, requires_grad)
