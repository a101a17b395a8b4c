"""Averaged stochastic gradient descent."""
from ..core.tensor import OPS
from .functional import functional
from .optimizer import GroupOptimizer, check, check_lr, number, real, scalar


class ASGD(GroupOptimizer):
    r"""Descent with a falling rate, and the average of the parameters in the state ("ax").

    p = p (1 - lambd eta) - eta g;  ax = ax + mu (p - ax);  eta = lr / (1 + lambd lr t)^alpha;  mu = 1 / max(1, t - t0).

    Args:
        lr, lambd, alpha, t0, weight_decay: as in the formula.
        foreach: accepted; the result is the same.
        maximize: go up instead of down.
        differentiable: record the update in the graph.
        capturable: refused on the CPU, as by torch.
    Source: Polyak and Juditsky 1992.
    """

    capturable_needs = "params, mus, etas, and state_steps"

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, foreach=None, maximize=False,
                 differentiable=False, capturable=False):
        check_lr(lr)
        check("weight_decay value", weight_decay)
        super().__init__(params, dict(lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay,
                                      foreach=foreach, maximize=maximize, differentiable=differentiable,
                                      capturable=capturable))

    def start(self, p, group):
        """Return the step count, the rate and the weight of the average as tensors, and the average, zero."""
        return {"step": scalar(), "eta": scalar(float(group["lr"])), "mu": scalar(1.0), "ax": OPS.zeros_like(p)}

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        lr, lambd = group["lr"], group["lambd"]
        if group["weight_decay"]:
            g = g.add(p, alpha=group["weight_decay"])
        p, g, ax = real(p, g, state["ax"])
        eta, mu = state["eta"].item(), state["mu"].item()
        t = state["step"].item()
        p.mul_(1 - lambd * eta)
        p.add_(g, alpha=-eta)
        if mu != 1:
            ax.add_(p.sub(ax).mul_(mu))
        else:
            ax.copy_(p)
        state["eta"].copy_(OPS.tensor(number(lr / (1 + lambd * lr * t) ** group["alpha"])))
        state["mu"].copy_(OPS.tensor(1 / max(1, t - group["t0"])))


asgd = functional(
    "asgd", ASGD, "grads",
    {"axs": "ax", "mus": "mu", "etas": "eta", "state_steps": "step"},
    {"foreach": None, "maximize": False, "differentiable": False, "capturable": False, "has_complex": False},
    ("lambd", "lr", "t0", "alpha", "weight_decay"))
