"""Learning-rate schedules: objects whose `step` sets the "lr" of an optimizer's groups.

Most schedules have two forms. `get_lr` is the chainable one: it makes the next rate of the current one,
so that several schedules may act on one optimizer. The closed form makes it of the epoch alone; it
answers the (deprecated) `step(epoch)`. Both are rounded as torch rounds them.
"""
import types
import warnings
from bisect import bisect_right
from collections import Counter
from math import cos, floor, inf, log, pi

from ..core.tensor import TensorBase
from .optimizer import Optimizer

__all__ = ["LambdaLR", "MultiplicativeLR", "StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR",
           "SequentialLR", "CosineAnnealingLR", "ChainedScheduler", "ReduceLROnPlateau", "CyclicLR",
           "CosineAnnealingWarmRestarts", "OneCycleLR", "PolynomialLR", "LRScheduler"]

EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed "
    "form is used instead of the new chainable form, where available. Please open an issue if you are unable to "
    "replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose.")
_ORDER = "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"


class LRScheduler:
    """The base of schedules: counts epochs and writes what `get_lr` returns into the groups.

    Args:
        optimizer: the optimizer whose groups it sets; each gets "initial_lr", the rate it starts from.
        last_epoch: the epoch to resume after; -1 starts anew.
    """

    def __init__(self, optimizer, last_epoch=-1):
        self._check_optimizer(optimizer)
        self.optimizer = optimizer
        if last_epoch == -1:
            for group in optimizer.param_groups:
                group.setdefault("initial_lr", _copied(group["lr"]))
        else:
            for i, group in enumerate(optimizer.param_groups):
                if "initial_lr" not in group:
                    raise KeyError(
                        f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with "
                        "last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a "
                        "checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0 "
                        "for a fresh training run (not recommended)")
        self.base_lrs = self._of_groups("initial_lr")
        self.last_epoch = last_epoch
        _watch_step(optimizer)
        self._initial_step()

    @staticmethod
    def _check_optimizer(optimizer):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")

    def _initial_step(self):
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def _of_groups(self, name):
        return [_copied(group[name]) for group in self.optimizer.param_groups]

    def state_dict(self):
        """Return every attribute but the optimizer."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict):
        """Take over the attributes of another schedule of the same kind."""
        self.__dict__.update(state_dict)

    def get_last_lr(self):
        """Return the rates that the last step set, one for each group."""
        return self._last_lr

    def get_lr(self):
        """Return the next rates; defined by the subclass."""
        raise NotImplementedError

    def step(self, epoch=None):
        """Set the rates of the next epoch (or of `epoch`, which is deprecated)."""
        if self._step_count == 1:
            self._check_order()
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _check_order(self):
        step = self.optimizer.step
        if not hasattr(step, "_wrapped_by_lr_sched"):
            warnings.warn("Seems like `optimizer.step()` has been overridden after learning rate scheduler "
                          "initialization. Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`. "
                          + _ORDER, UserWarning, stacklevel=3)
        elif not getattr(self.optimizer, "_opt_called", False):
            warnings.warn("Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and "
                          "later, you should call them in the opposite order: `optimizer.step()` before "
                          "`lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the first value "
                          "of the learning rate schedule. " + _ORDER, UserWarning, stacklevel=3)

    def _update_lr(self, epoch=None):
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                values = self._get_closed_form_lr() if hasattr(self, "_get_closed_form_lr") else self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set_rates(values)

    def _set_rates(self, values):
        for group, value in zip(self.optimizer.param_groups, values):
            _set(group, "lr", value)
        self._last_lr = self._of_groups("lr")

    def _warn_if_asked_outside(self):
        if not getattr(self, "_get_lr_called_within_step", False):
            warnings.warn("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
                          UserWarning, stacklevel=3)


class _LRScheduler(LRScheduler):
    """The name that the base class had before."""


def _copied(value):
    return value.clone() if isinstance(value, TensorBase) else value


def _set(group, key, value):
    """Set an option; a tensor keeps its identity and takes the value."""
    if isinstance(group[key], TensorBase):
        group[key].fill_(value.item() if isinstance(value, TensorBase) else value)
    else:
        group[key] = value


def _watch_step(optimizer):
    """Make `optimizer.step` note that it was called, for the warning about the order of calls."""
    original = optimizer.step
    if hasattr(original, "_wrapped_by_lr_sched"):
        return
    func = getattr(original, "__func__", None)

    def step(self, *args, **kwargs):
        self._opt_called = True
        return original(*args, **kwargs) if func is None else func(self, *args, **kwargs)

    step.__name__ = "step"
    step.__doc__ = original.__doc__
    step._wrapped_by_lr_sched = True
    optimizer.step = types.MethodType(step, optimizer)


class _Factors(LRScheduler):
    """What schedules by functions share: a function for each group, kept out of the state unless it is an object."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self.optimizer = optimizer
        n = len(optimizer.param_groups)
        if isinstance(lr_lambda, (list, tuple)):
            if len(lr_lambda) != n:
                raise ValueError(f"Expected {n} lr_lambdas, but got {len(lr_lambda)}")
            self.lr_lambdas = list(lr_lambda)
        else:
            self.lr_lambdas = [lr_lambda] * n
        super().__init__(optimizer, last_epoch)

    def state_dict(self):
        """Return every attribute but the optimizer; of the functions, those of callable objects."""
        state = {k: v for k, v in self.__dict__.items() if k not in ("optimizer", "lr_lambdas")}
        state["lr_lambdas"] = [None if isinstance(f, types.FunctionType) else f.__dict__.copy()
                               for f in self.lr_lambdas]
        return state

    def load_state_dict(self, state_dict):
        """Take over the attributes of another schedule, and those of its callable objects."""
        self.__dict__.update({k: v for k, v in state_dict.items() if k != "lr_lambdas"})
        for function, found in zip(self.lr_lambdas, state_dict["lr_lambdas"]):
            if found is not None:
                function.__dict__.update(found)


class LambdaLR(_Factors):
    """lr = initial_lr * f(epoch).

    Args:
        lr_lambda: f, or a list with one for each group.
        last_epoch: as `LRScheduler`.
    """

    def get_lr(self):
        """Return the rates of the current epoch."""
        self._warn_if_asked_outside()
        return [base * f(self.last_epoch) for f, base in zip(self.lr_lambdas, self.base_lrs)]


class MultiplicativeLR(_Factors):
    """lr = lr * f(epoch) from the second epoch on.

    Args:
        lr_lambda: f, or a list with one for each group.
        last_epoch: as `LRScheduler`.
    """

    def get_lr(self):
        """Return the rates of the current epoch."""
        self._warn_if_asked_outside()
        lrs = self._of_groups("lr")
        if self._is_initial:
            return lrs
        return [lr * f(self.last_epoch) for f, lr in zip(self.lr_lambdas, lrs)]


class _Rule(LRScheduler):
    """A schedule given by one factor (or formula) for a group: `_next(lr, base)` and `_closed(base)`."""

    def get_lr(self):
        """Return the next rates, made of the current ones."""
        self._warn_if_asked_outside()
        return [self._next(lr, base) for lr, base in zip(self._of_groups("lr"), self.base_lrs)]

    def _get_closed_form_lr(self):
        return [self._closed(base) for base in self.base_lrs]


class StepLR(_Rule):
    """lr = lr * gamma every `step_size` epochs."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next(self, lr, base):
        return lr if self.last_epoch == 0 or self.last_epoch % self.step_size else lr * self.gamma

    def _closed(self, base):
        return base * self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(_Rule):
    """lr = lr * gamma at each of the epochs `milestones` (twice where one stands twice)."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next(self, lr, base):
        times = self.milestones.get(self.last_epoch)
        return lr if times is None else lr * self.gamma ** times

    def _closed(self, base):
        return base * self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ConstantLR(_Rule):
    """lr = initial_lr * factor for the first `total_iters` epochs, and initial_lr after them."""

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1):
        if not 0 <= factor <= 1.0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _next(self, lr, base):
        if self.last_epoch == 0:
            return lr * self.factor
        return lr * (1.0 / self.factor) if self.last_epoch == self.total_iters else lr

    def _closed(self, base):
        return base * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor))


class LinearLR(_Rule):
    """lr = initial_lr * f with f going evenly from `start_factor` to `end_factor` in `total_iters` epochs."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if not 0 < start_factor <= 1.0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if not 0 <= end_factor <= 1.0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _next(self, lr, base):
        if self.last_epoch == 0:
            return lr * self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return lr
        rise = self.end_factor - self.start_factor
        return lr * (1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise))

    def _closed(self, base):
        rise = self.end_factor - self.start_factor
        return base * (self.start_factor + rise * min(self.total_iters, self.last_epoch) / self.total_iters)


class ExponentialLR(_Rule):
    """lr = lr * gamma every epoch."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _next(self, lr, base):
        return lr if self._is_initial else lr * self.gamma

    def _closed(self, base):
        return base * self.gamma ** self.last_epoch


class PolynomialLR(_Rule):
    """lr = initial_lr * (1 - epoch / total_iters) ** power, and 0 after that."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _next(self, lr, base):
        if self._is_initial or self.last_epoch > self.total_iters:
            return lr
        now, before = self.last_epoch / self.total_iters, (self.last_epoch - 1) / self.total_iters
        return lr * ((1.0 - now) / (1.0 - before)) ** self.power

    def _closed(self, base):
        return base * (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power


class CosineAnnealingLR(_Rule):
    """Half a cosine from initial_lr down to `eta_min` in `T_max` epochs (and up again after them).

    lr = eta_min + (initial_lr - eta_min) (1 + cos(pi epoch / T_max)) / 2.
    Source: Loshchilov and Hutter 2017 (without restarts).
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def _next(self, lr, base):
        epoch, half, low = self.last_epoch, self.T_max, self.eta_min
        if epoch == 0 or self._is_initial:
            return lr
        if self._step_count == 1 and epoch > 0:
            return low + (base - low) * (1 + cos(epoch * pi / half)) / 2
        if (epoch - 1 - half) % (2 * half) == 0:
            return lr + (base - low) * (1 - cos(pi / half)) / 2
        return (1 + cos(pi * epoch / half)) / (1 + cos(pi * (epoch - 1) / half)) * (lr - low) + low

    def _closed(self, base):
        return self.eta_min + (base - self.eta_min) * (1 + cos(pi * self.last_epoch / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half cosines from initial_lr down to `eta_min`, begun again after T_0, then after T_0 * T_mult epochs, and so on.

    `step(epoch)` takes fractions of an epoch.
    Source: Loshchilov and Hutter 2017.
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """Return the rates at the current place in the cycle."""
        self._warn_if_asked_outside()
        low = self.eta_min
        return [low + (base - low) * (1 + cos(pi * self.T_cur / self.T_i)) / 2 for base in self.base_lrs]

    def step(self, epoch=None):
        """Set the rates of the next epoch, or of the place `epoch`, which may be a fraction."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            self._place(epoch)
        self.last_epoch = floor(epoch)
        self._get_lr_called_within_step = True
        try:
            values = self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        self._set_rates(values)

    def _place(self, epoch):
        """Find the cycle in which an epoch lies."""
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        if epoch < self.T_0:
            self.T_i, self.T_cur = self.T_0, epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            n = int(log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult ** n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult ** n


def _spread(optimizer, name, value):
    """Return a list with one value for each group; TypeErrors and lengths are torch's."""
    if isinstance(value, (list, tuple)):
        if len(value) != len(optimizer.param_groups):
            raise ValueError(f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} "
                             f"values, param_groups has {len(optimizer.param_groups)}.")
        return list(value)
    return [value] * len(optimizer.param_groups)


class _Momentum(LRScheduler):
    """What schedules share that move the momentum against the rate: "momentum" itself or the first of "betas"."""

    def _find_momentum(self, cycle_momentum):
        self.cycle_momentum = cycle_momentum
        defaults = self.optimizer.defaults
        if cycle_momentum:
            if "momentum" not in defaults and "betas" not in defaults:
                raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
            self.use_beta1 = "betas" in defaults

    def _set_momentum(self, group, value):
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value


class CyclicLR(_Momentum):
    """The rate goes evenly up from `base_lr` to `max_lr` and down again, and the momentum against it.

    Args:
        base_lr, max_lr: a number, or a list with one for each group.
        step_size_up, step_size_down: steps of the rising and the falling part.
        mode: "triangular"; "triangular2" halves the height each cycle; "exp_range" scales it by gamma**step.
        scale_fn, scale_mode: instead of `mode`, a function of the cycle's number ("cycle") or the step ("iterations").
        cycle_momentum, base_momentum, max_momentum: the momentum's range.
    Source: Smith 2017.
    """

    def __init__(self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0,
                 scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9,
                 last_epoch=-1):
        self._check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = _spread(optimizer, "base_lr", base_lr)
        if last_epoch == -1:
            for lr, group in zip(base_lrs, optimizer.param_groups):
                _set(group, "lr", lr)
        self.max_lrs = _spread(optimizer, "max_lr", max_lr)
        up = float(step_size_up)
        down = up if step_size_down is None else float(step_size_down)
        self.total_size = up + down
        self.step_ratio = up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else "iterations" if mode == "exp_range" else "cycle"
        self._find_momentum(cycle_momentum)
        if cycle_momentum:
            self.base_momentums = _spread(optimizer, "base_momentum", base_momentum)
            self.max_momentums = _spread(optimizer, "max_momentum", max_momentum)
            if last_epoch == -1:
                for high, low, group in zip(self.max_momentums, self.base_momentums, optimizer.param_groups):
                    self._set_momentum(group, high)
                    group["max_momentum"] = high
                    group["base_momentum"] = low
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x):
        """Return the height of cycle (or step) `x`, relative to the first."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma ** x

    def get_lr(self):
        """Return the rates at the current place in the cycle, and set the momentum."""
        self._warn_if_asked_outside()
        cycle = floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        place = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        height = self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            for low, high, group in zip(self.base_momentums, self.max_momentums, self.optimizer.param_groups):
                self._set_momentum(group, high - (high - low) * place * height)
        return [low + (high - low) * place * height for low, high in zip(self.base_lrs, self.max_lrs)]

    def state_dict(self):
        """Return every attribute but the optimizer; of `scale_fn`, that of a callable object."""
        state = super().state_dict()
        function = state.pop("_scale_fn_custom")
        state["_scale_fn_custom"] = (None if function is None or isinstance(function, types.FunctionType)
                                     else function.__dict__.copy())
        return state

    def load_state_dict(self, state_dict):
        """Take over the attributes of another schedule of this kind; `scale_fn` stays this one's."""
        state = dict(state_dict)
        found = state.pop("_scale_fn_custom")
        super().load_state_dict(state)
        if found is not None:
            self._scale_fn_custom.__dict__.update(found)


class OneCycleLR(_Momentum):
    """One rise of the rate to `max_lr` and a long fall far below where it began, the momentum against it.

    Args:
        max_lr: a number, or a list with one for each group.
        total_steps: the steps of the cycle, or `epochs` * `steps_per_epoch`.
        pct_start: the part of the steps that the rise takes.
        anneal_strategy: "cos" or "linear".
        div_factor: the start is max_lr / div_factor.
        final_div_factor: the end is the start / final_div_factor.
        three_phase: first a fall as long as the rise, then the rest.
        cycle_momentum, base_momentum, max_momentum: the momentum's range.
    Raises ValueError when stepped beyond the end.
    Source: Smith and Topin 2018.
    """

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
                 final_div_factor=1e4, three_phase=False, last_epoch=-1):
        self._check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        self._schedule_phases = self._phases(pct_start, three_phase)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_func_type = anneal_strategy
        max_lrs = _spread(optimizer, "max_lr", max_lr)
        if last_epoch == -1:
            for high, group in zip(max_lrs, optimizer.param_groups):
                group["initial_lr"] = high / div_factor
                group["max_lr"] = high
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self._find_momentum(cycle_momentum)
        if cycle_momentum:
            highs = _spread(optimizer, "max_momentum", max_momentum)
            lows = _spread(optimizer, "base_momentum", base_momentum)
            if last_epoch == -1:
                for high, low, group in zip(highs, lows, optimizer.param_groups):
                    self._set_momentum(group, high)
                    group["max_momentum"] = high
                    group["base_momentum"] = low
        super().__init__(optimizer, last_epoch)

    def _phases(self, part, three):
        n = self.total_steps
        ends = [(float(part * n) - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum")]
        if three:
            ends += [(float(2 * part * n) - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
                     (n - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum")]
        else:
            ends += [(n - 1, "max_lr", "min_lr", "base_momentum", "max_momentum")]
        keys = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
        return [dict(zip(keys, values)) for values in ends]

    def _between(self, start, end, part):
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (cos(pi * part) + 1)
        return (end - start) * part + start

    def get_lr(self):
        """Return the rates at the current step, and set the momentum."""
        self._warn_if_asked_outside()
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(f"Tried to step {step} times. The specified number of total steps is {self.total_steps}")
        begin = 0.0
        for phase in self._schedule_phases:
            if step <= phase["end_step"] or phase is self._schedule_phases[-1]:
                break
            begin = phase["end_step"]
        part = (step - begin) / (phase["end_step"] - begin)
        lrs = []
        for group in self.optimizer.param_groups:
            lrs.append(self._between(group[phase["start_lr"]], group[phase["end_lr"]], part))
            if self.cycle_momentum:
                self._set_momentum(group, self._between(group[phase["start_momentum"]], group[phase["end_momentum"]],
                                                        part))
        return lrs


def _total_steps(total_steps, epochs, steps_per_epoch):
    if total_steps is not None:
        given = [("total_steps", total_steps)]
    elif epochs is not None and steps_per_epoch is not None:
        given = [("epochs", epochs), ("steps_per_epoch", steps_per_epoch)]
    else:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    n = 1
    for name, value in given:
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"Expected positive integer {name}, but got {value}")
        n *= value
    return n


class ReduceLROnPlateau(LRScheduler):
    """lr = lr * factor when a figure has not become better for `patience` epochs.

    Args:
        mode: "min" or "max": what is better.
        factor, patience: as above.
        threshold, threshold_mode: by how much better; a part of the best ("rel") or an amount ("abs").
        cooldown: epochs after a reduction that do not count.
        min_lr: the least rate, or a list with one for each group.
        eps: reductions smaller than this are not made.
    """

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0,
                 min_lr=0, eps=1e-8):
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        self.factor = factor
        self._check_optimizer(optimizer)
        self.optimizer = optimizer
        n = len(optimizer.param_groups)
        if isinstance(min_lr, (list, tuple)):
            if len(min_lr) != n:
                raise ValueError(f"expected {n} min_lrs, got {len(min_lr)}")
            self.default_min_lr = None
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * n
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = self._of_groups("lr")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        self.mode_worse = inf if mode == "min" else -inf
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self._reset()

    def _reset(self):
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self):
        """Whether epochs are not counted now."""
        return self.cooldown_counter > 0

    def step(self, metrics, epoch=None):
        """Look at the figure of this epoch, and reduce the rates if need be."""
        current = float(metrics)
        if epoch is None:
            epoch = self.last_epoch + 1
        else:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self.last_epoch = epoch
        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr(epoch)
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = self._of_groups("lr")

    def _reduce_lr(self, epoch):
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError("The number of param groups in the `optimizer` "
                                   f"({len(groups)}) differs from when `ReduceLROnPlateau` was initialized "
                                   f"({len(self.min_lrs)}), usually due to a new param group being added to the "
                                   "optimizer. Please modify the `min_lrs` field to match the length of the "
                                   "`optimizer` param groups.")
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, low in zip(groups, self.min_lrs):
            old = float(group["lr"])
            new = max(old * self.factor, low)
            if old - new > self.eps:
                _set(group, "lr", new)

    def _is_better(self, a, best):
        margin = self.threshold
        if self.threshold_mode == "abs":
            return a < best - margin if self.mode == "min" else a > best + margin
        return a < best * (1.0 - margin) if self.mode == "min" else a > best * (margin + 1.0)


def _check_members(owner, schedulers, optimizer):
    """Check the schedules that another one is made of: steppable without arguments, of one optimizer."""
    for i, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise TypeError(f"{owner} at index {i} should have `optimizer` as its attribute.")
        if isinstance(scheduler, ReduceLROnPlateau):
            raise ValueError(f"{owner} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs "
                             f"to be specified when calling `step`, but got one at index {i} in the given schedulers "
                             "sequence.")
        if scheduler.optimizer != optimizer:
            raise ValueError(f"{owner} expects all schedulers to belong to the same optimizer, but got scheduler "
                             f"{type(scheduler).__name__} at index {i} has {scheduler.optimizer}, which is different "
                             f"from {type(optimizer).__name__}.")


class _Several(LRScheduler):
    """What schedules made of others share: their states are kept in a list."""

    def state_dict(self):
        """Return every attribute but the optimizer, the members by their own state dicts."""
        state = {k: v for k, v in self.__dict__.items() if k not in ("optimizer", "_schedulers")}
        state["_schedulers"] = [member.state_dict() for member in self._schedulers]
        return state

    def load_state_dict(self, state_dict):
        """Take over the attributes of another schedule and those of its members."""
        self.__dict__.update({k: v for k, v in state_dict.items() if k != "_schedulers"})
        for member, state in zip(self._schedulers, state_dict["_schedulers"]):
            member.load_state_dict(state)


class SequentialLR(_Several):
    """One schedule after the other: the i-th ends, and the next begins, at epoch `milestones[i]`."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        if len(schedulers) < 1:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler.")
        _check_members("SequentialLR", schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError("Sequential Schedulers expects number of schedulers provided to be one more than the "
                             f"number of milestone points, but got number of schedulers {len(schedulers)} and the "
                             f"number of milestones to be equal to {len(milestones)}")
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        for group in optimizer.param_groups:    # take back what the members did when they were made
            _set(group, "lr", group["initial_lr"])
        for member in schedulers:
            _take_back(member)
        schedulers[0]._initial_step()
        self._last_lr = schedulers[0].get_last_lr()

    def step(self):
        """Set the rates of the next epoch."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        member = self._schedulers[i]
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            member._update_lr(0)
        else:
            member.step()
        self._last_lr = member.get_last_lr()


def _take_back(scheduler):
    """Take an epoch off a schedule, or off those it is made of (its own stays, as torch has it)."""
    if hasattr(scheduler, "_schedulers"):
        for member in scheduler._schedulers:
            _take_back(member)
    elif hasattr(scheduler, "last_epoch"):
        scheduler.last_epoch -= 1


class ChainedScheduler(_Several):
    """Several schedules at once, each acting on what the one before it left."""

    def __init__(self, schedulers, optimizer=None):
        if len(schedulers) < 1:
            raise ValueError("ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.")
        optimizer = optimizer or getattr(schedulers[0], "optimizer", None)
        _check_members("ChainedScheduler", schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = self._of_groups("lr")

    def step(self):
        """Step every member."""
        for member in self._schedulers:
            member.step()
        self._last_lr = self._of_groups("lr")
