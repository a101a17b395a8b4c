"""Stochastic gradient descent with momentum."""
from .optimizer import (Optimizer, arrays, bump, check, check_forms, check_lr, grads_of, kernel, number, run_closure,
                        updating, with_grad)


class SGD(Optimizer):
    r"""Stochastic gradient descent, optionally with (Nesterov) momentum.

    With d = grad + weight_decay * p:  b = momentum * b + (1 - dampening) * d  (b = d at the first step),
    d = d + momentum * b for Nesterov and d = b otherwise,  p = p - lr * d.

    Args:
        params: tensors, named tensors or groups.
        lr: learning rate (a number or a one-element tensor).
        momentum, dampening, weight_decay, nesterov: as in the formula.
        maximize: go up instead of down.
        foreach, fused: accepted; the result is the same.
        differentiable: record the update in the graph.
    Source: Sutskever et al. 2013; the momentum is not multiplied by lr, as in torch.
    """

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
                 foreach=None, differentiable=False, fused=None):
        check_lr(lr, foreach)
        check("momentum value", momentum)
        check("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_forms(foreach, fused, differentiable)
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                      nesterov=nesterov, maximize=maximize, foreach=foreach,
                                      differentiable=differentiable, fused=fused))

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
        momentum = group["momentum"]
        bufs = [self.state[p].get("momentum_buffer") for p in params] if momentum else [None] * len(params)
        if not group["differentiable"] and self.native(group, params, bufs):
            return
        for i, (p, d) in enumerate(zip(params, grads_of(params, group["maximize"]))):
            if group["weight_decay"]:
                d = d.add(p, alpha=group["weight_decay"])
            if momentum:
                if bufs[i] is None:
                    bufs[i] = self.state[p]["momentum_buffer"] = d.clone() if group["differentiable"] else d.detach().clone()
                else:
                    bufs[i].mul_(momentum).add_(d, alpha=1 - group["dampening"])
                d = d.add(bufs[i], alpha=momentum) if group["nesterov"] else bufs[i]
            p.add_(d, alpha=-number(group["lr"]) if not group["differentiable"] else -group["lr"])

    def native(self, group, params, bufs):
        """Do the update in one native call; False when the kernel is absent or declines."""
        if group["momentum"] and any(b is None for b in bufs):
            return False                # the first step makes the buffers below
        grads = [p._grad for p in params]
        step = kernel("sgd_step", params, grads)
        if step is None or step(
                arrays(params), arrays(grads), [None if b is None else b._array for b in bufs],
                number(group["lr"]), group["momentum"], group["dampening"], number(group["weight_decay"]),
                group["nesterov"], group["maximize"]) is NotImplemented:
            return False
        bump(params)
        return True
