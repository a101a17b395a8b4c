"""`make_tensor`: random tensors of any dtype for tests."""
import math
import warnings

from .. import dtypes
from ..core.tensor import OPS

_FLOATS = {dtypes.complex64: dtypes.float32, dtypes.complex128: dtypes.float64}
_INTEGERS = (dtypes.uint8, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64)


def make_tensor(*shape, dtype, device, low=None, high=None, requires_grad=False, noncontiguous=False, exclude_zero=False,
                memory_format=None):
    """Return a tensor of numbers drawn evenly from [low, high).

    Args:
        shape: the sizes, one by one or as one sequence.
        dtype, device: of the result.
        low, high: bounds; -9 and 9 (10 for integers) by default, 0 and 2 for booleans. Those that the dtype cannot hold
            become its own.
        requires_grad: whether gradients flow to the result.
        noncontiguous: whether its elements lie apart in memory; not for fewer than two elements.
        exclude_zero: whether zeros are replaced by the smallest positive number (1 for integers).
        memory_format: how its dimensions lie in memory.

    Raises: ValueError for bounds in the wrong order or not numbers; TypeError for a dtype that it cannot make.
    """
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = shape[0]
    shape = tuple(shape)
    if noncontiguous and memory_format is not None:
        raise ValueError("The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got "
                         f"noncontiguous={noncontiguous} and memory_format={memory_format}")
    if requires_grad and dtype.category < dtypes.FLOATING:
        raise ValueError("`requires_grad=True` is not supported for boolean and integral dtypes, but got "
                         f"dtype={dtype}")
    spread = noncontiguous and math.prod(shape) >= 2
    drawn = (*shape[:-1], 2 * shape[-1]) if spread else shape
    result = _draw(drawn, dtype, device, low, high)
    if spread:
        result = result[..., 1::2]
    elif memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = 1 if dtype.category < dtypes.FLOATING else dtypes.finfo(dtype).tiny
    if requires_grad:
        result.requires_grad_()
    return result


def _draw(shape, dtype, device, low, high):
    if dtype is dtypes.bool:
        low, high = _bounds(low, high, (0, 2), 0, 2)
        return OPS.randint(math.ceil(low), math.ceil(high), shape, device=device, dtype=dtype)
    if dtype in _INTEGERS:
        info = dtypes.iinfo(dtype)
        low, high = _bounds(low, high, (max(-9, info.min), 10), info.min, info.max + (dtype is not dtypes.int64))
        return OPS.randint(math.ceil(low), math.ceil(high), shape, device=device, dtype=dtype)
    if dtype not in _FLOATS and dtype.category != dtypes.FLOATING:
        raise TypeError(f"The requested dtype '{dtype}' is not supported by torch.testing.make_tensor(). To request "
                        "support, file an issue at: https://github.com/pytorch/pytorch/issues")
    real = _FLOATS.get(dtype, dtype)
    info = dtypes.finfo(real)
    low, high = _bounds(low, high, (-9, 9), info.min, info.max, equal=True)
    parts = OPS.empty(shape if real is dtype else (*shape, 2), dtype=real, device=device)
    if high - low > info.max:               # wider than the dtype can say
        parts.uniform_(low / 2, high / 2).mul_(2)
    else:
        parts.uniform_(low, high)
    return parts if real is dtype else OPS.view_as_complex(parts)


def _bounds(low, high, usual, lowest, highest, equal=False):
    """Return the bounds to draw between; `equal` says whether they may be one number."""
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    if any(isinstance(b, float) and math.isnan(b) for b in (low, high)):
        raise ValueError(f"`low` and `high` cannot be NaN, but got low={low} and high={high}")
    if low == high and equal:
        warnings.warn("Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated "
                      "since 2.1 and will be removed in 2.3. Use `torch.full(...)` instead.", FutureWarning, stacklevel=4)
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    return min(max(low, lowest), highest), min(max(high, lowest), highest)
