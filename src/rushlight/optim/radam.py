"""RAdam."""
from ..core.tensor import OPS
from .functional import functional
from .optimizer import GroupOptimizer, check, check_betas, check_lr, number, real, scalar


class RAdam(GroupOptimizer):
    r"""Adam whose first steps, too uncertain to be scaled, are plain momentum.

    r_inf = 2 / (1 - b2) - 1;  r = r_inf - 2 t b2^t / (1 - b2^t);  m, v as Adam, M = m / (1 - b1^t);
    for r > 5: p = p - lr M sqrt((r - 4)(r - 2) r_inf / ((r_inf - 4)(r_inf - 2) r)) sqrt(1 - b2^t) / (sqrt(v) + eps),
    otherwise p = p - lr M.

    Args:
        lr, betas, eps, weight_decay: as in the formula.
        decoupled_weight_decay: multiply p by 1 - lr * weight_decay instead of adding to the gradient.
        foreach: accepted; the result is the same.
        maximize: go up instead of down.
        capturable: refused on the CPU, as by torch.
        differentiable: record the update in the graph.
    Source: Liu et al. 2020.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, *,
                 foreach=None, maximize=False, capturable=False, differentiable=False):
        check_lr(lr)
        check("epsilon value", eps)
        check_betas(betas)
        check("weight_decay value", weight_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize,
                                      foreach=foreach, capturable=capturable,
                                      decoupled_weight_decay=decoupled_weight_decay, differentiable=differentiable))

    def start(self, p, group):
        """Return zeros like the parameter, and the step count as a tensor."""
        return {"step": scalar(), "exp_avg": OPS.zeros_like(p), "exp_avg_sq": OPS.zeros_like(p)}

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        beta1, beta2 = (number(b) for b in group["betas"])
        lr, decay = group["lr"], group["weight_decay"]
        t = state["step"].item()
        if decay:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                g = g.add(p, alpha=decay)
        p, g, m, v = real(p, g, state["exp_avg"], state["exp_avg_sq"])
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        left = 1 - beta2 ** t
        mean = m / (1 - beta1 ** t)
        limit = 2 / (1 - beta2) - 1
        length = limit - 2 * t * beta2 ** t / left
        step = mean * number(lr)
        if length > 5.0:
            certain = ((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)) ** 0.5
            root = v.sqrt()
            root = root.add(group["eps"]) if group["differentiable"] else root.add_(group["eps"])
            step = step * (left ** 0.5 / root) * certain
        p.add_(step, alpha=-1.0)


radam = functional(
    "radam", RAdam, "grads",
    {"exp_avgs": "exp_avg", "exp_avg_sqs": "exp_avg_sq", "state_steps": "step"},
    {"decoupled_weight_decay": False, "foreach": None, "differentiable": False, "capturable": False,
     "has_complex": False, "maximize": False},
    ("beta1", "beta2", "lr", "weight_decay", "eps"))
