"""Random parameters and tensors for benchmarks."""
from __future__ import annotations

import itertools
import math

import numpy as np

from .... import dtypes
from ....core.tensor import OPS

__all__ = ["FuzzedParameter", "FuzzedTensor", "Fuzzer", "ParameterAlias"]


class ParameterAlias:
    """Stands for the value of another parameter."""

    def __init__(self, alias_to):
        self.alias_to = alias_to

    def __repr__(self):
        return f"ParameterAlias[alias_to: {self.alias_to}]"


class FuzzedParameter:
    """A parameter that is drawn.

    Args:
        name: what it is called.
        minval, maxval: the limits of "uniform" and "loguniform"; integers where both are.
        distribution: one of these two, or {value: probability}.
        strict: draw of a {value: probability} only what is within the limits.
    """

    def __init__(self, name, minval=None, maxval=None, distribution=None, strict=False):
        if distribution is None:
            raise ValueError("`distribution` must be specified.")
        if isinstance(distribution, str) and (minval is None or maxval is None):
            raise ValueError(f"`minval` and `maxval` must be given for the distribution {distribution}")
        if isinstance(distribution, str) and distribution not in ("uniform", "loguniform"):
            raise ValueError(f"Unknown distribution: {distribution}")
        if isinstance(distribution, dict) and abs(sum(distribution.values()) - 1) > 1e-6:
            raise AssertionError("Distribution is not normalized")
        self._name, self._minval, self._maxval = name, minval, maxval
        self._distribution = distribution
        if strict and isinstance(distribution, dict) and minval is not None and maxval is not None:
            allowed = {v: p for v, p in distribution.items() if minval <= v <= maxval}
            self._distribution = {v: p / sum(allowed.values()) for v, p in allowed.items()}

    @property
    def name(self):
        """What it is called."""
        return self._name

    def sample(self, state):
        """Return a value drawn with a NumPy RandomState."""
        if isinstance(self._distribution, dict):
            values = list(self._distribution)
            index = state.choice(len(values), p=np.array(list(self._distribution.values())) / sum(self._distribution.values()))
            return values[index]
        low, high = self._minval, self._maxval
        whole = isinstance(low, int) and isinstance(high, int)
        if self._distribution == "uniform":
            return int(state.randint(low, high + 1)) if whole else state.uniform(low, high)
        drawn = 10 ** state.uniform(math.log10(low), math.log10(high))
        return int(round(drawn)) if whole else drawn


class FuzzedTensor:
    """A tensor of drawn shape, and at times of an order of dimensions that is not contiguous.

    Args:
        name: what it is called.
        size: numbers or names of parameters; steps: of each dimension, 1 by default.
        probability_contiguous: how often it is contiguous.
        min_elements, max_elements, max_allocation_bytes: limits; draws outside are refused.
        dim_parameter: the parameter that says how many of the sizes count.
        roll_parameter: the parameter that rotates the sizes.
        dtype, cuda: of the tensor; tensor_constructor: makes it from (size, dtype, **parameters).
    """

    def __init__(self, name, size, steps=None, probability_contiguous=0.5, min_elements=None, max_elements=None,
                 max_allocation_bytes=None, dim_parameter=None, roll_parameter=None, dtype=dtypes.float32, cuda=False,
                 tensor_constructor=None):
        self._name, self._size, self._steps = name, size, steps
        self._contiguous = probability_contiguous
        self._limits = min_elements, max_elements, max_allocation_bytes
        self._dim_parameter, self._roll_parameter = dim_parameter, roll_parameter
        self._dtype, self._cuda = dtype, cuda
        self._constructor = tensor_constructor

    @property
    def name(self):
        """What it is called."""
        return self._name

    @staticmethod
    def default_tensor_constructor(size, dtype, **_kwargs):
        """Return a tensor of normal numbers (of integers, for such dtypes)."""
        if dtype.is_floating_point or dtype.is_complex:
            return OPS.rand(size=size, dtype=dtype, device="cpu")
        return OPS.randint(1, 127, size=size, dtype=dtype, device="cpu")

    def _shape(self, params):
        """(size, steps, size to allocate)"""
        dim = params[self._dim_parameter] if self._dim_parameter else len(self._size)
        size = [params.get(s, s) for s in self._size][:dim]
        steps = [params.get(s, s) for s in self._steps or [1] * dim][:dim]
        if self._roll_parameter:
            n = params[self._roll_parameter] % dim
            size, steps = size[n:] + size[:n], steps[n:] + steps[:n]
        return tuple(size), tuple(steps), tuple(a * b for a, b in zip(size, steps))

    def satisfies_constraints(self, params):
        """Whether the tensor of these parameters is within the limits."""
        size, _, allocation = self._shape(params)
        low, high, most = self._limits
        n = math.prod(size)
        return not (low and n < low or high and n > high or most and math.prod(allocation) * self._dtype.itemsize > most)

    def _make_tensor(self, params, state):
        size, steps, allocation = self._shape(params)
        make = self._constructor or self.default_tensor_constructor
        raw = make(allocation, self._dtype, **params)
        if self._cuda:
            raw = raw.cuda()
        order = np.arange(len(size))
        if len(size) > 1 and state.rand() > self._contiguous:
            while len(size) > 1 and bool(np.all(order == np.arange(len(size)))):
                order = state.permutation(len(size))
            raw = raw.permute(tuple(int(i) for i in order)).contiguous().permute(tuple(int(i) for i in np.argsort(order)))
        tensor = raw[tuple(slice(0, n * s, s) for n, s in zip(size, steps))]
        return tensor, {"numel": int(tensor.numel()), "order": order, "steps": steps,
                        "is_contiguous": tensor.is_contiguous(), "dtype": str(self._dtype)}


class Fuzzer:
    """Draws sets of parameters and tensors.

    Args:
        parameters, tensors: lists (or lists of lists) of what is drawn.
        constraints: functions of the parameters that say whether they are allowed.
        seed: of the draws.
    """

    def __init__(self, parameters, tensors, constraints=None, seed=None):
        self._parameters, self._tensors = _flat(parameters), _flat(tensors)
        self._constraints = constraints or ()
        self._seed = int(np.random.RandomState().randint(0, 2**31)) if seed is None else seed
        names = [x.name for x in (*self._parameters, *self._tensors)]
        repeated = {n for n in names if names.count(n) > 1}
        if repeated:
            raise ValueError(f"Duplicate names in parameters and tensors: {sorted(repeated)}")
        self._rejections = self._drawn = 0

    def take(self, n):
        """Yield n triples: tensors, their properties, parameters."""
        state = np.random.RandomState(self._seed)
        for _ in range(n):
            params = self._generate(state)
            tensors, properties = {}, {}
            for t in self._tensors:
                tensors[t.name], properties[t.name] = t._make_tensor(params, state)
            yield tensors, properties, params

    @property
    def rejection_rate(self):
        """The share of draws that were not allowed; None before the first."""
        return self._rejections / self._drawn if self._drawn else None

    def _generate(self, state):
        for _ in range(1000):
            self._drawn += 1
            params = {p.name: p.sample(state) for p in self._parameters}
            for name, value in params.items():
                if isinstance(value, ParameterAlias):
                    params[name] = params[value.alias_to]
            if all(c(**params) for c in self._constraints) and all(t.satisfies_constraints(params) for t in self._tensors):
                return params
            self._rejections += 1
        raise ValueError("Failed to generate a set of valid parameters.")


def _flat(items):
    return list(itertools.chain.from_iterable(x if isinstance(x, (list, tuple)) else [x] for x in items))
