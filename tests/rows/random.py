"""Random tensors. Every call is made after `manual_seed`, so that the numbers are PyTorch's or the row fails."""

from table import dt, ints, row, s, t

PROB = {"low": 0.05, "high": 0.95}

row("rand", [s(3, 4), s(()), s(0), s((20,), dtype=dt.float64)], grad=False, method=False)
row("randn", [s(3, 4), s(()), s(0), s((20,), dtype=dt.float64)], grad=False, method=False)
row("randint", [s(10, (3, 4)), s(-5, 7, (20,)), s(2**40, (5,)), s(low=2, high=5, size=(3,))], grad=False, method=False)
row("randperm", [s(10), s(0), s(5, dtype=dt.int32)], grad=False, method=False)
row("rand_like", [s(t(3, 4)), s(t(3), dtype=dt.float64)], grad=False, method=False)
row("randn_like", [s(t(3, 4)), s(t(20), dtype=dt.float64)], grad=False, method=False)
row("randint_like", [s(t(3, 4), 10), s(ints(3), -3, 9)], grad=False, method=False)
row("normal", [s(t(3, 4), t(3, 4, low=0.1, high=2)), s(t(20), 0.5), s(0.5, t(3, low=0.1, high=2)), s(1.0, 2.0, (3, 4))],
    grad=False, method=False)
row("bernoulli", [s(t(3, 4, **PROB)), s(t(3, 4), 0.3)], grad=False)
row("multinomial", [s(t(5, **PROB), 3), s(t(3, 5, **PROB), 2), s(t(3, 5, **PROB), 8, replacement=True)], grad=False)
row("poisson", [s(t(3, 4, low=0, high=30))], grad=False, method=False)
row("binomial", [s(t(3, 4, values=[[5, 50, 3, 0]] * 3), t(3, 4, **PROB))], grad=False, method=False)
row("_standard_gamma", [s(t(3, 4, low=0.2, high=5))], grad=False, method=False)
row("_standard_gamma_grad", [s(t(3, 4, low=0.2, high=5), t(3, 4, low=0.1, high=6))], grad=False, method=False, dtypes=("float64",),
    tol=(2e-3, 2e-3), tol_reason="PyTorch uses a rational approximation of three digits")
row("_dirichlet_grad", [s(t(3, 4, **PROB), t(3, 4, low=0.2, high=3), t(3, 4, low=3.2, high=6))], grad=False, method=False,
    dtypes=("float64",), tol=(2e-3, 2e-3), tol_reason="PyTorch uses a rational approximation of three digits")
row("_sample_dirichlet", [s(t(3, 4, low=0.2, high=5))], grad=False, method=False)
for name, args in (("uniform_", (-1.0, 2.0)), ("normal_", (1.0, 0.3)), ("random_", (3, 90)), ("exponential_", (0.5,)),
                   ("geometric_", (0.3,)), ("log_normal_", (0.2, 0.3)), ("cauchy_", (1.0, 0.2)), ("bernoulli_", (0.4,))):
    row(f"Tensor.{name}", [s(t(3, 4), *args), s(t(5, 6), *args)], grad=False)
for name in ("dropout", "alpha_dropout"):
    row(f"nn.functional.{name}", [s(t(3, 4), 0.4, True), s(t(2, 3, 4), 0.5, False), s(t(3), 1.0, True)])
for name in ("feature_alpha_dropout", "dropout1d"):
    row(f"nn.functional.{name}", [s(t(2, 3, 4), 0.4, True), s(t(2, 3, 4), 0.5, False)])
row("nn.functional.dropout2d", [s(t(2, 3, 4, 2), 0.4, True)])
row("nn.functional.dropout3d", [s(t(2, 3, 4, 2, 2), 0.4, True)])
row("native_dropout", [s(t(3, 4), 0.4, True), s(t(3, 4), 0.4, False)], method=False)
row("feature_dropout", [s(t(3, 4, 2), 0.4, True)], method=False)
