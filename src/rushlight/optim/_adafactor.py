"""Adafactor."""
from .. import dtypes
from ..core.tensor import OPS, TensorBase
from .functional import functional
from .optimizer import GroupOptimizer, number, scalar


def check_low(name, value, low=0.0):
    """Raise ValueError, in the words of these optimizers, unless `value` is at least `low`."""
    if not low <= value:
        raise ValueError(f"{name} should be >= {low:g} but is: {value}")


class Adafactor(GroupOptimizer):
    r"""Steps scaled by a mean of squares that is kept, for matrices, as one row and one column.

    With b = t^beta2_decay:  R = R + b (mean of g^2 over columns - R), C alike over rows, V = R C / mean(R) (for
    vectors V = V + b (g^2 - V));  u = g / sqrt(max(V, eps1^2));  p = p - a u / max(1, rms(u) / d), where
    a = max(eps2, rms(p)) min(lr, 1 / sqrt(t)).

    Args:
        lr, beta2_decay, d: as in the formula.
        eps: (eps1, eps2); eps1 None is the rounding unit of the parameter's dtype.
        weight_decay: p is first multiplied by 1 - lr * weight_decay.
        foreach: accepted; the result is the same.
        maximize: go up instead of down.
    Source: Shazeer and Stern 2018, with the relative step of its section 8, as in torch.
    """

    def __init__(self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, *, foreach=None,
                 maximize=False):
        if isinstance(lr, TensorBase) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        check_low("Learning rate", lr)
        if not beta2_decay <= 0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None:
            check_low("epsilon1", eps[0])
        check_low("epsilon2", eps[1])
        check_low("Clipping threshold d", d, 1.0)
        check_low("weight_decay", weight_decay)
        super().__init__(params, dict(lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay,
                                      foreach=foreach, maximize=maximize))

    def start(self, p, group):
        """Return the step count and the mean squares, zero."""
        if p.is_complex():
            raise RuntimeError("Adafactor does not support complex parameters")
        shape, g = list(p._grad.shape), p._grad
        if len(shape) < 2:
            return {"step": scalar(), "variance": OPS.zeros_like(g)}
        return {"step": scalar(), "row_var": g.new_zeros([*shape[:-1], 1]),
                "col_var": g.new_zeros([*shape[:-2], 1, shape[-1]])}

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        low, relative = group["eps"]
        low = dtypes.finfo(p.dtype).eps if low is None else low
        lr, t = number(group["lr"]), state["step"].item()
        rate = max(relative, p.norm(2).item() / p.numel() ** 0.5) * min(lr, 1 / t ** 0.5)
        if group["weight_decay"]:
            p.mul_(1 - lr * group["weight_decay"])
        forget = t ** group["beta2_decay"]
        if "row_var" in state:
            row, column = state["row_var"], state["col_var"]
            row.lerp_(g.norm(dim=-1, keepdim=True).square_().div_(g.size(-1)), forget)
            column.lerp_(g.norm(dim=-2, keepdim=True).square_().div_(g.size(-2)), forget)
            square = (row @ column).div_(row.mean(dim=-2, keepdim=True).clamp_(min=low))
        else:
            square = state["variance"].lerp_(g * g, forget).clone()
        u = square.clamp_(min=low * low).rsqrt_().mul_(g)
        p.add_(u, alpha=-rate / max(1.0, u.norm(2).item() / (u.numel() ** 0.5 * group["d"])))


adafactor = functional(
    "adafactor", Adafactor, "grads",
    {"row_vars": "row_var", "col_vars": "col_var", "variances": "variance", "state_steps": "step"},
    {"foreach": None, "grad_scale": None, "found_inf": None, "has_complex": False},
    ("d", "lr", "beta2_decay", "weight_decay", "eps1", "eps2", "maximize"))

__all__ = ["Adafactor", "adafactor"]
