"""Rows of recurrent networks (`ops/rnn.py`, `ops/rnn_stack.py`) and packed sequences (`ops/packing.py`)."""

from table import row, s, t

FLOATS = ("float64",)
TOL = {"float32": (3e-5, 3e-6), "float64": (1e-9, 1e-10)}
WHY = "a sum over many steps, and the gates' exponentials"


def weights(gates, inputs, hidden, biases=True, more=()):
    """The parameters of one layer in one direction."""
    shapes = [(gates * hidden, inputs), (gates * hidden, more[0] if more else hidden)]
    shapes += [(gates * hidden,)] * 2 if biases else []
    return [t(*shape, low=-0.5, high=0.5) for shape in shapes] + ([t(more[0], hidden)] if more else [])


def network(gates, state, name, states=1):
    first = tuple(t(1, 2, state) for _ in range(states)) if states > 1 else t(1, 2, state)
    four = tuple(t(4, 2, state) for _ in range(states)) if states > 1 else t(4, 2, state)
    deep = weights(gates, 3, state) + weights(gates, 3, state) + weights(gates, 2 * state, state) * 2
    row(
        name,
        [
            s(t(4, 2, 3), first, weights(gates, 3, state), True, 1, 0.0, False, False, False),
            s(t(2, 4, 3), four, deep, True, 2, 0.0, True, True, True),
            s(t(4, 2, 3), first, weights(gates, 3, state, False), False, 1, 0.0, False, False, False),
        ],
        dtypes=FLOATS,
        out=False,
        tol=TOL,
        tol_reason=WHY,
        raises=[s(t(4, 2, 5), first, weights(gates, 3, state), True, 1, 0.0, False, False, False)][: 2 - states],
    )
    row(
        f"{name} of packed sequences",
        [
            s(t(5, 3), first, weights(gates, 3, state), True, 1, 0.0, False, False),
            s(t(5, 3), four, deep, True, 2, 0.0, False, True),
        ],
        fn=lambda torch, x, *rest: getattr(torch, name)(x, torch.tensor([2, 2, 1]), *rest),
        dtypes=FLOATS,
        tol=TOL,
        tol_reason=WHY,
    )


network(1, 5, "rnn_tanh")
network(1, 5, "rnn_relu")
network(3, 5, "gru")
network(4, 5, "lstm", 2)
row(
    "lstm with a projection",
    [s(t(3, 2, 3), (t(1, 2, 2), t(1, 2, 4)), weights(4, 3, 4, True, (2,)), True, 1, 0.0, False, False, False)],
    fn=lambda torch, *args: torch.lstm(*args),
    dtypes=FLOATS,
    tol=TOL,
    tol_reason=WHY,
)
for name, gates in (("rnn_tanh_cell", 1), ("rnn_relu_cell", 1), ("gru_cell", 3)):
    row(
        name,
        [s(t(2, 3), t(2, 4), *weights(gates, 3, 4)), s(t(2, 3), t(2, 4), *weights(gates, 3, 4, False))],
        dtypes=FLOATS,
        out=False,
        tol=TOL,
        tol_reason=WHY,
        raises=[s(t(2, 5), t(2, 4), *weights(gates, 3, 4)), s(t(2, 3), t(3, 4), *weights(gates, 3, 4))],
    )
row(
    "lstm_cell",
    [s(t(2, 3), (t(2, 4), t(2, 4)), *weights(4, 3, 4))],
    fn=lambda torch, *args: sum(torch.lstm_cell(*args)),
    dtypes=FLOATS,
    tol=TOL,
    tol_reason=WHY,
    raises=[s(t(2, 3), t(2, 4), *weights(4, 3, 4))],
)
row(
    "_pack_padded_sequence",
    [s(t(4, 2, 3), [4, 2], False), s(t(2, 4), [4, 2], True)],
    fn=lambda torch, x, lengths, first: torch._pack_padded_sequence(x, torch.tensor(lengths), first),
    dtypes=("float64", "int64"),
    raises=[s(t(4, 2), [2, 4], False), s(t(4, 2), [4, 0], False), s(t(4, 2), [4], False)],
)
row(
    "_pad_packed_sequence",
    [s(t(6, 3), [2, 2, 1, 1], False, 0.0, 4), s(t(6, 3), [2, 2, 1, 1], True, -1.0, 5)],
    fn=lambda torch, x, sizes, *rest: torch._pad_packed_sequence(x, torch.tensor(sizes), *rest),
    dtypes=("float64",),
    raises=[s(t(6, 3), [2.0, 2.0, 1.0, 1.0], False, 0.0, 4)],
)
