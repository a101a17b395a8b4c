"""`__torch_function__`: arguments, and modes, that take an op over.

An ordinary call pays one look at a flag. The flag goes up when the first tensor of a program's own
subclass is made, when a mode is entered, or when an op first meets another object that has
`__torch_function__`. From then on ops look at the types of their arguments, and the composites,
which are plain Python functions, ask through `_ask`, whose code takes the place of theirs: so every
reference to such a function that a program holds asks too, and a process without subclasses never does.
"""
import types

from .engine import RAW
from .modes import Flags, state
from .tensor import OPS, Tensor, TensorBase

#: types of arguments that never take an op over; `nn.Parameter` adds itself
PLAIN = {Tensor, int, float, bool, complex, str, bytes, type(None), slice, type(...), range}

#: functions of tensors that are not ops
FUNCTIONS = []


def remember(function):
    """Have a composite or a method ask its arguments, from the moment on when any could answer."""
    if type(function) is not types.FunctionType or function.__name__ in _NEVER:
        return function
    if _Active.on:
        _intercept(function)
    else:
        FUNCTIONS.append(function)
    return function


class _Active:
    on = False          # composites ask
    permanent = False   # an instance of an overriding class has been made


def _activate():
    if not _Active.on:
        _Active.on = True
        for function in FUNCTIONS:
            _intercept(function)
        FUNCTIONS.clear()


def activate():
    """Have all functions look for `__torch_function__` among their arguments from now on."""
    _activate()
    if not _Active.permanent:
        _Active.permanent = True
        raise_flag(1)


def raise_flag(by):
    """Count what may take ops over."""
    Flags.functions += by
    Flags.special += by


OPS.activate_overrides = activate


# ------------------------------------------------------------------ who takes over

def overrides(value):
    """Whether the value's type has a `__torch_function__` that is not disabled."""
    kind = type(value)
    if kind in PLAIN:
        return False
    found = getattr(kind, "__torch_function__", None)
    return found is not None and found is not disabled


def overriding(args, kwargs=None):
    """Return the arguments that may take a call over, one of each type, subclasses first."""
    found = []
    for a in args if not kwargs else (*args, *kwargs.values()):
        kind = type(a)
        if kind in PLAIN:
            continue
        if kind is list or kind is tuple:
            for b in a:
                if type(b) not in PLAIN and overrides(b):
                    _insert(found, b)
        elif overrides(a):
            _insert(found, a)
    return found


def _insert(found, value):
    kind = type(value)
    for i, other in enumerate(found):
        if type(other) is kind:
            return
        if issubclass(kind, type(other)):
            found.insert(i, value)
            return
    found.append(value)


def ask(func, args, kwargs, plain=None):
    """Let modes and arguments take over a call of `func`; else compute `plain`.

    Args:
        func: the public function, as `__torch_function__` gets it.
        plain: what computes it without asking; `func` itself by default.
    """
    answer = answered(func, args, kwargs)
    return (plain or func)(*args, **kwargs) if answer is NOBODY else answer


NOBODY = object()


def answered(func, args, kwargs, relevant=None):
    """Return what a mode or an argument (one of `relevant`, when given) answers to the call; NOBODY when none is asked."""
    if RAW.depth or state.no_overrides == ALL:
        return NOBODY
    found = () if state.no_overrides else overriding(args, kwargs) if relevant is None else overriding(relevant)
    modes = state.function_modes
    if not found and not modes:
        return NOBODY
    kinds = tuple([type(o) for o in found])
    if modes:
        mode = modes.pop()
        try:
            result = mode.__torch_function__(func, kinds, args, kwargs)
        finally:
            modes.append(mode)
        if result is not NotImplemented:
            return result
    for o in found:
        result = o.__torch_function__(func, kinds, args, kwargs)
        if result is not NotImplemented:
            return result
    raise TypeError(refusal(func, kinds))


def refusal(func, kinds):
    """Return the text of the error when every handler gave NotImplemented."""
    name = public_name(func) or f"{func.__module__}.{func.__name__}"
    if isinstance(func, types.FunctionType):
        return f"no implementation found for '{name}' on types that implement __torch_function__: {list(kinds)}"
    listed = "".join(f"  - tensor subclass {k}\n" for k in kinds)
    return (f"Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned NotImplemented:\n\n"
            f"{listed}\nFor more information, try re-running with TORCH_LOGS=not_implemented")


def public_name(func):
    """Return the dotted name a program knows a function of tensors by, None for one that it does not know."""
    from .op import Registry
    for space, names in Registry.namespaces.items():
        for name, known in names.items():
            if known is func and space != "_utils":
                return "torch." + ("" if space == "torch" else space + ".") + name
    owner = getattr(func, "__self__", None)             # of a property's __get__ the property
    for base in Tensor.__mro__[:-1]:
        for name, known in vars(base).items():
            if known is func:
                return "torch.Tensor." + name
            if owner is not None and known is owner:
                return f"torch.Tensor.{name}.{func.__name__}"
    return None


# ------------------------------------------------------------------ switching it off

SUBCLASSES, ALL = 1, 2          # what of it is off in this thread


class DisableTorchFunctionSubclass:
    """Within it tensor subclasses are computed with as plain tensors; modes still see the calls."""

    _what = SUBCLASSES

    def __enter__(self):
        self._before = state.no_overrides
        state.no_overrides = max(self._what, self._before)

    def __exit__(self, *exc):
        state.no_overrides = self._before


class DisableTorchFunction(DisableTorchFunctionSubclass):
    """Within it neither subclasses nor modes are asked."""

    _what = ALL


def disabled(func, _types, args=(), kwargs=None):
    """A `__torch_function__` that has the class treated as plain tensors: results are plain too."""
    with DisableTorchFunctionSubclass():
        return func(*args, **(kwargs or {}))


disabled.__name__ = disabled.__qualname__ = "_disabled_torch_function_impl"


class TorchFunctionMode:
    """Within it every call of a function of tensors goes through the mode's `__torch_function__`.

    While that runs the mode is off, so it may call the function itself. Modes nest; the innermost is asked first,
    and before any tensor subclass.
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        _activate()
        state.function_modes.append(self)
        raise_flag(1)
        return self

    def __exit__(self, *exc):
        raise_flag(-1)
        state.function_modes.pop()


def default(cls, func, types, args=(), kwargs=None):
    """Compute `func` as for plain tensors, and give the tensors among its results the class `cls`.

    Args:
        func: the function called.
        types: the classes of arguments that have `__torch_function__`.
        args, kwargs: what it was called with.

    Returns: NotImplemented when one of `types` is no base of `cls`.
    """
    for t in types:
        if not issubclass(cls, t):
            return NotImplemented
    before = state.no_overrides
    state.no_overrides = before or SUBCLASSES
    try:
        result = func(*args, **(kwargs or {}))
    finally:
        state.no_overrides = before
    return result if func in nowrap() else convert(result, cls)


def convert(result, cls):
    """Return the tensors of a result, also of a tuple or list, as instances of `cls`."""
    if cls is Tensor:
        return result
    if isinstance(result, TensorBase):
        return result if isinstance(result, cls) else OPS.as_subclass(result, cls)
    if isinstance(result, (tuple, list)):
        return type(result)([convert(r, cls) for r in result])
    return result


def nowrap():
    """Return the functions whose results stay as they are: what belongs to another tensor."""
    if not _NOWRAP:
        _NOWRAP.update(getattr(Tensor, n).__get__ for n in ("_base", "grad") if hasattr(getattr(Tensor, n), "__get__"))
    return _NOWRAP


_NOWRAP = set()
setattr(Tensor, "__torch_function__", classmethod(default))  # noqa: B010  (a type checker knows no such attribute)


# ------------------------------------------------------------------ functions that ask

def _ask(*args, _override, **kwargs):
    return _override(args, kwargs)


def _intercept(function):
    """Exchange the code of a Python function for one that asks first; references to it stay good."""
    plain = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__,
                               function.__closure__)
    plain.__kwdefaults__ = function.__kwdefaults__

    any_object = function.__name__ in _ANY

    def override(args, kwargs):
        if not Flags.functions:
            return plain(*args, **kwargs)
        if any_object:
            with DisableTorchFunctionSubclass():
                return ask(function, args, kwargs, plain)
        return ask(function, args, kwargs, plain)

    # Between any two of these lines another thread may call the function: each leaves it whole.
    function.__kwdefaults__ = {**(function.__kwdefaults__ or {}), "_override": override}
    function.__wrapped__ = plain
    function.__code__ = _ask.__code__.replace(co_freevars=function.__code__.co_freevars, co_name=function.__name__)


class _Attribute:
    """A property of tensors that asks first."""

    def __init__(self, found):
        self.found = found
        self.__doc__ = found.__doc__

    def __get__(self, instance, owner=None):
        if instance is None:
            return self.found
        get = self.found.__get__
        answer = answered(get, (instance,), {})
        return get(instance, owner) if answer is NOBODY else answer

    def __set__(self, instance, value):
        put = self.found.__set__
        if answered(put, (instance, value), {}) is NOBODY:
            put(instance, value)

    def __delete__(self, instance):
        delete = self.found.__delete__
        if answered(delete, (instance,), {}) is NOBODY:
            delete(instance)


class _Method:
    """A method of tensors, of no op and no composite, that asks first."""

    def __init__(self, found):
        self.found = found
        self.__doc__ = found.__doc__

    def __get__(self, instance, owner=None):
        return self.found if instance is None else types.MethodType(self, instance)

    def __call__(self, *args, **kwargs):
        return ask(self.found, args, kwargs)


#: what classes have for Python's own sake, and what makes or names a tensor of a class
_NEVER = frozenset((
    "__class__", "__new__", "__init__", "__init_subclass__", "__subclasshook__", "__dict__", "__doc__", "__module__",
    "__weakref__", "__getattribute__", "__setattr__", "__delattr__", "__hash__", "__reduce__", "__sizeof__",
    "__torch_function__", "__dir__", "__str__", "__array_priority__", "__qualname__", "__slots__", "__getstate__",
    "__setstate__", "__reduce_cython__", "__setstate_cython__", "__pyx_vtable__", "__static_attributes__",
    "__firstlineno__", "__dlpack__", "__dlpack_device__", "_make_subclass", "is_tensor", "is_storage", "from_numpy",
    "frombuffer", "from_dlpack", "broadcast_shapes", "promote_types", "is_grad_enabled"))
#: functions that take any object as it is: only modes are asked
_ANY = frozenset(("tensor", "as_tensor", "asarray", "as_subclass"))
#: operators that are one op each: the op asks
_OPERATORS = frozenset(f"__{prefix}{n}__" for prefix in ("", "i") for n in (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")) | {
    "__radd__", "__rmul__", "__neg__", "__pos__", "__abs__", "__lt__", "__le__", "__gt__", "__ge__"}
_FIELDS = frozenset(("_array", "_root", "_req", "_node", "_nr", "_counter", "_replay", "_seen", "_hooks", "_flags", "_acc",
                     "_grad", "_base"))


def cover(cls):
    """Give the base of overriding classes what of Tensor does not ask by itself: properties and the rest."""
    for name in dir(Tensor):
        if name not in _NEVER and name not in _OPERATORS and name not in _FIELDS:
            found = _lookup(name)
            if hasattr(type(found), "__set__"):
                setattr(cls, name, _Attribute(found))
            elif name.startswith("__") and callable(found):
                setattr(cls, name, _Method(found))


def _lookup(name):
    for base in Tensor.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    raise AttributeError(name)


OPS.cover = cover
OPS.disabled = disabled
