"""Write the type stubs (`*.pyi`) of the public names from the registry and the modules themselves.

    python tools/make_stubs.py            write them
    python tools/make_stubs.py --check    exit with 1 when one is stale
"""
import argparse
import importlib
import inspect
import keyword
import pathlib
import re
import sys
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "rushlight"
sys.path.insert(0, str(SRC.parent))

import rushlight
from rushlight.core.kinds import LIST, OPTION, OPTIONAL
from rushlight.core.op import InPlace, Op, Registry
from rushlight.core.tensor import Tensor

HEAD = '"""{title} Written by tools/make_stubs.py."""\n'
TYPES = ("from builtins import bool as _bool, complex as _complex, float as _float, int as _int, str as _str\n"
         "from collections.abc import Iterator, Sequence\nfrom typing import Any\n")
#: names that functions of the package hide
HIDDEN = re.compile(r"(?<=[:>] )(bool|int|float|complex|str|dtype|device)\b")

#: what composites return that is no tensor
RETURNS = {
    "bool": """allclose equal is_complex is_conj is_contiguous is_floating_point is_inference is_neg is_nonzero is_pinned
        is_same_size is_set_to is_shared is_signed is_storage is_tensor can_cast is_vulkan_available is_grad_enabled
        are_deterministic_algorithms_enabled is_warn_always_enabled has_names""",
    "int": "data_ptr dim element_size get_device get_num_interop_threads get_num_threads ndimension nelement numel storage_offset "
           "initial_seed seed get_deterministic_debug_mode __len__ __int__ __index__ __hash__",
    "float": "__float__", "complex": "__complex__", "str": "__format__ __repr__ get_float32_matmul_precision typename",
    "tuple[Tensor, ...]": """atleast_dims broadcast_tensors chunk dsplit hsplit meshgrid split split_with_sizes tensor_split
        unbind unsafe_chunk unsafe_split unsafe_split_with_sizes vsplit""",
    "None": "backward manual_seed set_default_dtype set_default_device set_num_threads set_num_interop_threads retain_grad "
            "use_deterministic_algorithms set_printoptions set_float32_matmul_precision __setitem__",
    "Size": "broadcast_shapes",
    "dtype": "result_type promote_types",
    "Any": """item tolist numpy storage storage_type storage_offset size stride type untyped_storage map_ apply_ register_hook
        register_post_accumulate_grad_hook max min median nanmedian sort std_mean var_mean unique unique_consecutive histogram
        histogramdd frexp slogdet lu lu_unpack lstsq qr svd eig eigh svd_lowrank pca_lowrank triangular_solve lu_factor
        lu_factor_ex inv_ex cholesky_ex ldl_factor ldl_factor_ex solve_ex geqrf kthvalue mode aminmax cummax cummin topk gradient
        norm_except_dim native_layer_norm native_group_norm native_batch_norm native_dropout adaptive_max_pool1d
        adaptive_max_pool2d adaptive_max_pool3d max_pool1d max_pool2d max_pool3d fractional_max_pool2d fractional_max_pool3d
        multi_head_attention_forward embedding_bag cond while_loop lobpcg lstm gru rnn_tanh rnn_relu layout finfo iinfo
        __array__ __array_wrap__ __deepcopy__ __reduce_ex__ __dlpack__ __dlpack_device__ get_device_module argument_validation
        get_rng_state atleast_1d atleast_2d atleast_3d nonzero nonzero_static where vander module_load get_default_device
        compiled_with_cxx11_abi sym_int sym_float sym_not sym_max sym_min sym_sqrt sym_sum sym_ite get_default_dtype""",
}
RESULT = {name: kind for kind, names in RETURNS.items() for name in names.split()}
PROPERTIES = {
    "shape": "Size", "dtype": "dtype", "device": "device", "ndim": "int", "requires_grad": "bool", "is_leaf": "bool",
    "grad": "Tensor | None", "itemsize": "int", "nbytes": "int", "output_nr": "int", "grad_fn": "Any", "layout": "Any",
    "names": "Any", "_version": "int", "data": "Tensor", "T": "Tensor", "mT": "Tensor", "H": "Tensor", "mH": "Tensor",
    "real": "Tensor", "imag": "Tensor", "is_cuda": "bool", "is_cpu": "bool",
}
OPERATORS = {**{f"__{n}__": "other: Any" for n in (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul and rand or ror xor rxor "
    "lshift rlshift rshift rrshift iadd isub imul itruediv ifloordiv imod ipow iand ior ixor ilshift irshift lt le gt ge").split()},
    **{f"__{n}__": "" for n in ("neg", "pos", "abs", "invert")}}


def defaults_type(value):
    return {bool: "bool", int: "int", float: "float", str: "str"}.get(type(value), "Any")


def parameters_of_op(op):
    """Return the parameters of an op as the stub has them."""
    out = []
    for i, name in enumerate(op.params):
        kind = op.kinds[i]
        if op.keyword_only[i] and not any(p.startswith("*") for p in out):
            out.append("*")
        text = {OPTION: "Any" if op.needed[i] else defaults_type(op.defaults[i]), LIST: "Sequence[Tensor]",
                OPTIONAL: "Any" if op.promote else "Tensor | None"}.get(kind, "Any" if op.numbers else "Tensor")
        if text in ("int", "float"):
            text = "Any"                        # dim=0 takes a tuple too, and 1.0 an int
        out.append(f"{name}: {text}" + ("" if op.needed[i] else " = ..."))
    keyword = [] if "out" in op.params else (["*"] if not any(p.startswith("*") for p in out) else []) + ["out: Any = ..."]
    names = {p.partition(":")[0] for p in out}
    for short, long in (("axis", "dim"), ("keepdims", "keepdim")):
        if long in names and short not in names:
            keyword.append(f"{short}: Any = ...")
    return [loosened(p) for p in out] + keyword


def loosened(p):
    """`dim` and `keepdim` may be given by their NumPy names, so they are never required."""
    return p if not p.startswith(("dim:", "keepdim:")) or "=" in p else p + " = ..."


def ordered(params):
    """Give a default to every parameter after one that has one."""
    seen, out = False, []
    for p in params:
        if p.startswith("*"):
            seen = False if p == "*" else seen
        elif "=" in p:
            seen = True
        elif seen:
            p += " = ..."
        out.append(p)
    return out


def parameters_of_function(function):
    out = []
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ["*args: Any", "**kwargs: Any"]
    for p in found:
        if p.name.startswith("_") and p.default is not p.empty:
            continue
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        if p.kind is p.KEYWORD_ONLY and not any(q.startswith("*") for q in out):
            out.append("*")
        text = "Tensor" if p.name in ("input", "self") and p.default is p.empty else "Any"
        if isinstance(p.default, bool):
            text = "bool"
        name = p.name + "_" if keyword.iskeyword(p.name) else p.name
        out.append(f"{star}{name}: {text}" + ("" if p.default is p.empty or star else " = ..."))
    return out


def result_of(name, function):
    if isinstance(function, Op) and name not in RESULT:
        if function.outputs is None or isinstance(function.returns, int):
            return "Tensor"
        return "Any" if function.result_type is not None or function.view else "tuple[Tensor, ...]"
    return RESULT.get(name, "Tensor")


def first_line(function):
    text = inspect.getdoc(function) or ""
    return text.partition("\n")[0].replace('"""', "'''").replace("\\", "\\\\").strip()


def definition(name, function, method=False, indent=""):
    """Return the lines of one function or method."""
    if isinstance(function, InPlace):
        params, result = parameters_of_op(function.op), "Tensor"
        params = [p for p in params if p != "out: Any = ..."]
        if params and params[-1] == "*":
            params.pop()
    elif isinstance(function, Op):
        params, result = parameters_of_op(function), result_of(name, function)
    else:
        params, result = parameters_of_function(function), result_of(name, function)
    if method:
        params = ["self"] + (params[1:] if params and not params[0].startswith("*") else params)
    params = ordered(params)
    if params and params[-1] == "*":
        params.pop()
    doc = first_line(function)
    lines = [f"{indent}def {name}({', '.join(params)}) -> {result}:"]
    lines.append(f'{indent}    """{doc}"""' if doc and not doc.endswith('"') else f"{indent}    ...")
    return lines


def published(names, skip=()):
    """Return the definitions of a namespace's functions."""
    lines = []
    for name, thing in sorted(names.items()):
        if name in skip or not name.isidentifier() or keyword.iskeyword(name):
            continue
        if isinstance(thing, type):
            lines += [f"class {name}:", f'    """{first_line(thing)}"""', "    def __init__(self, *args: Any, **kwargs: Any) -> None: ...",
                      "    def __getattr__(self, name: str) -> Any: ..."]
        elif callable(thing):
            lines += definition(name, thing)
        else:
            lines.append(f"{name}: Any")
    return lines


def tensor_class():
    lines = ["class Tensor:", '    """A multi-dimensional array that differentiates itself."""',
             "    def __init__(self, *args: Any, **kwargs: Any) -> None: ..."]
    done = set()
    for name, kind in PROPERTIES.items():
        if hasattr(Tensor, name):
            done.add(name)
            if kind == "Tensor | None" or name in ("requires_grad", "data"):
                lines.append(f"    {name}: {kind}")
            else:
                lines += ["    @property", f"    def {name}(self) -> {kind}: ..."]
    for name, args in OPERATORS.items():
        done.add(name)
        lines.append(f"    def {name}(self{', ' + args if args else ''}) -> Tensor: ...")
    for name in ("__eq__", "__ne__"):
        lines.append(f"    def {name}(self, other: Any) -> Tensor: ...  # type: ignore[override]")
    lines += ["    def __getitem__(self, index: Any) -> Tensor: ...", "    def __setitem__(self, index: Any, value: Any) -> None: ...",
              "    def __iter__(self) -> Iterator[Tensor]: ...", "    def __len__(self) -> int: ...", "    def __bool__(self) -> bool: ...",
              "    def __int__(self) -> int: ...", "    def __float__(self) -> float: ...", "    def __index__(self) -> int: ...",
              "    def __hash__(self) -> int: ...", "    def __contains__(self, element: Any) -> bool: ..."]
    lines += ["    @classmethod", "    def __torch_function__(cls, func: Any, types: Any, args: Any = ..., kwargs: Any = ...) -> Any: ..."]
    for name, thing in sorted(Registry.methods.items()):
        if name in done or name.startswith("__") or not name.isidentifier():
            continue
        if isinstance(thing, property):
            lines += ["    @property", f"    def {name}(self) -> Any: ..."]
        elif isinstance(thing, staticmethod):
            lines += ["    @staticmethod", f"    def {name}(*args: Any, **kwargs: Any) -> Any: ..."]
        else:
            lines += definition(name, thing, method=True, indent="    ")
    return lines


def package():
    lines = [HEAD.format(title="The names of `import rushlight as torch`."), TYPES,
             "from . import autograd as autograd, backends as backends, cuda as cuda, linalg as linalg, nn as nn, optim as optim",
             "from . import random as random, special as special, utils as utils",
             "from .amp import autocast as autocast",
             "from .compat import install as install",
             "from .core.generator import Generator as Generator",
             "from .core.modes import (enable_grad as enable_grad, inference_mode as inference_mode, no_grad as no_grad,",
             "                         set_grad_enabled as set_grad_enabled)",
             "from .core.tensor import Size as Size",
             "from .devices import device as device, device as _device",
             "from .dtypes import dtype as dtype, dtype as _dtype, finfo as finfo, iinfo as iinfo",
             "", "__version__: str", "e: float", "inf: float", "nan: float", "pi: float", "newaxis: None"]
    space = Registry.namespaces["torch"]
    constants = sorted(n for n, v in vars(rushlight).items() if isinstance(v, rushlight.dtype))
    lines += [f"{name}: dtype" for name in constants]
    here = {"Tensor", *constants, "autocast", "Generator"}
    lines += [f"{n}: Any" for n, v in sorted(vars(rushlight).items()) if isinstance(v, (rushlight.layout, rushlight.memory_format))]
    lines += ["", *tensor_class(), ""]
    lines += published(space, skip=here)
    more = {n: v for n, v in vars(rushlight).items() if not n.startswith("_") and n not in space and n not in here
            and _is_function(v) and n not in ("install",)}
    lines += published(more)
    lines += ["def save(obj: Any, f: Any, *args: Any, **kwargs: Any) -> None: ...",
              "def load(f: Any, map_location: Any = ..., *args: Any, **kwargs: Any) -> Any: ...",
              "def compile(model: Any = ..., **kwargs: Any) -> Any: ...", "def __getattr__(name: str) -> Any: ..."]
    return lines


def _is_function(value):
    """Whether a value is a function, also one that Cython has compiled."""
    return (isinstance(value, (types.FunctionType, types.BuiltinFunctionType))
            or type(value).__name__ == "cython_function_or_method")


def functions(space, title):
    importlib.import_module("rushlight." + space)
    dots = "." * (space.count(".") + 1)
    return [HEAD.format(title=title), TYPES, f"from {dots} import Size, Tensor, dtype as _dtype", "",
            *published(Registry.namespaces[space]), "def __getattr__(name: str) -> Any: ..."]


def layers():
    from rushlight import nn
    lines = [HEAD.format(title="The names of `torch.nn`."), "from typing import Any", "",
             "from . import functional as functional, init as init, parallel as parallel, parameter as parameter, utils as utils",
             "from .parallel import DataParallel as DataParallel",
             "from .parameter import (Buffer as Buffer, Parameter as Parameter, UninitializedBuffer as UninitializedBuffer,",
             "                        UninitializedParameter as UninitializedParameter)"]
    files = {}
    for name in nn.modules.__all__:
        module = getattr(nn.modules, name).__module__.rpartition(".")[2]
        files.setdefault({"utils": "tuples"}.get(module, module), []).append(name)
    for file, names in sorted(files.items()):
        lines += [f"from .{file} import {name} as {name}" for name in sorted(names)]
    return [*lines, "", "modules: Any"]


STUBS = {
    "__init__.pyi": package,
    "nn/__init__.pyi": layers,
    "nn/functional.pyi": lambda: functions("nn.functional", "The functions of `torch.nn.functional`."),
    "linalg.pyi": lambda: functions("linalg", "The functions of `torch.linalg`."),
    "special.pyi": lambda: functions("special", "The functions of `torch.special`."),
    "fft.pyi": lambda: functions("fft", "The functions of `torch.fft`."),
}


def texts():
    """Return {path: text} of all stubs."""
    found = {}
    for path, make in STUBS.items():
        lines = [line if line.lstrip().startswith('"""') else HIDDEN.sub(r"_\1", line) for line in make()]
        found[path] = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether the files are fresh")
    stale = []
    check = parser.parse_args().check
    for path, text in texts().items():
        file = SRC / path
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not check:
                file.write_text(text, encoding="utf-8")
    print(f"{'stale' if check else 'written'}: {', '.join(stale) or 'none'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
