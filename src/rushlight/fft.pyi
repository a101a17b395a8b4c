"""The functions of `torch.fft`. Written by tools/make_stubs.py."""

from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str
from collections.abc import Iterator, Sequence
from typing import Any

from . import Size, Tensor, dtype as _dtype

def fft(input: Tensor, n: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the discrete Fourier transform X[k] = sum over j of x[j] exp(-2 pi i j k / n)."""
def fft2(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the transform over two dimensions, the last ones by default."""
def fftfreq(n: Any, d: Any = ..., *, out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., requires_grad: _bool = ...) -> Tensor:
    """Return the frequencies of the terms of `fft`: 0, 1, ..., then the negative ones, divided by n d."""
def fftn(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the transform over several dimensions, by default all (or the last len(s))."""
def fftshift(input: Tensor, dim: Any = ...) -> Tensor:
    """Return the terms in the order of their frequencies: the zero one moves to the middle."""
def hfft(input: Tensor, n: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the real spectrum of n points of a signal whose second half is the conjugate of the first."""
def hfft2(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the real spectrum of a Hermitian signal over two dimensions."""
def hfftn(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the real spectrum of a signal that is Hermitian in its last dimension."""
def ifft(input: Tensor, n: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the inverse transform, scaled by 1 / n unless `norm` says otherwise."""
def ifft2(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the inverse transform over two dimensions."""
def ifftn(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the inverse transform over several dimensions."""
def ifftshift(input: Tensor, dim: Any = ...) -> Tensor:
    """Return the terms as the transforms have them: the inverse of `fftshift`."""
def ihfft(input: Tensor, n: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the first half of the signal whose spectrum is real: the inverse of `hfft`."""
def ihfft2(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the half signal whose spectrum over two dimensions is real."""
def ihfftn(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the half signal whose spectrum is real: the inverse of `hfftn`."""
def irfft(input: Tensor, n: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the real signal of n points (default 2 (m - 1)) whose spectrum's first half has the m points given."""
def irfft2(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the real numbers of a half spectrum over two dimensions."""
def irfftn(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the real numbers of a half spectrum: the inverse of `rfftn`."""
def rfft(input: Tensor, n: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the first n // 2 + 1 terms of a real signal's transform; the others are their conjugates."""
def rfft2(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return half of the spectrum of real numbers over two dimensions."""
def rfftfreq(n: Any, d: Any = ..., *, out: Any = ..., dtype: Any = ..., layout: Any = ..., device: Any = ..., requires_grad: _bool = ...) -> Tensor:
    """Return the frequencies of the terms of `rfft`: 0 ... n // 2, divided by n d."""
def rfftn(input: Tensor, s: Any = ..., dim: Any = ..., norm: Any = ..., *, out: Any = ...) -> Tensor:
    """Return the transform of real numbers; the last dimension holds the first half of the spectrum."""
def __getattr__(name: _str) -> Any: ...
