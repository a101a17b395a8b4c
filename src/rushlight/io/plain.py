"""Checked makers of plain objects: containers, numbers, dates, paths, NumPy arrays, as pickles ask for them.

A maker marked `keyed` gets the interpreter first, to have keys checked and memory counted.
"""
import argparse
import collections
import datetime as _datetime
import decimal as _decimal
import fractions
import functools
import pathlib
import types
from uuid import UUID

import numpy as np

from ..core.generator import Generator
from ..core.op import Op, Registry
from ..core.tensor import Size
from ..devices import device
from ..nn import init as _init

__all__ = ["UUID"]

ndarray, dtype = np.ndarray, np.dtype
TORCH_FUNCTIONS = object()
_LONGEST = 4000                         # characters of a decimal number


def keyed(function):
    """Mark a maker that gets the interpreter as its first argument."""
    function.keyed = True
    return function


def _need(condition, what):
    if not condition:
        raise TypeError(what)


def encode(text, encoding):
    """Return bytes: how protocol 2 keeps them."""
    _need(type(text) is str and encoding in ("latin1", "latin-1", "utf-8", "utf8", "ascii"), "text in a known encoding")
    return text.encode(encoding)


@keyed
def ordered_dict(it, pairs=()):
    """Return an OrderedDict of pairs."""
    made = collections.OrderedDict()
    it.set_items(made, _flat(pairs))
    return made


def _flat(pairs):
    if isinstance(pairs, dict):
        return [x for pair in pairs.items() for x in pair]
    _need(type(pairs) in (list, tuple) and all(type(p) in (list, tuple) and len(p) == 2 for p in pairs), "a list of pairs")
    return [x for pair in pairs for x in pair]


@keyed
def make_dict(it, pairs=()):
    """Return a dict of pairs."""
    made = {}
    it.set_items(made, _flat(pairs))
    return made


@keyed
def counter(it, counts=()):
    """Return a Counter of a dict of counts."""
    made = collections.Counter()
    it.set_items(made, _flat(counts))
    return made


_FACTORIES = (dict, list, tuple, set, int, float, bool, str, collections.OrderedDict, collections.Counter, type(None))


def default_dict(factory=None):
    """Return a defaultdict whose factory is a plain type."""
    _need(factory is None or factory in _FACTORIES, "the factory of a defaultdict must be a plain type")
    return collections.defaultdict(factory)


def _listed(items):
    _need(type(items) in (list, tuple, set, frozenset), "a list")
    return items


@keyed
def make_set(it, items=()):
    """Return a set."""
    it.budget.take(80 * len(_listed(items)))
    return {it.key(x) for x in items}


@keyed
def make_frozenset(it, items=()):
    """Return a frozenset."""
    it.budget.take(80 * len(_listed(items)))
    return frozenset([it.key(x) for x in items])


@keyed
def make_list(it, items=()):
    """Return a list."""
    it.budget.take(8 * len(_listed(items)))
    return list(items)


@keyed
def make_tuple(it, items=()):
    """Return a tuple."""
    it.budget.take(8 * len(_listed(items)))
    return tuple(items)


@keyed
def deque(it, items=(), maxlen=None):
    """Return a deque."""
    it.budget.take(16 * len(_listed(items)))
    return collections.deque(items, maxlen)


@keyed
def make_bytearray(it, data=b"", encoding=None):
    """Return a bytearray of bytes, or of text in latin-1 as protocol 2 keeps them."""
    _need(type(data) in (bytes, bytearray) and encoding is None or type(data) is str and encoding in ("latin-1", "latin1"),
          "a bytearray is made of bytes")
    it.budget.take(64 + len(data))
    return bytearray(data if encoding is None else data.encode("latin-1"))


def no_bytes():
    """Return no bytes: how protocol 2 keeps those of length 0."""
    return b""


def make_complex(real, imag=0.0):
    """Return a complex number."""
    _need(all(type(x) in (int, float) for x in (real, imag)), "a complex number is made of two numbers")
    return complex(real, imag)


def make_slice(*parts):
    """Return a slice."""
    return slice(*parts)


def make_range(*parts):
    """Return a range."""
    return range(*parts)


@keyed
def size(it, sizes=()):
    """Return a torch.Size."""
    _need(type(sizes) in (tuple, list) and all(type(n) is int for n in sizes), "a torch.Size is made of ints")
    it.budget.take(8 * len(sizes))
    return Size(sizes)


def place(kind, index=None):
    """Return a torch.device."""
    _need(type(kind) is str and (index is None or type(index) is int and 0 <= index < 128), "a device is a kind and an index")
    return device(kind) if index is None else device(kind, index)


def result(cls, values, _rest=None):
    """Return one of `torch.return_types`."""
    _need(type(values) is tuple, "a tuple of results")
    return cls(values)


def torch_function(owner, name):
    """Return a function of the torch namespace: how PyTorch keeps a reference to one. Nothing else."""
    found = Registry.namespaces["torch"].get(name) if owner is TORCH_FUNCTIONS and type(name) is str else None
    _need(isinstance(found, (Op, types.FunctionType)), "getattr is not called from a file")
    return found


def is_initialiser(thing):
    """Whether this is a function of `torch.nn.init`."""
    return isinstance(thing, types.FunctionType) and thing.__module__ == _init.__name__


def reconstructor(cls, base, state):
    """Return an empty object, as protocol 1 asks for it."""
    _need(base is object and state is None and cls in (argparse.Namespace, UUID), "only plain objects are made so")
    return object.__new__(cls)


# ------------------------------------------------------------------ standard library


def datetime(*parts):
    """Return a datetime of the packed bytes, or of numbers."""
    _need(all(type(p) in (bytes, str, int) for p in parts), "a date is made of bytes or numbers")
    return _datetime.datetime(*parts)


def date(*parts):
    """Return a date."""
    _need(all(type(p) in (bytes, str, int) for p in parts), "a date is made of bytes or numbers")
    return _datetime.date(*parts)


def time(*parts):
    """Return a time of the day."""
    _need(all(type(p) in (bytes, str, int) for p in parts), "a time is made of bytes or numbers")
    return _datetime.time(*parts)


def timedelta(*parts):
    """Return a difference of times."""
    _need(all(type(p) is int for p in parts), "a timedelta is made of numbers")
    return _datetime.timedelta(*parts)


def decimal(text):
    """Return a Decimal."""
    _need(type(text) is str and len(text) <= _LONGEST, "a Decimal is made of text")
    return _decimal.Decimal(text)


def fraction(*parts):
    """Return a Fraction."""
    _need(all(type(p) is int or type(p) is str and len(p) <= 100 for p in parts), "a Fraction is made of numbers")
    return fractions.Fraction(*parts)


def _path_maker(cls):
    def path(*parts):
        _need(all(type(p) is str for p in parts), "a path is made of text")
        return cls(*parts)
    return path


#: paths of either system; those that touch files become this system's
PATHS = {"PosixPath": _path_maker(pathlib.Path), "WindowsPath": _path_maker(pathlib.Path),
         "PurePosixPath": _path_maker(pathlib.PurePosixPath), "PureWindowsPath": _path_maker(pathlib.PureWindowsPath)}


def namespace():
    """Return an empty SimpleNamespace."""
    return types.SimpleNamespace()


def partial(function):
    """Return a partial application of a function or class of the library; it is filled in next."""
    _need(callable(function), "a partial application needs a function")
    return functools.partial(function)


def _fill_partial(target, state):
    _need(type(state) is tuple and len(state) == 4 and type(state[1]) is tuple and type(state[2]) is dict
          and state[0] is target.func and all(type(k) is str for k in state[2]), "the state of a partial application")
    target.__setstate__((*state[:3], None))


def _fill_attributes(target, state):
    _need(type(state) is dict and all(type(k) is str for k in state), "attributes with strings as names")
    target.__dict__.update(state)


def _fill_uuid(target, state):
    _need(type(state) is dict and type(state.get("int")) is int and 0 <= state["int"] < 1 << 128, "the number of a UUID")
    UUID.__init__(target, int=state["int"])


FILL = {functools.partial: _fill_partial, types.SimpleNamespace: _fill_attributes, argparse.Namespace: _fill_attributes,
        UUID: _fill_uuid}


def generator(where):
    """Return a generator of a device."""
    return Generator(where)


def set_generator(target, state):
    """Put a generator into the state of a pickle: (seed, offset, state)."""
    _need(type(state) is tuple and len(state) == 3, "the state of a generator")
    target.set_state(state[2])


# ------------------------------------------------------------------ NumPy


def numpy_dtype(code, _align=False, _copy=True):
    """Return a plain dtype of its own by its code, such as "f8"."""
    _need(type(code) is str and code[:1] in "biufcSUO" and (code[1:].isdecimal() and len(code) < 10 or code == "O8"),
          "a plain dtype")
    return np.dtype(code, False, True)


def _fill_dtype(_it, target, state):
    """Give a dtype its byte order; structures and subarrays are refused."""
    _need(type(state) is tuple and 8 <= len(state) <= 9 and state[1] in ("<", ">", "=", "|") and not any(state[2:5]),
          "a plain dtype")
    target.__setstate__((3, state[1], None, None, None, target.itemsize if target.kind == "U" else -1,
                         -1 if target.kind != "U" else 4, 63 if target.kind == "O" else 0))


def _fill_array(it, target, state):
    """Give an array its content: (version, shape, dtype, Fortran order, bytes or list)."""
    _need(type(state) is tuple and len(state) == 5, "the state of an array")
    _, shape, kind, fortran, data = state
    _need(type(shape) is tuple and all(type(n) is int and 0 <= n < 1 << 62 for n in shape) and len(shape) <= 64
          and isinstance(kind, np.dtype) and type(fortran) is bool, "the shape and dtype of an array")
    count = 1
    for n in shape:
        count *= n
    if kind.kind == "O":
        _need(type(data) is list and len(data) == count, "as many objects as the shape says")
        it.budget.take(8 * count)
    else:
        data = data.encode("latin-1") if type(data) is str else data
        _need(type(data) is bytes and len(data) == count * kind.itemsize, "as many bytes as the shape says")
        it.budget.take(len(data))
    target.__setstate__((1, shape, kind, fortran, data))


#: what BUILD does to NumPy's objects, which only the makers below can have put there
NUMPY_FILL = {np.ndarray: _fill_array, np.dtype: _fill_dtype}


def numpy_reconstruct(cls, shape, code):
    """Return an array that is filled in next."""
    _need(cls is ndarray and shape == (0,) and code in (b"b", "b"), "an empty array")
    return np.empty(0, np.int8)


def numpyscalar(kind, data):
    """Return a NumPy number."""
    _need(isinstance(kind, np.dtype) and kind.kind in "biufcSU", "a number")
    data = data.encode("latin-1") if type(data) is str else data
    _need(type(data) is bytes and len(data) == kind.itemsize, "as many bytes as the dtype says")
    flat = np.empty(1, kind)
    flat.view(np.uint8)[:] = bytearray(data)
    return flat[0]


numpy_reconstruct.__name__ = "_reconstruct"

#: the objects themselves that names of makers stand for when they are mentioned as values
CLASSES = {
    "collections.OrderedDict": collections.OrderedDict, "collections.Counter": collections.Counter,
    "collections.defaultdict": collections.defaultdict, "collections.deque": collections.deque,
    "builtins.bytes": bytes, "builtins.set": set,
    "builtins.frozenset": frozenset, "builtins.bytearray": bytearray, "builtins.complex": complex,
    "builtins.list": list, "builtins.tuple": tuple, "builtins.dict": dict, "builtins.slice": slice, "builtins.range": range,
    "torch.Size": Size, "torch.device": device, "torch._C.Generator": Generator, "numpy.dtype": np.dtype,
    "datetime.datetime": _datetime.datetime, "functools.partial": functools.partial,
}
