"""`torch.amp.GradScaler`: losses scaled up so that small half-precision gradients do not vanish."""
import math
import warnings

from .. import dtypes
from ..backend import cuda as _cuda
from ..core.modes import no_grad
from ..core.tensor import TensorBase

READY, UNSCALED, STEPPED = range(3)


class _Progress:
    """How far one optimizer is since the last `update`, and whether its gradients held inf or nan."""

    def __init__(self):
        self.stage = READY
        self.found_inf = None           # None: not looked yet


class GradScaler:
    """Multiply losses by a scale that adapts, unscale the gradients, skip steps with inf or nan.

    Args:
        device: "cuda" (off, with a warning, where there is none) or "cpu".
        init_scale: the first scale.
        growth_factor: what the scale is multiplied by after `growth_interval` good steps in a row.
        backoff_factor: what it is multiplied by after a step with inf or nan.
        enabled: False makes every method a pass-through.
    """

    def __init__(self, device="cuda", init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000,
                 enabled=True):
        self._device, self._enabled = device, enabled
        if enabled and device == "cuda" and not _cuda.find()[1]:
            warnings.warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2)
            self._enabled = False
        if self._enabled:
            assert growth_factor > 1.0, "The growth factor must be > 1.0."
            assert backoff_factor < 1.0, "The backoff factor must be < 1.0."
            self._growth_factor, self._backoff_factor, self._growth_interval = growth_factor, backoff_factor, growth_interval
            self._scale, self._growth_tracker, self._used = init_scale, 0, False
            self._optimizers = {}

    def scale(self, outputs):
        """Return a tensor, or an iterable of tensors, times the scale."""
        if not self._enabled:
            return outputs
        self._used = True
        if isinstance(outputs, TensorBase):
            return outputs * self._scale
        if isinstance(outputs, (list, tuple)) or hasattr(outputs, "__iter__"):
            found = map(self.scale, outputs)
            return type(outputs)(found) if isinstance(outputs, (list, tuple)) else found
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer):
        """Divide the gradients of an optimizer's parameters by the scale, before clipping them."""
        if not self._enabled:
            return
        self._check_used()
        progress = self._progress(optimizer)
        if progress.stage == UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if progress.stage == STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        progress.found_inf = self._unscale(optimizer)
        progress.stage = UNSCALED

    def _unscale(self, optimizer):
        """Unscale in place; whether any gradient held inf or nan, None where there is no gradient."""
        found = None
        with no_grad():
            for group in optimizer.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    if p.grad.dtype is dtypes.float16:
                        raise ValueError("Attempting to unscale FP16 gradients.")
                    found = bool(found) or not bool(p.grad.isfinite().all())
                    p.grad.mul_(1.0 / self._scale)
        return found

    def step(self, optimizer, *args, **kwargs):
        """Unscale if need be, and call `optimizer.step` unless a gradient holds inf or nan; return its result."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._check_used()
        progress = self._progress(optimizer)
        if progress.stage == STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if progress.stage == READY:
            self.unscale_(optimizer)
        assert progress.found_inf is not None, "No inf checks were recorded for this optimizer."
        result = None if progress.found_inf else optimizer.step(*args, **kwargs)
        progress.stage = STEPPED
        return result

    def update(self, new_scale=None):
        """Adapt the scale to what the last steps found (or set it), and begin a new iteration."""
        if not self._enabled:
            return
        self._check_used()
        if new_scale is not None:
            self._scale = float(new_scale)
        else:
            found = [p.found_inf for p in self._optimizers.values() if p.found_inf is not None]
            assert found, "No inf checks were recorded prior to update."
            self._adapt(any(found))
        self._optimizers = {}

    def _adapt(self, found_inf):
        if found_inf:
            self._scale *= self._backoff_factor
            self._growth_tracker = 0
            return
        self._growth_tracker += 1
        if self._growth_tracker == self._growth_interval:
            grown = self._scale * self._growth_factor
            self._scale = grown if math.isfinite(grown) else self._scale
            self._growth_tracker = 0

    def _progress(self, optimizer):
        return self._optimizers.setdefault(id(optimizer), _Progress())

    def _check_used(self):
        assert self._used, ("Attempted update but _scale is None.  This may indicate your script did not use "
                            "scaler.scale(loss or outputs) earlier in the iteration.")

    # ---- settings and state

    def get_scale(self):
        """Return the scale, 1.0 when disabled."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self):
        """Return the growth factor."""
        return self._growth_factor

    def set_growth_factor(self, new_factor):
        """Set the growth factor."""
        self._growth_factor = new_factor

    def get_backoff_factor(self):
        """Return the backoff factor."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor):
        """Set the backoff factor."""
        self._backoff_factor = new_factor

    def get_growth_interval(self):
        """Return the number of good steps before the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval):
        """Set the number of good steps before the scale grows."""
        self._growth_interval = new_interval

    def _get_growth_tracker(self):
        return self._growth_tracker if self._enabled else 0

    def is_enabled(self):
        """Whether the scaler does anything."""
        return self._enabled

    def state_dict(self):
        """Return the state as a dictionary of numbers, empty when disabled."""
        if not self._enabled:
            return {}
        return {"scale": self._scale, "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
                "growth_interval": self._growth_interval, "_growth_tracker": self._growth_tracker}

    def load_state_dict(self, state_dict):
        """Take over a state that `state_dict` gave."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError("The source state dict is empty, possibly because it was saved from a disabled instance of "
                               "GradScaler.")
        self._scale, self._growth_tracker = state_dict["scale"], state_dict["_growth_tracker"]
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]

    def __getstate__(self):
        state = dict(self.__dict__)
        if self._enabled:
            assert not self._optimizers, (
                "A GradScaler instance may only be pickled at the beginning of an iteration, or at the end after "
                "scaler.update().")
        return state
