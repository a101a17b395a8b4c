"""Where PyTorch keeps what Rushlight keeps elsewhere. Paths are without the package's own name; "" is the package."""

#: PyTorch's modules that are another module here
MODULES = {
    "_C._VariableFunctions": "",
    "_C._linalg": "linalg",
    "_C._special": "special",
    "_VF": "",
    "_tensor": "core.tensor",
    "_tensor_str": "core.printing",
    "autograd.anomaly_mode": "core.modes",
    "autograd.grad_mode": "core.modes",
    "autograd.gradcheck": "core.gradcheck",
    "cuda.amp.autocast_mode": "cuda.amp",
    "cuda.amp.grad_scaler": "cuda.amp",
    "functional": "",
}

#: our modules (or single classes of them) whose classes PyTorch keeps in another module
CLASSES = {
    "core.engine": "autograd.graph",
    "core.generator": "_C",
    "core.modes": "autograd.grad_mode",
    "core.modes.detect_anomaly": "autograd.anomaly_mode",
    "core.modes.set_detect_anomaly": "autograd.anomaly_mode",
    "core.handles": "utils.hooks",
    "core.overrides": "overrides",
    "core.overrides.DisableTorchFunction": "_C",
    "core.overrides.DisableTorchFunctionSubclass": "_C",
    "core.size": "",
    "core.tensor": "",
    "cuda.streams.StreamContext": "cuda",
    "devices": "",
    "dtypes": "",
    "errors": "",
    "futures.Future": "jit",
    "symbols": "",
}


def ours(path):
    """Return the path here of the module that PyTorch has at `path`."""
    return MODULES.get(path, path)


def theirs(path, name):
    """Return the path of the module where PyTorch has the class `name`, defined here in the module at `path`."""
    found = CLASSES.get(f"{path}.{name}")
    return found if found is not None else CLASSES.get(path, path)
