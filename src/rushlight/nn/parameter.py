"""Parameters and buffers: tensors that a Module registers when they are assigned to it."""

from __future__ import annotations

from collections import OrderedDict

from .. import dtypes
from ..core.overrides import PLAIN, disabled
from ..core.printing import print_as_tensor
from ..core.tensor import OPS, Tensor, _TensorMeta, attributes, counter, make_as

__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "UninitializedTensorMixin",
    "is_lazy",
]


def _rebuild_parameter(data, requires_grad, backward_hooks):
    """Make a Parameter again from what pickle kept."""
    param = Parameter(data, requires_grad)
    param._backward_hooks = backward_hooks
    return param


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    """The same for a Parameter that had attributes of its own."""
    param = _rebuild_parameter(data, requires_grad, backward_hooks)
    param.__dict__.update(state)
    return param


class _ParameterMeta(_TensorMeta):
    """`isinstance(x, Parameter)` also holds for a tensor subclass marked `_is_param`."""

    def __instancecheck__(self, instance):
        if super().__instancecheck__(instance):
            return True
        return (
            self is Parameter
            and isinstance(instance, Tensor)
            and getattr(instance, "_is_param", False)
        )


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A tensor that a Module lists among its parameters when it is assigned as an attribute.

    Args:
        data: the tensor whose memory it takes; empty by default.
        requires_grad: whether gradients flow to it.

    Example:
        >>> nn.Parameter(torch.ones(2))
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    __torch_function__ = disabled           # operations on parameters give plain tensors
    _is_param = True

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = _empty()
        if type(data) is Tensor or type(data) is Parameter:
            return _make_subclass(cls, data, requires_grad)
        # A tensor class of the program's own keeps its class and is marked.
        param = data.detach().requires_grad_(requires_grad)
        if type(param) is Tensor and isinstance(data, Parameter):
            return _make_subclass(cls, data, requires_grad)
        param._is_param = True
        return param

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        copied = type(self)(self.detach().clone(), self.requires_grad)
        memo[id(self)] = copied
        return copied

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __reduce_ex__(self, protocol):
        data, state = self.data, attributes(self)
        if not state:
            return _rebuild_parameter, (data, self.requires_grad, OrderedDict())
        return _rebuild_parameter_with_state, (data, self.requires_grad, OrderedDict(), state)


PLAIN.add(Parameter)
print_as_tensor(Parameter)  # under the line that its __repr__ puts above


def _empty():
    return OPS.empty(0)


def _make_subclass(cls, data, requires_grad):
    """Return a leaf of class `cls` on the memory (and version) of `data`."""
    if not isinstance(requires_grad, bool):
        raise TypeError(
            "_make_subclass(): argument 'require_grad' (position 3) must be bool, not "
            + type(requires_grad).__name__
        )
    if requires_grad and data.dtype.category < dtypes.FLOATING:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    param = make_as(cls, data._array)
    param._root = data._root if data._root is not None else data._array
    param._counter = counter(data)
    param._req = requires_grad
    return param


class _BufferMeta(_TensorMeta):
    """`isinstance(x, Buffer)` holds for a tensor marked `_is_buffer`."""

    def __instancecheck__(self, instance):
        if self is Buffer:
            return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)
        return super().__instancecheck__(instance)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A tensor that a Module lists among its buffers when it is assigned as an attribute.

    Args:
        data: the tensor whose memory it takes; empty by default.
        persistent: whether it is part of the module's state_dict.

    Returns: a plain tensor that is marked as a buffer.
    """

    __torch_function__ = disabled

    def __new__(cls, data=None, *, persistent=True):
        if data is None:
            data = _empty()
        buffer = data.detach().requires_grad_(data.requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer


# ---------------------------------------------------------------- shapes known only later

_LAZY_SHAPE = (
    "Can't access the shape of an uninitialized parameter or buffer. "
    "This error usually happens in `load_state_dict` when trying to load an uninitialized "
    "parameter into an initialized one. Call `forward` to initialize the parameters before "
    "accessing their attributes."
)

#: What an uninitialised tensor may still be asked for.
_LAZY_ALLOWED = frozenset(
    ["materialize", "shape", "share_memory_", "cls_to_become", "data", "device", "dtype", "grad",
    "requires_grad", "requires_grad_", "is_leaf", "grad_fn", "detach", "detach_", "size", "to", "type", "cpu",
    "cuda", "float", "double", "half", "bfloat16", "char", "short", "int", "long", "get_device",
    "is_floating_point", "is_complex", "copy_", "register_hook", "retain_grad", "layout", "persistent"]
)


def _refuse_use(function):
    raise ValueError(
        f"Attempted to use an uninitialized parameter in {function}. "
        "This error happens when you are using a `LazyModule` or "
        "explicitly manipulating `torch.nn.parameter.UninitializedParameter` "
        "objects. When using LazyModules Call `forward` with a dummy batch "
        "to initialize the parameters before calling torch functions"
    )


class UninitializedTensorMixin:
    """The behaviour of a parameter or buffer whose shape a lazy module has not seen yet."""

    def __getattribute__(self, name):
        if name[0] != "_" and name not in _LAZY_ALLOWED and callable(getattr(Tensor, name, None)):
            _refuse_use(getattr(Tensor, name))  # properties may be read, as PyTorch's may
        return super().__getattribute__(name)

    def materialize(self, shape, device=None, dtype=None):
        """Give the tensor memory of this shape and make it an ordinary one, in place.

        Args:
            shape: the sizes.
            device, dtype: those it was made with by default.
        """
        data = OPS.empty(shape, device=device or self.device, dtype=dtype or self.dtype)
        self.data = data
        self.__class__ = self.cls_to_become

    @property
    def shape(self):
        """Raise: the shape is not known yet."""
        raise RuntimeError(_LAZY_SHAPE)

    def share_memory_(self):
        """Raise: there is no memory to share yet."""
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. "
            "Call `forward` to initialize the parameters before calling `module.share_memory()`."
        )

    def __repr__(self):
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol):
        return type(self), (self.requires_grad,)

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        made = type(self)(self.requires_grad, device=self.device, dtype=self.dtype)
        memo[id(self)] = made
        return made


def _refused(name):
    """Return an operator that refuses: operators are looked up past __getattribute__."""

    def operator(self, *args):
        _refuse_use(getattr(Tensor, name))

    operator.__name__ = name
    return operator


for _name in [
    "add", "radd", "iadd", "sub", "rsub", "isub", "mul", "rmul", "imul", "truediv", "rtruediv", "itruediv",
    "floordiv", "mod", "pow", "rpow", "matmul", "rmatmul", "neg", "abs", "lt", "le", "gt", "ge", "len",
    "getitem", "setitem", "bool", "float", "int", "iter", "contains",
]:
    setattr(UninitializedTensorMixin, f"__{_name}__", _refused(f"__{_name}__"))
del _name


def is_lazy(param):
    """Whether a parameter or buffer still waits for its shape."""
    return isinstance(param, UninitializedTensorMixin)


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose shape is set by `materialize`, at a lazy module's first forward."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        return _make_subclass(cls, OPS.empty(0, device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer whose shape is set by `materialize`, at a lazy module's first forward."""

    cls_to_become = Tensor

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        made = _make_subclass(cls, OPS.empty(0, device=device, dtype=dtype), requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made
