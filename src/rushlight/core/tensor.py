"""The Tensor object: an array, its gradient, its place in the graph, its version. No mathematics.

Every operator and method calls an op by name through `OPS`, a table that the registry fills.
"""
import sys
from typing import Any

from .. import devices, dtypes
from ..backend import base as backends
from ..backend.cpu import B as CPU
from .arrays import fresh
from .modes import state
from .size import Size

NONE, VIEW_NO_GRAD, INFERENCE = 0, 1, 2         # bits of Tensor._flags


class Version:
    """How often a memory has been written in place, shared by a tensor, its views and its aliases."""

    def __init__(self):
        self.n = 0
        self.saved = 0              # how many nodes that still may run saved this memory: writes to it are placed
        self.where = None           # (op name, "file:line") of the last write to a saved memory


class OpTable:
    """The ops that operators of `Tensor` call, by name; those of two operands take exactly two."""

    disabled = None             # what marks a class as one whose `__torch_function__` nobody asks


OPS: Any = OpTable()


def _unless_tensor(other):
    """What an operator gives after a TypeError: the error between tensors, else Python's turn."""
    if isinstance(other, TensorBase):
        raise sys.exc_info()[1]
    return NotImplemented


class TensorBase:
    """Storage, graph and version of a tensor; `Tensor` adds the methods that ops publish.

    Fields (typed in the `.pxd`):
        _array: the array, always an array and never a scalar.
        _root: the array that stands for the storage; None when it is `_array` itself.
        _grad: the gradient tensor of a leaf (or of one that retains it).
        _req: whether a leaf requires grad.
        _node, _nr: the node that computed this tensor, and which of its outputs it is.
        _counter: the `Version`, made when first needed.
        _base, _replay, _seen: for a view, the tensor it looks at, how to take it again, and the
            version for which `_node` is right.
        _hooks, _flags, _acc: leaf hooks, bits above, cached AccumulateGrad.
    """

    # ---- number protocol: each operator is one op

    def __add__(self, other):
        try:
            return OPS.add(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __radd__(self, other):
        try:
            return OPS.add(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __sub__(self, other):
        try:
            return OPS.sub(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __rsub__(self, other):
        try:
            return OPS.rsub(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __mul__(self, other):
        try:
            return OPS.mul(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __rmul__(self, other):
        try:
            return OPS.mul(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __truediv__(self, other):
        try:
            return OPS.div(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __rtruediv__(self, other):
        try:
            return OPS.reciprocal(self) * other
        except TypeError:
            return _unless_tensor(other)

    def __rdiv__(self, other):
        return self.__rtruediv__(other)

    def __floordiv__(self, other):
        try:
            return OPS.floor_divide(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __rfloordiv__(self, other):
        try:
            return OPS.floor_divide(other, self)
        except TypeError:
            return _unless_tensor(other)

    def __mod__(self, other):
        try:
            return OPS.remainder(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __rmod__(self, other):
        try:
            return OPS.remainder(other, self)
        except TypeError:
            return _unless_tensor(other)

    def __divmod__(self, other):
        return self // other, self % other

    def __pow__(self, other, mod=None):
        try:
            return OPS.pow(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __rpow__(self, other, mod=None):
        try:
            return OPS.pow(other, self)
        except TypeError:
            return _unless_tensor(other)

    def __matmul__(self, other):
        try:
            return OPS.matmul(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __rmatmul__(self, other):
        try:
            return OPS.matmul(other, self)
        except TypeError:
            return _unless_tensor(other)

    def __and__(self, other):
        return OPS.bitwise_and(self, other)

    def __rand__(self, other):
        return OPS.bitwise_and(self, other)

    def __or__(self, other):
        return OPS.bitwise_or(self, other)

    def __ror__(self, other):
        return OPS.bitwise_or(self, other)

    def __xor__(self, other):
        return OPS.bitwise_xor(self, other)

    def __rxor__(self, other):
        return OPS.bitwise_xor(self, other)

    def __lshift__(self, other):
        return OPS.bitwise_left_shift(self, other)

    def __rlshift__(self, other):
        return OPS.bitwise_left_shift(other, self)

    def __rshift__(self, other):
        return OPS.bitwise_right_shift(self, other)

    def __rrshift__(self, other):
        return OPS.bitwise_right_shift(other, self)

    def __neg__(self):
        return OPS.neg(self)

    def __pos__(self):
        return OPS.positive(self)

    def __abs__(self):
        return OPS.abs(self)

    def __invert__(self):
        if self.dtype.category >= dtypes.FLOATING:
            raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
        return OPS.bitwise_not(self)

    def __eq__(self, other):
        try:
            return OPS.eq(self, other)
        except TypeError:
            if isinstance(other, CPU.array_type):       # of all operators this one takes arrays
                return OPS.eq(self, OPS.from_numpy(other))
            return _unless_tensor(other)

    def __ne__(self, other):
        try:
            return OPS.ne(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __lt__(self, other):
        try:
            return OPS.lt(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __le__(self, other):
        try:
            return OPS.le(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __gt__(self, other):
        try:
            return OPS.gt(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __ge__(self, other):
        try:
            return OPS.ge(self, other)
        except TypeError:
            return _unless_tensor(other)

    def __hash__(self):
        return id(self) >> 4

    def __iadd__(self, other):
        return OPS.add_(self, other)

    def __isub__(self, other):
        return OPS.sub_(self, other)

    def __imul__(self, other):
        return OPS.mul_(self, other)

    def __itruediv__(self, other):
        return OPS.div_(self, other)

    def __ifloordiv__(self, other):
        return OPS.floor_divide_(self, other)

    def __imod__(self, other):
        return OPS.remainder_(self, other)

    def __ipow__(self, other, mod=None):
        return OPS.pow_(self, other)

    def __iand__(self, other):
        return OPS.bitwise_and_(self, other)

    def __ior__(self, other):
        return OPS.bitwise_or_(self, other)

    def __ixor__(self, other):
        return OPS.bitwise_xor_(self, other)

    def __ilshift__(self, other):
        return OPS.bitwise_left_shift_(self, other)

    def __irshift__(self, other):
        return OPS.bitwise_right_shift_(self, other)

    # ---- container protocol

    def __getitem__(self, index):
        return OPS.getitem(self, index)

    def __setitem__(self, index, value):
        OPS.setitem(self, index, value)

    def __len__(self):
        shape = self._array.shape
        if not shape:
            raise TypeError("len() of a 0-d tensor")
        return shape[0]

    # ---- what it is

    @property
    def shape(self):
        """The sizes, as a `torch.Size`."""
        return tuple.__new__(Size, self._array.shape)

    @property
    def ndim(self):
        """The number of dimensions."""
        return len(self._array.shape)

    @property
    def dtype(self):
        """The element type."""
        found = dtypes.FROM_NP.get(self._array.dtype)
        return found if found is not None else backends.of_array(self._array).torch_dtype(self._array)

    @property
    def device(self):
        """The device whose memory holds the elements."""
        return devices.CPU if type(self._array) is CPU.array_type else backends.of_array(self._array).device_of(self._array)

    # ---- graph

    @property
    def requires_grad(self):
        """Whether gradients flow to this tensor."""
        return wants_grad(self)

    @requires_grad.setter
    def requires_grad(self, value):
        set_requires_grad(self, value)

    @property
    def is_leaf(self):
        """Whether no recorded op made this tensor."""
        return node_of(self) is None

    @property
    def grad_fn(self):
        """The node that made this tensor, or None."""
        return node_of(self)

    @property
    def grad(self):
        """The accumulated gradient, or None."""
        if self._grad is None and self._node is not None and self._flags & RETAINS == 0:
            _warn_non_leaf_grad()
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None:
            check_grad_assignment(self, value)
        self._grad = value

    @grad.deleter
    def grad(self):
        self._grad = None

    @property
    def output_nr(self):
        """Which output of its `grad_fn` this tensor is."""
        return self._nr

    @property
    def _version(self):
        return 0 if self._counter is None else self._counter.n

    def __bool__(self):
        return OPS.is_nonzero(self)

    def __float__(self):
        return OPS.to_float(self)

    def __int__(self):
        return OPS.to_int(self)

    def __index__(self):
        return OPS.to_index(self)

    def __complex__(self):
        return OPS.to_complex(self)

    def __contains__(self, element):
        return OPS.contains(self, element)

    def __iter__(self):
        return OPS.iterate(self)


RETAINS = 4                     # bit: retain_grad() was called

_DEFAULTS = {
    "_root": None, "_grad": None, "_req": False, "_node": None, "_nr": 0, "_counter": None, "_base": None,
    "_replay": None, "_seen": 0, "_hooks": None, "_flags": 0, "_acc": None,
}
for _name, _value in _DEFAULTS.items():         # the pure build: fields start as class attributes
    if not hasattr(TensorBase, _name):
        setattr(TensorBase, _name, _value)


class _TensorMeta(type):
    """The metaclass of tensors: puts `Overriding` among the bases of classes that `__torch_function__` is asked of.

    It is one of its own also so that `copyreg` can say how a tensor class is pickled.
    """

    def __new__(mcls, name, bases, namespace, **kwargs):
        return type.__new__(mcls, name, _with_overriding(bases, namespace), namespace, **kwargs)


class _Overriding:
    """The base of such classes, made with the first of them."""

    base = None


def _with_overriding(bases, namespace):
    """Return the bases of a new class, with `Overriding` in the place of Tensor unless the class is treated as plain."""
    if OPS.disabled is None:                    # the library's own classes come first
        return bases
    sources = [namespace] if "__torch_function__" in namespace else [vars(c) for b in bases for c in b.__mro__
                                                                       if "__torch_function__" in vars(c)]
    if not sources or sources[0]["__torch_function__"] is OPS.disabled:
        return bases
    if _Overriding.base is None:
        _Overriding.base = type.__new__(_TensorMeta, "Overriding", (Tensor,), {
            "__doc__": "Tensor, with every property and method first asking `__torch_function__`.", "__module__": "torch"})
        OPS.cover(_Overriding.base)
    over = _Overriding.base
    bases = tuple([over if b is Tensor else b for b in bases])
    return bases if any(issubclass(b, over) for b in bases) else (*bases, over)


class Tensor(TensorBase, metaclass=_TensorMeta):
    """A multi-dimensional array that differentiates itself.

    `Tensor(2, 3)` makes an uninitialised float tensor of that size, `Tensor([1, 2])` one of that data
    in the default dtype; `torch.tensor` is the better constructor. The methods are the ops: see
    `torch.<name>` for each.
    """

    __array_priority__ = 1000

    def __new__(cls, *args, **kwargs):
        return OPS.construct(cls, *args, **kwargs)



def make(array):
    """Return a tensor of an array, outside any graph."""
    t = fresh(TensorBase, Tensor)
    t._array = array
    return t


def make_as(cls, array):
    """Return a tensor of the class `cls` (a subclass of Tensor)."""
    if _Overriding.base is not None and issubclass(cls, _Overriding.base):
        OPS.activate_overrides()
    t = fresh(TensorBase, cls)
    t._array = array
    return t


_FIELDS = frozenset(("_array", "_root", "_grad", "_req", "_node", "_nr", "_counter", "_base", "_replay", "_seen",
                     "_hooks", "_flags", "_acc"))


def attributes(t):
    """Return the attributes that the program itself gave a tensor, as a dict."""
    return {name: value for name, value in t.__dict__.items() if name not in _FIELDS}


def counter(t):
    """Return the tensor's version counter, made now if it has none."""
    c = t._counter
    if c is None:
        c = t._counter = Version()
    return c


def alias(t):
    """Return a tensor of the same memory and version outside the graph (what `detach` gives)."""
    out = fresh(TensorBase, Tensor)
    out._array = t._array
    out._root = t._root if t._root is not None else t._array
    out._counter = counter(t)
    out._flags = t._flags & INFERENCE
    return out


def wants_grad(t):
    """Whether gradients flow to the tensor."""
    if t._req or t._node is not None:
        return True
    return t._base is not None and view_requires_grad(t)


def view_requires_grad(t):
    """Whether a view that had no graph has one since its base was written to."""
    if t._counter is None or t._seen == t._counter.n or t._flags & VIEW_NO_GRAD:
        return False
    return node_of(t) is not None


def node_of(t):
    """Return the node of a tensor; a view's is made anew when its base changed since."""
    if t._base is not None and t._replay is not None and t._seen != t._counter.n:
        OPS.refresh_view(t)
    return t._node


def set_requires_grad(t, value):
    """Set whether a leaf requires grad; the errors are torch's."""
    if not isinstance(value, bool):
        raise RuntimeError("requires_grad must be a bool")
    if value:
        if t._node is not None:
            return
        if t.dtype.category < dtypes.FLOATING:
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if t._flags & INFERENCE and not state.inference:
            raise RuntimeError("Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")
        t._req = True
        return
    if node_of(t) is not None:
        raise RuntimeError("you can only change requires_grad flags of leaf variables. If you want to use a "
                           "computed variable in a subgraph that doesn't require differentiation use "
                           "var_no_grad = var.detach().")
    t._req = False


def check_grad_assignment(t, grad):
    """Raise as torch does when `grad` cannot be the gradient of `t`."""
    if not isinstance(grad, TensorBase):
        raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(grad).__name__}")
    if grad is t:
        raise RuntimeError("can't assign Variable as its own grad")
    if grad._array.dtype != t._array.dtype:
        raise RuntimeError("assigned grad has data of a different type")
    if type(grad._array) is not type(t._array) and not backends.of_array(grad._array).sparse:
        raise RuntimeError("assigned grad has data located on a different device")
    if grad._array.shape != t._array.shape:
        raise RuntimeError("assigned grad has data of a different size")


def _warn_non_leaf_grad():
    import warnings
    warnings.warn("The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
                  "attribute won't be populated during autograd.backward(). If you indeed want the .grad "
                  "field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. "
                  "If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor "
                  "instead. See github.com/pytorch/pytorch/pull/30531 for more informations.", stacklevel=3)
