"""PyTorch's own table of optimizers: every set of options it lists gives the same course of 50 steps, every bad one the
same error. Needs PyTorch; `test_optimizers.py` holds courses that are recorded."""

import inspect
import sys
import types
import unittest
import warnings

import numpy as np
import oracle
import pytest

STEPS = 50
MORE = ({}, {"foreach": True}, {"fused": True}, {"differentiable": True}, {"maximize": True}, {"capturable": True}, {"lr": "tensor"})


def database():
    """{name: OptimizerInfo} of all but the optimizers of sparse gradients."""
    if oracle.pytorch() is None:
        return {}
    if "expecttest" not in sys.modules:         # which PyTorch's table wants for other purposes
        stub = types.ModuleType("expecttest")
        stub.TestCase = unittest.TestCase
        sys.modules["expecttest"] = stub
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_optimizers import optim_db
    return {info.optim_cls.__name__: info for info in optim_db if info.optim_cls.__name__ != "SparseAdam"}


DATABASE = database()
NAMES = pytest.mark.parametrize("name", sorted(DATABASE) or [pytest.param("all", marks=pytest.mark.skip(reason="PyTorch is not installed"))])


def ours(lib, v, memo):
    """A value of PyTorch's as one of `lib`; tensors that are one stay one."""
    torch = oracle.pytorch()
    if isinstance(v, torch.Tensor):
        if id(v) not in memo:
            made = lib.from_numpy(v.detach().numpy().copy())
            memo[id(v)] = (lib.nn.Parameter(made) if isinstance(v, torch.nn.Parameter) else made.requires_grad_(v.requires_grad)), v
            if v.grad is not None:
                memo[id(v)][0].grad = ours(lib, v.grad, memo)
        return memo[id(v)][0]
    if isinstance(v, dict):
        return {k: ours(lib, x, memo) for k, x in v.items()}
    return type(v)(ours(lib, x, memo) for x in v) if type(v) in (list, tuple) else v


def outcome(function):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return function()
    except Exception as e:      # whatever PyTorch raises is what is asked for
        return f"{type(e).__name__}: {str(e).splitlines()[0]}".replace("rushlight", "torch")


def course(lib, name, options, dtype):
    """The parameters after each step towards a target."""
    rng = np.random.RandomState(0)

    def drawn(shape):
        values = rng.uniform(-1, 1, shape) + (1j * rng.uniform(-1, 1, shape) if dtype == "complex64" else 0)
        return np.asarray(values).astype(dtype)

    shapes = [(3, 4), (4, 3)] if name == "Muon" else [(3, 4), (5,), ()]
    parameters, targets = [[lib.from_numpy(drawn(s)) for s in shapes] for _ in range(2)]
    for p in parameters:
        p.requires_grad_()
    options = {k: lib.tensor(0.01) if v == "tensor" else v for k, v in ours(lib, options, {}).items()}
    optimizer = getattr(lib.optim, name)(parameters, **options)

    def closure():
        for p, t in zip(parameters, targets):
            p.grad = 2 * (p.detach() - t)
        return sum((abs(p.detach() - t) ** 2).sum() for p, t in zip(parameters, targets))

    found = []
    for _ in range(12 if name == "LBFGS" else STEPS):
        closure()
        optimizer.step(closure)
        found.append([p.detach().numpy().copy() for p in parameters])
    return found


def assert_same(got, want, dtype, name, options):
    if isinstance(want, str) or isinstance(got, str):
        assert got == want, options
        return
    # Muon computes in bfloat16; ASGD keeps its rate in float32.
    close = 2e-2 if name == "Muon" else 3e-4 if dtype != "float64" else 1e-7 if name == "ASGD" else 1e-10
    for a, b in zip(got, want):
        for x, y in zip(a, b):
            np.testing.assert_allclose(x, y, rtol=close, atol=close, err_msg=str(options))


@NAMES
def test_courses(rl, torch, name):
    for i, given in enumerate(DATABASE[name].optim_inputs_func(device="cpu")):
        for dtype, more in (("float32", {}), ("float64", MORE[i % len(MORE)]), ("float32", MORE[(i + 3) % len(MORE)]),
                            *[("complex64", {})] * (i < 2)):
            options = {**given.kwargs, **more}
            got, want = (outcome(lambda lib=lib: course(lib, name, options, dtype)) for lib in (rl, torch))
            assert_same(got, want, dtype, name, options)


@NAMES
def test_errors(rl, torch, name):
    function = DATABASE[name].optim_error_inputs_func
    for bad in function("cpu", torch.float32) if len(inspect.signature(function).parameters) == 2 else function("cpu"):
        given = bad.optimizer_error_input
        options = dict(given.kwargs)
        want = outcome(lambda: str(getattr(torch.optim, name)(given.params, **options).step(lambda: 0)))
        memo = {}
        params, options = ours(rl, given.params, memo), ours(rl, options, memo)
        assert outcome(lambda: str(getattr(rl.optim, name)(params, **options).step(lambda: 0))) == want
