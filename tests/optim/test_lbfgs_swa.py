"""L-BFGS on a crooked valley, and averages of weights, beside PyTorch."""

import numpy as np
import pytest

OPTIONS = [
    {"lr": 0.001}, {"lr": 0.001, "history_size": 3, "max_iter": 5}, {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "lr": 0.1, "max_iter": 4}, {"line_search_fn": "strong_wolfe", "history_size": 2, "max_eval": 7},
    {"tolerance_grad": 1e9}, {"tolerance_change": 1e9},
]


def valley(lib, options):
    """The course of eight steps down a chain of Rosenbrock's functions, in float64."""
    x = lib.tensor([-1.2, 1.0, 0.7, 2.0], dtype=lib.float64, requires_grad=True)
    y = lib.tensor([[0.5]], dtype=lib.float64, requires_grad=True)
    unused = lib.ones(2, requires_grad=True, dtype=lib.float64)
    optimizer = lib.optim.LBFGS([x, y, unused], **options)

    def closure():
        optimizer.zero_grad()
        loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum() + ((y - 3) ** 2).sum()
        loss.backward()
        return loss

    course = []
    for _ in range(8):
        loss = optimizer.step(closure)
        course.append([loss.item(), *x.tolist(), *y[0].tolist()])
    state = optimizer.state[x]
    return np.array(course), (state["n_iter"], state["func_evals"]), list(state), repr(optimizer)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_valley(rl, torch, options):
    got, want = valley(rl, options), valley(torch, options)
    np.testing.assert_allclose(got[0], want[0], rtol=1e-7)
    assert got[1:] == want[1:]


def test_minimum(rl):
    x = rl.tensor([-1.2, 1.0], dtype=rl.float64, requires_grad=True)
    optimizer = rl.optim.LBFGS([x], line_search_fn="strong_wolfe", max_iter=100)

    def closure():
        optimizer.zero_grad()
        loss = 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
        loss.backward()
        return loss

    optimizer.step(closure)
    np.testing.assert_allclose(x.tolist(), [1.0, 1.0], atol=1e-4)


def test_refused(rl):
    groups = [{"params": [rl.nn.Parameter(rl.ones(1))]} for _ in range(2)]
    with pytest.raises(ValueError, match=r"^LBFGS doesn't support per-parameter options \(parameter groups\)$"):
        rl.optim.LBFGS(groups)
    p = rl.nn.Parameter(rl.ones(1))
    with pytest.raises(RuntimeError, match="^only 'strong_wolfe' is supported$"):
        rl.optim.LBFGS([p], line_search_fn="x").step(lambda: (p.grad is None and (p * p).backward()) or (p * p).sum())


RATES = [
    {"swa_lr": 0.05}, {"swa_lr": [0.05, 0.2], "anneal_epochs": 4, "anneal_strategy": "linear"}, {"swa_lr": 0.05, "anneal_epochs": 0},
    {"swa_lr": 0.05, "anneal_strategy": "x"}, {"swa_lr": 0.05, "anneal_epochs": -1}, {"swa_lr": [0.1]},
]


@pytest.mark.parametrize("options", RATES, ids=str)
def test_rates(rl, torch, options):
    def run(lib):
        optimizer = lib.optim.SGD([{"params": [lib.nn.Parameter(lib.ones(2))], "lr": lr} for lr in (0.1, 0.3)], lr=0.1)
        try:
            scheduler = lib.optim.swa_utils.SWALR(optimizer, **options)
        except ValueError as e:
            return str(e)
        found = []
        for _ in range(14):
            optimizer.step()
            scheduler.step()
            found.append(scheduler.get_last_lr())
        return found

    assert run(rl) == run(torch)


AVERAGES = {
    "equal": lambda S: {}, "ema lists": lambda S: {"multi_avg_fn": S.get_ema_multi_avg_fn(0.9)}, "ema": lambda S: {"avg_fn": S.get_ema_avg_fn(0.9)},
    "swa": lambda S: {"avg_fn": S.get_swa_avg_fn()}, "buffers": lambda S: {"use_buffers": True},
}


@pytest.mark.parametrize("kind", AVERAGES)
def test_averages(rl, torch, kind):
    def run(lib):
        model = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.BatchNorm1d(2))
        with lib.no_grad():
            for i, p in enumerate(model.parameters()):
                p.copy_(lib.arange(p.numel()).reshape(p.shape) * 0.3 + i)
        average = lib.optim.swa_utils.AveragedModel(model, **AVERAGES[kind](lib.optim.swa_utils))
        for k in range(5):
            with lib.no_grad():
                for p in model.parameters():
                    p.mul_(1.1).add_(0.01)
            model(lib.arange(6.0).reshape(3, 2) * (k + 1))
            average.update_parameters(model)
        before = {k: v.double().tolist() for k, v in average.state_dict().items()}
        lib.optim.swa_utils.update_bn([lib.arange(6.0).reshape(3, 2), [lib.ones(3, 2)]], average)
        after = average.module[1].running_var.tolist(), average.training, average.module[1].momentum
        return before, after

    got, want = run(rl), run(torch)
    assert list(got[0]) == list(want[0])
    for name, value in want[0].items():
        np.testing.assert_allclose(got[0][name], value, rtol=1e-6)
    np.testing.assert_allclose(got[1][0], want[1][0], rtol=1e-6)
    assert got[1][1:] == want[1][1:]


def test_bad_decay(rl):
    with pytest.raises(ValueError, match=r"^Invalid decay value 2 provided\. Please provide a value in \[0,1\] range\.$"):
        rl.optim.swa_utils.get_ema_avg_fn(2)
