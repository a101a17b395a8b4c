"""The base of all optimizers: parameter groups, state, state dicts, hooks."""
import warnings
from collections import OrderedDict, defaultdict
from copy import deepcopy
from functools import wraps
from itertools import chain

from .. import dtypes
from ..backend.cpu import B as CPU
from ..core.modes import enable_grad, no_grad, state as mode
from ..core.tensor import OPS, Tensor, TensorBase
from ..utils.hooks import RemovableHandle
from .update import drop_gradients, update_groups

_ndarray = CPU.array_type


class _Required:
    def __repr__(self):
        return "<required parameter>"


#: Stands for a group option that has no default.
required = _Required()

_global_step_pre_hooks = OrderedDict()
_global_step_post_hooks = OrderedDict()


def register_optimizer_step_pre_hook(hook):
    """Call `hook(optimizer, args, kwargs)` before each step of every optimizer."""
    handle = RemovableHandle(_global_step_pre_hooks)
    _global_step_pre_hooks[handle.id] = hook
    return handle


def register_optimizer_step_post_hook(hook):
    """Call `hook(optimizer, args, kwargs)` after each step of every optimizer."""
    handle = RemovableHandle(_global_step_post_hooks)
    _global_step_post_hooks[handle.id] = hook
    return handle


class Optimizer:
    """Holds parameter groups and the state of each parameter; a subclass adds `step`.

    Args:
        params: an iterable of tensors, of (name, tensor) pairs, or of dicts (parameter groups).
        defaults: the options a group takes where it does not name them.
    Raises TypeError or ValueError, with torch's text, for parameters that cannot be optimized.
    """

    def __init__(self, params, defaults):
        self.defaults = defaults
        self._optimizer_step_pre_hooks = OrderedDict()
        self._optimizer_step_post_hooks = OrderedDict()
        self._optimizer_state_dict_pre_hooks = OrderedDict()
        self._optimizer_state_dict_post_hooks = OrderedDict()
        self._optimizer_load_state_dict_pre_hooks = OrderedDict()
        self._optimizer_load_state_dict_post_hooks = OrderedDict()
        self._patch_step_function()
        if isinstance(params, Tensor):
            raise TypeError("params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                            + params.type())
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def _patch_step_function(self):
        """Give the class's `step` its hooks, once."""
        cls = type(self)
        if not getattr(cls.step, "hooked", False):
            cls.step = self.profile_hook_step(cls.step)
            cls.step.hooked = True

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update(state)
        for name in ("step_pre", "step_post", "state_dict_pre", "state_dict_post", "load_state_dict_pre",
                     "load_state_dict_post"):
            self.__dict__.setdefault(f"_optimizer_{name}_hooks", OrderedDict())
        self._patch_step_function()
        self.defaults.setdefault("differentiable", False)

    def __repr__(self):
        text = type(self).__name__ + " ("
        for i, group in enumerate(self.param_groups):
            options = "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
            text += f"\nParameter Group {i}\n{options}"
        return text + ")"

    # ---- groups

    def add_param_group(self, param_group):
        """Add a group: a dict with "params" and any options that differ from the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        _collect(param_group)
        for param in param_group["params"]:
            if not isinstance(param, TensorBase):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(param).__name__}")
            if not self.defaults.get("differentiable", None) and not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        params = param_group["params"]
        if len({id(p) for p in params}) != len(params):
            warnings.warn("optimizer contains a parameter group with duplicate parameters; in future, this will "
                          "cause an error; see github.com/pytorch/pytorch/issues/40967 for more information",
                          stacklevel=3)
        taken = {id(p) for group in self.param_groups for p in group["params"]}
        if not taken.isdisjoint(id(p) for p in params):
            raise ValueError("some parameters appear in more than one parameter group")
        if any(("param_names" in group) != ("param_names" in param_group) for group in self.param_groups):
            raise ValueError("all optimizer param groups should be with/without names. cannot add param group "
                             f"{'with' if 'param_names' in param_group else 'without'} names to the optimizer")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none=True):
        """Drop the gradients of all parameters (or fill them with zeros)."""
        for group in self.param_groups:
            if set_to_none:
                drop_gradients(group["params"])
                continue
            for p in group["params"]:
                if p._grad is None:
                    continue
                if p._grad.grad_fn is not None:
                    p._grad.detach_()
                else:
                    p._grad.requires_grad_(False)
                p._grad.zero_()

    def step(self, closure=None):
        """Update the parameters; defined by the subclass."""
        raise NotImplementedError

    @staticmethod
    def profile_hook_step(func):
        """Wrap a step so that the optimizer's step hooks, and those of all optimizers, run around it."""

        @wraps(func)
        def wrapper(self, *args, **kwargs):
            if (self._optimizer_step_pre_hooks or self._optimizer_step_post_hooks or _global_step_pre_hooks
                    or _global_step_post_hooks):
                return _hooked_step(func, self, args, kwargs)
            return func(self, *args, **kwargs) if args or kwargs else func(self)

        return wrapper

    # ---- hooks

    def register_step_pre_hook(self, hook):
        """Call `hook(optimizer, args, kwargs)` before each step; it may return new (args, kwargs)."""
        return _register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return _register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """Call `hook(optimizer)` before `state_dict`."""
        return _register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """Call `hook(optimizer, state_dict)` after `state_dict`; it may return another."""
        return _register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """Call `hook(optimizer, state_dict)` before loading; it may return another."""
        return _register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """Call `hook(optimizer)` after loading."""
        return _register(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # ---- state dicts

    def state_dict(self):
        """Return {"state": {index: ...}, "param_groups": [...]}, parameters named by their index."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        index = {}
        groups = []
        for group in self.param_groups:
            packed = {k: v for k, v in group.items() if k != "params"}
            for p in group["params"]:
                index.setdefault(id(p), len(index))
            packed["params"] = [index[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {(index[id(k)] if isinstance(k, TensorBase) else k): v for k, v in self.state.items()}
        result = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            new = hook(self, result)
            if new is not None:
                result = new
        return result

    def load_state_dict(self, state_dict):
        """Take over a state dict: options, and the state of each parameter in its dtype and on its device."""
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            new = hook(self, state_dict)
            if new is not None:
                state_dict = new
        groups, saved = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(g["params"]) != len(s["params"]) for g, s in zip(groups, saved)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of "
                             "optimizer's group")
        owners = dict(zip(chain.from_iterable(s["params"] for s in saved),
                          chain.from_iterable(g["params"] for g in groups)))
        steps_stay = {id(p): not (s.get("capturable") or s.get("fused"))
                      for g, s in zip(groups, saved) for p in g["params"]}
        state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in owners:
                param = owners[key]
                state[param] = _cast(param, value, steps_stay[id(param)])
            else:
                state[key] = value
        for group, new in zip(groups, saved):
            new["params"] = group["params"]
            if "param_names" in group and "param_names" not in new:
                new["param_names"] = group["param_names"]
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)


def _register(hooks, hook, prepend=False):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def _collect(group):
    """Turn a group's "params" into a list of tensors (and "param_names" where they were named)."""
    params = group["params"]
    if isinstance(params, TensorBase):
        group["params"] = [params]
        return
    if isinstance(params, set):
        raise TypeError("optimizer parameters need to be organized in ordered collections, but the ordering of tensors "
                        "in sets will change between runs. Please use a list instead.")
    params = list(params)
    named = [isinstance(p, tuple) for p in params]
    if any(named):
        if not all(named):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        group["param_names"] = [name for name, _ in params]
        params = [p for _, p in params]
    group["params"] = params


def _cast(param, value, step_stays, key=None):
    """Return loaded state in the parameter's dtype and device; "step" stays as it is on the CPU.

    A tensor that fits already is taken over, not copied, as torch does it.
    """
    if isinstance(value, TensorBase):
        if key == "step":
            return value if step_stays else value.to(dtype=dtypes.float32, device=param.device)
        if param.is_floating_point():
            return value.to(dtype=param.dtype, device=param.device)
        return value.to(device=param.device)
    if isinstance(value, dict):
        return {k: _cast(param, v, step_stays, k) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(param, v, step_stays) for v in value)
    return value


# ------------------------------------------------------------------ what the optimizers of this folder share

def _hooked_step(func, optimizer, args, kwargs):
    """Run a step between its hooks."""
    args = (optimizer, *args)
    for hook in chain(_global_step_pre_hooks.values(), optimizer._optimizer_step_pre_hooks.values()):
        new = hook(optimizer, args, kwargs)
        if new is not None:
            if not (isinstance(new, tuple) and len(new) == 2):
                raise RuntimeError(f"{func} must return None or a tuple of (new_args, new_kwargs), but got {new}.")
            args, kwargs = new
    out = func(*args, **kwargs)
    for hook in chain(optimizer._optimizer_step_post_hooks.values(), _global_step_post_hooks.values()):
        hook(optimizer, args, kwargs)
    return out


class GroupOptimizer(Optimizer):
    """An optimizer that treats each parameter by itself: natively where it can, else in tensor operations.

    A subclass defines `update` (the formula, in tensor operations rounded in torch's order), `start`
    where there is state, and `native` where there is a kernel.
    """

    #: native(group, params, arrays, grads) updates a group on its arrays; False, with nothing changed, where it cannot.
    native = None
    #: start(p, group) returns the first state of a parameter.
    start = None
    #: The name under which torch's Adam refuses sparse gradients and points to SparseAdam.
    sparse_hint = ""
    #: Whether the formula may be applied to sparse gradients.
    takes_sparse = False
    #: What torch says must be on an accelerator when `capturable` is set.
    capturable_needs = "params and state_steps"
    #: Which accelerators torch names there.
    capturable_devices = "['cuda', 'xpu', 'hpu', 'privateuseone', 'xla']"

    def step(self, closure=None):
        """Update every parameter that has a gradient.

        Args:
            closure: evaluates the model again and returns the loss, with gradients on.
        Returns: the closure's loss, or None.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        update_groups(self)
        return loss

    def _by_tensors(self, group, params):
        for p in params:
            if type(p._grad._array) is not _ndarray and p._grad.is_sparse:
                self.check_sparse(group)
        differentiable = bool(group.get("differentiable"))
        if differentiable and group["foreach"]:
            raise AssertionError("_foreach ops don't support autograd")
        before = mode.grad
        mode.grad = bool(self.defaults.get("differentiable"))
        try:
            states = [self.state_of(p, group) for p in params]
            if group.get("capturable") and any(p.device.type == "cpu" for p in params):
                raise AssertionError(f"If capturable=True, {self.capturable_needs} must be on supported devices: "
                                     f"{self.capturable_devices}.")
            for p, state in zip(params, states):
                g = -p._grad if group.get("maximize") else p._grad
                if "step" in state:
                    state["step"] += 1
                self.update(group, p, g, state)
        finally:
            mode.grad = before

    def check_sparse(self, group):
        """Raise RuntimeError unless the formula with the group's options has a meaning on sparse gradients."""
        if self.takes_sparse:
            return
        hint = ", please consider SparseAdam instead" if self.sparse_hint else ""
        raise RuntimeError(f"{self.sparse_hint or type(self).__name__} does not support sparse gradients{hint}")

    def state_of(self, p, group):
        """Return the state of a parameter, made when it has none."""
        state = self.state[p]
        if not state and self.start is not None:
            state.update(self.start(p, group))
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            for name in _LATER:
                if name in self.defaults:
                    group.setdefault(name, None if name == "foreach" else False)
            for p in group["params"]:
                known = self.state.get(p) or {}
                if "step" in known and not isinstance(known["step"], TensorBase):
                    known["step"] = scalar(float(known["step"]))


#: Options that state dicts of earlier torch versions lack.
_LATER = ("nesterov", "amsgrad", "centered", "maximize", "foreach", "capturable", "differentiable", "fused",
          "decoupled_weight_decay")


def kernel(name, group, arrays, otherwise=None):
    """Return the native update of that name (`otherwise` without one) when it may take these arrays with these options."""
    if group.get("capturable") or type(arrays[0]) is not _ndarray:
        return None
    return CPU.kernels.get(name, otherwise)


def scalar(value=0.0):
    """Return a 0-d tensor for the state: float64 where that is the default dtype, else float32."""
    wide = dtypes.get_default_dtype() is dtypes.float64
    return OPS.tensor(value, dtype=dtypes.float64 if wide else dtypes.float32)


def number(value):
    """Return a Python number of a number or a one-element tensor."""
    return value.item() if isinstance(value, TensorBase) else value


def real(*tensors):
    """Return complex tensors as real ones of one more dimension; None stays."""
    return [t if t is None or not t.is_complex() else OPS.view_as_real(t) for t in tensors]


def check(name, value, low=0.0):
    """Raise ValueError, as torch does, unless `value` is at least `low`."""
    if not low <= value:
        raise ValueError(f"Invalid {name}: {value}")


def check_lr(lr):
    """Check a learning rate, which may be a one-element tensor."""
    if isinstance(lr, TensorBase) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    check("learning rate", lr)


def check_betas(betas):
    """Check the two rates at which running means forget."""
    for i in (0, 1):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")


def check_fused(foreach, fused, differentiable):
    """Check the implementation switches: each of them gives the same result here."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


__all__ = ["Optimizer", "no_grad", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook"]
