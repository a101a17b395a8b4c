"""Pruning: parameters multiplied by masks, which one method or several in turn choose."""

from __future__ import annotations

import numbers
from abc import ABC, abstractmethod
from collections.abc import Iterable

from ...core.tensor import OPS

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


class BasePruningMethod(ABC):
    """What makes a mask; a subclass defines `compute_mask` and `PRUNING_TYPE`.

    Pruning `name` of a module keeps the parameter as `name_orig`, the mask as buffer `name_mask`, and
    multiplies both before each forward.
    """

    _tensor_name: str

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t, default_mask):
        """Return the mask of a tensor of which `default_mask` is gone already."""

    def apply_mask(self, module):
        """Return the original tensor times its mask."""
        if self._tensor_name is None:
            raise AssertionError(f"Module {module} has to be pruned")
        mask = getattr(module, self._tensor_name + "_mask")
        original = getattr(module, self._tensor_name + "_orig")
        return mask.to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module, name, *args, importance_scores=None, **kwargs):
        """Prune `name` of a module, on top of what was pruned before.

        Args:
            args, kwargs: for the method's constructor.
            importance_scores: what to rank by instead of the values, in the tensor's shape.

        Returns: the hook that is in force, a PruningContainer from the second time on.
        """
        before = _find(module, name)
        method = cls(*args, **kwargs)
        method._tensor_name = name
        if before is not None:
            old = module._forward_pre_hooks.pop(before)
            container = old if isinstance(old, PruningContainer) else PruningContainer(old)
            container.add_pruning_method(method)
            method = container
        original = getattr(module, name)
        if importance_scores is None:
            importance_scores = original
        elif importance_scores.shape != original.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter {name} of {module}, "
                f"got {importance_scores.shape} vs {original.shape}"
            )
        if before is None:
            parameter = module._parameters[name]
            default_mask = OPS.ones_like(parameter)
        else:
            default_mask = getattr(module, name + "_mask").detach().clone()
        # First everything that may fail: an error leaves the module as it was, but for the hook above.
        try:
            mask = method.compute_mask(importance_scores, default_mask=default_mask)
        except Exception:
            if before is not None:
                module._forward_pre_hooks[before] = method
            raise
        if before is None:
            module.register_parameter(name + "_orig", parameter)
            del module._parameters[name]
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t, default_mask=None, importance_scores=None):
        """Return a pruned copy of a tensor.

        Args:
            default_mask: what is pruned already; nothing by default.
            importance_scores: what to rank by instead of the values.
        """
        if importance_scores is None:
            importance_scores = t
        elif importance_scores.shape != t.shape:
            raise AssertionError(
                "importance_scores should have the same shape as tensor t, "
                f"got {importance_scores.shape} vs {t.shape}"
            )
        default_mask = OPS.ones_like(t) if default_mask is None else default_mask
        return t * self.compute_mask(importance_scores, default_mask=default_mask)

    def remove(self, module):
        """Make the pruned tensor an ordinary parameter, with zeros where it was pruned."""
        name = self._tensor_name
        if name is None:
            raise AssertionError(f"Module {module} has to be pruned before pruning can be removed")
        weight = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        original = module._parameters[name + "_orig"]
        original.data = weight.data
        del module._parameters[name + "_orig"]
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


def _find(module, name):
    """Return the key of the pruning hook of one tensor, or None."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            return key
    return None


class PruningContainer(BasePruningMethod):
    """Several methods in turn; each chooses among what those before it left.

    Args:
        args: methods of one tensor.
    """

    def __init__(self, *args):
        self._pruning_methods = ()
        if not isinstance(args, Iterable):
            self._tensor_name = args._tensor_name
            self.add_pruning_method(args)
        elif len(args) == 1:
            self._tensor_name = args[0]._tensor_name
            self.add_pruning_method(args[0])
        else:
            for method in args:
                self.add_pruning_method(method)

    def add_pruning_method(self, method):
        """Append a method of the same tensor."""
        if not isinstance(method, BasePruningMethod) and method is not None:
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if method is not None and self._tensor_name != method._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on "
                f"the parameter named '{self._tensor_name}' to PruningContainer {self}."
                f" Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self):
        return len(self._pruning_methods)

    def __iter__(self):
        return iter(self._pruning_methods)

    def __getitem__(self, idx):
        return self._pruning_methods[idx]

    def compute_mask(self, t, default_mask):
        """Return the mask that the last method adds to the one there is."""
        method = self._pruning_methods[-1]
        mask = default_mask.to(dtype=t.dtype)
        if method.PRUNING_TYPE == "unstructured":
            part = mask == 1
        elif method.PRUNING_TYPE == "structured":
            if not hasattr(method, "dim"):
                raise AttributeError(
                    "Pruning methods of PRUNING_TYPE \"structured\" need to have the attribute `dim` defined."
                )
            # Only the channels that are not gone altogether take part.
            dims = [d for d in range(t.dim()) if d != method.dim % t.dim()]
            left = mask.sum(dim=dims) != 0
            part = tuple(slice(None) if d != method.dim % t.dim() else left for d in range(t.dim()))
        elif method.PRUNING_TYPE == "global":
            part = (slice(None),) * t.dim()
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        partial = method.compute_mask(t[part], default_mask=mask[part])
        mask = mask.clone()
        mask[part] = partial.to(mask.dtype)
        return mask


class Identity(BasePruningMethod):
    """Prunes nothing, but gives the tensor its mask."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        """Return the mask as it is."""
        return default_mask

    @classmethod
    def apply(cls, module, name):
        """Apply to `name` of a module."""
        return super().apply(module, name)


def _check_amount(amount):
    if not isinstance(amount, numbers.Real):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    if (isinstance(amount, numbers.Integral) and amount < 0) or (
        not isinstance(amount, numbers.Integral) and not 0.0 <= float(amount) <= 1.0
    ):
        raise ValueError(
            f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer"
        )


def _count(amount, size):
    """Return how many of `size` an amount means; ValueError for a number above it."""
    if not isinstance(amount, numbers.Integral):
        return round(amount * size)
    if amount > size:
        raise ValueError(
            f"amount={amount} should be smaller than the number of parameters to prune={size}"
        )
    return amount


class RandomUnstructured(BasePruningMethod):
    """Prunes random elements.

    Args:
        amount: their share (float) or number (int).
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount):
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t, default_mask):
        """Return the mask with random elements at zero."""
        n = _count(self.amount, t.nelement())
        mask = default_mask.clone()
        if n:
            chosen = OPS.topk(OPS.rand_like(t).view(-1), k=n)
            mask.view(-1)[chosen.indices] = 0
        return mask

    @classmethod
    def apply(cls, module, name, amount):
        """Apply to `name` of a module."""
        return super().apply(module, name, amount=amount)


class L1Unstructured(BasePruningMethod):
    """Prunes the elements of least absolute value.

    Args:
        amount: their share (float) or number (int).
    """

    PRUNING_TYPE = "unstructured"

    def __init__(self, amount):
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t, default_mask):
        """Return the mask with the smallest elements at zero."""
        n = _count(self.amount, t.nelement())
        mask = default_mask.clone()
        if n:
            chosen = OPS.topk(t.abs().view(-1), k=n, largest=False)
            mask.view(-1)[chosen.indices] = 0
        return mask

    @classmethod
    def apply(cls, module, name, amount, importance_scores=None):
        """Apply to `name` of a module."""
        return super().apply(module, name, amount=amount, importance_scores=importance_scores)


def _check_structured(t, dim):
    if len(t.shape) <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. "
            f"Found tensor of shape {t.shape} with {len(t.shape)} dims"
        )
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")


def _channels(t, dim, kept, default_mask):
    """Return `default_mask` with zeros but in the kept channels of a dimension."""
    mask = OPS.zeros_like(t)
    where = [slice(None)] * t.dim()
    where[dim] = kept
    mask[tuple(where)] = 1
    return mask * default_mask.to(dtype=mask.dtype)


class RandomStructured(BasePruningMethod):
    """Prunes random channels.

    Args:
        amount: their share (float) or number (int).
        dim: the dimension that counts channels.
    """

    PRUNING_TYPE = "structured"

    def __init__(self, amount, dim=-1):
        _check_amount(amount)
        self.amount = amount
        self.dim = dim

    def compute_mask(self, t, default_mask):
        """Return the mask with random channels at zero."""
        _check_structured(t, self.dim)
        size = t.shape[self.dim]
        n = _count(self.amount, size)
        if n == 0:
            return default_mask
        drawn = OPS.rand(size)
        return _channels(t, self.dim, drawn > OPS.kthvalue(drawn, k=n).values, default_mask)

    @classmethod
    def apply(cls, module, name, amount, dim=-1):
        """Apply to `name` of a module."""
        return super().apply(module, name, amount=amount, dim=dim)


def _norms(t, n, dim):
    """Return the n-norm of each channel."""
    dims = [d for d in range(t.dim()) if d != dim % t.dim()]
    return t.norm(p=n, dim=dims)


class LnStructured(BasePruningMethod):
    """Prunes the channels of least n-norm.

    Args:
        amount: their share (float) or number (int).
        n: the order of the norm.
        dim: the dimension that counts channels.
    """

    PRUNING_TYPE = "structured"

    def __init__(self, amount, n, dim=-1):
        _check_amount(amount)
        self.amount = amount
        self.n = n
        self.dim = dim

    def compute_mask(self, t, default_mask):
        """Return the mask with the smallest channels at zero."""
        _check_structured(t, self.dim)
        size = t.shape[self.dim]
        n = _count(self.amount, size)
        kept = OPS.topk(_norms(t, self.n, self.dim), k=size - n, largest=True)
        return _channels(t, self.dim, kept.indices, default_mask) if n else default_mask

    @classmethod
    def apply(cls, module, name, amount, n, dim, importance_scores=None):
        """Apply to `name` of a module."""
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)


class CustomFromMask(BasePruningMethod):
    """Prunes where a given mask is zero."""

    PRUNING_TYPE = "global"

    def __init__(self, mask):
        self.mask = mask

    def compute_mask(self, t, default_mask):
        """Return the product of both masks."""
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"default_mask and mask should have the same shape, got {default_mask.shape} vs {self.mask.shape}"
            )
        return default_mask * self.mask.to(dtype=default_mask.dtype)

    @classmethod
    def apply(cls, module, name, mask):
        """Apply to `name` of a module."""
        return super().apply(module, name, mask=mask)


def identity(module, name):
    """Give `name` of a module a mask of ones; return the module."""
    Identity.apply(module, name)
    return module


def random_unstructured(module, name, amount):
    """Prune random elements of `name` of a module, `amount` of them (share or number); return the module."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module, name, amount, importance_scores=None):
    """Prune the elements of least absolute value (or score) of `name` of a module; return the module.

    Example:
        >>> layer = nn.utils.prune.l1_unstructured(nn.Linear(2, 2), "weight", amount=1)
        >>> int(layer.weight_mask.sum())
        3
    """
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module, name, amount, dim):
    """Prune random channels along `dim` of `name` of a module; return the module."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module, name, amount, n, dim, importance_scores=None):
    """Prune the channels along `dim` of least n-norm of `name` of a module; return the module."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def global_unstructured(parameters, pruning_method, importance_scores=None, **kwargs):
    """Prune several tensors as if they were one.

    Args:
        parameters: an iterable of (module, name).
        pruning_method: a class of type "unstructured".
        importance_scores: {(module, name): what to rank by}.
        kwargs: for the method's constructor.
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    importance_scores = {} if importance_scores is None else importance_scores
    if not isinstance(importance_scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    scores = OPS.cat([
        importance_scores.get((module, name), getattr(module, name)).detach().reshape(-1) for module, name in parameters
    ])
    masks = OPS.cat([
        getattr(module, name + "_mask", OPS.ones_like(getattr(module, name))).reshape(-1) for module, name in parameters
    ])
    container = PruningContainer()
    container._tensor_name = "temp"
    method = pruning_method(**kwargs)
    method._tensor_name = "temp"
    container.add_pruning_method(method)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for '
            f"the `pruning_method`. Found method {pruning_method} of type {method.PRUNING_TYPE}"
        )
    final, start = container.compute_mask(scores, masks), 0
    for module, name in parameters:
        tensor = getattr(module, name)
        custom_from_mask(module, name, final[start : start + tensor.numel()].view_as(tensor))
        start += tensor.numel()


def custom_from_mask(module, name, mask):
    """Prune `name` of a module where `mask` is zero; return the module."""
    CustomFromMask.apply(module, name, mask)
    return module


def remove(module, name):
    """Make the pruning of `name` permanent; return the module.

    Raises: ValueError when it was not pruned.
    """
    key = _find(module, name)
    if key is None:
        raise ValueError(
            f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
        )
    module._forward_pre_hooks.pop(key).remove(module)
    return module


def is_pruned(module):
    """Whether anything in a module or its children is pruned."""
    return any(
        isinstance(hook, BasePruningMethod)
        for child in module.modules()
        for hook in child._forward_pre_hooks.values()
    )
