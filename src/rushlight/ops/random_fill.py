"""Tensors filled with random numbers in place: uniform_, normal_, random_, bernoulli_ and their relatives.

The numbers are those of PyTorch's CPU generator for the same seed; the drawing itself is in
`backend/draws.py`. A tensor that is not contiguous is filled in the order of its memory. What a
gradient meets here is a constant: it gets zeros.
"""
import functools
import warnings

from .. import dtypes
from ..backend import base as backends
from ..backend import draws
from ..backend.cpu import SILENT, hush, unhush
from ..backend.cpu import B as CPU
from ..core.generator import Generator, source_of
from ..core.modes import state
from ..core.op import OPS, InPlace, T, bind_method, method, op
from ..core.tensor import INFERENCE, TensorBase, wants_grad
from ..core.views import bump
from ._dims import expand_shape
from ._factory import kind_of
from ._rules import nothing

__all__ = ["bernoulli_each_into", "fill", "integers_into", "normal_into", "uniform_into"]

_HALF, _BF16, _F32, _F64 = dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64
_REAL = (_F32, _F64, _HALF, _BF16)
_COMPLEX = (dtypes.complex32, dtypes.complex64, dtypes.complex128)
_SMALL_INTS = (dtypes.int64, dtypes.int32, dtypes.int16, dtypes.int8, dtypes.uint8)
_DIGITS = {_F64: 53, _F32: 24, _HALF: 11, _BF16: 8}
_C_NAMES = {"float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "bool": "bool",
            "complex64": "c10::complex<float>", "complex128": "c10::complex<double>", "int64": "long int",
            "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
            "uint16": "short unsigned int", "uint32": "unsigned int", "uint64": "long unsigned int"}
_LOWEST = -(1 << 63)


# ------------------------------------------------------------------ filling arrays

def fill(B, out, generator, draw, *args):
    """Let `draw(source, array, *args)` write into `out` with the stream of `generator`; return out.

    Other devices than the CPU are filled from the host, so that a seed gives the same numbers there.
    """
    if state.batch is not None:             # inside vmap
        return state.batch.fill(fill, out, generator, draw, *args)
    if not out.flags.c_contiguous and 0 not in out.shape \
            and any(s == 0 and n > 1 for s, n in zip(out.strides, out.shape)):
        raise RuntimeError("unsupported operation: more than one element of the written-to tensor refers to a single "
                           "memory location. Please clone() the tensor before performing the operation.")
    source = source_of(generator, B.device_type)
    host = out if B is CPU else CPU.empty(out.shape, dtype=B.torch_dtype(out).np)
    token = hush(SILENT)
    try:
        with source.lock:
            draw(source, host, *args)
    finally:
        unhush(token)
    if host is not out:
        B.copyto(out, B.from_numpy(host))
    return out


def check_generator(name, generator):
    """TypeError unless a `generator=` argument is a Generator or None."""
    if generator is not None and not isinstance(generator, Generator):
        raise TypeError(f"{name}(): argument 'generator' must be torch.Generator, not {kind_of(generator)}")


def to_float(name, parameter, position, value):
    """Return a float argument (an int, a NumPy scalar or a 0-d tensor will do) as a float."""
    if type(value) is float:
        return value
    if isinstance(value, (int, float, CPU.number)) or (
            isinstance(value, TensorBase) and not value._array.shape and not value.requires_grad):
        return float(value)
    raise TypeError(f"{name}(): argument '{parameter}' (position {position}) must be float, not {kind_of(value)}")


def to_int(name, parameter, position, value):
    """Return an int argument (a NumPy integer or a 0-d integer tensor will do) as an int."""
    if not hasattr(value, "__index__") or isinstance(value, bool):
        raise TypeError(f"{name}(): argument '{parameter}' (position {position}) must be int, not {kind_of(value)}")
    value = value.__index__()
    if not _LOWEST <= value < -_LOWEST:
        raise ValueError("Overflow when unpacking long long")
    return value


def _only_for(B, out, kinds, kernel):
    d = B.torch_dtype(out)
    if d not in kinds:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{d.short}'")
    return d


def _show(x):
    return f"{x:g}"


def uniform_into(B, out, low, high, generator=None):
    """Fill an array with uniform numbers of [low, high); the errors are torch's."""
    d = _only_for(B, out, _REAL + _COMPLEX, "check_uniform_bounds").to_real()
    if (low, high) != (0.0, 1.0):
        most = _limits(d)[1]
        for which, bound in (("from", low), ("to", high)):
            if not -most <= bound <= most:
                raise RuntimeError(f"{which} is out of bounds for {_C_NAMES[d.name]}")
        if low > high:
            raise RuntimeError("uniform_ expects to return a [from, to) range, but found "
                               f"from={_show(low)} > to={_show(high)}")
        if high - low > most:
            raise RuntimeError(f"uniform_ expects to-from <= std::numeric_limits<{d.short}>::max(), but found "
                               f"to={_show(high)} and from={_show(low)} which result in to-from to exceed the limit")
    return fill(B, out, generator, draws.uniform, low, high)


def normal_into(B, out, mean, std, generator=None):
    """Fill an array with normal numbers; the errors are torch's."""
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {_show(std)}")
    _only_for(B, out, _REAL + _COMPLEX, "normal_kernel_cpu")
    return fill(B, out, generator, draws.normal, mean, std)


# ------------------------------------------------------------------ whole numbers

def integers_into(B, out, low, high, generator=None):
    """Fill an array with whole numbers of low .. high - 1 (high None: up to the dtype's largest)."""
    d = B.torch_dtype(out)
    if high is None:
        return _integers_to_top(B, out, d, low, generator)
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if d.is_complex:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    if d in _DIGITS:
        low, high = _representable_low(low, d), _representable_high(high, d)
        if low >= high:
            raise RuntimeError("random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got "
                               f"from={low} >= to={high}")
    _check_bounds(d, low, high - 1)
    return fill(B, out, generator, draws.integers, low, high - low)


def _integers_to_top(B, out, d, low, generator):
    if low == _LOWEST:
        _check_full_range(d)
        return fill(B, out, generator, draws.integers, low, 1 << 64)
    if d.is_complex:
        raise RuntimeError("random_from_to_impl handles only integral, floating-point and boolean types")
    if d in _DIGITS:
        _check_bounds(d, low, 0)
        low, top = _representable_low(low, d), 1 << _DIGITS[d]
        if low > top:
            raise RuntimeError("random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to "
                               f"dtype, but got from={low} > to_inc={top}")
    else:
        top = _limits(d)[1]
        _check_bounds(d, low, top)
        if top > -_LOWEST - 1:
            raise RuntimeError(f"to - 1 is out of bounds for {_C_NAMES[d.name]}")
    return fill(B, out, generator, draws.integers, low, top - low + 1)


def _check_full_range(d):
    if d in (dtypes.int64, _F64, _F32, _BF16):
        return
    if d in _SMALL_INTS:
        raise RuntimeError("random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16")
    raise NotImplementedError(f"\"random_full_64_bits_range_kernel_cpu\" not implemented for '{d.short}'")


@functools.cache
def _limits(d):
    """Return the least and the largest finite number of a dtype."""
    if d is dtypes.bool:
        return 0, 1
    info = dtypes.finfo(d) if d in _DIGITS else dtypes.iinfo(d)
    return info.min, info.max


def _check_bounds(d, low, top):
    """Raise, or warn where a floating dtype would skip numbers, when low or top lies outside of `d`."""
    least, most = _limits(d)
    for which, bound in (("from", low), ("to - 1", top)):
        if not least <= bound <= most:
            raise RuntimeError(f"{which} is out of bounds for {_C_NAMES[d.name]}")
        if d in _DIGITS and abs(bound) > 1 << _DIGITS[d]:
            warnings.warn(f"{which} is out of bounds [-(2^{_DIGITS[d]}), 2^{_DIGITS[d]}]. Due to precision limitations "
                          f"{_C_NAMES[d.name]} can support discrete uniform distribution only within this range. This "
                          "warning will become an error in version 1.7 release, please fix the code in advance",
                          stacklevel=6)


def _rounded(n, d):
    return int(CPU.asarray(float(n) if d is _F64 else CPU.float32(n)).astype(d.np))


def _representable_low(low, d):
    """Return `low`, moved up to the next number of a floating dtype that has gaps there."""
    try:
        following = _rounded(low + 1, d)
    except OverflowError:
        return low
    if following >= low:
        return low
    return following + (1 << max(abs(low + 1).bit_length() - _DIGITS[d], 0))


def _representable_high(high, d):
    """Return `high`, moved down to a number of a floating dtype that has gaps there."""
    try:
        before = _rounded(high - 1, d)
    except OverflowError:
        return high
    if before < high:
        return high
    return before - (1 << max(abs(high - 1).bit_length() - _DIGITS[d], 0))


def _any_bits(B, out, generator):
    """Fill with numbers of the dtype's whole non-negative range (floats: those that are exact)."""
    d = _only_for(B, out, _REAL + _SMALL_INTS + (dtypes.bool,), "random_kernel_cpu")
    if d in _DIGITS:
        top = (1 << _DIGITS[d]) + 1
    else:
        top = _limits(d)[1] + 1
    return fill(B, out, generator, draws.random_bits, 64 if d in (_F64, dtypes.int64) else 32, top)


# ------------------------------------------------------------------ the methods

def _filler(name, grad_name=None, publish=True):
    """Make the in-place form `name_` of a body that writes into its first argument: a Tensor method."""

    def decorate(body):
        made = op(body, ns=(), method=False, writes=True, name=name, grad_name=grad_name)
        made.vjp(input=nothing)
        tracked = made.inplace = InPlace(made)
        if len(made.slots) > 1:
            tracked.__doc__ = body.__doc__
            return tracked

        def form(input, *args, **kwargs):
            if "from" in kwargs:            # torch's name, which Python code can only give as **{"from": ...}
                kwargs["from_"] = kwargs.pop("from")
            if not isinstance(input, TensorBase) or input._flags & INFERENCE or (state.grad and wants_grad(input)):
                return tracked(input, *args, **kwargs)
            array = input._array            # no graph: the short way
            B = backends.of_array(array)
            if not B.void and body(B, array, *args, **kwargs) is not array:
                raise RuntimeError("vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear "
                                   "like same randomness. If this is necessary for your usage, please file an issue with "
                                   "functorch.")
            bump(input, name + "_")
            return input

        form.__name__ = form.__qualname__ = name + "_"
        form.__doc__ = body.__doc__
        form.op = made
        if publish:
            bind_method(name + "_", form)
            setattr(OPS, name + "_", form)
        return form

    return decorate


@_filler("uniform")
def uniform_(B, input: T, from_=0.0, to=1.0, generator=None):
    """Fill with uniform numbers of [from_, to) and return the tensor.

    Formula: u * (to - from_) + from_, with u of 24 random bits for float32 and the halves, 53 for float64.

    Raises: RuntimeError for from_ > to or bounds the dtype cannot hold.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.empty(3).uniform_(-1, 1)
        tensor([-0.0075,  0.5364, -0.8230])
    """
    check_generator("uniform_", generator)
    return uniform_into(B, input, to_float("uniform_", "from", 1, from_), to_float("uniform_", "to", 2, to), generator)


@_filler("normal")
def normal_(B, input: T, mean=0.0, std=1.0, generator=None):
    """Fill with normal numbers and return the tensor.

    Contiguous tensors of 16 elements or more take Box-Muller in blocks of 16, others one pair after
    the other in double precision, as torch does.

    Raises: RuntimeError for a negative std.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.empty(3).normal_()
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    check_generator("normal_", generator)
    return normal_into(B, input, to_float("normal_", "mean", 1, mean), to_float("normal_", "std", 2, std), generator)

_UNSET = object()


def _random_name(args):
    return "RandomBackward2" if args[1] is _UNSET else "RandomBackward1" if args[2] is _UNSET else "RandomBackward0"


@_filler("random", _random_name)
def random_(B, input: T, from_=_UNSET, to=_UNSET, generator=None):
    """Fill with whole numbers and return the tensor: `random_()`, `random_(to)` or `random_(from, to)`.

    Without bounds: the dtype's non-negative range, 0 to 2**24 (float32) or 2**53 (float64). A range of
    2**28 or more draws 64 bits a number, a smaller one 32.

    Raises: RuntimeError for an empty range or bounds the dtype cannot hold.
    """
    check_generator("random_", generator)
    if from_ is _UNSET and to is _UNSET:
        return _any_bits(B, input, generator)
    if to is _UNSET:
        from_, to = 0, from_
    elif from_ is _UNSET:
        from_ = 0
    bounds = [from_] if to is None else [from_, to]
    if any(not hasattr(b, "__index__") or isinstance(b, bool) for b in bounds):
        raise TypeError(f"random_() received an invalid combination of arguments - got ({kind_of(from_)}, {kind_of(to)}), "
                        "but expected one of:\n * (*, torch.Generator generator = None)\n * (int from, int to, *, "
                        "torch.Generator generator = None)\n * (int to, *, torch.Generator generator = None)")
    return integers_into(B, input, to_int("random_", "from", 1, from_), None if to is None else to_int(
        "random_", "to", 2, to), generator)


@_filler("exponential")
def exponential_(B, input: T, lambd=1.0, generator=None):
    """Fill with exponential numbers of rate `lambd`, -log1p(-u) / lambd, and return the tensor.

    Raises: RuntimeError for lambd <= 0 or a dtype that is not floating.
    """
    check_generator("exponential_", generator)
    lambd = to_float("exponential_", "lambd", 1, lambd)
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={_show(lambd)}")
    d = B.torch_dtype(input)
    if not d.is_floating_point:
        raise RuntimeError("Exponential distribution is a continuous probability distribution. dtype must be a floating "
                           f"point but you specified {d.short}")
    _only_for(B, input, _REAL, "exponential_cpu")
    return fill(B, input, generator, draws.exponential, lambd)


@_filler("geometric")
def geometric_(B, input: T, p, generator=None):
    """Fill with the number of trials up to the first success, ceil(log(u) / log1p(-p)); return the tensor.

    Raises: RuntimeError unless 0 < p < 1.
    """
    check_generator("geometric_", generator)
    p = to_float("geometric_", "p", 1, p)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={_show(p)}")
    _only_for(B, input, _REAL + _SMALL_INTS, "geometric_cpu")
    return fill(B, input, generator, draws.geometric, p)


@_filler("log_normal")
def log_normal_(B, input: T, mean=1.0, std=2.0, generator=None):
    """Fill with exp of normal numbers of this mean and std, and return the tensor.

    Raises: RuntimeError for std <= 0.
    """
    check_generator("log_normal_", generator)
    mean, std = to_float("log_normal_", "mean", 1, mean), to_float("log_normal_", "std", 2, std)
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={_show(std)}")
    _only_for(B, input, _REAL, "log_normal_cpu")
    return fill(B, input, generator, draws.log_normal, mean, std)


@_filler("cauchy")
def cauchy_(B, input: T, median=0.0, sigma=1.0, generator=None):
    """Fill with Cauchy numbers, median + sigma * tan(pi * (u - 1/2)), and return the tensor.

    Raises: RuntimeError for sigma <= 0 or a dtype that is not floating.
    """
    check_generator("cauchy_", generator)
    median, sigma = to_float("cauchy_", "median", 1, median), to_float("cauchy_", "sigma", 2, sigma)
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={_show(sigma)}")
    d = B.torch_dtype(input)
    if not d.is_floating_point:
        raise RuntimeError("Cauchy distribution is a continuous probability distribution. dtype must be a floating point "
                           f"but you specified {_C_NAMES.get(d.name, d.name)}")
    _only_for(B, input, _REAL, "cauchy_cpu")
    return fill(B, input, generator, draws.cauchy, median, sigma)


# ------------------------------------------------------------------ bernoulli_

@_filler("bernoulli_number", "BernoulliBackward2", publish=False)
def _bernoulli_number(B, input: T, p, generator=None):
    """Fill with ones where u < p (53 random bits), zeros elsewhere."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={_show(p)}")
    _only_for(B, input, _REAL + _SMALL_INTS + (dtypes.bool,), "bernoulli_scalar_cpu_")
    return fill(B, input, generator, draws.bernoulli, p)


def bernoulli_each_into(B, out, p, generator=None):
    """Fill with ones where u < p of the same place; `p` is an array that broadcasts to `out`."""
    _only_for(B, out, _REAL + _SMALL_INTS + (dtypes.bool,), "bernoulli_tensor_cpu_self_")
    _only_for(B, p, _REAL, "bernoulli_tensor_cpu_p_")
    if not B.all((p >= 0) & (p <= 1)):
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be "
                           "improved?  If so, please report an enhancement request to PyTorch.)")
    if p.shape != out.shape:
        p = B.broadcast_to(p, expand_shape(p.shape, out.shape))
    return fill(B, out, generator, draws.bernoulli_each, B.to_numpy(p))


@_filler("bernoulli_tensor", "BernoulliBackward1", publish=False)
def _bernoulli_tensor(B, input: T, p: T, generator=None):
    """Fill with ones where u < p of the same place."""
    return bernoulli_each_into(B, input, p, generator)


_bernoulli_tensor.op.vjp(p=nothing)


@method
def bernoulli_(self, p=0.5, *, generator=None):
    """Fill with ones where u < p, zeros elsewhere, and return the tensor.

    Args:
        p: a probability, or a tensor of them that broadcasts to this one. A number (and a float64
            tensor) is compared with 53 random bits, other tensors with 24.

    Raises: RuntimeError for a probability outside [0, 1].
    """
    check_generator("bernoulli_", generator)
    if isinstance(p, TensorBase):
        return _bernoulli_tensor(self, p, generator=generator)
    return _bernoulli_number(self, to_float("bernoulli_", "p", 1, p), generator=generator)
