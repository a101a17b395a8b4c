"""Learning-rate schedules: how each is made and how it is run, for PyTorch, its recording and the library."""

EPOCHS = 60

#: name -> function(S, optimizer) that makes the schedule; S is the module `lr_scheduler`.
SCHEDULES = {
    "LambdaLR": lambda S, o: S.LambdaLR(o, lambda e: 0.95 ** e),
    "LambdaLR-list": lambda S, o: S.LambdaLR(o, [lambda e: e // 30, lambda e: 0.95 ** e]),
    "MultiplicativeLR": lambda S, o: S.MultiplicativeLR(o, lambda e: 0.95),
    "StepLR": lambda S, o: S.StepLR(o, 7, 0.3),
    "MultiStepLR": lambda S, o: S.MultiStepLR(o, [3, 20, 20, 41], gamma=0.5),
    "ConstantLR": lambda S, o: S.ConstantLR(o, factor=0.3, total_iters=7),
    "LinearLR": lambda S, o: S.LinearLR(o, start_factor=0.1, end_factor=0.7, total_iters=13),
    "ExponentialLR": lambda S, o: S.ExponentialLR(o, 0.93),
    "CosineAnnealingLR": lambda S, o: S.CosineAnnealingLR(o, 11, eta_min=0.003),
    "CosineAnnealingLR-long": lambda S, o: S.CosineAnnealingLR(o, T_max=100),
    "CosineAnnealingWarmRestarts": lambda S, o: S.CosineAnnealingWarmRestarts(o, 5),
    "CosineAnnealingWarmRestarts-2": lambda S, o: S.CosineAnnealingWarmRestarts(o, 3, 2, eta_min=0.01),
    "PolynomialLR": lambda S, o: S.PolynomialLR(o, total_iters=40, power=1.7),
    "CyclicLR": lambda S, o: S.CyclicLR(o, 0.01, 0.1, step_size_up=7),
    "CyclicLR-2": lambda S, o: S.CyclicLR(o, [0.01, 0.02], [0.1, 0.3], step_size_up=3, step_size_down=8, mode="triangular2"),
    "CyclicLR-exp": lambda S, o: S.CyclicLR(o, 0.01, 0.1, step_size_up=5, mode="exp_range", gamma=0.97, base_momentum=0.5),
    "CyclicLR-scale": lambda S, o: S.CyclicLR(o, 0.01, 0.1, step_size_up=5, scale_fn=lambda x: 0.9 ** x, scale_mode="iterations"),
    "OneCycleLR": lambda S, o: S.OneCycleLR(o, 0.3, total_steps=EPOCHS + 1),
    "OneCycleLR-three": lambda S, o: S.OneCycleLR(o, [0.3, 0.1], epochs=8, steps_per_epoch=8, three_phase=True,
                                                  anneal_strategy="linear", pct_start=0.4, div_factor=10.0),
    "OneCycleLR-alone": lambda S, o: S.OneCycleLR(o, 0.3, total_steps=EPOCHS + 1, cycle_momentum=False),
    "SequentialLR": lambda S, o: S.SequentialLR(o, [S.ConstantLR(o, 0.1, 4), S.ExponentialLR(o, 0.9), S.StepLR(o, 5)], [6, 25]),
    "SequentialLR-warmup": lambda S, o: S.SequentialLR(o, [S.LinearLR(o, 0.01, total_iters=10), S.CosineAnnealingLR(o, 50)], [10]),
    "SequentialLR-nested": lambda S, o: S.SequentialLR(o, [
        S.SequentialLR(o, [S.LinearLR(o, 0.5), S.ExponentialLR(o, 0.9)], [5]), S.CosineAnnealingWarmRestarts(o, 4)], [20]),
    "ChainedScheduler": lambda S, o: S.ChainedScheduler([S.ConstantLR(o, 0.1, 8), S.ExponentialLR(o, 0.95)]),
    "both": lambda S, o: [S.ExponentialLR(o, 0.95), S.MultiStepLR(o, [10, 30], 0.2)][0],
}

#: arguments of ReduceLROnPlateau
PLATEAUS = {
    "min": {"patience": 2, "factor": 0.5}, "abs": {"patience": 1, "threshold_mode": "abs", "threshold": 0.5, "cooldown": 3},
    "max": {"mode": "max", "patience": 3, "min_lr": [0.01, 0.02]}, "max-abs": {"mode": "max", "threshold_mode": "abs", "patience": 0},
    "eps": {"patience": 0, "eps": 0.005},
}


def optimizer_of(lib, kind="SGD", tensor=False):
    """Two groups of different rates."""
    options = {"momentum": 0.9} if kind == "SGD" else {}
    rates = [lib.tensor(0.1), lib.tensor(0.03)] if tensor else [0.1, 0.03]
    groups = [{"params": [lib.nn.Parameter(lib.ones(2))], "lr": lr} for lr in rates]
    return getattr(lib.optim, kind)(groups, lr=0.1, **options)


def plain(value):
    """A group's option as numbers."""
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value.item() if hasattr(value, "item") else value


def momentum(optimizer):
    return [plain(g.get("momentum", g.get("betas"))) for g in optimizer.param_groups]


def run(lib, name, kind="SGD", tensor=False, epochs=EPOCHS):
    """[[rates, momenta], ...] of each epoch."""
    optimizer = optimizer_of(lib, kind, tensor)
    scheduler = SCHEDULES[name](lib.optim.lr_scheduler, optimizer)
    return follow(optimizer, scheduler, epochs)


def follow(optimizer, scheduler, epochs):
    found = []
    for _ in range(epochs):
        found.append([plain(scheduler.get_last_lr()), momentum(optimizer)])
        assert plain([g["lr"] for g in optimizer.param_groups]) == found[-1][0]
        optimizer.step()
        scheduler.step()
    return found


def plateau(lib, name):
    """The rates under a figure that falls, stays, rises and is sometimes nan."""
    optimizer = optimizer_of(lib)
    scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **PLATEAUS[name])
    found = []
    for epoch in range(EPOCHS):
        figure = float("nan") if epoch % 17 == 5 else 10 / (epoch + 1) + (epoch // 20) * 3 - epoch * 1e-5
        optimizer.step()
        scheduler.step(lib.tensor(figure) if epoch % 2 else figure)
        found.append([plain(scheduler.get_last_lr()), scheduler.num_bad_epochs, scheduler.cooldown_counter])
    return found
