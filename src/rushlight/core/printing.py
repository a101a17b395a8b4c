"""The text of a tensor, character for character as PyTorch prints it.

The whole tensor becomes one ``%`` template, built by repeating strings, that is filled with the
flat list of values in one step: no Python work per element, so a million values with
``threshold=inf`` print at the speed of ``%``. Column widths need only the extreme values, because
the length of ``"%.4f" % x`` never shrinks as ``abs(x)`` grows.
"""

import contextlib
import math

import numpy as np

from .. import dtypes, formats
from ..backend import base as backends
from .tensor import Tensor, make, node_of

PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": float("inf"), "edgeitems": 3, "linewidth": 80},
}


class PrintOptions:
    """What `set_printoptions` sets, as attributes."""

    __slots__ = ("edgeitems", "linewidth", "precision", "sci_mode", "threshold")

    def __init__(self):
        self.sci_mode = None
        self.update(PROFILES["default"])

    def update(self, options):
        for name, value in options.items():
            setattr(self, name, value)

    def asdict(self):
        return {name: getattr(self, name) for name in self.__slots__}


PRINT_OPTS = PrintOptions()


def set_printoptions(
    precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None
):
    """Set how tensors are printed, for the whole process.

    Args:
        precision: digits after the point (default 4).
        threshold: more elements than this are summarised with ``...`` (default 1000).
        edgeitems: how many elements a summary shows at each end (default 3).
        linewidth: characters in a line (default 80).
        profile: ``"default"``, ``"short"`` or ``"full"``, applied before the other arguments; any
            other name changes nothing, as in PyTorch.
        sci_mode: True or False to fix scientific notation; None (which every call without this
            argument sets again) decides by the values.

    Example:
        >>> torch.set_printoptions(precision=2)
        >>> torch.tensor([1.12345])
        tensor([1.12])
    """
    if profile is not None:
        PRINT_OPTS.update(PROFILES.get(profile, {}))
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems}
    given["linewidth"] = linewidth
    PRINT_OPTS.update({name: value for name, value in given.items() if value is not None})
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions():
    """Return the print options in force as a dict.

    Example:
        >>> get_printoptions()["precision"]
        4
    """
    return PRINT_OPTS.asdict()


@contextlib.contextmanager
def printoptions(**options):
    """Set print options inside a ``with`` block, and restore them after it.

    Args:
        options: as for `set_printoptions`.
    """
    saved = PRINT_OPTS.asdict()
    set_printoptions(**options)
    try:
        yield
    finally:
        PRINT_OPTS.update(saved)


# One column of numbers: how wide, and which conversion fills it


class _Column:
    """The width and the ``%`` conversion shared by all elements of one real array."""

    __slots__ = ("conversion", "dotted", "width")

    def __init__(self, values):
        self.dotted = False  # integer-valued floats get a bare "." that nan and inf do not
        self.conversion = "s"
        kind = values.dtype.kind
        if kind == "f":
            self._measure_floats(values)
        elif kind == "b":
            self.width = max(len(str(b)) for b in (values.all(), values.any()))
        else:
            self.width = max(len(str(values.min())), len(str(values.max()))) if values.size else 1
            self.conversion = "d"

    def _measure_floats(self, values):
        precision = PRINT_OPTS.precision
        shown = values[np.isfinite(values) & (values != 0)]
        whole = bool((shown == np.floor(shown)).all())
        scientific = bool(shown.size) and _is_scientific(shown, whole)
        if scientific:
            self.conversion = f".{precision}e"
        elif whole:
            self.conversion, self.dotted = ".0f", True
        else:
            self.conversion = f".{precision}f"
        self.width = 1
        if shown.size:
            field = self.field(padded=False)
            self.width = max(len(field % x) for x in _extremes(shown))

    def field(self, flags="", padded=True):
        """The template of one element."""
        width = self.width if padded else 0
        if self.dotted:
            return f"%{flags}{max(width - 1, 0) or ''}{self.conversion}."
        return f"%{flags}{width or ''}{self.conversion}"

    def texts(self, values, flags="", padded=True):
        """The finished text of each element, where one template does not fit them all."""
        field, width = self.field(flags, padded), self.width if padded else 0
        if not self.dotted:
            return [field % x for x in values.tolist()]
        return [
            field % x if math.isfinite(x) else (f"%{flags}f" % x).rjust(width)
            for x in values.tolist()
        ]


def _is_scientific(shown, whole):
    """Whether these finite, nonzero values are written with exponents."""
    if PRINT_OPTS.sci_mode is not None:
        return PRINT_OPTS.sci_mode
    magnitude = np.abs(shown)
    low, high = float(magnitude.min()), float(magnitude.max())
    return high / low > 1000.0 or high > 1e8 or (low < 1e-4 and not whole)


def _extremes(shown):
    """The values among which the longest text is found."""
    found = [float(shown.min()), float(shown.max())]
    if shown.dtype.itemsize > 4:  # only float64 has three-digit exponents near zero as well
        found += [float(side.min()) for side in (shown[shown > 0],) if side.size]
        found += [float(side.max()) for side in (shown[shown < 0],) if side.size]
    return found


# From an array to its text


def _printable(array):
    """The array in a dtype NumPy can format exactly: half and smaller floats are widened."""
    kind = array.dtype.kind
    if kind == "W":
        return array.astype(np.complex64)
    if kind == "f" and array.dtype.itemsize < 4 or kind not in "biufc":
        return array.astype(np.float32)
    return array


def _summarised(array):
    """The array without the rows a summary leaves out, and for each dim whether it lost any."""
    edge = PRINT_OPTS.edgeitems
    cut = [size > 2 * edge for size in array.shape]
    for axis, elided in enumerate(cut):
        if elided:
            shown = [*range(edge), *range(array.shape[axis] - edge, array.shape[axis])]
            array = array.take(shown, axis=axis)
    return array, cut


def _row_template(field, size, cut, per_line, margin):
    """The template of one innermost row, wrapped into lines of `per_line` elements."""
    cells = [field] * size
    if cut:
        cells.insert(size // 2, " ...")
    rows = [", ".join(cells[i : i + per_line]) for i in range(0, len(cells), per_line)]
    return "[" + (",\n" + " " * margin).join(rows) + "]"


def _template(shape, cut, indent, field, width):
    """The template of a whole array of at least one dim, its brackets and line breaks included."""
    dims = len(shape)
    margin = indent + dims  # after the innermost "["
    per_line = max(1, int((PRINT_OPTS.linewidth - (margin - 1)) // (width + 2)))
    text = _row_template(field, shape[-1], cut[-1], per_line, margin)
    for axis in range(dims - 2, -1, -1):
        cells = [text] * shape[axis]
        if cut[axis]:
            cells.insert(shape[axis] // 2, "...")
        separator = "," + "\n" * (dims - axis - 1) + " " * (indent + axis + 1)
        text = "[" + separator.join(cells) + "]"
    return text


def array_text(array, indent=0):
    """Return the text of the values of a NumPy array with at least one element.

    Args:
        array: any dtype a tensor can have.
        indent: how many characters stand before the text on its first line.
    """
    array = _printable(array)
    cut = [False] * array.ndim
    if array.size > PRINT_OPTS.threshold:
        array, cut = _summarised(array)
        if not array.size:
            return "[...]"
    flat = array.reshape(-1)
    if array.dtype.kind == "c":
        field, width, values = _complex_parts(flat)
    else:
        field, width, values = _real_parts(flat)
    template = _template(array.shape, cut, indent, field, width) if array.ndim else field
    return template % tuple(values)


def _real_parts(flat):
    column = _Column(flat)
    if column.dotted and not np.isfinite(flat).all():
        return "%s", column.width, column.texts(flat)
    return column.field(), column.width, flat.tolist()


def _complex_parts(flat):
    real, imag = _Column(flat.real), _Column(flat.imag)
    width = real.width + imag.width + 1
    if (real.dotted or imag.dotted) and not np.isfinite(flat).all():
        pairs = zip(real.texts(flat.real), imag.texts(flat.imag, "+", False), strict=True)
        return "%s", width, [r + i + "j" for r, i in pairs]
    values = np.stack((flat.real, flat.imag), -1).reshape(-1).tolist()
    return real.field() + imag.field("+", False) + "j", width, values


def with_suffixes(text, suffixes, indent, new_line=False):
    """Close a tensor's text with its suffixes, each on the last line if it still fits there (the first not with `new_line`)."""
    parts = [text]
    used = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if new_line or used + len(suffix) + 2 > PRINT_OPTS.linewidth:
            new_line = False
            parts.append(",\n" + " " * indent + suffix)
            used = indent + len(suffix)
        else:
            parts.append(", " + suffix)
            used += len(suffix) + 2
    parts.append(")")
    return "".join(parts)


# The text of a tensor


def tensor_repr(self, *, tensor_contents=None):
    """Return the text of a tensor: values, then what differs from a plain float32 tensor on the CPU.

    Args:
        tensor_contents: a text to show instead of the values.
    """
    batch = backends.of_array(self._array)
    if batch.takes_cpu and not batch.sparse:
        return batch.text(self._array, lambda array: tensor_repr(make(array)))
    name = _CLASS_NAMES.get(type(self)) or type(self).__name__
    prefix = name + "("
    indent = len(prefix)
    text, suffixes = _contents(self, indent) if tensor_contents is None else (tensor_contents, [])
    if self.device.type != "cpu":
        suffixes.insert(0, f"device='{self.device}'")
    node = node_of(self)
    if node is not None:
        suffixes.append(f"grad_fn=<{node.name().rpartition('::')[2]}>")
    elif self._req:
        suffixes.append("requires_grad=True")
    shown = with_suffixes(prefix + text, suffixes, indent, self.layout is formats.sparse_coo)
    return f"Parameter({shown})" if name not in _CLASS_NAMES.values() and getattr(self, "_is_param", False) else shown


#: classes that print as something else than their own name; `nn.Parameter` adds itself
_CLASS_NAMES = {Tensor: "tensor"}


def print_as_tensor(cls):
    """Let a subclass of Tensor print as `tensor(...)`."""
    _CLASS_NAMES[cls] = "tensor"
    return cls


def _contents(self, indent):
    """Return the text of a tensor's values and the suffixes about its size and dtype."""
    array, dtype = self._array, self.dtype
    if backends.of_array(array).sparse:
        return _sparse_contents(self, indent)
    size, of_dtype = f"size={tuple(array.shape)}", f"dtype={dtype!r}"
    default = dtypes.get_default_dtype()
    if self.device.type == "meta":
        return "...", [size] + ([of_dtype] if dtype is not default else [])
    if not array.size:
        return "[]", ([size] if array.ndim != 1 else []) + ([of_dtype] if dtype is not default else [])
    if type(array) is not np.ndarray:
        array = backends.of_array(array).to_numpy(array)
    suffixes = [] if PRINT_OPTS.edgeitems else [size]
    plain = (default, dtypes.complex128 if default is dtypes.float64 else dtypes.complex64, dtypes.int64, dtypes.bool)
    if dtype not in plain:
        suffixes.append(of_dtype)
    return array_text(array, indent), suffixes


def _sparse_contents(self, indent):
    """Return the text of a sparse tensor's indices and values, and the suffixes after them."""
    array = self._array
    named, suffixes = backends.of_array(array).parts_to_show(array)
    lines = []
    for name, part in named:
        head = name + "=tensor("
        text = array_text(part, indent + len(head)) if part.size else f"[], size={tuple(part.shape)}"
        lines.append(head + text + ")")
    default = dtypes.get_default_dtype()
    complex_default = dtypes.complex128 if default is dtypes.float64 else dtypes.complex64
    if self.dtype not in (default, complex_default, dtypes.int64, dtypes.bool):
        suffixes.append(f"dtype={self.dtype!r}")
    suffixes.append(f"layout={self.layout!r}")
    return (",\n" + " " * indent).join(lines), suffixes


def format_tensor(self, spec):
    """Format a 0-d tensor as its number, any other as its text."""
    if not self._array.ndim and type(self) is Tensor and self.device.type != "meta":
        return format(self.item(), spec)
    if spec:
        raise TypeError(f"unsupported format string passed to {type(self).__name__}.__format__")
    return str(self)
