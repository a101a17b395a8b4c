"""NAdam."""
from ..core.tensor import OPS
from .functional import functional
from .optimizer import GroupOptimizer, check, check_betas, check_lr, number, real, scalar


class NAdam(GroupOptimizer):
    r"""Adam with Nesterov momentum, which grows by a schedule.

    mu_t = b1 (1 - 0.96^(t momentum_decay) / 2);  m, v as Adam;  a = sqrt(v / (1 - b2^t)) + eps;
    p = p - lr (1 - mu_t) / (1 - prod mu) * g / a - lr mu_{t+1} / (1 - mu_{t+1} prod mu) * m / a.

    Args:
        lr, betas, eps, weight_decay, momentum_decay: as in the formula.
        decoupled_weight_decay: multiply p by 1 - lr * weight_decay instead of adding to the gradient.
        foreach: accepted; the result is the same.
        maximize: go up instead of down.
        capturable: refused on the CPU, as by torch.
        differentiable: record the update in the graph.
    Source: Dozat 2016.
    """

    capturable_needs = "params, mu_products and state_steps"

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
                 decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False, differentiable=False):
        check_lr(lr)
        check("epsilon value", eps)
        check_betas(betas)
        check("weight_decay value", weight_decay)
        check("momentum_decay value", momentum_decay)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                                      momentum_decay=momentum_decay, decoupled_weight_decay=decoupled_weight_decay,
                                      maximize=maximize, foreach=foreach, capturable=capturable,
                                      differentiable=differentiable))

    def start(self, p, group):
        """Return zeros like the parameter, the step count and the product of the momenta as tensors."""
        return {"step": scalar(), "mu_product": scalar(1.0), "exp_avg": OPS.zeros_like(p),
                "exp_avg_sq": OPS.zeros_like(p)}

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        beta1, beta2 = group["betas"]
        lr, decay, slow = group["lr"], group["weight_decay"], group["momentum_decay"]
        t = state["step"].item()
        if decay:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                g = g.add(p, alpha=decay)
        p, g, m, v = real(p, g, state["exp_avg"], state["exp_avg_sq"])
        mu = beta1 * (1.0 - 0.5 * 0.96 ** (t * slow))
        mu_next = beta1 * (1.0 - 0.5 * 0.96 ** ((t + 1) * slow))
        state["mu_product"] *= mu
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=number(1 - beta2))
        root = v.div(1 - beta2 ** t).sqrt()
        root = root.add(group["eps"]) if group["differentiable"] else root.add_(group["eps"])
        product = state["mu_product"].item()
        p.addcdiv_(g, root, value=number(-lr * (1.0 - mu) / (1.0 - product)))
        p.addcdiv_(m, root, value=number((-lr * mu_next) / (1.0 - product * mu_next)))


nadam = functional(
    "nadam", NAdam, "grads",
    {"exp_avgs": "exp_avg", "exp_avg_sqs": "exp_avg_sq", "mu_products": "mu_product", "state_steps": "step"},
    {"decoupled_weight_decay": False, "foreach": None, "capturable": False, "differentiable": False,
     "has_complex": False, "maximize": False},
    ("beta1", "beta2", "lr", "weight_decay", "momentum_decay", "eps"))
