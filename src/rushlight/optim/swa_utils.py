"""Averages of a model's weights over training, and the schedule that goes with them."""
from copy import deepcopy
from math import cos, pi

from ..core.modes import no_grad
from ..core.tensor import OPS, TensorBase
from ..nn.batchnorm import _BatchNorm
from ..nn.module import Module
from .lr_scheduler import LRScheduler, _spread

__all__ = ["AveragedModel", "SWALR", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn", "get_swa_multi_avg_fn",
           "update_bn"]


def _check_decay(decay):
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def get_ema_avg_fn(decay=0.999):
    """Return f(average, current, n) = decay * average + (1 - decay) * current."""
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param, current_param, num_averaged):
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn():
    """Return f(average, current, n) = average + (current - average) / (n + 1)."""

    @no_grad()
    def swa_update(averaged_param, current_param, num_averaged):
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_ema_multi_avg_fn(decay=0.999):
    """Return the exponential average as a function of lists, which changes the first in place."""
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param_list, current_param_list, _):
        for average, current in zip(ema_param_list, current_param_list):
            if average.is_floating_point() or average.is_complex():
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(average * decay + current * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn():
    """Return the equal average as a function of lists, which changes the first in place."""

    @no_grad()
    def swa_update(averaged_param_list, current_param_list, num_averaged):
        n = num_averaged.item() if isinstance(num_averaged, TensorBase) else num_averaged
        for average, current in zip(averaged_param_list, current_param_list):
            if average.is_floating_point() or average.is_complex():
                average.lerp_(current, 1 / (n + 1))
            else:
                average.add_(((current - average) / (n + 1)).to(average.dtype))

    return swa_update


class AveragedModel(Module):
    """A copy of a model whose parameters are the average of those it was shown.

    Args:
        model: the model; it is copied.
        device: where the copy is kept.
        avg_fn: (average, current, number averaged so far) -> new average, one parameter at a time.
        multi_avg_fn: the same for lists, in place. Without either the average is the equal one.
        use_buffers: average buffers too; otherwise they are copied.
    Source: Izmailov et al. 2018.
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        assert avg_fn is None or multi_avg_fn is None, "Only one of avg_fn and multi_avg_fn should be provided"
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", OPS.tensor(0, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs):
        """Call the averaged model."""
        return self.module(*args, **kwargs)

    def _averaged(self, model):
        own = list(model.parameters())
        return own + list(model.buffers()) if self.use_buffers else own

    @no_grad()
    def update_parameters(self, model):
        """Take the parameters of `model` into the average."""
        own, new = self._averaged(self.module), self._averaged(model)
        new = [x.detach().to(a.device) for a, x in zip(own, new)]
        own = [a.detach() for a in own]
        if self.n_averaged == 0:
            for a, x in zip(own, new):
                a.copy_(x)
        elif self.avg_fn is not None:
            for a, x in zip(own, new):
                a.copy_(self.avg_fn(a, x, self.n_averaged))
        else:
            (self.multi_avg_fn or get_swa_multi_avg_fn())(own, new, self.n_averaged)
        if not self.use_buffers:
            for a, x in zip(self.module.buffers(), model.buffers()):
                a.detach().copy_(x.detach())
        self.n_averaged += 1


@no_grad()
def update_bn(loader, model, device=None):
    """Compute the running statistics of a model's batch norms anew, over the inputs of a loader.

    Args:
        loader: an iterable of inputs, or of lists or tuples that begin with one.
        model: the model.
        device: where to move each input.
    """
    norms = [m for m in model.modules() if isinstance(m, _BatchNorm)]
    if not norms:
        return
    momenta = [m.momentum for m in norms]
    training = model.training
    for m in norms:
        m.reset_running_stats()
        m.momentum = None               # the plain mean of all batches
    model.train()
    for x in loader:
        x = x[0] if isinstance(x, (list, tuple)) else x
        model(x if device is None else x.to(device))
    for m, momentum in zip(norms, momenta):
        m.momentum = momentum
    model.train(training)


class SWALR(LRScheduler):
    """The rate goes from where it is to `swa_lr` in `anneal_epochs` epochs, and stays there.

    Args:
        swa_lr: a number, or a list with one for each group.
        anneal_strategy: "cos" or "linear".
    """

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        for rate, group in zip(_spread(optimizer, "swa_lr", swa_lr), optimizer.param_groups):
            group["swa_lr"] = rate
        super().__init__(optimizer, last_epoch)

    def _part(self, epoch):
        t = max(0, min(1, epoch / max(1, self.anneal_epochs)))
        return (1 - cos(pi * t)) / 2 if self._anneal_strategy == "cos" else t

    def get_lr(self):
        """Return the next rates: the rate at the start is recovered from the current one."""
        self._warn_if_asked_outside()
        epoch = self._step_count - 1
        if self.anneal_epochs == 0:
            epoch = max(1, epoch)
        before, now = self._part(epoch - 1), self._part(epoch)
        rates = []
        for group in self.optimizer.param_groups:
            rate, last = group["swa_lr"], group["lr"]
            start = rate if before == 1 else (last - before * rate) / (1 - before)
            rates.append(rate * now + start * (1 - now))
        return rates
