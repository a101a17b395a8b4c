"""Adam."""
from ..core.tensor import OPS, TensorBase
from ._arrays import adam_step
from .functional import functional
from .optimizer import GroupOptimizer, check, check_betas, check_fused, check_lr, kernel, number, real, scalar
from .update import arrays_of, count, next_steps


class Adam(GroupOptimizer):
    r"""Adam: steps scaled by running means of the gradient and of its square.

    m = m + (1 - b1)(g - m);  v = b2 v + (1 - b2) g^2;  p = p - lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps).

    Args:
        lr, betas, eps: as in the formula.
        weight_decay: L2 penalty; with `decoupled_weight_decay` p is multiplied by 1 - lr * weight_decay.
        amsgrad: use the largest v so far.
        maximize: go up instead of down.
        foreach, fused: accepted; the result is the same.
        capturable: refused on the CPU, as by torch.
        differentiable: record the update in the graph.
    Source: Kingma and Ba 2015; Loshchilov and Hutter 2019 for the decoupled decay; Reddi et al. 2018 for amsgrad.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False):
        if isinstance(lr, TensorBase) and foreach and not capturable:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        check_lr(lr)
        check("epsilon value", eps)
        check_betas(betas)
        check("weight_decay value", weight_decay)
        if isinstance(betas[0], TensorBase) != isinstance(betas[1], TensorBase):
            raise ValueError("betas must be either both floats or both Tensors")
        if isinstance(betas[0], TensorBase) and foreach and not capturable:
            raise ValueError("betas[0] as a Tensor is not supported for capturable=False and foreach=True")
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
                                      maximize=maximize, foreach=foreach, capturable=capturable,
                                      differentiable=differentiable, fused=fused,
                                      decoupled_weight_decay=decoupled_weight_decay))
        check_fused(foreach, fused, differentiable)

    def start(self, p, group):
        """Return zeros like the parameter, and the step count as a tensor."""
        state = {"step": scalar(), "exp_avg": OPS.zeros_like(p), "exp_avg_sq": OPS.zeros_like(p)}
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = OPS.zeros_like(p)
        return state

    def native(self, group, params, arrays, grads):
        """Do the update in one call, native or of NumPy."""
        step = kernel("adam_step", group, arrays, adam_step)
        if step is None or isinstance(group["lr"], TensorBase):     # torch divides a tensor in its own dtype
            return False
        states = [self.state[p] or self.state_of(p, group) for p in params]
        largest = arrays_of(states, "max_exp_avg_sq") if group["amsgrad"] else None
        beta1, beta2 = group["betas"]
        if step(arrays, grads, arrays_of(states, "exp_avg"), arrays_of(states, "exp_avg_sq"), largest,
                next_steps(states), group["lr"], number(beta1), number(beta2),
                group["eps"], group["weight_decay"], group["decoupled_weight_decay"],
                group["maximize"]) is NotImplemented:
            return False
        count(states)
        return True

    sparse_hint = "Adam"

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        beta1, beta2 = group["betas"]
        lr, decay = group["lr"], group["weight_decay"]
        if decay:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * decay)
            else:
                g = g.add(p, alpha=decay)
        p, g, m, v, largest = real(p, g, state["exp_avg"], state["exp_avg_sq"], state.get("max_exp_avg_sq"))
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - number(beta2))
        t = state["step"].item()
        root = (1 - number(beta2) ** t) ** 0.5
        if group["amsgrad"]:
            largest.copy_(OPS.maximum(largest, v))
            v = largest.clone() if group["differentiable"] else largest
        denominator = (v.sqrt() / root).add_(group["eps"])
        size = lr / (1 - number(beta1) ** t)
        if group["differentiable"] and isinstance(size, TensorBase):     # the rate gets a gradient too
            p.addcdiv_(m * -size, denominator)
        else:
            p.addcdiv_(m, denominator, value=-number(size))


adam = functional(
    "adam", Adam, "grads",
    {"exp_avgs": "exp_avg", "exp_avg_sqs": "exp_avg_sq", "max_exp_avg_sqs": "max_exp_avg_sq",
     "state_steps": "step"},
    {"foreach": None, "capturable": False, "differentiable": False, "fused": None, "grad_scale": None,
     "found_inf": None, "has_complex": False, "decoupled_weight_decay": False},
    ("amsgrad", "beta1", "beta2", "lr", "weight_decay", "eps", "maximize"))
