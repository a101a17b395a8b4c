"""What functions are called in graphs and in their code."""
import builtins
import functools
import inspect
import keyword
import math
import operator
import re
import sys
import types

from ..core.overrides import public_name

#: functions of `nn.functional` that PyTorch has in C++, and where: they are recorded as they were called
_IN_CPP = {
    **dict.fromkeys(("adaptive_avg_pool1d", "avg_pool1d", "bilinear", "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_tbc",
                     "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "cosine_similarity", "hardshrink",
                     "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "prelu", "relu_"), "torch."),
    **dict.fromkeys(("avg_pool2d", "avg_pool3d", "gelu", "linear", "one_hot", "scaled_dot_product_attention", "softplus",
                     "softshrink"), "torch._C._nn."),
}
#: functions of `torch` that are Python functions there
_IN_PYTHON = ("atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_tensors", "cartesian_prod", "cdist",
              "chain_matmul",
              "einsum", "meshgrid", "norm", "split", "stft", "tensordot", "unique", "unique_consecutive")
_TORCH = __name__.partition(".")[0]


@functools.cache
def torch_name(func):
    """Return the path PyTorch's graphs have for a function of this package, None for any other."""
    name = getattr(func, "__name__", "")
    if name in _IN_CPP and _from_here(func):
        return _IN_CPP[name] + name
    found = public_name(func)
    if found is None and _from_here(func) and name:
        found = func.__module__.replace(_TORCH, "torch", 1) + "." + name
    if found is None:
        return None
    return "torch.functional." + name if found == "torch." + name and name in _IN_PYTHON else found


def _from_here(func):
    module = getattr(func, "__module__", None) or ""
    return module.partition(".")[0] in ("torch", _TORCH)


def in_python(func):
    """Whether PyTorch has a function in Python: its call is then recorded with all arguments."""
    found = torch_name(func) or ""
    return found.startswith(("torch.functional.", "torch.nn.functional."))


def qualified_name(func):
    """Return the dotted name of the function of a node."""
    if getattr(builtins, getattr(func, "__name__", ""), None) is func:
        return "builtins." + func.__name__
    found = torch_name(func)
    if found is not None:
        return found
    if isinstance(func, types.LambdaType) and func.__name__ == "<lambda>":
        return f"{func.__module__}.{_source(func)}"
    if isinstance(func, types.MethodDescriptorType):
        return f"{func.__objclass__.__module__}.{func.__objclass__.__name__}.{func.__name__}"
    module = getattr(func, "__module__", None) or "builtins"
    return f"{'operator' if module == '_operator' else module}.{getattr(func, '__name__', type(func).__name__)}"


def _source(func):
    try:
        return inspect.getsource(func).strip()
    except (OSError, TypeError):
        return func.__name__


def type_name(kind):
    """Return how a type is written in code."""
    if isinstance(kind, type) and not isinstance(kind, types.GenericAlias):
        if kind.__module__ == "builtins":
            return kind.__qualname__
        module = "torch" if _from_here(kind) else kind.__module__
        return f"{module}.{kind.__qualname__}"
    if kind is ...:
        return "..."
    return kind.__name__ if isinstance(kind, types.FunctionType) else repr(kind).replace(_TORCH + ".core.tensor.", "torch.")


_MAGIC = {
    **{name: "{} " + sign + " {}" for name, sign in (
        ("eq", "=="), ("ne", "!="), ("lt", "<"), ("gt", ">"), ("le", "<="), ("ge", ">="), ("add", "+"), ("sub", "-"),
        ("mul", "*"),
        ("floordiv", "//"), ("truediv", "/"), ("mod", "%"), ("lshift", "<<"), ("rshift", ">>"), ("and_", "&"), ("or_", "|"),
        ("xor", "^"), ("pow", "**"), ("matmul", "@"))},
    "pos": "+{}", "neg": "-{}", "invert": "~{}", "getitem": "{}[{}]",
}
#: function of `operator` -> how it is written
MAGIC = {getattr(operator, name): text for name, text in _MAGIC.items()}
INPLACE = {getattr(operator, name): "{} " + sign + " {}" for name, sign in (
    ("iadd", "+="), ("iand", "&="), ("ifloordiv", "//="), ("ilshift", "<<="), ("imod", "%="), ("imul", "*="), ("imatmul", "@="),
    ("ior", "|="), ("ipow", "**="), ("irshift", ">>="), ("isub", "-="), ("itruediv", "/="), ("ixor", "^="))}


def base_globals():
    """Return the names that every piece of generated code can use."""
    from ..devices import device

    return {"inf": math.inf, "nan": math.nan, "NoneType": type(None), "torch": sys.modules[_TORCH], "device": device}


class Namespace:
    """Names in use, each for one object."""

    def __init__(self):
        self._of = {}
        self._used = {}
        self._counts = {}

    def create_name(self, candidate, obj):
        """Return a free name like the candidate; the same one when asked for the same object again."""
        if obj is not None and id(obj) in self._of and self._used.get(self._of[id(obj)]) is obj:
            return self._of[id(obj)]
        candidate = re.sub(r"[^0-9a-zA-Z_]+", "_", candidate) or "_unnamed"
        if candidate[0].isdigit():
            candidate = "_" + candidate
        base, number = candidate, None
        match = re.match(r"(.*)_(\d+)$", candidate)
        if match is not None:
            base, number = match.group(1), int(match.group(2))
        elif candidate in self._counts:
            number = self._counts[candidate]
        number = number or 0
        first = base
        while candidate in self._used or _taken(candidate, obj):
            number += 1
            candidate = f"{base}_{number}"
        self._used[candidate] = obj
        self._counts[first] = number
        if obj is not None:
            self._of[id(obj)] = candidate
        return candidate

    def rename(self, obj, name):
        """Give an object another name."""
        self._of[id(obj)] = name
        self._used[name] = obj

    def forget(self, name):
        """Let go of the object of a name; the name stays in use."""
        obj = self._used.get(name)
        if obj is not None:
            self._of.pop(id(obj), None)
            self._used[name] = None


_KNOWN = base_globals()


def _taken(name, obj):
    if keyword.iskeyword(name):
        return True
    if name in builtins.__dict__:
        return builtins.__dict__[name] is not obj
    return name in _KNOWN and _KNOWN[name] is not obj


def name_for(target):
    """Return the name that a node of this target asks for."""
    if callable(target):
        known = torch_name(target) or ""
        op = getattr(target, "__name__", type(target).__name__)
        if known.startswith(("torch.linalg.", "torch.fft.", "torch.special.")):
            op = known.removeprefix("torch.").replace(".", "_")
    else:
        op = target
        if op.startswith("__") and op.endswith("__"):
            op = op[2:-2]
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", op).lower()
