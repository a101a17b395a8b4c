"""Calls of random functions that PyTorch refuses, or takes although one might not think so."""

inf, nan = float("inf"), float("nan")


def dt(torch, name):
    return getattr(torch, name)


CALLS = {
    **{f"{name}{args} {d}": lambda t, name=name, args=args, d=d: getattr(t.empty(3, dtype=dt(t, d)), name)(*args)
       for d in ("float32", "float16", "int64", "complex64", "bool")
       for name, calls in {
           "normal_": ((), (0, -1), (0, nan), ("a",)), "uniform_": ((), (3, 2), (nan, 1), (0, inf), (-3e38, 3e38), ("a",)),
           "exponential_": ((), (0,), (-1,), (nan,)), "geometric_": ((0.5,), (0,), (1,), (nan,)),
           "log_normal_": ((), (0, 0), (0, -1)), "cauchy_": ((), (0, 0)), "bernoulli_": ((), (1.5,), (-0.1,), (nan,)),
           "random_": ((), (0,), (-3,), (5, 5), (0, 300), (-2**63, None))}.items() for args in calls},
    **{f"{name}{args}": lambda t, name=name, args=args: getattr(t, name)(*args)
       for name, calls in {
           "rand": ((), (-3,), (2.5,), ("a",), ([2], 3), (2, 3.0), (None,)), "randn": ((), (-1,)),
           "randint": ((5,), (3.5, (2,)), (10, 3), (2, 10, 3), (2**63, (2,)), (10, (-1,)), (True, (2,)), (0, (3,)), (5, 3, (3,))),
           "randperm": ((-1,), (2.5,), ("a",), (True,)), "normal": ((2.0, 3.0), (2.0, -3.0, (3,)), ("a", 3.0, (3,)))}.items()
       for args in calls},
    **{f"multinomial {x} {args}": lambda t, x=x, args=args: t.multinomial(t.tensor(x), *args)
       for x, args in (([1, 2], (1,)), ([1.0, 2], (3,)), ([1.0, -2], (1,)), ([1.0, -2], (2, True)), ([0.0, 0], (1,)),
                       ([0.0, 0], (2, True)), ([nan, 0], (1,)), ([nan, 0], (2, True)), ([inf, 0], (1,)), ([[[1.0]]], (1,)),
                       (1.0, (1,)), ([1.0], (0,)), ([1.0], (-1,)), ([1.0, 2], (2.5,)))},
    "generator": lambda t: t.empty(3).normal_(generator=3),
    "expanded": lambda t: t.empty(1).expand(3).uniform_(),
    "leaf": lambda t: t.ones(3, requires_grad=True).uniform_(),
    "pinned": lambda t: t.rand(2, pin_memory=True),
    "integers with gradient": lambda t: t.randint(5, (2,), requires_grad=True),
    "dtype of out": lambda t: t.rand(2, out=t.empty(2, dtype=t.float64), dtype=t.float32),
    "rand_like int": lambda t: t.rand_like(t.ones(2, dtype=t.int64)),
    "rand_like a number": lambda t: t.rand_like(3),
    "randperm int8": lambda t: t.randperm(300, dtype=t.int8),
    "randperm half": lambda t: t.randperm(3000, dtype=t.float16),
    "randperm bool": lambda t: t.randperm(3, dtype=t.bool),
    "poisson": lambda t: t.poisson(t.tensor([-1.0])),
    "poisson int": lambda t: t.poisson(t.tensor([1])),
    "bernoulli above 1": lambda t: t.bernoulli(t.tensor([1.5])),
    "bernoulli int": lambda t: t.bernoulli(t.tensor([1])),
    "bernoulli number": lambda t: t.bernoulli(0.5),
    "bernoulli_ shapes": lambda t: t.empty(3).bernoulli_(t.tensor([0.1, 0.2])),
    "normal negative std": lambda t: t.normal(t.zeros(2), -t.ones(2)),
    "normal shapes": lambda t: t.normal(t.zeros(2), t.ones(3)),
    "seed 2**64": lambda t: t.manual_seed(2**64), "seed text": lambda t: t.manual_seed("a"), "seed None": lambda t: t.manual_seed(None),
    "generator seed": lambda t: t.Generator().manual_seed(1.5), "generator seed 2**64": lambda t: t.Generator().manual_seed(2**64),
    "state size": lambda t: t.set_rng_state(t.zeros(3, dtype=t.uint8)), "state dtype": lambda t: t.set_rng_state(t.zeros(5056)),
    "state zeros": lambda t: t.set_rng_state(t.zeros(5056, dtype=t.uint8)), "state number": lambda t: t.set_rng_state(3),
    "state strided": lambda t: t.set_rng_state(t.zeros(10112, dtype=t.uint8)[::2]),
    "offset": lambda t: t.Generator().get_offset(), "set offset": lambda t: t.Generator().set_offset(3),
    "graphsafe": lambda t: t.Generator().graphsafe_get_state(), "device": lambda t: t.Generator("meta"),
    "dropout p": lambda t: t.nn.functional.dropout(t.ones(3), 1.5), "torch.dropout p": lambda t: t.dropout(t.ones(3), 1.5, True),
    "dropout int": lambda t: t.nn.functional.dropout(t.ones(3, dtype=t.int64)),
    "dropout missing": lambda t: t.dropout(t.ones(3)), "dropout train": lambda t: t.nn.functional.dropout(t.ones(3), 0.5, 1),
    "dropout1d": lambda t: t.nn.functional.dropout1d(t.ones(2, 3, 4, 5)), "feature": lambda t: t.feature_dropout(t.ones(3), 0.5, True),
    **{f"init {i}": f for i, f in enumerate((
        lambda t: t.nn.init.xavier_uniform_(t.empty(3)), lambda t: t.nn.init.eye_(t.empty(3)),
        lambda t: t.nn.init.dirac_(t.empty(3, 4)), lambda t: t.nn.init.dirac_(t.empty(3, 4, 5), 2),
        lambda t: t.nn.init.sparse_(t.empty(3), 0.1), lambda t: t.nn.init.orthogonal_(t.empty(3)),
        lambda t: t.nn.init.calculate_gain("foo"), lambda t: t.nn.init.calculate_gain("leaky_relu", "a"),
        lambda t: t.nn.init._calculate_correct_fan(t.empty(3, 4), "foo")))},
}


def outcome(torch, call):
    """(exception type, first line), or None when the call goes through."""
    try:
        call(torch)
    except Exception as error:
        return type(error).__name__, str(error).split("\n")[0]
    return None
