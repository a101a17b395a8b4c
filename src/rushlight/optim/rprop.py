"""Rprop."""
from ..core.tensor import OPS
from .functional import functional
from .optimizer import GroupOptimizer, check_lr, number, real, scalar


class Rprop(GroupOptimizer):
    r"""Steps of a size of their own for each element, by the sign of the gradient alone.

    The size s is multiplied by etas[1] where the sign stayed and by etas[0] where it changed (no step is made
    there), and kept within step_sizes:  p = p - s sign(g).

    Args:
        lr: the first step size.
        etas, step_sizes: as above.
        capturable: refused on the CPU, as by torch.
        foreach: accepted; the result is the same.
        maximize: go up instead of down.
        differentiable: record the update in the graph.
    Source: Riedmiller and Braun 1993.
    """

    def __init__(self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, capturable=False, foreach=None,
                 maximize=False, differentiable=False):
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        super().__init__(params, dict(lr=lr, etas=etas, step_sizes=step_sizes, foreach=foreach, maximize=maximize,
                                      differentiable=differentiable, capturable=capturable))

    def start(self, p, group):
        """Return the gradient before, zero, and the step sizes, all `lr`."""
        lr = number(group["lr"])
        size = OPS.full_like(p, complex(lr, lr) if p.is_complex() else lr)
        return {"step": scalar(), "prev": OPS.zeros_like(p), "step_size": size}

    def update(self, group, p, g, state):
        """Update one parameter by the rule."""
        (down, up), (low, high) = group["etas"], group["step_sizes"]
        p, g, before, size = real(p, g, state["prev"], state["step_size"])
        same = g.mul(before).sign()
        factor = OPS.ones_like(size).masked_fill_(same.gt(0), up).masked_fill_(same.lt(0), down)
        size.mul_(factor).clamp_(low, high)
        g = g.masked_fill(same.lt(0), 0)
        p.addcmul_(g.sign(), size, value=-1)
        before.copy_(g)


rprop = functional(
    "rprop", Rprop, "grads",
    {"prevs": "prev", "step_sizes": "step_size", "state_steps": "step"},
    {"foreach": None, "capturable": False, "maximize": False, "differentiable": False, "has_complex": False},
    ("step_size_min", "step_size_max", "etaminus", "etaplus"))
