"""Window functions for spectra: Hann, Hamming, Blackman, Bartlett, Kaiser."""
from math import pi

from .. import dtypes
from ..core.op import composite
from ._factory import as_dtype, backend_for, finish, kind_of


def _window(name, window_length, periodic, dtype, layout, device, pin_memory, requires_grad, shape):
    """Return `shape(B, i, n)` for i = 0 ... length - 1, n the number of intervals; [1.] for one point.

    A periodic window is the symmetric one of one more point without its last.
    """
    if isinstance(window_length, bool) or not hasattr(window_length, "__index__"):
        raise TypeError(f"{name}(): argument 'window_length' (position 1) must be int, not {kind_of(window_length)}")
    length = window_length.__index__()
    d = dtypes.get_default_dtype() if dtype is None else as_dtype(name, dtype)
    if d.category != dtypes.FLOATING:
        raise RuntimeError(f"{name} expects floating point dtypes, got: TensorOptions(dtype={_C_TYPES.get(d.name, d.name)}, "
                           "device=cpu, layout=Strided (default), requires_grad=false (default), pinned_memory=false, "
                           "memory_format=(nullopt))")
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    B = backend_for(name, device, layout, pin_memory)
    if length < 2:
        return finish(name, B.ones(length, dtype=B.dt(d)), requires_grad)
    points = B.arange(length, dtype=B.dt(d if d.itemsize > 2 else dtypes.float32))
    values = shape(B, points, length if periodic else length - 1)
    return finish(name, B.cast(values, B.dt(d)), requires_grad)


_C_TYPES = {"int64": "long int", "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
            "bool": "bool", "complex64": "c10::complex<float>", "complex128": "c10::complex<double>"}


@composite(method=False)
def hann_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False,
                requires_grad=False):
    """Return the Hann window 0.5 - 0.5 cos(2 pi i / n).

    Args:
        window_length: number of points.
        periodic: True for spectra (n = length), False for a symmetric window (n = length - 1).

    Example:
        >>> torch.hann_window(4)
        tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return _window("hann_window", window_length, periodic, dtype, layout, device, pin_memory, requires_grad,
                   lambda B, i, n: 0.5 - 0.5 * B.cos(i * (2 * pi / n)))


@composite(method=False)
def hamming_window(window_length, periodic=True, alpha=0.54, beta=0.46, *, dtype=None, layout=None, device=None,
                   pin_memory=False, requires_grad=False):
    """Return the Hamming window alpha - beta cos(2 pi i / n)."""
    return _window("hamming_window", window_length, periodic, dtype, layout, device, pin_memory, requires_grad,
                   lambda B, i, n: alpha - beta * B.cos(i * (2 * pi / n)))


@composite(method=False)
def blackman_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False,
                    requires_grad=False):
    """Return the Blackman window 0.42 - 0.5 cos(2 pi i / n) + 0.08 cos(4 pi i / n)."""
    return _window("blackman_window", window_length, periodic, dtype, layout, device, pin_memory, requires_grad,
                   lambda B, i, n: 0.08 * B.cos(i * (4 * pi / n)) - 0.5 * B.cos(i * (2 * pi / n)) + 0.42)


@composite(method=False)
def bartlett_window(window_length, periodic=True, *, dtype=None, layout=None, device=None, pin_memory=False,
                    requires_grad=False):
    """Return the Bartlett window 1 - |2 i / n - 1|, a triangle."""
    return _window("bartlett_window", window_length, periodic, dtype, layout, device, pin_memory, requires_grad,
                   lambda B, i, n: B.where(i <= n / 2, i * (2 / n), 2 - i * (2 / n)))


@composite(method=False)
def kaiser_window(window_length, periodic=True, beta=12.0, *, dtype=None, layout=None, device=None, pin_memory=False,
                  requires_grad=False):
    """Return the Kaiser window I0(beta sqrt(1 - (2 i / n - 1)**2)) / I0(beta)."""

    def shape(B, i, n):
        ratio = 2 * B.cast(i, B.dt(dtypes.float64)) / n - 1
        peak = _bessel_i0(B, B.asarray(float(beta)))
        return _bessel_i0(B, beta * B.sqrt(1 - ratio * ratio)) / peak

    return _window("kaiser_window", window_length, periodic, dtype, layout, device, pin_memory, requires_grad, shape)


def _bessel_i0(B, x):
    """Return the modified Bessel function of order 0: the sum of ((x / 2)**k / k!)**2."""
    term = total = B.ones_like(x)
    limit = float(B.max(B.abs(x)))
    k = 0
    while k < limit or k < 20 or float(B.max(term / total)) > 1e-17:
        k += 1
        term = term * (x / (2 * k)) ** 2
        total = total + term
    return total
