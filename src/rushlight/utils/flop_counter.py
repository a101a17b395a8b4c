"""`FlopCounterMode`: how many floating-point operations forward passes take, a multiplication and an addition being two."""
import math
from collections import defaultdict

from ..core.overrides import TorchFunctionMode, public_name
from ..core.tensor import Tensor
from ..nn import module as _module

__all__ = ["FlopCounterMode"]


def _matmul(a, b, *_, **__):
    rows = math.prod(a.shape[:-1])
    if b.ndim > 2:              # a batch that `a` is repeated for
        rows *= max(1, math.prod(b.shape[:-2]) // max(1, math.prod(a.shape[:-2])))
    return 2 * rows * a.shape[-1] * (b.shape[-1] if b.ndim > 1 else 1)


def _linear(x, weight, *_, **__):
    return 2 * x.numel() * weight.shape[0]


def _attention(q, k, v, *_, **__):
    return 2 * math.prod(q.shape[:-1]) * k.shape[-2] * (q.shape[-1] + v.shape[-1])


#: function -> its operations, of the arguments
_COUNTS = {
    **dict.fromkeys(("torch.matmul", "torch.mm", "torch.bmm", "torch.mv", "torch.dot"), _matmul),
    **dict.fromkeys(("torch.addmm", "torch.baddbmm"), lambda _, a, b, **__: _matmul(a, b)),
    "torch.nn.functional.linear": _linear,
    "torch.nn.functional.scaled_dot_product_attention": _attention,
}


def _convolution(out, x, weight, transposed):
    return 2 * (x if transposed else out).numel() * math.prod(weight.shape[1:])


class FlopCounterMode(TorchFunctionMode):
    """Inside `with`, count the operations of matrix products, convolutions and attention, in all and by module.

    Only what programs call is counted, so of training the forward passes: the backward pass of a product takes
    up to twice as many.

    Args:
        mods: a module, or a list of them, to print first; all that run are counted.
        depth: how deep the printed table goes.
        display: print it at the end.
        custom_mapping: function -> function of its arguments (and `out_val`) that gives its operations.
    """

    def __init__(self, mods=None, depth=2, display=True, custom_mapping=None):
        super().__init__()
        self.mods = [] if mods is None else list(mods) if isinstance(mods, (list, tuple)) else [mods]
        self.depth, self.display, self.custom = depth, display, custom_mapping or {}
        self.flop_counts = defaultdict(lambda: defaultdict(int))

    def get_total_flops(self):
        """Return the number of operations."""
        return sum(self.flop_counts["Global"].values())

    def get_flop_counts(self):
        """Return {module's name: {function: operations}}; "Global" is everything."""
        return {name: dict(counts) for name, counts in self.flop_counts.items()}

    def get_table(self, depth=None):
        """Return a table of the modules' operations, as text, down to a depth."""
        depth = self.depth if depth is None else depth
        first = [type(m).__name__ for m in self.mods]
        rows = sorted(((name, sum(c.values())) for name, c in self.flop_counts.items() if name.count(".") < depth),
                      key=lambda row: (row[0] != "Global", row[0].partition(".")[0] not in first))
        width = max([6, *(len(name) for name, _ in rows)])
        total = max(self.get_total_flops(), 1)
        return "\n".join([f"{'Module':<{width}}  FLOP          % Total",
                          *(f"{name:<{width}}  {n:<12}  {100 * n / total:6.2f}%" for name, n in rows)])

    def __enter__(self):
        self.flop_counts.clear()
        self._stack, self._paths = [], {}
        self._hooks = [_module.register_module_forward_pre_hook(self._come), _module.register_module_forward_hook(self._go)]
        return super().__enter__()

    def __exit__(self, *exc):
        super().__exit__(*exc)
        for hook in self._hooks:
            hook.remove()
        if self.display:
            print(self.get_table())

    def _come(self, module, args):
        if not self._stack:
            top = type(module).__name__
            self._paths = {m: f"{top}.{name}" if name else top for name, m in module.named_modules()}
        self._stack.append(self._paths.get(module, type(module).__name__))

    def _go(self, module, args, out):
        self._stack.pop()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        n = self._count(func, args, kwargs, out)
        for name in ("Global", *dict.fromkeys(self._stack)) if n else ():
            self.flop_counts[name][func] += n
        return out

    def _count(self, func, args, kwargs, out):
        if func in self.custom:
            return self.custom[func](*args, **kwargs, out_val=out)
        name = public_name(func) or ""
        short = name.rpartition(".")[2]
        if short.startswith("conv") and short[-1] == "d" and len(args) > 1 and isinstance(out, Tensor):
            return _convolution(out, args[0], args[1], "transpose" in short)
        found = _COUNTS.get(name) or _COUNTS.get("torch.nn.functional." + short) or _COUNTS.get("torch." + short)
        return found(*args, **kwargs) if found is not None and len(args) > 1 else 0
