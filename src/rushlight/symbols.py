"""Sizes and conditions in the form that PyTorch's compiler asks for: here plain numbers, and checks that raise at once."""
import math

from .core.op import publish
from .core.overrides import ask, overrides


class SymInt:
    """An integer that PyTorch's compiler does not know yet. Here all are known: no object is one."""


class SymFloat:
    """A number that PyTorch's compiler does not know yet; no object is one."""


class SymBool:
    """A truth value that PyTorch's compiler does not know yet; no object is one."""


def sym_int(a):
    """Return a number cut to an integer."""
    return math.trunc(a)


def sym_float(a):
    """Return a number as a float."""
    return float(a)


def sym_not(a):
    """Return the negation."""
    return not a


def sym_max(a, b):
    """Return the greater of two numbers, as a float if one is."""
    return float(max(a, b)) if isinstance(a, float) or isinstance(b, float) else max(a, b)


def sym_min(a, b):
    """Return the smaller of two numbers, as a float if one is."""
    return float(min(a, b)) if isinstance(a, float) or isinstance(b, float) else min(a, b)


def sym_sqrt(a):
    """Return the square root."""
    return math.sqrt(a)


def sym_sum(args):
    """Return the sum of numbers."""
    return sum(args)


def sym_ite(b, t, f):
    """Return `t` where `b` holds, else `f`."""
    return t if b else f


_NOT_TRUE = ("Expected cond to be True, but got False. (Could this error message be improved? If so, please report an "
             "enhancement request to PyTorch.)")


def _check_with(error, cond, message=None):
    """Raise an exception of the class `error` with what `message()` gives unless `cond` holds."""
    if not isinstance(cond, bool):
        raise TypeError(f"cond must be a bool, but got {type(cond)}")
    if not cond:
        if message is not None and not callable(message):
            raise TypeError("message must be a callable")
        raise error(_NOT_TRUE if message is None else str(message()))


def _check(cond, message=None):
    """Raise RuntimeError with what `message()` gives unless `cond` holds."""
    _check_with(RuntimeError, cond, message)


def _check_index(cond, message=None):
    """`_check` with IndexError."""
    _check_with(IndexError, cond, message)


def _check_value(cond, message=None):
    """`_check` with ValueError."""
    _check_with(ValueError, cond, message)


def _check_type(cond, message=None):
    """`_check` with TypeError."""
    _check_with(TypeError, cond, message)


def _check_not_implemented(cond, message=None):
    """`_check` with NotImplementedError."""
    _check_with(NotImplementedError, cond, message)


def _check_is_size(i, message=None, *, max=None):
    """Raise RuntimeError unless `i` can be a size: not negative, and at most `max`."""
    _check(i >= 0 and (max is None or i <= max), message)


def _check_tensor_all(cond, message=None):
    """Raise RuntimeError unless every element of a boolean tensor holds."""
    _check(bool(cond.all()), message)


def _assert(condition, message):
    """Raise AssertionError with the message unless the condition holds."""
    if type(condition) is not bool:
        if overrides(condition):
            return ask(_assert, (condition, message), {})
        condition = bool(condition)
    assert condition, message


def cond(pred, true_fn, false_fn, operands=()):
    """Call one of two functions with the operands: the first where `pred` holds.

    Args:
        pred: a boolean, or a tensor of one element.
        true_fn, false_fn: functions of the operands.
        operands: a tuple.
    """
    return (true_fn if bool(pred) else false_fn)(*operands)


def while_loop(cond_fn, body_fn, carried_inputs):
    """Call `body_fn` on its own results, from `carried_inputs` on, while `cond_fn` of them holds."""
    carried = tuple(carried_inputs)
    while bool(cond_fn(*carried)):
        carried = tuple(body_fn(*carried))
    return carried


for _thing in (SymInt, SymFloat, SymBool, sym_int, sym_float, sym_not, sym_max, sym_min, sym_sqrt, sym_sum, sym_ite, _check,
               _check_with, _check_index, _check_value, _check_type, _check_not_implemented, _check_is_size,
               _check_tensor_all, _assert, cond, while_loop):
    publish("torch", _thing.__name__, _thing)
