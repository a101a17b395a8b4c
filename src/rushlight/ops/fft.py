"""Discrete Fourier transforms: `torch.fft`.

Three ops carry all of them, named as PyTorch names them: complex to complex, real to complex (half of the
spectrum, the rest is its mirror image), complex half to real. How a transform is scaled is a number: 0 not at all,
1 by the square root of the number of points, 2 by that number.
"""
from .. import dtypes
from ..core.inplace import finish_out
from ..core.op import T, composite, op
from ..core.tensor import TensorBase
from ..errors import must_be_tensor
from ._dims import wrap_dim
from ._factory import as_dtype, backend_for, finish, into_out, kind_of
from .pad import constant_pad_nd
from .pointwise_complex import conj
from .rearrange import roll
from .shape import narrow

_FORWARD = ("backward", "ortho", "forward")         # the array library's name of each scale, by direction
_INVERSE = ("forward", "ortho", "backward")


# ------------------------------------------------------------------ the three ops

def _transformed(B, x, dim, keep_last, function):
    """Return function(x, axes) with the memory of the result ordered as PyTorch's: transformed dimensions innermost.

    The others come first, each group by falling strides; `keep_last` puts the last of `dim` last in memory.
    """
    strides = B.strides(x)
    inner = sorted(dim[:-1] if keep_last else dim, key=lambda d: -strides[d]) + ([dim[-1]] if keep_last else [])
    outer = sorted([d for d in range(x.ndim) if d not in inner], key=lambda d: -strides[d])
    order = tuple(outer + inner)
    back = tuple(sorted(range(x.ndim), key=order.__getitem__))
    found = function(B.permute_dims(x, order), tuple(range(len(outer), x.ndim)))
    return B.permute_dims(B.c_order(found), back)


@op(ns=(), grad_name="FftC2CBackward0")
def fft_c2c(B, input: T, dim, normalization, forward):
    """Return the transform of complex numbers over the dimensions `dim`."""
    if not dim:
        return input
    run, norms = (B.fft.fftn, _FORWARD) if forward else (B.fft.ifftn, _INVERSE)
    return _transformed(B, input, dim, False, lambda x, axes: run(x, axes=axes, norm=norms[normalization]))


fft_c2c.vjp(input=lambda g, dim, normalization, forward: fft_c2c(g, dim, normalization, not forward))


@op(ns=(), grad_name="FftR2CBackward0")
def fft_r2c(B, input: T, dim, normalization, onesided):
    """Return the transform of real numbers; one-sided: the last of `dim` holds the first half of the spectrum."""
    norm = _FORWARD[normalization]
    if onesided:
        return _transformed(B, input, dim, True, lambda x, axes: B.fft.rfftn(x, axes=axes, norm=norm))
    z = B.astype(input, B.dt(B.torch_dtype(input).to_complex()))
    return _transformed(B, z, dim, False, lambda x, axes: B.fft.fftn(x, axes=axes, norm=norm))


def _r2c_rule(g, input_shape, dim, normalization, onesided):
    if not onesided:
        return fft_c2c(g, dim, normalization, False)
    last = input_shape[dim[-1]]
    return fft_c2r(_mirrored_times(g, dim[-1], last, 0.5), dim, normalization, last)


fft_r2c.vjp(input=_r2c_rule)


@op(ns=(), grad_name="FftC2RBackward0")
def fft_c2r(B, input: T, dim, normalization, last_dim_size):
    """Return the real numbers of a half spectrum; the last of `dim` gets `last_dim_size` points."""
    norm = _INVERSE[normalization]
    shape = (*[input.shape[d] for d in sorted(dim[:-1], key=lambda d: -B.strides(input)[d])], last_dim_size)
    return _transformed(B, input, dim, True, lambda x, axes: B.fft.irfftn(x, s=shape, axes=axes, norm=norm))


def _c2r_rule(g, dim, normalization, last_dim_size):
    return _mirrored_times(fft_r2c(g, dim, normalization, True), dim[-1], last_dim_size, 2.0)


fft_c2r.vjp(input=_c2r_rule)


@op(ns=())
def _mirrored_times(B, input: T, dim, size, factor):
    """Return a half spectrum of `size` points with the entries that stand for two of them times `factor`."""
    ones = B.ones((input.shape[dim],), dtype=B.dt(B.torch_dtype(input).to_real()))
    twice = slice(1, (size + 1) // 2)
    weight = B.put(ones, twice, ones[twice] * factor)
    return input * B.reshape(weight, (-1,) + (1,) * (input.ndim - 1 - dim))


_mirrored_times.vjp(input=lambda g, dim, size, factor: _mirrored_times(g, dim, size, factor))


# ------------------------------------------------------------------ arguments

def _normalization(norm, forward):
    """Return the number of a `norm` argument."""
    if norm is not None and norm not in _FORWARD:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    return (_FORWARD if forward else _INVERSE).index(norm or "backward")


def _tensor(name, x):
    if not isinstance(x, TensorBase):
        raise TypeError(must_be_tensor("fft_" + name, "input", 0, x))
    return x


def _floating(x, to_complex=False):
    """Return a tensor in the dtype it is transformed in; RuntimeError for half precision."""
    d = x.dtype if x.dtype.category >= dtypes.FLOATING else dtypes.get_default_dtype()
    if d.itemsize < 4:
        raise RuntimeError(f"Unsupported dtype {d.short}")
    return x.to(d.to_complex() if to_complex else d)


def _real_only(name, x, what="real"):
    if x.dtype.is_complex:
        raise RuntimeError(f"{name} expects a {what} input tensor, but got {x.dtype.short}")


def _check_int(name, option, value):
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"fft_{name}(): argument '{option}' must be int, not {kind_of(value)}")
    return value.__index__()


def _int_list(name, option, value):
    """Return an argument of ints (one, or a sequence of them) as a list."""
    if isinstance(value, (tuple, list)):
        return [v.__index__() for v in value]
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"fft_{name}(): argument '{option}' must be tuple of ints, not {kind_of(value)}")
    return [value.__index__()]


def _wrap(dim, ndim):
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, ndim)


def _points(n):
    if n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    return n


def _resized(x, dims, sizes):
    """Return the tensor cut or filled with zeros at the end of some dimensions."""
    pad = [0] * (2 * x.ndim)
    for d, n in zip(dims, sizes):
        if x.shape[d] > n:
            x = narrow(x, d, 0, n)
        pad[2 * (x.ndim - 1 - d) + 1] = n - x.shape[d]
    return constant_pad_nd(x, pad) if any(pad) else x


def _out(name, result, out):
    """Return the result, or store it in `out`; PyTorch wants the kind of number to fit."""
    if isinstance(out, TensorBase) and out.dtype.category != result.dtype.category:
        kind = "complex" if result.dtype.is_complex else "floating point"
        raise RuntimeError(f"{name} expects a {kind} output tensor, but got {out.dtype.short}")
    return finish_out("fft_" + name, result, out)


# ------------------------------------------------------------------ one dimension

def _along(name, x, n, dim):
    """Return (the dimension, the number of points or None) of a transform in one dimension."""
    dim = _wrap(_check_int(name, "dim", dim), x.ndim)
    return dim, None if n is None else _points(_check_int(name, "n", n))


def _full(name, input, n, dim, norm, forward, out):
    x = _floating(_tensor(name, input))
    dim, n = _along(name, x, n, dim)
    x = _resized(x, (dim,), (_points(x.shape[dim] if n is None else n),))
    scale = _normalization(norm, forward)
    if x.dtype.is_complex:
        return _out(name, fft_c2c(x, (dim,), scale, forward), out)
    z = fft_r2c(x, (dim,), scale, False)
    return _out(name, z if forward else conj(z), out)


def _to_half(name, input, n, dim, norm, forward, out):
    _real_only(name, _tensor(name, input))
    x = _floating(input)
    dim, n = _along(name, x, n, dim)
    x = _resized(x, (dim,), (_points(x.shape[dim] if n is None else n),))
    z = fft_r2c(x, (dim,), _normalization(norm, forward), True)
    return _out(name, z if forward else conj(z), out)


def _from_half(name, input, n, dim, norm, forward, out):
    x = _floating(_tensor(name, input), to_complex=True)
    dim, n = _along(name, x, n, dim)
    n = _points(2 * (x.shape[dim] - 1) if n is None else n)
    x = _resized(x, (dim,), (n // 2 + 1,))
    return _out(name, fft_c2r(conj(x) if forward else x, (dim,), _normalization(norm, forward), n), out)


@composite(ns="fft", method=False)
def fft(input, n=None, dim=-1, norm=None, *, out=None):
    """Return the discrete Fourier transform X[k] = sum over j of x[j] exp(-2 pi i j k / n).

    Args:
        n: number of points; the input is cut or filled with zeros.
        norm: "backward" (no scaling, the default), "ortho" (1 / sqrt(n)) or "forward" (1 / n).

    Example:
        >>> torch.fft.fft(torch.tensor([1., 0., 0., 0.]))
        tensor([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])
    """
    return _full("fft", input, n, dim, norm, True, out)


@composite(ns="fft", method=False)
def ifft(input, n=None, dim=-1, norm=None, *, out=None):
    """Return the inverse transform, scaled by 1 / n unless `norm` says otherwise."""
    return _full("ifft", input, n, dim, norm, False, out)


@composite(ns="fft", method=False)
def rfft(input, n=None, dim=-1, norm=None, *, out=None):
    """Return the first n // 2 + 1 terms of a real signal's transform; the others are their conjugates."""
    return _to_half("rfft", input, n, dim, norm, True, out)


@composite(ns="fft", method=False)
def irfft(input, n=None, dim=-1, norm=None, *, out=None):
    """Return the real signal of n points (default 2 (m - 1)) whose spectrum's first half has the m points given.

    The imaginary part of the first term is ignored.
    """
    return _from_half("irfft", input, n, dim, norm, False, out)


@composite(ns="fft", method=False)
def hfft(input, n=None, dim=-1, norm=None, *, out=None):
    """Return the real spectrum of n points of a signal whose second half is the conjugate of the first."""
    return _from_half("hfft", input, n, dim, norm, True, out)


@composite(ns="fft", method=False)
def ihfft(input, n=None, dim=-1, norm=None, *, out=None):
    """Return the first half of the signal whose spectrum is real: the inverse of `hfft`."""
    return _to_half("ihfft", input, n, dim, norm, False, out)


# ------------------------------------------------------------------ several dimensions

def _plane(name, x, s, dim):
    """Return (dimensions, number of points in each) of a transform in several dimensions."""
    s = None if s is None else _int_list(name, "s", s)
    if dim is None:
        if s is not None and len(s) > x.ndim:
            raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {x.ndim} dimensions.")
        dims = list(range(x.ndim - len(s) if s is not None else 0, x.ndim))
    else:
        dims = [_wrap(d, x.ndim) for d in _int_list(name, "dim", dim)]
        if len(set(dims)) != len(dims):
            raise RuntimeError("FFT dims must be unique")
        if s is not None and len(s) != len(dims):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
    given = s if s is not None else [-1] * len(dims)
    return dims, given, [_points(x.shape[d] if n == -1 else n) for d, n in zip(dims, given)]


def _some(name, dims):
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")


def _full_n(name, input, s, dim, norm, forward, out):
    x = _floating(_tensor(name, input), to_complex=True)
    dims, _, sizes = _plane(name, x, s, dim)
    return _out("fftn", fft_c2c(_resized(x, dims, sizes), tuple(dims), _normalization(norm, forward), forward), out)


def _to_half_n(name, kind, input, s, dim, norm, out):
    _real_only(kind, _tensor(name, input), "real-valued")
    x = _floating(input)
    dims, _, sizes = _plane(name, x, s, dim)
    _some(kind, dims)
    return _out(kind, fft_r2c(_resized(x, dims, sizes), tuple(dims), _normalization(norm, True), True), out)


def _from_half_n(name, kind, input, s, dim, norm, forward, out):
    x = _floating(_tensor(name, input), to_complex=True)
    dims, given, sizes = _plane(name, x, s, dim)
    _some(kind, dims)
    last = sizes[-1] if given[-1] != -1 else _points(2 * (x.shape[dims[-1]] - 1))
    sizes[-1] = last // 2 + 1
    x, scale = _resized(x, dims, sizes), _normalization(norm, forward)
    if not forward:
        return _out(kind, fft_c2r(x, tuple(dims), scale, last), out)
    if len(dims) > 1:
        x = fft_c2c(x, tuple(dims[:-1]), scale, True)
    return _out(kind, fft_c2r(conj(x), (dims[-1],), scale, last), out)


def _to_hermitian_n(name, input, s, dim, norm, out):
    x = _floating(_tensor(name, input))
    dims, _, sizes = _plane(name, x, s, dim)
    _some("ihfftn", dims)
    scale = _normalization(norm, False)
    if x.dtype.is_complex:
        raise RuntimeError(f"Only supports floating-point dtypes, but found: {x.dtype.short}")
    z = conj(fft_r2c(_resized(x, dims, sizes), (dims[-1],), scale, True))
    return _out("ihfftn", fft_c2c(z, tuple(dims[:-1]), scale, False) if len(dims) > 1 else z, out)


def _two(name, dim):
    if dim is None:
        raise TypeError(f"fft_{name}(): argument 'dim' must be tuple of ints, not NoneType")
    return dim


@composite(ns="fft", method=False)
def fftn(input, s=None, dim=None, norm=None, *, out=None):
    """Return the transform over several dimensions, by default all (or the last len(s)).

    Args:
        s: number of points in each dimension, -1 for as many as there are.
        norm: "backward" (no scaling, the default), "ortho" or "forward" (divided by the number of points).
    """
    return _full_n("fftn", input, s, dim, norm, True, out)


@composite(ns="fft", method=False)
def ifftn(input, s=None, dim=None, norm=None, *, out=None):
    """Return the inverse transform over several dimensions."""
    return _full_n("ifftn", input, s, dim, norm, False, out)


@composite(ns="fft", method=False)
def rfftn(input, s=None, dim=None, norm=None, *, out=None):
    """Return the transform of real numbers; the last dimension holds the first half of the spectrum."""
    return _to_half_n("rfftn", "rfftn", input, s, dim, norm, out)


@composite(ns="fft", method=False)
def irfftn(input, s=None, dim=None, norm=None, *, out=None):
    """Return the real numbers of a half spectrum: the inverse of `rfftn`."""
    return _from_half_n("irfftn", "irfftn", input, s, dim, norm, False, out)


@composite(ns="fft", method=False)
def hfftn(input, s=None, dim=None, norm=None, *, out=None):
    """Return the real spectrum of a signal that is Hermitian in its last dimension."""
    return _from_half_n("hfftn", "hfftn", input, s, dim, norm, True, out)


@composite(ns="fft", method=False)
def ihfftn(input, s=None, dim=None, norm=None, *, out=None):
    """Return the half signal whose spectrum is real: the inverse of `hfftn`."""
    return _to_hermitian_n("ihfftn", input, s, dim, norm, out)


@composite(ns="fft", method=False)
def fft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """Return the transform over two dimensions, the last ones by default."""
    return _full_n("fft2", input, s, _two("fft2", dim), norm, True, out)


@composite(ns="fft", method=False)
def ifft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """Return the inverse transform over two dimensions."""
    return _full_n("ifft2", input, s, _two("ifft2", dim), norm, False, out)


@composite(ns="fft", method=False)
def rfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """Return half of the spectrum of real numbers over two dimensions."""
    return _to_half_n("rfft2", "rfftn", input, s, _two("rfft2", dim), norm, out)


@composite(ns="fft", method=False)
def irfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """Return the real numbers of a half spectrum over two dimensions."""
    return _from_half_n("irfft2", "irfftn", input, s, _two("irfft2", dim), norm, False, out)


@composite(ns="fft", method=False)
def hfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """Return the real spectrum of a Hermitian signal over two dimensions."""
    return _from_half_n("hfft2", "hfftn", input, s, _two("hfft2", dim), norm, True, out)


@composite(ns="fft", method=False)
def ihfft2(input, s=None, dim=(-2, -1), norm=None, *, out=None):
    """Return the half signal whose spectrum over two dimensions is real."""
    return _to_hermitian_n("ihfft2", input, s, _two("ihfft2", dim), norm, out)


# ------------------------------------------------------------------ frequencies

def _frequencies(name, n, d, dtype, layout, device, requires_grad, out, numbers):
    """Return numbers(n) / (n d) in a floating dtype."""
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"fft_{name}(): argument 'n' (position 1) must be int, not {kind_of(n)}")
    n = n.__index__()
    dt = out.dtype if isinstance(out, TensorBase) else \
        dtypes.get_default_dtype() if dtype is None else as_dtype("fft_" + name, dtype)
    if dt.category < dtypes.FLOATING:
        raise RuntimeError(f"{name} requires a floating point or complex dtype")
    if dt.category > dtypes.FLOATING:
        raise NotImplementedError(f"\"arange_cpu\" not implemented for '{dt.short}'")
    B = backend_for("fft_" + name, device, layout)
    points = float(n * d)
    step = 1.0 / points if points else float("inf")
    steps = B.astype(B.asarray(numbers(n), dtype=B.int64), B.dt(dt))
    values = B.cast(steps * step, B.dt(dt))
    return finish("fft_" + name, values, requires_grad) if out is None else into_out("fft_" + name, values, out, dtype)


@composite(ns="fft", method=False)
def fftfreq(n, d=1.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the frequencies of the terms of `fft`: 0, 1, ..., then the negative ones, divided by n d.

    Args:
        n: number of points.
        d: time from one point to the next.

    Example:
        >>> torch.fft.fftfreq(5)
        tensor([ 0.0000,  0.2000,  0.4000, -0.4000, -0.2000])
    """
    return _frequencies("fftfreq", n, d, dtype, layout, device, requires_grad, out, _both_signs)


def _both_signs(n):
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    return [k if k < (n + 1) // 2 else k - n for k in range(n)]


@composite(ns="fft", method=False)
def rfftfreq(n, d=1.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """Return the frequencies of the terms of `rfft`: 0 ... n // 2, divided by n d."""
    return _frequencies("rfftfreq", n, d, dtype, layout, device, requires_grad, out, lambda n: list(range(int(n / 2) + 1)))


def _shifted(name, input, dim, half):
    x = _tensor(name, input)
    dims = list(range(x.ndim)) if dim is None else _int_list(name, "dim", dim)
    dims = [wrap_dim(d, x.ndim) for d in dims]
    return roll(x, tuple([half(x.shape[d]) for d in dims]), tuple(dims))


@composite(ns="fft", method=False)
def fftshift(input, dim=None):
    """Return the terms in the order of their frequencies: the zero one moves to the middle."""
    return _shifted("fftshift", input, dim, lambda n: n // 2)


@composite(ns="fft", method=False)
def ifftshift(input, dim=None):
    """Return the terms as the transforms have them: the inverse of `fftshift`."""
    return _shifted("ifftshift", input, dim, lambda n: (n + 1) // 2)
