"""L-BFGS with a fixed step or a line search for the strong Wolfe conditions."""
from typing import Any, NamedTuple

from ..core.modes import enable_grad, no_grad
from ..core.tensor import OPS
from .optimizer import Optimizer, check_lr

_KEPT = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")


class LBFGS(Optimizer):
    """Quasi-Newton steps from the last `history_size` changes of parameters and gradient.

    All parameters form one group; `step` needs a closure that evaluates the loss anew.

    Args:
        lr: the step size (the first step is also limited by the size of the gradient).
        max_iter, max_eval: iterations and evaluations in one `step`; max_eval is max_iter * 5 / 4 by default.
        tolerance_grad: stop when no element of the gradient is larger.
        tolerance_change: stop when parameters or loss change less.
        line_search_fn: None or "strong_wolfe".
    Source: Nocedal and Wright, "Numerical Optimization", algorithms 7.4, 3.5 and 3.6; the interpolation and its
        safeguards are those of Schmidt's minFunc, which torch follows.
    """

    def __init__(self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9,
                 history_size=100, line_search_fn=None):
        check_lr(lr)
        if max_eval is None:
            max_eval = max_iter * 5 // 4
        super().__init__(params, dict(lr=lr, max_iter=max_iter, max_eval=max_eval, tolerance_grad=tolerance_grad,
                                      tolerance_change=tolerance_change, history_size=history_size,
                                      line_search_fn=line_search_fn))
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @property
    def _params(self):
        """The parameters, asked of the group, which travels in pickles."""
        return self.param_groups[0]["params"]

    # ---- all parameters as one vector

    def _flat_grad(self):
        return OPS.cat([_flat(OPS.zeros_like(p) if p.grad is None else p.grad) for p in self._params], 0)

    def _move(self, size, direction):
        """p += size * direction."""
        at = 0
        for p in self._params:
            p = OPS.view_as_real(p) if p.is_complex() else p
            p.add_(direction[at:at + p.numel()].view_as(p), alpha=size)
            at += p.numel()

    def _evaluate(self, closure, saved, size, direction):
        """Return (loss, gradient) at `saved` + size * direction; the parameters are `saved` again afterwards."""
        self._move(size, direction)
        loss = float(closure())
        grad = self._flat_grad()
        for p, value in zip(self._params, saved):
            p.copy_(value)
        return loss, grad

    # ---- the algorithm

    @no_grad()
    def step(self, closure):
        """Iterate until a tolerance or a limit is met; return the loss at the start."""
        closure = enable_grad()(closure)
        group = self.param_groups[0]
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = closure()
        loss, evaluations = float(first), 1
        state["func_evals"] += 1
        grad = self._flat_grad()
        at_minimum = grad.abs().max() <= group["tolerance_grad"]
        if at_minimum:
            return first
        lr, smallest = group["lr"], group["tolerance_change"]
        d, t, ys, ss, ro, scale, before, loss_before = (state.get(k) for k in _KEPT)
        n = 0
        while n < group["max_iter"]:
            n += 1
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d, ys, ss, ro, scale = grad.neg(), [], [], [], 1
            else:
                scale = _remember(grad.sub(before), d.mul(t), ys, ss, ro, scale, group["history_size"])
                d = _direction(grad, ys, ss, ro, scale, state.setdefault("al", [None] * group["history_size"]))
            before = grad.clone() if before is None else before.copy_(grad)
            loss_before = loss
            t = min(1.0, 1.0 / grad.abs().sum()) * lr if state["n_iter"] == 1 else lr
            slope = grad.dot(d)
            if slope > -smallest:
                break
            made = 0
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                saved = [p.clone() for p in self._params]
                loss, grad, t, made = _strong_wolfe(lambda x, t, d: self._evaluate(closure, x, t, d), saved, t, d, loss,
                                                    grad, slope)
                self._move(t, d)
                at_minimum = grad.abs().max() <= group["tolerance_grad"]
            else:
                self._move(t, d)
                if n != group["max_iter"]:      # the last loss is for the next step to find
                    loss, grad, made = float(closure()), self._flat_grad(), 1
                    at_minimum = grad.abs().max() <= group["tolerance_grad"]
            evaluations += made
            state["func_evals"] += made
            if (n == group["max_iter"] or evaluations >= group["max_eval"] or at_minimum
                    or d.mul(t).abs().max() <= smallest or abs(loss - loss_before) < smallest):
                break
        state.update(zip(_KEPT, (d, t, ys, ss, ro, scale, before, loss_before)))
        return first


def _flat(x):
    return (OPS.view_as_real(x) if x.is_complex() else x).reshape(-1)


def _remember(y, s, ys, ss, ro, scale, size):
    """Add a pair of changes (gradient y, parameters s) to the history; return the scale of the first guess."""
    curvature = y.dot(s)
    if not curvature > 1e-10:
        return scale
    if len(ys) == size:
        for history in (ys, ss, ro):
            history.pop(0)
    ys.append(y)
    ss.append(s)
    ro.append(1.0 / curvature)
    return curvature / y.dot(y)


def _direction(grad, ys, ss, ro, scale, alphas):
    """Return minus the approximate inverse Hessian times the gradient: the two loops of algorithm 7.4."""
    q = grad.neg()
    for i in reversed(range(len(ys))):
        alphas[i] = ss[i].dot(q) * ro[i]
        q.add_(ys[i], alpha=-alphas[i].item())
    r = q.mul(scale)
    for i in range(len(ys)):
        beta = ys[i].dot(r) * ro[i]
        r.add_(ss[i], alpha=(alphas[i] - beta).item())
    return r


class _Point(NamedTuple):
    """A place on the line: step size, loss, gradient, slope along the line."""

    t: Any
    f: Any
    g: Any
    slope: Any


def _cubic_interpolate(x1, f1, g1, x2, f2, g2, bounds=None):
    """Return the minimum, within bounds, of the cubic with given values and slopes at two points."""
    low, high = bounds if bounds is not None else (x1, x2) if x1 <= x2 else (x2, x1)
    a = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = a ** 2 - g1 * g2
    if not square >= 0:
        return (low + high) / 2.0
    b = square.sqrt() if hasattr(square, "sqrt") else square ** 0.5
    if x1 <= x2:
        x = x2 - (x2 - x1) * ((g2 + b - a) / (g2 - g1 + 2 * b))
    else:
        x = x1 - (x1 - x2) * ((g1 + b - a) / (g1 - g2 + 2 * b))
    return min(max(x, low), high)


def _between(a, b, bounds=None):
    return _cubic_interpolate(a.t, a.f, a.slope, b.t, b.f, b.slope, bounds)


def _strong_wolfe(obj_func, x, t, d, f, g, gtd, c1=1e-4, c2=0.9, tolerance_change=1e-9, max_ls=25):
    """Search along `d` for a step with a lower loss and a flatter slope (the strong Wolfe conditions).

    Args:
        obj_func: (x, t, d) -> (loss, gradient) at x + t d.
        x, t, d, f, g, gtd: start, first step size, direction; loss, gradient and slope at the start.
    Returns: loss, gradient, step size, number of evaluations.
    Source: Nocedal and Wright, algorithms 3.5 (bracketing) and 3.6 (zoom).
    """
    reach = d.abs().max()
    start = _Point(0, f, g.clone(), gtd)
    evaluations = 0

    def look(t):
        nonlocal evaluations
        evaluations += 1
        value, grad = obj_func(x, t, d)
        return _Point(t, value, grad.clone(), grad.dot(d))

    def too_high(p):
        return p.f > f + c1 * p.t * gtd

    def flat(p):
        return abs(p.slope) <= -c2 * gtd

    # bracketing: go on until the minimum is passed
    last, here, done, n = start, look(t), False, 0
    while n < max_ls:
        if too_high(here) or (n > 1 and here.f >= last.f):
            ends = [last, here]
            break
        if flat(here):
            ends, done = [here, here], True
            break
        if here.slope >= 0:
            ends = [last, here]
            break
        t = _between(last, here, (here.t + 0.01 * (here.t - last.t), here.t * 10))
        last, here = here, look(t)
        n += 1
    else:
        ends = [start, here]

    # zoom: shorten the bracket
    stuck = False
    low, high = (0, 1) if ends[0].f <= ends[1].f else (1, 0)
    while not done and n < max_ls:
        left, right = min(ends[0].t, ends[1].t), max(ends[0].t, ends[1].t)
        if abs(ends[1].t - ends[0].t) * reach < tolerance_change:
            break
        t = _between(ends[0], ends[1])
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:       # too near an end: allow it once, then move inwards
            if stuck or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        here = look(t)
        n += 1
        if too_high(here) or here.f >= ends[low].f:
            ends[high] = here
            low, high = (0, 1) if ends[0].f <= ends[1].f else (1, 0)
        else:
            if flat(here):
                done = True
            elif here.slope * (ends[high].t - ends[low].t) >= 0:
                ends[high] = ends[low]
            ends[low] = here
    best = ends[low]
    return best.f, best.g, best.t, evaluations
