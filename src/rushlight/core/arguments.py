"""Arguments of ops off the straight way: keywords, numbers, lists, mixed dtypes, other backends than the CPU.

The functions take the op first. They raise torch's errors.
"""
from .. import dtypes, errors
from ..backend import base as backends
from ..backend.cpu import B as CPU
from . import overrides, tensor as tensor_module
from .engine import RAW
from .kinds import FLOAT, LIST, NO_PROMOTION, OPTIONAL
from .modes import state
from .registry import Registry
from .signature import missing as _missing
from .tensor import TensorBase, make

_ndarray = CPU.array_type
_generic = CPU.generic
_ALIASES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x1": "input", "a": "input", "x2": "other"}
NOBODY = overrides.NOBODY


def reordered(op, args):
    """Return the arguments of a call as programs of 2018 have it, x.add_(alpha, other); else raise."""
    n = op.n_positional
    if op.legacy and len(args) == n + 1 and not isinstance(args[1], TensorBase):
        return args[:1] + args[2:] + args[1:2]
    raise TypeError(f"{op.name}() takes {n} positional argument{'s' if n != 1 else ''} but {len(args)} "
                    f"{'were' if len(args) != 1 else 'was'} given")


def bind(op, args, kwargs):
    """Return the full argument tuple of a call with keywords, `axis` and the like understood."""
    n = len(args)
    if n > op.n_positional:
        args = reordered(op, args)
        n = len(args)
    values = list(args + op.defaults[n:])
    given = n
    places = []
    missing = {op.params[i] for i in range(n, op.n_params) if op.needed[i]}
    for key, value in kwargs.items():
        name = key
        if name not in op.params:
            name = _ALIASES.get(key)
            if name not in op.params:
                if key == "out":
                    continue
                raise TypeError(f"{op.name}() got an unexpected keyword argument '{key}'")
        i = op.params.index(name)
        if i < n:
            raise TypeError(f"{op.name}() got multiple values for argument '{key}'")
        values[i] = value
        places.append(i)
        missing.discard(name)
    if missing:
        raise TypeError(_missing(op, given, missing))
    if len(places) == len(kwargs):
        op.bindings[(n, *kwargs)] = tuple(places)
    return tuple(values)


def narrowed(op, result, values):
    """Return what NumPy widened, for a bfloat16 or complex32 array with a number, in the array's dtype."""
    expected = next(values[i].dtype for i in op.promoted if hasattr(values[i], "dtype"))
    if expected.kind not in "VW" or op.widens or type(result) is tuple or result.dtype.kind not in "fc":
        return result
    if result.dtype.kind == "f" and expected.kind == "W":           # an absolute value, say
        return result
    return result.astype(expected)


def promote_values(op, args, values):
    """Cast the arrays in `values` to torch's result type of the arguments; numbers stay weak."""
    if op.check is not None:
        op.check(args)
    dimensioned, zero_dim, numbers = [], [], []
    for i in op.promoted:
        a = values[i]
        if a is None:
            continue
        if hasattr(a, "dtype") and hasattr(a, "shape") and isinstance(args[i], TensorBase):
            d = args[i].dtype
            (dimensioned if a.shape else zero_dim).append(d)
        else:
            numbers.append(dtypes.of_number(a))
    result = dtypes.combine(dimensioned, zero_dim, numbers)
    if op.promote == FLOAT and result.category < dtypes.FLOATING:
        result = dtypes.get_default_dtype()
    for i in op.promoted:
        a = values[i]
        if a is None:
            continue
        if isinstance(args[i], TensorBase):
            backend = backends.of_array(a)
            values[i] = backend.cast(a, backend.dt(result))
        else:
            values[i] = weak(a, result)


def apply_general(op, args):
    """Any backend, lists of tensors, numbers where tensors stand; raises torch's errors."""
    answer = op.first_asked(args)
    if answer is not NOBODY:
        return answer
    if RAW.depth:                           # NumPy's arithmetic turned a 0-d gradient into a scalar
        args = tuple([as_array(a) if isinstance(a, _generic) else a for a in args])
    args = check_arguments(op, args)
    values = list(args)
    if RAW.depth:
        first = first_array(op, values)
        if first is not None:
            return op.run_raw(values)
    backend, track = None, False
    for i in op.slots:
        a = args[i]
        if isinstance(a, TensorBase):
            values[i] = a._array
            backend = same_backend(backend, a)
            track = track or tensor_module.wants_grad(a)
        elif op.kinds[i] == LIST:
            values[i] = [t._array for t in a]
            for t in a:
                backend = same_backend(backend, t)
                track = track or tensor_module.wants_grad(t)
    if backend is None:
        backend = CPU
    elif backend is not CPU and not backend.takes_cpu:
        bring_zero_dim(op, args, values, backend)
    if op.promote != NO_PROMOTION:
        if op.has_list:
            promote_list(op, args, values, backend)
        else:
            promote_values(op, args, values)
    result = op.run(values) if backend is CPU else arrays_of(backend, backend.run(op.body, values))
    return op.wrap_special(args, values, result, track and state.grad and op.differentiable)


def first_array(op, values):
    """Return a plain array among the tensor arguments, if there is one."""
    for i in op.slots:
        a = values[i]
        if isinstance(a, TensorBase) or a is None:
            continue
        if op.kinds[i] == LIST:
            if a and not isinstance(a[0], TensorBase):
                return a[0]
        elif backends.of_array(a) is not None:
            return a
    return None


def check_arguments(op, args):
    """Return the arguments with numbers wrapped where torch takes them; TypeError elsewhere."""
    args = list(args)
    tensors = 0
    for i in op.slots:
        a = args[i]
        if op.kinds[i] != LIST and isinstance(a, TensorBase):
            tensors += 1
            continue
        if op.kinds[i] == LIST:
            args[i] = check_list(op, i, a)
            tensors += 1
        elif a is None and (op.kinds[i] == OPTIONAL):
            continue
        elif RAW.depth and backends.of_array(a) is not None:
            tensors += 1
        elif not op.numbers or not is_number(a) or (op.numbers == "other" and i == 0):
            if type(op.numbers) is str and (i or op.numbers == "other"):
                raise TypeError(errors.invalid_combination(called(op.name), args[:op.n_positional]))
            raise TypeError(errors.must_be_tensor(called(op.name), op.params[i], i, a))
    if not tensors and type(op.numbers) is str:
        raise TypeError(errors.invalid_combination(called(op.name), args[:op.n_positional]))
    if not tensors and op.numbers:
        i = op.slots[0]
        args[i] = make(as_array(args[i]).astype(dtypes.of_number(args[i]).np))
    return tuple(args)


def check_list(op, i, a):
    if not isinstance(a, (list, tuple)):
        raise TypeError(errors.must_be_tensors(op.name, op.params[i], i, a))
    for k, t in enumerate(a):
        if not isinstance(t, TensorBase) and not (RAW.depth and backends.of_array(t) is not None):
            raise TypeError(errors.element_must_be_tensor(i, k, t))
    return list(a)


def same_backend(backend, t):
    """Return the backend of `t` joined with the one so far; RuntimeError for two devices."""
    found = CPU if type(t._array) is _ndarray else backends.of_array(t._array)
    if backend is None or backend is found:
        return found
    if not t._array.shape and found is CPU:
        return backend
    if backend is CPU and found is not CPU:
        return found
    if backend.takes_cpu:
        return backend
    raise RuntimeError(errors.taught(
        "Expected all tensors to be on the same device, but found at least two devices, "
        f"{backend.device_type} and {t.device}!"))


def bring_zero_dim(op, args, values, backend):
    """Move 0-d CPU arrays to the device of the others; RuntimeError for larger ones."""
    for i in op.slots:
        a = values[i]
        if type(a) is _ndarray:
            if a.shape:
                other = next(t for t in args if isinstance(t, TensorBase) and type(t._array) is not _ndarray)
                raise RuntimeError(errors.taught("Expected all tensors to be on the same device, but found at "
                                                 f"least two devices, {other.device} and cpu!"))
            values[i] = backend.from_numpy(a)


def promote_list(op, args, values, backend):
    """Cast the arrays of the list parameter to their common type."""
    i = op.kinds.index(LIST)
    arrays = values[i]
    for a in arrays:
        if a.dtype is not arrays[0].dtype:
            break
    else:
        return
    full = [t.dtype for t, a in zip(args[i], arrays) if a.shape]
    zero = [t.dtype for t, a in zip(args[i], arrays) if not a.shape]
    if full or zero:
        result = backend.dt(dtypes.combine(full, zero, []))
        values[i] = [backend.cast(a, result) for a in arrays]


def is_number(a):
    return isinstance(a, (int, float, complex)) or (hasattr(a, "dtype") and getattr(a, "shape", None) == ()
                                                    and hasattr(a, "item"))


def weak(a, result):
    """Return a number as the Python number that keeps `result` as the array's dtype."""
    if hasattr(a, "item"):
        a = a.item()
    if result.category == dtypes.COMPLEX:
        return complex(a)
    if result.category == dtypes.FLOATING:
        return float(a)
    if result.category == dtypes.BOOL:
        return bool(a)
    if type(a) is bool:
        return int(a)
    bits = result.itemsize * 8
    low = -(1 << (bits - 1)) if result.is_signed else 0
    if not low <= a < low + (1 << bits):        # torch wraps a number that the dtype cannot hold
        a = (int(a) - low) % (1 << bits) + low
    return a


def arrays_of(backend, result):
    """Turn scalars among a body's results into arrays of the backend."""
    if isinstance(result, tuple):
        return tuple([arrays_of(backend, r) for r in result])
    return result if isinstance(result, backend.array_type) else backend.asarray(result)


def called(name):
    """Return what torch calls an op in messages about its arguments: one of `torch.special` alone has a prefix."""
    if name in Registry.namespaces["special"] and name not in Registry.namespaces["torch"]:
        return "special_" + name
    return name


def as_array(value):
    """Return a scalar or a sequence of a body as an array of NumPy."""
    import numpy as np
    try:
        return np.asarray(value)
    except backends.NeedsLoop:
        return value
