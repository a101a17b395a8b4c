"""Running the copies of a module on their inputs."""
from ... import devices as _devices

__all__ = ["parallel_apply"]


def parallel_apply(modules, inputs, kwargs_tup=None, devices=None):
    """Return what each module gives for its input, one after another: devices compute on by themselves.

    Args:
        inputs: a tuple of positional arguments for each module, or a single one.
        kwargs_tup: the keyword arguments of each.
        devices: where each runs; None for the current device.

    Raises: AssertionError for numbers that differ; RuntimeError without a GPU; ValueError for the CPU.
    """
    from ... import cuda  # at call time: cuda is imported on first use

    for name, given in (("inputs", inputs), ("kwargs_tup", kwargs_tup), ("devices", devices)):
        if given is not None and len(given) != len(modules):
            raise AssertionError(f"The number of modules {len(modules)} is not equal to the number of {name} {len(given)}")
    for d in devices or ():
        if d is not None and not isinstance(d, int) and _devices.device(d).type != "cuda":
            raise ValueError(f"Expected a cuda device, but got: {d}")
    if not cuda.is_available():
        raise RuntimeError("Cannot access accelerator device when none is available.")
    found = []
    for i, (module, given) in enumerate(zip(modules, inputs)):
        args = tuple(given) if isinstance(given, (tuple, list)) else (given,)
        where = cuda.current_device() if devices is None or devices[i] is None else devices[i]
        with cuda.device(where):
            found.append(module(*args, **(kwargs_tup[i] or {} if kwargs_tup else {})))
    return found
