"""Adam and AdamW."""
from ..core.tensor import OPS, TensorBase
from .optimizer import (Optimizer, arrays, bump, check, check_forms, check_lr, grads_of, kernel, number, run_closure,
                        updating, with_grad)


class Adam(Optimizer):
    r"""Adam: steps scaled by running means of the gradient and of its square.

    m = m + (1 - b1)(g - m);  v = b2 v + (1 - b2) g^2;  p = p - lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps).

    Args:
        lr, betas, eps: as in the formula.
        weight_decay: L2 penalty; with `decoupled_weight_decay` p is multiplied by 1 - lr * weight_decay.
        amsgrad: use the largest v so far.
        maximize: go up instead of down.
        foreach, fused, capturable: accepted; the result is the same.
        differentiable: record the update in the graph.
    Source: Kingma and Ba 2015; Loshchilov and Hutter 2019 for the decoupled decay; Reddi et al. 2018 for amsgrad.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None,
                 maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False):
        check_lr(lr, foreach, capturable)
        check("epsilon value", eps)
        for i, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        check("weight_decay value", weight_decay)
        check_forms(foreach, fused, differentiable)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
                                      maximize=maximize, foreach=foreach, capturable=capturable,
                                      differentiable=differentiable, fused=fused,
                                      decoupled_weight_decay=decoupled_weight_decay))

    @updating
    def step(self, closure=None):
        """Update every parameter that has a gradient; return the closure's loss."""
        loss = run_closure(closure)
        for group in self.param_groups:
            params = with_grad(group)
            if params:
                self.update(group, params)
        return loss

    def update(self, group, params):
        """Update one group's parameters, by the native kernel where it takes them."""
        states = [self.state[p] or self.start(p, group) for p in params]
        for s in states:
            s["step"] += 1
        if not group["differentiable"] and self.native(group, params, states):
            return
        for p, g, s in zip(params, grads_of(params, group["maximize"]), states):
            _update_one(p, g, s, group)

    def start(self, p, group):
        """Make the state of a parameter: zeros, and the step count as a float32 tensor."""
        state = self.state[p]
        state["step"] = OPS.zeros(())
        state["exp_avg"] = OPS.zeros_like(p)
        state["exp_avg_sq"] = OPS.zeros_like(p)
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = OPS.zeros_like(p)
        return state

    def native(self, group, params, states):
        """Do the update in one native call; False when the kernel is absent or declines."""
        grads = [p._grad for p in params]
        step = kernel("adam_step", params, grads)
        if step is None:
            return False
        maxima = [s["max_exp_avg_sq"]._array for s in states] if group["amsgrad"] else None
        beta1, beta2 = group["betas"]
        found = step(arrays(params), arrays(grads), [s["exp_avg"]._array for s in states],
                     [s["exp_avg_sq"]._array for s in states], maxima, [s["step"].item() for s in states],
                     number(group["lr"]), number(beta1), number(beta2), group["eps"], group["weight_decay"],
                     group["decoupled_weight_decay"], group["maximize"])
        if found is NotImplemented:
            return False
        bump(params)
        return True


def _update_one(p, g, state, group):
    """The formula, in tensor operations rounded in torch's order."""
    beta1, beta2 = group["betas"]
    lr, decay = group["lr"], group["weight_decay"]
    if isinstance(lr, TensorBase) and not group["differentiable"]:
        lr = lr.item()
    m, v = state["exp_avg"], state["exp_avg_sq"]
    t = state["step"].item()
    if decay:
        if group["decoupled_weight_decay"]:
            p.mul_(1 - lr * decay)
        else:
            g = g.add(p, alpha=decay)
    if p.is_complex():
        p, g, m, v = (OPS.view_as_real(x) for x in (p, g, m, v))
    m.lerp_(g, 1 - beta1)
    v.mul_(beta2).addcmul_(g, g, value=1 - number(beta2))
    scale = (1 - number(beta2) ** t) ** 0.5
    if group["amsgrad"]:
        largest = state["max_exp_avg_sq"]
        if state["max_exp_avg_sq"].is_complex():
            largest = OPS.view_as_real(largest)
        largest.copy_(OPS.maximum(largest, v))
        v = largest.clone() if group["differentiable"] else largest
    denominator = (v.sqrt() / scale).add_(group["eps"])
    step_size = lr / (1 - number(beta1) ** t)
    if isinstance(step_size, TensorBase):
        p.add_(m / denominator * -step_size)
    else:
        p.addcdiv_(m, denominator, value=-step_size)


class AdamW(Adam):
    r"""Adam with decoupled weight decay: p is first multiplied by 1 - lr * weight_decay.

    Args: as `Adam`, with `weight_decay=0.01` by default.
    Source: Loshchilov and Hutter 2019.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *,
                 maximize=False, foreach=None, capturable=False, differentiable=False, fused=None):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize,
                         capturable=capturable, differentiable=differentiable, fused=fused,
                         decoupled_weight_decay=True)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
