"""The base of all distributions."""
import warnings

from ..core.modes import no_grad
from ..core.op import OPS
from ..core.tensor import Size, TensorBase
from . import constraints
from .utils import lazy_property

__all__ = ["Distribution"]

_SINGLE = Size()


def torch_name(kind):
    """Return a class as messages show it: under torch's path."""
    return f"<class '{kind.__module__.replace('rushlight.', 'torch.', 1)}.{kind.__qualname__}'>"


class Distribution:
    """A probability distribution: a batch of independent ones, each over events of one shape.

    Args:
        batch_shape: the shape of the parameters.
        event_shape: the shape of one draw.
        validate_args: whether parameters and values are checked; by default as `set_default_validate_args` says.
    """

    has_rsample = False
    has_enumerate_support = False
    _validate_args = __debug__

    @staticmethod
    def set_default_validate_args(value):
        """Set whether distributions check parameters and values where they are not told.

        Raises: ValueError for anything but True and False.
        """
        if value not in [True, False]:
            raise ValueError
        Distribution._validate_args = value

    def __init__(self, batch_shape=_SINGLE, event_shape=_SINGLE, validate_args=None):
        self._batch_shape = batch_shape
        self._event_shape = event_shape
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()
        super().__init__()

    def _check_parameters(self):
        try:
            wanted = self.arg_constraints
        except NotImplementedError:
            warnings.warn(f"{torch_name(type(self))} does not define `arg_constraints`. Please set `arg_constraints = {{}}` "
                          "or initialize the distribution with `validate_args=False` to turn off validation.", stacklevel=3)
            return
        own = self.__dict__
        for name, constraint in wanted.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in own and isinstance(getattr(type(self), name), lazy_property):
                continue
            value = getattr(self, name)
            if not constraints.holds(constraint, value):
                raise ValueError(f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of "
                                 f"distribution {self!r} to satisfy the constraint {constraint!r}, but found invalid values:"
                                 f"\n{value}")

    def _validate_sample(self, value):
        """ValueError unless `value` is a tensor of events of this distribution."""
        if not isinstance(value, TensorBase):
            raise ValueError("The value argument to log_prob must be a Tensor")
        shape, event = value.shape, self._event_shape
        if event or shape != self._batch_shape:
            self._check_shape(value, shape, event)
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(f"{torch_name(type(self))} does not define `support` to enable sample validation. Please initialize "
                          "the distribution with `validate_args=False` to turn off validation.", stacklevel=3)
            return
        if not constraints.holds(support, value):
            raise ValueError(f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within "
                             f"the support ({support!r}) of the distribution {self!r}, but found invalid values:\n{value}")

    def _check_shape(self, value, shape, event):
        if event and shape[max(len(shape) - len(event), 0):] != event:
            raise ValueError(f"The right-most size of value must match event_shape: {value.size()} vs {event}.")
        expected = self._batch_shape + event
        for m, n in zip(reversed(shape), reversed(expected)):
            if m != n and m != 1 and n != 1:
                raise ValueError("Value is not broadcastable with batch_shape+event_shape: "
                                 f"{value.size()} vs {Size(expected)}.")

    # ---- copies of another batch shape

    def expand(self, batch_shape, _instance=None):
        """Return the distribution with its parameters broadcast to a batch shape."""
        raise NotImplementedError

    def _get_checked_instance(self, cls, _instance=None):
        if _instance is None and type(self).__init__ != cls.__init__:
            raise NotImplementedError(f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ "
                                      "method must also define a custom .expand() method.")
        return self.__new__(type(self)) if _instance is None else _instance

    def _expanded(self, cls, batch_shape, _instance, *names, event=()):
        """Return an instance whose attributes `names` are expanded: what `expand` of class `cls` does.

        Args:
            event: the shape behind the batch shape that these attributes have.
        """
        new = self._get_checked_instance(cls, _instance)
        batch_shape = Size(batch_shape)
        for name in names:
            if name in self.__dict__:
                setattr(new, name, getattr(self, name).expand(batch_shape + tuple(event)))
        return self._finished(new, batch_shape)

    def _finished(self, new, batch_shape):
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    # ---- shapes and sets

    @property
    def batch_shape(self):
        """The shape of the parameters."""
        return self._batch_shape

    @property
    def event_shape(self):
        """The shape of one draw without the batch."""
        return self._event_shape

    @property
    def arg_constraints(self):
        """What each parameter must satisfy, by name."""
        raise NotImplementedError

    @property
    def support(self):
        """The constraint that holds for every value the distribution gives."""
        raise NotImplementedError

    def _extended_shape(self, sample_shape=()):
        return Size(tuple(sample_shape) + tuple(self._batch_shape) + tuple(self._event_shape))

    # ---- moments

    @property
    def mean(self):
        """The mean."""
        raise NotImplementedError

    @property
    def mode(self):
        """The most likely value."""
        raise NotImplementedError(f"{torch_name(type(self))} does not implement mode")

    @property
    def variance(self):
        """The variance."""
        raise NotImplementedError

    @property
    def stddev(self):
        """The standard deviation."""
        return self.variance.sqrt()

    # ---- draws

    def sample(self, sample_shape=()):
        """Return draws of shape sample_shape + batch_shape + event_shape, without gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=()):
        """Return draws through which gradients flow to the parameters."""
        raise NotImplementedError

    def sample_n(self, n):
        """Return n draws: the deprecated form of `sample((n,))`."""
        warnings.warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning, stacklevel=2)
        return self.sample(Size((n,)))

    # ---- probabilities

    def log_prob(self, value):
        """Return the logarithm of the density, or of the probability of discrete values."""
        raise NotImplementedError

    def cdf(self, value):
        """Return the probability of a draw not above `value`."""
        raise NotImplementedError

    def icdf(self, value):
        """Return the inverse of `cdf`."""
        raise NotImplementedError

    def enumerate_support(self, expand=True):
        """Return all values of a discrete distribution along a new first dimension.

        Args:
            expand: whether to broadcast over the batch dimensions.
        """
        raise NotImplementedError

    def entropy(self):
        """Return the entropy in nats."""
        raise NotImplementedError

    def perplexity(self):
        """Return e to the entropy."""
        return OPS.exp(self.entropy())

    def __repr__(self):
        own = self.__dict__
        shown = [f"{k}: {own[k] if own[k].numel() == 1 else own[k].size()}" for k in self.arg_constraints if k in own]
        return type(self).__name__ + "(" + ", ".join(shown) + ")"
