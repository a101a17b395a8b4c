"""Module: the base class of everything in `nn`.

It is split by concern: `module_hooks.py` registers and runs hooks, `module_state.py` saves and
loads. Here are registration, walking the tree, conversion, printing and the call.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict

from .. import devices, dtypes, errors
from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..settings import typename
from .module_hooks import (
    ModuleHooks,
    _global_backward_hooks,
    _global_backward_pre_hooks,
    _global_buffer_registration_hooks,
    _global_forward_hooks,
    _global_forward_pre_hooks,
    _global_module_registration_hooks,
    _global_parameter_registration_hooks,
    call_with_hooks,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from .module_state import ModuleState, _IncompatibleKeys
from .parameter import Buffer, Parameter

__all__ = [
    "Module",
    "_IncompatibleKeys",
    "register_module_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]


def _addindent(text, spaces):
    """Indent every line of `text` but the first."""
    first, *rest = text.split("\n")
    if not rest:
        return text
    return "\n".join([first, *(" " * spaces + line for line in rest)])


def _forward_unimplemented(self, *input):
    """Compute the module's result; every subclass that is called overrides this.

    Raises: NotImplementedError.
    """
    raise NotImplementedError(
        f'Module [{type(self).__name__}] is missing the required "forward" function'
    )


def _pop_from(name, *places):
    for place in places:
        if place is not None and name in place:
            if isinstance(place, dict):
                del place[name]
            else:
                place.discard(name)


class Module(ModuleHooks, ModuleState):
    """Base class of all layers and models.

    A subclass calls `super().__init__()`, assigns its parameters and sub-modules as attributes and
    defines `forward`; calling the module runs it.

    Attributes:
        training: whether it is in training mode (dropout, batch norm); see `train` and `eval`.

    Example:
        >>> class Net(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.hidden = nn.Linear(2, 3)
        ...     def forward(self, x):
        ...         return self.hidden(x).relu()
        >>> Net()
        Net(
          (hidden): Linear(in_features=2, out_features=3, bias=True)
        )
    """

    dump_patches: bool = False
    training: bool
    call_super_init: bool = False
    _compiled_call_impl = None

    def __init__(self, *args, **kwargs):
        if not self.call_super_init and kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument "
                f"'{next(iter(kwargs))}'"
            )
        if not self.call_super_init and args:
            raise TypeError(
                f"{type(self).__name__}.__init__() takes 1 positional argument but "
                f"{len(args) + 1} were given"
            )
        # Past __setattr__, which would look into the dictionaries made here.
        self.__dict__.update(
            training=True,
            _parameters={},
            _buffers={},
            _non_persistent_buffers_set=set(),
            _backward_pre_hooks=OrderedDict(),
            _backward_hooks=OrderedDict(),
            _is_full_backward_hook=None,
            _forward_hooks=OrderedDict(),
            _forward_hooks_with_kwargs=OrderedDict(),
            _forward_hooks_always_called=OrderedDict(),
            _forward_pre_hooks=OrderedDict(),
            _forward_pre_hooks_with_kwargs=OrderedDict(),
            _state_dict_hooks=OrderedDict(),
            _state_dict_pre_hooks=OrderedDict(),
            _load_state_dict_pre_hooks=OrderedDict(),
            _load_state_dict_post_hooks=OrderedDict(),
            _modules={},
        )
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    forward = _forward_unimplemented

    # ------------------------------------------------------------ the call

    def _wrapped_call_impl(self, *args, **kwargs):
        if self._compiled_call_impl is not None:
            return self._compiled_call_impl(*args, **kwargs)
        return self._call_impl(*args, **kwargs)

    def __call__(self, *args, **kwargs):
        # Without hooks nothing stands between the caller and forward but these tests.
        own = self.__dict__
        try:
            hooked = (
                own["_backward_hooks"]
                or own["_backward_pre_hooks"]
                or own["_forward_hooks"]
                or own["_forward_pre_hooks"]
                or _global_forward_hooks
                or _global_forward_pre_hooks
                or _global_backward_hooks
                or _global_backward_pre_hooks
            )
        except KeyError as exc:
            raise AttributeError(
                f"'{type(self).__name__}' object has no attribute {exc}"
            ) from None
        try:
            if hooked:
                return call_with_hooks(self, args, kwargs)
            if len(args) == 1 and not kwargs:       # the usual call, a quarter faster than the general one
                return self.forward(args[0])
            return self.forward(*args, **kwargs)
        except Exception as exc:
            errors.add_module_note(exc, self)
            raise

    _call_impl = __call__

    # ------------------------------------------------------------ registration

    def register_buffer(self, name, tensor, persistent=True):
        """Add a tensor that belongs to the module's state but is not trained.

        Args:
            name: the attribute it is reached by.
            tensor: the tensor, or None for a buffer that is absent for now.
            persistent: whether it is part of the state_dict.

        Example:
            >>> self.register_buffer("running_mean", torch.zeros(3))
        """
        if "_buffers" not in self.__dict__:
            raise AttributeError(errors.taught("cannot assign buffer before Module.__init__() call"))
        _check_name("buffer", name)
        if hasattr(self, name) and name not in self._buffers:
            raise KeyError(f"attribute '{name}' already exists")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        for hook in _global_buffer_registration_hooks.values():
            changed = hook(self, name, tensor)
            tensor = tensor if changed is None else changed
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name, param):
        """Add a parameter under `name`; None notes that the parameter is absent."""
        if "_parameters" not in self.__dict__:
            raise AttributeError(errors.taught("cannot assign parameter before Module.__init__() call"))
        _check_name("parameter", name)
        if hasattr(self, name) and name not in self._parameters:
            raise KeyError(f"attribute '{name}' already exists")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{typename(param)}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model "
                f"parameters must be created explicitly. To express '{name}' "
                "as a function of another Tensor, compute the value in "
                "the forward() method."
            )
        for hook in _global_parameter_registration_hooks.values():
            changed = hook(self, name, param)
            param = param if changed is None or param is None else changed
        self._parameters[name] = param

    def add_module(self, name, module):
        """Add a child module under `name`; None notes that the child is absent."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{typename(module)} is not a Module subclass")
        if not isinstance(name, str):
            raise TypeError(f"module name should be a string. Got {typename(name)}")
        if hasattr(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError('module name can\'t be empty string ""')
        self._modules[name] = _run_module_registration_hooks(self, name, module)

    def register_module(self, name, module):
        """Alias of `add_module`."""
        self.add_module(name, module)

    def __getattr__(self, name):
        own = self.__dict__
        for place in ("_parameters", "_buffers", "_modules"):
            members = own.get(place)
            if members is not None and name in members:
                return members[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        own = self.__dict__
        params, buffers, modules = (
            own.get("_parameters"),
            own.get("_buffers"),
            own.get("_modules"),
        )
        if isinstance(value, Parameter):
            if params is None:
                raise AttributeError(errors.taught("cannot assign parameters before Module.__init__() call"))
            _pop_from(name, own, buffers, modules, self._non_persistent_buffers_set)
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if params is not None and name in params:
                _refuse(value, f"parameter '{name}'", "torch.nn.Parameter")
            if modules is None:
                raise AttributeError(errors.taught("cannot assign module before Module.__init__() call"))
            _pop_from(name, own, params, buffers, self._non_persistent_buffers_set)
            modules[name] = _run_module_registration_hooks(self, name, value)
        elif params is not None and name in params:
            if value is not None:
                _refuse(value, f"parameter '{name}'", "torch.nn.Parameter")
            self.register_parameter(name, value)
        elif modules is not None and name in modules:
            if value is not None:
                _refuse(value, f"child module '{name}'", "torch.nn.Module")
            modules[name] = _run_module_registration_hooks(self, name, value)
        elif isinstance(value, Buffer) or (buffers is not None and name in buffers):
            if value is not None and not isinstance(value, Tensor):
                _refuse(value, f"buffer '{name}'", "torch.nn.Buffer, torch.Tensor")
            if buffers is None:
                raise AttributeError(errors.taught("cannot assign buffer before Module.__init__() call"))
            self._set_buffer(name, value)
        else:
            object.__setattr__(self, name, value)

    def _set_buffer(self, name, value):
        if isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
            return
        for hook in _global_buffer_registration_hooks.values():
            changed = hook(self, name, value)
            value = value if changed is None else changed
        self._buffers[name] = value

    def __delattr__(self, name):
        if name in self._parameters:
            del self._parameters[name]
        elif name in self._buffers:
            del self._buffers[name]
            self._non_persistent_buffers_set.discard(name)
        elif name in self._modules:
            del self._modules[name]
        else:
            object.__delattr__(self, name)

    def __dir__(self):
        names = {
            *dir(type(self)),
            *self.__dict__,
            *self._parameters,
            *self._modules,
            *self._buffers,
        }
        return sorted(name for name in names if not name[0].isdigit())

    def __setstate__(self, state):
        self.__dict__.update(state)
        # Modules saved by old versions lack the newer dictionaries.
        for name in (
            "_forward_pre_hooks",
            "_forward_pre_hooks_with_kwargs",
            "_forward_hooks_with_kwargs",
            "_forward_hooks_always_called",
            "_state_dict_hooks",
            "_state_dict_pre_hooks",
            "_load_state_dict_pre_hooks",
            "_load_state_dict_post_hooks",
            "_backward_pre_hooks",
        ):
            self.__dict__.setdefault(name, OrderedDict())
        self.__dict__.setdefault("_non_persistent_buffers_set", set())
        self.__dict__.setdefault("_is_full_backward_hook", None)

    # ------------------------------------------------------------ finding members by dotted name

    def get_submodule(self, target):
        """Return the sub-module with this dotted path; the empty string is the module itself.

        Raises: AttributeError when a part of the path is missing or no module.
        """
        module = self
        for part in target.split(".") if target else ():
            if not hasattr(module, part):
                raise AttributeError(f"{module._get_name()} has no attribute `{part}`")
            module = getattr(module, part)
            if not isinstance(module, Module):
                raise AttributeError(f"`{part}` is not an nn.Module")
        return module

    def set_submodule(self, target, module, strict=False):
        """Put `module` in the place that the dotted path names.

        Args:
            strict: raise unless there is a module in that place already.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def _get_member(self, target):
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        return module, name, getattr(module, name)

    def get_parameter(self, target):
        """Return the parameter with this dotted path."""
        _, name, param = self._get_member(target)
        if not isinstance(param, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return param

    def get_buffer(self, target):
        """Return the buffer with this dotted path."""
        module, name, buffer = self._get_member(target)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return buffer

    # ------------------------------------------------------------ walking the tree

    def _named_members(self, get_members_fn, prefix="", recurse=True, remove_duplicate=True):
        """Yield (dotted name, member) for what `get_members_fn(module)` lists, without Nones."""
        seen = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, member in get_members_fn(module):
                if member is None or member in seen:
                    continue
                if remove_duplicate:
                    seen.add(member)
                yield (path + "." + name if path else name), member

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """Yield (dotted name, parameter), this module's own first.

        Args:
            prefix: put before every name.
            recurse: include those of all sub-modules.
            remove_duplicate: give a shared parameter once only.
        """
        yield from self._named_members(
            lambda module: module._parameters.items(), prefix, recurse, remove_duplicate
        )

    def parameters(self, recurse=True):
        """Yield the parameters, each once; what an optimizer is given.

        Args:
            recurse: include those of all sub-modules.
        """
        for _, param in self.named_parameters(recurse=recurse):
            yield param

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """Yield (dotted name, buffer); arguments as in `named_parameters`."""
        yield from self._named_members(
            lambda module: module._buffers.items(), prefix, recurse, remove_duplicate
        )

    def buffers(self, recurse=True):
        """Yield the buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_children(self):
        """Yield (name, child module), each child once."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self):
        """Yield the child modules, each once."""
        for _, module in self.named_children():
            yield module

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """Yield (dotted name, module) for this module and all below it.

        Args:
            memo: the set of modules not to give again.
            prefix: put before every name.
            remove_duplicate: give a shared module once only.
        """
        if memo is None:
            memo = set()
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = prefix + "." + name if prefix else name
                yield from module.named_modules(memo, path, remove_duplicate)

    def modules(self, remove_duplicate=True):
        """Yield this module and all below it, each once."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def apply(self, fn):
        """Call `fn(module)` for all sub-modules and then for this module; return self.

        Example:
            >>> net.apply(lambda m: nn.init.zeros_(m.bias) if isinstance(m, nn.Linear) else None)
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # ------------------------------------------------------------ conversion

    def _apply(self, fn, recurse=True):
        """Replace every parameter, gradient and buffer `t` by `fn(t)`; parameters stay the same
        objects.
        """
        if recurse:
            for module in self.children():
                module._apply(fn)
        for param in self._parameters.values():
            if param is None:
                continue
            with no_grad():
                param.data = fn(param)
                if param.grad is not None:
                    grad = param.grad
                    grad.data = fn(grad)
                    param.grad = grad
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def _cast(self, dtype):
        return self._apply(lambda t: t.to(dtype) if t.is_floating_point() else t)

    def float(self):
        """Make all floating parameters and buffers float32; return self."""
        return self._cast(dtypes.float32)

    def double(self):
        """Make all floating parameters and buffers float64; return self."""
        return self._cast(dtypes.float64)

    def half(self):
        """Make all floating parameters and buffers float16; return self."""
        return self._cast(dtypes.float16)

    def bfloat16(self):
        """Make all floating parameters and buffers bfloat16; return self."""
        return self._cast(dtypes.bfloat16)

    def type(self, dst_type):
        """Make all parameters and buffers `dst_type`; return self."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self):
        """Move all parameters and buffers to the CPU; return self."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device=None):
        """Move all parameters and buffers to a CUDA device; return self."""
        return self._apply(lambda t: t.cuda(device))

    def to(self, *args, **kwargs):
        """Move and/or convert parameters and buffers in place; return self.

        `to(device, dtype, non_blocking)`, `to(dtype)` or `to(tensor)`, and `memory_format=`. Only
        floating and complex ones change dtype.

        Raises: TypeError for an integer dtype.
        """
        device, dtype, non_blocking, memory_format = _parse_to(*args, **kwargs)
        if dtype is not None:
            if not (dtype.is_floating_point or dtype.is_complex):
                raise TypeError(
                    "nn.Module.to only accepts floating point or complex dtypes, "
                    f"but got desired dtype={dtype}"
                )
            if dtype.is_complex:
                warnings.warn(
                    "Complex modules are a new feature under active development whose design may "
                    "change, and some modules might not work as expected when using complex "
                    "tensors as parameters or buffers. Please file an issue at "
                    "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml "
                    "if a complex module does not work as expected.",
                    stacklevel=2,
                )

        def convert(t):
            if t.is_meta and device is not None and device.type != "meta":
                raise NotImplementedError(
                    "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of "
                    "torch.nn.Module.to() when moving module from meta to a different device."
                )
            castable = t.is_floating_point() or t.is_complex()
            wanted = {"memory_format": memory_format} if memory_format and t.ndim in (4, 5) else {}
            return t.to(
                t.device if device is None else device,
                dtype if castable and dtype is not None else t.dtype,
                non_blocking,
                **wanted,
            )

        return self._apply(convert)

    def to_empty(self, *, device, recurse=True):
        """Move parameters and buffers to a device without copying their values; return self."""
        return self._apply(lambda t: t.new_empty(t.size(), device=device), recurse=recurse)

    def share_memory(self):
        """Move parameters and buffers into shared memory; return self."""
        return self._apply(lambda t: t.share_memory_())

    # ------------------------------------------------------------ modes and gradients

    def train(self, mode=True):
        """Set training mode for this module and all below it; return self.

        Args:
            mode: False is evaluation mode.
        """
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        """Set evaluation mode: the same as `train(False)`; return self."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Set whether the parameters require gradients; return self."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Clear the gradients of all parameters.

        Args:
            set_to_none: drop them; otherwise fill them with zeros.
        """
        if getattr(self, "_is_replica", False):
            warnings.warn(
                "Calling .zero_grad() from a module created with nn.DataParallel() has no effect. "
                "The parameters are copied (in a differentiable manner) from the original module. "
                "This means they are not leaf nodes in autograd and so don't accumulate gradients. "
                "If you need gradients in your forward method, consider using autograd.grad "
                "instead.",
                stacklevel=2,
            )
        for param in self.parameters():
            if param.grad is None:
                continue
            if set_to_none:
                param.grad = None
                continue
            if param.grad.grad_fn is not None:
                param.grad.detach_()
            else:
                param.grad.requires_grad_(False)
            param.grad.zero_()

    def compile(self, *args, **kwargs):
        """Accept the request to compile: forward already runs as it is, so nothing changes."""

    # ------------------------------------------------------------ printing

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        """Return what stands between the parentheses of the repr; subclasses override it."""
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        extra_lines = extra.split("\n") if extra else []
        child_lines = [
            f"({name}): " + _addindent(repr(module), 2) for name, module in self._modules.items()
        ]
        return _wrap_lines(self._get_name(), extra_lines, child_lines)

    def _replicate_for_data_parallel(self):
        """Return a shallow copy without parameters, for use on one device of several."""
        replica = self.__new__(type(self))
        replica.__dict__ = self.__dict__.copy()
        replica._parameters = {}
        replica._buffers = replica._buffers.copy()
        replica._modules = replica._modules.copy()
        replica._is_replica = True
        return replica


def _wrap_lines(name, extra_lines, child_lines):
    """Lay out a repr: on one line when there is a single extra line and no child."""
    if len(extra_lines) == 1 and not child_lines:
        return f"{name}({extra_lines[0]})"
    lines = extra_lines + child_lines
    if not lines:
        return name + "()"
    return name + "(\n  " + "\n  ".join(lines) + "\n)"


_TO_FORMS = (
    " * (torch.device device = None, torch.dtype dtype = None, bool non_blocking = False, "
    "bool copy = False, *, torch.memory_format memory_format = None)\n"
    " * (torch.dtype dtype, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)\n"
    " * (Tensor tensor, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)\n"
)
_TO_KEYWORDS = {"device", "dtype", "tensor", "non_blocking", "copy", "memory_format"}


def _parse_to(*args, **kwargs):
    """Return (device, dtype, non_blocking, memory_format) of the three forms of `to`."""
    first = args[0] if args else kwargs.get("tensor")
    if isinstance(first, dtypes.dtype):
        names = ("dtype", "non_blocking", "copy")
    elif isinstance(first, Tensor):
        names = ("tensor", "non_blocking", "copy")
    else:
        names = ("device", "dtype", "non_blocking", "copy")
    given = dict(zip(names, args, strict=False))
    dtype = given.get("dtype", kwargs.get("dtype"))
    if (
        len(args) > len(names)
        or kwargs.keys() - _TO_KEYWORDS
        or kwargs.keys() & given.keys()
        or not isinstance(dtype, (dtypes.dtype, type(None)))
        or not isinstance(given.get("non_blocking", False), bool)
        or not isinstance(first, (dtypes.dtype, Tensor, devices.device, str, int, type(None)))
    ):
        _refuse_to(args, kwargs)
    given.update(kwargs)
    device = given.get("device")
    if "tensor" in given:
        device, dtype = given["tensor"].device, given["tensor"].dtype
    return (
        None if device is None else devices.device(device),
        dtype,
        given.get("non_blocking", False),
        given.get("memory_format"),
    )


def _refuse_to(args, kwargs):
    def kind(value):
        if isinstance(value, Tensor):
            return "Tensor"
        if isinstance(value, (dtypes.dtype, devices.device)):
            return "torch." + type(value).__name__
        return type(value).__name__

    got = ", ".join([kind(a) for a in args] + [f"{k}={kind(v)}" for k, v in kwargs.items()])
    got += ", " if kwargs else ""
    raise TypeError(
        f"to() received an invalid combination of arguments - got ({got}), "
        f"but expected one of:\n{_TO_FORMS}"
    )


def _check_name(what, name):
    if not isinstance(name, str):
        raise TypeError(f"{what} name should be a string. Got {typename(name)}")
    if "." in name:
        raise KeyError(f'{what} name can\'t contain "."')
    if name == "":
        raise KeyError(f'{what} name can\'t be empty string ""')


def _refuse(value, place, expected):
    raise TypeError(f"cannot assign '{typename(value)}' as {place} ({expected} or None expected)")


def _run_module_registration_hooks(parent, name, module):
    for hook in _global_module_registration_hooks.values():
        changed = hook(parent, name, module)
        module = module if changed is None else changed
    return module
