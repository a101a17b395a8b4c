"""Ops that change sizes by explicit amounts."""

from table import row, s, t

row("Tensor.sum_to_size", [s(t(3, 4), (1, 4)), s(t(2, 3, 4), (3, 1)), s(t(3, 4), (3, 4)), s(t(), ()), s(t(0, 2), (1, 2))],
    raises=[s(t(3, 4), (2, 4)), s(t(3, 4), (1, 3, 4))],
    tol={"float16": (2e-3, 1e-3)}, tol_reason="sums of half precision are rounded in another order")
row("constant_pad_nd", [s(t(3, 4), (1, 2)), s(t(3, 4), (1, -1, 0, 2), 2.5), s(t(0, 2), (1, 1)), s(t(3), (-1, -1))],
    raises=[s(t(3), (1, 1, 1)), s(t(3), (-2, -2))])
