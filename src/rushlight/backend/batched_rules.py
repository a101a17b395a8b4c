"""Ops whose native kernel can take a whole batch: with the batch put into a dimension that the kernel has anyway.

Each rule takes the op's body and arguments and returns the result, or NotImplemented where the kernel or the
arguments do not fit; then the body runs on the batched arrays.
"""
from .cpu import B as CPU

_ELEMENTWISE = """
    abs cos erf exp gelu gelu_backward leaky_relu leaky_relu_backward log neg reciprocal relu relu_backward rsqrt sigmoid
    sigmoid_backward silu silu_backward sin sqrt square tanh tanh_backward clamp clamp_backward""".split()
_POOLS = """
    max_pool_forward max_pool_backward avg_pool_forward avg_pool_backward adaptive_avg_pool adaptive_avg_pool_backward
    adaptive_max_pool""".split()


def op_name(body):
    """Return the name of the op that a body belongs to, as a rule."""
    return body.__name__.lstrip("_")


def _kernel(body, values):
    kernel = CPU.kernels.get(op_name(body))
    return NotImplemented if kernel is None else kernel(*values)


def _is_batched(v):
    return hasattr(v, "levels")


def _is_array(v):
    return _is_batched(v) or isinstance(v, CPU.array_type)


def _each(found, f):
    if found is NotImplemented:
        return found
    return tuple([None if r is None else f(r) for r in found]) if type(found) is tuple else f(found)


def elementwise(body, values, levels, _sizes):
    """Run on the whole arrays, which must be alike."""
    arrays = [v for v in values if _is_array(v)]
    first = arrays[0]
    if any(not _is_batched(a) or a.levels != levels or a.data.shape != first.data.shape for a in arrays):
        return NotImplemented
    found = _kernel(body, [v.data if _is_batched(v) else v for v in values])
    return _each(found, lambda r: type(first)(r, levels))


def along_dim(body, values, levels, sizes):
    """Run on the whole arrays with the dimension, the last argument that is an int, moved behind the batches."""
    values = list(values)
    places = [k for k, v in enumerate(values) if type(v) is int]
    if not places or first_ndim(values) == 0:
        return NotImplemented
    k = places[0]
    if values[k] >= 0:
        values[k] += len(levels)
    return elementwise(body, values, levels, sizes)


def first_ndim(values):
    """Return how many dimensions one sample of the first array has."""
    return next(v.ndim for v in values if _is_array(v))


def samples(*plain):
    """Return the rule that puts the batch into the first dimension of every array but those at the places `plain`."""
    def rule(body, values, levels, _sizes):
        values = list(values)
        made = None
        for k, v in enumerate(values):
            if k in plain:
                if _is_batched(v):
                    return NotImplemented
            elif _is_array(v):
                if not _is_batched(v) or v.levels != levels or not v.ndim:
                    return NotImplemented
                made = type(v)
                lead = v.data.shape[:len(levels) + 1]
                values[k] = CPU.c_order(v.data).reshape((-1,) + v.shape[1:]) if v.data.size else None
                if values[k] is None:
                    return NotImplemented
        found = _kernel(body, values)
        n = CPU.prod(CPU.asarray(lead)) if made is not None else 0
        if found is NotImplemented or any(r is not None and r.shape[:1] != (n,)
                                          for r in (found if type(found) is tuple else (found,))):
            return NotImplemented
        return _each(found, lambda r: made(r.reshape(lead + r.shape[1:]), levels))
    return rule


def one_by_one(body, values, levels, sizes):
    """Run the kernel for one sample after the other, where there is one."""
    if op_name(body) not in CPU.kernels:
        return NotImplemented
    from .batched import looped
    return looped(body, values, levels, sizes)


def convolution(body, values, levels, sizes):
    """Join the batch to the samples where all share the weight; else go sample by sample."""
    found = _SHARED(body, values, levels, sizes)
    return one_by_one(body, values, levels, sizes) if found is NotImplemented else found


_SHARED = samples(1, 2)
RULES = dict.fromkeys(_ELEMENTWISE, elementwise)
RULES.update({name: samples() for name in _POOLS})
RULES.update(dict.fromkeys(("softmax", "log_softmax", "softmax_backward", "log_softmax_backward"), along_dim))
RULES.update({"convolution": convolution, "convolution_transposed": convolution, "convolution_weight": one_by_one})
