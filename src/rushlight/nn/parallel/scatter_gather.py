"""Cutting inputs up over devices and putting outputs together."""
from ... import devices
from ...core.tensor import Tensor
from ...ops.join import cat, stack

__all__ = ["gather", "scatter", "scatter_kwargs"]


def device_of(target):
    """Return the device that a target of data parallelism names: a number is one of CUDA's.

    Raises: ValueError for the CPU.
    """
    found = devices.device("cuda", target) if isinstance(target, int) else devices.device(target)
    if found.type == "cpu":
        raise ValueError("Expected a non cpu device, but got: cpu")
    return found


def scatter(inputs, target_gpus, dim=0):
    """Return the inputs of each device: tensors are cut along `dim`, everything else goes to all.

    Args:
        inputs: tensors in any nesting of tuples, lists and dicts.
        target_gpus: numbers of CUDA devices, or devices.

    Raises: ValueError for the CPU among the devices.

    Example:
        >>> torch.nn.parallel.scatter((1, {"a": 2}), [0, 1])
        [(1, {'a': 2}), (1, {'a': 2})]
    """
    if isinstance(inputs, Tensor):
        targets = [device_of(t) for t in target_gpus]
        return tuple(part.to(d) for part, d in zip(inputs.chunk(len(targets), dim), targets))
    if isinstance(inputs, (tuple, list)) and inputs:
        columns = list(zip(*[scatter(x, target_gpus, dim) for x in inputs]))
        if hasattr(inputs, "_fields"):
            return [type(inputs)(*c) for c in columns]
        return [tuple(c) if isinstance(inputs, tuple) else list(c) for c in columns]
    if isinstance(inputs, dict) and inputs:
        return [type(inputs)(pairs) for pairs in zip(*[
            [(key, part) for part in scatter(x, target_gpus, dim)] for key, x in inputs.items()])]
    return [inputs for _ in target_gpus]


def scatter_kwargs(inputs, kwargs, target_gpus, dim=0):
    """Return positional and keyword inputs of each device, as two tuples of the same length."""
    args = scatter(inputs, target_gpus, dim) if inputs else []
    named = scatter(kwargs, target_gpus, dim) if kwargs else []
    n = max(len(args), len(named))
    return (*args, *[()] * (n - len(args))), (*named, *[{}] * (n - len(named)))


def gather(outputs, target_device, dim=0):
    """Return the outputs of all devices joined along `dim` on one; numbers become a vector.

    Raises: AssertionError for tensors on the CPU; ValueError for dicts of different lengths.
    """
    first = outputs[0]
    if isinstance(first, Tensor):
        if any(x.device.type == "cpu" for x in outputs):
            raise AssertionError("Gather function not implemented for CPU tensors")
        parts = [x.to("cpu" if target_device == -1 else target_device) for x in outputs]
        return stack(parts, 0) if dim == 0 and first.ndim == 0 else cat(parts, dim)
    if first is None:
        return None
    if isinstance(first, dict):
        if any(len(x) != len(first) for x in outputs):
            raise ValueError("All dicts must have the same number of keys")
        return type(first)((key, gather([x[key] for x in outputs], target_device, dim)) for key in first)
    columns = [gather(c, target_device, dim) for c in zip(*outputs)]
    return type(first)(*columns) if hasattr(first, "_fields") else type(first)(columns)
