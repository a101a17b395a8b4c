"""Every optimizer's course against PyTorch's, or its recording; state dicts, groups, hooks, errors."""

import copy
import io
import json
import pathlib
import pickle
import warnings

import numpy as np
import optim_cases as cases
import oracle
import pytest

RECORD = pathlib.Path(__file__).parent / "optim.json"
COURSES = pytest.mark.parametrize("case", cases.CASES, ids=cases.label)


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORD.read_text())


def assert_near(got, want, dtype):
    """Equal but for a few roundings: where neither side fuses its products, both drift by an ulp a step."""
    eps = np.finfo(dtype).eps
    for a, b in zip(got, want, strict=True):
        b = np.asarray(b, dtype)
        np.testing.assert_allclose(a, b, rtol=25 * eps, atol=10 * eps)


@pytest.mark.parametrize("dtype", cases.DTYPES)
@COURSES
def test_final(rl, recorded, case, dtype):
    assert_near([np.asarray(x, dtype) for x in cases.final(rl, case, dtype)], recorded[f"{cases.label(case)}/{dtype}"], dtype)


@pytest.mark.parametrize("dtype", cases.DTYPES)
@COURSES
def test_course(rl, torch, case, dtype):
    ours, theirs = cases.build(rl, case, dtype), cases.build(torch, case, dtype)
    for got, want in zip(cases.advance(rl, *ours, dtype, cases.STEPS), cases.advance(torch, *theirs, dtype, cases.STEPS)):
        assert_near(got, want, dtype)
    got, want = ours[1].state_dict(), theirs[1].state_dict()
    assert repr(got["param_groups"]) == repr(want["param_groups"])
    assert repr(ours[1]) == repr(theirs[1])
    assert list(got["state"]) == list(want["state"])
    for i, state in want["state"].items():
        assert list(got["state"][i]) == list(state)
        for name, value in state.items():
            found = got["state"][i][name]
            assert str(found.dtype) == str(value.dtype) and found.stride() == value.stride(), name
            np.testing.assert_allclose(found.numpy(), value.numpy(), rtol=1e-4, atol=1e-7)


@COURSES
def test_goes_on_from_theirs(rl, torch, case):
    """A state dict of PyTorch's, its tensors made ours, goes on as it would have there."""
    theirs = cases.build(torch, case, "float32")
    for _ in cases.advance(torch, *theirs, "float32", 6):
        pass
    state = theirs[1].state_dict()
    state["state"] = {i: {k: rl.from_numpy(v.numpy().copy()) if isinstance(v, torch.Tensor) else v for k, v in s.items()}
                      for i, s in state["state"].items()}
    for group in state["param_groups"]:
        group["lr"] = float(group["lr"])
    parameters = [rl.from_numpy(p.detach().numpy().copy("K")).requires_grad_(True) for p in theirs[0]]
    ours = cases.build(rl, case, "float32", parameters)
    ours[1].load_state_dict(state)
    for got, want in zip(cases.advance(rl, *ours, "float32", 10, 6), cases.advance(torch, *theirs, "float32", 10, 6)):
        for a, b in zip(got, want):
            np.testing.assert_allclose(a, b, rtol=3e-6, atol=1e-6)


@COURSES
def test_copies_go_on_alike(rl, case):
    parameters, optimizer = cases.build(rl, case, "float32")
    for _ in cases.advance(rl, parameters, optimizer, "float32", 6):
        pass
    twins = [pickle.loads(pickle.dumps(optimizer)), copy.deepcopy(optimizer)]
    loaded = cases.build(rl, case, "float32", [p.detach().clone().requires_grad_(True) for p in parameters])
    loaded[1].load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for last in cases.advance(rl, parameters, optimizer, "float32", 5, 6):
        pass
    for twin in [*twins, loaded[1]]:
        assert repr(twin) == repr(optimizer)
        own = [p for g in twin.param_groups for p in g["params"]]
        for found in cases.advance(rl, own, twin, "float32", 5, 6):
            pass
        for a, b in zip(found, last):
            np.testing.assert_array_equal(a, b)


# ------------------------------------------------------------------ values that PyTorch was seen to give


def one(lib, *sizes):
    p = lib.nn.Parameter(lib.ones(*sizes or (2,)))
    p.grad = lib.ones(*sizes or (2,))
    return p


NAMES = sorted({name for name, _ in cases.CASES})


def test_state_is_taken_over_not_copied(rl):
    p = one(rl)
    first = rl.optim.Adam([p])
    first.step()
    second = rl.optim.Adam([q := one(rl)])
    second.load_state_dict(first.state_dict())
    assert all(first.state[p][k] is second.state[q][k] for k in ("step", "exp_avg", "exp_avg_sq"))
    assert first.state_dict()["state"][0] is first.state[p]


def test_state_takes_the_dtype_of_its_parameter(rl):
    first = rl.optim.Adam([one(rl)])
    first.step()
    q = rl.nn.Parameter(rl.ones(2, dtype=rl.float64))
    second = rl.optim.Adam([q])
    second.load_state_dict(first.state_dict())
    assert second.state[q]["exp_avg"].dtype is rl.float64 and second.state[q]["step"].dtype is rl.float32


def test_older_state_dicts(rl):
    optimizer = rl.optim.SGD([one(rl)])
    optimizer.load_state_dict({"state": {}, "param_groups": [{"params": [0], "lr": 2.0, "param_names": ["k"]}]})
    assert {k: v for k, v in optimizer.param_groups[0].items() if k != "params"} == {
        "lr": 2.0, "param_names": ["k"], "nesterov": False, "maximize": False, "foreach": None, "differentiable": False,
        "fused": False}
    p = one(rl)
    optimizer = rl.optim.Adam([p])
    optimizer.load_state_dict({"state": {0: {"step": 3, "exp_avg": rl.zeros(2), "exp_avg_sq": rl.zeros(2)}},
                               "param_groups": rl.optim.Adam([p]).state_dict()["param_groups"]})
    assert optimizer.state[p]["step"].item() == 3.0
    optimizer.step()


def test_saved_with_the_library(rl):
    if not hasattr(rl, "save"):
        pytest.skip("nothing saves yet")
    optimizer = rl.optim.Adam([one(rl)])
    optimizer.step()
    buffer = io.BytesIO()
    rl.save(optimizer.state_dict(), buffer)
    buffer.seek(0)
    assert repr(rl.load(buffer)) == repr(optimizer.state_dict())


def test_step_is_wide_where_the_default_is(rl):
    try:
        for default, want in ((rl.float64, rl.float64), (rl.float16, rl.float32)):
            rl.set_default_dtype(default)
            optimizer = rl.optim.Adam([one(rl)])
            optimizer.step()
            assert optimizer.state_dict()["state"][0]["step"].dtype is want
    finally:
        rl.set_default_dtype(rl.float32)


@pytest.mark.parametrize("name", NAMES)
def test_complex(rl, torch, name):
    if name == "Adamax":
        pytest.skip("PyTorch has no complex Adamax")
    values = np.array([1 + 2j, -0.5 + 0.25j, 3j], np.complex64)
    found = []
    for lib in (rl, torch):
        p = lib.from_numpy(values.copy()).requires_grad_(True)
        optimizer = getattr(lib.optim, name)([p], lr=0.1, **({"momentum": 0.9} if name in ("SGD", "RMSprop") else {}))
        for k in range(5):
            p.grad = lib.from_numpy(values * (0.5 + k) - 1)
            optimizer.step()
        found.append(p.detach().numpy())
    np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_half(rl, torch, name):
    found = []
    for lib in (rl, torch):
        p = lib.tensor([1.0, -2.0, 0.5], dtype=lib.float16, requires_grad=True)
        optimizer = getattr(lib.optim, name)([p], lr=0.1)
        for k in range(4):
            p.grad = lib.tensor([0.5, 0.25 * k, -1.0], dtype=lib.float16)
            optimizer.step()
        found.append(p.detach().float().numpy())
    np.testing.assert_allclose(*found, rtol=1e-2, atol=4e-3)


def test_differentiable(rl):
    """The gradient of the updated parameter with respect to the rate: seen in PyTorch as -3 and -2."""
    for name, want in (("SGD", -3.0), ("Adam", -2.0)):
        p, lr = rl.ones(2, requires_grad=True), rl.tensor(0.1, requires_grad=True)
        q = p.clone()
        q.grad = rl.tensor([1.0, 2.0])
        optimizer = getattr(rl.optim, name)([q], lr=lr, differentiable=True)
        optimizer.step()
        q.sum().backward()
        assert p.grad.tolist() == [1.0, 1.0]
        assert lr.grad.item() == pytest.approx(want)


def test_hooks(rl):
    seen = []
    optimizer = rl.optim.SGD([one(rl)])
    from rushlight.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
    handles = [
        optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(("pre", len(args), kwargs))),
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(("post", len(args), kwargs))),
        register_optimizer_step_pre_hook(lambda o, args, kwargs: seen.append("global pre")),
        register_optimizer_step_post_hook(lambda o, args, kwargs: seen.append("global post"))]
    optimizer.step(closure=None)
    assert seen == ["global pre", ("pre", 1, {"closure": None}), ("post", 1, {"closure": None}), "global post"]
    for handle in handles:
        handle.remove()
    optimizer.register_step_pre_hook(lambda *_: 3)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kwargs\), but got 3\."):
        optimizer.step()
    optimizer = rl.optim.SGD([one(rl)])
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "more": 1})
    optimizer.register_load_state_dict_pre_hook(lambda o, state: seen.append(sorted(state)))
    optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded"))
    optimizer.load_state_dict(optimizer.state_dict())
    assert seen[-2:] == [["more", "param_groups", "state"], "loaded"]


def test_own_optimizer(rl):
    class Own(rl.optim.Optimizer):
        def __init__(self, params, lr=1.0):
            super().__init__(params, {"lr": lr})

        def step(self):
            return rl.is_grad_enabled()

    optimizer, seen = Own([one(rl)]), []
    optimizer.register_step_post_hook(lambda *_: seen.append("post"))
    assert optimizer.step() is True and seen == ["post"] and Own.step.__name__ == "step"
    assert repr(optimizer) == "Own (\nParameter Group 0\n    lr: 1.0\n)"


def test_zero_grad(rl):
    p = one(rl)
    optimizer = rl.optim.SGD([p])
    g = p.grad = rl.ones(2, requires_grad=True) * 2
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is g and g.tolist() == [0.0, 0.0] and not g.requires_grad
    optimizer.zero_grad()
    assert p.grad is None
    optimizer.zero_grad(False)


def test_closure(rl):
    optimizer = rl.optim.SGD([one(rl)])
    with rl.no_grad():
        assert optimizer.step(lambda: rl.is_grad_enabled()) is True
        assert not rl.is_grad_enabled()


def test_versions(rl):
    p = one(rl)
    y = (p * p).sum()
    before = p._version
    rl.optim.SGD([p]).step()
    assert p._version == before + 1
    with pytest.raises(RuntimeError, match="has been modified by an inplace operation"):
        y.backward()


def test_named(rl):
    optimizer = rl.optim.SGD([("w", one(rl)), ("b", one(rl))])
    assert list(optimizer.state_dict()["param_groups"][0])[0] == "param_names"
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["w", "b"]


def error(f):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            f()
            found = None
        except Exception as e:      # whatever PyTorch raises is what is asked for
            found = (type(e).__name__, str(e).split("\n")[0].replace("rushlight.", "torch."))
    return found, [str(w.message) for w in caught]


PARAMETERS = {
    "None": lambda p: None, "tensor": lambda p: p(2), "set": lambda p: [{"params": {p(1)}}], "set of tensors": lambda p: {p(1)},
    "int": lambda p: [1], "mixed": lambda p: [("a", p(1)), p(2)], "non-leaf": lambda p: [p(1) * 2], "empty": lambda p: [],
    "empty group": lambda p: [{"params": []}], "no params": lambda p: [{"a": 1}], "dict": lambda p: {"params": [p(1)]},
    "None in": lambda p: [None], "named then not": lambda p: [{"params": [("a", p(1))]}, {"params": [p(2)]}],
    "group after": lambda p: [p(1), {"params": p(1)}], "after group": lambda p: [{"params": p(1)}, p(1)], "str": lambda p: "ab",
    "nested": lambda p: [[p(1)]], "twice": lambda p: [x := p(1), x], "two groups": lambda p: [{"params": x} for x in [p(1)] * 2],
}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_bad_parameters(rl, torch, kind):
    got, want = (error(lambda lib=lib: lib.optim.SGD(PARAMETERS[kind](lambda n: one(lib, n)))) for lib in (rl, torch))
    assert got == want


OPTIONS = [
    {"lr": -1}, {"weight_decay": -1}, {"eps": -1}, {"momentum": -1}, {"nesterov": True}, {"betas": (1, 0.9)}, {"betas": (0.9, 1.0)},
    {"momentum": 0.9, "dampening": 0.1, "nesterov": True}, {"betas": 0.9}, {"alpha": -1}, {"lr_decay": -1},
    {"initial_accumulator_value": -1}, {"rho": 2}, {"etas": (1.5, 1.2)}, {"momentum_decay": -1}, {"nothing": 1},
    {"fused": True, "differentiable": True}, {"fused": True, "foreach": True}, {"foreach": True, "differentiable": True},
    {"capturable": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_bad_options(rl, torch, name, options):
    if name == "SGD" and options == {"foreach": True, "differentiable": True}:
        pytest.skip("there PyTorch fails by accident")
    got, want = (error(lambda lib=lib: getattr(lib.optim, name)([one(lib)], **options).step()) for lib in (rl, torch))
    if name == "Adadelta" and "capturable" in options:      # whose list of devices lacks one
        got, want = str(got)[:60], str(want)[:60]
    assert got == want


def test_tensor_options(rl, torch):
    for name in NAMES:
        for lr in ([1.0, 2.0], [0.1]):
            got, want = (error(lambda lib=lib: getattr(lib.optim, name)([one(lib)], lr=lib.tensor(lr)).step()) for lib in (rl, torch))
            assert got == want
    for betas in (lambda t: (t(0.9), 0.99), lambda t: (t(0.9), t(0.99))):
        got, want = (error(lambda lib=lib: lib.optim.Adam([one(lib)], betas=betas(lib.tensor)).step()) for lib in (rl, torch))
        assert got == want


def test_bad_state_dicts(rl, torch):
    for state in ({"state": {}, "param_groups": []}, {"state": {}, "param_groups": [{"params": [0, 1]}]}, {}):
        got, want = (error(lambda lib=lib: lib.optim.SGD([one(lib)]).load_state_dict(state)) for lib in (rl, torch))
        assert got == want
    got, want = (error(lambda lib=lib: lib.optim.SGD([one(lib)]).add_param_group([1])) for lib in (rl, torch))
    assert got == want


def test_required(rl):
    from rushlight.optim.optimizer import required
    with pytest.raises(ValueError, match="didn't specify a value of required optimization parameter lr"):
        rl.optim.Optimizer([one(rl)], {"lr": required})
    with pytest.raises(NotImplementedError):
        rl.optim.Optimizer([one(rl)], {"lr": 1}).step()


if __name__ == "__main__":
    lib = oracle.pytorch()
    found = {f"{cases.label(c)}/{d}": cases.final(lib, c, d) for c in cases.CASES for d in cases.DTYPES}
    RECORD.write_text(json.dumps(found).replace('], "', '],\n"') + "\n")
