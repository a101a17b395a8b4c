"""`assert_close`: whether two values, or two containers of them, are equal up to a tolerance."""
import cmath
import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from .. import dtypes
from ..core.tensor import OPS, Tensor

#: (rtol, atol) by dtype; every other dtype is compared exactly
_DTYPE_PRECISIONS = {
    dtypes.float16: (1e-3, 1e-5),
    dtypes.bfloat16: (1.6e-2, 1e-5),
    dtypes.float32: (1.3e-6, 1e-5),
    dtypes.float64: (1e-7, 1e-7),
    dtypes.complex64: (1.3e-6, 1e-5),
    dtypes.complex128: (1e-7, 1e-7),
}
_NUMBER_DTYPES = {int: dtypes.int64, float: dtypes.float64, complex: dtypes.complex128}


class _Mismatch(Exception):
    """Two values that differ: the exception type and text for the caller, and the place in the containers."""

    def __init__(self, kind, text, place=()):
        super().__init__(kind, text)
        self.kind, self.text, self.place = kind, text, place

    def error(self, msg):
        text = self.text
        if self.place:
            text += "\n\nThe failure occurred for item " + "".join(f"[{key!r}]" for key in self.place)
        if self.kind is AssertionError and msg is not None:
            text = msg(text) if callable(msg) else msg
        return self.kind(text)


def default_tolerances(*inputs, dtype_precisions=None):
    """Return the (rtol, atol) that values are compared with by default: the widest of their dtypes'.

    Args:
        inputs: tensors, or dtypes.
        dtype_precisions: {dtype: (rtol, atol)} in place of the usual table.
    """
    table = dtype_precisions or _DTYPE_PRECISIONS
    found = []
    for value in inputs:
        if not isinstance(value, (Tensor, dtypes.dtype)):
            raise TypeError(f"Expected a torch.Tensor or a torch.dtype, but got {type(value)} instead.")
        found.append(table.get(value.dtype if isinstance(value, Tensor) else value, (0.0, 0.0)))
    rtols, atols = zip(*found, strict=True)
    return max(rtols), max(atols)


def get_tolerances(*inputs, rtol, atol, id=()):
    """Return (rtol, atol) as given, or the defaults of the inputs; ValueError when one alone is given."""
    if (rtol is None) ^ (atol is None):
        raise _Mismatch(ValueError, "Both 'rtol' and 'atol' must be either specified or omitted, "
                        f"but got no {'rtol' if rtol is None else 'atol'}.", id)
    return (rtol, atol) if rtol is not None else default_tolerances(*inputs)


class _Rules:
    """What a comparison checks, as given to `assert_close`."""

    def __init__(self, rtol, atol, equal_nan, allow_subclasses, attributes):
        self.rtol, self.atol, self.equal_nan = rtol, atol, equal_nan
        self.allow_subclasses, self.attributes = allow_subclasses, attributes


def _pairs(actual, expected, rules, place=()):
    """Yield (compare, actual, expected, tolerances, place) for every pair of values in two containers."""
    if _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            raise _Mismatch(AssertionError, f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", place)
        for i, (a, e) in enumerate(zip(actual, expected, strict=True)):
            yield from _pairs(a, e, rules, (*place, i))
    elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
        _check_keys(actual, expected, place)
        for key in _ordered(actual):
            yield from _pairs(actual[key], expected[key], rules, (*place, key))
    else:
        yield _pair(actual, expected, rules, place)


def _is_sequence(value):
    return isinstance(value, Sequence) and not isinstance(value, str)


def _ordered(keys):
    try:
        return sorted(keys)
    except TypeError:
        return list(keys)


def _check_keys(actual, expected, place):
    missing, additional = expected.keys() - actual.keys(), actual.keys() - expected.keys()
    if missing or additional:
        raise _Mismatch(AssertionError, "The keys of the mappings do not match:\n"
                        f"Missing keys in the actual mapping: {_ordered(missing)}\n"
                        f"Additional keys in the actual mapping: {_ordered(additional)}", place)


def _pair(actual, expected, rules, place):
    if actual is None or expected is None:
        return _compare_none, actual, expected, None, place
    if isinstance(actual, (bool, np.bool_)) and isinstance(expected, (bool, np.bool_)):
        return _compare_booleans, bool(actual), bool(expected), None, place
    if _is_number(actual) and _is_number(expected):
        kinds = [_NUMBER_DTYPES[_number_kind(v)] for v in (actual, expected)]
        return _compare_numbers, actual, expected, get_tolerances(*kinds, rtol=rules.rtol, atol=rules.atol, id=place), place
    tensors = _as_tensors(actual, expected, rules)
    if tensors is None:
        raise _Mismatch(TypeError, "No comparison pair was able to handle inputs of type "
                        f"{type(actual)} and {type(expected)}.", place)
    return (_compare_tensors, *tensors, get_tolerances(*tensors, rtol=rules.rtol, atol=rules.atol, id=place), place)


def _is_number(value):
    return isinstance(value, (int, float, complex, np.number))


def _number_kind(value):
    if isinstance(value, np.number):
        value = value.item()
    return int if isinstance(value, int) else float if isinstance(value, float) else complex


def _as_tensors(actual, expected, rules):
    """Return both as tensors, None when they are of unrelated types or none that holds elements."""
    related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
    if not related or not (rules.allow_subclasses or type(actual) is type(expected)):
        return None
    if isinstance(actual, Tensor):
        return actual, expected
    if isinstance(actual, (str, bytes)) or isinstance(actual, (Sequence, Mapping)):
        return None
    try:
        return OPS.as_tensor(actual), OPS.as_tensor(expected)
    except (TypeError, ValueError, RuntimeError):
        return None


# ------------------------------------------------------------------ comparing two values

def _compare_none(actual, expected, _tolerances, _rules):
    if actual is not expected:
        raise _Mismatch(AssertionError, f"None mismatch: {actual} is not {expected}")


def _compare_booleans(actual, expected, _tolerances, _rules):
    if actual is not expected:
        raise _Mismatch(AssertionError, f"Booleans mismatch: {actual} is not {expected}")


def _compare_numbers(actual, expected, tolerances, rules):
    if "dtype" in rules.attributes and type(actual) is not type(expected):
        raise _Mismatch(AssertionError, f"The (d)types do not match: {type(actual)} != {type(expected)}.")
    a, e = (v.item() if isinstance(v, np.number) else v for v in (actual, expected))
    rtol, atol = tolerances
    if a == e or (rules.equal_nan and cmath.isnan(a) and cmath.isnan(e)):
        return
    difference = abs(a - e)
    if cmath.isfinite(difference) and difference <= atol + rtol * abs(e):
        return
    raise _Mismatch(AssertionError, make_scalar_mismatch_msg(a, e, rtol=rtol, atol=atol))


def _compare_tensors(actual, expected, tolerances, rules):
    _compare_attributes(actual, expected, rules)
    rtol, atol = tolerances
    actual, expected = _equalized(actual.detach(), expected.detach())
    matches = OPS.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=rules.equal_nan)
    if bool(OPS.all(matches)):
        return
    if not actual.ndim:
        raise _Mismatch(AssertionError, make_scalar_mismatch_msg(actual.item(), expected.item(), rtol=rtol, atol=atol))
    raise _Mismatch(AssertionError, make_tensor_mismatch_msg(actual, expected, matches, rtol=rtol, atol=atol))


def _compare_attributes(actual, expected, rules):
    for name in ("shape", "layout", "device", "dtype", "stride()"):
        if name != "shape" and name not in rules.attributes:
            continue
        a, e = (t.stride() if name == "stride()" else getattr(t, name) for t in (actual, expected))
        if a != e:
            raise _Mismatch(AssertionError, f"The values for attribute '{name}' do not match: {a} != {e}.")


def _equalized(actual, expected):
    """Return both on the CPU, in their common dtype."""
    if actual.device != expected.device:
        actual, expected = actual.cpu(), expected.cpu()
    if actual.dtype is not expected.dtype:
        common = dtypes.promote_types(actual.dtype, expected.dtype)
        actual, expected = actual.to(common), expected.to(common)
    return actual, expected


# ------------------------------------------------------------------ texts

def _headline(what, rtol, atol):
    return f"{what} are not {'equal' if rtol == atol == 0 else 'close'}!\n\n"


def _allowed(difference, tolerance, exact):
    return f"{difference}" + ("" if exact else f" (up to {tolerance} allowed)")


def make_scalar_mismatch_msg(actual, expected, *, rtol, atol, identifier="Scalars"):
    """Return the text on two numbers that differ."""
    difference = abs(actual - expected)
    relative = difference / abs(expected) if expected != 0 else float("inf")
    exact = rtol == atol == 0
    return (f"{_headline(identifier, rtol, atol)}Expected {expected} but got {actual}.\n"
            f"Absolute difference: {_allowed(difference, atol, exact)}\n"
            f"Relative difference: {_allowed(relative, rtol, exact)}")


def make_tensor_mismatch_msg(actual, expected, matches, *, rtol, atol, identifier="Tensor-likes"):
    """Return the text on two tensors that differ: how many elements, and the greatest differences."""
    if not actual.is_floating_point() and not actual.is_complex():
        actual, expected = actual.to(dtypes.int64), expected.to(dtypes.int64)
    difference = OPS.abs(actual - expected)
    relative = difference / OPS.abs(expected)
    exact = rtol == atol == 0
    wrong, total = int(OPS.sum(~matches)), matches.numel()
    lines = [f"Mismatched elements: {wrong} / {total} ({wrong / total:.1%})"]
    for name, values, tolerance in (("absolute", difference, atol), ("relative", relative, rtol)):
        values = OPS.masked_fill(values, matches, 0)
        at = int(OPS.argmax(values.reshape(-1)))
        index = tuple(int(i) for i in np.unravel_index(at, tuple(values.shape)))
        where = f" at index {index}" + ("" if exact else f" (up to {tolerance} allowed)")
        lines.append(f"Greatest {name} difference: {values.reshape(-1)[at].item()}{where}")
    return _headline(identifier, rtol, atol) + "\n".join(lines)


# ------------------------------------------------------------------ the public functions

def assert_close(actual, expected, *, allow_subclasses=True, rtol=None, atol=None, equal_nan=False, check_device=True,
                 check_dtype=True, check_layout=True, check_stride=False, msg=None):
    """Raise AssertionError unless |actual - expected| <= atol + rtol * |expected| everywhere.

    Args:
        actual, expected: tensors, arrays, numbers, None, or sequences and mappings of them.
        allow_subclasses: whether values of a class and of a subclass of it may be compared.
        rtol, atol: both or neither; by default 1.3e-6 and 1e-5 for float32, 1e-7 for float64, 0 for integers.
        equal_nan: whether two NaN are equal.
        check_device, check_dtype, check_layout, check_stride: what must be the same besides the shape.
        msg: the text of the error, or a function that gives it from the usual one.

    Raises: AssertionError; TypeError for values that it cannot compare.

    Example:
        >>> torch.testing.assert_close(torch.tensor([1.0]), torch.tensor([1.0 + 1e-7]))
    """
    checks = {"device": check_device, "dtype": check_dtype, "layout": check_layout, "stride()": check_stride}
    rules = _Rules(rtol, atol, equal_nan, allow_subclasses, {name for name, on in checks.items() if on})
    try:
        pairs = list(_pairs(actual, expected, rules))
        for compare, a, e, tolerances, place in pairs:
            try:
                compare(a, e, tolerances, rules)
            except _Mismatch as found:
                found.place = place
                raise
    except _Mismatch as found:
        error = found.error(msg)
    else:
        return
    raise error


def assert_allclose(actual, expected, rtol=None, atol=None, equal_nan=True, msg=""):
    """The older form of `assert_close`: converts to tensors, checks no dtype, and takes NaN as equal to NaN."""
    warnings.warn("`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. "
                  "Please use `torch.testing.assert_close()` instead. You can find detailed upgrade instructions in "
                  "https://github.com/pytorch/pytorch/issues/61844.", FutureWarning, stacklevel=2)
    if not isinstance(actual, Tensor):
        actual = OPS.tensor(actual)
    if not isinstance(expected, Tensor):
        expected = OPS.tensor(expected, dtype=actual.dtype)
    if rtol is None and atol is None:
        rtol, atol = default_tolerances(actual, expected, dtype_precisions={
            dtypes.float16: (1e-3, 1e-3), dtypes.float32: (1e-4, 1e-5), dtypes.float64: (1e-5, 1e-8)})
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_device=True, check_dtype=False,
                 check_stride=False, msg=msg or None)
