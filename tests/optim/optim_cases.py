"""Optimizers with options, and how a case is run: the same text for PyTorch, for its recording and for the library."""

import numpy as np

STEPS = 50
SHAPES = [(3, 4), (5,), (), (2, 3), (4,)]

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.1, "momentum": 0.7, "nesterov": True, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.2, "maximize": True, "foreach": True}),
    ("SGD", {"lr": 0.1, "fused": True}),
    ("SGD", {"lr": "tensor", "momentum": 0.9}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.3, 0.6), "weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "amsgrad": True}),
    ("Adam", {"lr": 0.1, "amsgrad": True, "maximize": True, "weight_decay": 0.1, "eps": 1e-3}),
    ("Adam", {"lr": "tensor"}),
    ("Adam", {"lr": 0.01, "foreach": True}),
    ("Adam", {"lr": 0.01, "weight_decay": 0.3, "decoupled_weight_decay": True}),
    ("AdamW", {"lr": 0.1}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.3, "amsgrad": True, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.4, "momentum": 0.9}),
    ("RMSprop", {"lr": 0.05, "centered": True, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.05, "centered": True, "momentum": 0.5, "maximize": True}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.3}),
    ("Adagrad", {"lr": 0.1, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.7, "weight_decay": 0.1, "maximize": True}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.1, "betas": (0.3, 0.7), "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "momentum_decay": 0.05}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RAdam", {}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "betas": (0.8, 0.9)}),
    ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.1, "lambd": 0.01, "t0": 10, "weight_decay": 0.1, "maximize": True}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": (0.4, 1.5), "step_sizes": (1e-3, 0.2), "maximize": True}),
]
DTYPES = ["float32", "float64"]


def label(case):
    name, options = case
    return name + "".join(f"-{k}={v}" for k, v in options.items())


def build(lib, case, dtype, parameters=None):
    """(parameters, optimizer): two groups, a parameter that is transposed, one that never has a gradient."""
    name, options = case
    options = {k: lib.tensor(0.1) if v == "tensor" else v for k, v in options.items()}
    if parameters is None:
        rng = np.random.RandomState(0)
        parameters = [lib.from_numpy(np.asarray(rng.uniform(-1, 1, s))).to(getattr(lib, dtype)) for s in SHAPES]
        parameters[3] = parameters[3].t()
        parameters = [p.detach().requires_grad_(True) for p in parameters]
    groups = [{"params": parameters[:2]}, {"params": parameters[2:], "lr": 0.02}]
    return parameters, getattr(lib.optim, name)(groups, **options)


def gradients(dtype, steps, start=0):
    """The gradients of each step, as NumPy's arrays; the second parameter gets none at first, the last never."""
    for step in range(start, start + steps):
        rng = np.random.RandomState(1000 + step)
        drawn = [np.asarray(rng.uniform(-1, 1, s)).astype(dtype) for s in SHAPES]
        drawn[3] = drawn[3].T
        if step < 3:
            drawn[1] = None
        drawn[4] = None
        yield drawn


def advance(lib, parameters, optimizer, dtype, steps, start=0):
    """Make steps; yields the parameters as arrays after each."""
    for drawn in gradients(dtype, steps, start):
        for p, g in zip(parameters, drawn):
            p.grad = None if g is None else lib.from_numpy(g.copy("K"))
        optimizer.step()
        yield [p.detach().numpy().copy() for p in parameters]


def final(lib, case, dtype):
    """The parameters after all steps, as lists."""
    parameters, optimizer = build(lib, case, dtype)
    for found in advance(lib, parameters, optimizer, dtype, STEPS):
        last = found
    return [x.tolist() for x in last]
