"""Reading and rewriting the signature of an op's body."""
import re
import types


def positional(body):
    """Return the body with its keyword-only parameters made positional, so that a call needs no names."""
    code = body.__code__
    if not code.co_kwonlyargcount:
        return body
    named = code.co_varnames[code.co_argcount:code.co_argcount + code.co_kwonlyargcount]
    given = body.__kwdefaults__ or {}
    defaults = (body.__defaults__ or ()) + tuple(given[n] for n in named) if len(given) == len(named) else None
    code = code.replace(co_argcount=code.co_argcount + code.co_kwonlyargcount, co_kwonlyargcount=0)
    made = types.FunctionType(code, body.__globals__, body.__name__, defaults, body.__closure__)
    made.__doc__ = body.__doc__
    return made


def names(function):
    """Return the names of a function's parameters; importing asks a thousand times, and `inspect` is slow."""
    function = getattr(function, "__wrapped__", function)
    code = getattr(function, "__code__", None)
    if code is None:  # a native kernel is a builtin, whose signature is a text
        return tuple(re.findall(r"(\w+)(?==|,|\)$)", function.__text_signature__))
    starred = bool(code.co_flags & 4) + bool(code.co_flags & 8)
    return code.co_varnames[:code.co_argcount + code.co_kwonlyargcount + starred]


def defaults(function):
    """Return {name: default} of the parameters that have one."""
    code, values = function.__code__, function.__defaults__ or ()
    named = dict(zip(code.co_varnames[code.co_argcount - len(values):code.co_argcount], values))
    named.update(function.__kwdefaults__ or {})
    return named


def positions(outputs, returns):
    """Return the places among an op's outputs of those that the caller gets."""
    if returns is None:
        return None
    if isinstance(returns, str):
        return outputs.index(returns)
    return tuple(outputs.index(r) for r in returns)


def camel(name):
    """Return `log_softmax` as `LogSoftmax`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def missing(op, given, names=None):
    """Return the text of the error of a call that lacks arguments."""
    if names is None:
        names = {op.params[i] for i in range(given, op.n_params) if op.needed[i]}
    ordered = [p for p in op.params if p in names]
    listed = ", ".join(f'"{p}"' for p in ordered)
    return f"{op.name}() missing {len(ordered)} required positional argument{'s' if len(ordered) == 1 else ''}: {listed}"
