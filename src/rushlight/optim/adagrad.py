"""Adagrad."""
from ..core.tensor import OPS
from .functional import functional
from .sparse_adam import at_places
from .optimizer import GroupOptimizer, check, check_fused, check_lr, kernel, number, real, scalar
from .update import arrays_of, count, next_steps


class Adagrad(GroupOptimizer):
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
        check_lr(lr)
        check("lr_decay value", lr_decay)
        check("weight_decay value", weight_decay)
        check("initial_accumulator_value value", initial_accumulator_value)
        check("epsilon value", eps)
        super().__init__(params, dict(lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay,
                                      initial_accumulator_value=initial_accumulator_value, foreach=foreach,
                                      maximize=maximize, differentiable=differentiable, fused=fused))
        check_fused(foreach, fused, differentiable)
        for group in self.param_groups:
            for p in group["params"]:
                self.state_of(p, group)

    def share_memory(self):
        """Move the state to shared memory (done by `multiprocessing` when it is sent)."""
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["sum"].share_memory_()

    def start(self, p, group):
        """Return the sum of squares at its start, and the step count as a tensor."""
        value = group["initial_accumulator_value"]
        value = complex(value, value) if p.is_complex() else value
        return {"step": scalar(), "sum": OPS.full_like(p, value).detach()}

    def native(self, group, params, arrays, grads):
        """Do the update in one native call."""
        step = kernel("adagrad_step", group, arrays)
        if step is None:
            return False
        states = [self.state[p] or self.state_of(p, group) for p in params]
        sums, steps = arrays_of(states, "sum"), next_steps(states)
        if step(arrays, grads, sums, steps, number(group["lr"]), group["lr_decay"], group["eps"],
                group["weight_decay"], group["maximize"]) is NotImplemented:
            return False
        count(states)
        return True

    def check_sparse(self, group):
        """Raise RuntimeError for sparse gradients with weight decay, which concerns all elements."""
        if group["weight_decay"]:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")

    def update(self, group, p, g, state):
        """Update one parameter by the formula; of a sparse gradient at its places alone."""
        if group["weight_decay"]:
            g = g.add(p, alpha=group["weight_decay"])
        lr = group["lr"] if group["differentiable"] else number(group["lr"])
        rate = lr / (1 + (state["step"].item() - 1) * group["lr_decay"])
        if g.is_sparse:
            g = g.coalesce()
            values = g._values()
            state["sum"].add_(at_places(g, values.pow(2)))
            root = state["sum"].sparse_mask(g)._values().sqrt_().add_(group["eps"])
            p.add_(at_places(g, values / root), alpha=-rate)
            return
        p, g, total = real(p, g, state["sum"])
        total.addcmul_(g, g, value=1)
        root = total.sqrt()
        root = root.add(group["eps"]) if group["differentiable"] else root.add_(group["eps"])
        p.addcdiv_(g, root, value=-rate)


adagrad = functional(
    "adagrad", Adagrad, "grads",
    {"state_sums": "sum", "state_steps": "step"},
    {"fused": None, "grad_scale": None, "found_inf": None, "has_sparse_grad": False, "foreach": None,
     "differentiable": False, "has_complex": False},
    ("lr", "weight_decay", "lr_decay", "eps", "maximize"))
