"""Element types: torch's names over NumPy's dtypes, and the promotion table.

A `dtype` is an immutable singleton; `torch.float32 is torch.float`. NumPy has no bfloat16, float8 or
complex32, so those are taken from `ml_dtypes`, which is imported when one of them is first used.
"""
import sys

import numpy as np

# Categories of torch's promotion: a higher one wins whatever the sizes.
BOOL, INTEGRAL, FLOATING, COMPLEX = range(4)


class dtype:
    """The element type of a tensor, such as `torch.float32`.

    Attributes:
        itemsize: bytes per element.
        is_floating_point, is_complex, is_signed: categories.
        kind: the category's letter as NumPy writes it: 'b', 'i', 'u', 'f' or 'c'.
        np: the NumPy dtype of the memory (resolves `ml_dtypes` on first use).
    """

    __slots__ = ("name", "category", "itemsize", "is_floating_point", "is_complex", "is_signed",
                 "short", "_np", "_source", "rank", "kind")

    def __init__(self, name, category, itemsize, short, rank, source=None):
        self.name = name
        self.category = category
        self.kind = "biufc"[(0, 1, 3, 4)[category] + (category == INTEGRAL and name.startswith("uint"))]
        self.itemsize = itemsize
        self.short = short                  # the name in error messages: "Float", "Long"
        self.rank = rank                    # order inside the category
        self.is_floating_point = category == FLOATING
        self.is_complex = category == COMPLEX
        self.is_signed = not (category == BOOL or name.startswith("uint"))
        self._source = source               # attribute of ml_dtypes, if NumPy lacks the type
        self._np = None if source else np.dtype(name)

    @property
    def np(self):
        """The NumPy dtype of this type's memory."""
        if self._np is None:
            self._np = _from_ml_dtypes(self)
        return self._np

    def to_real(self):
        """Return the real dtype of a complex one (and any other unchanged)."""
        return _REAL.get(self, self)

    def to_complex(self):
        """Return the complex dtype whose parts hold this floating one."""
        if self.category == COMPLEX:
            return self
        if self not in _COMPLEX_OF:
            raise RuntimeError(f"Can't convert {self} to complex")
        return _COMPLEX_OF[self]

    def __repr__(self):
        return "torch." + self.name

    def __reduce__(self):
        return _by_name, (self.name,)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def _by_name(name):
    return BY_NAME[name]


def _from_ml_dtypes(dt):
    try:
        import ml_dtypes
    except ImportError as e:
        raise ImportError(f"{dt} needs the ml_dtypes package: pip install ml_dtypes") from e
    if not hasattr(ml_dtypes, dt._source):
        raise ImportError(f"{dt} needs a newer ml_dtypes package: pip install --upgrade ml_dtypes")
    found = np.dtype(getattr(ml_dtypes, dt._source))
    FROM_NP[found] = dt
    if dt._source == "bfloat16" and (kernels := sys.modules.get("rushlight.native.elementwise")) is not None:
        kernels.set_bfloat16(found)
    return found


bool = dtype("bool", BOOL, 1, "Bool", 0)
uint8 = dtype("uint8", INTEGRAL, 1, "Byte", 0)
int8 = dtype("int8", INTEGRAL, 1, "Char", 1)
int16 = dtype("int16", INTEGRAL, 2, "Short", 2)
int32 = dtype("int32", INTEGRAL, 4, "Int", 3)
int64 = dtype("int64", INTEGRAL, 8, "Long", 4)
uint16 = dtype("uint16", INTEGRAL, 2, "UInt16", 5)
uint32 = dtype("uint32", INTEGRAL, 4, "UInt32", 6)
uint64 = dtype("uint64", INTEGRAL, 8, "UInt64", 7)
float8_e4m3fn = dtype("float8_e4m3fn", FLOATING, 1, "Float8_e4m3fn", 0, "float8_e4m3fn")
float8_e5m2 = dtype("float8_e5m2", FLOATING, 1, "Float8_e5m2", 0, "float8_e5m2")
float8_e4m3fnuz = dtype("float8_e4m3fnuz", FLOATING, 1, "Float8_e4m3fnuz", 0, "float8_e4m3fnuz")
float8_e5m2fnuz = dtype("float8_e5m2fnuz", FLOATING, 1, "Float8_e5m2fnuz", 0, "float8_e5m2fnuz")
float16 = dtype("float16", FLOATING, 2, "Half", 1)
bfloat16 = dtype("bfloat16", FLOATING, 2, "BFloat16", 1, "bfloat16")
float32 = dtype("float32", FLOATING, 4, "Float", 2)
float64 = dtype("float64", FLOATING, 8, "Double", 3)
complex32 = dtype("complex32", COMPLEX, 4, "ComplexHalf", 1, "complex32")
complex64 = dtype("complex64", COMPLEX, 8, "ComplexFloat", 2)
complex128 = dtype("complex128", COMPLEX, 16, "ComplexDouble", 3)

ALL = (bool, uint8, int8, int16, int32, int64, uint16, uint32, uint64, float8_e4m3fn, float8_e5m2,
       float8_e4m3fnuz, float8_e5m2fnuz, float16, bfloat16, float32, float64, complex32, complex64, complex128)
ALIASES = {"half": float16, "float": float32, "double": float64, "short": int16, "int": int32,
           "long": int64, "chalf": complex32, "cfloat": complex64, "cdouble": complex128}
BY_NAME = {d.name: d for d in ALL}
FROM_NP = {d._np: d for d in ALL if d._np is not None}
_REAL = {complex32: float16, complex64: float32, complex128: float64}
_COMPLEX_OF = {float16: complex32, bfloat16: complex64, float32: complex64, float64: complex128}

_ML_NAMES = {d._source: d for d in ALL if d._source}


def from_np(np_dtype):
    """Return the dtype of a NumPy dtype; TypeError where torch has none (strings, big-endian, ...)."""
    found = FROM_NP.get(np_dtype)
    if found is not None:
        return found
    if not getattr(np_dtype, "isnative", True):
        raise ValueError("given numpy array has byte order different from the native byte order. Conversion between byte "
                         "orders is currently not supported.")
    name = getattr(np_dtype, "name", None)
    if name in _ML_NAMES and _ML_NAMES[name].np == np_dtype:
        return _ML_NAMES[name]
    raise TypeError(
        f"can't convert np.ndarray of type numpy.{getattr(np_dtype, 'type', np_dtype).__name__}. The only "
        "supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, "
        "int8, uint64, uint32, uint16, uint8, and bool.")


# ------------------------------------------------------------------ default dtype

class _Default:
    dtype = float32


def get_default_dtype():
    """Return the dtype that floating literals and constructors take (float32 at start)."""
    return _Default.dtype


def set_default_dtype(d):
    """Set the dtype of floating literals; TypeError for a non-floating one."""
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _Default.dtype = d


def default_complex():
    """Return the complex dtype that matches the default one."""
    return _Default.dtype.to_complex()


# ------------------------------------------------------------------ promotion

def promote_types(type1, type2):
    """Return the smallest dtype that torch gives an operation on both.

    A floating type meets an integral one: the floating type. float16 with bfloat16: float32.
    uint8 with a signed type: the next larger signed one. complex64 with float64: complex128.
    """
    a, b = type1, type2
    if a is b:
        return a
    found = _PROMOTED.get((a, b))
    if found is None:
        found = _PROMOTED[a, b] = _promote(a, b)
    return found


_PROMOTED = {}


def _promote(a, b):
    if a.category < b.category:
        a, b = b, a
    if a.category == COMPLEX:
        real = a.to_real()
        other = b.to_real() if b.category >= FLOATING else real
        return a if other.category != FLOATING else promote_types(real, other).to_complex()
    if a.category == FLOATING:
        if b.category != FLOATING:
            return a
        if a.rank == b.rank:                # float16 with bfloat16, or two kinds of float8
            return float32 if a.rank else _no_promotion(a, b)
        if min(a.rank, b.rank) == 0:
            _no_promotion(a, b)
        return a if a.rank > b.rank else b
    if b.category == BOOL:
        return a
    return _promote_integers(a, b)


def _promote_integers(a, b):
    wide = (uint16, uint32, uint64)
    if a in wide or b in wide:
        if uint8 in (a, b) and a in wide + (uint8,) and b in wide + (uint8,):
            return a if b is uint8 else b
        if a in wide and b in wide:
            return a if a.itemsize > b.itemsize else b
        raise RuntimeError("Promotion for uint16, uint32, uint64 types is not supported, attempted to "
                           f"promote {a.short} and {b.short}")
    if uint8 in (a, b):
        other = b if a is uint8 else a
        return int16 if other is int8 else other
    return a if a.rank > b.rank else b


def _no_promotion(a, b):
    raise RuntimeError(f"Promotion for Float8 Types is not supported, attempted to promote {a.short} and {b.short}")


def can_cast(from_, to):
    """Whether torch lets `from_` be stored into `to` (never to a lower category)."""
    if from_.category > to.category:
        return False
    if to.category == BOOL and from_.category != BOOL:
        return False
    return True


def of_number(value):
    """Return the dtype a Python number has when it meets tensors of a lower category."""
    kind = type(value)
    if kind is float:
        return _Default.dtype
    if kind is int:
        return int64
    if kind is _PYBOOL:
        return bool
    if kind is complex:
        return default_complex()
    if isinstance(value, (np.bool_,)):
        return bool
    if isinstance(value, (int, np.integer)):
        return int64
    if isinstance(value, (float, np.floating)):
        return _Default.dtype
    if isinstance(value, (complex, np.complexfloating)):
        return default_complex()
    raise TypeError(f"not a number: {value!r}")


_PYBOOL = type(True)  # noqa: UP003 (`bool` is a dtype here)


def combine(dimensioned, zero_dim, numbers):
    """Return torch's result type of the three classes of operands (each a list of dtypes).

    Within a class the types promote; a lower class counts only if its category is higher than
    what the classes above it gave.
    """
    result = None
    for group in (dimensioned, zero_dim, numbers):
        if not group:
            continue
        inside = group[0]
        for d in group[1:]:
            inside = promote_types(inside, d)
        if result is None:
            result = inside
        elif inside.category > result.category:
            if inside.category == COMPLEX and result.category == FLOATING:
                # complex numbers keep the precision of the tensor they meet
                result = result.to_complex() if result in _COMPLEX_OF else inside
            else:
                result = inside
    return result


class finfo:
    """Machine limits of a floating dtype: eps, max, min, tiny, smallest_normal, resolution, bits."""

    def __init__(self, type=None):
        d = type if type is not None else _Default.dtype
        if not isinstance(d, dtype) or d.category < FLOATING:
            raise TypeError(f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle "
                            f"'{d!r}'" if isinstance(d, dtype) else "finfo(): argument 'type' must be torch.dtype")
        real = d.to_real()
        info = _np_finfo(real)
        self.dtype = real.name
        self.bits = real.itemsize * 8
        self.eps, self.max, self.min = float(info.eps), float(info.max), float(info.min)
        self.tiny = self.smallest_normal = float(info.smallest_normal)
        self.resolution = 10.0 ** -int(info.precision)

    def __repr__(self):
        return (f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
                f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})")


def _np_finfo(real):
    if real._source:
        import ml_dtypes
        return ml_dtypes.finfo(real.np)
    return np.finfo(real.np)


class iinfo:
    """Limits of an integral dtype: min, max, bits."""

    def __init__(self, type):
        if not isinstance(type, dtype):
            raise TypeError("iinfo(): argument 'type' must be torch.dtype")
        if type.category == BOOL:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if type.category != INTEGRAL:
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle '{type!r}'")
        info = np.iinfo(type.np)
        self.dtype = type.name
        self.bits, self.max, self.min = info.bits, int(info.max), int(info.min)

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
