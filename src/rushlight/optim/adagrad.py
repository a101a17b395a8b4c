"""Adagrad."""
from ..core.tensor import OPS
from .optimizer import (Optimizer, arrays, bump, check, check_forms, check_lr, grads_of, kernel, number, run_closure,
                        updating, with_grad)


class Adagrad(Optimizer):
    r"""Gradient divided by the root of the sum of its squares so far.

    s = s + g^2;  p = p - lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps).

    Args:
        lr, lr_decay, eps, weight_decay: as in the formula.
        initial_accumulator_value: where s starts.
        maximize: go up instead of down.
        foreach, fused: accepted; the result is the same.
        differentiable: record the update in the graph.
    Source: Duchi, Hazan and Singer 2011.
    """

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10,
                 foreach=None, *, maximize=False, differentiable=False, fused=None):
        check_lr(lr, foreach)
        check("lr_decay value", lr_decay)
        check("weight_decay value", weight_decay)
        check("initial_accumulator_value value", initial_accumulator_value)
        check("epsilon value", eps)
        check_forms(foreach, fused, differentiable)
        super().__init__(params, dict(lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay,
                                      initial_accumulator_value=initial_accumulator_value, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable, fused=fused))
        for group in self.param_groups:
            for p in group["params"]:
                value = group["initial_accumulator_value"]
                value = complex(value, value) if p.is_complex() else value
                self.state[p] = {"step": OPS.zeros(()), "sum": OPS.full_like(p, value).detach()}

    def share_memory(self):
        """Move the state to shared memory (done by `multiprocessing` when it is sent)."""
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["sum"].share_memory_()

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
        states = [self.state[p] for p in params]
        for s in states:
            s["step"] += 1
        if not group["differentiable"] and self.native(group, params, states):
            return
        for p, g, s in zip(params, grads_of(params, group["maximize"]), states):
            _update_one(p, g, s, group)

    def native(self, group, params, states):
        """Do the update in one native call; False when the kernel is absent or declines."""
        grads = [p._grad for p in params]
        step = kernel("adagrad_step", params, grads)
        if step is None:
            return False
        found = step(arrays(params), arrays(grads), [s["sum"]._array for s in states],
                     [s["step"].item() for s in states], number(group["lr"]), group["lr_decay"], group["eps"],
                     group["weight_decay"], group["maximize"])
        if found is NotImplemented:
            return False
        bump(params)
        return True


def _update_one(p, g, state, group):
    """The formula, in tensor operations rounded in torch's order."""
    if group["weight_decay"]:
        g = g.add(p, alpha=group["weight_decay"])
    lr = group["lr"] if group["differentiable"] else number(group["lr"])
    rate = lr / (1 + (state["step"].item() - 1) * group["lr_decay"])
    total = state["sum"]
    if p.is_complex():
        p, g, total = OPS.view_as_real(p), OPS.view_as_real(g), OPS.view_as_real(total)
    total.addcmul_(g, g, value=1)
    root = total.sqrt().add(group["eps"]) if group["differentiable"] else total.sqrt().add_(group["eps"])
    p.addcdiv_(g, root, value=-rate)
