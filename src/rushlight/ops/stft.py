"""Short-time Fourier transforms: `torch.stft` and its inverse."""
import warnings

from .. import dtypes
from ..core.op import composite
from ..core.tensor import TensorBase
from ..errors import invalid_combination, must_be_tensor
from .fft import fft_c2c, fft_c2r, fft_r2c
from .pad import constant_pad_nd, pad
from .pointwise_complex import view_as_real
from .shape import _unfold_back, unfold_dim

_NO_WINDOW = ("A window was not provided. A rectangular window will be applied{}To suppress this warning and use a "
              "rectangular window, explicitly set `window=torch.ones(n_fft, device=<device>)`.")
_LEAKS = (",which is known to cause spectral leakage. Other windows such as torch.hann_window or torch.hamming_window are "
          "recommended to reduce spectral leakage.")
_SAME = ".Please provide the same window used by stft to make the inversion lossless."


# ------------------------------------------------------------------ forward

@composite
def stft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect", normalized=False,
         onesided=None, return_complex=None, align_to_window=None):
    """Return the Fourier transforms of overlapping windows of a signal.

    Args:
        input: (time) or (batch, time), real or complex.
        n_fft: number of points of each transform.
        hop_length: points from one window to the next, default n_fft // 4.
        win_length: length of the window, default n_fft; a shorter window stands in the middle.
        center: fill the signal up at both ends (by `pad_mode`), so that window t is centred at t * hop_length.
        normalized: divide by sqrt(n_fft).
        onesided: only the first n_fft // 2 + 1 frequencies; default for real numbers.
        return_complex: must be given for a real signal; False returns real and imaginary parts in a last dimension.
        align_to_window: without `center`, whether the first window or the first n_fft points start the signal.

    Returns: (batch, frequency, window), complex.
    """
    if center:
        if align_to_window is not None:
            raise RuntimeError("stft align_to_window should only be set when center = false")
        around = input.reshape((1,) * (3 - input.dim()) + tuple(input.shape))
        around = pad(around, (n_fft // 2, n_fft // 2), pad_mode)
        input = around.reshape(tuple(around.shape)[around.dim() - input.dim():])
    if window is not None and not isinstance(window, TensorBase):
        raise TypeError(invalid_combination("stft", (input, n_fft, hop_length, win_length, window, normalized, onesided,
                                                     return_complex, align_to_window)))
    hop = n_fft // 4 if hop_length is None else hop_length
    size = n_fft if win_length is None else win_length
    if window is None:
        warnings.warn(_NO_WINDOW.format(_LEAKS), UserWarning, stacklevel=3)

    def refuse(why):
        raise RuntimeError(f"stft({_of_type(input)}{list(input.shape)}, n_fft={n_fft}, hop_length={hop}, win_length={size}, "
                           f"window={_shown_window(window)}, normalized={int(normalized)}, onesided={_flag(onesided)}, "
                           f"return_complex={_flag(return_complex)}, align_to_window={_flag(align_to_window)}) : {why}")

    _check_signal(input, n_fft, hop, size, window, refuse)
    is_complex = input.dtype.is_complex or (window is not None and window.dtype.is_complex)
    _check_return(is_complex, return_complex)
    onesided = not is_complex if onesided is None else onesided
    frames, scale = _frames(input, n_fft, hop, size, window, bool(align_to_window)), int(bool(normalized))
    if is_complex and onesided:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    if frames.dtype.itemsize < 4:
        raise RuntimeError("MKL FFT doesn't support tensors of type: Half")
    last = (frames.dim() - 1,)
    found = fft_c2c(frames, last, scale, True) if is_complex else fft_r2c(frames, last, scale, bool(onesided))
    found = found.transpose(1, 2)
    if input.dim() == 1:
        found = found.squeeze(0)
    return view_as_real(found) if return_complex is False else found


def _check_signal(x, n_fft, hop, size, window, refuse):
    if x.dtype.category < dtypes.FLOATING:
        refuse("expected a tensor of floating point or complex values")
    if x.dim() not in (1, 2):
        refuse("expected a 1D or 2D tensor")
    if not 0 < n_fft <= x.shape[-1]:
        refuse(f"expected 0 < n_fft < {x.shape[-1]}, but got n_fft={n_fft}")
    if hop <= 0:
        refuse(f"expected hop_length > 0, but got hop_length={hop}")
    if not 0 < size <= n_fft:
        refuse(f"expected 0 < win_length <= n_fft, but got win_length={size}")
    if window is not None and tuple(window.shape) != (size,):
        refuse(f"expected a 1D window tensor of size equal to win_length={size}, but got window with size "
               f"{list(window.shape)}")


def _check_return(is_complex, return_complex):
    if return_complex is None and not is_complex:
        raise RuntimeError("stft requires the return_complex parameter be given for real inputs, and will further require "
                           "that return_complex=True in a future PyTorch release.")
    if return_complex is False:
        warnings.warn("stft with return_complex=False is deprecated. In a future pytorch release, stft will return complex "
                      "tensors for all inputs, and return_complex=False will raise an error.\nNote: you can still call "
                      "torch.view_as_real on the complex output to recover the old return format.", UserWarning, stacklevel=4)


def _frames(x, n_fft, hop, size, window, align):
    """Return (batch, windows, n_fft): the pieces of the signal times the window."""
    x = x.unsqueeze(0) if x.dim() == 1 else x
    before = (n_fft - size) // 2
    if align and size < n_fft:          # the first window, not the first n_fft points, starts with the signal
        x = constant_pad_nd(x, (before, n_fft - size - before))
    frames = unfold_dim(x, -1, n_fft, hop)
    if window is not None:
        return frames * _centred(window, n_fft)
    if size == n_fft:
        return frames
    return frames * _centred(x.new_ones(size), n_fft)


def _centred(window, n_fft):
    """Return the window with zeros on both sides up to n_fft points."""
    before = (n_fft - window.shape[0]) // 2
    return window if window.shape[0] == n_fft else constant_pad_nd(window, (before, n_fft - window.shape[0] - before))


def _of_type(x):
    return f"torch.{x.dtype.short}Tensor"


def _shown_window(window):
    return "None" if window is None else f"{_of_type(window)}{{{list(window.shape)}}}"


def _flag(value):
    return "None" if value is None else int(value)


# ------------------------------------------------------------------ inverse

@composite
def istft(input, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None,
          length=None, return_complex=False):
    """Return the signal of short-time Fourier transforms: the inverse of `stft`, by least squares.

    The windows' signals are added up where they overlap and divided by the sum of the squared windows, which must be zero
    nowhere.

    Args:
        input: (batch, frequency, window), complex; the other arguments as given to `stft`.
        length: number of points of the result; cut, or filled with zeros.

    Source: Griffin and Lim, "Signal estimation from modified short-time Fourier transform", 1984.
    """
    if not isinstance(input, TensorBase):
        raise TypeError(must_be_tensor("istft", "input", 0, input))
    hop = n_fft // 4 if hop_length is None else hop_length
    size = n_fft if win_length is None else win_length
    if window is None:
        warnings.warn(_NO_WINDOW.format(_SAME), UserWarning, stacklevel=3)
    told = (f"istft(CPU{input.dtype.short}Type{list(input.shape)}, n_fft={n_fft}, hop_length={hop}, win_length={size}, "
            f"window={_shown_window(window)}, center={int(center)}, normalized={int(normalized)}, "
            f"onesided={_flag(onesided)}, length={'None' if length is None else length}, "
            f"return_complex={int(return_complex)}) ")
    onesided = _check_spectrum(told, input, n_fft, hop, size, window, onesided, return_complex)
    window = input.new_ones(size, dtype=input.dtype.to_real()) if window is None else window
    pieces = _pieces(input, n_fft, onesided, normalized, return_complex)
    return _added(told, pieces, _centred(window, n_fft), hop, center, length, input.dim() == 2)


def _check_spectrum(told, x, n_fft, hop, size, window, onesided, return_complex):
    """Refuse what cannot be inverted; return whether the spectrum is one-sided."""
    if not x.dtype.is_complex:
        raise RuntimeError("istft requires a complex-valued input tensor matching the output from stft with "
                           "return_complex=True.")
    if not x.numel():
        raise RuntimeError(told + ": input tensor cannot be empty.")
    if x.dim() < 2:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-x.dim() - 1}, {x.dim()}], but got -3)")
    if x.dim() > 3:
        raise RuntimeError(f"{told}: expected a tensor with 3 or 4 dimensions, but got {x.dim() + 1}")
    rows = x.shape[-2]
    one = rows != n_fft if onesided is None else bool(onesided)
    if one and n_fft // 2 + 1 != rows:
        raise RuntimeError(f"{told}: expected the frequency dimension (3rd to the last) of the input tensor to match "
                           f"n_fft / 2 + 1 when onesided=True, but got {rows}")
    if not one and n_fft != rows:
        raise RuntimeError(f"{told}: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft "
                           f"when onesided=False, but got {rows}")
    if not 0 < hop <= size:
        raise RuntimeError(told + ": expected 0 < hop_length <= win_length")
    if not 0 < size <= n_fft:
        raise RuntimeError(told + ": expected 0 < win_length <= n_fft")
    if window is not None and tuple(window.shape) != (size,):
        raise RuntimeError(told + ": Invalid window shape. window has to be 1D and length of `win_length`")
    _check_kinds(window, one, return_complex)
    return one


def _check_kinds(window, onesided, return_complex):
    if return_complex and onesided:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    if not return_complex and window is not None and window.dtype.is_complex:
        raise RuntimeError("Complex windows are incompatible with return_complex=False")


def _pieces(x, n_fft, onesided, normalized, return_complex):
    """Return (batch, windows, n_fft): each window's signal."""
    x = (x.unsqueeze(0) if x.dim() == 2 else x).transpose(1, 2)
    scale = 1 if normalized else 2
    if return_complex:
        return fft_c2c(x, (2,), scale, False)
    half = x if onesided else x[..., :n_fft // 2 + 1]
    return fft_c2r(half, (2,), scale, n_fft)


def _added(told, pieces, window, hop, center, length, single):
    """Return the windows' signals added up where they overlap, divided by the window's weight there."""
    batch, count, n_fft = pieces.shape
    total = n_fft + hop * (count - 1)
    signal = _unfold_back(pieces * window, (batch, total), 1, n_fft, hop)
    weight = _unfold_back((window * window).expand(1, count, n_fft), (1, total), 1, n_fft, hop)
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else total - start
    signal, weight = signal[:, start:min(end, total)], weight[:, start:min(end, total)]
    if not float(weight.detach().abs().min()) > 1e-11:
        raise RuntimeError(told + "window overlap add min: 1")
    signal = signal / weight
    signal = signal.squeeze(0) if single else signal
    if end > total:
        warnings.warn("The length of signal is shorter than the length parameter. Result is being padded with zeros in the "
                      "tail. Please check your center and hop_length settings.", UserWarning, stacklevel=4)
        signal = constant_pad_nd(signal, (0, end - total))
    return signal
