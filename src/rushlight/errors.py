"""Every message form: torch's own first line, then what helps.

A first line is torch's, word for word, so that searches find it. The lines below it are ours and
are written in Chinese when `RUSHLIGHT_LANG=zh`.
"""
import os
import sys
import warnings

from . import dtypes, lessons
from .lessons import taught

__all__ = ["taught"]
_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


class OutOfMemoryError(RuntimeError):
    """Raised when a device has not enough memory left."""


def user_line():
    """Return "file:line" of the nearest caller outside this package."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "<unknown>"


_given = set()


def warn_once(message, stacklevel=2):
    """Give a UserWarning to the caller's caller, the first time in this process, as PyTorch's own core does."""
    if message not in _given:
        _given.add(message)
        warnings.warn(message, stacklevel=stacklevel + 1)


def must_be_tensor(op, param, position, value):
    """The TypeError text for an argument that is no tensor."""
    return f"{op}(): argument '{param}' (position {position + 1}) must be Tensor, not {_type_name(value)}"


def invalid_combination(op, args):
    """The TypeError text for arguments that fit none of an op's signatures."""
    return (f"{op}() received an invalid combination of arguments - got ({', '.join(map(_type_name, args))}), "
            "but expected one of:")


def must_be_tensors(op, param, position, value):
    """The TypeError text for an argument that is no sequence of tensors."""
    return f"{op}(): argument '{param}' (position {position + 1}) must be tuple of Tensors, not {_type_name(value)}"


def element_must_be_tensor(position, k, value):
    """The TypeError text for a list with an element that is no tensor."""
    return (f"expected Tensor as element {k} in argument {position}, but got {_type_name(value)}")


def _type_name(value):
    if type(value).__module__ == "numpy":
        return "numpy." + type(value).__name__
    return type(value).__name__


def explain(op, values, error):
    """Raise torch's error in place of the array library's where the cause is known; else teach.

    An error that a body raised itself has torch's first line already: the shapes and the cure are
    added below it.
    """
    if isinstance(error, (ValueError, IndexError, OverflowError)):
        from_array_error(op, values, error)
    teach(op, values, error)


def teach(op, values, error):
    """Add to an error which op got what, and the cure, unless that was done before."""
    if getattr(error, "_taught", False) or not error.args or not isinstance(error.args[0], str):
        return
    if not isinstance(error, (RuntimeError, IndexError, ValueError, TypeError)):
        return
    described = [(name, v.shape, _dtype_name(v)) for name, v in zip(op.params, values)
                 if hasattr(v, "shape") and hasattr(v, "dtype")]
    first = error.args[0]
    error.args = (first + lessons.arguments(op.name, described) + lessons.cure(first), *error.args[1:])
    error._taught = True


def _dtype_name(array):
    found = dtypes.FROM_NP.get(array.dtype)
    return found.name if found is not None else str(array.dtype)


def from_array_error(op, values, error):
    """Raise torch's error in place of NumPy's where the cause is known; return otherwise."""
    shapes = [tuple(v.shape) for v in values if hasattr(v, "shape")]
    if len(shapes) >= 2 and isinstance(error, ValueError) and (op.promote or "could not be broadcast" in str(error)):
        mismatch = broadcast_mismatch(shapes)
        if mismatch:
            found = RuntimeError(mismatch)
            teach(op, values, found)
            raise found from None


def broadcast_mismatch(shapes):
    """Return torch's text for shapes that cannot be broadcast, or None when they can."""
    result = ()
    for shape in shapes:
        n = max(len(result), len(shape))
        a = (1,) * (n - len(result)) + tuple(result)
        b = (1,) * (n - len(shape)) + tuple(shape)
        for i in reversed(range(n)):
            if a[i] != b[i] and a[i] != 1 and b[i] != 1:
                return (f"The size of tensor a ({a[i]}) must match the size of tensor b ({b[i]}) at "
                        f"non-singleton dimension {i}")
        result = tuple(y if x == 1 else x for x, y in zip(a, b))
    return None


def modified_in_place(node, k, array, counter, version):
    """The text for a saved value that an in-place operation changed, and who changed it."""
    d = dtypes.FROM_NP.get(array.dtype)
    kind = f"torch.{d.short}Tensor" if d else "Tensor"
    item = node.saved[k]
    maker = ""
    if isinstance(item, tuple):
        maker = f", which is output 0 of {_op_of(node)},"
    elif getattr(item, "_node", None) is not None:
        maker = f", which is output {item._nr} of {_op_of(item._node)},"
    first = (f"one of the variables needed for gradient computation has been modified by an inplace operation: "
             f"[{kind} {list(array.shape)}]{maker} is at version {counter.n}; expected version {version} instead. "
             "Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
             "torch.autograd.set_detect_anomaly(True, check_nan=False).")
    if not counter.where:
        return taught(first)
    name, place = counter.where
    return first + lessons.say(f"\n  {name} at {place} wrote to it last; {node.name()} needs the value from before.",
                               f"\n  最后写入它的是 {place} 处的 {name}；{node.name()} 需要写入之前的值。") + lessons.cure(first)


def _op_of(node):
    """Return a node's name as torch's message has it: "Exp" for "ExpBackward0"."""
    name = node.name().rstrip("0123456789")
    return name.removesuffix("Backward")


# ------------------------------------------------------------------ where in a model

_NOTE = lessons.say("  raised in ", "  出错的模块：")


def add_module_note(exc, module):
    """Say below an exception's message which module of a model raised it.

    Every module that the exception leaves calls this, the innermost first; each one outside adds
    the dotted path that leads to the one before.

    Args:
        exc: the exception on its way out.
        module: the module whose forward it leaves.
    """
    trail = getattr(exc, "_module_trail", None)
    if trail is None:
        trail = _Trail(module)
        try:
            exc._module_trail = trail
        except AttributeError:          # an exception class with __slots__
            return
    elif not trail.extend(module):
        return
    note = trail.text()
    if hasattr(exc, "add_note") and not getattr(exc, "_taught", False):
        if trail.note in getattr(exc, "__notes__", ()):
            exc.__notes__[exc.__notes__.index(trail.note)] = note
        else:
            exc.add_note(note)
    elif exc.args and isinstance(exc.args[0], str) and not isinstance(exc, KeyError):
        said = exc.args[0].removesuffix("\n" + trail.note) if trail.note else exc.args[0]
        exc.args = (said + "\n" + note, *exc.args[1:])
    trail.note = note


class _Trail:
    """The way from the outermost module seen so far to the one that raised."""

    def __init__(self, module):
        self.innermost = repr(module).split("\n")[0]
        if self.innermost.endswith("("):        # a container: its children are on further lines
            self.innermost += "...)"
        self.outer = module
        self.path = []
        self.note = None

    def extend(self, module):
        """Put an enclosing module in front; False when nothing is gained by it."""
        if module is self.outer:
            return False
        for name, inner in module.named_modules():
            if inner is self.outer:
                self.path.insert(0, name)
                self.outer = module
                return True
        return False

    def text(self):
        if not self.path:
            return _NOTE + self.innermost
        return f"{_NOTE}{type(self.outer).__name__}.{'.'.join(self.path)}: {self.innermost}"
