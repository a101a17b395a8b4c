"""Muon."""
from .. import dtypes
from ..core.tensor import OPS, TensorBase
from ._adafactor import check_low
from .optimizer import GroupOptimizer, number

_RATES = {None: "original", "original": "original", "match_rms_adamw": "match_rms_adamw"}


class Muon(GroupOptimizer):
    r"""Momentum whose matrix is replaced by one with singular values near 1.

    b = b + (1 - momentum)(g - b);  u = orthogonalized(g + momentum (b - g) for Nesterov, else b);
    p = p (1 - lr weight_decay) - r u.

    Args:
        params: matrices only.
        lr, weight_decay, momentum, nesterov: as in the formula.
        ns_coefficients, eps, ns_steps: of the Newton-Schulz iteration, in bfloat16.
        adjust_lr_fn: r = lr sqrt(max(1, rows / columns)) for "original" and None,
            r = 0.2 lr sqrt(max(rows, columns)) for "match_rms_adamw".
    Source: Jordan et al. 2024; Liu et al. 2025 for the second rate.
    """

    def __init__(self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True,
                 ns_coefficients=(3.4445, -4.7750, 2.0315), eps=1e-7, ns_steps=5, adjust_lr_fn=None):
        if isinstance(lr, TensorBase) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        check_low("Learning rate", lr)
        check_low("momentum", momentum)
        check_low("weight decay", weight_decay)
        if adjust_lr_fn not in _RATES:
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov,
                                      ns_coefficients=ns_coefficients, eps=eps, ns_steps=ns_steps,
                                      adjust_lr_fn=adjust_lr_fn))
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}")

    def start(self, p, _group):
        """Return the momentum, zero."""
        if p.is_complex():
            raise RuntimeError("Muon does not support complex parameters")
        return {"momentum_buffer": OPS.zeros_like(p._grad)}

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        momentum, lr = group["momentum"], number(group["lr"])
        buffer = state["momentum_buffer"].lerp_(g, 1 - momentum)
        u = g.lerp(buffer, momentum) if group["nesterov"] else buffer
        u = orthogonalized(u, group["ns_coefficients"], group["ns_steps"], group["eps"])
        rows, columns = p.shape
        ratio = 0.2 * max(rows, columns) ** 0.5 if group["adjust_lr_fn"] == "match_rms_adamw" else max(1, rows / columns) ** 0.5
        p.mul_(1 - lr * group["weight_decay"])
        p.add_(u, alpha=-lr * ratio)


def orthogonalized(matrix, coefficients, steps, eps):
    """Return, in bfloat16, nearly U V' of a matrix U S V', by a quintic Newton-Schulz iteration."""
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    x = matrix.to(dtypes.bfloat16)
    tall = x.size(0) > x.size(1)
    if tall:
        x = x.T
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = _combined(x, a, _combined(gram, b, gram, gram, c), x)
    return x.T if tall else x


def _combined(x, beta, a, b, alpha=1.0):
    """Return beta x + alpha a b, rounded to bfloat16 once, as torch's product on the CPU does it."""
    return (x.float() * beta + (a.float() @ b.float()) * alpha).to(dtypes.bfloat16)


__all__ = ["Muon"]
