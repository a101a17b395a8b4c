"""Schedules against PyTorch's to the last bit: courses, resuming, state dicts, closed forms, warnings, errors."""

import copy
import json
import pathlib
import pickle
import warnings

import oracle
import pytest
import schedule_cases as cases

RECORD = pathlib.Path(__file__).parent / "schedules.json"
NAMES = pytest.mark.parametrize("name", cases.SCHEDULES)
pytestmark = pytest.mark.filterwarnings("ignore:Seems like", "ignore:Detected call")
#: Schedules of functions that cannot be pickled.
PICKLED = [n for n in cases.SCHEDULES if not n.startswith(("Lambda", "Multiplicative", "CyclicLR-scale"))]


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORD.read_text())


def outcome(f):
    """What a call gives: (its value or its error, the warnings)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = f()
        except Exception as e:      # whatever PyTorch raises is what is asked for
            found = (type(e).__name__, str(e))
    return found, [(w.category.__name__, str(w.message)) for w in caught]


def assert_same(rl, torch, f):
    got, want = outcome(lambda: f(rl)), outcome(lambda: f(torch))
    assert repr(got) == repr(want)


@NAMES
def test_recorded(rl, recorded, name):
    assert cases.run(rl, name, epochs=30) == recorded[name]


@pytest.mark.parametrize("name", cases.PLATEAUS)
def test_recorded_plateau(rl, recorded, name):
    assert cases.plateau(rl, name) == recorded["plateau " + name]


@NAMES
def test_course(rl, torch, name):
    assert_same(rl, torch, lambda lib: cases.run(lib, name))
    assert_same(rl, torch, lambda lib: cases.run(lib, name, "Adam"))
    assert_same(rl, torch, lambda lib: cases.run(lib, name, tensor=True, epochs=20))


@NAMES
def test_state(rl, torch, name):
    def numbers(x):
        return {k: numbers(v) for k, v in x.items() if k != "_scale_fn_ref"} if isinstance(x, dict) else x

    def goes_on(lib):
        optimizer = cases.optimizer_of(lib)
        scheduler = cases.SCHEDULES[name](lib.optim.lr_scheduler, optimizer)
        cases.follow(optimizer, scheduler, 9)
        state = numbers(scheduler.state_dict())
        other = cases.optimizer_of(lib)
        twin = cases.SCHEDULES[name](lib.optim.lr_scheduler, other)
        other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        twin.load_state_dict(copy.deepcopy(scheduler.state_dict()))
        before = repr(state)
        return [before, repr(optimizer), cases.follow(optimizer, scheduler, 20) == cases.follow(other, twin, 20)]

    assert_same(rl, torch, goes_on)


class Resumed:
    """The module of schedules, each of which resumes after an epoch."""

    def __init__(self, module, last_epoch):
        self.module, self.last_epoch = module, last_epoch

    def __getattr__(self, name):
        made = getattr(self.module, name)
        if name == "ChainedScheduler":
            return made
        return lambda *args, **kwargs: made(*args, **kwargs, last_epoch=self.last_epoch)


@pytest.mark.parametrize("last_epoch", [0, 1, 4, 6])
@NAMES
def test_resumed(rl, torch, name, last_epoch):
    def run(lib):
        optimizer = cases.optimizer_of(lib)
        for group in optimizer.param_groups:
            group["initial_lr"] = group["lr"]
            group["lr"] = group["lr"] / 2
        scheduler = cases.SCHEDULES[name](Resumed(lib.optim.lr_scheduler, last_epoch), optimizer)
        return cases.follow(optimizer, scheduler, 15)

    assert_same(rl, torch, run)


@NAMES
def test_closed_form(rl, torch, name):
    def run(lib):
        optimizer = cases.optimizer_of(lib)
        scheduler = cases.SCHEDULES[name](lib.optim.lr_scheduler, optimizer)
        optimizer.step()
        found = []
        for epoch in (3, 7, 0, 20, 41, 60):
            scheduler.step(epoch)
            found.append(cases.plain(scheduler.get_last_lr()))
        return found

    assert_same(rl, torch, run)


@pytest.mark.parametrize("name", PICKLED)
def test_copies(rl, name):
    optimizer = cases.optimizer_of(rl)
    scheduler = cases.SCHEDULES[name](rl.optim.lr_scheduler, optimizer)
    cases.follow(optimizer, scheduler, 5)
    twin = pickle.loads(pickle.dumps(scheduler))
    assert cases.follow(twin.optimizer, twin, 20) == cases.follow(optimizer, scheduler, 20)


def test_callable_objects_keep_their_attributes(rl):
    class Factor:
        x = 0

        def __call__(self, epoch):
            return 1.0

    factor = Factor()
    factor.x = 3
    scheduler = rl.optim.lr_scheduler.LambdaLR(cases.optimizer_of(rl), factor)
    assert scheduler.state_dict()["lr_lambdas"] == [{"x": 3}] * 2
    scheduler.load_state_dict({**scheduler.state_dict(), "lr_lambdas": [{"x": 7}] * 2})
    assert factor.x == 7


def test_tensor_rates_keep_their_identity(rl):
    optimizer = cases.optimizer_of(rl, tensor=True)
    scheduler = rl.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    rate = optimizer.param_groups[0]["lr"]
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is rate and scheduler.get_last_lr()[0] is not rate
    assert rate.item() == pytest.approx(0.09)


def stepped(optimizer, scheduler, times):
    for _ in range(times):
        optimizer.step()
        scheduler.step()


def overridden(lib):
    o = cases.optimizer_of(lib)
    s = lib.optim.lr_scheduler.StepLR(o, 2)
    o.step = lambda: None
    s.step()


def too_far(lib):
    o = cases.optimizer_of(lib)
    stepped(o, lib.optim.lr_scheduler.OneCycleLR(o, 0.1, 2), 3)




#: S is the module, o an optimizer with two groups and momentum, g one without momentum.
WRONG = [
    lambda S, o, g: S.StepLR(3, 2), lambda S, o, g: S.StepLR(o, 2, last_epoch=3), lambda S, o, g: S.LambdaLR(o, [lambda e: 1]),
    lambda S, o, g: S.LambdaLR(o, 3), lambda S, o, g: S.MultiplicativeLR(o, [lambda e: 1]), lambda S, o, g: S.ConstantLR(o, factor=2),
    lambda S, o, g: S.ConstantLR(o, factor=-1), lambda S, o, g: S.LinearLR(o, start_factor=0), lambda S, o, g: S.LinearLR(o, start_factor=2),
    lambda S, o, g: S.LinearLR(o, end_factor=2), lambda S, o, g: S.CosineAnnealingWarmRestarts(o, 0),
    lambda S, o, g: S.CosineAnnealingWarmRestarts(o, 2.5), lambda S, o, g: S.CosineAnnealingWarmRestarts(o, 2, 0),
    lambda S, o, g: S.CosineAnnealingWarmRestarts(o, 2).step(-1), lambda S, o, g: S.CyclicLR(g, 0.1, 1),
    lambda S, o, g: S.CyclicLR(o, 0.1, 1, mode="x"), lambda S, o, g: S.CyclicLR(o, [0.1], 1), lambda S, o, g: S.CyclicLR(3, 0.1, 1),
    lambda S, o, g: S.OneCycleLR(o, 0.1), lambda S, o, g: S.OneCycleLR(o, 0.1, -1), lambda S, o, g: S.OneCycleLR(o, 0.1, 10.5),
    lambda S, o, g: S.OneCycleLR(o, 0.1, epochs=-1, steps_per_epoch=1), lambda S, o, g: S.OneCycleLR(o, 0.1, epochs=1, steps_per_epoch=0),
    lambda S, o, g: S.OneCycleLR(o, 0.1, epochs=1), lambda S, o, g: S.OneCycleLR(o, 0.1, 10, pct_start=2),
    lambda S, o, g: S.OneCycleLR(o, 0.1, 10, anneal_strategy="x"), lambda S, o, g: S.OneCycleLR(g, 0.1, 10),
    lambda S, o, g: S.OneCycleLR(o, [0.1], 10), lambda S, o, g: S.OneCycleLR(3, 0.1, 10),
    lambda S, o, g: S.ReduceLROnPlateau(o, factor=1.0), lambda S, o, g: S.ReduceLROnPlateau(o, mode="x"),
    lambda S, o, g: S.ReduceLROnPlateau(o, threshold_mode="x"), lambda S, o, g: S.ReduceLROnPlateau(o, min_lr=[1]),
    lambda S, o, g: S.ReduceLROnPlateau(3), lambda S, o, g: S.ReduceLROnPlateau(o).step(),
    lambda S, o, g: S.ReduceLROnPlateau(o).step(1.0, 3), lambda S, o, g: S.ReduceLROnPlateau(o).get_lr(),
    lambda S, o, g: S.SequentialLR(o, [], []), lambda S, o, g: S.SequentialLR(o, [S.ConstantLR(o)], [3]),
    lambda S, o, g: S.SequentialLR(o, [S.ConstantLR(o), S.ReduceLROnPlateau(o)], [3]), lambda S, o, g: S.SequentialLR(o, [S.ConstantLR(o), 3], [3]),
    lambda S, o, g: S.ChainedScheduler([]), lambda S, o, g: S.ChainedScheduler([S.ConstantLR(o), 3]),
    lambda S, o, g: S.ChainedScheduler([S.ReduceLROnPlateau(o)]), lambda S, o, g: S.ChainedScheduler([S.ConstantLR(o)], g),
    lambda S, o, g: S.SequentialLR(o, [S.ConstantLR(o), S.ConstantLR(g)], [3]), lambda S, o, g: S.StepLR(o, 2).step(),
    lambda S, o, g: S.StepLR(o, 2).get_lr(), lambda S, o, g: S.LRScheduler(o),
    lambda S, o, g: S.SequentialLR(o, [S.ConstantLR(o), S.ConstantLR(o)], [3]).step(3), lambda S, o, g: S.StepLR(o, 2, 0.1, -1, True),
]


@pytest.mark.parametrize("i", range(len(WRONG)))
def test_errors_and_warnings(rl, torch, i):
    assert_same(rl, torch, lambda lib: WRONG[i](lib.optim.lr_scheduler, cases.optimizer_of(lib), cases.optimizer_of(lib, "Adagrad")) and None)


@pytest.mark.parametrize("f", [overridden, too_far])
def test_order_and_end(rl, torch, f):
    assert_same(rl, torch, f)


def test_warnings_point_at_the_caller(rl):
    optimizer = cases.optimizer_of(rl)
    scheduler = rl.optim.lr_scheduler.StepLR(optimizer, 2)
    with pytest.warns(UserWarning, match="Detected call of `lr_scheduler.step") as caught:
        scheduler.step()
    assert caught[0].filename == __file__


def test_grown_plateau(rl, torch):
    def run(lib):
        optimizer = cases.optimizer_of(lib)
        schedulers = [lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=m) for m in (0, [0, 0])]
        optimizer.add_param_group({"params": [lib.nn.Parameter(lib.ones(1))]})
        found = []
        for scheduler in schedulers:
            for figure in (1.0, 2.0):
                found.append(outcome(lambda: scheduler.step(figure)))
            found.append(scheduler.get_last_lr())
        return found

    assert_same(rl, torch, run)


if __name__ == "__main__":
    lib = oracle.pytorch()
    found = {name: cases.run(lib, name, epochs=30) for name in cases.SCHEDULES}
    found |= {"plateau " + name: cases.plateau(lib, name) for name in cases.PLATEAUS}
    RECORD.write_text(json.dumps(found).replace(']], "', ']],\n"') + "\n")
