"""RMSprop."""
from ..core.tensor import OPS
from .functional import functional
from .optimizer import GroupOptimizer, check, check_lr, kernel, number, real, scalar
from .update import count


class RMSprop(GroupOptimizer):
    r"""Gradient divided by the root of a running mean of its square.

    v = alpha v + (1 - alpha) g^2;  a = sqrt(v) (centered: sqrt(v - mean(g)^2)) + eps;
    p = p - lr g / a,  or with momentum  b = momentum b + g / a,  p = p - lr b.

    Args:
        lr, alpha, eps, momentum, centered, weight_decay: as in the formula; eps is added after the root.
        maximize: go up instead of down.
        foreach: accepted; the result is the same.
        capturable: refused on the CPU, as by torch.
        differentiable: record the update in the graph.
    Source: Hinton's lecture notes (2012); Graves 2013 for the centered form.
    """

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False,
                 capturable=False, foreach=None, maximize=False, differentiable=False):
        check_lr(lr)
        check("epsilon value", eps)
        check("momentum value", momentum)
        check("weight_decay value", weight_decay)
        check("alpha value", alpha)
        super().__init__(params, dict(lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered,
                                      weight_decay=weight_decay, capturable=capturable, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable))

    def start(self, p, group):
        """Return zeros like the parameter, and the step count as a tensor."""
        state = {"step": scalar(), "square_avg": OPS.zeros_like(p)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = OPS.zeros_like(p)
        if group["centered"]:
            state["grad_avg"] = OPS.zeros_like(p)
        return state

    def native(self, group, params, arrays, grads):
        """Do the update in one native call."""
        step = kernel("rmsprop_step", group, arrays)
        if step is None:
            return False
        states = [self.state[p] or self.state_of(p, group) for p in params]
        squares = [s["square_avg"]._array for s in states]
        buffers = [s["momentum_buffer"]._array for s in states] if group["momentum"] > 0 else None
        means = [s["grad_avg"]._array for s in states] if group["centered"] else None
        if step(arrays, grads, squares, buffers, means, number(group["lr"]), group["alpha"], group["eps"],
                group["weight_decay"], group["momentum"], group["centered"], group["maximize"]) is NotImplemented:
            return False
        count(states)
        return True

    def update(self, group, p, g, state):
        """Update one parameter by the formula."""
        alpha, momentum, lr = group["alpha"], group["momentum"], group["lr"]
        if not group["differentiable"]:
            lr = number(lr)
        if group["weight_decay"]:
            g = g.add(p, alpha=group["weight_decay"])
        p, g, v, mean, buffer = real(p, g, state["square_avg"], state.get("grad_avg"), state.get("momentum_buffer"))
        v.mul_(alpha).addcmul_(g, g, value=1 - alpha)
        if group["centered"]:
            mean.lerp_(g, 1 - alpha)
            root = v.addcmul(mean, mean, value=-1).sqrt_()
        else:
            root = v.sqrt()
        root = root.add(group["eps"]) if group["differentiable"] else root.add_(group["eps"])
        if momentum > 0:
            buffer.mul_(momentum).addcdiv_(g, root)
            p.add_(buffer, alpha=-lr)
        else:
            p.addcdiv_(g, root, value=-lr)


rmsprop = functional(
    "rmsprop", RMSprop, "grads",
    {"square_avgs": "square_avg", "grad_avgs": "grad_avg", "momentum_buffer_list": "momentum_buffer",
     "state_steps": "step"},
    {"foreach": None, "maximize": False, "differentiable": False, "capturable": False, "has_complex": False},
    ("lr", "alpha", "eps", "weight_decay", "momentum", "centered"))
