"""What an op does, as plain data: `observe(torch, row, check)` runs the calls of one check in one
library and returns {case: outcome}. The same code runs PyTorch (live or to record) and Rushlight,
and `differences` compares the two."""

from __future__ import annotations

import functools
import re
import warnings
import zlib

import numpy as np
import table
from table import Arg, Row, Sample, leaves, rebuild, s

TOLERANCES = {                      # torch.testing's own
    "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
    "complex32": (1e-3, 1e-5), "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7),
    "float8_e4m3fn": (0.13, 1e-2), "float8_e5m2": (0.26, 1e-2), "float8_e4m3fnuz": (0.13, 1e-2), "float8_e5m2fnuz": (0.26, 1e-2),
}
THROUGH_FLOAT = ("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu")
LAYOUTS = ("fortran", "sliced", "offset")
OBSERVED = ("values", "method", "special", "edges", "raises", "layouts", "inplace", "out", "grad", "grad_fn", "dtypes")


class Refused(Exception):
    """The case does not apply (the form does not exist, nothing to differentiate, ...)."""


# ---- making the inputs ---------------------------------------------------------------------------


def cast(array: np.ndarray, arg: Arg, dtype: str) -> np.ndarray:
    """The argument's numbers in NumPy's version of `dtype` (float32 for the types NumPy lacks)."""
    name = arg.dtype or (arg.kind == "float" and dtype) or "int64"
    if name.startswith("complex") and array.dtype.kind != "c":
        array = array + 0.5j * np.cos(3 * array)
    elif array.dtype.kind == "f" and name == "bool":
        array = array > 0
    elif array.dtype.kind == "f" and name.startswith("uint"):
        array = np.abs(np.rint(array))
    elif array.dtype.kind == "f" and name.startswith("int"):
        array = np.rint(array)
    return np.asarray(array.astype("float32" if name in THROUGH_FLOAT else name))


def laid_out(array: np.ndarray, layout: str) -> np.ndarray:
    """The same numbers in another memory layout; 0-d arrays stay as they are."""
    if array.ndim == 0 or layout == "contiguous":
        return array
    if layout == "fortran":
        return np.asfortranarray(array)
    if layout == "sliced":                       # every second entry of the last axis, other axes padded
        wide = np.zeros([n + 1 for n in array.shape[:-1]] + [2 * array.shape[-1]], array.dtype)
        view = wide[tuple(slice(0, n) for n in array.shape[:-1]) + (slice(0, None, 2),)]
    elif layout == "offset":                     # contiguous, starting in the middle of a buffer
        view = np.zeros(array.size + 3, array.dtype)[3:].reshape(array.shape)
    elif layout == "negative":                   # every axis backwards
        view = np.zeros(array.shape, array.dtype)[(slice(None, None, -1),) * array.ndim]
    else:
        raise ValueError(layout)
    view[...] = array
    return view


def tensor(torch, arg: Arg, array: np.ndarray, dtype: str = "float32", layout: str = "contiguous"):
    """A tensor of the library with the argument's numbers; grad is not yet required."""
    array = laid_out(cast(array, arg, dtype), layout)
    found = torch.from_numpy(array)
    name = arg.dtype or (arg.kind == "float" and dtype)
    return found.to(getattr(torch, name)) if name in THROUGH_FLOAT else found


class Call:
    """One sample with its tensors made, ready to run in library `torch`."""

    def __init__(self, torch, row: Row, sample: Sample, *, dtype="float32", layout="contiguous", grad=False, move=None):
        self.torch, self.row = torch, row
        self.args_of = leaves(sample)
        self.tensors = [tensor(torch, arg, array, dtype, layout) for arg, array in zip(self.args_of, row.arrays(sample))]
        self.move = move
        if move is not None:                     # to another device
            self.tensors = [move(x) for x in self.tensors]
        if grad:
            for arg, x in zip(self.args_of, self.tensors):
                if arg.requires_grad is not False and (x.is_floating_point() or x.is_complex()):
                    x.requires_grad_(True)
        todo = iter(self.tensors)
        self.args, self.kwargs = rebuild(sample, lambda arg: next(todo), torch)

    def run(self, function=None):
        """The op's result; the random stream starts anew before each call."""
        self.torch.manual_seed(1234)
        return (function or self.row.function(self.torch))(*self.args, **self.kwargs)

    def gradients(self, out):
        """Gradients of the outputs, contracted with fixed weights, for each tensor that requires grad."""
        outs = [x for x in tensors_in(self.torch, out) if x.requires_grad]
        wrt = [x for x in self.tensors if x.requires_grad]
        if not outs or not wrt:
            raise Refused("nothing to differentiate")
        weights = [tensor(self.torch, Arg(tuple(x.shape)), weight(i, x), dtype_name(x)) for i, x in enumerate(outs)]
        if self.move is not None:
            weights = [self.move(w) for w in weights]
        return self.torch.autograd.grad(outs, wrt, weights, allow_unused=True)


def weight(i: int, x) -> np.ndarray:
    """Fixed cotangents in [0.5, 1.5), varied enough to tell entries apart."""
    n = int(np.prod(tuple(x.shape), dtype=np.int64))
    return np.asarray(0.5 + np.modf(0.6180339887 * (np.arange(n) + 7 * i + 1))[0]).reshape(tuple(x.shape))


# ---- results as data -----------------------------------------------------------------------------


def dtype_name(x) -> str:
    return str(x.dtype).removeprefix("torch.")


def tensors_in(torch, tree) -> list:
    """The tensors in a result, left to right."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [x for part in tree for x in tensors_in(torch, part)] if isinstance(tree, (tuple, list)) else []


def to_numpy(x) -> np.ndarray:
    x = x.detach()
    if x.device.type in ("strict", "cuda"):
        backend = strict_backend() if x.device.type == "strict" else cuda_backend()
        return backend.to_numpy(x._array)
    if dtype_name(x) in THROUGH_FLOAT:
        x = x.float()
    if x.is_conj():
        x = x.resolve_conj()
    if x.is_neg():
        x = x.resolve_neg()
    return np.array(x.numpy())


@functools.cache
def strict_backend():
    """The make-believe GPU, made on first use."""
    import strict_backend

    return strict_backend.register()


@functools.cache
def cuda_backend():
    """The CUDA backend over a module that stands for CuPy; not registered, so that no GPU is seen."""
    import fake_cupy

    from rushlight.backend.cuda import CudaBackend

    return CudaBackend(fake_cupy.make())


def encode(torch, tree, values=True):
    """A result as data: tensors become dicts, sequences lists headed by their type's name."""
    if isinstance(tree, torch.Tensor):
        found = {"dtype": dtype_name(tree), "shape": list(tree.shape), "contiguous": tree.is_contiguous()}
        if values:
            found["value"] = to_numpy(tree)
        return found
    if isinstance(tree, (tuple, list)):
        return [type(tree).__name__] + [encode(torch, x, values) for x in tree]
    if isinstance(tree, dict):
        return ["dict"] + [[str(k), encode(torch, v, values)] for k, v in tree.items()]
    if isinstance(tree, complex):
        return ["complex", tree.real, tree.imag]
    return tree if isinstance(tree, (int, float, str, bool, type(None))) else str(tree)


def first_line(error: BaseException) -> str:
    text = str(error).strip("\n")
    return text.split("\n")[0].strip() if text else ""


def attempt(function, *args):
    """The outcome of a call: its data, or ["error", type, first line]."""
    try:
        return function(*args)
    except Refused:
        raise
    except Exception as error:                # every refusal is an outcome to compare
        return ["error", type(error).__name__, first_line(error)]


# ---- the checks ----------------------------------------------------------------------------------


def observe(torch, row: Row, check: str) -> dict:
    """{case: outcome} for one check of one row in library `torch`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {case: attempt(run) for case, run in CASES[check](torch, row)}


def _values(torch, row):
    for i, sample in enumerate(row.samples):
        yield str(i), lambda sample=sample: _unmodified(torch, row, sample)


def _unmodified(torch, row, sample, **how):
    """The result of a call, and a complaint in its place when it changed an input."""
    call = Call(torch, row, sample, **how)
    before = [to_numpy(x) for x in call.tensors]
    out = encode(torch, call.run(), row.values)
    if not row.name.rstrip("0123456789").endswith("_"):
        for i, (x, old) in enumerate(zip(call.tensors, before)):
            if not np.array_equal(to_numpy(x), old, equal_nan=old.dtype.kind in "fc"):
                raise AssertionError(f"tensor argument {i} was changed by the call")
    return out


def _method(torch, row):
    name = row.torch or row.name
    if not row.method or row.fn or "." in name or not hasattr(torch.Tensor, name):
        return
    for i, sample in enumerate(row.samples):
        if sample.args and isinstance(sample.args[0], Arg):
            yield str(i), lambda sample=sample: encode(
                torch, Call(torch, row, sample).run(getattr(torch.Tensor, name)), row.values)


def _special_sample(row):
    """The first sample with its float tensors replaced by every combination of the special values."""
    sample = row.samples[0]
    floats = [arg for arg in leaves(sample) if arg.kind == "float"]
    grids = np.meshgrid(*[np.array(row.special, float)] * len(floats), indexing="ij")
    todo = iter(grids)
    others = len(grids[0].ravel())

    def leaf(arg):
        if arg.kind == "float":
            return table.t(values=next(todo).ravel().tolist(), dtype=arg.dtype)
        return Arg((others,), arg.kind, arg.low, arg.high, arg.dtype)

    return Sample(*rebuild(sample, leaf))


def _special(torch, row):
    if not row.special:
        return
    sample = _special_sample(row)
    yield "values", lambda: _unmodified(torch, row, sample)
    if row.grad:
        yield "grad", lambda: _grads(torch, row, sample)


def _edges(torch, row):
    """0-d inputs, and inputs whose first axis is empty: the result or the type of the refusal."""
    sample = row.samples[0]
    args = leaves(sample)
    if not args or row.fn or any(arg.make or arg.values is not None for arg in args):
        return

    def shaped(change):
        return Sample(*rebuild(sample, lambda arg: Arg(change(arg.shape), arg.kind, arg.low, arg.high, arg.dtype)))

    yield "0-d", lambda: _unmodified(torch, row, shaped(lambda shape: ()))
    yield "empty", lambda: _unmodified(torch, row, shaped(lambda shape: (0, *shape[1:]) if shape else ()))


def _raises(torch, row):
    for i, sample in enumerate(row.raises):
        yield str(i), lambda sample=sample: encode(torch, Call(torch, row, sample).run(), False)


def _layouts(torch, row):
    for i, sample in enumerate(row.samples):
        if any(len(arg.shape) for arg in leaves(sample)):
            for layout in LAYOUTS:
                yield f"{i}/{layout}", lambda sample=sample, layout=layout: _unmodified(torch, row, sample, layout=layout)
                if row.grad and i == 0:
                    yield f"{i}/{layout}/grad", lambda sample=sample, layout=layout: _grads(torch, row, sample, layout)


def _inplace(torch, row):
    name = (row.torch or row.name).split(".")[-1] + "_"
    if row.inplace is False or row.fn or "." in row.name or not hasattr(torch.Tensor, name):
        return
    for i, sample in enumerate(row.samples):
        if sample.args and isinstance(sample.args[0], Arg):
            yield str(i), lambda sample=sample: _in_place(torch, row, sample, name)


def _in_place(torch, row, sample, name):
    call = Call(torch, row, sample, grad=row.grad)
    leaf = call.args[0]
    x = leaf.clone() if leaf.requires_grad else leaf
    before = x._version
    call.args = (x, *call.args[1:])
    out = call.run(getattr(torch.Tensor, name))
    found = [encode(torch, out), out is x, x._version > before]
    if row.grad and x.requires_grad:
        found.append(without_layout([encode(torch, g) for g in call.gradients(x)]))
    return found


def _out(torch, row):
    if row.out is False or row.fn or row.name.startswith("Tensor."):
        return
    for i, sample in enumerate(row.samples[:2]):
        if "out" not in sample.kwargs:
            yield str(i), lambda sample=sample: _into(torch, row, sample)


def _into(torch, row, sample):
    """The op with `out=` an empty tensor, and one of the right size: both are filled and returned."""
    call = Call(torch, row, sample)
    plain = call.run()
    single = isinstance(plain, torch.Tensor)
    if not single and not (isinstance(plain, tuple) and all(isinstance(x, torch.Tensor) for x in plain)):
        return ["no out form"]
    if torch.__name__ == "torch" and not _takes_out(torch, row, call, plain):
        return ["no out form"]
    found = []
    for resize in (True, False):
        wanted = [plain] if single else list(plain)
        outs = [torch.empty(0 if resize else tuple(x.shape), dtype=x.dtype) for x in wanted]
        call.kwargs["out"] = outs[0] if single else tuple(outs)
        back = call.run()
        found += [encode(torch, outs, row.values), back is outs[0] if single else all(a is b for a, b in zip(back, outs))]
    return found


def _takes_out(torch, row, call, plain) -> bool:
    """Whether PyTorch's function has an `out=` form at all."""
    call.kwargs["out"] = None
    try:
        call.run()
    except TypeError:
        return False
    return True


def _grads(torch, row, sample, layout="contiguous"):
    call = Call(torch, row, sample, grad=True, layout=layout)
    return without_layout([encode(torch, g) for g in call.gradients(call.run())])


def without_layout(tree):
    """An outcome without contiguity: that of a gradient may be any."""
    if isinstance(tree, dict):
        return {k: v for k, v in tree.items() if k != "contiguous"}
    return [without_layout(x) for x in tree] if isinstance(tree, list) else tree


def _grad(torch, row):
    if row.grad:
        for i, sample in enumerate(row.samples):
            yield str(i), lambda sample=sample: _or_none(_grads, torch, row, sample)


def _or_none(function, *args):
    try:
        return function(*args)
    except Refused:
        return "nothing to differentiate"


def _grad_fn(torch, row):
    if not row.grad:
        return
    for i, sample in enumerate(row.samples):
        yield str(i), lambda sample=sample: [
            re.sub(r"\d+$", "", x.grad_fn.name()) if x.grad_fn is not None else ""
            for x in tensors_in(torch, Call(torch, row, sample, grad=True).run())]


def _dtypes(torch, row):
    if not any(arg.kind == "float" and arg.dtype is None for arg in leaves(row.samples[0])):
        return
    for dtype in row.dtypes:
        yield dtype, lambda dtype=dtype: _unmodified(torch, row, row.samples[0], dtype=dtype)


CASES = {"values": _values, "method": _method, "special": _special, "edges": _edges, "raises": _raises, "layouts": _layouts,
         "inplace": _inplace, "out": _out, "grad": _grad, "grad_fn": _grad_fn, "dtypes": _dtypes}


# ---- comparing -----------------------------------------------------------------------------------

LENIENT = re.compile(r"not implemented for|not supported for|expected .*dtype|unsupported|Only .* supported|"
                     r"can't be cast|cannot be cast")


def differences(row: Row, check: str, got: dict, want: dict) -> list[str]:
    """What differs between two observations of one check, a line a case."""
    found = []
    for case in want:
        problem = f"{case!r} was not run" if case not in got else _differ(row, check, case, got[case], want[case])
        if problem:
            found.append(f"{case}: {problem}")
    return found


def _differ(row, check, case, got, want):
    if _is_error(want):
        if check in ("values", "method", "grad", "grad_fn", "special"):
            return f"the row is wrong: PyTorch refuses this call with {want[1]}: {want[2]}"
        if check == "raises":
            return "" if got == want else f"should raise {want[1]}: {want[2]}\n   but {_told(got)}"
        if check == "dtypes" and LENIENT.search(want[2]):
            return ""
        return "" if _is_error(got) and got[1] == want[1] else f"should raise {want[1]}: {want[2]}\n   but {_told(got)}"
    if check == "raises":
        return "the row is wrong: PyTorch accepts this call"
    if want == ["no out form"]:
        return ""
    if _is_error(got):
        return _told(got)
    return _tree(row, got, want)


def _is_error(outcome):
    return isinstance(outcome, list) and outcome[:1] == ["error"]


def _told(outcome):
    return f"raised {outcome[1]}: {outcome[2]}" if _is_error(outcome) else "it returned a result"


def _tree(row, got, want, path=""):
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return f"{path} a tensor is expected, got {got!r}"
        for key in ("dtype", "shape"):
            if got[key] != want[key]:
                return f"{path} {key} is {got[key]}, PyTorch's {want[key]}"
        if want.get("contiguous") and not got["contiguous"]:    # a result more contiguous than PyTorch's breaks nothing
            return f"{path} is not contiguous, PyTorch's is"
        return close(row, got["value"], want["value"], want["dtype"], path) if "value" in want else ""
    if isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            return f"{path} {got!r} where PyTorch has {want!r}"
        return next(filter(None, (_tree(row, g, w, f"{path}[{i}]") for i, (g, w) in enumerate(zip(got, want)))), "")
    if isinstance(want, float) and isinstance(got, float):
        return close(row, np.float64(got), np.float64(want), "float32", path)
    return "" if got == want and type(got) is type(want) else f"{path} {got!r} where PyTorch has {want!r}"


def close(row, got, want, dtype, path=""):
    """The first entry where two arrays differ beyond the tolerance of `dtype`, in words."""
    if got.shape != want.shape:
        return f"{path} shape is {got.shape}, expected {want.shape}"
    if dtype not in TOLERANCES:
        bad = got != want
    else:
        rtol, atol = {**TOLERANCES, **row.tol}[dtype] if isinstance(row.tol, dict) else row.tol or TOLERANCES[dtype]
        wide = np.complex128 if want.dtype.kind == "c" else np.float64
        bad = ~np.isclose(got.astype(wide), want.astype(wide), rtol=rtol, atol=atol, equal_nan=True)
    if not bad.any():
        return ""
    at = tuple(int(i[0]) for i in np.nonzero(np.atleast_1d(bad)))
    return (f"{path} {int(bad.sum())} of {bad.size} values differ, first at {at}: "
            f"{np.atleast_1d(got)[at]!r}, expected {np.atleast_1d(want)[at]!r}")


def digest(row: Row) -> int:
    """Changes when the row's calls change, so that an old recording is noticed."""
    return zlib.crc32(repr((row.samples, row.raises, row.domain, row.special, row.dtypes, row.grad, row.torch)).encode())


__all__ = ["OBSERVED", "Call", "Refused", "close", "differences", "digest", "encode", "observe", "s", "to_numpy"]
