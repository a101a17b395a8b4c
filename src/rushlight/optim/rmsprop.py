"""RMSprop."""
from ..core.tensor import OPS
from .optimizer import (Optimizer, arrays, bump, check, check_forms, check_lr, grads_of, kernel, number, run_closure,
                        updating, with_grad)


class RMSprop(Optimizer):
    r"""Gradient divided by the root of a running mean of its square.

    v = alpha v + (1 - alpha) g^2;  a = sqrt(v) (centered: sqrt(v - mean(g)^2)) + eps;
    p = p - lr g / a,  or with momentum  b = momentum b + g / a,  p = p - lr b.

    Args:
        lr, alpha, eps, momentum, centered, weight_decay: as in the formula; eps is added after the root.
        maximize: go up instead of down.
        foreach, capturable: accepted; the result is the same.
        differentiable: record the update in the graph.
    Source: Hinton's lecture notes (2012); Graves 2013 for the centered form.
    """

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False,
                 capturable=False, foreach=None, maximize=False, differentiable=False):
        check_lr(lr, foreach, capturable)
        check("epsilon value", eps)
        check("momentum value", momentum)
        check("weight_decay value", weight_decay)
        check("alpha value", alpha)
        check_forms(foreach)
        super().__init__(params, dict(lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered,
                                      weight_decay=weight_decay, capturable=capturable, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable))

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
        """Make the state of a parameter."""
        state = self.state[p]
        state["step"] = OPS.zeros(())
        state["square_avg"] = OPS.zeros_like(p)
        if group["momentum"] > 0:
            state["momentum_buffer"] = OPS.zeros_like(p)
        if group["centered"]:
            state["grad_avg"] = OPS.zeros_like(p)
        return state

    def native(self, group, params, states):
        """Do the update in one native call; False when the kernel is absent or declines."""
        grads = [p._grad for p in params]
        step = kernel("rmsprop_step", params, grads)
        if step is None:
            return False
        bufs = [s["momentum_buffer"]._array for s in states] if group["momentum"] > 0 else None
        means = [s["grad_avg"]._array for s in states] if group["centered"] else None
        found = step(arrays(params), arrays(grads), [s["square_avg"]._array for s in states], bufs, means,
                     number(group["lr"]), group["alpha"], group["eps"], group["weight_decay"], group["momentum"],
                     group["centered"], group["maximize"])
        if found is NotImplemented:
            return False
        bump(params)
        return True


def _update_one(p, g, state, group):
    """The formula, in tensor operations rounded in torch's order."""
    alpha = group["alpha"]
    lr = group["lr"] if group["differentiable"] else number(group["lr"])
    if group["weight_decay"]:
        g = g.add(p, alpha=group["weight_decay"])
    v, mean, buf = state["square_avg"], state.get("grad_avg"), state.get("momentum_buffer")
    if p.is_complex():
        p, g, v = OPS.view_as_real(p), OPS.view_as_real(g), OPS.view_as_real(v)
        mean = None if mean is None else OPS.view_as_real(mean)
        buf = None if buf is None else OPS.view_as_real(buf)
    v.mul_(alpha).addcmul_(g, g, value=1 - alpha)
    if group["centered"]:
        mean.lerp_(g, 1 - alpha)
        root = v.addcmul(mean, mean, value=-1).sqrt_()
    else:
        root = v.sqrt()
    root = root.add(group["eps"]) if group["differentiable"] else root.add_(group["eps"])
    if group["momentum"] > 0:
        buf.mul_(group["momentum"]).addcdiv_(g, root)
        p.add_(buf, alpha=-lr)
    else:
        p.addcdiv_(g, root, value=-lr)
