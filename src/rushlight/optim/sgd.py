"""Stochastic gradient descent with momentum."""
from ._arrays import sgd_step
from .functional import functional
from .optimizer import GroupOptimizer, check, check_fused, check_lr, kernel, number


class SGD(GroupOptimizer):
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
        check_lr(lr)
        check("momentum value", momentum)
        check("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                      nesterov=nesterov, maximize=maximize, foreach=foreach,
                                      differentiable=differentiable, fused=fused))
        check_fused(foreach, fused, differentiable)

    def state_of(self, p, group):
        """Return the state of a parameter; without momentum there is none."""
        return self.state[p] if group["momentum"] else {}

    def native(self, group, params, arrays, grads):
        """Do the update in one call, native or of NumPy."""
        lr, momentum, decay = group["lr"], group["momentum"], group["weight_decay"]
        buffers = None
        if momentum:
            buffers = [self.state[p].get("momentum_buffer") for p in params]
            if any(b is None for b in buffers):
                return False            # the first step makes the buffers
            buffers = [b._array for b in buffers]
        step = kernel("sgd_step", group, arrays, sgd_step)
        return step is not None and step(arrays, grads, buffers, number(lr), momentum, group["dampening"], number(decay),
                                         group["nesterov"], group["maximize"]) is not NotImplemented

    takes_sparse = True             # every term of the formula is linear

    def update(self, group, p, d, state):
        """Update one parameter by the formula."""
        momentum = group["momentum"]
        lr = group["lr"]
        if group["weight_decay"]:
            d = d.add(p, alpha=group["weight_decay"])
        if momentum:
            buffer = state.get("momentum_buffer")
            if buffer is None:
                buffer = state["momentum_buffer"] = d.detach().clone()
            else:
                buffer.mul_(momentum).add_(d, alpha=1 - group["dampening"])
            d = d.add(buffer, alpha=momentum) if group["nesterov"] else buffer
        if group["differentiable"] and hasattr(lr, "requires_grad") and lr.requires_grad:
            p.addcmul_(d, lr, value=-1)
        else:
            p.add_(d, alpha=-number(lr))


sgd = functional(
    "sgd", SGD, "d_p_list",
    {"momentum_buffer_list": "momentum_buffer"},
    {"has_sparse_grad": False, "foreach": None, "fused": None, "grad_scale": None, "found_inf": None},
    ("weight_decay", "momentum", "lr", "dampening", "nesterov", "maximize"))
