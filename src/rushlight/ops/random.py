"""Random tensors: rand, randn, randint, randperm, normal, bernoulli, multinomial, poisson and their relatives.

For the same seed the numbers are PyTorch's CPU numbers; docs/same-numbers.md says how exactly. Every
function takes `generator=`, and draws from the default generator without it.
"""
from .. import devices, dtypes, formats
from ..backend import base as backends
from ..backend import draws, rejection
from ..backend.cpu import B as CPU
from ..core import generator as generators
from ..core import inplace, views
from ..core.modes import state
from ..core.op import T, composite, op, publish
from ..core.tensor import TensorBase, make
from ..errors import must_be_tensor
from ._dims import broadcast_shape
from ._factory import (
    as_dtype,
    backend_for,
    fill_number,
    finish,
    into_out,
    is_expanded,
    kind_of,
    new_array,
)
from ._rules import no_derivative, nothing
from .create import _like
from .random_fill import (
    bernoulli_each_into,
    check_generator,
    fill,
    integers_into,
    normal_into,
    to_int,
    uniform_into,
)
from .sort import topk
from .special import digamma

for _name in ("manual_seed", "seed", "initial_seed", "get_rng_state", "set_rng_state", "Generator", "default_generator"):
    publish("torch", _name, getattr(generators, _name))


# ------------------------------------------------------------------ from sizes

def _no_overload(name, args, kwargs, forms):
    """Return the TypeError of a call that fits none of the forms a function takes."""
    got = ", ".join([kind_of(a) for a in args] + [f"{k}={kind_of(v)}" for k, v in kwargs.items()])
    if kwargs and not args:
        got += ", "
    listed = "\n".join(f" * ({form})" for form in forms)
    return TypeError(f"{name}() received an invalid combination of arguments - got ({got}), but expected one of:\n{listed}")


_OPTIONS = ("*, torch.Generator generator = None, Tensor out = None, torch.dtype dtype = None, torch.layout layout = None, "
            "torch.device device = None, bool pin_memory = False, bool requires_grad = False")


def _make(name, size, write, dtype, out, layout, device, pin_memory, requires_grad):
    """Return a tensor of `size` that `write(B, array)` has filled, or `out` resized and filled."""
    if out is None:
        B = backend_for(name, device, layout, pin_memory)
        return finish(name, write(B, new_array(name, B.empty, B.dt(dtype), size)), requires_grad)
    if not isinstance(out, TensorBase):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {kind_of(out)}")
    if dtype is not None and dtype is not out.dtype:
        raise RuntimeError(f"dtype {dtype.short} does not match dtype of out parameter ({out.dtype.short})")
    B = backends.of_array(out._array)
    inplace.resize_out(out, new_array(name, B.empty, out._array.dtype, size).shape)
    write(B, out._array)
    views.bump(out, name)
    return out


def _size_arguments(name, args, size):
    """Return the sizes given by position, or by name as one sequence, as positional arguments."""
    if not args and size is not None:
        return (size,)
    if size is not None or not args or (len(args) > 1 and isinstance(args[0], (tuple, list))):
        raise _no_overload(name, args, {} if size is None else {"size": size}, ["tuple of ints size, " + _OPTIONS])
    return args


def _short(args, draw, low, high):
    """Return `draw`'s numbers in a tensor of the default dtype and device, or None where more is to be thought of."""
    if type(args[0]) is not int or devices.get_default_device() is not devices.CPU or state.inference \
            or state.batch is not None:
        return None
    try:
        array = CPU.empty(args, dtype=dtypes.get_default_dtype().np)
    except (TypeError, ValueError, MemoryError):
        return None                     # the long way has the message
    source = generators.default_generator.source
    with source.lock:
        draw(source, array, low, high)
    return make(array)


def _default(name, dtype, out):
    if dtype is not None:
        return as_dtype(name, dtype)
    return dtypes.get_default_dtype() if out is None else None


@composite(method=False)
def rand(*args, size=None, generator=None, out=None, dtype=None, layout=None, device=None, pin_memory=False,
         requires_grad=False):
    """Return a tensor of uniform numbers of [0, 1).

    Args:
        size: ints, or one sequence of them.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.rand(3)
        tensor([0.4963, 0.7682, 0.0885])
    """
    plain = (size is None and generator is None and out is None and dtype is None and layout is None and device is None
             and args and not pin_memory and not requires_grad)
    if plain and (made := _short(args, draws.uniform, 0.0, 1.0)) is not None:
        return made
    args = _size_arguments("rand", args, size)
    check_generator("rand", generator)
    return _make("rand", args, lambda B, x: uniform_into(B, x, 0.0, 1.0, generator), _default("rand", dtype, out), out,
                 layout, device, pin_memory, requires_grad)


@composite(method=False)
def randn(*args, size=None, generator=None, out=None, dtype=None, layout=None, device=None, pin_memory=False,
          requires_grad=False):
    """Return a tensor of standard normal numbers (complex ones: of variance 1 in all, half in each part).

    Args:
        size: ints, or one sequence of them.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.randn(3)
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    plain = (size is None and generator is None and out is None and dtype is None and layout is None and device is None
             and args and not pin_memory and not requires_grad)
    if plain and (made := _short(args, draws.normal, 0.0, 1.0)) is not None:
        return made
    args = _size_arguments("randn", args, size)
    check_generator("randn", generator)
    return _make("randn", args, lambda B, x: normal_into(B, x, 0.0, 1.0, generator), _default("randn", dtype, out), out,
                 layout, device, pin_memory, requires_grad)


_RANDINT = ["int high, tuple of ints size, " + _OPTIONS, "int low, int high, tuple of ints size, " + _OPTIONS]


@composite(method=False)
def randint(*args, low=None, high=None, size=None, generator=None, out=None, dtype=None, layout=None, device=None,
            pin_memory=False, requires_grad=False):
    """Return a tensor of whole numbers of low .. high - 1: `randint(high, size)` or `randint(low, high, size)`.

    Args:
        size: a sequence of ints.
        dtype: int64 if left out.

    Raises: RuntimeError for an empty range or one the dtype cannot hold.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.randint(3, 5, (3,))
        tensor([3, 4, 4])
    """
    low, high, size = _randint_arguments(args, low, high, size)
    check_generator("randint", generator)
    d = dtypes.int64 if dtype is None and out is None else None if dtype is None else as_dtype("randint", dtype)
    return _make("randint", (size,), lambda B, x: integers_into(B, x, low, high, generator), d, out, layout, device,
                 pin_memory, requires_grad)


def _randint_arguments(args, low, high, size):
    """Sort what a call gave by position and by name into (low, high, size)."""
    if low is None and high is None and size is None and 2 <= len(args) <= 3 and isinstance(args[-1], (tuple, list)) \
            and all(type(a) is int and -1 << 63 <= a < 1 << 63 for a in args[:-1]):
        return (*(args[:-1] if len(args) == 3 else (0, args[0])), tuple(args[-1]))
    given = {k: v for k, v in (("low", low), ("high", high), ("size", size)) if v is not None}
    names = [k for k in ("low", "high", "size") if k not in given]
    if len(args) + len(given) == 2 and "low" not in given:
        names.remove("low")
    bad = len(args) != len(names) or not {"high", "size"} <= {*names, *given}
    found = {**given, **dict(zip(names, args))}
    if bad:
        raise _no_overload("randint", args, given, _RANDINT)
    if not isinstance(found["size"], (tuple, list)):
        if "low" in found:
            raise _no_overload("randint", args, given, _RANDINT)
        raise TypeError(f"randint(): argument 'size' (position 2) must be tuple of ints, not {kind_of(found['size'])}")
    position = 1
    for key in ("low", "high"):
        if key in found:
            found[key] = to_int("randint", key, position, found[key])
            position += 1
    return found.get("low", 0), found["high"], tuple(found["size"])


@composite(method=False)
def randperm(n, *, generator=None, out=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """Return a random permutation of 0 .. n-1.

    Args:
        dtype: int64 if left out.

    Raises: RuntimeError when the dtype cannot hold n, or n is negative.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.randperm(4)
        tensor([0, 1, 3, 2])
    """
    n = to_int("randperm", "n", 1, n)
    check_generator("randperm", generator)
    d = dtypes.int64 if dtype is None else as_dtype("randperm", dtype)
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    B = backend_for("randperm", device, layout, pin_memory)
    target = d if out is None or dtype is not None else out.dtype
    _check_permutable(n, target)
    source = generators.source_of(generator, B.device_type)
    with source.lock:
        order = draws.permutation(source, n) if state.batch is None else state.batch.each(
            lambda: draws.permutation(source, n))
    array = B.cast(B.from_numpy(order), B.dt(target))
    return finish("randperm", array, requires_grad) if out is None else into_out("randperm", array, out, dtype)


_EXACT = {dtypes.float16: (2049, "2049"), dtypes.float32: ((1 << 24) + 1, "2^24+1"), dtypes.float64: ((1 << 53) + 1, "2^53+1")}


def _check_permutable(n, d):
    if d.category == dtypes.INTEGRAL and not d.name.startswith("uint") or d is dtypes.uint8:
        fill_number(n, d)
    elif d is dtypes.bfloat16 or not d.is_floating_point or d.itemsize < 2:
        if d is not dtypes.bfloat16:
            raise NotImplementedError(f"\"randperm\" not implemented for '{d.short}'")
    elif n > _EXACT[d][0]:
        raise RuntimeError(f"n cannot be greater than {_EXACT[d][1]} for {d.short} type.")


# ------------------------------------------------------------------ like another tensor

def _fill_like(name, input, write, dtype, layout, device, pin_memory, requires_grad, memory_format):
    B, _, array = _like(name, input, dtype, layout, device, pin_memory, memory_format)
    return finish(name, write(B, array), requires_grad)


@composite(method=False)
def rand_like(input, *, generator=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False,
              memory_format=formats.preserve_format):
    """Return uniform numbers of [0, 1) in the input's shape, dtype, device and order of memory."""
    check_generator("rand_like", generator)
    return _fill_like("rand_like", input, lambda B, x: uniform_into(B, x, 0.0, 1.0, generator), dtype, layout, device,
                      pin_memory, requires_grad, memory_format)


@composite(method=False)
def randn_like(input, *, generator=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False,
               memory_format=formats.preserve_format):
    """Return standard normal numbers in the input's shape, dtype, device and order of memory."""
    check_generator("randn_like", generator)
    return _fill_like("randn_like", input, lambda B, x: normal_into(B, x, 0.0, 1.0, generator), dtype, layout, device,
                      pin_memory, requires_grad, memory_format)


@composite(method=False)
def randint_like(input, *args, low=None, high=None, generator=None, dtype=None, layout=None, device=None,
                 pin_memory=False, requires_grad=False, memory_format=formats.preserve_format):
    """Return whole numbers of low .. high - 1 in the input's shape, dtype, device and order of memory.

    `randint_like(input, high)` starts at 0; `randint_like(input, low, high)` at low.
    """
    bounds = list(args) + [b for b in (low, high) if b is not None]
    if not 1 <= len(bounds) <= 2 or (high is None and low is not None and not args):
        raise _no_overload("randint_like", (input, *args), {},
                           ["Tensor input, int high, ...", "Tensor input, int low, int high, ..."])
    bounds = [to_int("randint_like", "high", i + 2, b) for i, b in enumerate(bounds)]
    check_generator("randint_like", generator)
    first, last = bounds if len(bounds) == 2 else (0, bounds[0])
    return _fill_like("randint_like", input, lambda B, x: integers_into(B, x, first, last, generator), dtype, layout,
                      device, pin_memory, requires_grad, memory_format)


# ------------------------------------------------------------------ normal

def _normals(B, shape, dt, std, generator):
    return normal_into(B, B.empty(shape, dtype=dt), 0.0, std, generator)


@op(ns=(), method=False, name="normal_mean_tensor", grad_name="NormalBackward1")
def _normal_mean_tensor(B, mean: T, std=1.0, generator=None):
    return _normals(B, mean.shape, mean.dtype, std, generator) + mean


def _check_std(B, std):
    if B.kind(std) == "c":
        raise RuntimeError("normal expects standard deviation to be non-complex")
    if not B.all(std >= 0):
        raise RuntimeError("normal expects all elements of std >= 0.0")


@op(ns=(), method=False, name="normal_std_tensor", grad_name="NormalBackward2")
def _normal_std_tensor(B, mean, std: T, generator=None):
    _check_std(B, std)
    return _normals(B, std.shape, std.dtype, 1.0, generator) * std + B.asarray(mean, dtype=std.dtype)


@op(ns=(), method=False, name="normal_tensors", grad_name="NormalBackward3")
def _normal_tensors(B, mean: T, std: T, generator=None):
    _check_std(B, std)
    shape = broadcast_shape(mean.shape, std.shape)
    return _normals(B, shape, mean.dtype, 1.0, generator) * B.cast(std, mean.dtype) + mean


_normal_mean_tensor.vjp(mean=nothing)
_normal_std_tensor.vjp(std=nothing)
_normal_tensors.vjp(mean=nothing, std=nothing)

_NORMAL = ["Tensor mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
           "Tensor mean, float std = 1, *, torch.Generator generator = None, Tensor out = None",
           "float mean, Tensor std, *, torch.Generator generator = None, Tensor out = None",
           "float mean, float std, tuple of ints size, " + _OPTIONS]


@composite(method=False)
def normal(mean, std=1.0, size=None, *, generator=None, out=None, dtype=None, layout=None, device=None, pin_memory=False,
           requires_grad=False):
    """Return normal numbers; mean and std are tensors, or numbers with a `size`.

    With a tensor std: a standard normal number of each place, times std, plus mean, each step rounded.
    The result has the dtype of mean (of std where mean is a number).

    Raises: RuntimeError for a negative std.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.normal(torch.tensor([0., 10.]), 0.5)
        tensor([0.7705, 9.8533])
    """
    check_generator("normal", generator)
    tensors = isinstance(mean, TensorBase), isinstance(std, TensorBase)
    numbers = [x for x, is_tensor in zip((mean, std), tensors) if not is_tensor]
    if (size is None) != any(tensors) or any(not isinstance(x, (int, float, CPU.number)) for x in numbers):
        rest = () if size is None else (size,)
        raise _no_overload("normal", (mean, std, *rest), {}, _NORMAL)
    if size is not None:
        return _make("normal", (size,), lambda B, x: normal_into(B, x, float(mean), float(std), generator),
                     _default("normal", dtype, out), out, layout, device, pin_memory, requires_grad)
    if out is not None:
        return _normal_out(mean, std, tensors, generator, out)
    if tensors[0] and tensors[1]:
        return _normal_tensors(mean, std, generator)
    if tensors[0]:
        return _normal_mean_tensor(mean, float(std), generator)
    return _normal_std_tensor(float(mean), std, generator)


def _normal_out(mean, std, tensors, generator, out):
    """Draw in the dtype of `out`, then scale and shift there."""
    shapes = [x._array.shape for x, is_tensor in zip((mean, std), tensors) if is_tensor]
    if tensors[1]:
        _check_std(backends.of_array(std._array), std._array)
        inplace.resize_out(out, broadcast_shape(*shapes))
    out.normal_(0.0, 1.0 if tensors[1] else float(std), generator=generator)
    if tensors[1]:
        out.mul_(std)
    return out.add_(mean)


# ------------------------------------------------------------------ by weights and probabilities

@op(ns=(), method=False, name="bernoulli", grad_name="BernoulliBackward0")
def _bernoulli(B, input: T, generator=None):
    return bernoulli_each_into(B, B.empty(input.shape, dtype=input.dtype), input, generator)


_bernoulli.vjp(input=nothing)


@composite(method=True)
def bernoulli(input, p=None, *, generator=None, out=None):
    """Return ones with the probabilities in the input, zeros elsewhere, in its dtype.

    Args:
        p: one probability (or a tensor of them) for all; the input then gives shape and dtype alone.

    Raises: RuntimeError for a probability outside [0, 1].

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.bernoulli(torch.tensor([0.1, 0.9, 0.9]))
        tensor([0., 1., 1.])
    """
    if not isinstance(input, TensorBase):
        raise TypeError(must_be_tensor("bernoulli", "input", 0, input))
    check_generator("bernoulli", generator)
    if p is not None:
        _, _, array = _like("bernoulli", input, None, None, None, False, formats.contiguous_format)
        return finish("bernoulli", array).bernoulli_(p, generator=generator)
    if out is None:
        return _bernoulli(input, generator)
    inplace.resize_out(out, input._array.shape)
    return out.bernoulli_(input, generator=generator)


@op(differentiable=False, ns=(), method=False, name="multinomial")
def _multinomial(B, input: T, num_samples, replacement, generator):
    if replacement and num_samples > 1:
        return _with_replacement(B, input, num_samples, generator)
    if num_samples == 1 and B is CPU and state.batch is None:
        source = generators.source_of(generator)
        with source.lock:
            found = draws.race(source, input)
        if found is not None:
            return found
    total = B.sum(input, axis=-1)
    if 0 not in total.shape and not (B.min(input) >= 0 and _in_range(B, total)):
        _check_weights(B, input, total)         # a sum may also have overflowed
    race = B.empty(input.shape, dtype=input.dtype) if is_expanded(input) else B.empty_like(input)
    fill(B, race, generator, draws.exponential, 1.0)
    race = input / race
    if num_samples == 1:
        return B.argmax(race, axis=-1, keepdims=True)
    return B.copy(topk.raw(race, num_samples)[1])


def _in_range(B, total):
    """Whether all sums are positive and finite; a single one, as games have it, is not reduced again."""
    if total.shape in ((), (1,)):
        return 0 < total < float("inf")
    return B.min(total) > 0 and B.max(total) < float("inf")


def _check_weights(B, input, total):
    if not B.all((input >= 0) & (input < float("inf"))):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not B.all(total > 0):
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _with_replacement(B, input, num_samples, generator):
    host = B.to_numpy(input)
    rows = host if host.ndim == 2 else host[None]
    if not (rows >= 0).all():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
    if not (rows.sum(axis=1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    if not (rows < float("inf")).all():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry = infinity or NaN)")
    source = generators.source_of(generator, B.device_type)
    with source.lock:
        chosen = draws.choices(source, rows, num_samples)
    return B.from_numpy(chosen.reshape(host.shape[:-1] + (num_samples,)))


@composite(method=True)
def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    """Return indices drawn with the weights in each row of the input, int64.

    Args:
        input: (categories,) or (rows, categories), floating, not negative; the rows need not sum to 1.
        num_samples: how many per row.
        replacement: whether an index may come twice. Without, weight / exponential number decides the order.

    Raises: RuntimeError for negative, infinite or all-zero weights and for too many samples.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.multinomial(torch.tensor([0., 10., 3., 0.]), 2)
        tensor([1, 2])
    """
    if not isinstance(input, TensorBase):
        raise TypeError(must_be_tensor("multinomial", "input", 0, input))
    num_samples = to_int("multinomial", "num_samples", 2, num_samples)
    check_generator("multinomial", generator)
    shape = input._array.shape
    if not 1 <= len(shape) <= 2:
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not input.dtype.is_floating_point:
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {input.dtype.short}")
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if shape[-1] > 1 << 24:
        raise RuntimeError("number of categories cannot exceed 2^24")
    if not replacement and num_samples > shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if out is not None and out.dtype is not dtypes.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype.short}")
    if shape[-1] == 0 and num_samples == 1:
        raise RuntimeError("aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.")
    found = _multinomial(input, num_samples, bool(replacement), generator)
    return found if out is None else inplace.store_out("multinomial", found, out)


# ------------------------------------------------------------------ by rejection

def _drawn(B, shape, dt, generator, draw, *parameters):
    """Return an array of the numbers `draw(source, *flat float64 parameters)` gives."""
    source = generators.source_of(generator, B.device_type)
    host = [CPU.astype(B.to_numpy(p), CPU.float64).reshape(-1) for p in parameters]
    with source.lock:
        found = draw(source, *host)
    return B.reshape(B.cast(B.from_numpy(found), dt), shape)


def _floating(B, x, kernel):
    if B.torch_dtype(x) not in (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{B.torch_dtype(x).short}'")


@op(method=False)
def poisson(B, input: T, generator=None):
    """Return a Poisson number for each rate in the input, in its dtype.

    Raises: RuntimeError for a negative rate.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> torch.poisson(torch.tensor([1., 5., 50.]))
        tensor([ 2.,  6., 49.])
    """
    check_generator("poisson", generator)
    _floating(B, input, "poisson_cpu")
    if not B.all(input >= 0):
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    return _drawn(B, input.shape, input.dtype, generator, rejection.poisson, input)


poisson.vjp(input=nothing)


@op(method=False)
def binomial(B, count: T, prob: T, generator=None):
    """Return a binomial number for each pair of a count and a success probability, which broadcast."""
    check_generator("binomial", generator)
    for x, name in ((count, "count"), (prob, "prob")):
        if not B.torch_dtype(x).is_floating_point:
            raise ValueError(f"binomial only supports floating-point dtypes for {name}, got: {B.torch_dtype(x).short}")
    if count.dtype != prob.dtype:
        raise RuntimeError(f"Found dtype {B.torch_dtype(prob).short} but expected {B.torch_dtype(count).short}")
    shape = broadcast_shape(count.shape, prob.shape)
    rounded = _rounding(B, count)
    return _drawn(B, shape, count.dtype, generator, lambda source, n, p: rejection.binomial(source, n, p, rounded),
                  B.broadcast_to(count, shape), B.broadcast_to(prob, shape))


binomial.vjp(count=nothing, prob=nothing)


def _rounding(B, x):
    """Return what rounds a float as the arithmetic of the array's dtype does."""
    return float if B.torch_dtype(x) is dtypes.float64 else CPU.float32


@op(method=False)
def _standard_gamma(B, input: T, generator=None):
    """Return a gamma number of scale 1 for each shape parameter in the input."""
    check_generator("_standard_gamma", generator)
    _floating(B, input, "gamma_cpu")
    rounded = _rounding(B, input)
    found = _drawn(B, input.shape, input.dtype, generator, lambda source, a: rejection.gamma(source, a, rounded), input)
    tiny = dtypes.finfo(B.torch_dtype(input)).tiny
    return B.where(found < tiny, B.asarray(tiny, dtype=found.dtype), found)


@op(method=False, differentiable=False)
def _standard_gamma_grad(B, input: T, output: T):
    """Return the derivative of a gamma number `output` with respect to its shape parameter `input`.

    Formula: -(dP/da) / p of the distribution function and the density, from the series of P:
    -sum over n of x^(n+1) Gamma(a)/Gamma(a+n+1) (log x - digamma(a+n+1)), in float64.
    """
    a, x = B.cast(input, B.dt(dtypes.float64)), B.cast(output, B.dt(dtypes.float64))
    if 0 in a.shape:
        return B.zeros_like(output)
    log_x, psi, term, total = B.log(x), digamma.raw(a), x / a, B.zeros_like(x)
    past_the_mode = max(float(B.max(x - a)), 0.0) + 12 * float(B.max(x)) ** 0.5 + 60
    for n in range(int(past_the_mode)):
        psi = psi + 1 / (a + n)
        total = total - term * (log_x - psi)
        term = term * x / (a + (n + 1))
    return B.copy(B.cast(total, output.dtype))


_standard_gamma.vjp(input=lambda g, input, out: g * _standard_gamma_grad(input, out))


_MOST_TERMS = 10000


@op(method=False, differentiable=False)
def _dirichlet_grad(B, x: T, alpha: T, total: T):
    """Return the scaled derivative of a beta number `x` with respect to its parameter `alpha`, the other one fixed.

    Formula: -(dI/da) / p / (1 - x) of the distribution function and the density of Beta(a, b), a = alpha,
    b = total - alpha, from the power series of I in x, or in 1 - x where that is shorter, in float64.

    Args:
        total: the sum of both parameters.
    """
    x64, a, total64 = [B.cast(v, B.dt(dtypes.float64)) for v in (x, alpha, total)]
    if 0 in x.shape:
        return B.zeros_like(x)
    b, left = total64 - a, 1 - x64
    # The smaller of x and 1 - x, unless it lies so far above its mean that the sum would lose digits.
    mirrored = B.where(x64 <= 0.5, x64 * total64 > a + 6 * B.sqrt(a) + 10, left * total64 <= b + 6 * B.sqrt(b) + 10)
    s, start = B.where(mirrored, left, x64), B.where(mirrored, b, a)
    psi = digamma.raw(total64) + B.log(x64)
    term, total_sum = 1 / start, B.zeros_like(x64)
    other = digamma.raw(B.where(mirrored, a, a + 1))
    step = B.where(mirrored, 0.0, 1.0)
    for n in range(_MOST_TERMS):
        added = term * (psi - other)
        total_sum = total_sum + added
        if n % 16 == 15 and B.all(B.abs(added) <= 1e-17 * B.abs(total_sum) + 1e-300):
            break
        psi = psi + 1 / (total64 + n)
        other = other + step / (a + (n + 1))
        term = term * s * (total64 + n) / (start + (n + 1))
    return B.copy(B.cast(B.where(mirrored, x64, -x64) * total_sum, x.dtype))


@op(method=False)
def _sample_dirichlet(B, input: T, generator=None):
    """Return numbers of a Dirichlet distribution along the last dimension, of the concentrations in the input."""
    check_generator("_sample_dirichlet", generator)
    _floating(B, input, "dirichlet")
    found = _drawn(B, input.shape, B.dt(dtypes.float64), generator, rejection.gamma, input)
    info = dtypes.finfo(B.torch_dtype(input))
    share = B.cast(found / B.sum(found, axis=-1, keepdims=True), input.dtype)
    return B.clip(share, info.tiny, 1 - info.eps / 2)


_sample_dirichlet.vjp(input=no_derivative("_sample_dirichlet"))
