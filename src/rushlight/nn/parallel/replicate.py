"""Copies of a module on several devices."""
import copy

from .scatter_gather import device_of

__all__ = ["replicate"]


def replicate(network, devices, detach=False):
    """Return a copy of a module for each device, whose parameters are copies that gradients flow back through.

    Args:
        devices: numbers of CUDA devices, or devices.
        detach: cut the copies off from the parameters.

    Raises: ValueError for the CPU among the devices; AssertionError for a module on the CPU.
    """
    targets = [device_of(d) for d in devices]
    if targets and any(p.device.type == "cpu" for p in network.parameters()):
        raise AssertionError("Broadcast function not implemented for CPU tensors")
    return [_copy(network, d, detach, {}) for d in targets]


def _copy(module, device, detach, made):
    if module in made:
        return made[module]
    found = made[module] = copy.copy(module)
    found.__dict__.update(
        _parameters={}, _buffers={name: None if b is None else b.to(device) for name, b in module._buffers.items()},
        _modules={name: None if m is None else _copy(m, device, detach, made) for name, m in module._modules.items()})
    for name, p in module._parameters.items():
        if p is None:
            found._parameters[name] = None
        else:                                   # a copy is no leaf, so it is an attribute only
            found.__dict__[name] = p.detach().to(device) if detach else p.to(device, copy=True)
    return found
