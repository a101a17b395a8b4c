"""An interpreter of pickles that runs nothing: opcodes build plain containers, and objects of an allow-list.

`pickle.Unpickler` imports and calls whatever a file names. Here a name is looked up in the tables of
`allowed.py`, a call is a function of those tables, and an opcode that is of no use to data is refused.
There is no recursion, and every length is checked against the file before anything is allocated.
"""
import codecs
import pickle
import struct
import sys
from collections import deque

from .budget import Budget

__all__ = ["Interpreter", "UnpicklingError"]

UnpicklingError = pickle.UnpicklingError
_MARK = object()
_KEY_DEPTH = 16                         # nesting of tuples as keys: hashing recurses in C, unchecked
_NUMBER_KEYS = 5_000                    # tuples with numbers as keys: their hashes can be made to collide
_HASH_MODULUS = (1 << 61) - 1           # of Python's numbers: greater keys could collide
_PLAIN_KEYS = (str, bytes, type(None), bool)


class Interpreter:
    """Reads one pickle.

    Args:
        data: bytes; the pickle begins at `at`.
        names: has `find(module, name)`, `call(function, args)`, `new(cls, args, options)`, `build(object, state)`.
        persistent: called with each persistent id, returns what stands for it.
        budget: counts the memory that objects take.
        encoding: of the strings that Python 2 wrote.
    """

    def __init__(self, data, names, persistent, at=0, budget=None, encoding="utf-8"):
        self.data = data
        self.at = at
        self.names = names
        self.persistent = persistent
        self.budget = Budget(len(data)) if budget is None else budget
        self.encoding = encoding
        self.stack = []
        self.marks = []
        self.memo = []                  # objects by number, which picklers give in order from 0
        self.more_memo = {}             # those with other numbers
        self.number_keys = 0

    def run(self):
        """Return the object; `at` is then behind its pickle."""
        data = self.data
        try:
            while True:
                op = data[self.at]
                self.at += 1
                if op == _STOP:
                    return self._finish()
                handler = _HANDLERS.get(op)
                if handler is None:
                    raise UnpicklingError(f"Unsupported operand {op}")
                handler(self)
        except IndexError:
            if self.at >= len(data):
                raise EOFError("Ran out of input: the pickle ends too early") from None
            raise UnpicklingError("unpickling stack underflow") from None

    def _finish(self):
        if self.marks or len(self.stack) != 1:
            raise UnpicklingError(f"the pickle leaves {len(self.stack)} objects where there should be one")
        return self.stack.pop()

    # ------------------------------------------------------------ parts of an opcode

    def take(self, n):
        """Return the next `n` bytes."""
        end = self.at + n
        if n < 0 or end > len(self.data):
            raise EOFError(f"Ran out of input: {n} bytes are announced, {len(self.data) - self.at} are left")
        found = self.data[self.at:end]
        self.at = end
        return found

    def line(self):
        """Return the text up to the end of the line."""
        end = self.data.find(b"\n", self.at)
        if end < 0:
            raise EOFError("Ran out of input: a line has no end")
        return self.take(end + 1 - self.at)[:-1]

    def number(self, code):
        """Return the next number in a format of `struct`."""
        return struct.unpack(code, self.take(struct.calcsize(code)))[0]

    def text(self, raw, encoding="utf-8", errors="surrogatepass"):
        """Push the string that some bytes encode."""
        self.budget.take(56 + len(raw) * (1 if raw.isascii() else 5))
        try:
            self.stack.append(raw.decode(encoding, errors))
        except UnicodeDecodeError as e:
            raise UnpicklingError(f"a string is no {encoding}: {e}") from None

    def push(self, value, cost=40):
        """Push a value that takes `cost` bytes."""
        self.budget.take(cost)
        self.stack.append(value)

    def pop(self):
        """Return the topmost object, not one below the last mark."""
        if self.marks and self.marks[-1] == len(self.stack):
            raise UnpicklingError("unexpected MARK found")
        return self.stack.pop()

    def pop_mark(self):
        """Return the objects above the last mark and take both away."""
        if not self.marks:
            raise UnpicklingError("could not find MARK")
        start = self.marks.pop()
        found = self.stack[start:]
        del self.stack[start:]
        return found

    def top(self, *kinds):
        """Return the topmost object, which must be of one of the types."""
        found = self.stack[-1]
        if type(found) not in kinds and not self.names.registered(type(found)):
            raise UnpicklingError(f"a {type(found).__name__} is written to as if it were a {kinds[0].__name__}")
        return found

    def key(self, key, depth=0):
        """Return `key` when it may be one: hashing it neither runs code nor recurses nor collides by design."""
        kind = type(key)
        if kind in _PLAIN_KEYS:
            return key
        if kind is int or kind is float:
            if depth:
                self._count_number_key()
            elif kind is int and not -_HASH_MODULUS < key < _HASH_MODULUS:
                self._count_number_key()
            return key
        if kind in (tuple, frozenset):
            if depth == _KEY_DEPTH:
                raise UnpicklingError("a key is nested too deeply")
            for item in key:
                self.key(item, depth + 1)
            return key
        if kind is complex or not self.names.hashable(key):
            raise UnpicklingError(f"a {kind.__name__} cannot be a key")
        return key

    def _count_number_key(self):
        self.number_keys += 1
        if self.number_keys > _NUMBER_KEYS:
            raise UnpicklingError(f"more than {_NUMBER_KEYS} keys are tuples of numbers or very large numbers")

    def set_items(self, target, items):
        """Put pairs, given as a flat list, into a dictionary."""
        if len(items) % 2:
            raise UnpicklingError("odd number of items for SETITEMS")
        self.budget.take(60 * len(items))
        for i in range(0, len(items), 2):
            target[self.key(items[i])] = items[i + 1]

    def remember(self, index):
        """Give the topmost object a number."""
        if self.marks and self.marks[-1] == len(self.stack):
            raise UnpicklingError("a MARK cannot be remembered")
        found, known = self.stack[-1], len(self.memo)
        if 0 <= index < known:
            self.memo[index] = found
        elif index == known:
            self.budget.take(10)
            self.memo.append(found)
        else:
            self.budget.take(130)
            self.more_memo[index] = found

    def recall(self, index):
        """Push the object of a number."""
        if 0 <= index < len(self.memo):
            self.push(self.memo[index], 8)
        elif index in self.more_memo:
            self.push(self.more_memo[index], 8)
        else:
            raise UnpicklingError(f"Memo value not found at index {index}")

    def find(self, module, name):
        """Push what a name stands for."""
        if not isinstance(module, str) or not isinstance(name, str):
            raise UnpicklingError("STACK_GLOBAL requires str")
        self.push(self.names.find(module, name), 8)

    def made(self, value):
        """Push an object that a function of the tables made."""
        self.push(value, 24 + sys.getsizeof(value))


# ------------------------------------------------------------------ opcodes

_STOP = pickle.STOP[0]
_HANDLERS = {}


def _on(*opcodes):
    def register(handler):
        for op in opcodes:
            _HANDLERS[op[0]] = handler
        return handler
    return register


def _constant(opcode, value):
    _HANDLERS[opcode[0]] = lambda it: it.push(value, 8)


for _op, _value in ((pickle.NONE, None), (pickle.NEWTRUE, True), (pickle.NEWFALSE, False), (pickle.EMPTY_TUPLE, ())):
    _constant(_op, _value)


def _numeric(opcode, code, cost):
    _HANDLERS[opcode[0]] = lambda it: it.push(it.number(code), cost)


for _op, _code, _cost in ((pickle.BININT, "<i", 40), (pickle.BININT1, "<B", 8), (pickle.BININT2, "<H", 40),
                          (pickle.BINFLOAT, ">d", 40)):
    _numeric(_op, _code, _cost)


def _text(opcode, code):
    _HANDLERS[opcode[0]] = lambda it: it.text(it.take(it.number(code)))


for _op, _code in ((pickle.SHORT_BINUNICODE, "<B"), (pickle.BINUNICODE, "<I"), (pickle.BINUNICODE8, "<Q")):
    _text(_op, _code)


def _bytes(opcode, code, make):
    def handler(it):
        n = it.number(code)
        raw = it.take(n)
        it.push(make(raw), 40 + n)
    _HANDLERS[opcode[0]] = handler


for _op, _code, _make in ((pickle.SHORT_BINBYTES, "<B", bytes), (pickle.BINBYTES, "<I", bytes),
                          (pickle.BINBYTES8, "<Q", bytes), (pickle.BYTEARRAY8, "<Q", bytearray)):
    _bytes(_op, _code, _make)


@_on(pickle.PROTO)
def _proto(it):
    version = it.take(1)[0]
    if not 2 <= version <= 5:
        raise UnpicklingError(f"Unsupported protocol {version}")


@_on(pickle.FRAME)
def _frame(it):
    n = it.number("<Q")
    if n > len(it.data) - it.at:
        raise EOFError(f"Ran out of input: a frame of {n} bytes, {len(it.data) - it.at} are left")


@_on(pickle.BINSTRING)
def _binstring(it):
    _old_string(it, it.number("<i"))


@_on(pickle.SHORT_BINSTRING)
def _short_binstring(it):
    _old_string(it, it.take(1)[0])


def _old_string(it, n):
    raw = it.take(n)
    if it.encoding == "bytes":
        it.push(bytes(raw), 40 + n)
    else:
        it.text(raw, it.encoding, "strict")


@_on(pickle.UNICODE)
def _unicode(it):
    it.text(it.line(), "raw-unicode-escape", "strict")


@_on(pickle.INT)
def _int(it):
    raw = it.line()
    it.push({b"00": False, b"01": True}[raw] if raw in (b"00", b"01") else _decimal(raw))


@_on(pickle.LONG)
def _long(it):
    it.push(_decimal(it.line().removesuffix(b"L")))


def _decimal(raw):
    if len(raw) > 4000:
        raise UnpicklingError("a decimal number is too long")
    try:
        return int(raw)
    except ValueError:
        raise UnpicklingError("a decimal number is none") from None


@_on(pickle.FLOAT)
def _float(it):
    try:
        it.push(float(it.line()))
    except ValueError:
        raise UnpicklingError("a decimal number is none") from None


@_on(pickle.LONG1)
def _long1(it):
    _binary_long(it, it.take(1)[0])


@_on(pickle.LONG4)
def _long4(it):
    _binary_long(it, it.number("<i"))


def _binary_long(it, n):
    raw = it.take(n)
    it.push(int.from_bytes(raw, "little", signed=True), 40 + 2 * n)


@_on(pickle.MARK)
def _mark(it):
    it.budget.take(40)
    it.marks.append(len(it.stack))


@_on(pickle.POP)
def _pop(it):
    if it.marks and it.marks[-1] == len(it.stack):
        it.marks.pop()
    else:
        it.stack.pop()


@_on(pickle.POP_MARK)
def _pop_mark(it):
    it.pop_mark()


@_on(pickle.DUP)
def _dup(it):
    value = it.pop()
    it.stack.append(value)
    it.push(value, 8)


@_on(pickle.EMPTY_LIST)
def _empty_list(it):
    it.push([], 64)


@_on(pickle.EMPTY_DICT)
def _empty_dict(it):
    it.push({}, 72)


@_on(pickle.EMPTY_SET)
def _empty_set(it):
    it.push(set(), 224)


@_on(pickle.TUPLE)
def _tuple(it):
    _push_tuple(it, it.pop_mark())


def _small_tuple(opcode, n):
    def handler(it):
        _push_tuple(it, [it.pop() for _ in range(n)][::-1])
    _HANDLERS[opcode[0]] = handler


for _op, _n in ((pickle.TUPLE1, 1), (pickle.TUPLE2, 2), (pickle.TUPLE3, 3)):
    _small_tuple(_op, _n)


def _push_tuple(it, items):
    it.push(tuple(items), 56 + 8 * len(items))


@_on(pickle.LIST)
def _list(it):
    items = it.pop_mark()
    it.push(items, 64 + 8 * len(items))


@_on(pickle.DICT)
def _dict(it):
    made = {}
    it.set_items(made, it.pop_mark())
    it.push(made, 72)


@_on(pickle.FROZENSET)
def _frozenset(it):
    items = it.pop_mark()
    it.push(frozenset([it.key(item) for item in items]), 224 + 80 * len(items))


@_on(pickle.APPEND)
def _append(it):
    value = it.pop()
    it.budget.take(16)
    it.top(list, deque).append(value)


@_on(pickle.APPENDS)
def _appends(it):
    items = it.pop_mark()
    it.budget.take(16 * len(items))
    it.top(list, deque).extend(items)


@_on(pickle.ADDITEMS)
def _add_items(it):
    items = it.pop_mark()
    it.budget.take(80 * len(items))
    it.top(set).update([it.key(item) for item in items])


@_on(pickle.SETITEM)
def _set_item(it):
    value, key = it.pop(), it.pop()
    it.set_items(it.top(*it.names.DICTS), (key, value))


@_on(pickle.SETITEMS)
def _set_items(it):
    items = it.pop_mark()
    it.set_items(it.top(*it.names.DICTS), items)


@_on(pickle.PUT)
def _put(it):
    it.remember(_decimal(it.line()))


@_on(pickle.BINPUT)
def _binput(it):
    it.remember(it.take(1)[0])


@_on(pickle.LONG_BINPUT)
def _long_binput(it):
    it.remember(it.number("<I"))


@_on(pickle.MEMOIZE)
def _memoize(it):
    it.remember(len(it.memo) + len(it.more_memo))


@_on(pickle.GET)
def _get(it):
    it.recall(_decimal(it.line()))


@_on(pickle.BINGET)
def _binget(it):
    it.recall(it.take(1)[0])


@_on(pickle.LONG_BINGET)
def _long_binget(it):
    it.recall(it.number("<I"))


@_on(pickle.GLOBAL)
def _global(it):
    try:
        it.find(it.line().decode("utf-8"), it.line().decode("utf-8"))
    except UnicodeDecodeError:
        raise UnpicklingError("the name of a global is no text") from None


@_on(pickle.STACK_GLOBAL)
def _stack_global(it):
    name, module = it.pop(), it.pop()
    it.find(module, name)


@_on(pickle.REDUCE)
def _reduce(it):
    args, function = it.pop(), it.pop()
    if type(args) is not tuple:
        raise UnpicklingError("the arguments of a call are no tuple")
    it.made(it.names.call(it, function, args))


@_on(pickle.NEWOBJ)
def _newobj(it):
    args, cls = it.pop(), it.pop()
    if type(args) is not tuple:
        raise UnpicklingError("the arguments of a call are no tuple")
    it.made(it.names.new(it, cls, args, {}))


@_on(pickle.NEWOBJ_EX)
def _newobj_ex(it):
    options, args, cls = it.pop(), it.pop(), it.pop()
    if type(args) is not tuple or type(options) is not dict or not all(type(k) is str for k in options):
        raise UnpicklingError("the arguments of a call are no tuple and dict")
    it.made(it.names.new(it, cls, args, options))


@_on(pickle.BUILD)
def _build(it):
    state = it.pop()
    it.names.build(it, it.stack[-1], state)


@_on(pickle.BINPERSID)
def _binpersid(it):
    it.push(it.persistent(it.pop()), 8)


def known_encoding(encoding):
    """Return the name of an encoding for old strings, or raise LookupError."""
    return encoding if encoding == "bytes" else codecs.lookup(encoding).name
