"""torch.autograd.Variable: what tensors with gradients were called before 0.4, as programs of then still write it."""
from ..core.tensor import Tensor

__all__ = ["Variable", "VariableMeta"]


class VariableMeta(type):
    """Makes every tensor an instance of `Variable`."""

    def __instancecheck__(cls, other):
        return isinstance(other, Tensor)


class Variable(metaclass=VariableMeta):
    """Return a tensor without a past that shares the memory of `data`; calling the class makes a Tensor, never a Variable.

    Args:
        data: a tensor; none, or None, for an empty one.
        requires_grad: whether gradients are recorded from here on.
        volatile: what `no_grad` does today; it means nothing since 0.4, and not together with `requires_grad`.
    Raises:
        TypeError: for data that are no tensor.
    """

    def __new__(cls, data=None, requires_grad=False, volatile=False):
        if volatile and requires_grad:
            raise ValueError("Variable can't be volatile and require_grad at the same time!")
        if data is None:
            data = Tensor()
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)
