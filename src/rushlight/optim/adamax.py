"""Adamax."""
from ..core.tensor import OPS
from .functional import functional
from .optimizer import GroupOptimizer, check, check_betas, check_lr, number, real, scalar


class Adamax(GroupOptimizer):
    r"""Adam with the largest recent gradient in place of the root of the mean square.

    m = m + (1 - b1)(g - m);  u = max(b2 u, |g| + eps);  p = p - lr / (1 - b1^t) * m / u.

    Args:
        lr, betas, eps, weight_decay: as in the formula.
        foreach: accepted; the result is the same.
        maximize: go up instead of down.
        differentiable: record the update in the graph.
        capturable: refused on the CPU, as by torch.
    Source: Kingma and Ba 2015, section 7.
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *, maximize=False,
                 differentiable=False, capturable=False):
        check_lr(lr)
        check("epsilon value", eps)
        check_betas(betas)
        check("weight_decay value", weight_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable, capturable=capturable))

    def start(self, p, group):
        """Return zeros like the parameter, and the step count as a tensor."""
        return {"step": scalar(), "exp_avg": OPS.zeros_like(p), "exp_inf": OPS.zeros_like(p)}

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        beta1, beta2 = group["betas"]
        if group["weight_decay"]:
            g = g.add(p, alpha=group["weight_decay"])
        p, g, m, u = real(p, g, state["exp_avg"], state["exp_inf"])
        m.lerp_(g, 1 - beta1)
        u.copy_(OPS.maximum(u.mul_(beta2), g.abs().add_(group["eps"])))
        size = group["lr"] / (1 - number(beta1) ** state["step"].item())
        p.addcdiv_(m, u, value=-number(size))


adamax = functional(
    "adamax", Adamax, "grads",
    {"exp_avgs": "exp_avg", "exp_infs": "exp_inf", "state_steps": "step"},
    {"foreach": None, "maximize": False, "differentiable": False, "capturable": False, "has_complex": False},
    ("eps", "beta1", "beta2", "lr", "weight_decay"))
