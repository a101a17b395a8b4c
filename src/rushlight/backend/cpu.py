"""The CPU backend: NumPy, with native kernels where the compiled build has them."""
import importlib

import numpy as np

from . import base, guard

#: Native modules with a KERNELS table; each is absent in the pure build.
NATIVE = ("elementwise", "reduce", "softmax", "gemm", "norm", "embedding", "optim", "random", "loss")


class CpuBackend(base.Backend):
    """NumPy's namespace and the extras of `base.Backend` in NumPy's own terms."""

    device_type = "cpu"
    xp = np
    array_type = np.ndarray

    add_at_ufunc = staticmethod(np.add.at)

    def cast(self, x, dt):
        return x if x.dtype is dt else x.astype(dt, copy=False)

    def copy(self, x):
        return np.array(x, order="C")

    def as_strided(self, x, shape, strides, offset):
        return guard.as_strided(x, shape, strides, offset)

    def to_numpy(self, x):
        return x

    def from_numpy(self, a, index=None):
        return a

    def add_at(self, x, index, value):
        np.add.at(x, index, value)
        return x

    def put_along_axis(self, x, indices, values, axis):
        np.put_along_axis(x, indices, values, axis)
        return x

    def copyto(self, dst, src):
        np.copyto(dst, src, casting="unsafe")


#: NumPy ufuncs that compute an op into an existing array, for in-place forms without a kernel.
UFUNCS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide, "neg": np.negative,
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.absolute, "sin": np.sin, "cos": np.cos,
    "tanh": np.tanh, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "square": np.square,
    "maximum": np.maximum, "minimum": np.minimum,
}

B = base.register(CpuBackend())


def _load_kernels():
    for name in NATIVE:
        try:
            module = importlib.import_module("rushlight.native." + name)
        except ImportError:
            continue
        B.kernels.update(module.KERNELS)


_load_kernels()

#: Whether the compiled core's kernels are in use.
COMPILED = bool(B.kernels)


# ------------------------------------------------------------------ silence
# torch says nothing when a result overflows or a division is by zero; NumPy warns. `np.errstate`
# costs 0.8 us, as much as an op; setting the context variable that it wraps costs 0.1 us.

try:
    from numpy._core.umath import _extobj_contextvar, _make_extobj
    _SILENT = _make_extobj(all="ignore")
    hush = _extobj_contextvar.set
    unhush = _extobj_contextvar.reset
except ImportError:             # a NumPy that keeps this elsewhere
    _SILENT = None

    def hush(_):
        before = np.seterr(all="ignore")
        return before

    def unhush(before):
        np.seterr(**before)

SILENT = _SILENT
