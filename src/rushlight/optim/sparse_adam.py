"""Adam on the rows that a sparse gradient has."""
from ..core.modes import enable_grad, no_grad
from ..core.tensor import OPS
from .optimizer import Optimizer, check_betas, number


class SparseAdam(Optimizer):
    r"""Adam for sparse gradients: moments and parameters change at the gradient's places alone.

    With m, v at these places:  m = m + (1 - b1) (g - m);  v = v + (1 - b2) (g^2 - v);
    p = p - lr sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + eps).

    Args:
        params: dense tensors that get sparse gradients (`nn.Embedding(sparse=True)`).
        lr, betas, eps: as in the formula.
        maximize: go up instead of down.
    Raises: RuntimeError from `step` for a dense gradient.
    Source: Kingma and Ba 2015; eps is not corrected for the bias, as in torch.
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        lr = number(lr)
        if not 0.0 < lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 < eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_betas(betas)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, maximize=maximize))
        wrong = [[i, j] for i, group in enumerate(self.param_groups) for j, p in enumerate(group["params"]) if p.is_sparse]
        if wrong:
            raise ValueError(f"Sparse params at indices {wrong}: SparseAdam requires dense parameter tensors")

    def step(self, closure=None):
        """Update every parameter that has a gradient; return the closure's loss, or None."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self._update(group, p)
        return loss

    def _update(self, group, p):
        if not p.grad.is_sparse:
            raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
        state = self.state[p]
        if not state:
            state.update(step=0, exp_avg=OPS.zeros_like(p).detach(), exp_avg_sq=OPS.zeros_like(p).detach())
        state["step"] += 1
        grad = (-p.grad if group["maximize"] else p.grad).coalesce()
        if not grad._nnz():
            return
        beta1, beta2 = group["betas"]
        g, mean, square = grad._values(), state["exp_avg"], state["exp_avg_sq"]
        old_mean, old_square = mean.sparse_mask(grad)._values(), square.sparse_mask(grad)._values()
        change = (g - old_mean) * (1 - beta1)
        mean.add_(at_places(grad, change))
        change_square = (g * g - old_square) * (1 - beta2)
        square.add_(at_places(grad, change_square))
        denominator = (change_square + old_square).sqrt() + group["eps"]
        t = state["step"]
        size = group["lr"] * (1 - beta2 ** t) ** 0.5 / (1 - beta1 ** t)
        p.add_(at_places(grad, (change + old_mean) / denominator * -size))


def at_places(grad, values):
    """Return a sparse tensor of other values at a coalesced gradient's places."""
    return OPS.sparse_coo_tensor(grad._indices(), values, tuple(grad.shape), is_coalesced=True)
