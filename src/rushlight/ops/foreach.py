"""`torch._foreach_*`: one op on each tensor of a list, made from a table of ops.

The tensors are treated one after the other: on a CPU that is as fast as it gets. Functions whose name ends in `_` write
into the tensors of the first list.
"""
from .. import errors
from ..core.tensor import OPS, TensorBase

UNARY = ("abs", "acos", "asin", "atan", "ceil", "cos", "cosh", "erf", "erfc", "exp", "expm1", "floor", "frac", "lgamma", "log",
         "log10", "log1p", "log2", "neg", "reciprocal", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "tan",
         "tanh", "trunc")
#: op: the parameter for a second operand, which is a number, a list of numbers, a list of tensors (or one 0-d tensor)
BINARY = {"add": "other", "sub": "other", "mul": "other", "div": "other", "maximum": "other", "minimum": "other",
          "clamp_min": "other", "clamp_max": "other", "pow": "exponent"}
_ONE_TENSOR = ("add", "mul", "div")
_SCALED = ("add", "sub")
_LIMITS = {"maximum": "clamp_min", "minimum": "clamp_max"}      # the op for a second operand that is a number

FUNCTIONS = {}


def _publish(name, function):
    function.__name__ = function.__qualname__ = f"_foreach_{name}"
    function.__module__ = "torch"
    FUNCTIONS[function.__name__] = function


def _tensors(name, tensors, parameter="self", position=1):
    """Return a list of tensors, refusing as torch does what is none."""
    if not isinstance(tensors, (list, tuple)):
        raise TypeError(f"_foreach_{name}(): argument '{parameter}' (position {position}) must be tuple of Tensors, not "
                        + type(tensors).__name__)
    if not tensors:
        raise RuntimeError("Tensor list must have at least one tensor.")
    for i, t in enumerate(tensors):
        if not isinstance(t, TensorBase):
            raise TypeError(f"expected Tensor as element {i} in argument {position - 1}, but got {type(t).__name__}")
    return tensors


def _same_length(first, *others):
    for other in others:
        if len(other) != len(first):
            raise RuntimeError(f"Tensor lists must have the same number of tensors, got {len(first)} and {len(other)}")


def _spread(name, tensors, operand):
    """Return one operand for each tensor."""
    if isinstance(operand, (list, tuple)):
        if all(isinstance(o, TensorBase) for o in operand):
            _same_length(tensors, operand)
        elif len(operand) != len(tensors):
            raise RuntimeError("Tensor list must have same number of elements as scalar list.")
        return operand
    if isinstance(operand, TensorBase) and name in _ONE_TENSOR:
        if operand.dim():
            raise RuntimeError(f"scalar tensor expected to be 0 dim but it has {operand.dim()} dimensions and "
                               f"{operand.numel()} elements.")
    elif not isinstance(operand, (int, float, complex)):
        raise TypeError(errors.invalid_combination(f"_foreach_{name}", (tensors, operand)))
    return [operand] * len(tensors)


def _unary(name):
    def function(self):
        return tuple([getattr(t, name)() for t in _tensors(name, self)])

    def inplace(self):
        for t in _tensors(name + "_", self):
            getattr(t, name + "_")()
        return self

    function.__doc__ = f"Return `{name}` of each tensor of a list, as a tuple."
    inplace.__doc__ = f"Replace each tensor of a list by its `{name}`; return the list."
    _publish(name, function)
    _publish(name + "_", inplace)


def _binary(name, parameter):
    def each(self, operand, alpha, inplace):
        if not isinstance(self, (list, tuple)):
            raise TypeError(errors.invalid_combination(f"_foreach_{name}", (self, operand)))
        tensors = _tensors(name, self)
        scale = {} if alpha is None else {"alpha": alpha}
        if scale and not isinstance(operand, TensorBase) and not isinstance(operand, (list, tuple)):
            raise TypeError(errors.invalid_combination(f"_foreach_{name}", (self, operand)))
        found = []
        for t, o in zip(tensors, _spread(name, tensors, operand)):
            called = name if isinstance(o, TensorBase) else _LIMITS.get(name, name)
            if not inplace:
                found.append(getattr(t, called)(o, **scale))
            elif called in _LIMITS:             # they have no in-place form
                t.copy_(getattr(t, called)(o))
            else:
                getattr(t, called + "_")(o, **scale)
        return self if inplace else tuple(found)

    def scaled(self, other, *, alpha=None):
        return each(self, other, alpha, False)

    def scaled_(self, other, *, alpha=None):
        return each(self, other, alpha, True)

    def power(self, exponent):
        if isinstance(self, (int, float, complex)):
            return tuple([OPS.pow(self, t) for t in _tensors(name, exponent, parameter, 2)])
        return each(self, exponent, None, False)

    def power_(self, exponent):
        return each(self, exponent, None, True)

    def plain(self, other):
        return each(self, other, None, False)

    def plain_(self, other):
        return each(self, other, None, True)

    function, inplace = (scaled, scaled_) if name in _SCALED else (power, power_) if name == "pow" else (plain, plain_)
    function.__doc__ = (f"Return `{name}` of each tensor of a list and its operand (of a list, or one for all), as a tuple.")
    inplace.__doc__ = f"Replace each tensor of a list by its `{name}` with its operand; return the list."
    _publish(name, function)
    _publish(name + "_", inplace)


def _pointwise(name):
    """addcmul and addcdiv: t + value * tensor1 * tensor2."""

    def each(self, tensor1, tensor2, scalars, value, inplace):
        tensors = _tensors(name, self)
        _same_length(tensors, tensor1, tensor2)
        if scalars is None:
            scalars = value
        if isinstance(scalars, TensorBase):
            scalars = scalars.tolist()
            if len(scalars) != len(tensors):
                raise RuntimeError(f"Expected length of scalars to match input of length {len(tensors)} but got {len(scalars)} "
                                   "instead.")
        called = name + "_" * inplace
        found = tuple([getattr(t, called)(a, b, value=v)
                       for t, a, b, v in zip(tensors, tensor1, tensor2, _spread(name, tensors, scalars))])
        return self if inplace else found

    def function(self, tensor1, tensor2, scalars=None, *, value=1):
        return each(self, tensor1, tensor2, scalars, value, False)

    def inplace(self, tensor1, tensor2, scalars=None, *, value=1):
        return each(self, tensor1, tensor2, scalars, value, True)

    function.__doc__ = f"Return `{name}` of each triple of tensors of three lists, as a tuple."
    inplace.__doc__ = f"Add into each tensor of a list by `{name}` with those of two others; return the list."
    _publish(name, function)
    _publish(name + "_", inplace)


def _lerp(self, tensors1, weight, inplace):
    tensors = _tensors("lerp", self)
    _same_length(tensors, tensors1)
    called = "lerp_" if inplace else "lerp"
    found = tuple([getattr(t, called)(e, w) for t, e, w in zip(tensors, tensors1, _spread("lerp", tensors, weight))])
    return self if inplace else found


def _foreach_lerp(self, tensors1, weight):
    """Return each tensor of a list moved towards that of another by its weight (of a list, or one for all)."""
    return _lerp(self, tensors1, weight, False)


def _foreach_lerp_(self, tensors1, weight):
    """Move each tensor of a list towards that of another; return the list."""
    return _lerp(self, tensors1, weight, True)


def _foreach_norm(self, ord=2, dtype=None):
    """Return the vector norm of order `ord` of each tensor of a list, as a tuple."""
    return tuple([OPS.linalg_vector_norm(t, ord, dtype=dtype) for t in _tensors("norm", self)])


def _foreach_powsum(self, ord=2, dtype=None):
    """Return the sum of |x|^ord of each tensor of a list, as a tuple."""
    return tuple([t.abs().pow(ord).sum(dtype=dtype) for t in _tensors("powsum", self)])


def _foreach_max(self):
    """Return the largest element of each tensor of a list, as a tuple."""
    return tuple([t.max() for t in _tensors("max", self)])


def _foreach_mm(self, mat2):
    """Return the products of the matrices of two lists, as a tuple."""
    _same_length(_tensors("mm", self), mat2)
    return tuple([OPS.mm(a, b) for a, b in zip(self, mat2)])


def _foreach_clone(self, *, memory_format=None):
    """Return a copy of each tensor of a list, as a tuple."""
    more = {} if memory_format is None else {"memory_format": memory_format}
    return tuple([t.clone(**more) for t in _tensors("clone", self)])


def _foreach_copy_(self, src, non_blocking=False):
    """Copy each tensor of the second list into that of the first; return the first."""
    _same_length(_tensors("copy_", self), src)
    for t, s in zip(self, src):
        t.copy_(s, non_blocking)
    return self


def _foreach_zero_(self):
    """Fill each tensor of a list with zeros; return the list."""
    for t in _tensors("zero_", self):
        t.zero_()
    return self


for _name in UNARY:
    _unary(_name)
for _name, _parameter in BINARY.items():
    _binary(_name, _parameter)
for _name in ("addcdiv", "addcmul"):
    _pointwise(_name)
for _function in (_foreach_lerp, _foreach_lerp_, _foreach_norm, _foreach_powsum, _foreach_max, _foreach_mm, _foreach_clone,
                  _foreach_copy_, _foreach_zero_):
    _publish(_function.__name__[9:], _function)
