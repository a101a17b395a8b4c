"""Files made to do harm, each with a name: `pickles`, `archives`, `old_files`, `safetensors_files`, `truncated`.

Where code is named it would create the file in the environment variable CANARY; nothing may ever create it.
"""

import functools
import io
import json
import os
import pickle
import struct
import zipfile
import zlib

CANARY = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"rushlight-canary-{os.getpid()}")
TOUCH = f"touch {CANARY}"
CODE = f"open({CANARY!r},'w').close()"
P = b"\x80\x02"


# ------------------------------------------------------------------ building blocks

def text(s):
    raw = s.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(n):
    if 0 <= n < 256:
        return b"K" + bytes([n])
    if -(2**31) <= n < 2**31:
        return b"J" + struct.pack("<i", n)
    raw = n.to_bytes(n.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def tup(*items):
    return b"(" + b"".join(items) + b"t"


def glob(module, name):
    return b"c" + f"{module}\n{name}\n".encode()


def storage(numel=4, key="0", kind=("torch", "FloatStorage"), location="cpu", tag="storage", extra=b""):
    return tup(text(tag), glob(*kind), text(key), text(location), numel if isinstance(numel, bytes) else number(numel), extra) + b"Q"


def tensor(offset=0, size=(4,), stride=(1,), numel=4, grad=b"\x89", **kw):
    listed = [number(n) if isinstance(n, int) else n for n in size], [number(n) if isinstance(n, int) else n for n in stride]
    return (glob("torch._utils", "_rebuild_tensor_v2") + tup(
        storage(numel, **kw), offset if isinstance(offset, bytes) else number(offset), tup(*listed[0]), tup(*listed[1]), grad,
        glob("collections", "OrderedDict") + b")R") + b"R")


def archive(pkl, data=None, **members):
    """A sound zip checkpoint around a pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("archive/data.pkl", pkl)
        z.writestr("archive/byteorder", "little")
        for key, value in (data if data is not None else {"0": struct.pack("<4f", 1, 2, 3, 4)}).items():
            z.writestr(f"archive/data/{key}", value)
        for name, value in members.items():
            z.writestr(f"archive/{name}", value)
        z.writestr("archive/version", "3\n")
    return buffer.getvalue()


FOUR = struct.pack("<q4f", 4, 1, 2, 3, 4)


def legacy(pkl, keys=("0",), tail=FOUR, magic=0x1950A86A20F9469CFC6C, protocol=1001, info=None):
    head = b"".join(pickle.dumps(x, 2) for x in (magic, protocol, {"little_endian": True} if info is None else info))
    return head + pkl + pickle.dumps(list(keys), 2) + tail


def call(module, name, *args):
    return glob(module, name) + tup(*args) + b"R"


# ------------------------------------------------------------------ code

def code_pickles():
    """Pickles that name code: (name, pickle)."""
    one = {
        "os.system": call("os", "system", text(TOUCH)), "posix.system": call("posix", "system", text(TOUCH)),
        "nt.system": call("nt", "system", text(TOUCH)), "os.popen": call("os", "popen", text(TOUCH)),
        "eval": call("__builtin__", "eval", text(CODE)), "exec": call("builtins", "exec", text(CODE)),
        "compile": call("builtins", "compile", text(CODE), text("x"), text("exec")),
        "import": call("__builtin__", "__import__", text("os")), "importlib": call("importlib", "import_module", text("antigravity")),
        "open": call("builtins", "open", text(CANARY), text("w")), "io.open": call("io", "open", text(CANARY), text("w")),
        "subprocess": call("subprocess", "Popen", text(TOUCH)), "check_output": call("subprocess", "check_output", text(TOUCH)),
        "runpy": call("runpy", "_run_code", text(CODE), b"}"), "pty": call("pty", "spawn", text("/bin/true")),
        "code": call("code", "interact"), "pdb": call("pdb", "run", text(CODE)), "timeit": call("timeit", "timeit", text(CODE)),
        "cProfile": call("cProfile", "run", text(CODE)), "webbrowser": call("webbrowser", "open", text("http://x")),
        "socket": call("socket", "socket"), "urlopen": call("urllib.request", "urlopen", text("http://x")),
        "shutil.rmtree": call("shutil", "rmtree", text("/nonexistent")), "os.remove": call("os", "remove", text(CANARY)),
        "pickle.loads": call("pickle", "loads", b"U\x01."), "_pickle.loads": call("_pickle", "loads", b"U\x01."),
        "marshal": call("marshal", "loads", b"U\x01N"), "ctypes": call("ctypes", "CDLL", text("libc.so.6")),
        "types.FunctionType": call("types", "FunctionType", b"N", b"}"), "types.CodeType": call("types", "CodeType"),
        "sys.exit": call("sys", "exit", number(3)), "os._exit": call("os", "_exit", number(3)), "os.abort": call("os", "abort"),
        "exit": call("builtins", "exit"), "input": call("builtins", "input"), "breakpoint": call("builtins", "breakpoint"),
        "globals": call("builtins", "globals"), "vars": call("builtins", "vars"), "setattr": call("builtins", "setattr", b"N", text("a"), b"N"),
        "getattr chain": call("__builtin__", "getattr", glob("torch.serialization", "os"), text("system")),
        "getattr of values": call("__builtin__", "getattr", b"N", text("__class__")),
        "getattr of torch": call("__builtin__", "getattr", glob("torch._C", "_VariableFunctionsClass"), text("load")),
        "getattr dunder": call("__builtin__", "getattr", glob("torch._C", "_VariableFunctionsClass"), text("__class__")),
        "operator.attrgetter": call("operator", "attrgetter", text("system")), "operator.methodcaller": call("operator", "methodcaller", text("x")),
        "map": call("builtins", "map", glob("builtins", "eval"), b"]" + text(CODE) + b"a"),
        "filter": call("builtins", "filter", glob("builtins", "eval"), b"]"), "type": call("builtins", "type", text("X"), b")", b"}"),
        "super": call("builtins", "super"), "object call": call("builtins", "object"), "int call": call("builtins", "int", text("9" * 5000)),
        "functools.reduce": call("functools", "reduce", glob("os", "system"), b"]"), "partial of system": call("functools", "partial", glob("os", "system")),
        "partial of None": call("functools", "partial", b"N"), "itertools": call("itertools", "repeat", number(1)),
        "codecs.decode": call("codecs", "decode", text("x"), text("zlib")), "_codecs.decode": call("_codecs", "decode", text("x"), text("rot13")),
        "encode with a codec": call("_codecs", "encode", text("x"), text("idna")), "encode number": call("_codecs", "encode", number(3), text("latin1")),
        "torch.load": call("torch", "load", text("/etc/passwd")), "torch.save": call("torch", "save", b"N", text(CANARY)),
        "torch.serialization.load": call("torch.serialization", "load", text("/etc/passwd")),
        "torch.storage._load_from_bytes": call("torch.storage", "_load_from_bytes", text("x")),
        "torch.hub": call("torch.hub", "load", text("a/b"), text("c")), "torch.ops": call("torch.ops", "load_library", text("x.so")),
        "torch.jit": call("torch.jit", "load", text("x")), "torch.from_file": call("torch", "from_file", text(CANARY), b"\x88", number(4)),
        "torch.relu call": call("torch", "relu", number(3)), "torch.nn.functional call": call("torch.nn.functional", "relu", number(3)),
        "torch.zeros call": call("torch", "zeros", number(2**40)), "torch.empty call": call("torch", "empty", number(2**40)),
        "torch.nn.Linear call": call("torch.nn.modules.linear", "Linear", number(2**20), number(2**20)),
        "torch.Tensor call": call("torch", "Tensor", number(2**40)), "FloatStorage call": call("torch", "FloatStorage", number(2**40)),
        "UntypedStorage call": call("torch.storage", "UntypedStorage", number(2**40)),
        "torch.compat": call("torch.compat.cli", "run_code", text(CODE), b"]"), "torch.main": call("torch.__main__", "main"),
        "torch.os": call("torch.serialization", "os.system", text(TOUCH)), "torch.utils.cpp": call("torch.utils.cpp_extension", "load_inline"),
        "rushlight": call("rushlight.compat.cli", "run_code", text(CODE), b"]"), "numpy.load": call("numpy", "load", text("/etc/passwd")),
        "numpy f2py": call("numpy.testing._private.utils", "runstring", text(CODE), b"}"), "bytearray of a number": call("builtins", "bytearray", number(2**40)),
        "list of a range": call("builtins", "list", call("builtins", "range", number(2**40))), "tuple of a range": call("builtins", "tuple", call("builtins", "range", number(2**40))),
        "set of a range": call("builtins", "set", call("builtins", "range", number(2**40))), "deque of a range": call("collections", "deque", call("builtins", "range", number(2**40))),
        "Counter of a string": call("collections", "Counter", text("aab")), "defaultdict of system": call("collections", "defaultdict", glob("os", "system")),
        "defaultdict of Linear": call("collections", "defaultdict", glob("torch.nn.modules.linear", "Linear")),
        "Decimal long": call("decimal", "Decimal", text("1" * 100_000)), "Fraction long": call("fractions", "Fraction", text("1" * 100_000)),
        "namedtuple": call("collections", "namedtuple", text("X"), text("a b")), "logging config": call("logging.config", "dictConfig", b"}"),
        "tempfile": call("tempfile", "mkdtemp"), "multiprocessing": call("multiprocessing.util", "spawnv_passfds"), "asyncio": call("asyncio", "run", b"N"),
        "copyreg": call("copyreg", "_reconstructor", glob("subprocess", "Popen"), glob("builtins", "object"), b"N"),
        "copyreg of builtins": call("copyreg", "_reconstructor", glob("builtins", "dict"), glob("builtins", "dict"), b"}"),
        "call of None": b"N)R", "call of a dtype": glob("torch", "float32") + b")R", "call of a string": text("x") + b")R", "call with a list": glob("torch", "Size") + b"]R",
        "call of OrderedDict class value": glob("collections", "OrderedDict") + tup(number(5)) + b"R",
        "inst": b"(" + text(TOUCH) + b"ios\nsystem\n", "obj": b"(" + glob("os", "system") + text(TOUCH) + b"o", "inst of Linear": b"(itorch.nn.modules.linear\nLinear\n",
        "ext1": b"\x82\x01", "ext2": b"\x83\x01\x00", "ext4": b"\x84\x01\x00\x00\x00", "persid": b"Pos.system\n", "next buffer": b"\x97", "readonly buffer": b"N\x98",
        "newobj Popen": glob("subprocess", "Popen") + tup(text(TOUCH)) + b"\x81", "newobj of None": b"N)\x81", "newobj with args": glob("torch.nn.modules.linear", "Linear") + tup(number(2**30), number(2**30)) + b"\x81",
        "newobj Tensor": glob("torch", "Tensor") + tup(number(2**40)) + b"\x81", "newobj_ex": glob("subprocess", "Popen") + b")}" + text("args") + text(TOUCH) + b"s\x92",
        "newobj_ex of Linear": glob("torch.nn.modules.linear", "Linear") + b")}" + text("in_features") + number(2**30) + b"s\x92",
        "stack_global": text("os") + text("system") + b"\x93" + tup(text(TOUCH)) + b"R", "stack_global of numbers": number(1) + number(2) + b"\x93",
        "stack_global dotted": text("torch") + text("serialization.os.system") + b"\x93" + tup(text(TOUCH)) + b"R", "global dotted": glob("collections", "abc.sys.exit") + b")R",
        "global of nothing": glob("", "") + b")R", "global no text": b"c\xff\xfe\nx\n", "build a list": b"]}" + text("a") + b"Nsb", "build None": b"N}b", "build a dict": b"}}b",
        "build a string": text("x") + b"}b", "build a class": glob("torch.nn.modules.linear", "Linear") + b"}" + text("forward") + text("x") + b"sb",
        "build a function": glob("torch.nn.functional", "relu") + b"}" + text("__code__") + b"Nsb", "build a dtype": glob("torch", "float32") + b"}" + text("name") + text("x") + b"sb",
        "build OrderedDict with a list": call("collections", "OrderedDict") + b"]b", "build Linear with a list": glob("torch.nn.modules.linear", "Linear") + b")\x81]b",
        "build Linear with number keys": glob("torch.nn.modules.linear", "Linear") + b")\x81}" + number(1) + b"Nsb",
        "build Size": call("torch", "Size", tup(number(1))) + b"}" + text("a") + b"Nsb", "build Generator": call("torch._C", "Generator", call("torch", "device", text("cpu"))) + tup(b"N", b"N", text("x")) + b"b",
        "append to a tuple": b")Na", "append to a dict": b"}Na", "set item of a list": b"]NNs", "set items of None": b"N(NNu", "add items to a list": b"](N\x90",
        "unhashable key": b"}]Ns", "module as code": glob("torch.nn.modules.module", "Module._call_impl") + b")R", "rebuild type with a function": call("torch._tensor", "_rebuild_from_type_v2", glob("os", "system"), glob("torch", "Tensor"), b")", b"N"),
        "rebuild type of Popen": call("torch._tensor", "_rebuild_from_type_v2", glob("torch._utils", "_rebuild_tensor_v2"), glob("subprocess", "Popen"), b")", b"N"),
        "rebuild type with eval inside": call("torch._tensor", "_rebuild_from_type_v2", glob("_codecs", "encode"), glob("torch", "Tensor"), b")", b"N"),
        "tensor's own fields": tensor() + b"}" + text("_array") + b"Nsb", "tensor's methods": tensor() + b"}" + text("backward") + text("x") + b"sb",
        "parameter's own fields": call("torch._utils", "_rebuild_parameter_with_state", tensor(), b"\x88", b"}", b"}" + text("_array") + number(1) + b"s"),
        "uuid": glob("uuid", "UUID") + b")\x81}" + text("int") + number(-5) + b"sb", "argparse with a list": glob("argparse", "Namespace") + b")\x81]b",
        "numpy dtype object field": call("numpy", "dtype", text("V8"), b"\x89", b"\x88"), "numpy dtype huge": call("numpy", "dtype", text("S9999999999"), b"\x89", b"\x88"),
        "ndarray call": call("numpy", "ndarray", tup(number(2**40))), "ndarray lies": call("numpy.core.multiarray", "_reconstruct", glob("numpy", "ndarray"), tup(number(0)), text("b")) + tup(
            number(1), tup(number(2**40)), call("numpy", "dtype", text("f8"), b"\x89", b"\x88"), b"\x89", text("x")) + b"b",
        "ndarray objects": call("numpy.core.multiarray", "_reconstruct", glob("numpy", "ndarray"), tup(number(0)), text("b")) + tup(
            number(1), tup(number(2)), call("numpy", "dtype", text("O8"), b"\x89", b"\x88"), b"\x89", text("x" * 16)) + b"b",
        "numpy scalar lies": call("numpy.core.multiarray", "scalar", call("numpy", "dtype", text("f8"), b"\x89", b"\x88"), text("x")),
        "numpy scalar object": call("numpy.core.multiarray", "scalar", call("numpy", "dtype", text("O8"), b"\x89", b"\x88"), text("x" * 8)),
        "reconstruct of another class": call("numpy.core.multiarray", "_reconstruct", glob("builtins", "dict"), tup(number(0)), text("b")),
    }
    return [(f"code: {name}", P + body + b".") for name, body in one.items()]


# ------------------------------------------------------------------ damaged and greedy pickles

def damaged_pickles():
    """Pickles with impossible structure or numbers, or that ask for too much memory: (name, pickle)."""
    deep = 60_000
    one = {
        "empty": b"", "stop": b".", "no stop": b"N", "two left": b"NN.", "mark left": b"(N.", "pop empty": b"0.", "no mark": b"t.", "get unknown": b"h\x05.",
        "long get": b"j\xff\xff\xff\xff.", "text get": b"g12345\n.", "text get of words": b"gxyz\n.", "put nothing": b"q\x00.", "memo of a mark": b"(q\x00N.",
        "protocol 0": b"\x80\x00N.", "protocol 9": b"\x80\x09N.", "unknown opcode": b"\xff.", "unicode8 of 2**63": b"\x8d" + b"\xff" * 7 + b"\x7f.", "unicode of 4 GB": b"X\xff\xff\xff\xffab.",
        "bytes8": b"\x8e" + b"\xff" * 8 + b".", "bytes of 4 GB": b"B\xff\xff\xff\xff.", "bytearray8": b"\x96" + b"\xff" * 8 + b".", "frame": b"\x95" + b"\xff" * 8 + b"N.",
        "negative string": b"T\xff\xff\xff\xff.", "long4 negative": b"\x8b\xff\xff\xff\xff.", "long4 of 2 GB": b"\x8b\xff\xff\xff\x7f.", "int no number": b"Iabc\n.", "int of 5000 digits": b"I" + b"9" * 5000 + b"\n.",
        "long of 100000 digits": b"L" + b"9" * 100_000 + b"L\n.", "float no number": b"Fabc\n.", "string opcode": b"S'abc'\n.", "no utf-8": b"X\x02\x00\x00\x00\xff\xfe.", "line without end": b"Iabc", "odd items": b"}(Nu.",
        "tuple of a mark": b"(\x85.", "pop past mark": b"N(0t.",
        "deep tuple key": b"}" + b")" + b"\x85" * 5_000 + b"Ns.", "deep frozenset key": b"}(" + b"(" * 20 + b"\x91" * 20 + b"\x91Ns.", "complex key": b"}" + call("builtins", "complex", number(1), number(2)) + b"Ns.",
        "colliding keys": b"}(" + b"".join(number(i * ((1 << 61) - 1)) + b"N" for i in range(1, 30_000)) + b"u.",
        "colliding tuples": b"}(" + b"".join(tup(number(i), number(i * 7)) + b"N" for i in range(1, 25_000)) + b"u.",
        "million lists": b"(" + b"]" * 300_000 + b"l.", "million dicts": b"(" + b"}" * 300_000 + b"l.", "million marks": b"(" * 300_000 + b".", "million memos": b"N" + b"".join(b"r" + struct.pack("<I", 3 * i + 5) for i in range(60_000)) + b".",
        "million sets": b"(" + b"\x8f" * 150_000 + b"l.", "million floats": b"(" + b"G" + b"\0" * 8 + (b"G" + b"\0" * 8) * 250_000 + b"l.", "many OrderedDicts": glob("collections", "OrderedDict") + b"q\x000(" + b"h\x00)R" * 30_000 + b"l.",
        "wide string": b"X" + struct.pack("<I", 2_000_004) + b"\xf0\x9f\x94\xa5" + b"a" * 2_000_000 + b".", "many tensors": b"(" + tensor() * 10_000 + b"l.",
        "doubling tuples": b")" + b"2\x86" * 60_000 + b".", "deep list": b"]" * 1 + b"".join(b"]" for _ in range(deep)) + b"a" * deep + b"a" * 5 + b".",
    }
    return [(f"pickle: {name}", P + body) for name, body in one.items()]


def lying_tensors():
    """Pickles of tensors and storages with wrong numbers: (name, pickle)."""
    big = 2**62
    one = {
        "offset outside": tensor(offset=1), "offset negative": tensor(offset=-1), "offset huge": tensor(offset=2**63), "offset text": tensor(offset=text("0")), "offset bool": tensor(offset=b"\x88"), "offset float": tensor(offset=b"G" + b"\0" * 8),
        "size too large": tensor(size=(5,)), "size negative": tensor(size=(-4,)), "size huge": tensor(size=(2**63,)), "size wraps": tensor(size=(2**32, 2**32), stride=(1, 1)), "size overflows": tensor(size=(2**40, 2**40), stride=(0, 0)),
        "size and zero": tensor(size=(0, 2**62, 2**62), stride=(1, 1, 1)), "size float": tensor(size=(b"G" + b"\0" * 8,)), "size none": tensor(size=(b"N",)), "stride negative": tensor(stride=(-1,)), "stride huge": tensor(stride=(2**62,)),
        "stride wraps": tensor(size=(2,), stride=(2**64 - 3,)), "stride missing": tensor(size=(2, 2)), "stride more": tensor(stride=(1, 1)), "many dimensions": tensor(size=(1,) * 100, stride=(1,) * 100), "grad a number": tensor(grad=number(1)),
        "numel too large": tensor(numel=5), "numel too small": tensor(numel=3), "numel huge": tensor(numel=2**60), "numel wraps": tensor(numel=2**62 + 1), "numel negative": tensor(numel=-4), "numel text": tensor(numel=text("4")), "numel bool": tensor(numel=b"\x88"),
        "numel float": tensor(numel=b"G" + struct.pack(">d", 4.0)), "storage missing": tensor(key="77"), "storage above": tensor(key="../data.pkl"), "storage of a number": tup(text("storage"), glob("torch", "FloatStorage"), number(0), text("cpu"), number(4)) + b"Q",
        "storage class a dtype": tensor(kind=("torch", "float32")), "storage class Tensor": tensor(kind=("torch", "Tensor")), "storage class a function": tensor(kind=("torch.nn.functional", "relu")), "storage class none": tup(text("storage"), b"N", text("0"), text("cpu"), number(4)) + b"Q",
        "location unknown": tensor(location="mars"), "location cuda": tensor(location="cuda:0"), "location huge": tensor(location="cuda:99999999999999999999"), "location empty": tensor(location=""), "tag unknown": tensor(tag="module"), "id too short": tup(text("storage")) + b"Q", "id a string": text("storage") + b"Q",
        "id none": b"NQ", "id a list": b"]Q", "two sizes": b"]" + tensor(numel=4) + b"a" + tensor(numel=5) + b"a", "two classes": b"]" + tensor(numel=4) + b"a" + tensor(numel=4, kind=("torch", "DoubleStorage")) + b"a",
        "tensor of no storage": call("torch._utils", "_rebuild_tensor_v2", b"N", number(0), tup(number(1)), tup(number(1)), b"\x89", b"N"), "tensor of few": call("torch._utils", "_rebuild_tensor_v2"), "tensor of a list size": call("torch._utils", "_rebuild_tensor_v2", storage(), number(0), text("ab"), text("cd"), b"\x89", b"N"),
        "v3 without dtype": call("torch._utils", "_rebuild_tensor_v3", storage(16, kind=("torch.storage", "UntypedStorage")), number(0), tup(number(4)), tup(number(1)), b"\x89", b"N", text("f4")),
        "v3 too wide": call("torch._utils", "_rebuild_tensor_v3", storage(16, kind=("torch.storage", "UntypedStorage")), number(0), tup(number(4)), tup(number(1)), b"\x89", b"N", glob("torch", "float64")),
        "integer with grad": call("torch._utils", "_rebuild_tensor_v2", storage(2, kind=("torch", "LongStorage")), number(0), tup(number(2)), tup(number(1)), b"\x88", b"N"), "parameter of a list": call("torch._utils", "_rebuild_parameter", b"]", b"\x88", b"N"),
        "parameter of a number": call("torch._utils", "_rebuild_parameter", number(big), b"\x88", b"N"), "hooks a list": call("torch._utils", "_rebuild_tensor_v2", storage(), number(0), tup(number(4)), tup(number(1)), b"\x89", b"]Na"),
        "hooks of numbers": call("torch._utils", "_rebuild_parameter", tensor(), b"\x88", b"}" + number(0) + number(1) + b"s"), "metadata unknown": call("torch._utils", "_rebuild_tensor_v2", storage(), number(0), tup(number(4)), tup(number(1)), b"\x89", b"N", b"}" + text("_array") + b"Ns"),
        "sparse": call("torch._utils", "_rebuild_sparse_tensor", b"N", b")"), "quantized": call("torch._utils", "_rebuild_qtensor"), "device unknown": call("torch", "device", text("mars")), "device huge": call("torch", "device", text("cpu"), number(2**200)), "size of text": call("torch", "Size", tup(text("a"))),
        "layout unknown": call("torch.serialization", "_get_layout", text("torch.os")) + b")R",
    }
    return [(f"tensor: {name}", P + body + b".") for name, body in one.items()]


# ------------------------------------------------------------------ archives

GOOD = P + tensor() + b"."


def _patched(data, at, new):
    return data[:at] + new + data[at + len(new):]


def archives():
    """Zip files that lie: (name, bytes)."""
    good = archive(GOOD)
    end = good.rindex(b"PK\5\6")
    central = good.index(b"PK\1\2")
    names = [i for i in range(central, end) if good[i:i + 4] == b"PK\1\2"]
    out = {
        "no directory": good[:central], "directory offset": _patched(good, end + 16, struct.pack("<I", 2**31)), "directory size": _patched(good, end + 12, struct.pack("<I", 2**31)), "count too large": _patched(good, end + 8, struct.pack("<HH", 60000, 60000)),
        "count too small": _patched(good, end + 8, struct.pack("<HH", 1, 1)), "disks": _patched(good, end + 4, struct.pack("<HH", 3, 3)), "comment lies": _patched(good, end + 20, struct.pack("<H", 500)), "zip64 without a locator": _patched(good, end + 16, b"\xff" * 4),
        "only the end": b"PK\3\4" + b"\0" * 30 + good[end:], "no end": good[:end], "junk behind": good + b"junk",
    }
    for i, name in enumerate(names):
        for what, offset, new in (("size", 24, struct.pack("<I", 2**31)), ("packed size", 20, struct.pack("<I", 2**31)), ("both sizes", 20, struct.pack("<II", 2**31, 2**31)), ("offset", 42, struct.pack("<I", 2**31)), ("offset in the middle", 42, struct.pack("<I", 7)),
                                  ("method", 10, struct.pack("<H", 99)), ("deflated", 10, struct.pack("<H", 8)), ("encrypted", 8, struct.pack("<H", 1)), ("checksum", 16, b"abcd"), ("long name", 28, struct.pack("<H", 60000)), ("disk", 34, struct.pack("<H", 9))):
            out[f"member {i}: {what}"] = _patched(good, name + offset, new)
    first = struct.unpack("<I", good[names[0] + 42:names[0] + 46])
    out["all members the same"] = good
    for name in names[1:]:
        out["all members the same"] = _patched(out["all members the same"], name + 42, struct.pack("<I", *first))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("archive/data.pkl", GOOD)
        z.writestr("archive/data/0", bytes(60_000_000))
        z.writestr("archive/version", "3\n")
    out["zip bomb"] = buffer.getvalue()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        for i in range(60):
            z.writestr(f"archive/data/{i}", bytes(1_000_000))
        z.writestr("archive/data.pkl", P + b"(" + b"".join(tensor(numel=250_000, key=str(i)) for i in range(60)) + b"l.")
        z.writestr("archive/version", "3\n")
    out["many small bombs"] = buffer.getvalue()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("archive/data.pkl", P + b"(" + b"]" * 60_000_000 + b"l.")
        z.writestr("archive/version", "3\n")
    out["bomb in the pickle"] = buffer.getvalue()
    out["stream longer than it says"] = _deflated(zlib.compress(bytes(5_000_000), 9)[2:-4], 16)
    out["stream shorter than it says"] = _deflated(zlib.compress(bytes(4), 9)[2:-4], 16)
    out["stream damaged"] = _deflated(b"\xff" * 40, 16)
    out["stream cut"] = _deflated(zlib.compress(os.urandom(0) + bytes(range(256)), 9)[2:20], 256)
    out["no pickle"] = _zip({"archive/version": b"3\n"})
    out["no version"] = _zip({"archive/data.pkl": GOOD, "archive/data/0": bytes(16)})
    out["version text"] = _zip({"archive/data.pkl": GOOD, "archive/data/0": bytes(16), "archive/version": b"x"})
    out["version 99"] = _zip({"archive/data.pkl": GOOD, "archive/data/0": bytes(16), "archive/version": b"99"})
    out["two roots"] = _zip({"archive/data.pkl": GOOD, "archive/data/0": bytes(16), "archive/version": b"3", "other/data.pkl": GOOD})
    out["no root"] = _zip({"data.pkl": GOOD, "version": b"3"})
    out["byte order"] = _zip({"archive/data.pkl": GOOD, "archive/data/0": bytes(16), "archive/version": b"3", "archive/byteorder": b"middle"})
    out["TorchScript"] = _zip({"archive/data.pkl": GOOD, "archive/constants.pkl": GOOD, "archive/version": b"3"})
    out["many members"] = _zip({f"archive/data/{i}": b"" for i in range(45_000)})
    out["empty archive"] = b"PK\5\6" + bytes(18)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        z.writestr("archive/data.pkl", GOOD)
        z.writestr("archive/data.pkx", P + b"N.")
        z.writestr("archive/data/0", bytes(16))
        z.writestr("archive/version", "3\n")
    out["double member"] = buffer.getvalue().replace(b"data.pkx", b"data.pkl")
    out["two names of a member"] = _patched(good, good.index(b"archive/data.pkl"), b"archive/data.pkX")
    return [(f"zip: {name}", data) for name, data in out.items()]


def _zip(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        for name, data in members.items():
            z.writestr(name, data)
    return buffer.getvalue()


def _deflated(stream, size):
    """An archive whose storage is a deflated stream with a size of our choice."""
    good = _zip({"archive/data.pkl": P + tensor(size=(size // 4,), numel=size // 4) + b".", "archive/version": b"3\n", "archive/data/0": stream})
    at = good.rindex(b"PK\1\2")
    good = _patched(good, at + 10, struct.pack("<H", 8))
    return _patched(good, at + 24, struct.pack("<I", size))


# ------------------------------------------------------------------ the old format

def old_files():
    """Files in the format before the zip one: (name, bytes)."""
    five = tensor(extra=b"N")
    good = P + five + b"."
    out = {
        "magic": legacy(good, magic=1), "magic text": legacy(good, magic="x"), "protocol": legacy(good, protocol=7), "no info": legacy(good, info=[1]) [:90], "keys missing": legacy(good, keys=()), "keys unknown": legacy(good, keys=("9",)), "keys twice": legacy(good, keys=("0", "0")), "keys numbers": legacy(good, keys=(0,)),
        "keys code": legacy(good)[:-60] + P + call("os", "system", text(TOUCH)) + b".", "count too large": legacy(good, tail=struct.pack("<q4f", 5, 1, 2, 3, 4)), "count negative": legacy(good, tail=struct.pack("<q4f", -4, 1, 2, 3, 4)), "count huge": legacy(good, tail=struct.pack("<q4f", 2**62, 1, 2, 3, 4)), "no bytes": legacy(good, tail=struct.pack("<q", 4)), "no tail": legacy(good, tail=b""),
        "numel huge": legacy(P + tensor(numel=2**50, extra=b"N") + b"."), "numel 100 MB": legacy(P + tensor(numel=25_000_000, size=(25_000_000,), extra=b"N") + b"."), "view outside": legacy(P + tensor(extra=tup(text("v"), number(3), number(2))) + b"."), "view negative": legacy(P + tensor(extra=tup(text("v"), number(-1), number(2))) + b"."), "view a number": legacy(P + tensor(extra=number(3)) + b"."),
        "code": legacy(P + call("os", "system", text(TOUCH)) + b"."), "code in the head": P + call("os", "system", text(TOUCH)) + b"." + legacy(good), "code in the info": pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + P + call("os", "system", text(TOUCH)) + b"." + good, "text": b"hello world, this is no checkpoint", "zeros": bytes(5000),
        "module id": legacy(P + tup(text("module"), glob("os", "system"), text("a"), text(CODE)) + b"Q" + tup(text(TOUCH)) + b"R."), "five in the id": legacy(GOOD), "tensor outside": legacy(P + tensor(offset=2, extra=b"N") + b"."),
    }
    for name, members in {
        "missing": {"storages": pickle.dumps(0, 2)}, "count": {"storages": pickle.dumps(10**9, 2), "tensors": pickle.dumps(0, 2), "pickle": pickle.dumps(1, 2)}, "count negative": {"storages": pickle.dumps(-1, 2), "tensors": b"", "pickle": b""}, "storage huge": {"storages": _tar_storage(2**40), "tensors": pickle.dumps(0, 2), "pickle": pickle.dumps(1, 2)},
        "storage negative": {"storages": _tar_storage(-1), "tensors": pickle.dumps(0, 2), "pickle": pickle.dumps(1, 2)}, "dimensions": {"storages": _tar_storage(4), "tensors": _tar_tensor(2**30), "pickle": pickle.dumps(1, 2)}, "dimensions negative": {"storages": _tar_storage(4), "tensors": _tar_tensor(-3), "pickle": pickle.dumps(1, 2)}, "tensor outside": {"storages": _tar_storage(4), "tensors": _tar_tensor(1, (9, 1, 0)), "pickle": pickle.dumps(1, 2)},
        "view outside": {"storages": _tar_storage(4, [("v", "1", 2, 9)]), "tensors": pickle.dumps(0, 2), "pickle": pickle.dumps(1, 2)}, "code": {"storages": pickle.dumps(0, 2), "tensors": pickle.dumps(0, 2), "pickle": P + call("os", "system", text(TOUCH)) + b"."}, "unknown tensor": {"storages": pickle.dumps(0, 2), "tensors": pickle.dumps(0, 2), "pickle": P + number(7) + b"Q."},
    }.items():
        out[f"tar: {name}"] = _tar(members)
    good = _tar({"storages": pickle.dumps(0, 2), "tensors": pickle.dumps(0, 2), "pickle": pickle.dumps(1, 2)})
    out["tar: size lies"] = _patched(good, 124, b"77777777777\0")
    out["tar: size no number"] = _patched(good, 124, b"xyz")
    out["tar: double member"] = good[:-1024] + good
    return [(f"old: {name}", data) for name, data in out.items()]


def _tar(members):
    out = b""
    for name, data in members.items():
        head = name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % len(data) + b"0" * 11 + b"\0" + b" " * 8 + b"0" + bytes(100) + b"ustar\00000"
        out += head.ljust(512, b"\0") + data + bytes(-len(data) % 512)
    return out + bytes(1024)


def _tar_storage(count, views=()):
    return pickle.dumps(1, 2) + P + tup(text("1"), text("cpu"), glob("torch", "FloatStorage")) + b"." + struct.pack("<q", count) + bytes(16) + pickle.dumps(list(views), 2)


def _tar_tensor(ndim, numbers=(4, 1, 0)):
    return pickle.dumps(1, 2) + P + tup(number(7), text("1"), glob("torch", "FloatTensor")) + b"." + struct.pack("<i", ndim) + bytes(4) + struct.pack(f"<{len(numbers)}q", *numbers)


# ------------------------------------------------------------------ safetensors

def safetensors_files():
    """Files in the safetensors format that lie: (name, bytes)."""
    def mk(header, data=b"", length=None):
        raw = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(raw) if length is None else length) + raw + data

    def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
        return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}

    eight = bytes(8)
    many = b"{" + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % i for i in range(90_000)) + b"}"
    out = {
        "empty": b"", "seven bytes": bytes(7), "length 2**64-1": b"\xff" * 8 + b"{}", "length 101 MB": mk(b"{}", length=101_000_000), "length too large": mk(b"{}", length=50), "no utf-8": mk(b"\xff\xfe"), "no json": mk(b"{"), "a list": mk(b"[]"), "a number": mk(b"3"), "nothing": mk(b""), "bytes behind": mk({"a": entry()}, bytes(9)), "bytes missing": mk({"a": entry()}, bytes(7)),
        "only junk": mk({}, b"junk"), "shape too large": mk({"a": entry(shape=[3])}, eight), "shape too small": mk({"a": entry(shape=[1])}, eight), "shape negative": mk({"a": entry(shape=[-2])}, eight), "shape wraps": mk({"a": entry(shape=[2**63, 2**63])}, eight), "shape times zero": mk({"a": entry(shape=[0, 2**62, 2**62], offsets=[0, 0])}), "shape 2**70": mk({"a": entry(shape=[2**70])}, eight), "shape float": mk({"a": entry(shape=[2.0])}, eight),
        "shape text": mk({"a": {**entry(), "shape": "2"}}, eight), "shape true": mk({"a": entry(shape=[True, 2])}, eight), "shape of 100 dimensions": mk({"a": entry(shape=[1] * 99 + [2])}, eight), "shape null": mk({"a": {**entry(), "shape": None}}, eight), "offsets back": mk({"a": entry(offsets=[8, 0])}, eight), "offsets negative": mk({"a": entry(offsets=[-8, 0])}, eight), "offsets outside": mk({"a": entry(offsets=[8, 16])}, eight),
        "offsets hole": mk({"a": entry(), "b": entry(offsets=[16, 24])}, bytes(24)), "offsets overlap": mk({"a": entry(), "b": entry(offsets=[4, 12])}, bytes(12)), "offsets the same": mk({"a": entry(), "b": entry()}, eight), "offsets three": mk({"a": {**entry(), "data_offsets": [0, 8, 8]}}, eight), "offsets one": mk({"a": {**entry(), "data_offsets": [0]}}, eight), "offsets 2**64": mk({"a": entry(offsets=[0, 2**64])}, eight), "offsets text": mk({"a": {**entry(), "data_offsets": ["0", "8"]}}, eight),
        "dtype unknown": mk({"a": entry(dtype="F31")}, eight), "dtype F4": mk({"a": entry(dtype="F4")}, eight), "dtype F8_E8M0": mk({"a": entry(dtype="F8_E8M0")}, eight), "dtype number": mk({"a": entry(dtype=3)}, eight), "dtype list": mk({"a": entry(dtype=["F32"])}, eight), "dtype object": mk({"a": entry(dtype="O")}, eight), "no dtype": mk({"a": {"shape": [2], "data_offsets": [0, 8]}}, eight), "more fields": mk({"a": {**entry(), "x": 1}}, eight),
        "entry a list": mk({"a": [1]}, eight), "entry null": mk({"a": None}, eight), "double key": mk(b'{"a":' + json.dumps(entry()).encode() + b',"a":' + json.dumps(entry()).encode() + b"}", eight), "double field": mk(b'{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', eight), "metadata of numbers": mk({"__metadata__": {"a": 1}}), "metadata a list": mk({"__metadata__": []}), "metadata nested": mk({"__metadata__": {"a": {}}}),
        "deep": mk(b"[" * 100_000), "deep objects": mk(b'{"a":' * 100_000), "NaN": mk(b'{"a":NaN}'), "long number": mk(b'{"a":' + b"9" * 10_000 + b"}"), "million lists": mk(b"[" + b"[]," * 1_000_000 + b"[]]"), "many entries": mk(many), "million zeros": mk(b"[" + b"0," * 4_000_000 + b"0]"), "a pickle": GOOD, "a zip": archive(GOOD),
    }
    return [(f"safetensors: {name}", data) for name, data in out.items()]


# ------------------------------------------------------------------ cut off

def truncated(parts=40):
    """Sound files cut at every k-th byte: (name, bytes, is it safetensors)."""
    good = {"zip": archive(GOOD), "old": legacy(P + tensor(extra=b"N") + b"."),
            "safetensors": struct.pack("<Q", 59) + b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}     ' + bytes(8),
            "tar": _tar({"storages": _tar_storage(4), "tensors": _tar_tensor(1), "pickle": P + number(7) + b"Q."})[:-1024]}
    for name, data in good.items():
        step = max(1, len(data) // parts)
        end = len(data) - 500 if name == "tar" else len(data)           # the last block is filled up with zeros
        for n in range(0, end, step):
            yield f"cut: {name} at {n}", data[:n], name == "safetensors"


def sound_files():
    """The files that `truncated` cuts and others patch, whole: they load."""
    return [archive(GOOD), legacy(P + tensor(extra=b"N") + b"."), _tar({"storages": _tar_storage(4), "tensors": _tar_tensor(1), "pickle": P + number(7) + b"Q."})]


@functools.cache
def all_files():
    """Return every hostile file: [(name, bytes, is it safetensors)]."""
    return list(_all_files())


def _all_files():
    for name, pkl in code_pickles() + damaged_pickles() + lying_tensors():
        yield name, archive(pkl), False
    for name, data in archives() + old_files():
        yield name, data, False
    for name, data in safetensors_files():
        yield name, data, True
    yield from truncated()
