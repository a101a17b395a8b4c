"""Adadelta."""
from ..core.tensor import OPS
from .functional import functional
from .optimizer import GroupOptimizer, check, check_lr, number, real, scalar


class Adadelta(GroupOptimizer):
    r"""Steps as long as the recent steps were, in proportion to the recent gradients.

    v = rho v + (1 - rho) g^2;  d = sqrt(u + eps) / sqrt(v + eps) * g;  u = rho u + (1 - rho) d^2;  p = p - lr d.

    Args:
        lr, rho, eps, weight_decay: as in the formula.
        foreach: accepted; the result is the same.
        capturable: refused on the CPU, as by torch.
        maximize: go up instead of down.
        differentiable: record the update in the graph.
    Source: Zeiler 2012.
    """

    capturable_devices = "['cuda', 'xpu', 'hpu', 'privateuseone']"

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, foreach=None, *, capturable=False,
                 maximize=False, differentiable=False):
        check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check("epsilon value", eps)
        check("weight_decay value", weight_decay)
        super().__init__(params, dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize,
                                      capturable=capturable, foreach=foreach, differentiable=differentiable))

    def start(self, p, group):
        """Return zeros like the parameter, and the step count as a tensor."""
        return {"step": scalar(), "square_avg": OPS.zeros_like(p), "acc_delta": OPS.zeros_like(p)}

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        rho, eps = group["rho"], group["eps"]
        if group["weight_decay"]:
            g = g.add(p, alpha=group["weight_decay"])
        p, g, v, u = real(p, g, state["square_avg"], state["acc_delta"])
        v.mul_(rho).addcmul_(g, g, value=1 - rho)
        root = v.add(eps).sqrt_()
        delta = u.add(eps).sqrt_()
        delta = (delta.clone() if group["differentiable"] else delta).div_(root).mul_(g)
        u.mul_(rho).addcmul_(delta, delta, value=1 - rho)
        p.add_(delta, alpha=-number(group["lr"]))


adadelta = functional(
    "adadelta", Adadelta, "grads",
    {"square_avgs": "square_avg", "acc_deltas": "acc_delta", "state_steps": "step"},
    {"capturable": False, "foreach": None, "differentiable": False, "has_complex": False},
    ("lr", "rho", "eps", "weight_decay", "maximize"))
