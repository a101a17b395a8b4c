"""DataParallel: a module behind the attribute `module`, run on one device."""

from __future__ import annotations

from ..module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """Run a module on its own device; programs written for several devices run unchanged.

    What torch computes in slices of the batch on several devices is computed here at once, which
    gives the same results and gradients (and batch statistics of the whole batch).

    Args:
        module: what is run.
        device_ids: the devices of the program; the first one is used, [] and None leave the module
            where it is.
        output_device: where the result is put, by default the device it is computed on.
        dim: the dimension of the batch, which is not split here.

    Attributes:
        module: as given; names in the state_dict begin with "module.".
    """

    def __init__(self, module, device_ids=None, output_device=None, dim=0):
        super().__init__()
        self.dim = dim
        self.module = module
        self.device_ids = _usable(device_ids)
        self.output_device = output_device if self.device_ids else None
        if self.device_ids:
            self.module.to(f"cuda:{self.device_ids[0]}")

    def forward(self, *inputs, **kwargs):
        """Return what the module returns."""
        result = self.module(*inputs, **kwargs)
        return result if self.output_device is None else result.to(self.output_device)


def _usable(device_ids):
    """Return the CUDA devices among the ids as ints; none where there is no CUDA."""
    from ... import cuda  # at call time: cuda is imported on first use

    if not device_ids or not cuda.is_available():
        return []
    return [d if isinstance(d, int) else getattr(d, "index", None) or 0 for d in device_ids]


def data_parallel(module, inputs, device_ids=None, output_device=None, dim=0, module_kwargs=None):
    """Run a module once as DataParallel would.

    Args:
        inputs: the positional arguments, a tuple, or a single one.
        module_kwargs: the keyword arguments.
        others: as in DataParallel.
    """
    if not isinstance(inputs, tuple):
        inputs = (inputs,)
    return DataParallel(module, device_ids, output_device, dim)(*inputs, **(module_kwargs or {}))
