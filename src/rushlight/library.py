"""`torch.library`: functions of a program's own, published under `torch.ops`, with gradients. They run as plain functions."""
import inspect
import re
import types
import typing

from . import dtypes
from .autograd.function import Function
from .core.modes import state
from .core.overrides import answered, NOBODY
from .core.tensor import Tensor
from .devices import device as _device

__all__ = ["CustomOpDef", "Library", "custom_op", "define", "impl", "infer_schema", "opcheck", "register_autograd",
           "register_fake", "register_kernel", "register_vmap", "fallthrough_kernel"]

#: every op by "namespace::name"
_OPS = {}
#: PyTorch's names of dispatch keys, and the device whose tensors they are for ("": any)
_KEYS = {"CPU": "cpu", "CUDA": "cuda", "Meta": "meta", "CompositeImplicitAutograd": "", "CompositeExplicitAutograd": "",
         "Autograd": "", "AutogradCPU": "", "": "", "default": "", "cpu": "cpu", "cuda": "cuda", "types": ""}


class CustomOpDef:
    """An op of a program: called like the function it was made of, also as `torch.ops.<namespace>.<name>`.

    Attributes:
        _qualname: "namespace::name".
        _schema: its signature in PyTorch's notation.
    """

    def __init__(self, qualname, schema, mutates=()):
        self._qualname = qualname
        self._namespace, _, self._name = qualname.partition("::")
        self._schema = schema
        self._mutates = mutates
        self._kernels = {}
        self._fake = self._vmap = self._function = None
        self._parameters = _parameters(schema)
        self.default = self
        self.__name__ = self._name
        self.__module__ = f"torch.ops.{self._namespace}"
        _OPS[qualname] = self

    def __repr__(self):
        return f"<CustomOpDef({self._qualname})>"

    def __str__(self):
        return f"{self._namespace}.{self._name}"

    def __call__(self, *args, **kwargs):
        answer = answered(self, args, kwargs)
        if answer is not NOBODY:
            return answer
        bound = self._parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        self._check(bound.arguments)
        if state.grad and any(isinstance(t, Tensor) and t.requires_grad for a in bound.args
                              for t in (a if isinstance(a, (list, tuple)) else (a,))):
            return self._differentiable(bound)
        return self._kernel(bound.args)(*bound.args, **bound.kwargs)

    def _check(self, arguments):
        for position, (name, value) in enumerate(arguments.items()):
            if self._parameters.parameters[name].annotation == "Tensor" and not isinstance(value, Tensor):
                raise RuntimeError(f"{self._qualname}() Expected a value of type 'Tensor' for argument '{name}' but instead "
                                   f"found type '{type(value).__name__}'.\nPosition: {position}\nValue: {value!r}\n"
                                   f"Declaration: {self._qualname}{self._schema}")

    def _kernel(self, args):
        """Return the function for the device of the first tensor."""
        tensors = (t for a in args for t in (a if isinstance(a, (list, tuple)) else (a,)) if isinstance(t, Tensor))
        first = next(tensors, None)
        kind = "cpu" if first is None else first.device.type
        if kind == "meta" and self._fake is not None:
            return self._fake
        found = self._kernels.get(kind) or self._kernels.get("")
        if found is None:
            raise NotImplementedError(f"Could not run '{self._qualname}' with arguments from the '{kind.upper()}' backend.")
        return found

    def _differentiable(self, bound):
        kernel, named = self._kernel(bound.args), bound.kwargs
        setup, backward = self._function or (None, None)
        shown = f"{self._namespace}.{self._name}.default"

        class Call(Function):
            @staticmethod
            def forward(*args):
                return kernel(*args, **named)

            @staticmethod
            def setup_context(ctx, inputs, output):
                if setup is not None:
                    more = {"keyword_only_inputs": named} if named else {}
                    setup(ctx, inputs, output, **more)

            @staticmethod
            def backward(ctx, *grads):
                if backward is None:
                    raise RuntimeError(f"Trying to backward through {shown} but no autograd formula was registered. "
                                       "Please use register_autograd to add one.")
                return backward(ctx, *grads)

        Call._node_class.__name__ = Call.__name__ = f"GeneratedBackwardFor_{shown.replace('.', '_')}"
        return Call.apply(*bound.args)

    # ------------------------------------------------------------ what can be registered

    def register_kernel(self, device_types, fn=None, /):
        """Use a function for tensors of these devices (None: all). Also a decorator."""
        if fn is None:
            return lambda given: self.register_kernel(device_types, given)
        for kind in _kinds(device_types):
            self._kernels[kind] = fn
        return fn

    def register_fake(self, fn, /):
        """Use a function for tensors without data, of device "meta". Also a decorator."""
        self._fake = fn
        return fn

    def register_autograd(self, backward, /, *, setup_context=None):
        """Give the gradient: `backward(ctx, *grads)` returns one for each argument.

        Args:
            backward: a function of the context and the gradients of the results.
            setup_context: `setup_context(ctx, inputs, output)` keeps what `backward` needs.

        Raises: RuntimeError for an op that writes to its arguments.
        """
        if self._mutates:
            raise RuntimeError(f"Cannot register autograd formula for non-functional operator {self} with schema "
                               f"{self._qualname}{self._schema}. Please create a functional operator and register an "
                               "autograd formula for that.")
        self._function = (setup_context, backward)

    def register_vmap(self, func=None, /):
        """Keep a rule for `vmap`; it is called as `func(info, in_dims, *args)`. Also a decorator."""
        if func is None:
            return self.register_vmap
        self._vmap = func
        return None


def _kinds(device_types):
    given = [device_types] if device_types is None or isinstance(device_types, str) else device_types
    return ["" if kind in (None, "default") else _KEYS.get(kind) if kind in _KEYS else _device(kind).type for kind in given]


# ------------------------------------------------------------------ signatures

_SCALARS = {Tensor: "Tensor", int: "SymInt", float: "float", bool: "bool", str: "str", dtypes.dtype: "ScalarType",
            _device: "Device", complex: "complex"}
_TEXTS = {int: str, float: str, bool: str, type(None): str, str: lambda v: f'"{v}"'}


def infer_schema(prototype_function, /, *, mutates_args, op_name=None):
    """Return the signature of an annotated function in PyTorch's notation.

    Args:
        prototype_function: the function; every parameter needs an annotation.
        mutates_args: names of tensors that it writes to, or "unknown" for all.
        op_name: what to put before the parentheses.

    Raises: ValueError for a parameter without annotation, or with one that ops cannot have.

    Example:
        >>> def scaled(x: torch.Tensor, by: float = 2.0) -> torch.Tensor: ...
        >>> infer_schema(scaled, mutates_args=())
        '(Tensor x, float by=2.0) -> Tensor'
    """
    signature = inspect.signature(prototype_function)
    try:
        hints = typing.get_type_hints(prototype_function)
    except NameError as error:
        raise ValueError(f"infer_schema(func): {error}") from None
    parts, star = [], False
    for name, p in signature.parameters.items():
        if name not in hints:
            raise ValueError(f"infer_schema(func): Parameter {name} must have a type annotation. Got func with signature "
                             f"{signature})")
        if p.kind is p.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        kind = _type_text(hints[name], name, signature)
        if mutates_args == "unknown" or name in mutates_args:
            kind = kind.replace("Tensor", f"Tensor(a{len(parts)}!)", 1)
        default = "" if p.default is p.empty else "=" + _TEXTS.get(type(p.default), str)(p.default)
        parts.append(f"{kind} {name}{default}")
    returned = hints.get("return", type(None))
    return f"{op_name or ''}({', '.join(parts)}) -> {_return_text(returned, signature)}"


def _type_text(hint, name, signature):
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType) and type(None) in args and len(args) == 2:
        return _type_text(next(a for a in args if a is not type(None)), name, signature) + "?"
    if origin in (typing.Union, types.UnionType) and set(args) <= {int, float, bool, complex}:
        return "Scalar"
    if origin is not None and args and origin is not dict:
        return _type_text(args[0], name, signature) + "[]"
    raise ValueError(f"infer_schema(func): Parameter {name} has unsupported type {hint}. The valid types are: "
                     f"{list(_SCALARS)}. Got func with signature {signature})")


def _return_text(hint, signature):
    if hint is type(None) or hint is None:
        return "()"
    if typing.get_origin(hint) is tuple:
        return "(" + ", ".join(_type_text(a, "return", signature) for a in typing.get_args(hint)) + ")"
    return _type_text(hint, "return", signature)


_PARAMETER = re.compile(r"(?P<type>[\w.]+(?:\([^)]*\))?(?:\[\d*\])?\??(?:\[\])?\??)\s+(?P<name>\w+)(?:\s*=\s*(?P<default>.+))?$")


def _parameters(schema):
    """Return a signature in PyTorch's notation as an `inspect.Signature`; annotations are the notation's types."""
    inner = schema[schema.index("(") + 1:schema.rindex("->")].rstrip().removesuffix(")")
    found, kind = [], inspect.Parameter.POSITIONAL_OR_KEYWORD
    for part in re.split(r",\s*(?![^\[(]*[\])])", inner):
        if part.strip() == "*":
            kind = inspect.Parameter.KEYWORD_ONLY
            continue
        match = _PARAMETER.match(part.strip())
        if match is None:
            if part.strip():
                raise RuntimeError(f"cannot parse the parameter '{part.strip()}' of the schema '{schema}'")
            continue
        default = inspect.Parameter.empty if match["default"] is None else _value(match["default"].strip())
        annotation = re.sub(r"\(.*?\)", "", match["type"])
        found.append(inspect.Parameter(match["name"], kind, default=default, annotation=annotation))
    return inspect.Signature(found)


def _value(text):
    import ast
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


# ------------------------------------------------------------------ making ops

def custom_op(name, fn=None, /, *, mutates_args, device_types=None, schema=None, tags=None):
    """Make an op of a function; other functions give its gradient and so on. Also a decorator.

    Args:
        name: "namespace::name".
        fn: the function; its annotations give the signature.
        mutates_args: names of the tensors it writes to, or "unknown".
        device_types: the devices whose tensors it is for; None for all.
        schema: the signature in PyTorch's notation, in place of annotations.
        tags: marks for a compiler, kept as `_tags`.

    Returns: a `CustomOpDef`.

    Example:
        >>> @torch.library.custom_op("mine::double", mutates_args=())
        ... def double(x: torch.Tensor) -> torch.Tensor:
        ...     return x * 2
        >>> torch.ops.mine.double(torch.tensor(1.5))
        tensor(3.)
    """
    def decorate(fn):
        made = CustomOpDef(_qualified(name), schema or infer_schema(fn, mutates_args=mutates_args), tuple(mutates_args))
        made._init_fn, made._tags = fn, tags
        made.register_kernel(device_types, fn)
        return made

    return decorate if fn is None else decorate(fn)


def _qualified(name):
    if name.count("::") != 1:
        raise ValueError(f"Expected `name` to be of the form \"namespace::name\", got {name!r}")
    return name


def _op(op):
    """Return the op of a name, of an op, or of `torch.ops.x.y.default`."""
    if isinstance(op, CustomOpDef):
        return op
    if op not in _OPS:
        raise RuntimeError(f"operator {op} does not exist")
    return _OPS[op]


def define(qualname, schema, *, lib=None, tags=()):
    """Declare an op by its signature in PyTorch's notation; `impl` gives the function.

    Args:
        qualname: "namespace::name".
        schema: such as "(Tensor x, int n=1) -> Tensor".
        lib: the `Library` it belongs to.
        tags: marks for a compiler, kept as `_tags`.
    """
    made = CustomOpDef(_qualified(qualname), schema)
    made._tags = tags
    if lib is not None:
        lib._names.append(qualname)


def impl(qualname, types, func=None, *, lib=None):
    """Give the function of a declared op for devices or dispatch keys. Also a decorator.

    Args:
        qualname: "namespace::name"; or a `Library`, and then `types` is the op's name and `func` the key.
        types: "cpu", "cuda", "default", or a list of such.
        func: the function.
        lib: the `Library` that the name belongs to.
    """
    if isinstance(qualname, Library):
        def register(given, key=func or ""):
            qualname.impl(types, given, key)
            return given
        return register
    if func is None:
        return lambda given: impl(qualname, types, given, lib=lib)
    return _op(qualname).register_kernel(types, func)


def register_kernel(op, device_types, func=None, /, *, lib=None):
    """Use a function for an op on tensors of these devices. Also a decorator; `lib` is the op's `Library`."""
    return _registered(lib, _op(op)).register_kernel(device_types, *(() if func is None else (func,)))


def register_fake(op, func=None, /, *, lib=None, _stacklevel=1, allow_override=True):
    """Give the function of an op for tensors without data. Also a decorator.

    Args:
        op: the op or its name.
        func: the function.
        lib: the op's `Library`.
        allow_override: whether there may be one already.
    """
    found = _registered(lib, _op(op))
    if not allow_override and found._fake is not None:
        raise RuntimeError(f"register_fake(...): the operator {found._qualname} already has a fake impl registered")
    return found.register_fake if func is None else found.register_fake(func)


def register_autograd(op, backward, /, *, setup_context=None, lib=None):
    """Give the gradient of an op; see `CustomOpDef.register_autograd`."""
    _registered(lib, _op(op)).register_autograd(backward, setup_context=setup_context)


def register_vmap(op, func=None, /, *, lib=None):
    """Keep a rule for `vmap` of an op. Also a decorator."""
    return _registered(lib, _op(op)).register_vmap(*(() if func is None else (func,)))


def _registered(lib, op):
    if lib is not None and op._namespace != lib.ns:
        raise RuntimeError(f"{op._qualname} does not belong to the library '{lib.ns}'")
    return op


def fallthrough_kernel():
    """What PyTorch passes over when it looks for a function; it cannot be called."""
    raise NotImplementedError("fallthrough_kernel() should never be called.")


def opcheck(op, args, kwargs=None, *, test_utils=("test_schema",), raise_exception=True, atol=None, rtol=None):
    """Call an op twice, and compare: equal results, and no argument written to but those declared.

    Args:
        op: the op.
        args, kwargs: what to call it with.
        test_utils: which tests to run: "test_schema" is the one there is.
        raise_exception: raise what goes wrong, or return it.
        atol, rtol: of the comparison.

    Returns: {test: "SUCCESS" or the exception}.
    """
    from .testing import assert_close
    found = {}
    for test in ("test_schema",) if isinstance(test_utils, str) else test_utils:
        try:
            before = [a.clone() if isinstance(a, Tensor) else a for a in args]
            first = op(*args, **(kwargs or {}))
            written = not _op(op)._mutates
            if written:
                assert_close(list(args), before, atol=atol, rtol=rtol, equal_nan=True)
                assert_close(op(*args, **(kwargs or {})), first, atol=atol, rtol=rtol, equal_nan=True)
            found[test] = "SUCCESS"
        except Exception as error:
            if raise_exception:
                raise
            found[test] = error
    return found


class Library:
    """A namespace of `torch.ops` that a program fills: `define` declares ops, `impl` gives their functions.

    Args:
        ns: the namespace.
        kind: "DEF" for a new one, "FRAGMENT" to add to one, "IMPL" to give functions only.
        dispatch_key: the key of `impl` by default.
    """

    def __init__(self, ns, kind, dispatch_key=""):
        if kind not in ("IMPL", "DEF", "FRAGMENT"):
            raise ValueError(f"Unsupported kind: {kind}")
        if kind == "DEF" and ns in ("prim", "prims", "aten"):
            raise ValueError(f"{ns} is a reserved namespace. Please try creating a library with another name.")
        self.ns, self.kind, self.dispatch_key = ns, kind, dispatch_key
        self._names = []

    def __repr__(self):
        return f"Library(kind={self.kind}, ns={self.ns}, dispatch_key={self.dispatch_key})>"

    def define(self, schema, alias_analysis="", *, tags=()):
        """Declare an op, "name(Tensor x) -> Tensor"; returns its name.

        Args:
            schema: name and signature.
            alias_analysis: "" or "CONSERVATIVE", as PyTorch has it.
            tags: marks for a compiler.
        """
        if alias_analysis not in ("", "FROM_SCHEMA", "CONSERVATIVE"):
            raise RuntimeError(f"Invalid alias_analysis type {alias_analysis}")
        name = schema[:schema.index("(")].strip()
        define(f"{self.ns}::{name}", schema[schema.index("("):], lib=self, tags=tags)
        return name

    def impl(self, op_name, fn, dispatch_key="", *, with_keyset=False, allow_override=False):
        """Give the function of an op for a dispatch key, "CPU" or "CUDA" or none for all.

        Args:
            op_name: its name, with or without the namespace.
            fn: the function.
            dispatch_key: for which tensors; the library's by default.
            with_keyset: cannot be True: there are no keysets to hand over.
            allow_override: whether there may be a function already.
        """
        if not callable(fn):
            raise TypeError(f"Input function is required to be a callable but found type {type(fn)}")
        if with_keyset:
            raise NotImplementedError("Library.impl(): there are no dispatch keysets here, so with_keyset cannot be True")
        op = _op(op_name if "::" in op_name else f"{self.ns}::{op_name}")
        key = dispatch_key or self.dispatch_key
        if key not in _KEYS:
            raise RuntimeError(f"could not parse dispatch key: {key}")
        if key == "Meta":
            op.register_fake(fn)
            return
        if _KEYS[key] in op._kernels and not allow_override:
            raise RuntimeError("This is not allowed since there's already a kernel registered from python overriding "
                               f"{op._name}'s behavior for {key} dispatch key and {self.ns} namespace.")
        op._kernels[_KEYS[key]] = fn

    def _destroy(self):
        for name in self._names:
            _OPS.pop(name, None)


impl_abstract = register_fake
