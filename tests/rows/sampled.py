"""Integrals and derivatives of sampled functions, covariances."""

from table import bools, ints, row, s, t

FLOATS = ("float64", "int64")
GIVEN = t(4, values=[0.0, 1.0, 3.0, 4.5], requires_grad=False)
MADE = {"grad_fn": "made of other elementary steps here"}

row("trapezoid", [s(t(3, 4)), s(t(3, 4), dim=0), s(t(3, 4), dx=2.0), s(t(3, 4), GIVEN), s(t(3, 4), t(3, 4)), s(t(3, 1))], dtypes=FLOATS,
    raises=[s(t()), s(bools(3)), s(t(3, 4), t(2)), s(t(3), dim=1)], skip=MADE)
row("cumulative_trapezoid", [s(t(3, 4)), s(t(3, 4), dim=0), s(t(3, 4), dx=2.0), s(t(3, 4), GIVEN)], dtypes=FLOATS, raises=[s(t())], skip=MADE)
row("gradient", [s(t(5)), s(t(3, 4)), s(t(3, 4), dim=0), s(t(3, 4), spacing=2.0), s(t(3, 4), spacing=(2.0, 3.0)), s(t(3, 4), spacing=(GIVEN,), dim=1),
                 s(t(3, 4), edge_order=2), s(t(3, 4), spacing=(GIVEN,), dim=1, edge_order=2), s(t(2)), s(ints(4))], dtypes=FLOATS, method=False,
    raises=[s(t(1)), s(t(2), edge_order=2), s(t(3), edge_order=3), s(t(3, 3), spacing=(1.0, 2.0, 3.0)), s(t(3), dim=(0, 0))],
    skip={**MADE, "layouts": "PyTorch's result is C-ordered, ours as the input"})
row("cov", [s(t(3, 5)), s(t(5)), s(t(3, 5), correction=0), s(t(3, 4), fweights=ints(values=[1, 2, 3, 1])), s(t(3, 4), aweights=t(4, low=0.1, high=1, requires_grad=False)),
            s(t(3, 4), fweights=ints(values=[1, 2, 3, 1]), aweights=t(4, low=0.1, high=1, requires_grad=False), correction=2), s(ints(3, 4)), s(t(1, 4))],
    dtypes=("float64", "complex64"), raises=[s(bools(3)), s(t(2, 2, 2)), s(t(3), fweights=t(3)), s(t(3), fweights=ints(2)), s(t(3), aweights=ints(3))],
    skip=MADE)
row("corrcoef", [s(t(3, 5)), s(t(5))], dtypes=("float64", "complex64"), raises=[s(t(2, 2, 2))], skip=MADE)
