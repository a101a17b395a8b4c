"""Complex numbers: their parts, their polar form, and real tensors seen as complex ones."""
from math import pi

from .. import dtypes
from ..core.op import T, composite, op, prop
from ._rules import cj
from .pointwise_logic import where


# ------------------------------------------------------------------ conjugate

@op(name="conj_physical", ns=(), method=False, inplace=True)
def conjugate(B, input: T):
    """Return the complex conjugate in new memory: the op behind `torch.conj_physical`."""
    return B.conj(input) if B.kind(input) == "c" else B.copy(input)


conjugate.vjp(input=lambda g: conj(g))


@composite
def conj_physical(input, *, out=None):
    """Return the complex conjugate in new memory; a real tensor itself."""
    if out is not None:
        return conjugate(input, out=out)
    return conjugate(input) if input.dtype.kind == "c" else input


@composite(method=True)
def conj_physical_(input):
    """In-place form of `conj_physical`."""
    return conjugate.inplace(input)


@op(name="conj", ns=(), method=False)
def _conj(B, input: T):
    """Return the complex conjugate: the op behind `torch.conj`."""
    return B.conj(input)


_conj.vjp(input=lambda g: conj(g))


@composite
def conj(input):
    """Return the complex conjugate; a real tensor itself.

    PyTorch's result is a lazy view; here it has its own memory, and `is_conj` is False.
    """
    return _conj(input) if input.dtype.kind == "c" else input


@composite
def resolve_conj(input):
    """Return input: conjugation is never pending here."""
    return input


@composite
def resolve_neg(input):
    """Return input: negation is never pending here."""
    return input


@composite
def is_conj(input):
    """Return whether a conjugation is pending, which it never is here."""
    return False


@composite
def is_neg(input):
    """Return whether a negation is pending, which it never is here."""
    return False


# ------------------------------------------------------------------ parts

@op(view=True)
def view_as_real(B, input: T):
    """Return a real view with a last dimension of size 2: the real and the imaginary parts."""
    if B.kind(input) != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return B.view_as_real(input)


view_as_real.vjp(input=lambda g: complex_(g[..., 0], g[..., 1]))


@op(view=True)
def view_as_complex(B, input: T):
    """Return a complex view of pairs (real, imaginary) that lie in a last dimension of size 2.

    Raises: RuntimeError unless the last dimension has stride 1 and the others have even strides.
    """
    kind = B.kind(input)
    if kind != "f" or (input.dtype.itemsize < 4 and B.torch_dtype(input) is not dtypes.float16):
        raise RuntimeError("view_as_complex is only supported for half, float and double tensors, but got a tensor "
                           f"of scalar type: {B.torch_dtype(input).short}")
    if not input.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    strides = B.strides(input)
    if strides[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    for s, n in zip(strides[:-1], input.shape):
        if s % 2 and n > 1:
            raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    return B.view_as_complex(input)


view_as_complex.vjp(input=lambda g: _pairs(g))


@op(ns=())
def _pairs(B, input: T):
    """Return the real and imaginary parts stacked in a new last dimension."""
    return B.stack([B.real(input), B.imag(input)], axis=-1)


_pairs.vjp(input=lambda g: complex_(g[..., 0], g[..., 1]))


@op(name="real", ns=(), method=False)
def _real(B, input: T):
    """Return the real parts in new memory: what the rules use."""
    return B.copy(B.real(input))


_real.vjp(input=lambda g: g)


@op(name="imag", ns=(), method=False)
def _imag(B, input: T):
    """Return the imaginary parts in new memory: what the rules use."""
    return B.copy(B.imag(input))


_imag.vjp(input=lambda g: g * 1j)


def real_part(x):
    """Return the real parts of a tensor or of a plain array (real ones come back as they are)."""
    return _real(x) if getattr(x.dtype, "kind", "c") in "cW" else x


def imaginary_part(x):
    """Return the imaginary parts of a tensor or of a plain array; zeros for a real one."""
    return _imag(x) if getattr(x.dtype, "kind", "c") in "cW" else x * 0


@composite(method=False)
def real(input):
    """Return the real parts as a view; a real tensor itself."""
    return view_as_real(input)[..., 0] if input.dtype.kind == "c" else input


@composite(method=False)
def imag(input):
    """Return the imaginary parts of a complex tensor as a view."""
    if input.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return view_as_real(input)[..., 1]


prop(real, name="real", setter=lambda self, value: real(self).copy_(value))
prop(imag, name="imag", setter=lambda self, value: imag(self).copy_(value))


# ------------------------------------------------------------------ made of parts

def _check_parts(B, a, b):
    if B.kind(a) != "f" or B.kind(b) != "f":
        raise RuntimeError("Expected both inputs to be Half, Float or Double tensors but got "
                           f"{B.torch_dtype(a).short} and {B.torch_dtype(b).short}")
    if a.dtype != b.dtype:
        raise RuntimeError(f"Expected object of scalar type {B.torch_dtype(a).short} but got scalar type "
                           f"{B.torch_dtype(b).short} for second argument")


@op(name="complex", method=False)
def complex_(B, real: T, imag: T):
    """Return real + imag * j.

    Example:
        >>> torch.complex(torch.tensor([1., 2.]), torch.tensor([3., 4.]))
        tensor([1.+3.j, 2.+4.j])
    """
    _check_parts(B, real, imag)
    return B.make_complex(real, imag)


complex_.vjp(real=lambda g: real_part(g), imag=lambda g: imaginary_part(g))


@op(method=False)
def polar(B, abs: T, angle: T):
    """Return abs * (cos(angle) + sin(angle) * j)."""
    _check_parts(B, abs, angle)
    return B.make_complex(abs * B.cos(angle), abs * B.sin(angle))


def _polar_rule(g, angle, out):
    along = real_part(cj(polar(angle * 0 + 1, angle)) * g)
    return along, imaginary_part(cj(out) * g)


polar.vjp_all(_polar_rule)


@op(promote="float")
def angle(B, input: T):
    """Return the argument of complex numbers in radians; of real ones 0, or pi where negative. nan stays."""
    if B.kind(input) == "c":
        return B.atan2(B.imag(input), B.real(input))
    return B.where(B.isnan(input), input, B.cast(input < 0, input.dtype) * pi)


def _angle_rule(g, input):
    if getattr(input.dtype, "kind", "c") not in "cW":
        return g * 0
    size = real_part(input * cj(input))
    zero = size == 0
    return where(zero, 0, g * input * 1j / where(zero, 1, size))


angle.vjp(input=_angle_rule)
